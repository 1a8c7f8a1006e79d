/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* A turn is cut into clauses, and the cue words of each are noted: what its times are about. */
#include <string.h>

#include "gateway/policy/spoken_talk.h"

/* What a class of words is to a clause. */
#define CLAUSE_COMPLETE 1u /* a clause may end with it: after it a new subject begins something new */
#define CLAUSE_TIME (2u | CLAUSE_COMPLETE) /* a part of a time */
#define CLAUSE_CLOCK 4u
#define CLAUSE_VERB 8u
#define CLAUSE_EVENT 16u

/* All of talk is verbs besides. */
static const uint8_t clause_traits[SH_SW_CLASSES] = {
	[SH_SW_NUMBER] = CLAUSE_TIME | CLAUSE_CLOCK,
	[SH_SW_ORDINAL] = CLAUSE_TIME,
	[SH_SW_CLOCK] = CLAUSE_TIME | CLAUSE_CLOCK,
	[SH_SW_DATE] = CLAUSE_TIME,
	[SH_SW_ISH] = CLAUSE_TIME,
	[SH_SW_OCLOCK] = CLAUSE_TIME,
	[SH_SW_LATER] = CLAUSE_TIME,
	[SH_SW_TIME] = CLAUSE_TIME,
	[SH_SW_THEN] = CLAUSE_TIME,
	[SH_SW_GIVE] = CLAUSE_VERB,
	[SH_SW_ME] = CLAUSE_COMPLETE,
	[SH_SW_I] = CLAUSE_VERB,
	[SH_SW_HE] = CLAUSE_VERB,
	[SH_SW_WE] = CLAUSE_VERB,
	[SH_SW_HERE] = CLAUSE_COMPLETE,
	[SH_SW_AGAIN] = CLAUSE_COMPLETE,
	[SH_SW_BACK] = CLAUSE_COMPLETE,
	[SH_SW_PLEASE] = CLAUSE_COMPLETE,
	[SH_SW_IM] = CLAUSE_VERB,
	[SH_SW_BE] = CLAUSE_VERB,
	[SH_SW_WERE] = CLAUSE_EVENT,
	[SH_SW_HAVE] = CLAUSE_VERB,
	[SH_SW_NOW] = CLAUSE_TIME,
	[SH_SW_FROM_NOW] = CLAUSE_TIME | CLAUSE_CLOCK,
	[SH_SW_TODAY] = CLAUSE_TIME,
	[SH_SW_DAY_OFFSET] = CLAUSE_TIME,
	[SH_SW_WEEKDAY] = CLAUSE_TIME,
	[SH_SW_WEEKDAYS] = CLAUSE_TIME,
	[SH_SW_MONTH] = CLAUSE_TIME,
	[SH_SW_UNIT] = CLAUSE_TIME,
	[SH_SW_HALF] = CLAUSE_CLOCK,
	[SH_SW_QUARTER] = CLAUSE_CLOCK,
	[SH_SW_MERIDIEM] = CLAUSE_TIME | CLAUSE_CLOCK,
	[SH_SW_NOON] = CLAUSE_TIME | CLAUSE_CLOCK,
	[SH_SW_MIDNIGHT] = CLAUSE_TIME,
	[SH_SW_DAYPART] = CLAUSE_TIME,
	[SH_SW_TODAY_PART] = CLAUSE_TIME,
	[SH_SW_WEEKEND] = CLAUSE_TIME,
	[SH_SW_HOLIDAY] = CLAUSE_TIME,
	[SH_SW_OR_LATER] = CLAUSE_TIME,
	[SH_SW_AFTER_THAT] = CLAUSE_TIME,
	[SH_SW_CALL] = CLAUSE_COMPLETE,
	[SH_SW_CALLED] = CLAUSE_EVENT,
	[SH_SW_VAGUE] = CLAUSE_COMPLETE,
	[SH_SW_BAD_TIME] = CLAUSE_COMPLETE | CLAUSE_EVENT,
	[SH_SW_HABIT] = CLAUSE_EVENT,
	[SH_SW_EVENT] = CLAUSE_COMPLETE | CLAUSE_EVENT,
	[SH_SW_EVENT_VERB] = CLAUSE_EVENT,
	[SH_SW_BUSY] = CLAUSE_COMPLETE | CLAUSE_EVENT,
	[SH_SW_AVAILABLE] = CLAUSE_COMPLETE | CLAUSE_EVENT,
	[SH_SW_YES] = CLAUSE_COMPLETE,
	[SH_SW_NO] = CLAUSE_COMPLETE,
	[SH_SW_ASSENT] = CLAUSE_COMPLETE,
	[SH_SW_REJECTION] = CLAUSE_COMPLETE,
	[SH_SW_TOO_EARLY] = CLAUSE_COMPLETE,
	[SH_SW_TOO_LATE] = CLAUSE_COMPLETE,
	[SH_SW_WORKS] = CLAUSE_COMPLETE,
	[SH_SW_IDIOM] = CLAUSE_COMPLETE,
};

