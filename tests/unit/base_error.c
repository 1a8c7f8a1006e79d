/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Errors: the status comes back, texts may quote themselves, and what is cut is cut before a character. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "gateway/base/error.h"

static void
error_fills(void **state)
{
	struct sh_error e;

	(void)state;
	assert_int_equal(sh_fail(&e, SH_EABSENT, "no workspace %s", "w1"), SH_EABSENT);
	assert_int_equal(e.status, SH_EABSENT);
	assert_string_equal(e.text, "no workspace w1");
	assert_int_equal(sh_fail(NULL, SH_ESYSTEM, "%d", 1), SH_ESYSTEM);
}

static void
error_nests(void **state)
{
	struct sh_error e;

	(void)state;
	sh_fail(&e, SH_ETOOBIG, "inner");
	assert_int_equal(sh_fail_in(&e, "reading %s", "a.yaml"), SH_ETOOBIG);
	assert_string_equal(e.text, "reading a.yaml: inner");
	assert_int_equal(sh_fail(&e, SH_EINVALID, "again: %s", e.text), SH_EINVALID);
	assert_string_equal(e.text, "again: reading a.yaml: inner");
}

static void
error_cuts(void **state)
{
	char text[1200];
	struct sh_error e;

	(void)state;
	for (size_t lead = 0; lead < 4; lead++) {
		memset(text, 'x', lead);
		for (size_t i = lead; i + 3 < sizeof(text); i += 3)
			memcpy(text + i, "\xe2\x82\xac", 4);
		sh_fail(&e, SH_EINVALID, "%s", text);
		assert_true(strlen(e.text) > 500 && strlen(e.text) < sizeof(e.text));
		assert_int_equal((strlen(e.text) - lead) % 3, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(error_fills), cmocka_unit_test(error_nests),
		cmocka_unit_test(error_cuts) };

	return cmocka_run_group_tests_name("base_error", tests, NULL, NULL);
}
