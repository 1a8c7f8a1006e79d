/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The first two tables are what CPython's zoneinfo answered for 2024, a year whose rules no later release of the
 * data will change. Rules of years to come are tried on files that the test makes itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/buf.h"
#include "gateway/base/tzif.h"
#include "zones.h"

static const struct {
	const char *zone, *at;
	int32_t offset_s;
} known_offsets[] = {
	{ "America/New_York", "2024-01-01T00:00:00Z", -18000 },
	{ "America/New_York", "2024-03-10T06:59:59Z", -18000 },
	{ "America/New_York", "2024-03-10T07:00:00Z", -14400 },
	{ "America/New_York", "2024-11-03T05:59:59Z", -14400 },
	{ "America/New_York", "2024-11-03T06:00:00Z", -18000 },
	{ "America/Phoenix", "2024-01-01T00:00:00Z", -25200 },
	{ "Europe/London", "2024-01-01T00:00:00Z", 0 },
	{ "Europe/London", "2024-03-31T00:59:59Z", 0 },
	{ "Europe/London", "2024-03-31T01:00:00Z", 3600 },
	{ "Europe/London", "2024-10-27T00:59:59Z", 3600 },
	{ "Europe/London", "2024-10-27T01:00:00Z", 0 },
	{ "Europe/Dublin", "2024-01-01T00:00:00Z", 0 },
	{ "Europe/Dublin", "2024-03-31T00:59:59Z", 0 },
	{ "Europe/Dublin", "2024-03-31T01:00:00Z", 3600 },
	{ "Europe/Dublin", "2024-10-27T00:59:59Z", 3600 },
	{ "Europe/Dublin", "2024-10-27T01:00:00Z", 0 },
	{ "Australia/Lord_Howe", "2024-01-01T00:00:00Z", 39600 },
	{ "Australia/Lord_Howe", "2024-04-06T14:59:59Z", 39600 },
	{ "Australia/Lord_Howe", "2024-04-06T15:00:00Z", 37800 },
	{ "Australia/Lord_Howe", "2024-10-05T15:29:59Z", 37800 },
	{ "Australia/Lord_Howe", "2024-10-05T15:30:00Z", 39600 },
	{ "Asia/Kathmandu", "2024-01-01T00:00:00Z", 20700 },
	{ "America/St_Johns", "2024-01-01T00:00:00Z", -12600 },
	{ "America/St_Johns", "2024-03-10T05:29:59Z", -12600 },
	{ "America/St_Johns", "2024-03-10T05:30:00Z", -9000 },
	{ "America/St_Johns", "2024-11-03T04:29:59Z", -9000 },
	{ "America/St_Johns", "2024-11-03T04:30:00Z", -12600 },
	{ "Pacific/Chatham", "2024-01-01T00:00:00Z", 49500 },
	{ "Pacific/Chatham", "2024-04-06T13:59:59Z", 49500 },
	{ "Pacific/Chatham", "2024-04-06T14:00:00Z", 45900 },
	{ "Pacific/Chatham", "2024-09-28T13:59:59Z", 45900 },
	{ "Pacific/Chatham", "2024-09-28T14:00:00Z", 49500 },
	{ "America/Santiago", "2024-01-01T00:00:00Z", -10800 },
	{ "America/Santiago", "2024-04-07T02:59:59Z", -10800 },
	{ "America/Santiago", "2024-04-07T03:00:00Z", -14400 },
	{ "America/Santiago", "2024-09-08T03:59:59Z", -14400 },
	{ "America/Santiago", "2024-09-08T04:00:00Z", -10800 },
	{ "Africa/Cairo", "2024-01-01T00:00:00Z", 7200 },
	{ "Africa/Cairo", "2024-04-25T21:59:59Z", 7200 },
	{ "Africa/Cairo", "2024-04-25T22:00:00Z", 10800 },
	{ "Africa/Cairo", "2024-10-31T20:59:59Z", 10800 },
	{ "Africa/Cairo", "2024-10-31T21:00:00Z", 7200 },
	{ "Africa/Casablanca", "2024-01-01T00:00:00Z", 3600 },
	{ "Africa/Casablanca", "2024-03-10T01:59:59Z", 3600 },
	{ "Africa/Casablanca", "2024-03-10T02:00:00Z", 0 },
	{ "Africa/Casablanca", "2024-04-14T01:59:59Z", 0 },
	{ "Africa/Casablanca", "2024-04-14T02:00:00Z", 3600 },
	{ "America/New_York", "1880-01-01T00:00:00Z", -17762 },
};

