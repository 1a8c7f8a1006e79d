/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* policy/policy_retry.c: the keys `retry` and `reasons`: what follows a call that ended so, and what providers' words mean. */
#include <string.h>

#include "gateway/policy/policy_key.h"

#define RETRY_JITTER_MAX_S 86400
#define RETRY_ANY "*"

/* ---- retry ---- */

static bool
retry_delay(struct sh_policy_reader *r, const struct sh_yaml *y, int32_t *ret)
{
	int64_t s;

	if (!sh_policy_span_read(y, r->faults, 1, SH_POLICY_DELAY_MAX_S, "a delay from 1s to 30d", &s))
		return false;
	*ret = (int32_t)s;
	return true;
}

static void
retry_delays(struct sh_policy_reader *r, const struct sh_yaml *list, struct sh_policy_retry *group)
{
	int n = 0;

	if (list->type != SH_YAML_LIST || !list->first) {
		sh_yaml_expected(list, r->faults, "a list of one to eight delays");
		return;
	}
	for (const struct sh_yaml *y = list->first; y; y = y->next, n++) {
		if (n == SH_POLICY_DELAYS_MAX) {
			sh_faults_add(r->faults, y->line, y->column, "more than %d delays", SH_POLICY_DELAYS_MAX);
			return;
		}
		if (!retry_delay(r, y, &group->delays_s[n]))
			return;
	}
	group->ndelays = (uint8_t)n;
	group->delays_from = r->origin;
}

static void
retry_jitter(struct sh_policy_reader *r, const struct sh_yaml *y, struct sh_policy_retry *group)
{
	int64_t s;

	if (!y || !sh_policy_span_read(y, r->faults, 0, RETRY_JITTER_MAX_S, "a span from 0s to 1d", &s))
		return;
	group->jitter_s = (int32_t)s;
	group->jitter_from = r->origin;
}

static void
retry_group(struct sh_policy_reader *r, const struct sh_yaml *y, enum sh_outcome outcome)
{
	static const char *const keys[] = { "enabled", "delay", "delays", "jitter", NULL };
	struct sh_policy_retry *group = &r->p->retry[outcome];
	const struct sh_yaml *delay = sh_yaml_get(y, "delay"), *delays = sh_yaml_get(y, "delays"), *jitter = sh_yaml_get(y, "jitter");
	bool never = outcome == SH_OUTCOME_TERMINAL || outcome == SH_OUTCOME_DO_NOT_CALL;

	sh_yaml_check_keys(y, keys, r->faults);
	if (sh_yaml_bool(sh_yaml_get(y, "enabled"), r->faults, &group->enabled))
		group->enabled_from = r->origin;
	if (never && (group->enabled || delay || delays || jitter)) {
		sh_faults_add(r->faults, y->line, y->column, "%s is never retried: it can only say enabled: false",
			sh_policy_outcome_name(outcome));
		return;
	}
	retry_jitter(r, jitter, group);
	if (delay && delays) {
		sh_faults_add(r->faults, delays->key_line, delays->key_column, "either delay or delays, not both");
	} else if (delays) {
		retry_delays(r, delays, group);
	} else if (delay && retry_delay(r, delay, &group->delays_s[0])) {
		group->ndelays = 1;
		group->delays_from = r->origin;
	}
}

/* Ends with NULL. */
static void
retry_outcomes(const char *names[SH_POLICY_OUTCOMES + 1])
{
	for (int o = 0; o < SH_POLICY_OUTCOMES; o++)
		names[o] = sh_policy_outcome_name((enum sh_outcome)o);
	names[SH_POLICY_OUTCOMES] = NULL;
}

void
sh_policy_read_retry(struct sh_policy_reader *r, const struct sh_yaml *y)
{
	const char *keys[SH_POLICY_OUTCOMES + 1];

	retry_outcomes(keys);
	sh_yaml_check_keys(y, keys, r->faults);
	for (int o = 0; o < SH_POLICY_OUTCOMES; o++) {
		const struct sh_yaml *group = sh_yaml_get(y, keys[o]);

		if (group)
			retry_group(r, group, (enum sh_outcome)o);
	}
}

static void
retry_show_group(struct sh_policy_show *s, const struct sh_policy_retry *group)
{
	if (sh_policy_show_begin(s, "enabled", group->enabled_from)) {
		sh_writer_bool(s->o, group->enabled);
		sh_policy_show_end(s, group->enabled_from);
	}
	if (group->ndelays > 0 && sh_policy_show_begin(s, "delays", group->delays_from)) {
		sh_writer_open(s->o, '[');
		for (int i = 0; i < group->ndelays; i++)
			sh_policy_show_span(s, group->delays_s[i]);
		sh_writer_close(s->o, ']');
		sh_policy_show_end(s, group->delays_from);
	}
	if ((group->ndelays > 0 || group->delays_from == SH_ORIGIN_NONE) && sh_policy_show_begin(s, "jitter", group->jitter_from)) {
		sh_policy_show_span(s, group->jitter_s);
		sh_policy_show_end(s, group->jitter_from);
	}
}

