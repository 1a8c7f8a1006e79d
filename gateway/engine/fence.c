/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/fence.c: is this still the database that the dials were written to? docs/ring-once.md, section 6.
 *
 * The guards of T1 to T4 compare timeline and system in their own statements; nobody here has to notice in time. Here the fence is
 * looked at every few seconds and with each new connection: to begin what recovers, and to see that a database whose timeline says
 * nothing is older than what this host has seen. While dials are begun, their buckets get a sign of life every second.
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/metric.h"
#include "gateway/engine/seen.h"
#include "gateway/engine/work.h"

#define FENCE_ALIVE_S 1

struct fence_asked {
	struct sh_engine *eng;
	uint64_t round;
	struct sh_seen_life seen; /* read before the question: whoever wrote it had committed it by then */
};

const char *
sh_engine_waits(const struct sh_engine *eng)
{
	if (!eng->fence_known)
		return "the database has not said yet which one it is";
	return eng->fence_older
		   ? "the database is older than what this host has seen of it: put back the right one, or `switchhook recover`"
		   : NULL;
}

/* ---- signs of life ---- */

struct fence_alive {
	struct sh_engine *eng;
	int64_t at_ms;
	int n; /* buckets */
};

static void
fence_alive_done(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct fence_alive *a = arg;

	(void)err;
	/* Where no bucket took it, the database has not heard it: it is not behind what this host remembers. */
	for (int i = 0; st == SH_OK && i < a->n; i++) {
		const struct sh_rows *r = sh_rows(res, i);
		struct sh_seen_life life = { .ms = a->at_ms };
		struct sh_str system;

		if (sh_rows_count(r) == 0)
			continue;
		system = sh_rows_str(r, 0, "system_id");
		snprintf(life.system, sizeof(life.system), "%.*s", (int)system.n, system.s);
		sh_seen_note(a->eng->seen, &life);
		break;
	}
	sh_work_end(a->eng);
	free(a);
}

static void
fence_alive(evutil_socket_t fd, short what, void *arg)
{
	struct sh_engine *eng = SH_OBJ(arg, sh_engine);
	struct fence_alive *a;
	struct sh_unit *u;

	(void)fd;
	(void)what;
	if (!eng->dialled_buckets || !sh_db_ready(eng->core->engine_db) || sh_engine_waits(eng))
		return;
	a = malloc(sizeof(*a));
	if (!a)
		return;
	*a = (struct fence_alive){ eng, sh_core_now(eng->core), __builtin_popcountll(eng->dialled_buckets) };
	sh_work_begin(eng);
	u = sh_unit_new(eng->core->engine_db, fence_alive_done, a);
	for (int b = 0; b < 64; b++)
		if (eng->dialled_buckets >> b & 1)
			sh_unit_add(u, SH_SQL_fence_alive, SH_P_SMALL(b), SH_P_TIME(a->at_ms));
	sh_unit_run(u);
	eng->dialled_buckets = 0;
	/* At most once a second: what is begun meanwhile waits for this. */
	event_add(eng->alive, &(struct timeval){ FENCE_ALIVE_S, 0 });
}

void
sh_fence_dialled(struct sh_engine *eng, int bucket)
{
	eng->dialled_buckets |= UINT64_C(1) << bucket;
	if (!evtimer_pending(eng->alive, NULL))
		event_add(eng->alive, &(struct timeval){ 0, 0 });
}

/* ---- which database? ---- */

static void
fence_noticed(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_engine *eng = SH_OBJ(arg, sh_engine);
	const struct sh_rows *r = st == SH_OK ? sh_rows(res, 0) : NULL;

	if (st == SH_ESYSTEM)
		sh_log(SH_LOG_ERROR, "fence.failed", err->text);
	if (r && sh_rows_count(r) > 0)
		sh_log(SH_LOG_ERROR, "fence.recovering",
		    "this is not the database that the dials were written to, or a person asked: nothing is dialled until no dial "
		    "of "
		    "before can appear and what the providers know is merged",
		    SH_F_INT("buckets", sh_rows_count(r)), SH_F_INT("lost_from_ms", sh_rows_time(r, 0, "lost_from")));
	sh_work_end(eng);
}

