/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* What is true of every rule of hours, asked of thousands that nobody has thought of; the same thousands in each run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/policy/quiet.h"
#include "zones.h"

#define PROPERTY_CASES 1200
#define PROPERTY_RULES_MAX 3
#define PROPERTY_AHEAD_MS (SH_QUIET_DAYS_AHEAD * SH_DAY_MS)

static uint64_t dice;

/* A case: some rules by some clocks. */
struct property {
	struct sh_quiet rules[PROPERTY_RULES_MAX];
	struct sh_hours hours[PROPERTY_RULES_MAX];
	size_t n;
	int64_t from_ms;
};

/* 0 to n - 1 (Marsaglia's xorshift64*). */
static int
roll(int n)
{
	dice ^= dice >> 12;
	dice ^= dice << 25;
	dice ^= dice >> 27;
	return (int)((dice * UINT64_C(2685821657736338717) >> 33) % (uint64_t)n);
}

static void
roll_day(struct sh_quiet_day *day)
{
	int at = 0;

	for (int n = roll(4); n > 0 && at < 1380; n--) {
		int open = at + 1 + roll(roll(3) == 0 ? 30 : 600), close = open + 1 + roll(roll(3) == 0 ? 5 : 700);

		if (open >= 1440)
			return;
		at = close < 1440 ? close : 1440;
		day->windows[day->nwindows++] = (struct sh_window){ (int16_t)open, (int16_t)at };
	}
	if (day->nwindows == 0 && roll(2))
		*day = (struct sh_quiet_day){ 1, { { 0, 1440 } } };
}

static void
roll_rule(struct sh_quiet *q, int64_t day)
{
	static const int64_t margins[] = { SH_MINUTE_MS, SH_MINUTE_MS, SH_MINUTE_MS, 0, 1, 90000, 5 * SH_MINUTE_MS, SH_HOUR_MS };

	*q = (struct sh_quiet){ .ring_margin_ms = margins[roll(SH_LENGTH(margins))] };
	for (int d = 0; d < 7; d++)
		roll_day(&q->days[d]);
	q->closed_days = roll(3) ? (uint8_t)(1u << roll(7)) : 0;
	for (q->ndates = 0; q->ndates < roll(5); q->ndates++)
		q->dates[q->ndates] = (int32_t)day + roll(16);
	if (roll(3) == 0)
		q->holidays = 1u << roll(SH_HOLIDAY_SETS);
	if (roll(4) == 0)
		q->from_day = (int32_t)day + roll(10) - 5;
	if (roll(4) == 0)
		q->until_day = (int32_t)day + roll(10) - 2;
}

/* Half of the instants lie near a change of the clock of the first zone. */
static void
roll_case(struct property *p)
{
	static const char *const names[] = { "America/New_York", "America/Los_Angeles", "America/St_Johns", "America/Havana",
		"America/Santiago", "America/Phoenix", "Europe/London", "Europe/Dublin", "Atlantic/Azores", "Africa/Casablanca",
		"Africa/Cairo", "Asia/Gaza", "Asia/Kathmandu", "Asia/Tehran", "Antarctica/Troll", "Australia/Lord_Howe",
		"Pacific/Norfolk", "Pacific/Chatham", "Pacific/Apia", "Etc/UTC" };

	p->n = 1 + (size_t)roll(PROPERTY_RULES_MAX);
	p->from_ms = sh_time_days(2009 + roll(20), 1, 1 + roll(365)) * SH_DAY_MS + roll(86400000);
	for (size_t i = 0; i < p->n; i++) {
		const struct sh_zone *z = sh_zones_find(zones, sh_str(names[roll(SH_LENGTH(names))]));
		int64_t change = sh_zone_next_change(z, p->from_ms);

		if (i == 0 && change != INT64_MAX && roll(2))
			p->from_ms = change + ((roll(2000) - 1500) * SH_MINUTE_MS);
		p->hours[i] = (struct sh_hours){ &p->rules[i], z };
	}
	for (size_t i = 0; i < p->n; i++)
		roll_rule(&p->rules[i], p->from_ms / SH_DAY_MS);
}

/* The law by calendar fields. */
static bool
slow_permitted(const struct sh_hours *h, int64_t ms)
{
	const struct sh_quiet *q = h->quiet;
	struct sh_civil c = sh_time_to_civil(ms + sh_zone_offset(h->zone, ms) * SH_SECOND_MS);
	int64_t day = sh_time_days(c.year, c.month, c.day);
	int weekday = sh_time_weekday(day), minute = c.hour * 60 + c.minute;
	bool open = false;

	for (int i = 0; i < q->days[weekday].nwindows; i++)
		open = open || (minute >= q->days[weekday].windows[i].open_min && minute < q->days[weekday].windows[i].close_min);
	for (int i = 0; i < q->ndates; i++)
		open = open && q->dates[i] != day;
	for (int s = 0; s < SH_HOLIDAY_SETS; s++)
		open = open && !(q->holidays >> s & 1 && sh_holiday_is((enum sh_holiday_set)s, day, NULL));
	open = open && !(q->closed_days >> weekday & 1);
	return open || day < q->from_day || (q->until_day && day >= q->until_day);
}

