/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Golden files of every driver here: tests/drivers/NAME/golden, in the format of gateway/kit/golden.h.
 *
 * Each question is put twice, and the answers must be equal: a driver is pure. Every sample must be used by some file.
 * SH_GOLDEN_WRITE=1 writes what came out into the files instead, for the diff to be read.
 */
#include <dirent.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gateway/base/log.h"
#include "gateway/kit/golden.h"

#define GOLDEN_DRIVERS SH_SRCDIR "/tests/drivers"
#define GOLDEN_MOST 16
#define GOLDEN_BYTES ((size_t)8 << 20)

static unsigned golden_faults;

static void
golden_differs(const char *name, struct sh_str got, struct sh_str expected)
{
	size_t at = 0;

	while (at < got.n && at < expected.n && got.s[at] == expected.s[at])
		at++;
	golden_faults++;
	print_error("%s: differs at byte %zu of what is expected; got\n%.*s\nexpected\n%.*s\n", name, at, (int)got.n, got.s,
	    (int)expected.n, expected.s);
}

static void
golden_file(struct sh_golden_set *set, size_t i)
{
	struct sh_golden g;
	struct sh_buf once, twice;
	struct sh_error e;

	if (sh_golden_read(set, i, &g, &e) != SH_OK)
		fail_msg("%s", e.text);
	sh_buf_init(&once, GOLDEN_BYTES);
	sh_buf_init(&twice, GOLDEN_BYTES);
	sh_golden_run(&g, &once);
	sh_golden_run(&g, &twice);
	if (!sh_str_eq(sh_buf_str(&once), sh_buf_str(&twice)))
		golden_differs(g.name, sh_buf_str(&twice), sh_buf_str(&once));
	if (getenv("SH_GOLDEN_WRITE"))
		assert_int_equal(sh_golden_write(set, &g, sh_buf_str(&once), &e), SH_OK);
	else if (!sh_str_eq(sh_buf_str(&once), g.expected))
		golden_differs(g.name, sh_buf_str(&once), g.expected);
	sh_buf_clear(&once);
	sh_buf_clear(&twice);
	sh_golden_clear(&g);
}

static void
test_driver(void **state)
{
	const char *name = *state;
	char so[PATH_MAX], dir[PATH_MAX];
	struct sh_golden_set *golden;
	struct sh_drivers *set;
	struct sh_buf unused;
	struct sh_error e;

	snprintf(so, sizeof(so), SH_BUILDDIR "/drivers/%s/.libs/switchhook-%s.so", name, name);
	snprintf(dir, sizeof(dir), GOLDEN_DRIVERS "/%s/golden", name);
	assert_int_equal(sh_drivers_load_file(so, &set, &e), SH_OK);
	if (sh_drivers_at(set, 0)->refused)
		fail_msg("%s", sh_drivers_at(set, 0)->refused);
	if (sh_golden_open(dir, sh_drivers_at(set, 0), &golden, &e) != SH_OK)
		fail_msg("%s", e.text);
	assert_true(sh_golden_count(golden) > 0);
	golden_faults = 0;
	for (size_t i = 0; i < sh_golden_count(golden); i++)
		golden_file(golden, i);
	if (golden_faults)
		fail_msg("%u of %zu golden files of %s differ", golden_faults, sh_golden_count(golden), name);
	sh_buf_init(&unused, 1 << 16);
	assert_true(sh_golden_unused(golden, &unused) > 0);
	if (unused.n)
		fail_msg("no golden file of %s uses\n%s", name, unused.s);
	sh_buf_clear(&unused);
	sh_golden_close(golden);
	sh_drivers_free(set);
}

static int
golden_is_driver(const struct dirent *d)
{
	char path[PATH_MAX];
	DIR *dir;

	snprintf(path, sizeof(path), GOLDEN_DRIVERS "/%s/golden", d->d_name);
	dir = d->d_name[0] == '.' ? NULL : opendir(path);
	if (dir)
		closedir(dir);
	return dir != NULL;
}

int
main(void)
{
	struct CMUnitTest tests[GOLDEN_MOST];
	struct dirent **names;
	int n = scandir(GOLDEN_DRIVERS, &names, golden_is_driver, alphasort), failed;

	sh_log_set_level(SH_LOG_ERROR);
	if (n <= 0 || n > GOLDEN_MOST)
		return 1;
	for (int i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){ names[i]->d_name, test_driver, NULL, NULL, names[i]->d_name };
	failed = _cmocka_run_group_tests("driver_golden", tests, (size_t)n, NULL, NULL);
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
	return failed;
}
