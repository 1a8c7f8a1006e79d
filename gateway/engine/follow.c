/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/follow.c: what follows a call, or a chat, that is no dial of ours.
 *
 * It may begin a chain: a call that something else placed for an agent, and that did not reach its callee; a caller, or a chat, that
 * asks to be called. It may end what waits: a callee who calls, or was reached by another call, or wants no more calls. And
 * it counts against the callee's caps. Work of its own, planned in the transaction that processes the call's last event, and done once:
 * the call's row says so, and the chain's first row bears its id.
 *
 * Here, too, what was said in the call is let go once it has been read; also where the call bears the id of a dial that nobody
 * decides about any more.
 */
#include "gateway/engine/after.h"

#include <stdlib.h>

#include "gateway/base/metric.h"
#include "gateway/base/reader.h"
#include "gateway/base/text.h"
#include "gateway/base/writer.h"
#include "gateway/crypto/seal.h"

#define SH_MAGIC_sh_following 0x666f6c6cu
#define FOLLOW_TRIES 5
#define FOLLOW_PAYLOAD_BYTES (256 << 10)
#define FOLLOW_DOUBT_MS (10 * SH_SECOND_MS) /* for a dial that may be this call, until its provider has answered */
#define FOLLOW_TIDY_MS (10 * SH_MINUTE_MS)

struct sh_following {
	uint32_t magic;
	struct sh_engine *eng;
	struct sh_arena *arena;
	struct sh_ref ref; /* id: the call's row */
	int tries;
	struct sh_after x;
	/* as read */
	struct sh_about about;
	int version;
	bool of_a_dial; /* that was let go: nothing follows */
	bool refused; /* its news has suppressed the callee already (late.c) */
	bool of_no_chain, forgotten; /* such a dial's chain is lost, or has been forgotten by now */
	bool outbound, inbound, caller, agent_enabled, workspace_there; /* caller: inbound, and no chat */
	int64_t at_ms; /* when it began, or ended */
	struct sh_str detail, keys;
	/* with the key open */
	uint8_t callee_index[16], own_index[16], callee_own_index[16], writer_index[16];
	struct sh_str own; /* the number on our side; absent: not told */
	bool writer; /* whoever wrote did so from another number than the one that a variable names */
	struct sh_str hushed, payload;
	bool answered; /* there was a call, and not only a ringing */
	/* as met */
	bool suppressed, waiting, begins;
	const char *held; /* the chain waits for a person; NULL: it does not */
};

static void follow_read(struct sh_following *);

static void
follow_free(struct sh_following *f)
{
	struct sh_engine *eng = f->eng;

	sh_arena_free(f->arena);
	SH_MAGIC_CLEAR(f);
	free(f);
	sh_work_end(eng);
}

static void
follow_later(struct sh_following *f, int64_t ms)
{
	int64_t at_ms = sh_core_now(f->eng->core) + ms;
	struct sh_unit *u = sh_work_unit(f->eng);

	sh_unit_add(u, SH_SQL_due_push, SH_P_SMALL(f->ref.bucket), SH_P_ID(&f->ref.tenant), SH_P_TEXT(SH_STR("follow")),
	    SH_P_ID(&f->ref.id), SH_P_TIME(at_ms));
	sh_unit_run(u);
	sh_engine_due_at(f->eng, at_ms);
	follow_free(f);
}

static void
follow_drop(struct sh_following *f)
{
	struct sh_unit *u = sh_work_unit(f->eng);

	sh_unit_add(u, SH_SQL_due_drop, SH_P_SMALL(f->ref.bucket), SH_P_ID(&f->ref.tenant), SH_P_TEXT(SH_STR("follow")),
	    SH_P_ID(&f->ref.id));
	sh_unit_run(u);
	follow_free(f);
}

/* ---- writing ---- */

static void
follow_written(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_following *f = SH_OBJ(arg, sh_following);

	(void)res;
	if (st == SH_OK && SH_FAILPOINT(follow_committed))
		st = SH_EUNKNOWN;
	if (st == SH_ECONFLICT && ++f->tries < FOLLOW_TRIES) {
		follow_read(f);
		return;
	}
	if (st == SH_OK) {
		if (f->begins && !f->held)
			sh_engine_due_at(f->eng, f->x.decision.due_ms);
		sh_log(SH_LOG_INFO, "call.followed", sh_outcome_name(f->x.decision.means.outcome), SH_F_ID("call_id", &f->ref.id),
		    SH_F_STR("decision", f->of_a_dial ? "none" : f->x.decision.reason));
	} else if (st != SH_EAGAIN && st != SH_EUNKNOWN) {
		sh_log(SH_LOG_ERROR, "follow.failed", err->text, SH_F_ID("call_id", &f->ref.id));
	}
	follow_free(f);
}

