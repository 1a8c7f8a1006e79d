/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Telnyx: a carrier. Calls are placed through an application ("connection") and told of by call-control webhooks.
 *
 * What is odd about Telnyx, and shapes this file:
 * - A signature is Ed25519 over the seconds of its own header, a bar, and the raw body. What must be kept is no secret but a public key.
 * - client_state, base64 of whatever we like, comes back with every event of the call and stands in the log of events: it carries our ids.
 * - command_id makes a dial safe to repeat, but for a minute only. The gateway never repeats a dial, so it is one lock more.
 * - call.hangup says nothing of machine detection, and call.answered nothing of the end: the gateway merges the facts of a call's events.
 * - Ids of connections are numbers of more than 53 bits, in quotes: they stay text.
 *
 * This is the example of docs/driver-guide.md, written by its steps against the installed header alone.
 */
#include <switchhook/driver.h>

/* ---- settings ---- */

enum { TELNYX_API_KEY, TELNYX_PUBLIC_KEY, TELNYX_BASE_URL, TELNYX_CONNECTION, TELNYX_DETECTION, TELNYX_RING, TELNYX_ASSISTANT };

static const struct sh_setting telnyx_settings[] = { [TELNYX_API_KEY] = { .name = "api_key",
							 .kind = SH_SETTING_SECRET,
							 .required = true,
							 .rotates = true,
							 .help = "the API v2 key; portal, Account, API Keys" },
	[TELNYX_PUBLIC_KEY] = { .name = "public_key",
	    .required = true,
	    .rotates = true,
	    .help = "the key that webhooks are checked with, 44 characters; portal, Account, Keys & Credentials, Public Key" },
	[TELNYX_BASE_URL] = { .name = "base_url",
	    .kind = SH_SETTING_URL,
	    .fallback = "https://api.telnyx.com",
	    .help = "where the REST API answers; https://api.telnyx.eu for accounts in Europe" },
	[TELNYX_CONNECTION] = { .name = "connection_id",
	    .help = "the Voice API application that places calls from numbers which are bound to none" },
	[TELNYX_DETECTION] = { .name = "machine_detection",
	    .kind = SH_SETTING_CHOICE,
	    .choices = "disabled|detect|premium",
	    .fallback = "detect",
	    .help = "how Telnyx finds out whether a machine picked up; without it a mailbox passes for somebody" },
	[TELNYX_RING] = { .name = "ring_s",
	    .kind = SH_SETTING_NUMBER,
	    .fallback = "30",
	    .help = "how many seconds a phone rings",
	    .least = 5,
	    .most = 600 },
	[TELNYX_ASSISTANT] = { .name = "assistant_id",
	    .scope = SH_SCOPE_AGENT,
	    .help = "the Telnyx assistant that speaks; without one the call waits for commands of your own program" },
	{ 0 } };

static const char *const telnyx_hosts[] = { "api.telnyx.com", "api.telnyx.eu", NULL };

/* ---- verify ---- */

/* The host's decoder is kinder than Telnyx is: padded standard base64 of so many bytes, and nothing else. */
static struct sh_str
telnyx_decode(struct sh_ctx *cx, struct sh_str text, size_t bytes)
{
	struct sh_str out = text.n == (bytes + 2) / 3 * 4 ? sh_base64_decode(cx, text) : SH_NONE;

	return out.n == bytes && !sh_str_has(text, "-") && !sh_str_has(text, "_") ? out : SH_NONE;
}

static bool
telnyx_signed(struct sh_ctx *cx, struct sh_str key_text, struct sh_str signature, struct sh_str message)
{
	struct sh_str key = telnyx_decode(cx, key_text, 32);

	return key.s && sh_ed25519(cx, (const uint8_t *)key.s, (const uint8_t *)signature.s, message);
}

