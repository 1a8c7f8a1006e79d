/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* policy/spoken_resolve.h: what resolution asks the calendar. */
#ifndef SH_POLICY_SPOKEN_RESOLVE_H
#define SH_POLICY_SPOKEN_RESOLVE_H

#include "gateway/policy/spoken_private.h"

struct sh_calendar {
	int64_t today;			/* days since 1970, where the callee is */
	struct sh_civil civil;		/* of today */
	bool today_open;		/* a date that is today counts: its time is still ahead */
	bool month_first;
	uint8_t bad_weekdays;
};

enum sh_calendar_found { SH_CALENDAR_FOUND, SH_CALENDAR_PAST, SH_CALENDAR_IMPOSSIBLE, SH_CALENDAR_CONTRADICTION };
enum sh_calendar_found sh_calendar_find(const struct sh_calendar *, const struct sh_spoken_day *, int64_t *ret_day, bool *contradicts);

#endif
