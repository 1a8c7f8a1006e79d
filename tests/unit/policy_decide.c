/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Berlin, Monday 6 July 2026, unless a row says otherwise; the built-in policy: Mon to Sat 09:00 to 20:00, 3 attempts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "gateway/policy/decide.h"
#include "zones.h"

static struct sh_whereabouts berlin;

static int
setup(void **state)
{
	zones_setup(state);
	berlin = (struct sh_whereabouts){ .zones = zones, .workspace = sh_zones_find(zones, SH_STR("Europe/Berlin")), .chance = 17 };
	return 0;
}

/* What is told by a word instead of YAML tests deciding alone, not the reading. */
static const struct {
	const char *word;
	struct sh_policy_reason reasons[2];
	int nreasons, jitter_s;
	bool strict_ceiling, no_evidence;
} odd[] = {
	{ .word = "BEYOND OFF", .strict_ceiling = true },
	{ .word = "EVIDENCE OFF", .no_evidence = true },
	{ .word = "JITTER", .jitter_s = 9 },
	{ .word = "REASONS",
	    .nreasons = 2,
	    .reasons = { { .provider = "retell", .reason = "odd", .outcome = SH_OUTCOME_BUSY },
		{ .provider = "*", .reason = "odd", .outcome = SH_OUTCOME_TERMINAL } } },
};

static struct sh_policy
policy(const char *yaml)
{
	struct sh_policy layer, p;
	struct sh_faults f;

	for (size_t i = 0; i < SH_LENGTH(odd); i++) {
		if (strcmp(yaml, odd[i].word) != 0)
			continue;
		sh_policy_default(&p);
		p.zone = SH_ZONE_OF_WORKSPACE;
		p.npacks = 0;
		p.beyond_ceiling = !odd[i].strict_ceiling;
		p.evidence_days = odd[i].no_evidence ? 0 : p.evidence_days;
		p.retry[SH_OUTCOME_BUSY].jitter_s = odd[i].jitter_s;
		memcpy(p.reasons, odd[i].reasons, sizeof(odd[i].reasons));
		p.nreasons = (uint8_t)odd[i].nreasons;
		return p;
	}

	sh_faults_init(&f, "p");
	if (!sh_policy_read_yaml(sh_str(yaml), SH_ORIGIN_NAMED, zones, &layer, &f))
		fail_msg("%s", f.text.s);
	sh_policy_effective(&layer, NULL, NULL, &p);
	return p;
}

#define MEANS(o, ...) .ended.means = { .outcome = SH_OUTCOME_##o, __VA_ARGS__ }
/* Of a request: a time that they named themselves, or one that the rules chose. Rows say nothing: the first. */
#define CHOSEN .ended.asked_named = false, .ended.asked_confidence = 100
#define NOON "2026-07-06T12:00:00+02:00"
#define NIGHT "2026-07-06T21:30:00+02:00"
/* A call at a time that was named ended then, through the provider's fault. */
#define FAILED(named_, at_, repeats_) MEANS(TECHNICAL_ERROR, .uncounted = true), .ended.attempt = 2, .ended.repeats = repeats_, \
	.at = at_, .was_named = named_, .what = SH_DECISION_RETRY, .reason = "technical_error", .redial = "retry", .next = 2

