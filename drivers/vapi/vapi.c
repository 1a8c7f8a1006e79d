/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Vapi: assistants and squads of assistants on phone numbers; webhooks ("server messages"); REST at api.vapi.ai.
 *
 * What is odd about Vapi, and shapes this file:
 * - How a delivery is signed is chosen by the customer, credential by credential: each part of it is a setting here.
 * - A call ends twice: status "ended" at once, the report when it has been analysed. The report is the final word, except
 *   where nobody can have been on the line.
 * - Fields move: between the message and the call inside it, and between two places for metadata. "hang" is no hang-up.
 * - Bodies cannot be compared, since links in them are signed anew each time: events are told apart by call, type and status.
 * - There are six hundred reasons, and more to come: families of them are rows with a * at the end of the table.
 */
#include "drivers/vapi/vapi.h"

static sh_driver_verify_f vapi_verify;
static sh_driver_normalize_f vapi_normalize;
static sh_driver_reply_f vapi_reply;
static sh_driver_outcome_f vapi_outcome;

/* ---- settings ---- */

static const struct sh_setting vapi_settings[] = {
#define SETTING(id_, name_, scope_, kind_, help_, ...)                                                                             \
	[VAPI_##id_] = { .name = #name_, .scope = SH_SCOPE_##scope_, .kind = SH_SETTING_##kind_, .help = help_, __VA_ARGS__ },
#include "drivers/vapi/settings.def"
	{ 0 }
};

static const char *const vapi_hosts[] = { "api.vapi.ai", NULL };

/* ---- verify ---- */

/* What the credential's format says is signed, part by part; 0: something of it is missing, or the body is no part of it. */
enum { VAPI_PARTS = 256 };

static size_t
vapi_parts(
    const struct sh_delivery *d, struct sh_str format, struct sh_str stamp, struct sh_str id, struct sh_str parts[VAPI_PARTS])
{
	const struct sh_pair fields[] = { { SH_STR("{body}"), d->body }, { SH_STR("{timestamp}"), stamp },
		{ SH_STR("{method}"), d->method }, { SH_STR("{url}"), d->url }, { SH_STR("{svix-id}"), id }, { SH_NONE, SH_NONE } };
	size_t n = 0;

	for (size_t at = 0; at < format.n && n < VAPI_PARTS; n++) {
		const struct sh_pair *f = fields;

		while (f->name.n && (format.n - at < f->name.n || memcmp(format.s + at, f->name.s, f->name.n) != 0))
			f++;
		parts[n] = f->name.n ? f->value : (struct sh_str){ format.s + at, 1 };
		if (!parts[n].s)
			return 0;
		at += f->name.n ? f->name.n : 1;
	}
	return n < VAPI_PARTS && format.n > 0 && strstr(format.s, "{body}") ? n : 0;
}

static bool
vapi_is_signed(
    struct sh_ctx *cx, const struct sh_account *a, struct sh_str key, const struct sh_str *parts, size_t n, struct sh_str signature)
{
	struct sh_str algorithm = sh_setting(a, VAPI_ALGORITHM);
	enum sh_hash hash = sh_str_is(algorithm, "sha512") ? SH_SHA512 : sh_str_is(algorithm, "sha1") ? SH_SHA1 : SH_SHA256;

	if (sh_setting_on(a, VAPI_SECRET_IS_BASE64))
		key = sh_base64_decode(cx, key);
	return sh_is_signed_by(cx, key, hash, parts, n, NULL, signature);
}

static enum sh_verdict
vapi_verify_hmac(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a, struct sh_str signature)
{
	struct sh_str format = sh_setting(a, VAPI_PAYLOAD_FORMAT), prefix = sh_setting(a, VAPI_SIGNATURE_PREFIX);
	struct sh_str stamp, id, parts[VAPI_PARTS];
	int64_t v;
	size_t n;

	sh_header_one(d, sh_setting(a, VAPI_TIMESTAMP_HEADER).s, &stamp);
	sh_header_one(d, sh_setting(a, VAPI_MESSAGE_ID_HEADER).s, &id);
	n = vapi_parts(d, format, stamp, id, parts);
	if (n == 0 || signature.n < prefix.n || (prefix.n > 0 && memcmp(signature.s, prefix.s, prefix.n) != 0))
		return SH_VERDICT_INVALID;
	signature = (struct sh_str){ signature.s + prefix.n, signature.n - prefix.n };
	if (sh_str_is(sh_setting(a, VAPI_SIGNATURE_ENCODING), "base64"))
		signature = sh_base64_decode(cx, signature);
	else
		signature = sh_hex_decode(cx, signature);
	if (strstr(format.s, "{timestamp}")) {
		if (!sh_int_parse(cx, stamp, &v) || v < 0 || v > INT64_C(1000000000000000))
			return SH_VERDICT_INVALID;
		v *= v < INT64_C(1000000000000) ? 1000 : 1; /* the unit is not documented: of these days, more can only be ms */
		if (!sh_is_fresh(cx, d, v, sh_setting(a, VAPI_WINDOW)))
			return SH_VERDICT_STALE;
	}
	if (vapi_is_signed(cx, a, sh_setting(a, VAPI_WEBHOOK_SECRET), parts, n, signature) ||
	    vapi_is_signed(cx, a, sh_setting_old(a, VAPI_WEBHOOK_SECRET), parts, n, signature))
		return SH_VERDICT_VALID;
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

/* ---- normalize ---- */

static const struct vapi_event {
	const char *type, *status; /* NULL as status: any */
	enum sh_kind kind;
	bool over, final;
} vapi_events[] = {
	{ "status-update", "ringing", SH_KIND_CALL_STARTED, false, false },
	{ "status-update", "in-progress", SH_KIND_CALL_ANSWERED, false, false },
	{ "status-update", "ended", SH_KIND_CALL_ENDED, true, false },
	{ "status-update", NULL, SH_KIND_OTHER, false, false },
	{ "end-of-call-report", NULL, SH_KIND_CALL_ANALYZED, true, true },
	{ "assistant-request", NULL, SH_KIND_CALL_INBOUND, false, false },
	{ NULL, NULL, SH_KIND_OTHER, false, false },
};

static struct sh_str
vapi_dedup(struct sh_ctx *cx, const struct vapi_event *row, struct sh_str type, struct sh_str id, const struct sh_json *m,
    const struct sh_delivery *d)
{
	struct sh_str stamp = sh_json_get_plain(cx, m, "timestamp"), status = sh_json_get_str(cx, m, "status");

	if (id.n > 0 && (row->type || stamp.n > 0))
		return sh_join(cx, type, SH_STR(":"), row->type ? status : stamp, SH_STR(":"), id);
	return sh_join(cx, sh_str_or(type, SH_STR("-")), SH_STR(":"), id, SH_STR(":"), sh_dedup(cx, &d->body, 1));
}

/* What the message says, or the call inside it. */
static const struct sh_json *
vapi_get(struct sh_ctx *cx, const struct sh_json *m, const struct sh_json *call, const char *key)
{
	const struct sh_json *j = sh_json_get(cx, m, key);

	return sh_json_type(cx, j) > SH_JSON_NULL ? j : sh_json_get(cx, call, key);
}

struct sh_str
vapi_number(struct sh_ctx *cx, const struct sh_json *j)
{
	struct sh_str s = sh_json_get_str(cx, j, "number");

	if (s.n > 0 && s.s[0] >= '1' && s.s[0] <= '9' && sh_str_is(sh_json_get_str(cx, j, "provider"), "vonage"))
		return sh_join(cx, SH_STR("+"), s);
	return s.n > 0 ? s : sh_json_get_str(cx, j, "sipUri");
}

static void
vapi_read_people(struct sh_ctx *cx, const struct sh_json *m, const struct sh_json *call, struct sh_event *e)
{
	struct sh_str own = vapi_number(cx, vapi_get(cx, m, call, "phoneNumber"));
	struct sh_str other = vapi_number(cx, vapi_get(cx, m, call, "customer"));

	e->direction = sh_direction(sh_json_get_str(cx, call, "type"));
	if (e->direction != SH_DIRECTION_UNKNOWN) {
		e->from = e->direction == SH_DIRECTION_OUTBOUND ? own : other;
		e->to = e->direction == SH_DIRECTION_OUTBOUND ? other : own;
	}
}

/* One-off assistants have no id at all. */
static struct sh_str
vapi_agent(struct sh_ctx *cx, const struct sh_json *m, const struct sh_json *call)
{
	struct sh_str id = sh_json_get_str(cx, call, "assistantId"), squad = sh_json_get_str(cx, call, "squadId");
	const struct sh_json *active = sh_json_get(cx, vapi_get(cx, m, call, "artifact"), "assistantActivations");

	if (id.n == 0 && squad.n > 0)
		return sh_join(cx, SH_STR(VAPI_SQUAD), squad);
	if (id.n > 0)
		return id;
	for (active = sh_json_first(cx, active); active; active = sh_json_next(cx, active))
		id = sh_json_get_str(cx, active, "assistantId");
	return sh_str_or(id, sh_json_at_str(cx, m, "phoneNumber.assistantId"));
}

/* Metadata stands in up to four places; of two members with one name the earlier place's counts. */
static struct sh_str
vapi_metadata(struct sh_ctx *cx, const struct sh_json *m, const struct sh_json *call)
{
	const struct sh_json *places[] = { sh_json_get(cx, call, "metadata"), sh_json_at(cx, call, "assistantOverrides.metadata"),
		sh_json_at(cx, call, "squadOverrides.metadata"), sh_json_at(cx, m, "assistant.metadata") };
	struct sh_out *o = sh_out_new(cx);
	struct sh_str all;
	size_t k, n = 0;

	sh_out_open(cx, o, '{');
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		for (const struct sh_json *j = sh_json_first(cx, places[i]); j; j = sh_json_next(cx, j)) {
			struct sh_str key = sh_json_key(cx, j);

			for (k = 0; k < i && !sh_json_get(cx, places[k], sh_join(cx, key).s); k++)
				;
			if (!key.s || k < i)
				continue;
			sh_out_name(cx, o, key);
			sh_out_raw(cx, o, sh_json_raw(cx, j));
			n++;
		}
	sh_out_close(cx, o, '}');
	all = sh_out_text(cx, o);
	return n > 0 ? all : SH_NONE;
}

/* Our calls bear the dial's id as their name and as the customer's id too; another's would hardly write the same into both. */
static struct sh_str
vapi_dial(struct sh_ctx *cx, const struct sh_json *m, const struct sh_json *call, struct sh_str metadata)
{
	struct sh_str name = sh_json_get_str(cx, call, "name"), id = SH_NONE;

	if (metadata.n > 0)
		id = sh_json_get_str(cx, sh_json_parse(cx, metadata), SH_META_DIAL);
	if (id.n == 0 && sh_str_eq(name, sh_json_get_str(cx, vapi_get(cx, m, call, "customer"), "externalId")))
		return name;
	return id;
}

/* What was analysed: structured outputs by their names, the members of those that are objects, and the old structured data. */
static struct sh_str
vapi_answers(struct sh_ctx *cx, const struct sh_json *m, const struct sh_json *call)
{
	const struct sh_json *j = sh_json_get(cx, vapi_get(cx, m, call, "artifact"), "structuredOutputs");
	struct sh_out *o = sh_out_new(cx);

	sh_out_open(cx, o, '{');
	for (j = sh_json_first(cx, j); j; j = sh_json_next(cx, j)) {
		struct sh_str name = sh_json_get_str(cx, j, "name");

		sh_out_members(cx, o, sh_json_get(cx, j, "result"));
		if (name.s) {
			sh_out_name(cx, o, name);
			sh_out_raw(cx, o, sh_json_get_raw(cx, j, "result"));
		}
	}
	sh_out_members(cx, o, sh_json_get(cx, vapi_get(cx, m, call, "analysis"), "structuredData"));
	sh_out_close(cx, o, '}');
	return sh_out_text(cx, o);
}

/* Vapi calls its side AI. */
static struct sh_str
vapi_transcript(struct sh_ctx *cx, struct sh_str s)
{
	char *out = s.n > 0 ? sh_alloc(cx, s.n * 2 + 1) : NULL, *at = out;

	for (size_t i = 0; i < s.n;) {
		if ((i == 0 || s.s[i - 1] == '\n') && s.n - i > 2 && memcmp(s.s + i, "AI:", 3) == 0) {
			at = (char *)memcpy(at, "Agent:", 6) + 6;
			i += 3;
		} else
			*at++ = s.s[i++];
	}
	return (struct sh_str){ out, (size_t)(at - out) };
}

static void
vapi_read_facts(struct sh_ctx *cx, const struct sh_json *m, const struct sh_json *call, struct sh_event *e)
{
	const struct sh_json *turn = sh_json_get(cx, vapi_get(cx, m, call, "artifact"), "messages");
	struct sh_str spoke = sh_json_type(cx, turn) == SH_JSON_ARRAY ? SH_STR("false") : SH_NONE, status;

	/* Other messages have a status of their own, and the call inside a report may still be "queued". */
	status = sh_json_get_str(cx, sh_str_is(e->name, "status-update") ? m : call, "status");
	if (sh_str_is(e->name, "end-of-call-report"))
		status = SH_STR("ended");
	for (turn = sh_json_first(cx, turn); turn; turn = sh_json_next(cx, turn))
		if (sh_str_is(sh_json_get_str(cx, turn, "role"), "user"))
			spoke = SH_STR("true");
	sh_fact(cx, e, "reason", sh_json_str(cx, vapi_get(cx, m, call, "endedReason")));
	sh_fact(cx, e, "status", status);
	sh_fact(cx, e, "type", sh_json_get_str(cx, call, "type"));
	if (e->started_ms && e->ended_ms >= e->started_ms)
		sh_fact(cx, e, "duration_ms", sh_int_format(cx, e->ended_ms - e->started_ms));
	sh_fact(cx, e, "agent_version", sh_json_str(cx, vapi_get(cx, m, call, "assistantVersion")));
	sh_fact(cx, e, "number_id", sh_json_get_str(cx, call, "phoneNumberId"));
	sh_fact(cx, e, "carrier_call_id",
	    sh_str_or(sh_json_get_str(cx, call, "phoneCallProviderId"), sh_json_at_str(cx, call, "transport.callSid")));
	sh_fact(cx, e, "user_spoke", e->over ? spoke : SH_NONE);
	sh_fact(cx, e, "successful", sh_json_get_plain(cx, vapi_get(cx, m, call, "analysis"), "successEvaluation"));
}

/*
 * Fills in what a message and the call in it say; a call of the REST API is both. Only what is named here is copied: the
 * number in a message can hold its carrier's secrets.
 */
void
vapi_read(struct sh_ctx *cx, const struct sh_json *m, const struct sh_json *call, struct sh_event *e)
{
	const struct sh_json *artifact = vapi_get(cx, m, call, "artifact");
	const struct sh_json *variables = sh_json_get(cx, artifact, "variableValues");

	e->call_id = sh_json_get_str(cx, call, "id");
	e->agent_id = vapi_agent(cx, m, call);
	vapi_read_people(cx, m, call, e);
	e->started_ms = sh_json_time(cx, vapi_get(cx, m, call, "startedAt"));
	e->ended_ms = sh_json_time(cx, vapi_get(cx, m, call, "endedAt"));
	vapi_read_facts(cx, m, call, e);
	/* It never connected. Earlier it might yet, and the first start that is told is kept. */
	if (e->started_ms == 0 && e->final)
		e->started_ms = sh_json_time(cx, sh_json_get(cx, call, "createdAt"));
	e->answers = vapi_answers(cx, m, call);
	e->transcript = vapi_transcript(cx, sh_json_get_str(cx, artifact, "transcript"));
	if (!variables)
		variables = sh_json_at(cx, call, "assistantOverrides.variableValues");
	e->variables = sh_json_raw(cx, variables);
	e->metadata = vapi_metadata(cx, m, call);
	e->dial_id = vapi_dial(cx, m, call, e->metadata);
	e->recording_url =
	    sh_str_or(sh_json_get_str(cx, artifact, "presignedMonoUrl"), sh_json_get_str(cx, artifact, "recordingUrl"));
	/* Vapi counts in dollars, and in a call that goes on from nothing. */
	e->cost_microcents = e->over ? sh_json_microcents(cx, sh_json_get(cx, m, "cost"), 8) : -1;
}

static enum sh_answer
vapi_normalize(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	const struct sh_json *doc = sh_json_parse(cx, d->body), *m = sh_json_get(cx, doc, "message");
	const struct sh_json *call = sh_json_get(cx, m, "call");
	struct sh_str type = sh_json_get_str(cx, m, "type"), status = sh_json_get_str(cx, m, "status");
	struct sh_str id = sh_json_get_str(cx, call, "id"), medium = sh_json_get_str(cx, call, "type");
	const struct vapi_event *row = vapi_events;
	struct sh_event e = { .name = type };

	(void)a;
	if (sh_json_type(cx, doc) != SH_JSON_OBJECT)
		return sh_failed(cx, doc ? "the body is not a JSON object" : "the body is not JSON");
	/* Calls of browsers and sockets are no telephone calls. */
	if (sh_str_is(medium, "webCall") || sh_str_is(medium, "vapi.websocketCall"))
		return SH_ANSWER_OK;
	while (row->type && !(sh_str_is(type, row->type) && (!row->status || sh_str_is(status, row->status))))
		row++;
	e.dedup = vapi_dedup(cx, row, type, id, m, d);
	/* An end of no call is kept, but there is nothing that it could end. */
	if (id.n > 0 || row->kind == SH_KIND_CALL_INBOUND) {
		e.kind = row->kind;
		e.over = row->over;
		e.final = row->final || (row->over && vapi_unheard(cx, sh_json_str(cx, vapi_get(cx, m, call, "endedReason"))));
	}
	vapi_read(cx, m, call, &e);
	sh_event_add(cx, &e);
	return SH_ANSWER_OK;
}

/* Only numbers that are bound to nothing ask. Whom nobody wants to talk to is told so, and then Vapi hangs up. */
static void
vapi_reply(
    struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a, const struct sh_finding *f, struct sh_reply *r)
{
	struct sh_out *o;

	(void)d;
	r->status = f->question ? 200 : 204;
	if (!f->question)
		return;
	o = sh_out_new(cx);
	sh_out_open(cx, o, '{');
	if (!f->refused && f->agent_id.n > 0) {
		vapi_put_agent(cx, o, f->agent_id, f->variables, f->nvariables);
		sh_out_close(cx, o, '}');
	} else
		sh_out_member(cx, o, "error", sh_setting(a, VAPI_REFUSAL));
	sh_out_close(cx, o, '}');
	r->type = SH_STR("application/json");
	r->body = sh_out_text(cx, o);
}

/* ---- outcome ---- */

/* It broke down in the middle of a conversation, and not before one. */
static void
vapi_outcome(struct sh_ctx *cx, const struct sh_pair *facts, size_t n, struct sh_disposition *ret)
{
	(void)cx;
	if (ret->outcome == SH_OUTCOME_TECHNICAL_ERROR && sh_str_is(sh_pair_get(facts, n, "user_spoke"), "true"))
		ret->retry = SH_RETRY_NEVER;
}

/* Was nobody ever on the line? Then there is nothing that the report could still change. */
bool
vapi_unheard(struct sh_ctx *cx, struct sh_str reason)
{
	const struct sh_pair fact = { SH_STR("reason"), reason };
	const struct sh_reason *row = sh_reason(cx, &fact, 1);

	return row && (row->means.outcome == SH_OUTCOME_NO_ANSWER || row->means.outcome == SH_OUTCOME_BUSY || row->means.uncounted);
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
    .check_request = vapi_check_request, .check_parse = vapi_check_parse, .numbers_request = vapi_numbers_request,
    .numbers_parse = vapi_numbers_parse, .agents_request = vapi_agents_request, .agents_parse = vapi_agents_parse,
    .verify = vapi_verify, .normalize = vapi_normalize, .reply = vapi_reply, .dial_request = vapi_dial_request,
    .dial_parse = vapi_dial_parse, .calls_request = vapi_calls_request, .calls_parse = vapi_calls_parse,
    .call_request = vapi_call_request, .call_parse = vapi_call_parse, .outcome = vapi_outcome, );
