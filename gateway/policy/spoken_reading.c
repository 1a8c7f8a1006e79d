/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* One clause at a time: atoms become slots, "or" makes alternatives, "after that" looks back. */
#include <string.h>

#include "gateway/policy/spoken_state.h"

/* A bare number is an hour if a day or a part of one is beside it, or if it was asked for. */
static bool
reading_takes_bare(const struct sh_talk *k, const struct sh_talk_reading *r, const struct sh_spoken_clause *c,
    const struct sh_spoken_atom *a, bool user)
{
	const struct sh_spoken_token *t = k->g->t, *next = &t[a->from + a->n];
	struct sh_spoken_atom after;
	uint32_t i = a->from + a->n, n;
	bool beside = r->previous.n > 0 && a->from - (r->previous.from + r->previous.n) <= 2 &&
		      (r->previous.s.has & (SH_SLOT_DAY | SH_SLOT_DAYPART | SH_SLOT_ZONE));

	if (next->cls == SH_SW_WORD && !(next->text.n > 0 && (sh_str_is(next->text, "thanks") || sh_str_is(next->text, "thank") ||
								 sh_str_is(next->text, "would")))) {
		if (sh_spoken_atom(&k->in->place, k->g, i, a, &after) == 0)
			return false;
	}
	if (t[a->from].one && a->n == 1 && !(next->cls == SH_SW_OR && next[1].cls == SH_SW_NUMBER) &&
	    !(a->from > c->from && t[a->from - 1].cls == SH_SW_CORRECTION) &&
	    !((k->answer || k->asked_what_time || k->asked_when) && c->until - c->from <= 3 && c->words == 0 && !c->first_person))
		return false; /* "that's one for me", "the nine o'clock one" */
	if (next->cls == SH_SW_JUNK || next->cls == SH_SW_COUNTED || next->cls == SH_SW_EVENT)
		return false;
	if (a->from > c->from && t[a->from - 1].cls == SH_SW_FOR && (a->s.has & SH_SLOT_DURATION))
		return false; /* "for two hours" */
	if ((a->s.has & SH_SLOT_DURATION) || ((a->s.has & SH_SLOT_DAY) && a->s.day.kind == SH_DAY_STEP))
		return k->answer || k->asked_when || k->asked || k->noffers > 0 || c->call ||
		       (r->corrections > 0 && (k->now.has & SH_SLOT_DURATION));
	if (!user && (k->context || k->picked_any) && c->words <= 1)
		return true;
	if (r->alternative && r->noffers > 0 && (r->offers[r->noffers - 1].has & SH_SLOT_CLOCK))
		return true; /* "at three, four or five" */
	if (k->answer || k->asked_when || k->asked_what_time || k->noffers > 0 || beside || c->call || r->corrections > 0 ||
	    (k->context && (c->cues & SH_CUE_BIT(OFFER))) || (sh_talk_has_time(&k->now) && k->context))
		return true;
	if (next->cls == SH_SW_COMMA || next->cls == SH_SW_ON)
		next++, i++;
	/* "two or three today" */
	if (next->cls == SH_SW_OR && (n = sh_spoken_atom(&k->in->place, k->g, i + 1, NULL, &after)) > 0 &&
	    (after.s.has & SH_SLOT_CLOCK))
		i += 1 + n;
	return sh_spoken_atom(&k->in->place, k->g, i, a, &after) > 0 &&
	       (after.s.has & (SH_SLOT_DAY | SH_SLOT_DAYPART | SH_SLOT_ZONE));
}

/* What is rejected: only what was named of it, else the whole candidate. */
static void
reading_reject(struct sh_talk_reading *r, const struct sh_spoken_atom *a)
{
	sh_spoken_merge(&r->rejected, &a->s);
	r->rejects = true;
}