static const struct {
	const char *about, *policy;
	struct sh_ended ended;		/* without its times */
	const char *at, *now, *asked;	/* end of the call; now, absent: five seconds later; the time that was named */
	const char *was_named;		/* in the call before */
	enum sh_decision_what what;
	const char *reason, *text, *due, *redial;
	int next;
	bool final, moved, named, suppress;
} rows[] = {
	{ "a ring unanswered", "", MEANS(NO_ANSWER), .ended.attempt = 1, .at = NOON, .what = SH_DECISION_RETRY,
	  .reason = "no_answer",
	  .text = "next attempt in 1 h: no_answer", .due = "2026-07-06T13:00:00+02:00", .redial = "no_answer_followup", .next = 2 },
	{ "voicemail, and the last attempt is next", "", MEANS(VOICEMAIL), .ended.attempt = 2, .at = NOON,
	  .what = SH_DECISION_RETRY, .reason = "voicemail",
	  .text = "next attempt in 4 h: voicemail", .due = "2026-07-06T16:00:00+02:00", .redial = "voicemail_followup", .next = 3,
	  .final = true },
	{ "voicemail in the evening", "", MEANS(VOICEMAIL), .ended.attempt = 1, .at = "2026-07-06T17:00:00+02:00",
	  .what = SH_DECISION_RETRY, .reason = "voicemail",
	  .text = "next attempt at 2026-07-07 09:00 Europe/Berlin, after quiet hours: voicemail",
	  .due = "2026-07-07T09:00:00+02:00",
	  .redial = "voicemail_followup", .next = 2, .moved = true },
	{ "Saturday evening: over Sunday", "", MEANS(VOICEMAIL), .ended.attempt = 1, .at = "2026-07-11T18:00:00+02:00",
	  .what = SH_DECISION_RETRY, .reason = "voicemail",
	  .text = "next attempt at 2026-07-13 09:00 Europe/Berlin, after quiet hours: voicemail",
	  .due = "2026-07-13T09:00:00+02:00",
	  .redial = "voicemail_followup", .next = 2, .moved = true },
	{ "busy", "", MEANS(BUSY), .ended.attempt = 1, .at = NOON, .what = SH_DECISION_RETRY, .reason = "busy",
	  .text = "next attempt in 10 min: busy",
	  .due = "2026-07-06T12:10:00+02:00", .redial = "busy_followup", .next = 2 },
	{ "a technical error", "", MEANS(TECHNICAL_ERROR), .ended.attempt = 1, .at = NOON, .what = SH_DECISION_RETRY,
	  .reason = "technical_error",
	  .text = "next attempt in 30 min: technical_error", .due = "2026-07-06T12:30:00+02:00", .redial = "retry", .next = 2 },
	{ "silence", "", MEANS(CONVERSATION_SILENT), .ended.attempt = 1, .at = NOON, .what = SH_DECISION_RETRY,
	  .reason = "conversation_silent",
	  .text = "next attempt in 1 d: conversation_silent", .due = "2026-07-07T12:00:00+02:00", .redial = "retry", .next = 2 },
	{ "decided late: now", "", MEANS(BUSY), .ended.attempt = 1, .at = NOON, .now = "2026-07-06T15:00:00+02:00",
	  .what = SH_DECISION_RETRY, .reason = "busy",
	  .text = "next attempt now: busy", .due = "2026-07-06T15:00:00+02:00", .redial = "busy_followup", .next = 2 },
	{ "decided at night: in the morning", "", MEANS(BUSY), .ended.attempt = 1, .at = NOON, .now = "2026-07-07T03:00:00+02:00",
	  .what = SH_DECISION_RETRY,
	  .reason = "busy", .due = "2026-07-07T09:00:00+02:00", .redial = "busy_followup", .next = 2, .moved = true },
	{ "attempts used up", "", MEANS(VOICEMAIL), .ended.attempt = 3, .at = NOON, .what = SH_DECISION_STOP,
	  .reason = "max_attempts",
	  .text = "no further attempt: voicemail, 3 of 3 attempts used" },
	{ "one attempt is all", "max_attempts: 1", MEANS(VOICEMAIL), .ended.attempt = 1, .at = NOON, .what = SH_DECISION_STOP,
	  .reason = "max_attempts" },
	{ "reached", "", MEANS(TERMINAL), .ended.attempt = 1, .at = NOON, .what = SH_DECISION_COMPLETE, .reason = "reached",
	  .text = "reached: the chain is complete" },
	{ "never again", "", MEANS(DO_NOT_CALL), .ended.attempt = 1, .at = NOON, .what = SH_DECISION_STOP, .reason = "do_not_call",
	  .suppress = true },
	{ "never again beats a callback", "", MEANS(DO_NOT_CALL), .ended.attempt = 1, .ended.asked = SH_ASKED_YES, .at = NOON,
	  .what = SH_DECISION_STOP,
	  .reason = "do_not_call", .suppress = true },
	{ "unknown", "", MEANS(OTHER), .ended.attempt = 1, .at = NOON, .what = SH_DECISION_STOP, .reason = "group_off",
	  .text = "no further attempt: the policy does not retry other" },
	{ "unknown, but switched on", "retry: {other: {enabled: true}}", MEANS(OTHER), .ended.attempt = 1, .at = NOON,
	  .what = SH_DECISION_RETRY, .reason = "other",
	  .due = "2026-07-06T13:00:00+02:00", .redial = "retry", .next = 2 },
	{ "an outcome from the future", "", .ended.means.outcome = (enum sh_outcome)77, .ended.attempt = 1, .at = NOON,
	  .what = SH_DECISION_STOP, .reason = "group_off" },
	{ "a group switched off", "retry: {busy: {enabled: false}}", MEANS(BUSY), .ended.attempt = 1, .at = NOON,
	  .what = SH_DECISION_STOP, .reason = "group_off" },
	{ "the driver says never", "", MEANS(TECHNICAL_ERROR, SH_RETRY_NEVER), .ended.attempt = 1, .at = NOON,
	  .what = SH_DECISION_STOP, .reason = "not_retried" },
	{ "no such number", "", MEANS(NO_ANSWER, .action = SH_ACTION_NUMBER_INVALID), .ended.attempt = 1,
	  .ended.asked = SH_ASKED_YES, .at = NOON,
	  .what = SH_DECISION_STOP, .reason = "number_invalid" },
	{ "once", "", MEANS(TECHNICAL_ERROR, SH_RETRY_ONCE), .ended.attempt = 1, .at = NOON, .what = SH_DECISION_RETRY,
	  .reason = "technical_error",
	  .due = "2026-07-06T12:30:00+02:00", .redial = "retry", .next = 2 },
	{ "once, spent", "", MEANS(TECHNICAL_ERROR, SH_RETRY_ONCE), .ended.attempt = 1, .ended.once_spent = 1, .at = NOON,
	  .what = SH_DECISION_STOP,
	  .reason = "once_spent" },
	{ "delays by attempt, 1", "{max_attempts: 9, retry: {busy: {delays: [10m, 30m]}}}", MEANS(BUSY), .ended.attempt = 1,
	  .at = NOON, .what = SH_DECISION_RETRY,
	  .reason = "busy", .due = "2026-07-06T12:10:00+02:00", .redial = "busy_followup", .next = 2 },
	{ "delays by attempt, 2", "{max_attempts: 9, retry: {busy: {delays: [10m, 30m]}}}", MEANS(BUSY), .ended.attempt = 2,
	  .at = NOON, .what = SH_DECISION_RETRY,
	  .reason = "busy", .due = "2026-07-06T12:30:00+02:00", .redial = "busy_followup", .next = 3 },
	{ "delays by attempt, 7", "{max_attempts: 9, retry: {busy: {delays: [10m, 90m]}}}", MEANS(BUSY), .ended.attempt = 7,
	  .at = NOON, .what = SH_DECISION_RETRY,
	  .reason = "busy", .text = "next attempt in 1 h 30 min: busy", .due = "2026-07-06T13:30:00+02:00",
	  .redial = "busy_followup", .next = 8 },

	{ "no capacity: the same attempt", "", MEANS(TECHNICAL_ERROR, .uncounted = true), .ended.attempt = 3, .at = NOON,
	  .what = SH_DECISION_RETRY,
	  .reason = "technical_error", .due = "2026-07-06T12:30:00+02:00", .redial = "retry", .next = 3, .final = true },
	{ "no capacity: what it was dialled for stays", "", MEANS(TECHNICAL_ERROR, .uncounted = true), .ended.attempt = 2,
	  .ended.redial_reason = "callback_requested", .at = NOON, .what = SH_DECISION_RETRY, .reason = "technical_error",
	  .due = "2026-07-06T12:30:00+02:00",
	  .redial = "callback_requested", .next = 2 },
	{ "no capacity: at least a minute", "retry: {busy: {delay: 1s}}", MEANS(BUSY, .uncounted = true), .ended.attempt = 1,
	  .at = NOON, .what = SH_DECISION_RETRY,
	  .reason = "busy", .due = "2026-07-06T12:01:00+02:00", .redial = "busy_followup", .next = 1 },
	{ "no capacity: doubled", "", MEANS(TECHNICAL_ERROR, .uncounted = true), .ended.attempt = 1, .ended.repeats = 3,
	  .at = NOON, .what = SH_DECISION_RETRY,
	  .reason = "technical_error", .due = "2026-07-06T16:00:00+02:00", .redial = "retry", .next = 1 },
	{ "no capacity: a day at most", "", MEANS(TECHNICAL_ERROR, .uncounted = true), .ended.attempt = 1, .ended.repeats = 9,
	  .at = NOON, .what = SH_DECISION_RETRY,
	  .reason = "technical_error", .due = "2026-07-07T12:00:00+02:00", .redial = "retry", .next = 1 },
	{ "no capacity: the policy's delay where it is longer", "retry: {busy: {delay: 3d}}", MEANS(BUSY, .uncounted = true),
	  .ended.attempt = 1,
	  .ended.repeats = 9, .at = NOON, .what = SH_DECISION_RETRY, .reason = "busy", .due = "2026-07-09T12:00:00+02:00",
	  .redial = "busy_followup", .next = 1 },
	{ "no capacity: given up", "", MEANS(TECHNICAL_ERROR, .uncounted = true), .ended.attempt = 1, .ended.repeats = 10,
	  .at = NOON, .what = SH_DECISION_STOP,
	  .reason = "gave_up", .text = "no further attempt: technical_error, 11 times in a row" },

	/* No phone rang at the time that they named: while it is that time, it is that call. */
	{ "failed at the named time: a minute later", "", FAILED(NIGHT, "2026-07-06T21:30:30+02:00", 0), .due = "2026-07-06T21:31:30+02:00",
	  .named = true, .text = "next attempt at 2026-07-06 21:31 Europe/Berlin, as asked: technical_error" },
	{ "failed at the named time: by day, too", "", FAILED("2026-07-06T15:00:00+02:00", "2026-07-06T15:00:30+02:00", 0),
	  .due = "2026-07-06T15:01:30+02:00", .named = true },
	{ "failed at the named time: doubled", "", FAILED(NIGHT, "2026-07-06T21:38:00+02:00", 3), .due = "2026-07-06T21:46:00+02:00", .named = true },
	{ "failed at the named time: it is over", "", FAILED(NIGHT, "2026-07-06T21:46:00+02:00", 4), .due = "2026-07-07T09:00:00+02:00", .moved = true },
	{ "failed at the named time: it has long been over", "", FAILED(NIGHT, "2026-07-06T22:10:00+02:00", 0), .due = "2026-07-07T09:00:00+02:00",
	  .moved = true },
	{ "failed at the named time: decided when it was over", "", FAILED(NIGHT, "2026-07-06T21:58:00+02:00", 0), .now = "2026-07-06T22:03:00+02:00",
	  .due = "2026-07-07T09:00:00+02:00", .moved = true },
	{ "failed at the named time: the policy's delay, where it is in time", "retry: {technical_error: {delay: 5m}}",
	  FAILED(NIGHT, "2026-07-06T21:30:30+02:00", 0), .due = "2026-07-06T21:35:30+02:00", .named = true },
	{ "failed at the named time: such times are not honoured", "callbacks: {explicit: clamp}", FAILED(NIGHT, "2026-07-06T21:30:30+02:00", 0),
	  .due = "2026-07-07T09:00:00+02:00", .moved = true },
	{ "failed at the named time: no evidence is kept", "EVIDENCE OFF", FAILED(NIGHT, "2026-07-06T21:30:30+02:00", 0),
	  .due = "2026-07-07T09:00:00+02:00", .moved = true },
	{ "not the provider's fault: an attempt of its own", "", MEANS(NO_ANSWER), .ended.attempt = 1, .was_named = NIGHT,
	  .at = "2026-07-06T21:30:30+02:00", .what = SH_DECISION_RETRY, .reason = "no_answer", .due = "2026-07-07T09:00:00+02:00",
	  .redial = "no_answer_followup", .next = 2, .moved = true },

	{ "asked, without a time", "", MEANS(TERMINAL), .ended.attempt = 1, .ended.asked = SH_ASKED_YES, .at = NOON,
	  .what = SH_DECISION_RETRY,
	  .reason = "callback_requested", .text = "next attempt in 2 h: callback_requested", .due = "2026-07-06T14:00:00+02:00",
	  .redial = "callback_requested", .next = 2 },
	{ "asked, without a time, in the evening", "", MEANS(TERMINAL), .ended.attempt = 1, .ended.asked = SH_ASKED_YES,
	  .at = "2026-07-06T19:00:00+02:00",
	  .what = SH_DECISION_RETRY, .reason = "callback_requested", .due = "2026-07-07T09:00:00+02:00",
	  .redial = "callback_requested", .next = 2, .moved = true },
	{ "asked not to", "", MEANS(TERMINAL), .ended.attempt = 1, .ended.asked = SH_ASKED_NO, .at = NOON,
	  .what = SH_DECISION_COMPLETE, .reason = "reached" },
	{ "a time, honoured in quiet hours", "", MEANS(TERMINAL), .ended.attempt = 1, .ended.asked = SH_ASKED_TIME, .at = NOON,
	  .asked = "2026-07-06T21:30:00+02:00",
	  .what = SH_DECISION_RETRY, .reason = "callback_requested",
	  .text = "next attempt at 2026-07-06 21:30 Europe/Berlin, as asked: callback_requested",
	  .due = "2026-07-06T21:30:00+02:00", .redial = "callback_requested", .next = 2, .named = true },
	{ "a time, clamped", "callbacks: {explicit: clamp}", MEANS(TERMINAL), .ended.attempt = 1, .ended.asked = SH_ASKED_TIME,
	  .at = NOON,
	  .asked = "2026-07-06T21:30:00+02:00", .what = SH_DECISION_RETRY, .reason = "callback_requested",
	  .due = "2026-07-07T09:00:00+02:00",
	  .redial = "callback_requested", .next = 2, .moved = true },
	{ "a time just past", "", MEANS(TERMINAL), .ended.attempt = 1, .ended.asked = SH_ASKED_TIME,
	  .at = "2026-07-06T22:00:00+02:00",
	  .asked = "2026-07-06T21:45:00+02:00", .what = SH_DECISION_RETRY, .reason = "callback_requested",
	  .due = "2026-07-06T22:00:05+02:00",
	  .redial = "callback_requested", .next = 2, .named = true },
	{ "a time long past is no leave to ring at night", "", MEANS(TERMINAL), .ended.attempt = 1, .ended.asked = SH_ASKED_TIME,
	  .at = NOON,
	  .asked = "2026-07-06T15:00:00+02:00", .now = "2026-07-07T03:00:00+02:00", .what = SH_DECISION_RETRY,
	  .reason = "callback_requested",
	  .due = "2026-07-07T09:00:00+02:00", .redial = "callback_requested", .next = 2, .moved = true },
	{ "a time in two years", "", MEANS(TERMINAL), .ended.attempt = 1, .ended.asked = SH_ASKED_TIME, .at = NOON,
	  .asked = "2028-07-06T15:00:00+02:00",
	  .what = SH_DECISION_HOLD, .reason = "time_too_far" },
	{ "a request past the ceiling is granted", "", MEANS(TERMINAL), .ended.attempt = 3, .ended.asked = SH_ASKED_TIME, .at = NOON,
	  .asked = "2026-07-06T15:00:00+02:00", .what = SH_DECISION_RETRY, .reason = "callback_requested",
	  .due = "2026-07-06T15:00:00+02:00", .redial = "callback_requested", .next = 4, .final = true, .named = true },
	{ "a request past a ceiling that holds", "BEYOND OFF", MEANS(TERMINAL), .ended.attempt = 3,
	  .ended.asked = SH_ASKED_TIME, .at = NOON, .asked = "2026-07-06T15:00:00+02:00",
	  .what = SH_DECISION_STOP, .reason = "max_attempts" },
	{ "a time that the rules chose moves", "", MEANS(TERMINAL), .ended.attempt = 1, .ended.asked = SH_ASKED_TIME, CHOSEN, .at = NOON,
	  .asked = "2026-07-06T21:30:00+02:00", .what = SH_DECISION_RETRY, .reason = "callback_requested",
	  .due = "2026-07-07T09:00:00+02:00", .redial = "callback_requested", .next = 2, .moved = true },
	{ "a time that is not sure enough moves", "", MEANS(TERMINAL), .ended.attempt = 1, .ended.asked = SH_ASKED_TIME,
	  .ended.asked_named = true, .ended.asked_confidence = 69, .at = NOON,
	  .asked = "2026-07-06T21:30:00+02:00", .what = SH_DECISION_RETRY, .reason = "callback_requested",
	  .due = "2026-07-07T09:00:00+02:00", .redial = "callback_requested", .next = 2, .moved = true },
	{ "without evidence no exemption", "EVIDENCE OFF", MEANS(TERMINAL), .ended.attempt = 1, .ended.asked = SH_ASKED_TIME, .at = NOON,
	  .asked = "2026-07-06T21:30:00+02:00", .what = SH_DECISION_RETRY, .reason = "callback_requested",
	  .due = "2026-07-07T09:00:00+02:00", .redial = "callback_requested", .next = 2, .moved = true },
	{ "refused in speech", "", MEANS(VOICEMAIL), .ended.attempt = 1, .ended.asked = SH_ASKED_REFUSED, .at = NOON,
	  .what = SH_DECISION_STOP, .reason = "do_not_call", .suppress = true },
	{ "an inbound call in which nobody asked", "", MEANS(TERMINAL), .ended.begun = SH_BEGUN_INBOUND, .at = NOON,
	  .what = SH_DECISION_NOTHING, .reason = "not_asked" },
	{ "an inbound call that was not answered", "", MEANS(NO_ANSWER), .ended.begun = SH_BEGUN_INBOUND, .at = NOON,
	  .what = SH_DECISION_NOTHING, .reason = "not_asked" },
	{ "an inbound call in which somebody asked", "", MEANS(TERMINAL), .ended.begun = SH_BEGUN_INBOUND, .ended.asked = SH_ASKED_YES,
	  .at = NOON, .what = SH_DECISION_RETRY, .reason = "callback_requested", .due = "2026-07-06T14:00:00+02:00",
	  .redial = "callback_requested", .next = 1 },
	{ "another's outbound call is the first attempt", "", MEANS(BUSY), .ended.begun = SH_BEGUN_OUTBOUND, .ended.attempt = 1, .at = NOON,
	  .what = SH_DECISION_RETRY, .reason = "busy", .due = "2026-07-06T12:10:00+02:00", .redial = "busy_followup", .next = 2 },
	{ "jitter is only added", "JITTER", MEANS(BUSY), .ended.attempt = 1, .at = NOON,
	  .what = SH_DECISION_RETRY, .reason = "busy", .due = "2026-07-06T12:10:07+02:00", .redial = "busy_followup", .next = 2 },
	{ "another reading of a provider's word", "REASONS", MEANS(OTHER, SH_RETRY_NEVER), .ended.attempt = 1, .ended.provider = SH_STR("retell"),
	  .ended.word = SH_STR("odd"), .at = NOON, .what = SH_DECISION_RETRY, .reason = "busy", .due = "2026-07-06T12:10:00+02:00",
	  .redial = "busy_followup", .next = 2 },
	{ "another reading of anybody's word", "REASONS", MEANS(OTHER, SH_RETRY_NEVER), .ended.attempt = 1, .ended.provider = SH_STR("vapi"),
	  .ended.word = SH_STR("odd"), .at = NOON, .what = SH_DECISION_COMPLETE, .reason = "reached" },
	{ "no reading of another word", "REASONS", MEANS(OTHER, SH_RETRY_NEVER), .ended.attempt = 1, .ended.provider = SH_STR("retell"),
	  .ended.word = SH_STR("odder"), .at = NOON, .what = SH_DECISION_STOP, .reason = "not_retried" },
	{ "a refusal is no matter of reading", "REASONS", MEANS(DO_NOT_CALL), .ended.attempt = 1, .ended.provider = SH_STR("retell"),
	  .ended.word = SH_STR("odd"), .at = NOON, .what = SH_DECISION_STOP, .reason = "do_not_call", .suppress = true },
	{ "no day is open", "quiet_days: [mon, tue, wed, thu, fri, sat, sun]", MEANS(BUSY), .ended.attempt = 1, .at = NOON,
	  .what = SH_DECISION_HOLD,
	  .reason = "no_permitted_time" },
	{ "by New York's clock", "quiet_hours: {timezone: America/New_York}", MEANS(BUSY), .ended.attempt = 1, .at = NOON,
	  .what = SH_DECISION_RETRY, .reason = "busy",
	  .text = "next attempt at 2026-07-06 09:00 America/New_York, after quiet hours: busy", .due = "2026-07-06T15:00:00+02:00",
	  .redial = "busy_followup", .next = 2, .moved = true },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		struct sh_policy p = policy(rows[i].policy);
		struct sh_ended e = rows[i].ended;
		struct sh_decision d;

		print_message("# %s\n", rows[i].about);
		e.ended_ms = at(rows[i].at);
		if (!e.asked_confidence) {
			e.asked_named = true;
			e.asked_confidence = 90;
		}
		if (rows[i].asked)
			e.asked_ms = at(rows[i].asked);
		if (rows[i].was_named)
			e.named_ms = at(rows[i].was_named);
		sh_decide(&p, &berlin, &e, rows[i].now ? at(rows[i].now) : e.ended_ms + 5000, &d);
		assert_int_equal(d.what, rows[i].what);
		assert_string_equal(d.reason, rows[i].reason);
		assert_true(strlen(d.text) > 0);
		if (rows[i].text)
			assert_string_equal(d.text, rows[i].text);
		assert_int_equal(d.suppress, rows[i].suppress);
		if (d.what != SH_DECISION_RETRY)
			continue;
		assert_int_equal(d.due_ms, at(rows[i].due));
		assert_string_equal(d.redial_reason, rows[i].redial);
		assert_int_equal(d.next_attempt, rows[i].next);
		assert_int_equal(d.is_final_attempt, rows[i].final);
		assert_int_equal(d.moved, rows[i].moved);
		assert_int_equal(d.named, rows[i].named);
		assert_int_equal(d.kept, rows[i].named && !rows[i].asked);
		assert_int_equal(d.uncounted, e.means.uncounted);
		assert_int_equal(d.once, e.means.retry == SH_RETRY_ONCE);
	}
}

