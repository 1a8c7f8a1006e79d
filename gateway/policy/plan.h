/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/plan.h: what a tenant has booked, as far as policies go.
 *
 * A plan says three things: what holds where nobody says more, what nobody may exceed, and whether single agents may differ
 * from their workspace.
 *
 *	struct sh_plans *plans = sh_plans_read(text, zones, &faults);	// config/plans.yaml; SH_NONE: the built-in ones
 *	const struct sh_plan *plan = sh_plans_find(plans, sh_str("pro"), &known);
 *	sh_plan_effective(plan, named, &workspace, &agent, &effective);
 *
 * The file:
 *
 *	pro:
 *	  policy: {max_attempts: 5}	# a layer: any key of a policy
 *	  ceilings: {max_attempts: 5}
 *	  agent_overrides: true
 *
 * It is the whole list. `free` must be in it: it is the plan of a tenant whose own is not. Pure, as policy.h is.
 */
#ifndef SH_POLICY_PLAN_H
#define SH_POLICY_PLAN_H

#include "gateway/policy/policy.h"

#define SH_PLANS_MAX 64

struct sh_plan {
	char name[SH_POLICY_NAME_MAX + 1];
	struct sh_policy policy;	/* a layer, between the defaults and the named policy */
	int32_t max_attempts;		/* its ceiling; 0: none */
	bool agent_overrides;
};

struct sh_plans;

/* NULL if there were faults, which are added. zones: borrowed while it reads, may be NULL. */
struct sh_plans *sh_plans_read(struct sh_str yaml, const struct sh_zones *, struct sh_faults *);
void sh_plans_free(struct sh_plans *);

/* That plan, or `free`; *ret_known (may be NULL) says which. NULL only without plans: then nothing is bounded. */
const struct sh_plan *sh_plans_find(const struct sh_plans *, struct sh_str name, bool *ret_known);
/* By name; walks them. NULL at the end. */
const struct sh_plan *sh_plans_at(const struct sh_plans *, size_t i);

/* Defaults, the plan's policy, then the layers, the agent's only if the plan lets it; last the ceilings. Any may be NULL. */
void sh_plan_effective(const struct sh_plan *, const struct sh_policy *named, const struct sh_policy *workspace,
	const struct sh_policy *agent, struct sh_policy *ret);

#endif
