/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/policy.c: the overrides of a workspace or an agent. They are read as a policy before they are stored, and laid over what
 * they will lie on, so that nothing is kept that the engine would have to leave out.
 */
#include "gateway/api/gate.h"

#include <stdio.h>

#include "gateway/engine/account.h"

#define POLICY_FAULTS_MOST 50

struct policy_put {
	enum sh_sql put;
	enum sh_origin origin;
	struct sh_str text;
};

/* One field a line; a fault's place is line and column of the body. */
static void
policy_refuse(struct sh_api_request *r, const struct sh_faults *f)
{
	struct sh_problem_field *fields = sh_arena_array(r->rq->arena, struct sh_problem_field, POLICY_FAULTS_MOST);
	struct sh_str text = sh_arena_str(r->rq->arena, sh_buf_str(&f->text));
	size_t n = 0;

	for (size_t at = 0; fields && text.s && at < text.n && n < POLICY_FAULTS_MOST;) {
		const char *end = memchr(text.s + at, '\n', text.n - at);
		size_t length = end ? (size_t)(end - text.s) - at : text.n - at;

		if (length)
			fields[n++] = (struct sh_problem_field){ SH_STR(""), { text.s + at, length } };
		at += length + 1;
	}
	sh_api_problem_fields(r, SH_PROBLEM_invalid, "the overrides do not read as a policy", fields, n);
}

static bool
policy_whole(struct sh_api_request *r, const struct sh_rows *rows, const struct policy_put *p, const struct sh_policy *layer,
    struct sh_faults *f)
{
	struct sh_str name = sh_rows_str(rows, 0, "policy_name");
	struct sh_policy whole, workspace;
	const struct sh_policy *named;
	char z[SH_POLICY_NAME_MAX + 1];
	bool has = false;

	snprintf(z, sizeof(z), "%.*s", (int)(name.n < sizeof(z) ? name.n : sizeof(z) - 1), name.s);
	named = sh_policy_set_find(r->core->policies, z);
	if (p->origin == SH_ORIGIN_WORKSPACE) {
		sh_policy_effective(named, layer, NULL, &whole);
	} else {
		struct sh_faults theirs;

		sh_faults_init(&theirs, "workspace");
		has = sh_policy_read_json(
		    sh_rows_str(rows, 0, "workspace_policy"), SH_ORIGIN_WORKSPACE, r->core->zones, &workspace, &theirs);
		sh_faults_clear(&theirs);
		sh_policy_effective(named, has ? &workspace : NULL, layer, &whole);
	}
	return sh_policy_check(&whole, f);
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
	if (!sh_policy_read_json(p->text, p->origin, r->core->zones, &layer, &faults) || !policy_whole(r, rows, p, &layer, &faults))
		policy_refuse(r, &faults);
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
