/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Metrics: private first, then rows of several processes that sum up; the exposition's form. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/metric.h"

static void
metric_rows_sum(void **state)
{
	(void)state;
	sh_metric_add(SH_METRIC_dial_sent, 2);
	sh_metric_take_row(7); /* nothing is shared yet */
	assert_int_equal(sh_metric_sum(SH_METRIC_dial_sent), 2);
	sh_metric_share(3);
	assert_int_equal(sh_metric_sum(SH_METRIC_dial_sent), 2);
	for (int row = 1; row < 3; row++) {
		pid_t pid = fork();
		int status;

		assert_true(pid >= 0);
		if (pid == 0) {
			sh_metric_take_row(row);
			sh_metric_add(SH_METRIC_dial_sent, 10 * row);
			sh_metric_set(SH_METRIC_http_connections, row);
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
	assert_int_equal(sh_metric_sum(SH_METRIC_dial_sent), 32);
	assert_int_equal(sh_metric_sum(SH_METRIC_http_connections), 3);
	sh_metric_reset_row(2);
	assert_int_equal(sh_metric_sum(SH_METRIC_dial_sent), 32);
	assert_int_equal(sh_metric_sum(SH_METRIC_http_connections), 1);
}

static void
metric_exposition(void **state)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	int types = 0;

	(void)state;
	sh_buf_init(&b, 1 << 20);
	sh_metric_write(&b);
	assert_false(b.failed);
	assert_non_null(strstr(b.s,
	    "# HELP switchhook_dials_total dials by the states that they reached\n# TYPE switchhook_dials_total counter\n"
	    "switchhook_dials_total{state=\"intent\"} 0\nswitchhook_dials_total{state=\"sent\"} 32\n"));
	assert_non_null(strstr(b.s, "# TYPE switchhook_http_connections gauge\nswitchhook_http_connections 1\n"));
	for (const char *at = b.s; (at = strstr(at, "# TYPE switchhook_dials_total")); at++)
		types++;
	assert_int_equal(types, 1);
	assert_int_equal(b.s[b.n - 1], '\n');
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(metric_rows_sum), cmocka_unit_test(metric_exposition) };

	return cmocka_run_group_tests_name("base_metric", tests, NULL, NULL);
}
