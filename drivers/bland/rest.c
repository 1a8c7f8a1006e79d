/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * What Bland is asked: its numbers and agents, one call to be placed, and what became of calls.
 *
 * Lists come under a key of their own, under "data", or bare.
 */
#include "drivers/bland/bland.h"

/* ---- what the account owns ---- */

/* own: for the account's own Twilio, whose key goes along. */
static void
bland_request(struct sh_ctx *cx, const struct sh_account *a, const char *method, struct sh_str path, struct sh_str body, bool own,
    struct sh_request *r)
{
	struct sh_str base = sh_setting(a, BLAND_BASE_URL), key = sh_setting(a, BLAND_OWN_TWILIO);
	struct sh_pair *h;

	while (base.n > 0 && base.s[base.n - 1] == '/')
		base.n--;
	sh_request_json(cx, r, sh_str(method), sh_join(cx, base, path), sh_setting(a, BLAND_API_KEY), body);
	if (!own || key.n == 0)
		return;
	h = (struct sh_pair *)sh_alloc(cx, (r->nheaders + 1) * sizeof(*h));
	memcpy(h, r->headers, r->nheaders * sizeof(*h));
	h[r->nheaders++] = (struct sh_pair){ SH_STR("encrypted_key"), key };
	r->headers = h;
}

/* An error has several shapes, and may come with a 200. */
static bool
bland_is_error(struct sh_ctx *cx, const struct sh_json *doc)
{
	return bland_has(sh_json_get_str(cx, doc, "status"), "error") || sh_json_get_str(cx, doc, "error").n > 0 ||
	       sh_json_first(cx, sh_json_get(cx, doc, "errors"));
}

static enum sh_answer
bland_answer(struct sh_ctx *cx, const struct sh_exchange *x, const struct sh_json **ret_doc)
{
	enum sh_answer answer = sh_answer_of(cx, x->response);

	*ret_doc = sh_json_parse(cx, x->response->body);
	if (answer != SH_ANSWER_OK)
		return answer;
	return bland_is_error(cx, *ret_doc) ? sh_failed(cx, "the answer is an error") : SH_ANSWER_OK;
}

/* The first row of a list. */
static enum sh_answer
bland_list(struct sh_ctx *cx, const struct sh_exchange *x, const char *key, const struct sh_json **ret_first)
{
	const struct sh_json *doc, *list;
	enum sh_answer answer = bland_answer(cx, x, &doc);

	if (answer != SH_ANSWER_OK)
		return answer;
	list = sh_json_get(cx, doc, "data") ? sh_json_get(cx, doc, "data") : doc;
	list = sh_json_get(cx, list, key) ? sh_json_get(cx, list, key) : list;
	if (sh_json_type(cx, list) != SH_JSON_ARRAY)
		return sh_failed(cx, "the answer holds no list");
	*ret_first = sh_json_first(cx, list);
	return SH_ANSWER_OK;
}

void
bland_check_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	(void)cursor;
	bland_request(cx, a, "GET", SH_STR("/v1/me"), SH_NONE, false, r);
}

enum sh_answer
bland_check_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *doc;
	enum sh_answer answer = bland_answer(cx, x, &doc);

	(void)a;
	/* Any page that answers 200 is no proof of a good key. */
	if (answer == SH_ANSWER_OK && sh_json_type(cx, sh_json_get(cx, doc, "billing")) != SH_JSON_OBJECT)
		return sh_failed(cx, "the answer shows no account");
	return answer;
}

/*
 * The lists of numbers, one after the other; a cursor is a list's name. The host unites them by number, and the first one
 * stays: so the own Twilio's come first, which are dialled with its key.
 */
static const struct {
	const char *name, *path, *key;
} bland_numbers[] = {
	{ "own", "/v1/inbound", "inbound_numbers" },
	{ "inbound", "/v1/inbound", "inbound_numbers" },
	{ "outbound", "/v1/outbound", "outbound_numbers" },
	{ "sip", "/v1/sip/numbers", "numbers" },
};
enum { BLAND_LISTS = sizeof(bland_numbers) / sizeof(bland_numbers[0]) };

