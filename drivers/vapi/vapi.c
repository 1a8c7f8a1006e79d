/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Vapi: assistants and squads of assistants on phone numbers; webhooks ("server messages"); REST at api.vapi.ai.
 *
 * What is odd about Vapi, and shapes this file:
 * - How a delivery is signed is chosen by the customer, credential by credential: each part of it is a setting here.
 * - A call ends twice: status "ended" at once, the report when it has been analysed. The report is the final word, except
 *   where nobody can have been on the line.
 * - Fields move: between the message and the call inside it, and between places for metadata. "hang" is no hang-up.
 * - Bodies cannot be compared, since links in them are signed anew each time: events are told apart by call, type and status.
 * - There are six hundred reasons, and more to come: families of them are rows with a * at the end of the table.
 * - Lists have no pages, only bounds for the time at which a row was made, and nobody says in which order rows come: so a
 *   full answer is followed from its end, towards where it leads.
 */
#include <switchhook/driver.h>

/* ---- settings ---- */

enum {
#define SETTING(id_, ...) VAPI_##id_,
#include "drivers/vapi/settings.def"
};

static const struct sh_setting vapi_settings[] = {
#define SETTING(id_, ...) [VAPI_##id_] = SH_SETTING_ROW(__VA_ARGS__),
#include "drivers/vapi/settings.def"
	{ 0 }
};

static const char *const vapi_hosts[] = { "api.vapi.ai", NULL };

/* ---- verify ---- */

static enum sh_verdict
vapi_verify_hmac(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a, struct sh_str given)
{
	const struct sh_str keys[] = { sh_setting(a, VAPI_WEBHOOK_SECRET), sh_setting_old(a, VAPI_WEBHOOK_SECRET) };
	struct sh_str format = sh_setting(a, VAPI_PAYLOAD_FORMAT), algorithm = sh_setting(a, VAPI_ALGORITHM), message;
	enum sh_hash hash = sh_str_is(algorithm, "sha512") ? SH_SHA512 : sh_str_is(algorithm, "sha1") ? SH_SHA1 : SH_SHA256;
	bool base64 = sh_str_is(sh_setting(a, VAPI_SIGNATURE_ENCODING), "base64");
	struct sh_pair fields[] = { { SH_STR("{body}"), d->body }, { SH_STR("{method}"), d->method }, { SH_STR("{url}"), d->url },
		{ SH_STR("{timestamp}"), SH_NONE }, { SH_STR("{svix-id}"), SH_NONE } };
	int64_t ms;

	sh_header_one(d, sh_setting(a, VAPI_TIMESTAMP_HEADER).s, &fields[3].value);
	sh_header_one(d, sh_setting(a, VAPI_MESSAGE_ID_HEADER).s, &fields[4].value);
	message = sh_str_fields(cx, format, fields, 5);
	given = sh_str_after(given, sh_str_or(sh_setting(a, VAPI_SIGNATURE_PREFIX), SH_STR("")).s);
	if (format.n == 0 || !strstr(format.s, "{body}") || !message.s || !given.s)
		return SH_VERDICT_INVALID;
	if (strstr(format.s, "{timestamp}")) {
		if (!sh_int_parse(cx, fields[3].value, &ms) || ms < 0 || ms > INT64_C(1000000000000000))
			return SH_VERDICT_INVALID;
		ms *= ms < INT64_C(1000000000000) ? 1000 : 1; /* the unit is not documented: of these days, more can only be ms */
		if (!sh_is_fresh(cx, d, ms, sh_setting(a, VAPI_WINDOW)))
			return SH_VERDICT_STALE;
	}
	given = base64 ? sh_base64_decode(cx, given) : sh_hex_decode(cx, given);
	for (size_t i = 0; i < 2; i++) {
		struct sh_str key = sh_setting_on(a, VAPI_SECRET_IS_BASE64) ? sh_base64_decode(cx, keys[i]) : keys[i];

		if (sh_is_signed_by(cx, key, hash, &message, 1, NULL, given))
			return SH_VERDICT_VALID;
	}
	return SH_VERDICT_INVALID;
}

