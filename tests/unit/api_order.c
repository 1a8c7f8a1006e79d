/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Orders for a call in the shapes in which senders put them, and what is said about bad ones. */
#include "gateway/api/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define JSON "application/json"
#define FORM "application/x-www-form-urlencoded; charset=utf-8"

static const struct good {
	const char *type, *body, *to, *from, *variables;
	bool foreign;
} good[] = {
	{ JSON, "{\"from_number\":\"+14155550100\",\"to_number\":\"+12135550142\"}", "+12135550142", "+14155550100", "{}", false },
	{ JSON, "{\"to_number\":\"+12135550142\",\"dynamic_variables\":{\"name\":\"Zo\\u00eb\",\"n\":3,\"vip\":true,\"x\":null}}",
	    "+12135550142", NULL, "{\"name\":\"Zoë\",\"n\":\"3\",\"vip\":\"true\"}", false },
	{ FORM, "to_number=%2B12135550142&dynamic_variables%5Bname%5D=Ada+L&city=Rome", "+12135550142", NULL,
	    "{\"name\":\"Ada L\",\"city\":\"Rome\"}", false },
	/* a workflow's standard body: only customData speaks */
	{ JSON,
	    "{\"contact_id\":\"c1\",\"first_name\":\"Ada\",\"phone\":\"+12135550142\",\"tags\":\"a,b\",\"location\":{\"id\":\"l\"},"
	    "\"workflow\":{\"id\":\"w\"},"
	    "\"customData\":{\"offer\":\"spring\",\"n\":2,\"deep\":{\"a\":1}}}",
	    "+12135550142", NULL, "{\"offer\":\"spring\",\"n\":\"2\"}", true },
	{ JSON, "{\"contact_id\":\"c1\",\"phone\":\"+12135550142\",\"location\":{\"id\":\"l\"},\"workflow\":{\"id\":\"w\"}}",
	    "+12135550142", NULL, "{}", true },
	/* a workflow's custom body: its root, or its variables */
	{ JSON, "{\"route\":\"sales\",\"to\":\"+12135550142\",\"contact_id\":\"c1\",\"amount\":\"450\",\"first_name\":\"Ada\"}",
	    "+12135550142", NULL, "{\"amount\":\"450\",\"first_name\":\"Ada\"}", true },
	{ JSON, "{\"to\":\"+12135550142\",\"variables\":{\"first_name\":\"Ada\"},\"location_id\":\"x\"}", "+12135550142", NULL,
	    "{\"first_name\":\"Ada\"}", true },
	{ JSON, "{\"customData\":{\"to\":\"+12135550142\"},\"phone\":\"\"}", "+12135550142", NULL, "{\"to\":\"+12135550142\"}",
	    true },
	{ JSON, "{\"phone\":\"+1 (213) 555-0142\",\"contact_id\":\"c\"}", "+12135550142", NULL, "{}", true },
};

static const struct bad {
	const char *type, *body, *problem, *pointer, *detail;
} bad[] = {
	{ JSON, "{\"to_number\":", "not_json", "", "wrong at byte 13" },
	{ JSON, "[]", "invalid", "", "must be a JSON object" },
	{ JSON, "{}", "invalid", "/to_number", "required" },
	{ JSON, "{\"to_number\":\"+1 (213) 555-0142\"}", "not_e164", "/to_number", "E.164" },
	{ JSON, "{\"to_number\":\"5550142\"}", "not_e164", "/to_number", "E.164" },
	{ JSON, "{\"to_number\":\"+02135550142\"}", "not_e164", "/to_number", "E.164" },
	{ JSON, "{\"to_number\":\"+12135550142\",\"from_number\":\"x\"}", "not_e164", "/from_number", "E.164" },
	{ JSON, "{\"to_number\":\"+12135550142\",\"dynamic_variable\":{}}", "invalid", "/dynamic_variable",
	    "did you mean \"dynamic_variables\"" },
	{ JSON, "{\"to_number\":\"+12135550142\",\"dynamic_variables\":[]}", "invalid", "/dynamic_variables", "object" },
	{ JSON, "{\"to_number\":\"+12135550142\",\"dynamic_variables\":{\"a/b\":{}}}", "invalid", "/dynamic_variables/a~1b",
	    "a string, a number or a boolean" },
	{ JSON, "{\"to_number\":\"+12135550142\",\"metadata\":\"x\"}", "invalid", "/metadata", "object" },
	{ JSON, "{\"to_number\":\"+12135550142\",\"schedule_at\":\"tomorrow\"}", "invalid", "/schedule_at", "RFC 3339" },
	{ JSON, "{\"to\":\"+12135550142\",\"variables\":{\"name\":\"{{contact.first}}\"}}", "invalid", "/variables/name",
	    "merge field" },
	{ JSON, "{\"contact_id\":\"c1\",\"customData\":{}}", "invalid", "/phone", "the contact has no phone" },
	{ JSON, "{\"phone\":\"\",\"contact_id\":\"c1\"}", "invalid", "/phone", "no number" },
	{ JSON, "{\"to_number\":\"+12135550142\",\"schedule_at\":{}}", "invalid", "/schedule_at", "must be a string" },
	{ JSON, "{\"to_number\":\"+12135550142\",\"schedule_at\":\"\"}", "invalid", "/schedule_at", "must not be empty" },
	{ JSON, "{\"to_number\":\"+12135550142\",\"agent_id\":[]}", "invalid", "/agent_id", "must be a string" },
	{ JSON, "{\"to_number\":\"+12135550142\",\"from_number\":\"\\u0000\"}", "invalid", "/from_number", "must be a string" },
	{ JSON, "{\"to_number\":\"+12135550142\",\"to_number\":\"+12135550143\"}", "invalid", "/to_number", "given twice" },
	{ JSON, "{\"phone\":\"+12135550142\",\"contact_id\":\"c\",\"schedule_at\":{}}", "invalid", "/schedule_at",
	    "must be a string" },
	{ JSON, "{\"to_number\":\"+12135550142\",\"dynamic_variables\":{\"\":\"x\"}}", "invalid", "/dynamic_variables",
	    "1 to 128 bytes" },
	{ FORM, "{\"to_number\":\"+12135550142\"}", "not_json", "", "Content-Type: application/json" },
	{ FORM, "to_number=%2", "bad_request", "", "malformed" },
};

