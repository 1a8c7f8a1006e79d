/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Twilio Programmable Voice: calls between phone numbers and TwiML; callbacks as forms; REST at api.twilio.com.
 *
 * What is odd about Twilio, and shapes this file:
 * - A signature covers the URL and the decoded parameters, without a time: a delivery can be replayed for ever.
 * - A call carries nothing of ours. Our ids travel in the query of the callback URLs, and come back in every callback.
 * - There are no agents. The operator makes them: their own TwiML, its URL, or the <Connect> that we answer with.
 * - Why a call ended is told by three parameters together: status, who answered, the SIP code.
 * - The list of calls shows nothing of ours and may lag, so that it proves nothing. What does is which requests a call made.
 */
#include <switchhook/driver.h>

#define TWILIO_PAGE "PageSize=1000"
#define TWILIO_AMD "sh_amd" /* in the query of our callback URLs: machine detection was asked for */
#define TWILIO_XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

/* ---- settings ---- */

enum {
#define SETTING(id_, ...) TWILIO_##id_,
#include "drivers/twilio/settings.def"
};

static const struct sh_setting twilio_settings[] = {
#define SETTING(id_, ...) [TWILIO_##id_] = SH_SETTING_ROW(__VA_ARGS__),
#include "drivers/twilio/settings.def"
	{ 0 }
};

static const char *const twilio_hosts[] = { "api.twilio.com", NULL };

/* ---- verify ---- */

/* Voice signs https URLs without their port, other products with it; both are tried, with every key that may hold. */
static enum sh_verdict
twilio_verify(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	struct sh_str h, digest = sh_url_get(cx, d->url, "bodySHA256"), port = sh_url_port(d->url), *parts;
	enum sh_verdict one = sh_header_one(d, "x-twilio-signature", &h);
	size_t n = 0, at = (size_t)(port.s - d->url.s);
	const struct sh_pair *form = NULL;

	if (one != SH_VERDICT_VALID)
		return one;
	/* A body that is no form is covered by its digest in the URL, and one that comes with a GET by nothing. */
	if (!digest.s && !sh_str_is(d->method, "GET"))
		form = sh_form(cx, d->body, &n);
	if (digest.s ? !sh_equal(cx, sh_hash_hex(cx, SH_SHA256, &d->body, 1), digest) : d->body.n > 0 && !form)
		return SH_VERDICT_INVALID;
	form = sh_pairs_sorted(cx, form, &n);
	parts = sh_alloc(cx, (3 + 2 * n) * sizeof(*parts));
	parts[0] = sh_str_part(d->url, 0, at);
	parts[2] = sh_str_from(d->url, at + port.n);
	port = sh_str_or(port, sh_str_after(d->url, "https://").s ? SH_STR(":443") : SH_STR(":80"));
	for (size_t i = 0; i < n; i++) {
		parts[3 + 2 * i] = form[i].name;
		parts[4 + 2 * i] = form[i].value;
	}
	for (size_t i = 0; i < 2; i++) {
		parts[1] = i == 0 ? SH_NONE : port;
		if (sh_is_signed(cx, a, TWILIO_SIGNING_KEY, SH_SHA1, parts, 3 + 2 * n, sh_base64, h) ||
		    sh_is_signed(cx, a, TWILIO_SIGNING_KEY_NEXT, SH_SHA1, parts, 3 + 2 * n, sh_base64, h))
			return SH_VERDICT_VALID;
	}
	return SH_VERDICT_INVALID;
}

/* ---- read an event ---- */

static const struct sh_state twilio_states[] = {
#include "drivers/twilio/states.def"
	{ 0 }
};

/* Kind and end follow from the status; then the event is handed over. */
static void
twilio_give(struct sh_ctx *cx, struct sh_event *e, struct sh_str status)
{
	const struct sh_state *state = sh_state(twilio_states, e->call_id.n > 0 ? status : SH_NONE);

	if (e->kind != SH_KIND_CALL_INBOUND) {
		e->kind = state->kind;
		e->over = state->over;
	}
	/* Facts of one call are merged as they come, in any order: what was said on the way must not hide the end. */
	if (e->over)
		sh_fact(cx, e, "status", status);
	e->final = e->over && e->final;
	sh_event_add(cx, e);
}

/* ---- normalize ---- */

static const struct twilio_callback {
	const char *has, *name, *one, *two;
	bool asks;
} twilio_callbacks[] = {
#include "drivers/twilio/callbacks.def"
	{ NULL, "other", "", "", false }
};

