/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/decide_hours.h: which hours hold for a callee? decide.c's own.
 *
 * The policy's, by the clock that it names; every rule of its packs that holds there, by the clock of every zone in which
 * the callee may be; and where nobody knows where that is, 08:00 to 21:00 in all of them.
 */
#ifndef SH_POLICY_DECIDE_HOURS_H
#define SH_POLICY_DECIDE_HOURS_H

#include "gateway/policy/decide.h"

/* Each rule by the callee's clocks and its state's; the policy's own, and the outer ones. */
#define SH_DECIDE_HOURS_MAX (SH_PACK_RULES_MAX * (SH_CALLEE_ZONES_MAX + SH_PREFIX_ZONES_MAX) + 2 * SH_CALLEE_ZONES_MAX)

struct sh_decide_hours {
	struct sh_hours hours[SH_DECIDE_HOURS_MAX];
	struct sh_decision_rule whose[SH_DECIDE_HOURS_MAX];
	size_t n;
	bool complete;			/* false: the policy names a zone that the data does not have */
	struct sh_policy_cap caps[SH_PACK_CAPS_MAX];	/* the packs', in force at that instant */
	uint32_t ncaps;
};

/* requested: only what holds even at a time that the callee named. */
void sh_decide_hours(const struct sh_policy *, const struct sh_whereabouts *, bool requested, int64_t at_ms,
	struct sh_decide_hours *ret);

/* The rules, once each: those that forbid at_ms first. */
void sh_decide_hours_rules(const struct sh_decide_hours *, int64_t at_ms, struct sh_decision_rule rules[SH_DECIDE_RULES_MAX],
	uint32_t *ret_n, uint32_t *ret_forbidding);

/* The first clock that the policy's hours go by; NULL: it is not in the data. *ret_note: why it is another than asked for; NULL. */
const struct sh_zone *sh_decide_clock(const struct sh_policy *, const struct sh_whereabouts *, const char **ret_note);

#endif
