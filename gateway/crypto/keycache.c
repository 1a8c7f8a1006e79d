/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * crypto/keycache.c: a hash table whose own order is that of opening, so its first row is the first to expire, and a
 * list in the order of use. All rows stand in one locked mapping; those that are free are on the list's sister.
 */
#include "gateway/crypto/keycache.h"

#include <stdlib.h>

/* Only without memory; the default would be exit. */
#define uthash_fatal(msg) abort()
#include <uthash.h>
#include <utlist.h>

#include "gateway/crypto/digest.h"
#include "gateway/crypto/kek.h"
#include "gateway/crypto/locked.h"

struct keycache_row {
	UT_hash_handle hh;
	struct keycache_row *prev, *next;
	struct sh_id tenant;
	uint8_t wrapped[SH_KEK_WRAPPED_MAX];
	struct sh_tenant_key key;
	int64_t until_ms;
};

struct sh_keycache {
	int64_t keep_ms;
	struct keycache_row *rows;		/* the mapping */
	struct keycache_row *table;		/* first opened first */
	struct keycache_row *used, *unused;	/* used: least recently used first */
};

struct sh_keycache *
sh_keycache_new(int64_t keep_ms, struct sh_error *e)
{
	struct sh_keycache *c = calloc(1, sizeof(*c));

	if (!c) {
		sh_fail(e, SH_ESYSTEM, "no memory");
		return NULL;
	}
	c->keep_ms = keep_ms;
	c->rows = sh_locked_new(SH_KEYCACHE_MAX * sizeof(*c->rows), e);
	if (!c->rows) {
		free(c);
		return NULL;
	}
	for (size_t i = 0; i < SH_KEYCACHE_MAX; i++)
		DL_APPEND(c->unused, &c->rows[i]);
	return c;
}

void
sh_keycache_free(struct sh_keycache *c)
{
	if (!c)
		return;
	HASH_CLEAR(hh, c->table);
	sh_locked_free(c->rows, SH_KEYCACHE_MAX * sizeof(*c->rows));
	free(c);
}

static void
keycache_drop(struct sh_keycache *c, struct keycache_row *r)
{
	HASH_DEL(c->table, r);
	DL_DELETE(c->used, r);
	sh_digest_wipe(r, sizeof(*r));
	DL_PREPEND(c->unused, r);
}

static struct keycache_row *
keycache_find(struct sh_keycache *c, struct sh_str wrapped)
{
	struct keycache_row *r;

	HASH_FIND(hh, c->table, wrapped.s, wrapped.n, r);
	return r;
}

const struct sh_tenant_key *
sh_keycache_get(struct sh_keycache *c, int64_t now_ms, const struct sh_id *tenant, struct sh_str wrapped)
{
	struct keycache_row *r = keycache_find(c, wrapped);

	if (!r || memcmp(&r->tenant, tenant, sizeof(*tenant)) != 0)
		return NULL;
	if (r->until_ms <= now_ms) {
		keycache_drop(c, r);
		return NULL;
	}
	DL_DELETE(c->used, r);
	DL_APPEND(c->used, r);
	return &r->key;
}

void
sh_keycache_put(struct sh_keycache *c, int64_t now_ms, const struct sh_id *tenant, struct sh_str wrapped,
    const struct sh_tenant_key *key)
{
	struct keycache_row *r = keycache_find(c, wrapped);

	assert(wrapped.n > 0 && wrapped.n <= sizeof(r->wrapped));
	if (r)
		keycache_drop(c, r);
	else if (!c->unused)
		keycache_drop(c, c->used);
	r = c->unused;
	DL_DELETE(c->unused, r);
	r->tenant = *tenant;
	r->key = *key;
	r->until_ms = now_ms + c->keep_ms;
	memcpy(r->wrapped, wrapped.s, wrapped.n);
	HASH_ADD_KEYPTR(hh, c->table, r->wrapped, wrapped.n, r);
	DL_APPEND(c->used, r);
}

int64_t
sh_keycache_sweep(struct sh_keycache *c, int64_t now_ms)
{
	while (c->table && c->table->until_ms <= now_ms)
		keycache_drop(c, c->table);
	return c->table ? c->table->until_ms - now_ms : -1;
}
