/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The Twilio driver against Twilio's own facts: every signature vector, every end of a call, and walks over pages.
 */
#define OURS "twilio"
#include "driver_ours.h"

#define TWILIO_ARENA (64 << 20)
#define TWILIO_SET "\"account_sid\":\"AC00000000000000000000000000000a01\",\"api_key_secret\":\"s\""

static json_object *
twilio_list(const char *key)
{
	return json_object_object_get(ours_vectors, key);
}

/* ---- signatures ---- */

static struct sh_str
twilio_body(struct sh_arena *a, json_object *v)
{
	const char *base64 = ours_get(v, "body_base64"), *text = ours_get(v, "body");
	struct sh_str body = base64 ? sh_encode_base64_decode(a, sh_str(base64)) : sh_str(text ? text : "");
	uint8_t digest[32];

	if (ours_get(v, "body_sha256")) {
		sh_digest_sha256(body, digest);
		assert_true(sh_str_is(sh_encode_hex(a, (struct sh_str){ (char *)digest, 32 }), ours_get(v, "body_sha256")));
	}
	return body;
}

static enum sh_verdict
twilio_verify(const struct sh_account *account, const struct sh_delivery *given, const char *signature, uint32_t nheaders)
{
	struct sh_pair headers[2] = { { SH_STR("x-twilio-signature"), sh_str(signature) },
		{ SH_STR("x-twilio-signature"), sh_str(signature) } };
	struct sh_delivery d = *given;
	enum sh_verdict verdict;
	struct sh_driver_call c;

	d.size = sizeof(d);
	d.headers = headers;
	d.nheaders = nheaders;
	sh_driver_call_init(&c, ours, 4 << 20, 0);
	verdict = sh_driver_verify(&c, &d, account);
	assert_false(c.failed);
	sh_driver_call_clear(&c);
	return verdict;
}

/* A vector, with settings whose %s is the key that it is signed with, or says that it is. */
static bool
twilio_vector_holds(struct sh_arena *a, json_object *v, const char *settings, const char *key)
{
	struct sh_delivery d = {
		.method = sh_str(ours_get(v, "method")), .url = sh_str(ours_get(v, "url")), .body = twilio_body(a, v)
	};
	char text[512];

	snprintf(text, sizeof(text), settings, key);
	return twilio_verify(ours_account(a, text), &d, ours_get(v, "header"), 1) == SH_VERDICT_VALID;
}

static void
test_vectors(void **state)
{
	static const char *const places[] = { "{\"webhook_signing_key\":\"%s\"}",
		"{\"webhook_signing_key\":\"other\",\"webhook_signing_key_next\":\"%s\"}",
		"{\"webhook_signing_key\":{\"now\":\"newer\",\"old\":\"%s\",\"old_until_ms\":1}}",
		"{\"webhook_signing_key_next\":{\"now\":\"newer\",\"old\":\"%s\",\"old_until_ms\":1}}" };
	json_object *list = twilio_list("vectors"), *keys = twilio_list("keys");
	size_t counts[3] = { 0 };

	(void)state;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		json_object *v = json_object_array_get_idx(list, i);
		const char *must = ours_get(v, "must"), *key = ours_get(keys, ours_get(v, "key"));
		bool accept = strcmp(must, "accept") == 0;

		for (size_t p = 0; p < SH_LENGTH(places); p++) {
			struct sh_arena *a = sh_arena_new(TWILIO_ARENA);

			/* Of what may go either way, this driver refuses all. */
			if (twilio_vector_holds(a, v, places[p], key) != accept)
				fail_msg("%s: must %s, with %s", ours_get(v, "id"), must, places[p]);
			sh_arena_free(a);
		}
		counts[accept ? 0 : strcmp(must, "reject") == 0 ? 1 : 2]++;
	}
	assert_int_equal(counts[0], 36);
	assert_int_equal(counts[1], 33);
	assert_int_equal(counts[2], 3);
}