static const struct sh_member twilio_fields[] = {
#include "drivers/twilio/fields.def"
	{ 0 }
};

/* Which callback this is, and its key, which tells it apart from all others of the account: a repetition has the same. */
static void
twilio_read_callback(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_pair *form, size_t n, struct sh_event *e)
{
	const struct twilio_callback *row = twilio_callbacks;

	while (row->has && sh_pair_get(form, n, row->has).n == 0)
		row++;
	e->name = sh_str(row->name);
	if (row->has && e->call_id.n > 0)
		e->dedup = sh_join(cx, e->name, SH_STR(":"), e->call_id, SH_STR(":"), sh_pair_get(form, n, row->one),
		    sh_str_behind(cx, ":", sh_pair_get(form, n, row->two)));
	else
		e->dedup = sh_join(cx, SH_STR("other:"), sh_dedup(cx, (const struct sh_str[]){ d->url, d->body }, 2));
	if (sh_str_is(e->name, "status"))
		e->name = sh_pair_get(form, n, "CallStatus");
	e->question = row->asks;
	if (e->question && e->direction == SH_DIRECTION_INBOUND)
		e->kind = SH_KIND_CALL_INBOUND;
}

static enum sh_answer
twilio_normalize(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	size_t n;
	const struct sh_pair *form = sh_str_is(d->method, "GET") ? sh_url_query(cx, d->url, &n) : sh_form(cx, d->body, &n);
	struct sh_str status = sh_pair_get(form, n, "CallStatus");
	int64_t at = sh_str_time(cx, sh_pair_get(form, n, "Timestamp")), lasted;
	struct sh_event e = { .final = true, .cost_microcents = -1 };

	if (!form && d->body.n > 0 && !sh_json_parse(cx, d->body))
		return sh_failed(cx, "the body is neither a form nor JSON");
	sh_event_fill_form(cx, &e, form, n, twilio_fields);
	if (sh_str_is(e.from, "+266696687")) /* on the keys of a phone; no number, though it looks like one */
		e.from = SH_STR("anonymous");
	twilio_read_callback(cx, d, form, n, &e);
	if (sh_str_is(status, "in-progress"))
		e.started_ms = at;
	if (at > 0 && sh_int_parse(cx, sh_pair_get(form, n, "CallDuration"), &lasted)) {
		e.ended_ms = at;
		e.started_ms = lasted > 0 && lasted < 1000000 ? at - lasted * 1000 : 0;
	}
	/* A leg that the call itself dialled bears the call's ids, too. The end of ours waits for a detection that was asked for. */
	if (sh_pair_get(form, n, "ParentCallSid").n == 0 && sh_event_marks(cx, &e, d->url))
		e.final = !sh_url_get(cx, d->url, TWILIO_AMD).s || sh_pair_get(form, n, "AnsweredBy").n > 0 ||
			  !sh_str_is(status, "completed");
	twilio_give(cx, &e, status);
	return SH_ANSWER_OK;
}

/* ---- reply ---- */

/* <Connect> to the agent's media server, which reads the parameters in the first message of the call. */
static struct sh_str
twilio_connect(struct sh_ctx *cx, const struct sh_account *a, const struct sh_finding *f, struct sh_str dial_id)
{
	struct sh_str verb = sh_setting(a, TWILIO_CONNECT), *parts = sh_alloc(cx, (f->nvariables + 1) * sizeof(*parts));

	for (uint32_t i = 0; i <= f->nvariables; i++) {
		struct sh_pair v = i < f->nvariables ? f->variables[i] : (struct sh_pair){ SH_STR(SH_META_DIAL), dial_id };

		if (v.value.s)
			parts[i] = sh_join(cx, SH_STR("<Parameter name=\""), sh_xml(cx, v.name), SH_STR("\" value=\""),
			    sh_xml(cx, v.value), SH_STR("\"/>"));
	}
	return sh_join(cx, SH_STR("<Connect><"), verb, SH_STR(" url=\""), sh_xml(cx, sh_setting(a, TWILIO_CONNECT_URL)),
	    SH_STR("\">"), sh_join_parts(cx, parts, f->nvariables + 1), SH_STR("</"), verb, SH_STR("></Connect>"));
}

