/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/apart.h: looks at a stranger's file from a process of its own, so that loading it cannot end, hold up or use ours.
 */
#ifndef SH_KIT_APART_H
#define SH_KIT_APART_H

#include <stdio.h>

#include "gateway/base/buf.h"
#include "gateway/base/error.h"
#include "gateway/driver/board.h"

#define SH_APART_TEXT 240

struct sh_apart {
	int status; /* what the work returned */
	struct sh_buf said; /* what it wrote to the file that it was given; the caller clears it */
	bool died; /* it did not come to its end; then: */
	struct sh_driver_inside inside; /* in which driver; an empty name: in none */
	char how[SH_APART_TEXT]; /* "ends the process: Aborted" */
};

/*
 * Runs the work in the cage in which drivers are loaded (kit/cage.h), with their limits of time and memory. A driver that writes to
 * standard output while it is loaded writes nowhere.
 */
enum sh_status sh_apart(int (*work)(FILE *out, void *arg), void *arg, struct sh_apart *ret, struct sh_error *) SH_MUST_CHECK;

#endif
