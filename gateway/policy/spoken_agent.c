/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* What the agent says: questions that lend slots, offers, closing lines (T1, T5, T8). */
#include <string.h>

#include "gateway/base/text.h"
#include "gateway/policy/spoken_state.h"

/* Is there a time in the clause? */
static bool
agent_names_time(const struct sh_talk *k, const struct sh_spoken_clause *c)
{
	struct sh_spoken_atom a;

	for (uint32_t i = c->from; i < c->until; i++)
		if (sh_spoken_atom(&k->in->place, k->g, i, NULL, &a) > 0 && !a.bare && sh_talk_has_time(&a.s))
			return true;
	return false;
}

/* "I'm afraid he's out today": the user's wish for today goes. */
static void
agent_cannot(struct sh_talk *k, const struct sh_spoken_clause *c)
{
	struct sh_talk_reading r = { .span = { 1, 0 } };

	sh_talk_clause(k, &r, c, SH_KIND_REJECT, false, c->from);
	k->bad = 0;
	k->bad_weekdays = 0;
	if (sh_talk_has_time(&r.rejected) && sh_talk_has_time(&k->now) && !k->agreed)
		sh_talk_drop(&k->now, &r);
}

/* What an agent proposes is said as a question, with a word of calling or offering, or as little but the time. */
static enum sh_spoken_kind
agent_kind(const struct sh_talk *k, const struct sh_spoken_clause *c, enum sh_spoken_kind last)
{
	const uint64_t offers =
	    SH_CUE_BIT(OFFER) | SH_CUE_BIT(WHEN) | SH_CUE_BIT(WHAT_TIME) | SH_CUE_BIT(AVAILABLE) | SH_CUE_BIT(WORKS);
	enum sh_spoken_kind kind = sh_spoken_kind(k->g, c, false);

	if (c->writes || (!c->call && !c->asks && (c->cues & SH_CUE_BIT(EVENT))))
		return SH_KIND_EVENT;
	if (!c->call && (c->cues & (SH_CUE_BIT(BUSY) | SH_CUE_BIT(REJECTION) | SH_CUE_BIT(CANT))) && !c->asks)
		return SH_KIND_REJECT;
	if (kind != SH_KIND_TIME)
		return kind;
	if ((c->cues & SH_CUE_BIT(AVAILABLE)) && !c->asks && !c->call && !c->weak_call && !c->first_person && !c->other_person &&
	    !c->have && !(c->cues & (SH_CUE_BIT(OFFER) | SH_CUE_BIT(WHEN) | SH_CUE_BIT(WHAT_TIME))) && c->words >= 1 && !k->context)
		return SH_KIND_EVENT; /* "parking is free from seven" */
	if ((c->cues & SH_CUE_BIT(ANYTHING_ELSE)) && !c->call)
		return SH_KIND_SKIP; /* "anything else today?" */
	if (k->g->t[c->from].cls == SH_SW_DAYPART && c->until - c->from <= 2 && !c->asks && !k->context)
		return SH_KIND_SKIP; /* "Morning, Pat." */
	if (c->thing && !c->call && !c->weak_call && !(c->have && c->first_person) &&
	    (c->asks || (c->cues & SH_CUE_BIT(OFFER)) ? !k->context : !(c->cues & offers)))
		return SH_KIND_EVENT; /* "the inventory's on Tuesday" */
	if (last == SH_KIND_EVENT && (c->before == SH_SW_COMMA || c->before == SH_SW_AND) && c->cues == 0)
		return SH_KIND_EVENT;
	if (c->call || c->weak_call || c->asks || c->have || c->adjective || (c->cues & offers) || c->words <= 1 ||
	    (k->context && c->words <= 2))
		return kind;
	return SH_KIND_SKIP;
}

/* The weekday of what was agreed is no other day. */
static bool
agent_same_weekday(const struct sh_talk_result *was, const struct sh_spoken_slots *offer)
{
	int64_t local;

	if (!was->timed || !(offer->has & SH_SLOT_DAY) || offer->day.kind != SH_DAY_WEEKDAY || offer->day.mode != SH_WEEKDAY_BARE ||
	    offer->day.plus_days != 0)
		return false;
	local = sh_zone_local(was->zone, was->instant_ms);
	return sh_time_weekday(local / SH_DAY_MS) == offer->day.weekday;
}

