/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* engine/dial_end.c: what became of a dial's request. See dial.h. */
#include "gateway/engine/dial.h"

#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/metric.h"
#include "gateway/engine/event.h"

/* After this without word of its end, a placed call is asked for by its id; then at growing intervals. */
#define DIAL_ASK_MS (10 * SH_MINUTE_MS)

static const struct sh_param dial_from_states[] = { { .type = SH_T_TEXT, .s = { "intent", 6 } },
	{ .type = SH_T_TEXT, .s = { "sent", 4 } }, { .type = SH_T_TEXT, .s = { "ambiguous", 9 } } };

/* ---- T6 ---- */

#define DIAL_TRIES 5 /* of T6 and T7, when a deadlock or a conflict undid them */

struct given_back {
	struct sh_engine *eng;
	struct sh_ref ref; /* id: the dial */
	char why[200], end_reason[200];
	int first, n, delay_s, tries;
};

static void dial_give_back_run(struct given_back *);

static void
given_back_done(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct given_back *g = arg;
	const struct sh_rows *r = st == SH_OK ? sh_rows(res, 0) : NULL;

	if (st == SH_OK && SH_FAILPOINT(notplaced_committed)) {
		st = SH_EUNKNOWN;
		r = NULL;
	}
	if (st == SH_ECONFLICT && ++g->tries < DIAL_TRIES) {
		dial_give_back_run(g);
		return;
	}
	if (st == SH_ESYSTEM || st == SH_ECONFLICT)
		sh_log(SH_LOG_ERROR, "dial.failed", err->text, SH_F_ID("dial_id", &g->ref.id));
	if (r && sh_rows_count(r) > 0) {
		struct sh_str state = sh_rows_str(r, 0, "state");
		struct sh_id callback = sh_rows_id(r, 0, "callback_id");
		struct sh_about about = { sh_rows_id(r, 0, "workspace_id"), sh_rows_id(r, 0, "number_id"),
			sh_rows_id(r, 0, "agent_id"), callback, sh_rows_id(r, 0, "chain_root_id"), g->ref.id };
		bool again = sh_str_is(state, "scheduled");
		struct sh_dial_result result = { .what = again ? SH_DIALLED_SCHEDULED : SH_DIALLED_REFUSED,
			.reason = sh_str(g->why),
			.due_ms = again ? sh_rows_time(r, 0, "due_at") : 0 };
		struct sh_unit *u = sh_work_unit(g->eng);
		char text[256];

		snprintf(text, sizeof(text), "not placed: %s", g->why);
		sh_work_activity(u, g->eng, &g->ref, &about, "dial.not_placed", text);
		sh_unit_run(u);
		sh_metric_add(SH_METRIC_dial_not_placed, 1);
		sh_log(SH_LOG_WARN, "dial.not_placed", g->why, SH_F_ID("dial_id", &g->ref.id), SH_F_ID("callback_id", &callback),
		    SH_F_TEXT("callback", state));
		if (again)
			sh_engine_due_at(g->eng, result.due_ms);
		sh_waiter_tell(g->eng, &callback, &result);
	}
	sh_work_end(g->eng);
	free(g);
}

static void
dial_give_back_run(struct given_back *g)
{
	int64_t now = sh_core_now(g->eng->core);
	struct sh_id entry = sh_id_new(now);
	struct sh_unit *u = sh_unit_new(g->eng->core->engine_db, given_back_done, g);

	sh_unit_add(u, SH_SQL_dial_not_placed, SH_P_SMALL(g->ref.bucket), SH_P_ID(&g->ref.tenant), SH_P_ID(&g->ref.id),
	    SH_P_ARRAY(SH_T_TEXT, dial_from_states + g->first, g->n), SH_P_TEXT(sh_str(g->why)), SH_P_TIME(now), SH_P_ID(&entry),
	    SH_P_INT(g->delay_s), SH_P_TEXT(g->end_reason[0] ? sh_str(g->end_reason) : SH_NONE));
	SH_UNIT_FAILPOINT(u, notplaced_before_commit);
	sh_unit_run(u);
}

/* first and n: from which of dial_from_states. The row's own lease repeats this if the database does not take it now. */
static void
dial_give_back(
    struct sh_engine *eng, const struct sh_ref *dial, const char *why, int first, int n, int delay_s, const char *end_reason)
{
	struct given_back *g = calloc(1, sizeof(*g));

	if (!g)
		return;
	*g = (struct given_back){ .eng = eng, .ref = *dial, .first = first, .n = n, .delay_s = delay_s };
	snprintf(g->why, sizeof(g->why), "%s", why);
	snprintf(g->end_reason, sizeof(g->end_reason), "%s", end_reason ? end_reason : "");
	sh_work_begin(eng);
	dial_give_back_run(g);
}

void
sh_dialling_not_placed(struct sh_dialling *d, const char *why, int delay_s, const char *end_reason)
{
	struct sh_ref dial = { d->ref.bucket, d->ref.tenant, d->dial };

	dial_give_back(d->eng, &dial, why, 0, 2, delay_s, end_reason);
	sh_dialling_free(d);
}

