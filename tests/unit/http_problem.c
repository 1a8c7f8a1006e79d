/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The document alone; that it travels is shown by http_server.c.
 */
#include "gateway/http/problem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct sh_http_request
request(size_t ceiling)
{
	return (struct sh_http_request){ .id = { { 1, 2, 3 } }, .arena = sh_arena_new(ceiling) };
}

#define TAIL "\"request_id\":\"01020300-0000-0000-0000-000000000000\"}"

static void
documents(void **state)
{
	(void)state;
	static const struct sh_problem_field fields[] = {
		{ SH_STR("/to_number"), SH_STR("is not \"E.164\"") },
		{ SH_STR("?limit"), SH_STR("is too large") },
	};
	static const struct {
		enum sh_problem problem;
		const char *detail;
		size_t nfields;
		const char *text;
	} cases[] = {
		{ SH_PROBLEM_not_found, NULL, 0,
		    "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,\"code\":\"not_found\"," TAIL },
		{ SH_PROBLEM_not_e164, "Two faults.", 2,
		    "{\"type\":\"about:blank\",\"title\":\"Unprocessable Content\",\"status\":422,\"code\":\"not_e164\","
		    "\"detail\":\"Two faults.\",\"errors\":[{\"pointer\":\"/to_number\",\"detail\":\"is not \\\"E.164\\\"\"},"
		    "{\"pointer\":\"?limit\",\"detail\":\"is too large\"}]," TAIL },
	};
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_http_request r = request(4096);
		struct sh_str text = sh_problem_text(&r, cases[i].problem, cases[i].detail, fields, cases[i].nfields);
		assert_non_null(text.s);
		assert_string_equal(text.s, cases[i].text);
		sh_arena_free(r.arena);
	}
}

static void
no_room_in_the_arena(void **state)
{
	(void)state;
	struct sh_http_request r = request(16);
	assert_null(sh_problem_text(&r, SH_PROBLEM_internal, "", NULL, 0).s);
	sh_arena_free(r.arena);
}

static void
rows_make_sense(void **state)
{
	(void)state;
	for (int p = 0; p < SH_PROBLEM_COUNT; p++) {
		assert_in_range(sh_problem_status((enum sh_problem)p), 400, 599);
		assert_true(sh_problem_title((enum sh_problem)p)[0] != '\0');
		for (int q = 0; q < p; q++)
			assert_string_not_equal(sh_problem_code((enum sh_problem)p), sh_problem_code((enum sh_problem)q));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents),
		cmocka_unit_test(no_room_in_the_arena),
		cmocka_unit_test(rows_make_sense),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
