/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * server/postgres.h: the private Postgres of a gateway that was given no database.
 *
 *	STATE/postgres/		the cluster; superuser `switchhook`, database `switchhook`
 *	STATE/socket/		mode 0700: who can enter is trusted, nothing listens on the network
 *	STATE/postgres.log	what initdb and postgres say; past 16 MiB it becomes postgres.log.old
 *
 * Driven by the master: sh_postgres_tick every some milliseconds, sh_postgres_ended for each child that was reaped.
 * Nothing here blocks. A postmaster that outlived a killed master is stopped first, by its pid file and only after
 * checking that it is ours; the pid file itself is Postgres' own business and never removed.
 */
#ifndef SH_SERVER_POSTGRES_H
#define SH_SERVER_POSTGRES_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "gateway/base/error.h"

enum sh_postgres_state {
	SH_POSTGRES_OFF,
	SH_POSTGRES_LEFTOVER, /* somebody else's postmaster is asked to stop */
	SH_POSTGRES_INITDB,
	SH_POSTGRES_CREATEDB,
	SH_POSTGRES_STARTING,
	SH_POSTGRES_READY,
	SH_POSTGRES_WAITING, /* it died, and is started again in a moment */
	SH_POSTGRES_STOPPING,
	SH_POSTGRES_FAILED /* it never came up: give up */
};

struct sh_postgres {
	enum sh_postgres_state state;
	const char *bindir;
	int connections;
	char data[PATH_MAX], fresh[PATH_MAX], socket[PATH_MAX], log[PATH_MAX];
	pid_t child; /* initdb, or the postmaster; 0: none */
	pid_t leftover;
	int64_t since_ms, retry_ms; /* elapsed clock */
	int deaths; /* since it was last ready for a while */
	int asked; /* how hard it was asked to stop */
	bool was_ready;
	int64_t log_ms; /* when its size was looked at */
};

/* bindir is borrowed. Fails where the programs are missing or the socket's path would be too long. */
enum sh_status sh_postgres_init(
    struct sh_postgres *, const char *bindir, const char *state_dir, int connections, struct sh_error *) SH_MUST_CHECK;
void sh_postgres_start(struct sh_postgres *, int64_t now_ms);
void sh_postgres_tick(struct sh_postgres *, int64_t now_ms);
/* true if the child was ours. */
bool sh_postgres_ended(struct sh_postgres *, pid_t, int wait_status, int64_t now_ms);
/* Fast shutdown (SIGINT); OFF when it is done. */
void sh_postgres_stop(struct sh_postgres *, int64_t now_ms);

#endif
