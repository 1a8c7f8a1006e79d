/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Everything: say here in a line what the provider does.
 *
 * What is odd about Everything, and shapes this file:
 * - A signature covers the time in its header, a dot, and the raw body.
 * - Each call ends once; call.ended has the reason.
 * - A call carries our metadata, and the list of calls can be filtered by it.
 *
 * This is a provider that does not exist, so that all of it builds and passes `make check`. Replace it piece by piece: facts of
 * the provider's documents above, a sample of each event and answer in samples/, a golden file for each, then the code.
 */
#include <switchhook/driver.h>

/* ---- settings: what a person must tell us ---- */

enum { EVERYTHING_API_KEY, EVERYTHING_WEBHOOK_SECRET, EVERYTHING_BASE_URL };

static const struct sh_setting everything_settings[] = {
	[EVERYTHING_API_KEY] = { .name = "api_key",
		.kind = SH_SETTING_SECRET,
		.required = true,
		.rotates = true,
		.help = "the key for requests; console, Settings, API keys" },
	[EVERYTHING_WEBHOOK_SECRET] = { .name = "webhook_secret",
		.kind = SH_SETTING_SECRET,
		.required = true,
		.rotates = true,
		.help = "signs deliveries; console, Settings, Webhooks" },
	[EVERYTHING_BASE_URL] = { .name = "base_url",
		.kind = SH_SETTING_URL,
		.fallback = "https://api.everything.example",
		.help = "where the REST API answers; only a test double or a relay needs another" },
	{ 0 }
};

static const char *const everything_hosts[] = { "api.everything.example", NULL };

/* ---- verify: is this delivery the provider's own? ---- */

static bool
everything_signed(struct sh_ctx *cx, struct sh_str secret, struct sh_str time, struct sh_str body, struct sh_str hex)
{
	const struct sh_str parts[] = { time, SH_STR("."), body };
	uint8_t mac[64];
	size_t n;

	/* Anybody can sign with an empty secret. */
	if (secret.n == 0)
		return false;
	n = sh_hmac(cx, SH_SHA256, secret, parts, 3, mac);
	return sh_equal(cx, sh_hex(cx, (struct sh_str){ (char *)mac, n }), hex);
}

/* x-everything-signature: t=<seconds>,v1=<64 hex digits> */
static enum sh_verdict
everything_verify(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	struct sh_str h = sh_header(d->headers, d->nheaders, "x-everything-signature"), time, hex;
	uint32_t count = sh_header_count(d->headers, d->nheaders, "x-everything-signature");
	int64_t t;

	/* A header that occurs twice proves nothing. */
	if (count != 1)
		return count == 0 ? SH_VERDICT_MISSING : SH_VERDICT_INVALID;
	if (h.n < 71 || h.n > 82 || memcmp(h.s, "t=", 2) != 0 || memcmp(h.s + h.n - 68, ",v1=", 4) != 0)
		return SH_VERDICT_INVALID;
	time = (struct sh_str){ h.s + 2, h.n - 70 };
	hex = (struct sh_str){ h.s + h.n - 64, 64 };
	if (!sh_int_parse(cx, time, &t) || t < 0)
		return SH_VERDICT_INVALID;
	if (d->arrived_ms / 1000 - t > 300 || t - d->arrived_ms / 1000 > 300)
		return SH_VERDICT_STALE;
	/* While a rotation's grace lasts the secret before it is as good. */
	if (everything_signed(cx, sh_setting(a, EVERYTHING_WEBHOOK_SECRET), time, d->body, hex) ||
	    everything_signed(cx, sh_setting_old(a, EVERYTHING_WEBHOOK_SECRET), time, d->body, hex))
		return SH_VERDICT_VALID;
	return SH_VERDICT_INVALID;
}

/* ---- normalize: what does it say? ---- */

