/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* The policies that are shipped, with the packs that are shipped: what each promises in its first lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/policy/decide.h"
#include "zones.h"

static struct sh_packs *packs;

static struct sh_str
file(const char *name, char *text, size_t room)
{
	const char *top = getenv("top_srcdir");
	char path[4096];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/policies/%s.yaml", top ? top : ".", name);
	f = fopen(path, "r");
	if (!f)
		fail_msg("cannot open %s", path);
	n = fread(text, 1, room, f);
	fclose(f);
	return (struct sh_str){ text, n };
}

static int
setup(void **state)
{
	static const char *const names[] = { "us-federal", "us-states", "us-debt", "ca" };
	static char text[1 << 18];
	struct sh_faults f;
	char path[64];

	zones_setup(state);
	packs = sh_packs_new();
	sh_faults_init(&f, "pack");
	for (size_t i = 0; i < SH_LENGTH(names); i++) {
		snprintf(path, sizeof(path), "jurisdictions/%s", names[i]);
		if (!sh_packs_add(packs, names[i], file(path, text, sizeof(text)), &f))
			fail_msg("%s", f.text.s);
	}
	sh_faults_clear(&f);
	return 0;
}

static int
teardown(void **state)
{
	sh_packs_free(packs);
	return zones_teardown(state);
}

static struct sh_policy
policy(const char *name)
{
	static char text[1 << 18];
	struct sh_policy layer, p;
	struct sh_faults f;

	sh_faults_init(&f, name);
	if (!sh_policy_read_yaml(file(name, text, sizeof(text)), SH_ORIGIN_NAMED, zones, &layer, &f))
		fail_msg("%s", f.text.s);
	sh_policy_effective(&layer, NULL, NULL, &p);
	if (!sh_policy_check(&p, &f) || !sh_packs_check(packs, &layer, &f))
		fail_msg("%s: %s", name, f.text.s);
	return p;
}

enum place { DENVER, MIAMI, TORONTO, LYON };

static struct sh_callee
callee(enum place where)
{
	static const struct {
		const char *zone, *states, *country;
	} places[] = {
		[DENVER] = { "America/Denver", "US-CO", "US" },
		[MIAMI] = { "America/New_York", "US-FL", "US" },
		[TORONTO] = { "America/Toronto", "", "CA" },
		[LYON] = { "Europe/Paris", "", "FR" },
	};
	struct sh_callee c;

	assert_true(sh_callee_read(zones, sh_str(places[where].zone), sh_str(places[where].states), sh_str(places[where].country),
		SH_STR("number"), false, &c));
	return c;
}

/* NO: a wish that was not there. NAMED: at a time that the callee said; ASKED: without one. */
enum wish { NO, ASKED, NAMED };

