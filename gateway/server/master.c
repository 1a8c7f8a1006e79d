/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * server/master.c: phases, signals, and one turn of the loop that lets time pass in each part.
 *
 * Signals stay blocked and are read from a signalfd, so nothing runs in a handler and a child that was just forked
 * cannot fire anything here. A turn comes every 20 ms while something is on its way, else twice a second.
 */
#include <config.h>

#include "gateway/server/master.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/metric.h"
#include "gateway/server/fleet.h"
#include "gateway/server/keyholder.h"
#include "gateway/server/master_private.h"
#include "gateway/server/postgres.h"
#include "gateway/server/process.h"
#include "gateway/store/migrate.h"

#define MASTER_BUSY_MS 20
#define MASTER_IDLE_MS 500
#define MASTER_STEADY_MS 60000 /* a keyholder that lived so long died for a new reason */
#define MASTER_SILENT_MS 5000 /* a younger keyholder is not blamed for what the last one did */
#define MASTER_MIGRATE_WAIT_S 60
#define MASTER_ROWS (SH_FLEET_FIRST_ROW + SH_FLEET_SLOTS)

static void
master_phase(struct sh_master *m, enum sh_master_phase phase)
{
	m->phase = phase;
	m->since_ms = m->now_ms;
}

static void
master_give_up(struct sh_master *m)
{
	m->status = SH_EXIT_FAILED;
	if (m->phase < MASTER_STOP_WORKERS)
		sh_master_stop(m);
}

/* ---- keyholder ------------------------------------------------------------------------------------- */

static void
master_keyholder(struct sh_master *m)
{
	struct sh_keyholder_seat *k = &m->keyholder;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
		sh_log(SH_LOG_ERROR, "keyholder.socketpair", "the keyholder could not be made", SH_F_STR("why", strerror(errno)));
		k->retry_ms = m->now_ms + 1000;
		return;
	}
	atomic_store(m->keyholder_ready, 0);
	k->pid = sh_process_fork("keyholder", SIGKILL, &pair[1], 1);
	if (k->pid == 0) {
		sh_metric_take_row(1);
		_exit(sh_keyholder_run(m->start->v[SH_OPTION_key_file].s, pair[1], m->keyholder_ready));
	}
	close(pair[1]);
	if (k->pid < 0) {
		close(pair[0]);
		k->pid = 0;
		k->retry_ms = m->now_ms + 1000;
		return;
	}
	k->began_ms = m->now_ms;
	k->control = pair[0];
	sh_fleet_join(&m->fleet, pair[0]);
}

static void
master_close_control(struct sh_master *m)
{
	if (m->keyholder.control >= 0)
		close(m->keyholder.control);
	m->keyholder.control = -1;
	sh_fleet_join(&m->fleet, -1);
}

/* The workers' sockets outlive it: what they ask meanwhile waits there for the next one. */
static void
master_keyholder_ended(struct sh_master *m, int wait_status)
{
	struct sh_keyholder_seat *k = &m->keyholder;
	char how[64];

	k->pid = 0;
	master_close_control(m);
	if (m->phase >= MASTER_STOP_WORKERS)
		return;
	sh_process_ending(wait_status, how, sizeof(how));
	sh_log(SH_LOG_ERROR, "keyholder.died", "the keyholder ended; a new one takes over its workers", SH_F_STR("how", how));
	if (m->now_ms - k->began_ms > MASTER_STEADY_MS)
		k->deaths = 0;
	k->deaths++;
	k->retry_ms = m->now_ms + (k->deaths > 6 ? 5000 : 100 << (k->deaths - 1));
	k->missed = m->phase == MASTER_RUN;
	if (m->phase < MASTER_RUN)
		master_give_up(m);
}

static void
master_tick_keyholder(struct sh_master *m)
{
	struct sh_keyholder_seat *k = &m->keyholder;

	if (!k->pid && m->phase < MASTER_STOP_WORKERS && m->now_ms >= k->retry_ms)
		master_keyholder(m);
	/* Workers give it up when it is silent: stopped or stuck, and only another one helps. */
	if (k->pid && m->fleet.lost > k->lost && m->now_ms - k->began_ms > MASTER_SILENT_MS) {
		sh_log(SH_LOG_ERROR, "keyholder.silent", "workers have given the keyholder up; it is killed",
		    SH_F_INT("keyholder", k->pid));
		kill(k->pid, SIGKILL);
	}
	k->lost = m->fleet.lost;
	if (k->missed && k->pid && atomic_load(m->keyholder_ready)) {
		k->missed = false;
		sh_log(SH_LOG_INFO, "keyholder.back", "a new keyholder answers the workers", SH_F_INT("keyholder", k->pid));
	}
}

