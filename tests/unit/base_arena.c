/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Arenas: aligned, zeroed, bounded; failed for good once past the ceiling; poison behind each piece. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/base/arena.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define arena_is_poisoned(p) (__asan_address_is_poisoned(p) != 0)
#else
#define arena_is_poisoned(p) ((void)(p), true)
#endif

static void
arena_pieces(void **state)
{
	static const size_t sizes[] = { 0, 1, 7, 16, 17, 100, 4000, 4096, 5000, 40000, 70000, 1, 300000, 3 };
	struct sh_arena *a = sh_arena_new(10 << 20);
	size_t used = 0;

	(void)state;
	for (int round = 0; round < 5; round++) {
		for (size_t i = 0; i < SH_LENGTH(sizes); i++) {
			unsigned char *p = sh_arena_alloc(a, sizes[i]);

			assert_non_null(p);
			assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
			for (size_t k = 0; k < sizes[i]; k++)
				assert_int_equal(p[k], 0);
			memset(p, 0xa5, sizes[i]);
			assert_true(arena_is_poisoned(p + sizes[i]));
			used += sizes[i];
			assert_int_equal(sh_arena_used(a), used);
		}
	}
	assert_false(sh_arena_failed(a));
	assert_int_equal(sh_arena_left(a), (10 << 20) - used);
	sh_arena_free(a);
	sh_arena_free(NULL);
}

static void
arena_ceiling(void **state)
{
	static const size_t too_much[] = { 101, 4096, SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 15, SIZE_MAX / 2, SIZE_MAX / 4 + 1 };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(too_much); i++) {
		SH_CLEANUP(sh_arena_freep) struct sh_arena *a = sh_arena_new(100), *b = sh_arena_new(SIZE_MAX);

		assert_non_null(sh_arena_alloc(a, 60));
		assert_null(sh_arena_alloc(a, too_much[i] - 60));
		assert_true(sh_arena_failed(a));
		assert_null(sh_arena_alloc(a, 1));
		assert_int_equal(sh_arena_left(a), 0);
		if (too_much[i] > SIZE_MAX / 4)
			assert_null(sh_arena_alloc(b, too_much[i]));
		assert_null(sh_arena_array(b, int64_t, SIZE_MAX / 4));
	}
}

static void
arena_strings(void **state)
{
	SH_CLEANUP(sh_arena_freep) struct sh_arena *a = sh_arena_new(1 << 20);
	struct sh_str s = sh_arena_str(a, (struct sh_str){ "abcdef", 3 });

	(void)state;
	assert_int_equal(s.n, 3);
	assert_string_equal(s.s, "abc");
	assert_null(sh_arena_str(a, SH_NONE).s);
	assert_null(sh_arena_z(a, SH_NONE));
	assert_string_equal(sh_arena_z(a, SH_STR("")), "");
	assert_non_null(sh_arena_str(a, SH_STR("")).s);
	s = sh_arena_printf(a, "%s-%d", "x", 42);
	assert_int_equal(s.n, 4);
	assert_string_equal(s.s, "x-42");
	assert_int_equal(*sh_arena_make(a, int), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(arena_pieces), cmocka_unit_test(arena_ceiling),
		cmocka_unit_test(arena_strings) };

	return cmocka_run_group_tests_name("base_arena", tests, NULL, NULL);
}
