/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Slots to an instant, section 4.3. A time of day is a number of minutes since the day's midnight, which may lie
 * beyond 24 hours; it becomes an instant in the zone that was named, on a day of the callee's calendar.
 */
#include "gateway/policy/spoken_resolve.h"

void
sh_resolve_fail(struct sh_resolve *r, const char *reason)
{
	r->ret->status = SH_SPOKEN_NO_TIME;
	r->ret->reason = reason;
}

int64_t
sh_resolve_instant(const struct sh_resolve *r, int64_t day, int minute)
{
	int64_t local = day * SH_DAY_MS + minute * SH_MINUTE_MS, first, second;

	if (r->fixed)
		return local - r->fixed_s * SH_SECOND_MS;
	if (sh_zone_instants(r->zone, local, &first, &second) != SH_LOCAL_ONCE)
		sh_spoken_rule(r->ret, "R11");
	return first;
}

void
sh_resolve_set(struct sh_resolve *r, int64_t instant)
{
	r->ret->status = SH_SPOKEN_TIME;
	r->ret->instant_ms = instant;
}

/* ---- a part of the day ---- */

static void
resolve_daypart(struct sh_resolve *r, bool has_day, int64_t day)
{
	const struct sh_spoken_span *span = &r->limits->dayparts[r->s->daypart];
	int minute = sh_resolve_avoid(r, span->at);
	int64_t at;

	sh_spoken_rule(r->ret, "R6");
	if (!has_day)
		day = r->today;
	if (day == r->today && r->now_ms >= sh_resolve_instant(r, day, span->from)) {
		int64_t end = sh_resolve_instant(r, day, span->until);

		at = r->now_ms + 30 * SH_MINUTE_MS;
		at -= at % SH_MINUTE_MS;
		if (at > end || (span->from == span->until && r->now_ms >= end)) {
			day++;
			at = sh_resolve_instant(r, day, minute);
		}
	} else {
		at = sh_resolve_instant(r, day, minute);
	}
	r->ret->not_before_ms = sh_resolve_instant(r, day, span->from);
	r->ret->not_after_ms = sh_resolve_instant(r, day, span->until);
	if (r->s->bound == SH_BOUND_BEFORE) {
		sh_spoken_rule(r->ret, "R8");
		r->ret->not_before_ms = 0;
		r->ret->not_after_ms = sh_resolve_instant(r, day, span->at);
		at = sh_resolve_instant(r, day, span->at - 60);
		if (at < r->lead_ms)
			at = r->lead_ms;
	}
	sh_resolve_set(r, at);
	r->ret->precision = SH_PRECISION_DAYPART;
}

/* ---- a day alone ---- */

static void
resolve_later_today(struct sh_resolve *r)
{
	int64_t at = r->now_ms + 3 * SH_HOUR_MS, most = sh_resolve_instant(r, r->today, 19 * 60);

	sh_spoken_rule(r->ret, "R9");
	if (most < r->lead_ms) { /* so late in the evening nobody means today */
		sh_resolve_fail(r, "in_past");
		return;
	}
	if (at > most)
		at = most;
	if (at < r->lead_ms)
		at = r->lead_ms;
	if (r->s->bad != SH_BOUND_NONE) {
		int64_t local = r->fixed ? at + r->fixed_s * SH_SECOND_MS : sh_zone_local(r->zone, at);
		int minute = (int)((local - sh_resolve_floor(local, SH_DAY_MS) * SH_DAY_MS) / SH_MINUTE_MS),
		    moved = sh_resolve_avoid(r, minute);

		if (moved != minute)
			at = sh_resolve_instant(r, r->today, moved);
	}
	sh_resolve_set(r, at);
	r->ret->precision = SH_PRECISION_DAY;
}

static void
resolve_day_alone(struct sh_resolve *r, int64_t day)
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
		minute = sh_resolve_avoid(r, minute);
	at = sh_resolve_instant(r, day, minute);
	if (at < r->lead_ms && day == r->today)
		at = r->lead_ms;
	sh_resolve_set(r, at);
	r->ret->precision = r->s->has & SH_SLOT_SAME     ? SH_PRECISION_MINUTE
			    : d->kind != SH_DAY_LOOSE    ? SH_PRECISION_DAY
			    : d->loose == SH_LOOSE_MONTH ? SH_PRECISION_MONTH
							 : SH_PRECISION_WEEK;
	r->ret->named = (r->s->has & SH_SLOT_SAME) != 0;
	if (d->week_of)
		r->ret->precision = SH_PRECISION_WEEK;
	if (d->kind == SH_DAY_LOOSE && d->loose == SH_LOOSE_NEXT_DAYS) {
		r->ret->not_before_ms = sh_resolve_instant(r, day, 0);
		r->ret->not_after_ms = sh_resolve_instant(r, day + d->n, 0);
	}
	if ((r->s->has & SH_SLOT_DAY_BOUND) && r->s->bound == SH_BOUND_AFTER)
		r->ret->not_before_ms = at;
}

