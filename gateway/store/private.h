/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * store/private.h: what the files of this folder know of each other, and nobody else.
 *
 *	connect.c	conninfo → a PGconn, over and over: hosts in order, deadlines, back-off
 *	db.c		the queue of units and the pipeline; what a broken connection means
 *	unit.c		one unit: statements, results, how it ends
 *	param.c		parameters to Postgres' binary form
 *	rows.c		and back
 *	measure.c	the database's clock
 *
 * Every object here may be freed inside its own callback: it is marked dead at once, and released when the
 * outermost of its callbacks returns (depth).
 */
#ifndef SH_STORE_PRIVATE_H
#define SH_STORE_PRIVATE_H

#include <libpq-fe.h>
#include <sys/queue.h>

#include "gateway/base/buf.h"
#include "gateway/store/db.h"

/* Of ingest and engine: plans are made once, and rows are found by key (tests/unit/store_plans). */
#define SH_CONNECT_BY_KEY                                                                                                          \
	" -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off "             \
	"-c enable_material=off"

struct event;

/* Zeroed memory; the process ends without it, and its master starts another. */
void *sh_store_alloc(size_t n, size_t size);
void *sh_store_grow(void *, size_t n, size_t *room, size_t size);	/* so that element n fits */

/* ---- connect.c ------------------------------------------------------------------------------------- */

struct sh_connect;

struct sh_connect_options {
	const char *conninfo;
	const char *role;		/* NULL: the user's own */
	const char *application;
	int connect_ms;			/* a host */
};

/* conn: yours from now on, blocking mode. NULL: every host failed and why says how; it will be tried again. */
typedef void sh_connect_f(void *arg, PGconn *conn, const char *why);

/* NULL: the conninfo cannot be read. Nothing happens before sh_connect_start. */
struct sh_connect *sh_connect_new(struct event_base *, const struct sh_connect_options *, sh_connect_f *, void *arg, struct sh_error *);
void sh_connect_free(struct sh_connect *);
void sh_connect_start(struct sh_connect *);			/* the first time, and whenever the last PGconn broke */
void sh_connect_settled(struct sh_connect *);			/* the PGconn proved good: back-off begins anew */
void sh_store_one_line(char *text);				/* libpq's messages have several, indented */

/* The keywords of one host's connection, our settings included; both arrays end with NULL, strings are borrowed. */
#define SH_CONNINFO_MAX 64
struct sh_conninfo {
	PQconninfoOption *parsed;
	int nhosts;
	char options[1024];
	char host[256], hostaddr[64], port[8];
	const char *keywords[SH_CONNINFO_MAX], *values[SH_CONNINFO_MAX];
};
enum sh_status sh_conninfo_read(struct sh_conninfo *, const char *conninfo, const char *settings, struct sh_error *) SH_MUST_CHECK;
void sh_conninfo_host(struct sh_conninfo *, int host, const char *application);
void sh_conninfo_clear(struct sh_conninfo *);

/* ---- param.c, rows.c --------------------------------------------------------------------------------- */

struct sh_encoded {
	size_t at;			/* offset in the unit's buffer */
	int n;				/* -1: NULL */
};

Oid sh_param_oid(enum sh_sql_type, bool array);
enum sh_status sh_param_encode(struct sh_buf *, const struct sh_param *, struct sh_encoded *ret, struct sh_error *) SH_MUST_CHECK;

struct sh_rows {
	PGresult *r;
};

struct sh_result {
	struct sh_rows *rows;
	int n;
	char sqlstate[6];
	char constraint[64];
};

/* ---- unit.c ------------------------------------------------------------------------------------------ */

/* Statements of our own, after those of sql.h. */
enum sh_own { SH_OWN_TENANT, SH_OWN_CLOCK, SH_OWN_COUNT };

struct sh_command {
	int slot;			/* statement: enum sh_sql, or sh_sql_nstatements + enum sh_own */
	size_t value;			/* its first parameter */
};

enum sh_unit_state { SH_UNIT_OPEN, SH_UNIT_WAITING, SH_UNIT_SENT, SH_UNIT_ENDED };

#define SH_MAGIC_sh_unit 0x756e6974u
struct sh_unit {
	uint32_t magic;
	enum sh_unit_state state;	/* which list of the connection it is in */
	TAILQ_ENTRY(sh_unit) link;
	struct sh_db *db;
	sh_unit_f *done;
	void *arg;
	bool own;			/* a clock probe: goes before all others and before the connection counts as ready */
	bool tenant;			/* its first command sets the tenant and is not counted */
	int64_t deadline_ms;		/* a span until it runs, an instant of CLOCK_BOOTTIME after */
	enum sh_status status;		/* of the first fault */
	struct sh_error error;
	struct sh_buf data;		/* all parameters, encoded */
	struct sh_encoded *values;
	size_t nvalues, values_room;
	struct sh_command *commands;
	size_t ncommands, commands_room;
	int *prepares;			/* slots that this unit prepares first */
	size_t nprepares;
	size_t at;			/* which answer is next: the prepares, then the commands */
	struct sh_result result;
};
TAILQ_HEAD(sh_unit_list, sh_unit);

void sh_unit_command(struct sh_unit *, int slot, const struct sh_param *, size_t n);
bool sh_unit_send(struct sh_unit *, PGconn *, uint8_t *prepared);	/* false: the connection is broken */
void sh_unit_take(struct sh_unit *, PGresult *, uint8_t *prepared);	/* one answer; the unit owns it now */
void sh_unit_finish(struct sh_unit *);		/* calls done and frees; it is in no list any more */

/* ---- db.c, measure.c ----------------------------------------------------------------------------------- */

#define SH_MAGIC_sh_db 0x73686462u
struct sh_db {
	uint32_t magic;
	int depth;
	bool dead;
	struct event_base *base;
	struct sh_connect *connect;
	PGconn *conn;			/* NULL: none that is connected */
	bool ready;			/* its clock was measured: units go out */
	bool away;			/* every host failed the last time */
	bool clogged;			/* libpq holds bytes that the socket did not take */
	struct event *in, *out;		/* made anew for each PGconn: a new socket may have the old one's number */
	struct event *later;		/* end of this turn: send what waits, tell what was refused */
	struct event *deadline;		/* the earliest of all units' */
	int64_t deadline_ms;		/* when that is; 0: not set */
	int unit_ms;
	size_t queue, npending, nsent;
	struct sh_unit_list waiting, sent, ended;
	uint8_t *prepared;		/* a slot each: on this connection */
	void (*changed)(void *, bool);
	void *changed_arg;

	struct sh_clock *clock;
	struct event *measure;
	int probes;			/* still to send in this round */
	int64_t probe_us;		/* when the last one went out */
	int64_t best_us, best_ms;	/* shortest round trip of this round, and the difference it gave */
	int64_t measured_ms;		/* when the standing difference was taken; 0: never */
};

void sh_db_enter(struct sh_db *);
void sh_db_leave(struct sh_db *);		/* may release it */
void sh_db_queue(struct sh_db *, struct sh_unit *);
void sh_db_settled(struct sh_db *);
void sh_db_lost(struct sh_db *, const char *why);

void sh_measure_init(struct sh_db *);
void sh_measure_start(struct sh_db *);
void sh_measure_stop(struct sh_db *);
void sh_measure_clear(struct sh_db *);

#endif
