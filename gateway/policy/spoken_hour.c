/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* The hour that a clock means (R3), under its bound (R7, R8), and the hours that are not wanted (T15). */
#include "gateway/policy/spoken_resolve.h"

#define DAY_MIN 1440
#define PLAUSIBLE_FROM_MIN (8 * 60)
#define PLAUSIBLE_UNTIL_MIN (21 * 60)
#define NOBODY_MIN (-1)

static bool
hour_plausible(int minute)
{
	return minute >= PLAUSIBLE_FROM_MIN && minute < PLAUSIBLE_UNTIL_MIN;
}

/* The half that a part of the day means; night's small hours are the next day's. */
static int
hour_in_daypart(const struct sh_resolve *r, int hour12, int minute)
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
int
sh_resolve_halves(const struct sh_resolve *r, const struct sh_spoken_clock *c, bool daypart, int out[2])
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
		out[0] = hour_in_daypart(r, hour12, c->minute);
		if (r->s->daypart >= SH_DAYPART_LUNCH && r->s->daypart < SH_DAYPART_EARLY_EVENING &&
		    (out[0] < r->limits->dayparts[r->s->daypart].from - 120 ||
			out[0] > r->limits->dayparts[r->s->daypart].until + 120))
			; /* "after school, half nine": it cannot be */
		else if (!r->s->daypart_before || (out[0] >= 6 * 60 && out[0] < 22 * 60))
			return 1;
	}
	out[0] = hour12 * 60 + c->minute;
	out[1] = out[0] + 720;
	if (!hour_plausible(out[0])) {
		out[0] = out[1];
		return 1;
	}
	return hour_plausible(out[1]) ? 2 : 1;
}

static bool
hour_half_chosen(const struct sh_resolve *r)
{
	return r->s->clock.half == SH_HALF_UNSAID && !(r->s->has & SH_SLOT_DAYPART);
}

/* ---- what is not wanted ---- */

/* Moves a time that the rules chose out of the hours that were forbidden, once. */
int
sh_resolve_avoid(struct sh_resolve *r, int minute)
{
	int from[2], until[2];

	if (r->s->bad == SH_BOUND_NONE)
		return minute;
	sh_resolve_halves(r, &r->s->bad_from, false, from);
	sh_spoken_rule(r->ret, "T15");
	if (r->s->bad == SH_BOUND_BEFORE)
		return minute < from[0] ? from[0] : minute;
	if (r->s->bad == SH_BOUND_AFTER)
		return minute >= from[0] ? from[0] - 60 : minute;
	sh_resolve_halves(r, &r->s->bad_until, false, until);
	if (until[0] < from[0])
		until[0] += 720;
	return minute >= from[0] && minute < until[0] ? until[0] : minute;
}

/* ---- a clock ---- */

/* A window of two clocks on a day; false: it is over. */
static bool
hour_window_on(struct sh_resolve *r, int64_t day, int a, bool *open)
{
	int halves[2], n = sh_resolve_halves(r, &r->s->until, true, halves), b = NOBODY_MIN;
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
	first = sh_resolve_instant(r, day, a);
	last = sh_resolve_instant(r, day, b);
	if (last <= r->lead_ms)
		return false;
	*open = first < r->lead_ms;
	r->ret->not_before_ms = first;
	r->ret->not_after_ms = last;
	sh_resolve_set(r, *open ? r->lead_ms : first);
	return true;
}

static bool
hour_deadline_on(struct sh_resolve *r, int64_t day, int a)
{
	int64_t last = sh_resolve_instant(r, day, a), at;
	int minute = a - 60;

	if (last <= r->lead_ms)
		return false;
	if (minute < 9 * 60 && a > 9 * 60)
		minute = 9 * 60;
	at = sh_resolve_instant(r, day, minute);
	if (at < r->lead_ms)
		at = r->lead_ms;
	r->ret->not_after_ms = last;
	sh_resolve_set(r, at);
	return true;
}

/* One minute of one day under the clock's bound; false: it is past. */
static bool
hour_minute_on(struct sh_resolve *r, int64_t day, int minute)
{
	int64_t at;
	bool open = false;

	switch (r->s->bound) {
	case SH_BOUND_BETWEEN:
		return hour_window_on(r, day, minute, &open);
	case SH_BOUND_BEFORE:
		return hour_deadline_on(r, day, minute);
	default:
		break;
	}
	at = sh_resolve_instant(r, day, minute) + r->s->clock.second * SH_SECOND_MS;
	if (r->s->bound == SH_BOUND_AFTER)
		r->ret->not_before_ms = at;
	if (at < r->lead_ms) {
		if (r->s->bound == SH_BOUND_AFTER && r->today_only) { /* "after nine today", said at ten */
			sh_resolve_set(r, r->lead_ms);
			return true;
		}
		if (at < r->now_ms || !(r->s->has & SH_SLOT_DAY))
			return false;
		at = r->lead_ms;
	}
	sh_resolve_set(r, at);
	return true;
}

void
sh_resolve_clock(struct sh_resolve *r, bool has_day, int64_t day)
{
	int halves[2], n = sh_resolve_halves(r, &r->s->clock, true, halves);
	bool done = false;

	if (hour_half_chosen(r))
		sh_spoken_rule(r->ret, "R3");
	if (r->s->bound != SH_BOUND_NONE)
		sh_spoken_rule(r->ret, r->s->bound == SH_BOUND_BETWEEN ? "R7" : "R8");
	if (r->s->clock.midnight)
		sh_spoken_rule(r->ret, "R12");
	if (has_day) {
		if (r->s->clock.midnight && (day == r->today || (r->s->has & SH_SLOT_DAYPART)))
			halves[0] = DAY_MIN;
		for (int i = 0; i < n && !done; i++)
			done = hour_minute_on(r, day, halves[i]);
	} else {
		for (int k = -1; k < 3 && !done; k++)
			for (int i = 0; i < n && !done; i++) {
				if (k < 0 && r->s->bound == SH_BOUND_NONE && halves[i] < DAY_MIN)
					continue; /* yesterday: only what reaches into today */
				if (k < 0 && r->s->bound != SH_BOUND_BETWEEN)
					continue;
				done = hour_minute_on(r, r->today + k, halves[i]);
			}
	}
	if (!done) {
		sh_resolve_fail(r, "in_past");
		r->ret->instant_ms = 0;
		return;
	}
	r->ret->precision = r->s->about || r->s->bound == SH_BOUND_BEFORE ? SH_PRECISION_ABOUT : SH_PRECISION_MINUTE;
	r->ret->named = r->s->bound != SH_BOUND_BEFORE && !hour_half_chosen(r);
	if (hour_half_chosen(r))
		sh_spoken_cost(r->ret, -5, "neither am nor pm was said");
	if (r->s->clock.midnight)
		sh_spoken_cost(r->ret, -20, "midnight");
}
