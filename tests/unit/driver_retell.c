/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The Retell driver against Retell's own facts: every signature vector, every reason, and walks over pages.
 */
#define OURS "retell"
#include "driver_ours.h"

#define RETELL_ARENA (64 << 20)

/* ---- signatures ---- */

/* The body of a vector, in whichever of the four forms it is given; its digest says that it was built right. */
static struct sh_str
retell_body(struct sh_arena *a, json_object *v)
{
	json_object *repeat = json_object_object_get(v, "body_repeat");
	struct sh_str body = SH_NONE, hex;
	uint8_t digest[32];

	if (ours_get(v, "body_file"))
		body = ours_file(a, ours_get(v, "body_file"));
	else if (repeat) {
		struct sh_str prefix = sh_str(ours_get(repeat, "prefix")), unit = sh_str(ours_get(repeat, "unit"));
		struct sh_str suffix = sh_str(ours_get(repeat, "suffix"));
		size_t count = (size_t)json_object_get_int64(json_object_object_get(repeat, "count"));
		char *p = sh_arena_alloc(a, prefix.n + unit.n * count + suffix.n), *at = p;

		at = (char *)memcpy(at, prefix.s, prefix.n) + prefix.n;
		for (size_t i = 0; i < count; i++)
			at = (char *)memcpy(at, unit.s, unit.n) + unit.n;
		at = (char *)memcpy(at, suffix.s, suffix.n) + suffix.n;
		body = (struct sh_str){ p, (size_t)(at - p) };
	} else
		body = sh_encode_base64_decode(a, sh_str(ours_get(v, "body_base64")));
	sh_digest_sha256(body, digest);
	hex = sh_encode_hex(a, (struct sh_str){ (char *)digest, 32 });
	assert_true(sh_str_is(hex, ours_get(v, "body_sha256")));
	return body;
}

static enum sh_verdict
retell_verify(const struct sh_account *account, struct sh_str header, struct sh_str body, int64_t now_ms, uint32_t nheaders)
{
	struct sh_pair headers[2] = { { SH_STR("x-retell-signature"), header }, { SH_STR("x-retell-signature"), header } };
	struct sh_delivery d = { .size = sizeof(d),
		.method = SH_STR("POST"),
		.headers = headers,
		.nheaders = nheaders,
		.body = body,
		.arrived_ms = now_ms };
	enum sh_verdict verdict;
	struct sh_driver_call c;

	sh_driver_call_init(&c, ours, 1 << 20, now_ms);
	verdict = sh_driver_verify(&c, &d, account);
	assert_false(c.failed);
	sh_driver_call_clear(&c);
	return verdict;
}

static void
test_vectors(void **state)
{
	json_object *list = json_object_object_get(ours_vectors, "vectors"),
		    *keys = json_object_object_get(ours_vectors, "keys");
	size_t counts[3] = { 0 };

	(void)state;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		json_object *v = json_object_array_get_idx(list, i), *tolerance = json_object_object_get(v, "tolerance_ms");
		struct sh_arena *a = sh_arena_new(RETELL_ARENA);
		const char *must = ours_get(v, "must"), *key = ours_get(keys, ours_get(v, "key"));
		int64_t now_ms = json_object_get_int64(json_object_object_get(v, "now_ms"));
		char settings[512], rotated[512];
		struct sh_str body = retell_body(a, v), header = sh_str(ours_get(v, "header"));
		bool valid, valid_old;

		snprintf(settings, sizeof(settings), "{\"webhook_key\":\"%s\",\"signature_window_s\":\"%d\"}", key,
		    tolerance ? json_object_get_int(tolerance) / 1000 : 300);
		snprintf(rotated, sizeof(rotated),
		    "{\"webhook_key\":{\"now\":\"key_newer\",\"old\":\"%s\",\"old_until_ms\":1},"
		    "\"signature_window_s\":\"%d\"}",
		    key, tolerance ? json_object_get_int(tolerance) / 1000 : 300);
		valid = retell_verify(ours_account(a, settings), header, body, now_ms, 1) == SH_VERDICT_VALID;
		valid_old = retell_verify(ours_account(a, rotated), header, body, now_ms, 1) == SH_VERDICT_VALID;
		if (valid != valid_old)
			fail_msg("%s: the key before the rotation decides otherwise", ours_get(v, "id"));
		if ((strcmp(must, "accept") == 0 && !valid) || (strcmp(must, "reject") == 0 && valid))
			fail_msg("%s: must %s", ours_get(v, "id"), must);
		counts[strcmp(must, "accept") == 0 ? 0 : strcmp(must, "reject") == 0 ? 1 : 2]++;
		/* Of what may go either way, this driver refuses all. */
		if (strcmp(must, "either") == 0)
			assert_false(valid);
		sh_arena_free(a);
	}
	assert_int_equal(counts[0], 62);
	assert_int_equal(counts[1], 45);
	assert_int_equal(counts[2], 5);
}

