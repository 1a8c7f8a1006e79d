/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * store/db.c: one connection and its queue of units.
 *
 * A unit waits until it is handed to libpq, and from then on counts as sent: whether its last byte left us cannot be
 * asked. So few are handed over at a time, and none while the socket is full. Units that wait outlive a broken
 * connection as long as the next attempt succeeds; when every host has failed they end with SH_EAGAIN, and so does
 * what comes until the database is back.
 */
#include "gateway/store/private.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/log.h"
#include "gateway/base/metric.h"

#define DB_WINDOW 256			/* units sent and not answered at most */
#define DB_FLUSH_BYTES (64 << 10)	/* ask the socket whether it is full after so many */

static const char *const db_role[] = {
	[SH_ROLE_API] = "switchhook_api", [SH_ROLE_INGEST] = "switchhook_ingest", [SH_ROLE_ENGINE] = "switchhook_engine"
};
static const char *const db_application[] = {
	[SH_ROLE_API] = "switchhook api", [SH_ROLE_INGEST] = "switchhook ingest", [SH_ROLE_ENGINE] = "switchhook engine"
};

static void db_pump(struct sh_db *);

void
sh_db_enter(struct sh_db *db)
{
	db->depth++;
}

static void
db_release(struct sh_db *db)
{
	event_free(db->later);
	event_free(db->deadline);
	sh_measure_clear(db);
	free(db->prepared);
	SH_MAGIC_CLEAR(db);
	free(db);
}

void
sh_db_leave(struct sh_db *db)
{
	assert(db->depth > 0);
	if (--db->depth == 0 && db->dead)
		db_release(db);
}

static struct sh_unit_list *
db_list(struct sh_db *db, const struct sh_unit *u)
{
	return u->state == SH_UNIT_WAITING ? &db->waiting : u->state == SH_UNIT_SENT ? &db->sent : &db->ended;
}

/* Moves a unit to the end of the state's list; from no list if it is open. */
static void
db_move(struct sh_db *db, struct sh_unit *u, enum sh_unit_state state)
{
	if (u->state != SH_UNIT_OPEN)
		TAILQ_REMOVE(db_list(db, u), u, link);
	db->nsent += (state == SH_UNIT_SENT) - (u->state == SH_UNIT_SENT);
	u->state = state;
	if (u->own && state == SH_UNIT_WAITING)
		TAILQ_INSERT_HEAD(&db->waiting, u, link);
	else
		TAILQ_INSERT_TAIL(db_list(db, u), u, link);
}

/* Takes a unit out and tells its caller. Status SH_OK: what the unit itself has found. */
static void
db_end(struct sh_db *db, struct sh_unit *u, enum sh_status status, const char *why)
{
	TAILQ_REMOVE(db_list(db, u), u, link);
	db->nsent -= u->state == SH_UNIT_SENT;
	db->npending--;
	if (status != SH_OK)
		u->status = sh_fail(&u->error, status, "%s", why);
	sh_unit_finish(u);
}

static void
db_end_all(struct sh_db *db, struct sh_unit_list *list, enum sh_status status, const char *why)
{
	struct sh_unit *u;

	while ((u = TAILQ_FIRST(list)) != NULL)
		db_end(db, u, status, why);
}

/* Only what waits now: a caller that tries again at once must not keep us here. */
static void
db_refuse_waiting(struct sh_db *db, const char *why)
{
	struct sh_unit *last = TAILQ_LAST(&db->waiting, sh_unit_list), *u;
	bool more = last != NULL;

	while (more && (u = TAILQ_FIRST(&db->waiting)) != NULL) {
		more = u != last;
		db_end(db, u, SH_EAGAIN, why);
	}
}

static void
db_turn(struct sh_db *db)
{
	event_add(db->later, &(struct timeval){ 0, 0 });
}

/* ---- deadlines ------------------------------------------------------------------------------------- */