static bool
clause_is(const struct sh_spoken_token *t, unsigned trait)
{
	return (clause_traits[t->cls] & trait) == trait;
}

bool
sh_spoken_is_time_word(const struct sh_spoken_token *t)
{
	return clause_is(t, CLAUSE_TIME);
}

/* Does a new subject stand at t: "I", "we're", or a phrase that begins with one? */
static bool
clause_is_subject(const struct sh_spoken_token *t)
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
			   sh_str_is(t->text, "i'd") || sh_str_is(t->text, "im") || sh_str_is(t->text, "ill") ||
			   sh_str_is(t->text, "hes"));
	default:
		return false;
	}
}

/* "In an hour im on the bus": what he is at now, and no part of the answer. */
static bool
clause_gives_reason(const struct sh_spoken_tokens *g, uint32_t i, uint32_t from)
{
	const struct sh_spoken_token *t = &g->t[i];

	if (t[-1].cls != SH_SW_UNIT || t[-1].value > 2)
		return false;
	if (t->cls != SH_SW_WHEN && (t->cls != SH_SW_IM || (t[1].cls != SH_SW_ON && t[1].cls != SH_SW_WORD &&
							       t[1].cls != SH_SW_BAD_TIME && t[1].cls != SH_SW_BUSY)))
		return false;
	for (uint32_t j = i; j > from && j + 8 > i; j--)
		if (g->t[j - 1].cls == SH_SW_IN)
			return true;
	return false;
}

/* "Eleven Eastern i'm in Denver", "in the morning please i have …": what stands before the new subject ends a time. */
static bool
clause_ends_time(const struct sh_spoken_tokens *g, uint32_t i, uint32_t from)
{
	const struct sh_spoken_token *before = &g->t[i - 1];

	return i > from + 1 && (before->cls == SH_SW_PLEASE || before->cls == SH_SW_WORD) && clause_is(before - 1, CLAUSE_TIME);
}

/* "Can't do mornings try me at two", "dont call tomorrow call Thursday" */
static bool
clause_turns_down(const struct sh_spoken_tokens *g, uint32_t i, uint32_t from)
{
	if (!clause_is(&g->t[i - 1], CLAUSE_TIME))
		return false;
	for (uint32_t j = from; j < i; j++)
		if (g->t[j].cls == SH_SW_REJECTION || (g->t[j].cls == SH_SW_DONT && j + 1 < i && g->t[j + 1].cls == SH_SW_CALL))
			return true;
	return false;
}

