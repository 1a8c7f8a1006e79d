/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/policy/policy.h"
#include "zones.h"

static struct sh_faults faults;

static int
setup(void **state)
{
	(void)state;
	sh_faults_init(&faults, "p.yaml");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	sh_faults_clear(&faults);
	return 0;
}

static struct sh_policy
layer(const char *yaml, enum sh_origin origin)
{
	struct sh_policy p;

	if (!sh_policy_read_yaml(sh_str(yaml), origin, zones, &p, &faults))
		fail_msg("%s", faults.text.s);
	return p;
}

static void
test_default(void **state)
{
	static const struct {
		enum sh_outcome outcome;
		bool enabled;
		int ndelays, delay_s;
	} want[] = {
		{ SH_OUTCOME_VOICEMAIL, true, 1, 14400 },
		{ SH_OUTCOME_NO_ANSWER, true, 1, 3600 },
		{ SH_OUTCOME_BUSY, true, 1, 600 },
		{ SH_OUTCOME_TECHNICAL_ERROR, true, 1, 1800 },
		{ SH_OUTCOME_CONVERSATION_SILENT, true, 1, 86400 },
		{ SH_OUTCOME_OTHER, false, 1, 3600 },
		{ SH_OUTCOME_TERMINAL, false, 0, 0 },
		{ SH_OUTCOME_DO_NOT_CALL, false, 0, 0 },
	};
	struct sh_policy p;

	(void)state;
	sh_policy_default(&p);
	for (size_t i = 0; i < SH_LENGTH(want); i++) {
		const struct sh_policy_retry *r = &p.retry[want[i].outcome];

		assert_int_equal(r->enabled, want[i].enabled);
		assert_int_equal(r->ndelays, want[i].ndelays);
		assert_int_equal(r->delays_s[0], want[i].delay_s);
		assert_int_equal(r->delays_from, SH_ORIGIN_DEFAULT);
	}
	assert_int_equal(p.max_attempts, 3);
	assert_int_equal(p.quiet.ring_margin_ms, 60000);
	assert_true(sh_policy_check(&p, &faults));
}

static struct sh_str
written(const struct sh_policy *p, bool origins, struct sh_buf *b)
{
	struct sh_out o;

	sh_buf_init(b, 1 << 20);
	sh_writer_init(&o, b);
	if (origins)
		sh_policy_write_origins(&o, p, "pro");
	else
		sh_policy_write(&o, p);
	return sh_buf_str(b);
}

/* policies/default.yaml says every value but for the plan's and dayparts, and says what is built in. */
static void
test_default_file(void **state)
{
	const char *top = getenv("top_srcdir");
	struct sh_policy builtin, layer_only, whole;
	char path[4096], text[65536];
	struct sh_buf a, b;
	size_t n;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/policies/default.yaml", top ? top : ".");
	f = fopen(path, "r");
	if (!f)
		fail_msg("cannot open %s", path);
	n = fread(text, 1, sizeof(text), f);
	fclose(f);
	if (!sh_policy_read_yaml((struct sh_str){ text, n }, SH_ORIGIN_NAMED, zones, &layer_only, &faults))
		fail_msg("%s", faults.text.s);
	sh_policy_default(&builtin);
	sh_policy_effective(&layer_only, NULL, NULL, &whole);
	/* The shape without origins is the values alone. */
	assert_string_equal(written(&whole, false, &a).s, written(&builtin, false, &b).s);
	sh_buf_clear(&a);
	sh_buf_clear(&b);
	assert_int_equal(whole.max_attempts_from, SH_ORIGIN_DEFAULT);
	whole.max_attempts_from = SH_ORIGIN_NAMED;
	for (int i = 0; i < SH_DAYPARTS; i++)
		whole.dayparts_from[i] = SH_ORIGIN_NAMED;
	for (int o = 0; o < SH_POLICY_OUTCOMES; o++)
		if (builtin.retry[o].ndelays == 0)
			whole.retry[o].delays_from = whole.retry[o].jitter_from = SH_ORIGIN_NAMED;
	written(&whole, true, &a);
	assert_null(strstr(a.s, "\"from\":\"default\""));
	assert_non_null(strstr(a.s, "\"from\":\"named\""));
	sh_buf_clear(&a);
}

