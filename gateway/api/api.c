/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/api.c: the one way in. A request passes these gates in order, and each may answer instead:
 *
 *	route → key → workspace and scope → pace → query → body → Idempotency-Key → statement or handler
 */
#include "gateway/api/gate.h"

#include <stdlib.h>

#include "gateway/base/encode.h"
#include "gateway/base/log.h"
#include "gateway/base/text.h"

#define API_QUERY_MOST 32
#define API_ONCE_S (24 * 3600)
#define API_ONCE_KEY_MOST 255

const struct sh_api_route sh_api_routes[SH_ROUTE_COUNT] = {
#define SQL(statement_, status_) .sql = SH_SQL_##statement_, .status = (status_)
#define CALL(handler_) .call = sh_api_##handler_
#define ROUTE(id_, verb_, path_, needs_, body_, answer_)                                                                           \
	{ .row = { SH_##verb_, path_ }, .id = #id_, .needs = SH_NEEDS_##needs_, .body = SH_BODY_##body_, answer_ },
#include "gateway/api/routes.def"
#undef SQL
#undef CALL
};

struct sh_api *
sh_api_new(struct sh_core *core)
{
	struct sh_api *api = calloc(1, sizeof(*api));

	if (api)
		api->core = core;
	return api;
}

void
sh_api_free(struct sh_api *api)
{
	if (!api)
		return;
	sh_limit_clear(&api->limits);
	sh_ready_free(api->ready);
	free(api);
}

/* ---- the last gate ---- */

static void
api_run(struct sh_api_request *r)
{
	if (r->route->call)
		r->route->call(r);
	else
		sh_api_sql(r, r->route->sql, r->route->status);
}

static void
api_once(struct sh_api_request *r)
{
	struct sh_str key = r->route->row.verb == SH_POST ? sh_http_header(r->rq, "idempotency-key") : SH_NONE;

	if (!key.s)
		api_run(r);
	else if (key.n == 0 || key.n > API_ONCE_KEY_MOST)
		sh_api_problem(r, SH_PROBLEM_bad_request, "Idempotency-Key has 1 to %d characters", API_ONCE_KEY_MOST);
	else
		sh_api_once(r, key, API_ONCE_S, api_run);
}

/* ---- query, body ---- */

/* If-Match: "7", or * for any version. A weak tag never matches. */
static bool
api_if_match(struct sh_api_request *r)
{
	struct sh_str tag = sh_http_header(r->rq, "if-match");

	if (!tag.s || sh_str_is(tag, "*"))
		return true;
	if (tag.n > 2 && tag.s[0] == '"' && tag.s[tag.n - 1] == '"' &&
	    sh_text_int((struct sh_str){ tag.s + 1, tag.n - 2 }, &r->if_match) && r->if_match > 0 && r->if_match <= INT32_MAX)
		return true;
	sh_api_problem(r, SH_PROBLEM_precondition_failed, "If-Match is not an ETag that this resource ever had");
	return false;
}

static bool
api_query(struct sh_api_request *r)
{
	struct sh_problem_field fault = { SH_NONE, SH_NONE };

	if (r->rq->query.s && r->rq->query.n) {
		r->query = sh_encode_form_decode(r->rq->arena, r->rq->query, API_QUERY_MOST, &r->nquery);
		if (!r->query) {
			sh_api_problem(r, SH_PROBLEM_bad_request, "the query string cannot be read, or has more than %d parameters",
			    API_QUERY_MOST);
			return false;
		}
	}
	if (!sh_page_read(r, &fault) || !sh_bind_query(r, &fault)) {
		sh_api_problem_fields(r, SH_PROBLEM_invalid, "a query parameter is not right", &fault, 1);
		return false;
	}
	return true;
}

static bool
api_body(struct sh_api_request *r)
{
	struct sh_body_faults faults = { 0 };

	switch (r->route->body) {
	case SH_BODY_RAW:
		return true;
	case SH_BODY_NONE:
		if (r->route->row.verb == SH_GET || r->route->row.verb == SH_DELETE)
			return true;
		break;
	default:
		break;
	}
	r->body = sh_body_parse(r->rq->arena, r->rq->body.s ? r->rq->body : SH_NONE, &faults);
	if (faults.not_json) {
		sh_api_problem(r, SH_PROBLEM_not_json, "%s", faults.not_json);
		return false;
	}
	if (faults.n == 0 && r->route->body != SH_BODY_OPEN)
		sh_body_check(r->rq->arena, sh_api_route_index(r), r->body, &faults);
	if (faults.n == 0)
		return true;
	sh_api_problem_fields(r, SH_PROBLEM_invalid,
	    faults.n == 1 ? "a member of the body is not right" : "members of the body are not right", faults.fields, faults.n);
	return false;
}

/* ---- key ---- */

static bool
api_may(struct sh_api_request *r)
{
	/* Customers and their credits are the tenant's: a workspace's key reads them. */
	if (r->route->needs == SH_NEEDS_CUSTOMERS_WRITE && sh_id_or_null(&r->workspace)) {
		sh_api_problem(r, SH_PROBLEM_forbidden,
		    "customers belong to the whole tenant: this takes a key that is not locked to a workspace");
		return false;
	}
	/* A driver serves all tenants and workspaces, and a plan is the tenant's. */
	if ((r->route->needs == SH_NEEDS_DRIVERS_ADMIN || r->route->needs == SH_NEEDS_PLANS_ADMIN) && sh_id_or_null(&r->workspace)) {
		sh_api_problem(r, SH_PROBLEM_forbidden, "this takes a key that is not locked to a workspace");
		return false;
	}
	if (r->route->needs >= 0 ? sh_api_has_scope(r, (enum sh_scope)r->route->needs) : !r->outbound)
		return true;
	if (r->route->needs >= 0)
		sh_api_problem(
		    r, SH_PROBLEM_forbidden, "this key lacks the scope %s", sh_scope_name_of((enum sh_scope)r->route->needs));
	else
		sh_api_problem(r, SH_PROBLEM_forbidden, "this takes an API key (shk_…)");
	return false;
}

static void
api_known(struct sh_api_request *r)
{
	if (!sh_limit_take(&r->api->limits, &r->key_id, sh_clock_elapsed_ms(), &r->rate_left, &r->rate_reset_s)) {
		r->rate_limit = SH_LIMIT_BURST;
		sh_api_problem_later(r, SH_PROBLEM_too_many, 1, "this key asks more often than it may");
		return;
	}
	r->rate_limit = SH_LIMIT_BURST;
	if (api_may(r) && api_query(r) && api_if_match(r) && api_body(r))
		api_once(r);
}

/* ---- route ---- */

static void
api_nowhere(struct sh_api_request *r)
{
	static const struct {
		enum sh_verb verb;
		const char *name;
	} verbs[] = { { SH_GET, "GET" }, { SH_POST, "POST" }, { SH_PUT, "PUT" }, { SH_PATCH, "PATCH" }, { SH_DELETE, "DELETE" } };
	struct sh_str allow = SH_STR("");

	if (!r->match.allowed) {
		sh_api_problem(r, SH_PROBLEM_not_found, "there is nothing at this path");
		return;
	}
	for (size_t i = 0; i < SH_LENGTH(verbs); i++)
		if (r->match.allowed & verbs[i].verb)
			allow =
			    sh_arena_printf(r->rq->arena, "%.*s%s%s", (int)allow.n, allow.s, allow.n ? ", " : "", verbs[i].name);
	r->allow = allow;
	sh_api_problem(r, SH_PROBLEM_method_not_allowed, "this path knows %.*s", (int)allow.n, allow.s ? allow.s : "");
}

void
sh_api_handle(struct sh_api *api, struct sh_http_request *rq)
{
	struct sh_api_request *r = sh_arena_make(rq->arena, struct sh_api_request);

	if (!r) {
		sh_problem_later(rq, SH_PROBLEM_unavailable, 1, "there is no memory for this request");
		return;
	}
	SH_MAGIC_SET(r, sh_api_request);
	r->api = api;
	r->core = api->core;
	r->rq = rq;
	r->now_ms = sh_core_now(api->core);
	r->match = sh_router_find(&sh_api_routes[0].row, sizeof(sh_api_routes[0]), SH_ROUTE_COUNT, rq->method, rq->path, rq->arena);
	if (r->match.row < 0) {
		api_nowhere(r);
		return;
	}
	r->route = &sh_api_routes[r->match.row];
	if (r->route->needs != SH_NEEDS_NOTHING)
		sh_auth(r, api_known);
	else if (api_query(r))
		api_run(r);
}
