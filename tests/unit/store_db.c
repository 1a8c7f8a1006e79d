/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Units against a real Postgres, with statements of this test's own in place of the product's. */
#include "gateway/store/db.h"

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/lib/pg.h"

#define TYPES(X) X(SH_T_SMALLINT, "smallint") X(SH_T_INT, "int") X(SH_T_BIGINT, "bigint") X(SH_T_BOOLEAN, "boolean") X(SH_T_TEXT, "text") \
	X(SH_T_UUID, "uuid") X(SH_T_TIMESTAMPTZ, "timestamptz") X(SH_T_BYTEA, "bytea") X(SH_T_JSONB, "jsonb") X(SH_T_DATE, "date")

enum { T_SPELL, T_SPELL_ARRAYS, T_ECHO, T_ADD, T_COUNT, T_RAISE, T_WHO, T_ABSENT, T_NAP, T_LENGTH, T_TEXTS, T_RETURN };

#define SPELL \
	"SELECT $1::text AS v0, $2::text AS v1, $3::text AS v2, $4::text AS v3, $5::text AS v4, $6::text AS v5, $7::text AS v6, " \
	"$8::text AS v7, $9::text AS v8, $10::text AS v9"

#define ONE(type, name) { type, false, name },
#define MANY(type, name) { type, true, name },
static const struct sh_sql_param one_of_each[] = { TYPES(ONE) };
static const struct sh_sql_param many_of_each[] = { TYPES(MANY) };
static const struct sh_sql_param id_and_name[] = { { SH_T_INT, false, "id" }, { SH_T_TEXT, false, "name" } };
static const struct sh_sql_param an_int[] = { { SH_T_INT, false, "n" } };
static const struct sh_sql_param a_text[] = { { SH_T_TEXT, false, "text" } };

const struct sh_sql_statement sh_sql_statements[] = {
	[T_SPELL] = { "spell", SPELL, 10, one_of_each },
	[T_SPELL_ARRAYS] = { "spell_arrays", SPELL, 10, many_of_each },
	[T_ECHO] = { "echo", "SELECT $1 AS v0, $2 AS v1, $3 AS v2, $4 AS v3, $5 AS v4, $6 AS v5, $7 AS v6, $8 AS v7, $9 AS v8, $10 AS v9", 10,
		one_of_each },
	[T_ADD] = { "add", "INSERT INTO thing (id, name) VALUES ($1, $2)", 2, id_and_name },
	[T_COUNT] = { "count", "SELECT count(*) AS n FROM thing", 0, NULL },
	[T_RAISE] = { "raise", "SELECT raise_state($1)", 1, a_text },
	[T_WHO] = { "who", "SELECT current_user AS who, current_setting('search_path') AS path, current_setting('timezone') AS zone, "
		"current_setting('statement_timeout') AS s, current_setting('lock_timeout') || current_setting('idle_in_transaction_session_timeout') AS l, "
		"current_setting('application_name') AS app, current_setting('switchhook.tenant', true) AS tenant, "
		"current_setting('switchhook.bucket', true) AS bucket", 0, NULL },
	[T_ABSENT] = { "absent", "SELECT * FROM no_such_table", 0, NULL },
	[T_NAP] = { "nap", "SELECT pg_sleep($1::double precision / 1000)", 1, an_int },
	[T_LENGTH] = { "length", "SELECT octet_length($1) AS n", 1, a_text },
	[T_TEXTS] = { "texts", "SELECT ARRAY['a', NULL, '', 'ü'] AS some, '{}'::text[] AS none, NULL::text[] AS absent", 0, NULL },
	[T_RETURN] = { "return", "INSERT INTO thing (id, name) VALUES ($1, $2) RETURNING id", 2, id_and_name },
};
const size_t sh_sql_nstatements = SH_LENGTH(sh_sql_statements);

static struct event_base *base;
static struct sh_clock ours;
static struct sh_db *db;
static const char *conninfo;

/* What a unit's end was, copied out. */
struct answer {
	int done;
	enum sh_status status;
	char sqlstate[6], constraint[64], text[512];
	int64_t n;			/* column n of the last statement, if it has one */
	int affected;
	int turn;			/* which unit this one was, by the order of ends */
};
static int turns, watched;

#define add(u, sql, ...) sh_unit_add((u), (enum sh_sql)(sql), ##__VA_ARGS__)

static void
note(void *arg, enum sh_status status, const struct sh_result *r, const struct sh_error *e)
{
	struct answer *a = arg;

	a->done++;
	a->status = status;
	a->turn = turns++;
	snprintf(a->sqlstate, sizeof(a->sqlstate), "%s", sh_result_sqlstate(r));
	snprintf(a->constraint, sizeof(a->constraint), "%s", sh_result_constraint(r));
	snprintf(a->text, sizeof(a->text), "%s", e->text);
}

