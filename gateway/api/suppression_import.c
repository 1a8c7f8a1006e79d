/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/suppression_import.c: POST /v1/suppressions/import: a list of numbers that must not be called, as CSV (RFC 4180).
 *
 * The first line names the columns: number (E.164), and if wanted reason and expires_at. All of it is taken or, with every
 * line at fault named, nothing. Only keyed hashes of the numbers are stored; what waits for them ends in the same transaction.
 */
#include <csv.h>

#include "gateway/api/gate.h"
#include "gateway/base/text.h"
#include "gateway/base/time.h"
#include "gateway/crypto/seal.h"
#include "gateway/policy/record.h"

#define IMPORT_ROWS_MOST 20000
#define IMPORT_FAULTS_MOST 50
#define IMPORT_REASON_MOST 200

enum import_column { IMPORT_NUMBER, IMPORT_REASON, IMPORT_EXPIRES, IMPORT_COLUMNS };
static const char *const import_names[IMPORT_COLUMNS] = { "number", "reason", "expires_at" };

struct import_row {
	struct sh_str number, reason;
	int64_t expires_ms;	/* 0: never */
};

struct import {
	struct sh_api_request *r;
	struct sh_id workspace;	/* zero: the whole tenant */
	int order[16];		/* the file's columns: enum import_column */
	size_t ncolumns, column, line;
	struct import_row *rows, row;
	size_t n;
	struct sh_problem_field faults[IMPORT_FAULTS_MOST];
	size_t nfaults;
	bool short_of_memory;
};

/* ---- reading ---- */

static void
import_fault(struct import *m, const char *column, const char *detail)
{
	struct sh_arena *a = m->r->rq->arena;

	if (m->nfaults < IMPORT_FAULTS_MOST)
		m->faults[m->nfaults] = (struct sh_problem_field){ SH_STR(""),
			column ? sh_arena_printf(a, "line %zu, %s: %s", m->line, column, detail) : sh_arena_printf(a, "line %zu: %s", m->line, detail) };
	m->nfaults++;
}

static void
import_name(struct import *m, struct sh_str name)
{
	if (m->ncolumns == SH_LENGTH(m->order)) {
		import_fault(m, NULL, "too many columns");
		return;
	}
	for (int c = 0; c < IMPORT_COLUMNS; c++)
		if (sh_text_equal_nocase(name, sh_str(import_names[c]))) {
			for (size_t i = 0; i < m->ncolumns; i++)
				if (m->order[i] == c)
					import_fault(m, import_names[c], "this column stands twice");
			m->order[m->ncolumns++] = c;
			return;
		}
	m->order[m->ncolumns++] = IMPORT_COLUMNS;
	import_fault(m, NULL, "the first line names the columns: number, and if wanted reason and expires_at");
}

static void
import_value(struct import *m, struct sh_str value)
{
	struct sh_str kept = sh_arena_str(m->r->rq->arena, value);

	m->short_of_memory |= value.n > 0 && !kept.s;
	switch (m->column < m->ncolumns ? m->order[m->column] : IMPORT_COLUMNS) {
	case IMPORT_NUMBER:
		m->row.number = kept;
		if (!sh_text_is_e164(kept))
			import_fault(m, "number", "expected a number in E.164, such as +14155550123");
		break;
	case IMPORT_REASON:
		m->row.reason = kept.n ? kept : SH_NONE;
		if (kept.n > IMPORT_REASON_MOST || !sh_text_is_utf8(kept) || (kept.n && memchr(kept.s, 0, kept.n)))
			import_fault(m, "reason", "expected at most 200 bytes of UTF-8, without NUL");
		break;
	case IMPORT_EXPIRES:
		if (kept.n && (!sh_time_parse_rfc3339(kept, &m->row.expires_ms) || m->row.expires_ms <= m->r->now_ms))
			import_fault(m, "expires_at", "expected a time to come, with an offset");
		break;
	default:
		import_fault(m, NULL, "more fields than columns");
	}
}

static void
import_field(void *text, size_t n, void *arg)
{
	struct import *m = arg;
	struct sh_str value = { text ? text : "", n };

	/* A spreadsheet's mark of UTF-8. */
	if (m->line == 1 && m->column == 0 && n >= 3 && memcmp(value.s, "\xEF\xBB\xBF", 3) == 0)
		value = (struct sh_str){ value.s + 3, n - 3 };
	if (m->line == 1)
		import_name(m, value);
	else
		import_value(m, value);
	m->column++;
}

static void
import_end_of_line(int c, void *arg)
{
	struct import *m = arg;
	bool empty = m->column == 0;

	(void)c;
	if (m->line > 1 && !empty) {
		if (!m->row.number.s)
			import_fault(m, "number", "there is none");
		if (m->n == IMPORT_ROWS_MOST)
			import_fault(m, NULL, "more than 20,000 lines: send them in parts");
		else
			m->rows[m->n++] = m->row;
	} else if (m->line == 1) {
		bool has = false;

		for (size_t i = 0; i < m->ncolumns; i++)
			has |= m->order[i] == IMPORT_NUMBER;
		if (!has)
			import_fault(m, NULL, "the first line names no column \"number\"");
	}
	m->row = (struct import_row){ 0 };
	m->column = 0;
	m->line++;
}

