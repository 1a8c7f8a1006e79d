/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/body.c: is the body JSON, and has it the members that bodies.def lists? Every fault is told, each with its pointer.
 *
 * Text goes through base/reader.h first, which is stricter than json-c. A NUL is refused because Postgres' jsonb has none.
 */
#include "gateway/api/gate.h"

#include <json-c/json_visit.h>
#include <json-c/printbuf.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/reader.h"
#include "gateway/base/text.h"

#define BODY_DEPTH 64
#define BODY_FAULTS_MOST 50
#define BODY_TEXTS_MOST 1000
#define BODY_NAMES_MOST 32

enum body_type { BODY_TEXT, BODY_NAME, BODY_WORD, BODY_TEXTS, BODY_INT, BODY_BOOL, BODY_ID, BODY_TIME, BODY_OBJECT };
enum body_presence { BODY_OPTIONAL, BODY_REQUIRED };
enum body_null { BODY_FILLED, BODY_NULLS };

static const struct body_field {
	enum sh_api_route_id route;
	const char *name;
	enum body_type type;
	enum body_presence presence;
	enum body_null null;
	int64_t least, most;
} body_fields[] = {
#define FIELD(route_, name_, type_, presence_, null_, least_, most_)                                                               \
	{ SH_ROUTE_##route_, name_, BODY_##type_, BODY_##presence_, BODY_##null_, least_, most_ },
#include "gateway/api/bodies.def"
};

struct sh_str
sh_body_pointer(struct sh_arena *a, struct sh_str base, struct sh_str member)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;

	sh_buf_init(&b, 4096);
	sh_buf_add_str(&b, base);
	sh_buf_add_char(&b, '/');
	for (size_t i = 0; i < member.n && i < 256; i++) {
		if (member.s[i] == '~')
			sh_buf_add_z(&b, "~0");
		else if (member.s[i] == '/')
			sh_buf_add_z(&b, "~1");
		else
			sh_buf_add_char(&b, member.s[i]);
	}
	return sh_arena_str(a, sh_buf_str(&b));
}

void
sh_body_fault(struct sh_arena *a, struct sh_body_faults *f, struct sh_str pointer, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (!f->fields)
		f->fields = sh_arena_array(a, struct sh_problem_field, BODY_FAULTS_MOST);
	if (!f->fields || f->n == BODY_FAULTS_MOST)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	f->fields[f->n++] = (struct sh_problem_field){ pointer, sh_arena_str(a, sh_str(text)) };
}

static struct sh_str
body_at(struct sh_arena *a, const char *name)
{
	return sh_body_pointer(a, SH_NONE, sh_str(name));
}

/* ---- reading ---- */

/* Backslashes stand in strings only, once the text is known to be JSON. */
static bool
body_has_nul(struct sh_str s)
{
	for (size_t i = 0; i + 5 < s.n; i++)
		if (s.s[i] == '\\') {
			if (memcmp(s.s + i + 1, "u0000", 5) == 0)
				return true;
			i++;
		}
	return false;
}

json_object *
sh_body_parse(struct sh_arena *a, struct sh_str text, struct sh_body_faults *f)
{
	json_tokener *t;
	json_object *o;
	size_t at = 0;

	if (text.n == 0)
		return json_object_new_object();
	if (!sh_reader_parse(a, text, &at)) {
		f->not_json = at < text.n ? sh_arena_printf(a, "the body is no JSON: byte %zu is not what should stand there", at).s
					  : sh_arena_printf(a, "the body is no JSON: it ends too early, after byte %zu", at).s;
		if (!f->not_json)
			f->not_json = "the body is no JSON, or too large to be read";
		return NULL;
	}
	if (body_has_nul(text)) {
		sh_body_fault(a, f, SH_STR(""), "the character U+0000 is not taken");
		return NULL;
	}
	t = json_tokener_new_ex(BODY_DEPTH);
	o = t ? json_tokener_parse_ex(t, text.s, (int)text.n) : NULL;
	/* A number alone waits for what may follow it. */
	if (t && !o && json_tokener_get_error(t) == json_tokener_continue)
		o = json_tokener_parse_ex(t, "", 1);
	if (t) {
		explicit_bzero(t->pb->buf, (size_t)t->pb->size);
		json_tokener_free(t);
	}
	if (json_object_is_type(o, json_type_object))
		return o;
	json_object_put(o);
	sh_body_fault(a, f, SH_STR(""), "expected a JSON object");
	return NULL;
}

