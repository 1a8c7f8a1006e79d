/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * crypto/keycache.h: opened keys that may stay for a while, where the operator chose so.
 *
 * At most 1,024, in locked memory. One is found by its wrapped bytes and its tenant, both: a wrapped key that was put
 * into another tenant's row must not open just because it is known. It goes cache_s after it was opened, however
 * often it was used meanwhile, and the least recently used one goes first when room is short.
 */
#ifndef SH_CRYPTO_KEYCACHE_H
#define SH_CRYPTO_KEYCACHE_H

#include "gateway/base/error.h"
#include "gateway/crypto/seal.h"

#define SH_KEYCACHE_MAX 1024

struct sh_keycache;

struct sh_keycache *sh_keycache_new(int64_t keep_ms, struct sh_error *) SH_MUST_CHECK;
void sh_keycache_free(struct sh_keycache *);	/* wipes; NULL is fine */

/* Valid until the next call here; NULL: not there, or no longer. */
const struct sh_tenant_key *sh_keycache_get(struct sh_keycache *, int64_t now_ms, const struct sh_id *tenant,
    struct sh_str wrapped);
void sh_keycache_put(struct sh_keycache *, int64_t now_ms, const struct sh_id *tenant, struct sh_str wrapped,
    const struct sh_tenant_key *);

/* Wipes what has been there long enough; how many ms from now the next one has, -1: nothing is left. */
int64_t sh_keycache_sweep(struct sh_keycache *, int64_t now_ms);

#endif