static void
note_count(void *arg, enum sh_status status, const struct sh_result *r, const struct sh_error *e)
{
	struct answer *a = arg;

	note(arg, status, r, e);
	if (status == SH_OK)
		a->n = sh_rows_int(sh_rows(r, 0), 0, "n");
}

static void
wait_for(const int *done)
{
	assert_true(pg_loop(base, done, 20));
}

static int64_t
count(void)
{
	struct answer a = { 0 };
	struct sh_unit *u = sh_unit_new(db, note_count, &a);

	add(u, T_COUNT);
	sh_unit_run(u);
	assert_int_equal(a.done, 0);		/* never at once */
	wait_for(&a.done);
	assert_int_equal(a.status, SH_OK);
	return a.n;
}

static struct sh_db *
new_db(enum sh_role role, size_t queue)
{
	struct sh_db_options o = { .conninfo = conninfo, .role = role, .queue = queue };

	return sh_db_new(base, &o, &ours);
}

static void
ready(void *arg, bool is)
{
	*(int *)arg += is;
}

static int
setup(void **state)
{
	int is = 0;

	(void)state;
	pg_exec("TRUNCATE switchhook.thing");
	sh_clock_init(&ours);
	base = event_base_new();
	db = new_db(SH_ROLE_ENGINE, 2000);
	sh_db_on_change(db, ready, &is);
	wait_for(&is);
	assert_true(sh_db_ready(db));
	sh_db_on_change(db, NULL, NULL);
	turns = 0;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	sh_db_free(db);
	event_base_free(base);
	return 0;
}

/* ---- parameters and results -------------------------------------------------------------------------- */

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

/* ---- units ------------------------------------------------------------------------------------------- */

static void
test_a_thousand_units_end_in_order(void **state)
{
	static struct answer a[1000];

	(void)state;
	memset(a, 0, sizeof(a));
	for (int i = 0; i < 1000; i++) {
		struct sh_unit *u = sh_unit_new(db, note, &a[i]);

		add(u, T_ADD, SH_P_INT(i), SH_P_TEXT(SH_STR("x")));
		sh_unit_run(u);
	}
	assert_int_equal(sh_db_pending(db), 1000);
	wait_for(&a[999].done);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(a[i].done, 1);
		assert_int_equal(a[i].status, SH_OK);
		assert_int_equal(a[i].turn, i);
	}
	assert_int_equal(sh_db_pending(db), 0);
	assert_int_equal(count(), 1000);
}

/* The fifth unit's second statement fails: its first is undone, the nine others stand. */
static void
test_an_error_is_its_own_units_alone(void **state)
{
	struct answer a[10] = { { 0 } };

	(void)state;
	for (int i = 0; i < 10; i++) {
		struct sh_unit *u = sh_unit_new(db, note, &a[i]);

		add(u, T_ADD, SH_P_INT(2 * i), SH_P_TEXT(SH_STR("x")));
		add(u, T_ADD, SH_P_INT(2 * i + 1), SH_P_TEXT(i == 4 ? SH_STR("bad") : SH_STR("y")));
		add(u, T_COUNT);
		sh_unit_run(u);
	}
	wait_for(&a[9].done);
	for (int i = 0; i < 10; i++)
		assert_int_equal(a[i].status, i == 4 ? SH_ECONFLICT : SH_OK);
	assert_string_equal(a[4].sqlstate, "23514");
	assert_string_equal(a[4].constraint, "thing_name_check");
	assert_non_null(strstr(a[4].text, "statement add: "));
	assert_int_equal(count(), 18);
}

static void
test_statuses(void **state)
{
	static const struct {
		const char *sqlstate;
		enum sh_status status;
	} cases[] = {
		{ "23505", SH_ECONFLICT }, { "23503", SH_ECONFLICT }, { "40001", SH_ECONFLICT }, { "40P01", SH_ECONFLICT },
		{ "22P03", SH_ESYSTEM }, { "57014", SH_EAGAIN }, { "P0001", SH_ESYSTEM }, { "53100", SH_EAGAIN }, { "55P03", SH_EAGAIN },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct answer a = { 0 };
		struct sh_unit *u = sh_unit_new(db, note, &a);

		add(u, T_RAISE, SH_P_TEXT(sh_str(cases[i].sqlstate)));
		sh_unit_run(u);
		wait_for(&a.done);
		assert_int_equal(a.status, cases[i].status);
		assert_string_equal(a.sqlstate, cases[i].sqlstate);
	}
}

