/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/outbound.c: POST /v1/outbound/calls: an order for a call becomes a chain's first row.
 *
 * The body is read, the callee hashed and the payload sealed while the key is open; one statement says what the call would
 * meet; what forbids it is answered as a problem and leaves nothing behind. What may ring now is stored as claimed and dialled
 * by this worker at once; the answer waits a moment for the provider's. The dial's own transaction judges again.
 */
#include "gateway/api/request.h"

#include <event2/event.h>
#include <stdlib.h>

#include "gateway/api/gate.h"
#include "gateway/api/lacks.h"
#include "gateway/api/order.h"
#include "gateway/api/provider.h"
#include "gateway/base/encode.h"
#include "gateway/base/text.h"
#include "gateway/base/writer.h"
#include "gateway/crypto/digest.h"
#include "gateway/crypto/seal.h"
#include "gateway/engine/account.h"
#include "gateway/engine/engine.h"

#define SH_MAGIC_sh_outbound 0x6f757462u
#define OUTBOUND_LOOK_MS 250
#define OUTBOUND_AHEAD_MS (366 * SH_DAY_MS)
/* A workflow cannot name an Idempotency-Key: the same body within this is the same wish, later it may rightly come again. */
#define OUTBOUND_SAME_S 900

struct sh_outbound {
	uint32_t magic;
	struct sh_api_request *r;
	struct sh_order order;
	struct sh_id callback, agent, number, workspace, customer;
	bool has_agent;
	const struct sh_zone *contact; /* what the order says of the callee's place; NULL, "": nothing */
	char contact_state[SH_STATE_MAX + 1];
	uint8_t callee_index[16], from_index[16], to_index[16];
	struct sh_str payload, provider;
	int64_t asked_ms, due_ms;
	bool now, is_final, minimal;
	const char *moved; /* why it cannot ring when it was asked for; NULL: it can */
	struct sh_callee_text callee;
	struct sh_dial_terms terms;
	struct event *timer;
	int64_t until_ms; /* elapsed clock: the asker waits no longer */
	bool looking, told; /* a look is under way; meanwhile the engine told its result */
	struct sh_dial_result result;
};

static struct sh_str
outbound_bytes(const uint8_t b[16])
{
	return (struct sh_str){ (const char *)b, 16 };
}

/* ---- answers ---- */

static void
outbound_answer(struct sh_outbound *o, int status, const char *state, struct sh_str call_id, struct sh_str reason, int64_t due_ms)
{
	struct sh_api_request *r = o->r;
	struct sh_buf b;
	struct sh_out w;

	if (o->timer)
		event_free(SH_TAKE(o->timer));
	sh_buf_init(&b, SH_RECORD_BYTES + 4096);
	sh_writer_init(&w, &b);
	sh_writer_open(&w, '{');
	sh_writer_key_id(&w, "callback_id", &o->callback);
	sh_writer_key_str(&w, "state", sh_str(state));
	sh_writer_key_str(&w, "call_id", call_id);
	sh_writer_key_int(&w, "attempt", 1);
	sh_writer_key_time(&w, "due_at", due_ms);
	sh_writer_key_str(&w, "reason", reason);
	if (o->moved) {
		sh_writer_key_time(&w, "asked_at", o->asked_ms);
		sh_writer_key_str(&w, "text",
		    sh_record_explain(r->rq->arena, (struct sh_str){ o->terms.record, o->terms.nrecord }, r->core->zones));
	}
	if (o->order.contact_id.s)
		sh_writer_key_str(&w, "contact_id", o->order.contact_id);
	sh_writer_close(&w, '}');
	SH_MAGIC_CLEAR(o);
	sh_api_answer(r, status, sh_buf_str(&b));
	sh_buf_clear(&b);
}

