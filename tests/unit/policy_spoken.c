/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The table policy_spoken.cases: every example of docs/spoken-times.md and every rule of it. Then what a table of instants
 * does not show: precision, confidence, windows, spans, what was named, limits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/policy/spoken.h"
#include "zones.h"

/* Said as an answer, or as turns: "A: … / U: …". The arena is the caller's, since the answer may borrow. */
static struct sh_spoken
hear(struct sh_arena *a, struct sh_spoken_in in, const char *said)
{
	struct sh_spoken_turn one = { .user = true, .text = sh_arena_str(a, sh_str(said)) };
	char *text = sh_arena_z(a, sh_str(said));
	struct sh_spoken s;

	in.place.zones = zones;
	if (!in.place.workspace)
		in.place.workspace = zone("America/New_York");
	if (strncmp(said, "A: ", 3) == 0 || strncmp(said, "U: ", 3) == 0) {
		for (char *p = text; (p = strstr(p, " / ")) != NULL;)
			p[1] = '\n';
		in.turns = sh_spoken_turns(a, sh_str(text), &in.nturns);
	} else {
		in.turns = &one;
		in.nturns = 1;
		in.answer = true;
	}
	sh_spoken_read(a, &in, &s);
	return s;
}

static struct sh_arena *
arena(void)
{
	struct sh_arena *a = sh_arena_new(8 << 20);

	assert_non_null(a);
	return a;
}

/* On Tuesday 16 June 2026 at 10:05 in New York. */
static struct sh_spoken_in
tuesday(void)
{
	return (struct sh_spoken_in){ .now_ms = at("2026-06-16T14:05:00Z"), .place = { .contact = zone("America/New_York"), .month_first = true } };
}

/* ---- the table ---- */

static char *
trim(char *s)
{
	s += strspn(s, " \t");
	s[strcspn(s, "\n")] = '\0';
	for (size_t n = strlen(s); n > 0 && s[n - 1] == ' '; n--)
		s[n - 1] = '\0';
	return s;
}

static void
found(const struct sh_spoken *s, char out[96])
{
	char when[32];

	if (s->status == SH_SPOKEN_TIME) {
		sh_time_format_rfc3339(s->instant_ms, when);
		snprintf(out, 96, "%.16sZ", when);
	} else {
		snprintf(out, 96, "%s%s%s", sh_spoken_status_name(s->status), s->reason ? " " : "", s->reason ? s->reason : "");
	}
}

static void
test_cases(void **state)
{
	const char *dir = getenv("top_srcdir");
	char path[512], line[2048], got[96];
	struct sh_spoken_in in = tuesday();
	int number = 0, cases = 0, failed = 0;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/unit/policy_spoken.cases", dir ? dir : ".");
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		char *said = trim(line), *expected = strrchr(said, '|');
		struct sh_arena *a;
		struct sh_spoken s;

		number++;
		if (*said == '\0' || *said == '#')
			continue;
		if (*said == '@') {	/* @ now zone: of the lines that follow */
			char *name = strchr(said + 2, ' ');

			*name++ = '\0';
			in.now_ms = at(said + 2);
			in.place.contact = zone(name);
			in.place.month_first = strncmp(name, "America/", 8) == 0;
			continue;
		}
		assert_non_null(expected);
		*expected++ = '\0';
		a = arena();
		s = hear(a, in, trim(said));
		found(&s, got);
		cases++;
		if (strcmp(got, trim(expected)) != 0) {
			print_error("policy_spoken.cases:%d: %s: %s, not %s\n", number, said, got, trim(expected));
			failed++;
		}
		sh_arena_free(a);
	}
	fclose(f);
	assert_true(cases > 200);
	assert_int_equal(failed, 0);
}

/* ---- what else an answer says ---- */

