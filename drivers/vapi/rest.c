/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * What Vapi is asked: its numbers, assistants and squads, one call to be placed, and what became of calls.
 *
 * Lists are bare arrays, or stand in "results". There are no pages, only bounds for the time at which a row was made, and
 * nobody says in which order rows come: so a full answer is followed from its end, towards where it leads.
 */
#include "drivers/vapi/vapi.h"

/* Rows of an answer, which may have 16 MiB: assistants hold their prompts, and calls what was said. */
enum { VAPI_NUMBERS = 1000, VAPI_ROWS = 100 };

/* ---- what the account owns ---- */

static void
vapi_request(
    struct sh_ctx *cx, const struct sh_account *a, const char *method, struct sh_str path, struct sh_str body, struct sh_request *r)
{
	sh_request_json(cx, r, sh_str(method), sh_join(cx, sh_setting(a, VAPI_BASE_URL), path),
	    sh_bearer(cx, sh_setting(a, VAPI_API_KEY)), body);
}

/* "<TIME": rows made no later than that; ">TIME": no sooner. */
static struct sh_str
vapi_bound(struct sh_ctx *cx, struct sh_str cursor)
{
	if (cursor.n < 2)
		return SH_NONE;
	return sh_join(cx, cursor.s[0] == '<' ? SH_STR("&createdAtLe=") : SH_STR("&createdAtGe="),
	    sh_url_escape(cx, (struct sh_str){ cursor.s + 1, cursor.n - 1 }));
}

static struct sh_str
vapi_page(struct sh_ctx *cx, const char *path, int limit, struct sh_str bound)
{
	return sh_join(cx, sh_str(path), SH_STR("?limit="), sh_int_format(cx, limit), bound);
}

/* The first row of a list, and the bound of what is left if something is. */
static enum sh_answer
vapi_list(
    struct sh_ctx *cx, const struct sh_exchange *x, int limit, const struct sh_json **ret_first, struct sh_str *ret_next)
{
	const struct sh_json *doc;
	enum sh_answer answer = sh_answer_list(cx, x, "|results", &doc, ret_first);
	int64_t ms = 0, before = 0;
	bool falls = true, rises = true;
	int n = 0;

	*ret_next = SH_NONE;
	if (answer != SH_ANSWER_OK)
		return answer;
	for (const struct sh_json *row = *ret_first; row; row = sh_json_next(cx, row), n++, before = ms) {
		if (!sh_time_parse(cx, sh_json_get_str(cx, row, "createdAt"), &ms))
			falls = rises = false;
		falls &= n == 0 || ms <= before;
		rises &= n == 0 || ms >= before;
	}
	if (n < limit && !sh_json_true(cx, sh_json_at(cx, doc, "metadata.hasNextPage")))
		return SH_ANSWER_OK;
	/* Times are shown in milliseconds and kept in microseconds: the bound takes the last one in once more. */
	if (n > 0 && falls)
		*ret_next = sh_join(cx, SH_STR("<"), sh_time_format(cx, ms + 1));
	else if (n > 0 && rises)
		*ret_next = sh_join(cx, SH_STR(">"), sh_time_format(cx, ms));
	/* Taken for the whole, it would prove that a call does not exist. */
	if (ret_next->n == 0)
		return sh_failed(cx, "the list goes on, but does not say where");
	return SH_ANSWER_OK;
}

/* No other read is as cheap. */
void
vapi_check_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	(void)cursor;
	vapi_request(cx, a, "GET", SH_STR("/assistant?limit=1"), SH_NONE, r);
}

enum sh_answer
vapi_check_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *row;
	struct sh_str next;

	(void)a;
	return vapi_list(cx, x, VAPI_ROWS, &row, &next);
}

/* What a number is bound to. Its carrier's secrets, which the row can hold, stay where they are. */
static struct sh_str
vapi_bindings(struct sh_ctx *cx, const struct sh_json *row)
{
	struct sh_str server = sh_json_at_str(cx, row, "server.url");
	struct sh_out *o = sh_out_new(cx);

	sh_out_open(cx, o, '{');
	sh_out_picked(cx, o, row, "provider|status|assistantId|squadId|workflowId|sipUri");
	if (server.n > 0)
		sh_out_member(cx, o, "server_url", server);
	sh_out_close(cx, o, '}');
	return sh_out_text(cx, o);
}

void
vapi_numbers_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	vapi_request(cx, a, "GET", vapi_page(cx, "/phone-number", VAPI_NUMBERS, vapi_bound(cx, cursor)), SH_NONE, r);
}

