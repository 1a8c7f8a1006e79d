/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Clauses and their cue words: what is a time about? Refusals, which count before everything else (T9). */
#include <string.h>

#include "gateway/policy/spoken_talk.h"

/* ---- clauses ---- */

static bool
cue_is_time(const struct sh_spoken_token *t)
{
	switch (t->cls) {
	case SH_SW_NUMBER:
	case SH_SW_CLOCK:
	case SH_SW_DATE:
	case SH_SW_ORDINAL:
	case SH_SW_MERIDIEM:
	case SH_SW_OCLOCK:
	case SH_SW_TODAY:
	case SH_SW_DAY_OFFSET:
	case SH_SW_WEEKDAY:
	case SH_SW_WEEKDAYS:
	case SH_SW_MONTH:
	case SH_SW_UNIT:
	case SH_SW_NOON:
	case SH_SW_DAYPART:
	case SH_SW_TODAY_PART:
	case SH_SW_ISH:
	case SH_SW_TIME:
	case SH_SW_WEEKEND:
	case SH_SW_OR_LATER:
	case SH_SW_FROM_NOW:
	case SH_SW_MIDNIGHT:
	case SH_SW_NOW:
	case SH_SW_THEN:
	case SH_SW_AFTER_THAT:
	case SH_SW_LATER:
	case SH_SW_HOLIDAY:
		return true;
	default:
		return false;
	}
}

/* A word that ends a clause on its own: after it a new subject begins something new. */
static bool
cue_is_complete(const struct sh_spoken_token *t)
{
	switch (t->cls) {
	case SH_SW_ME:
	case SH_SW_BACK:
	case SH_SW_AGAIN:
	case SH_SW_YES:
	case SH_SW_NO:
	case SH_SW_PLEASE:
	case SH_SW_ASSENT:
	case SH_SW_VAGUE:
	case SH_SW_BUSY:
	case SH_SW_WORKS:
	case SH_SW_EVENT:
	case SH_SW_BAD_TIME:
	case SH_SW_AVAILABLE:
	case SH_SW_REJECTION:
	case SH_SW_IDIOM:
	case SH_SW_TOO_EARLY:
	case SH_SW_TOO_LATE:
	case SH_SW_CALL:
	case SH_SW_HERE:
		return true;
	default:
		return cue_is_time(t);
	}
}

/* Does a new subject stand at t: "I", "we're", or a phrase that begins with one? */
static bool
cue_is_subject(const struct sh_spoken_token *t)
{
	switch (t->cls) {
	case SH_SW_I:
	case SH_SW_IM:
	case SH_SW_WE:
	case SH_SW_HE:
	case SH_SW_ILL_CALL:
		return true;
	case SH_SW_BUSY:
	case SH_SW_AVAILABLE:
	case SH_SW_HOURS:
	case SH_SW_REJECTION:
	case SH_SW_PAST_TALK:
		return t->text.n > 0 && (t->text.s[0] == 'i' || t->text.s[0] == 'w' || t->text.s[0] == 'h') && t->text.n <= 5 &&
		       (sh_str_is(t->text, "i") || sh_str_is(t->text, "i'm") || sh_str_is(t->text, "we're") ||
			   sh_str_is(t->text, "we") || sh_str_is(t->text, "i'll") || sh_str_is(t->text, "he's") ||
			   sh_str_is(t->text, "i'd"));
	default:
		return false;
	}
}

