/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/record.h: a decision as it is kept: what was asked, by which policy and packs, what came out, and why.
 *
 * A record is a small JSON object without personal data: no number, no name, no word that was said. It is the row of table
 * `decision`, what `explain` tells in plain words, and what `policy diff` decides again under another policy.
 *
 *	sh_record_decided(&buf, &policy, &place, &ended, now_ms, &decision);	// after a call
 *	sh_record_admitted(&buf, &policy, &place, &dialling, &admitted, "capped");	// before a dial
 *	sh_record_suppressed(&buf, "speech", "tenant");
 *	sh_record_closed(&buf, "called_in");
 *	...
 *	sh_record_explain(arena, json, text);					// "Moved from 20:12 to 09:00 …"
 *
 * Its members: docs/decisions.md.
 */
#ifndef SH_POLICY_RECORD_H
#define SH_POLICY_RECORD_H

#include "gateway/base/buf.h"
#include "gateway/policy/decide.h"

#define SH_RECORD_BYTES 4096

/* 16 hex digits that name the values of an effective policy: the same values, the same digits. Not a secret's digest. */
void sh_policy_fingerprint(const struct sh_policy *, char out[17]);

void sh_record_decided(struct sh_buf *, const struct sh_policy *, const struct sh_whereabouts *, const struct sh_ended *, int64_t now_ms,
	const struct sh_decision *);

/*
 * verdict: NULL for what *admitted says, else what the claiming transaction found beyond it: capped, suppressed, cancelled,
 * no_credits, agent_disabled, outbound_disabled, number_gone, pace …; next_ms: when it is tried again, 0: never.
 */
void sh_record_admitted(struct sh_buf *, const struct sh_policy *, const struct sh_whereabouts *, const struct sh_due_dial *,
	const struct sh_admitted *, const char *verdict, int64_t next_ms);

/* source: provider, speech, sms, api, csv; scope: tenant, workspace. */
void sh_record_suppressed(struct sh_buf *, const char *source, const char *scope);

/* why a chain is called off from outside: called_in, replaced, reached_elsewhere. */
void sh_record_closed(struct sh_buf *, const char *why);

/* "retry", "later": as records and statements write them. */
const char *sh_decision_what_name(enum sh_decision_what);
const char *sh_admission_name(enum sh_admission);

/* What a kept decision about an ended call was decided from, to be decided again. False: it is another sort, or unreadable. */
struct sh_replayed {
	struct sh_ended ended;
	struct sh_callee callee;
	bool has_callee;
	const struct sh_zone *workspace;
	int64_t now_ms;
	uint32_t lot, chance;
	struct sh_str what, reason;	/* what came out then */
	int64_t due_ms;
};
bool sh_record_replay(struct sh_arena *, struct sh_str json, const struct sh_zones *, struct sh_replayed *ret) SH_MUST_CHECK;

/* One sentence or a few, in plain words, about a record; times in the callee's clock. Lives in the arena. */
struct sh_str sh_record_explain(struct sh_arena *, struct sh_str json, const struct sh_zones *);

#endif