/* Did the callee get hold of us? Then what waits for them is done with, if the policy says so. */
static void
follow_write_others(struct sh_following *f, struct sh_unit *u, int64_t now)
{
	const struct sh_after *x = &f->x;
	bool spoke = x->decision.means.outcome == SH_OUTCOME_TERMINAL || x->ended.asked != SH_ASKED_NONE;

	if (f->caller && f->answered && x->policy.inbound == SH_INBOUND_CLOSE && spoke)
		sh_after_write_close(&f->x, u, &f->about, "called_in", now);
	else if (f->begins && f->waiting)
		sh_after_write_close(&f->x, u, &f->about, "replaced", now);
	else if (f->outbound && x->decision.what == SH_DECISION_COMPLETE && x->policy.stop_when_reached)
		sh_after_write_close(&f->x, u, &f->about, "reached_elsewhere", now);
}

static void
follow_write_suppressions(struct sh_following *f, struct sh_unit *u, int64_t now)
{
	struct sh_str callee = f->x.index, list[2];
	size_t n = 0;

	if (f->x.number.s)
		list[n++] = callee;
	if (f->writer)
		list[n++] = (struct sh_str){ (const char *)f->writer_index, sizeof(f->writer_index) };
	/* In one order, as a list of them is written: or two would wait for each other. */
	if (n == 2 && memcmp(list[0].s, list[1].s, sizeof(f->writer_index)) > 0) {
		list[0] = list[1];
		list[1] = callee;
	}
	for (size_t i = 0; i < n; i++) {
		f->x.index = list[i];
		sh_after_write_suppression(&f->x, u, &f->about, now);
	}
	f->x.index = callee;
}

/*
 * Of two calls that are followed at one time, the second looks again once the first is done: one chain comes of them. The lock is taken
 * after the callbacks, as by a claim, and nothing is waited for behind it.
 */
static void
follow_write_alone(struct sh_following *f, struct sh_unit *u)
{
	sh_unit_add(u, SH_SQL_callee_lock, SH_P_ID(&f->ref.tenant), SH_P_BYTES(f->x.index));
	sh_unit_add(u, SH_SQL_follow_alone, SH_P_SMALL(f->ref.bucket), SH_P_ID(&f->ref.tenant), SH_P_ID(&f->about.workspace),
	    SH_P_BYTES(f->x.index), SH_P_BOOL(f->waiting));
}

static void
follow_write_chain(struct sh_following *f, struct sh_unit *u, int64_t now)
{
	static const char *const begun[] = {
		[SH_BEGUN_OUTBOUND] = "outbound", [SH_BEGUN_INBOUND] = "inbound", [SH_BEGUN_CHAT] = "chat"
	};
	const struct sh_decision *v = &f->x.decision;

	sh_unit_add(u, SH_SQL_callback_begin, SH_P_SMALL(f->ref.bucket), SH_P_ID(&f->ref.tenant), SH_P_ID(&f->ref.id),
	    SH_P_ID(&f->about.workspace), SH_P_ID(sh_id_or_null(&f->about.number)), SH_P_ID(sh_id_or_null(&f->about.agent)),
	    SH_P_INT(v->next_attempt), SH_P_TIME(v->due_ms), SH_P_TEXT(sh_str(v->redial_reason)), SH_P_BOOL(v->named),
	    SH_P_BOOL(v->is_final_attempt), SH_P_INT(v->once ? 1 : 0), SH_P_BYTES(f->x.index), SH_P_BYTES(f->payload),
	    SH_P_TEXT(sh_str(begun[f->x.ended.begun])), SH_P_JSON(sh_after_beside(&f->x)),
	    SH_P_TEXT(f->held ? sh_str(f->held) : SH_NONE), SH_P_TIME(now));
	sh_after_write_evidence(&f->x, u, &f->ref.id, &f->ref.id, now);
	sh_work_activity(u, f->eng, &f->ref, &f->about, "chain.begun",
	    sh_arena_printf(f->arena, "chain begun by %s: %s",
		f->x.chat     ? "a chat"
		: f->outbound ? "a call of the agent that was placed elsewhere"
			      : "an inbound call",
		v->text)
		.s);
	if (f->held)
		sh_work_activity(
		    u, f->eng, &f->ref, &f->about, "chain.held", sh_arena_printf(f->arena, "a person must look: %s", f->held).s);
}

