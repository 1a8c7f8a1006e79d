/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/quiet.h: when may a phone ring?
 *
 * A rule names, for each weekday, the windows in which phones may ring, and dates and holidays on which none may. It is
 * kept by the wall clock of a zone, and it is pure: no clock, no I/O; "now" is an argument, so every answer can be
 * tested for any minute of any year. Where several rules hold, or a number may lie in several zones, all must permit:
 *
 *	struct sh_hours hours[] = { { &policy->quiet, callee }, { &florida, eastern }, { &florida, central } };
 *
 *	if (!sh_quiet_may_ring(hours, 3, now, &by) && !sh_quiet_next(hours, 3, now, &when, &by))
 *		... a person must look: hours[by] permits nothing in the next 14 days that the others would ...
 *
 * The law is one sentence: an instant is permitted by a rule if and only if the rule does not hold on its local date, or its
 * local minute lies in a window of its local weekday and its local date is not quiet. It needs no word about clock changes;
 * everything else here agrees with it, minute by minute. A window that opens at an hour which does not exist opens at the
 * first instant that does; one that opens at an hour which comes twice opens both times.
 *
 * A phone rings for a while: a call may start only if the whole ring_margin_ms from then on is permitted.
 *
 * Owns nothing; copy it freely. Zones come from base/zone.h, and they and the rules must outlive the call.
 */
#ifndef SH_POLICY_QUIET_H
#define SH_POLICY_QUIET_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/macro.h"
#include "gateway/base/zone.h"
#include "gateway/policy/holiday.h"

#define SH_QUIET_WINDOWS_MAX 4
#define SH_QUIET_DATES_MAX 64
#define SH_QUIET_RING_MARGIN_MS INT64_C(60000)	/* a phone that starts to ring at 19:59:50 rings after eight */
#define SH_QUIET_RING_MARGIN_MAX_MS INT64_C(3600000)
#define SH_QUIET_DAYS_AHEAD 14

/* [open, close) in minutes of the local day; close may be 1440, midnight. open < close. */
struct sh_window {
	int16_t open_min, close_min;
};

struct sh_quiet_day {
	uint8_t nwindows;		/* 0: closed */
	struct sh_window windows[SH_QUIET_WINDOWS_MAX];	/* ascending, apart */
};

struct sh_quiet {
	struct sh_quiet_day days[7];	/* 0 Monday … 6 Sunday */
	uint8_t closed_days;		/* bit d: weekday d is closed whatever its windows say */
	uint8_t ndates;
	int32_t dates[SH_QUIET_DATES_MAX];	/* quiet dates, in days since 1970 */
	uint32_t holidays;		/* bit s: the days of enum sh_holiday_set s are quiet */
	int32_t from_day, until_day;	/* holds on local dates from the one until the other, which is out; 0: for good */
	int64_t ring_margin_ms;		/* 0 to SH_QUIET_RING_MARGIN_MAX_MS */
};

/* A rule by the clock of a place. */
struct sh_hours {
	const struct sh_quiet *quiet;
	const struct sh_zone *zone;
};

/* The law itself. */
bool sh_quiet_permitted(const struct sh_hours *, int64_t at_ms);

/* May a phone start to ring then? *ret_by (may be NULL): the first that refuses, n if none does. Of no hours: it may not. */
bool sh_quiet_may_ring(const struct sh_hours *, size_t n, int64_t at_ms, size_t *ret_by);

/*
 * The first instant, from_ms or later, at which it may; false: none within 14 days. *ret_by (may be NULL): at whose opening it
 * is, n if it is from_ms; when there is none, whom the search ended with.
 */
bool sh_quiet_next(const struct sh_hours *, size_t n, int64_t from_ms, int64_t *ret_ms, size_t *ret_by) SH_MUST_CHECK;

/*
 * Not all phones of a zone shall ring at 09:00:00. What sh_quiet_next moved to an opening, put off by a number's own part of
 * the policy's opening_spread; by half of it, a quarter and so on if a phone may not ring then any more.
 */
int64_t sh_quiet_spread(const struct sh_hours *, size_t n, int64_t opening_ms, int64_t spread_ms);

/* Is there a weekday on which a phone may ring at all? If not, the rule is a mistake. */
bool sh_quiet_ever(const struct sh_quiet *);

#endif
