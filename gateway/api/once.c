/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/once.c: Idempotency-Key. A row is written before anything happens, in flight; the first answer is sealed into it.
 *
 * Whoever comes with the same key and body meanwhile gets 409, later the same answer. If nothing happened (the database was
 * away, the provider failed) the row goes again. If nobody can say what happened the row stays in flight until it expires:
 * twice is worse than not at all.
 */
#include "gateway/api/gate.h"

#include "gateway/base/log.h"
#include "gateway/base/time.h"
#include "gateway/crypto/digest.h"
#include "gateway/crypto/seal.h"

#define ONCE_ANSWER_BYTES (16 << 20)

struct once_end {
	struct sh_api_request *r;
	int status;
	struct sh_str text;
	sh_once_f *then;
	void *arg;
};

static struct sh_str
once_bytes(const uint8_t b[32])
{
	return (struct sh_str){ (const char *)b, 32 };
}

static struct sh_place
once_place(const struct sh_api_request *r, const struct sh_id *answer)
{
	return (struct sh_place){ .tenant = r->tenant, .table = "idempotency", .column = "answer", .row = *answer };
}

/* ---- the same key again ---- */

static void
once_replay(struct sh_api_request *r, const struct sh_tenant_key *key)
{
	const struct once_end *kept = r->own;
	struct sh_place place = once_place(r, &r->once.answer_id);
	struct sh_pair again = { SH_STR("Idempotency-Replayed"), SH_STR("true") };
	struct sh_str text;

	if (!sh_seal_open(r->rq->arena, key, &place, kept->text, ONCE_ANSWER_BYTES, &text)) {
		sh_log(SH_LOG_ERROR, "api.once_unreadable", "a kept answer does not open", SH_F_ID("key_id", &r->key_id));
		sh_api_problem(r, SH_PROBLEM_internal, "the answer that was kept for this Idempotency-Key cannot be read");
		return;
	}
	r->refused = kept->status >= 400;
	sh_api_answer_headers(r, kept->status, &again, 1, text);
}

static void
once_known(struct sh_api_request *r, const struct sh_rows *rows)
{
	struct once_end *kept = sh_arena_make(r->rq->arena, struct once_end);

	if (!sh_rows_bool(rows, 0, "same")) {
		sh_api_problem(r, SH_PROBLEM_idempotency_reuse, "this Idempotency-Key came with another request before");
		return;
	}
	if (sh_rows_null(rows, 0, "status") || !kept) {
		sh_api_problem(r, SH_PROBLEM_in_progress, "the first request with this Idempotency-Key has no answer yet");
		return;
	}
	kept->status = (int)sh_rows_int(rows, 0, "status");
	kept->text = sh_arena_str(r->rq->arena, sh_rows_str(rows, 0, "answer"));
	r->own = kept;
	r->once.answer_id = sh_rows_id(rows, 0, "answer_id");
	sh_api_key(r, once_replay);
}

/* ---- the first time ---- */

static void
once_begun(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);
	const struct sh_rows *rows = st == SH_OK ? sh_rows(res, 0) : NULL;

	if (!rows) {
		sh_api_store_failed(r, st, res, err);
	} else if (sh_rows_count(rows) == 0) {
		/* Another request wrote the row in this very moment. */
		sh_api_problem(r, SH_PROBLEM_in_progress, "the first request with this Idempotency-Key has no answer yet");
	} else if (!sh_rows_bool(rows, 0, "mine")) {
		once_known(r, rows);
	} else {
		r->once.on = true;
		r->once.go(r);
	}
}

void
sh_api_once(struct sh_api_request *r, struct sh_str key, int seconds, sh_api_handler_f *go)
{
	struct sh_str parts[] = { r->rq->method, SH_STR(" "), r->rq->target, SH_STR("\n"), r->rq->body };
	struct sh_unit *u;

	assert(!r->once.on);
	sh_digest_sha256(key, r->once.key_hash);
	sh_digest(SH_SHA256, parts, SH_LENGTH(parts), r->once.request_hash);
	r->once.answer_id = sh_id_new(r->now_ms);
	r->once.go = go;
	u = sh_api_unit(r, once_begun);
	sh_unit_add(u, SH_SQL_once_begin, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&r->key_id),
	    SH_P_BYTES(once_bytes(r->once.key_hash)), SH_P_BYTES(once_bytes(r->once.request_hash)), SH_P_ID(&r->once.answer_id),
	    SH_P_TIME(r->now_ms), SH_P_TIME(r->now_ms + seconds * SH_SECOND_MS));
	sh_unit_run(u);
}

/* ---- the answer ---- */

static void
once_ended(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct once_end *e = arg;

	(void)res;
	if (st != SH_OK)
		sh_log(SH_LOG_WARN, "api.once_not_kept", "an answer was given and not kept for its Idempotency-Key",
		    SH_F_STR("why", err->text));
	e->then(e->r, e->arg);
}

static void
once_keyed(void *arg, enum sh_status st, const struct sh_tenant_key *key, const struct sh_error *err)
{
	struct once_end *e = arg;
	struct sh_api_request *r = SH_OBJ(e->r, sh_api_request);
	struct sh_place place = once_place(r, &r->once.answer_id);
	struct sh_unit *u;

	if (st != SH_OK) {
		once_ended(e, st, NULL, err);
		return;
	}
	u = sh_unit_new(r->core->api_db, once_ended, e);
	sh_unit_tenant(u, r->bucket, &r->tenant);
	sh_unit_add(u, SH_SQL_once_end, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&r->key_id),
	    SH_P_BYTES(once_bytes(r->once.key_hash)), SH_P_ID(&r->once.answer_id), SH_P_SMALL(e->status),
	    SH_P_BYTES(sh_seal(r->rq->arena, key, &place, e->text.s ? e->text : SH_STR(""))));
	sh_unit_run(u);
}

static struct once_end *
once_end(struct sh_api_request *r, sh_once_f *then, void *arg)
{
	struct once_end *e = sh_arena_make(r->rq->arena, struct once_end);

	r->once.on = false;
	if (!e) {
		then(r, arg);
		return NULL;
	}
	*e = (struct once_end){ .r = r, .then = then, .arg = arg };
	return e;
}

void
sh_once_keep(struct sh_api_request *r, int status, struct sh_str text, sh_once_f *then, void *arg)
{
	struct once_end *e = once_end(r, then, arg);

	if (!e)
		return;
	e->status = status;
	e->text = text;
	sh_keys_open(r->core->keys, &r->tenant, r->keys, once_keyed, e);
}

void
sh_once_release(struct sh_api_request *r, sh_once_f *then, void *arg)
{
	struct once_end *e = once_end(r, then, arg);
	struct sh_unit *u;

	if (!e)
		return;
	u = sh_unit_new(r->core->api_db, once_ended, e);
	sh_unit_tenant(u, r->bucket, &r->tenant);
	sh_unit_add(u, SH_SQL_once_drop, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&r->key_id),
	    SH_P_BYTES(once_bytes(r->once.key_hash)), SH_P_ID(&r->once.answer_id));
	sh_unit_run(u);
}
