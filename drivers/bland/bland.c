/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Bland: voice agents (pathways and personas) on phone numbers; webhooks for calls; REST at api.bland.ai.
 *
 * What is odd about Bland, and shapes this file:
 * - A signature covers the raw body and no time: only the key of an event tells a replay from news.
 * - A call is reported once, after its end, and that is final, unless citations are still to come. A report may come again,
 *   richer. It has no name and no id; what is in it tells it from the events during the call.
 * - Why a call ended stands in five members. A voicemail has the status completed, as a conversation has.
 * - A warm transfer's second leg is reported like a call. It is none: nobody of ours was called.
 * - Beside personas and pathways a call can have a task, a prompt of its own: an agent that is made here.
 * - A report does not name a persona. Organisations can strip it of nearly everything: all is optional but the call's id.
 */
#include "drivers/bland/bland.h"

static sh_driver_verify_f bland_verify;
static sh_driver_normalize_f bland_normalize;

/* ---- settings ---- */

static const struct sh_setting bland_settings[] = {
#define SETTING(id_, name_, scope_, kind_, help_, ...)                                                                             \
	[BLAND_##id_] = { .name = #name_, .scope = SH_SCOPE_##scope_, .kind = SH_SETTING_##kind_, .help = help_, __VA_ARGS__ },
#include "drivers/bland/settings.def"
	{ 0 }
};

static const char *const bland_hosts[] = { "api.bland.ai", "us.api.bland.ai", NULL };

/* ---- verify ---- */

static enum sh_verdict
bland_verify(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	struct sh_str hex;
	enum sh_verdict one = sh_header_one(d, "x-webhook-signature", &hex);

	if (one != SH_VERDICT_VALID)
		return one;
	return sh_is_signed(cx, a, BLAND_WEBHOOK_SECRET, SH_SHA256, &d->body, 1, sh_hex, hex) ? SH_VERDICT_VALID
											      : SH_VERDICT_INVALID;
}

/* ---- normalize ---- */

/* Old records and lists leave out the plus. */
struct sh_str
bland_number(struct sh_ctx *cx, const struct sh_json *j, const char *key)
{
	struct sh_str s = sh_json_get_str(cx, j, key);

	if (s.n < 8 || s.n > 15 || s.s[0] == '0')
		return s;
	for (size_t i = 0; i < s.n; i++)
		if (s.s[i] < '0' || s.s[i] > '9')
			return s;
	return sh_join(cx, SH_STR("+"), s);
}

/* What was analysed: citations, whose value has a key of its own, and the variables that a pathway extracted, which count more. */
static struct sh_str
bland_answers(struct sh_ctx *cx, const struct sh_json *j)
{
	const struct sh_json *row = sh_json_first(cx, sh_json_get(cx, j, "citations"));
	struct sh_out *o = sh_out_new(cx);

	sh_out_open(cx, o, '{');
	for (; row; row = sh_json_next(cx, row)) {
		struct sh_str name = sh_json_get_str(cx, row, "variable_name");

		if (name.s) {
			sh_out_name(cx, o, name);
			sh_out_raw(cx, o, sh_json_get_raw(cx, row, "value"));
		}
	}
	sh_out_members(cx, o, sh_json_get(cx, j, "variables"));
	sh_out_close(cx, o, '}');
	return sh_out_text(cx, o);
}

/* Lines "Agent: …", "User: …". *ret_heard: did the callee say anything? */
static struct sh_str
bland_transcript(struct sh_ctx *cx, const struct sh_json *j, bool *ret_heard)
{
	const struct sh_json *first = sh_json_first(cx, sh_json_get(cx, j, "transcripts")), *row;
	struct sh_str *parts;
	size_t rows = 0, n = 0;

	*ret_heard = false;
	for (row = first; row; row = sh_json_next(cx, row))
		rows++;
	parts = (struct sh_str *)sh_alloc(cx, (rows * 3 + 1) * sizeof(*parts));
	for (row = first; row; row = sh_json_next(cx, row)) {
		struct sh_str who = sh_json_get_str(cx, row, "user"), said = sh_json_get_str(cx, row, "text");

		while (said.n > 0 && (unsigned char)said.s[0] <= ' ')
			said = (struct sh_str){ said.s + 1, said.n - 1 };
		if (said.n == 0 || sh_str_is(who, "agent-action"))
			continue;
		*ret_heard |= sh_str_is(who, "user");
		parts[n++] = sh_str_is(who, "user") ? SH_STR("User: ") : SH_STR("Agent: ");
		parts[n++] = said;
		parts[n++] = SH_STR("\n");
	}
	return n > 0 ? sh_join_parts(cx, parts, n) : sh_json_get_str(cx, j, "concatenated_transcript");
}

/* corrected_duration is seconds in a string, call_length minutes with a fraction. */
static int64_t
bland_duration(struct sh_ctx *cx, const struct sh_json *j)
{
	int64_t v;

	if (sh_int_parse(cx, sh_json_get_str(cx, j, "corrected_duration"), &v) && v >= 0 && v < 86400)
		return v * 1000;
	return sh_json_decimal(cx, sh_json_get(cx, j, "call_length"), 6, &v) && v >= 0 && v < 1440000000 ? (v * 60 + 500) / 1000
													 : -1;
}

/* Does it say how far the call has come? */
static bool
bland_reports(struct sh_ctx *cx, const struct sh_json *j)
{
	return sh_json_get(cx, j, "status") || sh_json_get(cx, j, "completed") || sh_json_get(cx, j, "queue_status");
}

/* Facts: our name, and where Bland has it. */
static const struct sh_names bland_facts[] = {
	{ "status", "status" },
	{ "queue_status", "queue_status" },
	{ "answered_by", "answered_by" },
	{ "tag", "disposition_tag" },
	{ "ended_by", "call_ended_by" },
	{ "pathway_version", "pathway_version" },
	{ "batch", "batch_id" },
	{ "retry", "isRetry" },
	{ "proxy", "is_proxy_agent_call" },
	{ "transfer", "warm_transfer_call.state" },
	{ NULL, NULL },
};

static void
bland_read_facts(struct sh_ctx *cx, const struct sh_account *a, const struct sh_json *j, struct sh_event *e, bool heard)
{
	struct sh_str tag = sh_json_get_str(cx, j, "disposition_tag"), own = sh_setting(a, BLAND_DO_NOT_CALL_TAG);
	int64_t duration_ms = bland_duration(cx, j);

	sh_facts_json(cx, e, j, bland_facts);
	/* A call that was completed may have one, too, and it is none then. */
	sh_fact(cx, e, sh_str_like(sh_json_get_str(cx, j, "status"), "completed") ? "remark" : "error",
	    sh_json_get_str(cx, j, "error_message"));
	if (duration_ms >= 0)
		sh_fact(cx, e, "duration_ms", sh_int_format(cx, duration_ms));
	if (heard)
		sh_fact(cx, e, "callee", SH_STR("spoke"));
	else if (sh_json_type(cx, sh_json_get(cx, j, "transcripts")) == SH_JSON_ARRAY &&
		 sh_str_like(sh_json_get_str(cx, j, "call_ended_by"), "assistant"))
		sh_fact(cx, e, "callee", SH_STR("silent"));
	if (own.n > 0 && sh_str_alike(tag, own.s))
		sh_fact(cx, e, "do_not_call", SH_STR("true"));
	if (e->started_ms && duration_ms >= 0 && e->over)
		e->ended_ms = e->started_ms + duration_ms;
}

/* Fills in what a call object says and hands the event over. */
static void
bland_give(struct sh_ctx *cx, const struct sh_account *a, const struct sh_json *j, struct sh_event *e)
{
	const struct sh_json *inbound = sh_json_get(cx, j, "inbound");
	struct sh_str pathway = sh_json_get_str(cx, j, "pathway_id"), persona = sh_json_get_str(cx, j, "persona_id");
	bool heard;

	if (sh_json_type(cx, inbound) == SH_JSON_BOOL)
		e->direction = sh_json_true(cx, inbound) ? SH_DIRECTION_INBOUND : SH_DIRECTION_OUTBOUND;
	e->call_id = sh_json_get_str(cx, j, sh_json_get(cx, j, "call_id") ? "call_id" : "c_id");
	if (persona.n > 0 || pathway.n > 0)
		e->agent_id = sh_join(cx, persona.n ? SH_STR("persona:") : SH_STR("pathway:"), sh_str_or(persona, pathway));
	e->from = bland_number(cx, j, "from");
	e->to = bland_number(cx, j, "to");
	e->started_ms = sh_json_time(cx, sh_json_get(cx, j, "started_at"));
	e->transcript = bland_transcript(cx, j, &heard);
	bland_read_facts(cx, a, j, e, heard);
	e->answers = bland_answers(cx, j);
	e->variables = sh_json_get_raw(cx, j, "variables");
	e->metadata = sh_json_get_raw(cx, j, "metadata");
	/* Organisations can strip a report of its metadata; what was in the request comes back among the variables, too. */
	if (!sh_json_true(cx, sh_json_get(cx, j, "is_proxy_agent_call")))
		e->dial_id =
		    sh_str_or(sh_json_at_str(cx, j, "metadata." SH_META_DIAL), sh_json_at_str(cx, j, "variables." SH_META_DIAL));
	e->recording_url = sh_json_get_str(cx, j, "recording_url");
	e->cost_microcents = sh_json_microcents(cx, sh_json_get(cx, j, "price"), 8); /* Bland counts in dollars */
	sh_event_add(cx, e);
}

/* How far a call object has come. Webhook, list and look-up give the same object, with more or less in it. */
static void
bland_state(struct sh_ctx *cx, const struct sh_json *j, struct sh_event *e)
{
	static const char *const ends[] = { "completed", "failed", "busy", "no-answer", "canceled" };
	struct sh_str status = sh_json_get_str(cx, j, "status"), queue = sh_json_get_str(cx, j, "queue_status");
	bool schemas = sh_json_first(cx, sh_json_get(cx, j, "citation_schema_ids")) != NULL;
	const struct sh_json *citations = sh_json_get(cx, j, "citations");

	if (sh_json_true(cx, sh_json_get(cx, j, "is_proxy_agent_call")))
		return;
	e->over = sh_json_true(cx, sh_json_get(cx, j, "completed")) || sh_str_has(queue, "complete") || sh_str_has(queue, "error");
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		e->over |= sh_str_alike(status, ends[i]);
	/* Without a status only an error before or in the call is the last word. */
	e->final = e->over && (status.n > 0 ? !schemas || citations : !sh_str_has(queue, "complete") && sh_str_has(queue, "error"));
	if (e->over)
		e->kind = sh_json_first(cx, citations) ? SH_KIND_CALL_ANALYZED : SH_KIND_CALL_ENDED;
	else if (sh_str_like(queue, "started"))
		e->kind = SH_KIND_CALL_STARTED;
}

static enum sh_answer
bland_normalize(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	const struct sh_json *doc = sh_json_parse(cx, d->body);
	struct sh_str id = sh_json_get_str(cx, doc, sh_json_get(cx, doc, "call_id") ? "call_id" : "c_id");
	struct sh_str live = sh_json_get_str(cx, doc, "category"), type = sh_json_get_str(cx, doc, "event_type");
	struct sh_event e = { .name = live.n ? live : type };
	const struct sh_str report[] = { sh_json_get_raw(cx, doc, "completed"), sh_json_get_raw(cx, doc, "status"),
		sh_json_get_raw(cx, doc, "answered_by"), sh_json_get_raw(cx, doc, "disposition_tag"),
		sh_json_get_raw(cx, doc, "error_message"), sh_json_get_raw(cx, doc, "citations"),
		sh_json_get_raw(cx, doc, "corrected_transcript") };
	bool reports = bland_reports(cx, doc);

	if (sh_json_type(cx, doc) != SH_JSON_OBJECT)
		return sh_failed(cx, doc ? "the body is not a JSON object" : "the body is not JSON");
	if (id.n > 0 && live.n == 0 && (reports || sh_str_is(type, "citations"))) {
		e.name = type.n ? type : SH_STR("post_call");
		/* Delivered again it is the same; what can change afterwards is news. */
		e.dedup =
		    sh_join(cx, e.name, SH_STR(":"), id, SH_STR(":"), sh_dedup(cx, report, sizeof(report) / sizeof(report[0])));
		/* Citations come after the report, as a rule, but do not say that there was one: they decide nothing by themselves. */
		e.kind = reports ? SH_KIND_OTHER : SH_KIND_CALL_ANALYZED;
		e.over = !reports;
		if (reports)
			bland_state(cx, doc, &e);
	} else {
		e.dedup = sh_join(cx, sh_str_or(e.name, SH_STR("-")), SH_STR(":"), id, SH_STR(":"), sh_dedup(cx, &d->body, 1));
		if (id.n > 0 && sh_str_is(live, "call") && sh_str_is(sh_json_get_str(cx, doc, "message"), "Call connected"))
			e.kind = SH_KIND_CALL_ANSWERED;
	}
	bland_give(cx, a, doc, &e);
	return SH_ANSWER_OK;
}

/* A call as a list or a look-up shows it. */
void
bland_look(struct sh_ctx *cx, const struct sh_account *a, const struct sh_json *j)
{
	struct sh_event e = { .name = sh_str_or(sh_json_get_str(cx, j, "status"), sh_json_get_str(cx, j, "queue_status")) };

	bland_state(cx, j, &e);
	bland_give(cx, a, j, &e);
}

/* ---- the table ---- */

static const struct sh_reason bland_reasons[] = {
#include "drivers/bland/reasons.def"
	{ 0 }
};

SH_DRIVER(.name = "bland", .title = "Bland", .version = "1.0", .settings = bland_settings, .reasons = bland_reasons,
    .hosts = bland_hosts, .base_url_setting = "base_url", .agents_made_here = true, .has_answers = true, .reasons_alike = true,
    .dials_per_minute = 10,
    .dials_at_once = 10, /* those of the smallest plan, which has 100 calls an hour; past that Bland says later */
    /* Assumed, to be measured: an hour in Bland's queue. The list of calls is promised neither complete nor soon: no lag. */
    .accept_s = 60, .queue_s = 3600, .call_s = BLAND_MINUTES * 60 + 300, .check_request = bland_check_request,
    .check_parse = bland_check_parse, .numbers_request = bland_numbers_request, .numbers_parse = bland_numbers_parse,
    .agents_request = bland_agents_request, .agents_parse = bland_agents_parse, .verify = bland_verify,
    .normalize = bland_normalize, .dial_request = bland_dial_request, .dial_parse = bland_dial_parse,
    .calls_request = bland_calls_request, .calls_parse = bland_calls_parse, .call_request = bland_call_request,
    .call_parse = bland_call_parse, );
