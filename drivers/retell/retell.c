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
 * - Lists come in pages of {"items", "pagination_key", "has_more"}. Until spring 2026 they were bare arrays, and numbers
 *   named one agent where they now have weighted ones; both are still read, since relays and old routes give them.
 * - Creating a call cannot be repeated safely. Our dial id travels in its metadata, by which the list finds it.
 * - Enums are open: a reason that is not in the table is kept and never redialled.
 */
#include <switchhook/driver.h>

/* ---- settings ---- */

enum {
#define SETTING(id_, ...) RETELL_##id_,
#include "drivers/retell/settings.def"
};

static const struct sh_setting retell_settings[] = {
#define SETTING(id_, ...) [RETELL_##id_] = SH_SETTING_ROW(__VA_ARGS__),
#include "drivers/retell/settings.def"
	{ 0 }
};

static const char *const retell_hosts[] = { "api.retellai.com", NULL };

/* ---- verify ---- */

static enum sh_verdict
retell_verify(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	struct sh_str h, hex, parts[] = { d->body, SH_STR("") };
	enum sh_verdict one = sh_header_one(d, "x-retell-signature", &h);
	int64_t v;

	if (one != SH_VERDICT_VALID)
		return one;
	if (h.n == 64 && sh_setting_on(a, RETELL_BODY_HMAC))
		hex = h;
	else {
		/* v=<digits>,d=<64 hex>, with nothing before, between or after; no leading zero, at most 15 digits. */
		parts[1] = sh_str_cut(sh_str_after(h, "v="), ",d=", &hex);
		if (hex.n != 64 || parts[1].n > 15 || !sh_int_parse(cx, parts[1], &v) || v < 1 || parts[1].s[0] == '0')
			return SH_VERDICT_INVALID;
		if (!sh_is_fresh(cx, d, v, sh_setting(a, RETELL_WINDOW)))
			return SH_VERDICT_STALE;
	}
	return sh_is_signed(cx, a, RETELL_WEBHOOK_KEY, SH_SHA256, parts, 2, sh_hex, hex) ? SH_VERDICT_VALID : SH_VERDICT_INVALID;
}

/* ---- read an event ---- */

