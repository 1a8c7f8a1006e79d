/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Group commit, with the product's schema and statement. */
#include "gateway/store/inbox.h"

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gateway/base/time.h"
#include "gateway/store/migrate.h"
#include "tests/lib/pg.h"

#define BUCKET 7

static struct event_base *base;
static struct sh_clock ours;
static struct sh_db *db;
static struct sh_inbox *inbox;
static struct sh_id tenant, workspace;
static int64_t now_ms;
static int turns;

struct delivery {
	int done, turn;
	enum sh_status status;
	size_t n;
	bool fresh[64];
};

static void
note(void *arg, enum sh_status status, const bool *fresh, size_t n)
{
	struct delivery *d = arg;

	d->done++;
	d->turn = turns++;
	d->status = status;
	d->n = n;
	memcpy(d->fresh, fresh, n * sizeof(*fresh));
}

/* A row like any other, told from the rest by its deduplication key. */
static struct sh_inbox_row
row(int key)
{
	struct sh_inbox_row r = { .bucket = BUCKET, .tenant = tenant, .workspace = workspace, .event = sh_id_new(now_ms),
		.received_ms = now_ms, .provider = SH_STR("retell"), .kind = SH_STR("call_ended"), .body = SH_STR("sealed") };

	memcpy(r.dedup, &key, sizeof(key));
	return r;
}

static void
give(struct delivery *d, const struct sh_inbox_row *rows, size_t n)
{
	*d = (struct delivery){ 0 };
	sh_inbox_add(inbox, rows, n, now_ms + 30000, note, d);
}

static void
wait_for(const struct delivery *d)
{
	assert_true(pg_loop(base, &d->done, 120));
}

static void
ready(void *arg, bool is)
{
	*(int *)arg += is;
}

static int
setup(void **state)
{
	struct sh_db_options o = { .conninfo = pg_start(), .role = SH_ROLE_INGEST };
	int is = 0;

	(void)state;
	pg_exec("DELETE FROM switchhook.inbox");
	base = event_base_new();
	sh_clock_init(&ours);
	now_ms = sh_clock_wall_ms(&ours);
	db = sh_db_new(base, &o, &ours);
	inbox = sh_inbox_new(db);
	tenant = sh_id_new(now_ms);
	workspace = sh_id_new(now_ms);
	turns = 0;
	sh_db_on_change(db, ready, &is);
	if (!pg_loop(base, &is, 120))
		return -1;
	sh_db_on_change(db, NULL, NULL);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	sh_inbox_free(inbox);
	sh_db_free(db);
	event_base_free(base);
	return 0;
}

static void
expect(const char *sql, const char *value)
{
	assert_string_equal(pg_value(sql), value);
}

static void
test_a_row_arrives_whole(void **state)
{
	struct sh_inbox_row r[2] = { row(1), row(2) };
	struct delivery d;

	(void)state;
	r[0].agent = r[0].event;
	r[0].dial = r[0].workspace;
	memset(r[0].call_index, 0xab, 16);
	r[0].final = true;
	r[0].body = SH_STR("\0\xff");
	give(&d, r, 2);
	memset(r, 0, sizeof(r));		/* it was copied */
	assert_int_equal(d.done, 0);
	wait_for(&d);
	assert_int_equal(d.status, SH_OK);
	assert_int_equal(d.n, 2);
	assert_true(d.fresh[0] && d.fresh[1]);
	expect("SELECT bucket || ' ' || provider || ' ' || kind || ' ' || final || ' ' || (agent_id = event_id) || ' ' || "
	    "(dial_id = workspace_id) || ' ' || encode(call_index, 'hex') || ' ' || encode(body, 'hex') || ' ' || state || ' ' || "
	    "(day = (received_at AT TIME ZONE 'UTC')::date) || ' ' || extract(epoch FROM lease_until - received_at)::int "
	    "FROM switchhook.inbox WHERE call_index IS NOT NULL",
	    "7 retell call_ended true true true abababababababababababababababab 00ff pending true 30");
	expect("SELECT count(*) FROM switchhook.inbox WHERE agent_id IS NULL AND dial_id IS NULL AND call_index IS NULL", "1");
}

static void
test_duplicates(void **state)
{
	struct sh_inbox_row r[4] = { row(1), row(2), row(2), row(3) };
	struct delivery a, b, c;

	(void)state;
	give(&a, r, 2);
	wait_for(&a);
	r[0] = row(1);
	r[1] = row(4);
	give(&b, r, 4);		/* 1 and 2 were there; 3 and 4 were not */
	r[0] = row(5);
	r[0].received_ms = now_ms - SH_DAY_MS;
	give(&c, r, 1);
	wait_for(&c);
	assert_int_equal(b.status, SH_OK);
	assert_false(b.fresh[0]);
	assert_true(b.fresh[1]);
	assert_false(b.fresh[2]);
	assert_true(b.fresh[3]);
	assert_true(c.fresh[0]);
	/* What came just before midnight is found just after it. */
	r[0] = row(5);
	give(&c, r, 1);
	wait_for(&c);
	assert_int_equal(c.status, SH_OK);
	assert_false(c.fresh[0]);
	expect("SELECT count(*) FROM switchhook.inbox", "5");
}