enum sh_answer
vapi_numbers_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *row = NULL;
	enum sh_answer answer = vapi_list(cx, x, VAPI_NUMBERS, &row, &cx->cursor);

	(void)a;
	for (; row; row = sh_json_next(cx, row)) {
		struct sh_str number = vapi_number(cx, row);
		struct sh_str squad = sh_json_get_str(cx, row, "squadId"), status = sh_json_get_str(cx, row, "status");
		struct sh_number n = { .e164 = number, .provider_id = sh_json_get_str(cx, row, "id") };

		n.voice = number.n > 0 && (status.n == 0 || sh_str_is(status, "active"));
		n.label = sh_str_or(sh_json_get_str(cx, row, "name"), number);
		n.bindings = vapi_bindings(cx, row);
		/* A call must say whom it is for, even if the number does. */
		n.dial =
		    sh_json_quote(cx, squad.n ? sh_join(cx, SH_STR(VAPI_SQUAD), squad) : sh_json_get_str(cx, row, "assistantId"));
		sh_number_add(cx, &n);
	}
	return answer;
}

/* Two lists, told apart by the first letter of their cursors: assistants (a), then squads (s). */
void
vapi_agents_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	const char *path = cursor.n > 0 && cursor.s[0] == 's' ? "/squad" : "/assistant";

	if (cursor.n > 0)
		cursor = (struct sh_str){ cursor.s + 1, cursor.n - 1 };
	vapi_request(cx, a, "GET", vapi_page(cx, path, VAPI_ROWS, vapi_bound(cx, cursor)), SH_NONE, r);
}

enum sh_answer
vapi_agents_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	bool squads = x->cursor.n > 0 && x->cursor.s[0] == 's';
	const struct sh_json *row = NULL;
	struct sh_str next;
	enum sh_answer answer = vapi_list(cx, x, VAPI_ROWS, &row, &next);

	(void)a;
	if (answer != SH_ANSWER_OK)
		return answer;
	for (; row; row = sh_json_next(cx, row)) {
		struct sh_str id = sh_json_get_str(cx, row, "id");
		struct sh_agent agent = { .name = sh_json_get_str(cx, row, "name"),
			.version = sh_json_get_plain(cx, row, "latestVersion") };

		agent.provider_id = squads && id.n > 0 ? sh_join(cx, SH_STR(VAPI_SQUAD), id) : id;
		sh_agent_add(cx, &agent);
	}
	sh_next(cx, next.n > 0 ? sh_join(cx, squads ? SH_STR("s") : SH_STR("a"), next) : squads ? SH_NONE : SH_STR("s"));
	return SH_ANSWER_OK;
}

/* ---- dial ---- */

/* Whom the call is for, and its overrides, which are left open. */
void
vapi_put_agent(struct sh_ctx *cx, struct sh_out *o, struct sh_str id, const struct sh_pair *variables, uint32_t n)
{
	struct sh_str squad = sh_str_after(id, VAPI_SQUAD);

	sh_out_member(cx, o, squad.n ? "squadId" : "assistantId", squad.n ? squad : id);
	sh_out_key(cx, o, squad.n ? "squadOverrides" : "assistantOverrides");
	sh_out_open(cx, o, '{');
	sh_out_key(cx, o, "variableValues");
	sh_out_pairs(cx, o, variables, n);
}

/* The dial's id goes along three times: a list shows all of them, and metadata has been seen to move. */
void
vapi_dial_request(struct sh_ctx *cx, const struct sh_account *a, const struct sh_dial *d, struct sh_request *r)
{
	struct sh_str agent = d->agent_id.n ? d->agent_id : sh_json_str(cx, sh_json_parse(cx, d->from->dial));
	struct sh_out *o = sh_out_new(cx);

	if (d->channel != SH_CHANNEL_VOICE || agent.n == 0) {
		sh_failed(
		    cx, d->channel != SH_CHANNEL_VOICE ? "Vapi's messages cannot be sent from here" : "there is no agent to talk");
		return;
	}
	sh_out_open(cx, o, '{');
	sh_out_member(cx, o, "phoneNumberId", d->from->provider_id);
	sh_out_member(cx, o, "name", d->dial_id);
	sh_out_key(cx, o, "customer");
	sh_out_open(cx, o, '{');
	sh_out_member(cx, o, "number", d->to);
	sh_out_member(cx, o, "externalId", d->dial_id);
	sh_out_close(cx, o, '}');
	vapi_put_agent(cx, o, agent, d->variables, d->nvariables);
	sh_out_key(cx, o, "metadata");
	sh_out_metadata(cx, o, d);
	sh_out_close(cx, o, '}');
	sh_out_close(cx, o, '}');
	vapi_request(cx, a, "POST", SH_STR("/call"), sh_out_text(cx, o), r);
}

