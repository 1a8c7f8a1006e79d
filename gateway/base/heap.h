/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/heap.h: who keeps how much of the heap.
 *
 * Every program that this is linked into has its malloc from here: glibc's, or the sanitizer's, and a look at whether somebody is
 * watched. So what strangers' code allocates is counted to the byte, in libraries that it calls too, with nothing sampled and
 * nothing guessed: the allocator's own figures (mallinfo2) cannot say that, since what waits in its caches is in use by them.
 *
 * Not counted: what comes from the kernel itself (mmap), and memalign with its old sisters.
 */
#ifndef SH_BASE_HEAP_H
#define SH_BASE_HEAP_H

#include <stddef.h>
#include <stdint.h>

/* From now on what this thread allocates is added to the sum and what it frees is taken from it; NULL: no more. Returns who was. */
int64_t *sh_heap_watch(int64_t *sum);

/* malloc and free for what is the gateway's own, whoever is watched: memory that outlives his turn and ends in somebody else's. */
void *sh_heap_own(size_t);
void sh_heap_own_free(void *);

#endif
