/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Golden files that are written wrong, and bodies that are alike.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/kit/files.h"
#include "gateway/kit/golden.h"
#include "gateway/kit/xml.h"

static char golden_dir[] = "/tmp/sh-golden-XXXXXX";
static const struct sh_driver_loaded *golden_driver;

static void
golden_put(const char *name, const char *text)
{
	char path[PATH_MAX];
	struct sh_error e;

	snprintf(path, sizeof(path), "%s/%s", golden_dir, name);
	assert_int_equal(sh_file_write(path, sh_str(text), &e), SH_OK);
}

/* ---- files ---- */

static const struct {
	const char *text, *said; /* NULL: it is read */
} golden_files[] = {
	{ "run webhook\n", NULL },
	{ "# a word\nrun webhook\nheader x-a: b\nheader x-a:\ntext {}\n\n", NULL },
	{ "run webhook\nheadr x: y\n", "one.golden:2: \"headr\"; did you mean \"header\"?" },
	{ "run webhook\nzzzzzzzzzz y\n", "one.golden:2: \"zzzzzzzzzz\", which is none of the words of a golden file" },
	{ "run\n", "one.golden:1: \"run\" without a value" },
	{ "at 12\n\n", "expected a line run webhook, run outcome, or run with a function such as dial_request, not \"\"" },
	{ "run agents\n", "not \"agents\"" },
	{ "run webhook\nat noon\n", "one.golden: expected a whole number, found \"noon\"" },
	{ "run webhook\nheader x\n", "one.golden: expected name: value, found \"x\"" },
	{ "run webhook\nheader X-A: b\n", "one.golden: expected a header's name in lower case, found \"X-A\"" },
	{ "run webhook\nset api_key\n", "one.golden:2: expected name=value, found \"api_key\"" },
	{ "run webhook\nset api_kez=x\n", "one.golden:2: retell has no setting \"api_kez\"; did you mean \"api_key\"?" },
	{ "run webhook\nset base_url=ftp://x\n", "one.golden:2: setting base_url: \"ftp://x\" is not a URL" },
	{ "run webhook\nbody nothing.json\n", "nothing.json: No such file or directory" },
	{ "run dial_request\nchannel fax\n", "one.golden: expected voice, chat or sms as a channel, not \"fax\"" },
};

static void
test_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(golden_files); i++) {
		struct sh_golden_set *set;
		struct sh_golden g;
		struct sh_error e;
		enum sh_status st;

		golden_put("one.golden", golden_files[i].text);
		assert_int_equal(sh_golden_open(golden_dir, golden_driver, &set, &e), SH_OK);
		assert_int_equal(sh_golden_count(set), 1);
		st = sh_golden_read(set, 0, &g, &e);
		if (!golden_files[i].said)
			assert_int_equal(st, SH_OK);
		else if (st == SH_OK || !strstr(e.text, golden_files[i].said))
			fail_msg("%s said \"%s\"", golden_files[i].text, st == SH_OK ? "nothing" : e.text);
		if (st == SH_OK)
			sh_golden_clear(&g);
		sh_golden_close(set);
	}
}

/* A fault of the folder's own lines is told once, with its line, and not of each file. */
static void
test_defaults_wrong(void **state)
{
	struct sh_golden_set *set;
	struct sh_error e;

	(void)state;
	golden_put("defaults", "# settings\nset api_key=one\nset nobody_knows_this=x\n");
	golden_put("one.golden", "run webhook\n");
	assert_int_equal(sh_golden_open(golden_dir, golden_driver, &set, &e), SH_EINVALID);
	assert_null(set);
	if (!strstr(e.text, "/defaults:3: retell has no setting \"nobody_knows_this\"") || strstr(e.text, "\" \""))
		fail_msg("said \"%s\"", e.text);
}

