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

/* ---- amounts of time ---- */

static uint32_t
slots_duration(const struct sh_spoken_token *t, struct sh_spoken_atom *a)
{
	struct sh_spoken_count c;
	uint32_t k = 0, n;
	bool in = false, within = false;

	switch (t[0].cls) {
	case SH_SW_WITHIN:
		within = true;
		/* fall through */
	case SH_SW_IN:
	case SH_SW_AFTER:
	case SH_SW_GIVE:
	case SH_SW_OVER:
		in = true;
		k = 1;
		if (t[k].cls == SH_SW_ME || t[k].cls == SH_SW_IT)
			k++;
		break;
	default:
		break;
	}
	if (t[k].cls == SH_SW_ABOUT)
		k++, a->s.about = true;
	if (in && t[k].cls == SH_SW_THE && (t[k + 1].cls == SH_SW_NEXT || t[k + 1].cls == SH_SW_COMING))
		k += 2, within = true;
	else if (!in && t[k].cls == SH_SW_THE && t[k + 1].cls == SH_SW_NEXT)
		k += 2, within = true;
	n = sh_spoken_count(&t[k], &c);
	/* "ring back in five" */
	if (n == 0 && in && !within && (t[0].cls == SH_SW_IN || t[0].cls == SH_SW_GIVE) && t[k].cls == SH_SW_NUMBER &&
	    t[k].minute < 0 && t[k].number >= 2 && t[k].number <= 90 &&
	    (t[k + 1].cls == SH_SW_END || t[k + 1].cls == SH_SW_STOP || t[k + 1].cls == SH_SW_COMMA ||
		t[k + 1].cls == SH_SW_PLEASE)) {
		c = (struct sh_spoken_count){ .ms = t[k].number * SH_MINUTE_MS };
		n = 1;
	}
	if (n == 0 && within && t[k].cls == SH_SW_THE && t[k + 1].cls == SH_SW_UNIT)
		k++; /* "within the hour" */
	if (n == 0 && within && t[k].cls == SH_SW_UNIT && t[k].value <= 2) { /* "within the next hour" */
		c = (struct sh_spoken_count){ .ms = t[k].value == 2 ? SH_HOUR_MS : SH_MINUTE_MS };
		n = 1;
	}
	if (n == 0)
		return 0;
	if (c.calendar) {
		if (c.unit > 5)
			return 0;
		a->bare = !in && !within;
		a->s.about |= c.about;
		if (within) {
			a->s.has = SH_SLOT_DURATION;
			a->s.bound = SH_BOUND_WITHIN;
			a->s.duration_ms = (int64_t)c.n * (c.unit == 4 ? 7 : c.unit == 5 ? 30 : 1) * SH_DAY_MS;
		} else {
			a->s.has = SH_SLOT_DAY;
			a->s.day = (struct sh_spoken_day){
				.kind = SH_DAY_STEP, .n = (int16_t)(c.n < 3000 ? c.n : 3000), .unit = c.unit, .weekday = -1
			};
		}
		return k + n;
	}
	k += n;
	if (t[k].cls == SH_SW_TIME)
		k++;
	a->bare = !in && !within;
	if (t[k].cls == SH_SW_FROM_NOW || t[k].cls == SH_SW_LATER)
		k++, a->bare = false;
	a->s.has = SH_SLOT_DURATION;
	a->s.bound = within ? SH_BOUND_WITHIN : SH_BOUND_NONE;
	a->s.duration_ms = c.ms;
	a->s.about |= c.about;
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
	/* "late tomorrow morning" */
	if (part > 0 && t[k + part + n].cls == SH_SW_DAYPART) {
		bool early = a->s.daypart == SH_DAYPART_EARLY_MORNING;

		switch (t[k + part + n].value) {
		case SH_DAYPART_MORNING:
			a->s.daypart = early ? SH_DAYPART_EARLY_MORNING : SH_DAYPART_LATE_MORNING;
			break;
		case SH_DAYPART_AFTERNOON:
			a->s.daypart = early ? SH_DAYPART_EARLY_AFTERNOON : SH_DAYPART_LATE_AFTERNOON;
			break;
		case SH_DAYPART_EVENING:
			a->s.daypart = early ? SH_DAYPART_EARLY_EVENING : SH_DAYPART_LATE_NIGHT;
			break;
		default:
			a->s.daypart = (uint8_t)t[k + part + n].value;
		}
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

static uint32_t
slots_atom(const struct sh_spoken_place *p, const struct sh_spoken_tokens *g, uint32_t i, const struct sh_spoken_atom *previous,
    struct sh_spoken_atom *a)
{
	const struct sh_spoken_token *t = &g->t[i];
	struct sh_spoken_atom blank = *a;
	uint8_t bound = SH_BOUND_NONE;
	bool evidence = false, about = false, at = false;
	uint32_t k, n;

	if (t[0].cls == SH_SW_NOW || ((t[0].cls == SH_SW_BETWEEN || t[0].cls == SH_SW_FROM) && t[1].cls == SH_SW_NOW)) {
		struct sh_spoken_atom end = { 0 };

		a->s.has = SH_SLOT_NOW;
		k = t[0].cls == SH_SW_NOW ? 1 : 2;
		/* "between now and five" begins now */
		if ((k == 2 && t[2].cls == SH_SW_AND) || t[k].cls == SH_SW_UNTIL || (k == 2 && t[2].cls == SH_SW_TO)) {
			end.n = slots_clock(&t[k + 1], 0, SH_BOUND_NONE, true, &end);
			k += end.n > 0 ? 1 + end.n : 0;
		}
		return k;
	}
	if (t[0].cls == SH_SW_FROM_NOW && t[1].cls == SH_SW_UNTIL) {
		struct sh_spoken_atom end = { 0 };

		a->s.has = SH_SLOT_NOW;
		n = slots_clock(&t[2], 0, SH_BOUND_NONE, true, &end);
		return n > 0 ? 2 + n : 0;
	}
	if (t[0].cls == SH_SW_SAME_TIME) {
		a->s.has = SH_SLOT_SAME;
		return 1;
	}
	k = slots_bound(t, &bound, &a->inclusive);
	if (k == 0 && (n = slots_zone(p, g, i, previous, a)) > 0)
		return n;
	for (uint32_t limit = k + 3; k < limit; k++) {
		if (t[k].cls == SH_SW_AT || (t[k].cls == SH_SW_ON && k > 0))
			evidence = at = true;
		else if (t[k].cls == SH_SW_ABOUT)
			evidence = about = true;
		else if (t[k].cls == SH_SW_ON)
			at = false;
		else
			break;
	}
	blank.inclusive = a->inclusive;
	if (at && bound == SH_BOUND_NONE) {
		*a = blank;
		n = slots_clock(t, k, bound, evidence, a);
		if (n > 0) {
			a->s.about |= about;
			return n;
		}
	}
	*a = blank;
	if ((n = slots_day(t, k, bound, a)) > 0)
		return n;
	*a = blank;
	n = slots_duration(t, a);
	{
		struct sh_spoken_atom clock = blank; /* "five or ten minutes", "ten minutes past three": the longer */
		uint32_t m = slots_clock(t, k, bound, evidence, &clock);

		if (m > 0 && m >= n) {
			*a = clock;
			a->s.about |= about;
			return m;
		}
	}
	if (n > 0)
		return n;
	*a = blank;
	if ((n = slots_daypart(t, previous && (previous->s.has & SH_SLOT_DAY), a)) > 0) {
		if (t[0].cls == SH_SW_ABOUT)
			a->s.about = true;
		return n;
	}
	if (bound != SH_BOUND_NONE) { /* "after Thursday lunch": without the preposition */
		*a = blank;
		if ((n = slots_daypart(&t[k], true, a)) > 0) {
			a->s.bound = bound == SH_BOUND_BEFORE ? SH_BOUND_BEFORE : SH_BOUND_NONE;
			return k + n;
		}
	}
	return 0;
}

uint32_t
sh_spoken_atom(const struct sh_spoken_place *p, const struct sh_spoken_tokens *g, uint32_t i, const struct sh_spoken_atom *previous,
    struct sh_spoken_atom *ret)
{
	*ret = (struct sh_spoken_atom){ .from = i };
	switch (g->t[i].cls) {
	case SH_SW_END:
	case SH_SW_STOP:
	case SH_SW_ASK:
	case SH_SW_COMMA:
	case SH_SW_JUNK:
	case SH_SW_I:
	case SH_SW_YOU:
	case SH_SW_CALL:
	case SH_SW_YES:
	case SH_SW_NO:
	case SH_SW_PLEASE:
	case SH_SW_ME:
	case SH_SW_IDIOM:
	case SH_SW_AND:
	case SH_SW_OR:
		return 0;
	case SH_SW_WORD: /* a zone, or nothing */
		ret->n = slots_zone(p, g, i, previous, ret);
		return ret->n;
	default:
		if (g->t[i].cls >= SH_SW_CALL)
			return 0; /* no word of talk begins a time */
		break;
	}
	ret->n = slots_atom(p, g, i, previous, ret);
	return ret->n;
}

/* ---- newer over older ---- */

static bool
slots_is_tonight(const struct sh_spoken_slots *s)
{
	return (s->has & SH_SLOT_DAY) && s->day.kind == SH_DAY_OFFSET && s->day.n == 0 && (s->has & SH_SLOT_DAYPART) &&
	       (s->daypart == SH_DAYPART_NIGHT || s->daypart == SH_DAYPART_LATE_NIGHT);
}

static bool
slots_is_small_hours(const struct sh_spoken_slots *o, const struct sh_spoken_slots *n)
{
	const struct sh_spoken_clock *c = n->has & SH_SLOT_CLOCK ? &n->clock : &o->clock;

	if ((n->has & SH_SLOT_DAY) || !((o->has | n->has) & SH_SLOT_CLOCK) || c->hour % 12 >= 6)
		return false;
	return ((n->has & SH_SLOT_CLOCK) && c->half == SH_HALF_AM) ||
	       ((n->has & SH_SLOT_DAYPART) && n->daypart == SH_DAYPART_MORNING);
}

static void
slots_merge_day(struct sh_spoken_slots *o, const struct sh_spoken_slots *n)
{
	const struct sh_spoken_day was = o->day;
	bool had = (o->has & SH_SLOT_DAY) != 0;

	o->has |= SH_SLOT_DAY;
	o->day = n->day;
	if (!had)
		return;
	/* "next week … Monday", "Monday … next week", "next month … the fifth", "July … the fourth" */
	if (was.kind == SH_DAY_LOOSE && was.loose == SH_LOOSE_WEEK && n->day.kind == SH_DAY_WEEKDAY &&
	    n->day.mode == SH_WEEKDAY_BARE) {
		o->day.mode = was.n > 0 ? SH_WEEKDAY_NEXT : SH_WEEKDAY_THIS;
		o->day.plus_days += was.n > 1 ? 7 : 0;
	} else if (was.kind == SH_DAY_LOOSE && was.loose == SH_LOOSE_LATER_WEEK && n->day.kind == SH_DAY_WEEKDAY &&
		   n->day.mode == SH_WEEKDAY_BARE) {
		o->day.mode = SH_WEEKDAY_THIS;
	} else if (was.kind == SH_DAY_WEEKDAY && n->day.kind == SH_DAY_LOOSE && n->day.loose == SH_LOOSE_WEEK &&
		   n->day.part == SH_PART_NONE) {
		o->day = was;
		o->day.mode = n->day.n > 0 ? SH_WEEKDAY_NEXT : SH_WEEKDAY_THIS;
		o->day.plus_days += n->day.n > 1 ? 7 : 0;
	} else if (was.kind == SH_DAY_WEEKDAY && n->day.kind == SH_DAY_LOOSE && n->day.loose == SH_LOOSE_LATER_WEEK) {
		o->day = was;
		o->day.mode = SH_WEEKDAY_THIS;
	} else if (was.kind == SH_DAY_LOOSE && was.loose == SH_LOOSE_MONTH && n->day.kind == SH_DAY_DATE && n->day.month == 0 &&
		   n->day.month_step == 0) {
		o->day.month = was.month;
		o->day.month_step = was.month_step;
	} else if (was.kind == SH_DAY_DATE && was.month == 0 && n->day.kind == SH_DAY_LOOSE && n->day.loose == SH_LOOSE_MONTH &&
		   n->day.part == SH_PART_NONE) {
		o->day = was;
		o->day.month = n->day.month;
		o->day.month_step = n->day.month_step;
	} else if (was.kind == SH_DAY_DATE && n->day.kind == SH_DAY_DATE && n->day.mday == was.mday && n->day.month == 0 &&
		   n->day.month_step == 0 && n->day.weekday < 0) {
		o->day = was; /* "Monday the sixteenth … the sixteenth" */
	} else if (was.kind == SH_DAY_WEEKDAY && was.mode == SH_WEEKDAY_BARE && n->day.kind == SH_DAY_DATE && n->day.weekday < 0) {
		o->day.weekday = -1;
	}
}

void
sh_spoken_merge(struct sh_spoken_slots *o, const struct sh_spoken_slots *n)
{
	if (n->has & (SH_SLOT_DURATION | SH_SLOT_NOW)) {
		struct sh_spoken_zone zone = o->zone;
		uint32_t had = o->has & SH_SLOT_ZONE;

		*o = *n;
		if (had && !(n->has & SH_SLOT_ZONE)) {
			o->zone = zone;
			o->has |= SH_SLOT_ZONE;
		}
		return;
	}
	if (n->has & (SH_SLOT_DAY | SH_SLOT_CLOCK | SH_SLOT_DAYPART | SH_SLOT_SAME))
		o->has &= ~(SH_SLOT_DURATION | SH_SLOT_NOW);
	if (o->bound == SH_BOUND_WITHIN && !(o->has & SH_SLOT_DURATION))
		o->bound = SH_BOUND_NONE;
	if (n->has & SH_SLOT_DAY) {
		if (o->has & SH_SLOT_DAY_BOUND) {
			o->has &= ~SH_SLOT_DAY_BOUND;
			o->bound = SH_BOUND_NONE;
		}
		/* a new day that is a whole period takes the clock with it; "this evening" brings its own */
		slots_merge_day(o, n);
		if (n->has & SH_SLOT_DAY_BOUND && !(o->has & (SH_SLOT_CLOCK | SH_SLOT_DAYPART))) {
			o->has |= SH_SLOT_DAY_BOUND;
			o->bound = n->bound;
			o->day_inclusive = n->day_inclusive;
		}
	}
	if (slots_is_tonight(o) && slots_is_small_hours(o, n))
		o->day.n++; /* "tonight, so half one in the morning" */
	if (n->has & SH_SLOT_DAYPART) {
		o->has |= SH_SLOT_DAYPART;
		o->daypart = n->daypart;
		if (!(n->has & SH_SLOT_CLOCK) && n->bound != SH_BOUND_NONE && !(n->has & SH_SLOT_DAY_BOUND))
			o->bound = n->bound;
	}
	if (n->has & SH_SLOT_CLOCK) {
		if (o->has & SH_SLOT_DAY_BOUND) {
			o->has &= ~SH_SLOT_DAY_BOUND;
			o->bound = SH_BOUND_NONE;
		}
		o->has |= SH_SLOT_CLOCK;
		o->has &= ~SH_SLOT_SAME;
		o->clock = n->clock;
		o->until = n->until;
		o->bound = n->bound;
	}
	if (n->has & SH_SLOT_SAME && !(o->has & (SH_SLOT_CLOCK | SH_SLOT_DAYPART)))
		o->has |= SH_SLOT_SAME;
	if (n->has & SH_SLOT_ZONE) {
		o->has |= SH_SLOT_ZONE;
		o->zone = n->zone;
	}
	if (n->has & (SH_SLOT_CLOCK | SH_SLOT_DAYPART))
		o->about = n->about;
	else
		o->about |= n->about;
}
