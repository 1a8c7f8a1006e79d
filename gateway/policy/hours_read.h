/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/hours_read.h: hours and days as policies and packs of law write them.
 *
 *	mon: "09:00-20:00"		sat: ["10:00-12:00", "13:00-24:00"]		sun: closed		tue: open
 *
 * Each adds a fault that says where, what was found and what was expected, returns false, and leaves *ret as it was.
 */
#ifndef SH_POLICY_HOURS_READ_H
#define SH_POLICY_HOURS_READ_H

#include "gateway/base/yaml.h"
#include "gateway/policy/quiet.h"

extern const char *const sh_hours_weekdays[8];	/* "mon" … "sun", NULL */

bool sh_hours_read_day(const struct sh_yaml *, struct sh_faults *, struct sh_quiet_day *ret);
bool sh_hours_read_weekdays(const struct sh_yaml *list, struct sh_faults *, uint8_t *ret);	/* [sat, sun]: bit d */
bool sh_hours_read_date(const struct sh_yaml *, struct sh_faults *, int32_t *ret);		/* 2026-12-25 */
bool sh_hours_read_dates(const struct sh_yaml *list, struct sh_faults *, struct sh_quiet *ret);	/* .dates, .ndates */
bool sh_hours_read_holidays(const struct sh_yaml *list, struct sh_faults *, uint32_t *ret);	/* [us_federal]: bit s */

/* "09:00"; "24:00" is the end of the day. Adds no fault. */
bool sh_hours_read_clock(struct sh_str, int *ret_min);

#endif
