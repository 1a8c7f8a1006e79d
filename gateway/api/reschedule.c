/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/reschedule.c: another time for a callback that waits, and a time for one that is held until a person gives it one.
 *
 * Whom a chat wants to be called at may be unknown: then the number is given along, and the chain's payload is sealed anew with it.
 */
#include "gateway/api/request.h"

#include "gateway/base/reader.h"
#include "gateway/base/text.h"
#include "gateway/base/time.h"
#include "gateway/base/writer.h"
#include "gateway/crypto/seal.h"
#include "gateway/engine/engine.h"
#include "gateway/policy/whereabouts.h"

#define RESCHEDULE_AHEAD_MS (366 * SH_DAY_MS)
#define RESCHEDULE_PAYLOAD_BYTES (512 << 10)
#define RESCHEDULE_BESIDE_BYTES 4096

struct sh_reschedule {
	struct sh_id id, chain;
	int64_t due_ms;
	struct sh_str to; /* absent: it is known */
	struct sh_str payload; /* sealed */
	const struct sh_zone *workspace;
	uint8_t index[16];
};

static void
reschedule_done(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = arg;
	struct sh_reschedule *k = r->own;

	if (st != SH_OK) {
		sh_api_store_failed(r, st, res, err);
		return;
	}
	sh_engine_due_at(r->core->engine, k->due_ms);
	sh_api_rows(r, 200, sh_rows(res, 0));
}

/* payload absent: it stays, and so does the callee. */
static void
reschedule_write(struct sh_api_request *r, struct sh_str payload, struct sh_str beside)
{
	struct sh_reschedule *k = r->own;
	struct sh_str reason = sh_api_str(r, "reason"), index = { (const char *)k->index, sizeof(k->index) }, told;
	struct sh_id activity = sh_id_new(r->now_ms);
	struct sh_unit *u = sh_api_unit(r, reschedule_done);
	char then[32];

	sh_time_format_rfc3339(k->due_ms, then);
	told = sh_arena_printf(
	    r->rq->arena, "moved to %s by a person%s%.*s", then, reason.n ? ": " : "", (int)reason.n, reason.n ? reason.s : "");
	sh_unit_add(u, SH_SQL_callback_reschedule, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_WORKSPACE(r), SH_P_ID(&k->id),
	    SH_P_TIME(k->due_ms), SH_P_TIME(r->now_ms), SH_P_ID(&activity), SH_P_TEXT(told), SH_P_BYTES(payload),
	    SH_P_BYTES(payload.s ? index : SH_NONE), SH_P_JSON(beside));
	sh_unit_run(u);
}

/* ---- whom to call ---- */

static struct sh_str
reschedule_payload(struct sh_api_request *r, struct sh_str before)
{
	SH_CLEANUP(sh_buf_wipe) struct sh_buf b;
	const struct sh_json *j = sh_reader_parse(r->rq->arena, before, NULL);
	struct sh_reschedule *k = r->own;
	struct sh_out w;

	sh_buf_init(&b, RESCHEDULE_PAYLOAD_BYTES);
	sh_writer_init(&w, &b);
	sh_writer_open(&w, '{');
	sh_writer_key_str(&w, "to", k->to);
	for (const struct sh_json *m = sh_reader_first(j); m; m = sh_reader_next(m)) {
		struct sh_str name = sh_reader_key(r->rq->arena, m);

		if (sh_str_is(name, "to"))
			continue;
		sh_writer_key(&w, name);
		sh_writer_raw(&w, sh_reader_raw(m));
	}
	sh_writer_close(&w, '}');
	return b.failed ? SH_NONE : sh_arena_str(r->rq->arena, sh_buf_str(&b));
}

static struct sh_str
reschedule_beside(struct sh_api_request *r)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	struct sh_reschedule *k = r->own;
	struct sh_evidence evidence = { .number = k->to, .workspace = k->workspace };
	struct sh_callee_text text;
	struct sh_callee callee;
	struct sh_out w;

	sh_callee_find(r->core->prefixes, &evidence, &callee);
	sh_callee_write(&callee, &text);
	sh_buf_init(&b, RESCHEDULE_BESIDE_BYTES);
	sh_writer_init(&w, &b);
	sh_writer_open(&w, '{');
	sh_writer_key_str(&w, "zones", sh_str(text.zones));
	sh_writer_key_str(&w, "states", sh_str(text.states));
	sh_writer_key_str(&w, "country", sh_str(text.country));
	sh_writer_key_bool(&w, "unknown", text.unknown);
	sh_writer_key_str(&w, "source", sh_str(text.source));
	sh_writer_close(&w, '}');
	return sh_arena_str(r->rq->arena, sh_buf_str(&b));
}

