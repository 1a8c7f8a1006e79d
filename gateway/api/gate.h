/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/gate.h: what a request passes before its statement or handler runs. Not for handlers.
 *
 *	auth.c		whose key is it?
 *	limit.c		does it ask too often?
 *	page.c		limit, cursor; and the list on its way out
 *	body.c		is it JSON with the members that bodies.def lists?
 *	once.c		did this Idempotency-Key come before?
 *	bind.c		words of a statement's parameters → values
 *	reveal.c	sealed fields of an answer → clear or masked
 *	answer.c	out
 */
#ifndef SH_API_GATE_H
#define SH_API_GATE_H

#include <uthash.h>

#include "gateway/api/request.h"

/* ---- limit.c: a token bucket a key, in each worker ---- */

#define SH_LIMIT_PER_S 50
#define SH_LIMIT_BURST 200
#define SH_LIMIT_KEYS 10000	/* remembered at most; then those that are full again are forgotten */

struct sh_limit_key;
struct sh_limits {
	struct sh_limit_key *table;
};

/* One request of this key at this time: may it pass? *left: how many more at once; *reset_s: until all of the burst is back. */
bool sh_limit_take(struct sh_limits *, const struct sh_id *key, int64_t elapsed_ms, int *ret_left, int *ret_reset_s);
size_t sh_limit_count(const struct sh_limits *);
void sh_limit_clear(struct sh_limits *);

/* ---- ready.c: what the database last said about itself ---- */

struct sh_ready;
void sh_ready_free(struct sh_ready *);

struct sh_api {
	struct sh_core *core;
	struct sh_limits limits;
	struct sh_ready *ready;		/* NULL: nobody has asked yet */
};

/* ---- auth.c ---- */

/* Fills in who asks, then calls; what is no good key gets its 401. */
void sh_auth(struct sh_api_request *, sh_api_handler_f *then);
const char *sh_scope_name_of(enum sh_scope);
int sh_scope_parse(struct sh_str);		/* -1: none of that name */
uint64_t sh_scope_bits(const struct sh_str *names, size_t n);	/* unknown names are left out; ADMIN brings all */

/* ---- page.c ---- */

/* limit and cursor out of the query; false: *ret_fault says what is wrong. */
bool sh_page_read(struct sh_api_request *, struct sh_problem_field *ret_fault);
struct sh_str sh_page_cursor(struct sh_arena *, const struct sh_id *);
bool sh_page_cursor_parse(struct sh_arena *, struct sh_str, struct sh_id *ret);
/*
 * A list that a statement gave, with one row more than was asked for if there are more: {"data":[…],"next_cursor":…}.
 * Rows: the text of an array, or of a document whose member "data" is one. Anything else is given back as it is.
 */
struct sh_str sh_page_write(struct sh_arena *, struct sh_str text, int limit);

/* ---- body.c ---- */

struct sh_body_faults {
	const char *not_json;
	struct sh_problem_field *fields;
	size_t n, room;
};

/* Strict RFC 8259, an object, no NUL in it. An absent or empty text is {}. NULL: there are faults. */
json_object *sh_body_parse(struct sh_arena *, struct sh_str text, struct sh_body_faults *);
void sh_body_free(json_object *); /* overwrites its texts; NULL is fine */
/* Against the rows of bodies.def. */
void sh_body_check(struct sh_arena *, enum sh_api_route_id, json_object *, struct sh_body_faults *);
void sh_body_fault(struct sh_arena *, struct sh_body_faults *, struct sh_str pointer, const char *fmt, ...) SH_PRINTF(4, 5);
/* base, a slash, and the member's name with ~ and / escaped (RFC 6901). */
struct sh_str sh_body_pointer(struct sh_arena *, struct sh_str base, struct sh_str member);

static inline enum sh_api_route_id
sh_api_route_index(const struct sh_api_request *r)
{
	return (enum sh_api_route_id)(r->route - sh_api_routes);
}

/* ---- bind.c ---- */

enum sh_bind { SH_BIND_OK, SH_BIND_NOT_FOUND, SH_BIND_UNKNOWN };
#define SH_BIND_MOST 32
/* Values for the statement's parameters; *ret_word: the one that SH_BIND_UNKNOWN is about (a mistake in the statement). */
enum sh_bind sh_bind(struct sh_api_request *, const struct sh_sql_statement *, struct sh_param out[SH_BIND_MOST], const char **ret_word);
/* Are all query parameters ones that the route's statement takes, and of its types? Handlers look for themselves. */
bool sh_bind_query(struct sh_api_request *, struct sh_problem_field *ret_fault);

/* ---- reveal.c ---- */

struct sh_reveal {
	const struct sh_tenant_key *key;
	struct sh_id tenant;
	bool people;			/* pii:read */
	const struct sh_core *core;	/* for kind "webhook" */
	int faults;			/* fields that did not open, and are null */
};
bool sh_reveal_needed(struct sh_str json);
/* The same document with every sealed field opened or masked. SH_NONE: it is no JSON, or memory is short. */
struct sh_str sh_reveal(struct sh_arena *, struct sh_reveal *, struct sh_str json);

/* ---- once.c ---- */

/* Keeps the answer for its Idempotency-Key, then calls `then`. */
typedef void sh_once_f(struct sh_api_request *, void *arg);
void sh_once_keep(struct sh_api_request *, int status, struct sh_str text, sh_once_f *then, void *arg);
/* Nothing happened, so the key may be used again. */
void sh_once_release(struct sh_api_request *, sh_once_f *then, void *arg);

#endif
