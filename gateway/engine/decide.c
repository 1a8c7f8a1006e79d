/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/decide.c: what follows an ended dial. T8, second half.
 *
 * Reads the dial, its callback and its call; opens what is sealed; lets the driver say what the ending means and the
 * policy what follows; writes all of it in one transaction that first makes sure that nothing has moved since the reading.
 * If something has, it reads again.
 */
#include "gateway/engine/work.h"

#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/metric.h"
#include "gateway/base/reader.h"
#include "gateway/crypto/seal.h"
#include "gateway/engine/event.h"
#include "gateway/policy/decide.h"

#define SH_MAGIC_sh_deciding 0x64656369u
#define DECIDE_ARENA_BYTES (4 << 20)
#define DECIDE_TRIES 5

struct sh_deciding {
	uint32_t magic;
	struct sh_engine *eng;
	struct sh_arena *arena;
	struct sh_ref ref; /* id: the dial */
	int tries;
	/* as read */
	struct sh_about about;
	struct sh_id call_row;
	int attempt, epoch, call_version, once_spent, repeats;
	bool cancelled, suppressed, agent_enabled, has_call, superseded;
	bool refused; /* its news, which came late, has suppressed the callee already */
	int64_t ended_ms;
	struct sh_account_words words;
	struct sh_str state, provider, timezone, keys, callee_index, payload,
	    call_detail, reason;
	/* as decided */
	struct sh_disposition means;
	struct sh_decision decision;
	bool unknown; /* the driver does not know it */
	struct sh_str word, end_reason; /* why, if anybody knows; the same for people */
	struct sh_id next, suppression;
	struct sh_str callee;
};

static void decide_read(struct sh_deciding *);

static void
decide_free(struct sh_deciding *d)
{
	struct sh_engine *eng = d->eng;

	sh_arena_free(d->arena);
	SH_MAGIC_CLEAR(d);
	free(d);
	sh_work_end(eng);
}

/* ---- writing ---- */

static void
decide_written(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_deciding *d = SH_OBJ(arg, sh_deciding);

	(void)res;
	if (st == SH_OK && SH_FAILPOINT(decide_committed))
		st = SH_EUNKNOWN;
	if (st == SH_ECONFLICT && ++d->tries < DECIDE_TRIES) {
		decide_read(d);
		return;
	}
	if (st == SH_OK) {
		sh_metric_add(SH_METRIC_dial_ended, 1);
		if (d->unknown)
			sh_work_unknown(d->provider, d->word, &d->call_row);
		if (d->decision.what == SH_DECISION_RETRY)
			sh_engine_due_at(d->eng, d->decision.due_ms);
		sh_log(SH_LOG_INFO, "dial.decided", sh_outcome_name(d->means.outcome), SH_F_ID("dial_id", &d->ref.id),
		    SH_F_ID("callback_id", &d->about.callback), SH_F_INT("attempt", d->attempt),
		    SH_F_STR("decision", d->decision.reason));
	} else if (st != SH_EAGAIN && st != SH_EUNKNOWN) {
		sh_log(SH_LOG_ERROR, "decide.failed", err->text, SH_F_ID("dial_id", &d->ref.id));
	}
	decide_free(d);
}