static void
test_moved_from(void **state)
{
	struct sh_policy p = policy("quiet_hours: {timezone: callee}");
	struct sh_ended e = { .means.outcome = SH_OUTCOME_VOICEMAIL, .attempt = 1, .ended_ms = at("2026-07-06T17:00:00+02:00") };
	struct sh_decision d;

	(void)state;
	sh_decide(&p, &berlin, &e, e.ended_ms, &d);
	assert_int_equal(d.moved_from_ms, at("2026-07-06T21:00:00+02:00"));
	assert_non_null(d.zone_note);
	snprintf(p.zone_name, sizeof(p.zone_name), "Europe/Atlantis");
	p.zone = SH_ZONE_NAMED;
	sh_decide(&p, &berlin, &e, e.ended_ms, &d);
	assert_int_equal(d.what, SH_DECISION_HOLD);
	assert_string_equal(d.reason, "no_zone");
}

/* 0: it is admitted. INT64_MAX: never. */
static int64_t
admit(const struct sh_policy *p, int64_t now_ms, int64_t named_ms)
{
	struct sh_admitted a;

	sh_decide_admit(p, &berlin, &(struct sh_due_dial){ .now_ms = now_ms, .named_ms = named_ms }, &a);
	assert_int_not_equal(a.what, SH_ADMIT_EXPIRED);
	assert_true(a.what != SH_ADMIT || a.exempt == (named_ms > 0 && a.nforbidding > 0));
	assert_true(a.what == SH_ADMIT || a.nforbidding > 0);
	return a.what == SH_ADMIT ? 0 : a.what == SH_ADMIT_HOLD ? INT64_MAX : a.next_ms;
}

