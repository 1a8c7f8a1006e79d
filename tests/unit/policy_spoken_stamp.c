/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Times as machines write them: what each form is read as, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/macro.h"
#include "gateway/policy/spoken_stamp.h"

#define HOUR (INT64_C(3600000))
#define THREE_PM INT64_C(1781794800000) /* 2026-06-18T15:00:00Z */

static const struct {
	const char *text;
	enum sh_stamp_kind kind;
	int64_t ms;
	int32_t offset_s;
	const char *zone;
} cases[] = {
	{ "2026-06-18T15:00:00-07:00", SH_STAMP_INSTANT, THREE_PM + 7 * HOUR, -25200, NULL },
	{ "2026-06-18T15:00:00Z", SH_STAMP_INSTANT, THREE_PM, 0, NULL },
	{ "2026-06-18t15:00:00z", SH_STAMP_INSTANT, THREE_PM, 0, NULL },
	{ "2026-06-18 15:00:00Z", SH_STAMP_INSTANT, THREE_PM, 0, NULL },
	{ "2026-06-18 15:00:00 +0000", SH_STAMP_INSTANT, THREE_PM, 0, NULL },
	{ "2026-06-18 15:00 UTC", SH_STAMP_INSTANT, THREE_PM, 0, NULL },
	{ "  \"2026-06-18T15:00Z\"\n", SH_STAMP_INSTANT, THREE_PM, 0, NULL },
	{ "2026-06-18T15:00-07", SH_STAMP_INSTANT, THREE_PM + 7 * HOUR, -25200, NULL },
	{ "2026-06-18T15:00-0700", SH_STAMP_INSTANT, THREE_PM + 7 * HOUR, -25200, NULL },
	{ "2026-06-18T15:00:00.5+05:30", SH_STAMP_INSTANT, THREE_PM - HOUR * 11 / 2 + 500, 19800, NULL },
	{ "2026-06-18T15:00:00,123456789Z", SH_STAMP_INSTANT, THREE_PM + 123, 0, NULL },
	{ "2026-06-18T24:00:00Z", SH_STAMP_INSTANT, THREE_PM + 9 * HOUR, 0, NULL },
	{ "2026-06-30T23:59:60Z", SH_STAMP_INSTANT, INT64_C(1782863999000), 0, NULL },
	{ "20260618T150000Z", SH_STAMP_INSTANT, THREE_PM, 0, NULL },
	{ "20260618T1500-0700", SH_STAMP_INSTANT, THREE_PM + 7 * HOUR, -25200, NULL },
	{ "20260618T150000", SH_STAMP_WALL, THREE_PM, 0, NULL },
	{ "2026-06-18T15:00:00-07:00[America/Los_Angeles]", SH_STAMP_INSTANT, THREE_PM + 7 * HOUR, -25200, "America/Los_Angeles" },
	{ "2026-06-18T15:00:00-07:00[!America/Los_Angeles]", SH_STAMP_INSTANT, THREE_PM + 7 * HOUR, -25200, "America/Los_Angeles" },
	{ "2026-06-18T15:00:00Z[America/Denver][u-ca=gregory]", SH_STAMP_INSTANT, THREE_PM, 0, "America/Denver" },
	{ "2026-06-18T15:00:00Z[!u-ca=hebrew]", SH_STAMP_WRONG, 0, 0, NULL },
	{ "2026-06-18T15:00:00Z[America/Denver", SH_STAMP_WRONG, 0, 0, NULL },
	{ "2026-06-18T15:00[America/Denver]", SH_STAMP_WALL, THREE_PM, 0, "America/Denver" },
	{ "2026-06-18T15:00", SH_STAMP_WALL, THREE_PM, 0, NULL },
	{ "2026-06-18", SH_STAMP_DAY, THREE_PM - 15 * HOUR, 0, NULL },
	{ "15:00", SH_STAMP_CLOCK, 15 * HOUR, 0, NULL },
	{ "09:30:15", SH_STAMP_CLOCK, 9 * HOUR + 1815000, 0, NULL },
	{ "PT45M", SH_STAMP_DURATION, 45 * 60000, 0, NULL },
	{ "pt1h30m", SH_STAMP_DURATION, 90 * 60000, 0, NULL },
	{ "PT1.5H", SH_STAMP_DURATION, 90 * 60000, 0, NULL },
	{ "P1DT2H", SH_STAMP_DURATION, 2 * HOUR, 0, NULL },
	{ "1781794800", SH_STAMP_INSTANT, THREE_PM, 0, NULL },
	{ "1781794800.0", SH_STAMP_INSTANT, THREE_PM, 0, NULL },
	{ "1781794800000", SH_STAMP_INSTANT, THREE_PM, 0, NULL },
	/* cannot be */
	{ "2026-02-30", SH_STAMP_WRONG, 0, 0, NULL },
	{ "2026-13-01T10:00Z", SH_STAMP_WRONG, 0, 0, NULL },
	{ "2026-06-18T25:00Z", SH_STAMP_WRONG, 0, 0, NULL },
	{ "2026-06-18T15:60Z", SH_STAMP_WRONG, 0, 0, NULL },
	{ "25:00", SH_STAMP_WRONG, 0, 0, NULL },
	{ "17817948000", SH_STAMP_WRONG, 0, 0, NULL },
	{ "1781794", SH_STAMP_WRONG, 0, 0, NULL },
	{ "99999999999999999999999", SH_STAMP_WRONG, 0, 0, NULL },
	{ "P", SH_STAMP_WRONG, 0, 0, NULL },
	{ "P1DT", SH_STAMP_WRONG, 0, 0, NULL },
	{ "PT5", SH_STAMP_WRONG, 0, 0, NULL },
	{ "P1M2Y", SH_STAMP_WRONG, 0, 0, NULL },
	{ "PT0S", SH_STAMP_WRONG, 0, 0, NULL },
	{ "PT999999999999999999H", SH_STAMP_WRONG, 0, 0, NULL },
	/* no value */
	{ "", SH_STAMP_NOTHING, 0, 0, NULL },
	{ "   ", SH_STAMP_NOTHING, 0, 0, NULL },
	{ "null", SH_STAMP_NOTHING, 0, 0, NULL },
	{ "None", SH_STAMP_NOTHING, 0, 0, NULL },
	{ "N/A", SH_STAMP_NOTHING, 0, 0, NULL },
	{ "Not specified", SH_STAMP_NOTHING, 0, 0, NULL },
	{ "false", SH_STAMP_NOTHING, 0, 0, NULL },
	{ "unknown", SH_STAMP_NOTHING, 0, 0, NULL },
	{ "{{callback_time}}", SH_STAMP_NOTHING, 0, 0, NULL },
	{ "at {{ time }} tomorrow", SH_STAMP_NOTHING, 0, 0, NULL },
	{ "0", SH_STAMP_NOTHING, 0, 0, NULL },
	{ "0.0", SH_STAMP_NOTHING, 0, 0, NULL },
	{ "-1781794800", SH_STAMP_NOTHING, 0, 0, NULL },
	/* for the grammar */
	{ "3 pm", SH_STAMP_WORDS, 0, 0, NULL },
	{ "9:30", SH_STAMP_WORDS, 0, 0, NULL },
	{ "15.30", SH_STAMP_WORDS, 0, 0, NULL },
	{ "tomorrow at noon", SH_STAMP_WORDS, 0, 0, NULL },
	{ "2026-06-18 15:00 EST", SH_STAMP_WORDS, 0, 0, NULL },
	{ "2026-06-18 3 pm", SH_STAMP_WORDS, 0, 0, NULL },
	{ "6/18/2026", SH_STAMP_WORDS, 0, 0, NULL },
	{ "Pacific", SH_STAMP_WORDS, 0, 0, NULL },
};

