/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* What agents put into variables (docs/spoken-times.md section 6), through the reader: said by a callee in Denver, Tuesday 10:05. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "gateway/policy/spoken.h"
#include "zones.h"

#define NOW "2026-06-16T16:05:00Z"
#define NONE_SAID "Okay, thanks."

struct value_case {
	const char *said, *values; /* "name=value" and "|" between two */
	const char *instant; /* NULL: no time */
	const char *zone; /* NULL: any */
	int confidence; /* 0: any */
};

static const struct value_case cases[] = {
	{ NONE_SAID, "callback_time=2026-06-18T15:00", "2026-06-18T21:00:00Z", "America/Denver", 0 },
	{ NONE_SAID, "callback_at=2026-06-18T15:00:00-07:00[America/Los_Angeles]", "2026-06-18T22:00:00Z", "America/Los_Angeles",
	    90 },
	{ NONE_SAID, "callback_time=2026-06-18T15:00:00-04:00[America/Los_Angeles]", "2026-06-18T19:00:00Z", "America/Los_Angeles",
	    60 },
	{ NONE_SAID, "callback_time=2026-06-18T15:00:00-04:00[!America/Los_Angeles]", NULL, NULL, 0 },
	{ NONE_SAID, "callback_time=2026-06-18T15:00:00-06:00[!No/Where]", NULL, NULL, 0 },
	{ NONE_SAID, "callback_time=2026-06-18T15:00:00-06:00[No/Where]", "2026-06-18T21:00:00Z", "America/Denver", 90 },
	{ NONE_SAID, "callback_time=2026-06-18T15:00:00-06:00[u-ca=hebrew]", "2026-06-18T21:00:00Z", NULL, 90 },
	{ NONE_SAID, "callback_time=2026-06-18T15:00:00-06:00[!u-ca=hebrew]", NULL, NULL, 0 },
	{ NONE_SAID, "callback_time=2026-06-18T15:00[Europe/Berlin]", "2026-06-18T13:00:00Z", "Europe/Berlin", 0 },
	{ NONE_SAID, "callback_time=2026-06-18T21:00:00Z", "2026-06-18T21:00:00Z", "America/Denver", 90 },
	{ NONE_SAID, "callback_time=1781816400", "2026-06-18T21:00:00Z", NULL, 90 },
	{ NONE_SAID, "callback_time=1781816400000", "2026-06-18T21:00:00Z", NULL, 90 },
	{ NONE_SAID, "callback_time=1781816400.0", "2026-06-18T21:00:00Z", NULL, 90 },
	{ NONE_SAID, "callback_time=20260618T150000-0600", "2026-06-18T21:00:00Z", NULL, 90 },
	{ NONE_SAID, "callback_time=PT90M", "2026-06-16T17:35:00Z", NULL, 0 },
	{ NONE_SAID, "callback_time=P1DT2H", "2026-06-17T18:05:00Z", NULL, 0 },
	{ NONE_SAID, "callback_time=2026-06-18", "2026-06-18T16:00:00Z", NULL, 0 },
	{ NONE_SAID, "callback_in_minutes=45", "2026-06-16T16:50:00Z", NULL, 0 },
	{ NONE_SAID, "callback_in_minutes=45.0", "2026-06-16T16:50:00Z", NULL, 0 },
	{ NONE_SAID, "callback_in_minutes=0", NULL, NULL, 0 },
	{ NONE_SAID, "callback_in_minutes=-5", NULL, NULL, 0 },
	{ NONE_SAID, "callback_date=2026-06-18|callback_time_of_day=15:00", "2026-06-18T21:00:00Z", NULL, 0 },
	{ NONE_SAID, "callback_date=2026-06-18|callback_time_of_day=3 pm", "2026-06-18T21:00:00Z", NULL, 0 },
	{ NONE_SAID, "callback_time=3 pm|callback_date=2026-06-18", "2026-06-18T21:00:00Z", NULL, 0 },
	{ NONE_SAID, "callback_time=15:00|callback_date=2026-06-18", "2026-06-18T21:00:00Z", NULL, 0 },
	{ NONE_SAID, "callback_date=2026-06-18", "2026-06-18T16:00:00Z", NULL, 0 },
	{ NONE_SAID, "callback_date=Thursday|callback_time_of_day=3 pm", "2026-06-18T21:00:00Z", NULL, 0 },
	{ NONE_SAID, "callback_date=2026-06-16|callback_time_of_day=17:00", "2026-06-16T23:00:00Z", NULL, 0 },
	{ NONE_SAID, "callback_time=tomorrow at 3 pm", "2026-06-17T21:00:00Z", NULL, 0 },
	{ NONE_SAID, "callback_time=next Friday at noon", "2026-06-26T18:00:00Z", NULL, 0 },
	{ NONE_SAID, "callback_time=in 20 minutes", "2026-06-16T16:25:00Z", NULL, 0 },
	/* zones */
	{ NONE_SAID, "callback_time=2026-06-18T15:00|callback_timezone=America/New_York", "2026-06-18T19:00:00Z",
	    "America/New_York", 0 },
	{ NONE_SAID, "callback_time=2026-06-18T15:00|timezone=EST", "2026-06-18T19:00:00Z", "America/New_York", 0 },
	{ NONE_SAID, "callback_time=2026-06-18T15:00|timezone=UTC+2", "2026-06-18T13:00:00Z", NULL, 0 },
	{ NONE_SAID, "callback_time=2026-06-18T15:00|timezone=nonsense", "2026-06-18T21:00:00Z", NULL, 0 },
	{ "Thursday at three.", "callback_timezone=America/New_York", "2026-06-18T19:00:00Z", "America/New_York", 0 },
	/* no value: speech is tried */
	{ "Thursday at three.", "callback_time={{callback_time}}", "2026-06-18T21:00:00Z", NULL, 0 },
	{ "Thursday at three.", "callback_time=N/A", "2026-06-18T21:00:00Z", NULL, 0 },
	{ "Thursday at three.", "callback_time=2024-06-18T15:00:00Z", "2026-06-18T21:00:00Z", NULL, 0 },
	{ "Thursday at three.", "callback_time=17817948", "2026-06-18T21:00:00Z", NULL, 0 },
	{ "Thursday at three.", "callback_time=2026-02-30T10:00", "2026-06-18T21:00:00Z", NULL, 0 },
	{ NONE_SAID, "callback_time=2024-06-18T15:00:00Z", NULL, NULL, 0 },
	{ NONE_SAID, "callback_time=null", NULL, NULL, 0 },
	/* the first that has a value counts */
	{ NONE_SAID, "callback_time=none|callback_at=2026-06-18T21:00:00Z", "2026-06-18T21:00:00Z", NULL, 0 },
	{ NONE_SAID, "callback_time=2026-06-18T21:00:00Z|callback_at=2026-06-19T21:00:00Z", "2026-06-18T21:00:00Z", NULL, 0 },
	/* it wins over speech, and says so */
	{ "Thursday at three.", "callback_time=2026-06-18T15:00", "2026-06-18T21:00:00Z", NULL, 0 },
	{ "Thursday at five.", "callback_time=2026-06-18T15:00", "2026-06-18T21:00:00Z", NULL, 60 },
	/* and a refusal over it */
	{ "Don't call me again.", "callback_time=2026-06-18T15:00", NULL, NULL, 0 },
	/* limits */
	{ NONE_SAID, "callback_time=2027-06-18T15:00:00Z", NULL, NULL, 0 },
	{ NONE_SAID, "callback_time=2026-06-16T16:05:10Z", "2026-06-16T16:06:00Z", NULL, 0 },
};

