/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/work.h: what the engine's files share. Not for others.
 *
 * Each piece of work is an object of its own that begins with sh_work_begin, goes through a few callbacks (unit, key,
 * unit, request, unit), and ends with sh_work_end. It may be dropped at any step: the rows' leases bring it back.
 *
 *	claim.c		what is due, over all buckets	→ dial.c, decide.c, follow.c, look.c
 *	dial.c		T2 to T7: one dial, from verdict to classification
 *	adopt.c		T5 and T8 of a dial without any row
 *	look.c		T9 to T11: asking the provider
 *	queue.c		inbox events, batch by batch	→ process.c: their calls, T5, T8
 *	late.c		news of a call about which everything is decided already: who asks for no more calls gets none
 *	decide.c	T8, second half: what follows an ended dial
 *	follow.c	what follows a call that is no dial of ours
 *	after.c, wish.c	what these two share: the ending's meaning, the callee's wish, the decision, its record
 *	fence.c		which database is it? Its signs of life, and whether this host may dial on it
 *	seen.c		the newest sign of life that this host has seen
 *	merge.c		T13: after a failover or a restore, bucket by bucket
 *	merge_list.c	what the providers still know
 *	promise.c	promised wall clocks, when the zone data changes
 *	again.c		what its policy held, when the policy or the files change
 *	absent.c	stored policies that name what is not there: people are told
 *	purge.c		what is past keeping
 *	sweep.c		T4, T10b, events left behind, the balance
 */
#ifndef SH_ENGINE_WORK_H
#define SH_ENGINE_WORK_H

#include <uthash.h>

#include "gateway/base/log.h"
#include "gateway/driver/board.h"
#include "gateway/driver/call.h"
#include "gateway/engine/account.h"
#include "gateway/engine/engine.h"

struct event;
struct sh_queue;
struct sh_waiter;

/* With so much under way nothing more is claimed; with half of it left, what is due is looked at again. */
#define SH_WORK_MOST 400

/* Work whose driver is in quarantine, or not loaded, is looked at again after this; it is never failed because of that. */
#define SH_DRIVER_WAIT_MS (30 * SH_SECOND_MS)

#define SH_MAGIC_sh_engine 0x656e6769u

struct sh_engine {
	uint32_t magic;
	struct sh_core *core;
	struct event *timer; /* the next due time, or the next look at once */
	struct event *sweeper;
	int64_t next_due_ms; /* what the timer is set for; INT64_MAX: nothing known */
	bool looking; /* due_next is under way */
	bool look_again; /* something came while it was */
	int running; /* pieces of work under way */
	int claims_running; /* due_claim units under way */
	uint8_t due_buckets[64]; /* of the last look, what is still to be claimed: the last one next */
	int due_count;
	uint64_t dialled_buckets; /* buckets with a dial since the last sign of life */
	int balance_bucket; /* the next one to be proved */
	int64_t proof_began_ms, proof_at_ms; /* elapsed time: of the last proof, before which none begins (INT64_MAX: one runs) */
	int64_t balance_bad, ledger_bad; /* of the round under way */
	int64_t partitions_at_ms; /* when to look for the inbox's days again */
	struct sh_waiter *waiters;
	struct sh_queue *queue;
	int purge_bucket, purge_left; /* the next one to be purged, and how many of this round */
	struct {
		int64_t from_ms; /* chains made before have been looked at in this round */
		int64_t at_ms; /* elapsed: not before */
	} forgets[64]; /* by bucket */
	int64_t purge_at_ms; /* the next round */
	bool purging; /* a round is under way */
	bool sweep_more; /* the last sweep left events behind */
	void (*drained)(void *);
	void *drained_arg;

	/* fence.c: which database is it? */
	struct event *alive; /* the next sign of life, at most once a second */
	struct sh_seen *seen; /* the newest sign of life that this host has seen */
	bool fence_asked; /* fence_look is under way */
	bool fence_known; /* it was answered on this connection */
	bool fence_older; /* the database is older than what this host has seen */
	uint64_t fence_round; /* connections so far: an answer of an earlier one says nothing */
	bool merging; /* merge.c: a bucket at a time */

	int promise_bucket; /* promise.c: the next to compare with today's zone data; 64: all are */
	bool promising;

	int64_t policies_at_ms; /* of the next hourly round of these two */
	uint64_t again_buckets, absent_buckets; /* to be looked at */
	int again_bucket; /* the one that again.c is in the middle of; -1: none */
	struct sh_id again_after; /* … behind this one */
	bool again_running, absent_running;
	int absent[64]; /* what each bucket had when it was looked at */
};

