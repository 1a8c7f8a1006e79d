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
	[RETELL_WEBHOOK_KEY] = { .name = "webhook_key",
	    .kind = SH_SETTING_SECRET,
	    .required = true,
	    .rotates = true,
	    .help = "the API key with the webhook badge, which signs deliveries; dashboard, Settings, API Keys" },
	[RETELL_API_KEY] = { .name = "api_key",
	    .kind = SH_SETTING_SECRET,
	    .required = true,
	    .rotates = true,
	    .help = "the API key for requests: Agent, History and Phone Read, and Call Edit where calls are placed" },
	[RETELL_BASE_URL] = { .name = "base_url",
	    .kind = SH_SETTING_URL,
	    .fallback = "https://api.retellai.com",
	    .help = "where the REST API answers; only a test double or a relay needs another" },
	[RETELL_BODY_HMAC] = { .name = "accept_body_hmac",
	    .kind = SH_SETTING_FLAG,
	    .fallback = "false",
	    .help = "also accept a plain hex HMAC of the body alone, as some relays send it; it can be replayed for ever" },
	[RETELL_WINDOW] = { .name = "signature_window_s",
	    .fallback = "300",
	    .help = "how many seconds a signature may lie in the past or future, 1 to 300" },
	[RETELL_VERSION] = { .name = "agent_version",
	    .scope = SH_SCOPE_AGENT,
	    .fallback = "latest_published",
	    .help = "which version of the agent answers: a number, a tag, latest_published, or latest (may be a draft)" },
	[RETELL_CALLBACK] = { .name = "callback_field",
	    .fallback = "switchhook_callback",
	    .help = "the post-call analysis field (boolean) that says whether the callee asked to be called again" },
	[RETELL_CALLBACK_TIME] = { .name = "callback_time_field",
	    .fallback = "switchhook_callback_time",
	    .help = "the post-call analysis field (text) that says when: RFC 3339 with offset, or as it was spoken" },
	[RETELL_DO_NOT_CALL] = { .name = "do_not_call_field",
	    .fallback = "switchhook_do_not_call",
	    .help = "the post-call analysis field (boolean) that says that the callee wants no more calls" },
	{ 0 }
};

static const char *const retell_hosts[] = { "api.retellai.com", NULL };

/* ---- verify ---- */

static bool
retell_signed(struct sh_ctx *cx, struct sh_str key, struct sh_str body, struct sh_str stamp, struct sh_str hex)
{
	const struct sh_str parts[] = { body, stamp };
	uint8_t mac[64];
	size_t n = sh_hmac(cx, SH_SHA256, key, parts, 2, mac);

	/* Anybody can sign with an empty key. */
	return key.n > 0 && sh_equal(cx, sh_hex(cx, (struct sh_str){ (char *)mac, n }), hex);
}

static enum sh_verdict
retell_verify(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	struct sh_str h = sh_header(d->headers, d->nheaders, "x-retell-signature"), stamp = SH_STR(""), hex = h;
	struct sh_str key = sh_setting(a, RETELL_WEBHOOK_KEY), old = sh_setting_old(a, RETELL_WEBHOOK_KEY);
	uint32_t count = sh_header_count(d->headers, d->nheaders, "x-retell-signature");
	int64_t v, window;

	if (count != 1)
		return count == 0 ? SH_VERDICT_MISSING : SH_VERDICT_INVALID;
	if (h.n != 64 || !sh_str_is(sh_setting(a, RETELL_BODY_HMAC), "true")) {
		/* v=<digits>,d=<64 hex>, with nothing before, between or after; no leading zero, at most 15 digits. */
		if (h.n < 70 || h.n > 84 || memcmp(h.s, "v=", 2) != 0 || memcmp(h.s + h.n - 67, ",d=", 3) != 0)
			return SH_VERDICT_INVALID;
		stamp = (struct sh_str){ h.s + 2, h.n - 69 };
		hex = (struct sh_str){ h.s + h.n - 64, 64 };
		if (stamp.s[0] < '1' || stamp.s[0] > '9' || !sh_int_parse(cx, stamp, &v))
			return SH_VERDICT_INVALID;
		if (!sh_int_parse(cx, sh_setting(a, RETELL_WINDOW), &window) || window < 1 || window > 300)
			window = 300;
		if (d->arrived_ms - v > window * 1000 || v - d->arrived_ms > window * 1000)
			return SH_VERDICT_STALE;
	}
	if (retell_signed(cx, key, d->body, stamp, hex) || retell_signed(cx, old, d->body, stamp, hex))
		return SH_VERDICT_VALID;
	return SH_VERDICT_INVALID;
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
	uint8_t digest[64];

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
	sh_hash(cx, SH_SHA256, parts, 2, digest);
	return sh_join(
	    cx, name.n ? name : SH_STR("-"), SH_STR(":"), id, SH_STR(":"), sh_hex(cx, (struct sh_str){ (char *)digest, 16 }));
}

