/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * ingress/slug.h: what is remembered of a webhook URL, so that a delivery need not ask the database.
 *
 * Found by the hash of its token; asked for on a miss; dropped when a workspace changes (NOTIFY) and after a few
 * seconds anyway. What is remembered is sealed as it was stored: no secret stands open between two deliveries.
 *
 * With a spool (ingest.spool) what is stale stays until the database said otherwise: while it is away, what was known last counts.
 */
#ifndef SH_INGRESS_SLUG_H
#define SH_INGRESS_SLUG_H

#include <uthash.h>

#include "gateway/engine/core.h"
#include "gateway/crypto/token.h"

struct sh_slugs;

struct sh_slug_agent {
	struct sh_slug_agent *next;
	struct sh_str provider_id;
	struct sh_id id; /* zero: not one that we know */
	bool stale; /* of an earlier reading of the slug */
};

struct sh_slug {
	uint8_t hash[32];
	int refs; /* the table's own, and one a delivery */
	int64_t read_ms; /* elapsed clock */
	bool stale; /* anything may have changed since */
	int64_t heard_ms; /* elapsed clock; when its agent was last marked as heard of */
	struct sh_arena *arena;
	int bucket;
	struct sh_id tenant, workspace;
	struct sh_id agent; /* zero: the workspace's own URL, where the event names its agent */
	bool gone; /* it, or the workspace, was deleted */
	int64_t retire_ms; /* 0: it is the current one */
	const struct sh_driver_loaded *driver; /* NULL: none is loaded for it */
	struct sh_str provider, workspace_settings, workspace_secrets, agent_settings, agent_secrets, keys;
	bool speech, recordings; /* may what was said in a call be read, or kept; where it can be heard */
	int payload_days; /* what comes is kept so long; 0: not at all, -1: for good */
	struct sh_slug_agent *agents; /* those that events have named */
	UT_hash_handle hh;
};

struct sh_slugs *sh_slugs_new(struct sh_core *);
void sh_slugs_free(struct sh_slugs *);
/* payload: "bucket:workspace id" of what changed; NULL: everything may have. */
void sh_slugs_changed(struct sh_slugs *, const char *payload);

/* slug NULL with SH_EABSENT: there is none; with another status: the database did not say. Called at once on a hit. The receiver owns one reference. */
typedef void sh_slug_f(void *arg, enum sh_status, struct sh_slug *);
void sh_slug_find(struct sh_slugs *, const struct sh_token *, sh_slug_f *, void *arg);
void sh_slug_unref(struct sh_slug *);

/* The same, but from an earlier reading will do: for when the database is away. */
const struct sh_slug_agent *sh_slug_agent_recall(const struct sh_slug *, struct sh_str provider_id);
/* An agent that was named before; NULL: ask the database and sh_slug_agent_put. */
const struct sh_slug_agent *sh_slug_agent_get(const struct sh_slug *, struct sh_str provider_id);
const struct sh_slug_agent *sh_slug_agent_put(struct sh_slug *, struct sh_str provider_id, const struct sh_id *id);

#endif
