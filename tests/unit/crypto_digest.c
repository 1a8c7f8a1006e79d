/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Digests against FIPS 180-4's examples, HMAC against RFC 2202 and RFC 4231, Ed25519 against RFC 8032 section 7.1.
 * Every row also runs with its text in three parts.
 */
#include "gateway/crypto/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gateway/base/encode.h"

struct row {
	enum sh_hash hash;
	const char *key;	/* hex; NULL: no HMAC */
	struct sh_str text;
	const char *want;	/* hex */
};

#define TEN(c) c c c c c c c c c c
#define KEY20 TEN("0b") TEN("0b")
#define KEY131 TEN(TEN("aa")) TEN("aa") TEN("aa") TEN("aa") "aa"

static const struct row rows[] = {
	{ SH_SHA1, NULL, SH_STR("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ SH_SHA1, NULL, SH_STR(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
	{ SH_SHA256, NULL, SH_STR("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ SH_SHA256, NULL, SH_STR(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ SH_SHA256, NULL, SH_STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ SH_SHA512, NULL, SH_STR("abc"),
	  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
	{ SH_SHA1, KEY20, SH_STR("Hi There"), "b617318655057264e28bc0b6fb378c8ef146be00" },
	{ SH_SHA1, "4a656665", SH_STR("what do ya want for nothing?"), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
	{ SH_SHA256, KEY20, SH_STR("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ SH_SHA256, "4a656665", SH_STR("what do ya want for nothing?"),
	  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ SH_SHA256, KEY131, SH_STR("Test Using Larger Than Block-Size Key - Hash Key First"),
	  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
	{ SH_SHA256, "", SH_STR(""), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad" },
	{ SH_SHA512, KEY20, SH_STR("Hi There"),
	  "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
	  "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854" },
	{ SH_SHA512, "4a656665", SH_STR("what do ya want for nothing?"),
	  "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
	  "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737" },
};

static struct sh_str
hex(struct sh_arena *a, const char *text)
{
	struct sh_str s = sh_encode_hex_decode(a, sh_str(text));

	assert_non_null(s.s);
	return s;
}

static void
test_vectors(void **state)
{
	struct sh_arena *a = sh_arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		const struct row *r = &rows[i];
		struct sh_str want = hex(a, r->want), key = r->key ? hex(a, r->key) : SH_NONE;
		size_t cut = r->text.n / 2;
		struct sh_str parts[] = { r->text, { r->text.s, cut }, SH_NONE, { r->text.s + cut, r->text.n - cut } };
		uint8_t got[64];

		for (int split = 0; split < 2; split++) {
			const struct sh_str *p = split ? parts + 1 : parts;
			size_t np = split ? 3 : 1, n;

			n = r->key ? sh_digest_hmac(r->hash, key, p, np, got) : sh_digest(r->hash, p, np, got);
			assert_int_equal(n, want.n);
			assert_memory_equal(got, want.s, n);
		}
	}
	sh_arena_free(a);
}

/* One context template serves all: a key of before must not be there any more. */
static void
test_hmac_keys_do_not_stay(void **state)
{
	struct sh_str text = SH_STR("text"), one = SH_STR("one"), none = SH_NONE;
	uint8_t a[32], b[32], c[32];

	(void)state;
	sh_digest_hmac(SH_SHA256, none, &text, 1, a);
	sh_digest_hmac(SH_SHA256, one, &text, 1, b);
	sh_digest_hmac(SH_SHA256, none, &text, 1, c);
	assert_memory_equal(a, c, sizeof(a));
	assert_memory_not_equal(a, b, sizeof(a));
}

static void
test_equal(void **state)
{
	(void)state;
	assert_true(sh_digest_equal(SH_STR("abc"), SH_STR("abc")));
	assert_false(sh_digest_equal(SH_STR("abc"), SH_STR("abd")));
	assert_false(sh_digest_equal(SH_STR("abc"), SH_STR("ab")));
	assert_false(sh_digest_equal(SH_STR(""), SH_STR("")));
	assert_false(sh_digest_equal(SH_NONE, SH_NONE));
	assert_false(sh_digest_equal(SH_NONE, SH_STR("a")));
}

static const struct { const char *key, *text, *signature; } signatures[] = {
	{ "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
	  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
	  "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
	{ "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
	  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	  "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
	{ "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
	  "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
	  "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
};

static void
test_ed25519(void **state)
{
	struct sh_arena *a = sh_arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(signatures); i++) {
		struct sh_str key = hex(a, signatures[i].key), text = hex(a, signatures[i].text);
		uint8_t signature[64], *k = (uint8_t *)(uintptr_t)key.s;

		memcpy(signature, hex(a, signatures[i].signature).s, 64);
		assert_true(sh_digest_ed25519(k, signature, text));
		for (size_t at = 0; at < 64; at++) {
			signature[at] ^= 1;
			assert_false(sh_digest_ed25519(k, signature, text));
			signature[at] ^= 1;
		}
		assert_false(sh_digest_ed25519(k, signature, SH_STR("another text")));
		k[3] ^= 4;
		assert_false(sh_digest_ed25519(k, signature, text));
	}
	sh_arena_free(a);
}

static void
test_wipe(void **state)
{
	uint8_t secret[33], zero[32] = { 0 };

	(void)state;
	memset(secret, 7, sizeof(secret));
	sh_digest_wipe(secret, 32);
	assert_memory_equal(secret, zero, 32);
	assert_int_equal(secret[32], 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_hmac_keys_do_not_stay),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_ed25519),
		cmocka_unit_test(test_wipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