/* The dial's own transaction found what the first look did not: told as the problem that it is. */
static void
outbound_refused(struct sh_outbound *o, struct sh_str reason)
{
	static const struct {
		const char *reason;
		enum sh_problem problem;
	} known[] = { { "no_credits", SH_PROBLEM_no_credits }, { "suppressed", SH_PROBLEM_suppressed },
		{ "agent_disabled", SH_PROBLEM_agent_disabled }, { "outbound_disabled", SH_PROBLEM_outbound_disabled },
		{ "number_gone", SH_PROBLEM_not_found } };
	struct sh_api_request *r = o->r;

	if (o->timer)
		event_free(SH_TAKE(o->timer));
	SH_MAGIC_CLEAR(o);
	for (size_t i = 0; i < SH_LENGTH(known); i++)
		if (sh_str_is(reason, known[i].reason)) {
			sh_api_problem(r, known[i].problem, "not dialled: %s", known[i].reason);
			return;
		}
	sh_api_problem(r, SH_PROBLEM_provider_refused, "the call was not placed: %.*s",
	    (int)(reason.n < 200 ? reason.n : 200), reason.s);
}

static void
outbound_dialled(void *arg, const struct sh_dial_result *d)
{
	struct sh_outbound *o = SH_OBJ(arg, sh_outbound);

	if (o->looking) { /* one answer only: the look that is under way gives it */
		o->told = true;
		o->result = *d;
		o->result.call_id = sh_arena_str(o->r->rq->arena, d->call_id);
		o->result.reason = sh_arena_str(o->r->rq->arena, d->reason);
		return;
	}
	switch (d->what) {
	case SH_DIALLED_PLACED:
		outbound_answer(o, 201, "placed", d->call_id, SH_NONE, 0);
		break;
	case SH_DIALLED_SCHEDULED:
		outbound_answer(o, 202, "scheduled", SH_NONE, sh_str_is(d->reason, "capped") ? SH_STR("caps") : d->reason, d->due_ms);
		break;
	case SH_DIALLED_UNKNOWN:
		outbound_answer(o, 202, "dialling", SH_NONE, d->reason, 0);
		break;
	case SH_DIALLED_REFUSED:
		outbound_refused(o, d->reason);
		break;
	}
}

/* ---- another worker may be the one that dials: looked at now and then while the asker waits ---- */

/* The engine need not tell any more. */
static void
outbound_found(struct sh_outbound *o, int status, const char *state, struct sh_str call_id, struct sh_str reason, int64_t due_ms)
{
	sh_engine_dial_forget(o->r->core->engine, &o->callback);
	outbound_answer(o, status, state, call_id, reason, due_ms);
}

static void
outbound_found_refused(struct sh_outbound *o, struct sh_str reason)
{
	sh_engine_dial_forget(o->r->core->engine, &o->callback);
	outbound_refused(o, reason);
}

static void
outbound_again(struct sh_outbound *o)
{
	struct timeval tv = { 0, OUTBOUND_LOOK_MS * 1000 };

	if (o->timer)
		evtimer_add(o->timer, &tv);
}

static void
outbound_seen(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_outbound *o = ((struct sh_api_request *)arg)->own;
	const struct sh_rows *c = st == SH_OK ? sh_rows(res, 0) : NULL;
	bool late = sh_clock_elapsed_ms() >= o->until_ms, there = c && sh_rows_count(c) > 0;
	struct sh_str state = there ? sh_rows_str(c, 0, "state") : SH_STR("dialling");

	(void)err;
	o->looking = false;
	if (o->told) /* the engine was first */
		outbound_dialled(o, &o->result);
	else if (there && !sh_rows_null(c, 0, "call_id"))
		outbound_found(o, 201, "placed", sh_rows_str(c, 0, "call_id"), SH_NONE, 0);
	else if (sh_str_is(state, "cancelled") || sh_str_is(state, "suppressed") || sh_str_is(state, "expired"))
		outbound_found_refused(o, sh_rows_str(c, 0, "end_reason"));
	else if (late && sh_str_is(state, "scheduled"))
		outbound_found(o, 202, "scheduled", SH_NONE, SH_NONE, sh_rows_time(c, 0, "due_at"));
	else if (late)
		outbound_found(o, 202, "dialling", SH_NONE, SH_STR("still under way"), 0);
	else
		outbound_again(o);
}

static void
outbound_look(evutil_socket_t fd, short what, void *arg)
{
	struct sh_outbound *o = SH_OBJ(arg, sh_outbound);
	struct sh_unit *u = sh_api_unit(o->r, outbound_seen);

	(void)fd;
	(void)what;
	o->looking = true;
	sh_unit_add(u, SH_SQL_outbound_state, SH_P_SMALL(o->r->bucket), SH_P_ID(&o->r->tenant), SH_P_ID(&o->callback));
	sh_unit_run(u);
}

