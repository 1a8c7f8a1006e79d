/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The check of drivers: what `driver new` writes is correct, and the same with one thing spoilt is not, for the right reason.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/base/log.h"
#include "gateway/base/reader.h"
#include "gateway/kit/check.h"
#include "gateway/kit/files.h"
#include "gateway/kit/skeleton.h"
#include "gateway/kit/trial.h"

#define CHECK_ROUNDS 20

/* Of what a delivery says: the skeleton's way, and one that trusts the URL. */
#define CHECK_GIVE "acme_give(cx, call, &e);\n	return SH_ANSWER_OK;"
#define CHECK_GIVE_SELF                                                                                                            \
	"e.call_id = sh_json_get_str(cx, call, \"id\");\n	e.cost_microcents = -1;\n	sh_event_add(cx, &e);\n	return "               \
	"SH_ANSWER_OK;"
#define CHECK_GIVE_MARKS "sh_event_marks(cx, &e, d->url);\n	" CHECK_GIVE_SELF

static char check_dir[] = "/tmp/sh-kit-XXXXXX";
static struct sh_arena *check_arena;
static struct sh_str check_source;

static const struct check_case {
	const char *what, *find, *put;
	enum sh_check check;
	const char *said; /* part of a fault's text; NULL: it passes */
	bool plain; /* of a build without sanitizers only */
} check_cases[] = {
	{ "a helper that is seen", "SH_DRIVER(",
	    "__attribute__((visibility(\"default\"))) int helper(void) { return 1; }\nSH_DRIVER(", SH_CHECK_symbols,
	    "it exports helper", false },
	{ "a clock of its own", "e->cost_microcents = -1;",
	    "e->cost_microcents = -1; extern long time(long *); e->started_ms = time(0);", SH_CHECK_symbols,
	    "it calls time, which asks a clock", false },
	{ "a file", "int64_t t;", "int64_t t; extern int open(const char *, int, ...); open(\"/dev/null\", 0);", SH_CHECK_symbols,
	    "it calls open, which opens files", false },
	{ "a setting without help", "\"signs deliveries; console, Settings, Webhooks\"", "\"\"", SH_CHECK_words,
	    "setting webhook_secret has no help", false },
	{ "a number's fallback out of range", ".most = 300", ".most = 299", SH_CHECK_loads,
	    "fallback of: setting signature_window_s: \"300\", expected a whole number from 1 to 299", false },
	{ "a number whose range is upside down", ".least = 1", ".least = 301", SH_CHECK_loads,
	    "setting signature_window_s: from 301 to 300, expected least below most", false },
	{ "no title", ".title = \"Acme\",", "", SH_CHECK_words, "it has no title", false },
	{ "a host with a scheme", "{ \"api.acme.example\", NULL }", "{ \"https://api.acme.example\", NULL }", SH_CHECK_words,
	    "host \"https://api.acme.example\": expected", false },
	{ "a reason read otherwise", "\"no-answer\", NO_ANSWER", "\"no-answer\", BUSY", SH_CHECK_golden,
	    "call.ended.golden: line 17 of what comes out is not as expected", false },
	{ "another request", "/v1/account", "/v2/account", SH_CHECK_golden, "check.golden: line 1 of what comes out", false },
	{ "an answer that counts", "e->cost_microcents = -1;", "static long calls; e->cost_microcents = ++calls;", SH_CHECK_golden,
	    "is not what the same question gave before", false },
	{ "a variable that changes", "sh_event_fill(", "static volatile long calls; ++calls; sh_event_fill(", SH_CHECK_memory,
	    "of the driver's own variables changed", false },
	{ "a leak", "sh_event_fill(", "extern void *malloc(size_t); *(volatile char *)malloc(1000) = 1; sh_event_fill(",
	    SH_CHECK_memory, "on the heap, each time", false },
	{ "a function that nobody asks", "SH_ASKS(acme, call));",
	    "SH_ASKS(acme, call), .agents_request = acme_numbers_request, .agents_parse = acme_numbers_parse);", SH_CHECK_golden,
	    "no golden file asks agents_parse", false },
	{ "everything is valid", "return SH_VERDICT_VALID;\n	return SH_VERDICT_INVALID;",
	    "return SH_VERDICT_VALID;\n	return SH_VERDICT_VALID;", SH_CHECK_verify, "with a byte more is valid", false },
	{ "everything is valid whatever the settings", "return SH_VERDICT_VALID;\n	return SH_VERDICT_INVALID;",
	    "return SH_VERDICT_VALID;\n	return SH_VERDICT_VALID;", SH_CHECK_verify, "is valid whatever the settings are", false },
	{ "a secret that does not rotate", "sh_is_signed(cx, a, ACME_WEBHOOK_SECRET,",
	    "sh_is_signed_by(cx, sh_setting(a, ACME_WEBHOOK_SECRET),", SH_CHECK_verify,
	    "signed with the webhook_secret before the rotation, is not valid", false },
	{ "a header twice", "if (there != SH_VERDICT_VALID)\n		return there;",
	    "if (there == SH_VERDICT_MISSING)\n		return there;\n	h = sh_header(d->headers, d->nheaders, "
	    "\"x-acme-signature\");",
	    SH_CHECK_verify, "with x-acme-signature twice, is valid", false },
	{ "every 4xx and 5xx a refusal", "sh_refused(cx, x, acme_refusals, sh_json_get_str(cx, doc, \"error\"), p);",
	    "if (x->response->status >= 400) p->placing = SH_DIAL_REFUSED;", SH_CHECK_proof,
	    "dial_parse takes status 500 with an empty body for proof that no call exists", false },
	{ "HTML is an empty list", "enum sh_answer answer = sh_answer_list(cx, x, \"data\", &doc, &row);\n\n	/* The host",
	    "enum sh_answer answer = sh_answer_list(cx, x, \"data\", &doc, &row);\n\n	answer = SH_ANSWER_OK;\n	/* The "
	    "host",
	    SH_CHECK_proof, "calls_parse takes a page of HTML for an answer", false },
	{ "an id that leads elsewhere", "sh_path(cx, \"/v1/calls/\", id)", "sh_join(cx, SH_STR(\"/v1/calls/\"), id)",
	    SH_CHECK_proof, "leads elsewhere", false },
	{ "no ids", "sh_out_metadata(cx, o, d);", "sh_out_str(cx, o, SH_STR(\"none\"));", SH_CHECK_proof,
	    "dial_request does not carry the dial id", false },
	{ "forged ids", "sh_out_metadata(cx, o, d);",
	    "sh_out_raw(cx, o, d->metadata.s ? d->metadata : sh_join(cx, SH_STR(\"\\\"\"), d->dial_id, d->callback_id, "
	    "sh_int_format(cx, d->attempt), SH_STR(\"\\\"\")));",
	    SH_CHECK_proof, "lets the caller's metadata name our ids", false },
	{ "unknown reasons are no answer", "	{ 0 }\n};\n\n/* ---- the table",
	    "	SH_REASON(\"a*\", NO_ANSWER, POLICY, COUNTS, NONE, \"anything\"), { 0 }\n};\n\n/* ---- the table", SH_CHECK_proof,
	    "outcome of a reason that nobody knows is not \"other\"", false },
	{ "a refusal of any status", "{ 422, \"invalid_number\",", "{ 0, \"invalid_number\",", SH_CHECK_proof,
	    "dial-422.golden with status 503 is proof that no call exists", false },
	{ "a refusal of a status that no golden file shows", "{ 422, \"invalid_number\",",
	    "{ 500, \"\", \"oops\", SH_REFUSED(OTHER, NEVER, NONE) },\n	{ 422, \"invalid_number\",", SH_CHECK_proof,
	    "dial-422.golden with status 500 is proof that no call exists", false },
	{ "to be dialled later, of a status that no golden file shows", "{ 422, \"invalid_number\",",
	    "{ 429, \"\", \"busy\", SH_LATER(5) },\n	{ 422, \"invalid_number\",", SH_CHECK_proof,
	    "dial-402.golden with status 429 is proof that no call exists", false },
	{ "an error that places a call", "sh_placed(cx, x, p, sh_json_get_str(cx, doc, \"id\"));",
	    "p->call_id = SH_STR(\"c\"); p->placing = sh_json_get_str(cx, doc, \"error\").n ? SH_DIAL_PLACED : SH_DIAL_UNKNOWN;",
	    SH_CHECK_proof, "dial-422.golden with status 502 is a call that was placed", false },
	{ "a list without our ids", "	SH_TEXT(dial_id, \"metadata.\" SH_META_DIAL),\n", "", SH_CHECK_proof,
	    "list_has_dial_id is set, but no golden calls_parse shows `dial`", false },
	{ "a look-up of another call", "SH_TEXT(call_id, \"id\"),", "SH_TEXT(call_id, \"from\"),", SH_CHECK_proof,
	    "call-200.golden asks for the call \"call_1\", and call_parse shows \"+14155550100\"", false },
	{ "our ids out of a URL that is not signed", CHECK_GIVE, CHECK_GIVE_MARKS, SH_CHECK_verify,
	    "call.ended.golden: the dial id, the call or the metadata came from the URL, which the signature does not cover",
	    false },
	{ "a byte too far", "if (sh_json_type(cx, doc) != SH_JSON_OBJECT)",
	    "if (d->body.s[d->body.n] == '}' || sh_json_type(cx, doc) != SH_JSON_OBJECT)", SH_CHECK_hostile,
	    "normalize ends the process: Segmentation fault", false },
	{ "a write to what was lent", "if (sh_json_type(cx, doc) != SH_JSON_OBJECT)",
	    "if (d->body.n) ((char *)d->body.s)[0] = '{';\n	if (sh_json_type(cx, doc) != SH_JSON_OBJECT)", SH_CHECK_hostile,
	    "normalize ends the process: Segmentation fault", false },
	{ "an endless loop", "sh_request_json(cx, r,",
	    "for (volatile int i = 0; sh_setting(a, ACME_API_KEY).n == 0; i++)\n		;\n	sh_request_json(cx, r,",
	    SH_CHECK_hostile, "does not return", false },
	{ "a system call", "int64_t t;", "int64_t t; extern int socket(int, int, int); socket(2, 1, 0);", SH_CHECK_hostile,
	    "verify makes the system call socket", false },
	{ "an exit", "if (sh_json_type(cx, doc) != SH_JSON_OBJECT)",
	    "extern void exit(int);\n	if (!doc) exit(3);\n	if (sh_json_type(cx, doc) != SH_JSON_OBJECT)", SH_CHECK_hostile,
	    "normalize ends the process, with exit status ", false },
	{ "an abort", "if (sh_json_type(cx, doc) != SH_JSON_OBJECT)",
	    "extern void abort(void);\n	if (!doc) abort();\n	if (sh_json_type(cx, doc) != SH_JSON_OBJECT)", SH_CHECK_hostile,
	    "normalize ends the process: Aborted", false },
	{ "an event without its key", "sh_str_or(sh_json_get_str(cx, doc, \"id\"), sh_dedup(cx, &d->body, 1))",
	    "sh_json_get_str(cx, doc, \"id\")", SH_CHECK_hostile,
	    "normalize broke a rule: it handed over something without the id that it needs", false },
	{ "an event that nobody asks verify for", "	int64_t t;\n",
	    "	int64_t t;\n	struct sh_event e = { .dedup = d->body };\n\n	sh_event_add(cx, &e);\n", SH_CHECK_golden,
	    "broke a rule in verify: it handed over an event, which only normalize, calls_parse and call_parse are asked for",
	    false },
	{ "final, but not over", "e.over = e.final = e.kind == SH_KIND_CALL_ENDED;", "e.final = e.kind == SH_KIND_CALL_ENDED;",
	    SH_CHECK_hostile, "an event is final, but not over", false },
	{ "dies while it is loaded", "SH_DRIVER(",
	    "__attribute__((constructor)) static void load(void) { *(volatile int *)8 = 1; }\nSH_DRIVER(", SH_CHECK_loads,
	    "to load it ends the process", false },
	{ "speaks to somebody while it is loaded", "SH_DRIVER(",
	    "extern int socket(int, int, int);\n__attribute__((constructor)) static void load(void) { socket(2, 1, 0); "
	    "}\nSH_DRIVER(",
	    SH_CHECK_loads, "to load it makes the system call socket", false },
	{ "writes a file while it is loaded", "SH_DRIVER(",
	    "extern int open(const char *, int, ...);\n__attribute__((constructor)) static void load(void) { open(\"/tmp/x\", "
	    "0101, 0600); }\n"
	    "SH_DRIVER(",
	    SH_CHECK_loads, "to load it makes the system call openat", false },
	{ "is refused", "SH_ASKS(acme, calls),", ".calls_request = acme_calls_request,", SH_CHECK_loads,
	    "capability call_list has calls_request but no calls_parse", false },
};