static json_object *
twilio_vector(const char *id)
{
	json_object *list = twilio_list("vectors");

	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (strcmp(ours_get(json_object_array_get_idx(list, i), "id"), id) == 0)
			return json_object_array_get_idx(list, i);
	fail_msg("no vector %s", id);
	return NULL;
}

static void
test_rotation(void **state)
{
	json_object *sets = twilio_list("rotation_sets"), *keys = twilio_list("keys");

	(void)state;
	assert_int_equal(json_object_array_length(sets), 3);
	for (size_t i = 0; i < json_object_array_length(sets); i++) {
		json_object *set = json_object_array_get_idx(sets, i), *tokens = json_object_object_get(set, "tokens");
		const char *first = json_object_get_string(json_object_array_get_idx(tokens, 0));
		const char *second = json_object_get_string(json_object_array_get_idx(tokens, 1));
		struct sh_arena *a = sh_arena_new(TWILIO_ARENA);
		char settings[512];

		snprintf(settings, sizeof(settings), "{\"webhook_signing_key\":\"%s\"%s%s%s}", ours_get(keys, first),
		    second ? ",\"webhook_signing_key_next\":\"" : "", second ? ours_get(keys, second) : "", second ? "\"" : "");
		if (twilio_vector_holds(a, twilio_vector(ours_get(set, "vector")), settings, "") !=
		    (strcmp(ours_get(set, "must"), "accept") == 0))
			fail_msg("%s", ours_get(set, "id"));
		sh_arena_free(a);
	}
}

static void
test_verdicts(void **state)
{
	struct sh_arena *a = sh_arena_new(TWILIO_ARENA);
	json_object *v = twilio_vector("valid-status-callback");
	const char *good = ours_get(v, "header");
	struct sh_delivery d = { .method = SH_STR("POST"), .url = sh_str(ours_get(v, "url")), .body = twilio_body(a, v) };
	const struct sh_account *account = ours_account(a, "{\"webhook_signing_key\":\"3f1c9a7be2d04856a1b0c9d8e7f60514\"}");
	struct sh_str parts[] = { d.url }, base64, many;
	struct sh_buf b;
	uint8_t mac[32];
	size_t n;

	(void)state;
	assert_int_equal(twilio_verify(account, &d, good, 1), SH_VERDICT_VALID);
	assert_int_equal(twilio_verify(account, &d, good, 0), SH_VERDICT_MISSING);
	assert_int_equal(twilio_verify(account, &d, good, 2), SH_VERDICT_INVALID);
	assert_int_equal(twilio_verify(ours_account(a, "{}"), &d, good, 1), SH_VERDICT_INVALID);
	/* An empty key, which anybody has, signs nothing. */
	n = sh_digest_hmac(SH_SHA1, SH_STR(""), parts, 1, mac);
	base64 = sh_encode_base64(a, (struct sh_str){ (char *)mac, n });
	d.body = SH_STR("");
	assert_int_equal(
	    twilio_verify(ours_account(a, "{\"webhook_signing_key\":\"\"}"), &d, sh_arena_z(a, base64), 1), SH_VERDICT_INVALID);
	/* The signature of a URL says nothing about a body that comes with a GET, nor about a form of a thousand and one. */
	n = sh_digest_hmac(SH_SHA1, SH_STR("3f1c9a7be2d04856a1b0c9d8e7f60514"), parts, 1, mac);
	base64 = sh_encode_base64(a, (struct sh_str){ (char *)mac, n });
	assert_int_equal(twilio_verify(account, &d, sh_arena_z(a, base64), 1), SH_VERDICT_VALID);
	d.method = SH_STR("GET");
	assert_int_equal(twilio_verify(account, &d, sh_arena_z(a, base64), 1), SH_VERDICT_VALID);
	d.body = SH_STR("CallStatus=completed");
	assert_int_equal(twilio_verify(account, &d, sh_arena_z(a, base64), 1), SH_VERDICT_INVALID);
	d.method = SH_STR("POST");
	assert_int_equal(twilio_verify(account, &d, sh_arena_z(a, base64), 1), SH_VERDICT_INVALID);
	sh_buf_init(&b, 1 << 20);
	for (int i = 0; i < 1001; i++)
		sh_buf_printf(&b, "a%d=&", i);
	many = sh_buf_str(&b);
	d.body = (struct sh_str){ many.s, many.n - 1 };
	assert_int_equal(twilio_verify(account, &d, sh_arena_z(a, base64), 1), SH_VERDICT_INVALID);
	sh_buf_clear(&b);
	d.body = SH_STR("");
	/* What is no URL has no port, and is not read beyond its end. */
	for (n = 0; n <= 9; n++) {
		char *p = sh_arena_alloc(a, n + 1);

		d.url = (struct sh_str){ memcpy(p, "https://x", n), n };
		assert_int_equal(twilio_verify(account, &d, good, 1), SH_VERDICT_INVALID);
	}
	sh_arena_free(a);
}

