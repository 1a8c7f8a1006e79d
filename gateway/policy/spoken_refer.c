/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* What refers to something else: "after that", "the day after", "the second one", "make it half past", "I'm in Denver". */
#include "gateway/policy/spoken_reading.h"

/* "after that", "then", "by then": the anchor's clock and day, under a bound. */
static bool
refer_anchor(struct sh_talk *k, struct sh_talk_reading *r, uint8_t bound, struct sh_spoken_atom *a)
{
	struct sh_spoken_slots s = k->anchor;

	if (!sh_talk_has_time(&s) || k->turn > k->anchor_turn + 2)
		return false;
	if (r->noffers > 0 && (r->offers[r->noffers - 1].has & (SH_SLOT_CLOCK | SH_SLOT_DURATION)))
		return false;
	sh_spoken_rule(k->ret, "T3");
	if (s.bound == SH_BOUND_BETWEEN) {
		if (bound == SH_BOUND_AFTER)
			s.clock = s.until;
		s.bound = SH_BOUND_NONE;
	}
	s.has &= ~(SH_SLOT_SAME | SH_SLOT_NOW);
	if (s.has & SH_SLOT_DAY_BOUND)
		s.has &= ~SH_SLOT_DAY_BOUND;
	if (r->noffers > 0 && (r->offers[r->noffers - 1].has & SH_SLOT_DAY))
		s.has &= ~SH_SLOT_DAY;
	s.bound = s.has & SH_SLOT_CLOCK ? bound : SH_BOUND_NONE;
	a->s = s;
	a->bare = false;
	return true;
}

/* A word that refers to a time. How many tokens; *bound as it says. */
static uint32_t
refer_refers(const struct sh_talk_reading *r, const struct sh_spoken_clause *c, const struct sh_spoken_token *t, uint8_t *bound)
{
	uint32_t n = 1;

	switch (t->cls) {
	case SH_SW_AFTER_THAT:
		*bound = SH_BOUND_AFTER;
		return 1;
	case SH_SW_BEFORE_THAT:
		*bound = SH_BOUND_BEFORE;
		return 1;
	case SH_SW_BY_THEN:
		*bound = SH_BOUND_NONE;
		return 1;
	case SH_SW_THEN:
		*bound = SH_BOUND_NONE;
		return r->noffers == 0 &&
			       (c->call || c->weak_call || c->any_time || (c->before == SH_SW_SO && c->until <= c->from + 2) ||
				   (c->cues & (SH_CUE_BIT(AVAILABLE) | SH_CUE_BIT(WORKS))))
			   ? 1
			   : 0;
	case SH_SW_AFTER:
	case SH_SW_BEFORE:
	case SH_SW_NOT_BEFORE:
		while (t[n].cls == SH_SW_PLEASE)
			n++;
		if (t[n].cls != SH_SW_END && t[n].cls != SH_SW_STOP && t[n].cls != SH_SW_COMMA && t[n].cls != SH_SW_CALL &&
		    t[n].cls != SH_SW_MY && t[n].cls != SH_SW_EVENT && t[n].cls != SH_SW_THE && t[n].cls != SH_SW_WORKS &&
		    t[n].cls != SH_SW_YES)
			return 0;
		*bound = t->cls == SH_SW_BEFORE ? SH_BOUND_BEFORE : SH_BOUND_AFTER;
		return n;
	default:
		return 0;
	}
}

/* "Half an hour after that": the anchor's clock, later by so much. How many tokens more; without an anchor it is no time. */
uint32_t
sh_reading_after_anchor(
    struct sh_talk *k, struct sh_talk_reading *r, const struct sh_spoken_clause *clause, uint32_t i, struct sh_spoken_atom *a)
{
	int64_t wait_ms = a->s.duration_ms;
	struct sh_spoken_clock *c = &a->s.clock;
	uint8_t bound = SH_BOUND_NONE;
	uint32_t n = refer_refers(r, clause, &k->g->t[i], &bound);
	int minute;

