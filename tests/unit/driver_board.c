/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The board: how many deaths are too many, of which file, and who may lift it. Time is the test's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/driver/board.h"

#define A UINT64_C(0xa)
#define B UINT64_C(0xb)

static bool
died(const char *driver, uint64_t file, int64_t now_ms)
{
	struct sh_driver_inside in = { .function = "normalize", .file = file, .since_ms = 1 };

	snprintf(in.driver, sizeof(in.driver), "%s", driver);
	return sh_board_died(&in, now_ms);
}

static bool
closed(const char *driver, uint64_t file)
{
	struct sh_driver_loaded d = { .name = driver, .file = file };

	assert_int_equal(sh_board_closed(&d), sh_board_state(driver, file).closed);
	return sh_board_closed(&d);
}

static void
test_three_in_a_minute(void **state)
{
	(void)state;
	assert_false(died("one", A, 1000));
	assert_false(died("one", A, 31000));
	assert_false(died("one", A, 61001)); /* the first is over a minute old */
	assert_false(closed("one", A));
	assert_true(died("one", A, 61002));
	assert_true(closed("one", A));
	assert_false(died("one", A, 61003)); /* who was inside already: it is in quarantine, not once more */
	assert_false(closed("two", A));
	assert_int_equal(sh_board_state("one", A).deaths, 5);
	assert_int_equal(sh_board_state("one", A).since_ms, 61002);
	assert_string_equal(sh_board_state("one", A).function, "normalize");
}

/* An event that kills whoever processes it comes back at its lease, so never three times within a minute. */
static void
test_twelve_in_an_hour(void **state)
{
	(void)state;
	for (int i = 0; i < 11; i++)
		assert_false(died("slow", A, 35000 * (i + 1)));
	assert_true(died("slow", A, 35000 * 12));
	for (int i = 0; i < 50; i++)
		assert_false(died("slower", A, INT64_C(340000) * (i + 1)));
}

static void
test_another_file(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		died("mended", A, 1000);
	assert_false(died("mended", B, 1000)); /* another file begins to count anew */
	assert_false(died("mended", B, 1001));
	assert_true(died("mended", B, 1002));
	assert_true(closed("mended", B));
	assert_false(closed("mended", A));
	assert_int_equal(sh_board_state("mended", A).deaths, 5);
	/* Yet another dies: what was in quarantine is no longer loaded by anybody. */
	assert_false(died("mended", A, 1003));
	assert_false(closed("mended", B));
}

static void
test_release(void **state)
{
	(void)state;
	assert_false(sh_board_release(SH_STR("freed")));
	for (int i = 0; i < 3; i++)
		died("freed", A, 1000);
	assert_true(closed("freed", A));
	assert_true(sh_board_release(SH_STR("freed")));
	assert_false(closed("freed", A));
	assert_false(sh_board_release(SH_STR("freed")));
	assert_false(died("freed", A, 1001)); /* the three before do not count any more */
	assert_false(died("freed", A, 1002));
	assert_true(died("freed", A, 1003));
	assert_true(closed("freed", A));
}

/* A dying worker may have torn its note: nothing of it is taken over, and rows do not run out by it. */
static void
test_names_that_are_none(void **state)
{
	struct sh_driver_inside in = { .since_ms = 1 };

	(void)state;
	memset(in.driver, 'x', sizeof(in.driver));
	memset(in.function, 0xff, sizeof(in.function));
	for (int i = 0; i < 200; i++)
		assert_false(sh_board_died(&in, 1000));
	for (int i = 0; i < 3; i++)
		assert_false(died("", A, 1000));
	for (int i = 0; i < 3; i++)
		assert_false(died("a b", A, 1000));
	for (int i = 0; i < 3; i++)
		assert_int_equal(died("still_room", A, 1000), i == 2);
}

/* What the master writes a worker sees without being told, and what a worker lifts all others see. */
static void
test_one_page_for_all(void **state)
{
	int there[2], back[2], status;
	struct sh_error e;
	char byte;
	pid_t pid;

	(void)state;
	assert_int_equal(sh_board_share(&e), SH_OK);
	assert_int_equal(pipe(there), 0);
	assert_int_equal(pipe(back), 0);
	pid = fork();
	if (pid == 0) {
		bool before = closed("shared", A), after;

		if (write(there[1], "b", 1) != 1 || read(back[0], &byte, 1) != 1)
			_exit(3);
		after = closed("shared", A);
		_exit(before || !after || !sh_board_release(SH_STR("shared")));
	}
	assert_int_equal(read(there[0], &byte, 1), 1);
	for (int i = 0; i < 3; i++)
		died("shared", A, 1000);
	assert_int_equal(write(back[1], "g", 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_false(closed("shared", A));
}

/* The page, as a driver finds it that looks for what it can write. */
static void
overwrite_page(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long from, to;
	char line[512];
	int found = 0;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps))
		if (strstr(line, "rw-s") && strstr(line, "/dev/zero") && sscanf(line, "%lx-%lx", &from, &to) == 2) {
			memset((void *)from, 0xff, to - from); /* NOLINT(performance-no-int-to-ptr) */
			found++;
		}
	fclose(maps);
	assert_int_equal(found, 1);
}

/* Nothing is read or written beyond the page, and the master judges by what it knows itself. */
static void
test_a_page_that_is_overwritten(void **state)
{
	char longest[SH_BOARD_NAME + 1] = { 0 };

	(void)state;
	died("torn", A, 1000);
	overwrite_page();
	assert_false(closed("torn", A));
	memset(longest, 0xff, sizeof(longest) - 1);
	assert_false(closed(longest, A));
	assert_false(sh_board_release(SH_STR("torn")));
	assert_false(sh_board_release(sh_str(longest)));
	/* All ones in the place for releases is a release. */
	assert_false(died("torn", A, 1001));
	assert_int_equal(sh_board_state("torn", A).deaths, 2);
	assert_string_equal(sh_board_state("torn", A).function, "normalize");
	assert_false(died("torn", A, 1002));
	overwrite_page();
	assert_true(died("torn", A, 1003));
	assert_true(closed("torn", A));
	overwrite_page();
	assert_false(died("torn", A, 1004));
	assert_true(closed("torn", A));
	for (int i = 0; i < 20; i++) {
		overwrite_page();
		assert_int_equal(died("torn_new", A, 1000 + i), i == 2);
	}
	assert_true(sh_board_release(SH_STR("torn")));
	assert_false(closed("torn", A));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_three_in_a_minute), cmocka_unit_test(test_twelve_in_an_hour),
		cmocka_unit_test(test_another_file), cmocka_unit_test(test_release), cmocka_unit_test(test_names_that_are_none),
		cmocka_unit_test(test_one_page_for_all), cmocka_unit_test(test_a_page_that_is_overwritten), /* of the one before */
	};

	return cmocka_run_group_tests_name("driver_board", tests, NULL, NULL);
}