static size_t
split(const char *text, struct sh_spoken_value *values)
{
	size_t n = 0;

	while (*text) {
		size_t all = strcspn(text, "|"), name = strcspn(text, "=");

		values[n].name = (struct sh_str){ text, name };
		values[n++].value = (struct sh_str){ text + name + 1, all - name - 1 };
		text += all + (text[all] == '|');
	}
	return n;
}

static void
ask(const char *said, const char *text, enum sh_spoken_wish wish, struct sh_arena *a, struct sh_spoken *ret)
{
	struct sh_spoken_value values[8];
	struct sh_spoken_turn turn = { .user = true, .text = sh_str(said) };
	struct sh_spoken_in in = { .turns = &turn, .nturns = 1, .values = values, .nvalues = split(text, values), .wish = wish };

	/* With variables it is the answer to "when?"; without them a call in which nobody asked. */
	in.answer = in.nvalues > 0;
	assert_true(sh_time_parse_rfc3339(sh_str(NOW), &in.now_ms));
	in.ended_ms = in.now_ms;
	in.place = (struct sh_spoken_place){ .zones = zones,
		.contact = sh_zones_find(zones, sh_str("America/Denver")),
		.workspace = sh_zones_find(zones, sh_str("America/New_York")),
		.month_first = true };
	sh_spoken_read(a, &in, ret);
}

static void
test_values(void **state)
{
	int bad = 0;

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		const struct value_case *c = &cases[i];
		struct sh_arena *a = sh_arena_new(1 << 22);
		int64_t expected = 0;
		struct sh_spoken s;
		char found[32];

		ask(c->said, c->values, SH_SPOKEN_WISH_UNSAID, a, &s);
		sh_time_format_rfc3339(s.instant_ms, found);
		if (c->instant)
			assert_true(sh_time_parse_rfc3339(sh_str(c->instant), &expected));
		if ((s.status == SH_SPOKEN_TIME) != (c->instant != NULL) || (c->instant && s.instant_ms != expected) ||
		    (c->zone && strcmp(sh_zone_name(s.zone), c->zone) != 0) || (c->confidence && s.confidence > c->confidence)) {
			printf("# \"%s\", %s: %s %s %s, confidence %d\n", c->said, c->values, sh_spoken_status_name(s.status),
			    found, s.zone ? sh_zone_name(s.zone) : "-", s.confidence);
			bad++;
		}
		sh_arena_free(a);
	}
	assert_int_equal(bad, 0);
}