/* ---- outcomes ---- */

static struct sh_disposition
twilio_means(const char *status, const char *answered_by, const char *sip)
{
	const char *const values[] = { status, answered_by, sip }, *const names[] = { "status", "answered_by", "sip_code" };
	struct sh_pair facts[3];
	struct sh_disposition d;
	struct sh_driver_call c;
	size_t n = 0;

	for (size_t i = 0; i < 3; i++)
		if (values[i])
			facts[n++] = (struct sh_pair){ sh_str(names[i]), sh_str(values[i]) };
	sh_driver_call_init(&c, ours, 1 << 16, 0);
	d = sh_driver_outcome(&c, facts, n);
	assert_false(c.failed);
	sh_driver_call_clear(&c);
	return d;
}

/* The fact sheet's table, row by row. */
static const struct {
	const char *statuses, *answered_by, *sips;
	enum sh_outcome outcome;
	enum sh_retry retry;
	enum sh_action action;
} twilio_ends[] = {
	{ "completed", "human|-", "200|-", SH_OUTCOME_TERMINAL, SH_RETRY_NEVER, SH_ACTION_NONE },
	{ "completed", "machine_start|machine_end_beep|machine_end_silence|machine_end_other", "200|-", SH_OUTCOME_VOICEMAIL,
	    SH_RETRY_POLICY, SH_ACTION_NONE },
	{ "completed", "fax|unknown", "200|-", SH_OUTCOME_TERMINAL, SH_RETRY_NEVER, SH_ACTION_NONE },
	{ "busy", "-", "486|600|-", SH_OUTCOME_BUSY, SH_RETRY_POLICY, SH_ACTION_NONE },
	{ "no-answer", "-", "487|480|408|-", SH_OUTCOME_NO_ANSWER, SH_RETRY_POLICY, SH_ACTION_NONE },
	{ "busy|no-answer|failed", "-", "603", SH_OUTCOME_NO_ANSWER, SH_RETRY_ONCE, SH_ACTION_NONE },
	{ "busy|no-answer|failed", "-", "607", SH_OUTCOME_DO_NOT_CALL, SH_RETRY_NEVER, SH_ACTION_NONE },
	{ "busy|no-answer|failed", "-", "608", SH_OUTCOME_OTHER, SH_RETRY_NEVER, SH_ACTION_REST_NUMBER },
	{ "failed", "-", "404|410|484|485|604", SH_OUTCOME_OTHER, SH_RETRY_NEVER, SH_ACTION_NUMBER_INVALID },
	{ "failed", "-", "401|403|407|488|606|415", SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_NEVER, SH_ACTION_NONE },
	{ "failed", "-", "408|500|502|503|504|580", SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_POLICY, SH_ACTION_NONE },
	{ "failed", "-", "-|499|699|0|x", SH_OUTCOME_TECHNICAL_ERROR, SH_RETRY_ONCE, SH_ACTION_NONE },
	{ "canceled|cancelled", "-", "487|-", SH_OUTCOME_OTHER, SH_RETRY_NEVER, SH_ACTION_NONE },
	{ "hologram|Completed|-", "-|human", "-|503|404", SH_OUTCOME_OTHER, SH_RETRY_NEVER, SH_ACTION_NONE },
	{ "completed", "machine_of_the_future", "-", SH_OUTCOME_OTHER, SH_RETRY_NEVER, SH_ACTION_NONE },
};

