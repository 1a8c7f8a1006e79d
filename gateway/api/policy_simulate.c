/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/policy_simulate.c: POST /v1/policies/simulate: what would happen if a call to this number ended so at this time?
 *
 * The code that decides in production, asked without a call: the same policy with the same layers, the same reading of what
 * was said, the same places and packs. Nothing is stored, and nothing is looked up but whose words the policy is made of;
 * caps are a matter of what a callee's history is, and are told, not counted.
 */
#include "gateway/api/policy_given.h"

#include "gateway/base/text.h"
#include "gateway/base/writer.h"
#include "gateway/driver/board.h"
#include "gateway/driver/call.h"
#include "gateway/engine/account.h"
#include "gateway/engine/wish.h"
#include "gateway/policy/record.h"

#define SIMULATE_ARENA (4 << 20)
#define SIMULATE_BYTES (64 << 10)
#define SIMULATE_CALL_MS SH_MINUTE_MS	/* how long the further calls are thought to last */
#define SIMULATE_CALLS_MOST 20

struct simulate {
	const struct sh_policy *given;	/* NULL: what the workspace names */
	struct sh_id workspace, agent;
	struct sh_str number, reason;
	const struct sh_zone *contact, *workspace_zone;
	struct sh_event event;
	struct sh_pair fact;		/* the reason */
	struct sh_ended ended;
	int64_t now_ms;
	bool has_outcome;
	/* as found */
	struct sh_policy policy;
	struct sh_wished wished;
	struct sh_whereabouts place;
};

/* ---- reading the question ---- */

static bool
simulate_fault(struct sh_api_request *r, const char *pointer, const char *what)
{
	sh_api_problem_field(r, SH_PROBLEM_invalid, pointer, "%s", what);
	return false;
}

static bool
simulate_time(struct sh_api_request *r, const char *field, const char *pointer, int64_t *ret)
{
	json_object *v = NULL;

	if (!json_object_object_get_ex(r->body, field, &v))
		return true;
	return sh_time_parse_rfc3339(sh_api_str(r, field), ret) ||
	       simulate_fault(r, pointer, "a time such as 2027-03-01T20:12:00-05:00");
}

static bool
simulate_zone(struct sh_api_request *r, const char *field, const char *pointer, const struct sh_zone **ret)
{
	struct sh_str name = sh_api_str(r, field);
	json_object *v = NULL;

	if (!json_object_object_get_ex(r->body, field, &v))
		return true;
	*ret = name.s ? sh_zones_find(r->core->zones, name) : NULL;
	return *ret || simulate_fault(r, pointer, "an IANA time zone, such as America/Denver");
}

static bool
simulate_count(struct sh_api_request *r, const char *field, const char *pointer, int least, int most, int *ret)
{
	json_object *v = NULL;
	int64_t n;

	if (!json_object_object_get_ex(r->body, field, &v))
		return true;
	if (!sh_api_int(r, field, &n) || n < least || n > most) {
		sh_api_problem_field(r, SH_PROBLEM_invalid, pointer, "a number from %d to %d", least, most);
		return false;
	}
	*ret = (int)n;
	return true;
}

/* An enum by its names, which end with NULL. */
static bool
simulate_choice(struct sh_api_request *r, const char *field, const char *pointer, const char *const *names, int *ret)
{
	struct sh_str word = sh_api_str(r, field), all = SH_STR("expected ");
	json_object *v = NULL;

	if (!json_object_object_get_ex(r->body, field, &v))
		return true;
	for (int i = 0; names[i]; i++)
		if (sh_str_is(word, names[i])) {
			*ret = i;
			return true;
		}
	for (int i = 0; all.s && names[i]; i++)
		all = sh_arena_printf(r->rq->arena, "%s%s%s", all.s, !i ? "" : names[i + 1] ? ", " : " or ", names[i]);
	return simulate_fault(r, pointer, all.s ? all.s : "another word");
}

