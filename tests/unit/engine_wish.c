/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* What becomes of a call's event: the callee's wish, in their words or in what the agent noted, and where they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/base/reader.h"
#include "gateway/engine/wish.h"

#define NOW INT64_C(1803924000000) /* Monday, 1 March 2027, 10:00 in Los Angeles */
#define HOUR INT64_C(3600000)

static struct sh_zones *zones;
static struct sh_prefixes *prefixes;
static const struct sh_zone *said_earlier; /* in an earlier call of the chain; NULL: nothing */
static enum sh_zone_source said_by;

struct wished {
	struct sh_arena *a;
	struct sh_ended ended;
	struct sh_wished wish;
};

/* A call with a number of Los Angeles, by the defaults unless `change` does something to them. */
static struct wished
wish(const struct sh_event *e, const char *sent, bool chat, void (*change)(struct sh_policy *))
{
	struct wished w = { .a = sh_arena_new(4 << 20) };
	struct sh_core core = { .zones = zones, .prefixes = prefixes };
	struct sh_policy policy;
	struct sh_wish_in in = { .core = &core,
		.policy = &policy,
		.event = e,
		.sent = sent ? sh_reader_parse(w.a, sh_str(sent), NULL) : NULL,
		.workspace = sh_zones_find(zones, SH_STR("America/New_York")),
		.earlier = said_earlier,
		.earlier_source = said_by,
		.number = SH_STR("+12135550142"),
		.now_ms = NOW,
		.ended_ms = NOW,
		.chat = chat };

	sh_policy_default(&policy);
	if (change)
		change(&policy);
	sh_wish_read(w.a, &in, &w.ended, &w.wish);
	assert_false(sh_arena_failed(w.a));
	return w;
}

static void
speech_off(struct sh_policy *p)
{
	p->read_speech = false;
}

