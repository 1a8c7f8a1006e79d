/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Holidays against dates that almanacs and proclamations name, and what each set says of the days around weekends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/macro.h"
#include "gateway/base/time.h"
#include "gateway/policy/holiday.h"

static int64_t
day(const char *date)
{
	int year, month, d;

	assert_int_equal(sscanf(date, "%d-%d-%d", &year, &month, &d), 3);
	return sh_time_days(year, month, d);
}

static void
test_days(void **state)
{
	static const struct {
		enum sh_holiday holiday;
		const char *dates[8];
	} cases[] = {
		{ SH_HOLIDAY_NEW_YEARS_DAY, { "2026-01-01", "2027-01-01" } },
		{ SH_HOLIDAY_NEW_YEARS_EVE, { "2026-12-31" } },
		{ SH_HOLIDAY_MLK_DAY, { "2024-01-15", "2025-01-20", "2026-01-19", "2027-01-18", "2028-01-17" } },
		{ SH_HOLIDAY_VALENTINES_DAY, { "2026-02-14" } },
		{ SH_HOLIDAY_PRESIDENTS_DAY, { "2024-02-19", "2025-02-17", "2026-02-16", "2027-02-15", "2028-02-21" } },
		{ SH_HOLIDAY_MARDI_GRAS, { "2024-02-13", "2025-03-04", "2026-02-17", "2027-02-09" } },
		{ SH_HOLIDAY_ST_PATRICKS_DAY, { "2026-03-17" } },
		{ SH_HOLIDAY_GOOD_FRIDAY, { "2024-03-29", "2025-04-18", "2026-04-03", "2027-03-26" } },
		{ SH_HOLIDAY_EASTER_SUNDAY, { "1981-04-19", "2008-03-23", "2024-03-31", "2025-04-20", "2026-04-05", "2038-04-25",
			"2076-04-19", "2285-03-22" } },
		{ SH_HOLIDAY_EASTER_MONDAY, { "2024-04-01", "2026-04-06", "2027-03-29" } },
		{ SH_HOLIDAY_VICTORIA_DAY, { "2023-05-22", "2024-05-20", "2025-05-19", "2026-05-18", "2027-05-24" } },
		{ SH_HOLIDAY_MEMORIAL_DAY, { "2024-05-27", "2025-05-26", "2026-05-25", "2027-05-31" } },
		{ SH_HOLIDAY_JUNETEENTH, { "2026-06-19" } },
		{ SH_HOLIDAY_JUNETEENTH_MONDAY, { "2022-06-20", "2023-06-19", "2024-06-17", "2025-06-16", "2026-06-15", "2027-06-21" } },
		{ SH_HOLIDAY_CANADA_DAY, { "2026-07-01" } },
		{ SH_HOLIDAY_INDEPENDENCE_DAY, { "2026-07-04" } },
		{ SH_HOLIDAY_VICTORY_DAY, { "2024-08-12", "2025-08-11", "2026-08-10" } },
		{ SH_HOLIDAY_LABOR_DAY, { "2024-09-02", "2025-09-01", "2026-09-07", "2027-09-06" } },
		{ SH_HOLIDAY_COLUMBUS_DAY, { "2024-10-14", "2025-10-13", "2026-10-12" } },
		{ SH_HOLIDAY_CANADIAN_THANKSGIVING, { "2024-10-14", "2026-10-12" } },
		{ SH_HOLIDAY_HALLOWEEN, { "2026-10-31" } },
		{ SH_HOLIDAY_ELECTION_DAY, { "2022-11-08", "2024-11-05", "2026-11-03", "2028-11-07" } },
		{ SH_HOLIDAY_VETERANS_DAY, { "2026-11-11" } },
		{ SH_HOLIDAY_THANKSGIVING, { "2023-11-23", "2024-11-28", "2025-11-27", "2026-11-26", "2027-11-25", "2029-11-22" } },
		{ SH_HOLIDAY_BLACK_FRIDAY, { "2024-11-29", "2026-11-27", "2029-11-23" } },
		{ SH_HOLIDAY_CHRISTMAS_EVE, { "2026-12-24" } },
		{ SH_HOLIDAY_CHRISTMAS_DAY, { "2026-12-25" } },
		{ SH_HOLIDAY_BOXING_DAY, { "2026-12-26" } },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++)
		for (size_t j = 0; j < SH_LENGTH(cases[i].dates) && cases[i].dates[j]; j++) {
			const char *date = cases[i].dates[j];
			int year;

			assert_int_equal(sscanf(date, "%d", &year), 1);
			if (sh_holiday_day(cases[i].holiday, year) != day(date))
				fail_msg("%s is not %s", sh_holiday_name(cases[i].holiday), date);
		}
}

