/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/late.c: who asks for no more calls is heard, whenever it comes.
 *
 * An analysis may take longer than the decision waits for it, and a provider may tell of a dial that was let go. Nothing of it moves
 * a chain any more, but for one thing: whoever asks not to be called again, in whatever order it is heard, is not. And an end whose
 * final event is still to come has its decision in minutes only, in which another chain might ring. So the policies of such
 * calls are read before the keys are opened, and what the news itself says is heard while they are.
 */
#include "gateway/base/reader.h"
#include "gateway/base/text.h"
#include "gateway/crypto/seal.h"
#include "gateway/engine/batch.h"
#include "gateway/engine/wish.h"
#include "gateway/policy/record.h"

/* Whose call it was. */
struct sh_late {
	struct sh_policy policy;
	const struct sh_zone *workspace;
	struct sh_about about;
	struct sh_str callee_index; /* of the dial, as it was dialled; absent: none is known */
};

/* ---- before the keys ---- */

static bool
late_is(const struct sh_batch_call *c)
{
	bool late = c->followed || c->decided;

	for (size_t i = 0; i < c->n && !late; i++) {
		const struct sh_batch_event *e = c->events[i];

		late = e->speaks || ((sh_id_or_null(&e->dial) || sh_id_or_null(&c->dial)) && (!e->dial_live || e->dial_other));
	}
	return late;
}

static void
late_take(struct sh_batch *b, struct sh_batch_call *c, const struct sh_rows *r, int row)
{
	const struct sh_core *core = b->eng->core;
	struct sh_account_words words = sh_account_words(r, row);
	struct sh_late *l = c->late = sh_arena_make(b->arena, struct sh_late);

	if (!l)
		return;
	sh_account_policy(core, &words, &l->policy);
	l->workspace = sh_zones_find(core->zones, sh_rows_str(r, row, "timezone"));
	if (!l->workspace)
		l->workspace = sh_zones_find(core->zones, SH_STR("UTC"));
	l->callee_index = sh_arena_str(b->arena, sh_rows_str(r, row, "callee_index"));
	l->about = (struct sh_about){ .workspace = sh_rows_id(r, row, "workspace_id"),
		.agent = sh_rows_id(r, row, "agent_id"),
		.callback = sh_rows_id(r, row, "callback_id"),
		.chain = sh_rows_id(r, row, "chain_root_id") };
}

static void
late_was_read(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_batch *b = SH_OBJ(arg, sh_batch);
	const struct sh_rows *r = st == SH_OK ? sh_rows(res, 0) : NULL;

	if (st == SH_ESYSTEM)
		sh_log(SH_LOG_ERROR, "event.failed", err->text);
	for (int i = 0; r && i < sh_rows_count(r); i++) {
		int64_t n = sh_rows_int(r, i, "n");

		assert(n >= 1 && (size_t)n <= b->ncalls);
		late_take(b, &b->calls[n - 1], r, i);
	}
	/* Their leases bring the events back. */
	if (!r || sh_arena_failed(b->arena))
		sh_process_end(b);
	else
		sh_process_ask(b);
}

static struct sh_param *
late_column(struct sh_batch *b)
{
	struct sh_param *p = sh_arena_array(b->arena, struct sh_param, b->ncalls);

	assert(p); /* the arena's ceiling grows with the batch */
	return p;
}

/* One that is not late has no workspace in its columns, and is not found. */
static void
late_read(struct sh_batch *b)
{
	struct sh_param *buckets = late_column(b), *tenants = late_column(b), *workspaces = late_column(b);
	struct sh_param *agents = late_column(b), *calls = late_column(b), *dials = late_column(b);
	struct sh_unit *u = sh_unit_new(b->eng->core->engine_db, late_was_read, b);

	for (size_t i = 0; i < b->ncalls; i++) {
		const struct sh_batch_call *c = &b->calls[i];
		const struct sh_batch_event *e = c->events[0];

		buckets[i] = SH_P_SMALL(e->pending->ref.bucket);
		tenants[i] = SH_P_ID(&e->pending->ref.tenant);
		workspaces[i] = SH_P_ID(late_is(c) ? &e->workspace : NULL);
		agents[i] = SH_P_ID(sh_id_or_null(&e->agent));
		calls[i] = SH_P_ID(&c->row);
		dials[i] = SH_P_ID(sh_id_or_null(sh_id_or_null(&e->dial) ? &e->dial : &c->dial));
	}
	sh_unit_add(u, SH_SQL_late_read, SH_P_ARRAY(SH_T_SMALLINT, buckets, b->ncalls), SH_P_ARRAY(SH_T_UUID, tenants, b->ncalls),
	    SH_P_ARRAY(SH_T_UUID, workspaces, b->ncalls), SH_P_ARRAY(SH_T_UUID, agents, b->ncalls),
	    SH_P_ARRAY(SH_T_UUID, calls, b->ncalls), SH_P_ARRAY(SH_T_UUID, dials, b->ncalls));
	sh_unit_run(u);
}

void
sh_late_read(struct sh_batch *b)
{
	bool any = false;

	for (size_t i = 0; i < b->ncalls && !any; i++)
		any = late_is(&b->calls[i]);
	if (any)
		late_read(b);
	else
		sh_process_ask(b);
}

/* ---- with the key open ---- */

