/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * switchhook/driver-services.h: the host's functions (struct sh_host), as a driver calls them. Comes with driver.h.
 */
#ifndef SWITCHHOOK_DRIVER_H
#error "include <switchhook/driver.h>, which brings this"
#endif
#ifndef SWITCHHOOK_DRIVER_SERVICES_H
#define SWITCHHOOK_DRIVER_SERVICES_H

/* ---- the call --------------------------------------------------------------------------------------- */

/* Zeroed memory from the call's arena, aligned for any type. Past the ceiling the call ends as failed: never NULL. */
static inline void *
sh_alloc(struct sh_ctx *cx, size_t n)
{
	return cx->host->alloc(cx, n);
}

/* The parts in one string that ends in NUL: sh_join(cx, base, SH_STR("/calls/"), id). Absent ones count as empty. */
#define sh_join(cx, ...)                                                                                \
	sh_join_parts((cx), (const struct sh_str[]){ __VA_ARGS__ },                                     \
		      sizeof((const struct sh_str[]){ __VA_ARGS__ }) / sizeof(struct sh_str))
static inline struct sh_str
sh_join_parts(struct sh_ctx *cx, const struct sh_str *parts, size_t n)
{
	size_t total = 0, at = 0;
	char *p;

	for (size_t i = 0; i < n; i++)
		total += parts[i].n;
	p = (char *)sh_alloc(cx, total + 1);
	for (size_t i = 0; i < n; at += parts[i++].n)
		if (parts[i].n)
			memcpy(p + at, parts[i].s, parts[i].n);
	return (struct sh_str){ p, total };
}

/* One line of the gateway's log, which names driver and function itself. No personal data, no secrets. */
static inline void
sh_log_text(struct sh_ctx *cx, enum sh_log_level level, const char *text)
{
	cx->host->log(cx, level, text);
}

/*
 * Says why, for the operator, and is the answer of a function that failed. In a function that makes a request: why it
 * makes none.
 */
static inline enum sh_answer
sh_failed(struct sh_ctx *cx, const char *text)
{
	cx->text = sh_str(text);
	return SH_ANSWER_FAILED;
}

/*
 * There is another page. A cursor that leads to where the walk has been before, or has more than 1024 bytes, fails it: a
 * list is taken whole, or not at all.
 */
static inline void
sh_next(struct sh_ctx *cx, struct sh_str cursor)
{
	cx->cursor = cursor;
}

/*
 * calls_parse, of any page: the call may be among these, but that shows only later. Unless another page shows it, all is
 * asked again after that.
 */
static inline void
sh_undecided(struct sh_ctx *cx, int64_t after_ms)
{
	cx->after_ms = after_ms;
}

/* ---- what is handed over, and what is given ------------------------------------------------------------- */

/*
 * Hands over what was read. The struct's size field is set here; strings are copied. A number is asked for by numbers_parse
 * alone, an agent by agents_parse, an event by normalize, calls_parse and call_parse: in any other function the call ends as failed.
 */
static inline void
sh_number_add(struct sh_ctx *cx, struct sh_number *n)
{
	n->size = sizeof(*n);
	cx->host->number_add(cx, n);
}

static inline void
sh_agent_add(struct sh_ctx *cx, struct sh_agent *a)
{
	a->size = sizeof(*a);
	cx->host->agent_add(cx, a);
}

static inline void
sh_event_add(struct sh_ctx *cx, struct sh_event *e)
{
	e->size = sizeof(*e);
	cx->host->event_add(cx, e);
}

/* A setting's value; unset: its fallback; none: .s == NULL. */
static inline struct sh_str
sh_setting(const struct sh_account *a, uint32_t index)
{
	return index < a->nvalues ? a->values[index].now : SH_NONE;
}

/* The value before the last rotation, while its grace lasts. */
static inline struct sh_str
sh_setting_old(const struct sh_account *a, uint32_t index)
{
	return index < a->nvalues ? a->values[index].old : SH_NONE;
}

/* The first pair of that name: a fact, a form's field; absent: .s == NULL. */
static inline struct sh_str
sh_pair_get(const struct sh_pair *pairs, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (sh_str_is(pairs[i].name, name))
			return pairs[i].value;
	return SH_NONE;
}

/*
 * The first row of the reasons table that fits these facts; NULL: none does. The host asks this by itself; a driver needs
 * it where something else depends on the meaning, as whether an end is the final word.
 */
