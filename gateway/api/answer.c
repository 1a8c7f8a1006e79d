/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/answer.c: everything that leaves. Rows → told to the other workers → revealed → paged → kept for its
 * Idempotency-Key → sent.
 */
#include "gateway/api/gate.h"

#include <stdio.h>

#include "gateway/base/log.h"
#include "gateway/base/reader.h"

#define ANSWER_HEADERS 16

/* An answer on its way out. */
struct answer {
	int status;
	struct sh_str text; /* absent: no body */
	struct sh_pair headers[ANSWER_HEADERS];
	size_t n;
};

struct answer_rows {
	struct sh_api_request *r;
	int status;
	struct sh_str text;
};

static void
answer_header(struct answer *a, struct sh_str name, struct sh_str value)
{
	if (a->n < ANSWER_HEADERS && value.s)
		a->headers[a->n++] = (struct sh_pair){ name, value };
}

static void
answer_number(struct sh_api_request *r, struct answer *a, struct sh_str name, int value)
{
	answer_header(a, name, sh_arena_printf(r->rq->arena, "%d", value));
}

/* What was made can be asked for, if there is a route for that. */
static void
answer_location(struct sh_api_request *r, struct answer *a, struct sh_str id)
{
	struct sh_str path =
	    sh_arena_printf(r->rq->arena, "%.*s/%.*s", (int)r->rq->path.n, r->rq->path.s, (int)id.n, id.s ? id.s : "");

	if (id.s && path.s &&
	    sh_router_find(&sh_api_routes[0].row, sizeof(sh_api_routes[0]), SH_ROUTE_COUNT, SH_STR("GET"), path, r->rq->arena)
		    .row >= 0)
		answer_header(a, SH_STR("Location"), path);
}

static void
answer_tags(struct sh_api_request *r, struct answer *a)
{
	const struct sh_json *doc =
	    a->status < 300 && a->text.s && a->text.n < 65536 ? sh_reader_parse(r->rq->arena, a->text, NULL) : NULL;
	int64_t version;

	if (sh_reader_int(sh_reader_get(doc, SH_STR("version")), &version))
		answer_header(a, SH_STR("ETag"), sh_arena_printf(r->rq->arena, "\"%lld\"", (long long)version));
	if (a->status == 201)
		answer_location(r, a, sh_reader_str(r->rq->arena, sh_reader_get(doc, SH_STR("id"))));
}

static void
answer_clear(struct sh_api_request *r)
{
	if (r->at_end)
		r->at_end(r);
	sh_body_free(r->body);
	SH_MAGIC_CLEAR(r);
}

/* The last step: nothing of the request is touched after it. */
static void
answer_send(struct sh_api_request *r, void *arg)
{
	struct answer *a = arg;

	bool typed = false;

	for (size_t i = 0; i < a->n; i++)
		typed = typed || sh_str_is(a->headers[i].name, "Content-Type");
	if (a->text.s && !typed)
		answer_header(
		    a, SH_STR("Content-Type"), r->refused ? SH_STR("application/problem+json") : SH_STR("application/json"));
	if (r->rate_limit) {
		answer_number(r, a, SH_STR("RateLimit-Limit"), r->rate_limit);
		answer_number(r, a, SH_STR("RateLimit-Remaining"), r->rate_left);
		answer_number(r, a, SH_STR("RateLimit-Reset"), r->rate_reset_s);
	}
	answer_header(a, SH_STR("Allow"), r->allow);
	answer_tags(r, a);
	answer_clear(r);
	sh_http_reply(r->rq, a->status, a->headers, a->n, a->text);
}

static void
answer_end(struct sh_api_request *r, struct answer *a)
{
	if (!r->once.on || r->once.unknown)
		answer_send(r, a);
	else if (a->status < 500)
		sh_once_keep(r, a->status, a->text, answer_send, a);
	else
		sh_once_release(r, answer_send, a);
}

/* Memory for the answer is short: the least that must be said. */
static void
answer_broke(struct sh_api_request *r)
{
	struct sh_http_request *rq = r->rq;

	sh_log(SH_LOG_ERROR, "api.no_memory", "an answer did not fit its memory", SH_F_STR("route", r->route ? r->route->id : ""));
	answer_clear(r);
	sh_problem(rq, SH_PROBLEM_internal, "the answer did not fit; ask for less at once");
}