static void
reschedule_keyed(struct sh_api_request *r, const struct sh_tenant_key *key)
{
	struct sh_reschedule *k = r->own;
	struct sh_place place = { .tenant = r->tenant, .table = "callbacks", .column = "payload", .row = k->chain };
	struct sh_str open, payload;

	if (!sh_seal_open(r->rq->arena, key, &place, k->payload, RESCHEDULE_PAYLOAD_BYTES, &open)) {
		sh_api_problem(r, SH_PROBLEM_internal, "what is stored of this callback does not open");
		return;
	}
	payload = sh_seal(r->rq->arena, key, &place, reschedule_payload(r, open));
	sh_seal_index(key, "callee", k->to, k->index);
	if (!payload.s)
		sh_api_problem(r, SH_PROBLEM_too_large, "variables and metadata are too large together");
	else
		reschedule_write(r, payload, reschedule_beside(r));
}

static void
reschedule_looked(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = arg;
	struct sh_reschedule *k = r->own;
	const struct sh_rows *c = st == SH_OK ? sh_rows(res, 0) : NULL;
	bool lacks = c && sh_rows_count(c) > 0 && sh_str_is(sh_rows_str(c, 0, "held"), "no_number");

	if (!c) {
		sh_api_store_failed(r, st, res, err);
	} else if (sh_rows_count(c) == 0) {
		sh_api_problem(r, SH_PROBLEM_not_found, "no such callback");
	} else if (lacks && !k->to.s) {
		sh_api_problem_field(r, SH_PROBLEM_invalid, "/to_number", "required: nobody knows whom this callback is to call");
	} else if (!lacks && k->to.s) {
		sh_api_problem_field(r, SH_PROBLEM_invalid, "/to_number", "this callback has a number already");
	} else if (!lacks) {
		reschedule_write(r, SH_NONE, SH_NONE);
	} else {
		k->chain = sh_rows_id(c, 0, "chain_root_id");
		k->payload = sh_arena_str(r->rq->arena, sh_rows_str(c, 0, "payload"));
		k->workspace = sh_zones_find(r->core->zones, sh_rows_str(c, 0, "timezone"));
		if (!k->workspace)
			k->workspace = sh_zones_find(r->core->zones, SH_STR("UTC"));
		sh_api_key(r, reschedule_keyed);
	}
}

void
sh_api_callback_reschedule(struct sh_api_request *r)
{
	struct sh_reschedule *k = sh_arena_make(r->rq->arena, struct sh_reschedule);
	struct sh_unit *u;

	if (!k) {
		sh_api_problem_later(r, SH_PROBLEM_unavailable, 1, "there is no memory for this request");
		return;
	}
	r->own = k;
	k->to = sh_api_str(r, "to_number");
	if (!sh_api_param_id(r, 0, &k->id)) {
		sh_api_problem(r, SH_PROBLEM_not_found, "no such callback");
	} else if (!sh_time_parse_rfc3339(sh_api_str(r, "due_at"), &k->due_ms) || k->due_ms < r->now_ms ||
		   k->due_ms > r->now_ms + RESCHEDULE_AHEAD_MS) {
		sh_api_problem_field(r, SH_PROBLEM_invalid, "/due_at", "expected a time with an offset, from now to a year ahead");
	} else if (k->to.s && !sh_text_is_e164(k->to)) {
		sh_api_problem_field(r, SH_PROBLEM_not_e164, "/to_number", "expected a number such as +14155550123");
	} else {
		u = sh_api_unit(r, reschedule_looked);
		sh_unit_add(
		    u, SH_SQL_callback_held, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_WORKSPACE(r), SH_P_ID(&k->id));
		sh_unit_run(u);
	}
}
