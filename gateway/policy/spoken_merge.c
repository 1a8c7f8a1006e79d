/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Newer slots over older ones (T4): what was said last counts, and what it does not name stays. */
#include "gateway/policy/spoken_grammar.h"

static bool
merge_is_tonight(const struct sh_spoken_slots *s)
{
	return (s->has & SH_SLOT_DAY) && s->day.kind == SH_DAY_OFFSET && s->day.n == 0 && (s->has & SH_SLOT_DAYPART) &&
	       (s->daypart == SH_DAYPART_NIGHT || s->daypart == SH_DAYPART_LATE_NIGHT);
}

static bool
merge_is_small_hours(const struct sh_spoken_slots *o, const struct sh_spoken_slots *n)
{
	const struct sh_spoken_clock *c = n->has & SH_SLOT_CLOCK ? &n->clock : &o->clock;

	if ((n->has & SH_SLOT_DAY) || !((o->has | n->has) & SH_SLOT_CLOCK) || c->hour % 12 >= 6)
		return false;
	return ((n->has & SH_SLOT_CLOCK) && c->half == SH_HALF_AM) ||
	       ((n->has & SH_SLOT_DAYPART) && n->daypart == SH_DAYPART_MORNING);
}

static void
merge_day(struct sh_spoken_slots *o, const struct sh_spoken_slots *n)
{
	const struct sh_spoken_day was = o->day;
	bool had = (o->has & SH_SLOT_DAY) != 0;

	o->has |= SH_SLOT_DAY;
	o->day = n->day;
	if (!had)
		return;
	/* "next week … Monday", "Monday … next week", "next month … the fifth", "July … the fourth" */
	if (was.kind == SH_DAY_LOOSE && was.loose == SH_LOOSE_WEEK && n->day.kind == SH_DAY_WEEKDAY &&
	    n->day.mode == SH_WEEKDAY_BARE) {
		o->day.mode = was.n > 0 ? SH_WEEKDAY_NEXT : SH_WEEKDAY_THIS;
		o->day.plus_days += was.n > 1 ? 7 : 0;
	} else if (was.kind == SH_DAY_LOOSE && was.loose == SH_LOOSE_LATER_WEEK && n->day.kind == SH_DAY_WEEKDAY &&
		   n->day.mode == SH_WEEKDAY_BARE) {
		o->day.mode = SH_WEEKDAY_THIS;
	} else if (was.kind == SH_DAY_WEEKDAY && n->day.kind == SH_DAY_LOOSE && n->day.loose == SH_LOOSE_WEEK &&
		   n->day.part == SH_PART_NONE) {
		o->day = was;
		o->day.mode = n->day.n > 0 ? SH_WEEKDAY_NEXT : SH_WEEKDAY_THIS;
		o->day.plus_days += n->day.n > 1 ? 7 : 0;
	} else if (was.kind == SH_DAY_WEEKDAY && n->day.kind == SH_DAY_LOOSE && n->day.loose == SH_LOOSE_LATER_WEEK) {
		o->day = was;
		o->day.mode = SH_WEEKDAY_THIS;
	} else if (was.kind == SH_DAY_LOOSE && was.loose == SH_LOOSE_MONTH && n->day.kind == SH_DAY_DATE && n->day.month == 0 &&
		   n->day.month_step == 0) {
		o->day.month = was.month;
		o->day.month_step = was.month_step;
	} else if (was.kind == SH_DAY_DATE && was.month == 0 && n->day.kind == SH_DAY_LOOSE && n->day.loose == SH_LOOSE_MONTH &&
		   n->day.part == SH_PART_NONE) {
		o->day = was;
		o->day.month = n->day.month;
		o->day.month_step = n->day.month_step;
	} else if (was.kind == SH_DAY_DATE && n->day.kind == SH_DAY_DATE && n->day.mday == was.mday && n->day.month == 0 &&
		   n->day.month_step == 0 && n->day.weekday < 0) {
		o->day = was; /* "Monday the sixteenth … the sixteenth" */
	} else if (was.kind == SH_DAY_WEEKDAY && was.mode == SH_WEEKDAY_BARE && n->day.kind == SH_DAY_DATE && n->day.weekday < 0) {
		o->day.weekday = -1;
	}
}

/* An amount of time, or "now", replaces all but the zone. */
static void
merge_amount(struct sh_spoken_slots *o, const struct sh_spoken_slots *n)
{
	struct sh_spoken_zone zone = o->zone;
	uint32_t had = o->has & SH_SLOT_ZONE;

	*o = *n;
	if (had && !(n->has & SH_SLOT_ZONE)) {
		o->zone = zone;
		o->has |= SH_SLOT_ZONE;
	}
}

static void
merge_unbind_day(struct sh_spoken_slots *o)
{
	if (o->has & SH_SLOT_DAY_BOUND) {
		o->has &= ~SH_SLOT_DAY_BOUND;
		o->bound = SH_BOUND_NONE;
	}
}

static void
merge_clock(struct sh_spoken_slots *o, const struct sh_spoken_slots *n)
{
	merge_unbind_day(o);
	o->has |= SH_SLOT_CLOCK;
	o->has &= ~SH_SLOT_SAME;
	o->clock = n->clock;
	o->until = n->until;
	o->bound = n->bound;
}

void
sh_spoken_merge(struct sh_spoken_slots *o, const struct sh_spoken_slots *n)
{
	if (n->has & (SH_SLOT_DURATION | SH_SLOT_NOW)) {
		merge_amount(o, n);
		return;
	}
	if (n->has & (SH_SLOT_DAY | SH_SLOT_CLOCK | SH_SLOT_DAYPART | SH_SLOT_SAME))
		o->has &= ~(SH_SLOT_DURATION | SH_SLOT_NOW);
	if (o->bound == SH_BOUND_WITHIN && !(o->has & SH_SLOT_DURATION))
		o->bound = SH_BOUND_NONE;
	if (n->has & SH_SLOT_DAY) {
		merge_unbind_day(o);
		/* a new day that is a whole period takes the clock with it; "this evening" brings its own */
		merge_day(o, n);
		if (n->has & SH_SLOT_DAY_BOUND && !(o->has & (SH_SLOT_CLOCK | SH_SLOT_DAYPART))) {
			o->has |= SH_SLOT_DAY_BOUND;
			o->bound = n->bound;
			o->day_inclusive = n->day_inclusive;
		}
	}
	if (merge_is_tonight(o) && merge_is_small_hours(o, n))
		o->day.n++; /* "tonight, so half one in the morning" */
	if (n->has & SH_SLOT_DAYPART) {
		o->has |= SH_SLOT_DAYPART;
		o->daypart = n->daypart;
		if (!(n->has & SH_SLOT_CLOCK) && n->bound != SH_BOUND_NONE && !(n->has & SH_SLOT_DAY_BOUND))
			o->bound = n->bound;
	}
	if (n->has & SH_SLOT_CLOCK)
		merge_clock(o, n);
	if (n->has & SH_SLOT_SAME && !(o->has & (SH_SLOT_CLOCK | SH_SLOT_DAYPART)))
		o->has |= SH_SLOT_SAME;
	if (n->has & SH_SLOT_ZONE) {
		o->has |= SH_SLOT_ZONE;
		o->zone = n->zone;
	}
	if (n->has & (SH_SLOT_CLOCK | SH_SLOT_DAYPART))
		o->about = n->about;
	else
		o->about |= n->about;
}
