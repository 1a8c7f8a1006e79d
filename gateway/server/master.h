/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * server/master.h: the process that owns the others. It has no tenant's data, no key and no event loop of libevent's.
 *
 * In order: listen, drop root, keyholder, embedded Postgres, migrations, workers; and back: workers (drained), keyholder,
 * Postgres. SIGTERM and SIGINT end it, a second one hurries; SIGHUP reloads: config, policies and drivers are
 * checked first, and if anything is at fault each fault is logged and nothing changes.
 */
#ifndef SH_SERVER_MASTER_H
#define SH_SERVER_MASTER_H

struct sh_master_options {
	const char *config_file;
	const char *trial_clock; /* NULL: real time. An option of the command line, never of the config */
};

/* Returns an exit status when all has ended. */
int sh_master_run(const struct sh_master_options *);

#endif
