/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * driver/host.h: the services that a call hands to its driver; inside gateway/driver only.
 */
#ifndef SH_DRIVER_HOST_H
#define SH_DRIVER_HOST_H

#include "gateway/base/writer.h"
#include "gateway/driver/call.h"

/* The one table of them all. Its functions find the call from the context, which is the call's first field. */
extern const struct sh_host sh_host;

static inline struct sh_driver_call *
sh_host_call(struct sh_ctx *cx)
{
	return (struct sh_driver_call *)cx;
}

/* A JSON text under construction. It grows on the heap, so the call clears those that a driver did not end. */
struct sh_host_out {
	struct sh_out out;
	struct sh_buf buf;
	struct sh_driver_call *call;
	struct sh_host_out *next;
	size_t counted; /* of its room, in the call's sum */
	bool ended;
};
void sh_host_outs_clear(struct sh_host_out *);

/* A run's beginning and end: between them the driver's name is on the board. */
void sh_driver_call_enter(struct sh_driver_call *, const char *function);
void sh_driver_call_leave(struct sh_driver_call *);

#define SH_MEANING_FACT 256 /* bytes of a fact, at most */

/* driver/meaning.c: the first row of the reasons that fits; NULL: none does. */
const struct sh_reason *sh_meaning_reason(struct sh_ctx *, const struct sh_pair *facts, size_t n);
/* What it means, before the driver corrects that; notes its word in the call, and that none fits. */
struct sh_disposition sh_meaning_outcome(struct sh_driver_call *, const struct sh_pair *facts, size_t n);
/* What the operator's own fields say in the provider's analysis; true: the callee wants no more calls. */
bool sh_meaning_answers(struct sh_driver_call *, struct sh_event *);

/* driver/bindings.c: this JSON, its URLs without user, password, query and fragment. SH_NONE if it is none, or if the arena is full. */
struct sh_str sh_bindings_shown(struct sh_arena *, struct sh_str json);

/* driver/give.c: copies what a driver hands over into the call, within the limits of driver.h. */
void sh_give_number(struct sh_ctx *, const struct sh_number *);
void sh_give_agent(struct sh_ctx *, const struct sh_agent *);
void sh_give_event(struct sh_ctx *, const struct sh_event *);

/* The same for what a driver fills in, and for the text and the cursor in its context; all of it while it is on the board. */
void sh_give_words(struct sh_driver_call *);
void sh_give_request(struct sh_driver_call *, struct sh_request *);
void sh_give_placed(struct sh_driver_call *, struct sh_placed *);
void sh_give_reply(struct sh_driver_call *, struct sh_reply *);

#endif
