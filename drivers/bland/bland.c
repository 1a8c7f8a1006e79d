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
 * - Lists come under a key of their own, under "data", or bare. That of calls shows no metadata.
 */
#include <switchhook/driver.h>

enum { BLAND_MINUTES = 120, BLAND_ROWS = 200 }; /* the longest call that may be made; a page of the list of calls */

/* ---- settings ---- */

enum {
#define SETTING(id_, ...) BLAND_##id_,
#include "drivers/bland/settings.def"
};

static const struct sh_setting bland_settings[] = {
#define SETTING(id_, ...) [BLAND_##id_] = SH_SETTING_ROW(__VA_ARGS__),
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

	if (one == SH_VERDICT_VALID && !sh_is_signed(cx, a, BLAND_WEBHOOK_SECRET, SH_SHA256, &d->body, 1, sh_hex, hex))
		return SH_VERDICT_INVALID;
	return one;
}

/* ---- read an event ---- */

static const struct sh_member bland_fields[] = {
#include "drivers/bland/fields.def"
	{ 0 }
};

/* What no single member says. heard: the callee said something. */
static void
bland_read_facts(struct sh_ctx *cx, const struct sh_account *a, const struct sh_json *j, struct sh_event *e, bool heard)
{
	struct sh_str status = sh_json_get_str(cx, j, "status"), ended_by = sh_json_get_str(cx, j, "call_ended_by");
	struct sh_str tag = sh_json_get_str(cx, j, "disposition_tag"), own = sh_setting(a, BLAND_DO_NOT_CALL_TAG);
	int64_t ms = sh_span_parse(cx, sh_json_get_str(cx, j, "corrected_duration"), 1000);

	/* A call that was completed may have one, too, and it is none then. */
	sh_fact(cx, e, sh_str_like(status, "completed") ? "remark" : "error", sh_json_get_str(cx, j, "error_message"));
	if (ms < 0) /* minutes */
		ms = sh_span_parse(cx, sh_json_get_raw(cx, j, "call_length"), 60000);
	if (ms >= 0)
		sh_fact(cx, e, "duration_ms", sh_int_format(cx, ms));
	if (ms >= 0 && e->started_ms && e->over)
		e->ended_ms = e->started_ms + ms;
	if (heard)
		sh_fact(cx, e, "callee", SH_STR("spoke"));
	else if (sh_json_type(cx, sh_json_get(cx, j, "transcripts")) == SH_JSON_ARRAY && sh_str_like(ended_by, "assistant"))
		sh_fact(cx, e, "callee", SH_STR("silent"));
	if (own.n > 0 && sh_str_alike(tag, own.s))
		sh_fact(cx, e, "do_not_call", SH_STR("true"));
}

/* Fills in what a call object says and hands the event over. */
static void
bland_give(struct sh_ctx *cx, const struct sh_account *a, const struct sh_json *j, struct sh_event *e)
{
	static const struct sh_turns turns = { "user", "text", "user", "agent-action" };
	const struct sh_json *inbound = sh_json_get(cx, j, "inbound");
	struct sh_str pathway = sh_json_get_str(cx, j, "pathway_id"), persona = sh_json_get_str(cx, j, "persona_id"), said;
	bool heard;

	sh_event_fill(cx, e, j, bland_fields);
	if (sh_json_true(cx, sh_json_get(cx, j, "is_proxy_agent_call")))
		e->dial_id = SH_NONE;
	if (sh_json_type(cx, inbound) == SH_JSON_BOOL)
		e->direction = sh_json_true(cx, inbound) ? SH_DIRECTION_INBOUND : SH_DIRECTION_OUTBOUND;
	e->agent_id = sh_str_or(sh_str_behind(cx, "persona:", persona), sh_str_behind(cx, "pathway:", pathway));
	said = sh_json_transcript(cx, sh_json_get(cx, j, "transcripts"), &turns, &heard);
	e->transcript = sh_str_or(said, e->transcript);
	bland_read_facts(cx, a, j, e, heard);
	/* The variables that a pathway extracted count more. */
	e->answers =
	    sh_json_answers(cx, sh_json_get(cx, j, "citations"), "variable_name", "value", sh_json_get(cx, j, "variables"));
	sh_event_add(cx, e);
}