static size_t
bland_numbers_at(const struct sh_account *a, struct sh_str cursor)
{
	size_t i = 0;

	while (i < BLAND_LISTS && !sh_str_is(cursor, bland_numbers[i].name))
		i++;
	return i < BLAND_LISTS ? i : sh_setting(a, BLAND_OWN_TWILIO).n == 0;
}

void
bland_numbers_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	size_t i = bland_numbers_at(a, cursor);

	bland_request(cx, a, "GET", sh_str(bland_numbers[i].path), SH_NONE, i == 0, r);
}

static struct sh_str
bland_bindings(struct sh_ctx *cx, const struct sh_json *row)
{
	static const char *const keys[] = { "pathway_id", "persona_id", "webhook", "fallback_number", "transfer_phone_number",
		"directions", "sip_endpoint", "health_status", "last_initiated" };
	struct sh_out *o = sh_out_new(cx);

	sh_out_open(cx, o, '{');
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (sh_json_get(cx, row, keys[i])) {
			sh_out_key(cx, o, keys[i]);
			sh_out_raw(cx, o, sh_json_get_raw(cx, row, keys[i]));
		}
	sh_out_close(cx, o, '}');
	return sh_out_text(cx, o);
}

enum sh_answer
bland_numbers_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	size_t i = bland_numbers_at(a, x->cursor);
	const struct sh_json *row = NULL, *way;
	enum sh_answer answer = bland_list(cx, x, bland_numbers[i].key, &row);

	for (; row; row = sh_json_next(cx, row)) {
		struct sh_number n = { .e164 = bland_number(cx, row, "phone_number"), .bindings = bland_bindings(cx, row) };

		n.provider_id = n.e164;
		n.dial = i == 0 ? SH_STR("{\"own\":true}") : SH_NONE;
		n.voice = !(way = sh_json_get(cx, row, "directions"));
		for (way = sh_json_first(cx, way); way; way = sh_json_next(cx, way))
			n.voice |= sh_str_is(sh_json_str(cx, way), "outbound");
		if (n.e164.n > 0 && n.e164.s[0] != '+') /* a SIP user */
			n.voice = false;
		if (n.e164.n > 0)
			sh_number_add(cx, &n);
	}
	/* Not every account has the last two. */
	if (answer == SH_ANSWER_ABSENT && i > 1)
		answer = SH_ANSWER_OK;
	if (answer == SH_ANSWER_OK && i + 1 < BLAND_LISTS)
		sh_next(cx, sh_str(bland_numbers[i + 1].name));
	return answer;
}

/*
 * Agents: personas page by page, then pathways, then, if so set, the web's agents. A cursor is a page's number or a list's name.
 * Ids carry their kind in front, because a call is asked for under the one name or the other.
 */
static const struct bland_kind {
	const char *list, *path, *key, *id, *prefix, *member;
} bland_kinds[] = {
	{ "personas", "/v1/personas?limit=100&page=", "personas", "id", "persona:", "persona_id" },
	{ "pathways", "/v1/pathway", "pathways", "id", "pathway:", "pathway_id" },
	{ "agents", "/v1/agents", "agents", "agent_id", "agent:", "agent_id" },
};
enum { BLAND_PERSONAS, BLAND_PATHWAYS, BLAND_AGENTS, BLAND_KINDS };

static size_t
bland_agents_at(struct sh_str cursor)
{
	return sh_str_is(cursor, "pathways") ? BLAND_PATHWAYS : sh_str_is(cursor, "agents") ? BLAND_AGENTS : BLAND_PERSONAS;
}

void
bland_agents_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	size_t i = bland_agents_at(cursor);
	struct sh_str page = i != BLAND_PERSONAS ? SH_NONE : cursor.n > 0 ? cursor : SH_STR("1");

	bland_request(cx, a, "GET", sh_join(cx, sh_str(bland_kinds[i].path), page), SH_NONE, false, r);
}