/* Facts: our name, Retell's, and whether it stands in the analysis. */
static const struct {
	const char *fact, *key;
	bool analysis;
} retell_facts[] = {
	{ "reason", "disconnection_reason", false },
	{ "status", "call_status", false },
	{ "status", "chat_status", false },
	{ "type", "call_type", false },
	{ "type", "chat_type", false },
	{ "direction", "direction", false },
	{ "duration_ms", "duration_ms", false },
	{ "agent_version", "agent_version", false },
	{ "agent_version", "version", false },
	{ "agent_tag", "agent_tag", false },
	{ "metric", "metric_type", false },
	{ "rule", "alert_rule_id", false },
	{ "in_voicemail", "in_voicemail", true },
	{ "sentiment", "user_sentiment", true },
	{ "successful", "call_successful", true },
	{ "successful", "chat_successful", true },
};
enum { RETELL_FACTS = sizeof(retell_facts) / sizeof(retell_facts[0]) };

static void
retell_read_facts(
    struct sh_ctx *cx, const struct sh_json *j, const struct sh_json *analysis, struct sh_pair *facts, uint32_t *ret_n)
{
	for (uint32_t i = 0; i < RETELL_FACTS; i++) {
		struct sh_str s = sh_json_get_plain(cx, retell_facts[i].analysis ? analysis : j, retell_facts[i].key);

		if (s.n > 0)
			facts[(*ret_n)++] = (struct sh_pair){ sh_str(retell_facts[i].fact), s };
	}
}

/* What the operator's own analysis fields, or the reason, say about calling again. */
static void
retell_read_callback(
    struct sh_ctx *cx, const struct sh_account *a, const struct sh_json *j, const struct sh_json *custom, struct sh_event *e)
{
	struct sh_str when = sh_json_get_str(cx, custom, sh_setting(a, RETELL_CALLBACK_TIME).s);
	int64_t ms;

	e->callback = sh_json_get_wish(cx, custom, sh_setting(a, RETELL_CALLBACK).s);
	if (e->callback == SH_WISH_UNSAID && sh_str_is(sh_json_get_str(cx, j, "disconnection_reason"), "user_requested_callback"))
		e->callback = SH_WISH_YES;
	if (when.n > 0 && sh_time_parse(cx, when, &ms)) {
		e->callback_time = when;
		/* Who names an instant wants the call, unless they said no. */
		e->callback = e->callback == SH_WISH_UNSAID ? SH_WISH_YES : e->callback;
	} else if (when.n > 0)
		e->callback_words = when;
}

static int64_t
retell_time(struct sh_ctx *cx, const struct sh_json *j, const char *key)
{
	int64_t v;

	return sh_json_int(cx, sh_json_get(cx, j, key), &v) && v > 0 ? v : 0;
}

/*
 * Fills in what a call or chat object says and hands the event over. Only what is named here is copied; access_token,
 * which lets its bearer into the call, is not.
 */
