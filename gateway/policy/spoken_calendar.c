/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Which day is meant (R2, R4, R5, R9), on a calendar on which today is known. */
#include "gateway/policy/spoken_resolve.h"

#define CALENDAR_MONTHS_AHEAD 12

static int
calendar_month_length(int year, int month)
{
	return (int)(sh_time_days(year, month + 1, 1) - sh_time_days(year, month, 1));
}

/* The first weekday (Monday to Friday) from the day on, in steps of one. */
static int64_t
calendar_working(int64_t day, int step)
{
	while (sh_time_weekday(day) > 4)
		day += step;
	return day;
}

static int64_t
calendar_monday(int64_t day)
{
	return day - sh_time_weekday(day);
}

static int64_t
calendar_skip_bad(const struct sh_calendar *c, int64_t day)
{
	for (int i = 0; i < 7 && (c->bad_weekdays >> sh_time_weekday(day) & 1); i++)
		day++;
	return day;
}

static enum sh_calendar_found
calendar_step(const struct sh_calendar *c, const struct sh_spoken_day *d, int64_t *ret)
{
	int64_t day = c->today;
	int year = c->civil.year, month = c->civil.month + d->n, mday = c->civil.day;

	switch (d->unit) {
	case 3:
		day += d->n;
		break;
	case 4:
		day += 7 * d->n;
		break;
	case 7:
		for (int i = 0; i < d->n; i++)
			day = calendar_working(day + 1, 1);
		break;
	default:
		if (d->unit == 6)
			month = c->civil.month + 12 * d->n;
		year += (month - 1) / 12;
		month = (month - 1) % 12 + 1;
		if (mday > calendar_month_length(year, month))
			mday = calendar_month_length(year, month);
		day = sh_time_days(year, month, mday);
	}
	*ret = day;
	return SH_CALENDAR_FOUND;
}

static enum sh_calendar_found
calendar_weekday(const struct sh_calendar *c, const struct sh_spoken_day *d, int64_t *ret)
{
	int today = sh_time_weekday(c->today), ahead = (d->weekday - today + 7) % 7;

	if (ahead == 0)
		ahead = 7;
	switch (d->mode) {
	case SH_WEEKDAY_NEXT:
		*ret = calendar_monday(c->today) + 7 + d->weekday;
		break;
	case SH_WEEKDAY_AFTER_NEXT:
		*ret = c->today + ahead + 7;
		break;
	default: /* this: in this week if it is ahead, else the next one, which is the nearest too */
		*ret = c->today + ahead;
	}
	return SH_CALENDAR_FOUND;
}

/* The same day of a month of each year or month: the first that is valid and not past. */
static enum sh_calendar_found
calendar_date(const struct sh_calendar *c, const struct sh_spoken_day *d, int64_t *ret, bool *contradicts)
{
	int year = c->civil.year, month = c->civil.month;

	if (d->mday < 1 || d->mday > 31)
		return SH_CALENDAR_IMPOSSIBLE;
	if (d->month == 0) {
		if (d->month_step > 0) {
			month += d->month_step - 1;
			year += (month - 1) / 12;
			month = (month - 1) % 12 + 1;
			if (d->mday > calendar_month_length(year, month))
				return SH_CALENDAR_IMPOSSIBLE;
			*ret = sh_time_days(year, month, d->mday);
			*contradicts = d->weekday >= 0 && sh_time_weekday(*ret) != d->weekday;
			return *ret < c->today ? SH_CALENDAR_PAST : SH_CALENDAR_FOUND;
		}
		for (int i = 0; i <= CALENDAR_MONTHS_AHEAD; i++, month++) {
			int y = year + (month - 1) / 12, m = (month - 1) % 12 + 1;

			if (d->mday > calendar_month_length(y, m))
				continue;
			*ret = sh_time_days(y, m, d->mday);
			if (*ret > c->today && (d->weekday < 0 || sh_time_weekday(*ret) == d->weekday))
				return SH_CALENDAR_FOUND;
		}
		return SH_CALENDAR_CONTRADICTION;
	}
	if (d->month > 12 || d->month < 1 || d->mday > (d->month == 2 ? 29 : calendar_month_length(2024, d->month)))
		return SH_CALENDAR_IMPOSSIBLE;
	if (d->year > 0) {
		if (d->mday > calendar_month_length(d->year, d->month))
			return SH_CALENDAR_IMPOSSIBLE;
		*ret = sh_time_days(d->year, d->month, d->mday);
		*contradicts = d->weekday >= 0 && sh_time_weekday(*ret) != d->weekday;
		return *ret < c->today ? SH_CALENDAR_PAST : SH_CALENDAR_FOUND;
	}
	for (int y = year; y < year + 9; y++) {
		if (d->mday > calendar_month_length(y, d->month))
			continue;
		*ret = sh_time_days(y, d->month, d->mday);
		if (*ret > c->today || (*ret == c->today && c->today_open)) {
			*contradicts = d->weekday >= 0 && sh_time_weekday(*ret) != d->weekday;
			return SH_CALENDAR_FOUND;
		}
	}
	return SH_CALENDAR_IMPOSSIBLE;
}

