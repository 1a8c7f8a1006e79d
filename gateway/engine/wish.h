/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/wish.h: what the callee of a call wants: another call and when, none ever again, or nothing that was said.
 *
 * Out of the call's merged event: the provider's analysis, the variables that the policy names, and what was said. Beside it
 * comes out where the callee is, as far as number, contact and their own words tell.
 */
#ifndef SH_ENGINE_WISH_H
#define SH_ENGINE_WISH_H

#include "gateway/engine/core.h"
#include "gateway/policy/decide.h"

struct sh_json;

struct sh_wish_in {
	const struct sh_core *core;
	const struct sh_policy *policy;
	const struct sh_event *event;
	const struct sh_json *sent; /* the variables that the call was given: their echo is nobody's answer; may be NULL */
	const struct sh_zone *workspace; /* must be there */
	const struct sh_zone *earlier; /* that the callee named in an earlier call of the chain; may be NULL */
	enum sh_zone_source earlier_source; /* in speech, or in a variable */
	const struct sh_zone *contact; /* of the request; may be NULL */
	struct sh_str state; /* likewise */
	struct sh_str number; /* the callee's; absent: not known */
	int64_t now_ms, ended_ms;
	bool chat;
};

struct sh_wished {
	struct sh_spoken spoken;
	struct sh_callee callee;
	struct sh_str words; /* that decided, with those around them; in the arena; absent: none were read */
	bool by_message; /* a message that says STOP */
};

/* Fills in what of *ended is the callee's word. */
void sh_wish_read(struct sh_arena *, const struct sh_wish_in *, struct sh_ended *ended, struct sh_wished *ret);

#endif
