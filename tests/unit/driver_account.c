/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Stored settings as a driver sees them, what may be stored, and where a driver's requests may go.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gateway/base/reader.h"
#include "gateway/driver/call.h"

enum { KEY, TOKEN, BASE, MODE, FLAG, NOTE, RING, LEVEL, PROMPT, MORE, ACCOUNT_SETTINGS };

static const struct sh_setting account_settings[] = { [KEY] = { .name = "key", .kind = SH_SETTING_SECRET, .rotates = true },
	[TOKEN] = { .name = "token", .kind = SH_SETTING_SECRET },
	[BASE] = { .name = "base_url", .kind = SH_SETTING_URL, .fallback = "https://api.example.com" },
	[MODE] = { .name = "mode", .kind = SH_SETTING_CHOICE, .choices = "fast|slow", .fallback = "slow" },
	[FLAG] = { .name = "flag", .kind = SH_SETTING_FLAG },
	[NOTE] = { .name = "note", .scope = SH_SCOPE_AGENT },
	[RING] = { .name = "ring_s", .kind = SH_SETTING_NUMBER, .least = 5, .most = 600, .fallback = "60" },
	[LEVEL] = { .name = "level", .kind = SH_SETTING_NUMBER, .least = INT64_MIN, .most = INT64_MAX },
	[PROMPT] = { .name = "prompt", .kind = SH_SETTING_LINES },
	[MORE] = { .name = "more", .kind = SH_SETTING_JSON },
	{ 0 } };
static const char *const account_hosts[] = { "api.acme.example", "eu.acme.example", NULL };
static const struct sh_driver_loaded account_driver = {
	.name = "acme",
	.nsettings = ACCOUNT_SETTINGS,
	.table = { .name = "acme",
	    .settings = account_settings,
	    .setting_size = sizeof(struct sh_setting),
	    .hosts = account_hosts,
	    .base_url_setting = "base_url" },
};

static const struct sh_account *
account_of(struct sh_arena *a, const char *first, const char *second, int64_t now_ms)
{
	const struct sh_json *stored[2] = { sh_reader_parse(a, sh_str(first), NULL), sh_reader_parse(a, sh_str(second), NULL) };

	assert_non_null(stored[0]);
	assert_non_null(stored[1]);
	return sh_driver_account(a, &account_driver, stored, 2, now_ms);
}

static void
test_values(void **state)
{
	struct sh_arena *arena = sh_arena_new(1 << 16);
	const struct sh_account *a;

	(void)state;
	a = account_of(arena,
	    "{\"key\":{\"now\":\"new\",\"old\":\"older\",\"old_until_ms\":1000},\"token\":{\"now\":\"t\",\"old\":\"u\",\"old_until_"
	    "ms\":9000},"
	    "\"mode\":\"fast\",\"note\":\"account\",\"unknown\":\"x\",\"flag\":true}",
	    "{\"note\":\"agent\",\"mode\":7}", 999);
	assert_non_null(a);
	assert_int_equal(a->nvalues, ACCOUNT_SETTINGS);
	assert_true(sh_str_is(sh_setting(a, KEY), "new"));
	assert_true(sh_str_is(sh_setting_old(a, KEY), "older"));
	assert_true(sh_str_is(sh_setting(a, TOKEN), "t"));
	assert_null(sh_setting_old(a, TOKEN).s); /* it does not rotate */
	assert_true(sh_str_is(sh_setting(a, BASE), "https://api.example.com"));
	assert_true(sh_str_is(sh_setting(a, MODE), "fast"));
	assert_true(sh_str_is(sh_setting(a, FLAG), "true"));
	assert_true(sh_str_is(sh_setting(a, NOTE), "agent"));
	assert_int_equal(sh_setting(a, NOTE).s[5], '\0');
	assert_null(sh_setting(a, ACCOUNT_SETTINGS).s);
	assert_true(sh_str_is(sh_setting(a, RING), "60"));

	/* What was stored before its kind was known comes as it is. */
	a = account_of(arena, "{\"ring_s\":\"soon\",\"more\":\"[\",\"prompt\":\"a\\nb\"}", "{}", 0);
	assert_true(sh_str_is(sh_setting(a, RING), "soon"));
	assert_true(sh_str_is(sh_setting(a, MORE), "["));
	assert_true(sh_str_is(sh_setting(a, PROMPT), "a\nb"));

	/* A rotation's grace ends on the millisecond. */
	a = account_of(arena, "{\"key\":{\"now\":\"new\",\"old\":\"older\",\"old_until_ms\":1000}}", "{}", 1000);
	assert_null(sh_setting_old(a, KEY).s);
	a = account_of(arena, "{\"key\":{\"now\":\"new\",\"old\":\"older\"},\"flag\":null}", "[]", 0);
	assert_null(sh_setting_old(a, KEY).s);
	assert_null(sh_setting(a, FLAG).s);
	assert_true(sh_str_is(sh_setting(a, MODE), "slow"));
	sh_arena_free(arena);

	arena = sh_arena_new(64);
	assert_null(sh_driver_account(arena, &account_driver, NULL, 0, 0));
	sh_arena_free(arena);
}

