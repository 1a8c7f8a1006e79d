/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * crypto/seal.c: the layout that seal.h names, and what the tag covers besides the text.
 *
 * Associated data: the 3 bytes of header, tenant, 4 bytes length of the table's name, the name, the same for the
 * column, row. With the header in it nobody can turn the flag, with the lengths no two places read alike. A packed
 * text begins with its length before packing, 4 bytes; all such numbers are big-endian.
 */
#include "gateway/crypto/seal.h"

#include <lz4.h>

#include "gateway/crypto/digest.h"
#include "gateway/crypto/gcm.h"

#define SEAL_FORMAT 1
#define SEAL_PACKED 1		/* the flag */
#define SEAL_HEADER 3
#define SEAL_START (SEAL_HEADER + SH_GCM_NONCE)
#define SEAL_MORE (SEAL_START + SH_GCM_TAG)
#define SEAL_PACK_FROM 256
#define SEAL_LENGTH 4
#define SEAL_NAME_MAX 64
#define SEAL_PLACE_MAX (SEAL_HEADER + 16 + 2 * (SEAL_LENGTH + SEAL_NAME_MAX) + 16)
/* No lz4 block unpacks to more than 255 times itself. */
#define SEAL_PACK_RATIO 255

static void
seal_number(uint8_t out[SEAL_LENGTH], size_t n)
{
	for (int i = 0; i < SEAL_LENGTH; i++)
		out[i] = (uint8_t)(n >> (24 - 8 * i));
}

static uint8_t *
seal_name(uint8_t *at, const char *name)
{
	size_t n = strlen(name);

	assert(n <= SEAL_NAME_MAX);
	seal_number(at, n);
	memcpy(at + SEAL_LENGTH, name, n);
	return at + SEAL_LENGTH + n;
}

static struct sh_str
seal_place(const struct sh_place *place, const uint8_t header[SEAL_HEADER], uint8_t out[SEAL_PLACE_MAX])
{
	uint8_t *at = out;

	memcpy(at, header, SEAL_HEADER);
	at += SEAL_HEADER;
	memcpy(at, place->tenant.b, sizeof(place->tenant.b));
	at = seal_name(at + sizeof(place->tenant.b), place->table);
	at = seal_name(at, place->column);
	memcpy(at, place->row.b, sizeof(place->row.b));
	at += sizeof(place->row.b);
	return (struct sh_str){ (const char *)out, (size_t)(at - out) };
}

static void
seal_key(const struct sh_tenant_key *key, const struct sh_id *row, const uint8_t *nonce, uint8_t out[32])
{
	const struct sh_str parts[] = {
		{ (const char *)nonce, SH_GCM_NONCE },
		{ (const char *)row->b, sizeof(row->b) },
	};

	sh_digest_hmac(SH_SHA256, (struct sh_str){ (const char *)key->data, sizeof(key->data) }, parts, 2, out);
}

/* Packs into out, which has room for the text; 0: that would not make it shorter. */
static size_t
seal_pack(struct sh_str text, uint8_t *out)
{
	int n;

	if (text.n < SEAL_PACK_FROM || text.n > LZ4_MAX_INPUT_SIZE)
		return 0;
	n = LZ4_compress_default(text.s, (char *)out + SEAL_LENGTH, (int)text.n, (int)(text.n - SEAL_LENGTH - 1));
	if (n <= 0)
		return 0;
	seal_number(out, text.n);
	return SEAL_LENGTH + (size_t)n;
}

struct sh_str
sh_seal(struct sh_arena *a, const struct sh_tenant_key *key, const struct sh_place *place, struct sh_str text)
{
	uint8_t around[SEAL_PLACE_MAX], once[32], *out;
	size_t packed;

	if (!text.s || text.n > SH_GCM_MAX)
		return SH_NONE;
	out = sh_arena_alloc(a, text.n + SEAL_MORE);
	if (!out)
		return SH_NONE;
	packed = seal_pack(text, out + SEAL_START);
	if (packed)
		text = (struct sh_str){ (const char *)out + SEAL_START, packed };
	out[0] = SEAL_FORMAT;
	out[1] = key->generation;
	out[2] = packed ? SEAL_PACKED : 0;
	sh_id_random(out + SEAL_HEADER, SH_GCM_NONCE);
	seal_key(key, &place->row, out + SEAL_HEADER, once);
	sh_gcm_seal(once, out + SEAL_HEADER, seal_place(place, out, around), text, out + SEAL_START);
	sh_digest_wipe(once, sizeof(once));
	return (struct sh_str){ (const char *)out, text.n + SEAL_MORE };
}

/* The text was genuine when it was packed, so what does not unpack is a fault of ours; it is refused all the same. */
static bool
seal_unpack(struct sh_arena *a, struct sh_str packed, size_t ceiling, struct sh_str *ret)
{
	const uint8_t *b = (const uint8_t *)packed.s;
	size_t n;
	char *out;

	if (packed.n < SEAL_LENGTH)
		return false;
	n = (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
	if (n > ceiling || n > LZ4_MAX_INPUT_SIZE || n / SEAL_PACK_RATIO > packed.n)
		return false;
	out = sh_arena_alloc(a, n + 1);
	if (!out)
		return false;
	if (LZ4_decompress_safe(packed.s + SEAL_LENGTH, out, (int)(packed.n - SEAL_LENGTH), (int)n) != (int)n) {
		sh_digest_wipe(out, n);
		return false;
	}
	*ret = (struct sh_str){ out, n };
	return true;
}

bool
sh_seal_open(struct sh_arena *a, const struct sh_tenant_key *key, const struct sh_place *place, struct sh_str sealed,
    size_t ceiling, struct sh_str *ret)
{
	const uint8_t *b = (const uint8_t *)sealed.s;
	uint8_t around[SEAL_PLACE_MAX], once[32], *out;
	struct sh_str text;
	bool ok;

	if (!sealed.s) {
		*ret = SH_NONE;
		return true;
	}
	if (sealed.n < SEAL_MORE || b[0] != SEAL_FORMAT || b[1] != key->generation || (b[2] & ~SEAL_PACKED))
		return false;
	text.n = sealed.n - SEAL_MORE;
	if (text.n > ceiling)
		return false;
	out = sh_arena_alloc(a, text.n + 1);
	if (!out)
		return false;
	text.s = (const char *)out;
	seal_key(key, &place->row, b + SEAL_HEADER, once);
	ok = sh_gcm_open(once, b + SEAL_HEADER, seal_place(place, b, around),
		(struct sh_str){ sealed.s + SEAL_START, sealed.n - SEAL_START }, out);
	sh_digest_wipe(once, sizeof(once));
	if (!ok)
		return false;
	if (!(b[2] & SEAL_PACKED)) {
		*ret = text;
		return true;
	}
	ok = seal_unpack(a, text, ceiling, ret);
	sh_digest_wipe(out, text.n);
	return ok;
}

void
sh_seal_index(const struct sh_tenant_key *key, const char *kind, struct sh_str text, uint8_t out[16])
{
	/* With its NUL: no kind is the beginning of another. */
	const struct sh_str parts[] = { { kind, strlen(kind) + 1 }, text };
	uint8_t whole[32];

	sh_digest_hmac(SH_SHA256, (struct sh_str){ (const char *)key->index, sizeof(key->index) }, parts, 2, whole);
	memcpy(out, whole, 16);
}
