/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * switchhook/driver-usual.h: what most drivers make of the host's functions, for providers that do as most do. Comes with
 * driver.h, and is compiled into the driver: nothing of it is part of the interface between driver and host.
 */
#ifndef SWITCHHOOK_DRIVER_USUAL_H
#define SWITCHHOOK_DRIVER_USUAL_H

#include <stdlib.h>

#include <switchhook/driver.h>

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

/* ---- JSON in -------------------------------------------------------------------------------------------- */

/* A string member's text: what most reading of JSON is. */
static inline struct sh_str
sh_json_get_str(struct sh_ctx *cx, const struct sh_json *object, const char *key)
{
	return cx->host->json_str(cx, cx->host->json_get(object, key));
}

static inline struct sh_str
sh_json_get_raw(struct sh_ctx *cx, const struct sh_json *object, const char *key)
{
	return cx->host->json_raw(cx->host->json_get(object, key));
}

/* The text at the end of a path. */
static inline struct sh_str
sh_json_at_str(struct sh_ctx *cx, const struct sh_json *j, const char *path)
{
	return cx->host->json_str(cx, cx->host->json_at(j, path));
}

/* A string's text, a number or boolean as it is written: fit for a fact. Of anything else: SH_NONE. */
static inline struct sh_str
sh_json_plain(struct sh_ctx *cx, const struct sh_json *j)
{
	enum sh_json_type type = cx->host->json_type(j);

	return type == SH_JSON_BOOL || type == SH_JSON_NUMBER ? cx->host->json_raw(j) : cx->host->json_str(cx, j);
}

static inline struct sh_str
sh_json_get_plain(struct sh_ctx *cx, const struct sh_json *object, const char *key)
{
	return sh_json_plain(cx, cx->host->json_get(object, key));
}

/* How the turns of a conversation are told: a row's members for who and what, and who is the callee, and who is none of the two. */
struct sh_turns {
	const char *who, *said, *callee, *nobody;
};

/*
 * A transcript out of rows: lines "Agent: …", "User: …"; SH_NONE: nobody said anything. *ret_heard: did the callee?
 *
 *	static const struct sh_turns turns = { "role", "message", "user", "system" };
 */
static inline struct sh_str
sh_json_transcript(struct sh_ctx *cx, const struct sh_json *rows, const struct sh_turns *t, bool *ret_heard)
{
	const struct sh_json *first = cx->host->json_first(rows), *row;
	struct sh_str *parts;
	size_t count = 0, n = 0;

	*ret_heard = false;
	for (row = first; row; row = cx->host->json_next(row))
		count++;
	parts = (struct sh_str *)sh_alloc(cx, (count * 3 + 1) * sizeof(*parts));
	for (row = first; row; row = cx->host->json_next(row)) {
		struct sh_str who = sh_json_get_str(cx, row, t->who), said = sh_json_get_str(cx, row, t->said);
		bool callee = sh_str_is(who, t->callee);

		while (said.n > 0 && (unsigned char)said.s[0] <= ' ')
			said = sh_str_from(said, 1);
		if (said.n == 0 || sh_str_is(who, t->nobody))
			continue;
		*ret_heard |= callee;
		parts[n++] = callee ? SH_STR("User: ") : SH_STR("Agent: ");
		parts[n++] = said;
		parts[n++] = SH_STR("\n");
	}
	return n > 0 ? sh_join_parts(cx, parts, n) : SH_NONE;
}

/* Yes or no, as analyses write it: true, "true", "yes"; false, "false", "no". Anything else is unsaid. */
static inline enum sh_wish
sh_json_get_wish(struct sh_ctx *cx, const struct sh_json *object, const char *key)
{
	struct sh_str s = sh_json_get_plain(cx, object, key);

	if (sh_str_is(s, "true") || sh_str_is(s, "yes"))
		return SH_WISH_YES;
	return sh_str_is(s, "false") || sh_str_is(s, "no") ? SH_WISH_NO : SH_WISH_UNSAID;
}

/* True if it is the literal true. */
static inline bool
sh_json_true(struct sh_ctx *cx, const struct sh_json *j)
{
	return cx->host->json_type(j) == SH_JSON_BOOL && cx->host->json_raw(j).n == 4;
}

/* A number as sh_decimal_parse reads it. */
static inline bool
sh_json_decimal(struct sh_ctx *cx, const struct sh_json *j, unsigned places, int64_t *ret)
{
	return cx->host->json_type(j) == SH_JSON_NUMBER && sh_decimal_parse(cx, cx->host->json_raw(j), places, ret);
}

/* Money for sh_event.cost_microcents, from a number or a text; 6 places if it is in cents, 8 if it is in dollars. */
static inline int64_t
sh_json_microcents(struct sh_ctx *cx, const struct sh_json *j, unsigned places)
{
	int64_t v;

	return sh_decimal_parse(cx, sh_json_plain(cx, j), places, &v) && v >= 0 ? v : -1;
}

/* How long something took, in ms, from a number's text that counts units of so many ms; -1: it is none, or a day and more. */
static inline int64_t
sh_span_parse(struct sh_ctx *cx, struct sh_str text, int64_t unit_ms)
{
	int64_t v;

	if (!sh_decimal_parse(cx, text, 6, &v) || v < 0 || v >= INT64_C(86400000) * 1000000 / unit_ms)
		return -1;
	return (v * unit_ms + 500000) / 1000000;
}

