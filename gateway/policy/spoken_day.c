/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* The day: "tomorrow", "next Friday", "a fortnight on Friday", "the first Monday in July", "end of next month". */
#include "gateway/policy/spoken_grammar.h"

#define DAY_NESTED_MAX 3 /* "the day after the day after the day after tomorrow"; else who goes on like that costs his square */

static uint32_t day_read(const struct sh_spoken_token *, struct sh_spoken_day *, int depth);

/* sun and sat are weekdays only beside a time or another weekday. */
static bool
day_is_weekday(const struct sh_spoken_token *t)
{
	if (t->cls == SH_SW_WEEKDAY || t->cls == SH_SW_WEEKDAYS)
		return true;
	if (t->cls != SH_SW_MAYBE_WEEKDAY)
		return false;
	switch (t[1].cls) {
	case SH_SW_AT:
	case SH_SW_NUMBER:
	case SH_SW_CLOCK:
	case SH_SW_DAYPART:
	case SH_SW_NOON:
	case SH_SW_MEAL:
	case SH_SW_AFTER:
	case SH_SW_BEFORE:
	case SH_SW_WEEKDAY:
	case SH_SW_ORDINAL:
	case SH_SW_DATE:
	case SH_SW_ABOUT:
	case SH_SW_MAYBE_WEEKDAY:
		return true;
	case SH_SW_OR:
	case SH_SW_AND:
	case SH_SW_TO:
	case SH_SW_DASH:
		return t[2].cls == SH_SW_WEEKDAY || t[2].cls == SH_SW_MAYBE_WEEKDAY;
	default:
		return false;
	}
}

static bool
day_is_unit(const struct sh_spoken_token *t, int unit)
{
	return t->cls == SH_SW_UNIT && t->value == unit;
}

static bool
day_is_week(const struct sh_spoken_token *t)
{
	return day_is_unit(t, 4);
}

/* What follows a weekday: "week", "fortnight", "next week", "after next", "of next week". */
static uint32_t
day_weekday_tail(const struct sh_spoken_token *t, struct sh_spoken_day *d)
{
	uint32_t k = 0;

	if (day_is_week(&t[0])) {
		d->plus_days += 7;
		return 1;
	}
	if (t[0].cls == SH_SW_FORTNIGHT) {
		d->plus_days += 14;
		return 1;
	}
	if (t[0].cls == SH_SW_AFTER && t[1].cls == SH_SW_NEXT && !day_is_week(&t[2])) {
		d->mode = SH_WEEKDAY_AFTER_NEXT;
		return 2;
	}
	while (t[k].cls == SH_SW_OF || t[k].cls == SH_SW_IN || t[k].cls == SH_SW_ON || t[k].cls == SH_SW_COMMA)
		k++;
	if (t[k].cls == SH_SW_THE && day_is_week(&t[k + 1]) && t[k + 2].cls == SH_SW_AFTER && t[k + 3].cls == SH_SW_NEXT) {
		d->mode = SH_WEEKDAY_NEXT;
		d->plus_days += 7;
		return k + 4;
	}
	if (t[k].cls == SH_SW_THE && t[k + 1].cls == SH_SW_FOLLOWING)
		k++;
	if ((t[k].cls == SH_SW_NEXT || t[k].cls == SH_SW_FOLLOWING) && day_is_week(&t[k + 1])) {
		d->mode = SH_WEEKDAY_NEXT;
		return k + 2;
	}
	if (t[k].cls == SH_SW_THIS && day_is_week(&t[k + 1])) {
		d->mode = SH_WEEKDAY_THIS;
		return k + 2;
	}
	return 0;
}

