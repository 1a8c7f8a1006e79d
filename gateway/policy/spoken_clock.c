/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* The hour: "half past six", "ten to five", "quarter of nine", "3:30 pm", "seventeen thirty", "noon". */
#include "gateway/policy/spoken_grammar.h"

static struct sh_spoken_clock
clock_of(int hour, int minute, enum sh_spoken_meridiem half)
{
	return (struct sh_spoken_clock){ .hour = (int8_t)hour, .minute = (int8_t)minute, .half = (uint8_t)half };
}

static enum sh_spoken_meridiem
clock_half(const struct sh_spoken_token *t, int hour)
{
	return hour == 0 || hour > 12 || t->said_with_zero ? SH_HALF_24 : SH_HALF_UNSAID;
}

static bool
clock_is_hour(const struct sh_spoken_token *t)
{
	return t->cls == SH_SW_NUMBER && t->minute < 0 && t->number >= 1 && t->number <= 12 && t->digits <= 2;
}

/* The hour that minutes are past or to: a number, noon or midnight. */
static bool
clock_whole(const struct sh_spoken_token *t, struct sh_spoken_clock *c)
{
	if (t->cls == SH_SW_NOON)
		*c = clock_of(12, 0, SH_HALF_24);
	else if (t->cls == SH_SW_MIDNIGHT)
		*c = clock_of(0, 0, SH_HALF_24);
	else if (t->cls == SH_SW_NUMBER && t->minute < 0 && t->digits <= 2 && t->number <= 24 && (t->number > 0 || t->digits == 2))
		*c = clock_of(t->number, 0, clock_half(t, t->number));
	else
		return false;
	c->midnight = false;
	return true;
}

static void
clock_shift(struct sh_spoken_clock *c, int minutes)
{
	int at = c->hour * 60 + minutes;

	if (c->half == SH_HALF_24) {
		at = (at + 1440) % 1440;
	} else if (at < 60) { /* ten to one is 12:50 */
		at += 720;
	}
	c->hour = (int8_t)(at / 60);
	c->minute = (int8_t)(at % 60);
}

static bool
clock_past(enum sh_spoken_class cls)
{
	return cls == SH_SW_PAST || cls == SH_SW_AFTER;
}

static bool
clock_to(enum sh_spoken_class cls)
{
	return cls == SH_SW_TO || cls == SH_SW_UNTIL || cls == SH_SW_OF || cls == SH_SW_BEFORE;
}

/* "half past six", "half six", "a quarter to nine", "ten to five", "twenty-five minutes past one". */
static uint32_t
clock_relative(const struct sh_spoken_token *t, struct sh_spoken_clock *c)
{
	uint32_t k = t[0].cls == SH_SW_A;
	int minutes;

	if (t[k].cls == SH_SW_HALF) {
		k++;
		if (t[k].cls == SH_SW_DASH)
			k++;
		if (clock_past(t[k].cls))
			k++;
		if (!clock_whole(&t[k], c) || t[k + 1].cls == SH_SW_UNIT)
			return 0;
		clock_shift(c, 30);
		return k + 1;
	}
	if (t[k].cls == SH_SW_QUARTER) {
		minutes = 15;
		k++;
	} else if (t[k].cls == SH_SW_NUMBER && t[k].minute < 0 && t[k].number >= 1 && t[k].number <= 59) {
		minutes = t[k].number;
		k++;
		if (t[k].cls == SH_SW_UNIT && t[k].value == 1)
			k++;
		else if (minutes % 5 != 0 || minutes > 25)
			return 0;
		else if (t[0].digits > 0 && t[k].cls == SH_SW_TO && t[k + 1].cls == SH_SW_NUMBER && t[k + 1].digits > 0 &&
			 t[k + 1].number > minutes)
			return 0; /* "10 to 12" is a window */
	} else {
		return 0;
	}
	if (!clock_past(t[k].cls) && !clock_to(t[k].cls))
		return 0;
	if (!clock_whole(&t[k + 1], c) || t[k + 2].cls == SH_SW_UNIT ||
	    (t[k + 2].cls == SH_SW_MONTH && !sh_spoken_month_has_day(&t[k + 2])))
		return 0;
	clock_shift(c, clock_past(t[k].cls) ? minutes : -minutes);
	return k + 2;
}

/* The minutes of "nine fifteen", "nine oh five", "3 30". */
static bool
clock_minutes(const struct sh_spoken_token *hour, const struct sh_spoken_token *t)
{
	if (t->cls != SH_SW_NUMBER || t->minute >= 0 || t->number > 59 || t->one)
		return false;
	if (t->digits == 0 ? t->number < 10 : t->digits != 2)
		return false;
	if (hour->digits == 0 && t->digits == 0 && t->glued && t->number <= 12 && t->number > hour->number)
		return false; /* ten-eleven: from ten to eleven */
	return t[1].cls != SH_SW_UNIT && (t[1].cls != SH_SW_MONTH || sh_spoken_month_has_day(&t[1])) && t[1].cls != SH_SW_OF;
}