static void
test_wish(void **state)
{
	struct sh_arena *a = sh_arena_new(1 << 22);
	struct sh_spoken s;

	(void)state;
	ask("Okay, bye.", "", SH_SPOKEN_WISH_UNSAID, a, &s);
	assert_int_equal(s.status, SH_SPOKEN_NONE);
	ask("Okay, bye.", "", SH_SPOKEN_WISH_YES, a, &s);
	assert_int_equal(s.status, SH_SPOKEN_NO_TIME);
	ask("Call me Thursday at three pm.", "", SH_SPOKEN_WISH_NO, a, &s);
	assert_int_equal(s.status, SH_SPOKEN_TIME);
	/* Half a month has little confidence. */
	ask("Call me sometime next month.", "", SH_SPOKEN_WISH_UNSAID, a, &s);
	assert_int_equal(s.status, SH_SPOKEN_TIME);
	assert_true(s.confidence < 80);
	ask("Call me sometime next month.", "", SH_SPOKEN_WISH_NO, a, &s);
	assert_int_equal(s.status, SH_SPOKEN_NONE);
	ask("Don't ever call me again.", "", SH_SPOKEN_WISH_YES, a, &s);
	assert_int_equal(s.status, SH_SPOKEN_REFUSED);
	sh_arena_free(a);
}

static void
test_details(void **state)
{
	struct sh_arena *a = sh_arena_new(1 << 22);
	struct sh_spoken s;

	(void)state;
	ask("Thursday at five.", "callback_time=2026-06-18T15:00:00-06:00", SH_SPOKEN_WISH_UNSAID, a, &s);
	assert_true(s.agreed == SH_AGREED_STRUCTURED && s.named && s.differs);
	assert_int_equal(s.spoken_ms, INT64_C(1781823600000));
	ask("Okay.", "callback_time=2026-06-16T09:00:00-06:00", SH_SPOKEN_WISH_UNSAID, a, &s);
	assert_int_equal(s.status, SH_SPOKEN_NO_TIME);
	assert_string_equal(s.reason, "in_past");
	sh_arena_free(a);
}

/* What was a wall clock is kept when clocks change; what was an instant or elapsed time is not. */
static void
test_walls(void **state)
{
	static const struct {
		const char *said, *values;
		bool wall;
	} rows[] = {
		{ "Call me tomorrow at 3 pm.", "", true },
		{ "Call me in three days.", "", true },
		{ "Call me in twenty minutes.", "", false },
		{ "Call me right away.", "", false },
		{ NONE_SAID, "callback_time=2026-06-18T15:00", true },
		{ NONE_SAID, "callback_time=tomorrow at 3 pm", true },
		{ NONE_SAID, "callback_time=P2D", true },
		{ NONE_SAID, "callback_time=P1DT2H", false },
		{ NONE_SAID, "callback_time=2026-06-18T15:00:00-06:00", false },
		{ NONE_SAID, "callback_in_minutes=45", false },
	};
	struct sh_arena *a = sh_arena_new(1 << 22);
	struct sh_spoken s;

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		ask(rows[i].said, rows[i].values, SH_SPOKEN_WISH_UNSAID, a, &s);
		if (s.status != SH_SPOKEN_TIME || s.wall != rows[i].wall)
			fail_msg("%s %s: %s", rows[i].said, rows[i].values, s.wall ? "a wall clock" : "none");
	}
	sh_arena_free(a);
}

/* Whoever hands over an answer may hand over what a machine wrote. */
static void
test_stamps_as_answers(void **state)
{
	static const struct {
		const char *text;
		int64_t instant_ms;	/* 0: no time */
	} rows[] = {
		{ "2026-06-18T15:00:00-07:00", INT64_C(1781820000000) },
		{ " 2026-06-18T21:00:00Z ", INT64_C(1781816400000) },
		{ "2026-06-18T15:00", INT64_C(1781816400000) },
		{ "2024-06-18T15:00:00Z", 0 },
		{ "3035550142", 0 },	/* a number to call, not a second of 2066 */
	};
	struct sh_arena *a = sh_arena_new(1 << 22);
	const struct sh_zone *denver = sh_zones_find(zones, SH_STR("America/Denver"));

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		struct sh_spoken_turn turn = { .user = true, .text = sh_str(rows[i].text) };
		struct sh_spoken_in in = { .turns = &turn, .nturns = 1, .answer = true, .now_ms = INT64_C(1781625900000),
			.place = { .zones = zones, .contact = denver, .workspace = denver } };
		struct sh_spoken s;

		sh_spoken_read(a, &in, &s);
		if ((s.status == SH_SPOKEN_TIME) != (rows[i].instant_ms != 0) || (rows[i].instant_ms && s.instant_ms != rows[i].instant_ms))
			fail_msg("%s: %s %lld", rows[i].text, sh_spoken_status_name(s.status), (long long)s.instant_ms);
	}
	sh_arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_values), cmocka_unit_test(test_wish),
		cmocka_unit_test(test_details), cmocka_unit_test(test_walls), cmocka_unit_test(test_stamps_as_answers) };

	return cmocka_run_group_tests(tests, zones_setup, zones_teardown);
}
