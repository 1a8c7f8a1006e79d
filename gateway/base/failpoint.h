/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/failpoint.h: named steps at which a test makes a process die, stop, dawdle or fail.
 *
 * Compiled in only with --enable-failpoints; otherwise SH_FAILPOINT is false and nothing is left of it.
 *
 *	sh_unit_run(u) …
 *	if (SH_FAILPOINT(intent_commit_answer_lost))	// true: take the way of an error
 *		st = SH_EUNKNOWN;
 *
 * Armed by the environment of `switchhook serve`:
 *
 *	SWITCHHOOK_FAILPOINT=name[:nth][:kill|stop|delay=ms|drop][,…]	nth counts from 1, in each process by itself
 *	SWITCHHOOK_FAILPOINT=@FILE					a page that all processes share and a test writes while they run
 *
 * FILE holds one struct sh_failpoint_cell for each row of failpoint.def, in its order, in the machine's byte order.
 */
#ifndef SH_BASE_FAILPOINT_H
#define SH_BASE_FAILPOINT_H

#include <stdbool.h>
#include <stdint.h>

enum sh_failpoint {
#define FAILPOINT(id_, name_, what_) SH_FAILPOINT_##id_,
#include "gateway/base/failpoint.def"
	SH_FAILPOINT_COUNT
};

enum sh_failpoint_act { SH_FAILPOINT_NONE, SH_FAILPOINT_KILL, SH_FAILPOINT_STOP, SH_FAILPOINT_DELAY, SH_FAILPOINT_DROP };

struct sh_failpoint_cell {
	_Atomic int32_t left; /* fires when it comes down to 0, once; 0: not armed */
	_Atomic uint32_t act; /* enum sh_failpoint_act */
	_Atomic uint32_t arg; /* ms of a delay */
	_Atomic uint32_t hits; /* how often a process came by, armed or not */
	_Atomic uint32_t fired;
	_Atomic uint32_t pid; /* of the process where it fired last */
	uint32_t unused[2];
};

#ifdef SH_FAILPOINTS
#define SH_FAILPOINT(id_) sh_failpoint_hit(SH_FAILPOINT_##id_)
#define SH_FAILPOINT_PAGE() sh_failpoint_page()
#else
#define SH_FAILPOINT(id_) false
#define SH_FAILPOINT_PAGE() false
#endif

/* Reads the environment: once, before the first fork and before root is dropped. false: it cannot be read; why is said on stderr. */
bool sh_failpoint_open(void);
/* Comes by. true: fail here (drop). Does not return from kill. */
bool sh_failpoint_hit(enum sh_failpoint);
/* Does a test hold the page? Then processes die by the hundred, and waiting longer each time would be waiting for nothing. */
bool sh_failpoint_page(void);

#endif