/* Without a credential X-Vapi-Secret comes too, and is empty. */
static enum sh_verdict
vapi_verify(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	bool hmac = sh_str_is(sh_setting(a, VAPI_SCHEME), "hmac"), secret = sh_str_is(sh_setting(a, VAPI_SCHEME), "secret");
	const char *before = !secret && sh_setting_on(a, VAPI_BEARER_PREFIX) ? "Bearer " : "";
	struct sh_str name = sh_setting(a, hmac ? VAPI_SIGNATURE_HEADER : VAPI_TOKEN_HEADER), h;
	enum sh_verdict one = sh_header_one(d, secret ? "x-vapi-secret" : name.s, &h);

	if (one != SH_VERDICT_VALID || h.n == 0)
		return one == SH_VERDICT_MISSING ? one : SH_VERDICT_INVALID;
	if (hmac)
		return vapi_verify_hmac(cx, d, a, h);
	return sh_is_token(cx, a, VAPI_WEBHOOK_SECRET, before, h) ? SH_VERDICT_VALID : SH_VERDICT_INVALID;
}

/* ---- read an event ---- */

/* Where a thing stands: in a message, or in the call inside it. A call of the REST API stands for both. */
#define VAPI_SAYS(path) path "|call." path

/* Squads are agents like assistants, told apart by a word before their id, since a call asks for one or the other. */
#define VAPI_SQUAD "squad:"

static const struct sh_state vapi_events[] = {
#define EVENT(word_, kind_, ...) { .word = word_, .kind = SH_KIND_##kind_, ##__VA_ARGS__ },
#include "drivers/vapi/events.def"
};

static void
vapi_read_facts(struct sh_ctx *cx, const struct sh_json *m, const struct sh_json *call, struct sh_str status, struct sh_event *e)
{
	const struct sh_json *turn = sh_json_at(cx, m, VAPI_SAYS("artifact.messages"));
	struct sh_str spoke = sh_json_type(cx, turn) == SH_JSON_ARRAY ? SH_STR("false") : SH_NONE;

	for (turn = sh_json_first(cx, turn); turn; turn = sh_json_next(cx, turn))
		if (sh_str_is(sh_json_get_str(cx, turn, "role"), "user"))
			spoke = SH_STR("true");
	sh_fact(cx, e, "reason", sh_json_at_str(cx, m, VAPI_SAYS("endedReason")));
	sh_fact(cx, e, "status", status);
	sh_fact(cx, e, "type", sh_json_get_str(cx, call, "type"));
	if (e->started_ms && e->ended_ms >= e->started_ms)
		sh_fact(cx, e, "duration_ms", sh_int_format(cx, e->ended_ms - e->started_ms));
	sh_fact(cx, e, "agent_version", sh_json_at_str(cx, m, VAPI_SAYS("assistantVersion")));
	sh_fact(cx, e, "number_id", sh_json_get_str(cx, call, "phoneNumberId"));
	sh_fact(cx, e, "carrier_call_id", sh_json_at_str(cx, call, "phoneCallProviderId|transport.callSid"));
	sh_fact(cx, e, "user_spoke", e->over ? spoke : SH_NONE);
	sh_fact(cx, e, "successful", sh_json_plain(cx, sh_json_at(cx, m, VAPI_SAYS("analysis.successEvaluation"))));
}

static struct sh_str
vapi_number(struct sh_ctx *cx, const struct sh_json *j)
{
	struct sh_str s = sh_json_at_str(cx, j, "number|sipUri");

	return sh_str_is(sh_json_get_str(cx, j, "provider"), "vonage") ? sh_str_plus(cx, s) : s;
}

/* One-off assistants have no id at all; where the call names none, the last one that took part counts. */
static struct sh_str
vapi_agent(struct sh_ctx *cx, const struct sh_json *m, const struct sh_json *call)
{
	struct sh_str id = sh_json_get_str(cx, call, "assistantId"), squad = sh_json_get_str(cx, call, "squadId");

	if (id.n == 0 && squad.n == 0)
		id = sh_json_at_str(cx, m, VAPI_SAYS("artifact.assistantActivations.-1.assistantId") "|phoneNumber.assistantId");
	return sh_str_or(id, sh_str_behind(cx, VAPI_SQUAD, squad));
}

/*
 * Fills in what a message and the call in it say, or a call of the REST API. Only what is named here is copied: the number in
 * a message can hold its carrier's secrets.
 */