#define BAD_RING "expected a whole number from 5 to 600"
#define BAD_URL "is not a URL that begins with https://, without name, query or fragment (http:// only to this machine)"

struct fit {
	const char *name, *value, *fault; /* NULL: none */
};

static void
fits(const struct fit *cases, size_t n)
{
	struct sh_error e;

	for (size_t i = 0; i < n; i++) {
		enum sh_status s = sh_driver_check_setting(&account_driver, sh_str(cases[i].name), sh_str(cases[i].value), &e);

		if (!cases[i].fault)
			assert_int_equal(s, SH_OK);
		else {
			assert_int_equal(s, SH_EINVALID);
			assert_string_equal(e.text, cases[i].fault);
		}
	}
}

static void
test_fit(void **state)
{
	static const struct fit cases[] = {
		{ "key", "key_123", NULL },
		{ "key", "", "setting key: the secret is empty, or begins or ends with a blank" },
		{ "key", "key_123 ", "setting key: the secret is empty, or begins or ends with a blank" },
		{ "key", "key_123\n", "setting key: the value holds a control character, such as a line's end" },
		{ "note", "\xff", "setting note: the value is not UTF-8" },
		{ "note", "", NULL },
		{ "keys", "x", "acme has no setting \"keys\"; did you mean \"key\"?" },
		{ "wholly_different", "x", "acme has no setting \"wholly_different\"" },
		{ "flag", "yes", "setting flag: \"yes\", expected \"true\" or \"false\"" },
		{ "flag", "false", NULL },
		{ "mode", "slow", NULL },
		{ "mode", "slo", "setting mode: \"slo\", expected one of fast|slow" },
		{ "mode", "", "setting mode: \"\", expected one of fast|slow" },
		{ "mode", "fast|slow", "setting mode: \"fast|slow\", expected one of fast|slow" },
		{ "base_url", "http://127.0.0.1:8080/x", NULL },
		{ "base_url", "ftp://a", "setting base_url: \"ftp://a\" " BAD_URL },
		{ "base_url", "https://", "setting base_url: \"https://\" " BAD_URL },
		{ "base_url", "http://example.com", "setting base_url: \"http://example.com\" " BAD_URL },
		{ "base_url", "https://me:pw@example.com", "setting base_url: \"https://me:pw@example.com\" " BAD_URL },
		{ "base_url", "https://a b", "setting base_url: \"https://a b\" " BAD_URL },
		{ "note", "a\nb", "setting note: the value holds a control character, such as a line's end" },
	};

	(void)state;
	fits(cases, SH_LENGTH(cases));
}

static void
test_fit_number(void **state)
{
	static const struct fit cases[] = {
		{ "ring_s", "5", NULL },
		{ "ring_s", "600", NULL },
		{ "ring_s", "4", "setting ring_s: \"4\", " BAD_RING },
		{ "ring_s", "601", "setting ring_s: \"601\", " BAD_RING },
		{ "ring_s", "", "setting ring_s: \"\", " BAD_RING },
		{ "ring_s", "x", "setting ring_s: \"x\", " BAD_RING },
		{ "ring_s", "-5", "setting ring_s: \"-5\", " BAD_RING },
		{ "ring_s", "+60", "setting ring_s: \"+60\", " BAD_RING },
		{ "ring_s", "060", "setting ring_s: \"060\", " BAD_RING },
		{ "ring_s", " 60", "setting ring_s: \" 60\", " BAD_RING },
		{ "ring_s", "60 ", "setting ring_s: \"60 \", " BAD_RING },
		{ "ring_s", "60.0", "setting ring_s: \"60.0\", " BAD_RING },
		{ "ring_s", "6e1", "setting ring_s: \"6e1\", " BAD_RING },
		{ "ring_s", "0x40", "setting ring_s: \"0x40\", " BAD_RING },
		{ "ring_s", "18446744073709551676", "setting ring_s: \"18446744073709551676\", " BAD_RING },
		{ "ring_s", "60\n", "setting ring_s: the value holds a control character, such as a line's end" },
		{ "level", "0", NULL },
		{ "level", "-1", NULL },
		{ "level", "-9223372036854775808", NULL },
		{ "level", "9223372036854775807", NULL },
		{ "level", "9223372036854775808",
		    "setting level: \"9223372036854775808\", expected a whole number from -9223372036854775808 to "
		    "9223372036854775807" },
		{ "level", "-0",
		    "setting level: \"-0\", expected a whole number from -9223372036854775808 to 9223372036854775807" },
		{ "level", "-01",
		    "setting level: \"-01\", expected a whole number from -9223372036854775808 to 9223372036854775807" },
		{ "level", "-", "setting level: \"-\", expected a whole number from -9223372036854775808 to 9223372036854775807" },
	};

	(void)state;
	fits(cases, SH_LENGTH(cases));
}

