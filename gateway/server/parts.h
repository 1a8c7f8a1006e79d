/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * server/parts.h: what a worker loads from folders and files: time zones, numbers' prefixes, named policies, plans, packs of laws,
 * drivers, certificate and key.
 *
 * `switchhook check-config`, the check before a reload and the workers themselves load by this one function, so what
 * passes the check is what runs. From the folders, or from what the config holds of them (held.h).
 */
#ifndef SH_SERVER_PARTS_H
#define SH_SERVER_PARTS_H

#include "gateway/driver/load.h"
#include "gateway/http/tls.h"
#include "gateway/policy/pack.h"
#include "gateway/policy/plan.h"
#include "gateway/policy/prefix.h"
#include "gateway/server/config.h"

struct sh_parts {
	struct sh_zones *zones;
	struct sh_prefixes *prefixes; /* NULL: as are the zones, or the overlay is at fault */
	struct sh_policy_set *policies;
	struct sh_packs *packs;
	struct sh_plans *plans;
	struct sh_drivers *drivers; /* refused ones among them */
	struct sh_tls *tls; /* NULL: listen_tls is empty */
	char warning[256]; /* what runs and will not for long; "" */
	int faults; /* nothing can run with these */
	int refused; /* drivers that were refused: the others run */
};

/* Loads all there is and tells say each fault and refusal, one line each. tickets: of TLS; NULL: none, as for a check. */
void sh_parts_load(struct sh_parts *, const struct sh_config *, struct sh_tls_tickets *tickets,
    void (*say)(void *arg, const char *line), void *arg);
/* The plans alone; NULL: there were faults, which were said. */
struct sh_plans *sh_parts_plans(const struct sh_config *, void (*say)(void *arg, const char *line), void *arg);
void sh_parts_clear(struct sh_parts *);

#endif
