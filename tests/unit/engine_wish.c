/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* What callees say of where they are, and how their words are read: a workspace in New York, numbers of an overlay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "gateway/engine/event.h"
#include "gateway/engine/wish.h"

#define NOW_MS INT64_C(1781618700000) /* Tuesday 2026-06-16 10:05 in New York */

static struct sh_core core;
static struct sh_zones *zones;
static struct sh_prefixes *prefixes;

static int
setup(void **state)
{
	struct sh_faults f;
	struct sh_error e;

	(void)state;
	if (sh_zones_load(NULL, &zones, &e) != SH_OK)
		fail_msg("%s", e.text);
	sh_faults_init(&f, "overlay");
	prefixes = sh_prefixes_new(zones, SH_STR("1999 America/Los_Angeles\n1999 state US-CA\n"
						 "999 Europe/Berlin Asia/Tokyo\n999 country XX\n"), &f);
	assert_non_null(prefixes);
	core = (struct sh_core){ .zones = zones, .prefixes = prefixes };
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	sh_prefixes_free(prefixes);
	sh_zones_free(zones);
	return 0;
}

static void
the_place_is_what_they_say_of_themselves(void **state)
{
	static const struct {
		const char *number, *said, *local, *zones, *source;
	} rows[] = {
		{ "+19995550100", "Call me tomorrow at noon.", "2026-06-17T19:00:00.000Z", "America/Los_Angeles", "number" },
		{ "+19995550100", "Call me tomorrow at noon Mountain time.", "2026-06-17T18:00:00.000Z", "America/Denver", "speech" },
		/* Whose time it is says nothing of where they are: the next tries go by their own clock. */
		{ "+19995550100", "Call me tomorrow at noon your time.", "2026-06-17T16:00:00.000Z", "America/Los_Angeles", "number" },
		/* Toll-free: read by the workspace's clock, called by all three. */
		{ "+18005550100", "Call me tomorrow at noon.", "2026-06-17T16:00:00.000Z", "America/New_York,America/Los_Angeles", "number" },
		{ "+99912345678", "Call me tomorrow at noon.", "2026-06-17T10:00:00.000Z", "Europe/Berlin,Asia/Tokyo", "number" },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		struct sh_arena *a = sh_arena_new(1 << 22);
		struct sh_event event = { .size = sizeof(event) };
		struct sh_policy policy;
		struct sh_wish_in in = { .core = &core, .policy = &policy, .event = &event, .number = sh_str(rows[i].number),
			.workspace = sh_zones_find(zones, SH_STR("America/New_York")), .now_ms = NOW_MS, .ended_ms = NOW_MS };
		struct sh_callee_text text;
		struct sh_ended ended = { 0 };
		struct sh_wished wished;
		char local[32];

		sh_policy_default(&policy);
		event.transcript = sh_arena_printf(a, "User: %s", rows[i].said);
		sh_wish_read(a, &in, &ended, &wished);
		assert_int_equal(ended.asked, SH_ASKED_TIME);
		sh_time_format_rfc3339(ended.asked_ms, local);
		sh_callee_write(&wished.callee, &text);
		if (strcmp(local, rows[i].local) != 0 || strcmp(text.zones, rows[i].zones) != 0 || strcmp(text.source, rows[i].source) != 0)
			fail_msg("%s %s: %s, %s by %s", rows[i].number, rows[i].said, local, text.zones, text.source);
		sh_arena_free(a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_place_is_what_they_say_of_themselves) };

	return cmocka_run_group_tests_name("engine/wish", tests, setup, teardown);
}
