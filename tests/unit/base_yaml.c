/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/yaml.h"

static struct sh_arena *arena;
static struct sh_faults faults;

static int
setup(void **state)
{
	(void)state;
	arena = sh_arena_new(16 << 20);
	sh_faults_init(&faults, "f.yaml");
	return arena ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	sh_arena_free(arena);
	sh_faults_clear(&faults);
	return 0;
}

/* Reads a good text. */
static const struct sh_yaml *
parse(const char *text)
{
	const struct sh_yaml *y = sh_yaml_parse(arena, sh_str(text), &faults);

	if (faults.count > 0)
		fail_msg("%s", faults.text.s);
	return y;
}

static void
test_tree(void **state)
{
	const struct sh_yaml *y = parse("a: 1\nb:\n  - x\n  - 'y z'\n  - {k: \"v\"}\nc:\n"), *b;

	(void)state;
	assert_int_equal(y->type, SH_YAML_MAP);
	assert_true(sh_str_is(sh_yaml_get(y, "a")->value, "1"));
	assert_true(sh_yaml_get(y, "a")->plain);
	b = sh_yaml_get(y, "b");
	assert_int_equal(b->type, SH_YAML_LIST);
	assert_int_equal(b->key_line, 2);
	assert_true(sh_str_is(b->first->value, "x"));
	assert_true(sh_str_is(b->first->next->value, "y z"));
	assert_false(b->first->next->plain);
	assert_int_equal(b->first->next->line, 4);
	assert_int_equal(b->first->next->column, 5);
	assert_true(sh_str_is(sh_yaml_get(b->first->next->next, "k")->value, "v"));
	assert_null(b->first->next->next->next);
	assert_int_equal(sh_yaml_get(y, "c")->value.n, 0);
	assert_null(sh_yaml_get(y, "d"));
	assert_null(sh_yaml_get(NULL, "d"));
	assert_null(sh_yaml_get(b, "d"));
}

static void
test_columns_are_characters(void **state)
{
	const struct sh_yaml *y = parse("\xef\xbb\xbf\xc3\xb6: \xc3\xa9 z\r\nb: 2\r\n");

	(void)state;
	assert_int_equal(y->first->column, 4);
	assert_int_equal(y->first->key_column, 1);
	assert_int_equal(y->first->next->line, 2);
	assert_true(sh_str_is(y->first->next->value, "2"));
}

static void
test_empty(void **state)
{
	(void)state;
	assert_null(parse(""));
	assert_null(parse("# nothing but words\n"));
	assert_null(sh_yaml_parse(arena, SH_NONE, &faults));
	assert_int_equal(faults.count, 0);
}

static const struct {
	const char *text, *fault;
} refused[] = {
	{ "a: &x 1\n", "f.yaml:1:4: anchors (&) are not allowed\n" },
	{ "a: *x\n", "f.yaml:1:4: aliases (*) are not allowed\n" },
	{ "a: !!int 1\n", "f.yaml:1:4: tags (!) are not allowed\n" },
	{ "a: ! 1\n", "f.yaml:1:4: tags (!) are not allowed\n" },
	{ "a: &x [1]\nb: !t {}\n", "f.yaml:1:4: anchors (&) are not allowed\nf.yaml:2:4: tags (!) are not allowed\n" },
	{ "<<: {a: 1}\n", "f.yaml:1:1: merge keys (<<) are not allowed\n" },
	{ "a: 1\n---\nb: 2\n", "f.yaml:2:1: a second document is not allowed\n" },
	{ "a: 1\nb: 2\n'a': 3\n", "f.yaml:3:1: duplicate key \"a\"; first at 1:1\n" },
	{ "x: {k: 1, k: 2}\n", "f.yaml:1:11: duplicate key \"k\"; first at 1:5\n" },
	{ "[a]: 1\n", "f.yaml:1:1: a key must be text\n" },
	{ "? {a: 1}\n: 2\n", "f.yaml:1:3: a key must be text\n" },
	{ "'': 1\n", "f.yaml:1:1: empty key\n" },
	{ "a: [1, 2\nb: 3\n", NULL },
	{ "a: 'x\n", NULL },
	{ "a:\n\tb: 1\n", NULL },
	{ "a: 1\nb: \xff\n", "f.yaml:2:4: invalid leading UTF-8 octet\n" },
	{ "a: \xc3\xb6\nbcd: \x01\n", "f.yaml:2:6: control characters are not allowed\n" },
};