static bool
simulate_outcome(struct sh_api_request *r, struct simulate *q)
{
	const char *names[SH_POLICY_OUTCOMES + 1] = { NULL };
	int outcome = SH_OUTCOME_OTHER;
	json_object *v = NULL;

	for (int o = 0; o < SH_POLICY_OUTCOMES; o++)
		names[o] = sh_policy_outcome_name((enum sh_outcome)o);
	q->has_outcome = json_object_object_get_ex(r->body, "outcome", &v);
	q->reason = sh_api_str(r, "reason");
	q->ended.provider = sh_api_str(r, "provider");
	/* Who spoke was reached. */
	if (!q->has_outcome && !q->reason.n && (sh_api_str(r, "text").n || sh_api_str(r, "transcript").n)) {
		q->has_outcome = true;
		outcome = SH_OUTCOME_TERMINAL;
	}
	if (!q->has_outcome && !q->reason.n)
		return simulate_fault(r, "/outcome", "how the call ended: an outcome, or a provider's reason");
	if (!simulate_choice(r, "outcome", "/outcome", names, &outcome))
		return false;
	q->ended.means.outcome = (enum sh_outcome)outcome;
	return true;
}

static bool
simulate_said(struct sh_api_request *r, struct simulate *q)
{
	static const char *const wishes[] = { "unsaid", "no", "yes", NULL };
	struct sh_str text = sh_api_str(r, "text");
	int wish = SH_WISH_UNSAID;
	json_object *v = NULL;

	if (json_object_object_get_ex(r->body, "variables", &v)) {
		if (!json_object_is_type(v, json_type_object))
			return simulate_fault(r, "/variables", "an object");
		q->event.variables = sh_api_json(r, "variables");
	}
	q->event.transcript = sh_api_str(r, "transcript");
	if (text.n)
		q->event.transcript = sh_arena_printf(r->rq->arena, "Agent: When shall we call?\nUser: %.*s", (int)text.n, text.s);
	if (!simulate_choice(r, "callback", "/callback", wishes, &wish))
		return false;
	q->event.callback = (enum sh_wish)wish;
	return true;
}

static bool
simulate_history(struct sh_api_request *r, struct simulate *q)
{
	static const char *const begun[] = { "api", "outbound", "inbound", "chat", NULL };
	int how = SH_BEGUN_API;

	if (!simulate_choice(r, "begun", "/begun", begun, &how))
		return false;
	q->ended.begun = (enum sh_begun)how;
	q->ended.attempt = how == SH_BEGUN_INBOUND || how == SH_BEGUN_CHAT ? 0 : 1;
	q->ended.ended_ms = r->now_ms;
	if (!simulate_count(r, "attempt", "/attempt", 0, SH_POLICY_ATTEMPTS_MAX, &q->ended.attempt) ||
	    !simulate_count(r, "repeats", "/repeats", 0, SH_DECIDE_REPEATS_MAX, &q->ended.repeats) ||
	    !simulate_time(r, "ended_at", "/ended_at", &q->ended.ended_ms))
		return false;
	q->now_ms = q->ended.ended_ms;
	return simulate_time(r, "now", "/now", &q->now_ms);
}

static bool
simulate_read(struct sh_api_request *r, struct simulate *q)
{
	static const char *const members[] = { "policy", "workspace_id", "agent_id", "to_number", "callee_timezone", "timezone", "provider",
		"reason", "outcome", "begun", "attempt", "repeats", "ended_at", "now", "text", "transcript", "variables", "callback", NULL };
	json_object *v = NULL;

	if (!sh_policy_members(r, members) || !sh_policy_given(r, "policy", &q->given))
		return false;
	q->number = sh_api_str(r, "to_number");
	if (json_object_object_get_ex(r->body, "to_number", &v) && !sh_text_is_e164(q->number))
		return simulate_fault(r, "/to_number", "a number in E.164, such as +12135550151");
	if (json_object_object_get_ex(r->body, "workspace_id", &v) && !sh_api_id(r, "workspace_id", &q->workspace))
		return simulate_fault(r, "/workspace_id", "not a UUID");
	if (json_object_object_get_ex(r->body, "agent_id", &v) && !sh_api_id(r, "agent_id", &q->agent))
		return simulate_fault(r, "/agent_id", "not a UUID");
	return simulate_zone(r, "callee_timezone", "/callee_timezone", &q->contact) &&
	       simulate_zone(r, "timezone", "/timezone", &q->workspace_zone) && simulate_outcome(r, q) && simulate_said(r, q) &&
	       simulate_history(r, q);
}