static const struct {
	const char *policy, *about;
	enum place where;
	enum sh_outcome outcome;
	int attempt;			/* 0: they called */
	const char *ended;
	enum wish wish;
	const char *named;
	enum sh_decision_what what;
	const char *reason, *due;
	bool exempt;
} cases[] = {
	{ "default", "an hour after no answer", DENVER, SH_OUTCOME_NO_ANSWER, 1, "2026-07-07T10:00:00-06:00", .what = SH_DECISION_RETRY,
	  .reason = "no_answer", .due = "2026-07-07T11:00:00-06:00" },
	{ "default", "the evening waits for the callee's morning", MIAMI, SH_OUTCOME_NO_ANSWER, 1, "2026-07-07T19:30:00-04:00",
	  .what = SH_DECISION_RETRY, .reason = "no_answer", .due = "2026-07-08T09:00:00-04:00" },
	{ "default", "Sunday is quiet", DENVER, SH_OUTCOME_VOICEMAIL, 1, "2026-07-11T17:00:00-06:00", .what = SH_DECISION_RETRY,
	  .reason = "voicemail", .due = "2026-07-13T09:00:00-06:00" },
	{ "default", "half past ten at night, as they asked", DENVER, SH_OUTCOME_TERMINAL, 1, "2026-07-07T12:00:00-06:00", NAMED,
	  "2026-07-07T22:30:00-06:00", .what = SH_DECISION_RETRY, .reason = "callback_requested", .due = "2026-07-07T22:30:00-06:00", .exempt = true },
	{ "default", "three attempts", DENVER, SH_OUTCOME_BUSY, 3, "2026-07-07T10:00:00-06:00", .what = SH_DECISION_STOP,
	  .reason = "max_attempts" },

	{ "requested", "every day from eight", DENVER, SH_OUTCOME_NO_ANSWER, 1, "2026-07-11T19:45:00-06:00", .what = SH_DECISION_RETRY,
	  .reason = "no_answer", .due = "2026-07-12T08:00:00-06:00" },
	{ "requested", "a time at night is moved to the morning", DENVER, SH_OUTCOME_TERMINAL, 1, "2026-07-07T12:00:00-06:00", NAMED,
	  "2026-07-07T22:30:00-06:00", .what = SH_DECISION_RETRY, .reason = "callback_requested", .due = "2026-07-08T08:00:00-06:00" },
	{ "requested", "who did not ask is not called again", DENVER, SH_OUTCOME_VOICEMAIL, 1, "2026-07-07T12:00:00-06:00",
	  .what = SH_DECISION_STOP, .reason = "group_off" },

	{ "federal", "Sunday evening until nine", DENVER, SH_OUTCOME_NO_ANSWER, 1, "2026-07-12T19:30:00-06:00", .what = SH_DECISION_RETRY,
	  .reason = "no_answer", .due = "2026-07-12T20:30:00-06:00" },
	{ "federal", "without the states' hours", MIAMI, SH_OUTCOME_NO_ANSWER, 1, "2026-07-07T19:30:00-04:00", .what = SH_DECISION_RETRY,
	  .reason = "no_answer", .due = "2026-07-07T20:30:00-04:00" },
	{ "federal", "machines that announce: Canada on a Sunday, from noon", TORONTO, SH_OUTCOME_NO_ANSWER, 1, "2026-07-11T17:30:00-04:00", .what = SH_DECISION_RETRY,
	  .reason = "no_answer", .due = "2026-07-12T12:00:00-04:00" },

	{ "strict", "a long weekend: the holiday is observed on Friday", DENVER, SH_OUTCOME_NO_ANSWER, 1, "2026-07-02T17:30:00-06:00",
	  .what = SH_DECISION_RETRY, .reason = "no_answer", .due = "2026-07-06T10:00:00-06:00" },
	{ "strict", "a time that was named, too", DENVER, SH_OUTCOME_TERMINAL, 1, "2026-07-02T12:00:00-06:00", NAMED,
	  "2026-07-04T12:00:00-06:00", .what = SH_DECISION_RETRY, .reason = "callback_requested", .due = "2026-07-06T10:00:00-06:00" },
	{ "strict", "and none after the last attempt", DENVER, SH_OUTCOME_TERMINAL, 3, "2026-07-07T12:00:00-06:00", NAMED,
	  "2026-07-07T15:00:00-06:00", .what = SH_DECISION_STOP, .reason = "max_attempts" },

	{ "sales-us", "the first time after an hour", DENVER, SH_OUTCOME_NO_ANSWER, 1, "2026-07-07T10:00:00-06:00", .what = SH_DECISION_RETRY,
	  .reason = "no_answer", .due = "2026-07-07T11:00:00-06:00" },
	{ "sales-us", "then after four", DENVER, SH_OUTCOME_NO_ANSWER, 2, "2026-07-07T11:00:00-06:00", .what = SH_DECISION_RETRY,
	  .reason = "no_answer", .due = "2026-07-07T15:00:00-06:00" },
	{ "sales-us", "Saturday begins at ten", DENVER, SH_OUTCOME_NO_ANSWER, 1, "2026-07-10T19:30:00-06:00", .what = SH_DECISION_RETRY,
	  .reason = "no_answer", .due = "2026-07-11T10:00:00-06:00" },
	{ "sales-us", "and ends at five", DENVER, SH_OUTCOME_NO_ANSWER, 1, "2026-07-11T16:30:00-06:00", .what = SH_DECISION_RETRY,
	  .reason = "no_answer", .due = "2026-07-13T09:00:00-06:00" },
	{ "sales-us", "Thanksgiving", DENVER, SH_OUTCOME_VOICEMAIL, 1, "2026-11-25T17:00:00-07:00", .what = SH_DECISION_RETRY,
	  .reason = "voicemail", .due = "2026-11-27T09:00:00-07:00" },

	{ "support-eu", "a caller who asks is called after lunch", LYON, SH_OUTCOME_TERMINAL, 0, "2026-07-07T12:20:00+02:00", .wish = ASKED,
	  .what = SH_DECISION_RETRY, .reason = "callback_requested", .due = "2026-07-07T13:30:00+02:00" },
	{ "support-eu", "Thursday is long", LYON, SH_OUTCOME_BUSY, 1, "2026-07-09T19:00:00+02:00", .what = SH_DECISION_RETRY,
	  .reason = "busy", .due = "2026-07-09T19:05:00+02:00" },
	{ "support-eu", "Friday is short", LYON, SH_OUTCOME_BUSY, 1, "2026-07-10T15:58:00+02:00", .what = SH_DECISION_RETRY,
	  .reason = "busy", .due = "2026-07-13T08:00:00+02:00" },
	{ "support-eu", "nobody is there over Christmas", LYON, SH_OUTCOME_NO_ANSWER, 1, "2026-12-23T17:50:00+01:00",
	  .what = SH_DECISION_RETRY, .reason = "no_answer", .due = "2026-12-28T08:00:00+01:00" },

	{ "collections-us", "a week after a conversation", DENVER, SH_OUTCOME_CONVERSATION_SILENT, 1, "2026-07-06T12:00:00-06:00",
	  .what = SH_DECISION_RETRY, .reason = "conversation_silent", .due = "2026-07-13T12:00:00-06:00" },
	{ "collections-us", "whoever was reached is not called again", DENVER, SH_OUTCOME_TERMINAL, 1, "2026-07-06T12:00:00-06:00",
	  .what = SH_DECISION_COMPLETE, .reason = "reached" },

	{ "minimal-data", "no evidence, no call at night", DENVER, SH_OUTCOME_TERMINAL, 1, "2026-07-07T12:00:00-06:00", NAMED,
	  "2026-07-07T22:30:00-06:00", .what = SH_DECISION_RETRY, .reason = "callback_requested", .due = "2026-07-08T09:00:00-06:00" },

	{ "night-shift", "two minutes later, at three in the night", DENVER, SH_OUTCOME_NO_ANSWER, 1, "2026-07-07T03:00:00-06:00",
	  .what = SH_DECISION_RETRY, .reason = "no_answer", .due = "2026-07-07T03:02:00-06:00" },
	{ "night-shift", "they sleep by day", DENVER, SH_OUTCOME_NO_ANSWER, 1, "2026-07-07T05:59:00-06:00", .what = SH_DECISION_RETRY,
	  .reason = "no_answer", .due = "2026-07-07T20:00:00-06:00" },
	{ "night-shift", "and on the weekend", DENVER, SH_OUTCOME_NO_ANSWER, 1, "2026-07-11T05:59:00-06:00", .what = SH_DECISION_RETRY,
	  .reason = "no_answer", .due = "2026-07-13T20:00:00-06:00" },
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_policy p = policy(cases[i].policy);
		struct sh_callee c = callee(cases[i].where);
		struct sh_whereabouts place = { .zones = zones, .workspace = sh_zones_find(zones, SH_STR("Asia/Tokyo")), .packs = packs,
			.callee = &c };
		struct sh_ended ended = {
			.means = { .outcome = cases[i].outcome },
			.begun = cases[i].attempt ? SH_BEGUN_API : SH_BEGUN_INBOUND,
			.attempt = cases[i].attempt,
			.ended_ms = at(cases[i].ended),
			.asked = cases[i].wish == NAMED ? SH_ASKED_TIME : cases[i].wish == ASKED ? SH_ASKED_YES : SH_ASKED_NONE,
			.asked_ms = cases[i].named ? at(cases[i].named) : 0,
			.asked_named = cases[i].wish == NAMED,
			.asked_confidence = cases[i].wish == NAMED ? 95 : 0,
		};
		struct sh_decision d;
		char due[32];

		sh_decide(&p, &place, &ended, ended.ended_ms, &d);
		sh_time_format_rfc3339(d.due_ms, due);
		if (d.what != cases[i].what || strcmp(d.reason, cases[i].reason) != 0 || (cases[i].due && d.due_ms != at(cases[i].due)) ||
		    d.exempt != cases[i].exempt)
			fail_msg("%s: %s: got %d %s at %s, wanted %d %s at %s", cases[i].policy, cases[i].about, d.what, d.reason, due,
				cases[i].what, cases[i].reason, cases[i].due ? cases[i].due : "no time");
	}
}

