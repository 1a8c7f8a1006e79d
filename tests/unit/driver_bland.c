/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The Bland driver against Bland's own facts: every signature vector, every ending, and walks over lists.
 */
#define OURS "bland"
#define OURS_FILES SH_SRCDIR "/tests/drivers/bland/samples/bland"
#include "driver_ours.h"

#define BLAND_ARENA (64 << 20)

/* ---- signatures ---- */

static enum sh_verdict
bland_verify(const struct sh_account *account, const struct sh_pair *headers, uint32_t n, struct sh_str body)
{
	struct sh_delivery d = {
		.size = sizeof(d), .method = SH_STR("POST"), .headers = headers, .nheaders = n, .body = body, .arrived_ms = 1
	};
	enum sh_verdict verdict;
	struct sh_driver_call c;

	sh_driver_call_init(&c, ours, 1 << 20, 1);
	verdict = sh_driver_verify(&c, &d, account);
	assert_false(c.failed);
	sh_driver_call_clear(&c);
	return verdict;
}

/* The verdict about a vector, under the secret as it is now, or as it was before a rotation. */
static enum sh_verdict
bland_vector(json_object *v, const char *settings)
{
	struct sh_arena *a = sh_arena_new(BLAND_ARENA);
	struct sh_str body = sh_encode_base64_decode(a, sh_str(ours_get(v, "body_base64")));
	json_object *given = json_object_object_get(v, "headers");
	struct sh_pair headers[8];
	enum sh_verdict verdict;
	uint8_t digest[32];
	char text[256];
	uint32_t n = 0;

	sh_digest_sha256(body, digest);
	assert_true(sh_str_is(sh_encode_hex(a, (struct sh_str){ (char *)digest, 32 }), ours_get(v, "body_sha256")));
	json_object_object_foreach(given, name, value) headers[n++] =
	    (struct sh_pair){ sh_str(name), sh_str(json_object_get_string(value)) };
	snprintf(text, sizeof(text), settings, ours_get(v, "secret"));
	verdict = bland_verify(ours_account(a, text), headers, n, body);
	sh_arena_free(a);
	return verdict;
}

static void
test_vectors(void **state)
{
	json_object *list = json_object_object_get(ours_vectors, "vectors");
	size_t accepted = 0, rejected = 0, choices = 0;

	(void)state;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		json_object *v = json_object_array_get_idx(list, i);
		const char *id = ours_get(v, "id"), *expect = ours_get(v, "expect");
		enum sh_verdict now = bland_vector(v, "{\"webhook_secret\":\"%s\"}");
		enum sh_verdict old = bland_vector(v, "{\"webhook_secret\":{\"now\":\"newer\",\"old\":\"%s\",\"old_until_ms\":1}}");
		bool accept = strcmp(expect, "accept") == 0;

		if (now != old)
			fail_msg("%s: the secret before the rotation decides otherwise", id);
		/* Of what a receiver may choose, this one refuses all. */
		if ((now == SH_VERDICT_VALID) != accept)
			fail_msg("%s: must %s", id, expect);
		/* Without the header that calls are signed with nothing was signed. */
		assert_int_equal(now == SH_VERDICT_MISSING,
		    strcmp(id, "postcall-missing-header") == 0 || strcmp(id, "widget-header-alias") == 0);
		accepted += accept;
		rejected += strcmp(expect, "reject") == 0;
		choices += strcmp(expect, "receiver-choice") == 0;
	}
	assert_int_equal(accepted, 3);
	assert_int_equal(rejected, 9);
	assert_int_equal(choices, 2);
}

