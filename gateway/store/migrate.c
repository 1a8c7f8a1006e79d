/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * store/migrate.c: from whatever schema there is to this program's, one transaction a step.
 *
 * The advisory lock is tried again and again, not waited for: a session that waits in the server holds a snapshot,
 * which a migration that builds an index concurrently would have to wait for in turn.
 */
#include "gateway/store/migrate.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "gateway/base/clock.h"
#include "gateway/base/time.h"
#include "gateway/store/private.h"

#define MIGRATE_LOCK "8316291773046257515"	/* any number that nobody else locks */
#define MIGRATE_LOCK_WAIT_S 600
#define MIGRATE_SERVER_MIN 150000
#define MIGRATE_SETTINGS "-c search_path=switchhook -c timezone=UTC -c statement_timeout=0 -c lock_timeout=30000 " \
	"-c client_min_messages=warning -c idle_in_transaction_session_timeout=60000"

struct migrate {
	PGconn *conn;
	void (*say)(void *, const char *);
	void *arg;
	struct sh_error *e;
};

static void SH_PRINTF(2, 3)
migrate_say(const struct migrate *m, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	if (!m->say)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	m->say(m->arg, text);
}

static void
migrate_nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 200000000 }, NULL);
}

static void
migrate_hush(void *arg, const PGresult *r)
{
	(void)arg;
	(void)r;
}

/* A text result, or NULL with the error set. The caller clears it. */
static PGresult *
migrate_ask(struct migrate *m, const char *sql, const char *param)
{
	const char *const params[] = { param };
	PGresult *r = PQexecParams(m->conn, sql, param ? 1 : 0, NULL, params, NULL, NULL, 0);
	char text[300];

	if (PQresultStatus(r) == PGRES_TUPLES_OK)
		return r;
	snprintf(text, sizeof(text), "%s", PQresultErrorMessage(r));
	sh_store_one_line(text);
	sh_fail(m->e, SH_ESYSTEM, "the database refused: %s", text);
	PQclear(r);
	return NULL;
}

/* The first column of the only row as a number. */
static enum sh_status
migrate_number(struct migrate *m, const char *sql, int *ret)
{
	PGresult *r = migrate_ask(m, sql, NULL);

	if (!r)
		return m->e->status;
	assert(PQntuples(r) == 1);
	*ret = (int)strtol(PQgetvalue(r, 0, 0), NULL, 10);
	PQclear(r);
	return SH_OK;
}

/* ---- the connection -------------------------------------------------------------------------------- */

static enum sh_status
migrate_check_server(struct migrate *m)
{
	int version = PQserverVersion(m->conn);

	if (version < MIGRATE_SERVER_MIN)
		return sh_fail(m->e, SH_EINVALID, "the database is PostgreSQL %d; Switchhook needs 15 or later: upgrade it, "
		    "or leave `database:` out of the configuration to use Switchhook's own", version / 10000);
	return SH_OK;
}

/* Tries each host once. why: what the last one said. */
static PGconn *
migrate_try(struct sh_conninfo *info, char *why, size_t room)
{
	for (int i = 0; i < info->nhosts; i++) {
		PGconn *conn;

		sh_conninfo_host(info, i, "switchhook migrate");
		conn = PQconnectdbParams(info->keywords, info->values, 0);
		if (PQstatus(conn) == CONNECTION_OK)
			return conn;
		snprintf(why, room, "%s", conn ? PQerrorMessage(conn) : "out of memory");
		sh_store_one_line(why);
		PQfinish(conn);
	}
	return NULL;
}

static enum sh_status
migrate_connect(struct migrate *m, const char *conninfo, int wait_s)
{
	int64_t until_ms = sh_clock_elapsed_ms() + wait_s * SH_SECOND_MS;
	struct sh_conninfo info;
	char why[300] = "";
	bool told = false;

	if (sh_conninfo_read(&info, conninfo, MIGRATE_SETTINGS, m->e) != SH_OK)
		return m->e->status;
	while (!(m->conn = migrate_try(&info, why, sizeof(why))) && sh_clock_elapsed_ms() < until_ms) {
		if (!told)
			migrate_say(m, "waiting for the database: %s", why);
		told = true;
		migrate_nap();
	}
	sh_conninfo_clear(&info);
	if (!m->conn)
		return sh_fail(m->e, SH_EAGAIN, "cannot connect to the database: %s; is it running, and are host, user and "
		    "password those of `database:` in the configuration?", why);
	PQsetNoticeReceiver(m->conn, migrate_hush, NULL);
	return migrate_check_server(m);
}

/* ---- versions -------------------------------------------------------------------------------------- */

static enum sh_status
migrate_version(struct migrate *m, int *ret)
{
	int there;
	enum sh_status status = migrate_number(m, "SELECT (to_regclass('switchhook.schema_version') IS NOT NULL)::int", &there);

	*ret = 0;
	if (status != SH_OK || !there)
		return status;
	return migrate_number(m, "SELECT coalesce(max(version), 0) FROM switchhook.schema_version", ret);
}

static enum sh_status
migrate_newer(struct migrate *m, int version)
{
	return sh_fail(m->e, SH_ECONFLICT, "the database's schema is version %d and this program knows %zu: install the newer "
	    "Switchhook that made it, or restore a backup from before", version, sh_sql_nmigrations);
}

