/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Bland: voice agents (pathways and personas) on phone numbers; webhooks for calls; REST at api.bland.ai.
 *
 * What is odd about Bland, and shapes this file:
 * - A signature covers the raw body and no time: only the key of an event tells a replay from news.
 * - A call is reported once, after its end, and that is final, unless citations are still to come. A report may come again,
 *   richer. It has no name and no id; what is in it tells it from the events during the call.
 * - Why a call ended stands in five members. A voicemail has the status completed, as a conversation has.
 * - A warm transfer's second leg is reported like a call. It is none: nobody of ours was called.
 * - Beside personas and pathways a call can have a task, a prompt of its own: an agent that is made here.
 * - A report does not name a persona. Organisations can strip it of nearly everything: all is optional but the call's id.
 */
#include "drivers/bland/bland.h"

static sh_driver_verify_f bland_verify;
static sh_driver_normalize_f bland_normalize;
static sh_driver_outcome_f bland_outcome;

/* ---- settings ---- */

static const struct sh_setting bland_settings[] = {
	[BLAND_WEBHOOK_SECRET] = { .name = "webhook_secret",
	    .kind = SH_SETTING_SECRET,
	    .required = true,
	    .rotates = true,
	    .help = "signs deliveries; dashboard, Account Settings, Keys, Replace Secret (without one Bland signs nothing)" },
	[BLAND_API_KEY] = { .name = "api_key",
	    .kind = SH_SETTING_SECRET,
	    .required = true,
	    .rotates = true,
	    .help = "the API key for requests; dashboard, Account Settings, Keys" },
	[BLAND_BASE_URL] = { .name = "base_url",
	    .kind = SH_SETTING_URL,
	    .fallback = "https://api.bland.ai",
	    .help = "where the REST API answers; enterprise customers have a host of their own" },
	[BLAND_OWN_TWILIO] = { .name = "encrypted_key",
	    .kind = SH_SETTING_SECRET,
	    .help = "Bland's key for your own Twilio account, if numbers of that account are to be imported and dialled from" },
	[BLAND_WEB_AGENTS] = { .name = "web_agents",
	    .kind = SH_SETTING_FLAG,
	    .fallback = "false",
	    .help = "also sync the agents of the Agents page, which Bland documents for the web only" },
	[BLAND_VERSION] = { .name = "agent_version",
	    .scope = SH_SCOPE_AGENT,
	    .help = "which version of a pathway answers: a number, production or staging; unset: Bland's default" },
	[BLAND_TASK] = { .name = "task",
	    .scope = SH_SCOPE_AGENT,
	    .help = "a prompt: what an agent that is made here, or a persona, is to do in the calls that are placed here" },
	[BLAND_OPTIONS] = { .name = "call_options",
	    .scope = SH_SCOPE_AGENT,
	    .help = "a JSON object with more members of Bland's Send Call, such as voice, language, voicemail or dispositions" },
	[BLAND_MAX_MINUTES] = { .name = "max_duration_min",
	    .scope = SH_SCOPE_AGENT,
	    .fallback = "30",
	    .help = "after how many minutes Bland ends a call, 1 to 120" },
	[BLAND_CALLBACK] = { .name = "callback_field",
	    .fallback = "switchhook_callback",
	    .help = "the variable or citation (boolean) that says whether the callee asked to be called again" },
	[BLAND_CALLBACK_TIME] = { .name = "callback_time_field",
	    .fallback = "switchhook_callback_time",
	    .help = "the variable or citation (text) that says when: RFC 3339 with offset, or as it was spoken" },
	[BLAND_DO_NOT_CALL] = { .name = "do_not_call_field",
	    .fallback = "switchhook_do_not_call",
	    .help = "the variable or citation (boolean) that says that the callee wants no more calls" },
	[BLAND_DO_NOT_CALL_TAG] = { .name = "do_not_call_tag",
	    .help = "a disposition of your own that means the same as DO_NOT_CONTACT" },
	{ 0 }
};

static const char *const bland_hosts[] = { "api.bland.ai", "us.api.bland.ai", NULL };

/* ---- words ---- */

