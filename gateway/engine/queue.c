/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/queue.c: fresh events until their batch begins.
 *
 * One batch at a time. What comes while it is under way goes into the next, which begins when it is full, or a moment
 * after the last one began: so a flood shares its commits, a trickle as well, and an event that comes alone waits for nothing.
 * What does not fit here is left to its lease.
 */
#include <event2/event.h>
#include <stdlib.h>

#include "gateway/base/clock.h"
#include "gateway/engine/batch.h"

#define QUEUE_EVENTS 8192
#define QUEUE_BYTES ((size_t)16 << 20) /* of rows in memory; beyond them an event is read back */
#define QUEUE_BATCH_BYTES ((size_t)4 << 20)
#define QUEUE_PACE_MS 20

/* Events that go first, and together: halves of a batch that failed. */
struct sh_lot {
	STAILQ_ENTRY(sh_lot) link;
	struct sh_pending_list events;
	size_t n;
};
STAILQ_HEAD(queue_lots, sh_lot);

struct sh_queue {
	struct sh_engine *eng;
	struct event *turn;
	struct sh_pending_list events;
	size_t n, bytes;
	struct queue_lots first;
	bool busy; /* something waits or runs: a piece of work, which a drain waits for */
	bool running; /* a batch */
	int64_t began_ms; /* the last one; elapsed clock */
};

static void
queue_clear(struct sh_pending_list *list)
{
	struct sh_pending *p;

	while ((p = STAILQ_FIRST(list))) {
		STAILQ_REMOVE_HEAD(list, link);
		free(p);
	}
}

static void
queue_begin(struct sh_queue *q)
{
	struct sh_pending_list list = STAILQ_HEAD_INITIALIZER(list);
	struct sh_lot *lot = STAILQ_FIRST(&q->first);
	size_t n = 0, bytes = 0;
	struct sh_pending *p;

	if (q->running || (!lot && q->n == 0))
		return;
	q->running = true;
	if (lot) {
		STAILQ_REMOVE_HEAD(&q->first, link);
		sh_process_begin(q->eng, &lot->events, lot->n);
		free(lot);
		return;
	}
	while (n < SH_BATCH_EVENTS && bytes < QUEUE_BATCH_BYTES && (p = STAILQ_FIRST(&q->events))) {
		STAILQ_REMOVE_HEAD(&q->events, link);
		STAILQ_INSERT_TAIL(&list, p, link);
		bytes += p->bytes;
		n++;
	}
	q->n -= n;
	q->bytes -= bytes;
	q->began_ms = sh_clock_elapsed_ms();
	sh_process_begin(q->eng, &list, n);
}

static void
queue_turn(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	queue_begin(arg);
}

/* At the end of this turn of the loop, so that what it brings goes together; or when the pace allows. */
static void
queue_arm(struct sh_queue *q)
{
	int64_t ms = q->began_ms + QUEUE_PACE_MS - sh_clock_elapsed_ms();
	struct timeval tv = { 0, 0 };

	if (q->running || (STAILQ_EMPTY(&q->first) && q->n == 0))
		return;
	if (STAILQ_EMPTY(&q->first) && q->n < SH_BATCH_EVENTS && ms > 0 && !q->eng->core->draining)
		tv.tv_usec = (ms < QUEUE_PACE_MS ? ms : QUEUE_PACE_MS) * 1000;
	else if (evtimer_pending(q->turn, NULL))
		evtimer_del(q->turn);
	if (!evtimer_pending(q->turn, NULL))
		evtimer_add(q->turn, &tv);
}

void
sh_queue_next(struct sh_engine *eng)
{
	struct sh_queue *q = eng->queue;

	q->running = false;
	if (q->n == 0 && STAILQ_EMPTY(&q->first)) {
		if (eng->sweep_more) {
			eng->sweep_more = false;
			sh_sweep(eng);
		}
		q->busy = false;
		sh_work_end(eng);
		return;
	}
	queue_arm(q);
}

void
sh_queue_again(struct sh_engine *eng, struct sh_batch_event **events, size_t n)
{
	struct sh_lot *lot = calloc(1, sizeof(*lot));

	if (!lot)
		return; /* they stay the batch's, and go with it */
	STAILQ_INIT(&lot->events);
	for (size_t i = 0; i < n; i++) {
		struct sh_pending *p = events[i]->pending;

		events[i]->pending = NULL;
		p->bytes = 0; /* read it again: somebody may have been at it */
		STAILQ_INSERT_TAIL(&lot->events, p, link);
		lot->n++;
	}
	STAILQ_INSERT_TAIL(&eng->queue->first, lot, link);
}

