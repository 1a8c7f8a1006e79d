/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/promise.c: callbacks keep the wall clock that was promised.
 *
 * Governments change clocks with weeks of notice, and the time of a callback is stored as an instant. Beside it stand the wall
 * clock, the zone, and the version of the zone data by which the one became the other. A worker that comes with other data
 * (an update of tzdata and a SIGHUP) looks at those that wait, bucket by bucket, and moves them to where their wall clock is now.
 * What was promised as elapsed time has no wall clock, and stays.
 */
#include "gateway/engine/work.h"

#include <stdio.h>
#include <stdlib.h>

#include "gateway/policy/whereabouts.h"

#define PROMISE_MOST 200 /* of a look */
#define PROMISE_BUCKETS 64

struct promise {
	struct sh_engine *eng;
	int bucket;
	int found;
};

static void
promise_end(struct promise *p, enum sh_status st, const struct sh_error *err)
{
	struct sh_engine *eng = p->eng;

	eng->promising = false;
	if (st == SH_OK) {
		if (p->found < PROMISE_MOST)
			eng->promise_bucket++;
		sh_promise_look(eng);
	} else if (st != SH_EAGAIN) {
		sh_log(SH_LOG_ERROR, "promise.failed", err->text);
	}
	free(p);
	sh_work_end(eng);
}

static void
promise_written(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	(void)res;
	promise_end(arg, st, err);
}

/* What anything moved since stays where it is, unless it would come before its promise. */
static void
promise_keep(struct promise *p, struct sh_unit *u, const struct sh_rows *r, int row)
{
	const struct sh_core *core = p->eng->core;
	struct sh_id tenant = sh_rows_id(r, row, "tenant_id"), callback = sh_rows_id(r, row, "callback_id");
	struct sh_str version = sh_str(sh_zones_version(core->zones)), name = sh_rows_str(r, row, "wall_zone");
	const struct sh_zone *zone = sh_zones_find(core->zones, name);
	int64_t due_ms = sh_rows_time(r, row, "due_at"), now = sh_core_now(core), again;
	bool moved = !sh_rows_null(r, row, "first_due_at");
	int64_t promised_ms = moved ? sh_rows_time(r, row, "first_due_at") : due_ms;
	struct sh_id activity = sh_id_new(now);
	char told[160];

	if (!zone || !sh_wall_again(zone, sh_rows_int(r, row, "wall_ms"), promised_ms, &again)) {
		sh_unit_add(u, SH_SQL_promise_known, SH_P_SMALL(p->bucket), SH_P_ID(&tenant), SH_P_ID(&callback),
		    SH_P_INT(sh_rows_int(r, row, "epoch")), SH_P_TEXT(version));
		return;
	}
	if (!moved || due_ms < again)
		due_ms = again;
	snprintf(told, sizeof(told), "attempt %d keeps its wall clock: by zone data %s the clocks of %s are others",
	    (int)sh_rows_int(r, row, "attempt"), sh_zones_version(core->zones), sh_zone_name(zone));
	sh_unit_add(u, SH_SQL_promise_again, SH_P_SMALL(p->bucket), SH_P_ID(&tenant), SH_P_ID(&callback),
	    SH_P_INT(sh_rows_int(r, row, "epoch")), SH_P_TEXT(version), SH_P_TIME(due_ms), SH_P_TIME_OR_NULL(moved ? again : 0),
	    SH_P_TIME(now), SH_P_ID(&activity), SH_P_TEXT(sh_str(told)));
	sh_engine_due_at(p->eng, due_ms);
}

static void
promise_found(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct promise *p = arg;
	const struct sh_rows *r = st == SH_OK ? sh_rows(res, 0) : NULL;
	struct sh_unit *u;

	p->found = r ? sh_rows_count(r) : 0;
	if (p->found == 0) {
		promise_end(p, st, err);
		return;
	}
	u = sh_unit_new(p->eng->core->engine_db, promise_written, p);
	for (int i = 0; i < p->found; i++)
		promise_keep(p, u, r, i);
	sh_unit_run(u);
}

void
sh_promise_look(struct sh_engine *eng)
{
	struct promise *p;
	struct sh_unit *u;

	if (eng->promising || eng->promise_bucket >= PROMISE_BUCKETS || eng->core->draining || !sh_db_ready(eng->core->engine_db) ||
	    sh_engine_waits(eng))
		return;
	p = malloc(sizeof(*p));
	if (!p)
		return;
	*p = (struct promise){ .eng = eng, .bucket = eng->promise_bucket };
	eng->promising = true;
	sh_work_begin(eng);
	u = sh_unit_new(eng->core->engine_db, promise_found, p);
	sh_unit_add(u, SH_SQL_promise_stale, SH_P_SMALL(p->bucket), SH_P_TEXT(sh_str(sh_zones_version(eng->core->zones))),
	    SH_P_INT(PROMISE_MOST));
	sh_unit_run(u);
}