static enum sh_calendar_found
calendar_numeric(const struct sh_calendar *c, const struct sh_spoken_day *d, int64_t *ret, bool *contradicts)
{
	struct sh_spoken_day date = *d;
	int first = d->month, second = d->mday;

	if (first > 12 || (second <= 12 && !c->month_first)) {
		date.month = (int8_t)(second > 127 ? 127 : second);
		date.mday = (int16_t)first;
	}
	return calendar_date(c, &date, ret, contradicts);
}

static bool
calendar_nth_of(int year, int month, int weekday, int nth, int64_t *ret)
{
	int64_t first = sh_time_days(year, month, 1), last = sh_time_days(year, month + 1, 1) - 1;

	if (nth < 0)
		*ret = last - (sh_time_weekday(last) - weekday + 7) % 7;
	else
		*ret = first + (weekday - sh_time_weekday(first) + 7) % 7 + 7 * (nth - 1);
	return *ret <= last;
}

static enum sh_calendar_found
calendar_nth(const struct sh_calendar *c, const struct sh_spoken_day *d, int64_t *ret)
{
	int year = c->civil.year, month = c->civil.month;

	if (d->month > 0) {
		for (int y = year; y < year + 3; y++)
			if (calendar_nth_of(y, d->month, d->weekday, d->n, ret) &&
			    (*ret > c->today || (*ret == c->today && c->today_open)))
				return SH_CALENDAR_FOUND;
		return SH_CALENDAR_IMPOSSIBLE;
	}
	for (int i = d->month_step > 1; i < 3; i++)
		if (calendar_nth_of(year, month + i, d->weekday, d->n, ret) &&
		    (*ret > c->today || (*ret == c->today && c->today_open)))
			return SH_CALENDAR_FOUND;
	return SH_CALENDAR_IMPOSSIBLE;
}

static enum sh_calendar_found
calendar_holiday(const struct sh_calendar *c, const struct sh_spoken_day *d, int64_t *ret)
{
	for (int y = c->civil.year - 1; y < c->civil.year + 2; y++) {
		int64_t day = sh_holiday_day((enum sh_holiday)d->n, y);

		if (d->weekday >= 0 && d->mode == SH_WEEKDAY_AFTER)
			day += (d->weekday - sh_time_weekday(day) + 6) % 7 + 1;
		else if (d->weekday >= 0 && d->mode == SH_WEEKDAY_BEFORE)
			day -= (sh_time_weekday(day) - d->weekday + 6) % 7 + 1;
		day += d->plus_days;
		if (day > c->today || (day == c->today && c->today_open)) {
			*ret = day - d->plus_days;
			return SH_CALENDAR_FOUND;
		}
	}
	return SH_CALENDAR_IMPOSSIBLE;
}

