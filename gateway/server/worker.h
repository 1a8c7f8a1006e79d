/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * server/worker.h: one worker process, and what it shares with the master.
 *
 * A worker has one thread and one event loop. It drains on SIGTERM (a second one makes it hurry) and ends when what it
 * had begun is done, or at drain_timeout. Drivers and policies are loaded here, after privileges were dropped.
 */
#ifndef SH_SERVER_WORKER_H
#define SH_SERVER_WORKER_H

#include <stdatomic.h>

#include "gateway/driver/board.h"
#include "gateway/http/tls.h"
#include "gateway/server/config.h"

#define SH_SLOT_BYTES 4096

/*
 * A place in the pages that master and workers share. Its worker writes, the master reads, and believes nothing: drivers can write it, too.
 * The others' each worker can only read (sh_fleet_protect).
 */
struct sh_slot {
	_Alignas(SH_SLOT_BYTES) struct sh_driver_inside inside; /* which driver's function, since when */
	struct sh_driver_keeper keeper; /* which driver keeps most of what it allocates */
	atomic_int ready; /* it takes requests */
	atomic_int lost; /* it has given the keyholder up: only another worker helps */
	atomic_int accepts; /* it takes connections, of which it has: */
	atomic_int connections;
	char drivers[256]; /* names of the drivers that are ready: set before `ready` */
};

struct sh_worker {
	const struct sh_config *config;
	const char *conninfo;
	const char *trial_clock; /* NULL: real time */
	int index; /* from 0; index 0 also speaks for what is the same in all */
	const int *listeners;
	size_t nlisteners;
	int keys_fd;
	struct sh_slot *slot;
	const struct sh_slot *slots; /* everybody's, to share connections fairly */
	size_t nslots;
	struct sh_tls_tickets *tickets;
};

/* The process. Returns its exit status: SH_EXIT_SETUP if it could not begin. */
int sh_worker_run(const struct sh_worker *);

#endif
