/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * What holds for every phrase (docs/spoken-times.md section 9), over phrases put together from parts, in several zones, at random
 * minutes of four years. The same in each run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "gateway/policy/spoken.h"
#include "zones.h"

#define TRIES 20000
#define FROM_MS INT64_C(1767225600000) /* 2026 */

static uint64_t seed;

static uint32_t
chance(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 33) % n;
}

#define PICK(list) (list)[chance(SH_LENGTH(list))]

static const char *const places[] = { "America/New_York", "America/Chicago", "America/Phoenix", "America/Los_Angeles",
	"America/St_Johns", "America/Sao_Paulo", "Europe/London", "Europe/Berlin", "Asia/Kolkata", "Asia/Tokyo",
	"Australia/Lord_Howe", "Pacific/Auckland" };
static const char *const leads[] = { "", "Call me ", "Try me again ", "Could you ring me back ", "Uh, yeah, maybe ", "How about ",
	"Let's say ", "I'm driving, so call me " };
static const char *const days[] = { "", "tomorrow ", "Thursday ", "on Monday ", "next Tuesday ", "the day after tomorrow ",
	"this coming Sunday ", "today ", "%s ", "%s " };
static const char *const clocks[] = { "at three", "at half past nine", "at 4:15 pm", "in the morning", "around noon",
	"at ten to five", "before six", "between one and three", "after four", "at 15:30", "at seven in the evening", "at 8 a.m.",
	"", "in the afternoon", "at quarter past two", "first thing" };
static const char *const named[] = { "", "", "", " Eastern", ", London time", " Pacific" };
static const char *const waits[] = { "in an hour", "in twenty minutes", "in half an hour", "give me ten minutes", "in 3 days",
	"in a couple of hours" };
static const char *const ends[] = { ".", ", please.", ". Thanks.", "" };
static const char *const months[] = { "January", "February", "March", "April", "May", "June", "July", "August", "September",
	"October", "November", "December" };

/* A phrase, and the same with its date a week later. */
struct phrase {
	char said[256], later[256];
	bool waits;
};

static void
date_words(int64_t day, char out[32])
{
	struct sh_civil c = sh_time_to_civil(day * SH_DAY_MS);

	snprintf(out, 32, "%s %d", months[c.month - 1], c.day);
}

static void
phrase_make(struct phrase *p, int64_t today)
{
	const char *lead = PICK(leads), *day = PICK(days), *clock = PICK(clocks), *zone = PICK(named), *end = PICK(ends);
	char date[32], date_later[32], when[64], when_later[64];
	int64_t on = today + 2 + chance(40);

	p->waits = chance(6) == 0;
	if (p->waits) {
		snprintf(p->said, sizeof(p->said), "%s%s%s", lead, PICK(waits), end);
		memcpy(p->later, p->said, sizeof(p->later));
		return;
	}
	date_words(on, date);
	date_words(on + 7, date_later);
	snprintf(when, sizeof(when), "%.*s%s", (int)strcspn(day, "%"), day, strchr(day, '%') ? date : "");
	snprintf(when_later, sizeof(when_later), "%.*s%s", (int)strcspn(day, "%"), day, strchr(day, '%') ? date_later : "");
	snprintf(p->said, sizeof(p->said), "%s%s%s%s%s%s", lead, when, strchr(day, '%') ? " " : "", clock, zone, end);
	snprintf(p->later, sizeof(p->later), "%s%s%s%s%s%s", lead, when_later, strchr(day, '%') ? " " : "", clock, zone, end);
}

/* A call of one line and perhaps another after it. */
static void
ask(const struct sh_zone *zone, int64_t now_ms, const char *line, const char *more, struct sh_spoken *ret)
{
	struct sh_arena *a = sh_arena_new(16u << 20);
	struct sh_str text = sh_arena_printf(a, "Agent: When shall we call you back?\nUser: %s%s", line, more);
	struct sh_spoken_in in = { .now_ms = now_ms,
		.ended_ms = now_ms,
		.place = { .zones = zones,
		    .contact = zone,
		    .workspace = sh_zones_find(zones, sh_str("America/New_York")),
		    .month_first = true } };

	in.turns = sh_spoken_turns(a, text, &in.nturns);
	sh_spoken_read(a, &in, ret);
	assert_false(sh_arena_failed(a));
	sh_arena_free(a);
}

struct trial {
	const struct sh_zone *zone;
	int64_t now_ms;
	struct phrase phrase;
	struct sh_spoken answer;
};

static void
trial_make(struct trial *t)
{
	t->zone = sh_zones_find(zones, sh_str(PICK(places)));
	assert_non_null(t->zone);
	t->now_ms = FROM_MS + (int64_t)chance(4 * 365 * 1440) * SH_MINUTE_MS;
	phrase_make(&t->phrase, sh_zone_local(t->zone, t->now_ms) / SH_DAY_MS);
	ask(t->zone, t->now_ms, t->phrase.said, "", &t->answer);
}

