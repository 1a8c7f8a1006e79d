/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* policy/spoken_resolve.h: slots to an instant: what resolution asks the calendar (spoken_calendar.c) and the clock (spoken_hour.c). */
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

struct sh_resolve {
	const struct sh_spoken_in *in;
	const struct sh_spoken_limits *limits;
	const struct sh_spoken_slots *s;
	struct sh_spoken *ret;
	const struct sh_zone *zone; /* of the clock */
	int32_t fixed_s;
	bool fixed;
	int64_t now_ms, lead_ms; /* lead_ms: the earliest that is allowed */
	int64_t from_ms;
	int now_min; /* of the day, in the zone */
	struct sh_calendar calendar;
	int64_t today; /* in the zone of the clock */
	bool today_only; /* the day was named, and it is today */
};

static inline int64_t
sh_resolve_floor(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

void sh_resolve_fail(struct sh_resolve *, const char *reason);
void sh_resolve_set(struct sh_resolve *, int64_t instant);
/* minute: of the day in the zone of the clock, which may lie beyond its 24 hours. */
int64_t sh_resolve_instant(const struct sh_resolve *, int64_t day, int minute);
/* Minutes of the day that a clock may mean, in order; how many. */
int sh_resolve_halves(const struct sh_resolve *, const struct sh_spoken_clock *, bool daypart, int out[2]);
/* Moves a time that the rules chose out of the hours that were forbidden, once. */
int sh_resolve_avoid(struct sh_resolve *, int minute);
void sh_resolve_clock(struct sh_resolve *, bool has_day, int64_t day);

#endif