static void
test_verdicts(void **state)
{
	static const char good[] = "v=1793000000000,d=a2d52d4e9921e88554affa6cefa132df8ee72bfb24b18814fc4cba4dc6da0bfe";
	static const char plain[] = "{\"webhook_key\":\"key_6f1d2c3b4a5968778695a4b3c2d1\"}";
	static const char relay[] = "{\"webhook_key\":\"key_6f1d2c3b4a5968778695a4b3c2d1\",\"accept_body_hmac\":\"true\"}";
	const int64_t now = 1793000000000;
	struct sh_arena *a = sh_arena_new(1 << 20);
	struct sh_str key = SH_STR("key_6f1d2c3b4a5968778695a4b3c2d1"), body = SH_STR("{}"), hex;
	uint8_t mac[32];

	(void)state;
	assert_int_equal(retell_verify(ours_account(a, plain), sh_str(good), body, now, 1), SH_VERDICT_VALID);
	assert_int_equal(retell_verify(ours_account(a, plain), sh_str(good), body, now, 0), SH_VERDICT_MISSING);
	assert_int_equal(retell_verify(ours_account(a, plain), sh_str(good), body, now, 2), SH_VERDICT_INVALID);
	assert_int_equal(retell_verify(ours_account(a, plain), sh_str(good), body, now + 300001, 1), SH_VERDICT_STALE);
	assert_int_equal(retell_verify(ours_account(a, plain), sh_str(good), body, now - 300001, 1), SH_VERDICT_STALE);
	assert_int_equal(retell_verify(ours_account(a, "{}"), sh_str(good), body, now, 1), SH_VERDICT_INVALID);
	/* A window that is none, or longer than Retell's own, is Retell's own. */
	assert_int_equal(
	    retell_verify(
		ours_account(a, "{\"webhook_key\":\"key_6f1d2c3b4a5968778695a4b3c2d1\",\"signature_window_s\":\"9999\"}"),
		sh_str(good), body, now + 300001, 1),
	    SH_VERDICT_STALE);

	/* The plain HMAC of a relay: refused unless the setting allows it, and then in time or not. */
	sh_digest_hmac(SH_SHA256, key, &body, 1, mac);
	hex = sh_encode_hex(a, (struct sh_str){ (char *)mac, 32 });
	assert_int_equal(retell_verify(ours_account(a, plain), hex, body, now, 1), SH_VERDICT_INVALID);
	assert_int_equal(retell_verify(ours_account(a, relay), hex, body, now, 1), SH_VERDICT_VALID);
	assert_int_equal(retell_verify(ours_account(a, relay), hex, SH_STR("{} "), now, 1), SH_VERDICT_INVALID);
	assert_int_equal(retell_verify(ours_account(a, relay), sh_str(good), body, now, 1), SH_VERDICT_VALID);
	assert_int_equal(retell_verify(ours_account(a, relay), sh_str(good), body, now + 300001, 1), SH_VERDICT_STALE);
	/* An empty key, which anybody has, signs nothing. */
	sh_digest_hmac(SH_SHA256, SH_STR(""), &body, 1, mac);
	hex = sh_encode_hex(a, (struct sh_str){ (char *)mac, 32 });
	assert_int_equal(
	    retell_verify(ours_account(a, "{\"webhook_key\":\"\",\"accept_body_hmac\":\"true\"}"), hex, body, now, 1),
	    SH_VERDICT_INVALID);
	sh_arena_free(a);
}

/* ---- outcomes ---- */

