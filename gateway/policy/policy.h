/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/policy.h: what an operator wants to happen after a call, as data.
 *
 * A policy is a struct of plain values. A *layer* says something about some of them: a plan, a policy file, the
 * overrides of a workspace, those of an agent. An *effective* policy has them all: built-in defaults, then one layer laid
 * over the other, each value remembering whose it is.
 *
 *	struct sh_policy_set *set = sh_policy_set_new(zones);
 *	for each file of the policy folder: sh_policy_set_add(set, name, text, &faults);
 *
 *	struct sh_policy workspace, agent, effective;
 *	sh_policy_read_json(json, SH_ORIGIN_WORKSPACE, zones, &workspace, &faults);
 *	...
 *	sh_policy_effective(sh_policy_set_find(set, name), &workspace, &agent, &effective);
 *	if (!sh_policy_check(&effective, &faults)) ...		// e.g. every day is closed
 *
 * The text of a policy, in YAML or, for overrides, the same shape in JSON; docs/policies.md has every
 * key, and policy_keys.def. Unknown keys are faults with the nearest known key; values out of range say what is allowed.
 *
 * Pure: reading files is the caller's business. Structs own nothing; copy them freely.
 */
#ifndef SH_POLICY_POLICY_H
#define SH_POLICY_POLICY_H

#include "gateway/base/writer.h"
#include "gateway/base/yaml.h"
#include "gateway/base/zone.h"
#include "gateway/policy/lack.h"
#include "gateway/policy/quiet.h"
#include "gateway/policy/spoken.h"

/* Whose word a value is, weakest first. */
enum sh_origin { SH_ORIGIN_NONE, SH_ORIGIN_DEFAULT, SH_ORIGIN_PLAN, SH_ORIGIN_NAMED, SH_ORIGIN_WORKSPACE, SH_ORIGIN_AGENT,
	SH_ORIGIN_CEILING };	/* the plan's ceiling, which comes last */

#define SH_POLICY_OUTCOMES 8		/* retry groups are indexed by enum sh_outcome */
#define SH_POLICY_DELAYS_MAX 8
#define SH_POLICY_NAME_MAX 63
#define SH_POLICY_ATTEMPTS_MAX 100
#define SH_POLICY_DELAY_MAX_S (30 * 86400)
#define SH_POLICY_CAPS_MAX 8
#define SH_POLICY_REASONS_MAX 96	/* overrides of what providers' reasons mean: 24 of each layer */
#define SH_POLICY_PACKS_MAX 16
#define SH_POLICY_NAMES_MAX 16		/* variables in which a time may stand */
#define SH_POLICY_WORD_MAX 63

/* What follows an ending of this kind. */
struct sh_policy_retry {
	bool enabled;
	uint8_t ndelays;
	int32_t delays_s[SH_POLICY_DELAYS_MAX];	/* after attempt 1, 2, …; the last one repeats */
	int32_t jitter_s;		/* up to so much is added to a delay; never taken away */
	enum sh_origin enabled_from, delays_from, jitter_from;
};

/* At most so many calls to one callee within a span that ends now, by all numbers, agents and providers of the tenant. */
struct sh_policy_cap {
	int32_t calls, within_s;
};

/* A provider's reason for a call's end means another outcome here. */
struct sh_policy_reason {
	char provider[SH_POLICY_WORD_MAX + 1];	/* "*": of any */
	char reason[SH_POLICY_WORD_MAX + 1];
	uint8_t outcome;			/* enum sh_outcome */
	enum sh_origin from;
};

typedef char sh_policy_word[SH_POLICY_WORD_MAX + 1];

enum sh_policy_zone_choice { SH_ZONE_OF_WORKSPACE, SH_ZONE_OF_CALLEE, SH_ZONE_NAMED };
enum sh_policy_explicit { SH_EXPLICIT_HONOUR, SH_EXPLICIT_CLAMP };
enum sh_policy_retention { SH_RETENTION_DEFAULT, SH_RETENTION_MINIMAL };
/* The callee calls while a call to them is due: it is cancelled; or only a new wish takes its place; or nothing happens. */
enum sh_policy_inbound { SH_INBOUND_CLOSE, SH_INBOUND_REWRITE, SH_INBOUND_IGNORE };
enum sh_policy_scope { SH_SCOPE_TENANT, SH_SCOPE_WORKSPACE };

/* In a layer a value whose origin is SH_ORIGIN_NONE is unsaid. */
struct sh_policy {
	char name[SH_POLICY_NAME_MAX + 1];	/* of the named policy; "" */
	enum sh_lack_what lacks;		/* of an effective one: a layer that is not there, or cannot be read; its values are the others' */
	struct sh_policy_retry retry[SH_POLICY_OUTCOMES];
	int32_t max_attempts;			/* placed calls of a chain that count */
	enum sh_policy_zone_choice zone;	/* whose clock quiet hours go by */
	char zone_name[64];			/* of SH_ZONE_NAMED */
	struct sh_quiet quiet;
	uint8_t opened_days;			/* in a layer: weekdays it gives hours to, so that no weaker layer closes them */
	int32_t opening_spread_s;		/* calls that wait for an opening are spread over so much of it */
	int32_t give_up_s;			/* a call that could not be begun so long after it was due is not made */
	uint8_t ncaps;
	struct sh_policy_cap caps[SH_POLICY_CAPS_MAX];
	int32_t gap_s;				/* between two calls to one callee, from beginning to beginning; 0: any */
	uint8_t nreasons;
	struct sh_policy_reason reasons[SH_POLICY_REASONS_MAX];	/* a layer adds to the weaker one's; the same reason: it wins */
	uint8_t npacks;
	sh_policy_word packs[SH_POLICY_PACKS_MAX];	/* jurisdiction packs, by name */

