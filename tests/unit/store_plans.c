/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * A plan is kept for as long as its connection lives, and may have been made while the tables were empty: at night, or as a day begins. So
 * the statements that every dial and every event runs must find their rows by their own keys even there, where all ways look alike. And
 * as their own role: behind row security the planner does not use every equality.
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

static PGconn *session;

/* What grows with the events. */
static const char *const growing[] = { "callbacks", "due", "live_dial", "intents", "ledger", "call", "inbox_", "rang", "decision", "evidence" };
/* What names one row, or the few of one callee or callback; due_at: the claim's own way. */
static const char *const keys[] = { "callback_id", "dial_id", "call_id", "event_id", "id", "callee_index", "call_index", "dedup",
	"due_at", "decision_id", "evidence_id" };

static const enum sh_sql by_ingest[] = { SH_SQL_inbox_insert, SH_SQL_dial_question };
static const enum sh_sql by_engine[] = { SH_SQL_events_read, SH_SQL_calls_read, SH_SQL_calls_put, SH_SQL_call_put,
	SH_SQL_call_outcome, SH_SQL_event_failed, SH_SQL_due_claim, SH_SQL_due_next, SH_SQL_due_push, SH_SQL_due_drop,
	SH_SQL_claim_defer, SH_SQL_claim_decided, SH_SQL_held_found, SH_SQL_held_again, SH_SQL_dial_intent, SH_SQL_dial_sent, SH_SQL_dial_lock, SH_SQL_dial_held, SH_SQL_dial_revive,
	SH_SQL_dial_placed, SH_SQL_dial_ended, SH_SQL_dial_not_placed, SH_SQL_dial_ambiguous, SH_SQL_dial_parked, SH_SQL_look_read,
	SH_SQL_look_count, SH_SQL_decide_read, SH_SQL_decide_lock, SH_SQL_decide_settle, SH_SQL_callback_end, SH_SQL_callback_again,
	SH_SQL_callback_next, SH_SQL_decision_add, SH_SQL_rang_add, SH_SQL_follow_plan, SH_SQL_follow_read,
	SH_SQL_follow_context, SH_SQL_follow_done, SH_SQL_follow_alone, SH_SQL_suppress, SH_SQL_callback_begin, SH_SQL_chains_close,
	SH_SQL_evidence_add, SH_SQL_late_read, SH_SQL_call_refused };

static const struct group {
	const char *role;
	const enum sh_sql *statements;
	size_t n;
} groups[] = { { "switchhook_ingest", by_ingest, SH_LENGTH(by_ingest) }, { "switchhook_engine", by_engine, SH_LENGTH(by_engine) } };

static bool
is_growing(const char *table)
{
	for (size_t i = 0; i < SH_LENGTH(growing); i++) {
		size_t n = strlen(growing[i]);

		if (strncmp(table, growing[i], n) == 0 && (growing[i][n - 1] == '_' || strcspn(table, " \n") == n))
			return true;
	}
	return false;
}

static bool
names_a_key(const char *cond)
{
	char look[40];

	for (size_t i = 0; i < SH_LENGTH(keys); i++) {
		snprintf(look, sizeof(look), "(%s ", keys[i]);
		if (strstr(cond, look))
			return true;
	}
	return false;
}

/* The first scan of a plan that reads more than it needs; NULL if there is none. */
static const char *
offender(const PGresult *plan)
{
	for (int i = 0; i < PQntuples(plan); i++) {
		const char *line = PQgetvalue(plan, i, 0), *scan = strstr(line, " Scan"), *on = scan ? strstr(scan, " on ") : NULL;
		const char *next = i + 1 < PQntuples(plan) ? PQgetvalue(plan, i + 1, 0) : "";

		if (!on || strstr(line, "Tid Scan") || strstr(line, "CTE Scan") || !is_growing(on + 4))
			continue;
		/* The claim's way is the order of time: the first rows of a bucket, not all of it sorted. */
		if (strstr(line, "due_next") && strstr(next, "Index Cond")) {
			if (i > 0 && strstr(PQgetvalue(plan, i - 1, 0), "Sort Key"))
				return line;
			continue;
		}
		if (!strstr(next, "Index Cond") || !names_a_key(next))
			return line;
	}
	return NULL;
}