/* The callback that was dialled ends, or is dialled once more under the same number. */
static void
decide_write_callback(struct sh_deciding *d, struct sh_unit *u, int64_t now)
{
	const struct sh_decision *v = &d->decision;
	struct sh_str outcome = sh_str(sh_outcome_name(d->means.outcome));
	bool retry = v->what == SH_DECISION_RETRY;
	const char *state = "completed";

	if (retry && v->uncounted)
		state = d->cancelled ? "cancelled" : d->suppressed ? "suppressed" : NULL;
	if (!state) {
		sh_unit_add(u, SH_SQL_callback_again, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant),
		    SH_P_ID(&d->about.callback), SH_P_TEXT(outcome), SH_P_TIME(v->due_ms), SH_P_BOOL(v->once));
		return;
	}
	sh_unit_add(u, SH_SQL_callback_end, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant), SH_P_ID(&d->about.callback),
	    SH_P_TEXT(sh_str(state)), SH_P_TEXT(outcome), SH_P_TEXT(sh_str(v->reason)), SH_P_TIME(now));
	if (!retry || v->uncounted || d->cancelled || d->suppressed)
		return;
	sh_unit_add(u, SH_SQL_callback_next, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant), SH_P_ID(&d->about.callback),
	    SH_P_ID(&d->next), SH_P_INT(v->next_attempt), SH_P_TIME(v->due_ms), SH_P_TEXT(sh_str(v->redial_reason)),
	    SH_P_BOOL(v->named), SH_P_BOOL(v->is_final_attempt), SH_P_INT(d->once_spent + (v->once ? 1 : 0)), SH_P_TIME(now));
}

static void
decide_write_activity(struct sh_deciding *d, struct sh_unit *u)
{
	const struct sh_decision *v = &d->decision;
	const char *outcome = sh_outcome_name(d->means.outcome);
	bool stopped = d->cancelled || d->suppressed;

	sh_work_activity(u, d->eng, &d->ref, &d->about, "call.ended",
	    sh_arena_printf(d->arena, "attempt %d ended: %s%s%.*s%s", d->attempt, outcome, d->end_reason.n ? " (" : "",
		(int)d->end_reason.n, d->end_reason.n ? d->end_reason.s : "", d->end_reason.n ? ")" : "")
		.s);
	if (!stopped || v->what == SH_DECISION_RETRY)
		sh_work_activity(u, d->eng, &d->ref, &d->about, "decision",
		    sh_arena_printf(d->arena, "%s",
			stopped ? (d->cancelled ? "cancelled: no further attempt" : "suppressed: no further attempt") : v->text)
			.s);
	if (v->what == SH_DECISION_RETRY && !stopped && v->moved) {
		char from[32], to[32];

		sh_time_format_rfc3339(v->moved_from_ms, from);
		sh_time_format_rfc3339(v->due_ms, to);
		sh_work_activity(u, d->eng, &d->ref, &d->about, "quiet_hours",
		    sh_arena_printf(d->arena, "moved by quiet hours from %s to %s", from, to).s);
	}
	if (v->what == SH_DECISION_COMPLETE || v->what == SH_DECISION_STOP || stopped)
		sh_work_activity(u, d->eng, &d->ref, &d->about, "chain.closed",
		    sh_arena_printf(d->arena, "chain closed: %s", stopped ? (d->cancelled ? "cancelled" : "suppressed") : v->reason)
			.s);
	if (v->what == SH_DECISION_HOLD)
		sh_work_activity(
		    u, d->eng, &d->ref, &d->about, "chain.held", sh_arena_printf(d->arena, "a person must look: %s", v->reason).s);
}

