/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The Vapi driver against Vapi's own facts: every signature vector, every reason, and walks over pages.
 */
#define OURS "vapi"
#include "gateway/base/time.h"
#include "driver_ours.h"

#define VAPI_ARENA (64 << 20)
#define VAPI_NOW INT64_C(1788950405123)

static json_object *vapi_reasons;

/* ---- signatures ---- */

static enum sh_verdict
vapi_verify(const struct sh_account *account, const struct sh_delivery *d)
{
	enum sh_verdict verdict;
	struct sh_driver_call c;

	sh_driver_call_init(&c, ours, 1 << 20, d->arrived_ms);
	verdict = sh_driver_verify(&c, d, account);
	assert_false(c.failed);
	sh_driver_call_clear(&c);
	return verdict;
}

/* The members of a vector's credential, and the settings that say the same. */
static const struct {
	const char *member, *setting;
} vapi_credential[] = {
	{ "headerName", "token_header" },
	{ "bearerPrefixEnabled", "bearer_prefix" },
	{ "algorithm", "hmac_algorithm" },
	{ "signatureHeader", "signature_header" },
	{ "signaturePrefix", "signature_prefix" },
	{ "signatureEncoding", "signature_encoding" },
	{ "timestampHeader", "timestamp_header" },
	{ "messageIdHeader", "message_id_header" },
	{ "payloadFormat", "payload_format" },
	{ "secretIsBase64", "secret_is_base64" },
};

/* With the secret as it is, or as the one before a rotation. */
static const struct sh_account *
vapi_vector_account(struct sh_arena *a, json_object *v, const char *scheme, bool rotated)
{
	json_object *settings = json_object_new_object(), *credential = json_object_object_get(v, "credential");
	json_object *secret = json_object_new_string(ours_get(v, "secret"));
	const struct sh_account *account;

	json_object_object_add(settings, "webhook_scheme", json_object_new_string(scheme));
	for (size_t i = 0; i < SH_LENGTH(vapi_credential); i++)
		if (ours_get(credential, vapi_credential[i].member))
			json_object_object_add(settings, vapi_credential[i].setting,
			    json_object_new_string(ours_get(credential, vapi_credential[i].member)));
	if (rotated) {
		json_object *both = json_object_new_object();

		json_object_object_add(both, "now", json_object_new_string("bmV3ZXI="));
		json_object_object_add(both, "old", secret);
		json_object_object_add(both, "old_until_ms", json_object_new_int(1));
		secret = both;
	}
	json_object_object_add(settings, "webhook_secret", secret);
	account = ours_account(a, json_object_to_json_string(settings));
	json_object_put(settings);
	return account;
}

/* The delivery of a vector; its digest says that it was built right. */
static struct sh_delivery
vapi_vector_delivery(struct sh_arena *a, json_object *v)
{
	struct sh_pair *headers = sh_arena_array(a, struct sh_pair, 8);
	json_object *now = json_object_object_get(v, "receiver_now");
	struct sh_delivery d = { .size = sizeof(d),
		.method = SH_STR("POST"),
		.url = ours_get(v, "url") ? sh_str(ours_get(v, "url")) : SH_STR("https://gw.example.net/hooks/vapi"),
		.headers = headers,
		.body = sh_encode_base64_decode(a, sh_str(ours_get(v, "body_base64"))),
		.arrived_ms = now ? json_object_get_int64(now) * 1000 : VAPI_NOW };
	uint8_t digest[32];

	json_object_object_foreach(json_object_object_get(v, "headers"), name, value) headers[d.nheaders++] =
	    (struct sh_pair){ sh_str(name), sh_str(json_object_get_string(value)) };
	sh_digest_sha256(d.body, digest);
	assert_true(sh_str_is(sh_encode_hex(a, (struct sh_str){ (const char *)digest, 32 }), ours_get(v, "body_sha256")));
	return d;
}

static void
vapi_check_vector(json_object *v, const char *scheme, size_t counts[2])
{
	struct sh_arena *a = sh_arena_new(VAPI_ARENA);
	struct sh_delivery d = vapi_vector_delivery(a, v);
	bool valid = vapi_verify(vapi_vector_account(a, v, scheme, false), &d) == SH_VERDICT_VALID;
	/* Digits in upper case are the same signature: that much is the receiver's choice. */
	bool must = strcmp(ours_get(v, "expect"), "reject") != 0;

	if (valid != must)
		fail_msg("%s: must be %s", ours_get(v, "id"), ours_get(v, "expect"));
	if ((vapi_verify(vapi_vector_account(a, v, scheme, true), &d) == SH_VERDICT_VALID) != valid)
		fail_msg("%s: the secret before the rotation decides otherwise", ours_get(v, "id"));
	counts[must ? 0 : 1]++;
	sh_arena_free(a);
}

