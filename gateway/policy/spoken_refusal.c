/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Refusals, which count before everything else (T9): "don't call again" refuses for good, "don't call before nine" only then. */
#include "gateway/policy/spoken_talk.h"

static bool
refusal_is_one(const struct sh_spoken_token *t, const char *const *words)
{
	for (; *words; words++)
		if (sh_str_is(t->text, *words))
			return true;
	return false;
}

/* Words that may stand between "don't" and "call". */
static bool
refusal_may_stand_between(const struct sh_spoken_token *t)
{
	static const char *const words[] = { "any", "dare", "getting", "get", "more", "receive", "receiving", "keep", "phone",
		"being", "these", "those", "further", "anyone", "anybody", "someone", "somebody", "people", "company", "let", "no",
		"them", "unsolicited", "marketing", "sales", "nuisance", "cold", "random", "such", "hear", "even", "think", NULL };

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
	case SH_SW_OF:
	case SH_SW_ABOUT:
		return true;
	default:
		return refusal_is_one(t, words);
	}
}

static bool
refusal_is_text(const struct sh_spoken_token *t)
{
	static const char *const words[] = { "text", "texting", "message", "messaging", "email", "emailing", NULL };

	return refusal_is_one(t, words);
}

static bool
refusal_is_call(const struct sh_spoken_token *t)
{
	static const char *const words[] = { "contacting", "bother", "bothering", "disturb", "disturbing", "harass", "pester",
		"pestering", "annoy", "annoying", "rings", "phones", NULL };

	return t->cls == SH_SW_CALL || t->cls == SH_SW_CALLS || t->cls == SH_SW_CALLED || refusal_is_one(t, words) ||
	       refusal_is_text(t) || (t->cls == SH_SW_EVENT && sh_str_is(t->text, "another"));
}

/* "Delete my details", "off of whatever list it is": what stands between is so various that these are no phrases of the table. */
static bool
refusal_removes(const struct sh_spoken_tokens *g, uint32_t from, uint32_t i, uint32_t end)
{
	static const char *const mine[] = { "details", "info", "information", "name", "record", "records", "data", "phone", "entry",
		"file", "contact", "number", "numbers", "digits", NULL };
	static const char *const lists[] = { "list", "lists", "database", "books", "records", "register", "registry", "system",
		"files", NULL };
	static const char *const between[] = { "whatever", "any", "all", "these", "those", "calling", "contact", "marketing",
		"mailing", "phone", "sales", "damn", NULL };
	const struct sh_spoken_token *t = &g->t[i];

	if (!sh_str_is(t->text, "off") && t[1].cls == SH_SW_IT) { /* "how did you get this number? delete it" */
		for (uint32_t j = from; j < i; j++)
			if (g->t[j].cls == SH_SW_LABEL || refusal_is_one(&g->t[j], mine))
				return true;
		return sh_str_is(t[2].text, "whatever") || sh_str_is(t[3].text, "whatever");
	}
	if (!sh_str_is(t->text, "off"))
		return ((t[1].cls == SH_SW_MY || t[1].cls == SH_SW_THIS) && refusal_is_one(&t[2], mine)) ||
		       (t[1].cls == SH_SW_ME && t[2].cls == SH_SW_FROM &&
			   (refusal_is_one(&t[3], lists) || refusal_is_one(&t[4], lists)));
	for (uint32_t j = i + 1; j < end && j < i + 6; j++) {
		t = &g->t[j];
		if (refusal_is_one(t, lists))
			return true;
		if (t->cls != SH_SW_OF && t->cls != SH_SW_YOUR && t->cls != SH_SW_THE && t->cls != SH_SW_THIS &&
		    t->cls != SH_SW_THAT && t->cls != SH_SW_CALL && t->cls != SH_SW_EVERY && !refusal_is_one(t, between))
			return false;
	}
	return false;
}

static bool
refusal_ends(const struct sh_spoken_token *t)
{
	return t->cls == SH_SW_STOP || t->cls == SH_SW_END ||
	       (t->cls == SH_SW_IT && (t[1].cls == SH_SW_STOP || t[1].cls == SH_SW_END));
}

/* "My lawyer will hear of it if you call again". */
static bool
refusal_threatens(const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c, uint32_t i, uint32_t from, uint32_t until)
{
	static const char *const threats[] = { "lawyer", "lawyers", "attorney", "solicitor", "police", "cops", "ombudsman", "sue",
		"regulator", "fcc", "ftc", "ofcom", "complaint", "complain", "authorities", "charges", NULL };

	if (g->t[i].cls != SH_SW_CALL || !(c->cues & SH_CUE_BIT(CALL)) || i < from + 2 || g->t[i - 1].cls != SH_SW_YOU ||
	    g->t[i - 2].cls != SH_SW_IF || (g->t[i + 1].cls != SH_SW_AGAIN && g->t[i + 2].cls != SH_SW_AGAIN))
		return false;
	for (uint32_t j = from; j < until; j++)
		if (refusal_is_one(&g->t[j], threats))
			return true;
	return false;
}

