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
	sh_request_json(
	    cx, r, sh_str(method), sh_join(cx, sh_setting(a, BLAND_BASE_URL), path), sh_setting(a, BLAND_API_KEY), body);
	if (own && sh_setting(a, BLAND_OWN_TWILIO).n > 0)
		sh_request_header(cx, r, "encrypted_key", sh_setting(a, BLAND_OWN_TWILIO));
}

/* An error has several shapes, and may come with a 200. */
static bool
bland_is_error(struct sh_ctx *cx, const struct sh_json *doc)
{
	return sh_str_has(sh_json_get_str(cx, doc, "status"), "error") || sh_json_get_str(cx, doc, "error").n > 0 ||
	       sh_json_first(cx, sh_json_get(cx, doc, "errors"));
}

static enum sh_answer
bland_answer(struct sh_ctx *cx, const struct sh_exchange *x, const char *needs, const struct sh_json **ret_doc)
{
	enum sh_answer answer = sh_answer_json(cx, x, needs, ret_doc);

	return x->response->status <= 299 && bland_is_error(cx, *ret_doc) ? sh_failed(cx, "the answer is an error") : answer;
}

static enum sh_answer
bland_list(struct sh_ctx *cx, const struct sh_exchange *x, const char *key, const struct sh_json **ret_doc,
    const struct sh_json **ret_first)
{
	struct sh_str paths = sh_join(cx, SH_STR("data."), sh_str(key), SH_STR("|"), sh_str(key), SH_STR("|data|"));

	return sh_answer_list(cx, x, paths.s, ret_doc, ret_first);
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

	(void)a;
	return bland_answer(cx, x, "billing", &doc);
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

#define BLAND_BINDINGS                                                                                                             \
	"pathway_id|persona_id|webhook|fallback_number|transfer_phone_number|directions|sip_endpoint|health_status|last_initiated"

enum sh_answer
bland_numbers_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	size_t i = bland_numbers_at(a, x->cursor);
	const struct sh_json *doc, *row, *way;
	enum sh_answer answer = bland_list(cx, x, bland_numbers[i].key, &doc, &row);

	for (; row; row = sh_json_next(cx, row)) {
		struct sh_number n = { .e164 = bland_number(cx, row, "phone_number"),
			.bindings = sh_json_pick(cx, row, BLAND_BINDINGS) };

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
	const struct sh_json *doc, *row;
	enum sh_answer answer = bland_list(cx, x, bland_kinds[i].key, &doc, &row);
	int64_t page = 1;

	for (; row; row = sh_json_next(cx, row), rows++) {
		struct sh_str id =
		    sh_str_or(sh_json_get_str(cx, row, bland_kinds[i].id), sh_json_get_str(cx, row, bland_kinds[i].member));
		struct sh_agent agent = { .name = sh_json_get_str(cx, row, "name"),
			.version = sh_json_plain(cx, sh_json_at(cx, row, "current_production_version.version_number")) };

		agent.provider_id = sh_join(cx, sh_str(bland_kinds[i].prefix), id);
		if (id.n > 0 && sh_json_get_str(cx, row, "deleted_at").n == 0)
			sh_agent_add(cx, &agent);
	}
	if (answer != SH_ANSWER_OK)
		return answer;
	/* There is no total: a page that is not full is the last. */
	if (i == BLAND_PERSONAS && rows == 100 && (!x->cursor.n || sh_int_parse(cx, x->cursor, &page)))
		sh_next(cx, sh_int_format(cx, page + 1));
	else if (i == BLAND_PERSONAS || (i == BLAND_PATHWAYS && sh_setting_on(a, BLAND_WEB_AGENTS)))
		sh_next(cx, sh_str(bland_kinds[i + 1].list));
	return answer;
}

/* ---- dial ---- */

/* The members that call_options may have. Bland refuses names that it does not know, and must not redial by itself ("retry"). */
#define BLAND_MORE                                                                                                                 \
	"citation_schema_ids|dialing_strategy|dispositions|dynamic_data|first_sentence|guard_rails|keywords|language|model|"       \
	"post_call_evals|precall_dtmf_sequence|record|summary_prompt|timezone|tools|transfer_list|transfer_phone_number|voice|"    \
	"voicemail|wait_for_greeting|webhook_events"

static void
bland_put_agent(struct sh_ctx *cx, const struct sh_account *a, struct sh_out *o, const struct bland_kind *kind, struct sh_str id)
{
	struct sh_str version = sh_setting(a, BLAND_VERSION), task = sh_setting(a, BLAND_TASK);
	bool pathway = kind == &bland_kinds[BLAND_PATHWAYS];

	if (kind)
		sh_out_member(cx, o, kind->member, id);
	if (task.n > 0 && !pathway)
		sh_out_member(cx, o, "task", task);
	if (version.n > 0 && pathway) {
		sh_out_key(cx, o, "pathway_version");
		sh_out_plain(cx, o, version);
	}
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

/* Why nothing can be asked for; NULL: it can. Without a number to call from, Bland would take one of its own. */
static const char *
bland_unfit(struct sh_ctx *cx, const struct sh_account *a, const struct sh_dial *d, const struct bland_kind *kind,
    const struct sh_json *more)
{
	if (d->channel != SH_CHANNEL_VOICE)
		return "Bland's messages cannot be sent from here";
	if (!d->from->e164.s)
		return "there is no number to call from";
	if (!kind && sh_setting(a, BLAND_TASK).n == 0)
		return "there is neither an agent nor a task";
	if (sh_setting(a, BLAND_OPTIONS).n > 0 && sh_json_type(cx, more) != SH_JSON_OBJECT)
		return "call_options is not a JSON object";
	return NULL;
}

void
bland_dial_request(struct sh_ctx *cx, const struct sh_account *a, const struct sh_dial *d, struct sh_request *r)
{
	const struct sh_json *more = sh_json_parse(cx, sh_setting(a, BLAND_OPTIONS));
	const struct bland_kind *kind = NULL;
	struct sh_out *o = sh_out_new(cx);
	struct sh_str id = SH_NONE;
	const char *why;
	int64_t minutes;

	for (size_t i = 0; i < BLAND_KINDS && !kind; i++) {
		id = sh_str_after(d->agent_id, bland_kinds[i].prefix);
		kind = id.n > 0 ? &bland_kinds[i] : NULL;
	}
	why = bland_unfit(cx, a, d, kind, more);
	if (why) {
		sh_failed(cx, why);
		return;
	}
	if (!sh_int_parse(cx, sh_setting(a, BLAND_MAX_MINUTES), &minutes) || minutes < 1 || minutes > BLAND_MINUTES)
		minutes = BLAND_MINUTES;
	sh_out_open(cx, o, '{');
	sh_out_member(cx, o, "phone_number", d->to);
	sh_out_member(cx, o, "from", d->from->e164);
	bland_put_agent(cx, a, o, kind, id);
	sh_out_key(cx, o, "max_duration");
	sh_out_int(cx, o, minutes);
	sh_out_picked(cx, o, more, BLAND_MORE);
	if (sh_str_after(d->webhook_url, "https://").n > 0) /* Bland takes no other */
		sh_out_member(cx, o, "webhook", d->webhook_url);
	bland_put_variables(cx, o, d);
	sh_out_close(cx, o, '}');
	bland_request(cx, a, "POST", SH_STR("/v1/calls"), sh_out_text(cx, o),
	    sh_json_true(cx, sh_json_at(cx, sh_json_parse(cx, d->from->dial), "own")), r);
}

/*
 * What Bland documents for this route, in its words of August 2026; the first row that fits. No call exists after these, but
 * for those that are UNKNOWN: of them, and of every 5xx, nobody says so. A 429 alone says nothing: its words do. Bland names no
 * time: minutes for its limits, an hour for the plan's.
 */
static const struct sh_refusal bland_refusals[] = {
	{ 400, "DNC ", "do_not_call_list", SH_REFUSED(DO_NOT_CALL, NEVER, NONE) },
	{ 400, "dial sensitive numbers", "sensitive_number", SH_REFUSED(DO_NOT_CALL, NEVER, NONE) },
	{ 429, "blacklisted", "blacklisted", SH_REFUSED(DO_NOT_CALL, NEVER, NONE) },
	{ 429, "rate limit", "rate_limit", SH_LATER(600) },
	{ 429, "newly created accounts", "new_account_limit", SH_LATER(600) },
	{ 429, "to the same number", "same_number", SH_DIAL_UNKNOWN, { 0 }, 0 },
	{ 400, "unable to queue call", "unable_to_queue", SH_DIAL_UNKNOWN, { 0 }, 0 },
	{ 400, "unable to save request body", "unable_to_save", SH_DIAL_UNKNOWN, { 0 }, 0 },
	{ 400, "flagged node", "content_refused", SH_REFUSED(TECHNICAL_ERROR, NEVER, PAUSE_AGENT) },
	{ 400, "transfer", "bad_transfer_number", SH_REFUSED(TERMINAL, NEVER, NONE) },
	{ 400, "invalid phone_number", "invalid_number", SH_REFUSED(TERMINAL, NEVER, NUMBER_INVALID) },
	{ 400, "invalid phone number", "invalid_number", SH_REFUSED(TERMINAL, NEVER, NUMBER_INVALID) },
	{ 400, "invalid 'from'", "invalid_from", SH_REFUSED(TERMINAL, NEVER, REST_NUMBER) },
	{ 400, "", "bad_request", SH_REFUSED(TECHNICAL_ERROR, NEVER, NONE) },
	{ 401, "", "bad_key", SH_REFUSED(TECHNICAL_ERROR, POLICY, PAUSE_WORKSPACE) },
	{ 402, "", "payment_required", SH_REFUSED(TECHNICAL_ERROR, POLICY, PAUSE_WORKSPACE) },
	{ 403, "", "account_flagged", SH_REFUSED(TECHNICAL_ERROR, POLICY, PAUSE_WORKSPACE) },
	{ 404, "", "agent_unknown", SH_REFUSED(TECHNICAL_ERROR, NEVER, PAUSE_AGENT) },
	{ 418, "", "content_refused", SH_REFUSED(TECHNICAL_ERROR, NEVER, PAUSE_AGENT) },
	{ 0 },
};

void
bland_dial_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x, struct sh_placed *p)
{
	const struct sh_json *doc;
	enum sh_answer answer = bland_answer(cx, x, NULL, &doc);

	(void)a;
	sh_placed(cx, x, p, answer == SH_ANSWER_OK ? sh_json_get_str(cx, doc, "call_id") : SH_NONE);
	if (bland_is_error(cx, doc))
		sh_refused(cx, x, bland_refusals, x->response->body, p);
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
	const struct sh_json *doc, *row;
	struct sh_str next = SH_NONE;
	int64_t at = 0, total;
	enum sh_answer answer;

	if (x->cursor.n > 0 && x->cursor.s[0] == 'c')
		return bland_candidate(cx, a, x);
	answer = bland_list(cx, x, "calls", &doc, &row);
	if (answer != SH_ANSWER_OK)
		return answer;
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
	struct sh_str segment = sh_path_segment(cx, id);

	if (segment.s)
		bland_request(cx, a, "GET", sh_join(cx, SH_STR("/v1/calls/"), segment), SH_NONE, false, r);
}

enum sh_answer
bland_call_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *doc;
	enum sh_answer answer = bland_answer(cx, x, "call_id", &doc);

	if (answer == SH_ANSWER_OK)
		bland_look(cx, a, doc);
	return answer;
}
