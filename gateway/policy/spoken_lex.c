/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Bytes to words, numbers and marks; and all turns to tokens. */
#include "gateway/policy/spoken_lex.h"

#include <string.h>

/* The general punctuation of UTF-8 that people type: 1 quote, 2 dash, 3 blank; 0: a letter like any other. */
static int
lex_mark_at(const struct sh_lex *l, uint32_t i)
{
	unsigned char a = sh_lex_at(l, i), b = sh_lex_at(l, i + 1), c = sh_lex_at(l, i + 2);

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

struct sh_spoken_token *
sh_lex_add(struct sh_lex *l, enum sh_spoken_class cls, uint32_t from, uint32_t until)
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

/* ---- words ---- */

/* A word that is written otherwise than it stands there. */
static void
lex_add_word(struct sh_lex *l, uint32_t from, uint32_t until, struct sh_str text)
{
	struct sh_spoken_token *t = sh_lex_add(l, SH_SW_WORD, from, until);

	t->text = text;
	for (size_t i = 0; i < text.n; i++)
		t->hash = sh_lex_hash(t->hash, (unsigned char)text.s[i]);
}

/* "a.m.", "p. m.": the letters' token is made; 0: none. */
static uint32_t
lex_meridiem(struct sh_lex *l, uint32_t from)
{
	unsigned char c = sh_lex_at(l, from) | 0x20;
	uint32_t i = from + 1;

	if (c != 'a' && c != 'p')
		return 0;
	if (sh_lex_at(l, i) == '.')
		i++;
	while (sh_lex_at(l, i) == ' ' && i < from + 3)
		i++;
	if (i == from + 1 || (sh_lex_at(l, i) | 0x20) != 'm' || sh_lex_is_letter(sh_lex_at(l, i + 1)) ||
	    sh_lex_at(l, i + 1) == '\'')
		return 0;
	i++;
	if (sh_lex_at(l, i) == '.')
		i++;
	lex_add_word(l, from, i, c == 'a' ? SH_STR("am") : SH_STR("pm"));
	return i - from;
}

/* An abbreviation's dot ends no sentence. */
static bool
lex_abbreviates(struct sh_str w)
{
	static const char *const words[] = { "st", "mt", "ft", "dr", "mr", "mrs", "ms", "approx", "hr", "hrs", "min", "mins", "jan",
		"feb", "aug", "sept", "sep", "oct", "nov", "dec", "mon", "tue", "tues", "wed", "thu", "thurs", "fri", "ext", "apt",
		"jr" };

	for (size_t k = 0; w.n <= 6 && k < SH_LENGTH(words); k++)
		if (words[k][0] == w.s[0] && sh_str_is(w, words[k]))
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

/* Letters and inner apostrophes from i on, folded to lower case; where they end, and *ret_hash of them. */
static uint32_t
lex_letters(const struct sh_lex *l, uint32_t i, struct sh_str *ret, uint32_t *ret_hash)
{
	char *out = l->folded;
	uint32_t n = 0, h = 0;

	while (i < l->end) {
		unsigned char c = (unsigned char)l->s[i];
		int mark = c >= 0x80 ? lex_mark_at(l, i) : 0;

		if (mark == 1 || c == '\'') {
			uint32_t skip = mark == 1 ? 3 : 1;

			if (!sh_lex_is_letter(sh_lex_at(l, i + skip)) && (n == 0 || out[n - 1] != 's'))
				break;
			c = '\'';
			i += skip;
		} else if (mark > 1 || !sh_lex_is_letter(c)) {
			break;
		} else {
			if (c >= 'A' && c <= 'Z')
				c |= 0x20;
			i++;
		}
		out[n++] = (char)c;
		h = sh_lex_hash(h, c);
		while (i < l->end && (unsigned char)((c = (unsigned char)l->s[i] | 0x20) - 'a') < 26) {
			out[n++] = (char)c;
			h = sh_lex_hash(h, c);
			i++;
		}
	}
	*ret = (struct sh_str){ out, n };
	*ret_hash = h;
	return i;
}

static void
lex_word(struct sh_lex *l)
{
	uint32_t from = l->i, i, n, hash;
	struct sh_spoken_token *t;
	struct sh_str w;

	if ((n = lex_meridiem(l, from)) > 0) {
		l->i = from + n;
		return;
	}
	i = lex_letters(l, from, &w, &hash);
	if (i == from) { /* a lone quote */
		l->i++;
		return;
	}
	l->folded += w.n;
	if (w.n > 4 && memcmp(w.s + w.n - 3, "ish", 3) == 0 && lex_takes_ish((struct sh_str){ w.s, w.n - 3 })) { /* sevenish */
		lex_add_word(l, from, i - 3, (struct sh_str){ w.s, w.n - 3 });
		lex_add_word(l, i - 3, i, SH_STR("ish"));
	} else {
		t = sh_lex_add(l, SH_SW_WORD, from, i);
		t->text = w;
		t->hash = hash;
	}
	if (sh_lex_at(l, i) == '.' && lex_abbreviates(w))
		i++;
	l->i = i;
}

/* One turn to raw tokens. */
static void
lex_scan(struct sh_lex *l)
{
	while (l->i < l->end) {
		unsigned char c = (unsigned char)l->s[l->i];
		int mark = c >= 0x80 ? lex_mark_at(l, l->i) : 0;

		if (mark > 1) {
			if (mark == 2)
				sh_lex_add(l, SH_SW_DASH, l->i, l->i + 3);
			l->i += c == 0xC2 ? 2 : 3;
		} else if (sh_lex_is_digit(c)) {
			sh_lex_number(l);
		} else if (sh_lex_is_letter(c)) {
			lex_word(l);
		} else if (c == '@' || c == '&') {
			lex_add_word(l, l->i, l->i + 1, c == '@' ? SH_STR("at") : SH_STR("and"));
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
				sh_lex_add(l, cls, l->i, l->i + 1);
			l->i++;
		}
	}
	sh_lex_add(l, SH_SW_END, l->end, l->end);
}

/* ---- all turns ---- */

enum lex_kind { LEX_MARK, LEX_BLANK, LEX_LETTER, LEX_S, LEX_H, LEX_DIGIT, LEX_WIDE, LEX_KINDS };

/*
 * No more tokens than this can come of the text: a token ends where the kind of byte changes, or is a mark; one may be a mark
 * of three bytes between letters; and "ish" may be one of its own behind its word.
 */
static uint32_t
lex_count(struct sh_str s)
{
	static const uint8_t kinds[256] = { [' '] = LEX_BLANK,
		['0' ... '9'] = LEX_DIGIT,
		['a' ... 'g'] = LEX_LETTER,
		['h'] = LEX_H,
		['i' ... 'r'] = LEX_LETTER,
		['s'] = LEX_S,
		['t' ... 'z'] = LEX_LETTER,
		['A' ... 'G'] = LEX_LETTER,
		['H'] = LEX_H,
		['I' ... 'R'] = LEX_LETTER,
		['S'] = LEX_S,
		['T' ... 'Z'] = LEX_LETTER,
		['_'] = LEX_LETTER,
		[0x80 ... 0xE1] = LEX_LETTER,
		[0xE2] = LEX_WIDE,
		[0xE3 ... 0xFF] = LEX_LETTER };
	static const uint8_t steps[LEX_KINDS][LEX_KINDS] = {
		/* mark, blank, letter, s, h, digit, wide */
		[LEX_MARK] = { 1, 0, 1, 1, 1, 1, 2 },
		[LEX_BLANK] = { 1, 0, 1, 1, 1, 1, 2 },
		[LEX_LETTER] = { 1, 0, 0, 0, 0, 1, 2 },
		[LEX_S] = { 1, 0, 0, 0, 1, 1, 2 },
		[LEX_H] = { 1, 0, 0, 0, 0, 1, 2 },
		[LEX_DIGIT] = { 1, 0, 1, 1, 1, 0, 2 },
		[LEX_WIDE] = { 1, 0, 0, 0, 0, 1, 2 },
	};
	uint32_t n = 3;
	uint8_t last = LEX_BLANK, now;

	for (size_t i = 0; i < s.n; i++, last = now) {
		now = kinds[(unsigned char)s.s[i]];
		n += steps[last][now];
	}
	return n;
}

bool
sh_spoken_lex(struct sh_arena *a, const struct sh_spoken_turn *turns, size_t nturns, struct sh_spoken_tokens *ret)
{
	size_t first = nturns > SH_SPOKEN_TURNS_MAX ? nturns - SH_SPOKEN_TURNS_MAX : 0, bytes = 0, skip = 0, k = nturns;
	struct sh_lex l = { 0 };

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
	l.n = sh_spoken_terms(l.t, l.n);
	l.n = sh_spoken_numbers(l.t, l.n);
	for (uint32_t i = l.n; i < l.max + 8; i++)
		l.t[i] = (struct sh_spoken_token){ .turn = UINT32_MAX, .text = SH_STR("") };
	ret->t = l.t;
	ret->n = l.n;
	return true;
}