/* The next of "a|b|c"; "-" is NULL. */
static bool
twilio_each(const char **at, char word[64], const char **ret)
{
	size_t n = strcspn(*at, "|");

	if (!**at)
		return false;
	snprintf(word, 64, "%.*s", (int)n, *at);
	*at += n + ((*at)[n] == '|');
	*ret = strcmp(word, "-") == 0 ? NULL : word;
	return true;
}

static void
test_ends(void **state)
{
	char a[64], b[64], c[64];
	const char *status, *by, *sip;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(twilio_ends); i++)
		for (const char *at = twilio_ends[i].statuses; twilio_each(&at, a, &status);)
			for (const char *bt = twilio_ends[i].answered_by; twilio_each(&bt, b, &by);)
				for (const char *ct = twilio_ends[i].sips; twilio_each(&ct, c, &sip); n++) {
					struct sh_disposition d = twilio_means(status, by, sip);

					if (d.outcome != twilio_ends[i].outcome || d.retry != twilio_ends[i].retry ||
					    d.action != twilio_ends[i].action)
						fail_msg("%s %s %s means %s, %s, %s", a, b, c, sh_outcome_name(d.outcome),
						    sh_retry_name(d.retry), sh_action_name(d.action));
				}
	assert_true(n > 60);
	/* What is not the callee's doing takes no attempt. */
	assert_true(twilio_means("failed", NULL, "403").uncounted);
	assert_false(twilio_means("failed", NULL, "503").uncounted);
	assert_false(twilio_means("busy", NULL, NULL).uncounted);
}

/* Every row of the table is reached, and by the word that it has. */
static void
test_reasons(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < ours->nreasons; i++) {
		struct sh_reason r = sh_driver_reason(ours, i);
		bool sip = strcmp(r.fact, "sip_code") == 0, party = strcmp(r.fact, "answered_by") == 0;
		struct sh_disposition d = sip     ? twilio_means("failed", NULL, r.reason)
					  : party ? twilio_means("completed", r.reason, NULL)
						  : twilio_means(r.reason, NULL, NULL);

		assert_non_null(r.help);
		if (memcmp(&d, &r.means, sizeof(d)) != 0)
			fail_msg("%s is not reached", r.reason);
	}
	assert_int_equal(ours->nreasons, 34);
}

/* The samples: signed, and meaning what the fact sheet says. */
static void
test_samples(void **state)
{
	static const struct {
		const char *words;
		enum sh_retry retry;
	} retries[] = { { "yes", SH_RETRY_POLICY }, { "limited", SH_RETRY_ONCE }, { "no", SH_RETRY_NEVER },
		{ "never", SH_RETRY_NEVER } };
	json_object *list = twilio_list("signed_samples"), *keys = twilio_list("keys");

	(void)state;
	assert_int_equal(json_object_array_length(list), 31);
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		json_object *s = json_object_array_get_idx(list, i);
		struct sh_arena *a = sh_arena_new(TWILIO_ARENA);
		struct sh_delivery d = {
			.size = sizeof(d), .method = sh_str(ours_get(s, "method")), .url = sh_str(ours_get(s, "url"))
		};
		const struct sh_account *account;
		struct sh_disposition means;
		struct sh_driver_call c;
		char settings[128];

		d.body = ours_file(a, ours_get(s, "file"));
		snprintf(settings, sizeof(settings), "{\"webhook_signing_key\":\"%s\"}", ours_get(keys, ours_get(s, "key")));
		account = ours_account(a, settings);
		if (twilio_verify(account, &d, ours_get(s, "header"), 1) != SH_VERDICT_VALID)
			fail_msg("%s: the signature", ours_get(s, "file"));
		sh_driver_call_init(&c, ours, TWILIO_ARENA, 0);
		assert_int_equal(sh_driver_normalize(&c, &d, account), SH_ANSWER_OK);
		assert_int_equal(c.nevents, 1);
		means = sh_driver_outcome(&c, c.events->event.facts, c.events->event.nfacts);
		assert_int_equal(
		    c.events->event.over, ours_get(s, "group") != NULL || strstr(ours_get(s, "file"), "inbound-completed"));
		if (ours_get(s, "group")) {
			assert_string_equal(sh_outcome_name(means.outcome), ours_get(s, "group"));
			for (size_t k = 0; k < SH_LENGTH(retries); k++)
				if (strcmp(retries[k].words, ours_get(s, "retry")) == 0)
					assert_int_equal(means.retry, retries[k].retry);
		}
		sh_driver_call_clear(&c);
		sh_arena_free(a);
	}
}