/* ---- answering ---- */

/* What the driver makes of its provider's word. */
static bool
simulate_means(struct sh_api_request *r, struct simulate *q)
{
	const struct sh_driver_loaded *driver;
	struct sh_driver_call call;

	q->ended.word = q->reason;
	if (q->has_outcome)
		return true;
	driver = q->ended.provider.n ? sh_drivers_find(r->core->drivers, q->ended.provider) : NULL;
	if (!driver || sh_board_closed(driver) || !driver->nreasons)
		return simulate_fault(r, "/provider", "a provider whose driver is loaded, to understand the reason");
	q->fact = (struct sh_pair){ SH_STR("reason"), q->reason };
	sh_driver_call_init(&call, driver, SIMULATE_ARENA, q->now_ms);
	q->ended.means = sh_driver_outcome(&call, &q->fact, 1);
	sh_driver_call_clear(&call);
	return true;
}

static void
simulate_spoken(struct sh_out *o, const struct sh_spoken *s)
{
	sh_writer_key(o, SH_STR("spoken"));
	sh_writer_open(o, '{');
	sh_writer_key_str(o, "status", sh_str(sh_spoken_status_name(s->status)));
	sh_writer_key_time(o, "instant", s->instant_ms);
	sh_writer_key_str(o, "zone", s->zone ? sh_str(sh_zone_name(s->zone)) : SH_NONE);
	sh_writer_key_int(o, "confidence", s->confidence);
	sh_writer_key_str(o, "reason", s->reason ? sh_str(s->reason) : SH_NONE);
	sh_writer_key(o, SH_STR("rules"));
	sh_writer_open(o, '[');
	for (uint32_t i = 0; i < s->nrules; i++)
		sh_writer_str(o, sh_str(s->rules[i]));
	sh_writer_close(o, ']');
	sh_writer_close(o, '}');
}

/* The calls that would follow if each ended like the first, and nobody asked for anything. */
static void
simulate_further(struct sh_out *o, const struct simulate *q, const struct sh_decision *first)
{
	struct sh_ended e = q->ended;
	struct sh_decision d = *first;

	sh_writer_key(o, SH_STR("calls"));
	sh_writer_open(o, '[');
	for (int n = 0; d.what == SH_DECISION_RETRY && n < SIMULATE_CALLS_MOST; n++) {
		sh_writer_open(o, '{');
		sh_writer_key_int(o, "attempt", d.next_attempt);
		sh_writer_key_time(o, "due_at", d.due_ms);
		sh_writer_key_str(o, "why", sh_str(d.text));
		sh_writer_close(o, '}');
		e.repeats = d.uncounted ? e.repeats + 1 : 0;
		e.once_spent += d.once;
		e.attempt = d.next_attempt;
		e.ended_ms = d.due_ms + SIMULATE_CALL_MS;
		e.asked = SH_ASKED_NONE;
		e.begun = SH_BEGUN_API;
		sh_decide(&q->policy, &q->place, &e, e.ended_ms, &d);
	}
	sh_writer_close(o, ']');
	sh_writer_key_str(o, "then", sh_str(d.text));
}

