/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The board: how many deaths are too many, of which file, and who may lift it. Time is the test's own.
 */
#include <setjmp.h>
#include <signal.h>
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
full(const char *driver, uint64_t file, int64_t lasted_ms, int64_t now_ms)
{
	struct sh_driver_keeper k = { .file = file, .bytes = 1 };

	snprintf(k.driver, sizeof(k.driver), "%s", driver);
	return sh_board_full(&k, lasted_ms, now_ms);
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

#define MIB (INT64_C(1) << 20)
#define HOUR_MS INT64_C(3600000)

static const struct filled {
	const char *what;
	int64_t kept, began, bytes;
	bool filled;
} filled[] = {
	{ "all of it", 1950 * MIB, 98 * MIB, 2048 * MIB, true },
	{ "just half of what it grew by", 975 * MIB, 98 * MIB, 2048 * MIB, true },
	{ "just less than half", 975 * MIB - 1, 98 * MIB, 2048 * MIB, false },
	{ "half of the worker, which began large", 512 * MIB, 900 * MIB, 2048 * MIB, false },
	{ "a cache with a bound", 64 * MIB, 98 * MIB, 2048 * MIB, false },
	{ "more than is resident", 4000 * MIB, 98 * MIB, 2048 * MIB, true },
	{ "nothing", 0, 98 * MIB, 2048 * MIB, false },
	{ "less than nothing: it frees what others allocated", -MIB, 98 * MIB, 2048 * MIB, false },
	{ "something, in a worker that was as large when it began", MIB, 2049 * MIB, 2049 * MIB, false },
	{ "something, in a worker that has shrunk", MIB, 3000 * MIB, 2049 * MIB, false },
	{ "whatever is written there", INT64_MAX, 0, INT64_MAX, true },
};

static void
test_who_filled_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(filled); i++) {
		const struct sh_driver_keeper k = { .driver = "one", .bytes = filled[i].kept };

		if (sh_board_filled(&k, filled[i].began, filled[i].bytes) != filled[i].filled)
			fail_msg("%s", filled[i].what);
	}
}

/* Each row a driver that has filled workers: how long each lasted, and when it was full. */
static const struct fill {
	const char *what;
	struct {
		int64_t lasted_ms, at_ms;
		bool closes;
	} then[4];
} fills[] = {
	{ "once", { { 1000, 1000, false } } },
	{ "twice", { { 1000, 1000, false }, { 1000, 1001, true }, { 1000, 1002, false } } },
	{ "within an hour", { { HOUR_MS, HOUR_MS, false }, { HOUR_MS, 2 * HOUR_MS, true } } },
	{ "seldom", { { 1000, 1000, false }, { 1000, 1001 + HOUR_MS, false }, { 1000, 1002 + 2 * HOUR_MS, false } } },
	{ "slowly, all workers at a time",
	    { { HOUR_MS + 1, 1000, false }, { HOUR_MS + 1, 1001, false }, { HOUR_MS + 1, 1002, false } } },
	{ "slowly, then quickly",
	    { { HOUR_MS + 1, 1000, false }, { 1000, 2000, false }, { HOUR_MS + 1, 3000, false }, { 1000, 4000, true } } },
};

static void
test_two_that_were_filled(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(fills); i++) {
		char name[16];
		int64_t n = 0, closed_ms = 0;

		snprintf(name, sizeof(name), "filler_%zu", i);
		for (; n < 4 && fills[i].then[n].at_ms; n++) {
			if (full(name, A, fills[i].then[n].lasted_ms, fills[i].then[n].at_ms) != fills[i].then[n].closes)
				fail_msg("%s: the worker %lld", fills[i].what, (long long)n + 1);
			closed_ms = fills[i].then[n].closes ? fills[i].then[n].at_ms : closed_ms;
		}
		assert_int_equal(closed(name, A), closed_ms != 0);
		assert_int_equal(sh_board_state(name, A).since_ms, closed_ms);
		assert_int_equal(sh_board_state(name, A).fills, n);
		assert_int_equal(sh_board_state(name, A).deaths, 0);
		if (closed_ms)
			assert_string_equal(sh_board_why_name(sh_board_state(name, A).why), "memory");
	}
}