static void
test_explains(void **state)
{
	static const struct {
		const char *said;
		enum sh_spoken_precision precision;
		int confidence;
		bool named;
		enum sh_spoken_agreed agreed;
		const char *words;
	} rows[] = {
		{ "Call me Thursday at nine a.m. please", SH_PRECISION_MINUTE, 90, true, SH_AGREED_SAID, "Thursday at nine a.m." },
		{ "Thursday at nine", SH_PRECISION_MINUTE, 85, false, SH_AGREED_SAID, "Thursday at nine" },
		{ "around nine am on Thursday", SH_PRECISION_ABOUT, 85, true, SH_AGREED_SAID, "around nine am on Thursday" },
		{ "Thursday afternoon", SH_PRECISION_DAYPART, 80, false, SH_AGREED_SAID, "Thursday afternoon" },
		{ "on Thursday", SH_PRECISION_DAY, 75, false, SH_AGREED_SAID, "on Thursday" },
		{ "next week", SH_PRECISION_WEEK, 60, false, SH_AGREED_SAID, "next week" },
		{ "in July", SH_PRECISION_MONTH, 60, false, SH_AGREED_SAID, "in July" },
		{ "in twenty minutes", SH_PRECISION_MINUTE, 90, true, SH_AGREED_SAID, "in twenty minutes" },
		{ "in an hour or so", SH_PRECISION_ABOUT, 85, true, SH_AGREED_SAID, "in an hour or so" },
		{ "at midnight", SH_PRECISION_MINUTE, 70, true, SH_AGREED_SAID, "at midnight" },
		{ "15:30 on Friday", SH_PRECISION_MINUTE, 90, true, SH_AGREED_SAID, "15:30 on Friday" },
		{ "seven in the morning", SH_PRECISION_MINUTE, 90, true, SH_AGREED_SAID, "seven in the morning" },
		{ "Friday June 25th at two pm", SH_PRECISION_MINUTE, 65, true, SH_AGREED_SAID, "Friday June 25th at two pm" },
		{ "U: Call me Friday at two. / A: Friday at two, fine. / U: Bye.", SH_PRECISION_MINUTE, 93, false, SH_AGREED_CONFIRMED,
			"Friday at two" },
		{ "A: Shall I call on Friday at two? / U: Yes.", SH_PRECISION_MINUTE, 80, false, SH_AGREED_ASSENTED, "on Friday at two" },
		{ "U: Call me Friday at two. / A: Friday at three then.", SH_PRECISION_MINUTE, 55, false, SH_AGREED_SAID, "Friday at two" },
		{ "A: When? / U: Friday at two. No, at three.", SH_PRECISION_MINUTE, 82, false, SH_AGREED_SAID, NULL },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		struct sh_arena *a = arena();
		struct sh_spoken s = hear(a, tuesday(), rows[i].said);
		const char *words = rows[i].words ? strstr(rows[i].said, rows[i].words) : NULL;

		if (s.status != SH_SPOKEN_TIME || s.precision != rows[i].precision || s.confidence != rows[i].confidence || s.named != rows[i].named ||
		    s.agreed != rows[i].agreed || (words && (s.length != strlen(rows[i].words))))
			fail_msg("%s: %s %s %d %s %s, %u bytes", rows[i].said, sh_spoken_status_name(s.status), sh_spoken_precision_name(s.precision),
				s.confidence, s.named ? "named" : "", sh_spoken_agreed_name(s.agreed), s.length);
		sh_arena_free(a);
	}
}