static struct sh_disposition
retell_means(const char *reason, const char *status, const char *in_voicemail)
{
	struct sh_pair facts[3];
	struct sh_disposition d;
	struct sh_driver_call c;
	size_t n = 0;

	if (reason)
		facts[n++] = (struct sh_pair){ SH_STR("reason"), sh_str(reason) };
	if (status)
		facts[n++] = (struct sh_pair){ SH_STR("status"), sh_str(status) };
	if (in_voicemail)
		facts[n++] = (struct sh_pair){ SH_STR("in_voicemail"), sh_str(in_voicemail) };
	sh_driver_call_init(&c, ours, 1 << 16, 0);
	d = sh_driver_outcome(&c, facts, n);
	assert_false(c.failed);
	sh_driver_call_clear(&c);
	return d;
}

/* The fact sheet's words for what to do besides, and ours. */
static enum sh_action
retell_action(const char *words)
{
	static const struct {
		const char *words;
		enum sh_action action;
	} actions[] = {
		{ "pause workspace", SH_ACTION_PAUSE_WORKSPACE },
		{ "pause agent", SH_ACTION_PAUSE_AGENT },
		{ "pause the from_number", SH_ACTION_REST_NUMBER },
		{ "rest the from_number", SH_ACTION_REST_NUMBER },
		{ "mark number invalid", SH_ACTION_NUMBER_INVALID },
	};

	for (size_t i = 0; i < SH_LENGTH(actions); i++)
		if (strstr(words, actions[i].words))
			return actions[i].action;
	return SH_ACTION_NONE;
}

static bool
retell_in_table(const char *reason)
{
	for (uint32_t i = 0; i < ours->nreasons; i++)
		if (strcmp(sh_driver_reason(ours, i).reason, reason) == 0)
			return true;
	return false;
}

static void
retell_check_reason(json_object *row)
{
	const char *value = ours_get(row, "value"), *group = ours_get(row, "group"), *retry = ours_get(row, "retry");
	struct sh_disposition d = retell_means(value, ours_get(row, "call_status"), NULL), machine;
	enum sh_retry wanted = strcmp(retry, "yes") == 0       ? SH_RETRY_POLICY
			       : strcmp(retry, "limited") == 0 ? SH_RETRY_ONCE
							       : SH_RETRY_NEVER;

	if (strcmp(group, "inactivity") == 0)
		group = "conversation_silent";
	/* The one departure: "other" is never redialled here, but Retell asks to come back. */
	if (strcmp(value, "concurrency_limit_reached") == 0)
		group = "technical_error";
	if (!retell_in_table(value))
		fail_msg("%s is not in the table", value);
	if (strcmp(sh_outcome_name(d.outcome), group) != 0 || d.retry != wanted)
		fail_msg("%s means %s, %s; the fact sheet says %s, %s", value, sh_outcome_name(d.outcome), sh_retry_name(d.retry),
		    group, retry);
	if (d.uncounted != (strcmp(ours_get(row, "counts_as_attempt"), "no") == 0))
		fail_msg("%s counts otherwise", value);
	if (d.action != retell_action(ours_get(row, "action")))
		fail_msg("%s: action %s, the fact sheet says \"%s\"", value, sh_action_name(d.action), ours_get(row, "action"));
	machine = retell_means(value, "ended", "true");
	if (machine.outcome != (d.outcome == SH_OUTCOME_DO_NOT_CALL ? SH_OUTCOME_DO_NOT_CALL : SH_OUTCOME_VOICEMAIL))
		fail_msg("%s in a voicemail means %s", value, sh_outcome_name(machine.outcome));
	assert_int_equal(retell_means(value, "ended", "false").outcome, d.outcome);
}

static void
test_reasons(void **state)
{
	static const char *const lists[] = { "sdk_5_66_1", "newer_than_5_66_1", "removed" };
	json_object *all = json_object_object_get(ours_vectors, "disconnection_reasons"), *aliases;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(lists); i++) {
		json_object *list = json_object_object_get(all, lists[i]);

		for (size_t k = 0; k < json_object_array_length(list); k++, n++)
			retell_check_reason(json_object_array_get_idx(list, k));
	}
	aliases = json_object_object_get(all, "names_in_project_text_that_retell_never_sends");
	json_object_object_foreach(aliases, word, group)
	{
		const char *name = json_object_get_string(group);

		name = strcmp(name, "inactivity") == 0 ? "conversation_silent" : name;
		assert_string_equal(sh_outcome_name(retell_means(word, "ended", NULL).outcome), name);
		assert_true(retell_in_table(word));
		n++;
	}
	/* Nothing in our table that nobody documents, but the rows for what is not told or not known. */
	assert_int_equal(n + 4, ours->nreasons);
}