static void
db_watch_deadline(struct sh_db *db, int64_t at_ms)
{
	int64_t left_ms = at_ms - sh_clock_elapsed_ms();

	if (db->deadline_ms && db->deadline_ms <= at_ms)
		return;
	db->deadline_ms = at_ms;
	left_ms = left_ms < 1 ? 1 : left_ms;
	event_add(db->deadline, &(struct timeval){ left_ms / 1000, left_ms % 1000 * 1000 });
}

/* Refuses what waited too long; true if a unit that was sent is too late. Sets the next deadline. */
static bool
db_sweep(struct sh_db *db, int64_t now_ms)
{
	int64_t next_ms = INT64_MAX;
	struct sh_unit *u, *after;
	bool stuck = false;

	for (u = TAILQ_FIRST(&db->waiting); u; u = after) {
		after = TAILQ_NEXT(u, link);
		if (u->deadline_ms <= now_ms) {
			u->status = sh_fail(&u->error, SH_EAGAIN, "the database did not come to it in time; nothing was sent");
			db_move(db, u, SH_UNIT_ENDED);
		} else if (u->deadline_ms < next_ms) {
			next_ms = u->deadline_ms;
		}
	}
	TAILQ_FOREACH(u, &db->sent, link) {
		stuck |= u->deadline_ms <= now_ms;
		if (u->deadline_ms > now_ms && u->deadline_ms < next_ms)
			next_ms = u->deadline_ms;
	}
	if (next_ms < INT64_MAX)
		db_watch_deadline(db, next_ms);
	return stuck;
}

static void
db_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct sh_db *db = SH_OBJ(arg, sh_db);

	(void)fd;
	(void)what;
	sh_db_enter(db);
	db->deadline_ms = 0;
	if (db_sweep(db, sh_clock_elapsed_ms()))
		sh_db_lost(db, "the database did not answer within a unit's deadline");
	if (!TAILQ_EMPTY(&db->ended))
		db_turn(db);
	sh_db_leave(db);
}

/* ---- the connection ---------------------------------------------------------------------------------- */

static void
db_close(struct sh_db *db)
{
	if (db->in)
		event_free(db->in);
	if (db->out)
		event_free(db->out);
	db->in = db->out = NULL;
	PQfinish(db->conn);
	db->conn = NULL;
	db->ready = db->clogged = false;
	sh_measure_stop(db);
}

/* The connection is of no use any more. What was sent may have committed; what was not goes out with the next one. */
void
sh_db_lost(struct sh_db *db, const char *why)
{
	char text[512];
	bool was_ready = db->ready;
	struct sh_unit *u;

	if (!db->conn)
		return;
	snprintf(text, sizeof(text), "%s", why);
	sh_store_one_line(text);
	sh_metric_add(SH_METRIC_database_lost, 1);
	sh_log(SH_LOG_WARN, "store.lost", "the connection to the database broke", SH_F_STR("why", text),
	    SH_F_INT("units_sent", (int64_t)db->nsent));
	db_close(db);
	sh_connect_start(db->connect);
	db_end_all(db, &db->sent, SH_EUNKNOWN, text);
	while ((u = TAILQ_FIRST(&db->waiting)) != NULL && u->own)
		db_end(db, u, SH_EUNKNOWN, text);
	if (was_ready && !db->dead && db->changed)
		db->changed(db->changed_arg, false);
}

/* False: the connection broke. */
static bool
db_flush(struct sh_db *db)
{
	int left = PQflush(db->conn);

	db->clogged = left == 1;
	if (left < 0)
		return false;
	if (left == 1)
		event_add(db->out, NULL);
	return true;
}

/* Hands units to libpq while there is room, then lets it write. */
static void
db_pump(struct sh_db *db)
{
	struct sh_unit *u;
	size_t bytes = 0;

	while (db->conn && !db->clogged && db->nsent < DB_WINDOW && (u = TAILQ_FIRST(&db->waiting)) && (db->ready || u->own)) {
		if (u->own)
			db->probe_us = sh_clock_elapsed_us();
		bytes += u->data.n;
		db_move(db, u, SH_UNIT_SENT);
		if (!sh_unit_send(u, db->conn, db->prepared)) {
			sh_db_lost(db, PQerrorMessage(db->conn));
			return;
		}
		if (bytes < DB_FLUSH_BYTES)
			continue;
		bytes = 0;
		if (!db_flush(db))
			break;
	}
	if (db->conn && !db->clogged && !db_flush(db))
		sh_db_lost(db, PQerrorMessage(db->conn));
}

