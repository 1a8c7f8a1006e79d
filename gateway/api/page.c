/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/page.c: lists by keyset. A cursor is the last row's id in base64url: opaque, stable, and no secret.
 */
#include "gateway/api/gate.h"

#include "gateway/base/encode.h"
#include "gateway/base/reader.h"
#include "gateway/base/text.h"
#include "gateway/base/writer.h"

#define PAGE_USUAL 50
#define PAGE_MOST 200
#define PAGE_BYTES (16 << 20)

struct sh_str
sh_page_cursor(struct sh_arena *a, const struct sh_id *id)
{
	struct sh_str s = sh_encode_base64(a, (struct sh_str){ (const char *)id->b, sizeof(id->b) });
	char *p = s.s ? sh_arena_z(a, s) : NULL;

	if (!p)
		return SH_NONE;
	while (s.n && p[s.n - 1] == '=')
		s.n--;
	for (size_t i = 0; i < s.n; i++)
		p[i] = p[i] == '+' ? '-' : p[i] == '/' ? '_' : p[i];
	return (struct sh_str){ p, s.n };
}

bool
sh_page_cursor_parse(struct sh_arena *a, struct sh_str text, struct sh_id *ret)
{
	struct sh_str bytes = text.n == 22 ? sh_encode_base64_decode(a, text) : SH_NONE;

	if (bytes.n != sizeof(ret->b))
		return false;
	memcpy(ret->b, bytes.s, sizeof(ret->b));
	return true;
}

bool
sh_page_read(struct sh_api_request *r, struct sh_problem_field *ret_fault)
{
	struct sh_str limit = sh_api_query(r, "limit"), cursor = sh_api_query(r, "cursor");
	int64_t n = PAGE_USUAL;

	if (limit.s && (!sh_text_int(limit, &n) || n < 1 || n > PAGE_MOST)) {
		*ret_fault = (struct sh_problem_field){ SH_STR("?limit"), SH_STR("expected a whole number from 1 to 200") };
		return false;
	}
	if (cursor.s && !sh_page_cursor_parse(r->rq->arena, cursor, &r->page_cursor)) {
		*ret_fault = (struct sh_problem_field){ SH_STR("?cursor"), SH_STR("expected the next_cursor of the page before") };
		return false;
	}
	r->page_limit = (int)n;
	return true;
}

static void
page_rows(struct sh_out *o, struct sh_arena *a, const struct sh_json *rows, int limit)
{
	const struct sh_json *last = NULL;
	struct sh_id id;
	int n = 0;
	bool more = false;

	sh_writer_key(o, SH_STR("data"));
	sh_writer_open(o, '[');
	for (const struct sh_json *row = sh_reader_first(rows); row && !more; row = sh_reader_next(row)) {
		if (n++ == limit) {
			more = true;
			break;
		}
		sh_writer_raw(o, sh_reader_raw(row));
		last = row;
	}
	sh_writer_close(o, ']');
	if (more && sh_text_uuid(sh_reader_str(a, sh_reader_get(last, SH_STR("id"))), id.b))
		sh_writer_key_str(o, "next_cursor", sh_page_cursor(a, &id));
	else
		sh_writer_key_raw(o, "next_cursor", SH_NONE);
}

struct sh_str
sh_page_write(struct sh_arena *a, struct sh_str text, int limit)
{
	const struct sh_json *doc = sh_reader_parse(a, text, NULL);
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	struct sh_out o;

	sh_buf_init(&b, PAGE_BYTES);
	if (sh_reader_type(doc) != SH_JSON_ARRAY && sh_reader_type(sh_reader_get(doc, SH_STR("data"))) != SH_JSON_ARRAY)
		return text;
	sh_writer_init(&o, &b);
	sh_writer_open(&o, '{');
	if (sh_reader_type(doc) == SH_JSON_ARRAY)
		page_rows(&o, a, doc, limit);
	else
		for (const struct sh_json *m = sh_reader_first(doc); m; m = sh_reader_next(m)) {
			if (sh_str_is(sh_reader_key(a, m), "data")) {
				page_rows(&o, a, m, limit);
				continue;
			}
			sh_writer_key(&o, sh_reader_key(a, m));
			sh_writer_raw(&o, sh_reader_raw(m));
		}
	sh_writer_close(&o, '}');
	return b.failed ? SH_NONE : sh_arena_str(a, sh_buf_str(&b));
}
