/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The calendar repeats every 400 years, weekdays included, so an instant is first brought near 1970: no year
 * overflows, however far off the question lies.
 */
#include "gateway/base/tzrule.h"

#include "gateway/base/time.h"

#define TZRULE_DAY_S INT64_C(86400)
#define TZRULE_CYCLE_S (146097 * TZRULE_DAY_S)
#define TZRULE_HOURS_MAX 167	/* RFC 9636, 3.3.2 */
#define TZRULE_OFFSET_HOURS_MAX 25
#define TZRULE_CHANGES 10

/* ---- reading: each function eats what it knows from the front of the text ---- */

static bool
tzrule_eat(struct sh_str *t, char c)
{
	if (t->n == 0 || t->s[0] != c)
		return false;
	t->s++;
	t->n--;
	return true;
}

static bool
tzrule_digit(const struct sh_str *t)
{
	return t->n > 0 && t->s[0] >= '0' && t->s[0] <= '9';
}

static bool
tzrule_int(struct sh_str *t, int min, int max, int *ret)
{
	int v = 0, digits = 0;

	for (; tzrule_digit(t) && digits < 4; digits++) {
		v = v * 10 + (t->s[0] - '0');
		t->s++;
		t->n--;
	}
	if (digits == 0 || v < min || v > max)
		return false;
	*ret = v;
	return true;
}

/* "EST" or "<+0330>": the name itself is of no use here. */
static bool
tzrule_name(struct sh_str *t)
{
	bool quoted = tzrule_eat(t, '<');
	size_t n = 0;

	while (t->n > 0) {
		char c = t->s[0];
		bool alpha = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!alpha && !(quoted && (tzrule_digit(t) || c == '+' || c == '-')))
			break;
		t->s++;
		t->n--;
		n++;
	}
	return n >= 3 && (!quoted || tzrule_eat(t, '>'));
}

/* "[+-]hh[:mm[:ss]]" */
static bool
tzrule_span(struct sh_str *t, int hours_max, int32_t *ret)
{
	bool minus = tzrule_eat(t, '-');
	int h, m = 0, s = 0;

	if (!minus)
		tzrule_eat(t, '+');
	if (!tzrule_int(t, 0, hours_max, &h))
		return false;
	if (tzrule_eat(t, ':') && !tzrule_int(t, 0, 59, &m))
		return false;
	if (t->n > 0 && tzrule_eat(t, ':') && !tzrule_int(t, 0, 59, &s))
		return false;
	*ret = (h * 3600 + m * 60 + s) * (minus ? -1 : 1);
	return true;
}

static bool
tzrule_day(struct sh_str *t, struct sh_tzrule_day *d)
{
	*d = (struct sh_tzrule_day){ .time_s = 2 * 3600 };
	if (!tzrule_eat(t, ','))
		return false;
	if (tzrule_eat(t, 'M')) {
		d->kind = SH_TZDAY_WEEK;
		if (!tzrule_int(t, 1, 12, &d->month) || !tzrule_eat(t, '.') || !tzrule_int(t, 1, 5, &d->week) ||
		    !tzrule_eat(t, '.') || !tzrule_int(t, 0, 6, &d->day))
			return false;
	} else if (tzrule_eat(t, 'J')) {
		d->kind = SH_TZDAY_JULIAN;
		if (!tzrule_int(t, 1, 365, &d->day))
			return false;
	} else {
		d->kind = SH_TZDAY_ZERO;
		if (!tzrule_int(t, 0, 365, &d->day))
			return false;
	}
	return !tzrule_eat(t, '/') || tzrule_span(t, TZRULE_HOURS_MAX, &d->time_s);
}

bool
sh_tzrule_parse(struct sh_str t, struct sh_tzrule *ret)
{
	int32_t west;

	*ret = (struct sh_tzrule){ 0 };
	if (!tzrule_name(&t) || !tzrule_span(&t, TZRULE_OFFSET_HOURS_MAX, &west))
		return false;
	ret->std_s = ret->dst_s = -west;	/* POSIX counts westward */
	if (t.n == 0)
		return true;

	ret->seasons = true;
	ret->dst_s = ret->std_s + 3600;
	if (!tzrule_name(&t))
		return false;
	if (t.n > 0 && t.s[0] != ',') {
		if (!tzrule_span(&t, TZRULE_OFFSET_HOURS_MAX, &west))
			return false;
		ret->dst_s = -west;
	}
	return tzrule_day(&t, &ret->start) && tzrule_day(&t, &ret->end) && t.n == 0;
}