enum sh_answer
bland_agents_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	size_t i = bland_agents_at(x->cursor), rows = 0;
	const struct sh_json *row = NULL;
	enum sh_answer answer = bland_list(cx, x, bland_kinds[i].key, &row);
	int64_t page = 1;

	for (; row; row = sh_json_next(cx, row), rows++) {
		struct sh_str id = sh_json_get_str(cx, row, bland_kinds[i].id);
		struct sh_agent agent = { .name = sh_json_get_str(cx, row, "name"),
			.version = sh_json_get_plain(cx, sh_json_get(cx, row, "current_production_version"), "version_number") };

		id = id.n > 0 ? id : sh_json_get_str(cx, row, bland_kinds[i].member);
		agent.provider_id = sh_join(cx, sh_str(bland_kinds[i].prefix), id);
		if (id.n > 0 && sh_json_get_str(cx, row, "deleted_at").n == 0)
			sh_agent_add(cx, &agent);
	}
	if (answer != SH_ANSWER_OK)
		return answer;
	/* There is no total: a page that is not full is the last. */
	if (i == BLAND_PERSONAS && rows == 100 && (!x->cursor.n || sh_int_parse(cx, x->cursor, &page)))
		sh_next(cx, sh_int_format(cx, page + 1));
	else if (i == BLAND_PERSONAS || (i == BLAND_PATHWAYS && sh_str_is(sh_setting(a, BLAND_WEB_AGENTS), "true")))
		sh_next(cx, sh_str(bland_kinds[i + 1].list));
	return answer;
}

/* ---- dial ---- */

/* The members that call_options may have. Bland refuses names that it does not know, and must not redial by itself ("retry"). */
static const char *const bland_options[] = { "citation_schema_ids", "dialing_strategy", "dispositions", "dynamic_data",
	"first_sentence", "guard_rails", "keywords", "language", "model", "post_call_evals", "precall_dtmf_sequence", "record",
	"summary_prompt", "timezone", "tools", "transfer_list", "transfer_phone_number", "voice", "voicemail", "wait_for_greeting",
	"webhook_events" };

static void
bland_put_agent(struct sh_ctx *cx, const struct sh_account *a, struct sh_out *o, const struct bland_kind *kind, struct sh_str id)
{
	struct sh_str version = sh_setting(a, BLAND_VERSION), task = sh_setting(a, BLAND_TASK);
	int64_t number;

	if (kind)
		sh_out_member(cx, o, kind->member, id);
	if (task.n > 0 && kind != &bland_kinds[BLAND_PATHWAYS])
		sh_out_member(cx, o, "task", task);
	if (version.n == 0 || kind != &bland_kinds[BLAND_PATHWAYS])
		return;
	sh_out_key(cx, o, "pathway_version");
	if (sh_int_parse(cx, version, &number))
		sh_out_int(cx, o, number);
	else
		sh_out_str(cx, o, version);
}

/* The caller's variables, and our dial id once more, for reports that were stripped of their metadata. */
static void
bland_put_variables(struct sh_ctx *cx, struct sh_out *o, const struct sh_dial *d)
{
	struct sh_pair *list = (struct sh_pair *)sh_alloc(cx, (d->nvariables + 1) * sizeof(*list));
	uint32_t n = 0;

	for (uint32_t i = 0; i < d->nvariables; i++)
		if (!sh_str_is(d->variables[i].name, SH_META_DIAL))
			list[n++] = d->variables[i];
	list[n++] = (struct sh_pair){ SH_STR(SH_META_DIAL), d->dial_id };
	sh_out_key(cx, o, "request_data");
	sh_out_pairs(cx, o, list, n);
	sh_out_key(cx, o, "metadata");
	sh_out_metadata(cx, o, d);
}