static const struct retell_event {
	const char *name, *object, *id;
	enum sh_kind kind;
	const char *news[2];
	bool over, final;
	enum sh_direction direction;
	enum sh_channel channel;
} retell_events[] = {
#define EVENT(name_, object_, id_, kind_, ...)                                                                                     \
	{ .name = name_, .object = #object_, .id = #id_, .kind = SH_KIND_##kind_, ##__VA_ARGS__ },
#include "drivers/retell/events.def"
};

/* The event's name and id, and a digest of what is news in it where these do not tell it from its like. */
static struct sh_str
retell_dedup(
    struct sh_ctx *cx, const struct retell_event *row, struct sh_str id, const struct sh_json *doc, const struct sh_delivery *d)
{
	struct sh_str name = sh_json_get_str(cx, doc, "event"), parts[2] = { d->body, SH_NONE };

	if (id.n > 0 && row->name && !row->news[0])
		return sh_join(cx, name, SH_STR(":"), id);
	for (size_t i = 0; i < 2 && id.n > 0 && row->name; i++)
		parts[i] = sh_json_raw(cx, sh_json_at(cx, doc, row->news[i]));
	/* Who calls twice asks twice, in the same words: the signature's time tells them apart. */
	if (row->kind == SH_KIND_CALL_INBOUND)
		parts[1] = sh_header(d->headers, d->nheaders, "x-retell-signature");
	return sh_join(cx, sh_str_or(name, SH_STR("-")), SH_STR(":"), id, SH_STR(":"), sh_dedup(cx, parts, 2));
}

static const struct sh_member retell_fields[] = {
#include "drivers/retell/fields.def"
	{ 0 }
};

/*
 * Fills in what a call or chat object says and hands the event over. Only what is named is copied; access_token, which lets
 * its bearer into the call, is not.
 */
static void
retell_give(struct sh_ctx *cx, const struct sh_json *j, struct sh_event *e)
{
	struct sh_str direction = sh_json_get_str(cx, j, "direction"), chat = sh_json_get_str(cx, j, "chat_type");

	sh_event_fill(cx, e, j, retell_fields);
	if (sh_json_get(cx, j, "chat_id"))
		e->channel = sh_str_is(chat, "api_chat") ? SH_CHANNEL_CHAT : SH_CHANNEL_SMS;
	if (direction.n > 0)
		e->direction = sh_direction(direction);
	if (sh_str_is(sh_json_get_str(cx, j, "disconnection_reason"), "user_requested_callback"))
		e->callback = SH_WISH_YES;
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

/* ---- normalize ---- */

static enum sh_answer
retell_normalize(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	const struct sh_json *doc = sh_json_parse(cx, d->body), *j;
	const struct retell_event *row = retell_events;
	struct sh_event e = { .name = sh_json_get_str(cx, doc, "event") };
	struct sh_str id;

	if (sh_json_type(cx, doc) != SH_JSON_OBJECT)
		return sh_failed(cx, doc ? "the body is not a JSON object" : "the body is not JSON");
	while (row->name && !sh_str_is(e.name, row->name))
		row++;
	j = sh_json_get(cx, doc, row->object);
	id = sh_json_get_str(cx, j, row->id);
	e.dedup = retell_dedup(cx, row, id, doc, d);
	e.direction = row->direction;
	e.channel = row->channel;
	/* An end of no call is kept, but there is nothing that it could end. */
	if (id.n > 0 || row->kind == SH_KIND_CALL_INBOUND) {
		e.kind = row->kind;
		e.over = row->over;
		e.final = row->kind == SH_KIND_CALL_ENDED ? retell_unheard(cx, j) : row->final;
	}
	retell_give(cx, j, &e);
	return SH_ANSWER_OK;
}

/* ---- reply ---- */

/* A version is a number or a word, and Retell wants numbers as numbers. */
static void
retell_put_agent(struct sh_ctx *cx, struct sh_out *o, struct sh_str agent_id, struct sh_str version)
{
	sh_out_member(cx, o, "override_agent_id", agent_id);
	sh_out_member_plain(cx, o, "override_agent_version", version);
}

/* An empty object declines the call, unless the number is bound to an agent at Retell. */
static void
retell_reply(
    struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a, const struct sh_finding *f, struct sh_reply *r)
{
	struct sh_out *o = sh_out_new(cx);

	if (!f->question)
		return;
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
	r->body = sh_out_text(cx, o);
}

/* ---- requests ---- */

static void
retell_request(
    struct sh_ctx *cx, const struct sh_account *a, const char *method, struct sh_str path, struct sh_str body, struct sh_request *r)
{
	sh_request_json(cx, r, sh_str(method), sh_url(cx, sh_setting(a, RETELL_BASE_URL), path),
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
static void
retell_check_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	retell_request(cx, a, "GET", SH_STR("/v2/list-phone-numbers?limit=1"), SH_NONE, r);
}

static enum sh_answer
retell_check_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *doc, *row;

	return sh_answer_list(cx, x, "|items", &doc, &row);
}

/* ---- numbers ---- */

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

static void
retell_numbers_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	retell_request(cx, a, "GET", retell_page(cx, "/v2/list-phone-numbers", cursor), SH_NONE, r);
}

static enum sh_answer
retell_numbers_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *row = NULL;
	enum sh_answer answer = retell_list(cx, x, &row, &cx->cursor);

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

/* ---- agents ---- */

static void
retell_agents_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	retell_request(cx, a, "POST", retell_page(cx, "/v2/list-agents", cursor), SH_STR("{}"), r);
}

static enum sh_answer
retell_agents_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *row = NULL;
	enum sh_answer answer = retell_list(cx, x, &row, &cx->cursor);

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
static void
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

static const struct sh_refusal retell_refusals[] = {
#include "drivers/retell/refusals.def"
	{ 0 }
};

static void
retell_dial_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x, struct sh_placed *p)
{
	const struct sh_json *doc = sh_json_parse(cx, x->response->body);

	sh_placed(cx, x, p, sh_json_get_str(cx, doc, "call_id"));
	if (sh_str_is(sh_json_get_str(cx, doc, "status"), "error"))
		sh_refused(cx, x, retell_refusals, x->response->body, p);
}

/* ---- look back ---- */

