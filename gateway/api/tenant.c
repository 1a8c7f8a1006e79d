/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/tenant.c: the tenant that a key belongs to, and its plan.
 *
 * Another plan changes nothing that workspaces and agents say: ceilings come last whenever a policy is put together, so what is above
 * them rests, and counts again under a plan that lets it.
 */
#include "gateway/api/request.h"

#include <stdio.h>

#include "gateway/policy/plan.h"

/* What the plan lets hold; of one that is not there any more, what stands in for it. */
static struct sh_str
tenant_finish(struct sh_api_request *r, const struct sh_rows *rows, struct sh_str answer)
{
	const struct sh_plan *plan = sh_plans_find(r->core->plans, sh_rows_str(rows, 0, "plan"), NULL);
	char ceiling[16] = "null";

	assert(answer.n > 2 && answer.s[answer.n - 1] == '}');
	if (plan && plan->max_attempts)
		snprintf(ceiling, sizeof(ceiling), "%d", (int)plan->max_attempts);
	return sh_arena_printf(r->rq->arena, "%.*s, \"ceilings\": {\"max_attempts\": %s}, \"agent_overrides\": %s}", (int)answer.n - 1, answer.s,
	    ceiling, !plan || plan->agent_overrides ? "true" : "false");
}

void
sh_api_tenant_get(struct sh_api_request *r)
{
	r->finish = tenant_finish;
	sh_api_sql(r, SH_SQL_tenant_get, 200);
}

static void
tenant_patched(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);

	if (st == SH_OK)
		sh_api_rows(r, 200, sh_rows(res, 0));
	else
		sh_api_store_failed(r, st, res, err);
}

static void
tenant_unknown_plan(struct sh_api_request *r)
{
	struct sh_str names = SH_STR("");
	const struct sh_plan *plan;

	for (size_t i = 0; names.s && (plan = sh_plans_at(r->core->plans, i)); i++)
		names = sh_arena_printf(r->rq->arena, "%s%s%s", names.s, i ? ", " : "", plan->name);
	sh_api_problem_field(r, SH_PROBLEM_invalid, "/plan", "there is no such plan; the plans are %s", names.s ? names.s : "others");
}

void
sh_api_tenant_patch(struct sh_api_request *r)
{
	struct sh_str name = sh_api_str(r, "plan");
	bool known = false;
	const struct sh_plan *plan = sh_plans_find(r->core->plans, name, &known);
	struct sh_id activity = sh_id_new(r->now_ms);
	struct sh_unit *u;

	if (!plan || !known) {
		tenant_unknown_plan(r);
		return;
	}
	r->finish = tenant_finish;
	u = sh_api_unit(r, tenant_patched);
	sh_unit_add(u, SH_SQL_tenant_patch, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_TEXT(name), SH_P_TIME(r->now_ms),
	    SH_P_ID(&activity), SH_P_INT(plan->max_attempts ? plan->max_attempts : SH_POLICY_ATTEMPTS_MAX), SH_P_BOOL(plan->agent_overrides));
	sh_unit_run(u);
}
