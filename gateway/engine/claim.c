/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/claim.c: finds what is due and hands it on.
 *
 * One statement says which buckets have anything due and when the next thing will be. Each such bucket is claimed in a
 * statement of its own, a few at a time and no more than there is room to work on, since what is claimed and then waits in
 * memory comes past its lease; workers skip each other's rows. A dial is admitted by the policy here, before its intent.
 */
#include "gateway/engine/work.h"

#include <stdlib.h>

#include "gateway/base/metric.h"
#include "gateway/policy/decide.h"

#define CLAIM_MOST 100 /* rows of one bucket at a time */
#define CLAIM_AT_ONCE 4 /* buckets at a time */

struct claim {
	struct sh_engine *eng;
	int bucket;
};

static void claim_more(struct sh_engine *);

static void
claim_admit(struct sh_engine *eng, const struct sh_rows *r, int i, const struct sh_ref *ref, int64_t now)
{
	const struct sh_core *core = eng->core;
	struct sh_whereabouts place = { .zones = core->zones, .workspace = sh_zones_find(core->zones, sh_rows_str(r, i, "timezone")) };
	int64_t asked_ms = sh_rows_time(r, i, "asked_at"), next_ms;
	struct sh_dialling dialling = { .now_ms = now, .named_ms = sh_rows_bool(r, i, "explicit") ? asked_ms : 0 };
	struct sh_admitted admitted;
	struct sh_account_words words = sh_account_words(r, i);
	struct sh_policy policy;
	struct sh_unit *u;
	int epoch = (int)sh_rows_int(r, i, "epoch");

	if (!place.workspace)
		place.workspace = sh_zones_find(core->zones, SH_STR("UTC"));
	sh_account_policy(core, &words, &policy);
	sh_decide_admit(&policy, &place, &dialling, &admitted);
	if (admitted.what == SH_ADMIT) {
		sh_metric_add(SH_METRIC_callback_late_ms, now - asked_ms);
		sh_dial_begin(eng, ref, epoch, sh_rows_str(r, i, "provider"));
		return;
	}
	/* Nothing permitted in sight: looked at again tomorrow, so that a mended policy takes effect. */
	next_ms = admitted.what == SH_ADMIT_LATER ? admitted.next_ms : now + SH_DAY_MS;
	u = sh_work_unit(eng);
	sh_unit_add(u, SH_SQL_claim_defer, SH_P_SMALL(ref->bucket), SH_P_ID(&ref->tenant), SH_P_ID(&ref->id), SH_P_INT(epoch),
	    SH_P_TIME(next_ms));
	sh_unit_run(u);
	sh_engine_due_at(eng, next_ms);
	sh_log(SH_LOG_INFO, "dial.deferred", "quiet hours", SH_F_ID("callback_id", &ref->id), SH_F_INT("until_ms", next_ms));
}

static void
claim_done(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct claim *c = arg;
	struct sh_engine *eng = c->eng;
	const struct sh_rows *r = st == SH_OK ? sh_rows(res, 0) : NULL;
	int64_t now = sh_core_now(eng->core);
	int n = r ? sh_rows_count(r) : 0;

	if (n > 0 && SH_FAILPOINT(claim_committed))
		n = 0;
	eng->claims_running--;
	if (st == SH_ESYSTEM)
		sh_log(SH_LOG_ERROR, "claim.failed", err->text);
	for (int i = 0; i < n; i++) {
		struct sh_ref ref = { c->bucket, sh_rows_id(r, i, "tenant_id"), sh_rows_id(r, i, "id") };
		struct sh_str kind = sh_rows_str(r, i, "kind");

		if (sh_str_is(kind, "dial"))
			claim_admit(eng, r, i, &ref, now);
		else if (sh_str_is(kind, "decide"))
			sh_decide_begin(eng, &ref);
		else if (sh_str_is(kind, "look"))
			sh_look_begin(eng, &ref);
		else
			sh_ask_begin(eng, &ref);
	}
	free(c);
	eng->look_again |= n > 0;
	claim_more(eng);
	sh_work_end(eng);
}

static void
claim_bucket(struct sh_engine *eng, int bucket, int64_t now)
{
	const struct sh_core_options *o = eng->core->options;
	struct claim *c = malloc(sizeof(*c));
	struct sh_unit *u;

	if (!c)
		return;
	*c = (struct claim){ eng, bucket };
	sh_work_begin(eng);
	eng->claims_running++;
	u = sh_unit_new(eng->core->engine_db, claim_done, c);
	sh_unit_add(u, SH_SQL_due_claim, SH_P_SMALL(bucket), SH_P_TIME(now), SH_P_INT(CLAIM_MOST),
	    SH_P_TIME(now + o->claim_lease_s * SH_SECOND_MS), SH_P_TIME(now + o->dial_lease_s * SH_SECOND_MS));
	sh_unit_run(u);
}

/* The next buckets of the last look. Where there is no room, what is left of it is forgotten: it is looked at again. */
static void
claim_more(struct sh_engine *eng)
{
	if (eng->due_count > 0 && (eng->core->draining || eng->running > SH_WORK_MOST)) {
		eng->due_count = 0;
		eng->look_again = true;
	}
	while (eng->due_count > 0 && eng->claims_running < CLAIM_AT_ONCE)
		claim_bucket(eng, eng->due_buckets[--eng->due_count], sh_core_now(eng->core));
	if (eng->claims_running == 0 && eng->look_again)
		sh_claim_look(eng);
}

static void
claim_looked(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_engine *eng = SH_OBJ(arg, sh_engine);
	const struct sh_rows *r = st == SH_OK ? sh_rows(res, 0) : NULL;
	int n = 0;

	eng->looking = false;
	if (st == SH_ESYSTEM)
		sh_log(SH_LOG_ERROR, "claim.failed", err->text);
	/* They come in order of time. */
	while (r && n < sh_rows_count(r) && sh_rows_bool(r, n, "is_due"))
		n++;
	if (r && n < sh_rows_count(r))
		sh_engine_due_at(eng, sh_rows_time(r, n, "due_at"));
	/* Taken from the end: the longest overdue first. */
	for (eng->due_count = 0; eng->due_count < n; eng->due_count++)
		eng->due_buckets[eng->due_count] = (uint8_t)sh_rows_int(r, n - 1 - eng->due_count, "bucket");
	claim_more(eng);
	sh_work_end(eng);
}

void
sh_claim_look(struct sh_engine *eng)
{
	struct sh_unit *u;

	if (eng->core->draining || !sh_db_ready(eng->core->engine_db) || sh_engine_waits(eng))
		return;
	if (eng->looking || eng->claims_running > 0 || eng->running > SH_WORK_MOST) {
		eng->look_again = true;
		return;
	}
	eng->looking = true;
	eng->look_again = false;
	sh_work_begin(eng);
	u = sh_unit_new(eng->core->engine_db, claim_looked, eng);
	sh_unit_add_params(u, SH_SQL_due_next, (const struct sh_param[]){ SH_P_TIME(sh_core_now(eng->core)) }, 1);
	sh_unit_run(u);
}
