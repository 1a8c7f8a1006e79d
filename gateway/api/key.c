/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/key.c: making keys. The text is shown in the answer to this one request, and by nothing else: the database has its hash.
 * A key never gets a scope or a workspace that its maker does not have.
 */
#include "gateway/api/gate.h"

#include "gateway/base/time.h"
#include "gateway/crypto/digest.h"
#include "gateway/crypto/token.h"

struct key_made {
	char text[SH_TOKEN_MAX];
	struct sh_token token;
	const char *absent; /* the member at fault if the statement finds no place for the key; NULL: 404 */
};

static struct key_made *
key_new(struct sh_api_request *r, enum sh_token_kind kind)
{
	struct key_made *k = sh_arena_make(r->rq->arena, struct key_made);

	if (!k) {
		sh_api_problem(r, SH_PROBLEM_internal, "there is no memory for this request");
		return NULL;
	}
	sh_token_new(kind, r->bucket, k->text, &k->token);
	r->own = k;
	return k;
}

static struct sh_str
key_hash(const struct key_made *k)
{
	return (struct sh_str){ (const char *)k->token.hash, sizeof(k->token.hash) };
}

static struct sh_str
key_shown(const struct key_made *k)
{
	return (struct sh_str){ k->text, SH_TOKEN_SHOWN };
}

/* The document, and in front of its members the key itself. */
static void
key_stored(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);
	struct key_made *k = r->own;
	struct sh_str doc;

	if (st != SH_OK) {
		sh_api_store_failed(r, st, res, err);
		return;
	}
	if (sh_rows_count(sh_rows(res, 0)) == 0) {
		if (k->absent)
			sh_api_problem_field(r, SH_PROBLEM_invalid, k->absent, "there is no such workspace");
		else
			sh_api_problem(r, SH_PROBLEM_not_found, "there is no such thing");
		return;
	}
	doc = sh_rows_str(sh_rows(res, 0), 0, "answer");
	assert(doc.n > 1 && doc.s[0] == '{');
	doc = sh_arena_printf(r->rq->arena, "{\"key\": \"%s\", %.*s", k->text, (int)doc.n - 1, doc.s + 1);
	sh_digest_wipe(k->text, sizeof(k->text));
	sh_api_answer(r, 201, doc);
}

static void
key_store(struct sh_api_request *r, const struct key_made *k, const char *kind, struct sh_param scopes,
    const struct sh_id *workspace, const struct sh_id *number, int64_t expires_ms)
{
	struct sh_id id = sh_id_new(r->now_ms), activity = sh_id_new(r->now_ms);
	struct sh_unit *u = sh_api_unit(r, key_stored);

	sh_unit_add(u, SH_SQL_key_create, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&id), SH_P_TEXT(sh_str(kind)),
	    SH_P_BYTES(key_hash(k)), SH_P_TEXT(key_shown(k)), SH_P_TEXT(sh_api_str(r, "name")), scopes, SH_P_ID(workspace),
	    SH_P_ID(number), SH_P_ID(&r->key_id), SH_P_TIME_OR_NULL(expires_ms), SH_P_ID(&activity), SH_P_TIME(r->now_ms));
	sh_unit_run(u);
}

/* ---- API keys ---- */

static bool
key_scopes(struct sh_api_request *r, struct sh_param *ret)
{
	struct sh_arena *a = r->rq->arena;
	struct sh_body_faults f = { 0 };
	json_object *list = NULL;
	struct sh_param *items;
	size_t n;

	json_object_object_get_ex(r->body, "scopes", &list);
	n = json_object_array_length(list);
	items = sh_arena_array(a, struct sh_param, n + 1);
	for (size_t i = 0; items && i < n; i++) {
		struct sh_str name = sh_str(json_object_get_string(json_object_array_get_idx(list, i)));
		int scope = sh_scope_parse(name);

		items[i] = SH_P_TEXT(name);
		if (scope < 0)
			sh_body_fault(a, &f, sh_arena_printf(a, "/scopes/%zu", i), "there is no such scope");
		else if (!sh_api_has_scope(r, (enum sh_scope)scope))
			sh_body_fault(a, &f, sh_arena_printf(a, "/scopes/%zu", i), "the key that makes this one does not have it");
	}
	if (f.n)
		sh_api_problem_fields(r, SH_PROBLEM_invalid, "scopes that cannot be given", f.fields, f.n);
	*ret = SH_P_ARRAY(SH_T_TEXT, items, items ? n : 0);
	return f.n == 0;
}