/* "When should the doctor call?": who calls there is no event before a call. */
static bool
clause_asks_of(const struct sh_spoken_tokens *g, uint32_t i, uint32_t from)
{
	if (g->t[i - 1].cls != SH_SW_EVENT)
		return false;
	for (uint32_t j = from; j + 1 < i; j++)
		if (g->t[j].cls == SH_SW_OFFER || sh_str_is(g->t[j].text, "should") || sh_str_is(g->t[j].text, "can") ||
		    sh_str_is(g->t[j].text, "may") || sh_str_is(g->t[j].text, "shall") || sh_str_is(g->t[j].text, "will"))
			return true;
	return false;
}

/* Does a clause begin at token i, before whose clause `verb` and `event` have been seen? */
static bool
clause_splits(const struct sh_spoken_tokens *g, uint32_t i, uint32_t from, bool verb, bool event, bool answered)
{
	const struct sh_spoken_token *t = &g->t[i], *before = i > from ? t - 1 : t;

	if (i == from)
		return false;
	switch (t->cls) {
	case SH_SW_BUT:
	case SH_SW_SO:
		return true;
	case SH_SW_IF:
		return clause_is(before, CLAUSE_TIME);
	case SH_SW_BEFORE: /* "tomorrow morning before I start" */
	case SH_SW_AFTER:
		return clause_is(before, CLAUSE_TIME) && clause_is_subject(t + 1) && !verb && !event;
	case SH_SW_BECAUSE:
		return verb || clause_is(before, CLAUSE_TIME);
	case SH_SW_AND:
		return clause_is_subject(t + 1) || t[1].cls == SH_SW_CALL || t[1].cls == SH_SW_DONT || t[1].cls == SH_SW_PLEASE ||
		       t[1].cls == SH_SW_YOU || t[1].cls == SH_SW_STOP_DOING || t[1].cls == SH_SW_REFUSAL;
	case SH_SW_CALL:
		return (event || clause_turns_down(g, i, from)) && !clause_asks_of(g, i, from) && before->cls != SH_SW_A &&
		       before->cls != SH_SW_TO && before->cls != SH_SW_THE && before->cls != SH_SW_DONT &&
		       before->cls != SH_SW_CANT && before->cls != SH_SW_NOT && before->cls != SH_SW_FOR &&
		       before->cls != SH_SW_MY && before->cls != SH_SW_ON && before->cls != SH_SW_STOP_DOING &&
		       before->cls != SH_SW_EVER && before->cls != SH_SW_AND;
	case SH_SW_WORD: /* "next month once the audit is over", "we are closed on Saturday can it be Monday" */
		if (sh_str_is(t->text, "once") && i > from + 1 && before->cls == SH_SW_UNIT && t[-2].cls == SH_SW_NEXT)
			return t[1].cls == SH_SW_THE || t[1].cls == SH_SW_MY;
		return t[1].cls == SH_SW_IT && (sh_str_is(t->text, "can") || sh_str_is(t->text, "could")) &&
		       clause_turns_down(g, i, from);
	case SH_SW_WHEN: /* "in an hour when the roast is out" */
		return (t[1].cls == SH_SW_THE || t[1].cls == SH_SW_MY) && clause_gives_reason(g, i, from);
	case SH_SW_GIVE: /* "today's no good give us a ring tomorrow" */
		return (event && clause_is(before, CLAUSE_TIME)) || before->cls == SH_SW_REJECTION;
	case SH_SW_PLEASE:
	case SH_SW_CORRECTION:
	case SH_SW_YOU:
		return event && clause_is(before, CLAUSE_TIME);
	case SH_SW_DONT:
	case SH_SW_REFUSAL:
	case SH_SW_STOP_DOING:
		return clause_is(before, CLAUSE_COMPLETE) && verb;
	case SH_SW_AFTER_THAT:
		return verb && clause_is(before, CLAUSE_TIME) && memcmp(t->text.s, "any", 3) == 0; /* "any time after that" */
	default:
		if (!clause_is_subject(t))
			return false;
		return ((verb || answered) && clause_is(before, CLAUSE_COMPLETE)) || clause_gives_reason(g, i, from) ||
		       (clause_ends_time(g, i, from) && (answered || before->cls == SH_SW_PLEASE));
	}
}

