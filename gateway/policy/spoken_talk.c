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

struct sh_talk_result
sh_talk_resolved(struct sh_talk *k, const struct sh_spoken_slots *s)
{
	struct sh_spoken ret = { 0 };
	struct sh_spoken_where where;

	/* What one turn has set is what the next one compares with. */
	if (k->resolved && memcmp(s, &k->resolved_of, sizeof(*s)) == 0)
		return k->result;
	sh_spoken_where(k->in, s->has & SH_SLOT_ZONE ? &s->zone : NULL, NULL, &where);
	sh_spoken_resolve(k->in, s, &where, k->in->ended_ms ? k->in->ended_ms : k->in->now_ms, &ret);
	memcpy(&k->resolved_of, s, sizeof(*s));
	k->resolved = true;
	k->result =
	    (struct sh_talk_result){ .timed = ret.status == SH_SPOKEN_TIME, .instant_ms = ret.instant_ms, .zone = ret.zone };
	return k->result;
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

	for (uint32_t i = 0; i < k->g->n && foreign == 0; i++)
		foreign += k->g->t[i].cls == SH_SW_FOREIGN;
	if (foreign == 0)
		return false;
	foreign = 0;
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

static void
talk_turns(struct sh_talk *k)
{
	const struct sh_spoken_tokens *g = k->g;

	k->context = true; /* nobody asked anything: what is said is the answer */
	for (size_t i = 0; i < k->in->nturns && !k->answer; i++)
		k->context &= k->in->turns[i].user;
	for (uint32_t i = 0, until; i < g->n && !k->refused; i = until + 1) {
		for (until = i; until < g->n && g->t[until].cls != SH_SW_END; until++)
			;
		if (until == i)
			continue;
		k->turn = g->t[i].turn;
		if (k->in->turns[k->turn].user)
			sh_talk_user(k, i, until);
		else
			sh_talk_agent(k, i, until);
	}
}

/* No time was said: was a call wanted? */
static void
talk_without_time(const struct sh_talk *k, struct sh_spoken *ret)
{
	bool wanted = (k->wish || k->answer) && !k->user_calls && !k->declined && !(k->machine && !k->wish) &&
		      !(k->uninterested && !k->vague);

	ret->status = wanted ? SH_SPOKEN_NO_TIME : SH_SPOKEN_NONE;
	if (k->machine)
		sh_spoken_rule(ret, "T12");
	if (wanted) {
		ret->reason = "vague";
		sh_spoken_rule(ret, "T14");
	}
}

static void
talk_resolve(const struct sh_talk *k, const struct sh_spoken_slots *s, struct sh_spoken *ret)
{
	const struct sh_spoken_in *in = k->in;
	int64_t from_ms = ret->turn < in->nturns ? in->turns[ret->turn].ended_ms : 0;
	struct sh_spoken_where where;
	struct sh_spoken_zone variable;

	if (from_ms == 0)
		from_ms = in->ended_ms ? in->ended_ms : in->now_ms;
	sh_spoken_where(
	    in, s->has & SH_SLOT_ZONE ? &s->zone : NULL, sh_spoken_zone_variable(in, &variable) ? &variable : NULL, &where);
	sh_spoken_resolve(in, s, &where, from_ms, ret);
	talk_confidence(k, ret);
	if (ret->confidence > 100)
		ret->confidence = 100;
	if (ret->confidence < 0)
		ret->confidence = 0;
}

void
sh_spoken_talk(struct sh_arena *arena, const struct sh_spoken_in *in, const struct sh_spoken_tokens *g, bool answer,
    struct sh_spoken *ret, struct sh_spoken_slots *ret_slots)
{
	struct sh_talk k = {
		.arena = arena, .in = in, .g = g, .ret = ret, .answer = answer, .span = { 1, 0 }, .offer_span = { 1, 0 }
	};

	memset(ret_slots, 0, sizeof(*ret_slots));
	talk_turns(&k);
	if (k.refused) {
		ret->status = SH_SPOKEN_REFUSED;
		ret->confidence = 95;
		sh_spoken_rule(ret, "T9");
		return;
	}
	talk_finish(&k, ret_slots);
	if (talk_is_foreign(&k)) {
		ret->status = SH_SPOKEN_NO_TIME;
		ret->reason = "foreign_language";
		memset(ret_slots, 0, sizeof(*ret_slots));
	} else if (!sh_talk_has_time(ret_slots)) {
		talk_without_time(&k, ret);
	} else {
		talk_resolve(&k, ret_slots, ret);
	}
}
