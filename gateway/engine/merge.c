/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/merge.c: T13, what the database lost and the providers still know. docs/ring-once.md, section 6.
 *
 * A bucket whose quiet is over is taken by one worker, under a lease. Every account's list is read, all pages; a dial without a row
 * gets one, and what the list shows goes through the inbox as a webhook would. All that is idempotent, so a worker that dies is
 * followed by another that begins anew. The last transaction makes intents of before ambiguous, parks what no list can prove, and
 * lets the bucket dial again.
 */
#include "gateway/engine/merge.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/time.h"

#define MERGE_ARENA_BYTES (64 << 20)
#define MERGE_AGAIN_MS (5 * SH_SECOND_MS)
#define MERGE_GRACE_MS (15 * SH_MINUTE_MS) /* a list that cannot be read, or processed, for so long proves nothing */
#define MERGE_PENDING_US 300000

static void merge_next(struct sh_merging *);

static void
merge_free(struct sh_merging *m)
{
	struct sh_engine *eng = m->eng;

	sh_merge_list_free(m);
	if (m->again)
		event_free(m->again);
	sh_arena_free(m->arena);
	SH_MAGIC_CLEAR(m);
	free(m);
	eng->merging = false;
	sh_work_end(eng);
}

/* Its lease, or the next look, begins it anew. */
void
sh_merge_broken(struct sh_merging *m)
{
	merge_free(m);
}

static void
merge_keep(struct sh_merging *m, int64_t until_ms, const char *why)
{
	struct sh_unit *u = sh_work_unit(m->eng);

	sh_unit_add(u, SH_SQL_merge_keep, SH_P_SMALL(m->bucket), SH_P_TIME(until_ms), SH_P_ID(&m->id), SH_P_TEXT(sh_str(why)));
	sh_unit_run(u);
}

void
sh_merge_keep(struct sh_merging *m)
{
	merge_keep(m, sh_core_now(m->eng->core) + SH_MERGE_LEASE_MS, "the providers' lists are being read");
}

static void
merge_later(struct sh_merging *m, const char *why)
{
	merge_keep(m, sh_core_now(m->eng->core) + MERGE_AGAIN_MS, why);
	sh_log(SH_LOG_WARN, "merge.waits", why, SH_F_INT("bucket", m->bucket));
	merge_free(m);
}

/* ---- the last transaction ---- */

static void
merge_done(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_merging *m = SH_OBJ(arg, sh_merging);
	struct sh_engine *eng = m->eng;
	int adopted = 0, stored = 0, suspects = 0;

	(void)res;
	for (size_t i = 0; i < m->naccounts; i++) {
		adopted += m->accounts[i].adopted;
		stored += m->accounts[i].stored;
		suspects += m->accounts[i].suspect != NULL;
	}
	if (st == SH_OK && m->naccounts > 0)
		sh_log(SH_LOG_ERROR, "merge.done",
		    "the bucket dials again; cancels, suppressions, API calls and webhooks of inbound calls of the window may be "
		    "missing",
		    SH_F_INT("bucket", m->bucket), SH_F_INT("lost_from_ms", m->lost_from_ms), SH_F_INT("noticed_ms", m->noticed_ms),
		    SH_F_INT("accounts", (int64_t)m->naccounts), SH_F_INT("accounts_without_list", suspects),
		    SH_F_INT("dials_adopted", adopted), SH_F_INT("calls_read", stored));
	else if (st != SH_OK)
		sh_log(SH_LOG_WARN, "merge.broken", err->text, SH_F_INT("bucket", m->bucket));
	merge_free(m);
	sh_fence_look(eng);
	if (st == SH_OK)
		sh_claim_look(eng);
}

/* One line a tenant: what its people may have to look after. */
static void
merge_tell(struct sh_merging *m, struct sh_unit *u)
{
	char from[32] = "an unknown time", until[32], text[300];

	if (m->lost_from_ms)
		sh_time_format_rfc3339(m->lost_from_ms, from);
	sh_time_format_rfc3339(m->noticed_ms, until);
	snprintf(text, sizeof(text),
	    "the database lost its last transactions: what was done between %s and %s may be missing (cancels, suppressions, API "
	    "calls, webhooks of inbound calls); what the providers know of our calls is merged",
	    from, until);
	for (size_t i = 0; i < m->naccounts; i++)
		if (i == 0 || memcmp(&m->accounts[i].tenant, &m->accounts[i - 1].tenant, sizeof(struct sh_id)) != 0)
			sh_work_activity(u, m->eng, &(struct sh_ref){ m->bucket, m->accounts[i].tenant, { { 0 } } },
			    &(struct sh_about){ 0 }, "database.recovered", text);
}