struct month {
	enum sh_holiday_set set;
	const char *from;		/* a month … */
	const char *days;		/* … and all its days that are in the set */
};

static void
check_month(const struct month *m)
{
	int64_t from = day(m->from), until = from;
	char got[128] = "";

	for (struct sh_civil c = sh_time_to_civil(from * SH_DAY_MS), d = c; d.month == c.month;
	     d = sh_time_to_civil(++until * SH_DAY_MS))
		if (sh_holiday_is(m->set, until, NULL))
			snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%d", *got ? " " : "", d.day);
	if (strcmp(got, m->days) != 0)
		fail_msg("%s in %s: wanted %s, got %s", sh_holiday_set_name(m->set), m->from, m->days, got);
}

static void
test_sets(void **state)
{
	static const struct month cases[] = {
		/* Saturday, 1 January 2022: observed in the year before */
		{ SH_HOLIDAY_SET_US_FEDERAL, "2021-12-01", "24 25 31" },
		{ SH_HOLIDAY_SET_US_FEDERAL, "2022-01-01", "1 17" },
		{ SH_HOLIDAY_SET_US_FEDERAL, "2022-12-01", "25 26" },
		{ SH_HOLIDAY_SET_US_FEDERAL, "2023-01-01", "1 2 16" },
		{ SH_HOLIDAY_SET_US_FEDERAL, "2026-01-01", "1 19" },
		{ SH_HOLIDAY_SET_US_FEDERAL, "2026-02-01", "16" },
		{ SH_HOLIDAY_SET_US_FEDERAL, "2026-03-01", "" },
		{ SH_HOLIDAY_SET_US_FEDERAL, "2026-04-01", "" },
		{ SH_HOLIDAY_SET_US_FEDERAL, "2026-05-01", "25" },
		{ SH_HOLIDAY_SET_US_FEDERAL, "2026-06-01", "19" },
		{ SH_HOLIDAY_SET_US_FEDERAL, "2026-07-01", "3 4" },
		{ SH_HOLIDAY_SET_US_FEDERAL, "2021-07-01", "4 5" },
		{ SH_HOLIDAY_SET_US_FEDERAL, "2026-08-01", "" },
		{ SH_HOLIDAY_SET_US_FEDERAL, "2026-09-01", "7" },
		{ SH_HOLIDAY_SET_US_FEDERAL, "2026-10-01", "12" },
		{ SH_HOLIDAY_SET_US_FEDERAL, "2026-11-01", "11 26" },
		{ SH_HOLIDAY_SET_US_FEDERAL, "2023-11-01", "10 11 23" },
		{ SH_HOLIDAY_SET_US_FEDERAL, "2026-12-01", "25" },
		/* in force since 2021 */
		{ SH_HOLIDAY_SET_US_FEDERAL, "2020-06-01", "" },
		{ SH_HOLIDAY_SET_US_FEDERAL, "2021-06-01", "18 19" },
		{ SH_HOLIDAY_SET_US_RI, "2025-05-01", "4 5 26" },
		{ SH_HOLIDAY_SET_US_RI, "2026-08-01", "10" },
		{ SH_HOLIDAY_SET_US_RI, "2026-07-01", "4 6" },
		{ SH_HOLIDAY_SET_US_RI, "2027-07-01", "4 5" },
		{ SH_HOLIDAY_SET_US_RI, "2026-11-01", "3 11 26" },
		{ SH_HOLIDAY_SET_US_RI, "2027-11-01", "11 25" },
		{ SH_HOLIDAY_SET_US_UT, "2026-07-01", "3 4 24" },
		{ SH_HOLIDAY_SET_US_UT, "2027-07-01", "4 5 23 24" },
		{ SH_HOLIDAY_SET_US_UT, "2024-06-01", "17 19" },
		{ SH_HOLIDAY_SET_US_UT, "2026-04-01", "5" },
		{ SH_HOLIDAY_SET_US_UT, "2027-03-01", "26 28" },
		{ SH_HOLIDAY_SET_US_AL, "2026-04-01", "27" },
		{ SH_HOLIDAY_SET_US_AL, "2026-06-01", "1 19" },
		{ SH_HOLIDAY_SET_US_LA, "2026-02-01", "16 17" },
		{ SH_HOLIDAY_SET_US_LA, "2025-03-01", "4" },
		{ SH_HOLIDAY_SET_US_LA, "2026-01-01", "1 8 19" },
		{ SH_HOLIDAY_SET_US_LA, "2026-04-01", "3" },
		{ SH_HOLIDAY_SET_US_LA, "2026-08-01", "30" },
		{ SH_HOLIDAY_SET_US_LA, "2026-11-01", "1 3 11 26 27" },
		{ SH_HOLIDAY_SET_CA, "2026-01-01", "1" },
		{ SH_HOLIDAY_SET_CA, "2026-05-01", "18" },
		{ SH_HOLIDAY_SET_CA, "2023-07-01", "1 3" },
		{ SH_HOLIDAY_SET_CA, "2026-09-01", "7 30" },
		{ SH_HOLIDAY_SET_CA, "2020-09-01", "7" },
		{ SH_HOLIDAY_SET_CA, "2026-10-01", "12" },
		/* Christmas on Sunday gives its Monday to Boxing Day; on Saturday both move */
		{ SH_HOLIDAY_SET_CA, "2022-12-01", "25 26 27" },
		{ SH_HOLIDAY_SET_CA, "2021-12-01", "25 26 27 28" },
		{ SH_HOLIDAY_SET_CA, "2026-12-01", "25 26 28" },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++)
		check_month(&cases[i]);
}

