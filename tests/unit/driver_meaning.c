/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * What the host makes of facts and answers, and of what a driver adds to an answer.
 */
#include "tests/unit/driver_usual.h"

/* ---- facts ---- */

static void
many_facts(struct sh_ctx *cx, const struct sh_account *a)
{
	static const struct sh_names rows[] = { { "one", "a.b" }, { "two", "n" }, { "three", "o" }, { "four", "x" },
		{ NULL, NULL } };
	struct sh_event e = { .dedup = SH_STR("d") };

	(void)a;
	sh_facts_json(cx, &e, sh_json_parse(cx, SH_STR("{\"a\":{\"b\":\"v\"},\"n\":1.50,\"o\":{},\"s\":\"\"}")), rows);
	sh_fact(cx, &e, "none", SH_NONE);
	for (int i = 0; i < 40; i++)
		sh_fact(cx, &e, "more", sh_int_format(cx, i));
	sh_event_add(cx, &e);
}

static void
test_facts(void **state)
{
	struct sh_arena *a = sh_arena_new(1 << 16);
	struct sh_driver_call c;
	const struct sh_event *e;

	(void)state;
	usual_run(&c, a, "{}", many_facts);
	e = &c.events->event;
	assert_int_equal(e->nfacts, 32);
	IS(sh_pair_get(e->facts, e->nfacts, "one"), "v");
	IS(sh_pair_get(e->facts, e->nfacts, "two"), "1.50");
	IS(e->facts[2].value, "0");
	IS(e->facts[31].value, "29");
	sh_driver_call_clear(&c);
	sh_arena_free(a);
}

/* ---- what facts mean ---- */

static void
mean_once(struct sh_ctx *cx, const struct sh_pair *facts, size_t n, struct sh_disposition *d)
{
	(void)cx;
	if (sh_pair_get(facts, n, "once").s)
		d->retry = SH_RETRY_ONCE;
}

static void
test_reasons(void **state)
{
	static const struct {
		struct sh_pair facts[2];
		enum sh_outcome outcome;
		enum sh_retry retry;
		const char *word;
		bool unknown;
	} cases[] = {
		{ { { { "reason", 6 }, { "busy", 4 } } }, SH_OUTCOME_BUSY, SH_RETRY_POLICY, "busy", false },
		{ { { { "reason", 6 }, { "busy", 4 } }, { { "once", 4 }, { "1", 1 } } }, SH_OUTCOME_BUSY, SH_RETRY_ONCE, "busy",
		    false },
		{ { { { "reason", 6 }, { "Busy", 4 } } }, SH_OUTCOME_OTHER, SH_RETRY_NEVER, "Busy", true },
		{ { { { "reason", 6 }, { "an-error-x-1500-y", 17 } } }, SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_ONCE,
		    "an-error-x-1500-y", false },
		{ { { { "sip_code", 8 }, { "486", 3 } }, { { "status", 6 }, { "failed", 6 } } }, SH_OUTCOME_BUSY, SH_RETRY_ONCE,
		    "sip_code_486", false },
		{ { { { "sip_code", 8 }, { "486", 3 } }, { { "status", 6 }, { "ended", 5 } } }, SH_OUTCOME_TERMINAL, SH_RETRY_NEVER,
		    "ended", false },
		{ { { { "sip_code", 8 }, { "486", 3 } } }, SH_OUTCOME_OTHER, SH_RETRY_NEVER, "", true },
		/* A word that nobody knows is not judged by a weaker fact. */
		{ { { { "reason", 6 }, { "new", 3 } }, { { "status", 6 }, { "ended", 5 } } }, SH_OUTCOME_OTHER, SH_RETRY_NEVER,
		    "new", true },
		{ { { { "status", 6 }, { "ended", 5 } } }, SH_OUTCOME_TERMINAL, SH_RETRY_NEVER, "ended", false },
		{ { { { "status", 6 }, { "ended", 5 } }, { { "sip_code", 8 }, { "404", 3 } } }, SH_OUTCOME_OTHER, SH_RETRY_NEVER,
		    "sip_code_404", false },
		{ { { { "message", 7 }, { "+1 is not found", 15 } } }, SH_OUTCOME_TERMINAL, SH_RETRY_NEVER, "is not found", false },
		{ { { { "status", 6 }, { "new", 3 } } }, SH_OUTCOME_OTHER, SH_RETRY_NEVER, "", true },
		{ { { { "reason", 6 }, { "busy", 4 } }, { { "do_not_call", 11 }, { "true", 4 } } }, SH_OUTCOME_DO_NOT_CALL,
		    SH_RETRY_NEVER, "busy", false },
	};

	(void)state;
	usual_driver.table.outcome = mean_once;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		size_t n = cases[i].facts[1].name.s ? 2 : 1;
		struct sh_driver_call c;
		struct sh_disposition d;

		sh_driver_call_init(&c, &usual_driver, 1 << 16, USUAL_NOW);
		d = sh_driver_outcome(&c, cases[i].facts, n);
		print_message("# %zu: %s\n", i, cases[i].word);
		assert_int_equal(d.outcome, cases[i].outcome);
		assert_int_equal(d.retry, cases[i].retry);
		assert_true(sh_str_eq(sh_driver_reason_word(&c, cases[i].facts, n), sh_str(cases[i].word)) || !*cases[i].word);
		assert_int_equal(c.unknown, cases[i].unknown);
		sh_driver_call_clear(&c);
	}
	usual_driver.table.outcome = NULL;
}

