/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* One clause at a time: atoms become slots, "or" makes alternatives, "after that" looks back. */
#include <string.h>

#include "gateway/policy/spoken_state.h"

/* A bare number is an hour if a day or a part of one is beside it, or if it was asked for. */
static bool
reading_takes_bare(const struct sh_talk *k, const struct sh_talk_reading *r, const struct sh_spoken_clause *c, const struct sh_spoken_atom *a,
	bool user)
{
	const struct sh_spoken_token *t = k->g->t, *next = &t[a->from + a->n];
	struct sh_spoken_atom after;
	uint32_t i = a->from + a->n;
	bool beside = r->previous.n > 0 && a->from - (r->previous.from + r->previous.n) <= 2 &&
		(r->previous.s.has & (SH_SLOT_DAY | SH_SLOT_DAYPART | SH_SLOT_ZONE));

	if (next->cls == SH_SW_WORD && !(next->text.n > 0 && (sh_str_is(next->text, "thanks") || sh_str_is(next->text, "thank") || sh_str_is(next->text, "would")))) {
		if (sh_spoken_atom(&k->in->place, k->g, i, a, &after) == 0)
			return false;
	}
	if (t[a->from].one && a->n == 1 && !(a->from > c->from && t[a->from - 1].cls == SH_SW_CORRECTION) &&
	    !((k->answer || k->asked_what_time || k->asked_when) && c->until - c->from <= 3 && c->words == 0 && !c->first_person))
		return false;	/* "that's one for me", "the nine o'clock one" */
	if (next->cls == SH_SW_JUNK || next->cls == SH_SW_COUNTED || next->cls == SH_SW_EVENT)
		return false;
	if (a->from > c->from && t[a->from - 1].cls == SH_SW_FOR && (a->s.has & SH_SLOT_DURATION))
		return false;	/* "for two hours" */
	if ((a->s.has & SH_SLOT_DURATION) || ((a->s.has & SH_SLOT_DAY) && a->s.day.kind == SH_DAY_STEP))
		return k->answer || k->asked_when || k->asked || k->noffers > 0 || c->call || (r->corrections > 0 && (k->now.has & SH_SLOT_DURATION));
	if (!user && k->context && c->words <= 1)
		return true;
	if (k->answer || k->asked_when || k->asked_what_time || k->noffers > 0 || (k->context && (c->cues & SH_CUE_BIT(OFFER))) ||
	    beside || c->call || r->corrections > 0 ||
	    (sh_talk_has_time(&k->now) && k->context))
		return true;
	if (next->cls == SH_SW_COMMA || next->cls == SH_SW_ON)
		next++, i++;
	return sh_spoken_atom(&k->in->place, k->g, i, a, &after) > 0 && (after.s.has & (SH_SLOT_DAY | SH_SLOT_DAYPART | SH_SLOT_ZONE));
}

static void
reading_widen(struct sh_talk_span *s, uint32_t from, uint32_t n)
{
	if (s->first > s->last)
		s->first = from;
	s->last = from + n - 1;
}

/* A new atom into the reading's last offer, or into a new one after "or". */
static void
reading_take(struct sh_talk_reading *r, const struct sh_spoken_atom *a)
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
		if ((a->s.has & SH_SLOT_DAY) && (s->has & (SH_SLOT_CLOCK | SH_SLOT_DURATION)) && r->noffers < SH_TALK_OFFERS_MAX && !(s->has & SH_SLOT_DAY)) {
			/* "in an hour or tomorrow" */
			r->offers[r->noffers++] = a->s;
			r->alternative = false;
			return;
		}
		r->alternative = false;
	}
	s = &r->offers[r->noffers - 1];
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
		if ((a->has & SH_SLOT_CLOCK) && (b->has & SH_SLOT_CLOCK) && a->clock.half == SH_HALF_UNSAID && (b->clock.half == SH_HALF_AM || b->clock.half == SH_HALF_PM) &&
		    a->clock.hour % 12 < b->clock.hour % 12)
			a->clock.half = b->clock.half;
	}
}