static void
test_windows(void **state)
{
	static const struct {
		const char *said, *from, *until;
	} rows[] = {
		{ "between one and three tomorrow", "2026-06-17T17:00:00Z", "2026-06-17T19:00:00Z" },
		{ "Thursday afternoon", "2026-06-18T16:00:00Z", "2026-06-18T22:00:00Z" },
		{ "after five", "2026-06-16T21:00:00Z", NULL },
		{ "before four", NULL, "2026-06-16T20:00:00Z" },
		{ "within two hours", NULL, "2026-06-16T16:05:00Z" },
		{ "in the next couple of days", "2026-06-17T04:00:00Z", "2026-06-19T04:00:00Z" },
		{ "Thursday at nine", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		struct sh_arena *a = arena();
		struct sh_spoken s = hear(a, tuesday(), rows[i].said);
		int64_t from = rows[i].from ? at(rows[i].from) : 0, until = rows[i].until ? at(rows[i].until) : 0;

		if (s.status != SH_SPOKEN_TIME || s.not_before_ms != from || s.not_after_ms != until)
			fail_msg("%s: %lld to %lld", rows[i].said, (long long)s.not_before_ms, (long long)s.not_after_ms);
		sh_arena_free(a);
	}
}

/* ---- limits ---- */

static void
test_limits(void **state)
{
	struct sh_spoken_limits l = *sh_spoken_defaults();
	struct sh_spoken_in in = tuesday();
	struct sh_arena *a = arena();
	struct sh_spoken s;

	(void)state;
	in.limits = &l;
	s = hear(a, in, "right now");
	assert_int_equal(s.instant_ms, in.now_ms + 60000);
	s = hear(a, in, "in ten seconds");
	assert_int_equal(s.instant_ms, in.now_ms + 60000);
	s = hear(a, in, "on the tenth of October");
	assert_int_equal(s.status, SH_SPOKEN_NO_TIME);
	assert_string_equal(s.reason, "beyond_horizon");
	assert_int_equal(s.instant_ms, at("2026-10-10T14:00:00Z"));
	l.horizon_days = 366;
	s = hear(a, in, "on the tenth of October");
	assert_int_equal(s.status, SH_SPOKEN_TIME);
	l.default_time_min = 11 * 60;
	s = hear(a, in, "tomorrow");
	assert_int_equal(s.instant_ms, at("2026-06-17T15:00:00Z"));
	l.dayparts[SH_DAYPART_MORNING].at = 8 * 60 + 30;
	s = hear(a, in, "tomorrow morning");
	assert_int_equal(s.instant_ms, at("2026-06-17T12:30:00Z"));
	l.min_confidence = 80;
	s = hear(a, in, "on Thursday");
	assert_int_equal(s.status, SH_SPOKEN_NO_TIME);
	assert_int_equal(s.instant_ms, at("2026-06-18T15:00:00Z"));
	sh_arena_free(a);
}

/* ---- zones and what the number says ---- */

static void
test_number_zones(void **state)
{
	struct sh_spoken_in in = tuesday();
	struct sh_arena *a = arena();
	struct sh_spoken s;

	(void)state;
	in.place.contact = NULL;
	in.place.number[0] = zone("America/Boise");
	in.place.number[1] = zone("America/Los_Angeles");
	in.place.nnumber = 2;
	s = hear(a, in, "tomorrow at two pm");
	assert_int_equal(s.instant_ms, at("2026-06-17T20:00:00Z"));
	assert_int_equal(s.zone_source, SH_ZONE_FROM_NUMBER);
	assert_true(s.confidence <= 70);
	in.place.number[1] = zone("America/Denver");	/* the same clock: it does not matter */
	s = hear(a, in, "tomorrow at two pm");
	assert_int_equal(s.confidence, 90);
	s = hear(a, in, "in ten minutes");
	assert_int_equal(s.instant_ms, in.now_ms + 600000);
	in.place.nnumber = 0;
	s = hear(a, in, "tomorrow at two pm");
	assert_int_equal(s.zone_source, SH_ZONE_FROM_WORKSPACE);
	assert_int_equal(s.confidence, 75);
	s = hear(a, in, "tomorrow at two pm Pacific");
	assert_int_equal(s.zone_source, SH_ZONE_FROM_SPEECH);
	assert_string_equal(sh_zone_name(s.zone), "America/Los_Angeles");
	sh_arena_free(a);
}

/* Days first for others than +1. */
static void
test_day_first(void **state)
{
	struct sh_spoken_in in = tuesday();
	struct sh_arena *a = arena();
	struct sh_spoken s;

	(void)state;
	s = hear(a, in, "7/6 at noon");
	assert_int_equal(s.instant_ms, at("2026-07-06T16:00:00Z"));
	s = hear(a, in, "30/6 at noon");
	assert_int_equal(s.instant_ms, at("2026-06-30T16:00:00Z"));
	in.place.month_first = false;
	s = hear(a, in, "6/7 at noon");
	assert_int_equal(s.instant_ms, at("2026-07-06T16:00:00Z"));
	sh_arena_free(a);
}

/* A duration counts from the end of its turn if that is known, else of the call. */
static void
test_counts_from(void **state)
{
	struct sh_spoken_in in = tuesday();
	struct sh_arena *a = arena();
	struct sh_spoken_turn turns[] = { { .user = false, .text = SH_STR("When shall I call?") }, { .user = true, .text = SH_STR("In an hour.") } };
	struct sh_spoken s;

	(void)state;
	in.place.zones = zones;
	in.place.workspace = zone("America/New_York");
	in.turns = turns;
	in.nturns = 2;
	in.ended_ms = in.now_ms - 120000;
	sh_spoken_read(a, &in, &s);
	assert_int_equal(s.instant_ms, in.ended_ms + 3600000);
	turns[1].ended_ms = in.now_ms - 300000;
	sh_spoken_read(a, &in, &s);
	assert_int_equal(s.instant_ms, turns[1].ended_ms + 3600000);
	sh_arena_free(a);
}

/* The boolean that the agent sets. */
static void
test_wish(void **state)
{
	struct sh_spoken_in in = tuesday();
	struct sh_arena *a = arena();

	(void)state;
	in.wish = SH_SPOKEN_WISH_YES;
	assert_int_equal(hear(a, in, "A: Anything else? / U: No, thanks.").status, SH_SPOKEN_NO_TIME);
	assert_int_equal(hear(a, in, "A: Anything else? / U: Never call me again.").status, SH_SPOKEN_REFUSED);
	in.wish = SH_SPOKEN_WISH_NO;
	assert_int_equal(hear(a, in, "U: Call me on Thursday.").status, SH_SPOKEN_NONE);
	assert_int_equal(hear(a, in, "U: Call me on Thursday at nine am.").status, SH_SPOKEN_TIME);
	sh_arena_free(a);
}

/* Transcripts as people write them. */
static void
test_turns(void **state)
{
	struct sh_arena *a = arena();
	size_t n;
	const struct sh_spoken_turn *t = sh_spoken_turns(a, SH_STR("Agent: Hello,\nwho is it?\nUSER : Me.\n**Customer**: And me.\n\nassistant: Bye"), &n);

	(void)state;
	assert_int_equal(n, 4);
	assert_false(t[0].user);
	assert_true(sh_str_is(t[0].text, "Hello,\nwho is it?"));
	assert_true(t[1].user && t[2].user);
	assert_false(t[3].user);
	sh_spoken_turns(a, SH_STR(""), &n);
	assert_int_equal(n, 0);
	sh_arena_free(a);
}

/* Of a long call the last 400 turns count. */
static void
test_many_turns(void **state)
{
	static struct sh_spoken_turn turns[SH_SPOKEN_TURNS_MAX + 2];
	struct sh_spoken_in in = tuesday();
	struct sh_arena *a = arena();
	struct sh_spoken s;

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(turns); i++)
		turns[i] = (struct sh_spoken_turn){ .user = i % 2 == 0, .text = SH_STR("Right.") };
	turns[0].text = SH_STR("Call me on Friday at noon.");
	turns[2].text = SH_STR("Call me on Thursday at noon.");
	in.place.zones = zones;
	in.place.workspace = zone("America/New_York");
	in.turns = turns;
	in.nturns = SH_LENGTH(turns);
	sh_spoken_read(a, &in, &s);
	assert_int_equal(s.instant_ms, at("2026-06-18T16:00:00Z"));
	assert_int_equal(s.turn, 2);
	turns[2].text = SH_STR("Right.");
	sh_spoken_read(a, &in, &s);
	assert_int_equal(s.status, SH_SPOKEN_NONE);
	sh_arena_free(a);
}

/* Dashes of three bytes and no blanks: each is a word's end, and no word is lost. */
static void
test_dashes(void **state)
{
	static char text[1024];
	struct sh_spoken_turn turn = { .user = true };
	struct sh_spoken_in in = tuesday();
	struct sh_arena *a = arena();
	struct sh_spoken s;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 60; i++, n += strlen("no\u2014"))
		memcpy(text + n, "no\u2014", strlen("no\u2014"));
	memcpy(text + n, "never\u2014call\u2014me\u2014again", sizeof("never\u2014call\u2014me\u2014again"));
	turn.text = sh_str(text);
	in.place.zones = zones;
	in.place.workspace = zone("America/New_York");
	in.turns = &turn;
	in.nturns = 1;
	sh_spoken_read(a, &in, &s);
	assert_int_equal(s.status, SH_SPOKEN_REFUSED);
	sh_arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_explains),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_number_zones),
		cmocka_unit_test(test_day_first),
		cmocka_unit_test(test_counts_from),
		cmocka_unit_test(test_wish),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_many_turns),
		cmocka_unit_test(test_dashes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, zones_setup, zones_teardown);
}
