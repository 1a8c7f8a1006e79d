/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/after.h: what follows a call that has ended. Shared by decide.c, for dials of ours, and follow.c, for all other calls. Not for
 * others.
 *
 *	sh_after_judge(&x);			// the driver says what the ending means
 *	sh_after_decide(&x, now);		// what the callee wants, and what the policy makes of both
 *	sh_after_seal(&x, key, &chain, …);	// evidence, while the key is open
 *	...
 *	sh_after_write(&x, unit, &about, …);	// into the transaction that moves the callback
 */
#ifndef SH_ENGINE_AFTER_H
#define SH_ENGINE_AFTER_H

#include "gateway/engine/event.h"
#include "gateway/engine/wish.h"
#include "gateway/engine/work.h"

#define SH_AFTER_BYTES (8 << 20) /* of the arena in which it lives */

struct sh_after {
	/* given */
	struct sh_engine *eng;
	struct sh_arena *arena;
	struct sh_ref ref; /* whose tenant it is */
	struct sh_id call; /* its row; zero: there is none */
	struct sh_event event;
	struct sh_str provider, call_id;
	struct sh_policy policy;
	const struct sh_zone *workspace, *contact; /* contact: NULL if nobody gave it */
	const struct sh_zone *earlier; /* that the callee named in an earlier call of the chain; NULL: none */
	enum sh_zone_source earlier_source;
	struct sh_str state; /* of the contact; absent: nobody gave it */
	struct sh_str number; /* the callee's; absent: not known */
	struct sh_str index; /* of the number, keyed */
	const struct sh_json *sent; /* the variables that the call was given */
	bool chat;
	struct sh_ended ended; /* all but what it means and what was asked */
	/* made */
	bool unknown; /* the driver does not know why it ended */
	struct sh_str word; /* why, if anybody knows */
	struct sh_wished wished;
	struct sh_whereabouts place;
	struct sh_decision decision;
	struct sh_id evidence_id; /* zero: none is kept */
	struct sh_str evidence; /* sealed */
	struct sh_str record; /* JSON */
};

/* Must it wait, since what the ending means only a driver knows that is in quarantine, or not loaded? */
bool sh_after_must_wait(const struct sh_after *);
/* What follows only the policy knows, and that is gone; a wish for no more calls needs none. */
bool sh_after_undecided(const struct sh_after *);
/* How long until it is asked again: ever longer, since it may be gone for good while calls go on to end. Two minutes to an hour. */
int64_t sh_after_undecided_ms(const struct sh_after *, int64_t now_ms);
void sh_after_judge(struct sh_after *);
void sh_after_decide(struct sh_after *, int64_t now_ms);
/* A next call was decided upon; but it is not made, for this reason. */
void sh_after_stop(struct sh_after *, enum sh_decision_what, const char *reason, const char *text);
/* Evidence of a time that the callee named and that is honoured. False: too large. */
bool sh_after_seal(struct sh_after *, const struct sh_tenant_key *, int64_t now_ms);

/* Who asked not to be called again: provider, speech, sms. */
const char *sh_after_source(const struct sh_after *);
/* What stands beside the next callback: the callee's zones, the promised wall clock, the evidence. JSON. */
struct sh_str sh_after_beside(struct sh_after *);

/* The record of the decision; about: what it is about, chain and callback if there are any. */
void sh_after_write_record(struct sh_after *, struct sh_unit *, const struct sh_about *, int64_t now_ms);
/* The evidence, of a chain and its callback. */
void sh_after_write_evidence(
    struct sh_after *, struct sh_unit *, const struct sh_id *chain, const struct sh_id *callback, int64_t now_ms);
/* The callee is called no more, by nobody of the tenant or the workspace, and all that waits for them is called off. */
void sh_after_write_suppression(struct sh_after *, struct sh_unit *, const struct sh_about *, int64_t now_ms);
/* What waits for the callee in the workspace is called off, but for the chain of *about, and for what was ordered and never dialled. */
void sh_after_write_close(struct sh_after *, struct sh_unit *, const struct sh_about *, const char *why, int64_t now_ms);

#endif
