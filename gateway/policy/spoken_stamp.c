/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/policy/spoken_stamp.h"

#include <string.h>

#include "gateway/base/macro.h"
#include "gateway/base/text.h"

#define STAMP_YEAR_FIRST 1970
#define STAMP_YEAR_LAST 9998
#define STAMP_STEP_MAX 100000 /* of months, days, hours … in a duration */

/* ---- small steps ---- */

static char
stamp_next(const struct sh_str *s)
{
	return s->n > 0 ? *s->s : '\0';
}

static void
stamp_skip(struct sh_str *s, size_t n)
{
	s->s += n;
	s->n -= n;
}

static bool
stamp_take(struct sh_str *s, const char *one_of)
{
	if (s->n == 0 || *s->s == '\0' || !strchr(one_of, *s->s))
		return false;
	stamp_skip(s, 1);
	return true;
}

static bool
stamp_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t
stamp_count_digits(struct sh_str s)
{
	size_t n = 0;

	while (n < s.n && stamp_is_digit(s.s[n]))
		n++;
	return n;
}

/* Exactly n digits. */
static bool
stamp_digits(struct sh_str *s, size_t n, int *ret)
{
	*ret = 0;
	if (stamp_count_digits(*s) < n)
		return false;
	for (size_t i = 0; i < n; i++)
		*ret = *ret * 10 + (s->s[i] - '0');
	stamp_skip(s, n);
	return true;
}

struct sh_str
sh_spoken_stamp_trim(struct sh_str s)
{
	if (!s.s)
		return (struct sh_str){ "", 0 };
	while (s.n > 0 && strchr(" \t\r\n", *s.s) && *s.s)
		stamp_skip(&s, 1);
	while (s.n > 0 && s.s[s.n - 1] && strchr(" \t\r\n", s.s[s.n - 1]))
		s.n--;
	if (s.n >= 2 && (*s.s == '"' || *s.s == '\'') && s.s[s.n - 1] == *s.s)
		return sh_spoken_stamp_trim((struct sh_str){ s.s + 1, s.n - 2 });
	return s;
}

/* ---- dates and clocks ---- */

static bool
stamp_date(struct sh_str *s, bool basic, struct sh_civil *c)
{
	return stamp_digits(s, 4, &c->year) && (basic || stamp_take(s, "-")) && stamp_digits(s, 2, &c->month) &&
	       (basic || stamp_take(s, "-")) && stamp_digits(s, 2, &c->day);
}

static bool
stamp_fraction(struct sh_str *s, int *ret_ms)
{
	size_t n;
	int scale = 100;

	*ret_ms = 0;
	if (!stamp_take(s, ".,"))
		return true;
	n = stamp_count_digits(*s);
	for (size_t i = 0; i < n && i < 3; i++, scale /= 10)
		*ret_ms += (s->s[i] - '0') * scale;
	stamp_skip(s, n);
	return n > 0;
}

/* "15:00", "15:00:30,5"; basic: "1500", "150030". */
static bool
stamp_clock(struct sh_str *s, bool basic, struct sh_civil *c, bool *ret_seconds)
{
	if (!stamp_digits(s, 2, &c->hour) || (!basic && !stamp_take(s, ":")) || !stamp_digits(s, 2, &c->minute))
		return false;
	*ret_seconds = basic ? stamp_is_digit(stamp_next(s)) : stamp_take(s, ":");
	return !*ret_seconds || (stamp_digits(s, 2, &c->second) && stamp_fraction(s, &c->ms));
}

static bool
stamp_day_exists(const struct sh_civil *c)
{
	return c->year >= STAMP_YEAR_FIRST && c->year <= STAMP_YEAR_LAST && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
	       c->day <= sh_time_days(c->year, c->month + 1, 1) - sh_time_days(c->year, c->month, 1);
}

/* 24:00 ends a day; a leap second is the second before. */
static bool
stamp_clock_exists(struct sh_civil *c)
{
	if (c->second == 60)
		c->second = 59;
	return (c->hour <= 23 || (c->hour == 24 && c->minute == 0 && c->second == 0)) && c->minute <= 59 && c->second <= 59;
}

