/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * store/unit.c: one unit, from its first statement to its end.
 *
 * On the wire a unit is: Parse of each statement that this connection has not seen, then the statements, then one
 * Sync. All that is one implicit transaction. Parses go first so that a statement that fails does not undo them; a
 * prepared statement outlives a rolled back transaction.
 */
#include "gateway/store/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "gateway/base/log.h"

#define UNIT_BYTES_MAX ((size_t)64 << 20)
#define UNIT_PARAMS_MAX 64
#define UNIT_SAY_S 10 /* between two lines about a server that refuses */

static const struct sh_sql_param unit_tenant_params[] = { { SH_T_UUID, false, "tenant" }, { SH_T_SMALLINT, false, "bucket" } };

static const struct sh_sql_statement unit_own[SH_OWN_COUNT] = {
	[SH_OWN_TENANT] = { "sh_tenant",
	    "SELECT set_config('switchhook.tenant', $1::text, true), set_config('switchhook.bucket', $2::text, true)", 2,
	    unit_tenant_params },
	[SH_OWN_CLOCK] = { "sh_clock", "SELECT clock_timestamp() AS now", 0, NULL },
};

static const struct sh_sql_statement *
unit_statement(int slot)
{
	assert(slot >= 0 && (size_t)slot < sh_sql_nstatements + SH_OWN_COUNT);
	return (size_t)slot < sh_sql_nstatements ? &sh_sql_statements[slot] : &unit_own[(size_t)slot - sh_sql_nstatements];
}

struct sh_unit *
sh_unit_new(struct sh_db *db, sh_unit_f *done, void *arg)
{
	struct sh_unit *u = sh_store_alloc(1, sizeof(*u));

	assert(db->magic == SH_MAGIC_sh_db && done);
	SH_MAGIC_SET(u, sh_unit);
	u->db = db;
	u->done = done;
	u->arg = arg;
	u->deadline_ms = db->unit_ms;
	sh_buf_init(&u->data, UNIT_BYTES_MAX);
	return u;
}

void
sh_unit_deadline(struct sh_unit *u, int ms)
{
	assert(u->state == SH_UNIT_OPEN && ms > 0);
	u->deadline_ms = ms;
}

void
sh_unit_drop(struct sh_unit *u)
{
	assert(u->state == SH_UNIT_OPEN);
	if (u->status == SH_OK)
		u->status = sh_fail(&u->error, SH_EAGAIN, "dropped by a failpoint");
}

void
sh_unit_command(struct sh_unit *u, int slot, const struct sh_param *params, size_t n)
{
	const struct sh_sql_statement *s = unit_statement(slot);

	assert(u->magic == SH_MAGIC_sh_unit && u->state == SH_UNIT_OPEN);
	assert((size_t)s->nparams == n && n <= UNIT_PARAMS_MAX);
	u->commands = sh_store_grow(u->commands, u->ncommands, &u->commands_room, sizeof(*u->commands));
	u->commands[u->ncommands++] = (struct sh_command){ .slot = slot, .value = u->nvalues };
	for (size_t i = 0; i < n; i++) {
		assert(params[i].type == s->params[i].type && params[i].array == s->params[i].array);
		u->values = sh_store_grow(u->values, u->nvalues, &u->values_room, sizeof(*u->values));
		/* The first fault ends the unit; it is told as any other end, later. */
		if (u->status == SH_OK && sh_param_encode(&u->data, &params[i], &u->values[u->nvalues], &u->error) != SH_OK) {
			u->status = u->error.status;
			sh_fail_in(&u->error, "statement %s, $%zu", s->name, i + 1);
		}
		u->nvalues++;
	}
}

void
sh_unit_add_params(struct sh_unit *u, enum sh_sql sql, const struct sh_param *params, size_t n)
{
	assert((size_t)sql < sh_sql_nstatements);
	sh_unit_command(u, (int)sql, params, n);
}

void
sh_unit_tenant(struct sh_unit *u, int bucket, const struct sh_id *tenant)
{
	struct sh_param params[] = { SH_P_ID(tenant), SH_P_SMALL(bucket) };

	assert(u->ncommands == 0 && tenant);
	u->tenant = true;
	sh_unit_command(u, (int)sh_sql_nstatements + SH_OWN_TENANT, params, SH_LENGTH(params));
}

static bool
unit_prepare(struct sh_unit *u, PGconn *conn, int slot)
{
	const struct sh_sql_statement *s = unit_statement(slot);
	Oid types[UNIT_PARAMS_MAX];

	for (int i = 0; i < s->nparams; i++)
		types[i] = sh_param_oid(s->params[i].type, s->params[i].array);
	u->prepares[u->nprepares++] = slot;
	return PQsendPrepare(conn, s->name, s->text, s->nparams, types);
}

