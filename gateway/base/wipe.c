/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* base/wipe.c: see wipe.h. */
#include "gateway/base/wipe.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define WIPE_STACK_BYTES (256 << 10)
#define WIPE_MOVED_BYTES 16384

void
sh_wipe_free(void *p)
{
	if (p)
		explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

/* realloc itself would leave the old copy where it was. */
void *
sh_wipe_realloc(void *p, size_t n)
{
	size_t room = p ? malloc_usable_size(p) : 0;
	void *q;

	if (p && n > 0 && n <= room && n >= room / 2)
		return p;
	if (p && n == 0) {
		sh_wipe_free(p);
		return NULL;
	}
	q = malloc(n);
	if (!q)
		return NULL;
	if (p) {
		memcpy(q, p, n < room ? n : room);
		sh_wipe_free(p);
	}
	return q;
}

void __attribute__((noinline)) sh_wipe_stack(void)
{
	char below[WIPE_STACK_BYTES];

	explicit_bzero(below, sizeof(below));
	/* Each length has its own registers; a volatile one is not known to the compiler. */
	for (volatile size_t n = 1; n <= WIPE_MOVED_BYTES; n += n < 64 ? 1 : n / 2)
		memmove(below + sizeof(below) / 2, below, n);
}