/* A statement that cannot be prepared fails its unit; the units behind it in the pipeline are not harmed. */
static void
test_a_statement_that_does_not_prepare(void **state)
{
	struct answer a[4] = { { 0 } };

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct sh_unit *u = sh_unit_new(db, note, &a[i]);

		if (i < 2)
			add(u, T_ABSENT);
		add(u, T_ADD, SH_P_INT(i), SH_P_TEXT(SH_STR("x")));
		sh_unit_run(u);
	}
	wait_for(&a[3].done);
	assert_int_equal(a[0].status, SH_ESYSTEM);
	assert_string_equal(a[0].sqlstate, "42P01");
	/* They counted on what the first would prepare: nothing of them happened, and they may be tried again. */
	for (int i = 1; i < 4; i++)
		assert_int_equal(a[i].status, SH_EAGAIN);
	assert_int_equal(count(), 0);
	for (int i = 0; i < 2; i++) {
		struct sh_unit *u = sh_unit_new(db, note, &a[i]);

		a[i].done = 0;
		if (i == 0)
			add(u, T_ABSENT);
		else
			add(u, T_ADD, SH_P_INT(1), SH_P_TEXT(SH_STR("x")));
		sh_unit_run(u);
		wait_for(&a[i].done);
	}
	assert_int_equal(a[0].status, SH_ESYSTEM);
	assert_int_equal(a[1].status, SH_OK);
}

static void
check_affected(void *arg, enum sh_status status, const struct sh_result *r, const struct sh_error *e)
{
	(void)e;
	assert_int_equal(status, SH_OK);
	assert_int_equal(sh_rows_count(sh_rows(r, 0)), 0);
	assert_int_equal(sh_rows_int(sh_rows(r, 1), 0, "id"), 2);
	*(int *)arg = 1;
}

static void
test_rows_of_each_statement(void **state)
{
	int done = 0;
	struct sh_unit *u = sh_unit_new(db, check_affected, &done);

	(void)state;
	add(u, T_ADD, SH_P_INT(1), SH_P_TEXT(SH_NONE));
	add(u, T_RETURN, SH_P_INT(2), SH_P_TEXT(SH_STR("x")));
	sh_unit_run(u);
	wait_for(&done);
}

struct who {
	int done;
	char text[512];
};

static void
note_who(void *arg, enum sh_status status, const struct sh_result *r, const struct sh_error *e)
{
	static const char *const columns[] = { "who", "path", "zone", "s", "l", "app", "tenant", "bucket" };
	struct who *w = arg;

	(void)e;
	assert_int_equal(status, SH_OK);
	for (size_t i = 0; i < SH_LENGTH(columns); i++) {
		struct sh_str s = sh_rows_str(sh_rows(r, 0), 0, columns[i]);
		size_t n = strlen(w->text);

		snprintf(w->text + n, sizeof(w->text) - n, "%s%.*s", i ? "|" : "", (int)s.n, s.s ? s.s : "");
	}
	w->done = 1;
}

static void
test_role_and_settings(void **state)
{
	static const char *const expected[] = {
		[SH_ROLE_API] = "switchhook_api|switchhook|UTC|8s|5s10s|switchhook api||",
		[SH_ROLE_INGEST] = "switchhook_ingest|switchhook|UTC|8s|5s10s|switchhook ingest||",
		[SH_ROLE_ENGINE] = "switchhook_engine|switchhook|UTC|8s|5s10s|switchhook engine||",
	};

	(void)state;
	for (int role = 0; role < 3; role++) {
		struct sh_db *other = new_db((enum sh_role)role, 0);
		struct who w = { 0 };
		struct sh_unit *u = sh_unit_new(other, note_who, &w);

		add(u, T_WHO);
		sh_unit_run(u);		/* before it is connected: it waits */
		wait_for(&w.done);
		assert_string_equal(w.text, expected[role]);
		sh_db_free(other);
	}
}

static void
test_a_tenant_is_set_for_one_unit(void **state)
{
	struct who w[2] = { { 0 } };
	struct sh_unit *u = sh_unit_new(db, note_who, &w[0]);

	(void)state;
	sh_unit_tenant(u, 63, &an_id);
	add(u, T_WHO);
	sh_unit_run(u);
	u = sh_unit_new(db, note_who, &w[1]);
	add(u, T_WHO);
	sh_unit_run(u);
	wait_for(&w[1].done);
	assert_string_equal(w[0].text, "switchhook_engine|switchhook|UTC|8s|5s10s|switchhook engine|018f4e3a-0001-7000-8000-fffefdfcfbfa|63");
	assert_string_equal(w[1].text, "switchhook_engine|switchhook|UTC|8s|5s10s|switchhook engine||");
}

