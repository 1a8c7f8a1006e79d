/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/workspace.c: making and changing a workspace: what SQL cannot judge is whether provider, time zone and policy exist.
 */
#include "gateway/api/request.h"

#include <stdio.h>

#include "gateway/base/zone.h"
#include "gateway/crypto/seal.h"
#include "gateway/crypto/token.h"

#define WORKSPACE_PREFIX "switchhook_"

static const char *
workspace_z(char out[64 + 1], struct sh_str s)
{
	snprintf(out, 64 + 1, "%.*s", s.n > 64 ? 64 : (int)s.n, s.s ? s.s : "");
	return out;
}

/* The first character is no digit, so that a variable's name stays one in every prompt. */
static bool
workspace_prefix_ok(struct sh_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char ch = s.s[i];

		if (!(ch >= 'a' && ch <= 'z') && !(ch >= 'A' && ch <= 'Z') && ch != '_' && !(i > 0 && ch >= '0' && ch <= '9'))
			return false;
	}
	return true;
}

/* Members that are there must be good; false: answered. */
static bool
workspace_check(struct sh_api_request *r)
{
	struct sh_str zone = sh_api_str(r, "timezone"), policy = sh_api_str(r, "policy_name"),
		      prefix = sh_api_str(r, "variable_prefix");
	char z[64 + 1];

	if (zone.s && !sh_zones_find(r->core->zones, zone))
		sh_api_problem_field(r, SH_PROBLEM_invalid, "/timezone",
		    "there is no time zone %s; expected an IANA name such as America/Los_Angeles", workspace_z(z, zone));
	else if (policy.s && !sh_policy_set_find(r->core->policies, workspace_z(z, policy)))
		sh_api_problem_field(
		    r, SH_PROBLEM_invalid, "/policy_name", "there is no policy %s in the gateway's policy folder", z);
	else if (prefix.s && !workspace_prefix_ok(prefix))
		sh_api_problem_field(
		    r, SH_PROBLEM_invalid, "/variable_prefix", "expected letters, digits and _, not beginning with a digit");
	else
		return true;
	return false;
}

/* As the table of zones spells it: aliases become the name that holds. */
static struct sh_str
workspace_zone(const struct sh_api_request *r, struct sh_str name)
{
	const struct sh_zone *zone = sh_zones_find(r->core->zones, name.s ? name : SH_STR("UTC"));

	return zone ? sh_str(sh_zone_name(zone)) : SH_STR("UTC");
}

/* ---- making one ---- */

static void
workspace_created(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);

	if (st == SH_OK)
		sh_api_rows(r, 201, sh_rows(res, 0));
	else
		sh_api_store_failed(r, st, res, err);
}

static void
workspace_keyed(struct sh_api_request *r, const struct sh_tenant_key *key)
{
	struct sh_id id = sh_id_new(r->now_ms), slug = sh_id_new(r->now_ms), activity = sh_id_new(r->now_ms);
	struct sh_place place = { .tenant = r->tenant, .table = "slug", .column = "token", .row = slug };
	struct sh_str policy = sh_api_str(r, "policy_name"), prefix = sh_api_str(r, "variable_prefix");
	struct sh_param pace = { .type = SH_T_INT, .null = true };
	char text[SH_TOKEN_MAX];
	struct sh_token token;
	struct sh_unit *u;

	pace.null = !sh_api_int(r, "dials_per_minute", &pace.i);
	sh_token_new(SH_TOKEN_WEBHOOK, r->bucket, text, &token);
	u = sh_api_unit(r, workspace_created);
	sh_unit_add(u, SH_SQL_workspace_create, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&id),
	    SH_P_TEXT(sh_api_str(r, "name")), SH_P_TEXT(sh_api_str(r, "provider")),
	    SH_P_TEXT(workspace_zone(r, sh_api_str(r, "timezone"))),
	    SH_P_TEXT(policy.s ? policy : sh_str(r->core->options->default_policy)),
	    SH_P_TEXT(prefix.s ? prefix : SH_STR(WORKSPACE_PREFIX)), pace, SH_P_ID(&slug),
	    SH_P_BYTES(((struct sh_str){ (const char *)token.hash, sizeof(token.hash) })),
	    SH_P_BYTES(sh_seal(r->rq->arena, key, &place, sh_str(text))), SH_P_ID(&activity), SH_P_TIME(r->now_ms));
	sh_unit_run(u);
}

void
sh_api_workspace_create(struct sh_api_request *r)
{
	struct sh_str provider = sh_api_str(r, "provider");
	char z[64 + 1];

	if (sh_id_or_null(&r->workspace))
		sh_api_problem(r, SH_PROBLEM_forbidden, "this key belongs to one workspace and makes no others");
	else if (!sh_drivers_find(r->core->drivers, provider))
		sh_api_problem_field(r, SH_PROBLEM_invalid, "/provider", "there is no driver %s; GET /v1/providers lists them",
		    workspace_z(z, provider));
	else if (workspace_check(r))
		sh_api_key(r, workspace_keyed);
}

void
sh_api_workspace_patch(struct sh_api_request *r)
{
	struct sh_str zone = sh_api_str(r, "timezone");

	if (!workspace_check(r))
		return;
	if (zone.s)
		json_object_object_add(r->body, "timezone", json_object_new_string(workspace_zone(r, zone).s));
	sh_api_sql(r, SH_SQL_workspace_patch, 200);
}
