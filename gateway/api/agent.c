/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* api/agent.c: the roster as the provider has it, agents that are made here, and what is set here about one agent. */
#include "gateway/api/gate.h"
#include "gateway/api/provider.h"

/* ---- the roster ---- */

static void
agent_done(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);

	if (st == SH_OK)
		sh_api_rows(r, 200, sh_rows(res, 0));
	else
		sh_api_store_failed(r, st, res, err);
}

enum { AGENT_ID, AGENT_PROVIDER_ID, AGENT_NAME, AGENT_CHANNEL, AGENT_VERSION, AGENT_COLUMNS };

static void
agent_store(struct sh_provider *p)
{
	struct sh_api_request *r = p->r;
	struct sh_param *c[AGENT_COLUMNS];
	struct sh_id activity = sh_id_new(r->now_ms);
	struct sh_unit *u;
	size_t n = 0;

	for (size_t i = 0; i < AGENT_COLUMNS; i++)
		c[i] = sh_arena_array(r->rq->arena, struct sh_param, p->n + 1);
	if (sh_arena_failed(r->rq->arena)) {
		sh_api_problem(r, SH_PROBLEM_internal, "there is no memory for so many agents");
		return;
	}
	for (const struct sh_agent_item *i = p->agents; i; i = i->next, n++) {
		struct sh_id id = sh_id_new(r->now_ms);

		c[AGENT_ID][n] = SH_P_ID(&id);
		c[AGENT_PROVIDER_ID][n] = SH_P_TEXT(i->agent.provider_id);
		c[AGENT_NAME][n] = SH_P_TEXT(i->agent.name.s ? i->agent.name : i->agent.provider_id);
		c[AGENT_CHANNEL][n] = SH_P_TEXT(sh_str(sh_channel_name(i->agent.channel)));
		c[AGENT_VERSION][n] = SH_P_TEXT(i->agent.version);
	}
	u = sh_api_unit(r, agent_done);
	sh_unit_add(u, SH_SQL_agent_sync, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&p->workspace),
	    SH_P_ARRAY(SH_T_UUID, c[AGENT_ID], n), SH_P_ARRAY(SH_T_TEXT, c[AGENT_PROVIDER_ID], n),
	    SH_P_ARRAY(SH_T_TEXT, c[AGENT_NAME], n), SH_P_ARRAY(SH_T_TEXT, c[AGENT_CHANNEL], n),
	    SH_P_ARRAY(SH_T_TEXT, c[AGENT_VERSION], n), SH_P_TIME(r->now_ms), SH_P_ID(&activity),
	    SH_P_JSON(sh_provider_dropped(p)));
	sh_unit_run(u);
}

void
sh_api_agent_sync(struct sh_api_request *r)
{
	struct sh_id workspace;

	sh_api_id(r, "workspace_id", &workspace);
	sh_provider_ask(r, &workspace, SH_PROVIDER_AGENTS, agent_store);
}

/* ---- one agent ---- */

static bool
agent_settings_ok(struct sh_api_request *r, const struct sh_driver_loaded *d)
{
	struct sh_arena *a = r->rq->arena;
	struct sh_body_faults f = { 0 };
	json_object *settings = NULL;

	if (!json_object_object_get_ex(r->body, "settings", &settings))
		return true;
	json_object_object_foreach(settings, name, v)
	{
		struct sh_str at = sh_body_pointer(a, SH_STR("/settings"), sh_str(name));
		struct sh_str value = { json_object_get_string(v), v ? (size_t)strlen(json_object_get_string(v)) : 0 };
		int i = sh_driver_setting_index(d, sh_str(name));
		struct sh_setting s = i >= 0 ? sh_driver_setting(d, (uint32_t)i) : (struct sh_setting){ 0 };
		struct sh_error e = { 0 };

		if (i >= 0 && s.scope != SH_SCOPE_AGENT)
			sh_body_fault(a, &f, at, "this is a setting of the %s, not of an agent", sh_scope_name(s.scope));
		else if (i >= 0 && s.kind == SH_SETTING_SECRET)
			sh_body_fault(a, &f, at, "secrets of a single agent cannot be stored yet");
		else if (v && !json_object_is_type(v, json_type_string) && !json_object_is_type(v, json_type_boolean) &&
			 !(json_object_is_type(v, json_type_int) && (i < 0 || s.kind == SH_SETTING_NUMBER)))
			sh_body_fault(a, &f, at, "expected a text in quotes, true, false or null");
		else if ((v || i < 0) && sh_driver_check_setting(d, sh_str(name), value.s ? value : SH_STR(""), &e) != SH_OK)
			sh_body_fault(a, &f, at, "%s", e.text);
		else if (json_object_is_type(v, json_type_int)) /* stored as the text that all settings are */
			json_object_object_add(settings, name, json_object_new_string(value.s));
	}
	if (f.n)
		sh_api_problem_fields(r, SH_PROBLEM_invalid, "settings are not right", f.fields, f.n);
	return f.n == 0;
}

/* Is there a driver for these rows' provider, and does it take the body's settings? Else a problem was answered. */
static const struct sh_driver_loaded *
agent_driver(
    struct sh_api_request *r, enum sh_status st, const struct sh_result *res, const struct sh_error *err, const char *absent)
{
	const struct sh_rows *rows = st == SH_OK ? sh_rows(res, 0) : NULL;
	const struct sh_driver_loaded *d;

	if (!rows) {
		sh_api_store_failed(r, st, res, err);
		return NULL;
	}
	if (sh_rows_count(rows) == 0) {
		sh_api_problem(r, SH_PROBLEM_not_found, "%s", absent);
		return NULL;
	}
	d = sh_provider_driver(r, sh_rows_str(rows, 0, "provider"));
	return d && agent_settings_ok(r, d) ? d : NULL;
}

static void
agent_workspace_read(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);
	const struct sh_driver_loaded *d = agent_driver(r, st, res, err, "there is no such workspace");

	if (d && !d->table.agents_made_here)
		sh_api_problem(r, SH_PROBLEM_unsupported,
		    "%s has agents of its own: POST /v1/agents/sync reads them, and none are made here", d->table.title);
	else if (d)
		sh_api_sql(r, SH_SQL_agent_create, 201);
}

void
sh_api_agent_create(struct sh_api_request *r)
{
	struct sh_id workspace;
	struct sh_unit *u = sh_api_unit(r, agent_workspace_read);

	sh_api_id(r, "workspace_id", &workspace);
	sh_unit_add(u, SH_SQL_account_read, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_WORKSPACE(r), SH_P_ID(&workspace));
	sh_unit_run(u);
}

static void
agent_read(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);

	if (agent_driver(r, st, res, err, "there is no such agent"))
		sh_api_sql(r, SH_SQL_agent_patch, 200);
}

void
sh_api_agent_patch(struct sh_api_request *r)
{
	struct sh_id id;
	struct sh_unit *u;

	if (!json_object_object_get_ex(r->body, "settings", NULL)) {
		sh_api_sql(r, SH_SQL_agent_patch, 200);
		return;
	}
	if (!sh_api_param_id(r, 0, &id)) {
		sh_api_problem(r, SH_PROBLEM_not_found, "there is no such agent");
		return;
	}
	u = sh_api_unit(r, agent_read);
	sh_unit_add(u, SH_SQL_agent_provider, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_WORKSPACE(r), SH_P_ID(&id));
	sh_unit_run(u);
}