/* ---- pages ---- */

#define TWILIO_MADE_MS INT64_C(1795216769000) /* Fri, 20 Nov 2026 23:19:29 +0000 */
#define TWILIO_DIAL "019d3c9e-6c2a-7d1e-8a5b-0c1d2e3f4a5b"

/*
 * Follows the pages as the gateway does; returns how many were asked for. At now_ms; *ret_dial: an event that bears the dial id was
 * among them; *ret_after_ms: what any page said.
 */
static int
twilio_walk(enum sh_capability can, const char *const *answers, const char *const *asked, int64_t now_ms, bool *ret_dial,
    int64_t *ret_after_ms)
{
	const struct sh_query query = { .size = sizeof(query),
		.from_ms = TWILIO_MADE_MS - 60000,
		.until_ms = TWILIO_MADE_MS + 700000,
		.dial_id = SH_STR(TWILIO_DIAL),
		.to = SH_STR("+14155550123") };
	struct sh_arena *a = sh_arena_new(TWILIO_ARENA);
	const struct sh_account *account = ours_account(a, "{" TWILIO_SET "}");
	struct sh_str cursor = SH_NONE;
	bool more = true;
	int n;

	*ret_dial = false;
	*ret_after_ms = 0;
	for (n = 0; more; n++) {
		struct sh_request request;
		struct sh_response response = { .size = sizeof(response), .status = 200 };
		struct sh_exchange x = {
			.size = sizeof(x), .request = &request, .response = &response, .cursor = cursor, .query = &query
		};
		struct sh_driver_call c;
		struct sh_error e;

		assert_non_null(answers[n]);
		sh_driver_call_init(&c, ours, TWILIO_ARENA, now_ms);
		if (can == SH_CAN_CALLS)
			assert_int_equal(sh_driver_ask_calls(&c, account, &query, cursor, &request, &e), SH_OK);
		else
			assert_int_equal(sh_driver_ask(&c, can, account, cursor, &request, &e), SH_OK);
		if (!strstr(sh_arena_z(a, request.url), asked[n]))
			fail_msg("page %d: %s is not in %s", n, asked[n], request.url.s);
		response.body = answers[n][0] == '{' ? sh_str(answers[n]) : ours_file(a, answers[n]);
		assert_int_equal(sh_driver_read(&c, can, account, &x), SH_ANSWER_OK);
		more = sh_driver_call_more(&c);
		cursor = sh_arena_str(a, c.cx.cursor);
		*ret_after_ms = c.cx.after_ms ? c.cx.after_ms : *ret_after_ms;
		for (const struct sh_event_item *i = c.events; i; i = i->next)
			*ret_dial |= sh_str_is(i->event.dial_id, TWILIO_DIAL);
		sh_driver_call_clear(&c);
	}
	assert_null(answers[n]);
	sh_arena_free(a);
	return n;
}