static struct sh_str
queue_copy(struct sh_str s, char **at)
{
	struct sh_str copy = { s.s ? *at : NULL, s.n };

	if (s.n)
		memcpy(*at, s.s, s.n);
	*at += s.n;
	return copy;
}

/* The row and what goes with it, behind p; returns how many bytes that are. p NULL: only counts. */
static size_t
queue_fill(struct sh_pending *p, const struct sh_inbox_row *row, const struct sh_event_first *first, struct sh_str keys)
{
	char *at;

	if (!p)
		return row->provider.n + row->kind.n + row->body.n + keys.n + first->event.call_id.n + first->reason.value.n +
		       first->detail.n;
	at = (char *)(p + 1);
	p->row = *row;
	p->row.provider = queue_copy(row->provider, &at);
	p->row.kind = queue_copy(row->kind, &at);
	p->row.body = queue_copy(row->body, &at);
	p->row.payload = SH_NONE; /* is the inbox's alone */
	p->keys = queue_copy(keys, &at);
	p->first = *first;
	p->first.event.call_id = queue_copy(first->event.call_id, &at);
	p->first.reason.value = queue_copy(first->reason.value, &at);
	p->first.detail = queue_copy(first->detail, &at);
	return (size_t)(at - (char *)(p + 1));
}

static void
queue_put(struct sh_engine *eng, const struct sh_ref *ref, int64_t day, const struct sh_inbox_row *row,
    const struct sh_event_first *first, struct sh_str keys)
{
	struct sh_queue *q = eng->queue;
	size_t bytes = row ? sizeof(struct sh_pending) + queue_fill(NULL, row, first, keys) : 0;
	struct sh_pending *p = NULL;

	if (q->bytes + bytes > QUEUE_BYTES)
		bytes = 0;
	if (q->n < QUEUE_EVENTS)
		p = malloc(bytes ? bytes : sizeof(*p));
	if (!p) {
		eng->sweep_more = true; /* its lease brings it back */
		return;
	}
	*p = (struct sh_pending){ .ref = *ref, .day = day, .bytes = bytes };
	if (bytes)
		queue_fill(p, row, first, keys);
	STAILQ_INSERT_TAIL(&q->events, p, link);
	q->n++;
	q->bytes += p->bytes;
	if (!q->busy) {
		q->busy = true;
		sh_work_begin(eng);
	}
	queue_arm(q);
}

void
sh_engine_event(struct sh_engine *eng, int bucket, const struct sh_id *tenant, int64_t day, const struct sh_id *event)
{
	struct sh_ref ref = { bucket, *tenant, *event };

	queue_put(eng, &ref, day, NULL, NULL, SH_NONE);
}

void
sh_engine_fresh(struct sh_engine *eng, const struct sh_inbox_row *row, const struct sh_event_first *first, struct sh_str keys)
{
	struct sh_ref ref = { row->bucket, row->tenant, row->event };

	/* Of a dial it must be known whether there is a row: that is read with the event. */
	queue_put(eng, &ref, row->received_ms / SH_DAY_MS, sh_id_or_null(&row->dial) ? NULL : row, first, keys);
}

/* ---- life ---- */

bool
sh_queue_new(struct sh_engine *eng)
{
	struct sh_queue *q = calloc(1, sizeof(*q));

	if (!q)
		return false;
	eng->queue = q;
	q->eng = eng;
	q->began_ms = -QUEUE_PACE_MS;
	STAILQ_INIT(&q->events);
	STAILQ_INIT(&q->first);
	q->turn = evtimer_new(eng->core->base, queue_turn, q);
	return q->turn != NULL;
}

void
sh_queue_drain(struct sh_engine *eng)
{
	queue_arm(eng->queue);
}

void
sh_queue_free(struct sh_engine *eng)
{
	struct sh_queue *q = SH_TAKE(eng->queue);
	struct sh_lot *lot;

	if (!q)
		return;
	if (q->turn)
		event_free(q->turn);
	queue_clear(&q->events);
	while ((lot = STAILQ_FIRST(&q->first))) {
		STAILQ_REMOVE_HEAD(&q->first, link);
		queue_clear(&lot->events);
		free(lot);
	}
	free(q);
}