static void
check_compile(struct sh_str before, const char *put, struct sh_str after)
{
	const char *cc = getenv("CC") ? getenv("CC") : "cc";
	char command[PATH_MAX * 2];
	FILE *f;

	snprintf(command, sizeof(command),
	    "%s -std=gnu11 -w -O1 -shared -fPIC -fvisibility=hidden -I'%s/gateway/include' -o '%s/switchhook-acme.so' -x c -", cc,
	    SH_SRCDIR, check_dir);
	f = popen(command, "w");
	assert_non_null(f);
	fwrite(before.s, 1, before.n, f);
	fputs(put, f);
	fwrite(after.s, 1, after.n, f);
	assert_int_equal(pclose(f), 0);
}

static struct sh_report *
check_run(unsigned only, uint64_t seed, bool brief)
{
	char so[PATH_MAX], golden[PATH_MAX];
	const struct sh_check_options o = {
		.file = so, .golden = golden, .seed = seed, .rounds = CHECK_ROUNDS, .only = only, .brief = brief
	};
	struct sh_report *report;
	struct sh_error e;

	snprintf(so, sizeof(so), "%s/switchhook-acme.so", check_dir);
	snprintf(golden, sizeof(golden), "%s/acme/golden", check_dir);
	assert_int_equal(sh_check(&o, &report, &e), SH_OK);
	return report;
}

