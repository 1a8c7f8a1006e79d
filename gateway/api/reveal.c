/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/reveal.c: sealed fields of an answer. SQL leaves them as {"$sealed":[kind, table, column, row id, base64]}, made by its
 * function sealed(); they come out opened, or masked where the key has no pii:read.
 *
 * kind, or kind:member where what is sealed is a JSON object and only that member of it is wanted:
 *
 *	e164	a number; masked as +1•••••••0123
 *	text	personal; masked as •••
 *	id	a provider's id; masked only where it is a number
 *	open	never masked
 *	webhook:PROVIDER	a slug, shown as the URL that it stands in
 */
#include "gateway/api/gate.h"

#include "gateway/base/encode.h"
#include "gateway/base/log.h"
#include "gateway/base/reader.h"
#include "gateway/base/text.h"
#include "gateway/base/writer.h"
#include "gateway/crypto/seal.h"
#include "gateway/engine/account.h"

#define REVEAL_FIELD_BYTES (1 << 20)
#define REVEAL_BYTES (16 << 20)
#define REVEAL_MARK "\"$sealed\""
#define REVEAL_HIDDEN "•••"

bool
sh_reveal_needed(struct sh_str json)
{
	static const char mark[] = REVEAL_MARK;
	size_t n = sizeof(mark) - 1;
	const char *p = json.s;

	while (p && (size_t)(json.s + json.n - p) >= n) {
		if (memcmp(p, mark, n) == 0)
			return true;
		p = memchr(p + 1, '"', (size_t)(json.s + json.n - p) - 1);
	}
	return false;
}

/* The text that is sealed, in clear; or, with a member, that member's value as JSON. */
static bool
reveal_open(struct sh_arena *a, const struct sh_reveal *v, const struct sh_json *field, struct sh_str *ret)
{
	const struct sh_json *table = sh_reader_next(sh_reader_first(field));
	const struct sh_json *column = sh_reader_next(table), *row = sh_reader_next(column), *bytes = sh_reader_next(row);
	struct sh_place place = { .tenant = v->tenant };
	struct sh_str sealed = sh_encode_base64_decode(a, sh_reader_str(a, bytes));

	place.table = sh_arena_z(a, sh_reader_str(a, table));
	place.column = sh_arena_z(a, sh_reader_str(a, column));
	return place.table && place.column && sh_text_uuid(sh_reader_str(a, row), place.row.b) && sealed.s &&
	       sh_seal_open(a, v->key, &place, sealed, REVEAL_FIELD_BYTES, ret);
}

static void
reveal_text(struct sh_arena *a, const struct sh_reveal *v, struct sh_str kind, struct sh_str text, struct sh_out *o)
{
	char masked[64];

	if (sh_str_is(kind, "open") || v->people || (sh_str_is(kind, "id") && !sh_text_is_e164(text))) {
		sh_writer_str(o, text);
	} else if (sh_str_is(kind, "e164") || sh_str_is(kind, "id")) {
		sh_text_mask(text, masked);
		sh_writer_str(o, sh_str(masked));
	} else {
		sh_writer_str(o, SH_STR(REVEAL_HIDDEN));
	}
	(void)a;
}

static void
reveal_member(
    struct sh_arena *a, const struct sh_reveal *v, struct sh_str kind, struct sh_str member, struct sh_str text, struct sh_out *o)
{
	const struct sh_json *j = sh_reader_get(sh_reader_parse(a, text, NULL), member);

	if (sh_reader_type(j) == SH_JSON_STRING)
		reveal_text(a, v, kind, sh_reader_str(a, j), o);
	else if (sh_reader_type(j) == SH_JSON_ABSENT || sh_reader_type(j) == SH_JSON_NULL)
		sh_writer_null(o);
	else if (v->people || sh_str_is(kind, "open"))
		sh_writer_raw(o, sh_reader_raw(j));
	else
		sh_writer_str(o, SH_STR(REVEAL_HIDDEN));
}

static void
reveal_field(struct sh_arena *a, struct sh_reveal *v, const struct sh_json *field, struct sh_out *o)
{
	struct sh_str kind = sh_reader_str(a, sh_reader_first(field)), member = SH_NONE, text = SH_NONE;
	const char *colon = kind.s ? memchr(kind.s, ':', kind.n) : NULL;

	if (colon) {
		member = (struct sh_str){ colon + 1, (size_t)(kind.s + kind.n - colon - 1) };
		kind.n = (size_t)(colon - kind.s);
	}
	if (!reveal_open(a, v, field, &text)) {
		v->faults++;
		sh_writer_null(o);
	} else if (sh_str_is(kind, "webhook")) {
		sh_writer_str(o, sh_account_webhook_url(a, v->core, member, text));
	} else if (member.s) {
		reveal_member(a, v, kind, member, text, o);
	} else {
		reveal_text(a, v, kind, text, o);
	}
}

static void
reveal_value(struct sh_arena *a, struct sh_reveal *v, const struct sh_json *j, struct sh_out *o)
{
	const struct sh_json *field = sh_reader_get(j, SH_STR("$sealed"));

	if (sh_reader_type(field) == SH_JSON_ARRAY) {
		reveal_field(a, v, field, o);
	} else if (sh_reader_type(j) == SH_JSON_OBJECT) {
		sh_writer_open(o, '{');
		for (const struct sh_json *m = sh_reader_first(j); m; m = sh_reader_next(m)) {
			sh_writer_key(o, sh_reader_key(a, m));
			reveal_value(a, v, m, o);
		}
		sh_writer_close(o, '}');
	} else if (sh_reader_type(j) == SH_JSON_ARRAY) {
		sh_writer_open(o, '[');
		for (const struct sh_json *e = sh_reader_first(j); e; e = sh_reader_next(e))
			reveal_value(a, v, e, o);
		sh_writer_close(o, ']');
	} else {
		sh_writer_raw(o, sh_reader_raw(j));
	}
}

struct sh_str
sh_reveal(struct sh_arena *a, struct sh_reveal *v, struct sh_str json)
{
	const struct sh_json *doc = sh_reader_parse(a, json, NULL);
	SH_CLEANUP(sh_buf_wipe) struct sh_buf b;
	struct sh_out o;

	sh_buf_init(&b, REVEAL_BYTES);
	if (!doc)
		return SH_NONE;
	sh_writer_init(&o, &b);
	reveal_value(a, v, doc, &o);
	return b.failed || sh_arena_failed(a) ? SH_NONE : sh_arena_str(a, sh_buf_str(&b));
}
