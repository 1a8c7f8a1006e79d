/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * @Title@: say here in a line what the provider does.
 *
 * What is odd about @Title@, and shapes this file:
 * - A signature covers the time in its header, a dot, and the raw body.
 * - Each call ends once; call.ended has the reason.
 * - A call carries our metadata, and the list of calls can be filtered by it.
 *
 * This is a provider that does not exist, so that all of it builds and passes `make check`. Replace it piece by piece: facts of
 * the provider's documents above, a sample of each event and answer in samples/, a golden file for each, then the code.
 */
#include <switchhook/driver.h>

/* ---- settings: what a person must tell us ---- */

enum { @NAME@_API_KEY, @NAME@_WEBHOOK_SECRET, @NAME@_WINDOW, @NAME@_BASE_URL };

static const struct sh_setting @name@_settings[] = {
	[@NAME@_API_KEY] = { .name = "api_key",
		.kind = SH_SETTING_SECRET,
		.required = true,
		.rotates = true,
		.help = "the key for requests; console, Settings, API keys" },
	[@NAME@_WEBHOOK_SECRET] = { .name = "webhook_secret",
		.kind = SH_SETTING_SECRET,
		.required = true,
		.rotates = true,
		.help = "signs deliveries; console, Settings, Webhooks" },
	[@NAME@_WINDOW] = { .name = "signature_window_s",
		.kind = SH_SETTING_NUMBER,
		.least = 1,
		.most = 300,
		.fallback = "300",
		.help = "how many seconds a signature may lie in the past or future" },
	[@NAME@_BASE_URL] = { .name = "base_url",
		.kind = SH_SETTING_URL,
		.fallback = "https://api.@dash@.example",
		.help = "where the REST API answers; only a test double or a relay needs another" },
	{ 0 }
};

static const char *const @name@_hosts[] = { "api.@dash@.example", NULL };

/* ---- verify: is this delivery the provider's own? ---- */

/* x-@dash@-signature: t=<seconds>,v1=<64 hex digits> */
static enum sh_verdict
@name@_verify(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	struct sh_str h, parts[3] = { SH_NONE, SH_STR("."), d->body };
	enum sh_verdict there = sh_header_one(d, "x-@dash@-signature", &h);
	int64_t t;

	if (there != SH_VERDICT_VALID)
		return there;
	if (h.n < 71 || h.n > 82 || !sh_str_after(h, "t=").s || memcmp(h.s + h.n - 68, ",v1=", 4) != 0)
		return SH_VERDICT_INVALID;
	parts[0] = (struct sh_str){ h.s + 2, h.n - 70 };
	if (!sh_int_parse(cx, parts[0], &t))
		return SH_VERDICT_INVALID;
	if (!sh_is_fresh(cx, d, t * 1000, sh_setting(a, @NAME@_WINDOW)))
		return SH_VERDICT_STALE;
	/* Under the secret, or the one before it while a rotation's grace lasts. */
	if (sh_is_signed(cx, a, @NAME@_WEBHOOK_SECRET, SH_SHA256, parts, 3, sh_hex, (struct sh_str){ h.s + h.n - 64, 64 }))
		return SH_VERDICT_VALID;
	return SH_VERDICT_INVALID;
}

/* ---- normalize: what does it say? ---- */

/* What an event says, and where a call has it. Facts are what the table of reasons will be asked about, and what people want to see. */
static const struct sh_member @name@_fields[] = {
	SH_TEXT(call_id, "id"),
	SH_TEXT(from, "from"),
	SH_TEXT(to, "to"),
	SH_DIRECTION("direction"),
	SH_TIME(started_ms, "started_at"),
	SH_TIME(ended_ms, "ended_at"),
	SH_FACT("reason", "end_reason"),
	SH_FACT("status", "status"),
	SH_RAW(metadata, "metadata"),
	SH_TEXT(dial_id, "metadata." SH_META_DIAL),
	{ 0 }
};

