/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/process.c: a batch of the inbox's events.
 *
 * Reads what is known of their calls (and the events themselves, where they are not in memory) in one unit; opens the
 * tenants' keys in one message; merges the events of each call in the order in which they came, on top of what is known.
 * process_write.c then writes calls, the dials' new states (T5, T8) and the events' `processed` in one transaction that
 * makes sure that nothing of it has moved.
 *
 * Late and doubled news is believed by the guards of the statements, not by the order of arrival. An event that cannot be
 * read fails alone; a unit that fails is halved until what is at fault stands alone.
 */
#include <stdlib.h>

#include "gateway/base/metric.h"
#include "gateway/base/text.h"
#include "gateway/crypto/seal.h"
#include "gateway/engine/batch.h"
#include "gateway/engine/event.h"

#define PROCESS_ARENA_BYTES (2 << 20) /* an event's share */
#define PROCESS_CALL_BYTES (16 << 20) /* a call's, with all that was said in it */

/* A tenant's part of a batch, for as long as its key is asked for. */
struct process_share {
	struct sh_batch *batch;
	struct sh_batch_call *calls;
	size_t n;
};

void
sh_process_end(struct sh_batch *b)
{
	struct sh_engine *eng = b->eng;

	for (size_t i = 0; i < b->nevents; i++)
		free(b->events[i].pending);
	for (size_t i = 0; i < b->ncalls; i++)
		sh_arena_free(b->calls[i].arena);
	sh_arena_free(b->arena);
	SH_MAGIC_CLEAR(b);
	free(b);
	sh_queue_next(eng);
}

static void
process_failed_noted(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_engine *eng = arg;

	if (st == SH_OK && sh_rows_count(sh_rows(res, 0)) > 0 && sh_str_is(sh_rows_str(sh_rows(res, 0), 0, "state"), "dead"))
		sh_metric_add(SH_METRIC_event_dead, 1);
	else if (st != SH_OK && st != SH_EAGAIN)
		sh_log(SH_LOG_ERROR, "unit.failed", err->text);
	sh_work_end(eng);
}

void
sh_process_failed(struct sh_batch *b, struct sh_batch_event *e, const char *why)
{
	struct sh_unit *u = sh_unit_new(b->eng->core->engine_db, process_failed_noted, b->eng);
	const struct sh_ref *ref = &e->pending->ref;

	sh_log(SH_LOG_ERROR, "event.failed", why, SH_F_ID("event_id", &ref->id), SH_F_TEXT("driver", e->provider));
	sh_work_begin(b->eng);
	sh_unit_add(u, SH_SQL_event_failed, SH_P_SMALL(ref->bucket), SH_P_ID(&ref->tenant), SH_P_DATE(e->pending->day),
	    SH_P_ID(&ref->id), SH_P_TEXT(sh_str(why)), SH_P_TIME(sh_core_now(b->eng->core) + 10 * SH_SECOND_MS));
	sh_unit_run(u);
	e->read = false;
}

/* ---- open and merge ---- */

/*
 * An ended call that is no dial of ours is judged here; what follows from it, and the decision about a dial, have transactions of
 * their own. What becomes known after that, or of a dial that had been let go and may only be settled (dial_revive), changes
 * nothing but this: a callee who wants no more calls gets none (late.c). False: its driver is in quarantine, or not loaded. That is
 * no fault of the event's: its lease brings it back.
 */
static bool
process_judge(struct sh_batch *b, struct sh_batch_event *p, struct sh_arena *a)
{
	const struct sh_driver_loaded *driver = sh_drivers_find(b->eng->core->drivers, p->provider);
	const struct sh_event *e = &p->event;
	struct sh_driver_call call;

	if (!e->over)
		return true;
	if (!driver || sh_board_closed(driver))
		return false;
	if (!driver->nreasons)
		return true;
	sh_driver_call_init(&call, driver, PROCESS_ARENA_BYTES, sh_core_now(b->eng->core));
	p->means = sh_driver_outcome(&call, e->facts, e->nfacts);
	p->reason = sh_arena_str(a, sh_driver_reason_word(&call, e->facts, e->nfacts));
	/* Of a dial the decision counts it. */
	p->unknown = call.unknown && !p->has_dial && !p->call->judged;
	p->call->judged = true;
	p->judged = !p->has_dial;
	sh_driver_call_clear(&call);
	return true;
}

/* Is everything decided that follows from its call, or does nobody decide? */
static bool
process_is_late(const struct sh_batch_call *c, const struct sh_batch_event *p)
{
	return p->has_dial ? c->decided || !p->dial_live || p->dial_other : c->followed;
}

