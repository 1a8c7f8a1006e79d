/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* What is sealed opens under its key at its place, whole, and in no other way. */
#include "gateway/crypto/seal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gateway/crypto/digest.h"
#include "gateway/crypto/gcm.h"

#define AROUND (3 + 12 + 16)	/* header, nonce, tag */
#define CEILING ((size_t)1 << 20)

static const struct sh_tenant_key key = { .generation = 3, .data = { 1, 2, 3 }, .index = { 4, 5, 6 } };
static const struct sh_place place = { .tenant = { { 1 } }, .table = "call", .column = "callee", .row = { { 2 } } };

static struct sh_arena *
arena(void)
{
	struct sh_arena *a = sh_arena_new(4 * CEILING);

	assert_non_null(a);
	return a;
}

static struct sh_str
repeat(struct sh_arena *a, const char *what, size_t n)
{
	char *s = sh_arena_alloc(a, n + 1);

	for (size_t i = 0; i < n; i++)
		s[i] = what[i % strlen(what)];
	return (struct sh_str){ s, n };
}

static struct sh_str
noise(struct sh_arena *a, size_t n)
{
	char *s = sh_arena_alloc(a, n + 1);

	sh_id_random(s, n);
	return (struct sh_str){ s, n };
}

static void
test_round_trip(void **state)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 255, 256, 257, 2048, 20000, 100000 };
	struct sh_arena *a = arena();

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(sizes); i++) {
		for (int random = 0; random < 2; random++) {
			struct sh_str text = random ? noise(a, sizes[i]) : repeat(a, "{\"a\":1},", sizes[i]);
			struct sh_str sealed = sh_seal(a, &key, &place, text), open;
			bool packed = !random && sizes[i] >= 256;

			assert_non_null(sealed.s);
			assert_int_equal(sealed.s[0], 1);
			assert_int_equal(sealed.s[1], 3);
			assert_int_equal(sealed.s[2], packed);
			if (packed)
				assert_true(sealed.n < text.n);
			else
				assert_int_equal(sealed.n, text.n + AROUND);
			assert_true(sh_seal_open(a, &key, &place, sealed, sizes[i], &open));
			assert_non_null(open.s);
			assert_int_equal(open.n, text.n);
			assert_memory_equal(open.s, text.s, text.n);
			assert_int_equal(open.s[open.n], 0);
			/* One byte less than there is. */
			if (sizes[i])
				assert_false(sh_seal_open(a, &key, &place, sealed, sizes[i] - 1, &open));
		}
	}
	sh_arena_free(a);
}

static void
test_absent(void **state)
{
	struct sh_arena *a = arena();
	struct sh_str open = SH_STR("untouched");

	(void)state;
	assert_null(sh_seal(a, &key, &place, SH_NONE).s);
	assert_true(sh_seal_open(a, &key, &place, SH_NONE, 0, &open));
	assert_null(open.s);
	sh_arena_free(a);
}

static void
test_never_the_same(void **state)
{
	struct sh_arena *a = arena();
	struct sh_str one = sh_seal(a, &key, &place, SH_STR("+14155550100")), two = sh_seal(a, &key, &place, SH_STR("+14155550100"));

	(void)state;
	assert_memory_not_equal(one.s + 3, two.s + 3, 12);
	assert_memory_not_equal(one.s + 15, two.s + 15, one.n - 15);
	sh_arena_free(a);
}

static void
test_other_places(void **state)
{
	struct sh_place places[] = { place, place, place, place, place, place, place };
	struct sh_arena *a = arena();
	struct sh_str sealed = sh_seal(a, &key, &place, SH_STR("+14155550100")), open = SH_STR("untouched");

	(void)state;
	places[0].tenant.b[15] ^= 1;
	places[1].table = "calls";
	places[2].column = "calle";
	places[3].row.b[15] ^= 1;
	places[4].table = "callc";
	places[4].column = "allee";
	places[5].table = "";
	places[5].column = "callcallee";
	places[6].tenant = place.row;
	places[6].row = place.tenant;
	for (size_t i = 0; i < SH_LENGTH(places); i++)
		assert_false(sh_seal_open(a, &key, &places[i], sealed, CEILING, &open));
	assert_string_equal(open.s, "untouched");
	sh_arena_free(a);
}