/* The report as JSON, which must be some. */
static const struct sh_json *
check_json(const struct sh_report *report)
{
	const struct sh_json *j;
	struct sh_buf b;

	sh_buf_init(&b, 16 << 20);
	sh_report_json(report, &b);
	j = sh_reader_parse(check_arena, sh_arena_str(check_arena, sh_buf_str(&b)), NULL);
	if (!j)
		fail_msg("no JSON: %s", b.s);
	sh_buf_clear(&b);
	return j;
}

/* Has the check a fault, or a note, that says these words? */
static bool
check_told(const struct sh_json *report, enum sh_check check, const char *kind, const char *words)
{
	const struct sh_json *c = sh_reader_first(sh_reader_get(report, SH_STR("checks")));

	for (int i = 0; i < (int)check; i++)
		c = sh_reader_next(c);
	for (const struct sh_json *l = sh_reader_first(sh_reader_get(c, SH_STR("said"))); l; l = sh_reader_next(l)) {
		struct sh_str text = sh_reader_str(check_arena, sh_reader_get(l, SH_STR("text")));

		if (sh_str_is(sh_reader_str(check_arena, sh_reader_get(l, SH_STR("kind"))), kind) &&
		    memmem(text.s, text.n, words, strlen(words)))
			return true;
	}
	return false;
}

