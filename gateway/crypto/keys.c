/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * crypto/keys.c: the worker's side of keys.h; wire.h has the messages.
 *
 * A question is on one of three lists, in this order:
 *
 *	waiting		for the next message
 *	asked		it is in the message under way
 *	ready		it can be answered here: refused, found in the cache, or the keyholder has gone
 *
 * What is new activates the event `turn`, which libevent runs after all others of the same turn of the loop: so
 * everything that one turn asks goes out in one message, and no callback runs inside the call that asked. Whatever is
 * wrong with the keyholder (end of file, nonsense, no answer in time) has one end: hang up, answer all, stay dead. The
 * master then replaces this worker.
 *
 * A keyholder may die with the message that it has just read. The master keeps the socket open and gives it to the next one,
 * so the message is sent again, the same bytes, after a while without an answer; and if it was answered after all, the
 * second answer to it is let pass.
 */
#include "gateway/crypto/keys.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/metric.h"
#include "gateway/crypto/digest.h"
#include "gateway/crypto/keycache.h"
#include "gateway/crypto/wire.h"

#define SH_MAGIC_sh_keys 0x6b657973u
/* An answer takes 50 µs. A keyholder that takes this long is stopped or stuck, and nobody else would notice. */
#define KEYS_LATE_MS 10000
#define KEYS_AGAIN_MS 250 /* the first time; then twice as long, and so on */

struct keys_question {
	STAILQ_ENTRY(keys_question) link;
	struct sh_wire_question ask;
	enum sh_status fate;		/* SH_OK: not decided */
	sh_keys_open_f *open;		/* one of the two */
	sh_keys_make_f *make;
	void *arg;
};

STAILQ_HEAD(keys_list, keys_question);

struct sh_keys {
	uint32_t magic;
	int fd;
	bool alive, calling;
	uint32_t serial;
	uint32_t repeated, repeats;	/* the last message that was sent again, and how many answers to it may yet come */
	int64_t asked_ms, again_ms;	/* elapsed clock: when the message went out; how long until it goes again */
	struct event *read, *turn, *late, *sweep;
	struct keys_list waiting, ready;
	struct keys_question *asked[SH_WIRE_COUNT];
	size_t nasked;
	struct sh_keycache *cache;	/* NULL: strict */
};

static const char *
keys_text(enum sh_status s)
{
	switch (s) {
	case SH_OK:
		return "";
	case SH_EDENIED:
		return "the tenant's key was wrapped with another key file";
	case SH_EINVALID:
		return "the tenant's key is damaged, or another tenant's";
	case SH_EAGAIN:
		return "the keyholder does not answer";
	default:
		return "the keyholder failed";
	}
}

/* Ends the question. */
static void
keys_answer(struct keys_question *q, enum sh_status s, const struct sh_tenant_key *key, struct sh_str wrapped)
{
	struct sh_error e = { .status = SH_OK };

	if (s != SH_OK)
		sh_fail(&e, s, "%s", keys_text(s));
	if (q->open)
		q->open(q->arg, s, s == SH_OK ? key : NULL, &e);
	else
		q->make(q->arg, s, s == SH_OK ? wrapped : SH_NONE, &e);
	free(q);
}

/* After the keyholder's death it is the loop's next turn: who asks again at once must not keep the loop from its sockets. */
static void
keys_wake(struct sh_keys *k)
{
	const struct timeval now = { 0, 0 };

	if (k->alive)
		event_active(k->turn, 0, 0);
	else
		event_add(k->turn, &now);
}

static void
keys_make_ready(struct sh_keys *k, struct keys_question *q, enum sh_status fate)
{
	q->fate = fate;
	STAILQ_INSERT_TAIL(&k->ready, q, link);
}

/* Decides all that was asked, then all that waits, in the order of asking. */
static void
keys_give_up(struct sh_keys *k, bool waiting_too)
{
	struct keys_question *q;

	for (size_t i = 0; i < k->nasked; i++)
		keys_make_ready(k, k->asked[i], SH_EAGAIN);
	k->nasked = 0;
	while (waiting_too && (q = STAILQ_FIRST(&k->waiting))) {
		STAILQ_REMOVE_HEAD(&k->waiting, link);
		keys_make_ready(k, q, SH_EAGAIN);
	}
	event_del(k->late);
	keys_wake(k);
}

