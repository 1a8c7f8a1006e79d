/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* The cue words of a clause, noted for its whole turn. */
#include <string.h>

#include "gateway/policy/spoken_state.h"

/* "The second one" of three is not the last. */
static bool
cues_says_second(const struct sh_talk *k, const struct sh_spoken_clause *c)
{
	for (uint32_t i = c->from; i < c->until; i++) {
		const struct sh_spoken_token *t = &k->g->t[i];
		const char *s = k->in->turns[t->turn].text.s + t->at;

		if (t->cls == SH_SW_PICK_LAST)
			return memmem(s, t->length, "econd", 5) || memmem(s, t->length, "two", 3);
	}
	return false;
}

/* "Can we do it sooner?", "anything later?": another hour than what was offered. */
static bool
cues_asks_other_hour(const struct sh_talk *k, const struct sh_spoken_clause *c)
{
	for (uint32_t i = c->from; i < c->until && (k->noffers > 0 || k->assented); i++) {
		const struct sh_spoken_token *t = &k->g->t[i];

		if ((t->cls == SH_SW_EARLIER || t->cls == SH_SW_LATER) && t[1].cls != SH_SW_THAN &&
		    !(i > c->from && t[-1].cls == SH_SW_UNIT))
			return c->asks || (c->cues & SH_CUE_BIT(OFFER));
	}
	return false;
}

void
sh_talk_note_cues(struct sh_talk *k, struct sh_talk_reading *r, const struct sh_spoken_clause *c, bool user)
{
	const uint64_t wish = SH_CUE_BIT(VAGUE) | SH_CUE_BIT(BAD_TIME) | SH_CUE_BIT(WISH);

	r->cues |= c->cues;
	r->words += c->words;
	r->call |= c->call;
	r->weak_call |= c->weak_call;
	r->later |= c->later || (c->cues & SH_CUE_BIT(VAGUE));
	r->asks |= c->asks || (c->cues & (SH_CUE_BIT(OFFER) | SH_CUE_BIT(WHEN) | SH_CUE_BIT(WHAT_TIME)));
	r->yes |= (c->cues & (SH_CUE_BIT(YES) | SH_CUE_BIT(ASSENT))) != 0 || (c->please && !c->negated);
	r->no |= (c->cues & SH_CUE_BIT(NO)) != 0;
	if (!user)
		return;
	if (c->negated && (c->cues & SH_CUE_BIT(WHEN)))
		r->wish = true; /* "now is not a good time" */
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
	if (cues_asks_other_hour(k, c)) {
		r->rejects = r->drops_clock = true;
		r->yes = false;
	}
	if (c->cues & SH_CUE_BIT(TOO_EARLY) || c->cues & SH_CUE_BIT(TOO_LATE))
		r->rejects = r->drops_clock = true;
	if (c->cues & (SH_CUE_BIT(PICK_FIRST)))
		r->pick = 1;
	else if (c->cues & SH_CUE_BIT(PICK_ONE))
		r->pick = 2;
	else if ((c->cues & SH_CUE_BIT(PICK_LAST)) && k->noffers > 2 && cues_says_second(k, c))
		r->pick = 2;
	else if (c->cues & SH_CUE_BIT(PICK_LAST))
		r->pick = -2;
	else if (c->cues & SH_CUE_BIT(PICK_ANY))
		r->pick = -1;
}
