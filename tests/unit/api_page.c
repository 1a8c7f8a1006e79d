/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Cursors, pages, and the pace of a key. */
#include "gateway/api/gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define ROW(n) "{\"id\": \"01890000-0000-7000-8000-00000000000" #n "\", \"n\": " #n "}"

static void
a_cursor_comes_back(void **state)
{
	struct sh_arena *a = sh_arena_new(1 << 16);
	struct sh_id id, back;
	struct sh_str text;

	(void)state;
	for (int i = 0; i < 200; i++) {
		sh_id_random(id.b, sizeof(id.b));
		text = sh_page_cursor(a, &id);
		assert_int_equal(text.n, 22);
		assert_null(memchr(text.s, '+', text.n));
		assert_null(memchr(text.s, '/', text.n));
		assert_true(sh_page_cursor_parse(a, text, &back));
		assert_memory_equal(&id, &back, sizeof(id));
	}
	assert_false(sh_page_cursor_parse(a, SH_STR(""), &back));
	assert_false(sh_page_cursor_parse(a, SH_STR("AAAAAAAAAAAAAAAAAAAAA"), &back));
	assert_false(sh_page_cursor_parse(a, SH_STR("AAAAAAAAAAAAAAAAAAAAA!"), &back));
	sh_arena_free(a);
}

static void
pages_are_cut(void **state)
{
	static const struct { const char *rows, *page; } cases[] = {
		{ "[]", "{\"data\":[],\"next_cursor\":null}" },
		{ "[" ROW(1) ", " ROW(2) "]", "{\"data\":[" ROW(1) "," ROW(2) "],\"next_cursor\":null}" },
		{ "[" ROW(1) "," ROW(2) "," ROW(3) "]", "{\"data\":[" ROW(1) "," ROW(2) "],\"next_cursor\":\"AYkAAAAAcACAAAAAAAAAAg\"}" },
		{ "{\"balance\": 7, \"data\": [" ROW(1) "," ROW(2) "," ROW(3) "]}",
		    "{\"balance\":7,\"data\":[" ROW(1) "," ROW(2) "],\"next_cursor\":\"AYkAAAAAcACAAAAAAAAAAg\"}" },
		{ "{\"data\": {}}", "{\"data\": {}}" },
		{ ROW(1), ROW(1) },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_arena *a = sh_arena_new(1 << 20);
		struct sh_str page = sh_page_write(a, sh_str(cases[i].rows), 2);

		assert_non_null(page.s);
		assert_string_equal(sh_arena_z(a, page), cases[i].page);
		sh_arena_free(a);
	}
}

static void
a_bucket_fills_and_empties(void **state)
{
	struct sh_limits l = { 0 };
	struct sh_id one = { { 1 } }, two = { { 2 } };
	int left, reset_s;
	int64_t t = 1000000;

	(void)state;
	for (int i = 0; i < SH_LIMIT_BURST; i++) {
		assert_true(sh_limit_take(&l, &one, t, &left, &reset_s));
		assert_int_equal(left, SH_LIMIT_BURST - 1 - i);
	}
	assert_int_equal(reset_s, SH_LIMIT_BURST / SH_LIMIT_PER_S);
	assert_false(sh_limit_take(&l, &one, t, &left, &reset_s));
	assert_true(sh_limit_take(&l, &two, t, &left, &reset_s));
	/* One more comes back every 20 ms, and the clock may stand still or go back without giving any. */
	assert_false(sh_limit_take(&l, &one, t + 1000 / SH_LIMIT_PER_S - 1, &left, &reset_s));
	assert_false(sh_limit_take(&l, &one, t - 5000, &left, &reset_s));
	assert_true(sh_limit_take(&l, &one, t + 1000 / SH_LIMIT_PER_S, &left, &reset_s));
	assert_false(sh_limit_take(&l, &one, t + 1000 / SH_LIMIT_PER_S, &left, &reset_s));
	assert_true(sh_limit_take(&l, &one, INT64_MAX / SH_LIMIT_PER_S / 2, &left, &reset_s));
	assert_int_equal(left, SH_LIMIT_BURST - 1);
	sh_limit_clear(&l);
	assert_int_equal(sh_limit_count(&l), 0);
}

static void
the_table_of_keys_is_bounded(void **state)
{
	struct sh_limits l = { 0 };
	int left, reset_s;

	(void)state;
	for (uint32_t i = 0; i < SH_LIMIT_KEYS * 2; i++) {
		struct sh_id id = { { 0 } };

		memcpy(id.b, &i, sizeof(i));
		assert_true(sh_limit_take(&l, &id, 1000 + i / SH_LIMIT_KEYS * 60000, &left, &reset_s));
		assert_true(sh_limit_count(&l) <= SH_LIMIT_KEYS);
	}
	sh_limit_clear(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_cursor_comes_back), cmocka_unit_test(pages_are_cut),
		cmocka_unit_test(a_bucket_fills_and_empties), cmocka_unit_test(the_table_of_keys_is_bounded) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