static void
test_verdicts(void **state)
{
	struct sh_arena *a = sh_arena_new(1 << 20);
	const struct sh_account *account = ours_account(a, "{\"webhook_secret\":\"s3cret\"}");
	struct sh_str body = SH_STR("{\"call_id\":\"c-1\"}"), hex;
	struct sh_pair h[2] = { { SH_STR("x-webhook-signature"), SH_NONE }, { SH_STR("x-webhook-signature"), SH_NONE } };
	uint8_t mac[32];

	(void)state;
	sh_digest_hmac(SH_SHA256, SH_STR("s3cret"), &body, 1, mac);
	hex = sh_encode_hex(a, (struct sh_str){ (char *)mac, 32 });
	h[0].value = h[1].value = hex;
	assert_int_equal(bland_verify(account, h, 1, body), SH_VERDICT_VALID);
	assert_int_equal(bland_verify(account, h, 0, body), SH_VERDICT_MISSING);
	assert_int_equal(bland_verify(account, h, 2, body), SH_VERDICT_INVALID);
	assert_int_equal(bland_verify(account, h, 1, SH_STR("{\"call_id\":\"c-1\"} ")), SH_VERDICT_INVALID);
	assert_int_equal(bland_verify(ours_account(a, "{}"), h, 1, body), SH_VERDICT_INVALID);
	h[0].value = sh_arena_printf(a, "%.*s ", (int)hex.n, hex.s);
	assert_int_equal(bland_verify(account, h, 1, body), SH_VERDICT_INVALID);
	/* An empty secret, which anybody has, signs nothing. */
	sh_digest_hmac(SH_SHA256, SH_STR(""), &body, 1, mac);
	h[0].value = sh_encode_hex(a, (struct sh_str){ (char *)mac, 32 });
	assert_int_equal(bland_verify(ours_account(a, "{\"webhook_secret\":\"\"}"), h, 1, body), SH_VERDICT_INVALID);
	sh_arena_free(a);
}

/* ---- outcomes ---- */

