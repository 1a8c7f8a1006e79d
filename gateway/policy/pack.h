/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/pack.h: jurisdiction packs: the calling hours and caps of laws, as data with a source and a date.
 *
 * A pack is a file of rules, policies/jurisdictions/NAME.yaml (docs/jurisdictions.md). A policy selects packs by name; of
 * these, the rules hold whose place is the callee's: a country, or one of the states that count for them. In doubt all of
 * them hold, so that the stricter one decides.
 *
 *	struct sh_packs *packs = sh_packs_new();
 *	for each file: sh_packs_add(packs, name, text, &faults);
 *	n = sh_packs_rules(packs, policy->packs, policy->npacks, callee, rules);
 *
 * decide_hours.h makes of them what sh_quiet_next is asked.
 *
 * No rule can widen anything: hours of several rules and of the policy must all permit, and caps all hold. What `applies`
 * says of a rule is for people: the gateway cannot know what is said in a call, and keeps them all.
 *
 * Pure; immutable once all are added. Rules live as long as the packs.
 */
#ifndef SH_POLICY_PACK_H
#define SH_POLICY_PACK_H

#include "gateway/policy/policy.h"
#include "gateway/policy/whereabouts.h"

/* Of one country or state, in all packs; the loader refuses more. */
#define SH_PACK_PLACE_RULES_MAX 6
/* That hold for one callee at once: those of each state, of its country, and of the number's country. */
#define SH_PACK_RULES_MAX (SH_PACK_PLACE_RULES_MAX * (2 * SH_CALLEE_STATES_MAX + 1))
#define SH_PACK_RULE_CAPS_MAX 2
#define SH_PACK_CAPS_MAX (SH_PACK_RULES_MAX * SH_PACK_RULE_CAPS_MAX)

enum sh_pack_applies { SH_APPLIES_ALL, SH_APPLIES_SOLICITATION, SH_APPLIES_AUTOMATED };

struct sh_pack_rule {
	const char *id;			/* "us-fl-501.616": unique over all packs */
	const char *where;		/* "US", "US-FL", "CA" */
	const char *pack, *version;	/* of the pack that it stands in */
	const char *source;		/* the citation */
	const char *notes;		/* "" */
	int32_t checked_day;		/* when somebody compared it with its source */
	bool verified;			/* somebody has read the text itself; if not, it only narrows */
	enum sh_pack_applies applies;
	bool exempts_requested;		/* a callback at a time that the callee named may ring outside its hours */
	bool has_hours;
	struct sh_quiet quiet;		/* of has_hours; its dates say when the rule is in force */
	uint8_t ncaps;
	struct sh_policy_cap caps[SH_PACK_RULE_CAPS_MAX];	/* in force on the same dates */
};

struct sh_packs;

struct sh_packs *sh_packs_new(void);		/* NULL: no memory */
void sh_packs_free(struct sh_packs *);

/* name: the file's without ".yaml". False if it is at fault: every fault is added, with line and column. */
bool sh_packs_add(struct sh_packs *, const char *name, struct sh_str text, struct sh_faults *) SH_MUST_CHECK;

/* Of a pack that is there, "us-federal": "2026.11.1". */
const char *sh_packs_version(const struct sh_packs *, const char *name);	/* NULL: no such pack */
const char *sh_packs_at(const struct sh_packs *, size_t i);		/* its name; NULL at the end */

const char *sh_packs_title(const struct sh_packs *, const char *name);
const struct sh_pack_rule *sh_packs_rule_at(const struct sh_packs *, size_t i);	/* pack by pack; NULL at the end */
const struct sh_pack_rule *sh_packs_find(const struct sh_packs *, const char *id);

/* A fault for each pack that the layer selects and that is not there. Packs NULL: names are taken on trust. */
bool sh_packs_check(const struct sh_packs *, const struct sh_policy *layer, struct sh_faults *);
/* The same of a policy's text: each at its place, with the nearest name. What does not read is passed over, whatever else is wrong. */
void sh_packs_check_text(const struct sh_packs *, struct sh_str text, struct sh_faults *);

/* The rules of the named packs that hold for this callee; names that are not there are passed over. Returns how many. */
size_t sh_packs_rules(const struct sh_packs *, const sh_policy_word *names, size_t nnames, const struct sh_callee *,
	const struct sh_pack_rule *ret[SH_PACK_RULES_MAX]);

/* Is it in force on the callee's date? (sh_quiet_* see to it by themselves; caps ask here.) */
bool sh_pack_in_force(const struct sh_pack_rule *, const struct sh_callee *, int64_t at_ms);

/* Does it hold for this callee, if a policy selects its pack? */
bool sh_pack_holds(const struct sh_pack_rule *, const struct sh_callee *);

/* "Mon–Fri 09:00–18:00, Sat 10:00–17:00, no Sun, no us_ri"; nothing for a rule without hours. */
void sh_pack_rule_hours(const struct sh_pack_rule *, struct sh_buf *out);

const char *sh_pack_applies_name(enum sh_pack_applies);		/* "solicitation" */

#endif
