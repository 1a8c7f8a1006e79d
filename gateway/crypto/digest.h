/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * crypto/digest.h: hashes, HMAC, signatures, comparison (OpenSSL).
 */
#ifndef SH_CRYPTO_DIGEST_H
#define SH_CRYPTO_DIGEST_H

#include <stdbool.h>

#include <switchhook/driver.h>

/* Digest of the parts one after the other; out takes 20, 32 or 64 bytes; returns how many. */
size_t sh_digest(enum sh_hash, const struct sh_str *parts, size_t n, uint8_t *out);
size_t sh_digest_hmac(enum sh_hash, struct sh_str key, const struct sh_str *parts, size_t n, uint8_t *out);
void sh_digest_sha256(struct sh_str, uint8_t out[32]);

/* Time depends on the lengths only. Two empty strings are not equal. */
bool sh_digest_equal(struct sh_str, struct sh_str);

bool sh_digest_ed25519(const uint8_t key[32], const uint8_t signature[64], struct sh_str message);

/* Overwrites; the compiler may not drop it. */
void sh_digest_wipe(void *, size_t);

#endif
