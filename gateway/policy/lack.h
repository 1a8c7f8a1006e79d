/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/lack.h: what a policy names and what is not there.
 *
 * Nobody knows what a pack or a named policy would say that is gone, and it may forbid everything: no call is begun under it until it is
 * there again, or the policy names it no more. The start refuses files that name what is not there (server/parts.c); what is stored in
 * workspaces and agents is found by engine/absent.c.
 */
#ifndef SH_POLICY_LACK_H
#define SH_POLICY_LACK_H

#include <stdbool.h>
#include <stddef.h>

struct sh_policy;
struct sh_whereabouts;

enum sh_lack_what {
	SH_LACK_NOTHING,
	SH_LACK_POLICY,			/* the named policy */
	SH_LACK_OVERRIDES,		/* stored overrides do not read as a policy: a newer program's */
	SH_LACK_PACK,
	SH_LACK_ZONE			/* the time zone of the quiet hours */
};

struct sh_lack {
	enum sh_lack_what what;
	const char *name;		/* the policy's, the pack's or the zone's, as it stands in the policy; "" of overrides */
};

/* The first thing that an effective policy lacks, but for the zone; place->packs NULL: packs are taken on trust. */
struct sh_lack sh_lack_find(const struct sh_policy *, const struct sh_whereabouts *);

/* Why a callback is held, as it is stored: no_policy, policy_unreadable, no_pack, no_zone; no_permitted_time if nothing is lacking. */
const char *sh_lack_reason(enum sh_lack_what);

/* "the jurisdiction pack us-states, which the policy names, is not there". */
void sh_lack_text(const struct sh_lack *, char out[192]);

#endif