static void
test_vectors(void **state)
{
	json_object *list = json_object_object_get(ours_vectors, "vectors");
	size_t counts[2] = { 0 };

	(void)state;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		json_object *v = json_object_array_get_idx(list, i);
		bool shared = strcmp(ours_get(v, "scheme"), "shared-secret") == 0;

		vapi_check_vector(v, shared ? "secret" : ours_get(v, "scheme"), counts);
		/* The old secret is a bearer credential with a header of its own and no prefix: both ways say the same. */
		if (shared)
			vapi_check_vector(v, "bearer", (size_t[2]){ 0 });
	}
	assert_int_equal(counts[0], 12);
	assert_int_equal(counts[1], 30);
}

/* What a delivery with these headers and the body "{}" is, signed by default under the key "key". */
static enum sh_verdict
vapi_says(const char *settings, const char *const headers[][2], size_t n, int64_t now_ms)
{
	struct sh_arena *a = sh_arena_new(1 << 20);
	struct sh_pair pairs[8];
	struct sh_delivery d = { .size = sizeof(d),
		.method = SH_STR("POST"),
		.url = SH_STR("https://gw.example.net/"),
		.headers = pairs,
		.nheaders = (uint32_t)n,
		.body = SH_STR("{}"),
		.arrived_ms = now_ms };
	enum sh_verdict verdict;

	for (size_t i = 0; i < n; i++)
		pairs[i] = (struct sh_pair){ sh_str(headers[i][0]), sh_str(headers[i][1]) };
	verdict = vapi_verify(ours_account(a, settings), &d);
	sh_arena_free(a);
	return verdict;
}