static void
test_values(void **state)
{
	struct sh_policy p = layer("retry: {voicemail: {delays: [10m, 30m, 4h]}, busy: {enabled: no}, other: {enabled: true}}\n"
		"max_attempts: 5\n"
		"quiet_hours: {timezone: america/new_york, start: 21:00, end: \"08:00\",\n"
		"  weekdays: {fri: \"09:00-18:00\", sat: [\"10:00-13:00\", \"15:00-24:00\"], sun: closed}}\n"
		"quiet_days: [wed]\n"
		"quiet_dates: [2026-12-25]\n"
		"callbacks: {explicit: clamp, default_delay: 90m}\n"
		"retention: {level: default, payload_days: -1}\n", SH_ORIGIN_NAMED);

	(void)state;
	assert_int_equal(p.retry[SH_OUTCOME_VOICEMAIL].ndelays, 3);
	assert_int_equal(p.retry[SH_OUTCOME_VOICEMAIL].delays_s[2], 14400);
	assert_int_equal(p.retry[SH_OUTCOME_VOICEMAIL].enabled_from, SH_ORIGIN_NONE);
	assert_false(p.retry[SH_OUTCOME_BUSY].enabled);
	assert_int_equal(p.retry[SH_OUTCOME_BUSY].enabled_from, SH_ORIGIN_NAMED);
	assert_true(p.retry[SH_OUTCOME_OTHER].enabled);
	assert_int_equal(p.max_attempts, 5);
	assert_int_equal(p.zone, SH_ZONE_NAMED);
	assert_string_equal(p.zone_name, "america/new_york");
	assert_int_equal(p.quiet.days[0].nwindows, 1);
	assert_int_equal(p.quiet.days[0].windows[0].open_min, 480);
	assert_int_equal(p.quiet.days[0].windows[0].close_min, 1260);
	assert_int_equal(p.quiet.days[4].windows[0].close_min, 1080);
	assert_int_equal(p.quiet.days[5].nwindows, 2);
	assert_int_equal(p.quiet.days[5].windows[1].close_min, 1440);
	assert_int_equal(p.quiet.days[6].nwindows, 0);
	assert_int_equal(p.quiet.closed_days, 1 << 2);
	assert_int_equal(p.quiet.ndates, 1);
	assert_int_equal(p.quiet.dates[0], sh_time_days(2026, 12, 25));
	assert_int_equal(p.explicit_time, SH_EXPLICIT_CLAMP);
	assert_int_equal(p.default_delay_s, 5400);
	assert_int_equal(p.retention, SH_RETENTION_DEFAULT);
	assert_int_equal(p.retention_from, SH_ORIGIN_NAMED);
	assert_int_equal(p.payload_days, -1);
	/* quiet hours within a day leave two windows */
	p = layer("quiet_hours: {start: \"12:00\", end: \"14:00\"}", SH_ORIGIN_NAMED);
	assert_int_equal(p.quiet.days[0].nwindows, 2);
	assert_int_equal(p.quiet.days[0].windows[1].open_min, 840);
}