/* A time for an event: a text that sh_time_parse reads; 0: it is none. */
static inline int64_t
sh_str_time(struct sh_ctx *cx, struct sh_str text)
{
	int64_t ms;

	return sh_time_parse(cx, text, &ms) && ms > 0 ? ms : 0;
}

/* The same, or a number of milliseconds between the years 1973 and 9999. */
static inline int64_t
sh_json_time(struct sh_ctx *cx, const struct sh_json *j)
{
	int64_t ms = 0;

	if (sh_json_int(cx, j, &ms))
		return ms > INT64_C(100000000000) && ms < INT64_C(253402300800000) ? ms : 0;
	return sh_str_time(cx, cx->host->json_str(cx, j));
}

/* ---- JSON out ------------------------------------------------------------------------------------------- */

/* A string member in one line. */
static inline void
sh_out_member(struct sh_ctx *cx, struct sh_out *o, const char *key, struct sh_str value)
{
	sh_out_key(cx, o, key);
	sh_out_str(cx, o, value);
}

/* A member that is an object, and is left open. */
static inline void
sh_out_object(struct sh_ctx *cx, struct sh_out *o, const char *key)
{
	sh_out_key(cx, o, key);
	sh_out_open(cx, o, '{');
}

/* A value of a person's: a number if it is one, else a text. */
static inline void
sh_out_plain(struct sh_ctx *cx, struct sh_out *o, struct sh_str value)
{
	int64_t number;

	if (sh_int_parse(cx, value, &number))
		sh_out_int(cx, o, number);
	else
		sh_out_str(cx, o, value);
}

static inline void
sh_out_member_int(struct sh_ctx *cx, struct sh_out *o, const char *key, int64_t value)
{
	sh_out_key(cx, o, key);
	sh_out_int(cx, o, value);
}

/* A value of a person's as a member; nothing if it is empty or absent. */
static inline void
sh_out_member_plain(struct sh_ctx *cx, struct sh_out *o, const char *key, struct sh_str value)
{
	if (value.n == 0)
		return;
	sh_out_key(cx, o, key);
	sh_out_plain(cx, o, value);
}

/* A text as JSON, with quotes and escapes: for small bodies that sh_join puts together. */
static inline struct sh_str
sh_json_quote(struct sh_ctx *cx, struct sh_str text)
{
	struct sh_out *o = sh_out_new(cx);

	sh_out_str(cx, o, text);
	return sh_out_text(cx, o);
}

/* An object of strings: {"name": "value", …}. */
static inline void
sh_out_pairs(struct sh_ctx *cx, struct sh_out *o, const struct sh_pair *pairs, uint32_t n)
{
	sh_out_open(cx, o, '{');
	for (uint32_t i = 0; i < n; i++) {
		sh_out_name(cx, o, pairs[i].name);
		sh_out_str(cx, o, pairs[i].value.s ? pairs[i].value : SH_STR(""));
	}
	sh_out_close(cx, o, '}');
}

/* The members of an object, into one that is open; of anything else: nothing. */
static inline void
sh_out_members(struct sh_ctx *cx, struct sh_out *o, const struct sh_json *object)
{
	if (cx->host->json_type(object) != SH_JSON_OBJECT)
		return;
	for (const struct sh_json *m = cx->host->json_first(object); m; m = cx->host->json_next(m)) {
		struct sh_str key = cx->host->json_key(cx, m);

		if (!key.s)
			continue;
		sh_out_name(cx, o, key);
		sh_out_raw(cx, o, cx->host->json_raw(m));
	}
}

/*
 * Those members of an object that are there, of "one|two|three", into one that is open. One that stands deeper is named with
 * its path: "server_url=server.url".
 */
static inline void
sh_out_picked(struct sh_ctx *cx, struct sh_out *o, const struct sh_json *object, const char *keys)
{
	for (const char *at = keys; *at;) {
		size_t n = strcspn(at, "|"), nname = strcspn(at, "=|");
		struct sh_str name = { at, nname }, path = { at + (nname < n ? nname + 1 : 0), nname < n ? n - nname - 1 : n };
		const struct sh_json *member = cx->host->json_at(object, sh_join(cx, path).s);

		if (member) {
			sh_out_name(cx, o, name);
			sh_out_raw(cx, o, cx->host->json_raw(member));
		}
		at += n + (at[n] == '|');
	}
}

/* The rows of a list, as members of an object that is open: one member of each row is its name, another one its value. */
static inline void
sh_out_rows(struct sh_ctx *cx, struct sh_out *o, const struct sh_json *list, const char *name, const char *value)
{
	for (const struct sh_json *row = cx->host->json_first(list); row; row = cx->host->json_next(row)) {
		struct sh_str key = sh_json_get_str(cx, row, name);

		if (!key.s)
			continue;
		sh_out_name(cx, o, key);
		sh_out_raw(cx, o, sh_json_get_raw(cx, row, value));
	}
}

/*
 * What an analysis found, for sh_event.answers: rows that have a name and a value, the members of values that are objects, and
 * an object's members. Of equal names the object's count most, then the rows'.
 */
