/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * server/fleet.h: the workers, as the master sees them.
 *
 * A crew is a set of seats with one configuration; each seat is held by one worker and filled again when that dies:
 * at once the first time, then after 100, 200, 400 ms … 5 s while it keeps dying. A reload puts a second crew beside the
 * first; once all of its workers take requests the first crew is drained. If it cannot begin, it goes and the
 * first stays. Both accept from the same listening sockets.
 *
 * A worker that is inside a driver's function for longer than driver.call_time is killed, and so is one that a driver makes
 * larger than limits.memory within one call; a worker that grew so large otherwise drains and is replaced, in the name of the
 * driver that keeps the better part of it, if there is one. However a process ends while it is inside
 * a driver (a signal, exit(), our killing it), the driver is named in the log and on the board (driver/board.h), which knows
 * when it is enough. The time inside is counted in what this master saw pass: a machine that slept blames nobody.
 */
#ifndef SH_SERVER_FLEET_H
#define SH_SERVER_FLEET_H

#include <sys/types.h>

#include "gateway/server/worker.h"

#define SH_FLEET_SEATS 64
#define SH_FLEET_SLOTS 256 /* seats, those of a reload, and what is still draining */
#define SH_FLEET_CHECK SH_FLEET_SLOTS /* of the page: the place of the process that checks a reload */
#define SH_FLEET_FIRST_ROW 2 /* of the metrics: 0 master, 1 keyholder, then one a slot */

struct sh_seat {
	int slot; /* -1: empty */
	int deaths; /* in a row */
	int64_t retry_ms; /* when to fill it; elapsed clock */
	bool was_ready; /* this worker has been */
};

struct sh_crew {
	const struct sh_config *config; /* NULL: there is no such crew */
	unsigned number; /* counts up; workers of an older one are draining */
	int size;
	struct sh_seat seats[SH_FLEET_SEATS];
};

struct sh_fleet {
	struct sh_slot *page; /* SH_FLEET_SLOTS of them, shared with the workers, and one for the check of a reload */
	struct {
		pid_t pid; /* 0: free */
		int keys; /* the keyholder's end of its socket */
		int index;
		unsigned crew;
		int64_t began_ms, kill_ms; /* kill_ms: 0, or when a draining one is killed */
		int64_t call_ms, most_bytes; /* its own crew's driver.call_time and limits.memory */
		int64_t seen_ms, inside_ms; /* the call that it is in: since when, and for how long by our own count */
		int64_t began_bytes, outside_bytes; /* its memory when it was ready, and when it was last seen outside of drivers */
		bool blamed; /* killed for what it did inside a driver, which is: */
		struct sh_driver_inside blame;
	} slots[SH_FLEET_SLOTS];
	struct sh_crew crew, next;
	unsigned numbers;
	const char *conninfo, *trial_clock;
	const int *listeners;
	size_t nlisteners;
	struct sh_tls_tickets *tickets; /* their keys are changed here, for all workers */
	int keyholder; /* control socket; -1: there is none now */
	int64_t ticked_ms, weighed_ms;
	int lost; /* workers that had given the keyholder up */
	char drivers[256]; /* a copy of what a worker said, with an end */
	bool begun; /* a crew has been ready once */
	bool stopping;
	bool failed; /* the first crew cannot begin: give up */
};

enum sh_status sh_fleet_init(struct sh_fleet *, struct sh_error *) SH_MUST_CHECK;
/* In a process that calls drivers, and has this place of the page: it can write no other, nor the board. */
void sh_fleet_protect(const struct sh_fleet *, int slot);
/* Makes a crew for the configuration: the first, or one beside it. */
void sh_fleet_start(struct sh_fleet *, const struct sh_config *);
/* Fills seats, kills what is stuck or late, finishes a change of crews. */
void sh_fleet_tick(struct sh_fleet *, int64_t now_ms);
/* true if it was one of ours. */
bool sh_fleet_ended(struct sh_fleet *, pid_t, int wait_status, int64_t now_ms);
/* Drains all; called again: they hurry. */
void sh_fleet_stop(struct sh_fleet *, int64_t now_ms);

/* A keyholder, or none (-1): it takes over the workers that there are, who need not know. */
void sh_fleet_join(struct sh_fleet *, int control);

bool sh_fleet_ready(const struct sh_fleet *); /* every seat's worker takes requests, and no change is under way */
bool sh_fleet_changing(const struct sh_fleet *);
int sh_fleet_count(const struct sh_fleet *); /* processes */
const char *sh_fleet_drivers(struct sh_fleet *); /* of a ready worker; "" */

#endif