static void
vapi_read(struct sh_ctx *cx, const struct sh_json *m, const struct sh_json *call, struct sh_str status, struct sh_event *e)
{
	const struct sh_json *artifact = sh_json_at(cx, m, VAPI_SAYS("artifact"));
	struct sh_str own = vapi_number(cx, sh_json_at(cx, m, VAPI_SAYS("phoneNumber"))), said;
	struct sh_str other = vapi_number(cx, sh_json_at(cx, m, VAPI_SAYS("customer"))), name = sh_json_get_str(cx, call, "name");

	e->call_id = sh_json_get_str(cx, call, "id");
	e->agent_id = vapi_agent(cx, m, call);
	e->direction = sh_direction(sh_json_get_str(cx, call, "type"));
	sh_event_between(e, own, other);
	e->started_ms = sh_json_time(cx, sh_json_at(cx, m, VAPI_SAYS("startedAt")));
	e->ended_ms = sh_json_time(cx, sh_json_at(cx, m, VAPI_SAYS("endedAt")));
	vapi_read_facts(cx, m, call, status, e);
	/* There is nothing that the report could still change. */
	e->final |= e->over && sh_unheard(cx, e);
	/* It never connected. Earlier it might yet, and the first start that is told is kept. A caller who was not answered began nothing. */
	if (e->started_ms == 0 && e->final && e->direction != SH_DIRECTION_INBOUND)
		e->started_ms = sh_json_time(cx, sh_json_get(cx, call, "createdAt"));
	/* Structured outputs, and the older structured data. */
	e->answers = sh_json_answers(cx, sh_json_get(cx, artifact, "structuredOutputs"), "name", "result",
	    sh_json_at(cx, m, VAPI_SAYS("analysis.structuredData")));
	/* Vapi calls its side AI. */
	said = sh_join(cx, SH_STR("\n"), sh_json_get_str(cx, artifact, "transcript"));
	e->transcript = sh_str_from(sh_str_replace(cx, said, "\nAI:", "\nAgent:"), 1);
	e->recording_url = sh_json_at_str(cx, artifact, "presignedMonoUrl|recordingUrl");
	e->variables = sh_str_or(sh_json_get_raw(cx, artifact, "variableValues"),
	    sh_json_raw(cx, sh_json_at(cx, call, "assistantOverrides.variableValues")));
	/* Metadata stands in up to four places; of two members with one name the earlier place's counts. */
	e->metadata = sh_json_merge(cx, m,
	    VAPI_SAYS("metadata") "|" VAPI_SAYS("assistantOverrides.metadata") "|" VAPI_SAYS(
		"squadOverrides.metadata") "|assistant.metadata");
	e->dial_id = sh_json_get_str(cx, sh_json_parse(cx, e->metadata), SH_META_DIAL);
	/* Our calls bear it as their name and as the customer's id too; another's would hardly write the same into both. */
	if (e->dial_id.n == 0 && sh_str_eq(name, sh_json_at_str(cx, m, VAPI_SAYS("customer.externalId"))))
		e->dial_id = name;
	/* Vapi counts in dollars, and in a call that goes on from nothing. */
	e->cost_microcents = e->over ? sh_json_microcents(cx, sh_json_get(cx, m, "cost"), 8) : -1;
}

/* ---- normalize ---- */

static enum sh_answer
vapi_normalize(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	const struct sh_json *doc = sh_json_parse(cx, d->body), *m = sh_json_get(cx, doc, "message");
	struct sh_str type = sh_json_get_str(cx, m, "type"), status = sh_json_get_str(cx, m, "status");
	const struct sh_json *call = sh_json_get(cx, m, "call");
	struct sh_str id = sh_json_get_str(cx, call, "id"), medium = sh_json_get_str(cx, call, "type");
	struct sh_str stamp = sh_json_get_plain(cx, m, "timestamp");
	bool update = sh_str_is(type, "status-update");
	const struct sh_state *row = sh_state(vapi_events, update ? status : type);
	bool known = update || row->word;
	struct sh_event e = { .name = type };

	if (sh_json_type(cx, doc) != SH_JSON_OBJECT)
		return sh_failed(cx, doc ? "the body is not a JSON object" : "the body is not JSON");
	/* Calls of browsers and sockets are no telephone calls. */
	if (sh_str_is(medium, "webCall") || sh_str_is(medium, "vapi.websocketCall"))
		return SH_ANSWER_OK;
	if (id.n > 0 && (known || stamp.n > 0))
		e.dedup = sh_join(cx, type, SH_STR(":"), known ? status : stamp, SH_STR(":"), id);
	else
		e.dedup = sh_join(cx, sh_str_or(type, SH_STR("-")), SH_STR(":"), id, SH_STR(":"), sh_dedup(cx, &d->body, 1));
	/* An end of no call is kept, but there is nothing that it could end. */
	if (id.n > 0 || row->kind == SH_KIND_CALL_INBOUND)
		sh_event_state(&e, row);
	/* Other messages have a status of their own, and the call inside a report may still be "queued". */
	if (!update)
		status = row->over ? SH_STR("ended") : sh_json_get_str(cx, call, "status");
	vapi_read(cx, m, call, status, &e);
	sh_event_add(cx, &e);
	return SH_ANSWER_OK;
}

