/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* api/lacks.h: a call that is asked for under a policy that lacks what it names is refused, with the name of what is lacking. */
#ifndef SH_API_LACKS_H
#define SH_API_LACKS_H

#include "gateway/api/request.h"
#include "gateway/engine/permit.h"

/* After sh_permit_judge. True: a problem was answered. */
static inline bool
sh_api_lacks(struct sh_api_request *r, const struct sh_permit *p)
{
	char text[SH_PERMIT_HELD];

	if (p->admitted.lack.what == SH_LACK_NOTHING)
		return false;
	sh_api_problem(r, SH_PROBLEM_policy_incomplete, "no call is made: %s", sh_permit_held(p, text));
	return true;
}

#endif