static void
twilio_reply(
    struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a, const struct sh_finding *f, struct sh_reply *r)
{
	struct sh_str url = sh_setting(a, TWILIO_TWIML_URL), twiml = sh_setting(a, TWILIO_TWIML), verbs = SH_NONE;
	struct sh_str dial_id = sh_url_get(cx, d->url, SH_META_DIAL);

	if (!f->question)
		return;
	if (f->refused) /* a call of ours has been answered by now, and cannot be rejected */
		verbs = dial_id.n > 0 ? SH_STR("<Hangup/>") : SH_STR("<Reject/>");
	else if (sh_setting(a, TWILIO_CONNECT_URL).n > 0)
		verbs = twilio_connect(cx, a, f, dial_id);
	else if (twiml.n == 0 && url.n > 0)
		verbs = sh_join(cx, SH_STR("<Redirect method=\"POST\">"),
		    sh_xml(cx, sh_fill(cx, url, f->variables, f->nvariables, sh_url_escape)), SH_STR("</Redirect>"));
	r->type = SH_STR("text/xml");
	r->body = verbs.n > 0   ? sh_join(cx, SH_STR(TWILIO_XML "<Response>"), verbs, SH_STR("</Response>"))
		  : twiml.n > 0 ? sh_fill(cx, twiml, f->variables, f->nvariables, sh_xml)
				: SH_STR(TWILIO_XML "<Response/>");
}

/* ---- requests ---- */

static struct sh_str
twilio_account(struct sh_ctx *cx, const struct sh_account *a)
{
	return sh_join(cx, SH_STR("/2010-04-01/Accounts/"), sh_url_escape(cx, sh_setting(a, TWILIO_ACCOUNT)), SH_STR("/"));
}

/* The path is one of the account's. With a form it is a POST. */
static void
twilio_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str path, struct sh_str form, struct sh_request *r)
{
	struct sh_str user = sh_str_or(sh_setting(a, TWILIO_API_KEY), sh_setting(a, TWILIO_ACCOUNT));
	struct sh_str url = sh_join(cx, sh_setting(a, TWILIO_BASE_URL), twilio_account(cx, a), path);

	sh_request_form(
	    cx, r, form.s ? SH_STR("POST") : SH_STR("GET"), url, sh_basic(cx, user, sh_setting(a, TWILIO_API_SECRET)), form);
}

/* The first row of a page, and the next one's path, which must not lead out of the account and fit into a cursor, beside ids. */
static enum sh_answer
twilio_list(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x, const char *key,
    const struct sh_json **ret_first, struct sh_str *ret_next)
{
	const struct sh_json *doc;
	enum sh_answer answer = sh_answer_list(cx, x, key, &doc, ret_first);
	struct sh_str next = sh_json_get_str(cx, doc, "next_page_uri");

	*ret_next = sh_str_after(next, twilio_account(cx, a).s);
	if (answer == SH_ANSWER_OK && next.n > 0 && (ret_next->n == 0 || next.n > 512 || sh_str_has(next, "..")))
		return sh_failed(cx, "the next page of the list is not this account's");
	return answer;
}

/* Numbers are what an API key may read in any case; the account itself it may not. */
static void
twilio_check_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	twilio_request(cx, a, SH_STR("IncomingPhoneNumbers.json?PageSize=1"), SH_NONE, r);
}

static enum sh_answer
twilio_check_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *doc, *row;

	return sh_answer_list(cx, x, "incoming_phone_numbers", &doc, &row);
}

/* ---- numbers ---- */

/* Numbers of the account, then numbers that are not but may be called from. A cursor is a page's path. */
static void
twilio_numbers_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	twilio_request(cx, a, sh_str_or(cursor, SH_STR("IncomingPhoneNumbers.json?" TWILIO_PAGE)), SH_NONE, r);
}

