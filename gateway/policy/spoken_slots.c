/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Atoms of the grammar, and how newer slots are laid over older ones. */
#include "gateway/policy/spoken_grammar.h"

/* ---- bounds ---- */

/* A preposition that makes a bound of what follows. */
static uint32_t
slots_bound(const struct sh_spoken_token *t, uint8_t *bound, bool *inclusive)
{
	uint32_t k = 1;

	switch (t[0].cls) {
	case SH_SW_NOT_BEFORE:
	case SH_SW_FROM:
	case SH_SW_STARTING:
		*inclusive = true;
		*bound = SH_BOUND_AFTER;
		break;
	case SH_SW_AFTER:
	case SH_SW_PAST:
		*bound = SH_BOUND_AFTER;
		break;
	case SH_SW_LATER:
	case SH_SW_EARLIER:
		if (t[1].cls != SH_SW_THAN)
			return 0;
		*bound = t[0].cls == SH_SW_LATER ? SH_BOUND_AFTER : SH_BOUND_BEFORE;
		k = 2;
		break;
	case SH_SW_NOT:
		if (t[1].cls != SH_SW_UNTIL && t[1].cls != SH_SW_BEFORE)
			return 0;
		*inclusive = true;
		*bound = SH_BOUND_AFTER;
		k = 2;
		break;
	case SH_SW_BEFORE:
	case SH_SW_BY:
	case SH_SW_UNTIL:
	case SH_SW_NOT_AFTER:
		*bound = SH_BOUND_BEFORE;
		*inclusive = t[0].cls != SH_SW_BEFORE;
		break;
	case SH_SW_BETWEEN:
		*bound = SH_BOUND_BETWEEN;
		break;
	default:
		return 0;
	}
	return k;
}

/* A trailing am or pm is of both ends unless that would turn the window round. */
static void
slots_both_ends(struct sh_spoken_clock *a, struct sh_spoken_clock *b)
{
	int ha = a->hour % 12 * 60 + a->minute, hb = b->hour % 12 * 60 + b->minute;

	if (a->half == SH_HALF_UNSAID && (b->half == SH_HALF_AM || b->half == SH_HALF_PM) && ha < hb)
		a->half = b->half;
	else if (b->half == SH_HALF_UNSAID && (a->half == SH_HALF_AM || a->half == SH_HALF_PM))
		b->half = ha < hb ? a->half : a->half == SH_HALF_AM ? SH_HALF_PM : SH_HALF_AM;
}

static bool
slots_joins(enum sh_spoken_class cls, uint8_t bound)
{
	return cls == SH_SW_TO || cls == SH_SW_DASH || cls == SH_SW_UNTIL || (cls == SH_SW_AND && bound == SH_BOUND_BETWEEN);
}

/* A clock, or two that bound a window. k: tokens before it. */
static uint32_t
slots_clock(const struct sh_spoken_token *t, uint32_t k, uint8_t bound, bool evidence, struct sh_spoken_atom *a)
{
	struct sh_spoken_clock until;
	bool bare = false, other = false;
	uint32_t n, m, skip;

	if (bound == SH_BOUND_NONE || (t[0].cls != SH_SW_FROM && bound != SH_BOUND_BETWEEN) || t[k].cls != SH_SW_NUMBER ||
	    t[k + 1].cls != SH_SW_TO) {
		n = sh_spoken_clock(&t[k], evidence || bound != SH_BOUND_NONE, &a->s.clock, &a->s.about, &bare);
	} else { /* "from ten to five" */
		n = t[k].number <= 24 && t[k].minute < 0 && t[k].digits <= 2;
		a->s.clock =
		    (struct sh_spoken_clock){ .hour = (int8_t)t[k].number, .half = t[k].number > 12 ? SH_HALF_24 : SH_HALF_UNSAID };
	}
	if (n == 0)
		return 0;
	k += n;
	a->s.has |= SH_SLOT_CLOCK;
	a->s.bound = bound == SH_BOUND_BETWEEN ? SH_BOUND_NONE : bound;
	a->bare = bare && bound == SH_BOUND_NONE;
	if (slots_joins(t[k].cls, bound)) {
		skip = 1 + (t[k + 1].cls == SH_SW_ABOUT || t[k + 1].cls == SH_SW_AT);
		m = sh_spoken_clock(&t[k + skip], true, &until, &a->s.about, &other);
		if (m > 0 && (bound == SH_BOUND_BETWEEN || bound == SH_BOUND_NONE || t[0].cls == SH_SW_FROM ||
				 t[0].cls == SH_SW_NOT_BEFORE)) {
			a->s.until = until;
			a->s.bound = SH_BOUND_BETWEEN;
			a->bare = false;
			slots_both_ends(&a->s.clock, &a->s.until);
			return k + skip + m;
		}
	}
	if (t[k].cls == SH_SW_OR_LATER)
		a->s.bound = SH_BOUND_AFTER, k++, a->bare = false;
	else if (t[k].cls == SH_SW_OR_BEFORE || t[k].cls == SH_SW_AT_LATEST)
		a->s.bound = SH_BOUND_BEFORE, k++, a->bare = false;
	return k;
}