/* Nothing, "Z", "UTC", "-07", "-0700", "-07:00". */
static bool
stamp_offset(struct sh_str *s, struct sh_stamp *ret)
{
	bool west;
	int hours, minutes = 0;

	ret->kind = SH_STAMP_WALL;
	if (stamp_next(s) == ' ' && s->n > 1 && strchr("+-ZzUG", s->s[1]) && s->s[1])
		stamp_skip(s, 1);
	if (stamp_take(s, "Zz")) {
		ret->kind = SH_STAMP_INSTANT;
		return true;
	}
	if (s->n >= 3 && (memcmp(s->s, "UTC", 3) == 0 || memcmp(s->s, "GMT", 3) == 0)) {
		stamp_skip(s, 3);
		ret->kind = SH_STAMP_INSTANT;
		return true;
	}
	west = stamp_next(s) == '-';
	if (!stamp_take(s, "+-"))
		return true;
	if (!stamp_digits(s, 2, &hours))
		return false;
	if ((stamp_take(s, ":") || stamp_is_digit(stamp_next(s))) && !stamp_digits(s, 2, &minutes))
		return false;
	ret->kind = SH_STAMP_INSTANT;
	ret->offset_s = (hours * 3600 + minutes * 60) * (west ? -1 : 1);
	ret->has_offset = !(west && ret->offset_s == 0);
	return hours <= 23 && minutes <= 59;
}

/* "[America/Los_Angeles]", "[!u-ca=hebrew]": false if one that must be understood is not. */
static bool
stamp_brackets(struct sh_str *s, struct sh_stamp *ret)
{
	while (stamp_take(s, "[")) {
		bool critical = stamp_take(s, "!");
		const char *end = s->n ? memchr(s->s, ']', s->n) : NULL;
		struct sh_str inside = { s->s, end ? (size_t)(end - s->s) : 0 };

		if (inside.n == 0)
			return false;
		if (memchr(inside.s, '=', inside.n)) {
			if (critical)
				return false;
		} else if (!ret->zone.s) {
			ret->zone = inside;
			ret->critical = critical;
		}
		stamp_skip(s, inside.n + 1);
	}
	return true;
}

/* ---- the forms ---- */

static bool
stamp_is_nothing(struct sh_str s)
{
	static const char *const nothing[] = { "", "null", "none", "nil", "nan", "n/a", "na", "unknown", "undefined", "unspecified",
		"not specified", "not provided", "not given", "not available", "not applicable", "not mentioned", "tbd", "false",
		"true", "no", "yes", "-", "--", "?" };

	for (size_t i = 0; i < SH_LENGTH(nothing); i++)
		if (sh_text_equal_nocase(s, sh_str(nothing[i])))
			return true;
	return memmem(s.s, s.n, "{{", 2) || memmem(s.s, s.n, "}}", 2);
}

/* Digits alone, with a fraction perhaps: 10 are seconds, 13 are milliseconds. A duration in a number is nobody's guess. */
static bool
stamp_unix(struct sh_str s, struct sh_stamp *ret)
{
	bool negative = stamp_next(&s) == '-';
	struct sh_str whole, rest;
	size_t zeros = 0;
	int ms;

	if (negative)
		stamp_skip(&s, 1);
	whole = (struct sh_str){ s.s, stamp_count_digits(s) };
	rest = (struct sh_str){ s.s + whole.n, s.n - whole.n };
	/* "15.30" is a clock. */
	if (whole.n == 0 || !stamp_fraction(&rest, &ms) || rest.n > 0 || (whole.n != s.n && whole.n < 3 && ms != 0))
		return false;
	ret->kind = SH_STAMP_WRONG;
	while (zeros < whole.n && whole.s[zeros] == '0')
		zeros++;
	if (negative || zeros == whole.n)
		ret->kind = SH_STAMP_NOTHING;
	else if (whole.n == 10 || whole.n == 13) {
		ret->kind = SH_STAMP_INSTANT;
		ret->unix_time = ret->seconds = true;
		if (!sh_text_int(whole, &ret->ms))
			ret->kind = SH_STAMP_WRONG;
		else if (whole.n == 10)
			ret->ms = ret->ms * SH_SECOND_MS + ms;
	}
	return true;
}

