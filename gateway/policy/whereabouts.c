/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/policy/whereabouts.h"

#include <stdio.h>
#include <string.h>

#include "gateway/policy/spoken_private.h"

/* ---- lists ---- */

/* The next name of a list; an empty list has none. */
static bool
callee_next(struct sh_str *list, struct sh_str *ret)
{
	const char *comma;

	if (list->n == 0)
		return false;
	comma = memchr(list->s, ',', list->n);
	*ret = (struct sh_str){ list->s, comma ? (size_t)(comma - list->s) : list->n };
	*list = comma ? (struct sh_str){ comma + 1, list->n - ret->n - 1 } : (struct sh_str){ NULL, 0 };
	return true;
}

/* ---- the evidence ---- */

static void
callee_add_state(struct sh_callee *c, struct sh_str state)
{
	for (uint32_t i = 0; i < c->nstates; i++)
		if (sh_str_is(state, c->states[i]))
			return;
	if (c->nstates == SH_CALLEE_STATES_MAX || !sh_state_is(state))
		return;
	memcpy(c->states[c->nstates], state.s, state.n);
	c->states[c->nstates++][state.n] = '\0';
}

static void
callee_add_number(struct sh_callee *c, const struct sh_number_place *at, const struct sh_zone *workspace)
{
	/* Nobody knows where a number of +1 without a place is: most are where the workspace is. */
	if (at->unknown && at->month_first)
		sh_clocks_add(c->zones, &c->n, SH_CALLEE_ZONES_MAX, workspace);
	for (uint32_t i = 0; i < at->nzones; i++)
		sh_clocks_add(c->zones, &c->n, SH_CALLEE_ZONES_MAX, at->zones[i]);
	c->unknown = at->unknown;
	c->source = SH_ZONE_FROM_NUMBER;
}

void
sh_callee_find(const struct sh_prefixes *p, const struct sh_evidence *e, struct sh_callee *ret)
{
	const struct {
		const struct sh_zone *zone;
		enum sh_zone_source source;
	} said[] = {
		{ e->stated, SH_ZONE_FROM_SPEECH },
		{ e->variable, SH_ZONE_FROM_VARIABLE },
		{ e->contact, SH_ZONE_FROM_CONTACT },
	};
	struct sh_str states = e->states, state;
	struct sh_number_place at;

	*ret = (struct sh_callee){ 0 };
	sh_prefix_place(p, e->number, &at);
	for (size_t i = 0; i < SH_LENGTH(said) && ret->n == 0; i++) {
		if (!said[i].zone)
			continue;
		ret->zones[ret->n++] = said[i].zone;
		ret->source = said[i].source;
	}
	if (ret->n == 0 && at.nzones > 0)
		callee_add_number(ret, &at, e->workspace);
	if (ret->n == 0) {
		ret->zones[ret->n++] = e->workspace;
		ret->source = SH_ZONE_FROM_WORKSPACE;
		ret->unknown = true;
	}
	for (uint32_t i = 0; i < at.nstates; i++)
		callee_add_state(ret, sh_str(at.states[i]));
	while (callee_next(&states, &state))
		callee_add_state(ret, state);
	memcpy(ret->country, at.country, sizeof(ret->country));
	ret->month_first = at.month_first;
}

void
sh_callee_words(const struct sh_prefixes *p, struct sh_str number, struct sh_spoken_place *ret)
{
	struct sh_number_place at;

	sh_prefix_place(p, number, &at);
	ret->month_first = at.month_first;
	ret->nnumber = 0;
	if (at.unknown && at.month_first)
		return;
	for (; ret->nnumber < at.nzones && ret->nnumber < SH_SPOKEN_ZONES_MAX; ret->nnumber++)
		ret->number[ret->nnumber] = at.zones[ret->nnumber];
}

