/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Encodings: known texts (RFC 4648 section 10), what is refused, and every byte there and back. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/base/encode.h"

static struct sh_arena *encode_arena;

static void
encode_base64_known(void **state)
{
	static const struct {
		const char *plain, *text;
	} t[] = { { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" }, { "\xfb\xff", "+/8=" } };
	static const struct {
		const char *text, *plain; /* NULL: refused */
	} d[] = { { "Zg", "f" }, { "Zm8", "fo" }, { "-_8=", "\xfb\xff" }, { "-_8", "\xfb\xff" }, { "+/8", "\xfb\xff" },
		{ "Zg=", NULL }, { "Zg===", NULL }, { "Z", NULL }, { "Zm9vY", NULL }, { "Zh==", NULL }, { "Zm9=", NULL },
		{ "=", NULL }, { "====", NULL }, { "Zg==Zg==", NULL }, { "Zm9v\n", NULL }, { "Zm 9v", NULL }, { "-/8=", NULL },
		{ "Zm9v=", NULL }, { "Zm9v==", NULL }, { "Zm\xc3\xa9", NULL } };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(t); i++) {
		assert_true(sh_str_is(sh_encode_base64(encode_arena, sh_str(t[i].plain)), t[i].text));
		assert_true(sh_str_is(sh_encode_base64_decode(encode_arena, sh_str(t[i].text)), t[i].plain));
	}
	for (size_t i = 0; i < SH_LENGTH(d); i++)
		assert_true(sh_str_eq(sh_encode_base64_decode(encode_arena, sh_str(d[i].text)), sh_str(d[i].plain)));
}

static void
encode_hex_known(void **state)
{
	static const struct {
		const char *text, *plain;
	} t[] = { { "", "" }, { "00ff", NULL }, { "4a4B4c", "JKL" }, { "4", NULL }, { "4g", NULL }, { "0x41", NULL },
		{ " 41", NULL } };

	(void)state;
	assert_true(sh_str_is(sh_encode_hex(encode_arena, SH_STR("JKL\xfe")), "4a4b4cfe"));
	for (size_t i = 0; i < SH_LENGTH(t); i++)
		if (i != 1)
			assert_true(sh_str_eq(sh_encode_hex_decode(encode_arena, sh_str(t[i].text)), sh_str(t[i].plain)));
	assert_int_equal(sh_encode_hex_decode(encode_arena, SH_STR("00ff")).n, 2);
}

static void
encode_every_byte(void **state)
{
	static struct sh_str (*const pairs[][2])(struct sh_arena *, struct sh_str) = { { sh_encode_hex, sh_encode_hex_decode },
		{ sh_encode_base64, sh_encode_base64_decode } };
	char bytes[256 + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7);
	for (size_t p = 0; p < SH_LENGTH(pairs); p++) {
		for (size_t n = 0; n <= sizeof(bytes); n++) {
			struct sh_str s = { bytes, n };

			assert_true(sh_str_eq(pairs[p][1](encode_arena, pairs[p][0](encode_arena, s)), s));
		}
		assert_null(pairs[p][0](encode_arena, SH_NONE).s);
		assert_null(pairs[p][1](encode_arena, SH_NONE).s);
	}
}

static void
encode_url_known(void **state)
{
	(void)state;
	assert_true(sh_str_is(sh_encode_url(encode_arena, SH_STR("aZ09-._~ +/%\xc3\xa9")), "aZ09-._~%20%2B%2F%25%C3%A9"));
}

static void
encode_forms(void **state)
{
	static const struct {
		const char *body, *again; /* NULL: refused */
		size_t n;
	} t[] = { { "", "", 0 }, { "a=1", "a=1", 1 }, { "a=1&b=2&a=3", "a=1&b=2&a=3", 3 }, { "&&a=1&&", "a=1", 1 },
		{ "a", "a=", 1 }, { "=v", "=v", 1 }, { "a=b=c", "a=b%3Dc", 1 },
		{ "To=%2B14155550100&x=a+b%26", "To=%2B14155550100&x=a+b%26", 2 }, { "a=%", NULL, 0 }, { "a=%4", NULL, 0 },
		{ "a=%4x", NULL, 0 }, { "a=%2f%2F", "a=%2F%2F", 1 }, { "%4=a", NULL, 0 }, { "a&b&c&d", "a=&b=&c=&d=", 4 },
		{ "a&b&c&d&e", NULL, 0 } };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(t); i++) {
		size_t n = 99;
		struct sh_pair *pairs = sh_encode_form_decode(encode_arena, sh_str(t[i].body), 4, &n);

		assert_int_equal(pairs != NULL, t[i].again != NULL);
		if (pairs) {
			assert_int_equal(n, t[i].n);
			assert_true(sh_str_is(sh_encode_form(encode_arena, pairs, n), t[i].again));
		}
	}
	/* What is absent is left out, what is empty is not. */
	const struct sh_pair some[] = { { SH_STR("a"), SH_NONE }, { SH_STR("b"), SH_STR("") }, { SH_STR("c"), SH_NONE },
		{ SH_STR("d"), SH_STR("1") } };
	assert_true(sh_str_is(sh_encode_form(encode_arena, some, 4), "b=&d=1"));
	assert_true(sh_str_is(sh_encode_form(encode_arena, some, 1), ""));
	assert_false(sh_arena_failed(encode_arena));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(encode_base64_known), cmocka_unit_test(encode_hex_known),
		cmocka_unit_test(encode_every_byte), cmocka_unit_test(encode_url_known), cmocka_unit_test(encode_forms) };
	int failed;

	encode_arena = sh_arena_new(8 << 20);
	failed = cmocka_run_group_tests_name("base_encode", tests, NULL, NULL);
	sh_arena_free(encode_arena);
	return failed;
}
