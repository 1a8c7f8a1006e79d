/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/http/connection.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/util.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "gateway/base/clock.h"
#include "gateway/base/metric.h"
#include "gateway/base/text.h"

#define CON_LINGER_US 1000000	/* how long a refused client may take to read why */
#define CON_FIRST_US 3000000	/* a drain waits for the first request of a connection that is younger */
#define CON_SMALL (64 << 10)	/* a request of this size is taken however much others hold */
#define CON_WATERMARK 4096	/* above head and body: pipelined requests wait in the kernel */

static void
con_hold(struct sh_con *c, size_t bytes)
{
	c->server->held += bytes - c->held;
	c->held = bytes;
}

static void
con_enter(struct sh_con *c, enum sh_con_state state)
{
	if (state != SH_CON_READING && state != SH_CON_BUSY)
		con_hold(c, 0);
	c->state = state;
	c->since_us = sh_clock_elapsed_us();
}

/* The refused client has its answer: evhttp gets its callbacks back, and hears that the client left. */
static void
con_give_back(struct sh_con *c)
{
	bufferevent_disable(c->bev, EV_READ | EV_WRITE);
	bufferevent_setcb(c->bev, c->aside.read, c->aside.write, c->aside.event, c->aside.arg);
	c->aside.event(c->bev, BEV_EVENT_READING | BEV_EVENT_EOF, c->aside.arg);
}

static void
con_refusal_over(struct bufferevent *bev, short what, void *arg)
{
	(void)bev, (void)what;
	con_give_back(SH_OBJ(arg, sh_con));
}

static void
con_discard(struct bufferevent *bev, void *arg)
{
	(void)arg;
	struct evbuffer *in = bufferevent_get_input(bev);
	evbuffer_drain(in, evbuffer_get_length(in));
}

/*
 * Closing at once would reset the connection if the client is still sending, and the reset can overtake the
 * answer. So only our side is closed, and what still comes is thrown away for a moment.
 */
static void
con_refusal_sent(struct bufferevent *bev, void *arg)
{
	struct sh_con *c = SH_OBJ(arg, sh_con);
	con_enter(c, SH_CON_LINGERING);
	sh_con_closing(c);
	shutdown(bufferevent_getfd(bev), SHUT_WR);
	con_discard(bev, NULL);
	bufferevent_setcb(bev, con_discard, NULL, con_refusal_over, c);
	bufferevent_disable(bev, EV_WRITE);
	bufferevent_enable(bev, EV_READ);
}

static void
con_refusal_write(struct sh_con *c, enum sh_problem problem, const char *why)
{
	struct sh_clock clock;
	sh_clock_init(&clock);
	struct sh_http_request r = { .id = sh_id_new(sh_clock_wall_ms(&clock)), .arena = sh_arena_new(8192) };
	struct sh_str text = r.arena ? sh_problem_text(&r, problem, why, NULL, 0) : SH_NONE;
	char id[37], date[64];
	sh_text_uuid_format(r.id.b, id);
	evutil_date_rfc1123(date, sizeof(date), NULL);

	struct evbuffer *out = bufferevent_get_output(c->bev);
	evbuffer_add_printf(out,
	    "HTTP/1.1 %d %s\r\nContent-Type: application/problem+json\r\nContent-Length: %zu\r\nConnection: close\r\n"
	    "X-Request-Id: %s\r\nDate: %s\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n%s\r\n",
	    sh_problem_status(problem), sh_problem_title(problem), text.n, id, date,
	    problem == SH_PROBLEM_method_not_allowed ? "Allow: GET, HEAD, POST, PUT, PATCH, DELETE\r\n" : "");
	if (!sh_str_is(c->frame.method, "HEAD"))
		evbuffer_add(out, text.s, text.n);
	sh_arena_free(r.arena);
}

enum sh_metric
sh_con_reason(enum sh_problem problem)
{
	switch (problem) {
	case SH_PROBLEM_method_not_allowed:
	case SH_PROBLEM_not_implemented:
		return SH_METRIC_http_refused_method;
	case SH_PROBLEM_headers_too_large:
		return SH_METRIC_http_refused_headers;
	case SH_PROBLEM_too_large:
	case SH_PROBLEM_unavailable:
		return SH_METRIC_http_refused_body;
	case SH_PROBLEM_timeout:
		return SH_METRIC_http_refused_time;
	default:
		return SH_METRIC_http_refused_malformed;
	}
}

static void
con_refuse(struct sh_con *c, enum sh_problem problem, const char *why)
{
	bufferevent_getcb(c->bev, &c->aside.read, &c->aside.write, &c->aside.event, &c->aside.arg);
	if (!c->aside.event)
		return;
	sh_metric_add(sh_con_reason(problem), 1);
	con_enter(c, SH_CON_REFUSING);
	bufferevent_setcb(c->bev, NULL, con_refusal_sent, con_refusal_over, c);
	bufferevent_disable(c->bev, EV_READ);
	con_refusal_write(c, problem, why);
	bufferevent_enable(c->bev, EV_WRITE);
}

