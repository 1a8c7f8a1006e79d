/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Words, digits and marks to tokens. First the bytes are cut (lex_scan), then fixed phrases become one token and fillers
 * go (lex_classify), then number words become numbers (spoken_number.c).
 * Each pass moves forward only and writes where it has read.
 */
#include <string.h>

#include "gateway/policy/spoken_grammar.h"

struct lex_term {
	const char *words;
	uint8_t first_length, words_n;
	uint8_t cls;
	int16_t value;
};
#include "gateway/policy/spoken_words.inc"
#define LEX_HASHES (SH_LENGTH(lex_first) - 1)

struct lex {
	struct sh_spoken_token *t;
	uint32_t n, max;
	char *folded; /* where the next word's letters go */
	uint32_t turn;
	const char *s; /* the turn */
	uint32_t i, end;
};

static bool
lex_is_letter(unsigned char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26 || c >= 0x80 || c == '_';
}

static bool
lex_is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static unsigned char
lex_at(const struct lex *l, uint32_t i)
{
	return i < l->end ? (unsigned char)l->s[i] : 0;
}

/* The general punctuation of UTF-8 that people type: 1 quote, 2 dash, 3 blank; 0: a letter like any other. */
static int
lex_mark_at(const struct lex *l, uint32_t i)
{
	unsigned char a = lex_at(l, i), b = lex_at(l, i + 1), c = lex_at(l, i + 2);

	if (a == 0xC2 && b == 0xA0)
		return 3;
	if (a != 0xE2 || b != 0x80)
		return 0;
	if (c == 0x98 || c == 0x99 || c == 0xB2)
		return 1;
	if (c >= 0x90 && c <= 0x95)
		return 2;
	return c == 0xAF || c == 0x89 || c == 0x8A || c == 0x9C || c == 0x9D || c == 0xA6 ? 3 : 0;
}

static struct sh_spoken_token *
lex_add(struct lex *l, enum sh_spoken_class cls, uint32_t from, uint32_t until)
{
	struct sh_spoken_token *t = &l->t[l->n];

	if (l->n + 1 < l->max)
		l->n++;
	*t = (struct sh_spoken_token){ .cls = (uint8_t)cls,
		.turn = l->turn,
		.at = from,
		.length = until - from,
		.minute = -1,
		.second = -1,
		.text = SH_STR("") };
	t->glued = from > 0 && l->s[from - 1] != ' ' && l->s[from - 1] != '\t' && l->s[from - 1] != '\n';
	return t;
}

/* ---- digits ---- */

/* Reads up to 9 digits at i; how many there were. */
static uint32_t
lex_digits(const struct lex *l, uint32_t i, int32_t *ret)
{
	uint32_t n = 0;

	*ret = 0;
	while (lex_is_digit(lex_at(l, i + n))) {
		if (n < 9)
			*ret = *ret * 10 + (l->s[i + n] - '0');
		n++;
	}
	return n;
}

/* How far a phone number or another long run reaches: its digits, through single hyphens, dots, blanks, brackets. */
static uint32_t
lex_run(const struct lex *l, uint32_t i, uint32_t *ret_digits)
{
	uint32_t end = i, digits = 0;

	while (i < l->end) {
		unsigned char c = lex_at(l, i);

		if (lex_is_digit(c)) {
			digits++;
			end = ++i;
		} else if ((c == '-' || c == '.' || c == ' ' || c == '(' || c == ')') && i - end < 3) {
			i++;
		} else {
			break;
		}
	}
	*ret_digits = digits;
	return end;
}

/* 2026-06-18; 6/22, 22/6/26, 22.6.2026, 6-22-2026. 0: no date. */
static uint32_t
lex_date(struct lex *l, uint32_t from)
{
	struct sh_spoken_token *t;
	int32_t a, b, c = 0;
	uint32_t na = lex_digits(l, from, &a), i = from + na, nb, nc = 0;
	unsigned char sep = lex_at(l, i);

	if (na == 0 || (sep != '/' && sep != '-' && sep != '.'))
		return 0;
	nb = lex_digits(l, i + 1, &b);
	if (nb == 0 || nb > 2)
		return 0;
	i += 1 + nb;
	if (lex_at(l, i) == sep && lex_is_digit(lex_at(l, i + 1))) {
		nc = lex_digits(l, i + 1, &c);
		i += 1 + nc;
	}
	if (na == 4 && nc > 0 && nc <= 2) {
		t = lex_add(l, SH_SW_DATE, from, i);
		t->number = a, t->minute = (int16_t)b, t->second = (int16_t)c;
		t->value = 1;
		if ((lex_at(l, i) | 0x20) == 't' && lex_is_digit(lex_at(l, i + 1)))
			i++;
		return i - from;
	}
	if (na > 2 || (nc != 0 && nc != 2 && nc != 4) || (nc == 0 && sep != '/') || (nc == 2 && sep == '-'))
		return 0;
	if (nc == 0 && a == 24 && b == 7)
		return 0;
	t = lex_add(l, SH_SW_DATE, from, i);
	t->number = nc == 2 ? 2000 + c : c, t->minute = (int16_t)a, t->second = (int16_t)b;
	return i - from;
}

