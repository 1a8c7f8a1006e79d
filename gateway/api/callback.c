/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/callback.c: what people may do with a callback besides cancelling it and moving it (reschedule.c): dial now, dial again.
 *
 * dial-now skips the delay and nothing else: one look says what the dial would meet, and what forbids it is answered as a
 * problem. The writing names the epoch of that look; where it finds no row, somebody was quicker, and we look again. The dial's
 * own transaction judges once more. A parked callback is dialled again (T12) only when none of its callee's dials can be a
 * call any more.
 */
#include "gateway/api/request.h"

#include "gateway/api/lacks.h"
#include "gateway/api/provider.h"
#include "gateway/base/text.h"
#include "gateway/base/time.h"
#include "gateway/engine/engine.h"

#define SH_MAGIC_sh_callback 0x63626b6eu
#define CALLBACK_TRIES 4

struct sh_callback {
	uint32_t magic;
	struct sh_api_request *r;
	struct sh_id id;
	bool override; /* of quiet hours, for a reason: */
	struct sh_str reason;
	int tries;
	/* as it stood */
	bool parked, is_final, explicit;
	int epoch;
};

static void callback_look(struct sh_callback *);

/* ---- written ---- */

static void
callback_written(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = arg;
	struct sh_callback *k = SH_OBJ(r->own, sh_callback);

	if (st == SH_OK && sh_rows_count(sh_rows(res, 0)) > 0) {
		sh_engine_due_at(r->core->engine, r->now_ms);
		SH_MAGIC_CLEAR(k);
		sh_api_rows(r, 202, sh_rows(res, 0));
	} else if ((st == SH_OK || st == SH_ECONFLICT) && ++k->tries < CALLBACK_TRIES) {
		callback_look(k);
	} else if (st == SH_OK) {
		sh_api_problem(r, SH_PROBLEM_conflict, "the callback changes all the time: try again");
	} else {
		sh_api_store_failed(r, st, res, err);
	}
}

/* For the list of activity. The person's own words come last. */
static struct sh_str
callback_told(const struct sh_callback *k, const char *what)
{
	return sh_arena_printf(k->r->rq->arena, "%s%s%s%.*s", what, k->override ? ", quiet hours overridden" : "",
	    k->reason.n ? ": " : "", (int)k->reason.n, k->reason.n ? k->reason.s : "");
}

static void
callback_write_now(struct sh_callback *k)
{
	struct sh_api_request *r = k->r;
	struct sh_unit *u = sh_api_unit(r, callback_written);
	struct sh_id activity = sh_id_new(r->now_ms);

	sh_unit_add(u, SH_SQL_callback_dial_now, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&k->id), SH_P_INT(k->epoch),
	    SH_P_BOOL(k->explicit), SH_P_TIME(r->now_ms), SH_P_ID(&activity),
	    SH_P_TEXT(callback_told(k, "dialled now by a person")), SH_P_ID(&r->key_id));
	sh_unit_run(u);
}

static void
callback_write_again(struct sh_callback *k)
{
	struct sh_api_request *r = k->r;
	struct sh_unit *u = sh_api_unit(r, callback_written);
	struct sh_id next = sh_id_new(r->now_ms), activity = sh_id_new(r->now_ms), entry = sh_id_new(r->now_ms);

	sh_unit_add(u, SH_SQL_callback_dial_again, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&k->id), SH_P_INT(k->epoch),
	    SH_P_ID(&next), SH_P_BOOL(k->is_final), SH_P_BOOL(k->explicit), SH_P_ID(&r->key_id), SH_P_ID(&entry),
	    SH_P_TIME(r->now_ms), SH_P_ID(&activity),
	    SH_P_TEXT(callback_told(k, "was parked: a person has its callee dialled again")));
	SH_UNIT_FAILPOINT(u, person_again_before_commit);
	sh_unit_run(u);
}

/* ---- what it would meet ---- */

