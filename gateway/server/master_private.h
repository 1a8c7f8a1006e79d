/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * server/master_private.h: the master's state, between master.c (phases), setup.c (before the first phase) and
 * reload.c (SIGHUP).
 */
#ifndef SH_SERVER_MASTER_PRIVATE_H
#define SH_SERVER_MASTER_PRIVATE_H

#include "gateway/server/fleet.h"
#include "gateway/server/master.h"
#include "gateway/server/postgres.h"

#define SH_MASTER_LISTENERS 16

/* In the order in which they come. */
enum sh_master_phase {
	MASTER_KEYS,
	MASTER_POSTGRES,
	MASTER_MIGRATE,
	MASTER_WORKERS,
	MASTER_RUN,
	MASTER_STOP_WORKERS,
	MASTER_STOP_KEYHOLDER,
	MASTER_STOP_POSTGRES,
	MASTER_ENDED
};

struct sh_keyholder_seat {
	pid_t pid; /* 0: none */
	int control;
	int deaths;
	int lost; /* workers that had given it up, when last looked at */
	int64_t began_ms, retry_ms;
	bool missed; /* it died under running workers, and the next one is not there yet */
};

struct sh_master {
	const struct sh_master_options *options;
	struct sh_config *start; /* as at the start: what only a restart changes comes from here, for good */
	struct sh_config *config; /* of the present crew */
	struct sh_config *proposed; /* under check, or of the next crew */
	enum sh_master_phase phase;
	int64_t now_ms, since_ms; /* elapsed clock; of the phase */
	int status;
	int signals;
	int lock; /* state_dir/lock, held for life: one gateway per folder */
	int listeners[SH_MASTER_LISTENERS];
	size_t nlisteners;
	char addresses[512]; /* as bound: a port 0 has become a real one */
	bool embedded;
	struct sh_postgres postgres;
	atomic_int *keyholder_ready; /* shared with it */
	struct sh_keyholder_seat keyholder;
	struct sh_fleet fleet;
	pid_t migrate, check; /* 0: none under way */
	int64_t check_ms; /* when it began */
	bool faulty; /* the config under check cannot be taken; it is checked for what else there is */
	bool again; /* a SIGHUP came while one was being served */
};

/* Config, listening sockets, user, folders. false: the log says why. */
bool sh_master_setup(struct sh_master *);
void sh_master_clear(struct sh_master *);
void sh_master_stop(struct sh_master *);

void sh_master_reload(struct sh_master *);
/* Copies of the policies and drivers that it names, for the check and for its crew. */
void sh_master_hold(struct sh_config *);
/* The end of a reload, or of the start: for the metrics and systemd. */
void sh_master_reloaded(bool good);
void sh_master_checked(struct sh_master *, int wait_status);
void sh_master_tidy(struct sh_master *); /* frees the config that no crew has any more */

#endif
