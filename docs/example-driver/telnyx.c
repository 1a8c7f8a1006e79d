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
	[TELNYX_RING] = { .name = "ring_s", .fallback = "30", .help = "how many seconds a phone rings, 5 to 600" },
	[TELNYX_ASSISTANT] = { .name = "assistant_id",
	    .scope = SH_SCOPE_AGENT,
	    .help = "the Telnyx assistant that speaks; without one the call waits for commands of your own program" },
	{ 0 } };

static const char *const telnyx_hosts[] = { "api.telnyx.com", "api.telnyx.eu", NULL };

/* ---- verify ---- */

/* The host's decoder is kinder than Telnyx is: padded standard base64 of 64 bytes, and nothing else. */
static struct sh_str
telnyx_decode(struct sh_ctx *cx, struct sh_str text, size_t bytes)
{
	struct sh_str out = text.n == (bytes + 2) / 3 * 4 ? sh_base64_decode(cx, text) : SH_NONE;

	for (size_t i = 0; i < text.n; i++)
		if (text.s[i] == '-' || text.s[i] == '_')
			return SH_NONE;
	return out.n == bytes ? out : SH_NONE;
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
	struct sh_str text = sh_header(d->headers, d->nheaders, "telnyx-signature-ed25519"), signature;
	struct sh_str time = sh_header(d->headers, d->nheaders, "telnyx-timestamp"), message;
	uint32_t signatures = sh_header_count(d->headers, d->nheaders, "telnyx-signature-ed25519");
	uint32_t times = sh_header_count(d->headers, d->nheaders, "telnyx-timestamp");
	int64_t s;

	if (signatures == 0 || times == 0)
		return SH_VERDICT_MISSING;
	/* What is signed of a GET is not said anywhere. */
	if (signatures != 1 || times != 1 || !sh_str_is(d->method, "POST"))
		return SH_VERDICT_INVALID;
	signature = telnyx_decode(cx, text, 64);
	if (!signature.s || time.n == 0 || time.s[0] < '1' || time.s[0] > '9' || time.n > 15 || !sh_int_parse(cx, time, &s))
		return SH_VERDICT_INVALID;
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

static const struct {
	const char *fact, *key;
} telnyx_facts[] = {
	{ "reason", "hangup_cause" },
	{ "source", "hangup_source" },
	{ "sip_code", "sip_hangup_cause" },
	{ "state", "state" },
	{ "caller_name", "caller_id_name" },
	{ "attestation", "shaken_stir_attestation" },
};
enum { TELNYX_FACTS = sizeof(telnyx_facts) / sizeof(telnyx_facts[0]) };

/* Dollars as text: "0.0140" is 1,400,000 microcents. */
static int64_t
telnyx_cost(struct sh_ctx *cx, const struct sh_json *payload)
{
	int64_t cost;

	return sh_json_decimal(cx, sh_json_parse(cx, sh_json_get_str(cx, payload, "total_cost")), 8, &cost) ? cost : -1;
}

/* What we put into client_state: a JSON object of our ids, as base64. Others' state is none of ours. */
static const struct sh_json *
telnyx_state(struct sh_ctx *cx, const struct sh_json *payload)
{
	const struct sh_json *state = sh_json_parse(cx, sh_base64_decode(cx, sh_json_get_str(cx, payload, "client_state")));

	return sh_json_type(cx, state) == SH_JSON_OBJECT ? state : NULL;
}

/* Fills in what a payload says, whether it came as a webhook or stands in a list, and hands the event over. */
static void
telnyx_give(struct sh_ctx *cx, const struct sh_json *payload, struct sh_event *e)
{
	struct sh_str direction = sh_json_get_str(cx, payload, "direction"), result = sh_json_get_str(cx, payload, "result");
	const struct sh_json *state = telnyx_state(cx, payload);
	struct sh_pair facts[TELNYX_FACTS + 2];

	e->call_id = sh_json_get_str(cx, payload, "call_control_id");
	e->direction = sh_str_is(direction, "incoming")   ? SH_DIRECTION_INBOUND
		       : sh_str_is(direction, "outgoing") ? SH_DIRECTION_OUTBOUND
							  : SH_DIRECTION_UNKNOWN;
	e->from = sh_json_get_str(cx, payload, "from");
	e->to = sh_json_get_str(cx, payload, "to");
	sh_time_parse(cx, sh_json_get_str(cx, payload, "start_time"), &e->started_ms);
	sh_time_parse(cx, sh_json_get_str(cx, payload, "end_time"), &e->ended_ms);
	for (uint32_t i = 0; i < TELNYX_FACTS; i++) {
		struct sh_str value = sh_json_get_plain(cx, payload, telnyx_facts[i].key);

		if (value.n > 0)
			facts[e->nfacts++] = (struct sh_pair){ sh_str(telnyx_facts[i].fact), value };
	}
	if (e->kind == SH_KIND_CALL_ANSWERED)
		facts[e->nfacts++] = (struct sh_pair){ SH_STR("answered"), SH_STR("true") };
	/* Of a detection's end it says who picked up, of a greeting's whether there was a beep. */
	if (result.n > 0 &&
	    (sh_str_is(e->name, "call.machine.detection.ended") || sh_str_is(e->name, "call.machine.premium.detection.ended")))
		facts[e->nfacts++] = (struct sh_pair){ SH_STR("answered_by"), result };
	e->facts = facts;
	e->metadata = sh_json_raw(cx, state);
	e->dial_id = sh_json_get_str(cx, state, SH_META_DIAL);
	e->cost_microcents = telnyx_cost(cx, payload);
	sh_event_add(cx, e);
}

static enum sh_answer
telnyx_normalize(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	const struct sh_json *data = sh_json_get(cx, sh_json_parse(cx, d->body), "data"),
			     *payload = sh_json_get(cx, data, "payload");
	struct sh_event e = { .name = sh_json_get_str(cx, data, "event_type"), .dedup = sh_json_get_str(cx, data, "id") };
	uint8_t digest[64];

	(void)a;
	/* Version 1 is flat: the application must be set to version 2. */
	if (sh_json_type(cx, data) != SH_JSON_OBJECT)
		return sh_failed(cx, "the body is no event of API version 2");
	if (e.dedup.n == 0)
		e.dedup = sh_hex(cx, (struct sh_str){ (char *)digest, sh_hash(cx, SH_SHA256, &d->body, 1, digest) });
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
	struct sh_str base = sh_setting(a, TELNYX_BASE_URL);

	while (base.n > 0 && base.s[base.n - 1] == '/')
		base.n--;
	sh_request_json(cx, r, sh_str(method), sh_join(cx, base, SH_STR("/v2"), path),
	    sh_join(cx, SH_STR("Bearer "), sh_setting(a, TELNYX_API_KEY)), body);
}

/* Pages are counted from 1. */
static struct sh_str
telnyx_page(struct sh_ctx *cx, struct sh_str cursor, const char *size)
{
	return sh_join(
	    cx, SH_STR("page%5Bsize%5D="), sh_str(size), SH_STR("&page%5Bnumber%5D="), cursor.n > 0 ? cursor : SH_STR("1"));
}

/* The first row of a list; says which page is next. */
static enum sh_answer
telnyx_list(struct sh_ctx *cx, const struct sh_exchange *x, const struct sh_json **ret_first)
{
	enum sh_answer answer = sh_answer_of(cx, x->response);
	const struct sh_json *doc, *meta;
	int64_t page, pages;

	if (answer != SH_ANSWER_OK)
		return answer;
	doc = sh_json_parse(cx, x->response->body);
	meta = sh_json_get(cx, doc, "meta");
	if (sh_json_type(cx, sh_json_get(cx, doc, "data")) != SH_JSON_ARRAY)
		return sh_failed(cx, "the answer holds no list");
	/* Half a list that is taken for the whole would prove what is not true. */
	if (!sh_json_int(cx, sh_json_get(cx, meta, "page_number"), &page) ||
	    !sh_json_int(cx, sh_json_get(cx, meta, "total_pages"), &pages) || page < 1 || page > 1000000)
		return sh_failed(cx, "the list does not say which page it is");
	if (page < pages)
		sh_next(cx, sh_int_format(cx, page + 1));
	*ret_first = sh_json_first(cx, sh_json_get(cx, doc, "data"));
	return SH_ANSWER_OK;
}

static void
telnyx_check_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	(void)cursor;
	telnyx_request(cx, a, "GET", sh_join(cx, SH_STR("/phone_numbers?"), telnyx_page(cx, SH_NONE, "1")), SH_NONE, r);
}

