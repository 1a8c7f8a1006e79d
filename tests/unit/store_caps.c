/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * T2 and its caps (docs/ring-once.md, section 3): how often one callee is called, counted over two workspaces of a tenant, under claims
 * that meet; what evidence an exempt dial needs; that each verdict about the callee is kept; and what becomes of the held. On a Postgres of its own.
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
#define CALLEE "\\x0102"
#define NOON "2026-01-01 12:00Z"
/* The n-th of a kind. */
#define WORKSPACE(n) "20000000-0000-7000-8000-00000000000" #n
#define NUMBER(n) "30000000-0000-7000-8000-00000000000" #n
#define CALLBACK(n) "40000000-0000-7000-8000-00000000000" #n
#define DIAL(n) "50000000-0000-7000-8000-00000000000" #n
#define EVIDENCE "60000000-0000-7000-8000-000000000001"

static PGconn *one, *two;

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
	PGresult *r = PQexec(one, query);

	if (PQresultStatus(r) != PGRES_TUPLES_OK || strcmp(PQgetvalue(r, 0, 0), expected) != 0)
		fail_msg("%s: %s, expected %s", query, PQntuples(r) ? PQgetvalue(r, 0, 0) : PQerrorMessage(one), expected);
	PQclear(r);
}

/* ---- T2, as the engine runs it ---- */

struct intent {
	const char *callback, *dial, *now, *within, *calls, *gap, *exempt, *unexempt;
};

/* The n-th callback by the dial of the same number. What is left out: at noon, one call a day, no gap, no exemption. */
#define INTENT(n, ...) ((struct intent){ .callback = CALLBACK(n), .dial = DIAL(n), __VA_ARGS__ })

static const char *
or(const char *given, const char *otherwise)
{
	return given ? given : otherwise;
}

static void
intent_send(PGconn *c, struct intent i)
{
	const struct sh_sql_statement *s = &sh_sql_statements[SH_SQL_dial_intent];
	static char decision[37];
	static int count;
	const char *now = or(i.now, NOON);
	const char *values[] = { "1", TENANT, i.callback, "1", i.dial, now, now, now, now, now, i.dial, "0", or(i.within, "{86400}"),
		or(i.calls, "{1}"), or(i.gap, "0"), or(i.exempt, "f"), i.unexempt, decision, "default", "{\"verdict\": \"ok\", \"kept\": true}" };
	static const Oid oids[] = { 21, 2950, 2950, 23, 2950, 1184, 1184, 1184, 1184, 1184, 2950, 23, 1007, 1007, 23, 16, 1184, 2950, 25, 3802 };

	assert_int_equal(s->nparams, SH_LENGTH(values));
	snprintf(decision, sizeof(decision), "70000000-0000-7000-8000-%012d", ++count);
	assert_int_equal(PQsendQueryParams(c, s->text, SH_LENGTH(values), oids, values, NULL, NULL, 0), 1);
}

static const char *
intent_verdict(PGconn *c)
{
	static char verdict[32];
	PGresult *r = PQgetResult(c);

	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		fail_msg("%s", PQerrorMessage(c));
	snprintf(verdict, sizeof(verdict), "%s", PQntuples(r) ? PQgetvalue(r, 0, 0) : "overtaken");
	PQclear(r);
	while ((r = PQgetResult(c)))
		PQclear(r);
	return verdict;
}

static const char *
intend(struct intent i)
{
	intent_send(one, i);
	return intent_verdict(one);
}

/* The dial's call is over: its callee is free, and it counts all the same. */
static void
ended(const char *dial)
{
	char text[200];

	snprintf(text, sizeof(text), "DELETE FROM live_dial WHERE dial_id = '%s'", dial);
	sql(text);
}

