/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* The text of a policy: a function a key, all of them gathered in the table at the end. */
#include "gateway/policy/policy.h"

#include <string.h>

#include "gateway/base/text.h"
#include "gateway/policy/hours_read.h"

#define POLICY_TREE_MAX (16 << 20)	/* 20,000 nodes and their texts, twice over */
#define POLICY_DAY_MIN 1440

/* The layer that is being read. */
struct policy_reader {
	struct sh_policy *p;
	enum sh_origin origin;
	const struct sh_zones *zones;
	struct sh_faults *faults;
};

/* ---- retry ---- */

static bool
policy_delay(struct policy_reader *r, const struct sh_yaml *y, int32_t *ret)
{
	int64_t s;

	if (!sh_yaml_duration(y, r->faults, &s))
		return false;
	if (s < 1 || s > SH_POLICY_DELAY_MAX_S) {
		sh_yaml_expected(y, r->faults, "a delay from 1s to 30d");
		return false;
	}
	*ret = (int32_t)s;
	return true;
}

static void
policy_delays(struct policy_reader *r, const struct sh_yaml *list, struct sh_policy_retry *group)
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
		if (!policy_delay(r, y, &group->delays_s[n]))
			return;
	}
	group->ndelays = (uint8_t)n;
	group->delays_from = r->origin;
}

static void
policy_group(struct policy_reader *r, const struct sh_yaml *y, enum sh_outcome outcome)
{
	static const char *const keys[] = { "enabled", "delay", "delays", NULL };
	struct sh_policy_retry *group = &r->p->retry[outcome];
	const struct sh_yaml *delay = sh_yaml_get(y, "delay"), *delays = sh_yaml_get(y, "delays");
	bool never = outcome == SH_OUTCOME_TERMINAL || outcome == SH_OUTCOME_DO_NOT_CALL;

	sh_yaml_check_keys(y, keys, r->faults);
	if (sh_yaml_bool(sh_yaml_get(y, "enabled"), r->faults, &group->enabled))
		group->enabled_from = r->origin;
	if (never && (group->enabled || delay || delays)) {
		sh_faults_add(r->faults, y->line, y->column, "%s is never retried: it can only say enabled: false",
			sh_policy_outcome_name(outcome));
	} else if (delay && delays) {
		sh_faults_add(r->faults, delays->key_line, delays->key_column, "either delay or delays, not both");
	} else if (delays) {
		policy_delays(r, delays, group);
	} else if (delay && policy_delay(r, delay, &group->delays_s[0])) {
		group->ndelays = 1;
		group->delays_from = r->origin;
	}
}

static void
policy_retry(struct policy_reader *r, const struct sh_yaml *y)
{
	const char *keys[SH_POLICY_OUTCOMES + 1] = { NULL };

	for (int o = 0; o < SH_POLICY_OUTCOMES; o++)
		keys[o] = sh_policy_outcome_name((enum sh_outcome)o);
	sh_yaml_check_keys(y, keys, r->faults);
	for (int o = 0; o < SH_POLICY_OUTCOMES; o++) {
		const struct sh_yaml *group = sh_yaml_get(y, keys[o]);

		if (group)
			policy_group(r, group, (enum sh_outcome)o);
	}
}

/* ---- quiet hours ---- */

static void
policy_weekday(struct policy_reader *r, const struct sh_yaml *y, int weekday)
{
	struct sh_quiet_day day;

	if (!sh_hours_read_day(y, r->faults, &day))
		return;
	r->p->quiet.days[weekday] = day;
	r->p->days_from[weekday] = r->origin;
	if (day.nwindows > 0)
		r->p->opened_days |= (uint8_t)(1u << weekday);
}

