/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/credentials.c: the settings of a provider's account. Secrets go in and never come out: they are sealed together in
 * workspace.secrets, {"name": "value"} or, for a day after a secret that rotates was changed, {"name": {"now", "old",
 * "old_until_ms"}}. A setting that is not named stays as it is; null takes it away.
 */
#include "gateway/api/gate.h"
#include "gateway/api/provider.h"

#include <stdlib.h>

#include "gateway/base/reader.h"
#include "gateway/base/time.h"
#include "gateway/base/writer.h"
#include "gateway/crypto/seal.h"

#define CREDENTIALS_BYTES (256 * 1024)
#define CREDENTIALS_OLD_MS SH_DAY_MS

struct credentials {
	struct sh_id workspace;
	const struct sh_driver_loaded *driver;
	struct sh_str settings, secrets; /* as stored */
	int version;
};

/* ---- checking ---- */

/* A setting's value as text; absent: null, or nothing that is one. */
static struct sh_str
credentials_value(json_object *v)
{
	if (json_object_is_type(v, json_type_string))
		return (struct sh_str){ json_object_get_string(v), (size_t)json_object_get_string_len(v) };
	if (json_object_is_type(v, json_type_boolean) || json_object_is_type(v, json_type_int))
		return sh_str(json_object_get_string(v));
	return SH_NONE;
}

static bool
credentials_check(struct sh_api_request *r, const struct sh_driver_loaded *d)
{
	struct sh_body_faults f = { 0 };
	struct sh_arena *a = r->rq->arena;

	json_object_object_foreach(r->body, name, v)
	{
		struct sh_str at = sh_body_pointer(a, SH_NONE, sh_str(name)), value = credentials_value(v);
		int i = sh_driver_setting_index(d, sh_str(name));
		struct sh_error e = { 0 };

		if (json_object_is_type(v, json_type_int) && i >= 0 && sh_driver_setting(d, (uint32_t)i).kind != SH_SETTING_NUMBER)
			value = SH_NONE; /* a name of digits may begin with noughts, which a number loses */
		if (i >= 0 && sh_driver_setting(d, (uint32_t)i).scope != SH_SCOPE_ACCOUNT)
			sh_body_fault(a, &f, at, "this is a setting of each %s, not of the account",
			    sh_scope_name(sh_driver_setting(d, (uint32_t)i).scope));
		else if (v && !value.s)
			sh_body_fault(a, &f, at, "expected a text in quotes, true, false or null");
		else if (sh_driver_check_setting(d, sh_str(name), value.s ? value : SH_STR(""), &e) != SH_OK && (v || i < 0))
			sh_body_fault(a, &f, at, "%s", e.text);
	}
	if (json_object_object_length(r->body) == 0)
		sh_body_fault(a, &f, SH_STR(""), "names no setting; GET /v1/providers lists those of %s", d->name);
	if (f.n)
		sh_api_problem_fields(r, SH_PROBLEM_invalid, "settings are not right", f.fields, f.n);
	return f.n == 0;
}

/* ---- what is stored then ---- */

/* The value that a stored member holds now; absent: none. */
static struct sh_str
credentials_now(struct sh_arena *a, const struct sh_json *stored)
{
	return sh_reader_type(stored) == SH_JSON_OBJECT ? sh_reader_str(a, sh_reader_get(stored, SH_STR("now")))
							: sh_reader_str(a, stored);
}

static void
credentials_secret(struct sh_arena *a, struct sh_out *o, const struct sh_setting *s, const struct sh_json *stored,
    struct sh_str value, int64_t now_ms)
{
	struct sh_str old = credentials_now(a, stored);

	sh_writer_key(o, sh_str(s->name));
	if (old.s && sh_str_eq(old, value)) {
		sh_writer_raw(o, sh_reader_raw(stored));
	} else if (!old.s || !s->rotates) {
		sh_writer_str(o, value);
	} else {
		sh_writer_open(o, '{');
		sh_writer_key_str(o, "now", value);
		sh_writer_key_str(o, "old", old);
		sh_writer_key_int(o, "old_until_ms", now_ms + CREDENTIALS_OLD_MS);
		sh_writer_close(o, '}');
	}
}

/* One of the two objects anew: the settings of the table that are secrets, or those that are none. Returns how many it has. */
static size_t
credentials_merge(struct sh_api_request *r, const struct credentials *c, bool secret, struct sh_str stored, struct sh_buf *b,
    struct sh_param *names)
{
	struct sh_arena *a = r->rq->arena;
	const struct sh_json *before = stored.s ? sh_reader_parse(a, stored, NULL) : NULL;
	struct sh_out o;
	size_t n = 0;

	sh_writer_init(&o, b);
	sh_writer_open(&o, '{');
	for (uint32_t i = 0; i < c->driver->nsettings; i++) {
		struct sh_setting s = sh_driver_setting(c->driver, i);
		const struct sh_json *old = sh_reader_get(before, sh_str(s.name));
		json_object *v = NULL;
		bool named = json_object_object_get_ex(r->body, s.name, &v);

		if ((s.kind == SH_SETTING_SECRET) != secret || (named ? !v : !old))
			continue;
		if (!named) {
			sh_writer_key_raw(&o, s.name, sh_reader_raw(old));
		} else if (secret) {
			credentials_secret(a, &o, &s, old, credentials_value(v), r->now_ms);
		} else {
			sh_writer_key_str(&o, s.name, credentials_value(v));
		}
		if (names)
			names[n] = SH_P_TEXT(sh_str(s.name));
		n++;
	}
	sh_writer_close(&o, '}');
	return n;
}