static inline const struct sh_reason *
sh_reason(struct sh_ctx *cx, const struct sh_pair *facts, size_t n)
{
	return cx->host->reason(cx, facts, n);
}

/* ---- digests and signatures --------------------------------------------------------------------------- */

/* Equal? The time depends on the lengths only. Two empty strings are not equal: an empty secret matches nothing. */
static inline bool
sh_equal(struct sh_ctx *cx, struct sh_str a, struct sh_str b)
{
	return cx->host->equal(a, b);
}

/* Digest of the parts, one after the other. out takes 20, 32 or 64 bytes; the return value says how many. */
static inline size_t
sh_hash(struct sh_ctx *cx, enum sh_hash h, const struct sh_str *parts, size_t n, uint8_t *out)
{
	return cx->host->hash(h, parts, n, out);
}

/* HMAC (RFC 2104) of the parts, one after the other. */
static inline size_t
sh_hmac(struct sh_ctx *cx, enum sh_hash h, struct sh_str key, const struct sh_str *parts, size_t n, uint8_t *out)
{
	return cx->host->hmac(h, key, parts, n, out);
}

/* Ed25519 (RFC 8032). */
static inline bool
sh_ed25519(struct sh_ctx *cx, const uint8_t key[32], const uint8_t signature[64], struct sh_str message)
{
	return cx->host->ed25519(key, signature, message);
}

/* ---- bytes as text ------------------------------------------------------------------------------------ */

/* Lower-case hex, and back; the decoders answer SH_NONE to anything that is not a whole number of digits. */
static inline struct sh_str
sh_hex(struct sh_ctx *cx, struct sh_str bytes)
{
	return cx->host->hex(cx, bytes);
}

static inline struct sh_str
sh_hex_decode(struct sh_ctx *cx, struct sh_str text)
{
	return cx->host->hex_decode(cx, text);
}

/* Base64 of RFC 4648 section 4, padded; the decoder is strict, and takes the URL alphabet too. */
static inline struct sh_str
sh_base64(struct sh_ctx *cx, struct sh_str bytes)
{
	return cx->host->base64(cx, bytes);
}

static inline struct sh_str
sh_base64_decode(struct sh_ctx *cx, struct sh_str text)
{
	return cx->host->base64_decode(cx, text);
}

/* Percent-encodes all but RFC 3986's unreserved characters: fit for one path segment or query value. */
static inline struct sh_str
sh_url_escape(struct sh_ctx *cx, struct sh_str s)
{
	return cx->host->url_escape(cx, s);
}

/* application/x-www-form-urlencoded, in order, duplicates kept; NULL, and 0 pairs, if it is malformed or has more than 1,000. */
static inline const struct sh_pair *
sh_form(struct sh_ctx *cx, struct sh_str body, size_t *ret_n)
{
	return cx->host->form(cx, body, ret_n);
}

/* The same back; pairs whose value is absent are left out, so that a form can be one table. */
static inline struct sh_str
sh_form_encode(struct sh_ctx *cx, const struct sh_pair *pairs, size_t n)
{
	return cx->host->form_encode(cx, pairs, n);
}

/* ---- numbers and times -------------------------------------------------------------------------------- */

/* A whole decimal number, '-' allowed, that fits 64 bits. */
static inline bool
sh_int_parse(struct sh_ctx *cx, struct sh_str text, int64_t *ret)
{
	return cx->host->int_parse(text, ret);
}

static inline struct sh_str
sh_int_format(struct sh_ctx *cx, int64_t i)
{
	return cx->host->int_format(cx, i);
}

/*
 * A decimal number, as JSON writes them, times 10 to the power of places (at most 9), without what is left behind the
 * point then: "12.0756" with 2 places is 1207. For money; exact; of more than 18 digits it is none.
 */
static inline bool
sh_decimal_parse(struct sh_ctx *cx, struct sh_str text, unsigned places, int64_t *ret)
{
	return cx->host->decimal_parse(text, places, ret);
}

/*
 * RFC 3339 with an offset, or a date of mail and HTTP ("Fri, 20 Nov 2026 23:20:18 +0000", "… GMT"); milliseconds since
 * 1970. The formatter writes RFC 3339, UTC with milliseconds.
 */
static inline bool
sh_time_parse(struct sh_ctx *cx, struct sh_str text, int64_t *ret_ms)
{
	return cx->host->time_parse(text, ret_ms);
}