static enum sh_answer
twilio_numbers_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	bool own = !sh_str_has(x->cursor, "OutgoingCallerIds.json");
	const struct sh_json *row;
	enum sh_answer answer = twilio_list(cx, a, x, own ? "incoming_phone_numbers" : "outgoing_caller_ids", &row, &cx->cursor);

	for (; row; row = sh_json_next(cx, row)) {
		struct sh_number n = { .e164 = sh_json_get_str(cx, row, "phone_number"),
			.provider_id = sh_json_get_str(cx, row, "sid"),
			.label = sh_json_get_str(cx, row, "friendly_name"),
			.voice = true };

		if (own) {
			n.voice = sh_json_true(cx, sh_json_at(cx, row, "capabilities.voice")) &&
				  !sh_str_is(sh_json_get_str(cx, row, "voice_receive_mode"), "fax");
			n.bindings = sh_json_pick(cx, row,
			    "voice_url|voice_method|voice_fallback_url|status_callback|voice_application_sid|trunk_sid|"
			    "voice_receive_mode|capabilities|type|status");
			/* With an application or a trunk Twilio does not ask the URL. */
			if (sh_json_get_str(cx, row, "voice_url").n > 0 &&
			    sh_json_at_str(cx, row, "voice_application_sid|trunk_sid").n == 0)
				n.dial = sh_json_pick(cx, row, "url=voice_url|method=voice_method");
		}
		sh_number_add(cx, &n);
	}
	if (own && cx->cursor.n == 0)
		sh_next(cx, SH_STR("OutgoingCallerIds.json?" TWILIO_PAGE));
	return answer;
}

/* ---- dial ---- */

/* What the call does once it is answered, the agent says, as in twilio_reply; without one, what answers the number. */
static void
twilio_dial_request(struct sh_ctx *cx, const struct sh_account *a, const struct sh_dial *d, struct sh_request *r)
{
	struct sh_str detection = sh_setting(a, TWILIO_DETECTION), own = sh_setting(a, TWILIO_TWIML_URL);
	struct sh_str connect = sh_setting(a, TWILIO_CONNECT_URL), twiml = connect.n > 0 ? SH_NONE : sh_setting(a, TWILIO_TWIML);
	bool agent = d->agent_id.n > 0 || connect.n > 0 || twiml.n > 0 || own.n > 0;
	bool detects = !sh_str_is(detection, "off"), records = sh_setting_on(a, TWILIO_RECORD);
	const struct sh_json *bound = agent ? NULL : sh_json_parse(cx, d->from->dial);
	struct sh_str callback, url;

	/* What follows the '#' is for Twilio: try again for 15 seconds, whatever goes wrong. */
	callback = sh_join(cx, sh_url_marked(cx, d->webhook_url, d), detects ? SH_STR("&" TWILIO_AMD "=1") : SH_NONE,
	    SH_STR("#rc=3&rp=all&ct=2000&rt=4000"));
	own = sh_fill(cx, own, d->variables, d->nvariables, sh_url_escape);
	url = connect.n > 0 ? callback : twiml.n > 0 ? SH_NONE : agent ? own : sh_json_get_str(cx, bound, "url");
	const struct sh_pair form[] = {
		{ SH_STR("To"), d->to },
		{ SH_STR("From"), d->from->e164 },
		{ SH_STR("FallbackUrl"), connect.n > 0 ? callback : SH_NONE }, /* we are asked, and answer with the variables */
		{ SH_STR("Url"), url },
		{ SH_STR("Method"), url.n > 0 ? sh_str_or(sh_json_get_str(cx, bound, "method"), SH_STR("POST")) : SH_NONE },
		{ SH_STR("Twiml"), twiml.n > 0 ? sh_fill(cx, twiml, d->variables, d->nvariables, sh_xml) : SH_NONE },
		{ SH_STR("StatusCallback"), callback },
		{ SH_STR("StatusCallbackEvent"), SH_STR("initiated") },
		{ SH_STR("StatusCallbackEvent"), SH_STR("ringing") },
		{ SH_STR("StatusCallbackEvent"), SH_STR("answered") },
		{ SH_STR("StatusCallbackEvent"), SH_STR("completed") },
		{ SH_STR("Timeout"), sh_setting(a, TWILIO_RING) },
		{ SH_STR("TimeLimit"), SH_STR("14400") },
		{ SH_STR("MachineDetection"), detects ? detection : SH_NONE },
		{ SH_STR("AsyncAmd"), detects ? SH_STR("true") : SH_NONE },
		{ SH_STR("AsyncAmdStatusCallback"), detects ? callback : SH_NONE },
		{ SH_STR("Record"), records ? SH_STR("true") : SH_NONE },
		{ SH_STR("RecordingStatusCallback"), records ? callback : SH_NONE },
	};

	if (d->channel != SH_CHANNEL_VOICE)
		sh_failed(cx, "Twilio's messages cannot be sent from here");
	else if (d->from->e164.n == 0 || d->webhook_url.n == 0)
		sh_failed(cx, "there is no number to call from");
	/* A number that asks us would ask about a call that has no agent here. */
	else if (url.n + twiml.n == 0 || (bound && sh_str_after(url, d->webhook_url.s).s))
		sh_failed(cx, "nobody says what the call is to do: connect_url, twiml, twiml_url, or the number's voice URL");
	else
		twilio_request(cx, a, SH_STR("Calls.json"), sh_form_encode(cx, form, sizeof(form) / sizeof(form[0])), r);
}

