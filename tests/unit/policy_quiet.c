/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The table policy_quiet.cases, and brute force: a slow reference that looks at one minute after the other, and
 * finds the next permitted one by walking there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/policy/policy.h"
#include "zones.h"

/* A rule, laid over days that are open all day. */
static struct sh_quiet
rule(const char *yaml)
{
	static const char open[] = "quiet_days: []\n"
		"quiet_hours: {weekdays: {mon: open, tue: open, wed: open, thu: open, fri: open, sat: open, sun: open}}";
	struct sh_policy p, layer;
	struct sh_faults f;

	sh_faults_init(&f, "rule");
	sh_policy_default(&p);
	if (!sh_policy_read_yaml(sh_str(open), SH_ORIGIN_WORKSPACE, zones, &layer, &f))
		fail_msg("%s", f.text.s);
	sh_policy_overlay(&p, &layer);
	if (!sh_policy_read_yaml(sh_str(yaml), SH_ORIGIN_AGENT, zones, &layer, &f))
		fail_msg("%s: %s", yaml, f.text.s);
	sh_policy_overlay(&p, &layer);
	sh_faults_clear(&f);
	return p.quiet;
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
check_case(char *line, int number)
{
	struct sh_hours h[4];
	size_t n = 0, by;
	char *save, *from = strtok_r(line, "|", &save), *yaml = strtok_r(NULL, "|", &save), *want = strtok_r(NULL, "|", &save),
		*when, *name;
	struct sh_quiet q;
	int64_t got = 0;
	char text[32];
	bool found;

	if (!want)
		fail_msg("line %d has no three columns", number);
	q = rule(trim(yaml));
	want = trim(want);
	when = strtok_r(from, " ", &save);
	while (n < SH_LENGTH(h) && (name = strtok_r(NULL, " ", &save))) {
		h[n] = (struct sh_hours){ &q, sh_zones_find(zones, sh_str(name)) };
		if (!h[n++].zone)
			fail_msg("line %d: no zone %s", number, name);
	}
	found = sh_quiet_next(h, n, at(when), &got, &by);
	sh_time_format_rfc3339(got, text);
	if (found != (strcmp(want, "never") != 0) || (found && got != at(want)))
		fail_msg("line %d: wanted %s, got %s", number, want, found ? text : "never");
	if (found) {
		assert_true(sh_quiet_may_ring(h, n, got, NULL));
		assert_int_equal(by == n, got == at(when));
		assert_true(by == n || !sh_quiet_may_ring(&h[by], 1, got - 1, NULL));
	}
	assert_int_equal(sh_quiet_may_ring(h, n, at(when), &by), found && got == at(when));
	assert_int_equal(by == n, found && got == at(when));
}

static void
test_cases(void **state)
{
	const char *top = getenv("top_srcdir");
	char path[4096], line[1024];
	int number = 0, cases = 0;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/unit/policy_quiet.cases", top ? top : ".");
	f = fopen(path, "r");
	if (!f)
		fail_msg("cannot open %s", path);
	while (fgets(line, sizeof(line), f)) {
		number++;
		if (line[0] == '#' || line[0] == '\n')
			continue;
		check_case(line, number);
		cases++;
	}
	fclose(f);
	assert_true(cases > 20);
}

/* ---- brute force ---- */

/* By calendar fields, not by arithmetic on the day's minute. */
static bool
slow_permitted(const struct sh_hours *h, int64_t ms)
{
	const struct sh_quiet *q = h->quiet;
	struct sh_civil c = sh_time_to_civil(ms + sh_zone_offset(h->zone, ms) * SH_SECOND_MS);
	int64_t day = sh_time_days(c.year, c.month, c.day);
	int weekday = sh_time_weekday(day);

	if (day < q->from_day || (q->until_day != 0 && day >= q->until_day))
		return true;
	if (q->closed_days >> weekday & 1)
		return false;
	for (int i = 0; i < q->ndates; i++)
		if (q->dates[i] == day)
			return false;
	for (int i = 0; i < q->days[weekday].nwindows; i++) {
		int open = q->days[weekday].windows[i].open_min, close = q->days[weekday].windows[i].close_min;

		if ((c.hour > open / 60 || (c.hour == open / 60 && c.minute >= open % 60)) &&
		    (c.hour < close / 60 || (c.hour == close / 60 && c.minute < close % 60)))
			return true;
	}
	return false;
}

static bool
slow_all(const struct sh_hours *h, size_t n, int64_t ms)
{
	for (size_t i = 0; i < n; i++)
		if (!slow_permitted(&h[i], ms))
			return false;
	return true;
}

/* Every minute of a span, from its end to its start: the next permitted one is this one, or that of the minute after. */
static void
brute(const struct sh_hours *h, size_t n, int64_t from, int64_t until, bool seconds)
{
	int64_t next = INT64_MAX, got;

	for (int64_t t = until + 20 * SH_DAY_MS; t >= from; t -= SH_MINUTE_MS) {
		bool now = slow_all(h, n, t);

		if (seconds && t < until) {
			/* Half a minute on: the ring reaches into the next minute, which has been looked at. */
			bool through = now && next == t + SH_MINUTE_MS;

			assert_int_equal(sh_quiet_may_ring(h, n, t + SH_MINUTE_MS / 2, NULL), through);
			assert_true(sh_quiet_next(h, n, t + SH_MINUTE_MS / 2, &got, NULL));
			assert_int_equal(got, through ? t + SH_MINUTE_MS / 2 : next);
		}
		if (now)
			next = t;
		if (t > until)
			continue;
		if (sh_quiet_permitted(h, t) != slow_permitted(h, t) || sh_quiet_may_ring(h, n, t, NULL) != now ||
		    !sh_quiet_next(h, n, t, &got, NULL) || got != next)
			fail_msg("%s at %lld: got %lld, wanted %lld", sh_zone_name(h->zone), (long long)t, (long long)got,
				(long long)next);
	}
}

static const char *const rules[] = {
	"{quiet_hours: {start: \"20:00\", end: \"09:00\"}, quiet_days: [sun]}",
	"quiet_hours: {start: \"00:30\", end: \"02:30\"}",
	"quiet_hours: {start: \"02:00\", end: \"01:15\"}",
	"quiet_hours: {start: \"03:10\", end: \"23:50\"}",
	"quiet_hours: {start: \"00:00\", end: \"23:15\"}",
	("quiet_hours: {weekdays: {sat: \"23:15-24:00\", sun: [\"00:00-00:45\", \"01:10-01:50\", \"02:05-02:20\"],"
	 " thu: closed, fri: \"00:10-02:40\"}}"),
};

/* A whole year, minute by minute. */
static void
test_year(void **state)
{
	static const char *const names[] = { "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Chatham" };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(names); i++) {
		const struct sh_zone *z = sh_zones_find(zones, sh_str(names[i]));
		struct sh_quiet q = rule(rules[i == 0 ? 0 : SH_LENGTH(rules) - 1]);

		brute(&(struct sh_hours){ &q, z }, 1, at("2025-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z"), false);
	}
}

