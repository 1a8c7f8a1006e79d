/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/policy/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/policy/policy_key.h"

/* ---- names ---- */

const char *
sh_policy_outcome_name(enum sh_outcome o)
{
	static const char *const names[SH_POLICY_OUTCOMES] = {
		[SH_OUTCOME_OTHER] = "other",
		[SH_OUTCOME_TERMINAL] = "terminal",
		[SH_OUTCOME_VOICEMAIL] = "voicemail",
		[SH_OUTCOME_NO_ANSWER] = "no_answer",
		[SH_OUTCOME_BUSY] = "busy",
		[SH_OUTCOME_TECHNICAL_ERROR] = "technical_error",
		[SH_OUTCOME_CONVERSATION_SILENT] = "conversation_silent",
		[SH_OUTCOME_DO_NOT_CALL] = "do_not_call",
	};

	return (unsigned)o < SH_POLICY_OUTCOMES ? names[o] : "other";
}

const char *
sh_policy_origin_name(enum sh_origin o)
{
	static const char *const names[] = { "none", "default", "plan", "named", "workspace", "agent", "ceiling" };

	return (unsigned)o < SH_LENGTH(names) ? names[o] : "none";
}

/* ---- defaults ---- */

static const struct {
	enum sh_outcome outcome;
	bool enabled;
	int32_t delay_s;
} policy_retries[] = {
	{ SH_OUTCOME_VOICEMAIL, true, 4 * 3600 },
	{ SH_OUTCOME_NO_ANSWER, true, 3600 },
	{ SH_OUTCOME_BUSY, true, 600 },
	{ SH_OUTCOME_TECHNICAL_ERROR, true, 1800 },
	{ SH_OUTCOME_CONVERSATION_SILENT, true, 24 * 3600 },
	/* Off; the delay is for an operator who switches it on and says no more. */
	{ SH_OUTCOME_OTHER, false, 3600 },
	/* Cannot be switched on: they have no delay. */
	{ SH_OUTCOME_TERMINAL, false, 0 },
	{ SH_OUTCOME_DO_NOT_CALL, false, 0 },
};

/* Law holds at the callee's place unless a policy says otherwise: what a pack says of other places does not touch anybody. */
static const char *const policy_packs[] = { "us-federal", "us-states", "ca", NULL };

static void
policy_words(sh_policy_word *words, uint8_t *n, const char *const *list)
{
	for (*n = 0; list[*n]; ++*n)
		snprintf(words[*n], sizeof(words[*n]), "%s", list[*n]);
}

static void
policy_default_origins(struct sh_policy *p)
{
	enum sh_origin from = SH_ORIGIN_DEFAULT;

	for (size_t i = 0; i < sh_policy_nkeys; i++)
		if (sh_policy_keys[i].size > 0)
			*sh_policy_key_from(&sh_policy_keys[i], p) = from;
	p->reasons_from = from;
	for (int o = 0; o < SH_POLICY_OUTCOMES; o++)
		p->retry[o].enabled_from = p->retry[o].delays_from = p->retry[o].jitter_from = from;
	for (int d = 0; d < 7; d++)
		p->days_from[d] = from;
	for (int i = 0; i < SH_DAYPARTS; i++)
		p->dayparts_from[i] = from;
}

void
sh_policy_default(struct sh_policy *p)
{
	memset(p, 0, sizeof(*p));
	p->max_attempts = 3;
	p->give_up_s = 7 * 86400;
	p->zone = SH_ZONE_OF_CALLEE;
	p->quiet.closed_days = 1u << 6;
	p->quiet.ring_margin_ms = SH_QUIET_RING_MARGIN_MS;
	for (int d = 0; d < 7; d++)
		p->quiet.days[d] = (struct sh_quiet_day){ 1, { { 9 * 60, 20 * 60 } } };
	for (size_t i = 0; i < SH_LENGTH(policy_retries); i++)
		p->retry[policy_retries[i].outcome] = (struct sh_policy_retry){
			.enabled = policy_retries[i].enabled,
			.ndelays = policy_retries[i].delay_s > 0,
			.delays_s = { policy_retries[i].delay_s },
		};
	policy_words(p->packs, &p->npacks, policy_packs);
	p->explicit_time = SH_EXPLICIT_HONOUR;
	p->explicit_confidence = 70;
	p->default_delay_s = 2 * 3600;
	p->spoken = *sh_spoken_defaults();
	p->read_speech = p->beyond_ceiling = true;
	p->evidence_days = 5 * 365;
	policy_words(p->names, &p->nnames, sh_spoken_value_names);
	p->from_outbound = p->from_inbound = p->from_chat = true;
	p->inbound = SH_INBOUND_CLOSE;
	p->stop_when_reached = true;
	p->suppress_scope = SH_SCOPE_TENANT;
	p->retention = SH_RETENTION_DEFAULT;
	policy_default_origins(p);
}

