/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* cmd/database.c: see database.h. */
#include "gateway/cmd/database.h"

#include <string.h>

#include "gateway/server/conninfo.h"

#define DATABASE_CONNECT_S "10"

static const struct {
	const char *state, *look;
} database_hints[] = {
	{ "42501", "its user needs the gateway's roles, which `switchhook migrate` grants to whoever runs it" },
	{ "42P01", "it has not all of this program's tables: `switchhook migrate` makes them" },
	{ "3F000", "it has no schema of this program: `switchhook migrate` makes it" },
	{ "25006", "it is a standby or read-only: name the primary" },
	{ "55P03", "somebody else holds a lock on it: try again" },
	{ "57014", "it took too long: try again" },
	{ "57P01", "it is being shut down: try again when it is back" },
};

enum sh_status
sh_database_refused(const PGresult *r, struct sh_error *e)
{
	const char *why = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;

	for (size_t i = 0; state && i < SH_LENGTH(database_hints); i++)
		if (strcmp(state, database_hints[i].state) == 0)
			return sh_fail(e, SH_ESYSTEM, "the database refused: %s; %s", why ? why : "", database_hints[i].look);
	if (why)
		return sh_fail(e, SH_ESYSTEM, "the database refused: %s", why);
	return sh_fail(e, SH_ESYSTEM, "the connection to the database broke; try again when it is back");
}

/* libpq's first line names host and port and never a password; those that follow guess. */
static void
database_away(const struct sh_config *c, PGconn *conn, struct sh_error *e)
{
	const char *why = PQerrorMessage(conn);
	int n = (int)strcspn(why, "\n");

	n = n < 300 ? n : 300;
	if (!c)
		sh_fail(e, SH_EAGAIN,
		    "cannot connect to the database that --database names: %.*s; is it running there, and are host, database and "
		    "user "
		    "right?",
		    n, why);
	else if (c->v[SH_OPTION_database].s)
		sh_fail(e, SH_EAGAIN,
		    "cannot connect to the database that `database` in %s names: %.*s; is it running there, and are host, user and "
		    "password right?",
		    c->file, n, why);
	else
		sh_fail(e, SH_EAGAIN,
		    "the embedded database of %s (`state_dir`) does not answer: it runs only while the gateway does; start "
		    "`switchhook "
		    "serve` with the same configuration first, or set `database` to use another",
		    c->v[SH_OPTION_state_dir].s);
}

PGconn *
sh_database_open(const struct sh_config *c, const char *conninfo, const char *name, const char *settings, struct sh_error *e)
{
	const char *const names[] = { "dbname", "application_name", "connect_timeout", settings ? "options" : NULL, NULL };
	const char *const values[] = { conninfo, name, DATABASE_CONNECT_S, settings, NULL };
	PGconn *conn;

	/* libpq would quote what it cannot read. */
	if (!sh_conninfo_valid(conninfo)) {
		sh_fail(e, SH_EINVALID,
		    "--database is no connection string; write postgresql://user@host/name or host=… dbname=… user=…");
		return NULL;
	}
	conn = PQconnectdbParams(names, values, 1);
	if (PQstatus(conn) == CONNECTION_OK)
		return conn;
	database_away(c, conn, e);
	PQfinish(conn);
	return NULL;
}
