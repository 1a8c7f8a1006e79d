/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* policy/policy_list.c: the keys that are lists of other things than hours: caps, jurisdictions, variables, dayparts. */
#include <stdio.h>
#include <string.h>

#include "gateway/policy/hours_read.h"
#include "gateway/policy/policy_key.h"

#define LIST_CALLS_MAX 1000
#define LIST_WITHIN_MIN_S 60

/* ---- caps ---- */

static bool
list_cap(struct sh_policy_reader *r, const struct sh_yaml *y, struct sh_policy_cap *ret)
{
	static const char *const keys[] = { "calls", "within", NULL };
	const struct sh_yaml *calls = sh_yaml_get(y, "calls"), *within = sh_yaml_get(y, "within");
	int64_t n, s;

	sh_yaml_check_keys(y, keys, r->faults);
	if (y->type != SH_YAML_MAP)
		return false;
	if (!calls || !within) {
		sh_faults_add(r->faults, y->line, y->column, "a cap has both: {calls: 3, within: 24h}");
		return false;
	}
	if (!sh_yaml_int(calls, 1, LIST_CALLS_MAX, r->faults, &n) ||
	    !sh_policy_span_read(within, r->faults, LIST_WITHIN_MIN_S, SH_POLICY_DELAY_MAX_S, "a span from 1m to 30d", &s))
		return false;
	*ret = (struct sh_policy_cap){ (int32_t)n, (int32_t)s };
	return true;
}

void
sh_policy_read_caps(struct sh_policy_reader *r, const struct sh_yaml *list)
{
	int n = 0;

	if (list->type != SH_YAML_LIST) {
		sh_yaml_expected(list, r->faults, "a list of caps such as [{calls: 3, within: 24h}]");
		return;
	}
	for (const struct sh_yaml *y = list->first; y; y = y->next, n++) {
		if (n == SH_POLICY_CAPS_MAX) {
			sh_faults_add(r->faults, y->line, y->column, "more than %d caps", SH_POLICY_CAPS_MAX);
			return;
		}
		if (!list_cap(r, y, &r->p->caps[n]))
			return;
	}
	r->p->ncaps = (uint8_t)n;
	r->p->caps_from = r->origin;
}

void
sh_policy_show_caps(struct sh_policy_show *s)
{
	sh_writer_open(s->o, '[');
	for (int i = 0; i < s->p->ncaps; i++) {
		sh_writer_open(s->o, '{');
		sh_writer_key_int(s->o, "calls", s->p->caps[i].calls);
		sh_writer_key(s->o, SH_STR("within"));
		sh_policy_show_span(s, s->p->caps[i].within_s);
		sh_writer_close(s->o, '}');
	}
	sh_writer_close(s->o, ']');
}

/* ---- lists of words ---- */

/* Words that differ. Each must be one that ok, if there is one, takes. */
static bool
list_words(struct sh_policy_reader *r, const struct sh_yaml *list, int max, const char *what, sh_policy_word *words, uint8_t *ret_n)
{
	int n = 0;

	if (list->type != SH_YAML_LIST) {
		char text[96];

		snprintf(text, sizeof(text), "a list, each %s", what);
		sh_yaml_expected(list, r->faults, text);
		return false;
	}
	for (const struct sh_yaml *y = list->first; y; y = y->next, n++) {
		if (n == max) {
			sh_faults_add(r->faults, y->line, y->column, "more than %d", max);
			return false;
		}
		if (!sh_policy_word_read(y, r->faults, what, &words[n]))
			return false;
		for (int i = 0; i < n; i++)
			if (strcmp(words[i], words[n]) == 0) {
				sh_faults_add(r->faults, y->line, y->column, "\"%s\" stands there twice", words[n]);
				return false;
			}
	}
	*ret_n = (uint8_t)n;
	return true;
}

static void
list_show_words(struct sh_policy_show *s, const sh_policy_word *words, int n)
{
	sh_writer_open(s->o, '[');
	for (int i = 0; i < n; i++)
		sh_writer_str(s->o, sh_str(words[i]));
	sh_writer_close(s->o, ']');
}

void
sh_policy_read_jurisdictions(struct sh_policy_reader *r, const struct sh_yaml *list)
{
	uint8_t n;

	if (!list_words(r, list, SH_POLICY_PACKS_MAX, "the name of a pack such as us-federal", r->p->packs, &n))
		return;
	for (const struct sh_yaml *y = list->first; y; y = y->next)
		if (!sh_policy_name_ok(y->value)) {
			sh_yaml_expected(y, r->faults, "the name of a pack such as us-federal");
			return;
		}
	r->p->npacks = n;
	r->p->packs_from = r->origin;
}

void
sh_policy_show_jurisdictions(struct sh_policy_show *s)
{
	list_show_words(s, s->p->packs, s->p->npacks);
}

void
sh_policy_read_variables(struct sh_policy_reader *r, const struct sh_yaml *list)
{
	if (list_words(r, list, SH_POLICY_NAMES_MAX, "the name of a variable, without blanks", r->p->names, &r->p->nnames))
		r->p->names_from = r->origin;
}

