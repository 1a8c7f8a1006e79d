/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * What Retell is asked: its numbers and agents, one call to be placed, and what became of calls.
 *
 * Lists come in pages of {"items", "pagination_key", "has_more"}. Until spring 2026 they were bare arrays, and numbers
 * named one agent where they now have weighted ones; both are still read, since relays and old routes give them.
 */
#include "drivers/retell/retell.h"

/* ---- what the account owns ---- */

static void
retell_request(
    struct sh_ctx *cx, const struct sh_account *a, const char *method, struct sh_str path, struct sh_str body, struct sh_request *r)
{
	sh_request_json(cx, r, sh_str(method), sh_join(cx, sh_setting(a, RETELL_BASE_URL), path),
	    sh_bearer(cx, sh_setting(a, RETELL_API_KEY)), body);
}

static struct sh_str
retell_page(struct sh_ctx *cx, const char *path, struct sh_str cursor)
{
	return sh_join(
	    cx, sh_str(path), SH_STR("?limit=1000"), cursor.n ? SH_STR("&pagination_key=") : SH_NONE, sh_url_escape(cx, cursor));
}

/* The first row of a list, and the next page's key if there is one. */
static enum sh_answer
retell_list(struct sh_ctx *cx, const struct sh_exchange *x, const struct sh_json **ret_first, struct sh_str *ret_next)
{
	const struct sh_json *doc;
	enum sh_answer answer = sh_answer_list(cx, x, "|items", &doc, ret_first);
	bool more = sh_json_true(cx, sh_json_get(cx, doc, "has_more"));

	*ret_next = answer == SH_ANSWER_OK && more ? sh_json_get_str(cx, doc, "pagination_key") : SH_NONE;
	/* Taken for the whole, it would prove that a call does not exist. */
	if (answer == SH_ANSWER_OK && more && ret_next->n == 0)
		return sh_failed(cx, "the list goes on, but does not say how");
	return answer;
}

/* The list of numbers needs a permission that the gateway needs anyway, and no other read is as cheap. */
void
retell_check_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	(void)cursor;
	retell_request(cx, a, "GET", SH_STR("/v2/list-phone-numbers?limit=1"), SH_NONE, r);
}

enum sh_answer
retell_check_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *row;
	struct sh_str next;

	(void)a;
	return retell_list(cx, x, &row, &next);
}

/* Which agents a number is bound to: arrays with weights, also of the single agents in older answers. */
static struct sh_str
retell_bindings(struct sh_ctx *cx, const struct sh_json *row)
{
	static const char *const roles[] = { "inbound", "outbound", "inbound_sms", "outbound_sms" };
	struct sh_out *o = sh_out_new(cx);

	sh_out_open(cx, o, '{');
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		struct sh_str key = sh_join(cx, sh_str(roles[i]), SH_STR("_agents")), agents = sh_json_get_raw(cx, row, key.s);
		struct sh_str id = sh_json_get_raw(cx, row, sh_join(cx, sh_str(roles[i]), SH_STR("_agent_id")).s);
		struct sh_str version = sh_json_get_raw(cx, row, sh_join(cx, sh_str(roles[i]), SH_STR("_agent_version")).s);

		if ((agents.n == 0 || agents.s[0] != '[') && id.n > 0 && id.s[0] == '"')
			agents = sh_join(cx, SH_STR("[{\"agent_id\":"), id, SH_STR(",\"agent_version\":"),
			    version.s ? version : SH_STR("null"), SH_STR(",\"weight\":1}]"));
		if (agents.n > 0 && agents.s[0] == '[') {
			sh_out_name(cx, o, key);
			sh_out_raw(cx, o, agents);
		}
	}
	sh_out_picked(cx, o, row, "inbound_webhook_url|fallback_number|allowed_outbound_country_list");
	sh_out_close(cx, o, '}');
	return sh_out_text(cx, o);
}

void
retell_numbers_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	retell_request(cx, a, "GET", retell_page(cx, "/v2/list-phone-numbers", cursor), SH_NONE, r);
}

