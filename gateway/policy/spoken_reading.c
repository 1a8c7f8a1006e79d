/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* One clause at a time: atoms become slots, "or" makes alternatives, "after that" looks back. */
#include <string.h>

#include "gateway/policy/spoken_reading.h"

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
	    !(k->noffers > 0 && c->until - c->from <= 2 &&
		(user ? k->offers[0].clock.hour == 1 || (c->asks && !(k->offers[0].has & SH_SLOT_CLOCK)) : c->asks)) &&
	    !((k->answer || k->asked_what_time || k->asked_when) && c->until - c->from <= 3 && c->words == 0 && !c->first_person))
		return false; /* "that's one for me", "the nine o'clock one" */
	if ((a->s.has & SH_SLOT_DURATION) && (next->cls == SH_SW_LATE || next->cls == SH_SW_EARLY))
		return false; /* "you'll be an hour late" */
	if (next->cls == SH_SW_JUNK || next->cls == SH_SW_COUNTED || next->cls == SH_SW_EVENT)
		return false;
	if (a->from > c->from && t[a->from - 1].cls == SH_SW_FOR && (a->s.has & SH_SLOT_DURATION))
		return false; /* "for two hours" */
	if ((a->s.has & SH_SLOT_DURATION) || ((a->s.has & SH_SLOT_DAY) && a->s.day.kind == SH_DAY_STEP))
		return k->answer || k->asked_when || k->asked || k->noffers > 0 || c->call || (r->wish && c->asks && c->words == 0) ||
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
	}
	if ((s->has & SH_SLOT_DAY) && s->day.kind == SH_DAY_WEEKDAY && !(s->has & SH_SLOT_CLOCK) && !(s->has & SH_SLOT_DAY_BOUND))
		k->bad_weekdays |= (uint8_t)(1u << s->day.weekday);
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

static void
reading_note_anchor(struct sh_reading *w, const struct sh_spoken_atom *a)
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
reading_mark(struct sh_reading *w, uint32_t i)
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
		if (w->user && t->cls == SH_SW_NO && i == w->c->from && w->c->before == SH_SW_ASK && r->noffers > 0) {
			sh_spoken_merge(&r->rejected, &r->offers[r->noffers - 1]); /* "Tonight? No. Tomorrow" */
			r->rejects = true;
			r->noffers = 0;
			memset(r->offers, 0, sizeof(r->offers));
		}
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

static void
reading_refuse(struct sh_reading *w, const struct sh_spoken_atom *a)
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
reading_put(struct sh_reading *w, struct sh_spoken_atom *a)
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
		} else if (w->user && (a->s.has & SH_SLOT_CLOCK) && w->r->previous.n > 0 &&
			   w->r->previous.from + w->r->previous.n == a->from && w->r->previous.s.bound == SH_BOUND_AFTER) {
			a->s.bound = SH_BOUND_AFTER; /* "don't bother before Thursday at three" */
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
reading_takes_now(const struct sh_reading *w)
{
	const struct sh_talk *k = w->k;

	return w->kind == SH_KIND_TIME && w->user && !w->c->negated && !w->c->unsure && !(w->c->cues & SH_CUE_BIT(VAGUE)) &&
	       w->r->noffers == 0 &&
	       (w->c->call || k->asked_when || k->answer || (w->c->cues & (SH_CUE_BIT(WORKS) | SH_CUE_BIT(YES))));
}

/* The atom at token i, if it counts here; how many tokens it is in any case. */
static uint32_t
reading_atom(struct sh_reading *w, uint32_t i)
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
	if (w->user && w->kind == SH_KIND_TIME && a.s.has == SH_SLOT_DURATION)
		n += sh_reading_shift(w, i + n, &a);
	if (w->user && a.bare && a.s.has == SH_SLOT_DURATION)
		n += sh_reading_after_anchor(w->k, w->r, c, i + n, &a);
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
	if (w->kind == SH_KIND_TIME && w->user && a.s.bound == SH_BOUND_BEFORE && g->t[i].cls == SH_SW_UNTIL && !c->call &&
	    w->r->noffers > 0 && (w->r->offers[w->r->noffers - 1].has & SH_SLOT_CLOCK))
		return n; /* "quarter past nine, I'm off till ten" */
	reading_put(w, &a);
	return n;
}