void
bland_dial_request(struct sh_ctx *cx, const struct sh_account *a, const struct sh_dial *d, struct sh_request *r)
{
	struct sh_str text = sh_setting(a, BLAND_OPTIONS), id = d->agent_id;
	const struct sh_json *options = text.n > 0 ? sh_json_parse(cx, text) : NULL;
	const struct bland_kind *kind = NULL;
	struct sh_out *o = sh_out_new(cx);
	int64_t minutes;

	for (size_t i = 0; i < BLAND_KINDS; i++) {
		struct sh_str prefix = sh_str(bland_kinds[i].prefix);

		if (id.n > prefix.n && memcmp(id.s, prefix.s, prefix.n) == 0)
			kind = &bland_kinds[i];
	}
	if (kind)
		id = (struct sh_str){ id.s + strlen(kind->prefix), id.n - strlen(kind->prefix) };
	/* Without a number to call from, Bland takes one of its own; without an agent or a task there is nobody to talk. */
	if (d->channel != SH_CHANNEL_VOICE || !d->from->e164.s || (!kind && sh_setting(a, BLAND_TASK).n == 0) ||
	    (text.n > 0 && sh_json_type(cx, options) != SH_JSON_OBJECT))
		return;
	if (!sh_int_parse(cx, sh_setting(a, BLAND_MAX_MINUTES), &minutes) || minutes < 1 || minutes > BLAND_MINUTES)
		minutes = BLAND_MINUTES;
	sh_out_open(cx, o, '{');
	sh_out_member(cx, o, "phone_number", d->to);
	sh_out_member(cx, o, "from", d->from->e164);
	bland_put_agent(cx, a, o, kind, id);
	sh_out_key(cx, o, "max_duration");
	sh_out_int(cx, o, minutes);
	for (size_t i = 0; i < sizeof(bland_options) / sizeof(bland_options[0]); i++)
		if (sh_json_get(cx, options, bland_options[i])) {
			sh_out_key(cx, o, bland_options[i]);
			sh_out_raw(cx, o, sh_json_get_raw(cx, options, bland_options[i]));
		}
	if (d->webhook_url.n > 8 && memcmp(d->webhook_url.s, "https://", 8) == 0) /* Bland takes no other */
		sh_out_member(cx, o, "webhook", d->webhook_url);
	bland_put_variables(cx, o, d);
	sh_out_close(cx, o, '}');
	bland_request(cx, a, "POST", SH_STR("/v1/calls"), sh_out_text(cx, o),
	    sh_json_true(cx, sh_json_get(cx, sh_json_parse(cx, d->from->dial), "own")), r);
}

/*
 * What Bland documents for this route, in its words of August 2026; the first row that fits. No call exists after these, but
 * for those that are UNKNOWN: of them, and of every 5xx, nobody says so. A 429 alone says nothing: its words do.
 */
