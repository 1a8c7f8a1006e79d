/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* The text of a pack: docs/jurisdictions.md has every key. */
#include "gateway/policy/pack_private.h"

#include <string.h>

#include "gateway/base/text.h"
#include "gateway/base/time.h"
#include "gateway/policy/hours_read.h"

#define PACK_DAY_MIN 1440
#define PACK_ID_MAX 63
#define PACK_VERSION_MAX 31
#define PACK_TEXT_MAX 1000
#define PACK_CALLS_MAX 1000
#define PACK_WITHIN_MAX_S (30 * 86400)

/* Federal law: 47 CFR 64.1200(c)(1). A row of a state that is wider is a slip of somebody's pen. */
#define PACK_US_OPEN_MIN (8 * 60)
#define PACK_US_CLOSE_MIN (21 * 60)

/* The rule that is being read. */
struct pack_reader {
	struct sh_packs *packs;
	struct pack *pack;
	struct sh_pack_rule *rule;
	struct sh_faults *faults;
};

static const char *const pack_applies[] = { "all", "solicitation", "automated", NULL };

const char *
sh_pack_applies_name(enum sh_pack_applies applies)
{
	assert((unsigned)applies < SH_LENGTH(pack_applies) - 1);
	return pack_applies[applies];
}

/* ---- words ---- */

static const struct sh_yaml *
pack_required(struct pack_reader *r, const struct sh_yaml *map, const char *key)
{
	const struct sh_yaml *y = sh_yaml_get(map, key);

	if (!y)
		sh_faults_add(r->faults, map->line, map->column, "no %s", key);
	return y;
}

/* A text of a line or more, kept. Absent: "". */
static const char *
pack_text(struct pack_reader *r, const struct sh_yaml *y)
{
	struct sh_str s = SH_STR("");
	const char *kept;

	if (sh_yaml_str(y, r->faults, &s) && (s.n == 0 || s.n > PACK_TEXT_MAX)) {
		sh_faults_add(r->faults, y->line, y->column, "a text of 1 to %d bytes", PACK_TEXT_MAX);
		s = SH_STR("");
	}
	kept = sh_arena_z(r->packs->arena, s);
	return kept ? kept : "";
}

static bool
pack_made_of(struct sh_str s, const char *set, size_t max)
{
	if (s.n == 0 || s.n > max)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!s.s[i] || !strchr(set, s.s[i]))
			return false;
	return true;
}

/* "2026.11.1": a year, a month, and which of the month. */
static bool
pack_version(struct sh_str s)
{
	int dots = 0;

	if (!pack_made_of(s, "0123456789.", PACK_VERSION_MAX) || s.s[0] == '.' || s.s[s.n - 1] == '.')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		dots += s.s[i] == '.';
		if (i > 0 && s.s[i] == '.' && s.s[i - 1] == '.')
			return false;
	}
	return dots == 2;
}

/* ISO 3166: "US", "US-FL". */
static bool
pack_where(struct sh_str s)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", more[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	if (s.n < 2 || !pack_made_of((struct sh_str){ s.s, 2 }, letters, 2))
		return false;
	return s.n == 2 || (s.n <= SH_STATE_MAX && s.s[2] == '-' && pack_made_of((struct sh_str){ s.s + 3, s.n - 3 }, more, 3));
}

/* ---- one rule ---- */

static void
pack_every_day(struct pack_reader *r, const struct sh_yaml *y)
{
	struct sh_quiet *q = &r->rule->quiet;

	if (sh_hours_read_day(y, r->faults, &q->days[0]))
		for (int d = 1; d < 7; d++)
			q->days[d] = q->days[0];
}

/* Each weekday is named, here or under closed: a pack leaves nothing open by forgetting it. */
static void
pack_weekdays(struct pack_reader *r, const struct sh_yaml *y)
{
	struct sh_quiet *q = &r->rule->quiet;

	sh_yaml_check_keys(y, sh_hours_weekdays, r->faults);
	for (int d = 0; d < 7; d++) {
		const struct sh_yaml *day = sh_yaml_get(y, sh_hours_weekdays[d]);
		bool closed = q->closed_days >> d & 1;

		q->days[d] = (struct sh_quiet_day){ 0 };
		if (day && closed)
			sh_faults_add(r->faults, day->key_line, day->key_column, "%s has hours and is closed", sh_hours_weekdays[d]);
		else if (!day && !closed)
			sh_faults_add(r->faults, y->line, y->column, "%s has no hours: give it some, or close it", sh_hours_weekdays[d]);
		else if (day)
			(void)sh_hours_read_day(day, r->faults, &q->days[d]);
	}
}

static void
pack_within_federal(struct pack_reader *r, const struct sh_yaml *hours)
{
	const struct sh_quiet *q = &r->rule->quiet;

	if (strncmp(r->rule->where, "US", 2) != 0)
		return;
	for (int d = 0; d < 7; d++)
		for (int i = 0; i < q->days[d].nwindows; i++)
			if (q->days[d].windows[i].open_min < PACK_US_OPEN_MIN || q->days[d].windows[i].close_min > PACK_US_CLOSE_MIN) {
				sh_faults_add(r->faults, hours->line, hours->column,
					"wider than the federal hours, 08:00 to 21:00, which hold in every state");
				return;
			}
}

