/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* api/request.c: what handlers ask of a request. See request.h. */
#include "gateway/api/request.h"

#include <stdio.h>

#include "gateway/base/log.h"
#include "gateway/base/text.h"

bool
sh_api_has_scope(const struct sh_api_request *r, enum sh_scope s)
{
	return r->scopes >> s & 1;
}

static json_object *
request_member(const struct sh_api_request *r, const char *field)
{
	json_object *v = NULL;

	if (r->body)
		json_object_object_get_ex(r->body, field, &v);
	return v;
}

struct sh_str
sh_api_str(const struct sh_api_request *r, const char *field)
{
	json_object *v = request_member(r, field);

	if (!json_object_is_type(v, json_type_string))
		return SH_NONE;
	return (struct sh_str){ json_object_get_string(v), (size_t)json_object_get_string_len(v) };
}

bool
sh_api_int(const struct sh_api_request *r, const char *field, int64_t *ret)
{
	json_object *v = request_member(r, field);

	if (!json_object_is_type(v, json_type_int))
		return false;
	*ret = json_object_get_int64(v);
	return true;
}

bool
sh_api_id(const struct sh_api_request *r, const char *field, struct sh_id *ret)
{
	struct sh_str s = sh_api_str(r, field);

	return s.s && sh_text_uuid(s, ret->b);
}

bool
sh_api_param_id(const struct sh_api_request *r, int param, struct sh_id *ret)
{
	return param < r->match.nparams && sh_text_uuid(r->match.param[param], ret->b);
}

struct sh_str
sh_api_json(struct sh_api_request *r, const char *field)
{
	json_object *v = NULL;

	if (!r->body || !json_object_object_get_ex(r->body, field, &v))
		return SH_NONE;
	return sh_arena_str(
	    r->rq->arena, sh_str(json_object_to_json_string_ext(v, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)));
}

struct sh_str
sh_api_query(const struct sh_api_request *r, const char *name)
{
	return sh_pair_get(r->query, r->nquery, name);
}

void
sh_api_changed(struct sh_unit *u, int bucket, const struct sh_id *workspace)
{
	char id[37], text[64];

	sh_text_uuid_format(workspace->b, id);
	snprintf(text, sizeof(text), "%d:%s", bucket, id);
	sh_unit_add(u, SH_SQL_changed, SH_P_TEXT(sh_str(text)));
}

/* ---- the tenant's keys ---- */

struct request_key {
	struct sh_api_request *r;
	sh_api_keyed_f *then;
};

static void
request_keyed(void *arg, enum sh_status st, const struct sh_tenant_key *key, const struct sh_error *err)
{
	struct request_key *k = arg;
	struct sh_api_request *r = SH_OBJ(k->r, sh_api_request);

	if (st == SH_OK) {
		k->then(r, key);
		return;
	}
	sh_log(SH_LOG_ERROR, "api.no_key", "the keyholder did not open a tenant's key", SH_F_ID("tenant_id", &r->tenant),
	    SH_F_STR("why", err->text));
	if (st == SH_EAGAIN)
		sh_api_problem_later(r, SH_PROBLEM_unavailable, 1, "the keyholder is away");
	else
		sh_api_problem(r, SH_PROBLEM_internal, "the tenant's data key does not open; the gateway's log says why");
}

void
sh_api_key(struct sh_api_request *r, sh_api_keyed_f *then)
{
	struct request_key *k = sh_arena_make(r->rq->arena, struct request_key);

	if (!k) {
		sh_api_problem(r, SH_PROBLEM_internal, "there is no memory for this request");
		return;
	}
	*k = (struct request_key){ r, then };
	sh_keys_open(r->core->keys, &r->tenant, r->keys, request_keyed, k);
}
