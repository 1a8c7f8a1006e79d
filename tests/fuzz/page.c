/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * fuzz/page.c: the parameters limit and cursor of a list, and any document as its rows. A page is JSON, has no more rows than its
 * limit, and its cursor is the last row's; a cursor that is taken, made again, is the same.
 *
 * Input: a query string, a line feed, the document.
 */
#include "gateway/api/gate.h"
#include "gateway/base/encode.h"
#include "gateway/base/reader.h"
#include "gateway/base/text.h"
#include "tests/fuzz/fuzz.h"

/* As api/request.c has it, which needs a whole gateway to be linked. */
struct sh_str
sh_api_query(const struct sh_api_request *r, const char *name)
{
	return sh_pair_get(r->query, r->nquery, name);
}

static int
fuzz_rows(const struct sh_json *list, const struct sh_json **ret_last)
{
	int n = 0;

	for (const struct sh_json *row = sh_reader_first(list); row; row = sh_reader_next(row), n++)
		*ret_last = row;
	return n;
}

static void
fuzz_page(struct sh_arena *a, struct sh_str text, int limit)
{
	const struct sh_json *doc = sh_reader_parse(a, text, NULL), *list, *page, *last = NULL;
	struct sh_str written, cursor;
	struct sh_id id, of_row;
	int had, has;

	if (!doc)
		return;
	written = sh_page_write(a, text, limit);
	list = sh_reader_type(doc) == SH_JSON_ARRAY ? doc : sh_reader_get(doc, SH_STR("data"));
	page = sh_reader_parse(a, written, NULL);
	fuzz_expect(page || !written.s, "a page that is no JSON");
	if (!page || sh_reader_type(list) != SH_JSON_ARRAY)
		return;
	had = fuzz_rows(list, &last);
	has = fuzz_rows(sh_reader_get(page, SH_STR("data")), &last);
	fuzz_expect(has <= limit && has == (had < limit ? had : limit), "another number of rows");
	cursor = sh_reader_str(a, sh_reader_get(page, SH_STR("next_cursor")));
	if (!cursor.s || sh_reader_type(doc) != SH_JSON_ARRAY)
		return;
	fuzz_expect(had > limit, "a cursor without a next page");
	fuzz_expect(sh_page_cursor_parse(a, cursor, &id) &&
			sh_text_uuid(sh_reader_str(a, sh_reader_get(last, SH_STR("id"))), of_row.b) &&
			memcmp(&id, &of_row, sizeof(id)) == 0,
	    "another cursor than the last row's");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	SH_CLEANUP(sh_arena_freep) struct sh_arena *a = sh_arena_new(64 << 20);
	struct sh_str rest = { (const char *)data, n }, query = fuzz_part(&rest, '\n');
	struct sh_http_request rq = { .arena = a };
	struct sh_api_request r = { .rq = &rq };
	struct sh_problem_field fault;
	struct sh_id id;

	r.query = sh_encode_form_decode(a, query, 32, &r.nquery);
	if (!r.query)
		return 0;
	if (!sh_page_read(&r, &fault)) {
		fuzz_expect(fault.pointer.n > 0 && fault.pointer.s[0] == '?', "refused without saying what");
		return 0;
	}
	fuzz_expect(r.page_limit >= 1 && r.page_limit <= 200, "a limit out of range");
	if (sh_page_cursor_parse(a, sh_api_query(&r, "cursor"), &id)) {
		fuzz_expect(memcmp(&id, &r.page_cursor, sizeof(id)) == 0, "another cursor");
		fuzz_expect(
		    sh_page_cursor_parse(a, sh_page_cursor(a, &id), &r.page_cursor) && memcmp(&id, &r.page_cursor, sizeof(id)) == 0,
		    "a cursor, made again");
	}
	fuzz_page(a, rest, r.page_limit);
	return 0;
}
