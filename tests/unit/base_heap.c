/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * What is allocated while somebody is watched, and what is not counted as his. Blocks are kept in sight, so that no compiler leaves
 * any of them out.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/base/arena.h"
#include "gateway/base/buf.h"
#include "gateway/base/heap.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HEAP_ASAN 1
#endif
#endif

static int64_t sum;

static void *
seen(void *p)
{
	__asm__ volatile("" : "+r"(p) : : "memory");
	return p;
}

/* Rounded up by the allocator, never down. */
static void
counted(size_t least)
{
	assert_true(sum >= (int64_t)least && sum <= (int64_t)least + 64);
}

static int
begin(void **state)
{
	(void)state;
	sum = 0;
	sh_heap_watch(&sum);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	sh_heap_watch(NULL);
	return 0;
}

static void
test_each_function(void **state)
{
	void *p, *q;

	(void)state;
	free(NULL);
	p = seen(malloc(1000));
	counted(1000);
	q = seen(calloc(10, 100));
	counted(2000);
	free(q);
	counted(1000);
	p = seen(realloc(p, 5000));
	counted(5000);
	p = seen(realloc(p, 10));
	counted(10);
	free(p);
	assert_int_equal(sum, 0);
	p = seen(realloc(NULL, 300));
	counted(300);
	free(p);
	p = seen(strdup("twelve bytes"));
	counted(13);
	free(p);
	p = seen(malloc(10 << 20)); /* of a mapping of its own */
	assert_true(sum >= 10 << 20 && sum <= (10 << 20) + 8192);
	free(p);
	assert_int_equal(sum, 0);
}

static void
test_aligned(void **state)
{
	void *p = NULL;

	(void)state;
	p = seen(aligned_alloc(256, 512));
	assert_int_equal((uintptr_t)p % 256, 0);
	counted(512);
	free(p);
	assert_int_equal(posix_memalign(&p, 4096, 100), 0);
	assert_int_equal((uintptr_t)p % 4096, 0);
	assert_true(sum >= 100);
	free(seen(p));
	assert_int_equal(sum, 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(HEAP_ASAN) /* which ends the process instead */
	p = NULL;
	assert_int_equal(posix_memalign(&p, 4, 100), EINVAL);
	assert_int_equal(posix_memalign(&p, 24, 100), EINVAL);
	assert_int_equal(posix_memalign(&p, 0, 100), EINVAL);
	assert_null(p);
#endif
}

/* What came before and goes while he is watched is taken from his sum, which may so be less than nothing. */
static void
test_who_is_watched(void **state)
{
	int64_t other = 0;
	void *p;

	(void)state;
	assert_ptr_equal(sh_heap_watch(NULL), &sum);
	p = seen(malloc(1000));
	assert_int_equal(sum, 0);
	assert_null(sh_heap_watch(&sum));
	free(p);
	assert_true(sum <= -1000);
	assert_ptr_equal(sh_heap_watch(&other), &sum);
	p = seen(malloc(100));
	assert_ptr_equal(sh_heap_watch(NULL), &other);
	assert_true(other >= 100 && sum <= -1000);
	free(p);
	assert_true(other >= 100);
}

static void *
another(void *arg)
{
	free(seen(malloc(500)));
	return seen(malloc(*(size_t *)arg));
}

static void
test_other_threads(void **state)
{
	pthread_t thread;
	size_t n = 700;
	void *p;

	(void)state;
	sh_heap_watch(NULL);
	assert_int_equal(pthread_create(&thread, NULL, another, &n), 0);
	sh_heap_watch(&sum);
	free(seen(malloc(20)));
	sh_heap_watch(NULL);
	assert_int_equal(pthread_join(thread, &p), 0);
	assert_int_equal(sum, 0);
	free(p);
}

/* The gateway's own, which ends when nobody is watched any more. */
static void
test_the_gateways_own(void **state)
{
	struct sh_arena *a;
	struct sh_buf b;
	void *p;

	(void)state;
	p = sh_heap_own(100);
	a = sh_arena_new(1 << 20);
	memset(sh_arena_alloc(a, 100000), 'x', 100000);
	sh_buf_init(&b, 1 << 20);
	for (int i = 0; i < 10000; i++)
		sh_buf_add_z(&b, "some text that grows");
	assert_int_equal(sum, 0);
	sh_buf_wipe(&b);
	sh_arena_free(a);
	sh_heap_own_free(p);
	assert_int_equal(sum, 0);
	p = seen(malloc(100));
	counted(100); /* he is watched as before */
	free(p);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_function),
		TEST(test_aligned),
		TEST(test_who_is_watched),
		TEST(test_other_threads),
		TEST(test_the_gateways_own),
	};

	return cmocka_run_group_tests_name("base_heap", tests, NULL, NULL);
}