static void
simulate_answer(struct sh_api_request *r, struct simulate *q)
{
	struct sh_decision d;
	struct sh_buf text, record;
	struct sh_out o;

	sh_decide(&q->policy, &q->place, &q->ended, q->now_ms, &d);
	sh_buf_init(&record, SH_RECORD_BYTES);
	sh_buf_init(&text, SIMULATE_BYTES);
	sh_record_decided(&record, &q->policy, &q->place, &q->ended, q->now_ms, &d);
	sh_writer_init(&o, &text);
	sh_writer_open(&o, '{');
	sh_writer_key_str(&o, "what", sh_str(sh_decision_what_name(d.what)));
	sh_writer_key_time(&o, "due_at", d.what == SH_DECISION_RETRY ? d.due_ms : 0);
	sh_writer_key_str(&o, "text", sh_record_explain(r->rq->arena, sh_buf_str(&record), r->core->zones));
	simulate_spoken(&o, &q->wished.spoken);
	simulate_further(&o, q, &d);
	sh_writer_key_raw(&o, "record", sh_buf_str(&record));
	sh_writer_close(&o, '}');
	if (text.failed || record.failed)
		sh_api_problem(r, SH_PROBLEM_internal, "the answer did not fit");
	else
		sh_api_answer(r, 200, sh_buf_str(&text));
	sh_buf_clear(&text);
	sh_buf_clear(&record);
}

static void
simulate_met(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);
	const struct sh_rows *rows = st == SH_OK ? sh_rows(res, 0) : NULL;
	struct simulate *q = r->own;
	struct sh_account_words words;
	struct sh_wish_in in;

	if (!rows) {
		sh_api_store_failed(r, st, res, err);
		return;
	}
	if (sh_rows_count(rows) == 0) {
		sh_api_problem(r, SH_PROBLEM_not_found, "there is no such workspace or agent");
		return;
	}
	words = sh_account_words(rows, 0);
	if (!q->workspace_zone && !sh_rows_null(rows, 0, "timezone"))
		q->workspace_zone = sh_zones_find(r->core->zones, sh_rows_str(rows, 0, "timezone"));
	if (!q->workspace_zone)
		q->workspace_zone = sh_zones_find(r->core->zones, SH_STR("UTC"));
	if (!q->ended.provider.n)
		q->ended.provider = sh_arena_str(r->rq->arena, sh_rows_str(rows, 0, "provider"));
	if (!q->given && !words.policy_name.n)
		words.policy_name = sh_str(r->core->options->default_policy);
	if (q->given)
		sh_account_policy_with(r->core, &words, q->given, &q->policy);
	else
		sh_account_policy(r->core, &words, &q->policy);
	if (!simulate_means(r, q))
		return;
	in = (struct sh_wish_in){ .core = r->core, .policy = &q->policy, .event = &q->event, .workspace = q->workspace_zone,
		.contact = q->contact, .number = q->number, .now_ms = q->now_ms, .ended_ms = q->ended.ended_ms,
		.chat = q->ended.begun == SH_BEGUN_CHAT };
	sh_wish_read(r->rq->arena, &in, &q->ended, &q->wished);
	q->place = (struct sh_whereabouts){ .zones = r->core->zones, .workspace = q->workspace_zone, .packs = r->core->packs,
		.prefixes = r->core->prefixes,
		.callee = &q->wished.callee };
	simulate_answer(r, q);
}

void
sh_api_policy_simulate(struct sh_api_request *r)
{
	struct simulate *q = sh_arena_make(r->rq->arena, struct simulate);
	struct sh_unit *u;

	if (!q) {
		sh_api_problem(r, SH_PROBLEM_internal, "there is no memory for this request");
		return;
	}
	*q = (struct simulate){ .event.size = sizeof(q->event) };
	r->own = q;
	if (!simulate_read(r, q))
		return;
	u = sh_api_unit(r, simulate_met);
	sh_unit_add_params(u, SH_SQL_policy_context, (const struct sh_param[]){ SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant),
		SH_P_WORKSPACE(r), SH_P_ID(sh_id_or_null(&q->workspace)), SH_P_ID(sh_id_or_null(&q->agent)) }, 5);
	sh_unit_run(u);
}