static void
merge_end(struct sh_merging *m)
{
	static const struct sh_driver unknown;
	int64_t now = sh_core_now(m->eng->core);
	struct sh_unit *u;

	u = sh_unit_new(m->eng->core->engine_db, merge_done, m);
	sh_unit_add(u, SH_SQL_merge_hold, SH_P_SMALL(m->bucket), SH_P_ID(&m->id));
	sh_unit_add(u, SH_SQL_merge_doubt, SH_P_SMALL(m->bucket), SH_P_TIME(now));
	for (size_t i = 0; i < m->naccounts; i++) {
		const struct sh_merge_account *a = &m->accounts[i];
		struct sh_dial_times t = sh_dial_times(m->eng->core, a->driver ? &a->driver->table : &unknown, m->noticed_ms);

		if (a->suspect)
			sh_unit_add(u, SH_SQL_merge_suspect, SH_P_SMALL(m->bucket), SH_P_ID(&a->tenant), SH_P_ID(&a->workspace),
			    SH_P_TIME(now), SH_P_TIME(m->noticed_ms), SH_P_TIME(t.send_before_ms), SH_P_TIME(t.verdict_ms),
			    SH_P_TIME(t.live_until_ms), SH_P_TEXT(sh_str(a->suspect)));
	}
	merge_tell(m, u);
	sh_unit_add(u, SH_SQL_merge_done, SH_P_SMALL(m->bucket), SH_P_TIME(now));
	SH_UNIT_FAILPOINT(u, merge_before_commit);
	sh_unit_run(u);
}

/* ---- first, what the lists showed is processed ---- */

static void
merge_pending(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_merging *m = SH_OBJ(arg, sh_merging);
	const struct sh_rows *r = st == SH_OK ? sh_rows(res, 0) : NULL;

	if (st == SH_ESYSTEM)
		sh_log(SH_LOG_ERROR, "merge.broken", err->text, SH_F_INT("bucket", m->bucket));
	if (!r || sh_rows_count(sh_rows(res, 1)) == 0) {
		sh_merge_broken(m);
		return;
	}
	if (sh_rows_count(r) > 0 && sh_core_now(m->eng->core) < m->listed_ms + MERGE_GRACE_MS) {
		event_add(m->again, &(struct timeval){ 0, MERGE_PENDING_US });
		return;
	}
	/* Its news would race with its dials: they wait for a person instead. */
	for (int i = 0; i < sh_rows_count(r); i++) {
		struct sh_id workspace = sh_rows_id(r, i, "workspace_id");

		for (size_t k = 0; k < m->naccounts; k++)
			if (memcmp(&m->accounts[k].workspace, &workspace, sizeof(workspace)) == 0 && !m->accounts[k].suspect)
				m->accounts[k].suspect = "the database lost its last transactions, and what the account's list "
							 "showed could not be processed";
	}
	merge_end(m);
}

static void
merge_wait(evutil_socket_t fd, short what, void *arg)
{
	struct sh_merging *m = SH_OBJ(arg, sh_merging);
	int64_t now = sh_core_now(m->eng->core);
	struct sh_unit *u;

	(void)fd;
	(void)what;
	if (m->eng->core->draining) {
		merge_later(m, "the worker that was at it is ending");
		return;
	}
	u = sh_unit_new(m->eng->core->engine_db, merge_pending, m);
	sh_unit_add(u, SH_SQL_merge_pending, SH_P_SMALL(m->bucket), SH_P_TIME(m->listed_ms));
	sh_unit_add(u, SH_SQL_merge_keep, SH_P_SMALL(m->bucket), SH_P_TIME(now + SH_MERGE_LEASE_MS), SH_P_ID(&m->id),
	    SH_P_TEXT(SH_STR("what the providers' lists showed is being processed")));
	sh_unit_run(u);
}

/* A revival among it must be done before its callback may be claimed. What comes from now on is not waited for. */
static void
merge_finish(struct sh_merging *m)
{
	if (m->blocked > 0) {
		merge_later(m, "a dial that was lost waits for an earlier one of its callback to end");
		return;
	}
	m->listed_ms = sh_core_now(m->eng->core);
	m->again = evtimer_new(m->eng->core->base, merge_wait, m);
	if (!m->again) {
		sh_merge_broken(m);
		return;
	}
	merge_wait(-1, 0, m);
}

/* ---- account by account ---- */

static const char *
merge_suspect(const struct sh_merge_account *a, bool other_credentials)
{
	const struct sh_driver *t = a->driver ? &a->driver->table : NULL;

	if (!t)
		return "the database lost its last transactions, and no driver is loaded that could ask for this account's calls";
	if (!t->list_lag_s || !t->list_has_dial_id || !sh_driver_can(a->driver, SH_CAN_CALLS))
		return "the database lost its last transactions, and this provider's list of calls proves nothing";
	if (other_credentials)
		return "the database lost its last transactions, and the account's credentials were changed since";
	if (!a->secrets.n)
		return "the database lost its last transactions, and the account has no credentials";
	return NULL;
}

void
sh_merge_listed(struct sh_merging *m)
{
	m->at++;
	merge_next(m);
}

