/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/redact.c: walks a body, and puts other values into the places of what it finds. What is around them stays byte for byte.
 */
#include "gateway/kit/redact.h"

#include "gateway/base/buf.h"
#include "gateway/base/encode.h"
#include "gateway/base/reader.h"
#include "gateway/base/writer.h"
#include "gateway/kit/redact_private.h"

#define REDACT_BODY ((size_t)32 << 20)
#define REDACT_FORM_MAX 1000
#define REDACT_SEEN 65536 /* a page of a list may have so many values */
#define REDACT_SHORT 6 /* what is shorter stands in too many places by chance */

struct redact_seen {
	struct redact_seen *next;
	struct sh_str value, other;
};

struct sh_str
redact_lower(struct sh_str name, char text[64])
{
	size_t n = name.n < 64 ? name.n : 64;

	for (size_t i = 0; i < n; i++)
		text[i] = (char)(name.s[i] == '-' ? '_' : sh_char_lower(name.s[i]));
	return (struct sh_str){ text, n };
}

/* Of a value that has so many bytes, so many tell where it stands: ids and URLs often begin alike. */
static const size_t redact_tells[] = { 48, 24, 12, REDACT_SHORT };

/* Where the values stand that begin with these n bytes. */
static struct redact_seen **
redact_seen(struct redact *r, const char *text, size_t n)
{
	size_t h = n;

	for (size_t i = 0; i < n; i++)
		h = h * 31 + (unsigned char)text[i];
	return &r->seen[h % REDACT_SEEN];
}

/* The longest that stands here: a name may begin with another one. */
static const struct redact_seen *
redact_known(struct redact *r, const char *text, size_t n)
{
	const struct redact_seen *found = NULL;

	for (size_t i = 0; r->seen && i < SH_LENGTH(redact_tells) && !found; i++)
		for (const struct redact_seen *s = n < redact_tells[i] ? NULL : *redact_seen(r, text, redact_tells[i]); s; s = s->next)
			if (s->value.n <= n && (!found || s->value.n > found->value.n) && memcmp(text, s->value.s, s->value.n) == 0)
				found = s;
	return found;
}

void
redact_remember(struct redact *r, struct sh_str value, struct sh_str other)
{
	struct redact_seen **at, *seen;
	size_t tells = 0;

	if (!r->seen)
		r->seen = sh_arena_array(r->arena, struct redact_seen *, REDACT_SEEN);
	if (value.n < REDACT_SHORT || !r->seen)
		return;
	while (value.n < redact_tells[tells])
		tells++;
	at = redact_seen(r, value.s, redact_tells[tells]);
	for (seen = *at; seen; seen = seen->next)
		if (sh_str_eq(seen->value, value))
			return;
	seen = sh_arena_make(r->arena, struct redact_seen);
	if (!seen)
		return;
	*seen = (struct redact_seen){ *at, value, other };
	*at = seen;
}

/* ---- inside a text ---- */

static bool
redact_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* How long is the phone number, mail address or URL that begins here? 0: none does. */
static size_t
redact_found(struct sh_str s, size_t at, enum redact_kind *ret)
{
	size_t n = 0, sign = 0;

	if (s.s[at] == '+') {
		while (at + 1 + n < s.n && s.s[at + 1 + n] >= '0' && s.s[at + 1 + n] <= '9')
			n++;
		*ret = REDACT_NUMBER;
		return n >= 7 && n <= 15 ? n + 1 : 0;
	}
	if (s.n - at > 8 && (memcmp(s.s + at, "https://", 8) == 0 || memcmp(s.s + at, "http://", 7) == 0)) {
		while (at + n < s.n && s.s[at + n] > ' ' && !strchr("\"'<>)", s.s[at + n]))
			n++;
		*ret = REDACT_URL;
		return n;
	}
	if (!redact_alnum(s.s[at]) || (at > 0 && redact_alnum(s.s[at - 1])))
		return 0;
	while (at + n < s.n && (redact_alnum(s.s[at + n]) || strchr("._%+-@", s.s[at + n])))
		sign = s.s[at + n] == '@' ? n : sign, n++;
	*ret = REDACT_MAIL;
	return sign > 0 && memchr(s.s + at + sign, '.', n - sign) ? n : 0;
}

