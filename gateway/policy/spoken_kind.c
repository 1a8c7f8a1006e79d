/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* What a clause is about, by its cue words: a callback, something else, a time that will not do. */
#include <string.h>

#include "gateway/policy/spoken_talk.h"

static bool
kind_has(const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c, enum sh_spoken_class cls)
{
	for (uint32_t i = c->from; i < c->until; i++)
		if (g->t[i].cls == cls)
			return true;
	return false;
}

/* "I bowl in the mornings": a verb that no table knows is about something else. */
static bool
kind_tells(const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c)
{
	static const char *const modest[] = { "can", "could", "would", "should", "might", "said", "take", "choose", "pick", "hope",
		"hoping", "suggest", "propose", "mean", "vote", "will", "shall", "was", "thinking", "gotta", "told", "asked",
		"say" };

	for (uint32_t i = c->from; i + 1 < c->until; i++) {
		const struct sh_spoken_token *t = &g->t[i];
		bool known = false;

		if ((t->cls != SH_SW_I && t->cls != SH_SW_WE && t->cls != SH_SW_HE) ||
		    (t[1].cls != SH_SW_WORD && t[1].cls != SH_SW_REMOVE) || sh_str_is(t->text, "i'd"))
			continue;
		if (t[1].text.n > 2 && (sh_str_is(t[1].text, "only") || memcmp(t[1].text.s + t[1].text.n - 2, "ly", 2) == 0) &&
		    t[2].cls != SH_SW_WORD)
			continue;
		for (size_t k = 0; k < SH_LENGTH(modest); k++)
			known |= sh_str_is(t[1].text, modest[k]) && t[2].cls != SH_SW_MY; /* "I take my pills at eight" */
		if (!known)
			return true;
	}
	return false;
}

/* "What time's the party?" is not about a call. */
static bool
kind_asks_elsewhere(const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c)
{
	for (uint32_t i = c->from; i + 2 < c->until; i++) {
		const struct sh_spoken_token *t = &g->t[i];
		uint32_t k = 1;

		if (t->cls != SH_SW_WHAT_TIME && t->cls != SH_SW_WHEN)
			continue;
		if (t[k].cls == SH_SW_BE || t[k].cls == SH_SW_OFFER || t[k].cls == SH_SW_WORKS || t[k].cls == SH_SW_PAST_TALK)
			k++; /* is, does, do, did */
		if ((t[k].cls == SH_SW_THE || t[k].cls == SH_SW_YOUR) && t[k + 1].cls == SH_SW_WORD && !c->call && !c->weak_call)
			return true;
	}
	return false;
}

/* A user who says "ring you" rings himself. */
static bool
kind_calls_you(const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c)
{
	for (uint32_t i = c->from; i + 1 < c->until; i++)
		if (g->t[i].cls == SH_SW_CALL && g->t[i + 1].cls == SH_SW_YOU && g->t[i + 1].value == 0)
			return true;
	return false;
}

/* "I'll get in touch", "we can phone you": who says so calls. */
static bool
kind_calls(const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c)
{
	static const char *const modal[] = { "will", "shall", "can", "could", "might", "may", "would", "should", "must", "gotta" };

	for (uint32_t i = c->from; i + 1 < c->until; i++) {
		const struct sh_spoken_token *t = &g->t[i];
		bool will = sh_str_is(t->text, "i'll") || sh_str_is(t->text, "we'll");

		if (t->cls != SH_SW_I && t->cls != SH_SW_WE)
			continue;
		for (size_t k = 0; k < SH_LENGTH(modal) && !will; k++)
			if ((t[1].cls == SH_SW_WORD || t[1].cls == SH_SW_OFFER) && sh_str_is(t[1].text, modal[k]))
				will = true, t++;
		if (will && t[1].cls == SH_SW_CALL && t[1].value == 0)
			return true;
	}
	return false;
}

/* "He's at my sister's tonight", "I'm in Tahoe on Monday". */
static bool
kind_is_elsewhere(const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c)
{
	const uint64_t good = SH_CUE_BIT(AVAILABLE) | SH_CUE_BIT(WORKS) | SH_CUE_BIT(CALL) | SH_CUE_BIT(OFFER) | SH_CUE_BIT(YES);
	const struct sh_spoken_token *t = &g->t[c->from];

	if (t->cls == SH_SW_BECAUSE || t->cls == SH_SW_AND || t->cls == SH_SW_BUT || t->cls == SH_SW_SO)
		t++;
	if (!(c->cues & good) && t->cls == SH_SW_IM && t[1].cls == SH_SW_DAYPART &&
	    (sh_str_is(t[1].text, "at") || sh_str_is(t[1].text, "on")))
		return true; /* "I'm at lunch from twelve" */
	if ((c->cues & good) || (t->cls != SH_SW_IM && t->cls != SH_SW_HE) ||
	    (t[1].cls != SH_SW_AT && t[1].cls != SH_SW_IN && !sh_str_is(t[1].text, "with")))
		return false;
	return t[2].cls == SH_SW_WORD ||
	       ((t[2].cls == SH_SW_MY || t[2].cls == SH_SW_THE || t[2].cls == SH_SW_A) && t[3].cls == SH_SW_WORD);
}