	/* callbacks that the callee asked for */
	enum sh_policy_explicit explicit_time;	/* a time the callee named: kept, or moved into the window */
	int64_t default_delay_s;		/* a callback was asked for, but no time */
	struct sh_spoken_limits spoken;		/* how times are read: default_time, min_confidence, horizon, lead, dayparts */
	int16_t explicit_confidence;		/* a named time is honoured from this confidence on; 70 */
	bool read_speech;			/* transcripts are read for times and refusals */
	bool beyond_ceiling;			/* a wish that comes after the last attempt is granted all the same */
	int32_t evidence_days;			/* of who asked for a call in quiet hours; 0: no such call is made */
	uint8_t nnames;
	sh_policy_word names[SH_POLICY_NAMES_MAX];	/* variables in which a time may stand, the first that has one counts */

	/* what begins and ends a chain */
	bool from_outbound, from_inbound, from_chat;	/* calls that were not placed through the API; inbound and chat: if the callee asks */
	sh_policy_word chat_number;		/* the variable that gives a chat's number; "": a person does */
	enum sh_policy_inbound inbound;
	bool stop_when_reached;			/* another outbound call of the workspace reached the callee */
	enum sh_policy_scope suppress_scope;	/* of what the gateway puts on the do-not-call list */

	enum sh_policy_retention retention;
	int32_t payload_days;			/* 0: raw payloads are not kept; -1: for good */
	bool keep_transcripts, keep_recordings;

	enum sh_origin max_attempts_from, zone_from, days_from[7], closed_days_from, dates_from, holidays_from, ring_margin_from,
		opening_spread_from, give_up_from, caps_from, gap_from, reasons_from, packs_from, explicit_time_from,
		default_delay_from, default_time_from, min_confidence_from, horizon_from, lead_from, dayparts_from[SH_DAYPARTS],
		explicit_confidence_from, read_speech_from, beyond_ceiling_from, evidence_days_from, names_from, from_outbound_from,
		from_inbound_from, from_chat_from, chat_number_from, inbound_from, stop_when_reached_from, suppress_scope_from,
		retention_from, payload_days_from, keep_transcripts_from, keep_recordings_from;
};

/* The built-in defaults: complete. */
void sh_policy_default(struct sh_policy *ret);

/*
 * Reads a layer. False if there were faults, which are added; *ret then says nothing. An empty text is an empty
 * layer. zones may be NULL: names of zones are then taken on trust.
 */
bool sh_policy_read_yaml(struct sh_str text, enum sh_origin, const struct sh_zones *, struct sh_policy *ret,
	struct sh_faults *) SH_MUST_CHECK;
bool sh_policy_read_json(struct sh_str text, enum sh_origin, const struct sh_zones *, struct sh_policy *ret,
	struct sh_faults *) SH_MUST_CHECK;

/* The same of a tree that is part of another file's. */
bool sh_policy_read_tree(const struct sh_yaml *, enum sh_origin, const struct sh_zones *, struct sh_policy *ret,
	struct sh_faults *) SH_MUST_CHECK;

/* Lays a layer over a policy: what it says wins. */
void sh_policy_overlay(struct sh_policy *, const struct sh_policy *layer);

/* Defaults, then the layers; any may be NULL. */
void sh_policy_effective(const struct sh_policy *named, const struct sh_policy *workspace, const struct sh_policy *agent,
	struct sh_policy *ret);

/* Does the layer say anything? */
bool sh_policy_says(const struct sh_policy *layer);

/* Minimal retention, and something that it does not keep is said by the same layer or a stronger one: its key. Else NULL. */
const char *sh_policy_kept(const struct sh_policy *);

/*
 * As JSON. What is said, in a shape that reads as the same layer; an effective policy says all. With origins: each value as
 * {"value": …, "from": "workspace"}, and "name", that of the named policy or of the plan (may be NULL), beside what is theirs.
 */
void sh_policy_write(struct sh_out *, const struct sh_policy *);
void sh_policy_write_origins(struct sh_out *, const struct sh_policy *, const char *plan);
/* The same as a list of {"key": "retry.busy.enabled", "value": …, "from": …, "name": …}. */
void sh_policy_write_rows(struct sh_out *, const struct sh_policy *, const char *plan);

/* Faults that only the whole shows; call it on an effective policy. */
bool sh_policy_check(const struct sh_policy *, struct sh_faults *);

/* "voicemail", "workspace": as they are written and shown. */
const char *sh_policy_outcome_name(enum sh_outcome);
const char *sh_policy_origin_name(enum sh_origin);

/* ---- the named policies of an instance ---- */

struct sh_policy_set;

/* What may stand in a file's name and in a URL without thought: a-z, 0-9, - and _. Of plans, too. */
bool sh_policy_name_ok(struct sh_str name);

struct sh_policy_set *sh_policy_set_new(const struct sh_zones *);	/* zones: borrowed, may be NULL; NULL: no memory */
void sh_policy_set_free(struct sh_policy_set *);

/* name: the file's without ".yaml". False if the name, the text, or what it makes of the defaults is at fault. */
bool sh_policy_set_add(struct sh_policy_set *, const char *name, struct sh_str text, struct sh_faults *) SH_MUST_CHECK;

/* A layer, good until the next is added; NULL: no such policy. */
const struct sh_policy *sh_policy_set_find(const struct sh_policy_set *, const char *name);

/* By name; walks the set. NULL at the end. */
const struct sh_policy *sh_policy_set_at(const struct sh_policy_set *, size_t i);

#endif