static void
keys_die(struct sh_keys *k, const char *why)
{
	sh_log(SH_LOG_ERROR, "keys.gone", "the keyholder is lost to this worker", SH_F_STR("why", why));
	k->alive = false;
	event_del(k->read);
	event_del(k->turn);
	shutdown(k->fd, SHUT_RDWR);
	keys_give_up(k, true);
}

static const struct sh_tenant_key *
keys_cached(struct sh_keys *k, const struct keys_question *q)
{
	if (!k->cache || !q->open)
		return NULL;
	return sh_keycache_get(k->cache, sh_clock_elapsed_ms(), &q->ask.tenant, (struct sh_str){ (const char *)q->ask.bytes, q->ask.n });
}

/* Sets the timer for the oldest key's end. */
static void
keys_sweep(struct sh_keys *k)
{
	int64_t ms = sh_keycache_sweep(k->cache, sh_clock_elapsed_ms());
	const struct timeval next = { ms / 1000, ms % 1000 * 1000 + 999 };

	if (ms >= 0)
		evtimer_add(k->sweep, &next);
}

static void
keys_on_sweep(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	keys_sweep(SH_OBJ(arg, sh_keys));
}

static void
keys_remember(struct sh_keys *k, const struct keys_question *q, const struct sh_tenant_key *key)
{
	if (!k->cache)
		return;
	sh_keycache_put(k->cache, sh_clock_elapsed_ms(), &q->ask.tenant, (struct sh_str){ (const char *)q->ask.bytes, q->ask.n }, key);
	if (!evtimer_pending(k->sweep, NULL))
		keys_sweep(k);
}

/* The message under way: its bytes, out, and the timer for its answer. */
static bool
keys_put(struct sh_keys *k)
{
	const struct timeval again = { k->again_ms / 1000, k->again_ms % 1000 * 1000 };
	const struct sh_wire_question *ask[SH_WIRE_COUNT];
	uint8_t bytes[SH_WIRE_MAX];
	size_t n;

	for (size_t i = 0; i < k->nasked; i++)
		ask[i] = &k->asked[i]->ask;
	n = sh_wire_ask(bytes, k->serial, ask, k->nasked);
	evtimer_add(k->late, &again);
	return send(k->fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)n;
}

/* The next message, of those whose key did not come meanwhile. */
static void
keys_send(struct sh_keys *k)
{
	struct keys_question *q;

	while (k->nasked < SH_WIRE_COUNT && (q = STAILQ_FIRST(&k->waiting))) {
		STAILQ_REMOVE_HEAD(&k->waiting, link);
		if (keys_cached(k, q)) {
			keys_make_ready(k, q, SH_OK);
			keys_wake(k);
			continue;
		}
		k->asked[k->nasked++] = q;
	}
	if (k->nasked == 0)
		return;
	k->serial++;
	k->asked_ms = sh_clock_elapsed_ms();
	k->again_ms = KEYS_AGAIN_MS;
	if (keys_put(k))
		return;
	if (errno == ENOBUFS || errno == ENOMEM || errno == EAGAIN || errno == EINTR)
		keys_give_up(k, false);
	else
		keys_die(k, "it does not listen");
}

/* Answers it, unless its key has gone from the cache again since it was put here. */
static void
keys_settle(struct sh_keys *k, struct keys_question *q)
{
	const struct sh_tenant_key *cached;
	struct sh_tenant_key key;

	if (q->fate != SH_OK) {
		keys_answer(q, q->fate, NULL, SH_NONE);
		return;
	}
	cached = keys_cached(k, q);
	if (!cached && k->alive) {
		STAILQ_INSERT_TAIL(&k->waiting, q, link);
		return;
	}
	if (!cached) {
		keys_answer(q, SH_EAGAIN, NULL, SH_NONE);
		return;
	}
	/* A copy: the callback may ask for more, and that may push this one out. */
	key = *cached;
	keys_answer(q, SH_OK, &key, SH_NONE);
	sh_digest_wipe(&key, sizeof(key));
}

