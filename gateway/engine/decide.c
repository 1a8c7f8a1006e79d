/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/decide.c: what follows an ended dial. T8, second half.
 *
 * Reads the dial, its callback and its call; opens what is sealed; lets the driver say what the ending means and the
 * policy what follows; writes all of it in one transaction that first makes sure that nothing has moved since the reading.
 * If something has, it reads again.
 */
#include "gateway/engine/after.h"

#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/metric.h"
#include "gateway/base/reader.h"
#include "gateway/crypto/seal.h"

#define SH_MAGIC_sh_deciding 0x64656369u
#define DECIDE_TRIES 5

struct sh_deciding {
	uint32_t magic;
	struct sh_engine *eng;
	struct sh_arena *arena;
	struct sh_ref ref; /* id: the dial */
	int tries;
	struct sh_after x;
	/* as read */
	struct sh_about about;
	int epoch, call_version;
	bool cancelled, suppressed, agent_enabled, has_call, superseded;
	bool refused; /* its news has suppressed the callee already (late.c) */
	struct sh_str state, keys, payload, call_detail, reason;
	/* as decided */
	struct sh_str end_reason; /* for people */
	struct sh_str hushed; /* the call's detail, without what was read of it */
	struct sh_id next;
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
		if (d->x.unknown)
			sh_work_unknown(d->x.provider, d->x.word, &d->x.call);
		if (d->x.decision.what == SH_DECISION_RETRY)
			sh_engine_due_at(d->eng, d->x.decision.due_ms);
		sh_log(SH_LOG_INFO, "dial.decided", sh_outcome_name(d->x.decision.means.outcome), SH_F_ID("dial_id", &d->ref.id),
		    SH_F_ID("callback_id", &d->about.callback), SH_F_INT("attempt", d->x.ended.attempt),
		    SH_F_STR("decision", d->x.decision.reason));
	} else if (st != SH_EAGAIN && st != SH_EUNKNOWN) {
		sh_log(SH_LOG_ERROR, "decide.failed", err->text, SH_F_ID("dial_id", &d->ref.id));
	}
	decide_free(d);
}

/* A next call: at its time, or once a person has given it one. */
static bool
decide_goes_on(const struct sh_deciding *d)
{
	return d->x.decision.what == SH_DECISION_RETRY || d->x.decision.what == SH_DECISION_HOLD;
}

/* The callback that was dialled ends, or is dialled once more under the same number. */
static void
decide_write_callback(struct sh_deciding *d, struct sh_unit *u, int64_t now)
{
	const struct sh_decision *v = &d->x.decision;
	struct sh_str outcome = sh_str(sh_outcome_name(d->x.decision.means.outcome));
	struct sh_str held = v->what == SH_DECISION_HOLD ? sh_str(v->reason) : SH_NONE;
	bool again = decide_goes_on(d), same = again && v->next_attempt == d->x.ended.attempt;
	const char *state = "completed";

	if (same)
		state = d->cancelled ? "cancelled" : d->suppressed ? "suppressed" : NULL;
	if (!state) {
		sh_unit_add(u, SH_SQL_callback_again, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant),
		    SH_P_ID(&d->about.callback), SH_P_TEXT(outcome), SH_P_TIME(v->due_ms), SH_P_BOOL(v->once), SH_P_TEXT(held),
		    SH_P_BOOL(v->named), SH_P_JSON(sh_after_beside(&d->x)), SH_P_BOOL(v->kept));
		sh_after_write_evidence(&d->x, u, &d->about.chain, &d->about.callback, now);
		return;
	}
	sh_unit_add(u, SH_SQL_callback_end, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant), SH_P_ID(&d->about.callback),
	    SH_P_TEXT(sh_str(state)), SH_P_TEXT(outcome), SH_P_TEXT(sh_str(v->reason)), SH_P_TIME(now));
	if (!again || same || d->cancelled || d->suppressed)
		return;
	sh_unit_add(u, SH_SQL_callback_next, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant), SH_P_ID(&d->about.callback),
	    SH_P_ID(&d->next), SH_P_INT(v->next_attempt), SH_P_TIME(v->due_ms), SH_P_TEXT(sh_str(v->redial_reason)),
	    SH_P_BOOL(v->named), SH_P_BOOL(v->is_final_attempt), SH_P_INT(d->x.ended.once_spent + (v->once ? 1 : 0)),
	    SH_P_TIME(now), SH_P_JSON(sh_after_beside(&d->x)), SH_P_TEXT(held));
	sh_after_write_evidence(&d->x, u, &d->about.chain, &d->next, now);
}

