/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * store/sql.h: the statements, each a file in store/statements/, embedded at build.
 *
 * The first line of a file is its contract, and the build reads it:
 *
 *	-- due_next($1 smallint bucket, $2 timestamptz now): the earliest due row of a bucket
 *
 * name as the file's, one parameter each with its Postgres type (arrays as `uuid[]`) and a word that names it. A long
 * one goes on in the comment lines below it. A test prepares every one against a migrated database and compares the
 * types. Each file has its line in store/sql.mk.
 */
#ifndef SH_STORE_SQL_H
#define SH_STORE_SQL_H

#include <stdbool.h>
#include <stddef.h>

enum sh_sql {
#define STATEMENT(name_) SH_SQL_##name_,
#include "gateway/store/statements.def"
	SH_SQL_COUNT
};

/* The types that parameters have. */
enum sh_sql_type { SH_T_SMALLINT, SH_T_INT, SH_T_BIGINT, SH_T_BOOLEAN, SH_T_TEXT, SH_T_UUID, SH_T_TIMESTAMPTZ, SH_T_BYTEA, SH_T_JSONB, SH_T_DATE, SH_T_COUNT };

struct sh_sql_param {
	enum sh_sql_type type;
	bool array;
	const char *word;
};

struct sh_sql_statement {
	const char *name, *text;
	int nparams;
	const struct sh_sql_param *params;
};

/* n is SH_SQL_COUNT rows long, in the enum's order. Generated. */
extern const struct sh_sql_statement sh_sql_statements[];
extern const size_t sh_sql_nstatements;		/* SH_SQL_COUNT, for code that is compiled before it */

struct sh_sql_migration {
	int version;			/* 1, 2, … without gaps: migrations/0001_name.sql */
	const char *name, *text;
};
extern const struct sh_sql_migration sh_sql_migrations[];
extern const size_t sh_sql_nmigrations;

#endif
