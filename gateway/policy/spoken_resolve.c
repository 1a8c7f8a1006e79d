/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Slots to an instant, section 4.3. A time of day is a number of minutes since the day's midnight, which may lie
 * beyond 24 hours; it becomes an instant in the zone that was named, on a day of the callee's calendar.
 */
#include <string.h>

#include "gateway/policy/spoken_resolve.h"

#define DAY_MIN 1440
#define PLAUSIBLE_FROM_MIN (8 * 60)
#define PLAUSIBLE_UNTIL_MIN (21 * 60)
#define NOBODY_MIN (-1)

struct resolve {
	const struct sh_spoken_in *in;
	const struct sh_spoken_limits *limits;
	const struct sh_spoken_slots *s;
	struct sh_spoken *ret;
	const struct sh_zone *zone; /* of the clock */
	int32_t fixed_s;
	bool fixed;
	int64_t now_ms, lead_ms; /* lead_ms: the earliest that is allowed */
	int64_t from_ms;
	int now_min; /* of the day, in the zone */
	struct sh_calendar calendar;
	int64_t today; /* in the zone of the clock */
	bool today_only; /* the day was named, and it is today */
};

static void
resolve_fail(struct resolve *r, const char *reason)
{
	r->ret->status = SH_SPOKEN_NO_TIME;
	r->ret->reason = reason;
}

