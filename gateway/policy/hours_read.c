/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/policy/hours_read.h"

#include <string.h>

#include "gateway/base/text.h"
#include "gateway/base/time.h"

#define HOURS_DAY_MIN 1440

const char *const sh_hours_weekdays[8] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL };

bool
sh_hours_read_clock(struct sh_str s, int *ret_min)
{
	int hour, minute;

	if (s.n != 5 || s.s[2] != ':')
		return false;
	for (int i = 0; i < 5; i++)
		if (i != 2 && (s.s[i] < '0' || s.s[i] > '9'))
			return false;
	hour = (s.s[0] - '0') * 10 + s.s[1] - '0';
	minute = (s.s[3] - '0') * 10 + s.s[4] - '0';
	if (minute >= 60 || hour * 60 + minute > HOURS_DAY_MIN)
		return false;
	*ret_min = hour * 60 + minute;
	return true;
}

/* "09:00-20:00", behind the windows that the day has already. */
static bool
hours_window(const struct sh_yaml *y, struct sh_faults *f, struct sh_quiet_day *day)
{
	int open, close, before = day->nwindows > 0 ? day->windows[day->nwindows - 1].close_min : -1;

	if (y->type != SH_YAML_SCALAR || y->value.n != 11 || y->value.s[5] != '-' ||
	    !sh_hours_read_clock((struct sh_str){ y->value.s, 5 }, &open) ||
	    !sh_hours_read_clock((struct sh_str){ y->value.s + 6, 5 }, &close)) {
		sh_yaml_expected(y, f, "hours such as \"09:00-20:00\", or closed, or open");
		return false;
	}
	if (open >= close) {
		sh_faults_add(f, y->line, y->column, "hours must end after they begin, at 24:00 at the latest; closed means none");
		return false;
	}
	if (open <= before || day->nwindows == SH_QUIET_WINDOWS_MAX) {
		sh_faults_add(f, y->line, y->column, "at most %d spells of hours, in order and apart", SH_QUIET_WINDOWS_MAX);
		return false;
	}
	day->windows[day->nwindows++] = (struct sh_window){ (int16_t)open, (int16_t)close };
	return true;
}

bool
sh_hours_read_day(const struct sh_yaml *y, struct sh_faults *f, struct sh_quiet_day *ret)
{
	struct sh_quiet_day day = { 0 };

	if (y->type == SH_YAML_SCALAR && sh_str_is(y->value, "open")) {
		day = (struct sh_quiet_day){ 1, { { 0, HOURS_DAY_MIN } } };
	} else if (y->type == SH_YAML_LIST) {
		for (const struct sh_yaml *w = y->first; w; w = w->next)
			if (!hours_window(w, f, &day))
				return false;
	} else if (!(y->type == SH_YAML_SCALAR && sh_str_is(y->value, "closed")) && !hours_window(y, f, &day)) {
		return false;
	}
	*ret = day;
	return true;
}

bool
sh_hours_read_weekdays(const struct sh_yaml *list, struct sh_faults *f, uint8_t *ret)
{
	uint8_t days = 0;
	bool good = true;

	if (list->type != SH_YAML_LIST) {
		sh_yaml_expected(list, f, "a list of weekdays such as [sat, sun]");
		return false;
	}
	for (const struct sh_yaml *y = list->first; y; y = y->next) {
		int d;

		if (sh_yaml_choice(y, sh_hours_weekdays, f, &d))
			days |= (uint8_t)(1u << d);
		else
			good = false;
	}
	if (good)
		*ret = days;
	return good;
}

/* Read as the day of an instant, so that 30 February is found out there. */
bool
sh_hours_read_date(const struct sh_yaml *y, struct sh_faults *f, int32_t *ret)
{
	char text[] = "0000-00-00T00:00:00Z";
	int64_t ms;

	if (y->type == SH_YAML_SCALAR && y->value.n == 10) {
		memcpy(text, y->value.s, 10);
		if (sh_time_parse_rfc3339((struct sh_str){ text, sizeof(text) - 1 }, &ms) && ms >= 0) {
			*ret = (int32_t)(ms / SH_DAY_MS);
			return true;
		}
	}
	sh_yaml_expected(y, f, "a date such as 2026-12-25");
	return false;
}

bool
sh_hours_read_dates(const struct sh_yaml *list, struct sh_faults *f, struct sh_quiet *ret)
{
	int32_t dates[SH_QUIET_DATES_MAX];
	uint8_t n = 0;

	if (list->type != SH_YAML_LIST) {
		sh_yaml_expected(list, f, "a list of dates such as [2026-12-25]");
		return false;
	}
	for (const struct sh_yaml *y = list->first; y; y = y->next, n++) {
		if (n == SH_QUIET_DATES_MAX) {
			sh_faults_add(f, y->line, y->column, "more than %d dates", SH_QUIET_DATES_MAX);
			return false;
		}
		if (!sh_hours_read_date(y, f, &dates[n]))
			return false;
	}
	memcpy(ret->dates, dates, n * sizeof(dates[0]));
	ret->ndates = n;
	return true;
}

bool
sh_hours_read_holidays(const struct sh_yaml *list, struct sh_faults *f, uint32_t *ret)
{
	const char *names[SH_HOLIDAY_SETS + 1] = { NULL };
	uint32_t sets = 0;
	bool good = true;

	if (list->type != SH_YAML_LIST) {
		sh_yaml_expected(list, f, "a list of sets of holidays such as [us_federal]");
		return false;
	}
	for (int s = 0; s < SH_HOLIDAY_SETS; s++)
		names[s] = sh_holiday_set_name((enum sh_holiday_set)s);
	for (const struct sh_yaml *y = list->first; y; y = y->next) {
		int s;

		if (sh_yaml_choice(y, names, f, &s))
			sets |= 1u << s;
		else
			good = false;
	}
	if (good)
		*ret = sets;
	return good;
}