static void
test_derived(void **state)
{
	static const struct {
		const char *reason, *status;
		enum sh_outcome outcome;
		enum sh_retry retry;
	} cases[] = {
		{ NULL, "not_connected", SH_OUTCOME_NO_ANSWER, SH_RETRY_POLICY },
		{ "", "not_connected", SH_OUTCOME_NO_ANSWER, SH_RETRY_POLICY },
		{ NULL, "error", SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_ONCE },
		{ NULL, "ended", SH_OUTCOME_TERMINAL, SH_RETRY_NEVER },
		{ NULL, "registered", SH_OUTCOME_OTHER, SH_RETRY_NEVER },
		{ NULL, NULL, SH_OUTCOME_OTHER, SH_RETRY_NEVER },
		{ "some_future_reason", "not_connected", SH_OUTCOME_OTHER, SH_RETRY_NEVER },
		{ "Dial_Busy", "not_connected", SH_OUTCOME_OTHER, SH_RETRY_NEVER },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_disposition d = retell_means(cases[i].reason, cases[i].status, NULL);

		assert_int_equal(d.outcome, cases[i].outcome);
		assert_int_equal(d.retry, cases[i].retry);
		assert_false(d.uncounted);
	}
	/* A menu that answers stays one more try, machine or not. */
	assert_int_equal(retell_means("ivr_reached", "ended", "true").retry, SH_RETRY_ONCE);
}

/* ---- pages ---- */

/* Follows the pages as the gateway does, each in a call of its own; returns how many were asked for. */
static int
retell_walk(enum sh_capability can, const char *const *answers, const char *const *asked)
{
	const struct sh_query query = { .size = sizeof(query), .from_ms = 1000, .until_ms = 2000 };
	struct sh_arena *a = sh_arena_new(RETELL_ARENA);
	const struct sh_account *account = ours_account(a, "{\"api_key\":\"k\",\"webhook_key\":\"w\"}");
	struct sh_driver_walk walk = { 0 };
	struct sh_str cursor = SH_NONE;
	bool more = true;
	int n;

	for (n = 0; more; n++) {
		struct sh_request request;
		struct sh_response response = { .size = sizeof(response), .status = 200 };
		struct sh_exchange x = { .size = sizeof(x), .request = &request, .response = &response, .cursor = cursor, .query = &query };
		struct sh_driver_call c;
		struct sh_error e;

		assert_non_null(answers[n]);
		sh_driver_call_init(&c, ours, RETELL_ARENA, 0);
		if (can == SH_CAN_CALLS)
			assert_int_equal(sh_driver_ask_calls(&c, account, &query, cursor, &request, &e), SH_OK);
		else
			assert_int_equal(sh_driver_ask(&c, can, account, cursor, &request, &e), SH_OK);
		if (!strstr(sh_arena_z(a, request.url), asked[n]) &&
		    !(request.body.s && strstr(sh_arena_z(a, request.body), asked[n])))
			fail_msg("page %d: %s is not in %s %s", n, asked[n], request.url.s, request.body.s);
		response.body = answers[n][0] == '{' || answers[n][0] == '[' ? sh_str(answers[n]) : ours_file(a, answers[n]);
		assert_int_equal(sh_driver_read(&c, can, account, &x), SH_ANSWER_OK);
		more = sh_driver_call_more(&c) && sh_driver_walk_on(&walk, c.cx.cursor);
		cursor = sh_arena_str(a, c.cx.cursor);
		sh_driver_call_clear(&c);
	}
	assert_null(answers[n]);
	sh_arena_free(a);
	return n;
}

