/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* fuzz/fuzz.h: what the targets share. An expectation that fails is a finding: it is said and the program aborts. */
#ifndef SH_FUZZ_H
#define SH_FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static inline void
fuzz_expect(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "fuzz: %s\n", what);
	abort();
}

/* Takes up to the first byte `end` off the front of rest, and that byte with it; all of it if there is none. */
static inline struct sh_str
fuzz_part(struct sh_str *rest, char end)
{
	const char *at = rest->n ? memchr(rest->s, end, rest->n) : NULL;
	struct sh_str part = { rest->s, at ? (size_t)(at - rest->s) : rest->n };
	size_t step = part.n + (at != NULL);

	rest->s += step;
	rest->n -= step;
	return part;
}

#endif