void
sh_policy_show_retry(struct sh_policy_show *s)
{
	sh_policy_show_in(s, "retry");
	for (int o = 0; o < SH_POLICY_OUTCOMES; o++) {
		sh_policy_show_in(s, sh_policy_outcome_name((enum sh_outcome)o));
		retry_show_group(s, &s->p->retry[o]);
		sh_policy_show_out(s);
	}
	sh_policy_show_out(s);
}

/* ---- reasons ---- */

static bool
retry_provider_ok(struct sh_str name)
{
	return sh_str_is(name, RETRY_ANY) || sh_policy_name_ok(name);
}

static bool
retry_reason_ok(struct sh_str reason)
{
	if (reason.n == 0 || reason.n > SH_POLICY_WORD_MAX)
		return false;
	for (size_t i = 0; i < reason.n; i++)
		if ((unsigned char)reason.s[i] < ' ' || reason.s[i] > '~')
			return false;
	return true;
}

/* One reason of a provider. */
static bool
retry_reason(struct sh_policy_reader *r, struct sh_str provider, const struct sh_yaml *y)
{
	const char *words[SH_POLICY_OUTCOMES + 1];
	struct sh_policy_reason *reason;
	int outcome;

	retry_outcomes(words);
	if (!retry_reason_ok(y->key)) {
		sh_faults_add(r->faults, y->key_line, y->key_column, "a provider's reason has 1 to %d characters of ASCII", SH_POLICY_WORD_MAX);
		return true;
	}
	if (!sh_yaml_choice(y, words, r->faults, &outcome))
		return true;
	if (r->p->nreasons == SH_POLICY_LAYER_REASONS_MAX) {
		sh_faults_add(r->faults, y->key_line, y->key_column, "more than %d reasons", SH_POLICY_LAYER_REASONS_MAX);
		return false;
	}
	reason = &r->p->reasons[r->p->nreasons++];
	*reason = (struct sh_policy_reason){ .outcome = (uint8_t)outcome, .from = r->origin };
	memcpy(reason->provider, provider.s, provider.n);
	memcpy(reason->reason, y->key.s, y->key.n);
	return true;
}

void
sh_policy_read_reasons(struct sh_policy_reader *r, const struct sh_yaml *y)
{
	if (y->type != SH_YAML_MAP) {
		sh_yaml_expected(y, r->faults, "a mapping of providers to their reasons");
		return;
	}
	for (const struct sh_yaml *provider = y->first; provider; provider = provider->next) {
		if (!retry_provider_ok(provider->key)) {
			sh_faults_add(r->faults, provider->key_line, provider->key_column, "a provider is \"*\" or has at most %d of a-z, 0-9, - and _",
				SH_POLICY_NAME_MAX);
			continue;
		}
		if (provider->type != SH_YAML_MAP) {
			sh_yaml_expected(provider, r->faults, "a mapping of reasons to groups");
			continue;
		}
		for (const struct sh_yaml *reason = provider->first; reason; reason = reason->next)
			if (!retry_reason(r, provider->key, reason))
				return;
	}
	r->p->reasons_from = r->origin;
}

void
sh_policy_show_reasons(struct sh_policy_show *s)
{
	const struct sh_policy *p = s->p;

	sh_policy_show_in(s, "reasons");
	/* A provider's stand together only if one layer says them all. */
	for (int i = 0; i < p->nreasons; i++) {
		bool shown = false;

		for (int k = 0; k < i && !shown; k++)
			shown = strcmp(p->reasons[k].provider, p->reasons[i].provider) == 0;
		if (shown)
			continue;
		sh_policy_show_in(s, p->reasons[i].provider);
		for (int k = i; k < p->nreasons; k++)
			if (strcmp(p->reasons[k].provider, p->reasons[i].provider) == 0 &&
			    sh_policy_show_begin(s, p->reasons[k].reason, p->reasons[k].from)) {
				sh_writer_str(s->o, sh_str(sh_policy_outcome_name((enum sh_outcome)p->reasons[k].outcome)));
				sh_policy_show_end(s, p->reasons[k].from);
			}
		sh_policy_show_out(s);
	}
	sh_policy_show_out(s);
}