/* json-c has no allocator of ours, so what a body said is overwritten where it stands. */
static int
body_wipe(json_object *o, int flags, json_object *parent, const char *key, size_t *index, void *arg)
{
	(void)parent;
	(void)key;
	(void)index;
	(void)arg;
	if (!(flags & JSON_C_VISIT_SECOND) && json_object_is_type(o, json_type_string))
		explicit_bzero((char *)(uintptr_t)json_object_get_string(o), (size_t)json_object_get_string_len(o));
	return JSON_C_VISIT_RETURN_CONTINUE;
}

void
sh_body_free(json_object *o)
{
	if (o)
		json_c_visit(o, 0, body_wipe, NULL);
	json_object_put(o);
}

/* ---- checking ---- */

static size_t
body_characters(const char *s, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += ((unsigned char)s[i] & 0xc0) != 0x80;
	return count;
}

static bool
body_is_word(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] < '!' || s[i] > '~')
			return false;
	return true;
}

/*
 * Names stand in lists, sentences and lines of a log. Bytes of UTF-8 are looked at: line and paragraph separators are E2 80 A8
 * and A9, the controls of Latin-1 C2 80 to 9F.
 */
static bool
body_is_line(const char *s, size_t n)
{
	const unsigned char *u = (const unsigned char *)s;

	for (size_t i = 0; i < n; i++) {
		if (u[i] < ' ' || u[i] == 0x7f)
			return false;
		if (i + 1 < n && u[i] == 0xc2 && u[i + 1] < 0xa0)
			return false;
		if (i + 2 < n && u[i] == 0xe2 && u[i + 1] == 0x80 && (u[i + 2] == 0xa8 || u[i + 2] == 0xa9))
			return false;
	}
	return true;
}

/* Nothing but spaces, of ASCII or of Unicode: U+00A0, U+2000 to U+200F, U+202F, U+3000, U+FEFF. */
static bool
body_is_blank(const char *s, size_t n)
{
	const unsigned char *u = (const unsigned char *)s;

	for (size_t i = 0; i < n; i++) {
		if (u[i] == ' ')
			continue;
		if (i + 1 < n && u[i] == 0xc2 && u[i + 1] == 0xa0)
			i++;
		else if (i + 2 < n && u[i] == 0xe2 && u[i + 1] == 0x80 && (u[i + 2] < 0x90 || u[i + 2] == 0xaf))
			i += 2;
		else if (i + 2 < n && ((u[i] == 0xe3 && u[i + 1] == 0x80 && u[i + 2] == 0x80) ||
					  (u[i] == 0xef && u[i + 1] == 0xbb && u[i + 2] == 0xbf)))
			i += 2;
		else
			return false;
	}
	return true;
}

static void
body_text(struct sh_arena *a, const struct body_field *k, json_object *v, struct sh_str at, int64_t least, struct sh_body_faults *f)
{
	struct sh_str s;
	uint8_t id[16];
	int64_t n, ms;

	if (!json_object_is_type(v, json_type_string)) {
		sh_body_fault(a, f, at, "expected a text, found %s", v ? json_type_to_name(json_object_get_type(v)) : "null");
		return;
	}
	s = (struct sh_str){ json_object_get_string(v), (size_t)json_object_get_string_len(v) };
	n = (int64_t)body_characters(s.s, s.n);
	if (k->type == BODY_ID) {
		if (!sh_text_uuid(s, id))
			sh_body_fault(a, f, at, "expected an id (UUID)");
	} else if (k->type == BODY_TIME) {
		if (!sh_time_parse_rfc3339(s, &ms))
			sh_body_fault(a, f, at, "expected a time with an offset, such as 2027-03-01T16:00:00Z");
	} else if (n < least || n > k->most) {
		sh_body_fault(
		    a, f, at, "expected %lld to %lld characters, found %lld", (long long)least, (long long)k->most, (long long)n);
	} else if (k->type == BODY_WORD && !body_is_word(s.s, s.n)) {
		sh_body_fault(a, f, at, "expected visible ASCII characters without blanks");
	} else if (k->type == BODY_NAME && !body_is_line(s.s, s.n)) {
		sh_body_fault(a, f, at, "a name holds no control character, such as a line's end");
	} else if (k->type == BODY_NAME && body_is_blank(s.s, s.n)) {
		sh_body_fault(a, f, at, "a name may not be blank");
	}
}