static void
retell_give(struct sh_ctx *cx, const struct sh_account *a, const struct sh_json *j, struct sh_event *e)
{
	bool chat = sh_json_get(cx, j, "chat_id") != NULL;
	const struct sh_json *analysis = sh_json_get(cx, j, chat ? "chat_analysis" : "call_analysis");
	const struct sh_json *custom = sh_json_get(cx, analysis, "custom_analysis_data");
	const struct sh_json *cost = sh_json_get(cx, sh_json_get(cx, j, chat ? "chat_cost" : "call_cost"), "combined_cost");
	struct sh_str direction = sh_json_get_str(cx, j, "direction");
	struct sh_pair facts[RETELL_FACTS + 1];

	if (chat)
		e->channel = sh_str_is(sh_json_get_str(cx, j, "chat_type"), "api_chat") ? SH_CHANNEL_CHAT : SH_CHANNEL_SMS;
	if (direction.n > 0)
		e->direction = sh_str_is(direction, "outbound")  ? SH_DIRECTION_OUTBOUND
			       : sh_str_is(direction, "inbound") ? SH_DIRECTION_INBOUND
								 : SH_DIRECTION_UNKNOWN;
	e->call_id = sh_json_get_str(cx, j, chat ? "chat_id" : "call_id");
	e->agent_id = sh_json_get_str(cx, j, "agent_id");
	e->from = sh_json_get_str(cx, j, "from_number");
	e->to = sh_json_get_str(cx, j, "to_number");
	e->started_ms = retell_time(cx, j, "start_timestamp");
	e->ended_ms = retell_time(cx, j, "end_timestamp");
	e->facts = facts;
	retell_read_facts(cx, j, analysis, facts, &e->nfacts);
	if (sh_json_get_wish(cx, custom, sh_setting(a, RETELL_DO_NOT_CALL).s) == SH_WISH_YES)
		facts[e->nfacts++] = (struct sh_pair){ SH_STR("do_not_call"), SH_STR("true") };
	retell_read_callback(cx, a, j, custom, e);
	e->transcript = sh_json_get_str(cx, j, "transcript");
	e->variables = sh_json_get_raw(cx, j, "retell_llm_dynamic_variables");
	e->metadata = sh_json_get_raw(cx, j, "metadata");
	e->dial_id = sh_json_get_str(cx, sh_json_get(cx, j, "metadata"), SH_META_DIAL);
	e->recording_url = sh_json_get_str(cx, j, "recording_url");
	if (!sh_json_decimal(cx, cost, 6, &e->cost_microcents)) /* Retell counts in cents */
		e->cost_microcents = -1;
	sh_event_add(cx, e);
}

/* Was nobody ever on the line? Then there is nothing that an analysis could still change. */
static bool
retell_unheard(struct sh_ctx *cx, const struct sh_json *j)
{
	struct sh_str status = sh_json_get_str(cx, j, "call_status");

	return sh_str_is(status, "not_connected") || (sh_str_is(status, "error") && !retell_time(cx, j, "start_timestamp"));
}

static enum sh_answer
retell_normalize(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	const struct sh_json *doc = sh_json_parse(cx, d->body), *j;
	struct sh_str name = sh_json_get_str(cx, doc, "event"), id;
	const struct retell_event *row = retell_events;
	struct sh_event e = { .name = name };

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
	retell_give(cx, a, j, &e);
	return SH_ANSWER_OK;
}

/* A call as a list or a look-up shows it. There the status is all there is to go by. */
void
retell_look(struct sh_ctx *cx, const struct sh_account *a, const struct sh_json *j)
{
	struct sh_str status = sh_json_get_str(cx, j, "call_status"), id = sh_json_get_str(cx, j, "call_id");
	bool analyzed = sh_json_type(cx, sh_json_get(cx, j, "call_analysis")) == SH_JSON_OBJECT;
	struct sh_event e = { .kind = sh_str_is(status, "ongoing") ? SH_KIND_CALL_STARTED : SH_KIND_OTHER, .name = status };

	if (id.n == 0)
		return;
	if (sh_str_is(status, "ended") || sh_str_is(status, "not_connected") || sh_str_is(status, "error")) {
		e.over = true;
		e.final = analyzed || retell_unheard(cx, j);
		e.kind = analyzed ? SH_KIND_CALL_ANALYZED : SH_KIND_CALL_ENDED;
	}
	e.dedup = sh_join(cx, SH_STR("seen_"), status, analyzed ? SH_STR("_analyzed:") : SH_STR(":"), id);
	retell_give(cx, a, j, &e);
}

