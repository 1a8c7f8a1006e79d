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
#define SETTING(id_, name_, kind_, help_, ...)                                                                                     \
	[VAPI_##id_] = { .name = #name_, .kind = SH_SETTING_##kind_, .help = help_, __VA_ARGS__ },
#include "drivers/vapi/settings.def"
	{ 0 }
};

static const char *const vapi_hosts[] = { "api.vapi.ai", NULL };

/* ---- verify ---- */

/* The header of a name that a person wrote, in whichever case; how often it is there. */
static struct sh_str
vapi_header(struct sh_ctx *cx, const struct sh_delivery *d, struct sh_str name, uint32_t *ret_count)
{
	char *lower = sh_alloc(cx, name.n + 1);

	for (size_t i = 0; i < name.n; i++)
		lower[i] = name.s[i] >= 'A' && name.s[i] <= 'Z' ? (char)(name.s[i] | 0x20) : name.s[i];
	*ret_count = sh_header_count(d->headers, d->nheaders, lower);
	return *ret_count == 1 ? sh_header(d->headers, d->nheaders, lower) : SH_NONE;
}

static bool
vapi_has_token(struct sh_ctx *cx, struct sh_str prefix, struct sh_str token, struct sh_str header)
{
	return token.n > 0 && sh_equal(cx, sh_join(cx, prefix, token), header);
}

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
	struct sh_str mac = { sh_alloc(cx, 64), 0 };

	if (sh_str_is(sh_setting(a, VAPI_SECRET_IS_BASE64), "true"))
		key = sh_base64_decode(cx, key);
	if (key.n == 0) /* anybody can sign with an empty key */
		return false;
	mac.n = sh_hmac(cx, hash, key, parts, n, (uint8_t *)mac.s);
	return sh_equal(cx, mac, signature);
}

static enum sh_verdict
vapi_verify_hmac(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a, struct sh_str signature)
{
	struct sh_str format = sh_setting(a, VAPI_PAYLOAD_FORMAT), prefix = sh_setting(a, VAPI_SIGNATURE_PREFIX);
	struct sh_str id = SH_NONE, parts[VAPI_PARTS];
	uint32_t count;
	struct sh_str stamp = vapi_header(cx, d, sh_setting(a, VAPI_TIMESTAMP_HEADER), &count);
	int64_t v, window;
	size_t n;

	if (sh_setting(a, VAPI_MESSAGE_ID_HEADER).n > 0)
		id = vapi_header(cx, d, sh_setting(a, VAPI_MESSAGE_ID_HEADER), &count);
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
		if (!sh_int_parse(cx, sh_setting(a, VAPI_WINDOW), &window) || window < 1 || window > 300)
			window = 300;
		if (d->arrived_ms - v > window * 1000 || v - d->arrived_ms > window * 1000)
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
	struct sh_str scheme = sh_setting(a, VAPI_SCHEME), prefix = SH_NONE, h;
	bool hmac = sh_str_is(scheme, "hmac"), secret = sh_str_is(scheme, "secret");
	uint32_t count;

	h = vapi_header(cx, d,
	    hmac     ? sh_setting(a, VAPI_SIGNATURE_HEADER)
	    : secret ? SH_STR("x-vapi-secret")
		     : sh_setting(a, VAPI_TOKEN_HEADER),
	    &count);
	if (h.n == 0)
		return count > 0 ? SH_VERDICT_INVALID : SH_VERDICT_MISSING;
	if (hmac)
		return vapi_verify_hmac(cx, d, a, h);
	if (!secret && sh_str_is(sh_setting(a, VAPI_BEARER_PREFIX), "true"))
		prefix = SH_STR("Bearer ");
	if (vapi_has_token(cx, prefix, sh_setting(a, VAPI_WEBHOOK_SECRET), h) ||
	    vapi_has_token(cx, prefix, sh_setting_old(a, VAPI_WEBHOOK_SECRET), h))
		return SH_VERDICT_VALID;
	return SH_VERDICT_INVALID;
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
	uint8_t digest[64];

	if (id.n > 0 && (row->type || stamp.n > 0))
		return sh_join(cx, type, SH_STR(":"), row->type ? status : stamp, SH_STR(":"), id);
	sh_hash(cx, SH_SHA256, &d->body, 1, digest);
	return sh_join(
	    cx, type.n ? type : SH_STR("-"), SH_STR(":"), id, SH_STR(":"), sh_hex(cx, (struct sh_str){ (char *)digest, 16 }));
}

