/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Late news of a dial that was believed not placed (dial_revive), and what an ended dial costs (decide_settle): the cases of
 * docs/ring-once.md that the model found, on a Postgres of its own.
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
#include "tests/lib/pg.h"

#define TENANT "'10000000-0000-7000-8000-000000000001'"
#define WORKSPACE "20000000-0000-7000-8000-000000000001"
#define CUSTOMER "'30000000-0000-7000-8000-000000000001'"
#define CALLBACK "'40000000-0000-7000-8000-000000000001'"
#define DIAL "50000000-0000-7000-8000-000000000001"
#define OTHER "50000000-0000-7000-8000-000000000002"
#define NEXT "40000000-0000-7000-8000-000000000002"
#define NOON "2026-01-01 12:00Z"

static PGconn *session;

static void
sql(const char *fmt, ...)
{
	char text[4096];
	va_list ap;
	PGresult *r;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	r = PQexec(session, text);
	if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
		fail_msg("%s: %s", text, PQerrorMessage(session));
	PQclear(r);
}

/* The one value of a query. */
static void
holds(const char *query, const char *expected)
{
	PGresult *r = PQexec(session, query);

	if (PQresultStatus(r) != PGRES_TUPLES_OK || strcmp(PQgetvalue(r, 0, 0), expected) != 0)
		fail_msg("%s: %s, expected %s", query, PQntuples(r) ? PQgetvalue(r, 0, 0) : PQerrorMessage(session), expected);
	PQclear(r);
}

static void
statement(enum sh_sql which, int n, const char *const *values)
{
	static const Oid oids[SH_T_COUNT] = { [SH_T_SMALLINT] = 21,
		[SH_T_INT] = 23,
		[SH_T_BOOLEAN] = 16,
		[SH_T_TEXT] = 25,
		[SH_T_BYTEA] = 17,
		[SH_T_JSONB] = 3802,
		[SH_T_UUID] = 2950,
		[SH_T_TIMESTAMPTZ] = 1184 };
	const struct sh_sql_statement *s = &sh_sql_statements[which];
	Oid types[24];
	PGresult *r;

	assert_int_equal(n, s->nparams);
	for (int i = 0; i < n; i++)
		types[i] = oids[s->params[i].type];
	r = PQexecParams(session, s->text, n, types, values, NULL, NULL, 0);
	if (PQresultStatus(r) != PGRES_TUPLES_OK && PQresultStatus(r) != PGRES_COMMAND_OK)
		fail_msg("%s: %s", s->name, PQerrorMessage(session));
	PQclear(r);
}

static void
revive(const char *at)
{
	statement(SH_SQL_dial_revive, 6,
	    (const char *[]){
		"7", "10000000-0000-7000-8000-000000000001", DIAL, at, "60000000-0000-7000-8000-00000000000f", WORKSPACE });
}

static void
log_state(const char *dial, const char *state, const char *at)
{
	sql("INSERT INTO intents (bucket, tenant_id, dial_id, at, state, callback_id, attempt, workspace_id, customer_id, "
	    "provider, callee_index,"
	    " send_before, verdict_at, live_until) VALUES (7, " TENANT ", '%s', '%s', '%s', " CALLBACK ", 1, '" WORKSPACE
	    "', " CUSTOMER ", 'p', '\\x01', '" NOON "', '" NOON "', '" NOON "')",
	    dial, at, state);
}

static void
log_entry(const char *dial, const char *kind, int amount)
{
	sql("INSERT INTO ledger VALUES (7, " TENANT ", gen_random_uuid(), " CUSTOMER ", '%s', %d, '%s', NULL, '" NOON "')", kind,
	    amount, dial);
}

static void
live(const char *dial, const char *state)
{
	sql("INSERT INTO live_dial (bucket, tenant_id, dial_id, callback_id, attempt, state, workspace_id, customer_id, provider, "
	    "callee_index,"
	    " send_before, verdict_at, live_until, created_at) VALUES (7, " TENANT ", '%s', " CALLBACK ", 1, '%s', '" WORKSPACE
	    "', " CUSTOMER ", 'p', '\\x01', '" NOON "', '" NOON "', '" NOON "', '" NOON "')",
	    dial, state);
}

