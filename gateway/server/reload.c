/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * server/reload.c: SIGHUP. Read the config; check policies and drivers in a child (a driver is never loaded into the
 * master); start new workers; the fleet drains the old ones when the new ones stand. A fault anywhere: nothing changes.
 */
#include "gateway/server/master_private.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/log.h"
#include "gateway/server/parts.h"
#include "gateway/server/process.h"

static void
reload_say(void *arg, const char *line)
{
	(void)arg;
	sh_log(SH_LOG_ERROR, "reload.fault", "nothing is changed because of this", SH_F_STR("fault", line));
}

static struct sh_config *
reload_read(const struct sh_master *m)
{
	struct sh_config *c;
	struct sh_faults f;
	char *text, *line;

	sh_faults_init(&f, m->start->file);
	c = sh_config_load(&f);
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

static int
reload_check(const struct sh_config *c)
{
	struct sh_parts parts;
	int bad;

	sh_parts_load(&parts, c, reload_say, NULL);
	bad = parts.faults + parts.refused;
	sh_parts_clear(&parts);
	return bad ? SH_EXIT_FAILED : SH_EXIT_OK;
}

void
sh_master_reload(struct sh_master *m)
{
	if (m->phase != MASTER_RUN || m->check || m->proposed || sh_fleet_changing(&m->fleet)) {
		m->again = m->phase <= MASTER_RUN;
		return;
	}
	sh_log(SH_LOG_INFO, "reload.begun", "configuration, policies and drivers are checked");
	m->proposed = reload_read(m);
	if (!m->proposed)
		return;
	reload_keep(m, m->proposed);
	m->check = sh_process_fork("check", SIGKILL, NULL, 0);
	if (m->check == 0)
		exit(reload_check(m->proposed));
	if (m->check < 0) {
		m->check = 0;
		reload_say(NULL, "the check could not be started");
		sh_config_free(SH_TAKE(m->proposed));
	}
}

void
sh_master_checked(struct sh_master *m, int wait_status)
{
	char how[64];

	m->check = 0;
	if (wait_status == 0 && m->phase == MASTER_RUN && !sh_fleet_changing(&m->fleet)) {
		sh_log_set_level((enum sh_log_level)m->proposed->v[SH_OPTION_log_level].i);
		sh_fleet_start(&m->fleet, m->proposed);
		return;
	}
	sh_process_ending(wait_status, how, sizeof(how));
	sh_log(SH_LOG_ERROR, "reload.refused", "the configuration in use stays", SH_F_STR("check", how));
	sh_config_free(SH_TAKE(m->proposed));
}

/* A proposal has become the config, or has failed, once the fleet is settled again. */
void
sh_master_tidy(struct sh_master *m)
{
	if (m->proposed && !m->check && !sh_fleet_changing(&m->fleet)) {
		if (m->fleet.crew.config == m->proposed) {
			if (m->config != m->start)
				sh_config_free(m->config);
			m->config = SH_TAKE(m->proposed);
		} else {
			sh_config_free(SH_TAKE(m->proposed));
			sh_log_set_level((enum sh_log_level)m->config->v[SH_OPTION_log_level].i);
		}
	}
	if (m->again && m->phase == MASTER_RUN && !m->check && !m->proposed && !sh_fleet_changing(&m->fleet)) {
		m->again = false;
		sh_master_reload(m);
	}
}
