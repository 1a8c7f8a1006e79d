/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * What a driver hands over: only where it is asked for, and of a number's bindings only what people may see.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gateway/driver/call.h"

#define GIVEN_NOW INT64_C(1793000000000)

typedef void given_f(struct sh_ctx *);

/* What the driver's functions do in this test. */
static given_f *given_does;

/* ---- what is handed over where nobody asks for it ---- */

static void
give_number(struct sh_ctx *cx)
{
	struct sh_number n = { .provider_id = SH_STR("n") };

	sh_number_add(cx, &n);
}

static void
give_agent(struct sh_ctx *cx)
{
	struct sh_agent a = { .provider_id = SH_STR("a") };

	sh_agent_add(cx, &a);
}

static void
give_event(struct sh_ctx *cx)
{
	struct sh_event e = { .dedup = SH_STR("e"), .call_id = SH_STR("c") };

	sh_event_add(cx, &e);
}

static enum sh_answer
asked_normalize(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	(void)d, (void)a;
	given_does(cx);
	return SH_ANSWER_OK;
}

static enum sh_answer
asked_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	(void)a, (void)x;
	given_does(cx);
	return SH_ANSWER_OK;
}

static enum sh_verdict
asked_verify(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	(void)d, (void)a;
	given_does(cx);
	return SH_VERDICT_VALID;
}

static void
asked_reply(
    struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a, const struct sh_finding *f, struct sh_reply *r)
{
	(void)d, (void)a, (void)f, (void)r;
	given_does(cx);
}

static void
asked_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	(void)a, (void)cursor, (void)r;
	given_does(cx);
}

static void
asked_dial_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x, struct sh_placed *p)
{
	(void)a, (void)x, (void)p;
	given_does(cx);
}

static void
asked_outcome(struct sh_ctx *cx, const struct sh_pair *facts, size_t n, struct sh_disposition *d)
{
	(void)facts, (void)n, (void)d;
	given_does(cx);
}

static struct sh_driver_loaded given_driver = { .name = "acme",
	.path = "acme",
	.capabilities = ~0u,
	.table = { .name = "acme",
	    .check_request = asked_request,
	    .check_parse = asked_parse,
	    .numbers_parse = asked_parse,
	    .agents_parse = asked_parse,
	    .verify = asked_verify,
	    .normalize = asked_normalize,
	    .reply = asked_reply,
	    .dial_parse = asked_dial_parse,
	    .calls_parse = asked_parse,
	    .call_parse = asked_parse,
	    .outcome = asked_outcome } };

enum asked {
	ASKED_VERIFY,
	ASKED_NORMALIZE,
	ASKED_REPLY,
	ASKED_REQUEST,
	ASKED_DIAL,
	ASKED_OUTCOME,
	ASKED_CHECK,
	ASKED_NUMBERS,
	ASKED_AGENTS,
	ASKED_CALLS,
	ASKED_CALL,
	ASKED_COUNT
};

/* One function of the driver, whatever it may be; all else of its answer is good. */
static void
asked_run(struct sh_driver_call *c, enum asked function)
{
	static const enum sh_capability reads[ASKED_COUNT] = { [ASKED_CHECK] = SH_CAN_CHECK,
		[ASKED_NUMBERS] = SH_CAN_NUMBERS,
		[ASKED_AGENTS] = SH_CAN_AGENTS,
		[ASKED_CALLS] = SH_CAN_CALLS,
		[ASKED_CALL] = SH_CAN_CALL };
	const struct sh_finding f = { .size = sizeof(f) };
	struct sh_request r;
	struct sh_error e;
	int answer;

	if (function == ASKED_VERIFY) {
		answer = (int)sh_driver_verify(c, NULL, NULL);
		assert_int_equal(answer, c->failed ? SH_VERDICT_INVALID : SH_VERDICT_VALID);
	} else if (function == ASKED_REPLY)
		assert_int_equal(sh_driver_reply(c, NULL, NULL, &f).status, 204);
	else if (function == ASKED_REQUEST)
		assert_int_equal(sh_driver_ask(c, SH_CAN_CHECK, NULL, SH_NONE, &r, &e), SH_EINVALID);
	else if (function == ASKED_DIAL)
		assert_int_equal(sh_driver_read_dial(c, NULL, NULL).placing, SH_DIAL_UNKNOWN);
	else if (function == ASKED_OUTCOME)
		assert_int_equal(sh_driver_outcome(c, NULL, 0).outcome, SH_OUTCOME_OTHER);
	else {
		answer = function == ASKED_NORMALIZE ? (int)sh_driver_normalize(c, NULL, NULL)
						     : (int)sh_driver_read(c, reads[function], NULL, NULL);
		assert_int_equal(answer, c->failed ? SH_ANSWER_FAILED : SH_ANSWER_OK);
	}
}