static const struct {
	int status;
	const char *phrase, *reason;
	enum sh_placing placing;
	struct sh_disposition means;
} bland_refusals[] = {
#define REFUSED(outcome_, retry_, action_)                                                                                         \
	SH_DIAL_REFUSED,                                                                                                           \
	{                                                                                                                          \
		SH_OUTCOME_##outcome_, SH_RETRY_##retry_, true, SH_ACTION_##action_                                                \
	}
	{ 400, "DNC ", "do_not_call_list", REFUSED(DO_NOT_CALL, NEVER, NONE) },
	{ 400, "dial sensitive numbers", "sensitive_number", REFUSED(DO_NOT_CALL, NEVER, NONE) },
	{ 429, "blacklisted", "blacklisted", REFUSED(DO_NOT_CALL, NEVER, NONE) },
	{ 429, "rate limit", "rate_limit", SH_DIAL_LATER, { 0 } },
	{ 429, "newly created accounts", "new_account_limit", SH_DIAL_LATER, { 0 } },
	{ 429, "to the same number", "same_number", SH_DIAL_UNKNOWN, { 0 } },
	{ 400, "unable to queue call", "unable_to_queue", SH_DIAL_UNKNOWN, { 0 } },
	{ 400, "unable to save request body", "unable_to_save", SH_DIAL_UNKNOWN, { 0 } },
	{ 400, "flagged node", "content_refused", REFUSED(TECHNICAL_ERROR, NEVER, PAUSE_AGENT) },
	{ 400, "transfer", "bad_transfer_number", REFUSED(TERMINAL, NEVER, NONE) },
	{ 400, "invalid phone number", "invalid_number", REFUSED(TERMINAL, NEVER, NUMBER_INVALID) },
	{ 400, "invalid 'from'", "invalid_from", REFUSED(TERMINAL, NEVER, REST_NUMBER) },
	{ 400, "", "bad_request", REFUSED(TECHNICAL_ERROR, NEVER, NONE) },
	{ 401, "", "bad_key", REFUSED(TECHNICAL_ERROR, POLICY, PAUSE_WORKSPACE) },
	{ 402, "", "payment_required", REFUSED(TECHNICAL_ERROR, POLICY, PAUSE_WORKSPACE) },
	{ 403, "", "account_flagged", REFUSED(TECHNICAL_ERROR, POLICY, PAUSE_WORKSPACE) },
	{ 404, "", "agent_unknown", REFUSED(TECHNICAL_ERROR, NEVER, PAUSE_AGENT) },
	{ 418, "", "content_refused", REFUSED(TECHNICAL_ERROR, NEVER, PAUSE_AGENT) },
#undef REFUSED
};

void
bland_dial_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x, struct sh_placed *p)
{
	const struct sh_json *doc;
	enum sh_answer answer = bland_answer(cx, x, &doc);
	struct sh_str said = x->response->body;
	int status = x->response->status;

	(void)a;
	p->reason = sh_join(cx, SH_STR("http_"), sh_int_format(cx, status));
	p->call_id = answer == SH_ANSWER_OK ? sh_json_get_str(cx, doc, "call_id") : SH_NONE;
	p->placing = p->call_id.n > 0 && p->call_id.n <= 128 ? SH_DIAL_PLACED : SH_DIAL_UNKNOWN;
	/* Bland's own error, not the page of something that stands before it. */
	for (size_t i = 0; bland_is_error(cx, doc) && i < sizeof(bland_refusals) / sizeof(bland_refusals[0]); i++)
		if (bland_refusals[i].status == status && bland_has(said, bland_refusals[i].phrase)) {
			p->placing = bland_refusals[i].placing;
			p->disposition = bland_refusals[i].means;
			p->reason = sh_str(bland_refusals[i].reason);
			break;
		}
	if (p->placing == SH_DIAL_LATER && cx->after_ms == 0)
		cx->after_ms = 600000; /* Bland names no time: minutes for its limits, an hour for the plan's */
}

/* ---- look back ---- */

/*
 * Two walks. A window of time is walked by the rows' numbers ("from" and "to" count rows here), oldest first. A dial is looked
 * for by the numbers; the list shows no metadata, so each call that may be the one is then asked for by its id: cursor "c" and
 * the ids. On an empty answer the number is tried without its plus: cursor "n".
 */
void
bland_calls_request(
    struct sh_ctx *cx, const struct sh_account *a, const struct sh_query *q, struct sh_str cursor, struct sh_request *r)
{
	char walk = cursor.n > 0 ? cursor.s[0] : '\0';
	const char *end = cursor.n > 1 ? memchr(cursor.s, ' ', cursor.n) : NULL;
	struct sh_str path, to = q->to, from = q->from;
	int64_t row = 0;