/* ---- parts of the day ---- */

static uint32_t
slots_daypart(const struct sh_spoken_token *t, bool beside_day, struct sh_spoken_atom *a)
{
	uint32_t k = 0, prefix;
	bool this_one = false, timed = beside_day;

	while (t[k].cls == SH_SW_IN || t[k].cls == SH_SW_AT || t[k].cls == SH_SW_DURING || t[k].cls == SH_SW_ABOUT ||
	       t[k].cls == SH_SW_OVER || t[k].cls == SH_SW_ON || t[k].cls == SH_SW_BY || t[k].cls == SH_SW_NOT_BEFORE ||
	       t[k].cls == SH_SW_BEFORE || t[k].cls == SH_SW_MY) {
		if (++k == 4)
			return 0;
		timed = true;
	}
	prefix = k;
	if (t[k].cls == SH_SW_THE)
		k++;
	else if (t[k].cls == SH_SW_THIS)
		k++, this_one = true;
	if (t[k].cls == SH_SW_COMING)
		k++;
	if (t[k].cls == SH_SW_TODAY_PART) {
		a->s.has = SH_SLOT_DAY | SH_SLOT_DAYPART;
		a->s.day = (struct sh_spoken_day){ .kind = SH_DAY_OFFSET, .weekday = -1 };
	} else if (t[k].cls == SH_SW_DAYPART) {
		a->s.has = SH_SLOT_DAYPART;
		if (this_one) {
			a->s.has |= SH_SLOT_DAY;
			a->s.day = (struct sh_spoken_day){ .kind = SH_DAY_OFFSET, .weekday = -1 };
		}
	} else if (t[k].cls == SH_SW_MEAL) {
		if (!timed && !sh_spoken_is_day_word(&t[k + 1]))
			return 0;
		a->s.has = SH_SLOT_DAYPART;
	} else {
		return 0;
	}
	a->s.daypart = (uint8_t)t[k].value;
	if (prefix > 0 && (t[0].cls == SH_SW_BY || t[0].cls == SH_SW_BEFORE))
		a->s.bound = SH_BOUND_BEFORE;
	k++;
	if (t[k].cls == SH_SW_TIME || t[k].cls == SH_SW_ISH)
		k++;
	/* "first thing in the morning", "Thursday, first thing" */
	if (a->s.daypart == SH_DAYPART_FIRST_THING && t[k].cls == SH_SW_IN && t[k + 1].cls == SH_SW_THE &&
	    t[k + 2].cls == SH_SW_DAYPART)
		k += 3;
	return k;
}

/* ---- zones ---- */

static uint32_t
slots_zone(const struct sh_spoken_place *p, const struct sh_spoken_tokens *g, uint32_t i, const struct sh_spoken_atom *previous,
    struct sh_spoken_atom *a)
{
	const struct sh_spoken_token *t = &g->t[i];
	uint32_t n = 0, k = t[0].cls == SH_SW_IN ? 1 : 0;
	bool timed = t[k].cls == SH_SW_HERE || t[k].cls == SH_SW_MY || t[k].cls == SH_SW_YOUR;