static enum sh_answer
telnyx_check_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *row;
	enum sh_answer answer = telnyx_list(cx, x, &row);

	(void)a;
	cx->cursor = SH_NONE;
	return answer;
}

static void
telnyx_numbers_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	telnyx_request(cx, a, "GET", sh_join(cx, SH_STR("/phone_numbers?"), telnyx_page(cx, cursor, "250")), SH_NONE, r);
}

static void
telnyx_number(struct sh_ctx *cx, const struct sh_json *row)
{
	struct sh_str reference = sh_json_get_str(cx, row, "customer_reference"),
		      connection = sh_json_get_str(cx, row, "connection_id");
	struct sh_number n = { .e164 = sh_json_get_str(cx, row, "phone_number"),
		.provider_id = sh_json_get_str(cx, row, "id"),
		.label = reference.n > 0 ? reference : sh_json_str(cx, sh_json_first(cx, sh_json_get(cx, row, "tags"))),
		.voice = connection.n > 0,
		.sms = sh_json_get_str(cx, row, "messaging_profile_id").n > 0 };
	struct sh_out *o = sh_out_new(cx);

	sh_out_open(cx, o, '{');
	sh_out_member(cx, o, "connection_id", connection);
	sh_out_member(cx, o, "connection_name", sh_json_get_str(cx, row, "connection_name"));
	sh_out_close(cx, o, '}');
	n.bindings = n.dial = sh_out_text(cx, o);
	if (n.provider_id.n > 0)
		sh_number_add(cx, &n);
}