static const struct {
	const char *zone, *local;	/* "Z" means nothing here: a wall clock */
	enum sh_local kind;
	const char *first, *second;
} known_locals[] = {
	/* the very edges of a gap and of an overlap */
	{ "America/New_York", "2024-03-10T01:59:59Z", SH_LOCAL_ONCE, "2024-03-10T06:59:59Z", "2024-03-10T06:59:59Z" },
	{ "America/New_York", "2024-03-10T02:00:00Z", SH_LOCAL_NEVER, "2024-03-10T07:00:00Z", "2024-03-10T07:00:00Z" },
	{ "America/New_York", "2024-03-10T03:00:00Z", SH_LOCAL_ONCE, "2024-03-10T07:00:00Z", "2024-03-10T07:00:00Z" },
	{ "America/New_York", "2024-11-03T00:59:59Z", SH_LOCAL_ONCE, "2024-11-03T04:59:59Z", "2024-11-03T04:59:59Z" },
	{ "America/New_York", "2024-11-03T01:00:00Z", SH_LOCAL_TWICE, "2024-11-03T05:00:00Z", "2024-11-03T06:00:00Z" },
	{ "America/New_York", "2024-11-03T02:00:00Z", SH_LOCAL_ONCE, "2024-11-03T07:00:00Z", "2024-11-03T07:00:00Z" },
	/* a day that Samoa never had */
	{ "Pacific/Apia", "2011-12-30T12:00:00Z", SH_LOCAL_NEVER, "2011-12-30T22:00:00Z", "2011-12-30T10:00:00Z" },
	{ "America/New_York", "2024-03-10T02:30:00Z", SH_LOCAL_NEVER, "2024-03-10T07:30:00Z", "2024-03-10T07:00:00Z" },
	{ "America/New_York", "2024-11-03T01:30:00Z", SH_LOCAL_TWICE, "2024-11-03T05:30:00Z", "2024-11-03T06:30:00Z" },
	{ "America/New_York", "2024-07-15T08:00:00Z", SH_LOCAL_ONCE, "2024-07-15T12:00:00Z", "2024-07-15T12:00:00Z" },
	{ "America/Phoenix", "2024-07-15T05:00:00Z", SH_LOCAL_ONCE, "2024-07-15T12:00:00Z", "2024-07-15T12:00:00Z" },
	{ "Europe/London", "2024-03-31T01:30:00Z", SH_LOCAL_NEVER, "2024-03-31T01:30:00Z", "2024-03-31T01:00:00Z" },
	{ "Europe/London", "2024-10-27T01:30:00Z", SH_LOCAL_TWICE, "2024-10-27T00:30:00Z", "2024-10-27T01:30:00Z" },
	{ "Europe/London", "2024-07-15T13:00:00Z", SH_LOCAL_ONCE, "2024-07-15T12:00:00Z", "2024-07-15T12:00:00Z" },
	{ "Europe/Dublin", "2024-03-31T01:30:00Z", SH_LOCAL_NEVER, "2024-03-31T01:30:00Z", "2024-03-31T01:00:00Z" },
	{ "Europe/Dublin", "2024-10-27T01:30:00Z", SH_LOCAL_TWICE, "2024-10-27T00:30:00Z", "2024-10-27T01:30:00Z" },
	{ "Europe/Dublin", "2024-07-15T13:00:00Z", SH_LOCAL_ONCE, "2024-07-15T12:00:00Z", "2024-07-15T12:00:00Z" },
	{ "Australia/Lord_Howe", "2024-04-07T01:45:00Z", SH_LOCAL_TWICE, "2024-04-06T14:45:00Z", "2024-04-06T15:15:00Z" },
	{ "Australia/Lord_Howe", "2024-10-06T02:15:00Z", SH_LOCAL_NEVER, "2024-10-05T15:45:00Z", "2024-10-05T15:30:00Z" },
	{ "Australia/Lord_Howe", "2024-07-15T22:30:00Z", SH_LOCAL_ONCE, "2024-07-15T12:00:00Z", "2024-07-15T12:00:00Z" },
	{ "Asia/Kathmandu", "2024-07-15T17:45:00Z", SH_LOCAL_ONCE, "2024-07-15T12:00:00Z", "2024-07-15T12:00:00Z" },
	{ "America/St_Johns", "2024-03-10T02:30:00Z", SH_LOCAL_NEVER, "2024-03-10T06:00:00Z", "2024-03-10T05:30:00Z" },
	{ "America/St_Johns", "2024-11-03T01:30:00Z", SH_LOCAL_TWICE, "2024-11-03T04:00:00Z", "2024-11-03T05:00:00Z" },
	{ "America/St_Johns", "2024-07-15T09:30:00Z", SH_LOCAL_ONCE, "2024-07-15T12:00:00Z", "2024-07-15T12:00:00Z" },
	{ "Pacific/Chatham", "2024-04-07T03:15:00Z", SH_LOCAL_TWICE, "2024-04-06T13:30:00Z", "2024-04-06T14:30:00Z" },
	{ "Pacific/Chatham", "2024-09-29T03:15:00Z", SH_LOCAL_NEVER, "2024-09-28T14:30:00Z", "2024-09-28T14:00:00Z" },
	{ "Pacific/Chatham", "2024-07-16T00:45:00Z", SH_LOCAL_ONCE, "2024-07-15T12:00:00Z", "2024-07-15T12:00:00Z" },
	{ "America/Santiago", "2024-04-06T23:30:00Z", SH_LOCAL_TWICE, "2024-04-07T02:30:00Z", "2024-04-07T03:30:00Z" },
	{ "America/Santiago", "2024-09-08T00:30:00Z", SH_LOCAL_NEVER, "2024-09-08T04:30:00Z", "2024-09-08T04:00:00Z" },
	{ "America/Santiago", "2024-07-15T08:00:00Z", SH_LOCAL_ONCE, "2024-07-15T12:00:00Z", "2024-07-15T12:00:00Z" },
	{ "Africa/Cairo", "2024-04-26T00:30:00Z", SH_LOCAL_NEVER, "2024-04-25T22:30:00Z", "2024-04-25T22:00:00Z" },
	{ "Africa/Cairo", "2024-10-31T23:30:00Z", SH_LOCAL_TWICE, "2024-10-31T20:30:00Z", "2024-10-31T21:30:00Z" },
	{ "Africa/Cairo", "2024-07-15T15:00:00Z", SH_LOCAL_ONCE, "2024-07-15T12:00:00Z", "2024-07-15T12:00:00Z" },
	{ "Africa/Casablanca", "2024-03-10T02:30:00Z", SH_LOCAL_TWICE, "2024-03-10T01:30:00Z", "2024-03-10T02:30:00Z" },
	{ "Africa/Casablanca", "2024-04-14T02:30:00Z", SH_LOCAL_NEVER, "2024-04-14T02:30:00Z", "2024-04-14T02:00:00Z" },
	{ "Africa/Casablanca", "2024-07-15T13:00:00Z", SH_LOCAL_ONCE, "2024-07-15T12:00:00Z", "2024-07-15T12:00:00Z" },
};