/* What was decided is admitted when it is due, unless the policy changed meanwhile. */
static void
test_admit(void **state)
{
	struct sh_policy p = policy(""), clamp = policy("callbacks: {explicit: clamp}"),
		shut = policy("quiet_days: [mon, tue, wed, thu, fri, sat, sun]");
	int64_t night = at("2026-07-06T21:30:00+02:00"), morning = at("2026-07-07T09:00:00+02:00");

	(void)state;
	assert_int_equal(admit(&p, at(NOON), 0), 0);
	assert_int_equal(admit(&p, night, 0), morning);
	assert_int_equal(admit(&p, at("2026-07-06T19:59:30+02:00"), 0), morning);
	assert_int_equal(admit(&p, night, night), 0);
	assert_int_equal(admit(&p, night + 30 * SH_MINUTE_MS, night), 0);
	assert_int_equal(admit(&p, night + 30 * SH_MINUTE_MS + 1, night), morning);
	assert_int_equal(admit(&p, night - 1, night), night);
	assert_int_equal(admit(&clamp, night, night), morning);
	assert_int_equal(admit(&shut, night, 0), INT64_MAX);
	p.evidence_days = 0;
	assert_int_equal(admit(&p, night, night), morning);
}

/* A law that cannot be read may forbid everything, also what the callee asked for: nothing rings, and nothing is given up. */
static void
test_pack_gone(void **state)
{
	struct sh_policy p = policy("jurisdictions: [gone]");
	struct sh_packs *packs = sh_packs_new();
	struct sh_callee callee = { .zones = { berlin.workspace }, .n = 1, .source = SH_ZONE_FROM_NUMBER, .country = "DE" };
	struct sh_whereabouts place = { .zones = zones, .workspace = berlin.workspace, .packs = packs, .callee = &callee };
	struct sh_ended e = { .means.outcome = SH_OUTCOME_BUSY, .attempt = 1, .ended_ms = at(NOON) };
	struct sh_due_dial dial = { .now_ms = at(NOON), .named_ms = at(NOON), .due_since_ms = at(NOON) - 30 * SH_DAY_MS };
	struct sh_admitted a;
	struct sh_decision d;

	(void)state;
	sh_decide_admit(&p, &place, &dial, &a);
	assert_int_equal(a.what, SH_ADMIT_HOLD);
	assert_int_equal(a.lack.what, SH_LACK_PACK);
	assert_string_equal(a.lack.name, "gone");
	assert_false(a.exempt);
	/* The next one is planned by what is there: it is held when it is due, if it must be. */
	sh_decide(&p, &place, &e, e.ended_ms, &d);
	assert_int_equal(d.what, SH_DECISION_RETRY);
	place.packs = NULL;
	dial.due_since_ms = at(NOON);
	sh_decide_admit(&p, &place, &dial, &a);
	assert_int_equal(a.what, SH_ADMIT);
	place.packs = packs;
	p.npacks = 0;
	sh_decide_admit(&p, &place, &dial, &a);
	assert_int_equal(a.what, SH_ADMIT);
	assert_int_equal(a.lack.what, SH_LACK_NOTHING);
	sh_packs_free(packs);
}

