/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * One accept a turn. evhttp's listener goes on until the queue is empty, and so one process swallows a burst; this one
 * rests after each, until the next turn, or a little longer while it has more than its share of the living connections.
 */
#include <errno.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/http/connection.h"

#define ACCEPT_FAILED_US 100000
#define ACCEPT_TELL_US (60 * INT64_C(1000000))
#define ACCEPT_YIELD_US 2000
#define ACCEPT_SLACK 2 /* so many above the mean are nobody's business */
#define ACCEPT_SWEEP_US 50000

static LIST_HEAD(, sh_http) accept_all = LIST_HEAD_INITIALIZER(accept_all);

static void
accept_after(struct event *timer, int us)
{
	event_add(timer, &(struct timeval){ us / 1000000, us % 1000000 });
}

static bool
accept_is_full(const struct sh_http *s)
{
	return HASH_COUNT(s->cons) >= (unsigned)s->options.connections;
}

static void
accept_again(evutil_socket_t fd, short what, void *arg)
{
	struct sh_http *s = SH_OBJ(arg, sh_http);
	(void)fd, (void)what;
	if (s->bound && !accept_is_full(s))
		evconnlistener_enable(evhttp_bound_socket_get_listener(s->bound));
}

/* The counters are of the living, and the master leaves out those of the dead: a fresh process must not look laden. */
static bool
accept_has_its_share(const struct sh_http *s)
{
	const struct sh_http_share *share = &s->options.share;
	int64_t mine = share->mine ? atomic_load_explicit(share->mine, memory_order_relaxed) : 0;
	int all = 0, processes = 0;
	if (mine <= ACCEPT_SLACK)
		return false;
	share->all(share->arg, &all, &processes);
	return mine * processes > all + ACCEPT_SLACK * processes;
}

/* evhttp asks for a bufferevent once for each accepted connection, and gives it the socket when this has returned. */
static struct bufferevent *
accept_one(struct event_base *base, void *arg)
{
	struct sh_http *s = SH_OBJ(arg, sh_http);
	(void)base;
	struct bufferevent *bev = sh_con_new(s);
	evconnlistener_disable(evhttp_bound_socket_get_listener(s->bound));
	if (!accept_is_full(s))
		accept_after(s->accept_again, accept_has_its_share(s) ? ACCEPT_YIELD_US : 0);
	if (!evtimer_pending(s->sweep, NULL))
		accept_after(s->sweep, ACCEPT_SWEEP_US);
	event_active(s->look, EV_TIMEOUT, 0);
	return bev;
}

/* In the same turn, now that there is a socket: before anything of it is read. */
static void
accept_look(evutil_socket_t fd, short what, void *arg)
{
	struct sh_http *s = SH_OBJ(arg, sh_http);
	struct sh_con *c = SH_TAKE(s->fresh);
	(void)fd, (void)what;
	if (!c || !sh_address_peer(bufferevent_getfd(c->bev), &c->peer) || s->options.per_address == 0)
		return;
	if (s->options.trusted && s->options.trusted(s->options.trusted_arg, &c->peer))
		return;
	c->crowd = sh_crowd_join(&s->crowds, &c->peer);
	if (c->crowd && c->crowd->n > s->options.per_address)
		sh_con_cut(c, SH_METRIC_http_refused_address);
}

/* Out of descriptors, mostly: what waits in the queue stays there. The listener's argument is evhttp, which put itself there. */
static void
accept_failed(struct evconnlistener *listener, void *evhttp)
{
	int error = errno;
	int64_t now_us = sh_clock_elapsed_us();
	struct sh_http *s;

	evconnlistener_disable(listener);
	sh_metric_add(SH_METRIC_http_accept_failed, 1);
	LIST_FOREACH (s, &accept_all, entry) {
		if (s->evhttp != evhttp)
			continue;
		accept_after(s->accept_again, ACCEPT_FAILED_US);
		if (s->told.accept_us && now_us - s->told.accept_us < ACCEPT_TELL_US)
			continue;
		s->told.accept_us = now_us;
		sh_log(SH_LOG_WARN, "http.accept", "no connection could be accepted; said at most once a minute",
		    SH_F_STR("error", strerror(error)), SH_F_INT("connections", HASH_COUNT(s->cons)));
	}
}

bool
sh_accept_start(struct sh_http *s, int listen_fd)
{
	LIST_INSERT_HEAD(&accept_all, s, entry);
	s->accept_again = evtimer_new(s->base, accept_again, s);
	s->look = evtimer_new(s->base, accept_look, s);
	if (!s->accept_again || !s->look)
		return false;
	evhttp_set_bevcb(s->evhttp, accept_one, s);
	struct evconnlistener *listener = evconnlistener_new(s->base, NULL, NULL, LEV_OPT_CLOSE_ON_EXEC, 0, listen_fd);
	if (!listener)
		return false;
	evconnlistener_set_error_cb(listener, accept_failed);
	s->bound = evhttp_bind_listener(s->evhttp, listener);
	if (!s->bound)
		evconnlistener_free(listener);
	return s->bound != NULL;
}

void
sh_accept_room(struct sh_http *s)
{
	if (!accept_is_full(s))
		accept_after(s->accept_again, 0);
}

void
sh_accept_stop(struct sh_http *s)
{
	evhttp_del_accept_socket(s->evhttp, s->bound);
	s->bound = NULL;
}

void
sh_accept_free(struct sh_http *s)
{
	if (s->accept_again)
		event_free(s->accept_again);
	if (s->look)
		event_free(s->look);
	if (s->entry.le_prev)
		LIST_REMOVE(s, entry);
}