/* A dial that was refunded as not placed; its callback waits for the next. */
static int
not_placed(void **state)
{
	(void)state;
	sql("BEGIN");
	sql("INSERT INTO customer VALUES (7, " TENANT ", " CUSTOMER ", 'c', 0, 1, '" NOON "')");
	sql("INSERT INTO callbacks (bucket, tenant_id, callback_id, chain_root_id, attempt, workspace_id, number_id, customer_id, "
	    "provider, state,"
	    " due_at, reason, is_final_attempt, callee_index, payload, last_dial, created_at) VALUES (7, " TENANT ", " CALLBACK
	    ", " CALLBACK ", 1, '" WORKSPACE "', gen_random_uuid(), " CUSTOMER ", 'p', 'scheduled', '" NOON
	    "', 'api', false, '\\x01', '', '" DIAL "', '" NOON "')");
	sql("INSERT INTO due VALUES (7, " TENANT ", 'dial', " CALLBACK ", '" NOON "')");
	log_state(DIAL, "intent", NOON);
	log_state(DIAL, "not_placed", "2026-01-01 12:20:00.2Z");
	log_entry(DIAL, "reserve", -1);
	log_entry(DIAL, "refund", 1);
	return 0;
}

static int
undo(void **state)
{
	(void)state;
	sql("ROLLBACK");
	return 0;
}

static void
test_late_news_takes_the_claim_back(void **state)
{
	(void)state;
	revive("2026-01-01 12:21Z");
	holds("SELECT state FROM live_dial WHERE dial_id = '" DIAL "'", "ambiguous");
	holds("SELECT state || ' ' || epoch FROM callbacks", "dialling 1");
	holds("SELECT count(*) FROM due", "0");
	holds("SELECT sum(amount) FROM ledger", "-1");
	holds("SELECT balance FROM customer", "-1");
}

/* The worker that tells the late news has a clock behind the one that wrote not_placed. */
static void
test_news_that_was_decided_is_old(void **state)
{
	(void)state;
	log_state(DIAL, "ended", "2026-01-01 12:20:00.1Z");
	log_state(DIAL, "decided", "2026-01-01 12:20:00.1Z");
	revive("2026-01-01 12:21Z");
	holds("SELECT count(*) FROM live_dial", "0");
	holds("SELECT state FROM callbacks", "scheduled");
	holds("SELECT balance FROM customer", "0");
}

static void
test_another_dial_decides(void **state)
{
	(void)state;
	sql("UPDATE callbacks SET state = 'dialling', last_dial = '" OTHER "'");
	live(OTHER, "sent");
	log_entry(OTHER, "reserve", -1);
	for (int twice = 0; twice < 2; twice++) {
		revive("2026-01-01 12:21Z");
		holds("SELECT string_agg(kind || ' ' || amount, ', ' ORDER BY kind) FROM ledger WHERE dial_id = '" DIAL "'",
		    "refund 1, reserve -1, reversal -1, settle 0");
		holds("SELECT balance FROM customer", "-1");
		holds("SELECT count(*) FROM live_dial WHERE dial_id = '" DIAL "'", "0");
		holds("SELECT count(*) FROM intents WHERE state = 'decided'", "1");
		holds("SELECT state || ' ' || last_dial FROM callbacks", "dialling " OTHER);
	}
}

/* A failover lost the end of the first dial and all of the second; nothing proved the first either way, so it was parked. */
static void
test_a_lost_dial_follows_a_parked_one(void **state)
{
	(void)state;
	sql("DELETE FROM ledger WHERE kind = 'refund'");
	sql("UPDATE callbacks SET state = 'parked'");
	sql("UPDATE customer SET balance = -1");
	live(DIAL, "parked");
	statement(SH_SQL_dial_adopt, 13,
	    (const char *[]){ "7", "10000000-0000-7000-8000-000000000001", OTHER, "40000000-0000-7000-8000-000000000001", "1",
		"2026-01-01 12:30Z", "60000000-0000-7000-8000-000000000001", WORKSPACE, NOON, NOON, NOON,
		"60000000-0000-7000-8000-000000000002", NULL });
	holds("SELECT string_agg(dial_id || ' ' || state, ', ') FROM live_dial", OTHER " ambiguous");
	holds("SELECT state || ' ' || last_dial FROM callbacks", "dialling " OTHER);
	holds("SELECT string_agg(kind, ', ' ORDER BY kind) FROM ledger WHERE dial_id = '" DIAL "'", "refund, reserve");
	holds("SELECT balance FROM customer", "-1");
}

static void
adopt_next(void)
{
	statement(SH_SQL_dial_adopt, 13,
	    (const char *[]){ "7", "10000000-0000-7000-8000-000000000001", OTHER, NEXT, "2", "2026-01-01 12:30Z",
		"60000000-0000-7000-8000-000000000001", WORKSPACE, NOON, NOON, NOON, "60000000-0000-7000-8000-000000000002",
		"40000000-0000-7000-8000-000000000001" });
}