/* Only where a driver says so are case and the kind of a blank no difference. */
static void
test_alike(void **state)
{
	const struct sh_pair fact = { SH_STR("message"), SH_STR("It IS-not_Found.") };
	struct sh_driver_call c;

	(void)state;
	sh_driver_call_init(&c, &usual_driver, 1 << 16, USUAL_NOW);
	assert_int_equal(sh_driver_outcome(&c, &fact, 1).outcome, SH_OUTCOME_OTHER);
	usual_driver.table.reasons_alike = true;
	assert_int_equal(sh_driver_outcome(&c, &fact, 1).outcome, SH_OUTCOME_TERMINAL);
	usual_driver.table.reasons_alike = false;
	/* Nothing was said at all: that is no unknown word. */
	assert_int_equal(sh_driver_outcome(&c, NULL, 0).retry, SH_RETRY_NEVER);
	sh_driver_call_clear(&c);
}

/* ---- what the provider's analysis found ---- */

static const char *usual_answers;
static enum sh_wish usual_wish;

static void
give_answers(struct sh_ctx *cx, const struct sh_account *a)
{
	struct sh_event e = { .dedup = SH_STR("d"), .answers = sh_str(usual_answers), .callback = usual_wish };

	(void)a;
	sh_fact(cx, &e, "do_not_call", SH_STR("false"));
	sh_event_add(cx, &e);
}

static void
test_answers(void **state)
{
	static const char renamed[] = "{\"callback_field\":\"again\",\"callback_time_field\":\"when\",\"do_not_call_field\":\"\"}";
	static const struct {
		const char *settings, *answers;
		enum sh_wish told, callback;
		const char *time, *words, *no_more;
	} cases[] = {
		{ "{}", "{\"switchhook_callback\":true}", SH_WISH_UNSAID, SH_WISH_YES, NULL, NULL, "false" },
		{ "{}", "{\"switchhook_callback\":\"No\"}", SH_WISH_YES, SH_WISH_NO, NULL, NULL, "false" },
		{ "{}", "{\"switchhook_callback\":1}", SH_WISH_YES, SH_WISH_YES, NULL, NULL, "false" },
		{ "{}", "{\"switchhook_callback_time\":\"2026-11-03T10:00:00Z\"}", SH_WISH_UNSAID, SH_WISH_YES,
		    "2026-11-03T10:00:00Z", NULL, "false" },
		{ "{}", "{\"switchhook_callback_time\":\"2026-11-03T10:00:00Z\",\"switchhook_callback\":false}", SH_WISH_UNSAID,
		    SH_WISH_NO, "2026-11-03T10:00:00Z", NULL, "false" },
		{ "{}", "{\"switchhook_callback_time\":\"Thursday\"}", SH_WISH_UNSAID, SH_WISH_UNSAID, NULL, "Thursday", "false" },
		{ "{}", "{\"switchhook_callback_time\":1804028700}", SH_WISH_UNSAID, SH_WISH_UNSAID, NULL, "1804028700", "false" },
		{ "{}", "{\"switchhook_callback_time\":1804028700000.0}", SH_WISH_UNSAID, SH_WISH_UNSAID, NULL, "1804028700000.0",
		    "false" },
		{ "{}", "{\"switchhook_callback_time\":true}", SH_WISH_UNSAID, SH_WISH_UNSAID, NULL, NULL, "false" },
		{ "{}", "{\"switchhook_do_not_call\":\"yes\"}", SH_WISH_UNSAID, SH_WISH_UNSAID, NULL, NULL, "true" },
		{ "{}", "{\"switchhook_do_not_call\":false}", SH_WISH_UNSAID, SH_WISH_UNSAID, NULL, NULL, "false" },
		{ renamed, "{\"again\":\"yes\",\"when\":\"soon\",\"\":true,\"switchhook_do_not_call\":true}", SH_WISH_UNSAID,
		    SH_WISH_YES, NULL, "soon", "false" },
		{ "{}", "[true]", SH_WISH_NO, SH_WISH_NO, NULL, NULL, "false" },
		{ "{}", "{", SH_WISH_NO, SH_WISH_NO, NULL, NULL, "false" },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_arena *a = sh_arena_new(1 << 16);
		const struct sh_event *e;
		struct sh_driver_call c;

		usual_answers = cases[i].answers;
		usual_wish = cases[i].told;
		usual_run(&c, a, cases[i].settings, give_answers);
		e = &c.events->event;
		print_message("# %zu: %s\n", i, cases[i].answers);
		assert_int_equal(e->callback, cases[i].callback);
		assert_true(sh_str_eq(e->callback_time, sh_str(cases[i].time)));
		assert_true(sh_str_eq(e->callback_words, sh_str(cases[i].words)));
		assert_int_equal(e->nfacts, 1);
		IS(e->facts[0].value, cases[i].no_more);
		assert_null(e->answers.s);
		sh_driver_call_clear(&c);
		sh_arena_free(a);
	}
}

