/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/whereabouts.h: by whose clocks, and under whose law, may this callee be called?
 *
 *	struct sh_evidence e = { .number = sh_str("+18505550100"), .workspace = zone, … };
 *	struct sh_callee c;
 *	sh_callee_find(prefixes, &e, &c);
 *	struct sh_hours hours[SH_CALLEE_HOURS_MAX];
 *	... sh_quiet_next(hours, sh_callee_hours(&c, &quiet, hours), now, &when, NULL) ...
 *
 * What is nearest to the callee's own word counts: what they said in the call, a variable, the contact's field, the number's
 * prefix, the workspace. A stated or stored zone beats the prefix for where they are: mobile numbers travel and are kept for
 * life. The state of the area code counts for the law all the same, since several laws presume that a number with their
 * area code is theirs, and so does a state that the contact gives.
 *
 * Where a number may lie in several zones, all of them must permit. Where the place is unknown (a toll-free number, a country
 * with several clocks) a policy's hours must hold in zones[0], and 08:00 to 21:00 in all of them: sh_callee_hours says so. A law's
 * hours must hold in all.
 */
#ifndef SH_POLICY_WHEREABOUTS_H
#define SH_POLICY_WHEREABOUTS_H

#include "gateway/policy/prefix.h"
#include "gateway/policy/quiet.h"
#include "gateway/policy/spoken.h"

#define SH_CALLEE_ZONES_MAX (SH_PREFIX_ZONES_MAX + 1)
#define SH_CALLEE_STATES_MAX (SH_PREFIX_STATES_MAX + 1)

/* NULL, absent: not known. workspace must be there. */
struct sh_evidence {
	const struct sh_zone *stated;		/* in speech */
	const struct sh_zone *variable;
	const struct sh_zone *contact;		/* callee_timezone of the request */
	struct sh_str number;			/* E.164 */
	struct sh_str states;			/* that are stated: "US-FL", or several, as sh_callee_write writes; others are passed over */
	const struct sh_zone *workspace;
};

struct sh_callee {
	const struct sh_zone *zones[SH_CALLEE_ZONES_MAX];	/* at least one; their clocks differ, the likeliest first */
	uint32_t n;
	enum sh_zone_source source;
	bool unknown;
	char states[SH_CALLEE_STATES_MAX][SH_STATE_MAX + 1];	/* whose law counts: "US-FL" */
	uint32_t nstates;
	char country[3];			/* of the number; "" */
	bool month_first;			/* the number's */
};

void sh_callee_find(const struct sh_prefixes *, const struct sh_evidence *, struct sh_callee *ret);

/*
 * What a number says of how its callee's words are read: its zones, the likeliest first, also if they are only its country's, and
 * the order of day and month. A number of +1 that is bound to no place names no zone. Sets .number, .nnumber, .month_first.
 */
void sh_callee_words(const struct sh_prefixes *, struct sh_str number, struct sh_spoken_place *);

/*
 * A zone as contacts' fields name it: "America/Denver", "US/Mountain", "Mountain", "MST", which is Denver's civil time. Of a
 * name with several meanings (BST, IST) the one where the number lies. NULL: none, or a bare offset.
 */
const struct sh_zone *sh_callee_zone(const struct sh_zones *, const struct sh_prefixes *, struct sh_str text, struct sh_str number);

/* What a policy's hours mean for this callee: how many rules were written to ret. They borrow quiet. */
#define SH_CALLEE_HOURS_MAX (SH_CALLEE_ZONES_MAX + 1)
size_t sh_callee_hours(const struct sh_callee *, const struct sh_quiet *quiet, struct sh_hours ret[SH_CALLEE_HOURS_MAX]);

/* Every day from 08:00 to 21:00: what must hold in all zones of an unknown place. */
const struct sh_quiet *sh_callee_outer(void);

/*
 * As it stands beside a callback: "America/New_York,America/Chicago", "US-FL", "US", "number". Read against today's zones: a
 * name that the data has no more is left out; false if none is left, or source or the lists are not what was written.
 * month_first is not kept.
 */
struct sh_callee_text {
	char zones[SH_CALLEE_ZONES_MAX * 64];
	char states[SH_CALLEE_STATES_MAX * (SH_STATE_MAX + 1)];
	char country[3];
	const char *source;
	bool unknown;
};
void sh_callee_write(const struct sh_callee *, struct sh_callee_text *ret);
bool sh_callee_read(const struct sh_zones *, struct sh_str zones, struct sh_str states, struct sh_str country, struct sh_str source,
	bool unknown, struct sh_callee *ret) SH_MUST_CHECK;

/*
 * A time that was promised as a wall clock, when the zone data changed: the instant that keeps it. wall_ms reads as in
 * sh_zone_local. False: at_ms still is that wall clock, or has to be since it comes twice; *ret_ms is then at_ms.
 */
bool sh_wall_again(const struct sh_zone *, int64_t wall_ms, int64_t at_ms, int64_t *ret_ms);

#endif
