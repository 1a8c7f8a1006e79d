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
 *	new_id, new_id2, new_id3	fresh UUIDv7
 *	grace				int: how many seconds a rotated webhook URL still works
 *	id, id2				the first and second path parameter as uuid; not a UUID: 404
 *	name				the first path parameter as text
 *	body				the checked JSON body as jsonb
 *	version				int out of If-Match, NULL if it did not come: the row's version must be this one
 *	scopes				text[] of the key
 *	page_limit, page_cursor		of a list: int and uuid (NULL: the first page)
 *	q_xyz				query parameter xyz as text, uuid or timestamptz; NULL if it is not given
 *
 * and it returns at most one row with the columns
 *
 *	answer	jsonb		the document, or for a list an array of page_limit + 1 rows, each with "id" (or a document
 *				with such an array as its member "data"). NULL: no body. A member "version" becomes the ETag
 *	problem	text		optional: a code of http/problem.def instead; NULL: none
 *	detail	text		optional: the problem's sentence
 *	pointer	text		optional: the field at fault
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

/* Why a number of ours may not call, and what to do about it. */
#define SH_API_OUTBOUND_OFF \
	"outbound calls are off for this number: PATCH /v1/numbers/{id} {\"outbound\": true} (switchhook number update ID --outbound true)"

struct sh_api_request;
typedef void sh_api_handler_f(struct sh_api_request *);

/* What a route needs: a scope's bit, or one of these. */
enum { SH_NEEDS_NOTHING = -2, SH_NEEDS_ANY_KEY = -1,
#define SCOPE(id_, name_) SH_NEEDS_##id_,
#include "gateway/api/scopes.def"
};

enum sh_api_body { SH_BODY_NONE, SH_BODY_FIELDS, SH_BODY_OPEN, SH_BODY_RAW };

enum sh_api_route_id {
#define ROUTE(id_, verb_, path_, needs_, body_, answer_) SH_ROUTE_##id_,
#include "gateway/api/routes.def"
	SH_ROUTE_COUNT
};

struct sh_api_route {
	struct sh_router_row row;	/* first: the router walks these */
	const char *id;
	int needs;
	enum sh_api_body body;
	sh_api_handler_f *call;		/* NULL: the statement */
	enum sh_sql sql;
	int status;
};
extern const struct sh_api_route sh_api_routes[SH_ROUTE_COUNT];

/* Every handler that routes.def names. */
#define ROUTE(id_, verb_, path_, needs_, body_, answer_) answer_
#define SQL(statement_, status_)
#define CALL(handler_) sh_api_handler_f sh_api_##handler_;
#include "gateway/api/routes.def"
#undef SQL
#undef CALL

/* Idempotency: the row in the table of that name, while the request is on its way. */
struct sh_api_once {
	bool on;
	bool unknown;			/* nobody can say what happened: the row stays in flight */
	uint8_t key_hash[32], request_hash[32];
	struct sh_id answer_id;
	int seconds;
	sh_api_handler_f *go;
};

#define SH_MAGIC_sh_api_request 0x61706972u

struct sh_api_request {
	uint32_t magic;
	struct sh_api *api;
	struct sh_core *core;
	struct sh_http_request *rq;
	const struct sh_api_route *route;
	struct sh_router_match match;
	int64_t now_ms;

	/* who */
	int bucket;
	struct sh_id tenant, key_id;
	struct sh_id workspace;		/* zero: tenant-wide */
	bool outbound;			/* the key is an outbound key (owk_) */
	struct sh_id number;		/* of an outbound key; zero: none */
	uint64_t scopes;
	struct sh_str keys;		/* the tenant's wrapped keys */

	json_object *body;		/* NULL: none; freed with the request */
	void *own;			/* the handler's, in rq->arena, or given back by at_end */
	sh_api_handler_f *at_end;	/* NULL, or called just before the answer is sent */

	/* how */
	const struct sh_pair *query;	/* decoded */
	size_t nquery;
	int page_limit;			/* 1 to 200 */
	struct sh_id page_cursor;	/* zero: the first page */
	int64_t if_match;		/* 0: no If-Match */
	struct sh_api_once once;
	int rate_limit, rate_left, rate_reset_s; /* for the headers; limit 0: not counted */
	struct sh_str allow;		/* for 405 */
	bool refused;			/* the answer is a problem document */
	int sql_status;			/* of the statement that runs */
	void *rows;			/* answer.c's */
	/* NULL, or makes the answer out of the column `answer` and others of the first row: of a statement that answers by its row. */
	struct sh_str (*finish)(struct sh_api_request *, const struct sh_rows *, struct sh_str answer);
};

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

/* With several fields at fault. */
void sh_api_problem_fields(struct sh_api_request *, enum sh_problem, const char *detail, const struct sh_problem_field *, size_t n);
/* Problem 503 or 429 with Retry-After. */
void sh_api_problem_later(struct sh_api_request *, enum sh_problem, int retry_after_s, const char *detail);

/* Opens the tenant's keys, then calls; what stands in the way is answered. The key ends when `then` returns. */
typedef void sh_api_keyed_f(struct sh_api_request *, const struct sh_tenant_key *);
void sh_api_key(struct sh_api_request *, sh_api_keyed_f *then);

/*
 * Runs go unless this key came before within `seconds`: then its answer is given again, or why there is none yet. The
 * header Idempotency-Key does this by itself for every POST; a handler calls it for a key of its own making.
 */
void sh_api_once(struct sh_api_request *, struct sh_str key, int seconds, sh_api_handler_f *go);

/* ---- reading the request ---- */

struct sh_str sh_api_query(const struct sh_api_request *, const char *name);	/* absent: SH_NONE */
/* Tells every worker to forget what it remembers of this workspace: in a unit, before it runs. */
void sh_api_changed(struct sh_unit *, int bucket, const struct sh_id *workspace);
/* Parameter of a statement: the key's workspace, NULL if it is tenant-wide. */
#define SH_P_WORKSPACE(r) SH_P_ID(sh_id_or_null(&(r)->workspace))

bool sh_api_has_scope(const struct sh_api_request *, enum sh_scope);
struct sh_str sh_api_str(const struct sh_api_request *, const char *field);	/* absent, null or no string: SH_NONE */
bool sh_api_int(const struct sh_api_request *, const char *field, int64_t *ret);
bool sh_api_id(const struct sh_api_request *, const char *field, struct sh_id *ret);
bool sh_api_param_id(const struct sh_api_request *, int param, struct sh_id *ret);	/* path parameter */
struct sh_str sh_api_json(struct sh_api_request *, const char *field);	/* the member as JSON text, in the arena */

#endif