static void
decided_next(const char *callback)
{
	statement(SH_SQL_callback_next, 13,
	    (const char *[]){ "7", "10000000-0000-7000-8000-000000000001", "40000000-0000-7000-8000-000000000001", callback, "2",
		"2026-01-01 13:00Z", "busy_followup", "false", "false", "0", "2026-01-01 12:31Z", "{}", NULL });
}

/* A failover lost the decision about the first attempt, the row of the second and its dial. */
static void
test_a_lost_attempt_is_made_anew(void **state)
{
	(void)state;
	sql("UPDATE callbacks SET state = 'dialling', once_spent = 1, payload = '\\x77'; DELETE FROM due");
	live(DIAL, "ended");
	for (int twice = 0; twice < 2; twice++) {
		adopt_next();
		holds("SELECT state || ' ' || last_dial || ' ' || attempt || ' ' || once_spent || ' ' || payload::text FROM "
		      "callbacks "
		      "WHERE callback_id = '" NEXT "'",
		    "dialling " OTHER " 2 1 \\x77");
		holds("SELECT state || ' ' || callback_id || ' ' || (callee_index IS NULL) FROM live_dial WHERE dial_id = '" OTHER
		      "'",
		    "ambiguous " NEXT " true");
		holds("SELECT string_agg(kind, ' ') FROM ledger WHERE dial_id = '" OTHER "'", "reserve");
	}
	/* Decided once more, it finds that attempt, and makes no other. */
	decided_next("40000000-0000-7000-8000-000000000009");
	holds("SELECT count(*) FROM callbacks", "2");
	holds("SELECT count(*) FROM due WHERE kind = 'dial'", "0");
}

/* The decision was taken once more before the list showed the dial: the attempt has another id by then. */
static void
test_a_lost_dial_finds_its_attempt(void **state)
{
	(void)state;
	decided_next("40000000-0000-7000-8000-000000000009");
	holds("SELECT count(*) FROM due WHERE id = '40000000-0000-7000-8000-000000000009'", "1");
	adopt_next();
	holds("SELECT string_agg(callback_id || ' ' || state || ' ' || last_dial, ', ') FROM callbacks WHERE attempt = 2",
	    "40000000-0000-7000-8000-000000000009 dialling " OTHER);
	holds("SELECT callback_id FROM live_dial WHERE dial_id = '" OTHER "'", "40000000-0000-7000-8000-000000000009");
	holds("SELECT count(*) FROM due WHERE id = '40000000-0000-7000-8000-000000000009'", "0");
}

/* A person cancelled what the restored database showed; the attempt that it had lost must not go on to a further one. */
static void
test_a_lost_attempt_stays_cancelled(void **state)
{
	(void)state;
	sql("UPDATE callbacks SET state = 'dialling', cancel_requested_at = '" NOON
	    "', cancelled_by = 'somebody'; DELETE FROM due");
	live(DIAL, "ended");
	adopt_next();
	holds("SELECT state || ' ' || (cancel_requested_at = '" NOON
	      "') || ' ' || cancelled_by FROM callbacks WHERE callback_id = '" NEXT "'",
	    "dialling true somebody");
}

/* A chain of another workspace is none of ours. */
static void
test_a_lost_attempt_of_its_own_workspace(void **state)
{
	(void)state;
	sql("UPDATE callbacks SET workspace_id = gen_random_uuid()");
	adopt_next();
	holds("SELECT count(*) FROM callbacks", "1");
	holds("SELECT count(*) FROM live_dial", "0");
}

/* The merge parks what was due when the database lost its last transactions: a person must not move it past that. */
static void
test_nothing_moves_while_recovering(void **state)
{
	const char *moved[] = { "7", "10000000-0000-7000-8000-000000000001", NULL, "40000000-0000-7000-8000-000000000001",
		"2026-01-02 12:00Z", "2026-01-01 12:30Z", "60000000-0000-7000-8000-000000000001", "moved", NULL, NULL, NULL,
		"2026-01-02 12:00Z", NULL, NULL, "60000000-0000-7000-8000-000000000003", "default", "{}" };
	const char *now[] = { "7", "10000000-0000-7000-8000-000000000001", "40000000-0000-7000-8000-000000000001", "0", "false",
		"2026-01-01 12:30Z", "60000000-0000-7000-8000-000000000002", "now", NULL };

	(void)state;
	sql("UPDATE fence SET mode = 'recovering'");
	statement(SH_SQL_callback_reschedule, 17, moved);
	statement(SH_SQL_callback_dial_now, 9, now);
	holds("SELECT due_at = '" NOON "' FROM callbacks", "t");
	holds("SELECT due_at = '" NOON "' FROM due", "t");
	sql("UPDATE fence SET mode = 'normal'");
	statement(SH_SQL_callback_reschedule, 17, moved);
	holds("SELECT due_at = '2026-01-02 12:00Z' FROM callbacks", "t");
}

