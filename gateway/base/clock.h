/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/clock.h: what time is it? The only place in the gateway that asks.
 *
 * Two clocks. Elapsed time (deadlines of sockets, back-off) is CLOCK_BOOTTIME and cannot be told otherwise. The
 * wall clock (due times, signatures, quiet hours) is the database's as store/ measured it, carried on by elapsed time, so that
 * nobody who sets this machine's clock moves it; until the first measurement it is CLOCK_REALTIME. Trials add a told offset:
 *
 *	switchhook serve --trial-clock FILE	FILE holds an offset in whole milliseconds, as decimal text
 *
 * so that a trial lets hours pass by writing a larger number into FILE. Nothing that decides calls this: it is
 * given `now` as an argument.
 */
#ifndef SH_BASE_CLOCK_H
#define SH_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/error.h"

struct sh_clock {
	int64_t database_ms;	/* database's clock minus elapsed time; counts once it was measured */
	int64_t error_ms;	/* how far off that may be; < 0: never measured */
	int64_t told_ms;	/* the trial's offset; 0 otherwise */
	int trial_fd;		/* -1: not a trial */
};

void sh_clock_init(struct sh_clock *);
/* Opens the trial's file. From then on sh_clock_look re-reads it, at most some microseconds a call. */
enum sh_status sh_clock_follow(struct sh_clock *, const char *file, struct sh_error *) SH_MUST_CHECK;
/* Re-reads the trial's file; true if the told offset changed, so that timers must be set anew. */
bool sh_clock_look(struct sh_clock *);

int64_t sh_clock_wall_ms(const struct sh_clock *);	/* since 1970 UTC */
int64_t sh_clock_difference_ms(const struct sh_clock *); /* the database's clock minus this machine's, for people; 0 until measured */
int64_t sh_clock_elapsed_ms(void);			/* CLOCK_BOOTTIME */
int64_t sh_clock_elapsed_us(void);

#endif
