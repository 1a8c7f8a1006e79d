/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/spoken_value.c: the time that an agent put into a variable (docs/spoken-times.md section 6).
 *
 * The caller gives the variables that the policy names (callbacks.names), in its order. What each is follows from the end of its
 * name: …_date a day, …_time_of_day a clock for that day, …_minutes minutes from the end of the call, …timezone and …time_zone the
 * zone, and anything else a time.
 */
#include "gateway/policy/spoken_private.h"

#include <string.h>

#include "gateway/base/text.h"
#include "gateway/policy/spoken_stamp.h"

#define VALUE_TEXT_MAX 512 /* longer is no time */
#define VALUE_PAST_MS SH_DAY_MS /* a model that was not told the date writes old years */
#define VALUE_OFFSET_COST 30

enum value_kind { VALUE_TIME, VALUE_DATE, VALUE_CLOCK, VALUE_MINUTES, VALUE_ZONE };

/* What stands in the variables. */
struct value_all {
	struct sh_arena *arena;
	const struct sh_spoken_in *in;
	struct sh_spoken_zone zone; /* how NONE: no variable has one */
	struct sh_str date, clock; /* the pair; absent */
	int64_t from_ms; /* the call's end */
};

const char *const sh_spoken_value_names[] = { "callback_time", "callback_at", "callback_datetime", "requested_callback_time",
	"scheduled_callback", "callback_date", "callback_time_of_day", "callback_in_minutes", "callback_timezone", "timezone",
	NULL };

static enum value_kind
value_kind(struct sh_str name)
{
	static const struct {
		const char *end;
		enum value_kind kind;
	} ends[] = { { "time_of_day", VALUE_CLOCK }, { "_date", VALUE_DATE }, { "minutes", VALUE_MINUTES },
		{ "timezone", VALUE_ZONE }, { "time_zone", VALUE_ZONE } };

	for (size_t i = 0; i < SH_LENGTH(ends); i++) {
		size_t n = strlen(ends[i].end);

		if (name.n >= n && sh_text_equal_nocase((struct sh_str){ name.s + name.n - n, n }, sh_str(ends[i].end)))
			return ends[i].kind;
	}
	return VALUE_TIME;
}

/* The first variable of a kind that has a value; absent: none. */
static struct sh_str
value_first(const struct sh_spoken_in *in, enum value_kind kind)
{
	struct sh_stamp stamp;

	for (size_t i = 0; i < in->nvalues; i++) {
		struct sh_str s = sh_spoken_stamp_trim(in->values[i].value);

		if (!in->values[i].name.s || value_kind(in->values[i].name) != kind || s.n > VALUE_TEXT_MAX)
			continue;
		sh_spoken_stamp_read(s, &stamp);
		if (stamp.kind != SH_STAMP_NOTHING)
			return s;
	}
	return SH_NONE;
}

bool
sh_spoken_zone_variable(const struct sh_spoken_in *in, struct sh_spoken_zone *ret)
{
	for (size_t i = 0; i < in->nvalues; i++)
		if (in->values[i].name.s && value_kind(in->values[i].name) == VALUE_ZONE &&
		    sh_spoken_zone_text(&in->place, sh_spoken_stamp_trim(in->values[i].value), ret))
			return true;
	*ret = (struct sh_spoken_zone){ 0 };
	return false;
}

static int32_t
value_offset(const struct sh_spoken_where *w, int64_t ms)
{
	return w->fixed_offset_s + sh_zone_offset(w->zones[0], ms);
}

/* ---- absolute ---- */

static void
value_set(int64_t instant_ms, const struct sh_spoken_where *where, const char *rule, struct sh_spoken *ret)
{
	*ret = (struct sh_spoken){ .status = SH_SPOKEN_TIME,
		.instant_ms = instant_ms,
		.zone = where->zones[0],
		.fixed_offset_s = where->fixed_offset_s,
		.zone_source = where->source,
		.precision = SH_PRECISION_MINUTE,
		.confidence = SH_SPOKEN_START,
		.named = true };
	sh_spoken_rule(ret, rule);
}

