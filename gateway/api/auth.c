/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/auth.c: whose key is it? Before that is known there is no tenant, so the look-up runs in ingest's role.
 *
 * Every way to be wrong gets the same 401: mistyped, unknown, revoked, expired, of a deleted tenant.
 */
#include "gateway/api/gate.h"

#include "gateway/base/text.h"
#include "gateway/crypto/token.h"

struct auth_ask {
	struct sh_api_request *r;
	sh_api_handler_f *then;
};

static const char *const auth_scopes[] = {
#define SCOPE(id_, name_) [SH_SCOPE_BIT_##id_] = name_,
#include "gateway/api/scopes.def"
};

const char *
sh_scope_name_of(enum sh_scope s)
{
	assert(s < SH_SCOPE_BITS);
	return auth_scopes[s];
}

int
sh_scope_parse(struct sh_str name)
{
	for (int i = 0; i < SH_SCOPE_BITS; i++)
		if (sh_str_is(name, auth_scopes[i]))
			return i;
	return -1;
}

uint64_t
sh_scope_bits(const struct sh_str *names, size_t n)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < n; i++) {
		int s = sh_scope_parse(names[i]);

		if (s == SH_SCOPE_BIT_ADMIN)
			return (UINT64_C(1) << SH_SCOPE_BITS) - 1;
		if (s >= 0)
			bits |= UINT64_C(1) << s;
	}
	return bits;
}

static void
auth_refuse(struct sh_api_request *r)
{
	sh_api_problem(r, SH_PROBLEM_unauthorized, "this takes a key: Authorization: Bearer shk_… (or owk_…, to place calls)");
}

static void
auth_found(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct auth_ask *a = arg;
	struct sh_api_request *r = SH_OBJ(a->r, sh_api_request);
	const struct sh_rows *rows = st == SH_OK ? sh_rows(res, 0) : NULL;
	struct sh_str *names;
	size_t n;

	if (!rows) {
		sh_api_store_failed(r, st, res, err);
		return;
	}
	if (sh_rows_count(rows) == 0) {
		auth_refuse(r);
		return;
	}
	r->tenant = sh_rows_id(rows, 0, "tenant_id");
	r->key_id = sh_rows_id(rows, 0, "key_id");
	r->workspace = sh_rows_id(rows, 0, "workspace_id");
	r->number = sh_rows_id(rows, 0, "number_id");
	r->keys = sh_arena_str(r->rq->arena, sh_rows_str(rows, 0, "keys"));
	n = sh_rows_texts(rows, 0, "scopes", r->rq->arena, &names);
	/* Whatever stands in its row: an outbound key places calls and does nothing else. */
	r->scopes = r->outbound ? UINT64_C(1) << SH_SCOPE_BIT_OUTBOUND_CALL : sh_scope_bits(names, n);
	a->then(r);
}

void
sh_auth(struct sh_api_request *r, sh_api_handler_f *then)
{
	static const char scheme[] = "bearer ";
	struct sh_str h = sh_http_header(r->rq, "authorization");
	struct auth_ask *a = sh_arena_make(r->rq->arena, struct auth_ask);
	struct sh_token token;
	struct sh_unit *u;

	if (!a || h.n < sizeof(scheme) || !sh_text_equal_nocase((struct sh_str){ h.s, sizeof(scheme) - 1 }, SH_STR("bearer ")) ||
	    !sh_token_parse((struct sh_str){ h.s + sizeof(scheme) - 1, h.n - (sizeof(scheme) - 1) }, &token) ||
	    (token.kind != SH_TOKEN_API && token.kind != SH_TOKEN_OUTBOUND)) {
		auth_refuse(r);
		return;
	}
	*a = (struct auth_ask){ r, then };
	r->bucket = token.bucket;
	r->outbound = token.kind == SH_TOKEN_OUTBOUND;
	u = sh_unit_new(r->core->ingest, auth_found, a);
	sh_unit_add(u, SH_SQL_key_find, SH_P_SMALL(token.bucket),
	    SH_P_BYTES(((struct sh_str){ (const char *)token.hash, sizeof(token.hash) })),
	    SH_P_TEXT(r->outbound ? SH_STR("outbound") : SH_STR("api")), SH_P_TIME(r->now_ms));
	sh_unit_run(u);
}
