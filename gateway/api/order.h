/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/order.h: an order for a call, out of the shapes in which senders put it. Pure.
 *
 *	our JSON		from_number, to_number, agent_id, dynamic_variables, metadata, schedule_at, callee_timezone,
 *				callee_state
 *	a form			the same names; dynamic variables as dynamic_variables[name], or any field that is none of ours
 *	GoHighLevel, standard	phone, contact_id, customData {…}: variables are the scalars of customData; timezone, state and
 *				country of the contact
 *	GoHighLevel, custom	to or phone, and variables or any other scalar at the root
 *
 * A workflow's numbers with blanks, dashes, dots and brackets are taken without them; to_number must be E.164 as it is. A value that still holds "{{" is a merge field
 * that the sender's workflow did not fill in: refused, because it would be spoken.
 */
#ifndef SH_API_ORDER_H
#define SH_API_ORDER_H

#include <json-c/json.h>

#include "gateway/base/arena.h"

#define SH_ORDER_BYTES (256 * 1024) /* variables as JSON, at most; the payload with metadata as well */

struct sh_order {
	struct sh_str from, to; /* absent: not given */
	struct sh_str agent_id;
	struct sh_str variables; /* JSON object of strings */
	struct sh_str metadata; /* JSON object; absent: none */
	int64_t schedule_ms; /* 0: now */
	struct sh_str zone, state; /* the callee's, as given */
	struct sh_str contact_zone, contact_state, contact_country; /* what a workflow knows of its contact: it may be anything */
	struct sh_str contact_id; /* the sender's own reference, returned to it */
	struct sh_str once_key; /* idempotency_key of a workflow's body, at most 200 bytes; absent: none */
	bool foreign; /* a workflow's body: it cannot send an Idempotency-Key */
};

/* What is wrong, and where: one pointer and a sentence. */
struct sh_order_fault {
	const char *problem; /* "not_json", "invalid", "not_e164" */
	struct sh_str pointer;
	char detail[160];
};

/* type: the Content-Type as it came. false: *fault says what is wrong; nothing else is set. */
bool sh_order_read(struct sh_arena *, struct sh_str type, struct sh_str body, struct sh_order *ret, struct sh_order_fault *fault);

#endif