static enum sh_answer
telnyx_numbers_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *row = NULL;
	enum sh_answer answer = telnyx_list(cx, x, &row);

	(void)a;
	/* Others are still being bought, or are being ported away. */
	for (; row; row = sh_json_next(cx, row))
		if (sh_str_is(sh_json_get_str(cx, row, "status"), "active"))
			telnyx_number(cx, row);
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

static void
telnyx_dial_request(struct sh_ctx *cx, const struct sh_account *a, const struct sh_dial *d, struct sh_request *r)
{
	struct sh_str connection = sh_json_get_str(cx, sh_json_parse(cx, d->from->dial), "connection_id");
	struct sh_str assistant = sh_setting(a, TELNYX_ASSISTANT);
	struct sh_out *o;
	int64_t ring;

	if (connection.n == 0)
		connection = sh_setting(a, TELNYX_CONNECTION);
	/* `to` may be a list, or digits to be dialled after the answer: nothing but a number gets there. */
	if (d->channel != SH_CHANNEL_VOICE || connection.n == 0 || !d->from->e164.s || d->to.n < 2 || d->to.s[0] != '+' ||
	    !sh_int_parse(cx, (struct sh_str){ d->to.s + 1, d->to.n - 1 }, &ring) || ring < 0)
		return;
	if (!sh_int_parse(cx, sh_setting(a, TELNYX_RING), &ring) || ring < 5 || ring > 600)
		ring = 30;
	o = sh_out_new(cx);
	sh_out_open(cx, o, '{');
	sh_out_member(cx, o, "connection_id", connection);
	sh_out_member(cx, o, "to", d->to);
	sh_out_member(cx, o, "from", d->from->e164);
	sh_out_member(cx, o, "command_id", d->dial_id);
	sh_out_member(cx, o, "client_state", telnyx_client_state(cx, d));
	sh_out_key(cx, o, "timeout_secs");
	sh_out_int(cx, o, ring);
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

/* Codes that say more than that no call exists. `to` of the pointer: it is the callee's number that is wrong. */
static const struct {
	const char *code, *pointer;
	struct sh_disposition means;
} telnyx_refusals[] = {
	{ "10009", NULL, { SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_POLICY, true, SH_ACTION_PAUSE_WORKSPACE } },
	{ "10010", NULL, { SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_POLICY, true, SH_ACTION_PAUSE_WORKSPACE } },
	{ "20015", NULL, { SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_POLICY, true, SH_ACTION_PAUSE_WORKSPACE } },
	{ "10002", "/to", { SH_OUTCOME_OTHER, SH_RETRY_NEVER, true, SH_ACTION_NUMBER_INVALID } },
	{ "10016", "/to", { SH_OUTCOME_OTHER, SH_RETRY_NEVER, true, SH_ACTION_NUMBER_INVALID } },
};

static void
telnyx_dial_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x, struct sh_placed *p)
{
	const struct sh_json *doc = sh_json_parse(cx, x->response->body),
			     *error = sh_json_first(cx, sh_json_get(cx, doc, "errors"));
	struct sh_str code = sh_json_get_str(cx, error, "code"),
		      pointer = sh_json_get_str(cx, sh_json_get(cx, error, "source"), "pointer");
	int status = x->response->status;

	(void)a;
	p->reason = code.n > 0 && code.n < 16 ? sh_join(cx, SH_STR("telnyx_"), code)
					      : sh_join(cx, SH_STR("http_"), sh_int_format(cx, status));
	if (status >= 200 && status <= 299)
		p->call_id = sh_json_get_str(cx, sh_json_get(cx, doc, "data"), "call_control_id");
	if (p->call_id.n > 0)
		p->placing = SH_DIAL_PLACED;
	/* Telnyx's own words about a request that it did not take. Of a 429 nobody says that it never places a call. */
	if (code.n == 0 || (status != 400 && status != 401 && status != 403 && status != 404 && status != 422))
		return;
	p->placing = SH_DIAL_REFUSED;
	p->disposition = (struct sh_disposition){ .outcome = SH_OUTCOME_OTHER, .retry = SH_RETRY_NEVER, .uncounted = true };
	for (size_t i = 0; i < sizeof(telnyx_refusals) / sizeof(telnyx_refusals[0]); i++)
		if (sh_str_is(code, telnyx_refusals[i].code) &&
		    (!telnyx_refusals[i].pointer || sh_str_is(pointer, telnyx_refusals[i].pointer)))
			p->disposition = telnyx_refusals[i].means;
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
	    sh_join(cx, SH_STR("/call_events?"), telnyx_page(cx, cursor, "250"), SH_STR("&filter%5Bname%5D=call.initiated"),
		telnyx_filter(cx, "from", q->from), telnyx_filter(cx, "to", q->to), SH_STR("&filter%5Boccurred_at%5D%5Bgte%5D="),
		sh_url_escape(cx, sh_time_format(cx, q->from_ms))),
	    SH_NONE, r);
}

