/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/sweep.c: what a worker that died left behind, and the proof that nothing is lost.
 *
 * One look over all buckets finds where a claim, a dial or an event is past its lease; each such bucket is mended by
 * its own statements. Bucket by bucket the sweeper proves the balance: every callback is due, claimed, on a live dial,
 * parked or at its end, and every customer's balance is the sum of the ledger.
 */
#include "gateway/engine/work.h"

#include <stdlib.h>

#include "gateway/base/metric.h"

#define SWEEP_EVENTS 500
#define SWEEP_CHAINS 500
/* Where more chains are open than are looked at together, the parts are apart. */
#define SWEEP_CHAINS_LOOKED_AT 200
#define SWEEP_CHAINS_REST_MS 10000
/* The proof reads a whole bucket. Where that takes longer than this, it rests afterwards: fifty times as long, two minutes at most. */
#define SWEEP_PROOF_MS 500
#define SWEEP_REST_TIMES 50
#define SWEEP_REST_MS 120000
#define SWEEP_PARTITIONS_MS (6 * SH_HOUR_MS)

struct swept {
	struct sh_engine *eng;
	int bucket;
};

static struct swept *
sweep_part(struct sh_engine *eng, int bucket)
{
	struct swept *s = malloc(sizeof(*s));

	if (s) {
		*s = (struct swept){ eng, bucket };
		sh_work_begin(eng);
	}
	return s;
}

static void
sweep_dials_done(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct swept *s = arg;
	const struct sh_rows *r = st == SH_OK ? sh_rows(res, 0) : NULL;

	if (st == SH_ESYSTEM)
		sh_log(SH_LOG_ERROR, "sweep.failed", err->text);
	for (int i = 0; r && i < sh_rows_count(r); i++) {
		struct sh_ref ref = { s->bucket, sh_rows_id(r, i, "tenant_id"), sh_rows_id(r, i, "dial_id") };

		sh_dial_abandoned(s->eng, &ref, sh_str_is(sh_rows_str(r, i, "state"), "sent"), sh_rows_time(r, i, "send_before"));
	}
	sh_work_end(s->eng);
	free(s);
}

static void
sweep_events_done(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct swept *s = arg;
	const struct sh_rows *r = st == SH_OK ? sh_rows(res, 0) : NULL;

	if (st == SH_ESYSTEM)
		sh_log(SH_LOG_ERROR, "sweep.failed", err->text);
	for (int i = 0; r && i < sh_rows_count(r); i++) {
		struct sh_id tenant = sh_rows_id(r, i, "tenant_id"), event = sh_rows_id(r, i, "event_id");

		sh_engine_event(s->eng, s->bucket, &tenant, sh_rows_int(r, i, "day"), &event);
	}
	if (r && sh_rows_count(r) == SWEEP_EVENTS)
		s->eng->sweep_more = true;
	sh_work_end(s->eng);
	free(s);
}

static void
sweep_forgot(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct swept *s = arg;
	const struct sh_rows *r = st == SH_OK ? sh_rows(res, 0) : NULL;

	if (st == SH_ESYSTEM)
		sh_log(SH_LOG_ERROR, "sweep.failed", err->text);
	if (r) {
		bool rest = !sh_rows_null(r, 0, "next") && sh_rows_int(r, 0, "forgotten") == 0;

		s->eng->forgets[s->bucket].from_ms = sh_rows_time(r, 0, "next");
		s->eng->forgets[s->bucket].at_ms = rest ? sh_clock_elapsed_ms() + SWEEP_CHAINS_REST_MS : 0;
	}
	sh_work_end(s->eng);
	free(s);
}

