/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* crypto/wire.c: writes messages, and reads them through a window that says at every step how much is left. */
#include "gateway/crypto/wire.h"

#include <string.h>

#define WIRE_ASK "SHQ1"
#define WIRE_TELL "SHA1"

struct wire_rest {
	const uint8_t *b;
	size_t n;
	bool short_;	/* more was wanted than there is */
};

/* The next n bytes; past the end zeros, and the message is bad. n is at most a wrapped key's length. */
static const uint8_t *
wire_take(struct wire_rest *r, size_t n)
{
	static const uint8_t zeros[UINT8_MAX + 1];
	const uint8_t *at = r->b;

	if (r->short_ || r->n < n) {
		r->short_ = true;
		return zeros;
	}
	r->b += n;
	r->n -= n;
	return at;
}

static uint32_t
wire_number(const uint8_t *b)
{
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static uint8_t *
wire_head(uint8_t *out, const char *kind, uint32_t serial, size_t n)
{
	assert(n > 0 && n <= SH_WIRE_COUNT);
	memcpy(out, kind, 4);
	for (int i = 0; i < 4; i++)
		out[4 + i] = (uint8_t)(serial >> (24 - 8 * i));
	out[8] = (uint8_t)n;
	return out + 9;
}

/* The count; 0: not the head of such a message. */
static size_t
wire_head_read(struct wire_rest *r, const char *kind, uint32_t *ret_serial)
{
	bool right = memcmp(wire_take(r, 4), kind, 4) == 0;
	size_t n;

	*ret_serial = wire_number(wire_take(r, 4));
	n = wire_take(r, 1)[0];
	return right && !r->short_ && n <= SH_WIRE_COUNT ? n : 0;
}

size_t
sh_wire_ask(uint8_t out[SH_WIRE_MAX], uint32_t serial, const struct sh_wire_question *const *q, size_t n)
{
	uint8_t *at = wire_head(out, WIRE_ASK, serial, n);

	for (size_t i = 0; i < n; i++) {
		assert(q[i]->n <= sizeof(q[i]->bytes));
		*at++ = (uint8_t)q[i]->op;
		memcpy(at, q[i]->tenant.b, sizeof(q[i]->tenant.b));
		at += sizeof(q[i]->tenant.b);
		*at++ = q[i]->n;
		memcpy(at, q[i]->bytes, q[i]->n);
		at += q[i]->n;
	}
	return (size_t)(at - out);
}

size_t
sh_wire_tell(uint8_t out[SH_WIRE_MAX], uint32_t serial, const struct sh_wire_answer *a, size_t n)
{
	uint8_t *at = wire_head(out, WIRE_TELL, serial, n);

	for (size_t i = 0; i < n; i++) {
		assert(a[i].n <= sizeof(a[i].bytes));
		*at++ = (uint8_t)a[i].status;
		*at++ = a[i].n;
		memcpy(at, a[i].bytes, a[i].n);
		at += a[i].n;
	}
	return (size_t)(at - out);
}

static bool
wire_question_fits(const struct sh_wire_question *q)
{
	switch (q->op) {
	case SH_WIRE_OPEN:
		return q->n > 0 && q->n <= sizeof(q->bytes);
	case SH_WIRE_MAKE:
		return q->n == 0;
	default:
		return false;
	}
}

static bool
wire_answer_fits(enum sh_wire_op op, const struct sh_wire_answer *a)
{
	if (a->status != SH_OK)
		return a->status <= SH_ESYSTEM && a->n == 0;
	return op == SH_WIRE_OPEN ? a->n == SH_WIRE_KEY : a->n > 0 && a->n <= sizeof(a->bytes);
}

bool
sh_wire_ask_read(const uint8_t *b, size_t len, uint32_t *ret_serial, struct sh_wire_question ret[SH_WIRE_COUNT], size_t *ret_n)
{
	struct wire_rest r = { b, len, false };
	size_t n = wire_head_read(&r, WIRE_ASK, ret_serial);

	for (size_t i = 0; i < n; i++) {
		ret[i].op = (enum sh_wire_op)wire_take(&r, 1)[0];
		memcpy(ret[i].tenant.b, wire_take(&r, sizeof(ret[i].tenant.b)), sizeof(ret[i].tenant.b));
		ret[i].n = wire_take(&r, 1)[0];
		if (!wire_question_fits(&ret[i]))
			return false;
		memcpy(ret[i].bytes, wire_take(&r, ret[i].n), ret[i].n);
	}
	*ret_n = n;
	return n > 0 && !r.short_ && r.n == 0;
}

bool
sh_wire_tell_read(const uint8_t *b, size_t len, uint32_t serial, const struct sh_wire_question *const *q, size_t n,
    struct sh_wire_answer *ret)
{
	struct wire_rest r = { b, len, false };
	uint32_t theirs;

	if (n == 0 || wire_head_read(&r, WIRE_TELL, &theirs) != n || theirs != serial)
		return false;
	for (size_t i = 0; i < n; i++) {
		ret[i].status = (enum sh_status)wire_take(&r, 1)[0];
		ret[i].n = wire_take(&r, 1)[0];
		if (!wire_answer_fits(q[i]->op, &ret[i]))
			return false;
		memcpy(ret[i].bytes, wire_take(&r, ret[i].n), ret[i].n);
	}
	return !r.short_ && r.n == 0;
}

void
sh_wire_key_put(struct sh_wire_answer *a, const struct sh_tenant_key *key)
{
	a->n = SH_WIRE_KEY;
	a->bytes[0] = key->generation;
	memcpy(a->bytes + 1, key->data, sizeof(key->data));
	memcpy(a->bytes + 1 + sizeof(key->data), key->index, sizeof(key->index));
}

void
sh_wire_key_get(const struct sh_wire_answer *a, struct sh_tenant_key *key)
{
	assert(a->n == SH_WIRE_KEY);
	key->generation = a->bytes[0];
	memcpy(key->data, a->bytes + 1, sizeof(key->data));
	memcpy(key->index, a->bytes + 1 + sizeof(key->data), sizeof(key->index));
}
