/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * What Twilio is asked: the account's numbers, one call to be placed, and what became of calls.
 *
 * Requests are forms. Lists come in pages that name the next one's path, which must not lead out of the account.
 *
 * The list of calls shows nothing of ours, and may lag. So it is asked for calls to the callee that were made in the dial's
 * time, and each that has ended is asked which requests it made: Twilio tells that a quarter of an hour after the end, with
 * the URLs, and those bear our dial id. Until then nothing is known, and a list without such a call proves nothing.
 */
#include "drivers/twilio/twilio.h"

#define REST_PAGE "PageSize=1000"
#define REST_URI 512 /* a page's path: it must fit into a cursor, beside ids */
#define REST_SID 34 /* two letters and 32 digits */
#define REST_EVENTS_MS (16 * 60 * 1000) /* after its end a call's events are there */
#define REST_AGAIN_MS (5 * 60 * 1000)

/* The part of a path that is the account's, and a slash. */
static struct sh_str
twilio_account(struct sh_ctx *cx, const struct sh_account *a)
{
	return sh_join(cx, SH_STR("/2010-04-01/Accounts/"), sh_url_escape(cx, sh_setting(a, TWILIO_ACCOUNT)), SH_STR("/"));
}

static void
twilio_request(
    struct sh_ctx *cx, const struct sh_account *a, const char *method, struct sh_str path, struct sh_str form, struct sh_request *r)
{
	struct sh_str user = sh_str_or(sh_setting(a, TWILIO_API_KEY), sh_setting(a, TWILIO_ACCOUNT));

	sh_request_form(cx, r, sh_str(method), sh_join(cx, sh_setting(a, TWILIO_BASE_URL), path),
	    sh_basic(cx, user, sh_setting(a, TWILIO_API_SECRET)), form);
}

/* The first row of a page, and the next one's path. */
static enum sh_answer
twilio_list(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x, const char *key,
    const struct sh_json **ret_first, struct sh_str *ret_next)
{
	struct sh_str own = twilio_account(cx, a), next;
	const struct sh_json *doc;
	enum sh_answer answer = sh_answer_list(cx, x, key, &doc, ret_first);

	*ret_next = SH_NONE;
	if (answer != SH_ANSWER_OK)
		return answer;
	next = sh_json_get_str(cx, doc, "next_page_uri");
	if (next.n > 0 && (next.n > REST_URI || sh_str_after(next, own.s).n == 0 || sh_str_has(next, "..")))
		return sh_failed(cx, "the next page of the list is not this account's");
	*ret_next = next;
	return SH_ANSWER_OK;
}

/* ---- what the account owns ---- */

/* Numbers are what an API key may read in any case; the account itself it may not. */
void
twilio_check_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	(void)cursor;
	twilio_request(
	    cx, a, "GET", sh_join(cx, twilio_account(cx, a), SH_STR("IncomingPhoneNumbers.json?PageSize=1")), SH_NONE, r);
}

enum sh_answer
twilio_check_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *row;
	struct sh_str next;

	return twilio_list(cx, a, x, "incoming_phone_numbers", &row, &next);
}

/* Two lists: numbers of the account, then numbers that are not but may be called from. */
static const struct {
	const char *path, *key;
} twilio_lists[] = { { "IncomingPhoneNumbers.json", "incoming_phone_numbers" },
	{ "OutgoingCallerIds.json", "outgoing_caller_ids" } };

void
twilio_numbers_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	if (cursor.n == 0)
		cursor = sh_join(cx, twilio_account(cx, a), sh_str(twilio_lists[0].path), SH_STR("?" REST_PAGE));
	twilio_request(cx, a, "GET", cursor, SH_NONE, r);
}

/* What answers the number at Twilio, for people; and for the driver the URL that does, if one does. */
static void
twilio_bindings(struct sh_ctx *cx, const struct sh_json *row, struct sh_number *n)
{
	struct sh_str url = sh_json_get_str(cx, row, "voice_url");

	n->bindings = sh_json_pick(cx, row,
	    "voice_url|voice_method|voice_fallback_url|status_callback|voice_application_sid|trunk_sid|voice_receive_mode|"
	    "capabilities|type|status");
	/* With an application or a trunk Twilio does not ask the URL. */
	if (url.n == 0 || sh_json_get_str(cx, row, "voice_application_sid").n > 0 || sh_json_get_str(cx, row, "trunk_sid").n > 0)
		return;
	n->dial = sh_join(cx, SH_STR("{\"url\":"), sh_json_quote(cx, url), SH_STR(",\"method\":"),
	    sh_json_quote(cx, sh_json_get_str(cx, row, "voice_method")), SH_STR("}"));
}