/*
 * Shows the frame what stands in the input from offset on, as far as this request goes. A body is only counted: to find
 * a place in the input its whole chain is walked, and evhttp leaves a body there until it is whole.
 */
static void
con_feed(struct sh_con *c, size_t offset)
{
	struct evbuffer *in = bufferevent_get_input(c->bev);
	while (c->frame.step == SH_FRAME_MORE && offset < evbuffer_get_length(in)) {
		struct evbuffer_ptr at;
		struct evbuffer_iovec v;
		size_t used = sh_frame_count(&c->frame, evbuffer_get_length(in) - offset);
		offset += used;
		if (used > 0)
			continue;
		evbuffer_ptr_set(in, &at, offset, EVBUFFER_PTR_SET);
		if (evbuffer_peek(in, -1, &at, &v, 1) < 1)
			return;
		sh_frame_feed(&c->frame, v.iov_base, v.iov_len, &used);
		offset += used;
	}
}

static void
con_agreed(struct sh_con *c)
{
	sh_metric_add(sh_tls_is_resumed(c->tls) ? SH_METRIC_tls_resumed : SH_METRIC_tls_full, 1);
	con_enter(c, SH_CON_IDLE);
}

/* Runs after each read and before evhttp looks at the bytes. */
static void
con_bytes_came(struct evbuffer *in, const struct evbuffer_cb_info *info, void *arg)
{
	struct sh_con *c = SH_OBJ(arg, sh_con);
	if (info->n_added == 0)
		return;
	if (c->state == SH_CON_HANDSHAKE)
		con_agreed(c);
	if (c->state == SH_CON_IDLE)
		con_enter(c, SH_CON_READING);
	if (c->state != SH_CON_READING)
		return;
	con_hold(c, c->held + info->n_added);
	con_feed(c, evbuffer_get_length(in) - info->n_added);
	if (c->held > CON_SMALL && c->server->held > c->server->options.held_bytes)
		con_refuse(c, SH_PROBLEM_unavailable, "Too many large requests are on their way at once.");
	else if (c->frame.step == SH_FRAME_REFUSED)
		con_refuse(c, c->frame.problem, c->frame.why);
}

/*
 * While evhttp writes it also reads, to notice a client that leaves, and lets the idle time-out of reading end
 * a reply that is still being taken. So only the one of writing holds until the reply is through.
 */
static void
con_set_timeouts(struct sh_con *c, bool reading)
{
	int ms = c->server->options.idle_ms;
	const struct timeval tv = { ms / 1000, ms % 1000 * 1000 };
	bufferevent_set_timeouts(c->bev, reading ? &tv : NULL, &tv);
}

void
sh_con_reply(struct sh_con *c)
{
	con_enter(c, SH_CON_WRITING);
	c->reply_bytes = evbuffer_get_length(bufferevent_get_output(c->bev));
	con_set_timeouts(c, false);
}

/*
 * A refused request that was pipelined behind another cannot be taken from evhttp here, in the middle of its turn.
 * evhttp reads on from a deferred callback of its own; the sweep, made due first, runs before that. Were it the
 * other way round, the handler would refuse.
 */
void
sh_con_next(struct sh_con *c)
{
	sh_frame_begin(&c->frame);
	con_enter(c, SH_CON_IDLE);
	con_set_timeouts(c, true);
	if (evbuffer_get_length(bufferevent_get_input(c->bev)) > 0) {
		c->state = SH_CON_READING;
		con_hold(c, evbuffer_get_length(bufferevent_get_input(c->bev)));
		con_feed(c, 0);
	}
	if (c->frame.step == SH_FRAME_REFUSED)
		event_active(c->server->sweep, EV_TIMEOUT, 0);
}