struct sh_str
redact_text(struct redact *r, struct sh_str text)
{
	enum redact_kind kind = REDACT_KINDS;
	struct sh_str out;
	struct sh_buf b;

	sh_buf_init(&b, REDACT_BODY);
	for (size_t at = 0; at < text.n;) {
		size_t n = redact_found(text, at, &kind);

		if (n == 0)
			sh_buf_add_char(&b, text.s[at++]);
		else
			sh_buf_add_str(&b, redact_make(r, kind, (struct sh_str){ text.s + at, n }));
		at += n;
	}
	out =
	    b.n == text.n && memcmp(b.s ? b.s : "", text.s ? text.s : "", b.n) == 0 ? text : sh_arena_str(r->arena, sh_buf_str(&b));
	sh_buf_clear(&b);
	return out;
}

void
redact_note(struct redact *r, struct sh_str name, enum redact_kind kind)
{
	struct redact_member **at = &r->members;

	if (name.n == 0 || name.n > 64)
		return;
	for (size_t i = 0; i < name.n; i++)
		if (!redact_alnum(name.s[i]) && !strchr("_-.", name.s[i]))
			return;
	for (; *at; at = &(*at)->next)
		if ((*at)->kind == kind && sh_str_eq((*at)->name, name))
			return;
	*at = sh_arena_make(r->arena, struct redact_member);
	if (*at)
		**at = (struct redact_member){ NULL, sh_arena_str(r->arena, name), kind };
}

/* Everywhere else: keys, and texts in which a value stands that was known only later. */
static struct sh_str
redact_rest(struct redact *r, struct sh_str text)
{
	struct sh_str out;
	struct sh_buf b;

	sh_buf_init(&b, REDACT_BODY);
	for (size_t at = 0; at < text.n;) {
		const struct redact_seen *seen = redact_known(r, text.s + at, text.n - at);

		if (!seen) {
			sh_buf_add_char(&b, text.s[at++]);
			continue;
		}
		sh_buf_add_str(&b, seen->other);
		at += seen->value.n;
	}
	out = sh_arena_str(r->arena, sh_buf_str(&b));
	sh_buf_clear(&b);
	return out;
}

/* ---- JSON: the text between the values is copied as it is ---- */

static struct sh_str redact_any(struct redact *r, struct sh_str name, bool chosen, struct sh_str value);

struct redact_walk {
	struct redact *r;
	struct sh_buf out;
	const char *at; /* up to here it was copied */
};

static void redact_json_value(struct redact_walk *w, const struct sh_json *j, struct sh_str name, bool chosen);

static void
redact_json_members(struct redact_walk *w, const struct sh_json *j, struct sh_str name, bool chosen)
{
	bool object = sh_reader_type(j) == SH_JSON_OBJECT;

	chosen |= object && redact_is_chosen(name);
	for (const struct sh_json *m = sh_reader_first(j); m; m = sh_reader_next(m)) {
		struct sh_str key = object ? sh_reader_key(w->r->arena, m) : name;

		if (object) /* who is named by a key is remembered, and replaced with the rest */
			redact_text(w->r, key);
		redact_json_value(w, m, key, chosen || !key.s);
	}
}

