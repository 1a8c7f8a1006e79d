/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/dial.c: one dial, from the claim to the sending. docs/architecture.md, "Why a phone rings once".
 *
 * T2 writes the intent with its three times. Then the keys are opened and the request is built. T3, a transaction of its
 * own, marks it sent. The request goes out once; just before its first byte send_before and the drain flag are looked at
 * again. Whatever goes missing in between, the row's lease brings it back: as never sent, or as ambiguous.
 */
#include "gateway/engine/dial.h"

#include <stdlib.h>

#include "gateway/base/metric.h"
#include "gateway/base/time.h"

/* Acceptance, when a driver does not say. */
#define DIAL_ACCEPT_S 60
/* Lag to wait for before parking, where no list proves anything. */
#define DIAL_PARK_S 600
#define DIAL_CALL_S (4 * 3600)

void
sh_dialling_free(struct sh_dialling *d)
{
	struct sh_engine *eng = d->eng;

	if (d->calling)
		sh_driver_call_clear(&d->call);
	sh_arena_free(d->arena);
	SH_MAGIC_CLEAR(d);
	free(d);
	sh_work_end(eng);
}

/* The hook before the first byte: only the first sending, only in time, not while draining. */
static bool
dial_may_send(void *arg)
{
	struct sh_dialling *d = SH_OBJ(arg, sh_dialling);

	if (SH_FAILPOINT(send_hook))
		return false;
	if (d->hook_ran || d->eng->core->draining || sh_core_now(d->eng->core) >= d->times.send_before_ms)
		return false;
	d->hook_ran = true;
	return true;
}

static void
dial_sent_done(void *arg, enum sh_net_sent sent, const struct sh_response *response, const struct sh_error *err)
{
	struct sh_dialling *d = SH_OBJ(arg, sh_dialling);

	/* Our own lateness or end is no fault of the provider's: again at once. */
	bool lost = response && SH_FAILPOINT(answer_read);
	bool ours = d->eng->core->draining || sh_core_now(d->eng->core) >= d->times.send_before_ms;

	if (sent == SH_NET_NOT_SENT)
		sh_dialling_not_placed(d, err ? err->text : "not sent", ours ? 1 : -1, NULL);
	else if (!response || lost)
		sh_dialling_ambiguous(d, err ? err->text : "no answer");
	else if (sh_board_closed(d->driver))
		sh_dialling_ambiguous(d, "nobody can read the answer: the provider's driver is in quarantine");
	else
		sh_dialling_answered(d, response);
}

/* T3's answer. A miss, or an answer that was lost: nothing has been sent and nothing will be. */
static void
dial_marked(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_dialling *d = SH_OBJ(arg, sh_dialling);

	(void)err;
	if (st == SH_OK && (SH_FAILPOINT(sent_commit_answer_lost) || SH_FAILPOINT(sent_committed)))
		st = SH_EUNKNOWN;
	if (st != SH_OK || sh_rows_count(sh_rows(res, 0)) == 0) {
		sh_dialling_not_placed(d, "not marked as sent", 1, NULL);
		return;
	}
	/* It may have been marked by another database than the one that wrote the intent. */
	if (sh_engine_waits(d->eng)) {
		sh_dialling_not_placed(d, sh_engine_waits(d->eng), 1, NULL);
		return;
	}
	sh_metric_add(SH_METRIC_dial_sent, 1);
	sh_net_send(d->eng->core->net,
	    &(struct sh_net_request){ .request = &d->request,
		.connect_ms = 3000,
		.total_ms = d->eng->core->options->request_ms,
		.answer_bytes = 1 << 20,
		.once = true,
		.may_send = dial_may_send },
	    dial_sent_done, d);
}