static enum sh_verdict
telnyx_verify(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	struct sh_str text, time, signature, message;
	enum sh_verdict signed_ = sh_header_one(d, "telnyx-signature-ed25519", &text),
			timed = sh_header_one(d, "telnyx-timestamp", &time);
	int64_t s;

	if (signed_ != SH_VERDICT_VALID || timed != SH_VERDICT_VALID)
		return signed_ == SH_VERDICT_MISSING || timed == SH_VERDICT_MISSING ? SH_VERDICT_MISSING : SH_VERDICT_INVALID;
	signature = telnyx_decode(cx, text, 64);
	/* What is signed of a GET is not said anywhere. */
	if (!signature.s || !sh_str_is(d->method, "POST") || time.n > 15 || !sh_int_parse(cx, time, &s) || time.s[0] < '1' ||
	    time.s[0] > '9')
		return SH_VERDICT_INVALID;
	/* Telnyx counts whole seconds. */
	if (d->arrived_ms / 1000 - s > 300 || s - d->arrived_ms / 1000 > 300)
		return SH_VERDICT_STALE;
	message = sh_join(cx, time, SH_STR("|"), d->body);
	if (telnyx_signed(cx, sh_setting(a, TELNYX_PUBLIC_KEY), signature, message) ||
	    telnyx_signed(cx, sh_setting_old(a, TELNYX_PUBLIC_KEY), signature, message))
		return SH_VERDICT_VALID;
	return SH_VERDICT_INVALID;
}

/* ---- normalize ---- */

/* Events that mean something; all others are kept and change nothing. */
static const struct {
	const char *name;
	enum sh_kind kind;
	bool over;
} telnyx_events[] = {
	{ "call.initiated", SH_KIND_CALL_STARTED, false },
	{ "call.answered", SH_KIND_CALL_ANSWERED, false },
	{ "call.hangup", SH_KIND_CALL_ENDED, true },
};

/* What an event says, and where a payload has it. */
static const struct sh_member telnyx_fields[] = {
	SH_TEXT(call_id, "call_control_id"),
	SH_TEXT(from, "from"),
	SH_TEXT(to, "to"),
	SH_TIME(started_ms, "start_time"),
	SH_TIME(ended_ms, "end_time"),
	SH_DOLLARS(cost_microcents, "total_cost"),
	SH_FACT("reason", "hangup_cause"),
	SH_FACT("source", "hangup_source"),
	SH_FACT("sip_code", "sip_hangup_cause"),
	SH_FACT("state", "state"),
	SH_FACT("caller_name", "caller_id_name"),
	SH_FACT("attestation", "shaken_stir_attestation"),
	{ 0 },
};

/* Who picked up is told by events of their own. */
static void
telnyx_who(struct sh_ctx *cx, const struct sh_json *payload, struct sh_event *e)
{
	if (e->kind == SH_KIND_CALL_ANSWERED)
		sh_fact(cx, e, "answered", SH_STR("true"));
	/* Of a detection's end the result says who picked up, of a greeting's whether there was a beep. */
	if (sh_str_is(e->name, "call.machine.detection.ended") || sh_str_is(e->name, "call.machine.premium.detection.ended"))
		sh_fact(cx, e, "answered_by", sh_json_get_str(cx, payload, "result"));
}

/* Fills in what a payload says, whether it came as a webhook or stands in a list, and hands the event over. */
static void
telnyx_give(struct sh_ctx *cx, const struct sh_json *payload, struct sh_event *e)
{
	/* What we put into client_state. Others' state is none of ours. */
	const struct sh_json *state = sh_json_parse(cx, sh_base64_decode(cx, sh_json_get_str(cx, payload, "client_state")));
	struct sh_str direction = sh_json_get_str(cx, payload, "direction");

	sh_event_fill(cx, e, payload, telnyx_fields);
	if (direction.n > 0)
		e->direction = sh_str_is(direction, "incoming") ? SH_DIRECTION_INBOUND : SH_DIRECTION_OUTBOUND;
	telnyx_who(cx, payload, e);
	if (sh_json_type(cx, state) == SH_JSON_OBJECT)
		e->metadata = sh_json_raw(cx, state);
	e->dial_id = sh_json_get_str(cx, state, SH_META_DIAL);
	sh_event_add(cx, e);
}