/* Counts a piece of work; sh_work_end may end the drain. */
void sh_work_begin(struct sh_engine *);
void sh_work_end(struct sh_engine *);

/* ---- the object of a piece of work: which row, and memory until it ends ---- */

struct sh_ref {
	int bucket;
	struct sh_id tenant;
	struct sh_id id; /* of the callback or the dial, by the kind of work */
};

/* A callback that was claimed at this epoch and that the policy admits. */
void sh_dial_begin(
    struct sh_engine *, const struct sh_ref *callback, int epoch, struct sh_str provider, const struct sh_dial_terms *);
/* An intent or sent dial whose worker died: T6 or T7. */
void sh_dial_abandoned(struct sh_engine *, const struct sh_ref *dial, bool sent, int64_t send_before_ms);
/* T6 of a dial that was proved absent: from ambiguous. */
void sh_dial_absent(struct sh_engine *, const struct sh_ref *dial);

/* The three times of a dial that is begun at begun_ms. */
struct sh_dial_times {
	int64_t send_before_ms, verdict_ms, live_until_ms;
};
struct sh_dial_times sh_dial_times(const struct sh_core *, const struct sh_driver *, int64_t begun_ms);
/*
 * A dial of which the provider knows and the database does not: its row is made from the metadata, if there is such a callback and
 * no row by then. Adds its statements to the unit; the last one returns a row if it was made.
 */
struct sh_event_ids;
void sh_dial_adopt(struct sh_unit *, struct sh_engine *, const struct sh_ref *dial, const struct sh_event_ids *,
    const struct sh_id *workspace, struct sh_str provider);

/* fence.c */
void sh_fence_look(struct sh_engine *); /* is it the database that the dials were written to? What is to be recovered? */
void sh_fence_dialled(struct sh_engine *, int bucket); /* a dial was begun */
bool sh_fence_init(struct sh_engine *);
void sh_fence_clear(struct sh_engine *);

/* T13 of one bucket. Ends with sh_fence_look. */
void sh_merge_begin(struct sh_engine *, int bucket);

void sh_look_begin(struct sh_engine *, const struct sh_ref *dial);
void sh_ask_begin(struct sh_engine *, const struct sh_ref *dial);
/* When to look for the n-th time (from 0) at a dial that was sent at `sent_ms`: never later than verdict_ms. */
int64_t sh_look_time(int looks, int64_t sent_ms, int64_t verdict_ms, int64_t now_ms);

void sh_decide_begin(struct sh_engine *, const struct sh_ref *dial);
void sh_follow_begin(struct sh_engine *, const struct sh_ref *call);

/* Events of the inbox: batch.h. */
bool sh_queue_new(struct sh_engine *);
void sh_queue_drain(struct sh_engine *); /* what waits goes without pause */
void sh_queue_free(struct sh_engine *);

void sh_claim_look(struct sh_engine *); /* what is due? */
void sh_sweep(struct sh_engine *);
void sh_promise_look(struct sh_engine *); /* goes on, until each bucket was looked at once */
void sh_again_look(struct sh_engine *); /* these too, with the buckets that are marked */
void sh_absent_look(struct sh_engine *);
void sh_purge(struct sh_engine *); /* a bucket's part of what is past keeping, if it is time */

/* Somebody waits for this callback's dial: tell, once. */
void sh_waiter_tell(struct sh_engine *, const struct sh_id *callback, const struct sh_dial_result *);
void sh_waiters_free(struct sh_engine *);

/* ---- shared steps ---- */

/* A unit whose answer nobody needs; it counts as work until it has ended, and what went wrong is logged. */
struct sh_unit *sh_work_unit(struct sh_engine *);

/* What an activity line is about; zero ids are left out. */
struct sh_about {
	struct sh_id workspace, number, agent, callback, chain, dial;
};
void sh_work_activity(
    struct sh_unit *, struct sh_engine *, const struct sh_ref *, const struct sh_about *, const char *kind, const char *text);

/* A call has ended for a reason that its driver does not know: nobody is called again, and people are told, once a call. */
void sh_work_unknown(struct sh_str provider, struct sh_str reason, const struct sh_id *call);

/* Carries out what a disposition asks for: pauses the agent or the workspace, and says so. */
void sh_work_act(
    struct sh_unit *, struct sh_engine *, const struct sh_ref *, const struct sh_about *, enum sh_action, struct sh_str reason);

#endif
