/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * What ends chains and begins them from outside (docs/chains.md), where sessions meet: one chain comes of two calls, whoever follows
 * them; a claim that becomes a dial meanwhile is met; nobody who takes several callbacks waits in a ring. On a Postgres of its own.
 */
#include "gateway/store/sql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/base/macro.h"
#include "gateway/store/migrate.h"
#include "gateway/store/private.h"
#include "tests/lib/pg.h"

#define TENANT "10000000-0000-7000-8000-000000000001"
#define WORKSPACE "20000000-0000-7000-8000-000000000001"
#define NUMBER "30000000-0000-7000-8000-000000000001"
#define CALLEE "\\x0102"
#define NOON "2026-01-01 12:00Z"
/* The n-th of a kind. */
#define CALLBACK(n) "40000000-0000-7000-8000-00000000000" #n
#define DIAL(n) "50000000-0000-7000-8000-00000000000" #n
#define CALL(n) "60000000-0000-7000-8000-00000000000" #n

static PGconn *one, *two;

static PGresult *
result(PGconn *c)
{
	PGresult *r = PQgetResult(c), *next;

	while ((next = PQgetResult(c)))
		PQclear(next);
	return r;
}

/* "" or the code of what went wrong; of a read its first field. */
static const char *
told(PGconn *c)
{
	static char text[200];
	PGresult *r = result(c);
	const char *code = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	bool rows = PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r);

	snprintf(text, sizeof(text), "%s", code ? code : rows ? PQgetvalue(r, 0, 0) : "");
	PQclear(r);
	return text;
}

static void
sql(const char *text)
{
	PGresult *r = PQexec(one, text);

	if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
		fail_msg("%s: %s", text, PQerrorMessage(one));
	PQclear(r);
}

static void
holds(const char *query, const char *expected)
{
	assert_int_equal(PQsendQuery(one, query), 1);
	assert_string_equal(told(one), expected);
}

/* The arguments as they stand in SQL, after bucket and tenant; the statement is on its way. */
static void
send(PGconn *c, enum sh_sql which, const char *arguments)
{
	const struct sh_sql_statement *s = &sh_sql_statements[which];
	bool bucket = strcmp(s->params[0].word, "bucket") == 0;
	Oid types[24] = { 0 };
	char text[700];

	for (int i = 0; i < s->nparams; i++)
		types[i] = sh_param_oid(s->params[i].type, s->params[i].array);
	PQclear(PQexec(c, "DEALLOCATE ALL"));
	PQclear(PQprepare(c, "it", s->text, s->nparams, types));
	snprintf(text, sizeof(text), "EXECUTE it (%s'" TENANT "'%s%s)", bucket ? "1, " : "", *arguments ? ", " : "", arguments);
	assert_int_equal(PQsendQuery(c, text), 1);
}

static const char *
run(enum sh_sql which, const char *arguments)
{
	send(one, which, arguments);
	return told(one);
}

static void
wait_for_a_lock(void)
{
	while (strcmp(pg_value("SELECT count(*) FROM pg_locks WHERE NOT granted"), "0") == 0)
		;
}

/* The n-th callback, the only one of its chain. */
static void
callback(const char *id, const char *state, const char *more)
{
	char text[900];

	snprintf(text, sizeof(text),
	    "INSERT INTO callbacks (bucket, tenant_id, callback_id, chain_root_id, attempt, workspace_id, number_id, provider, "
	    "state, epoch, due_at, "
	    "reason, is_final_attempt, callee_index, payload, created_at) "
	    "VALUES (1, '" TENANT "', '%s', '%s', 2, '" WORKSPACE "', '" NUMBER "', 'retell', '%s', 1, '" NOON
	    "', 'retry', false, '" CALLEE "', '\\x00', '" NOON "')",
	    id, id, state);
	sql(text);
	if (!*more)
		return;
	snprintf(text, sizeof(text), "UPDATE callbacks SET %s WHERE callback_id = '%s'", more, id);
	sql(text);
}

