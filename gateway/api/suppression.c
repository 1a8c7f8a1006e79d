/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/suppression.c: POST /v1/suppressions: a number that must not be called, and the end of all that waits for it.
 *
 * Reading and deleting are statements alone; this one needs the tenant's key for the number's index. The same number again
 * only makes the term longer, and answers with the row that is there.
 */
#include "gateway/api/request.h"

#include "gateway/base/text.h"
#include "gateway/base/time.h"
#include "gateway/crypto/seal.h"
#include "gateway/policy/record.h"

struct suppression {
	struct sh_str number, reason;
	struct sh_id workspace; /* zero: the whole tenant */
	int64_t expires_ms; /* 0: never */
};

static void
suppression_written(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = arg;

	if (st != SH_OK)
		sh_api_store_failed(r, st, res, err);
	else
		sh_api_rows(r, 201, sh_rows(res, 2));
}

static void
suppression_keyed(struct sh_api_request *r, const struct sh_tenant_key *key)
{
	struct suppression *s = r->own;
	struct sh_id id = sh_id_new(r->now_ms), activity = sh_id_new(r->now_ms);
	struct sh_id decision = sh_id_new(r->now_ms);
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	uint8_t index[16];
	struct sh_str bytes = { (const char *)index, sizeof(index) };
	const struct sh_id *workspace = sh_id_or_null(&s->workspace);
	struct sh_unit *u = sh_api_unit(r, suppression_written);

	sh_buf_init(&b, SH_RECORD_BYTES);
	sh_record_suppressed(&b, "api", workspace ? "workspace" : "tenant");
	sh_seal_index(key, "callee", s->number, index);
	sh_unit_add(u, SH_SQL_suppress, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&id), SH_P_ID(workspace),
	    SH_P_BYTES(bytes), SH_P_TEXT(SH_STR("api")), SH_P_TEXT(s->reason), SH_P_TIME(r->now_ms), SH_P_TIME_OR_NULL(s->expires_ms));
	sh_unit_add(u, SH_SQL_activity_add, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&activity), SH_P_TIME(r->now_ms),
	    SH_P_TEXT(SH_STR("suppression.added")), SH_P_TEXT(SH_STR("a callee was put on the do-not-call list by a person")),
	    SH_P_ID(workspace), SH_P_ID(NULL), SH_P_ID(NULL), SH_P_ID(NULL), SH_P_ID(NULL), SH_P_ID(NULL));
	sh_unit_add(u, SH_SQL_suppression_find, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(workspace), SH_P_BYTES(bytes));
	sh_unit_add(u, SH_SQL_decision_add, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&decision), SH_P_TIME(r->now_ms),
	    SH_P_TEXT(SH_STR("suppress")), SH_P_TEXT(SH_STR("api")), SH_P_ID(NULL), SH_P_ID(NULL), SH_P_ID(NULL), SH_P_ID(NULL),
	    SH_P_ID(workspace), SH_P_ID(NULL), SH_P_TEXT(SH_NONE), SH_P_JSON(sh_buf_str(&b)));
	SH_UNIT_FAILPOINT(u, suppress_before_commit);
	sh_unit_run(u);
}

/* ---- POST /v1/suppressions/find: is this number on it? The list holds hashes, so nobody can read it otherwise. ---- */

static void
suppression_found(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = arg;

	if (st != SH_OK)
		sh_api_store_failed(r, st, res, err);
	else
		sh_api_rows(r, 200, sh_rows(res, 0));
}

static void
suppression_look(struct sh_api_request *r, const struct sh_tenant_key *key)
{
	struct sh_unit *u = sh_api_unit(r, suppression_found);
	uint8_t index[16];

	sh_seal_index(key, "callee", sh_api_str(r, "number"), index);
	sh_unit_add(u, SH_SQL_suppression_look, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_WORKSPACE(r),
	    SH_P_BYTES(((struct sh_str){ (const char *)index, sizeof(index) })));
	sh_unit_run(u);
}

void
sh_api_suppression_find(struct sh_api_request *r)
{
	if (sh_text_is_e164(sh_api_str(r, "number")))
		sh_api_key(r, suppression_look);
	else
		sh_api_problem_field(r, SH_PROBLEM_not_e164, "/number", "expected a number such as +14155550123");
}

/* ---- POST /v1/suppressions ---- */

static void
suppression_placed(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = arg;

	if (st != SH_OK)
		sh_api_store_failed(r, st, res, err);
	else if (sh_rows_count(sh_rows(res, 0)) == 0)
		sh_api_problem_field(r, SH_PROBLEM_invalid, "/workspace_id", "no such workspace");
	else
		sh_api_key(r, suppression_keyed);
}

/* A workspace's key suppresses in its own; of a tenant's key the workspace it names must be there. */
static void
suppression_place(struct sh_api_request *r, struct suppression *s, bool named)
{
	struct sh_unit *u;

	if (!named) {
		s->workspace = r->workspace;
		sh_api_key(r, suppression_keyed);
		return;
	}
	u = sh_api_unit(r, suppression_placed);
	sh_unit_add(u, SH_SQL_workspace_is, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_WORKSPACE(r), SH_P_ID(&s->workspace));
	sh_unit_run(u);
}

void
sh_api_suppression_create(struct sh_api_request *r)
{
	struct suppression *s = sh_arena_make(r->rq->arena, struct suppression);
	struct sh_str expires = sh_api_str(r, "expires_at");

	if (!s) {
		sh_api_problem_later(r, SH_PROBLEM_unavailable, 1, "there is no memory for this request");
		return;
	}
	r->own = s;
	s->number = sh_api_str(r, "number");
	s->reason = sh_api_str(r, "reason");
	if (!sh_text_is_e164(s->number))
		sh_api_problem_field(r, SH_PROBLEM_not_e164, "/number", "expected a number such as +14155550123");
	else if (expires.s && (!sh_time_parse_rfc3339(expires, &s->expires_ms) || s->expires_ms <= r->now_ms))
		sh_api_problem_field(r, SH_PROBLEM_invalid, "/expires_at", "expected a time to come, with an offset");
	else
		suppression_place(r, s, sh_api_id(r, "workspace_id", &s->workspace));
}