static void
test_known_offsets(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(known_offsets); i++)
		if (sh_zone_offset(zone(known_offsets[i].zone), at(known_offsets[i].at)) != known_offsets[i].offset_s)
			fail_msg("%s at %s", known_offsets[i].zone, known_offsets[i].at);
	/* milliseconds before 1970 round down, not towards it */
	assert_int_equal(sh_zone_local(zone("Etc/UTC"), -1), -1);
}

static void
test_known_locals(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(known_locals); i++) {
		int64_t first = 0, second = 0;
		enum sh_local kind = sh_zone_instants(zone(known_locals[i].zone), at(known_locals[i].local), &first, &second);

		if (kind != known_locals[i].kind || first != at(known_locals[i].first) || second != at(known_locals[i].second))
			fail_msg("%s, %s: %d %lld %lld", known_locals[i].zone, known_locals[i].local, kind, (long long)first,
				(long long)second);
	}
}

/* Every zone there is: from an instant to its wall clock and back, and changes that really change. */
static void
test_round_trips(void **state)
{
	static const char *const names[] = { "America/New_York", "Africa/Casablanca", "Antarctica/Troll", "Pacific/Apia",
		"Australia/Lord_Howe", "America/Caracas", "Asia/Pyongyang", "Europe/Dublin", "Africa/Cairo" };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(names); i++) {
		const struct sh_zone *z = zone(names[i]);

		for (int64_t t = at("1970-01-01T00:00:00Z"), n; (n = sh_zone_next_change(z,
			t)) < at("2200-01-01T00:00:00Z"); t = n) {
			int64_t first, second;

			assert_true(n > t);
			assert_true(sh_zone_offset(z, n - 1) != sh_zone_offset(z, n));
			assert_int_equal(sh_zone_offset(z, t), sh_zone_offset(z, n - 1));
			for (int64_t probe = n - 3 * SH_HOUR_MS; probe <= n + 3 * SH_HOUR_MS; probe += 5 * SH_MINUTE_MS) {
				enum sh_local kind = sh_zone_instants(z, sh_zone_local(z, probe), &first, &second);

				assert_true(kind != SH_LOCAL_NEVER);
				assert_true(first == probe || second == probe);
				assert_true((kind == SH_LOCAL_TWICE) == (first < second));
			}
		}
	}
}

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(sh_zone_name(zone("America/New_York")), "America/New_York");
	assert_string_equal(sh_zone_name(zone("america/new_york")), "America/New_York");
	assert_non_null(zone("US/Pacific"));
	assert_non_null(zone("Asia/Calcutta"));
	assert_null(sh_zones_find(zones, SH_STR("America/Nowhere")));
	assert_null(sh_zones_find(zones, SH_STR("")));
	assert_null(sh_zones_find(zones, SH_NONE));
	assert_null(sh_zones_find(zones, SH_STR("../../etc/passwd")));
	assert_null(sh_zones_find(zones, SH_STR("Europe/Berlin\0x")));
	assert_null(sh_zones_find(zones, SH_STR("Factory")));
	assert_null(sh_zones_find(zones, SH_STR("localtime")));
	assert_null(sh_zones_find(zones, SH_STR("posixrules")));
	assert_null(sh_zones_find(zones, SH_STR("right/Europe/Berlin")));
	assert_null(sh_zones_find(zones, SH_STR("posix/Europe/Berlin")));
	assert_true(sh_zones_count(zones) > 300);
	assert_true(strlen(sh_zones_version(zones)) > 0);
}