static enum sh_answer
telnyx_calls_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *row = NULL;
	enum sh_answer answer = telnyx_list(cx, x, &row);

	(void)a;
	for (; row; row = sh_json_next(cx, row)) {
		const struct sh_json *payload =
		    sh_json_get(cx, sh_json_get(cx, sh_json_get(cx, row, "metadata"), "event"), "payload");
		struct sh_str id = sh_json_get_str(cx, payload, "call_control_id");
		struct sh_event e = { .name = sh_json_get_str(cx, row, "name"), .kind = SH_KIND_CALL_STARTED };

		if (id.n == 0)
			return sh_failed(cx, "a row of the list holds no call");
		/* Our own commands stand in the log, too. */
		if (!sh_str_is(sh_json_get_str(cx, row, "type"), "webhook"))
			continue;
		e.dedup = sh_join(cx, SH_STR("seen:"), id);
		telnyx_give(cx, payload, &e);
	}
	return answer;
}

static void
telnyx_call_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str id, struct sh_request *r)
{
	/* Dots would lead elsewhere. */
	if (id.n == 0 || id.s[0] == '.')
		return;
	telnyx_request(cx, a, "GET", sh_join(cx, SH_STR("/calls/"), sh_url_escape(cx, id)), SH_NONE, r);
}