static enum sh_answer
telnyx_normalize(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	const struct sh_json *data = sh_json_get(cx, sh_json_parse(cx, d->body), "data"),
			     *payload = sh_json_get(cx, data, "payload");
	struct sh_event e = { .name = sh_json_get_str(cx, data, "event_type") };

	/* Version 1 is flat: the application must be set to version 2. */
	if (sh_json_type(cx, data) != SH_JSON_OBJECT)
		return sh_failed(cx, "the body is no event of API version 2");
	e.dedup = sh_str_or(sh_json_get_str(cx, data, "id"), sh_dedup(cx, &d->body, 1));
	if (sh_json_get_str(cx, payload, "call_control_id").n > 0)
		for (size_t i = 0; i < sizeof(telnyx_events) / sizeof(telnyx_events[0]); i++)
			if (sh_str_is(e.name, telnyx_events[i].name)) {
				e.kind = telnyx_events[i].kind;
				e.over = e.final = telnyx_events[i].over;
			}
	telnyx_give(cx, payload, &e);
	return SH_ANSWER_OK;
}

/* ---- requests ---- */

static void
telnyx_request(
    struct sh_ctx *cx, const struct sh_account *a, const char *method, struct sh_str path, struct sh_str body, struct sh_request *r)
{
	sh_request_json(cx, r, sh_str(method), sh_url(cx, sh_join(cx, sh_setting(a, TELNYX_BASE_URL), SH_STR("/v2")), path),
	    sh_bearer(cx, sh_setting(a, TELNYX_API_KEY)), body);
}

/* Pages are counted from 1. */
static struct sh_str
telnyx_page(struct sh_ctx *cx, const char *path, const char *size, struct sh_str cursor)
{
	return sh_join(cx, sh_str(path), SH_STR("?page%5Bsize%5D="), sh_str(size), SH_STR("&page%5Bnumber%5D="),
	    sh_str_or(cursor, SH_STR("1")));
}

/* The first row of a list. Half a list that is taken for the whole would prove what is not true. */
static enum sh_answer
telnyx_list(struct sh_ctx *cx, const struct sh_exchange *x, const struct sh_json **ret_first)
{
	const struct sh_json *doc;
	enum sh_answer answer = sh_answer_list(cx, x, "data", &doc, ret_first);
	int64_t page, pages;

	if (answer != SH_ANSWER_OK)
		return answer;
	if (!sh_json_int(cx, sh_json_at(cx, doc, "meta.page_number"), &page) ||
	    !sh_json_int(cx, sh_json_at(cx, doc, "meta.total_pages"), &pages) || page < 1 || page > 1000000)
		return sh_failed(cx, "the list does not say which page it is");
	if (page < pages)
		sh_next(cx, sh_int_format(cx, page + 1));
	return SH_ANSWER_OK;
}

static void
telnyx_check_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	telnyx_request(cx, a, "GET", telnyx_page(cx, "/phone_numbers", "1", SH_NONE), SH_NONE, r);
}

static enum sh_answer
telnyx_check_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *row;
	enum sh_answer answer = telnyx_list(cx, x, &row);

	sh_next(cx, SH_NONE);
	return answer;
}

static void
telnyx_numbers_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	telnyx_request(cx, a, "GET", telnyx_page(cx, "/phone_numbers", "250", cursor), SH_NONE, r);
}

static enum sh_answer
telnyx_numbers_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *row;
	enum sh_answer answer = telnyx_list(cx, x, &row);

	for (; row && answer == SH_ANSWER_OK; row = sh_json_next(cx, row)) {
		struct sh_number n = { .e164 = sh_json_get_str(cx, row, "phone_number"),
			.provider_id = sh_json_get_str(cx, row, "id"),
			.voice = sh_json_get_str(cx, row, "connection_id").n > 0,
			.sms = sh_json_get_str(cx, row, "messaging_profile_id").n > 0 };

		n.label = sh_str_or(sh_json_get_str(cx, row, "customer_reference"),
		    sh_json_str(cx, sh_json_first(cx, sh_json_get(cx, row, "tags"))));
		n.bindings = n.dial = sh_json_pick(cx, row, "connection_id|connection_name");
		/* Others are still being bought, or are being ported away. */
		if (sh_str_is(sh_json_get_str(cx, row, "status"), "active"))
			sh_number_add(cx, &n);
	}
	return answer;
}

/* ---- dial ---- */