/* The last words, once the confidence is known. */
static void
value_finish(const struct value_all *all, struct sh_spoken *ret)
{
	ret->agreed = SH_AGREED_STRUCTURED;
	if (ret->status == SH_SPOKEN_TIME && ret->instant_ms < all->in->now_ms) {
		ret->status = SH_SPOKEN_NO_TIME;
		ret->reason = "in_past";
	} else if (ret->status == SH_SPOKEN_TIME)
		sh_spoken_limit(all->in, ret);
}

/* The zone that an absolute time names: its bracket's, else ours if that has the same offset then, else the offset itself. */
static bool
value_instant_where(const struct value_all *all, const struct sh_stamp *stamp, struct sh_spoken_where *where, bool *ret_differs)
{
	struct sh_spoken_zone named = { 0 };
	bool known = stamp->zone.s && sh_spoken_zone_text(&all->in->place, stamp->zone, &named);

	if (stamp->zone.s && !known && stamp->critical)
		return false;
	sh_spoken_where(all->in, NULL, known ? &named : &all->zone, where);
	if (known) {
		*ret_differs = stamp->has_offset && value_offset(where, stamp->ms) != stamp->offset_s;
		return !(*ret_differs && stamp->critical);
	}
	if (stamp->has_offset && value_offset(where, stamp->ms) != stamp->offset_s) {
		const struct sh_zone *utc = all->in->place.zones ? sh_zones_find(all->in->place.zones, sh_str("UTC")) : NULL;

		if (utc)
			*where = (struct sh_spoken_where){ .zones = { utc }, .nzones = 1, .fixed_offset_s = stamp->offset_s };
		where->source = SH_ZONE_FROM_VARIABLE;
	}
	return true;
}

static bool
value_instant(const struct value_all *all, const struct sh_stamp *stamp, struct sh_spoken *ret)
{
	struct sh_spoken_where where;
	bool differs = false;

	if (!value_instant_where(all, stamp, &where, &differs))
		return false;
	value_set(stamp->ms - stamp->ms % SH_SECOND_MS, &where, stamp->unix_time ? "V6" : "V1", ret);
	if (stamp->seconds)
		ret->precision = SH_PRECISION_SECOND;
	if (differs) {
		sh_spoken_rule(ret, "V2");
		sh_spoken_cost(ret, -VALUE_OFFSET_COST, "its offset is not that of its zone");
	}
	value_finish(all, ret);
	return true;
}

/* Days keep the wall clock, hours are elapsed time. */
static bool
value_duration(const struct value_all *all, const struct sh_stamp *stamp, const char *rule, struct sh_spoken *ret)
{
	struct sh_spoken_where where;
	int64_t at = all->from_ms, second;

	sh_spoken_where(all->in, NULL, &all->zone, &where);
	if (stamp->months > 0 || stamp->days > 0) {
		int64_t local = sh_zone_local(where.zones[0], at);
		struct sh_civil c = sh_time_to_civil(local);
		int64_t last =
		    sh_time_days(c.year, c.month + stamp->months + 1, 1) - sh_time_days(c.year, c.month + stamp->months, 1);
		int64_t day = sh_time_days(c.year, c.month + stamp->months, c.day > last ? (int)last : c.day) + stamp->days;

		sh_zone_instants(where.zones[0], day * SH_DAY_MS + (local - local / SH_DAY_MS * SH_DAY_MS), &at, &second);
	}
	value_set(at + stamp->ms, &where, rule, ret);
	ret->wall = stamp->ms == 0 && !where.fixed_offset_s;
	value_finish(all, ret);
	return true;
}

/* ---- by the clock on the wall, and by words ---- */

/* A wall clock of more than a day ago. */
static bool
value_is_old(const struct value_all *all, const struct sh_spoken_zone *said, int64_t local_ms)
{
	struct sh_spoken_where where;

	sh_spoken_where(all->in, NULL, said, &where);
	return local_ms - value_offset(&where, all->in->now_ms) * SH_SECOND_MS < all->in->now_ms - VALUE_PAST_MS;
}

static bool
value_slots(const struct value_all *all, const struct sh_spoken_slots *slots, const struct sh_spoken_zone *said, const char *rule,
    struct sh_spoken *ret)
{
	struct sh_spoken_where where;