static void
vapi_sign(const char *key, const char *text, char hex[65])
{
	struct sh_str part = sh_str(text);
	uint8_t mac[32];

	sh_digest_hmac(SH_SHA256, sh_str(key), &part, 1, mac);
	for (size_t i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", mac[i]);
}

static void
test_verdicts(void **state)
{
	static const char plain[] = "{\"webhook_secret\":\"key\"}";
	const int64_t now = INT64_C(1788950405000);
	char good[65], alone[65], empty[65], constant[65];
	const char *const signed_at[][2] = { { "x-signature", good }, { "x-timestamp", "1788950405" } };
	const char *const twice[][2] = { { "x-signature", good }, { "x-timestamp", "1788950405" }, { "x-signature", good } };
	const char *const times[][2] = { { "x-signature", good }, { "x-timestamp", "1788950405" },
		{ "x-timestamp", "1788950405" } };
	const char *const body[][2] = { { "x-signature", alone } };
	const char *const body_and_time[][2] = { { "x-signature", alone }, { "x-timestamp", "yesterday" } };
	const char *const by_nobody[][2] = { { "x-signature", empty }, { "x-timestamp", "1788950405" } };
	const char *const fixed[][2] = { { "x-signature", constant } };
	const char *const odd[][2] = { { "x-signature", good }, { "x-timestamp", "-1" } };
	const char *const huge[][2] = { { "x-signature", good }, { "x-timestamp", "9223372036854775807" } };
	const char *const token[][2] = { { "authorization", "Bearer " } };
	const char *const secret[][2] = { { "x-vapi-secret", "" } };

	(void)state;
	vapi_sign("key", "1788950405.{}", good);
	vapi_sign("key", "{}", alone);
	vapi_sign("", "1788950405.{}", empty);
	vapi_sign("key", "constant", constant);
	assert_int_equal(vapi_says(plain, signed_at, 2, now), SH_VERDICT_VALID);
	assert_int_equal(vapi_says(plain, NULL, 0, now), SH_VERDICT_MISSING);
	assert_int_equal(vapi_says(plain, signed_at, 1, now), SH_VERDICT_INVALID);
	assert_int_equal(vapi_says(plain, twice, 3, now), SH_VERDICT_INVALID);
	assert_int_equal(vapi_says(plain, times, 3, now), SH_VERDICT_INVALID);
	assert_int_equal(vapi_says(plain, signed_at, 2, now + 300001), SH_VERDICT_STALE);
	assert_int_equal(vapi_says(plain, signed_at, 2, now - 300001), SH_VERDICT_STALE);
	assert_int_equal(vapi_says(plain, odd, 2, now), SH_VERDICT_INVALID);
	assert_int_equal(vapi_says(plain, huge, 2, now), SH_VERDICT_INVALID);
	assert_int_equal(vapi_says("{}", signed_at, 2, now), SH_VERDICT_INVALID);
	/* A window that is none, or a long one, is five minutes. */
	assert_int_equal(vapi_says("{\"webhook_secret\":\"key\",\"signature_window_s\":\"9999\"}", signed_at, 2, now + 300001),
	    SH_VERDICT_STALE);
	assert_int_equal(
	    vapi_says("{\"webhook_secret\":\"key\",\"signature_window_s\":\"10\"}", signed_at, 2, now + 10001), SH_VERDICT_STALE);
	/* Names of headers are written in any case. */
	assert_int_equal(vapi_says("{\"webhook_secret\":\"key\",\"signature_header\":\"X-Signature\",\"timestamp_header\":"
				   "\"X-Timestamp\"}",
			     signed_at, 2, now),
	    SH_VERDICT_VALID);

	/* The body alone, if the operator says so; a time that nobody signed is then nobody's business. */
	assert_int_equal(vapi_says(plain, body, 1, now), SH_VERDICT_INVALID);
	assert_int_equal(
	    vapi_says("{\"webhook_secret\":\"key\",\"payload_format\":\"{body}\"}", body_and_time, 2, now), SH_VERDICT_VALID);
	/* Formats that leave the body out, or are empty, or want an id that no header is named for, make nothing valid. */
	assert_int_equal(
	    vapi_says("{\"webhook_secret\":\"key\",\"payload_format\":\"constant\"}", fixed, 1, now), SH_VERDICT_INVALID);
	assert_int_equal(vapi_says("{\"webhook_secret\":\"key\",\"payload_format\":\"\"}", fixed, 1, now), SH_VERDICT_INVALID);
	assert_int_equal(
	    vapi_says("{\"webhook_secret\":\"key\",\"payload_format\":\"{svix-id}{body}\"}", body, 1, now), SH_VERDICT_INVALID);
	/* Anybody has an empty key, and a secret that is not base64 is none. */
	assert_int_equal(vapi_says("{\"webhook_secret\":\"\"}", by_nobody, 2, now), SH_VERDICT_INVALID);
	assert_int_equal(
	    vapi_says("{\"webhook_secret\":\"!\",\"secret_is_base64\":\"true\"}", by_nobody, 2, now), SH_VERDICT_INVALID);
	assert_int_equal(vapi_says("{\"webhook_secret\":\"\",\"webhook_scheme\":\"bearer\"}", token, 1, now), SH_VERDICT_INVALID);
	assert_int_equal(vapi_says("{\"webhook_secret\":\"\",\"webhook_scheme\":\"secret\"}", secret, 1, now), SH_VERDICT_INVALID);
}

/* ---- outcomes ---- */

static struct sh_disposition
vapi_means(const char *reason, const char *user_spoke, const char *do_not_call)
{
	struct sh_pair facts[3];
	struct sh_disposition d;
	struct sh_driver_call c;
	size_t n = 0;

	if (reason)
		facts[n++] = (struct sh_pair){ SH_STR("reason"), sh_str(reason) };
	if (user_spoke)
		facts[n++] = (struct sh_pair){ SH_STR("user_spoke"), sh_str(user_spoke) };
	if (do_not_call)
		facts[n++] = (struct sh_pair){ SH_STR("do_not_call"), sh_str(do_not_call) };
	sh_driver_call_init(&c, ours, 1 << 16, 0);
	d = sh_driver_outcome(&c, facts, n);
	assert_false(c.failed);
	sh_driver_call_clear(&c);
	return d;
}

static void
test_reasons(void **state)
{
	json_object *list = json_object_object_get(vapi_reasons, "values");

	(void)state;
	assert_int_equal(json_object_array_length(list), 642);
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		json_object *v = json_object_array_get_idx(list, i);
		const char *value = ours_get(v, "value"), *category = ours_get(v, "category");
		bool retry = json_object_get_boolean(json_object_object_get(v, "retryable"));
		struct sh_disposition d = vapi_means(value, NULL, NULL);

		if (strcmp(category, "inactivity") == 0)
			category = "conversation_silent";
		if (strcmp(sh_outcome_name(d.outcome), category) != 0 || (d.retry != SH_RETRY_NEVER) != retry)
			fail_msg("%s means %s, %s; the fact sheet says %s, %s", value, sh_outcome_name(d.outcome),
			    sh_retry_name(d.retry), category, retry ? "yes" : "no");
		if (d.uncounted != (strcmp(ours_get(v, "dialled"), "no") == 0))
			fail_msg("%s counts otherwise", value);
		/* After a conversation that broke down nobody is called again; a wish not to be called stands above all. */
		if (d.outcome == SH_OUTCOME_TECHNICAL_ERROR)
			assert_int_equal(vapi_means(value, "true", NULL).retry, SH_RETRY_NEVER);
		assert_int_equal(vapi_means(value, "false", NULL).retry, d.retry);
		assert_int_equal(vapi_means(value, NULL, "true").outcome, SH_OUTCOME_DO_NOT_CALL);
	}
}