/* ---- stored ---- */

static void
outbound_created(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_outbound *o = ((struct sh_api_request *)arg)->own;
	struct sh_core *core = o->r->core;
	if (st == SH_ECONFLICT && o->now) {
		sh_api_problem(o->r, SH_PROBLEM_callee_busy, "a call to this callee is under way");
		return;
	}
	if (st != SH_OK) {
		sh_api_store_failed(o->r, st, res, err);
		return;
	}
	if (!o->now) {
		sh_engine_due_at(core->engine, o->due_ms);
		outbound_answer(o, 202, "scheduled", SH_NONE, o->moved ? sh_str(o->moved) : SH_NONE, o->due_ms);
		return;
	}
	o->until_ms = sh_clock_elapsed_ms() + core->options->outbound_wait_ms;
	o->timer = evtimer_new(core->base, outbound_look, o);
	outbound_again(o);
	sh_engine_dial(core->engine, o->r->bucket, &o->r->tenant, &o->callback, o->provider, &o->terms, outbound_dialled, o);
}

static void
outbound_create(struct sh_outbound *o)
{
	struct sh_api_request *r = o->r;
	struct sh_unit *u = sh_api_unit(r, outbound_created);
	int64_t lease_ms = o->now ? r->now_ms + r->core->options->claim_lease_s * SH_SECOND_MS : 0;
	struct sh_id activity = sh_id_new(r->now_ms), decision = sh_id_new(r->now_ms);
	const char *text = o->moved ? sh_arena_printf(r->rq->arena, "call asked for; it waits: %s", o->moved).s
			   : o->now ? "call asked for"
				    : "call asked for at a later time";

	if (o->now) {
		sh_unit_add(u, SH_SQL_callee_lock, SH_P_ID(&r->tenant), SH_P_BYTES(outbound_bytes(o->callee_index)));
		sh_unit_add(
		    u, SH_SQL_callee_free, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_BYTES(outbound_bytes(o->callee_index)));
	}
	sh_unit_add(u, SH_SQL_outbound_create, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&o->callback),
	    SH_P_ID(&o->workspace), SH_P_ID(&o->number), SH_P_ID(o->has_agent ? &o->agent : NULL),
	    SH_P_ID(sh_id_or_null(&o->customer)), SH_P_TEXT(o->provider), SH_P_TIME(o->due_ms), SH_P_TIME_OR_NULL(lease_ms),
	    SH_P_BOOL(o->is_final), SH_P_BYTES(outbound_bytes(o->callee_index)), SH_P_BYTES(o->payload), SH_P_ID(&r->key_id),
	    SH_P_TIME(r->now_ms), SH_P_TEXT(sh_str(o->callee.zones)), SH_P_TEXT(sh_str(o->callee.states)),
	    SH_P_TEXT(sh_str(o->callee.country)), SH_P_BOOL(o->callee.unknown), SH_P_TEXT(sh_str(o->callee.source)));
	if (o->minimal)
		sh_unit_add(u, SH_SQL_chain_minimal, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&o->callback));
	/* What rings at once is decided by the transaction that claims it. */
	if (!o->now)
		sh_unit_add(u, SH_SQL_decision_add, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&decision),
		    SH_P_TIME(r->now_ms), SH_P_TEXT(SH_STR("order")), SH_P_TEXT(o->moved ? SH_STR("later") : SH_STR("ok")),
		    SH_P_ID(&o->callback), SH_P_ID(&o->callback), SH_P_ID(NULL), SH_P_ID(NULL), SH_P_ID(&o->workspace),
		    SH_P_ID(o->has_agent ? &o->agent : NULL), SH_P_TEXT(sh_str(o->terms.policy)),
		    SH_P_JSON(((struct sh_str){ o->terms.record, o->terms.nrecord })));
	sh_unit_add(u, SH_SQL_activity_add, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&activity), SH_P_TIME(r->now_ms),
	    SH_P_TEXT(SH_STR("call.requested")), SH_P_TEXT(sh_str(text)), SH_P_ID(&o->workspace), SH_P_ID(&o->number),
	    SH_P_ID(o->has_agent ? &o->agent : NULL), SH_P_ID(&o->callback), SH_P_ID(&o->callback), SH_P_ID(NULL));
	sh_unit_run(u);
}