void
sh_api_key_create(struct sh_api_request *r)
{
	struct sh_id workspace = r->workspace, asked;
	int64_t expires_ms = 0;
	struct sh_param scopes;
	struct key_made *k;

	if (sh_time_parse_rfc3339(sh_api_str(r, "expires_at"), &expires_ms) && expires_ms <= r->now_ms) {
		sh_api_problem_field(r, SH_PROBLEM_invalid, "/expires_at", "expected a time to come");
		return;
	}
	if (sh_api_id(r, "workspace_id", &asked)) {
		if (sh_id_or_null(&workspace) && memcmp(&workspace, &asked, sizeof(asked)) != 0) {
			sh_api_problem_field(r, SH_PROBLEM_invalid, "/workspace_id", "there is no such workspace");
			return;
		}
		workspace = asked;
	}
	if (!key_scopes(r, &scopes))
		return;
	k = key_new(r, SH_TOKEN_API);
	if (!k)
		return;
	k->absent = "/workspace_id";
	key_store(r, k, "api", scopes, sh_id_or_null(&workspace), NULL, expires_ms);
}

/* ---- outbound keys: of a number, for placing calls from it ---- */

/* No key gives away what it has not itself. false: a problem was answered. */
static bool
key_may_call(struct sh_api_request *r)
{
	if (sh_api_has_scope(r, SH_SCOPE_BIT_OUTBOUND_CALL))
		return true;
	sh_api_problem(r, SH_PROBLEM_forbidden, "this key lacks the scope outbound:call, which the new key would have");
	return false;
}

void
sh_api_outbound_key_create(struct sh_api_request *r)
{
	struct sh_param scope = SH_P_TEXT(sh_str(sh_scope_name_of(SH_SCOPE_BIT_OUTBOUND_CALL)));
	struct sh_id number;
	struct key_made *k;

	if (!sh_api_param_id(r, 0, &number)) {
		sh_api_problem(r, SH_PROBLEM_not_found, "there is no such number");
		return;
	}
	if (!key_may_call(r))
		return;
	k = key_new(r, SH_TOKEN_OUTBOUND);
	if (k)
		key_store(r, k, "outbound", SH_P_ARRAY(SH_T_TEXT, &scope, 1), sh_id_or_null(&r->workspace), &number, 0);
}

void
sh_api_outbound_key_rotate(struct sh_api_request *r)
{
	struct sh_id number, old, id = sh_id_new(r->now_ms), activity = sh_id_new(r->now_ms);
	struct key_made *k;
	struct sh_unit *u;

	if (!sh_api_param_id(r, 0, &number) || !sh_api_param_id(r, 1, &old)) {
		sh_api_problem(r, SH_PROBLEM_not_found, "there is no such key");
		return;
	}
	if (!key_may_call(r))
		return;
	k = key_new(r, SH_TOKEN_OUTBOUND);
	if (!k)
		return;
	u = sh_api_unit(r, key_stored);
	sh_unit_add(u, SH_SQL_outbound_key_rotate, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_WORKSPACE(r), SH_P_ID(&number),
	    SH_P_ID(&old), SH_P_ID(&id), SH_P_BYTES(key_hash(k)), SH_P_TEXT(key_shown(k)), SH_P_ID(&r->key_id), SH_P_ID(&activity),
	    SH_P_TIME(r->now_ms));
	sh_unit_run(u);
}