/* ---- reply ---- */

/* Whom a call is for, with its variables; and the metadata of a dial. */
static void
vapi_put_agent(
    struct sh_ctx *cx, struct sh_out *o, struct sh_str id, const struct sh_pair *variables, uint32_t n, const struct sh_dial *d)
{
	struct sh_str squad = sh_str_after(id, VAPI_SQUAD);

	sh_out_member(cx, o, squad.n ? "squadId" : "assistantId", squad.n ? squad : id);
	sh_out_object(cx, o, squad.n ? "squadOverrides" : "assistantOverrides");
	sh_out_key(cx, o, "variableValues");
	sh_out_pairs(cx, o, variables, n);
	if (d) {
		sh_out_key(cx, o, "metadata");
		sh_out_metadata(cx, o, d);
	}
	sh_out_close(cx, o, '}');
}

/* Only numbers that are bound to nothing ask. Whom nobody wants to talk to is told so, and then Vapi hangs up. */
static void
vapi_reply(
    struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a, const struct sh_finding *f, struct sh_reply *r)
{
	struct sh_out *o = sh_out_new(cx);

	if (!f->question)
		return;
	sh_out_open(cx, o, '{');
	if (!f->refused && f->agent_id.n > 0)
		vapi_put_agent(cx, o, f->agent_id, f->variables, f->nvariables, NULL);
	else
		sh_out_member(cx, o, "error", sh_setting(a, VAPI_REFUSAL));
	sh_out_close(cx, o, '}');
	r->body = sh_out_text(cx, o);
}

/* ---- requests ---- */

static void
vapi_request(
    struct sh_ctx *cx, const struct sh_account *a, const char *method, struct sh_str path, struct sh_str body, struct sh_request *r)
{
	sh_request_json(cx, r, sh_str(method), sh_url(cx, sh_setting(a, VAPI_BASE_URL), path),
	    sh_bearer(cx, sh_setting(a, VAPI_API_KEY)), body);
}

/* A list: of the rows that were made from a time on, or until one. A cursor, ">TIME" or "<TIME", stands for one of the two. */
static void
vapi_list_request(struct sh_ctx *cx, const struct sh_account *a, const char *path, struct sh_str cursor, struct sh_str from,
    struct sh_str until, struct sh_request *r)
{
	const struct sh_pair bounds[] = { { SH_STR("createdAtGe"), sh_str_or(sh_str_after(cursor, ">"), from) },
		{ SH_STR("createdAtLe"), sh_str_or(sh_str_after(cursor, "<"), until) } };

	vapi_request(cx, a, "GET", sh_url_with(cx, sh_str(path), bounds, 2), SH_NONE, r);
}

/* Rows of an answer, which may have 16 MiB: assistants hold their prompts, and calls what was said. */
enum { VAPI_NUMBERS = 1000, VAPI_ROWS = 100 };

/* The first row of a list of so many at most; the cursor is set if the list goes on. */
static enum sh_answer
vapi_list(struct sh_ctx *cx, const struct sh_exchange *x, size_t most, const struct sh_json **ret_first)
{
	const struct sh_json *doc;
	enum sh_answer answer = sh_answer_list(cx, x, "|results", &doc, ret_first);

	if (sh_list_count(cx, *ret_first) < most && !sh_json_true(cx, sh_json_at(cx, doc, "metadata.hasNextPage")))
		return answer;
	sh_next(cx, sh_list_beyond(cx, *ret_first, "createdAt"));
	/* Taken for the whole, it would prove that a call does not exist. */
	return answer == SH_ANSWER_OK && cx->cursor.n == 0 ? sh_failed(cx, "the list goes on, but does not say where") : answer;
}

