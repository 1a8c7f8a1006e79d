/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/watch.h: waits for a process that runs a stranger's code, and says what became of it. Inside gateway/kit only.
 */
#ifndef SH_KIT_WATCH_H
#define SH_KIT_WATCH_H

#include <sys/types.h>

#include "gateway/driver/board.h"

#define WATCH_TEXT 240

/* What the two share; the watched one may write anything there. */
struct watch {
	struct sh_driver_inside inside; /* driver and function */
	volatile uint64_t serial; /* counts up with each step */
	volatile bool done; /* it came to its end */
	volatile long call; /* the system call that it had given up; -1: none */
};

/* Is a sanitizer in this process, built in or brought along by the driver? It has its own heap, and needs more of all. */
bool watch_sanitized(void);
/* In the process, first of all: nobody else's handlers, and so much memory and no more; its files stay below so many bytes, unless 0. */
void watch_begin(struct watch *, size_t file_bytes);
/*
 * Beside it: waits for its end. One call into the driver that takes too long ends it, and so does a step without any progress. true:
 * that happened.
 */
bool watch_wait(pid_t, const struct watch *, unsigned step_s, int *ret_status);
/* "ends the process: Aborted". */
void watch_how(const struct watch *, int status, bool stuck, char how[WATCH_TEXT]);

#endif
