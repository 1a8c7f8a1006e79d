/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/http/router.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* A table as api/ has one: the row stands within a larger struct. */
static const struct {
	struct sh_router_row row;
	int other;
} rows[] = {
	{ { SH_GET, "/v1/numbers" }, 0 },
	{ { SH_POST, "/v1/numbers" }, 0 },
	{ { SH_GET, "/v1/numbers/{id}" }, 0 },
	{ { SH_PUT, "/v1/numbers/{id}/customer" }, 0 },
	{ { SH_POST, "/v1/numbers/import" }, 0 },
	{ { SH_POST, "/v1/callbacks/{id}/cancel" }, 0 },
	{ { SH_POST, "/api/webhooks/{provider}/{slug}" }, 0 },
	{ { SH_GET, "/" }, 0 },
	{ { SH_HEAD, "/v1/agents" }, 0 },
	{ { SH_GET, "/v1/agents" }, 0 },
};

static const struct {
	const char *method, *path;
	int row;
	unsigned allowed;
	const char *params[3];
} cases[] = {
	{ "GET", "/v1/numbers", 0, SH_GET | SH_HEAD | SH_POST, { NULL } },
	{ "POST", "/v1/numbers", 1, SH_GET | SH_HEAD | SH_POST, { NULL } },
	{ "HEAD", "/v1/numbers", 0, SH_GET | SH_HEAD | SH_POST, { NULL } },
	{ "DELETE", "/v1/numbers", -1, SH_GET | SH_HEAD | SH_POST, { NULL } },
	{ "BREW", "/v1/numbers", -1, SH_GET | SH_HEAD | SH_POST, { NULL } },
	{ "GET", "/v1/numbers/7", 2, SH_GET | SH_HEAD, { "7" } },
	{ "GET", "/v1/numbers/%2b1%34155", 2, SH_GET | SH_HEAD, { "+14155" } },
	{ "GET", "/v1/numbers/", -1, 0, { NULL } },
	{ "GET", "/v1/numbers/7/", -1, 0, { NULL } },
	{ "GET", "/v1/numbers//customer", -1, 0, { NULL } },
	{ "PUT", "/v1/numbers/7/customer", 3, SH_PUT, { "7" } },
	{ "POST", "/v1/numbers/import", 4, SH_POST, { NULL } },
	{ "GET", "/v1/numbers/import", -1, SH_POST, { NULL } },
	{ "POST", "/v1/callbacks/x/cancel", 5, SH_POST, { "x" } },
	{ "POST", "/api/webhooks/retell/wh_a", 6, SH_POST, { "retell", "wh_a" } },
	{ "GET", "/", 7, SH_GET | SH_HEAD, { NULL } },
	{ "HEAD", "/v1/agents", 8, SH_GET | SH_HEAD, { NULL } },
	{ "GET", "/v1/agents", 9, SH_GET | SH_HEAD, { NULL } },
	{ "GET", "/v2", -1, 0, { NULL } },
	{ "GET", "", -1, 0, { NULL } },
	{ "GET", "v1/numbers", -1, 0, { NULL } },
	{ "GET", "/V1/numbers", -1, 0, { NULL } },
	/* broken or hiding escapes fit nothing */
	{ "GET", "/v1/numbers/%", -1, 0, { NULL } },
	{ "GET", "/v1/numbers/%4", -1, 0, { NULL } },
	{ "GET", "/v1/numbers/%4g", -1, 0, { NULL } },
	{ "GET", "/v1/numbers/a%00b", -1, 0, { NULL } },
	{ "GET", "/v1/numbers/a%2fb", -1, 0, { NULL } },
};

static void
every_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		SH_CLEANUP(sh_arena_freep) struct sh_arena *a = sh_arena_new(4096);
		struct sh_router_match m =
		    sh_router_find(&rows[0].row, sizeof(rows[0]), SH_LENGTH(rows), sh_str(cases[i].method), sh_str(cases[i].path), a);
		if (m.row != cases[i].row || m.allowed != cases[i].allowed)
			fail_msg("%s %s: row %d, verbs %u", cases[i].method, cases[i].path, m.row, m.allowed);
		int n = 0;
		for (; cases[i].params[n]; n++)
			if (!sh_str_is(m.param[n], cases[i].params[n]))
				fail_msg("%s: parameter %d is %.*s", cases[i].path, n, (int)m.param[n].n, m.param[n].s);
		assert_int_equal(m.nparams, n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_case) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