/* With windows that begin and end in a change of the clock. */
static void
brute_changes(const char *name, const char *from, const char *until)
{
	const struct sh_zone *z = sh_zones_find(zones, sh_str(name));
	int64_t t = at(from);

	while ((t = sh_zone_next_change(z, t)) < at(until))
		for (size_t r = 0; r < SH_LENGTH(rules); r++) {
			struct sh_quiet q = rule(rules[r]);

			brute(&(struct sh_hours){ &q, z }, 1, t - 4 * SH_HOUR_MS, t + 4 * SH_HOUR_MS, true);
		}
}

/* Around every change of three years. */
static void
test_changes(void **state)
{
	static const char *const names[] = { "America/New_York", "America/Phoenix", "Europe/London", "Europe/Dublin",
		"Australia/Lord_Howe",
		"Asia/Kathmandu", "America/St_Johns", "Pacific/Chatham", "America/Santiago", "Africa/Cairo", "Africa/Casablanca",
			"America/Havana" };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(names); i++)
		brute_changes(names[i], "2023-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
	/* St. John's once set its clock back from 00:01, so that yesterday's last hour came again */
	brute_changes("America/St_Johns", "2008-01-01T00:00:00Z", "2011-01-01T00:00:00Z");
	brute_changes("Pacific/Apia", "2011-06-01T00:00:00Z", "2012-06-01T00:00:00Z");
}