	if (t[k].cls != SH_SW_WORD && !timed)
		return 0;
	for (uint32_t j = 1; j <= 4 && !timed; j++)
		timed = t[k + j].cls == SH_SW_TIME;
	if (k == 0 && (i == 0 || t[-1].cls == SH_SW_END || t[-1].cls == SH_SW_COMMA || t[-1].cls == SH_SW_STOP) &&
	    (t[1].cls == SH_SW_END || t[1].cls == SH_SW_STOP || t[1].cls == SH_SW_COMMA))
		timed = true; /* "Pacific." */
	if (!timed && !previous && k == 0 &&
	    !(t[0].text.n >= 3 && t[0].text.n <= 4 && (t[0].text.s[t[0].text.n - 1] == 't' || t[0].text.s[t[0].text.n - 1] == 'c')))
		return 0;
	if (!sh_spoken_zone_at(p, g, i + k, &n, &a->s.zone) || n == 0)
		return 0;
	if (a->s.zone.how == SH_ZONE_HOW_PLACE)
		return 0;
	a->s.has = SH_SLOT_ZONE;
	return k + n;
}

/* ---- all ---- */

bool
sh_spoken_is_day_word(const struct sh_spoken_token *t)
{
	return t->cls == SH_SW_WEEKDAY || t->cls == SH_SW_TODAY || t->cls == SH_SW_DAY_OFFSET || t->cls == SH_SW_WEEKDAYS ||
	       t->cls == SH_SW_MAYBE_WEEKDAY;
}

/* "late tomorrow morning" */
static uint8_t
slots_part_of_part(bool early, int16_t part)
{
	switch (part) {
	case SH_DAYPART_MORNING:
		return early ? SH_DAYPART_EARLY_MORNING : SH_DAYPART_LATE_MORNING;
	case SH_DAYPART_AFTERNOON:
		return early ? SH_DAYPART_EARLY_AFTERNOON : SH_DAYPART_LATE_AFTERNOON;
	case SH_DAYPART_EVENING:
		return early ? SH_DAYPART_EARLY_EVENING : SH_DAYPART_LATE_NIGHT;
	default:
		return (uint8_t)part;
	}
}

/* The day with its bound, and a second day that ends a range of days. */
static uint32_t
slots_day(const struct sh_spoken_token *t, uint32_t k, uint8_t bound, struct sh_spoken_atom *a)
{
	struct sh_spoken_day other;
	uint32_t n, m, part = 0;

	if ((t[k].cls == SH_SW_EARLY || t[k].cls == SH_SW_LATE) && sh_spoken_is_day_word(&t[k + 1 + (t[k + 1].cls == SH_SW_ON)])) {
		a->s.has |= SH_SLOT_DAYPART;
		a->s.daypart = t[k].cls == SH_SW_EARLY ? SH_DAYPART_EARLY_MORNING : SH_DAYPART_LATE_NIGHT;
		part = 1 + (t[k + 1].cls == SH_SW_ON);
	}
	n = sh_spoken_day(&t[k + part], &a->s.day);
	if (n == 0) {
		a->s.has = 0;
		return 0;
	}
	if (part > 0 && t[k + part + n].cls == SH_SW_DAYPART) {
		a->s.daypart = slots_part_of_part(a->s.daypart == SH_DAYPART_EARLY_MORNING, t[k + part + n].value);
		n++;
	}
	k += part + n;
	a->s.has |= SH_SLOT_DAY;
	if (bound == SH_BOUND_AFTER || bound == SH_BOUND_BEFORE) {
		a->s.has |= SH_SLOT_DAY_BOUND;
		a->s.bound = bound;
		a->s.day_inclusive = a->inclusive;
	}
	if (slots_joins(t[k].cls, bound) && t[k].cls != SH_SW_UNTIL) {
		m = sh_spoken_day(&t[k + 1], &other);
		if (m > 0) {
			k += 1 + m;
			a->s.has &= ~SH_SLOT_DAY_BOUND;
			a->s.bound = SH_BOUND_NONE;
		}
	}
	return k;
}

