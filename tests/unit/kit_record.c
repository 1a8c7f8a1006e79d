/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Recording: nobody is left in what is written, what belonged together still does, and what a driver goes by is as it was.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/base/reader.h"
#include "gateway/base/text.h"
#include "gateway/kit/files.h"
#include "gateway/kit/record.h"
#include "gateway/kit/redact.h"

static struct redact
record_redact(struct sh_arena *a)
{
	struct redact r = { .arena = a };

	memset(r.key, 7, sizeof(r.key));
	return r;
}

/* ---- values ---- */

static const struct {
	const char *name, *value;
	bool chosen;
	int kind; /* -1: it stays */
} record_values[] = {
	{ "from_number", "+14155551234", false, REDACT_NUMBER },
	{ "to", "14155551234", false, REDACT_NUMBER },
	{ "caller", "(415) 555-1234", false, REDACT_NUMBER },
	{ "from", "sip:alice@pbx.example.org", false, REDACT_NUMBER },
	{ "From", "client:alice", false, REDACT_OTHER },
	{ "anything", "+4917612345678", false, REDACT_NUMBER },
	{ "customer_name", "Maria Gonzales", false, REDACT_NAME },
	{ "CallerName", "MARIA G", false, REDACT_NAME },
	{ "label", "Front desk of Maria", false, REDACT_NAME },
	{ "reply_to", "maria@example.org", false, REDACT_MAIL },
	{ "call_id", "call_b1f0c2d3e4a5968778695a4b3c2", false, REDACT_ID },
	{ "CallSid", "CA0123456789abcdef0123456789abcdef", false, REDACT_ID },
	{ "id", "01938f5e-1234-7abc-8def-0123456789ab", false, REDACT_ID },
	{ "customer_id", "12345678", false, REDACT_ID },
	{ "next", "/v1/Account/MANWVLYTK4ZWU1YTY4ZT/Number/?limit=20&offset=20", false, REDACT_ID },
	{ "access_token", "shpat", false, REDACT_TOKEN },
	{ "blob", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", false, REDACT_TOKEN },
	{ "recording_url", "https://s3.example.org/rec/maria.wav?sig=abc", false, REDACT_URL },
	{ "ip", "203.0.113.9", false, REDACT_ADDRESS },
	{ "ip", "2001:db8::77", false, REDACT_ADDRESS },
	{ "client", "client:alice", false, REDACT_OTHER },
	{ "x-api-key", "k1", false, REDACT_TOKEN },
	{ "pin", "4711", false, REDACT_TOKEN },
	{ "family", "Gonzales", false, REDACT_NAME },
	{ "lat", "52.5200", false, REDACT_OTHER },
	{ "transcript", "Agent: Hello Maria\nUser: Hi", false, REDACT_SPEECH },
	{ "call_summary", "Maria wants a call", false, REDACT_SPEECH },
	{ "town", "Zürich", true, REDACT_OTHER },
	{ "town", "東京", true, REDACT_OTHER },
	{ "street", "Main Street 5", false, REDACT_OTHER },

	{ "event", "call_ended", false, -1 },
	{ "status", "not_connected", false, -1 },
	{ "disconnection_reason", "dial_no_answer", false, -1 },
	{ "HangupCauseName", "Busy Line", false, -1 },
	{ "next_uri", "/2010-04-01/Accounts?Page=1&PageSize=50", false, -1 },
	{ "started_at", "2026-10-26T07:33:20.000Z", false, -1 },
	{ "duration_ms", "31000", false, -1 },
	{ "start_timestamp", "1793000000000", false, -1 },
	{ "sh_attempt", "1", true, -1 },
	{ "in_voicemail", "true", true, -1 },
	{ "tool_name", "book_meeting", false, -1 },
	{ "from", "anonymous", false, -1 },
	{ "length", "00:12:31", false, -1 },
	{ "language", "en-US", false, -1 },
};

static void
test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(record_values); i++) {
		struct sh_arena *a = sh_arena_new(4 << 20);
		struct redact r = record_redact(a), again = record_redact(a);
		struct sh_str name = sh_str(record_values[i].name), value = sh_str(record_values[i].value);
		struct sh_str other = redact_value(&r, name, record_values[i].chosen, value);
		bool stays = sh_str_eq(other, value);
		int kind = record_values[i].kind;

		if (stays != (kind < 0) || (kind >= 0 && r.count[kind] != 1))
			fail_msg("%s: %s became %.*s", record_values[i].name, record_values[i].value, (int)other.n, other.s);
		assert_true(sh_text_is_utf8(other));
		assert_true(sh_str_eq(other, redact_value(&again, name, record_values[i].chosen, value)));
		again.key[0] ^= 1;
		again.seen = NULL;
		/* Under another key another one; speech, and some short ones, are the same to everybody. */
		if (kind == REDACT_ID || kind == REDACT_TOKEN || kind == REDACT_URL)
			assert_false(sh_str_eq(other, redact_value(&again, name, record_values[i].chosen, value)));
		sh_arena_free(a);
	}
}

