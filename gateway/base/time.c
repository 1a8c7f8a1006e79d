/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/time.c: the civil calendar by arithmetic. Years are counted from 1 March, so that the leap day is the
 * last of its year, and in eras of 400 years, which all have the same 146097 days.
 */
#include "gateway/base/time.h"

#include "gateway/base/macro.h"

#define TIME_ERA_DAYS 146097
#define TIME_EPOCH_DAYS 719468	/* from 0000-03-01 to 1970-01-01 */
#define TIME_FIRST_MS (INT64_C(-719162) * SH_DAY_MS)	/* 0001-01-01 */
#define TIME_LAST_MS (INT64_C(2932897) * SH_DAY_MS - 1)	/* the last of 9999 */

static int64_t
time_floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int64_t
sh_time_days(int year, int month, int day)
{
	int64_t months = (int64_t)year * 12 + month - 3;	/* since March of the year 0 */
	int64_t y = time_floor_div(months, 12), m = months - y * 12;
	int64_t era = time_floor_div(y, 400), yoe = y - era * 400;
	int64_t doy = (153 * m + 2) / 5;			/* 153 days in each five months from March */

	return era * TIME_ERA_DAYS + yoe * 365 + yoe / 4 - yoe / 100 + doy + day - 1 - TIME_EPOCH_DAYS;
}

int64_t
sh_time_from_civil(const struct sh_civil *c)
{
	return sh_time_days(c->year, c->month, c->day) * SH_DAY_MS + c->hour * SH_HOUR_MS + c->minute * SH_MINUTE_MS +
	    c->second * SH_SECOND_MS + c->ms;
}

struct sh_civil
sh_time_to_civil(int64_t ms)
{
	int64_t days = time_floor_div(ms, SH_DAY_MS), rest = ms - days * SH_DAY_MS;
	int64_t z = days + TIME_EPOCH_DAYS, era = time_floor_div(z, TIME_ERA_DAYS), doe = z - era * TIME_ERA_DAYS;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), m = (5 * doy + 2) / 153;

	return (struct sh_civil){
		.year = (int)(yoe + era * 400 + (m >= 10)),
		.month = (int)(m < 10 ? m + 3 : m - 9),
		.day = (int)(doy - (153 * m + 2) / 5 + 1),
		.hour = (int)(rest / SH_HOUR_MS),
		.minute = (int)(rest / SH_MINUTE_MS % 60),
		.second = (int)(rest / SH_SECOND_MS % 60),
		.ms = (int)(rest % SH_SECOND_MS),
	};
}

int
sh_time_weekday(int64_t days)
{
	/* 1970-01-01 was a Thursday. */
	return (int)(((days % 7) + 3 + 7) % 7);
}

/* Takes exactly n digits from the front. */
static bool
time_digits(struct sh_str *s, int n, int *ret)
{
	*ret = 0;
	if (s->n < (size_t)n)
		return false;
	for (; n > 0; n--, s->s++, s->n--) {
		if (*s->s < '0' || *s->s > '9')
			return false;
		*ret = *ret * 10 + (*s->s - '0');
	}
	return true;
}

/* Takes one character, of two that mean the same. */
static bool
time_take(struct sh_str *s, char a, char b)
{
	if (s->n == 0 || (*s->s != a && *s->s != b))
		return false;
	s->s++;
	s->n--;
	return true;
}

/* Takes ".25": any number of digits, of which the first three count. */
static bool
time_fraction(struct sh_str *s, int *ret_ms)
{
	int scale = 100, digit;

	*ret_ms = 0;
	if (!time_take(s, '.', '.'))
		return true;
	if (!time_digits(s, 1, &digit))
		return false;
	do {
		*ret_ms += digit * scale;
		scale /= 10;
	} while (time_digits(s, 1, &digit));
	return true;
}

/* Takes "Z" or "+01:00"; what must be subtracted to come to UTC. */
static bool
time_offset(struct sh_str *s, int64_t *ret_ms)
{
	int hours, minutes;
	bool west;

	*ret_ms = 0;
	if (time_take(s, 'Z', 'z'))
		return true;
	west = s->n > 0 && *s->s == '-';
	if (!time_take(s, '+', '-') || !time_digits(s, 2, &hours) || !time_take(s, ':', ':') || !time_digits(s, 2, &minutes) ||
	    hours > 23 || minutes > 59)
		return false;
	*ret_ms = (hours * SH_HOUR_MS + minutes * SH_MINUTE_MS) * (west ? -1 : 1);
	return true;
}

static bool
time_is_day(const struct sh_civil *c)
{
	return c->year >= 1 && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
	    c->day <= sh_time_days(c->year, c->month + 1, 1) - sh_time_days(c->year, c->month, 1);
}