static void
body_texts(struct sh_arena *a, const struct body_field *k, json_object *v, struct sh_str at, struct sh_body_faults *f)
{
	size_t n = json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0;

	if (!json_object_is_type(v, json_type_array)) {
		sh_body_fault(a, f, at, "expected an array of texts");
		return;
	}
	if ((int64_t)n < k->least || n > BODY_TEXTS_MOST)
		sh_body_fault(a, f, at, "expected %lld to %d elements", (long long)k->least, BODY_TEXTS_MOST);
	for (size_t i = 0; i < n && i < BODY_TEXTS_MOST; i++)
		body_text(a, k, json_object_array_get_idx(v, i), sh_arena_printf(a, "%.*s/%zu", (int)at.n, at.s, i), 1, f);
}

static void
body_value(struct sh_arena *a, const struct body_field *k, json_object *v, struct sh_body_faults *f)
{
	struct sh_str at = body_at(a, k->name);
	int64_t i;

	switch (k->type) {
	case BODY_TEXTS:
		body_texts(a, k, v, at, f);
		return;
	case BODY_INT:
		i = json_object_is_type(v, json_type_int) ? json_object_get_int64(v) : 0;
		if (!json_object_is_type(v, json_type_int) || i < k->least || i > k->most)
			sh_body_fault(
			    a, f, at, "expected a whole number from %lld to %lld", (long long)k->least, (long long)k->most);
		return;
	case BODY_BOOL:
		if (!json_object_is_type(v, json_type_boolean))
			sh_body_fault(a, f, at, "expected true or false");
		return;
	case BODY_OBJECT:
		if (!json_object_is_type(v, json_type_object))
			sh_body_fault(a, f, at, "expected an object");
		return;
	default:
		body_text(a, k, v, at, k->least, f);
	}
}

static void
body_unknown(struct sh_arena *a, enum sh_api_route_id route, const char *name, struct sh_body_faults *f)
{
	const char *names[BODY_NAMES_MOST + 1];
	const char *near;
	size_t n = 0;

	for (size_t i = 0; i < SH_LENGTH(body_fields) && n < BODY_NAMES_MOST; i++)
		if (body_fields[i].route == route)
			names[n++] = body_fields[i].name;
	names[n] = NULL;
	near = sh_text_nearest(sh_str(name), names);
	if (near)
		sh_body_fault(a, f, body_at(a, name), "there is no such member; did you mean \"%s\"?", near);
	else
		sh_body_fault(a, f, body_at(a, name), "there is no such member");
}

static const struct body_field *
body_field(enum sh_api_route_id route, const char *name)
{
	for (size_t i = 0; i < SH_LENGTH(body_fields); i++)
		if (body_fields[i].route == route && strcmp(body_fields[i].name, name) == 0)
			return &body_fields[i];
	return NULL;
}

void
sh_body_check(struct sh_arena *a, enum sh_api_route_id route, json_object *body, struct sh_body_faults *f)
{
	for (size_t i = 0; i < SH_LENGTH(body_fields); i++)
		if (body_fields[i].route == route && body_fields[i].presence == BODY_REQUIRED &&
		    !json_object_object_get_ex(body, body_fields[i].name, NULL))
			sh_body_fault(a, f, body_at(a, body_fields[i].name), "is required");
	json_object_object_foreach(body, name, v)
	{
		const struct body_field *k = body_field(route, name);

		if (!k)
			body_unknown(a, route, name, f);
		else if (v)
			body_value(a, k, v, f);
		else if (k->null == BODY_FILLED)
			sh_body_fault(a, f, body_at(a, name), "may not be null");
	}
}