enum sh_answer
twilio_numbers_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	bool second = sh_str_has(x->request->url, twilio_lists[1].path);
	const struct sh_json *row;
	enum sh_answer answer = twilio_list(cx, a, x, twilio_lists[second].key, &row, &cx->cursor);

	for (; row; row = sh_json_next(cx, row)) {
		struct sh_str e164 = sh_json_get_str(cx, row, "phone_number"),
			      mode = sh_json_get_str(cx, row, "voice_receive_mode");
		struct sh_number n = { .e164 = e164, .provider_id = sh_json_get_str(cx, row, "sid") };

		n.label = sh_json_get_str(cx, row, "friendly_name");
		n.voice = second || (sh_json_true(cx, sh_json_at(cx, row, "capabilities.voice")) && !sh_str_is(mode, "fax"));
		if (!second)
			twilio_bindings(cx, row, &n);
		sh_number_add(cx, &n);
	}
	if (answer == SH_ANSWER_OK && cx->cursor.n == 0 && !second)
		sh_next(cx, sh_join(cx, twilio_account(cx, a), sh_str(twilio_lists[1].path), SH_STR("?" REST_PAGE)));
	return answer;
}

/* ---- dial ---- */

struct twilio_form {
	struct sh_pair pairs[24];
	size_t n;
};

static void
twilio_put(struct twilio_form *f, const char *name, struct sh_str value)
{
	f->pairs[f->n++] = (struct sh_pair){ sh_str(name), value };
}

/* Where Twilio tells us of this dial. What follows the '#' is for Twilio: try again for 15 seconds, whatever goes wrong. */
static struct sh_str
twilio_callback(struct sh_ctx *cx, const struct sh_dial *d, bool detects)
{
	return sh_join(cx, d->webhook_url, SH_STR("?" SH_META_DIAL "="), sh_url_escape(cx, d->dial_id),
	    SH_STR("&" SH_META_CALLBACK "="), sh_url_escape(cx, d->callback_id), SH_STR("&" SH_META_ATTEMPT "="),
	    sh_int_format(cx, d->attempt), detects ? SH_STR("&" TWILIO_AMD "=1") : SH_NONE, SH_STR("#rc=3&rp=all&ct=2000&rt=4000"));
}

/* What the call is to do once it is answered; false: nobody has said. */
static bool
twilio_put_twiml(
    struct sh_ctx *cx, const struct sh_account *a, const struct sh_dial *d, struct sh_str callback, struct twilio_form *f)
{
	struct sh_str url = sh_setting(a, TWILIO_TWIML_URL), twiml = sh_setting(a, TWILIO_TWIML), method = SH_STR("POST");
	const struct sh_json *bound = d->from->dial.s ? sh_json_parse(cx, d->from->dial) : NULL;

	if (sh_setting(a, TWILIO_CONNECT_URL).n > 0) {
		url = callback; /* we are asked, and answer with the variables */
		twilio_put(f, "FallbackUrl", callback);
	} else if (twiml.n > 0) {
		twilio_put(f, "Twiml", twilio_fill(cx, twiml, d->variables, d->nvariables, true));
		return true;
	} else if (url.n > 0)
		url = twilio_fill(cx, url, d->variables, d->nvariables, false);
	else if (d->agent_id.n == 0) {
		url = sh_json_get_str(cx, bound, "url");
		method = sh_json_get_str(cx, bound, "method");
		/* We would be asked about a call that has no agent here. */
		if (sh_str_after(url, d->webhook_url.s).s)
			return false;
	}
	if (url.n == 0)
		return false;
	twilio_put(f, "Url", url);
	twilio_put(f, "Method", method.n ? method : SH_STR("POST"));
	return true;
}

