/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * crypto/locked.h: memory for keys that stay longer than one operation. Never swapped, in no core dump, and zeros in
 * a child after fork.
 */
#ifndef SH_CRYPTO_LOCKED_H
#define SH_CRYPTO_LOCKED_H

#include "gateway/base/error.h"

/* Zeroed, whole pages; NULL if the machine does not lock that much (RLIMIT_MEMLOCK). */
void *sh_locked_new(size_t n, struct sh_error *) SH_MUST_CHECK;
void sh_locked_free(void *, size_t n);		/* overwrites first; NULL is fine */

#endif