/* 3:30, 15:30:10, 15h30. 0: no clock. */
static uint32_t
lex_colon(struct lex *l, uint32_t from)
{
	struct sh_spoken_token *t;
	int32_t h, m, s = 0;
	uint32_t nh = lex_digits(l, from, &h), i = from + nh, nm;
	unsigned char sep = lex_at(l, i) | 0x20;

	if (nh > 2 || (lex_at(l, i) != ':' && sep != 'h') || (nm = lex_digits(l, i + 1, &m)) != 2)
		return 0;
	i += 1 + nm;
	if (lex_at(l, i) == ':' && lex_is_digit(lex_at(l, i + 1)))
		i += 1 + lex_digits(l, i + 1, &s);
	if (lex_is_digit(lex_at(l, i)) || (sep == 'h' && lex_is_letter(lex_at(l, i))))
		return 0;
	t = lex_add(l, h > 24 || m > 59 || s > 59 ? SH_SW_JUNK : SH_SW_CLOCK, from, i);
	t->number = h, t->minute = (int16_t)m, t->second = (int16_t)s;
	t->digits = (uint8_t)nh;
	t->said_with_zero = nh == 2 && l->s[from] == '0';
	return i - from;
}

/* Letters that touch a number: 15th, 30m, 3ish. Those that are words of their own stay for the next token. */
static void
lex_suffix(struct lex *l, struct sh_spoken_token *t)
{
	static const struct {
		const char *letters;
		uint8_t cls;
		int16_t value;
	} units[] = {
		{ "h", SH_SW_UNIT, 2 },
		{ "m", SH_SW_UNIT, 1 },
		{ "s", SH_SW_UNIT, 0 },
		{ "d", SH_SW_UNIT, 3 },
		{ "w", SH_SW_UNIT, 4 },
	};
	unsigned char a = lex_at(l, l->i) | 0x20, b = lex_at(l, l->i + 1) | 0x20;

	if (!lex_is_letter(lex_at(l, l->i)))
		return;
	if (!lex_is_letter(lex_at(l, l->i + 2)) &&
	    ((a == 's' && b == 't') || (a == 'n' && b == 'd') || (a == 'r' && b == 'd') || (a == 't' && b == 'h'))) {
		t->cls = SH_SW_ORDINAL;
		l->i += 2;
		t->length += 2;
		return;
	}
	if (lex_is_letter(lex_at(l, l->i + 1)))
		return;
	for (size_t k = 0; k < SH_LENGTH(units); k++) {
		if (a == (unsigned char)units[k].letters[0] && lex_at(l, l->i + 1) != '.') {
			struct sh_spoken_token *u = lex_add(l, units[k].cls, l->i, l->i + 1);

			u->value = units[k].value;
			l->i++;
			return;
		}
	}
}