static void
test_other_keys(void **state)
{
	struct sh_arena *a = arena();
	struct sh_str sealed = sh_seal(a, &key, &place, SH_STR("text")), open;
	struct sh_tenant_key other = key;

	(void)state;
	other.data[31] ^= 1;
	assert_false(sh_seal_open(a, &other, &place, sealed, CEILING, &open));
	other = key;
	other.generation++;
	assert_false(sh_seal_open(a, &other, &place, sealed, CEILING, &open));
	other = key;
	other.index[0] ^= 1;
	assert_true(sh_seal_open(a, &other, &place, sealed, CEILING, &open));
	sh_arena_free(a);
}

static void
test_damage(void **state)
{
	struct sh_arena *a = arena();
	const struct sh_str texts[] = { SH_STR("short"), repeat(a, "a longer one ", 600) };

	(void)state;
	for (size_t t = 0; t < 2; t++) {
		struct sh_str sealed = sh_seal(a, &key, &place, texts[t]), open;
		char *b = (char *)(uintptr_t)sealed.s;

		for (size_t i = 0; i < sealed.n; i++) {
			for (int bit = 0; bit < 8; bit++) {
				b[i] = (char)(b[i] ^ 1 << bit);
				assert_false(sh_seal_open(a, &key, &place, sealed, 1000, &open));
				b[i] = (char)(b[i] ^ 1 << bit);
			}
			/* A copy that ends there, so that reading on would be caught. */
			assert_false(sh_seal_open(a, &key, &place, sh_arena_str(a, (struct sh_str){ b, i }), 1000, &open));
		}
		assert_true(sh_seal_open(a, &key, &place, sealed, 1000, &open));
	}
	assert_false(sh_arena_failed(a));
	sh_arena_free(a);
}

/* A value that says it is larger than the reader takes costs the reader nothing. */
static void
test_bomb(void **state)
{
	struct sh_arena *a = sh_arena_new(64 * CEILING), *small = sh_arena_new(256 * 1024);
	struct sh_str sealed = sh_seal(a, &key, &place, repeat(a, "0", 16 * CEILING)), open;

	(void)state;
	assert_true(sealed.n < 128 * 1024);
	assert_false(sh_seal_open(small, &key, &place, sealed, CEILING, &open));
	assert_false(sh_arena_failed(small));
	assert_true(sh_arena_used(small) < 128 * 1024);
	/* The arena's own ceiling holds as well. */
	assert_false(sh_seal_open(small, &key, &place, sealed, 16 * CEILING, &open));
	assert_true(sh_seal_open(a, &key, &place, sealed, 16 * CEILING, &open));
	assert_int_equal(open.n, 16 * CEILING);
	sh_arena_free(small);
	sh_arena_free(a);
}

/* Whoever has the key could seal a packed text that is none: lengths that lie, blocks that run out. */
static void
test_bad_packing(void **state)
{
	static const struct sh_str bodies[] = {
		SH_STR(""), SH_STR("\0\0\1"), SH_STR("\0\0\0\5"), SH_STR("\0\0\0\5\x50hell"), SH_STR("\0\0\0\4\x50hello"),
		SH_STR("\0\0\0\6\x50hello"), SH_STR("\xff\xff\xff\xff\x50hello"), SH_STR("\0\0\0\x50\x0f\0\0\xff\xff"),
	};
	static const char names[] = "\0\0\0\4call\0\0\0\6callee";
	struct sh_arena *a = arena();

	(void)state;
	for (size_t i = 0; i <= SH_LENGTH(bodies); i++) {
		/* The last is a good one, and proves that this test seals as sh_seal does. */
		struct sh_str body = i < SH_LENGTH(bodies) ? bodies[i] : SH_STR("\0\0\0\5\x50hello"), open;
		uint8_t sealed[128] = { 1, 3, 1 }, around[3 + 16 + 18 + 16] = { 1, 3, 1, 1 }, once[32];
		const struct sh_str parts[] = { { (const char *)sealed + 3, 12 }, { (const char *)place.row.b, 16 } };

		memcpy(around + 19, names, 18);
		memcpy(around + 37, place.row.b, 16);
		sh_digest_hmac(SH_SHA256, (struct sh_str){ (const char *)key.data, 32 }, parts, 2, once);
		sh_gcm_seal(once, sealed + 3, (struct sh_str){ (const char *)around, sizeof(around) }, body, sealed + 15);
		assert_int_equal(sh_seal_open(a, &key, &place, (struct sh_str){ (const char *)sealed, body.n + AROUND }, CEILING, &open),
				 i == SH_LENGTH(bodies));
		if (i == SH_LENGTH(bodies))
			assert_string_equal(open.s, "hello");
	}
	sh_arena_free(a);
}

