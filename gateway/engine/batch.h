/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/batch.h: what queue.c, process.c and process_write.c share. Not for others.
 *
 *	queue.c		events wait; what came while one batch was under way goes into the next
 *	process.c	a batch: read, keys, merge
 *	late.c		of calls about which everything is decided: who asks for no more calls
 *	process_write.c	its units: marked processed, T5, T8, calls, suppressions
 */
#ifndef SH_ENGINE_BATCH_H
#define SH_ENGINE_BATCH_H

#include <sys/queue.h>

#include "gateway/engine/event.h"
#include "gateway/engine/work.h"

#define SH_BATCH_EVENTS 128 /* in a batch, at most */

/* An event that waits or is in a batch. What was stored just now carries its row, so that it need not be read back. */
struct sh_pending {
	STAILQ_ENTRY(sh_pending) link;
	struct sh_ref ref; /* id: the event */
	int64_t day;
	int tries; /* conflicts of the event alone */
	size_t bytes; /* of the row; 0: only its ids are here */
	struct sh_inbox_row row; /* its strings stand behind */
	struct sh_event_first first; /* likewise */
	struct sh_str keys; /* the tenant's, wrapped */
};

struct sh_batch_event {
	struct sh_pending *pending; /* NULL: given back to the queue */
	size_t order; /* of arrival */
	bool read; /* there is such a row, and it is to be processed */
	struct sh_id workspace, agent, dial;
	bool has_dial;
	bool dial_known; /* the database has a row of it */
	bool dial_live; /* in live_dial: nothing to revive */
	bool dial_other; /* … but with another call: nobody decides about this one */
	bool speaks; /* it may say something that nobody reads before its final event */
	int64_t received_ms;
	struct sh_str keys, body, call_index, provider;
	struct sh_batch_call *call;
	struct sh_event event; /* merged with those before it */
	struct sh_event_ids ids; /* that travelled in its metadata */
	/* of a call that is no dial of ours, or about which everything is decided: what its ending means */
	struct sh_disposition means;
	struct sh_str reason; /* in a word, if judged */
	bool judged;
	bool unknown; /* with it the call ends for a reason that its driver does not know */
	/* late.c: the callee asks for no more calls */
	const char *refusal; /* by whose word: provider, speech, sms; NULL: they do not */
	uint8_t refusing[2][16]; /* whom nobody calls any more */
	size_t nrefusing;
	bool refusing_all; /* else whom a chat's variable names is still to be told */
};

/* The events of one call, in the order in which they came; an event of no call is alone. */
struct sh_batch_call {
	struct sh_arena *arena; /* what was opened and merged */
	struct sh_batch_event **events;
	size_t n;
	bool known; /* there is a row, whose version and detail were read */
	struct sh_id row, dial;
	bool judged; /* it has ended before */
	bool decided; /* of a dial: what follows from its end is */
	bool followed; /* of no dial: likewise (follow.c) */
	bool refused; /* its callee wants no more calls, and is suppressed */
	struct sh_late *late; /* by whose policy its news is heard; NULL: it waits for a decision */
	int version;
	struct sh_str before, detail; /* sealed for the row */
	bool ready; /* nothing of it need be opened */
	bool apart; /* it moves a dial or suppresses a callee: not among the plain ones */
};

struct process_question;
struct sh_late;

#define SH_MAGIC_sh_batch 0x62617463u
struct sh_batch {
	uint32_t magic;
	struct sh_engine *eng;
	struct sh_arena *arena;
	struct sh_batch_event *events;
	size_t nevents;
	struct sh_batch_call *calls; /* by bucket and tenant */
	size_t ncalls;
	struct process_question *questions; /* of the unit that reads */
	size_t due; /* keys, then units, that are still to come */
};

/* ---- queue.c ---- */

STAILQ_HEAD(sh_pending_list, sh_pending);

/* The next batch begins when it can. */
void sh_queue_next(struct sh_engine *);
/* These were in a batch that failed as a whole: they go first, and together. Takes them. */
void sh_queue_again(struct sh_engine *, struct sh_batch_event **, size_t n);

/* ---- process.c ---- */

/* Takes the list's n events; sh_queue_next is called when all is done. */
void sh_process_begin(struct sh_engine *, struct sh_pending_list *, size_t n);
/* Tried again in a while; the fifth failure makes it dead, which people see. */
void sh_process_failed(struct sh_batch *, struct sh_batch_event *, const char *why);
void sh_process_end(struct sh_batch *);
/* What was read is opened, merged and written. */
void sh_process_ask(struct sh_batch *);

/* ---- late.c ---- */

/* Reads by whose policy late news is heard, if there is any; then sh_process_ask. */
void sh_late_read(struct sh_batch *);
/* own: the event as it came; its merged form is in p. Does it ask for no more calls, and nobody has heard so yet? */
void sh_late_hear(
    struct sh_batch *, struct sh_batch_event *p, struct sh_arena *, const struct sh_event *own, const struct sh_tenant_key *);
/* Whom p suppresses, and all that waits for them; p has a refusal. */
void sh_late_write(struct sh_batch *, const struct sh_batch_event *p, struct sh_unit *, int64_t now_ms);

/* ---- process_write.c ---- */

void sh_process_write(struct sh_batch *);

#endif