static void
test_shapes(void **state)
{
	struct sh_arena *a = sh_arena_new(1 << 20);
	struct redact r = record_redact(a);
	struct sh_str plus = redact_value(&r, SH_STR("to"), false, SH_STR("+14155551234"));
	struct sh_str plain = redact_value(&r, SH_STR("caller"), false, SH_STR("(415) 555-1234"));
	struct sh_str sid = redact_value(&r, SH_STR("CallSid"), false, SH_STR("CA0123456789abcdef0123456789abcdef"));
	struct sh_str uuid = redact_value(&r, SH_STR("id"), false, SH_STR("01938f5e-1234-7abc-8def-0123456789ab"));
	struct sh_str url = redact_value(&r, SH_STR("u"), false, SH_STR("https://s3.example.org/rec/maria.wav?sig=abc"));
	uint8_t bytes[16];

	(void)state;
	/* A number is the same one however it is written. */
	assert_true(sh_text_is_e164(plus));
	assert_memory_equal(plus.s + 5, "55501", 5);
	assert_memory_equal(plain.s + 1, plus.s + 2, 3);
	assert_memory_equal(plain.s + 6, plus.s + 5, 3);
	assert_memory_equal(plain.s + 10, plus.s + 8, 4);
	assert_int_equal(sid.n, 34);
	assert_memory_equal(sid.s, "CA", 2);
	assert_true(sh_text_uuid(uuid, bytes));
	assert_int_equal(uuid.s[14], '7');
	assert_int_equal(uuid.s[19], '8');
	assert_memory_equal(url.s + url.n - 4, ".wav", 4);
	/* Digits stay digits, so that a number of JSON stays one. */
	assert_true(strspn(redact_value(&r, SH_STR("id"), false, SH_STR("12345678")).s, "0123456789") == 8);
	/* What says how to read a signature stays, the time in it, too. */
	assert_memory_equal(redact_header(&r, SH_STR("x-signature"), SH_STR("t=1793000000,v1=9f2c4b5a6978879665748392a1b0c9d8")).s,
	    "t=1793000000,v1=", 16);
	assert_false(sh_str_is(redact_header(&r, SH_STR("x-plivo-signature-v3"), SH_STR("abc")), "abc"));
	assert_memory_equal(redact_header(&r, SH_STR("authorization"), SH_STR("Bearer 9f2c4b5a6978879665748392")).s, "Bearer ", 7);
	sh_arena_free(a);
}

/* ---- messages ---- */

static char record_dir[] = "/tmp/sh-record-XXXXXX";

#define RECORD_BODY                                                                                                                \
	"{\"event\":\"call_ended\",\"call\":{\"call_id\":\"call_b1f0c2d3e4a5\",\"from\":\"+14155551234\",\"to\":\"+"               \
	"4917612345678\","                                                                                                         \
	"\"transcript\":\"Agent: Is this Maria?\\nUser: Yes, call +4917612345678\",\"metadata\":{\"who\":\"Maria Gonzales\","      \
	"\"+4917612345678\":1},\"note_of_provider\":\"spoke to Maria Gonzales\",\"odd\":\"see "                                    \
	"call_b1f0c2d3e4a5\",\"account\":{\"id\":12345678},"                                                                       \
	"\"cost\":12.5,\"analysis\":null}}\n"