/* [this | next | coming] weekday, and the weekday with its date. */
static uint32_t
day_weekday(const struct sh_spoken_token *t, struct sh_spoken_day *d)
{
	uint32_t k = 0, n;
	struct sh_spoken_day date;
	enum sh_spoken_weekday_mode mode = SH_WEEKDAY_BARE;

	if (t[k].cls == SH_SW_THE)
		k++;
	if (t[k].cls == SH_SW_THIS && t[k + 1].cls == SH_SW_COMING)
		k += 2;
	else if (t[k].cls == SH_SW_THIS && t[k + 1].cls == SH_SW_NEXT)
		k += 2, mode = SH_WEEKDAY_NEXT;
	else if (t[k].cls == SH_SW_THIS)
		k++, mode = SH_WEEKDAY_THIS;
	else if (t[k].cls == SH_SW_NEXT || t[k].cls == SH_SW_FOLLOWING)
		k++, mode = SH_WEEKDAY_NEXT;
	else if (t[k].cls == SH_SW_COMING)
		k++;
	if (!day_is_weekday(&t[k]) && !(k > 0 && t[k].cls == SH_SW_MAYBE_WEEKDAY))
		return 0;
	*d = (struct sh_spoken_day){ .kind = SH_DAY_WEEKDAY, .weekday = (int8_t)t[k].value, .mode = (uint8_t)mode };
	k++;
	n = t[k].cls == SH_SW_COMMA;
	if (t[k + n].cls == SH_SW_NUMBER && !(t[k + n].digits <= 2 && t[k + n].digits > 0 && t[k + n].number > 24) &&
	    t[k + n + 1].cls != SH_SW_MONTH && t[k + n + 1].cls != SH_SW_MAYBE_MONTH &&
	    !(t[k + n + 1].cls == SH_SW_OF && t[k + n + 2].cls == SH_SW_MONTH))
		return k + day_weekday_tail(&t[k], d); /* "Sunday, four" is no date */
	if ((n = sh_spoken_date(&t[k + n], &date)) > 0) {
		k += n + (t[k].cls == SH_SW_COMMA);
		date.weekday = d->weekday;
		*d = date;
		return k;
	}
	return k + day_weekday_tail(&t[k], d);
}

/* "the first Monday in July", "last Friday of the month". */
static uint32_t
day_nth(const struct sh_spoken_token *t, struct sh_spoken_day *d)
{
	uint32_t k = t[0].cls == SH_SW_THE;
	int nth = t[k].cls == SH_SW_ORDINAL && t[k].number <= 5 ? t[k].number
		  : t[k].cls == SH_SW_SECOND                    ? 2
		  : t[k].cls == SH_SW_LAST                      ? -1
								: 0;

	if (nth == 0 || !(t[k + 1].cls == SH_SW_WEEKDAY || t[k + 1].cls == SH_SW_MAYBE_WEEKDAY))
		return 0;
	*d = (struct sh_spoken_day){ .kind = SH_DAY_NTH, .n = (int16_t)nth, .weekday = (int8_t)t[k + 1].value };
	k += 2;
	if (t[k].cls == SH_SW_OF || t[k].cls == SH_SW_IN)
		k++;
	if (t[k].cls == SH_SW_MONTH || t[k].cls == SH_SW_MAYBE_MONTH) {
		d->month = (int8_t)t[k].value;
		return k + 1;
	}
	if (t[k].cls == SH_SW_THE)
		k++;
	d->month_step = t[k].cls == SH_SW_NEXT || t[k].cls == SH_SW_FOLLOWING ? 2 : 1;
	if (t[k].cls == SH_SW_NEXT || t[k].cls == SH_SW_THIS || t[k].cls == SH_SW_FOLLOWING)
		k++;
	return day_is_unit(&t[k], 5) ? k + 1 : 0;
}

/* Week, weekend, month, or one by name: behind "next", "early", "the end of". */
static uint32_t
day_period(const struct sh_spoken_token *t, enum sh_spoken_part part, struct sh_spoken_day *d)
{
	uint32_t k = 0;
	int step = 0;

	*d = (struct sh_spoken_day){ .kind = SH_DAY_LOOSE, .part = (uint8_t)part };
	if (t[k].cls == SH_SW_OF || t[k].cls == SH_SW_IN)
		k++;
	if (t[k].cls == SH_SW_THE)
		k++;
	if (t[k].cls == SH_SW_NEXT || t[k].cls == SH_SW_FOLLOWING || (t[k].cls == SH_SW_COMING && !day_is_unit(&t[k + 1], 5)))
		step = t[k].cls == SH_SW_COMING ? (t[k + 1].cls == SH_SW_WEEKEND ? 0 : 1) : 1, k++;
	else if (t[k].cls == SH_SW_THIS)
		k += 1 + (t[k + 1].cls == SH_SW_COMING);
	if (day_is_week(&t[k])) {
		d->loose = SH_LOOSE_WEEK;
		k++;
		if (t[k].cls == SH_SW_AFTER && t[k + 1].cls == SH_SW_NEXT)
			step = 2, k += 2;
		d->n = (int16_t)step;
		return k;
	}
	if (t[k].cls == SH_SW_WEEKEND) {
		d->loose = SH_LOOSE_WEEKEND;
		k++;
		if (t[k].cls == SH_SW_AFTER && t[k + 1].cls == SH_SW_NEXT)
			step = 2, k += 2;
		d->n = (int16_t)step;
		return k;
	}
	if (day_is_unit(&t[k], 5)) {
		d->loose = SH_LOOSE_MONTH;
		d->n = (int16_t)step;
		d->month_step = (uint8_t)(step + 1);
		return k + 1;
	}
	if (t[k].cls == SH_SW_MONTH || (t[k].cls == SH_SW_MAYBE_MONTH && (k > 0 || part != SH_PART_NONE))) {
		d->loose = SH_LOOSE_MONTH;
		d->month = (int8_t)t[k].value;
		return k + 1;
	}
	return 0;
}

