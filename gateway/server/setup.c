/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* server/setup.c: what the master does before the first child: sockets while it may be root, then never root again. */
#include "gateway/server/master_private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/http/server.h"
#include "gateway/server/process.h"

static void
setup_log_faults(struct sh_faults *f)
{
	char *text = f->text.s, *line;

	while (f->count && (line = strsep(&text, "\n")))
		if (*line)
			sh_log(SH_LOG_ERROR, "config.fault", "the configuration is at fault", SH_F_STR("fault", line));
}

static bool
setup_config(struct sh_master *m)
{
	struct sh_faults f;

	sh_faults_init(&f, m->options->config_file);
	m->start = sh_config_load(&f);
	setup_log_faults(&f);
	sh_faults_clear(&f);
	if (!m->start)
		return false;
	m->config = m->start;
	sh_log_set_level((enum sh_log_level)m->start->v[SH_OPTION_log_level].i);
	return true;
}

/* The address as it was bound, for the log line that says where the gateway is. */
static void
setup_note_address(struct sh_master *m, int fd, const char *suffix)
{
	struct sockaddr_storage at = { 0 };
	socklen_t n = sizeof(at);
	char host[INET6_ADDRSTRLEN] = "";
	size_t used = strlen(m->addresses);

	if (getsockname(fd, (struct sockaddr *)&at, &n) != 0)
		return;
	if (at.ss_family == AF_INET6) {
		const struct sockaddr_in6 *in = (const void *)&at;
		inet_ntop(AF_INET6, &in->sin6_addr, host, sizeof(host));
		snprintf(m->addresses + used, sizeof(m->addresses) - used, "%s[%s]:%d%s", used ? " " : "", host,
		    ntohs(in->sin6_port), suffix);
	} else {
		const struct sockaddr_in *in = (const void *)&at;
		inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
		snprintf(m->addresses + used, sizeof(m->addresses) - used, "%s%s:%d%s", used ? " " : "", host, ntohs(in->sin_port),
		    suffix);
	}
}

/* Plain ones first: by its place a worker knows which is for TLS. */
static enum sh_status
setup_listen(struct sh_master *m, struct sh_error *e)
{
	const struct sh_config_value *plain = &m->start->v[SH_OPTION_listen], *tls = &m->start->v[SH_OPTION_listen_tls];

	for (size_t i = 0; i < plain->n + tls->n; i++) {
		const char *address = i < plain->n ? plain->list[i] : tls->list[i - plain->n];
		enum sh_status status = sh_http_listen(address, &m->listeners[i], e);
		if (status != SH_OK)
			return status;
		m->nlisteners++;
		setup_note_address(m, m->listeners[i], i < plain->n ? "" : "/tls");
	}
	return SH_OK;
}

/* Three connections and one that listens for each worker there may ever be, twice while a reload runs, and some for people. */
static enum sh_status
setup_database(struct sh_master *m, struct sh_error *e)
{
	m->fleet.conninfo = sh_config_conninfo(m->start);
	m->embedded = !m->start->v[SH_OPTION_database].s;
	if (!m->embedded)
		return SH_OK;
	return sh_postgres_init(
	    &m->postgres, m->start->v[SH_OPTION_database_bindir].s, m->start->v[SH_OPTION_state_dir].s, 20 + 8 * SH_FLEET_SEATS, e);
}

/* One gateway per folder: a second one would end the first one's Postgres as a leftover. No child has the descriptor. */
static enum sh_status
setup_lock(struct sh_master *m, struct sh_error *e)
{
	const char *folder = m->start->v[SH_OPTION_state_dir].s;
	char path[PATH_MAX], pid[16] = "";
	ssize_t n;

	if (snprintf(path, sizeof(path), "%s/lock", folder) >= (int)sizeof(path))
		return sh_fail(e, SH_EINVALID, "state_dir is too long");
	m->lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (m->lock < 0)
		return sh_fail(e, SH_ESYSTEM, "cannot open %s: %m", path);
	if (flock(m->lock, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK)
			return sh_fail(e, SH_ESYSTEM, "cannot lock %s: %m", path);
		n = pread(m->lock, pid, sizeof(pid) - 1, 0);
		pid[n < 0 ? 0 : n] = '\0';
		pid[strspn(pid, "0123456789")] = '\0';
		return sh_fail(
		    e, SH_ECONFLICT, "state_dir %s is in use by another gateway (pid %s)", folder, pid[0] ? pid : "unknown");
	}
	if (ftruncate(m->lock, 0) != 0 || dprintf(m->lock, "%d\n", (int)getpid()) < 0)
		return sh_fail(e, SH_ESYSTEM, "cannot write %s: %m", path);
	return SH_OK;
}

static enum sh_status
setup_processes(struct sh_master *m, struct sh_error *e)
{
	enum sh_status status = sh_process_drop(m->start->v[SH_OPTION_user].s, m->start->v[SH_OPTION_state_dir].s, e);
	void *page;

	if (status == SH_OK)
		status = setup_lock(m, e);
	if (status != SH_OK)
		return status;
	sh_process_harden();
	if (access(m->start->file, R_OK) != 0)
		sh_log(SH_LOG_WARN, "config.unreadable",
		    "the user that the gateway runs as cannot read the configuration, so SIGHUP will change nothing",
		    SH_F_STR("file", m->start->file));
	page = mmap(NULL, sizeof(atomic_int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return sh_fail(e, SH_ESYSTEM, "no shared memory: %m");
	m->keyholder_ready = page;
	status = sh_board_share(e);
	return status == SH_OK ? sh_fleet_init(&m->fleet, e) : status;
}

bool
sh_master_setup(struct sh_master *m)
{
	struct sh_error e;
	enum sh_status status;

	if (!setup_config(m))
		return false;
	if (m->options->trial_clock)
		sh_log(SH_LOG_WARN, "gateway.trial",
		    "TRIAL: THIS GATEWAY FOLLOWS A TOLD CLOCK; calls are dialled at times that are not real. Never for real calls.",
		    SH_F_STR("clock", m->options->trial_clock));
	status = setup_listen(m, &e);
	if (status == SH_OK)
		status = setup_processes(m, &e);
	if (status == SH_OK)
		status = setup_database(m, &e);
	if (status != SH_OK) {
		sh_log(SH_LOG_ERROR, "gateway.setup", "the gateway cannot start", SH_F_STR("why", e.text));
		return false;
	}
	m->fleet.trial_clock = m->options->trial_clock;
	m->fleet.listeners = m->listeners;
	m->fleet.nlisteners = m->nlisteners;
	return true;
}

void
sh_master_clear(struct sh_master *m)
{
	for (size_t i = 0; i < m->nlisteners; i++)
		close(m->listeners[i]);
	close(m->signals);
	close(m->lock);
	if (m->proposed && m->proposed != m->config)
		sh_config_free(m->proposed);
	if (m->config != m->start)
		sh_config_free(m->config);
	sh_config_free(m->start);
}