static void
test_pair(void **state)
{
	struct sh_quiet q = rule(rules[0]), late = rule("quiet_hours: {start: \"21:00\", end: \"11:30\"}");
	struct sh_hours pair[] = { { &q, sh_zones_find(zones, SH_STR("America/New_York")) },
		{ &q, sh_zones_find(zones, SH_STR("America/Los_Angeles")) } };

	(void)state;
	brute(pair, 2, at("2025-03-01T00:00:00Z"), at("2025-04-01T00:00:00Z"), true);
	pair[0].quiet = &late;
	brute(pair, 2, at("2025-10-25T00:00:00Z"), at("2025-11-10T00:00:00Z"), true);
}

/* A longer margin than a window leaves no way to ring. */
static void
test_margin(void **state)
{
	struct sh_quiet q = rule("quiet_hours: {start: \"09:05\", end: \"09:00\"}");
	struct sh_hours h = { &q, sh_zones_find(zones, SH_STR("Etc/UTC")) };
	int64_t got;

	(void)state;
	q.ring_margin_ms = 5 * SH_MINUTE_MS;
	assert_true(sh_quiet_next(&h, 1, at("2026-07-06T09:00:00.001Z"), &got, NULL));
	assert_int_equal(got, at("2026-07-07T09:00:00Z"));
	assert_true(sh_quiet_ever(&q));
	q.ring_margin_ms++;
	assert_false(sh_quiet_next(&h, 1, at("2026-07-06T09:00:00Z"), &got, NULL));
	assert_false(sh_quiet_ever(&q));
	q.ring_margin_ms = 0;
	assert_true(sh_quiet_may_ring(&h, 1, at("2026-07-06T09:04:59.999Z"), NULL));
	assert_false(sh_quiet_may_ring(&h, 1, at("2026-07-06T09:05:00Z"), NULL));
	assert_false(sh_quiet_may_ring(&h, 0, at("2026-07-06T09:04:00Z"), NULL));
}

/* A rule that holds for a span of local dates permits outside it; at its borders the day begins as the clock says. */
static void
test_validity(void **state)
{
	struct sh_quiet q = rule("quiet_hours: {start: \"20:00\", end: \"09:00\"}");
	struct sh_hours h = { &q, sh_zones_find(zones, SH_STR("America/New_York")) };
	int64_t got;

	(void)state;
	q.from_day = (int32_t)sh_time_days(2026, 7, 6);
	q.until_day = (int32_t)sh_time_days(2026, 7, 8);
	assert_true(sh_quiet_may_ring(&h, 1, at("2026-07-05T23:59:00-04:00"), NULL));
	assert_false(sh_quiet_may_ring(&h, 1, at("2026-07-05T23:59:00.001-04:00"), NULL));
	assert_true(sh_quiet_next(&h, 1, at("2026-07-07T22:00:00-04:00"), &got, NULL));
	assert_int_equal(got, at("2026-07-08T00:00:00-04:00"));
	/* Santiago's 8 September 2024 begins at 01:00, Apia has no 30 December 2011, St. John's 7 November 2010 begins twice */
	h.zone = sh_zones_find(zones, SH_STR("America/Santiago"));
	q.from_day = 0;
	q.until_day = (int32_t)sh_time_days(2024, 9, 8);
	assert_true(sh_quiet_next(&h, 1, at("2024-09-07T21:00:00-04:00"), &got, NULL));
	assert_int_equal(got, at("2024-09-08T01:00:00-03:00"));
	h.zone = sh_zones_find(zones, SH_STR("Pacific/Apia"));
	q.until_day = (int32_t)sh_time_days(2011, 12, 30);
	assert_true(sh_quiet_next(&h, 1, at("2011-12-29T21:00:00-10:00"), &got, NULL));
	assert_int_equal(got, at("2011-12-31T00:00:00+14:00"));
	h.zone = sh_zones_find(zones, SH_STR("America/St_Johns"));
	q.until_day = (int32_t)sh_time_days(2010, 11, 7);
	for (int64_t t = at("2010-11-06T12:00:00Z"), n; t < at("2010-11-08T12:00:00Z"); t += SH_MINUTE_MS) {
		for (n = t; !(slow_permitted(&h, n) && slow_permitted(&h, n + SH_MINUTE_MS - 1));)
			n += SH_MINUTE_MS;
		assert_true(sh_quiet_next(&h, 1, t, &got, NULL));
		assert_int_equal(got, n);
	}
}