static bool
check_said(const struct sh_json *report, enum sh_check check, const char *words)
{
	return check_told(report, check, "fault", words);
}

static void
check_show(const struct sh_report *report)
{
	struct sh_buf b;

	sh_buf_init(&b, 16 << 20);
	sh_report_text(report, &b);
	print_error("%s", b.s);
	sh_buf_clear(&b);
}

static void
test_skeleton(void **state)
{
	struct sh_report *report;
	const struct sh_json *j;

	(void)state;
	check_compile(check_source, "", SH_STR(""));
	report = check_run(0, 1, false);
	if (!sh_report_passed(report))
		check_show(report);
	assert_true(sh_report_passed(report));
	j = check_json(report);
	assert_true(
	    sh_str_is(sh_reader_str(check_arena, sh_reader_get(sh_reader_get(j, SH_STR("driver")), SH_STR("name"))), "acme"));
	assert_non_null(sh_reader_first(sh_reader_get(j, SH_STR("figures"))));
	assert_true(check_told(j, SH_CHECK_verify, "note", "1 of 4 deliveries are not valid (not-json) and were not spoilt"));
	assert_false(check_told(j, SH_CHECK_proof, "note", ""));
	sh_report_free(report);
}

static void
test_spoilt(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(check_cases); i++) {
		const struct check_case *c = &check_cases[i];
		const char *at = strstr(check_source.s, c->find);
		struct sh_report *report;
		bool right;

		print_message("# %s\n", c->what);
		if (!at)
			fail_msg("%s: the skeleton has no \"%s\"", c->what, c->find);
		if (c->plain && watch_sanitized())
			continue;
		check_compile(
		    (struct sh_str){ check_source.s, (size_t)(at - check_source.s) }, c->put, sh_str(at + strlen(c->find)));
		report = check_run(1u << c->check, 1, true);
		right = c->said ? check_said(check_json(report), c->check, c->said) : sh_report_passed(report);
		if (!right) {
			check_show(report);
			print_error("%s: not told \"%s\"\n", c->what, c->said ? c->said : "passed");
			wrong++;
		}
		sh_report_free(report);
	}
	assert_int_equal(wrong, 0);
}

/* ---- with a golden file more ---- */