static void
redact_json_value(struct redact_walk *w, const struct sh_json *j, struct sh_str name, bool chosen)
{
	enum sh_json_type type = sh_reader_type(j);
	struct sh_str raw = sh_reader_raw(j), value, other;
	struct sh_out o;

	if (type == SH_JSON_OBJECT || type == SH_JSON_ARRAY)
		redact_json_members(w, j, name, chosen);
	if (type != SH_JSON_STRING && type != SH_JSON_NUMBER)
		return;
	value = type == SH_JSON_STRING ? sh_reader_str(w->r->arena, j) : raw;
	/* Of numbers only those are somebody's that are called so. */
	other = value.s ? redact_any(w->r, name, chosen && type == SH_JSON_STRING, value) : SH_STR("\"\\u0000\"");
	if (value.s && sh_str_eq(value, other))
		return;
	sh_buf_add(&w->out, w->at, (size_t)(raw.s - w->at));
	sh_writer_init(&o, &w->out);
	if (type == SH_JSON_STRING && value.s)
		sh_writer_str(&o, other);
	else /* a number, or a text with a NUL in it, which nobody can read: that is all that is left of it */
		sh_buf_add_str(&w->out, other);
	w->at = raw.s + raw.n;
}

static struct sh_str
redact_json(struct redact *r, const struct sh_json *doc, struct sh_str body, struct sh_str name, bool chosen)
{
	struct redact_walk w = { .r = r, .at = body.s };
	struct sh_str out;

	sh_buf_init(&w.out, REDACT_BODY);
	redact_json_value(&w, doc, name, chosen);
	sh_buf_add(&w.out, w.at, body.n - (size_t)(w.at - body.s));
	out = redact_rest(r, sh_arena_str(r->arena, sh_buf_str(&w.out)));
	sh_buf_clear(&w.out);
	return out;
}

/* A value, or JSON that stands in one. */
static struct sh_str
redact_any(struct redact *r, struct sh_str name, bool chosen, struct sh_str value)
{
	const struct sh_json *doc = NULL;

	if (value.n > 1 && (value.s[0] == '{' || value.s[0] == '['))
		doc = sh_reader_parse(r->arena, value, NULL);
	return doc ? redact_json(r, doc, value, name, chosen) : redact_value(r, name, chosen, value);
}

/* ---- forms ---- */

static struct sh_str
redact_form(struct redact *r, struct sh_pair *pairs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		pairs[i].value = redact_any(r, pairs[i].name, false, pairs[i].value);
	for (size_t i = 0; i < n; i++)
		pairs[i].value = redact_rest(r, pairs[i].value);
	return sh_encode_form(r->arena, pairs, n);
}

/* ---- paths ---- */

bool
redact_is_path(struct sh_str v)
{
	if (v.n < 2 || v.s[0] != '/' || !redact_alnum(v.s[1]))
		return false;
	for (size_t i = 0; i < v.n; i++)
		if (v.s[i] <= ' ' || v.s[i] == '"' || v.s[i] == '<')
			return false;
	return true;
}

/* Is this part of a path somebody's, and not a word of the provider's, its version ("v1", "2010-04-01") or an ending? */
static bool
redact_path_id(struct sh_str part)
{
	size_t digits = 0;

	for (size_t i = 0; i < part.n; i++)
		digits += part.s[i] >= '0' && part.s[i] <= '9';
	if (part.n == 10 && digits == 8 && part.s[4] == '-' && part.s[7] == '-')
		return false;
	return part.n >= 12 ? digits > 0 : digits >= 4 || (digits > 0 && part.n >= 8) || (part.n > 0 && part.s[0] == '+');
}

static struct sh_str
redact_path_part(struct redact *r, struct sh_str part)
{
	const struct redact_seen *seen = redact_known(r, part.s, part.n);

	if (seen && seen->value.n == part.n)
		return seen->other;
	return redact_path_id(part) ? redact_make(r, part.s[0] == '+' ? REDACT_NUMBER : REDACT_ID, part) : part;
}

struct sh_str
redact_path(struct redact *r, struct sh_str path)
{
	struct sh_str out, query;
	struct sh_buf b;
	size_t at = 0;

	sh_buf_init(&b, REDACT_BODY);
	while (at < path.n && path.s[at] != '?' && path.s[at] != '#') {
		size_t n = 0;

		while (at + n < path.n && !strchr("/.?#", path.s[at + n]))
			n++;
		sh_buf_add_str(&b, redact_path_part(r, (struct sh_str){ path.s + at, n }));
		at += n;
		if (at < path.n && (path.s[at] == '/' || path.s[at] == '.'))
			sh_buf_add_char(&b, path.s[at++]);
	}
	if (at < path.n) {
		query = redact_query(r, (struct sh_str){ path.s + at + 1, path.n - at - 1 });
		sh_buf_add_char(&b, path.s[at]);
		sh_buf_add_str(&b, query);
	}
	out = sh_arena_str(r->arena, sh_buf_str(&b));
	sh_buf_clear(&b);
	return out;
}

