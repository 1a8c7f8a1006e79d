/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/policy_rules.c: GET /v1/policies/rules: which laws hold for a place? Out of the packs that this gateway runs with, a rule a row,
 * with its source and its dates. A place is a state, a country, which means all that it has rules for, or what is known of a number.
 */
#include "gateway/api/request.h"

#include <ctype.h>
#include <stdio.h>

#include "gateway/base/text.h"
#include "gateway/base/time.h"
#include "gateway/base/writer.h"
#include "gateway/policy/hours_read.h"
#include "gateway/policy/pack.h"
#include "gateway/policy/state.h"

#define RULES_BYTES (4u << 20)
#define RULES_TEXT_BYTES 4096

struct rules_asked {
	struct sh_callee callee;
	char country[3];	/* all rules of it and of its states; "": those that hold for the callee */
	const struct sh_policy *policy;
	int64_t day;
};

/* ---- the question ---- */

static bool
rules_fault(struct sh_api_request *r, const char *pointer, const char *what)
{
	sh_api_problem_field(r, SH_PROBLEM_invalid, pointer, "%s", what);
	return false;
}

static bool
rules_known(struct sh_api_request *r)
{
	static const char *const names[] = { "state", "country", "number", "at", "policy", NULL };

	for (size_t i = 0; i < r->nquery; i++) {
		bool known = false;

		for (const char *const *name = names; *name; name++)
			known |= sh_str_is(r->query[i].name, *name);
		if (!known)
			return rules_fault(r, sh_arena_printf(r->rq->arena, "?%.*s", (int)(r->query[i].name.n < 60 ? r->query[i].name.n : 60),
				r->query[i].name.s).s, "there is no such parameter here");
	}
	return true;
}

static bool
rules_place(struct sh_api_request *r, struct rules_asked *q)
{
	struct sh_str number = sh_api_query(r, "number"), state = sh_api_query(r, "state"), country = sh_api_query(r, "country");
	struct sh_evidence e = { .number = number, .workspace = sh_zones_find(r->core->zones, SH_STR("UTC")) };
	char code[SH_STATE_MAX + 1] = "";

	if (country.n == 2)
		for (int i = 0; i < 2; i++)
			q->country[i] = (char)toupper((unsigned char)country.s[i]);
	if (!number.n && !state.n && !country.n)
		return rules_fault(r, "?state", "a place is needed: state, country or number");
	if (number.n && !sh_text_is_e164(number))
		return rules_fault(r, "?number", "a number in E.164, such as +12135550151; in a URL its plus is written %2B");
	if (country.n && (!isupper((unsigned char)q->country[0]) || !isupper((unsigned char)q->country[1])))
		return rules_fault(r, "?country", "a country by ISO 3166, such as US");
	if (state.n && !sh_state_read(state, country, code))
		return rules_fault(r, "?state", "a state such as FL, US-FL or Florida; with country, one of that country");
	e.states = sh_str(code);
	if (number.n) {
		sh_callee_find(r->core->prefixes, &e, &q->callee);
	} else if (state.n) {
		memcpy(q->callee.states[q->callee.nstates++], code, sizeof(code));
		memcpy(q->callee.country, code, 2);
	} else {
		memcpy(q->callee.country, q->country, 2);
	}
	/* A state or a number is nearer than its country. */
	if (number.n || state.n)
		q->country[0] = '\0';
	return true;
}

static bool
rules_read(struct sh_api_request *r, struct rules_asked *q)
{
	struct sh_str at = sh_api_query(r, "at"), policy = sh_api_query(r, "policy");
	int64_t ms = r->now_ms;

	q->policy = sh_policy_set_find(r->core->policies, policy.n ? sh_arena_z(r->rq->arena, policy) : r->core->options->default_policy);
	if (policy.n && !q->policy)
		return rules_fault(r, "?policy", "there is no policy of this name in the gateway's policy folder");
	if (at.n && !sh_time_parse_rfc3339(sh_arena_printf(r->rq->arena, "%.*sT00:00:00Z", (int)at.n, at.s), &ms))
		return rules_fault(r, "?at", "a date such as 2026-12-01");
	q->day = ms / SH_DAY_MS;
	return rules_known(r) && rules_place(r, q);
}

/* ---- the answer ---- */

static void
rules_date(struct sh_out *o, const char *key, int64_t day)
{
	struct sh_civil c = sh_time_to_civil(day * SH_DAY_MS);
	char text[32];

	snprintf(text, sizeof(text), "%04d-%02d-%02d", c.year, c.month, c.day);
	sh_writer_key_str(o, key, day ? sh_str(text) : SH_NONE);
}

static void
rules_weekdays(struct sh_out *o, const struct sh_quiet *q)
{
	sh_writer_key(o, SH_STR("weekdays"));
	sh_writer_open(o, '{');
	for (int d = 0; d < 7; d++) {
		sh_writer_key(o, sh_str(sh_hours_weekdays[d]));
		sh_writer_open(o, '[');
		for (int i = 0; i < q->days[d].nwindows && !(q->closed_days >> d & 1); i++) {
			const struct sh_window *w = &q->days[d].windows[i];
			char text[32];

			snprintf(text, sizeof(text), "%02d:%02d-%02d:%02d", w->open_min / 60, w->open_min % 60, w->close_min / 60, w->close_min % 60);
			sh_writer_str(o, sh_str(text));
		}
		sh_writer_close(o, ']');
	}
	sh_writer_close(o, '}');
}