/* Our ids alone: how long client_state may be is not said, so the caller's metadata stays at home. */
static struct sh_str
telnyx_client_state(struct sh_ctx *cx, const struct sh_dial *d)
{
	struct sh_dial ours = *d;
	struct sh_out *o = sh_out_new(cx);

	ours.metadata = SH_NONE;
	sh_out_metadata(cx, o, &ours);
	return sh_base64(cx, sh_out_text(cx, o));
}

/* `to` may be a list, or digits to be dialled after the answer: nothing but a number gets there. */
static bool
telnyx_is_number(struct sh_ctx *cx, struct sh_str to)
{
	struct sh_str digits = sh_str_after(to, "+");
	int64_t n;

	return digits.n > 0 && sh_int_parse(cx, digits, &n) && n > 0;
}

static void
telnyx_dial_request(struct sh_ctx *cx, const struct sh_account *a, const struct sh_dial *d, struct sh_request *r)
{
	struct sh_str connection = sh_json_get_str(cx, sh_json_parse(cx, d->from->dial), "connection_id");
	struct sh_str assistant = sh_setting(a, TELNYX_ASSISTANT);
	struct sh_out *o;

	connection = sh_str_or(connection, sh_setting(a, TELNYX_CONNECTION));
	if (connection.n == 0)
		sh_failed(cx, "the number is bound to no Voice API application, and the setting connection_id is empty");
	if (d->channel != SH_CHANNEL_VOICE || connection.n == 0 || !d->from->e164.s || !telnyx_is_number(cx, d->to))
		return;
	o = sh_out_new(cx);
	sh_out_open(cx, o, '{');
	sh_out_member(cx, o, "connection_id", connection);
	sh_out_member(cx, o, "to", d->to);
	sh_out_member(cx, o, "from", d->from->e164);
	sh_out_member(cx, o, "command_id", d->dial_id);
	sh_out_member(cx, o, "client_state", telnyx_client_state(cx, d));
	sh_out_member_int(cx, o, "timeout_secs", sh_setting_int(cx, a, TELNYX_RING, 5, 600, 30));
	sh_out_member(cx, o, "answering_machine_detection", sh_setting(a, TELNYX_DETECTION));
	sh_out_member(cx, o, "webhook_url", d->webhook_url);
	sh_out_member(cx, o, "webhook_url_method", SH_STR("POST"));
	if (assistant.n > 0) {
		sh_out_key(cx, o, "assistant");
		sh_out_open(cx, o, '{');
		sh_out_member(cx, o, "id", assistant);
		sh_out_key(cx, o, "dynamic_variables");
		sh_out_pairs(cx, o, d->variables, d->nvariables);
		sh_out_close(cx, o, '}');
	}
	sh_out_close(cx, o, '}');
	telnyx_request(cx, a, "POST", SH_STR("/calls"), sh_out_text(cx, o), r);
}

/* Codes, and what they point at: in "/to" it is the callee's number that is wrong. Of a 429 nobody says that it never places a call. */
static const struct sh_refusal telnyx_refusals[] = {
	{ 0, "10009 ", "authentication_failed", SH_REFUSED(TECHNICAL_ERROR, POLICY, PAUSE_WORKSPACE) },
	{ 0, "10010 ", "not_allowed", SH_REFUSED(TECHNICAL_ERROR, POLICY, PAUSE_WORKSPACE) },
	{ 0, "20015 ", "feature_off", SH_REFUSED(TECHNICAL_ERROR, POLICY, PAUSE_WORKSPACE) },
	{ 0, "10002 /to", "number_invalid", SH_REFUSED(OTHER, NEVER, NUMBER_INVALID) },
	{ 0, "10016 /to", "number_invalid", SH_REFUSED(OTHER, NEVER, NUMBER_INVALID) },
	{ 400, "", "refused", SH_REFUSED(OTHER, NEVER, NONE) },
	{ 404, "", "refused", SH_REFUSED(OTHER, NEVER, NONE) },
	{ 422, "", "refused", SH_REFUSED(OTHER, NEVER, NONE) },
	{ 0 },
};