/* Does a clause begin at token i, before whose clause `verb` and `event` have been seen? */
static bool
cue_splits(const struct sh_spoken_tokens *g, uint32_t i, uint32_t from, bool verb, bool event, bool answered)
{
	const struct sh_spoken_token *t = &g->t[i], *before = i > from ? t - 1 : t;

	if (i == from)
		return false;
	switch (t->cls) {
	case SH_SW_BUT:
	case SH_SW_SO:
		return true;
	case SH_SW_IF:
		return cue_is_time(before);
	case SH_SW_BECAUSE:
		return verb || cue_is_time(before);
	case SH_SW_AND:
		return cue_is_subject(t + 1) || t[1].cls == SH_SW_CALL || t[1].cls == SH_SW_DONT || t[1].cls == SH_SW_PLEASE ||
		       t[1].cls == SH_SW_YOU || t[1].cls == SH_SW_STOP_DOING || t[1].cls == SH_SW_REFUSAL;
	case SH_SW_CALL:
		return event && before->cls != SH_SW_A && before->cls != SH_SW_TO && before->cls != SH_SW_THE &&
		       before->cls != SH_SW_DONT && before->cls != SH_SW_CANT && before->cls != SH_SW_NOT &&
		       before->cls != SH_SW_FOR && before->cls != SH_SW_MY && before->cls != SH_SW_ON &&
		       before->cls != SH_SW_STOP_DOING && before->cls != SH_SW_EVER && before->cls != SH_SW_AND;
	case SH_SW_PLEASE:
	case SH_SW_CORRECTION:
	case SH_SW_GIVE:
	case SH_SW_YOU:
		return event && cue_is_time(before);
	case SH_SW_DONT:
	case SH_SW_REFUSAL:
	case SH_SW_STOP_DOING:
		return cue_is_complete(before) && verb;
	default:
		return (verb || answered) && cue_is_subject(t) && cue_is_complete(before);
	}
}

static bool
cue_is_clock(const struct sh_spoken_token *t)
{
	return t->cls == SH_SW_NUMBER || t->cls == SH_SW_CLOCK || t->cls == SH_SW_MERIDIEM || t->cls == SH_SW_NOON ||
	       t->cls == SH_SW_FROM_NOW || t->cls == SH_SW_HALF || t->cls == SH_SW_QUARTER;
}

static void
cue_note(struct sh_spoken_clause *c, const struct sh_spoken_token *t)
{
	if (t->cls == SH_SW_VAGUE && t->value == 1) {
		c->unsure = true;
		c->when |= sh_str_is(t->text, "when");
		return;
	}
	if (t->cls >= SH_SW_CALL)
		c->cues |= SH_CUE(t->cls);
	if (t->cls == SH_SW_NO && t->value == 1)
		c->cues &= ~SH_CUE_BIT(NO); /* "no, that's all" */
	if (t->cls == SH_SW_ILL_CALL) {
		c->writes |= t->value == 1;
		c->offers |= t->value == 2;
	}
	switch (t->cls) {
	case SH_SW_CALL:
		c->call |= t->value == 0;
		c->weak_call |= t->value == 1;
		c->calling |= t->value == 2;
		break;
	case SH_SW_CALLED:
	case SH_SW_PAST_TALK:
	case SH_SW_YESTERDAY:
	case SH_SW_WERE:
		c->past = true;
		c->reported |= t->cls == SH_SW_YESTERDAY || (t->cls == SH_SW_PAST_TALK && t->value == 1);
		break;
	case SH_SW_GIVE:
		c->give = true;
		break;
	case SH_SW_WORD:
		c->words++;
		break;
	case SH_SW_LATER:
		c->later = true;
		break;
	case SH_SW_LAST:
		if (t[1].cls == SH_SW_WEEKDAY && t[2].cls != SH_SW_OF && t[2].cls != SH_SW_IN)
			c->past = c->reported = true; /* "last Tuesday at ten" */
		break;
	case SH_SW_ANY_TIME:
		c->any_time = true;
		break;
	case SH_SW_WORKS:
		c->better |= t->value == 1;
		break;
	case SH_SW_THE:
	case SH_SW_YOUR:
		c->thing |= t[1].cls == SH_SW_WORD;
		break;
	case SH_SW_PLEASE:
		c->please = true;
		break;
	case SH_SW_I:
	case SH_SW_IM:
	case SH_SW_WE:
	case SH_SW_MY:
		c->first_person = true;
		break;
	case SH_SW_HE:
		c->other_person = true;
		break;
	case SH_SW_HAVE:
		c->have = true;
		break;
	case SH_SW_EVERY:
		c->every = true;
		break;
	case SH_SW_YES:
		c->adjective |= t->value == 1;
		break;
	case SH_SW_DONT:
	case SH_SW_CANT:
	case SH_SW_NOT:
		c->negated = true;
		break;
	case SH_SW_LABEL:
		if (t->value == 1)
			c->cues |= SH_CUE_BIT(EVENT);
		break;
	default:
		break;
	}
}