#define CHECK_ASKS                                                                                                                 \
	"run webhook\nfound agent_1\nvariable name=Maria\ntext "                                                                   \
	"{\"event\":\"call.asks\",\"id\":\"evt_7\",\"call\":{\"id\":\"call_7\"}}\n\n"
#define CHECK_URL                                                                                                                  \
	"run webhook\nurl https://hooks.example/api/webhooks/acme/wh_1?x=1&did=d-1&y=2\n"                                          \
	"header x-acme-signature: t=1793000000,v1=804da278a328cf0e07a3911241e76e2dedf4d6b7b35d45f3b41c759b4e9ce39f\n"              \
	"body call.ended.json\n\n"
#define CHECK_REPLY(type, body) CHECK_REPLY_ALONE(type, body) "SH_DRIVER(.reply = acme_reply, "
#define CHECK_REPLY_ALONE(type, body)                                                                                              \
	"static void\nacme_reply(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a, const struct "        \
	"sh_finding *f, struct sh_reply *r)\n{\n	struct sh_str v = sh_pair_get(f->variables, f->nvariables, \"name\");\n\n"        \
	"	r->type = SH_STR(\"" type "\");\n	r->body = sh_join(cx, " body ");\n}\n"

static const struct check_more {
	const char *what, *text, *find, *put;
	enum sh_check check;
	const char *kind, *said;
	bool told;
} check_more[] = {
	{ "XML that escapes", CHECK_ASKS, "SH_DRIVER(",
	    CHECK_REPLY("text/xml", "SH_STR(\"<a b='\"), sh_xml(cx, v), SH_STR(\"'>\"), sh_xml(cx, v), SH_STR(\"</a>\")"),
	    SH_CHECK_proof, "fault", "", false },
	{ "XML that does not", CHECK_ASKS, "SH_DRIVER(", CHECK_REPLY("text/xml", "SH_STR(\"<a>\"), v, SH_STR(\"</a>\")"),
	    SH_CHECK_proof, "fault", "more.golden with \"><&' as each variable: the reply's body is no XML: a < or & that is not",
	    true },
	{ "XML that does not escape quotes", CHECK_ASKS, "SH_DRIVER(",
	    CHECK_REPLY("application/xml",
		"SH_STR(\"<a b=\\\"\"), sh_str_is(v, \"Maria\") ? v : SH_STR(\"\\\"&gt;&lt;&amp;\"), SH_STR(\"\\\"/>\")"),
	    SH_CHECK_proof, "fault", "the reply's body is no XML: a quote that is not escaped", true },
	{ "XML that breaks off, whatever is in it", CHECK_ASKS, "SH_DRIVER(", CHECK_REPLY("text/xml", "SH_STR(\"<a><b></b>\")"),
	    SH_CHECK_proof, "fault", "more.golden: the reply's body is no XML: it breaks off, but its type is text/xml", true },
	{ "JSON that does not escape", CHECK_ASKS, "SH_DRIVER(",
	    CHECK_REPLY("application/json", "SH_STR(\"{\\\"a\\\":\\\"\"), v, SH_STR(\"\\\"}\")"), SH_CHECK_proof, "fault",
	    "more.golden with \"><&' as each variable: the reply's body is no JSON", true },
	{ "a text is no XML", CHECK_ASKS, "SH_DRIVER(", CHECK_REPLY("text/plain", "v"), SH_CHECK_proof, "fault", "", false },
	{ "a URL with an id of the driver's own", CHECK_URL, CHECK_GIVE,
	    "e.dial_id = sh_url_get(cx, d->url, \"did\");\n	" CHECK_GIVE_SELF, SH_CHECK_verify, "fault",
	    "more.golden: the dial id, the call or the metadata came from the URL", true },
	{ "a URL that nobody reads", CHECK_URL, "SH_DRIVER(", "SH_DRIVER(", SH_CHECK_verify, "fault", "", false },
	{ "variables that no request carries", CHECK_URL, "sh_out_pairs(cx, o, d->variables, d->nvariables);",
	    "sh_out_str(cx, o, SH_NONE);", SH_CHECK_proof, "note", "dial_request does not carry the variables", true },
	{ "variables that the reply brings", CHECK_URL, "/* ---- dial ---- */",
	    "#define sh_out_pairs(a, b, c, d) sh_out_str(a, b, SH_NONE)\n#define title title = \"Acme\", .reply = acme_reply, "
	    ".title\n" CHECK_REPLY_ALONE("text/plain", "v"),
	    SH_CHECK_proof, "note", "dial_request does not carry the variables", false },
	{ "what a list proves", CHECK_URL, ".list_lag_s = 0,", ".list_lag_s = 60,", SH_CHECK_proof, "note",
	    "whoever is not in the list 60 s after the dial is called again", true },
	{ "a server's error that is a refusal by a golden file",
	    "run dial_parse\nstatus 500\ntext {\"error\":\"oops\"}\n\ndial refused\n", "{ 422, \"invalid_number\",",
	    "{ 500, \"oops\", \"oops\", SH_REFUSED(OTHER, NEVER, NONE) },\n	{ 422, \"invalid_number\",", SH_CHECK_proof, "note",
	    "more.golden: status 500 proves that no call exists; do the documents say so?", true },
	{ "a look-up of two pages", CHECK_URL, "acme_look(cx, call);\n	return answer;",
	    "acme_look(cx, call);\n	sh_next(cx, SH_STR(\"more\"));\n	return answer;", SH_CHECK_proof, "note",
	    "call_parse asks for a next page, but a look-up has one alone", true },
};