static void
words_of_the_callee(void **state)
{
	static const struct {
		const char *said;
		enum sh_asked asked;
		int64_t in_ms; /* from now; of a time */
		bool named;
	} rows[] = {
		{ "Agent: Hello.\nUser: Call me tomorrow at ten past four p.m.\n", SH_ASKED_TIME, 30 * HOUR + HOUR / 6, true },
		{ "Agent: Is tomorrow at 3 p.m. fine?\nUser: Yes, that works.\n", SH_ASKED_TIME, 29 * HOUR, true },
		{ "Agent: Hello.\nUser: Call me tomorrow at 3 p.m. Eastern.\n", SH_ASKED_TIME, 26 * HOUR, true },
		{ "Agent: Hello.\nUser: I'm busy, call me some other time.\n", SH_ASKED_YES, 0, false },
		{ "Agent: Hello.\nUser: Take me off your list, never call me again.\n", SH_ASKED_REFUSED, 0, false },
		{ "Agent: I will try you tomorrow at nine.\n", SH_ASKED_NONE, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		struct sh_event e = { .size = sizeof(e), .over = true, .transcript = sh_str(rows[i].said) };
		struct wished w = wish(&e, NULL, false, NULL);

		assert_int_equal(w.ended.asked, rows[i].asked);
		if (rows[i].asked == SH_ASKED_TIME) {
			assert_int_equal(w.ended.asked_ms, NOW + rows[i].in_ms);
			assert_int_equal(w.ended.asked_named, rows[i].named);
			assert_in_range(w.ended.asked_confidence, 70, 100);
			assert_non_null(strstr(sh_arena_z(w.a, w.wish.words), "User: "));
		}
		sh_arena_free(w.a);
		/* Nobody listens where the policy says so. */
		w = wish(&e, NULL, false, speech_off);
		assert_int_equal(w.ended.asked, SH_ASKED_NONE);
		sh_arena_free(w.a);
	}
}

/* The zone that was said is where they are; else the number tells. */
static void
where_they_are(void **state)
{
	struct sh_event e = {
		.size = sizeof(e), .over = true, .transcript = SH_STR("User: Call me tomorrow at 3 p.m. Eastern.\n")
	};
	struct wished w = wish(&e, NULL, false, NULL);

	(void)state;
	assert_int_equal(w.wish.callee.source, SH_ZONE_FROM_SPEECH);
	assert_string_equal(sh_zone_name(w.wish.callee.zones[0]), "America/New_York");
	assert_string_equal(w.wish.callee.states[0], "US-CA"); /* whose law the area code presumes all the same */
	sh_arena_free(w.a);
	e.transcript = SH_NONE;
	w = wish(&e, NULL, false, NULL);
	assert_int_equal(w.wish.callee.source, SH_ZONE_FROM_NUMBER);
	assert_string_equal(sh_zone_name(w.wish.callee.zones[0]), "America/Los_Angeles");
	sh_arena_free(w.a);
}

/* What they said in an earlier call of the chain holds, until they say otherwise. */
static void
where_they_said_they_are(void **state)
{
	static const struct {
		enum sh_zone_source earlier;
		const char *said, *variables, *zone;
		enum sh_zone_source source;
		int in_h; /* the time that they ask for */
	} rows[] = {
		{ SH_ZONE_FROM_SPEECH, NULL, NULL, "America/Denver", SH_ZONE_FROM_SPEECH, 0 },
		{ SH_ZONE_FROM_VARIABLE, NULL, NULL, "America/Denver", SH_ZONE_FROM_VARIABLE, 0 },
		{ SH_ZONE_FROM_SPEECH, "User: Call me tomorrow at 3 p.m.\n", NULL, "America/Denver", SH_ZONE_FROM_SPEECH, 28 },
		{ SH_ZONE_FROM_SPEECH, "User: Call me tomorrow at 3 p.m. Eastern.\n", NULL, "America/New_York", SH_ZONE_FROM_SPEECH,
		    26 },
		{ SH_ZONE_FROM_SPEECH, "User: Call me tomorrow at 3 p.m.\n", "{\"callback_timezone\":\"America/Chicago\"}",
		    "America/Chicago", SH_ZONE_FROM_VARIABLE, 27 },
		{ SH_ZONE_FROM_SPEECH, "User: Call me tomorrow at 3 p.m. your time.\n", NULL, "America/Denver", SH_ZONE_FROM_SPEECH,
		    26 },
	};

	(void)state;
	said_earlier = sh_zones_find(zones, SH_STR("America/Denver"));
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		struct sh_event e = {
			.size = sizeof(e), .over = true, .transcript = sh_str(rows[i].said), .variables = sh_str(rows[i].variables)
		};
		struct wished w;

		said_by = rows[i].earlier;
		w = wish(&e, NULL, false, NULL);
		assert_string_equal(sh_zone_name(w.wish.callee.zones[0]), rows[i].zone);
		assert_int_equal(w.wish.callee.n, 1);
		assert_int_equal(w.wish.callee.source, rows[i].source);
		if (rows[i].in_h)
			assert_int_equal(w.ended.asked_ms, NOW + rows[i].in_h * HOUR);
		sh_arena_free(w.a);
	}
	said_earlier = NULL;
}