/* P1DT2H, P2W, PT1.5H. */
static bool
stamp_duration(struct sh_str s, struct sh_stamp *ret)
{
	static const struct {
		char letter;
		bool clock;
		int32_t months, days;
		int64_t ms;
	} units[] = { { 'Y', false, 12, 0, 0 }, { 'M', false, 1, 0, 0 }, { 'W', false, 0, 7, 0 }, { 'D', false, 0, 1, 0 },
		{ 'H', true, 0, 0, SH_HOUR_MS }, { 'M', true, 0, 0, SH_MINUTE_MS }, { 'S', true, 0, 0, SH_SECOND_MS } };
	bool clock = false, any = false, fraction = false;
	size_t u = 0;

	if (!stamp_take(&s, "Pp"))
		return false;
	ret->kind = SH_STAMP_WRONG;
	while (s.n > 0) {
		int64_t value;
		size_t n;
		int thousandths;

		if (!clock && stamp_take(&s, "Tt")) {
			clock = true;
			any = false;
			continue;
		}
		n = stamp_count_digits(s);
		if (n == 0 || fraction || !sh_text_int((struct sh_str){ s.s, n }, &value) || value > STAMP_STEP_MAX)
			return any || clock; /* "P.S." is words */
		stamp_skip(&s, n);
		fraction = stamp_next(&s) == '.' || stamp_next(&s) == ',';
		if (!stamp_fraction(&s, &thousandths))
			return true;
		while (u < SH_LENGTH(units) && (units[u].clock != clock || (stamp_next(&s) & ~0x20) != units[u].letter))
			u++;
		if (u == SH_LENGTH(units) || (fraction && !clock))
			return any || clock;
		ret->months += (int32_t)value * units[u].months;
		ret->days += (int32_t)value * units[u].days;
		ret->ms += value * units[u].ms + thousandths * units[u].ms / 1000;
		stamp_skip(&s, 1);
		u++;
		any = true;
	}
	if (any && (ret->months > 0 || ret->days > 0 || ret->ms > 0))
		ret->kind = SH_STAMP_DURATION;
	return true;
}

static bool
stamp_calendar(struct sh_str s, struct sh_stamp *ret)
{
	size_t digits = stamp_count_digits(s);
	bool basic = digits == 8;
	struct sh_civil c = { 0 };

	if ((!basic && digits != 4) || !stamp_date(&s, basic, &c))
		return false;
	if (s.n == 0) {
		ret->kind = stamp_day_exists(&c) ? SH_STAMP_DAY : SH_STAMP_WRONG;
		ret->ms = sh_time_from_civil(&c);
		return true;
	}
	if (!stamp_take(&s, "Tt ") || !stamp_clock(&s, basic && stamp_count_digits(s) >= 4, &c, &ret->seconds) ||
	    !stamp_offset(&s, ret))
		return false;
	if (s.n > 0 && *s.s != '[')
		return false;
	if (!stamp_brackets(&s, ret) || s.n > 0 || !stamp_day_exists(&c) || !stamp_clock_exists(&c)) {
		ret->kind = SH_STAMP_WRONG;
		return true;
	}
	ret->ms = sh_time_from_civil(&c) - ret->offset_s * SH_SECOND_MS;
	return true;
}

static bool
stamp_time(struct sh_str s, struct sh_stamp *ret)
{
	struct sh_civil c = { .year = 1970, .month = 1, .day = 1 };

	/* "9:30" may be evening: that is for the grammar. */
	if (!stamp_clock(&s, false, &c, &ret->seconds) || s.n > 0)
		return false;
	ret->kind = stamp_clock_exists(&c) && c.hour < 24 ? SH_STAMP_CLOCK : SH_STAMP_WRONG;
	ret->ms = sh_time_from_civil(&c);
	return true;
}

void
sh_spoken_stamp_read(struct sh_str s, struct sh_stamp *ret)
{
	bool (*const forms[])(struct sh_str, struct sh_stamp *) = { stamp_unix, stamp_calendar, stamp_time, stamp_duration };

	s = sh_spoken_stamp_trim(s);
	*ret = (struct sh_stamp){ .kind = SH_STAMP_NOTHING };
	if (stamp_is_nothing(s))
		return;
	for (size_t i = 0; i < SH_LENGTH(forms); i++) {
		*ret = (struct sh_stamp){ .kind = SH_STAMP_WORDS };
		if (forms[i](s, ret))
			return;
	}
	*ret = (struct sh_stamp){ .kind = SH_STAMP_WORDS };
}