static void
test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(refused); i++) {
		sh_faults_clear(&faults);
		sh_faults_init(&faults, "f.yaml");
		/* A key that stands twice leaves a tree, in which other faults are looked for. */
		assert_int_equal(!sh_yaml_parse(arena, sh_str(refused[i].text), &faults), !refused[i].fault || !strstr(refused[i].fault, "duplicate"));
		assert_true(faults.count > 0);
		if (refused[i].fault)
			assert_string_equal(faults.text.s, refused[i].fault);
		assert_memory_equal(faults.text.s, "f.yaml:", 7);
	}
}

/* Repeats a piece of text, reads the result, and answers the first fault. */
static const char *
repeated(const char *before, const char *piece, int times, const char *after)
{
	struct sh_buf b;

	sh_faults_clear(&faults);
	sh_faults_init(&faults, "f.yaml");
	sh_buf_init(&b, 1 << 20);
	sh_buf_add_z(&b, before);
	for (int i = 0; i < times; i++)
		sh_buf_add_z(&b, piece);
	sh_buf_add_z(&b, after);
	(void)sh_yaml_parse(arena, sh_buf_str(&b), &faults);
	sh_buf_clear(&b);
	return faults.count > 0 ? faults.text.s : "";
}

static void
test_limits(void **state)
{
	(void)state;
	assert_string_equal(repeated("", "[", 32, "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"), "");
	assert_string_equal(repeated("", "[", 33, ""), "f.yaml:1:33: nested more than 32 deep\n");
	assert_string_equal(repeated("", "[", 20000, ""), "f.yaml:1:33: nested more than 32 deep\n");
	assert_string_equal(repeated("", "- 1\n", 19999, ""), "");
	assert_string_equal(repeated("", "- 1\n", 20000, ""), "f.yaml:20000:3: more than 20000 nodes\n");
	assert_string_equal(repeated("", "# 45678\n", 32768, ""), "");
	assert_string_equal(repeated("", "# 45678\n", 32769, ""), "f.yaml: larger than 256 KiB\n");
}

static void
test_keys(void **state)
{
	static const char *const names[] = { "quiet_hours", "retry", NULL };

	(void)state;
	sh_yaml_check_keys(parse("quiet_hour: 1\nretry: 2\nzzzzzz: 3\n"), names, &faults);
	assert_int_equal(faults.count, 2);
	assert_string_equal(faults.text.s, "f.yaml:1:1: unknown key \"quiet_hour\"; did you mean \"quiet_hours\"?\n"
					   "f.yaml:3:1: unknown key \"zzzzzz\"\n");
}

static void
test_values(void **state)
{
	static const char *const colours[] = { "red", "green", "blue", NULL };
	const struct sh_yaml *y = parse("i: -7\nb: Yes\nd: 1h30m\nq: '4h'\ns: text\nc: green\nm: {}\nz:\noct: 012\nqi: '7'\n");
	struct sh_str s;
	int64_t i;
	bool b;
	int c;

	(void)state;
	assert_true(sh_yaml_int(sh_yaml_get(y, "i"), -10, 10, &faults, &i) && i == -7);
	assert_true(sh_yaml_bool(sh_yaml_get(y, "b"), &faults, &b) && b);
	assert_true(sh_yaml_duration(sh_yaml_get(y, "d"), &faults, &i) && i == 5400);
	assert_true(sh_yaml_duration(sh_yaml_get(y, "q"), &faults, &i) && i == 14400);
	assert_true(sh_yaml_str(sh_yaml_get(y, "s"), &faults, &s) && sh_str_is(s, "text"));
	assert_true(sh_yaml_choice(sh_yaml_get(y, "c"), colours, &faults, &c) && c == 1);
	assert_false(sh_yaml_str(sh_yaml_get(y, "absent"), &faults, &s));
	assert_int_equal(faults.count, 0);

	assert_false(sh_yaml_int(sh_yaml_get(y, "i"), 0, 10, &faults, &i));
	assert_false(sh_yaml_int(sh_yaml_get(y, "oct"), 0, 100, &faults, &i));
	assert_false(sh_yaml_int(sh_yaml_get(y, "qi"), 0, 100, &faults, &i));
	assert_false(sh_yaml_bool(sh_yaml_get(y, "m"), &faults, &b));
	assert_false(sh_yaml_duration(sh_yaml_get(y, "i"), &faults, &i));
	assert_false(sh_yaml_str(sh_yaml_get(y, "z"), &faults, &s));
	assert_false(sh_yaml_choice(sh_yaml_get(y, "s"), colours, &faults, &c));
	assert_string_equal(faults.text.s, "f.yaml:1:4: expected a whole number from 0 to 10, found \"-7\"\n"
		"f.yaml:9:6: expected a whole number from 0 to 100, found \"012\"\n"
		"f.yaml:10:5: expected a whole number from 0 to 100, found \"7\"\n"
		"f.yaml:7:4: expected true or false, found a mapping\n"
		"f.yaml:1:4: expected a duration such as 30s, 10m, 4h or 1h30m, found \"-7\"\n"
		"f.yaml:8:3: expected text, found nothing\n"
		"f.yaml:5:4: expected red, green or blue, found \"text\"\n");
}