/* In any case; "-", "_" and " " are one. */
static char
bland_fold(char c)
{
	return c == '-' || c == '_' ? ' ' : c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool
bland_like(struct sh_str a, struct sh_str b)
{
	for (size_t i = 0; a.n == b.n && i < a.n; i++)
		if (bland_fold(a.s[i]) != bland_fold(b.s[i]))
			return false;
	return a.n == b.n;
}

bool
bland_has(struct sh_str text, const char *phrase)
{
	struct sh_str p = sh_str(phrase);

	for (size_t i = 0; p.n <= text.n && i <= text.n - p.n; i++)
		if (bland_like((struct sh_str){ text.s + i, p.n }, p))
			return true;
	return false;
}

/* Old records and lists leave out the plus. */
struct sh_str
bland_number(struct sh_ctx *cx, const struct sh_json *j, const char *key)
{
	struct sh_str s = sh_json_get_str(cx, j, key);

	if (s.n < 8 || s.n > 15 || s.s[0] == '0')
		return s;
	for (size_t i = 0; i < s.n; i++)
		if (s.s[i] < '0' || s.s[i] > '9')
			return s;
	return sh_join(cx, SH_STR("+"), s);
}

/* ---- verify ---- */

static bool
bland_signed(struct sh_ctx *cx, struct sh_str key, struct sh_str body, struct sh_str hex)
{
	uint8_t mac[64];
	size_t n = sh_hmac(cx, SH_SHA256, key, &body, 1, mac);

	/* Anybody can sign with an empty key. */
	return key.n > 0 && sh_equal(cx, sh_hex(cx, (struct sh_str){ (char *)mac, n }), hex);
}

static enum sh_verdict
bland_verify(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	struct sh_str hex = sh_header(d->headers, d->nheaders, "x-webhook-signature");
	struct sh_str key = sh_setting(a, BLAND_WEBHOOK_SECRET), old = sh_setting_old(a, BLAND_WEBHOOK_SECRET);
	uint32_t count = sh_header_count(d->headers, d->nheaders, "x-webhook-signature");

	if (count != 1)
		return count == 0 ? SH_VERDICT_MISSING : SH_VERDICT_INVALID;
	if (bland_signed(cx, key, d->body, hex) || bland_signed(cx, old, d->body, hex))
		return SH_VERDICT_VALID;
	return SH_VERDICT_INVALID;
}

/* ---- outcome ---- */

/* Where a reason is looked for: the bits of a row of reasons.def, and the facts behind the first six. */
enum { STATUS = 1, QUEUE = 2, ANSWERED = 4, TAG = 8, ERROR = 16, CALLEE = 32, DONE = 64, WHOLE = 128 };
static const char *const bland_places[] = { "status", "queue_status", "answered_by", "tag", "error", "callee" };

#define REASON(word_, in_, outcome_, retry_, counts_, action_, help_)                                                              \
	{ .reason = word_,                                                                                                         \
		.help = help_,                                                                                                     \
		.means = {                                                                                                         \
		    .outcome = SH_OUTCOME_##outcome_, .retry = SH_RETRY_##retry_, counts_, .action = SH_ACTION_##action_ } },
static const struct sh_reason bland_reasons[] = {
#include "drivers/bland/reasons.def"
	{ 0 }
};
#define REASON(word_, in_, outcome_, retry_, counts_, action_, help_) in_,
static const uint8_t bland_in[] = {
#include "drivers/bland/reasons.def"
};

/* The first row that fits these facts; NULL: none that is known. Without a status it is what was made of it before, or unknown. */
static const struct sh_reason *
bland_reason(const struct sh_pair *facts, size_t n)
{
	struct sh_str status = sh_pair_get(facts, n, "status"), before = sh_pair_get(facts, n, "reason");
	bool done = bland_like(status, SH_STR("completed"));

	for (size_t i = 0; i < sizeof(bland_in); i++) {
		const char *word = bland_reasons[i].reason;

		if ((bland_in[i] & DONE) && !done)
			continue;
		for (unsigned k = 0; k < sizeof(bland_places) / sizeof(bland_places[0]); k++) {
			struct sh_str s = sh_pair_get(facts, n, bland_places[k]);
			bool part = (1u << k) == ERROR && !(bland_in[i] & WHOLE);

			if ((1u << k) == STATUS && s.n == 0)
				s = before.n > 0 ? before : SH_STR("unknown");
			if ((bland_in[i] & 1u << k) && !((1u << k) == ERROR && done) &&
			    (part ? bland_has(s, word) : bland_like(s, sh_str(word))))
				return &bland_reasons[i];
		}
	}
	return NULL;
}

static void
bland_outcome(struct sh_ctx *cx, const struct sh_pair *facts, size_t n, struct sh_disposition *ret)
{
	const struct sh_reason *row = bland_reason(facts, n);

	(void)cx;
	*ret = row ? row->means : (struct sh_disposition){ .outcome = SH_OUTCOME_OTHER, .retry = SH_RETRY_NEVER };
	/* Who has heard half of a conversation need not hear its beginning again. */
	if (row && strcmp(row->reason, "call_error") == 0 && sh_str_is(sh_pair_get(facts, n, "callee"), "spoke"))
		ret->retry = SH_RETRY_NEVER;
	if (sh_str_is(sh_pair_get(facts, n, "do_not_call"), "true"))
		*ret = (struct sh_disposition){ .outcome = SH_OUTCOME_DO_NOT_CALL, .retry = SH_RETRY_NEVER };
}

/* ---- normalize ---- */

static struct sh_str
bland_digest(struct sh_ctx *cx, const struct sh_str *parts, size_t n)
{
	uint8_t digest[64];

	sh_hash(cx, SH_SHA256, parts, n, digest);
	return sh_hex(cx, (struct sh_str){ (char *)digest, 16 });
}

/* Where a variable stands: among the variables, or as a citation, whose value has a key of its own. */
static const struct sh_json *
bland_variable(struct sh_ctx *cx, const struct sh_json *j, const char **key)
{
	const struct sh_json *variables = sh_json_get(cx, j, "variables");
	const struct sh_json *row = sh_json_first(cx, sh_json_get(cx, j, "citations"));

	if (!*key) /* an account without settings, and so without their fallbacks */
		return NULL;
	if (sh_json_get(cx, variables, *key))
		return variables;
	while (row && !sh_str_is(sh_json_get_str(cx, row, "variable_name"), *key))
		row = sh_json_next(cx, row);
	*key = "value";
	return row;
}

static enum sh_wish
bland_wish(struct sh_ctx *cx, const struct sh_account *a, const struct sh_json *j, uint32_t setting)
{
	const char *key = sh_setting(a, setting).s;
	const struct sh_json *holder = bland_variable(cx, j, &key);

	return sh_json_get_wish(cx, holder, key);
}

static void
bland_read_callback(struct sh_ctx *cx, const struct sh_account *a, const struct sh_json *j, struct sh_event *e)
{
	const char *key = sh_setting(a, BLAND_CALLBACK_TIME).s;
	const struct sh_json *holder = bland_variable(cx, j, &key);
	struct sh_str when = sh_json_get_str(cx, holder, key);
	int64_t ms;

	e->callback = bland_wish(cx, a, j, BLAND_CALLBACK);
	if (when.n > 0 && sh_time_parse(cx, when, &ms)) {
		e->callback_time = when;
		/* Who names an instant wants the call, unless they said no. */
		e->callback = e->callback == SH_WISH_UNSAID ? SH_WISH_YES : e->callback;
	} else if (when.n > 0)
		e->callback_words = when;
}

/* Lines "Agent: …", "User: …". *ret_heard: did the callee say anything? */
static struct sh_str
bland_transcript(struct sh_ctx *cx, const struct sh_json *j, bool *ret_heard)
{
	const struct sh_json *first = sh_json_first(cx, sh_json_get(cx, j, "transcripts")), *row;
	struct sh_str *parts;
	size_t rows = 0, n = 0;

	*ret_heard = false;
	for (row = first; row; row = sh_json_next(cx, row))
		rows++;
	parts = (struct sh_str *)sh_alloc(cx, (rows * 3 + 1) * sizeof(*parts));
	for (row = first; row; row = sh_json_next(cx, row)) {
		struct sh_str who = sh_json_get_str(cx, row, "user"), said = sh_json_get_str(cx, row, "text");

		while (said.n > 0 && (unsigned char)said.s[0] <= ' ')
			said = (struct sh_str){ said.s + 1, said.n - 1 };
		if (said.n == 0 || sh_str_is(who, "agent-action"))
			continue;
		*ret_heard |= sh_str_is(who, "user");
		parts[n++] = sh_str_is(who, "user") ? SH_STR("User: ") : SH_STR("Agent: ");
		parts[n++] = said;
		parts[n++] = SH_STR("\n");
	}
	return n > 0 ? sh_join_parts(cx, parts, n) : sh_json_get_str(cx, j, "concatenated_transcript");
}

/* corrected_duration is seconds in a string, call_length minutes with a fraction. */
static int64_t
bland_duration(struct sh_ctx *cx, const struct sh_json *j)
{
	int64_t v;

	if (sh_int_parse(cx, sh_json_get_str(cx, j, "corrected_duration"), &v) && v >= 0 && v < 86400)
		return v * 1000;
	return sh_json_decimal(cx, sh_json_get(cx, j, "call_length"), 6, &v) && v >= 0 && v < 1440000000 ? (v * 60 + 500) / 1000
													 : -1;
}

/* Does it say how far the call has come? */
static bool
bland_reports(struct sh_ctx *cx, const struct sh_json *j)
{
	return sh_json_get(cx, j, "status") || sh_json_get(cx, j, "completed") || sh_json_get(cx, j, "queue_status");
}

/* Facts: our name and Bland's. */
static const char *const bland_facts[][2] = {
	{ "status", "status" },
	{ "queue_status", "queue_status" },
	{ "answered_by", "answered_by" },
	{ "tag", "disposition_tag" },
	{ "error", "error_message" },
	{ "ended_by", "call_ended_by" },
	{ "pathway_version", "pathway_version" },
	{ "batch", "batch_id" },
	{ "retry", "isRetry" },
	{ "proxy", "is_proxy_agent_call" },
};
enum { BLAND_FACTS = sizeof(bland_facts) / sizeof(bland_facts[0]) };

static void
bland_read_facts(
    struct sh_ctx *cx, const struct sh_account *a, const struct sh_json *j, struct sh_event *e, struct sh_pair *facts, bool heard)
{
	struct sh_str tag = sh_json_get_str(cx, j, "disposition_tag"), own = sh_setting(a, BLAND_DO_NOT_CALL_TAG);
	struct sh_str transfer = sh_json_get_str(cx, sh_json_get(cx, j, "warm_transfer_call"), "state");
	int64_t duration_ms = bland_duration(cx, j);
	const struct sh_reason *row;
	uint32_t n = 1; /* the reason, which the others give */

	for (uint32_t i = 0; i < BLAND_FACTS; i++) {
		struct sh_str s = sh_json_get_plain(cx, j, bland_facts[i][1]);

		if (s.n > 0)
			facts[n++] = (struct sh_pair){ sh_str(bland_facts[i][0]), s };
	}
	if (transfer.n > 0)
		facts[n++] = (struct sh_pair){ SH_STR("transfer"), transfer };
	if (duration_ms >= 0)
		facts[n++] = (struct sh_pair){ SH_STR("duration_ms"), sh_int_format(cx, duration_ms) };
	if (heard)
		facts[n++] = (struct sh_pair){ SH_STR("callee"), SH_STR("spoke") };
	else if (sh_json_type(cx, sh_json_get(cx, j, "transcripts")) == SH_JSON_ARRAY &&
		 bland_like(sh_json_get_str(cx, j, "call_ended_by"), SH_STR("assistant")))
		facts[n++] = (struct sh_pair){ SH_STR("callee"), SH_STR("silent") };
	if (bland_wish(cx, a, j, BLAND_DO_NOT_CALL) == SH_WISH_YES || (own.n > 0 && bland_like(tag, own)))
		facts[n++] = (struct sh_pair){ SH_STR("do_not_call"), SH_STR("true") };
	row = bland_reason(facts + 1, n - 1);
	facts[0] = (struct sh_pair){ SH_STR("reason"), row ? sh_str(row->reason) : sh_json_get_str(cx, j, "status") };
	e->facts = e->over && bland_reports(cx, j) ? facts : facts + 1;
	e->nfacts = e->facts == facts ? n : n - 1;
	if (e->started_ms && duration_ms >= 0 && e->over)
		e->ended_ms = e->started_ms + duration_ms;
}

/* Fills in what a call object says and hands the event over. */
static void
bland_give(struct sh_ctx *cx, const struct sh_account *a, const struct sh_json *j, struct sh_event *e)
{
	const struct sh_json *inbound = sh_json_get(cx, j, "inbound");
	struct sh_str pathway = sh_json_get_str(cx, j, "pathway_id"), persona = sh_json_get_str(cx, j, "persona_id");
	struct sh_pair facts[BLAND_FACTS + 5];
	bool heard;

	if (sh_json_type(cx, inbound) == SH_JSON_BOOL)
		e->direction = sh_json_true(cx, inbound) ? SH_DIRECTION_INBOUND : SH_DIRECTION_OUTBOUND;
	e->call_id = sh_json_get_str(cx, j, sh_json_get(cx, j, "call_id") ? "call_id" : "c_id");
	if (persona.n > 0 || pathway.n > 0)
		e->agent_id = sh_join(cx, persona.n ? SH_STR("persona:") : SH_STR("pathway:"), persona.n ? persona : pathway);
	e->from = bland_number(cx, j, "from");
	e->to = bland_number(cx, j, "to");
	if (!sh_time_parse(cx, sh_json_get_str(cx, j, "started_at"), &e->started_ms))
		e->started_ms = 0;
	e->transcript = bland_transcript(cx, j, &heard);
	bland_read_facts(cx, a, j, e, facts, heard);
	bland_read_callback(cx, a, j, e);
	e->variables = sh_json_get_raw(cx, j, "variables");
	e->metadata = sh_json_get_raw(cx, j, "metadata");
	/* Organisations can strip a report of its metadata; what was in the request comes back among the variables, too. */
	e->dial_id = sh_json_get_str(cx, sh_json_get(cx, j, "metadata"), SH_META_DIAL);
	if (e->dial_id.n == 0)
		e->dial_id = sh_json_get_str(cx, sh_json_get(cx, j, "variables"), SH_META_DIAL);
	if (sh_json_true(cx, sh_json_get(cx, j, "is_proxy_agent_call")))
		e->dial_id = SH_NONE;
	e->recording_url = sh_json_get_str(cx, j, "recording_url");
	if (!sh_json_decimal(cx, sh_json_get(cx, j, "price"), 8, &e->cost_microcents)) /* Bland counts in dollars */
		e->cost_microcents = -1;
	sh_event_add(cx, e);
}

/* How far a call object has come. Webhook, list and look-up give the same object, with more or less in it. */
static void
bland_state(struct sh_ctx *cx, const struct sh_json *j, struct sh_event *e)
{
	static const char *const ends[] = { "completed", "failed", "busy", "no-answer", "canceled" };
	struct sh_str status = sh_json_get_str(cx, j, "status"), queue = sh_json_get_str(cx, j, "queue_status");
	bool schemas = sh_json_first(cx, sh_json_get(cx, j, "citation_schema_ids")) != NULL;
	const struct sh_json *citations = sh_json_get(cx, j, "citations");

	if (sh_json_true(cx, sh_json_get(cx, j, "is_proxy_agent_call")))
		return;
	e->over = sh_json_true(cx, sh_json_get(cx, j, "completed")) || bland_has(queue, "complete") || bland_has(queue, "error");
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		e->over |= bland_like(status, sh_str(ends[i]));
	/* Without a status only an error before or in the call is the last word. */
	e->final = e->over && (status.n > 0 ? !schemas || citations : !bland_has(queue, "complete") && bland_has(queue, "error"));
	if (e->over)
		e->kind = sh_json_first(cx, citations) ? SH_KIND_CALL_ANALYZED : SH_KIND_CALL_ENDED;
	else if (bland_like(queue, SH_STR("started")))
		e->kind = SH_KIND_CALL_STARTED;
}

static enum sh_answer
bland_normalize(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	const struct sh_json *doc = sh_json_parse(cx, d->body);
	struct sh_str id = sh_json_get_str(cx, doc, sh_json_get(cx, doc, "call_id") ? "call_id" : "c_id");
	struct sh_str live = sh_json_get_str(cx, doc, "category"), type = sh_json_get_str(cx, doc, "event_type");
	struct sh_event e = { .name = live.n ? live : type };
	const struct sh_str report[] = { sh_json_get_raw(cx, doc, "completed"), sh_json_get_raw(cx, doc, "status"),
		sh_json_get_raw(cx, doc, "answered_by"), sh_json_get_raw(cx, doc, "disposition_tag"),
		sh_json_get_raw(cx, doc, "error_message"), sh_json_get_raw(cx, doc, "citations"),
		sh_json_get_raw(cx, doc, "corrected_transcript") };
	bool reports = bland_reports(cx, doc);

	if (sh_json_type(cx, doc) != SH_JSON_OBJECT)
		return sh_failed(cx, doc ? "the body is not a JSON object" : "the body is not JSON");
	if (id.n > 0 && live.n == 0 && (reports || sh_str_is(type, "citations"))) {
		e.name = type.n ? type : SH_STR("post_call");
		/* Delivered again it is the same; what can change afterwards is news. */
		e.dedup =
		    sh_join(cx, e.name, SH_STR(":"), id, SH_STR(":"), bland_digest(cx, report, sizeof(report) / sizeof(report[0])));
		/* Citations come after the report, as a rule, but do not say that there was one: they decide nothing by themselves. */
		e.kind = reports ? SH_KIND_OTHER : SH_KIND_CALL_ANALYZED;
		e.over = !reports;
		if (reports)
			bland_state(cx, doc, &e);
	} else {
		e.dedup = sh_join(cx, e.name.n ? e.name : SH_STR("-"), SH_STR(":"), id, SH_STR(":"), bland_digest(cx, &d->body, 1));
		if (id.n > 0 && sh_str_is(live, "call") && sh_str_is(sh_json_get_str(cx, doc, "message"), "Call connected"))
			e.kind = SH_KIND_CALL_ANSWERED;
	}
	bland_give(cx, a, doc, &e);
	return SH_ANSWER_OK;
}

/* A call as a list or a look-up shows it. */
void
bland_look(struct sh_ctx *cx, const struct sh_account *a, const struct sh_json *j)
{
	struct sh_str status = sh_json_get_str(cx, j, "status"), queue = sh_json_get_str(cx, j, "queue_status");
	struct sh_event e = { .name = status.n ? status : queue };

	bland_state(cx, j, &e);
	e.dedup = sh_join(cx, SH_STR("seen_"), e.name, SH_STR(":"), sh_json_get_str(cx, j, "call_id"));
	bland_give(cx, a, j, &e);
}

/* ---- the table ---- */

SH_DRIVER(.name = "bland", .title = "Bland", .version = "1.0", .settings = bland_settings, .reasons = bland_reasons,
    .hosts = bland_hosts, .base_url_setting = "base_url", .agents_made_here = true, .dials_per_minute = 10,
    .dials_at_once = 10, /* those of the smallest plan, which has 100 calls an hour; past that Bland says later */
    /* Assumed, to be measured: an hour in Bland's queue. The list of calls is promised neither complete nor soon: no lag. */
    .accept_s = 60, .queue_s = 3600, .call_s = BLAND_MINUTES * 60 + 300, .check_request = bland_check_request,
    .check_parse = bland_check_parse, .numbers_request = bland_numbers_request, .numbers_parse = bland_numbers_parse,
    .agents_request = bland_agents_request, .agents_parse = bland_agents_parse, .verify = bland_verify,
    .normalize = bland_normalize, .dial_request = bland_dial_request, .dial_parse = bland_dial_parse,
    .calls_request = bland_calls_request, .calls_parse = bland_calls_parse, .call_request = bland_call_request,
    .call_parse = bland_call_parse, .outcome = bland_outcome, );