static int
setup(void **state)
{
	(void)state;
	sql("TRUNCATE tenant, workspace, number, callbacks, due, live_dial, intents, rang, decision, evidence, pace, suppression");
	sql("INSERT INTO tenant (bucket, tenant_id, name, keys, created_at) VALUES (1, '" TENANT "', 't', '\\x00', '" NOON "')");
	sql("INSERT INTO workspace (bucket, tenant_id, workspace_id, name, provider, timezone, policy_name, variable_prefix, created_at) "
	    "SELECT 1, '" TENANT "', w::uuid, 'w', p, 'UTC', 'default', '', '" NOON "' FROM (VALUES ('" WORKSPACE(1) "', 'retell'), ('" WORKSPACE(2) "', 'vapi')) v(w, p)");
	sql("INSERT INTO number (bucket, tenant_id, number_id, workspace_id, provider_index, detail, voice, sms, outbound, imported_at) "
	    "SELECT 1, '" TENANT "', n::uuid, w::uuid, '\\x00', '\\x00', true, false, true, '" NOON "' "
	    "FROM (VALUES ('" NUMBER(1) "', '" WORKSPACE(1) "'), ('" NUMBER(2) "', '" WORKSPACE(2) "')) v(n, w)");
	sql("INSERT INTO callbacks (bucket, tenant_id, callback_id, chain_root_id, attempt, workspace_id, number_id, provider, state, epoch, due_at, "
	    "reason, explicit, is_final_attempt, callee_index, payload, created_at) "
	    "SELECT 1, '" TENANT "', c::uuid, c::uuid, 1, w::uuid, n::uuid, 'retell', 'claimed', 1, '" NOON "', 'api', true, false, '" CALLEE "', '\\x00', '" NOON "' "
	    "FROM (VALUES ('" CALLBACK(1) "', '" WORKSPACE(1) "', '" NUMBER(1) "'), ('" CALLBACK(2) "', '" WORKSPACE(2) "', '" NUMBER(2) "')) v(c, w, n)");
	return 0;
}

/* ---- what capped_until counts ---- */

static void
test_windows(void **state)
{
	static const struct {
		const char *within, *calls, *gap, *until;
	} rows[] = {
		{ "{}", "{}", "0", "" },
		{ "{86400}", "{4}", "0", "" },
		{ "{86400}", "{3}", "0", "2026-01-02 01:00:00+00" },	/* the oldest of three falls out */
		{ "{86400}", "{2}", "0", "2026-01-02 09:00:00+00" },
		{ "{86400}", "{1}", "0", "2026-01-02 11:30:00+00" },
		{ "{3600}", "{1}", "0", "2026-01-01 12:30:00+00" },
		{ "{3600}", "{2}", "0", "" },
		{ "{1800}", "{1}", "0", "" },				/* half an hour to the minute: it has fallen out */
		{ "{}", "{}", "1800", "" },
		{ "{}", "{}", "1801", "2026-01-01 12:00:01+00" },
		{ "{3600,86400}", "{1,3}", "7200", "2026-01-02 01:00:00+00" },	/* the last of all that must be kept */
		{ "{3600,86400}", "{1,9}", "7200", "2026-01-01 13:30:00+00" },
	};
	char query[400];

	(void)state;
	sql("INSERT INTO rang (bucket, tenant_id, callee_index, at, ref) SELECT 1, '" TENANT "', '" CALLEE "', at::timestamptz, gen_random_uuid() "
	    "FROM unnest(ARRAY['2025-12-31 12:00Z', '2026-01-01 01:00Z', '2026-01-01 09:00Z', '2026-01-01 11:30Z']) at");
	sql("INSERT INTO rang VALUES (1, '" TENANT "', '\\x09', '" NOON "', gen_random_uuid())");
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		snprintf(query, sizeof(query), "SELECT capped_until(1::smallint, '" TENANT "', '" CALLEE "', '" NOON "', '%s', '%s', %s)", rows[i].within,
			rows[i].calls, rows[i].gap);
		holds(query, rows[i].until);
	}
}

