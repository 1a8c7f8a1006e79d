/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/process_write.c: what a batch changes, in one transaction, or in a few.
 *
 * Events of calls that are nothing but calls go together. Those that move a dial or suppress a callee go in smaller
 * units of their own: they wait for others who are at the same rows, and plain ones should not wait with them.
 *
 * The decision about an ended dial, and what follows from any other call, is planned here too: at once after the final event, else
 * when waiting for that is over.
 */
#include <stdlib.h>

#include "gateway/base/metric.h"
#include "gateway/engine/batch.h"
#include "gateway/engine/event.h"

#define WRITE_LOCKED "55P03" /* lock_timeout was over */
#define WRITE_TRIES 8 /* of an event alone */
#define WRITE_APART 16 /* calls that go apart, in one unit */
#define WRITE_TIDY_MS (10 * SH_MINUTE_MS) /* after which nobody decides about a dial that was let go */

struct write_unit {
	struct sh_batch *batch;
	struct sh_batch_event **events; /* by call, in order of arrival */
	size_t n;
	int64_t due_ms; /* of the first decision, or follow; 0: there is none */
};

/* ---- afterwards ---- */

/* Each call goes by itself: waiting for a lock once more is enough. */
static void
write_apart(struct write_unit *w)
{
	for (size_t i = 0, end; i < w->n; i = end) {
		for (end = i + 1; end < w->n && w->events[end]->call == w->events[i]->call;)
			end++;
		sh_queue_again(w->batch->eng, w->events + i, end - i);
	}
}

/* What failed as a whole is halved, between two calls where there are several. One that is alone is read again, or has failed. */
static void
write_failed(struct write_unit *w, enum sh_status st, bool locked, const struct sh_error *err)
{
	struct sh_engine *eng = w->batch->eng;
	size_t half = w->n / 2;

	if (locked && w->events[0]->call != w->events[w->n - 1]->call) {
		write_apart(w);
	} else if (w->n > 1) {
		while (half > 1 && w->events[half]->call == w->events[half - 1]->call)
			half--;
		sh_queue_again(eng, w->events, half);
		sh_queue_again(eng, w->events + half, w->n - half);
	} else if (st == SH_ECONFLICT && ++w->events[0]->pending->tries < WRITE_TRIES) {
		sh_queue_again(eng, w->events, 1);
	} else {
		sh_process_failed(w->batch, w->events[0], err->text);
	}
}

/*
 * One row keeps all of the unit waiting: what comes later by our own word, a row that is locked, a statement that took too
 * long (57014). A server without room, or without a disk, refuses all of them alike.
 */
static bool
write_in_the_way(const char *sqlstate)
{
	return strcmp(sqlstate, SH_SQLSTATE_LATER) == 0 || strcmp(sqlstate, WRITE_LOCKED) == 0 || strcmp(sqlstate, "57014") == 0;
}

static void
write_done(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct write_unit *w = arg;
	struct sh_batch *b = SH_OBJ(w->batch, sh_batch);

	const char *sqlstate = sh_result_sqlstate(res);
	bool one = st == SH_EAGAIN && write_in_the_way(sqlstate);

	if (st == SH_OK && SH_FAILPOINT(process_committed))
		st = SH_EUNKNOWN;
	if (st == SH_OK) {
		sh_metric_add(SH_METRIC_event_processed, w->n);
		for (size_t i = 0; i < w->n; i++)
			if (w->events[i]->unknown)
				sh_work_unknown(w->events[i]->provider, w->events[i]->reason, &w->events[i]->call->row);
		if (w->due_ms)
			sh_engine_due_at(b->eng, w->due_ms);
	} else if ((st != SH_EAGAIN && st != SH_EUNKNOWN) || (one && w->n > 1)) {
		write_failed(w, st, one && strcmp(sqlstate, WRITE_LOCKED) == 0, err);
	}
	free(w->events);
	free(w);
	if (--b->due == 0)
		sh_process_end(b);
}

/* ---- processed ---- */

static struct sh_param *
write_column(struct sh_batch *b, size_t n)
{
	struct sh_param *p = sh_arena_array(b->arena, struct sh_param, n);

	assert(p); /* the arena's ceiling grows with the batch; without memory the process ends as elsewhere in the store */
	return p;
}