/* ---- layers ---- */

/* Takes a value with its origin from the layer, if the layer says it. */
#define POLICY_TAKE(value, origin) do {			\
	if (layer->origin != SH_ORIGIN_NONE) {		\
		p->value = layer->value;		\
		p->origin = layer->origin;		\
	}						\
} while (0)

/* A layer adds its reasons; of the same one its word wins. */
static void
policy_overlay_reasons(struct sh_policy *p, const struct sh_policy *layer)
{
	for (int i = 0; i < layer->nreasons; i++) {
		const struct sh_policy_reason *reason = &layer->reasons[i];
		int k = 0;

		while (k < p->nreasons &&
		       (strcmp(p->reasons[k].provider, reason->provider) != 0 || strcmp(p->reasons[k].reason, reason->reason) != 0))
			k++;
		if (k == SH_POLICY_REASONS_MAX)
			continue;	/* five layers were laid over each other: there are four */
		p->reasons[k] = *reason;
		if (k == p->nreasons)
			p->nreasons++;
	}
	if (layer->reasons_from != SH_ORIGIN_NONE)
		p->reasons_from = layer->reasons_from;
}

/* Hours for a weekday open it, and then the list of closed ones is the layer's word. */
static void
policy_open_days(struct sh_policy *p, const struct sh_policy *layer)
{
	for (int d = 0; d < 7; d++)
		if (p->quiet.closed_days & layer->opened_days & 1u << d) {
			p->quiet.closed_days &= (uint8_t)~(1u << d);
			p->closed_days_from = layer->days_from[d];
		}
}

void
sh_policy_overlay(struct sh_policy *p, const struct sh_policy *layer)
{
	if (layer->name[0])
		memcpy(p->name, layer->name, sizeof(p->name));
	for (int o = 0; o < SH_POLICY_OUTCOMES; o++) {
		POLICY_TAKE(retry[o].enabled, retry[o].enabled_from);
		POLICY_TAKE(retry[o].jitter_s, retry[o].jitter_from);
		if (layer->retry[o].delays_from != SH_ORIGIN_NONE) {
			memcpy(p->retry[o].delays_s, layer->retry[o].delays_s, sizeof(p->retry[o].delays_s));
			p->retry[o].ndelays = layer->retry[o].ndelays;
			p->retry[o].delays_from = layer->retry[o].delays_from;
		}
	}
	policy_overlay_reasons(p, layer);
	for (int d = 0; d < 7; d++)
		POLICY_TAKE(quiet.days[d], days_from[d]);
	for (int i = 0; i < SH_DAYPARTS; i++)
		POLICY_TAKE(spoken.dayparts[i], dayparts_from[i]);
	policy_open_days(p, layer);
	for (size_t i = 0; i < sh_policy_nkeys; i++) {
		const struct sh_policy_key *k = &sh_policy_keys[i];
		enum sh_origin from = k->size > 0 ? *sh_policy_key_from(k, (struct sh_policy *)layer) : SH_ORIGIN_NONE;

		if (from == SH_ORIGIN_NONE)
			continue;
		memcpy((char *)p + k->at, (const char *)layer + k->at, k->size);
		*sh_policy_key_from(k, p) = from;
	}
}

bool
sh_policy_says(const struct sh_policy *p)
{
	bool says = p->reasons_from != SH_ORIGIN_NONE;

	for (size_t i = 0; i < sh_policy_nkeys && !says; i++)
		says = sh_policy_keys[i].size > 0 && *sh_policy_key_from(&sh_policy_keys[i], (struct sh_policy *)p) != SH_ORIGIN_NONE;
	for (int o = 0; o < SH_POLICY_OUTCOMES && !says; o++)
		says = p->retry[o].enabled_from || p->retry[o].delays_from || p->retry[o].jitter_from;
	for (int d = 0; d < 7 && !says; d++)
		says = p->days_from[d] != SH_ORIGIN_NONE;
	for (int i = 0; i < SH_DAYPARTS && !says; i++)
		says = p->dayparts_from[i] != SH_ORIGIN_NONE;
	return says;
}

const char *
sh_policy_kept(const struct sh_policy *p)
{
	const struct {
		const char *key;
		bool kept;
		enum sh_origin from;
	} rows[] = {
		{ "callbacks.evidence_days", p->evidence_days != 0, p->evidence_days_from },
		{ "retention.payload_days", p->payload_days != 0, p->payload_days_from },
		{ "retention.transcripts", p->keep_transcripts, p->keep_transcripts_from },
		{ "retention.recordings", p->keep_recordings, p->keep_recordings_from },
	};

	if (p->retention_from == SH_ORIGIN_NONE || p->retention != SH_RETENTION_MINIMAL)
		return NULL;
	for (size_t i = 0; i < SH_LENGTH(rows); i++)
		if (rows[i].kept && rows[i].from >= p->retention_from)
			return rows[i].key;
	return NULL;
}