/* Every day of 430 years: easter is a Sunday in its window, and a set has no more days than its holidays can make. */
static void
test_span(void **state)
{
	(void)state;
	for (int year = 1970; year < 2400; year++) {
		int64_t easter = sh_holiday_day(SH_HOLIDAY_EASTER_SUNDAY, year);

		assert_int_equal(sh_time_weekday(easter), 6);
		assert_true(easter >= sh_time_days(year, 3, 22) && easter <= sh_time_days(year, 4, 25));
		for (int s = 0; s < SH_HOLIDAY_SETS; s++) {
			int n = 0;

			for (int64_t d = sh_time_days(year, 1, 1); d < sh_time_days(year + 1, 1, 1); d++)
				n += sh_holiday_is((enum sh_holiday_set)s, d, NULL);
			assert_in_range(n, year < 1990 ? 5 : 9, 24);
		}
	}
}

static void
test_names(void **state)
{
	enum sh_holiday_set set;
	enum sh_holiday which;

	(void)state;
	for (int s = 0; s < SH_HOLIDAY_SETS; s++) {
		assert_true(sh_holiday_set_find(sh_str(sh_holiday_set_name((enum sh_holiday_set)s)), &set));
		assert_int_equal(set, s);
	}
	assert_false(sh_holiday_set_find(SH_STR("us_federa"), &set));
	assert_false(sh_holiday_set_find(SH_STR(""), &set));
	assert_true(sh_holiday_is(SH_HOLIDAY_SET_US_FEDERAL, day("2021-12-31"), &which));
	assert_string_equal(sh_holiday_name(which), "new_years_day");
	assert_true(sh_holiday_is(SH_HOLIDAY_SET_US_LA, day("2026-11-27"), &which));
	assert_string_equal(sh_holiday_name(which), "black_friday");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_span),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
