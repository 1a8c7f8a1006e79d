/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * switchhook/driver-text.h: strings, pairs, and texts of an operator's, as most drivers need them. See driver-usual.h.
 */
#ifndef SWITCHHOOK_DRIVER_H
#error "include <switchhook/driver.h>, which brings this"
#endif
#ifndef SWITCHHOOK_DRIVER_TEXT_H
#define SWITCHHOOK_DRIVER_TEXT_H

#include <stdlib.h>

/* ---- strings -------------------------------------------------------------------------------------------- */

static inline char
sh_char_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Equal, in whichever case; of ASCII. */
static inline bool
sh_str_like(struct sh_str a, const char *z)
{
	size_t n = strlen(z), i = 0;

	while (a.s && a.n == n && i < n && sh_char_lower(a.s[i]) == sh_char_lower(z[i]))
		i++;
	return a.s && a.n == n && i == n;
}

/* The same, and '-', '_' and ' ' are one: as the host compares where a driver says reasons_alike. */
static inline char
sh_char_plain(char c)
{
	return c == '_' || c == ' ' ? '-' : sh_char_lower(c);
}

static inline bool
sh_str_alike(struct sh_str a, const char *z)
{
	size_t n = strlen(z), i = 0;

	while (a.s && a.n == n && i < n && sh_char_plain(a.s[i]) == sh_char_plain(z[i]))
		i++;
	return a.s && a.n == n && i == n;
}

/* Is it alike one of these, as "ended|not-connected|error"? */
static inline bool
sh_str_among(struct sh_str s, const char *words)
{
	while (s.s && *words) {
		size_t n = strcspn(words, "|"), i = 0;

		while (i < n && i < s.n && sh_char_plain(s.s[i]) == sh_char_plain(words[i]))
			i++;
		if (i == n && i == s.n)
			return true;
		words += n + (words[n] == '|');
	}
	return false;
}

/* Is the word in the text, in whichever case? Of ASCII; the empty word is in each. */
static inline bool
sh_str_has(struct sh_str text, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; n <= text.n && i <= text.n - n; i++)
		if (sh_str_like((struct sh_str){ text.s ? text.s + i : "", n }, word))
			return true;
	return false;
}

/* What follows this beginning; SH_NONE if it begins otherwise. */
static inline struct sh_str
sh_str_after(struct sh_str s, const char *beginning)
{
	size_t n = strlen(beginning);

	return s.n >= n && s.s && memcmp(s.s, beginning, n) == 0 ? (struct sh_str){ s.s + n, s.n - n } : SH_NONE;
}

/* What follows so many bytes; SH_NONE: nothing does. */
static inline struct sh_str
sh_str_from(struct sh_str s, size_t at)
{
	return s.n > at ? (struct sh_str){ s.s + at, s.n - at } : SH_NONE;
}

/* So many bytes from there on; SH_NONE: there are not as many. */
static inline struct sh_str
sh_str_part(struct sh_str s, size_t at, size_t n)
{
	return at <= s.n && n <= s.n - at && s.s ? (struct sh_str){ s.s + at, n } : SH_NONE;
}

/* The word and what follows it, as "squad:" before an id; SH_NONE if nothing does. */
static inline struct sh_str
sh_str_behind(struct sh_ctx *cx, const char *word, struct sh_str s)
{
	return s.n > 0 ? sh_join(cx, sh_str(word), s) : SH_NONE;
}

/*
 * A text in which the names of fields, as "{body}", none of them empty, are replaced by their values: what a provider
 * signs, where people choose that. SH_NONE: a value is absent that the text needs.
 */
static inline struct sh_str
sh_str_fields(struct sh_ctx *cx, struct sh_str text, const struct sh_pair *fields, size_t n)
{
	struct sh_str *parts = (struct sh_str *)sh_alloc(cx, (text.n + 1) * sizeof(*parts));
	size_t nparts = 0, i;

	while (text.n > 0) {
		for (i = 0; i < n && (text.n < fields[i].name.n || memcmp(text.s, fields[i].name.s, fields[i].name.n) != 0); i++)
			;
		parts[nparts] = i < n ? fields[i].value : (struct sh_str){ text.s, 1 };
		if (!parts[nparts++].s)
			return SH_NONE;
		text = sh_str_from(text, i < n ? fields[i].name.n : 1);
	}
	return sh_join_parts(cx, parts, nparts);
}