/* ---- files of our own ---- */

static void
put(struct sh_buf *b, uint64_t v, int bytes)
{
	while (bytes-- > 0)
		sh_buf_add_char(b, (char)(v >> (8 * bytes)));
}

static void
put_header(struct sh_buf *b, uint32_t leaps, uint32_t times, uint32_t types, uint32_t chars)
{
	sh_buf_add(b, "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
	put(b, 0, 4);
	put(b, 0, 4);
	put(b, leaps, 4);
	put(b, times, 4);
	put(b, types, 4);
	put(b, chars, 4);
}

/* A slim file: an empty first block, the changes (to +1 h and back to 0), the rule. */
static void
put_file(struct sh_buf *b, const int64_t *times, uint32_t n, const char *rule)
{
	put_header(b, 0, 0, 1, 1);
	put(b, 0, 7);
	put_header(b, 0, n, 2, 4);
	for (uint32_t i = 0; i < n; i++)
		put(b, (uint64_t)times[i], 8);
	for (uint32_t i = 0; i < n; i++)
		put(b, i % 2 == 0, 1);
	put(b, 0, 6);
	put(b, 3600, 4);
	put(b, 1 << 8, 2);
	sh_buf_add(b, "UTC", 4);
	sh_buf_printf(b, "\n%s\n", rule);
}

static const struct {
	const char *rule, *at;
	int32_t offset_s;
} rules[] = {
	{ "EST5EDT,M3.2.0,M11.1.0", "2500-03-14T06:59:59Z", -18000 },
	{ "EST5EDT,M3.2.0,M11.1.0", "2500-03-14T07:00:00Z", -14400 },
	{ "EST5EDT,M3.2.0,M11.1.0", "2500-11-07T05:59:59Z", -14400 },
	{ "EST5EDT,M3.2.0,M11.1.0", "2500-11-07T06:00:00Z", -18000 },
	/* the southern summer lies around New Year */
	{ "NZST-12NZDT,M9.5.0,M4.1.0/3", "2060-01-01T00:00:00Z", 46800 },
	{ "NZST-12NZDT,M9.5.0,M4.1.0/3", "2060-07-01T00:00:00Z", 43200 },
	/* Dublin: standard time is summer's, winter's is negative */
	{ "IST-1GMT0,M10.5.0,M3.5.0/1", "2060-01-15T12:00:00Z", 0 },
	{ "IST-1GMT0,M10.5.0,M3.5.0/1", "2060-07-15T12:00:00Z", 3600 },
	/* Gaza: hour 50 of the fourth Thursday is Saturday, 02:00 */
	{ "EET-2EEST,M3.4.4/50,M10.4.4/50", "2060-03-26T23:59:59Z", 7200 },
	{ "EET-2EEST,M3.4.4/50,M10.4.4/50", "2060-03-27T00:00:00Z", 10800 },
	/* Nuuk: an hour before the last Sunday of March begins */
	{ "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2060-03-28T00:59:59Z", -7200 },
	{ "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2060-03-28T01:00:00Z", -3600 },
	/* Jn skips 29 February, n counts it */
	{ "AAA0BBB,J60/0,J300/0", "2064-02-29T23:59:59Z", 0 },
	{ "AAA0BBB,J60/0,J300/0", "2064-03-01T00:00:00Z", 3600 },
	{ "AAA0BBB,59/0,300/0", "2064-02-28T23:59:59Z", 0 },
	{ "AAA0BBB,59/0,300/0", "2064-02-29T00:00:00Z", 3600 },
	/* a fraction of an hour, seconds, and daylight saving all year */
	{ "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2060-01-01T00:00:00Z", 39600 },
	{ "AAA-0:00:07", "2060-01-01T00:00:00Z", 7 },
	{ "EST5EDT,0/0,J365/25", "2060-01-01T04:59:59Z", -14400 },
	{ "EST5EDT,0/0,J365/25", "2060-01-01T05:00:00Z", -14400 },
	{ "EST5EDT,0/0,J365/25", "2060-07-01T05:00:00Z", -14400 },
	/* a change that hours push into the year before */
	{ "AAA0BBB,J1/-48,J100/0", "2060-12-29T23:59:59Z", 0 },
	{ "AAA0BBB,J1/-48,J100/0", "2060-12-30T00:00:00Z", 3600 },
	/* ... and two that they push into the year after */
	{ "AAA0BBB,J364/167,J365/167", "2061-01-01T00:00:00Z", 0 },
	{ "AAA0BBB,J364/167,J365/167", "2061-01-05T23:00:00Z", 3600 },
	{ "AAA0BBB,J364/167,J365/167", "2061-01-06T22:00:00Z", 0 },
};

static void
test_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rules); i++) {
		struct sh_tzrule r;

		if (!sh_tzrule_parse(sh_str(rules[i].rule), &r))
			fail_msg("%s", rules[i].rule);
		if (sh_tzrule_offset(&r, at(rules[i].at) / 1000) != rules[i].offset_s)
			fail_msg("%s at %s", rules[i].rule, rules[i].at);
		/* the calendar repeats after 400 years, and so does the rule, however far off */
		assert_int_equal(sh_tzrule_offset(&r, at(rules[i].at) / 1000 + INT64_C(1000) * 146097 * 86400), rules[i].offset_s);
	}
}

