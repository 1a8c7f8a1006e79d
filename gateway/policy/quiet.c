/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/policy/quiet.h"

#include "gateway/base/time.h"

/* Zones move an instant forward in turn until none does; each step passes an opening, and these are counted. */
#define QUIET_ROUNDS_MAX ((SH_QUIET_DAYS_AHEAD + 2) * SH_QUIET_WINDOWS_MAX * 4)

static int64_t
quiet_day(int64_t local_ms)
{
	return local_ms / SH_DAY_MS - (local_ms % SH_DAY_MS < 0);
}

/* The windows of a local date, NULL if it is quiet. */
static const struct sh_quiet_day *
quiet_windows(const struct sh_quiet *q, int64_t day)
{
	int weekday = sh_time_weekday(day);

	if (q->closed_days & 1u << weekday)
		return NULL;
	for (int i = 0; i < q->ndates; i++)
		if (q->dates[i] == day)
			return NULL;
	return &q->days[weekday];
}

bool
sh_quiet_permitted(const struct sh_quiet *q, const struct sh_zone *z, int64_t at_ms)
{
	int64_t local = sh_zone_local(z, at_ms), day = quiet_day(local), minute = (local - day * SH_DAY_MS) / SH_MINUTE_MS;
	const struct sh_quiet_day *d = quiet_windows(q, day);

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
quiet_rings_through(const struct sh_quiet *q, const struct sh_zone *z, int64_t at_ms)
{
	int64_t last = at_ms + (q->ring_margin_ms > 0 ? q->ring_margin_ms - 1 : 0);

	for (int64_t t = at_ms; t < last; t += SH_MINUTE_MS)
		if (!sh_quiet_permitted(q, z, t))
			return false;
	return sh_quiet_permitted(q, z, last);
}

bool
sh_quiet_may_ring(const struct sh_quiet *q, const struct sh_zone *const *zones, size_t n, int64_t at_ms)
{
	for (size_t i = 0; i < n; i++)
		if (!quiet_rings_through(q, zones[i], at_ms))
			return false;
	return n > 0;
}

static void
quiet_consider(const struct sh_quiet *q, const struct sh_zone *z, int64_t from_ms, int64_t at_ms, int64_t *best)
{
	if (at_ms >= from_ms && at_ms < *best && quiet_rings_through(q, z, at_ms))
		*best = at_ms;
}

/* An opening in a gap is the gap's end; one in an overlap comes twice. */
static void
quiet_openings(const struct sh_quiet *q, const struct sh_zone *z, int64_t day, int64_t from_ms, int64_t *best)
{
	const struct sh_quiet_day *d = quiet_windows(q, day);

	for (int i = 0; d && i < d->nwindows; i++) {
		int64_t first, second;

		switch (sh_zone_instants(z, day * SH_DAY_MS + d->windows[i].open_min * SH_MINUTE_MS, &first, &second)) {
		case SH_LOCAL_ONCE:
			quiet_consider(q, z, from_ms, first, best);
			break;
		case SH_LOCAL_TWICE:
			quiet_consider(q, z, from_ms, first, best);
			quiet_consider(q, z, from_ms, second, best);
			break;
		case SH_LOCAL_NEVER:
			quiet_consider(q, z, from_ms, second, best);
			break;
		}
	}
}

/* Of one zone. A spell of permission begins at an opening or at a change of the zone's clock: nowhere else. */
static int64_t
quiet_next_in(const struct sh_quiet *q, const struct sh_zone *z, int64_t from_ms)
{
	int64_t best = INT64_MAX, today, until = from_ms + (SH_QUIET_DAYS_AHEAD + 1) * SH_DAY_MS;

	if (quiet_rings_through(q, z, from_ms))
		return from_ms;
	/* A clock that was set back over midnight may bring yesterday again, or tomorrow early. */
	today = quiet_day(sh_zone_local(z, from_ms));
	for (int64_t day = today - 1; day <= today + SH_QUIET_DAYS_AHEAD; day++) {
		if (best != INT64_MAX && best < (day - 2) * SH_DAY_MS)
			break;
		quiet_openings(q, z, day, from_ms, &best);
	}
	for (int64_t t = sh_zone_next_change(z, from_ms); t < until && t < best; t = sh_zone_next_change(z, t))
		quiet_consider(q, z, from_ms, t, &best);
	return best;
}

bool
sh_quiet_next(const struct sh_quiet *q, const struct sh_zone *const *zones, size_t n, int64_t from_ms, int64_t *ret_ms)
{
	int64_t at = from_ms, until = from_ms + (SH_QUIET_DAYS_AHEAD + 1) * SH_DAY_MS;

	assert(n > 0 && q->ring_margin_ms >= 0 && q->ring_margin_ms <= SH_QUIET_RING_MARGIN_MAX_MS);
	for (int round = 0; round < QUIET_ROUNDS_MAX; round++) {
		int64_t before = at;

		for (size_t i = 0; i < n; i++) {
			at = quiet_next_in(q, zones[i], at);
			if (at > until)
				return false;
		}
		if (at == before) {
			*ret_ms = at;
			return true;
		}
	}
	return false;
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