/* start and end are *quiet* hours: what is left of each day between them is permitted. */
static void
policy_span(struct policy_reader *r, const struct sh_yaml *start, const struct sh_yaml *end)
{
	struct sh_quiet_day day = { 0 };
	int from, to;

	if (!start || !end) {
		const struct sh_yaml *y = start ? start : end;

		sh_faults_add(r->faults, y->key_line, y->key_column, "start and end of quiet hours go together");
		return;
	}
	if (start->type != SH_YAML_SCALAR || !sh_hours_read_clock(start->value, &from)) {
		sh_yaml_expected(start, r->faults, "a time of day such as \"20:00\"");
		return;
	}
	if (end->type != SH_YAML_SCALAR || !sh_hours_read_clock(end->value, &to)) {
		sh_yaml_expected(end, r->faults, "a time of day such as \"09:00\"");
		return;
	}
	if (from % POLICY_DAY_MIN == to % POLICY_DAY_MIN) {
		sh_faults_add(r->faults, end->line, end->column,
			"quiet hours cannot end when they start; use weekdays with open or closed");
		return;
	}
	if (from > to) {
		day.windows[day.nwindows++] = (struct sh_window){ (int16_t)to, (int16_t)from };
	} else {
		if (from > 0)
			day.windows[day.nwindows++] = (struct sh_window){ 0, (int16_t)from };
		if (to < POLICY_DAY_MIN)
			day.windows[day.nwindows++] = (struct sh_window){ (int16_t)to, POLICY_DAY_MIN };
	}
	for (int d = 0; d < 7; d++) {
		r->p->quiet.days[d] = day;
		r->p->days_from[d] = r->origin;
	}
}

static void
policy_timezone(struct policy_reader *r, const struct sh_yaml *y)
{
	struct sh_policy *p = r->p;
	struct sh_str name;

	if (!sh_yaml_str(y, r->faults, &name))
		return;
	if (sh_str_is(name, "workspace")) {
		p->zone = SH_ZONE_OF_WORKSPACE;
	} else if (sh_str_is(name, "callee")) {
		p->zone = SH_ZONE_OF_CALLEE;
	} else {
		const struct sh_zone *z = r->zones ? sh_zones_find(r->zones, name) : NULL;

		if (name.n == 0 || name.n >= sizeof(p->zone_name) || (r->zones && !z)) {
			sh_yaml_expected(y, r->faults, "workspace, callee, or a time zone such as Europe/Berlin");
			return;
		}
		p->zone = SH_ZONE_NAMED;
		memcpy(p->zone_name, name.s, name.n);
	}
	p->zone_from = r->origin;
}

static void
policy_quiet_hours(struct policy_reader *r, const struct sh_yaml *y)
{
	static const char *const keys[] = { "timezone", "start", "end", "weekdays", NULL };
	const struct sh_yaml *start = sh_yaml_get(y, "start"), *end = sh_yaml_get(y, "end"), *days = sh_yaml_get(y, "weekdays");

	sh_yaml_check_keys(y, keys, r->faults);
	policy_timezone(r, sh_yaml_get(y, "timezone"));
	if (start || end)
		policy_span(r, start, end);
	sh_yaml_check_keys(days, sh_hours_weekdays, r->faults);
	for (int d = 0; d < 7; d++) {
		const struct sh_yaml *day = sh_yaml_get(days, sh_hours_weekdays[d]);

		if (day)
			policy_weekday(r, day, d);
	}
}

static void
policy_quiet_days(struct policy_reader *r, const struct sh_yaml *list)
{
	if (sh_hours_read_weekdays(list, r->faults, &r->p->quiet.closed_days))
		r->p->closed_days_from = r->origin;
}

static void
policy_quiet_dates(struct policy_reader *r, const struct sh_yaml *list)
{
	if (sh_hours_read_dates(list, r->faults, &r->p->quiet))
		r->p->dates_from = r->origin;
}

/* ---- the rest ---- */

static void
policy_max_attempts(struct policy_reader *r, const struct sh_yaml *y)
{
	int64_t n;

	if (!sh_yaml_int(y, 1, SH_POLICY_ATTEMPTS_MAX, r->faults, &n))
		return;
	r->p->max_attempts = (int32_t)n;
	r->p->max_attempts_from = r->origin;
}

static void
policy_callbacks(struct policy_reader *r, const struct sh_yaml *y)
{
	static const char *const keys[] = { "explicit", "default_delay", NULL };
	static const char *const words[] = { "honour", "clamp", NULL };
	const struct sh_yaml *delay = sh_yaml_get(y, "default_delay");
	int32_t s;
	int word;

	sh_yaml_check_keys(y, keys, r->faults);
	if (sh_yaml_choice(sh_yaml_get(y, "explicit"), words, r->faults, &word)) {
		r->p->explicit_time = word == 0 ? SH_EXPLICIT_HONOUR : SH_EXPLICIT_CLAMP;
		r->p->explicit_time_from = r->origin;
	}
	if (delay && policy_delay(r, delay, &s)) {
		r->p->default_delay_s = s;
		r->p->default_delay_from = r->origin;
	}
}