/* No other read is as cheap. */
static void
vapi_check_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	vapi_request(cx, a, "GET", SH_STR("/assistant?limit=1"), SH_NONE, r);
}

static enum sh_answer
vapi_check_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *doc, *row;

	return sh_answer_list(cx, x, "|results", &doc, &row);
}

/* ---- numbers ---- */

static void
vapi_numbers_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	vapi_list_request(cx, a, "/phone-number?limit=1000", cursor, SH_NONE, SH_NONE, r);
}

static enum sh_answer
vapi_numbers_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *row;
	enum sh_answer answer = vapi_list(cx, x, VAPI_NUMBERS, &row);

	for (; row; row = sh_json_next(cx, row)) {
		struct sh_str number = vapi_number(cx, row), status = sh_json_get_str(cx, row, "status");
		struct sh_str assistant = sh_json_get_str(cx, row, "assistantId"), squad = sh_json_get_str(cx, row, "squadId");
		struct sh_number n = { .e164 = number, .provider_id = sh_json_get_str(cx, row, "id") };

		n.voice = number.n > 0 && (status.n == 0 || sh_str_is(status, "active"));
		n.label = sh_str_or(sh_json_get_str(cx, row, "name"), number);
		/* Its carrier's secrets, which the row can hold, stay where they are. */
		n.bindings = sh_json_pick(cx, row, "provider|status|assistantId|squadId|workflowId|sipUri|server_url=server.url");
		/* A call must say whom it is for, even if the number does. */
		n.dial = sh_json_quote(cx, sh_str_or(sh_str_behind(cx, VAPI_SQUAD, squad), assistant));
		sh_number_add(cx, &n);
	}
	return answer;
}

/* ---- agents: two lists, assistants and then squads ---- */

static void
vapi_agents_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	struct sh_str rest;
	size_t squads = sh_walk_at(cursor, "as", &rest);

	vapi_list_request(cx, a, squads ? "/squad?limit=100" : "/assistant?limit=100", rest, SH_NONE, SH_NONE, r);
}

static enum sh_answer
vapi_agents_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	size_t squads = sh_walk_at(x->cursor, "as", NULL);
	const struct sh_json *row;
	enum sh_answer answer = vapi_list(cx, x, VAPI_ROWS, &row);

	for (; row; row = sh_json_next(cx, row)) {
		struct sh_agent agent = { .provider_id = sh_json_get_str(cx, row, "id"),
			.name = sh_json_get_str(cx, row, "name"),
			.version = sh_json_get_plain(cx, row, "latestVersion") };

		if (squads)
			agent.provider_id = sh_str_behind(cx, VAPI_SQUAD, agent.provider_id);
		sh_agent_add(cx, &agent);
	}
	if (answer == SH_ANSWER_OK)
		sh_walk_next(cx, "as", squads, cx->cursor);
	return answer;
}

/* ---- dial ---- */

/* The dial's id goes along three times: a list shows all of them, and metadata has been seen to move. */
static void
vapi_dial_request(struct sh_ctx *cx, const struct sh_account *a, const struct sh_dial *d, struct sh_request *r)
{
	struct sh_str agent = sh_str_or(d->agent_id, sh_json_str(cx, sh_json_parse(cx, d->from->dial)));
	bool voice = d->channel == SH_CHANNEL_VOICE;
	struct sh_out *o = sh_out_new(cx);

	if (!voice || agent.n == 0) {
		sh_failed(cx, voice ? "there is no agent to talk" : "Vapi's messages cannot be sent from here");
		return;
	}
	sh_out_open(cx, o, '{');
	sh_out_member(cx, o, "phoneNumberId", d->from->provider_id);
	sh_out_member(cx, o, "name", d->dial_id);
	sh_out_object(cx, o, "customer");
	sh_out_member(cx, o, "number", d->to);
	sh_out_member(cx, o, "externalId", d->dial_id);
	sh_out_close(cx, o, '}');
	vapi_put_agent(cx, o, agent, d->variables, d->nvariables, d);
	sh_out_close(cx, o, '}');
	vapi_request(cx, a, "POST", SH_STR("/call"), sh_out_text(cx, o), r);
}

static const struct sh_refusal vapi_refusals[] = {
#include "drivers/vapi/refusals.def"
	{ 0 }
};