	sh_spoken_where(all->in, slots->has & SH_SLOT_ZONE ? &slots->zone : NULL, said, &where);
	*ret = (struct sh_spoken){ 0 };
	sh_spoken_rule(ret, rule);
	sh_spoken_resolve(all->in, slots, &where, all->from_ms, ret);
	value_finish(all, ret);
	return ret->status == SH_SPOKEN_TIME || (ret->status == SH_SPOKEN_NO_TIME && ret->reason);
}

static void
value_put_day(const struct value_all *all, int64_t local_ms, struct sh_spoken_slots *slots)
{
	struct sh_civil c = sh_time_to_civil(local_ms);
	struct sh_spoken_where where;
	int64_t today;

	slots->has |= SH_SLOT_DAY;
	slots->day = (struct sh_spoken_day){
		.kind = SH_DAY_DATE, .weekday = -1, .month = (int8_t)c.month, .mday = (int16_t)c.day, .year = c.year
	};
	sh_spoken_where(all->in, NULL, &all->zone, &where);
	today = sh_zone_local(where.zones[0], all->in->now_ms);
	/* A date alone that is today's means what is left of it. */
	if (!(slots->has & (SH_SLOT_CLOCK | SH_SLOT_DAYPART)) && today / SH_DAY_MS == local_ms / SH_DAY_MS)
		slots->day = (struct sh_spoken_day){ .kind = SH_DAY_OFFSET };
}

static void
value_put_clock(int64_t local_ms, struct sh_spoken_slots *slots)
{
	struct sh_civil c = sh_time_to_civil(local_ms);

	slots->has |= SH_SLOT_CLOCK;
	slots->clock = (struct sh_spoken_clock){ (int8_t)c.hour, (int8_t)c.minute, (int8_t)c.second, SH_HALF_24, false };
}

static bool
value_wall(const struct value_all *all, const struct sh_stamp *stamp, struct sh_spoken *ret)
{
	struct sh_spoken_slots slots = { 0 };
	struct sh_spoken_zone named = { 0 };
	bool known = stamp->zone.s && sh_spoken_zone_text(&all->in->place, stamp->zone, &named);

	if (stamp->zone.s && !known && stamp->critical)
		return false;
	if (value_is_old(all, known ? &named : &all->zone, stamp->ms))
		return false;
	value_put_clock(stamp->ms, &slots);
	value_put_day(all, stamp->ms, &slots);
	return value_slots(all, &slots, known ? &named : &all->zone, "V3", ret);
}

/* ---- the pair ---- */

/* The slots of a date or a clock, however it is written; false: it is neither. */
static bool
value_part(const struct value_all *all, struct sh_str s, struct sh_spoken_slots *ret)
{
	struct sh_stamp stamp;

	*ret = (struct sh_spoken_slots){ 0 };
	sh_spoken_stamp_read(s, &stamp);
	if (stamp.kind == SH_STAMP_CLOCK)
		value_put_clock(stamp.ms, ret);
	else if (stamp.kind == SH_STAMP_DAY || stamp.kind == SH_STAMP_WALL) {
		/* To the end of that day. */
		if (value_is_old(all, &all->zone, stamp.ms + SH_DAY_MS))
			return false;
		value_put_day(all, stamp.ms, ret);
	} else if (stamp.kind == SH_STAMP_WORDS || (stamp.kind == SH_STAMP_WRONG && s.n <= 4))
		return sh_spoken_phrase(all->arena, all->in, s, ret);
	else
		return false;
	return true;
}

/* Lays the day of callback_date under a clock that has none of its own. */
static bool
value_join(const struct value_all *all, struct sh_spoken_slots *slots)
{
	const uint32_t time = SH_SLOT_CLOCK | SH_SLOT_DAYPART, own = SH_SLOT_DAY | SH_SLOT_DURATION | SH_SLOT_NOW;
	struct sh_spoken_slots day;

	if (!all->date.s || !(slots->has & time) || slots->has & own || !value_part(all, all->date, &day) ||
	    !(day.has & SH_SLOT_DAY))
		return false;
	slots->has |= SH_SLOT_DAY;
	slots->day = day.day;
	return true;
}

