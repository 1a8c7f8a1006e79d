/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* How much time: "an hour and a half", "twenty to thirty minutes", "a couple of days" (section 4.2). */
#include "gateway/policy/spoken_grammar.h"

#define COUNT_FEW (-1)
#define COUNT_SEVERAL (-2)

/* "and a half", "and a quarter": hundredths; 0 tokens: none. */
static uint32_t
count_rest(const struct sh_spoken_token *t, int32_t *ret)
{
	uint32_t k = 1;

	if (t[0].cls != SH_SW_AND)
		return 0;
	if (t[k].cls == SH_SW_A)
		k++;
	if (t[k].cls == SH_SW_HALF)
		*ret = 50;
	else if (t[k].cls == SH_SW_QUARTER)
		*ret = 25;
	else if (t[k].cls == SH_SW_THREE_QUARTERS)
		*ret = 75;
	else
		return 0;
	return k + 1;
}

static bool
count_is_unit(const struct sh_spoken_token *t)
{
	return t->cls == SH_SW_UNIT || t->cls == SH_SW_SECOND || t->cls == SH_SW_FORTNIGHT;
}

/* A second number that makes a range of the first: "ten to fifteen", "five, ten", "one or two". */
static uint32_t
count_upper(const struct sh_spoken_token *t, int32_t *ret)
{
	uint32_t k = 0;

	if (t[k].cls == SH_SW_OR || t[k].cls == SH_SW_TO || t[k].cls == SH_SW_DASH || t[k].cls == SH_SW_COMMA)
		k++;
	if (t[k].cls == SH_SW_A && t[0].cls == SH_SW_OR)
		k++;
	if (t[k].cls == SH_SW_NUMBER && count_is_unit(&t[k + 1])) {
		*ret = t[k].number * 100;
		return k + 1;
	}
	if (t[k].cls == SH_SW_COUPLE && count_is_unit(&t[k + 1])) {
		*ret = 200;
		return k + 1;
	}
	return 0;
}

/* A quantity in hundredths, before its unit. */
static uint32_t
count_quantity(const struct sh_spoken_token *t, int32_t *ret, bool *about)
{
	uint32_t k = 0, n;
	int32_t more = 0;
	bool article = t[0].cls == SH_SW_A;

	if (article)
		k++;
	switch (t[k].cls) {
	case SH_SW_HALF:
		*ret = 50;
		k++;
		if (t[k].cls == SH_SW_A)
			k++;
		if (t[k].cls == SH_SW_DOZEN)
			*ret = 600, k++;
		return k;
	case SH_SW_QUARTER:
	case SH_SW_THREE_QUARTERS:
		*ret = t[k].cls == SH_SW_QUARTER ? 25 : 75;
		k++;
		if (t[k].cls == SH_SW_OF)
			k++;
		if (t[k].cls == SH_SW_A)
			k++;
		return k;
	case SH_SW_COUPLE:
		*ret = 200, *about = true;
		return k + 1;
	case SH_SW_FEW:
		*ret = COUNT_FEW, *about = true;
		return k + 1;
	case SH_SW_SEVERAL:
		*ret = COUNT_SEVERAL, *about = true;
		return k + 1;
	case SH_SW_DOZEN:
		*ret = 1200;
		return k + 1;
	case SH_SW_DECIMAL:
		*ret = t[k].number * 100 + t[k].minute;
		return k + 1;
	case SH_SW_NUMBER:
		if (article && !t[k].one)
			break;
		*ret = t[k].number * 100 + (t[k].minute > 0 ? t[k].minute : 0);
		k++;
		if ((n = count_rest(&t[k], &more)) > 0) {
			*ret += more;
			k += n;
		} else if ((n = count_upper(&t[k], &more)) > 0) {
			*ret = more;
			*about = true;
			k += n;
		}
		return k;
	default:
		break;
	}
	if (!article)
		return 0;
	*ret = 100;
	return 1;
}

