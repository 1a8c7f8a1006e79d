/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* policy/policy_hours.c: the keys of quiet hours, days, dates and holidays. */
#include <stdio.h>
#include <string.h>

#include "gateway/base/time.h"
#include "gateway/policy/hours_read.h"
#include "gateway/policy/policy_key.h"

#define HOURS_DAY_MIN 1440

/* ---- whose clock ---- */

void
sh_policy_read_timezone(struct sh_policy_reader *r, const struct sh_yaml *y)
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

void
sh_policy_show_timezone(struct sh_policy_show *s)
{
	static const char *const words[] = { [SH_ZONE_OF_WORKSPACE] = "workspace", [SH_ZONE_OF_CALLEE] = "callee" };
	const struct sh_policy *p = s->p;

	sh_writer_str(s->o, sh_str(p->zone == SH_ZONE_NAMED ? p->zone_name : words[p->zone]));
}

/* ---- hours ---- */

/* start and end are *quiet* hours: what is left of each day between them is permitted. Both are read with start. */
void
sh_policy_read_quiet_start(struct sh_policy_reader *r, const struct sh_yaml *start)
{
	const struct sh_yaml *end = sh_yaml_get(r->section, "end");
	struct sh_quiet_day day = { 0 };
	int from, to;

	if (!end) {
		sh_faults_add(r->faults, start->key_line, start->key_column, "start and end of quiet hours go together");
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
	if (from % HOURS_DAY_MIN == to % HOURS_DAY_MIN) {
		sh_faults_add(r->faults, end->line, end->column,
			"quiet hours cannot end when they start; use weekdays with open or closed");
		return;
	}
	if (from > to) {
		day.windows[day.nwindows++] = (struct sh_window){ (int16_t)to, (int16_t)from };
	} else {
		if (from > 0)
			day.windows[day.nwindows++] = (struct sh_window){ 0, (int16_t)from };
		if (to < HOURS_DAY_MIN)
			day.windows[day.nwindows++] = (struct sh_window){ (int16_t)to, HOURS_DAY_MIN };
	}
	for (int d = 0; d < 7; d++) {
		r->p->quiet.days[d] = day;
		r->p->days_from[d] = r->origin;
	}
}

void
sh_policy_read_quiet_end(struct sh_policy_reader *r, const struct sh_yaml *end)
{
	if (!sh_yaml_get(r->section, "start"))
		sh_faults_add(r->faults, end->key_line, end->key_column, "start and end of quiet hours go together");
}

/*
 * The day that start and end said, or would have: the first one with hours that a weekday did not give. Only it can have hours and be
 * a quiet day, and it opens nothing that a weaker layer closes; so it has to be written as it was said. *ret_start, *ret_end: as written.
 */
static const struct sh_quiet_day *
hours_span(const struct sh_policy *p, int *ret_start, int *ret_end)
{
	const struct sh_quiet_day *day = NULL;

	for (int d = 0; d < 7 && !day; d++)
		if (p->days_from[d] != SH_ORIGIN_NONE && p->quiet.days[d].nwindows > 0 && !(p->opened_days & 1u << d))
			day = &p->quiet.days[d];
	if (!day || day->nwindows > 2)
		return NULL;
	*ret_start = day->windows[0].close_min;
	*ret_end = day->windows[0].open_min > 0 ? day->windows[0].open_min : HOURS_DAY_MIN;
	if (day->nwindows == 1)
		return *ret_start % HOURS_DAY_MIN != *ret_end % HOURS_DAY_MIN ? day : NULL;
	*ret_end = day->windows[1].open_min;
	return day->windows[0].open_min == 0 && day->windows[1].close_min == HOURS_DAY_MIN ? day : NULL;
}

static bool
hours_same(const struct sh_quiet_day *a, const struct sh_quiet_day *b)
{
	bool same = a->nwindows == b->nwindows;

	for (int i = 0; i < a->nwindows && same; i++)
		same = a->windows[i].open_min == b->windows[i].open_min && a->windows[i].close_min == b->windows[i].close_min;
	return same;
}

/* With origins each day is shown by itself. */
void
sh_policy_show_quiet_start(struct sh_policy_show *s)
{
	int start, end;

	if (s->origins || !hours_span(s->p, &start, &end) || !sh_policy_show_begin(s, "start", SH_ORIGIN_DEFAULT))
		return;
	sh_policy_show_clock(s, start);
	sh_writer_key(s->o, SH_STR("end"));
	sh_policy_show_clock(s, end);
}

void
sh_policy_show_quiet_end(struct sh_policy_show *s)
{
	(void)s;	/* with start */
}

/* Single days, after start and end, which speak of all. */
void
sh_policy_read_weekdays(struct sh_policy_reader *r, const struct sh_yaml *days)
{
	sh_yaml_check_keys(days, sh_hours_weekdays, r->faults);
	for (int d = 0; d < 7; d++) {
		const struct sh_yaml *y = sh_yaml_get(days, sh_hours_weekdays[d]);
		struct sh_quiet_day day;

		if (!y || !sh_hours_read_day(y, r->faults, &day))
			continue;
		r->p->quiet.days[d] = day;
		r->p->days_from[d] = r->origin;
		if (day.nwindows > 0)
			r->p->opened_days |= (uint8_t)(1u << d);
	}
}

static void
hours_show_window(struct sh_policy_show *s, struct sh_window w)
{
	char text[32];

	snprintf(text, sizeof(text), "%02d:%02d-%02d:%02d", w.open_min / 60, w.open_min % 60, w.close_min / 60, w.close_min % 60);
	sh_writer_str(s->o, sh_str(text));
}

static void
hours_show_day(struct sh_policy_show *s, const struct sh_quiet_day *day)
{
	if (day->nwindows == 0) {
		sh_writer_str(s->o, SH_STR("closed"));
	} else if (day->nwindows == 1) {
		hours_show_window(s, day->windows[0]);
	} else {
		sh_writer_open(s->o, '[');
		for (int i = 0; i < day->nwindows; i++)
			hours_show_window(s, day->windows[i]);
		sh_writer_close(s->o, ']');
	}
}

/* A day that is closed by quiet_days is shown closed, by the word of who closed it. */
void
sh_policy_show_weekdays(struct sh_policy_show *s)
{
	static const struct sh_quiet_day shut;
	const struct sh_policy *p = s->p;
	const struct sh_quiet_day *span;
	int start, end;

	span = s->origins ? NULL : hours_span(p, &start, &end);
	sh_policy_show_in(s, "weekdays");
	for (int d = 0; d < 7; d++) {
		bool closed = p->quiet.closed_days & 1u << d;
		enum sh_origin from = closed && s->origins ? p->closed_days_from : p->days_from[d];

		bool by_span = span && hours_same(span, &p->quiet.days[d]) && !(p->opened_days & 1u << d);

		if (by_span || !sh_policy_show_begin(s, sh_hours_weekdays[d], from))
			continue;
		hours_show_day(s, closed ? &shut : &p->quiet.days[d]);
		sh_policy_show_end(s, from);
	}
	sh_policy_show_out(s);
}

/* ---- days ---- */

void
sh_policy_read_quiet_days(struct sh_policy_reader *r, const struct sh_yaml *list)
{
	if (sh_hours_read_weekdays(list, r->faults, &r->p->quiet.closed_days))
		r->p->closed_days_from = r->origin;
}

void
sh_policy_show_quiet_days(struct sh_policy_show *s)
{
	sh_writer_open(s->o, '[');
	for (int d = 0; d < 7; d++)
		if (s->p->quiet.closed_days & 1u << d)
			sh_writer_str(s->o, sh_str(sh_hours_weekdays[d]));
	sh_writer_close(s->o, ']');
}

void
sh_policy_read_quiet_dates(struct sh_policy_reader *r, const struct sh_yaml *list)
{
	if (sh_hours_read_dates(list, r->faults, &r->p->quiet))
		r->p->dates_from = r->origin;
}

void
sh_policy_show_quiet_dates(struct sh_policy_show *s)
{
	sh_writer_open(s->o, '[');
	for (int i = 0; i < s->p->quiet.ndates; i++) {
		char text[32];

		sh_time_format_rfc3339(s->p->quiet.dates[i] * SH_DAY_MS, text);
		sh_writer_str(s->o, (struct sh_str){ text, 10 });
	}
	sh_writer_close(s->o, ']');
}

void
sh_policy_read_holidays(struct sh_policy_reader *r, const struct sh_yaml *list)
{
	if (sh_hours_read_holidays(list, r->faults, &r->p->quiet.holidays))
		r->p->holidays_from = r->origin;
}

void
sh_policy_show_holidays(struct sh_policy_show *s)
{
	sh_writer_open(s->o, '[');
	for (int h = 0; h < SH_HOLIDAY_SETS; h++)
		if (s->p->quiet.holidays & 1u << h)
			sh_writer_str(s->o, sh_str(sh_holiday_set_name((enum sh_holiday_set)h)));
	sh_writer_close(s->o, ']');
}
