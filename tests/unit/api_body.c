/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Bodies against the table: every fault with its pointer. */
#include "gateway/api/gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static const struct {
	enum sh_api_route_id route;
	const char *body, *faults;	/* "pointer detail" of each, joined by '|'; of the detail the beginning */
} cases[] = {
	{ SH_ROUTE_customer_create, "{\"name\":\"Acme Dental\"}", "" },
	{ SH_ROUTE_customer_create, " {\"name\":\"Zo\\u00eb\"}\n", "" },
	{ SH_ROUTE_customer_create, "", "/name is required" },
	{ SH_ROUTE_customer_create, "{}", "/name is required" },
	{ SH_ROUTE_customer_create, "{\"name\":null}", "/name may not be null" },
	{ SH_ROUTE_customer_create, "{\"name\":\"\"}", "/name expected 1 to 200 characters, found 0" },
	{ SH_ROUTE_customer_create, "{\"name\":7}", "/name expected a text, found int" },
	{ SH_ROUTE_customer_create, "{\"name\":\"a\",\"nmae\":1}", "/nmae there is no such member; did you mean \"name\"?" },
	{ SH_ROUTE_customer_create, "{\"name\":\"a\",\"~a/b\":1}", "/~0a~1b there is no such member" },
	{ SH_ROUTE_customer_create, "{\"name\":\"a\\u0000b\"}", " the character U+0000" },
	{ SH_ROUTE_customer_create, "{\"name\":\"a\\\\u0000b\"}", "" },
	{ SH_ROUTE_customer_create, "[]", " expected a JSON object" },
	{ SH_ROUTE_customer_create, "7", " expected a JSON object" },
	{ SH_ROUTE_customer_create, "null", " expected a JSON object" },
	{ SH_ROUTE_customer_create, "{\"name\":\"a\"", "!ends too early, after byte 11" },
	{ SH_ROUTE_customer_create, "{\"name\":\"a", "!ends too early, after byte 10" },
	{ SH_ROUTE_customer_create, "{\"name\":tru", "!ends too early, after byte 11" },
	{ SH_ROUTE_customer_create, "{\"name\": \n", "!ends too early, after byte 10" },
	{ SH_ROUTE_customer_create, "{\"name\":\"a\"} x", "!byte 13" },
	{ SH_ROUTE_customer_create, "{'name':\"a\"}", "!byte 1" },
	{ SH_ROUTE_customer_create, "{\"name\":\"\xff\"}", "!byte 9" },
	{ SH_ROUTE_credit_create, "{\"amount\":-1000000,\"note\":null}", "" },
	{ SH_ROUTE_credit_create, "{\"amount\":1000001}", "/amount expected a whole number from -1000000 to 1000000" },
	{ SH_ROUTE_credit_create, "{\"amount\":1.0}", "/amount expected a whole number" },
	{ SH_ROUTE_credit_create, "{\"amount\":\"1\"}", "/amount expected a whole number" },
	{ SH_ROUTE_number_agent_put, "{\"agent_id\":\"01890000-0000-7000-8000-000000000000\",\"inbound\":true}", "" },
	{ SH_ROUTE_number_agent_put, "{\"agent_id\":\"01890000\",\"inbound\":\"true\"}", "/agent_id expected an id|/inbound expected true or false" },
	{ SH_ROUTE_number_import, "{\"workspace_id\":\"01890000-0000-7000-8000-000000000000\",\"numbers\":[\"a\",7,\"\"]}",
	    "/numbers/1 expected a text, found int|/numbers/2 expected 1 to 128 characters, found 0" },
	{ SH_ROUTE_number_import, "{\"workspace_id\":\"01890000-0000-7000-8000-000000000000\",\"numbers\":[]}", "/numbers expected 1 to 1000 elements" },
	{ SH_ROUTE_agent_patch, "{\"name\":\"a\\nb\"}", "/name a name holds no control" },
	{ SH_ROUTE_agent_patch, "{\"name\":\"a\\u007f\"}", "/name a name holds no control" },
	{ SH_ROUTE_agent_patch, "{\"name\":\"a\\u0085\"}", "/name a name holds no control" },
	{ SH_ROUTE_agent_patch, "{\"name\":\"\\u2028a\"}", "/name a name holds no control" },
	{ SH_ROUTE_agent_patch, "{\"name\":\"\\u2029\"}", "/name a name holds no control" },
	{ SH_ROUTE_agent_patch, "{\"name\":\"  \"}", "/name a name may not be blank" },
	{ SH_ROUTE_agent_patch, "{\"name\":\"\\u00a0\\u2003\\u200b\\u202f\\u3000\\ufeff\"}", "/name a name may not be blank" },
	{ SH_ROUTE_agent_patch, "{\"name\":\" a\"}", "" },
	{ SH_ROUTE_agent_patch, "{\"name\":\"\\u00a1\"}", "" },
	{ SH_ROUTE_agent_patch, "{\"name\":\"\\u00c2\\u00a0\\u00c2\"}", "" },
	{ SH_ROUTE_agent_patch, "{\"name\":\"\\u2010\"}", "" },
	{ SH_ROUTE_agent_patch, "{\"name\":\"\\u3001\"}", "" },
	{ SH_ROUTE_agent_patch, "{\"name\":\"\\ud83d\\ude00\"}", "" },
	{ SH_ROUTE_key_create, "{\"name\":\"k\",\"scopes\":[\"calls:read\"],\"expires_at\":\"2030-01-01T00:00:00Z\"}", "" },
	{ SH_ROUTE_key_create, "{\"name\":\"k\",\"scopes\":[\"calls:read\"],\"expires_at\":\"2030-01-01\"}", "/expires_at expected a time" },
	{ SH_ROUTE_workspace_create, "{\"name\":\"a\",\"provider\":\"re tell\"}", "/provider expected visible ASCII" },
	{ SH_ROUTE_agent_patch, "{\"settings\":[]}", "/settings expected an object" },
	{ SH_ROUTE_credentials_test, "{}", "" },
	{ SH_ROUTE_credentials_test, "{\"a\":1}", "/a there is no such member" },
};

static void
bodies_are_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_arena *a = sh_arena_new(1 << 20);
		/* Exactly as long as it is, so that a byte too many is seen. */
		struct sh_str text = { strlen(cases[i].body) ? memcpy(malloc(strlen(cases[i].body)), cases[i].body, strlen(cases[i].body)) : NULL, strlen(cases[i].body) };
		struct sh_body_faults f = { 0 };
		json_object *o = sh_body_parse(a, text, &f);
		const char *at = cases[i].faults;

		if (o)
			sh_body_check(a, cases[i].route, o, &f);
		if (*at == '!') {
			assert_non_null(f.not_json);
			assert_non_null(strstr(f.not_json, at + 1));
			at = "";
		} else {
			assert_null(f.not_json);
		}
		for (size_t k = 0; k < f.n; k++) {
			struct sh_str found = sh_arena_printf(a, "%.*s %.*s", (int)f.fields[k].pointer.n, f.fields[k].pointer.s, (int)f.fields[k].detail.n, f.fields[k].detail.s);
			size_t n = strcspn(at, "|");

			if (n == 0 || strncmp(found.s, at, n) != 0)
				fail_msg("case %zu: found %s, expected %s", i, found.s, at);
			at += n + (at[n] == '|');
		}
		if (*at)
			fail_msg("case %zu: nothing found, expected %s", i, at);
		json_object_put(o);
		free((char *)text.s);
		sh_arena_free(a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(bodies_are_checked) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