/* The fact sheet's tables 7.2 to 7.4, row by row: members of the report, the reason that is told, and what it means. */
static const struct {
	const char *report, *reason;
	enum sh_outcome outcome;
	enum sh_retry retry;
	bool uncounted;
	enum sh_action action;
} bland_endings[] = {
#define DONE "\"status\":\"completed\","
#define HUMAN "\"status\":\"completed\",\"answered_by\":\"human\","
#define FAILED(text) "\"status\":\"failed\",\"error_message\":\"Call failed. " text "\""
#define NUMBER(text, word)                                                                                                         \
	{                                                                                                                          \
		FAILED(text), word, SH_OUTCOME_TERMINAL, SH_RETRY_NEVER, false, SH_ACTION_NUMBER_INVALID                           \
	}
#define TAG(tag)                                                                                                                   \
	{                                                                                                                          \
		HUMAN "\"disposition_tag\":\"" tag "\"", tag, SH_OUTCOME_TERMINAL, SH_RETRY_NEVER, false, SH_ACTION_NONE           \
	}
	{ HUMAN "\"disposition_tag\":\"DO_NOT_CONTACT\"", "DO_NOT_CONTACT", SH_OUTCOME_DO_NOT_CALL, SH_RETRY_NEVER, false, 0 },
	{ "\"status\":\"busy\",\"disposition_tag\":\"DO_NOT_CONTACT\"", "DO_NOT_CONTACT", SH_OUTCOME_DO_NOT_CALL, SH_RETRY_NEVER,
	    false, 0 },
	{ "\"status\":\"busy\"", "busy", SH_OUTCOME_BUSY, SH_RETRY_POLICY, false, 0 },
	{ "\"status\":\"busy\",\"queue_status\":\"call_error\"", "busy", SH_OUTCOME_BUSY, SH_RETRY_POLICY, false, 0 },
	{ DONE "\"disposition_tag\":\"BUSY\"", "busy", SH_OUTCOME_BUSY, SH_RETRY_POLICY, false, 0 },
	{ FAILED("The number you dialed is busy."), "is busy", SH_OUTCOME_BUSY, SH_RETRY_POLICY, false, 0 },
	{ "\"status\":\"no-answer\"", "no-answer", SH_OUTCOME_NO_ANSWER, SH_RETRY_POLICY, false, 0 },
	{ "\"status\":\"NO_ANSWER\"", "no-answer", SH_OUTCOME_NO_ANSWER, SH_RETRY_POLICY, false, 0 },
	{ DONE "\"answered_by\":\"no-answer\"", "no-answer", SH_OUTCOME_NO_ANSWER, SH_RETRY_POLICY, false, 0 },
	{ DONE "\"disposition_tag\":\"NO_ANSWER\"", "no-answer", SH_OUTCOME_NO_ANSWER, SH_RETRY_POLICY, false, 0 },
	{ DONE "\"answered_by\":\"voicemail\"", "voicemail", SH_OUTCOME_VOICEMAIL, SH_RETRY_POLICY, false, 0 },
	{ DONE "\"answered_by\":\"voicemail\",\"disposition_tag\":\"TRANSFERRED\"", "voicemail", SH_OUTCOME_VOICEMAIL,
	    SH_RETRY_POLICY, false, 0 },
	{ DONE "\"answered_by\":\"machine\"", "machine", SH_OUTCOME_VOICEMAIL, SH_RETRY_POLICY, false, 0 },
	NUMBER("The number you dialed is not found.", "is not found"),
	NUMBER("The number is not in service.", "not in service"),
	NUMBER("This number has been disconnected.", "disconnected"),
	NUMBER("Invalid number.", "invalid number"),
	NUMBER("Unallocated number", "unallocated number"),
	NUMBER("It does not exist.", "does not exist"),
	{ FAILED("The number you dialed is temporarily unavailable."), "temporarily unavailable", SH_OUTCOME_NO_ANSWER,
	    SH_RETRY_POLICY, false, 0 },
	{ FAILED("Service Provider Blocked Call due to Spam or Number Reputation."), "Blocked Call due to Spam",
	    SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_NEVER, false, SH_ACTION_REST_NUMBER },
	{ FAILED("You are not allowed to call there."), "not allowed to call", SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_NEVER, true,
	    0 },
	{ FAILED("A database error occurred."), "database error", SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_POLICY, true, 0 },
	{ FAILED("Unable to start call."), "Unable to start call", SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_POLICY, false, 0 },
	{ "\"status\":\"failed\",\"error_message\":\"Call failed.\"", "Call failed.", SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_POLICY,
	    false, 0 },
	{ FAILED("unknown"), "failed", SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_ONCE, false, 0 },
	{ "\"status\":\"failed\",\"error_message\":null", "failed", SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_ONCE, false, 0 },
	{ "\"status\":\"failed\",\"queue_status\":\"call_error\"", "failed", SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_ONCE, false, 0 },
	{ DONE "\"disposition_tag\":\"FAILED\"", "failed", SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_ONCE, false, 0 },
	{ "\"status\":\"canceled\"", "canceled", SH_OUTCOME_TERMINAL, SH_RETRY_NEVER, false, 0 },
	{ DONE "\"disposition_tag\":\"CANCELED\"", "canceled", SH_OUTCOME_TERMINAL, SH_RETRY_NEVER, false, 0 },
	{ "\"queue_status\":\"pre_queue_error\"", "pre_queue_error", SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_NEVER, true, 0 },
	{ "\"queue_status\":\"queue_error\"", "queue_error", SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_NEVER, true, 0 },
	{ "\"queue_status\":\"call_error\"", "call_error", SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_POLICY, false, 0 },
	{ "\"queue_status\":\"call_error\",\"transcripts\":[{\"user\":\"user\",\"text\":\"Hi\"}]", "call_error",
	    SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_NEVER, false, 0 },
	{ DONE "\"disposition_tag\":\"AGENT_ENDED_CALL\"", "AGENT_ENDED_CALL", SH_OUTCOME_CONVERSATION_SILENT, SH_RETRY_ONCE, false,
	    0 },
	{ DONE "\"call_ended_by\":\"ASSISTANT\",\"transcripts\":[]", "silent", SH_OUTCOME_CONVERSATION_SILENT, SH_RETRY_ONCE, false,
	    0 },
	{ HUMAN "\"disposition_tag\":\"NO_CONTACT_MADE\"", "NO_CONTACT_MADE", SH_OUTCOME_CONVERSATION_SILENT, SH_RETRY_ONCE, false,
	    0 },
	TAG("INTERESTED"),
	TAG("NOT_INTERESTED"),
	TAG("FOLLOW_UP_REQUIRED"),
	TAG("CALL_BACK_SCHEDULED"),
	TAG("TRANSFERRED"),
	TAG("OBJECTION_RAISED"),
	TAG("NEEDS_MORE_INFO"),
	TAG("NOT_QUALIFIED"),
	TAG("COMPLETED_ACTION"),
	{ HUMAN "\"disposition_tag\":null", "completed", SH_OUTCOME_TERMINAL, SH_RETRY_NEVER, false, 0 },
	{ HUMAN "\"disposition_tag\":\"one of our own\"", "completed", SH_OUTCOME_TERMINAL, SH_RETRY_NEVER, false, 0 },
	{ DONE "\"answered_by\":\"unknown\"", "completed", SH_OUTCOME_TERMINAL, SH_RETRY_NEVER, false, 0 },
	{ DONE "\"answered_by\":null", "completed", SH_OUTCOME_TERMINAL, SH_RETRY_NEVER, false, 0 },
	{ DONE "\"queue_status\":\"complete_error\"", "completed", SH_OUTCOME_TERMINAL, SH_RETRY_NEVER, false, 0 },
	{ DONE "\"error_message\":\"Call failed. The number is busy.\"", "completed", SH_OUTCOME_TERMINAL, SH_RETRY_NEVER, false,
	    0 },
	{ "\"status\":\"unknown\"", "unknown", SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_NEVER, false, 0 },
	{ "\"status\":null", "", SH_OUTCOME_OTHER, SH_RETRY_NEVER, false, 0 },
	{ "\"status\":\"abducted\"", "abducted", SH_OUTCOME_OTHER, SH_RETRY_NEVER, false, 0 },
#undef DONE
#undef HUMAN
#undef FAILED
#undef NUMBER
#undef TAG
};

