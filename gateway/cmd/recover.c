/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * cmd/recover.c: `switchhook recover`: a person knows that the database lost something, which it does not show itself.
 *
 * An act of whoever runs the instance, not of a tenant: it goes to the database, as migrate and bootstrap do, and needs no key.
 */
#include "gateway/cmd/command.h"

#include <getopt.h>
#include <stdio.h>

#include "gateway/base/clock.h"
#include "gateway/base/time.h"
#include "gateway/cmd/database.h"
#include "gateway/server/process.h"
#include "gateway/store/sql.h"

#define RECOVER_BUCKETS 64

static bool
recover_do(PGconn *conn, const char *sql, int n, const char *const *values, int *changed, struct sh_error *e)
{
	PGresult *r = PQexecParams(conn, sql, n, NULL, values, NULL, NULL, 0);
	ExecStatusType st = PQresultStatus(r);
	bool good = st == PGRES_COMMAND_OK || st == PGRES_TUPLES_OK;

	if (changed)
		*changed += PQntuples(r);
	if (!good)
		sh_database_refused(r, e);
	PQclear(r);
	return good;
}

static bool
recover_all(PGconn *conn, const char *since, int *changed, struct sh_error *e)
{
	bool good = recover_do(conn, "BEGIN", 0, NULL, NULL, e);

	for (int b = 0; b < RECOVER_BUCKETS && good; b++) {
		char bucket[12];
		const char *values[] = { bucket, since };

		snprintf(bucket, sizeof(bucket), "%d", b);
		good = recover_do(conn, sh_sql_statements[SH_SQL_recover].text, 2, values, changed, e);
	}
	return good && recover_do(conn, "COMMIT", 0, NULL, NULL, e);
}

static int
recover_with(const struct sh_config *c, const char *since)
{
	struct sh_error e;
	PGconn *conn;
	int changed = 0, status = SH_EXIT_OK;

	sh_process_harden();
	if (sh_process_drop(c->v[SH_OPTION_user].s, c->v[SH_OPTION_state_dir].s, &e) != SH_OK)
		return sh_command_failed("recover", "%s", e.text);
	conn = sh_database_open(c, sh_config_conninfo(c), "switchhook recover",
	    "-c search_path=switchhook -c timezone=UTC -c statement_timeout=8000 -c lock_timeout=5000", &e);
	if (!conn || !recover_all(conn, since, &changed, &e))
		status = sh_command_failed("recover", "%s", e.text);
	else if (changed == 0)
		puts("The database is recovering already; /readyz?verbose says how far.");
	else
		puts("Nothing is dialled from now on until every dial of before must have shown and the providers' lists are "
		     "merged. "
		     "/readyz?verbose says how far that is.");
	PQfinish(conn);
	return status;
}

/* Nothing is lost yet of what is to come: who says so has mistaken a day or a zone, and would have too little merged. */
static int
recover_check(const char *since, const char *trial_clock)
{
	struct sh_clock clock;
	struct sh_error e;
	char text[32];
	int64_t ms, now;

	sh_clock_init(&clock);
	if (!sh_time_parse_rfc3339(sh_str(since), &ms))
		return sh_command_usage("recover", "--since takes a time as 2027-03-01T10:00:00Z");
	if (trial_clock && sh_clock_follow(&clock, trial_clock, &e) != SH_OK)
		return sh_command_failed("recover", "%s", e.text);
	now = sh_clock_wall_ms(&clock);
	sh_time_format_rfc3339(now, text);
	return ms > now ? sh_command_usage("recover", "--since %.40s lies in the future: it is %s now", since, text) : SH_EXIT_OK;
}

int
sh_cmd_recover(int argc, char **argv)
{
	static const struct option options[] = { { "config", required_argument, NULL, 'c' },
		{ "since", required_argument, NULL, 's' }, { "trial-clock", required_argument, NULL, 't' }, { 0 } };
	SH_CLEANUP(sh_config_freep) struct sh_config *config = NULL;
	const char *file = SH_COMMAND_CONFIG, *since = NULL, *trial_clock = NULL;
	struct sh_faults f;
	int c, status;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'c')
			file = optarg;
		else if (c == 's')
			since = optarg;
		else if (c == 't')
			trial_clock = optarg;
		else
			return sh_command_usage("recover", "unknown option");
	}
	if (optind < argc)
		return sh_command_usage("recover", "unexpected argument \"%.60s\"", argv[optind]);
	status = since ? recover_check(since, trial_clock) : SH_EXIT_OK;
	if (status != SH_EXIT_OK)
		return status;
	sh_faults_init(&f, file);
	config = sh_config_load(&f);
	fputs(sh_buf_str(&f.text).s, stderr);
	sh_faults_clear(&f);
	return config ? recover_with(config, since) : SH_EXIT_FAILED;
}