/* "I'm babysitting on Monday": he does something then. */
bool
sh_spoken_is_doing(const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c)
{
	static const char *const modest[] = { "thinking", "hoping", "wondering", "guessing", "aiming", "leaning", "looking",
		"saying", "suggesting", "asking", "proposing", "going", "calling", "expecting", "waiting", "having", "being",
		"happening" };
	const uint64_t good = SH_CUE_BIT(AVAILABLE) | SH_CUE_BIT(WORKS) | SH_CUE_BIT(CALL) | SH_CUE_BIT(OFFER) | SH_CUE_BIT(YES) |
			      SH_CUE_BIT(CORRECTION) | SH_CUE_BIT(ASSENT);

	if (c->cues & good)
		return false;
	for (uint32_t i = c->from; i + 2 < c->until; i++) {
		const struct sh_str w = g->t[i + 1].text;
		bool known = false;

		if (g->t[i].cls != SH_SW_IM || g->t[i + 1].cls != SH_SW_WORD || w.n < 5 || memcmp(w.s + w.n - 3, "ing", 3) != 0)
			continue;
		for (size_t k = 0; k < SH_LENGTH(modest) && !known; k++)
			known = sh_str_is(w, modest[k]);
		if (!known)
			return true;
	}
	return false;
}

bool
sh_spoken_has_duty(const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c)
{
	for (uint32_t i = c->from; i + 2 < c->until; i++) {
		const struct sh_spoken_token *t = &g->t[i];
		bool thing = false;

		if (t->cls != SH_SW_HAVE && !sh_str_is(t->text, "i've") && !sh_str_is(t->text, "we've"))
			continue;
		for (uint32_t j = i + 1; j + 1 < c->until && j < i + 7 && !sh_spoken_is_time_word(&g->t[j]); j++) {
			if (g->t[j].cls == SH_SW_TO && thing && g->t[j + 1].cls == SH_SW_WORD)
				return c->first_person && !c->call;
			thing |= g->t[j].cls == SH_SW_WORD || g->t[j].cls == SH_SW_EVENT || g->t[j].cls == SH_SW_COUNTED;
		}
	}
	return false;
}

/* "Sunday's for the Lord", "Thursdays are my bridge club", "Monday's a holiday": a day that is something else. */
static bool
kind_is_taken_day(const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c)
{
	const uint64_t good = SH_CUE_BIT(AVAILABLE) | SH_CUE_BIT(WORKS) | SH_CUE_BIT(YES) | SH_CUE_BIT(ASSENT) | SH_CUE_BIT(OFFER) |
			      SH_CUE_BIT(CORRECTION) | SH_CUE_BIT(PICK_FIRST) | SH_CUE_BIT(PICK_LAST) | SH_CUE_BIT(CALL);

	if ((c->cues & good) || c->any_time)
		return false;
	for (uint32_t i = c->from; i + 2 < c->until; i++) {
		const struct sh_spoken_token *t = &g->t[i], *next = t + 1;
		const struct sh_str *w = &t->text;

		if (!sh_spoken_is_day_word(t) && t->cls != SH_SW_UNIT && t->cls != SH_SW_WEEKEND)
			continue;
		if (next->cls == SH_SW_BE)
			next++;
		else if (w->n < 3 || w->s[w->n - 1] != 's' || w->s[w->n - 2] != '\'')
			continue;
		if (next->cls == SH_SW_FOR)
			next++;
		if (next->cls == SH_SW_A || next->cls == SH_SW_THE || next->cls == SH_SW_MY)
			return next[1].cls == SH_SW_WORD || next[1].cls == SH_SW_EVENT || next[1].cls == SH_SW_HOLIDAY;
		return next->cls == SH_SW_EVENT;
	}
	return false;
}

/* "Tomorrow neither", "nor Friday": but "neither, what about Monday?" */
static bool
kind_is_neither(const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c)
{
	for (uint32_t i = c->from; i < c->until; i++) {
		const struct sh_spoken_token *t = &g->t[i];
		bool nor = sh_str_is(t->text, "nor");

		if (t->cls != SH_SW_NO || (!nor && !sh_str_is(t->text, "neither")))
			continue;
		if (i > c->from || (nor ? !c->asks : sh_spoken_is_time_word(&t[1]) || t[1].cls == SH_SW_ON || t[1].cls == SH_SW_AT))
			return true;
	}
	return false;
}