static inline struct sh_str
sh_json_answers(struct sh_ctx *cx, const struct sh_json *rows, const char *name, const char *value, const struct sh_json *object)
{
	struct sh_out *o = sh_out_new(cx);

	sh_out_open(cx, o, '{');
	for (const struct sh_json *row = cx->host->json_first(rows); row; row = cx->host->json_next(row))
		sh_out_members(cx, o, cx->host->json_get(row, value));
	sh_out_rows(cx, o, rows, name, value);
	sh_out_members(cx, o, object);
	sh_out_close(cx, o, '}');
	return sh_out_text(cx, o);
}

/* What sh_out_picked takes, as an object of its own: what a number is bound to, say. */
static inline struct sh_str
sh_json_pick(struct sh_ctx *cx, const struct sh_json *object, const char *keys)
{
	struct sh_out *o = sh_out_new(cx);

	sh_out_open(cx, o, '{');
	sh_out_picked(cx, o, object, keys);
	sh_out_close(cx, o, '}');
	return sh_out_text(cx, o);
}

/*
 * The members of several objects in one, of equal names the first object's: of those that the paths lead to, as
 * "call.metadata|assistant.metadata". SH_NONE: there are none.
 */
static inline struct sh_str
sh_json_merge(struct sh_ctx *cx, const struct sh_json *j, const char *paths)
{
	const struct sh_json **objects;
	struct sh_out *o = sh_out_new(cx);
	size_t n = 1, k;
	bool any = false;

	for (const char *at = paths; *at; at++)
		n += *at == '|';
	objects = (const struct sh_json **)sh_alloc(cx, n * sizeof(*objects));
	n = 0;
	sh_out_open(cx, o, '{');
	for (const char *at = paths; *at;) {
		size_t length = strcspn(at, "|");

		objects[n] = sh_json_at(cx, j, sh_join(cx, ((struct sh_str){ at, length })).s);
		at += length + (at[length] == '|');
		if (cx->host->json_type(objects[n]) != SH_JSON_OBJECT)
			continue;
		for (const struct sh_json *m = cx->host->json_first(objects[n]); m; m = cx->host->json_next(m)) {
			struct sh_str key = cx->host->json_key(cx, m);
			const char *z = n > 0 && key.s ? sh_join(cx, key).s : NULL;

			for (k = 0; z && k < n && !cx->host->json_get(objects[k], z); k++)
				;
			if (!key.s || k < n)
				continue;
			sh_out_name(cx, o, key);
			sh_out_raw(cx, o, cx->host->json_raw(m));
			any = true;
		}
		n++;
	}
	sh_out_close(cx, o, '}');
	return any ? sh_out_text(cx, o) : SH_NONE;
}

/* The object that a dial carries as metadata: the caller's members, then ours as strings, which no caller's may replace. */
static inline void
sh_out_metadata(struct sh_ctx *cx, struct sh_out *o, const struct sh_dial *d)
{
	const struct sh_json *callers = d->metadata.s ? sh_json_parse(cx, d->metadata) : NULL;

	sh_out_open(cx, o, '{');
	if (cx->host->json_type(callers) == SH_JSON_OBJECT)
		for (const struct sh_json *m = cx->host->json_first(callers); m; m = cx->host->json_next(m)) {
			struct sh_str key = cx->host->json_key(cx, m);

			if (sh_str_is(key, SH_META_DIAL) || sh_str_is(key, SH_META_CALLBACK) || sh_str_is(key, SH_META_ATTEMPT))
				continue;
			sh_out_name(cx, o, key);
			sh_out_raw(cx, o, cx->host->json_raw(m));
		}
	sh_out_member(cx, o, SH_META_DIAL, d->dial_id);
	sh_out_member(cx, o, SH_META_CALLBACK, d->callback_id);
	sh_out_member(cx, o, SH_META_ATTEMPT, sh_int_format(cx, d->attempt));
	sh_out_close(cx, o, '}');
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

/* The pairs by name, then by value, byte for byte, and none twice: as providers do that sign a form. *n becomes their number. */
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

/* ---- signatures ----------------------------------------------------------------------------------------- */

/* The first header of that name; absent: .s == NULL. */
static inline struct sh_str
sh_header(const struct sh_pair *headers, uint32_t n, const char *name)
{
	for (uint32_t i = 0; i < n; i++)
		if (sh_str_like(headers[i].name, name))
			return headers[i].value;
	return SH_NONE;
}

/* How often it occurs. */
static inline uint32_t
sh_header_count(const struct sh_pair *headers, uint32_t n, const char *name)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < n; i++)
		count += sh_str_like(headers[i].name, name);
	return count;
}

/* VALID, with its value: the header is there once. MISSING; INVALID: one that occurs twice proves nothing. */
static inline enum sh_verdict
sh_header_one(const struct sh_delivery *d, const char *name, struct sh_str *ret)
{
	uint32_t count = name ? sh_header_count(d->headers, d->nheaders, name) : 0;

	*ret = count == 1 ? sh_header(d->headers, d->nheaders, name) : SH_NONE;
	return count == 1 ? SH_VERDICT_VALID : count == 0 ? SH_VERDICT_MISSING : SH_VERDICT_INVALID;
}

