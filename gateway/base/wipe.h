/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/wipe.h: an allocator for libraries that pass personal data and secrets through buffers of their own: what they give back is
 * overwritten first. It is malloc's memory, so what one of these allocated, free() may end, and the other way round.
 */
#ifndef SH_BASE_WIPE_H
#define SH_BASE_WIPE_H

#include <stddef.h>

void *sh_wipe_realloc(void *, size_t);
void sh_wipe_free(void *);

/*
 * What functions leave on the stack when they return stays there until others come by, and what memcpy moved last in the vector
 * registers that it moved it with; a thread finds them so when it begins, and may save them. This overwrites both.
 */
void sh_wipe_stack(void);

#endif
