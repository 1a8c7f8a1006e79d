/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* What the user says: his own times, answers, assent, rejection (T4 to T7, T9 to T14). */
#include <string.h>

#include "gateway/policy/spoken_state.h"

/* Does a part of a time ("the Friday one") fit an offer? */
static bool
user_fits(const struct sh_spoken_slots *part, const struct sh_spoken_slots *offer)
{
	if ((part->has & offer->has & SH_SLOT_DAY) && memcmp(&part->day, &offer->day, sizeof(part->day)) != 0 &&
	    !(part->day.kind == SH_DAY_WEEKDAY && part->day.weekday == offer->day.weekday && offer->day.kind != SH_DAY_OFFSET))
		return false;
	if ((part->has & offer->has & SH_SLOT_CLOCK) &&
	    (part->clock.hour % 12 != offer->clock.hour % 12 || part->clock.minute != offer->clock.minute))
		return false;
	if ((part->has & offer->has & SH_SLOT_DAYPART) && part->daypart != offer->daypart)
		return false;
	return (part->has & offer->has & (SH_SLOT_DAY | SH_SLOT_CLOCK | SH_SLOT_DAYPART)) != 0;
}

static bool
user_same_day(const struct sh_spoken_slots *a, const struct sh_spoken_slots *b)
{
	if (!(a->has & b->has & SH_SLOT_DAY))
		return false;
	if (a->day.kind == SH_DAY_WEEKDAY && b->day.weekday == a->day.weekday && b->day.kind != SH_DAY_OFFSET &&
	    b->day.kind != SH_DAY_STEP)
		return true;
	return memcmp(&a->day, &b->day, sizeof(a->day)) == 0;
}