/* A call as events, lists and look-ups show it. Members that are missing or of another type stay absent. */
static void
@name@_give(struct sh_ctx *cx, const struct sh_json *call, struct sh_event *e)
{
	sh_event_fill(cx, e, call, @name@_fields);
	e->cost_microcents = -1;
	sh_event_add(cx, e);
}

static enum sh_answer
@name@_normalize(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	const struct sh_json *doc = sh_json_parse(cx, d->body), *call = sh_json_get(cx, doc, "call");
	struct sh_event e = { .name = sh_json_get_str(cx, doc, "event") };

	if (sh_json_type(cx, doc) != SH_JSON_OBJECT)
		return sh_failed(cx, "the body is not a JSON object");
	/* The same for two deliveries of one event. Without an id of the provider's it is a digest of what was delivered. */
	e.dedup = sh_str_or(sh_json_get_str(cx, doc, "id"), sh_dedup(cx, &d->body, 1));
	/* An end of no call is kept, but there is nothing that it could end. An unknown event is SH_KIND_OTHER. */
	if (sh_json_get_str(cx, call, "id").n > 0) {
		if (sh_str_is(e.name, "call.started"))
			e.kind = SH_KIND_CALL_STARTED;
		else if (sh_str_is(e.name, "call.ended"))
			e.kind = SH_KIND_CALL_ENDED;
		e.over = e.final = e.kind == SH_KIND_CALL_ENDED;
	}
	@name@_give(cx, call, &e);
	return SH_ANSWER_OK;
}

/* ---- requests ---- */

static void
@name@_request(struct sh_ctx *cx, const struct sh_account *a, const char *method, struct sh_str path, struct sh_str body,
	struct sh_request *r)
{
	sh_request_json(cx, r, sh_str(method), sh_url(cx, sh_setting(a, @NAME@_BASE_URL), path),
		sh_bearer(cx, sh_setting(a, @NAME@_API_KEY)), body);
}

/* The cheapest read that proves the key. */
static void
@name@_check_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	@name@_request(cx, a, "GET", SH_STR("/v1/account"), SH_NONE, r);
}

/* A page that answers 200 is no proof of a good key; an account with an id is. */
static enum sh_answer
@name@_check_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *doc;

	return sh_answer_json(cx, x, "id", &doc);
}

static void
@name@_numbers_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	struct sh_str more = cursor.n > 0 ? sh_join(cx, SH_STR("&after="), sh_url_escape(cx, cursor)) : SH_NONE;

	@name@_request(cx, a, "GET", sh_join(cx, SH_STR("/v1/numbers?limit=100"), more), SH_NONE, r);
}

static enum sh_answer
@name@_numbers_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *doc, *row;
	enum sh_answer answer = sh_answer_list(cx, x, "data", &doc, &row);

	for (; row; row = sh_json_next(cx, row)) {
		struct sh_number n = { .provider_id = sh_json_get_str(cx, row, "id"),
			.e164 = sh_json_get_str(cx, row, "number"),
			.label = sh_json_get_str(cx, row, "label"),
			.voice = true };

		sh_number_add(cx, &n); /* one without an id is left out by the host, which tells of it */
	}
	sh_next(cx, sh_json_get_str(cx, doc, "next"));
	return answer;
}

/* ---- dial ---- */

static void
@name@_dial_request(struct sh_ctx *cx, const struct sh_account *a, const struct sh_dial *d, struct sh_request *r)
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
	@name@_request(cx, a, "POST", SH_STR("/v1/calls"), sh_out_text(cx, o), r);
}

/* Only what the documents say of this status and these words; all else stays unknown, and is looked up before anybody dials again. */
static const struct sh_refusal @name@_refusals[] = {
	{ 422, "invalid_number", "invalid_number", SH_REFUSED(OTHER, NEVER, NUMBER_INVALID) },
	{ 402, "no_credit", "no_credit", SH_REFUSED(TECHNICAL_ERROR, POLICY, PAUSE_WORKSPACE) },
	{ 0 }
};