static const char record_webhook[] =
    "POST /api/webhooks/acme/wh_secret?account=AC0123456789abcdef0123456789abcdef HTTP/1.1\r\n"
    "Host: hooks.mine.example\r\nX-Acme-Signature: t=1793000000,v1=cd7ef7ccbac8873afe3d16cac497d24f\r\n"
    "Content-Type: application/json\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n" RECORD_BODY;

static struct sh_str
record_file(struct sh_arena *a, const char *name)
{
	char path[PATH_MAX];
	struct sh_str text;
	struct sh_error e;

	snprintf(path, sizeof(path), "%s/%s", record_dir, name);
	assert_int_equal(sh_file_read(a, path, &text, &e), SH_OK);
	return text;
}

static size_t record_said; /* how much it told of what was replaced */

static enum sh_status
record_make(const char *name, const char *message, const char *run, struct sh_error *e)
{
	char golden[PATH_MAX];
	struct sh_record in = { .name = name, .golden = golden, .run = run, .message = sh_str(message), .now_ms = 1793000000123 };
	enum sh_status st;
	struct sh_buf said;

	snprintf(golden, sizeof(golden), "%s/golden", record_dir);
	sh_buf_init(&said, 1 << 16);
	st = sh_record(&in, &said, e);
	record_said = said.n;
	sh_buf_clear(&said);
	return st;
}

static void
test_webhook(void **state)
{
	static const char *const gone[] = { "Maria", "4155551234", "4917612345678", "b1f0c2d3e4a5", "12345678", "0123456789abcdef",
		"cd7ef7cc", "wh_secret", "mine.example", "203.0.113.9" };
	static const char *const kept[] = { "run webhook\n", "at 1793000000123\n",
		"header x-acme-signature: t=1793000000,v1=", "header content-type: application/json\n", "\nbody ended.json\n\n",
		"url https://hooks.example/", "?account=AC" };
	struct sh_arena *a = sh_arena_new(4 << 20);
	const struct sh_json *doc, *call;
	struct sh_str golden, body, id, to, odd;
	struct sh_error e;
	struct stat st;
	char path[PATH_MAX];

	(void)state;
	assert_int_equal(record_make("ended", record_webhook, NULL, &e), SH_OK);
	assert_true(record_said > 0);
	golden = record_file(a, "golden/ended.golden");
	body = record_file(a, "samples/ended.json");
	for (size_t i = 0; i < SH_LENGTH(gone); i++)
		if (strstr(golden.s, gone[i]) || strstr(body.s, gone[i]))
			fail_msg("%s is still there:\n%s\n%s", gone[i], golden.s, body.s);
	for (size_t i = 0; i < SH_LENGTH(kept); i++)
		if (!strstr(golden.s, kept[i]))
			fail_msg("%s is missing:\n%s", kept[i], golden.s);
	/* What belonged together still does, in keys and in the middle of texts, too. */
	doc = sh_reader_parse(a, body, NULL);
	call = sh_reader_get(doc, SH_STR("call"));
	assert_true(sh_str_is(sh_reader_str(a, sh_reader_get(doc, SH_STR("event"))), "call_ended"));
	assert_true(sh_str_is(sh_reader_raw(sh_reader_get(call, SH_STR("cost"))), "12.5"));
	id = sh_reader_str(a, sh_reader_get(call, SH_STR("call_id")));
	odd = sh_reader_str(a, sh_reader_get(call, SH_STR("odd")));
	assert_memory_equal(id.s, "call_", 5);
	assert_memory_equal(odd.s + 4, id.s, id.n);
	to = sh_reader_str(a, sh_reader_get(call, SH_STR("to")));
	assert_true(sh_str_is(sh_reader_raw(sh_reader_get(sh_reader_get(call, SH_STR("metadata")), to)), "1"));
	/* The key is the recorder's alone. */
	snprintf(path, sizeof(path), "%s/golden/.record-key", record_dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);

	/* A body alone, another day, the same ids. */
	assert_int_equal(record_make("again", RECORD_BODY, NULL, &e), SH_OK);
	assert_true(sh_str_eq(body, record_file(a, "samples/again.json")));
	sh_arena_free(a);
}

