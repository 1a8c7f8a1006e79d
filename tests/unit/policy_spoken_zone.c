/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Zones by name: the table's order, whole strings, and which of several candidates is chosen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "gateway/policy/spoken_private.h"
#include "zones.h"

static const struct {
	const char *words, *zone, *others;
} rows[] = {
#define ZONE(how_, words_, zone_, others_) { words_, zone_, others_ },
#include "gateway/policy/spoken_zone_en.def"
};

static void
test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		if (i > 0 && strcmp(rows[i - 1].words, rows[i].words) >= 0)
			fail_msg("%s: out of order", rows[i].words);
		for (const char *c = rows[i].words; *c; c++)
			assert_true(*c == ' ' || (*c >= 'a' && *c <= 'z'));
		if (*rows[i].zone)
			zone(rows[i].zone);
		for (const char *s = rows[i].others; *s;) {
			size_t n = strcspn(s, " ");

			assert_non_null(sh_zones_find(zones, (struct sh_str){ s, n }));
			s += n + (s[n] == ' ');
		}
	}
}

static const struct {
	const char *text, *number, *zone;
	int32_t offset_s;
} texts[] = {
	{ "America/Los_Angeles", NULL, "America/Los_Angeles", 0 },
	{ "america/los angeles", NULL, "America/Los_Angeles", 0 },
	{ "US/Pacific", NULL, "US/Pacific", 0 },
	{ "Eastern", NULL, "America/New_York", 0 },
	{ "eastern standard time", NULL, "America/New_York", 0 },
	{ "Mountain Time Zone", NULL, "America/Denver", 0 },
	{ "EST", NULL, "America/New_York", 0 },
	{ "MST", NULL, "America/Denver", 0 },
	{ "CEST", NULL, "Europe/Berlin", 0 },
	{ "Phoenix", NULL, "America/Phoenix", 0 },
	{ "Kathmandu", NULL, "Asia/Kathmandu", 0 },
	{ "Port-au-Prince", NULL, "America/Port-au-Prince", 0 },
	{ "America/Port-au-Prince", NULL, "America/Port-au-Prince", 0 },
	{ "port au prince", NULL, "America/Port-au-Prince", 0 },
	{ "ho chi minh", NULL, "Asia/Ho_Chi_Minh", 0 },
	{ "UTC", NULL, "UTC", 0 },
	{ "GMT", NULL, "UTC", 0 },
	{ "UTC+2", NULL, "UTC", 7200 },
	{ "GMT -3", NULL, "UTC", -10800 },
	{ "utc+05:30", NULL, "UTC", 19800 },
	{ "-0700", NULL, "UTC", -25200 },
	{ "+14:00", NULL, "UTC", 50400 },
	{ "+15:00", NULL, NULL, 0 },
	{ "+5:3", NULL, NULL, 0 },
	{ "Texas", NULL, NULL, 0 },
	{ "Kentucky", NULL, NULL, 0 },
	{ "Easter", NULL, NULL, 0 },
	{ "nowhere", NULL, NULL, 0 },
	{ "", NULL, NULL, 0 },
	/* abbreviations of several countries go by the number's */
	{ "CST", NULL, "America/Chicago", 0 },
	{ "CST", "Asia/Shanghai", "Asia/Shanghai", 0 },
	{ "CST", "America/Denver", "America/Chicago", 0 },
	{ "IST", NULL, "Asia/Kolkata", 0 },
	{ "IST", "Europe/Dublin", "Europe/Dublin", 0 },
	{ "IST", "Asia/Jerusalem", "Asia/Jerusalem", 0 },
	{ "BST", NULL, "Europe/London", 0 },
	{ "BST", "Asia/Dhaka", "Asia/Dhaka", 0 },
};

static void
test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(texts); i++) {
		struct sh_spoken_place p = { .zones = zones, .workspace = zone("America/New_York") };
		struct sh_spoken_zone z;
		bool found;

		if (texts[i].number)
			p.number[p.nnumber++] = zone(texts[i].number);
		found = sh_spoken_zone_text(&p, sh_str(texts[i].text), &z);
		if (found != (texts[i].zone != NULL))
			fail_msg("%s: %s", texts[i].text, found ? sh_zone_name(z.zone) : "not found");
		if (found && (z.zone != zone(texts[i].zone) || z.fixed_offset_s != texts[i].offset_s))
			fail_msg("%s: %s %d", texts[i].text, sh_zone_name(z.zone), (int)z.fixed_offset_s);
	}
}

