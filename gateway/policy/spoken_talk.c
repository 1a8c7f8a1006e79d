/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The dialogue: what the user said, what the agent proposed, and what came of it. Slots go from turn to turn; the
 * resolver is asked on the way only whether two sets of slots mean the same.
 */
#include <string.h>

#include "gateway/policy/spoken_talk.h"

#define TALK_OFFERS_MAX 4
#define SLOTS_TIME (SH_SLOT_DAY | SH_SLOT_CLOCK | SH_SLOT_DAYPART | SH_SLOT_DURATION | SH_SLOT_NOW | SH_SLOT_SAME)

struct talk_span {
	uint32_t first, last;		/* tokens; first > last: none */
};

/* What a turn says, while it is read. */
struct talk_reading {
	struct sh_spoken_slots offers[TALK_OFFERS_MAX];	/* "Thursday at nine or Friday at four" */
	uint32_t noffers;
	struct sh_spoken_slots lent;	/* of a question: "when on the ninth?" */
	struct talk_span span;
	struct sh_spoken_atom previous;	/* the last atom of the clause */
	uint32_t corrections;
	uint64_t cues;			/* of all its clauses */
	bool call, weak_call, asks_when, asks_what_time, asks, about_event, yes, no, vague, wish, rejects, drops_clock, user_calls;
	bool later;
	bool alternative;		/* after "or": slots that are there already are not replaced */
	int pick;			/* 1, 2 … of the offers; 0: none; -1: any, -2: the last */
	struct sh_spoken_slots rejected;
};

struct talk {
	struct sh_arena *arena;
	const struct sh_spoken_in *in;
	const struct sh_spoken_tokens *g;
	struct sh_spoken *ret;
	bool answer;

	struct sh_spoken_slots now;	/* what is wanted, so far */
	struct sh_spoken_slots anchor;	/* "I teach until four": for "after that" */
	uint32_t anchor_turn;
	struct sh_spoken_zone place;	/* "I'm in Denver" */
	struct sh_spoken_slots offers[TALK_OFFERS_MAX], lent;
	uint32_t noffers;
	struct talk_span offer_span, span;
	bool asked_when, asked_what_time, asked, about_event, offered_call, context;
	bool said, assented, confirmed, agreed, differs, any;
	bool wish, vague, user_calls, refused, machine, uninterested;
	bool before_or_after, asked_now, picked_any, declined;
	struct sh_spoken_slots not_until;	/* "don't call me until Monday" */
	bool event_topic;		/* a visit or an appointment is arranged, not a call */
	bool fresh;			/* the offers are of the agent's last turn */
	struct sh_spoken_slots rest;	/* of an offer whose clock was rejected: its day */
	uint32_t corrections, turn;
	uint8_t bad;
	struct sh_spoken_clock bad_from, bad_until;
	uint8_t bad_weekdays;
};

static void talk_clause(struct talk *, struct talk_reading *, const struct sh_spoken_clause *, enum sh_spoken_kind, bool user, uint32_t from);
static void talk_drop(struct sh_spoken_slots *, const struct talk_reading *);
static void talk_settle(struct talk *, const struct sh_spoken_slots *, const struct talk_span *, bool assented);

static bool
talk_has_time(const struct sh_spoken_slots *s)
{
	return (s->has & SLOTS_TIME) != 0;
}

/* ---- slots of two people, compared ---- */

static struct sh_spoken
talk_resolved(const struct talk *k, const struct sh_spoken_slots *s)
{
	struct sh_spoken ret = { 0 };
	struct sh_spoken_where where;

	sh_spoken_where(k->in, s->has & SH_SLOT_ZONE ? &s->zone : NULL, NULL, &where);
	sh_spoken_resolve(k->in, s, &where, k->in->ended_ms ? k->in->ended_ms : k->in->now_ms, &ret);
	return ret;
}

/* Does a part of a time ("the Friday one") fit an offer? */
static bool
talk_fits(const struct sh_spoken_slots *part, const struct sh_spoken_slots *offer)
{
	if ((part->has & offer->has & SH_SLOT_DAY) && memcmp(&part->day, &offer->day, sizeof(part->day)) != 0 &&
	    !(part->day.kind == SH_DAY_WEEKDAY && part->day.weekday == offer->day.weekday && offer->day.kind != SH_DAY_OFFSET))
		return false;
	if ((part->has & offer->has & SH_SLOT_CLOCK) && (part->clock.hour % 12 != offer->clock.hour % 12 || part->clock.minute != offer->clock.minute))
		return false;
	if ((part->has & offer->has & SH_SLOT_DAYPART) && part->daypart != offer->daypart)
		return false;
	return (part->has & offer->has & (SH_SLOT_DAY | SH_SLOT_CLOCK | SH_SLOT_DAYPART)) != 0;
}

/* ---- reading a clause ---- */