static void
callback_wrong_state(struct sh_api_request *r, const struct sh_rows *c)
{
	struct sh_str state = sh_rows_str(c, 0, "state");

	if (sh_rows_bool(c, 0, "cancelled"))
		sh_api_problem(r, SH_PROBLEM_wrong_state, "the callback is %.*s, and was cancelled", (int)state.n, state.s);
	else
		sh_api_problem(r, SH_PROBLEM_wrong_state,
		    "the callback is %.*s: only one that is scheduled, held or parked can be dialled", (int)state.n, state.s);
}

static bool
callback_waits(struct sh_str state)
{
	return sh_str_is(state, "scheduled") || sh_str_is(state, "held");
}

/* false: a problem was answered. In the order of outbound.c, so that the same obstacle is told alike. */
static bool
callback_permitted(struct sh_callback *k, const struct sh_rows *c)
{
	struct sh_api_request *r = k->r;
	char until[32];

	if (sh_rows_bool(c, 0, "cancelled") || (!k->parked && !callback_waits(sh_rows_str(c, 0, "state")))) {
		callback_wrong_state(r, c);
	} else if (!sh_rows_bool(c, 0, "fence_ok")) {
		sh_api_problem_later(r, SH_PROBLEM_unavailable, 30,
		    "the gateway recovers from a failover of its database: nothing is dialled until then");
	} else if (k->parked && sh_rows_time(c, 0, "live_until") >= r->now_ms) {
		sh_time_format_rfc3339(sh_rows_time(c, 0, "live_until"), until);
		sh_api_problem(r, SH_PROBLEM_wrong_state,
		    "the callback is parked: its phone may have rung, and that call may last until %s; "
		    "it can be dialled again after that, or closed now by cancelling it",
		    until);
	} else if (sh_str_is(sh_rows_str(c, 0, "end_reason"), "no_number")) {
		sh_api_problem(r, SH_PROBLEM_wrong_state, "nobody knows whom it is to call: reschedule it with to_number");
	} else if (!sh_rows_bool(c, 0, "outbound")) {
		sh_api_problem(r, SH_PROBLEM_outbound_disabled, "%s", SH_API_OUTBOUND_OFF);
	} else if (!sh_rows_bool(c, 0, "agent_enabled")) {
		sh_api_problem(r, SH_PROBLEM_agent_disabled, "the agent is disabled");
	} else if (!sh_provider_complete(r, sh_rows_str(c, 0, "provider"), sh_rows_str(c, 0, "given"))) {
		return false;
	} else if (!sh_rows_null(c, 0, "paused_reason")) {
		sh_api_problem(r, SH_PROBLEM_workspace_paused, "the workspace is paused: mend it, then test its credentials");
	} else if (sh_rows_bool(c, 0, "suppressed")) {
		sh_api_problem(r, SH_PROBLEM_suppressed, "this callee is on a do-not-call list");
	} else if (!sh_rows_null(c, 0, "customer_id") && sh_rows_int(c, 0, "balance") < 1) {
		sh_api_problem(r, SH_PROBLEM_no_credits, "the customer has no credits");
	} else if (sh_rows_bool(c, 0, "busy")) {
		sh_api_problem(r, SH_PROBLEM_callee_busy, "a call to this callee is under way");
	} else {
		return true;
	}
	return false;
}