/* What the message says, or the call inside it. */
static const struct sh_json *
vapi_get(struct sh_ctx *cx, const struct sh_json *m, const struct sh_json *call, const char *key)
{
	const struct sh_json *j = sh_json_get(cx, m, key);

	return sh_json_type(cx, j) > SH_JSON_NULL ? j : sh_json_get(cx, call, key);
}

static int64_t
vapi_time(struct sh_ctx *cx, const struct sh_json *j)
{
	int64_t ms;

	return sh_time_parse(cx, sh_json_str(cx, j), &ms) && ms > 0 ? ms : 0;
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
	struct sh_str type = sh_json_get_str(cx, call, "type");
	struct sh_str own = vapi_number(cx, vapi_get(cx, m, call, "phoneNumber"));
	struct sh_str other = vapi_number(cx, vapi_get(cx, m, call, "customer"));

	e->direction = sh_str_is(type, "outboundPhoneCall")  ? SH_DIRECTION_OUTBOUND
		       : sh_str_is(type, "inboundPhoneCall") ? SH_DIRECTION_INBOUND
							     : SH_DIRECTION_UNKNOWN;
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
	return id.n > 0 ? id : sh_json_get_str(cx, sh_json_get(cx, m, "phoneNumber"), "assistantId");
}

/* Metadata stands in up to four places; of two members with one name the earlier place's counts. */
static struct sh_str
vapi_metadata(struct sh_ctx *cx, const struct sh_json *m, const struct sh_json *call)
{
	const struct sh_json *places[] = { sh_json_get(cx, call, "metadata"),
		sh_json_get(cx, sh_json_get(cx, call, "assistantOverrides"), "metadata"),
		sh_json_get(cx, sh_json_get(cx, call, "squadOverrides"), "metadata"),
		sh_json_get(cx, sh_json_get(cx, m, "assistant"), "metadata") };
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

/* The value of one of the operator's own fields: a member of the old structured data, or a structured output of that name. */
static const struct sh_json *
vapi_said(struct sh_ctx *cx, const struct sh_json *m, const struct sh_json *call, struct sh_str field, const char **ret_key)
{
	const struct sh_json *data = sh_json_get(cx, vapi_get(cx, m, call, "analysis"), "structuredData");
	const struct sh_json *o = sh_json_get(cx, vapi_get(cx, m, call, "artifact"), "structuredOutputs");

	*ret_key = field.s;
	if (!field.s || sh_json_get(cx, data, field.s))
		return data;
	*ret_key = "result";
	for (o = sh_json_first(cx, o); o; o = sh_json_next(cx, o)) {
		if (sh_str_eq(sh_json_get_str(cx, o, "name"), field))
			return o;
		if (sh_json_get(cx, sh_json_get(cx, o, "result"), field.s)) {
			*ret_key = field.s;
			return sh_json_get(cx, o, "result");
		}
	}
	return NULL;
}

static void
vapi_read_callback(
    struct sh_ctx *cx, const struct sh_account *a, const struct sh_json *m, const struct sh_json *call, struct sh_event *e)
{
	const char *key;
	const struct sh_json *said = vapi_said(cx, m, call, sh_setting(a, VAPI_CALLBACK), &key);
	struct sh_str when;
	int64_t ms;

	e->callback = sh_json_get_wish(cx, said, key);
	said = vapi_said(cx, m, call, sh_setting(a, VAPI_CALLBACK_TIME), &key);
	when = sh_json_get_str(cx, said, key);
	if (when.n > 0 && sh_time_parse(cx, when, &ms)) {
		e->callback_time = when;
		/* Who names an instant wants the call, unless they said no. */
		e->callback = e->callback == SH_WISH_UNSAID ? SH_WISH_YES : e->callback;
	} else if (when.n > 0)
		e->callback_words = when;
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

enum { VAPI_FACTS = 10 };

static void
vapi_read_facts(
    struct sh_ctx *cx, const struct sh_account *a, const struct sh_json *m, const struct sh_json *call, struct sh_event *e)
{
	const struct sh_json *turn = sh_json_get(cx, vapi_get(cx, m, call, "artifact"), "messages"), *said;
	struct sh_str carrier = sh_json_get_str(cx, call, "phoneCallProviderId"), spoke = SH_NONE, status, length = SH_NONE;
	struct sh_pair *facts = sh_alloc(cx, VAPI_FACTS * sizeof(*facts));
	const char *key;

	/* Other messages have a status of their own, and the call inside a report may still be "queued". */
	status = sh_json_get_str(cx, sh_str_is(e->name, "status-update") ? m : call, "status");
	if (sh_str_is(e->name, "end-of-call-report"))
		status = SH_STR("ended");
	if (sh_json_type(cx, turn) == SH_JSON_ARRAY)
		spoke = SH_STR("false");
	for (turn = sh_json_first(cx, turn); turn; turn = sh_json_next(cx, turn))
		if (sh_str_is(sh_json_get_str(cx, turn, "role"), "user"))
			spoke = SH_STR("true");
	if (e->started_ms && e->ended_ms >= e->started_ms)
		length = sh_int_format(cx, e->ended_ms - e->started_ms);
	said = vapi_said(cx, m, call, sh_setting(a, VAPI_DO_NOT_CALL), &key);
	const struct sh_pair found[VAPI_FACTS] = {
		{ SH_STR("reason"), sh_json_str(cx, vapi_get(cx, m, call, "endedReason")) },
		{ SH_STR("status"), status },
		{ SH_STR("type"), sh_json_get_str(cx, call, "type") },
		{ SH_STR("duration_ms"), length },
		{ SH_STR("agent_version"), sh_json_str(cx, vapi_get(cx, m, call, "assistantVersion")) },
		{ SH_STR("number_id"), sh_json_get_str(cx, call, "phoneNumberId") },
		{ SH_STR("carrier_call_id"),
		    carrier.n ? carrier : sh_json_get_str(cx, sh_json_get(cx, call, "transport"), "callSid") },
		{ SH_STR("user_spoke"), e->over ? spoke : SH_NONE },
		{ SH_STR("successful"), sh_json_get_plain(cx, vapi_get(cx, m, call, "analysis"), "successEvaluation") },
		{ SH_STR("do_not_call"), sh_json_get_wish(cx, said, key) == SH_WISH_YES ? SH_STR("true") : SH_NONE },
	};

	for (size_t i = 0; i < VAPI_FACTS; i++)
		if (found[i].value.n > 0)
			facts[e->nfacts++] = found[i];
	e->facts = facts;
}

/*
 * Fills in what a message and the call in it say; a call of the REST API is both. Only what is named here is copied: the
 * number in a message can hold its carrier's secrets.
 */
void
vapi_read(struct sh_ctx *cx, const struct sh_account *a, const struct sh_json *m, const struct sh_json *call, struct sh_event *e)
{
	const struct sh_json *artifact = vapi_get(cx, m, call, "artifact");
	const struct sh_json *variables = sh_json_get(cx, artifact, "variableValues");

	e->call_id = sh_json_get_str(cx, call, "id");
	e->agent_id = vapi_agent(cx, m, call);
	vapi_read_people(cx, m, call, e);
	e->started_ms = vapi_time(cx, vapi_get(cx, m, call, "startedAt"));
	e->ended_ms = vapi_time(cx, vapi_get(cx, m, call, "endedAt"));
	vapi_read_facts(cx, a, m, call, e);
	/* It never connected. Earlier it might yet, and the first start that is told is kept. */
	if (e->started_ms == 0 && e->final)
		e->started_ms = vapi_time(cx, sh_json_get(cx, call, "createdAt"));
	vapi_read_callback(cx, a, m, call, e);
	e->transcript = vapi_transcript(cx, sh_json_get_str(cx, artifact, "transcript"));
	if (!variables)
		variables = sh_json_get(cx, sh_json_get(cx, call, "assistantOverrides"), "variableValues");
	e->variables = sh_json_raw(cx, variables);
	e->metadata = vapi_metadata(cx, m, call);
	e->dial_id = vapi_dial(cx, m, call, e->metadata);
	e->recording_url = sh_json_get_str(cx, artifact, "presignedMonoUrl");
	if (!e->recording_url.s)
		e->recording_url = sh_json_get_str(cx, artifact, "recordingUrl");
	/* Vapi counts in dollars, and in a call that goes on from nothing. */
	if (!e->over || !sh_json_decimal(cx, sh_json_get(cx, m, "cost"), 8, &e->cost_microcents))
		e->cost_microcents = -1;
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
		e.final = row->final || (row->over && vapi_unheard(sh_json_str(cx, vapi_get(cx, m, call, "endedReason"))));
	}
	vapi_read(cx, a, m, call, &e);
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

static const struct sh_reason vapi_reasons[] = {
#define REASON(word_, outcome_, retry_, counts_, action_, help_)                                                                   \
	{ .reason = word_,                                                                                                         \
		.help = help_,                                                                                                     \
		.means = {                                                                                                         \
		    .outcome = SH_OUTCOME_##outcome_, .retry = SH_RETRY_##retry_, counts_, .action = SH_ACTION_##action_ } },
#include "drivers/vapi/reasons.def"
	{ 0 }
};

/* Is the word what the pattern says, in which a * stands for anything? */
static bool
vapi_like(const char *pattern, struct sh_str word)
{
	const char *star = NULL;
	size_t at = 0, begin = 0;

	while (at < word.n) {
		if (*pattern == '*') {
			star = ++pattern;
			begin = at;
		} else if (*pattern == word.s[at]) {
			pattern++;
			at++;
		} else if (star) {
			pattern = star;
			at = ++begin;
		} else
			return false;
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

/* The first row that fits: the words come before the families, and the families before what is new. */
static struct sh_disposition
vapi_means(struct sh_str reason)
{
	const struct sh_reason *row = vapi_reasons;

	while (row->reason && (reason.n == 0 || reason.n > 256 || !vapi_like(row->reason, reason)))
		row++;
	return row->reason ? row->means : (struct sh_disposition){ .outcome = SH_OUTCOME_OTHER, .retry = SH_RETRY_NEVER };
}

static void
vapi_outcome(struct sh_ctx *cx, const struct sh_pair *facts, size_t n, struct sh_disposition *ret)
{
	(void)cx;
	*ret = vapi_means(sh_pair_get(facts, n, "reason"));
	/* It broke down in the middle of a conversation, and not before one. */
	if (ret->outcome == SH_OUTCOME_TECHNICAL_ERROR && sh_str_is(sh_pair_get(facts, n, "user_spoke"), "true"))
		ret->retry = SH_RETRY_NEVER;
	if (sh_str_is(sh_pair_get(facts, n, "do_not_call"), "true"))
		*ret = (struct sh_disposition){ .outcome = SH_OUTCOME_DO_NOT_CALL, .retry = SH_RETRY_NEVER };
}

/* Was nobody ever on the line? Then there is nothing that the report could still change. */
bool
vapi_unheard(struct sh_str reason)
{
	struct sh_disposition d = vapi_means(reason);

	return d.outcome == SH_OUTCOME_NO_ANSWER || d.outcome == SH_OUTCOME_BUSY || d.uncounted;
}

/* ---- the table ---- */

SH_DRIVER(.name = "vapi", .title = "Vapi", .version = "1.0", .settings = vapi_settings, .reasons = vapi_reasons,
    .hosts = vapi_hosts, .base_url_setting = "base_url", .dials_per_minute = 60, /* a limit exists, and is not published */
    .dials_at_once = 10, /* the slots of a new organization, which inbound calls take too */
    /* Assumed, to be measured: the vendor's users wait 3 minutes for a late row; calls last 10 minutes unless set otherwise. */
    .list_has_dial_id = true, .list_lag_s = 300, .accept_s = 60, .queue_s = 300, .call_s = 43200 + 300,
    .check_request = vapi_check_request, .check_parse = vapi_check_parse, .numbers_request = vapi_numbers_request,
    .numbers_parse = vapi_numbers_parse, .agents_request = vapi_agents_request, .agents_parse = vapi_agents_parse,
    .verify = vapi_verify, .normalize = vapi_normalize, .reply = vapi_reply, .dial_request = vapi_dial_request,
    .dial_parse = vapi_dial_parse, .calls_request = vapi_calls_request, .calls_parse = vapi_calls_parse,
    .call_request = vapi_call_request, .call_parse = vapi_call_parse, .outcome = vapi_outcome, );