/* A 201 may say that no slot is free: then the call exists all the same, and ends with that reason. */
static void
vapi_dial_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x, struct sh_placed *p)
{
	const struct sh_json *doc = sh_json_parse(cx, x->response->body);

	sh_placed(cx, x, p, sh_json_get_str(cx, doc, "id"));
	/* A text, or a list of texts; in the page of something that stands before Vapi there is neither. */
	sh_refused(cx, x, vapi_refusals, sh_json_get_raw(cx, doc, "message"), p);
}

/* ---- look back ---- */

/*
 * A call as a list or a look-up shows it. Of a list, others' calls are left out; but one to the same number that bears no mark
 * at all may be the one, and so may a row that cannot be read: without an id the host does not take the list.
 */
static void
vapi_look(struct sh_ctx *cx, const struct sh_json *call, const struct sh_query *q)
{
	struct sh_str status = sh_json_get_str(cx, call, "status");
	bool analyzed = sh_json_type(cx, sh_json_get(cx, call, "analysis")) == SH_JSON_OBJECT, others;
	struct sh_event e = { .name = status };

	sh_event_state(&e, sh_state(vapi_events, status));
	if (e.over && analyzed)
		sh_event_state(&e, sh_state(vapi_events, SH_STR("end-of-call-report")));
	vapi_read(cx, call, call, status, &e);
	others = q && (e.direction != SH_DIRECTION_OUTBOUND ||
			  (q->dial_id.n > 0 && (e.dial_id.n > 0 ? !sh_str_eq(e.dial_id, q->dial_id) : !sh_str_eq(e.to, q->to))));
	if (!others || e.call_id.n == 0)
		sh_event_add(cx, &e);
}

/* By the time at which a call was made, which each call has from its beginning; there is no filter for anything of ours. */
static void
vapi_calls_request(
    struct sh_ctx *cx, const struct sh_account *a, const struct sh_query *q, struct sh_str cursor, struct sh_request *r)
{
	vapi_list_request(cx, a, "/call?limit=100", cursor, sh_time_format(cx, q->from_ms), sh_time_format(cx, q->until_ms), r);
}

static enum sh_answer
vapi_calls_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *row;
	enum sh_answer answer = vapi_list(cx, x, VAPI_ROWS, &row);

	for (; row; row = sh_json_next(cx, row))
		vapi_look(cx, row, x->query);
	return answer;
}

static void
vapi_call_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str id, struct sh_request *r)
{
	vapi_request(cx, a, "GET", sh_path(cx, "/call/", id), SH_NONE, r);
}

static enum sh_answer
vapi_call_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *doc;
	enum sh_answer answer = sh_answer_json(cx, x, "id", &doc);

	if (answer == SH_ANSWER_OK)
		vapi_look(cx, doc, NULL);
	return answer;
}

/* ---- outcome ---- */

/* It broke down in the middle of a conversation, and not before one. */
static void
vapi_outcome(struct sh_ctx *cx, const struct sh_pair *facts, size_t n, struct sh_disposition *ret)
{
	if (ret->outcome == SH_OUTCOME_TECHNICAL_ERROR && sh_str_is(sh_pair_get(facts, n, "user_spoke"), "true"))
		ret->retry = SH_RETRY_NEVER;
}

/* ---- the table ---- */

static const struct sh_reason vapi_reasons[] = {
#include "drivers/vapi/reasons.def"
	{ 0 }
};

SH_DRIVER(.name = "vapi", .title = "Vapi", .version = "1.0", .settings = vapi_settings, .reasons = vapi_reasons,
    .hosts = vapi_hosts, .base_url_setting = "base_url", .dials_per_minute = 60, /* a limit exists, and is not published */
    .dials_at_once = 10, /* the slots of a new organization, which inbound calls take too */
    /* Assumed, to be measured: the vendor's users wait 3 minutes for a late row; calls last 10 minutes unless set otherwise. */
    .has_answers = true, .list_has_dial_id = true, .list_lag_s = 300, .accept_s = 60, .queue_s = 300, .call_s = 43200 + 300,
    SH_ASKS(vapi, check), SH_ASKS(vapi, numbers), SH_ASKS(vapi, agents), SH_ASKS(vapi, dial), SH_ASKS(vapi, calls),
    SH_ASKS(vapi, call), .verify = vapi_verify, .normalize = vapi_normalize, .reply = vapi_reply, .outcome = vapi_outcome);
