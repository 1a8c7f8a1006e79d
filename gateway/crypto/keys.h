/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * crypto/keys.h: the keyholder's client, and the protocol that both ends speak.
 *
 * A worker asks over a SOCK_SEQPACKET pair. What is asked while one message is under way goes into the next (up
 * to 64 questions), so a single webhook waits one round trip and a flood shares them. With cache_s > 0 opened
 * keys are kept that long in locked memory, at most 1,024 of them; with 0 a key lives for the callback that gets
 * it and is wiped when that returns: copy nothing out of it.
 */
#ifndef SH_CRYPTO_KEYS_H
#define SH_CRYPTO_KEYS_H

#include "gateway/base/error.h"
#include "gateway/crypto/kek.h"

struct event_base;
struct sh_keys;

/* key is NULL unless status is SH_OK; it is valid until the function returns. Called from the loop, never at once, exactly once. */
typedef void sh_keys_open_f(void *arg, enum sh_status, const struct sh_tenant_key *key, const struct sh_error *);
typedef void sh_keys_make_f(void *arg, enum sh_status, struct sh_str wrapped, const struct sh_error *);

/* Takes fd, and closes it at the end. */
struct sh_keys *sh_keys_new(struct event_base *, int fd, int cache_s);
void sh_keys_free(struct sh_keys *);	/* answers what is open with SH_EAGAIN; not from one of its own callbacks */
/* false once the keyholder has closed its end, spoken nonsense or not answered for ten seconds. It stays false. */
bool sh_keys_alive(const struct sh_keys *);

void sh_keys_open(struct sh_keys *, const struct sh_id *tenant, struct sh_str wrapped, sh_keys_open_f *, void *arg);
void sh_keys_make(struct sh_keys *, const struct sh_id *tenant, sh_keys_make_f *, void *arg);

/* The other end: answers one message that came on fd. false: the peer has gone or speaks nonsense. */
bool sh_keys_serve(int fd, struct sh_kek *);

#endif