static void
dial_keyed(void *arg, enum sh_status st, const struct sh_tenant_key *key, const struct sh_error *err)
{
	struct sh_dialling *d = SH_OBJ(arg, sh_dialling);
	const char *why = err ? err->text : "the keyholder did not answer";
	struct sh_unit *u;

	if (st != SH_OK) {
		sh_dialling_not_placed(d, why, -1, NULL);
		return;
	}
	if (sh_board_closed(d->driver)) {
		sh_dialling_not_placed(d, "the provider's driver is in quarantine", SH_DRIVER_WAIT_MS / 1000, NULL);
		return;
	}
	if (!sh_dialling_request(d, key, &why)) {
		sh_log(
		    SH_LOG_ERROR, "dial.unbuildable", why, SH_F_ID("callback_id", &d->ref.id), SH_F_STR("driver", d->driver->name));
		sh_dialling_not_placed(d, why, -1, d->unfit ? "not_dialable" : NULL);
		return;
	}
	u = sh_unit_new(d->eng->core->engine_db, dial_marked, d);
	sh_unit_add(u, SH_SQL_dial_sent, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant), SH_P_ID(&d->dial),
	    SH_P_TIME(sh_core_now(d->eng->core)));
	SH_UNIT_FAILPOINT(u, sent_before_commit);
	sh_unit_run(u);
}

/* ---- T2's answer ---- */

static void
dial_take(struct sh_dialling *d, const struct sh_rows *r)
{
	d->about = (struct sh_about){ .workspace = sh_rows_id(r, 0, "workspace_id"),
		.number = sh_rows_id(r, 0, "number_id"),
		.agent = sh_rows_id(r, 0, "agent_id"),
		.callback = d->ref.id,
		.chain = sh_rows_id(r, 0, "chain_root_id"),
		.dial = d->dial };
	d->agent = d->about.agent;
	d->attempt = (int)sh_rows_int(r, 0, "attempt");
	d->created_ms = sh_rows_time(r, 0, "created_at");
	d->is_final = sh_rows_bool(r, 0, "is_final_attempt");
	d->reason = sh_arena_str(d->arena, sh_rows_str(r, 0, "reason"));
	d->prefix = sh_arena_str(d->arena, sh_rows_str(r, 0, "variable_prefix"));
	d->payload = sh_arena_str(d->arena, sh_rows_str(r, 0, "payload"));
	d->number_detail = sh_arena_str(d->arena, sh_rows_str(r, 0, "number_detail"));
	d->number_e164 = sh_arena_str(d->arena, sh_rows_str(r, 0, "number_e164"));
	d->provider_agent_id = sh_arena_str(d->arena, sh_rows_str(r, 0, "provider_agent_id"));
	d->workspace_settings = sh_arena_str(d->arena, sh_rows_str(r, 0, "workspace_settings"));
	d->workspace_secrets = sh_arena_str(d->arena, sh_rows_str(r, 0, "workspace_secrets"));
	d->agent_settings = sh_arena_str(d->arena, sh_rows_str(r, 0, "agent_settings"));
	d->agent_secrets = sh_arena_str(d->arena, sh_rows_str(r, 0, "agent_secrets"));
	d->slug = sh_rows_id(r, 0, "slug_id");
	d->slug_token = sh_arena_str(d->arena, sh_rows_str(r, 0, "slug_token"));
	d->sms = sh_rows_bool(r, 0, "sms") && !sh_rows_bool(r, 0, "voice");
}

static void
dial_told(struct sh_dialling *d, struct sh_str verdict, int64_t again_ms)
{
	struct sh_unit *u = sh_work_unit(d->eng);
	const char *kind = again_ms ? "callback.moved" : sh_str_is(verdict, "no_evidence") ? "callback.held" : "callback.ended";
	char then[48] = "not dialled";

	if (again_ms) {
		memcpy(then, "moved to ", 9);
		sh_time_format_rfc3339(again_ms, then + 9);
	}
	sh_work_activity(u, d->eng, &d->ref, &d->about, kind,
	    sh_arena_printf(d->arena, "attempt %d %s: %.*s", d->attempt, then, (int)verdict.n, verdict.s).s);
	sh_unit_run(u);
}