static void
sweep_bucket(struct sh_engine *eng, int bucket, bool claims, bool dials, bool events, bool forgets, int64_t now)
{
	struct sh_db *db = eng->core->engine_db;
	struct sh_unit *u;
	struct swept *s;

	if (claims) {
		u = sh_work_unit(eng);
		sh_unit_add(u, SH_SQL_sweep_claims, SH_P_SMALL(bucket), SH_P_TIME(now));
		SH_UNIT_FAILPOINT(u, sweep_before_commit);
		sh_unit_run(u);
	}
	if (dials && (s = sweep_part(eng, bucket))) {
		u = sh_unit_new(db, sweep_dials_done, s);
		sh_unit_add(u, SH_SQL_sweep_dials, SH_P_SMALL(bucket), SH_P_TIME(now));
		sh_unit_add(u, SH_SQL_dial_free, SH_P_SMALL(bucket), SH_P_TIME(now));
		SH_UNIT_FAILPOINT(u, sweep_before_commit);
		sh_unit_run(u);
	}
	if (forgets && sh_clock_elapsed_ms() >= eng->forgets[bucket].at_ms && (s = sweep_part(eng, bucket))) {
		u = sh_unit_new(db, sweep_forgot, s);
		sh_unit_add(u, SH_SQL_chain_forget, SH_P_SMALL(bucket), SH_P_TIME(now), SH_P_INT(SWEEP_CHAINS),
		    SH_P_TIME(eng->forgets[bucket].from_ms), SH_P_INT(SWEEP_CHAINS_LOOKED_AT));
		sh_unit_run(u);
	}
	if (events && (s = sweep_part(eng, bucket))) {
		u = sh_unit_new(db, sweep_events_done, s);
		sh_unit_add(u, SH_SQL_inbox_orphans, SH_P_SMALL(bucket), SH_P_TIME(now),
		    SH_P_TIME(now + eng->core->options->process_lease_s * SH_SECOND_MS), SH_P_INT(SWEEP_EVENTS));
		sh_unit_run(u);
	}
}

static void
sweep_found(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_engine *eng = SH_OBJ(arg, sh_engine);
	const struct sh_rows *r = st == SH_OK ? sh_rows(res, 0) : NULL;
	int64_t now = sh_core_now(eng->core);
	/* Which claims and dials a database that is older, or not known yet, left behind, nobody can say. */
	bool known = !sh_engine_waits(eng);

	if (st == SH_ESYSTEM)
		sh_log(SH_LOG_ERROR, "sweep.failed", err->text);
	for (int i = 0; r && i < sh_rows_count(r); i++)
		sweep_bucket(eng, (int)sh_rows_int(r, i, "bucket"), known && sh_rows_bool(r, i, "claims"),
		    known && sh_rows_bool(r, i, "dials"), sh_rows_bool(r, i, "events"), sh_rows_bool(r, i, "forgets"), now);
	sh_work_end(eng);
}

static void
sweep_balanced(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_engine *eng = SH_OBJ(arg, sh_engine);
	int64_t now = sh_clock_elapsed_ms(), took = now - eng->proof_began_ms, rest = took * SWEEP_REST_TIMES;

	(void)err;
	eng->proof_at_ms = took < SWEEP_PROOF_MS ? now : now + (rest < SWEEP_REST_MS ? rest : SWEEP_REST_MS);
	if (st == SH_OK) {
		eng->balance_bad += sh_rows_int(sh_rows(res, 1), 0, "callbacks");
		eng->ledger_bad += sh_rows_int(sh_rows(res, 1), 0, "ledgers");
		eng->balance_bucket = (eng->balance_bucket + 1) % 64;
		if (eng->balance_bucket == 0) {
			sh_metric_set(SH_METRIC_balance, eng->balance_bad);
			sh_metric_set(SH_METRIC_ledger_imbalance, eng->ledger_bad);
			eng->balance_bad = eng->ledger_bad = 0;
		}
	}
	sh_work_end(eng);
}

void
sh_sweep(struct sh_engine *eng)
{
	struct sh_db *db = eng->core->engine_db;
	int64_t now = sh_core_now(eng->core);
	struct sh_unit *u;

	if (eng->core->draining || !sh_db_ready(db))
		return;
	sh_work_begin(eng);
	u = sh_unit_new(db, sweep_found, eng);
	sh_unit_add(u, SH_SQL_sweep_find, SH_P_TIME(now));
	sh_unit_run(u);

	if (sh_clock_elapsed_ms() >= eng->proof_at_ms) {
		eng->proof_began_ms = sh_clock_elapsed_ms();
		eng->proof_at_ms = INT64_MAX;
		sh_work_begin(eng);
		u = sh_unit_new(db, sweep_balanced, eng);
		sh_unit_add(u, SH_SQL_due_orphans, SH_P_SMALL(eng->balance_bucket));
		sh_unit_add(u, SH_SQL_balance, SH_P_SMALL(eng->balance_bucket));
		sh_unit_run(u);
	}

	if (now >= eng->partitions_at_ms || now < eng->partitions_at_ms - SWEEP_PARTITIONS_MS) {
		eng->partitions_at_ms = now + SWEEP_PARTITIONS_MS;
		u = sh_work_unit(eng);
		sh_unit_add(u, SH_SQL_partitions_ahead, SH_P_TIME(now));
		sh_unit_run(u);
		u = sh_work_unit(eng);
		sh_unit_add(u, SH_SQL_partitions_drop, SH_P_TIME(now - eng->core->options->keep_events_s * SH_SECOND_MS));
		sh_unit_run(u);
	}
	sh_purge(eng);
}