/* What is rejected: only what was named of it, else the whole candidate. */
static void
reading_reject(struct sh_talk_reading *r, const struct sh_spoken_atom *a)
{
	sh_spoken_merge(&r->rejected, &a->s);
	r->rejects = true;
}

static void
reading_forbid(struct sh_talk *k, const struct sh_spoken_atom *a)
{
	const struct sh_spoken_slots *s = &a->s;

	if ((s->has & SH_SLOT_DAYPART) && !(s->has & SH_SLOT_CLOCK)) {	/* "not in the morning" */
		const struct sh_spoken_span *span = &(k->in->limits ? k->in->limits : sh_spoken_defaults())->dayparts[s->daypart];

		k->bad = SH_BOUND_BETWEEN;
		k->bad_from = (struct sh_spoken_clock){ .hour = (int8_t)(span->from / 60), .minute = (int8_t)(span->from % 60), .half = SH_HALF_24 };
		k->bad_until = (struct sh_spoken_clock){ .hour = (int8_t)(span->until / 60), .minute = (int8_t)(span->until % 60), .half = SH_HALF_24 };
	}
	if (s->has & SH_SLOT_CLOCK) {
		k->bad = s->bound == SH_BOUND_NONE ? SH_BOUND_NONE : s->bound;
		k->bad_from = s->clock;
		k->bad_until = s->until;
	}
	else if ((s->has & SH_SLOT_DAYPART) && !(s->has & SH_SLOT_DAY)) {	/* "not in the mornings" */
		const struct sh_spoken_limits *l = k->in->limits ? k->in->limits : sh_spoken_defaults();
		const struct sh_spoken_span *span = &l->dayparts[s->daypart];

		k->bad = SH_BOUND_BETWEEN;
		k->bad_from = (struct sh_spoken_clock){ (int8_t)(span->from / 60), (int8_t)(span->from % 60), 0, SH_HALF_24, false };
		k->bad_until = (struct sh_spoken_clock){ (int8_t)(span->until / 60), (int8_t)(span->until % 60), 0, SH_HALF_24, false };
	}
	if ((s->has & SH_SLOT_DAY) && s->day.kind == SH_DAY_WEEKDAY && !(s->has & SH_SLOT_CLOCK) && !(s->has & SH_SLOT_DAY_BOUND))
		k->bad_weekdays |= (uint8_t)(1u << s->day.weekday);
}

/* "after that", "then", "by then": the anchor's clock and day, under a bound. */
static bool
reading_anchor(struct sh_talk *k, struct sh_talk_reading *r, uint8_t bound, struct sh_spoken_atom *a)
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
reading_refers(const struct sh_talk_reading *r, const struct sh_spoken_clause *c, const struct sh_spoken_token *t, uint8_t *bound)
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
		return r->noffers == 0 && (c->call || c->weak_call || c->any_time || (c->cues & (SH_CUE_BIT(AVAILABLE) | SH_CUE_BIT(WORKS)))) ? 1 : 0;
	case SH_SW_AFTER:
	case SH_SW_BEFORE:
	case SH_SW_NOT_BEFORE:
		while (t[n].cls == SH_SW_PLEASE)
			n++;
		if (t[n].cls != SH_SW_END && t[n].cls != SH_SW_STOP && t[n].cls != SH_SW_COMMA && t[n].cls != SH_SW_CALL && t[n].cls != SH_SW_MY &&
		    t[n].cls != SH_SW_EVENT && t[n].cls != SH_SW_THE && t[n].cls != SH_SW_WORKS && t[n].cls != SH_SW_YES)
			return 0;
		*bound = t->cls == SH_SW_BEFORE ? SH_BOUND_BEFORE : SH_BOUND_AFTER;
		return n;
	default:
		return 0;
	}
}

