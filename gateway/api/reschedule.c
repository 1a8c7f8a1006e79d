/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/reschedule.c: another time for a callback that waits, and a time for one that is held until a person gives it one.
 *
 * Whom a chat wants to be called at may be unknown: then the number is given along, and the chain's payload is sealed anew with it.
 *
 * Where policy or law forbid the minute that was asked for, the callback is due at the first one that they permit, and the answer
 * says so: the claim would move it all the same, but then nobody would look.
 */
#include "gateway/api/request.h"

#include "gateway/api/lacks.h"
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
#define RESCHEDULE_ROUNDS_MOST 16 /* caps end in quiet hours, which end within other caps, and so on */

struct sh_reschedule {
	struct sh_id id, chain;
	int64_t asked_ms, due_ms; /* due: the first permitted minute from asked on */
	int64_t capped_ms; /* until then caps forbid it; 0: they do not */
	int rounds;
	struct sh_str to; /* absent: it is known */
	struct sh_str payload; /* sealed */
	struct sh_str written, beside; /* the payload as it will be; absent: as it was */
	bool waits; /* scheduled or held: else the statement says why not */
	bool known; /* whom it is to call: */
	uint8_t index[16];
	struct sh_permit permit;
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

/* ---- when ---- */

/* By the hours alone, from a moment on. false: a problem was answered. */
static bool
reschedule_hours(struct sh_api_request *r, int64_t from_ms)
{
	struct sh_reschedule *k = r->own;
	struct sh_permit *p = &k->permit;

	k->due_ms = from_ms;
	p->dialling = (struct sh_due_dial){ .now_ms = from_ms };
	p->overridden = false;
	sh_permit_judge(p);
	if (k->waits && sh_api_lacks(r, p))
		return false;
	if (p->admitted.what == SH_ADMIT_HOLD && k->waits) {
		sh_api_problem(r, SH_PROBLEM_quiet_hours, "%s permits no call within 14 days of then", sh_permit_why(p));
		return false;
	}
	if (p->admitted.what == SH_ADMIT_LATER)
		k->due_ms = p->admitted.next_ms;
	return true;
}

/* Why it is not when it was asked for: a rule's hours, or caps. */
static const char *
reschedule_why(const struct sh_reschedule *k)
{
	return k->permit.admitted.what == SH_ADMIT_LATER ? sh_permit_why(&k->permit) : "caps";
}

/* For the list of activity. The person's own words come last. */
static struct sh_str
reschedule_told(struct sh_api_request *r)
{
	struct sh_reschedule *k = r->own;
	struct sh_str reason = sh_api_str(r, "reason"), why = SH_STR("");
	char then[32], asked[32];

	sh_time_format_rfc3339(k->due_ms, then);
	sh_time_format_rfc3339(k->asked_ms, asked);
	if (k->due_ms != k->asked_ms)
		why = sh_arena_printf(r->rq->arena, ", who asked for %s, which %s forbids", asked, reschedule_why(k));
	return sh_arena_printf(r->rq->arena, "moved to %s by a person%s%s%.*s", then, why.s, reason.n ? ": " : "", (int)reason.n,
	    reason.n ? reason.s : "");
}

/* The decision about the asked minute, as it is kept. */
static struct sh_str
reschedule_record(struct sh_api_request *r)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	struct sh_reschedule *k = r->own;
	const struct sh_permit *p = &k->permit;
	bool capped = p->admitted.what != SH_ADMIT_LATER && k->capped_ms;

	sh_buf_init(&b, SH_RECORD_BYTES);
	sh_record_admitted(&b, &p->policy, &p->place, &p->dialling, &p->admitted, capped ? "capped" : NULL,
	    k->due_ms != k->asked_ms ? k->due_ms : 0);
	return b.failed ? SH_STR("{}") : sh_arena_str(r->rq->arena, sh_buf_str(&b));
}

static struct sh_str
reschedule_text(struct sh_api_request *r, struct sh_str record)
{
	struct sh_reschedule *k = r->own;
	struct sh_str text = sh_record_explain(r->rq->arena, record, r->core->zones);
	char until[32];

	if (!k->capped_ms || k->permit.admitted.what != SH_ADMIT_LATER)
		return text;
	sh_time_format_rfc3339(k->capped_ms, until);
	return sh_arena_printf(r->rq->arena, "%.*s Caps on calls to this callee forbid it too, until %s.", (int)text.n, text.s, until);
}

static void
reschedule_write(struct sh_api_request *r)
{
	struct sh_reschedule *k = r->own;
	struct sh_id activity = sh_id_new(r->now_ms), decision = sh_id_new(r->now_ms);
	struct sh_str index = { (const char *)k->index, sizeof(k->index) }, record;
	int64_t due_ms = k->due_ms;
	struct sh_unit *u;
	bool moved;

	/* What is kept and told is about the minute that was asked for. */
	if (!reschedule_hours(r, k->asked_ms))
		return;
	k->due_ms = due_ms;
	moved = k->due_ms != k->asked_ms;
	record = reschedule_record(r);
	u = sh_api_unit(r, reschedule_done);
	sh_unit_add(u, SH_SQL_callback_reschedule, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_WORKSPACE(r), SH_P_ID(&k->id),
	    SH_P_TIME(k->due_ms), SH_P_TIME(r->now_ms), SH_P_ID(&activity), SH_P_TEXT(reschedule_told(r)), SH_P_BYTES(k->written),
	    SH_P_BYTES(k->written.s ? index : SH_NONE), SH_P_JSON(k->beside), SH_P_TIME(k->asked_ms),
	    SH_P_TEXT(moved ? sh_str(reschedule_why(k)) : SH_NONE), SH_P_TEXT(moved ? reschedule_text(r, record) : SH_NONE),
	    SH_P_ID(&decision), SH_P_TEXT(sh_str(k->permit.policy.name)), SH_P_JSON(record));
	sh_unit_run(u);
}