struct sh_str
redact_query(struct redact *r, struct sh_str query)
{
	size_t n = 0;
	struct sh_pair *pairs = sh_encode_form_decode(r->arena, query, REDACT_FORM_MAX, &n);

	return pairs ? redact_form(r, pairs, n) : SH_STR("");
}

struct sh_str
redact_body(struct redact *r, struct sh_str body)
{
	const struct sh_json *doc = sh_reader_parse(r->arena, body, NULL);
	struct sh_pair *pairs;
	size_t n = 0;

	if (doc)
		return redact_json(r, doc, body, SH_STR(""), false);
	pairs = memchr(body.s, '=', body.n) && !memchr(body.s, ' ', body.n)
		    ? sh_encode_form_decode(r->arena, body, REDACT_FORM_MAX, &n)
		    : NULL;
	r->unnamed = !pairs && body.n > 0;
	return pairs ? redact_form(r, pairs, n) : redact_rest(r, redact_text(r, body));
}

/* ---- headers ---- */

/* Does nothing but padding follow? */
static bool
redact_ends(struct sh_str value, size_t at)
{
	while (at < value.n && value.s[at] == '=')
		at++;
	return at == value.n;
}

/* "t=1793000000,v1=9f2c…": the long words are what is secret, the short ones say how to read them. */
static struct sh_str
redact_signature(struct redact *r, struct sh_str value)
{
	struct sh_str out;
	struct sh_buf b;

	sh_buf_init(&b, REDACT_BODY);
	for (size_t at = 0; at < value.n;) {
		size_t n = 0;

		while (at + n < value.n && (redact_alnum(value.s[at + n]) || strchr("+/_-.", value.s[at + n])))
			n++;
		/* What is all of it, or ends it, proves something however short it is. */
		if ((n >= 12 || (n > 0 && redact_ends(value, at + n))) && strspn(value.s + at, "0123456789") < n)
			sh_buf_add_str(&b, redact_make(r, REDACT_TOKEN, (struct sh_str){ value.s + at, n }));
		else
			sh_buf_add(&b, value.s + at, n ? n : 1);
		at += n ? n : 1;
	}
	out = sh_arena_str(r->arena, sh_buf_str(&b));
	sh_buf_clear(&b);
	return out;
}

/* "Bearer …": all but the word before the blank, however short. */
static struct sh_str
redact_secret(struct redact *r, struct sh_str value)
{
	static const char *const schemes[] = { "Bearer ", "Basic ", "Token ", "Digest " };
	struct sh_str rest = value;

	for (size_t i = 0; i < SH_LENGTH(schemes); i++) {
		size_t n = strlen(schemes[i]);

		if (value.n > n && sh_str_like((struct sh_str){ value.s, n }, schemes[i]))
			rest = (struct sh_str){ value.s + n, value.n - n };
	}
	return sh_arena_printf(r->arena, "%.*s%s", (int)(value.n - rest.n), value.s,
	    sh_arena_z(r->arena, redact_make(r, REDACT_TOKEN, rest)));
}

struct sh_str
redact_header(struct redact *r, struct sh_str name, struct sh_str value)
{
	static const char *const secrets[] = { "auth", "token", "secret", "cookie", "key", "credential", "password" };

	if (memmem(name.s, name.n, "signature", 9))
		return redact_signature(r, value);
	for (size_t i = 0; i < SH_LENGTH(secrets); i++)
		if (memmem(name.s, name.n, secrets[i], strlen(secrets[i])))
			return redact_secret(r, value);
	return redact_rest(r, redact_value(r, name, false, value));
}