static bool
agent_same_time(const struct sh_talk_result *a, const struct sh_talk_result *b, bool about)
{
	int64_t apart = a->instant_ms > b->instant_ms ? a->instant_ms - b->instant_ms : b->instant_ms - a->instant_ms;

	return a->timed && b->timed && apart <= (about ? 15 * SH_MINUTE_MS : 0);
}

/* A question lends what it names, or offers it: "morning or afternoon?" */
static void
agent_asks(struct sh_talk *k, struct sh_talk_reading *r, const struct sh_spoken_clause *c)
{
	struct sh_talk_reading q = { .span = { 1, 0 } };

	r->asks_when = true;
	r->asks_what_time |= (c->cues & SH_CUE_BIT(WHAT_TIME)) != 0;
	k->event_topic = false;
	sh_talk_clause(k, &q, c, SH_KIND_TIME, false, c->from);
	if (q.noffers == 1) {
		r->lent = q.offers[0];
	} else if (q.noffers > 1) {
		memcpy(r->offers, q.offers, sizeof(r->offers));
		r->noffers = q.noffers;
		r->span = q.span;
	}
}

/* "You said": the callee's own words, which are asked about. */
static bool
agent_cites(const struct sh_talk *k, const struct sh_spoken_clause *c)
{
	for (uint32_t i = c->from; i < c->until; i++)
		if (k->g->t[i].cls == SH_SW_PAST_TALK && k->g->t[i].value == 1 && sh_str_is(k->g->t[i].text, "you"))
			return true;
	return false;
}

/* Will somebody come? In the agent's mouth "be there" is no phone call. */
static bool
agent_visits(const struct sh_talk *k, const struct sh_spoken_clause *c)
{
	for (uint32_t i = c->from; i < c->until; i++)
		if (k->g->t[i].cls == SH_SW_AVAILABLE && k->g->t[i].value == 1)
			return !c->asks && !c->call && !c->weak_call;
	return false;
}

/* "Is Thursday okay for a call with our adviser?" offers a call. */
static void
agent_note_arranged(const struct sh_talk *k, struct sh_talk_reading *r, struct sh_spoken_clause *c)
{
	for (uint32_t i = c->from; i < c->until && !c->past; i++)
		if (k->g->t[i].cls == SH_SW_EVENT && k->g->t[i].value == 1) {
			c->call = r->call = true;
			c->cues = (c->cues & ~SH_CUE_BIT(EVENT)) | SH_CUE_BIT(CALL);
		}
}

/* "Is this number okay?": for a call. */
static bool
agent_names_number(const struct sh_talk *k, const struct sh_spoken_clause *c)
{
	for (uint32_t i = c->from + 1; i < c->until; i++)
		if (k->g->t[i].cls == SH_SW_LABEL && sh_str_is(k->g->t[i].text, "number") && k->g->t[i - 1].cls == SH_SW_THIS)
			return true;
	return false;
}

/* "He'll call when he's on his way" asks nothing. */
static bool
agent_tells_when(const struct sh_talk *k, const struct sh_spoken_clause *c)
{
	const struct sh_spoken_token *t = k->g->t;

	for (uint32_t i = c->from + 1; i < c->until && !c->asks; i++)
		if (t[i].cls == SH_SW_WHEN && sh_str_is(t[i].text, "when"))
			return t[i - 1].cls == SH_SW_CALL && (t[i + 1].cls == SH_SW_HE || t[i + 1].cls == SH_SW_IT ||
								 t[i + 1].cls == SH_SW_YOUR || t[i + 1].cls == SH_SW_THE);
	return false;
}