static inline struct sh_str
sh_time_format(struct sh_ctx *cx, int64_t ms)
{
	return cx->host->time_format(cx, ms);
}

/* ---- JSON --------------------------------------------------------------------------------------------- */

/*
 * JSON in. Strict RFC 8259: one value, valid UTF-8, no duplicate-key check (the last one wins), depth 64. NULL
 * if it is not JSON. Nodes borrow from the text, which must outlive them. Every function below takes NULL for
 * "absent", so paths may be walked without tests: sh_json_str(cx, sh_json_get(cx, sh_json_get(cx, doc, "a"), "b")).
 */
static inline const struct sh_json *
sh_json_parse(struct sh_ctx *cx, struct sh_str text)
{
	return cx->host->json_parse(cx, text);
}

static inline enum sh_json_type
sh_json_type(struct sh_ctx *cx, const struct sh_json *j)
{
	return cx->host->json_type(j);
}

/* A member of an object; NULL if there is none, or if it is no object. */
static inline const struct sh_json *
sh_json_get(struct sh_ctx *cx, const struct sh_json *j, const char *key)
{
	return cx->host->json_get(j, key);
}

/*
 * What a path of members leads to: "call_analysis.in_voicemail". A step into an array is a number, from its end if it is
 * negative: "errors.0.code". An empty path is the node itself. Of several, with | between them, the first that leads to
 * something other than null or an empty text: "call_id|c_id"; else what the last one leads to.
 */
static inline const struct sh_json *
sh_json_at(struct sh_ctx *cx, const struct sh_json *j, const char *path)
{
	return cx->host->json_at(j, path);
}

/* Walks the elements of an array or the members of an object; NULL at the end. */
static inline const struct sh_json *
sh_json_first(struct sh_ctx *cx, const struct sh_json *j)
{
	return cx->host->json_first(j);
}

static inline const struct sh_json *
sh_json_next(struct sh_ctx *cx, const struct sh_json *j)
{
	return cx->host->json_next(j);
}

/* The name of a member that such a walk gave. */
static inline struct sh_str
sh_json_key(struct sh_ctx *cx, const struct sh_json *member)
{
	return cx->host->json_key(cx, member);
}

/* A string's text, unescaped. Of anything but a string: SH_NONE. A string with \u0000 in it: SH_NONE. */
static inline struct sh_str
sh_json_str(struct sh_ctx *cx, const struct sh_json *j)
{
	return cx->host->json_str(cx, j);
}

/* The value as it stands in the text, of any type: `true`, `"a"`, `{…}`. Absent: SH_NONE. */
static inline struct sh_str
sh_json_raw(struct sh_ctx *cx, const struct sh_json *j)
{
	return cx->host->json_raw(j);
}

/* A number without fraction or exponent that fits 64 bits. */
static inline bool
sh_json_int(struct sh_ctx *cx, const struct sh_json *j, int64_t *ret)
{
	return cx->host->json_int(j, ret);
}

/*
 * JSON out. Commas and escapes are its business:
 *
 *	struct sh_out *o = sh_out_new(cx);
 *	sh_out_open(cx, o, '{'); sh_out_key(cx, o, "to"); sh_out_str(cx, o, to); sh_out_close(cx, o, '}');
 *	request->body = sh_out_text(cx, o);
 *
 * A text that is not valid UTF-8 has the bad bytes replaced; an absent string is null. At most 1 MiB. sh_out_text
 * ends the text: nothing may be added after it. A bracket that does not fit ends the call as failed.
 */
static inline struct sh_out *
sh_out_new(struct sh_ctx *cx)
{
	return cx->host->out_new(cx);
}

#define sh_out_open(cx, o, bracket) ((cx)->host->out_open((o), (bracket)))
#define sh_out_close(cx, o, bracket) ((cx)->host->out_close((o), (bracket)))
#define sh_out_key(cx, o, key) ((cx)->host->out_key((o), (key)))
#define sh_out_name(cx, o, key) ((cx)->host->out_name((o), (key))) /* a key that is not a literal: a struct sh_str */
#define sh_out_str(cx, o, s) ((cx)->host->out_str((o), (s)))
#define sh_out_int(cx, o, i) ((cx)->host->out_int((o), (i)))
#define sh_out_bool(cx, o, b) ((cx)->host->out_bool((o), (b)))
#define sh_out_raw(cx, o, json) ((cx)->host->out_raw((o), (json)))
#define sh_out_text(cx, o) ((cx)->host->out_text((o)))

#endif