static void
lex_number(struct lex *l)
{
	struct sh_spoken_token *t;
	uint32_t from = l->i, n, digits, until;
	int32_t v, f = 0;
	unsigned char before = from > 0 ? (unsigned char)l->s[from - 1] : 0;
	bool junk = before == '$' || before == '#' || before == 0xA3 || before == 0xAC || before == '*';

	if ((n = lex_date(l, from)) > 0 || (n = lex_colon(l, from)) > 0) {
		l->i = from + n;
		if (junk)
			l->t[l->n - 1].cls = SH_SW_JUNK;
		return;
	}
	until = lex_run(l, from, &digits);
	if (digits >= 7) {
		lex_add(l, SH_SW_JUNK, from, until);
		l->i = until;
		return;
	}
	n = lex_digits(l, from, &v);
	t = lex_add(l, n > 4 ? SH_SW_JUNK : SH_SW_NUMBER, from, from + n);
	t->number = v;
	t->digits = (uint8_t)(n < 10 ? n : 10);
	t->said_with_zero = l->s[from] == '0' && n > 1;
	l->i = from + n;
	if ((lex_at(l, l->i) == '.' || lex_at(l, l->i) == ',') && lex_is_digit(lex_at(l, l->i + 1))) {
		bool comma = lex_at(l, l->i) == ',';
		uint32_t nf = lex_digits(l, l->i + 1, &f);

		if (comma && nf != 3)
			goto end;
		l->i += 1 + nf;
		t->length += 1 + nf;
		t->minute = (int16_t)(nf == 1 ? f * 10 : nf == 2 ? f : 0);
		t->cls = comma ? SH_SW_JUNK : nf == 2 && f < 60 && n <= 2 ? SH_SW_NUMBER : nf <= 2 ? SH_SW_DECIMAL : SH_SW_JUNK;
	}
end:
	if (junk || lex_at(l, l->i) == '%' || (lex_at(l, l->i) == '/' && lex_is_digit(lex_at(l, l->i + 1))))
		t->cls = SH_SW_JUNK;
	if (lex_at(l, l->i) == '/' && lex_is_digit(lex_at(l, l->i + 1))) { /* 24/7, 9/10/11/12 */
		while (lex_is_digit(lex_at(l, l->i)) || lex_at(l, l->i) == '/')
			l->i++;
		t->length = l->i - from;
	}
	lex_suffix(l, t);
}

/* ---- words ---- */

/* "a.m.", "p. m.": the letters' token is made; 0: none. */
static uint32_t
lex_meridiem(struct lex *l, uint32_t from)
{
	unsigned char c = lex_at(l, from) | 0x20;
	uint32_t i = from + 1;

	if (c != 'a' && c != 'p')
		return 0;
	if (lex_at(l, i) == '.')
		i++;
	while (lex_at(l, i) == ' ' && i < from + 3)
		i++;
	if (i == from + 1 || (lex_at(l, i) | 0x20) != 'm' || lex_is_letter(lex_at(l, i + 1)) || lex_at(l, i + 1) == '\'')
		return 0;
	i++;
	if (lex_at(l, i) == '.')
		i++;
	struct sh_spoken_token *t = lex_add(l, SH_SW_WORD, from, i);
	t->text = c == 'a' ? SH_STR("am") : SH_STR("pm");
	return i - from;
}

/* An abbreviation's dot ends no sentence. */
static bool
lex_abbreviates(struct sh_str w)
{
	static const char *const words[] = { "st", "mt", "ft", "dr", "mr", "mrs", "ms", "approx", "hr", "hrs", "min", "mins", "jan",
		"feb", "aug", "sept", "sep", "oct", "nov", "dec", "mon", "tue", "tues", "wed", "thu", "thurs", "fri", "ext", "apt",
		"jr" };

	for (size_t k = 0; k < SH_LENGTH(words); k++)
		if (sh_str_is(w, words[k]))
			return true;
	return false;
}

/* Not "Irish", "finish", "wish". */
static bool
lex_takes_ish(struct sh_str stem)
{
	static const char *const stems[] = { "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
		"eleven", "twelve", "fifteen", "thirty", "noon", "midday", "midnight", "lunch", "lunchtime", "o'clock", "morning",
		"evening", "afternoon" };

	for (size_t i = 0; i < SH_LENGTH(stems); i++)
		if (stem.n == strlen(stems[i]) && memcmp(stem.s, stems[i], stem.n) == 0)
			return true;
	return false;
}