void
sh_spoken_clause(const struct sh_spoken_tokens *g, uint32_t i, uint32_t end, struct sh_spoken_clause *c)
{
	bool verb = false, event = false, conditional = false, clock = false, day = false, leading = false;
	enum sh_spoken_class before = i > 0 ? (enum sh_spoken_class)g->t[i - 1].cls : SH_SW_END;

	*c = (struct sh_spoken_clause){ .from = i, .before = before };
	if (i < end &&
	    (g->t[i].cls == SH_SW_SO || g->t[i].cls == SH_SW_BUT || g->t[i].cls == SH_SW_BECAUSE || g->t[i].cls == SH_SW_AND))
		c->before = (enum sh_spoken_class)g->t[i].cls;
	for (; i < end; i++) {
		const struct sh_spoken_token *t = &g->t[i];

		/* "half five i finish at five": what leads is the answer; "tomorrow i have a meeting" is not one */
		if (cue_splits(g, i, c->from, verb, event, (clock && day) || leading))
			break;
		leading |= i == c->from && cue_is_clock(t);
		leading |= t->cls == SH_SW_FROM_NOW;
		clock |= cue_is_clock(t);
		day |= sh_spoken_is_day_word(t);
		if (t->cls == SH_SW_STOP || t->cls == SH_SW_ASK || t->cls == SH_SW_COMMA) {
			c->asks = t->cls == SH_SW_ASK;
			i++;
			break;
		}
		if (t->cls == SH_SW_IF || sh_str_is(t->text, "rather") || sh_str_is(t->text, "i'd") ||
		    (t->cls == SH_SW_OFFER && sh_str_is(t->text, "would")))
			conditional = true;
		/* "I've got a two o'clock": a meeting */
		if (t->cls == SH_SW_A && c->have && t[1].cls == SH_SW_NUMBER && t[2].cls == SH_SW_OCLOCK)
			c->cues |= SH_CUE_BIT(EVENT);
		if (t->cls == SH_SW_CALLED && conditional) {
			c->call = true;
			c->cues |= SH_CUE_BIT(CALL);
			continue;
		}
		cue_note(c, t);
		verb |= t->cls >= SH_SW_CALL || t->cls == SH_SW_HAVE || t->cls == SH_SW_BE || t->cls == SH_SW_I ||
			t->cls == SH_SW_IM || t->cls == SH_SW_WE || t->cls == SH_SW_HE || t->cls == SH_SW_GIVE;
		event |= t->cls == SH_SW_EVENT || t->cls == SH_SW_BAD_TIME || t->cls == SH_SW_BUSY || t->cls == SH_SW_EVENT_VERB ||
			 t->cls == SH_SW_CALLED || t->cls == SH_SW_WERE || t->cls == SH_SW_HABIT || t->cls == SH_SW_AVAILABLE;
	}
	/* "I work until five" works not as "Thursday works" does */
	for (uint32_t j = c->from + 1; j < i; j++)
		if (g->t[j].cls == SH_SW_WORKS && g->t[j].text.n >= 4 && memcmp(g->t[j].text.s, "work", 4) == 0 &&
		    (g->t[j - 1].cls == SH_SW_I || g->t[j - 1].cls == SH_SW_WE || g->t[j - 1].cls == SH_SW_HE ||
			(g->t[j - 1].cls == SH_SW_OFFER && sh_str_is(g->t[j - 1].text, "do"))))
			c->cues = (c->cues & ~SH_CUE_BIT(WORKS)) | SH_CUE_BIT(EVENT_VERB);
	c->until = i;
	c->ends_turn = i >= end;
}

/* ---- refusals ---- */

/* Words that may stand between "don't" and "call". */
static bool
cue_may_stand_between(const struct sh_spoken_token *t)
{
	switch (t->cls) {
	case SH_SW_EVER:
	case SH_SW_YOU:
	case SH_SW_WANT:
	case SH_SW_TO:
	case SH_SW_BE:
	case SH_SW_ME:
	case SH_SW_PLEASE:
	case SH_SW_AGAIN:
	case SH_SW_A:
	case SH_SW_BACK:
	case SH_SW_THE:
	case SH_SW_ANY_TIME:
	case SH_SW_NOT:
	case SH_SW_DONT:
	case SH_SW_STOP_DOING:
	case SH_SW_FROM:
	case SH_SW_YOUR:
	case SH_SW_THIS:
	case SH_SW_GO:
		return true;
	default:
		return sh_str_is(t->text, "any") || sh_str_is(t->text, "dare") || sh_str_is(t->text, "getting") ||
		       sh_str_is(t->text, "get") || sh_str_is(t->text, "more") || sh_str_is(t->text, "receive") ||
		       sh_str_is(t->text, "keep") || sh_str_is(t->text, "phone") || sh_str_is(t->text, "being") ||
		       sh_str_is(t->text, "you") || sh_str_is(t->text, "guys") || sh_str_is(t->text, "these");
	}
}

