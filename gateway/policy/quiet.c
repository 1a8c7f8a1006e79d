/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/policy/quiet.h"

#include "gateway/base/time.h"

static int64_t
quiet_day(int64_t local_ms)
{
	return local_ms / SH_DAY_MS - (local_ms % SH_DAY_MS < 0);
}

static bool
quiet_holds(const struct sh_quiet *q, int64_t day)
{
	return day >= q->from_day && (q->until_day == 0 || day < q->until_day);
}

static bool
quiet_holiday(const struct sh_quiet *q, int64_t day)
{
	for (uint32_t sets = q->holidays; sets; sets &= sets - 1)
		if (sh_holiday_is((enum sh_holiday_set)__builtin_ctz(sets), day, NULL))
			return true;
	return false;
}

/* The windows of a local date, NULL if it is quiet. */
static const struct sh_quiet_day *
quiet_windows(const struct sh_quiet *q, int64_t day)
{
	static const struct sh_quiet_day open = { 1, { { 0, SH_DAY_MS / SH_MINUTE_MS } } };
	int weekday = sh_time_weekday(day);

	if (!quiet_holds(q, day))
		return &open;
	if (q->closed_days & 1u << weekday)
		return NULL;
	for (int i = 0; i < q->ndates; i++)
		if (q->dates[i] == day)
			return NULL;
	if (q->holidays && quiet_holiday(q, day))
		return NULL;
	return &q->days[weekday];
}

bool
sh_quiet_permitted(const struct sh_hours *h, int64_t at_ms)
{
	int64_t local = sh_zone_local(h->zone, at_ms), day = quiet_day(local), minute = (local - day * SH_DAY_MS) / SH_MINUTE_MS;
	const struct sh_quiet_day *d = quiet_windows(h->quiet, day);

	for (int i = 0; d && i < d->nwindows; i++)
		if (d->windows[i].open_min <= minute && minute < d->windows[i].close_min)
			return true;
	return false;
}

/*
 * Permission changes only at whole local minutes, or where the zone changes, which is a whole minute since 1972;
 * so one instant of each minute, and the last of the margin, stand for all of it.
 */
static bool
quiet_rings_through(const struct sh_hours *h, int64_t at_ms)
{
	int64_t margin = h->quiet->ring_margin_ms, last = at_ms + (margin > 0 ? margin - 1 : 0);

	for (int64_t t = at_ms; t < last; t += SH_MINUTE_MS)
		if (!sh_quiet_permitted(h, t))
			return false;
	return sh_quiet_permitted(h, last);
}

bool
sh_quiet_may_ring(const struct sh_hours *h, size_t n, int64_t at_ms, size_t *ret_by)
{
	size_t i = 0;

	while (i < n && quiet_rings_through(&h[i], at_ms))
		i++;
	if (ret_by)
		*ret_by = i;
	return n > 0 && i == n;
}

static void
quiet_consider(const struct sh_hours *h, int64_t from_ms, int64_t at_ms, int64_t *best)
{
	if (at_ms >= from_ms && at_ms < *best && quiet_rings_through(h, at_ms))
		*best = at_ms;
}

/* One in an overlap comes twice; instead of one in a gap there is the gap's end, which is a change of the clock. */
static void
quiet_openings(const struct sh_hours *h, int64_t day, int64_t from_ms, int64_t *best)
{
	const struct sh_quiet_day *d = quiet_windows(h->quiet, day);

	for (int i = 0; d && i < d->nwindows; i++) {
		int64_t local = day * SH_DAY_MS + d->windows[i].open_min * SH_MINUTE_MS, first, second;

		if (sh_zone_instants(h->zone, local, &first, &second) != SH_LOCAL_NEVER) {
			quiet_consider(h, from_ms, first, best);
			quiet_consider(h, from_ms, second, best);
		}
	}
}

/* Of one rule. A spell of permission begins at an opening or at a change of the zone's clock: nowhere else. */
static int64_t
quiet_next_in(const struct sh_hours *h, int64_t from_ms, int64_t until_ms)
{
	int64_t best = INT64_MAX, first, last;

	if (quiet_rings_through(h, from_ms))
		return from_ms;
	/* A clock that was set back over midnight may bring yesterday again, or tomorrow early. */
	first = quiet_day(sh_zone_local(h->zone, from_ms)) - 1;
	last = quiet_day(sh_zone_local(h->zone, until_ms)) + 1;
	for (int64_t day = first; day <= last && (best == INT64_MAX || best >= (day - 2) * SH_DAY_MS); day++)
		quiet_openings(h, day, from_ms, &best);
	for (int64_t t = sh_zone_next_change(h->zone, from_ms); t <= until_ms && t < best; t = sh_zone_next_change(h->zone, t))
		quiet_consider(h, from_ms, t, &best);
	return best;
}

/* Each in turn moves the instant to an opening of its own, until a whole round accepts it. */
bool
sh_quiet_next(const struct sh_hours *h, size_t n, int64_t from_ms, int64_t *ret_ms, size_t *ret_by)
{
	int64_t at = from_ms, until = from_ms + SH_QUIET_DAYS_AHEAD * SH_DAY_MS;
	size_t by = n;

	assert(n > 0);
	for (size_t i = 0, agreed = 0; agreed < n && at <= until; i = (i + 1) % n) {
		int64_t next = quiet_next_in(&h[i], at, until);

		agreed = next == at ? agreed + 1 : 1;
		if (next != at)
			by = i;
		at = next;
	}
	if (ret_by)
		*ret_by = by;
	*ret_ms = at;
	return at <= until;
}

int64_t
sh_quiet_spread(const struct sh_hours *h, size_t n, int64_t opening_ms, int64_t spread_ms)
{
	while (spread_ms > 0 && !sh_quiet_may_ring(h, n, opening_ms + spread_ms, NULL))
		spread_ms /= 2;
	return opening_ms + (spread_ms > 0 ? spread_ms : 0);
}

bool
sh_quiet_ever(const struct sh_quiet *q)
{
	for (int d = 0; d < 7; d++)
		for (int i = 0; i < q->days[d].nwindows && !(q->closed_days & 1u << d); i++)
			if ((q->days[d].windows[i].close_min - q->days[d].windows[i].open_min) * SH_MINUTE_MS >= q->ring_margin_ms)
				return true;
	return false;
}