/*
 * Is given the HMAC of the parts, one after the other, under this key, written so (NULL: as bytes)? In constant time.
 * An empty key proves nothing: anybody can sign with it.
 */
static inline bool
sh_is_signed_by(struct sh_ctx *cx, struct sh_str key, enum sh_hash hash, const struct sh_str *parts, size_t n,
	sh_encode_f *encode, struct sh_str given)
{
	uint8_t mac[64];
	struct sh_str ours = { (const char *)mac, 0 };

	if (key.n == 0)
		return false;
	ours.n = sh_hmac(cx, hash, key, parts, n, mac);
	return sh_equal(cx, encode ? encode(cx, ours) : ours, given);
}

/* The same under the secret that the setting holds, or the one before it while a rotation's grace lasts. */
static inline bool
sh_is_signed(struct sh_ctx *cx, const struct sh_account *a, uint32_t setting, enum sh_hash hash, const struct sh_str *parts,
	size_t n, sh_encode_f *encode, struct sh_str given)
{
	return sh_is_signed_by(cx, sh_setting(a, setting), hash, parts, n, encode, given) ||
	       sh_is_signed_by(cx, sh_setting_old(a, setting), hash, parts, n, encode, given);
}

/* Is given that secret itself, now or before, behind a word such as "Bearer "? */
static inline bool
sh_is_token(struct sh_ctx *cx, const struct sh_account *a, uint32_t setting, const char *before, struct sh_str given)
{
	const struct sh_str keys[] = { sh_setting(a, setting), sh_setting_old(a, setting) };

	for (size_t i = 0; i < 2; i++)
		if (keys[i].n > 0 && sh_equal(cx, sh_join(cx, sh_str(before), keys[i]), given))
			return true;
	return false;
}

/* Was it signed in our time, give or take so many seconds (a setting's text; 1 to 300, else 300)? */
static inline bool
sh_is_fresh(struct sh_ctx *cx, const struct sh_delivery *d, int64_t signed_ms, struct sh_str window_s)
{
	int64_t window;

	if (!sh_int_parse(cx, window_s, &window) || window < 1 || window > 300)
		window = 300;
	return signed_ms >= 0 && signed_ms <= INT64_C(1000000000000000) && d->arrived_ms - signed_ms <= window * 1000 &&
	       signed_ms - d->arrived_ms <= window * 1000;
}

/* ---- events --------------------------------------------------------------------------------------------- */

/* The digest of the parts, one after the other, in hex. */
static inline struct sh_str
sh_hash_hex(struct sh_ctx *cx, enum sh_hash h, const struct sh_str *parts, size_t n)
{
	uint8_t digest[64];
	size_t size = sh_hash(cx, h, parts, n, digest);

	return sh_hex(cx, (struct sh_str){ (const char *)digest, size });
}

/* 32 hex digits of SHA-256, for dedup where the provider gives no id. The parts are kept apart: "ab", "c" is not "a", "bc". */
static inline struct sh_str
sh_dedup(struct sh_ctx *cx, const struct sh_str *parts, size_t n)
{
	struct sh_str *apart = (struct sh_str *)sh_alloc(cx, 2 * n * sizeof(*apart) + 1);
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		apart[k++] = parts[i];
		if (i + 1 < n)
			apart[k++] = (struct sh_str){ "", 1 };
	}
	return sh_str_part(sh_hash_hex(cx, SH_SHA256, apart, k), 0, 32);
}

/* What a word, the name of an event or the state of a call, means. The last row has no word, and is for all others. */
struct sh_state {
	const char *word;
	enum sh_kind kind;
	bool over, final;
};

static inline const struct sh_state *
sh_state(const struct sh_state *rows, struct sh_str word)
{
	while (rows->word && !sh_str_is(word, rows->word))
		rows++;
	return rows;
}

/* The same of members of an object, "a|b|c", as they stand there: what makes a delivery news. */
static inline struct sh_str
sh_dedup_json(struct sh_ctx *cx, const struct sh_json *object, const char *keys)
{
	struct sh_str parts[16];
	size_t count = 0;

	for (struct sh_str rest = sh_str(keys); rest.s && count < 16;) {
		struct sh_str key = sh_str_cut(rest, "|", &rest);

		parts[count++] = sh_json_get_raw(cx, object, sh_join(cx, key).s);
	}
	return sh_dedup(cx, parts, count);
}

static inline void
sh_event_state(struct sh_event *e, const struct sh_state *row)
{
	e->kind = row->kind;
	e->over = row->over;
	e->final = row->final;
}

/* Who called whom, by the event's direction: our number, and the other side's. */
static inline void
sh_event_between(struct sh_event *e, struct sh_str own, struct sh_str other)
{
	if (e->direction == SH_DIRECTION_UNKNOWN)
		return;
	e->from = e->direction == SH_DIRECTION_OUTBOUND ? own : other;
	e->to = e->direction == SH_DIRECTION_OUTBOUND ? other : own;
}

/*
 * Was nobody ever on the line, as the reasons say of the event's facts? It was busy, not answered, or not even an attempt:
 * no analysis that may follow could still change that.
 */
