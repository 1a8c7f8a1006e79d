/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* A decision as it is kept: decided again from its record it comes out the same, and it can be told in plain words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "gateway/policy/record.h"
#include "zones.h"

static struct sh_callee
callee(const char *zone)
{
	return (struct sh_callee){ .zones = { sh_zones_find(zones, sh_str(zone)) }, .n = 1, .source = SH_ZONE_FROM_NUMBER,
		.states = { "US-FL" }, .nstates = 1, .country = "US", .month_first = true };
}

static struct sh_policy
policy(void)
{
	struct sh_policy p;

	sh_policy_default(&p);
	p.npacks = 0;
	p.zone = SH_ZONE_OF_CALLEE;
	return p;
}

#define EVENING "2026-06-16T20:12:00-04:00"

static const struct {
	struct sh_ended ended;	/* named_ms: so long before it ended */
	const char *asked, *text;	/* in plain words */
} rows[] = {
	{ { .means = { .outcome = SH_OUTCOME_NO_ANSWER }, .attempt = 1, .provider = SH_STR("retell"), .word = SH_STR("dial_no_answer") }, NULL,
	  "The call ended as no_answer (retell says dial_no_answer). So: next attempt at 2026-06-17 09:00 America/New_York, after quiet hours: "
	  "no_answer. It would have been due Tue 2026-06-16 21:12 in America/New_York, which quiet_hours forbids; it moved to "
	  "Wed 2026-06-17 09:00 in America/New_York. It is attempt 2 of 3. The callee's clock is America/New_York, known from the number; the law "
	  "of US-FL counts. Decided by policy default (" },
	{ { .means = { .outcome = SH_OUTCOME_TERMINAL }, .attempt = 3, .asked = SH_ASKED_TIME, .asked_named = true, .asked_confidence = 98 },
	  "2026-06-16T21:30:00-04:00",
	  "The call ended as terminal. The callee asked to be called at a certain time (confidence 98). So: next attempt at 2026-06-16 21:30 "
	  "America/New_York, as asked: callback_requested. It is due Tue 2026-06-16 21:30 in America/New_York. That lies in quiet hours, and is "
	  "kept because the callee named it; the evidence is stored. It is attempt 4 of 3, the last one." },
	{ { .means = { .outcome = SH_OUTCOME_TERMINAL }, .attempt = 1, .asked = SH_ASKED_REFUSED }, NULL,
	  "The call ended as terminal. The callee asked not to be called any more. So: no further attempt: asked not to be called. The number is "
	  "on the do-not-call list from then on." },
	{ { .means = { .outcome = SH_OUTCOME_TERMINAL }, .begun = SH_BEGUN_INBOUND, .asked = SH_ASKED_YES, .asked_confidence = 30 },
	  "2026-06-18T10:00:00-04:00",
	  "The call ended as terminal. The callee asked for a call; the time they may have meant was not sure enough (confidence 30)." },
	{ { .means = { .outcome = SH_OUTCOME_BUSY, .uncounted = true }, .attempt = 2, .repeats = 3, .redial_reason = "retry", .once_spent = 1 }, NULL,
	  "The call ended as busy." },
	{ { .means = { .outcome = SH_OUTCOME_NO_ANSWER, .action = SH_ACTION_NUMBER_INVALID }, .attempt = 1 }, NULL,
	  "The call ended as no_answer. So: no further attempt: the number is not valid." },
	{ { .means = { .outcome = SH_OUTCOME_TECHNICAL_ERROR, .retry = SH_RETRY_ONCE }, .attempt = 1 }, NULL, "The call ended as technical_error." },
	{ { .means = { .outcome = SH_OUTCOME_TECHNICAL_ERROR, .uncounted = true }, .attempt = 2, .named_ms = 30 * SH_SECOND_MS }, NULL,
	  "The call ended as technical_error. So: next attempt at 2026-06-16 20:13 America/New_York, as asked: technical_error. It is due "
	  "Tue 2026-06-16 20:13 in America/New_York. That lies in quiet hours, and is kept because the callee named it; the evidence is stored." },
};