enum sh_answer
retell_numbers_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *row = NULL;
	enum sh_answer answer = retell_list(cx, x, &row, &cx->cursor);

	(void)a;
	for (; row; row = sh_json_next(cx, row)) {
		struct sh_str id = sh_json_get_str(cx, row, "phone_number");
		struct sh_number n = { .e164 = id, .provider_id = id, .voice = true };

		n.label = sh_str_or(sh_json_get_str(cx, row, "nickname"), sh_json_get_str(cx, row, "phone_number_pretty"));
		n.sms = sh_json_first(cx, sh_json_get(cx, row, "outbound_sms_agents")) ||
			sh_json_get_str(cx, row, "outbound_sms_agent_id").n;
		n.bindings = retell_bindings(cx, row);
		sh_number_add(cx, &n);
	}
	return answer;
}

void
retell_agents_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	retell_request(cx, a, "POST", retell_page(cx, "/v2/list-agents", cursor), SH_STR("{}"), r);
}

enum sh_answer
retell_agents_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *row = NULL;
	enum sh_answer answer = retell_list(cx, x, &row, &cx->cursor);

	(void)a;
	for (; row; row = sh_json_next(cx, row)) {
		struct sh_agent agent = { .provider_id = sh_json_get_str(cx, row, "agent_id"),
			.name = sh_json_get_str(cx, row, "agent_name"),
			.version = sh_json_get_plain(cx, row, "version") };

		agent.channel = sh_str_is(sh_json_get_str(cx, row, "channel"), "chat") ? SH_CHANNEL_CHAT : SH_CHANNEL_VOICE;
		sh_agent_add(cx, &agent);
	}
	return answer;
}

/* ---- dial ---- */

/* Calls alone: a message that got lost could not be looked for, since Retell's list of chats has no metadata filter. */
void
retell_dial_request(struct sh_ctx *cx, const struct sh_account *a, const struct sh_dial *d, struct sh_request *r)
{
	struct sh_out *o = sh_out_new(cx);

	if (d->channel != SH_CHANNEL_VOICE) {
		sh_failed(cx, "Retell's messages cannot be sent from here");
		return;
	}
	sh_out_open(cx, o, '{');
	sh_out_member(cx, o, "from_number", d->from->provider_id);
	sh_out_member(cx, o, "to_number", d->to);
	if (!d->from->e164.s) { /* a pseudo number of an own trunk */
		sh_out_key(cx, o, "ignore_e164_validation");
		sh_out_bool(cx, o, true);
	}
	if (d->agent_id.n > 0)
		retell_put_agent(cx, o, d->agent_id, sh_setting(a, RETELL_VERSION));
	sh_out_key(cx, o, "metadata");
	sh_out_metadata(cx, o, d);
	sh_out_key(cx, o, "retell_llm_dynamic_variables");
	sh_out_pairs(cx, o, d->variables, d->nvariables);
	sh_out_close(cx, o, '}');
	retell_request(cx, a, "POST", SH_STR("/v2/create-phone-call"), sh_out_text(cx, o), r);
}

/* The refusals that Retell documents for this route. A 429 is none: nothing says that it never places a call. */
static const struct sh_refusal retell_refusals[] = {
	{ 400, "", "bad_request", SH_REFUSED(OTHER, NEVER, NONE) },
	{ 401, "", "bad_key", SH_REFUSED(TECHNICAL_ERROR, POLICY, PAUSE_WORKSPACE) },
	{ 402, "", "payment_required", SH_REFUSED(TECHNICAL_ERROR, POLICY, PAUSE_WORKSPACE) },
	{ 403, "", "key_not_permitted", SH_REFUSED(TECHNICAL_ERROR, POLICY, PAUSE_WORKSPACE) },
	{ 422, "", "agent_or_number_unknown", SH_REFUSED(OTHER, NEVER, NONE) },
	{ 0 },
};

void
retell_dial_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x, struct sh_placed *p)
{
	const struct sh_json *doc = sh_json_parse(cx, x->response->body);

	(void)a;
	sh_placed(cx, x, p, sh_json_get_str(cx, doc, "call_id"));
	if (sh_str_is(sh_json_get_str(cx, doc, "status"), "error"))
		sh_refused(cx, x, retell_refusals, x->response->body, p);
}

