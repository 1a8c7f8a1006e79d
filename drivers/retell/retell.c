/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Retell AI: voice agents on phone numbers; webhooks for calls and chats; REST at api.retellai.com.
 *
 * What is odd about Retell, and shapes this file:
 * - A signature covers the raw body followed by the milliseconds that its header carries, under an API key.
 * - Each call ends twice: call_ended when the line closes, call_analyzed some seconds later. Only the second knows
 *   whether a machine was talked to, so only that one is final, except where nobody was on the line.
 * - Events have no id and no order. The name of the event is to be trusted, the status inside it is not.
 * - Creating a call cannot be repeated safely. Our dial id travels in its metadata, by which the list finds it.
 * - Enums are open: a reason that is not in the table at the end is kept and never redialled.
 */
#include "drivers/retell/retell.h"

static sh_driver_verify_f retell_verify;
static sh_driver_normalize_f retell_normalize;
static sh_driver_reply_f retell_reply;
static sh_driver_outcome_f retell_outcome;

/* ---- settings ---- */

static const struct sh_setting retell_settings[] = {
#define SETTING(id_, name_, scope_, kind_, help_, ...)                                                                             \
	[RETELL_##id_] = { .name = #name_, .scope = SH_SCOPE_##scope_, .kind = SH_SETTING_##kind_, .help = help_, __VA_ARGS__ },
#include "drivers/retell/settings.def"
	{ 0 }
};

static const char *const retell_hosts[] = { "api.retellai.com", NULL };

/* ---- verify ---- */

static enum sh_verdict
retell_verify(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	struct sh_str h, parts[] = { d->body, SH_STR("") }, hex;
	enum sh_verdict one = sh_header_one(d, "x-retell-signature", &h);
	int64_t v;

	if (one != SH_VERDICT_VALID)
		return one;
	hex = h;
	if (h.n != 64 || !sh_setting_on(a, RETELL_BODY_HMAC)) {
		/* v=<digits>,d=<64 hex>, with nothing before, between or after; no leading zero, at most 15 digits. */
		if (h.n < 70 || h.n > 84 || memcmp(h.s, "v=", 2) != 0 || memcmp(h.s + h.n - 67, ",d=", 3) != 0)
			return SH_VERDICT_INVALID;
		parts[1] = (struct sh_str){ h.s + 2, h.n - 69 };
		hex = (struct sh_str){ h.s + h.n - 64, 64 };
		if (h.s[2] < '1' || h.s[2] > '9' || !sh_int_parse(cx, parts[1], &v))
			return SH_VERDICT_INVALID;
		if (!sh_is_fresh(cx, d, v, sh_setting(a, RETELL_WINDOW)))
			return SH_VERDICT_STALE;
	}
	return sh_is_signed(cx, a, RETELL_WEBHOOK_KEY, SH_SHA256, parts, 2, sh_hex, hex) ? SH_VERDICT_VALID : SH_VERDICT_INVALID;
}

/* ---- normalize ---- */

/* What tells two events of one name and id apart: nothing; another analysis; another transfer; any difference. */
enum retell_key { RETELL_BY_ID, RETELL_BY_ANALYSIS, RETELL_BY_TRANSFER, RETELL_BY_BODY };

static const struct retell_event {
	const char *name, *object, *id;
	enum sh_kind kind;
	enum retell_key key;
	bool over, final;
} retell_events[] = {
	{ "call_started", "call", "call_id", SH_KIND_CALL_STARTED, RETELL_BY_ID, false, false },
	{ "call_ended", "call", "call_id", SH_KIND_CALL_ENDED, RETELL_BY_ID, true, false },
	{ "call_analyzed", "call", "call_id", SH_KIND_CALL_ANALYZED, RETELL_BY_ANALYSIS, true, true },
	{ "chat_started", "chat", "chat_id", SH_KIND_CHAT_STARTED, RETELL_BY_ID, false, false },
	{ "chat_ended", "chat", "chat_id", SH_KIND_CHAT_ENDED, RETELL_BY_ID, true, false },
	{ "chat_analyzed", "chat", "chat_id", SH_KIND_CHAT_ANALYZED, RETELL_BY_ANALYSIS, true, true },
	{ "call_inbound", "call_inbound", "call_id", SH_KIND_CALL_INBOUND, RETELL_BY_ID, false, false },
	{ "chat_inbound", "chat_inbound", "chat_id", SH_KIND_CALL_INBOUND, RETELL_BY_ID, false, false },
	{ "transfer_started", "call", "call_id", SH_KIND_OTHER, RETELL_BY_TRANSFER, false, false },
	{ "transfer_bridged", "call", "call_id", SH_KIND_OTHER, RETELL_BY_TRANSFER, false, false },
	{ "transfer_cancelled", "call", "call_id", SH_KIND_OTHER, RETELL_BY_TRANSFER, false, false },
	{ "transfer_ended", "call", "call_id", SH_KIND_OTHER, RETELL_BY_TRANSFER, false, false },
	{ "alert_triggered", "alert", "alert_incident_id", SH_KIND_OTHER, RETELL_BY_ID, false, false },
	{ "alert_resolved", "alert", "alert_incident_id", SH_KIND_OTHER, RETELL_BY_ID, false, false },
	/* transcript_updated, which comes many times a call, and whatever Retell invents next. */
	{ NULL, "call", "call_id", SH_KIND_OTHER, RETELL_BY_BODY, false, false },
};

static struct sh_str
retell_dedup(struct sh_ctx *cx, const struct retell_event *row, struct sh_str name, struct sh_str id, const struct sh_json *doc,
    const struct sh_delivery *d)
{
	const struct sh_json *j = sh_json_get(cx, doc, row->object);
	struct sh_str parts[2] = { d->body, SH_NONE };

	if (id.n > 0 && row->key == RETELL_BY_ID)
		return sh_join(cx, name, SH_STR(":"), id);
	if (id.n > 0 && row->key == RETELL_BY_ANALYSIS) {
		/* An operator can have a call analysed again: that is news, a repeated delivery is not. */
		parts[0] = sh_json_get_raw(cx, j, "call_analysis");
		parts[1] = sh_json_get_raw(cx, j, "chat_analysis");
	} else if (id.n > 0 && row->key == RETELL_BY_TRANSFER) {
		parts[0] = sh_json_get_raw(cx, j, "start_timestamp");
		parts[1] = sh_json_get_raw(cx, doc, "transfer_destination");
	} else if (row->kind == SH_KIND_CALL_INBOUND)
		/* Who calls twice asks twice, in the same words: the signature's time tells them apart. */
		parts[1] = sh_header(d->headers, d->nheaders, "x-retell-signature");
	return sh_join(cx, sh_str_or(name, SH_STR("-")), SH_STR(":"), id, SH_STR(":"), sh_dedup(cx, parts, 2));
}

/* Facts: our name, and where Retell has it. */
static const struct sh_names retell_facts[] = {
	{ "reason", "disconnection_reason" },
	{ "status", "call_status" },
	{ "status", "chat_status" },
	{ "type", "call_type" },
	{ "type", "chat_type" },
	{ "direction", "direction" },
	{ "duration_ms", "duration_ms" },
	{ "agent_version", "agent_version" },
	{ "agent_version", "version" },
	{ "agent_tag", "agent_tag" },
	{ "metric", "metric_type" },
	{ "rule", "alert_rule_id" },
	{ "in_voicemail", "call_analysis.in_voicemail" },
	{ "sentiment", "call_analysis.user_sentiment" },
	{ "sentiment", "chat_analysis.user_sentiment" },
	{ "successful", "call_analysis.call_successful" },
	{ "successful", "chat_analysis.chat_successful" },
	{ NULL, NULL },
};

/*
 * Fills in what a call or chat object says and hands the event over. Only what is named here is copied; access_token,
 * which lets its bearer into the call, is not.
 */
static void
retell_give(struct sh_ctx *cx, const struct sh_json *j, struct sh_event *e)
{
	bool chat = sh_json_get(cx, j, "chat_id") != NULL;
	struct sh_str direction = sh_json_get_str(cx, j, "direction");

	if (chat)
		e->channel = sh_str_is(sh_json_get_str(cx, j, "chat_type"), "api_chat") ? SH_CHANNEL_CHAT : SH_CHANNEL_SMS;
	if (direction.n > 0)
		e->direction = sh_direction(direction);
	e->call_id = sh_json_get_str(cx, j, chat ? "chat_id" : "call_id");
	e->agent_id = sh_json_get_str(cx, j, "agent_id");
	e->from = sh_json_get_str(cx, j, "from_number");
	e->to = sh_json_get_str(cx, j, "to_number");
	e->started_ms = sh_json_time(cx, sh_json_get(cx, j, "start_timestamp"));
	e->ended_ms = sh_json_time(cx, sh_json_get(cx, j, "end_timestamp"));
	sh_facts_json(cx, e, j, retell_facts);
	if (sh_str_is(sh_json_get_str(cx, j, "disconnection_reason"), "user_requested_callback"))
		e->callback = SH_WISH_YES;
	e->answers =
	    sh_json_raw(cx, sh_json_at(cx, j, chat ? "chat_analysis.custom_analysis_data" : "call_analysis.custom_analysis_data"));
	e->transcript = sh_json_get_str(cx, j, "transcript");
	e->variables = sh_json_get_raw(cx, j, "retell_llm_dynamic_variables");
	e->metadata = sh_json_get_raw(cx, j, "metadata");
	e->dial_id = sh_json_at_str(cx, j, "metadata." SH_META_DIAL);
	e->recording_url = sh_json_get_str(cx, j, "recording_url");
	e->cost_microcents =
	    sh_json_microcents(cx, sh_json_at(cx, j, chat ? "chat_cost.combined_cost" : "call_cost.combined_cost"), 6);
	sh_event_add(cx, e);
}

/* Was nobody ever on the line? Then there is nothing that an analysis could still change. */
static bool
retell_unheard(struct sh_ctx *cx, const struct sh_json *j)
{
	struct sh_str status = sh_json_get_str(cx, j, "call_status");

	return sh_str_is(status, "not_connected") ||
	       (sh_str_is(status, "error") && sh_json_time(cx, sh_json_get(cx, j, "start_timestamp")) == 0);
}

static enum sh_answer
retell_normalize(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	const struct sh_json *doc = sh_json_parse(cx, d->body), *j;
	struct sh_str name = sh_json_get_str(cx, doc, "event"), id;
	const struct retell_event *row = retell_events;
	struct sh_event e = { .name = name };

	(void)a;
	if (sh_json_type(cx, doc) != SH_JSON_OBJECT)
		return sh_failed(cx, doc ? "the body is not a JSON object" : "the body is not JSON");
	while (row->name && !sh_str_is(name, row->name))
		row++;
	j = sh_json_get(cx, doc, row->object);
	id = sh_json_get_str(cx, j, row->id);
	e.dedup = retell_dedup(cx, row, name, id, doc, d);
	if (row->kind == SH_KIND_CALL_INBOUND) {
		e.direction = SH_DIRECTION_INBOUND;
		e.channel = sh_str_is(name, "chat_inbound") ? SH_CHANNEL_SMS : SH_CHANNEL_VOICE;
	}
	/* An end of no call is kept, but there is nothing that it could end. */
	if (id.n > 0 || row->kind == SH_KIND_CALL_INBOUND) {
		e.kind = row->kind;
		e.over = row->over;
		e.final = row->kind == SH_KIND_CALL_ENDED ? retell_unheard(cx, j) : row->final;
	}
	retell_give(cx, j, &e);
	return SH_ANSWER_OK;
}

/* A call as a list or a look-up shows it. There the status is all there is to go by. */
void
retell_look(struct sh_ctx *cx, const struct sh_json *j)
{
	struct sh_str status = sh_json_get_str(cx, j, "call_status");
	bool analyzed = sh_json_type(cx, sh_json_get(cx, j, "call_analysis")) == SH_JSON_OBJECT;
	struct sh_event e = { .kind = sh_str_is(status, "ongoing") ? SH_KIND_CALL_STARTED : SH_KIND_OTHER, .name = status };

	if (sh_str_is(status, "ended") || sh_str_is(status, "not_connected") || sh_str_is(status, "error")) {
		e.over = true;
		e.final = analyzed || retell_unheard(cx, j);
		e.kind = analyzed ? SH_KIND_CALL_ANALYZED : SH_KIND_CALL_ENDED;
	}
	retell_give(cx, j, &e);
}

/* A version is a number or a word, and Retell wants numbers as numbers. */
void
retell_put_agent(struct sh_ctx *cx, struct sh_out *o, struct sh_str agent_id, struct sh_str version)
{
	sh_out_member(cx, o, "override_agent_id", agent_id);
	if (version.n > 0) {
		sh_out_key(cx, o, "override_agent_version");
		sh_out_plain(cx, o, version);
	}
}

/* An empty object declines the call, unless the number is bound to an agent at Retell. */
static void
retell_reply(
    struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a, const struct sh_finding *f, struct sh_reply *r)
{
	struct sh_out *o;

	r->status = f->question ? 200 : 204;
	if (!f->question)
		return;
	o = sh_out_new(cx);
	sh_out_open(cx, o, '{');
	sh_out_name(cx, o, sh_json_get_str(cx, sh_json_parse(cx, d->body), "event"));
	sh_out_open(cx, o, '{');
	if (!f->refused && f->agent_id.n > 0) {
		retell_put_agent(cx, o, f->agent_id, sh_setting(a, RETELL_VERSION));
		sh_out_key(cx, o, "dynamic_variables");
		sh_out_pairs(cx, o, f->variables, f->nvariables);
	}
	sh_out_close(cx, o, '}');
	sh_out_close(cx, o, '}');
	r->type = SH_STR("application/json");
	r->body = sh_out_text(cx, o);
}

/* ---- outcome ---- */

/* A machine was talked to, whatever the reason says; but a wish not to be called outlives any doubt about who spoke. */
static void
retell_outcome(struct sh_ctx *cx, const struct sh_pair *facts, size_t n, struct sh_disposition *ret)
{
	(void)cx;
	if (sh_str_is(sh_pair_get(facts, n, "in_voicemail"), "true") && ret->outcome != SH_OUTCOME_DO_NOT_CALL &&
	    ret->outcome != SH_OUTCOME_VOICEMAIL)
		*ret = (struct sh_disposition){ .outcome = SH_OUTCOME_VOICEMAIL, .retry = SH_RETRY_POLICY, .action = ret->action };
}

/* ---- the table ---- */

static const struct sh_reason retell_reasons[] = {
#include "drivers/retell/reasons.def"
	{ 0 }
};

SH_DRIVER(.name = "retell", .title = "Retell AI", .version = "1.0", .settings = retell_settings, .reasons = retell_reasons,
    .hosts = retell_hosts, .base_url_setting = "base_url", .dials_per_minute = 60,
    .dials_at_once = 20, /* 1 a second and path, and the concurrency of a new workspace */
    /* Assumed, to be measured: ring at most 5 minutes, 5 more until an unused registration ends, and as much again. */
    .has_answers = true, .list_has_dial_id = true, .list_lag_s = 900, .accept_s = 60, .queue_s = 300, .call_s = 7200 + 300,
    .check_request = retell_check_request, .check_parse = retell_check_parse, .numbers_request = retell_numbers_request,
    .numbers_parse = retell_numbers_parse, .agents_request = retell_agents_request, .agents_parse = retell_agents_parse,
    .verify = retell_verify, .normalize = retell_normalize, .reply = retell_reply, .dial_request = retell_dial_request,
    .dial_parse = retell_dial_parse, .calls_request = retell_calls_request, .calls_parse = retell_calls_parse,
    .call_request = retell_call_request, .call_parse = retell_call_parse, .outcome = retell_outcome, );