static inline bool
sh_unheard(struct sh_ctx *cx, const struct sh_event *e)
{
	const struct sh_reason *row = sh_reason(cx, e->facts, e->nfacts);

	return row && (row->means.outcome == SH_OUTCOME_NO_ANSWER || row->means.outcome == SH_OUTCOME_BUSY || row->means.uncounted);
}

/* Adds a fact; one that says nothing is left out. An event whose facts are added so has no others. */
static inline void
sh_fact(struct sh_ctx *cx, struct sh_event *e, const char *name, struct sh_str value)
{
	struct sh_pair *facts = (struct sh_pair *)(uintptr_t)e->facts;

	if (value.n == 0)
		return;
	if (e->nfacts % 8 == 0) {
		facts = (struct sh_pair *)sh_alloc(cx, (e->nfacts + 8) * sizeof(*facts));
		if (e->nfacts > 0)
			memcpy(facts, e->facts, e->nfacts * sizeof(*facts));
		e->facts = facts;
	}
	facts[e->nfacts++] = (struct sh_pair){ sh_str(name), value };
}

/* Our name of a thing, and the provider's. */
struct sh_names {
	const char *ours, *theirs;
};

/* Facts out of an object: theirs are paths in it. The rows end with one without names. */
static inline void
sh_facts_json(struct sh_ctx *cx, struct sh_event *e, const struct sh_json *object, const struct sh_names *rows)
{
	for (; rows->ours; rows++)
		sh_fact(cx, e, rows->ours, sh_json_plain(cx, sh_json_at(cx, object, rows->theirs)));
}

/* Where an object has what an event says: a member of the event, or a fact's name, and paths in the object. */
enum sh_how {
	SH_HOW_FACT,
	SH_HOW_TEXT,
	SH_HOW_NUMBER,
	SH_HOW_RAW,
	SH_HOW_TIME,
	SH_HOW_DIRECTION,
	SH_HOW_DOLLARS,
	SH_HOW_CENTS
};
struct sh_member {
	const char *path;
	enum sh_how how;
	uint32_t at;			/* where the member is in struct sh_event */
	const char *fact;
};
#define SH_FACT(name, path_) { .path = path_, .fact = name }
#define SH_TEXT(member, path_) { .path = path_, .how = SH_HOW_TEXT, .at = offsetof(struct sh_event, member) }
#define SH_NUMBER(member, path_) { .path = path_, .how = SH_HOW_NUMBER, .at = offsetof(struct sh_event, member) }
#define SH_DOLLARS(member, path_) { .path = path_, .how = SH_HOW_DOLLARS, .at = offsetof(struct sh_event, member) }
#define SH_CENTS(member, path_) { .path = path_, .how = SH_HOW_CENTS, .at = offsetof(struct sh_event, member) }
#define SH_RAW(member, path_) { .path = path_, .how = SH_HOW_RAW, .at = offsetof(struct sh_event, member) }
#define SH_TIME(member, path_) { .path = path_, .how = SH_HOW_TIME, .at = offsetof(struct sh_event, member) }
#define SH_DIRECTION(path_) { .path = path_, .how = SH_HOW_DIRECTION }

/* Reads them, in their order. The rows end with one without a path. */
static inline void
sh_event_fill(struct sh_ctx *cx, struct sh_event *e, const struct sh_json *object, const struct sh_member *rows)
{
	for (; rows->path; rows++) {
		const struct sh_json *j = cx->host->json_at(object, rows->path);
		char *at = (char *)e + rows->at;

		if (rows->how == SH_HOW_FACT)
			sh_fact(cx, e, rows->fact, sh_json_plain(cx, j));
		else if (rows->how == SH_HOW_TEXT)
			*(struct sh_str *)(void *)at = cx->host->json_str(cx, j);
		else if (rows->how == SH_HOW_NUMBER)
			*(struct sh_str *)(void *)at = sh_str_plus(cx, cx->host->json_str(cx, j));
		else if (rows->how == SH_HOW_RAW)
			*(struct sh_str *)(void *)at = cx->host->json_raw(j);
		else if (rows->how == SH_HOW_DIRECTION)
			e->direction = sh_direction(cx->host->json_str(cx, j));
		else if (rows->how == SH_HOW_TIME)
			*(int64_t *)(void *)at = sh_json_time(cx, j);
		else
			*(int64_t *)(void *)at = sh_json_microcents(cx, j, rows->how == SH_HOW_CENTS ? 6 : 8);
	}
}

/* The same out of a form: a path is a field's name. */
static inline void
sh_event_fill_form(struct sh_ctx *cx, struct sh_event *e, const struct sh_pair *form, size_t n, const struct sh_member *rows)
{
	for (; rows->path; rows++) {
		struct sh_str value = sh_pair_get(form, n, rows->path);
		char *at = (char *)e + rows->at;
		int64_t v;

		if (rows->how == SH_HOW_FACT)
			sh_fact(cx, e, rows->fact, value);
		else if (rows->how == SH_HOW_TIME)
			*(int64_t *)(void *)at = sh_str_time(cx, value);
		else if (rows->how == SH_HOW_DIRECTION)
			e->direction = sh_direction(value);
		else if (rows->how == SH_HOW_DOLLARS || rows->how == SH_HOW_CENTS)
			*(int64_t *)(void *)at =
				sh_decimal_parse(cx, value, rows->how == SH_HOW_CENTS ? 6 : 8, &v) && v >= 0 ? v : -1;
		else
			*(struct sh_str *)(void *)at = rows->how == SH_HOW_NUMBER ? sh_str_plus(cx, value) : value;
	}
}