/* Quiet hours hold, unless somebody overrides them and the policy knows of calls at a time that was named; a law's hold anyway. */
static bool
callback_admitted(struct sh_callback *k, const struct sh_rows *c)
{
	const struct sh_core *core = k->r->core;
	int64_t now = k->r->now_ms;
	struct sh_permit permit;
	char then[32];

	sh_permit_read(&permit, core, c, 0, now);
	permit.dialling = (struct sh_due_dial){ .now_ms = now };
	k->is_final = sh_rows_int(c, 0, "attempt") + 1 >= permit.policy.max_attempts;
	k->explicit = false;
	sh_permit_judge(&permit);
	if (permit.admitted.what == SH_ADMIT) {
		k->override = false; /* there is nothing to override */
		return true;
	}
	/* By which clock the policy's own hours go does not matter to whoever overrides them. */
	if ((!k->override || permit.admitted.lack.what != SH_LACK_ZONE) && sh_api_lacks(k->r, &permit))
		return false;
	if (k->override) {
		struct sh_permit named = permit;

		/* The copy's own callee. */
		named.place.callee = permit.place.callee ? &named.callee : NULL;
		named.dialling.named_ms = now;
		named.overridden = true;
		sh_permit_judge(&named);
		if (named.admitted.what == SH_ADMIT) {
			k->explicit = true;
			return true;
		}
		sh_api_problem(k->r, SH_PROBLEM_quiet_hours,
		    sh_permit_by_law(&permit) ? "%s forbids it, and nobody here can override a law"
					      : "the policy honours no time that people name, so its %s cannot be overridden",
		    sh_permit_why(&permit));
	} else if (permit.admitted.what == SH_ADMIT_HOLD) {
		sh_api_problem(k->r, SH_PROBLEM_quiet_hours, "%s permits no call within 14 days", sh_permit_why(&permit));
	} else {
		sh_time_format_rfc3339(permit.admitted.next_ms, then);
		sh_api_problem(k->r, SH_PROBLEM_quiet_hours,
		    sh_permit_by_law(&permit) ? "%s until %s: the hours of a law, which nobody here can override"
					      : "%s until %s; override_quiet_hours (--override-quiet-hours) with a reason dials all the same",
		    sh_permit_why(&permit), then);
	}
	return false;
}

static void
callback_looked(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = arg;
	struct sh_callback *k = SH_OBJ(r->own, sh_callback);
	const struct sh_rows *c = st == SH_OK ? sh_rows(res, 0) : NULL;

	if (!c) {
		sh_api_store_failed(r, st, res, err);
		return;
	}
	if (sh_rows_count(c) == 0) {
		sh_api_problem(r, SH_PROBLEM_not_found, "no such callback");
		return;
	}
	k->parked = sh_str_is(sh_rows_str(c, 0, "state"), "parked");
	k->epoch = (int)sh_rows_int(c, 0, "epoch");
	if (!callback_permitted(k, c) || !callback_admitted(k, c))
		return;
	if (k->parked)
		callback_write_again(k);
	else
		callback_write_now(k);
}

static void
callback_look(struct sh_callback *k)
{
	struct sh_api_request *r = k->r;
	struct sh_unit *u;

	r->now_ms = sh_core_now(r->core);
	u = sh_api_unit(r, callback_looked);
	sh_unit_add(u, SH_SQL_callback_context, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_WORKSPACE(r), SH_P_ID(&k->id),
	    SH_P_TIME(r->now_ms));
	sh_unit_run(u);
}

void
sh_api_callback_dial_now(struct sh_api_request *r)
{
	struct sh_callback *k = sh_arena_make(r->rq->arena, struct sh_callback);
	json_object *override = NULL;

	if (!k) {
		sh_api_problem_later(r, SH_PROBLEM_unavailable, 1, "there is no memory for this request");
		return;
	}
	SH_MAGIC_SET(k, sh_callback);
	k->r = r;
	r->own = k;
	k->reason = sh_api_str(r, "reason");
	k->override = json_object_object_get_ex(r->body, "override_quiet_hours", &override) && json_object_get_boolean(override);
	if (!sh_api_param_id(r, 0, &k->id))
		sh_api_problem(r, SH_PROBLEM_not_found, "no such callback");
	else if (k->override && !k->reason.n)
		sh_api_problem_field(r, SH_PROBLEM_invalid, "/reason", "who overrides quiet hours says why");
	else
		callback_look(k);
}
