/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Units of statements, their order and their ends, against a real Postgres. */
#include "store_units.h"

enum { T_ADD = T_OWN, T_RAISE, T_WHO, T_ABSENT, T_RETURN };

static const struct sh_sql_param id_and_name[] = { { SH_T_INT, false, "id" }, { SH_T_TEXT, false, "name" } };
static const struct sh_sql_param a_text[] = { { SH_T_TEXT, false, "text" } };

const struct sh_sql_statement sh_sql_statements[] = {
	[T_COUNT] = STORE_UNITS_COUNT,
	[T_ADD] = { "add", "INSERT INTO thing (id, name) VALUES ($1, $2)", 2, id_and_name },
	[T_RAISE] = { "raise", "SELECT raise_state($1)", 1, a_text },
	[T_WHO] = { "who", "SELECT current_user AS who, current_setting('search_path') AS path, current_setting('timezone') AS zone, "
		"current_setting('statement_timeout') AS s, current_setting('lock_timeout') || current_setting('idle_in_transaction_session_timeout') AS l, "
		"current_setting('application_name') AS app, current_setting('switchhook.tenant', true) AS tenant, "
		"current_setting('switchhook.bucket', true) AS bucket", 0, NULL },
	[T_ABSENT] = { "absent", "SELECT * FROM no_such_table", 0, NULL },
	[T_RETURN] = { "return", "INSERT INTO thing (id, name) VALUES ($1, $2) RETURNING id", 2, id_and_name },
};
const size_t sh_sql_nstatements = SH_LENGTH(sh_sql_statements);

static const struct sh_id an_id = { { 0x01, 0x8f, 0x4e, 0x3a, 0, 1, 0x70, 0, 0x80, 0, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa } };
static int watched;

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

	store_units_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