/* Nobody knows how often, when and whether at all: but that nobody is called who wants no more calls. */
static void
test_policy_gone(void **state)
{
	static const struct {
		struct sh_ended ended;
		enum sh_decision_what what;
		const char *reason;
	} rows[] = {
		{ { .means.outcome = SH_OUTCOME_BUSY, .attempt = 1 }, SH_DECISION_HOLD, "no_policy" },
		{ { .means.outcome = SH_OUTCOME_TERMINAL, .attempt = 1 }, SH_DECISION_HOLD, "no_policy" },
		{ { .means.outcome = SH_OUTCOME_TERMINAL, .begun = SH_BEGUN_INBOUND }, SH_DECISION_HOLD, "no_policy" },
		{ { .means.outcome = SH_OUTCOME_TERMINAL, .attempt = 1, .asked = SH_ASKED_YES }, SH_DECISION_HOLD, "no_policy" },
		{ { .means.outcome = SH_OUTCOME_OTHER, .means.action = SH_ACTION_NUMBER_INVALID, .attempt = 1 }, SH_DECISION_HOLD, "no_policy" },
		{ { .means.outcome = SH_OUTCOME_DO_NOT_CALL, .attempt = 1 }, SH_DECISION_STOP, "do_not_call" },
		{ { .means.outcome = SH_OUTCOME_TERMINAL, .attempt = 1, .asked = SH_ASKED_REFUSED }, SH_DECISION_STOP, "do_not_call" },
	};
	struct sh_policy p = policy("");
	struct sh_admitted a;
	struct sh_decision d;

	(void)state;
	p.lacks = SH_LACK_POLICY;
	snprintf(p.name, sizeof(p.name), "sales");
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		sh_decide(&p, &berlin, &rows[i].ended, at(NOON), &d);
		assert_int_equal(d.what, rows[i].what);
		assert_string_equal(d.reason, rows[i].reason);
		assert_true(d.suppress == (d.what == SH_DECISION_STOP));
	}
	sh_decide(&p, &berlin, &rows[0].ended, at(NOON), &d);
	assert_string_equal(d.text, "held: the policy sales, which the workspace names, is not there");
	sh_decide_admit(&p, &berlin, &(struct sh_due_dial){ .now_ms = at(NOON) }, &a);
	assert_int_equal(a.what, SH_ADMIT_HOLD);
	assert_string_equal(a.lack.name, "sales");
	p.lacks = SH_LACK_OVERRIDES;
	sh_decide_admit(&p, &berlin, &(struct sh_due_dial){ .now_ms = at(NOON) }, &a);
	assert_int_equal(a.what, SH_ADMIT_HOLD);
	assert_string_equal(sh_lack_reason(a.lack.what), "policy_unreadable");
}