/* A call as events, lists and look-ups show it. Members that are missing or of another type stay absent. */
static void
everything_give(struct sh_ctx *cx, const struct sh_json *call, struct sh_event *e)
{
	struct sh_pair facts[4];

	e->call_id = sh_json_get_str(cx, call, "id");
	e->from = sh_json_get_str(cx, call, "from");
	e->to = sh_json_get_str(cx, call, "to");
	e->direction = sh_str_is(sh_json_get_str(cx, call, "direction"), "inbound") ? SH_DIRECTION_INBOUND : SH_DIRECTION_OUTBOUND;
	sh_time_parse(cx, sh_json_get_str(cx, call, "started_at"), &e->started_ms);
	sh_time_parse(cx, sh_json_get_str(cx, call, "ended_at"), &e->ended_ms);
	/* What outcome will be asked about, and what people want to see. */
	facts[0] = (struct sh_pair){ SH_STR("reason"), sh_json_get_str(cx, call, "end_reason") };
	facts[1] = (struct sh_pair){ SH_STR("status"), sh_json_get_str(cx, call, "status") };
	e->facts = facts;
	e->nfacts = 2;
	e->metadata = sh_json_get_raw(cx, call, "metadata");
	e->dial_id = sh_json_get_str(cx, sh_json_get(cx, call, "metadata"), SH_META_DIAL);
	e->cost_microcents = -1;
	sh_event_add(cx, e);
}

static enum sh_answer
everything_normalize(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	const struct sh_json *doc = sh_json_parse(cx, d->body), *call = sh_json_get(cx, doc, "call");
	struct sh_str name = sh_json_get_str(cx, doc, "event"), id = sh_json_get_str(cx, doc, "id");
	struct sh_event e = { .name = name };
	uint8_t digest[64];

	(void)a;
	if (sh_json_type(cx, doc) != SH_JSON_OBJECT)
		return sh_failed(cx, "the body is not a JSON object");
	/* The same for two deliveries of one event. Without an id of the provider's it is a digest of what was delivered. */
	if (id.n > 0)
		e.dedup = id;
	else
		e.dedup = sh_hex(cx, (struct sh_str){ (char *)digest, sh_hash(cx, SH_SHA256, &d->body, 1, digest) });
	/* An end of no call is kept, but there is nothing that it could end. An unknown event is SH_KIND_OTHER. */
	if (sh_json_get_str(cx, call, "id").n > 0) {
		if (sh_str_is(name, "call.started"))
			e.kind = SH_KIND_CALL_STARTED;
		else if (sh_str_is(name, "call.ended"))
			e.kind = SH_KIND_CALL_ENDED;
		e.over = e.final = e.kind == SH_KIND_CALL_ENDED;
	}
	everything_give(cx, call, &e);
	return SH_ANSWER_OK;
}

/* ---- requests ---- */

static void
everything_request(struct sh_ctx *cx, const struct sh_account *a, const char *method, struct sh_str path, struct sh_str body,
	struct sh_request *r)
{
	struct sh_str base = sh_setting(a, EVERYTHING_BASE_URL);

	while (base.n > 0 && base.s[base.n - 1] == '/')
		base.n--;
	sh_request_json(cx, r, sh_str(method), sh_join(cx, base, path),
		sh_join(cx, SH_STR("Bearer "), sh_setting(a, EVERYTHING_API_KEY)), body);
}

/* The cheapest read that proves the key. */
static void
everything_check_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	(void)cursor;
	everything_request(cx, a, "GET", SH_STR("/v1/account"), SH_NONE, r);
}

static enum sh_answer
everything_check_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	enum sh_answer answer = sh_answer_of(cx, x->response);

	(void)a;
	/* A page that answers 200 is no proof of a good key; an account with an id is. */
	if (answer == SH_ANSWER_OK && sh_json_get_str(cx, sh_json_parse(cx, x->response->body), "id").n == 0)
		return sh_failed(cx, "the answer holds no account");
	return answer;
}

static void
everything_numbers_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	struct sh_str more = cursor.n > 0 ? sh_join(cx, SH_STR("&after="), sh_url_escape(cx, cursor)) : SH_NONE;

	everything_request(cx, a, "GET", sh_join(cx, SH_STR("/v1/numbers?limit=100"), more), SH_NONE, r);
}

