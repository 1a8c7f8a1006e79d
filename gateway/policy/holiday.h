/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/holiday.h: holidays by name and by set, computed, never tabled.
 *
 *	int64_t day = sh_holiday_day(SH_HOLIDAY_THANKSGIVING, 2026);		// days since 1970
 *	if (sh_holiday_is(SH_HOLIDAY_SET_US_FEDERAL, day)) ...
 *
 * A set is a list of holidays of one calendar, each with what happens to it on a weekend. holiday.def has them all, with
 * the source of each set. Years 1970 to 2399.
 */
#ifndef SH_POLICY_HOLIDAY_H
#define SH_POLICY_HOLIDAY_H

#include <stdbool.h>
#include <stdint.h>

#include <switchhook/driver.h>

/* HOLIDAY(id, "name", rule…), SET(id, "name", …) */
enum sh_holiday {
#define HOLIDAY(id, ...) SH_HOLIDAY_##id,
#include "gateway/policy/holiday.def"
	SH_HOLIDAYS
};

enum sh_holiday_set {
#define HOLIDAY_SET(id, ...) SH_HOLIDAY_SET_##id,
#include "gateway/policy/holiday.def"
	SH_HOLIDAY_SETS
};

/* The day itself, in days since 1970; not the day on which it is observed. */
int64_t sh_holiday_day(enum sh_holiday, int year);

/* Is this day, or is a holiday observed on this day, in the set? *ret (may be NULL): which. */
bool sh_holiday_is(enum sh_holiday_set, int64_t day, enum sh_holiday *ret);

/* "us_federal", "thanksgiving": as policies write them; false: no such name. */
bool sh_holiday_set_find(struct sh_str name, enum sh_holiday_set *ret);
const char *sh_holiday_set_name(enum sh_holiday_set);
const char *sh_holiday_set_source(enum sh_holiday_set);	/* the law */
const char *sh_holiday_name(enum sh_holiday);

#endif