/* Every policy of the folder's list is among the cases. */
static void
test_every_policy(void **state)
{
	static const char *const names[] = { "default", "requested", "federal", "strict", "sales-us", "support-eu", "collections-us",
		"minimal-data", "night-shift" };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(names); i++) {
		bool tried = false;

		for (size_t k = 0; k < SH_LENGTH(cases) && !tried; k++)
			tried = strcmp(cases[k].policy, names[i]) == 0;
		assert_true(tried);
	}
}

static const struct {
	const char *policy;
	enum place where;
	const char *now;
	enum sh_admission what;
	struct sh_policy_cap caps[4];	/* in any order, each at least once; calls 0: no more */
	int gap_s;
} admissions[] = {
	{ "default", DENVER, "2026-07-07T12:00:00-06:00", SH_ADMIT, { { 0, 0 } }, 0 },
	{ "default", MIAMI, "2026-07-07T12:00:00-04:00", SH_ADMIT, { { 3, 86400 } }, 0 },
	{ "default", MIAMI, "2026-07-07T20:30:00-04:00", SH_ADMIT_LATER, { { 0, 0 } }, 0 },
	{ "federal", MIAMI, "2026-07-07T20:30:00-04:00", SH_ADMIT, { { 0, 0 } }, 0 },
	{ "strict", DENVER, "2026-07-07T12:00:00-06:00", SH_ADMIT, { { 3, 86400 } }, 7200 },
	{ "sales-us", DENVER, "2026-07-07T12:00:00-06:00", SH_ADMIT, { { 3, 86400 }, { 10, 30 * 86400 } }, 2700 },
	{ "collections-us", DENVER, "2026-07-07T12:00:00-06:00", SH_ADMIT, { { 7, 7 * 86400 }, { 2, 86400 } }, 3 * 3600 },
	{ "collections-us", MIAMI, "2026-07-07T12:00:00-04:00", SH_ADMIT, { { 7, 7 * 86400 }, { 2, 86400 }, { 3, 86400 } }, 3 * 3600 },
};

