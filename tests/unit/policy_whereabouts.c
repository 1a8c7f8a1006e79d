/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Whose clock counts, in the order of the evidence, and under whose law. Numbers of an overlay, so that no table is needed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "gateway/policy/whereabouts.h"
#include "zones.h"

static struct sh_prefixes *prefixes;

static int
setup(void **state)
{
	struct sh_faults f;

	zones_setup(state);
	sh_faults_init(&f, "overlay");
	prefixes = sh_prefixes_new(zones, SH_STR("1999 America/New_York America/Chicago\n1999 state US-FL\n1999 country US\n"
						 "999 Europe/Berlin Asia/Tokyo\n999 country XX\n"), &f);
	assert_non_null(prefixes);
	return 0;
}

static int
teardown(void **state)
{
	sh_prefixes_free(prefixes);
	return zones_teardown(state);
}

static void
the_nearest_evidence_counts(void **state)
{
	static const struct {
		const char *stated, *variable, *contact, *number, *state, *workspace;
		const char *zones, *source, *states, *country;
		bool unknown;
	} rows[] = {
		{ "Asia/Tokyo", "Europe/Paris", "America/Denver", "+19995550100", NULL, "Europe/London", "Asia/Tokyo", "speech", "US-FL",
			"US", false },
		{ NULL, "Europe/Paris", "America/Denver", "+19995550100", NULL, "Europe/London", "Europe/Paris", "variable", "US-FL", "US",
			false },
		{ NULL, NULL, "America/Denver", "+19995550100", NULL, "Europe/London", "America/Denver", "contact", "US-FL", "US", false },
		/* Both zones of the number; the workspace's is none of them. */
		{ NULL, NULL, NULL, "+19995550100", NULL, "Europe/London", "America/New_York,America/Chicago", "number", "US-FL", "US",
			false },
		/* Where nobody knows, the workspace's and the outermost clocks of +1, each clock once. */
		{ NULL, NULL, NULL, "+18005550100", NULL, "America/Denver", "America/Denver,America/New_York,America/Los_Angeles", "number",
			"", "US", true },
		{ NULL, NULL, NULL, "+18005550100", NULL, "America/Detroit", "America/Detroit,America/Los_Angeles", "number", "", "US", true },
		/* Of another country its own clocks, not the workspace's. */
		{ NULL, NULL, NULL, "+99912345678", NULL, "America/Denver", "Europe/Berlin,Asia/Tokyo", "number", "", "XX", true },
		/* A stated place is a place, also of a toll-free number. */
		{ NULL, NULL, "America/Denver", "+18005550100", NULL, "Europe/London", "America/Denver", "contact", "", "US", false },
		/* Nothing but the workspace. */
		{ NULL, NULL, NULL, "+881612345678", NULL, "Europe/London", "Europe/London", "workspace", "", "", true },
		{ NULL, NULL, NULL, NULL, NULL, "Europe/London", "Europe/London", "workspace", "", "", true },
		/* The contact's state counts besides the number's, once. */
		{ NULL, NULL, NULL, "+19995550100", "US-RI", "Europe/London", "America/New_York,America/Chicago", "number", "US-FL,US-RI",
			"US", false },
		{ NULL, NULL, NULL, "+19995550100", "US-FL", "Europe/London", "America/New_York,America/Chicago", "number", "US-FL", "US",
			false },
		{ NULL, NULL, NULL, "+19995550100", "Florida", "Europe/London", "America/New_York,America/Chicago", "number", "US-FL", "US",
			false },
		{ NULL, NULL, NULL, "+19995550100", "US-RI,US-FL,CA-ON", "Europe/London", "America/New_York,America/Chicago", "number",
			"US-FL,US-RI,CA-ON", "US", false },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		struct sh_evidence e = {
			.stated = zone(rows[i].stated), .variable = zone(rows[i].variable), .contact = zone(rows[i].contact),
			.number = sh_str(rows[i].number), .states = sh_str(rows[i].state), .workspace = zone(rows[i].workspace),
		};
		struct sh_callee_text text;
		struct sh_callee c;

		sh_callee_find(prefixes, &e, &c);
		sh_callee_write(&c, &text);
		if (strcmp(text.zones, rows[i].zones) != 0 || strcmp(text.states, rows[i].states) != 0 ||
		    strcmp(text.country, rows[i].country) != 0 || strcmp(text.source, rows[i].source) != 0 ||
		    text.unknown != rows[i].unknown)
			fail_msg("row %zu: %s %s %s %s %d", i, text.zones, text.states, text.country, text.source, text.unknown);
	}
}