/* The folder's lines stand before the file's; an old value is one. */
static void
test_defaults(void **state)
{
	struct sh_golden_set *set;
	const struct sh_account *a;
	struct sh_golden g;
	struct sh_error e;
	int key = sh_driver_setting_index(golden_driver, SH_STR("api_key")),
	    hook = sh_driver_setting_index(golden_driver, SH_STR("webhook_key"));

	(void)state;
	golden_put(
	    "defaults", "set api_key=one\nset webhook_key=two\nold webhook_key=before\nwebhook_url https://mine.example/x\n");
	golden_put("one.golden", "run webhook\nset api_key=mine\nmethod GET\nurl https://mine.example/x?y=z\n\nexpected\n");
	golden_put("two.golden", "run webhook\n\nexpected\n");
	assert_int_equal(sh_golden_open(golden_dir, golden_driver, &set, &e), SH_OK);
	assert_int_equal(sh_golden_read(set, 1, &g, &e), SH_OK);
	assert_true(sh_str_is(g.question.delivery.url, "https://mine.example/x"));
	sh_golden_clear(&g);
	assert_int_equal(sh_golden_read(set, 0, &g, &e), SH_OK);
	a = g.question.account;
	assert_true(sh_str_is(a->values[key].now, "mine"));
	assert_true(sh_str_is(a->values[hook].now, "two"));
	assert_true(sh_str_is(a->values[hook].old, "before"));
	assert_true(sh_str_is(g.question.delivery.method, "GET"));
	assert_true(sh_str_is(g.question.delivery.url, "https://mine.example/x?y=z"));
	assert_true(sh_str_is(g.expected, "expected\n"));
	sh_golden_clear(&g);
	sh_golden_close(set);

	golden_put("defaults", "nonsense\n");
	assert_int_equal(sh_golden_open(golden_dir, golden_driver, &set, &e), SH_EINVALID);
	assert_non_null(strstr(e.text, "defaults:1: \"nonsense\""));
	golden_put("defaults", "");
	assert_int_equal(sh_golden_open("/nowhere", golden_driver, &set, &e), SH_EABSENT);
}

/* A file that ends with its head, in the middle of a line even, gets its empty line. */
static void
test_write(void **state)
{
	static const char *const heads[] = { "run webhook", "run webhook\n", "run webhook\n\n", "run webhook\n\nwas\n" };
	char path[PATH_MAX];

	(void)state;
	snprintf(path, sizeof(path), "%s/one.golden", golden_dir);
	for (size_t i = 0; i < SH_LENGTH(heads); i++) {
		struct sh_arena *a = sh_arena_new(1 << 20);
		struct sh_golden_set *set;
		struct sh_golden g;
		struct sh_error e;
		struct sh_str text;

		golden_put("one.golden", heads[i]);
		assert_int_equal(sh_golden_open(golden_dir, golden_driver, &set, &e), SH_OK);
		assert_int_equal(sh_golden_read(set, 0, &g, &e), SH_OK);
		assert_int_equal(sh_golden_write(set, &g, SH_STR("now\n"), &e), SH_OK);
		assert_int_equal(sh_file_read(a, path, &text, &e), SH_OK);
		assert_string_equal(text.s, "run webhook\n\nnow\n");
		sh_golden_clear(&g);
		sh_golden_close(set);
		sh_arena_free(a);
	}
}

/* ---- bodies ---- */