void
sh_policy_show_variables(struct sh_policy_show *s)
{
	list_show_words(s, s->p->names, s->p->nnames);
}

/* "" is a value: a person gives the number. */
void
sh_policy_read_chat_number(struct sh_policy_reader *r, const struct sh_yaml *y)
{
	bool none = y->type == SH_YAML_SCALAR && !y->plain && y->value.n == 0;

	if (none || sh_policy_word_read(y, r->faults, "the name of a variable, without blanks, or \"\"", &r->p->chat_number))
		r->p->chat_number_from = r->origin;
}

void
sh_policy_show_chat_number(struct sh_policy_show *s)
{
	sh_writer_str(s->o, sh_str(s->p->chat_number));
}

/* ---- dayparts ---- */

static const char *const list_dayparts[SH_DAYPARTS + 1] = {
	[SH_DAYPART_EARLY_MORNING] = "early_morning",
	[SH_DAYPART_FIRST_THING] = "first_thing",
	[SH_DAYPART_MORNING] = "morning",
	[SH_DAYPART_MID_MORNING] = "mid_morning",
	[SH_DAYPART_LATE_MORNING] = "late_morning",
	[SH_DAYPART_NOON] = "noon",
	[SH_DAYPART_LUNCH] = "lunch",
	[SH_DAYPART_AFTER_LUNCH] = "after_lunch",
	[SH_DAYPART_EARLY_AFTERNOON] = "early_afternoon",
	[SH_DAYPART_AFTERNOON] = "afternoon",
	[SH_DAYPART_MID_AFTERNOON] = "mid_afternoon",
	[SH_DAYPART_AFTER_SCHOOL] = "after_school",
	[SH_DAYPART_LATE_AFTERNOON] = "late_afternoon",
	[SH_DAYPART_END_OF_DAY] = "end_of_day",
	[SH_DAYPART_AFTER_WORK] = "after_work",
	[SH_DAYPART_EARLY_EVENING] = "early_evening",
	[SH_DAYPART_EVENING] = "evening",
	[SH_DAYPART_AFTER_DINNER] = "after_dinner",
	[SH_DAYPART_NIGHT] = "night",
	[SH_DAYPART_LATE_NIGHT] = "late_night",
};

static bool
list_clock(struct sh_policy_reader *r, const struct sh_yaml *y, int16_t *ret)
{
	int min;

	if (y->type != SH_YAML_SCALAR || !sh_hours_read_clock(y->value, &min)) {
		sh_yaml_expected(y, r->faults, "a time of day such as \"09:00\"");
		return false;
	}
	*ret = (int16_t)min;
	return true;
}

/* All three times: a part of one layer's and a part of another's would make a daypart that nobody said. */
static void
list_daypart(struct sh_policy_reader *r, const struct sh_yaml *y, int part)
{
	static const char *const keys[] = { "at", "from", "until", NULL };
	const struct sh_yaml *at = sh_yaml_get(y, "at"), *from = sh_yaml_get(y, "from"), *until = sh_yaml_get(y, "until");
	struct sh_spoken_span span;

	sh_yaml_check_keys(y, keys, r->faults);
	if (y->type != SH_YAML_MAP)
		return;
	if (!at || !from || !until) {
		sh_faults_add(r->faults, y->line, y->column, "a daypart has all three: {at: \"09:00\", from: \"08:00\", until: \"12:00\"}");
		return;
	}
	if (!list_clock(r, at, &span.at) || !list_clock(r, from, &span.from) || !list_clock(r, until, &span.until))
		return;
	if (span.from > span.at || span.at > span.until) {
		sh_faults_add(r->faults, at->line, at->column, "a daypart's time lies between its beginning and its end");
		return;
	}
	r->p->spoken.dayparts[part] = span;
	r->p->dayparts_from[part] = r->origin;
}

void
sh_policy_read_dayparts(struct sh_policy_reader *r, const struct sh_yaml *y)
{
	sh_yaml_check_keys(y, list_dayparts, r->faults);
	for (int part = 0; part < SH_DAYPARTS; part++) {
		const struct sh_yaml *daypart = sh_yaml_get(y, list_dayparts[part]);

		if (daypart)
			list_daypart(r, daypart, part);
	}
}

void
sh_policy_show_dayparts(struct sh_policy_show *s)
{
	sh_policy_show_in(s, "dayparts");
	for (int part = 0; part < SH_DAYPARTS; part++) {
		const struct sh_spoken_span *span = &s->p->spoken.dayparts[part];

		if (!sh_policy_show_begin(s, list_dayparts[part], s->p->dayparts_from[part]))
			continue;
		sh_writer_open(s->o, '{');
		sh_writer_key(s->o, SH_STR("at"));
		sh_policy_show_clock(s, span->at);
		sh_writer_key(s->o, SH_STR("from"));
		sh_policy_show_clock(s, span->from);
		sh_writer_key(s->o, SH_STR("until"));
		sh_policy_show_clock(s, span->until);
		sh_writer_close(s->o, '}');
		sh_policy_show_end(s, s->p->dayparts_from[part]);
	}
	sh_policy_show_out(s);
}
