/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Parameters and results: each type of a statement, there and back, what is out of range and what is too large. */
#include "store_units.h"

#define TYPES(X) X(SH_T_SMALLINT, "smallint") X(SH_T_INT, "int") X(SH_T_BIGINT, "bigint") X(SH_T_BOOLEAN, "boolean") X(SH_T_TEXT, "text") \
	X(SH_T_UUID, "uuid") X(SH_T_TIMESTAMPTZ, "timestamptz") X(SH_T_BYTEA, "bytea") X(SH_T_JSONB, "jsonb") X(SH_T_DATE, "date")

enum { T_SPELL = T_OWN, T_SPELL_ARRAYS, T_ECHO, T_LENGTH, T_TEXTS };

#define SPELL \
	"SELECT $1::text AS v0, $2::text AS v1, $3::text AS v2, $4::text AS v3, $5::text AS v4, $6::text AS v5, $7::text AS v6, " \
	"$8::text AS v7, $9::text AS v8, $10::text AS v9"

#define ONE(type, name) { type, false, name },
#define MANY(type, name) { type, true, name },
static const struct sh_sql_param one_of_each[] = { TYPES(ONE) };
static const struct sh_sql_param many_of_each[] = { TYPES(MANY) };
static const struct sh_sql_param a_text[] = { { SH_T_TEXT, false, "text" } };

const struct sh_sql_statement sh_sql_statements[] = {
	[T_COUNT] = STORE_UNITS_COUNT,
	[T_SPELL] = { "spell", SPELL, 10, one_of_each },
	[T_SPELL_ARRAYS] = { "spell_arrays", SPELL, 10, many_of_each },
	[T_ECHO] = { "echo", "SELECT $1 AS v0, $2 AS v1, $3 AS v2, $4 AS v3, $5 AS v4, $6 AS v5, $7 AS v6, $8 AS v7, $9 AS v8, $10 AS v9", 10,
		one_of_each },
	[T_LENGTH] = { "length", "SELECT octet_length($1) AS n", 1, a_text },
	[T_TEXTS] = { "texts", "SELECT ARRAY['a', NULL, '', 'ü'] AS some, '{}'::text[] AS none, NULL::text[] AS absent", 0, NULL },
};
const size_t sh_sql_nstatements = SH_LENGTH(sh_sql_statements);

#define T0 INT64_C(1772483400123)	/* 2026-03-02 20:30:00.123 UTC */

static const struct sh_id an_id = { { 0x01, 0x8f, 0x4e, 0x3a, 0, 1, 0x70, 0, 0x80, 0, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa } };
static const char an_id_text[] = "018f4e3a-0001-7000-8000-fffefdfcfbfa";

static const struct {
	struct sh_param p[10];
	const char *text[10];
} spellings[] = {
	{ { { .type = SH_T_SMALLINT, .i = -32768 }, { .type = SH_T_INT, .i = INT32_MIN }, { .type = SH_T_BIGINT, .i = INT64_MIN },
	    { .type = SH_T_BOOLEAN, .i = 1 }, { .type = SH_T_TEXT, .s = { "Grüße", 7 } },
	    { .type = SH_T_UUID, .id = { { 0x01, 0x8f, 0x4e, 0x3a, 0, 1, 0x70, 0, 0x80, 0, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa } } },
	    { .type = SH_T_TIMESTAMPTZ, .i = T0 }, { .type = SH_T_BYTEA, .s = { "\0\xff", 2 } }, { .type = SH_T_JSONB, .s = { "{\"a\": 1}", 8 } },
	    { .type = SH_T_DATE, .i = 20514 } },
	  { "-32768", "-2147483648", "-9223372036854775808", "true", "Grüße", an_id_text, "2026-03-02 20:30:00.123+00", "\\x00ff",
	    "{\"a\": 1}", "2026-03-02" } },
	{ { { .type = SH_T_SMALLINT, .i = 32767 }, { .type = SH_T_INT, .i = INT32_MAX }, { .type = SH_T_BIGINT, .i = INT64_MAX },
	    { .type = SH_T_BOOLEAN, .i = 0 }, { .type = SH_T_TEXT, .s = { "", 0 } }, { .type = SH_T_UUID },
	    { .type = SH_T_TIMESTAMPTZ, .i = -1 }, { .type = SH_T_BYTEA, .s = { "", 0 } }, { .type = SH_T_JSONB, .s = { "null", 4 } },
	    { .type = SH_T_DATE, .i = -1 } },
	  { "32767", "2147483647", "9223372036854775807", "false", "", "00000000-0000-0000-0000-000000000000",
	    "1969-12-31 23:59:59.999+00", "\\x", "null", "1969-12-31" } },
	{ { { .type = SH_T_SMALLINT, .null = true }, { .type = SH_T_INT, .null = true }, { .type = SH_T_BIGINT, .null = true },
	    { .type = SH_T_BOOLEAN, .null = true }, { .type = SH_T_TEXT }, { .type = SH_T_UUID, .null = true },
	    { .type = SH_T_TIMESTAMPTZ, .null = true }, { .type = SH_T_BYTEA }, { .type = SH_T_JSONB }, { .type = SH_T_DATE, .null = true } },
	  { NULL } },
};