/* "You're set until next June", "if you book by Friday you save ten percent" */
static bool
agent_tells_terms(const struct sh_talk *k, const struct sh_spoken_clause *c)
{
	const struct sh_spoken_token *t = &k->g->t[c->from];
	bool until = false;

	if (c->asks || c->call || c->weak_call || (c->cues & SH_CUE_BIT(OFFER)))
		return false;
	if (sh_talk_has_time(&k->now) && t->cls == SH_SW_IF && t[1].cls == SH_SW_YOU && t[2].cls == SH_SW_WORD)
		return true;
	for (uint32_t i = c->from; i < c->until; i++)
		until |= k->g->t[i].cls == SH_SW_UNTIL;
	return until && !k->context && c->words > 0;
}

/* One clause; what kind it is. */
static enum sh_spoken_kind
agent_clause(struct sh_talk *k, struct sh_talk_reading *r, struct sh_spoken_clause *c, enum sh_spoken_kind last, bool *events)
{
	const uint64_t asks = SH_CUE_BIT(WHEN) | SH_CUE_BIT(WHAT_TIME);
	enum sh_spoken_kind kind;

	if (agent_tells_when(k, c))
		c->cues &= ~SH_CUE_BIT(WHEN);
	sh_talk_note_cues(k, r, c, false);
	if (c->when || (c->asks && c->later))
		c->cues |= SH_CUE_BIT(WHEN); /* "would later be better?" */
	if (c->asks && c->now && !(c->cues & SH_CUE_BIT(HOURS)) && !c->call)
		r->cues |= SH_CUE_BIT(ASKS_NOW);
	if (c->asks && c->reported && agent_cites(k, c))
		c->reported = c->past = false; /* "you said four today?" */
	agent_note_arranged(k, r, c);
	if (c->cues & SH_CUE_BIT(ILL_CALL)) {
		c->call = r->call = r->asks = !c->writes;
		r->cues |= c->offers ? SH_CUE_BIT(OFFER) : 0;
	}
	if (c->call || c->weak_call)
		k->event_topic = false;
	k->context |= (c->asks || k->g->t[c->from].cls == SH_SW_BE) && agent_names_number(k, c);
	if (c->weak_call && !c->asks && !c->first_person && !c->past && !c->negated)
		k->context = true; /* "the dentist would like to speak with you" */
	kind = agent_visits(k, c) || agent_tells_terms(k, c) || ((c->cues & SH_CUE_BIT(WHY)) && !c->call) ? SH_KIND_EVENT
													  : agent_kind(k, c, last);
	if (kind == SH_KIND_EVENT && c->asks && c->now && (r->cues & SH_CUE_BIT(ASKS_NOW)))
		kind = SH_KIND_SKIP; /* "would you have time for our survey now?" */
	switch (kind) {
	case SH_KIND_EVENT:
		r->about_event |= (c->cues & asks) != 0;
		if ((c->cues & (SH_CUE_BIT(EVENT) | SH_CUE_BIT(EVENT_VERB) | SH_CUE_BIT(HOURS) | SH_CUE_BIT(AVAILABLE)) ||
			(last == SH_KIND_EVENT && (r->cues & SH_CUE_BIT(EVENT)))) &&
		    !c->calling)
			*events |= agent_names_time(k, c);
		sh_talk_clause(k, r, c, kind, false, c->from); /* an anchor: "the day before" */
		break;
	case SH_KIND_REJECT:
		agent_cannot(k, c);
		break;
	case SH_KIND_TIME:
	case SH_KIND_NOT_UNTIL:
		if (c->cues & asks)
			agent_asks(k, r, c);
		else
			sh_talk_clause(k, r, c, SH_KIND_TIME, false, c->from);
		break;
	default:
		break;
	}
	return kind;
}

/* "You want us never to call again?", "I'll take you off our list": but not "don't you want us to call?", nor "I don't want to call". */
static bool
agent_offers_never(const struct sh_talk *k, const struct sh_spoken_clause *c, uint32_t from, uint32_t until)
{
	uint32_t after = c->from;

	for (uint32_t i = c->from; i < c->until; i++) {
		const struct sh_spoken_token *t = &k->g->t[i];

		if (t->cls == SH_SW_DONT &&
		    (i == c->from ? !sh_text_equal_nocase(t->text, SH_STR("never"))
				  : t[-1].cls == SH_SW_I || (t[-1].cls == SH_SW_WE && !sh_str_is(t[-1].text, "us"))))
			return false;
	}
	return sh_spoken_refusal(&k->in->place, k->g, c, from, until, &after) == SH_REFUSAL;
}

