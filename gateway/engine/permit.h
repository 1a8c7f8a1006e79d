/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/permit.h: may this call be begun now? The policy's word on a stored row, and what the claiming transaction must count
 * and keep of it.
 *
 *	struct sh_permit a;
 *	sh_permit_read(&a, core, rows, i, now_ms);
 *	sh_permit_judge(&a);
 *	if (a.admitted.what == SH_ADMIT) {
 *		sh_permit_terms(&a, &terms);
 *		sh_dial_begin(eng, ref, epoch, provider, &terms);
 *	}
 *
 * What a row cannot know, the caps' counts and the evidence, T2 looks at by itself.
 */
#ifndef SH_ENGINE_PERMIT_H
#define SH_ENGINE_PERMIT_H

#include "gateway/engine/account.h"
#include "gateway/engine/engine.h"
#include "gateway/policy/decide.h"
#include "gateway/policy/record.h"

/* Points into itself: not to be copied. */
struct sh_permit {
	struct sh_policy policy;
	struct sh_callee callee;
	struct sh_whereabouts place;
	struct sh_due_dial dialling;
	bool overridden; /* a person has it dialled in quiet hours: in the policy's own, never in a law's */
	struct sh_admitted admitted;
	int64_t unexempt_ms; /* of an exempt one: when it may ring without that; 0: never */
};

/* The policy and the workspace's clock; nothing is known of the callee. Columns: timezone, and those of sh_account_words. */
void sh_permit_policy(struct sh_permit *, const struct sh_core *, const struct sh_rows *, int row);

/* All of a callback. Columns: those, callee_*, zone_source, explicit, override, asked_at, first_due_at. */
void sh_permit_read(struct sh_permit *, const struct sh_core *, const struct sh_rows *, int row, int64_t now_ms);

/* By which a callee's calls are spread over an opening. */
uint32_t sh_permit_lot(struct sh_str callee_index);

void sh_permit_judge(struct sh_permit *);

/* What T2 counts, and the decision as it is kept. */
void sh_permit_terms(const struct sh_permit *, struct sh_dial_terms *);

/* Is it a law that forbids it, or one of them? */
bool sh_permit_by_law(const struct sh_permit *);

/* Of one that is held: the sentence for people; lives in out. */
#define SH_PERMIT_HELD 192
const char *sh_permit_held(const struct sh_permit *, char out[SH_PERMIT_HELD]);

/* Why it is not: "quiet_hours", or the id of the law's rule that forbids it. A constant, or as long as the packs. */
const char *sh_permit_why(const struct sh_permit *);

#endif