/* One event on top of what came before it, if anything did. */
static bool
process_open(struct sh_batch *b, struct sh_batch_call *c, struct sh_batch_event *p, const struct sh_event *before,
    const struct sh_tenant_key *key)
{
	struct sh_place place = { .tenant = p->pending->ref.tenant, .table = "inbox", .column = "body", .row = p->pending->ref.id };
	struct sh_event own;
	struct sh_str open;
	bool late;

	if (!sh_seal_open(c->arena, key, &place, p->body, SH_EVENT_BYTES, &open) ||
	    !sh_event_read(c->arena, open, &p->event, &p->ids))
		return false;
	own = p->event;
	if (before)
		sh_event_merge(c->arena, before, &p->event);
	if (!sh_id_or_null(&p->dial))
		p->dial = c->dial;
	p->has_dial = sh_id_or_null(&p->dial) || sh_text_uuid(p->event.dial_id, p->dial.b);
	late = process_is_late(c, p);
	if (!p->has_dial || (!c->refused && late))
		p->read = process_judge(b, p, c->arena);
	else if (!c->refused && p->speaks)
		(void)process_judge(b, p, c->arena); /* the decision asks again */
	if (p->read && (late || p->speaks))
		sh_late_hear(b, p, c->arena, &own, key);
	/* The provider's own word is the outcome of a dial that nobody decides about, too. */
	p->judged |= late && p->refusal && p->means.outcome == SH_OUTCOME_DO_NOT_CALL;
	if (p->has_dial && !sh_id_or_null(&c->dial))
		c->dial = p->dial;
	c->apart |= p->has_dial || p->refusal;
	return true;
}

/* What is wrong with one of several is not told apart here: each goes alone. */
static void
process_spoilt(struct sh_batch *b, struct sh_batch_call *c, const char *why)
{
	for (size_t i = 0; i < c->n; i++) {
		if (!c->events[i]->read)
			continue;
		if (c->n > 1)
			sh_queue_again(b->eng, &c->events[i], 1);
		else
			sh_process_failed(b, c->events[i], why);
		c->events[i]->read = false;
	}
}

static void
process_merge(struct sh_batch *b, struct sh_batch_call *c, const struct sh_tenant_key *key)
{
	struct sh_place place = { .tenant = c->events[0]->pending->ref.tenant, .table = "call", .column = "detail", .row = c->row };
	SH_CLEANUP(sh_buf_wipe) struct sh_buf text;
	const struct sh_event *last = NULL;
	struct sh_event before = { 0 }, merged;
	struct sh_str open;

	sh_buf_init(&text, SH_EVENT_BYTES);
	c->arena = sh_arena_new(PROCESS_CALL_BYTES);
	if (!c->arena) {
		process_spoilt(b, c, "out of memory");
		return;
	}
	if (c->known && c->before.s) {
		if (!sh_seal_open(c->arena, key, &place, c->before, SH_EVENT_BYTES, &open) ||
		    !sh_event_read(c->arena, open, &before, NULL)) {
			process_spoilt(b, c, "the call's detail does not open");
			return;
		}
		last = &before;
	}
	for (size_t i = 0; i < c->n; i++) {
		if (!c->events[i]->read)
			continue;
		if (process_open(b, c, c->events[i], last, key))
			last = c->events[i]->read ? &c->events[i]->event : last;
		else if (sh_arena_failed(c->arena))
			break;
		else
			sh_process_failed(b, c->events[i], "the stored event does not open");
	}
	if (last) {
		merged = *last;
		/* Nobody reads it any more: it stays if what came before it stayed. */
		if (c->decided || c->followed)
			sh_event_hush(&merged, before.transcript.n > 0, before.recording_url.n > 0);
		sh_event_write(&merged, c->arena, &text);
	}
	/* What was forgotten stays so. */
	c->detail =
	    c->known && !c->before.s && (c->decided || c->followed) ? SH_NONE : sh_seal(c->arena, key, &place, sh_buf_str(&text));
	if (text.failed || sh_arena_failed(c->arena))
		process_spoilt(b, c, "too large");
}

static void
process_keyed(void *arg, enum sh_status st, const struct sh_tenant_key *key, const struct sh_error *err)
{
	struct process_share *s = arg;
	struct sh_batch *b = SH_OBJ(s->batch, sh_batch);

	(void)err;
	for (size_t i = 0; i < s->n; i++) {
		struct sh_batch_call *c = &s->calls[i];

		if (!c->ready && st == SH_OK)
			process_merge(b, c, key);
		for (size_t k = 0; st != SH_OK && !c->ready && k < c->n; k++)
			c->events[k]->read = false; /* its lease brings it back */
	}
	if (--b->due == 0)
		sh_process_write(b);
}