static void
lex_word(struct lex *l)
{
	uint32_t from = l->i, i = from, n = 0;
	struct sh_spoken_token *t;
	char *out = l->folded;

	if ((n = lex_meridiem(l, from)) > 0) {
		l->i = from + n;
		return;
	}
	while (i < l->end) {
		unsigned char c = lex_at(l, i);
		int mark = c >= 0x80 ? lex_mark_at(l, i) : 0;

		if (mark > 1)
			break;
		if (mark == 1 || c == '\'') {
			uint32_t skip = mark == 1 ? 3 : 1;

			if (!lex_is_letter(lex_at(l, i + skip)) && (n == 0 || out[n - 1] != 's'))
				break;
			out[n++] = '\'';
			i += skip;
			continue;
		}
		if (!lex_is_letter(c))
			break;
		do {
			out[n++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
			c = lex_at(l, ++i);
		} while ((unsigned char)((c | 0x20) - 'a') < 26);
	}
	if (i == from) { /* a lone quote */
		l->i++;
		return;
	}
	l->folded += n;
	t = lex_add(l, SH_SW_WORD, from, i);
	t->text = (struct sh_str){ out, n };
	if (n > 4 && memcmp(out + n - 3, "ish", 3) == 0 && lex_takes_ish((struct sh_str){ out, n - 3 })) { /* sevenish, noonish */
		t->text.n -= 3;
		t->length -= 3;
		t = lex_add(l, SH_SW_WORD, i - 3, i);
		t->text = SH_STR("ish");
	}
	if (lex_at(l, i) == '.' && lex_abbreviates((struct sh_str){ out, n }))
		i++;
	l->i = i;
}

/* One turn to raw tokens. */
static void
lex_scan(struct lex *l)
{
	while (l->i < l->end) {
		unsigned char c = (unsigned char)l->s[l->i];
		int mark = c >= 0x80 ? lex_mark_at(l, l->i) : 0;

		if (mark > 1) {
			if (mark == 2)
				lex_add(l, SH_SW_DASH, l->i, l->i + 3);
			l->i += c == 0xC2 ? 2 : 3;
		} else if (lex_is_digit(c)) {
			lex_number(l);
		} else if (lex_is_letter(c)) {
			lex_word(l);
		} else if (c == '@' || c == '&') {
			lex_add(l, SH_SW_WORD, l->i, l->i + 1)->text = c == '@' ? SH_STR("at") : SH_STR("and");
			l->i++;
		} else {
			enum sh_spoken_class cls = c == ','                                                    ? SH_SW_COMMA
						   : c == '?'                                                  ? SH_SW_ASK
						   : c == '-'                                                  ? SH_SW_DASH
						   : c == '+'                                                  ? SH_SW_PLUS
						   : c == '.' || c == '!' || c == ';' || c == ':' || c == '\n' ? SH_SW_STOP
						   : c == '/'                                                  ? SH_SW_SLASH
													       : SH_SW_END;

			if (cls != SH_SW_END)
				lex_add(l, cls, l->i, l->i + 1);
			l->i++;
		}
	}
	lex_add(l, SH_SW_END, l->end, l->end);
}

/* ---- fixed phrases ---- */

static uint32_t
lex_hash(uint32_t h, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h = h * 33 + (unsigned char)s[i];
	return h;
}

/* "monday's", "hours'": the word without it. */
static size_t
lex_stem(struct sh_str w)
{
	if (w.n > 3 && (w.s[w.n - 1] == 's' || w.s[w.n - 1] == 'd') && w.s[w.n - 2] == '\'')
		return w.n - 2;
	if (w.n > 4 && (w.s[w.n - 1] == 'l' || w.s[w.n - 1] == 'e') && w.s[w.n - 3] == '\'')
		return w.n - 3;
	if (w.n > 3 && w.s[w.n - 1] == '\'')
		return w.n - 1;
	return 0;
}

/* Does the row stand at t? A hyphen between two words is a blank. *ret_n: tokens. */
static bool
lex_matches(const struct lex_term *row, const struct sh_spoken_token *t, size_t first_n, uint32_t *ret_n)
{
	const char *w = row->words;
	size_t n = row->first_length;
	uint32_t k = 0;

	if (first_n != n || memcmp(t->text.s, w, n) != 0)
		return false;
	for (uint32_t word = 1; word < row->words_n; word++) {
		w += n + 1;
		n = strcspn(w, " ");
		k++;
		if (t[k].cls == SH_SW_DASH && t[k].glued && t[k + 1].glued)
			k++;
		if (t[k].cls == SH_SW_WORD) {
			/* "after work'd be best" */
			bool more = word + 1 == row->words_n && lex_stem(t[k].text) == n;

			if ((t[k].text.n != n && !more) || memcmp(t[k].text.s, w, n) != 0)
				return false;
		} else if (t[k].cls != SH_SW_NUMBER || (size_t)(t[k].digits) != n ||
			   t[k].number != (int32_t)(w[0] - '0') * (n == 2 ? 10 : 1) + (n == 2 ? w[1] - '0' : 0)) {
			return false;
		}
	}
	*ret_n = k + 1;
	return true;
}

static const struct lex_term *
lex_find_in(uint32_t hash, const struct sh_spoken_token *t, size_t n, uint32_t *ret_n)
{
	uint32_t h = hash % LEX_HASHES;

	for (uint32_t k = lex_first[h]; k < lex_first[h + 1]; k++)
		if (lex_matches(&lex_terms[k], t, n, ret_n))
			return &lex_terms[k];
	return NULL;
}

/* Rows of two words and more are looked for by two words, or each "the" would go through all that begin with it. */
static const struct lex_term *
lex_find(const struct sh_spoken_token *t, size_t n, uint32_t *ret_n)
{
	uint32_t h = lex_hash(0, t->text.s, n);
	const struct sh_spoken_token *next = t + 1;
	const struct lex_term *row = NULL;

	if (next->cls == SH_SW_DASH && next->glued && next[1].glued)
		next++;
	if (next->cls == SH_SW_WORD)
		row = lex_find_in(lex_hash(h * 33 + ' ', next->text.s, next->text.n), t, n, ret_n);
	if (!row && next->cls == SH_SW_WORD && lex_stem(next->text) > 0)
		row = lex_find_in(lex_hash(h * 33 + ' ', next->text.s, lex_stem(next->text)), t, n, ret_n);
	return row ? row : lex_find_in(h, t, n, ret_n);
}

static void
lex_classify(struct lex *l)
{
	uint32_t out = 0, n;

	for (uint32_t i = 0; i < l->n; i += n) {
		struct sh_spoken_token *t = &l->t[i];
		const struct lex_term *row;
		size_t stem;

		n = 1;
		if (t->cls == SH_SW_WORD) {
			row = lex_find(t, t->text.n, &n);
			if (!row && (stem = lex_stem(t->text)) > 0)
				row = lex_find(t, stem, &n);
			if (row && row->cls == SH_SW_FILLER)
				continue;
			if (row) {
				t->length = t[n - 1].at + t[n - 1].length - t->at;
				t->cls = row->cls;
				t->value = row->value;
			} else {
				n = 1;
			}
		} else if (t->cls == SH_SW_DASH && t->glued && t[1].glued && out > 0 && l->t[out - 1].cls != SH_SW_NUMBER &&
			   l->t[out - 1].cls != SH_SW_CLOCK && t[1].cls == SH_SW_WORD) {
			continue; /* twenty-five */
		}
		l->t[out++] = *t;
	}
	l->n = out;
}

/* ---- all turns ---- */

/* No more tokens than this can come of the text: a token ends where the kind of byte changes, or is a mark. */
static uint32_t
lex_count(struct sh_str s)
{
	uint32_t n = 3;
	int kind = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.s[i];
		int now = lex_is_letter(c) ? 1 : lex_is_digit(c) ? 2 : c == ' ' ? 0 : 3;

		n += now != 0 && (now != kind || now == 3);
		n += now == 1 && (c | 0x20) == 'h' && i >= 2 && i + 1 < s.n && (s.s[i - 1] | 0x20) == 's' &&
		     (s.s[i - 2] | 0x20) == 'i';
		kind = now;
	}
	return n;
}

