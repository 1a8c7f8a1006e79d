/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/arena.h: memory that ends with one request, delivery or driver call.
 *
 * An arena is born with its ceiling; nothing in it is freed alone. Memory is zeroed and aligned for any type.
 * Past the ceiling an allocation gives NULL and the arena stays failed, so a builder may check once, at the end.
 * Under the address sanitizer the unused rest of each block is poisoned.
 */
#ifndef SH_BASE_ARENA_H
#define SH_BASE_ARENA_H

#include <stdarg.h>
#include <stdbool.h>

#include <switchhook/driver.h>

#include "gateway/base/macro.h"

struct sh_arena;

/* ceiling in bytes, of all that is handed out. NULL only if the machine has no memory. */
struct sh_arena *sh_arena_new(size_t ceiling);
void sh_arena_free(struct sh_arena *);		/* NULL is fine */
void sh_arena_freep(struct sh_arena **);	/* for SH_CLEANUP */

void *sh_arena_alloc(struct sh_arena *, size_t n);
bool sh_arena_failed(const struct sh_arena *);
size_t sh_arena_used(const struct sh_arena *);
size_t sh_arena_left(const struct sh_arena *);	/* under the ceiling; 0 if it failed */

#define sh_arena_make(a, type) ((type *)sh_arena_alloc((a), sizeof(type)))
/* A product that wraps is past any ceiling. */
#define sh_arena_array(a, type, n) \
	((type *)sh_arena_alloc((a), (size_t)(n) > SIZE_MAX / sizeof(type) ? SIZE_MAX : (size_t)(n) * sizeof(type)))

/* Copies; both end in NUL beyond their length. An absent string stays absent. */
struct sh_str sh_arena_str(struct sh_arena *, struct sh_str);
char *sh_arena_z(struct sh_arena *, struct sh_str);
struct sh_str sh_arena_printf(struct sh_arena *, const char *fmt, ...) SH_PRINTF(2, 3);

#endif
