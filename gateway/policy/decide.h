/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/decide.h: a call ended. Is this person called again, when, and why? And: may this dial ring now?
 *
 *	struct sh_ended ended = { .means = disposition, .attempt = 2, .ended_ms = …, .asked = SH_ASKED_NONE };
 *	struct sh_decision d;
 *	sh_decide(&policy, &place, &ended, now_ms, &d);
 *	switch (d.what) { ... }
 *
 * In order:
 *   1. do_not_call, by the provider or in speech, stops the chain and suppresses the number, whatever else was said; so
 *      does, without the suppression, a number that the provider calls invalid.
 *   2. A callback that the callee asked for. At the time they named, if the policy honours it: also in quiet hours, as far
 *      as the jurisdictions' packs let it and evidence is kept. A time that the rules chose, or none (default_delay after
 *      the end of the call), moves out of quiet hours. After the last attempt only where the policy goes beyond the ceiling.
 *   3. terminal completes the chain: somebody was reached.
 *   4. A call that no chain began (inbound, a chat) and in which nobody asked for anything begins none.
 *   5. What is never retried, and groups that are switched off, stop it. A disposition of "once" allows one more.
 *   6. What took no attempt is dialled again under the same number: with the group's delay, at least a minute,
 *      doubled per repeat up to a day, ten times. If it was at a time that the callee named, and half an hour has not gone by since,
 *      it is the same request still: it keeps its exemption, and is dialled within that half hour, after a minute, two, four …
 *      where the group's delay would be too long.
 *   7. The rest is retried by its group's delay and jitter until the attempts are used up.
 *
 * Delays count from the end of the call; nothing is due before now; what falls into quiet hours moves to the next
 * permitted instant, and if there is none within 14 days a person must look.
 *
 * Under a policy that lacks a pack no dial is let go (sh_decide_admit), though the next one is planned by what is there. Where the named
 * policy itself is gone, nobody knows whether there is a next one: all but a wish for no more calls is held.
 *
 * Quiet hours are the policy's and those of every rule of the selected packs that holds for the callee's states and
 * country, each by the clock of every zone in which the callee may be: all of them must permit. A state's rule goes by the
 * state's own clocks too where the callee's is another: by its law a number is where its area code is. The policy's own
 * hours go by the zone that it says (timezone: callee, workspace, a name).
 *
 * Pure: no clock, no I/O, no randomness. Strings in the answer are constants or its own.
 */
#ifndef SH_POLICY_DECIDE_H
#define SH_POLICY_DECIDE_H

#include "gateway/policy/lack.h"
#include "gateway/policy/pack.h"
#include "gateway/policy/policy.h"
#include "gateway/policy/whereabouts.h"

#define SH_DECIDE_REPEATS_MAX 10
#define SH_DECIDE_REPEAT_MIN_S 60
#define SH_DECIDE_REPEAT_MAX_S 86400
#define SH_DECIDE_NAMED_AHEAD_MAX_MS (366 * SH_DAY_MS)	/* a time named further ahead waits for a person */
#define SH_DECIDE_NAMED_GRACE_MS (30 * SH_MINUTE_MS)	/* later than this, a dial is not at the time that was named */
#define SH_DECIDE_RULES_MAX 12

/* Where everybody is, and what holds there. workspace must be set. */
struct sh_whereabouts {
	const struct sh_zones *zones;		/* NULL: the policy names no zone */
	const struct sh_zone *workspace;
	const struct sh_packs *packs;		/* NULL: what policies name of them is taken on trust */
	const struct sh_prefixes *prefixes;	/* for the clocks of states; NULL: not known */
	const struct sh_callee *callee;		/* NULL: nothing is known; then callee's clock is the workspace's */
	uint32_t lot;				/* a keyed hash of the number, by which calls are spread over an opening … */
	uint32_t chance;			/* … and a random number, by which jitter is drawn: the caller's */
};

/* Did the callee ask to be called back? YES: without a usable time. TIME: at asked_ms. REFUSED: never again. */
enum sh_asked { SH_ASKED_NONE, SH_ASKED_NO, SH_ASKED_YES, SH_ASKED_TIME, SH_ASKED_REFUSED };

/* What began the chain, or would. */
enum sh_begun { SH_BEGUN_API, SH_BEGUN_OUTBOUND, SH_BEGUN_INBOUND, SH_BEGUN_CHAT };

