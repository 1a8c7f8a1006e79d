/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/purge.c: deletes what is past keeping, one bucket after the other and a few rows at a time, so that nobody waits.
 *
 * A round an hour. Workers purge beside each other; the second finds nothing.
 */
#include "gateway/engine/work.h"

#include "gateway/base/metric.h"

#define PURGE_ROWS 500
#define PURGE_REST_MS SH_HOUR_MS
/* What no cap can count any more: the longest span of a cap, and a day. */
#define PURGE_RANG_MS ((SH_POLICY_DELAY_MAX_S + 86400) * SH_SECOND_MS)

static void purge_bucket(struct sh_engine *);

static void
purge_done(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_engine *eng = SH_OBJ(arg, sh_engine);
	const struct sh_rows *r = st == SH_OK ? sh_rows(res, 0) : NULL;

	if (st == SH_ESYSTEM)
		sh_log(SH_LOG_ERROR, "purge.failed", err->text);
	if (r) {
		sh_metric_add(SH_METRIC_purged, sh_rows_int(r, 0, "gone"));
	}
	/* What failed is tried again in the next round, after all others. */
	if (!r || !sh_rows_bool(r, 0, "more")) {
		eng->purge_bucket = (eng->purge_bucket + 1) % 64;
		eng->purge_left--;
	}
	if (r && eng->purge_left > 0 && !eng->core->draining)
		purge_bucket(eng);
	else
		eng->purging = false;
	sh_work_end(eng);
}

static void
purge_bucket(struct sh_engine *eng)
{
	const struct sh_core_options *o = eng->core->options;
	int64_t now = sh_core_now(eng->core);
	struct sh_unit *u;

	sh_work_begin(eng);
	u = sh_unit_new(eng->core->engine_db, purge_done, eng);
	sh_unit_add(u, SH_SQL_purge, SH_P_SMALL(eng->purge_bucket), SH_P_TIME(now), SH_P_TIME(now - o->keep_activity_s * SH_SECOND_MS),
	    SH_P_TIME(now - o->keep_decisions_s * SH_SECOND_MS), SH_P_TIME(now - PURGE_RANG_MS), SH_P_INT(PURGE_ROWS));
	sh_unit_run(u);
}

void
sh_purge(struct sh_engine *eng)
{
	int64_t now = sh_core_now(eng->core);

	if (eng->purging || (now < eng->purge_at_ms && now >= eng->purge_at_ms - PURGE_REST_MS))
		return;
	eng->purging = true;
	eng->purge_at_ms = now + PURGE_REST_MS;
	eng->purge_left = 64;
	purge_bucket(eng);
}
