/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/decide.h: a call ended. Is this person called again, when, and why?
 *
 *	struct sh_ended ended = { .means = disposition, .attempt = 2, .ended_ms = …, .asked = SH_ASKED_NONE };
 *	struct sh_decision d;
 *	sh_decide(&policy, &place, &ended, now_ms, &d);
 *	switch (d.what) { ... }
 *
 * In order:
 *   1. do_not_call stops the chain and suppresses the number, whatever else was said; so does, without the
 *      suppression, a number that the provider calls invalid.
 *   2. A callback that the callee asked for. At the time they named, if the policy honours it: also in quiet hours.
 *      Without a time: the policy's default_delay after the end of the call, moved out of quiet hours. The ceiling
 *      of attempts holds for requests too.
 *   3. terminal completes the chain: somebody was reached.
 *   4. What is never retried, and groups that are switched off, stop it. A disposition of "once" allows one more.
 *   5. What took no attempt is dialled again under the same number: with the group's delay, at least a minute,
 *      doubled per repeat up to a day, ten times.
 *   6. The rest is retried by its group's delay until the attempts are used up.
 *
 * Delays count from the end of the call; nothing is due before now; what falls into quiet hours moves to the next
 * permitted instant, and if there is none within 14 days a person must look.
 *
 * Pure: no clock, no I/O. Strings in the answer are constants or its own.
 */
#ifndef SH_POLICY_DECIDE_H
#define SH_POLICY_DECIDE_H

#include "gateway/policy/policy.h"

#define SH_DECIDE_REPEATS_MAX 10
#define SH_DECIDE_REPEAT_MIN_S 60
#define SH_DECIDE_REPEAT_MAX_S 86400
#define SH_DECIDE_NAMED_AHEAD_MAX_MS (366 * SH_DAY_MS)	/* a time named further ahead waits for a person */
#define SH_DECIDE_NAMED_GRACE_MS (30 * SH_MINUTE_MS)	/* later than this, a dial is not at the time that was named */

/* Where everybody is. workspace must be set; zones may be NULL if the policy names no zone. */
struct sh_whereabouts {
	const struct sh_zones *zones;
	const struct sh_zone *workspace;
};

/* Did the callee ask to be called back? YES: without a time. */
enum sh_asked { SH_ASKED_NONE, SH_ASKED_NO, SH_ASKED_YES, SH_ASKED_TIME };

/* What ended, and what the chain has behind it. */
struct sh_ended {
	struct sh_disposition means;
	int attempt;			/* of the call that ended, from 1 */
	int once_spent;			/* retries that a disposition of "once" has had in this chain */
	int repeats;			/* calls in a row, before this one, that took no attempt */
	const char *redial_reason;	/* of the call that ended; NULL: it was no redial. Kept if it took no attempt */
	int64_t ended_ms;
	enum sh_asked asked;
	int64_t asked_ms;		/* SH_ASKED_TIME: the instant they named */
};

enum sh_decision_what {
	SH_DECISION_COMPLETE,		/* reached: the chain is closed */
	SH_DECISION_STOP,		/* the chain is closed, unreached */
	SH_DECISION_RETRY,		/* a next call is due */
	SH_DECISION_HOLD		/* a person must look: no time can be found */
};

struct sh_decision {
	enum sh_decision_what what;
	const char *reason;		/* see below */
	char text[192];			/* for the list of activity: "next attempt in 1 h: no_answer" */
	bool suppress;			/* put the number on the do-not-call list */
	/* of SH_DECISION_RETRY */
	int64_t due_ms;
	bool moved;			/* by quiet hours, … */
	int64_t moved_from_ms;		/* … from there */
	bool named;			/* due_ms is the time that the callee named: hand it to sh_decide_admit */
	bool uncounted;			/* the call that ended took no attempt: count it in .repeats next time */
	bool once;			/* this retry spends the one of a "once": count it in .once_spent next time */
	int next_attempt;
	bool is_final_attempt;
	const char *redial_reason;	/* callback_requested, voicemail_followup, no_answer_followup, busy_followup, retry */
	const char *zone_note;		/* why another zone than asked for was used; NULL: none was */
};

/*
 * Reasons: reached; do_not_call, number_invalid, not_retried, group_off, max_attempts, once_spent, gave_up;
 * callback_requested, or the outcome's name, of a retry; no_permitted_time, no_zone, time_too_far of a hold.
 */
void sh_decide(const struct sh_policy *, const struct sh_whereabouts *, const struct sh_ended *, int64_t now_ms,
	struct sh_decision *ret);

/*
 * May this dial ring now? Asked again in the transaction that claims it. named_ms: the time that the callee named
 * for it, 0: none; if the policy honours such times, quiet hours do not hold it from then until half an hour later.
 * No: *ret_next_ms is the next permitted instant, INT64_MAX if there is none within 14 days.
 */
bool sh_decide_admit(const struct sh_policy *, const struct sh_whereabouts *, int64_t now_ms, int64_t named_ms,
	int64_t *ret_next_ms);

#endif
