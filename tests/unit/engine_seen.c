/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* engine/seen.c: the newest sign of life wins within a cluster; another cluster's takes its place; a held lock holds up nobody. */
#include "gateway/engine/seen.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static char seen_folder[] = "/tmp/engine_seen.XXXXXX";
static char seen_file[64];

/* Notes until the file says so; a sign that comes while another is written is dropped. False: it never does. */
static bool
seen_becomes(struct sh_seen *s, int64_t ms, const char *system, int64_t then_ms, const char *then)
{
	struct sh_seen_life life = { .ms = ms };

	snprintf(life.system, sizeof(life.system), "%s", system);
	for (int i = 0; i < 30000; i++) {
		struct sh_seen_life now;

		sh_seen_note(s, &life);
		nanosleep(&(struct timespec){ 0, 2000000 }, NULL);
		now = sh_seen_newest(s);
		if (now.ms == then_ms && strcmp(now.system, then) == 0)
			return true;
	}
	return false;
}

static int
seen_begin(void **state)
{
	if (!mkdtemp(seen_folder))
		return -1;
	snprintf(seen_file, sizeof(seen_file), "%s/alive_at", seen_folder);
	*state = sh_seen_new(seen_folder);
	return *state ? 0 : -1;
}

static int
seen_end(void **state)
{
	sh_seen_free(*state);
	unlink(seen_file);
	return rmdir(seen_folder);
}

static void
seen_newest(void **state)
{
	struct sh_seen *s = *state, *other;

	assert_int_equal(sh_seen_newest(s).ms, 0);
	assert_true(seen_becomes(s, 1000, "7123456789012345678", 1000, "7123456789012345678"));
	assert_true(seen_becomes(s, 2000, "7123456789012345678", 2000, "7123456789012345678"));
	assert_true(seen_becomes(s, 1500, "7123456789012345678", 2000, "7123456789012345678"));
	/* As a worker that begins later sees it. */
	other = sh_seen_new(seen_folder);
	assert_int_equal(sh_seen_newest(other).ms, 2000);
	sh_seen_free(other);
}

static void
seen_another_cluster(void **state)
{
	assert_true(seen_becomes(*state, 500, "-712345678901234567", 500, "-712345678901234567"));
	assert_true(seen_becomes(*state, 600, "1", 600, "1"));
}

static void
seen_locked(void **state)
{
	int fd = open(seen_file, O_RDWR | O_CLOEXEC);

	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_true(seen_becomes(*state, 700, "1", 600, "1"));
	flock(fd, LOCK_UN);
	close(fd);
	assert_true(seen_becomes(*state, 800, "1", 800, "1"));
}

static void
seen_spoilt(void **state)
{
	assert_int_equal(truncate(seen_file, 21), 0);
	assert_int_equal(sh_seen_newest(*state).ms, 0);
	assert_true(seen_becomes(*state, 900, "1", 900, "1"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(seen_newest), cmocka_unit_test(seen_another_cluster),
		cmocka_unit_test(seen_locked), cmocka_unit_test(seen_spoilt) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("engine_seen", tests, seen_begin, seen_end);
}