static void
test_holidays(void **state)
{
	struct sh_quiet q = rule("quiet_hours: {start: \"20:00\", end: \"09:00\"}");
	struct sh_hours h = { &q, sh_zones_find(zones, SH_STR("America/Denver")) };
	int64_t got;

	(void)state;
	q.holidays = 1u << SH_HOLIDAY_SET_US_FEDERAL;
	assert_true(sh_quiet_next(&h, 1, at("2026-07-02T20:00:00-06:00"), &got, NULL));
	assert_int_equal(got, at("2026-07-05T09:00:00-06:00"));
	assert_true(sh_quiet_next(&h, 1, at("2026-07-22T20:00:00-06:00"), &got, NULL));
	assert_int_equal(got, at("2026-07-23T09:00:00-06:00"));
	q.holidays |= 1u << SH_HOLIDAY_SET_US_UT;
	assert_true(sh_quiet_next(&h, 1, at("2026-07-23T20:00:00-06:00"), &got, NULL));
	assert_int_equal(got, at("2026-07-25T09:00:00-06:00"));
	/* By the date over there: it is the 5th in Auckland */
	h.zone = sh_zones_find(zones, SH_STR("Pacific/Auckland"));
	assert_true(sh_quiet_may_ring(&h, 1, at("2026-07-05T09:00:00+12:00"), NULL));
}

/* To the millisecond: what opens later than 14 days on is found by a person. */
static void
test_ahead(void **state)
{
	struct sh_quiet q = rule("quiet_hours: {start: \"20:00\", end: \"09:00\"}");
	struct sh_hours h[] = { { &q, sh_zones_find(zones, SH_STR("Etc/UTC")) }, { &q, sh_zones_find(zones, SH_STR("Asia/Tokyo")) } };
	struct sh_quiet other = q;
	int64_t got;
	size_t by;

	(void)state;
	q.ndates = 20;
	for (int i = 0; i < q.ndates; i++)
		q.dates[i] = (int32_t)sh_time_days(2026, 7, 1 + i);
	assert_true(sh_quiet_next(h, 1, at("2026-07-07T09:00:00Z"), &got, NULL));
	assert_int_equal(got, at("2026-07-21T09:00:00Z"));
	assert_false(sh_quiet_next(h, 1, at("2026-07-07T08:59:59.999Z"), &got, NULL));
	/* 09:00 in London is 18:00 in Tokyo, whose second day the first rule has closed */
	h[1].quiet = &other;
	q.ndates = 1;
	assert_true(sh_quiet_next(h, 2, at("2026-07-01T03:00:00Z"), &got, &by));
	assert_int_equal(got, at("2026-07-02T09:00:00Z"));
	assert_int_equal(by, 0);
	assert_false(sh_quiet_may_ring(h, 2, at("2026-07-02T11:30:00Z"), &by));
	assert_int_equal(by, 1);
	for (int d = 0; d < 7; d++)
		other.days[d] = (struct sh_quiet_day){ 1, { { 6 * 60, 7 * 60 } } };
	assert_false(sh_quiet_next(h, 2, at("2026-07-02T11:30:00Z"), &got, NULL));
}

static void
test_spread(void **state)
{
	struct sh_quiet q = rule("quiet_hours: {start: \"10:00\", end: \"09:00\"}");
	struct sh_hours h = { &q, sh_zones_find(zones, SH_STR("Etc/UTC")) };
	int64_t opening = at("2026-07-06T09:00:00Z");

	(void)state;
	assert_int_equal(sh_quiet_spread(&h, 1, opening, 0), opening);
	assert_int_equal(sh_quiet_spread(&h, 1, opening, 1234567), opening + 1234567);
	assert_int_equal(sh_quiet_spread(&h, 1, opening, 59 * SH_MINUTE_MS), opening + 59 * SH_MINUTE_MS);
	assert_int_equal(sh_quiet_spread(&h, 1, opening, 59 * SH_MINUTE_MS + 2), opening + (59 * SH_MINUTE_MS + 2) / 2);
	assert_int_equal(sh_quiet_spread(&h, 1, opening, 3 * SH_HOUR_MS), opening + 45 * SH_MINUTE_MS);
	assert_int_equal(sh_quiet_spread(&h, 1, opening + 59 * SH_MINUTE_MS, SH_HOUR_MS), opening + 59 * SH_MINUTE_MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_year),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_pair),
		cmocka_unit_test(test_margin),
		cmocka_unit_test(test_validity),
		cmocka_unit_test(test_holidays),
		cmocka_unit_test(test_ahead),
		cmocka_unit_test(test_spread),
	};

	return cmocka_run_group_tests(tests, zones_setup, zones_teardown);
}
