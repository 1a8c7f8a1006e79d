/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * pglib/statement.h: one of the gateway's own statements, prepared as the gateway prepares it.
 *
 * The file's first line is its contract, "-- name($1 smallint bucket, $2 timestamptz[] received, …): …": it tells the types and
 * the names of the parameters. So a program of the bench goes on measuring what the gateway runs when that changes.
 */
#ifndef BENCH_STATEMENT_H
#define BENCH_STATEMENT_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATEMENT_PARAMS 40

struct statement {
	char name[64];
	char *text;
	int nparams;
	struct statement_param {
		char name[32], type[32];
		bool array;
		Oid oid; /* of the parameter, an array's if it is one */
		Oid element;
	} params[STATEMENT_PARAMS];
};

/* Ends the program if it cannot. */
void statement_read(struct statement *, const char *folder, const char *name);
void statement_prepare(const struct statement *, PGconn *);
/* The parameter's place from 0; ends the program where there is none. */
int statement_at(const struct statement *, const char *param);

/* What else programs on libpq share. */
PGconn *bench_connect(const char *settings);
void bench_die(const char *what, const char *why) __attribute__((noreturn));
PGresult *bench_ok(PGconn *, PGresult *);
double bench_now_s(void);
/* Microseconds since 2000, as timestamptz is on the wire. */
int64_t bench_now_pg(void);
uint64_t bench_random(uint64_t *seed);
/* A UUIDv7 as the gateway makes them. */
void bench_uuid(uint64_t *seed, uint8_t id[16]);
/* "18ab…-…" */
void bench_uuid_text(const uint8_t id[16], char text[37]);

#endif