static void
test_answer(void **state)
{
	struct sh_arena *a = sh_arena_new(4 << 20);
	struct sh_str golden, body;
	struct sh_error e;

	(void)state;
	assert_int_equal(record_make("page",
			     "HTTP/2 429\r\nRetry-After: 12\r\nSet-Cookie: a=b\r\n\r\n{\"data\":[{\"number\":\"+4917612345678\"}]}",
			     "numbers_parse", &e),
	    SH_OK);
	golden = record_file(a, "golden/page.golden");
	assert_string_equal(golden.s,
	    "# Recorded, with other people's data.\nrun numbers_parse\nstatus 429\nheader retry-after: 12\nbody page.json\n\n");
	body = record_file(a, "samples/page.json");
	assert_null(strstr(body.s, "4917612345678"));
	assert_int_equal(record_make("form", "POST /x HTTP/1.1\n\nFrom=%2B14155551234&CallStatus=completed", NULL, &e), SH_OK);
	body = record_file(a, "samples/form.form");
	assert_null(strstr(body.s, "4155551234"));
	assert_non_null(strstr(body.s, "&CallStatus=completed"));
	sh_arena_free(a);
}

/* A form ends where its message says, or before the file's last line end. */
static void
test_length(void **state)
{
	static const struct {
		const char *name, *message, *body;
	} cases[] = {
		{ "said", "POST /x HTTP/1.1\nContent-Length: 3\n\na=x\n\n", "a=x" },
		{ "unsaid", "POST /x HTTP/1.1\n\na=x\n", "a=x" },
		{ "crlf", "POST /x HTTP/1.1\r\n\r\na=x\r\n", "a=x" },
		{ "longer", "POST /x HTTP/1.1\nContent-Length: 30\n\na=x\n", "a=x" },
		{ "alone", "a=x&b=y\n", "a=x&b=y" },
		{ "its-own", "POST /x HTTP/1.1\nContent-Length: 5\n\na=x%0A\n", "a=x%0" },
		{ "packed", "POST /x HTTP/1.1\nContent-Length: 2\nContent-Encoding: gzip\n\na=x", "a=x" },
	};
	struct sh_arena *a = sh_arena_new(1 << 20);
	struct sh_error e;
	char path[64];

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_str body;

		assert_int_equal(record_make(cases[i].name, cases[i].message, NULL, &e), SH_OK);
		snprintf(path, sizeof(path), "samples/%s.form", cases[i].name);
		body = record_file(a, path);
		if (!sh_str_is(body, cases[i].body))
			fail_msg("%s: %.*s", cases[i].name, (int)body.n, body.s);
	}
	sh_arena_free(a);
}

/* The page that follows is asked for by its link: the words in it stay, and an id is the one that it is elsewhere. */
static void
test_links(void **state)
{
	static const char message[] =
	    "HTTP/1.1 200 OK\r\n\r\n{\"next\":\"/v1/Account/MANWVLYTK4ZWU1YTY4ZT/Call/?limit=20&offset=20&to=%2B14155551234\","
	    "\"rows\":[{\"call_uuid\":\"01938f5e-1234-7abc-8def-0123456789ab\",\"to\":\"+14155551234\","
	    "\"resource_uri\":\"/v1/Account/MANWVLYTK4ZWU1YTY4ZT/Call/01938f5e-1234-7abc-8def-0123456789ab/\"}]}";
	struct sh_arena *a = sh_arena_new(4 << 20);
	struct sh_str next, link, id, to;
	const struct sh_json *doc, *row;
	struct sh_error e;
	char *expected;

	(void)state;
	assert_int_equal(record_make("links", message, "calls_parse", &e), SH_OK);
	doc = sh_reader_parse(a, record_file(a, "samples/links.json"), NULL);
	row = sh_reader_first(sh_reader_get(doc, SH_STR("rows")));
	next = sh_reader_str(a, sh_reader_get(doc, SH_STR("next")));
	link = sh_reader_str(a, sh_reader_get(row, SH_STR("resource_uri")));
	id = sh_reader_str(a, sh_reader_get(row, SH_STR("call_uuid")));
	to = sh_reader_str(a, sh_reader_get(row, SH_STR("to")));
	assert_null(memmem(next.s, next.n, "MANWVLYTK4ZWU1YTY4ZT", 20));
	assert_memory_equal(next.s, "/v1/Account/", 12);
	assert_memory_equal(link.s, next.s, 32); /* the account is one */
	expected = (char *)sh_arena_printf(a, "%.*s/Call/?limit=20&offset=20&to=%%2B%.*s", 32, link.s, (int)to.n - 1, to.s + 1).s;
	assert_true(sh_str_is(next, expected));
	expected = (char *)sh_arena_printf(a, "%.*s/Call/%.*s/", 32, next.s, (int)id.n, id.s).s;
	assert_true(sh_str_is(link, expected));
	sh_arena_free(a);
}