	if (k->g->t[i].cls == SH_SW_BEFORE || k->g->t[i].cls == SH_SW_BEFORE_THAT) {
		a->s.has = 0; /* "half an hour before he comes" */
		return 1;
	}
	if (n == 0 || bound != SH_BOUND_AFTER)
		return 0;
	if (wait_ms >= 12 * SH_HOUR_MS || !refer_anchor(k, r, SH_BOUND_NONE, a) || !(a->s.has & SH_SLOT_CLOCK)) {
		a->s.has = 0;
		return n;
	}
	minute = (c->half == SH_HALF_24 ? c->hour : c->hour % 12) * 60 + c->minute + (int)(wait_ms / SH_MINUTE_MS);
	if (c->half == SH_HALF_24 ? minute >= 1440 : c->half == SH_HALF_PM && minute >= 720) {
		a->s.has = 0; /* past midnight */
		return n;
	}
	if (c->half == SH_HALF_AM && minute >= 720)
		c->half = SH_HALF_PM;
	minute %= c->half == SH_HALF_24 ? 1440 : 720;
	c->hour = (int8_t)(minute / 60);
	c->minute = (int8_t)(minute % 60);
	if (c->half != SH_HALF_24 && c->hour == 0)
		c->hour = 12;
	return n;
}

uint32_t
sh_reading_shift(struct sh_reading *w, uint32_t i, struct sh_spoken_atom *a)
{
	const struct sh_talk *k = w->k;
	const struct sh_spoken_token *t = k->g->t;
	const struct sh_spoken_slots *of = k->noffers > 0 ? &k->offers[0] : &k->now;
	bool later = t[i - 1].cls == SH_SW_LATER || t[i].cls == SH_SW_LATER, sooner = t[i].cls == SH_SW_EARLIER;
	uint32_t n = t[i].cls == SH_SW_LATER || sooner;
	int minutes = (int)(a->s.duration_ms / SH_MINUTE_MS);
	struct sh_spoken_clock *c = &a->s.clock;
	int at;

	if (k->answer || (!later && !sooner) || !(of->has & SH_SLOT_CLOCK) || minutes > 180 || (k->noffers == 0 && !k->confirmed) ||
	    t[i + n].cls == SH_SW_THAN)
		return 0;
	a->s.has = SH_SLOT_CLOCK;
	a->s.bound = SH_BOUND_NONE;
	a->bare = false;
	*c = of->clock;
	at = (c->half == SH_HALF_24 ? c->hour : c->hour % 12) * 60 + c->minute + (later ? minutes : -minutes);
	if (at < 0 || (c->half == SH_HALF_24 && at >= 1440) || (c->half == SH_HALF_PM && at >= 720)) {
		a->s.has = 0;
		return n;
	}
	if (c->half == SH_HALF_AM && at >= 720)
		c->half = SH_HALF_PM;
	at %= c->half == SH_HALF_24 ? 1440 : 720;
	c->hour = (int8_t)(at / 60);
	c->minute = (int8_t)(at % 60);
	if (c->half != SH_HALF_24 && c->hour == 0)
		c->hour = 12;
	return n;
}

/* "The first", "the second" of several offers. */
static int
refer_picks(const struct sh_talk *k, const struct sh_spoken_token *t, uint32_t *ret_n)
{
	int nth = t[1].cls == SH_SW_SECOND                                            ? 2
		  : t[1].cls == SH_SW_ORDINAL && t[1].number <= 3 && t[1].digits == 0 ? t[1].number
		  : t[1].cls == SH_SW_LAST                                            ? -2
										      : 0;

	if (k->noffers < 2 || t[0].cls != SH_SW_THE || nth == 0 || t[2].cls == SH_SW_OF || t[2].cls == SH_SW_MONTH ||
	    t[2].cls == SH_SW_WEEKDAY)
		return 0;
	*ret_n = 2;
	return nth;
}