static bool
cue_is_call(const struct sh_spoken_token *t)
{
	return t->cls == SH_SW_CALL || t->cls == SH_SW_CALLS || t->cls == SH_SW_CALLED || sh_str_is(t->text, "contacting") ||
	       sh_str_is(t->text, "bother") || sh_str_is(t->text, "bothering") || sh_str_is(t->text, "disturb") ||
	       sh_str_is(t->text, "harass") || sh_str_is(t->text, "text") || sh_str_is(t->text, "texting") ||
	       sh_str_is(t->text, "message") || sh_str_is(t->text, "messaging");
}

/* What follows "don't call": again or this number refuse for good; a time, a place or a person but restrict. */
static enum sh_spoken_refusal
cue_forbids(const struct sh_spoken_place *p, const struct sh_spoken_tokens *g, uint32_t i, uint32_t turn_until, bool stop,
    uint32_t *ret_after)
{
	struct sh_spoken_atom atom;
	bool forever = false;

	for (; i < turn_until; i++) {
		const struct sh_spoken_token *t = &g->t[i];

		if (t->cls == SH_SW_EVER) {
			forever = true;
			continue;
		}
		if (t->cls == SH_SW_ME && !forever && (t[1].cls == SH_SW_WORD || sh_str_is(t[1].text, "sir")) &&
		    !sh_str_is(t[1].text, "about") && !sh_str_is(t[1].text, "ever") && !sh_str_is(t[1].text, "unless") &&
		    !sh_str_is(t[1].text, "or") && !sh_str_is(t[1].text, "thank") && !sh_str_is(t[1].text, "thanks") &&
		    !sh_str_is(t[1].text, "with") && !sh_str_is(t[1].text, "text") && !sh_str_is(t[1].text, "email") &&
		    !sh_str_is(t[1].text, "any") && !sh_str_is(t[1].text, "anywhere") && !sh_str_is(t[1].text, "nobody") &&
		    !sh_str_is(t[1].text, "goodbye") && !sh_str_is(t[1].text, "bye") && !sh_str_is(t[1].text, "again") &&
		    !sh_str_is(t[1].text, "do") && !sh_str_is(t[1].text, "under"))
			return t[1].text.n > 0 ? SH_REFUSAL_NONE : SH_REFUSAL; /* "stop calling me Robert" */
		if (t->cls == SH_SW_ME || t->cls == SH_SW_BACK || t->cls == SH_SW_AGAIN || t->cls == SH_SW_PLEASE ||
		    t->cls == SH_SW_OVER || t->cls == SH_SW_CALL || t->cls == SH_SW_CALLS ||
		    (t->cls == SH_SW_AND && !forever && cue_is_call(t + 1)) || t->cls == SH_SW_TO)
			continue;
		break;
	}
	*ret_after = i;
	if (forever)
		return SH_REFUSAL;
	const struct sh_spoken_token *t = &g->t[i];
	if (t->cls == SH_SW_TOO_EARLY || t->cls == SH_SW_TOO_LATE || t->cls == SH_SW_TOO || t->cls == SH_SW_DURING ||
	    sh_str_is(t->text, "while") || t->cls == SH_SW_EARLY || t->cls == SH_SW_LATE || t->cls == SH_SW_WHEN ||
	    (t->cls == SH_SW_SO && (t[1].cls == SH_SW_EARLY || t[1].cls == SH_SW_LATE)) || t->cls == SH_SW_WEEKEND ||
	    t->cls == SH_SW_WEEKDAYS)
		return SH_REFUSAL_CONSTRAINT;
	if (t->cls == SH_SW_NOW || t->cls == SH_SW_BUSY || t->cls == SH_SW_HE || t->cls == SH_SW_OTHER_TIME ||
	    t->cls == SH_SW_UNTIL || sh_str_is(t->text, "unless"))
		return SH_REFUSAL_CONSTRAINT;
	if (t->cls == SH_SW_MY || t->cls == SH_SW_THE || (t->cls == SH_SW_AT && (t[1].cls == SH_SW_MY || t[1].cls == SH_SW_THE)) ||
	    (t->cls == SH_SW_ON && t[1].cls == SH_SW_MY)) {
		uint32_t k = t->cls == SH_SW_AT || t->cls == SH_SW_ON ? 2 : 1;

		/* "my number", "my phone", "this house" refuse; "my work number", "the office" restrict */
		for (uint32_t j = k; j < k + 4 && t[j].cls != SH_SW_END && t[j].cls != SH_SW_STOP; j++)
			if (t[j].cls == SH_SW_EVER || t[j].cls == SH_SW_AGAIN)
				return SH_REFUSAL;
		if (sh_spoken_atom(p, g, i, NULL, &atom) > 0 && !(atom.bare))
			return SH_REFUSAL_CONSTRAINT;
		return t[k].cls == SH_SW_LABEL || sh_str_is(t[k].text, "phone") || sh_str_is(t[k].text, "house") ||
			       sh_str_is(t[k].text, "home")
			   ? SH_REFUSAL
			   : SH_REFUSAL_CONSTRAINT;
	}
	if (t->cls == SH_SW_AT && (t[1].cls == SH_SW_WORD || t[1].cls == SH_SW_BUSY) && !sh_str_is(t[1].text, "all"))
		return SH_REFUSAL_CONSTRAINT; /* "at work" */
	if (sh_str_is(t->text, "at") && t->cls == SH_SW_BUSY)
		return SH_REFUSAL_CONSTRAINT;
	if (sh_str_is(t->text, "him") || sh_str_is(t->text, "her") || sh_str_is(t->text, "them"))
		return SH_REFUSAL_CONSTRAINT;
	if (sh_spoken_atom(p, g, i, NULL, &atom) > 0 && !(atom.bare && stop) && (atom.s.has & ~SH_SLOT_ZONE)) {
		/* "don't call today again, ever" */
		for (uint32_t j = i; j < turn_until && g->t[j].cls != SH_SW_STOP && g->t[j].cls != SH_SW_COMMA && j < i + 8; j++)
			if (g->t[j].cls == SH_SW_EVER)
				return SH_REFUSAL;
		return SH_REFUSAL_CONSTRAINT;
	}
	if (t->cls == SH_SW_COMMA && sh_spoken_atom(p, g, i + 1, NULL, &atom) > 0 &&
	    (atom.s.bound == SH_BOUND_BEFORE || atom.s.bound == SH_BOUND_AFTER) && t[1].cls == SH_SW_UNTIL)
		return SH_REFUSAL_CONSTRAINT;
	return SH_REFUSAL;
}

