/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* crypto/locked.c: a mapping of its own, so that no other data shares its pages and its fate at fork. */
#include "gateway/crypto/locked.h"

#include <sys/mman.h>

#include "gateway/crypto/digest.h"

void *
sh_locked_new(size_t n, struct sh_error *e)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		sh_fail(e, SH_ESYSTEM, "no memory for keys: %m");
		return NULL;
	}
	if (mlock(p, n) != 0 || madvise(p, n, MADV_DONTDUMP) != 0 || madvise(p, n, MADV_WIPEONFORK) != 0) {
		sh_fail(e, SH_ESYSTEM, "%zu bytes for keys cannot be locked in memory: %m (ulimit -l, LimitMEMLOCK)", n);
		munmap(p, n);
		return NULL;
	}
	return p;
}

void
sh_locked_free(void *p, size_t n)
{
	if (!p)
		return;
	sh_digest_wipe(p, n);
	munmap(p, n);
}