static void
decide_write(struct sh_deciding *d)
{
	int64_t now = sh_core_now(d->eng->core);
	struct sh_id entry = sh_id_new(now), entry2 = sh_id_new(now);
	struct sh_unit *u = sh_unit_new(d->eng->core->engine_db, decide_written, d);
	bool counted = !d->means.uncounted;

	sh_unit_add(u, SH_SQL_decide_lock, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant), SH_P_ID(&d->ref.id),
	    SH_P_ID(&d->about.callback), SH_P_INT(d->epoch), SH_P_TEXT(d->state), SH_P_BOOL(d->cancelled),
	    SH_P_ID(d->has_call ? &d->call_row : NULL), SH_P_INT(d->call_version));
	sh_unit_add(u, SH_SQL_decide_settle, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant), SH_P_ID(&d->ref.id),
	    SH_P_BOOL(counted), SH_P_ID(&entry), SH_P_TIME(now), SH_P_TEXT(sh_str(sh_outcome_name(d->means.outcome))),
	    SH_P_ID(&entry2));
	if (d->has_call)
		sh_unit_add(u, SH_SQL_call_outcome, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant), SH_P_ID(&d->call_row),
		    SH_P_TEXT(sh_str(sh_outcome_name(d->means.outcome))), SH_P_TEXT(d->word));
	/* A callback that a person closed, or that a newer dial carries, is only settled. */
	if (!d->superseded && (sh_str_is(d->state, "dialling") || sh_str_is(d->state, "parked"))) {
		decide_write_callback(d, u, now);
		decide_write_activity(d, u);
	}
	if (d->decision.suppress && !d->refused) {
		sh_unit_add(u, SH_SQL_suppress, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant), SH_P_ID(&d->suppression),
		    SH_P_ID(NULL), SH_P_BYTES(d->callee_index), SH_P_BYTES(d->callee), SH_P_TEXT(SH_STR("provider")),
		    SH_P_TEXT(d->end_reason), SH_P_TIME(now), SH_P_TIME_OR_NULL(0));
		sh_work_activity(u, d->eng, &d->ref, &d->about, "callee.suppressed", "the callee asked not to be called again");
	}
	sh_work_act(u, d->eng, &d->ref, &d->about, d->means.action, d->end_reason);
	SH_UNIT_FAILPOINT(u, decide_before_commit);
	sh_unit_run(u);
}

/* ---- deciding ---- */

/* The provider's facts → what they mean. Without any, nothing more is tried. */
static void
decide_outcome(struct sh_deciding *d, const struct sh_event *e)
{
	const struct sh_driver_loaded *driver = sh_drivers_find(d->eng->core->drivers, d->provider);
	struct sh_driver_call call;

	d->means = (struct sh_disposition){ .outcome = SH_OUTCOME_OTHER, .retry = SH_RETRY_NEVER };
	d->unknown = false;
	d->word = sh_arena_str(d->arena, sh_header(e->facts, e->nfacts, "reason"));
	if (driver && driver->nreasons && e->nfacts > 0) {
		sh_driver_call_init(&call, driver, DECIDE_ARENA_BYTES, sh_core_now(d->eng->core));
		d->means = sh_driver_outcome(&call, e->facts, e->nfacts);
		d->word = sh_arena_str(d->arena, sh_driver_reason_word(&call, e->facts, e->nfacts));
		d->unknown = call.unknown;
		sh_driver_call_clear(&call);
	}
	d->end_reason = sh_str_or(d->word, SH_STR("unknown_end"));
}

/* What the ending means only the driver knows. Until it is there again nothing is decided, and the callback waits. */
static bool
decide_must_wait(const struct sh_deciding *d, const struct sh_event *e)
{
	const struct sh_driver_loaded *driver = sh_drivers_find(d->eng->core->drivers, d->provider);

	return e->nfacts > 0 && (!driver || sh_board_closed(driver));
}

static void
decide_wait(struct sh_deciding *d)
{
	int64_t at_ms = sh_core_now(d->eng->core) + SH_DRIVER_WAIT_MS;
	struct sh_unit *u = sh_work_unit(d->eng);

	sh_log(SH_LOG_WARN, "decide.waits", "the provider's driver is in quarantine, or not loaded", SH_F_ID("dial_id", &d->ref.id),
	    SH_F_TEXT("driver", d->provider));
	sh_unit_add(u, SH_SQL_due_push, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant), SH_P_TEXT(SH_STR("decide")),
	    SH_P_ID(&d->ref.id), SH_P_TIME(at_ms));
	sh_unit_run(u);
	sh_engine_due_at(d->eng, at_ms);
	decide_free(d);
}