void
sh_dial_absent(struct sh_engine *eng, const struct sh_ref *dial)
{
	dial_give_back(eng, dial, "the provider's list does not have it", 2, 1, 0, NULL);
}

/* ---- T7 ---- */

struct doubted {
	struct sh_engine *eng;
	struct sh_ref ref; /* id: the dial */
	struct sh_about about; /* zero ids: not known here */
	int64_t look_ms;
	char why[200];
	int tries;
};

static void dial_doubt_run(struct doubted *);

static void
doubted_done(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct doubted *p = arg;

	if (st == SH_ECONFLICT && ++p->tries < DIAL_TRIES) {
		dial_doubt_run(p);
		return;
	}
	if (st == SH_ESYSTEM || st == SH_ECONFLICT)
		sh_log(SH_LOG_ERROR, "dial.failed", err->text, SH_F_ID("dial_id", &p->ref.id));
	if (st == SH_OK && sh_rows_count(sh_rows(res, 0)) > 0) {
		struct sh_id callback = sh_rows_id(sh_rows(res, 0), 0, "callback_id");

		sh_metric_add(SH_METRIC_dial_ambiguous, 1);
		sh_engine_due_at(p->eng, p->look_ms);
		sh_waiter_tell(
		    p->eng, &callback, &(struct sh_dial_result){ .what = SH_DIALLED_UNKNOWN, .reason = SH_STR("unknown_outcome") });
	}
	sh_work_end(p->eng);
	free(p);
}

static void
dial_doubt_run(struct doubted *p)
{
	struct sh_unit *u = sh_unit_new(p->eng->core->engine_db, doubted_done, p);

	sh_unit_add(u, SH_SQL_dial_ambiguous, SH_P_SMALL(p->ref.bucket), SH_P_ID(&p->ref.tenant), SH_P_ID(&p->ref.id),
	    SH_P_TEXT(sh_str(p->why)), SH_P_TIME(sh_core_now(p->eng->core)), SH_P_TIME(p->look_ms));
	if (sh_id_or_null(&p->about.callback))
		sh_work_activity(u, p->eng, &p->ref, &p->about, "dial.ambiguous",
		    "the provider's answer is unknown; looking for the call there before anything else");
	SH_UNIT_FAILPOINT(u, ambiguous_before_commit);
	sh_unit_run(u);
}

static void
dial_doubt(struct sh_engine *eng, const struct sh_ref *dial, const char *why, int64_t sent_ms, int64_t verdict_ms,
    const struct sh_about *about)
{
	struct doubted *p = calloc(1, sizeof(*p));

	if (!p)
		return;
	*p = (struct doubted){ .eng = eng, .ref = *dial, .look_ms = sh_look_time(0, sent_ms, verdict_ms, sh_core_now(eng->core)) };
	if (about)
		p->about = *about;
	snprintf(p->why, sizeof(p->why), "%s", why);
	sh_work_begin(eng);
	dial_doubt_run(p);
	sh_log(SH_LOG_WARN, "dial.ambiguous", why, SH_F_ID("dial_id", &dial->id));
}

void
sh_dialling_ambiguous(struct sh_dialling *d, const char *why)
{
	struct sh_ref dial = { d->ref.bucket, d->ref.tenant, d->dial };

	dial_doubt(d->eng, &dial, why, sh_core_now(d->eng->core), d->times.verdict_ms, &d->about);
	sh_dialling_free(d);
}

void
sh_dial_abandoned(struct sh_engine *eng, const struct sh_ref *dial, bool sent, int64_t send_before_ms)
{
	if (sent)
		dial_doubt(eng, dial, "its worker did not come back", send_before_ms, INT64_MAX, NULL);
	else
		dial_give_back(eng, dial, "its worker did not come back", 0, 1, 0, NULL);
}

/* ---- T5 ---- */

struct placed {
	struct sh_engine *eng;
	struct sh_id callback, dial;
	char call_id[136];
	int64_t ask_ms;
};

static void
placed_done(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct placed *p = arg;

	(void)res;
	if (st == SH_OK && SH_FAILPOINT(placed_committed))
		st = SH_EUNKNOWN;
	if (st == SH_OK) {
		sh_metric_add(SH_METRIC_dial_placed, 1);
		sh_engine_due_at(p->eng, p->ask_ms);
		sh_waiter_tell(
		    p->eng, &p->callback, &(struct sh_dial_result){ .what = SH_DIALLED_PLACED, .call_id = sh_str(p->call_id) });
	} else {
		/* The lease makes it ambiguous, and the first look finds it. */
		sh_log(SH_LOG_WARN, "dial.unrecorded", err->text, SH_F_ID("dial_id", &p->dial));
	}
	sh_work_end(p->eng);
	free(p);
}