/* Somebody was reached, or asks for another time: what else waits for them here is called off. */
static void
decide_write_others(struct sh_deciding *d, struct sh_unit *u, int64_t now)
{
	const struct sh_decision *v = &d->x.decision;

	if (v->what == SH_DECISION_COMPLETE && d->x.policy.stop_when_reached)
		sh_after_write_close(&d->x, u, &d->about, "reached_elsewhere", now);
	/* Where nothing follows this call, what waits is a wish of its own. */
	else if (decide_goes_on(d) && !d->cancelled && !d->suppressed &&
		 (d->x.ended.asked == SH_ASKED_YES || d->x.ended.asked == SH_ASKED_TIME))
		sh_after_write_close(&d->x, u, &d->about, "replaced", now);
}

static void
decide_write_activity(struct sh_deciding *d, struct sh_unit *u)
{
	const struct sh_decision *v = &d->x.decision;
	const char *outcome = sh_outcome_name(d->x.decision.means.outcome);
	bool stopped = d->cancelled || d->suppressed;

	sh_work_activity(u, d->eng, &d->ref, &d->about, "call.ended",
	    sh_arena_printf(d->arena, "attempt %d ended: %s%s%.*s%s", d->x.ended.attempt, outcome, d->end_reason.n ? " (" : "",
		(int)d->end_reason.n, d->end_reason.n ? d->end_reason.s : "", d->end_reason.n ? ")" : "")
		.s);
	if (!stopped || decide_goes_on(d))
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
	if (!decide_goes_on(d) || stopped)
		sh_work_activity(u, d->eng, &d->ref, &d->about, "chain.closed",
		    sh_arena_printf(d->arena, "chain closed: %s", stopped ? (d->cancelled ? "cancelled" : "suppressed") : v->reason)
			.s);
	else if (v->what == SH_DECISION_HOLD)
		sh_work_activity(
		    u, d->eng, &d->ref, &d->about, "chain.held", sh_arena_printf(d->arena, "a person must look: %s", v->reason).s);
}

static void
decide_write(struct sh_deciding *d)
{
	int64_t now = sh_core_now(d->eng->core);
	struct sh_id entry = sh_id_new(now), entry2 = sh_id_new(now);
	struct sh_unit *u = sh_unit_new(d->eng->core->engine_db, decide_written, d);
	struct sh_str outcome = sh_str(sh_outcome_name(d->x.decision.means.outcome));

	sh_unit_add(u, SH_SQL_decide_lock, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant), SH_P_ID(&d->ref.id),
	    SH_P_ID(&d->about.callback), SH_P_INT(d->epoch), SH_P_TEXT(d->state), SH_P_BOOL(d->cancelled),
	    SH_P_ID(d->has_call ? &d->x.call : NULL), SH_P_INT(d->call_version));
	sh_unit_add(u, SH_SQL_decide_settle, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant), SH_P_ID(&d->ref.id),
	    SH_P_BOOL(!d->x.decision.means.uncounted), SH_P_ID(&entry), SH_P_TIME(now), SH_P_TEXT(outcome), SH_P_ID(&entry2));
	if (d->has_call)
		sh_unit_add(u, SH_SQL_call_outcome, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant), SH_P_ID(&d->x.call),
		    SH_P_TEXT(outcome), SH_P_TEXT(d->x.word), SH_P_BYTES(d->hushed));
	/* A callback that a person closed, or that a newer dial carries, is only settled. */
	if (!d->superseded && (sh_str_is(d->state, "dialling") || sh_str_is(d->state, "parked"))) {
		decide_write_callback(d, u, now);
		decide_write_others(d, u, now);
		decide_write_activity(d, u);
		/* Also where the policy has come to say so since the chain began. */
		if (d->x.policy.retention == SH_RETENTION_MINIMAL)
			sh_unit_add(
			    u, SH_SQL_chain_minimal, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant), SH_P_ID(&d->about.chain));
		sh_after_write_record(&d->x, u, &d->about, now);
	}
	if (d->x.decision.suppress && !d->refused)
		sh_after_write_suppression(&d->x, u, &d->about, now);
	sh_work_act(u, d->eng, &d->ref, &d->about, d->x.decision.means.action, d->end_reason);
	SH_UNIT_FAILPOINT(u, decide_before_commit);
	sh_unit_run(u);
}