/* ---- what it would meet ---- */

/* false: a problem was answered. */
static bool
outbound_permitted(struct sh_outbound *o, const struct sh_rows *c)
{
	struct sh_api_request *r = o->r;

	if (sh_rows_count(c) == 0 || (o->order.from.s && !sh_rows_bool(c, 0, "from_matches")))
		sh_api_problem_field(r, SH_PROBLEM_not_found, "/from_number", "no such number, or not this key's");
	else if (sh_rows_bool(c, 0, "to_itself"))
		sh_api_problem_field(
		    r, SH_PROBLEM_invalid, "/to_number", "this is the number that is to call: it cannot call itself");
	else if (!sh_rows_bool(c, 0, "can_dial"))
		sh_api_problem(
		    r, SH_PROBLEM_outbound_disabled, "the provider says that this number takes neither calls nor messages");
	else if (!sh_rows_bool(c, 0, "outbound"))
		sh_api_problem(r, SH_PROBLEM_outbound_disabled, "%s", SH_API_OUTBOUND_OFF);
	else if (sh_id_or_null(&o->agent) && sh_rows_null(c, 0, "agent_id"))
		sh_api_problem_field(r, SH_PROBLEM_invalid, "/agent_id", "no such agent in this number's workspace");
	else if (!sh_rows_null(c, 0, "agent_id") && !sh_rows_bool(c, 0, "agent_fits"))
		sh_api_problem_field(r, SH_PROBLEM_invalid, "/agent_id", "this agent writes messages, and cannot place a call");
	else if (!sh_rows_null(c, 0, "agent_id") && !sh_rows_bool(c, 0, "agent_enabled"))
		sh_api_problem(r, SH_PROBLEM_agent_disabled, "the agent is disabled");
	else if (!sh_provider_complete(r, sh_rows_str(c, 0, "provider"), sh_rows_str(c, 0, "given")))
		return false;
	else if (!sh_rows_null(c, 0, "paused_reason"))
		sh_api_problem(r, SH_PROBLEM_workspace_paused, "the workspace is paused: mend it, then test its credentials");
	else if (sh_rows_bool(c, 0, "suppressed"))
		sh_api_problem(r, SH_PROBLEM_suppressed, "this callee is on a do-not-call list");
	else if (!sh_rows_null(c, 0, "customer_id") && sh_rows_int(c, 0, "balance") < 1)
		sh_api_problem(r, SH_PROBLEM_no_credits, "the number's customer has no credits");
	else if (sh_rows_bool(c, 0, "busy"))
		sh_api_problem(r, SH_PROBLEM_callee_busy, "a call to this callee is under way");
	else
		return true;
	return false;
}

/* Where the callee may be, and what the policy makes of a call to there. false: a problem was answered. */
static bool
outbound_plan(struct sh_outbound *o, const struct sh_rows *c)
{
	const struct sh_core *core = o->r->core;
	int64_t now = o->r->now_ms, from = o->order.schedule_ms > now ? o->order.schedule_ms : now;
	struct sh_permit permit;
	struct sh_evidence evidence = { .contact = o->contact, .number = o->order.to, .states = sh_str(o->contact_state) };

	sh_permit_policy(&permit, core, c, 0);
	evidence.workspace = permit.place.workspace;
	sh_callee_find(core->prefixes, &evidence, &permit.callee);
	sh_callee_write(&permit.callee, &o->callee);
	permit.place.callee = &permit.callee;
	permit.place.lot = sh_permit_lot(outbound_bytes(o->callee_index));
	permit.dialling = (struct sh_due_dial){ .now_ms = from };
	sh_permit_judge(&permit);
	if (sh_api_lacks(o->r, &permit))
		return false;
	if (permit.admitted.what == SH_ADMIT_HOLD) {
		sh_api_problem(o->r, SH_PROBLEM_quiet_hours, "%s permits no call within 14 days", sh_permit_why(&permit));
		return false;
	}
	o->is_final = permit.policy.max_attempts <= 1;
	o->minimal = permit.policy.retention == SH_RETENTION_MINIMAL;
	o->moved = permit.admitted.what == SH_ADMIT ? NULL : sh_arena_printf(o->r->rq->arena, "%s", sh_permit_why(&permit)).s;
	o->asked_ms = from;
	o->due_ms = o->moved ? permit.admitted.next_ms : from;
	o->now = !o->moved && from == now;
	sh_permit_terms(&permit, &o->terms);
	return true;
}