bool
sh_spoken_lex(struct sh_arena *a, const struct sh_spoken_turn *turns, size_t nturns, struct sh_spoken_tokens *ret)
{
	size_t first = nturns > SH_SPOKEN_TURNS_MAX ? nturns - SH_SPOKEN_TURNS_MAX : 0, bytes = 0, skip = 0, k = nturns;
	struct lex l = { 0 };

	*ret = (struct sh_spoken_tokens){ 0 };
	while (k > first && bytes < SH_SPOKEN_TEXT_MAX) {
		k--;
		bytes += turns[k].text.n;
		if (bytes > SH_SPOKEN_TEXT_MAX) {
			skip = bytes - SH_SPOKEN_TEXT_MAX;
			bytes = SH_SPOKEN_TEXT_MAX;
		}
		l.max += lex_count((struct sh_str){ turns[k].text.s + skip, turns[k].text.n - skip });
	}
	l.max += 2;
	l.t = sh_arena_array(a, struct sh_spoken_token, l.max + 8);
	l.folded = sh_arena_array(a, char, bytes + 1);
	if (!l.t || !l.folded)
		return false;
	for (size_t i = k; i < nturns; i++) {
		l.s = turns[i].text.s;
		l.turn = (uint32_t)i;
		l.i = i == k ? (uint32_t)skip : 0;
		l.end = (uint32_t)turns[i].text.n;
		lex_scan(&l);
	}
	lex_classify(&l);
	l.n = sh_spoken_numbers(l.t, l.n);
	for (uint32_t i = l.n; i < l.max + 8; i++)
		l.t[i] = (struct sh_spoken_token){ .turn = UINT32_MAX, .text = SH_STR("") };
	ret->t = l.t;
	ret->n = l.n;
	return true;
}
