/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/account.h: from stored columns to what a driver and the policy are given.
 */
#ifndef SH_ENGINE_ACCOUNT_H
#define SH_ENGINE_ACCOUNT_H

#include "gateway/driver/call.h"
#include "gateway/engine/core.h"

/* One owner's settings as stored: a JSON object, and a sealed one of the secrets. */
struct sh_stored {
	struct sh_id id; /* zero: there is no such owner */
	struct sh_str settings, secrets;
};

/*
 * The driver's account, for one call into it. NULL: a sealed value does not open. Lives in the arena, and holds secrets in
 * clear until the arena ends: no longer than the operation.
 */
struct sh_account *sh_account_open(struct sh_arena *, const struct sh_driver_loaded *, const struct sh_tenant_key *,
    const struct sh_id *tenant, const struct sh_stored *workspace, const struct sh_stored *agent, int64_t now_ms);

/* The names of the account's required settings that have no value, with commas; absent: each has one. */
struct sh_str sh_account_lacking(struct sh_arena *, const struct sh_driver_loaded *, const struct sh_account *);

/* Whose words an agent's policy is made of: the columns plan, policy_name and the overrides workspace_policy, agent_policy (JSON). */
struct sh_account_words {
	struct sh_str plan, policy_name, workspace_policy, agent_policy;
};
struct sh_account_words sh_account_words(const struct sh_rows *, int row); /* borrowed from the row */

/* The policy that holds for an agent; if the named one is not there, its name, .lacks, and the other layers' values. */
void sh_account_policy(const struct sh_core *, const struct sh_account_words *, struct sh_policy *ret);
/* The same, with this layer in the place of the policy that the workspace names. */
void sh_account_policy_with(const struct sh_core *, const struct sh_account_words *, const struct sh_policy *named, struct sh_policy *ret);

/*
 * The dynamic variables of a dial: ours, whose names begin with the workspace's prefix, and the caller's, replayed. A caller's that
 * bears the name of one of ours is left out. Lives in the arena.
 */
struct sh_replay {
	struct sh_str prefix, reason;
	int attempt;
	bool is_final;
	const struct sh_json *variables; /* the caller's */
};
const struct sh_pair *sh_account_variables(struct sh_arena *, const struct sh_replay *, uint32_t *ret_n);

/* Where an account, or an agent of it, is to send its webhooks. */
struct sh_str sh_account_webhook_url(struct sh_arena *, const struct sh_core *, struct sh_str provider, struct sh_str slug);

#endif
