/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Clocks: offsets add up, a trial's file is followed, and what it holds while it is being written is not believed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/clock.h"

/* Somebody set the machine's clock: the C library's function, with this added to the wall clock. */
static time_t step_s;

int
clock_gettime(clockid_t which, struct timespec *t)
{
	long failed = syscall(SYS_clock_gettime, which, t);

	if (which == CLOCK_REALTIME)
		t->tv_sec += step_s;
	return (int)failed;
}

static void
clock_offsets(void **state)
{
	struct sh_clock c, machine;
	int64_t before, shifted, after;

	(void)state;
	sh_clock_init(&machine);
	sh_clock_init(&c);
	assert_true(c.error_ms < 0);
	assert_false(sh_clock_look(&c));
	c.told_ms = 7200000;
	before = sh_clock_wall_ms(&machine);
	shifted = sh_clock_wall_ms(&c) - 7200000;
	after = sh_clock_wall_ms(&machine);
	assert_true(before <= shifted && shifted <= after);
	assert_int_equal(sh_clock_difference_ms(&c), 0);
}

/* Once the database was measured its clock goes on with elapsed time, whatever this machine's wall clock is set to. */
static void
clock_anchor(void **state)
{
	const int64_t base_ms = INT64_C(1767225600000);
	struct sh_clock c;
	int64_t before, shown, after;

	(void)state;
	sh_clock_init(&c);
	c.error_ms = 3;
	c.told_ms = 5000;
	c.database_ms = base_ms;
	before = sh_clock_elapsed_ms();
	shown = sh_clock_wall_ms(&c) - base_ms - 5000;
	after = sh_clock_elapsed_ms();
	assert_true(before <= shown && shown <= after);

	/* Set forward or back by an hour, and nothing has happened; what differs is told. */
	for (int i = -1; i <= 1; i += 2) {
		step_s = i * 3600;
		shown = sh_clock_wall_ms(&c) - base_ms - 5000;
		assert_in_range(shown - before, 0, 60000);
	}
	step_s = 0;
	before = sh_clock_difference_ms(&c);
	step_s = 3600;
	assert_in_range(before - sh_clock_difference_ms(&c), 3590000, 3610000);

	/* Not measured: the machine's own clock, as it is set. */
	c.error_ms = -1;
	shown = sh_clock_wall_ms(&c);
	step_s = 0;
	assert_in_range(shown - sh_clock_wall_ms(&c), 3590000, 3600000);
}


static void
clock_elapsed(void **state)
{
	int64_t us = sh_clock_elapsed_us(), ms = sh_clock_elapsed_ms();

	(void)state;
	assert_true(us > 0 && ms >= us / 1000);
	assert_true(sh_clock_elapsed_us() >= us);
}

static void
clock_tell(int fd, const char *text)
{
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, text, strlen(text), 0), (ssize_t)strlen(text));
}

static void
clock_trial(void **state)
{
	static const struct {
		const char *text;
		bool changed;
		int64_t told;
	} t[] = { { "0", false, 0 }, { "3600000", true, 3600000 }, { "3600000\n", false, 3600000 }, { "", false, 3600000 },
		{ "soon", false, 3600000 }, { "-5000\n", true, -5000 }, { "9223372036854775807", false, -5000 },
		{ "12 34", false, -5000 }, { "00000000000000000000000000000000000000000000001", false, -5000 },
		{ "86400000\n", true, 86400000 } };
	FILE *file = tmpfile();
	int fd = file ? fileno(file) : -1;
	struct sh_error e;
	struct sh_clock c;
	char path[64];

	(void)state;
	assert_true(fd >= 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	sh_clock_init(&c);
	assert_int_equal(sh_clock_follow(&c, "/nonexistent/clock", &e), SH_ESYSTEM);
	assert_non_null(strstr(e.text, "/nonexistent/clock"));
	assert_int_equal(sh_clock_follow(&c, path, &e), SH_EINVALID);
	assert_int_equal(c.trial_fd, -1);
	clock_tell(fd, "0\n");
	assert_int_equal(sh_clock_follow(&c, path, &e), SH_OK);
	for (size_t i = 0; i < SH_LENGTH(t); i++) {
		clock_tell(fd, t[i].text);
		assert_int_equal(sh_clock_look(&c), t[i].changed);
		assert_int_equal(c.told_ms, t[i].told);
	}
	close(c.trial_fd);
	fclose(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(clock_offsets), cmocka_unit_test(clock_anchor),
		cmocka_unit_test(clock_elapsed),
		cmocka_unit_test(clock_trial) };

	return cmocka_run_group_tests_name("base_clock", tests, NULL, NULL);
}