static void
test_expires(void **state)
{
	struct sh_policy p = policy("");
	struct sh_due_dial dial = { .now_ms = at(NOON) };
	struct sh_admitted a;

	(void)state;
	dial.due_since_ms = dial.now_ms - p.give_up_s * SH_SECOND_MS;
	sh_decide_admit(&p, &berlin, &dial, &a);
	assert_int_equal(a.what, SH_ADMIT);
	dial.due_since_ms--;
	sh_decide_admit(&p, &berlin, &dial, &a);
	assert_int_equal(a.what, SH_ADMIT_EXPIRED);
}

/* Where a number may lie in two zones both must permit; where nobody knows, all outer ones from 08:00 to 21:00. */
static void
test_zones(void **state)
{
	const struct sh_zone *east = sh_zones_find(zones, SH_STR("America/New_York")), *west = sh_zones_find(zones, SH_STR("America/Los_Angeles"));
	struct sh_callee callee = { .zones = { east, west }, .n = 2, .source = SH_ZONE_FROM_NUMBER, .country = "US" };
	struct sh_whereabouts place = { .zones = zones, .workspace = east, .callee = &callee };
	struct sh_due_dial dial = { .now_ms = at("2026-07-06T09:30:00-04:00") };
	struct sh_policy p = policy("quiet_hours: {timezone: callee}");
	struct sh_admitted a;

	(void)state;
	p.npacks = 0;
	sh_decide_admit(&p, &place, &dial, &a);
	assert_int_equal(a.what, SH_ADMIT_LATER);
	assert_int_equal(a.next_ms, at("2026-07-06T12:00:00-04:00"));
	callee.unknown = true;
	sh_decide_admit(&p, &place, &dial, &a);
	assert_int_equal(a.next_ms, at("2026-07-06T11:00:00-04:00"));
	assert_string_equal(a.rules[0].id, "place_unknown");
	dial.now_ms = at("2026-07-06T20:30:00-04:00");
	sh_decide_admit(&p, &place, &dial, &a);
	assert_int_equal(a.next_ms, at("2026-07-07T11:00:00-04:00"));
	callee.n = 1;
	callee.unknown = false;
	dial.now_ms = at("2026-07-06T09:30:00-04:00");
	sh_decide_admit(&p, &place, &dial, &a);
	assert_int_equal(a.what, SH_ADMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_moved_from),
		cmocka_unit_test(test_admit),
		cmocka_unit_test(test_pack_gone),
		cmocka_unit_test(test_policy_gone),
		cmocka_unit_test(test_expires),
		cmocka_unit_test(test_zones),
	};

	return cmocka_run_group_tests(tests, setup, zones_teardown);
}