static void
rules_hours(struct sh_out *o, const struct sh_pack_rule *rule)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;

	sh_buf_init(&b, RULES_TEXT_BYTES);
	sh_pack_rule_hours(rule, &b);
	sh_writer_key_str(o, "hours", rule->has_hours ? sh_buf_str(&b) : SH_NONE);
	if (rule->has_hours)
		rules_weekdays(o, &rule->quiet);
	sh_writer_key(o, SH_STR("holidays"));
	sh_writer_open(o, '[');
	for (int s = 0; s < SH_HOLIDAY_SETS; s++)
		if (rule->quiet.holidays >> s & 1)
			sh_writer_str(o, sh_str(sh_holiday_set_name((enum sh_holiday_set)s)));
	sh_writer_close(o, ']');
	sh_writer_key(o, SH_STR("caps"));
	sh_writer_open(o, '[');
	for (int i = 0; i < rule->ncaps; i++) {
		char within[32];

		sh_text_duration_format(rule->caps[i].within_s, within);
		sh_writer_open(o, '{');
		sh_writer_key_int(o, "calls", rule->caps[i].calls);
		sh_writer_key_str(o, "within", sh_str(within));
		sh_writer_close(o, '}');
	}
	sh_writer_close(o, ']');
}

/* Does the policy name its pack? Without a word of it, the defaults do. */
static bool
rules_selected(const struct rules_asked *q, const struct sh_pack_rule *rule)
{
	struct sh_policy whole;

	sh_policy_effective(q->policy, NULL, NULL, &whole);
	for (int i = 0; i < whole.npacks; i++)
		if (strcmp(whole.packs[i], rule->pack) == 0)
			return true;
	return false;
}

static void
rules_rule(struct sh_out *o, const struct rules_asked *q, const struct sh_pack_rule *rule)
{
	sh_writer_open(o, '{');
	sh_writer_key_str(o, "id", sh_str(rule->id));
	sh_writer_key_str(o, "where", sh_str(rule->where));
	sh_writer_key_str(o, "pack", sh_str(rule->pack));
	sh_writer_key_str(o, "version", sh_str(rule->version));
	sh_writer_key_bool(o, "selected", rules_selected(q, rule));
	rules_hours(o, rule);
	sh_writer_key_str(o, "applies", sh_str(sh_pack_applies_name(rule->applies)));
	sh_writer_key_str(o, "requested", rule->exempts_requested ? SH_STR("exempt") : SH_STR("applies"));
	rules_date(o, "effective_from", rule->quiet.from_day);
	rules_date(o, "effective_until", rule->quiet.until_day);
	sh_writer_key_str(o, "source", sh_str(rule->source));
	rules_date(o, "checked", rule->checked_day);
	sh_writer_key_bool(o, "verified", rule->verified);
	sh_writer_key_str(o, "notes", *rule->notes ? sh_str(rule->notes) : SH_NONE);
	sh_writer_close(o, '}');
}

/* By the date alone: a day's border lies elsewhere in each zone of a country. */
static bool
rules_holds(const struct rules_asked *q, const struct sh_pack_rule *rule)
{
	if (q->day < rule->quiet.from_day || (rule->quiet.until_day && q->day >= rule->quiet.until_day))
		return false;
	return q->country[0] ? strncmp(rule->where, q->country, 2) == 0 : sh_pack_holds(rule, &q->callee);
}

static void
rules_write(struct sh_out *o, const struct sh_api_request *r, const struct rules_asked *q)
{
	const struct sh_pack_rule *rule;
	struct sh_callee_text place;

	sh_callee_write(&q->callee, &place);
	sh_writer_open(o, '{');
	rules_date(o, "at", q->day);
	sh_writer_key_str(o, "policy", q->policy ? sh_str(q->policy->name) : SH_NONE);
	sh_writer_key_str(o, "country", *place.country ? sh_str(place.country) : SH_NONE);
	sh_writer_key_str(o, "states", *place.states ? sh_str(place.states) : SH_NONE);
	sh_writer_key(o, SH_STR("data"));
	sh_writer_open(o, '[');
	for (size_t i = 0; r->core->packs && (rule = sh_packs_rule_at(r->core->packs, i)); i++)
		if (rules_holds(q, rule))
			rules_rule(o, q, rule);
	sh_writer_close(o, ']');
	sh_writer_key_raw(o, "next_cursor", SH_STR("null"));
	sh_writer_close(o, '}');
}

void
sh_api_policy_rules(struct sh_api_request *r)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	struct rules_asked q = { 0 };
	struct sh_out o;

	sh_buf_init(&b, RULES_BYTES);
	if (!rules_read(r, &q))
		return;
	sh_writer_init(&o, &b);
	rules_write(&o, r, &q);
	if (b.failed)
		sh_api_problem(r, SH_PROBLEM_internal, "the answer did not fit");
	else
		sh_api_answer(r, 200, sh_buf_str(&b));
}