static void
write_events(struct write_unit *w, struct sh_unit *u)
{
	struct sh_param *buckets = write_column(w->batch, w->n), *tenants = write_column(w->batch, w->n);
	struct sh_param *days = write_column(w->batch, w->n), *events = write_column(w->batch, w->n);

	for (size_t i = 0; i < w->n; i++) {
		const struct sh_pending *p = w->events[i]->pending;

		buckets[i] = SH_P_SMALL(p->ref.bucket);
		tenants[i] = SH_P_ID(&p->ref.tenant);
		days[i] = SH_P_DATE(p->day);
		events[i] = SH_P_ID(&p->ref.id);
	}
	sh_unit_add(u, SH_SQL_events_done, SH_P_ARRAY(SH_T_SMALLINT, buckets, w->n), SH_P_ARRAY(SH_T_UUID, tenants, w->n),
	    SH_P_ARRAY(SH_T_DATE, days, w->n), SH_P_ARRAY(SH_T_UUID, events, w->n));
}

/* Somebody is to look then. */
static void
write_due(struct write_unit *w, int64_t at_ms)
{
	if (!w->due_ms || at_ms < w->due_ms)
		w->due_ms = at_ms;
}

/* ---- dials ---- */

/* Its row is made anew. Behind another dial of its callback it cannot be yet: then its lease brings the event back. */
static void
write_lost_dial(struct write_unit *w, const struct sh_batch_event *p, struct sh_unit *u)
{
	struct sh_ref dial = { p->pending->ref.bucket, p->pending->ref.tenant, p->dial };

	sh_dial_adopt(u, w->batch->eng, &dial, &p->ids, &p->workspace, p->provider);
	sh_unit_add(u, SH_SQL_dial_adopted, SH_P_SMALL(dial.bucket), SH_P_ID(&dial.tenant), SH_P_ID(&dial.id),
	    SH_P_ID(&p->ids.callback), SH_P_ID(&p->workspace), SH_P_INT(p->ids.attempt), SH_P_ID(sh_id_or_null(&p->ids.chain)));
}

/* Held, so that what follows sees what others did to it; a dial that was believed not placed is given its row again. */
static void
write_held(struct write_unit *w, const struct sh_batch_event *p, struct sh_unit *u, int64_t now)
{
	const struct sh_ref *ref = &p->pending->ref;
	struct sh_id entry = sh_id_new(now);

	if (p->dial_live) {
		sh_unit_add(u, SH_SQL_dial_held, SH_P_SMALL(ref->bucket), SH_P_ID(&ref->tenant), SH_P_ID(&p->dial));
		return;
	}
	sh_unit_add(u, SH_SQL_dial_lock, SH_P_SMALL(ref->bucket), SH_P_ID(&ref->tenant), SH_P_ID(&p->dial));
	if (!p->dial_known)
		write_lost_dial(w, p, u);
	sh_unit_add(u, SH_SQL_dial_revive, SH_P_SMALL(ref->bucket), SH_P_ID(&ref->tenant), SH_P_ID(&p->dial), SH_P_TIME(now),
	    SH_P_ID(&entry), SH_P_ID(&p->workspace));
}

/* T5, and T8 if the call is over. */
static void
write_dial(struct write_unit *w, const struct sh_batch_event *p, struct sh_unit *u, int64_t now)
{
	const struct sh_event *e = &p->event;
	const struct sh_ref *ref = &p->pending->ref;
	const struct sh_core_options *o = w->batch->eng->core->options;
	int64_t ended_ms = e->ended_ms ? e->ended_ms : p->received_ms, decide_ms;

	write_held(w, p, u, now);
	if (!e->over) {
		sh_unit_add(u, SH_SQL_dial_placed, SH_P_SMALL(ref->bucket), SH_P_ID(&ref->tenant), SH_P_ID(&p->dial),
		    SH_P_TEXT(e->call_id), SH_P_TIME(now), SH_P_TIME(now + 10 * SH_MINUTE_MS), SH_P_ID(&p->workspace));
		return;
	}
	/* A provider's clock may be off: the end is never later than its news, nor a day before it. */
	if (ended_ms > p->received_ms || ended_ms < p->received_ms - SH_DAY_MS)
		ended_ms = p->received_ms;
	decide_ms = e->final ? now : p->received_ms + o->decide_wait_s * SH_SECOND_MS;
	write_due(w, decide_ms);
	sh_unit_add(u, SH_SQL_dial_ended, SH_P_SMALL(ref->bucket), SH_P_ID(&ref->tenant), SH_P_ID(&p->dial), SH_P_TEXT(e->call_id),
	    SH_P_TIME(ended_ms), SH_P_TIME(now), SH_P_TIME(decide_ms), SH_P_ID(&p->workspace));
}

/* ---- calls ---- */

