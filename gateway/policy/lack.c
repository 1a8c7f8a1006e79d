/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/policy/lack.h"

#include <stdio.h>

#include "gateway/policy/decide.h"

struct sh_lack
sh_lack_find(const struct sh_policy *p, const struct sh_whereabouts *place)
{
	if (p->lacks == SH_LACK_POLICY)
		return (struct sh_lack){ SH_LACK_POLICY, p->name };
	if (p->lacks != SH_LACK_NOTHING)
		return (struct sh_lack){ p->lacks, "" };
	for (int i = 0; place->packs && i < p->npacks; i++)
		if (!sh_packs_version(place->packs, p->packs[i]))
			return (struct sh_lack){ SH_LACK_PACK, p->packs[i] };
	return (struct sh_lack){ SH_LACK_NOTHING, "" };
}

const char *
sh_lack_reason(enum sh_lack_what what)
{
	static const char *const reasons[] = {
		[SH_LACK_NOTHING] = "no_permitted_time", [SH_LACK_POLICY] = "no_policy", [SH_LACK_OVERRIDES] = "policy_unreadable",
		[SH_LACK_PACK] = "no_pack", [SH_LACK_ZONE] = "no_zone",
	};

	return reasons[what];
}

void
sh_lack_text(const struct sh_lack *l, char out[192])
{
	switch (l->what) {
	case SH_LACK_NOTHING:
		snprintf(out, 192, "nothing is lacking");
		break;
	case SH_LACK_POLICY:
		snprintf(out, 192, "the policy %s, which the workspace names, is not there", l->name);
		break;
	case SH_LACK_OVERRIDES:
		snprintf(out, 192, "the stored overrides do not read as a policy");
		break;
	case SH_LACK_PACK:
		snprintf(out, 192, "the jurisdiction pack %s, which the policy names, is not there", l->name);
		break;
	case SH_LACK_ZONE:
		snprintf(out, 192, "the time zone %s, which the policy names, is not known here", l->name);
		break;
	}
}