static void
test_numbers(void **state)
{
	static const char *const numbers[] = { "samples/twilio/api.list-numbers.page1.json",
		"samples/twilio/api.list-numbers.page2-last.json",
		"{\"outgoing_caller_ids\":[],\"next_page_uri\":"
		"\"/2010-04-01/Accounts/AC00000000000000000000000000000a01/OutgoingCallerIds.json?Page=1\"}",
		"{\"outgoing_caller_ids\":[],\"next_page_uri\":null}", NULL };
	static const char *const asked[] = { "/IncomingPhoneNumbers.json?PageSize=1000",
		"/IncomingPhoneNumbers.json?PageSize=3&Page=1&PageToken=", "/OutgoingCallerIds.json?PageSize=1000",
		"/OutgoingCallerIds.json?Page=1" };
	bool dial;
	int64_t after_ms;

	(void)state;
	assert_int_equal(twilio_walk(SH_CAN_NUMBERS, numbers, asked, 0, &dial, &after_ms), 4);
}

#define TWILIO_ROW(sid_, status_, rest_)                                                                                           \
	"{\"sid\":\"CA00000000000000000000000000000b" sid_ "\",\"direction\":\"outbound-api\",\"status\":\"" status_               \
	"\",\"date_created\":\"Fri, 20 Nov 2026 23:19:29 +0000\"" rest_ "}"
#define TWILIO_OVER ",\"end_time\":\"Fri, 20 Nov 2026 23:20:18 +0000\""
#define TWILIO_LIST(rows_) "{\"calls\":[" rows_ "],\"next_page_uri\":null}"
#define TWILIO_EVENTS(id_)                                                                                                         \
	"{\"events\":[{\"request\":{\"url\":\"https://hooks.example/h?sh_dial_id=" id_ "&sh_attempt=1\"}}],\"next_page_uri\":"     \
	"null}"

/* A lost answer: the callee's calls of that time, and what each of those that ended has asked for. */
static void
test_candidates(void **state)
{
	static const char *const none[] = { TWILIO_LIST(""), NULL };
	static const char *const one[] = { TWILIO_LIST(TWILIO_ROW("01", "completed", TWILIO_OVER)), TWILIO_EVENTS(TWILIO_DIAL),
		TWILIO_ROW("01", "completed", TWILIO_OVER), NULL };
	static const char *const strange[] = { TWILIO_LIST(TWILIO_ROW("01", "completed", TWILIO_OVER)), TWILIO_EVENTS("another"),
		NULL };
	static const char *const second[] = { TWILIO_LIST(TWILIO_ROW("01", "completed", TWILIO_OVER) "," TWILIO_ROW(
						  "02", "busy", TWILIO_OVER)),
		TWILIO_EVENTS("another"), TWILIO_EVENTS(TWILIO_DIAL), TWILIO_ROW("02", "busy", TWILIO_OVER), NULL };
	static const char *const rings[] = { TWILIO_LIST(TWILIO_ROW("01", "ringing", "") "," TWILIO_ROW("02", "busy", TWILIO_OVER)),
		TWILIO_EVENTS("another"), NULL };
	static const char *const endless[] = { TWILIO_LIST(TWILIO_ROW("01", "completed", "")), NULL };
	static const char *const asked[] = { "/Calls.json?PageSize=1000&To=%2B14155550123",
		"/Calls/CA00000000000000000000000000000b01/Events.json", "/Calls/CA00000000000000000000000000000b01.json" };
	static const char *const asked_second[] = { "/Calls.json", "/Calls/CA00000000000000000000000000000b01/Events.json",
		"/Calls/CA00000000000000000000000000000b02/Events.json", "/Calls/CA00000000000000000000000000000b02.json" };
	static const char *const asked_busy[] = { "/Calls.json", "/Calls/CA00000000000000000000000000000b02/Events.json" };
	const int64_t soon = TWILIO_MADE_MS + 120000, late = TWILIO_MADE_MS + 1200000;
	int64_t after_ms;
	bool dial;

	(void)state;
	assert_int_equal(twilio_walk(SH_CAN_CALLS, none, asked, late, &dial, &after_ms), 1);
	assert_int_equal(after_ms, 0);
	/* Before the events are there, nothing is known. */
	assert_int_equal(twilio_walk(SH_CAN_CALLS, (const char *const[]){ one[0], NULL }, asked, soon, &dial, &after_ms), 1);
	assert_int_equal(after_ms, 300000);
	assert_int_equal(twilio_walk(SH_CAN_CALLS, one, asked, late, &dial, &after_ms), 3);
	assert_true(dial);
	assert_int_equal(twilio_walk(SH_CAN_CALLS, strange, asked, late, &dial, &after_ms), 2);
	assert_false(dial);
	assert_int_equal(after_ms, 0);
	assert_int_equal(twilio_walk(SH_CAN_CALLS, second, asked_second, late, &dial, &after_ms), 4);
	assert_true(dial);
	assert_int_equal(twilio_walk(SH_CAN_CALLS, rings, asked_busy, late, &dial, &after_ms), 2);
	assert_false(dial);
	assert_int_equal(after_ms, 300000);
	/* It has ended, but not when. */
	assert_int_equal(twilio_walk(SH_CAN_CALLS, endless, asked, late, &dial, &after_ms), 1);
	assert_int_equal(after_ms, 300000);
}

