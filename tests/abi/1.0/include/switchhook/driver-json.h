/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * switchhook/driver-json.h: what drivers read in JSON and write as JSON. See driver-usual.h.
 */
#ifndef SWITCHHOOK_DRIVER_H
#error "include <switchhook/driver.h>, which brings this"
#endif
#ifndef SWITCHHOOK_DRIVER_JSON_H
#define SWITCHHOOK_DRIVER_JSON_H

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

/* A time for an event: a text that sh_time_parse reads; 0: it is none, has no offset, or a blank where the 'T' stands. */
static inline int64_t
sh_str_time(struct sh_ctx *cx, struct sh_str text)
{
	int64_t ms;

	return sh_time_parse(cx, text, &ms) && ms > 0 ? ms : 0;
}

/*
 * The same of a provider whose times are UTC though they do not say so, as "2026-11-21 19:04:05" with a blank or a 'T': Z is
 * put behind a date and a time without an offset.
 */
static inline int64_t
sh_str_time_utc(struct sh_ctx *cx, struct sh_str text)
{
	if (text.n < 19 || (text.s[10] != ' ' && text.s[10] != 'T') || text.s[4] != '-')
		return sh_str_time(cx, text);
	if (text.s[text.n - 1] < '0' || text.s[text.n - 1] > '9' || memchr(text.s + 19, '+', text.n - 19) ||
		memchr(text.s + 19, '-', text.n - 19))
		return sh_str_time(cx, sh_join(cx, sh_str_part(text, 0, 10), SH_STR("T"), sh_str_from(text, 11)));
	return sh_str_time(cx, sh_join(cx, sh_str_part(text, 0, 10), SH_STR("T"), sh_str_from(text, 11), SH_STR("Z")));
}

/* The same as sh_str_time, or a number of milliseconds between the years 1973 and 9999. */
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

#endif
