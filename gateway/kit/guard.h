/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/guard.h: input that ends where readable memory ends, and that nobody can write to. Inside gateway/kit only.
 *
 * A driver that reads one byte too many, or writes into what it was lent, dies of it at once and not some day in production. With
 * sanitizers the same is found in more places.
 */
#ifndef SH_KIT_GUARD_H
#define SH_KIT_GUARD_H

#include "gateway/kit/case.h"

#define GUARD_SMALL 20

struct guard_slot {
	char *seen, *written; /* room bytes, and behind what is seen a page that cannot be touched */
	size_t room;
};

struct guard {
	struct guard_slot body, small[GUARD_SMALL];
	size_t used; /* of the small ones, by the question that is guarded */
};

enum sh_status guard_open(struct guard *, struct sh_error *) SH_MUST_CHECK;
/* Moves body, URL, ids and the first headers of the question into it, until the next one. What does not fit stays where it is. */
void guard_case(struct guard *, struct sh_arena *, struct sh_case *);

#endif