static bool
capped(const struct sh_admitted *a, struct sh_policy_cap cap)
{
	for (uint32_t i = 0; i < a->ncaps; i++)
		if (a->caps[i].calls == cap.calls && a->caps[i].within_s == cap.within_s)
			return true;
	return false;
}

/* What a dial is held to: the policy's caps and those of the callee's state. */
static void
test_admissions(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(admissions); i++) {
		struct sh_policy p = policy(admissions[i].policy);
		struct sh_callee c = callee(admissions[i].where);
		struct sh_whereabouts place = { .zones = zones, .workspace = sh_zones_find(zones, SH_STR("Asia/Tokyo")), .packs = packs,
			.callee = &c };
		struct sh_due_dial dial = { .now_ms = at(admissions[i].now) };
		struct sh_admitted a;
		uint32_t n = 0;

		sh_decide_admit(&p, &place, &dial, &a);
		assert_int_equal(a.what, admissions[i].what);
		for (; n < SH_LENGTH(admissions[i].caps) && admissions[i].caps[n].calls; n++)
			if (!capped(&a, admissions[i].caps[n]))
				fail_msg("%s lacks a cap of %d", admissions[i].policy, admissions[i].caps[n].calls);
		if (a.what == SH_ADMIT) {
			assert_true(n > 0 || a.ncaps == 0);
			assert_int_equal(a.gap_s, admissions[i].gap_s);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_every_policy),
		cmocka_unit_test(test_admissions),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
