/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Days with a number: "the fifteenth", "22 June", "July fourth, 2026", "6/22", "the fifth of next month". */
#include "gateway/policy/spoken_grammar.h"

/* A year: 2026, "twenty twenty six", "two thousand twenty six". */
static uint32_t
date_year(const struct sh_spoken_token *t, int32_t *ret)
{
	uint32_t k = t[0].cls == SH_SW_COMMA || t[0].cls == SH_SW_OF;

	if (t[k].cls != SH_SW_NUMBER)
		return 0;
	if (t[k].digits == 4 && t[k].number >= 2000 && t[k].number < 2100) {
		*ret = t[k].number;
		return k + 1;
	}
	if (t[k].digits == 0 && t[k].number == 20 && t[k + 1].cls == SH_SW_NUMBER && t[k + 1].digits == 0 &&
	    t[k + 1].number >= 20 && t[k + 1].number <= 40) {
		*ret = 2000 + t[k + 1].number;
		return k + 2;
	}
	if (t[k].number == 2 && t[k + 1].cls == SH_SW_THOUSAND) {
		uint32_t j = k + 2 + (t[k + 2].cls == SH_SW_AND);

		if (t[j].cls == SH_SW_NUMBER && t[j].number < 100) {
			*ret = 2000 + t[j].number;
			return j + 1;
		}
	}
	return 0;
}

static bool
date_is_day(const struct sh_spoken_token *t)
{
	return (t->cls == SH_SW_ORDINAL || (t->cls == SH_SW_NUMBER && t->minute < 0 && t->digits <= 2 && !t->said_with_zero)) &&
	       t->number >= 1;
}

static bool
date_is_month(const struct sh_spoken_token *t)
{
	return t->cls == SH_SW_MONTH || t->cls == SH_SW_MAYBE_MONTH;
}

/* "of this month", "of next month", "of July", "July": behind a day. */
static uint32_t
date_month(const struct sh_spoken_token *t, struct sh_spoken_day *d)
{
	uint32_t k = t[0].cls == SH_SW_OF || t[0].cls == SH_SW_IN;

	if (date_is_month(&t[k])) {
		d->month = (int8_t)t[k].value;
		return k + 1 + date_year(&t[k + 1], &d->year);
	}
	if (t[k].cls == SH_SW_THE || t[k].cls == SH_SW_THIS || t[k].cls == SH_SW_NEXT || t[k].cls == SH_SW_FOLLOWING) {
		uint32_t j = k + 1;

		if (t[k].cls == SH_SW_THE && t[j].cls == SH_SW_FOLLOWING)
			k = j++;
		if (t[j].cls == SH_SW_UNIT && t[j].value == 5 && (k > 0 || t[k].cls == SH_SW_NEXT || t[k].cls == SH_SW_THIS)) {
			d->month_step = t[k].cls == SH_SW_NEXT || t[k].cls == SH_SW_FOLLOWING ? 2 : t[k].cls == SH_SW_THIS ? 1 : 0;
			return j + 1;
		}
	}
	return 0;
}

bool
sh_spoken_month_has_day(const struct sh_spoken_token *t)
{
	const struct sh_spoken_token *day = t + 1 + (t[1].cls == SH_SW_THE);

	if (!date_is_month(t))
		return false;
	return day->cls == SH_SW_ORDINAL || (day->cls == SH_SW_SECOND && day > t + 1) ||
	       (day->cls == SH_SW_NUMBER && day->number <= 31 && date_is_day(day) && day[1].cls != SH_SW_MERIDIEM &&
		   day[1].cls != SH_SW_OCLOCK);
}

/* "four fifteen June ninth", "thirty-five June 9": the number before the month is a minute. */
static bool
date_is_minute(const struct sh_spoken_token *t)
{
	const struct sh_spoken_token *day = t + 2 + (t[2].cls == SH_SW_THE);

	return t->cls == SH_SW_NUMBER && sh_spoken_month_has_day(&t[1]) &&
	       (day->cls != SH_SW_NUMBER || (t->digits == 0 && day->digits > 0));
}

uint32_t
sh_spoken_date(const struct sh_spoken_token *t, struct sh_spoken_day *d)
{
	uint32_t k = 0, n;
	bool the = false;

	*d = (struct sh_spoken_day){ .kind = SH_DAY_DATE, .weekday = -1 };
	if (t[0].cls == SH_SW_DATE) {
		if (t[0].value == 1) { /* ISO order */
			d->year = t[0].number, d->month = (int8_t)t[0].minute, d->mday = t[0].second;
			return 1;
		}
		d->kind = SH_DAY_NUMERIC;
		d->month = (int8_t)t[0].minute, d->mday = t[0].second, d->year = t[0].number;
		return 1;
	}
	if (t[k].cls == SH_SW_THE)
		k++, the = true;
	/* "22 June", "the twenty-second of June" */
	if (date_is_day(&t[k])) {
		if (!the && date_is_minute(&t[k]))
			return 0;
		d->mday = (int16_t)t[k].number;
		n = date_month(&t[k + 1], d);
		if (n > 0)
			return k + 1 + n;
		if (t[k + 1].cls == SH_SW_LABEL || t[k + 1].cls == SH_SW_EVENT || t[k + 1].cls == SH_SW_CALL ||
		    t[k + 1].cls == SH_SW_CALLS)
			return 0; /* "the third option" */
		if (t[k].cls == SH_SW_ORDINAL && (the || t[k].digits > 0 || t[k].number > 5 || t[k + 1].cls == SH_SW_AT))
			return k + 1;
		return 0;
	}
	if (t[k].cls == SH_SW_SECOND &&
	    (the || date_is_month(&t[k + 1]) || (t[k + 1].cls == SH_SW_OF && date_is_month(&t[k + 2])))) {
		d->mday = 2;
		n = date_month(&t[k + 1], d);
		return n > 0 || the ? k + 1 + n : 0;
	}
	/* "June 22", "July the fourth" */
	if (!the && date_is_month(&t[0])) {
		k = 1 + (t[1].cls == SH_SW_THE);
		if (t[k].cls == SH_SW_SECOND || date_is_day(&t[k])) {
			if (t[k + 1].cls == SH_SW_MERIDIEM || t[k + 1].cls == SH_SW_OCLOCK)
				return 0;
			d->month = (int8_t)t[0].value;
			d->mday = t[k].cls == SH_SW_SECOND ? 2 : (int16_t)t[k].number;
			return k + 1 + date_year(&t[k + 1], &d->year);
		}
	}
	return 0;
}