static int64_t
resolve_floor(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t
resolve_instant(const struct resolve *r, int64_t day, int minute)
{
	int64_t local = day * SH_DAY_MS + minute * SH_MINUTE_MS, first, second;

	if (r->fixed)
		return local - r->fixed_s * SH_SECOND_MS;
	if (sh_zone_instants(r->zone, local, &first, &second) != SH_LOCAL_ONCE)
		sh_spoken_rule(r->ret, "R11");
	return first;
}

/* ---- the half of the day ---- */

static bool
resolve_plausible(int minute)
{
	return minute >= PLAUSIBLE_FROM_MIN && minute < PLAUSIBLE_UNTIL_MIN;
}

/* The half that a part of the day means; night's small hours are the next day's. */
static int
resolve_in_daypart(const struct resolve *r, int hour12, int minute)
{
	const struct sh_spoken_span *span = &r->limits->dayparts[r->s->daypart];
	int am = hour12 * 60 + minute, pm = am + 720;

	switch (r->s->daypart) {
	case SH_DAYPART_EARLY_MORNING:
	case SH_DAYPART_MORNING:
	case SH_DAYPART_FIRST_THING:
	case SH_DAYPART_MID_MORNING:
		return am;
	case SH_DAYPART_LATE_MORNING:
		return hour12 == 0 ? pm : am;
	case SH_DAYPART_NIGHT:
	case SH_DAYPART_LATE_NIGHT:
		return hour12 == 0 ? am + DAY_MIN : hour12 < 5 ? am + DAY_MIN : pm;
	case SH_DAYPART_EVENING:
	case SH_DAYPART_EARLY_EVENING:
		return hour12 == 0 ? am + DAY_MIN : pm;
	case SH_DAYPART_LUNCH:
	case SH_DAYPART_NOON:
		return hour12 >= 10 ? am : pm;
	default:
		return am >= span->from - 60 && am <= span->until ? am : pm;
	}
}

/* Minutes of the day that a clock may mean, in order; how many. */
static int
resolve_halves(const struct resolve *r, const struct sh_spoken_clock *c, bool daypart, int out[2])
{
	int hour12 = c->hour % 12;

	switch (c->half) {
	case SH_HALF_24:
		out[0] = c->hour * 60 + c->minute;
		/* "tonight at midnight" */
		return 1;
	case SH_HALF_AM:
		out[0] = hour12 * 60 + c->minute;
		return 1;
	case SH_HALF_PM:
		out[0] = (hour12 + 12) * 60 + c->minute;
		return 1;
	default:
		break;
	}
	if (daypart && (r->s->has & SH_SLOT_DAYPART)) {
		out[0] = resolve_in_daypart(r, hour12, c->minute);
		if (r->s->daypart >= SH_DAYPART_LUNCH && r->s->daypart < SH_DAYPART_EARLY_EVENING &&
		    (out[0] < r->limits->dayparts[r->s->daypart].from - 120 ||
			out[0] > r->limits->dayparts[r->s->daypart].until + 120))
			; /* "after school, half nine": it cannot be */
		else if (!r->s->daypart_before || (out[0] >= 6 * 60 && out[0] < 22 * 60))
			return 1;
	}
	out[0] = hour12 * 60 + c->minute;
	out[1] = out[0] + 720;
	if (!resolve_plausible(out[0])) {
		out[0] = out[1];
		return 1;
	}
	return resolve_plausible(out[1]) ? 2 : 1;
}

static bool
resolve_half_chosen(const struct resolve *r)
{
	return r->s->clock.half == SH_HALF_UNSAID && !(r->s->has & SH_SLOT_DAYPART);
}

/* ---- what is not wanted ---- */

/* Moves a time that the rules chose out of the hours that were forbidden, once. */
static int
resolve_avoid(struct resolve *r, int minute)
{
	int from[2], until[2];

	if (r->s->bad == SH_BOUND_NONE)
		return minute;
	resolve_halves(r, &r->s->bad_from, false, from);
	sh_spoken_rule(r->ret, "T15");
	if (r->s->bad == SH_BOUND_BEFORE)
		return minute < from[0] ? from[0] : minute;
	if (r->s->bad == SH_BOUND_AFTER)
		return minute >= from[0] ? from[0] - 60 : minute;
	resolve_halves(r, &r->s->bad_until, false, until);
	if (until[0] < from[0])
		until[0] += 720;
	return minute >= from[0] && minute < until[0] ? until[0] : minute;
}

/* ---- a clock ---- */

static void
resolve_set(struct resolve *r, int64_t instant, int64_t day, int minute)
{
	r->ret->status = SH_SPOKEN_TIME;
	r->ret->instant_ms = instant;
	(void)day;
	(void)minute;
}

/* A window of two clocks on a day; false: it is over. */
static bool
resolve_window_on(struct resolve *r, int64_t day, int a, bool *open)
{
	int halves[2], n = resolve_halves(r, &r->s->until, true, halves), b = NOBODY_MIN;
	int64_t first, last;

	if (r->s->until.half == SH_HALF_UNSAID && !(r->s->has & SH_SLOT_DAYPART)) {
		halves[0] = r->s->until.hour % 12 * 60 + r->s->until.minute;
		halves[1] = halves[0] + 720;
		n = 2;
	}
	for (int i = 0; i < n && b < 0; i++)
		if (halves[i] > a)
			b = halves[i];
	if (b < 0)
		b = halves[0] + DAY_MIN;
	first = resolve_instant(r, day, a);
	last = resolve_instant(r, day, b);
	if (last <= r->lead_ms)
		return false;
	*open = first < r->lead_ms;
	r->ret->not_before_ms = first;
	r->ret->not_after_ms = last;
	resolve_set(r, *open ? r->lead_ms : first, day, a);
	return true;
}

static bool
resolve_deadline_on(struct resolve *r, int64_t day, int a)
{
	int64_t last = resolve_instant(r, day, a), at;
	int minute = a - 60;

	if (last <= r->lead_ms)
		return false;
	if (minute < 9 * 60 && a > 9 * 60)
		minute = 9 * 60;
	at = resolve_instant(r, day, minute);
	if (at < r->lead_ms)
		at = r->lead_ms;
	r->ret->not_after_ms = last;
	resolve_set(r, at, day, minute);
	return true;
}

/* One minute of one day under the clock's bound; false: it is past. */
static bool
resolve_minute_on(struct resolve *r, int64_t day, int minute)
{
	int64_t at;
	bool open = false;

	switch (r->s->bound) {
	case SH_BOUND_BETWEEN:
		return resolve_window_on(r, day, minute, &open);
	case SH_BOUND_BEFORE:
		return resolve_deadline_on(r, day, minute);
	default:
		break;
	}
	at = resolve_instant(r, day, minute) + r->s->clock.second * SH_SECOND_MS;
	if (r->s->bound == SH_BOUND_AFTER)
		r->ret->not_before_ms = at;
	if (at < r->lead_ms) {
		if (r->s->bound == SH_BOUND_AFTER && r->today_only) { /* "after nine today", said at ten */
			resolve_set(r, r->lead_ms, day, minute);
			return true;
		}
		if (at < r->now_ms || !(r->s->has & SH_SLOT_DAY))
			return false;
		at = r->lead_ms;
	}
	resolve_set(r, at, day, minute);
	return true;
}

static void
resolve_clock(struct resolve *r, bool has_day, int64_t day)
{
	int halves[2], n = resolve_halves(r, &r->s->clock, true, halves);
	bool done = false;

	if (resolve_half_chosen(r))
		sh_spoken_rule(r->ret, "R3");
	if (r->s->bound != SH_BOUND_NONE)
		sh_spoken_rule(r->ret, r->s->bound == SH_BOUND_BETWEEN ? "R7" : "R8");
	if (r->s->clock.midnight)
		sh_spoken_rule(r->ret, "R12");
	if (has_day) {
		if (r->s->clock.midnight && (day == r->today || (r->s->has & SH_SLOT_DAYPART)))
			halves[0] = DAY_MIN;
		for (int i = 0; i < n && !done; i++)
			done = resolve_minute_on(r, day, halves[i]);
	} else {
		for (int k = -1; k < 3 && !done; k++)
			for (int i = 0; i < n && !done; i++) {
				if (k < 0 && r->s->bound == SH_BOUND_NONE && halves[i] < DAY_MIN)
					continue; /* yesterday: only what reaches into today */
				if (k < 0 && r->s->bound != SH_BOUND_BETWEEN)
					continue;
				done = resolve_minute_on(r, r->today + k, halves[i]);
			}
	}
	if (!done) {
		resolve_fail(r, "in_past");
		r->ret->instant_ms = 0;
		return;
	}
	r->ret->precision = r->s->about || r->s->bound == SH_BOUND_BEFORE ? SH_PRECISION_ABOUT : SH_PRECISION_MINUTE;
	r->ret->named = r->s->bound != SH_BOUND_BEFORE && !resolve_half_chosen(r);
	if (resolve_half_chosen(r))
		sh_spoken_cost(r->ret, -5, "neither am nor pm was said");
	if (r->s->clock.midnight)
		sh_spoken_cost(r->ret, -20, "midnight");
}

/* ---- a part of the day ---- */

static void
resolve_daypart(struct resolve *r, bool has_day, int64_t day)
{
	const struct sh_spoken_span *span = &r->limits->dayparts[r->s->daypart];
	int minute = resolve_avoid(r, span->at);
	int64_t at;

	sh_spoken_rule(r->ret, "R6");
	if (!has_day)
		day = r->today;
	if (day == r->today && r->now_ms >= resolve_instant(r, day, span->from)) {
		int64_t end = resolve_instant(r, day, span->until);

		at = r->now_ms + 30 * SH_MINUTE_MS;
		at -= at % SH_MINUTE_MS;
		if (at > end || (span->from == span->until && r->now_ms >= end)) {
			day++;
			at = resolve_instant(r, day, minute);
		}
	} else {
		at = resolve_instant(r, day, minute);
	}
	r->ret->not_before_ms = resolve_instant(r, day, span->from);
	r->ret->not_after_ms = resolve_instant(r, day, span->until);
	if (r->s->bound == SH_BOUND_BEFORE) {
		sh_spoken_rule(r->ret, "R8");
		r->ret->not_before_ms = 0;
		r->ret->not_after_ms = resolve_instant(r, day, span->at);
		at = resolve_instant(r, day, span->at - 60);
		if (at < r->lead_ms)
			at = r->lead_ms;
	}
	resolve_set(r, at, day, minute);
	r->ret->precision = SH_PRECISION_DAYPART;
}

/* ---- a day alone ---- */

static void
resolve_later_today(struct resolve *r)
{
	int64_t at = r->now_ms + 3 * SH_HOUR_MS, most = resolve_instant(r, r->today, 19 * 60);

	sh_spoken_rule(r->ret, "R9");
	if (most < r->lead_ms) { /* so late in the evening nobody means today */
		resolve_fail(r, "in_past");
		return;
	}
	if (at > most)
		at = most;
	if (at < r->lead_ms)
		at = r->lead_ms;
	if (r->s->bad != SH_BOUND_NONE) {
		int64_t local = r->fixed ? at + r->fixed_s * SH_SECOND_MS : sh_zone_local(r->zone, at);
		int minute = (int)((local - resolve_floor(local, SH_DAY_MS) * SH_DAY_MS) / SH_MINUTE_MS),
		    moved = resolve_avoid(r, minute);

		if (moved != minute)
			at = resolve_instant(r, r->today, moved);
	}
	resolve_set(r, at, r->today, 0);
	r->ret->precision = SH_PRECISION_DAY;
}

static void
resolve_day_alone(struct resolve *r, int64_t day)
{
	int minute = r->limits->default_time_min;
	const struct sh_spoken_day *d = &r->s->day;
	int64_t at;

	sh_spoken_rule(r->ret, "R6");
	if ((d->kind == SH_DAY_OFFSET && day == r->calendar.today && d->n == 0 && d->plus_days == 0) ||
	    (d->kind == SH_DAY_LOOSE && d->loose == SH_LOOSE_LATER_TODAY)) {
		resolve_later_today(r);
		return;
	}
	if (r->s->has & SH_SLOT_SAME) {
		minute = r->now_min;
	} else if (d->kind == SH_DAY_STEP) {
		minute = r->now_min < 9 * 60 ? 9 * 60 : r->now_min > 18 * 60 ? 18 * 60 : r->now_min;
	} else if (r->s->bound == SH_BOUND_BEFORE && (r->s->has & SH_SLOT_DAY_BOUND)) {
		minute = minute - 60 < 9 * 60 ? 9 * 60 : minute - 60;
	}
	if (!(r->s->has & SH_SLOT_SAME))
		minute = resolve_avoid(r, minute);
	at = resolve_instant(r, day, minute);
	if (at < r->lead_ms && day == r->today)
		at = r->lead_ms;
	resolve_set(r, at, day, minute);
	r->ret->precision = r->s->has & SH_SLOT_SAME     ? SH_PRECISION_MINUTE
			    : d->kind != SH_DAY_LOOSE    ? SH_PRECISION_DAY
			    : d->loose == SH_LOOSE_MONTH ? SH_PRECISION_MONTH
							 : SH_PRECISION_WEEK;
	r->ret->named = (r->s->has & SH_SLOT_SAME) != 0;
	if (d->week_of)
		r->ret->precision = SH_PRECISION_WEEK;
	if (d->kind == SH_DAY_LOOSE && d->loose == SH_LOOSE_NEXT_DAYS) {
		r->ret->not_before_ms = resolve_instant(r, day, 0);
		r->ret->not_after_ms = resolve_instant(r, day + d->n, 0);
	}
	if ((r->s->has & SH_SLOT_DAY_BOUND) && r->s->bound == SH_BOUND_AFTER)
		r->ret->not_before_ms = at;
}

/* ---- an amount of time ---- */

static void
resolve_duration(struct resolve *r)
{
	int64_t at = r->from_ms + r->s->duration_ms;

	if (r->s->bound == SH_BOUND_WITHIN) {
		sh_spoken_rule(r->ret, "R8");
		r->ret->not_after_ms = r->from_ms + r->s->duration_ms;
		at = r->from_ms + r->s->duration_ms / 2;
	}
	if (at < r->lead_ms)
		at = r->lead_ms;
	r->ret->status = SH_SPOKEN_TIME;
	r->ret->instant_ms = at - at % SH_SECOND_MS;
	if (r->ret->instant_ms < r->lead_ms)
		r->ret->instant_ms += SH_SECOND_MS;
	r->ret->precision = r->s->about || r->s->bound == SH_BOUND_WITHIN ? SH_PRECISION_ABOUT
			    : r->s->duration_ms % SH_MINUTE_MS == 0       ? SH_PRECISION_MINUTE
									  : SH_PRECISION_SECOND;
	r->ret->named = r->s->bound != SH_BOUND_WITHIN;
}

/* ---- all of it, in one zone ---- */

static const char *
resolve_day_rule(const struct sh_spoken_day *d)
{
	switch (d->kind) {
	case SH_DAY_WEEKDAY:
		return "R2";
	case SH_DAY_DATE:
		return "R4";
	case SH_DAY_NUMERIC:
		return "R5";
	case SH_DAY_LOOSE:
		return "R9";
	default:
		return "R1";
	}
}

/* The day, and days that a bound excludes. false: there is none, and why is said. */
static bool
resolve_day(struct resolve *r, int64_t *ret)
{
	struct sh_spoken_day d = r->s->day;
	bool contradicts = false;
	enum sh_calendar_found found;

	sh_spoken_rule(r->ret, resolve_day_rule(&d));
	if ((r->s->has & SH_SLOT_SAME) && d.kind == SH_DAY_LOOSE && d.loose == SH_LOOSE_WEEK && d.part == SH_PART_NONE)
		d = (struct sh_spoken_day){ .kind = SH_DAY_OFFSET, .n = (int16_t)(7 * d.n) };
	found = sh_calendar_find(&r->calendar, &d, ret, &contradicts);
	if (found != SH_CALENDAR_FOUND) {
		resolve_fail(r, found == SH_CALENDAR_PAST         ? "in_past"
				: found == SH_CALENDAR_IMPOSSIBLE ? "impossible_date"
								  : "contradiction");
		return false;
	}
	if (contradicts)
		sh_spoken_cost(r->ret, -25, "the weekday is not that of the date");
	if ((r->s->has & SH_SLOT_DAY_BOUND) && r->s->bound == SH_BOUND_AFTER && !r->s->day_inclusive)
		*ret += d.kind == SH_DAY_LOOSE && d.loose == SH_LOOSE_WEEKEND ? 2
			: d.kind == SH_DAY_LOOSE && d.loose == SH_LOOSE_WEEK  ? 7
									      : 1;
	if ((r->s->has & SH_SLOT_DAY_BOUND) && r->s->bound == SH_BOUND_BEFORE && !r->s->day_inclusive) {
		*ret -= 1;
		if (*ret < r->calendar.today) {
			resolve_fail(r, "in_past");
			return false;
		}
	}
	return true;
}

static void
resolve_one(struct resolve *r)
{
	const struct sh_spoken_slots *s = r->s;
	bool has_day = (s->has & SH_SLOT_DAY) != 0;
	int64_t day = 0;

	if (s->has & SH_SLOT_NOW) {
		r->ret->status = SH_SPOKEN_TIME;
		r->ret->instant_ms = r->lead_ms + (SH_SECOND_MS - r->lead_ms % SH_SECOND_MS) % SH_SECOND_MS;
		r->ret->precision = SH_PRECISION_SECOND;
		r->ret->named = true;
		return;
	}
	if (s->has & SH_SLOT_DURATION) {
		resolve_duration(r);
		return;
	}
	r->ret->wall = true;
	if (has_day) {
		/* Is a date that is today still ahead? */
		r->calendar.today_open = true;
		if ((s->has & (SH_SLOT_CLOCK | SH_SLOT_DAYPART | SH_SLOT_SAME)) == 0)
			r->calendar.today_open = resolve_instant(r, r->today, r->limits->default_time_min) > r->lead_ms;
		else if (s->has & SH_SLOT_CLOCK) {
			int halves[2], n = resolve_halves(r, &s->clock, true, halves);

			r->calendar.today_open = resolve_instant(r, r->today, halves[n - 1]) > r->lead_ms;
		} else if (s->has & SH_SLOT_DAYPART) {
			r->calendar.today_open = resolve_instant(r, r->today, r->limits->dayparts[s->daypart].until) > r->lead_ms;
		}
		if (!resolve_day(r, &day))
			return;
		r->today_only = day == r->today;
	}
	if (s->has & SH_SLOT_CLOCK)
		resolve_clock(r, has_day, day);
	else if (s->has & SH_SLOT_DAYPART)
		resolve_daypart(r, has_day, day);
	else if (has_day)
		resolve_day_alone(r, day);
	else if (s->has & SH_SLOT_SAME) { /* the same time: tomorrow's */
		r->ret->named = true;
		resolve_set(r, resolve_instant(r, r->today + 1, r->now_min), 0, 0);
		r->ret->precision = SH_PRECISION_MINUTE;
	} else {
		resolve_fail(r, "vague");
	}
}

static void
resolve_place(struct resolve *r, const struct sh_zone *zone, const struct sh_zone *callee, const struct sh_spoken_where *where)
{
	int64_t local;

	r->zone = zone;
	r->fixed_s = where->fixed_offset_s;
	r->fixed = where->fixed_offset_s != 0;
	local = sh_zone_local(callee, r->now_ms);
	r->calendar.today = resolve_floor(local, SH_DAY_MS);
	r->calendar.civil = sh_time_to_civil(local);
	local = r->fixed ? r->now_ms + r->fixed_s * SH_SECOND_MS : sh_zone_local(zone, r->now_ms);
	/* R10: days are the callee's; the clock's own today matters only where no day was named. */
	r->today = r->s->has & SH_SLOT_DAY ? r->calendar.today : resolve_floor(local, SH_DAY_MS);
	r->now_min = (int)((local - resolve_floor(local, SH_DAY_MS) * SH_DAY_MS) / SH_MINUTE_MS);
}

static int
resolve_precision_cost(enum sh_spoken_precision p)
{
	switch (p) {
	case SH_PRECISION_ABOUT:
		return 5;
	case SH_PRECISION_DAYPART:
		return 10;
	case SH_PRECISION_DAY:
		return 15;
	case SH_PRECISION_WEEK:
	case SH_PRECISION_MONTH:
		return 30;
	default:
		return 0;
	}
}

/* Several zones of a number: they do not matter if they agree. */
static void
resolve_doubt_zone(struct resolve *r, const struct sh_spoken_where *where)
{
	struct sh_spoken other;
	struct resolve o = *r;

	if (where->source == SH_ZONE_FROM_WORKSPACE) {
		sh_spoken_cost(r->ret, -15, "only the workspace's zone is known");
		return;
	}
	for (uint32_t i = 1; i < where->nzones && where->source == SH_ZONE_FROM_NUMBER; i++) {
		other = (struct sh_spoken){ 0 };
		o.ret = &other;
		resolve_place(&o, where->zones[i], where->zones[i], where);
		resolve_one(&o);
		if (other.status == SH_SPOKEN_TIME && other.instant_ms == r->ret->instant_ms)
			continue;
		sh_spoken_cost(r->ret, -10, "the number lies in several zones");
		if (r->ret->confidence > 70)
			sh_spoken_cost(r->ret, 70 - r->ret->confidence, "no more than 70 for a number in several zones");
		return;
	}
}

void
sh_spoken_resolve(const struct sh_spoken_in *in, const struct sh_spoken_slots *slots, const struct sh_spoken_where *where,
    int64_t from_ms, struct sh_spoken *ret)
{
	struct sh_spoken_where home;
	struct sh_spoken_zone variable;
	struct resolve r = { .in = in,
		.limits = in->limits ? in->limits : sh_spoken_defaults(),
		.s = slots,
		.ret = ret,
		.now_ms = in->now_ms,
		.from_ms = from_ms };
	int64_t local;
	int minute;

	ret->zone = where->zones[0];
	ret->zone_source = where->source;
	ret->yours = where->yours;
	ret->fixed_offset_s = where->fixed_offset_s;
	ret->confidence = SH_SPOKEN_START;
	ret->ncosts = 0;
	ret->status = SH_SPOKEN_NO_TIME;
	ret->instant_ms = ret->not_before_ms = ret->not_after_ms = 0;
	r.lead_ms = in->now_ms + (int64_t)r.limits->lead_s * SH_SECOND_MS;
	r.calendar.month_first = in->place.month_first;
	r.calendar.bad_weekdays = slots->bad_weekdays;
	home = *where;
	if (where->source == SH_ZONE_FROM_SPEECH) {
		sh_spoken_where(in, NULL, sh_spoken_zone_variable(in, &variable) ? &variable : NULL, &home);
		sh_spoken_rule(ret, "R10");
	}
	resolve_place(&r, where->zones[0], home.zones[0], where);
	resolve_one(&r);
	if (ret->status != SH_SPOKEN_TIME)
		return;
	resolve_doubt_zone(&r, where);
	sh_spoken_cost(ret, -resolve_precision_cost(ret->precision), "no exact time");
	local = r.fixed ? ret->instant_ms + r.fixed_s * SH_SECOND_MS : sh_zone_local(r.zone, ret->instant_ms);
	minute = (int)((local - resolve_floor(local, SH_DAY_MS) * SH_DAY_MS) / SH_MINUTE_MS);
	if (!ret->named && (minute < 7 * 60 || minute >= 22 * 60))
		sh_spoken_cost(ret, -20, "at night, and neither am nor pm was said");
	sh_spoken_limit(in, ret);
}

void
sh_spoken_limit(const struct sh_spoken_in *in, struct sh_spoken *ret)
{
	const struct sh_spoken_limits *l = in->limits ? in->limits : sh_spoken_defaults();
	int64_t lead = in->now_ms + (int64_t)l->lead_s * SH_SECOND_MS;
	int32_t days = l->horizon_days < 366 ? l->horizon_days : 366;

	if (ret->status != SH_SPOKEN_TIME)
		return;
	if (ret->instant_ms < lead)
		ret->instant_ms = lead + (SH_SECOND_MS - lead % SH_SECOND_MS) % SH_SECOND_MS;
	if (ret->instant_ms > in->now_ms + days * SH_DAY_MS) {
		ret->status = SH_SPOKEN_NO_TIME;
		ret->reason = "beyond_horizon";
		return;
	}
	if (ret->confidence < 0)
		ret->confidence = 0;
	if (ret->confidence > 100)
		ret->confidence = 100;
}

void
sh_spoken_cost(struct sh_spoken *s, int points, const char *why)
{
	s->confidence += points;
	if (points != 0 && s->ncosts < SH_SPOKEN_COSTS_MAX) {
		s->costs[s->ncosts].why = why;
		s->costs[s->ncosts++].points = points;
	}
}

void
sh_spoken_rule(struct sh_spoken *s, const char *id)
{
	for (uint32_t i = 0; i < s->nrules; i++)
		if (strcmp(s->rules[i], id) == 0)
			return;
	if (s->nrules < SH_SPOKEN_RULES_MAX)
		s->rules[s->nrules++] = id;
}
