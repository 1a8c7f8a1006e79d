/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* engine/account.c: see account.h. */
#include "gateway/engine/account.h"

#include <stdio.h>

#include "gateway/base/log.h"
#include "gateway/base/reader.h"
#include "gateway/crypto/seal.h"
#include "gateway/policy/plan.h"

#define ACCOUNT_SECRETS_BYTES (256 * 1024)
#define ACCOUNT_VARIABLES 256

/* Settings and secrets of one owner, as two JSON objects; false: a sealed value does not open. */
static bool
account_stored(struct sh_arena *a, const struct sh_tenant_key *key, const struct sh_id *tenant, const char *table,
    const struct sh_stored *o, const struct sh_json **list, size_t *n)
{
	struct sh_place place = { .tenant = *tenant, .table = table, .column = "secrets", .row = o->id };
	struct sh_str open;

	if (o->settings.s)
		list[(*n)++] = sh_reader_parse(a, sh_arena_str(a, o->settings), NULL);
	if (!o->secrets.s)
		return true;
	if (!sh_seal_open(a, key, &place, o->secrets, ACCOUNT_SECRETS_BYTES, &open))
		return false;
	list[(*n)++] = sh_reader_parse(a, open, NULL);
	return true;
}

struct sh_account *
sh_account_open(struct sh_arena *a, const struct sh_driver_loaded *driver, const struct sh_tenant_key *key,
    const struct sh_id *tenant, const struct sh_stored *workspace, const struct sh_stored *agent, int64_t now_ms)
{
	const struct sh_json *stored[4];
	size_t n = 0;

	if (!account_stored(a, key, tenant, "workspace", workspace, stored, &n))
		return NULL;
	if (agent && sh_id_or_null(&agent->id) && !account_stored(a, key, tenant, "agent", agent, stored, &n))
		return NULL;
	return sh_driver_account(a, driver, stored, n, now_ms);
}

struct sh_str
sh_account_lacking(struct sh_arena *a, const struct sh_driver_loaded *driver, const struct sh_account *account)
{
	struct sh_str all = SH_NONE;

	for (uint32_t i = 0; i < driver->nsettings; i++) {
		struct sh_setting s = sh_driver_setting(driver, i);

		if (s.scope == SH_SCOPE_ACCOUNT && s.required && !sh_setting(account, i).s)
			all = all.s ? sh_arena_printf(a, "%.*s, %s", (int)all.n, all.s, s.name) : sh_arena_str(a, sh_str(s.name));
	}
	return all;
}

/* ---- variables ---- */

static void
account_variable(
    struct sh_arena *a, const struct sh_replay *p, struct sh_pair *list, uint32_t *n, const char *name, struct sh_str value)
{
	list[(*n)++] = (struct sh_pair){ sh_arena_printf(a, "%.*s%s", (int)p->prefix.n, p->prefix.s, name), value };
}

const struct sh_pair *
sh_account_variables(struct sh_arena *a, const struct sh_replay *p, uint32_t *ret_n)
{
	struct sh_pair *list = sh_arena_array(a, struct sh_pair, ACCOUNT_VARIABLES);
	uint32_t n = 0, ours;

	*ret_n = 0;
	if (!list)
		return NULL;
	if (!sh_str_is(p->reason, "api"))
		account_variable(a, p, list, &n, "redial_reason", p->reason);
	account_variable(a, p, list, &n, "attempt", sh_arena_printf(a, "%d", p->attempt));
	account_variable(a, p, list, &n, "is_final_attempt", p->is_final ? SH_STR("true") : SH_STR("false"));
	ours = n;
	for (const struct sh_json *v = sh_reader_first(p->variables); v && n < ACCOUNT_VARIABLES; v = sh_reader_next(v)) {
		struct sh_str name = sh_reader_key(a, v);
		uint32_t k = 0;

		while (k < ours && !sh_str_eq(list[k].name, name))
			k++;
		if (k == ours)
			list[n++] =
			    (struct sh_pair){ name, sh_reader_type(v) == SH_JSON_STRING ? sh_reader_str(a, v) : sh_reader_raw(v) };
	}
	*ret_n = n;
	return list;
}