enum sh_spoken_kind
sh_spoken_kind(const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c, bool user)
{
	const uint64_t events = SH_CUE_BIT(EVENT) | SH_CUE_BIT(EVENT_VERB) | SH_CUE_BIT(HOURS),
		       good = SH_CUE_BIT(AVAILABLE) | SH_CUE_BIT(WORKS);
	bool no = c->negated || (c->cues & (SH_CUE_BIT(BUSY) | SH_CUE_BIT(BAD_TIME) | SH_CUE_BIT(REJECTION)));
	bool until = kind_has(g, c, SH_SW_UNTIL) || kind_has(g, c, SH_SW_BEFORE) || kind_has(g, c, SH_SW_NOT_BEFORE) ||
		     (kind_has(g, c, SH_SW_BY) && c->negated);

	if (user && ((c->cues & SH_CUE_BIT(ILL_CALL)) || kind_calls_you(g, c) || (c->call && kind_calls(g, c))))
		return SH_KIND_USER_CALLS;
	if (c->cues & SH_CUE_BIT(NO_NEED))
		return SH_KIND_SKIP;
	if (user && (c->cues & SH_CUE_BIT(REMOVE)) && g->t[c->from].cls == SH_SW_REMOVE && g->t[c->from].value == 1)
		return SH_KIND_EVENT; /* "nobody calls me at six in the morning" */
	if (c->give && kind_has(g, c, SH_SW_UNIT))
		return SH_KIND_TIME;
	if (user && kind_is_elsewhere(g, c))
		return SH_KIND_EVENT;
	if (kind_is_taken_day(g, c) || (user && !c->call && kind_is_neither(g, c)))
		return user ? SH_KIND_REJECT : SH_KIND_EVENT;
	if (g->t[c->from].cls == SH_SW_BECAUSE && sh_str_is(g->t[c->from].text, "since") &&
	    sh_spoken_is_time_word(&g->t[c->from + 1]))
		return SH_KIND_EVENT; /* "I've been waiting since nine" */
	if (user && (c->cues & SH_CUE_BIT(BUSY)) && (c->cues & SH_CUE_BIT(AVAILABLE)) && !c->negated && !c->call)
		return SH_KIND_EVENT;
	if (user && (c->first_person || c->other_person || c->words >= 2) && kind_has(g, c, SH_SW_UNTIL) && !no && !c->call &&
	    !c->weak_call && !(c->cues & good) && !c->adjective)
		return SH_KIND_EVENT; /* "I'm at my mother's till six" */
	if ((c->past && !c->call && !c->weak_call) ||
	    ((c->cues & (SH_CUE_BIT(WHEN) | SH_CUE_BIT(WHAT_TIME))) && kind_asks_elsewhere(g, c)))
		return SH_KIND_EVENT;
	if (c->reported || (c->past && (c->cues & SH_CUE_BIT(CALLED))))
		return SH_KIND_EVENT;
	if ((c->cues & events) && !c->call && !(c->cues & SH_CUE_BIT(AVAILABLE)))
		return no && (c->cues & SH_CUE_BIT(REJECTION)) ? SH_KIND_REJECT : SH_KIND_EVENT;
	if (no && until && !c->call)
		return SH_KIND_NOT_UNTIL;
	if (user && (c->cues & (SH_CUE_BIT(TOO_EARLY) | SH_CUE_BIT(TOO_LATE))))
		return SH_KIND_REJECT;
	if (user && !((c->asks || (c->cues & SH_CUE_BIT(OFFER))) && (c->cues & SH_CUE_BIT(BAD_TIME))) &&
	    ((c->cues & (SH_CUE_BIT(REJECTION) | SH_CUE_BIT(BUSY) | SH_CUE_BIT(BAD_TIME))) || (c->cues & SH_CUE_BIT(CANT))))
		return SH_KIND_REJECT;
	if (user && c->negated && ((c->cues & good) || c->adjective) && !c->call)
		return SH_KIND_REJECT;
	if (user && !c->call && !c->weak_call && !(c->cues & good) && kind_tells(g, c))
		return SH_KIND_EVENT;
	if (!user && ((c->cues & SH_CUE_BIT(REJECTION)) || c->calling))
		return SH_KIND_EVENT;
	if (((c->cues & SH_CUE_BIT(HABIT)) || c->every) && !c->call && !c->weak_call)
		return SH_KIND_EVENT;
	return SH_KIND_TIME;
}
