/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/policy/holiday.h"

#include "gateway/base/macro.h"
#include "gateway/base/text.h"
#include "gateway/base/time.h"

enum holiday_kind { HOLIDAY_ON, HOLIDAY_NTH, HOLIDAY_EASTER, HOLIDAY_WEEKDAY_UNTIL, HOLIDAY_MONDAY_BY };
enum holiday_weekday { MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY };
enum holiday_observed { AS_IT_IS, NEAREST, SUNDAY_LATER, NEXT_MONDAY, TWO_ON };

struct holiday {
	const char *name;
	struct holiday_rule {
		enum holiday_kind kind;
		int month, number, weekday, after;
	} rule;
};

struct holiday_in {
	enum sh_holiday_set set;
	enum sh_holiday holiday;
	enum holiday_observed observed;
	int since, every;
};

#define ON(m, d) { .kind = HOLIDAY_ON, .month = m, .number = d }
#define NTH(n, w, m, days) { .kind = HOLIDAY_NTH, .month = m, .number = n, .weekday = w, .after = days }
#define EASTER(days) { .kind = HOLIDAY_EASTER, .month = 4, .after = days }
#define WEEKDAY_UNTIL(w, m, d) { .kind = HOLIDAY_WEEKDAY_UNTIL, .month = m, .number = d, .weekday = w }
#define MONDAY_BY(m, d) { .kind = HOLIDAY_MONDAY_BY, .month = m, .number = d }

static const struct holiday holiday_rows[] = {
#define HOLIDAY(id, name, rule) { name, rule },
#include "gateway/policy/holiday.def"
};

static const struct {
	const char *name, *source;
} holiday_sets[] = {
#define HOLIDAY_SET(id, name, source) { name, source },
#include "gateway/policy/holiday.def"
};

static const struct holiday_in holiday_members[] = {
#define HOLIDAY_IN(set, holiday, observed, since, every) { SH_HOLIDAY_SET_##set, SH_HOLIDAY_##holiday, observed, since, every },
#include "gateway/policy/holiday.def"
};

/* Gregorian Easter, by the anonymous computus of 1876. */
static int64_t
holiday_easter(int year)
{
	int golden = year % 19, century = year / 100, in_century = year % 100;
	int moon = (19 * golden + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30;
	int sunday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - moon - in_century % 4) % 7;
	int late = (golden + 11 * moon + 22 * sunday) / 451, days = moon + sunday - 7 * late + 114;

	return sh_time_days(year, days / 31, days % 31 + 1);
}

static int64_t
holiday_nth(const struct holiday_rule *r, int year)
{
	int64_t day;

	if (r->number > 0) {
		day = sh_time_days(year, r->month, 1);
		return day + (r->weekday - sh_time_weekday(day) + 7) % 7 + (r->number - 1) * 7 + r->after;
	}
	day = sh_time_days(year, r->month + 1, 1) - 1;
	return day - (sh_time_weekday(day) - r->weekday + 7) % 7 + (r->number + 1) * 7 + r->after;
}

int64_t
sh_holiday_day(enum sh_holiday h, int year)
{
	const struct holiday_rule *r;
	int64_t day;

	assert((unsigned)h < SH_HOLIDAYS);
	r = &holiday_rows[h].rule;
	day = sh_time_days(year, r->month, r->number);
	switch (r->kind) {
	case HOLIDAY_ON:
		return day;
	case HOLIDAY_NTH:
		return holiday_nth(r, year);
	case HOLIDAY_EASTER:
		return holiday_easter(year) + r->after;
	case HOLIDAY_WEEKDAY_UNTIL:
		return day - (sh_time_weekday(day) - r->weekday + 7) % 7;
	case HOLIDAY_MONDAY_BY:
		return sh_time_weekday(day) >= SATURDAY ? day + 7 - sh_time_weekday(day) : day - sh_time_weekday(day);
	}
	return day;
}

static int64_t
holiday_observed(enum holiday_observed how, int64_t day)
{
	int weekday = sh_time_weekday(day);

	if (weekday < SATURDAY)
		return day;
	switch (how) {
	case AS_IT_IS:
		return day;
	case NEAREST:
		return weekday == SATURDAY ? day - 1 : day + 1;
	case SUNDAY_LATER:
		return weekday == SUNDAY ? day + 1 : day;
	case NEXT_MONDAY:
		return day + 7 - weekday;
	case TWO_ON:
		return day + 2;
	}
	return day;
}

/* Nothing of one month is observed, nor Easter's days fall, further off than the month next to it. */
static bool
holiday_near(const struct holiday_rule *r, int month)
{
	int apart = (r->month - month + 12) % 12;

	return apart <= 1 || apart == 11 || (r->kind == HOLIDAY_EASTER && apart == 2);
}

bool
sh_holiday_is(enum sh_holiday_set set, int64_t day, enum sh_holiday *ret)
{
	struct sh_civil c = sh_time_to_civil(day * SH_DAY_MS);

	for (size_t i = 0; i < SH_LENGTH(holiday_members); i++) {
		const struct holiday_in *in = &holiday_members[i];
		const struct holiday_rule *r = &holiday_rows[in->holiday].rule;
		int year = c.year + (r->month == 1 && c.month == 12) - (r->month == 12 && c.month == 1);
		int64_t that;

		if (in->set != set || year < in->since || year % in->every != 0 || !holiday_near(r, c.month))
			continue;
		that = sh_holiday_day(in->holiday, year);
		if (that != day && holiday_observed(in->observed, that) != day)
			continue;
		if (ret)
			*ret = in->holiday;
		return true;
	}
	return false;
}

bool
sh_holiday_set_find(struct sh_str name, enum sh_holiday_set *ret)
{
	for (size_t i = 0; i < SH_LENGTH(holiday_sets); i++)
		if (sh_str_is(name, holiday_sets[i].name)) {
			*ret = (enum sh_holiday_set)i;
			return true;
		}
	return false;
}

const char *
sh_holiday_set_name(enum sh_holiday_set set)
{
	assert((unsigned)set < SH_HOLIDAY_SETS);
	return holiday_sets[set].name;
}

const char *
sh_holiday_set_source(enum sh_holiday_set set)
{
	assert((unsigned)set < SH_HOLIDAY_SETS);
	return holiday_sets[set].source;
}

const char *
sh_holiday_name(enum sh_holiday h)
{
	assert((unsigned)h < SH_HOLIDAYS);
	return holiday_rows[h].name;
}
