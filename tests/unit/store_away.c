/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * What a unit is told when the database goes: SH_OK is in the table, SH_EAGAIN is not, SH_EUNKNOWN may be. And that it comes back.
 */
#include "gateway/store/db.h"

#include <event2/event.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/pg.h"

enum { T_ADD, T_NAP };

static const struct sh_sql_param an_id[] = { { SH_T_INT, false, "id" } };

const struct sh_sql_statement sh_sql_statements[] = {
	[T_ADD] = { "add", "INSERT INTO thing (id) VALUES ($1)", 1, an_id },
	[T_NAP] = { "nap", "SELECT pg_sleep($1::double precision / 1000)", 1, an_id },
};
const size_t sh_sql_nstatements = SH_LENGTH(sh_sql_statements);

#define UNITS 300	/* more than are sent at once */
#define UNIT_MS 3000

static struct event_base *base;
static struct sh_clock ours;
static struct sh_db *db;
static const char *conninfo;
static int ups, downs;

struct answer {
	int done;
	enum sh_status status;
	char text[512];
};

static void
note(void *arg, enum sh_status status, const struct sh_result *r, const struct sh_error *e)
{
	struct answer *a = arg;

	(void)r;
	a->done++;
	a->status = status;
	snprintf(a->text, sizeof(a->text), "%s", e->text);
}

static void
changed(void *arg, bool is)
{
	(void)arg;
	ups += is;
	downs += !is;
}

static void
open_db(const char *info, int connect_ms)
{
	struct sh_db_options o = { .conninfo = info, .role = SH_ROLE_ENGINE, .connect_ms = connect_ms, .unit_ms = UNIT_MS };

	ups = downs = 0;
	db = sh_db_new(base, &o, &ours);
	sh_db_on_change(db, changed, NULL);
}

static int
setup(void **state)
{
	(void)state;
	pg_exec("TRUNCATE switchhook.thing");
	base = event_base_new();
	sh_clock_init(&ours);
	open_db(conninfo, 1000);
	return pg_loop(base, &ups, 120) ? 0 : -1;
}

static int
setup_alone(void **state)
{
	(void)state;
	pg_exec("TRUNCATE switchhook.thing");
	base = event_base_new();
	sh_clock_init(&ours);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	sh_db_free(db);
	db = NULL;
	event_base_free(base);
	return 0;
}

static void
run(struct answer *a, int statement, int n, int deadline_ms)
{
	struct sh_unit *u = sh_unit_new(db, note, a);

	if (deadline_ms)
		sh_unit_deadline(u, deadline_ms);
	sh_unit_add(u, (enum sh_sql)statement, SH_P_INT(n));
	sh_unit_run(u);
}

/* One unit that naps in the server, and behind it inserts of 1, 2, …: until the server is seen to nap. */
static pid_t
pile_up(struct answer *a)
{
	pid_t pid = 0;
	int never = 0;

	memset(a, 0, sizeof(*a) * UNITS);
	run(&a[0], T_NAP, 60000, 0);
	for (int i = 1; i < UNITS; i++)
		run(&a[i], T_ADD, i, 0);
	for (int i = 0; i < 200 && !pid; i++) {
		pg_loop(base, &never, 0);
		pid = (pid_t)atol(pg_value("SELECT pid FROM pg_stat_activity WHERE application_name = 'switchhook engine' "
		    "AND state = 'active' AND query LIKE '%pg_sleep(%$1%'"));
	}
	assert_true(pid > 0);
	return pid;
}

/* Each end agrees with the table. Returns how many ended with the status. */
static int
tally(const struct answer *a, enum sh_status status)
{
	int n = 0;

	for (int i = 0; i < UNITS; i++) {
		char sql[80];
		bool there;

		assert_int_equal(a[i].done, 1);
		n += a[i].status == status;
		snprintf(sql, sizeof(sql), "SELECT count(*) FROM switchhook.thing WHERE id = %d", i);
		there = strcmp(pg_value(sql), "1") == 0;
		if (i > 0 && a[i].status == SH_OK)
			assert_true(there);
		else if (a[i].status == SH_EAGAIN)
			assert_false(there);
		else if (i > 0)
			assert_int_equal(a[i].status, SH_EUNKNOWN);
	}
	return n;
}