static void
test_alike(void **state)
{
	static const struct {
		const char *ours, *theirs, *except, *differs;
	} cases[] = {
		{ "{\"a\":1,\"b\":[true,null]}", "{ \"b\": [true, null], \"a\": 1 }", "", "" },
		{ "{\"a\":\"\\u0041\"}", "{\"a\":\"A\"}", "", "" },
		{ "{\"a\":1}", "{\"a\":2}", "", "body.a" },
		{ "{\"a\":1}", "{\"a\":2}", "b a", "" },
		{ "{\"a\":1}", "{\"a\":\"1\"}", "", "body.a" },
		{ "{\"a\":1,\"c\":1}", "{\"a\":1}", "", "body.c" },
		{ "{\"a\":1}", "{\"a\":1,\"c\":{\"d\":1}}", "", "body.c" },
		{ "{\"a\":{\"b\":[1,2]}}", "{\"a\":{\"b\":[1,3]}}", "b", "body.a.b[1]" },
		{ "[1]", "[1,2]", "", "body[1]" },
		{ "nonsense", "{}", "", "body" },
		{ "a=1&b=2", "b=2&a=1", "", "" },
		{ "a=1&a=2", "a=2&a=1", "", ".a" },
		{ "a=1&b=%20", "a=1&b=+", "", "" },
		{ "a=1", "a=1&b=2", "", ".b" },
		{ "a=1&c=3", "a=1", "c", "" },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_arena *a = sh_arena_new(1 << 20);
		struct sh_str differs = sh_alike(a, sh_str(cases[i].ours), sh_str(cases[i].theirs), sh_str(cases[i].except));

		if (!sh_str_is(differs, cases[i].differs))
			fail_msg("%s and %s differ at \"%.*s\"", cases[i].ours, cases[i].theirs, (int)differs.n, differs.s);
		sh_arena_free(a);
	}
}

static int
golden_tear_down(void **state)
{
	char command[PATH_MAX];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", golden_dir);
	return system(command) == 0 ? 0 : 1;
}

/* ---- XML ---- */

static const struct {
	const char *text, *said; /* NULL: it is well-formed */
} golden_xml[] = {
	{ "<a/>", NULL },
	{ "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a b='\"' c = \"'\"><!-- <b> & --><x:d-1 />t &#x41;&#65;&amp;</a >\n",
	    NULL },
	{ "<a><![CDATA[<&]]></a>", NULL },
	{ "", "breaks off" },
	{ "<a>", "breaks off" },
	{ "<a", "breaks off" },
	{ "<a b=\"", "breaks off" },
	{ "<a><!-- </a>", "breaks off" },
	{ "<a></b>", "not closed where it belongs" },
	{ "<a></a></a>", "not closed where it belongs" },
	{ "<a><b></a></b>", "not closed where it belongs" },
	{ "<a/><b/>", "a second outermost element" },
	{ "x<a/>", "text outside" },
	{ "<a/>&amp;", "text outside" },
	{ "<a>&</a>", "not escaped" },
	{ "<a>&nbsp;</a>", "not escaped" },
	{ "<a>&#;</a>", "not escaped" },
	{ "<a>< b</a>", "not escaped" },
	{ "<a b='<'/>", "not escaped" },
	{ "<a b='x'y'/>", "a quote that is not escaped" },
	{ "<a b=x/>", "without quotes" },
	{ "<a b/>", "without a value" },
	{ "<a b='' b=''/>", "an attribute twice" },
	{ "<!DOCTYPE a><a/>", "not escaped" },
};

static void
test_xml(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(golden_xml); i++) {
		const char *said = sh_xml_fault(sh_str(golden_xml[i].text)), *expected = golden_xml[i].said;

		if (!said != !expected || (said && !strstr(said, expected)))
			fail_msg("%s: \"%s\"", golden_xml[i].text, said ? said : "nothing");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_files), cmocka_unit_test(test_defaults_wrong),
		cmocka_unit_test(test_xml), cmocka_unit_test(test_defaults), cmocka_unit_test(test_write),
		cmocka_unit_test(test_alike) };
	struct sh_drivers *set;
	struct sh_error e;
	int failed;

	if (!mkdtemp(golden_dir) ||
	    sh_drivers_load_file(SH_BUILDDIR "/drivers/retell/.libs/switchhook-retell.so", &set, &e) != SH_OK)
		return 1;
	golden_driver = sh_drivers_at(set, 0);
	failed = golden_driver->refused ? 1 : cmocka_run_group_tests_name("kit_golden", tests, NULL, golden_tear_down);
	sh_drivers_free(set);
	return failed;
}