/* Texts of several lines, and JSON. */
static void
test_fit_lines(void **state)
{
	static const struct fit cases[] = {
		{ "prompt", "", NULL },
		{ "prompt", "Ask.\r\n\tListen.\nThank.\n", NULL },
		{ "prompt", "a\x0b", "setting prompt: the value holds a control character, other than a line's end or a tab" },
		{ "prompt", "a\x1b[2J", "setting prompt: the value holds a control character, other than a line's end or a tab" },
		{ "prompt", "a\x7f", "setting prompt: the value holds a control character, other than a line's end or a tab" },
		{ "prompt", "\xc3", "setting prompt: the value is not UTF-8" },
		{ "more", "{}", NULL },
		{ "more", " {\r\n\t\"voice\": \"june\"\n}\n", NULL },
		{ "more", "x", "setting more: expected a JSON object, and this is no JSON from byte 0 on" },
		{ "more", "", "setting more: expected a JSON object, and this is no JSON from byte 0 on" },
		{ "more", "{\"a\":1", "setting more: expected a JSON object, and this is no JSON from byte 6 on" },
		{ "more", "{} {}", "setting more: expected a JSON object, and this is no JSON from byte 3 on" },
		{ "more", "{\"a\":\"\n\"}", "setting more: expected a JSON object, and this is no JSON from byte 6 on" },
		{ "more", "[]", "setting more: expected a JSON object, {…}" },
		{ "more", "null", "setting more: expected a JSON object, {…}" },
		{ "more", "\"{}\"", "setting more: expected a JSON object, {…}" },
		{ "more", "{}\x0c", "setting more: the value holds a control character, other than a line's end or a tab" },
	};

	(void)state;
	fits(cases, SH_LENGTH(cases));
}

static void
test_fit_length(void **state)
{
	char *large = malloc(4098);
	struct sh_error e;

	(void)state;
	memset(large, 'a', 4097);
	assert_int_equal(sh_driver_check_setting(&account_driver, SH_STR("note"), (struct sh_str){ large, 4096 }, &e), SH_OK);
	assert_int_equal(sh_driver_check_setting(&account_driver, SH_STR("note"), (struct sh_str){ large, 4097 }, &e), SH_ETOOBIG);
	assert_string_equal(e.text, "setting note: 4097 bytes, at most 4096 are possible");
	/* As many values as there is room for: each can be read. */
	memset(large, ',', 4096);
	memcpy(large, "{\"a\":[", 6);
	for (size_t i = 6; i < 4094; i += 2)
		large[i] = '1';
	memcpy(large + 4093, "]} ", 3);
	assert_int_equal(sh_driver_check_setting(&account_driver, SH_STR("more"), (struct sh_str){ large, 4096 }, &e), SH_OK);
	assert_int_equal(
	    sh_driver_check_setting(&account_driver, SH_STR("prompt"), (struct sh_str){ large, 4097 }, &e), SH_ETOOBIG);
	/* What is shown of a value ends with a whole character. */
	assert_int_equal(sh_driver_check_setting(&account_driver, SH_STR("ring_s"),
			     SH_STR("1234567890123456789012345678901234567890"
				    "1234567890123456789é"),
			     &e),
	    SH_EINVALID);
	assert_string_equal(e.text, "setting ring_s: \"12345678901234567890123456789012345678901234567890123456789\", " BAD_RING);
	free(large);
}

