/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/core.h: what one worker has. Made by server/worker.c, lent to api/, ingress/ and engine/; lives as long as
 * the worker. Everything in it belongs to the one thread, so nothing is locked.
 */
#ifndef SH_ENGINE_CORE_H
#define SH_ENGINE_CORE_H

#include "gateway/base/clock.h"
#include "gateway/base/zone.h"
#include "gateway/crypto/keys.h"
#include "gateway/driver/load.h"
#include "gateway/net/client.h"
#include "gateway/policy/policy.h"
#include "gateway/store/db.h"
#include "gateway/store/inbox.h"

struct event_base;
struct sh_engine;
struct sh_plans;
struct sh_packs;
struct sh_prefixes;

/* The options that api/, ingress/ and engine/ use; server/config.c fills them from config/switchhook.yaml. */
struct sh_core_options {
	const char *public_url; /* "https://calls.example.com", no slash at the end */
	int outbound_wait_ms; /* how long POST /v1/outbound/calls waits for the provider; 2 s */
	int decide_wait_s; /* how long to wait for the final event after a call's end; 5 min */
	int send_window_ms; /* S of the dialling protocol; 5 s */
	int request_ms; /* H: a dial's whole request; 35 s */
	int dial_lease_s; /* 60 s */
	int claim_lease_s; /* 30 s */
	int process_lease_s; /* 30 s */
	int poll_ms; /* the guard's poll for due rows; 5 s, with jitter */
	int clock_error_ms; /* a worker that cannot show a smaller clock error does not dial; 250 ms */
	size_t webhook_bytes; /* largest webhook body; 8 MiB */
	int slug_grace_s; /* a rotated webhook URL still works; 24 h */
	int64_t keep_events_s, keep_activity_s, keep_decisions_s; /* what is older is purged; 30 d, 1 y, 5 y */
	bool spool; /* keep what providers say while the database is away */
	const char *spool_dir;
	size_t spool_bytes; /* of all files in it, at most */
	const char *state_dir; /* where this host keeps what it has seen of the database; NULL: nowhere */
	const char *default_policy; /* of a workspace that names none; always in the set */
};

struct sh_core {
	struct event_base *base;
	struct sh_clock clock;
	const struct sh_core_options *options;
	const struct sh_zones *zones;
	const struct sh_prefixes *prefixes;
	const struct sh_packs *packs; /* of laws */
	const struct sh_drivers *drivers;
	const struct sh_policy_set *policies;
	const struct sh_plans *plans;
	struct sh_keys *keys;
	struct sh_net *net;
	struct sh_db *ingest, *engine_db, *api_db; /* a connection a role */
	struct sh_inbox *inbox;
	struct sh_engine *engine;
	bool first; /* of the gateway's workers: what one of them does for all */
	bool draining;
};

static inline int64_t
sh_core_now(const struct sh_core *core)
{
	return sh_clock_wall_ms(&core->clock);
}

#endif