/* How far a call object has come. Webhook, list and look-up give the same object, with more or less in it. */
static void
bland_state(struct sh_ctx *cx, const struct sh_json *j, struct sh_event *e)
{
	struct sh_str status = sh_json_get_str(cx, j, "status"), queue = sh_json_get_str(cx, j, "queue_status");
	bool complete = sh_str_has(queue, "complete"), error = sh_str_has(queue, "error");

	if (sh_json_true(cx, sh_json_get(cx, j, "is_proxy_agent_call")))
		return;
	e->over = complete || error || sh_json_true(cx, sh_json_get(cx, j, "completed")) ||
		  sh_str_among(status, "completed|failed|busy|no-answer|canceled");
	/* Without a status only an error before or in the call is the last word; with one, unless citations are to come. */
	if (status.n > 0)
		e->final = e->over && (sh_json_get(cx, j, "citations") || !sh_json_at(cx, j, "citation_schema_ids.0"));
	else
		e->final = error && !complete;
	if (e->over)
		e->kind = sh_json_at(cx, j, "citations.0") ? SH_KIND_CALL_ANALYZED : SH_KIND_CALL_ENDED;
	else if (sh_str_like(queue, "started"))
		e->kind = SH_KIND_CALL_STARTED;
}

/* ---- normalize ---- */

static enum sh_answer
bland_normalize(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	const struct sh_json *doc = sh_json_parse(cx, d->body);
	struct sh_str id = sh_json_at_str(cx, doc, "call_id|c_id"), live = sh_json_get_str(cx, doc, "category");
	struct sh_str type = sh_json_get_str(cx, doc, "event_type"), message = sh_json_get_str(cx, doc, "message");
	/* Does it say how far the call has come? */
	bool reports = sh_json_at(cx, doc, "status|completed|queue_status");
	struct sh_event e = { .name = sh_str_or(live, type) };

	if (sh_json_type(cx, doc) != SH_JSON_OBJECT)
		return sh_failed(cx, doc ? "the body is not a JSON object" : "the body is not JSON");
	if (id.n > 0 && live.n == 0 && (reports || sh_str_is(type, "citations"))) {
		e.name = sh_str_or(type, SH_STR("post_call"));
		/* Delivered again it is the same; what can change afterwards is news. */
		e.dedup = sh_dedup_json(
		    cx, doc, "completed|status|answered_by|disposition_tag|error_message|citations|corrected_transcript");
		/* Citations come after the report, as a rule, but do not say that there was one: they decide nothing by themselves. */
		e.kind = reports ? SH_KIND_OTHER : SH_KIND_CALL_ANALYZED;
		e.over = !reports;
		if (reports)
			bland_state(cx, doc, &e);
	} else {
		e.dedup = sh_dedup(cx, &d->body, 1);
		if (id.n > 0 && sh_str_is(live, "call") && sh_str_is(message, "Call connected"))
			e.kind = SH_KIND_CALL_ANSWERED;
	}
	e.dedup = sh_join(cx, sh_str_or(e.name, SH_STR("-")), SH_STR(":"), id, SH_STR(":"), e.dedup);
	bland_give(cx, a, doc, &e);
	return SH_ANSWER_OK;
}

/* ---- requests ---- */

/* own: for the account's own Twilio, whose key goes along. */
static void
bland_request(struct sh_ctx *cx, const struct sh_account *a, const char *method, struct sh_str path, struct sh_str body, bool own,
    struct sh_request *r)
{
	sh_request_json(cx, r, sh_str(method), sh_url(cx, sh_setting(a, BLAND_BASE_URL), path), sh_setting(a, BLAND_API_KEY), body);
	sh_request_header(cx, r, "encrypted_key", own ? sh_setting(a, BLAND_OWN_TWILIO) : SH_NONE);
}

/* An error has several shapes, and may come with a 200. */
static bool
bland_is_error(struct sh_ctx *cx, const struct sh_json *doc)
{
	return sh_str_has(sh_json_get_str(cx, doc, "status"), "error") || sh_json_get_str(cx, doc, "error").n > 0 ||
	       sh_json_first(cx, sh_json_get(cx, doc, "errors"));
}

static enum sh_answer
bland_answer(struct sh_ctx *cx, const struct sh_exchange *x, const char *needs, const struct sh_json **ret_doc)
{
	enum sh_answer answer = sh_answer_json(cx, x, needs, ret_doc);

	return x->response->status <= 299 && bland_is_error(cx, *ret_doc) ? sh_failed(cx, "the answer is an error") : answer;
}

/* Where the rows of a list may be. */
#define BLAND_LIST(key) "data." key "|" key "|data|"

static void
bland_check_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	bland_request(cx, a, "GET", SH_STR("/v1/me"), SH_NONE, false, r);
}

static enum sh_answer
bland_check_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *doc;

	return bland_answer(cx, x, "billing", &doc);
}