void
twilio_dial_request(struct sh_ctx *cx, const struct sh_account *a, const struct sh_dial *d, struct sh_request *r)
{
	static const char *const events[] = { "initiated", "ringing", "answered", "completed" };
	struct sh_str detection = sh_setting(a, TWILIO_DETECTION), callback;
	bool detects = !sh_str_is(detection, "off");
	struct twilio_form f = { .n = 0 };

	callback = twilio_callback(cx, d, detects);
	if (d->channel != SH_CHANNEL_VOICE || d->from->e164.n == 0 || d->webhook_url.n == 0) {
		sh_failed(cx, d->channel != SH_CHANNEL_VOICE ? "Twilio's messages cannot be sent from here"
							     : "there is no number to call from");
		return;
	}
	twilio_put(&f, "To", d->to);
	twilio_put(&f, "From", d->from->e164);
	if (!twilio_put_twiml(cx, a, d, callback, &f)) {
		sh_failed(cx, "nobody says what the call is to do: connect_url, twiml, twiml_url, or the number's voice URL");
		return;
	}
	twilio_put(&f, "StatusCallback", callback);
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		twilio_put(&f, "StatusCallbackEvent", sh_str(events[i]));
	twilio_put(&f, "Timeout", sh_setting(a, TWILIO_RING));
	twilio_put(&f, "TimeLimit", SH_STR("14400"));
	if (detects) {
		twilio_put(&f, "MachineDetection", detection);
		twilio_put(&f, "AsyncAmd", SH_STR("true"));
		twilio_put(&f, "AsyncAmdStatusCallback", callback);
	}
	if (sh_setting_on(a, TWILIO_RECORD)) {
		twilio_put(&f, "Record", SH_STR("true"));
		twilio_put(&f, "RecordingStatusCallback", callback);
	}
	twilio_request(
	    cx, a, "POST", sh_join(cx, twilio_account(cx, a), SH_STR("Calls.json")), sh_form_encode(cx, f.pairs, f.n), r);
}

static const struct sh_refusal twilio_refusals[] = {
#define REFUSAL(code_, reason_, outcome_, retry_, action_) { 0, #code_, #reason_, SH_REFUSED(outcome_, retry_, action_) },
#include "drivers/twilio/refusals.def"
	/* Not processed, says Twilio: too many requests at once, too many calls, more than a day's calls queued. */
	{ 0, "20429", "error_20429", SH_LATER(5) },
	{ 0, "10004", "error_10004", SH_LATER(600) },
	{ 0, "22005", "error_22005", SH_LATER(3600) },
	{ 0 },
};

void
twilio_dial_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x, struct sh_placed *p)
{
	const struct sh_json *doc = sh_json_parse(cx, x->response->body);
	int status = x->response->status;
	int64_t code, said;

	(void)a;
	sh_placed(cx, x, p, sh_json_get_str(cx, doc, "sid"));
	/* Twilio's own error, not the page of something that stands before it. */
	if (status < 400 || status > 499 || !sh_json_int(cx, sh_json_get(cx, doc, "code"), &code) ||
	    !sh_json_int(cx, sh_json_get(cx, doc, "status"), &said) || said != status || code < 10000 || code > 99999)
		return;
	p->reason = sh_join(cx, SH_STR("error_"), sh_int_format(cx, code));
	sh_refused(cx, x, twilio_refusals, sh_int_format(cx, code), p);
}

/* ---- look back ---- */

/* A call as the REST API shows it, which is without its SIP code. */
static void
twilio_look(struct sh_ctx *cx, const struct sh_json *j, struct sh_str dial_id)
{
	static const struct sh_names facts[] = { { "answered_by", "answered_by" }, { "duration_s", "duration" },
		{ "direction", "direction" }, { "parent", "parent_call_sid" }, { NULL, NULL } };
	struct sh_str status = sh_json_get_str(cx, j, "status"), price = sh_str_after(sh_json_get_str(cx, j, "price"), "-");
	struct sh_event e = { .call_id = sh_json_get_str(cx, j, "sid"), .name = status, .dial_id = dial_id, .final = true };

	e.from = sh_json_get_str(cx, j, "from");
	e.to = sh_json_get_str(cx, j, "to");
	e.started_ms = sh_json_time(cx, sh_json_get(cx, j, "start_time"));
	e.ended_ms = sh_json_time(cx, sh_json_get(cx, j, "end_time"));
	e.direction = sh_direction(sh_json_get_str(cx, j, "direction"));
	/* A text, of dollars, below nothing: what it took from the balance. */
	if (!sh_str_is(sh_json_get_str(cx, j, "price_unit"), "USD") || !sh_decimal_parse(cx, price, 8, &e.cost_microcents))
		e.cost_microcents = -1;
	sh_facts_json(cx, &e, j, facts);
	twilio_give(cx, &e, status);
}