/* Alive, or over; how it ended is told by call.hangup alone. */
static enum sh_answer
telnyx_call_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	enum sh_answer answer = sh_answer_of(cx, x->response);
	const struct sh_json *call, *alive;
	struct sh_event e = { .kind = SH_KIND_CALL_STARTED };

	(void)a;
	if (answer != SH_ANSWER_OK)
		return answer;
	call = sh_json_get(cx, sh_json_parse(cx, x->response->body), "data");
	alive = sh_json_get(cx, call, "is_alive");
	if (sh_json_get_str(cx, call, "call_control_id").n == 0 || sh_json_type(cx, alive) != SH_JSON_BOOL)
		return sh_failed(cx, "the answer holds no call");
	if (!sh_json_true(cx, alive) && sh_json_get_str(cx, call, "end_time").n > 0) {
		e.kind = SH_KIND_CALL_ENDED;
		e.over = true;
	}
	e.dedup = sh_join(cx, e.over ? SH_STR("seen_ended:") : SH_STR("seen_alive:"), sh_json_get_str(cx, call, "call_control_id"));
	telnyx_give(cx, call, &e);
	return SH_ANSWER_OK;
}

/* ---- outcome ---- */

static const struct sh_reason telnyx_reasons[] = { { "normal_clearing", { .outcome = SH_OUTCOME_TERMINAL, .retry = SH_RETRY_NEVER },
						       "one of the two hung up; who, says source" },
	{ "user_busy", { .outcome = SH_OUTCOME_BUSY }, "the line was busy" },
	{ "call_rejected", { .outcome = SH_OUTCOME_NO_ANSWER }, "the callee declined" },
	{ "timeout", { .outcome = SH_OUTCOME_NO_ANSWER }, "it rang until our time was over" },
	{ "no_answer", { .outcome = SH_OUTCOME_NO_ANSWER }, "it rang until the network's time was over" },
	{ "not_found", { .outcome = SH_OUTCOME_OTHER, .retry = SH_RETRY_NEVER, .action = SH_ACTION_NUMBER_INVALID },
	    "no such number" },
	{ "originator_cancel", { .outcome = SH_OUTCOME_OTHER, .retry = SH_RETRY_NEVER }, "whoever called gave up" },
	{ "time_limit", { .outcome = SH_OUTCOME_TERMINAL, .retry = SH_RETRY_NEVER }, "the longest time that a call may take" },
	{ "unspecified", { .outcome = SH_OUTCOME_TECHNICAL_ERROR, .retry = SH_RETRY_ONCE }, "nobody says why" }, { 0 } };