/* With BEV_OPT_CLOSE_ON_FREE the bufferevent frees what it speaks TLS with. */
static bool
con_make_bev(struct sh_con *c, struct sh_http *s)
{
	if (!s->options.tls) {
		c->bev = bufferevent_socket_new(s->base, -1, BEV_OPT_CLOSE_ON_FREE);
		return c->bev != NULL;
	}
	struct ssl_st *ssl = sh_tls_accept(s->options.tls);
	if (!ssl)
		return false;
	c->bev = bufferevent_openssl_socket_new(s->base, -1, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	c->tls = c->bev ? ssl : NULL;
	return c->bev != NULL;
}

struct bufferevent *
sh_con_new(struct sh_http *s)
{
	struct sh_con *c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	if (!con_make_bev(c, s)) {
		free(c);
		return NULL;
	}
	SH_MAGIC_SET(c, sh_con);
	c->server = s;
	bufferevent_incref(c->bev);
	bufferevent_setwatermark(c->bev, EV_READ, 0, s->options.header_bytes + s->options.body_bytes + CON_WATERMARK);
	sh_frame_init(&c->frame, s->options.header_bytes, s->options.body_bytes);
	c->came = evbuffer_add_cb(bufferevent_get_input(c->bev), con_bytes_came, c);
	con_enter(c, c->tls ? SH_CON_HANDSHAKE : SH_CON_IDLE);
	HASH_ADD_PTR(s->cons, bev, c);
	s->fresh = c;
	if (s->options.share.mine)
		atomic_fetch_add_explicit(s->options.share.mine, 1, memory_order_relaxed);
	sh_metric_add(SH_METRIC_http_connections, 1);
	return c->bev;
}

struct sh_con *
sh_con_find(const struct sh_http *s, struct bufferevent *bev)
{
	struct sh_con *c;
	HASH_FIND_PTR(s->cons, &bev, c);
	return c;
}

void
sh_con_free(struct sh_con *c)
{
	struct sh_http *s = c->server;
	HASH_DEL(s->cons, c);
	if (s->fresh == c)
		s->fresh = NULL;
	if (s->options.share.mine)
		atomic_fetch_sub_explicit(s->options.share.mine, 1, memory_order_relaxed);
	sh_crowd_leave(&s->crowds, c->crowd);
	if (c->state == SH_CON_HANDSHAKE && sh_tls_is_up(c->tls))
		con_agreed(c);
	else if (c->state == SH_CON_HANDSHAKE)
		sh_metric_add(SH_METRIC_tls_failed, 1);
	con_hold(c, 0);
	evbuffer_remove_cb_entry(bufferevent_get_input(c->bev), c->came);
	bufferevent_decref(c->bev);
	sh_frame_clear(&c->frame);
	sh_metric_add(SH_METRIC_http_connections, -1);
	SH_MAGIC_CLEAR(c);
	free(c);
}

/* A request may be on its way: only a connection with nothing to read is closed. */
static void
con_close_idle(struct sh_con *c)
{
	int fd = bufferevent_getfd(c->bev);
	char one;
	if (recv(fd, &one, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN) {
		sh_con_closing(c);
		shutdown(fd, SHUT_RDWR);
	}
}

void
sh_con_cut(struct sh_con *c, enum sh_metric why)
{
	if (c->cut)
		return;
	c->cut = true;
	sh_metric_add(why, 1);
	shutdown(bufferevent_getfd(c->bev), SHUT_RDWR);
}

size_t
sh_con_backlog(const struct sh_con *c)
{
	return c->state == SH_CON_WRITING ? evbuffer_get_length(bufferevent_get_output(c->bev)) : 0;
}

void
sh_con_closing(struct sh_con *c)
{
	if (c->tls)
		sh_tls_goodbye(c->tls);
}

/* The idle time is for silence; who takes a byte now and then is never silent, and must still be done in the end. */
static bool
con_reads_too_slowly(const struct sh_con *c, int64_t now_us)
{
	const struct sh_http_options *o = &c->server->options;
	int64_t most_ms = o->idle_ms + (int64_t)c->reply_bytes * 1000 / o->reader_bytes_s;
	return now_us - c->since_us > most_ms * 1000;
}

/* Its first request is on its way, from a client that may be slow: nobody would send that one again. */
static bool
con_is_new(const struct sh_con *c, int64_t now_us)
{
	return c->requests == 0 && now_us - c->since_us < CON_FIRST_US;
}

void
sh_con_sweep(struct sh_con *c, int64_t now_us)
{
	bufferevent_event_cb event;
	bufferevent_getcb(c->bev, NULL, NULL, &event, NULL);
	if (!event) {
		sh_con_free(c);
		return;
	}
	switch (c->state) {
	case SH_CON_HANDSHAKE:
		if (sh_tls_is_up(c->tls))
			con_agreed(c);
		else if (now_us - c->since_us > c->server->options.handshake_ms * INT64_C(1000))
			sh_con_cut(c, SH_METRIC_http_refused_time);
		break;
	case SH_CON_IDLE:
		if (c->server->draining && now_us >= c->server->drain_us && !con_is_new(c, now_us))
			con_close_idle(c);
		break;
	case SH_CON_READING:
		if (c->frame.step == SH_FRAME_REFUSED)
			con_refuse(c, c->frame.problem, c->frame.why);
		else if (now_us - c->since_us > c->server->options.request_ms * INT64_C(1000))
			con_refuse(c, SH_PROBLEM_timeout, "The request did not come within the time allowed.");
		break;
	case SH_CON_REFUSING:
	case SH_CON_LINGERING:
		if (now_us - c->since_us > CON_LINGER_US)
			con_give_back(c);
		break;
	case SH_CON_WRITING:
		if (con_reads_too_slowly(c, now_us))
			sh_con_cut(c, SH_METRIC_http_refused_backlog);
		break;
	case SH_CON_BUSY:
		break;
	}
}