static void
test_again(void **state)
{
	struct sh_policy p = policy();
	struct sh_callee who = callee("America/New_York");
	struct sh_whereabouts place = { .zones = zones, .workspace = sh_zones_find(zones, SH_STR("UTC")), .callee = &who, .lot = 77, .chance = 4000000000u };

	(void)state;
	p.opening_spread_s = 100;
	p.retry[SH_OUTCOME_BUSY].jitter_s = 50;
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		struct sh_arena *a = sh_arena_new(1 << 20);
		struct sh_ended e = rows[i].ended;
		struct sh_decision d, again;
		struct sh_replayed r;
		struct sh_buf b;

		e.ended_ms = at(EVENING);
		e.asked_ms = rows[i].asked ? at(rows[i].asked) : 0;
		e.named_ms = e.named_ms ? e.ended_ms - e.named_ms : 0;
		sh_decide(&p, &place, &e, e.ended_ms + 5000, &d);
		assert_int_equal(d.kept, e.named_ms > 0);
		sh_buf_init(&b, SH_RECORD_BYTES);
		sh_record_decided(&b, &p, &place, &e, e.ended_ms + 5000, &d);
		assert_false(b.failed);
		assert_true(sh_record_replay(a, sh_buf_str(&b), zones, &r));
		assert_true(r.has_callee);
		sh_decide(&p, &(struct sh_whereabouts){ .zones = zones, .workspace = r.workspace, .callee = &r.callee, .lot = r.lot, .chance = r.chance },
			&r.ended, r.now_ms, &again);
		assert_int_equal(again.what, d.what);
		assert_string_equal(again.reason, d.reason);
		assert_string_equal(again.text, d.text);
		assert_int_equal(again.due_ms, d.due_ms);
		assert_int_equal(again.next_attempt, d.next_attempt);
		assert_int_equal(r.due_ms, d.what == SH_DECISION_RETRY ? d.due_ms : 0);
		assert_true(sh_str_is(r.what, sh_decision_what_name(d.what)));
		sh_buf_clear(&b);
		sh_arena_free(a);
	}
}

static void
test_words(void **state)
{
	struct sh_policy p = policy();
	struct sh_callee who = callee("America/New_York");
	struct sh_whereabouts place = { .zones = zones, .workspace = sh_zones_find(zones, SH_STR("UTC")), .callee = &who };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		struct sh_arena *a = sh_arena_new(1 << 20);
		struct sh_ended e = rows[i].ended;
		struct sh_decision d;
		struct sh_str text;
		struct sh_buf b;

		e.ended_ms = at(EVENING);
		e.asked_ms = rows[i].asked ? at(rows[i].asked) : 0;
		e.named_ms = e.named_ms ? e.ended_ms - e.named_ms : 0;
		sh_decide(&p, &place, &e, e.ended_ms, &d);
		sh_buf_init(&b, SH_RECORD_BYTES);
		sh_record_decided(&b, &p, &place, &e, e.ended_ms, &d);
		text = sh_record_explain(a, sh_buf_str(&b), zones);
		if (text.n < strlen(rows[i].text) || memcmp(text.s, rows[i].text, strlen(rows[i].text)) != 0)
			fail_msg("told: %.*s\nwanted: %s", (int)text.n, text.s, rows[i].text);
		sh_buf_clear(&b);
		sh_arena_free(a);
	}
}

