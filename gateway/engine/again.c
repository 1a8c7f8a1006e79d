/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/again.c: what its policy held is looked at again by itself.
 *
 * A callback is held where the policy permits no time in sight, or lacks what it names: a pack, a named policy, a zone. All of them are
 * judged again when other files are loaded (a start, a SIGHUP), when somebody changes what a workspace or an agent says, and once an
 * hour. Those that would not be held go back to their time, and to the claim, whose word counts. What waits for a person's word (a
 * number, evidence, a time beyond a year) is left alone.
 */
#include "gateway/engine/work.h"

#include <stdlib.h>

#include "gateway/engine/permit.h"

#define AGAIN_MOST 200 /* of a look */

struct again {
	struct sh_engine *eng;
	int bucket, found, written;
	struct sh_id after; /* the last one that this look found */
};

static void
again_end(struct again *g, enum sh_status st, const struct sh_error *err)
{
	struct sh_engine *eng = g->eng;
	bool more = st == SH_OK && g->found == AGAIN_MOST;

	eng->again_running = false;
	eng->again_bucket = more ? g->bucket : -1;
	eng->again_after = more ? g->after : (struct sh_id){ 0 };
	if (st == SH_OK) {
		sh_again_look(eng);
	} else {
		eng->again_buckets |= UINT64_C(1) << g->bucket; /* at the sweeper's next round */
		if (st != SH_EAGAIN)
			sh_log(SH_LOG_ERROR, "again.failed", err->text);
	}
	free(g);
	sh_work_end(eng);
}

static void
again_written(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct again *g = arg;

	for (int i = 0; st == SH_OK && i < g->written; i++)
		if (sh_rows_count(sh_rows(res, i)) > 0)
			sh_engine_due_at(g->eng, sh_rows_time(sh_rows(res, i), 0, "due_at"));
	again_end(g, st, err);
}

/* At the time that it has, if that is still to come. */
static bool
again_held(const struct sh_engine *eng, const struct sh_rows *r, int row, int64_t now)
{
	int64_t due_ms = sh_rows_time(r, row, "asked_at");
	struct sh_permit a;

	sh_permit_read(&a, eng->core, r, row, due_ms > now ? due_ms : now);
	sh_permit_judge(&a);
	return a.admitted.what == SH_ADMIT_HOLD;
}

static void
again_found(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct again *g = arg;
	const struct sh_rows *r = st == SH_OK ? sh_rows(res, 0) : NULL;
	int64_t now = sh_core_now(g->eng->core);
	struct sh_unit *u = NULL;

	g->found = r ? sh_rows_count(r) : 0;
	for (int i = 0; i < g->found; i++) {
		struct sh_id tenant = sh_rows_id(r, i, "tenant_id"), callback = sh_rows_id(r, i, "callback_id");
		struct sh_id activity = sh_id_new(now);

		g->after = callback;
		if (again_held(g->eng, r, i, now))
			continue;
		if (!u)
			u = sh_unit_new(g->eng->core->engine_db, again_written, g);
		sh_unit_add(u, SH_SQL_held_again, SH_P_SMALL(g->bucket), SH_P_ID(&tenant), SH_P_ID(&callback),
		    SH_P_INT(sh_rows_int(r, i, "epoch")), SH_P_TIME(now), SH_P_ID(&activity));
		g->written++;
	}
	if (u)
		sh_unit_run(u);
	else
		again_end(g, st, err);
}

void
sh_again_look(struct sh_engine *eng)
{
	struct again *g;
	struct sh_unit *u;

	if (eng->again_running || (eng->again_bucket < 0 && !eng->again_buckets) || eng->core->draining ||
	    !sh_db_ready(eng->core->engine_db) || sh_engine_waits(eng))
		return;
	g = malloc(sizeof(*g));
	if (!g)
		return;
	if (eng->again_bucket < 0) {
		eng->again_bucket = __builtin_ctzll(eng->again_buckets);
		eng->again_buckets &= ~(UINT64_C(1) << eng->again_bucket);
	}
	*g = (struct again){ .eng = eng, .bucket = eng->again_bucket };
	eng->again_running = true;
	sh_work_begin(eng);
	u = sh_unit_new(eng->core->engine_db, again_found, g);
	sh_unit_add(u, SH_SQL_held_found, SH_P_SMALL(g->bucket), SH_P_ID(&eng->again_after), SH_P_INT(AGAIN_MOST));
	sh_unit_run(u);
}
