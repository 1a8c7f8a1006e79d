/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "config.h"

#include "tests/lib/pg.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char pg_dir[64], pg_conninfo[160];
static int pg_to = -1, pg_from = -1;	/* the guardian's pipes */
static pid_t pg_guardian, pg_owner;
static PGconn *pg_own;

static void
pg_die(const char *what)
{
	fprintf(stderr, "# private Postgres: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- the guardian --------------------------------------------------------------------------------- */

static const char *
pg_program(const char *name)
{
	static char path[512];
	const char *dir = getenv("PG_BINDIR");
	glob_t found = { 0 };

	if (dir && *dir) {
		snprintf(path, sizeof(path), "%s/%s", dir, name);
		return path;
	}
	snprintf(path, sizeof(path), "/usr/lib/postgresql/*/bin/%s", name);
	if (glob(path, 0, NULL, &found) == 0)
		snprintf(path, sizeof(path), "%s", found.gl_pathv[found.gl_pathc - 1]);
	globfree(&found);
	return path;
}

/* A child that dies with the guardian, as nobody if we are root, its output in the folder's log. */
static pid_t
pg_spawn(char *const argv[])
{
	pid_t pid = fork();
	struct passwd *nobody;
	char log[128];
	int fd;

	if (pid != 0)
		return pid;
	snprintf(log, sizeof(log), "%s/log", pg_dir);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0666);
	dup2(fd, 1);
	dup2(fd, 2);
	if (geteuid() == 0 && (!(nobody = getpwnam("nobody")) || setgid(nobody->pw_gid) != 0 || setuid(nobody->pw_uid) != 0))
		_exit(126);
	prctl(PR_SET_PDEATHSIG, SIGQUIT);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	execv(argv[0], argv);
	_exit(127);
}

static int
pg_wait(pid_t pid)
{
	int status = -1;

	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return status;
}

/* Ready when its pid file says so in line 8. 0: it is not, or died. */
static int
pg_await(pid_t pid)
{
	char path[128], text[512];

	snprintf(path, sizeof(path), "%s/data/postmaster.pid", pg_dir);
	for (int i = 0; i < 3000; i++) {
		FILE *f = fopen(path, "r");
		size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

		text[n] = '\0';
		if (f)
			fclose(f);
		if (strstr(text, "\nready"))
			return 1;
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return 0;
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	return 0;
}

static int
pg_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static pid_t
pg_postmaster(void)
{
	char data[128], socket[128];
	char *argv[] = { (char *)pg_program("postgres"), "-D", data, "-c", "listen_addresses=", "-c", socket, "-c", "fsync=off",
		"-c", "max_connections=60", "-c", "shared_buffers=16MB", NULL };

	snprintf(data, sizeof(data), "%s/data", pg_dir);
	snprintf(socket, sizeof(socket), "unix_socket_directories=%s", pg_dir);
	return pg_spawn(argv);
}

/* Takes one letter, does it, answers one: I initdb, S start, F stop; the pipe's end is the end of all. */
static void
pg_guard(int from, int to)
{
	char data[128], order, answer;
	char *initdb[] = { (char *)"", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions", NULL };
	pid_t pid = 0;

	snprintf(data, sizeof(data), "%s/data", pg_dir);
	while (read(from, &order, 1) == 1) {
		answer = '!';
		if (order == 'I') {
			initdb[0] = (char *)pg_program("initdb");
			answer = pg_wait(pg_spawn(initdb)) == 0 ? '.' : '!';
		} else if (order == 'S' && (pid = pg_postmaster()) > 0) {
			answer = pg_await(pid) ? '.' : '!';
		} else if (order == 'F' && kill(pid, SIGINT) == 0) {
			pg_wait(pid);
			pid = 0;
			answer = '.';
		}
		if (write(to, &answer, 1) != 1)
			break;
	}
	/* A backend that a test has stopped would never leave: SIGKILL goes to stopped ones too. */
	if (pid > 0) {
		kill(pid, SIGQUIT);
		pg_wait(pid);
	}
	nftw(pg_dir, pg_remove, 16, FTW_DEPTH | FTW_PHYS);
	_exit(0);
}

static void
pg_order(char order)
{
	char answer = '!';

	if (write(pg_to, &order, 1) != 1 || read(pg_from, &answer, 1) != 1 || answer != '.') {
		char text[200], line[400];
		FILE *f;

		snprintf(text, sizeof(text), "%s/log", pg_dir);
		f = fopen(text, "r");
		while (f && fgets(line, sizeof(line), f))
			fprintf(stderr, "# %s", line);
		if (f)
			fclose(f);
		pg_die(order == 'I' ? "initdb failed" : order == 'S' ? "it does not start" : "it does not stop");
	}
}

/* ---- calls ------------------------------------------------------------------------------------------ */

const char *
pg_start(void)
{
	const char *tmp = getenv("TMPDIR");
	int down[2], up[2];
	struct passwd *nobody;

	if (pg_guardian)
		return pg_conninfo;
	/* A socket's path has 107 bytes at most. */
	snprintf(pg_dir, sizeof(pg_dir), "%s/sh-pg.XXXXXX", tmp && strlen(tmp) < 40 ? tmp : "/tmp");
	if (!mkdtemp(pg_dir) || pipe2(down, O_CLOEXEC) != 0 || pipe2(up, O_CLOEXEC) != 0)
		pg_die("cannot make its folder");
	if (geteuid() == 0 && (!(nobody = getpwnam("nobody")) || chown(pg_dir, nobody->pw_uid, nobody->pw_gid) != 0))
		pg_die("cannot give its folder to nobody");
	pg_owner = getpid();
	pg_guardian = fork();
	if (pg_guardian == 0) {
		int null = open("/dev/null", O_RDWR);

		setsid();	/* a Ctrl-C is for the test */
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		close(down[1]);
		close(up[0]);
		pg_guard(down[0], up[1]);
	}
	if (pg_guardian < 0)
		pg_die("fork");
	close(down[0]);
	close(up[1]);
	pg_to = down[1];
	pg_from = up[0];
	atexit(pg_end);
	pg_order('I');
	pg_order('S');
	snprintf(pg_conninfo, sizeof(pg_conninfo), "host=%s user=postgres dbname=postgres", pg_dir);
	return pg_conninfo;
}

void
pg_end(void)
{
	if (!pg_guardian || getpid() != pg_owner)
		return;
	PQfinish(pg_own);
	pg_own = NULL;
	close(pg_to);
	close(pg_from);
	pg_wait(pg_guardian);
	pg_guardian = 0;
}

void
pg_server_stop(void)
{
	PQfinish(pg_own);
	pg_own = NULL;
	pg_order('F');
}

void
pg_server_start(void)
{
	pg_order('S');
}

PGconn *
pg_session(const char *conninfo)
{
	PGconn *conn = PQconnectdb(conninfo);

	if (PQstatus(conn) != CONNECTION_OK) {
		fprintf(stderr, "# %s", PQerrorMessage(conn));
		pg_die("cannot connect");
	}
	return conn;
}

static void
pg_hush(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

/* A crash of one server process ends all sessions, ours too; it is then some moments until it takes new ones. */
static void
pg_reach(void)
{
	for (int i = 0; i < 1000; i++) {
		if (!pg_own) {
			pg_own = PQconnectdb(pg_conninfo);
			PQsetNoticeProcessor(pg_own, pg_hush, NULL);
		}
		PQclear(PQexec(pg_own, "SELECT 1"));
		if (PQstatus(pg_own) == CONNECTION_OK)
			return;
		PQfinish(pg_own);
		pg_own = NULL;
		nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	}
	pg_die("it does not come back");
}

const char *
pg_value(const char *sql)
{
	static char text[4096];
	PGresult *r;

	pg_reach();
	r = PQexec(pg_own, sql);
	if (PQstatus(pg_own) != CONNECTION_OK) {
		PQclear(r);
		pg_reach();
		r = PQexec(pg_own, sql);
	}
	if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK) {
		fprintf(stderr, "# %s\n# %s", sql, PQerrorMessage(pg_own));
		pg_die("a statement failed");
	}
	snprintf(text, sizeof(text), "%s", PQntuples(r) > 0 ? PQgetvalue(r, 0, 0) : "");
	PQclear(r);
	return text;
}

void
pg_exec(const char *sql)
{
	pg_value(sql);
}

int
pg_loop(struct event_base *base, const int *done, int limit_s)
{
	struct timespec now, end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += limit_s;
	do {
		/* A turn is a twentieth of a second at most, so that the limit is seen. */
		event_base_loopexit(base, &(struct timeval){ 0, 50000 });
		event_base_loop(base, EVLOOP_ONCE);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (!*done && (now.tv_sec < end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec < end.tv_nsec)));
	return *done;
}
