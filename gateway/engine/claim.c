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

#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/metric.h"
#include "gateway/base/time.h"
#include "gateway/engine/permit.h"

#define CLAIM_MOST 100 /* rows of one bucket at a time */
#define CLAIM_AT_ONCE 4 /* buckets at a time */

struct claim {
	struct sh_engine *eng;
	int bucket;
};

static void claim_more(struct sh_engine *);

/* The policy says no, for now or for good. */
static void
claim_refused(
    struct sh_engine *eng, const struct sh_permit *a, const struct sh_dial_terms *terms, const struct sh_ref *ref, int epoch)
{
	static const char *const states[] = {
		[SH_ADMIT_LATER] = "scheduled", [SH_ADMIT_HOLD] = "held", [SH_ADMIT_EXPIRED] = "expired"
	};
	enum sh_admission what = a->admitted.what;
	int64_t now = a->dialling.now_ms, next_ms = what == SH_ADMIT_LATER ? a->admitted.next_ms : 0;
	struct sh_id decision = sh_id_new(now), activity = sh_id_new(now);
	struct sh_unit *u = sh_work_unit(eng);
	char told[240], then[32] = "";

	sh_time_format_rfc3339(next_ms ? next_ms : a->dialling.due_since_ms, then);
	if (what == SH_ADMIT_LATER)
		snprintf(told, sizeof(told), "moved to %s: %s", then, sh_permit_why(a));
	else if (what == SH_ADMIT_HOLD)
		snprintf(told, sizeof(told), "held: %s", sh_permit_held(a, (char[SH_PERMIT_HELD]){ "" }));
	else
		snprintf(told, sizeof(told), "given up: it was due at %s", then);
	sh_unit_add(u, SH_SQL_claim_decided, SH_P_SMALL(ref->bucket), SH_P_ID(&ref->tenant), SH_P_ID(&ref->id), SH_P_INT(epoch),
	    SH_P_TEXT(sh_str(states[what])), SH_P_TIME_OR_NULL(next_ms), SH_P_TIME(now), SH_P_TEXT(sh_str(sh_admission_name(what))),
	    SH_P_ID(&decision), SH_P_TEXT(sh_str(terms->policy)), SH_P_JSON(((struct sh_str){ terms->record, terms->nrecord })),
	    SH_P_ID(&activity), SH_P_TEXT(sh_str(told)), SH_P_TEXT(sh_str(sh_lack_reason(a->admitted.lack.what))));
	sh_unit_run(u);
	if (next_ms)
		sh_engine_due_at(eng, next_ms);
	sh_log(SH_LOG_INFO, "dial.deferred", told, SH_F_ID("callback_id", &ref->id));
}

static void
claim_admit(struct sh_engine *eng, const struct sh_rows *r, int i, const struct sh_ref *ref, int64_t now)
{
	int epoch = (int)sh_rows_int(r, i, "epoch");
	struct sh_dial_terms terms;
	struct sh_permit a;

	sh_permit_read(&a, eng->core, r, i, now);
	sh_permit_judge(&a);
	sh_permit_terms(&a, &terms);
	if (a.admitted.what != SH_ADMIT) {
		claim_refused(eng, &a, &terms, ref, epoch);
		return;
	}
	sh_metric_add(SH_METRIC_callback_late_ms, now - sh_rows_time(r, i, "asked_at"));
	sh_dial_begin(eng, ref, epoch, sh_rows_str(r, i, "provider"), &terms);
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
		else if (sh_str_is(kind, "follow"))
			sh_follow_begin(eng, &ref);
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