static int
setup(void **state)
{
	(void)state;
	PQclear(PQexec(one, "ROLLBACK"));
	PQclear(PQexec(two, "ROLLBACK"));
	sql("SET client_min_messages = error");
	PQclear(PQexec(two, "SET client_min_messages = error"));
	sql("TRUNCATE tenant, workspace, number, callbacks, due, live_dial, intents, rang, decision, evidence, pace, suppression, "
	    "activity, call, payload");
	sql("INSERT INTO tenant (bucket, tenant_id, name, keys, created_at) VALUES (1, '" TENANT "', 't', '\\x00', '" NOON "')");
	sql("INSERT INTO workspace (bucket, tenant_id, workspace_id, name, provider, timezone, policy_name, variable_prefix, "
	    "created_at) "
	    "VALUES (1, '" TENANT "', '" WORKSPACE "', 'w', 'retell', 'UTC', 'default', '', '" NOON "')");
	sql("INSERT INTO number (bucket, tenant_id, number_id, workspace_id, provider_index, detail, voice, sms, outbound, "
	    "imported_at) "
	    "VALUES (1, '" TENANT "', '" NUMBER "', '" WORKSPACE "', '\\x00', '\\x00', true, false, true, '" NOON "')");
	return 0;
}

/* ---- one chain of two calls ---- */

#define LOCK "'" CALLEE "'"
#define ALONE(waiting) "'" WORKSPACE "', '" CALLEE "', " waiting
#define BEGIN(n)                                                                                                                   \
	"'" CALL(n) "', '" WORKSPACE "', '" NUMBER "', NULL, 2, '" NOON "', 'no_answer_followup', false, false, 0, '" CALLEE       \
		    "', '\\x00', 'outbound', '{}', NULL, '" NOON "'"
#define CLOSE "'" WORKSPACE "', '" CALLEE "', NULL, 'replaced', '" NOON "', NULL, '{}'"

static void
test_of_two_that_follow_the_second_looks_again(void **state)
{
	(void)state;
	sql("BEGIN");
	run(SH_SQL_callee_lock, LOCK);
	assert_string_equal(run(SH_SQL_follow_alone, ALONE("false")), "t");
	assert_string_equal(run(SH_SQL_callback_begin, BEGIN(1)), CALL(1));
	PQclear(PQexec(two, "BEGIN"));
	send(two, SH_SQL_callee_lock, LOCK);
	wait_for_a_lock();
	sql("COMMIT");
	told(two);
	send(two, SH_SQL_follow_alone, ALONE("false"));
	assert_string_equal(told(two), "40001");
	PQclear(PQexec(two, "ROLLBACK"));
	/* Who asks takes its place. */
	sql("BEGIN");
	assert_string_equal(run(SH_SQL_chains_close, CLOSE), "1");
	run(SH_SQL_callee_lock, LOCK);
	assert_string_equal(run(SH_SQL_follow_alone, ALONE("true")), "t");
	assert_string_equal(run(SH_SQL_callback_begin, BEGIN(2)), CALL(2));
	sql("COMMIT");
	holds("SELECT string_agg(state || ' ' || coalesce(end_reason, '-'), ', ' ORDER BY callback_id) FROM callbacks",
	    "cancelled replaced, scheduled -");
}

/* Something came between closing what waits and the lock. */
static void
test_who_asks_closes_all_that_waits(void **state)
{
	(void)state;
	callback(CALLBACK(1), "scheduled", "");
	sql("BEGIN");
	assert_string_equal(run(SH_SQL_chains_close, CLOSE), "1");
	PQclear(PQexec(two, "BEGIN"));
	send(two, SH_SQL_callee_lock, LOCK);
	told(two);
	send(two, SH_SQL_callback_begin, BEGIN(1));
	assert_string_equal(told(two), CALL(1));
	send(one, SH_SQL_callee_lock, LOCK);
	wait_for_a_lock();
	PQclear(PQexec(two, "COMMIT"));
	told(one);
	assert_string_equal(run(SH_SQL_follow_alone, ALONE("true")), "40001");
	sql("ROLLBACK");
}