static void
count_set(struct sh_spoken_count *c, int32_t hundredths, int unit)
{
	static const int64_t unit_ms[] = { SH_SECOND_MS, SH_MINUTE_MS, SH_HOUR_MS, SH_DAY_MS, 7 * SH_DAY_MS };

	if (hundredths == COUNT_FEW)
		hundredths = unit <= 1 ? 500 : 300;
	else if (hundredths == COUNT_SEVERAL)
		hundredths = unit <= 1 ? 1000 : 400;
	c->unit = (int8_t)unit;
	c->n = hundredths / 100;
	if (unit <= 2) {
		c->ms = unit_ms[unit] * hundredths / 100;
	} else if (hundredths % 100 != 0 && unit <= 4) { /* half a day, a week and a half */
		c->ms = unit_ms[unit] * hundredths / 100;
		c->n = (int32_t)((c->ms + SH_DAY_MS / 2) / SH_DAY_MS);
		c->unit = 3;
		if (unit == 4)
			c->ms = 0;
		else
			c->unit = 2;
	}
	c->calendar = c->unit > 2;
}

/* An amount of time at t; how many tokens, 0: none. */
uint32_t
sh_spoken_count(const struct sh_spoken_token *t, struct sh_spoken_count *c)
{
	int32_t q, more = 0;
	uint32_t k, n;
	bool plain_a;
	int unit;

	*c = (struct sh_spoken_count){ 0 };
	k = count_quantity(t, &q, &c->about);
	if (k == 0 && t[0].cls == SH_SW_FORTNIGHT) {
		q = 100;
	} else if (k == 0) {
		/* "hour and a half" */
		if (t[0].cls != SH_SW_UNIT || t[0].value != 2 || count_rest(&t[1], &more) == 0)
			return 0;
		q = 100;
	}
	if (t[k].cls == SH_SW_OR_SO || t[k].cls == SH_SW_ISH)
		c->about = true, k++;
	if (!count_is_unit(&t[k]))
		return 0;
	unit = t[k].cls == SH_SW_SECOND ? 0 : t[k].cls == SH_SW_FORTNIGHT ? 4 : t[k].value;
	if (t[k].cls == SH_SW_FORTNIGHT)
		q *= 2;
	plain_a = k == 1 && t[0].cls == SH_SW_A;
	k++;
	if ((n = count_rest(&t[k], &more)) > 0) {
		q += q >= 0 ? more : 0;
		k += n;
	} else if (t[k].cls == SH_SW_OR && t[k + 1].cls == SH_SW_NUMBER && !count_is_unit(&t[k + 2]) &&
		   t[k + 2].cls != SH_SW_MERIDIEM) {
		q = t[k + 1].number * 100;
		c->about = true;
		k += 2;
	} else if (t[k].cls == SH_SW_OR && (n = sh_spoken_count_simple(&t[k + 1], unit, &more)) > 0) { /* an hour or two hours */
		q = more;
		c->about = true;
		k += 1 + n;
	} else if (plain_a && unit == 1) {
		q = 200;
		c->about = true;
	}
	if (t[k].cls == SH_SW_OR_SO || t[k].cls == SH_SW_ISH)
		c->about = true, k++;
	count_set(c, q, unit);
	/* "two hours and ten minutes", "1h 30m" */
	if (unit == 2) {
		uint32_t j = k + (t[k].cls == SH_SW_AND || t[k].cls == SH_SW_COMMA);

		if (t[j].cls == SH_SW_NUMBER && t[j + 1].cls == SH_SW_UNIT && t[j + 1].value == 1) {
			c->ms += t[j].number * SH_MINUTE_MS;
			k = j + 2;
		} else if (j == k && t[k].cls == SH_SW_NUMBER && t[k].number % 5 == 0 && t[k].number > 9 && t[k].number < 60 &&
			   t[k + 1].cls != SH_SW_UNIT && t[k + 1].cls != SH_SW_MERIDIEM && t[k + 1].cls != SH_SW_OCLOCK) {
			c->ms += t[k].number * SH_MINUTE_MS; /* "1 hour 30" */
			k++;
		}
	}
	return k;
}

/* "two hours" of the same unit, in hundredths. */
uint32_t
sh_spoken_count_simple(const struct sh_spoken_token *t, int unit, int32_t *ret)
{
	uint32_t k = t[0].cls == SH_SW_A;

	if (t[k].cls == SH_SW_COUPLE)
		*ret = 200;
	else if (t[k].cls == SH_SW_NUMBER)
		*ret = t[k].number * 100;
	else
		return 0;
	return t[k + 1].cls == SH_SW_UNIT && t[k + 1].value == unit ? k + 2 : 0;
}
