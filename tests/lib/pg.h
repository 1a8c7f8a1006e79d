/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * tests/lib/pg.h: a private Postgres for one test program.
 *
 * Unix socket only, in a temporary folder, without fsync. A guardian process of its own owns the server and the
 * folder: however the test ends, even by SIGKILL, the guardian sees its pipe close, stops the server and removes
 * everything. As root, server and initdb run as nobody. Programs come from $PG_BINDIR, or the newest of
 * /usr/lib/postgresql.
 *
 * Every call ends the program with a line on standard error if it cannot do its work.
 */
#ifndef SH_TESTS_PG_H
#define SH_TESTS_PG_H

#include <libpq-fe.h>

struct event_base;

const char *pg_start(void);		/* first call: initdb and start. The conninfo of a superuser */
void pg_end(void);			/* also at exit */
void pg_server_stop(void);		/* fast: sessions get 57P01 */
void pg_server_start(void);

/* Blocking, on one connection of its own, which is opened anew if it broke. */
void pg_exec(const char *sql);
const char *pg_value(const char *sql);	/* first column of the first row as text, "" if none; good until the next call */
PGconn *pg_session(const char *conninfo);	/* one more; PQfinish it */

/* Turns the loop until *done, at most limit_s. Returns *done. */
int pg_loop(struct event_base *, const int *done, int limit_s);

#endif