/* ---- deciding ---- */

/* What the ending means only the driver knows, and what follows only the policy. Until it is there again nothing is decided. */
static void
decide_wait(struct sh_deciding *d, const char *why, int64_t ms)
{
	int64_t at_ms = sh_core_now(d->eng->core) + ms;
	struct sh_unit *u = sh_work_unit(d->eng);

	sh_log(SH_LOG_WARN, "decide.waits", why, SH_F_ID("dial_id", &d->ref.id), SH_F_TEXT("driver", d->x.provider),
	    SH_F_STR("policy", d->x.policy.name));
	sh_unit_add(u, SH_SQL_due_push, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant), SH_P_TEXT(SH_STR("decide")),
	    SH_P_ID(&d->ref.id), SH_P_TIME(at_ms));
	sh_unit_run(u);
	sh_engine_due_at(d->eng, at_ms);
	decide_free(d);
}

static void
decide_policy(struct sh_deciding *d)
{
	d->x.chat = d->x.event.channel != SH_CHANNEL_VOICE;
	sh_after_judge(&d->x);
	d->end_reason = sh_str_or(d->x.word, SH_STR("unknown_end"));
	d->x.ended.redial_reason = sh_str_is(d->reason, "api") ? NULL : sh_arena_z(d->arena, d->reason);
	sh_after_decide(&d->x, sh_core_now(d->eng->core));
	if (decide_goes_on(d) && d->refused)
		sh_after_stop(&d->x, SH_DECISION_STOP, "do_not_call", "no further attempt: asked not to be called");
	if (decide_goes_on(d) && !sh_after_undecided(&d->x) && !d->agent_enabled)
		sh_after_stop(&d->x, SH_DECISION_STOP, "agent_disabled", "no further attempt: the agent is disabled");
}

/* Whom the chain calls, and with what. */
static bool
decide_open_payload(struct sh_deciding *d, const struct sh_tenant_key *key)
{
	struct sh_place place = { .tenant = d->ref.tenant, .table = "callbacks", .column = "payload", .row = d->about.chain };
	const struct sh_json *j;
	struct sh_str open;

	if (!sh_seal_open(d->arena, key, &place, d->payload, SH_AFTER_BYTES, &open))
		return false;
	if (!open.s)
		return true; /* forgotten by now */
	j = sh_reader_parse(d->arena, open, NULL);
	d->x.number = sh_reader_str(d->arena, sh_reader_get(j, SH_STR("to")));
	d->x.state = sh_reader_str(d->arena, sh_reader_get(j, SH_STR("state")));
	d->x.sent = sh_reader_get(j, SH_STR("variables"));
	d->x.contact = sh_zones_find(d->eng->core->zones, sh_reader_str(d->arena, sh_reader_get(j, SH_STR("zone"))));
	return !sh_arena_failed(d->arena);
}

static bool
decide_open_call(struct sh_deciding *d, const struct sh_tenant_key *key)
{
	struct sh_place place = { .tenant = d->ref.tenant, .table = "call", .column = "detail", .row = d->x.call };
	struct sh_str detail;

	d->x.event = (struct sh_event){ .size = sizeof(d->x.event) };
	if (!d->has_call || !d->call_detail.s)
		return true;
	return sh_seal_open(d->arena, key, &place, d->call_detail, SH_EVENT_BYTES, &detail) &&
	       sh_event_read(d->arena, detail, &d->x.event, NULL);
}

/* What was said has been read: the call's row keeps what the policy keeps. */
static bool
decide_hush(struct sh_deciding *d, const struct sh_tenant_key *key)
{
	d->hushed = SH_NONE;
	if (!d->has_call || !sh_event_speaks(&d->x.event))
		return true;
	d->hushed = sh_event_hushed(d->arena, &d->x.event, key, &d->ref.tenant, &d->x.call,
	    d->x.policy.keep_transcripts && !d->x.policy.lacks, d->x.policy.keep_recordings && !d->x.policy.lacks);
	return d->hushed.s != NULL;
}

