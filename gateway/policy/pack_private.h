/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* policy/pack_private.h: between the set of packs (pack.c) and the reader of one (pack_read.c). */
#ifndef SH_POLICY_PACK_PRIVATE_H
#define SH_POLICY_PACK_PRIVATE_H

#include "gateway/policy/pack.h"

#define PACK_MAX 64
#define PACK_RULES_MAX 512		/* in one pack */

struct pack {
	const char *name, *version, *title;
	struct sh_pack_rule *rules;
	size_t nrules;
};

struct sh_packs {
	struct sh_arena *arena;		/* of all texts and rules */
	struct pack packs[PACK_MAX];	/* as they were added */
	size_t npacks;
};

/* Reads a pack; its strings and rules live in the arena. False: there were faults. */
bool sh_pack_read(struct sh_packs *, const char *name, const struct sh_yaml *tree, struct sh_faults *, struct pack *ret);

#endif