static int64_t
calendar_part_of_month(int year, int month, enum sh_spoken_part part)
{
	if (part == SH_PART_MIDDLE)
		return calendar_working(sh_time_days(year, month, 15), 1);
	if (part == SH_PART_END)
		return calendar_working(sh_time_days(year, month + 1, 1) - 1, -1);
	return calendar_working(sh_time_days(year, month, 1), 1);
}

static enum sh_calendar_found
calendar_loose_month(const struct sh_calendar *c, const struct sh_spoken_day *d, int64_t *ret)
{
	int year = c->civil.year, month = c->civil.month;

	if (d->month == 0) {
		*ret = calendar_part_of_month(year, month + d->n, (enum sh_spoken_part)d->part);
		return *ret > c->today ? SH_CALENDAR_FOUND : SH_CALENDAR_PAST;
	}
	for (int y = year; y < year + 2; y++) {
		*ret = calendar_part_of_month(y, d->month, (enum sh_spoken_part)d->part);
		if (*ret > c->today)
			return SH_CALENDAR_FOUND;
		if (y == year && month == d->month && d->part == SH_PART_NONE) { /* in it already */
			*ret = calendar_working(c->today + 1, 1);
			return SH_CALENDAR_FOUND;
		}
	}
	return SH_CALENDAR_PAST;
}

static enum sh_calendar_found
calendar_loose(const struct sh_calendar *c, const struct sh_spoken_day *d, int64_t *ret)
{
	static const int part_days[] = { [SH_PART_NONE] = 0, [SH_PART_EARLY] = 0, [SH_PART_MIDDLE] = 2, [SH_PART_END] = 4 };
	int64_t monday = calendar_monday(c->today);
	int today = sh_time_weekday(c->today);

	switch (d->loose) {
	case SH_LOOSE_WEEK:
		*ret = monday + 7 * d->n + part_days[d->part];
		if (*ret <= c->today)
			*ret += 7;
		break;
	case SH_LOOSE_LATER_WEEK:
		if (today >= 4)
			return SH_CALENDAR_PAST;
		*ret = today + 2 <= 4 ? c->today + 2 : monday + 4;
		break;
	case SH_LOOSE_WEEKEND:
		*ret = monday + 5 + 7 * d->n;
		if (*ret < c->today || (*ret == c->today && !c->today_open))
			*ret = today == 5 ? c->today + 1 : *ret + 7;
		break;
	case SH_LOOSE_MONTH:
		return calendar_loose_month(c, d, ret);
	case SH_LOOSE_NEXT_DAYS:
		*ret = c->today + 1;
		break;
	default:
		*ret = c->today;
		return SH_CALENDAR_FOUND;
	}
	*ret = calendar_skip_bad(c, *ret);
	return SH_CALENDAR_FOUND;
}

enum sh_calendar_found
sh_calendar_find(const struct sh_calendar *c, const struct sh_spoken_day *d, int64_t *ret, bool *contradicts)
{
	enum sh_calendar_found found = SH_CALENDAR_FOUND;

	*contradicts = false;
	*ret = c->today;
	switch ((enum sh_spoken_day_kind)d->kind) {
	case SH_DAY_OFFSET:
		*ret = c->today + d->n;
		break;
	case SH_DAY_STEP:
		found = calendar_step(c, d, ret);
		break;
	case SH_DAY_WEEKDAY:
		found = calendar_weekday(c, d, ret);
		break;
	case SH_DAY_DATE:
		found = calendar_date(c, d, ret, contradicts);
		break;
	case SH_DAY_NUMERIC:
		found = calendar_numeric(c, d, ret, contradicts);
		break;
	case SH_DAY_NTH:
		found = calendar_nth(c, d, ret);
		break;
	case SH_DAY_HOLIDAY:
		found = calendar_holiday(c, d, ret);
		break;
	case SH_DAY_LOOSE:
		found = calendar_loose(c, d, ret);
		break;
	case SH_DAY_NONE:
		break;
	}
	if (found != SH_CALENDAR_FOUND)
		return found;
	*ret += d->plus_days;
	if (d->week_of)
		*ret = calendar_monday(*ret);
	return *ret < c->today ? SH_CALENDAR_PAST : SH_CALENDAR_FOUND;
}