/* The verdict was no: say so where people look, and to whoever waits. */
static void
dial_refused(struct sh_dialling *d, const struct sh_rows *r)
{
	struct sh_engine *eng = d->eng;
	bool again = !sh_rows_null(r, 0, "again_at");
	struct sh_str verdict = sh_rows_str(r, 0, "verdict");
	struct sh_dial_result result = { .what = again ? SH_DIALLED_SCHEDULED : SH_DIALLED_REFUSED,
		.reason = verdict,
		.due_ms = again ? sh_rows_time(r, 0, "again_at") : 0 };

	dial_take(d, r);
	d->about.dial = (struct sh_id){ 0 };
	if (again)
		sh_engine_due_at(eng, result.due_ms);
	if (!again || sh_str_is(verdict, "capped") || sh_str_is(verdict, "no_evidence"))
		dial_told(d, verdict, result.due_ms);
	/* A slot that comes while the asker still waits is worth waiting for. */
	if (!sh_str_is(verdict, "pace") || result.due_ms > sh_core_now(eng->core) + eng->core->options->outbound_wait_ms)
		sh_waiter_tell(eng, &d->ref.id, &result);
	sh_dialling_free(d);
}

static void
dial_judged(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_dialling *d = SH_OBJ(arg, sh_dialling);
	bool lost = st == SH_OK && (SH_FAILPOINT(intent_commit_answer_lost) || SH_FAILPOINT(intent_committed));
	const struct sh_rows *r = st == SH_OK && !lost ? sh_rows(res, 0) : NULL;
	struct sh_str keys;

	/* Overtaken, or the commit's own answer is lost: the dial is dropped; its lease returns the callback. */
	if (!r || sh_rows_count(r) == 0) {
		if (st == SH_ESYSTEM || st == SH_ECONFLICT)
			sh_log(SH_LOG_ERROR, "dial.failed", err->text, SH_F_ID("callback_id", &d->ref.id));
		sh_dialling_free(d);
		return;
	}
	if (!sh_str_is(sh_rows_str(r, 0, "verdict"), "ok")) {
		dial_refused(d, r);
		return;
	}
	dial_take(d, r);
	sh_fence_dialled(d->eng, d->ref.bucket);
	sh_metric_add(SH_METRIC_dial_intent, 1);
	keys = sh_arena_str(d->arena, sh_rows_str(r, 0, "keys"));
	if (sh_arena_failed(d->arena)) {
		sh_dialling_not_placed(d, "too large", -1, "too_large");
		return;
	}
	sh_keys_open(d->eng->core->keys, &d->ref.tenant, keys, dial_keyed, d);
}

struct sh_dial_times
sh_dial_times(const struct sh_core *core, const struct sh_driver *t, int64_t begun_ms)
{
	const struct sh_core_options *o = core->options;
	int64_t accept_ms = (t->accept_s ? t->accept_s : DIAL_ACCEPT_S) * SH_SECOND_MS;
	int64_t lag_ms = (t->list_lag_s ? t->list_lag_s : DIAL_PARK_S) * SH_SECOND_MS;
	int64_t call_ms = (t->queue_s + (t->call_s ? t->call_s : DIAL_CALL_S)) * SH_SECOND_MS;
	int64_t send_before_ms = begun_ms + o->send_window_ms;
	int64_t created_ms = send_before_ms + o->request_ms + accept_ms + 2 * o->clock_error_ms;

	return (struct sh_dial_times){ send_before_ms, created_ms + lag_ms, created_ms + call_ms };
}

/* A worker that cannot show a good clock, or has not the driver, gives the claim back. */
static void
dial_defer(struct sh_engine *eng, const struct sh_ref *ref, int epoch, int64_t delay_ms, const char *why)
{
	int64_t due = sh_core_now(eng->core) + delay_ms;
	struct sh_dial_result result = { .what = SH_DIALLED_SCHEDULED, .reason = sh_str(why), .due_ms = due };
	struct sh_unit *u = sh_work_unit(eng);

	sh_unit_add(u, SH_SQL_claim_defer, SH_P_SMALL(ref->bucket), SH_P_ID(&ref->tenant), SH_P_ID(&ref->id), SH_P_INT(epoch),
	    SH_P_TIME(due));
	sh_unit_run(u);
	sh_log(SH_LOG_WARN, "dial.deferred", why, SH_F_ID("callback_id", &ref->id));
	sh_engine_due_at(eng, due);
	sh_waiter_tell(eng, &ref->id, &result);
}