/* A server that crashed may end the first new sessions too: the caller tries again, as callers do. */
static void
expect_works(int id)
{
	int64_t until_ms = sh_clock_elapsed_ms() + 120000;
	struct answer a;

	do {
		a = (struct answer){ 0 };
		run(&a, T_ADD, id++, 0);
		assert_true(pg_loop(base, &a.done, 120));
	} while (a.status != SH_OK && sh_clock_elapsed_ms() < until_ms);
	assert_string_equal(a.text, "");
	assert_int_equal(a.status, SH_OK);
}

static void
test_backend_killed(void **state)
{
	static struct answer a[UNITS];

	(void)state;
	kill(pile_up(a), SIGKILL);
	assert_true(pg_loop(base, &a[UNITS - 1].done, 120));
	assert_true(downs >= 1);
	assert_int_equal(a[0].status, SH_EUNKNOWN);
	assert_int_equal(a[255].status, SH_EUNKNOWN);
	assert_int_not_equal(a[256].status, SH_EUNKNOWN);
	assert_int_equal(tally(a, SH_EUNKNOWN), 256);
	expect_works(1000);
}

static void
test_server_stops_and_starts(void **state)
{
	static struct answer a[UNITS];
	struct answer late = { 0 };

	(void)state;
	pile_up(a);
	pg_server_stop();
	assert_true(pg_loop(base, &a[UNITS - 1].done, 120));
	run(&late, T_ADD, 5000, 0);
	assert_int_equal(late.done, 0);
	assert_true(pg_loop(base, &late.done, 120));
	assert_int_equal(late.status, SH_EAGAIN);
	assert_false(sh_db_ready(db));
	ups = 0;
	pg_server_start();
	assert_true(pg_loop(base, &ups, 120));
	assert_int_equal(tally(a, SH_EUNKNOWN), 256);
	assert_int_equal(tally(a, SH_EAGAIN), UNITS - 256);
	expect_works(1000);
}

static void
test_idle_connection_is_closed(void **state)
{
	(void)state;
	expect_works(1);
	ups = 0;
	pg_exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'switchhook engine'");
	assert_true(pg_loop(base, &ups, 120));
	assert_int_equal(downs, 1);
	expect_works(2);
}

/* statement_timeout is the server's, and a stopped server has none. */
static void
test_stuck_server(void **state)
{
	static struct answer a[UNITS];
	pid_t pid = pile_up(a);
	struct answer soon = { 0 };
	int64_t began_ms;

	(void)state;
	assert_int_equal(kill(pid, SIGSTOP), 0);
	began_ms = sh_clock_elapsed_ms();
	run(&soon, T_ADD, 5000, 300);
	/* The window is full, so this one was not sent: its deadline alone is the end of it. */
	assert_true(pg_loop(base, &soon.done, 120));
	assert_int_equal(soon.status, SH_EAGAIN);
	assert_true(sh_clock_elapsed_ms() - began_ms >= 300);
	assert_int_equal(downs, 0);
	/* Those that were sent break the connection at theirs; the new one has a server process that runs. */
	assert_true(pg_loop(base, &a[UNITS - 1].done, 120));
	assert_int_equal(downs, 1);
	assert_true(sh_clock_elapsed_ms() - began_ms >= UNIT_MS - 1000);
	kill(pid, SIGKILL);
	kill(pid, SIGCONT);
	assert_int_equal(a[0].status, SH_EUNKNOWN);
	assert_true(tally(a, SH_EUNKNOWN) >= 256);
}