/* ---- look back ---- */

static struct sh_str
retell_is(struct sh_ctx *cx, const char *before, struct sh_str value)
{
	if (value.n == 0)
		return SH_NONE;
	return sh_join(
	    cx, sh_str(before), SH_STR("\"type\":\"string\",\"op\":\"eq\",\"value\":"), sh_json_quote(cx, value), SH_STR("}"));
}

/*
 * Three walks, named by the first letter of their cursors. By dial id (d) there is no time filter, because a call that
 * still rings has no start. A window of time is walked by start (s), then by end (e): calls that never connected have
 * an end only, ten minutes after they were made at the latest.
 */
void
retell_calls_request(
    struct sh_ctx *cx, const struct sh_account *a, const struct sh_query *q, struct sh_str cursor, struct sh_request *r)
{
	char walk = q->dial_id.n > 0 ? 'd' : cursor.n > 0 && cursor.s[0] == 'e' ? 'e' : 's';
	struct sh_str filter, page = SH_NONE;

	if (walk == 'd')
		filter = sh_join(cx, retell_is(cx, "\"metadata\":[{\"key\":\"" SH_META_DIAL "\",", q->dial_id), SH_STR("]"));
	else
		filter = sh_join(cx, walk == 's' ? SH_STR("\"start") : SH_STR("\"end"),
		    SH_STR("_timestamp\":{\"type\":\"range\",\"op\":\"bt\",\"value\":["), sh_int_format(cx, q->from_ms),
		    SH_STR(","), sh_int_format(cx, q->until_ms + (walk == 'e' ? 600000 : 0)), SH_STR("]}"));
	if (cursor.n > 1)
		page =
		    sh_join(cx, SH_STR(",\"pagination_key\":"), sh_json_quote(cx, (struct sh_str){ cursor.s + 1, cursor.n - 1 }));
	retell_request(cx, a, "POST", SH_STR("/v3/list-calls"),
	    sh_join(cx, SH_STR("{\"filter_criteria\":{"), filter,
		SH_STR(",\"direction\":{\"type\":\"enum\",\"op\":\"in\",\"value\":[\"outbound\"]}"),
		retell_is(cx, ",\"from_number\":{", q->from), retell_is(cx, ",\"to_number\":{", q->to),
		walk == 'd' ? SH_STR("},\"sort_order\":\"descending\",\"limit\":10")
			    : SH_STR("},\"sort_order\":\"ascending\",\"limit\":200"),
		page, SH_STR("}")),
	    r);
}

enum sh_answer
retell_calls_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *row = NULL;
	bool later = x->cursor.n > 0 && x->cursor.s[0] == 'e', dial = x->query->dial_id.n > 0;
	struct sh_str next, walk = dial ? SH_STR("d") : later ? SH_STR("e") : SH_STR("s");
	enum sh_answer answer = retell_list(cx, x, &row, &next);

	for (; row; row = sh_json_next(cx, row)) {
		/* A row that cannot be read may be the very one that is looked for. */
		if (sh_json_get_str(cx, row, "call_id").n == 0)
			return sh_failed(cx, "a row of the list holds no call");
		retell_look(cx, row);
	}
	(void)a;
	if (answer == SH_ANSWER_OK)
		sh_next(cx, next.n ? sh_join(cx, walk, next) : !dial && !later ? SH_STR("e") : SH_NONE);
	return answer;
}

void
retell_call_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str id, struct sh_request *r)
{
	struct sh_str segment = sh_path_segment(cx, id);

	if (segment.s)
		retell_request(cx, a, "GET", sh_join(cx, SH_STR("/v2/get-call/"), segment), SH_NONE, r);
}

enum sh_answer
retell_call_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *doc;
	enum sh_answer answer = sh_answer_json(cx, x, "call_id", &doc);

	(void)a;
	if (x->response->status == 422) /* what Retell answers about an id that it does not know */
		return SH_ANSWER_ABSENT;
	if (answer == SH_ANSWER_OK)
		retell_look(cx, doc);
	return answer;
}