static void
reading_forbid(struct sh_talk *k, const struct sh_spoken_atom *a)
{
	const struct sh_spoken_slots *s = &a->s;

	if ((s->has & SH_SLOT_DAYPART) && !(s->has & SH_SLOT_CLOCK)) { /* "not in the morning" */
		const struct sh_spoken_span *span = &(k->in->limits ? k->in->limits : sh_spoken_defaults())->dayparts[s->daypart];

		k->bad = SH_BOUND_BETWEEN;
		k->bad_from = (struct sh_spoken_clock){
			.hour = (int8_t)(span->from / 60), .minute = (int8_t)(span->from % 60), .half = SH_HALF_24
		};
		k->bad_until = (struct sh_spoken_clock){
			.hour = (int8_t)(span->until / 60), .minute = (int8_t)(span->until % 60), .half = SH_HALF_24
		};
	}
	if (s->has & SH_SLOT_CLOCK) {
		k->bad = s->bound == SH_BOUND_NONE ? SH_BOUND_NONE : s->bound;
		k->bad_from = s->clock;
		k->bad_until = s->until;
	} else if ((s->has & SH_SLOT_DAYPART) && !(s->has & SH_SLOT_DAY)) { /* "not in the mornings" */
		const struct sh_spoken_limits *l = k->in->limits ? k->in->limits : sh_spoken_defaults();
		const struct sh_spoken_span *span = &l->dayparts[s->daypart];

		k->bad = SH_BOUND_BETWEEN;
		k->bad_from =
		    (struct sh_spoken_clock){ (int8_t)(span->from / 60), (int8_t)(span->from % 60), 0, SH_HALF_24, false };
		k->bad_until =
		    (struct sh_spoken_clock){ (int8_t)(span->until / 60), (int8_t)(span->until % 60), 0, SH_HALF_24, false };
	}
	if ((s->has & SH_SLOT_DAY) && s->day.kind == SH_DAY_WEEKDAY && !(s->has & SH_SLOT_CLOCK) && !(s->has & SH_SLOT_DAY_BOUND))
		k->bad_weekdays |= (uint8_t)(1u << s->day.weekday);
}

/* "after that", "then", "by then": the anchor's clock and day, under a bound. */
static bool
reading_anchor(struct sh_talk *k, struct sh_talk_reading *r, uint8_t bound, struct sh_spoken_atom *a)
{
	struct sh_spoken_slots s = k->anchor;

	if (!sh_talk_has_time(&s) || k->turn > k->anchor_turn + 2)
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
reading_refers(const struct sh_talk_reading *r, const struct sh_spoken_clause *c, const struct sh_spoken_token *t, uint8_t *bound)
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
		return r->noffers == 0 &&
			       (c->call || c->weak_call || c->any_time || (c->cues & (SH_CUE_BIT(AVAILABLE) | SH_CUE_BIT(WORKS))))
			   ? 1
			   : 0;
	case SH_SW_AFTER:
	case SH_SW_BEFORE:
	case SH_SW_NOT_BEFORE:
		while (t[n].cls == SH_SW_PLEASE)
			n++;
		if (t[n].cls != SH_SW_END && t[n].cls != SH_SW_STOP && t[n].cls != SH_SW_COMMA && t[n].cls != SH_SW_CALL &&
		    t[n].cls != SH_SW_MY && t[n].cls != SH_SW_EVENT && t[n].cls != SH_SW_THE && t[n].cls != SH_SW_WORKS &&
		    t[n].cls != SH_SW_YES)
			return 0;
		*bound = t->cls == SH_SW_BEFORE ? SH_BOUND_BEFORE : SH_BOUND_AFTER;
		return n;
	default:
		return 0;
	}
}

/* "Half an hour after that": the anchor's clock, later by so much. How many tokens more; without an anchor it is no time. */
static uint32_t
reading_after_anchor(
    struct sh_talk *k, struct sh_talk_reading *r, const struct sh_spoken_clause *clause, uint32_t i, struct sh_spoken_atom *a)
{
	int64_t wait_ms = a->s.duration_ms;
	struct sh_spoken_clock *c = &a->s.clock;
	uint8_t bound = SH_BOUND_NONE;
	uint32_t n = reading_refers(r, clause, &k->g->t[i], &bound);
	int minute;