/* Deaths and memory are two counts; another file and a release end both. */
static void
test_filled_and_released(void **state)
{
	(void)state;
	died("both", A, 1000);
	died("both", A, 1000);
	assert_false(full("both", A, 10, 1000));
	assert_false(full("both", B, 10, 1001)); /* another file begins to count anew */
	assert_true(full("both", B, 10, 1002));
	assert_true(closed("both", B));
	assert_false(closed("both", A));
	assert_true(sh_board_release(SH_STR("both")));
	assert_false(closed("both", B));
	assert_false(full("both", B, 10, 1003));
	assert_true(full("both", B, 10, 1004));
	assert_true(sh_board_release(SH_STR("both")));
	assert_false(died("both", B, 1005));
	assert_false(died("both", B, 1005));
	assert_false(full("both", B, 10, 1005));
	assert_true(died("both", B, 1005));
	assert_string_equal(sh_board_why_name(sh_board_state("both", B).why), "deaths");
	assert_false(full("both", B, 10, 1006)); /* it is closed already */
	assert_int_equal(sh_board_state("both", B).fills, 7);
	assert_false(full("two words", A, 10, 1000));
	assert_false(full("two words", A, 10, 1000));
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

/* Where drivers run the page is there to be read, and one may ask for a release; whoever writes more of it ends there. */
static void
test_a_page_that_is_protected(void **state)
{
	struct sh_error e;
	int status;
	pid_t pid;

	(void)state;
	if (sysconf(_SC_PAGESIZE) != 4096)
		skip();
	assert_int_equal(sh_board_share(&e), SH_OK);
	for (int i = 0; i < 3; i++)
		died("guarded", A, 1000);
	pid = fork();
	if (pid == 0) {
		signal(SIGSEGV, SIG_DFL);
		sh_board_protect();
		if (!closed("guarded", A) || !sh_board_release(SH_STR("guarded")) || closed("guarded", A))
			_exit(3);
		died("guarded", A, 1001); /* the master's function, which writes all of it */
		_exit(4);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSEGV);
	assert_false(closed("guarded", A));
}

/* Of several drivers in one process the one that keeps most stands there, with what it keeps now. */
static void
test_keeper(void **state)
{
	int64_t kept[2] = { 0 };
	struct sh_driver_keeper k = { 0 }, copy;
	const struct sh_driver_loaded one = { .name = "one", .file = 1, .kept = &kept[0] };
	const struct sh_driver_loaded two = { .name = "two", .file = 2, .kept = &kept[1] };

	(void)state;
	sh_board_keeps(&one); /* nobody looks */
	sh_board_watch(NULL, &k);
	kept[0] = -100;
	sh_board_keeps(&one);
	sh_board_keeper(&k, &copy);
	assert_int_equal(copy.bytes, 0);
	kept[0] = 100;
	sh_board_keeps(&one);
	kept[1] = 99;
	sh_board_keeps(&two);
	sh_board_keeper(&k, &copy);
	assert_string_equal(copy.driver, "one");
	assert_int_equal(copy.file, 1);
	assert_int_equal(copy.bytes, 100);
	kept[1] = 101;
	sh_board_keeps(&two);
	sh_board_keeper(&k, &copy);
	assert_string_equal(copy.driver, "two");
	assert_int_equal(copy.file, 2);
	assert_int_equal(copy.bytes, 101);
	kept[1] = 5;
	sh_board_keeps(&two);
	sh_board_keeps(&one);
	sh_board_keeper(&k, &copy);
	assert_string_equal(copy.driver, "one");
	/* What a driver may write there. */
	for (int i = 0; i < 3; i++) {
		static const struct sh_driver_keeper torn[] = { { "", 1, 5 }, { "two words", 1, 5 }, { "one", 1, -5 } };

		k = torn[i];
		sh_board_keeper(&k, &copy);
		assert_int_equal(copy.bytes, 0);
		assert_string_equal(copy.driver, "");
	}
	memset(&k, 'x', sizeof(k));
	sh_board_keeper(&k, &copy);
	assert_int_equal(copy.bytes, 0);
	sh_board_watch(NULL, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_three_in_a_minute),
		cmocka_unit_test(test_twelve_in_an_hour),
		cmocka_unit_test(test_who_filled_it),
		cmocka_unit_test(test_two_that_were_filled),
		cmocka_unit_test(test_filled_and_released),
		cmocka_unit_test(test_another_file),
		cmocka_unit_test(test_release),
		cmocka_unit_test(test_names_that_are_none),
		cmocka_unit_test(test_one_page_for_all),
		cmocka_unit_test(test_a_page_that_is_overwritten), /* of the one before */
		cmocka_unit_test(test_a_page_that_is_protected),
		cmocka_unit_test(test_keeper),
	};

	return cmocka_run_group_tests_name("driver_board", tests, NULL, NULL);
}