/* Every row is reached by something: by its own word, or by what its stars stand for. */
static void
test_rows(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < ours->nreasons; i++) {
		struct sh_reason row = sh_driver_reason(ours, i);
		struct sh_disposition d;
		char word[256];
		size_t n = 0;

		for (const char *p = row.reason; *p; p++)
			if (*p != '*')
				word[n++] = *p;
			else if (p[1])
				n += (size_t)snprintf(word + n, sizeof(word) - n, "zzz-");
		word[n] = '\0';
		d = vapi_means(word, NULL, NULL);
		if (d.outcome != row.means.outcome || d.retry != row.means.retry || d.action != row.means.action ||
		    d.uncounted != row.means.uncounted)
			fail_msg("%s, as %s, means what another row says", row.reason, word);
		assert_non_null(row.help);
	}
}

static void
test_unknown(void **state)
{
	static const struct {
		const char *reason;
		enum sh_outcome outcome;
		bool uncounted;
	} cases[] = {
		{ NULL, SH_OUTCOME_OTHER, false },
		{ "", SH_OUTCOME_OTHER, false },
		{ "some-future-reason", SH_OUTCOME_OTHER, false },
		{ "Customer-Busy", SH_OUTCOME_OTHER, false },
		{ "call.start.error-something-new", SH_OUTCOME_TECHNICAL_ERROR, true },
		{ "call.start.error-new-500-server-error", SH_OUTCOME_TECHNICAL_ERROR, true },
		{ "pipeline-error-some-new-thing", SH_OUTCOME_TECHNICAL_ERROR, false },
		{ "carrier-says-busy-tone", SH_OUTCOME_BUSY, false },
		{ "customer-no-answer-at-all", SH_OUTCOME_NO_ANSWER, false },
		{ "machine-voicemail-left", SH_OUTCOME_VOICEMAIL, false },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_disposition d = vapi_means(cases[i].reason, NULL, NULL);

		assert_int_equal(d.outcome, cases[i].outcome);
		assert_int_equal(d.retry, SH_RETRY_NEVER);
		assert_int_equal(d.uncounted, cases[i].uncounted);
		assert_int_equal(d.action, SH_ACTION_NONE);
	}
	/* The customer's own account with another provider stops the agent, Vapi's does not. */
	assert_int_equal(vapi_means("pipeline-error-openai-429-exceeded-quota", NULL, NULL).action, SH_ACTION_PAUSE_AGENT);
	assert_int_equal(
	    vapi_means("call.in-progress.error-vapifault-openai-429-exceeded-quota", NULL, NULL).action, SH_ACTION_NONE);
	assert_int_equal(vapi_means("call.start.error-subscription-frozen", NULL, NULL).action, SH_ACTION_PAUSE_WORKSPACE);
	assert_int_equal(vapi_means("twilio-reported-customer-misdialed", NULL, NULL).action, SH_ACTION_NUMBER_INVALID);
}

/* ---- pages ---- */

