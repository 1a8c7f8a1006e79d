/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The host's services, and the words of the interface. Services are there only while a driver's function runs: so what tries them
 * is one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gateway/driver/call.h"

static void (*services_does)(struct sh_ctx *);

static enum sh_answer
services_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	(void)a, (void)x;
	services_does(cx);
	return SH_ANSWER_OK;
}

static void
services_run(void (*does)(struct sh_ctx *))
{
	static const struct sh_driver_loaded driver = { .name = "acme",
		.path = "acme",
		.capabilities = 1u << SH_CAN_CHECK,
		.table = { .name = "acme", .check_parse = services_parse } };
	struct sh_driver_call c;

	services_does = does;
	sh_driver_call_init(&c, &driver, 1 << 20, INT64_C(1793000000000));
	if (sh_driver_read(&c, SH_CAN_CHECK, NULL, NULL) != SH_ANSWER_OK)
		fail_msg("%s", c.why);
	sh_driver_call_clear(&c);
}

static void
services_values(struct sh_ctx *cx)
{
	static const struct {
		const char *text;
		unsigned places;
		bool ok;
		int64_t value;
	} decimals[] = {
		{ "12.075", 6, true, 12075000 },
		{ "12.0756", 2, true, 1207 },
		{ "-0.5", 1, true, -5 },
		{ "1e3", 0, true, 1000 },
		{ "1.5E+2", 1, true, 1500 },
		{ "25e-1", 0, true, 2 },
		{ "0", 9, true, 0 },
		{ "0.000", 3, true, 0 },
		{ "1e400", 0, false, 0 },
		{ "1e-400", 0, true, 0 },
		{ "1e401", 0, false, 0 },
		{ "1234567890123456789", 0, false, 0 },
		{ "123456789012345678", 9, false, 0 },
		{ "0e99", 9, true, 0 },
		{ "\"1\"", 2, false, 0 },
		{ "null", 2, false, 0 },
		{ "1", 10, false, 0 },
	};
	const struct sh_json *j =
	    sh_json_parse(cx, SH_STR("{\"n\":\"a\\u0000b\",\"s\":\"a\\u00e9\",\"yes\":\"yes\",\"no\":false,\"x\":{}}"));
	struct sh_dial dial = { .dial_id = SH_STR("d1"),
		.callback_id = SH_STR("c1"),
		.attempt = 12,
		.metadata = SH_STR("{\"sh_dial_id\":\"forged\",\"own\":[1],\"\\u0022\":null}") };
	struct sh_out *o = sh_out_new(cx);
	size_t n = 9;
	int64_t v = 0;

	for (size_t i = 0; i < SH_LENGTH(decimals); i++) {
		bool ok = sh_json_decimal(cx, sh_json_parse(cx, sh_str(decimals[i].text)), decimals[i].places, &v);

		if (ok != decimals[i].ok || (ok && v != decimals[i].value))
			fail_msg("%s with %u places: %d, %lld", decimals[i].text, decimals[i].places, ok, (long long)v);
	}
	assert_null(sh_json_get_str(cx, j, "n").s);
	assert_true(sh_str_is(sh_json_get_str(cx, j, "s"), "a\xc3\xa9"));
	assert_null(sh_json_get(cx, j, NULL));
	assert_int_equal(sh_json_get_wish(cx, j, "yes"), SH_WISH_YES);
	assert_int_equal(sh_json_get_wish(cx, j, "no"), SH_WISH_NO);
	assert_int_equal(sh_json_get_wish(cx, j, "s"), SH_WISH_UNSAID);
	assert_null(sh_json_get_plain(cx, j, "x").s);
	assert_null(sh_json_parse(cx, SH_STR("{")));
	sh_out_metadata(cx, o, &dial);
	assert_true(sh_str_is(sh_out_text(cx, o),
	    "{\"own\":[1],\"\\\"\":null,\"sh_dial_id\":\"d1\",\"sh_callback_id\":\"c1\",\"sh_attempt\":\"12\"}"));
	assert_true(sh_str_is(sh_json_quote(cx, SH_STR("a\"b")), "\"a\\\"b\""));
	assert_true(sh_str_is(sh_join(cx, SH_STR("a"), SH_NONE, SH_STR("b")), "ab"));
	assert_true(sh_str_is(sh_time_format(cx, 1793000000000), "2026-10-26T07:33:20.000Z"));
	assert_false(sh_equal(cx, SH_STR(""), SH_STR("")));
	assert_null(sh_form(cx, SH_STR("a=%zz"), &n));
	assert_null(sh_pair_get(NULL, n, "a").s);
}

static void
services_answers(struct sh_ctx *cx)
{
	static const struct {
		int status;
		const char *after;
		enum sh_answer answer;
		int64_t after_ms;
	} cases[] = {
		{ 200, NULL, SH_ANSWER_OK, 0 },
		{ 204, NULL, SH_ANSWER_OK, 0 },
		{ 301, NULL, SH_ANSWER_FAILED, 0 },
		{ 401, NULL, SH_ANSWER_UNAUTHORIZED, 0 },
		{ 403, NULL, SH_ANSWER_UNAUTHORIZED, 0 },
		{ 404, NULL, SH_ANSWER_ABSENT, 0 },
		{ 429, "7", SH_ANSWER_LIMITED, 7000 },
		{ 429, "Wed, 21 Oct 2026 07:28:00 GMT", SH_ANSWER_LIMITED, 0 },
		{ 429, "Mon, 26 Oct 2026 07:34:20 GMT", SH_ANSWER_LIMITED, 60000 },
		{ 429, "-1", SH_ANSWER_LIMITED, 0 },
		{ 503, "7", SH_ANSWER_FAILED, 0 },
	};

	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_pair header = { SH_STR("retry-after"), sh_str(cases[i].after) };
		struct sh_response r = { .size = sizeof(r), .status = cases[i].status, .nheaders = 1, .headers = &header };

		cx->after_ms = 0;
		assert_int_equal(sh_answer_of(cx, &r), cases[i].answer);
		assert_int_equal(cx->after_ms, cases[i].after_ms);
	}
	assert_true(sh_str_is(cx->text, "HTTP 503"));
}

static void
test_values(void **state)
{
	(void)state;
	services_run(services_values);
}

static void
test_answers(void **state)
{
	(void)state;
	services_run(services_answers);
}

static void
test_names(void **state)
{
	(void)state;
	for (int i = 0; i <= SH_KIND_CHAT_ANALYZED; i++)
		assert_int_equal(sh_kind_parse(sh_str(sh_kind_name((enum sh_kind)i))), i);
	for (int i = 0; i <= SH_CHANNEL_SMS; i++)
		assert_int_equal(sh_channel_parse(sh_str(sh_channel_name((enum sh_channel)i))), i);
	assert_int_equal(sh_kind_parse(SH_STR("call_teleported")), -1);
	assert_int_equal(sh_kind_parse(SH_NONE), -1);
	assert_string_equal(sh_outcome_name(SH_OUTCOME_DO_NOT_CALL), "do_not_call");
	assert_string_equal(sh_retry_name(SH_RETRY_ONCE), "once");
	assert_string_equal(sh_action_name(SH_ACTION_REST_NUMBER), "rest_number");
	assert_string_equal(sh_direction_name(SH_DIRECTION_INBOUND), "inbound");
	assert_string_equal(sh_capability_name(SH_CAN_DIAL), "outbound");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("driver_services", tests, NULL, NULL);
}
