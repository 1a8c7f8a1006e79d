/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Notifications, and the NULL that says some may have been missed. */
#include "gateway/store/listen.h"

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/pg.h"

static struct event_base *base;
static struct sh_listen *listening;
static int came;
static char heard[400];

static void
hear(void *arg, const char *payload)
{
	size_t n = strlen(heard);

	(void)arg;
	came++;
	snprintf(heard + n, sizeof(heard) - n, "%s|", payload ? payload : "(anything)");
}

static int
await(const char *text)
{
	for (int i = 0; i < 400 && strcmp(heard, text) != 0; i++) {
		came = 0;
		pg_loop(base, &came, 0);
	}
	return strcmp(heard, text) == 0;
}

static int
setup(void **state)
{
	(void)state;
	heard[0] = '\0';
	base = event_base_new();
	listening = sh_listen_new(base, pg_start(), "Some \"channel", hear, NULL);
	return await("(anything)|") && sh_listen_ready(listening) ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	sh_listen_free(listening);
	event_base_free(base);
	return 0;
}

#define NOTIFY(text) pg_exec("SELECT pg_notify('Some \"channel', '" text "')")

static void
test_payloads_in_order(void **state)
{
	(void)state;
	NOTIFY("one");
	pg_exec("BEGIN");
	NOTIFY("two");
	NOTIFY("three");
	pg_exec("COMMIT");
	pg_exec("NOTIFY other, 'not ours'");
	NOTIFY("");
	assert_true(await("(anything)|one|two|three||"));
}

static void
test_lost_and_back(void **state)
{
	(void)state;
	pg_exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'switchhook listen'");
	assert_true(await("(anything)|(anything)|(anything)|"));
	assert_true(sh_listen_ready(listening));
	NOTIFY("again");
	assert_true(await("(anything)|(anything)|(anything)|again|"));
}

static void
test_server_stops_and_starts(void **state)
{
	(void)state;
	pg_server_stop();
	assert_true(await("(anything)|(anything)|"));
	assert_false(sh_listen_ready(listening));
	pg_server_start();
	assert_true(await("(anything)|(anything)|(anything)|"));
	NOTIFY("again");
	assert_true(await("(anything)|(anything)|(anything)|again|"));
}

static void
hear_and_free(void *arg, const char *payload)
{
	(void)payload;
	sh_listen_free(*(struct sh_listen **)arg);
	*(struct sh_listen **)arg = NULL;
	came++;
}

static void
test_freed_inside_its_own_callback(void **state)
{
	struct sh_listen *other = sh_listen_new(base, pg_start(), "x", hear_and_free, &other);

	(void)state;
	came = 0;
	assert_true(pg_loop(base, &came, 120));
	assert_null(other);
	assert_null(sh_listen_new(base, "no conninfo", "x", hear, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(test_payloads_in_order),
		T(test_lost_and_back),
		T(test_server_stops_and_starts),
		T(test_freed_inside_its_own_callback),
	};

	pg_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