/* What was asked, for the turn that answers. */
static void
agent_note_questions(struct sh_talk *k, const struct sh_talk_reading *r)
{
	k->asked_when = r->asks_when;
	k->asked_what_time = r->asks_what_time;
	k->asked = r->asks;
	k->off_topic = !r->call && !r->weak_call && !r->asks_when && r->noffers == 0 && !(r->cues & SH_CUE_BIT(ASKS_NOW)) &&
		       (r->words >= 2 || (r->cues & (SH_CUE_BIT(EVENT) | SH_CUE_BIT(EVENT_VERB) | SH_CUE_BIT(HOURS))));
	k->asked_else = (r->cues & SH_CUE_BIT(ANYTHING_ELSE)) != 0;
	k->asked_now = (r->cues & SH_CUE_BIT(ASKS_NOW)) && !r->asks_when;
	k->about_event = r->about_event && !r->asks_when;
	k->offered_call = (r->call || (r->weak_call && r->later)) && r->asks;
	k->context |= k->asked_now || r->asks_when || (r->call && r->asks) || k->offered_call;
	k->lent = r->lent;
}

/* A line after the user has named a time: does it repeat it, or differ? false: it changes nothing. */
static bool
agent_closes(struct sh_talk *k, struct sh_talk_reading *r)
{
	struct sh_spoken_slots both = k->now, offer = r->offers[0];
	struct sh_talk_result was, with;

	/* "the sixteenth" — "Monday the sixteenth" */
	if ((k->now.has & offer.has & SH_SLOT_DAY) && k->now.day.kind == SH_DAY_DATE && offer.day.kind == SH_DAY_DATE &&
	    k->now.day.mday == offer.day.mday && k->now.day.month == 0 && offer.day.month == 0 && k->now.day.weekday < 0)
		k->now.day.weekday = both.day.weekday = offer.day.weekday;
	was = sh_talk_resolved(k, &k->now);
	if (agent_same_weekday(&was, &offer))
		offer.has &= ~SH_SLOT_DAY; /* "the 26th" — "that's a Friday" */
	sh_spoken_merge(&both, &offer);
	with = sh_talk_resolved(k, &both);
	if (agent_same_time(&was, &with, offer.about)) {
		if (!sh_talk_has_time(&offer) || offer.about)
			r->noffers = 0;
		else if (!(offer.has & SH_SLOT_DAY))
			r->offers[0].day = both.day; /* "Tuesday" may be that of next week */
		k->confirmed = k->agreed = true;
		k->differs = false;
	} else if (k->picked_any) {
		sh_talk_settle(k, &both, &r->span, true);
		k->picked_any = false;
	} else if (k->agreed) {
		return (r->cues & (SH_CUE_BIT(OFFER) | SH_CUE_BIT(CORRECTION))) || (r->asks && r->words == 0 && !k->asked_else);
	} else {
		k->differs = true;
		k->confirmed = false;
	}
	return true;
}

/* "Thursday at nine. And do you have any pets?": what is answered then is that. */
static bool
agent_asks_aside(const struct sh_spoken_clause *c, enum sh_spoken_kind kind)
{
	const uint64_t about = SH_CUE_BIT(WHEN) | SH_CUE_BIT(WHAT_TIME) | SH_CUE_BIT(WORKS) | SH_CUE_BIT(AVAILABLE) |
			       SH_CUE_BIT(YES) | SH_CUE_BIT(ASSENT) | SH_CUE_BIT(ASKS_NOW);

	return !c->call && !c->weak_call && !(c->cues & about) && c->words >= 2 && kind != SH_KIND_REJECT;
}