static bool
time_date(struct sh_str *s, struct sh_civil *c)
{
	return time_digits(s, 4, &c->year) && time_take(s, '-', '-') && time_digits(s, 2, &c->month) && time_take(s, '-', '-') &&
	    time_digits(s, 2, &c->day) && time_is_day(c);
}

static bool
time_clock(struct sh_str *s, struct sh_civil *c)
{
	return time_digits(s, 2, &c->hour) && time_take(s, ':', ':') && time_digits(s, 2, &c->minute) && time_take(s, ':', ':') &&
	    time_digits(s, 2, &c->second) && c->hour <= 23 && c->minute <= 59 && c->second <= 60 && time_fraction(s, &c->ms);
}

/* The instant, if the calendar has it. */
static bool
time_instant(struct sh_civil c, int64_t offset, int64_t *ret_ms)
{
	int64_t ms;
	bool leap = c.second == 60;

	if (leap)
		c.second = 59;
	ms = sh_time_from_civil(&c) - offset;
	if (ms < TIME_FIRST_MS || ms > TIME_LAST_MS)
		return false;
	/* Leap seconds are inserted at the end of a UTC day and nowhere else. */
	if (leap && (ms - TIME_FIRST_MS) % SH_DAY_MS < SH_DAY_MS - SH_SECOND_MS)
		return false;
	*ret_ms = ms;
	return true;
}

bool
sh_time_parse_rfc3339(struct sh_str s, int64_t *ret_ms)
{
	struct sh_civil c = { 0 };
	int64_t offset;

	return s.s && time_date(&s, &c) && time_take(&s, 'T', 't') && time_clock(&s, &c) && time_offset(&s, &offset) && s.n == 0 &&
	    time_instant(c, offset, ret_ms);
}

/* Takes one of the words, which all have three letters; the first is 1. */
static bool
time_word(struct sh_str *s, const char *words, int *ret)
{
	for (*ret = 1; *words && s->n >= 3; words += 3, ++*ret)
		if (memcmp(s->s, words, 3) == 0) {
			s->s += 3;
			s->n -= 3;
			return true;
		}
	return false;
}

/* Takes "+0100" or "GMT". */
static bool
time_mail_offset(struct sh_str *s, int64_t *ret_ms)
{
	bool west = s->n > 0 && *s->s == '-';
	int hours, minutes, any;

	*ret_ms = 0;
	if (time_word(s, "GMTUTC", &any))
		return true;
	if (!time_take(s, '+', '-') || !time_digits(s, 2, &hours) || !time_digits(s, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*ret_ms = (hours * SH_HOUR_MS + minutes * SH_MINUTE_MS) * (west ? -1 : 1);
	return true;
}

/* RFC 5322 as it is written today, and the IMF-fixdate of RFC 9110. Whether the day of the week is right does not matter. */
static bool
time_parse_mail(struct sh_str s, int64_t *ret_ms)
{
	struct sh_civil c = { 0 };
	int64_t offset;
	int any;

	if (time_word(&s, "MonTueWedThuFriSatSun", &any) && (!time_take(&s, ',', ',') || !time_take(&s, ' ', ' ')))
		return false;
	if (!time_digits(&s, s.n > 1 && s.s[1] == ' ' ? 1 : 2, &c.day) || !time_take(&s, ' ', ' ') ||
	    !time_word(&s, "JanFebMarAprMayJunJulAugSepOctNovDec", &c.month) || !time_take(&s, ' ', ' ') ||
	    !time_digits(&s, 4, &c.year) || !time_is_day(&c) || !time_take(&s, ' ', ' '))
		return false;
	return time_clock(&s, &c) && c.ms == 0 && time_take(&s, ' ', ' ') && time_mail_offset(&s, &offset) && s.n == 0 &&
	    time_instant(c, offset, ret_ms);
}

bool
sh_time_parse_any(struct sh_str s, int64_t *ret_ms)
{
	return s.s && (sh_time_parse_rfc3339(s, ret_ms) || time_parse_mail(s, ret_ms));
}

static char *
time_put(char *out, int value, int digits, char after)
{
	for (int i = digits - 1; i >= 0; i--, value /= 10)
		out[i] = (char)('0' + value % 10);
	out[digits] = after;
	return out + digits + 1;
}

void
sh_time_format_rfc3339(int64_t ms, char out[32])
{
	/* Beyond the calendar's ends the nearest end is shown: four digits hold no other year. */
	struct sh_civil c = sh_time_to_civil(ms < TIME_FIRST_MS ? TIME_FIRST_MS : ms > TIME_LAST_MS ? TIME_LAST_MS : ms);

	out = time_put(out, c.year, 4, '-');
	out = time_put(out, c.month, 2, '-');
	out = time_put(out, c.day, 2, 'T');
	out = time_put(out, c.hour, 2, ':');
	out = time_put(out, c.minute, 2, ':');
	out = time_put(out, c.second, 2, '.');
	out = time_put(out, c.ms, 3, 'Z');
	*out = '\0';
}