/* All answers that have come. A sync ends its unit: only that proves a commit. */
static void
db_results(struct sh_db *db)
{
	struct sh_unit *u;

	while (db->conn && (u = TAILQ_FIRST(&db->sent)) != NULL && !PQisBusy(db->conn)) {
		PGresult *r = PQgetResult(db->conn);

		if (!r) {
			if (PQstatus(db->conn) == CONNECTION_BAD)
				return;
			u->at++;
		} else if (PQresultStatus(r) == PGRES_PIPELINE_SYNC) {
			bool readonly = strcmp(u->result.sqlstate, "25006") == 0;

			PQclear(r);
			db_end(db, u, SH_OK, NULL);
			if (readonly)
				sh_db_lost(db, "the server is read-only: it is not the primary any more");
		} else {
			sh_unit_take(u, r, db->prepared);
		}
	}
}

static void
db_readable(evutil_socket_t fd, short what, void *arg)
{
	struct sh_db *db = SH_OBJ(arg, sh_db);
	bool broken;

	(void)fd;
	(void)what;
	sh_db_enter(db);
	broken = !PQconsumeInput(db->conn);
	/* A broken connection may have left us answers: those units are not unknown. */
	db_results(db);
	if (db->conn && (broken || PQstatus(db->conn) == CONNECTION_BAD))
		sh_db_lost(db, PQerrorMessage(db->conn));
	if (db->conn)
		db_pump(db);
	sh_db_leave(db);
}

static void
db_writable(evutil_socket_t fd, short what, void *arg)
{
	struct sh_db *db = SH_OBJ(arg, sh_db);

	(void)fd;
	(void)what;
	sh_db_enter(db);
	db->clogged = false;
	db_pump(db);
	sh_db_leave(db);
}

static void
db_hush(void *arg, const PGresult *r)
{
	(void)arg;
	(void)r;
}

static void
db_connected(void *arg, PGconn *conn, const char *why)
{
	struct sh_db *db = SH_OBJ(arg, sh_db);

	sh_db_enter(db);
	db->away = conn == NULL;
	if (conn) {
		db->conn = conn;
		PQsetNoticeReceiver(conn, db_hush, NULL);
		memset(db->prepared, 0, sh_sql_nstatements + SH_OWN_COUNT);
		db->in = event_new(db->base, PQsocket(conn), EV_READ | EV_PERSIST, db_readable, db);
		db->out = event_new(db->base, PQsocket(conn), EV_WRITE, db_writable, db);
		if (!db->in || !db->out || event_add(db->in, NULL) != 0)
			abort();
		if (PQsetnonblocking(conn, 1) != 0 || !PQenterPipelineMode(conn))
			sh_db_lost(db, PQerrorMessage(conn));
		else
			sh_measure_start(db);
	} else {
		db_refuse_waiting(db, why);
	}
	sh_db_leave(db);
}

void
sh_db_settled(struct sh_db *db)
{
	db->ready = true;
	sh_connect_settled(db->connect);
	sh_log(SH_LOG_INFO, "store.ready", "connected to the database",
	    SH_F_INT("clock_difference_ms", db->clock ? sh_clock_difference_ms(db->clock) : 0),
	    SH_F_INT("clock_error_ms", db->clock ? db->clock->error_ms : -1));
	db_turn(db);
	if (db->changed)
		db->changed(db->changed_arg, true);
}