void
sh_api_answer_headers(struct sh_api_request *r, int status, const struct sh_pair *headers, size_t n, struct sh_str text)
{
	struct answer *a = sh_arena_make(r->rq->arena, struct answer);

	assert(r->magic == SH_MAGIC_sh_api_request);
	if (!a) {
		answer_broke(r);
		return;
	}
	a->status = status;
	a->text = sh_arena_str(r->rq->arena, text);
	for (size_t i = 0; i < n; i++)
		answer_header(a, headers[i].name, sh_arena_str(r->rq->arena, headers[i].value));
	if (text.s && !a->text.s)
		answer_broke(r);
	else
		answer_end(r, a);
}

void
sh_api_answer(struct sh_api_request *r, int status, struct sh_str text)
{
	sh_api_answer_headers(r, status, NULL, 0, text);
}

/* ---- problems ---- */

static void
answer_problem(struct sh_api_request *r, enum sh_problem p, int retry_after_s, const char *detail,
    const struct sh_problem_field *fields, size_t n)
{
	struct sh_str text = sh_problem_text(r->rq, p, detail, fields, n);
	char seconds[16];
	struct sh_pair later = { SH_STR("Retry-After"), SH_NONE };

	r->refused = true;
	snprintf(seconds, sizeof(seconds), "%d", retry_after_s);
	later.value = sh_str(seconds);
	if (!text.s)
		answer_broke(r);
	else
		sh_api_answer_headers(r, sh_problem_status(p), &later, retry_after_s > 0, text);
}

void
sh_api_problem(struct sh_api_request *r, enum sh_problem p, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	answer_problem(r, p, 0, text, NULL, 0);
}

void
sh_api_problem_field(struct sh_api_request *r, enum sh_problem p, const char *pointer, const char *fmt, ...)
{
	struct sh_problem_field field = { .pointer = sh_str(pointer) };
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	field.detail = sh_str(text);
	answer_problem(r, p, 0, "a field is not right", &field, 1);
}

void
sh_api_problem_fields(
    struct sh_api_request *r, enum sh_problem p, const char *detail, const struct sh_problem_field *fields, size_t n)
{
	answer_problem(r, p, 0, detail, fields, n);
}

void
sh_api_problem_later(struct sh_api_request *r, enum sh_problem p, int retry_after_s, const char *detail)
{
	answer_problem(r, p, retry_after_s, detail, NULL, 0);
}

void
sh_api_store_failed(struct sh_api_request *r, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	switch (st) {
	case SH_EAGAIN:
		sh_api_problem_later(r, SH_PROBLEM_unavailable, 1, "the database is away");
		return;
	case SH_EUNKNOWN:
		r->once.unknown = true;
		sh_api_problem_later(
		    r, SH_PROBLEM_unavailable, 1, "the database went away; it may have happened: look before you ask again");
		return;
	case SH_ECONFLICT:
		sh_log(SH_LOG_INFO, "api.conflict", "a statement met another's", SH_F_STR("route", r->route->id),
		    SH_F_STR("constraint", res ? sh_result_constraint(res) : ""),
		    SH_F_STR("sqlstate", res ? sh_result_sqlstate(res) : ""));
		sh_api_problem(r, SH_PROBLEM_conflict, "something else changed it at the same time, or it exists already");
		return;
	default:
		sh_log(SH_LOG_ERROR, "api.statement_failed", "a statement failed", SH_F_STR("route", r->route->id),
		    SH_F_STR("why", err->text), SH_F_STR("sqlstate", res ? sh_result_sqlstate(res) : ""));
		sh_api_problem(r, SH_PROBLEM_internal, "the database refused the statement; the gateway's log says why");
	}
}

/* ---- rows ---- */

static void
answer_paged(struct answer_rows *w)
{
	struct sh_str text = w->text;

	if (text.s && !w->r->finish && w->r->route->row.verb == SH_GET)
		text = sh_page_write(w->r->rq->arena, text, w->r->page_limit);
	if (w->text.s && !text.s)
		answer_broke(w->r);
	else
		sh_api_answer(w->r, w->status, text);
}

static void
answer_keyed(struct sh_api_request *r, const struct sh_tenant_key *key)
{
	struct answer_rows *w = r->rows;
	struct sh_reveal v = {
		.key = key, .tenant = r->tenant, .people = sh_api_has_scope(r, SH_SCOPE_BIT_PII_READ), .core = r->core
	};

	w->text = sh_reveal(r->rq->arena, &v, w->text);
	if (v.faults)
		sh_log(SH_LOG_ERROR, "api.sealed_unreadable", "sealed fields do not open and were left out",
		    SH_F_INT("fields", v.faults), SH_F_STR("route", r->route->id));
	if (w->text.s)
		answer_paged(w);
	else
		answer_broke(r);
}

