/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/import.c: which numbers the provider's account has, and taking them in. A number is known by the keyed hash of the
 * provider's id; importing it again refreshes what the provider says and leaves alone what was decided here.
 */
#include "gateway/api/gate.h"
#include "gateway/api/provider.h"

#include "gateway/base/text.h"
#include "gateway/base/writer.h"
#include "gateway/crypto/seal.h"

#define IMPORT_BYTES (16 << 20)
#define IMPORT_INDEX 16

/* One number of the provider's, on its way in. */
struct import_item {
	const struct sh_number *number;
	uint8_t index[IMPORT_INDEX]; /* of the provider's id */
	struct sh_id id; /* of its row, zero: not known here */
	bool imported; /* known, and not deleted */
};

struct import {
	struct sh_provider *p;
	struct import_item *items;
	size_t n;
	int known;
};

static struct sh_str
import_bytes(const uint8_t index[IMPORT_INDEX])
{
	return (struct sh_str){ (const char *)index, IMPORT_INDEX };
}

/* ---- which of them are known here? ---- */

static struct sh_param
import_indexes(struct sh_arena *a, const struct import *m)
{
	struct sh_param *items = sh_arena_array(a, struct sh_param, m->n + 1);

	for (size_t i = 0; items && i < m->n; i++)
		items[i] = SH_P_BYTES(import_bytes(m->items[i].index));
	return SH_P_ARRAY(SH_T_BYTEA, items, items ? m->n : 0);
}

static void
import_look(struct sh_api_request *r, const struct sh_tenant_key *key, sh_unit_f *then)
{
	struct import *m = ((struct sh_provider *)r->own)->own;
	struct sh_unit *u = sh_api_unit(r, then);

	for (size_t i = 0; i < m->n; i++)
		sh_seal_index(key, "number", m->items[i].number->provider_id, m->items[i].index);
	sh_unit_add(u, SH_SQL_number_known, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&m->p->workspace),
	    import_indexes(r->rq->arena, m));
	sh_unit_run(u);
}

static void
import_known(struct import *m, const struct sh_rows *rows)
{
	m->known = 0;
	for (int row = 0; row < sh_rows_count(rows); row++) {
		struct sh_str index = sh_rows_str(rows, row, "provider_index");

		for (size_t i = 0; i < m->n; i++)
			if (sh_str_eq(index, import_bytes(m->items[i].index))) {
				m->items[i].id = sh_rows_id(rows, row, "number_id");
				m->items[i].imported = !sh_rows_bool(rows, row, "deleted");
				m->known += m->items[i].imported;
			}
	}
}

/* ---- what could be imported ---- */

static void
import_text(const struct sh_api_request *r, struct sh_out *o, const char *key, struct sh_str s)
{
	char masked[64];

	/* As in any answer: a number is personal, and so is a label; an id is not, unless it is the number. */
	if (s.s && !sh_api_has_scope(r, SH_SCOPE_BIT_PII_READ) && (sh_text_is_e164(s) || sh_str_is(sh_str(key), "label"))) {
		sh_text_mask(s, masked);
		s = sh_str(masked);
	}
	sh_writer_key_str(o, key, s);
}

static void
import_shown(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);
	struct import *m = ((struct sh_provider *)r->own)->own;
	SH_CLEANUP(sh_buf_clear) struct sh_buf b = { 0 };
	struct sh_out o;

	if (st != SH_OK) {
		sh_api_store_failed(r, st, res, err);
		return;
	}
	import_known(m, sh_rows(res, 0));
	sh_buf_init(&b, IMPORT_BYTES);
	sh_writer_init(&o, &b);
	sh_writer_open(&o, '{');
	sh_writer_key(&o, SH_STR("data"));
	sh_writer_open(&o, '[');
	for (size_t i = 0; i < m->n; i++) {
		const struct sh_number *n = m->items[i].number;

		sh_writer_open(&o, '{');
		import_text(r, &o, "provider_id", n->provider_id);
		import_text(r, &o, "number", n->e164);
		import_text(r, &o, "label", n->label);
		sh_writer_key_bool(&o, "voice", n->voice);
		sh_writer_key_bool(&o, "sms", n->sms);
		sh_writer_key_raw(&o, "bindings", n->bindings);
		sh_writer_key_bool(&o, "imported", m->items[i].imported);
		if (m->items[i].imported)
			sh_writer_key_id(&o, "id", &m->items[i].id);
		else
			sh_writer_key_raw(&o, "id", SH_NONE);
		sh_writer_close(&o, '}');
	}
	sh_writer_close(&o, ']');
	sh_writer_key_raw(&o, "next_cursor", SH_NONE);
	sh_writer_key_raw(&o, "dropped", sh_provider_dropped(m->p));
	sh_writer_close(&o, '}');
	if (b.failed)
		sh_api_problem(r, SH_PROBLEM_internal, "the list does not fit");
	else
		sh_api_answer(r, 200, sh_buf_str(&b));
}

