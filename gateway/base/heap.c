/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* base/heap.c: malloc and its sisters, in front of glibc's; under a sanitizer its hooks. */
#include "gateway/base/heap.h"

#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define HEAP_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HEAP_SANITIZED 1
#endif

/*
 * The program's own, so that a look at it is one instruction; threads that wait for the disk watch nobody. volatile: compilers know
 * malloc and free, and that they look at no variable.
 */
static __thread int64_t *volatile heap_sum;

static inline void
heap_more(int64_t n)
{
	*heap_sum += n;
}

#ifdef HEAP_SANITIZED

/* <sanitizer/allocator_interface.h>, which gcc does not install. */
extern int __sanitizer_install_malloc_and_free_hooks(
    void (*malloc_hook)(const volatile void *, size_t), void (*free_hook)(const volatile void *));
extern size_t __sanitizer_get_allocated_size(const volatile void *);

static void
heap_on_malloc(const volatile void *p, size_t n)
{
	if (heap_sum && p)
		heap_more((int64_t)n);
}

static void
heap_on_free(const volatile void *p)
{
	if (heap_sum && p)
		heap_more(-(int64_t)__sanitizer_get_allocated_size(p));
}

static void
heap_begin(void)
{
	static bool hooked;

	if (!hooked)
		hooked = __sanitizer_install_malloc_and_free_hooks(heap_on_malloc, heap_on_free) != 0;
}

#else

#define HEAP_EXPORTED __attribute__((visibility("default"), noinline))

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

/* A sanitizer that comes by LD_PRELOAD, to check a driver (docs/driver-guide.md): what stands in front of us is behind us. */
extern void *__interceptor_malloc(size_t) __attribute__((weak));
extern void *__interceptor_calloc(size_t, size_t) __attribute__((weak));
extern void *__interceptor_realloc(void *, size_t) __attribute__((weak));
extern void *__interceptor_memalign(size_t, size_t) __attribute__((weak));
extern void __interceptor_free(void *) __attribute__((weak));

#define HEAP_NEXT(f) (__builtin_expect(__interceptor_##f != NULL, 0) ? __interceptor_##f : __libc_##f)

HEAP_EXPORTED void *
malloc(size_t n)
{
	void *p = HEAP_NEXT(malloc)(n);

	if (__builtin_expect(heap_sum != NULL, 0))
		heap_more((int64_t)malloc_usable_size(p));
	return p;
}

HEAP_EXPORTED void *
calloc(size_t n, size_t size)
{
	void *p = HEAP_NEXT(calloc)(n, size);

	if (__builtin_expect(heap_sum != NULL, 0))
		heap_more((int64_t)malloc_usable_size(p));
	return p;
}

HEAP_EXPORTED void *
realloc(void *p, size_t n)
{
	int64_t before = 0;
	void *q;

	if (__builtin_expect(heap_sum == NULL, 1))
		return HEAP_NEXT(realloc)(p, n);
	before = (int64_t)malloc_usable_size(p);
	q = HEAP_NEXT(realloc)(p, n);
	/* None and something was asked for: the old one stays. */
	if (q || n == 0)
		heap_more((int64_t)malloc_usable_size(q) - before);
	return q;
}

HEAP_EXPORTED void *
aligned_alloc(size_t alignment, size_t n)
{
	void *p = HEAP_NEXT(memalign)(alignment, n);

	if (__builtin_expect(heap_sum != NULL, 0))
		heap_more((int64_t)malloc_usable_size(p));
	return p;
}

HEAP_EXPORTED int
posix_memalign(void **ret, size_t alignment, size_t n)
{
	void *p;

	if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0)
		return EINVAL;
	p = aligned_alloc(alignment, n);
	if (!p)
		return ENOMEM;
	*ret = p;
	return 0;
}

HEAP_EXPORTED void
free(void *p)
{
	if (__builtin_expect(heap_sum != NULL, 0))
		heap_more(-(int64_t)malloc_usable_size(p));
	HEAP_NEXT(free)(p);
}

static void
heap_begin(void)
{
}

#endif

int64_t *
sh_heap_watch(int64_t *sum)
{
	int64_t *before = heap_sum;

	heap_begin();
	heap_sum = sum;
	return before;
}

void *
sh_heap_own(size_t n)
{
	int64_t *watched = heap_sum;
	void *p;

	heap_sum = NULL;
	p = malloc(n);
	heap_sum = watched;
	return p;
}

void
sh_heap_own_free(void *p)
{
	int64_t *watched = heap_sum;

	heap_sum = NULL;
	free(p);
	heap_sum = watched;
}