static bool
unit_execute(struct sh_unit *u, PGconn *conn, const struct sh_command *c)
{
	const struct sh_sql_statement *s = unit_statement(c->slot);
	const char *values[UNIT_PARAMS_MAX];
	int lengths[UNIT_PARAMS_MAX], formats[UNIT_PARAMS_MAX];

	for (int i = 0; i < s->nparams; i++) {
		const struct sh_encoded *v = &u->values[c->value + (size_t)i];

		values[i] = v->n < 0 ? NULL : u->data.s ? u->data.s + v->at : "";
		lengths[i] = v->n < 0 ? 0 : v->n;
		formats[i] = 1;
	}
	return PQsendQueryPrepared(conn, s->name, s->nparams, values, lengths, formats, 1);
}

bool
sh_unit_send(struct sh_unit *u, PGconn *conn, uint8_t *prepared)
{
	u->prepares = sh_store_alloc(u->ncommands, sizeof(*u->prepares));
	u->result.n = (int)u->ncommands;
	u->result.rows = sh_store_alloc(u->ncommands, sizeof(*u->result.rows));
	for (size_t i = 0; i < u->ncommands; i++) {
		int slot = u->commands[i].slot;

		if (prepared[slot])
			continue;
		if (!unit_prepare(u, conn, slot))
			return false;
		prepared[slot] = 1;
	}
	for (size_t i = 0; i < u->ncommands; i++)
		if (!unit_execute(u, conn, &u->commands[i]))
			return false;
	/* The server's copy is libpq's now: this one may be large, and its answer may take a while. */
	sh_buf_clear(&u->data);
	return PQpipelineSync(conn);
}

/* What the caller can do about an SQLSTATE. */
static enum sh_status
unit_status(const char *sqlstate)
{
	if (strncmp(sqlstate, "23", 2) == 0 || strcmp(sqlstate, "40001") == 0 || strcmp(sqlstate, "40P01") == 0)
		return SH_ECONFLICT;
	/*
	 * No such prepared statement: the unit before this one was to prepare it and failed at that. Read-only: the
	 * server is not the primary any more. In both cases nothing happened, and another try goes another way.
	 */
	static const char *const again[] = { "26000", "25006",
		/* Not the statement's fault either: it took too long, waited too long for a lock, or the server has no room or is ending. */
		"57", "55P03", "53", "58",
		/* later() of our own: what is in the way goes by itself. */
		SH_SQLSTATE_LATER };

	for (size_t i = 0; i < SH_LENGTH(again); i++)
		if (strncmp(sqlstate, again[i], strlen(again[i])) == 0)
			return SH_EAGAIN;
	return SH_ESYSTEM;
}

/* What is tried again is logged by nobody else, and comes in swarms. */
static void
unit_said(const struct sh_error *e)
{
	static time_t said_s;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (said_s && now.tv_sec < said_s + UNIT_SAY_S)
		return;
	said_s = now.tv_sec;
	sh_log(SH_LOG_WARN, "database.refused", e->text);
}

static void
unit_fault(struct sh_unit *u, const PGresult *r, const char *statement)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	const char *constraint = PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME);
	/* The primary message alone: details quote rows. */
	const char *text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);

	snprintf(u->result.sqlstate, sizeof(u->result.sqlstate), "%s", state ? state : "");
	snprintf(u->result.constraint, sizeof(u->result.constraint), "%s", constraint ? constraint : "");
	u->status = sh_fail(&u->error, unit_status(u->result.sqlstate), "statement %s: %s (SQLSTATE %s)", statement,
	    text ? text : "the connection broke", state ? state : "none");
	if (u->status == SH_EAGAIN && strcmp(u->result.sqlstate, SH_SQLSTATE_LATER) != 0)
		unit_said(&u->error);
}

void
sh_unit_take(struct sh_unit *u, PGresult *r, uint8_t *prepared)
{
	ExecStatusType status = PQresultStatus(r);
	bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
	bool preparing = u->at < u->nprepares;
	int slot;

	/* libpq's last word on a broken connection may come where only the sync was due. */
	if (u->at >= u->nprepares + u->ncommands) {
		assert(!good);
		PQclear(r);
		return;
	}
	slot = preparing ? u->prepares[u->at] : u->commands[u->at - u->nprepares].slot;
	if (!good && u->status == SH_OK && status != PGRES_PIPELINE_ABORTED)
		unit_fault(u, r, unit_statement(slot)->name);
	if (!good && preparing)
		prepared[slot] = 0;
	if (good && !preparing && !u->result.rows[u->at - u->nprepares].r)
		u->result.rows[u->at - u->nprepares].r = r;
	else
		PQclear(r);
}

void
sh_unit_finish(struct sh_unit *u)
{
	struct sh_result shown = u->result;

	assert(u->magic == SH_MAGIC_sh_unit);
	if (u->tenant && shown.rows) {
		shown.rows++;
		shown.n--;
	}
	u->error.status = u->status;
	u->done(u->arg, u->status, &shown, &u->error);
	for (int i = 0; i < u->result.n; i++)
		PQclear(u->result.rows[i].r);
	free(u->result.rows);
	free(u->prepares);
	free(u->commands);
	free(u->values);
	sh_buf_clear(&u->data);
	SH_MAGIC_CLEAR(u);
	free(u);
}