/* Who speaks of whom. */
static void
clause_note_person(struct sh_spoken_clause *c, const struct sh_spoken_token *t)
{
	switch (t->cls) {
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
	case SH_SW_GIVE:
		c->give = true;
		break;
	case SH_SW_PLEASE:
		c->please = true;
		break;
	case SH_SW_THE:
	case SH_SW_YOUR:
		c->thing |= t[1].cls == SH_SW_WORD;
		break;
	default:
		break;
	}
}

/* Small words that change what is meant. */
static void
clause_note_small(struct sh_spoken_clause *c, const struct sh_spoken_token *t, bool first)
{
	switch (t->cls) {
	case SH_SW_WORD:
		c->words++;
		break;
	case SH_SW_LATER:
		c->later = true;
		break;
	case SH_SW_NOW:
		c->now = true;
		break;
	case SH_SW_EVERY:
		c->every = true;
		break;
	case SH_SW_ANY_TIME:
		c->any_time = true;
		break;
	case SH_SW_IN: /* "I'll be in by six" */
		if (!first && t[-1].cls == SH_SW_BE &&
		    (t[1].cls == SH_SW_BY || t[1].cls == SH_SW_FROM || t[1].cls == SH_SW_AFTER || t[1].cls == SH_SW_ABOUT))
			c->cues |= SH_CUE_BIT(AVAILABLE);
		break;
	case SH_SW_COUNTED:
		c->words += t->value == 1; /* "can I drive it" */
		break;
	case SH_SW_YESTERDAY:
	case SH_SW_WERE:
		c->past = true;
		c->reported |= t->cls == SH_SW_YESTERDAY;
		break;
	case SH_SW_LAST:
		if (t[1].cls == SH_SW_WEEKDAY && t[2].cls != SH_SW_OF && t[2].cls != SH_SW_IN)
			c->past = c->reported = true; /* "last Tuesday at ten" */
		break;
	case SH_SW_LABEL:
		if (t->value == 1)
			c->cues |= SH_CUE_BIT(EVENT);
		break;
	default:
		clause_note_person(c, t);
		break;
	}
}

/* "My phone", "on the phone", "her ring": things, not calls. */
static bool
clause_is_noun(const struct sh_spoken_token *t)
{
	const struct sh_spoken_token *before = t - 1;

	if (!sh_str_is(t->text, "phone") && !sh_str_is(t->text, "ring") && !sh_str_is(t->text, "bell"))
		return false;
	return before->cls == SH_SW_MY || before->cls == SH_SW_YOUR || before->cls == SH_SW_THE || sh_str_is(before->text, "his") ||
	       sh_str_is(before->text, "her") || sh_str_is(before->text, "their") || sh_str_is(before->text, "own");
}