/* What stands before the first of these words, and in *ret_rest what follows it; SH_NONE there: it does not occur, and all is before it. */
static inline struct sh_str
sh_str_cut(struct sh_str s, const char *word, struct sh_str *ret_rest)
{
	const char *at = s.s, *end = s.n > 0 ? s.s + s.n : s.s;
	size_t n = strlen(word);

	for (; (size_t)(end - at) >= n && s.n > 0; at++) {
		at = (const char *)memchr(at, word[0], (size_t)(end - at) - n + 1);
		if (!at)
			break;
		if (memcmp(at, word, n) == 0) {
			*ret_rest = (struct sh_str){ at + n, (size_t)(end - at) - n };
			return (struct sh_str){ s.s, (size_t)(at - s.s) };
		}
	}
	*ret_rest = SH_NONE;
	return s;
}

/* The text with each occurrence of a word, which is not empty, replaced by another one. */
static inline struct sh_str
sh_str_replace(struct sh_ctx *cx, struct sh_str text, const char *word, const char *by)
{
	struct sh_str rest = text, *parts;
	size_t count = 0, n = 0;

	while (sh_str_cut(rest, word, &rest), rest.s)
		count++;
	if (count == 0)
		return text;
	parts = (struct sh_str *)sh_alloc(cx, 2 * (count + 1) * sizeof(*parts));
	for (rest = text; rest.s; parts[n++] = sh_str(by))
		parts[n++] = sh_str_cut(rest, word, &rest);
	return sh_join_parts(cx, parts, n - 1);
}

/* The first of the words, or the second if that is empty or absent. */
static inline struct sh_str
sh_str_or(struct sh_str a, struct sh_str b)
{
	return a.n > 0 ? a : b;
}

/* Words, and one or more that follow them behind a blank; of none: the others alone. */
static inline struct sh_str
sh_words(struct sh_ctx *cx, struct sh_str words, struct sh_str more)
{
	return sh_join(cx, words, words.n > 0 && more.n > 0 ? SH_STR(" ") : SH_NONE, more);
}

/* A phone number; one of 8 to 15 digits without a plus, as some write E.164, gets it. */
static inline struct sh_str
sh_str_plus(struct sh_ctx *cx, struct sh_str number)
{
	if (number.n < 8 || number.n > 15 || number.s[0] == '0')
		return number;
	for (size_t i = 0; i < number.n; i++)
		if (number.s[i] < '0' || number.s[i] > '9')
			return number;
	return sh_join(cx, SH_STR("+"), number);
}

/* "inbound…" or "outbound…", as most spell it. */
static inline enum sh_direction
sh_direction(struct sh_str s)
{
	if (sh_str_after(s, "outbound").s)
		return SH_DIRECTION_OUTBOUND;
	return sh_str_after(s, "inbound").s ? SH_DIRECTION_INBOUND : SH_DIRECTION_UNKNOWN;
}

/* A whole number, as a cursor or a setting has it; of anything else: another one. */
static inline int64_t
sh_int_or(struct sh_ctx *cx, struct sh_str text, int64_t otherwise)
{
	int64_t v;

	return sh_int_parse(cx, text, &v) ? v : otherwise;
}