/* False: a problem was answered. */
static bool
import_read(struct import *m)
{
	struct sh_api_request *r = m->r;
	struct csv_parser p;
	bool good;

	m->line = 1;
	if (csv_init(&p, CSV_STRICT | CSV_STRICT_FINI) != 0) {
		sh_api_problem(r, SH_PROBLEM_internal, "there is no memory for this request");
		return false;
	}
	good = csv_parse(&p, r->rq->body.s, r->rq->body.n, import_field, import_end_of_line, m) == r->rq->body.n &&
	       csv_fini(&p, import_field, import_end_of_line, m) == 0;
	if (!good)
		import_fault(m, NULL, "this is no CSV: a quote stands where none may stand");
	csv_free(&p);
	if (good && m->n == 0 && m->nfaults == 0)
		import_fault(m, NULL, "there is no number");
	if (!m->short_of_memory && m->nfaults == 0)
		return true;
	if (m->short_of_memory)
		sh_api_problem(r, SH_PROBLEM_internal, "there is no memory for this request");
	else
		sh_api_problem_fields(r, SH_PROBLEM_invalid,
			sh_arena_printf(r->rq->arena, "nothing was imported: %zu faults", m->nfaults).s, m->faults,
			m->nfaults < IMPORT_FAULTS_MOST ? m->nfaults : IMPORT_FAULTS_MOST);
	return false;
}

/* ---- writing ---- */

static void
import_written(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);

	if (st != SH_OK)
		sh_api_store_failed(r, st, res, err);
	else
		sh_api_rows(r, 200, sh_rows(res, 0));
}

static void
import_keyed(struct sh_api_request *r, const struct sh_tenant_key *key)
{
	struct import *m = r->own;
	struct sh_arena *a = r->rq->arena;
	struct sh_param *indexes = sh_arena_array(a, struct sh_param, m->n), *reasons = sh_arena_array(a, struct sh_param, m->n);
	struct sh_param *expires = sh_arena_array(a, struct sh_param, m->n);
	uint8_t(*hashes)[16] = (uint8_t(*)[16])sh_arena_array(a, uint8_t, m->n * 16);
	struct sh_id activity = sh_id_new(r->now_ms);
	struct sh_unit *u;

	if (!indexes || !reasons || !expires || !hashes) {
		sh_api_problem(r, SH_PROBLEM_internal, "there is no memory for this request");
		return;
	}
	for (size_t i = 0; i < m->n; i++) {
		sh_seal_index(key, "callee", m->rows[i].number, hashes[i]);
		indexes[i] = SH_P_BYTES(((struct sh_str){ (const char *)hashes[i], 16 }));
		reasons[i] = SH_P_TEXT(m->rows[i].reason);
		expires[i] = SH_P_TIME_OR_NULL(m->rows[i].expires_ms);
	}
	u = sh_api_unit(r, import_written);
	sh_unit_add(u, SH_SQL_suppress_many, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(sh_id_or_null(&m->workspace)),
		SH_P_ARRAY(SH_T_BYTEA, indexes, m->n), SH_P_ARRAY(SH_T_TEXT, reasons, m->n), SH_P_ARRAY(SH_T_TIMESTAMPTZ, expires, m->n),
		SH_P_TEXT(SH_STR("csv")), SH_P_TIME(r->now_ms));
	sh_unit_add(u, SH_SQL_activity_add, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&activity), SH_P_TIME(r->now_ms),
		SH_P_TEXT(SH_STR("suppression.imported")), SH_P_TEXT(sh_arena_printf(a, "a list of %zu callees was put on the do-not-call list", m->n)),
		SH_P_ID(sh_id_or_null(&m->workspace)), SH_P_ID(NULL), SH_P_ID(NULL), SH_P_ID(NULL), SH_P_ID(NULL), SH_P_ID(NULL));
	sh_unit_run(u);
}

static void
import_placed(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);

	if (st != SH_OK)
		sh_api_store_failed(r, st, res, err);
	else if (sh_rows_count(sh_rows(res, 0)) == 0)
		sh_api_problem_field(r, SH_PROBLEM_invalid, "?workspace", "no such workspace");
	else
		sh_api_key(r, import_keyed);
}

void
sh_api_suppression_import(struct sh_api_request *r)
{
	struct import *m = sh_arena_make(r->rq->arena, struct import);
	struct sh_str workspace = sh_api_query(r, "workspace");
	struct sh_unit *u;

	if (m)
		*m = (struct import){ .r = r, .workspace = r->workspace, .rows = sh_arena_array(r->rq->arena, struct import_row, IMPORT_ROWS_MOST) };
	if (!m || !m->rows) {
		sh_api_problem(r, SH_PROBLEM_internal, "there is no memory for this request");
		return;
	}
	r->own = m;
	if (workspace.s && !sh_text_uuid(workspace, m->workspace.b)) {
		sh_api_problem_field(r, SH_PROBLEM_invalid, "?workspace", "not a UUID");
		return;
	}
	if (!import_read(m))
		return;
	if (!workspace.s) {
		sh_api_key(r, import_keyed);
		return;
	}
	u = sh_api_unit(r, import_placed);
	sh_unit_add(u, SH_SQL_workspace_is, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_WORKSPACE(r), SH_P_ID(&m->workspace));
	sh_unit_run(u);
}