static void
trial_fail(const struct trial *t, const char *what)
{
	char now[32], instant[32];

	sh_time_format_rfc3339(t->now_ms, now);
	sh_time_format_rfc3339(t->answer.instant_ms, instant);
	fail_msg("%s: \"%s\" said at %s in %s: %s %s", what, t->phrase.said, now, sh_zone_name(t->zone),
	    sh_spoken_status_name(t->answer.status), instant);
}

static bool
alike(const struct sh_spoken *a, const struct sh_spoken *b)
{
	return a->status == b->status && a->instant_ms == b->instant_ms && a->zone == b->zone && a->confidence == b->confidence &&
	       a->precision == b->precision && a->turn == b->turn && a->at == b->at && a->length == b->length;
}

static void
test_limits(void **state)
{
	int times = 0;

	(void)state;
	seed = 1;
	for (int i = 0; i < TRIES; i++) {
		struct trial t;

		trial_make(&t);
		times += t.answer.status == SH_SPOKEN_TIME;
		if (t.answer.status == SH_SPOKEN_TIME && t.answer.instant_ms < t.now_ms + SH_MINUTE_MS)
			trial_fail(&t, "before the lead");
		if (t.answer.status == SH_SPOKEN_TIME && t.answer.instant_ms > t.now_ms + 90 * SH_DAY_MS)
			trial_fail(&t, "beyond the horizon");
	}
	/* Most of them have a time, or nothing here would be known. */
	assert_true(times > TRIES * 8 / 10);
}

static void
test_same(void **state)
{
	(void)state;
	seed = 2;
	for (int i = 0; i < TRIES / 4; i++) {
		struct sh_spoken again;
		struct trial t;

		trial_make(&t);
		ask(t.zone, t.now_ms, t.phrase.said, "", &again);
		if (!alike(&t.answer, &again))
			trial_fail(&t, "another answer to the same question");
	}
}

static void
test_refusal(void **state)
{
	static const char *const refusals[] = { "\nUser: Actually, don't call me again.", "\nUser: Take me off your list.",
		"\nAgent: Perfect, talk then.\nUser: No, stop calling this number.", "\nUser: Never call me again." };

	(void)state;
	seed = 3;
	for (int i = 0; i < TRIES / 4; i++) {
		struct trial t;

		trial_make(&t);
		ask(t.zone, t.now_ms, t.phrase.said, PICK(refusals), &t.answer);
		if (t.answer.status != SH_SPOKEN_REFUSED)
			trial_fail(&t, "a refusal is not heard");
	}
}

static void
test_small_talk(void **state)
{
	static const char *const talk[] = { "\nAgent: Great, thanks so much, bye now.", "\nAgent: Perfect. Have a lovely day!",
		"\nAgent: Thank you for your time. Take care.", "\nAgent: Okay. Bye.\nAgent: Goodbye.",
		"\nAgent: Have a good evening." };

	(void)state;
	seed = 4;
	for (int i = 0; i < TRIES / 4; i++) {
		struct sh_spoken more;
		struct trial t;

		trial_make(&t);
		ask(t.zone, t.now_ms, t.phrase.said, PICK(talk), &more);
		if (!alike(&t.answer, &more))
			trial_fail(&t, "small talk changed it");
	}
}

/* Do clocks change there about the trial, or in the week after it? */
static bool
changes(const struct sh_zone *z, const struct trial *t)
{
	int64_t last = t->answer.status == SH_SPOKEN_TIME ? t->answer.instant_ms : t->now_ms;

	return sh_zone_next_change(z, t->now_ms - 2 * SH_DAY_MS) < last + 9 * SH_DAY_MS;
}

/* The same wall clock a week on. Where clocks change meanwhile a wall clock is no fixed number of hours. */
static void
test_week(void **state)
{
	int compared = 0;

	(void)state;
	seed = 5;
	for (int i = 0; i < TRIES / 2; i++) {
		struct sh_spoken later;
		struct trial t;

		trial_make(&t);
		if (changes(t.zone, &t) || (t.answer.zone && changes(t.answer.zone, &t)))
			continue;
		ask(t.zone, t.now_ms + 7 * SH_DAY_MS, t.phrase.later, "", &later);
		compared += t.answer.status == SH_SPOKEN_TIME;
		if (later.status != t.answer.status ||
		    (later.status == SH_SPOKEN_TIME && later.instant_ms != t.answer.instant_ms + 7 * SH_DAY_MS)) {
			char instant[32];

			sh_time_format_rfc3339(later.instant_ms, instant);
			printf("# a week later \"%s\": %s %s\n", t.phrase.later, sh_spoken_status_name(later.status), instant);
			trial_fail(&t, "a week is more than a week");
		}
	}
	assert_true(compared > TRIES / 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_limits), cmocka_unit_test(test_same),
		cmocka_unit_test(test_refusal), cmocka_unit_test(test_small_talk), cmocka_unit_test(test_week) };

	return cmocka_run_group_tests(tests, zones_setup, zones_teardown);
}
