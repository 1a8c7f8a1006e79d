/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* What docs/spoken-times.md sets where a policy says nothing, and the names of the answers. */
#include <string.h>

#include "gateway/policy/spoken_private.h"

#include "gateway/base/macro.h"

#define AT(hour, minute) ((hour) * 60 + (minute))

const struct sh_spoken_limits *
sh_spoken_defaults(void)
{
	static const struct sh_spoken_limits limits = {
		.lead_s = 60,
		.horizon_days = 90,
		.default_time_min = AT(10, 0),
		.min_confidence = 40,
		.dayparts = {
			[SH_DAYPART_EARLY_MORNING] = { AT(8, 0), AT(7, 0), AT(9, 0) },
			[SH_DAYPART_FIRST_THING] = { AT(9, 0), AT(8, 0), AT(9, 45) },
			[SH_DAYPART_MORNING] = { AT(9, 0), AT(8, 0), AT(12, 0) },
			[SH_DAYPART_MID_MORNING] = { AT(10, 0), AT(9, 30), AT(11, 30) },
			[SH_DAYPART_LATE_MORNING] = { AT(11, 0), AT(10, 0), AT(12, 0) },
			[SH_DAYPART_NOON] = { AT(12, 0), AT(12, 0), AT(12, 0) },
			[SH_DAYPART_LUNCH] = { AT(12, 0), AT(11, 30), AT(14, 0) },
			[SH_DAYPART_AFTER_LUNCH] = { AT(13, 30), AT(12, 45), AT(15, 0) },
			[SH_DAYPART_EARLY_AFTERNOON] = { AT(13, 0), AT(12, 30), AT(14, 30) },
			[SH_DAYPART_AFTERNOON] = { AT(14, 0), AT(12, 0), AT(18, 0) },
			[SH_DAYPART_MID_AFTERNOON] = { AT(15, 0), AT(14, 0), AT(16, 30) },
			[SH_DAYPART_AFTER_SCHOOL] = { AT(15, 30), AT(15, 0), AT(17, 0) },
			[SH_DAYPART_LATE_AFTERNOON] = { AT(16, 0), AT(15, 0), AT(18, 0) },
			[SH_DAYPART_END_OF_DAY] = { AT(17, 0), AT(16, 0), AT(18, 0) },
			[SH_DAYPART_AFTER_WORK] = { AT(17, 30), AT(17, 0), AT(19, 30) },
			[SH_DAYPART_EARLY_EVENING] = { AT(18, 0), AT(17, 0), AT(19, 30) },
			[SH_DAYPART_EVENING] = { AT(18, 0), AT(17, 0), AT(21, 0) },
			[SH_DAYPART_AFTER_DINNER] = { AT(19, 0), AT(18, 30), AT(20, 30) },
			[SH_DAYPART_NIGHT] = { AT(19, 0), AT(17, 30), AT(21, 0) },
			[SH_DAYPART_LATE_NIGHT] = { AT(20, 0), AT(19, 30), AT(21, 0) },
		},
	};

	return &limits;
}

const char *
sh_spoken_status_name(enum sh_spoken_status status)
{
	static const char *const names[] = { [SH_SPOKEN_NONE] = "none", [SH_SPOKEN_TIME] = "time", [SH_SPOKEN_NO_TIME] = "no_time_given",
		[SH_SPOKEN_REFUSED] = "refused" };

	return names[status];
}

const char *
sh_spoken_precision_name(enum sh_spoken_precision precision)
{
	static const char *const names[] = { [SH_PRECISION_SECOND] = "second", [SH_PRECISION_MINUTE] = "minute",
		[SH_PRECISION_ABOUT] = "about", [SH_PRECISION_DAYPART] = "daypart", [SH_PRECISION_DAY] = "day",
		[SH_PRECISION_WEEK] = "week", [SH_PRECISION_MONTH] = "month" };

	return names[precision];
}

const char *
sh_spoken_agreed_name(enum sh_spoken_agreed agreed)
{
	static const char *const names[] = { [SH_AGREED_SAID] = "said", [SH_AGREED_CONFIRMED] = "confirmed",
		[SH_AGREED_ASSENTED] = "assented", [SH_AGREED_STRUCTURED] = "structured" };

	return names[agreed];
}

const char *
sh_zone_source_name(enum sh_zone_source source)
{
	static const char *const names[] = { [SH_ZONE_FROM_SPEECH] = "speech", [SH_ZONE_FROM_VARIABLE] = "variable",
		[SH_ZONE_FROM_CONTACT] = "contact", [SH_ZONE_FROM_NUMBER] = "number", [SH_ZONE_FROM_WORKSPACE] = "workspace" };

	return names[source];
}

void
sh_spoken_limit(const struct sh_spoken_in *in, struct sh_spoken *ret)
{
	const struct sh_spoken_limits *l = in->limits ? in->limits : sh_spoken_defaults();
	int64_t lead = in->now_ms + (int64_t)l->lead_s * SH_SECOND_MS;
	int32_t days = l->horizon_days < 366 ? l->horizon_days : 366;

	if (ret->status != SH_SPOKEN_TIME)
		return;
	if (ret->instant_ms < lead)
		ret->instant_ms = lead + (SH_SECOND_MS - lead % SH_SECOND_MS) % SH_SECOND_MS;
	if (ret->instant_ms > in->now_ms + days * SH_DAY_MS) {
		ret->status = SH_SPOKEN_NO_TIME;
		ret->reason = "beyond_horizon";
		return;
	}
	if (ret->confidence < 0)
		ret->confidence = 0;
	if (ret->confidence > 100)
		ret->confidence = 100;
}

void
sh_spoken_cost(struct sh_spoken *s, int points, const char *why)
{
	s->confidence += points;
	if (points != 0 && s->ncosts < SH_SPOKEN_COSTS_MAX) {
		s->costs[s->ncosts].why = why;
		s->costs[s->ncosts++].points = points;
	}
}

void
sh_spoken_rule(struct sh_spoken *s, const char *id)
{
	for (uint32_t i = 0; i < s->nrules; i++)
		if (strcmp(s->rules[i], id) == 0)
			return;
	if (s->nrules < SH_SPOKEN_RULES_MAX)
		s->rules[s->nrules++] = id;
}