/* ---- starting -------------------------------------------------------------------------------------- */

static void
master_migration_step(void *arg, const char *step)
{
	(void)arg;
	sh_log(SH_LOG_INFO, "migrate.step", "the schema is brought up to date", SH_F_STR("step", step));
}

/* Blocking calls are for a child: the master stays there for signals. */
static void
master_migrate(struct sh_master *m)
{
	struct sh_error e;

	m->migrate = sh_process_fork("migrate", SIGTERM, NULL, 0);
	if (m->migrate == 0) {
		if (sh_migrate(m->fleet.conninfo, MASTER_MIGRATE_WAIT_S, master_migration_step, NULL, &e) == SH_OK)
			exit(SH_EXIT_OK);
		sh_log(SH_LOG_ERROR, "migrate.failed", "the database could not be brought to this program's schema",
		    SH_F_STR("why", e.text));
		exit(SH_EXIT_FAILED);
	}
	if (m->migrate < 0)
		master_give_up(m);
	else
		master_phase(m, MASTER_MIGRATE);
}

static void
master_ready(struct sh_master *m)
{
	sh_log(SH_LOG_INFO, "gateway.ready", "requests are taken", SH_F_STR("listen", m->addresses),
	    SH_F_INT("workers", m->fleet.crew.size),
	    SH_F_STR("database", m->start->v[SH_OPTION_database].s ? "external" : "embedded"),
	    SH_F_STR("drivers", sh_fleet_drivers(&m->fleet)), SH_F_BOOL("trial", m->fleet.trial_clock != NULL));
	sh_master_reloaded(true);
	master_phase(m, MASTER_RUN);
}

/* One step forward, if what it waits for has come. */
static void
master_advance(struct sh_master *m)
{
	switch (m->phase) {
	case MASTER_KEYS:
		if (!atomic_load(m->keyholder_ready))
			break;
		if (m->embedded)
			sh_postgres_start(&m->postgres, m->now_ms);
		master_phase(m, MASTER_POSTGRES);
		break;
	case MASTER_POSTGRES:
		if (m->embedded && m->postgres.state == SH_POSTGRES_FAILED)
			master_give_up(m);
		else if (!m->embedded || m->postgres.state == SH_POSTGRES_READY)
			master_migrate(m);
		break;
	case MASTER_WORKERS:
		if (m->fleet.failed)
			master_give_up(m);
		else if (sh_fleet_ready(&m->fleet))
			master_ready(m);
		break;
	case MASTER_STOP_WORKERS:
		if (sh_fleet_count(&m->fleet) || m->migrate || m->check)
			break;
		master_close_control(m);
		master_phase(m, MASTER_STOP_KEYHOLDER);
		break;
	case MASTER_STOP_KEYHOLDER:
		if (m->keyholder.pid) {
			if (m->now_ms - m->since_ms > 2000)
				kill(m->keyholder.pid, SIGKILL);
			break;
		}
		if (m->embedded)
			sh_postgres_stop(&m->postgres, m->now_ms);
		master_phase(m, MASTER_STOP_POSTGRES);
		break;
	case MASTER_STOP_POSTGRES:
		if (!m->embedded || m->postgres.state == SH_POSTGRES_OFF)
			master_phase(m, MASTER_ENDED);
		break;
	default:
		break;
	}
}

void
sh_master_stop(struct sh_master *m)
{
	if (m->phase < MASTER_STOP_WORKERS) {
		sh_process_notify("STOPPING=1");
		master_phase(m, MASTER_STOP_WORKERS);
	}
	if (m->migrate)
		kill(m->migrate, SIGTERM);
	if (m->check)
		kill(m->check, SIGTERM);
	sh_fleet_stop(&m->fleet, m->now_ms);
}

/* ---- children and signals -------------------------------------------------------------------------- */