static void
pack_hours(struct pack_reader *r, const struct sh_yaml *map)
{
	const struct sh_yaml *hours = sh_yaml_get(map, "hours"), *closed = sh_yaml_get(map, "closed"),
		*dates = sh_yaml_get(map, "dates"), *holidays = sh_yaml_get(map, "holidays");
	struct sh_quiet *q = &r->rule->quiet;

	r->rule->has_hours = hours || closed || dates || holidays;
	q->ring_margin_ms = SH_QUIET_RING_MARGIN_MS;
	for (int d = 0; d < 7; d++)
		q->days[d] = (struct sh_quiet_day){ 1, { { 0, PACK_DAY_MIN } } };
	if (closed)
		(void)sh_hours_read_weekdays(closed, r->faults, &q->closed_days);
	if (dates)
		(void)sh_hours_read_dates(dates, r->faults, q);
	if (holidays)
		(void)sh_hours_read_holidays(holidays, r->faults, &q->holidays);
	if (!hours)
		return;
	if (hours->type == SH_YAML_MAP)
		pack_weekdays(r, hours);
	else
		pack_every_day(r, hours);
	pack_within_federal(r, hours);
}

static void
pack_cap(struct pack_reader *r, const struct sh_yaml *y, struct sh_policy_cap *cap)
{
	static const char *const keys[] = { "calls", "within", NULL };
	const struct sh_yaml *within = sh_yaml_get(y, "within");
	int64_t calls, s;

	if (y->type != SH_YAML_MAP) {
		sh_yaml_expected(y, r->faults, "a cap such as {calls: 3, within: 24h}");
		return;
	}
	sh_yaml_check_keys(y, keys, r->faults);
	if (!sh_yaml_get(y, "calls") || !within) {
		sh_faults_add(r->faults, y->line, y->column, "calls and within go together");
		return;
	}
	if (sh_yaml_int(sh_yaml_get(y, "calls"), 1, PACK_CALLS_MAX, r->faults, &calls))
		cap->calls = (int32_t)calls;
	if (!sh_yaml_duration(within, r->faults, &s))
		return;
	if (s < 60 || s > PACK_WITHIN_MAX_S)
		sh_yaml_expected(within, r->faults, "a span from 1m to 30d");
	else
		cap->within_s = (int32_t)s;
}

static void
pack_caps(struct pack_reader *r, const struct sh_yaml *list)
{
	if (!list)
		return;
	if (list->type != SH_YAML_LIST) {
		sh_yaml_expected(list, r->faults, "a list of caps such as [{calls: 3, within: 24h}]");
		return;
	}
	for (const struct sh_yaml *y = list->first; y; y = y->next) {
		if (r->rule->ncaps == SH_PACK_RULE_CAPS_MAX) {
			sh_faults_add(r->faults, y->line, y->column, "more than %d caps", SH_PACK_RULE_CAPS_MAX);
			return;
		}
		pack_cap(r, y, &r->rule->caps[r->rule->ncaps++]);
	}
}

static void
pack_dates(struct pack_reader *r, const struct sh_yaml *map)
{
	const struct sh_yaml *from = sh_yaml_get(map, "effective_from"), *until = sh_yaml_get(map, "effective_until"),
		*checked = pack_required(r, map, "checked");
	struct sh_quiet *q = &r->rule->quiet;

	if (from)
		(void)sh_hours_read_date(from, r->faults, &q->from_day);
	if (until && sh_hours_read_date(until, r->faults, &q->until_day) && q->until_day <= q->from_day)
		sh_faults_add(r->faults, until->line, until->column, "ends before it begins");
	if (checked)
		(void)sh_hours_read_date(checked, r->faults, &r->rule->checked_day);
}

/* Says whose law it is, and refuses an id that another rule has, here or in a pack before. */
static void
pack_name(struct pack_reader *r, const struct sh_yaml *map)
{
	const struct sh_yaml *id = pack_required(r, map, "id"), *where = pack_required(r, map, "where");
	struct sh_str s;

	if (sh_yaml_str(id, r->faults, &s)) {
		if (!pack_made_of(s, "abcdefghijklmnopqrstuvwxyz0123456789.-", PACK_ID_MAX))
			sh_yaml_expected(id, r->faults, "an id of a-z, 0-9, . and - such as us-fl-501.616");
		r->rule->id = pack_text(r, id);
		for (size_t i = 0; i < r->pack->nrules; i++)
			if (strcmp(r->pack->rules[i].id, r->rule->id) == 0)
				sh_faults_add(r->faults, id->line, id->column, "there is another rule \"%s\"", r->rule->id);
		if (sh_packs_find(r->packs, r->rule->id))
			sh_faults_add(r->faults, id->line, id->column, "there is another rule \"%s\", in the pack %s", r->rule->id,
				sh_packs_find(r->packs, r->rule->id)->pack);
	}
	if (sh_yaml_str(where, r->faults, &s)) {
		if (pack_where(s))
			r->rule->where = pack_text(r, where);
		else
			sh_yaml_expected(where, r->faults, "a country or a state such as US, CA or US-FL");
	}
}