/* A bare number is an hour if a day or a part of one is beside it, or if it was asked for. */
static bool
talk_takes_bare(const struct talk *k, const struct talk_reading *r, const struct sh_spoken_clause *c, const struct sh_spoken_atom *a)
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
	if ((a->s.has & SH_SLOT_DURATION) || ((a->s.has & SH_SLOT_DAY) && a->s.day.kind == SH_DAY_STEP))
		return k->answer || k->asked_when || k->asked || k->noffers > 0 || c->call || (r->corrections > 0 && (k->now.has & SH_SLOT_DURATION));
	if (k->answer || k->asked_when || k->asked_what_time || k->noffers > 0 || beside || c->call || r->corrections > 0 ||
	    (talk_has_time(&k->now) && k->context))
		return true;
	if (next->cls == SH_SW_COMMA || next->cls == SH_SW_ON)
		next++, i++;
	return sh_spoken_atom(&k->in->place, k->g, i, a, &after) > 0 && (after.s.has & (SH_SLOT_DAY | SH_SLOT_DAYPART | SH_SLOT_ZONE));
}

static void
talk_widen(struct talk_span *s, uint32_t from, uint32_t n)
{
	if (s->first > s->last)
		s->first = from;
	s->last = from + n - 1;
}

/* A new atom into the reading's last offer, or into a new one after "or". */
static void
talk_take(struct talk_reading *r, const struct sh_spoken_atom *a)
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
			if (r->noffers < TALK_OFFERS_MAX)
				r->offers[r->noffers++] = a->s;
			r->alternative = false;
			return;
		}
		if ((a->s.has & SH_SLOT_DAY) && (s->has & (SH_SLOT_CLOCK | SH_SLOT_DURATION)) && r->noffers < TALK_OFFERS_MAX && !(s->has & SH_SLOT_DAY)) {
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
static void
talk_complete_offers(struct talk_reading *r)
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
talk_reject(struct talk_reading *r, const struct sh_spoken_atom *a)
{
	sh_spoken_merge(&r->rejected, &a->s);
	r->rejects = true;
}

static void
talk_forbid(struct talk *k, const struct sh_spoken_atom *a)
{
	const struct sh_spoken_slots *s = &a->s;

	if (s->has & SH_SLOT_CLOCK) {
		k->bad = s->bound == SH_BOUND_NONE ? SH_BOUND_NONE : s->bound;
		k->bad_from = s->clock;
		k->bad_until = s->until;
	}
	if ((s->has & SH_SLOT_DAY) && s->day.kind == SH_DAY_WEEKDAY && !(s->has & SH_SLOT_CLOCK) && !(s->has & SH_SLOT_DAY_BOUND))
		k->bad_weekdays |= (uint8_t)(1u << s->day.weekday);
}

/* "after that", "then", "by then": the anchor's clock and day, under a bound. */
static bool
talk_anchor(struct talk *k, struct talk_reading *r, uint8_t bound, struct sh_spoken_atom *a)
{
	struct sh_spoken_slots s = k->anchor;

	if (!talk_has_time(&s) || k->turn > k->anchor_turn + 2)
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
talk_refers(const struct talk *k, const struct talk_reading *r, const struct sh_spoken_token *t, uint8_t *bound)
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
		return r->noffers == 0 ? 1 : 0;
	case SH_SW_AFTER:
	case SH_SW_BEFORE:
	case SH_SW_NOT_BEFORE:
		while (t[n].cls == SH_SW_PLEASE)
			n++;
		if (t[n].cls != SH_SW_END && t[n].cls != SH_SW_STOP && t[n].cls != SH_SW_COMMA && t[n].cls != SH_SW_CALL && t[n].cls != SH_SW_MY &&
		    t[n].cls != SH_SW_EVENT && t[n].cls != SH_SW_THE && t[n].cls != SH_SW_WORKS && t[n].cls != SH_SW_YES)
			return 0;
		*bound = t->cls == SH_SW_BEFORE ? SH_BOUND_BEFORE : SH_BOUND_AFTER;
		(void)k;
		return n;
	default:
		return 0;
	}
}

/* "The first", "the second" of several offers. */
static int
talk_picks(const struct talk *k, const struct sh_spoken_token *t, uint32_t *ret_n)
{
	int nth = t[1].cls == SH_SW_SECOND ? 2 : t[1].cls == SH_SW_ORDINAL && t[1].number <= 3 && t[1].digits == 0 ? t[1].number :
		t[1].cls == SH_SW_LAST ? -2 : 0;

	if (k->noffers < 2 || t[0].cls != SH_SW_THE || nth == 0 || t[2].cls == SH_SW_OF || t[2].cls == SH_SW_MONTH || t[2].cls == SH_SW_WEEKDAY)
		return 0;
	*ret_n = 2;
	return nth;
}

/* The zone or place that a user names as his own: "I'm in Denver this week". */
static bool
talk_place(struct talk *k, uint32_t i, uint32_t from)
{
	const struct sh_spoken_token *t = k->g->t;
	struct sh_spoken_zone z;
	uint32_t n;
	bool mine = false;

	if ((t[i].cls != SH_SW_IN && t[i].cls != SH_SW_FROM) || t[i + 1].cls != SH_SW_WORD)
		return false;
	for (uint32_t j = i; j > from && j + 6 > i && !mine; j--)
		mine = t[j - 1].cls == SH_SW_IM || t[j - 1].cls == SH_SW_I || t[j - 1].cls == SH_SW_HERE || t[j - 1].cls == SH_SW_WE || t[j - 1].cls == SH_SW_BUSY ||
			t[j - 1].cls == SH_SW_AVAILABLE;
	if (!mine || !sh_spoken_zone_at(&k->in->place, k->g, i + 1, &n, &z) || !z.zone)
		return false;
	k->place = z;
	return true;
}