static const struct {
	const char *text, *fault;
} refused[] = {
	{ "quiet_hour: {}", "p.yaml:1:1: unknown key \"quiet_hour\"; did you mean \"quiet_hours\"?\n" },
	{ "retry: {voicemai: {}}", "p.yaml:1:9: unknown key \"voicemai\"; did you mean \"voicemail\"?\n" },
	{ "retry: {busy: {dellay: 1h}}", "p.yaml:1:16: unknown key \"dellay\"; did you mean \"delay\"?\n" },
	{ "retry: {busy: 10m}", "p.yaml:1:15: expected a mapping, found \"10m\"\n" },
	{ "retry:", "p.yaml:1:7: expected a mapping, found nothing\n" },
	{ "- 1", "p.yaml:1:1: expected a mapping, found a list\n" },
	{ "retry: {busy: {delay: 10}}", "p.yaml:1:23: expected a duration such as 30s, 10m, 4h or 1h30m, found \"10\"\n" },
	{ "retry: {busy: {delay: 31d}}", "p.yaml:1:23: expected a delay from 1s to 30d, found \"31d\"\n" },
	{ "retry: {busy: {delay: 0s}}", "p.yaml:1:23: expected a delay from 1s to 30d, found \"0s\"\n" },
	{ "retry: {busy: {delay: 1h, delays: [1h]}}", "p.yaml:1:27: either delay or delays, not both\n" },
	{ "retry: {busy: {delays: []}}", "p.yaml:1:24: expected a list of one to eight delays, found a list\n" },
	{ "retry: {busy: {delays: [1h,1h,1h,1h,1h,1h,1h,1h,1h]}}", "p.yaml:1:49: more than 8 delays\n" },
	{ "retry: {do_not_call: {enabled: true}}", "p.yaml:1:22: do_not_call is never retried: it can only say enabled: false\n" },
	{ "retry: {terminal: {delay: 1h}}", "p.yaml:1:19: terminal is never retried: it can only say enabled: false\n" },
	{ "max_attempts: 0", "p.yaml:1:15: expected a whole number from 1 to 100, found \"0\"\n" },
	{ "max_attempts: three", "p.yaml:1:15: expected a whole number from 1 to 100, found \"three\"\n" },
	{ "quiet_hours: {start: \"20:00\"}", "p.yaml:1:15: start and end of quiet hours go together\n" },
	{ "quiet_hours: {start: \"20:00\", end: \"20:00\"}",
	  "p.yaml:1:36: quiet hours cannot end when they start; use weekdays with open or closed\n" },
	{ "quiet_hours: {start: \"24:00\", end: \"00:00\"}",
	  "p.yaml:1:36: quiet hours cannot end when they start; use weekdays with open or closed\n" },
	{ "quiet_hours: {start: \"8:00\", end: \"09:00\"}",
	  "p.yaml:1:22: expected a time of day such as \"20:00\", found \"8:00\"\n" },
	{ "quiet_hours: {start: \"20:00\", end: \"24:01\"}",
	  "p.yaml:1:36: expected a time of day such as \"09:00\", found \"24:01\"\n" },
	{ "quiet_hours: {timezone: Europe/Atlantis}",
	  "p.yaml:1:25: expected workspace, callee, or a time zone such as Europe/Berlin, found \"Europe/Atlantis\"\n" },
	{ "quiet_hours: {weekdays: {mom: closed}}", "p.yaml:1:26: unknown key \"mom\"; did you mean \"mon\"?\n" },
	{ "quiet_hours: {weekdays: {mon: shut}}",
	  "p.yaml:1:31: expected hours such as \"09:00-20:00\", or closed, or open, found \"shut\"\n" },
	{ "quiet_hours: {weekdays: {mon: \"20:00-09:00\"}}",
	  "p.yaml:1:31: hours must end after they begin, at 24:00 at the latest; closed means none\n" },
	{ "quiet_hours: {weekdays: {mon: \"09:00-09:00\"}}",
	  "p.yaml:1:31: hours must end after they begin, at 24:00 at the latest; closed means none\n" },
	{ "quiet_hours: {weekdays: {mon: [\"09:00-10:00\", \"10:00-11:00\"]}}",
	  "p.yaml:1:47: at most 4 spells of hours, in order and apart\n" },
	{ "quiet_days: sun", "p.yaml:1:13: expected a list of weekdays such as [sat, sun], found \"sun\"\n" },
	{ "quiet_days: [sunday]", "p.yaml:1:14: expected mon, tue, wed, thu, fri, sat or sun, found \"sunday\"\n" },
	{ "{quiet_days: [sun], quiet_hours: {weekdays: {sun: open}}}", "p.yaml:1:2: sun has hours and is a quiet day\n" },
	{ "quiet_dates: [2026-02-30]", "p.yaml:1:15: expected a date such as 2026-12-25, found \"2026-02-30\"\n" },
	{ "callbacks: {explicit: honor}", "p.yaml:1:23: expected honour or clamp, found \"honor\"\n" },
	{ "retention: {level: none, payload_days: -2}",
	  "p.yaml:1:20: expected default or minimal, found \"none\"\n"
	  "p.yaml:1:40: expected a whole number from -1 to 3650, found \"-2\"\n" },
	{ "a: [", NULL },
};

static void
test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(refused); i++) {
		struct sh_policy p;

		sh_faults_clear(&faults);
		sh_faults_init(&faults, "p.yaml");
		assert_false(sh_policy_read_yaml(sh_str(refused[i].text), SH_ORIGIN_NAMED, zones, &p, &faults));
		if (refused[i].fault)
			assert_string_equal(faults.text.s, refused[i].fault);
	}
}

static void
test_origins(void **state)
{
	struct sh_policy named = layer("{retry: {voicemail: {delay: 2h}, busy: {delay: 5m}}, max_attempts: 4,"
		" quiet_hours: {weekdays: {fri: closed}}}", SH_ORIGIN_NAMED);
	struct sh_policy workspace, agent, p;

	(void)state;
	assert_true(sh_policy_read_json(SH_STR("{\"retry\":{\"voicemail\":{\"delay\":\"4h\"}},\"max_attempts\":2,"
		"\"quiet_hours\":{\"start\":\"21:00\",\"end\":\"08:00\"}}"),
		SH_ORIGIN_WORKSPACE, zones, &workspace, &faults));
	assert_true(sh_policy_read_json(SH_STR("{\"retry\":{\"voicemail\":{\"enabled\":false}},\"max_attempts\":null,"
		"\"quiet_hours\":{\"weekdays\":{\"sun\":\"12:00-15:00\"}}}"),
		SH_ORIGIN_AGENT, zones, &agent, &faults));
	sh_policy_effective(&named, &workspace, &agent, &p);
	assert_int_equal(p.retry[SH_OUTCOME_VOICEMAIL].delays_s[0], 14400);
	assert_int_equal(p.retry[SH_OUTCOME_VOICEMAIL].delays_from, SH_ORIGIN_WORKSPACE);
	assert_false(p.retry[SH_OUTCOME_VOICEMAIL].enabled);
	assert_int_equal(p.retry[SH_OUTCOME_VOICEMAIL].enabled_from, SH_ORIGIN_AGENT);
	assert_int_equal(p.retry[SH_OUTCOME_BUSY].delays_s[0], 300);
	assert_int_equal(p.retry[SH_OUTCOME_BUSY].delays_from, SH_ORIGIN_NAMED);
	assert_int_equal(p.retry[SH_OUTCOME_NO_ANSWER].delays_from, SH_ORIGIN_DEFAULT);
	assert_int_equal(p.max_attempts, 2);
	assert_int_equal(p.max_attempts_from, SH_ORIGIN_WORKSPACE);
	/* a later layer's start and end speak of every day; its weekdays open what a weaker one closed */
	assert_int_equal(p.quiet.days[4].nwindows, 1);
	assert_int_equal(p.days_from[4], SH_ORIGIN_WORKSPACE);
	assert_int_equal(p.quiet.days[6].windows[0].open_min, 720);
	assert_int_equal(p.days_from[6], SH_ORIGIN_AGENT);
	assert_int_equal(p.quiet.closed_days, 0);
	assert_string_equal(sh_policy_origin_name(p.days_from[6]), "agent");
	/* without them Sunday stays closed, whatever start and end say */
	sh_policy_effective(&named, &workspace, NULL, &p);
	assert_int_equal(p.quiet.closed_days, 1 << 6);
}