/* A call as a list or a look-up shows it. There the status is all there is to go by. */
static void
retell_look(struct sh_ctx *cx, const struct sh_json *j)
{
	struct sh_str status = sh_json_get_str(cx, j, "call_status");
	bool analyzed = sh_json_type(cx, sh_json_get(cx, j, "call_analysis")) == SH_JSON_OBJECT;
	struct sh_event e = { .kind = sh_str_is(status, "ongoing") ? SH_KIND_CALL_STARTED : SH_KIND_OTHER, .name = status };

	if (sh_str_among(status, "ended|not_connected|error")) {
		e.over = true;
		e.final = analyzed || retell_unheard(cx, j);
		e.kind = analyzed ? SH_KIND_CALL_ANALYZED : SH_KIND_CALL_ENDED;
	}
	retell_give(cx, j, &e);
}

static struct sh_str
retell_is(struct sh_ctx *cx, const char *before, struct sh_str value)
{
	if (value.n == 0)
		return SH_NONE;
	return sh_join(
	    cx, sh_str(before), SH_STR("\"type\":\"string\",\"op\":\"eq\",\"value\":"), sh_json_quote(cx, value), SH_STR("}"));
}

/*
 * Three walks. By dial id (d) there is no time filter, because a call that still rings has no start. A window of time is
 * walked by start (s), then by end (e): calls that never connected have an end only, ten minutes after they were made at
 * the latest.
 */
static void
retell_calls_request(
    struct sh_ctx *cx, const struct sh_account *a, const struct sh_query *q, struct sh_str cursor, struct sh_request *r)
{
	const char *walks = q->dial_id.n > 0 ? "d" : "se";
	struct sh_str page, by;
	char walk = walks[sh_walk_at(cursor, walks, &page)];

	if (walk == 'd')
		by = sh_join(cx, retell_is(cx, "\"metadata\":[{\"key\":\"" SH_META_DIAL "\",", q->dial_id), SH_STR("]"));
	else
		by = sh_join(cx, walk == 's' ? SH_STR("\"start") : SH_STR("\"end"),
		    SH_STR("_timestamp\":{\"type\":\"range\",\"op\":\"bt\",\"value\":["), sh_int_format(cx, q->from_ms),
		    SH_STR(","), sh_int_format(cx, q->until_ms + (walk == 'e' ? 600000 : 0)), SH_STR("]}"));
	if (page.n > 0)
		page = sh_join(cx, SH_STR(",\"pagination_key\":"), sh_json_quote(cx, page));
	retell_request(cx, a, "POST", SH_STR("/v3/list-calls"),
	    sh_join(cx, SH_STR("{\"filter_criteria\":{"), by,
		SH_STR(",\"direction\":{\"type\":\"enum\",\"op\":\"in\",\"value\":[\"outbound\"]}"),
		retell_is(cx, ",\"from_number\":{", q->from), retell_is(cx, ",\"to_number\":{", q->to),
		walk == 'd' ? SH_STR("},\"sort_order\":\"descending\",\"limit\":10")
			    : SH_STR("},\"sort_order\":\"ascending\",\"limit\":200"),
		page, SH_STR("}")),
	    r);
}

static enum sh_answer
retell_calls_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const char *walks = x->query->dial_id.n > 0 ? "d" : "se";
	const struct sh_json *row;
	struct sh_str page, next;
	enum sh_answer answer = retell_list(cx, x, &row, &next);

	for (; row; row = sh_json_next(cx, row))
		retell_look(cx, row);
	sh_walk_next(cx, walks, sh_walk_at(x->cursor, walks, &page), next);
	return answer;
}

static void
retell_call_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str id, struct sh_request *r)
{
	retell_request(cx, a, "GET", sh_path(cx, "/v2/get-call/", id), SH_NONE, r);
}

static enum sh_answer
retell_call_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *doc;
	enum sh_answer answer = sh_answer_json(cx, x, "call_id", &doc);

	if (x->response->status == 422) /* what Retell answers about an id that it does not know */
		return SH_ANSWER_ABSENT;
	if (answer == SH_ANSWER_OK)
		retell_look(cx, doc);
	return answer;
}

/* ---- outcome ---- */

/* A machine was talked to, whatever the reason says; but a wish not to be called outlives any doubt about who spoke. */
static void
retell_outcome(struct sh_ctx *cx, const struct sh_pair *facts, size_t n, struct sh_disposition *ret)
{
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
    .verify = retell_verify, .normalize = retell_normalize, .reply = retell_reply, .outcome = retell_outcome,
    SH_ASKS(retell, check), SH_ASKS(retell, numbers), SH_ASKS(retell, agents), SH_ASKS(retell, dial), SH_ASKS(retell, calls),
    SH_ASKS(retell, call), );
