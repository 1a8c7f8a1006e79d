/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/policy.c: the overrides of a workspace or an agent, and the policy that comes of them. Overrides are read as a policy before
 * they are stored, and laid over what they will lie on, so that nothing is kept that the engine would have to leave out.
 */
#include "gateway/api/policy_given.h"

#include "gateway/engine/account.h"
#include "gateway/policy/decide.h"
#include "gateway/policy/pack.h"
#include "gateway/policy/plan.h"

#define POLICY_BYTES (256u << 10)

struct policy_put {
	enum sh_sql put;
	enum sh_origin origin;
	struct sh_str text;
};

/* ---- what holds ---- */

static struct sh_str
policy_plan_name(const struct sh_api_request *r, const struct sh_rows *rows)
{
	const struct sh_plan *plan = sh_plans_find(r->core->plans, sh_rows_str(rows, 0, "plan"), NULL);

	return plan ? sh_str(plan->name) : SH_NONE;
}

/* The document with the policy that holds, each value with its origin. */
static struct sh_str
policy_finish(struct sh_api_request *r, const struct sh_rows *rows, struct sh_str answer)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	struct sh_account_words words = sh_account_words(rows, 0);
	struct sh_str plan = policy_plan_name(r, rows);
	struct sh_whereabouts place = { .packs = r->core->packs };
	struct sh_policy whole;
	struct sh_lack lack;
	char lacks[192];
	struct sh_out o;

	sh_account_policy(r->core, &words, &whole);
	lack = sh_lack_find(&whole, &place);
	sh_lack_text(&lack, lacks);
	sh_buf_init(&b, POLICY_BYTES);
	sh_writer_init(&o, &b);
	sh_writer_open(&o, '{');
	sh_writer_key_str(&o, "plan", plan.s ? plan : SH_STR(""));
	sh_writer_key_str(&o, "lacks", lack.what != SH_LACK_NOTHING ? sh_str(lacks) : SH_NONE);
	sh_writer_key(&o, SH_STR("effective"));
	sh_policy_write_origins(&o, &whole, plan.s);
	sh_writer_close(&o, '}');
	assert(answer.n > 2 && answer.s[answer.n - 1] == '}');
	/* Both are objects: the second one's members follow the first one's. */
	return sh_arena_printf(r->rq->arena, "%.*s, %s", (int)answer.n - 1, answer.s, sh_buf_str(&b).s + 1);
}

static struct sh_str
policy_rows(struct sh_api_request *r, const struct sh_rows *rows, struct sh_str answer)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	struct sh_account_words words = sh_account_words(rows, 0);
	struct sh_policy whole;
	struct sh_out o;

	(void)answer;
	sh_account_policy(r->core, &words, &whole);
	sh_buf_init(&b, POLICY_BYTES);
	sh_writer_init(&o, &b);
	sh_writer_open(&o, '{');
	sh_writer_key(&o, SH_STR("data"));
	sh_policy_write_rows(&o, &whole, policy_plan_name(r, rows).s);
	sh_writer_key_raw(&o, "next_cursor", SH_STR("null"));
	sh_writer_close(&o, '}');
	return sh_arena_str(r->rq->arena, sh_buf_str(&b));
}

void
sh_api_workspace_policy_get(struct sh_api_request *r)
{
	r->finish = policy_finish;
	sh_api_sql(r, SH_SQL_workspace_policy_get, 200);
}

void
sh_api_agent_policy_get(struct sh_api_request *r)
{
	r->finish = policy_finish;
	sh_api_sql(r, SH_SQL_agent_policy_get, 200);
}

void
sh_api_agent_policy_explain(struct sh_api_request *r)
{
	r->finish = policy_rows;
	sh_api_sql(r, SH_SQL_agent_policy_get, 200);
}

/* ---- what is said ---- */

static bool
policy_whole(struct sh_api_request *r, const struct sh_rows *rows, const struct policy_put *p, const struct sh_policy *layer,
    struct sh_faults *f)
{
	struct sh_account_words words = sh_account_words(rows, 0);
	struct sh_policy whole;

	/* The layer lies on what is there without it. */
	if (p->origin == SH_ORIGIN_WORKSPACE)
		words.workspace_policy = SH_NONE;
	words.agent_policy = SH_NONE;
	sh_account_policy(r->core, &words, &whole);
	sh_policy_overlay(&whole, layer);
	return sh_policy_check(&whole, f);
}

/* May agents say anything? Nothing, {}, they may always: what one said under another plan can be taken back. */
static bool
policy_may_differ(const struct sh_api_request *r, const struct sh_rows *rows)
{
	const struct sh_plan *plan = sh_plans_find(r->core->plans, sh_rows_str(rows, 0, "plan"), NULL);

	return !plan || plan->agent_overrides;
}

static void
policy_read(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);
	const struct policy_put *p = r->own;
	const struct sh_rows *rows = st == SH_OK ? sh_rows(res, 0) : NULL;
	struct sh_policy layer;
	struct sh_faults faults;

	if (!rows) {
		sh_api_store_failed(r, st, res, err);
		return;
	}
	if (sh_rows_count(rows) == 0) {
		sh_api_problem(r, SH_PROBLEM_not_found, "there is no such thing");
		return;
	}
	sh_faults_init(&faults, "body");
	if (!sh_policy_read_json(p->text, p->origin, r->core->zones, &layer, &faults) ||
	    !policy_whole(r, rows, p, &layer, &faults) || !sh_packs_check(r->core->packs, &layer, &faults))
		sh_policy_refuse(r, &faults, "the overrides do not read as a policy");
	else if (p->origin == SH_ORIGIN_AGENT && sh_policy_says(&layer) && !policy_may_differ(r, rows))
		sh_api_problem(r, SH_PROBLEM_plan_forbids, "the tenant's plan does not let agents differ from their workspace");
	else
		sh_api_sql(r, p->put, 200);
	sh_faults_clear(&faults);
}

static void
policy_begin(struct sh_api_request *r, enum sh_sql get, enum sh_sql put, enum sh_origin origin)
{
	struct policy_put *p = sh_arena_make(r->rq->arena, struct policy_put);
	struct sh_id id;
	struct sh_unit *u;

	if (!p || !sh_api_param_id(r, 0, &id)) {
		sh_api_problem(r, SH_PROBLEM_not_found, "there is no such thing");
		return;
	}
	*p = (struct policy_put){ put, origin, r->rq->body.n ? r->rq->body : SH_STR("{}") };
	r->own = p;
	r->finish = policy_finish;
	u = sh_api_unit(r, policy_read);
	sh_unit_add_params(
	    u, get, (const struct sh_param[]){ SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_WORKSPACE(r), SH_P_ID(&id) }, 4);
	sh_unit_run(u);
}

void
sh_api_workspace_policy_put(struct sh_api_request *r)
{
	policy_begin(r, SH_SQL_workspace_policy_get, SH_SQL_workspace_policy_put, SH_ORIGIN_WORKSPACE);
}

void
sh_api_agent_policy_put(struct sh_api_request *r)
{
	policy_begin(r, SH_SQL_agent_policy_get, SH_SQL_agent_policy_put, SH_ORIGIN_AGENT);
}