	if (n == 0 || bound != SH_BOUND_AFTER)
		return 0;
	if (wait_ms >= 12 * SH_HOUR_MS || !reading_anchor(k, r, SH_BOUND_NONE, a) || !(a->s.has & SH_SLOT_CLOCK)) {
		a->s.has = 0;
		return n;
	}
	minute = (c->half == SH_HALF_24 ? c->hour : c->hour % 12) * 60 + c->minute + (int)(wait_ms / SH_MINUTE_MS);
	if (c->half == SH_HALF_24 ? minute >= 1440 : c->half == SH_HALF_PM && minute >= 720) {
		a->s.has = 0; /* past midnight */
		return n;
	}
	if (c->half == SH_HALF_AM && minute >= 720)
		c->half = SH_HALF_PM;
	minute %= c->half == SH_HALF_24 ? 1440 : 720;
	c->hour = (int8_t)(minute / 60);
	c->minute = (int8_t)(minute % 60);
	if (c->half != SH_HALF_24 && c->hour == 0)
		c->hour = 12;
	return n;
}

/* "The first", "the second" of several offers. */
static int
reading_picks(const struct sh_talk *k, const struct sh_spoken_token *t, uint32_t *ret_n)
{
	int nth = t[1].cls == SH_SW_SECOND                                            ? 2
		  : t[1].cls == SH_SW_ORDINAL && t[1].number <= 3 && t[1].digits == 0 ? t[1].number
		  : t[1].cls == SH_SW_LAST                                            ? -2
										      : 0;

	if (k->noffers < 2 || t[0].cls != SH_SW_THE || nth == 0 || t[2].cls == SH_SW_OF || t[2].cls == SH_SW_MONTH ||
	    t[2].cls == SH_SW_WEEKDAY)
		return 0;
	*ret_n = 2;
	return nth;
}

/* The zone or place that a user names as his own: "I'm in Denver this week". */
bool
sh_talk_place(struct sh_talk *k, uint32_t i, uint32_t from)
{
	const struct sh_spoken_token *t = k->g->t;
	struct sh_spoken_zone z;
	uint32_t n, place = i + 1 + (t[i].cls == SH_SW_ON && t[i + 1].cls == SH_SW_THE); /* "on the east coast" */
	bool mine = false;

	if ((t[i].cls != SH_SW_IN && t[i].cls != SH_SW_FROM && t[i].cls != SH_SW_ON) || t[place].cls != SH_SW_WORD)
		return false;
	for (uint32_t j = i; j > from && j + 6 > i && !mine; j--)
		mine = t[j - 1].cls == SH_SW_IM || t[j - 1].cls == SH_SW_I || t[j - 1].cls == SH_SW_HERE ||
		       t[j - 1].cls == SH_SW_WE || t[j - 1].cls == SH_SW_BUSY || t[j - 1].cls == SH_SW_AVAILABLE;
	if (!mine || !sh_spoken_zone_at(&k->in->place, k->g, place, &n, &z) || !z.zone)
		return false;
	k->place = z;
	return true;
}