/* What a list or a look-up shows needs no dedup; what is delivered does. */
static void
without_dedup(struct sh_ctx *cx, const struct sh_account *a)
{
	struct sh_event e = { .call_id = SH_STR("call_1") };

	(void)a;
	sh_event_add(cx, &e);
}

static void
test_dedup(void **state)
{
	struct sh_driver_call c;

	(void)state;
	usual_does = without_dedup;
	sh_driver_call_init(&c, &usual_driver, 1 << 16, USUAL_NOW);
	assert_int_equal(sh_driver_read(&c, SH_CAN_CALL, NULL, NULL), SH_ANSWER_OK);
	assert_int_equal(c.nevents, 1);
	assert_int_equal(sh_driver_normalize(&c, NULL, NULL), SH_ANSWER_FAILED);
	sh_driver_call_clear(&c);
}

/* A list's row that names no call may be the very one that is looked for: the list is not taken for whole. */
static void
without_call(struct sh_ctx *cx, const struct sh_account *a)
{
	struct sh_event e = { .name = SH_STR("ended"), .dedup = SH_STR("d") };

	(void)a;
	sh_event_add(cx, &e);
	sh_next(cx, SH_STR("2"));
}

static void
test_nameless(void **state)
{
	struct sh_driver_call c;

	(void)state;
	usual_does = without_call;
	sh_driver_call_init(&c, &usual_driver, 1 << 16, USUAL_NOW);
	assert_int_equal(sh_driver_read(&c, SH_CAN_CALL, NULL, NULL), SH_ANSWER_FAILED);
	IS(c.cx.text, "a row of the list holds no call");
	assert_false(sh_driver_call_more(&c));
	assert_int_equal(sh_driver_normalize(&c, NULL, NULL), SH_ANSWER_OK);
	usual_does = without_dedup;
	assert_int_equal(sh_driver_read(&c, SH_CAN_CALL, NULL, NULL), SH_ANSWER_OK);
	sh_driver_call_clear(&c);
}

/* Of an answer that was not read there is no next page. */
static enum sh_answer
parse_absent(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	(void)a, (void)x;
	sh_next(cx, SH_STR("2"));
	return SH_ANSWER_ABSENT;
}

static void
test_no_next(void **state)
{
	struct sh_driver_call c;

	(void)state;
	usual_driver.table.call_parse = parse_absent;
	sh_driver_call_init(&c, &usual_driver, 1 << 16, USUAL_NOW);
	assert_int_equal(sh_driver_read(&c, SH_CAN_CALL, NULL, NULL), SH_ANSWER_ABSENT);
	assert_false(sh_driver_call_more(&c));
	usual_driver.table.call_parse = usual_parse;
	sh_driver_call_clear(&c);
}

/* The operator sees the host's settings beside the driver's, and no driver has one of their names. */
static void
test_settings(void **state)
{
	struct sh_error e;

	(void)state;
	assert_string_equal(sh_driver_setting(&usual_driver, USUAL_SETTINGS).name, "callback_field");
	assert_int_equal(sh_driver_setting_index(&usual_driver, SH_STR("do_not_call_field")), USUAL_SETTINGS + 2);
	assert_int_equal(sh_driver_check_setting(&usual_driver, SH_STR("callback_time_field"), SH_STR("when"), &e), SH_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_alike),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_dedup),
		cmocka_unit_test(test_nameless),
		cmocka_unit_test(test_no_next),
		cmocka_unit_test(test_settings),
	};

	sh_log_set_level(SH_LOG_ERROR);
	return cmocka_run_group_tests_name("driver_meaning", tests, NULL, NULL);
}