static void
telnyx_dial_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x, struct sh_placed *p)
{
	const struct sh_json *doc = sh_json_parse(cx, x->response->body),
			     *error = sh_json_first(cx, sh_json_get(cx, doc, "errors"));
	struct sh_str code = sh_json_get_str(cx, error, "code");
	int status = x->response->status;

	sh_placed(cx, x, p, sh_json_at_str(cx, doc, "data.call_control_id"));
	/* Telnyx's own words about a request that it did not take; a code that nobody here knows is kept. */
	if (code.n > 0 && (status == 400 || status == 401 || status == 403 || status == 404 || status == 422))
		sh_refused(cx, x, telnyx_refusals, sh_join(cx, code, SH_STR(" "), sh_json_at_str(cx, error, "source.pointer")), p);
	if (sh_str_is(p->reason, "refused"))
		p->reason = sh_join(cx, SH_STR("telnyx_"), code);
}

/* ---- look back ---- */

static struct sh_str
telnyx_filter(struct sh_ctx *cx, const char *name, struct sh_str value)
{
	return value.n > 0 ? sh_join(cx, SH_STR("&filter%5B"), sh_str(name), SH_STR("%5D="), sh_url_escape(cx, value)) : SH_NONE;
}

/* The log of events of the last 24 hours: each call begins with one call.initiated, whose payload holds client_state. */
static void
telnyx_calls_request(
    struct sh_ctx *cx, const struct sh_account *a, const struct sh_query *q, struct sh_str cursor, struct sh_request *r)
{
	telnyx_request(cx, a, "GET",
	    sh_join(cx, telnyx_page(cx, "/call_events", "250", cursor), SH_STR("&filter%5Bname%5D=call.initiated"),
		telnyx_filter(cx, "from", q->from), telnyx_filter(cx, "to", q->to), SH_STR("&filter%5Boccurred_at%5D%5Bgte%5D="),
		sh_url_escape(cx, sh_time_format(cx, q->from_ms))),
	    SH_NONE, r);
}

static enum sh_answer
telnyx_calls_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *row;
	enum sh_answer answer = telnyx_list(cx, x, &row);

	for (; row && answer == SH_ANSWER_OK; row = sh_json_next(cx, row)) {
		const struct sh_json *payload = sh_json_at(cx, row, "metadata.event.payload");
		struct sh_event e = { .name = sh_json_get_str(cx, row, "name"), .kind = SH_KIND_CALL_STARTED };

		if (sh_json_get_str(cx, payload, "call_control_id").n == 0)
			return sh_failed(cx, "a row of the list holds no call");
		/* Our own commands stand in the log, too: the host sees none of these rows, so what they lack is asked above. */
		if (sh_str_is(sh_json_get_str(cx, row, "type"), "webhook"))
			telnyx_give(cx, payload, &e);
	}
	return answer;
}

static void
telnyx_call_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str id, struct sh_request *r)
{
	telnyx_request(cx, a, "GET", sh_path(cx, "/calls/", id), SH_NONE, r);
}

/* Alive, or over; how it ended is told by call.hangup alone. */
static enum sh_answer
telnyx_call_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *doc, *call;
	enum sh_answer answer = sh_answer_json(cx, x, "data.call_control_id", &doc);
	struct sh_event e = { .kind = SH_KIND_CALL_STARTED };

	if (answer != SH_ANSWER_OK)
		return answer;
	call = sh_json_get(cx, doc, "data");
	if (sh_json_type(cx, sh_json_get(cx, call, "is_alive")) != SH_JSON_BOOL)
		return sh_failed(cx, "the answer does not say whether the call is alive");
	if (!sh_json_true(cx, sh_json_get(cx, call, "is_alive")) && sh_json_get_str(cx, call, "end_time").n > 0) {
		e.kind = SH_KIND_CALL_ENDED;
		e.over = true;
	}
	telnyx_give(cx, call, &e);
	return SH_ANSWER_OK;
}

/* ---- reasons: the first row that fits; the migration guide writes causes in capitals (reasons_alike) ---- */

