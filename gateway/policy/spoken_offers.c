/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* What one turn names, as it comes: one time, or several with "or" between them. */
#include "gateway/policy/spoken_state.h"

void
sh_talk_widen(struct sh_talk_span *s, uint32_t from, uint32_t n)
{
	if (s->first > s->last)
		s->first = from;
	s->last = from + n - 1;
}

/* A new atom into the reading's last offer, or into a new one after "or". */
void
sh_talk_take(struct sh_talk_reading *r, const struct sh_spoken_atom *a)
{
	const uint32_t groups = SH_SLOT_DAY | SH_SLOT_CLOCK | SH_SLOT_DAYPART | SH_SLOT_DURATION;
	struct sh_spoken_slots *s;

	if (r->noffers == 0) {
		r->noffers = 1;
		r->alternative = false;
	}
	if (r->alternative) {
		s = &r->offers[r->noffers - 1];
		if (s->has & a->s.has & groups) {
			if (r->noffers < SH_TALK_OFFERS_MAX)
				r->offers[r->noffers++] = a->s;
			r->alternative = false;
			return;
		}
		if ((a->s.has & SH_SLOT_DAY) && (s->has & (SH_SLOT_CLOCK | SH_SLOT_DURATION)) && r->noffers < SH_TALK_OFFERS_MAX &&
		    !(s->has & SH_SLOT_DAY)) {
			/* "in an hour or tomorrow" */
			r->offers[r->noffers++] = a->s;
			r->alternative = false;
			return;
		}
		r->alternative = false;
	}
	s = &r->offers[r->noffers - 1];
	/* a clock in another clause than the part of the day */
	if ((s->has & SH_SLOT_DAYPART) && !(s->has & SH_SLOT_CLOCK) && (a->s.has & SH_SLOT_CLOCK) && r->previous.n == 0)
		s->daypart_before = true;
	/* "after one and before three" */
	if ((s->has & a->s.has & SH_SLOT_CLOCK) && s->bound == SH_BOUND_AFTER && a->s.bound == SH_BOUND_BEFORE) {
		s->until = a->s.clock;
		s->bound = SH_BOUND_BETWEEN;
		return;
	}
	sh_spoken_merge(s, &a->s);
}

/* "Thursday or Friday at four": both at four; "Thursday at nine or four": both on Thursday. */
void
sh_talk_complete_offers(struct sh_talk_reading *r)
{
	for (uint32_t i = 1; i < r->noffers; i++) {
		struct sh_spoken_slots all = r->offers[i - 1];

		if (!(r->offers[i].has & (SH_SLOT_DURATION | SH_SLOT_NOW)) && !(all.has & (SH_SLOT_DURATION | SH_SLOT_NOW))) {
			if (r->offers[i].has & SH_SLOT_CLOCK)
				all.has &= ~SH_SLOT_DAYPART;
			if ((r->offers[i].has & SH_SLOT_DAY) && !(r->offers[i].has & (SH_SLOT_CLOCK | SH_SLOT_DAYPART)))
				all.bound = all.has & SH_SLOT_DAY_BOUND ? SH_BOUND_NONE : all.bound, all.has &= ~SH_SLOT_DAY_BOUND;
			sh_spoken_merge(&all, &r->offers[i]);
			r->offers[i] = all;
		}
	}
	for (uint32_t i = r->noffers; i-- > 1;) {
		struct sh_spoken_slots *a = &r->offers[i - 1], *b = &r->offers[i];

		if (!(a->has & (SH_SLOT_CLOCK | SH_SLOT_DAYPART | SH_SLOT_DURATION | SH_SLOT_NOW)) && (b->has & SH_SLOT_CLOCK)) {
			a->has |= SH_SLOT_CLOCK;
			a->clock = b->clock, a->until = b->until, a->bound = b->bound;
		}
		if (!(a->has & (SH_SLOT_DAYPART | SH_SLOT_CLOCK | SH_SLOT_DURATION | SH_SLOT_NOW)) && (b->has & SH_SLOT_DAYPART)) {
			a->has |= SH_SLOT_DAYPART;
			a->daypart = b->daypart;
		}
		if (!(a->has & (SH_SLOT_DAY | SH_SLOT_DURATION | SH_SLOT_NOW)) && (b->has & SH_SLOT_DAY)) {
			a->has |= SH_SLOT_DAY;
			a->day = b->day;
		}
		if ((a->has & SH_SLOT_CLOCK) && (b->has & SH_SLOT_CLOCK) && a->clock.half == SH_HALF_UNSAID &&
		    (b->clock.half == SH_HALF_AM || b->clock.half == SH_HALF_PM) && a->clock.hour % 12 < b->clock.hour % 12)
			a->clock.half = b->clock.half;
	}
}