static void
follow_write(struct sh_following *f)
{
	int64_t now = sh_core_now(f->eng->core);
	struct sh_unit *u = sh_unit_new(f->eng->core->engine_db, follow_written, f);
	/* A policy that is not there may be one that keeps nothing. */
	bool minimal = f->x.policy.retention == SH_RETENTION_MINIMAL || f->x.policy.lacks != SH_LACK_NOTHING;
	bool forget = f->of_a_dial ? f->forgotten || (f->of_no_chain && minimal) : minimal && !f->begins;
	struct sh_str outcome = f->of_a_dial ? SH_NONE : sh_str(sh_outcome_name(f->x.decision.means.outcome));

	sh_unit_add(u, SH_SQL_follow_done, SH_P_SMALL(f->ref.bucket), SH_P_ID(&f->ref.tenant), SH_P_ID(&f->ref.id),
	    SH_P_INT(f->version), SH_P_TEXT(outcome), SH_P_BYTES(f->hushed), SH_P_TIME(now), SH_P_BOOL(f->begins),
	    SH_P_BOOL(forget));
	if (!f->of_a_dial) {
		if (f->outbound && f->x.number.s)
			sh_unit_add(u, SH_SQL_rang_add, SH_P_SMALL(f->ref.bucket), SH_P_ID(&f->ref.tenant), SH_P_BYTES(f->x.index),
			    SH_P_TIME(f->at_ms), SH_P_ID(&f->ref.id));
		if (f->x.decision.suppress && !f->refused)
			follow_write_suppressions(f, u, now);
		follow_write_others(f, u, now);
		if (f->begins) {
			follow_write_alone(f, u);
			f->about.chain = f->about.callback = f->ref.id;
			follow_write_chain(f, u, now);
			if (minimal)
				sh_unit_add(u, SH_SQL_chain_minimal, SH_P_SMALL(f->ref.bucket), SH_P_ID(&f->ref.tenant),
				    SH_P_ID(&f->ref.id));
		}
		/* Nor where the callee is, as chain_forget has it. */
		if (forget)
			f->x.place.callee = NULL;
		sh_after_write_record(&f->x, u, &f->about, now);
	}
	SH_UNIT_FAILPOINT(u, follow_before_commit);
	sh_unit_run(u);
}

/* ---- what a chain would meet ---- */

/* May a call of this sort begin one? NULL: yes. */
static const char *
follow_forbids(const struct sh_following *f)
{
	const struct sh_policy *p = &f->x.policy;
	bool asked = f->x.ended.asked == SH_ASKED_YES || f->x.ended.asked == SH_ASKED_TIME;

	if (f->x.chat ? !p->from_chat : f->outbound ? !p->from_outbound : !f->caller || !p->from_inbound)
		return "chains_off";
	if (f->caller && !f->answered)
		return "not_answered";
	if (!f->workspace_there)
		return "workspace_gone";
	if (f->suppressed)
		return "suppressed";
	if (!f->agent_enabled)
		return "agent_disabled";
	/* Whose agent nobody knows is nobody's call to repeat. */
	if (!sh_id_or_null(&f->about.agent))
		return "no_agent";
	if (f->waiting && !asked)
		return "already_waiting";
	if (f->waiting && f->caller && p->inbound == SH_INBOUND_IGNORE)
		return "already_waiting";
	return NULL;
}

static void
follow_met(struct sh_following *f, const struct sh_rows *r)
{
	const struct sh_decision *v = &f->x.decision;
	const char *why;

	f->suppressed = sh_rows_bool(r, 0, "suppressed");
	f->waiting = f->x.number.s && sh_rows_bool(r, 0, "waiting");
	f->about.number = sh_rows_id(r, 0, "number_id");
	if (!sh_id_or_null(&f->about.agent) && !sh_rows_null(r, 0, "number_agent_id")) {
		f->about.agent = sh_rows_id(r, 0, "number_agent_id");
		f->agent_enabled = sh_rows_bool(r, 0, "number_agent_enabled");
	}
	f->begins = v->what == SH_DECISION_RETRY || v->what == SH_DECISION_HOLD;
	if (!f->begins)
		return;
	why = follow_forbids(f);
	if (why) {
		f->begins = false;
		sh_after_stop(&f->x, SH_DECISION_NOTHING, why, "no call back");
		return;
	}
	/* What only a person can give comes first: what waits for a time is looked at again by itself. A number of ours is nobody's own. */
	f->held = !f->x.number.s || sh_rows_bool(r, 0, "calls_itself") ? "no_number"
		  : !sh_id_or_null(&f->about.number)		       ? "no_outbound_number"
		  : v->what == SH_DECISION_HOLD			       ? v->reason
								       : NULL;
}