static const struct sh_reason telnyx_reasons[] = {
	SH_REASON("user_busy", BUSY, POLICY, COUNTS, NONE, "the line was busy"),
	SH_REASON("timeout", NO_ANSWER, POLICY, COUNTS, NONE, "it rang until our time was over"),
	SH_REASON("no_answer", NO_ANSWER, POLICY, COUNTS, NONE, "it rang until the network's time was over"),
	SH_REASON("not_found", OTHER, NEVER, COUNTS, NUMBER_INVALID, "no such number"),
	SH_REASON("originator_cancel", OTHER, NEVER, COUNTS, NONE, "whoever called gave up"),
	SH_REASON("time_limit", TERMINAL, NEVER, COUNTS, NONE, "the longest time that a call may take"),
	SH_REASON("call_rejected", NO_ANSWER, POLICY, COUNTS, NONE, "the callee declined"),
	SH_REASON("unspecified", TECHNICAL_ERROR, ONCE, COUNTS, NONE, "nobody says why"),
	SH_REASON("normal_clearing", TERMINAL, NEVER, COUNTS, NONE, "one of the two hung up; who, says source"),
	{ 0 },
};

/* Where another fact changes what the cause means. */
static const struct {
	const char *reason, *fact, *values; /* between blanks */
	struct sh_disposition means;
} telnyx_details[] = {
	{ "normal_clearing", "answered_by", " machine ", { SH_OUTCOME_VOICEMAIL, SH_RETRY_POLICY, false, SH_ACTION_NONE } },
	{ "normal_clearing", "answered_by", " silence ", { SH_OUTCOME_CONVERSATION_SILENT, SH_RETRY_ONCE, false, SH_ACTION_NONE } },
	{ "call_rejected", "sip_code", " 607 ", { SH_OUTCOME_DO_NOT_CALL, SH_RETRY_NEVER, false, SH_ACTION_NONE } },
	{ "call_rejected", "sip_code", " 608 ", { SH_OUTCOME_OTHER, SH_RETRY_NEVER, false, SH_ACTION_REST_NUMBER } },
	{ "call_rejected", "sip_code", " 401 403 407 ",
	    { SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_NEVER, true, SH_ACTION_PAUSE_WORKSPACE } },
	{ "unspecified", "sip_code", " 500 501 502 503 504 ",
	    { SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_POLICY, false, SH_ACTION_NONE } },
};

static void
telnyx_outcome(struct sh_ctx *cx, const struct sh_pair *facts, size_t n, struct sh_disposition *d)
{
	struct sh_str reason = sh_pair_get(facts, n, "reason"), sip = sh_pair_get(facts, n, "sip_code");

	for (size_t i = 0; i < sizeof(telnyx_details) / sizeof(telnyx_details[0]); i++) {
		struct sh_str value = sh_pair_get(facts, n, telnyx_details[i].fact);

		if (sh_str_like(reason, telnyx_details[i].reason) && value.n > 0 &&
		    strstr(telnyx_details[i].values, sh_join(cx, SH_STR(" "), value, SH_STR(" ")).s)) {
			*d = telnyx_details[i].means;
			return;
		}
	}
	/* Cleared without an answer: the carrier let go. With SIP's 200 there was one, whose event is late. */
	if (sh_str_like(reason, "normal_clearing") && !sh_pair_get(facts, n, "answered").s &&
	    !sh_pair_get(facts, n, "answered_by").s && !sh_str_is(sip, "200"))
		*d = (struct sh_disposition){ .outcome = SH_OUTCOME_TECHNICAL_ERROR, .retry = SH_RETRY_ONCE };
}

/* ---- the table ---- */

SH_DRIVER(.name = "telnyx", .title = "Telnyx", .version = "1.0", .settings = telnyx_settings, .reasons = telnyx_reasons,
    .hosts = telnyx_hosts, .base_url_setting = "base_url", .agents_made_here = true, .reasons_alike = true,
    .list_has_dial_id = true, .list_lag_s = 0, /* how late the log is, is not said: it finds calls, and proves none absent */
    .queue_s = 60, .call_s = 4 * 3600 + 600, .verify = telnyx_verify, .normalize = telnyx_normalize, SH_ASKS(telnyx, check),
    SH_ASKS(telnyx, numbers), SH_ASKS(telnyx, dial), SH_ASKS(telnyx, calls), SH_ASKS(telnyx, call), .outcome = telnyx_outcome);