	if (walk == 'c') {
		bland_call_request(cx, a, (struct sh_str){ cursor.s + 1, (end ? (size_t)(end - cursor.s) : cursor.n) - 1 }, r);
		return;
	}
	if (walk == 'n') {
		to = (struct sh_str){ to.s + (to.n > 0), to.n - (to.n > 0) };
		from = (struct sh_str){ from.s + (from.n > 0), from.n - (from.n > 0) };
	}
	if (!sh_int_parse(cx, cursor, &row))
		row = 0;
	path = sh_join(
	    cx, SH_STR("/v1/calls?inbound=false&ascending=true&start_date="), sh_url_escape(cx, sh_time_format(cx, q->from_ms)));
	if (to.n > 0)
		path = sh_join(cx, path, SH_STR("&to_number="), sh_url_escape(cx, to));
	if (from.n > 0)
		path = sh_join(cx, path, SH_STR("&from_number="), sh_url_escape(cx, from));
	if (q->dial_id.n > 0)
		path = sh_join(cx, path, SH_STR("&limit=50"));
	else /* whether the end is part of the list, Bland says and others deny: a day more */
		path = sh_join(cx, path, SH_STR("&end_date="), sh_url_escape(cx, sh_time_format(cx, q->until_ms + 86400000)),
		    SH_STR("&from="), sh_int_format(cx, row), SH_STR("&to="), sh_int_format(cx, row + 200));
	bland_request(cx, a, "GET", path, SH_NONE, false, r);
}

/* One call of the candidates, and who is next. */
static enum sh_answer
bland_candidate(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const char *end = memchr(x->cursor.s, ' ', x->cursor.n);
	enum sh_answer answer = bland_call_parse(cx, a, x);

	if (answer != SH_ANSWER_OK && answer != SH_ANSWER_ABSENT)
		return answer;
	if (end)
		sh_next(cx, sh_join(cx, SH_STR("c"), (struct sh_str){ end + 1, x->cursor.n - (size_t)(end + 1 - x->cursor.s) }));
	return SH_ANSWER_OK;
}

enum sh_answer
bland_calls_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	bool dial = x->query->dial_id.n > 0;
	const struct sh_json *doc, *row = NULL;
	struct sh_str next = SH_NONE;
	int64_t at = 0, total;
	enum sh_answer answer;

	if (x->cursor.n > 0 && x->cursor.s[0] == 'c')
		return bland_candidate(cx, a, x);
	answer = bland_list(cx, x, "calls", &row);
	if (answer != SH_ANSWER_OK)
		return answer;
	doc = sh_json_parse(cx, x->response->body);
	if (!row && dial && x->cursor.n == 0)
		next = SH_STR("n");
	else if (row && !dial) {
		at = (sh_int_parse(cx, x->cursor, &at) ? at : 0) + 200;
		if (!sh_json_int(cx, sh_json_get(cx, doc, "total_count"), &total) || at < total)
			next = sh_int_format(cx, at);
	}
	for (; row; row = sh_json_next(cx, row)) {
		struct sh_str id = sh_json_get_str(cx, row, "call_id");

		/* A row that cannot be read may be the very one that is looked for. */
		if (id.n == 0)
			return sh_failed(cx, "a row of the list holds no call");
		bland_look(cx, a, row);
		if (dial)
			next = sh_join(cx, next.n ? next : SH_STR("c"), next.n ? SH_STR(" ") : SH_NONE, id);
	}
	sh_next(cx, next);
	return answer;
}

void
bland_call_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str id, struct sh_request *r)
{
	/* A path of dots would lead elsewhere. */
	if (id.n == 0 || id.s[0] == '.')
		return;
	bland_request(cx, a, "GET", sh_join(cx, SH_STR("/v1/calls/"), sh_url_escape(cx, id)), SH_NONE, false, r);
}

enum sh_answer
bland_call_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *doc;
	enum sh_answer answer = bland_answer(cx, x, &doc);

	if (answer != SH_ANSWER_OK)
		return answer;
	if (sh_json_get_str(cx, doc, "call_id").n == 0)
		return sh_failed(cx, "the answer holds no call");
	bland_look(cx, a, doc);
	return SH_ANSWER_OK;
}