static void
test_small_arena(void **state)
{
	struct sh_arena *a = sh_arena_new(100);

	(void)state;
	assert_null(sh_seal(a, &key, &place, SH_STR("0123456789012345678901234567890123456789012345678901234567890123456789")).s);
	assert_true(sh_arena_failed(a));
	sh_arena_free(a);
}

/* AES-256-GCM, test cases 13, 14 and 16 of the mode's specification. */
static void
test_gcm(void **state)
{
	static const uint8_t zero[32],
		empty_tag[] = { 0x53, 0x0f, 0x8a, 0xfb, 0xc7, 0x45, 0x36, 0xb9, 0xa9, 0x63, 0xb4, 0xf1, 0xc4, 0xcb, 0x73, 0x8b },
		block[] = { 0xce, 0xa7, 0x40, 0x3d, 0x4d, 0x60, 0x6b, 0x6e, 0x07, 0x4e, 0xc5, 0xd3, 0xba, 0xf3, 0x9d, 0x18,
			    0xd0, 0xd1, 0xc8, 0xa7, 0x99, 0x99, 0x6b, 0xf0, 0x26, 0x5b, 0x98, 0xb5, 0xd4, 0x8a, 0xb9, 0x19 };
	uint8_t out[32], back[16];

	(void)state;
	sh_gcm_seal(zero, zero, SH_NONE, SH_NONE, out);
	assert_memory_equal(out, empty_tag, 16);
	sh_gcm_seal(zero, zero, SH_NONE, (struct sh_str){ (const char *)zero, 16 }, out);
	assert_memory_equal(out, block, 32);
	assert_true(sh_gcm_open(zero, zero, SH_NONE, (struct sh_str){ (const char *)out, 32 }, back));
	assert_memory_equal(back, zero, 16);
	memset(back, 1, sizeof(back));
	assert_false(sh_gcm_open(zero, zero, SH_STR("x"), (struct sh_str){ (const char *)out, 32 }, back));
	assert_memory_equal(back, zero, 16);
}

static void
test_index(void **state)
{
	struct sh_tenant_key other = key;
	uint8_t a[16], b[16];

	(void)state;
	sh_seal_index(&key, "callee", SH_STR("+14155550100"), a);
	other.generation++;
	other.data[0] ^= 1;
	sh_seal_index(&other, "callee", SH_STR("+14155550100"), b);
	assert_memory_equal(a, b, 16);	/* rotation of the data key leaves it as it is */
	sh_seal_index(&key, "callee", SH_STR("+14155550101"), b);
	assert_memory_not_equal(a, b, 16);
	sh_seal_index(&key, "call", SH_STR("ee+14155550100"), b);
	assert_memory_not_equal(a, b, 16);
	other.index[0] ^= 1;
	sh_seal_index(&other, "callee", SH_STR("+14155550100"), b);
	assert_memory_not_equal(a, b, 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_never_the_same),
		cmocka_unit_test(test_other_places),
		cmocka_unit_test(test_other_keys),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_bad_packing),
		cmocka_unit_test(test_small_arena),
		cmocka_unit_test(test_gcm),
		cmocka_unit_test(test_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