static const struct {
	const char *said;
	enum sh_spoken_zone_how how;
	const char *zone; /* NULL: none is named */
	int32_t offset_s;
} sentences[] = {
	{ "Thursday at four o'clock Mountain.", SH_ZONE_HOW_NAMED, "America/Denver", 0 },
	{ "At four, Pacific", SH_ZONE_HOW_NAMED, "America/Los_Angeles", 0 },
	{ "9 am ET works", SH_ZONE_HOW_NAMED, "America/New_York", 0 },
	{ "3 pm EST", SH_ZONE_HOW_NAMED, "America/New_York", 0 },
	{ "noon eastern standard time please", SH_ZONE_HOW_NAMED, "America/New_York", 0 },
	{ "eight in the evening, London time", SH_ZONE_HOW_NAMED, "Europe/London", 0 },
	{ "that's Phoenix time", SH_ZONE_HOW_NAMED, "America/Phoenix", 0 },
	{ "Port-au-Prince time", SH_ZONE_HOW_NAMED, "America/Port-au-Prince", 0 },
	{ "at four Irish time", SH_ZONE_HOW_NAMED, "Europe/Dublin", 0 },
	{ "ten UTC plus two", SH_ZONE_HOW_NAMED, "UTC", 7200 },
	{ "ten GMT minus 3", SH_ZONE_HOW_NAMED, "UTC", -10800 },
	{ "10:00 UTC+05:30", SH_ZONE_HOW_NAMED, "UTC", 19800 },
	{ "10 GMT", SH_ZONE_HOW_NAMED, "UTC", 0 },
	{ "I'm in Denver this week", SH_ZONE_HOW_PLACE, "America/Denver", 0 },
	{ "we moved to Portland, Maine", SH_ZONE_HOW_PLACE, "America/New_York", 0 },
	{ "out in San Francisco", SH_ZONE_HOW_PLACE, "America/Los_Angeles", 0 },
	{ "on the east coast", SH_ZONE_HOW_PLACE, "America/New_York", 0 },
	{ "noon your time", SH_ZONE_HOW_YOURS, NULL, 0 },
	{ "noon my local time", SH_ZONE_HOW_MINE, NULL, 0 },
	{ "nine over here", SH_ZONE_HOW_MINE, NULL, 0 },
	{ "thanks for your time", SH_ZONE_HOW_NONE, NULL, 0 },
	{ "the central office", SH_ZONE_HOW_NONE, NULL, 0 },
	{ "we went to the mountain", SH_ZONE_HOW_NONE, NULL, 0 },
	{ "I'm in Texas", SH_ZONE_HOW_NONE, NULL, 0 },
	{ "I speak German", SH_ZONE_HOW_NONE, NULL, 0 },
	{ "around Easter", SH_ZONE_HOW_NONE, NULL, 0 },
	{ "just in time", SH_ZONE_HOW_NONE, NULL, 0 },
};

static void
test_sentences(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(sentences); i++) {
		struct sh_spoken_turn turn = { .user = true, .text = sh_str(sentences[i].said) };
		struct sh_spoken_place p = { .zones = zones, .workspace = zone("America/New_York") };
		struct sh_spoken_zone z = { 0 };
		struct sh_arena *a = sh_arena_new(1 << 20);
		struct sh_spoken_tokens ts;
		uint32_t n;

		assert_true(sh_spoken_lex(a, &turn, 1, &ts));
		for (uint32_t k = 0; k < ts.n; k++)
			if (sh_spoken_zone_at(&p, &ts, k, &n, &z))
				break;
		if (z.how != sentences[i].how || z.fixed_offset_s != sentences[i].offset_s ||
		    (sentences[i].zone && z.zone != zone(sentences[i].zone)))
			fail_msg(
			    "%s: %d %s %d", sentences[i].said, z.how, z.zone ? sh_zone_name(z.zone) : "-", (int)z.fixed_offset_s);
		sh_arena_free(a);
	}
}

static void
test_where(void **state)
{
	struct sh_spoken_in in = { .place = { .zones = zones, .workspace = zone("America/New_York") } };
	struct sh_spoken_zone said = { SH_ZONE_HOW_NAMED, zone("America/Denver"), 0 };
	struct sh_spoken_zone variable = { SH_ZONE_HOW_NAMED, zone("UTC"), 3600 };
	struct sh_spoken_where w;

	(void)state;
	sh_spoken_where(&in, NULL, NULL, &w);
	assert_true(w.source == SH_ZONE_FROM_WORKSPACE && w.zones[0] == in.place.workspace && w.nzones == 1);
	in.place.number[0] = zone("America/Chicago");
	in.place.number[1] = zone("America/Denver");
	in.place.nnumber = 2;
	sh_spoken_where(&in, NULL, NULL, &w);
	assert_true(w.source == SH_ZONE_FROM_NUMBER && w.zones[0] == in.place.number[0] && w.nzones == 2);
	/* The workspace's, if it is one of them. */
	in.place.workspace = in.place.number[1];
	sh_spoken_where(&in, NULL, NULL, &w);
	assert_true(w.zones[0] == in.place.number[1] && w.zones[1] == in.place.number[0]);
	in.place.contact = zone("America/Phoenix");
	sh_spoken_where(&in, NULL, NULL, &w);
	assert_true(w.source == SH_ZONE_FROM_CONTACT && w.nzones == 1);
	sh_spoken_where(&in, NULL, &variable, &w);
	assert_true(w.source == SH_ZONE_FROM_VARIABLE && w.fixed_offset_s == 3600);
	sh_spoken_where(&in, &said, &variable, &w);
	assert_true(w.source == SH_ZONE_FROM_SPEECH && w.zones[0] == said.zone && w.fixed_offset_s == 0);
	/* "my time" is the callee's, "your time" the workspace's. */
	said = (struct sh_spoken_zone){ .how = SH_ZONE_HOW_MINE };
	sh_spoken_where(&in, &said, NULL, &w);
	assert_true(w.source == SH_ZONE_FROM_CONTACT);
	said.how = SH_ZONE_HOW_YOURS;
	sh_spoken_where(&in, &said, &variable, &w);
	assert_true(w.source == SH_ZONE_FROM_SPEECH && w.zones[0] == in.place.workspace);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_table), cmocka_unit_test(test_texts),
		cmocka_unit_test(test_sentences), cmocka_unit_test(test_where) };

	return cmocka_run_group_tests(tests, zones_setup, zones_teardown);
}
