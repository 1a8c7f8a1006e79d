/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/time.h: instants, civil dates, RFC 3339. Pure; Gregorian calendar, years 1 to 9999; ms since 1970 UTC.
 */
#ifndef SH_BASE_TIME_H
#define SH_BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include <switchhook/driver.h>

#define SH_SECOND_MS INT64_C(1000)
#define SH_MINUTE_MS (60 * SH_SECOND_MS)
#define SH_HOUR_MS (60 * SH_MINUTE_MS)
#define SH_DAY_MS (24 * SH_HOUR_MS)

struct sh_civil {
	int year, month, day;		/* month and day from 1 */
	int hour, minute, second, ms;
};

int64_t sh_time_days(int year, int month, int day);	/* since 1970-01-01; month and day may overflow */
int64_t sh_time_from_civil(const struct sh_civil *);	/* read as UTC */
struct sh_civil sh_time_to_civil(int64_t ms);
int sh_time_weekday(int64_t days);			/* 0 Monday … 6 Sunday */

/* "2026-03-02T20:30:00Z", "2026-03-02t20:30:00.25-08:00": an offset is required; a leap second is the second before. */
bool sh_time_parse_rfc3339(struct sh_str, int64_t *ret_ms);
/* The same, or a date of mail and HTTP: "Fri, 20 Nov 2026 23:20:18 +0000", "20 Nov 2026 23:20:18 GMT". */
bool sh_time_parse_any(struct sh_str, int64_t *ret_ms);
/* "2026-03-02T20:30:00.000Z"; out ends in NUL. */
void sh_time_format_rfc3339(int64_t ms, char out[32]);

#endif