/* What was kept of the call has been read: only what this news brings counts. */
static const char *
late_refusal(struct sh_batch *b, const struct sh_batch_event *p, struct sh_arena *a, const struct sh_event *own)
{
	const struct sh_late *l = p->call->late;
	struct sh_ended ended = { .ended_ms = p->event.ended_ms ? p->event.ended_ms : p->received_ms };
	struct sh_wished wished;
	struct sh_wish_in in = { .core = b->eng->core,
		.policy = &l->policy,
		.event = own,
		.workspace = l->workspace,
		.now_ms = sh_core_now(b->eng->core),
		.ended_ms = ended.ended_ms,
		.chat = p->event.channel != SH_CHANNEL_VOICE };

	if (p->means.outcome == SH_OUTCOME_DO_NOT_CALL)
		return "provider";
	if (!own->transcript.n)
		return NULL;
	sh_wish_read(a, &in, &ended, &wished);
	return ended.asked != SH_ASKED_REFUSED ? NULL : wished.by_message ? "sms" : "speech";
}

static void
late_callee(struct sh_batch_event *p, const struct sh_tenant_key *key, struct sh_str number)
{
	if (sh_text_is_e164(number) && p->nrefusing < SH_LENGTH(p->refusing))
		sh_seal_index(key, "callee", number, p->refusing[p->nrefusing++]);
}

void
sh_late_hear(
    struct sh_batch *b, struct sh_batch_event *p, struct sh_arena *a, const struct sh_event *own, const struct sh_tenant_key *key)
{
	const struct sh_late *l = p->call->late;
	const struct sh_event *e = &p->event;
	struct sh_str other = e->direction == SH_DIRECTION_INBOUND ? e->from : e->to, told = SH_NONE;
	bool named = l && e->channel != SH_CHANNEL_VOICE && l->policy.chat_number[0];

	if (!l || p->call->refused)
		return;
	p->refusal = late_refusal(b, p, a, own);
	if (!p->refusal)
		return;
	if (l->callee_index.n == sizeof(p->refusing[0]))
		memcpy(p->refusing[p->nrefusing++], l->callee_index.s, sizeof(p->refusing[0]));
	else
		late_callee(p, key, other);
	/* Of a chat, whom its variable names too. Many tell their variables last: until then it is not done with. */
	if (named && e->variables.n)
		told = sh_reader_str(a, sh_reader_get(sh_reader_parse(a, e->variables, NULL), sh_str(l->policy.chat_number)));
	if (!sh_str_eq(told, other))
		late_callee(p, key, told);
	if (p->nrefusing == 0)
		p->refusal = NULL;
	p->refusing_all = !named || sh_text_is_e164(told);
	p->call->refused |= p->refusal && p->refusing_all;
}

/* ---- into the transaction ---- */

static void
late_record(const struct sh_batch_event *p, struct sh_unit *u, const struct sh_about *about, int64_t now)
{
	const struct sh_late *l = p->call->late;
	const struct sh_ref *ref = &p->pending->ref;
	SH_CLEANUP(sh_buf_clear) struct sh_buf record;
	struct sh_id id = sh_id_new(now);

	sh_buf_init(&record, SH_RECORD_BYTES);
	sh_record_suppressed(&record, p->refusal, l->policy.suppress_scope == SH_SCOPE_TENANT ? "tenant" : "workspace");
	sh_unit_add(u, SH_SQL_decision_add, SH_P_SMALL(ref->bucket), SH_P_ID(&ref->tenant), SH_P_ID(&id), SH_P_TIME(now),
	    SH_P_TEXT(SH_STR("suppress")), SH_P_TEXT(sh_str(p->refusal)), SH_P_ID(sh_id_or_null(&about->callback)),
	    SH_P_ID(sh_id_or_null(&about->chain)), SH_P_ID(sh_id_or_null(&about->dial)), SH_P_ID(&p->call->row),
	    SH_P_ID(&about->workspace), SH_P_ID(sh_id_or_null(&about->agent)), SH_P_TEXT(sh_str(l->policy.name)),
	    SH_P_JSON(sh_buf_str(&record)));
}

void
sh_late_write(struct sh_batch *b, const struct sh_batch_event *p, struct sh_unit *u, int64_t now)
{
	const struct sh_late *l = p->call->late;
	const struct sh_ref *ref = &p->pending->ref;
	struct sh_about about = l->about;
	bool provider = strcmp(p->refusal, "provider") == 0;

	about.dial = p->dial;
	for (size_t i = 0; i < p->nrefusing; i++) {
		struct sh_id id = sh_id_new(now);

		sh_unit_add(u, SH_SQL_suppress, SH_P_SMALL(ref->bucket), SH_P_ID(&ref->tenant), SH_P_ID(&id),
		    SH_P_ID(l->policy.suppress_scope == SH_SCOPE_TENANT ? NULL : &about.workspace),
		    SH_P_BYTES(((struct sh_str){ (const char *)p->refusing[i], sizeof(p->refusing[i]) })),
		    SH_P_TEXT(sh_str(p->refusal)), SH_P_TEXT(provider && p->reason.s ? p->reason : SH_STR("asked")), SH_P_TIME(now),
		    SH_P_TIME_OR_NULL(0));
	}
	if (p->refusing_all)
		sh_unit_add(
		    u, SH_SQL_call_refused, SH_P_SMALL(ref->bucket), SH_P_ID(&ref->tenant), SH_P_ID(&p->call->row), SH_P_TIME(now));
	sh_work_activity(u, b->eng, ref, &about, "callee.suppressed", "the other party of a call asked not to be called again");
	late_record(p, u, &about, now);
}