static void
test_rules_next(void **state)
{
	struct sh_tzrule r;

	(void)state;
	assert_true(sh_tzrule_parse(SH_STR("EST5EDT,M3.2.0,M11.1.0"), &r));
	assert_int_equal(sh_tzrule_next(&r, at("2500-03-14T06:59:59Z") / 1000), at("2500-03-14T07:00:00Z") / 1000);
	assert_int_equal(sh_tzrule_next(&r, at("2500-03-14T07:00:00Z") / 1000), at("2500-11-07T06:00:00Z") / 1000);
	assert_int_equal(sh_tzrule_next(&r, at("2500-12-31T23:00:00Z") / 1000), at("2501-03-13T07:00:00Z") / 1000);
	assert_true(sh_tzrule_parse(SH_STR("EST5EDT,0/0,J365/25"), &r));
	assert_int_equal(sh_tzrule_next(&r, 0), INT64_MAX);
	assert_true(sh_tzrule_parse(SH_STR("MST7"), &r));
	assert_int_equal(sh_tzrule_next(&r, 0), INT64_MAX);
}

static void
test_bad_rules(void **state)
{
	static const char *const bad[] = { "", "E5", "EST", "EST5EDT", "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M11.1.0",
		"EST5EDT,M3.6.0,M11.1.0",
		"EST5EDT,M3.2.7,M11.1.0", "EST5EDT,J0,J1", "EST5EDT,J366,J1", "EST5EDT,366,1", "EST5EDT,M3.2.0/168,M11.1.0",
			"EST26",
		"<-02>2<-01,M3.5.0/-1,M10.5.0/0", "EST5EDT,M3.2.0,M11.1.0x", "EST5:60", "EST99999", "EST5EDT,M3.2.0/2:,M11.1.0" };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(bad); i++) {
		struct sh_tzrule r;

		if (sh_tzrule_parse(sh_str(bad[i]), &r))
			fail_msg("%s", bad[i]);
	}
}