static const struct sh_refusal twilio_refusals[] = {
#include "drivers/twilio/refusals.def"
	{ 0 },
};

static void
twilio_dial_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x, struct sh_placed *p)
{
	const struct sh_json *doc = sh_json_parse(cx, x->response->body);
	struct sh_str code = sh_json_get_plain(cx, doc, "code"), said = sh_json_get_plain(cx, doc, "status");

	sh_placed(cx, x, p, sh_json_get_str(cx, doc, "sid"));
	/* Twilio's own error, which has five digits, not the page of something that stands before it. */
	if (code.n != 5 || !sh_str_eq(said, sh_int_format(cx, x->response->status)) || said.s[0] != '4')
		return;
	p->reason = sh_join(cx, SH_STR("error_"), code);
	sh_refused(cx, x, twilio_refusals, code, p);
}

/* ---- look back ---- */

/*
 * A dial is looked for among the calls to its callee that were made in its time. Each that has ended is asked which requests it
 * made: Twilio tells that a quarter of an hour after the end, with the URLs, and those bear our dial id. Until then nothing is
 * known, and a list without such a call proves nothing. A cursor is what is left to be asked, word by word: the path of a page of
 * the list; e and a call's id, for its events; c and an id, for the call that is the one.
 */
enum { TWILIO_SID = 34, TWILIO_CANDIDATES = 12, TWILIO_EVENTS_MS = 16 * 60 * 1000, TWILIO_AGAIN_MS = 5 * 60 * 1000 };

static const struct sh_member twilio_call_fields[] = {
#include "drivers/twilio/call.def"
	{ 0 }
};

/* A call as the REST API shows it, which is without its SIP code. */
static void
twilio_look(struct sh_ctx *cx, const struct sh_json *j, struct sh_str dial_id)
{
	struct sh_str price = sh_str_after(sh_json_get_str(cx, j, "price"), "-");
	struct sh_event e = { .dial_id = dial_id, .final = true };

	sh_event_fill(cx, &e, j, twilio_call_fields);
	/* A text, of dollars, below nothing: what it took from the balance. */
	if (!sh_str_is(sh_json_get_str(cx, j, "price_unit"), "USD") || !sh_decimal_parse(cx, price, 8, &e.cost_microcents))
		e.cost_microcents = -1;
	twilio_give(cx, &e, e.name);
}

/* "CA" and 32 letters or digits: fit for a path, and for a cursor. */
static bool
twilio_is_call(struct sh_ctx *cx, struct sh_str id)
{
	return id.n == TWILIO_SID && sh_str_after(id, "CA").s && sh_str_eq(sh_url_escape(cx, id), id);
}

static void
twilio_call_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str id, struct sh_request *r)
{
	if (twilio_is_call(cx, id))
		twilio_request(cx, a, sh_join(cx, SH_STR("Calls/"), id, SH_STR(".json")), SH_NONE, r);
}

static enum sh_answer
twilio_call_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *call;
	enum sh_answer answer = sh_answer_json(cx, x, "sid", &call);

	if (answer == SH_ANSWER_OK)
		twilio_look(cx, call, x->query ? x->query->dial_id : SH_NONE);
	return answer;
}

static void
twilio_calls_request(
    struct sh_ctx *cx, const struct sh_account *a, const struct sh_query *q, struct sh_str cursor, struct sh_request *r)
{
	struct sh_str rest, step = sh_str_cut(cursor, " ", &rest), id = sh_str_from(step, 1);
	struct sh_str day = sh_str_part(sh_time_format(cx, q->from_ms), 0, 10);
	const struct sh_pair filter[] = { { SH_STR("To"), q->to }, { SH_STR("From"), q->from },
		{ SH_STR("StartTime>"), q->dial_id.n > 0 ? SH_NONE : day } }; /* a young call has no such time */

