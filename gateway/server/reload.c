/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * server/reload.c: SIGHUP. Read the config; check policies and drivers in a child (a driver is never loaded into the
 * master); start new workers; the fleet drains the old ones when the new ones stand. A fault anywhere: nothing changes.
 *
 * One reload at a time: a SIGHUP that comes meanwhile is served after it, once, however many they were. systemd is told of
 * each begin and end (Type=notify-reload).
 */
#include "gateway/server/master_private.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/base/log.h"
#include "gateway/base/metric.h"
#include "gateway/server/held.h"
#include "gateway/server/parts.h"
#include "gateway/server/process.h"

static void
reload_say(void *arg, const char *line)
{
	(void)arg;
	sh_log(SH_LOG_ERROR, "reload.fault", "nothing is changed because of this", SH_F_STR("fault", line));
}

#define RELOAD_CHECK_MS 30000 /* a check that takes longer is in a driver's constructor that never ends */

static void
reload_begun(void)
{
	struct timespec now;
	char state[64];

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	sh_process_notify(state);
	sh_log(SH_LOG_INFO, "reload.begun", "configuration, policies and drivers are checked");
}

void
sh_master_reloaded(bool good)
{
	sh_metric_set(SH_METRIC_reload_success, good);
	if (good)
		sh_metric_set(SH_METRIC_reload_timestamp, time(NULL));
	sh_process_notify("READY=1");
}

static void
reload_refuse(struct sh_master *m)
{
	sh_config_free(SH_TAKE(m->proposed));
	sh_master_reloaded(false);
}

/* What is at fault has its default then: policies and drivers are checked all the same, so that every fault is told at once. */
static struct sh_config *
reload_read(const struct sh_master *m, bool *faulty)
{
	struct sh_config *c;
	struct sh_faults f;
	char *text, *line;

	sh_faults_init(&f, m->start->file);
	c = sh_config_read(&f);
	*faulty = f.count > 0;
	text = f.text.s;
	while (f.count && (line = strsep(&text, "\n")))
		if (*line)
			reload_say(NULL, line);
	sh_faults_clear(&f);
	return c;
}

/* What only a restart can change stays as it was; the log says what is waiting for one. */
static void
reload_keep(const struct sh_master *m, struct sh_config *c)
{
	for (enum sh_option o = 0; o < SH_OPTION_COUNT; o++) {
		if (!sh_config_at_start(o))
			continue;
		if (!sh_config_same(c, m->start, o))
			sh_log(SH_LOG_WARN, "reload.needs_restart", "this option counts from the next start on",
			    SH_F_STR("option", sh_config_path(o)));
		c->v[o] = m->start->v[o];
	}
	if (!c->v[SH_OPTION_public_url].set && !m->start->v[SH_OPTION_public_url].set)
		c->v[SH_OPTION_public_url] = m->start->v[SH_OPTION_public_url];
}

void
sh_master_hold(struct sh_config *c)
{
	char plans[PATH_MAX];

	c->held = sh_held_new(c->v[SH_OPTION_policies].s, sh_config_plans(c, plans, sizeof(plans)),
	    c->v[SH_OPTION_number_overlay].s, c->v[SH_OPTION_drivers].list);
	if (!c->held || !c->held->whole)
		sh_log(SH_LOG_WARN, "config.not_held",
		    "policies or drivers could not be copied; workers read them from their folders");
	if (c->held && c->v[SH_OPTION_listen_tls].n && c->v[SH_OPTION_tls_certificate].s)
		sh_held_tls(c->held, c->v[SH_OPTION_tls_certificate].s, c->v[SH_OPTION_tls_key].s);
}

static int
reload_check(const struct sh_fleet *f, const struct sh_config *c)
{
	struct sh_parts parts;
	int bad;

	sh_fleet_protect(f, SH_FLEET_CHECK);
	sh_board_watch(&f->page[SH_FLEET_CHECK].inside, NULL);
	sh_parts_load(&parts, c, NULL, reload_say, NULL);
	bad = parts.faults + parts.refused;
	sh_parts_clear(&parts);
	return bad ? SH_EXIT_FAILED : SH_EXIT_OK;
}

void
sh_master_reload(struct sh_master *m)
{
	static int keep[2 * SH_HELD_FILES + 4];
	size_t n;

	if (m->phase != MASTER_RUN || m->check || m->proposed || sh_fleet_changing(&m->fleet)) {
		m->again = m->phase <= MASTER_RUN;
		return;
	}
	reload_begun();
	m->proposed = reload_read(m, &m->faulty);
	if (!m->proposed) {
		sh_master_reloaded(false);
		sh_log(SH_LOG_ERROR, "reload.refused", "the configuration in use stays");
		return;
	}
	reload_keep(m, m->proposed);
	sh_master_hold(m->proposed);
	m->fleet.page[SH_FLEET_CHECK].inside = (struct sh_driver_inside){ 0 };
	m->check_ms = m->now_ms;
	n = sh_held_keep(m->proposed->held, keep, 0, SH_LENGTH(keep));
	m->check = sh_process_fork("check", SIGKILL, keep, n);
	if (m->check == 0)
		exit(reload_check(&m->fleet, m->proposed));
	if (m->check < 0) {
		m->check = 0;
		reload_say(NULL, "the check could not be started");
		reload_refuse(m);
	}
}

void
sh_master_checked(struct sh_master *m, int wait_status)
{
	struct sh_driver_inside in = m->fleet.page[SH_FLEET_CHECK].inside;
	char how[64], line[256];

	m->check = 0;
	in.driver[sizeof(in.driver) - 1] = '\0';
	/* Also an exit in order is none, if a driver's constructor called exit(). */
	if (wait_status == 0 && !in.since_ms && !m->faulty && m->phase == MASTER_RUN) {
		assert(!sh_fleet_changing(&m->fleet));
		sh_log_set_level((enum sh_log_level)m->proposed->v[SH_OPTION_log_level].i);
		sh_fleet_start(&m->fleet, m->proposed);
		return;
	}
	sh_process_ending(wait_status, how, sizeof(how));
	if (in.since_ms) {
		snprintf(line, sizeof(line), "driver %s: loading it ended the check: %s", in.driver, how);
		reload_say(NULL, line);
	}
	/* Whoever reads of it may look at the metric next. */
	reload_refuse(m);
	sh_log(SH_LOG_ERROR, "reload.refused", "the configuration in use stays", SH_F_STR("check", how));
}

/* A proposal has become the config, or has failed, once the fleet is settled again. */
void
sh_master_tidy(struct sh_master *m)
{
	if (m->check && m->now_ms - m->check_ms > RELOAD_CHECK_MS)
		kill(m->check, SIGKILL);
	if (m->proposed && !m->check && !sh_fleet_changing(&m->fleet)) {
		if (m->fleet.crew.config == m->proposed) {
			/* The options of the start are needed for good, its files (the TLS key among them) are not. */
			if (m->config != m->start)
				sh_config_free(m->config);
			else
				sh_held_free(SH_TAKE(m->start->held));
			m->config = SH_TAKE(m->proposed);
			sh_master_reloaded(true);
		} else {
			reload_refuse(m);
			sh_log_set_level((enum sh_log_level)m->config->v[SH_OPTION_log_level].i);
		}
	}
	if (m->again && m->phase == MASTER_RUN && !m->check && !m->proposed && !sh_fleet_changing(&m->fleet)) {
		m->again = false;
		sh_master_reload(m);
	}
}