/* "You keep calling and I keep saying no. Stop it.", "Not tomorrow, not ever.": a sentence that is nothing else. */
static bool
refusal_is_sentence(const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c, uint32_t i, uint32_t from)
{
	if (i != c->from || c->until > i + 2)
		return false;
	if (sh_str_is(g->t[i].text, "not"))
		return true;
	for (uint32_t j = from; j < i; j++)
		if (g->t[j].cls == SH_SW_CALL || g->t[j].cls == SH_SW_CALLS || g->t[j].cls == SH_SW_CALLED)
			return c->before == SH_SW_STOP;
	return false;
}

/* "Leave this poor woman in peace", "leave my family alone". */
static bool
refusal_leaves(const struct sh_spoken_tokens *g, uint32_t i, uint32_t end)
{
	if (g->t[i].cls != SH_SW_EVENT_VERB || !sh_str_is(g->t[i].text, "leave") || g->t[i + 1].cls == SH_SW_IT)
		return false;
	for (uint32_t j = i + 1; j < end && j < i + 7; j++)
		if (sh_str_is(g->t[j].text, "peace") || sh_str_is(g->t[j].text, "alone"))
			return true;
	return false;
}

/* "Nobody from your company is to call me again": only with again or ever; "nobody calls at six" tells how it is. */
static bool
refusal_of_nobody(const struct sh_spoken_tokens *g, uint32_t i, uint32_t end)
{
	bool call = false, want = false;

	for (uint32_t j = i + 1; j < end && j < i + 12; j++) {
		want |= g->t[j].cls == SH_SW_WANT || sh_str_is(g->t[j].text, "wants") || sh_str_is(g->t[j].text, "needs");
		if (g->t[j].cls == SH_SW_CALL || g->t[j].cls == SH_SW_CALLS || sh_str_is(g->t[j].text, "rings")) {
			if (want)
				return true; /* "nobody here wants your calls" */
			call = true;
		}
		if (call && (g->t[j].cls == SH_SW_AGAIN || g->t[j].cls == SH_SW_EVER))
			return true;
		else if (g->t[j].cls == SH_SW_CALLED || g->t[j].cls == SH_SW_PAST_TALK)
			return false;
	}
	return false;
}

/* "stop calling me Robert": what follows is a name, not an end. */
static bool
refusal_names(const struct sh_spoken_token *t)
{
	static const char *const others[] = { "about", "ever", "unless", "or", "thank", "thanks", "with", "text", "email", "any",
		"anywhere", "nobody", "goodbye", "bye", "again", "do", "under", "up", "out", "here", "anyway", "please", "now",
		"like", NULL };

	return (t->cls == SH_SW_WORD || sh_str_is(t->text, "sir")) && !refusal_is_one(t, others);
}

/* Words between the call that is forbidden and what is said of it. true: "ever" was among them. */
static bool
refusal_skip(const struct sh_spoken_tokens *g, uint32_t *i, uint32_t turn_until, bool *named)
{
	bool forever = false;

	for (; *i < turn_until; ++*i) {
		const struct sh_spoken_token *t = &g->t[*i];

		switch (t->cls) {
		case SH_SW_EVER:
			forever = true;
			break;
		case SH_SW_ME:
			if (!forever && refusal_names(t + 1)) {
				*named = true;
				return false;
			}
			break;
		case SH_SW_BACK:
		case SH_SW_AGAIN:
		case SH_SW_PLEASE:
		case SH_SW_OVER:
		case SH_SW_CALL:
		case SH_SW_CALLS:
		case SH_SW_TO:
			break;
		case SH_SW_AND:
			if (!forever && refusal_is_call(t + 1))
				break;
			return forever;
		default:
			return forever;
		}
	}
	return forever;
}

