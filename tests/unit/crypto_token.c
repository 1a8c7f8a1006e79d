/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Tokens: what is made can be read, what was mistyped cannot. */
#include "gateway/crypto/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gateway/crypto/digest.h"

static const char *const prefixes[] = { "shk_", "owk_", "wh_", "owh_" };
static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static bool
parse(const char *z)
{
	struct sh_token t;

	return sh_token_parse(sh_str(z), &t);
}

static void
test_every_bucket(void **state)
{
	(void)state;
	for (int kind = 0; kind < 4; kind++) {
		for (int bucket = 0; bucket < 64; bucket++) {
			char text[SH_TOKEN_MAX], want[8];
			struct sh_token made, read;
			uint8_t hash[32];

			sh_token_new(kind, bucket, text, &made);
			snprintf(want, sizeof(want), "%s%02x", prefixes[kind], (unsigned)bucket);
			assert_memory_equal(text, want, strlen(want));
			assert_int_equal(strlen(text), strlen(want) + 46);
			assert_int_equal(strspn(text + strlen(want), digits), 46);
			assert_true(sh_token_parse(sh_str(text), &read));
			assert_int_equal(made.kind, kind);
			assert_int_equal(made.bucket, bucket);
			assert_int_equal(read.kind, kind);
			assert_int_equal(read.bucket, bucket);
			sh_digest_sha256(sh_str(text), hash);
			assert_memory_equal(made.hash, hash, 32);
			assert_memory_equal(read.hash, hash, 32);
		}
	}
}

/* The format is a promise to secret scanners: this one was made by an independent program. */
static void
test_known(void **state)
{
	struct sh_token t;

	(void)state;
	assert_true(sh_token_parse(SH_STR("shk_2f789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijk1xIQU3"), &t));
	assert_int_equal(t.kind, SH_TOKEN_API);
	assert_int_equal(t.bucket, 0x2f);
}

static void
test_every_typo(void **state)
{
	(void)state;
	for (int kind = 0; kind < 4; kind++) {
		char text[SH_TOKEN_MAX];
		struct sh_token t;

		sh_token_new(kind, 42, text, &t);
		for (size_t at = 0; text[at]; at++) {
			char right = text[at];

			for (int c = 0; c < 256; c++) {
				text[at] = (char)c;
				if (text[at] != right)
					assert_false(sh_token_parse((struct sh_str){ text, strlen(prefixes[kind]) + 48 }, &t));
			}
			text[at] = right;
			/* Two neighbours in the wrong order. */
			if (text[at + 1] && text[at + 1] != right) {
				text[at] = text[at + 1];
				text[at + 1] = right;
				assert_false(parse(text));
				text[at + 1] = text[at];
				text[at] = right;
			}
		}
		assert_true(parse(text));
	}
}

static void
test_lengths(void **state)
{
	char text[SH_TOKEN_MAX + 1];
	struct sh_token t;

	(void)state;
	sh_token_new(SH_TOKEN_WEBHOOK, 7, text, &t);
	for (size_t n = 0; n < strlen(text); n++)
		assert_false(sh_token_parse((struct sh_str){ text, n }, &t));
	assert_false(sh_token_parse((struct sh_str){ text, strlen(text) + 1 }, &t));
	assert_false(sh_token_parse(SH_NONE, &t));
	assert_false(sh_token_parse(SH_STR(""), &t));
}

/* Right sums over what is no token: buckets past 63 or in capitals, characters outside the alphabet. */
static void
test_right_sum(void **state)
{
	static const char *const texts[] = {
		"shk_40789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijk4L7DAz",
		"shk_ff789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijk428ToI",
		"shk_2F789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijk45REYp",
		"shk_2g789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijk2OT7de",
		"shk_2f789ABCDEFGHIJKLMNOPQ-STUVWXYZabcdefghijk3yzkAQ",
		"shk_2f789ABCDEFGHIJKLMNOPQ STUVWXYZabcdefghijk22zYEt",
		"abc_2f789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijk0GXZT8",
		"wh_2f789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijk01MGpoR",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_false(parse(texts[i]));
}

/* 62 characters over 40,000 places, 645 each if even; six standard deviations either way. */
static void
test_even(void **state)
{
	int count[256] = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++) {
		char text[SH_TOKEN_MAX];
		struct sh_token t;

		sh_token_new(SH_TOKEN_API, 0, text, &t);
		for (int at = 6; at < 46; at++)
			count[(unsigned char)text[at]]++;
	}
	for (const char *d = digits; *d; d++)
		assert_in_range(count[(unsigned char)*d], 645 - 151, 645 + 151);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_bucket),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_every_typo),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_right_sum),
		cmocka_unit_test(test_even),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