const struct sh_zone *
sh_callee_zone(const struct sh_zones *zones, const struct sh_prefixes *p, struct sh_str text, struct sh_str number)
{
	struct sh_spoken_place place = { .zones = zones };
	struct sh_spoken_zone z;

	sh_callee_words(p, number, &place);
	return sh_spoken_zone_text(&place, text, &z) && z.fixed_offset_s == 0 ? z.zone : NULL;
}

const struct sh_quiet *
sh_callee_outer(void)
{
	static const struct sh_quiet outer = {
		.days = { [0 ... 6] = { 1, { { 8 * 60, 21 * 60 } } } },
		.ring_margin_ms = SH_QUIET_RING_MARGIN_MS,
	};

	return &outer;
}

size_t
sh_callee_hours(const struct sh_callee *c, const struct sh_quiet *quiet, struct sh_hours ret[SH_CALLEE_HOURS_MAX])
{
	size_t n = 0;

	for (uint32_t i = 0; i < (c->unknown ? 1 : c->n); i++)
		ret[n++] = (struct sh_hours){ quiet, c->zones[i] };
	for (uint32_t i = 0; c->unknown && i < c->n; i++)
		ret[n++] = (struct sh_hours){ sh_callee_outer(), c->zones[i] };
	return n;
}

/* ---- as text ---- */

static void
callee_append(char *text, size_t room, const char *word)
{
	size_t n = strlen(text);

	snprintf(text + n, room - n, "%s%s", n > 0 ? "," : "", word);
}

void
sh_callee_write(const struct sh_callee *c, struct sh_callee_text *ret)
{
	*ret = (struct sh_callee_text){ .source = sh_zone_source_name(c->source), .unknown = c->unknown };
	for (uint32_t i = 0; i < c->n; i++)
		callee_append(ret->zones, sizeof(ret->zones), sh_zone_name(c->zones[i]));
	for (uint32_t i = 0; i < c->nstates; i++)
		callee_append(ret->states, sizeof(ret->states), c->states[i]);
	memcpy(ret->country, c->country, sizeof(ret->country));
}

static bool
callee_source(struct sh_str name, enum sh_zone_source *ret)
{
	for (int i = 0; i <= SH_ZONE_FROM_WORKSPACE; i++)
		if (sh_str_is(name, sh_zone_source_name((enum sh_zone_source)i))) {
			*ret = (enum sh_zone_source)i;
			return true;
		}
	return false;
}

static bool
callee_is_country(struct sh_str s)
{
	return s.n == 0 || (s.n == 2 && s.s[0] >= 'A' && s.s[0] <= 'Z' && s.s[1] >= 'A' && s.s[1] <= 'Z');
}

bool
sh_callee_read(const struct sh_zones *zones, struct sh_str zone_list, struct sh_str states, struct sh_str country,
    struct sh_str source, bool unknown, struct sh_callee *ret)
{
	struct sh_str name;

	*ret = (struct sh_callee){ .unknown = unknown };
	if (!callee_source(source, &ret->source) || !callee_is_country(country))
		return false;
	while (callee_next(&zone_list, &name)) {
		const struct sh_zone *z = sh_zones_find(zones, name);

		if (z)
			sh_clocks_add(ret->zones, &ret->n, SH_CALLEE_ZONES_MAX, z);
	}
	while (callee_next(&states, &name)) {
		if (!sh_state_is(name))
			return false;
		callee_add_state(ret, name);
	}
	if (country.n == 2)
		memcpy(ret->country, country.s, 2);
	return ret->n > 0;
}

/* ---- promised wall clocks ---- */

bool
sh_wall_again(const struct sh_zone *z, int64_t wall_ms, int64_t at_ms, int64_t *ret_ms)
{
	int64_t first, second;
	enum sh_local how = sh_zone_instants(z, wall_ms, &first, &second);

	*ret_ms = at_ms;
	if (at_ms == first || (how == SH_LOCAL_TWICE && at_ms == second))
		return false;
	*ret_ms = first;
	return true;
}