/* The reading of one answer to the first page. */
static enum sh_answer
retell_read(enum sh_capability can, const char *text)
{
	const struct sh_query query = { .size = sizeof(query), .from_ms = 1000, .until_ms = 2000 };
	struct sh_arena *a = sh_arena_new(RETELL_ARENA);
	const struct sh_account *account = ours_account(a, "{\"api_key\":\"k\",\"webhook_key\":\"w\"}");
	struct sh_request request;
	struct sh_response response = { .size = sizeof(response), .status = 200, .body = sh_str(text) };
	struct sh_exchange x = { .size = sizeof(x), .request = &request, .response = &response, .query = &query };
	struct sh_driver_call c;
	struct sh_error e;
	enum sh_answer answer;

	sh_driver_call_init(&c, ours, RETELL_ARENA, 0);
	if (can == SH_CAN_CALLS)
		assert_int_equal(sh_driver_ask_calls(&c, account, &query, SH_NONE, &request, &e), SH_OK);
	else
		assert_int_equal(sh_driver_ask(&c, can, account, SH_NONE, &request, &e), SH_OK);
	answer = sh_driver_read(&c, can, account, &x);
	sh_driver_call_clear(&c);
	sh_arena_free(a);
	return answer;
}

static void
test_walks(void **state)
{
	static const char *const numbers[] = { "samples/retell/api.list-phone-numbers.v2.page1.json",
		"samples/retell/api.list-phone-numbers.v2.page2.json", NULL };
	static const char *const numbers_asked[] = { "/v2/list-phone-numbers?limit=1000",
		"?limit=1000&pagination_key=pk_opaque_1%3D%3D" };
	static const char *const legacy[] = { "samples/retell/api.list-phone-numbers.legacy-array.json", NULL };
	static const char *const agents[] = { "samples/retell/api.list-agents.v2.page1.json",
		"samples/retell/api.list-agents.v2.page2.json", NULL };
	static const char *const agents_asked[] = { "/v2/list-agents?limit=1000", "?limit=1000&pagination_key=agk_1" };
	static const char *const same[] = { "{\"items\":[],\"has_more\":true,\"pagination_key\":\"k\"}",
		"{\"items\":[],\"has_more\":true,\"pagination_key\":\"k\"}", NULL };
	static const char *const same_asked[] = { "limit=1000", "pagination_key=k" };
	static const char *const lost = "{\"items\":[],\"has_more\":true}";
	static const char *const odd = "{\"items\":[{\"id\":\"call_1\"}],\"has_more\":false}";
	static const char *const calls[] = { "{\"items\":[],\"has_more\":true,\"pagination_key\":\"a\"}",
		"{\"items\":[],\"has_more\":false}", "{\"items\":[],\"has_more\":true,\"pagination_key\":\"b\"}",
		"{\"items\":[],\"has_more\":false}", NULL };
	static const char *const calls_asked[] = { "\"start_timestamp\"", "\"pagination_key\":\"a\"", "\"end_timestamp\"",
		"\"pagination_key\":\"b\"" };

	(void)state;
	assert_int_equal(retell_walk(SH_CAN_NUMBERS, numbers, numbers_asked), 2);
	assert_int_equal(retell_walk(SH_CAN_NUMBERS, legacy, numbers_asked), 1);
	assert_int_equal(retell_walk(SH_CAN_NUMBERS, same, same_asked), 2);
	/* What breaks off, or holds what cannot be read, is not the whole list. */
	assert_int_equal(retell_read(SH_CAN_NUMBERS, lost), SH_ANSWER_FAILED);
	assert_int_equal(retell_read(SH_CAN_CALLS, lost), SH_ANSWER_FAILED);
	assert_int_equal(retell_read(SH_CAN_CALLS, odd), SH_ANSWER_FAILED);
	assert_int_equal(retell_walk(SH_CAN_AGENTS, agents, agents_asked), 2);
	assert_int_equal(retell_walk(SH_CAN_CALLS, calls, calls_asked), 4);
}

/* ---- the table ---- */

static void
test_table(void **state)
{
	(void)state;
	for (unsigned c = 0; c < SH_CAN_COUNT; c++)
		if (!sh_driver_can(ours, (enum sh_capability)c))
			fail_msg("no %s", sh_capability_name((enum sh_capability)c));
	assert_true(ours->table.list_has_dial_id);
	assert_int_equal(ours->table.list_lag_s, 900);
	assert_int_equal(ours->table.dials_per_minute, 60);
	for (uint32_t i = 0; i < ours->nsettings; i++) {
		struct sh_setting s = sh_driver_setting(ours, i);

		assert_non_null(s.help);
		assert_true(!s.required || s.kind == SH_SETTING_SECRET);
		assert_true(s.rotates == (s.kind == SH_SETTING_SECRET));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_derived),
		cmocka_unit_test(test_walks),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests_name("driver_retell", tests, ours_setup, ours_teardown);
}