static void
orders_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(good); i++) {
		struct sh_arena *a = sh_arena_new(1 << 20);
		struct sh_order_fault f = { 0 };
		struct sh_order o;

		if (!sh_order_read(a, sh_str(good[i].type), sh_str(good[i].body), &o, &f))
			fail_msg("%s: %s: %s", good[i].body, f.problem, f.detail);
		assert_true(sh_str_is(o.to, good[i].to));
		assert_true(good[i].from ? sh_str_is(o.from, good[i].from) : !o.from.s);
		if (!sh_str_is(o.variables, good[i].variables))
			fail_msg("%s: variables %.*s", good[i].body, (int)o.variables.n, o.variables.s);
		assert_int_equal(o.foreign, good[i].foreign);
		sh_arena_free(a);
	}
}

static void
bad_orders_say_where_and_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(bad); i++) {
		struct sh_arena *a = sh_arena_new(1 << 20);
		struct sh_order_fault f = { 0 };
		struct sh_order o;

		if (sh_order_read(a, sh_str(bad[i].type), sh_str(bad[i].body), &o, &f))
			fail_msg("%s was taken", bad[i].body);
		assert_string_equal(f.problem, bad[i].problem);
		if (!sh_str_is(f.pointer, bad[i].pointer) || !strstr(f.detail, bad[i].detail))
			fail_msg("%s: %.*s: %s", bad[i].body, (int)f.pointer.n, f.pointer.s, f.detail);
		sh_arena_free(a);
	}
}

static void
the_callees_place_is_read(void **state)
{
	static const struct {
		const char *type, *body, *zone, *state, *contact_zone, *contact_state, *contact_country;
	} rows[] = {
		{ JSON, "{\"to_number\":\"+12135550142\",\"callee_timezone\":\"America/Denver\",\"callee_state\":\"US-CO\"}",
		    "America/Denver", "US-CO", NULL, NULL, NULL },
		{ FORM, "to_number=%2B12135550142&callee_state=US-CO&state=x", NULL, "US-CO", NULL, NULL, NULL },
		{ JSON,
		    "{\"contact_id\":\"c\",\"phone\":\"+12135550142\",\"timezone\":\"US/"
		    "Mountain\",\"state\":\"Colorado\",\"country\":\"US\"}",
		    NULL, NULL, "US/Mountain", "Colorado", "US" },
		{ JSON, "{\"contact_id\":\"c\",\"phone\":\"+12135550142\",\"timezone\":{},\"state\":\"\",\"country\":null}", NULL,
		    NULL, NULL, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		struct sh_arena *a = sh_arena_new(1 << 20);
		struct sh_order_fault f = { 0 };
		struct sh_order o;

		if (!sh_order_read(a, sh_str(rows[i].type), sh_str(rows[i].body), &o, &f))
			fail_msg("%s: %s: %s", rows[i].body, f.problem, f.detail);
		assert_true(sh_str_eq(o.zone, sh_str(rows[i].zone)) && sh_str_eq(o.state, sh_str(rows[i].state)));
		assert_true(sh_str_eq(o.contact_zone, sh_str(rows[i].contact_zone)));
		assert_true(sh_str_eq(o.contact_state, sh_str(rows[i].contact_state)));
		assert_true(sh_str_eq(o.contact_country, sh_str(rows[i].contact_country)));
		sh_arena_free(a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(orders_are_read), cmocka_unit_test(the_callees_place_is_read),
		cmocka_unit_test(bad_orders_say_where_and_why) };

	return cmocka_run_group_tests_name("api/order", tests, NULL, NULL);
}