/* The rows of a page, or NULL with *ret_answer. A page that is taken for an empty list by mistake would prove something. */
static const struct sh_json *
everything_rows(struct sh_ctx *cx, const struct sh_exchange *x, enum sh_answer *ret_answer)
{
	const struct sh_json *doc, *data;

	*ret_answer = sh_answer_of(cx, x->response);
	if (*ret_answer != SH_ANSWER_OK)
		return NULL;
	doc = sh_json_parse(cx, x->response->body);
	data = sh_json_get(cx, doc, "data");
	if (sh_json_type(cx, data) != SH_JSON_ARRAY) {
		*ret_answer = sh_failed(cx, "the answer holds no list");
		return NULL;
	}
	sh_next(cx, sh_json_get_str(cx, doc, "next"));
	return sh_json_first(cx, data);
}

static enum sh_answer
everything_numbers_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	enum sh_answer answer;

	(void)a;
	for (const struct sh_json *row = everything_rows(cx, x, &answer); row; row = sh_json_next(cx, row)) {
		struct sh_number n = { .provider_id = sh_json_get_str(cx, row, "id"),
			.e164 = sh_json_get_str(cx, row, "number"),
			.label = sh_json_get_str(cx, row, "label"),
			.voice = true };

		if (n.provider_id.n > 0)
			sh_number_add(cx, &n);
	}
	return answer;
}

/* ---- dial ---- */

static void
everything_dial_request(struct sh_ctx *cx, const struct sh_account *a, const struct sh_dial *d, struct sh_request *r)
{
	struct sh_out *o;

	if (d->channel != SH_CHANNEL_VOICE)
		return;
	o = sh_out_new(cx);
	sh_out_open(cx, o, '{');
	sh_out_member(cx, o, "from", d->from->provider_id);
	sh_out_member(cx, o, "to", d->to);
	if (d->agent_id.n > 0)
		sh_out_member(cx, o, "agent_id", d->agent_id);
	sh_out_key(cx, o, "variables");
	sh_out_pairs(cx, o, d->variables, d->nvariables);
	/* Ours come back with every event of the call, and a lost call is found by them. */
	sh_out_key(cx, o, "metadata");
	sh_out_metadata(cx, o, d);
	sh_out_close(cx, o, '}');
	everything_request(cx, a, "POST", SH_STR("/v1/calls"), sh_out_text(cx, o), r);
}

static void
everything_dial_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x, struct sh_placed *p)
{
	const struct sh_json *doc = sh_json_parse(cx, x->response->body);
	int status = x->response->status;

	(void)a;
	p->reason = sh_join(cx, SH_STR("http_"), sh_int_format(cx, status));
	if (status == 201)
		p->call_id = sh_json_get_str(cx, doc, "id");
	if (p->call_id.n > 0)
		p->placing = SH_DIAL_PLACED;
	/* Only what the documents say of this status and this code; all else stays unknown, and is looked up before anybody dials again. */
	if (status == 422 && sh_str_is(sh_json_get_str(cx, doc, "error"), "invalid_number")) {
		p->placing = SH_DIAL_REFUSED;
		p->disposition = (struct sh_disposition){
			.outcome = SH_OUTCOME_OTHER, .retry = SH_RETRY_NEVER, .uncounted = true, .action = SH_ACTION_NUMBER_INVALID
		};
		p->reason = SH_STR("invalid_number");
	}
}

/* ---- look back ---- */

/* By our dial id alone, because a young call has no start; or the window of time. */
static void
everything_calls_request(struct sh_ctx *cx, const struct sh_account *a, const struct sh_query *q, struct sh_str cursor, struct sh_request *r)
{
	struct sh_str filter, more = cursor.n > 0 ? sh_join(cx, SH_STR("&after="), sh_url_escape(cx, cursor)) : SH_NONE;

	if (q->dial_id.n > 0)
		filter = sh_join(cx, SH_STR("?metadata." SH_META_DIAL "="), sh_url_escape(cx, q->dial_id));
	else
		filter = sh_join(cx, SH_STR("?from="), sh_url_escape(cx, sh_time_format(cx, q->from_ms)), SH_STR("&until="),
			sh_url_escape(cx, sh_time_format(cx, q->until_ms)));
	everything_request(cx, a, "GET", sh_join(cx, SH_STR("/v1/calls"), filter, more), SH_NONE, r);
}