/* What ended, and what the chain has behind it. */
struct sh_ended {
	struct sh_disposition means;	/* by the driver; the policy's reasons may make another of it */
	struct sh_str provider, word;	/* whose reason for the end it is, and which; absent: nobody gave one */
	enum sh_begun begun;
	int attempt;			/* of the call that ended, from 1; an inbound call or a chat is attempt 0 */
	int once_spent;			/* retries that a disposition of "once" has had in this chain */
	int repeats;			/* calls in a row, before this one, that took no attempt */
	const char *redial_reason;	/* of the call that ended; NULL: it was no redial. Kept if it took no attempt */
	int64_t ended_ms;
	int64_t named_ms;		/* of the call that ended: the time that its callee had named, with evidence of it; 0: none */
	enum sh_asked asked;
	int64_t asked_ms;		/* SH_ASKED_TIME: the instant */
	bool asked_named;		/* they named it themselves (struct sh_spoken.named): it may be honoured in quiet hours */
	int asked_confidence;		/* 0 to 100 */
};

enum sh_decision_what {
	SH_DECISION_COMPLETE,		/* reached: the chain is closed */
	SH_DECISION_STOP,		/* the chain is closed, unreached */
	SH_DECISION_RETRY,		/* a next call is due */
	SH_DECISION_HOLD,		/* a person must look: no time can be found */
	SH_DECISION_NOTHING		/* no chain begins */
};

/* A rule that had a say: the policy's quiet hours, or one of a pack. */
struct sh_decision_rule {
	const char *id;			/* "quiet_hours", "us-fl-501.616" */
	const char *pack, *version;	/* NULL: the policy's own */
};

struct sh_decision {
	enum sh_decision_what what;
	struct sh_disposition means;	/* what the ending was taken for, after the policy's reasons */
	const char *reason;		/* see below */
	char text[192];			/* for the list of activity: "next attempt in 1 h: no_answer" */
	bool suppress;			/* put the number on the do-not-call list */
	/* of SH_DECISION_RETRY */
	int64_t due_ms;
	bool moved;			/* by quiet hours, … */
	int64_t moved_from_ms;		/* … from there */
	bool named;			/* due_ms is the time that the callee named: hand it to sh_decide_admit */
	bool kept;			/* … of the call that ended: sh_ended.named_ms is still that time, and its evidence counts on */
	bool exempt;			/* … and it lies in quiet hours: evidence is to be kept */
	bool flagged;			/* a time was said that was not sure enough: shown to people */
	bool uncounted;			/* the call that ended took no attempt: count it in .repeats next time */
	bool once;			/* this retry spends the one of a "once": count it in .once_spent next time */
	int next_attempt;
	bool is_final_attempt;
	const char *redial_reason;	/* callback_requested, voicemail_followup, no_answer_followup, busy_followup, retry */
	const char *zone_note;		/* why another zone than asked for was used; NULL: none was */
	struct sh_decision_rule rules[SH_DECIDE_RULES_MAX];	/* that were asked about due_ms, those that moved it first */
	uint32_t nrules, nmoving;
};

/*
 * Reasons: reached; do_not_call, number_invalid, not_retried, group_off, max_attempts, once_spent, gave_up, not_asked;
 * callback_requested, or the outcome's name, of a retry; no_permitted_time, no_zone, time_too_far, no_policy, policy_unreadable of a hold.
 */
void sh_decide(const struct sh_policy *, const struct sh_whereabouts *, const struct sh_ended *, int64_t now_ms,
	struct sh_decision *ret);

/* A dial that is due, and about to ring. */
struct sh_due_dial {
	int64_t now_ms;
	int64_t named_ms;		/* the time that the callee named for it, and evidence of it is kept; 0: none */
	int64_t due_since_ms;		/* since when it waits: when it was first due; 0: just now */
};

enum sh_admission {
	SH_ADMIT,			/* now */
	SH_ADMIT_LATER,			/* at next_ms */
	SH_ADMIT_HOLD,			/* nothing is permitted within 14 days, or the policy lacks what it names */
	SH_ADMIT_EXPIRED		/* it has waited longer than give_up_after */
};

/* The answer, with the caps that the transaction which claims the dial must count: the policy's and the packs'. */
struct sh_admitted {
	enum sh_admission what;
	struct sh_lack lack;		/* of SH_ADMIT_HOLD: why nobody can tell what is permitted */
	int64_t next_ms;
	bool exempt;			/* it rings in quiet hours, as the callee named the time */
	struct sh_decision_rule rules[SH_DECIDE_RULES_MAX];	/* all that were asked; those that forbid it first */
	uint32_t nrules, nforbidding;
	struct sh_policy_cap caps[SH_POLICY_CAPS_MAX + SH_PACK_CAPS_MAX];
	uint32_t ncaps;
	int32_t gap_s;
};

/*
 * May this dial ring now? Asked in front of the transaction that claims it. If the policy honours named times, quiet hours
 * do not hold one from then until half an hour later.
 */
void sh_decide_admit(const struct sh_policy *, const struct sh_whereabouts *, const struct sh_due_dial *, struct sh_admitted *ret);

#endif