/* ---- asking ---- */

static int64_t
tzrule_floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* The day a rule names in a year, in days since 1970. */
static int64_t
tzrule_date(const struct sh_tzrule_day *d, int year)
{
	int64_t first = sh_time_days(year, 1, 1), month_first, day;
	bool leap = sh_time_days(year + 1, 1, 1) - first == 366;

	switch (d->kind) {
	case SH_TZDAY_JULIAN:
		return first + d->day - 1 + (leap && d->day >= 60);
	case SH_TZDAY_ZERO:
		return first + d->day;
	case SH_TZDAY_WEEK:
		break;
	}
	month_first = sh_time_days(year, d->month, 1);
	/* sh_time_weekday counts from Monday, POSIX from Sunday */
	day = month_first + (d->day + 6 - sh_time_weekday(month_first)) % 7 + (d->week - 1) * 7;
	return day < sh_time_days(year, d->month + 1, 1) ? day : day - 7;
}

/*
 * The changes of the years around an instant. Hours beyond a day can push a change a week over New Year, so two
 * years before and one after count too; the year after that is there to be compared with. Of a year's end and the
 * next year's start at one instant the start wins: that is how RFC 9636 spells "daylight saving all year".
 */
struct tzrule_change {
	int64_t at_s;
	int32_t after_s;
};

static int
tzrule_changes(const struct sh_tzrule *r, int64_t near_s, struct tzrule_change out[TZRULE_CHANGES])
{
	int year = sh_time_to_civil(near_s * SH_SECOND_MS).year, n = 0;

	for (int y = year - 2; y <= year + 2; y++) {
		int64_t end = tzrule_date(&r->end, y) * TZRULE_DAY_S + r->end.time_s - r->dst_s;
		int64_t start = tzrule_date(&r->start, y) * TZRULE_DAY_S + r->start.time_s - r->std_s;

		out[n++] = (struct tzrule_change){ end, r->std_s };
		out[n++] = (struct tzrule_change){ start, r->dst_s };
	}
	return n;
}

static int32_t
tzrule_after(const struct tzrule_change c[TZRULE_CHANGES], int n, int32_t dst_s, int64_t at_s)
{
	int last = -1;

	for (int i = 0; i < n; i++) {
		if (c[i].at_s > at_s)
			continue;
		if (last < 0 || c[i].at_s > c[last].at_s || (c[i].at_s == c[last].at_s && c[i].after_s == dst_s))
			last = i;
	}
	assert(last >= 0);	/* those of two years ago are over, whatever their hours */
	return c[last].after_s;
}

int32_t
sh_tzrule_offset(const struct sh_tzrule *r, int64_t at_s)
{
	struct tzrule_change c[TZRULE_CHANGES];
	int n;

	if (!r->seasons)
		return r->std_s;
	at_s -= tzrule_floor_div(at_s, TZRULE_CYCLE_S) * TZRULE_CYCLE_S;
	n = tzrule_changes(r, at_s, c);
	return tzrule_after(c, n, r->dst_s, at_s);
}

int64_t
sh_tzrule_next(const struct sh_tzrule *r, int64_t at_s)
{
	int64_t shift, near_s, best = INT64_MAX;
	struct tzrule_change c[TZRULE_CHANGES];
	int n;

	if (!r->seasons || r->std_s == r->dst_s)
		return INT64_MAX;
	shift = tzrule_floor_div(at_s, TZRULE_CYCLE_S) * TZRULE_CYCLE_S;
	near_s = at_s - shift;
	n = tzrule_changes(r, near_s, c);
	for (int i = 0; i < n - 2; i++)
		if (c[i].at_s > near_s && c[i].at_s < best &&
		    tzrule_after(c, n, r->dst_s, c[i].at_s - 1) != tzrule_after(c, n, r->dst_s, c[i].at_s))
			best = c[i].at_s;
	return best == INT64_MAX ? best : best + shift;
}
