/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/request.h: one API request on its way: who asks, for what, with which body. Not for others than api/.
 *
 * api.c finds the route and the key, checks scope, body and idempotency, and then either runs the route's SQL or calls
 * its handler. A handler ends with exactly one sh_api_answer, sh_api_problem… or sh_api_rows, at any later time.
 *
 * SQL(name). The statement's parameters are bound by the words in its first line:
 *
 *	bucket tenant			of the key
 *	workspace			the key's workspace (uuid), NULL if it is tenant-wide
 *	key				the key's id
 *	now				timestamptz
 *	new_id, new_id2			fresh UUIDv7
 *	id, id2				the first and second path parameter as uuid; not a UUID: 404
 *	name				the first path parameter as text
 *	body				the checked JSON body as jsonb
 *	page_limit, page_cursor		of a list: int and uuid (NULL: the first page)
 *	q_xyz				query parameter xyz as text, uuid or timestamptz; NULL if it is not given
 *
 * and it returns at most one row with the columns
 *
 *	answer	jsonb		the document, or for a list an array of page_limit + 1 rows, each with "id"
 *	problem	text		optional: a code of http/problem.def instead
 *	changed	text		optional: "bucket:workspace" whose cached state every worker must drop (NOTIFY)
 *
 * No row: 404. Personal fields come as sealed(…) and are opened or masked by reveal.c, according to scope pii:read.
 */
#ifndef SH_API_REQUEST_H
#define SH_API_REQUEST_H

#include <json-c/json.h>

#include "gateway/api/api.h"
#include "gateway/http/problem.h"
#include "gateway/http/router.h"
#include "gateway/store/db.h"

/* Scopes: one row each in api/scopes.def; bit 1 << enum. */
enum sh_scope {
#define SCOPE(id_, name_) SH_SCOPE_BIT_##id_,
#include "gateway/api/scopes.def"
	SH_SCOPE_BITS
};

struct sh_api_request {
	uint32_t magic;
	struct sh_api *api;
	struct sh_core *core;
	struct sh_http_request *rq;
	int route;			/* row of routes.def */
	struct sh_router_match match;
	int64_t now_ms;

	/* who */
	int bucket;
	struct sh_id tenant, key_id;
	struct sh_id workspace;		/* zero: tenant-wide */
	struct sh_id number;		/* of an outbound key; zero: none */
	uint64_t scopes;
	struct sh_str keys;		/* the tenant's wrapped keys */

	json_object *body;		/* NULL: none; freed with the request */
	void *own;			/* the handler's, in rq->arena */
};

typedef void sh_api_handler_f(struct sh_api_request *);

/* ---- answers ---- */

/* text: JSON, copied. Stored first if an Idempotency-Key came with the request. */
void sh_api_answer(struct sh_api_request *, int status, struct sh_str text);
/* With headers of its own besides (Location, ETag …). */
void sh_api_answer_headers(struct sh_api_request *, int status, const struct sh_pair *, size_t n, struct sh_str text);
void sh_api_problem(struct sh_api_request *, enum sh_problem, const char *fmt, ...) SH_PRINTF(3, 4);
void sh_api_problem_field(struct sh_api_request *, enum sh_problem, const char *pointer, const char *fmt, ...) SH_PRINTF(4, 5);
/* A unit that did not end with SH_OK: 503, 409 or 500; logs what is ours. */
void sh_api_store_failed(struct sh_api_request *, enum sh_status, const struct sh_result *, const struct sh_error *);
/* The answer out of the columns answer, problem, changed of the first row; status for the good case. Opens sealed fields. */
void sh_api_rows(struct sh_api_request *, int status, const struct sh_rows *);

/* A unit under this request's tenant, on the api role's connection. */
struct sh_unit *sh_api_unit(struct sh_api_request *, sh_unit_f *);
/* Runs one statement bound by the words of its parameters and answers with its row. */
void sh_api_sql(struct sh_api_request *, enum sh_sql, int status);

/* ---- reading the body ---- */

bool sh_api_has_scope(const struct sh_api_request *, enum sh_scope);
struct sh_str sh_api_str(const struct sh_api_request *, const char *field);	/* absent, null or no string: SH_NONE */
bool sh_api_int(const struct sh_api_request *, const char *field, int64_t *ret);
bool sh_api_id(const struct sh_api_request *, const char *field, struct sh_id *ret);
bool sh_api_param_id(const struct sh_api_request *, int param, struct sh_id *ret);	/* path parameter */
struct sh_str sh_api_json(struct sh_api_request *, const char *field);	/* the member as JSON text, in the arena */

#endif