/* ---- keys: one question for what stands together and bears the same one ---- */

static const struct sh_str *
process_keys(const struct sh_batch_call *c)
{
	return &c->events[0]->keys;
}

static bool
process_is_one(const struct sh_batch_call *a, const struct sh_batch_call *b)
{
	return memcmp(&a->events[0]->pending->ref.tenant, &b->events[0]->pending->ref.tenant, sizeof(struct sh_id)) == 0 &&
	       sh_str_eq(*process_keys(a), *process_keys(b));
}

/* The only event of a call of which nothing was known: ingress has made its row already. */
static bool
process_is_ready(struct sh_batch_call *c)
{
	struct sh_batch_event *e = c->events[0];
	struct sh_event_first *f = &e->pending->first;

	if (c->known || c->n > 1 || !e->pending->bytes || !f->detail.s)
		return false;
	e->event = f->event;
	e->event.facts = &f->reason;
	e->event.nfacts = f->reason.value.s ? 1 : 0;
	e->means = f->means;
	e->judged = f->judged;
	e->unknown = f->unknown;
	e->reason = f->reason.value;
	c->row = f->call;
	c->detail = f->detail;
	return true;
}

void
sh_process_ask(struct sh_batch *b)
{
	struct process_share *shares = sh_arena_array(b->arena, struct process_share, b->ncalls + 1);
	const struct sh_batch_call *last = NULL;
	size_t n = 0;

	for (size_t i = 0; shares && i < b->ncalls; i++) {
		struct sh_batch_call *c = &b->calls[i];

		c->ready = process_is_ready(c);
		if (!c->ready && (!last || !process_is_one(last, c)))
			shares[n++] = (struct process_share){ b, c, 0 };
		last = c->ready ? last : c;
		/* Those that are ready stand between the others, and are passed over. */
		if (n > 0)
			shares[n - 1].n++;
	}
	b->due = n;
	if (n == 0) {
		sh_process_write(b);
		return;
	}
	for (size_t i = 0; i < n; i++)
		sh_keys_open(b->eng->core->keys, &shares[i].calls[0].events[0]->pending->ref.tenant, *process_keys(shares[i].calls),
		    process_keyed, &shares[i]);
}

/* ---- by call ---- */

static int
process_order(const void *a, const void *b)
{
	const struct sh_batch_event *x = *(struct sh_batch_event *const *)a, *y = *(struct sh_batch_event *const *)b;
	int d = x->pending->ref.bucket - y->pending->ref.bucket;

	if (!d)
		d = memcmp(&x->pending->ref.tenant, &y->pending->ref.tenant, sizeof(struct sh_id));
	if (!d)
		d = (x->call_index.n > 0) - (y->call_index.n > 0);
	if (!d && x->call_index.n)
		d = memcmp(x->call_index.s, y->call_index.s, 16);
	else if (!d)
		d = memcmp(&x->pending->ref.id, &y->pending->ref.id, sizeof(struct sh_id));
	return d ? d : (x->order > y->order) - (x->order < y->order);
}

static bool
process_same_call(const struct sh_batch_event *x, const struct sh_batch_event *y)
{
	return x->call_index.n && y->call_index.n && memcmp(x->call_index.s, y->call_index.s, 16) == 0 &&
	       memcmp(&x->pending->ref.tenant, &y->pending->ref.tenant, sizeof(struct sh_id)) == 0;
}

/* Was it put into the queue twice, as one whose lease ran out while it waited? */
static bool
process_is_double(const struct sh_batch_call *c, const struct sh_batch_event *e)
{
	for (size_t i = 0; c && i < c->n; i++)
		if (memcmp(&c->events[i]->pending->ref.id, &e->pending->ref.id, sizeof(struct sh_id)) == 0)
			return true;
	return false;
}