void
sh_merge_unlisted(struct sh_merging *m, const char *why)
{
	struct sh_merge_account *a = &m->accounts[m->at];

	sh_log(SH_LOG_WARN, "merge.unlisted", why, SH_F_ID("workspace_id", &a->workspace), SH_F_TEXT("driver", a->provider));
	if (sh_core_now(m->eng->core) < m->quiet_ms + MERGE_GRACE_MS) {
		merge_later(m, "a provider's list of calls cannot be read");
		return;
	}
	/* One account must not keep the others from dialling for ever. */
	a->suspect = "the database lost its last transactions, and the account's list of calls could not be read";
	m->at++;
	merge_next(m);
}

static void
merge_next(struct sh_merging *m)
{
	/* What no list proves is not asked for; credentials that were changed still show what they can. */
	while (m->at < m->naccounts && (!m->accounts[m->at].driver || !sh_driver_can(m->accounts[m->at].driver, SH_CAN_CALLS) ||
					   !m->accounts[m->at].secrets.n))
		m->at++;
	if (m->eng->core->draining)
		merge_later(m, "the worker that was at it is ending");
	else if (m->at < m->naccounts)
		sh_merge_list(m);
	else
		merge_finish(m);
}

static bool
merge_take_accounts(struct sh_merging *m, const struct sh_rows *r)
{
	size_t n = (size_t)sh_rows_count(r);

	m->accounts = sh_arena_array(m->arena, struct sh_merge_account, n + 1);
	for (size_t i = 0; i < n && m->accounts; i++) {
		struct sh_merge_account *a = &m->accounts[i];
		int at = (int)i;

		*a = (struct sh_merge_account){ .tenant = sh_rows_id(r, at, "tenant_id"),
			.workspace = sh_rows_id(r, at, "workspace_id"),
			.driver = sh_drivers_find(m->eng->core->drivers, sh_rows_str(r, at, "provider")),
			.provider = sh_arena_str(m->arena, sh_rows_str(r, at, "provider")),
			.settings = sh_arena_str(m->arena, sh_rows_str(r, at, "settings")),
			.secrets = sh_arena_str(m->arena, sh_rows_str(r, at, "secrets")),
			.keys = sh_arena_str(m->arena, sh_rows_str(r, at, "keys")),
			.created_ms = sh_rows_time(r, at, "created_at") };
		a->suspect = merge_suspect(a, sh_rows_bool(r, at, "other_credentials"));
		m->naccounts++;
	}
	return !sh_arena_failed(m->arena);
}

static void
merge_read(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_merging *m = SH_OBJ(arg, sh_merging);

	if (st != SH_OK || !merge_take_accounts(m, sh_rows(res, 0))) {
		sh_log(SH_LOG_WARN, "merge.broken", st == SH_OK ? "too large" : err->text, SH_F_INT("bucket", m->bucket));
		merge_free(m);
		return;
	}
	merge_next(m);
}

static void
merge_taken(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_merging *m = SH_OBJ(arg, sh_merging);
	const struct sh_rows *r = st == SH_OK ? sh_rows(res, 0) : NULL;
	struct sh_unit *u;

	if (st == SH_ESYSTEM)
		sh_log(SH_LOG_ERROR, "merge.broken", err->text, SH_F_INT("bucket", m->bucket));
	/* The failpoint's, or another's by now: are there more? */
	if (!r || sh_rows_count(r) == 0 || SH_FAILPOINT(merge_begin)) {
		struct sh_engine *eng = m->eng;

		merge_free(m);
		if (r && sh_rows_count(r) == 0)
			sh_fence_look(eng);
		return;
	}
	m->noticed_ms = sh_rows_time(r, 0, "noticed_at");
	m->quiet_ms = sh_rows_time(r, 0, "quiet_until");
	m->lost_from_ms = sh_rows_time(r, 0, "lost_from");
	u = sh_unit_new(m->eng->core->engine_db, merge_read, m);
	sh_unit_add(u, SH_SQL_merge_accounts, SH_P_SMALL(m->bucket), SH_P_TIME_OR_NULL(m->lost_from_ms));
	sh_unit_run(u);
}

void
sh_merge_begin(struct sh_engine *eng, int bucket)
{
	struct sh_merging *m = calloc(1, sizeof(*m));
	int64_t now = sh_core_now(eng->core);
	struct sh_unit *u;

	if (!m)
		return;
	SH_MAGIC_SET(m, sh_merging);
	m->eng = eng;
	m->bucket = bucket;
	m->id = sh_id_new(now);
	m->arena = sh_arena_new(MERGE_ARENA_BYTES);
	eng->merging = true;
	sh_work_begin(eng);
	u = sh_unit_new(eng->core->engine_db, merge_taken, m);
	sh_unit_add(u, SH_SQL_merge_take, SH_P_SMALL(bucket), SH_P_TIME(now), SH_P_TIME(now + SH_MERGE_LEASE_MS), SH_P_ID(&m->id));
	sh_unit_run(u);
}