	if (twilio_is_call(cx, id))
		step = sh_join(cx, SH_STR("Calls/"), id, step.s[0] == 'e' ? SH_STR("/Events.json?" TWILIO_PAGE) : SH_STR(".json"));
	else if (!sh_str_after(step, "Calls.json").s)
		step = sh_url_with(cx, SH_STR("Calls.json?" TWILIO_PAGE), filter, 3);
	twilio_request(cx, a, step, SH_NONE, r);
}

/* A call of the list: of a window of time it is an event at once; of a dial, it is asked for its events if it can be the one. */
static void
twilio_read_call(struct sh_ctx *cx, const struct sh_json *row, const struct sh_query *q, struct sh_str *todo)
{
	const struct sh_state *state = sh_state(twilio_states, sh_json_get_str(cx, row, "status"));
	int64_t made = sh_json_time(cx, sh_json_get(cx, row, "date_created"));
	int64_t ended = sh_json_time(cx, sh_json_at(cx, row, "end_time|date_updated"));
	bool told = (!state->word || state->over) && ended && cx->now_ms - ended >= TWILIO_EVENTS_MS;

	if (q->dial_id.n == 0)
		twilio_look(cx, row, SH_NONE);
	else if (!sh_str_is(sh_json_get_str(cx, row, "direction"), "outbound-api") ||
		 (made && (made < q->from_ms || made > q->until_ms)))
		return;
	else if (told && todo->n < TWILIO_CANDIDATES * (TWILIO_SID + 2) - 1)
		*todo = sh_words(cx, *todo, sh_join(cx, SH_STR("e"), sh_json_get_str(cx, row, "sid")));
	else
		sh_undecided(cx, TWILIO_AGAIN_MS);
}

/* Does a request that the call made, or the one that made it, bear the dial id? */
static bool
twilio_is_dial(struct sh_ctx *cx, const struct sh_json *event, struct sh_str dial_id)
{
	static const char *const urls[] = { "request.url", "request.parameters.status_callback", "request.parameters.url",
		"request.parameters.async_amd_status_callback" };

	for (; event; event = sh_json_next(cx, event))
		for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
			if (dial_id.n > 0 && sh_str_eq(sh_url_get(cx, sh_json_at_str(cx, event, urls[i]), SH_META_DIAL), dial_id))
				return true;
	return false;
}

static enum sh_answer
twilio_calls_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	struct sh_str todo, step = sh_str_cut(x->cursor, " ", &todo), next, call = sh_str_after(step, "e");
	const struct sh_json *row;
	enum sh_answer answer;

	if (sh_str_after(step, "c").s)
		return twilio_call_parse(cx, a, x);
	answer = twilio_list(cx, a, x, call.s ? "events" : "calls", &row, &next);
	if (call.s) {
		if (!row && answer == SH_ANSWER_OK) /* they are not there yet */
			sh_undecided(cx, TWILIO_AGAIN_MS);
		sh_next(cx, twilio_is_dial(cx, row, x->query->dial_id) ? sh_join(cx, SH_STR("c"), call) : todo);
		return answer;
	}
	for (; row && answer == SH_ANSWER_OK; row = sh_json_next(cx, row)) {
		if (!twilio_is_call(cx, sh_json_get_str(cx, row, "sid")))
			return sh_failed(cx, "a row of the list holds no call"); /* it may be the very one that is looked for */
		twilio_read_call(cx, row, x->query, &todo);
	}
	sh_next(cx, sh_words(cx, next, todo));
	return answer;
}

/* ---- the table ---- */

static const struct sh_reason twilio_reasons[] = {
#include "drivers/twilio/reasons.def"
	{ 0 }
};

SH_DRIVER(.name = "twilio", .title = "Twilio", .version = "1.0", .settings = twilio_settings, .reasons = twilio_reasons,
    .hosts = twilio_hosts, .base_url_setting = "base_url", .dials_per_minute = 60, /* a new account's one a second */
    /* What is beyond the account's rate waits at Twilio, for a day at most; a call rings 605 s and lasts 4 h (TimeLimit). */
    .agents_made_here = true, .list_has_dial_id = false, .list_lag_s = 0, .accept_s = 60, .queue_s = 86400, .call_s = 605 + 14400,
    .verify = twilio_verify, .normalize = twilio_normalize, .reply = twilio_reply, SH_ASKS(twilio, check), SH_ASKS(twilio, numbers),
    SH_ASKS(twilio, dial), SH_ASKS(twilio, calls), SH_ASKS(twilio, call), );
