/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/mutate.h: questions that no provider would ask. Inside gateway/kit only.
 */
#ifndef SH_KIT_MUTATE_H
#define SH_KIT_MUTATE_H

#include "gateway/kit/case.h"

/* splitmix64: the same seed, the same questions, on every machine. */
static inline uint64_t
mutate_next(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static inline size_t
mutate_below(uint64_t *state, size_t n)
{
	return n ? (size_t)(mutate_next(state) % n) : 0;
}

/* One to three changes to what the question points to; copies live in the arena. *what says which, for people. */
void mutate_case(struct sh_arena *, uint64_t *state, struct sh_case *, char what[120]);

/* kit/mutate_bytes.c: a text as somebody might have broken it; JSON and forms also at their joints. */
struct sh_str mutate_text(struct sh_arena *, uint64_t *state, struct sh_str, const char **ret_what);
/* A word that is odd in itself. */
struct sh_str mutate_odd(uint64_t *state);

#endif
