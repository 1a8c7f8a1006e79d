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

enum { EVERYTHING_API_KEY, EVERYTHING_WEBHOOK_SECRET, EVERYTHING_WINDOW, EVERYTHING_BASE_URL };

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
	[EVERYTHING_WINDOW] = { .name = "signature_window_s",
		.kind = SH_SETTING_NUMBER,
		.least = 1,
		.most = 300,
		.fallback = "300",
		.help = "how many seconds a signature may lie in the past or future" },
	[EVERYTHING_BASE_URL] = { .name = "base_url",
		.kind = SH_SETTING_URL,
		.fallback = "https://api.everything.example",
		.help = "where the REST API answers; only a test double or a relay needs another" },
	{ 0 }
};

static const char *const everything_hosts[] = { "api.everything.example", NULL };

/* ---- verify: is this delivery the provider's own? ---- */

/* x-everything-signature: t=<seconds>,v1=<64 hex digits> */
static enum sh_verdict
everything_verify(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	struct sh_str h, parts[3] = { SH_NONE, SH_STR("."), d->body };
	enum sh_verdict there = sh_header_one(d, "x-everything-signature", &h);
	int64_t t;

	if (there != SH_VERDICT_VALID)
		return there;
	if (h.n < 71 || h.n > 82 || !sh_str_after(h, "t=").s || memcmp(h.s + h.n - 68, ",v1=", 4) != 0)
		return SH_VERDICT_INVALID;
	parts[0] = (struct sh_str){ h.s + 2, h.n - 70 };
	if (!sh_int_parse(cx, parts[0], &t))
		return SH_VERDICT_INVALID;
	if (!sh_is_fresh(cx, d, t * 1000, sh_setting(a, EVERYTHING_WINDOW)))
		return SH_VERDICT_STALE;
	/* Under the secret, or the one before it while a rotation's grace lasts. */
	if (sh_is_signed(cx, a, EVERYTHING_WEBHOOK_SECRET, SH_SHA256, parts, 3, sh_hex, (struct sh_str){ h.s + h.n - 64, 64 }))
		return SH_VERDICT_VALID;
	return SH_VERDICT_INVALID;
}

/* ---- normalize: what does it say? ---- */

/* What the table of reasons will be asked about, and what people want to see: our name, and the path in theirs. */
static const struct sh_names everything_facts[] = {
	{ "reason", "end_reason" },
	{ "status", "status" },
	{ NULL, NULL },
};

/* A call as events, lists and look-ups show it. Members that are missing or of another type stay absent. */
static void
everything_give(struct sh_ctx *cx, const struct sh_json *call, struct sh_event *e)
{
	e->call_id = sh_json_get_str(cx, call, "id");
	e->from = sh_json_get_str(cx, call, "from");
	e->to = sh_json_get_str(cx, call, "to");
	e->direction = sh_direction(sh_json_get_str(cx, call, "direction"));
	e->started_ms = sh_json_time(cx, sh_json_get(cx, call, "started_at"));
	e->ended_ms = sh_json_time(cx, sh_json_get(cx, call, "ended_at"));
	sh_facts_json(cx, e, call, everything_facts);
	e->metadata = sh_json_get_raw(cx, call, "metadata");
	e->dial_id = sh_json_at_str(cx, call, "metadata." SH_META_DIAL);
	e->cost_microcents = -1;
	sh_event_add(cx, e);
}

static enum sh_answer
everything_normalize(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	const struct sh_json *doc = sh_json_parse(cx, d->body), *call = sh_json_get(cx, doc, "call");
	struct sh_event e = { .name = sh_json_get_str(cx, doc, "event") };

	(void)a;
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
	everything_give(cx, call, &e);
	return SH_ANSWER_OK;
}

/* ---- reply ---- */

static void
everything_reply(
	struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a, const struct sh_finding *f, struct sh_reply *r)
{
	struct sh_out *o = sh_out_new(cx);

	(void)a;
	(void)d;
	sh_out_open(cx, o, '{');
	sh_out_key(cx, o, "agent");
	sh_out_str(cx, o, f->agent_id);
	sh_out_key(cx, o, "variables");
	sh_out_pairs(cx, o, f->variables, f->nvariables);
	sh_out_close(cx, o, '}');
	r->status = 200;
	r->body = sh_out_text(cx, o);
}

/* ---- requests ---- */

static void
everything_request(struct sh_ctx *cx, const struct sh_account *a, const char *method, struct sh_str path, struct sh_str body,
	struct sh_request *r)
{
	sh_request_json(cx, r, sh_str(method), sh_join(cx, sh_setting(a, EVERYTHING_BASE_URL), path),
		sh_bearer(cx, sh_setting(a, EVERYTHING_API_KEY)), body);
}

/* The cheapest read that proves the key. */
static void
everything_check_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	(void)cursor;
	everything_request(cx, a, "GET", SH_STR("/v1/account"), SH_NONE, r);
}

/* A page that answers 200 is no proof of a good key; an account with an id is. */
static enum sh_answer
everything_check_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *doc;

	(void)a;
	return sh_answer_json(cx, x, "id", &doc);
}

static void
everything_numbers_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	struct sh_str more = cursor.n > 0 ? sh_join(cx, SH_STR("&after="), sh_url_escape(cx, cursor)) : SH_NONE;

	everything_request(cx, a, "GET", sh_join(cx, SH_STR("/v1/numbers?limit=100"), more), SH_NONE, r);
}

