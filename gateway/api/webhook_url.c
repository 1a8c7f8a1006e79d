/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/webhook_url.c: where a provider is to send its webhooks. The URL is a secret that can be shown again, so its slug is kept
 * sealed, and found by its hash. An agent's is made when it is first asked for. A rotated one works on for the grace. Where the
 * provider's driver reads no webhooks there is none: nothing that came there would be understood.
 */
#include "gateway/api/provider.h"
#include "gateway/api/request.h"

#include "gateway/base/time.h"
#include "gateway/crypto/seal.h"
#include "gateway/crypto/token.h"

struct webhook_url {
	enum sh_sql get;
	struct sh_id owner, workspace;
	bool of_agent, rotate;
	int answer; /* the statement of the last unit that reads it */
};

static void
webhook_url_done(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);
	const struct webhook_url *w = r->own;

	if (st == SH_OK)
		sh_api_rows(r, 200, sh_rows(res, w->answer));
	else
		sh_api_store_failed(r, st, res, err);
}

static void
webhook_url_get(struct sh_unit *u, struct sh_api_request *r, const struct webhook_url *w)
{
	sh_unit_add_params(u, w->get,
	    (const struct sh_param[]){
		SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_WORKSPACE(r), SH_P_ID(&w->owner), SH_P_TIME(r->now_ms) },
	    5);
}

/* The old one retires, a new one is made, and what holds then is read: one transaction. */
static void
webhook_url_keyed(struct sh_api_request *r, const struct sh_tenant_key *key)
{
	struct webhook_url *w = r->own;
	struct sh_id slug = sh_id_new(r->now_ms), activity = sh_id_new(r->now_ms);
	struct sh_place place = { .tenant = r->tenant, .table = "slug", .column = "token", .row = slug };
	const struct sh_id *agent = w->of_agent ? &w->owner : NULL;
	char text[SH_TOKEN_MAX];
	struct sh_token token;
	struct sh_unit *u = sh_api_unit(r, webhook_url_done);

	sh_token_new(SH_TOKEN_WEBHOOK, r->bucket, text, &token);
	if (w->rotate)
		sh_unit_add(u, SH_SQL_slug_retire, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&w->workspace),
		    SH_P_ID(agent), SH_P_TIME(r->now_ms + r->core->options->slug_grace_s * SH_SECOND_MS));
	sh_unit_add(u, SH_SQL_slug_create, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&slug), SH_P_ID(&w->workspace),
	    SH_P_ID(agent), SH_P_BYTES(((struct sh_str){ (const char *)token.hash, sizeof(token.hash) })),
	    SH_P_BYTES(sh_seal(r->rq->arena, key, &place, sh_str(text))), SH_P_TIME(r->now_ms), SH_P_ID(&activity),
	    SH_P_TEXT(w->rotate ? SH_STR("webhook_url_rotated") : SH_STR("webhook_url_made")),
	    SH_P_TEXT(w->rotate ? SH_STR("webhook URL rotated: the old one works on for its grace") : SH_STR("webhook URL made")));
	sh_api_changed(u, r->bucket, &w->workspace);
	webhook_url_get(u, r, w);
	w->answer = w->rotate ? 3 : 2;
	sh_unit_run(u);
}

static void
webhook_url_read(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);
	struct webhook_url *w = r->own;
	const struct sh_rows *rows = st == SH_OK ? sh_rows(res, 0) : NULL;
	const struct sh_driver_loaded *driver = NULL;

	if (rows && sh_rows_count(rows) > 0)
		driver = sh_drivers_find(r->core->drivers, sh_rows_str(rows, 0, "provider"));
	/* One that is not loaded may come back, and is waited for. */
	if (driver && !sh_driver_can(driver, SH_CAN_WEBHOOK)) {
		sh_provider_cannot(r, driver, SH_CAN_WEBHOOK, "read webhooks");
		return;
	}
	if (!rows || sh_rows_count(rows) == 0 || (!w->rotate && !sh_rows_null(rows, 0, "slug_id"))) {
		webhook_url_done(arg, st, res, err);
		return;
	}
	w->workspace = sh_rows_id(rows, 0, "workspace_id");
	sh_api_key(r, webhook_url_keyed);
}

static void
webhook_url_begin(struct sh_api_request *r, bool of_agent, bool rotate)
{
	struct webhook_url *w = sh_arena_make(r->rq->arena, struct webhook_url);
	struct sh_unit *u;

	if (!w || !sh_api_param_id(r, 0, &w->owner)) {
		sh_api_problem(r, SH_PROBLEM_not_found, "there is no such thing");
		return;
	}
	w->get = of_agent ? SH_SQL_agent_slug : SH_SQL_workspace_slug;
	w->of_agent = of_agent;
	w->rotate = rotate;
	r->own = w;
	u = sh_api_unit(r, webhook_url_read);
	webhook_url_get(u, r, w);
	sh_unit_run(u);
}

void
sh_api_workspace_webhook_url(struct sh_api_request *r)
{
	webhook_url_begin(r, false, false);
}

void
sh_api_workspace_webhook_url_rotate(struct sh_api_request *r)
{
	webhook_url_begin(r, false, true);
}

void
sh_api_agent_webhook_url(struct sh_api_request *r)
{
	webhook_url_begin(r, true, false);
}

void
sh_api_agent_webhook_url_rotate(struct sh_api_request *r)
{
	webhook_url_begin(r, true, true);
}