static void
pack_place_full(struct pack_reader *r, const struct sh_yaml *map)
{
	const struct sh_pack_rule *other;
	size_t n = 1;

	for (size_t i = 0; (other = sh_packs_rule_at(r->packs, i)); i++)
		n += strcmp(other->where, r->rule->where) == 0;
	for (size_t i = 0; i < r->pack->nrules; i++)
		n += strcmp(r->pack->rules[i].where, r->rule->where) == 0;
	if (n > SH_PACK_PLACE_RULES_MAX)
		sh_faults_add(r->faults, map->line, map->column, "more than %d rules of %s, in all packs together",
			SH_PACK_PLACE_RULES_MAX, r->rule->where);
}

static void
pack_rule(struct pack_reader *r, const struct sh_yaml *map)
{
	static const char *const keys[] = { "id", "where", "hours", "closed", "dates", "holidays", "caps", "effective_from",
		"effective_until", "applies", "requested", "source", "checked", "verified", "notes", NULL };
	static const char *const requested[] = { "applies", "exempt", NULL };
	struct sh_pack_rule *rule = r->rule;
	int word;

	*rule = (struct sh_pack_rule){ .id = "", .where = "", .pack = r->pack->name, .version = r->pack->version };
	if (map->type != SH_YAML_MAP) {
		sh_yaml_expected(map, r->faults, "a rule");
		return;
	}
	sh_yaml_check_keys(map, keys, r->faults);
	pack_name(r, map);
	pack_place_full(r, map);
	pack_hours(r, map);
	pack_caps(r, sh_yaml_get(map, "caps"));
	if (!rule->has_hours && rule->ncaps == 0)
		sh_faults_add(r->faults, map->line, map->column, "a rule says something: hours, closed, dates, holidays or caps");
	pack_dates(r, map);
	if (sh_yaml_choice(sh_yaml_get(map, "applies"), pack_applies, r->faults, &word))
		rule->applies = (enum sh_pack_applies)word;
	if (sh_yaml_choice(sh_yaml_get(map, "requested"), requested, r->faults, &word))
		rule->exempts_requested = word == 1;
	(void)sh_yaml_bool(pack_required(r, map, "verified"), r->faults, &rule->verified);
	rule->source = pack_text(r, pack_required(r, map, "source"));
	rule->notes = pack_text(r, sh_yaml_get(map, "notes"));
}

/* ---- the whole ---- */

static void
pack_rules(struct pack_reader *r, const struct sh_yaml *list)
{
	size_t n = 0;

	if (!list)
		return;
	if (list->type != SH_YAML_LIST || !list->first) {
		sh_yaml_expected(list, r->faults, "a list of rules");
		return;
	}
	for (const struct sh_yaml *y = list->first; y; y = y->next)
		n++;
	if (n > PACK_RULES_MAX) {
		sh_faults_add(r->faults, list->line, list->column, "more than %d rules", PACK_RULES_MAX);
		return;
	}
	r->pack->rules = sh_arena_array(r->packs->arena, struct sh_pack_rule, n);
	if (!r->pack->rules)
		return;
	for (const struct sh_yaml *y = list->first; y; y = y->next) {
		r->rule = &r->pack->rules[r->pack->nrules];
		pack_rule(r, y);
		r->pack->nrules++;
	}
}

bool
sh_pack_read(struct sh_packs *packs, const char *name, const struct sh_yaml *tree, struct sh_faults *f, struct pack *ret)
{
	static const char *const keys[] = { "name", "version", "title", "rules", NULL };
	struct pack_reader r = { .packs = packs, .pack = ret, .faults = f };
	const struct sh_yaml *own, *version;
	int before = f->count;
	struct sh_str s;

	*ret = (struct pack){ .name = "", .version = "", .title = "" };
	own = pack_required(&r, tree, "name");
	version = pack_required(&r, tree, "version");
	sh_yaml_check_keys(tree, keys, f);
	if (sh_yaml_str(own, f, &s)) {
		if (!sh_policy_name_ok(s) || !sh_str_is(s, name))
			sh_faults_add(f, own->line, own->column, "the pack's name is that of its file, \"%s\", of a-z, 0-9, - and _", name);
		ret->name = pack_text(&r, own);
	}
	if (sh_yaml_str(version, f, &s)) {
		if (!pack_version(s))
			sh_yaml_expected(version, f, "a version such as 2026.11.1");
		ret->version = pack_text(&r, version);
	}
	ret->title = pack_text(&r, pack_required(&r, tree, "title"));
	pack_rules(&r, pack_required(&r, tree, "rules"));
	if (sh_arena_failed(packs->arena))
		sh_faults_add(f, 0, 0, "no memory to keep it");
	return f->count == before;
}