static void
test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_stamp s;

		sh_spoken_stamp_read(sh_str(cases[i].text), &s);
		if (s.kind != cases[i].kind)
			fail_msg("%s: kind %d, not %d", cases[i].text, s.kind, cases[i].kind);
		if (s.kind == SH_STAMP_NOTHING || s.kind == SH_STAMP_WRONG || s.kind == SH_STAMP_WORDS)
			continue;
		if (s.ms != cases[i].ms || s.offset_s != cases[i].offset_s)
			fail_msg("%s: %lld ms at %d", cases[i].text, (long long)s.ms, (int)s.offset_s);
		assert_int_equal(s.zone.s != NULL, cases[i].zone != NULL);
		if (cases[i].zone)
			assert_memory_equal(s.zone.s, cases[i].zone, strlen(cases[i].zone));
	}
}

static void
test_details(void **state)
{
	struct sh_stamp s;

	(void)state;
	sh_spoken_stamp_read(sh_str("P1Y2M3W4DT5S"), &s);
	assert_int_equal(s.months, 14);
	assert_int_equal(s.days, 25);
	assert_int_equal(s.ms, 5000);
	sh_spoken_stamp_read(sh_str("2026-06-18T15:00-07:00[!America/Denver]"), &s);
	assert_true(s.critical && s.has_offset && !s.seconds);
	/* "Z" and "-00:00" say nothing of where. */
	sh_spoken_stamp_read(sh_str("2026-06-18T15:00:00Z"), &s);
	assert_true(!s.has_offset && s.seconds);
	sh_spoken_stamp_read(sh_str("2026-06-18T15:00:00-00:00"), &s);
	assert_false(s.has_offset);
	sh_spoken_stamp_read((struct sh_str){ "2026\0-06", 8 }, &s);
	assert_int_equal(s.kind, SH_STAMP_WORDS);
	sh_spoken_stamp_read(SH_NONE, &s);
	assert_int_equal(s.kind, SH_STAMP_NOTHING);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_forms), cmocka_unit_test(test_details) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