/* ---- numbers ---- */

/*
 * Lists one after the other. The host unites them by number, and the first one stays: so the own Twilio's (t) come first,
 * which are dialled with its key.
 */
#define BLAND_NUMBERS "tios"
static const struct {
	const char *path, *rows;
} bland_numbers[] = {
	{ "/v1/inbound", BLAND_LIST("inbound_numbers") },
	{ "/v1/inbound", BLAND_LIST("inbound_numbers") },
	{ "/v1/outbound", BLAND_LIST("outbound_numbers") },
	{ "/v1/sip/numbers", BLAND_LIST("numbers") },
};

static size_t
bland_numbers_at(const struct sh_account *a, struct sh_str cursor)
{
	struct sh_str page, first = sh_setting(a, BLAND_OWN_TWILIO).n > 0 ? SH_STR("t") : SH_STR("i");

	return sh_walk_at(sh_str_or(cursor, first), BLAND_NUMBERS, &page);
}

static void
bland_numbers_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	size_t at = bland_numbers_at(a, cursor);

	bland_request(cx, a, "GET", sh_str(bland_numbers[at].path), SH_NONE, at == 0, r);
}

static enum sh_answer
bland_numbers_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	size_t at = bland_numbers_at(a, x->cursor);
	const struct sh_json *doc, *row;
	enum sh_answer answer = sh_answer_list(cx, x, bland_numbers[at].rows, &doc, &row);

	for (; row; row = sh_json_next(cx, row)) {
		struct sh_str number = sh_str_plus(cx, sh_json_get_str(cx, row, "phone_number"));
		struct sh_str ways = sh_json_get_raw(cx, row, "directions");
		struct sh_number n = { .e164 = number, .provider_id = number };

		n.bindings = sh_json_pick(cx, row,
		    "pathway_id|persona_id|webhook|fallback_number|transfer_phone_number|directions|sip_endpoint|health_status|"
		    "last_initiated");
		n.dial = at == 0 ? SH_STR("{\"own\":true}") : SH_NONE;
		/* Another one is a SIP user. */
		n.voice = sh_str_after(number, "+").s && (!ways.s || sh_str_has(ways, "\"outbound\""));
		sh_number_add(cx, &n);
	}
	/* Not every account has the last two. */
	if (answer == SH_ANSWER_ABSENT && at > 1)
		answer = SH_ANSWER_OK;
	sh_walk_next(cx, BLAND_NUMBERS, at, SH_NONE);
	return answer;
}

/* ---- agents ---- */

/*
 * Personas (p) page by page, then pathways (w), then, if so set, the web's agents (a). Ids carry their kind in front, because
 * a call is asked for under the one name or the other.
 */
#define BLAND_AGENTS "pwa"
static const struct bland_kind {
	const char *path, *rows, *id, *prefix, *member;
} bland_kinds[] = {
	{ "/v1/personas?limit=100&page=", BLAND_LIST("personas"), "id|persona_id", "persona:", "persona_id" },
	{ "/v1/pathway", BLAND_LIST("pathways"), "id|pathway_id", "pathway:", "pathway_id" },
	{ "/v1/agents", BLAND_LIST("agents"), "agent_id", "agent:", "agent_id" },
};
enum { BLAND_PERSONAS, BLAND_PATHWAYS, BLAND_KINDS = sizeof(bland_kinds) / sizeof(bland_kinds[0]) };

static void
bland_agents_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	struct sh_str page;
	size_t at = sh_walk_at(cursor, BLAND_AGENTS, &page);

	page = at == BLAND_PERSONAS ? sh_str_or(page, SH_STR("1")) : SH_NONE;
	bland_request(cx, a, "GET", sh_join(cx, sh_str(bland_kinds[at].path), page), SH_NONE, false, r);
}

static enum sh_answer
bland_agents_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	struct sh_str page, next = SH_NONE;
	size_t at = sh_walk_at(x->cursor, BLAND_AGENTS, &page), rows = 0;
	const struct bland_kind *kind = &bland_kinds[at];
	const struct sh_json *doc, *row;
	enum sh_answer answer = sh_answer_list(cx, x, kind->rows, &doc, &row);

	for (; row; row = sh_json_next(cx, row), rows++) {
		struct sh_agent agent = { .provider_id = sh_str_behind(cx, kind->prefix, sh_json_at_str(cx, row, kind->id)),
			.name = sh_json_get_str(cx, row, "name"),
			.version = sh_json_plain(cx, sh_json_at(cx, row, "current_production_version.version_number")) };

		if (sh_json_get_str(cx, row, "deleted_at").n == 0)
			sh_agent_add(cx, &agent);
	}
	/* There is no total: a page that is not full is the last. */
	if (at == BLAND_PERSONAS && rows == 100)
		next = sh_int_format(cx, sh_int_or(cx, page, 1) + 1);
	sh_walk_next(cx, sh_setting_on(a, BLAND_WEB_AGENTS) ? BLAND_AGENTS : "pw", at, next);
	return answer;
}