/* Rows of the callee's that must not be read: a number on which calls are tried has many. */
static void
test_many_calls_are_not_read(void **state)
{
	(void)state;
	sql("INSERT INTO rang (bucket, tenant_id, callee_index, at, ref) SELECT 1, '" TENANT "', '" CALLEE "', '" NOON "'::timestamptz - n * interval '1 min', "
	    "gen_random_uuid() FROM generate_series(1, 3000) n");
	sql("BEGIN");
	holds("SELECT capped_until(1::smallint, '" TENANT "', '" CALLEE "', '" NOON "', '{86400,3600}', '{3,1}', 600)", "2026-01-02 11:57:00+00");
	holds("SELECT seq_tup_read + idx_tup_fetch < 300 FROM pg_stat_xact_user_tables WHERE relname = 'rang'", "t");
	sql("ROLLBACK");
}

/* ---- one callee, two workspaces ---- */

static void
test_the_second_is_counted_whoever_calls(void **state)
{
	(void)state;
	assert_string_equal(intend(INTENT(1)), "ok");
	holds("SELECT string_agg(ref::text, ' ') FROM rang", DIAL(1));
	ended(DIAL(1));
	assert_string_equal(intend(INTENT(2, .now = "2026-01-01 13:00Z")), "capped");
	holds("SELECT state || ' ' || due_at || ' ' || first_due_at || ' ' || epoch FROM callbacks WHERE callback_id = '" CALLBACK(2) "'",
		"scheduled 2026-01-02 12:00:00+00 2026-01-01 12:00:00+00 2");
	holds("SELECT string_agg(id || ' ' || due_at, ' ') FROM due WHERE kind = 'dial'", CALLBACK(2) " 2026-01-02 12:00:00+00");
	holds("SELECT string_agg(verdict || ' ' || (dial_id IS NOT NULL) || ' ' || (record->>'verdict') || ' ' || (record->>'kept') || ' ' || coalesce(record->>'next', '-'), ', ' ORDER BY at) FROM decision",
		"ok true ok true -, capped false capped true 2026-01-02T12:00:00.000Z");
	holds("SELECT count(*) FROM rang", "1");
	/* Its time has come. */
	sql("UPDATE callbacks SET state = 'claimed', epoch = 1 WHERE callback_id = '" CALLBACK(2) "'");
	assert_string_equal(intend(INTENT(2, .now = "2026-01-02 12:00Z")), "ok");
}

static void
test_a_busy_callee_is_no_decision(void **state)
{
	(void)state;
	assert_string_equal(intend(INTENT(1)), "ok");
	assert_string_equal(intend(INTENT(2, .calls = "{9}")), "callee_busy");
	holds("SELECT count(*) FROM decision", "1");
	holds("SELECT count(*) FROM rang", "1");
}

static void
test_without_caps_it_counts_for_others(void **state)
{
	(void)state;
	assert_string_equal(intend(INTENT(1, .within = "{}", .calls = "{}")), "ok");
	ended(DIAL(1));
	assert_string_equal(intend(INTENT(2)), "capped");
}

/*
 * The second claim begins while the first is not committed, and waits; by the time it goes on, the first one's call is over and its
 * callee free. What it saw before it waited must not count.
 */
static void
test_claims_that_meet(void **state)
{
	static const char waiting[] = "SELECT count(*) FROM pg_locks WHERE NOT granted";

	(void)state;
	sql("BEGIN");
	assert_string_equal(intend(INTENT(1)), "ok");
	ended(DIAL(1));
	intent_send(two, INTENT(2));
	while (strcmp(pg_value(waiting), "1") != 0)
		;
	sql("COMMIT");
	assert_string_equal(intent_verdict(two), "capped");
	holds("SELECT count(*) FROM rang", "1");
}

/* ---- a dial that did not ring leaves the ledger, and comes back with late news ---- */