/* Its plan, as the engine has it: made once, for any values. */
static PGresult *
plan_of(const char *name, const char *text, int nparams, const struct sh_sql_param *params)
{
	char explain[600];
	Oid types[64] = { 0 };
	PGresult *r;
	int n;

	for (int i = 0; i < nparams; i++)
		types[i] = sh_param_oid(params[i].type, params[i].array);
	r = PQprepare(session, name, text, nparams, types);
	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		print_error("%s: %s", name, PQresultErrorMessage(r));
	assert_int_equal(PQresultStatus(r), PGRES_COMMAND_OK);
	PQclear(r);
	n = snprintf(explain, sizeof(explain), "EXPLAIN (COSTS OFF) EXECUTE %s%s", name, nparams ? "(" : "");
	for (int i = 0; i < nparams; i++)
		n += snprintf(explain + n, sizeof(explain) - (size_t)n, "NULL%s", i + 1 < nparams ? "," : ")");
	r = PQexec(session, explain);
	assert_int_equal(PQresultStatus(r), PGRES_TUPLES_OK);
	return r;
}

static int
check_group(const char *when, const struct group *g)
{
	char role[60];
	int faults = 0;

	PQclear(PQexec(session, "DEALLOCATE ALL; RESET ROLE"));
	snprintf(role, sizeof(role), "SET ROLE %s", g->role);
	PQclear(PQexec(session, role));
	for (size_t i = 0; i < g->n; i++) {
		const struct sh_sql_statement *s = &sh_sql_statements[g->statements[i]];
		PGresult *plan = plan_of(s->name, s->text, s->nparams, s->params);
		const char *bad = offender(plan);

		if (bad) {
			print_error("%s, statements/%s.sql: %s\n", when, s->name, bad);
			for (int k = 0; k < PQntuples(plan); k++)
				print_error("  %s\n", PQgetvalue(plan, k, 0));
			faults++;
		}
		PQclear(plan);
	}
	return faults;
}

static int
check_all(const char *when)
{
	int faults = 0;

	for (size_t i = 0; i < SH_LENGTH(groups); i++)
		faults += check_group(when, &groups[i]);
	return faults;
}

static void
test_of_tables_that_were_never_used(void **state)
{
	(void)state;
	assert_int_equal(check_all("never used"), 0);
}

/* What VACUUM found empty counts as empty, however it has grown since, until it is looked at again. */
static void
test_of_tables_that_were_emptied(void **state)
{
	(void)state;
	pg_exec("VACUUM ANALYZE");
	assert_int_equal(check_all("emptied"), 0);
}

static void
test_the_check_sees(void **state)
{
	static const struct sh_sql_param tenant[] = { { SH_T_SMALLINT, false, "bucket" }, { SH_T_UUID, false, "tenant" } };
	static const char *const texts[] = {
		"SELECT 1 FROM callbacks WHERE bucket = $1 AND tenant_id = $2",
		"SELECT 1 FROM callbacks c, live_dial l WHERE c.bucket = $1 AND c.tenant_id = $2 AND l.bucket = $1 AND l.tenant_id "
		"= $2 "
		"AND l.dial_id = c.last_dial",
		"SELECT d.due_at FROM generate_series(0, 63) b(n), LATERAL (SELECT due_at FROM due WHERE bucket = b.n::smallint + "
		"$1 - $1 "
		"AND tenant_id <> $2 AND due_at > '-infinity' ORDER BY due_at LIMIT 1) d",
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(texts); i++) {
		char name[20];
		PGresult *plan;

		snprintf(name, sizeof(name), "wide_%zu", i);
		plan = plan_of(name, texts[i], 2, tenant);
		assert_non_null(offender(plan));
		PQclear(plan);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_of_tables_that_were_never_used),
		cmocka_unit_test(test_of_tables_that_were_emptied),
		cmocka_unit_test(test_the_check_sees),
	};
	struct sh_error e;
	char info[900];
	int failed;

	if (sh_migrate(pg_start(), 0, NULL, NULL, &e) != SH_OK) {
		fprintf(stderr, "# %s\n", e.text);
		return 1;
	}
	snprintf(info, sizeof(info), "%s options='-c search_path=switchhook%s'", pg_start(), SH_CONNECT_BY_KEY);
	session = pg_session(info);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	PQfinish(session);
	return failed;
}