/* What is signed is the URL, too: the path's provider and the query stay, the host and the slug do not. */
static void
test_url(void **state)
{
	static const char *const cases[][3] = {
		{ "url-1", "POST /api/webhooks/plivo/wh_secret HTTP/1.1\n\na=x", "url https://hooks.example/api/webhooks/plivo/wh_1\n" },
		{ "url-2", "POST /hook?a=b HTTP/1.1\n\na=x", "url https://hooks.example/api/webhooks/recorded/wh_1?a=b\n" },
		{ "url-3", "POST /webhooks/Ma%20ria/x HTTP/1.1\n\na=x", "url https://hooks.example/api/webhooks/recorded/wh_1\n" },
	};
	struct sh_arena *a = sh_arena_new(1 << 20);
	struct sh_error e;
	char path[64];

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		assert_int_equal(record_make(cases[i][0], cases[i][1], NULL, &e), SH_OK);
		snprintf(path, sizeof(path), "golden/%s.golden", cases[i][0]);
		if (!strstr(record_file(a, path).s, cases[i][2]))
			fail_msg("%s: %s", cases[i][0], record_file(a, path).s);
	}
	sh_arena_free(a);
}

/* Folders that are missing are made, but not for a message that is none; whose parent is missing, too, is told which. */
static void
test_folders(void **state)
{
	char golden[PATH_MAX], samples[PATH_MAX];
	struct sh_record in = { .name = "one", .golden = golden, .samples = samples, .message = SH_STR("hello\n") };
	struct sh_error e;
	struct sh_buf said;

	(void)state;
	sh_buf_init(&said, 1 << 16);
	snprintf(golden, sizeof(golden), "%s/new-golden", record_dir);
	snprintf(samples, sizeof(samples), "%s/new-samples", record_dir);
	assert_int_equal(sh_record(&in, &said, &e), SH_EINVALID);
	assert_string_equal(e.text, "that is no HTTP message, no JSON and no form");
	assert_int_equal(access(golden, F_OK), -1);
	in.message = SH_STR("{\"HangupCauseName\":\"Busy Line\",\"callerName\":\"Maria\",\"to\":\"+14155551234\"}");
	assert_int_equal(sh_record(&in, &said, &e), SH_OK);
	assert_int_equal(access(golden, F_OK) | access(samples, F_OK), 0);
	/* Which members they were, to keep what is nobody's. */
	assert_string_equal(said.s, "     1 phone numbers: to\n     1 names: callerName\n");
	sh_buf_clear(&said);
	snprintf(golden, sizeof(golden), "%s/none/golden", record_dir);
	assert_int_equal(sh_record(&in, &said, &e), SH_ESYSTEM);
	assert_non_null(strstr(e.text, "there is no folder"));
	assert_non_null(strstr(e.text, "--golden"));
}