/* The arguments as they stand in SQL. */
static void
run(enum sh_sql which, const char *arguments)
{
	const struct sh_sql_statement *s = &sh_sql_statements[which];
	Oid types[16] = { 0 };
	char text[500];

	for (int i = 0; i < s->nparams; i++)
		types[i] = sh_param_oid(s->params[i].type, s->params[i].array);
	PQclear(PQexec(one, "DEALLOCATE ALL"));
	PQclear(PQprepare(one, "it", s->text, s->nparams, types));
	snprintf(text, sizeof(text), "EXECUTE it (1, '" TENANT "', %s)", arguments);
	sql(text);
}

static void
test_what_did_not_ring(void **state)
{
	(void)state;
	assert_string_equal(intend(INTENT(1)), "ok");
	run(SH_SQL_dial_not_placed, "'" DIAL(1) "', '{intent,sent}', 'why', '" NOON "', '" DIAL(1) "', 600, NULL");
	holds("SELECT count(*) FROM rang", "0");
	holds("SELECT state || ' ' || due_at || ' ' || first_due_at FROM callbacks WHERE callback_id = '" CALLBACK(1) "'",
		"scheduled 2026-01-01 12:10:00+00 2026-01-01 12:00:00+00");
	run(SH_SQL_dial_revive, "'" DIAL(1) "', '2026-01-01 12:05Z', '" DIAL(1) "', '" WORKSPACE(1) "'");
	holds("SELECT string_agg(ref || ' ' || at, ' ') FROM rang", DIAL(1) " 2026-01-01 12:00:00+00");
	ended(DIAL(1));
	assert_string_equal(intend(INTENT(2)), "capped");
}

/* A dial that the database lost counts from when it was sent; what its callback was on before does not count any more. */
static void
test_what_was_lost_and_found(void **state)
{
	(void)state;
	assert_string_equal(intend(INTENT(1)), "ok");
	run(SH_SQL_dial_adopt, "'" DIAL(3) "', '" CALLBACK(1) "', 1, '2026-01-01 12:09Z', '" DIAL(3) "', '" WORKSPACE(1) "', '2026-01-01 12:05Z', '2026-01-01 12:25Z', "
				  "'2026-01-01 14:00Z', '" DIAL(4) "', '" CALLBACK(1) "'");
	holds("SELECT string_agg(ref || ' ' || at, ' ') FROM rang", DIAL(3) " 2026-01-01 12:05:00+00");
	/* And what no list tells of may have rung. */
	run(SH_SQL_merge_suspect, "'" WORKSPACE(2) "', '2026-01-01 12:10Z', '2026-01-01 12:10Z', '" NOON "', '" NOON "', '2026-01-01 14:00Z', 'why'");
	holds("SELECT count(*) FROM rang WHERE at = '2026-01-01 12:10Z'", "1");
}

static void
test_a_call_from_elsewhere_counts_once(void **state)
{
	(void)state;
	run(SH_SQL_rang_add, "'" CALLEE "', '2026-01-01 11:00Z', '" DIAL(9) "'");
	run(SH_SQL_rang_add, "'" CALLEE "', '2026-01-01 11:00:05Z', '" DIAL(9) "'");
	holds("SELECT count(*) FROM rang", "1");
	assert_string_equal(intend(INTENT(1)), "capped");
}

/* ---- evidence ---- */

static void
test_quiet_hours_need_evidence(void **state)
{
	(void)state;
	assert_string_equal(intend(INTENT(1, .exempt = "t", .unexempt = "2026-01-02 09:00Z")), "no_evidence");
	holds("SELECT state || ' ' || due_at || ' ' || explicit FROM callbacks WHERE callback_id = '" CALLBACK(1) "'",
		"scheduled 2026-01-02 09:00:00+00 false");
	assert_string_equal(intend(INTENT(2, .exempt = "t")), "no_evidence");
	holds("SELECT state || ' ' || end_reason || ' ' || (ended_at IS NULL) FROM callbacks WHERE callback_id = '" CALLBACK(2) "'", "held no_evidence true");
	holds("SELECT count(*) FROM due", "1");
	holds("SELECT string_agg(verdict, ' ') FROM decision", "no_evidence no_evidence");
}