/* "Half an hour after that": the anchor's clock, later by so much. How many tokens more; without an anchor it is no time. */
static uint32_t
reading_after_anchor(struct sh_talk *k, struct sh_talk_reading *r, const struct sh_spoken_clause *clause, uint32_t i, struct sh_spoken_atom *a)
{
	int64_t wait_ms = a->s.duration_ms;
	struct sh_spoken_clock *c = &a->s.clock;
	uint8_t bound = SH_BOUND_NONE;
	uint32_t n = reading_refers(r, clause, &k->g->t[i], &bound);
	int minute;

	if (n == 0 || bound != SH_BOUND_AFTER)
		return 0;
	if (wait_ms >= 12 * SH_HOUR_MS || !reading_anchor(k, r, SH_BOUND_NONE, a) || !(a->s.has & SH_SLOT_CLOCK)) {
		a->s.has = 0;
		return n;
	}
	minute = (c->half == SH_HALF_24 ? c->hour : c->hour % 12) * 60 + c->minute + (int)(wait_ms / SH_MINUTE_MS);
	if (c->half == SH_HALF_24 ? minute >= 1440 : c->half == SH_HALF_PM && minute >= 720) {
		a->s.has = 0;	/* past midnight */
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

/* "The first", "the second" of several offers. */
static int
reading_picks(const struct sh_talk *k, const struct sh_spoken_token *t, uint32_t *ret_n)
{
	int nth = t[1].cls == SH_SW_SECOND ? 2 : t[1].cls == SH_SW_ORDINAL && t[1].number <= 3 && t[1].digits == 0 ? t[1].number :
		t[1].cls == SH_SW_LAST ? -2 : 0;

	if (k->noffers < 2 || t[0].cls != SH_SW_THE || nth == 0 || t[2].cls == SH_SW_OF || t[2].cls == SH_SW_MONTH || t[2].cls == SH_SW_WEEKDAY)
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
	uint32_t n;
	bool mine = false;

	if ((t[i].cls != SH_SW_IN && t[i].cls != SH_SW_FROM && t[i].cls != SH_SW_ON) || t[i + 1].cls != SH_SW_WORD)
		return false;
	for (uint32_t j = i; j > from && j + 6 > i && !mine; j--)
		mine = t[j - 1].cls == SH_SW_IM || t[j - 1].cls == SH_SW_I || t[j - 1].cls == SH_SW_HERE || t[j - 1].cls == SH_SW_WE || t[j - 1].cls == SH_SW_BUSY ||
			t[j - 1].cls == SH_SW_AVAILABLE;
	if (!mine || !sh_spoken_zone_at(&k->in->place, k->g, i + 1, &n, &z) || !z.zone)
		return false;
	k->place = z;
	return true;
}

void
sh_talk_note_cues(struct sh_talk *k, struct sh_talk_reading *r, const struct sh_spoken_clause *c, bool user)
{
	const uint64_t wish = SH_CUE_BIT(VAGUE) | SH_CUE_BIT(BAD_TIME) | SH_CUE_BIT(WISH);

	r->cues |= c->cues;
	r->call |= c->call;
	r->weak_call |= c->weak_call;
	r->later |= c->later || (c->cues & SH_CUE_BIT(VAGUE));
	r->asks |= c->asks || (c->cues & (SH_CUE_BIT(OFFER) | SH_CUE_BIT(WHEN) | SH_CUE_BIT(WHAT_TIME)));
	r->yes |= (c->cues & (SH_CUE_BIT(YES) | SH_CUE_BIT(ASSENT))) != 0 || (c->please && !c->negated);
	r->no |= (c->cues & SH_CUE_BIT(NO)) != 0;
	if (!user)
		return;
	if (c->negated && (c->cues & SH_CUE_BIT(WHEN)))
		r->wish = true;		/* "now is not a good time" */
	if (c->unsure && (k->answer || k->context || k->asked_when || k->offered_call || c->call))
		r->vague = r->wish = true;
	if (c->cues & SH_CUE_BIT(VAGUE) || (c->later && (c->call || c->weak_call || k->context)) || (c->any_time && k->context))
		r->vague = r->wish = true;
	if ((c->cues & wish) || (c->call && !c->negated && !c->past))
		r->wish = true;
	if (r->wish) {
		k->context = true;
		k->event_topic = false;
	}
	if (c->cues & SH_CUE_BIT(NOT_INTERESTED))
		k->uninterested = true;
	if (c->cues & SH_CUE_BIT(TOO_EARLY) || c->cues & SH_CUE_BIT(TOO_LATE))
		r->rejects = r->drops_clock = true;
	if (c->cues & (SH_CUE_BIT(PICK_FIRST)))
		r->pick = 1;
	else if (c->cues & SH_CUE_BIT(PICK_LAST))
		r->pick = -2;
	else if (c->cues & SH_CUE_BIT(PICK_ANY))
		r->pick = -1;
}

/* "Before or after lunch?", "before or after three?": two offers. */
static uint32_t
reading_before_or_after(struct sh_talk *k, struct sh_talk_reading *r, uint32_t i)
{
	static const uint8_t before[SH_DAYPARTS] = { [SH_DAYPART_AFTER_LUNCH] = SH_DAYPART_LATE_MORNING,
		[SH_DAYPART_AFTER_WORK] = SH_DAYPART_EARLY_MORNING, [SH_DAYPART_AFTER_DINNER] = SH_DAYPART_LATE_AFTERNOON,
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
	reading_widen(&r->span, i, n + 2);
	k->before_or_after = true;
	return n + 2;
}

/* "Not tomorrow, the day after": the day that follows the one just named. */
static uint32_t
reading_day_after(struct sh_talk *k, struct sh_talk_reading *r, uint32_t i)
{
	const struct sh_spoken_token *t = &k->g->t[i];
	const struct sh_spoken_slots *named = (r->rejected.has & SH_SLOT_DAY) ? &r->rejected :
		r->noffers > 0 && (r->offers[0].has & SH_SLOT_DAY) ? &r->offers[0] : (k->now.has & SH_SLOT_DAY) ? &k->now :
		k->noffers > 0 ? &k->offers[0] : &k->anchor;
	struct sh_spoken_atom a = { .from = i, .n = 3 };

	bool after = t[2].cls == SH_SW_AFTER;

	if (t[0].cls != SH_SW_THE || t[1].cls != SH_SW_UNIT || (t[1].value != 3 && t[1].value != 4) || (!after && t[2].cls != SH_SW_BEFORE) ||
	    !(named->has & SH_SLOT_DAY))
		return 0;
	if (t[3].cls == SH_SW_I || t[3].cls == SH_SW_IM || t[3].cls == SH_SW_WE || t[3].cls == SH_SW_THAT || sh_spoken_day(&t[3], &a.s.day) > 0)
		return 0;
	a.s.has = SH_SLOT_DAY;
	a.s.day = named->day;
	a.s.day.plus_days += (t[1].value == 3 ? 1 : 7) * (after ? 1 : -1);
	if ((named->has & SH_SLOT_CLOCK) && (t[3].cls == SH_SW_SAME_TIME || t[4].cls == SH_SW_SAME_TIME || t[5].cls == SH_SW_SAME_TIME)) {
		a.s.has |= SH_SLOT_CLOCK;
		a.s.clock = named->clock;
	}
	r->alternative = false;
	reading_take(r, &a);
	reading_widen(&r->span, i, 3);
	return 3;
}

/* What the agent calls "your time" is the callee's. */
static void
reading_turn_zone(struct sh_spoken_atom *a)
{
	if (!(a->s.has & SH_SLOT_ZONE))
		return;
	if (a->s.zone.how == SH_ZONE_HOW_YOURS)
		a->s.zone.how = SH_ZONE_HOW_MINE;
	else if (a->s.zone.how == SH_ZONE_HOW_MINE)
		a->s.zone.how = SH_ZONE_HOW_YOURS;
}

/* One clause into the reading. */
void
sh_talk_clause(struct sh_talk *k, struct sh_talk_reading *r, const struct sh_spoken_clause *c, enum sh_spoken_kind kind, bool user, uint32_t from)
{
	const struct sh_spoken_token *t = k->g->t;
	struct sh_spoken_atom a, anchor = { 0 };
	bool not_next = false, fresh_anchor = true;
	uint32_t n, more;

	r->previous.n = 0;
	if (c->before == SH_SW_STOP || c->before == SH_SW_ASK || c->before == SH_SW_BUT)
		r->alternative = false;
	for (uint32_t i = from; i < c->until; i += n) {
		uint8_t bound = SH_BOUND_NONE;
		int pick;

		n = 1;
		switch (t[i].cls) {
		case SH_SW_OR:
		case SH_SW_AND:
			r->alternative = r->noffers > 0 && (i > c->from || sh_spoken_atom(&k->in->place, k->g, i + 1, NULL, &a) > 0);
			continue;
		case SH_SW_NOT:
			not_next = true;
			continue;
		case SH_SW_CORRECTION:
		case SH_SW_NO:
			if (r->noffers > 0) {
				r->corrections++;
				r->alternative = false;
			} else if (t[i].cls == SH_SW_CORRECTION && (sh_talk_has_time(&k->now) || k->noffers > 0)) {
				r->corrections++;
			}
			continue;
		case SH_SW_AT_LATEST:
			if (r->noffers > 0 && (r->offers[r->noffers - 1].has & SH_SLOT_CLOCK))
				r->offers[r->noffers - 1].bound = SH_BOUND_BEFORE;
			continue;
		default:
			break;
		}
		if (!user && t[i].cls == SH_SW_BEFORE && t[i + 1].cls == SH_SW_OR && r->noffers == 0 && (n = reading_before_or_after(k, r, i)) > 0)
			continue;
		n = 1;
		if (user && (pick = reading_picks(k, &t[i], &n)) != 0) {
			r->pick = pick;
			continue;
		}
		if (user && (n = reading_day_after(k, r, i)) > 0)
			continue;
		n = sh_spoken_atom(&k->in->place, k->g, i, r->previous.n > 0 && r->previous.from + r->previous.n == i ? &r->previous : NULL, &a);
		if (n == 0 && t[i].cls == SH_SW_END_IDIOM && (c->call || (k->answer && !c->first_person && !c->negated && c->words == 0))) {
			a = (struct sh_spoken_atom){ .from = i, .n = 1, .s = { .has = SH_SLOT_DAYPART, .daypart = SH_DAYPART_END_OF_DAY } };
			n = 1;
		}
		if (n > 0 && user && a.bare && a.s.has == SH_SLOT_DURATION && (more = reading_after_anchor(k, r, c, i + n, &a)) > 0)
			n += more;
		if (n > 0 && a.s.has == 0)
			continue;
		if (n > 0 && !user)
			reading_turn_zone(&a);
		if (n == 0 && (user || c->call) && kind != SH_KIND_EVENT && (n = reading_refers(r, c, &t[i], &bound)) > 0) {
			a = (struct sh_spoken_atom){ .from = i, .n = n };
			if (!reading_anchor(k, r, bound, &a)) {
				if (k->noffers == 2 && k->before_or_after && (t[i].cls == SH_SW_AFTER || t[i].cls == SH_SW_BEFORE))
					r->pick = t[i].cls == SH_SW_AFTER ? 2 : 1;
				n = 1;
				continue;
			}
			reading_take(r, &a);
			reading_widen(&r->span, i, n);
			r->previous = a;
			continue;
		}
		if (n == 0) {
			n = 1;
			continue;
		}
		if (a.bare && !reading_takes_bare(k, r, c, &a, user))
			continue;
		if ((a.s.has & SH_SLOT_NOW) && (kind != SH_KIND_TIME || !user || c->negated || r->noffers > 0 ||
					   !(c->call || k->asked_when || k->answer || (c->cues & (SH_CUE_BIT(WORKS) | SH_CUE_BIT(YES))))))
			continue;
		if (not_next || kind == SH_KIND_REJECT) {
			not_next = false;
			if (kind == SH_KIND_REJECT && (c->cues & SH_CUE_BIT(BUSY)) && user) {	/* "I'll be in the car at four, call then" */
				if (fresh_anchor)
					anchor = a;
				else
					sh_spoken_merge(&anchor.s, &a.s);
				fresh_anchor = false;
			}
			if (r->drops_clock && !(a.s.has & (SH_SLOT_CLOCK | SH_SLOT_DAYPART | SH_SLOT_DURATION)))
				continue;	/* "ten's too early on a Sunday" */
			if (a.s.bound == SH_BOUND_BETWEEN || (a.s.bound == SH_BOUND_AFTER && (a.s.has & SH_SLOT_CLOCK)))
				reading_forbid(k, &a);
			else
				reading_reject(r, &a);
			if (user && (((a.s.has & SH_SLOT_DAY) && a.s.day.kind == SH_DAY_WEEKDAY) ||
					    ((a.s.has & (SH_SLOT_DAYPART | SH_SLOT_CLOCK | SH_SLOT_DAY)) == SH_SLOT_DAYPART)))
				reading_forbid(k, &a);
			if (user && (c->cues & SH_CUE_BIT(TOO_EARLY)) && (a.s.has & SH_SLOT_CLOCK) && a.s.clock.hour < 23) {
				k->bad = SH_BOUND_BEFORE;	/* "ten is too early": an hour later, if nothing else is said */
				k->bad_from = a.s.clock;
				k->bad_from.hour = (int8_t)(a.s.clock.hour == 12 && a.s.clock.half != SH_HALF_24 ? 1 : a.s.clock.hour + 1);
			}
			continue;
		}
		/* "I'll be home by six": from then on */
		if (a.s.bound == SH_BOUND_BEFORE && t[i].cls == SH_SW_BY && user && (c->cues & SH_CUE_BIT(AVAILABLE)) && !c->call)
			a.s.bound = SH_BOUND_AFTER, a.s.day_inclusive = true;
		switch (kind) {
		case SH_KIND_TIME:
			reading_take(r, &a);
			reading_widen(&r->span, i, n);
			break;
		case SH_KIND_NOT_UNTIL:
			if (a.s.bound == SH_BOUND_BEFORE || a.s.bound == SH_BOUND_AFTER) {
				a.s.bound = SH_BOUND_AFTER;
				a.s.day_inclusive = true;
			}
			reading_take(r, &a);
			reading_widen(&r->span, i, n);
			if (fresh_anchor)
				anchor = a;
			else
				sh_spoken_merge(&anchor.s, &a.s);
			fresh_anchor = false;
			break;
		case SH_KIND_EVENT:
			if (fresh_anchor)
				anchor = a;
			else if (!(anchor.s.has & a.s.has & SH_SLOT_CLOCK))
				sh_spoken_merge(&anchor.s, &a.s);
			else
				anchor.s.until = a.s.clock, anchor.s.bound = a.s.bound == SH_BOUND_BEFORE ? SH_BOUND_BETWEEN : anchor.s.bound;
			fresh_anchor = false;
			break;
		case SH_KIND_FORBID:
			if (a.s.bound == SH_BOUND_BEFORE && user) {	/* "don't call before noon": from noon on, if nothing else is said */
				reading_forbid(k, &a);
				a.s.bound = SH_BOUND_AFTER;
				a.s.day_inclusive = true;
				sh_spoken_merge(&k->not_until, &a.s);
			} else {
				reading_forbid(k, &a);
				reading_reject(r, &a);
			}
			break;
		default:
			break;
		}
		r->previous = a;
	}
	if (!fresh_anchor) {
		k->anchor = anchor.s;
		k->anchor_turn = k->turn;
	}
}
