/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Migrations of this test's own: once, twice, four at once, too new, faulty, and with no database there. */
#include "gateway/store/migrate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/store/sql.h"
#include "tests/lib/pg.h"

static char faulty[64] = "SELECT 1;\n";

const struct sh_sql_migration sh_sql_migrations[] = {
	{ 1, "0001_first", "CREATE TABLE step (n int PRIMARY KEY); SELECT pg_sleep(0.2); INSERT INTO step VALUES (1);\n" },
	{ 2, "0002_second", "INSERT INTO step SELECT max(n) + 1 FROM step;\n"
	    "CREATE FUNCTION partitions_ahead(at timestamptz) RETURNS int LANGUAGE sql AS "
	    "$$ INSERT INTO switchhook.step SELECT max(n) + 100 FROM switchhook.step RETURNING n $$;\n" },
	{ 3, "0003_third", faulty },
};
const size_t sh_sql_nmigrations = SH_LENGTH(sh_sql_migrations);

static char said[1000];

static void
say(void *arg, const char *text)
{
	size_t n = strlen(said);

	(void)arg;
	snprintf(said + n, sizeof(said) - n, "%s\n", text);
}

static int
setup(void **state)
{
	(void)state;
	pg_exec("DROP SCHEMA IF EXISTS switchhook CASCADE");
	snprintf(faulty, sizeof(faulty), "SELECT 1;\n");
	said[0] = '\0';
	return 0;
}

static void
expect_current(void)
{
	int n = -1;

	assert_int_equal(sh_migrate_pending(pg_start(), &n, NULL), SH_OK);
	assert_int_equal(n, 0);
	assert_string_equal(pg_value("SELECT string_agg(version || ' ' || name, ',' ORDER BY version) FROM switchhook.schema_version "
	    "WHERE applied_at > now() - interval '1 hour'"), "1 0001_first,2 0002_second,3 0003_third");
}

static void
test_from_nothing_and_again(void **state)
{
	struct sh_error e = { 0 };
	int n = -1;

	(void)state;
	assert_int_equal(sh_migrate_pending(pg_start(), &n, &e), SH_OK);
	assert_int_equal(n, 3);
	assert_string_equal(pg_value("SELECT count(*) FROM pg_namespace WHERE nspname = 'switchhook'"), "0");
	assert_int_equal(sh_migrate(pg_start(), 0, say, NULL, &e), SH_OK);
	assert_string_equal(said, "migration 0001_first applied\nmigration 0002_second applied\nmigration 0003_third applied\n");
	expect_current();
	/* The second time nothing is done but the days ahead. */
	assert_string_equal(pg_value("SELECT string_agg(n::text, ',' ORDER BY n) FROM switchhook.step"), "1,2,102");
	said[0] = '\0';
	assert_int_equal(sh_migrate(pg_start(), 0, say, NULL, &e), SH_OK);
	assert_string_equal(said, "the schema is current: version 3\n");
	assert_string_equal(pg_value("SELECT string_agg(n::text, ',' ORDER BY n) FROM switchhook.step"), "1,2,102,202");
}

static void
test_from_the_middle(void **state)
{
	int n = -1;

	(void)state;
	assert_int_equal(sh_migrate(pg_start(), 0, NULL, NULL, NULL), SH_OK);
	pg_exec("DELETE FROM switchhook.schema_version WHERE version > 2");
	assert_int_equal(sh_migrate_pending(pg_start(), &n, NULL), SH_OK);
	assert_int_equal(n, 1);
	assert_int_equal(sh_migrate(pg_start(), 0, say, NULL, NULL), SH_OK);
	assert_string_equal(said, "migration 0003_third applied\n");
	expect_current();
}

static void
test_newer_is_refused(void **state)
{
	struct sh_error e = { 0 };
	int n = 0;

	(void)state;
	assert_int_equal(sh_migrate(pg_start(), 0, NULL, NULL, NULL), SH_OK);
	pg_exec("INSERT INTO switchhook.schema_version VALUES (5, '0005_later', now())");
	assert_int_equal(sh_migrate_pending(pg_start(), &n, &e), SH_OK);
	assert_int_equal(n, -2);
	assert_int_equal(sh_migrate(pg_start(), 0, NULL, NULL, &e), SH_ECONFLICT);
	assert_non_null(strstr(e.text, "version 5 and this program knows 3: install the newer"));
}

static void
test_a_fault_undoes_its_step(void **state)
{
	struct sh_error e = { 0 };
	int n = 0;

	(void)state;
	snprintf(faulty, sizeof(faulty), "CREATE TABLE ü (n int);\nSELECT 1,\n  nonsense;\n");
	assert_int_equal(sh_migrate(pg_start(), 0, say, NULL, &e), SH_ESYSTEM);
	assert_string_equal(e.text, "migration 0003_third line 3: column \"nonsense\" does not exist (SQLSTATE 42703); nothing of it was kept");
	assert_string_equal(pg_value("SELECT to_regclass('switchhook.ü') IS NULL"), "t");
	assert_int_equal(sh_migrate_pending(pg_start(), &n, &e), SH_OK);
	assert_int_equal(n, 1);
	snprintf(faulty, sizeof(faulty), "SELECT 1;\n");
	assert_int_equal(sh_migrate(pg_start(), 0, NULL, NULL, &e), SH_OK);
	expect_current();
}

static void
test_four_at_once(void **state)
{
	pid_t pids[4];

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(pids); i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(sh_migrate(pg_start(), 0, NULL, NULL, NULL) == SH_OK ? 0 : 1);
	}
	for (size_t i = 0; i < SH_LENGTH(pids); i++) {
		int status = -1;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	expect_current();
}

static void
test_no_database(void **state)
{
	struct sh_error e = { 0 };

	(void)state;
	assert_int_equal(sh_migrate("host=/nonexistent user=x", 0, say, NULL, &e), SH_EAGAIN);
	assert_non_null(strstr(e.text, "cannot connect to the database: "));
	assert_non_null(strstr(e.text, "is it running"));
	assert_string_equal(said, "");
	assert_int_equal(sh_migrate("host=/nonexistent user=x", 1, say, NULL, &e), SH_EAGAIN);
	assert_non_null(strstr(said, "waiting for the database: "));
	assert_int_equal(sh_migrate("what is this, hunter2", 0, say, NULL, &e), SH_EINVALID);
	assert_null(strstr(e.text, "hunter2"));
}

static void
test_a_user_who_may_not(void **state)
{
	struct sh_error e = { 0 };
	char info[200];

	(void)state;
	pg_exec("DROP ROLE IF EXISTS nobody_special; CREATE ROLE nobody_special LOGIN");
	snprintf(info, sizeof(info), "%s user=nobody_special", pg_start());
	assert_int_equal(sh_migrate(info, 0, NULL, NULL, &e), SH_ESYSTEM);
	assert_non_null(strstr(e.text, "the user needs CREATEROLE and CREATE on the database"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup(f, setup)
		T(test_from_nothing_and_again),
		T(test_from_the_middle),
		T(test_newer_is_refused),
		T(test_a_fault_undoes_its_step),
		T(test_four_at_once),
		T(test_no_database),
		T(test_a_user_who_may_not),
	};

	pg_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