static void
test_evidence_that_stands(void **state)
{
	(void)state;
	sql("INSERT INTO evidence (bucket, tenant_id, evidence_id, chain_root_id, detail, created_at, expires_at) "
	    "VALUES (1, '" TENANT "', '" EVIDENCE "', '" CALLBACK(1) "', '\\x00', '" NOON "', '2026-01-01 12:00:01Z')");
	sql("UPDATE callbacks SET evidence_id = '" EVIDENCE "'");
	assert_string_equal(intend(INTENT(1, .exempt = "t")), "ok");
	ended(DIAL(1));
	assert_string_equal(intend(INTENT(2, .exempt = "t", .calls = "{9}", .now = "2026-01-01 12:00:01Z")), "no_evidence");
}

/* ---- held ---- */

/* What its policy held goes back to its time, once; what waits for a person stays. */
static void
test_what_was_held_goes_on(void **state)
{
	static const char again[] = "'" CALLBACK(1) "', 1, '2026-01-01 12:10Z', '" DIAL(1) "'";

	(void)state;
	sql("UPDATE callbacks SET state = 'held', end_reason = 'no_evidence'");
	run(SH_SQL_held_again, again);
	holds("SELECT count(*) FROM due", "0");
	sql("UPDATE callbacks SET end_reason = 'no_pack', number_id = NULL");
	run(SH_SQL_held_again, again);
	holds("SELECT count(*) FROM due", "0");
	sql("UPDATE callbacks SET number_id = '" NUMBER(1) "'");
	run(SH_SQL_held_again, "'" CALLBACK(1) "', 7, '2026-01-01 12:10Z', '" DIAL(1) "'");
	holds("SELECT count(*) FROM due", "0");
	run(SH_SQL_held_again, again);
	run(SH_SQL_held_again, again);
	holds("SELECT string_agg(id || ' ' || due_at || ' ' || epoch, ',') FROM due", CALLBACK(1) " 2026-01-01 12:00:00+00 2");
	holds("SELECT state || ' ' || (end_reason IS NULL) FROM callbacks WHERE callback_id = '" CALLBACK(1) "'", "scheduled true");
	holds("SELECT string_agg(text, ',') FROM activity WHERE activity_id = '" DIAL(1) "'", "attempt 1 goes on: what held it (no_pack) holds it no more");
}

/* What went on in transactions that the database lost may have rung; what waited for a person cannot have. */
static void
test_what_was_held_may_have_rung(void **state)
{
	(void)state;
	sql("UPDATE callbacks SET state = 'held', end_reason = 'no_policy'");
	sql("UPDATE callbacks SET end_reason = 'no_evidence' WHERE callback_id = '" CALLBACK(2) "'");
	run(SH_SQL_merge_suspect, "'" WORKSPACE(1) "', '2026-01-01 12:10Z', '2026-01-01 12:10Z', '" NOON "', '" NOON "', '2026-01-01 14:00Z', 'why'");
	run(SH_SQL_merge_suspect, "'" WORKSPACE(2) "', '2026-01-01 12:10Z', '2026-01-01 12:10Z', '" NOON "', '" NOON "', '2026-01-01 14:00Z', 'why'");
	holds("SELECT state FROM callbacks WHERE callback_id = '" CALLBACK(1) "'", "parked");
	holds("SELECT state FROM callbacks WHERE callback_id = '" CALLBACK(2) "'", "held");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup(f, setup)
		T(test_windows),
		T(test_many_calls_are_not_read),
		T(test_the_second_is_counted_whoever_calls),
		T(test_a_busy_callee_is_no_decision),
		T(test_without_caps_it_counts_for_others),
		T(test_claims_that_meet),
		T(test_what_did_not_ring),
		T(test_what_was_lost_and_found),
		T(test_a_call_from_elsewhere_counts_once),
		T(test_quiet_hours_need_evidence),
		T(test_evidence_that_stands),
		T(test_what_was_held_goes_on),
		T(test_what_was_held_may_have_rung),
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