/* A version is a number or a word, and Retell wants numbers as numbers. */
void
retell_put_version(struct sh_ctx *cx, struct sh_out *o, struct sh_str version)
{
	int64_t number;

	if (version.n == 0)
		return;
	sh_out_key(cx, o, "override_agent_version");
	if (sh_int_parse(cx, version, &number))
		sh_out_int(cx, o, number);
	else
		sh_out_str(cx, o, version);
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
		sh_out_member(cx, o, "override_agent_id", f->agent_id);
		retell_put_version(cx, o, sh_setting(a, RETELL_VERSION));
		sh_out_key(cx, o, "dynamic_variables");
		sh_out_pairs(cx, o, f->variables, f->nvariables);
	}
	sh_out_close(cx, o, '}');
	sh_out_close(cx, o, '}');
	r->type = SH_STR("application/json");
	r->body = sh_out_text(cx, o);
}

/* ---- outcome ---- */

static const struct sh_reason retell_reasons[] = {
#define REASON(word_, outcome_, retry_, counts_, action_, help_)                                                                   \
	{ .reason = #word_,                                                                                                        \
		.help = help_,                                                                                                     \
		.means = {                                                                                                         \
		    .outcome = SH_OUTCOME_##outcome_, .retry = SH_RETRY_##retry_, counts_, .action = SH_ACTION_##action_ } },
#include "drivers/retell/reasons.def"
	{ 0 }
};

/* Where Retell gives no reason, the status that it gives. */
static const struct sh_reason retell_statuses[] = { { "not_connected",
							{ .outcome = SH_OUTCOME_NO_ANSWER, .retry = SH_RETRY_POLICY }, NULL },
	{ "error", { .outcome = SH_OUTCOME_TECHNICAL_ERROR, .retry = SH_RETRY_ONCE }, NULL },
	{ "ended", { .outcome = SH_OUTCOME_TERMINAL, .retry = SH_RETRY_NEVER }, NULL }, { 0 } };

static void
retell_outcome(struct sh_ctx *cx, const struct sh_pair *facts, size_t n, struct sh_disposition *ret)
{
	struct sh_str reason = sh_pair_get(facts, n, "reason");
	const struct sh_reason *row = reason.n > 0 ? retell_reasons : retell_statuses;

	(void)cx;
	if (reason.n == 0)
		reason = sh_pair_get(facts, n, "status");
	while (row->reason && !sh_str_is(reason, row->reason))
		row++;
	*ret = row->reason ? row->means : (struct sh_disposition){ .outcome = SH_OUTCOME_OTHER, .retry = SH_RETRY_NEVER };
	if (sh_str_is(sh_pair_get(facts, n, "do_not_call"), "true"))
		*ret = (struct sh_disposition){ .outcome = SH_OUTCOME_DO_NOT_CALL, .retry = SH_RETRY_NEVER };
	/* A machine was talked to, whatever the reason says; but a wish not to be called outlives any doubt about who spoke. */
	if (sh_str_is(sh_pair_get(facts, n, "in_voicemail"), "true") && ret->outcome != SH_OUTCOME_DO_NOT_CALL &&
	    ret->outcome != SH_OUTCOME_VOICEMAIL)
		*ret = (struct sh_disposition){ .outcome = SH_OUTCOME_VOICEMAIL, .retry = SH_RETRY_POLICY, .action = ret->action };
}

/* ---- the table ---- */

SH_DRIVER(.name = "retell", .title = "Retell AI", .version = "1.0", .settings = retell_settings, .reasons = retell_reasons,
    .hosts = retell_hosts, .base_url_setting = "base_url", .dials_per_minute = 60,
    .dials_at_once = 20, /* 1 a second and path, and the concurrency of a new workspace */
    /* Assumed, to be measured: ring at most 5 minutes, 5 more until an unused registration ends, and as much again. */
    .list_has_dial_id = true, .list_lag_s = 900, .accept_s = 60, .queue_s = 300, .call_s = 7200 + 300,
    .check_request = retell_check_request, .check_parse = retell_check_parse, .numbers_request = retell_numbers_request,
    .numbers_parse = retell_numbers_parse, .agents_request = retell_agents_request, .agents_parse = retell_agents_parse,
    .verify = retell_verify, .normalize = retell_normalize, .reply = retell_reply, .dial_request = retell_dial_request,
    .dial_parse = retell_dial_parse, .calls_request = retell_calls_request, .calls_parse = retell_calls_parse,
    .call_request = retell_call_request, .call_parse = retell_call_parse, .outcome = retell_outcome, );