static void
outbound_met(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_outbound *o = ((struct sh_api_request *)arg)->own;
	const struct sh_driver_loaded *driver;
	const struct sh_rows *c;

	if (st != SH_OK) {
		sh_api_store_failed(o->r, st, res, err);
		return;
	}
	c = sh_rows(res, 0);
	if (!outbound_permitted(o, c))
		return;
	o->number = sh_rows_id(c, 0, "number_id");
	o->workspace = sh_rows_id(c, 0, "workspace_id");
	o->customer = sh_rows_id(c, 0, "customer_id");
	o->has_agent = !sh_rows_null(c, 0, "agent_id");
	o->agent = sh_rows_id(c, 0, "agent_id");
	o->provider = sh_arena_str(o->r->rq->arena, sh_rows_str(c, 0, "provider"));
	driver = sh_drivers_find(o->r->core->drivers, o->provider);
	/* One that is not loaded may come back, and the call waits for it. */
	if (driver && !sh_driver_can(driver, SH_CAN_DIAL)) {
		sh_provider_cannot(o->r, driver, SH_CAN_DIAL, "place calls");
		return;
	}
	if (outbound_plan(o, c))
		outbound_create(o);
}

/* ---- with the key open ---- */

static struct sh_str
outbound_payload(struct sh_outbound *o)
{
	struct sh_buf b;
	struct sh_out w;
	struct sh_str out;

	sh_buf_init(&b, SH_ORDER_BYTES);
	sh_writer_init(&w, &b);
	sh_writer_open(&w, '{');
	sh_writer_key_str(&w, "to", o->order.to);
	sh_writer_key_raw(&w, "variables", o->order.variables);
	if (o->order.metadata.s)
		sh_writer_key_raw(&w, "metadata", o->order.metadata);
	if (o->contact)
		sh_writer_key_str(&w, "zone", sh_str(sh_zone_name(o->contact)));
	if (o->contact_state[0])
		sh_writer_key_str(&w, "state", sh_str(o->contact_state));
	sh_writer_close(&w, '}');
	out = b.failed ? SH_NONE : sh_arena_str(o->r->rq->arena, sh_buf_str(&b));
	sh_buf_wipe(&b);
	return out;
}

static void
outbound_keyed(void *arg, enum sh_status st, const struct sh_tenant_key *key, const struct sh_error *err)
{
	struct sh_outbound *o = SH_OBJ(arg, sh_outbound);
	struct sh_api_request *r = o->r;
	struct sh_place place = { .tenant = r->tenant, .table = "callbacks", .column = "payload", .row = o->callback };
	struct sh_unit *u;

	if (st != SH_OK) {
		sh_api_store_failed(r, st, NULL, err);
		return;
	}
	sh_seal_index(key, "callee", o->order.to, o->callee_index);
	sh_seal_index(key, "number", o->order.to, o->to_index);
	if (o->order.from.s)
		sh_seal_index(key, "number", o->order.from, o->from_index);
	o->payload = sh_seal(r->rq->arena, key, &place, outbound_payload(o));
	if (!o->payload.s) {
		sh_api_problem(r, SH_PROBLEM_too_large, "variables and metadata are too large together");
		return;
	}
	u = sh_api_unit(r, outbound_met);
	sh_unit_add(u, SH_SQL_outbound_context, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(sh_id_or_null(&r->workspace)),
	    SH_P_ID(sh_id_or_null(&r->number)), SH_P_BYTES(o->order.from.s ? outbound_bytes(o->from_index) : SH_NONE),
	    SH_P_ID(sh_id_or_null(&o->agent)), SH_P_BYTES(outbound_bytes(o->callee_index)), SH_P_TIME(r->now_ms),
	    SH_P_BYTES(outbound_bytes(o->to_index)));
	sh_unit_run(u);
}

/* ---- the request ---- */