static void
decide_policy(struct sh_deciding *d, const struct sh_event *e)
{
	const struct sh_core *core = d->eng->core;
	struct sh_whereabouts place = { .zones = core->zones, .workspace = sh_zones_find(core->zones, d->timezone) };
	struct sh_ended ended = { .means = d->means,
		.provider = d->provider,
		.word = d->word,
		.asked_named = true, /* of a structured time, which is absolute */
		.asked_confidence = 90,
		.attempt = d->attempt,
		.once_spent = d->once_spent,
		.repeats = d->repeats,
		.ended_ms = d->ended_ms };
	struct sh_policy policy;

	if (!place.workspace)
		place.workspace = sh_zones_find(core->zones, SH_STR("UTC"));
	if (e->callback == SH_WISH_YES)
		ended.asked = sh_time_parse_rfc3339(e->callback_time, &ended.asked_ms) ? SH_ASKED_TIME : SH_ASKED_YES;
	else if (e->callback == SH_WISH_NO)
		ended.asked = SH_ASKED_NO;
	ended.redial_reason = sh_str_is(d->reason, "api") ? NULL : sh_arena_z(d->arena, d->reason);
	sh_account_policy(core, &d->words, &policy);
	sh_decide(&policy, &place, &ended, sh_core_now(core), &d->decision);
	d->means = d->decision.means;
	if (d->decision.what == SH_DECISION_RETRY && !d->agent_enabled) {
		d->decision.what = SH_DECISION_STOP;
		d->decision.reason = "agent_disabled";
		snprintf(d->decision.text, sizeof(d->decision.text), "no further attempt: the agent is disabled");
	}
}

/* The payload is the chain's; the number that is to be suppressed is sealed anew for its row there. */
static bool
decide_seal(struct sh_deciding *d, const struct sh_tenant_key *key)
{
	struct sh_place place = { .tenant = d->ref.tenant, .table = "callbacks", .column = "payload", .row = d->about.chain };
	int64_t now = sh_core_now(d->eng->core);
	struct sh_str open;

	d->next = sh_id_new(now);
	if (!d->decision.suppress)
		return true;
	if (!sh_seal_open(d->arena, key, &place, d->payload, DECIDE_ARENA_BYTES, &open))
		return false;
	d->suppression = sh_id_new(now);
	place = (struct sh_place){ .tenant = d->ref.tenant, .table = "suppression", .column = "callee", .row = d->suppression };
	d->callee = sh_seal(
	    d->arena, key, &place, sh_reader_str(d->arena, sh_reader_get(sh_reader_parse(d->arena, open, NULL), SH_STR("to"))));
	return !sh_arena_failed(d->arena);
}

static void
decide_keyed(void *arg, enum sh_status st, const struct sh_tenant_key *key, const struct sh_error *err)
{
	struct sh_deciding *d = SH_OBJ(arg, sh_deciding);
	struct sh_place place = { .tenant = d->ref.tenant, .table = "call", .column = "detail", .row = d->call_row };
	struct sh_event e = { .size = sizeof(e) };
	struct sh_str detail;
	bool good = st == SH_OK;

	if (good && d->has_call && d->call_detail.s)
		good = sh_seal_open(d->arena, key, &place, d->call_detail, SH_EVENT_BYTES, &detail) &&
		       sh_event_read(d->arena, detail, &e, NULL);
	if (good && decide_must_wait(d, &e)) {
		decide_wait(d);
		return;
	}
	if (good) {
		decide_outcome(d, &e);
		decide_policy(d, &e);
		good = decide_seal(d, key);
	}
	if (good) {
		decide_write(d);
		return;
	}
	sh_log(SH_LOG_ERROR, "decide.failed", err ? err->text : "a sealed value does not open", SH_F_ID("dial_id", &d->ref.id));
	decide_free(d); /* its due row comes back */
}

/* ---- reading ---- */

static struct sh_str
decide_str(struct sh_deciding *d, const struct sh_rows *r, const char *column)
{
	return sh_arena_str(d->arena, sh_rows_str(r, 0, column));
}