static void
a_contacts_field_names_a_zone(void **state)
{
	static const struct {
		const char *text, *number, *zone;
	} rows[] = {
		{ "America/Denver", NULL, "America/Denver" },
		{ "US/Mountain", NULL, "America/Denver" },
		{ "mountain", NULL, "America/Denver" },
		{ "EST", NULL, "America/New_York" },	/* IANA has one without summer time, which nobody means */
		{ "Eastern Time", NULL, "America/New_York" },
		{ "UTC", NULL, "UTC" },
		{ "UTC+2", NULL, NULL },
		{ "Mars/Olympus", NULL, NULL },
		{ "", NULL, NULL },
		{ NULL, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		const struct sh_zone *z = sh_callee_zone(zones, prefixes, sh_str(rows[i].text), sh_str(rows[i].number)), *expected;

		expected = rows[i].zone ? zone(rows[i].zone) : NULL;
		if (!z != !expected || (z && !sh_zone_agrees(z, expected, 0, INT64_C(2208988800000))))
			fail_msg("row %zu: %s", i, z ? sh_zone_name(z) : "none");
	}
}

static void
states_are_read_as_contacts_write_them(void **state)
{
	static const struct {
		const char *text, *country, *code;
	} rows[] = {
		{ "US-FL", NULL, "US-FL" },
		{ "fl", NULL, "US-FL" },
		{ "Florida", "US", "US-FL" },
		{ "NEW YORK", NULL, "US-NY" },
		{ "Washington", "us", "US-WA" },
		{ "District of Columbia", NULL, "US-DC" },
		{ "Ontario", "CA", "CA-ON" },
		{ "on", NULL, "CA-ON" },
		{ "Florida", "CA", NULL },
		{ "Bavaria", "DE", NULL },
		{ "US-ZZ", NULL, NULL },
		{ "", NULL, NULL },
		{ NULL, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		char code[SH_STATE_MAX + 1];
		bool good = sh_state_read(sh_str(rows[i].text), sh_str(rows[i].country), code);

		if (good != (rows[i].code != NULL) || (good && strcmp(code, rows[i].code) != 0))
			fail_msg("row %zu: %s", i, good ? code : "none");
	}
}

static void
words_are_read_where_the_number_lies(void **state)
{
	static const struct {
		const char *number, *zones;
		bool month_first;
	} rows[] = {
		{ "+19995550100", "America/New_York America/Chicago ", true },
		{ "+18005550100", "", true },
		/* Somewhere in that country is nearer than the workspace. */
		{ "+99912345678", "Europe/Berlin Asia/Tokyo ", false },
		{ "+881612345678", "", false },
		{ "", "", false },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		struct sh_spoken_place place = { .nnumber = 3 };
		char text[200] = "";

		sh_callee_words(prefixes, sh_str(rows[i].number), &place);
		for (uint32_t k = 0; k < place.nnumber; k++)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s ", sh_zone_name(place.number[k]));
		assert_string_equal(text, rows[i].zones);
		assert_int_equal(place.month_first, rows[i].month_first);
	}
}

/* ---- hours ---- */

static bool
rings(const struct sh_callee *c, const struct sh_quiet *q, const char *when)
{
	struct sh_hours hours[SH_CALLEE_HOURS_MAX];

	return sh_quiet_may_ring(hours, sh_callee_hours(c, q, hours), at(when), NULL);
}

static struct sh_callee
callee(const char *number, const char *workspace)
{
	struct sh_evidence e = { .number = sh_str(number), .workspace = zone(workspace) };
	struct sh_callee c;

	sh_callee_find(prefixes, &e, &c);
	return c;
}

/* Monday 6 July 2026. */
static void
all_zones_of_a_number_must_permit(void **state)
{
	struct sh_callee c = callee("+19995550100", "Europe/London");
	struct sh_quiet q = { .ring_margin_ms = 0 };

	(void)state;
	for (int d = 0; d < 7; d++)
		q.days[d] = (struct sh_quiet_day){ 1, { { 9 * 60, 20 * 60 } } };
	assert_false(rings(&c, &q, "2026-07-06T13:59:59Z"));	/* 09:59 in New York, 08:59 in Chicago */
	assert_true(rings(&c, &q, "2026-07-06T14:00:00Z"));
	assert_true(rings(&c, &q, "2026-07-06T23:59:59Z"));
	assert_false(rings(&c, &q, "2026-07-07T00:00:00Z"));	/* 20:00 in New York */
}

static void
an_unknown_place_leaves_eleven_to_nine_eastern(void **state)
{
	struct sh_callee c = callee("+18005550100", "America/New_York");
	struct sh_quiet q = { .ring_margin_ms = 0 };

	(void)state;
	for (int d = 0; d < 7; d++)
		q.days[d] = (struct sh_quiet_day){ 1, { { 0, 1440 } } };
	assert_false(rings(&c, &q, "2026-07-06T14:59:59Z"));	/* 10:59 Eastern, 07:59 Pacific */
	assert_true(rings(&c, &q, "2026-07-06T15:00:00Z"));
	assert_true(rings(&c, &q, "2026-07-07T00:58:59Z"));
	assert_false(rings(&c, &q, "2026-07-07T00:59:30Z"));	/* it would ring after 21:00 Eastern */
	/* The policy's own hours hold in the workspace, not on the other coast. */
	for (int d = 0; d < 7; d++)
		q.days[d] = (struct sh_quiet_day){ 1, { { 9 * 60, 12 * 60 } } };
	assert_true(rings(&c, &q, "2026-07-06T15:30:00Z"));	/* 11:30 Eastern, 08:30 Pacific */
	assert_false(rings(&c, &q, "2026-07-06T16:00:00Z"));
}

/* ---- as text ---- */

static void
what_was_written_is_read_again(void **state)
{
	static const char *const numbers[] = { "+19995550100", "+18005550100", "+99912345678", "+881612345678" };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(numbers); i++) {
		struct sh_callee c = callee(numbers[i], "America/Denver"), again;
		struct sh_callee_text text, text_again;

		sh_callee_write(&c, &text);
		assert_true(sh_callee_read(zones, sh_str(text.zones), sh_str(text.states), sh_str(text.country), sh_str(text.source),
			text.unknown, &again));
		sh_callee_write(&again, &text_again);
		assert_memory_equal(again.zones, c.zones, sizeof(c.zones));
		assert_int_equal(again.n, c.n);
		assert_string_equal(text_again.zones, text.zones);
		assert_string_equal(text_again.states, text.states);
		assert_string_equal(text_again.country, text.country);
		assert_string_equal(text_again.source, text.source);
		assert_int_equal(text_again.unknown, text.unknown);
	}
}

static void
what_was_not_written_is_not_read(void **state)
{
	static const struct {
		const char *zones, *states, *country, *source;
		bool good;
	} rows[] = {
		{ "America/Denver", "", "", "contact", true },
		{ "America/Denver,Mars/Olympus", "US-CO", "US", "contact", true },	/* a zone that the data lost */
		{ "Mars/Olympus", "", "", "contact", false },
		{ "", "", "", "contact", false },
		{ "America/Denver", "Colorado", "", "contact", false },
		{ "America/Denver", "US-CO,,US-UT", "", "contact", false },
		{ "America/Denver", "", "usa", "contact", false },
		{ "America/Denver", "", "", "rumour", false },
		{ "America/Denver", "", "", "", false },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		struct sh_callee c;

		if (sh_callee_read(zones, sh_str(rows[i].zones), sh_str(rows[i].states), sh_str(rows[i].country), sh_str(rows[i].source),
			    false, &c) != rows[i].good)
			fail_msg("row %zu", i);
	}
}

/* ---- wall clocks ---- */

static void
a_promised_wall_clock_is_kept(void **state)
{
	static const struct {
		const char *zone, *wall, *at, *again;	/* again NULL: nothing changes */
	} rows[] = {
		{ "America/New_York", "2026-07-06T15:00:00Z", "2026-07-06T19:00:00Z", NULL },
		/* The clock was thought to be an hour later. */
		{ "America/New_York", "2026-07-06T15:00:00Z", "2026-07-06T20:00:00Z", "2026-07-06T19:00:00Z" },
		/* 01:30 comes twice: either is what was promised, and the first is what is chosen. */
		{ "America/New_York", "2026-11-01T01:30:00Z", "2026-11-01T05:30:00Z", NULL },
		{ "America/New_York", "2026-11-01T01:30:00Z", "2026-11-01T06:30:00Z", NULL },
		{ "America/New_York", "2026-11-01T01:30:00Z", "2026-11-01T07:30:00Z", "2026-11-01T05:30:00Z" },
		/* 02:30 does not exist: moved forward by the gap. */
		{ "America/New_York", "2026-03-08T02:30:00Z", "2026-03-08T07:30:00Z", NULL },
		{ "America/New_York", "2026-03-08T02:30:00Z", "2026-03-08T07:00:00Z", "2026-03-08T07:30:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		int64_t again;
		bool moved = sh_wall_again(zone(rows[i].zone), at(rows[i].wall), at(rows[i].at), &again);

		if (moved != (rows[i].again != NULL) || again != at(rows[i].again ? rows[i].again : rows[i].at))
			fail_msg("row %zu: %d", i, moved);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nearest_evidence_counts),
		cmocka_unit_test(words_are_read_where_the_number_lies),
		cmocka_unit_test(a_contacts_field_names_a_zone),
		cmocka_unit_test(states_are_read_as_contacts_write_them),
		cmocka_unit_test(all_zones_of_a_number_must_permit),
		cmocka_unit_test(an_unknown_place_leaves_eleven_to_nine_eastern),
		cmocka_unit_test(what_was_written_is_read_again),
		cmocka_unit_test(what_was_not_written_is_not_read),
		cmocka_unit_test(a_promised_wall_clock_is_kept),
	};

	return cmocka_run_group_tests_name("policy/whereabouts", tests, setup, teardown);
}