static void
db_later(evutil_socket_t fd, short what, void *arg)
{
	struct sh_db *db = SH_OBJ(arg, sh_db);
	struct sh_unit *last = TAILQ_LAST(&db->ended, sh_unit_list), *u;
	bool more = last != NULL;

	(void)fd;
	(void)what;
	sh_db_enter(db);
	while (more && !db->dead && (u = TAILQ_FIRST(&db->ended)) != NULL) {
		more = u != last;
		db_end(db, u, SH_OK, NULL);
	}
	if (db->conn)
		db_pump(db);
	sh_db_leave(db);
}

/* ---- calls ------------------------------------------------------------------------------------------- */

void
sh_db_queue(struct sh_db *db, struct sh_unit *u)
{
	db->npending++;
	u->deadline_ms += sh_clock_elapsed_ms();
	db_move(db, u, SH_UNIT_WAITING);
	db_watch_deadline(db, u->deadline_ms);
	db_turn(db);
}

void
sh_unit_run(struct sh_unit *u)
{
	struct sh_db *db = SH_OBJ(u->db, sh_db);

	assert(u->magic == SH_MAGIC_sh_unit && u->state == SH_UNIT_OPEN && u->ncommands > u->tenant);
	if (u->status == SH_OK && db->npending >= db->queue)
		u->status = sh_fail(&u->error, SH_EAGAIN, "%zu units wait for the database already", db->npending);
	else if (u->status == SH_OK && (db->away || db->dead))
		u->status = sh_fail(&u->error, SH_EAGAIN, "the database cannot be reached");
	if (u->status == SH_OK) {
		sh_db_queue(db, u);
		return;
	}
	db->npending++;
	db_move(db, u, SH_UNIT_ENDED);
	db_turn(db);
}

struct sh_db *
sh_db_new(struct event_base *base, const struct sh_db_options *o, struct sh_clock *clock)
{
	struct sh_db *db = sh_store_alloc(1, sizeof(*db));
	struct sh_connect_options to = { .conninfo = o->conninfo, .role = db_role[o->role], .application = db_application[o->role],
		.connect_ms = o->connect_ms > 0 ? o->connect_ms : 3000 };
	struct sh_error e;

	db->connect = sh_connect_new(base, &to, db_connected, db, &e);
	if (!db->connect) {
		sh_log(SH_LOG_ERROR, "store.config", "no connection to the database is possible", SH_F_STR("why", e.text));
		free(db);
		return NULL;
	}
	SH_MAGIC_SET(db, sh_db);
	db->base = base;
	db->clock = clock;
	db->unit_ms = o->unit_ms > 0 ? o->unit_ms : 10000;
	db->queue = o->queue > 0 ? o->queue : 10000;
	TAILQ_INIT(&db->waiting);
	TAILQ_INIT(&db->sent);
	TAILQ_INIT(&db->ended);
	db->prepared = sh_store_alloc(sh_sql_nstatements + SH_OWN_COUNT, 1);
	db->later = evtimer_new(base, db_later, db);
	db->deadline = evtimer_new(base, db_deadline, db);
	sh_measure_init(db);
	if (!db->later || !db->deadline)
		abort();
	sh_connect_start(db->connect);
	return db;
}

void
sh_db_free(struct sh_db *db)
{
	if (!db || db->dead)
		return;
	assert(db->magic == SH_MAGIC_sh_db);
	sh_db_enter(db);
	db->dead = true;
	db_close(db);
	sh_connect_free(db->connect);
	db_end_all(db, &db->sent, SH_EUNKNOWN, "the gateway is going; it may have committed");
	db_end_all(db, &db->waiting, SH_EAGAIN, "the gateway is going; nothing was sent");
	db_end_all(db, &db->ended, SH_OK, NULL);
	event_del(db->later);
	event_del(db->deadline);
	sh_db_leave(db);
}

bool
sh_db_ready(const struct sh_db *db)
{
	return db->ready;
}

size_t
sh_db_pending(const struct sh_db *db)
{
	return db->npending;
}

void
sh_db_on_change(struct sh_db *db, void (*f)(void *arg, bool ready), void *arg)
{
	db->changed = f;
	db->changed_arg = arg;
}
