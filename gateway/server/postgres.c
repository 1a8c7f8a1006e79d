/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * server/postgres.c: off → leftover → initdb → createdb → starting → ready, one child at a time.
 *
 * initdb works in a folder of its own that is renamed when it is whole, so that a first start which was interrupted
 * begins anew instead of finding half a cluster.
 */
#include <config.h>

#include "gateway/server/postgres.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/base/text.h"
#include "gateway/server/process.h"

#define POSTGRES_TRIES 5 /* starts that fail before the first that succeeds */
#define POSTGRES_STEADY_MS 60000 /* up this long: earlier deaths are forgotten */
#define POSTGRES_FAST_MS 15000 /* a fast shutdown that takes longer becomes an immediate one */
#define POSTGRES_LOG_BYTES (16 << 20) /* of the log; what was before is kept once */
#define POSTGRES_LOG_LOOK_MS 60000
#define POSTGRES_SOCKET_NAME "/.s.PGSQL.5432.lock"

enum sh_status
sh_postgres_init(struct sh_postgres *pg, const char *bindir, const char *state_dir, int connections, struct sh_error *e)
{
	char program[PATH_MAX];
	int n;

	*pg = (struct sh_postgres){ .bindir = bindir, .connections = connections };
	n = snprintf(program, sizeof(program), "%s/initdb", bindir);
	if (n >= (int)sizeof(program) || access(program, X_OK) != 0)
		return sh_fail(e, SH_EABSENT,
		    "no database is configured, and the embedded one needs %s/initdb, which cannot be run; "
		    "install Postgres 15 or later (Debian: apt-get install postgresql), or set the option database",
		    bindir);
	if (strlen(state_dir) + strlen("/socket" POSTGRES_SOCKET_NAME) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return sh_fail(
		    e, SH_EINVALID, "state_dir %s is too long: a unix socket's path has at most 107 characters", state_dir);
	snprintf(pg->data, sizeof(pg->data), "%s/postgres", state_dir);
	snprintf(pg->fresh, sizeof(pg->fresh), "%s/postgres.new", state_dir);
	snprintf(pg->socket, sizeof(pg->socket), "%s/socket", state_dir);
	snprintf(pg->log, sizeof(pg->log), "%s/postgres.log", state_dir);
	if (mkdir(pg->socket, 0700) != 0 && (errno != EEXIST || chmod(pg->socket, 0700) != 0))
		return sh_fail(e, SH_ESYSTEM, "cannot make %s: %m", pg->socket);
	return SH_OK;
}

/* ---- the pid file ---------------------------------------------------------------------------------- */

struct postgres_pidfile {
	pid_t pid;
	char data[PATH_MAX];
	bool ready;
};

/* Lines: 1 pid, 2 data folder, 8 status. It is written piece by piece, so what is missing is just not there yet. */
static bool
postgres_pidfile(const struct sh_postgres *pg, struct postgres_pidfile *ret)
{
	char path[PATH_MAX + 20], line[PATH_MAX];
	int64_t pid;
	FILE *f;

	*ret = (struct postgres_pidfile){ 0 };
	snprintf(path, sizeof(path), "%s/postmaster.pid", pg->data);
	f = fopen(path, "re");
	if (!f)
		return false;
	for (int i = 1; fgets(line, sizeof(line), f); i++) {
		line[strcspn(line, "\n")] = '\0';
		if (i == 1 && sh_text_int(sh_str(line), &pid))
			ret->pid = (pid_t)(pid < 0 ? -pid : pid); /* negative: single-user mode */
		else if (i == 2)
			memcpy(ret->data, line, sizeof(line));
		else if (i == 8)
			ret->ready = strncmp(line, "ready", 5) == 0;
	}
	fclose(f);
	return ret->pid > 1;
}

/* Is the process a postgres of this user that works in our folder? A pid may have been given to somebody else. */
static bool
postgres_is_ours(const struct sh_postgres *pg, const struct postgres_pidfile *file)
{
	char path[64], name[32] = "", cwd[PATH_MAX], data[PATH_MAX];
	struct stat st;
	ssize_t n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d", (int)file->pid);
	if (stat(path, &st) != 0 || st.st_uid != geteuid() || !realpath(pg->data, data) || strcmp(file->data, pg->data) != 0)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/comm", (int)file->pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (!fgets(name, sizeof(name), f))
		name[0] = '\0';
	fclose(f);
	snprintf(path, sizeof(path), "/proc/%d/cwd", (int)file->pid);
	n = readlink(path, cwd, sizeof(cwd) - 1);
	cwd[n < 0 ? 0 : n] = '\0';
	return strcmp(name, "postgres\n") == 0 && strcmp(cwd, data) == 0;
}

/* ---- children -------------------------------------------------------------------------------------- */

static void
postgres_to(struct sh_postgres *pg, enum sh_postgres_state state, int64_t now_ms)
{
	pg->state = state;
	pg->since_ms = now_ms;
}

/* In the child: output goes to the log, input comes from in (-1: nothing), the environment is a known one. */
static void
postgres_exec(const struct sh_postgres *pg, int in, const char **args)
{
	static char *const environment[] = { "LANG=C", "LC_ALL=C", "TZ=UTC", "PATH=/usr/bin:/bin", NULL };
	int log = open(pg->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	char path[PATH_MAX];

	setpgid(0, 0);
	signal(SIGINT, SIG_DFL); /* what is ignored stays so across exec */
	signal(SIGHUP, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	if (in < 0)
		in = open("/dev/null", O_RDONLY);
	dup2(in, 0);
	if (log >= 0) {
		dup2(log, 1);
		dup2(log, 2);
	}
	/* Both programs find the rest of Postgres by the path in their first argument. */
	snprintf(path, sizeof(path), "%s/%s", pg->bindir, args[0]);
	args[0] = path;
	execve(path, (char *const *)args, environment);
	dprintf(2, "cannot run %s: %m\n", path);
	_exit(SH_EXIT_FAILED);
}

/*
 * Postgres writes to the end of the file wherever that is, so it may be emptied under it; lines of that very moment are
 * lost. Its own collector would keep the words of a start that fails from this log.
 */
static void
postgres_trim_log(struct sh_postgres *pg, int64_t now_ms)
{
	char old[PATH_MAX + 8];
	off_t at = 0;
	struct stat st;
	int from, to;

	if (pg->log_ms && now_ms - pg->log_ms < POSTGRES_LOG_LOOK_MS)
		return;
	pg->log_ms = now_ms;
	if (stat(pg->log, &st) != 0 || st.st_size <= POSTGRES_LOG_BYTES)
		return;
	snprintf(old, sizeof(old), "%s.old", pg->log);
	from = open(pg->log, O_RDONLY | O_CLOEXEC);
	to = open(old, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	at = st.st_size - POSTGRES_LOG_BYTES;
	while (from >= 0 && to >= 0 && at < st.st_size && sendfile(to, from, &at, (size_t)(st.st_size - at)) > 0)
		;
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	if (truncate(pg->log, 0) != 0)
		sh_log(SH_LOG_WARN, "postgres.log", "the log could not be emptied", SH_F_STR("log", pg->log),
		    SH_F_STR("why", strerror(errno)));
}

static void
postgres_lost_start(struct sh_postgres *pg, const char *what, int64_t now_ms)
{
	int64_t wait_ms = 100;

	pg->deaths++;
	for (int i = 1; i < pg->deaths && wait_ms < 5000; i++)
		wait_ms *= 2;
	pg->retry_ms = now_ms + (wait_ms < 5000 ? wait_ms : 5000);
	if (!pg->was_ready && pg->deaths >= POSTGRES_TRIES) {
		sh_log(SH_LOG_ERROR, "postgres.failed", "the embedded Postgres does not start; its log says why",
		    SH_F_STR("what", what), SH_F_STR("log", pg->log));
		postgres_to(pg, SH_POSTGRES_FAILED, now_ms);
		return;
	}
	postgres_to(pg, SH_POSTGRES_WAITING, now_ms);
}

static int
postgres_remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static void
postgres_initdb(struct sh_postgres *pg, int64_t now_ms)
{
	const char *args[] = { "initdb", "-D", pg->fresh, "-U", "switchhook", "--auth-local=trust", "--auth-host=reject",
		"--encoding=UTF8", "--locale=C", "--no-instructions", NULL };

	nftw(pg->fresh, postgres_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	sh_log(SH_LOG_INFO, "postgres.initdb", "making a database cluster", SH_F_STR("folder", pg->data));
	pg->child = sh_process_fork("initdb", SIGTERM, NULL, 0);
	if (pg->child == 0)
		postgres_exec(pg, -1, args);
	postgres_to(pg, SH_POSTGRES_INITDB, now_ms);
}

/* Single-user mode needs no socket and no password; one line is one statement. */
static void
postgres_createdb(struct sh_postgres *pg, int64_t now_ms)
{
	static const char sql[] = "CREATE DATABASE switchhook\n";
	const char *args[] = { "postgres", "--single", "-D", pg->fresh, "-c", "exit_on_error=on", "postgres", NULL };
	int in = memfd_create("createdb", MFD_CLOEXEC);

	if (in < 0 || write(in, sql, sizeof(sql) - 1) != (ssize_t)sizeof(sql) - 1 || lseek(in, 0, SEEK_SET) != 0) {
		close(in);
		postgres_lost_start(pg, "memfd", now_ms);
		return;
	}
	pg->child = sh_process_fork("createdb", SIGTERM, &in, 1);
	if (pg->child == 0)
		postgres_exec(pg, in, args);
	close(in);
	postgres_to(pg, SH_POSTGRES_CREATEDB, now_ms);
}

/*
 * wal_compression off: its worst case costs more than the space it saves on encrypted rows. Terse errors: a violated constraint's
 * detail would put a row's values into the log.
 */
static void
postgres_run(struct sh_postgres *pg, int64_t now_ms)
{
	char socket[PATH_MAX + 40], connections[40];
	const char *args[] = { "postgres", "-D", pg->data, "-c", "listen_addresses=", "-c", socket, "-c",
		"unix_socket_permissions=0700", "-c", connections, "-c", "shared_buffers=64MB", "-c", "wal_compression=off", "-c",
		"jit=off", "-c", "logging_collector=off", "-c", "log_destination=stderr", "-c", "log_line_prefix=%m [%p] ", "-c",
		"log_error_verbosity=terse", "-c", "log_min_error_statement=panic", "-c", "timezone=UTC", "-c", "log_timezone=UTC",
		NULL };

	snprintf(socket, sizeof(socket), "unix_socket_directories=\"%s\"", pg->socket);
	snprintf(connections, sizeof(connections), "max_connections=%d", pg->connections);
	/* SIGINT is its fast shutdown: it stops by itself, cleanly, when the master dies. */
	pg->child = sh_process_fork("postgres", SIGINT, NULL, 0);
	if (pg->child == 0)
		postgres_exec(pg, -1, args);
	postgres_to(pg, SH_POSTGRES_STARTING, now_ms);
}

void
sh_postgres_start(struct sh_postgres *pg, int64_t now_ms)
{
	struct postgres_pidfile file;
	char version[PATH_MAX + 20];

	if (postgres_pidfile(pg, &file) && postgres_is_ours(pg, &file)) {
		sh_log(SH_LOG_WARN, "postgres.leftover", "a Postgres that outlived its gateway is being stopped",
		    SH_F_INT("postgres", file.pid));
		kill(file.pid, SIGINT);
		pg->leftover = file.pid;
		postgres_to(pg, SH_POSTGRES_LEFTOVER, now_ms);
		return;
	}
	snprintf(version, sizeof(version), "%s/PG_VERSION", pg->data);
	if (access(version, F_OK) == 0)
		postgres_run(pg, now_ms);
	else
		postgres_initdb(pg, now_ms);
}

/* ---- what happens ---------------------------------------------------------------------------------- */

static void
postgres_wait_leftover(struct sh_postgres *pg, int64_t now_ms)
{
	struct postgres_pidfile file;

	if (!postgres_pidfile(pg, &file) || file.pid != pg->leftover || !postgres_is_ours(pg, &file)) {
		pg->leftover = 0;
		sh_postgres_start(pg, now_ms);
	} else if (now_ms - pg->since_ms > POSTGRES_FAST_MS) {
		kill(pg->leftover, SIGQUIT);
		pg->since_ms = now_ms;
	}
}

static void
postgres_look(struct sh_postgres *pg, int64_t now_ms)
{
	struct postgres_pidfile file;

	if (!postgres_pidfile(pg, &file) || file.pid != pg->child || !file.ready)
		return;
	sh_log(SH_LOG_INFO, "postgres.ready", "the embedded Postgres accepts connections", SH_F_INT("postgres", pg->child),
	    SH_F_INT("after_ms", now_ms - pg->since_ms));
	pg->was_ready = true;
	postgres_to(pg, SH_POSTGRES_READY, now_ms);
}

void
sh_postgres_tick(struct sh_postgres *pg, int64_t now_ms)
{
	switch (pg->state) {
	case SH_POSTGRES_LEFTOVER:
		postgres_wait_leftover(pg, now_ms);
		break;
	case SH_POSTGRES_STARTING:
		postgres_look(pg, now_ms);
		break;
	case SH_POSTGRES_READY:
		postgres_trim_log(pg, now_ms);
		if (pg->deaths && now_ms - pg->since_ms > POSTGRES_STEADY_MS)
			pg->deaths = 0;
		break;
	case SH_POSTGRES_WAITING:
		if (now_ms >= pg->retry_ms)
			sh_postgres_start(pg, now_ms);
		break;
	case SH_POSTGRES_STOPPING:
		if (now_ms - pg->since_ms > POSTGRES_FAST_MS && pg->child) {
			kill(pg->child, pg->asked++ ? SIGKILL : SIGQUIT);
			pg->since_ms = now_ms;
		}
		break;
	default:
		break;
	}
}

/* The rename makes the cluster appear whole; the folder's entry is made durable before anything relies on it. */
static void
postgres_created(struct sh_postgres *pg, int64_t now_ms)
{
	char parent[PATH_MAX];
	int fd;

	snprintf(parent, sizeof(parent), "%s", pg->data);
	*strrchr(parent, '/') = '\0';
	if (rename(pg->fresh, pg->data) != 0) {
		sh_log(SH_LOG_ERROR, "postgres.rename", "the new cluster could not be put in its place",
		    SH_F_STR("why", strerror(errno)));
		postgres_lost_start(pg, "rename", now_ms);
		return;
	}
	fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	postgres_run(pg, now_ms);
}

bool
sh_postgres_ended(struct sh_postgres *pg, pid_t pid, int wait_status, int64_t now_ms)
{
	enum sh_postgres_state was = pg->state;
	char how[64];

	if (pid != pg->child || !pid)
		return false;
	pg->child = 0;
	if (was == SH_POSTGRES_STOPPING) {
		postgres_to(pg, SH_POSTGRES_OFF, now_ms);
	} else if (was == SH_POSTGRES_INITDB && wait_status == 0) {
		postgres_createdb(pg, now_ms);
	} else if (was == SH_POSTGRES_CREATEDB && wait_status == 0) {
		postgres_created(pg, now_ms);
	} else {
		sh_process_ending(wait_status, how, sizeof(how));
		sh_log(SH_LOG_ERROR, "postgres.died", "the embedded Postgres ended", SH_F_INT("postgres", pid),
		    SH_F_STR("how", how), SH_F_STR("log", pg->log));
		postgres_lost_start(pg,
		    was == SH_POSTGRES_INITDB     ? "initdb"
		    : was == SH_POSTGRES_CREATEDB ? "createdb"
						  : "postgres",
		    now_ms);
	}
	return true;
}

void
sh_postgres_stop(struct sh_postgres *pg, int64_t now_ms)
{
	if (pg->state == SH_POSTGRES_STOPPING || pg->state == SH_POSTGRES_OFF)
		return;
	postgres_to(pg, pg->child ? SH_POSTGRES_STOPPING : SH_POSTGRES_OFF, now_ms);
	pg->asked = 0;
	if (pg->child)
		kill(pg->child, SIGINT);
}