/* ---- requests ------------------------------------------------------------------------------------------- */

static inline struct sh_str
sh_bearer(struct sh_ctx *cx, struct sh_str key)
{
	return sh_join(cx, SH_STR("Bearer "), key);
}

static inline struct sh_str
sh_basic(struct sh_ctx *cx, struct sh_str user, struct sh_str password)
{
	return sh_join(cx, SH_STR("Basic "), sh_base64(cx, sh_join(cx, user, SH_STR(":"), password)));
}

/* One header more, unless its value is absent. */
static inline void
sh_request_header(struct sh_ctx *cx, struct sh_request *r, const char *name, struct sh_str value)
{
	struct sh_pair *h;

	if (!value.s)
		return;
	h = (struct sh_pair *)sh_alloc(cx, (r->nheaders + 1) * sizeof(*h));
	if (r->nheaders > 0)
		memcpy(h, r->headers, r->nheaders * sizeof(*h));
	h[r->nheaders++] = (struct sh_pair){ sh_str(name), value };
	r->headers = h;
}

/*
 * Fills the request: an Authorization header, and a body of this type unless it is absent. JSON is wanted back. Without
 * an URL it stays empty: there is nothing to ask.
 */
static inline void
sh_request_fill(struct sh_ctx *cx, struct sh_request *r, struct sh_str method, struct sh_str url, struct sh_str authorization,
	const char *type, struct sh_str body)
{
	if (!url.s)
		return;
	r->method = method;
	r->url = url;
	r->body = body;
	sh_request_header(cx, r, "authorization", authorization);
	sh_request_header(cx, r, "accept", SH_STR("application/json"));
	if (body.s)
		sh_request_header(cx, r, "content-type", sh_str(type));
}

static inline void
sh_request_json(struct sh_ctx *cx, struct sh_request *r, struct sh_str method, struct sh_str url, struct sh_str authorization,
	struct sh_str body)
{
	sh_request_fill(cx, r, method, url, authorization, "application/json", body);
}

/* The body is a form (sh_form_encode). */
static inline void
sh_request_form(struct sh_ctx *cx, struct sh_request *r, struct sh_str method, struct sh_str url, struct sh_str authorization,
	struct sh_str form)
{
	sh_request_fill(cx, r, method, url, authorization, "application/x-www-form-urlencoded", form);
}

/* An id as one segment of a path. SH_NONE to one that is empty or, of dots, would lead elsewhere: then there is nothing to ask. */
static inline struct sh_str
sh_path_segment(struct sh_ctx *cx, struct sh_str id)
{
	return id.n == 0 || sh_str_is(id, ".") || sh_str_is(id, "..") ? SH_NONE : sh_url_escape(cx, id);
}

/* A path that ends in an id: sh_path(cx, "/v1/calls/", id); SH_NONE to an id that is no segment. */
static inline struct sh_str
sh_path(struct sh_ctx *cx, const char *before, struct sh_str id)
{
	struct sh_str segment = sh_path_segment(cx, id);

	return segment.s ? sh_join(cx, sh_str(before), segment) : SH_NONE;
}

/* A URL for sh_request_json: the base and a path; SH_NONE without a path. */
static inline struct sh_str
sh_url(struct sh_ctx *cx, struct sh_str base, struct sh_str path)
{
	return path.s ? sh_join(cx, base, path) : SH_NONE;
}

/* The pairs behind a URL's '?'; NULL if there are none, or if they are malformed. */
static inline const struct sh_pair *
sh_url_query(struct sh_ctx *cx, struct sh_str url, size_t *ret_n)
{
	const char *mark = url.n ? (const char *)memchr(url.s, '?', url.n) : NULL, *end = url.s + url.n, *hash;

	*ret_n = 0;
	if (!mark)
		return NULL;
	hash = (const char *)memchr(mark, '#', (size_t)(end - mark));
	return sh_form(cx, (struct sh_str){ mark + 1, (size_t)((hash ? hash : end) - mark) - 1 }, ret_n);
}

/* The first value of that name there; absent: .s == NULL. */
static inline struct sh_str
sh_url_get(struct sh_ctx *cx, struct sh_str url, const char *name)
{
	size_t n;
	const struct sh_pair *query = sh_url_query(cx, url, &n);

	return sh_pair_get(query, n, name);
}

/* A callback's URL with our ids in its query, by which sh_event_marks knows what comes there. */
static inline struct sh_str
sh_url_marked(struct sh_ctx *cx, struct sh_str url, const struct sh_dial *d)
{
	const struct sh_pair marks[] = { { SH_STR(SH_META_DIAL), d->dial_id }, { SH_STR(SH_META_CALLBACK), d->callback_id },
		{ SH_STR(SH_META_ATTEMPT), sh_int_format(cx, d->attempt) } };

	return sh_url_with(cx, url, marks, 3);
}