/* "now", "between now and five", "from now until noon": it begins now. 0: it is none of them. */
static uint32_t
slots_now(const struct sh_spoken_token *t, struct sh_spoken_atom *a)
{
	struct sh_spoken_atom end = { 0 };
	uint32_t k = t[0].cls == SH_SW_NOW                                                            ? 1
		     : (t[0].cls == SH_SW_BETWEEN || t[0].cls == SH_SW_FROM) && t[1].cls == SH_SW_NOW ? 2
												      : 0,
		 n = 0;

	if (k == 0 && (t[0].cls != SH_SW_FROM_NOW || t[1].cls != SH_SW_UNTIL))
		return 0;
	if (k == 0) {
		n = slots_clock(&t[2], 0, SH_BOUND_NONE, true, &end);
		k = n > 0 ? 2 + n : 0;
	} else if ((k == 2 && (t[2].cls == SH_SW_AND || t[2].cls == SH_SW_TO)) || t[k].cls == SH_SW_UNTIL) {
		n = slots_clock(&t[k + 1], 0, SH_BOUND_NONE, true, &end);
		k += n > 0 ? 1 + n : 0;
	}
	a->s.has = k > 0 ? SH_SLOT_NOW : 0;
	return k;
}

/* What stands before a clock or a day: "at about", "on". */
struct slots_lead {
	uint8_t bound;
	bool inclusive, evidence, about, at;
};

static uint32_t
slots_lead(const struct sh_spoken_token *t, uint32_t k, struct slots_lead *l)
{
	for (uint32_t limit = k + 3; k < limit; k++) {
		if (t[k].cls == SH_SW_AT || (t[k].cls == SH_SW_ON && k > 0))
			l->evidence = l->at = true;
		else if (t[k].cls == SH_SW_ABOUT)
			l->evidence = l->about = true;
		else if (t[k].cls == SH_SW_ON)
			l->at = false;
		else
			break;
	}
	return k;
}

/* A clock or an amount of time, whichever is the longer: "five or ten minutes", "ten minutes past three". */
static uint32_t
slots_clock_or_duration(const struct sh_spoken_token *t, uint32_t k, const struct slots_lead *l, struct sh_spoken_atom *a)
{
	struct sh_spoken_atom clock = *a;
	uint32_t n = sh_spoken_amount(t, a), m = slots_clock(t, k, l->bound, l->evidence, &clock);

	if (m == 0 || m < n)
		return n;
	*a = clock;
	a->s.about |= l->about;
	return m;
}

static uint32_t
slots_daypart_bound(
    const struct sh_spoken_token *t, uint32_t k, const struct slots_lead *l, bool beside_day, struct sh_spoken_atom *a)
{
	const struct sh_spoken_atom blank = *a;
	uint32_t n = slots_daypart(t, beside_day, a);

	if (n > 0) {
		a->s.about |= t[0].cls == SH_SW_ABOUT;
		return n;
	}
	*a = blank;
	if (l->bound == SH_BOUND_NONE || (n = slots_daypart(&t[k], true, a)) == 0)
		return 0;
	/* "after Thursday lunch": without the preposition */
	a->s.bound = l->bound == SH_BOUND_BEFORE ? SH_BOUND_BEFORE : SH_BOUND_NONE;
	return k + n;
}

static uint32_t
slots_atom(const struct sh_spoken_place *p, const struct sh_spoken_tokens *g, uint32_t i, const struct sh_spoken_atom *previous,
    struct sh_spoken_atom *a)
{
	const struct sh_spoken_token *t = &g->t[i];
	struct slots_lead lead = { 0 };
	struct sh_spoken_atom blank;
	uint32_t k, n;

	if (t[0].cls == SH_SW_SAME_TIME) {
		a->s.has = SH_SLOT_SAME;
		return 1;
	}
	if ((n = slots_now(t, a)) > 0)
		return n;
	k = slots_bound(t, &lead.bound, &a->inclusive);
	if (k == 0 && (n = slots_zone(p, g, i, previous, a)) > 0)
		return n;
	k = slots_lead(t, k, &lead);
	blank = *a;
	if (lead.at && lead.bound == SH_BOUND_NONE) {
		n = slots_clock(t, k, lead.bound, lead.evidence, a);
		if (n > 0) {
			a->s.about |= lead.about;
			return n;
		}
		*a = blank;
	}
	if ((n = slots_day(t, k, lead.bound, a)) > 0)
		return n;
	*a = blank;
	if ((n = slots_clock_or_duration(t, k, &lead, a)) > 0)
		return n;
	*a = blank;
	return slots_daypart_bound(t, k, &lead, previous && (previous->s.has & SH_SLOT_DAY), a);
}