/* ---- dial ---- */

/* The caller's variables, and our dial id once more, for reports that were stripped of their metadata. */
static void
bland_put_variables(struct sh_ctx *cx, struct sh_out *o, const struct sh_dial *d)
{
	sh_out_object(cx, o, "request_data");
	for (uint32_t i = 0; i < d->nvariables; i++)
		if (!sh_str_is(d->variables[i].name, SH_META_DIAL))
			sh_out_member(cx, o, sh_join(cx, d->variables[i].name).s, sh_str_or(d->variables[i].value, SH_STR("")));
	sh_out_member(cx, o, SH_META_DIAL, d->dial_id);
	sh_out_close(cx, o, '}');
}

static void
bland_dial_request(struct sh_ctx *cx, const struct sh_account *a, const struct sh_dial *d, struct sh_request *r)
{
	struct sh_str options = sh_setting(a, BLAND_OPTIONS), task = sh_setting(a, BLAND_TASK), id = SH_NONE;
	const struct sh_json *more = sh_json_parse(cx, options);
	const struct bland_kind *kind = NULL;
	struct sh_out *o = sh_out_new(cx);

	for (size_t i = 0; i < BLAND_KINDS && id.n == 0; i++) {
		id = sh_str_after(d->agent_id, bland_kinds[i].prefix);
		kind = id.n > 0 ? &bland_kinds[i] : NULL;
	}
	if (d->channel != SH_CHANNEL_VOICE)
		sh_failed(cx, "Bland's messages cannot be sent from here");
	else if (!d->from->e164.s) /* Bland would take a number of its own */
		sh_failed(cx, "there is no number to call from");
	else if (!kind && task.n == 0)
		sh_failed(cx, "there is neither an agent nor a task");
	else if (options.n > 0 && sh_json_type(cx, more) != SH_JSON_OBJECT)
		sh_failed(cx, "call_options is not a JSON object");
	if (cx->text.s)
		return;
	sh_out_open(cx, o, '{');
	sh_out_member(cx, o, "phone_number", d->to);
	sh_out_member(cx, o, "from", d->from->e164);
	if (kind)
		sh_out_member(cx, o, kind->member, id);
	if (kind == &bland_kinds[BLAND_PATHWAYS]) /* it says itself what there is to do */
		sh_out_member_plain(cx, o, "pathway_version", sh_setting(a, BLAND_VERSION));
	else if (task.n > 0)
		sh_out_member(cx, o, "task", task);
	sh_out_member_int(cx, o, "max_duration", sh_setting_int(cx, a, BLAND_MAX_MINUTES, 1, BLAND_MINUTES, BLAND_MINUTES));
	/* Bland refuses names that it does not know, and must not redial by itself ("retry"). */
	sh_out_picked(cx, o, more,
	    "citation_schema_ids|dialing_strategy|dispositions|dynamic_data|first_sentence|guard_rails|keywords|language|model|"
	    "post_call_evals|precall_dtmf_sequence|record|summary_prompt|timezone|tools|transfer_list|transfer_phone_number|"
	    "voice|voicemail|wait_for_greeting|webhook_events");
	if (sh_str_after(d->webhook_url, "https://").n > 0) /* Bland takes no other */
		sh_out_member(cx, o, "webhook", d->webhook_url);
	bland_put_variables(cx, o, d);
	sh_out_key(cx, o, "metadata");
	sh_out_metadata(cx, o, d);
	sh_out_close(cx, o, '}');
	bland_request(cx, a, "POST", SH_STR("/v1/calls"), sh_out_text(cx, o),
	    sh_json_true(cx, sh_json_at(cx, sh_json_parse(cx, d->from->dial), "own")), r);
}

static const struct sh_refusal bland_refusals[] = {
#include "drivers/bland/refusals.def"
	{ 0 }
};

static void
bland_dial_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x, struct sh_placed *p)
{
	const struct sh_json *doc;
	enum sh_answer answer = bland_answer(cx, x, NULL, &doc);

	sh_placed(cx, x, p, answer == SH_ANSWER_OK ? sh_json_get_str(cx, doc, "call_id") : SH_NONE);
	if (bland_is_error(cx, doc))
		sh_refused(cx, x, bland_refusals, x->response->body, p);
}