/* "while I'm at work", "too early", "so late", "until": some calls are forbidden, not all. */
static bool
refusal_restricts(const struct sh_spoken_token *t)
{
	static const char *const words[] = { "while", "whilst", "unless", "him", "her", "them", "there", "first", NULL };

	switch (t->cls) {
	case SH_SW_TOO_EARLY:
	case SH_SW_TOO_LATE:
	case SH_SW_TOO:
	case SH_SW_DURING:
	case SH_SW_EARLY:
	case SH_SW_LATE:
	case SH_SW_WHEN:
	case SH_SW_WEEKEND:
	case SH_SW_WEEKDAYS:
	case SH_SW_NOW:
	case SH_SW_BUSY:
	case SH_SW_HE:
	case SH_SW_OTHER_TIME:
	case SH_SW_UNTIL:
	case SH_SW_THEN:
	case SH_SW_BY_THEN:
	case SH_SW_AFTER_THAT:
	case SH_SW_BEFORE_THAT:
	case SH_SW_SAME_DAY:
		return true;
	case SH_SW_SO:
		return t[1].cls == SH_SW_EARLY || t[1].cls == SH_SW_LATE;
	case SH_SW_AT: /* "at work" */
		if ((t[1].cls == SH_SW_WORD || t[1].cls == SH_SW_BUSY) && !sh_str_is(t[1].text, "all"))
			return true;
		break;
	default:
		break;
	}
	return refusal_is_one(t, words);
}

/* "Don't text me, call me Thursday": what is not to be done is not the call. */
static bool
refusal_calls_instead(const struct sh_spoken_tokens *g, uint32_t i, uint32_t turn_until)
{
	bool apart = false;

	for (i++; i < turn_until; i++) {
		const struct sh_spoken_token *t = &g->t[i];

		apart |= t->cls == SH_SW_COMMA || t->cls == SH_SW_STOP || t->cls == SH_SW_BUT || t->cls == SH_SW_AND;
		if (t->cls == SH_SW_DONT || t->cls == SH_SW_STOP_DOING || t->cls == SH_SW_EVER)
			return false;
		if (apart && t->cls == SH_SW_CALL)
			return true;
	}
	return false;
}

/* "my number", "this phone", "my house" refuse; "my work number", "the office", "the weekend" restrict. */
static enum sh_spoken_refusal
refusal_of_place(
    const struct sh_spoken_place *p, const struct sh_spoken_tokens *g, uint32_t i, uint32_t k, uint32_t turn_until, bool stop)
{
	static const char *const mine[] = { "phone", "house", "home", NULL };
	static const char *const family[] = { "mother", "mom", "mum", "mam", "father", "dad", "husband", "wife", "parents",
		"family", "son", "daughter", "sister", "brother", "kids", "grandmother", "gran", "grandma", "grandfather", NULL };
	const struct sh_spoken_token *t = &g->t[i];
	struct sh_spoken_atom atom;

	for (uint32_t j = k; j < k + 4 && t[j].cls != SH_SW_END && t[j].cls != SH_SW_STOP; j++)
		if (t[j].cls == SH_SW_EVER || t[j].cls == SH_SW_AGAIN)
			return SH_REFUSAL;
	if (sh_spoken_atom(p, g, i, NULL, &atom) > 0 && !atom.bare)
		return SH_REFUSAL_CONSTRAINT;
	if (stop && refusal_is_one(&t[k], family) && !refusal_calls_instead(g, i, turn_until))
		return SH_REFUSAL;
	if (t[k].cls != SH_SW_LABEL && !refusal_is_one(&t[k], mine))
		return SH_REFUSAL_CONSTRAINT;
	return refusal_calls_instead(g, i, turn_until) ? SH_REFUSAL_CONSTRAINT : SH_REFUSAL;
}

/* What follows "don't call": again or this number refuse for good; a time, a place or a person but restrict. */
static enum sh_spoken_refusal
refusal_forbids(const struct sh_spoken_place *p, const struct sh_spoken_tokens *g, uint32_t i, uint32_t turn_until, bool stop,
    uint32_t *ret_after)
{
	struct sh_spoken_atom atom;
	const struct sh_spoken_token *t;
	bool named = false, forever = refusal_skip(g, &i, turn_until, &named);

	if (named)
		return SH_REFUSAL_NONE;
	*ret_after = i;
	if (forever)
		return SH_REFUSAL;
	t = &g->t[i];
	if (t->cls == SH_SW_MY || t->cls == SH_SW_THE)
		return refusal_of_place(p, g, i, 1, turn_until, stop);
	if ((t->cls == SH_SW_AT && (t[1].cls == SH_SW_MY || t[1].cls == SH_SW_THE)) || (t->cls == SH_SW_ON && t[1].cls == SH_SW_MY))
		return refusal_of_place(p, g, i, 2, turn_until, stop);
	if (refusal_restricts(t))
		return SH_REFUSAL_CONSTRAINT;
	if (sh_spoken_atom(p, g, i, NULL, &atom) > 0 && !(atom.bare && stop) && (atom.s.has & ~SH_SLOT_ZONE)) {
		/* "don't call today again, ever" */
		for (uint32_t j = i; j < turn_until && g->t[j].cls != SH_SW_STOP && g->t[j].cls != SH_SW_COMMA && j < i + 8; j++)
			if (g->t[j].cls == SH_SW_EVER)
				return SH_REFUSAL;
		return SH_REFUSAL_CONSTRAINT;
	}
	if (t->cls == SH_SW_COMMA && t[1].cls == SH_SW_UNTIL && sh_spoken_atom(p, g, i + 1, NULL, &atom) > 0 &&
	    (atom.s.bound == SH_BOUND_BEFORE || atom.s.bound == SH_BOUND_AFTER))
		return SH_REFUSAL_CONSTRAINT;
	return SH_REFUSAL;
}