/* Where the callee is said to be. A workflow's contact may have anything in these fields. */
static void
outbound_contact(struct sh_outbound *o)
{
	const struct sh_order *w = &o->order;
	const struct sh_core *core = o->r->core;
	struct sh_str country = w->contact_country.n == 2 ? w->contact_country : SH_NONE;
	bool known;

	o->contact = sh_callee_zone(core->zones, core->prefixes, w->zone.s ? w->zone : w->contact_zone, w->to);
	if (w->state.s)
		known = sh_state_read(w->state, SH_NONE, o->contact_state);
	else
		known = sh_state_read(w->contact_state, country, o->contact_state);
	if (!known)
		o->contact_state[0] = '\0';
}

/* false: a problem was answered. */
static bool
outbound_check(struct sh_outbound *o)
{
	struct sh_api_request *r = o->r;

	outbound_contact(o);
	if (o->order.agent_id.s && !sh_text_uuid(o->order.agent_id, o->agent.b))
		sh_api_problem_field(r, SH_PROBLEM_invalid, "/agent_id", "not an id of ours: a UUID");
	else if (!o->order.from.s && !sh_id_or_null(&r->number))
		sh_api_problem_field(
		    r, SH_PROBLEM_invalid, "/from_number", "required, unless an outbound key (owk_) names the number");
	else if (o->order.zone.s && !o->contact)
		sh_api_problem_field(r, SH_PROBLEM_invalid, "/callee_timezone", "not an IANA time zone, such as America/Denver");
	else if (o->order.state.s && !o->contact_state[0])
		sh_api_problem_field(r, SH_PROBLEM_invalid, "/callee_state", "not a state such as US-FL or CA-ON");
	else if (o->order.schedule_ms && o->order.schedule_ms < r->now_ms - SH_MINUTE_MS)
		sh_api_problem_field(r, SH_PROBLEM_invalid, "/schedule_at", "in the past");
	else if (o->order.schedule_ms > r->now_ms + OUTBOUND_AHEAD_MS)
		sh_api_problem_field(r, SH_PROBLEM_invalid, "/schedule_at", "at most 366 days ahead");
	else
		return true;
	return false;
}

static void
outbound_go(struct sh_api_request *r)
{
	struct sh_outbound *o = r->own;

	o->callback = sh_id_new(r->now_ms);
	sh_keys_open(r->core->keys, &r->tenant, r->keys, outbound_keyed, o);
}

static struct sh_str
outbound_once_key(struct sh_outbound *o)
{
	uint8_t digest[32];

	if (o->order.once_key.s)
		return o->order.once_key;
	sh_digest_sha256(o->r->rq->body, digest);
	return sh_arena_printf(
	    o->r->rq->arena, "body:%s", sh_encode_hex(o->r->rq->arena, (struct sh_str){ (const char *)digest, sizeof(digest) }).s);
}

void
sh_api_outbound_calls(struct sh_api_request *r)
{
	static const struct {
		const char *name;
		enum sh_problem problem;
	} problems[] = { { "not_json", SH_PROBLEM_not_json }, { "bad_request", SH_PROBLEM_bad_request },
		{ "not_e164", SH_PROBLEM_not_e164 } };
	struct sh_outbound *o = sh_arena_make(r->rq->arena, struct sh_outbound);
	struct sh_order_fault fault = { 0 };

	if (!o) {
		sh_api_problem(r, SH_PROBLEM_too_large, "the request is too large");
		return;
	}
	SH_MAGIC_SET(o, sh_outbound);
	o->r = r;
	r->own = o;
	if (!sh_order_read(r->rq->arena, sh_http_header(r->rq, "content-type"), r->rq->body, &o->order, &fault)) {
		enum sh_problem problem = SH_PROBLEM_invalid;

		for (size_t i = 0; i < SH_LENGTH(problems); i++)
			if (strcmp(fault.problem, problems[i].name) == 0)
				problem = problems[i].problem;
		sh_api_problem_field(r, problem, sh_arena_z(r->rq->arena, fault.pointer), "%s", fault.detail);
		return;
	}
	if (!outbound_check(o))
		return;
	if (o->order.foreign && !r->once.on)
		sh_api_once(r, outbound_once_key(o), OUTBOUND_SAME_S, outbound_go);
	else
		outbound_go(r);
}