/* A turn that says nothing but "stop" or "never". */
static bool
cue_is_alone(const struct sh_spoken_tokens *g, uint32_t from, uint32_t until)
{
	bool found = false;

	for (uint32_t i = from; i < until; i++) {
		const struct sh_spoken_token *t = &g->t[i];

		switch (t->cls) {
		case SH_SW_ALONE_REFUSAL:
		case SH_SW_STOP_DOING:
		case SH_SW_DONT:
			found = true;
			break;
		case SH_SW_STOP:
		case SH_SW_COMMA:
		case SH_SW_NO:
		case SH_SW_PLEASE:
		case SH_SW_EVER:
		case SH_SW_AGAIN:
		case SH_SW_IT:
		case SH_SW_JUNK:
			break;
		default:
			return false;
		}
	}
	return found;
}

/* "Why don't you call", "why did you stop calling": that is asked, not told. */
static bool
cue_asks_why(const struct sh_spoken_tokens *g, uint32_t from, uint32_t i)
{
	for (uint32_t j = i; j > from && j + 4 > i; j--)
		if (g->t[j - 1].cls == SH_SW_WHY)
			return true;
	return false;
}

enum sh_spoken_refusal
sh_spoken_refusal(const struct sh_spoken_place *p, const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c,
    uint32_t turn_from, uint32_t turn_until, uint32_t *ret_after)
{
	const uint64_t telling = SH_CUE_BIT(DONT) | SH_CUE_BIT(STOP_DOING) | SH_CUE_BIT(NOT) | SH_CUE_BIT(REFUSAL) |
				 SH_CUE_BIT(ALONE_REFUSAL) | SH_CUE_BIT(CANT) | SH_CUE_BIT(NO);
	enum sh_spoken_refusal found = SH_REFUSAL_NONE, one;

	if ((c->cues & telling) == 0)
		return SH_REFUSAL_NONE;
	if (c->from == turn_from && (c->cues & (SH_CUE_BIT(ALONE_REFUSAL) | SH_CUE_BIT(STOP_DOING) | SH_CUE_BIT(DONT))) &&
	    cue_is_alone(g, turn_from, turn_until))
		return SH_REFUSAL;
	for (uint32_t i = c->from; i < c->until; i++) {
		const struct sh_spoken_token *t = &g->t[i], *before = i > turn_from ? t - 1 : NULL;
		uint32_t j = i + 1;
		bool stop = t->cls == SH_SW_STOP_DOING, want = false, not_said = t->cls == SH_SW_NOT;

		if (t->cls == SH_SW_REFUSAL) {
			if (before && (before->cls == SH_SW_DONT || before->cls == SH_SW_NOT || before->cls == SH_SW_CANT) &&
			    i > c->from)
				continue; /* "don't take me off" */
			one = t->value == 1 ? cue_forbids(p, g, i + 1, turn_until, false, ret_after) : SH_REFUSAL;
			if (one == SH_REFUSAL)
				return one;
			found = one > found ? one : found;
			continue;
		}
		if (t->cls == SH_SW_NO && t[1].cls == SH_SW_CALLS) {
			one = cue_forbids(p, g, i + 2, turn_until, false, ret_after);
			found = one > found || one == SH_REFUSAL ? one : found;
			if (one == SH_REFUSAL)
				return one;
			continue;
		}
		if (t->cls != SH_SW_DONT && !stop && !not_said && !(t->cls == SH_SW_CANT && t[1].cls == SH_SW_WANT) &&
		    !(sh_str_is(t->text, "didn't") || sh_str_is(t->text, "wouldn't")))
			continue;
		if (cue_asks_why(g, c->from, i))
			continue;
		if (stop && before && (before->cls == SH_SW_DONT || before->cls == SH_SW_CANT))
			continue; /* "don't stop calling" */
		/* "don't phone me", but "don't want phone calls" */
		while (j < c->until && cue_may_stand_between(&g->t[j]) && j < i + 8 &&
		       !(g->t[j].cls == SH_SW_CALL && !cue_is_call(&g->t[j + 1]))) {
			want |= g->t[j].cls == SH_SW_WANT || sh_str_is(g->t[j].text, "want") || sh_str_is(g->t[j].text, "need");
			if (sh_str_is(g->t[j].text, "need"))
				break;
			j++;
		}
		if (j >= c->until || !cue_is_call(&g->t[j]))
			continue;
		if (not_said && !(before && (before->cls == SH_SW_WANT || sh_str_is(before->text, "you") ||
						sh_str_is(before->text, "please") || sh_str_is(before->text, "prefer") ||
						sh_str_is(before->text, "rather") || sh_str_is(before->text, "them"))))
			continue;
		if ((sh_str_is(t->text, "didn't") || sh_str_is(t->text, "wouldn't")) && !(c->cues & SH_CUE_BIT(CORRECTION)) &&
		    !(c->cues & SH_CUE_BIT(AVAILABLE)) && !want)
			continue;
		/* "I don't call", "they never call": no order, unless wanted */
		if (!want && !stop && before &&
		    (before->cls == SH_SW_I || before->cls == SH_SW_HE || before->cls == SH_SW_WE ||
			(before->cls == SH_SW_YOU && t->text.n == 5 && sh_str_is(t->text, "never"))))
			continue;
		one = cue_forbids(p, g, j + 1, turn_until, stop, ret_after);
		if (one == SH_REFUSAL)
			return one;
		if (one == SH_REFUSAL_CONSTRAINT)
			found = one;
	}
	return found;
}

