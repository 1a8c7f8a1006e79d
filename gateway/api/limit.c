/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/limit.c: a token bucket a key. Counted in thousandths, so that whole milliseconds add whole units.
 */
#include "gateway/api/gate.h"

#include <stdlib.h>

#define LIMIT_FULL (SH_LIMIT_BURST * 1000)

struct sh_limit_key {
	struct sh_id id;
	int64_t at_ms;
	int tokens; /* thousandths */
	UT_hash_handle hh;
};

static void
limit_fill(struct sh_limit_key *k, int64_t now_ms)
{
	int64_t add = (now_ms - k->at_ms) * SH_LIMIT_PER_S;

	if (now_ms <= k->at_ms)
		return;
	k->at_ms = now_ms;
	k->tokens = add > LIMIT_FULL - k->tokens ? LIMIT_FULL : k->tokens + (int)add;
}

static void
limit_drop(struct sh_limits *l, struct sh_limit_key *k)
{
	HASH_DEL(l->table, k);
	free(k);
}

/* Who has a full bucket loses nothing by being forgotten. If all are in use the oldest goes: keys cost their maker more than us. */
static void
limit_forget(struct sh_limits *l, int64_t now_ms)
{
	struct sh_limit_key *k, *next;

	HASH_ITER (hh, l->table, k, next) {
		limit_fill(k, now_ms);
		if (k->tokens == LIMIT_FULL)
			limit_drop(l, k);
	}
	if (HASH_COUNT(l->table) >= SH_LIMIT_KEYS)
		limit_drop(l, l->table);
}

bool
sh_limit_take(struct sh_limits *l, const struct sh_id *key, int64_t elapsed_ms, int *ret_left, int *ret_reset_s)
{
	struct sh_limit_key *k;
	bool may;

	HASH_FIND(hh, l->table, key, sizeof(*key), k);
	if (!k) {
		if (HASH_COUNT(l->table) >= SH_LIMIT_KEYS)
			limit_forget(l, elapsed_ms);
		k = calloc(1, sizeof(*k));
		if (!k)
			return false;
		*k = (struct sh_limit_key){ .id = *key, .at_ms = elapsed_ms, .tokens = LIMIT_FULL };
		HASH_ADD(hh, l->table, id, sizeof(k->id), k);
	}
	limit_fill(k, elapsed_ms);
	may = k->tokens >= 1000;
	if (may)
		k->tokens -= 1000;
	*ret_left = k->tokens / 1000;
	*ret_reset_s = (LIMIT_FULL - k->tokens + SH_LIMIT_PER_S * 1000 - 1) / (SH_LIMIT_PER_S * 1000);
	return may;
}

size_t
sh_limit_count(const struct sh_limits *l)
{
	return HASH_COUNT(l->table);
}

void
sh_limit_clear(struct sh_limits *l)
{
	struct sh_limit_key *k, *next;

	HASH_ITER (hh, l->table, k, next)
		limit_drop(l, k);
}