static void
follow_was_met(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_following *f = SH_OBJ(arg, sh_following);
	const struct sh_rows *r = st == SH_OK ? sh_rows(res, 0) : NULL;

	if (st == SH_ESYSTEM)
		sh_log(SH_LOG_ERROR, "follow.failed", err->text, SH_F_ID("call_id", &f->ref.id));
	if (!r || sh_rows_count(r) == 0) {
		follow_free(f); /* its due row comes back */
		return;
	}
	if (f->outbound && f->x.number.s && sh_rows_bool(r, 0, "dialled")) {
		follow_later(f, FOLLOW_DOUBT_MS);
		return;
	}
	follow_met(f, r);
	follow_write(f);
}

static void
follow_meet(struct sh_following *f)
{
	struct sh_unit *u = sh_unit_new(f->eng->core->engine_db, follow_was_met, f);
	struct sh_str own = { (const char *)f->own_index, sizeof(f->own_index) };
	struct sh_str callee_own = { (const char *)f->callee_own_index, sizeof(f->callee_own_index) };

	sh_unit_add(u, SH_SQL_follow_context, SH_P_SMALL(f->ref.bucket), SH_P_ID(&f->ref.tenant), SH_P_ID(&f->about.workspace),
	    SH_P_ID(sh_id_or_null(&f->about.agent)), SH_P_BYTES(f->x.index), SH_P_BYTES(f->own.s ? own : SH_NONE),
	    SH_P_TIME(sh_core_now(f->eng->core)), SH_P_BYTES(f->x.number.s ? callee_own : SH_NONE));
	sh_unit_run(u);
}

/* ---- with the key open ---- */

/* Who is the callee, and by which number of ours? A chat tells in a variable whom to call, if at all. */
static void
follow_people(struct sh_following *f, const struct sh_tenant_key *key)
{
	const struct sh_event *e = &f->x.event;
	const struct sh_json *given = e->variables.n ? sh_reader_parse(f->arena, e->variables, NULL) : NULL;
	struct sh_str other = f->inbound ? e->from : e->to, own = f->inbound ? e->to : e->from, told = SH_NONE;

	if (f->x.chat && f->x.policy.chat_number[0])
		told = sh_reader_str(f->arena, sh_reader_get(given, sh_str(f->x.policy.chat_number)));
	if (!sh_text_is_e164(told))
		told = other;
	f->x.number = sh_text_is_e164(told) ? told : SH_NONE;
	f->own = sh_text_is_e164(own) ? own : SH_NONE;
	/* Nobody's number yet: nothing else waits for the one whom this call's own id stands for. */
	sh_seal_index(key, f->x.number.s ? "callee" : "call", f->x.number.s ? f->x.number : f->x.call_id, f->callee_index);
	f->x.index = (struct sh_str){ (const char *)f->callee_index, sizeof(f->callee_index) };
	if (f->own.s)
		sh_seal_index(key, "number", f->own, f->own_index);
	if (f->x.number.s)
		sh_seal_index(key, "number", f->x.number, f->callee_own_index);
	/* Who writes STOP means the number that they write from, whatever a variable says. */
	f->writer = f->x.number.s && sh_text_is_e164(other) && !sh_str_eq(other, f->x.number);
	if (f->writer)
		sh_seal_index(key, "callee", other, f->writer_index);
}

/* More than none, in whatever unit. */
static bool
follow_lasted(struct sh_str span)
{
	size_t i = 0;

	while (i < span.n && (span.s[i] < '1' || span.s[i] > '9'))
		i++;
	return i < span.n;
}

/*
 * Anybody can let a phone ring and show another's number: such a call says nothing of its owner. Drivers tell how long calls lasted; where
 * one does not, its times do.
 */