static void
master_migrated(struct sh_master *m, int wait_status)
{
	m->migrate = 0;
	if (m->phase != MASTER_MIGRATE)
		return;
	if (wait_status != 0) {
		master_give_up(m);
		return;
	}
	sh_master_hold(m->config);
	sh_fleet_start(&m->fleet, m->config);
	master_phase(m, MASTER_WORKERS);
}

/* As process 1 of a container strangers are reaped, too. */
static void
master_reap(struct sh_master *m)
{
	int wait_status;
	pid_t pid;

	while ((pid = waitpid(-1, &wait_status, WNOHANG)) > 0) {
		if (pid == m->keyholder.pid)
			master_keyholder_ended(m, wait_status);
		else if (pid == m->migrate)
			master_migrated(m, wait_status);
		else if (pid == m->check)
			sh_master_checked(m, wait_status);
		else if (!(m->embedded && sh_postgres_ended(&m->postgres, pid, wait_status, m->now_ms)))
			sh_fleet_ended(&m->fleet, pid, wait_status, m->now_ms);
	}
}

static void
master_signal(struct sh_master *m, int signal)
{
	switch (signal) {
	case SIGCHLD:
		master_reap(m);
		break;
	case SIGTERM:
	case SIGINT:
		sh_log(SH_LOG_INFO, "gateway.stopping",
		    m->phase < MASTER_STOP_WORKERS ? "ending; a second signal hurries" : "hurrying");
		sh_master_stop(m);
		break;
	case SIGHUP:
		sh_master_reload(m);
		break;
	default:
		break;
	}
}

static bool
master_busy(const struct sh_master *m)
{
	return m->phase != MASTER_RUN || m->check || m->keyholder.missed || !m->keyholder.pid || !sh_fleet_ready(&m->fleet) ||
	       (m->embedded && m->postgres.state != SH_POSTGRES_READY);
}

static void
master_turn(struct sh_master *m)
{
	struct pollfd p = { .fd = m->signals, .events = POLLIN };
	struct signalfd_siginfo info;

	if (poll(&p, 1, master_busy(m) ? MASTER_BUSY_MS : MASTER_IDLE_MS) < 0 && errno != EINTR)
		sh_log(SH_LOG_ERROR, "master.poll", "waiting failed", SH_F_STR("why", strerror(errno)));
	m->now_ms = sh_clock_elapsed_ms();
	while (read(m->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		master_signal(m, (int)info.ssi_signo);
	if (m->embedded)
		sh_postgres_tick(&m->postgres, m->now_ms);
	master_tick_keyholder(m);
	sh_fleet_tick(&m->fleet, m->now_ms);
	sh_master_tidy(m);
	master_advance(m);
}

/* Before anything else is made: what is blocked here stays so in the master for good. */
static enum sh_status
master_signals(struct sh_master *m, struct sh_error *e)
{
	static const int ours[] = { SIGCHLD, SIGTERM, SIGINT, SIGHUP };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < SH_LENGTH(ours); i++)
		sigaddset(&set, ours[i]);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return sh_fail(e, SH_ESYSTEM, "signals could not be blocked: %m");
	m->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return m->signals < 0 ? sh_fail(e, SH_ESYSTEM, "signalfd: %m") : SH_OK;
}

int
sh_master_run(const struct sh_master_options *o)
{
	static struct sh_master m;
	struct sh_error e;

	m = (struct sh_master){ .options = o, .signals = -1, .keyholder = { .control = -1 } };
	sh_log_set_process("master");
	sh_process_forget();
	sh_metric_share(MASTER_ROWS);
	sh_metric_take_row(0);
	m.now_ms = sh_clock_elapsed_ms();
	if (!sh_master_setup(&m))
		return SH_EXIT_FAILED;
	if (master_signals(&m, &e) != SH_OK) {
		sh_log(SH_LOG_ERROR, "gateway.setup", "the gateway cannot start", SH_F_STR("why", e.text));
		return SH_EXIT_FAILED;
	}
	while (m.phase != MASTER_ENDED)
		master_turn(&m);
	sh_log(SH_LOG_INFO, "gateway.ended", "all processes have ended", SH_F_INT("status", m.status));
	sh_master_clear(&m);
	return m.status;
}