/* A row's word, without the stars around it. */
static bool
bland_is_word(const char *row, struct sh_str word)
{
	row += *row == '*';
	return word.n > 0 && strncmp(row, word.s, word.n) == 0 && (!row[word.n] || row[word.n] == '*');
}

static void
bland_ending(size_t i, bool *seen)
{
	struct sh_arena *a = sh_arena_new(1 << 20);
	struct sh_delivery d = { .size = sizeof(d),
		.body = sh_arena_printf(a, "{\"call_id\":\"c-1\",\"completed\":true,%s}", bland_endings[i].report) };
	struct sh_disposition means;
	struct sh_driver_call c;
	struct sh_str reason;

	sh_driver_call_init(&c, ours, 1 << 20, 0);
	assert_int_equal(sh_driver_normalize(&c, &d, ours_account(a, "{}")), SH_ANSWER_OK);
	assert_int_equal(c.nevents, 1);
	assert_true(c.events->event.over);
	means = sh_driver_outcome(&c, c.events->event.facts, c.events->event.nfacts);
	reason = sh_driver_reason_word(&c, c.events->event.facts, c.events->event.nfacts);
	if (!sh_str_is(sh_str_or(reason, SH_STR("")), bland_endings[i].reason) || means.outcome != bland_endings[i].outcome ||
	    means.retry != bland_endings[i].retry || means.uncounted != bland_endings[i].uncounted ||
	    means.action != bland_endings[i].action)
		fail_msg("%s: %.*s, %s, %s, %s, %s", bland_endings[i].report, (int)reason.n, reason.s,
		    sh_outcome_name(means.outcome), sh_retry_name(means.retry), means.uncounted ? "uncounted" : "counted",
		    sh_action_name(means.action));
	for (uint32_t k = 0; k < ours->nreasons; k++)
		seen[k] |= bland_is_word(sh_driver_reason(ours, k).reason, reason);
	sh_driver_call_clear(&c);
	sh_arena_free(a);
}