/* A turn that says nothing but "stop" or "never". */
static bool
refusal_is_alone(const struct sh_spoken_tokens *g, uint32_t from, uint32_t until)
{
	bool found = false, never = false, vague = false;

	for (uint32_t i = from; i < until; i++) {
		const struct sh_spoken_token *t = &g->t[i];

		switch (t->cls) {
		case SH_SW_ALONE_REFUSAL:
			never = true;
			/* fall through */
		case SH_SW_STOP_DOING:
		case SH_SW_DONT:
			found = true;
			break;
		case SH_SW_VAGUE: /* "not now, not ever" */
			vague = true;
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
			if (sh_str_is(t->text, "bye") || sh_str_is(t->text, "goodbye"))
				break;
			return false;
		}
	}
	return found && (never || !vague);
}

static bool
refusal_was_not(const struct sh_spoken_token *t)
{
	return sh_str_is(t->text, "didn't") || sh_str_is(t->text, "wouldn't");
}

/* "Why don't you call", "why did you stop calling": that is asked, not told. */
static bool
refusal_asks_why(const struct sh_spoken_tokens *g, uint32_t from, uint32_t i)
{
	for (uint32_t j = i; j > from && j + 4 > i; j--)
		if (g->t[j - 1].cls == SH_SW_WHY)
			return true;
	return false;
}

/* Words that forbid what follows: "don't", "stop", "please not". */
static bool
refusal_tells(const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c, uint32_t i, const struct sh_spoken_token *before)
{
	const struct sh_spoken_token *t = &g->t[i];

	if (t->cls != SH_SW_DONT && t->cls != SH_SW_STOP_DOING && t->cls != SH_SW_NOT &&
	    !(t->cls == SH_SW_CANT && t[1].cls == SH_SW_WANT) && !refusal_was_not(t))
		return false;
	if (refusal_asks_why(g, c->from, i))
		return false;
	/* "don't stop calling", but "no it would not stop calling me" */
	return !(t->cls == SH_SW_STOP_DOING && before && (before->cls == SH_SW_DONT || before->cls == SH_SW_CANT)) ||
	       (i > 2 && (t[-2].cls == SH_SW_IT || t[-2].cls == SH_SW_I) && t[-3].cls == SH_SW_NO && t[1].text.n > 4 &&
		   t[1].text.s[t[1].text.n - 1] == 'g');
}

/* The call that the words at i forbid, and whether it is one that is not wanted. 0: none. */
static uint32_t
refusal_call(const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c, uint32_t i, bool *want)
{
	uint32_t j = i + 1;

	/* "don't phone me", but "don't want phone calls" */
	while (j < c->until && refusal_may_stand_between(&g->t[j]) && j < i + 8 &&
	       !(g->t[j].cls == SH_SW_CALL && !refusal_is_call(&g->t[j + 1]))) {
		*want |= g->t[j].cls == SH_SW_WANT || sh_str_is(g->t[j].text, "want") || sh_str_is(g->t[j].text, "need");
		if (sh_str_is(g->t[j].text, "need"))
			break;
		j++;
	}
	if (g->t[i].cls == SH_SW_STOP_DOING && g->t[j].cls == SH_SW_STOP && g->t[j + 1].cls == SH_SW_CALL && g->t[j + 1].value == 2)
		return j + 1; /* "Stop. Calling. Me." */
	return j < c->until && refusal_is_call(&g->t[j]) ? j : 0;
}