/* "The second one" of three is not the last. */
static bool
reading_says_second(const struct sh_talk *k, const struct sh_spoken_clause *c)
{
	for (uint32_t i = c->from; i < c->until; i++) {
		const struct sh_spoken_token *t = &k->g->t[i];
		const char *s = k->in->turns[t->turn].text.s + t->at;

		if (t->cls == SH_SW_PICK_LAST)
			return memmem(s, t->length, "econd", 5) || memmem(s, t->length, "two", 3);
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
	if (c->cues & SH_CUE_BIT(TOO_EARLY) || c->cues & SH_CUE_BIT(TOO_LATE))
		r->rejects = r->drops_clock = true;
	if (c->cues & (SH_CUE_BIT(PICK_FIRST)))
		r->pick = 1;
	else if (c->cues & SH_CUE_BIT(PICK_ONE))
		r->pick = 2;
	else if ((c->cues & SH_CUE_BIT(PICK_LAST)) && k->noffers > 2 && reading_says_second(k, c))
		r->pick = 2;
	else if (c->cues & SH_CUE_BIT(PICK_LAST))
		r->pick = -2;
	else if (c->cues & SH_CUE_BIT(PICK_ANY))
		r->pick = -1;
}

/* "Before or after lunch?", "before or after three?": two offers. */
static uint32_t
reading_before_or_after(struct sh_talk *k, struct sh_talk_reading *r, uint32_t i)
{
	static const uint8_t before[SH_DAYPARTS] = { [SH_DAYPART_AFTER_LUNCH] = SH_DAYPART_LATE_MORNING,
		[SH_DAYPART_AFTER_WORK] = SH_DAYPART_EARLY_MORNING,
		[SH_DAYPART_AFTER_DINNER] = SH_DAYPART_LATE_AFTERNOON,
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
	sh_talk_widen(&r->span, i, n + 2);
	k->before_or_after = true;
	return n + 2;
}

/* "Not tomorrow, the day after": the day that follows the one just named. */
static uint32_t
reading_day_after(struct sh_talk *k, struct sh_talk_reading *r, uint32_t i)
{
	const struct sh_spoken_token *t = &k->g->t[i];
	const struct sh_spoken_slots *named = (r->rejected.has & SH_SLOT_DAY)                      ? &r->rejected
					      : r->noffers > 0 && (r->offers[0].has & SH_SLOT_DAY) ? &r->offers[0]
					      : (k->now.has & SH_SLOT_DAY)                         ? &k->now
					      : k->noffers > 0                                     ? &k->offers[0]
												   : &k->anchor;
	struct sh_spoken_atom a = { .from = i, .n = 3 };

	bool after = t[2].cls == SH_SW_AFTER;

	if (t[0].cls != SH_SW_THE || t[1].cls != SH_SW_UNIT || (t[1].value != 3 && t[1].value != 4) ||
	    (!after && t[2].cls != SH_SW_BEFORE) || !(named->has & SH_SLOT_DAY))
		return 0;
	if (t[3].cls == SH_SW_I || t[3].cls == SH_SW_IM || t[3].cls == SH_SW_WE || t[3].cls == SH_SW_THAT ||
	    sh_spoken_day(&t[3], &a.s.day) > 0)
		return 0;
	a.s.has = SH_SLOT_DAY;
	a.s.day = named->day;
	a.s.day.plus_days += (t[1].value == 3 ? 1 : 7) * (after ? 1 : -1);
	if ((named->has & SH_SLOT_CLOCK) &&
	    (t[3].cls == SH_SW_SAME_TIME || t[4].cls == SH_SW_SAME_TIME || t[5].cls == SH_SW_SAME_TIME)) {
		a.s.has |= SH_SLOT_CLOCK;
		a.s.clock = named->clock;
	}
	r->alternative = false;
	sh_talk_take(r, &a);
	sh_talk_widen(&r->span, i, 3);
	return 3;
}

/* What the agent calls "your time" is the callee's. */
static void
reading_turn_zone(struct sh_spoken_atom *a)
{
	if (!(a->s.has & SH_SLOT_ZONE))
		return;
	if (a->s.zone.how == SH_ZONE_HOW_YOURS)
		a->s.zone.how = SH_ZONE_HOW_MINE;
	else if (a->s.zone.how == SH_ZONE_HOW_MINE)
		a->s.zone.how = SH_ZONE_HOW_YOURS;
}

/* ---- one clause into the reading ---- */

struct reading {
	struct sh_talk *k;
	struct sh_talk_reading *r;
	const struct sh_spoken_clause *c;
	enum sh_spoken_kind kind;
	bool user;
	bool not_next; /* "not" stood before it */
	struct sh_spoken_slots anchor; /* what the clause names, if it is about something else */
	bool anchored;
};

static void
reading_note_anchor(struct reading *w, const struct sh_spoken_atom *a)
{
	if (!w->anchored)
		w->anchor = a->s;
	else if (w->kind != SH_KIND_EVENT || !(w->anchor.has & a->s.has & SH_SLOT_CLOCK))
		sh_spoken_merge(&w->anchor, &a->s);
	else
		w->anchor.until = a->s.clock, w->anchor.bound = a->s.bound == SH_BOUND_BEFORE ? SH_BOUND_BETWEEN : w->anchor.bound;
	w->anchored = true;
}

/* Words that join, correct or bound what is said around them. */
static bool
reading_mark(struct reading *w, uint32_t i)
{
	const struct sh_spoken_token *t = &w->k->g->t[i];
	struct sh_talk_reading *r = w->r;
	struct sh_spoken_atom a;

	switch (t->cls) {
	case SH_SW_OR:
	case SH_SW_AND:
		r->alternative =
		    r->noffers > 0 && (i > w->c->from || sh_spoken_atom(&w->k->in->place, w->k->g, i + 1, NULL, &a) > 0);
		return true;
	case SH_SW_NOT:
		w->not_next = true;
		return true;
	case SH_SW_CORRECTION:
	case SH_SW_NO:
		if (r->noffers > 0)
			r->alternative = false;
		if (r->noffers > 0 || (t->cls == SH_SW_CORRECTION && (sh_talk_has_time(&w->k->now) || w->k->noffers > 0)))
			r->corrections++;
		return true;
	case SH_SW_AT_LATEST:
		if (r->noffers > 0 && (r->offers[r->noffers - 1].has & SH_SLOT_CLOCK))
			r->offers[r->noffers - 1].bound = SH_BOUND_BEFORE;
		return true;
	default:
		return false;
	}
}

/* "Make it half past", "quarter to": of the hour that was named. */
static uint32_t
reading_minutes(struct reading *w, uint32_t i)
{
	const struct sh_spoken_token *t = &w->k->g->t[i];
	const struct sh_talk *k = w->k;
	const struct sh_spoken_clock *hour = (k->anchor.has & SH_SLOT_CLOCK) && k->anchor_turn == k->turn ? &k->anchor.clock
					     : k->has_clock                                               ? &k->last_clock
													  : NULL;
	struct sh_spoken_atom a = { .from = i };
	uint32_t n = t[0].cls == SH_SW_AT || t[0].cls == SH_SW_A, m;
	int minutes, at;
	bool to;

	if (t[n].cls == SH_SW_A)
		n++;
	minutes = t[n].cls == SH_SW_HALF      ? 30
		  : t[n].cls == SH_SW_QUARTER ? 15
		  : t[n].cls == SH_SW_NUMBER && t[n].minute < 0 && t[n].number % 5 == 0 && t[n].number > 0 && t[n].number < 30
		      ? t[n].number
		      : 0;
	m = n + 1;
	to = t[m].cls == SH_SW_TO || t[m].cls == SH_SW_UNTIL;
	if (minutes == 0 || !hour || w->kind != SH_KIND_TIME || (t[m].cls != SH_SW_PAST && !to) || hour->minute != 0 ||
	    (to && minutes == 30))
		return 0;
	if (t[m + 1].cls != SH_SW_END && t[m + 1].cls != SH_SW_STOP && t[m + 1].cls != SH_SW_COMMA &&
	    t[m + 1].cls != SH_SW_PLEASE && t[m + 1].cls != SH_SW_ASK)
		return 0;
	a.n = m + 1;
	a.s.has = SH_SLOT_CLOCK;
	a.s.clock = *hour;
	at = hour->hour * 60 + (to ? -minutes : minutes);
	if (at < 60)
		at += 720;
	a.s.clock.hour = (int8_t)(at / 60);
	a.s.clock.minute = (int8_t)(at % 60);
	sh_talk_take(w->r, &a);
	sh_talk_widen(&w->r->span, i, a.n);
	w->r->previous = a;
	return a.n;
}

/* Choices and references, which are no atoms of their own. How many tokens; 0: none stands here. */
static uint32_t
reading_choice(struct reading *w, uint32_t i)
{
	const struct sh_spoken_token *t = &w->k->g->t[i];
	uint32_t n = 0;
	int pick;

	if (!w->user)
		return t[0].cls == SH_SW_BEFORE && t[1].cls == SH_SW_OR && w->r->noffers == 0
			   ? reading_before_or_after(w->k, w->r, i)
			   : 0;
	pick = reading_picks(w->k, t, &n);
	if (pick != 0) {
		w->r->pick = pick;
		return n;
	}
	n = reading_day_after(w->k, w->r, i);
	return n > 0 ? n : reading_minutes(w, i);
}

/* "After that", "then". How many tokens. */
static uint32_t
reading_reference(struct reading *w, uint32_t i)
{
	const struct sh_spoken_token *t = &w->k->g->t[i];
	struct sh_spoken_atom a = { .from = i };
	uint8_t bound = SH_BOUND_NONE;

	if ((!w->user && !w->c->call) || w->kind == SH_KIND_EVENT || (a.n = reading_refers(w->r, w->c, t, &bound)) == 0)
		return 0;
	if (reading_anchor(w->k, w->r, bound, &a)) {
		sh_talk_take(w->r, &a);
		sh_talk_widen(&w->r->span, i, a.n);
		w->r->previous = a;
		return a.n;
	}
	if (w->k->noffers == 2 && w->k->before_or_after && (t->cls == SH_SW_AFTER || t->cls == SH_SW_BEFORE))
		w->r->pick = t->cls == SH_SW_AFTER ? 2 : 1;
	return 1;
}

static void
reading_refuse(struct reading *w, const struct sh_spoken_atom *a)
{
	const uint32_t parts = SH_SLOT_DAYPART | SH_SLOT_CLOCK | SH_SLOT_DAY;
	struct sh_talk *k = w->k;

	w->not_next = false;
	if (w->kind == SH_KIND_REJECT && (w->c->cues & SH_CUE_BIT(BUSY)) && w->user)
		reading_note_anchor(w, a); /* "I'll be in the car at four, call then" */
	if (w->r->drops_clock && !(a->s.has & (SH_SLOT_CLOCK | SH_SLOT_DAYPART | SH_SLOT_DURATION)))
		return; /* "ten's too early on a Sunday" */
	if (a->s.bound == SH_BOUND_BETWEEN || (a->s.bound == SH_BOUND_AFTER && (a->s.has & SH_SLOT_CLOCK)))
		reading_forbid(k, a);
	else
		reading_reject(w->r, a);
	if (!w->user)
		return;
	if (((a->s.has & SH_SLOT_DAY) && a->s.day.kind == SH_DAY_WEEKDAY) || (a->s.has & parts) == SH_SLOT_DAYPART)
		reading_forbid(k, a);
	if ((w->c->cues & SH_CUE_BIT(TOO_EARLY)) && (a->s.has & SH_SLOT_CLOCK) && a->s.clock.hour < 23) {
		k->bad = SH_BOUND_BEFORE; /* "ten is too early": an hour later, if nothing else is said */
		k->bad_from = a->s.clock;
		k->bad_from.hour = (int8_t)(a->s.clock.hour == 12 && a->s.clock.half != SH_HALF_24 ? 1 : a->s.clock.hour + 1);
	}
}

/* An atom, by what its clause is about. */
static void
reading_put(struct reading *w, struct sh_spoken_atom *a)
{
	switch (w->kind) {
	case SH_KIND_NOT_UNTIL:
		if (a->s.bound == SH_BOUND_BEFORE || a->s.bound == SH_BOUND_AFTER) {
			a->s.bound = SH_BOUND_AFTER;
			a->s.day_inclusive = true;
		}
		reading_note_anchor(w, a);
		/* fall through */
	case SH_KIND_TIME:
		sh_talk_take(w->r, a);
		sh_talk_widen(&w->r->span, a->from, a->n);
		break;
	case SH_KIND_EVENT:
		reading_note_anchor(w, a);
		break;
	case SH_KIND_FORBID:
		reading_forbid(w->k, a);
		if (a->s.bound == SH_BOUND_BEFORE &&
		    w->user) { /* "don't call before noon": from noon on, if nothing else is said */
			a->s.bound = SH_BOUND_AFTER;
			a->s.day_inclusive = true;
			sh_spoken_merge(&w->k->not_until, &a->s);
		} else {
			reading_reject(w->r, a);
		}
		break;
	default:
		break;
	}
	w->r->previous = *a;
}

static bool
reading_takes_now(const struct reading *w)
{
	const struct sh_talk *k = w->k;

	return w->kind == SH_KIND_TIME && w->user && !w->c->negated && w->r->noffers == 0 &&
	       (w->c->call || k->asked_when || k->answer || (w->c->cues & (SH_CUE_BIT(WORKS) | SH_CUE_BIT(YES))));
}

/* The atom at token i, if it counts here; how many tokens it is in any case. */
static uint32_t
reading_atom(struct reading *w, uint32_t i)
{
	const struct sh_spoken_tokens *g = w->k->g;
	const struct sh_spoken_atom *previous = &w->r->previous;
	const struct sh_spoken_clause *c = w->c;
	struct sh_spoken_atom a;
	uint32_t n =
	    sh_spoken_atom(&w->k->in->place, g, i, previous->n > 0 && previous->from + previous->n == i ? previous : NULL, &a);

	if (n == 0 && g->t[i].cls == SH_SW_END_IDIOM &&
	    (c->call || (w->k->answer && !c->first_person && !c->negated && c->words == 0))) {
		a = (struct sh_spoken_atom){ .from = i, .n = 1, .s = { .has = SH_SLOT_DAYPART, .daypart = SH_DAYPART_END_OF_DAY } };
		n = 1;
	}
	if (n == 0)
		return 0;
	if (w->user && a.bare && a.s.has == SH_SLOT_DURATION)
		n += reading_after_anchor(w->k, w->r, c, i + n, &a);
	a.n = n;
	if (!w->user)
		reading_turn_zone(&a);
	if (a.s.has == 0 || (a.bare && !reading_takes_bare(w->k, w->r, c, &a, w->user)) ||
	    ((a.s.has & SH_SLOT_NOW) && !reading_takes_now(w)))
		return n;
	if ((a.s.has & SH_SLOT_CLOCK) && g->t[i + n].cls == SH_SW_FOR && g->t[i + n + 1].cls == SH_SW_ME && w->r->noffers > 0 &&
	    (w->r->offers[0].has & SH_SLOT_CLOCK))
		return n; /* "nine Eastern, that's six for me" */
	if (w->not_next || w->kind == SH_KIND_REJECT) {
		reading_refuse(w, &a);
		return n;
	}
	/* "I'll be home by six": from then on */
	if (a.s.bound == SH_BOUND_BEFORE && g->t[i].cls == SH_SW_BY && w->user && (c->cues & SH_CUE_BIT(AVAILABLE)) && !c->call)
		a.s.bound = SH_BOUND_AFTER, a.s.day_inclusive = true;
	reading_put(w, &a);
	return n;
}

void
sh_talk_clause(struct sh_talk *k, struct sh_talk_reading *r, const struct sh_spoken_clause *c, enum sh_spoken_kind kind, bool user,
    uint32_t from)
{
	struct reading w = { .k = k, .r = r, .c = c, .kind = kind, .user = user };

	r->previous.n = 0;
	if (c->before == SH_SW_STOP || c->before == SH_SW_ASK || c->before == SH_SW_BUT)
		r->alternative = false;
	else if (r->noffers > 0 && r->span.first <= r->span.last && r->span.last >= from)
		from = r->span.last + 1; /* "Tuesday, August 22nd" was read at once */
	else if (!user && c->before == SH_SW_COMMA && r->noffers > 0)
		r->alternative = true; /* "three, four or five" */
	for (uint32_t i = from, n; i < c->until; i += n) {
		n = 1;
		if (reading_mark(&w, i))
			continue;
		n = reading_choice(&w, i);
		if (n == 0)
			n = reading_atom(&w, i);
		if (n == 0)
			n = reading_reference(&w, i);
		if (n == 0)
			n = 1;
	}
	if (w.anchored) {
		k->anchor = w.anchor;
		k->anchor_turn = k->turn;
		k->anchor_event = !c->past;
	}
}