/* ---- an amount of time ---- */

static void
resolve_duration(struct sh_resolve *r)
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
resolve_day(struct sh_resolve *r, int64_t *ret)
{
	struct sh_spoken_day d = r->s->day;
	bool contradicts = false;
	enum sh_calendar_found found;

	sh_spoken_rule(r->ret, resolve_day_rule(&d));
	if ((r->s->has & SH_SLOT_SAME) && d.kind == SH_DAY_LOOSE && d.loose == SH_LOOSE_WEEK && d.part == SH_PART_NONE)
		d = (struct sh_spoken_day){ .kind = SH_DAY_OFFSET, .n = (int16_t)(7 * d.n) };
	found = sh_calendar_find(&r->calendar, &d, ret, &contradicts);
	if (found != SH_CALENDAR_FOUND) {
		sh_resolve_fail(r, found == SH_CALENDAR_PAST         ? "in_past"
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
			sh_resolve_fail(r, "in_past");
			return false;
		}
	}
	return true;
}

static void
resolve_one(struct sh_resolve *r)
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
			r->calendar.today_open = sh_resolve_instant(r, r->today, r->limits->default_time_min) > r->lead_ms;
		else if (s->has & SH_SLOT_CLOCK) {
			int halves[2], n = sh_resolve_halves(r, &s->clock, true, halves);

			r->calendar.today_open = sh_resolve_instant(r, r->today, halves[n - 1]) > r->lead_ms;
		} else if (s->has & SH_SLOT_DAYPART) {
			r->calendar.today_open =
			    sh_resolve_instant(r, r->today, r->limits->dayparts[s->daypart].until) > r->lead_ms;
		}
		if (!resolve_day(r, &day))
			return;
		r->today_only = day == r->today;
	}
	if (s->has & SH_SLOT_CLOCK)
		sh_resolve_clock(r, has_day, day);
	else if (s->has & SH_SLOT_DAYPART)
		resolve_daypart(r, has_day, day);
	else if (has_day)
		resolve_day_alone(r, day);
	else if (s->has & SH_SLOT_SAME) { /* the same time: tomorrow's */
		r->ret->named = true;
		sh_resolve_set(r, sh_resolve_instant(r, r->today + 1, r->now_min));
		r->ret->precision = SH_PRECISION_MINUTE;
	} else {
		sh_resolve_fail(r, "vague");
	}
}

static void
resolve_place(struct sh_resolve *r, const struct sh_zone *zone, const struct sh_zone *callee, const struct sh_spoken_where *where)
{
	int64_t local;

	r->zone = zone;
	r->fixed_s = where->fixed_offset_s;
	r->fixed = where->fixed_offset_s != 0;
	local = sh_zone_local(callee, r->now_ms);
	r->calendar.today = sh_resolve_floor(local, SH_DAY_MS);
	r->calendar.civil = sh_time_to_civil(local);
	if (r->fixed)
		local = r->now_ms + r->fixed_s * SH_SECOND_MS;
	else if (zone != callee)
		local = sh_zone_local(zone, r->now_ms);
	/* R10: days are the callee's; the clock's own today matters only where no day was named. */
	r->today = r->s->has & SH_SLOT_DAY ? r->calendar.today : sh_resolve_floor(local, SH_DAY_MS);
	r->now_min = (int)((local - sh_resolve_floor(local, SH_DAY_MS) * SH_DAY_MS) / SH_MINUTE_MS);
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
resolve_doubt_zone(struct sh_resolve *r, const struct sh_spoken_where *where)
{
	struct sh_spoken other;
	struct sh_resolve o = *r;

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

static bool
resolve_at_night(const struct sh_resolve *r)
{
	int64_t at = r->ret->instant_ms, local = r->fixed ? at + r->fixed_s * SH_SECOND_MS : sh_zone_local(r->zone, at);
	int minute = (int)((local - sh_resolve_floor(local, SH_DAY_MS) * SH_DAY_MS) / SH_MINUTE_MS);

	return minute < 7 * 60 || minute >= 22 * 60;
}

void
sh_spoken_resolve(const struct sh_spoken_in *in, const struct sh_spoken_slots *slots, const struct sh_spoken_where *where,
    int64_t from_ms, struct sh_spoken *ret)
{
	struct sh_spoken_where home;
	struct sh_spoken_zone variable;
	struct sh_resolve r = { .in = in,
		.limits = in->limits ? in->limits : sh_spoken_defaults(),
		.s = slots,
		.ret = ret,
		.now_ms = in->now_ms,
		.from_ms = from_ms };

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
	if (!ret->named && resolve_at_night(&r))
		sh_spoken_cost(ret, -20, "at night, and neither am nor pm was said");
	sh_spoken_limit(in, ret);
}