/* ---- kinds of clauses ---- */

static bool
cue_has(const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c, enum sh_spoken_class cls)
{
	for (uint32_t i = c->from; i < c->until; i++)
		if (g->t[i].cls == cls)
			return true;
	return false;
}

/* "I bowl in the mornings": a verb that no table knows is about something else. */
static bool
cue_tells(const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c)
{
	static const char *const modest[] = { "can", "could", "would", "should", "might", "said", "take", "choose", "pick", "hope",
		"hoping", "suggest", "propose", "mean", "vote", "will", "shall", "was", "thinking", "gotta", "told", "asked",
		"say" };

	for (uint32_t i = c->from; i + 1 < c->until; i++) {
		const struct sh_spoken_token *t = &g->t[i];
		bool known = false;

		if ((t->cls != SH_SW_I && t->cls != SH_SW_WE && t->cls != SH_SW_HE) || t[1].cls != SH_SW_WORD ||
		    sh_str_is(t->text, "i'd"))
			continue;
		if (t[1].text.n > 2 && (sh_str_is(t[1].text, "only") || memcmp(t[1].text.s + t[1].text.n - 2, "ly", 2) == 0) &&
		    t[2].cls != SH_SW_WORD)
			continue;
		for (size_t k = 0; k < SH_LENGTH(modest); k++)
			known |= sh_str_is(t[1].text, modest[k]);
		if (!known)
			return true;
	}
	return false;
}

