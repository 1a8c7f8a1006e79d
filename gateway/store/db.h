/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * store/db.h: Postgres on the event loop.
 *
 * One struct sh_db is one connection in one role, in pipeline mode. Work is a unit: some statements that commit or
 * fail together (an implicit transaction up to its sync). Units queue, are sent without waiting for each other,
 * and end in order. Statements are prepared on first use.
 *
 *	struct sh_unit *u = sh_unit_new(db, done, arg);
 *	sh_unit_tenant(u, bucket, &tenant);			// role api: row-level security sees this tenant
 *	sh_unit_add(u, SH_SQL_calls_get, SH_P_INT(bucket), SH_P_ID(&tenant), SH_P_ID(&call));
 *	sh_unit_run(u);						// done is called once, later, never at once
 *
 * Only the sync proves durability, so `done` is called when it has come. It says
 *
 *	SH_OK		committed; rows of statement i are sh_rows(result, i)
 *	SH_EAGAIN	nothing happened: the database is away, the unit was never sent whole, or the server could not: a time-out,
 *			a lock, no room (classes 53, 57, 58; logged here)
 *	SH_EUNKNOWN	the connection broke after sending: it may have committed
 *	SH_ECONFLICT	a unique or check constraint, or a serialization failure: rolled back, sqlstate says which
 *	SH_ESYSTEM	any other SQL error: rolled back
 *	SH_EINVALID	a number or time that its type cannot hold, and SH_ETOOBIG, over 64 MiB of parameters: nothing was sent
 *
 * What was not sent yet outlives a broken connection, if the next attempt succeeds; once every host has failed, units
 * end with SH_EAGAIN until the database is back.
 *
 * The connection comes back by itself (several hosts in order, target_session_attrs, 50 ms to 5 s with jitter). It
 * measures the database's clock against ours at connect and every 30 s (sh_clock). A unit that has not ended
 * within its deadline (default 10 s) breaks the connection: a stuck server is silent.
 */
#ifndef SH_STORE_DB_H
#define SH_STORE_DB_H

#include "gateway/base/arena.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/base/failpoint.h"
#include "gateway/base/id.h"
#include "gateway/store/sql.h"

struct event_base;
struct sh_db;
struct sh_unit;
struct sh_result;
struct sh_rows;

enum sh_role { SH_ROLE_API, SH_ROLE_INGEST, SH_ROLE_ENGINE };	/* switchhook_api, … */

struct sh_db_options {
	const char *conninfo;		/* libpq connection string or URI; several hosts allowed */
	enum sh_role role;
	int connect_ms;			/* per host; default 3 s */
	int unit_ms;			/* default 10 s */
	size_t queue;			/* units waiting at most, then SH_EAGAIN; default 10,000 */
};

/* clock may be NULL. NULL: the connection string cannot be read (logged; sh_migrate says so too). Host names are looked up blocking. */
struct sh_db *sh_db_new(struct event_base *, const struct sh_db_options *, struct sh_clock *);
void sh_db_free(struct sh_db *);		/* open units end with SH_EAGAIN or SH_EUNKNOWN, before it returns */
bool sh_db_ready(const struct sh_db *);
size_t sh_db_pending(const struct sh_db *);
/* Called when it becomes ready and when it is lost; one listener. */
void sh_db_on_change(struct sh_db *, void (*)(void *arg, bool ready), void *arg);

/* ---- units ---------------------------------------------------------------------------------------- */

typedef void sh_unit_f(void *arg, enum sh_status, const struct sh_result *, const struct sh_error *);

struct sh_unit *sh_unit_new(struct sh_db *, sh_unit_f *, void *arg);
/* For tests: past it the connection breaks, and all that was sent on it. */
void sh_unit_deadline(struct sh_unit *, int ms);
void sh_unit_tenant(struct sh_unit *, int bucket, const struct sh_id *tenant);	/* first; not counted among the statements */
void sh_unit_run(struct sh_unit *);
/* For tests: it will not be sent, and ends with SH_EAGAIN. */
void sh_unit_drop(struct sh_unit *);
#define SH_UNIT_FAILPOINT(u_, id_) do { if (SH_FAILPOINT(id_)) sh_unit_drop(u_); } while (0)