/* The agent repeats his offer as a thing settled: what the callee said to it was assent. */
static bool
agent_takes_assent(struct sh_talk *k, const struct sh_talk_reading *r)
{
	struct sh_spoken_slots both = k->offers[0];
	struct sh_talk_result was, is;

	if (r->noffers != 1 || r->asks || k->noffers != 1 || !sh_talk_has_time(&both))
		return false;
	sh_spoken_merge(&both, &r->offers[0]);
	was = sh_talk_resolved(k, &k->offers[0]);
	is = sh_talk_resolved(k, &both);
	return agent_same_time(&was, &is, false);
}

/* An offer without a day is of the day that was spoken of. */
static void
agent_completes(struct sh_talk *k, struct sh_talk_reading *r)
{
	if (r->offers[0].has & SH_SLOT_CLOCK)
		k->last_clock = r->offers[0].clock, k->has_clock = true;
	for (uint32_t i = 0; i < r->noffers; i++) {
		struct sh_spoken_slots *o = &r->offers[i];

		if ((k->rest.has & SH_SLOT_DAY) && !(k->now.has & SH_SLOT_DAY) &&
		    !(o->has & (SH_SLOT_DAY | SH_SLOT_DURATION | SH_SLOT_NOW))) {
			o->has |= SH_SLOT_DAY;
			o->day = k->rest.day;
		}
	}
}

/* "How are you today?" offers nothing. */
static bool
agent_greets(const struct sh_talk *k, const struct sh_talk_reading *r)
{
	return r->noffers == 1 && r->words > 0 && (r->offers[0].has & SH_SLOT_DAY) &&
	       !(r->offers[0].has & (SH_SLOT_CLOCK | SH_SLOT_DAYPART)) && r->offers[0].day.kind == SH_DAY_OFFSET &&
	       r->offers[0].day.n == 0 && !r->call && !r->weak_call && !k->context;
}

void
sh_talk_agent(struct sh_talk *k, uint32_t from, uint32_t until)
{
	struct sh_talk_reading r = { .span = { 1, 0 } };
	struct sh_spoken_clause c;
	enum sh_spoken_kind kind = SH_KIND_SKIP;
	bool events = false, aside = false, besides = false;

	k->asked_never = k->besides = false;
	for (uint32_t i = from; i < until; i = c.until) {
		sh_spoken_clause(k->g, i, until, &c);
		uint32_t offers = r.noffers;

		kind = agent_clause(k, &r, &c, kind, &events);
		/* "Wednesday at two. We also have a webinar": a no is to the webinar */
		besides = kind == SH_KIND_EVENT || kind == SH_KIND_SKIP ? besides || offers > 0
			  : r.noffers > offers                          ? false
									: besides;
		aside = c.asks ? agent_asks_aside(&c, kind) && r.noffers == offers : aside;
		if (agent_offers_never(k, &c, from, until))
			k->asked_never = true;
		else if ((c.asks || (kind == SH_KIND_TIME && (c.call || (c.cues & SH_CUE_BIT(OFFER))))) && c.until - c.from > 2)
			k->asked_never = false; /* something else was asked since */
	}
	k->event_topic |= (events || r.about_event) && !r.call && !r.asks_when && !k->wish;
	if (k->event_topic && !r.call && !sh_talk_has_time(&k->now))
		r.noffers = 0;
	if (agent_greets(k, &r))
		r.noffers = 0;
	sh_talk_complete_offers(&r);
	agent_note_questions(k, &r);
	k->off_topic |= aside && sh_talk_has_time(&k->now);
	if (k->unclear && agent_takes_assent(k, &r))
		sh_talk_settle(k, &k->offers[0], &k->offer_span, true);
	k->unclear = false;
	k->fresh = r.noffers > 0;
	if (r.noffers == 0)
		return;
	if (k->noffers > 0)
		k->rest = k->offers[0];
	agent_completes(k, &r);
	if (sh_talk_has_time(&k->now) && !agent_closes(k, &r)) {
		k->fresh = false; /* a no is not to that */
		return;
	}
	k->besides = k->confirmed && besides && k->anchor_turn == k->turn && sh_talk_has_time(&k->anchor);
	k->fresh &= !(k->confirmed && besides);
	memcpy(k->offers, r.offers, sizeof(k->offers));
	k->noffers = r.noffers;
	k->offer_span = r.span;
	k->context |= r.asks || r.call;
}