/* Can anything begin with such a word that a reading takes? Most words are passed over. */
static bool
reading_says(uint8_t cls)
{
	switch (cls) {
	case SH_SW_OR:
	case SH_SW_AND:
	case SH_SW_NOT:
	case SH_SW_CORRECTION:
	case SH_SW_NO:
	case SH_SW_AT_LATEST:
	case SH_SW_AFTER_THAT:
	case SH_SW_BEFORE_THAT:
	case SH_SW_BY_THEN:
	case SH_SW_THEN:
	case SH_SW_END_IDIOM:
	case SH_SW_SAME_DAY:
		return true;
	default:
		return sh_spoken_may_begin(cls);
	}
}

/* "Six, six thirty": of two clocks in a row the first. */
static bool
reading_or_else(const struct sh_talk *k, const struct sh_talk_reading *r, const struct sh_spoken_clause *c,
    enum sh_spoken_kind kind, uint32_t from)
{
	const struct sh_spoken_slots *s = &r->offers[r->noffers > 0 ? r->noffers - 1 : 0];
	struct sh_spoken_atom a;
	uint32_t n;
	int minutes;

	if (c->before != SH_SW_COMMA || r->noffers == 0 || kind != SH_KIND_TIME || c->cues != 0 || r->corrections > 0 ||
	    !(s->has & SH_SLOT_CLOCK) || r->span.last + 2 != from || s->bound != SH_BOUND_NONE)
		return false;
	n = sh_spoken_atom(&k->in->place, k->g, from, NULL, &a);
	if (n == 0 || (a.s.has & ~SH_SLOT_ZONE) != SH_SLOT_CLOCK || from + n + 1 < c->until)
		return false;
	minutes = (a.s.clock.hour - s->clock.hour) * 60 + a.s.clock.minute - s->clock.minute;
	return minutes > 0 && minutes <= 60;
}

void
sh_talk_clause(struct sh_talk *k, struct sh_talk_reading *r, const struct sh_spoken_clause *c, enum sh_spoken_kind kind, bool user,
    uint32_t from)
{
	struct sh_reading w = { .k = k, .r = r, .c = c, .kind = kind, .user = user };

	r->previous.n = 0;
	if (c->before == SH_SW_STOP || c->before == SH_SW_ASK || c->before == SH_SW_BUT)
		r->alternative = false;
	else if (r->noffers > 0 && r->span.first <= r->span.last && r->span.last >= from)
		from = r->span.last + 1; /* "Tuesday, August 22nd" was read at once */
	else if (!user && c->before == SH_SW_COMMA && r->noffers > 0)
		r->alternative = true; /* "three, four or five" */
	if (user && reading_or_else(k, r, c, kind, from))
		r->alternative = true;
	for (uint32_t i = from, n; i < c->until; i += n) {
		n = 1;
		if (!reading_says(k->g->t[i].cls) || reading_mark(&w, i))
			continue;
		n = sh_reading_choice(&w, i);
		if (n == 0)
			n = reading_atom(&w, i);
		if (n == 0)
			n = sh_reading_reference(&w, i);
		if (n == 0)
			n = 1;
	}
	if (w.anchored) {
		k->anchor = w.anchor;
		k->anchor_turn = k->turn;
		k->anchor_event = !c->past;
		k->anchor_when =
		    kind == SH_KIND_EVENT && (k->g->t[c->from].cls == SH_SW_WHEN || k->g->t[c->from].cls == SH_SW_AFTER ||
						 sh_str_is(k->g->t[c->from].text, "once"));
	}
}
