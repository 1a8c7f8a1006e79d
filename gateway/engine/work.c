/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* engine/work.c: steps that several pieces of work share. */
#include "gateway/engine/work.h"

#include <stdio.h>

static void
work_unit_done(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	(void)res;
	if (st != SH_OK && st != SH_EAGAIN)
		sh_log(SH_LOG_ERROR, "unit.failed", err->text);
	sh_work_end(arg);
}

struct sh_unit *
sh_work_unit(struct sh_engine *eng)
{
	sh_work_begin(eng);
	return sh_unit_new(eng->core->engine_db, work_unit_done, eng);
}

void
sh_work_activity(struct sh_unit *u, struct sh_engine *eng, const struct sh_ref *ref, const struct sh_about *about, const char *kind,
    const char *text)
{
	int64_t now = sh_core_now(eng->core);
	struct sh_id id = sh_id_new(now);

	sh_unit_add(u, SH_SQL_activity_add, SH_P_SMALL(ref->bucket), SH_P_ID(&ref->tenant), SH_P_ID(&id), SH_P_TIME(now),
	    SH_P_TEXT(sh_str(kind)), SH_P_TEXT(sh_str(text)), SH_P_ID(sh_id_or_null(&about->workspace)),
	    SH_P_ID(sh_id_or_null(&about->number)), SH_P_ID(sh_id_or_null(&about->agent)), SH_P_ID(sh_id_or_null(&about->callback)),
	    SH_P_ID(sh_id_or_null(&about->chain)), SH_P_ID(sh_id_or_null(&about->dial)));
}

void
sh_work_unknown(struct sh_str provider, struct sh_str reason, const struct sh_id *call)
{
	sh_board_unknown_reason(provider);
	sh_log(SH_LOG_WARN, "call.reason", "a call ended for a reason that its driver does not know", SH_F_TEXT("driver", provider),
	    SH_F_TEXT("reason", reason), SH_F_ID("call_id", call));
}

void
sh_work_act(struct sh_unit *u, struct sh_engine *eng, const struct sh_ref *ref, const struct sh_about *about, enum sh_action action,
    struct sh_str reason)
{
	char text[160];
	int n = (int)(reason.n < 80 ? reason.n : 80);

	switch (action) {
	case SH_ACTION_PAUSE_WORKSPACE:
		sh_unit_add(u, SH_SQL_workspace_pause, SH_P_SMALL(ref->bucket), SH_P_ID(&ref->tenant), SH_P_ID(&about->workspace),
		    SH_P_TEXT(reason), SH_P_TIME(sh_core_now(eng->core)));
		snprintf(text, sizeof(text), "workspace paused: %.*s; mend it there, then test the credentials", n, reason.s);
		sh_work_activity(u, eng, ref, about, "workspace.paused", text);
		sh_log(SH_LOG_ERROR, "workspace.paused", "the provider refuses until somebody mends it",
		    SH_F_ID("workspace_id", &about->workspace), SH_F_TEXT("reason", reason));
		break;
	case SH_ACTION_PAUSE_AGENT:
		sh_unit_add(u, SH_SQL_agent_pause, SH_P_SMALL(ref->bucket), SH_P_ID(&ref->tenant), SH_P_ID(&about->agent));
		snprintf(text, sizeof(text), "agent disabled: %.*s", n, reason.s);
		sh_work_activity(u, eng, ref, about, "agent.paused", text);
		break;
	case SH_ACTION_REST_NUMBER:
		snprintf(text, sizeof(text), "the number should rest: %.*s", n, reason.s);
		sh_work_activity(u, eng, ref, about, "number.rest", text);
		break;
	case SH_ACTION_NUMBER_INVALID:
		snprintf(text, sizeof(text), "the callee's number is not valid: %.*s", n, reason.s);
		sh_work_activity(u, eng, ref, about, "callee.invalid", text);
		break;
	case SH_ACTION_NONE:
		break;
	}
}
