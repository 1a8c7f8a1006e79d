/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * crypto/wire.h: the messages between a worker and the keyholder, as bytes.
 *
 *	questions	"SHQ1", serial (4), count (1), count times: operation (1), tenant (16), n (1), n bytes
 *	answers		"SHA1", serial (4), count (1), count times: status (1), n (1), n bytes
 *
 * A message is one packet of a SOCK_SEQPACKET socket, so its length is known and nothing follows it. Numbers are
 * big-endian. A worker has at most one message under way; its answer carries the same serial and as many answers in
 * the same order. OPEN sends the wrapped key and gets generation, data key, index key (65 bytes); MAKE sends nothing
 * and gets a wrapped key. An answer with a status other than SH_OK has no bytes.
 *
 * Either end may have been taken over by a stranger. A message is either right to its last byte or refused as a
 * whole, and then the other end hangs up.
 */
#ifndef SH_CRYPTO_WIRE_H
#define SH_CRYPTO_WIRE_H

#include "gateway/base/error.h"
#include "gateway/crypto/kek.h"

#define SH_WIRE_COUNT 64
#define SH_WIRE_KEY 65
#define SH_WIRE_MAX (9 + SH_WIRE_COUNT * (18 + SH_KEK_WRAPPED_MAX))	/* bytes of any message */

enum sh_wire_op { SH_WIRE_OPEN = 1, SH_WIRE_MAKE = 2 };

struct sh_wire_question {
	enum sh_wire_op op;
	struct sh_id tenant;
	uint8_t n;
	uint8_t bytes[SH_KEK_WRAPPED_MAX];
};

struct sh_wire_answer {
	enum sh_status status;
	uint8_t n;
	uint8_t bytes[SH_KEK_WRAPPED_MAX];
};

/* How many bytes were written. */
size_t sh_wire_ask(uint8_t out[SH_WIRE_MAX], uint32_t serial, const struct sh_wire_question *const *, size_t n);
size_t sh_wire_tell(uint8_t out[SH_WIRE_MAX], uint32_t serial, const struct sh_wire_answer *, size_t n);

/* false: not such a message. The second also wants exactly the answers to these questions. */
bool sh_wire_ask_read(const uint8_t *, size_t, uint32_t *ret_serial, struct sh_wire_question ret[SH_WIRE_COUNT], size_t *ret_n);
bool sh_wire_tell_read(const uint8_t *, size_t, uint32_t serial, const struct sh_wire_question *const *, size_t n,
    struct sh_wire_answer *ret);

void sh_wire_key_put(struct sh_wire_answer *, const struct sh_tenant_key *);
void sh_wire_key_get(const struct sh_wire_answer *, struct sh_tenant_key *);

#endif
