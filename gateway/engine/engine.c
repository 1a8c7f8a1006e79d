/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* engine/engine.c: life of the engine: its timers, its waiters, its drain. */
#include "gateway/engine/work.h"

#include <event2/event.h>
#include <stdlib.h>

#include "gateway/base/metric.h"

struct sh_waiter {
	struct sh_id callback;
	sh_engine_dialled_f *done;
	void *arg;
	UT_hash_handle hh;
};

static void
engine_arm(struct event *timer, int64_t ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	evtimer_add(timer, &tv);
}

static void
engine_timer(evutil_socket_t fd, short what, void *arg)
{
	struct sh_engine *eng = SH_OBJ(arg, sh_engine);

	(void)fd;
	(void)what;
	eng->next_due_ms = INT64_MAX;
	sh_claim_look(eng);
}

/* What policies say of what is stored. By one of the workers: all of them have the same files. */
static void
engine_policies(struct sh_engine *eng)
{
	int64_t now = sh_core_now(eng->core);

	if (!eng->core->first)
		return;
	if (now >= eng->policies_at_ms || now < eng->policies_at_ms - SH_HOUR_MS) {
		eng->policies_at_ms = now + SH_HOUR_MS;
		eng->again_buckets = eng->absent_buckets = UINT64_MAX;
	}
	sh_again_look(eng);
	sh_absent_look(eng);
}

void
sh_engine_changed(struct sh_engine *eng, const char *payload)
{
	char *end = NULL;
	long bucket = payload ? strtol(payload, &end, 10) : -1;
	uint64_t buckets = end && *end == ':' && bucket >= 0 && bucket < 64 ? UINT64_C(1) << bucket : UINT64_MAX;

	eng->again_buckets |= buckets;
	eng->absent_buckets |= buckets;
	engine_policies(eng);
}

/* The guard: with jitter, so that workers and machines do not look in step. */
static void
engine_sweeper(evutil_socket_t fd, short what, void *arg)
{
	struct sh_engine *eng = SH_OBJ(arg, sh_engine);
	uint16_t jitter;
	int ms = eng->core->options->poll_ms;

	(void)fd;
	(void)what;
	sh_id_random(&jitter, sizeof(jitter));
	ms += ms / 4 * (int)(jitter % 256) / 256;
	engine_arm(eng->sweeper, ms);
	if (eng->core->draining)
		return;
	sh_fence_look(eng);
	sh_sweep(eng);
	sh_promise_look(eng);
	engine_policies(eng);
	sh_claim_look(eng);
}

struct sh_engine *
sh_engine_new(struct sh_core *core)
{
	struct sh_engine *eng = calloc(1, sizeof(*eng));

	if (!eng)
		return NULL;
	SH_MAGIC_SET(eng, sh_engine);
	eng->core = core;
	eng->next_due_ms = INT64_MAX;
	eng->again_bucket = -1;
	eng->timer = evtimer_new(core->base, engine_timer, eng);
	eng->sweeper = evtimer_new(core->base, engine_sweeper, eng);
	if (!eng->timer || !eng->sweeper || !sh_queue_new(eng) || !sh_fence_init(eng)) {
		sh_engine_free(eng);
		return NULL;
	}
	engine_arm(eng->sweeper, 1);
	return eng;
}

void
sh_engine_free(struct sh_engine *eng)
{
	if (!eng)
		return;
	if (eng->timer)
		event_free(eng->timer);
	if (eng->sweeper)
		event_free(eng->sweeper);
	sh_fence_clear(eng);
	sh_waiters_free(eng);
	sh_queue_free(eng);
	SH_MAGIC_CLEAR(eng);
	free(eng);
}

void
sh_engine_database(struct sh_engine *eng, bool ready)
{
	eng->fence_known = eng->fence_asked = false;
	eng->fence_round++;
	eng->promise_bucket = 0;
	eng->policies_at_ms = 0;
	if (ready)
		sh_engine_wake(eng);
}

void
sh_engine_wake(struct sh_engine *eng)
{
	/* The told clock moved, so whatever the timer was set for is no longer true. */
	eng->next_due_ms = INT64_MAX;
	sh_fence_look(eng);
	sh_sweep(eng);
	sh_claim_look(eng);
}

void
sh_engine_due_at(struct sh_engine *eng, int64_t due_ms)
{
	int64_t ms = due_ms - sh_core_now(eng->core);

	if (due_ms >= eng->next_due_ms)
		return;
	eng->next_due_ms = due_ms;
	/* Beyond an hour the guard's poll will have set it anew long before. */
	ms = ms < 0 ? 0 : ms > 3600000 ? 3600000 : ms;
	engine_arm(eng->timer, ms);
}

/* ---- work and drain ---- */

void
sh_work_begin(struct sh_engine *eng)
{
	eng->running++;
}

void
sh_work_end(struct sh_engine *eng)
{
	assert(eng->running > 0);
	eng->running--;
	if (eng->look_again && eng->running == SH_WORK_MOST / 2)
		sh_claim_look(eng);
	if (eng->running == 0 && eng->drained) {
		void (*drained)(void *) = SH_TAKE(eng->drained);

		drained(eng->drained_arg);
	}
}

void
sh_engine_drain(struct sh_engine *eng, void (*done)(void *), void *arg)
{
	evtimer_del(eng->timer);
	evtimer_del(eng->sweeper);
	eng->drained = done;
	eng->drained_arg = arg;
	sh_queue_drain(eng);
	/* One more turn of the count, so that done is never called from inside this call's own work. */
	sh_work_begin(eng);
	sh_work_end(eng);
}

/* ---- waiters ---- */

void
sh_engine_dial(struct sh_engine *eng, int bucket, const struct sh_id *tenant, const struct sh_id *callback, struct sh_str provider,
    const struct sh_dial_terms *terms, sh_engine_dialled_f *done, void *arg)
{
	struct sh_waiter *w = calloc(1, sizeof(*w));

	if (w) {
		*w = (struct sh_waiter){ .callback = *callback, .done = done, .arg = arg };
		HASH_ADD(hh, eng->waiters, callback, sizeof(w->callback), w);
	}
	sh_dial_begin(eng, &(struct sh_ref){ bucket, *tenant, *callback }, 1, provider, terms);
}

void
sh_engine_dial_forget(struct sh_engine *eng, const struct sh_id *callback)
{
	struct sh_waiter *w;

	HASH_FIND(hh, eng->waiters, callback, sizeof(*callback), w);
	if (!w)
		return;
	HASH_DEL(eng->waiters, w);
	free(w);
}

void
sh_waiter_tell(struct sh_engine *eng, const struct sh_id *callback, const struct sh_dial_result *result)
{
	struct sh_waiter *w;

	HASH_FIND(hh, eng->waiters, callback, sizeof(*callback), w);
	if (!w)
		return;
	HASH_DEL(eng->waiters, w);
	w->done(w->arg, result);
	free(w);
}

void
sh_waiters_free(struct sh_engine *eng)
{
	struct sh_waiter *w, *next;

	HASH_ITER (hh, eng->waiters, w, next) {
		HASH_DEL(eng->waiters, w);
		free(w);
	}
}