void
sh_policy_settle(struct sh_policy *p)
{
	if (p->retention != SH_RETENTION_MINIMAL)
		return;
	if (p->evidence_days != 0) {
		p->evidence_days = 0;
		p->evidence_days_from = p->retention_from;
	}
	if (p->payload_days != 0) {
		p->payload_days = 0;
		p->payload_days_from = p->retention_from;
	}
	if (p->keep_transcripts) {
		p->keep_transcripts = false;
		p->keep_transcripts_from = p->retention_from;
	}
	if (p->keep_recordings) {
		p->keep_recordings = false;
		p->keep_recordings_from = p->retention_from;
	}
}

void
sh_policy_effective(const struct sh_policy *named, const struct sh_policy *workspace, const struct sh_policy *agent,
	struct sh_policy *ret)
{
	const struct sh_policy *layers[] = { named, workspace, agent };

	sh_policy_default(ret);
	for (size_t i = 0; i < SH_LENGTH(layers); i++)
		if (layers[i])
			sh_policy_overlay(ret, layers[i]);
	sh_policy_settle(ret);
}

bool
sh_policy_check(const struct sh_policy *p, struct sh_faults *f)
{
	const char *kept = sh_policy_kept(p);
	int before = f->count;

	if (!sh_quiet_ever(&p->quiet))
		sh_faults_add(f, 0, 0, "no phone may ever ring: quiet_hours and quiet_days leave no day open");
	if (kept)
		sh_faults_add(f, 0, 0, "retention level minimal keeps nothing of a call: %s says otherwise", kept);
	return f->count == before;
}

/* ---- the set ---- */

struct sh_policy_set {
	const struct sh_zones *zones;
	struct sh_policy *layers;	/* by name */
	size_t n, room;
};

struct sh_policy_set *
sh_policy_set_new(const struct sh_zones *zones)
{
	struct sh_policy_set *set = calloc(1, sizeof(*set));

	if (set)
		set->zones = zones;
	return set;
}

void
sh_policy_set_free(struct sh_policy_set *set)
{
	if (!set)
		return;
	free(set->layers);
	free(set);
}

bool
sh_policy_name_ok(struct sh_str name)
{
	if (name.n == 0 || name.n > SH_POLICY_NAME_MAX || name.s[0] == '-' || name.s[0] == '_')
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!name.s[i] || !strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", name.s[i]))
			return false;
	return true;
}

/* Where the name stands, or would stand. */
static size_t
policy_set_place(const struct sh_policy_set *set, const char *name)
{
	size_t i = 0;

	while (i < set->n && strcmp(set->layers[i].name, name) < 0)
		i++;
	return i;
}

bool
sh_policy_set_add(struct sh_policy_set *set, const char *name, struct sh_str text, struct sh_faults *f)
{
	struct sh_policy layer, whole;
	size_t i;

	if (!sh_policy_name_ok(sh_str(name))) {
		sh_faults_add(f, 0, 0, "a policy's name has at most %d of a-z, 0-9, - and _", SH_POLICY_NAME_MAX);
		return false;
	}
	if (sh_policy_set_find(set, name)) {
		sh_faults_add(f, 0, 0, "there is another policy \"%s\"", name);
		return false;
	}
	if (!sh_policy_read_yaml(text, SH_ORIGIN_NAMED, set->zones, &layer, f))
		return false;
	snprintf(layer.name, sizeof(layer.name), "%s", name);
	sh_policy_effective(&layer, NULL, NULL, &whole);
	if (!sh_policy_check(&whole, f))
		return false;
	if (set->n == set->room) {
		size_t room = set->room ? set->room * 2 : 8;
		struct sh_policy *layers = reallocarray(set->layers, room, sizeof(*layers));

		if (!layers) {
			sh_faults_add(f, 0, 0, "no memory to keep it");
			return false;
		}
		set->layers = layers;
		set->room = room;
	}
	i = policy_set_place(set, name);
	memmove(&set->layers[i + 1], &set->layers[i], (set->n - i) * sizeof(*set->layers));
	set->layers[i] = layer;
	set->n++;
	return true;
}

const struct sh_policy *
sh_policy_set_find(const struct sh_policy_set *set, const char *name)
{
	size_t i = policy_set_place(set, name);

	return i < set->n && strcmp(set->layers[i].name, name) == 0 ? &set->layers[i] : NULL;
}

const struct sh_policy *
sh_policy_set_at(const struct sh_policy_set *set, size_t i)
{
	return i < set->n ? &set->layers[i] : NULL;
}