static void
decide_keyed(void *arg, enum sh_status st, const struct sh_tenant_key *key, const struct sh_error *err)
{
	struct sh_deciding *d = SH_OBJ(arg, sh_deciding);
	int64_t now = sh_core_now(d->eng->core);
	bool good = st == SH_OK && decide_open_call(d, key) && decide_open_payload(d, key);

	if (good && sh_after_must_wait(&d->x)) {
		decide_wait(d, "the provider's driver is in quarantine, or not loaded", SH_DRIVER_WAIT_MS);
		return;
	}
	if (good)
		decide_policy(d);
	if (good && sh_after_undecided(&d->x)) {
		decide_wait(d, d->x.decision.text, sh_after_undecided_ms(&d->x, now));
		return;
	}
	if (good) {
		d->next = sh_id_new(now);
		good = sh_after_seal(&d->x, key, now) && decide_hush(d, key) && !sh_arena_failed(d->arena);
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

/* What the callee has said of where they are holds for the rest of the chain, until they say otherwise. */
static void
decide_take_earlier(struct sh_deciding *d, const struct sh_rows *r)
{
	static const enum sh_zone_source stated[] = { SH_ZONE_FROM_SPEECH, SH_ZONE_FROM_VARIABLE };

	for (size_t i = 0; i < SH_LENGTH(stated); i++)
		if (sh_str_is(sh_rows_str(r, 0, "zone_source"), sh_zone_source_name(stated[i]))) {
			d->x.earlier = sh_zones_find(d->eng->core->zones, sh_rows_str(r, 0, "callee_zones"));
			d->x.earlier_source = stated[i];
		}
}

/* A dial of ours is one, whatever began its chain: what ended is an attempt. */
static void
decide_take_ended(struct sh_deciding *d, const struct sh_rows *r)
{
	struct sh_account_words words = sh_account_words(r, 0);
	const struct sh_core *core = d->eng->core;
	struct sh_after *x = &d->x;

	*x = (struct sh_after){ .eng = d->eng, .arena = d->arena, .ref = d->ref };
	x->call = sh_rows_id(r, 0, "call_id");
	x->provider = decide_str(d, r, "provider");
	x->call_id = decide_str(d, r, "provider_call_id");
	x->index = decide_str(d, r, "callee_index");
	x->workspace = sh_zones_find(core->zones, sh_rows_str(r, 0, "timezone"));
	if (!x->workspace)
		x->workspace = sh_zones_find(core->zones, SH_STR("UTC"));
	x->ended = (struct sh_ended){ .begun = sh_str_is(sh_rows_str(r, 0, "begun"), "api") ? SH_BEGUN_API : SH_BEGUN_OUTBOUND,
		.attempt = (int)sh_rows_int(r, 0, "attempt"),
		.once_spent = (int)sh_rows_int(r, 0, "once_spent"),
		.repeats = (int)sh_rows_int(r, 0, "repeats"),
		.ended_ms = sh_rows_time(r, 0, "ended_at"),
		.named_ms = sh_rows_time(r, 0, "named_at") };
	sh_account_policy(core, &words, &x->policy);
	decide_take_earlier(d, r);
}

static void
decide_take(struct sh_deciding *d, const struct sh_rows *r)
{
	decide_take_ended(d, r);
	d->about = (struct sh_about){ .workspace = sh_rows_id(r, 0, "workspace_id"),
		.number = sh_rows_id(r, 0, "number_id"),
		.agent = sh_rows_id(r, 0, "agent_id"),
		.callback = sh_rows_id(r, 0, "callback_id"),
		.chain = sh_rows_id(r, 0, "chain_root_id"),
		.dial = d->ref.id };
	d->epoch = (int)sh_rows_int(r, 0, "epoch");
	d->state = decide_str(d, r, "state");
	d->reason = decide_str(d, r, "reason");
	d->cancelled = !sh_rows_null(r, 0, "cancel_requested_at");
	d->agent_enabled = sh_rows_null(r, 0, "agent_enabled") || sh_rows_bool(r, 0, "agent_enabled");
	d->has_call = !sh_rows_null(r, 0, "call_id");
	d->call_version = (int)sh_rows_int(r, 0, "call_version");
	d->refused = sh_rows_bool(r, 0, "call_refused");
	/* By this very call is no other reason to stop than what it says. */
	d->suppressed = sh_rows_bool(r, 0, "suppressed") && !d->refused;
	d->call_detail = decide_str(d, r, "call_detail");
	d->keys = decide_str(d, r, "keys");
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
	d->arena = sh_arena_new(SH_AFTER_BYTES * 2);
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