static void
talk_note_cues(struct talk *k, struct talk_reading *r, const struct sh_spoken_clause *c, bool user)
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
	if (c->cues & SH_CUE_BIT(VAGUE) || (c->later && (c->call || c->weak_call)))
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
talk_before_or_after(struct talk *k, struct talk_reading *r, uint32_t i)
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
	talk_widen(&r->span, i, n + 2);
	k->before_or_after = true;
	return n + 2;
}

/* "Not tomorrow, the day after": the day that follows the one just named. */
static uint32_t
talk_day_after(struct talk *k, struct talk_reading *r, uint32_t i)
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
	if (t[3].cls != SH_SW_END && t[3].cls != SH_SW_STOP && t[3].cls != SH_SW_COMMA && t[3].cls != SH_SW_AT && t[3].cls != SH_SW_PLEASE)
		return 0;
	a.s.has = SH_SLOT_DAY;
	a.s.day = named->day;
	a.s.day.plus_days += (t[1].value == 3 ? 1 : 7) * (after ? 1 : -1);
	if ((named->has & SH_SLOT_CLOCK) && (t[3].cls == SH_SW_SAME_TIME || t[4].cls == SH_SW_SAME_TIME || t[5].cls == SH_SW_SAME_TIME)) {
		a.s.has |= SH_SLOT_CLOCK;
		a.s.clock = named->clock;
	}
	r->alternative = false;
	talk_take(r, &a);
	talk_widen(&r->span, i, 3);
	return 3;
}