/* What an atom may begin with. */
static const bool slots_begins[SH_SW_CLASSES] = {
	[SH_SW_NUMBER] = true,
	[SH_SW_ORDINAL] = true,
	[SH_SW_CLOCK] = true,
	[SH_SW_DATE] = true,
	[SH_SW_DECIMAL] = true,
	[SH_SW_WORD] = true,
	[SH_SW_A] = true,
	[SH_SW_THE] = true,
	[SH_SW_IN] = true,
	[SH_SW_AT] = true,
	[SH_SW_ON] = true,
	[SH_SW_FROM] = true,
	[SH_SW_BY] = true,
	[SH_SW_UNTIL] = true,
	[SH_SW_BEFORE] = true,
	[SH_SW_AFTER] = true,
	[SH_SW_PAST] = true,
	[SH_SW_BETWEEN] = true,
	[SH_SW_WITHIN] = true,
	[SH_SW_DURING] = true,
	[SH_SW_OVER] = true,
	[SH_SW_ABOUT] = true,
	[SH_SW_THIS] = true,
	[SH_SW_NEXT] = true,
	[SH_SW_COMING] = true,
	[SH_SW_FOLLOWING] = true,
	[SH_SW_LAST] = true,
	[SH_SW_EARLY] = true,
	[SH_SW_MIDDLE] = true,
	[SH_SW_ENDING] = true,
	[SH_SW_LATE] = true,
	[SH_SW_LATER] = true,
	[SH_SW_EARLIER] = true,
	[SH_SW_GIVE] = true,
	[SH_SW_MY] = true,
	[SH_SW_YOUR] = true,
	[SH_SW_HERE] = true,
	[SH_SW_NOW] = true,
	[SH_SW_FROM_NOW] = true,
	[SH_SW_TODAY] = true,
	[SH_SW_DAY_OFFSET] = true,
	[SH_SW_WEEKDAY] = true,
	[SH_SW_WEEKDAYS] = true,
	[SH_SW_MAYBE_WEEKDAY] = true,
	[SH_SW_MONTH] = true,
	[SH_SW_MAYBE_MONTH] = true,
	[SH_SW_UNIT] = true,
	[SH_SW_SECOND] = true,
	[SH_SW_HALF] = true,
	[SH_SW_QUARTER] = true,
	[SH_SW_THREE_QUARTERS] = true,
	[SH_SW_COUPLE] = true,
	[SH_SW_FEW] = true,
	[SH_SW_SEVERAL] = true,
	[SH_SW_DOZEN] = true,
	[SH_SW_NOON] = true,
	[SH_SW_MIDNIGHT] = true,
	[SH_SW_DAYPART] = true,
	[SH_SW_TODAY_PART] = true,
	[SH_SW_MEAL] = true,
	[SH_SW_FORTNIGHT] = true,
	[SH_SW_WEEKEND] = true,
	[SH_SW_HOLIDAY] = true,
	[SH_SW_MIDWEEK] = true,
	[SH_SW_LATER_TODAY] = true,
	[SH_SW_SAME_TIME] = true,
	[SH_SW_NOT_BEFORE] = true,
	[SH_SW_NOT_AFTER] = true,
	[SH_SW_WEEK_OF] = true,
	[SH_SW_STARTING] = true,
	[SH_SW_BAD_TIME] = true,
};

bool
sh_spoken_may_begin(uint8_t cls)
{
	return slots_begins[cls];
}

uint32_t
sh_spoken_atom(const struct sh_spoken_place *p, const struct sh_spoken_tokens *g, uint32_t i, const struct sh_spoken_atom *previous,
    struct sh_spoken_atom *ret)
{
	const struct sh_spoken_token *t = &g->t[i];

	if (!slots_begins[t->cls] || (t->cls == SH_SW_BAD_TIME && !sh_spoken_is_middle(t)))
		return 0;
	if (t->cls == SH_SW_DAYPART && i > 0 && t[-1].cls == SH_SW_A && t[1].cls == SH_SW_WORD)
		return 0; /* "I'm a night owl" */
	*ret = (struct sh_spoken_atom){ .from = i };
	/* a word that no table knows is a zone, or nothing */
	ret->n = g->t[i].cls == SH_SW_WORD ? slots_zone(p, g, i, previous, ret) : slots_atom(p, g, i, previous, ret);
	return ret->n;
}
