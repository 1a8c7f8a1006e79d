/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Time: the calendar against known days and against itself, RFC 3339 both ways. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/base/macro.h"
#include "gateway/base/time.h"

static void
time_known_days(void **state)
{
	static const struct {
		int year, month, day;
		int64_t days;
		int weekday;
	} t[] = { { 1970, 1, 1, 0, 3 }, { 1, 1, 1, -719162, 0 }, { 9999, 12, 31, 2932896, 4 }, { 2000, 2, 29, 11016, 1 },
		{ 2026, 3, 2, 20514, 0 }, { 2026, 14, 1, 20850, 0 }, { 2026, 0, 31, 20453, 2 }, { 2026, 3, 0, 20512, 5 },
		{ 1900, 3, 1, -25508, 3 } };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(t); i++) {
		assert_int_equal(sh_time_days(t[i].year, t[i].month, t[i].day), t[i].days);
		assert_int_equal(sh_time_weekday(t[i].days), t[i].weekday);
	}
}

static void
time_every_day(void **state)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t days = sh_time_days(1, 1, 1);

	(void)state;
	for (int y = 1; y <= 9999; y++) {
		bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);

		for (int m = 1; m <= 12; m++) {
			for (int d = 1; d <= lengths[m - 1] + (leap && m == 2); d++, days++) {
				struct sh_civil c = sh_time_to_civil(days * SH_DAY_MS + SH_DAY_MS - 1);

				if (c.year != y || c.month != m || c.day != d || c.hour != 23 || c.minute != 59 || c.second != 59 ||
				    c.ms != 999 || sh_time_from_civil(&c) != days * SH_DAY_MS + SH_DAY_MS - 1)
					fail_msg("%d-%d-%d", y, m, d);
			}
		}
	}
	assert_int_equal(days, 2932897);
}

static void
time_rfc3339(void **state)
{
	static const struct {
		const char *s, *utc; /* NULL: refused */
	} t[] = { { "2026-03-02T20:30:00Z", "2026-03-02T20:30:00.000Z" },
		{ "2026-03-02t20:30:00.25-08:00", "2026-03-03T04:30:00.250Z" },
		{ "2026-03-02T20:30:00.123999z", "2026-03-02T20:30:00.123Z" },
		{ "2024-02-29T00:00:00+05:45", "2024-02-28T18:15:00.000Z" },
		{ "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z" }, { "2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000Z" },
		{ "2017-01-01T00:59:60.5+01:00", "2016-12-31T23:59:59.500Z" }, { "2016-12-31T12:00:60Z", NULL },
		{ "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z" }, { "0001-01-01T00:00:00+00:01", NULL },
		{ "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z" }, { "9999-12-31T23:59:59-00:01", NULL },
		{ "2026-03-02T20:30:00-00:00", "2026-03-02T20:30:00.000Z" }, { "2026-03-02T20:30:00", NULL },
		{ "2026-03-02 20:30:00Z", NULL }, { "2026-02-29T00:00:00Z", NULL }, { "2026-13-01T00:00:00Z", NULL },
		{ "2026-00-01T00:00:00Z", NULL }, { "2026-01-00T00:00:00Z", NULL }, { "0000-01-01T00:00:00Z", NULL },
		{ "2026-03-02T24:00:00Z", NULL }, { "2026-03-02T20:60:00Z", NULL }, { "2026-03-02T20:30:61Z", NULL },
		{ "2026-03-02T20:30:00.Z", NULL }, { "2026-03-02T20:30Z", NULL }, { "2026-03-02T20:30:00+0800", NULL },
		{ "2026-03-02T20:30:00+24:00", NULL }, { "2026-03-02T20:30:00Zx", NULL }, { "26-03-02T20:30:00Z", NULL },
		{ "2026-3-02T20:30:00Z", NULL }, { "", NULL }, { "2026-03-02", NULL } };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(t); i++) {
		char out[32];
		int64_t ms;
		bool good = sh_time_parse_rfc3339(sh_str(t[i].s), &ms);

		if (good)
			sh_time_format_rfc3339(ms, out);
		if (good != (t[i].utc != NULL) || (good && strcmp(out, t[i].utc) != 0))
			fail_msg("%s: %s", t[i].s, good ? out : "refused");
	}
	assert_false(sh_time_parse_rfc3339(SH_NONE, NULL));
}

/* Dates of mail and HTTP, beside RFC 3339. */
static void
time_any(void **state)
{
	static const struct {
		const char *s, *utc; /* NULL: refused */
	} t[] = { { "Fri, 20 Nov 2026 23:20:18 +0000", "2026-11-20T23:20:18.000Z" },
		{ "Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37.000Z" },
		{ "6 Nov 1994 08:49:37 -0130", "1994-11-06T10:19:37.000Z" }, { "06 Nov 1994 08:49:37 UTC", "1994-11-06T08:49:37.000Z" },
		{ "2026-03-02T20:30:00Z", "2026-03-02T20:30:00.000Z" }, { "Sunday, 06-Nov-94 08:49:37 GMT", NULL },
		{ "Sun Nov  6 08:49:37 1994", NULL }, { "Sun, 31 Nov 1994 08:49:37 GMT", NULL },
		{ "Sun, 06 Nov 1994 08:49:37.5 GMT", NULL }, { "Sun, 06 Nov 1994 08:49:37", NULL },
		{ "Sun, 06 Nov 1994 08:49:37 GMT ", NULL }, { "Sun, 06 Nov 1994 24:49:37 GMT", NULL },
		{ "Sun, 06 nov 1994 08:49:37 GMT", NULL }, { "Sun,06 Nov 1994 08:49:37 GMT", NULL },
		{ "Sun, 06 Nov 1994 08:49:37 +2400", NULL }, { "Sun", NULL }, { "", NULL } };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(t); i++) {
		char out[32];
		int64_t ms;
		bool good = sh_time_parse_any(sh_str(t[i].s), &ms);

		if (good)
			sh_time_format_rfc3339(ms, out);
		if (good != (t[i].utc != NULL) || (good && strcmp(out, t[i].utc) != 0))
			fail_msg("%s: %s", t[i].s, good ? out : "refused");
	}
	assert_false(sh_time_parse_any(SH_NONE, NULL));
}

static void
time_ends(void **state)
{
	char out[32];

	(void)state;
	sh_time_format_rfc3339(INT64_MAX, out);
	assert_string_equal(out, "9999-12-31T23:59:59.999Z");
	sh_time_format_rfc3339(INT64_MIN, out);
	assert_string_equal(out, "0001-01-01T00:00:00.000Z");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(time_known_days), cmocka_unit_test(time_every_day),
		cmocka_unit_test(time_rfc3339), cmocka_unit_test(time_any), cmocka_unit_test(time_ends) };

	return cmocka_run_group_tests_name("base_time", tests, NULL, NULL);
}