/* A list of rows, made one after the other from one time on, a second apart, backwards or forwards. */
static struct sh_str
vapi_rows(struct sh_arena *a, int n, int64_t first_ms, int step_ms, const char *wrap)
{
	struct sh_buf b;
	char at[32];
	struct sh_str text;

	sh_buf_init(&b, 8 << 20);
	sh_buf_printf(&b, wrap ? "{\"results\":[" : "[");
	for (int i = 0; i < n; i++) {
		sh_time_format_rfc3339(first_ms + (int64_t)i * step_ms, at);
		sh_buf_printf(&b, "%s{\"id\":\"r%lld\",\"type\":\"outboundPhoneCall\",\"createdAt\":\"%s\"}", i ? "," : "",
		    (long long)(first_ms + (int64_t)i * step_ms), at);
	}
	sh_buf_printf(&b, wrap ? "],\"metadata\":{\"hasNextPage\":%s}}" : "]", wrap);
	assert_false(b.failed);
	text = sh_arena_str(a, sh_buf_str(&b));
	sh_buf_clear(&b);
	return text;
}

struct vapi_page {
	int rows, step_ms;
	int64_t first_ms;
	const char *wrap, *asked;
};

/* Follows the pages as the gateway does, each in a call of its own; how many things came in all, or -1 for a list that fails. */
static int
vapi_walk(enum sh_capability can, const struct vapi_page *pages, size_t npages)
{
	const struct sh_query query = { .size = sizeof(query), .from_ms = 1000, .until_ms = 2000 };
	struct sh_arena *a = sh_arena_new(VAPI_ARENA);
	const struct sh_account *account = ours_account(a, "{\"api_key\":\"k\",\"webhook_secret\":\"w\"}");
	struct sh_driver_walk walk = { 0 };
	struct sh_str cursor = SH_NONE;
	bool more = true;
	size_t n;
	int all = 0;

	for (n = 0; more; n++) {
		struct sh_request request;
		struct sh_response response = { .size = sizeof(response), .status = 200 };
		struct sh_exchange x = { .size = sizeof(x), .request = &request, .response = &response, .cursor = cursor, .query = &query };
		struct sh_driver_call c;
		struct sh_error e;
		enum sh_answer answer;

		assert_true(n < npages);
		sh_driver_call_init(&c, ours, VAPI_ARENA, 0);
		if (can == SH_CAN_CALLS)
			assert_int_equal(sh_driver_ask_calls(&c, account, &query, cursor, &request, &e), SH_OK);
		else
			assert_int_equal(sh_driver_ask(&c, can, account, cursor, &request, &e), SH_OK);
		if (!strstr(sh_arena_z(a, request.url), pages[n].asked))
			fail_msg("page %zu: %s is not in %s", n, pages[n].asked, request.url.s);
		response.body = vapi_rows(a, pages[n].rows, pages[n].first_ms, pages[n].step_ms, pages[n].wrap);
		answer = sh_driver_read(&c, can, account, &x);
		all = answer == SH_ANSWER_OK ? all + (int)(c.nnumbers + c.nagents + c.nevents) : -1;
		more = answer == SH_ANSWER_OK && sh_driver_call_more(&c);
		if (more && !sh_driver_walk_on(&walk, c.cx.cursor)) {
			more = false;
			all = -1;
		}
		cursor = sh_arena_str(a, c.cx.cursor);
		sh_driver_call_clear(&c);
	}
	assert_int_equal(n, npages);
	sh_arena_free(a);
	return all;
}

