/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * tests/unit/server_postgres.c: the embedded Postgres, really run: first start, stop, crash, leftover.
 *
 * As root the program becomes nobody first, as Postgres wants it. Back-off goes by a clock of the test's own.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <libpq-fe.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/server/postgres.h"

#define PATIENCE_MS 120000

static char state[] = "/tmp/switchhook-pg-XXXXXX";
static struct sh_postgres pg;
static int64_t ahead_ms; /* our clock runs before the real one by this */

static int64_t
now(void)
{
	return sh_clock_elapsed_ms() + ahead_ms;
}

/* Plays the master until the state is reached. */
static void
until(enum sh_postgres_state wanted)
{
	int64_t end = sh_clock_elapsed_ms() + PATIENCE_MS;

	while (pg.state != wanted) {
		int status;
		pid_t pid;
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			sh_postgres_ended(&pg, pid, status, now());
		sh_postgres_tick(&pg, now());
		if (sh_clock_elapsed_ms() > end || (pg.state == SH_POSTGRES_FAILED && wanted != SH_POSTGRES_FAILED))
			fail_msg("in state %d, not %d", (int)pg.state, (int)wanted);
		nanosleep(&(struct timespec){ 0, 5000000 }, NULL);
	}
}

static void
begin(void)
{
	struct sh_error e;

	if (sh_postgres_init(&pg, SH_PG_BINDIR, state, 20, &e) != SH_OK)
		fail_msg("%s", e.text);
	sh_postgres_start(&pg, now());
}

static void
end(void)
{
	sh_postgres_stop(&pg, now());
	until(SH_POSTGRES_OFF);
}

static void
answers(const char *sql, const char *expected)
{
	char conninfo[256];
	PGconn *c;
	PGresult *r;

	snprintf(conninfo, sizeof(conninfo), "host=%s/socket dbname=switchhook user=switchhook", state);
	c = PQconnectdb(conninfo);
	if (PQstatus(c) != CONNECTION_OK)
		fail_msg("%s", PQerrorMessage(c));
	r = PQexec(c, sql);
	if (expected) {
		assert_int_equal(PQresultStatus(r), PGRES_TUPLES_OK);
		assert_string_equal(PQgetvalue(r, 0, 0), expected);
	} else {
		assert_int_equal(PQresultStatus(r), PGRES_COMMAND_OK);
	}
	PQclear(r);
	PQfinish(c);
}

static void
test_first_start(void **unused)
{
	char path[128];
	struct stat st;

	(void)unused;
	/* What an interrupted initdb left is no cluster. */
	snprintf(path, sizeof(path), "%s/postgres.new", state);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/postgres.new/PG_VERSION", state);
	close(open(path, O_CREAT | O_WRONLY, 0600));

	begin();
	assert_int_equal(pg.state, SH_POSTGRES_INITDB);
	until(SH_POSTGRES_READY);
	answers("SELECT current_user || ' ' || current_database() || ' ' || current_setting('listen_addresses') || '|'",
	    "switchhook switchhook |");
	answers("SELECT string_agg(DISTINCT type || ' ' || auth_method, ', ') FROM pg_hba_file_rules", "host reject, local trust");
	answers("SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'switchhook'", "UTF8");
	answers("SELECT current_setting('synchronous_commit') || current_setting('fsync') || current_setting('wal_compression')",
	    "ononoff");
	snprintf(path, sizeof(path), "%s/socket", state);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	answers("CREATE TABLE kept AS SELECT 42 AS answer", NULL);
	end();
	snprintf(path, sizeof(path), "%s/postgres/postmaster.pid", state);
	assert_int_equal(access(path, F_OK), -1);
}

static void
test_again(void **unused)
{
	(void)unused;
	begin();
	assert_int_equal(pg.state, SH_POSTGRES_STARTING);
	until(SH_POSTGRES_READY);
	answers("SELECT answer FROM kept", "42");
	end();
}

/* A log that has grown is put aside under the running server, which goes on at the new end. */
static void
test_log(void **unused)
{
	char path[128], old[160];
	struct stat st;

	(void)unused;
	snprintf(path, sizeof(path), "%s/postgres.log", state);
	snprintf(old, sizeof(old), "%s.old", path);
	begin();
	until(SH_POSTGRES_READY);
	assert_int_equal(access(old, F_OK), -1);
	assert_int_equal(truncate(path, 20 << 20), 0);
	ahead_ms += 60001;
	sh_postgres_tick(&pg, now());
	assert_int_equal(stat(old, &st), 0);
	assert_int_equal(st.st_size, 16 << 20);
	answers("DO $$ BEGIN RAISE LOG 'still here'; END $$", NULL);
	assert_int_equal(stat(path, &st), 0);
	assert_in_range(st.st_size, 1, 65536);
	end();
}

static void
test_crash(void **unused)
{
	pid_t first;

	(void)unused;
	begin();
	until(SH_POSTGRES_READY);
	first = pg.child;
	kill(first, SIGKILL);
	until(SH_POSTGRES_WAITING);
	ahead_ms += 1000;
	until(SH_POSTGRES_READY);
	assert_int_not_equal(pg.child, first);
	answers("SELECT answer FROM kept", "42");
	end();
}