/* "CA" and 32 letters or digits: fit for a path. */
static bool
twilio_is_call(struct sh_str id)
{
	for (size_t i = 2; i < id.n && id.n == REST_SID; i++)
		if (!(id.s[i] >= '0' && id.s[i] <= '9') && !(id.s[i] >= 'a' && id.s[i] <= 'z') &&
		    !(id.s[i] >= 'A' && id.s[i] <= 'Z'))
			return false;
	return id.n == REST_SID && memcmp(id.s, "CA", 2) == 0;
}

/*
 * The walk by dial id. Its cursor is a step, '+' where some call cannot be judged yet, else '-', and the calls to be judged:
 *
 *	list	the next page's path follows their ids, behind a blank
 *	events	of the first of them
 *	call	it is the one
 */
enum { WALK_LIST = 'l', WALK_EVENTS = 'e', WALK_CALL = 'c', WALK_MOST = 12 };

static char
twilio_step(struct sh_str cursor)
{
	return cursor.n >= 2 + REST_SID && (cursor.s[0] == WALK_EVENTS || cursor.s[0] == WALK_CALL) ? cursor.s[0] : WALK_LIST;
}

static struct sh_str
twilio_walk(struct sh_ctx *cx, char step, bool open, struct sh_str calls, struct sh_str path)
{
	char *head = sh_alloc(cx, 2);

	head[0] = step;
	head[1] = open ? '+' : '-';
	return sh_join(cx, (struct sh_str){ head, 2 }, calls, path.n ? SH_STR(" ") : SH_NONE, path);
}

/* The end of the walk, or the events of the next call. */
static enum sh_answer
twilio_walk_on(struct sh_ctx *cx, bool open, struct sh_str calls)
{
	if (calls.n > 0)
		sh_next(cx, twilio_walk(cx, WALK_EVENTS, open, calls, SH_NONE));
	else if (open)
		sh_undecided(cx, REST_AGAIN_MS);
	return SH_ANSWER_OK;
}

void
twilio_calls_request(
    struct sh_ctx *cx, const struct sh_account *a, const struct sh_query *q, struct sh_str cursor, struct sh_request *r)
{
	struct sh_str path = sh_join(cx, twilio_account(cx, a), SH_STR("Calls.json?" REST_PAGE));
	const char *blank = cursor.n ? memchr(cursor.s, ' ', cursor.n) : NULL;

	if (blank)
		path = (struct sh_str){ blank + 1, cursor.n - (size_t)(blank + 1 - cursor.s) };
	else if (twilio_step(cursor) != WALK_LIST)
		path = sh_join(cx, twilio_account(cx, a), SH_STR("Calls/"), (struct sh_str){ cursor.s + 2, REST_SID },
		    twilio_step(cursor) == WALK_EVENTS ? SH_STR("/Events.json?" REST_PAGE) : SH_STR(".json"));
	else {
		path = sh_join(cx, path, q->to.n ? SH_STR("&To=") : SH_NONE, sh_url_escape(cx, q->to),
		    q->from.n ? SH_STR("&From=") : SH_NONE, sh_url_escape(cx, q->from));
		/* Whole days; a call that has not begun has no such time. */
		if (q->dial_id.n == 0)
			path = sh_join(cx, path, SH_STR("&StartTime%3E="), (struct sh_str){ sh_time_format(cx, q->from_ms).s, 10 });
	}
	twilio_request(cx, a, "GET", path, SH_NONE, r);
}

/* Can this call be the dial that is asked for, and can it be told yet? */
static bool
twilio_is_candidate(struct sh_ctx *cx, const struct sh_json *row, const struct sh_query *q, bool *open)
{
	int64_t made = sh_json_time(cx, sh_json_get(cx, row, "date_created")), ended;
	struct sh_str status = sh_json_get_str(cx, row, "status");

	if (!sh_str_is(sh_json_get_str(cx, row, "direction"), "outbound-api") ||
	    (made && (made < q->from_ms || made > q->until_ms)))
		return false;
	ended = sh_json_time(cx, sh_json_get(cx, row, "end_time"));
	ended = ended ? ended : sh_json_time(cx, sh_json_get(cx, row, "date_updated"));
	if (sh_str_is(status, "queued") || sh_str_is(status, "ringing") || sh_str_is(status, "in-progress") || ended == 0 ||
	    cx->now_ms - ended < REST_EVENTS_MS) {
		*open = true;
		return false;
	}
	return true;
}

