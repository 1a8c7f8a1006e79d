/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * crypto/seal.h: personal data at rest.
 *
 * AES-256-GCM under the tenant's data key. What is sealed is bound to its place: tenant, table, column and row
 * are associated data (with the three bytes in front), so a value that moves must be sealed anew. Layout: 1 byte
 * format, 1 byte key generation, 1 byte flags (1: lz4), 12 bytes random nonce, ciphertext, 16 bytes tag. Texts of
 * 256 bytes or more are compressed first if that makes them shorter. The key for one value is HMAC-SHA256(data key,
 * nonce || row), so that random nonces never come near GCM's limit.
 *
 * Numbers must be found without being readable: sh_seal_index gives 16 bytes of HMAC-SHA256 under a key of the
 * tenant that does not rotate with the data key, equal for equal numbers of one tenant and for nothing else.
 */
#ifndef SH_CRYPTO_SEAL_H
#define SH_CRYPTO_SEAL_H

#include "gateway/base/arena.h"
#include "gateway/base/id.h"

/* A tenant's keys in clear. Lives no longer than one operation; wiped by whoever got it. */
struct sh_tenant_key {
	uint8_t generation;
	uint8_t data[32];
	uint8_t index[32];
};

struct sh_place {
	struct sh_id tenant;
	const char *table, *column;
	struct sh_id row;
};

/* The sealed bytes, in the arena; an absent text stays absent (SQL NULL). */
struct sh_str sh_seal(struct sh_arena *, const struct sh_tenant_key *, const struct sh_place *, struct sh_str text);

/* false: not sealed under this key at this place, or damaged. An absent value opens as absent. ceiling bounds what is unpacked. */
bool sh_seal_open(struct sh_arena *, const struct sh_tenant_key *, const struct sh_place *, struct sh_str sealed, size_t ceiling,
    struct sh_str *ret);

/* kind: what sort of thing it is ("callee", "call"), so that indexes of different sorts do not meet. */
void sh_seal_index(const struct sh_tenant_key *, const char *kind, struct sh_str text, uint8_t out[16]);

#endif