static bool
follow_answered(const struct sh_event *e)
{
	struct sh_str ms = sh_header(e->facts, e->nfacts, "duration_ms"), s = sh_header(e->facts, e->nfacts, "duration_s");

	if (ms.s || s.s)
		return follow_lasted(ms) || follow_lasted(s);
	return e->started_ms > 0 && e->ended_ms > e->started_ms;
}

/* As the API writes an order (api/outbound.c). */
static bool
follow_payload(struct sh_following *f, const struct sh_tenant_key *key)
{
	SH_CLEANUP(sh_buf_wipe) struct sh_buf b;
	struct sh_place place = { .tenant = f->ref.tenant, .table = "callbacks", .column = "payload", .row = f->ref.id };
	const struct sh_event *e = &f->x.event;
	struct sh_out w;

	sh_buf_init(&b, FOLLOW_PAYLOAD_BYTES);
	sh_writer_init(&w, &b);
	sh_writer_open(&w, '{');
	sh_writer_key_str(&w, "to", f->x.number);
	sh_writer_key_raw(&w, "variables", e->variables.n ? e->variables : SH_STR("{}"));
	if (e->metadata.n)
		sh_writer_key_raw(&w, "metadata", e->metadata);
	sh_writer_close(&w, '}');
	f->payload = b.failed ? SH_NONE : sh_seal(f->arena, key, &place, sh_buf_str(&b));
	return f->payload.s != NULL;
}

static bool
follow_open(struct sh_following *f, const struct sh_tenant_key *key)
{
	struct sh_place place = { .tenant = f->ref.tenant, .table = "call", .column = "detail", .row = f->ref.id };
	struct sh_str open;

	f->x.event = (struct sh_event){ .size = sizeof(f->x.event) };
	if (f->detail.s && (!sh_seal_open(f->arena, key, &place, f->detail, SH_EVENT_BYTES, &open) ||
			       !sh_event_read(f->arena, open, &f->x.event, NULL)))
		return false;
	f->hushed = !sh_event_speaks(&f->x.event) ? SH_NONE
						  : sh_event_hushed(f->arena, &f->x.event, key, &f->ref.tenant, &f->ref.id,
							f->x.policy.keep_transcripts && !f->x.policy.lacks,
							f->x.policy.keep_recordings && !f->x.policy.lacks);
	return f->hushed.s || !sh_event_speaks(&f->x.event);
}

static void
follow_keyed(void *arg, enum sh_status st, const struct sh_tenant_key *key, const struct sh_error *err)
{
	struct sh_following *f = SH_OBJ(arg, sh_following);
	int64_t now = sh_core_now(f->eng->core);
	bool good = st == SH_OK && follow_open(f, key);

	if (good && !f->of_a_dial && sh_after_must_wait(&f->x)) {
		follow_later(f, SH_DRIVER_WAIT_MS);
		return;
	}
	if (good && !f->of_a_dial) {
		follow_people(f, key);
		f->answered = follow_answered(&f->x.event);
		sh_after_judge(&f->x);
		sh_after_decide(&f->x, now);
		if (sh_after_undecided(&f->x)) {
			sh_log(SH_LOG_WARN, "follow.waits", f->x.decision.text, SH_F_ID("call_id", &f->ref.id));
			follow_later(f, sh_after_undecided_ms(&f->x, now));
			return;
		}
		good = follow_payload(f, key) && sh_after_seal(&f->x, key, now);
	}
	if (!good || sh_arena_failed(f->arena)) {
		sh_log(SH_LOG_ERROR, "follow.failed", err ? err->text : "a sealed value does not open, or is too large",
		    SH_F_ID("call_id", &f->ref.id));
		follow_free(f); /* its due row comes back */
		return;
	}
	if (f->of_a_dial)
		follow_write(f);
	else
		follow_meet(f);
}

/* ---- reading ---- */

static struct sh_str
follow_str(struct sh_following *f, const struct sh_rows *r, const char *column)
{
	return sh_arena_str(f->arena, sh_rows_str(r, 0, column));
}