static void
test_what_a_chain_beside_another_leaves(void **state)
{
	(void)state;
	callback(CALLBACK(1), "scheduled", "attempt = 1");
	callback(CALLBACK(2), "dialling", "last_dial = '" DIAL(2) "'");
	callback(CALLBACK(3), "claimed", "");
	callback(CALLBACK(4), "completed", "");
	assert_string_equal(run(SH_SQL_follow_alone, ALONE("true")), "40001");
	assert_string_equal(run(SH_SQL_chains_close, CLOSE), "1");
	/* An order that nobody has dialled stays; nothing follows the dial, whether it is ended by now or not. */
	holds("SELECT string_agg(state || ' ' || coalesce(cancelled_by, '-') || ' ' || epoch, ', ' ORDER BY callback_id) FROM "
	      "callbacks",
	    "scheduled - 1, dialling replaced 1, cancelled replaced 2, completed - 1");
	assert_string_equal(run(SH_SQL_follow_alone, ALONE("true")), "t");
	assert_string_equal(run(SH_SQL_follow_alone, ALONE("false")), "40001");
}

/* ---- sessions that meet ---- */

static void
test_a_claim_becomes_a_dial_meanwhile(void **state)
{
	(void)state;
	callback(CALLBACK(1), "claimed", "");
	PQclear(PQexec(two, "BEGIN; UPDATE callbacks SET state = 'dialling', last_dial = '" DIAL(1) "'"));
	send(one, SH_SQL_chains_close, CLOSE);
	wait_for_a_lock();
	PQclear(PQexec(two, "COMMIT"));
	assert_string_equal(told(one), "0");
	holds("SELECT state || ' ' || cancelled_by || ' ' || epoch FROM callbacks", "dialling replaced 1");
}

#define SUPPRESS "'70000000-0000-7000-8000-000000000001', NULL, '" CALLEE "', 'api', NULL, '" NOON "', NULL"
#define SUPPRESS_MANY                                                                                                              \
	"NULL, ARRAY['\\x0001', '" CALLEE                                                                                          \
	"']::bytea[], ARRAY[NULL, NULL]::text[], ARRAY[NULL, NULL]::timestamptz[], 'csv', '" NOON "'"

static void
test_nobody_waits_in_a_ring(void **state)
{
	static const struct {
		enum sh_sql which;
		const char *arguments;
	} rows[] = {
		{ SH_SQL_chains_close, CLOSE },
		{ SH_SQL_suppress, SUPPRESS },
		{ SH_SQL_suppress_many, SUPPRESS_MANY },
	};

	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		setup(state);
		/* By their place the second is the first. */
		callback(CALLBACK(2), "scheduled", "");
		callback(CALLBACK(1), "scheduled", "");
		sql("BEGIN; SELECT FROM callbacks WHERE callback_id = '" CALLBACK(1) "' FOR UPDATE");
		send(two, rows[i].which, rows[i].arguments);
		wait_for_a_lock();
		sql("SET LOCAL lock_timeout = '3s'; SELECT FROM callbacks WHERE callback_id = '" CALLBACK(2) "' FOR UPDATE");
		sql("UPDATE callbacks SET flagged = true; COMMIT");
		assert_int_not_equal(strlen(told(two)), 5);
		holds("SELECT count(*) FROM callbacks WHERE state IN ('suppressed', 'cancelled') AND flagged", "2");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup(f, setup)
		T(test_of_two_that_follow_the_second_looks_again),
		T(test_who_asks_closes_all_that_waits),
		T(test_what_a_chain_beside_another_leaves),
		T(test_a_claim_becomes_a_dial_meanwhile),
		T(test_nobody_waits_in_a_ring),
	};
	struct sh_error e;
	char info[900];
	int failed;

	if (sh_migrate(pg_start(), 0, NULL, NULL, &e) != SH_OK) {
		fprintf(stderr, "# %s\n", e.text);
		return 1;
	}
	snprintf(info, sizeof(info), "%s options='-c search_path=switchhook -c timezone=UTC%s'", pg_start(), SH_CONNECT_BY_KEY);
	one = pg_session(info);
	two = pg_session(info);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	PQfinish(one);
	PQfinish(two);
	return failed;
}