static void
keys_on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct sh_keys *k = SH_OBJ(arg, sh_keys);
	struct keys_list now = STAILQ_HEAD_INITIALIZER(now);
	struct keys_question *q;

	(void)fd;
	(void)what;
	STAILQ_CONCAT(&now, &k->ready);
	k->calling = true;
	while ((q = STAILQ_FIRST(&now))) {
		STAILQ_REMOVE_HEAD(&now, link);
		keys_settle(k, q);
	}
	k->calling = false;
	if (k->alive && k->nasked == 0)
		keys_send(k);
}

/* The message under way was answered. First all is made free, then the callbacks run: they may ask again. */
static void
keys_deliver(struct sh_keys *k, struct sh_wire_answer *a)
{
	struct keys_question *asked[SH_WIRE_COUNT];
	struct sh_tenant_key key;
	size_t n = k->nasked;

	memcpy(asked, k->asked, n * sizeof(*asked));
	k->nasked = 0;
	event_del(k->late);
	if (!STAILQ_EMPTY(&k->waiting))
		keys_wake(k);
	k->calling = true;
	for (size_t i = 0; i < n; i++) {
		if (asked[i]->make || a[i].status != SH_OK) {
			keys_answer(asked[i], a[i].status, NULL, (struct sh_str){ (const char *)a[i].bytes, a[i].n });
			continue;
		}
		sh_wire_key_get(&a[i], &key);
		sh_metric_add(SH_METRIC_key_unwrapped, 1);
		keys_remember(k, asked[i], &key);
		keys_answer(asked[i], SH_OK, &key, SH_NONE);
		sh_digest_wipe(&key, sizeof(key));
	}
	k->calling = false;
}

/* The second answer to a message that was sent twice: nobody waits for it any more. */
static bool
keys_is_echo(struct sh_keys *k, uint8_t *bytes, ssize_t n)
{
	uint32_t serial;

	if (k->repeats == 0 || n < 9)
		return false;
	serial = (uint32_t)bytes[4] << 24 | (uint32_t)bytes[5] << 16 | (uint32_t)bytes[6] << 8 | bytes[7];
	if (serial != k->repeated || (k->nasked > 0 && serial == k->serial))
		return false;
	k->repeats--;
	sh_digest_wipe(bytes, (size_t)n);
	return true;
}

static void
keys_on_read(evutil_socket_t fd, short what, void *arg)
{
	struct sh_keys *k = SH_OBJ(arg, sh_keys);
	const struct sh_wire_question *ask[SH_WIRE_COUNT];
	struct sh_wire_answer a[SH_WIRE_COUNT];
	uint8_t bytes[SH_WIRE_MAX + 1];		/* one more, so that a longer message shows */
	ssize_t got = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	size_t n = k->nasked;

	(void)what;
	if (keys_is_echo(k, bytes, got))
		return;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	for (size_t i = 0; i < n; i++)
		ask[i] = &k->asked[i]->ask;
	if (got <= 0)
		keys_die(k, "it hung up");
	else if (!sh_wire_tell_read(bytes, (size_t)got, k->serial, ask, n, a))
		keys_die(k, "it spoke nonsense");
	else
		keys_deliver(k, a);
	sh_digest_wipe(a, n * sizeof(*a));
	sh_digest_wipe(bytes, got > 0 ? (size_t)got : 0);
}

static void
keys_on_late(evutil_socket_t fd, short what, void *arg)
{
	struct sh_keys *k = SH_OBJ(arg, sh_keys);

	int64_t left_ms = k->asked_ms + KEYS_LATE_MS - sh_clock_elapsed_ms();

	(void)fd;
	(void)what;
	if (left_ms <= 0) {
		keys_die(k, "it does not answer");
		return;
	}
	k->repeats = k->repeated == k->serial ? k->repeats + 1 : 1;
	k->repeated = k->serial;
	k->again_ms = 2 * k->again_ms < left_ms ? 2 * k->again_ms : left_ms;
	if (!keys_put(k) && errno != ENOBUFS && errno != ENOMEM && errno != EAGAIN && errno != EINTR)
		keys_die(k, "it does not listen");
}