enum {
	CALL_BUCKET,
	CALL_TENANT,
	CALL_ROW,
	CALL_WORKSPACE,
	CALL_INDEX,
	CALL_PROVIDER,
	CALL_AGENT,
	CALL_DIAL,
	CALL_DIRECTION,
	CALL_CHANNEL,
	CALL_RANK,
	CALL_OUTCOME,
	CALL_REASON,
	CALL_STARTED,
	CALL_ENDED,
	CALL_DETAIL,
	CALL_VERSION,
	CALL_COLUMNS
};

/* The statement's parameters, in its order. */
static const enum sh_sql_type write_types[CALL_COLUMNS] = { SH_T_SMALLINT, SH_T_UUID, SH_T_UUID, SH_T_UUID, SH_T_BYTEA, SH_T_TEXT,
	SH_T_UUID, SH_T_UUID, SH_T_TEXT, SH_T_TEXT, SH_T_SMALLINT, SH_T_TEXT, SH_T_TEXT, SH_T_TIMESTAMPTZ, SH_T_TIMESTAMPTZ,
	SH_T_BYTEA, SH_T_INT };

/* What the statement makes of several events one after the other: of some columns the first value stays, of others the last. */
static bool
write_call(struct sh_batch_event **events, size_t n, struct sh_param values[CALL_COLUMNS])
{
	const struct sh_batch_event *last = events[n - 1];
	const struct sh_batch_call *c = last->call;
	const struct sh_event *e = &last->event;
	const struct sh_id *agent = NULL, *dial = NULL;
	struct sh_str outcome = SH_NONE, reason = SH_NONE;
	int64_t started_ms = 0, ended_ms = 0;
	int rank = 0;

	if (!last->call_index.s || !e->call_id.n)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct sh_batch_event *p = events[i];

		agent = sh_id_or_null(&p->agent) ? &p->agent : agent;
		dial = dial || !p->has_dial ? dial : &p->dial;
		reason = p->judged && p->reason.n ? p->reason : reason;
		outcome = p->judged ? sh_str(sh_outcome_name(p->means.outcome)) : outcome;
		started_ms = started_ms ? started_ms : p->event.started_ms;
		ended_ms = ended_ms ? ended_ms : p->event.ended_ms;
		rank = sh_event_rank(&p->event) > rank ? sh_event_rank(&p->event) : rank;
	}
	values[CALL_BUCKET] = SH_P_SMALL(last->pending->ref.bucket);
	values[CALL_TENANT] = SH_P_ID(&last->pending->ref.tenant);
	values[CALL_ROW] = SH_P_ID(&c->row);
	values[CALL_WORKSPACE] = SH_P_ID(&last->workspace);
	values[CALL_INDEX] = SH_P_BYTES(last->call_index);
	values[CALL_PROVIDER] = SH_P_TEXT(e->call_id);
	values[CALL_AGENT] = SH_P_ID(agent);
	values[CALL_DIAL] = SH_P_ID(dial);
	values[CALL_DIRECTION] = SH_P_TEXT(e->direction ? sh_str(sh_direction_name(e->direction)) : SH_NONE);
	values[CALL_CHANNEL] = SH_P_TEXT(sh_str(sh_channel_name(e->channel)));
	values[CALL_RANK] = SH_P_SMALL(rank);
	values[CALL_OUTCOME] = SH_P_TEXT(outcome);
	values[CALL_REASON] = SH_P_TEXT(sh_str_or(sh_header(e->facts, e->nfacts, "reason"), reason));
	values[CALL_STARTED] = SH_P_TIME_OR_NULL(started_ms);
	values[CALL_ENDED] = SH_P_TIME_OR_NULL(ended_ms);
	values[CALL_DETAIL] = SH_P_BYTES(c->detail);
	values[CALL_VERSION] = SH_P_INT(c->version);
	return true;
}

static void
write_calls(struct write_unit *w, struct sh_unit *u, int64_t now)
{
	struct sh_param *columns = write_column(w->batch, w->n * CALL_COLUMNS), params[CALL_COLUMNS + 1], values[CALL_COLUMNS];
	size_t n = 0, end;

	for (size_t i = 0; i < w->n; i = end) {
		for (end = i + 1; end < w->n && w->events[end]->call == w->events[i]->call;)
			end++;
		if (!write_call(w->events + i, end - i, values))
			continue;
		for (size_t c = 0; c < CALL_COLUMNS; c++)
			columns[c * w->n + n] = values[c];
		n++;
	}
	for (size_t c = 0; c < CALL_COLUMNS; c++)
		params[c] = SH_P_ARRAY(write_types[c], columns + c * w->n, n);
	params[CALL_COLUMNS] = SH_P_TIME(now);
	if (n > 0)
		sh_unit_add_params(u, SH_SQL_calls_put, params, SH_LENGTH(params));
}