/* A person's clock is off, or the day is mistaken: no less is merged than since the database's last sign of life. */
static void
test_lost_since_no_later_than_the_last_sign_of_life(void **state)
{
	static const struct {
		const char *since, *then;
	} cases[] = { { "2026-01-01 12:30Z", "recovering, 2026-01-01 12:00:00+00" },
		{ "2026-01-01 11:30Z", "recovering, 2026-01-01 11:30:00+00" }, { NULL, "recovering, none" } };

	(void)state;
	sql("SET LOCAL timezone = 'UTC'; UPDATE fence SET alive_at = '" NOON "' WHERE bucket = 9");
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		sql("UPDATE fence SET mode = 'normal', lost_from = NULL");
		statement(SH_SQL_recover, 2, (const char *[]){ "7", cases[i].since });
		holds("SELECT mode || ', ' || coalesce(lost_from::text, 'none') FROM fence WHERE bucket = 7", cases[i].then);
	}
}

/* Who may deliver to one workspace must not hang a call on a callback of another by naming its dial. */
static void
test_a_call_follows_a_dial_of_its_own_workspace(void **state)
{
	static const struct {
		const char *workspace, *callback;
	} cases[] = { { WORKSPACE, "t" }, { "20000000-0000-7000-8000-000000000002", "f" } };

	(void)state;
	live(DIAL, "placed");
	sql("PREPARE put (smallint[], uuid[], uuid[], uuid[], bytea[], text[], uuid[], uuid[], text[], text[], smallint[], text[], "
	    "text[], timestamptz[], timestamptz[], bytea[], int[], timestamptz) AS %s",
	    sh_sql_statements[SH_SQL_calls_put].text);
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		sql("EXECUTE put ('{7}', ARRAY[" TENANT
		    "]::uuid[], ARRAY[gen_random_uuid()], '{%s}', ARRAY['\\x0%d'::bytea], '{call}', "
		    "'{null}', '{" DIAL
		    "}', '{outbound}', '{voice}', '{1}', '{null}', '{null}', '{null}', '{null}', '{null}', '{0}', '" NOON "')",
		    cases[i].workspace, (int)i);
		holds("SELECT callback_id IS NOT NULL FROM call ORDER BY call_index DESC LIMIT 1", cases[i].callback);
	}
	sql("DEALLOCATE put");
}

/* What came of a call while its dial was decided was merged without the decision: read again, it may say that no more calls are wanted. */
static void
test_a_decision_moves_the_call(void **state)
{
	static const struct {
		const char *version, *state;
	} cases[] = { { "1", "40001" }, { "2", "" } };

	(void)state;
	sql("INSERT INTO call (bucket, tenant_id, call_id, workspace_id, call_index, provider_call_id, dial_id, rank, version, "
	    "created_at) "
	    "VALUES (7, " TENANT ", '" NEXT "', '" WORKSPACE "', '\\x01', 'call', '" DIAL "', 3, 1, '" NOON "')");
	statement(
	    SH_SQL_call_outcome, 6, (const char *[]){ "7", "10000000-0000-7000-8000-000000000001", NEXT, "busy", "busy", NULL });
	sql("PREPARE put (smallint[], uuid[], uuid[], uuid[], bytea[], text[], uuid[], uuid[], text[], text[], smallint[], text[], "
	    "text[], timestamptz[], timestamptz[], bytea[], int[], timestamptz) AS %s; SAVEPOINT before",
	    sh_sql_statements[SH_SQL_calls_put].text);
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		char text[1024];
		PGresult *r;

		snprintf(text, sizeof(text),
		    "EXECUTE put ('{7}', ARRAY[" TENANT "]::uuid[], '{" NEXT "}', '{" WORKSPACE
		    "}', ARRAY['\\x01'::bytea], '{call}', "
		    "'{null}', '{null}', '{outbound}', '{voice}', '{3}', '{null}', '{null}', '{null}', '{null}', '{null}', '{%s}', "
		    "'" NOON "')",
		    cases[i].version);
		r = PQexec(session, text);
		assert_string_equal(
		    PQresultStatus(r) == PGRES_COMMAND_OK ? "" : PQresultErrorField(r, PG_DIAG_SQLSTATE), cases[i].state);
		PQclear(r);
		if (*cases[i].state)
			sql("ROLLBACK TO before");
	}
	sql("DEALLOCATE put");
}

