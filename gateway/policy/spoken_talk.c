/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The dialogue: what the user said, what the agent proposed, and what came of it. Slots go from turn to turn; the
 * resolver is asked on the way only whether two sets of slots mean the same.
 */
#include <string.h>

#include "gateway/policy/spoken_state.h"

bool
sh_talk_has_time(const struct sh_spoken_slots *s)
{
	return (s->has & SH_SLOTS_TIME) != 0;
}

/* ---- slots of two people, compared ---- */

struct sh_spoken
sh_talk_resolved(const struct sh_talk *k, const struct sh_spoken_slots *s)
{
	struct sh_spoken ret = { 0 };
	struct sh_spoken_where where;

	sh_spoken_where(k->in, s->has & SH_SLOT_ZONE ? &s->zone : NULL, NULL, &where);
	sh_spoken_resolve(k->in, s, &where, k->in->ended_ms ? k->in->ended_ms : k->in->now_ms, &ret);
	return ret;
}

static void
talk_finish(struct sh_talk *k, struct sh_spoken_slots *ret)
{
	struct sh_spoken *s = k->ret;
	const struct sh_spoken_token *a, *b;

	if (sh_talk_has_time(&k->not_until) && !(k->now.has & (SH_SLOT_DAY | SH_SLOT_DURATION | SH_SLOT_NOW)) &&
	    (!sh_talk_has_time(&k->now) || (k->not_until.has & SH_SLOT_DAY))) { /* "don't call before noon" */
		struct sh_spoken_slots from = k->not_until;

		if (sh_talk_has_time(&k->now))
			sh_spoken_merge(&from, &k->now);
		else
			k->bad = SH_BOUND_NONE;
		k->now = from;
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

/* Does the user speak a language that has no table yet? One word may be a name. */
static bool
talk_is_foreign(const struct sh_talk *k)
{
	uint32_t foreign = 0, known = 0;

	for (uint32_t i = 0; i < k->g->n; i++) {
		const struct sh_spoken_token *t = &k->g->t[i];

		if (t->turn >= k->in->nturns || !k->in->turns[t->turn].user)
			continue;
		foreign += t->cls == SH_SW_FOREIGN;
		known += t->cls > SH_SW_LABEL && t->cls != SH_SW_FOREIGN && t->cls != SH_SW_A && t->cls != SH_SW_ME &&
			 t->cls != SH_SW_NO;
	}
	return foreign >= 1 && foreign * 2 > known;
}

static void
talk_confidence(const struct sh_talk *k, struct sh_spoken *s)
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
sh_spoken_talk(struct sh_arena *arena, const struct sh_spoken_in *in, const struct sh_spoken_tokens *g, bool answer,
    struct sh_spoken *ret, struct sh_spoken_slots *ret_slots)
{
	struct sh_talk k = {
		.arena = arena, .in = in, .g = g, .ret = ret, .answer = answer, .span = { 1, 0 }, .offer_span = { 1, 0 }
	};
	struct sh_spoken_where where;
	struct sh_spoken_zone variable;

	memset(ret_slots, 0, sizeof(*ret_slots));
	k.context = true; /* nobody asked anything: what is said is the answer */
	for (size_t i = 0; i < in->nturns && !answer; i++)
		k.context &= in->turns[i].user;
	for (uint32_t i = 0, until; i < g->n && !k.refused; i = until + 1) {
		for (until = i; until < g->n && g->t[until].cls != SH_SW_END; until++)
			;
		if (until == i)
			continue;
		k.turn = g->t[i].turn;
		if (in->turns[k.turn].user)
			sh_talk_user(&k, i, until);
		else
			sh_talk_agent(&k, i, until);
	}
	if (k.refused) {
		ret->status = SH_SPOKEN_REFUSED;
		ret->confidence = 95;
		sh_spoken_rule(ret, "T9");
		return true;
	}
	talk_finish(&k, ret_slots);
	if (talk_is_foreign(&k)) {
		ret->status = SH_SPOKEN_NO_TIME;
		ret->reason = "foreign_language";
		memset(ret_slots, 0, sizeof(*ret_slots));
		return true;
	}
	if (!sh_talk_has_time(ret_slots)) {
		ret->status =
		    k.user_calls || k.declined || (k.machine && !k.wish) || (k.uninterested && !k.vague) || !(k.wish || answer)
			? SH_SPOKEN_NONE
			: SH_SPOKEN_NO_TIME;
		if (k.machine)
			sh_spoken_rule(ret, "T12");
		if (ret->status == SH_SPOKEN_NO_TIME) {
			ret->reason = "vague";
			sh_spoken_rule(ret, "T14");
		}
		return true;
	}
	sh_spoken_where(in, ret_slots->has & SH_SLOT_ZONE ? &ret_slots->zone : NULL,
	    sh_spoken_zone_variable(in, &variable) ? &variable : NULL, &where);
	{
		int64_t from = ret->turn < in->nturns && in->turns[ret->turn].ended_ms ? in->turns[ret->turn].ended_ms
			       : in->ended_ms                                          ? in->ended_ms
										       : in->now_ms;

		sh_spoken_resolve(in, ret_slots, &where, from, ret);
	}
	talk_confidence(&k, ret);
	if (ret->confidence > 100)
		ret->confidence = 100;
	if (ret->confidence < 0)
		ret->confidence = 0;
	return true;
}
