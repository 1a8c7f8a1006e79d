/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * fuzz/seal.c: sealed values. Nothing opens that was not sealed; what was sealed opens as it was, at its own place only and
 * undamaged only. What was sealed by hand, genuine but with any content, opens within its ceiling or not at all.
 *
 * Input: a first byte that chooses, then the text.
 */
#include "gateway/crypto/digest.h"
#include "gateway/crypto/gcm.h"
#include "gateway/crypto/seal.h"
#include "tests/fuzz/fuzz.h"

#define FUZZ_CEILING 65536

static const struct sh_tenant_key fuzz_key = { .generation = 1, .data = { 1, 2, 3 }, .index = { 4, 5, 6 } };
static const struct sh_place fuzz_place = { .tenant = { { 7 } }, .table = "inbox", .column = "body", .row = { { 8 } } };

/* By the description in seal.h and seal.c alone: format 1, generation 1, flag "packed". */
static struct sh_str
fuzz_by_hand(struct sh_arena *a, struct sh_str content)
{
	uint8_t nonce[SH_GCM_NONCE] = { 9 }, once[32];
	char around[] = "\1\1\1"
			"\7\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
			"\0\0\0\5inbox"
			"\0\0\0\4body"
			"\10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
	const struct sh_str parts[] = { { (const char *)nonce, sizeof(nonce) }, { (const char *)fuzz_place.row.b, 16 } };
	uint8_t *out = sh_arena_alloc(a, 3 + sizeof(nonce) + content.n + SH_GCM_TAG);

	sh_digest_hmac(SH_SHA256, (struct sh_str){ (const char *)fuzz_key.data, 32 }, parts, 2, once);
	memcpy(out, around, 3);
	memcpy(out + 3, nonce, sizeof(nonce));
	sh_gcm_seal(once, nonce, (struct sh_str){ around, sizeof(around) - 1 }, content, out + 3 + sizeof(nonce));
	return (struct sh_str){ (const char *)out, 3 + sizeof(nonce) + content.n + SH_GCM_TAG };
}

static void
fuzz_sealed(struct sh_arena *a, struct sh_str text, uint8_t where)
{
	struct sh_str sealed = sh_seal(a, &fuzz_key, &fuzz_place, text), open = SH_NONE;
	struct sh_place elsewhere = fuzz_place;
	struct sh_tenant_key other = fuzz_key;
	char *bytes = sh_arena_z(a, sealed);

	fuzz_expect(sealed.s && sh_seal_open(a, &fuzz_key, &fuzz_place, sealed, FUZZ_CEILING, &open) && sh_str_eq(open, text),
	    "what was sealed does not open as it was");
	elsewhere.row.b[where % 16]++;
	fuzz_expect(!sh_seal_open(a, &fuzz_key, &elsewhere, sealed, FUZZ_CEILING, &open), "a value opens in another row");
	elsewhere = fuzz_place;
	elsewhere.column = "detail";
	fuzz_expect(!sh_seal_open(a, &fuzz_key, &elsewhere, sealed, FUZZ_CEILING, &open), "a value opens in another column");
	other.data[where % 32]++;
	fuzz_expect(!sh_seal_open(a, &other, &fuzz_place, sealed, FUZZ_CEILING, &open), "a value opens under another key");
	bytes[where % sealed.n] ^= (char)(1 << where % 8);
	fuzz_expect(!sh_seal_open(a, &fuzz_key, &fuzz_place, (struct sh_str){ bytes, sealed.n }, FUZZ_CEILING, &open),
	    "a damaged value opens");
	fuzz_expect(!sh_seal_open(a, &fuzz_key, &fuzz_place, (struct sh_str){ sealed.s, sealed.n - 1 }, FUZZ_CEILING, &open),
	    "a cut value opens");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	SH_CLEANUP(sh_arena_freep) struct sh_arena *a = sh_arena_new(32 << 20);
	struct sh_str text = { (const char *)data + 1, n - 1 }, open = SH_NONE;

	if (n < 2 || n > FUZZ_CEILING)
		return 0;
	if (data[0] % 3 == 0)
		fuzz_sealed(a, text, data[0]);
	else if (data[0] % 3 == 1)
		fuzz_expect(
		    !sh_seal_open(a, &fuzz_key, &fuzz_place, text, FUZZ_CEILING, &open), "something opens that was never sealed");
	else if (sh_seal_open(a, &fuzz_key, &fuzz_place, fuzz_by_hand(a, text), FUZZ_CEILING, &open))
		fuzz_expect(open.n <= FUZZ_CEILING &&
				open.n == ((size_t)data[1] << 24 | (size_t)data[2] << 16 | (size_t)data[3] << 8 | data[4]),
		    "the length that it says");
	return 0;
}