/* A phone that starts to ring then stays out of every rule's quiet hours for as long as it rings. */
static bool
slow_rings(const struct property *p, int64_t ms)
{
	for (size_t i = 0; i < p->n; i++) {
		int64_t last = ms + (p->rules[i].ring_margin_ms ? p->rules[i].ring_margin_ms - 1 : 0);

		for (int64_t t = ms; t < last; t += SH_MINUTE_MS - t % SH_MINUTE_MS)
			if (!slow_permitted(&p->hours[i], t))
				return false;
		if (!slow_permitted(&p->hours[i], last))
			return false;
	}
	return true;
}

static int64_t
next_of(const struct property *p, size_t n, int64_t from_ms)
{
	int64_t next;

	return sh_quiet_next(p->hours, n, from_ms, &next, NULL) ? next : INT64_MAX;
}

/* Never in quiet hours, never before it was asked for, and no minute between in which a phone might have rung. */
static void
check_first(const struct property *p, int number)
{
	int64_t next = next_of(p, p->n, p->from_ms), end = next == INT64_MAX ? p->from_ms + PROPERTY_AHEAD_MS + 1 : next;

	if (next != INT64_MAX && (next < p->from_ms || next > p->from_ms + PROPERTY_AHEAD_MS || !slow_rings(p, next) ||
				     !sh_quiet_may_ring(p->hours, p->n, next, NULL)))
		fail_msg("case %d: %lld is no time to ring", number, (long long)next);
	for (int64_t t = p->from_ms; t < end; t += SH_MINUTE_MS - t % SH_MINUTE_MS) {
		bool may = sh_quiet_may_ring(p->hours, p->n, t, NULL);

		if (may || slow_rings(p, t))
			fail_msg("case %d: at %lld a phone might have rung, %s", number, (long long)t, may ? "as it says itself" : "by the law");
	}
}

static void
test_first(void **state)
{
	struct property p;
	int never = 0, moved = 0;

	(void)state;
	dice = UINT64_C(20260616);
	for (int i = 0; i < PROPERTY_CASES; i++) {
		roll_case(&p);
		check_first(&p, i);
		never += next_of(&p, p.n, p.from_ms) == INT64_MAX;
		moved += next_of(&p, p.n, p.from_ms) != p.from_ms;
	}
	/* Else the cases say nothing. */
	assert_in_range(never, PROPERTY_CASES / 50, PROPERTY_CASES / 2);
	assert_in_range(moved, PROPERTY_CASES / 4, PROPERTY_CASES - PROPERTY_CASES / 20);
}

/* Who asks later is answered no earlier; whoever asks at the answer is told the same; and whoever asks on the way there. */
static void
test_monotone(void **state)
{
	struct property p;

	(void)state;
	dice = UINT64_C(47);
	for (int i = 0; i < PROPERTY_CASES; i++) {
		int64_t from, was = INT64_MIN;

		roll_case(&p);
		from = p.from_ms;
		for (int step = 0; step < 40; step++, from += roll(step % 4 ? 4000000 : 90000)) {
			int64_t next = next_of(&p, p.n, from);

			if (next < was && was != INT64_MAX)
				fail_msg("case %d: asked at %lld, %lld; before that, %lld", i, (long long)from, (long long)next, (long long)was);
			if (next != INT64_MAX && (next_of(&p, p.n, next) != next ||
							 next_of(&p, p.n, from + (next - from) / 2) != next))
				fail_msg("case %d: asked at %lld, not the same on the way to %lld", i, (long long)from, (long long)next);
			was = next;
		}
	}
}

/* A further rule never makes it earlier, and their order does not matter. */
static void
test_rules(void **state)
{
	struct property p, turned;

	(void)state;
	dice = UINT64_C(1892);
	for (int i = 0; i < PROPERTY_CASES; i++) {
		int64_t next;

		roll_case(&p);
		turned = p;
		for (size_t r = 0; r < p.n; r++)
			turned.hours[r] = p.hours[p.n - 1 - r];
		next = next_of(&p, p.n, p.from_ms);
		if (next_of(&turned, p.n, p.from_ms) != next)
			fail_msg("case %d: the order matters", i);
		for (size_t n = 1; n < p.n; n++)
			if (next_of(&p, n, p.from_ms) > next)
				fail_msg("case %d: rule %zu made it earlier", i, n);
	}
}

/* However far an opening is spread, a phone may ring there, and no later than it was spread. */
static void
test_spread(void **state)
{
	struct property p;

	(void)state;
	dice = UINT64_C(3);
	for (int i = 0; i < PROPERTY_CASES; i++) {
		int64_t next, spread, got;

		roll_case(&p);
		next = next_of(&p, p.n, p.from_ms);
		if (next == INT64_MAX)
			continue;
		spread = (int64_t)roll(4 * 3600) * SH_SECOND_MS;
		got = sh_quiet_spread(p.hours, p.n, next, spread);
		if (got < next || got > next + spread || !slow_rings(&p, got))
			fail_msg("case %d: %lld, spread by %lld, is %lld", i, (long long)next, (long long)spread, (long long)got);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_monotone),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_spread),
	};

	return cmocka_run_group_tests(tests, zones_setup, zones_teardown);
}