static void
answer_told(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);
	struct answer_rows *w = r->rows;

	(void)res;
	/* What the other workers remember grows old by itself in a few seconds. */
	if (st != SH_OK)
		sh_log(SH_LOG_WARN, "api.not_told", "the other workers were not told of a change", SH_F_STR("why", err->text));
	if (w->text.s && sh_reveal_needed(w->text))
		sh_api_key(r, answer_keyed);
	else
		answer_paged(w);
}

static struct sh_str
answer_column(struct sh_api_request *r, const struct sh_rows *rows, const char *column)
{
	return sh_rows_has(rows, column) ? sh_arena_str(r->rq->arena, sh_rows_str(rows, 0, column)) : SH_NONE;
}

static void
answer_refusal(struct sh_api_request *r, const struct sh_rows *rows, struct sh_str code)
{
	struct sh_str detail = answer_column(r, rows, "detail"), pointer = answer_column(r, rows, "pointer");
	struct sh_problem_field field = { pointer, detail };

	for (int p = 0; p < SH_PROBLEM_COUNT; p++)
		if (sh_str_is(code, sh_problem_code((enum sh_problem)p))) {
			answer_problem(r, (enum sh_problem)p, 0, detail.s ? detail.s : sh_problem_title((enum sh_problem)p), &field,
			    pointer.s ? 1 : 0);
			return;
		}
	assert(!"a statement names a problem that problem.def does not know");
}

void
sh_api_rows(struct sh_api_request *r, int status, const struct sh_rows *rows)
{
	struct answer_rows *w = sh_arena_make(r->rq->arena, struct answer_rows);
	struct sh_str problem, changed;
	struct sh_unit *u;

	if (sh_rows_count(rows) == 0 || !w) {
		sh_api_problem(r, SH_PROBLEM_not_found, "there is no such thing");
		return;
	}
	problem = answer_column(r, rows, "problem");
	if (problem.s) {
		answer_refusal(r, rows, problem);
		return;
	}
	*w = (struct answer_rows){ .r = r, .status = status, .text = answer_column(r, rows, "answer") };
	if (r->finish && w->text.s)
		w->text = r->finish(r, rows, w->text);
	r->rows = w;
	changed = answer_column(r, rows, "changed");
	if (sh_arena_failed(r->rq->arena)) {
		answer_broke(r);
	} else if (changed.s) {
		u = sh_unit_new(r->core->api_db, answer_told, r);
		sh_unit_add(u, SH_SQL_changed, SH_P_TEXT(changed));
		sh_unit_run(u);
	} else {
		answer_told(r, SH_OK, NULL, NULL);
	}
}

/* ---- statements ---- */

static void
answer_sql(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);

	if (st == SH_OK)
		sh_api_rows(r, r->sql_status, sh_rows(res, 0));
	else
		sh_api_store_failed(r, st, res, err);
}

struct sh_unit *
sh_api_unit(struct sh_api_request *r, sh_unit_f *done)
{
	struct sh_unit *u = sh_unit_new(r->core->api_db, done, r);

	sh_unit_tenant(u, r->bucket, &r->tenant);
	return u;
}

void
sh_api_sql(struct sh_api_request *r, enum sh_sql sql, int status)
{
	const struct sh_sql_statement *s = &sh_sql_statements[sql];
	struct sh_param params[SH_BIND_MOST];
	const char *word = NULL;
	struct sh_unit *u;

	switch (sh_bind(r, s, params, &word)) {
	case SH_BIND_NOT_FOUND:
		sh_api_problem(r, SH_PROBLEM_not_found, "there is no such thing");
		return;
	case SH_BIND_UNKNOWN:
		sh_log(SH_LOG_ERROR, "api.word", "a statement has a parameter that nothing is known for",
		    SH_F_STR("statement", s->name), SH_F_STR("word", word));
		sh_api_problem(r, SH_PROBLEM_internal, "the gateway's log says why");
		return;
	case SH_BIND_OK:
		break;
	}
	r->sql_status = status;
	u = sh_api_unit(r, answer_sql);
	sh_unit_add_params(u, sql, params, (size_t)s->nparams);
	if (sql == SH_SQL_callback_cancel) { /* one statement cancels what waits and closes what is parked */
		SH_UNIT_FAILPOINT(u, cancel_before_commit);
		SH_UNIT_FAILPOINT(u, person_close_before_commit);
	}
	sh_unit_run(u);
}