static void
test_asked(void **state)
{
	static const struct {
		given_f *f;
		unsigned where;
		const char *why;
	} gifts[] = {
		{ give_number, 1u << ASKED_NUMBERS, "it handed over a number, which numbers_parse alone is asked for" },
		{ give_agent, 1u << ASKED_AGENTS, "it handed over an agent, which agents_parse alone is asked for" },
		{ give_event, 1u << ASKED_NORMALIZE | 1u << ASKED_CALLS | 1u << ASKED_CALL,
		    "it handed over an event, which only normalize, calls_parse and call_parse are asked for" },
	};
	static const char *const names[ASKED_COUNT] = { "verify", "normalize", "reply", "check_request", "dial_parse", "outcome",
		"check_parse", "numbers_parse", "agents_parse", "calls_parse", "call_parse" };
	struct sh_driver_call c;

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(gifts); i++)
		for (int at = 0; at < ASKED_COUNT; at++) {
			bool asked = gifts[i].where & 1u << at;

			print_message("# %s: %s\n", names[at], gifts[i].why);
			given_does = gifts[i].f;
			sh_driver_call_init(&c, &given_driver, 1 << 20, GIVEN_NOW);
			asked_run(&c, (enum asked)at);
			assert_int_equal(c.failed, !asked);
			assert_string_equal(c.function, names[at]);
			assert_int_equal(c.nnumbers + c.nagents + c.nevents, asked);
			if (!asked)
				assert_string_equal(c.why, gifts[i].why);
			sh_driver_call_clear(&c);
		}
}

/* ---- bindings ---- */

static const char *bound_given;

static void
bound_number(struct sh_ctx *cx)
{
	struct sh_number n = { .provider_id = SH_STR("n"), .bindings = sh_str(bound_given), .dial = sh_str(bound_given) };

	sh_number_add(cx, &n);
}

/* What people see of a number's bindings has no keys in its URLs; what the driver alone sees again stays whole. */
static void
test_bindings(void **state)
{
	static const struct {
		const char *given, *shown;
	} cases[] = {
		{ "{\"voice_url\":\"https://user:pass@hooks.example:8443/voice/x?token=s3cret#part\",\"n\":1}",
		    "{\"voice_url\":\"https://hooks.example:8443/voice/x\",\"n\":1}" },
		{ "{\"server\":{\"url\":\"https://a.example/?t=1\"}, \"all\" : [ \"wss://k@b.example\", 2, "
		  "[\"http://c.example#f\"] ] }",
		    "{\"server\":{\"url\":\"https://a.example/\"}, \"all\" : [ \"wss://b.example\", 2, [\"http://c.example\"] ] "
		    "}" },
		{ "\"https://a.example?key=1\"", "\"https://a.example\"" },
		/* However it is spelt, and as a browser would read it. */
		{ "[\"HTTPS:\\/\\/u:p\\u0040a.example\\/x\\u003ft=1\"]", "[\"HTTPS://a.example/x\"]" },
		{ "[\" \\n\\thttps://u:p@a.example/\"]", "[\"https://a.example/\"]" },
		{ "[\"https://u:p@q@a.example/@x\"]", "[\"https://a.example/@x\"]" },
		{ "[\"https://a.example\\\\@b.example/?x\"]", "[\"https://b.example/\"]" },
		{ "[\"https://u:p?q@a.example\",\"https://?x\",\"https://\"]", "[\"https://\",\"https://\",\"https://\"]" },
		{ "[\"https://[2001:db8::1]:8443/a?b\",\"https://a.example:8443?b\"]",
		    "[\"https://[2001:db8::1]:8443/a\",\"https://a.example:8443\"]" },
		{ "[\"https://u:p@h\\u00f6hle.example/\\\"x\\\"?\"]", "[\"https://h\xc3\xb6hle.example/\\\"x\\\"\"]" },
		/* What needs nothing stays as it came, byte for byte; what is no URL, too. */
		{ "{ \"url\" : \"https:\\/\\/a.example\\/@x\" }", "{ \"url\" : \"https:\\/\\/a.example\\/@x\" }" },
		{ "[\"a@b.example\",\"sip:front@b.example;x?y\",\"what? #1\",\"://u@h?q\",\"1a://u@h\",\"a b://u@h\",null,true]",
		    "[\"a@b.example\",\"sip:front@b.example;x?y\",\"what? #1\",\"://u@h?q\",\"1a://u@h\",\"a "
		    "b://u@h\",null,true]" },
		{ "{}", "{}" },
	};
	struct sh_driver_call c;

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		bound_given = cases[i].given;
		given_does = bound_number;
		sh_driver_call_init(&c, &given_driver, 1 << 20, GIVEN_NOW);
		assert_int_equal(sh_driver_read(&c, SH_CAN_NUMBERS, NULL, NULL), SH_ANSWER_OK);
		assert_string_equal(c.numbers->number.bindings.s, cases[i].shown);
		assert_string_equal(c.numbers->number.dial.s, cases[i].given);
		sh_driver_call_clear(&c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_asked),
		cmocka_unit_test(test_bindings),
	};

	return cmocka_run_group_tests_name("driver_given", tests, NULL, NULL);
}