static void
test_endings(void **state)
{
	bool seen[64] = { false };

	(void)state;
	assert_true(ours->nreasons <= SH_LENGTH(seen));
	for (size_t i = 0; i < SH_LENGTH(bland_endings); i++)
		bland_ending(i, seen);
	/* Nothing in our table that nobody documents. */
	for (uint32_t k = 0; k < ours->nreasons; k++)
		if (!seen[k])
			fail_msg("no ending has the reason %s", sh_driver_reason(ours, k).reason);
}

/* What one event said and another added: a late tag, and a list's row that knows less than the report. */
static void
test_merged(void **state)
{
	const struct sh_pair late[] = { { SH_STR("tag"), SH_STR("DO_NOT_CONTACT") }, { SH_STR("reason"), SH_STR("completed") },
		{ SH_STR("status"), SH_STR("completed") }, { SH_STR("answered_by"), SH_STR("human") } };
	const struct sh_pair own[] = { { SH_STR("do_not_call"), SH_STR("true") }, { SH_STR("status"), SH_STR("failed") } };
	const struct sh_pair row[] = { { SH_STR("reason"), SH_STR("unknown") }, { SH_STR("queue_status"), SH_STR("complete") },
		{ SH_STR("status"), SH_STR("completed") }, { SH_STR("answered_by"), SH_STR("voicemail") } };
	struct sh_driver_call c;

	(void)state;
	sh_driver_call_init(&c, ours, 1 << 20, 0);
	assert_int_equal(sh_driver_outcome(&c, late, SH_LENGTH(late)).outcome, SH_OUTCOME_DO_NOT_CALL);
	assert_int_equal(sh_driver_outcome(&c, own, SH_LENGTH(own)).outcome, SH_OUTCOME_DO_NOT_CALL);
	assert_int_equal(sh_driver_outcome(&c, row, SH_LENGTH(row)).outcome, SH_OUTCOME_VOICEMAIL);
	sh_driver_call_clear(&c);
}

/* ---- lists ---- */

/* Follows the pages as the gateway does, each in a call of its own; returns how much was handed over, or -1 if one failed. */
static int
bland_walk(enum sh_capability can, const char *settings, const struct sh_query *q, const char *const (*pages)[2])
{
	struct sh_arena *a = sh_arena_new(BLAND_ARENA);
	const struct sh_account *account = ours_account(a, settings);
	struct sh_str cursor = SH_NONE;
	bool more = true;
	size_t n;
	int given = 0;

	for (n = 0; more && given >= 0; n++) {
		struct sh_request request;
		struct sh_response response = { .size = sizeof(response), .status = 200 };
		struct sh_exchange x = {
			.size = sizeof(x), .request = &request, .response = &response, .cursor = cursor, .query = q
		};
		struct sh_driver_call c;
		struct sh_error e;

		assert_non_null(pages[n][0]);
		sh_driver_call_init(&c, ours, BLAND_ARENA, 0);
		if (can == SH_CAN_CALLS)
			assert_int_equal(sh_driver_ask_calls(&c, account, q, cursor, &request, &e), SH_OK);
		else
			assert_int_equal(sh_driver_ask(&c, can, account, cursor, &request, &e), SH_OK);
		if (!strstr(sh_arena_z(a, request.url), pages[n][0]))
			fail_msg("page %zu: %s is not in %s", n, pages[n][0], sh_arena_z(a, request.url));
		response.body = strchr(pages[n][1], '{') ? sh_str(pages[n][1]) : ours_file(a, pages[n][1]);
		if (sh_driver_read(&c, can, account, &x) != SH_ANSWER_OK)
			given = -1;
		else
			given += (int)(c.nnumbers + c.nagents + c.nevents);
		more = sh_driver_call_more(&c);
		cursor = sh_arena_str(a, c.cx.cursor);
		sh_driver_call_clear(&c);
	}
	assert_null(pages[n][0]);
	sh_arena_free(a);
	return given;
}