static void
import_show_keyed(struct sh_api_request *r, const struct sh_tenant_key *key)
{
	import_look(r, key, import_shown);
}

static struct import *
import_new(struct sh_provider *p)
{
	struct sh_arena *a = p->r->rq->arena;
	struct import *m = sh_arena_make(a, struct import);
	struct import_item *items = sh_arena_array(a, struct import_item, p->n + 1);

	if (!m || !items) {
		sh_api_problem(p->r, SH_PROBLEM_internal, "there is no memory for so many numbers");
		return NULL;
	}
	*m = (struct import){ .p = p, .items = items };
	p->own = m;
	return m;
}

static void
import_show(struct sh_provider *p)
{
	struct import *m = import_new(p);

	if (!m)
		return;
	for (const struct sh_number_item *i = p->numbers; i; i = i->next)
		m->items[m->n++].number = &i->number;
	sh_api_key(p->r, import_show_keyed);
}

void
sh_api_number_importable(struct sh_api_request *r)
{
	struct sh_str text = sh_api_query(r, "workspace");
	struct sh_id workspace = r->workspace;

	/* A key that is locked to a workspace need not name it. */
	if (text.s ? !sh_text_uuid(text, workspace.b) : !sh_id_or_null(&workspace))
		sh_api_problem_field(r, SH_PROBLEM_invalid, "?workspace", "expected the id of a workspace");
	else
		sh_provider_ask(r, &workspace, SH_PROVIDER_NUMBERS, import_show);
}

/* ---- taking them in ---- */

static void
import_done(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);

	if (st == SH_OK)
		sh_api_rows(r, 200, sh_rows(res, 1));
	else
		sh_api_store_failed(r, st, res, err);
}

static struct sh_str
import_detail(struct sh_arena *a, const struct sh_number *n)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	struct sh_out o;

	sh_buf_init(&b, 256 * 1024);
	sh_writer_init(&o, &b);
	sh_writer_open(&o, '{');
	sh_writer_key_str(&o, "provider_id", n->provider_id);
	sh_writer_key_str(&o, "label", n->label);
	sh_writer_key_raw(&o, "bindings", n->bindings);
	sh_writer_key_raw(&o, "dial", n->dial);
	sh_writer_close(&o, '}');
	return b.failed ? SH_NONE : sh_arena_str(a, sh_buf_str(&b));
}

enum { IMPORT_ID, IMPORT_E164, IMPORT_E164_INDEX, IMPORT_PROVIDER_INDEX, IMPORT_DETAIL, IMPORT_VOICE, IMPORT_SMS, IMPORT_COLUMNS };

/* One row of the unnested columns, sealed for the row that it goes into. */
static void
import_row(struct sh_api_request *r, const struct sh_tenant_key *key, struct import_item *i,
    struct sh_param *columns[IMPORT_COLUMNS], size_t at)
{
	struct sh_arena *a = r->rq->arena;
	struct sh_place place = { .tenant = r->tenant, .table = "number" };
	uint8_t index[IMPORT_INDEX];

	if (!sh_id_or_null(&i->id))
		i->id = sh_id_new(r->now_ms);
	place.row = i->id;
	sh_seal_index(key, "number", i->number->e164, index);
	columns[IMPORT_ID][at] = SH_P_ID(&i->id);
	place.column = "e164";
	columns[IMPORT_E164][at] = SH_P_BYTES(sh_seal(a, key, &place, i->number->e164));
	columns[IMPORT_E164_INDEX][at] = SH_P_BYTES(i->number->e164.s ? sh_arena_str(a, import_bytes(index)) : SH_NONE);
	columns[IMPORT_PROVIDER_INDEX][at] = SH_P_BYTES(import_bytes(i->index));
	place.column = "detail";
	columns[IMPORT_DETAIL][at] = SH_P_BYTES(sh_seal(a, key, &place, import_detail(a, i->number)));
	columns[IMPORT_VOICE][at] = SH_P_BOOL(i->number->voice);
	columns[IMPORT_SMS][at] = SH_P_BOOL(i->number->sms);
}