struct spelled {
	int done;
	const char *const *text;
};

static void
check_spelling(void *arg, enum sh_status status, const struct sh_result *r, const struct sh_error *e)
{
	struct spelled *s = arg;
	char column[16];

	if (status != SH_OK)
		print_error("%s\n", e->text);
	assert_int_equal(status, SH_OK);
	for (int i = 0; i < 10; i++) {
		struct sh_str v;

		snprintf(column, sizeof(column), "v%d", i);
		v = sh_rows_str(sh_rows(r, 0), 0, column);
		assert_int_equal(sh_rows_null(sh_rows(r, 0), 0, column), s->text[i] == NULL);
		if (!s->text[i])
			continue;
		if (!sh_str_is(v, s->text[i]))
			print_error("%d: \"%.*s\", not \"%s\"\n", i, (int)v.n, v.s, s->text[i]);
		assert_true(sh_str_is(v, s->text[i]));
	}
	s->done = 1;
}

static void
test_each_type_arrives(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(spellings); i++) {
		struct spelled s = { .text = spellings[i].text };
		struct sh_unit *u = sh_unit_new(db, check_spelling, &s);

		sh_unit_add_params(u, (enum sh_sql)T_SPELL, spellings[i].p, 10);
		sh_unit_run(u);
		wait_for(&s.done);
	}
}

static void
test_arrays_arrive(void **state)
{
	static const char *const full[10] = { "{-32768,32767,NULL}", "{-2147483648,2147483647,NULL}",
		"{-9223372036854775808,9223372036854775807,NULL}", "{t,f,NULL}", "{Grüße,\"\",NULL}",
		"{018f4e3a-0001-7000-8000-fffefdfcfbfa,00000000-0000-0000-0000-000000000000,NULL}",
		"{\"2026-03-02 20:30:00.123+00\",\"1969-12-31 23:59:59.999+00\",NULL}", "{\"\\\\x00ff\",\"\\\\x\",NULL}",
		"{\"{\\\"a\\\": 1}\",\"null\",NULL}", "{2026-03-02,1969-12-31,NULL}" };
	static const char *const empty[10] = { "{}", "{}", "{}", "{}", "{}", "{}", "{}", "{}", "{}", "{}" };
	static const char *const absent[10] = { NULL };
	const char *const *texts[] = { full, empty, absent };

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct spelled s = { .text = texts[i] };
		struct sh_unit *u = sh_unit_new(db, check_spelling, &s);
		struct sh_param p[10], items[10][3];

		for (int t = 0; t < 10; t++) {
			for (int k = 0; k < 3; k++)
				items[t][k] = spellings[k].p[t];
			p[t] = SH_P_ARRAY((enum sh_sql_type)t, items[t], i == 0 ? 3 : 0);
			p[t].null = i == 2;
		}
		sh_unit_add_params(u, (enum sh_sql)T_SPELL_ARRAYS, p, 10);
		sh_unit_run(u);
		wait_for(&s.done);
	}
}

static void
check_echo(void *arg, enum sh_status status, const struct sh_result *r, const struct sh_error *e)
{
	const struct sh_rows *rows = sh_rows(r, 0);
	struct sh_id id = sh_rows_id(rows, 0, "v5");

	(void)e;
	assert_int_equal(status, SH_OK);
	assert_int_equal(sh_rows_count(rows), 1);
	assert_int_equal(sh_rows_int(rows, 0, "v0"), -32768);
	assert_int_equal(sh_rows_int(rows, 0, "v1"), INT32_MIN);
	assert_true(sh_rows_int(rows, 0, "v2") == INT64_MIN);
	assert_true(sh_rows_bool(rows, 0, "v3"));
	assert_true(sh_str_is(sh_rows_str(rows, 0, "v4"), "Grüße"));
	assert_memory_equal(id.b, an_id.b, 16);
	assert_true(sh_rows_time(rows, 0, "v6") == T0);
	assert_int_equal(sh_rows_str(rows, 0, "v7").n, 2);
	assert_true(sh_str_is(sh_rows_str(rows, 0, "v8"), "{\"a\": 1}"));
	assert_int_equal(sh_rows_int(rows, 0, "v9"), 20514);
	*(int *)arg = 1;
}