static void
test_admitted(void **state)
{
	struct sh_policy p = policy();
	struct sh_callee who = callee("America/New_York");
	struct sh_whereabouts place = { .zones = zones, .workspace = who.zones[0], .callee = &who };
	struct sh_due_dial dial = { .now_ms = at(EVENING) };
	struct sh_arena *a = sh_arena_new(1 << 20);
	struct sh_admitted admitted;
	struct sh_str text;
	struct sh_buf b;

	(void)state;
	sh_decide_admit(&p, &place, &dial, &admitted);
	sh_buf_init(&b, SH_RECORD_BYTES);
	sh_record_admitted(&b, &p, &place, &dial, &admitted, NULL, admitted.next_ms);
	text = sh_record_explain(a, sh_buf_str(&b), zones);
	assert_non_null(strstr(sh_arena_z(a, text), "The dial had to wait, Tue 2026-06-16 20:12 in America/New_York. Forbidden then by quiet_hours. "
		"It is tried again Wed 2026-06-17 09:00 in America/New_York."));
	sh_buf_clear(&b);
	p.caps[p.ncaps++] = (struct sh_policy_cap){ 3, 86400 };
	p.gap_s = 900;
	dial.now_ms = at("2026-06-16T12:00:00-04:00");
	sh_decide_admit(&p, &place, &dial, &admitted);
	sh_buf_init(&b, SH_RECORD_BYTES);
	sh_record_admitted(&b, &p, &place, &dial, &admitted, "capped", at("2026-06-16T13:00:00-04:00"));
	text = sh_record_explain(a, sh_buf_str(&b), zones);
	assert_non_null(strstr(sh_arena_z(a, text), "What the policy and the packs count: at most 3 calls in 1d; 15m between two calls; by any number, agent "
		"or provider. It is tried again Tue 2026-06-16 13:00 in America/New_York."));
	sh_buf_clear(&b);
	p.lacks = SH_LACK_POLICY;
	snprintf(p.name, sizeof(p.name), "sales");
	sh_decide_admit(&p, &place, &dial, &admitted);
	sh_buf_init(&b, SH_RECORD_BYTES);
	sh_record_admitted(&b, &p, &place, &dial, &admitted, NULL, 0);
	text = sh_record_explain(a, sh_buf_str(&b), zones);
	assert_non_null(strstr(sh_arena_z(a, text), "The dial was held, Tue 2026-06-16 12:00 in America/New_York: the policy sales, which the workspace "
		"names, is not there, and might forbid it. It is looked at again by itself when that can be read, or when the policy changes."));
	sh_buf_clear(&b);
	sh_buf_init(&b, SH_RECORD_BYTES);
	sh_record_suppressed(&b, "speech", "tenant");
	text = sh_record_explain(a, sh_buf_str(&b), zones);
	assert_true(sh_str_is(text, "The number was put on the do-not-call list of the tenant; source: speech."));
	sh_buf_clear(&b);
	sh_buf_init(&b, SH_RECORD_BYTES);
	sh_record_closed(&b, "called_in");
	text = sh_record_explain(a, sh_buf_str(&b), zones);
	assert_true(sh_str_is(text, "The callee called by themselves: what waited for them was called off."));
	sh_buf_clear(&b);
	sh_arena_free(a);
}

/* A record is data from a database: whatever stands there, it is refused or told, and nothing else happens. */
static void
test_spoilt(void **state)
{
	static const char *const texts[] = { "", "7", "[]", "{}", "{\"kind\":\"after_call\"}", "{\"kind\":\"after_call\",\"ended\":7}",
		"{\"kind\":\"after_call\",\"ended\":{\"outcome\":\"busy\"}}", "{\"kind\":\"admit\",\"verdict\":7,\"packs\":[7,{}],\"callee\":[]}",
		"{\"kind\":\"after_call\",\"workspace_zone\":\"Nowhere\",\"callee\":{\"zones\":\",,\"},\"moved_by\":{\"id\":7}}" };
	struct sh_arena *a = sh_arena_new(1 << 20);
	struct sh_replayed r;

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(texts); i++) {
		assert_false(sh_record_replay(a, sh_str(texts[i]), zones, &r));
		assert_true(sh_record_explain(a, sh_str(texts[i]), zones).n > 0);
	}
	sh_arena_free(a);
}

static void
test_fingerprint(void **state)
{
	struct sh_policy p = policy(), other = p;
	char one[17], two[17];

	(void)state;
	sh_policy_fingerprint(&p, one);
	other.max_attempts_from = SH_ORIGIN_AGENT;
	sh_policy_fingerprint(&other, two);
	assert_string_equal(one, two);
	other.gap_s = 7;
	sh_policy_fingerprint(&other, two);
	assert_string_not_equal(one, two);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_admitted),
		cmocka_unit_test(test_spoilt),
		cmocka_unit_test(test_fingerprint),
	};

	return cmocka_run_group_tests(tests, zones_setup, zones_teardown);
}