static void
test_walks(void **state)
{
	/* Newest first, as it seems to be: down from where the page ended. Oldest first: up. */
	static const struct vapi_page falling[] = {
		{ 1000, -1000, INT64_C(1788950400000), NULL, "/phone-number?limit=1000" },
		{ 3, -1000, INT64_C(1788949401000), NULL, "?limit=1000&createdAtLe=2026-09-09T10%3A23%3A21.001Z" },
	};
	static const struct vapi_page rising[] = {
		{ 1000, 1000, INT64_C(1788950400000), NULL, "/phone-number?limit=1000" },
		{ 1, 1000, INT64_C(1788951399000), NULL, "?limit=1000&createdAtGe=2026-09-09T10%3A56%3A39.000Z" },
	};
	static const struct vapi_page wrapped[] = {
		{ 2, -1000, INT64_C(1788950400000), "true", "/phone-number" },
		{ 2, -1000, INT64_C(1788950398000), "false", "createdAtLe=2026-09-09T10%3A39%3A59.001Z" },
	};
	static const struct vapi_page agents[] = {
		{ 100, -1000, INT64_C(1788950400000), NULL, "/assistant?limit=100" },
		{ 0, 0, 0, NULL, "/assistant?limit=100&createdAtLe=2026-09-09T10%3A38%3A21.001Z" },
		{ 100, 1000, INT64_C(1788950400000), NULL, "/squad?limit=100" },
		{ 0, 0, 0, NULL, "/squad?limit=100&createdAtGe=2026-09-09T10%3A41%3A39.000Z" },
	};
	static const struct vapi_page calls[] = {
		{ 100, -10, 2000, NULL,
		    "/call?limit=100&createdAtGe=1970-01-01T00%3A00%3A01.000Z&createdAtLe=1970-01-01T00%3A00%3A02.000Z" },
		{ 99, -10, 1010, NULL,
		    "/call?limit=100&createdAtGe=1970-01-01T00%3A00%3A01.000Z&createdAtLe=1970-01-01T00%3A00%3A01.011Z" },
	};
	/* What is in no order, or does not move on, is not the whole list. */
	static const struct vapi_page stuck[] = {
		{ 100, 0, 2000, NULL, "/call" },
		{ 100, 0, 2000, NULL, "createdAtLe=1970-01-01T00%3A00%3A02.001Z" },
	};

	(void)state;
	assert_int_equal(vapi_walk(SH_CAN_NUMBERS, falling, SH_LENGTH(falling)), 1003);
	assert_int_equal(vapi_walk(SH_CAN_NUMBERS, rising, SH_LENGTH(rising)), 1001);
	assert_int_equal(vapi_walk(SH_CAN_NUMBERS, wrapped, SH_LENGTH(wrapped)), 4);
	assert_int_equal(vapi_walk(SH_CAN_AGENTS, agents, SH_LENGTH(agents)), 200);
	assert_int_equal(vapi_walk(SH_CAN_CALLS, calls, SH_LENGTH(calls)), 199);
	assert_int_equal(vapi_walk(SH_CAN_CALLS, stuck, SH_LENGTH(stuck)), -1);
}

/* A page that is full, whose middle row was made before all others. */
static void
test_no_order(void **state)
{
	const struct sh_query query = { .size = sizeof(query), .from_ms = 1000, .until_ms = 2000 };
	struct sh_arena *a = sh_arena_new(VAPI_ARENA);
	const struct sh_account *account = ours_account(a, "{\"api_key\":\"k\",\"webhook_secret\":\"w\"}");
	struct sh_str list = vapi_rows(a, 100, 2000, -10, NULL);
	struct sh_request request;
	struct sh_response response = { .size = sizeof(response), .status = 200, .body = list };
	struct sh_exchange x = { .size = sizeof(x), .request = &request, .response = &response, .query = &query };
	struct sh_driver_call c;
	struct sh_error e;
	char *at = strstr(list.s, "00:00:01.500Z");

	(void)state;
	assert_non_null(at);
	memcpy(at, "00:00:01.000Z", 13);
	sh_driver_call_init(&c, ours, VAPI_ARENA, 0);
	assert_int_equal(sh_driver_ask_calls(&c, account, &query, SH_NONE, &request, &e), SH_OK);
	assert_int_equal(sh_driver_read(&c, SH_CAN_CALLS, account, &x), SH_ANSWER_FAILED);
	memcpy(at, "yesterday 5pm", 13);
	assert_int_equal(sh_driver_read(&c, SH_CAN_CALLS, account, &x), SH_ANSWER_FAILED);
	sh_driver_call_clear(&c);
	sh_arena_free(a);
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
	assert_int_equal(ours->table.list_lag_s, 300);
	assert_int_equal(ours->table.dials_at_once, 10);
	for (uint32_t i = 0; i < ours->nsettings; i++) {
		struct sh_setting s = sh_driver_setting(ours, i);

		assert_non_null(s.help);
		assert_true(!s.required || s.kind == SH_SETTING_SECRET);
		assert_true(s.rotates == (s.kind == SH_SETTING_SECRET));
	}
}

static int
setup(void **state)
{
	ours_setup(state);
	vapi_reasons = json_object_from_file(OURS_DIR "/ended-reasons.json");
	assert_non_null(vapi_reasons);
	return 0;
}

static int
teardown(void **state)
{
	json_object_put(vapi_reasons);
	return ours_teardown(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_walks),
		cmocka_unit_test(test_no_order),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests_name("driver_vapi", tests, setup, teardown);
}
