/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/arena.c: blocks from malloc, cut from the front. The first block holds the arena itself, so that a small
 * request costs one malloc. What is large gets a block of its own behind the current one, which stays in use.
 *
 * A few blocks of each usual size are kept when they come back: a delivery takes and returns several, and these sizes are just
 * those that malloc is slow at. Under the address sanitizer none is kept, so that it sees what is used after its end. A process
 * has one thread.
 */
#include "gateway/base/arena.h"

#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/heap.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#endif

#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
/* A gap of poison after each piece: a string that runs over by one is caught, not read on. */
#define ARENA_GAP _Alignof(max_align_t)
#define arena_poison(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define arena_unpoison(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define ARENA_GAP ((size_t)0)
#define arena_poison(p, n) ((void)(p), (void)(n))
#define arena_unpoison(p, n) ((void)(p), (void)(n))
#endif

#define ARENA_BLOCK_MIN ((size_t)4096)
#define ARENA_BLOCK_MAX ((size_t)65536)
#define ARENA_ALIGN _Alignof(max_align_t)
/* No object of C may be larger; below it the sums here cannot wrap. */
#define ARENA_PIECE_MAX (SIZE_MAX / 4)

struct arena_block {
	struct arena_block *older;
	size_t room, used;	/* bytes in space */
	max_align_t space[];
};

/* Blocks that are kept: of 4, 8, 16 … KiB, 512 KiB of each size at most. */
#define ARENA_KEPT_SIZES 5
#define ARENA_KEPT_BYTES ((size_t)512 << 10)

static struct {
	struct arena_block *first;
	size_t n;
} arena_kept[ARENA_KEPT_SIZES];

struct sh_arena {
	struct arena_block *block;
	size_t ceiling, used;
	size_t next_room;	/* blocks grow with the arena */
	bool failed;
};

static size_t
arena_round(size_t n)
{
	return (n + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);
}

/* Which list a block of this size is kept in; ARENA_KEPT_SIZES: none. */
static unsigned
arena_kind(size_t size)
{
	unsigned kind = 0;

#ifdef ARENA_ASAN
	return ARENA_KEPT_SIZES;
#endif
	while (kind < ARENA_KEPT_SIZES && size != ARENA_BLOCK_MIN << kind)
		kind++;
	return kind;
}

static struct arena_block *
arena_block_new(size_t room)
{
	unsigned kind = arena_kind(sizeof(struct arena_block) + room);
	struct arena_block *b;

	if (kind < ARENA_KEPT_SIZES && arena_kept[kind].first) {
		b = arena_kept[kind].first;
		arena_kept[kind].first = b->older;
		arena_kept[kind].n--;
	} else {
		b = sh_heap_own(sizeof(*b) + room);
	}
	if (!b)
		return NULL;
	b->older = NULL;
	b->room = room;
	b->used = 0;
	arena_poison(b->space, room);
	return b;
}

static void
arena_block_free(struct arena_block *b)
{
	size_t size = sizeof(*b) + b->room;
	unsigned kind = arena_kind(size);

	arena_unpoison(b->space, b->room);
	/* Secrets and personal data were here; what they were copied to by other libraries is base/wipe.h's matter. */
	explicit_bzero(b->space, b->used);
	if (kind == ARENA_KEPT_SIZES || arena_kept[kind].n >= ARENA_KEPT_BYTES / size) {
		sh_heap_own_free(b);
		return;
	}
	b->older = arena_kept[kind].first;
	arena_kept[kind].first = b;
	arena_kept[kind].n++;
}

/* Cuts a piece whose room was proved; it is rounded up, but only what was asked for may be touched. */
static void *
arena_cut(struct arena_block *b, size_t n, size_t rounded)
{
	char *p = (char *)b->space + b->used;

	b->used += rounded;
	arena_unpoison(p, n);
	return p;
}

struct sh_arena *
sh_arena_new(size_t ceiling)
{
	struct arena_block *b = arena_block_new(ARENA_BLOCK_MIN - sizeof(struct arena_block));
	struct sh_arena *a;

	if (!b)
		return NULL;
	a = arena_cut(b, sizeof(*a), arena_round(sizeof(*a)) + ARENA_GAP);
	*a = (struct sh_arena){ .block = b, .ceiling = ceiling, .next_room = ARENA_BLOCK_MIN * 2 - sizeof(*b) };
	return a;
}

void
sh_arena_free(struct sh_arena *a)
{
	struct arena_block *b = a ? a->block : NULL, *older;

	/* The arena stands in the oldest block: it is not touched from here on. */
	for (; b; b = older) {
		older = b->older;
		arena_block_free(b);
	}
}

void
sh_arena_freep(struct sh_arena **a)
{
	sh_arena_free(*a);
	*a = NULL;
}

/* A block with room for the piece: a new current one, or one for it alone. */
static struct arena_block *
arena_extend(struct sh_arena *a, size_t rounded)
{
	bool alone = rounded > a->next_room / 2;
	struct arena_block *b = arena_block_new(alone ? rounded : a->next_room);

	if (!b)
		return NULL;
	if (alone) {
		b->older = a->block->older;
		a->block->older = b;
		return b;
	}
	b->older = a->block;
	a->block = b;
	if (a->next_room < ARENA_BLOCK_MAX - sizeof(*b))
		a->next_room = a->next_room * 2 + sizeof(*b);
	return b;
}

/* A piece that is not cleared. */
static void *
arena_piece(struct sh_arena *a, size_t n)
{
	struct arena_block *b = a->block;
	size_t rounded;

	/* The comparison comes before the rounding, which would wrap for a size near SIZE_MAX. */
	if (a->failed || n > a->ceiling - a->used || n > ARENA_PIECE_MAX) {
		a->failed = true;
		return NULL;
	}
	rounded = arena_round(n ? n : 1) + ARENA_GAP;
	if (rounded > b->room - b->used)
		b = arena_extend(a, rounded);
	if (!b) {
		a->failed = true;
		return NULL;
	}
	a->used += n;
	return arena_cut(b, n, rounded);
}

void *
sh_arena_alloc(struct sh_arena *a, size_t n)
{
	void *p = arena_piece(a, n);

	return p ? memset(p, 0, n) : NULL;
}

bool
sh_arena_failed(const struct sh_arena *a)
{
	return a->failed;
}

size_t
sh_arena_used(const struct sh_arena *a)
{
	return a->used;
}

size_t
sh_arena_left(const struct sh_arena *a)
{
	return a->failed ? 0 : a->ceiling - a->used;
}

char *
sh_arena_z(struct sh_arena *a, struct sh_str s)
{
	char *z;

	if (!s.s)
		return NULL;
	z = s.n < SIZE_MAX ? arena_piece(a, s.n + 1) : NULL;
	if (!z)
		return NULL;
	if (s.n)
		memcpy(z, s.s, s.n);
	z[s.n] = '\0';
	return z;
}

struct sh_str
sh_arena_str(struct sh_arena *a, struct sh_str s)
{
	char *z = sh_arena_z(a, s);

	return z ? (struct sh_str){ z, s.n } : SH_NONE;
}

struct sh_str
sh_arena_printf(struct sh_arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *z = NULL;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n >= 0)
		z = sh_arena_alloc(a, (size_t)n + 1);
	if (z)
		vsnprintf(z, (size_t)n + 1, fmt, again);
	va_end(again);
	va_end(ap);
	return z ? (struct sh_str){ z, (size_t)n } : SH_NONE;
}