/* The order is one for all workers, so that two batches wait for each other's calls in turn and not in a ring. */
static void
process_group(struct sh_batch *b)
{
	struct sh_batch_event **list = sh_arena_array(b->arena, struct sh_batch_event *, b->nevents);
	struct sh_batch_call *calls = sh_arena_array(b->arena, struct sh_batch_call, b->nevents);
	size_t n = 0;

	for (size_t i = 0; list && calls && i < b->nevents; i++)
		if (b->events[i].read)
			list[n++] = &b->events[i];
	if (n > 0)
		qsort(list, n, sizeof(*list), process_order);
	for (size_t i = 0; i < n; i++) {
		struct sh_batch_event *e = list[i];
		struct sh_batch_call *c = b->ncalls ? &calls[b->ncalls - 1] : NULL;

		if (process_is_double(c, e))
			continue;
		if (!c || !process_same_call(c->events[0], e)) {
			c = &calls[b->ncalls++];
			*c = (struct sh_batch_call){ .events = &list[i], .row = sh_id_new(sh_core_now(b->eng->core)) };
		}
		/* Closes the gap of one that was left out. */
		c->events[c->n++] = e;
		e->call = c;
	}
	b->calls = calls;
}

/* ---- read ---- */

static void
process_take_call(struct sh_batch *b, struct sh_batch_call *c, const struct sh_rows *r, int row)
{
	c->known = true;
	c->row = sh_rows_id(r, row, "call_id");
	c->version = (int)sh_rows_int(r, row, "call_version");
	c->before = sh_arena_str(b->arena, sh_rows_str(r, row, "call_detail"));
	c->dial = sh_rows_id(r, row, "call_dial_id");
	c->judged = !sh_rows_null(r, row, "call_outcome");
	c->followed = sh_rows_bool(r, row, "call_followed");
	c->decided = sh_id_or_null(&c->dial) && c->judged;
	c->refused = sh_rows_bool(r, row, "call_refused");
}

static void
process_take_row(struct sh_batch *b, struct sh_batch_event *e, const struct sh_rows *r, int row)
{
	struct sh_arena *a = b->arena;
	uint8_t known[16];

	e->read = sh_str_is(sh_rows_str(r, row, "state"), "pending");
	e->workspace = sh_rows_id(r, row, "workspace_id");
	e->agent = sh_rows_id(r, row, "agent_id");
	e->dial = sh_rows_id(r, row, "dial_id");
	e->dial_known = sh_rows_bool(r, row, "dial_known");
	e->dial_live = sh_rows_bool(r, row, "dial_live");
	e->provider = sh_arena_str(a, sh_rows_str(r, row, "provider"));
	e->received_ms = sh_rows_time(r, row, "received_at");
	e->speaks = sh_rows_bool(r, row, "speaks");
	e->keys = sh_arena_str(a, sh_rows_str(r, row, "keys"));
	e->body = sh_arena_str(a, sh_rows_str(r, row, "body"));
	e->call_index = sh_arena_str(a, sh_rows_str(r, row, "call_index"));
	if (!sh_rows_null(r, row, "dial_call") && e->call_index.n == sizeof(known)) {
		sh_event_call_index(&e->workspace, sh_rows_str(r, row, "dial_call"), known);
		e->dial_other = memcmp(known, e->call_index.s, sizeof(known)) != 0;
	}
}

/* True: it is one of a call. */
static bool
process_take_memory(struct sh_batch_event *e)
{
	static const uint8_t none[16];
	const struct sh_inbox_row *r = &e->pending->row;

	e->read = true;
	e->workspace = r->workspace;
	e->agent = r->agent;
	e->dial_known = true; /* it is of none */
	e->provider = r->provider;
	e->received_ms = r->received_ms;
	e->speaks = e->pending->first.speaks;
	e->keys = e->pending->keys;
	e->body = r->body;
	if (memcmp(r->call_index, none, sizeof(none)) != 0)
		e->call_index = (struct sh_str){ (const char *)r->call_index, sizeof(r->call_index) };
	return e->call_index.n > 0;
}

/* ---- the unit that reads ---- */

/* What a statement is asked: of the events that are in memory their calls, of the others all. */
struct process_question {
	struct sh_batch_event **events;
	size_t n;
	struct sh_param *buckets, *tenants, *days, *ids;
};

static bool
process_question_new(struct sh_arena *a, struct process_question *q, size_t room)
{
	q->events = sh_arena_array(a, struct sh_batch_event *, room);
	q->buckets = sh_arena_array(a, struct sh_param, room);
	q->tenants = sh_arena_array(a, struct sh_param, room);
	q->days = sh_arena_array(a, struct sh_param, room);
	q->ids = sh_arena_array(a, struct sh_param, room);
	q->n = 0;
	return !sh_arena_failed(a);
}

static void
process_question_add(struct process_question *q, struct sh_batch_event *e, struct sh_param id)
{
	const struct sh_pending *p = e->pending;

	q->events[q->n] = e;
	q->buckets[q->n] = SH_P_SMALL(p->ref.bucket);
	q->tenants[q->n] = SH_P_ID(&p->ref.tenant);
	q->days[q->n] = SH_P_DATE(p->day);
	q->ids[q->n++] = id;
}