struct sh_param {
	enum sh_sql_type type;
	bool array, null;
	int64_t i;			/* numbers, booleans, times in ms, dates in days since 1970 */
	struct sh_str s;		/* text, bytea, jsonb */
	struct sh_id id;
	size_t n;			/* arrays: how many, of const struct sh_param */
	const struct sh_param *items;
};

static inline struct sh_param
sh_param_id(const struct sh_id *id)
{
	return id ? (struct sh_param){ .type = SH_T_UUID, .id = *id } : (struct sh_param){ .type = SH_T_UUID, .null = true };
}

#define SH_P_SMALL(v) ((struct sh_param){ .type = SH_T_SMALLINT, .i = (v) })
#define SH_P_INT(v) ((struct sh_param){ .type = SH_T_INT, .i = (v) })
#define SH_P_BIG(v) ((struct sh_param){ .type = SH_T_BIGINT, .i = (v) })
#define SH_P_BOOL(v) ((struct sh_param){ .type = SH_T_BOOLEAN, .i = (v) })
#define SH_P_TEXT(v) ((struct sh_param){ .type = SH_T_TEXT, .s = (v) })		/* absent: NULL, here and below */
#define SH_P_BYTES(v) ((struct sh_param){ .type = SH_T_BYTEA, .s = (v) })
#define SH_P_JSON(v) ((struct sh_param){ .type = SH_T_JSONB, .s = (v) })
#define SH_P_ID(p) sh_param_id(p)						/* NULL: NULL */
#define SH_P_TIME(ms) ((struct sh_param){ .type = SH_T_TIMESTAMPTZ, .i = (ms) })
#define SH_P_TIME_OR_NULL(ms) ((struct sh_param){ .type = SH_T_TIMESTAMPTZ, .i = (ms), .null = (ms) == 0 })
#define SH_P_DATE(days) ((struct sh_param){ .type = SH_T_DATE, .i = (days) })
#define SH_P_ARRAY(type_, items_, n_) ((struct sh_param){ .type = (type_), .array = true, .items = (items_), .n = (n_) })

/* Copies what it is given. The count and the types must be the statement's: assertions. */
#define sh_unit_add(u, sql, ...) \
	sh_unit_add_params((u), (sql), (const struct sh_param[]){ __VA_ARGS__ }, sizeof((const struct sh_param[]){ __VA_ARGS__ }) / sizeof(struct sh_param))
void sh_unit_add_params(struct sh_unit *, enum sh_sql, const struct sh_param *, size_t n);

/* ---- results: valid until the done function returns ------------------------------------------------ */

const struct sh_rows *sh_rows(const struct sh_result *, int statement);
int sh_rows_count(const struct sh_rows *);		/* rows returned */
#define SH_SQLSTATE_LATER "SHLTR"	/* of the schema's later(): a row is in the way for now */
const char *sh_result_sqlstate(const struct sh_result *);	/* "" if there is none */
const char *sh_result_constraint(const struct sh_result *);	/* name of the violated constraint; "" if there is none */

/* By column name; a name that is not there is an assertion. NULL reads as zero, absent or false. */
bool sh_rows_has(const struct sh_rows *, const char *column);	/* did the statement return such a column? */
bool sh_rows_null(const struct sh_rows *, int row, const char *column);
int64_t sh_rows_int(const struct sh_rows *, int row, const char *column);	/* any integer type; a date as days since 1970 */
bool sh_rows_bool(const struct sh_rows *, int row, const char *column);
struct sh_str sh_rows_str(const struct sh_rows *, int row, const char *column);	/* text, json, jsonb, bytea, name */
struct sh_id sh_rows_id(const struct sh_rows *, int row, const char *column);
int64_t sh_rows_time(const struct sh_rows *, int row, const char *column);	/* ms since 1970 */
size_t sh_rows_texts(const struct sh_rows *, int row, const char *column, struct sh_arena *, struct sh_str **ret); /* text[] */

#endif