static void
check_echo_null(void *arg, enum sh_status status, const struct sh_result *r, const struct sh_error *e)
{
	const struct sh_rows *rows = sh_rows(r, 0);
	static const struct sh_id zero;
	struct sh_id id = sh_rows_id(rows, 0, "v5");

	(void)e;
	assert_int_equal(status, SH_OK);
	assert_int_equal(sh_rows_int(rows, 0, "v0") | sh_rows_int(rows, 0, "v1") | sh_rows_int(rows, 0, "v2"), 0);
	assert_false(sh_rows_bool(rows, 0, "v3"));
	assert_null(sh_rows_str(rows, 0, "v4").s);
	assert_memory_equal(id.b, zero.b, 16);
	assert_true(sh_rows_time(rows, 0, "v6") == 0);
	assert_null(sh_rows_str(rows, 0, "v7").s);
	assert_null(sh_rows_str(rows, 0, "v8").s);
	*(int *)arg = 1;
}

static void
test_each_type_comes_back(void **state)
{
	int done = 0, done_null = 0;
	struct sh_unit *u = sh_unit_new(db, check_echo, &done);

	(void)state;
	sh_unit_add_params(u, (enum sh_sql)T_ECHO, spellings[0].p, 10);
	sh_unit_run(u);
	u = sh_unit_new(db, check_echo_null, &done_null);
	sh_unit_add_params(u, (enum sh_sql)T_ECHO, spellings[2].p, 10);
	sh_unit_run(u);
	wait_for(&done);
	wait_for(&done_null);
}

static void
check_texts(void *arg, enum sh_status status, const struct sh_result *r, const struct sh_error *e)
{
	struct sh_arena *a = sh_arena_new(4096);
	struct sh_str *v;

	(void)e;
	assert_int_equal(status, SH_OK);
	assert_true(sh_rows_has(sh_rows(r, 0), "some"));
	assert_false(sh_rows_has(sh_rows(r, 0), "other"));
	assert_int_equal(sh_rows_texts(sh_rows(r, 0), 0, "some", a, &v), 4);
	assert_true(sh_str_is(v[0], "a") && v[1].s == NULL && sh_str_is(v[2], "") && sh_str_is(v[3], "ü"));
	assert_int_equal(sh_rows_texts(sh_rows(r, 0), 0, "none", a, &v), 0);
	assert_int_equal(sh_rows_texts(sh_rows(r, 0), 0, "absent", a, &v), 0);
	sh_arena_free(a);
	*(int *)arg = 1;
}

static void
test_text_arrays_come_back(void **state)
{
	int done = 0;
	struct sh_unit *u = sh_unit_new(db, check_texts, &done);

	(void)state;
	add(u, T_TEXTS);
	sh_unit_run(u);
	wait_for(&done);
}

static void
test_a_value_out_of_range_is_refused(void **state)
{
	struct answer a[4] = { { 0 } };
	struct sh_param p[10];

	(void)state;
	for (int i = 0; i < 4; i++) {
		static const int which[] = { 0, 1, 6, 9 };
		struct sh_unit *u = sh_unit_new(db, note, &a[i]);

		memcpy(p, spellings[0].p, sizeof(p));
		p[which[i]].i = INT64_MAX;
		sh_unit_add_params(u, (enum sh_sql)T_SPELL, p, 10);
		sh_unit_run(u);
		wait_for(&a[i].done);
		assert_int_equal(a[i].status, SH_EINVALID);
		assert_non_null(strstr(a[i].text, "statement spell, $"));
	}
}

/* Twenty megabytes are more than socket and libpq take in one go. */
static void
test_a_large_parameter(void **state)
{
	size_t n = 20 << 20;
	char *large = malloc(n);
	struct answer a = { 0 };
	struct sh_unit *u = sh_unit_new(db, note_count, &a);

	(void)state;
	memset(large, 'x', n);
	add(u, T_LENGTH, SH_P_TEXT(((struct sh_str){ large, n })));
	free(large);
	sh_unit_run(u);
	wait_for(&a.done);
	assert_int_equal(a.status, SH_OK);
	assert_int_equal(a.n, n);
}

static void
test_too_many_bytes_are_refused(void **state)
{
	size_t n = 40 << 20;
	char *large = calloc(1, n);
	struct answer a = { 0 };
	struct sh_unit *u = sh_unit_new(db, note_count, &a);

	(void)state;
	for (int i = 0; i < 2; i++)
		add(u, T_LENGTH, SH_P_TEXT(((struct sh_str){ large, n })));
	free(large);
	sh_unit_run(u);
	wait_for(&a.done);
	assert_int_equal(a.status, SH_ETOOBIG);
	assert_int_equal(count(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(test_each_type_arrives),
		T(test_arrays_arrive),
		T(test_each_type_comes_back),
		T(test_text_arrays_come_back),
		T(test_a_value_out_of_range_is_refused),
		T(test_a_large_parameter),
		T(test_too_many_bytes_are_refused),
	};

	store_units_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