static void
follow_take_after(struct sh_following *f, const struct sh_rows *r)
{
	struct sh_account_words words = sh_account_words(r, 0);
	const struct sh_core *core = f->eng->core;
	struct sh_after *x = &f->x;

	*x = (struct sh_after){ .eng = f->eng, .arena = f->arena, .ref = f->ref, .call = f->ref.id };
	x->provider = follow_str(f, r, "provider");
	x->call_id = follow_str(f, r, "provider_call_id");
	x->workspace = sh_zones_find(core->zones, sh_rows_str(r, 0, "timezone"));
	if (!x->workspace)
		x->workspace = sh_zones_find(core->zones, SH_STR("UTC"));
	x->chat = !sh_str_is(sh_rows_str(r, 0, "channel"), "voice");
	x->ended.begun = x->chat ? SH_BEGUN_CHAT : f->outbound ? SH_BEGUN_OUTBOUND : SH_BEGUN_INBOUND;
	x->ended.attempt = x->ended.begun == SH_BEGUN_OUTBOUND ? 1 : 0;
	x->ended.ended_ms = sh_rows_null(r, 0, "ended_at") ? sh_rows_time(r, 0, "created_at") : sh_rows_time(r, 0, "ended_at");
	f->caller = f->inbound && !x->chat;
	/* A provider's clock may be off. */
	if (x->ended.ended_ms > sh_core_now(core))
		x->ended.ended_ms = sh_core_now(core);
	sh_account_policy(core, &words, &x->policy);
}

static void
follow_take(struct sh_following *f, const struct sh_rows *r)
{
	struct sh_str direction = sh_rows_str(r, 0, "direction");

	f->outbound = sh_str_is(direction, "outbound");
	f->inbound = sh_str_is(direction, "inbound");
	follow_take_after(f, r);
	f->about = (struct sh_about){ .workspace = sh_rows_id(r, 0, "workspace_id"), .agent = sh_rows_id(r, 0, "agent_id") };
	f->version = (int)sh_rows_int(r, 0, "version");
	f->of_a_dial = !sh_rows_null(r, 0, "dial_id");
	f->refused = sh_rows_bool(r, 0, "refused");
	f->of_no_chain = sh_rows_bool(r, 0, "of_no_chain");
	f->forgotten = sh_rows_bool(r, 0, "forgotten");
	f->agent_enabled = sh_rows_null(r, 0, "agent_enabled") || sh_rows_bool(r, 0, "agent_enabled");
	f->workspace_there = sh_rows_bool(r, 0, "workspace_there");
	f->at_ms = sh_rows_null(r, 0, "started_at") ? f->x.ended.ended_ms : sh_rows_time(r, 0, "started_at");
	/* Nor did it begin after it ended: a time to come would keep the callee's caps full until then. */
	if (f->at_ms > f->x.ended.ended_ms)
		f->at_ms = f->x.ended.ended_ms;
	f->detail = follow_str(f, r, "detail");
	f->keys = follow_str(f, r, "keys");
	f->begins = f->suppressed = f->waiting = false;
	f->held = NULL;
}

static void
follow_was_read(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_following *f = SH_OBJ(arg, sh_following);
	const struct sh_rows *r = st == SH_OK ? sh_rows(res, 0) : NULL;

	if (st == SH_ESYSTEM)
		sh_log(SH_LOG_ERROR, "follow.failed", err->text, SH_F_ID("call_id", &f->ref.id));
	if (!r) {
		follow_free(f);
	} else if (sh_rows_count(r) == 0 || sh_rows_bool(r, 0, "followed")) {
		follow_drop(f); /* by another, or there is no such call any more */
	} else if (sh_rows_bool(r, 0, "dial_live")) {
		follow_later(f, FOLLOW_TIDY_MS); /* it is decided about after all */
	} else {
		follow_take(f, r);
		if (sh_arena_failed(f->arena))
			follow_free(f);
		else
			sh_keys_open(f->eng->core->keys, &f->ref.tenant, f->keys, follow_keyed, f);
	}
}

static void
follow_read(struct sh_following *f)
{
	struct sh_unit *u;

	sh_arena_free(f->arena);
	f->arena = sh_arena_new(SH_AFTER_BYTES * 2);
	u = sh_unit_new(f->eng->core->engine_db, follow_was_read, f);
	sh_unit_add(u, SH_SQL_follow_read, SH_P_SMALL(f->ref.bucket), SH_P_ID(&f->ref.tenant), SH_P_ID(&f->ref.id));
	sh_unit_run(u);
}

void
sh_follow_begin(struct sh_engine *eng, const struct sh_ref *call)
{
	struct sh_following *f = calloc(1, sizeof(*f));

	if (!f)
		return;
	SH_MAGIC_SET(f, sh_following);
	f->eng = eng;
	f->ref = *call;
	sh_work_begin(eng);
	follow_read(f);
}