static enum sh_answer
everything_numbers_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *doc, *row;
	enum sh_answer answer = sh_answer_list(cx, x, "data", &doc, &row);

	(void)a;
	for (; row; row = sh_json_next(cx, row)) {
		struct sh_number n = { .provider_id = sh_json_get_str(cx, row, "id"),
			.e164 = sh_json_get_str(cx, row, "number"),
			.label = sh_json_get_str(cx, row, "label"),
			.voice = true };

		if (n.provider_id.n > 0)
			sh_number_add(cx, &n);
	}
	sh_next(cx, sh_json_get_str(cx, doc, "next"));
	return answer;
}

static void
everything_agents_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	(void)cursor;
	everything_request(cx, a, "GET", SH_STR("/v1/agents"), SH_NONE, r);
}

static enum sh_answer
everything_agents_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *doc, *row;
	enum sh_answer answer = sh_answer_list(cx, x, "data", &doc, &row);

	(void)a;
	for (; row; row = sh_json_next(cx, row)) {
		struct sh_agent agent = { .provider_id = sh_json_get_str(cx, row, "id"),
			.name = sh_json_get_str(cx, row, "name"),
			.version = sh_json_get_plain(cx, row, "version"),
			.channel = sh_str_is(sh_json_get_str(cx, row, "channel"), "chat") ? SH_CHANNEL_CHAT : SH_CHANNEL_VOICE };

		sh_agent_add(cx, &agent);
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

/* Only what the documents say of this status and these words; all else stays unknown, and is looked up before anybody dials again. */
static const struct sh_refusal everything_refusals[] = {
	{ 422, "invalid_number", "invalid_number", SH_REFUSED(OTHER, NEVER, NUMBER_INVALID) },
	{ 402, "no_credit", "no_credit", SH_REFUSED(TECHNICAL_ERROR, POLICY, PAUSE_WORKSPACE) },
	{ 0 }
};

static void
everything_dial_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x, struct sh_placed *p)
{
	const struct sh_json *doc = sh_json_parse(cx, x->response->body);

	(void)a;
	sh_placed(cx, x, p, sh_json_get_str(cx, doc, "id"));
	sh_refused(cx, x, everything_refusals, sh_json_get_str(cx, doc, "error"), p);
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

static void
everything_look(struct sh_ctx *cx, const struct sh_json *call)
{
	struct sh_event e = { .name = sh_json_get_str(cx, call, "status"), .kind = SH_KIND_CALL_STARTED };

	if (sh_str_is(e.name, "ended")) {
		e.kind = SH_KIND_CALL_ENDED;
		e.over = e.final = true;
	}
	everything_give(cx, call, &e);
}

static enum sh_answer
everything_calls_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *doc, *row;
	enum sh_answer answer = sh_answer_list(cx, x, "data", &doc, &row);

	(void)a;
	for (; row; row = sh_json_next(cx, row)) {
		/* A row that cannot be read may be the very one that is looked for. */
		if (sh_json_get_str(cx, row, "id").n == 0)
			return sh_failed(cx, "a row of the list holds no call");
		everything_look(cx, row);
	}
	sh_next(cx, sh_json_get_str(cx, doc, "next"));
	return answer;
}

static void
everything_call_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str id, struct sh_request *r)
{
	struct sh_str segment = sh_path_segment(cx, id);

	/* Where there is nothing to ask, nothing is asked. */
	if (segment.s)
		everything_request(cx, a, "GET", sh_join(cx, SH_STR("/v1/calls/"), segment), SH_NONE, r);
}

static enum sh_answer
everything_call_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *call;
	enum sh_answer answer = sh_answer_json(cx, x, "id", &call);

	(void)a;
	if (answer == SH_ANSWER_OK)
		everything_look(cx, call);
	return answer;
}

/* ---- reasons: what does an ending mean? What stands in no row is kept, shown, and never redialled. ---- */

static const struct sh_reason everything_reasons[] = {
	SH_REASON("completed", TERMINAL, NEVER, COUNTS, NONE, "somebody was spoken to"),
	SH_REASON("machine", VOICEMAIL, POLICY, COUNTS, NONE, "a mailbox picked up"),
	SH_REASON("no-answer", NO_ANSWER, POLICY, COUNTS, NONE, "it rang, and nobody picked up"),
	SH_REASON("busy", BUSY, POLICY, COUNTS, NONE, "the line was busy"),
	SH_REASON("failed", TECHNICAL_ERROR, ONCE, UNCOUNTED, NONE, "it never reached the network"),
	{ 0 }
};

/* What the table cannot say: a machine that stayed for long had somebody behind it. */
static void
everything_outcome(struct sh_ctx *cx, const struct sh_pair *facts, size_t n, struct sh_disposition *d)
{
	int64_t duration_s = 0;

	if (d->outcome == SH_OUTCOME_VOICEMAIL && sh_int_parse(cx, sh_pair_get(facts, n, "duration_s"), &duration_s) && duration_s > 300)
		*d = (struct sh_disposition){ .outcome = SH_OUTCOME_TERMINAL, .retry = SH_RETRY_NEVER };
}

/* ---- the table ---- */

SH_DRIVER(.name = "everything", .title = "Everything", .version = "0.1",
	.settings = everything_settings, .reasons = everything_reasons, .hosts = everything_hosts, .base_url_setting = "base_url",
	.list_has_dial_id = true, .list_lag_s = 0, /* 0: that a call is not in the list proves nothing */
	.check_request = everything_check_request, .check_parse = everything_check_parse,
	.numbers_request = everything_numbers_request, .numbers_parse = everything_numbers_parse,
	.agents_request = everything_agents_request, .agents_parse = everything_agents_parse,
	.verify = everything_verify, .normalize = everything_normalize, .reply = everything_reply,
	.dial_request = everything_dial_request, .dial_parse = everything_dial_parse,
	.calls_request = everything_calls_request, .calls_parse = everything_calls_parse,
	.call_request = everything_call_request, .call_parse = everything_call_parse, .outcome = everything_outcome);
