/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/prefix.h: where a number may lie, by its first digits.
 *
 *	struct sh_prefixes *p = sh_prefixes_new(zones, overlay, &faults);
 *	struct sh_number_place at;
 *	sh_prefix_place(p, number, &at);		// "+18505550100": New York or Chicago, US-FL, US
 *
 * The table is made at build time from a Debian package (prefix_table.py) with corrections of our own (prefix.overlay) laid
 * over it; an operator lays a text of his own over both, in the same form:
 *
 *	# A new area code; the zones first, then the state and the country.
 *	1999 America/Chicago
 *	1999 state US-AL
 *	1999 country US
 *	# What the table says of these, where they are, is not so: they say no more than 61 does.
 *	614 -
 *
 * For each of the three the longest prefix that says it decides. A row of the overlay replaces what the table says of the
 * same prefix and nothing else: longer prefixes keep their rows.
 *
 * Immutable after _new; bound to one table of zones, which must outlive it: build both anew at the same time. A look-up
 * allocates nothing and takes less than 100 comparisons.
 */
#ifndef SH_POLICY_PREFIX_H
#define SH_POLICY_PREFIX_H

#include "gateway/base/yaml.h"
#include "gateway/base/zone.h"
#include "gateway/policy/state.h"

#define SH_PREFIX_ZONES_MAX 16
#define SH_PREFIX_STATES_MAX 4
#define SH_PREFIX_OVERLAY_MAX 512	/* rows of an operator's own */

struct sh_number_place {
	/* Those whose clocks differ, the likeliest first. None: no number, or one of no country (satellites). */
	const struct sh_zone *zones[SH_PREFIX_ZONES_MAX];
	uint32_t nzones;
	/*
	 * The number tells no more than its country, and that has several clocks: +7 alone, +61, and of +1 what is toll-free,
	 * bound to no place, or not in the table. zones are then the country's; of +1 its outermost, New York and Los Angeles.
	 */
	bool unknown;
	char states[SH_PREFIX_STATES_MAX][SH_STATE_MAX + 1];	/* of +1: "US-FL"; "CA-NS", "CA-PE" */
	uint32_t nstates;
	char country[3];		/* ISO 3166-1; "" if none; of +1 what the table does not know is "US" */
	bool month_first;		/* 6/7 is 7 June: +1 */
	uint32_t digits;		/* of the number that chose the zones */
};

struct sh_prefixes;

/* overlay: an operator's, may be absent. NULL if a line is at fault, which is then told, or if there is no memory. */
struct sh_prefixes *sh_prefixes_new(const struct sh_zones *, struct sh_str overlay, struct sh_faults *) SH_MUST_CHECK;
void sh_prefixes_free(struct sh_prefixes *);

/* "python3-phonenumbers 8.12.57-4"; "" if the gateway was built without it: then only +1 and the overlay are known. */
const char *sh_prefixes_source(void);
size_t sh_prefixes_count(const struct sh_prefixes *);

/* e164: "+" and digits; anything else has no place. */
void sh_prefix_place(const struct sh_prefixes *, struct sh_str e164, struct sh_number_place *ret);

/* All clocks of a state ("US-TX": Chicago and Denver), by the area codes that are its alone; false: none is known. */
bool sh_state_zones(const struct sh_prefixes *, struct sh_str state, const struct sh_zone *ret[SH_PREFIX_ZONES_MAX],
	uint32_t *ret_n);

/* Puts a zone behind the others unless one of them has the same clock, from 2025 to 2040. Past max it is left out. */
void sh_clocks_add(const struct sh_zone **zones, uint32_t *n, uint32_t max, const struct sh_zone *);

#endif
