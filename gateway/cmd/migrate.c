/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* cmd/migrate.c: `switchhook migrate`. */
#include "gateway/cmd/command.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "gateway/cmd/database.h"
#include "gateway/store/migrate.h"

static void
migrate_say(void *arg, const char *step)
{
	(void)arg;
	puts(step);
}

static int
migrate_plan(const char *conninfo)
{
	struct sh_error e;
	int n;

	if (sh_migrate_pending(conninfo, &n, &e) != SH_OK)
		return sh_command_failed("migrate", "%s", e.text);
	if (n < 0)
		return sh_command_failed(
		    "migrate", "the database is newer than this program by %d migration%s", -n, n == -1 ? "" : "s");
	printf(n ? "%d migration%s to do\n" : "the schema is current\n", n, n == 1 ? "" : "s");
	return SH_EXIT_OK;
}

/* c NULL: conninfo stood on the command line. */
static int
migrate_run(const struct sh_config *c, const char *conninfo, bool plan)
{
	struct sh_error e;
	PGconn *conn = sh_database_open(c, conninfo, "switchhook migrate", NULL, &e);

	if (!conn)
		return sh_command_failed("migrate", "%s", e.text);
	PQfinish(conn);
	if (plan)
		return migrate_plan(conninfo);
	if (sh_migrate(conninfo, 0, migrate_say, NULL, &e) != SH_OK)
		return sh_command_failed("migrate", "%s", e.text);
	return SH_EXIT_OK;
}

static int
migrate_by_config(const char *file, bool plan)
{
	SH_CLEANUP(sh_config_freep) struct sh_config *c = NULL;
	struct sh_faults f;

	sh_faults_init(&f, file);
	c = sh_config_load(&f);
	fputs(sh_buf_str(&f.text).s, stderr);
	sh_faults_clear(&f);
	if (!c)
		return SH_EXIT_FAILED;
	return migrate_run(c, sh_config_conninfo(c), plan);
}

/* A password on a command line is read by everybody on the machine. */
static bool
migrate_has_password(const char *conninfo)
{
	PQconninfoOption *options = PQconninfoParse(conninfo, NULL);
	bool has = false;

	for (PQconninfoOption *o = options; o && o->keyword; o++)
		has |= o->val && *o->val && (strcmp(o->keyword, "password") == 0 || strcmp(o->keyword, "sslpassword") == 0);
	PQconninfoFree(options);
	return has;
}

int
sh_cmd_migrate(int argc, char **argv)
{
	static const struct option options[] = { { "config", required_argument, NULL, 'c' },
		{ "database", required_argument, NULL, 'd' }, { "plan", no_argument, NULL, 'p' }, { 0 } };
	const char *file = NULL, *database = NULL;
	bool plan = false;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'c')
			file = optarg;
		else if (c == 'd')
			database = optarg;
		else if (c == 'p')
			plan = true;
		else
			return sh_command_usage("migrate", "unknown option");
	}
	if (optind < argc)
		return sh_command_usage("migrate", "unexpected argument \"%.60s\"", argv[optind]);
	if (file && database)
		return sh_command_usage("migrate", "--config and --database exclude each other");
	if (database && migrate_has_password(database))
		return sh_command_usage("migrate",
		    "--database holds a password, and a command line is read by everybody on the machine: put it into ~/.pgpass "
		    "(PGPASSFILE), or the whole into a configuration for --config");
	return database ? migrate_run(NULL, database, plan) : migrate_by_config(file ? file : SH_COMMAND_CONFIG, plan);
}