/* The refusals that are known, by status and, where one status means several things, by a word of the message. */
static const struct sh_refusal vapi_refusals[] = {
	{ 400, "Concurrency Limit", "no_free_slot", SH_LATER(30) },
	{ 400, "customer.number must be a valid", "number_invalid", SH_REFUSED(OTHER, NEVER, NUMBER_INVALID) },
	{ 400, "", "bad_request", SH_REFUSED(OTHER, NEVER, NONE) },
	{ 401, "", "bad_key", SH_REFUSED(TECHNICAL_ERROR, POLICY, PAUSE_WORKSPACE) },
	{ 402, "", "payment_required", SH_REFUSED(TECHNICAL_ERROR, POLICY, PAUSE_WORKSPACE) },
	{ 403, "", "key_not_permitted", SH_REFUSED(TECHNICAL_ERROR, POLICY, PAUSE_WORKSPACE) },
	{ 404, "", "agent_or_number_unknown", SH_REFUSED(OTHER, NEVER, NONE) },
	{ 409, "", "conflict", SH_REFUSED(OTHER, NEVER, NONE) },
	{ 0 },
};

/* A 201 may say that no slot is free: then the call exists all the same, and ends with that reason. */
void
vapi_dial_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x, struct sh_placed *p)
{
	const struct sh_json *doc = sh_json_parse(cx, x->response->body);

	(void)a;
	sh_placed(cx, x, p, sh_json_get_str(cx, doc, "id"));
	/* A text, or a list of texts; in the page of something that stands before Vapi there is neither. */
	sh_refused(cx, x, vapi_refusals, sh_json_get_raw(cx, doc, "message"), p);
}

/* ---- look back ---- */

/* By the time at which a call was made, which each call has from its beginning; there is no filter for anything of ours. */
void
vapi_calls_request(
    struct sh_ctx *cx, const struct sh_account *a, const struct sh_query *q, struct sh_str cursor, struct sh_request *r)
{
	char at = cursor.n > 0 ? cursor.s[0] : '\0';
	struct sh_str from = at == '>' ? SH_NONE : sh_join(cx, SH_STR(">"), sh_time_format(cx, q->from_ms));
	struct sh_str until = at == '<' ? SH_NONE : sh_join(cx, SH_STR("<"), sh_time_format(cx, q->until_ms));

	vapi_request(cx, a, "GET",
	    sh_join(cx, vapi_page(cx, "/call", VAPI_ROWS, vapi_bound(cx, from)), vapi_bound(cx, until), vapi_bound(cx, cursor)),
	    SH_NONE, r);
}

/*
 * A call as a list or a look-up shows it. Asked for one dial, nothing is said of others' calls; but one to the same number
 * that bears no mark at all may be the one.
 */
static void
vapi_look(struct sh_ctx *cx, const struct sh_json *call, struct sh_str dial, struct sh_str to)
{
	struct sh_str status = sh_json_get_str(cx, call, "status");
	bool analyzed = sh_json_type(cx, sh_json_get(cx, call, "analysis")) == SH_JSON_OBJECT;
	struct sh_event e = { .name = status };

	if (sh_str_is(status, "ended") || sh_str_is(status, "not-found") || sh_str_is(status, "deletion-failed")) {
		e.over = true;
		e.final = analyzed || vapi_unheard(cx, sh_json_get_str(cx, call, "endedReason"));
		e.kind = analyzed ? SH_KIND_CALL_ANALYZED : SH_KIND_CALL_ENDED;
	} else if (sh_str_is(status, "in-progress") || sh_str_is(status, "forwarding"))
		e.kind = SH_KIND_CALL_ANSWERED;
	else if (sh_str_is(status, "ringing"))
		e.kind = SH_KIND_CALL_STARTED;
	vapi_read(cx, call, call, &e);
	if (dial.n == 0 || sh_str_eq(e.dial_id, dial) || (e.dial_id.n == 0 && to.n > 0 && sh_str_eq(e.to, to)))
		sh_event_add(cx, &e);
}

enum sh_answer
vapi_calls_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *row = NULL;
	enum sh_answer answer = vapi_list(cx, x, VAPI_ROWS, &row, &cx->cursor);

	(void)a;
	for (; row; row = sh_json_next(cx, row)) {
		/* A row that cannot be read may be the very one that is looked for. */
		if (sh_json_get_str(cx, row, "id").n == 0)
			return sh_failed(cx, "a row of the list holds no call");
		if (sh_str_is(sh_json_get_str(cx, row, "type"), "outboundPhoneCall"))
			vapi_look(cx, row, x->query->dial_id, x->query->to);
	}
	return answer;
}

void
vapi_call_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str id, struct sh_request *r)
{
	struct sh_str segment = sh_path_segment(cx, id);

	if (segment.s)
		vapi_request(cx, a, "GET", sh_join(cx, SH_STR("/call/"), segment), SH_NONE, r);
}

enum sh_answer
vapi_call_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct sh_json *doc;
	enum sh_answer answer = sh_answer_json(cx, x, "id", &doc);

	(void)a;
	if (answer == SH_ANSWER_OK)
		vapi_look(cx, doc, SH_NONE, SH_NONE);
	return answer;
}