/* Line of the migration that the server complained about; 0: it did not say. */
static int
migrate_line(const char *text, const PGresult *r)
{
	const char *position = PQresultErrorField(r, PG_DIAG_STATEMENT_POSITION);
	long characters = position ? strtol(position, NULL, 10) : 0;
	int line = 1;

	if (characters <= 0)
		return 0;
	/* Positions count characters from 1; continuation bytes of UTF-8 are none. */
	for (; *text && characters > 1; text++) {
		line += *text == '\n';
		characters -= ((unsigned char)text[1] & 0xc0) != 0x80;
	}
	return line;
}

static enum sh_status
migrate_fault(struct migrate *m, const struct sh_sql_migration *step, PGresult *r, bool in_text)
{
	const char *primary = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	int line = in_text ? migrate_line(step->text, r) : 0;
	char at[32] = "";

	if (line > 0)
		snprintf(at, sizeof(at), " line %d", line);
	sh_fail(m->e, SH_ESYSTEM, "migration %s%s: %s (SQLSTATE %s); nothing of it was kept%s", step->name, at,
	    primary ? primary : "the connection broke", state ? state : "none",
	    state && strcmp(state, "42501") == 0 ? "; the user needs CREATEROLE and CREATE on the database, or an administrator runs "
	    "`switchhook migrate` once" : "");
	PQclear(r);
	PQclear(PQexec(m->conn, "ROLLBACK"));
	return m->e->status;
}

/* One command of a step; several statements are one command here. */
static enum sh_status
migrate_exec(struct migrate *m, const struct sh_sql_migration *step, const char *sql)
{
	PGresult *r = PQexec(m->conn, sql);
	ExecStatusType status = PQresultStatus(r);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		return migrate_fault(m, step, r, sql == step->text);
	PQclear(r);
	return SH_OK;
}

static enum sh_status
migrate_step(struct migrate *m, const struct sh_sql_migration *step)
{
	char done[256];
	const char *const sql[] = {
		"BEGIN",
		"CREATE SCHEMA IF NOT EXISTS switchhook",
		"CREATE TABLE IF NOT EXISTS switchhook.schema_version "
		    "(version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL)",
		step->text,
		done,
		"COMMIT",
	};

	snprintf(done, sizeof(done), "INSERT INTO switchhook.schema_version (version, name, applied_at) VALUES (%d, '%s', now())",
	    step->version, step->name);
	for (size_t i = 0; i < SH_LENGTH(sql); i++)
		if (migrate_exec(m, step, sql[i]) != SH_OK)
			return m->e->status;
	migrate_say(m, "migration %s applied", step->name);
	return SH_OK;
}

static enum sh_status
migrate_lock(struct migrate *m)
{
	int64_t until_ms = sh_clock_elapsed_ms() + MIGRATE_LOCK_WAIT_S * SH_SECOND_MS;
	int got = 0;
	bool told = false;

	for (;;) {
		if (migrate_number(m, "SELECT pg_try_advisory_lock(" MIGRATE_LOCK ")::int", &got) != SH_OK)
			return m->e->status;
		if (got)
			return SH_OK;
		if (sh_clock_elapsed_ms() >= until_ms)
			return sh_fail(m->e, SH_EAGAIN, "another migration has been running for %d s: see pg_stat_activity for "
			    "\"switchhook migrate\" and wait for it, or end it", MIGRATE_LOCK_WAIT_S);
		if (!told)
			migrate_say(m, "waiting for another migration to end");
		told = true;
		migrate_nap();
	}
}

/* The inbox's days to come: a database that was restored, or stood still for a week, has none. */
static enum sh_status
migrate_partitions(struct migrate *m)
{
	int there = 0;
	struct sh_clock clock;
	char now[32];
	PGresult *r;

	if (migrate_number(m, "SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
	    "WHERE n.nspname = 'switchhook' AND p.proname = 'partitions_ahead'", &there) != SH_OK)
		return m->e->status;
	if (!there)
		return SH_OK;
	sh_clock_init(&clock);
	sh_time_format_rfc3339(sh_clock_wall_ms(&clock), now);
	r = migrate_ask(m, "SELECT switchhook.partitions_ahead($1::timestamptz)", now);
	PQclear(r);
	return r ? SH_OK : m->e->status;
}

static enum sh_status
migrate_all(struct migrate *m)
{
	int version;

	if (migrate_lock(m) != SH_OK || migrate_version(m, &version) != SH_OK)
		return m->e->status;
	if ((size_t)version > sh_sql_nmigrations)
		return migrate_newer(m, version);
	for (size_t i = (size_t)version; i < sh_sql_nmigrations; i++)
		if (migrate_step(m, &sh_sql_migrations[i]) != SH_OK)
			return m->e->status;
	if ((size_t)version == sh_sql_nmigrations)
		migrate_say(m, "the schema is current: version %d", version);
	return migrate_partitions(m);
}

enum sh_status
sh_migrate(const char *conninfo, int wait_s, void (*say)(void *, const char *), void *arg, struct sh_error *e)
{
	struct sh_error own;
	struct migrate m = { .say = say, .arg = arg, .e = e ? e : &own };
	enum sh_status status = migrate_connect(&m, conninfo, wait_s);

	if (status == SH_OK)
		status = migrate_all(&m);
	/* The lock goes with the connection. */
	PQfinish(m.conn);
	return status;
}

enum sh_status
sh_migrate_pending(const char *conninfo, int *ret, struct sh_error *e)
{
	struct sh_error own;
	struct migrate m = { .e = e ? e : &own };
	int version = 0;
	enum sh_status status = migrate_connect(&m, conninfo, 0);

	if (status == SH_OK)
		status = migrate_version(&m, &version);
	PQfinish(m.conn);
	*ret = (int)sh_sql_nmigrations - version;
	return status;
}