/* Where another fact changes what the cause means; the first row that fits. */
static const struct {
	const char *reason, *fact, *value;
	struct sh_disposition means;
} telnyx_details[] = {
	{ "normal_clearing", "answered_by", "machine", { .outcome = SH_OUTCOME_VOICEMAIL } },
	{ "normal_clearing", "answered_by", "silence", { .outcome = SH_OUTCOME_CONVERSATION_SILENT, .retry = SH_RETRY_ONCE } },
	{ "call_rejected", "sip_code", "607", { .outcome = SH_OUTCOME_DO_NOT_CALL, .retry = SH_RETRY_NEVER } },
	{ "call_rejected", "sip_code", "608",
	    { .outcome = SH_OUTCOME_OTHER, .retry = SH_RETRY_NEVER, .action = SH_ACTION_REST_NUMBER } },
	{ "call_rejected", "sip_code", "401",
	    { .outcome = SH_OUTCOME_TECHNICAL_ERROR,
		.retry = SH_RETRY_NEVER,
		.uncounted = true,
		.action = SH_ACTION_PAUSE_WORKSPACE } },
	{ "call_rejected", "sip_code", "403",
	    { .outcome = SH_OUTCOME_TECHNICAL_ERROR,
		.retry = SH_RETRY_NEVER,
		.uncounted = true,
		.action = SH_ACTION_PAUSE_WORKSPACE } },
	{ "call_rejected", "sip_code", "407",
	    { .outcome = SH_OUTCOME_TECHNICAL_ERROR,
		.retry = SH_RETRY_NEVER,
		.uncounted = true,
		.action = SH_ACTION_PAUSE_WORKSPACE } },
	{ "unspecified", "sip_code", "500", { .outcome = SH_OUTCOME_TECHNICAL_ERROR } },
	{ "unspecified", "sip_code", "502", { .outcome = SH_OUTCOME_TECHNICAL_ERROR } },
	{ "unspecified", "sip_code", "503", { .outcome = SH_OUTCOME_TECHNICAL_ERROR } },
	{ "unspecified", "sip_code", "504", { .outcome = SH_OUTCOME_TECHNICAL_ERROR } },
};

/* The migration guide writes causes in capitals. */
static bool
telnyx_same(struct sh_str a, const char *z)
{
	size_t i = 0;

	for (; i < a.n && z[i]; i++)
		if ((a.s[i] >= 'A' && a.s[i] <= 'Z' ? a.s[i] + 'a' - 'A' : a.s[i]) != z[i])
			return false;
	return i == a.n && !z[i];
}

static void
telnyx_outcome(struct sh_ctx *cx, const struct sh_pair *facts, size_t n, struct sh_disposition *d)
{
	struct sh_str reason = sh_pair_get(facts, n, "reason"), sip = sh_pair_get(facts, n, "sip_code");

	(void)cx;
	*d = (struct sh_disposition){ .outcome = SH_OUTCOME_OTHER, .retry = SH_RETRY_NEVER };
	for (const struct sh_reason *r = telnyx_reasons; r->reason; r++)
		if (telnyx_same(reason, r->reason))
			*d = r->means;
	for (size_t i = 0; i < sizeof(telnyx_details) / sizeof(telnyx_details[0]); i++)
		if (telnyx_same(reason, telnyx_details[i].reason) &&
		    sh_str_is(sh_pair_get(facts, n, telnyx_details[i].fact), telnyx_details[i].value)) {
			*d = telnyx_details[i].means;
			return;
		}
	/* Cleared without an answer: the carrier let go. With SIP's 200 there was one, whose event is late. */
	if (telnyx_same(reason, "normal_clearing") && !sh_pair_get(facts, n, "answered").s &&
	    !sh_pair_get(facts, n, "answered_by").s && !sh_str_is(sip, "200"))
		*d = (struct sh_disposition){ .outcome = SH_OUTCOME_TECHNICAL_ERROR, .retry = SH_RETRY_ONCE };
}

/* ---- the table ---- */

SH_DRIVER(.name = "telnyx", .title = "Telnyx", .version = "1.0", .settings = telnyx_settings, .reasons = telnyx_reasons,
    .hosts = telnyx_hosts, .base_url_setting = "base_url", .agents_made_here = true, .list_has_dial_id = true,
    .list_lag_s = 0, /* how late the log is, is not said: it finds calls, and proves none absent */
    .queue_s = 60, .call_s = 4 * 3600 + 600, .check_request = telnyx_check_request, .check_parse = telnyx_check_parse,
    .numbers_request = telnyx_numbers_request, .numbers_parse = telnyx_numbers_parse, .verify = telnyx_verify,
    .normalize = telnyx_normalize, .dial_request = telnyx_dial_request, .dial_parse = telnyx_dial_parse,
    .calls_request = telnyx_calls_request, .calls_parse = telnyx_calls_parse, .call_request = telnyx_call_request,
    .call_parse = telnyx_call_parse, .outcome = telnyx_outcome);