/* A postmaster that no living process of ours is the parent of, as after kill -9 of a master that set no PDEATHSIG. */
static pid_t
orphan(void)
{
	int ends[2];
	pid_t pid, between;

	assert_int_equal(pipe(ends), 0);
	between = fork();
	if (between == 0) {
		pid = fork();
		if (pid == 0) {
			char socket[300], data[200];
			int null = open("/dev/null", O_RDWR);
			setsid();
			dup2(null, 0);
			dup2(null, 1);
			dup2(null, 2);
			for (int fd = 3; fd < 64; fd++)
				close(fd);
			snprintf(data, sizeof(data), "%s/postgres", state);
			snprintf(socket, sizeof(socket), "unix_socket_directories=%s/socket", state);
			execl(SH_PG_BINDIR "/postgres", SH_PG_BINDIR "/postgres", "-D", data, "-c", "listen_addresses=", "-c",
			    socket, NULL);
			_exit(1);
		}
		(void)!write(ends[1], &pid, sizeof(pid));
		_exit(0);
	}
	assert_int_equal(read(ends[0], &pid, sizeof(pid)), sizeof(pid));
	waitpid(between, NULL, 0);
	close(ends[0]);
	close(ends[1]);
	return pid;
}

static void
test_leftover(void **unused)
{
	pid_t old = orphan();
	int64_t deadline = sh_clock_elapsed_ms() + PATIENCE_MS;
	char path[128], line[32] = "";
	FILE *f;

	(void)unused;
	snprintf(path, sizeof(path), "%s/postgres/postmaster.pid", state);
	while (atoll(line) != old && sh_clock_elapsed_ms() < deadline) {
		f = fopen(path, "r");
		if (f && fgets(line, sizeof(line), f)) { /* looked at again */
		}
		if (f)
			fclose(f);
	}
	begin();
	assert_int_equal(pg.state, SH_POSTGRES_LEFTOVER);
	assert_int_equal(pg.leftover, old);
	until(SH_POSTGRES_READY);
	assert_int_not_equal(pg.child, old);
	answers("SELECT answer FROM kept", "42");
	end();
}

/* A pid file that names a process which is no Postgres is not acted upon: nobody is killed. */
static void
test_stranger_in_the_pid_file(void **unused)
{
	char path[128];
	pid_t stranger = fork();
	FILE *f;

	(void)unused;
	if (stranger == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		_exit(0);
	}
	snprintf(path, sizeof(path), "%s/postgres/postmaster.pid", state);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "%d\n%s/postgres\n1\n5432\n\n\n\nready\n", (int)stranger, state);
	fclose(f);
	begin();
	assert_int_equal(pg.state, SH_POSTGRES_STARTING);
	assert_int_equal(kill(stranger, 0), 0);
	/* Postgres itself refuses while that process lives, and starts once it does not. */
	until(SH_POSTGRES_WAITING);
	kill(stranger, SIGKILL);
	waitpid(stranger, NULL, 0);
	ahead_ms += 1000;
	until(SH_POSTGRES_READY);
	end();
}

static void
test_never_comes_up(void **unused)
{
	char bin[128], program[160];
	struct sh_error e;
	FILE *f;

	(void)unused;
	snprintf(bin, sizeof(bin), "%s/bin", state);
	snprintf(program, sizeof(program), "%s/bin/initdb", state);
	assert_int_equal(mkdir(bin, 0700), 0);
	f = fopen(program, "w");
	assert_non_null(f);
	fputs("#!/bin/sh\nexit 3\n", f);
	fclose(f);
	chmod(program, 0700);
	snprintf(program, sizeof(program), "%s/other", state);
	assert_int_equal(mkdir(program, 0700), 0);
	assert_int_equal(sh_postgres_init(&pg, bin, program, 20, &e), SH_OK);
	sh_postgres_start(&pg, now());
	for (int tries = 1; tries < 5; tries++) {
		until(SH_POSTGRES_WAITING);
		assert_int_equal(pg.deaths, tries);
		assert_true(pg.retry_ms > now() - 1000);
		ahead_ms += 100 << tries;
		sh_postgres_tick(&pg, now());
	}
	until(SH_POSTGRES_FAILED);
}

static void
test_refusals(void **unused)
{
	char deep[200];
	struct sh_error e;

	(void)unused;
	assert_int_equal(sh_postgres_init(&pg, "/nonexistent", state, 20, &e), SH_EABSENT);
	assert_non_null(strstr(e.text, "/nonexistent/initdb"));
	assert_non_null(strstr(e.text, "apt-get install postgresql"));
	memset(deep, 'x', sizeof(deep) - 1);
	deep[0] = '/';
	deep[sizeof(deep) - 1] = '\0';
	assert_int_equal(sh_postgres_init(&pg, SH_PG_BINDIR, deep, 20, &e), SH_EINVALID);
	assert_non_null(strstr(e.text, "107"));
}

static int
setup(void **unused)
{
	(void)unused;
	return mkdtemp(state) ? 0 : -1;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static int
teardown(void **unused)
{
	(void)unused;
	if (pg.child)
		kill(pg.child, SIGQUIT);
	return nftw(state, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_start),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_crash),
		cmocka_unit_test(test_leftover),
		cmocka_unit_test(test_stranger_in_the_pid_file),
		cmocka_unit_test(test_never_comes_up),
		cmocka_unit_test(test_refusals),
	};

	if (geteuid() == 0 && (setgroups(0, NULL) != 0 || setgid(65534) != 0 || setuid(65534) != 0))
		return 99;
	prctl(PR_SET_DUMPABLE, 1);
	sh_log_set_level(SH_LOG_ERROR);
	return cmocka_run_group_tests_name("server_postgres", tests, setup, teardown);
}