/* 330, 1530, 0900, fifteen hundred. */
static bool
clock_joined(const struct sh_spoken_token *t, bool evidence, struct sh_spoken_clock *c)
{
	int h = t->number / 100, m = t->number % 100;
	bool said = t[1].cls == SH_SW_MERIDIEM || t->said_with_zero || evidence;

	if (t->digits < 3 || t->digits > 4 || h > 24 || m > 59 || (h == 24 && m > 0))
		return false;
	if (!said && t->number >= 2000 && t->number <= 2050)
		return false; /* a year */
	*c = clock_of(h % 24, m, clock_half(t, h % 24));
	return true;
}

static uint32_t
clock_plain(const struct sh_spoken_token *t, bool evidence, struct sh_spoken_clock *c, bool *bare)
{
	uint32_t k = 1;

	if (t->cls == SH_SW_NOON || t->cls == SH_SW_MIDNIGHT) {
		clock_whole(t, c);
		c->midnight = t->cls == SH_SW_MIDNIGHT;
		return 1;
	}
	if (t->cls == SH_SW_CLOCK) {
		*c = clock_of(t->number, t->minute, clock_half(t, t->number));
		c->second = (int8_t)t->second;
		return 1;
	}
	if (t->cls != SH_SW_NUMBER)
		return 0;
	if (t->digits >= 3) {
		if (!clock_joined(t, evidence, c))
			return 0;
		*bare = !evidence && t[1].cls != SH_SW_MERIDIEM && t->digits < 4;
		if (t[k].cls == SH_SW_UNIT && t[k].value == 2)
			k++;
		return k;
	}
	if (t->minute >= 0) { /* 3.30 */
		if (t->number > 24 || t[1].cls == SH_SW_UNIT)
			return 0;
		*c = clock_of(t->number % 24, t->minute, clock_half(t, t->number));
		return 1;
	}
	if (t->number > 24 || (t->number == 0 && t->digits != 2))
		return 0;
	if (clock_minutes(t, &t[1])) {
		*c = clock_of(t->number % 24, t[1].number, clock_half(t, t->number));
		return 2;
	}
	/* "at ten to": of which hour? */
	if (t->number <= 29 && (clock_past(t[1].cls) || clock_to(t[1].cls)) &&
	    (t[2].cls == SH_SW_END || t[2].cls == SH_SW_STOP || t[2].cls == SH_SW_COMMA || t[2].cls == SH_SW_ASK ||
		t[2].cls == SH_SW_PLEASE || (t[2].cls == SH_SW_THE && t[3].cls == SH_SW_UNIT)))
		return 0;
	if (t[1].cls == SH_SW_UNIT || t[1].cls == SH_SW_WEEKDAYS || t[1].cls == SH_SW_SECOND)
		return 0;
	*c = clock_of(
	    t->number % 24, 0, t->digits == 0 && t->number != 0 && t->number <= 12 ? SH_HALF_UNSAID : clock_half(t, t->number));
	if (t[1].cls == SH_SW_OCLOCK)
		return 2;
	*bare = !evidence;
	return 1;
}

/* "am", "p.m.", "a", "p": behind an hour. */
static uint32_t
clock_meridiem(const struct sh_spoken_token *t, struct sh_spoken_clock *c)
{
	int half = -1;
	uint32_t k = 1;

	if (c->hour > 12 || c->hour == 0)
		return t->cls == SH_SW_MERIDIEM; /* "15:00 pm" */
	if (t->cls == SH_SW_MERIDIEM) {
		half = t->value;
	} else if (t->text.n == 1 && (t->text.s[0] == 'a' || t->text.s[0] == 'p')) {
		if (t[1].text.n == 1 && t[1].text.s[0] == 'm')
			k = 2;
		else if (!t->glued && !(t->text.s[0] == 'p' && t[1].cls != SH_SW_WORD) && t[1].cls != SH_SW_END &&
			 t[1].cls != SH_SW_STOP && t[1].cls != SH_SW_COMMA && t[1].cls != SH_SW_ASK)
			return 0;
		half = t->text.s[0] == 'p';
	}
	if (half < 0)
		return 0;
	c->half = half ? SH_HALF_PM : SH_HALF_AM;
	return k;
}

uint32_t
sh_spoken_clock(const struct sh_spoken_token *t, bool evidence, struct sh_spoken_clock *c, bool *about, bool *bare)
{
	uint32_t k, n;

	*bare = false;
	k = clock_relative(t, c);
	if (k == 0)
		k = clock_plain(t, evidence, c, bare);
	if (k == 0)
		return 0;
	if (t[k].cls == SH_SW_OCLOCK)
		k++, *bare = false;
	if (t[k].cls == SH_SW_ISH)
		k++, *bare = false, *about = true;
	n = clock_meridiem(&t[k], c);
	if (n > 0)
		k += n, *bare = false;
	if (t[k].cls == SH_SW_ISH || t[k].cls == SH_SW_OR_SO)
		k++, *bare = false, *about = true;
	if (t->one && k == 1 && *bare && !evidence && !clock_is_hour(t))
		return 0;
	return k;
}
