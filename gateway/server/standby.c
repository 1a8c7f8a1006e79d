/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* server/standby.c: three settings of the database, read once. */
#include "gateway/server/standby.h"

#include <libpq-fe.h>
#include <string.h>

#include "gateway/server/conninfo.h"

/* A member of pg_monitor sees the standbys; who is not sees rows without their state, hence the setting beside it. */
static const char standby_sql[] =
    "SELECT current_setting('synchronous_standby_names'), current_setting('synchronous_commit'),"
    " (SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')), current_setting('server_version')";

static void
standby_say(const PGresult *r, struct sh_buf *b)
{
	const char *names = PQgetvalue(r, 0, 0), *commit = PQgetvalue(r, 0, 1), *standbys = PQgetvalue(r, 0, 2);

	sh_buf_printf(b, "database: Postgres %s. ", PQgetvalue(r, 0, 3));
	if (!*names)
		sh_buf_add_z(b,
		    "No synchronous standby: if its machine is lost, the last acknowledged events and dials may be lost with it "
		    "(synchronous_standby_names is empty).");
	else if (strcmp(commit, "off") == 0 || strcmp(commit, "local") == 0)
		sh_buf_printf(b, "No synchronous standby: synchronous_standby_names is set, but synchronous_commit is %s.", commit);
	else if (strcmp(standbys, "0") == 0)
		sh_buf_add_z(
		    b, "A synchronous standby is configured, but none is connected as far as this user can see: commits may wait.");
	else
		sh_buf_printf(b, "Synchronous standby: yes, %s connected.", standbys);
}

enum sh_status
sh_standby_describe(const char *conninfo, struct sh_buf *b, struct sh_error *e)
{
	const char *const keys[] = { "dbname", "connect_timeout", "application_name", "options", NULL };
	const char *const values[] = { conninfo, "5", "switchhook check-config", "-c statement_timeout=5000", NULL };
	PGconn *c = PQconnectdbParams(keys, values, 1);
	PGresult *r = NULL;
	enum sh_status status = SH_OK;

	if (PQstatus(c) == CONNECTION_OK)
		r = PQexec(c, standby_sql);
	if (PQresultStatus(r) == PGRES_TUPLES_OK)
		standby_say(r, b);
	else
		status = sh_fail(
		    e, SH_ESYSTEM, "the database does not answer: %.*s", (int)strcspn(PQerrorMessage(c), "\n"), PQerrorMessage(c));
	PQclear(r);
	PQfinish(c);
	return status;
}