static void
dial_placed(struct sh_dialling *d, struct sh_str call_id)
{
	int64_t now = sh_core_now(d->eng->core);
	struct placed *p = calloc(1, sizeof(*p));
	struct sh_id entry = sh_id_new(now);
	uint8_t index[16];
	struct sh_unit *u;

	if (!p)
		return;
	p->eng = d->eng;
	p->callback = d->ref.id;
	p->dial = d->dial;
	p->ask_ms = now + DIAL_ASK_MS;
	snprintf(p->call_id, sizeof(p->call_id), "%.*s", (int)call_id.n, call_id.s);
	sh_event_call_index(&d->about.workspace, call_id, index);
	sh_work_begin(d->eng);
	u = sh_unit_new(d->eng->core->engine_db, placed_done, p);
	sh_unit_add(u, SH_SQL_dial_lock, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant), SH_P_ID(&d->dial));
	sh_unit_add(u, SH_SQL_dial_revive, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant), SH_P_ID(&d->dial), SH_P_TIME(now),
	    SH_P_ID(&entry), SH_P_ID(&d->about.workspace));
	sh_unit_add(u, SH_SQL_dial_placed, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant), SH_P_ID(&d->dial),
	    SH_P_TEXT(call_id), SH_P_TIME(now), SH_P_TIME(p->ask_ms), SH_P_ID(&d->about.workspace));
	sh_unit_add(u, SH_SQL_call_put, SH_P_SMALL(d->ref.bucket), SH_P_ID(&d->ref.tenant), SH_P_ID(&d->call_row),
	    SH_P_ID(&d->about.workspace), SH_P_BYTES(((struct sh_str){ (const char *)index, 16 })), SH_P_TEXT(call_id),
	    SH_P_ID(sh_id_or_null(&d->agent)), SH_P_ID(&d->dial), SH_P_TEXT(SH_STR("outbound")),
	    SH_P_TEXT(d->sms ? SH_STR("sms") : SH_STR("voice")), SH_P_SMALL(0), SH_P_TEXT(SH_NONE), SH_P_TEXT(SH_NONE),
	    SH_P_TIME_OR_NULL(0), SH_P_TIME_OR_NULL(0), SH_P_BYTES(d->people), SH_P_TIME(now));
	sh_work_activity(u, d->eng, &d->ref, &d->about, "dial.placed",
	    sh_arena_printf(d->arena, "attempt %d placed%s", d->attempt, d->is_final ? ", the last one" : "").s);
	SH_UNIT_FAILPOINT(u, placed_before_commit);
	sh_unit_run(u);
	sh_log(SH_LOG_INFO, "dial.placed", "the provider accepted the call", SH_F_ID("dial_id", &d->dial),
	    SH_F_ID("callback_id", &d->ref.id), SH_F_INT("attempt", d->attempt));
}

/* ---- the answer ---- */

/* What the provider's refusal asks for beyond this dial. */
static void
dial_act(struct sh_dialling *d, enum sh_action action, struct sh_str reason)
{
	struct sh_unit *u;

	if (action == SH_ACTION_NONE || action == SH_ACTION_NUMBER_INVALID)
		return;
	u = sh_work_unit(d->eng);
	sh_work_act(u, d->eng, &d->ref, &d->about, action, reason);
	sh_unit_run(u);
}

static void
dial_refused(struct sh_dialling *d, const struct sh_placed *answer)
{
	const struct sh_disposition *m = &answer->disposition;
	const char *why = answer->reason.n ? sh_arena_z(d->arena, answer->reason) : "refused";
	/*
	 * A pause keeps a follow-up and a call for later: they dial when the pause ends. Whoever asked for this very call is
	 * told, and it must not ring when nobody expects it any more. A callee that cannot be called ends any of them.
	 */
	bool asked = sh_str_is(d->reason, "api") && sh_core_now(d->eng->core) - d->created_ms < SH_MINUTE_MS;
	bool ends = asked || (m->action != SH_ACTION_PAUSE_WORKSPACE && m->retry == SH_RETRY_NEVER);

	dial_act(d, m->action, answer->reason);
	sh_dialling_not_placed(d, why, -1, ends ? why : NULL);
}

void
sh_dialling_answered(struct sh_dialling *d, const struct sh_response *response)
{
	struct sh_exchange x = { .size = sizeof(x), .request = &d->request, .response = response };
	struct sh_placed answer = sh_driver_read_dial(&d->call, d->account, &x);

	switch (answer.placing) {
	case SH_DIAL_PLACED:
		dial_placed(d, answer.call_id);
		sh_dialling_free(d);
		break;
	case SH_DIAL_REFUSED:
		dial_refused(d, &answer);
		break;
	case SH_DIAL_LATER:
		sh_dialling_not_placed(d, "the provider asks to wait",
		    d->call.cx.after_ms > 0 && d->call.cx.after_ms <= SH_DAY_MS ? (int)(d->call.cx.after_ms / 1000 + 1) : -1, NULL);
		break;
	default:
		sh_dialling_ambiguous(d, sh_arena_printf(d->arena, "status %d proves nothing", response->status).s);
	}
}
