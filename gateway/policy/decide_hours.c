/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/policy/decide_hours.h"

#include <string.h>

static void
hours_add(struct sh_decide_hours *h, const struct sh_quiet *quiet, const struct sh_zone *zone, struct sh_decision_rule whose)
{
	assert(h->n < SH_DECIDE_HOURS_MAX);
	h->hours[h->n] = (struct sh_hours){ quiet, zone };
	h->whose[h->n++] = whose;
}

const struct sh_zone *
sh_decide_clock(const struct sh_policy *p, const struct sh_whereabouts *place, const char **ret_note)
{
	const struct sh_zone *z = place->workspace;

	*ret_note = NULL;
	if (p->zone == SH_ZONE_NAMED) {
		z = place->zones ? sh_zones_find(place->zones, sh_str(p->zone_name)) : NULL;
		if (!z)
			*ret_note = "the policy's time zone is not in the zone data";
	} else if (p->zone == SH_ZONE_OF_CALLEE && place->callee && place->callee->n > 0) {
		z = place->callee->zones[0];
		if (place->callee->source == SH_ZONE_FROM_WORKSPACE)
			*ret_note = "the callee's time zone is not known; the workspace's is used";
	} else if (p->zone == SH_ZONE_OF_CALLEE) {
		*ret_note = "the callee's time zone is not known; the workspace's is used";
	}
	return z;
}

static void
hours_policy(const struct sh_policy *p, const struct sh_whereabouts *place, struct sh_decide_hours *h)
{
	static const struct sh_decision_rule own = { "quiet_hours", NULL, NULL }, outer = { "place_unknown", NULL, NULL };
	struct sh_hours theirs[SH_CALLEE_HOURS_MAX];
	const struct sh_callee *c = place->callee;
	const char *note;
	const struct sh_zone *first = sh_decide_clock(p, place, &note);
	size_t n = c && c->n > 0 ? sh_callee_hours(c, &p->quiet, theirs) : 0;

	h->complete = first != NULL;
	if (first && (n == 0 || p->zone != SH_ZONE_OF_CALLEE))
		hours_add(h, &p->quiet, first, own);
	/* By whatever clock the policy goes: where nobody knows the place, no phone rings outside the outer hours. */
	for (size_t i = 0; i < n; i++)
		if (theirs[i].quiet == sh_callee_outer())
			hours_add(h, theirs[i].quiet, theirs[i].zone, outer);
		else if (p->zone == SH_ZONE_OF_CALLEE)
			hours_add(h, theirs[i].quiet, theirs[i].zone, own);
}

/* A state's clocks, if the callee may be somewhere else by their zones than by their area code or address. */
static uint32_t
hours_state(const struct sh_whereabouts *place, const char *state, int64_t at_ms, const struct sh_zone *ret[SH_PREFIX_ZONES_MAX])
{
	const struct sh_callee *c = place->callee;
	bool sure = c->source == SH_ZONE_FROM_NUMBER && c->nstates == 1 && strncmp(state, c->country, 2) == 0;
	uint32_t n = 0;

	if (strlen(state) == 2 || sure || !place->prefixes || !sh_state_zones(place->prefixes, sh_str(state), ret, &n))
		return 0;
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < c->n; k++)
			if (sh_zone_offset(ret[i], at_ms) == sh_zone_offset(c->zones[k], at_ms))
				return 0;
	return n;
}

static void
hours_rule_add(const struct sh_whereabouts *place, const struct sh_pack_rule *r, int64_t at_ms, struct sh_decide_hours *h)
{
	const struct sh_decision_rule whose = { r->id, r->pack, r->version };
	const struct sh_zone *theirs[SH_PREFIX_ZONES_MAX];
	uint32_t n = hours_state(place, r->where, at_ms, theirs);

	for (uint32_t i = 0; i < place->callee->n; i++)
		hours_add(h, &r->quiet, place->callee->zones[i], whose);
	for (uint32_t i = 0; i < n; i++)
		hours_add(h, &r->quiet, theirs[i], whose);
}

void
sh_decide_hours(const struct sh_policy *p, const struct sh_whereabouts *place, bool requested, int64_t at_ms,
	struct sh_decide_hours *h)
{
	const struct sh_pack_rule *rules[SH_PACK_RULES_MAX];
	const struct sh_callee *c = place->callee;
	size_t n = place->packs && c ? sh_packs_rules(place->packs, p->packs, p->npacks, c, rules) : 0;

	h->n = 0;
	h->ncaps = 0;
	h->complete = true;
	if (!requested)
		hours_policy(p, place, h);
	for (size_t i = 0; i < n; i++) {
		const struct sh_pack_rule *r = rules[i];

		if (r->has_hours && !(requested && r->exempts_requested))
			hours_rule_add(place, r, at_ms, h);
		for (int k = 0; k < r->ncaps && sh_pack_in_force(r, c, at_ms); k++)
			h->caps[h->ncaps++] = r->caps[k];
	}
}

static void
hours_rule(struct sh_decision_rule *rules, uint32_t *n, const struct sh_decision_rule *r)
{
	for (uint32_t i = 0; i < *n; i++)
		if (strcmp(rules[i].id, r->id) == 0)
			return;
	if (*n < SH_DECIDE_RULES_MAX)
		rules[(*n)++] = *r;
}

void
sh_decide_hours_rules(const struct sh_decide_hours *h, int64_t at_ms, struct sh_decision_rule rules[SH_DECIDE_RULES_MAX],
	uint32_t *ret_n, uint32_t *ret_forbidding)
{
	uint32_t n = 0;

	for (size_t i = 0; i < h->n; i++)
		if (!sh_quiet_may_ring(&h->hours[i], 1, at_ms, NULL))
			hours_rule(rules, &n, &h->whose[i]);
	*ret_forbidding = n;
	for (size_t i = 0; i < h->n; i++)
		hours_rule(rules, &n, &h->whose[i]);
	*ret_n = n;
}