/* What a fault quotes is short and moves no terminal's cursor. */
static void
test_found(void **state)
{
	const struct sh_yaml *y = parse("a: \"\\x1b[31m\\u009bx\"\nb: 1234567890123456789012345678901234567890123\n");
	char out[80];

	(void)state;
	assert_string_equal(sh_yaml_found(y->first, out), "\"?[31m??x\"");
	assert_string_equal(sh_yaml_found(y->first->next, out), "\"1234567890123456789012345678901234567...\"");
}

static void
test_many_faults(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++)
		sh_faults_add(&faults, i + 1, 1, "wrong");
	assert_int_equal(faults.count, 1000);
	assert_false(faults.text.failed);
	assert_null(strstr(faults.text.s, ":51:1:"));
}

static void
test_sorted(void **state)
{
	(void)state;
	sh_faults_add(&faults, 0, 0, "all of it");
	sh_faults_add(&faults, 11, 2, "k");
	sh_faults_add(&faults, 2, 7, "c");
	sh_faults_add(&faults, 2, 3, "b");
	sh_faults_add(&faults, 2, 3, "a");
	sh_faults_add(&faults, 11, 2, "k");
	sh_faults_sort(&faults);
	assert_int_equal(faults.count, 5);
	assert_string_equal(sh_buf_str(&faults.text).s, "f.yaml:2:3: b\nf.yaml:2:3: a\nf.yaml:2:7: c\nf.yaml:11:2: k\nf.yaml: all of it\n");
}

static void
test_json(void **state)
{
	const struct sh_yaml *y = sh_yaml_from_json(arena,
		SH_STR("{\"a\": {\"b\\u00e9\": [1, \"2\", true, null]},\n \"n\": null,\n \"c\": \"x\\ny\"}"), &faults), *l;

	(void)state;
	assert_non_null(y);
	l = sh_yaml_get(sh_yaml_get(y, "a"), "b\xc3\xa9");
	assert_int_equal(l->type, SH_YAML_LIST);
	assert_true(l->first->plain);
	assert_false(l->first->next->plain);
	assert_true(sh_str_is(l->first->next->next->value, "true"));
	assert_null(l->first->next->next->next);
	assert_null(sh_yaml_get(y, "n"));
	assert_int_equal(sh_yaml_get(y, "c")->line, 3);
	assert_true(sh_str_is(sh_yaml_get(y, "c")->value, "x\ny"));

	assert_null(sh_yaml_from_json(arena, SH_STR("{\n \"a\": 1,\n \"a\": 2}"), &faults));
	assert_null(sh_yaml_from_json(arena, SH_STR("{\"a\": }"), &faults));
	assert_int_equal(faults.count, 2);
	assert_non_null(strstr(faults.text.s, "f.yaml:3:7: duplicate key \"a\"; first at 2:7\n"));
	assert_non_null(strstr(faults.text.s, "f.yaml:1:7: not JSON\n"));
}

static void
test_files(void **state)
{
	char path[] = "/tmp/sh-yaml-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "a: 1\n", 5), 5);
	close(fd);
	faults.file = path;
	assert_non_null(sh_yaml_get(sh_yaml_load(arena, &faults), "a"));
	unlink(path);
	assert_null(sh_yaml_load(arena, &faults));
	assert_non_null(strstr(faults.text.s, ": cannot be opened: No such file or directory\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_tree, setup, teardown),
		cmocka_unit_test_setup_teardown(test_columns_are_characters, setup, teardown),
		cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(test_values, setup, teardown),
		cmocka_unit_test_setup_teardown(test_found, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_faults, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sorted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_json, setup, teardown),
		cmocka_unit_test_setup_teardown(test_files, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