/* What a list shows must hide no webhook: it has a dedup of its own. */
static void
everything_look(struct sh_ctx *cx, const struct sh_json *call)
{
	struct sh_str status = sh_json_get_str(cx, call, "status"), id = sh_json_get_str(cx, call, "id");
	struct sh_event e = { .name = status, .kind = SH_KIND_CALL_STARTED };

	if (sh_str_is(status, "ended")) {
		e.kind = SH_KIND_CALL_ENDED;
		e.over = e.final = true;
	}
	e.dedup = sh_join(cx, SH_STR("seen_"), status, SH_STR(":"), id);
	everything_give(cx, call, &e);
}

static enum sh_answer
everything_calls_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	enum sh_answer answer;

	(void)a;
	for (const struct sh_json *row = everything_rows(cx, x, &answer); row; row = sh_json_next(cx, row)) {
		/* A row that cannot be read may be the very one that is looked for. */
		if (sh_json_get_str(cx, row, "id").n == 0)
			return sh_failed(cx, "a row of the list holds no call");
		everything_look(cx, row);
	}
	return answer;
}

static void
everything_call_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str id, struct sh_request *r)
{
	/* Dots would lead elsewhere. Nothing is asked then. */
	if (id.n == 0 || id.s[0] == '.')
		return;
	everything_request(cx, a, "GET", sh_join(cx, SH_STR("/v1/calls/"), sh_url_escape(cx, id)), SH_NONE, r);
}

static enum sh_answer
everything_call_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	enum sh_answer answer = sh_answer_of(cx, x->response);
	const struct sh_json *call;

	(void)a;
	if (answer != SH_ANSWER_OK)
		return answer;
	call = sh_json_parse(cx, x->response->body);
	if (sh_json_get_str(cx, call, "id").n == 0)
		return sh_failed(cx, "the answer holds no call");
	everything_look(cx, call);
	return SH_ANSWER_OK;
}

/* ---- outcome: what does an ending mean? ---- */

static const struct sh_reason everything_reasons[] = {
	{ "completed", { .outcome = SH_OUTCOME_TERMINAL, .retry = SH_RETRY_NEVER }, "somebody was spoken to" },
	{ "machine", { .outcome = SH_OUTCOME_VOICEMAIL }, "a mailbox picked up" },
	{ "no-answer", { .outcome = SH_OUTCOME_NO_ANSWER }, "it rang, and nobody picked up" },
	{ "busy", { .outcome = SH_OUTCOME_BUSY }, "the line was busy" },
	{ "failed", { .outcome = SH_OUTCOME_TECHNICAL_ERROR, .retry = SH_RETRY_ONCE, .uncounted = true }, "it never reached the network" },
	{ 0 }
};

static void
everything_outcome(struct sh_ctx *cx, const struct sh_pair *facts, size_t n, struct sh_disposition *d)
{
	struct sh_str reason = sh_pair_get(facts, n, "reason");

	(void)cx;
	/* A reason that nobody knows is kept, shown, and never redialled. */
	*d = (struct sh_disposition){ .outcome = SH_OUTCOME_OTHER, .retry = SH_RETRY_NEVER };
	for (const struct sh_reason *r = everything_reasons; r->reason; r++)
		if (sh_str_is(reason, r->reason))
			*d = r->means;
}

/* ---- the table ---- */

SH_DRIVER(.name = "everything", .title = "Everything", .version = "0.1",
	.settings = everything_settings, .reasons = everything_reasons, .hosts = everything_hosts, .base_url_setting = "base_url",
	.list_has_dial_id = true, .list_lag_s = 0, /* 0: that a call is not in the list proves nothing */
	.check_request = everything_check_request, .check_parse = everything_check_parse,
	.numbers_request = everything_numbers_request, .numbers_parse = everything_numbers_parse,
	.verify = everything_verify, .normalize = everything_normalize,
	.dial_request = everything_dial_request, .dial_parse = everything_dial_parse,
	.calls_request = everything_calls_request, .calls_parse = everything_calls_parse,
	.call_request = everything_call_request, .call_parse = everything_call_parse,
	.outcome = everything_outcome);