static void
test_rosters(void **state)
{
	static const char *const numbers[][2] = { { "/v1/inbound", "api.inbound.list.json" },
		{ "/v1/outbound", "api.outbound.list.json" }, { "/v1/sip/numbers", "api.sip-numbers.list.json" }, { NULL, NULL } };
	static const char *const own[][2] = { { "/v1/inbound", "api.inbound.list.json" },
		{ "/v1/inbound", "api.inbound.list.json" }, { "/v1/outbound", "api.outbound.list.json" },
		{ "/v1/sip/numbers", "api.sip-numbers.list.json" }, { NULL, NULL } };
	static const char *const agents[][2] = { { "/v1/personas?limit=100&page=1", "api.personas.list.json" },
		{ "/v1/pathway", "api.pathways.list.array.json" }, { NULL, NULL } };
	static const char *const all[][2] = { { "/v1/personas?limit=100&page=1", "api.personas.list.json" },
		{ "/v1/pathway", "api.pathways.list.wrapped.json" }, { "/v1/agents", "api.agents.list.json" }, { NULL, NULL } };
	static const char *const broken[][2] = { { "/v1/inbound", "api.inbound.list.json" }, { "/v1/outbound", "{\"numbers\":3}" },
		{ NULL, NULL } };

	(void)state;
	assert_int_equal(bland_walk(SH_CAN_NUMBERS, "{\"api_key\":\"k\"}", NULL, numbers), 5);
	assert_int_equal(bland_walk(SH_CAN_NUMBERS, "{\"api_key\":\"k\",\"encrypted_key\":\"e\"}", NULL, own), 7);
	assert_int_equal(bland_walk(SH_CAN_NUMBERS, "{\"api_key\":\"k\"}", NULL, broken), -1);
	assert_int_equal(bland_walk(SH_CAN_AGENTS, "{\"api_key\":\"k\"}", NULL, agents), 2);
	assert_int_equal(bland_walk(SH_CAN_AGENTS, "{\"api_key\":\"k\",\"web_agents\":\"true\"}", NULL, all), 3);
}

static void
test_looks(void **state)
{
	const struct sh_query window = { .size = sizeof(window), .from_ms = 1788938340000, .until_ms = 1788939000000 };
	struct sh_query dial = window;
	static const char *const rows[][2] = { { "&from=0&to=200", "{\"calls\":[{\"call_id\":\"c-1\"}],\"total_count\":401}" },
		{ "&from=200&to=400", "{\"calls\":[{\"call_id\":\"c-2\"}],\"total_count\":401}" },
		{ "&from=400&to=600", "{\"calls\":[{\"call_id\":\"c-3\"}],\"total_count\":401}" }, { NULL, NULL } };
	static const char *const untold[][2] = { { "&from=0&to=200", "{\"calls\":[{\"call_id\":\"c-1\"}]}" },
		{ "&from=200&to=400", "{\"calls\":[]}" }, { NULL, NULL } };
	static const char *const found[][2] = { { "&to_number=%2B12025550143&limit=50", "{\"calls\":[]}" },
		{ "&to_number=12025550143&limit=50", "{\"calls\":[{\"call_id\":\"c-1\"},{\"call_id\":\"c-2\"}]}" },
		{ "/v1/calls/c-1", "{\"call_id\":\"c-1\"}" }, { "/v1/calls/c-2", "api.call.get.json" }, { NULL, NULL } };
	static const char *const none[][2] = { { "&to_number=%2B12025550143&limit=50", "{\"calls\":[]}" },
		{ "&to_number=12025550143&limit=50", "{\"calls\":[]}" }, { NULL, NULL } };
	static const char *const lost[][2] = { { "&limit=50", "{\"calls\":[{\"call_id\":\"c-1\"}]}" },
		{ "/v1/calls/c-1", "{\"id\":1}" }, { NULL, NULL } };

	(void)state;
	dial.dial_id = SH_STR("d-1");
	dial.to = SH_STR("+12025550143");
	assert_int_equal(bland_walk(SH_CAN_CALLS, "{\"api_key\":\"k\"}", &window, rows), 3);
	assert_int_equal(bland_walk(SH_CAN_CALLS, "{\"api_key\":\"k\"}", &window, untold), 1);
	assert_int_equal(bland_walk(SH_CAN_CALLS, "{\"api_key\":\"k\"}", &dial, found), 4);
	assert_int_equal(bland_walk(SH_CAN_CALLS, "{\"api_key\":\"k\"}", &dial, none), 0);
	/* What breaks off is not the whole list. */
	assert_int_equal(bland_walk(SH_CAN_CALLS, "{\"api_key\":\"k\"}", &dial, lost), -1);
}