/* The zone or place that a user names as his own: "I'm in Denver this week". */
bool
sh_talk_place(struct sh_talk *k, uint32_t i, uint32_t from)
{
	const struct sh_spoken_token *t = k->g->t;
	struct sh_spoken_zone z;
	uint32_t n, place = i + 1 + (t[i].cls == SH_SW_ON && t[i + 1].cls == SH_SW_THE); /* "on the east coast" */
	bool mine = false;

	if ((t[i].cls != SH_SW_IN && t[i].cls != SH_SW_FROM && t[i].cls != SH_SW_ON) || t[place].cls != SH_SW_WORD)
		return false;
	for (uint32_t j = i; j > from && j + 6 > i && !mine; j--)
		mine = t[j - 1].cls == SH_SW_IM || t[j - 1].cls == SH_SW_I || t[j - 1].cls == SH_SW_HERE ||
		       t[j - 1].cls == SH_SW_WE || t[j - 1].cls == SH_SW_BUSY || t[j - 1].cls == SH_SW_AVAILABLE;
	if (!mine || !sh_spoken_zone_at(&k->in->place, k->g, place, &n, &z) || !z.zone)
		return false;
	k->place = z;
	return true;
}

/* "Before or after lunch?", "before or after three?": two offers. */
static uint32_t
refer_before_or_after(struct sh_talk *k, struct sh_talk_reading *r, uint32_t i)
{
	static const uint8_t before[SH_DAYPARTS] = { [SH_DAYPART_AFTER_LUNCH] = SH_DAYPART_LATE_MORNING,
		[SH_DAYPART_AFTER_WORK] = SH_DAYPART_EARLY_MORNING,
		[SH_DAYPART_AFTER_DINNER] = SH_DAYPART_LATE_AFTERNOON,
		[SH_DAYPART_AFTER_SCHOOL] = SH_DAYPART_EARLY_AFTERNOON };
	struct sh_spoken_atom a;
	uint32_t n = sh_spoken_atom(&k->in->place, k->g, i + 2, NULL, &a);

	if (n == 0 || !((a.s.has & SH_SLOT_DAYPART) || a.s.bound == SH_BOUND_AFTER))
		return 0;
	r->offers[0] = r->offers[1] = a.s;
	r->noffers = 2;
	if (a.s.has & SH_SLOT_DAYPART)
		r->offers[0].daypart = before[a.s.daypart];
	else
		r->offers[0].bound = SH_BOUND_BEFORE;
	sh_talk_widen(&r->span, i, n + 2);
	k->before_or_after = true;
	return n + 2;
}

/* "The one after", "the following one": of a weekday that was named, the next. */
static bool
refer_is_next_one(const struct sh_spoken_token *t, uint32_t *ret_n)
{
	*ret_n = 2;
	if (t[0].cls == SH_SW_THE && (t[1].cls == SH_SW_NEXT || t[1].cls == SH_SW_FOLLOWING) &&
	    (t[2].cls == SH_SW_END || t[2].cls == SH_SW_STOP || t[2].cls == SH_SW_COMMA || t[2].cls == SH_SW_PLEASE))
		return true;
	*ret_n = 3;
	return t[0].cls == SH_SW_THE &&
	       ((t[1].cls == SH_SW_NUMBER && t[1].one && (t[2].cls == SH_SW_AFTER || t[2].cls == SH_SW_AFTER_THAT)) ||
		   ((t[1].cls == SH_SW_FOLLOWING || t[1].cls == SH_SW_NEXT) && t[2].cls == SH_SW_NUMBER && t[2].one));
}