/* The way back: dial_id, and all of the ids as metadata. False: the URL bears none. */
static inline bool
sh_event_marks(struct sh_ctx *cx, struct sh_event *e, struct sh_str url)
{
	static const char *const names[] = { SH_META_DIAL, SH_META_CALLBACK, SH_META_ATTEMPT };
	size_t n;
	const struct sh_pair *query = sh_url_query(cx, url, &n);
	struct sh_pair marks[3];
	struct sh_out *o;
	uint32_t found = 0;

	for (size_t i = 0; i < 3; i++) {
		marks[found] = (struct sh_pair){ sh_str(names[i]), sh_pair_get(query, n, names[i]) };
		found += marks[found].value.s != NULL;
	}
	if (found == 0)
		return false;
	o = sh_out_new(cx);
	sh_out_pairs(cx, o, marks, found);
	e->metadata = sh_out_text(cx, o);
	e->dial_id = sh_pair_get(query, n, SH_META_DIAL);
	return true;
}

/* A URL's port with its colon; else the place where it would stand, empty. */
static inline struct sh_str
sh_url_port(struct sh_str url)
{
	struct sh_str rest, port = SH_NONE;
	const char *at, *end = url.s + url.n;

	sh_str_cut(url, "://", &rest);
	for (at = rest.s ? rest.s : end; at < end && !strchr("/?#", *at); at++)
		if (*at == ':' || *at == ']')
			port.s = *at == ':' ? at : NULL; /* the colons of an address stand in brackets */
	port.s = port.s ? port.s : at;
	port.n = (size_t)(at - port.s);
	return port;
}

/* ---- answers -------------------------------------------------------------------------------------------- */

/*
 * In how many milliseconds an answer says that we may come again (Retry-After, in seconds or as a date), a day at most; 0: it
 * does not say.
 */
static inline int64_t
sh_retry_after_ms(struct sh_ctx *cx, const struct sh_response *r)
{
	struct sh_str after = sh_header(r->headers, r->nheaders, "retry-after");
	int64_t ms;

	if (sh_int_parse(cx, after, &ms))
		ms = ms > 86400 ? 86400000 : ms > 0 ? ms * 1000 : 0;
	else
		ms = sh_time_parse(cx, after, &ms) ? ms - cx->now_ms : 0;
	return ms < 0 ? 0 : ms > 86400000 ? 86400000 : ms;
}

/* What a status means that nobody explained otherwise: 2xx is OK, and a 429 says in Retry-After how long to wait. */
static inline enum sh_answer
sh_answer_of(struct sh_ctx *cx, const struct sh_response *r)
{
	if (r->status >= 200 && r->status <= 299)
		return SH_ANSWER_OK;
	cx->text = sh_join(cx, SH_STR("HTTP "), sh_int_format(cx, r->status));
	if (r->status == 401 || r->status == 403)
		return SH_ANSWER_UNAUTHORIZED;
	if (r->status == 404)
		return SH_ANSWER_ABSENT;
	if (r->status != 429)
		return SH_ANSWER_FAILED;
	cx->after_ms = sh_retry_after_ms(cx, r);
	return SH_ANSWER_LIMITED;
}

/*
 * The same, and the answer's JSON, in which there must be what the path leads to (NULL: nothing), neither null nor an
 * empty text: any page that answers 200 is no proof of a good key, and no call.
 */
static inline enum sh_answer
sh_answer_json(struct sh_ctx *cx, const struct sh_exchange *x, const char *needs, const struct sh_json **ret)
{
	enum sh_answer answer = sh_answer_of(cx, x->response);
	const struct sh_json *j;

	*ret = sh_json_parse(cx, x->response->body);
	if (answer != SH_ANSWER_OK)
		return answer;
	j = sh_json_at(cx, *ret, needs ? needs : "");
	if (sh_json_type(cx, j) <= SH_JSON_NULL || (sh_json_type(cx, j) == SH_JSON_STRING && sh_json_str(cx, j).n == 0))
		return sh_failed(cx, needs ? sh_join(cx, SH_STR("the answer has no "), sh_str(needs)).s : "the answer is not JSON");
	return SH_ANSWER_OK;
}

/*
 * The same of a list: the first row (NULL: it is empty) of the first array among these paths, as "data.calls|calls|",
 * of which the last is the answer itself. What is no list must not pass for an empty one, which would prove something.
 */
static inline enum sh_answer
sh_answer_list(struct sh_ctx *cx, const struct sh_exchange *x, const char *paths, const struct sh_json **ret,
	const struct sh_json **ret_first)
{
	enum sh_answer answer = sh_answer_of(cx, x->response);

	*ret = sh_json_parse(cx, x->response->body);
	*ret_first = NULL;
	for (const char *at = paths; answer == SH_ANSWER_OK;) {
		size_t n = strcspn(at, "|");
		const struct sh_json *list = sh_json_at(cx, *ret, sh_join(cx, ((struct sh_str){ at, n })).s);

		if (sh_json_type(cx, list) == SH_JSON_ARRAY) {
			*ret_first = sh_json_first(cx, list);
			return answer;
		}
		if (at[n] == '\0')
			return sh_failed(cx, "the answer holds no list");
		at += n + 1;
	}
	return answer;
}

