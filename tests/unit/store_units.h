/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Units against a real Postgres: a connection for each test, an empty table, and what a unit's end was. The program has statements of
 * its own in place of the product's; one of them, T_COUNT, says how many rows the table has.
 */
#ifndef SH_TEST_STORE_UNITS_H
#define SH_TEST_STORE_UNITS_H

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gateway/store/db.h"
#include "tests/lib/pg.h"

enum { T_COUNT, T_OWN };	/* the first of the program's own */

#define STORE_UNITS_COUNT { "count", "SELECT count(*) AS n FROM thing", 0, NULL }

static struct event_base *base;
static struct sh_clock ours;
static struct sh_db *db;
static const char *conninfo;

/* What a unit's end was, copied out. */
struct answer {
	int done;
	enum sh_status status;
	char sqlstate[6], constraint[64], text[512];
	int64_t n;			/* column n of the last statement, if it has one */
	int turn;			/* which unit this one was, by the order of ends */
};
static int turns;

#define add(u, sql, ...) sh_unit_add((u), (enum sh_sql)(sql), ##__VA_ARGS__)

static inline void
note(void *arg, enum sh_status status, const struct sh_result *r, const struct sh_error *e)
{
	struct answer *a = arg;

	a->done++;
	a->status = status;
	a->turn = turns++;
	snprintf(a->sqlstate, sizeof(a->sqlstate), "%s", sh_result_sqlstate(r));
	snprintf(a->constraint, sizeof(a->constraint), "%s", sh_result_constraint(r));
	snprintf(a->text, sizeof(a->text), "%s", e->text);
}

static inline void
note_count(void *arg, enum sh_status status, const struct sh_result *r, const struct sh_error *e)
{
	struct answer *a = arg;

	note(arg, status, r, e);
	if (status == SH_OK)
		a->n = sh_rows_int(sh_rows(r, 0), 0, "n");
}

static inline void
wait_for(const int *done)
{
	assert_true(pg_loop(base, done, 120));
}

static inline int64_t
count(void)
{
	struct answer a = { 0 };
	struct sh_unit *u = sh_unit_new(db, note_count, &a);

	add(u, T_COUNT);
	sh_unit_run(u);
	assert_int_equal(a.done, 0);		/* never at once */
	wait_for(&a.done);
	assert_int_equal(a.status, SH_OK);
	return a.n;
}

static inline struct sh_db *
new_db(enum sh_role role, size_t queue)
{
	struct sh_db_options o = { .conninfo = conninfo, .role = role, .queue = queue };

	return sh_db_new(base, &o, &ours);
}

static inline void
ready(void *arg, bool is)
{
	*(int *)arg += is;
}

static inline int
setup(void **state)
{
	int is = 0;

	(void)state;
	pg_exec("TRUNCATE switchhook.thing");
	sh_clock_init(&ours);
	base = event_base_new();
	db = new_db(SH_ROLE_ENGINE, 2000);
	sh_db_on_change(db, ready, &is);
	wait_for(&is);
	assert_true(sh_db_ready(db));
	sh_db_on_change(db, NULL, NULL);
	turns = 0;
	return 0;
}

static inline int
teardown(void **state)
{
	(void)state;
	sh_db_free(db);
	event_base_free(base);
	return 0;
}

/* The database of all tests of a program. */
static inline void
store_units_start(void)
{
	conninfo = pg_start();
	pg_exec("CREATE ROLE switchhook_api; CREATE ROLE switchhook_ingest; CREATE ROLE switchhook_engine; CREATE SCHEMA switchhook;"
		"CREATE TABLE switchhook.thing (id int PRIMARY KEY, name text CHECK (name <> 'bad'));"
		"CREATE FUNCTION switchhook.raise_state(s text) RETURNS void LANGUAGE plpgsql AS "
		"$$BEGIN RAISE EXCEPTION 'as asked' USING ERRCODE = s; END$$;"
		"GRANT USAGE ON SCHEMA switchhook TO PUBLIC; GRANT ALL ON switchhook.thing TO PUBLIC");
}

#endif