/* One clause into the reading. */
static void
talk_clause(struct talk *k, struct talk_reading *r, const struct sh_spoken_clause *c, enum sh_spoken_kind kind, bool user, uint32_t from)
{
	const struct sh_spoken_token *t = k->g->t;
	struct sh_spoken_atom a, anchor = { 0 };
	bool not_next = false, fresh_anchor = true;
	uint32_t n;

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
			} else if (t[i].cls == SH_SW_CORRECTION && (talk_has_time(&k->now) || k->noffers > 0)) {
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
		if (!user && t[i].cls == SH_SW_BEFORE && t[i + 1].cls == SH_SW_OR && r->noffers == 0 && (n = talk_before_or_after(k, r, i)) > 0)
			continue;
		n = 1;
		if (user && (pick = talk_picks(k, &t[i], &n)) != 0) {
			r->pick = pick;
			continue;
		}
		if (user && (n = talk_day_after(k, r, i)) > 0)
			continue;
		n = sh_spoken_atom(&k->in->place, k->g, i, r->previous.n > 0 && r->previous.from + r->previous.n == i ? &r->previous : NULL, &a);
		if (n == 0 && t[i].cls == SH_SW_END_IDIOM && (c->call || k->answer)) {
			a = (struct sh_spoken_atom){ .from = i, .n = 1, .s = { .has = SH_SLOT_DAYPART, .daypart = SH_DAYPART_END_OF_DAY } };
			n = 1;
		}
		if (n == 0 && user && kind != SH_KIND_EVENT && (n = talk_refers(k, r, &t[i], &bound)) > 0) {
			a = (struct sh_spoken_atom){ .from = i, .n = n };
			if (!talk_anchor(k, r, bound, &a)) {
				if (k->noffers == 2 && k->before_or_after && (t[i].cls == SH_SW_AFTER || t[i].cls == SH_SW_BEFORE))
					r->pick = t[i].cls == SH_SW_AFTER ? 2 : 1;
				n = 1;
				continue;
			}
			talk_take(r, &a);
			talk_widen(&r->span, i, n);
			r->previous = a;
			continue;
		}
		if (n == 0) {
			n = 1;
			continue;
		}
		if (a.bare && !talk_takes_bare(k, r, c, &a))
			continue;
		if ((a.s.has & SH_SLOT_NOW) && (kind != SH_KIND_TIME || !user || c->negated || r->noffers > 0 ||
					   !(c->call || k->asked_when || k->answer || (c->cues & (SH_CUE_BIT(WORKS) | SH_CUE_BIT(YES))))))
			continue;
		if (not_next || kind == SH_KIND_REJECT) {
			not_next = false;
			if (r->drops_clock && !(a.s.has & (SH_SLOT_CLOCK | SH_SLOT_DAYPART | SH_SLOT_DURATION)))
				continue;	/* "ten's too early on a Sunday" */
			if (a.s.bound == SH_BOUND_BETWEEN || (a.s.bound == SH_BOUND_AFTER && (a.s.has & SH_SLOT_CLOCK)))
				talk_forbid(k, &a);
			else
				talk_reject(r, &a);
			if ((a.s.has & SH_SLOT_DAY) && a.s.day.kind == SH_DAY_WEEKDAY)
				talk_forbid(k, &a);
			continue;
		}
		switch (kind) {
		case SH_KIND_TIME:
			talk_take(r, &a);
			talk_widen(&r->span, i, n);
			break;
		case SH_KIND_NOT_UNTIL:
			if (a.s.bound == SH_BOUND_BEFORE || a.s.bound == SH_BOUND_AFTER) {
				a.s.bound = SH_BOUND_AFTER;
				a.s.day_inclusive = true;
			}
			talk_take(r, &a);
			talk_widen(&r->span, i, n);
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
				talk_forbid(k, &a);
				a.s.bound = SH_BOUND_AFTER;
				a.s.day_inclusive = true;
				sh_spoken_merge(&k->not_until, &a.s);
			} else {
				talk_forbid(k, &a);
				talk_reject(r, &a);
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

/* ---- a turn of the agent ---- */

/* Is there a time in the clause? */
static bool
talk_names_time(const struct talk *k, const struct sh_spoken_clause *c)
{
	struct sh_spoken_atom a;

	for (uint32_t i = c->from; i < c->until; i++)
		if (sh_spoken_atom(&k->in->place, k->g, i, NULL, &a) > 0 && !a.bare && talk_has_time(&a.s))
			return true;
	return false;
}

/* "I'm afraid he's out today": the user's wish for today goes. */
static void
talk_agent_cannot(struct talk *k, const struct sh_spoken_clause *c)
{
	struct talk_reading r = { .span = { 1, 0 } };

	talk_clause(k, &r, c, SH_KIND_REJECT, false, c->from);
	k->bad = 0;
	k->bad_weekdays = 0;
	if (talk_has_time(&r.rejected) && talk_has_time(&k->now) && !k->agreed)
		talk_drop(&k->now, &r);
}

/* What an agent proposes is said as a question, with a word of calling or offering, or as little but the time. */
static enum sh_spoken_kind
talk_agent_kind(const struct talk *k, const struct sh_spoken_clause *c, enum sh_spoken_kind last)
{
	const uint64_t offers = SH_CUE_BIT(OFFER) | SH_CUE_BIT(WHEN) | SH_CUE_BIT(WHAT_TIME) | SH_CUE_BIT(AVAILABLE) | SH_CUE_BIT(WORKS);
	enum sh_spoken_kind kind = sh_spoken_kind(k->g, c, false);

	if (!c->call && (c->cues & (SH_CUE_BIT(BUSY) | SH_CUE_BIT(REJECTION) | SH_CUE_BIT(CANT))) && !c->asks)
		return SH_KIND_REJECT;
	if (kind != SH_KIND_TIME)
		return kind;
	if (last == SH_KIND_EVENT && (c->before == SH_SW_COMMA || c->before == SH_SW_AND) && c->cues == 0)
		return SH_KIND_EVENT;
	if (c->call || c->weak_call || c->asks || c->have || c->adjective || (c->cues & offers) || c->words <= 1 || (k->context && c->words <= 2))
		return kind;
	return SH_KIND_SKIP;
}

static void
talk_agent(struct talk *k, uint32_t from, uint32_t until)
{
	struct talk_reading r = { .span = { 1, 0 } };
	struct sh_spoken_clause c;
	enum sh_spoken_kind kind = SH_KIND_SKIP;
	bool lent = false, events = false;

	for (uint32_t i = from; i < until; i = c.until) {

		sh_spoken_clause(k->g, i, until, &c);
		talk_note_cues(k, &r, &c, false);
		if (c.when)
			c.cues |= SH_CUE_BIT(WHEN);
		if (c.cues & SH_CUE_BIT(ILL_CALL))
			c.call = r.call = r.asks = true, r.cues |= SH_CUE_BIT(OFFER);
		if (c.call || c.weak_call)
			k->event_topic = false;
		kind = talk_agent_kind(k, &c, kind);
		if (kind == SH_KIND_EVENT && (c.cues & (SH_CUE_BIT(WHEN) | SH_CUE_BIT(WHAT_TIME))))
			r.about_event = true;
		if (kind == SH_KIND_EVENT && (c.cues & (SH_CUE_BIT(EVENT) | SH_CUE_BIT(EVENT_VERB) | SH_CUE_BIT(HOURS))) && !c.calling)
			events |= talk_names_time(k, &c);
		if (kind == SH_KIND_REJECT)
			talk_agent_cannot(k, &c);
		if (kind != SH_KIND_TIME && kind != SH_KIND_NOT_UNTIL)
			continue;
		if (c.cues & (SH_CUE_BIT(WHEN) | SH_CUE_BIT(WHAT_TIME))) {
			struct talk_reading q = { .span = { 1, 0 } };

			r.asks_when = true;
			k->event_topic = false;
			r.asks_what_time |= (c.cues & SH_CUE_BIT(WHAT_TIME)) != 0;
			talk_clause(k, &q, &c, SH_KIND_TIME, false, c.from);
			if (q.noffers == 1) {
				r.lent = q.offers[0];
				lent = true;
			} else if (q.noffers > 1) {
				memcpy(r.offers, q.offers, sizeof(r.offers));
				r.noffers = q.noffers;
				r.span = q.span;
			}
			continue;
		}
		talk_clause(k, &r, &c, SH_KIND_TIME, false, c.from);
	}
	k->event_topic |= events && !r.call && !r.asks_when;
	if (k->event_topic && !r.call && !talk_has_time(&k->now))
		r.noffers = 0;
	talk_complete_offers(&r);
	k->asked_when = r.asks_when;
	k->asked_what_time = r.asks_what_time;
	k->asked = r.asks;
	k->asked_now = (r.cues & SH_CUE_BIT(ASKS_NOW)) && !r.asks_when;
	k->context |= k->asked_now;
	k->about_event = r.about_event && !r.asks_when;
	k->offered_call = (r.call || (r.weak_call && r.later)) && r.asks;
	k->context |= r.asks_when || (r.call && r.asks) || k->offered_call;
	memset(&k->lent, 0, sizeof(k->lent));
	if (lent)
		k->lent = r.lent;
	k->fresh = r.noffers > 0;
	if (r.noffers == 0)
		return;
	if (k->noffers > 0)
		k->rest = k->offers[0];
	for (uint32_t i = 0; i < r.noffers; i++)
		if ((k->rest.has & SH_SLOT_DAY) && !(k->now.has & SH_SLOT_DAY) && !(r.offers[i].has & (SH_SLOT_DAY | SH_SLOT_DURATION | SH_SLOT_NOW))) {
			r.offers[i].has |= SH_SLOT_DAY;
			r.offers[i].day = k->rest.day;
		}
	if (talk_has_time(&k->now)) {
		struct sh_spoken_slots both = k->now;
		struct sh_spoken was, with;

		sh_spoken_merge(&both, &r.offers[0]);
		was = talk_resolved(k, &k->now);
		with = talk_resolved(k, &both);
		if (was.status == SH_SPOKEN_TIME && was.instant_ms == with.instant_ms) {
			k->confirmed = true;
			k->agreed = true;
			k->differs = false;
		} else if (k->picked_any) {
			talk_settle(k, &both, &r.span, true);
			k->picked_any = false;
		} else if (k->agreed && !(r.cues & (SH_CUE_BIT(OFFER) | SH_CUE_BIT(CORRECTION)))) {
			return;
		} else if (!k->agreed) {
			k->differs = true;
			k->confirmed = false;
		}
	}
	memcpy(k->offers, r.offers, sizeof(k->offers));
	k->noffers = r.noffers;
	k->offer_span = r.span;
	k->context = k->context || r.asks || r.call;
}

/* ---- a turn of the user ---- */

static bool
talk_same_day(const struct sh_spoken_slots *a, const struct sh_spoken_slots *b)
{
	if (!(a->has & b->has & SH_SLOT_DAY))
		return false;
	if (a->day.kind == SH_DAY_WEEKDAY && b->day.weekday == a->day.weekday && b->day.kind != SH_DAY_OFFSET && b->day.kind != SH_DAY_STEP)
		return true;
	return memcmp(&a->day, &b->day, sizeof(a->day)) == 0;
}

/* Takes out of s what was rejected; the whole if nothing was named. */
static void
talk_drop(struct sh_spoken_slots *s, const struct talk_reading *r)
{
	const struct sh_spoken_slots *x = &r->rejected;

	if (r->drops_clock && !talk_has_time(x)) {
		s->has &= ~(SH_SLOT_CLOCK | SH_SLOT_DURATION);
		s->bound = SH_BOUND_NONE;
		return;
	}
	if (!talk_has_time(x)) {
		memset(s, 0, sizeof(*s));
		return;
	}
	if (talk_same_day(x, s))
		s->has &= ~(SH_SLOT_DAY | SH_SLOT_DAY_BOUND | (x->has & SH_SLOT_CLOCK));
	if ((x->has & s->has & SH_SLOT_CLOCK) && x->clock.hour % 12 == s->clock.hour % 12 && x->clock.minute == s->clock.minute)
		s->has &= ~SH_SLOT_CLOCK;
	if ((x->has & s->has & SH_SLOT_DAYPART) && x->daypart == s->daypart)
		s->has &= ~SH_SLOT_DAYPART;
	if (!(s->has & SH_SLOT_CLOCK))
		s->bound = s->has & SH_SLOT_DAYPART ? s->bound : SH_BOUND_NONE;
}

/* The offer that a reply is about. */
static const struct sh_spoken_slots *
talk_offer(const struct talk *k, const struct sh_spoken_slots *reply)
{
	for (uint32_t i = 0; i < k->noffers; i++)
		if (talk_fits(reply, &k->offers[i]))
			return &k->offers[i];
	return k->noffers > 0 ? &k->offers[0] : NULL;
}

static void
talk_settle(struct talk *k, const struct sh_spoken_slots *s, const struct talk_span *span, bool assented)
{
	k->now = *s;
	k->span = *span;
	k->said = !assented;
	k->assented = assented;
	k->confirmed = k->differs = false;
	k->agreed = assented;
	k->user_calls = false;
	k->wish = true;
}

static void
talk_said(struct talk *k, struct talk_reading *r)
{
	struct sh_spoken_slots base = k->now, said = r->offers[0];
	const struct sh_spoken_slots *offer = talk_offer(k, &said);
	uint32_t had = k->now.has & SLOTS_TIME;
	bool daypart = (said.has & SH_SLOT_DAYPART) != 0;

	if (r->corrections > 0 && r->noffers > 1)	/* "Thursday or Friday. No, Monday" */
		said = r->offers[r->noffers - 1];
	if (offer) {
		struct sh_spoken_slots lent = *offer;

		if (r->rejects)
			talk_drop(&lent, r);
		if (r->no || r->rejects || (said.has & SH_SLOT_DAY))
			lent.has &= ~(r->drops_clock ? 0 : said.has & SH_SLOT_CLOCK ? SH_SLOT_DAYPART : 0);
		if (lent.has & SLOTS_TIME && !(lent.has & (SH_SLOT_DURATION | SH_SLOT_NOW)))
			sh_spoken_merge(&base, &lent);
	}
	if (talk_has_time(&k->lent))
		sh_spoken_merge(&base, &k->lent);
	if (r->rejects && !offer)
		talk_drop(&base, r);
	base.daypart_before = (base.has & SH_SLOT_DAYPART) && !daypart;
	if ((said.has & SH_SLOT_DAYPART) && !(said.has & SH_SLOT_CLOCK) && (base.has & SH_SLOT_CLOCK) &&
	    (base.clock.half != SH_HALF_UNSAID || (said.has & SH_SLOT_DAY)))
		base.has &= ~SH_SLOT_CLOCK, base.bound = SH_BOUND_NONE;
	if ((said.has & SH_SLOT_CLOCK) && (said.has & SH_SLOT_DAY) && !daypart && base.daypart_before && (had & SH_SLOT_CLOCK))
		base.has &= ~SH_SLOT_DAYPART;
	sh_spoken_merge(&base, &said);
	if (daypart)
		base.daypart_before = false;
	k->corrections += r->corrections;
	if (had && r->corrections == 0 && (had & said.has & (SH_SLOT_DAY | SH_SLOT_CLOCK))) {
		struct sh_spoken was = talk_resolved(k, &k->now), is = talk_resolved(k, &base);

		k->corrections += was.status == SH_SPOKEN_TIME && was.instant_ms != is.instant_ms;
	}
	if (had)
		sh_spoken_rule(k->ret, "T4");
	if (talk_has_time(&k->lent) || k->asked_when)
		sh_spoken_rule(k->ret, "T5");
	talk_settle(k, &base, &r->span, false);
}

static void
talk_assents(struct talk *k, int pick)
{
	uint32_t i = pick > 0 ? (uint32_t)pick - 1 : pick == -2 ? k->noffers - 1 : 0;
	struct sh_spoken_slots both = k->now;

	if (i >= k->noffers)
		i = k->noffers - 1;
	if (!(k->offers[i].has & SLOTS_TIME))
		return;
	if ((k->offers[i].has & SH_SLOT_CLOCK) && (k->offers[i].has & SH_SLOT_DAY))
		both.has &= ~SH_SLOT_DAYPART;
	sh_spoken_merge(&both, &k->offers[i]);
	sh_spoken_rule(k->ret, pick != 0 ? "T6" : "T7");
	k->picked_any = pick == -1;
	if (k->said && talk_has_time(&k->now)) {
		struct sh_spoken was = talk_resolved(k, &k->now), is = talk_resolved(k, &both);

		if (was.instant_ms == is.instant_ms) {
			k->confirmed = k->agreed = true;
			return;
		}
	}
	talk_settle(k, &both, &k->offer_span, true);
}

/* The offer in this zone: "ten Eastern or ten Pacific?" */
static uint32_t
talk_same_zone(const struct talk *k, const struct sh_spoken_slots *s)
{
	for (uint32_t i = 0; i < k->noffers; i++)
		if ((k->offers[i].has & SH_SLOT_ZONE) && k->offers[i].zone.zone == s->zone.zone)
			return i;
	return 0;
}

/* Which of a user's times count: those about a callback, which is being talked about. */
static bool
talk_counts(const struct talk *k, const struct sh_spoken_clause *c)
{
	if (k->answer || c->call || (c->weak_call && !(c->cues & SH_CUE_BIT(EVENT))))
		return true;
	if (k->about_event || k->event_topic)
		return false;
	return k->context || k->noffers > 0;
}

static enum sh_spoken_kind
talk_user_kind(struct talk *k, const struct sh_spoken_clause *c, enum sh_spoken_kind last)
{
	enum sh_spoken_kind kind = sh_spoken_kind(k->g, c, true);
	bool placed = false;
	const uint64_t talk = c->cues & ~(SH_CUE_BIT(IDIOM) | SH_CUE_BIT(SMALL));

	for (uint32_t i = c->from; i < c->until; i++)
		placed |= talk_place(k, i, c->from);
	if (placed && kind == SH_KIND_TIME && !c->call && !c->weak_call && !(c->cues & SH_CUE_BIT(AVAILABLE)))
		return SH_KIND_EVENT;	/* "I'm in Denver this week" */
	if (kind == SH_KIND_TIME && last == SH_KIND_EVENT && c->before == SH_SW_COMMA && talk == 0 && !k->answer)
		return SH_KIND_EVENT;
	if (kind == SH_KIND_EVENT && (c->cues & SH_CUE_BIT(HABIT)) && (c->cues & (SH_CUE_BIT(WORKS) | SH_CUE_BIT(YES))) && (k->asked_when || k->answer))
		return SH_KIND_TIME;
	if (kind == SH_KIND_EVENT && (c->cues & (SH_CUE_BIT(WHEN) | SH_CUE_BIT(WHAT_TIME))) && c->asks)
		k->event_topic = true;	/* "what time do you shut?" */
	if (kind == SH_KIND_TIME && !talk_counts(k, c))
		return SH_KIND_EVENT;
	if (kind == SH_KIND_NOT_UNTIL && !talk_counts(k, c) && !k->asked)
		return SH_KIND_EVENT;
	return kind;
}

static void
talk_user(struct talk *k, uint32_t from, uint32_t until)
{
	struct talk_reading r = { .span = { 1, 0 } };
	struct sh_spoken_clause c;
	enum sh_spoken_kind kind = SH_KIND_SKIP;
	bool machine = false;
	uint32_t after;

	for (uint32_t i = from; i < until; i = c.until) {
		enum sh_spoken_refusal refusal;

		sh_spoken_clause(k->g, i, until, &c);
		if (c.cues & SH_CUE_BIT(MACHINE)) {
			machine = k->machine = true;
			break;
		}
		after = c.from;
		refusal = sh_spoken_refusal(&k->in->place, k->g, &c, from, until, &after);
		if (refusal == SH_REFUSAL) {
			k->refused = true;
			return;
		}
		talk_note_cues(k, &r, &c, true);
		if (refusal == SH_REFUSAL_CONSTRAINT) {
			kind = SH_KIND_FORBID;
			r.wish = k->context = true;
			talk_clause(k, &r, &c, kind, true, after < c.until ? after : c.until);
			continue;
		}
		kind = talk_user_kind(k, &c, kind);
		if (kind == SH_KIND_USER_CALLS) {
			sh_spoken_rule(k->ret, "T10");
			r.user_calls = true;
			r.wish = false;
			r.noffers = 0;
			memset(r.offers, 0, sizeof(r.offers));
			continue;
		}
		if (r.user_calls && !c.call && !c.weak_call)
			continue;
		if (kind == SH_KIND_REJECT)
			r.rejects = true;
		if (kind == SH_KIND_TIME && c.call && r.user_calls)
			r.user_calls = false;
		talk_clause(k, &r, &c, kind, true, c.from);
	}
	if (machine)
		return;
	talk_complete_offers(&r);
	if (r.user_calls) {
		k->user_calls = true;
		memset(&k->now, 0, sizeof(k->now));
		k->said = k->assented = k->agreed = false;
		return;
	}
	k->any = true;
	if (r.wish || r.noffers > 0)
		k->declined = false;
	else if (r.no || (r.cues & SH_CUE_BIT(NO_NEED)))
		k->declined = (r.cues & SH_CUE_BIT(NO_NEED)) || (k->answer && !r.rejects);
	k->vague |= r.vague;
	if (r.wish || (k->offered_call && r.yes && !r.no))
		k->wish = true, k->context = true;
	if ((k->asked_when && !r.no && !k->declined) || (k->asked_now && r.no && !(r.cues & SH_CUE_BIT(NOT_INTERESTED)) && r.noffers == 0))
		k->wish = true;
	if (k->declined && (r.cues & SH_CUE_BIT(NO_NEED)))
		k->wish = false;
	if (r.noffers > 0 && talk_has_time(&r.offers[0])) {
		talk_said(k, &r);
	} else if (r.noffers > 0 && (r.offers[0].has & SH_SLOT_ZONE) && k->noffers > 0) {
		uint32_t i = talk_same_zone(k, &r.offers[0]);

		talk_assents(k, (int)i + 1);
		sh_spoken_merge(&k->now, &r.offers[0]);
	} else if (r.noffers > 0 && (r.offers[0].has & SH_SLOT_ZONE) && talk_has_time(&k->now)) {
		sh_spoken_merge(&k->now, &r.offers[0]);
	} else if (r.pick != 0 && k->noffers > 0 && !(r.pick == -1 && (r.no || r.rejects))) {
		talk_assents(k, r.pick);
	} else if (r.rejects || r.no || (r.cues & SH_CUE_BIT(CANT))) {
		if (k->noffers > 0)
			sh_spoken_rule(k->ret, "T7");
		if (talk_has_time(&k->now) && (talk_has_time(&r.rejected) || k->assented))
			talk_drop(&k->now, &r);
		for (uint32_t i = 0; i < k->noffers; i++)
			talk_drop(&k->offers[i], &r);
		k->wish |= k->noffers > 0 && r.rejects;
		k->rest = k->noffers > 0 ? k->offers[0] : k->rest;
		k->noffers = 0;
	} else if (r.yes && k->noffers > 0 && k->fresh) {
		talk_assents(k, 0);
	}
	k->asked_when = k->asked_what_time = k->asked = k->asked_now = k->offered_call = k->about_event = false;
	k->fresh = false;
	if (talk_has_time(&k->now) && (k->assented || r.noffers > 0) && !r.asks)
		k->noffers = 0;
}

/* ---- the whole ---- */

static void
talk_finish(struct talk *k, struct sh_spoken_slots *ret)
{
	struct sh_spoken *s = k->ret;
	const struct sh_spoken_token *a, *b;

	if (talk_has_time(&k->not_until) && !(k->now.has & (SH_SLOT_DAY | SH_SLOT_DURATION | SH_SLOT_NOW)) &&
	    (!talk_has_time(&k->now) || (k->not_until.has & SH_SLOT_DAY))) {	/* "don't call before noon" */
		struct sh_spoken_slots s = k->not_until;

		if (talk_has_time(&k->now))
			sh_spoken_merge(&s, &k->now);
		else
			k->bad = SH_BOUND_NONE;
		k->now = s;
	}
	k->now.bad = k->bad;
	k->now.bad_from = k->bad_from;
	k->now.bad_until = k->bad_until;
	k->now.bad_weekdays = k->bad_weekdays;
	if ((k->now.has & SH_SLOT_ZONE) && k->now.zone.how == SH_ZONE_HOW_MINE)
		k->now.zone = k->place;
	if (k->now.zone.how == SH_ZONE_HOW_NONE)
		k->now.has &= ~SH_SLOT_ZONE;
	*ret = k->now;
	if (k->span.first <= k->span.last && k->span.last < k->g->n) {
		a = &k->g->t[k->span.first], b = &k->g->t[k->span.last];
		s->turn = a->turn;
		s->at = a->at;
		s->length = b->turn == a->turn ? b->at + b->length - a->at : a->length;
	}
	s->agreed = k->assented ? SH_AGREED_ASSENTED : k->confirmed ? SH_AGREED_CONFIRMED : SH_AGREED_SAID;
}

static void
talk_confidence(const struct talk *k, struct sh_spoken *s)
{
	if (k->confirmed)
		sh_spoken_cost(s, 8, "the agent repeated it");
	if (k->assented)
		sh_spoken_cost(s, -5, "the callee only agreed to it");
	if (k->differs)
		sh_spoken_cost(s, -30, "the agent's closing words say another time");
	sh_spoken_cost(s, -3 * (int)(k->corrections < 30 ? k->corrections : 30), "corrected during the call");
}

bool
sh_spoken_talk(struct sh_arena *arena, const struct sh_spoken_in *in, const struct sh_spoken_tokens *g, bool answer, struct sh_spoken *ret,
	struct sh_spoken_slots *ret_slots)
{
	struct talk k = { .arena = arena, .in = in, .g = g, .ret = ret, .answer = answer, .span = { 1, 0 }, .offer_span = { 1, 0 } };
	struct sh_spoken_where where;
	struct sh_spoken_zone variable;

	memset(ret_slots, 0, sizeof(*ret_slots));
	k.context = true;	/* nobody asked anything: what is said is the answer */
	for (size_t i = 0; i < in->nturns && !answer; i++)
		k.context &= in->turns[i].user;
	for (uint32_t i = 0, until; i < g->n && !k.refused; i = until + 1) {
		for (until = i; until < g->n && g->t[until].cls != SH_SW_END; until++)
			;
		if (until == i)
			continue;
		k.turn = g->t[i].turn;
		if (in->turns[k.turn].user)
			talk_user(&k, i, until);
		else
			talk_agent(&k, i, until);
	}
	if (k.refused) {
		ret->status = SH_SPOKEN_REFUSED;
		ret->confidence = 95;
		sh_spoken_rule(ret, "T9");
		return true;
	}
	talk_finish(&k, ret_slots);
	if (!talk_has_time(ret_slots)) {
		ret->status = k.user_calls || k.declined || (k.machine && !k.wish) || (k.uninterested && !k.vague) || !(k.wish || answer) ? SH_SPOKEN_NONE :
			SH_SPOKEN_NO_TIME;
		if (k.machine)
			sh_spoken_rule(ret, "T12");
		if (ret->status == SH_SPOKEN_NO_TIME) {
			ret->reason = "vague";
			sh_spoken_rule(ret, "T14");
		}
		return true;
	}
	sh_spoken_where(in, ret_slots->has & SH_SLOT_ZONE ? &ret_slots->zone : NULL, sh_spoken_zone_variable(in, &variable) ? &variable : NULL, &where);
	{
		int64_t from = ret->turn < in->nturns && in->turns[ret->turn].ended_ms ? in->turns[ret->turn].ended_ms :
			in->ended_ms ? in->ended_ms : in->now_ms;

		sh_spoken_resolve(in, ret_slots, &where, from, ret);
	}
	talk_confidence(&k, ret);
	if (ret->confidence > 100)
		ret->confidence = 100;
	if (ret->confidence < 0)
		ret->confidence = 0;
	return true;
}
