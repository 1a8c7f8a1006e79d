/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Buffers: grow to the ceiling and no further, end in NUL, stay failed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/base/buf.h"

static void
buf_grows(void **state)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;

	(void)state;
	sh_buf_init(&b, 100000);
	assert_int_equal(sh_buf_str(&b).n, 0);
	assert_non_null(sh_buf_str(&b).s);
	for (int i = 0; i < 10000; i++)
		sh_buf_add_char(&b, (char)('a' + i % 26));
	sh_buf_add_str(&b, SH_STR("-str"));
	sh_buf_add_z(&b, "-z");
	sh_buf_printf(&b, "-%05d", 42);
	sh_buf_add(&b, NULL, 0);
	assert_false(b.failed);
	assert_int_equal(b.n, 10012);
	assert_string_equal(b.s + 10000, "-str-z-00042");
	for (int i = 0; i < 10000; i++)
		assert_int_equal(b.s[i], 'a' + i % 26);
}

static void
buf_fails(void **state)
{
	static const size_t ceilings[] = { 0, 1, 5, 255, 256, 257, 1000 };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(ceilings); i++) {
		struct sh_buf b;

		sh_buf_init(&b, ceilings[i]);
		for (size_t k = 0; k < ceilings[i]; k++)
			sh_buf_add_char(&b, 'x');
		assert_false(b.failed);
		assert_int_equal(b.n, ceilings[i]);
		sh_buf_printf(&b, "%s", "y");
		assert_true(b.failed);
		sh_buf_add(&b, "", 0);
		assert_int_equal(b.n, ceilings[i]);
		assert_true(b.failed);
		sh_buf_wipe(&b);
		assert_false(b.failed);
		assert_int_equal(b.ceiling, ceilings[i]);
	}
}

static void
buf_refuses_huge(void **state)
{
	struct sh_buf b;

	(void)state;
	sh_buf_init(&b, SIZE_MAX);
	sh_buf_add(&b, "x", 1);
	sh_buf_add(&b, "x", SIZE_MAX);
	assert_true(b.failed);
	assert_string_equal(b.s, "x");
	sh_buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(buf_grows), cmocka_unit_test(buf_fails),
		cmocka_unit_test(buf_refuses_huge) };

	return cmocka_run_group_tests_name("base_buf", tests, NULL, NULL);
}