/* Does a request that the call made, or the one that made it, bear the dial id? */
static bool
twilio_is_dial(struct sh_ctx *cx, const struct sh_json *row, struct sh_str dial_id)
{
	static const char *const urls[] = { "status_callback", "url", "async_amd_status_callback" };
	const struct sh_json *request = sh_json_get(cx, row, "request"), *parameters = sh_json_get(cx, request, "parameters");
	struct sh_str url = sh_json_get_str(cx, request, "url");

	for (size_t i = 0; i <= sizeof(urls) / sizeof(urls[0]); i++) {
		size_t n;
		const struct sh_pair *query = sh_url_query(cx, url, &n);

		if (dial_id.n > 0 && sh_str_eq(sh_pair_get(query, n, SH_META_DIAL), dial_id))
			return true;
		if (i < sizeof(urls) / sizeof(urls[0]))
			url = sh_json_get_str(cx, parameters, urls[i]);
	}
	return false;
}

static enum sh_answer
twilio_read_list(struct sh_ctx *cx, const struct sh_exchange *x, const struct sh_json *row, struct sh_str next)
{
	const char *blank = x->cursor.n ? memchr(x->cursor.s, ' ', x->cursor.n) : NULL;
	struct sh_str calls = blank ? (struct sh_str){ x->cursor.s + 2, (size_t)(blank - x->cursor.s) - 2 } : SH_STR("");
	bool open = blank && x->cursor.s[1] == '+';

	for (; row; row = sh_json_next(cx, row)) {
		struct sh_str id = sh_json_get_str(cx, row, "sid");

		/* A row that cannot be read may be the very one that is looked for. */
		if (!twilio_is_call(id))
			return sh_failed(cx, "a row of the list holds no call");
		if (x->query->dial_id.n == 0)
			twilio_look(cx, row, SH_NONE);
		else if (!twilio_is_candidate(cx, row, x->query, &open))
			continue;
		else if (calls.n < WALK_MOST * REST_SID)
			calls = sh_join(cx, calls, id);
		else
			open = true;
	}
	if (next.n == 0)
		return twilio_walk_on(cx, open, calls);
	sh_next(cx, twilio_walk(cx, WALK_LIST, open, calls, next));
	return SH_ANSWER_OK;
}

enum sh_answer
twilio_calls_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	char step = twilio_step(x->cursor);
	const struct sh_json *row;
	struct sh_str next, first, rest;
	enum sh_answer answer;
	bool open;

	if (step == WALK_CALL) {
		answer = sh_answer_of(cx, x->response);
		if (answer == SH_ANSWER_OK)
			twilio_look(cx, sh_json_parse(cx, x->response->body), x->query->dial_id);
		return answer;
	}
	answer = twilio_list(cx, a, x, step == WALK_EVENTS ? "events" : "calls", &row, &next);
	if (answer != SH_ANSWER_OK)
		return answer;
	if (step == WALK_LIST)
		return twilio_read_list(cx, x, row, next);
	first = (struct sh_str){ x->cursor.s + 2, REST_SID };
	rest = (struct sh_str){ x->cursor.s + 2 + REST_SID, x->cursor.n - 2 - REST_SID };
	open = x->cursor.s[1] == '+' || !row; /* without any event they are not there yet */
	for (; row; row = sh_json_next(cx, row))
		if (twilio_is_dial(cx, row, x->query->dial_id)) {
			sh_next(cx, twilio_walk(cx, WALK_CALL, false, first, SH_NONE));
			return SH_ANSWER_OK;
		}
	return twilio_walk_on(cx, open, rest);
}

void
twilio_call_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str id, struct sh_request *r)
{
	if (twilio_is_call(id))
		twilio_request(cx, a, "GET", sh_join(cx, twilio_account(cx, a), SH_STR("Calls/"), id, SH_STR(".json")), SH_NONE, r);
}

enum sh_answer
twilio_call_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *doc;
	enum sh_answer answer = sh_answer_json(cx, x, "sid", &doc);

	(void)a;
	if (answer == SH_ANSWER_OK && !twilio_is_call(sh_json_get_str(cx, doc, "sid")))
		return sh_failed(cx, "the answer holds no call");
	if (answer == SH_ANSWER_OK)
		twilio_look(cx, doc, SH_NONE);
	return answer;
}
