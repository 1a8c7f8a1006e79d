/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* pglib/statement.c: reads a statement's file and its contract. */
#include "statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
	const char *type;
	Oid oid, array;
} types[] = { { "smallint", 21, 1005 }, { "int", 23, 1007 }, { "bigint", 20, 1016 }, { "uuid", 2950, 2951 },
	{ "timestamptz", 1184, 1185 }, { "text", 25, 1009 }, { "boolean", 16, 1000 }, { "bytea", 17, 1001 }, { "date", 1082, 1182 },
	{ "jsonb", 3802, 3807 } };

void
bench_die(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	exit(1);
}

double
bench_now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int64_t
bench_now_pg(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return ((int64_t)t.tv_sec - 946684800) * 1000000 + t.tv_nsec / 1000;
}

uint64_t
bench_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

void
bench_uuid(uint64_t *seed, uint8_t id[16])
{
	uint64_t ms = (uint64_t)(bench_now_pg() / 1000 + INT64_C(946684800000)),
		 half[2] = { bench_random(seed), bench_random(seed) };

	memcpy(id, half, 16);
	for (int i = 0; i < 6; i++)
		id[i] = (uint8_t)(ms >> (40 - 8 * i));
	id[6] = (uint8_t)((id[6] & 0x0f) | 0x70);
	id[8] = (uint8_t)((id[8] & 0x3f) | 0x80);
}

void
bench_uuid_text(const uint8_t id[16], char text[37])
{
	char *to = text;

	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*to++ = '-';
		to += snprintf(to, 3, "%02x", id[i]);
	}
}

PGconn *
bench_connect(const char *settings)
{
	const char *names[] = { "options", "dbname", NULL };
	const char *values[] = { settings, "", NULL };
	PGconn *c = PQconnectdbParams(names, values, 0);

	if (PQstatus(c) != CONNECTION_OK)
		bench_die("connect", PQerrorMessage(c));
	return c;
}

PGresult *
bench_ok(PGconn *c, PGresult *r)
{
	ExecStatusType st = PQresultStatus(r);

	if (st != PGRES_COMMAND_OK && st != PGRES_TUPLES_OK && st != PGRES_PIPELINE_SYNC)
		bench_die(PQresStatus(st), r ? PQresultErrorMessage(r) : PQerrorMessage(c));
	return r;
}

static char *
slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 65536);

	if (!f || !text || fread(text, 1, 65535, f) == 0)
		bench_die(path, "cannot be read");
	fclose(f);
	return text;
}

/* One "smallint[] buckets" of the contract. */
static void
take_param(struct statement *s, const char *type, const char *name)
{
	struct statement_param *p = &s->params[s->nparams];
	size_t n = strlen(type);

	if (s->nparams == STATEMENT_PARAMS)
		bench_die(s->name, "too many parameters");
	p->array = n > 2 && strcmp(type + n - 2, "[]") == 0;
	snprintf(p->type, sizeof(p->type), "%.*s", (int)(p->array ? n - 2 : n), type);
	snprintf(p->name, sizeof(p->name), "%s", name);
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(types[i].type, p->type) == 0) {
			p->element = types[i].oid;
			p->oid = p->array ? types[i].array : types[i].oid;
		}
	if (!p->oid)
		bench_die(type, "is a type that the bench does not know");
	s->nparams++;
}

void
statement_read(struct statement *s, const char *folder, const char *name)
{
	char path[512], type[32], param[32], *at, *end;

	memset(s, 0, sizeof(*s));
	snprintf(s->name, sizeof(s->name), "%s", name);
	snprintf(path, sizeof(path), "%s/%s.sql", folder, name);
	s->text = slurp(path);
	end = strstr(s->text, "):");
	if (!end || end > strchr(s->text, '\n'))
		bench_die(path, "has no contract");
	for (at = strchr(s->text, '$'); at && at < end; at = strchr(at + 1, '$')) {
		if (sscanf(at, "$%*d %31s %31[a-z_0-9]", type, param) != 2)
			bench_die(path, "has a contract that the bench cannot read");
		take_param(s, type, param);
	}
}

void
statement_prepare(const struct statement *s, PGconn *c)
{
	Oid oids[STATEMENT_PARAMS];

	for (int i = 0; i < s->nparams; i++)
		oids[i] = s->params[i].oid;
	PQclear(bench_ok(c, PQprepare(c, s->name, s->text, s->nparams, oids)));
}

int
statement_at(const struct statement *s, const char *param)
{
	for (int i = 0; i < s->nparams; i++)
		if (strcmp(s->params[i].name, param) == 0)
			return i;
	bench_die(s->name, "has no such parameter any more");
}