static void
policy_retention(struct policy_reader *r, const struct sh_yaml *y)
{
	static const char *const keys[] = { "level", "payload_days", NULL };
	static const char *const levels[] = { "default", "minimal", NULL };
	int64_t days;
	int level;

	sh_yaml_check_keys(y, keys, r->faults);
	if (sh_yaml_choice(sh_yaml_get(y, "level"), levels, r->faults, &level)) {
		r->p->retention = level == 0 ? SH_RETENTION_DEFAULT : SH_RETENTION_MINIMAL;
		r->p->retention_from = r->origin;
	}
	if (sh_yaml_int(sh_yaml_get(y, "payload_days"), -1, 3650, r->faults, &days)) {
		r->p->payload_days = (int32_t)days;
		r->p->payload_days_from = r->origin;
	}
}

/* ---- the whole ---- */

static const struct {
	const char *key;
	void (*read)(struct policy_reader *, const struct sh_yaml *);
} policy_keys[] = {
	{ "retry", policy_retry },
	{ "max_attempts", policy_max_attempts },
	{ "quiet_hours", policy_quiet_hours },
	{ "quiet_days", policy_quiet_days },
	{ "quiet_dates", policy_quiet_dates },
	{ "callbacks", policy_callbacks },
	{ "retention", policy_retention },
};

static void
policy_tree(struct policy_reader *r, const struct sh_yaml *tree)
{
	const char *names[SH_LENGTH(policy_keys) + 1] = { NULL };
	const struct sh_yaml *days = sh_yaml_get(tree, "quiet_days");

	for (size_t i = 0; i < SH_LENGTH(policy_keys); i++)
		names[i] = policy_keys[i].key;
	sh_yaml_check_keys(tree, names, r->faults);
	for (size_t i = 0; i < SH_LENGTH(policy_keys); i++) {
		const struct sh_yaml *y = sh_yaml_get(tree, policy_keys[i].key);

		if (y)
			policy_keys[i].read(r, y);
	}
	for (int d = 0; d < 7; d++)
		if (r->p->quiet.closed_days & r->p->opened_days & 1u << d)
			sh_faults_add(r->faults, days->key_line, days->key_column, "%s has hours and is a quiet day",
				sh_hours_weekdays[d]);
}

bool
sh_policy_read_tree(const struct sh_yaml *tree, enum sh_origin origin, const struct sh_zones *zones, struct sh_policy *ret,
	struct sh_faults *f)
{
	struct policy_reader r = { .p = ret, .origin = origin, .zones = zones, .faults = f };
	int before = f->count;

	*ret = (struct sh_policy){ 0 };
	policy_tree(&r, tree);
	return f->count == before;
}

/* Either parser's work, one after the other, so that their memory ends here. */
static bool
policy_read(struct sh_str text, bool json, enum sh_origin origin, const struct sh_zones *zones, struct sh_policy *ret,
	struct sh_faults *f)
{
	SH_CLEANUP(sh_arena_freep) struct sh_arena *a = sh_arena_new(POLICY_TREE_MAX);
	const struct sh_yaml *tree;
	int before = f->count;

	*ret = (struct sh_policy){ 0 };
	if (!a) {
		sh_faults_add(f, 0, 0, "no memory to read it");
		return false;
	}
	tree = json ? sh_yaml_from_json(a, text, f) : sh_yaml_parse(a, text, f);
	if (tree && !sh_policy_read_tree(tree, origin, zones, ret, f))
		return false;
	return f->count == before;
}

bool
sh_policy_read_yaml(struct sh_str text, enum sh_origin origin, const struct sh_zones *zones, struct sh_policy *ret,
	struct sh_faults *f)
{
	return policy_read(text, false, origin, zones, ret, f);
}

bool
sh_policy_read_json(struct sh_str text, enum sh_origin origin, const struct sh_zones *zones, struct sh_policy *ret,
	struct sh_faults *f)
{
	return policy_read(text, true, origin, zones, ret, f);
}