static void
test_json_faults(void **state)
{
	struct sh_policy p;

	(void)state;
	faults.file = "overrides";
	assert_false(sh_policy_read_json(SH_STR("{\"max_attempts\": \"3\",\n \"max_atempts\": 3}"), SH_ORIGIN_AGENT, zones, &p,
		&faults));
	assert_string_equal(faults.text.s, "overrides:2:17: unknown key \"max_atempts\"; did you mean \"max_attempts\"?\n"
		"overrides:1:18: expected a whole number from 1 to 100, found \"3\"\n");
	assert_false(sh_policy_read_json(SH_STR("null"), SH_ORIGIN_AGENT, zones, &p, &faults));
	assert_false(sh_policy_read_json(SH_STR(""), SH_ORIGIN_AGENT, zones, &p, &faults));
	assert_true(sh_policy_read_json(SH_STR("{}"), SH_ORIGIN_AGENT, zones, &p, &faults));
}

static void
test_set(void **state)
{
	struct sh_policy_set *set = sh_policy_set_new(zones);
	struct sh_policy p;

	(void)state;
	assert_true(sh_policy_set_add(set, "gentle", SH_STR("max_attempts: 1"), &faults));
	assert_true(sh_policy_set_add(set, "default", SH_STR(""), &faults));
	assert_true(sh_policy_set_add(set, "berlin", SH_STR("quiet_hours: {timezone: Europe/Berlin}"), &faults));
	for (char c = 'a'; c <= 'z'; c++) {
		char name[] = { 'x', c, '\0' };

		assert_true(sh_policy_set_add(set, name, SH_STR("max_attempts: 9"), &faults));
	}
	assert_int_equal(faults.count, 0);
	assert_int_equal(sh_policy_set_find(set, "gentle")->max_attempts, 1);
	assert_string_equal(sh_policy_set_find(set, "gentle")->name, "gentle");
	assert_null(sh_policy_set_find(set, "absent"));
	assert_string_equal(sh_policy_set_at(set, 0)->name, "berlin");
	assert_string_equal(sh_policy_set_at(set, 1)->name, "default");
	assert_null(sh_policy_set_at(set, 29));

	assert_false(sh_policy_set_add(set, "gentle", SH_STR(""), &faults));
	assert_false(sh_policy_set_add(set, "../x", SH_STR(""), &faults));
	assert_false(sh_policy_set_add(set, "", SH_STR(""), &faults));
	assert_false(sh_policy_set_add(set, "shut", SH_STR("quiet_days: [mon, tue, wed, thu, fri, sat, sun]"), &faults));
	assert_false(sh_policy_set_add(set, "bad", SH_STR("max_attempts: -1"), &faults));
	assert_null(sh_policy_set_find(set, "bad"));
	assert_int_equal(faults.count, 5);

	sh_policy_effective(sh_policy_set_find(set, "berlin"), NULL, NULL, &p);
	assert_string_equal(p.zone_name, "Europe/Berlin");
	sh_policy_set_free(set);
	sh_policy_set_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_default, setup, teardown),
		cmocka_unit_test_setup_teardown(test_default_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_values, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_origins, setup, teardown),
		cmocka_unit_test_setup_teardown(test_json_faults, setup, teardown),
		cmocka_unit_test_setup_teardown(test_set, setup, teardown),
	};

	return cmocka_run_group_tests(tests, zones_setup, zones_teardown);
}