/* "midweek", "later this week", "the week of the ninth", "in July", "next year". */
static uint32_t
day_loose_word(const struct sh_spoken_token *t, struct sh_spoken_day *d, int depth)
{
	uint32_t n, k = 1;

	switch (t[0].cls) {
	case SH_SW_LATER_TODAY:
		*d = (struct sh_spoken_day){ .kind = SH_DAY_LOOSE, .loose = SH_LOOSE_LATER_TODAY };
		return 1;
	case SH_SW_MIDWEEK:
		n = t[1].cls == SH_SW_NEXT && day_is_week(&t[2]) ? 2 : 0;
		*d = (struct sh_spoken_day){ .kind = SH_DAY_LOOSE, .loose = SH_LOOSE_WEEK, .part = SH_PART_MIDDLE, .n = n > 0 };
		return 1 + n;
	case SH_SW_LATER:
		while (t[k].cls == SH_SW_ON || t[k].cls == SH_SW_IN || t[k].cls == SH_SW_THE)
			k++;
		if (t[k].cls == SH_SW_THIS)
			k++;
		if (k == 1 || !day_is_week(&t[k]))
			return 0;
		*d = (struct sh_spoken_day){ .kind = SH_DAY_LOOSE, .loose = SH_LOOSE_LATER_WEEK };
		return k + 1;
	case SH_SW_WEEK_OF:
		if (depth > DAY_NESTED_MAX)
			return 0;
		k += t[k].cls == SH_SW_ON;
		n = day_read(&t[k], d, depth + 1);
		d->week_of = n > 0;
		return n > 0 ? k + n : 0;
	case SH_SW_IN:
		if (t[1].cls != SH_SW_MONTH && t[1].cls != SH_SW_MAYBE_MONTH)
			return 0;
		*d = (struct sh_spoken_day){ .kind = SH_DAY_LOOSE, .loose = SH_LOOSE_MONTH, .month = (int8_t)t[1].value };
		return 2;
	case SH_SW_NEXT:
		if (!day_is_unit(&t[1], 6))
			return 0;
		*d = (struct sh_spoken_day){ .kind = SH_DAY_STEP, .n = 1, .unit = 6, .weekday = -1 };
		return 2;
	default:
		return 0;
	}
}

static enum sh_spoken_part
day_part(const struct sh_spoken_token *t)
{
	switch (t->cls) {
	case SH_SW_EARLY:
		return SH_PART_EARLY;
	case SH_SW_MIDDLE:
	case SH_SW_BAD_TIME: /* "in the middle of March" */
		return t->cls == SH_SW_MIDDLE || sh_spoken_is_middle(t) ? SH_PART_MIDDLE : SH_PART_NONE;
	case SH_SW_ENDING:
	case SH_SW_LATE:
		return SH_PART_END;
	default:
		return SH_PART_NONE;
	}
}

static uint32_t
day_loose(const struct sh_spoken_token *t, struct sh_spoken_day *d, int depth)
{
	uint32_t in = t[0].cls == SH_SW_IN && day_part(&t[1]) != SH_PART_NONE, n;
	enum sh_spoken_part part = day_part(&t[in]);

	if (part != SH_PART_NONE) {
		n = day_period(&t[in + 1], part, d);
		return n > 0 && d->loose != SH_LOOSE_WEEKEND ? in + 1 + n : 0;
	}
	if ((n = day_loose_word(t, d, depth)) > 0)
		return n;
	if (t[0].cls != SH_SW_THE && t[0].cls != SH_SW_NEXT && t[0].cls != SH_SW_THIS && t[0].cls != SH_SW_FOLLOWING &&
	    t[0].cls != SH_SW_COMING && t[0].cls != SH_SW_WEEKEND)
		return 0;
	n = day_period(t, SH_PART_NONE, d);
	if (n == 0 || (d->loose == SH_LOOSE_MONTH && d->n == 0 && d->month == 0))
		return 0; /* "this month" says nothing */
	if (d->loose == SH_LOOSE_WEEK && d->n == 0) {
		if (t[0].cls != SH_SW_THIS)
			return 0; /* "the week" */
		d->loose = SH_LOOSE_LATER_WEEK;
	}
	return n;
}