static void
decide(const char *counted)
{
	statement(SH_SQL_decide_settle, 8,
	    (const char *[]){ "7", "10000000-0000-7000-8000-000000000001", DIAL, counted, "60000000-0000-7000-8000-000000000001",
		"2026-01-01 12:22Z", "other", "60000000-0000-7000-8000-000000000002" });
}

/* Dialled again by a person, which gave its reserve back; then the provider says that it never rang. */
static void
test_given_back_once(void **state)
{
	(void)state;
	live(DIAL, "ended");
	decide("false");
	holds("SELECT string_agg(kind || ' ' || amount, ', ' ORDER BY kind) FROM ledger", "refund 1, reserve -1");
	holds("SELECT balance FROM customer", "0");
}

static void
test_given_back_and_it_did_ring(void **state)
{
	(void)state;
	live(DIAL, "ended");
	decide("true");
	holds("SELECT string_agg(kind || ' ' || amount, ', ' ORDER BY kind) FROM ledger",
	    "refund 1, reserve -1, reversal -1, settle 0");
	holds("SELECT balance FROM customer", "-1");
}

/* Believed not placed, then taken back by late news; and the provider says that it was not the callee's doing. */
static void
test_taken_back_and_not_counted(void **state)
{
	(void)state;
	revive("2026-01-01 12:21Z");
	sql("UPDATE live_dial SET state = 'ended'");
	for (int twice = 0; twice < 2; twice++) {
		decide("false");
		holds("SELECT string_agg(kind || ' ' || amount, ', ' ORDER BY kind) FROM ledger",
		    "refund 1, reserve -1, reversal -1, settle 1");
		holds("SELECT balance FROM customer", "0");
	}
}

static void
test_taken_back_and_counted(void **state)
{
	(void)state;
	revive("2026-01-01 12:21Z");
	sql("UPDATE live_dial SET state = 'ended'");
	decide("true");
	holds("SELECT string_agg(kind || ' ' || amount, ', ' ORDER BY kind) FROM ledger",
	    "refund 1, reserve -1, reversal -1, settle 0");
	holds("SELECT balance FROM customer", "-1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_late_news_takes_the_claim_back, not_placed, undo),
		cmocka_unit_test_setup_teardown(test_news_that_was_decided_is_old, not_placed, undo),
		cmocka_unit_test_setup_teardown(test_another_dial_decides, not_placed, undo),
		cmocka_unit_test_setup_teardown(test_a_lost_dial_follows_a_parked_one, not_placed, undo),
		cmocka_unit_test_setup_teardown(test_a_lost_attempt_is_made_anew, not_placed, undo),
		cmocka_unit_test_setup_teardown(test_a_lost_dial_finds_its_attempt, not_placed, undo),
		cmocka_unit_test_setup_teardown(test_a_lost_attempt_stays_cancelled, not_placed, undo),
		cmocka_unit_test_setup_teardown(test_a_lost_attempt_of_its_own_workspace, not_placed, undo),
		cmocka_unit_test_setup_teardown(test_nothing_moves_while_recovering, not_placed, undo),
		cmocka_unit_test_setup_teardown(test_lost_since_no_later_than_the_last_sign_of_life, not_placed, undo),
		cmocka_unit_test_setup_teardown(test_a_call_follows_a_dial_of_its_own_workspace, not_placed, undo),
		cmocka_unit_test_setup_teardown(test_a_decision_moves_the_call, not_placed, undo),
		cmocka_unit_test_setup_teardown(test_given_back_once, not_placed, undo),
		cmocka_unit_test_setup_teardown(test_given_back_and_it_did_ring, not_placed, undo),
		cmocka_unit_test_setup_teardown(test_taken_back_and_not_counted, not_placed, undo),
		cmocka_unit_test_setup_teardown(test_taken_back_and_counted, not_placed, undo),
	};
	struct sh_error e;
	int failed;

	if (sh_migrate(pg_start(), 0, NULL, NULL, &e) != SH_OK) {
		fprintf(stderr, "# %s\n", e.text);
		return 1;
	}
	session = pg_session(pg_start());
	PQclear(PQexec(session, "SET search_path = switchhook"));
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	PQfinish(session);
	pg_end();
	return failed;
}
