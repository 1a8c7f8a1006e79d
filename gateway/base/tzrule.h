/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/tzrule.h: the rule that a zone follows after its last recorded transition.
 *
 * It is the POSIX TZ text in the footer of a TZif file, with the extensions of RFC 9636: "Jn", "n" and "Mm.w.d"
 * days, and hours from -167 to 167 ("EET-2EEST,M3.4.4/50,M10.4.4/50"). Pure; zone.c is its only user besides the
 * tests.
 */
#ifndef SH_BASE_TZRULE_H
#define SH_BASE_TZRULE_H

#include <stdbool.h>
#include <stdint.h>

#include <switchhook/driver.h>

#include "gateway/base/macro.h"

struct sh_tzrule_day {
	enum { SH_TZDAY_JULIAN, SH_TZDAY_ZERO, SH_TZDAY_WEEK } kind;	/* Jn, n, Mm.w.d */
	int day;		/* Jn: 1 to 365, never 29 February; n: 0 to 365; Mm.w.d: the weekday, 0 is Sunday */
	int month, week;	/* week 5 is the last */
	int32_t time_s;		/* of the wall clock before the change */
};

struct sh_tzrule {
	bool seasons;			/* false: std_s all year */
	int32_t std_s, dst_s;		/* seconds east of UTC */
	struct sh_tzrule_day start, end; /* of dst_s */
};

/* False if the text is not such a rule; *ret is then undefined. */
bool sh_tzrule_parse(struct sh_str text, struct sh_tzrule *ret) SH_MUST_CHECK;

/* Seconds east of UTC at an instant, in seconds since 1970. */
int32_t sh_tzrule_offset(const struct sh_tzrule *, int64_t at_s);

/* The next change of the offset after the instant; INT64_MAX: none. */
int64_t sh_tzrule_next(const struct sh_tzrule *, int64_t at_s);

#endif