static void
test_past_the_queue_nothing_is_taken(void **state)
{
	static struct answer a[2001];
	struct sh_unit *u;

	(void)state;
	memset(a, 0, sizeof(a));
	for (int i = 0; i < 2001; i++) {
		u = sh_unit_new(db, note, &a[i]);
		add(u, T_COUNT);
		sh_unit_run(u);
	}
	assert_int_equal(a[2000].done, 0);
	wait_for(&a[1999].done);
	wait_for(&a[2000].done);
	assert_int_equal(a[1999].status, SH_OK);
	assert_int_equal(a[2000].status, SH_EAGAIN);
}

static void
test_the_clock_is_measured(void **state)
{
	(void)state;
	/* One machine, one clock: the difference is within what the measurement itself says it may be off. */
	assert_in_range(ours.error_ms, 1, 500);
	assert_in_range(sh_clock_difference_ms(&ours) + ours.error_ms + 1, 0, 2 * ours.error_ms + 2);
}

/* ---- ends --------------------------------------------------------------------------------------------- */

static void
free_db(void *arg, enum sh_status status, const struct sh_result *r, const struct sh_error *e)
{
	struct answer *a = arg;

	note(arg, status, r, e);
	sh_db_free(db);
	/* The result outlives the connection, until we return. */
	a->n = status == SH_OK ? sh_rows_int(sh_rows(r, 0), 0, "n") : -1;
	db = NULL;
}

static void
test_freed_inside_its_own_callback(void **state)
{
	struct answer a[3] = { { 0 } };
	struct sh_unit *u;

	(void)state;
	for (int i = 0; i < 3; i++) {
		u = sh_unit_new(db, i == 0 ? free_db : note, &a[i]);
		add(u, T_COUNT);
		sh_unit_run(u);
	}
	wait_for(&a[0].done);
	assert_int_equal(a[0].status, SH_OK);
	for (int i = 1; i < 3; i++) {
		assert_int_equal(a[i].done, 1);
		assert_int_equal(a[i].status, SH_EUNKNOWN);
	}
}

static void
free_on_change(void *arg, bool is)
{
	(void)is;
	sh_db_free(*(struct sh_db **)arg);
	*(struct sh_db **)arg = NULL;
	watched = 1;
}

static void
test_freed_when_it_becomes_ready(void **state)
{
	struct sh_db *other = new_db(SH_ROLE_API, 0);

	(void)state;
	watched = 0;
	sh_db_on_change(other, free_on_change, &other);
	wait_for(&watched);
	assert_null(other);
}

static void
test_freed_before_anything_was_sent(void **state)
{
	struct sh_db *other = new_db(SH_ROLE_API, 0);
	struct answer a = { 0 };
	struct sh_unit *u = sh_unit_new(other, note, &a);

	(void)state;
	add(u, T_COUNT);
	sh_unit_run(u);
	sh_db_free(other);
	assert_int_equal(a.done, 1);
	assert_int_equal(a.status, SH_EAGAIN);
}

static void
test_a_connection_string_that_is_none(void **state)
{
	struct sh_db_options o = { .conninfo = "host=a,b,c port=1,2 password=hunter2" };

	(void)state;
	assert_null(sh_db_new(base, &o, &ours));
	o.conninfo = "not a conninfo";
	assert_null(sh_db_new(base, &o, &ours));
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
		T(test_a_thousand_units_end_in_order),
		T(test_an_error_is_its_own_units_alone),
		T(test_statuses),
		T(test_a_statement_that_does_not_prepare),
		T(test_rows_of_each_statement),
		T(test_role_and_settings),
		T(test_a_tenant_is_set_for_one_unit),
		T(test_past_the_queue_nothing_is_taken),
		T(test_the_clock_is_measured),
		T(test_freed_inside_its_own_callback),
		T(test_freed_when_it_becomes_ready),
		T(test_freed_before_anything_was_sent),
		T(test_a_connection_string_that_is_none),
	};

	conninfo = pg_start();
	pg_exec("CREATE ROLE switchhook_api; CREATE ROLE switchhook_ingest; CREATE ROLE switchhook_engine; CREATE SCHEMA switchhook;"
	    "CREATE TABLE switchhook.thing (id int PRIMARY KEY, name text CHECK (name <> 'bad'));"
	    "CREATE FUNCTION switchhook.raise_state(s text) RETURNS void LANGUAGE plpgsql AS "
	    "$$BEGIN RAISE EXCEPTION 'as asked' USING ERRCODE = s; END$$;"
	    "GRANT USAGE ON SCHEMA switchhook TO PUBLIC; GRANT ALL ON switchhook.thing TO PUBLIC");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