/* "the Monday after Thanksgiving", "the day before Christmas", "two days after the fifteenth", "a week from Friday". */
static uint32_t
day_relative(const struct sh_spoken_token *t, struct sh_spoken_day *d, int depth)
{
	struct sh_spoken_count c;
	uint32_t k = 0, n;
	int sign, weekday = -1;
	int32_t days = 1;
	bool a_week = false;

	if (depth > DAY_NESTED_MAX)
		return 0;
	if (t[k].cls == SH_SW_IN)
		k++;
	if (t[k].cls == SH_SW_THE && (t[k + 1].cls == SH_SW_WEEKDAY || day_is_unit(&t[k + 1], 3) || day_is_week(&t[k + 1]))) {
		if (t[k + 1].cls == SH_SW_WEEKDAY)
			weekday = t[k + 1].value;
		else if (day_is_week(&t[k + 1]))
			days = 7;
		k += 2;
	} else if (k == 0 && t[k].cls == SH_SW_WEEKDAY) {
		weekday = t[k].value;
		k++;
	} else {
		n = sh_spoken_count(&t[k], &c);
		if (n == 0 || !c.calendar || c.unit > 4)
			return 0;
		days = c.n * (c.unit == 4 ? 7 : 1);
		a_week = true;
		k += n;
	}
	sign = t[k].cls == SH_SW_BEFORE ? -1 : 1;
	if (t[k].cls == SH_SW_AFTER || t[k].cls == SH_SW_BEFORE || (a_week && (t[k].cls == SH_SW_FROM || t[k].cls == SH_SW_ON))) {
		k++;
	} else if (!a_week || !(t[k].cls == SH_SW_DAY_OFFSET || t[k].cls == SH_SW_TODAY || t[k].cls == SH_SW_WEEKDAY ||
				  (t[k].cls == SH_SW_THIS && t[k + 1].cls == SH_SW_WEEKDAY))) {
		return 0;
	}
	if (weekday >= 0 && t[k].cls == SH_SW_NEXT)
		return 0; /* "the Friday after next" */
	n = day_read(&t[k], d, depth + 1);
	if (n == 0 || d->kind == SH_DAY_STEP)
		return 0;
	if (weekday >= 0) {
		if (d->kind != SH_DAY_HOLIDAY && d->kind != SH_DAY_DATE && d->kind != SH_DAY_NUMERIC)
			return 0;
		if (d->kind == SH_DAY_HOLIDAY) {
			d->weekday = (int8_t)weekday;
			d->mode = sign > 0 ? SH_WEEKDAY_AFTER : SH_WEEKDAY_BEFORE;
		} else {
			return 0;
		}
	} else {
		d->plus_days += sign * days;
	}
	return k + n;
}