struct sh_str
sh_account_webhook_url(struct sh_arena *a, const struct sh_core *core, struct sh_str provider, struct sh_str slug)
{
	return sh_arena_printf(
	    a, "%s/api/webhooks/%.*s/%.*s", core->options->public_url, (int)provider.n, provider.s, (int)slug.n, slug.s);
}

/*
 * An override that no longer reads is left out, and nothing is dialled without it: it was checked when it was stored, so this is a newer
 * program's. A zone that has left the zone data since is no fault: the rest of the override holds, and without that clock nothing is
 * dialled either (sh_decide_hours).
 */
static bool
account_layer(struct sh_str json, enum sh_origin origin, struct sh_policy *ret, bool *unreadable)
{
	struct sh_faults faults;
	bool good;

	if (!json.s)
		return false;
	sh_faults_init(&faults, "stored overrides");
	good = sh_policy_read_json(json, origin, NULL, ret, &faults);
	if (!good)
		sh_log(SH_LOG_ERROR, "policy.unreadable",
		    "stored policy overrides do not read as a policy: calls under them are held",
		    SH_F_TEXT("faults", sh_buf_str(&faults.text)));
	*unreadable |= !good;
	sh_faults_clear(&faults);
	return good;
}

struct sh_account_words
sh_account_words(const struct sh_rows *r, int row)
{
	return (struct sh_account_words){
		.plan = sh_rows_str(r, row, "plan"),
		.policy_name = sh_rows_str(r, row, "policy_name"),
		.workspace_policy = sh_rows_str(r, row, "workspace_policy"),
		.agent_policy = sh_rows_str(r, row, "agent_policy"),
	};
}

static const struct sh_plan *
account_plan(const struct sh_core *core, struct sh_str name)
{
	const struct sh_plan *plan;
	bool known;

	plan = sh_plans_find(core->plans, name, &known);
	if (plan && !known)
		sh_log(SH_LOG_WARN, "plan.missing", "a tenant has a plan that is not in the file of plans; another one's terms hold",
		    SH_F_TEXT("plan", name), SH_F_STR("instead", plan->name));
	return plan;
}

void
sh_account_policy_with(const struct sh_core *core, const struct sh_account_words *words, const struct sh_policy *named, struct sh_policy *ret)
{
	const struct sh_plan *plan = account_plan(core, words->plan);
	struct sh_policy workspace, agent;
	bool unreadable = false;
	bool has_workspace = account_layer(words->workspace_policy, SH_ORIGIN_WORKSPACE, &workspace, &unreadable);
	bool has_agent = account_layer(words->agent_policy, SH_ORIGIN_AGENT, &agent, &unreadable);

	sh_plan_effective(plan, named, has_workspace ? &workspace : NULL, has_agent ? &agent : NULL, ret);
	if (unreadable)
		ret->lacks = SH_LACK_OVERRIDES;
}

void
sh_account_policy(const struct sh_core *core, const struct sh_account_words *words, struct sh_policy *ret)
{
	struct sh_str name = words->policy_name.n ? words->policy_name : sh_str(core->options->default_policy);
	const struct sh_policy *named;
	char z[SH_POLICY_NAME_MAX + 1];

	snprintf(z, sizeof(z), "%.*s", (int)(name.n < sizeof(z) ? name.n : sizeof(z) - 1), name.s ? name.s : "");
	named = sh_policy_set_find(core->policies, z);
	sh_account_policy_with(core, words, named, ret);
	if (!named) {
		snprintf(ret->name, sizeof(ret->name), "%s", z);
		ret->lacks = SH_LACK_POLICY;
	}
}