static void
test_more(void **state)
{
	char path[PATH_MAX];
	unsigned wrong = 0;

	(void)state;
	snprintf(path, sizeof(path), "%s/acme/golden/more.golden", check_dir);
	for (size_t i = 0; i < SH_LENGTH(check_more); i++) {
		const struct check_more *c = &check_more[i];
		const char *at = strstr(check_source.s, c->find);
		struct sh_report *report;
		struct sh_error e;

		print_message("# %s\n", c->what);
		assert_non_null(at);
		assert_int_equal(sh_file_write(path, sh_str(c->text), &e), SH_OK);
		check_compile(
		    (struct sh_str){ check_source.s, (size_t)(at - check_source.s) }, c->put, sh_str(at + strlen(c->find)));
		report = check_run(1u << c->check, 1, true);
		if (check_told(check_json(report), c->check, c->kind, c->said) != c->told) {
			check_show(report);
			print_error("%s: %s told \"%s\"\n", c->what, c->told ? "not" : "was", c->said);
			wrong++;
		}
		sh_report_free(report);
	}
	assert_int_equal(unlink(path), 0);
	assert_int_equal(wrong, 0);
}

/* The same seed, the same report; and names that no driver may have. */
static void
test_again(void **state)
{
	const unsigned only = 1u << SH_CHECK_hostile | 1u << SH_CHECK_verify | 1u << SH_CHECK_golden;
	struct sh_report *once, *twice;
	struct sh_buf a, b;
	struct sh_error e;

	(void)state;
	check_compile(check_source, "", SH_STR(""));
	once = check_run(only, 7, true);
	twice = check_run(only, 7, true);
	sh_buf_init(&a, 1 << 20);
	sh_buf_init(&b, 1 << 20);
	sh_report_text(once, &a);
	sh_report_text(twice, &b);
	assert_string_equal(a.s, b.s);
	sh_buf_clear(&a);
	sh_buf_clear(&b);
	sh_report_free(once);
	sh_report_free(twice);

	assert_int_equal(sh_skeleton_new("Acme", "/nowhere", &e), SH_EINVALID);
	assert_int_equal(sh_skeleton_new("9lives", "/nowhere", &e), SH_EINVALID);
	assert_int_equal(sh_skeleton_new("acme", check_dir, &e), SH_ECONFLICT);
}

static int
check_set_up(void **state)
{
	char path[PATH_MAX];
	struct sh_error e;

	(void)state;
	check_arena = sh_arena_new((size_t)256 << 20);
	if (!check_arena || !mkdtemp(check_dir))
		return 1;
	snprintf(path, sizeof(path), "%s/acme", check_dir);
	if (sh_skeleton_new("acme", path, &e) != SH_OK)
		return 1;
	snprintf(path, sizeof(path), "%s/acme/acme.c", check_dir);
	return sh_file_read(check_arena, path, &check_source, &e) == SH_OK ? 0 : 1;
}

static int
check_tear_down(void **state)
{
	char command[PATH_MAX];

	(void)state;
	sh_arena_free(check_arena);
	snprintf(command, sizeof(command), "rm -rf '%s'", check_dir);
	return system(command) == 0 ? 0 : 1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_skeleton), cmocka_unit_test(test_spoilt),
		cmocka_unit_test(test_more), cmocka_unit_test(test_again) };

	sh_log_set_level(SH_LOG_ERROR);
	return cmocka_run_group_tests_name("kit_check", tests, check_set_up, check_tear_down);
}