/* ---- what follows from calls that are none of our dials (follow.c) ---- */

/*
 * When a call is to be followed; 0: not at all, a decision about its dial does that. What a dial that is let go still tells is only
 * read and dropped there, after a while in which somebody may bring the dial back.
 */
static int64_t
write_follow_at(const struct write_unit *w, const struct sh_batch_event *last, int64_t now)
{
	const struct sh_event *e = &last->event;

	if (!e->over || !e->call_id.n || !last->call_index.s || last->call->followed || last->call->decided ||
	    (last->has_dial && last->dial_live && !last->dial_other))
		return 0;
	if (last->has_dial)
		return now + WRITE_TIDY_MS;
	/* Who wants no more calls is not kept waiting for an analysis. */
	return e->final || (last->judged && last->means.outcome == SH_OUTCOME_DO_NOT_CALL)
		   ? now
		   : last->received_ms + w->batch->eng->core->options->decide_wait_s * SH_SECOND_MS;
}

static void
write_follows(struct write_unit *w, struct sh_unit *u, int64_t now)
{
	struct sh_param *buckets = write_column(w->batch, w->n), *tenants = write_column(w->batch, w->n);
	struct sh_param *calls = write_column(w->batch, w->n), *times = write_column(w->batch, w->n);
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++) {
		const struct sh_batch_event *p = w->events[i];
		int64_t at_ms = i + 1 < w->n && w->events[i + 1]->call == p->call ? 0 : write_follow_at(w, p, now);

		if (!at_ms)
			continue;
		buckets[n] = SH_P_SMALL(p->pending->ref.bucket);
		tenants[n] = SH_P_ID(&p->pending->ref.tenant);
		calls[n] = SH_P_ID(&p->call->row);
		times[n++] = SH_P_TIME(at_ms);
		write_due(w, at_ms);
	}
	if (n > 0)
		sh_unit_add(u, SH_SQL_follow_plan, SH_P_ARRAY(SH_T_SMALLINT, buckets, n), SH_P_ARRAY(SH_T_UUID, tenants, n),
		    SH_P_ARRAY(SH_T_UUID, calls, n), SH_P_ARRAY(SH_T_TIMESTAMPTZ, times, n));
}

/* ---- units ---- */

static void
write_run(struct write_unit *w)
{
	struct sh_unit *u = sh_unit_new(w->batch->eng->core->engine_db, write_done, w);
	int64_t now = sh_core_now(w->batch->eng->core);

	write_events(w, u);
	/* The dials first: a call's row takes the callback's id from them. */
	for (size_t i = 0; i < w->n; i++)
		if (w->events[i]->has_dial && w->events[i]->event.call_id.n)
			write_dial(w, w->events[i], u, now);
	write_calls(w, u, now);
	write_follows(w, u, now);
	for (size_t i = 0; i < w->n; i++)
		if (w->events[i]->refusal)
			sh_late_write(w->batch, w->events[i], u, now);
	SH_UNIT_FAILPOINT(u, process_before_commit);
	sh_unit_run(u);
}

static struct write_unit *
write_unit_new(struct sh_batch *b)
{
	struct write_unit *w = calloc(1, sizeof(*w));

	if (w) {
		w->batch = b;
		w->events = calloc(b->nevents, sizeof(*w->events));
	}
	assert(w && w->events);
	b->due++;
	return w;
}

void
sh_process_write(struct sh_batch *b)
{
	struct write_unit *open[2] = { NULL, NULL }; /* plain, apart */
	size_t ncalls = 0;

	b->due = 1; /* until all are made */
	for (size_t i = 0; i < b->ncalls; i++) {
		struct sh_batch_call *c = &b->calls[i];
		struct write_unit **w = &open[c->apart];

		for (size_t k = 0; k < c->n; k++) {
			if (!c->events[k]->read)
				continue;
			if (!*w)
				*w = write_unit_new(b);
			(*w)->events[(*w)->n++] = c->events[k];
		}
		if (c->apart && *w && ++ncalls % WRITE_APART == 0)
			write_run(SH_TAKE(*w));
	}
	for (size_t i = 0; i < SH_LENGTH(open); i++)
		if (open[i])
			write_run(open[i]);
	if (--b->due == 0)
		sh_process_end(b);
}
