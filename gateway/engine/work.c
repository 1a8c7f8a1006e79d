/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* engine/work.c: steps that several pieces of work share. */
#include "gateway/engine/work.h"

#include <stdio.h>

#include "gateway/base/reader.h"
#include "gateway/crypto/seal.h"
#include "gateway/policy/policy.h"

#define WORK_SECRETS_BYTES (256 * 1024)

/* Settings and secrets of one owner, as two JSON objects; false: a sealed value does not open. */
static bool
work_stored(struct sh_arena *a, const struct sh_tenant_key *key, const struct sh_place *place, struct sh_str settings, struct sh_str secrets,
    const struct sh_json **list, size_t *n)
{
	struct sh_str open;

	if (settings.s)
		list[(*n)++] = sh_reader_parse(a, sh_arena_str(a, settings), NULL);
	if (!secrets.s)
		return true;
	if (!sh_seal_open(a, key, place, secrets, WORK_SECRETS_BYTES, &open))
		return false;
	list[(*n)++] = sh_reader_parse(a, open, NULL);
	return true;
}

struct sh_account *
sh_work_account(struct sh_arena *a, const struct sh_driver_loaded *driver, const struct sh_tenant_key *key, const struct sh_id *tenant,
    const struct sh_id *workspace, struct sh_str workspace_settings, struct sh_str workspace_secrets,
    const struct sh_id *agent, struct sh_str agent_settings, struct sh_str agent_secrets, int64_t now_ms)
{
	const struct sh_json *stored[4];
	struct sh_place place = { .tenant = *tenant, .table = "workspace", .column = "secrets", .row = *workspace };
	size_t n = 0;

	if (!work_stored(a, key, &place, workspace_settings, workspace_secrets, stored, &n))
		return NULL;
	if (agent) {
		place.table = "agent";
		place.row = *agent;
		if (!work_stored(a, key, &place, agent_settings, agent_secrets, stored, &n))
			return NULL;
	}
	return sh_driver_account(a, driver, stored, n, SH_NONE, now_ms);
}

/* An override that no longer reads is left out: it was checked when it was stored, so this is a newer program's. */
static bool
work_layer(const struct sh_core *core, struct sh_str json, enum sh_origin origin, struct sh_policy *ret)
{
	struct sh_faults faults;
	bool good;

	if (!json.s)
		return false;
	sh_faults_init(&faults, "stored overrides");
	good = sh_policy_read_json(json, origin, core->zones, ret, &faults);
	if (!good)
		sh_log(SH_LOG_ERROR, "policy.unreadable", "stored policy overrides were left out", SH_F_TEXT("faults", sh_buf_str(&faults.text)));
	sh_faults_clear(&faults);
	return good;
}

void
sh_work_policy(const struct sh_core *core, struct sh_str name, struct sh_str workspace_policy, struct sh_str agent_policy, struct sh_policy *ret)
{
	struct sh_policy workspace, agent;
	const struct sh_policy *named;
	char z[SH_POLICY_NAME_MAX + 1];
	bool has_workspace = work_layer(core, workspace_policy, SH_ORIGIN_WORKSPACE, &workspace);
	bool has_agent = work_layer(core, agent_policy, SH_ORIGIN_AGENT, &agent);

	snprintf(z, sizeof(z), "%.*s", (int)(name.n < sizeof(z) ? name.n : sizeof(z) - 1), name.s ? name.s : "");
	named = sh_policy_set_find(core->policies, z);
	if (!named)
		sh_log(SH_LOG_ERROR, "policy.missing", "a workspace names a policy that is not in the policies folder; the defaults hold", SH_F_STR("policy", z));
	sh_policy_effective(named, has_workspace ? &workspace : NULL, has_agent ? &agent : NULL, ret);
}

void
sh_work_activity(struct sh_unit *u, struct sh_engine *eng, const struct sh_ref *ref, const struct sh_about *about, const char *kind, const char *text)
{
	int64_t now = sh_core_now(eng->core);
	struct sh_id id = sh_id_new(now);

	sh_unit_add(u, SH_SQL_activity_add, SH_P_SMALL(ref->bucket), SH_P_ID(&ref->tenant), SH_P_ID(&id), SH_P_TIME(now),
	    SH_P_TEXT(sh_str(kind)), SH_P_TEXT(sh_str(text)), SH_P_ID(sh_id_or_null(&about->workspace)), SH_P_ID(sh_id_or_null(&about->number)),
	    SH_P_ID(sh_id_or_null(&about->agent)), SH_P_ID(sh_id_or_null(&about->callback)), SH_P_ID(sh_id_or_null(&about->chain)),
	    SH_P_ID(sh_id_or_null(&about->dial)));
}

void
sh_work_act(struct sh_unit *u, struct sh_engine *eng, const struct sh_ref *ref, const struct sh_about *about, enum sh_action action, struct sh_str reason)
{
	char text[160];
	int n = (int)(reason.n < 80 ? reason.n : 80);

	switch (action) {
	case SH_ACTION_PAUSE_WORKSPACE:
		sh_unit_add(u, SH_SQL_workspace_pause, SH_P_SMALL(ref->bucket), SH_P_ID(&ref->tenant), SH_P_ID(&about->workspace), SH_P_TEXT(reason),
		    SH_P_TIME(sh_core_now(eng->core)));
		snprintf(text, sizeof(text), "workspace paused: %.*s; mend it there, then test the credentials", n, reason.s);
		sh_work_activity(u, eng, ref, about, "workspace.paused", text);
		sh_log(SH_LOG_ERROR, "workspace.paused", "the provider refuses until somebody mends it", SH_F_ID("workspace_id", &about->workspace), SH_F_TEXT("reason", reason));
		break;
	case SH_ACTION_PAUSE_AGENT:
		sh_unit_add(u, SH_SQL_agent_pause, SH_P_SMALL(ref->bucket), SH_P_ID(&ref->tenant), SH_P_ID(&about->agent));
		snprintf(text, sizeof(text), "agent disabled: %.*s", n, reason.s);
		sh_work_activity(u, eng, ref, about, "agent.paused", text);
		break;
	case SH_ACTION_REST_NUMBER:
		snprintf(text, sizeof(text), "the number should rest: %.*s", n, reason.s);
		sh_work_activity(u, eng, ref, about, "number.rest", text);
		break;
	case SH_ACTION_NUMBER_INVALID:
		snprintf(text, sizeof(text), "the callee's number is not valid: %.*s", n, reason.s);
		sh_work_activity(u, eng, ref, about, "callee.invalid", text);
		break;
	case SH_ACTION_NONE:
		break;
	}
}