static enum sh_status
read_copy(const char *bytes, size_t n, struct sh_tzif *z)
{
	SH_CLEANUP(sh_arena_freep) struct sh_arena *a = sh_arena_new(1 << 20);
	char *copy = malloc(n + !n);	/* exactly as long, so that the address sanitizer sees a byte too far */
	struct sh_error e = { SH_OK, "" };
	enum sh_status status;

	memcpy(copy, bytes, n);
	status = sh_tzif_read(a, (struct sh_str){ copy, n }, z, &e);
	free(copy);
	assert_true((status == SH_OK) == (e.text[0] == '\0'));
	return status;
}

static void
test_slim_file(void **state)
{
	static const int64_t times[] = { 1000000, 2000000 };
	SH_CLEANUP(sh_arena_freep) struct sh_arena *a = sh_arena_new(1 << 20);
	struct sh_tzif z;
	struct sh_buf b;

	(void)state;
	sh_buf_init(&b, 4096);
	put_file(&b, times, 2, "UTC0CEST-1,M3.5.0,M10.5.0/3");
	assert_int_equal(sh_tzif_read(a, sh_buf_str(&b), &z, NULL), SH_OK);
	assert_int_equal(z.nchanges, 2);
	assert_int_equal(z.first_s, 0);
	assert_int_equal(z.changes[0].offset_s, 3600);
	assert_true(z.ruled);
	assert_int_equal(z.rule_from_s, 2000000);
	sh_buf_clear(&b);
}