/* "in three days", "a week from now", "two Mondays from now", "in the next few days". */
static uint32_t
day_step(const struct sh_spoken_token *t, struct sh_spoken_day *d)
{
	struct sh_spoken_count c;
	uint32_t k = 0, n;
	bool in = false, next = false;

	if (t[0].cls == SH_SW_NUMBER && (t[1].cls == SH_SW_WEEKDAYS || t[1].cls == SH_SW_WEEKDAY) && t[2].cls == SH_SW_FROM_NOW &&
	    t[0].number <= 60) {
		*d = (struct sh_spoken_day){
			.kind = SH_DAY_WEEKDAY, .weekday = (int8_t)t[1].value, .plus_days = 7 * (t[0].number - 1)
		};
		return 3;
	}
	if (t[k].cls == SH_SW_IN || t[k].cls == SH_SW_OVER || t[k].cls == SH_SW_WITHIN || t[k].cls == SH_SW_DURING) {
		in = t[k].cls == SH_SW_IN;
		k++;
		if (t[k].cls == SH_SW_ABOUT)
			k++;
		if (t[k].cls == SH_SW_THE && (t[k + 1].cls == SH_SW_NEXT || t[k + 1].cls == SH_SW_COMING))
			k += 2, next = true;
	} else if (t[k].cls == SH_SW_THE && t[k + 1].cls == SH_SW_NEXT) {
		k += 2, next = true;
	} else if (t[k].cls == SH_SW_GIVE) {
		k++;
		in = true;
		if (t[k].cls == SH_SW_ME || t[k].cls == SH_SW_IT)
			k++;
		if (t[k].cls == SH_SW_ABOUT)
			k++;
	}
	if (next && (t[k].cls == SH_SW_FEW || t[k].cls == SH_SW_COUPLE) && day_is_unit(&t[k + 1], 3)) {
		*d =
		    (struct sh_spoken_day){ .kind = SH_DAY_LOOSE, .loose = SH_LOOSE_NEXT_DAYS, .n = t[k].cls == SH_SW_FEW ? 3 : 2 };
		return k + 2;
	}
	n = sh_spoken_count(&t[k], &c);
	if (n == 0 || !c.calendar)
		return 0;
	k += n;
	if (next) {
		if (c.unit != 3)
			return 0;
		*d = (struct sh_spoken_day){
			.kind = SH_DAY_LOOSE, .loose = SH_LOOSE_NEXT_DAYS, .n = (int16_t)(c.n < 366 ? c.n : 366)
		};
		return k;
	}
	if (t[k].cls == SH_SW_TIME)
		k++;
	if (t[k].cls == SH_SW_FROM_NOW || t[k].cls == SH_SW_LATER)
		k++;
	else if (!in)
		return 0;
	*d = (struct sh_spoken_day){ .kind = SH_DAY_STEP, .n = (int16_t)(c.n < 3000 ? c.n : 3000), .unit = c.unit, .weekday = -1 };
	return k;
}

static uint32_t
day_holiday(const struct sh_spoken_token *t, struct sh_spoken_day *d)
{
	uint32_t k = t[0].cls == SH_SW_THE || t[0].cls == SH_SW_THIS || t[0].cls == SH_SW_NEXT;

	if (t[k].cls != SH_SW_HOLIDAY)
		return 0;
	*d = (struct sh_spoken_day){ .kind = SH_DAY_HOLIDAY, .n = t[k].value, .weekday = -1 };
	return k + 1;
}

static uint32_t
day_read(const struct sh_spoken_token *t, struct sh_spoken_day *d, int depth)
{
	uint32_t n;

	*d = (struct sh_spoken_day){ 0 };
	switch (t[0].cls) {
	case SH_SW_TODAY:
	case SH_SW_DAY_OFFSET:
		*d = (struct sh_spoken_day){ .kind = SH_DAY_OFFSET, .n = t[0].cls == SH_SW_TODAY ? 0 : t[0].value, .weekday = -1 };
		if ((day_is_week(&t[1]) && t[1].text.n == 4) || t[1].cls == SH_SW_FORTNIGHT) { /* "tomorrow week" */
			d->plus_days = t[1].cls == SH_SW_FORTNIGHT ? 14 : 7;
			return 2;
		}
		return 1;
	case SH_SW_COMMA:
	case SH_SW_END:
	case SH_SW_STOP:
	case SH_SW_WORD:
		return 0;
	default:
		break;
	}
	if ((n = day_relative(t, d, depth)) > 0 || (n = day_step(t, d)) > 0 || (n = day_nth(t, d)) > 0 || (n = day_weekday(t, d)) > 0 ||
	    (n = day_holiday(t, d)) > 0 || (n = sh_spoken_date(t, d)) > 0)
		return n;
	*d = (struct sh_spoken_day){ 0 };
	return day_loose(t, d, depth);
}

/* "In the middle of" something is a bad time, but "in the middle of March" is a time. */
bool
sh_spoken_is_middle(const struct sh_spoken_token *t)
{
	if (t->cls != SH_SW_BAD_TIME || t->value != 1)
		return false;
	return t[1].cls == SH_SW_MONTH || t[1].cls == SH_SW_MAYBE_MONTH || t[1].cls == SH_SW_NEXT || t[1].cls == SH_SW_THIS ||
	       t[1].cls == SH_SW_FOLLOWING || (t[1].cls == SH_SW_THE && t[2].cls == SH_SW_UNIT && t[2].value > 3);
}

uint32_t
sh_spoken_day(const struct sh_spoken_token *t, struct sh_spoken_day *d)
{
	return day_read(t, d, 0);
}
