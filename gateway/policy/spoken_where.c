/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* In which zone the words are read: the first candidate of section 7. */
#include <string.h>

#include "gateway/policy/spoken_private.h"

static bool
where_same_name(const struct sh_zone *a, const struct sh_zone *b)
{
	return a && b && strcmp(sh_zone_name(a), sh_zone_name(b)) == 0;
}

static void
where_of_number(const struct sh_spoken_place *p, struct sh_spoken_where *ret)
{
	uint32_t first = 0;

	for (uint32_t i = 0; i < p->nnumber && i < SH_SPOKEN_ZONES_MAX; i++)
		if (where_same_name(p->number[i], p->workspace))
			first = i;
	ret->zones[ret->nzones++] = p->number[first];
	for (uint32_t i = 0; i < p->nnumber && i < SH_SPOKEN_ZONES_MAX; i++)
		if (i != first)
			ret->zones[ret->nzones++] = p->number[i];
	ret->source = SH_ZONE_FROM_NUMBER;
}

static void
where_only(const struct sh_zone *z, int32_t fixed_offset_s, enum sh_zone_source source, struct sh_spoken_where *ret)
{
	ret->zones[0] = z;
	ret->nzones = 1;
	ret->fixed_offset_s = fixed_offset_s;
	ret->source = source;
}

void
sh_spoken_where(const struct sh_spoken_in *in, const struct sh_spoken_zone *said, const struct sh_spoken_zone *variable,
    struct sh_spoken_where *ret)
{
	const struct sh_spoken_place *p = &in->place;

	*ret = (struct sh_spoken_where){ 0 };
	ret->yours = said && said->how == SH_ZONE_HOW_YOURS;
	if (ret->yours)
		where_only(p->workspace, 0, SH_ZONE_FROM_SPEECH, ret);
	else if (said && said->zone && (said->how == SH_ZONE_HOW_NAMED || said->how == SH_ZONE_HOW_PLACE))
		where_only(said->zone, said->fixed_offset_s, SH_ZONE_FROM_SPEECH, ret);
	else if (variable && variable->zone)
		where_only(variable->zone, variable->fixed_offset_s, SH_ZONE_FROM_VARIABLE, ret);
	else if (p->earlier)
		where_only(p->earlier, 0, p->earlier_source, ret);
	else if (p->contact)
		where_only(p->contact, 0, SH_ZONE_FROM_CONTACT, ret);
	else if (p->nnumber > 0)
		where_of_number(p, ret);
	else
		where_only(p->workspace, 0, SH_ZONE_FROM_WORKSPACE, ret);
}