static void
what_the_agent_noted(void **state)
{
	struct sh_event e = { .size = sizeof(e),
		.over = true,
		.variables = SH_STR("{\"callback_in_minutes\":45,\"other\":\"2027-03-05T10:00:00Z\"}") };
	static const char *const stamps[] = { "1804028400", "1804028400000", "1804028400.0", "0", "18040284" };
	struct wished w = wish(&e, NULL, false, NULL);

	(void)state;
	assert_int_equal(w.ended.asked, SH_ASKED_TIME);
	assert_int_equal(w.ended.asked_ms, NOW + 45 * HOUR / 60);
	assert_non_null(strstr(sh_arena_z(w.a, w.wish.words), "45"));
	sh_arena_free(w.a);

	/* What the call was given, and only comes back, nobody said in it. */
	w = wish(&e, "{\"callback_in_minutes\":45}", false, NULL);
	assert_int_equal(w.ended.asked, SH_ASKED_NONE);
	sh_arena_free(w.a);
	w = wish(&e, "{\"callback_in_minutes\":30}", false, NULL);
	assert_int_equal(w.ended.asked, SH_ASKED_TIME);
	sh_arena_free(w.a);

	/* Unix time, as an analysis writes it that was asked for a number; zero is none. */
	e.variables = SH_NONE;
	for (size_t i = 0; i < SH_LENGTH(stamps); i++) {
		e.callback_words = sh_str(stamps[i]);
		w = wish(&e, NULL, false, NULL);
		assert_int_equal(w.ended.asked, i < 3 ? SH_ASKED_TIME : SH_ASKED_NONE);
		assert_true(i >= 3 || (w.ended.asked_ms == NOW + 29 * HOUR && w.ended.asked_named));
		sh_arena_free(w.a);
	}
	e.callback_words = SH_NONE;

	/* The provider's analysis comes first; no is no, whatever else there is. */
	e.callback = SH_WISH_YES;
	e.callback_time = SH_STR("2027-03-02T15:45:00-08:00");
	w = wish(&e, NULL, false, NULL);
	assert_int_equal(w.ended.asked_ms, NOW + 29 * HOUR + 45 * HOUR / 60);
	sh_arena_free(w.a);
	e.callback_time = e.variables = SH_NONE;
	w = wish(&e, NULL, false, NULL);
	assert_int_equal(w.ended.asked, SH_ASKED_YES);
	sh_arena_free(w.a);
	e.callback = SH_WISH_NO;
	w = wish(&e, NULL, false, NULL);
	assert_int_equal(w.ended.asked, SH_ASKED_NO);
	sh_arena_free(w.a);
}

static void
a_message_that_says_stop(void **state)
{
	static const char *const stop[] = { "User: STOP\n", "Agent: Shall we call?\nUser: stop.\n", "User: Unsubscribe \n",
		"User: \"Opt out\"\nAgent: Done.\n" };
	static const char *const go_on[] = { "User: Stop by tomorrow.\n", "Agent: STOP\nUser: Hi.\n", "User: nonstop\n" };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(stop); i++) {
		struct sh_event e = { .size = sizeof(e), .over = true, .channel = SH_CHANNEL_SMS, .transcript = sh_str(stop[i]) };
		struct wished w = wish(&e, NULL, true, speech_off);

		assert_true(w.ended.asked == SH_ASKED_REFUSED && w.wish.by_message);
		sh_arena_free(w.a);
		/* Said in a call it is a word among others. */
		w = wish(&e, NULL, false, speech_off);
		assert_false(w.wish.by_message);
		sh_arena_free(w.a);
	}
	for (size_t i = 0; i < SH_LENGTH(go_on); i++) {
		struct sh_event e = { .size = sizeof(e), .over = true, .channel = SH_CHANNEL_SMS, .transcript = sh_str(go_on[i]) };
		struct wished w = wish(&e, NULL, true, NULL);

		assert_false(w.wish.by_message);
		sh_arena_free(w.a);
	}
}

static int
setup(void **state)
{
	struct sh_faults faults;
	struct sh_error err;

	(void)state;
	sh_faults_init(&faults, "prefixes");
	if (sh_zones_load(NULL, &zones, &err) != SH_OK)
		return -1;
	prefixes = sh_prefixes_new(zones, SH_NONE, &faults);
	sh_faults_clear(&faults);
	return prefixes ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	sh_prefixes_free(prefixes);
	sh_zones_free(zones);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_the_callee),
		cmocka_unit_test(where_they_are),
		cmocka_unit_test(where_they_said_they_are),
		cmocka_unit_test(what_the_agent_noted),
		cmocka_unit_test(a_message_that_says_stop),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