static void
clause_note_talk(struct sh_spoken_clause *c, const struct sh_spoken_token *t, bool first)
{
	if (sh_spoken_is_middle(t))
		return;
	c->cues |= SH_CUE(t->cls);
	switch (t->cls) {
	case SH_SW_REMOVE: /* else a word like any other */
		c->words++;
		break;
	case SH_SW_CALL:
		if (sh_str_is(t->text, "reschedule") && (t[1].cls == SH_SW_YOUR || t[1].cls == SH_SW_MY || t[1].cls == SH_SW_THE) &&
		    (t[2].cls == SH_SW_WORD || t[2].cls == SH_SW_EVENT)) {
			c->cues = (c->cues & ~SH_CUE_BIT(CALL)) | SH_CUE_BIT(EVENT); /* "reschedule your cleaning" */
			break;
		}
		if (t->value == 0 && !first && clause_is_noun(t)) {
			c->weak_call = t[-1].cls != SH_SW_WORD; /* "my phone", but "his phone" */
			c->cues &= ~SH_CUE_BIT(CALL);
			break;
		}
		c->call |= t->value == 0;
		c->weak_call |= t->value == 1;
		c->calling |= t->value == 2;
		break;
	case SH_SW_CALLED:
	case SH_SW_PAST_TALK:
		c->past = true;
		c->reported |= t->cls == SH_SW_PAST_TALK && t->value == 1;
		break;
	case SH_SW_ILL_CALL:
		c->writes |= t->value == 1;
		c->offers |= t->value == 2;
		break;
	case SH_SW_NO:
		if (t->value == 1)
			c->cues &= ~SH_CUE_BIT(NO); /* "no, that's all" */
		break;
	case SH_SW_WORKS:
		c->better |= t->value == 1;
		break;
	case SH_SW_YES:
		c->adjective |= t->value == 1;
		break;
	case SH_SW_DONT:
	case SH_SW_CANT:
	case SH_SW_NOT:
		c->negated = true;
		break;
	default:
		break;
	}
}

static void
clause_note(struct sh_spoken_clause *c, const struct sh_spoken_token *t, bool first)
{
	if (t->cls == SH_SW_VAGUE && t->value == 1) {
		c->unsure = true;
		c->when |= sh_str_is(t->text, "when") || sh_str_is(t->text, "whenever");
	} else if (t->cls >= SH_SW_CALL) {
		clause_note_talk(c, t, first);
	} else {
		clause_note_small(c, t, first);
	}
}

/* "Go on, then.", "Can.": assent, if it is all that the clause says. */
static void
clause_note_short_yes(const struct sh_spoken_tokens *g, struct sh_spoken_clause *c, uint32_t until)
{
	const struct sh_spoken_token *t = &g->t[c->from];
	uint32_t n = until - c->from - (g->t[until - 1].cls == SH_SW_COMMA || g->t[until - 1].cls == SH_SW_STOP);

	bool word = t[0].length == t[0].text.n || t[0].cls == SH_SW_AVAILABLE; /* no phrase that begins with it, but "can do" */

	if ((n == 2 && t[0].cls == SH_SW_GO && t[1].cls == SH_SW_ON) ||
	    (n == 1 && word &&
		(sh_str_is(t[0].text, "can") || sh_str_is(t[0].text, "let's") || sh_str_is(t[0].text, "done") ||
		    sh_str_is(t[0].text, "do"))))
		c->cues = SH_CUE_BIT(ASSENT);
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
		if (clause_splits(g, i, c->from, verb, event, (clock && day) || leading))
			break;
		leading |= (i == c->from || (i == c->from + 1 && t[-1].cls == SH_SW_ABOUT)) && clause_is(t, CLAUSE_CLOCK);
		leading |= t->cls == SH_SW_FROM_NOW;
		clock |= clause_is(t, CLAUSE_CLOCK);
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
		clause_note(c, t, i == c->from);
		verb |= t->cls >= SH_SW_CALL || clause_is(t, CLAUSE_VERB);
		event |= clause_is(t, CLAUSE_EVENT);
	}
	clause_note_short_yes(g, c, i);
	/* "I work until five" works not as "Thursday works" does */
	for (uint32_t j = c->from + 1; j < i; j++)
		if (g->t[j].cls == SH_SW_WORKS && g->t[j].text.n >= 4 && memcmp(g->t[j].text.s, "work", 4) == 0 &&
		    (g->t[j - 1].cls == SH_SW_I || g->t[j - 1].cls == SH_SW_WE || g->t[j - 1].cls == SH_SW_HE ||
			(g->t[j - 1].cls == SH_SW_OFFER && sh_str_is(g->t[j - 1].text, "do"))))
			c->cues = (c->cues & ~SH_CUE_BIT(WORKS)) | SH_CUE_BIT(EVENT_VERB);
	c->until = i;
	c->ends_turn = i >= end;
}
