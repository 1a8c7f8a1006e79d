/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/quiet.h: when may a phone ring?
 *
 * A rule names, for each weekday, the windows in which phones may ring, and dates on which none may. It is kept
 * by the wall clock of a zone, and it is pure: no clock, no I/O; "now" is an argument, so every answer can be
 * tested for any minute of any year.
 *
 *	if (!sh_quiet_may_ring(&q, &zone, 1, now) && !sh_quiet_next(&q, &zone, 1, now, &when))
 *		... a person must look: nothing is permitted in the next 14 days ...
 *
 * The law is one sentence: an instant is permitted if and only if its local minute lies in a window of its local
 * weekday and its local date is not quiet. It needs no word about clock changes; everything else here agrees with
 * it, minute by minute. A window that opens at an hour which does not exist opens at the first instant that
 * does; one that opens at an hour which comes twice opens both times.
 *
 * A phone rings for a while: a call may start only if the whole ring_margin_ms from then on is permitted.
 *
 * Where a number may lie in several zones, all of them must permit. Owns nothing; copy it freely. Zones come from
 * base/zone.h and must outlive the call.
 */
#ifndef SH_POLICY_QUIET_H
#define SH_POLICY_QUIET_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/macro.h"
#include "gateway/base/zone.h"

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
	int64_t ring_margin_ms;		/* 0 to SH_QUIET_RING_MARGIN_MAX_MS */
};

/* The law itself, of one zone and one instant. */
bool sh_quiet_permitted(const struct sh_quiet *, const struct sh_zone *, int64_t at_ms);

/* May a phone start to ring then? In every one of the zones. */
bool sh_quiet_may_ring(const struct sh_quiet *, const struct sh_zone *const *zones, size_t n, int64_t at_ms);

/* The first instant, from_ms or later, at which it may; false: none within 14 days. */
bool sh_quiet_next(const struct sh_quiet *, const struct sh_zone *const *zones, size_t n, int64_t from_ms,
	int64_t *ret_ms) SH_MUST_CHECK;

/* Is there a weekday on which a phone may ring at all? If not, the rule is a mistake. */
bool sh_quiet_ever(const struct sh_quiet *);

#endif
