/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/event.h: the common event between ingress and processing.
 *
 * As the driver handed it over, written as JSON (which ingress seals) and read back from it. The same form is the `detail` of a
 * call, where facts of several events are merged.
 *
 * What was said in a call (transcript, variables, the callee's words about a time) and what its caller sent along are kept
 * until the decision about it has read them: of the end of a call, no other event. Then they leave the inbox and the detail, unless a
 * policy keeps them. Of the metadata of a dial of ours nothing is kept but our own ids.
 */
#ifndef SH_ENGINE_EVENT_H
#define SH_ENGINE_EVENT_H

#include "gateway/base/arena.h"
#include "gateway/base/buf.h"
#include "gateway/base/id.h"
#include "gateway/store/inbox.h"

#define SH_EVENT_BYTES (1024 * 1024) /* of one event as JSON, at most */
#define SH_EVENT_SPEECH (64 * 1024) /* the last so much of a transcript */
#define SH_EVENT_FACTS 48 /* of one call, merged */

/*
 * The callback id and attempt that travelled in the metadata; beside the caller's own members of it, of every attempt but the first,
 * the chain's root: a database that has lost the attempt has its root, if it has anything.
 */
#define SH_EVENT_META_CHAIN "sh_chain_id"
struct sh_event_ids {
	struct sh_id callback; /* zero: none */
	struct sh_id chain; /* zero: none */
	int attempt;
};

/* Of an event as the driver gave it. */
struct sh_event_ids sh_event_ids_of(struct sh_arena *, const struct sh_event *);

void sh_event_write(const struct sh_event *, struct sh_arena *, struct sh_buf *);
/* false: not such a text. Strings borrow from it or live in the arena. */
bool sh_event_read(struct sh_arena *, struct sh_str json, struct sh_event *ret, struct sh_event_ids *ret_ids);

struct sh_tenant_key;
/* Is there anything in it that goes once the decision has read it? */
bool sh_event_speaks(const struct sh_event *);
/* It goes. A transcript and the recording's address stay if the policy keeps them. */
void sh_event_hush(struct sh_event *, bool keep_transcript, bool keep_recording);
/* The same, sealed as the detail of a call's row; absent: no memory. */
struct sh_str sh_event_hushed(struct sh_arena *, const struct sh_event *, const struct sh_tenant_key *, const struct sh_id *tenant,
    const struct sh_id *call, bool keep_transcript, bool keep_recording);

/* How far a call has come: 0 created, 1 started, 2 answered, 3 over, 4 final. */
int sh_event_rank(const struct sh_event *);

/*
 * Events come in any order. What the one says that tells of more of the call stays, whenever it came; of two that tell of as much, the
 * later's. What it does not say the other may have said. Facts have one name once; at most SH_EVENT_FACTS.
 */
void sh_event_merge(struct sh_arena *, const struct sh_event *before, struct sh_event *now);

/* The first 16 bytes of SHA-256 over workspace and the provider's id of the call. */
void sh_event_call_index(const struct sh_id *workspace, struct sh_str call_id, uint8_t out[16]);

/*
 * What a plain event makes of a call of which nothing is known yet: all of its row, made while the key is open anyway, so that its
 * processing needs no key and opens nothing. Of the event there is what stands open in the row.
 */
struct sh_event_first {
	struct sh_id call;
	struct sh_event event;
	struct sh_pair reason; /* its one fact */
	struct sh_str detail; /* sealed; absent: there is no such thing, read the event */
	struct sh_disposition means; /* of an end, if judged */
	bool judged, unknown; /* unknown: its driver does not know why it ended */
	bool speaks; /* an end with what was said in it, whose final event is still to come: it is heard first (late.c), so it has no detail */
};

/*
 * The inbox row of an event, its body sealed under the tenant's key (whose place is the row's id). dedup is hashed together with the workspace.
 * ret_first may be NULL. false: the event is too large to keep.
 */
bool sh_event_row(struct sh_arena *, const struct sh_event *, const struct sh_tenant_key *, int bucket, const struct sh_id *tenant,
    const struct sh_id *workspace, const struct sh_id *agent, struct sh_str provider, int64_t now_ms, struct sh_inbox_row *ret,
    struct sh_event_first *ret_first);

#endif