static void reschedule_plan(struct sh_api_request *, int64_t from_ms);

static void
reschedule_capped(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = arg;
	struct sh_reschedule *k = r->own;
	const struct sh_rows *c = st == SH_OK ? sh_rows(res, 0) : NULL;

	if (!c) {
		sh_api_store_failed(r, st, res, err);
	} else if (sh_rows_count(c) == 0 || sh_rows_null(c, 0, "until") || ++k->rounds == RESCHEDULE_ROUNDS_MOST) {
		reschedule_write(r);
	} else {
		k->capped_ms = sh_rows_time(c, 0, "until");
		reschedule_plan(r, k->capped_ms);
	}
}

/* Hours first, then the caps at the minute that they permit, by the calls there were so far; what caps forbid is planned anew. */
static void
reschedule_plan(struct sh_api_request *r, int64_t from_ms)
{
	struct sh_reschedule *k = r->own;
	const struct sh_admitted *d = &k->permit.admitted;
	struct sh_param within[SH_LENGTH(d->caps)], calls[SH_LENGTH(d->caps)];
	struct sh_unit *u;

	if (!reschedule_hours(r, from_ms))
		return;
	if (!k->known || !k->waits || (d->ncaps == 0 && d->gap_s == 0)) {
		reschedule_write(r);
		return;
	}
	for (uint32_t i = 0; i < d->ncaps; i++) {
		within[i] = SH_P_INT(d->caps[i].within_s);
		calls[i] = SH_P_INT(d->caps[i].calls);
	}
	u = sh_api_unit(r, reschedule_capped);
	sh_unit_add(u, SH_SQL_callee_capped, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant),
	    SH_P_BYTES(((struct sh_str){ (const char *)k->index, sizeof(k->index) })), SH_P_TIME(k->due_ms),
	    SH_P_ARRAY(SH_T_INT, within, d->ncaps), SH_P_ARRAY(SH_T_INT, calls, d->ncaps), SH_P_INT(d->gap_s));
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
	struct sh_evidence evidence = { .number = k->to, .workspace = k->permit.place.workspace };
	struct sh_callee_text text;
	struct sh_out w;

	sh_callee_find(r->core->prefixes, &evidence, &k->permit.callee);
	k->permit.place.callee = &k->permit.callee;
	k->permit.place.lot = sh_permit_lot((struct sh_str){ (const char *)k->index, sizeof(k->index) });
	sh_callee_write(&k->permit.callee, &text);
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
	if (!payload.s) {
		sh_api_problem(r, SH_PROBLEM_too_large, "variables and metadata are too large together");
		return;
	}
	k->known = true;
	k->written = payload;
	k->beside = reschedule_beside(r);
	reschedule_plan(r, k->asked_ms);
}

static void
reschedule_looked(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = arg;
	struct sh_reschedule *k = r->own;
	const struct sh_rows *c = st == SH_OK ? sh_rows(res, 0) : NULL, *met = st == SH_OK ? sh_rows(res, 1) : NULL;
	bool lacks = c && sh_rows_count(c) > 0 && sh_str_is(sh_rows_str(c, 0, "held"), "no_number");

	if (!c) {
		sh_api_store_failed(r, st, res, err);
		return;
	}
	if (sh_rows_count(c) == 0 || sh_rows_count(met) == 0) {
		sh_api_problem(r, SH_PROBLEM_not_found, "no such callback");
		return;
	}
	if (lacks && !k->to.s) {
		sh_api_problem_field(r, SH_PROBLEM_invalid, "/to_number", "required: nobody knows whom this callback is to call");
		return;
	}
	if (!lacks && k->to.s) {
		sh_api_problem_field(r, SH_PROBLEM_invalid, "/to_number", "this callback has a number already");
		return;
	}
	k->waits = sh_str_is(sh_rows_str(met, 0, "state"), "scheduled") || sh_str_is(sh_rows_str(met, 0, "state"), "held");
	sh_permit_read(&k->permit, r->core, met, 0, k->asked_ms);
	if (!lacks) {
		struct sh_str index = sh_rows_str(met, 0, "callee_index");

		k->known = index.n == sizeof(k->index);
		if (k->known)
			memcpy(k->index, index.s, sizeof(k->index));
		reschedule_plan(r, k->asked_ms);
	} else {
		k->chain = sh_rows_id(c, 0, "chain_root_id");
		k->payload = sh_arena_str(r->rq->arena, sh_rows_str(c, 0, "payload"));
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
	} else if (!sh_time_parse_rfc3339(sh_api_str(r, "due_at"), &k->asked_ms) || k->asked_ms < r->now_ms ||
		   k->asked_ms > r->now_ms + RESCHEDULE_AHEAD_MS) {
		sh_api_problem_field(r, SH_PROBLEM_invalid, "/due_at", "expected a time with an offset, from now to a year ahead");
	} else if (k->to.s && !sh_text_is_e164(k->to)) {
		sh_api_problem_field(r, SH_PROBLEM_not_e164, "/to_number", "expected a number such as +14155550123");
	} else {
		u = sh_api_unit(r, reschedule_looked);
		sh_unit_add(
		    u, SH_SQL_callback_held, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_WORKSPACE(r), SH_P_ID(&k->id));
		sh_unit_add(u, SH_SQL_callback_context, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_WORKSPACE(r), SH_P_ID(&k->id),
		    SH_P_TIME(r->now_ms));
		sh_unit_run(u);
	}
}