/* Takes out of s what was rejected; the whole if nothing was named. */
void
sh_talk_drop(struct sh_spoken_slots *s, const struct sh_talk_reading *r)
{
	const struct sh_spoken_slots *x = &r->rejected;

	if (r->drops_clock && !sh_talk_has_time(x)) {
		s->has &= ~(SH_SLOT_CLOCK | SH_SLOT_DURATION);
		s->bound = SH_BOUND_NONE;
		return;
	}
	if (!sh_talk_has_time(x)) {
		memset(s, 0, sizeof(*s));
		return;
	}
	if (user_same_day(x, s))
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
user_offer(const struct sh_talk *k, const struct sh_spoken_slots *reply)
{
	for (uint32_t i = 0; i < k->noffers; i++)
		if (user_fits(reply, &k->offers[i]))
			return &k->offers[i];
	return k->noffers > 0 ? &k->offers[0] : NULL;
}

void
sh_talk_settle(struct sh_talk *k, const struct sh_spoken_slots *s, const struct sh_talk_span *span, bool assented)
{
	k->now = *s;
	k->span = *span;
	k->said = !assented;
	k->assented = assented;
	k->confirmed = k->differs = false;
	k->agreed = assented;
	k->user_calls = false;
	k->wish = k->context = true;
}

/* "Seven this evening or tomorrow morning?" — "tomorrow morning": the hour of the question holds, if that part of the day has it. */
static bool
user_asked_which(const struct sh_spoken_slots *offer, const struct sh_spoken_slots *said)
{
	int hour = offer ? offer->clock.hour : 0;

	if (!offer || !(offer->has & SH_SLOT_CLOCK) || offer->clock.half != SH_HALF_UNSAID)
		return false;
	switch (said->daypart) {
	case SH_DAYPART_MORNING:
		return hour >= 6 && hour <= 11;
	case SH_DAYPART_AFTERNOON:
		return hour <= 5 || hour == 12;
	case SH_DAYPART_EVENING:
	case SH_DAYPART_NIGHT:
		return hour >= 5 && hour <= 10;
	default:
		return false;
	}
}

static void
user_said(struct sh_talk *k, struct sh_talk_reading *r)
{
	struct sh_spoken_slots base = k->now, said = r->offers[0];
	const struct sh_spoken_slots *offer = user_offer(k, &said);
	uint32_t had = k->now.has & SH_SLOTS_TIME;
	bool daypart = (said.has & SH_SLOT_DAYPART) != 0;

	if (r->corrections > 0 && r->noffers > 1) /* "Thursday or Friday. No, Monday" */
		said = r->offers[r->noffers - 1];
	if (offer) {
		struct sh_spoken_slots lent = *offer;

		if (r->rejects)
			sh_talk_drop(&lent, r);
		if (r->no || r->rejects || (said.has & SH_SLOT_DAY))
			lent.has &= ~(r->drops_clock ? 0 : said.has & SH_SLOT_CLOCK ? SH_SLOT_DAYPART : 0);
		if (lent.has & SH_SLOTS_TIME && !(lent.has & (SH_SLOT_DURATION | SH_SLOT_NOW)))
			sh_spoken_merge(&base, &lent);
	}
	if (sh_talk_has_time(&k->lent))
		sh_spoken_merge(&base, &k->lent);
	if (r->rejects && !offer)
		sh_talk_drop(&base, r);
	/* A part of the day that was said with its hour stays with it when the day alone changes. */
	if (said.has & SH_SLOT_CLOCK)
		base.daypart_before = (base.has & SH_SLOT_DAYPART) && !daypart;
	if ((said.has & SH_SLOT_DAYPART) && !(said.has & SH_SLOT_CLOCK) && (base.has & SH_SLOT_CLOCK) &&
	    (base.clock.half != SH_HALF_UNSAID || ((said.has & SH_SLOT_DAY) && !user_asked_which(offer, &said))))
		base.has &= ~SH_SLOT_CLOCK, base.bound = SH_BOUND_NONE;
	if ((said.has & SH_SLOT_CLOCK) && (said.has & SH_SLOT_DAY) && !daypart && base.daypart_before && (had & SH_SLOT_CLOCK))
		base.has &= ~SH_SLOT_DAYPART;
	sh_spoken_merge(&base, &said);
	if ((said.has & SH_SLOT_SAME) && !(base.has & SH_SLOT_CLOCK) && k->has_clock) {
		base.has = (base.has | SH_SLOT_CLOCK) & ~SH_SLOT_SAME;
		base.clock = k->last_clock;
	}
	if (said.has & SH_SLOT_CLOCK)
		k->last_clock = said.clock, k->has_clock = true;
	if (daypart)
		base.daypart_before = false;
	k->corrections += r->corrections;
	if (had && r->corrections == 0 && (had & said.has & (SH_SLOT_DAY | SH_SLOT_CLOCK))) {
		struct sh_talk_result was = sh_talk_resolved(k, &k->now), is = sh_talk_resolved(k, &base);

		k->corrections += was.timed && was.instant_ms != is.instant_ms;
	}
	if (had)
		sh_spoken_rule(k->ret, "T4");
	if (sh_talk_has_time(&k->lent) || k->asked_when)
		sh_spoken_rule(k->ret, "T5");
	sh_talk_settle(k, &base, &r->span, false);
}

static void
user_assents(struct sh_talk *k, int pick)
{
	uint32_t i = pick > 0 ? (uint32_t)pick - 1 : pick == -2 ? k->noffers - 1 : 0;
	struct sh_spoken_slots both = k->now;

	if (i >= k->noffers)
		i = k->noffers - 1;
	if (!(k->offers[i].has & SH_SLOTS_TIME))
		return;
	if ((k->offers[i].has & SH_SLOT_CLOCK) && (k->offers[i].has & SH_SLOT_DAY) && !k->confirmed)
		both.has &= ~SH_SLOT_DAYPART;
	sh_spoken_merge(&both, &k->offers[i]);
	sh_spoken_rule(k->ret, pick != 0 ? "T6" : "T7");
	k->picked_any = pick == -1;
	if (k->said && sh_talk_has_time(&k->now)) {
		struct sh_talk_result was = sh_talk_resolved(k, &k->now), is = sh_talk_resolved(k, &both);

		if (was.instant_ms == is.instant_ms) {
			k->confirmed = k->agreed = true;
			return;
		}
	}
	sh_talk_settle(k, &both, &k->offer_span, true);
}

/* The offer in this zone: "ten Eastern or ten Pacific?" */
static uint32_t
user_same_zone(const struct sh_talk *k, const struct sh_spoken_slots *s)
{
	for (uint32_t i = 0; i < k->noffers; i++)
		if ((k->offers[i].has & SH_SLOT_ZONE) && k->offers[i].zone.zone == s->zone.zone)
			return i;
	return 0;
}

/* After what was agreed and repeated: is it of other things that he talks now? "Can I drive it on Friday?", "I have to be out by two". */
static bool
user_moves_on(const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c)
{
	const uint64_t small = SH_CUE_BIT(WANT) | SH_CUE_BIT(SMALL) | SH_CUE_BIT(IDIOM) | SH_CUE_BIT(EVENT_VERB),
		       moves = SH_CUE_BIT(CORRECTION) | SH_CUE_BIT(WORKS) | SH_CUE_BIT(AVAILABLE) | SH_CUE_BIT(ASSENT) |
			       SH_CUE_BIT(REJECTION) | SH_CUE_BIT(CANT) | SH_CUE_BIT(NO) | SH_CUE_BIT(TOO_EARLY) |
			       SH_CUE_BIT(TOO_LATE) | SH_CUE_BIT(BUSY);

	if (c->words >= 2 && !(c->cues & ~small))
		return true; /* "tell him I want to see it at three" */
	if (c->cues & moves)
		return false;
	for (uint32_t i = c->from + 1; i < c->until; i++)
		if (g->t[i].cls == SH_SW_BE && (g->t[i - 1].cls == SH_SW_WORD || g->t[i - 1].cls == SH_SW_EVENT))
			return true; /* "and Jake's is Thursday" */
	return (c->asks && c->words >= 1) || ((c->first_person || c->other_person) && !(c->cues & SH_CUE_BIT(OFFER)));
}

/* "She wakes at half three, any time after": of what he has just named. */
static bool
user_says_after(const struct sh_talk *k, const struct sh_spoken_clause *c)
{
	if (k->anchor_turn != k->turn || !k->anchor_event || !(k->anchor.has & SH_SLOT_CLOCK))
		return false;
	for (uint32_t i = c->from; i < c->until; i++) {
		const struct sh_spoken_token *t = &k->g->t[i];

		if ((t->cls == SH_SW_AFTER_THAT || t->cls == SH_SW_NOT_BEFORE) &&
		    (sh_str_is(t->text, "any") || sh_str_is(t->text, "anytime")))
			return !(c->cues & (SH_CUE_BIT(EVENT) | SH_CUE_BIT(EVENT_VERB)));
	}
	return false;
}

/* Which of a user's times count: those about a callback, which is being talked about. */
static bool
user_counts(const struct sh_talk *k, const struct sh_spoken_clause *c)
{
	const uint64_t moves =
	    SH_CUE_BIT(CORRECTION) | SH_CUE_BIT(WORKS) | SH_CUE_BIT(AVAILABLE) | SH_CUE_BIT(CANT) | SH_CUE_BIT(REJECTION);

	if (k->answer || c->call || (c->better && !k->event_topic) || (c->weak_call && !(c->cues & SH_CUE_BIT(EVENT))))
		return true;
	if (k->about_event || k->event_topic)
		return false;
	if (user_says_after(k, c))
		return true;
	if (k->besides && sh_talk_has_time(&k->now) && !c->asks &&
	    !(c->cues & (moves & ~SH_CUE_BIT(WORKS) & ~SH_CUE_BIT(AVAILABLE))) && !(c->cues & SH_CUE_BIT(OFFER)))
		return false; /* "your new card comes on Monday" — "oh, Monday's good" */
	if (k->confirmed && !k->asked_when && !k->asked_what_time && user_moves_on(k->g, c))
		return false;
	if (sh_talk_has_time(&k->now) && c->other_person && !(c->cues & moves) && !k->asked && k->noffers == 0)
		return false; /* "he'll be in on Thursday" */
	if (k->off_topic && sh_talk_has_time(&k->now) && !(c->cues & SH_CUE_BIT(CORRECTION)))
		return false; /* what was agreed stays */
	return k->context || (k->noffers > 0 && k->fresh);
}

static enum sh_spoken_kind
user_kind(struct sh_talk *k, const struct sh_talk_reading *r, const struct sh_spoken_clause *c, enum sh_spoken_kind last)
{
	enum sh_spoken_kind kind = sh_spoken_kind(k->g, c, true);
	bool placed = false;
	const uint64_t talk = c->cues & ~(SH_CUE_BIT(IDIOM) | SH_CUE_BIT(SMALL) | SH_CUE_BIT(REMOVE));

	for (uint32_t i = c->from; i < c->until; i++)
		placed |= sh_talk_place(k, i, c->from);
	if (kind == SH_KIND_TIME && talk == 0 && !c->call && (r->rejects || (r->no && !r->yes)) &&
	    (k->g->t[c->from].cls == SH_SW_THAT || k->g->t[c->from].cls == SH_SW_IT) && c->before == SH_SW_COMMA)
		return SH_KIND_EVENT; /* "no way, that's tea time" */
	if (placed && kind == SH_KIND_TIME && !c->call && !c->weak_call && !(c->cues & SH_CUE_BIT(AVAILABLE)))
		return SH_KIND_EVENT; /* "I'm in Denver this week" */
	if (kind == SH_KIND_TIME && last == SH_KIND_EVENT && c->before == SH_SW_COMMA && talk == 0 && !k->answer &&
	    k->anchor_turn == k->turn && k->anchor_event && k->g->t[c->from].cls != SH_SW_NOT_BEFORE)
		return SH_KIND_EVENT;
	if (kind == SH_KIND_EVENT && (c->cues & SH_CUE_BIT(HABIT)) && (c->cues & (SH_CUE_BIT(WORKS) | SH_CUE_BIT(YES))) &&
	    (k->asked_when || k->answer))
		return SH_KIND_TIME;
	if (kind == SH_KIND_EVENT && (c->cues & (SH_CUE_BIT(WHEN) | SH_CUE_BIT(WHAT_TIME) | SH_CUE_BIT(HOURS))) && c->asks &&
	    !(c->past && !(c->cues & (SH_CUE_BIT(EVENT) | SH_CUE_BIT(EVENT_VERB)))))
		k->event_topic = true; /* "what time do you shut?", "what are your hours?" */
	if (kind == SH_KIND_EVENT && (c->cues & SH_CUE_BIT(HABIT)) && !c->first_person && !c->past && k->noffers > 0 &&
	    !(c->cues & (SH_CUE_BIT(EVENT) | SH_CUE_BIT(EVENT_VERB))))
		return SH_KIND_TIME; /* "four o'clock's usually quiet" */
	if (kind == SH_KIND_TIME && sh_spoken_has_duty(k->g, c))
		return SH_KIND_EVENT;
	if (kind == SH_KIND_TIME && sh_spoken_is_doing(k->g, c))
		return k->noffers > 0 ? SH_KIND_REJECT : SH_KIND_EVENT;
	if (kind == SH_KIND_TIME && !user_counts(k, c))
		return SH_KIND_EVENT;
	if (kind == SH_KIND_NOT_UNTIL && !user_counts(k, c) && (!k->asked || c->other_person))
		return SH_KIND_EVENT;
	return kind;
}

/* "That's when I pick up the kids": the hour will not do, the day may. */
static bool
user_says_when(const struct sh_talk *k, const struct sh_spoken_clause *c)
{
	const struct sh_spoken_token *t = &k->g->t[c->from];

	return t[0].cls == SH_SW_THAT && t[1].cls == SH_SW_WHEN && sh_str_is(t[1].text, "when") && !c->call && !c->asks;
}

/* Reads the clauses of a turn. False: it is a machine's, or a refusal, and there is no more to read. */
static bool
user_reads(struct sh_talk *k, uint32_t from, uint32_t until, struct sh_talk_reading *r)
{
	enum sh_spoken_kind kind = SH_KIND_SKIP;
	struct sh_spoken_clause c;
	uint32_t after;

	for (uint32_t i = from; i < until; i = c.until) {
		enum sh_spoken_refusal refusal;

		sh_spoken_clause(k->g, i, until, &c);
		if ((c.cues & SH_CUE_BIT(MACHINE)) && !(c.cues & SH_CUE_BIT(DONT))) { /* but "don't leave a message" */
			k->machine = true;
			return false;
		}
		after = c.from;
		refusal = sh_spoken_refusal(&k->in->place, k->g, &c, from, until, &after);
		if (refusal == SH_REFUSAL) {
			k->refused = true;
			return false;
		}
		sh_talk_note_cues(k, r, &c, true);
		if (refusal == SH_REFUSAL_CONSTRAINT) {
			kind = SH_KIND_FORBID;
			r->wish = k->context = true;
			sh_talk_clause(k, r, &c, kind, true, after < c.until ? after : c.until);
			continue;
		}
		kind = user_kind(k, r, &c, kind);
		if (kind == SH_KIND_USER_CALLS) {
			sh_spoken_rule(k->ret, "T10");
			r->user_calls = true;
			r->wish = false;
			r->noffers = 0;
			memset(r->offers, 0, sizeof(r->offers));
			continue;
		}
		if (r->user_calls && !c.call && !c.weak_call)
			continue;
		if (kind == SH_KIND_EVENT && k->noffers > 0 && user_says_when(k, &c))
			r->rejects = r->drops_clock = true;
		if (kind == SH_KIND_REJECT)
			r->rejects = true;
		if (kind == SH_KIND_TIME && c.call && r->user_calls)
			r->user_calls = false;
		sh_talk_clause(k, r, &c, kind, true, c.from);
	}
	return true;
}

/* Is another call wanted? */
static void
user_wishes(struct sh_talk *k, struct sh_talk_reading *r)
{
	k->any = true;
	if (r->wish || r->noffers > 0)
		k->declined = false;
	else if (r->no || (r->cues & SH_CUE_BIT(NO_NEED)))
		k->declined = (r->cues & SH_CUE_BIT(NO_NEED)) || (k->answer && !r->rejects);
	k->vague |= r->vague;
	if (k->asked_else && !r->call)
		r->wish = r->vague = false; /* "anything else?" — "not right now" */
	if (r->wish || (k->offered_call && r->yes && !r->no))
		k->wish = true, k->context = true;
	if ((k->asked_when && !r->no && !k->declined) ||
	    (k->asked_now && r->no && !(r->cues & SH_CUE_BIT(NOT_INTERESTED)) && r->noffers == 0))
		k->wish = true;
	if (k->declined && (r->cues & SH_CUE_BIT(NO_NEED)))
		k->wish = false;
}

static void
user_rejects(struct sh_talk *k, const struct sh_talk_reading *r)
{
	if (k->noffers > 0)
		sh_spoken_rule(k->ret, "T7");
	if (sh_talk_has_time(&k->now) && (sh_talk_has_time(&r->rejected) || k->assented))
		sh_talk_drop(&k->now, r);
	for (uint32_t i = 0; i < k->noffers; i++)
		sh_talk_drop(&k->offers[i], r);
	k->wish |= k->noffers > 0 && r->rejects;
	k->rest = k->noffers > 0 ? k->offers[0] : k->rest;
	if (r->rejected.has & SH_SLOT_DAY)
		k->rejected_day = r->rejected.day;
	k->noffers = 0;
}

/* At what time: his own, one of the agent's, or none of them. */
static void
user_settles(struct sh_talk *k, struct sh_talk_reading *r)
{
	if (r->noffers > 0 && sh_talk_has_time(&r->offers[0])) {
		user_said(k, r);
	} else if (r->noffers > 0 && (r->offers[0].has & SH_SLOT_ZONE) && k->noffers > 0 && !r->asks) {
		uint32_t i = user_same_zone(k, &r->offers[0]);

		user_assents(k, (int)i + 1);
		sh_spoken_merge(&k->now, &r->offers[0]);
	} else if (r->noffers > 0 && (r->offers[0].has & SH_SLOT_ZONE) && sh_talk_has_time(&k->now)) {
		sh_spoken_merge(&k->now, &r->offers[0]);
	} else if (r->pick != 0 && k->noffers > 0 && !(r->pick == -1 && (r->no || r->rejects))) {
		user_assents(k, r->pick);
	} else if (k->off_topic && sh_talk_has_time(&k->now) && !r->call && !(r->cues & SH_CUE_BIT(CORRECTION))) {
		; /* no answer to an offer */
	} else if (k->asked_now && k->agreed && !k->fresh && (r->cues & SH_CUE_BIT(BAD_TIME)) &&
		   !(r->cues & SH_CUE_BIT(REJECTION))) {
		; /* no time for a survey now */
	} else if (r->rejects ||
		   ((r->no || (r->cues & SH_CUE_BIT(CANT))) && !k->asked_else && (k->fresh || !sh_talk_has_time(&k->now)))) {
		user_rejects(k, r);
	} else if (r->yes && k->noffers > 0 && k->fresh && !(r->cues & (SH_CUE_BIT(NO_NEED) | SH_CUE_BIT(NOT_INTERESTED)))) {
		user_assents(k, 0);
	}
}

/* "Tickety-boo.": neither a yes that is known, nor a no, nor a question; what the agent makes of it will tell. */
static bool
user_is_unclear(const struct sh_talk *k, const struct sh_talk_reading *r, uint32_t from, uint32_t until)
{
	return k->noffers == 1 && k->fresh && r->words > 0 && until - from <= 7 && (r->cues & ~SH_CUE_BIT(IDIOM)) == 0 &&
	       r->noffers == 0 && !r->asks && !r->wish && !r->vague && !r->rejects && r->pick == 0;
}

void
sh_talk_user(struct sh_talk *k, uint32_t from, uint32_t until)
{
	struct sh_talk_reading r = { .span = { 1, 0 } };

	if (!user_reads(k, from, until, &r))
		return;
	sh_talk_complete_offers(&r);
	if (k->anchor_when && k->anchor_turn == k->turn && (k->anchor.has & SH_SLOT_DAY) && r.noffers == 1 &&
	    (r.offers[0].has & (SH_SLOT_DAY | SH_SLOT_CLOCK)) == SH_SLOT_CLOCK) {
		r.offers[0].has |= SH_SLOT_DAY;
		r.offers[0].day = k->anchor.day;
	}
	if (k->asked_never && r.yes && !r.no && !r.rejects && !r.call && r.noffers == 0) {
		k->refused = true;
		return;
	}
	k->asked_never = false;
	if (r.user_calls) {
		k->user_calls = true;
		memset(&k->now, 0, sizeof(k->now));
		k->said = k->assented = k->agreed = false;
		return;
	}
	k->unclear = user_is_unclear(k, &r, from, until);
	user_wishes(k, &r);
	user_settles(k, &r);
	k->asked_when = k->asked_what_time = k->asked = k->asked_now = k->asked_else = k->offered_call = k->about_event = false;
	k->fresh = false;
	if (sh_talk_has_time(&k->now) && (k->assented || r.noffers > 0) && !r.asks)
		k->noffers = 0;
}