/* What a row of settings.def makes in the table of settings: #define SETTING(id_, ...) [ACME_##id_] = SH_SETTING_ROW(__VA_ARGS__), */
#define SH_SETTING_ROW(name_, scope_, kind_, help_, ...)                                                \
	{ .name = #name_, .scope = SH_SCOPE_##scope_, .kind = SH_SETTING_##kind_, .help = help_, ##__VA_ARGS__ }

/* A setting that is a number between two others; if it is none of these, another one. */
static inline int64_t
sh_setting_int(struct sh_ctx *cx, const struct sh_account *a, uint32_t index, int64_t least, int64_t most, int64_t otherwise)
{
	int64_t v;

	return sh_int_parse(cx, sh_setting(a, index), &v) && v >= least && v <= most ? v : otherwise;
}

/* Is the setting, which is a flag, set? */
static inline bool
sh_setting_on(const struct sh_account *a, uint32_t index)
{
	return sh_str_is(sh_setting(a, index), "true");
}

/* ---- pairs and texts ------------------------------------------------------------------------------------ */

/* How bytes are written: sh_hex, sh_base64, sh_url_escape, sh_xml. */
typedef struct sh_str sh_encode_f(struct sh_ctx *, struct sh_str);

/* Text for an element or an attribute of XML; what XML cannot hold at all is left out. */
static inline struct sh_str
sh_xml(struct sh_ctx *cx, struct sh_str text)
{
	static const struct {
		char c;
		const char *as;
	} escapes[] = { { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" }, { '\'', "&apos;" } };
	char *out = (char *)sh_alloc(cx, 6 * text.n + 1), *at = out;

	for (size_t i = 0, k; i < text.n; i++) {
		for (k = 0; k < 5 && escapes[k].c != text.s[i]; k++)
			;
		if (text.n - i > 2 && memcmp(text.s + i, "\xef\xbf", 2) == 0 && (unsigned char)text.s[i + 2] >= 0xbe) {
			i += 2; /* U+FFFE and U+FFFF are no characters: one of them, and no parser takes the document */
			continue;
		}
		if (k < 5)
			at = (char *)memcpy(at, escapes[k].as, strlen(escapes[k].as)) + strlen(escapes[k].as);
		else if ((unsigned char)text.s[i] >= ' ' || text.s[i] == '\t' || text.s[i] == '\n')
			*at++ = text.s[i];
	}
	return (struct sh_str){ out, (size_t)(at - out) };
}

/* An operator's text, in which {{name}} stands for the variable of that name, written so; for one that there is not, nothing. */
static inline struct sh_str
sh_fill(struct sh_ctx *cx, struct sh_str text, const struct sh_pair *variables, size_t n, sh_encode_f *encode)
{
	struct sh_str *parts = (struct sh_str *)sh_alloc(cx, (text.n / 2 + 1) * sizeof(*parts)), after;
	size_t nparts = 0;

	for (;; text = after) {
		struct sh_str before = sh_str_cut(text, "{{", &after), name = sh_str_cut(after, "}}", &after);

		if (!after.s) /* the last one; a bracket that is never closed stays as it is */
			break;
		parts[nparts++] = before;
		for (size_t i = 0; i < n; i++)
			if (sh_str_eq(variables[i].name, name)) {
				parts[nparts++] = encode(cx, variables[i].value);
				break;
			}
	}
	parts[nparts++] = text;
	return sh_join_parts(cx, parts, nparts);
}

/* A URL with these pairs behind what its query has already; one without a value is left out. */
static inline struct sh_str
sh_url_with(struct sh_ctx *cx, struct sh_str url, const struct sh_pair *pairs, size_t n)
{
	struct sh_str query = sh_form_encode(cx, pairs, n);
	bool more = url.n > 0 && memchr(url.s, '?', url.n);

	return sh_join(cx, url, query.n == 0 ? SH_NONE : more ? SH_STR("&") : SH_STR("?"), query);
}

static inline int
sh_pair_order(const void *a, const void *b)
{
	const struct sh_pair *x = (const struct sh_pair *)a, *y = (const struct sh_pair *)b;
	const struct sh_str *s = sh_str_eq(x->name, y->name) ? &x->value : &x->name;
	const struct sh_str *t = s == &x->value ? &y->value : &y->name;
	int d = memcmp(s->n ? s->s : "", t->n ? t->s : "", s->n < t->n ? s->n : t->n);

	return d ? d : (s->n > t->n) - (s->n < t->n);
}

/*
 * The pairs by name, then by value, byte for byte, and none twice, as Twilio signs a form; *n becomes their number. Providers
 * differ: one that signs what occurs twice twice wants a copy of the pairs, and qsort with sh_pair_order.
 */
static inline struct sh_pair *
sh_pairs_sorted(struct sh_ctx *cx, const struct sh_pair *pairs, size_t *n)
{
	struct sh_pair *sorted = (struct sh_pair *)sh_alloc(cx, (*n + 1) * sizeof(*sorted));
	size_t kept = 0;

	if (*n > 0)
		qsort(memcpy(sorted, pairs, *n * sizeof(*sorted)), *n, sizeof(*sorted), sh_pair_order);
	for (size_t i = 0; i < *n; i++)
		if (i == 0 || sh_pair_order(&sorted[i], &sorted[kept - 1]) != 0)
			sorted[kept++] = sorted[i];
	*n = kept;
	return sorted;
}

#endif