/* "That day": of the last day that was named, be it another's. */
static uint32_t
refer_same_day(struct sh_reading *w, uint32_t i)
{
	const struct sh_talk *k = w->k;
	const struct sh_spoken_slots *named = (k->anchor.has & SH_SLOT_DAY) && k->turn <= k->anchor_turn + 2 ? &k->anchor
					      : (k->now.has & SH_SLOT_DAY)                                   ? &k->now
					      : k->noffers > 0                                               ? &k->offers[0]
													     : &k->lent;
	struct sh_spoken_atom a = { .from = i, .n = 1, .s = { .has = SH_SLOT_DAY } };

	if (k->g->t[i].cls != SH_SW_SAME_DAY || w->kind != SH_KIND_TIME || !(named->has & SH_SLOT_DAY))
		return 0;
	a.s.day = named->day;
	sh_spoken_rule(k->ret, "T3");
	sh_talk_take(w->r, &a);
	sh_talk_widen(&w->r->span, i, 1);
	w->r->previous = a;
	return 1;
}

/* "Not tomorrow, the day after": the day that follows the one just named. */
static uint32_t
refer_day_after(struct sh_talk *k, struct sh_talk_reading *r, uint32_t i, bool begins)
{
	const struct sh_spoken_token *t = &k->g->t[i];
	const struct sh_spoken_slots refused = { .has = SH_SLOT_DAY, .day = k->rejected_day };
	const struct sh_spoken_slots *named = (r->rejected.has & SH_SLOT_DAY)                      ? &r->rejected
					      : r->noffers > 0 && (r->offers[0].has & SH_SLOT_DAY) ? &r->offers[0]
					      : (k->now.has & SH_SLOT_DAY)                         ? &k->now
					      : k->noffers > 0                                     ? &k->offers[0]
					      : k->rejected_day.kind != SH_DAY_NONE                ? &refused
												   : &k->anchor;
	struct sh_spoken_atom a = { .from = i, .n = 3 };

	bool after = t[2].cls == SH_SW_AFTER;

	if (begins && (named->has & SH_SLOT_DAY) && refer_is_next_one(t, &a.n)) {
		a.s.has = SH_SLOT_DAY;
		a.s.day = named->day;
		a.s.day.plus_days += 7;
		r->alternative = false;
		sh_talk_take(r, &a);
		sh_talk_widen(&r->span, i, a.n);
		return a.n;
	}

	if (t[0].cls != SH_SW_THE || t[1].cls != SH_SW_UNIT || (t[1].value != 3 && t[1].value != 4) ||
	    (!after && t[2].cls != SH_SW_BEFORE) || !(named->has & SH_SLOT_DAY))
		return 0;
	if (t[3].cls == SH_SW_I || t[3].cls == SH_SW_IM || t[3].cls == SH_SW_WE || t[3].cls == SH_SW_THAT ||
	    sh_spoken_day(&t[3], &a.s.day) > 0)
		return 0;
	a.s.has = SH_SLOT_DAY;
	a.s.day = named->day;
	a.s.day.plus_days += (t[1].value == 3 ? 1 : 7) * (after ? 1 : -1);
	if ((named->has & SH_SLOT_CLOCK) &&
	    (t[3].cls == SH_SW_SAME_TIME || t[4].cls == SH_SW_SAME_TIME || t[5].cls == SH_SW_SAME_TIME)) {
		a.s.has |= SH_SLOT_CLOCK;
		a.s.clock = named->clock;
	}
	r->alternative = false;
	sh_talk_take(r, &a);
	sh_talk_widen(&r->span, i, 3);
	return 3;
}

