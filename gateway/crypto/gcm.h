/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * crypto/gcm.h: AES-256-GCM over one piece of memory, for seal.c and the key-encryption key only. Everybody else
 * seals: a nonce that comes twice under one key would give the key's secrets away.
 */
#ifndef SH_CRYPTO_GCM_H
#define SH_CRYPTO_GCM_H

#include <switchhook/driver.h>

#define SH_GCM_NONCE 12
#define SH_GCM_TAG 16
#define SH_GCM_MAX ((size_t)1 << 30)	/* bytes in one piece */

/* out takes n bytes and the tag behind them; it may be the text itself. */
void sh_gcm_seal(const uint8_t key[32], const uint8_t nonce[SH_GCM_NONCE], struct sh_str associated, struct sh_str text,
    uint8_t *out);

/* sealed ends in the tag; out takes SH_GCM_TAG bytes less. false: not genuine, and out is wiped. */
bool sh_gcm_open(const uint8_t key[32], const uint8_t nonce[SH_GCM_NONCE], struct sh_str associated, struct sh_str sealed,
    uint8_t *out);

#endif