static void
keys_cache_new(struct sh_keys *k, int cache_s)
{
	struct sh_error e;

	if (cache_s <= 0)
		return;
	k->cache = sh_keycache_new((int64_t)cache_s * 1000, &e);
	if (!k->cache)
		sh_log(SH_LOG_WARN, "keys.no_cache", "keys are opened anew each time", SH_F_STR("why", e.text));
}

struct sh_keys *
sh_keys_new(struct event_base *base, int fd, int cache_s)
{
	struct sh_keys *k = calloc(1, sizeof(*k));

	assert(k);
	SH_MAGIC_SET(k, sh_keys);
	k->fd = fd;
	k->alive = true;
	STAILQ_INIT(&k->waiting);
	STAILQ_INIT(&k->ready);
	k->read = event_new(base, fd, EV_READ | EV_PERSIST, keys_on_read, k);
	k->turn = event_new(base, -1, 0, keys_on_turn, k);
	k->late = evtimer_new(base, keys_on_late, k);
	k->sweep = evtimer_new(base, keys_on_sweep, k);
	assert(k->read && k->turn && k->late && k->sweep);
	keys_cache_new(k, cache_s);
	if (event_add(k->read, NULL) != 0)
		keys_die(k, "its socket cannot be watched");
	return k;
}

void
sh_keys_free(struct sh_keys *k)
{
	struct keys_question *q;

	if (!k)
		return;
	assert(!k->calling);
	k->alive = false;
	keys_give_up(k, true);
	/* A callback may ask once more; that is answered here too. */
	while ((q = STAILQ_FIRST(&k->ready))) {
		STAILQ_REMOVE_HEAD(&k->ready, link);
		keys_answer(q, q->fate != SH_OK ? q->fate : SH_EAGAIN, NULL, SH_NONE);
	}
	event_free(k->read);
	event_free(k->turn);
	event_free(k->late);
	event_free(k->sweep);
	sh_keycache_free(k->cache);
	close(k->fd);
	SH_MAGIC_CLEAR(k);
	free(k);
}

bool
sh_keys_alive(const struct sh_keys *k)
{
	return k->alive;
}

/* Without memory for a question its callback could never come; the master starts a new worker instead. */
static struct keys_question *
keys_question(enum sh_wire_op op, const struct sh_id *tenant, void *arg)
{
	struct keys_question *q = calloc(1, sizeof(*q));

	assert(q);
	q->ask.op = op;
	q->ask.tenant = *tenant;
	q->arg = arg;
	return q;
}

static void
keys_take(struct sh_keys *k, struct keys_question *q)
{
	if (q->fate != SH_OK || keys_cached(k, q))
		keys_make_ready(k, q, q->fate);
	else if (!k->alive)
		keys_make_ready(k, q, SH_EAGAIN);
	else
		STAILQ_INSERT_TAIL(&k->waiting, q, link);
	/* While a message is under way, its answer wakes those that wait. */
	if (k->nasked == 0 || !STAILQ_EMPTY(&k->ready))
		keys_wake(k);
}

void
sh_keys_open(struct sh_keys *k, const struct sh_id *tenant, struct sh_str wrapped, sh_keys_open_f *f, void *arg)
{
	struct keys_question *q = keys_question(SH_WIRE_OPEN, tenant, arg);

	q->open = f;
	if (wrapped.n == 0 || wrapped.n > sizeof(q->ask.bytes)) {
		q->fate = SH_EINVALID;
	} else {
		q->ask.n = (uint8_t)wrapped.n;
		memcpy(q->ask.bytes, wrapped.s, wrapped.n);
	}
	keys_take(k, q);
}

void
sh_keys_make(struct sh_keys *k, const struct sh_id *tenant, sh_keys_make_f *f, void *arg)
{
	struct keys_question *q = keys_question(SH_WIRE_MAKE, tenant, arg);

	q->make = f;
	keys_take(k, q);
}