/* "Make it half past", "quarter to": of the hour that was named. */
static uint32_t
refer_minutes(struct sh_reading *w, uint32_t i)
{
	const struct sh_spoken_token *t = &w->k->g->t[i];
	const struct sh_talk *k = w->k;
	const struct sh_spoken_clock *hour = (k->anchor.has & SH_SLOT_CLOCK) && k->anchor_turn == k->turn ? &k->anchor.clock
					     : w->r->noffers > 0 && (w->r->offers[w->r->noffers - 1].has & SH_SLOT_CLOCK)
						 ? &w->r->offers[w->r->noffers - 1].clock
					     : k->has_clock ? &k->last_clock
							    : NULL;
	struct sh_spoken_atom a = { .from = i };
	uint32_t n = t[0].cls == SH_SW_AT || t[0].cls == SH_SW_A, m;
	int minutes, at;
	bool to;

	if (t[n].cls == SH_SW_A)
		n++;
	minutes = t[n].cls == SH_SW_HALF      ? 30
		  : t[n].cls == SH_SW_QUARTER ? 15
		  : t[n].cls == SH_SW_NUMBER && t[n].minute < 0 && t[n].number % 5 == 0 && t[n].number > 0 && t[n].number < 30
		      ? t[n].number
		      : 0;
	m = n + 1;
	to = t[m].cls == SH_SW_TO || t[m].cls == SH_SW_UNTIL;
	if (minutes == 0 || !hour || w->kind != SH_KIND_TIME || (t[m].cls != SH_SW_PAST && !to) || hour->minute != 0 ||
	    (to && minutes == 30))
		return 0;
	if (t[m + 1].cls != SH_SW_END && t[m + 1].cls != SH_SW_STOP && t[m + 1].cls != SH_SW_COMMA &&
	    t[m + 1].cls != SH_SW_PLEASE && t[m + 1].cls != SH_SW_ASK)
		return 0;
	a.n = m + 1;
	a.s.has = SH_SLOT_CLOCK;
	a.s.clock = *hour;
	if (hour == &k->anchor.clock && (k->anchor.has & SH_SLOT_DAY) &&
	    !(k->anchor.has & SH_SLOT_DAY_BOUND)) { /* "I knock off at four tomorrow, so half past" */
		a.s.has |= SH_SLOT_DAY;
		a.s.day = k->anchor.day;
	}
	at = hour->hour * 60 + (to ? -minutes : minutes);
	if (at < 60)
		at += 720;
	a.s.clock.hour = (int8_t)(at / 60);
	a.s.clock.minute = (int8_t)(at % 60);
	sh_talk_take(w->r, &a);
	sh_talk_widen(&w->r->span, i, a.n);
	w->r->previous = a;
	return a.n;
}

/* Choices and references, which are no atoms of their own. How many tokens; 0: none stands here. */
uint32_t
sh_reading_choice(struct sh_reading *w, uint32_t i)
{
	const struct sh_spoken_token *t = &w->k->g->t[i];
	uint32_t n = 0;
	int pick;

	if (t[0].cls == SH_SW_SAME_DAY)
		return refer_same_day(w, i);
	if (!w->user)
		return t[0].cls == SH_SW_BEFORE && t[1].cls == SH_SW_OR && w->r->noffers == 0 ? refer_before_or_after(w->k, w->r, i)
											      : 0;
	pick = refer_picks(w->k, t, &n);
	if (pick != 0) {
		w->r->pick = pick;
		return n;
	}
	n = refer_day_after(w->k, w->r, i, i == w->c->from);
	return n > 0 ? n : refer_minutes(w, i);
}

/* "After that", "then". How many tokens. */
uint32_t
sh_reading_reference(struct sh_reading *w, uint32_t i)
{
	const struct sh_spoken_token *t = &w->k->g->t[i];
	struct sh_spoken_atom a = { .from = i };
	uint8_t bound = SH_BOUND_NONE;

	if ((!w->user && !w->c->call) || w->kind == SH_KIND_EVENT || (a.n = refer_refers(w->r, w->c, t, &bound)) == 0)
		return 0;
	if (refer_anchor(w->k, w->r, bound, &a)) {
		sh_talk_take(w->r, &a);
		sh_talk_widen(&w->r->span, i, a.n);
		w->r->previous = a;
		return a.n;
	}
	if (w->k->noffers == 2 && w->k->before_or_after && (t->cls == SH_SW_AFTER || t->cls == SH_SW_BEFORE))
		w->r->pick = t->cls == SH_SW_AFTER ? 2 : 1;
	return 1;
}