/* The quiet: until the verdict of a dial that would begin now, of whichever driver takes longest. */
static void
fence_notice(struct sh_engine *eng)
{
	int64_t now = sh_core_now(eng->core), quiet = now;
	struct sh_unit *u;

	for (size_t i = 0; i < sh_drivers_count(eng->core->drivers); i++) {
		const struct sh_driver_loaded *d = sh_drivers_at(eng->core->drivers, i);
		int64_t verdict = d->refused ? now : sh_dial_times(eng->core, &d->table, now).verdict_ms;

		if (verdict > quiet)
			quiet = verdict;
	}
	sh_work_begin(eng);
	u = sh_unit_new(eng->core->engine_db, fence_noticed, eng);
	sh_unit_add(u, SH_SQL_merge_notice, SH_P_TIME(now), SH_P_TIME(quiet));
	sh_unit_add_params(u, SH_SQL_merge_unused, (const struct sh_param[]){ SH_P_TIME(now) }, 1);
	sh_unit_run(u);
}

static void
fence_compare(struct sh_engine *eng, const struct sh_rows *r, const struct fence_asked *a)
{
	int64_t alive = sh_rows_time(r, 0, "alive_at");
	bool recovering = sh_rows_bool(r, 0, "unnoticed") || sh_rows_int(r, 0, "recovering") > 0;
	bool was_known = eng->fence_known, older;

	/* Another cluster is told by the guards themselves, and what this host saw of the last one says nothing about it. */
	older = !recovering && alive < a->seen.ms && sh_str_is(sh_rows_str(r, 0, "system"), a->seen.system);
	if (older && (!was_known || !eng->fence_older))
		sh_log(SH_LOG_ERROR, "fence.older",
		    "the database is older than what this host has seen of it: nothing is dialled; put back the right one, or run "
		    "`switchhook recover`",
		    SH_F_INT("alive_at_ms", alive), SH_F_INT("seen_ms", a->seen.ms));
	eng->fence_older = older;
	eng->fence_known = true;
	if (!was_known)
		sh_claim_look(eng);
}

/* Any of them: workers that took them in order would all want the first. */
static int
fence_pick(uint64_t ready)
{
	uint8_t dice;

	sh_id_random(&dice, sizeof(dice));
	for (int n = dice % __builtin_popcountll(ready); n > 0; n--)
		ready &= ready - 1;
	return __builtin_ctzll(ready);
}

static void
fence_looked(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct fence_asked *a = arg;
	struct sh_engine *eng = a->eng;
	const struct sh_rows *r = st == SH_OK ? sh_rows(res, 0) : NULL;
	uint64_t ready;

	if (st == SH_ESYSTEM)
		sh_log(SH_LOG_ERROR, "fence.failed", err->text);
	if (a->round == eng->fence_round) {
		eng->fence_asked = false;
		if (r && sh_rows_count(r) > 0) {
			fence_compare(eng, r, a);
			sh_metric_set(SH_METRIC_recovering, sh_rows_int(r, 0, "recovering"));
			ready = (uint64_t)sh_rows_int(r, 0, "ready");
			if (sh_rows_bool(r, 0, "unnoticed"))
				fence_notice(eng);
			else if (ready && !eng->merging && !eng->core->draining)
				sh_merge_begin(eng, fence_pick(ready));
		}
	}
	free(a);
	sh_work_end(eng);
}

void
sh_fence_look(struct sh_engine *eng)
{
	struct fence_asked *a;
	struct sh_unit *u;

	if (eng->fence_asked || !sh_db_ready(eng->core->engine_db))
		return;
	a = malloc(sizeof(*a));
	if (!a)
		return;
	*a = (struct fence_asked){ eng, eng->fence_round, sh_seen_newest(eng->seen) };
	eng->fence_asked = true;
	sh_work_begin(eng);
	u = sh_unit_new(eng->core->engine_db, fence_looked, a);
	sh_unit_add_params(u, SH_SQL_fence_look, (const struct sh_param[]){ SH_P_TIME(sh_core_now(eng->core)) }, 1);
	sh_unit_run(u);
}

bool
sh_fence_init(struct sh_engine *eng)
{
	eng->alive = evtimer_new(eng->core->base, fence_alive, eng);
	eng->seen = sh_seen_new(eng->core->options->state_dir);
	return eng->alive && eng->seen;
}

void
sh_fence_clear(struct sh_engine *eng)
{
	if (eng->alive)
		event_free(eng->alive);
	sh_seen_free(eng->seen);
}