/* ---- settings that were stored before their kind was known ---- */

static void
test_stale(void **state)
{
	static const struct {
		const char *settings, *body, *why;
	} cases[] = {
		{ "{\"api_key\":\"k\",\"max_duration_min\":\"720\"}", "\"max_duration\":120,", NULL },
		{ "{\"api_key\":\"k\",\"max_duration_min\":\"x\"}", "\"max_duration\":120,", NULL },
		{ "{\"api_key\":\"k\",\"max_duration_min\":\"5\"}", "\"max_duration\":5,", NULL },
		{ "{\"api_key\":\"k\"}", "\"max_duration\":30,", NULL },
		{ "{\"api_key\":\"k\",\"call_options\":\"\"}", "\"max_duration\":30,", NULL },
		{ "{\"api_key\":\"k\",\"call_options\":\"{\\n\\t\\\"voice\\\": \\\"june\\\"\\n}\"}", "\"voice\":\"june\",", NULL },
		{ "{\"api_key\":\"k\",\"call_options\":\"voice: June\"}", NULL, "call_options is not a JSON object" },
	};
	const struct sh_number from = {
		.size = sizeof(from), .e164 = SH_STR("+12025550199"), .provider_id = SH_STR("+12025550199")
	};
	const struct sh_dial dial = { .size = sizeof(dial),
		.from = &from,
		.to = SH_STR("+12025550143"),
		.agent_id = SH_STR("pathway:p-1"),
		.dial_id = SH_STR("d-1"),
		.callback_id = SH_STR("c-1"),
		.attempt = 1 };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_arena *a = sh_arena_new(BLAND_ARENA);
		struct sh_driver_call c;
		struct sh_request request;
		struct sh_error e = { 0 };
		enum sh_status st;

		sh_driver_call_init(&c, ours, BLAND_ARENA, 0);
		st = sh_driver_ask_dial(&c, ours_account(a, cases[i].settings), &dial, &request, &e);
		if (st != (cases[i].why ? SH_EINVALID : SH_OK))
			fail_msg("%s: %s", cases[i].settings, e.text);
		if (cases[i].why && !strstr(e.text, cases[i].why))
			fail_msg("%s: %s", cases[i].settings, e.text);
		if (!cases[i].why && !strstr(sh_arena_z(a, request.body), cases[i].body))
			fail_msg("%s: %s", cases[i].settings, sh_arena_z(a, request.body));
		sh_driver_call_clear(&c);
		sh_arena_free(a);
	}
}

/* ---- the table ---- */

static void
test_table(void **state)
{
	(void)state;
	for (unsigned c = 0; c < SH_CAN_COUNT; c++)
		if (sh_driver_can(ours, (enum sh_capability)c) == ((enum sh_capability)c == SH_CAN_REPLY))
			fail_msg("%s", sh_capability_name((enum sh_capability)c));
	/* Its list proves nothing: an answer that was lost is never taken for a call that was not placed. */
	assert_false(ours->table.list_has_dial_id);
	assert_int_equal(ours->table.list_lag_s, 0);
	for (uint32_t i = 0; i < ours->nsettings; i++) {
		struct sh_setting s = sh_driver_setting(ours, i);

		assert_non_null(s.help);
		assert_true(!s.required || s.kind == SH_SETTING_SECRET);
		assert_true(!s.rotates || s.kind == SH_SETTING_SECRET);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_endings),
		cmocka_unit_test(test_merged),
		cmocka_unit_test(test_rosters),
		cmocka_unit_test(test_looks),
		cmocka_unit_test(test_stale),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests_name("driver_bland", tests, ours_setup, ours_teardown);
}