static void
test_short_deadline_of_a_sent_unit(void **state)
{
	struct answer a[2] = { { 0 } };

	(void)state;
	run(&a[0], T_NAP, 60000, 200);
	run(&a[1], T_ADD, 1, 0);
	assert_true(pg_loop(base, &a[1].done, 120));
	assert_int_equal(a[0].status, SH_EUNKNOWN);
	assert_int_equal(a[1].status, SH_EUNKNOWN);
	assert_non_null(strstr(a[0].text, "deadline"));
	if (!sh_db_ready(db)) {
		ups = 0;
		assert_true(pg_loop(base, &ups, 120));
	}
	expect_works(2);
}

/* A socket that listens and says nothing, or one that refuses. */
static int
dumb_port(bool listens, int *ret_fd)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(to);

	*ret_fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(*ret_fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(getsockname(*ret_fd, (struct sockaddr *)&to, &n), 0);
	if (listens)
		assert_int_equal(listen(*ret_fd, 1), 0);
	return ntohs(to.sin_port);
}

static void
test_hosts_before_the_right_one(void **state)
{
	int refuses, silent, ports[2] = { dumb_port(false, &refuses), dumb_port(true, &silent) };
	char info[300], dir[100];

	(void)state;
	assert_int_equal(sscanf(conninfo, "host=%99s", dir), 1);
	snprintf(info, sizeof(info), "host=127.0.0.1,127.0.0.1,%s port=%d,%d,5432 user=postgres dbname=postgres", dir, ports[0], ports[1]);
	open_db(info, 300);
	assert_true(pg_loop(base, &ups, 120));
	expect_works(1);
	close(refuses);
	close(silent);
}

static void
test_waiting_has_a_deadline(void **state)
{
	struct answer a = { 0 };
	int silent, port = dumb_port(true, &silent);
	char info[100];

	(void)state;
	snprintf(info, sizeof(info), "host=127.0.0.1 port=%d user=postgres", port);
	open_db(info, 60000);
	run(&a, T_ADD, 1, 200);
	assert_true(pg_loop(base, &a.done, 120));
	assert_int_equal(a.status, SH_EAGAIN);
	assert_int_equal(ups, 0);
	close(silent);
}

static void
test_all_hosts_fail(void **state)
{
	struct answer a = { 0 };
	int refuses, port = dumb_port(false, &refuses);
	char info[100];

	(void)state;
	snprintf(info, sizeof(info), "host=127.0.0.1,127.0.0.1 port=%d user=postgres", port);
	open_db(info, 1000);
	run(&a, T_ADD, 1, 0);
	assert_true(pg_loop(base, &a.done, 120));
	assert_int_equal(a.status, SH_EAGAIN);
	assert_non_null(strstr(a.text, "refused"));
	close(refuses);
}

/* A primary that became a standby refuses writes, and is left. */
static void
test_read_only_server_is_left(void **state)
{
	struct answer a = { 0 };

	(void)state;
	pg_exec("ALTER DATABASE postgres SET default_transaction_read_only = on");
	open_db(conninfo, 1000);
	run(&a, T_ADD, 1, 0);
	assert_true(pg_loop(base, &a.done, 120));
	assert_int_equal(a.status, SH_EAGAIN);
	assert_true(pg_loop(base, &downs, 120));
	pg_exec("SET default_transaction_read_only = off");
	pg_exec("ALTER DATABASE postgres RESET default_transaction_read_only");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define A(f) cmocka_unit_test_setup_teardown(f, setup_alone, teardown)
		T(test_idle_connection_is_closed),
		T(test_short_deadline_of_a_sent_unit),
		T(test_backend_killed),
		T(test_server_stops_and_starts),
		T(test_stuck_server),
		A(test_hosts_before_the_right_one),
		A(test_waiting_has_a_deadline),
		A(test_all_hosts_fail),
		A(test_read_only_server_is_left),
	};

	conninfo = pg_start();
	pg_exec("CREATE ROLE switchhook_engine; CREATE SCHEMA switchhook; CREATE TABLE switchhook.thing (id int PRIMARY KEY);"
	    "GRANT USAGE ON SCHEMA switchhook TO PUBLIC; GRANT ALL ON switchhook.thing TO PUBLIC");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
