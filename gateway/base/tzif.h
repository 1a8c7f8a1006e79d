/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/tzif.h: reads one TZif file (RFC 9636, version 2 and later) that is already in memory.
 *
 * Every count is checked against the file's length before anything is read. Files that count leap seconds (the
 * `right/` tree) are refused: they speak of another time scale. Pure; zone.c is its only user besides the tests.
 */
#ifndef SH_BASE_TZIF_H
#define SH_BASE_TZIF_H

#include "gateway/base/arena.h"
#include "gateway/base/error.h"
#include "gateway/base/tzrule.h"

#define SH_TZIF_OFFSET_MAX_S (26 * 3600)	/* RFC 9636, 3.2: between -25 and +26 hours */

struct sh_tzif_change {
	int64_t at_s;
	int32_t offset_s;	/* from then on */
};

struct sh_tzif {
	int32_t first_s;			/* the offset before the first change */
	uint32_t nchanges;
	const struct sh_tzif_change *changes;	/* ascending; only those that move the offset */
	bool ruled;				/* the rule holds from rule_from_s on */
	int64_t rule_from_s;
	struct sh_tzrule rule;
};

/* Is it a TZif file at all? By its first bytes. */
bool sh_tzif_is(struct sh_str bytes);

/* What is kept lives in the arena. The error's text has no file name: sh_fail_in adds it. */
enum sh_status sh_tzif_read(struct sh_arena *, struct sh_str bytes, struct sh_tzif *ret, struct sh_error *) SH_MUST_CHECK;

#endif