static void
test_broken_files(void **state)
{
	static const int64_t times[] = { 1000000, 2000000 }, backward[] = { 2000000, 1000000 };
	struct sh_tzif z;
	struct sh_buf b;

	(void)state;
	sh_buf_init(&b, 4096);
	put_file(&b, times, 2, "UTC0");
	for (size_t n = 0; n < b.n; n++)	/* cut anywhere, the last newline included */
		assert_int_equal(read_copy(b.s, n, &z), SH_EINVALID);
	assert_int_equal(read_copy(b.s, b.n, &z), SH_OK);
	for (size_t i = 0; i < b.n; i++)	/* any byte wrong: any answer, but no crash */
		for (int v = 0; v < 256; v += 15) {
			char was = b.s[i];

			b.s[i] = (char)v;
			(void)!read_copy(b.s, b.n, &z);
			b.s[i] = was;
		}
	sh_buf_clear(&b);

	sh_buf_init(&b, 4096);
	put_file(&b, backward, 2, "UTC0");
	assert_int_equal(read_copy(b.s, b.n, &z), SH_EINVALID);
	sh_buf_clear(&b);
	sh_buf_init(&b, 4096);
	put_file(&b, times, 2, "EST5EDT");
	assert_int_equal(read_copy(b.s, b.n, &z), SH_EINVALID);
	sh_buf_clear(&b);
}

static void
write_file(const char *dir, const char *name, struct sh_str bytes)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes.s, 1, bytes.n, f), bytes.n);
	fclose(f);
}

/* A folder with two zones and everything that is none. */
static void
test_folder(void **state)
{
	static const char *const folders[] = { "Europe", "right", "posix" };
	static const char *const files[] = { "Europe/Here", "Mars", "Europe/London", "right/Mars", "posix/Mars", "localtime",
		"posixrules",
		"Factory", "zone.tab", "tzdata.zi" };
	char dir[] = "/tmp/sh-zone-XXXXXX", path[512];
	struct sh_zones *own = NULL;
	struct sh_error e;
	struct sh_buf b;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(sh_zones_load(dir, &own, &e), SH_EABSENT);
	assert_non_null(strstr(e.text, "tzdata"));
	sh_buf_init(&b, 4096);
	put_file(&b, NULL, 0, "UTC0");
	for (size_t i = 0; i < SH_LENGTH(folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, folders[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	for (size_t i = 0; i < SH_LENGTH(files); i++)
		write_file(dir, files[i], i < SH_LENGTH(files) - 2 ? sh_buf_str(&b) : SH_STR("# version 1999z\nand so on"));
	assert_int_equal(sh_zones_load(dir, &own, &e), SH_OK);
	assert_int_equal(sh_zones_count(own), 3);
	/* a link of tzdata.zi, if the machine that built this had one */
	if (strcmp(sh_zones_version(zones), "unknown") != 0) {
		assert_string_equal(sh_zone_name(sh_zones_find(own, SH_STR("GB"))), "Europe/London");
		assert_string_equal(sh_zone_name(sh_zones_find(own, SH_STR("gb-eire"))), "Europe/London");
		assert_null(sh_zones_find(own, SH_STR("US/Pacific")));
	}
	assert_non_null(sh_zones_find(own, SH_STR("Europe/Here")));
	assert_non_null(sh_zones_find(own, SH_STR("Mars")));
	assert_string_equal(sh_zones_version(own), "1999z");
	sh_zones_free(own);

	/* a broken one stops the load, by name */
	own = NULL;
	write_file(dir, "Mars", (struct sh_str){ b.s, b.n - 1 });
	assert_int_equal(sh_zones_load(dir, &own, &e), SH_EINVALID);
	assert_non_null(strstr(e.text, "Mars"));
	assert_null(own);
	for (size_t i = 0; i < SH_LENGTH(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		unlink(path);
	}
	for (size_t i = 0; i < SH_LENGTH(folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, folders[i]);
		rmdir(path);
	}
	assert_int_equal(rmdir(dir), 0);
	sh_buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_offsets),
		cmocka_unit_test(test_known_locals),
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_rules_next),
		cmocka_unit_test(test_bad_rules),
		cmocka_unit_test(test_slim_file),
		cmocka_unit_test(test_broken_files),
		cmocka_unit_test(test_folder),
	};

	return cmocka_run_group_tests(tests, zones_setup, zones_teardown);
}
