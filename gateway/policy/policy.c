/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/policy/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

void
sh_policy_default(struct sh_policy *p)
{
	enum sh_origin from = SH_ORIGIN_DEFAULT;

	*p = (struct sh_policy){
		.max_attempts = 3,
		.zone = SH_ZONE_OF_WORKSPACE,
		.quiet = { .closed_days = 1u << 6, .ring_margin_ms = SH_QUIET_RING_MARGIN_MS },
		.give_up_s = 7 * 86400,
		.explicit_time = SH_EXPLICIT_HONOUR,
		.default_delay_s = 2 * 3600,
		.spoken = *sh_spoken_defaults(),
		.explicit_confidence = 70,
		.read_speech = true,
		.beyond_ceiling = true,
		.evidence_days = 5 * 365,
		.from_outbound = true, .from_inbound = true, .from_chat = true,
		.inbound = SH_INBOUND_CLOSE,
		.stop_when_reached = true,
		.suppress_scope = SH_SCOPE_TENANT,
		.retention = SH_RETENTION_DEFAULT,
		.payload_days = 0,
		.max_attempts_from = from, .zone_from = from, .closed_days_from = from, .dates_from = from,
		.holidays_from = from, .ring_margin_from = from, .opening_spread_from = from, .give_up_from = from,
		.caps_from = from, .gap_from = from, .reasons_from = from, .packs_from = from,
		.explicit_time_from = from, .default_delay_from = from, .default_time_from = from,
		.min_confidence_from = from, .horizon_from = from, .lead_from = from,
		.explicit_confidence_from = from, .read_speech_from = from, .beyond_ceiling_from = from,
		.evidence_days_from = from, .names_from = from, .from_outbound_from = from, .from_inbound_from = from,
		.from_chat_from = from, .chat_number_from = from, .inbound_from = from, .stop_when_reached_from = from,
		.suppress_scope_from = from, .retention_from = from, .payload_days_from = from,
		.keep_transcripts_from = from, .keep_recordings_from = from,
	};
	for (size_t i = 0; i < SH_LENGTH(policy_retries); i++)
		p->retry[policy_retries[i].outcome] = (struct sh_policy_retry){
			.enabled = policy_retries[i].enabled,
			.ndelays = policy_retries[i].delay_s > 0,
			.delays_s = { policy_retries[i].delay_s },
			.enabled_from = from,
			.delays_from = from,
		};
	for (int d = 0; d < 7; d++) {
		p->quiet.days[d] = (struct sh_quiet_day){ 1, { { 9 * 60, 20 * 60 } } };
		p->days_from[d] = from;
	}
}

/* ---- layers ---- */

/* Takes a value with its origin from the layer, if the layer says it. */
#define POLICY_TAKE(value, origin) do {			\
	if (layer->origin != SH_ORIGIN_NONE) {		\
		p->value = layer->value;		\
		p->origin = layer->origin;		\
	}						\
} while (0)

void
sh_policy_overlay(struct sh_policy *p, const struct sh_policy *layer)
{
	if (layer->name[0])
		memcpy(p->name, layer->name, sizeof(p->name));
	for (int o = 0; o < SH_POLICY_OUTCOMES; o++) {
		POLICY_TAKE(retry[o].enabled, retry[o].enabled_from);
		if (layer->retry[o].delays_from != SH_ORIGIN_NONE) {
			memcpy(p->retry[o].delays_s, layer->retry[o].delays_s, sizeof(p->retry[o].delays_s));
			p->retry[o].ndelays = layer->retry[o].ndelays;
			p->retry[o].delays_from = layer->retry[o].delays_from;
		}
	}
	POLICY_TAKE(max_attempts, max_attempts_from);
	if (layer->zone_from != SH_ORIGIN_NONE)
		memcpy(p->zone_name, layer->zone_name, sizeof(p->zone_name));
	POLICY_TAKE(zone, zone_from);
	for (int d = 0; d < 7; d++)
		POLICY_TAKE(quiet.days[d], days_from[d]);
	p->quiet.closed_days &= (uint8_t)~layer->opened_days;
	POLICY_TAKE(quiet.closed_days, closed_days_from);
	if (layer->dates_from != SH_ORIGIN_NONE) {
		memcpy(p->quiet.dates, layer->quiet.dates, sizeof(p->quiet.dates));
		p->quiet.ndates = layer->quiet.ndates;
		p->dates_from = layer->dates_from;
	}
	POLICY_TAKE(explicit_time, explicit_time_from);
	POLICY_TAKE(default_delay_s, default_delay_from);
	POLICY_TAKE(retention, retention_from);
	POLICY_TAKE(payload_days, payload_days_from);
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
}

bool
sh_policy_check(const struct sh_policy *p, struct sh_faults *f)
{
	if (sh_quiet_ever(&p->quiet))
		return true;
	sh_faults_add(f, 0, 0, "no phone may ever ring: quiet_hours and quiet_days leave no day open");
	return false;
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