/* ---- look back ---- */

/* A call as a list or a look-up shows it. */
static void
bland_look(struct sh_ctx *cx, const struct sh_account *a, const struct sh_json *j)
{
	struct sh_event e = { .name = sh_json_at_str(cx, j, "status|queue_status") };

	bland_state(cx, j, &e);
	bland_give(cx, a, j, &e);
}

static void
bland_call_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str id, struct sh_request *r)
{
	bland_request(cx, a, "GET", sh_path(cx, "/v1/calls/", id), SH_NONE, false, r);
}

static enum sh_answer
bland_call_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *doc;
	enum sh_answer answer = bland_answer(cx, x, "call_id", &doc);

	if (answer == SH_ANSWER_OK)
		bland_look(cx, a, doc);
	return answer;
}

/*
 * Two walks. A window of time is walked by the rows' numbers ("from" and "to" count rows here), oldest first; a cursor is the
 * next row. A dial is looked for by the numbers (l); on an empty answer by those without their plus (n). The list shows no
 * metadata, so each call that may be the one is then asked for by its id (c, and the ids).
 */
static void
bland_calls_request(
    struct sh_ctx *cx, const struct sh_account *a, const struct sh_query *q, struct sh_str cursor, struct sh_request *r)
{
	bool dial = q->dial_id.n > 0;
	size_t plus = sh_str_is(cursor, "n");
	int64_t at = sh_int_or(cx, cursor, 0);
	struct sh_str more, ids = sh_str_after(cursor, "c");
	const struct sh_pair query[] = {
		{ SH_STR("inbound"), SH_STR("false") },
		{ SH_STR("ascending"), SH_STR("true") },
		{ SH_STR("start_date"), sh_time_format(cx, q->from_ms) },
		{ SH_STR("to_number"), sh_str_from(q->to, plus) },
		{ SH_STR("from_number"), sh_str_from(q->from, plus) },
		{ SH_STR("limit"), dial ? SH_STR("50") : SH_NONE },
		/* Whether the end is part of the list, Bland says and others deny: a day more. */
		{ SH_STR("end_date"), dial ? SH_NONE : sh_time_format(cx, q->until_ms + 86400000) },
		{ SH_STR("from"), dial ? SH_NONE : sh_int_format(cx, at) },
		{ SH_STR("to"), dial ? SH_NONE : sh_int_format(cx, at + BLAND_ROWS) },
	};

	if (ids.s)
		bland_call_request(cx, a, sh_str_cut(ids, " ", &more), r);
	else
		bland_request(
		    cx, a, "GET", sh_url_with(cx, SH_STR("/v1/calls"), query, sizeof(query) / sizeof(query[0])), SH_NONE, false, r);
}

static enum sh_answer
bland_calls_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *doc, *row, *first;
	struct sh_str ids = SH_NONE, more;
	enum sh_answer answer;
	int64_t at, total;

	if (sh_str_after(x->cursor, "c").s) {
		answer = bland_call_parse(cx, a, x);
		sh_str_cut(x->cursor, " ", &more);
		sh_next(cx, sh_str_behind(cx, "c", more));
		return answer == SH_ANSWER_ABSENT ? SH_ANSWER_OK : answer;
	}
	answer = sh_answer_list(cx, x, BLAND_LIST("calls"), &doc, &first);
	for (row = first; row; row = sh_json_next(cx, row)) {
		bland_look(cx, a, row);
		ids = sh_words(cx, ids, sh_json_at_str(cx, row, "call_id|c_id"));
	}
	at = sh_int_or(cx, x->cursor, 0) + BLAND_ROWS;
	if (x->query->dial_id.n > 0)
		sh_next(cx, ids.n > 0 ? sh_str_behind(cx, "c", ids) : x->cursor.n == 0 ? SH_STR("n") : SH_NONE);
	else if (first && (!sh_json_int(cx, sh_json_get(cx, doc, "total_count"), &total) || at < total))
		sh_next(cx, sh_int_format(cx, at));
	return answer;
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
    .accept_s = 60, .queue_s = 3600, .call_s = BLAND_MINUTES * 60 + 300, .verify = bland_verify, .normalize = bland_normalize,
    SH_ASKS(bland, check), SH_ASKS(bland, numbers), SH_ASKS(bland, agents), SH_ASKS(bland, dial), SH_ASKS(bland, calls),
    SH_ASKS(bland, call), );