/* Their names, for people. */
static struct sh_str
credentials_named(struct sh_api_request *r)
{
	struct sh_str all = SH_STR("");

	json_object_object_foreach(r->body, name, v)
	{
		(void)v;
		all = sh_arena_printf(r->rq->arena, "%.*s%s%s", (int)all.n, all.s ? all.s : "", all.n ? ", " : "", name);
	}
	return all;
}

static void
credentials_stored(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);

	if (st == SH_OK)
		sh_api_rows(r, 200, sh_rows(res, 0));
	else
		sh_api_store_failed(r, st, res, err);
}

static void
credentials_store(struct sh_api_request *r, const struct credentials *c, const struct sh_tenant_key *key, struct sh_str opened)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf settings;
	SH_CLEANUP(sh_buf_wipe) struct sh_buf secrets;
	struct sh_place place = { .tenant = r->tenant, .table = "workspace", .column = "secrets", .row = c->workspace };
	struct sh_param *names = sh_arena_array(r->rq->arena, struct sh_param, c->driver->nsettings + 1);
	struct sh_id activity = sh_id_new(r->now_ms);
	struct sh_unit *u;
	size_t n;

	sh_buf_init(&settings, CREDENTIALS_BYTES);
	sh_buf_init(&secrets, CREDENTIALS_BYTES);
	credentials_merge(r, c, false, c->settings, &settings, NULL);
	n = credentials_merge(r, c, true, opened, &secrets, names);
	if (!names || settings.failed || secrets.failed || sh_arena_failed(r->rq->arena)) {
		sh_api_problem(r, SH_PROBLEM_too_large, "the settings together are too large");
		return;
	}
	u = sh_api_unit(r, credentials_stored);
	sh_unit_add(u, SH_SQL_credentials_put, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&c->workspace),
	    SH_P_INT(c->version), SH_P_JSON(sh_buf_str(&settings)),
	    SH_P_BYTES(n ? sh_seal(r->rq->arena, key, &place, sh_buf_str(&secrets)) : SH_NONE), SH_P_ARRAY(SH_T_TEXT, names, n),
	    SH_P_TEXT(credentials_named(r)), SH_P_ID(&activity), SH_P_TIME(r->now_ms));
	sh_unit_run(u);
}

static void
credentials_keyed(struct sh_api_request *r, const struct sh_tenant_key *key)
{
	const struct credentials *c = r->own;
	struct sh_place place = { .tenant = r->tenant, .table = "workspace", .column = "secrets", .row = c->workspace };
	struct sh_str opened;

	if (sh_seal_open(r->rq->arena, key, &place, c->secrets, CREDENTIALS_BYTES, &opened))
		credentials_store(r, c, key, opened);
	else
		sh_api_problem(r, SH_PROBLEM_internal, "the credentials of this workspace do not open");
}

static void
credentials_read(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);
	const struct sh_rows *rows = st == SH_OK ? sh_rows(res, 0) : NULL;
	struct credentials *c = r->own;

	if (!rows) {
		sh_api_store_failed(r, st, res, err);
		return;
	}
	if (sh_rows_count(rows) == 0) {
		sh_api_problem(r, SH_PROBLEM_not_found, "there is no such workspace");
		return;
	}
	c->version = (int)sh_rows_int(rows, 0, "version");
	if (r->if_match && r->if_match != c->version) {
		sh_api_problem(r, SH_PROBLEM_precondition_failed, "this workspace has changed since");
		return;
	}
	c->driver = sh_provider_driver(r, sh_rows_str(rows, 0, "provider"));
	c->settings = sh_arena_str(r->rq->arena, sh_rows_str(rows, 0, "settings"));
	c->secrets = sh_arena_str(r->rq->arena, sh_rows_str(rows, 0, "secrets"));
	if (c->driver && credentials_check(r, c->driver))
		sh_api_key(r, credentials_keyed);
}

void
sh_api_credentials_put(struct sh_api_request *r)
{
	struct credentials *c = sh_arena_make(r->rq->arena, struct credentials);
	struct sh_unit *u;

	if (!c || !sh_api_param_id(r, 0, &c->workspace)) {
		sh_api_problem(r, SH_PROBLEM_not_found, "there is no such workspace");
		return;
	}
	r->own = c;
	u = sh_api_unit(r, credentials_read);
	sh_unit_add(u, SH_SQL_account_read, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_WORKSPACE(r), SH_P_ID(&c->workspace));
	sh_unit_run(u);
}

/* ---- do they work? ---- */

static void
credentials_good(struct sh_provider *p)
{
	struct sh_api_request *r = p->r;
	struct sh_id activity = sh_id_new(r->now_ms);
	struct sh_unit *u = sh_api_unit(r, credentials_stored);

	sh_unit_add(u, SH_SQL_credentials_tested, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&p->workspace),
	    SH_P_BOOL(true), SH_P_TIME(r->now_ms), SH_P_ID(&activity));
	sh_unit_run(u);
}

void
sh_api_credentials_test(struct sh_api_request *r)
{
	struct sh_id id;

	if (sh_api_param_id(r, 0, &id))
		sh_provider_ask(r, &id, SH_PROVIDER_CHECK, credentials_good);
	else
		sh_api_problem(r, SH_PROBLEM_not_found, "there is no such workspace");
}