/* T2. */
static void
dial_intend(struct sh_dialling *d, const struct sh_dial_terms *terms, int64_t now)
{
	const struct sh_core *core = d->eng->core;
	struct sh_id entry = sh_id_new(now), decision = sh_id_new(now);
	struct sh_unit *u = sh_unit_new(core->engine_db, dial_judged, d);
	struct sh_param within[SH_LENGTH(terms->within_s)], calls[SH_LENGTH(terms->calls)];

	for (uint32_t i = 0; i < terms->ncaps; i++) {
		within[i] = SH_P_INT(terms->within_s[i]);
		calls[i] = SH_P_INT(terms->calls[i]);
	}
	sh_unit_add(u, SH_SQL_dial_intent, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant), SH_P_ID(&d->ref.id),
	    SH_P_INT(d->epoch), SH_P_ID(&d->dial), SH_P_TIME(now), SH_P_TIME(d->times.send_before_ms),
	    SH_P_TIME(d->times.verdict_ms), SH_P_TIME(d->times.live_until_ms),
	    SH_P_TIME(now + core->options->dial_lease_s * SH_SECOND_MS), SH_P_ID(&entry),
	    SH_P_INT((int64_t)d->driver->table.dials_per_minute), SH_P_ARRAY(SH_T_INT, within, terms->ncaps),
	    SH_P_ARRAY(SH_T_INT, calls, terms->ncaps), SH_P_INT(terms->gap_s), SH_P_BOOL(terms->exempt && !terms->overridden),
	    SH_P_TIME_OR_NULL(terms->unexempt_ms), SH_P_ID(&decision), SH_P_TEXT(sh_str(terms->policy)),
	    SH_P_JSON(((struct sh_str){ terms->record, terms->nrecord })));
	SH_UNIT_FAILPOINT(u, intent_before_commit);
	sh_unit_run(u);
}

void
sh_dial_begin(struct sh_engine *eng, const struct sh_ref *ref, int epoch, struct sh_str provider, const struct sh_dial_terms *terms)
{
	struct sh_core *core = eng->core;
	const struct sh_driver_loaded *driver = sh_drivers_find(core->drivers, provider);
	int64_t now = sh_core_now(core);
	struct sh_dialling *d;

	if (core->clock.error_ms < 0 || core->clock.error_ms > core->options->clock_error_ms) {
		dial_defer(eng, ref, epoch, SH_SECOND_MS, "the database's clock is not known well enough");
		return;
	}
	if (eng->fence_known && eng->fence_older) {
		dial_defer(eng, ref, epoch, SH_MINUTE_MS, sh_engine_waits(eng));
		return;
	}
	if (!driver || !sh_driver_can(driver, SH_CAN_DIAL)) {
		dial_defer(eng, ref, epoch, SH_MINUTE_MS, "no loaded driver places calls for this provider");
		return;
	}
	if (core->draining) {
		dial_defer(eng, ref, epoch, 0, "this worker is ending");
		return;
	}
	if (sh_board_closed(driver)) {
		dial_defer(eng, ref, epoch, SH_DRIVER_WAIT_MS, "the provider's driver is in quarantine");
		return;
	}
	d = calloc(1, sizeof(*d));
	if (!d)
		return;
	SH_MAGIC_SET(d, sh_dialling);
	d->eng = eng;
	d->ref = *ref;
	d->epoch = epoch;
	d->driver = driver;
	d->arena = sh_arena_new(SH_DIAL_ARENA_BYTES);
	d->dial = sh_id_new(now);
	d->call_row = sh_id_new(now);
	sh_work_begin(eng);
	d->times = sh_dial_times(core, &driver->table, now);
	dial_intend(d, terms, now);
}