static void
@name@_dial_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x, struct sh_placed *p)
{
	const struct sh_json *doc = sh_json_parse(cx, x->response->body);

	sh_placed(cx, x, p, sh_json_get_str(cx, doc, "id"));
	sh_refused(cx, x, @name@_refusals, sh_json_get_str(cx, doc, "error"), p);
}

/* ---- look back ---- */

/* By our dial id alone, because a young call has no start; or the window of time. */
static void
@name@_calls_request(struct sh_ctx *cx, const struct sh_account *a, const struct sh_query *q, struct sh_str cursor, struct sh_request *r)
{
	struct sh_str filter, more = cursor.n > 0 ? sh_join(cx, SH_STR("&after="), sh_url_escape(cx, cursor)) : SH_NONE;

	if (q->dial_id.n > 0)
		filter = sh_join(cx, SH_STR("?metadata." SH_META_DIAL "="), sh_url_escape(cx, q->dial_id));
	else
		filter = sh_join(cx, SH_STR("?from="), sh_url_escape(cx, sh_time_format(cx, q->from_ms)), SH_STR("&until="),
			sh_url_escape(cx, sh_time_format(cx, q->until_ms)));
	@name@_request(cx, a, "GET", sh_join(cx, SH_STR("/v1/calls"), filter, more), SH_NONE, r);
}

static void
@name@_look(struct sh_ctx *cx, const struct sh_json *call)
{
	struct sh_event e = { .name = sh_json_get_str(cx, call, "status"), .kind = SH_KIND_CALL_STARTED };

	if (sh_str_is(e.name, "ended")) {
		e.kind = SH_KIND_CALL_ENDED;
		e.over = e.final = true;
	}
	@name@_give(cx, call, &e);
}

static enum sh_answer
@name@_calls_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *doc, *row;
	enum sh_answer answer = sh_answer_list(cx, x, "data", &doc, &row);

	/* The host lets the list fail if a row has no id: it may be the very one that is looked for. */
	for (; row; row = sh_json_next(cx, row))
		@name@_look(cx, row);
	sh_next(cx, sh_json_get_str(cx, doc, "next"));
	return answer;
}

static void
@name@_call_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str id, struct sh_request *r)
{
	/* Of an id that cannot be one there is no path, and nothing is asked. */
	@name@_request(cx, a, "GET", sh_path(cx, "/v1/calls/", id), SH_NONE, r);
}

static enum sh_answer
@name@_call_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *call;
	enum sh_answer answer = sh_answer_json(cx, x, "id", &call);

	if (answer == SH_ANSWER_OK)
		@name@_look(cx, call);
	return answer;
}

/* ---- reasons: what does an ending mean? What stands in no row is kept, shown, and never redialled. ---- */

static const struct sh_reason @name@_reasons[] = {
	SH_REASON("completed", TERMINAL, NEVER, COUNTS, NONE, "somebody was spoken to"),
	SH_REASON("machine", VOICEMAIL, POLICY, COUNTS, NONE, "a mailbox picked up"),
	SH_REASON("no-answer", NO_ANSWER, POLICY, COUNTS, NONE, "it rang, and nobody picked up"),
	SH_REASON("busy", BUSY, POLICY, COUNTS, NONE, "the line was busy"),
	SH_REASON("failed", TECHNICAL_ERROR, ONCE, UNCOUNTED, NONE, "it never reached the network"),
	{ 0 }
};

/* ---- the table ---- */

SH_DRIVER(.name = "@name@", .title = "@Title@", .version = "0.1",
	.settings = @name@_settings, .reasons = @name@_reasons, .hosts = @name@_hosts, .base_url_setting = "base_url",
	.list_has_dial_id = true, .list_lag_s = 0, /* 0: that a call is not in the list proves nothing */
	.verify = @name@_verify, .normalize = @name@_normalize,
	/* of each the request and the parse */
	SH_ASKS(@name@, check), SH_ASKS(@name@, numbers), SH_ASKS(@name@, dial), SH_ASKS(@name@, calls), SH_ASKS(@name@, call));