static void
test_requests(void **state)
{
	static const struct {
		const char *base, *method, *url, *fault;
	} cases[] = {
		{ NULL, "GET", "https://api.acme.example/v1?x=1", NULL },
		{ NULL, "GET", "https://EU.acme.example:443/", NULL },
		{ NULL, "POST", "https://api.example.com/x", NULL },
		{ NULL, "GET", "http://api.acme.example/",
		    "driver acme: a request to http://api.acme.example:80, which is neither one of its "
		    "hosts nor the account's base URL" },
		{ NULL, "GET", "https://api.acme.example:8443/",
		    "driver acme: a request to https://api.acme.example:8443, which is neither one "
		    "of its hosts nor the account's base URL" },
		{ NULL, "GET", "https://api.acme.example.evil.example/",
		    "driver acme: a request to https://api.acme.example.evil.example:443, "
		    "which is neither one of its hosts nor the account's base URL" },
		{ NULL, "GET", "https://api.acme.example@evil.example/", "driver acme: a request to something that is no URL" },
		{ NULL, "GET", "https://evil.example\\@api.acme.example/",
		    "driver acme: a request to https://evil.example:443, which is neither "
		    "one of its hosts nor the account's base URL" },
		{ NULL, "GET", "https://evil.example?https://api.acme.example/",
		    "driver acme: a request to https://evil.example:443, which is "
		    "neither one of its hosts nor the account's base URL" },
		{ NULL, "GET", "/v1", "driver acme: a request to something that is no URL" },
		{ NULL, "GET", "https:///v1", "driver acme: a request to something that is no URL" },
		{ NULL, "GET", "https://api.acme.example/a b", "driver acme: a request to something that is no URL" },
		{ NULL, "get", "https://api.acme.example/", "driver acme: a request without a method that is known" },
		{ NULL, NULL, NULL, "driver acme makes no request for this" },
		{ "{\"base_url\":\"http://127.0.0.1:9/x\"}", "GET", "http://127.0.0.1:9/y", NULL },
		{ "{\"base_url\":\"http://[::1]:9\"}", "GET", "http://[::1]:9/y", NULL },
		{ "{\"base_url\":\"http://[::1]:9\"}", "GET", "http://[::1]:10/y",
		    "driver acme: a request to http://[::1]:10, which is neither one "
		    "of its hosts nor the account's base URL" },
		{ "{\"base_url\":\"http://127.0.0.1:9\"}", "GET", "https://127.0.0.1:9/y",
		    "driver acme: a request to https://127.0.0.1:9, which is "
		    "neither one of its hosts nor the account's base URL" },
		{ "{\"base_url\":\"http://127.0.0.1:9\"}", "GET", "https://api.example.com/",
		    "driver acme: a request to https://api.example.com:443, "
		    "which is neither one of its hosts nor the account's base URL" },
	};
	struct sh_arena *arena = sh_arena_new(1 << 16);
	struct sh_pair good = { SH_STR("x-y"), SH_STR("a b") }, split = { SH_STR("x"), SH_STR("a\r\nb: c") },
		       odd = { SH_STR("x y"), SH_STR("") };
	struct sh_request r;
	struct sh_error e;
	const struct sh_account *a;

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		enum sh_status s;

		a = account_of(arena, cases[i].base ? cases[i].base : "{}", "{}", 0);
		r = (struct sh_request){ .size = sizeof(r), .method = sh_str(cases[i].method), .url = sh_str(cases[i].url) };
		s = sh_driver_check_request(&account_driver, a, &r, &e);
		if ((s == SH_OK) != !cases[i].fault)
			fail_msg("%s: %s", cases[i].url, s == SH_OK ? "allowed" : e.text);
		if (cases[i].fault)
			assert_string_equal(e.text, cases[i].fault);
	}
	a = account_of(arena, "{}", "{}", 0);
	r = (struct sh_request){
		.size = sizeof(r), .method = SH_STR("GET"), .url = SH_STR("https://api.acme.example/"), .nheaders = 1
	};
	r.headers = &good;
	assert_int_equal(sh_driver_check_request(&account_driver, a, &r, &e), SH_OK);
	r.headers = &split;
	assert_int_equal(sh_driver_check_request(&account_driver, a, &r, &e), SH_EINVALID);
	assert_string_equal(e.text, "driver acme: a request whose header 0 cannot be sent");
	r.headers = &odd;
	assert_int_equal(sh_driver_check_request(&account_driver, a, &r, &e), SH_EINVALID);
	sh_arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_fit_number),
		cmocka_unit_test(test_fit_lines),
		cmocka_unit_test(test_fit_length),
		cmocka_unit_test(test_requests),
	};

	return cmocka_run_group_tests_name("driver_account", tests, NULL, NULL);
}