/* More calls than one walk judges, each of them somebody else's, are no proof either. */
static void
test_many_candidates(void **state)
{
	const char *answers[16], *asked[16];
	struct sh_buf b;
	int64_t after_ms;
	bool dial;

	(void)state;
	sh_buf_init(&b, 1 << 16);
	sh_buf_add_z(&b, "{\"calls\":[");
	for (int i = 0; i < 20; i++)
		sh_buf_printf(&b,
		    "%s{\"sid\":\"CA000000000000000000000000000000%02d\",\"direction\":\"outbound-api\",\"status\":\"busy\","
		    "\"date_created\":\"Fri, 20 Nov 2026 23:19:29 +0000\",\"end_time\":\"Fri, 20 Nov 2026 23:20:18 +0000\"}",
		    i ? "," : "", i);
	sh_buf_add_z(&b, "]}");
	sh_buf_add_char(&b, '\0');
	answers[0] = sh_buf_str(&b).s;
	asked[0] = "/Calls.json";
	for (int i = 1; i <= 12; i++) {
		answers[i] = TWILIO_EVENTS("another");
		asked[i] = "/Events.json";
	}
	answers[13] = NULL;
	assert_int_equal(twilio_walk(SH_CAN_CALLS, answers, asked, TWILIO_MADE_MS + 1200000, &dial, &after_ms), 13);
	assert_false(dial);
	assert_int_equal(after_ms, 300000);
	sh_buf_clear(&b);
}

/* ---- the table ---- */

static void
test_table(void **state)
{
	(void)state;
	/* There is no roster: agents are made here. */
	for (unsigned c = 0; c < SH_CAN_COUNT; c++)
		if (sh_driver_can(ours, (enum sh_capability)c) != (c != SH_CAN_AGENTS))
			fail_msg("%s", sh_capability_name((enum sh_capability)c));
	assert_true(ours->table.agents_made_here);
	/* The list proves nothing. */
	assert_false(ours->table.list_has_dial_id);
	assert_int_equal(ours->table.list_lag_s, 0);
	assert_int_equal(ours->table.dials_per_minute, 60);
	for (uint32_t i = 0; i < ours->nsettings; i++) {
		struct sh_setting s = sh_driver_setting(ours, i);

		assert_non_null(s.help);
		assert_true(s.rotates == (s.kind == SH_SETTING_SECRET));
		assert_true(s.scope == SH_SCOPE_ACCOUNT || (!s.required && s.kind != SH_SETTING_SECRET));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_rotation),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_candidates),
		cmocka_unit_test(test_many_candidates),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests_name("driver_twilio", tests, ours_setup, ours_teardown);
}