/* "What time's the party?" is not about a call. */
static bool
cue_asks_elsewhere(const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c)
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
cue_calls_you(const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c)
{
	for (uint32_t i = c->from; i + 1 < c->until; i++)
		if (g->t[i].cls == SH_SW_CALL && g->t[i + 1].cls == SH_SW_YOU && sh_str_is(g->t[i + 1].text, "you"))
			return true;
	return false;
}

enum sh_spoken_kind
sh_spoken_kind(const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c, bool user)
{
	const uint64_t events = SH_CUE_BIT(EVENT) | SH_CUE_BIT(EVENT_VERB) | SH_CUE_BIT(HOURS),
		       good = SH_CUE_BIT(AVAILABLE) | SH_CUE_BIT(WORKS);
	bool no = c->negated || (c->cues & (SH_CUE_BIT(BUSY) | SH_CUE_BIT(BAD_TIME) | SH_CUE_BIT(REJECTION)));
	bool until = cue_has(g, c, SH_SW_UNTIL) || cue_has(g, c, SH_SW_BEFORE) || cue_has(g, c, SH_SW_NOT_BEFORE) ||
		     (cue_has(g, c, SH_SW_BY) && c->negated);

	if (user && ((c->cues & SH_CUE_BIT(ILL_CALL)) || cue_calls_you(g, c)))
		return SH_KIND_USER_CALLS;
	if (c->cues & SH_CUE_BIT(NO_NEED))
		return SH_KIND_SKIP;
	if (c->give && cue_has(g, c, SH_SW_UNIT))
		return SH_KIND_TIME;
	if (g->t[c->from].cls == SH_SW_BECAUSE && sh_str_is(g->t[c->from].text, "since") && cue_is_time(&g->t[c->from + 1]))
		return SH_KIND_EVENT; /* "I've been waiting since nine" */
	if (user && (c->cues & SH_CUE_BIT(BUSY)) && (c->cues & SH_CUE_BIT(AVAILABLE)) && !c->negated && !c->call)
		return SH_KIND_EVENT;
	if (user && (c->first_person || c->other_person) && cue_has(g, c, SH_SW_UNTIL) && !no && !c->call && !c->weak_call &&
	    !(c->cues & good) && !c->adjective)
		return SH_KIND_EVENT; /* "I'm at my mother's till six" */
	if ((c->past && !c->call && !c->weak_call) ||
	    ((c->cues & (SH_CUE_BIT(WHEN) | SH_CUE_BIT(WHAT_TIME))) && cue_asks_elsewhere(g, c)))
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
	if (user && !c->call && !c->weak_call && !(c->cues & good) && cue_tells(g, c))
		return SH_KIND_EVENT;
	if (!user && ((c->cues & SH_CUE_BIT(REJECTION)) || c->calling))
		return SH_KIND_EVENT;
	if (((c->cues & SH_CUE_BIT(HABIT)) || c->every) && !c->call && !c->weak_call)
		return SH_KIND_EVENT;
	return SH_KIND_TIME;
}