/*
 * A walk through several lists, one after the other. Each has a letter; a cursor is the letter of its list, and then what
 * leads on in it. Which list is it? The first, if the cursor is of none; *ret_rest (or NULL): what leads on, absent at its
 * beginning.
 */
static inline size_t
sh_walk_at(struct sh_str cursor, const char *letters, struct sh_str *ret_rest)
{
	const char *at = cursor.n > 0 ? (const char *)memchr(letters, cursor.s[0], strlen(letters)) : NULL;

	if (ret_rest)
		*ret_rest = at ? sh_str_from(cursor, 1) : SH_NONE;
	return at ? (size_t)(at - letters) : 0;
}

/* Goes on in this list, if something leads on in it; else to the beginning of the next one, after the last to the end. */
static inline void
sh_walk_next(struct sh_ctx *cx, const char *letters, size_t at, struct sh_str next)
{
	if (next.n > 0)
		sh_next(cx, sh_join(cx, ((struct sh_str){ letters + at, 1 }), next));
	else
		sh_next(cx, sh_str_part(sh_str(letters), at + 1, 1));
}

/* How many rows follow the first one, with it. */
static inline size_t
sh_list_count(struct sh_ctx *cx, const struct sh_json *row)
{
	size_t n = 0;

	for (; row; row = cx->host->json_next(row))
		n++;
	return n;
}

/*
 * What leads on in a list that has no pages, only bounds for a time that is in each row: "<TIME", the rows made no later, if
 * they fall; ">TIME", those made no sooner, if they rise; SH_NONE: there are none, or they are in no order. Times are shown
 * in milliseconds, and may be kept in microseconds: what is beyond takes the last row in once more.
 */
static inline struct sh_str
sh_list_beyond(struct sh_ctx *cx, const struct sh_json *row, const char *key)
{
	bool falls = row != NULL, rises = row != NULL;
	int64_t ms = sh_json_time(cx, cx->host->json_get(row, key)), before = ms;

	for (; row; row = cx->host->json_next(row), before = ms) {
		ms = sh_json_time(cx, cx->host->json_get(row, key));
		falls &= ms > 0 && ms <= before;
		rises &= ms > 0 && ms >= before;
	}
	if (falls)
		return sh_join(cx, SH_STR("<"), sh_time_format(cx, ms + 1));
	return rises ? sh_join(cx, SH_STR(">"), sh_time_format(cx, ms)) : SH_NONE;
}

/* ---- the answer to a dial ------------------------------------------------------------------------------- */

/* Placed, if it says so with a 2xx and the call's id; else unknown. The reason is the status: "http_201". */
static inline void
sh_placed(struct sh_ctx *cx, const struct sh_exchange *x, struct sh_placed *p, struct sh_str call_id)
{
	p->reason = sh_join(cx, SH_STR("http_"), sh_int_format(cx, x->response->status));
	p->call_id = x->response->status >= 200 && x->response->status <= 299 ? call_id : SH_NONE;
	p->placing = p->call_id.n > 0 ? SH_DIAL_PLACED : SH_DIAL_UNKNOWN;
}

/*
 * A refusal that the provider documents: no call exists. The rows end with one without a reason.
 *
 *	{ 400, "customer.number must be", "number_invalid", SH_REFUSED(OTHER, NEVER, NUMBER_INVALID) },
 *	{ 400, "Concurrency Limit", "no_free_slot", SH_LATER(30) },
 *	{ 401, "", "bad_key", SH_REFUSED(TECHNICAL_ERROR, POLICY, PAUSE_WORKSPACE) },
 */
struct sh_refusal {
	int status;			/* 0: any */
	const char *says;		/* in the provider's words, in whichever case; "": whatever it says */
	const char *reason;		/* for people and the log */
	enum sh_placing placing;	/* SH_DIAL_UNKNOWN: documented, but not that no call exists */
	struct sh_disposition means;
	int64_t after_ms;		/* SH_DIAL_LATER: where Retry-After does not say it */
};
#define SH_REFUSED(outcome, retry, action)                                                              \
	SH_DIAL_REFUSED, { SH_OUTCOME_##outcome, SH_RETRY_##retry, true, SH_ACTION_##action }, 0
#define SH_LATER(seconds) SH_DIAL_LATER, { SH_OUTCOME_OTHER, SH_RETRY_POLICY, true, SH_ACTION_NONE }, (seconds) * 1000

/*
 * Takes the first row that fits the answer's status and what it says. What it says must be the provider's own words, out of
 * its own form of an error: the page of something that stands before it refuses nothing. Absent: nothing is done.
 */
static inline void
sh_refused(struct sh_ctx *cx, const struct sh_exchange *x, const struct sh_refusal *rows, struct sh_str says, struct sh_placed *p)
{
	for (; says.s && rows->reason; rows++) {
		if ((rows->status && rows->status != x->response->status) || !sh_str_has(says, rows->says))
			continue;
		p->placing = rows->placing;
		p->disposition = rows->means;
		p->reason = sh_str(rows->reason);
		cx->after_ms = rows->placing == SH_DIAL_LATER ? sh_retry_after_ms(cx, x->response) : 0;
		if (rows->placing == SH_DIAL_LATER && cx->after_ms == 0)
			cx->after_ms = rows->after_ms;
		return;
	}
}

#endif
