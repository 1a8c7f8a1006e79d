/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/buf.h: a growing byte buffer with a ceiling. A buffer that failed stays failed: check once, at the end.
 */
#ifndef SH_BASE_BUF_H
#define SH_BASE_BUF_H

#include <stdbool.h>

#include <switchhook/driver.h>

#include "gateway/base/macro.h"

struct sh_buf {
	char *s;	/* NUL after n bytes, once anything was added */
	size_t n, room, ceiling;
	bool failed;
};

void sh_buf_init(struct sh_buf *, size_t ceiling);
void sh_buf_clear(struct sh_buf *);	/* frees; for SH_CLEANUP too */
void sh_buf_wipe(struct sh_buf *);	/* overwrites, then frees: for secrets */

void sh_buf_add(struct sh_buf *, const void *, size_t n);
void sh_buf_add_str(struct sh_buf *, struct sh_str);
void sh_buf_add_z(struct sh_buf *, const char *);
void sh_buf_add_char(struct sh_buf *, char);
void sh_buf_printf(struct sh_buf *, const char *fmt, ...) SH_PRINTF(2, 3);

static inline struct sh_str
sh_buf_str(const struct sh_buf *b)
{
	return (struct sh_str){ b->s ? b->s : "", b->n };
}

#endif
