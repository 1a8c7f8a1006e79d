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

static void
live(const char *dial, const char *of, const char *state)
{
	char text[600];

	snprintf(text, sizeof(text),
	    "INSERT INTO live_dial (bucket, tenant_id, dial_id, callback_id, attempt, state, workspace_id, provider, callee_index, "
	    "send_before, verdict_at, "
	    "live_until, created_at) VALUES (1, '" TENANT "', '%s', '%s', 2, '%s', '" WORKSPACE "', 'retell', '" CALLEE "', '" NOON
	    "', '" NOON "', "
	    "'2026-01-01 14:00Z', '" NOON "')",
	    dial, of, state);
	sql(text);
}

static int
setup(void **state)
{
	(void)state;
	PQclear(PQexec(one, "ROLLBACK"));
	PQclear(PQexec(two, "ROLLBACK"));
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

/* ---- what is forgotten of them ---- */

/* A closed chain of minimal retention, of one call. */
static void
minimal(const char *id, const char *dial)
{
	char text[600];

	callback(id, "completed", "minimal = true");
	snprintf(text, sizeof(text),
	    "INSERT INTO intents (bucket, tenant_id, dial_id, at, state, callback_id, attempt, workspace_id, provider, "
	    "callee_index, send_before, verdict_at, "
	    "live_until) VALUES (1, '" TENANT "', '%s', '" NOON "', 'not_placed', '%s', 2, '" WORKSPACE "', 'retell', '" CALLEE
	    "', '" NOON "', '" NOON "', '" NOON "')",
	    dial, id);
	sql(text);
}

/* The arguments after the bucket. */
static const char *
forget(const char *from, const char *looked_at)
{
	static char next[100];
	char text[300];

	snprintf(text, sizeof(text), "EXECUTE it (1, '2026-01-02', 100, '%s', %s)", from, looked_at);
	PQclear(PQexec(one, "DEALLOCATE ALL"));
	PQclear(PQprepare(one, "it", sh_sql_statements[SH_SQL_chain_forget].text, 5, (Oid[]){ 21, 1184, 23, 1184, 23 }));
	PGresult *r = PQexec(one, text);

	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		fail_msg("%s", PQerrorMessage(one));
	snprintf(next, sizeof(next), "%s %s", PQgetvalue(r, 0, 0), PQgetisnull(r, 0, 1) ? "-" : PQgetvalue(r, 0, 1));
	PQclear(r);
	return next;
}

static void
test_what_a_closed_dial_holds_stays_held(void **state)
{
	(void)state;
	minimal(CALLBACK(1), DIAL(1));
	live(DIAL(1), CALLBACK(1), "closed");
	assert_string_equal(forget("-infinity", "100"), "1 -");
	holds("SELECT count(*) FROM callbacks WHERE callee_index IS NOT NULL OR payload IS NOT NULL", "0");
	holds("SELECT count(*) FROM live_dial WHERE callee_index = '" CALLEE "'", "1");
}

static void
test_payloads_without_a_call(void **state)
{
	(void)state;
	minimal(CALLBACK(1), DIAL(1));
	sql("INSERT INTO payload (bucket, tenant_id, event_id, received_at, workspace_id, dial_id, body, expires_at) "
	    "SELECT 1, '" TENANT "', gen_random_uuid(), '" NOON "', '" WORKSPACE
	    "', d::uuid, '\\x00', 'infinity' FROM unnest(ARRAY['" DIAL(1) "', '" DIAL(2) "']) d");
	assert_string_equal(forget("-infinity", "100"), "1 -");
	holds("SELECT string_agg(dial_id::text, ' ') FROM payload", DIAL(2));
}

/* Many that are open: each look is at a part of them, and the parts come to an end. */
static void
test_open_chains_are_looked_at_in_parts(void **state)
{
	(void)state;
	sql("INSERT INTO callbacks (bucket, tenant_id, callback_id, chain_root_id, attempt, workspace_id, provider, state, due_at, "
	    "reason, is_final_attempt, "
	    "minimal, created_at) SELECT 1, '" TENANT "', i, i, 1, '" WORKSPACE
	    "', 'retell', CASE n WHEN 25 THEN 'completed' ELSE 'scheduled' END, '" NOON "', 'api', false, "
	    "true, '" NOON
	    "'::timestamptz + n * interval '1 s' FROM (SELECT n, gen_random_uuid() AS i FROM generate_series(1, 30) n) x");
	assert_string_equal(forget("-infinity", "10"), "0 2026-01-01 12:00:10+00");
	assert_string_equal(forget("2026-01-01 12:00:10Z", "10"), "0 2026-01-01 12:00:19+00");
	assert_string_equal(forget("2026-01-01 12:00:19Z", "10"), "1 2026-01-01 12:00:28+00");
	assert_string_equal(forget("2026-01-01 12:00:28Z", "10"), "0 -");
}

/* Late news of a dial that was believed not placed: its chain has been forgotten, the call is heard of all the same, and then forgotten too. */
static void
test_news_of_what_was_forgotten(void **state)
{
	(void)state;
	minimal(CALLBACK(1), DIAL(1));
	assert_string_equal(forget("-infinity", "100"), "1 -");
	assert_string_equal(run(SH_SQL_dial_revive, "'" DIAL(1) "', '2026-01-01 12:05Z', '" DIAL(1) "', '" WORKSPACE "'"), "t");
	holds("SELECT count(*) FROM live_dial", "1");
	sql("UPDATE live_dial SET state = 'ended', provider_call_id = 'call_1'");
	assert_string_equal(
	    run(SH_SQL_decide_settle, "'" DIAL(1) "', true, '" DIAL(3) "', '2026-01-01 12:06Z', 'terminal', '" DIAL(4) "'"),
	    DIAL(1));
	holds("SELECT count(*) FROM intents WHERE provider_call_id = 'call_1'", "1");
	assert_string_equal(forget("-infinity", "100"), "1 -");
	holds("SELECT count(*) FROM intents WHERE provider_call_id IS NOT NULL", "0");
}

static void
test_a_lost_dial_of_what_was_forgotten(void **state)
{
	(void)state;
	minimal(CALLBACK(1), DIAL(1));
	assert_string_equal(forget("-infinity", "100"), "1 -");
	assert_string_equal(
	    run(SH_SQL_dial_adopt, "'" DIAL(2) "', '" CALLBACK(2) "', 3, '2026-01-01 12:09Z', '" DIAL(
				       3) "', '" WORKSPACE "', '2026-01-01 12:05Z', "
					  "'2026-01-01 12:25Z', '2026-01-01 14:00Z', '" DIAL(4) "', '" CALLBACK(1) "'"),
	    DIAL(2));
	sql("UPDATE live_dial SET state = 'ended', provider_call_id = 'call_1'");
	run(SH_SQL_decide_settle, "'" DIAL(2) "', true, '" DIAL(3) "', '2026-01-01 12:30Z', 'terminal', '" DIAL(4) "'");
	sql("UPDATE callbacks SET state = 'completed'");
	assert_string_equal(forget("-infinity", "100"), "1 -");
	holds("SELECT count(*) FROM intents WHERE provider_call_id IS NOT NULL", "0");
}

/* ---- what a day that is past keeping costs ---- */

/* It would be read whole before it is dropped, which takes longer than a statement may: then it would stay. */
static void
test_a_day_is_not_read_to_be_dropped(void **state)
{
	(void)state;
	sql("SELECT partitions_make(ARRAY['2020-01-01'::date])");
	sql("INSERT INTO inbox (bucket, tenant_id, day, event_id, received_at, workspace_id, provider, kind, final, dedup, body, "
	    "state, lease_until) "
	    "SELECT 1, '" TENANT "', '2020-01-01', gen_random_uuid(), '2020-01-01', '" WORKSPACE
	    "', 'p', 'k', true, n::text::bytea, '', "
	    "'processed', '2020-01-01' FROM generate_series(1, 3000) n");
	sql("INSERT INTO inbox (bucket, tenant_id, day, event_id, received_at, workspace_id, provider, kind, final, dedup, body, "
	    "state, lease_until) "
	    "VALUES (63, '" TENANT "', '2020-01-01', gen_random_uuid(), '2020-01-01', '" WORKSPACE
	    "', 'p', 'k', true, '\\x00', '', 'pending', '2020-01-01')");
	sql("BEGIN");
	holds("SELECT partitions_drop('2020-01-02')", "0");
	holds(
	    "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) < 100 FROM pg_stat_xact_user_tables WHERE relname = 'inbox_20200101'",
	    "t");
	sql("COMMIT; UPDATE inbox SET state = 'processed' WHERE day = '2020-01-01'");
	holds("SELECT partitions_drop('2020-01-02')", "1");
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
		T(test_what_a_closed_dial_holds_stays_held),
		T(test_payloads_without_a_call),
		T(test_open_chains_are_looked_at_in_parts),
		T(test_news_of_what_was_forgotten),
		T(test_a_lost_dial_of_what_was_forgotten),
		T(test_a_day_is_not_read_to_be_dropped),
	};
	struct sh_error e;
	char info[900];
	int failed;

	if (sh_migrate(pg_start(), 0, NULL, NULL, &e) != SH_OK) {
		fprintf(stderr, "# %s\n", e.text);
		return 1;
	}
	snprintf(info, sizeof(info), "%s options='-c search_path=switchhook -c timezone=UTC -c client_min_messages=error%s'",
	    pg_start(), SH_CONNECT_BY_KEY);
	one = pg_session(info);
	two = pg_session(info);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	PQfinish(one);
	PQfinish(two);
	return failed;
}