/* Keys, JSON in a text, texts that cannot be read, a name that begins with another, short secrets. */
static void
test_hidden(void **state)
{
	static const char message[] =
	    "POST /x HTTP/1.1\r\nX-Vapi-Secret: hunter2\r\nAuthorization: Bearer pa$$word-1!\r\nProxy-Authorization: basic bTpw\r\n"
	    "X-Webhook-Key: 123456789012345\r\nX-Vapi-Customer-Name: Maria Gonzales\r\n\r\n"
	    "{\"first_name\":\"Mariae\",\"name\":\"Mariae Gonzales\",\"odd\":\"for Mariae Gonzales\",\"+14155551234\":1,"
	    "\"maria@home.example\":2,\"data\":\"{\\\"name\\\":\\\"Ada Lovelace\\\",\\\"phone\\\":\\\"5553334444\\\"}\","
	    "\"transcript\":\"User: Rumpel\\u0000stilz\",\"a\\u0000\":\"Dornroeschen\",\"user_id\":300000001,\"n\":[300000001]}";
	static const char *const gone[] = { "hunter2", "pa$$", "word", "bTpw", "123456789012345", "Maria", "Gonzales", "5551234",
		"home.example", "Lovelace", "5553334444", "Rumpel", "stilz", "Dornroeschen", "300000001" };
	struct sh_arena *a = sh_arena_new(4 << 20);
	struct sh_str golden, body;
	const struct sh_json *doc;
	struct sh_error e;

	(void)state;
	assert_int_equal(record_make("hidden", message, NULL, &e), SH_OK);
	golden = record_file(a, "golden/hidden.golden");
	body = record_file(a, "samples/hidden.json");
	for (size_t i = 0; i < SH_LENGTH(gone); i++)
		if (strstr(golden.s, gone[i]) || strstr(body.s, gone[i]))
			fail_msg("%s is still there:\n%s\n%s", gone[i], golden.s, body.s);
	assert_non_null(strstr(golden.s, "header authorization: Bearer "));
	assert_non_null(strstr(golden.s, "header proxy-authorization: basic "));
	/* Still JSON, and what was the same is the same. */
	doc = sh_reader_parse(a, body, NULL);
	assert_non_null(doc);
	assert_true(sh_reader_parse(a, sh_reader_str(a, sh_reader_get(doc, SH_STR("data"))), NULL) != NULL);
	assert_true(sh_str_eq(sh_reader_raw(sh_reader_get(doc, SH_STR("user_id"))),
	    sh_reader_raw(sh_reader_first(sh_reader_get(doc, SH_STR("n"))))));
	assert_non_null(strstr(body.s, "\"transcript\":\"\\u0000\""));
	sh_arena_free(a);
}

static void
test_refused(void **state)
{
	char path[PATH_MAX], pipe[PATH_MAX];
	struct sh_arena *a = sh_arena_new(1 << 20);
	struct sh_str text;
	struct sh_error e;

	(void)state;
	assert_int_equal(record_make("empty", "", NULL, &e), SH_EINVALID);
	assert_int_equal(record_make("broken", "{\"name\":\"Maria Gonzales\"", NULL, &e), SH_EINVALID);
	snprintf(path, sizeof(path), "%s/samples/ended.txt", record_dir);
	assert_int_equal(record_make("ended", "POST /x HTTP/1.1\n\nhello", NULL, &e), SH_ECONFLICT);
	assert_int_equal(access(path, F_OK), -1);
	/* A pipe is no file, and nobody waits for who might write into it. */
	snprintf(pipe, sizeof(pipe), "%s/pipe", record_dir);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	assert_int_equal(sh_file_read(a, pipe, &text, &e), SH_EINVALID);
	sh_arena_free(a);
	assert_int_equal(record_make("ended", RECORD_BODY, NULL, &e), SH_ECONFLICT);
	assert_int_equal(record_make("../escape", RECORD_BODY, NULL, &e), SH_EINVALID);
	assert_int_equal(record_make("answer", "HTTP/1.1 200 OK\r\n\r\n{}", NULL, &e), SH_EINVALID);
	assert_string_equal(e.text, "this is an answer: say which function reads it, such as --run numbers_parse");
	assert_int_equal(record_make("answer", record_webhook, "numbers_parse", &e), SH_EINVALID);
	assert_int_equal(record_make("answer", RECORD_BODY, "numbers_request", &e), SH_EINVALID);
	assert_int_equal(record_make("cut", "POST /x HTTP/1.1\r\nHost: a", NULL, &e), SH_EINVALID);
}

static int
record_set_up(void **state)
{
	char path[PATH_MAX];

	(void)state;
	if (!mkdtemp(record_dir))
		return 1;
	snprintf(path, sizeof(path), "%s/golden", record_dir);
	if (mkdir(path, 0777) != 0)
		return 1;
	snprintf(path, sizeof(path), "%s/samples", record_dir);
	return mkdir(path, 0777);
}

static int
record_tear_down(void **state)
{
	char command[PATH_MAX];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", record_dir);
	return system(command) == 0 ? 0 : 1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_values), cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_webhook), cmocka_unit_test(test_answer), cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_length), cmocka_unit_test(test_links),
		cmocka_unit_test(test_url), cmocka_unit_test(test_folders) };

	return cmocka_run_group_tests_name("kit_record", tests, record_set_up, record_tear_down);
}