/* The events of the answer's rows. */
static struct sh_batch_event *
process_asked(const struct process_question *q, const struct sh_rows *r, int row)
{
	int64_t n = sh_rows_int(r, row, "n");

	assert(n >= 1 && (size_t)n <= q->n);
	return q->events[n - 1];
}

static void
process_take_calls(struct sh_batch *b, const struct process_question *q, const struct sh_rows *r)
{
	for (int i = 0; r && i < sh_rows_count(r); i++) {
		struct sh_batch_event *e = process_asked(q, r, i);

		if (e->call && !e->call->known && !sh_rows_null(r, i, "call_id"))
			process_take_call(b, e->call, r, i);
	}
}

static void
process_was_read(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_batch *b = SH_OBJ(arg, sh_batch);
	const struct process_question *q = b->questions;
	const struct sh_rows *events = st == SH_OK && q[0].n ? sh_rows(res, 0) : NULL;
	const struct sh_rows *calls = st == SH_OK && q[1].n ? sh_rows(res, q[0].n ? 1 : 0) : NULL;

	if (st == SH_ESYSTEM)
		sh_log(SH_LOG_ERROR, "event.failed", err->text);
	/* Their leases bring them back. */
	if (st != SH_OK) {
		sh_process_end(b);
		return;
	}
	for (int i = 0; events && i < sh_rows_count(events); i++)
		process_take_row(b, process_asked(&q[0], events, i), events, i);
	process_group(b);
	process_take_calls(b, &q[0], events);
	process_take_calls(b, &q[1], calls);
	if (sh_arena_failed(b->arena))
		sh_process_end(b);
	else
		sh_late_read(b);
}

static void
process_read(struct sh_batch *b)
{
	struct process_question *q = b->questions = sh_arena_array(b->arena, struct process_question, 2);
	struct sh_unit *u;

	if (!q || !process_question_new(b->arena, &q[0], b->nevents) || !process_question_new(b->arena, &q[1], b->nevents)) {
		sh_process_end(b);
		return;
	}
	for (size_t i = 0; i < b->nevents; i++) {
		struct sh_batch_event *e = &b->events[i];

		if (!e->pending->bytes)
			process_question_add(&q[0], e, SH_P_ID(&e->pending->ref.id));
		else if (process_take_memory(e))
			process_question_add(&q[1], e, SH_P_BYTES(e->call_index));
	}
	if (q[0].n + q[1].n == 0) {
		process_group(b);
		sh_process_ask(b);
		return;
	}
	u = sh_unit_new(b->eng->core->engine_db, process_was_read, b);
	if (q[0].n)
		sh_unit_add(u, SH_SQL_events_read, SH_P_ARRAY(SH_T_SMALLINT, q[0].buckets, q[0].n),
		    SH_P_ARRAY(SH_T_UUID, q[0].tenants, q[0].n), SH_P_ARRAY(SH_T_DATE, q[0].days, q[0].n),
		    SH_P_ARRAY(SH_T_UUID, q[0].ids, q[0].n));
	if (q[1].n)
		sh_unit_add(u, SH_SQL_calls_read, SH_P_ARRAY(SH_T_SMALLINT, q[1].buckets, q[1].n),
		    SH_P_ARRAY(SH_T_UUID, q[1].tenants, q[1].n), SH_P_ARRAY(SH_T_BYTEA, q[1].ids, q[1].n));
	sh_unit_run(u);
}

void
sh_process_begin(struct sh_engine *eng, struct sh_pending_list *list, size_t n)
{
	struct sh_batch *b = calloc(1, sizeof(*b));
	struct sh_pending *p;

	assert(n > 0);
	if (b) {
		SH_MAGIC_SET(b, sh_batch);
		b->eng = eng;
		b->arena = sh_arena_new(n * PROCESS_ARENA_BYTES);
		b->events = b->arena ? sh_arena_array(b->arena, struct sh_batch_event, n) : NULL;
	}
	/* Without memory their leases bring them back. */
	while ((p = STAILQ_FIRST(list))) {
		STAILQ_REMOVE_HEAD(list, link);
		if (b && b->events) {
			b->events[b->nevents] = (struct sh_batch_event){ .pending = p, .order = b->nevents };
			b->nevents++;
		} else {
			free(p);
		}
	}
	if (!b || !b->events) {
		if (b)
			sh_arena_free(b->arena);
		free(b);
		sh_queue_next(eng);
		return;
	}
	process_read(b);
}