/* Is it told to us? "I don't call", "they never call", "I did not call" are no orders, unless it is wanted. */
static bool
refusal_is_order(
    const struct sh_spoken_clause *c, uint32_t i, const struct sh_spoken_token *t, const struct sh_spoken_token *before, bool want)
{
	static const char *const orders[] = { "please", "prefer", "rather", "them", "kindly", "are", "is", "he's", "she's",
		"they're", "everyone", "people", "appreciate", NULL };

	if (t->cls == SH_SW_NOT && i != c->from &&
	    !(before && (before->cls == SH_SW_WANT || before->cls == SH_SW_YOU || refusal_is_one(before, orders))))
		return false;
	if (refusal_was_not(t) && !(c->cues & (SH_CUE_BIT(CORRECTION) | SH_CUE_BIT(AVAILABLE))) && !want)
		return false;
	return want || t->cls == SH_SW_STOP_DOING || !before ||
	       (before->cls != SH_SW_I && before->cls != SH_SW_HE && before->cls != SH_SW_WE &&
		   !(before->cls == SH_SW_YOU && sh_str_is(t->text, "never")));
}

/* What the word at i says; *ret_after as sh_spoken_refusal's. */
static enum sh_spoken_refusal
refusal_at(const struct sh_spoken_place *p, const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c, uint32_t i,
    uint32_t turn_from, uint32_t turn_until, uint32_t *ret_after)
{
	const struct sh_spoken_token *t = &g->t[i], *before = i > turn_from ? t - 1 : NULL;
	bool want = false;
	uint32_t call;

	if (t->cls == SH_SW_REFUSAL) {
		if (i > c->from && (before->cls == SH_SW_DONT || before->cls == SH_SW_NOT || before->cls == SH_SW_CANT))
			return SH_REFUSAL_NONE; /* "don't take me off" */
		return t->value == 1 ? refusal_forbids(p, g, i + 1, turn_until, false, ret_after) : SH_REFUSAL;
	}
	if (t->cls == SH_SW_REMOVE &&
	    !(i > c->from && (before->cls == SH_SW_DONT || before->cls == SH_SW_CANT || before->cls == SH_SW_I)))
		return (t->value == 1 ? refusal_of_nobody(g, i, c->until) : refusal_removes(g, turn_from, i, c->until))
			   ? SH_REFUSAL
			   : SH_REFUSAL_NONE;
	if (t->cls == SH_SW_STOP_DOING && before && before->cls == SH_SW_PLEASE && refusal_ends(t + 1))
		return SH_REFUSAL; /* "Please stop." */
	if (refusal_leaves(g, i, c->until) || refusal_threatens(g, c, i, turn_from, turn_until) ||
	    (t->cls == SH_SW_ALONE_REFUSAL && refusal_is_sentence(g, c, i, turn_from)))
		return SH_REFUSAL;
	if (t->cls == SH_SW_NO && t[1].cls == SH_SW_CALLS)
		return refusal_forbids(p, g, i + 2, turn_until, false, ret_after);
	if (!refusal_tells(g, c, i, before) || (call = refusal_call(g, c, i, &want)) == 0 ||
	    !refusal_is_order(c, i, t, before, want))
		return SH_REFUSAL_NONE;
	if (refusal_is_text(&g->t[call]) && refusal_calls_instead(g, call, turn_until))
		return SH_REFUSAL_NONE;
	return refusal_forbids(p, g, call + 1, turn_until, t->cls == SH_SW_STOP_DOING, ret_after);
}

enum sh_spoken_refusal
sh_spoken_refusal(const struct sh_spoken_place *p, const struct sh_spoken_tokens *g, const struct sh_spoken_clause *c,
    uint32_t turn_from, uint32_t turn_until, uint32_t *ret_after)
{
	const uint64_t alone = SH_CUE_BIT(ALONE_REFUSAL) | SH_CUE_BIT(STOP_DOING) | SH_CUE_BIT(DONT),
		       telling = alone | SH_CUE_BIT(NOT) | SH_CUE_BIT(REFUSAL) | SH_CUE_BIT(REMOVE) | SH_CUE_BIT(EVENT_VERB) |
				 SH_CUE_BIT(CALL) | SH_CUE_BIT(CANT) | SH_CUE_BIT(NO);
	enum sh_spoken_refusal found = SH_REFUSAL_NONE;

	if ((c->cues & telling) == 0)
		return SH_REFUSAL_NONE;
	if (c->from == turn_from && (c->cues & alone) && refusal_is_alone(g, turn_from, turn_until))
		return SH_REFUSAL;
	for (uint32_t i = c->from; i < c->until; i++) {
		enum sh_spoken_refusal one = refusal_at(p, g, c, i, turn_from, turn_until, ret_after);

		if (one == SH_REFUSAL)
			return one;
		if (one == SH_REFUSAL_CONSTRAINT)
			found = one;
	}
	return found;
}
