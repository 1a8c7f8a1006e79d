/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * store/measure.c: what does the database's clock say? Anchored on elapsed time: a step of this machine's wall clock between two
 * measurements is none of the dials' business.
 *
 * Three questions, one after the other; the shortest round trip is believed, and is off by at most half of it. The
 * round at connect also proves the connection: it counts as ready only then.
 */
#include "gateway/store/private.h"

#include <event2/event.h>
#include <stdlib.h>

#include "gateway/base/log.h"

#define MEASURE_PROBES 3
#define MEASURE_EVERY_S 30
#define MEASURE_DRIFT_PER_MS 10000	/* clocks may part by 100 ppm: 1 ms in 10 s */

/*
 * A noisy round does not replace a better one, whose error grows with its age; but one that contradicts it does: somebody set its
 * clock, or it is another server.
 */
static void
measure_believe(struct sh_db *db, int64_t difference_ms, int64_t error_ms)
{
	struct sh_clock *c = db->clock;
	int64_t now_ms = sh_clock_elapsed_ms(), apart_ms = difference_ms - c->database_ms;
	int64_t standing_ms = c->error_ms + (now_ms - db->measured_ms) / MEASURE_DRIFT_PER_MS;

	apart_ms = apart_ms < 0 ? -apart_ms : apart_ms;
	if (c->error_ms >= 0 && db->measured_ms && error_ms > standing_ms && apart_ms <= error_ms + standing_ms)
		return;
	c->database_ms = difference_ms;
	c->error_ms = error_ms;
	db->measured_ms = now_ms;
}

static void measure_probe(struct sh_db *);

static void
measure_done(void *arg, enum sh_status status, const struct sh_result *r, const struct sh_error *e)
{
	struct sh_db *db = SH_OBJ(arg, sh_db);
	int64_t trip_us = sh_clock_elapsed_us() - db->probe_us;

	if (status == SH_EUNKNOWN || !db->conn)
		return;
	if (status != SH_OK) {
		sh_db_lost(db, e->text);
		return;
	}
	if (db->best_us < 0 || trip_us < db->best_us) {
		db->best_us = trip_us;
		db->best_ms = sh_rows_time(sh_rows(r, 0), 0, "now") - (sh_clock_elapsed_us() - trip_us / 2) / 1000;
	}
	if (db->probes > 0) {
		measure_probe(db);
		return;
	}
	/* One ms more: both ends cut theirs to whole ones. */
	if (db->clock)
		measure_believe(db, db->best_ms, (db->best_us + 1999) / 2000 + 1);
	if (!db->ready)
		sh_db_settled(db);
	if (db->conn && !db->dead)
		event_add(db->measure, &(struct timeval){ MEASURE_EVERY_S, 0 });
}

static void
measure_probe(struct sh_db *db)
{
	struct sh_unit *u = sh_unit_new(db, measure_done, db);

	db->probes--;
	u->own = true;
	sh_unit_command(u, (int)sh_sql_nstatements + SH_OWN_CLOCK, NULL, 0);
	sh_db_queue(db, u);
}

void
sh_measure_start(struct sh_db *db)
{
	db->probes = MEASURE_PROBES;
	db->best_us = -1;
	measure_probe(db);
}

static void
measure_again(evutil_socket_t fd, short what, void *arg)
{
	struct sh_db *db = SH_OBJ(arg, sh_db);

	(void)fd;
	(void)what;
	sh_db_enter(db);
	sh_measure_start(db);
	sh_db_leave(db);
}

void
sh_measure_init(struct sh_db *db)
{
	db->measure = evtimer_new(db->base, measure_again, db);
	if (!db->measure)
		abort();
}

void
sh_measure_stop(struct sh_db *db)
{
	event_del(db->measure);
}

void
sh_measure_clear(struct sh_db *db)
{
	event_free(db->measure);
}