/* An event that was kept elsewhere for weeks, and the first after a long standstill: their days are made when they come. */
static void
test_a_day_that_was_not_made(void **state)
{
	struct sh_inbox_row r[2] = { row(1), row(2) };
	struct delivery a, b;

	(void)state;
	r[1].received_ms = now_ms - 30 * SH_DAY_MS;
	give(&a, r, 2);
	wait_for(&a);
	assert_int_equal(a.status, SH_OK);
	assert_true(a.fresh[0] && a.fresh[1]);
	r[0] = row(2);
	r[0].received_ms = now_ms - 29 * SH_DAY_MS;
	r[1] = row(3);
	r[1].received_ms = now_ms - 40 * SH_DAY_MS;
	give(&b, r, 2);
	wait_for(&b);
	assert_int_equal(b.status, SH_OK);
	assert_false(b.fresh[0]);
	assert_true(b.fresh[1]);
	expect("SELECT count(*) FROM switchhook.inbox", "3");
	expect("SELECT bool_and(relrowsecurity AND relforcerowsecurity) FROM pg_class WHERE relname ~ '^inbox_[0-9]+$'", "t");
}

/* Nothing is kept that long, and no partition made: its delivery fails alone, though it was in one batch with the others. */
static void
test_one_bad_row_fails_alone(void **state)
{
	struct delivery d[20];

	(void)state;
	for (int i = 0; i < 20; i++) {
		struct sh_inbox_row r[2] = { row(2 * i), row(2 * i + 1) };

		if (i == 7)
			r[1].received_ms = 0;
		if (i == 11)
			r[0].bucket = 100000;	/* no smallint: found before anything is sent */
		give(&d[i], r, 2);
	}
	for (int i = 0; i < 20; i++)
		wait_for(&d[i]);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(d[i].status, i == 7 || i == 11 ? SH_EINVALID : SH_OK);
		assert_int_equal(d[i].fresh[0], i != 7 && i != 11);
	}
	assert_int_equal(sh_inbox_pending(inbox), 0);
	expect("SELECT count(*) FROM switchhook.inbox", "36");
}

static void
test_five_hundred_in_flight(void **state)
{
	static struct delivery d[500];
	struct sh_inbox_row r;

	(void)state;
	for (int i = 0; i < 500; i++) {
		r = row(i % 450);
		give(&d[i], &r, 1);
	}
	assert_int_equal(sh_inbox_pending(inbox), 500);
	wait_for(&d[499]);
	for (int i = 0; i < 500; i++) {
		assert_int_equal(d[i].done, 1);
		assert_int_equal(d[i].status, SH_OK);
		assert_int_equal(d[i].fresh[0], i < 450);
		assert_int_equal(d[i].turn, i);
	}
	/* Two commits, of 256 and of 244 rows. */
	expect("SELECT count(DISTINCT xmin::text) || ' ' || count(*) FROM switchhook.inbox", "2 450");
}

/* What comes while one commit is under way is one commit. */
static void
test_the_next_batch_gathers(void **state)
{
	struct delivery first, rest[30];
	struct sh_inbox_row r = row(0);
	int never = 0;

	(void)state;
	pg_exec("BEGIN");
	pg_exec("LOCK TABLE switchhook.inbox");
	give(&first, &r, 1);
	for (int i = 0; i < 30; i++) {
		pg_loop(base, &never, 0);
		r = row(1 + i);
		give(&rest[i], &r, 1);
	}
	assert_int_equal(first.done, 0);
	pg_exec("COMMIT");
	wait_for(&rest[29]);
	expect("SELECT count(DISTINCT xmin::text) || ' ' || count(*) FROM switchhook.inbox", "2 31");
}

static void
free_inbox(void *arg, enum sh_status status, const bool *fresh, size_t n)
{
	note(arg, status, fresh, n);
	sh_inbox_free(inbox);
	inbox = NULL;
}

static void
test_freed_inside_its_own_callback(void **state)
{
	struct delivery d[3] = { { 0 } };
	struct sh_inbox_row r[3] = { row(1), row(2), row(3) };

	(void)state;
	sh_inbox_add(inbox, &r[0], 1, now_ms, free_inbox, &d[0]);
	sh_inbox_add(inbox, &r[1], 1, now_ms, note, &d[1]);
	wait_for(&d[0]);
	assert_int_equal(d[0].status, SH_OK);
	assert_int_equal(d[1].done, 1);
	assert_int_equal(d[1].status, SH_EUNKNOWN);
}

static void
test_freed_while_in_flight(void **state)
{
	struct delivery d[2];
	struct sh_inbox_row r = row(1);
	int never = 0;

	(void)state;
	pg_exec("BEGIN");
	pg_exec("LOCK TABLE switchhook.inbox");
	give(&d[0], &r, 1);
	pg_loop(base, &never, 0);
	r = row(2);
	give(&d[1], &r, 1);
	sh_inbox_free(inbox);
	inbox = NULL;
	assert_int_equal(d[0].done, 1);
	assert_int_equal(d[0].status, SH_EUNKNOWN);
	assert_int_equal(d[1].done, 1);
	assert_int_equal(d[1].status, SH_EAGAIN);
	pg_exec("COMMIT");
	for (int i = 0; i < 200 && sh_db_pending(db) > 0; i++)
		pg_loop(base, &never, 0);
	assert_int_equal(sh_db_pending(db), 0);
	assert_int_equal(d[0].done, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(test_a_row_arrives_whole),
		T(test_duplicates),
		T(test_a_day_that_was_not_made),
		T(test_one_bad_row_fails_alone),
		T(test_five_hundred_in_flight),
		T(test_the_next_batch_gathers),
		T(test_freed_inside_its_own_callback),
		T(test_freed_while_in_flight),
	};
	struct sh_error e;

	if (sh_migrate(pg_start(), 0, NULL, NULL, &e) != SH_OK) {
		fprintf(stderr, "# %s\n", e.text);
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