static void
decide_take(struct sh_deciding *d, const struct sh_rows *r)
{
	d->about = (struct sh_about){ .workspace = sh_rows_id(r, 0, "workspace_id"),
		.number = sh_rows_id(r, 0, "number_id"),
		.agent = sh_rows_id(r, 0, "agent_id"),
		.callback = sh_rows_id(r, 0, "callback_id"),
		.chain = sh_rows_id(r, 0, "chain_root_id"),
		.dial = d->ref.id };
	d->attempt = (int)sh_rows_int(r, 0, "attempt");
	d->epoch = (int)sh_rows_int(r, 0, "epoch");
	d->state = decide_str(d, r, "state");
	d->once_spent = (int)sh_rows_int(r, 0, "once_spent");
	d->repeats = (int)sh_rows_int(r, 0, "repeats");
	d->reason = decide_str(d, r, "reason");
	d->cancelled = !sh_rows_null(r, 0, "cancel_requested_at");
	d->suppressed = sh_rows_bool(r, 0, "suppressed");
	d->agent_enabled = sh_rows_null(r, 0, "agent_enabled") || sh_rows_bool(r, 0, "agent_enabled");
	d->ended_ms = sh_rows_time(r, 0, "ended_at");
	d->has_call = !sh_rows_null(r, 0, "call_id");
	d->call_row = sh_rows_id(r, 0, "call_id");
	d->call_version = (int)sh_rows_int(r, 0, "call_version");
	d->refused = sh_str_is(sh_rows_str(r, 0, "call_outcome"), sh_outcome_name(SH_OUTCOME_DO_NOT_CALL));
	d->call_detail = decide_str(d, r, "call_detail");
	d->provider = decide_str(d, r, "provider");
	d->timezone = decide_str(d, r, "timezone");
	d->words = (struct sh_account_words){ decide_str(d, r, "plan"), decide_str(d, r, "policy_name"),
		decide_str(d, r, "workspace_policy"), decide_str(d, r, "agent_policy") };
	d->keys = decide_str(d, r, "keys");
	d->callee_index = decide_str(d, r, "callee_index");
	d->payload = decide_str(d, r, "payload");
	/* Another dial carries the callback by now: this one is only settled. */
	d->superseded = memcmp(sh_rows_id(r, 0, "last_dial").b, d->ref.id.b, 16) != 0;
}

static void
decide_was_read(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_deciding *d = SH_OBJ(arg, sh_deciding);
	const struct sh_rows *r = st == SH_OK ? sh_rows(res, 0) : NULL;

	if (st == SH_ESYSTEM)
		sh_log(SH_LOG_ERROR, "decide.failed", err->text, SH_F_ID("dial_id", &d->ref.id));
	if (!r || sh_rows_count(r) == 0 || !sh_str_is(sh_rows_str(r, 0, "dial_state"), "ended")) {
		if (r) { /* decided by another, or not to be decided: its due row has no object */
			struct sh_unit *u = sh_work_unit(d->eng);

			sh_unit_add(u, SH_SQL_due_drop, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant),
			    SH_P_TEXT(SH_STR("decide")), SH_P_ID(&d->ref.id));
			sh_unit_run(u);
		}
		decide_free(d);
		return;
	}
	decide_take(d, r);
	if (sh_arena_failed(d->arena)) {
		decide_free(d);
		return;
	}
	sh_keys_open(d->eng->core->keys, &d->ref.tenant, d->keys, decide_keyed, d);
}

static void
decide_read(struct sh_deciding *d)
{
	struct sh_unit *u;

	sh_arena_free(d->arena);
	d->arena = sh_arena_new(DECIDE_ARENA_BYTES);
	u = sh_unit_new(d->eng->core->engine_db, decide_was_read, d);
	sh_unit_add(u, SH_SQL_decide_read, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant), SH_P_ID(&d->ref.id));
	sh_unit_run(u);
}

void
sh_decide_begin(struct sh_engine *eng, const struct sh_ref *ref)
{
	struct sh_deciding *d = calloc(1, sizeof(*d));

	if (!d)
		return;
	SH_MAGIC_SET(d, sh_deciding);
	d->eng = eng;
	d->ref = *ref;
	sh_work_begin(eng);
	decide_read(d);
}
