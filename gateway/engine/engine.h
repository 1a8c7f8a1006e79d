/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/engine.h: what happens over time in one worker.
 *
 * The engine claims what is due (dials, decisions, look-ups), processes the inbox, and sweeps what a dead worker left
 * behind. It sleeps until the next due time; others wake it earlier. All truth is in Postgres: a worker that
 * dies loses nothing but time.
 */
#ifndef SH_ENGINE_ENGINE_H
#define SH_ENGINE_ENGINE_H

#include "gateway/engine/core.h"
#include "gateway/policy/pack.h"

struct sh_engine *sh_engine_new(struct sh_core *);
void sh_engine_free(struct sh_engine *);

/* The database came, or was lost: another one may answer next. */
void sh_engine_database(struct sh_engine *, bool ready);
/* Why nothing is dialled on this database by this host; NULL: it is. A constant. */
const char *sh_engine_waits(const struct sh_engine *);
/* Somebody changed a workspace or an agent, "BUCKET:WORKSPACE"; NULL: perhaps, and nobody heard it. */
void sh_engine_changed(struct sh_engine *, const char *payload);
/* The told clock jumped: look at once. */
void sh_engine_wake(struct sh_engine *);
/* A row was scheduled for this time by this worker. */
void sh_engine_due_at(struct sh_engine *, int64_t due_ms);

/* An inbox row is this worker's to process, soon. day: of the partition, days since 1970. */
void sh_engine_event(struct sh_engine *, int bucket, const struct sh_id *tenant, int64_t day, const struct sh_id *event);
/* The same of a row that was stored just now, which need not be read back. Copied; keys: the tenant's, wrapped. */
struct sh_event_first;
void sh_engine_fresh(struct sh_engine *, const struct sh_inbox_row *, const struct sh_event_first *, struct sh_str keys);

#define SH_DIAL_CAPS_MAX (SH_POLICY_CAPS_MAX + SH_PACK_CAPS_MAX)

/* What the policy makes of a dial: counted and kept by the transaction that claims it. engine/permit.h fills it. */
struct sh_dial_terms {
	uint32_t ncaps;
	int32_t calls[SH_DIAL_CAPS_MAX], within_s[SH_DIAL_CAPS_MAX]; /* at most so many to the callee within so many seconds */
	int32_t gap_s; /* between two of them */
	bool exempt; /* it rings in quiet hours, as the callee asked: evidence of that must stand */
	bool overridden; /* … or as a person had it */
	int64_t unexempt_ms; /* when it may ring without; 0: never */
	char policy[64]; /* its name */
	size_t nrecord;
	char record[4096 + 1]; /* the decision as it is kept, policy/record.h */
};

/*
 * An immediate dial that the API has just scheduled as claimed (epoch 1): place it. done is called once, when the
 * provider answered or the dial went another way, unless the worker ends first; state is the callback's.
 */
struct sh_dial_result {
	enum { SH_DIALLED_PLACED, SH_DIALLED_SCHEDULED, SH_DIALLED_REFUSED, SH_DIALLED_UNKNOWN } what;
	struct sh_str call_id; /* the provider's */
	struct sh_str reason; /* no_credits, suppressed, callee_busy, agent_disabled, quiet_hours … */
	int64_t due_ms; /* SCHEDULED */
};
typedef void sh_engine_dialled_f(void *arg, const struct sh_dial_result *);
void sh_engine_dial(struct sh_engine *, int bucket, const struct sh_id *tenant, const struct sh_id *callback,
    struct sh_str provider, const struct sh_dial_terms *, sh_engine_dialled_f *, void *arg);
/* The caller stopped waiting: done will not be called. */
void sh_engine_dial_forget(struct sh_engine *, const struct sh_id *callback);

/* Claims nothing more; done is called when what was claimed is finished or handed back. */
void sh_engine_drain(struct sh_engine *, void (*done)(void *), void *arg);

#endif