static bool
value_date(const struct value_all *all, struct sh_spoken *ret)
{
	struct sh_spoken_slots slots, clock;
	struct sh_stamp stamp;

	if (all->clock.s && value_part(all, all->clock, &clock) && value_join(all, &clock))
		return value_slots(all, &clock, &all->zone, "V4", ret);
	sh_spoken_stamp_read(all->date, &stamp);
	if (stamp.kind == SH_STAMP_INSTANT)
		return value_instant(all, &stamp, ret);
	return value_part(all, all->date, &slots) && value_slots(all, &slots, &all->zone, "V3", ret);
}

/* ---- one variable ---- */

static bool
value_words(const struct value_all *all, struct sh_str s, struct sh_spoken *ret)
{
	struct sh_spoken_slots slots;

	if (!value_part(all, s, &slots))
		return false;
	return value_slots(all, &slots, &all->zone, value_join(all, &slots) ? "V4" : "V7", ret);
}

static bool
value_time(const struct value_all *all, struct sh_str s, struct sh_spoken *ret)
{
	struct sh_stamp stamp;

	sh_spoken_stamp_read(s, &stamp);
	switch (stamp.kind) {
	case SH_STAMP_INSTANT:
		return value_instant(all, &stamp, ret);
	case SH_STAMP_DURATION:
		return value_duration(all, &stamp, "V5", ret);
	case SH_STAMP_WALL:
		return value_wall(all, &stamp, ret);
	case SH_STAMP_DAY:
	case SH_STAMP_CLOCK:
	case SH_STAMP_WORDS:
		return value_words(all, s, ret);
	case SH_STAMP_WRONG:
		return all->date.s && s.n <= 4 && value_words(all, s, ret);
	case SH_STAMP_NOTHING:
		return false;
	}
	return false;
}

/* "30", "30.0", "30 minutes". */
static bool
value_minutes(const struct value_all *all, struct sh_str s, struct sh_spoken *ret)
{
	struct sh_stamp stamp = { .kind = SH_STAMP_DURATION };
	int64_t whole;
	size_t n = 0;

	while (n < s.n && s.s[n] >= '0' && s.s[n] <= '9')
		n++;
	if (!sh_text_int((struct sh_str){ s.s, n }, &whole) || whole <= 0 || whole > 366 * 24 * 60)
		return false;
	while (n < s.n && (s.s[n] == '.' || s.s[n] == '0'))
		n++;
	while (n < s.n && s.s[n] == ' ')
		n++;
	if (n < s.n && !sh_text_equal_nocase((struct sh_str){ s.s + n, s.n - n }, sh_str("minutes")) &&
	    !sh_text_equal_nocase((struct sh_str){ s.s + n, s.n - n }, sh_str("min")))
		return false;
	stamp.ms = whole * SH_MINUTE_MS;
	return value_duration(all, &stamp, "V5", ret);
}

static bool
value_one(const struct value_all *all, const struct sh_spoken_value *v, struct sh_spoken *ret)
{
	struct sh_str s = sh_spoken_stamp_trim(v->value);

	if (!v->name.s || s.n == 0 || s.n > VALUE_TEXT_MAX)
		return false;
	switch (value_kind(v->name)) {
	case VALUE_TIME:
		return value_time(all, s, ret);
	case VALUE_DATE:
		return s.s == all->date.s && value_date(all, ret);
	case VALUE_CLOCK:
		return !all->date.s && value_words(all, s, ret);
	case VALUE_MINUTES:
		return value_minutes(all, s, ret);
	case VALUE_ZONE:
		return false;
	}
	return false;
}

bool
sh_spoken_value(struct sh_arena *arena, const struct sh_spoken_in *in, struct sh_spoken *ret)
{
	struct value_all all = { .arena = arena, .in = in, .from_ms = in->ended_ms ? in->ended_ms : in->now_ms };
	struct sh_spoken one;
	bool past = false;

	sh_spoken_zone_variable(in, &all.zone);
	all.date = value_first(in, VALUE_DATE);
	all.clock = value_first(in, VALUE_CLOCK);
	for (size_t i = 0; i < in->nvalues; i++) {
		if (!value_one(&all, &in->values[i], &one))
			continue;
		if (one.instant_ms && one.instant_ms < in->now_ms - VALUE_PAST_MS)
			continue;
		if (one.status == SH_SPOKEN_TIME || !one.reason || strcmp(one.reason, "in_past") != 0) {
			*ret = one;
			return true;
		}
		if (!past)
			*ret = one;
		past = true;
	}
	return past;
}