static void
import_store(struct sh_api_request *r, const struct sh_tenant_key *key)
{
	struct import *m = ((struct sh_provider *)r->own)->own;
	struct sh_param *columns[IMPORT_COLUMNS];
	struct sh_id activity = sh_id_new(r->now_ms);
	struct sh_unit *u;

	for (size_t c = 0; c < IMPORT_COLUMNS; c++)
		columns[c] = sh_arena_array(r->rq->arena, struct sh_param, m->n + 1);
	for (size_t i = 0; !sh_arena_failed(r->rq->arena) && i < m->n; i++)
		import_row(r, key, &m->items[i], columns, i);
	if (sh_arena_failed(r->rq->arena)) {
		sh_api_problem(r, SH_PROBLEM_too_large, "there is no memory for so many numbers at once");
		return;
	}
	u = sh_api_unit(r, import_done);
	sh_unit_add(u, SH_SQL_number_import, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&m->p->workspace),
	    SH_P_ARRAY(SH_T_UUID, columns[IMPORT_ID], m->n), SH_P_ARRAY(SH_T_BYTEA, columns[IMPORT_E164], m->n),
	    SH_P_ARRAY(SH_T_BYTEA, columns[IMPORT_E164_INDEX], m->n), SH_P_ARRAY(SH_T_BYTEA, columns[IMPORT_PROVIDER_INDEX], m->n),
	    SH_P_ARRAY(SH_T_BYTEA, columns[IMPORT_DETAIL], m->n), SH_P_ARRAY(SH_T_BOOLEAN, columns[IMPORT_VOICE], m->n),
	    SH_P_ARRAY(SH_T_BOOLEAN, columns[IMPORT_SMS], m->n), SH_P_TIME(r->now_ms), SH_P_ID(&activity));
	sh_unit_add(u, SH_SQL_number_imported, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&m->p->workspace),
	    import_indexes(r->rq->arena, m), SH_P_INT(m->known), SH_P_JSON(sh_provider_dropped(m->p)));
	sh_unit_run(u);
}

static void
import_looked(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);

	if (st != SH_OK) {
		sh_api_store_failed(r, st, res, err);
		return;
	}
	import_known(((struct sh_provider *)r->own)->own, sh_rows(res, 0));
	/* What is sealed is bound to its row, so the rows had to be known first. */
	sh_api_key(r, import_store);
}

static void
import_keyed(struct sh_api_request *r, const struct sh_tenant_key *key)
{
	import_look(r, key, import_looked);
}

static const struct sh_number *
import_find(const struct sh_provider *p, struct sh_str provider_id)
{
	for (const struct sh_number_item *i = p->numbers; i; i = i->next)
		if (sh_str_eq(i->number.provider_id, provider_id))
			return &i->number;
	return NULL;
}

/* Adds it unless it is chosen already; false: the provider has none of that id. */
static bool
import_choose(struct import *m, const struct sh_number *number)
{
	for (size_t i = 0; number && i < m->n; i++)
		if (m->items[i].number == number)
			return true;
	if (number)
		m->items[m->n++].number = number;
	return number != NULL;
}

static void
import_chosen(struct sh_provider *p)
{
	struct sh_api_request *r = p->r;
	struct import *m = import_new(p);
	struct sh_body_faults f = { 0 };
	json_object *list = NULL;

	if (!m)
		return;
	if (!json_object_object_get_ex(r->body, "numbers", &list))
		for (const struct sh_number_item *i = p->numbers; i; i = i->next)
			import_choose(m, &i->number);
	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		json_object *v = json_object_array_get_idx(list, i);
		struct sh_str id = { json_object_get_string(v), (size_t)json_object_get_string_len(v) };

		if (!import_choose(m, import_find(p, id)))
			sh_body_fault(r->rq->arena, &f, sh_arena_printf(r->rq->arena, "/numbers/%zu", i),
			    "the provider's account has no number with this provider_id; GET /v1/numbers/importable lists those "
			    "that it has (switchhook number importable)");
	}
	if (f.n)
		sh_api_problem_fields(r, SH_PROBLEM_invalid, "numbers that are not there", f.fields, f.n);
	else
		sh_api_key(r, import_keyed);
}

void
sh_api_number_import(struct sh_api_request *r)
{
	json_object *all = NULL;
	struct sh_id workspace;
	bool every;

	sh_api_id(r, "workspace_id", &workspace);
	json_object_object_get_ex(r->body, "all", &all);
	every = all && json_object_get_boolean(all);
	if (every == json_object_object_get_ex(r->body, "numbers", NULL))
		sh_api_problem_field(
		    r, SH_PROBLEM_invalid, "/numbers", "expected either numbers, an array of provider_ids, or \"all\": true");
	else
		sh_provider_ask(r, &workspace, SH_PROVIDER_NUMBERS, import_chosen);
}
