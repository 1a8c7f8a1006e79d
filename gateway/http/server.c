/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Between evhttp and the handler: a request as plain data, its one reply, the sweep and the drain.
 *
 * EV_READ is never switched on while a handler has a request: one byte then ends the process inside evhttp. So
 * a client that leaves is noticed only by the reply, which evhttp then throws away.
 */
#include "gateway/http/server.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/metric.h"
#include "gateway/base/text.h"
#include "gateway/http/connection.h"
#include "gateway/http/problem.h"

#define SERVER_SWEEP_MS 50
#define SERVER_CUTS 64	/* slow readers in one sweep */
#define SERVER_TELL_US 1000000
#define SERVER_DRAIN_GRACE_MS 300	/* replies in this time carry Connection: close, so few idle ones are left to cut */
#define SERVER_METHODS \
	(EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST | EVHTTP_REQ_PUT | EVHTTP_REQ_PATCH | EVHTTP_REQ_DELETE)

/* Lives in its own arena. */
struct http_request {
	struct sh_http_request public;
	struct sh_http *server;		/* NULL: it is gone, and evhttp's request with it */
	struct sh_con *con;		/* outlives the request: evhttp notices nothing while a handler has it */
	struct evhttp_request *evreq;
	bool close, replied;
	LIST_ENTRY(http_request) pending;
};

static void
server_after(struct event *timer, int ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };
	evtimer_add(timer, &tv);
}

/* ---- the sweep ---- */

/* Replies are made whole, so what readers do not take is our memory. Who has been at it the longest goes first. */
static void
server_bound_backlog(struct sh_http *s)
{
	size_t all = 0;
	struct sh_con *c, *next, *oldest;
	HASH_ITER(hh, s->cons, c, next)
		all += c->cut ? 0 : sh_con_backlog(c);
	for (int cuts = 0; all > s->options.backlog_bytes && cuts < SERVER_CUTS; cuts++) {
		oldest = NULL;
		HASH_ITER(hh, s->cons, c, next)
			if (!c->cut && sh_con_backlog(c) > 0 && (!oldest || c->since_us < oldest->since_us))
				oldest = c;
		if (!oldest)
			return;
		all -= sh_con_backlog(oldest);
		sh_con_cut(oldest, SH_METRIC_http_refused_backlog);
	}
}

static void
server_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct sh_http *s = SH_OBJ(arg, sh_http);
	(void)fd, (void)what;
	int64_t now_us = sh_clock_elapsed_us();
	unsigned before = HASH_COUNT(s->cons);
	struct sh_con *c, *next;
	HASH_ITER(hh, s->cons, c, next)
		sh_con_sweep(c, now_us);
	server_bound_backlog(s);
	if (before >= (unsigned)s->options.connections)
		sh_accept_room(s);
	if (s->cons)
		server_after(s->sweep, SERVER_SWEEP_MS);
	else if (s->draining && s->drained) {
		void (*drained)(void *) = s->drained;
		s->drained = NULL;
		drained(s->drained_arg);	/* may free the server */
	}
}

/* ---- a request ---- */

static struct sh_str
server_lower(struct sh_arena *a, const char *name)
{
	char *z = sh_arena_z(a, sh_str(name));
	for (char *c = z; c && *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c |= 0x20;
	return sh_str(z);
}

static void
server_read_headers(struct sh_http_request *r, struct evhttp_request *evreq)
{
	struct evkeyvalq *q = evhttp_request_get_input_headers(evreq);
	struct evkeyval *h;
	uint32_t n = 0;
	TAILQ_FOREACH(h, q, next)
		n++;
	struct sh_pair *headers = sh_arena_array(r->arena, struct sh_pair, n + 1);
	if (!headers)
		return;
	r->headers = headers;
	TAILQ_FOREACH(h, q, next) {
		const char *value = h->value + strspn(h->value, " \t");	/* evhttp leaves a leading tab */
		headers[r->nheaders++] = (struct sh_pair){ server_lower(r->arena, h->key), sh_arena_str(r->arena, sh_str(value)) };
	}
}

static void
server_read_body(struct sh_http_request *r, struct evhttp_request *evreq)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(evreq);
	size_t n = evbuffer_get_length(in);
	if (n == 0)
		return;
	char *body = sh_arena_alloc(r->arena, n + 1);
	if (body && evbuffer_remove(in, body, n) == (int)n)
		r->body = (struct sh_str){ body, n };
}

static struct sh_str
server_address(struct sh_arena *a, const struct in6_addr *address)
{
	char text[INET6_ADDRSTRLEN];
	sh_address_format(address, text);
	return sh_arena_str(a, sh_str(text));
}

/* Who is no proxy of ours may say what he likes about where he comes from. */
static void
server_read_client(struct sh_http *s, struct sh_http_request *r, const struct sh_con *c)
{
	struct in6_addr client = sh_address_client(&s->options, &c->peer, r->headers, r->nheaders);
	r->peer = server_address(r->arena, &c->peer);
	r->client = IN6_ARE_ADDR_EQUAL(&client, &c->peer) ? r->peer : server_address(r->arena, &client);
}

static struct http_request *
server_read(struct sh_http *s, struct sh_con *c, struct evhttp_request *evreq)
{
	struct sh_arena *arena = sh_arena_new(s->options.arena_bytes);
	struct http_request *h = arena ? sh_arena_make(arena, struct http_request) : NULL;
	if (!h) {
		sh_arena_free(arena);
		return NULL;
	}
	struct sh_clock clock;
	sh_clock_init(&clock);
	struct sh_http_request *r = &h->public;
	*r = (struct sh_http_request){ .number = ++s->next_number, .id = sh_id_new(sh_clock_wall_ms(&clock)), .arena = arena,
		.method = c->frame.method, .began_us = c->since_us };
	r->target = sh_arena_str(arena, sh_str(evhttp_request_get_uri(evreq)));
	r->path = r->target;
	const char *mark = r->target.s ? memchr(r->target.s, '?', r->target.n) : NULL;
	if (mark) {
		r->path.n = (size_t)(mark - r->target.s);
		r->query = (struct sh_str){ mark + 1, r->target.n - r->path.n - 1 };
	}
	server_read_headers(r, evreq);
	server_read_client(s, r, c);
	server_read_body(r, evreq);

	h->server = s;
	h->con = c;
	h->evreq = evreq;
	LIST_INSERT_HEAD(&s->pending, h, pending);
	s->npending++;
	return h;
}

static void
server_refuse(struct http_request *h, enum sh_problem problem, const char *why)
{
	sh_metric_add(sh_con_reason(problem), 1);
	h->close = true;
	sh_problem(&h->public, problem, "%s", why);
}

static void
server_closing(struct evhttp_connection *evcon, void *arg)
{
	(void)evcon;
	sh_con_closing(SH_OBJ(arg, sh_con));
}

static void
server_request(struct evhttp_request *evreq, void *arg)
{
	struct sh_http *s = SH_OBJ(arg, sh_http);
	struct sh_con *c = sh_con_find(s, evhttp_connection_get_bufferevent(evhttp_request_get_connection(evreq)));
	struct http_request *h = c ? server_read(s, c, evreq) : NULL;
	if (!h) {
		/* No memory: not even for a problem document. */
		evhttp_add_header(evhttp_request_get_output_headers(evreq), "Connection", "close");
		evhttp_send_reply(evreq, 503, NULL, NULL);
		return;
	}
	c->state = SH_CON_BUSY;
	if (c->requests++ == 0)
		evhttp_connection_set_closecb(evhttp_request_get_connection(evreq), server_closing, c);
	if (c->frame.step == SH_FRAME_REFUSED)
		server_refuse(h, c->frame.problem, c->frame.why);
	else if (c->frame.step != SH_FRAME_WHOLE)
		server_refuse(h, SH_PROBLEM_bad_request, "The request's end is not where its length says.");
	else if (sh_arena_failed(h->public.arena))
		server_refuse(h, SH_PROBLEM_too_large, "The request needs more memory than one may have.");
	else
		s->handler(&h->public, s->arg);
}

/* ---- its reply ---- */

static void
server_completed(struct evhttp_request *evreq, void *arg)
{
	(void)evreq;
	sh_con_next(SH_OBJ(arg, sh_con));
}

static void
server_add_header(struct evhttp_request *evreq, struct sh_str name, struct sh_str value)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	sh_buf_init(&b, 16 << 10);
	sh_buf_add(&b, name.s, name.n);
	sh_buf_add_char(&b, '\0');
	sh_buf_add(&b, value.s, value.n);
	/* evhttp refuses a value with a line break; then the header is missing, which is the better of two evils. */
	if (!b.failed)
		evhttp_add_header(evhttp_request_get_output_headers(evreq), b.s, b.s + name.n + 1);
}

static void
server_add_headers(struct http_request *h, int status, const struct sh_pair *headers, size_t n, struct sh_str body)
{
	const struct sh_con *c = h->con;
	bool cache = false;
	for (size_t i = 0; i < n; i++) {
		cache |= sh_text_equal_nocase(headers[i].name, SH_STR("Cache-Control"));
		server_add_header(h->evreq, headers[i].name, headers[i].value);
	}
	struct evkeyvalq *q = evhttp_request_get_output_headers(h->evreq);
	char id[37], length[24];
	sh_text_uuid_format(h->public.id.b, id);
	snprintf(length, sizeof(length), "%zu", body.n);
	evhttp_add_header(q, "X-Request-Id", id);
	if (!cache)
		evhttp_add_header(q, "Cache-Control", "no-store");
	evhttp_add_header(q, "X-Content-Type-Options", "nosniff");
	if (status != 204 && status != 304)
		evhttp_add_header(q, "Content-Length", length);
	if (h->close || c->frame.close || h->server->draining || c->requests >= h->server->options.requests_per_connection)
		evhttp_add_header(q, "Connection", "close");
}

/* For those who watch the log for who tries doors. Whoever knocks often is told of once a second, with a count. */
static void
server_tell_denied(struct sh_http *s, const struct sh_http_request *r, int status)
{
	int64_t now_us = sh_clock_elapsed_us();
	s->told.denied++;
	if (s->told.denied_us && now_us - s->told.denied_us < SERVER_TELL_US)
		return;
	sh_log(SH_LOG_INFO, "http.denied", "a request was turned away", SH_F_TEXT("client", r->client), SH_F_INT("status", status),
	    SH_F_ID("request_id", &r->id), SH_F_INT("since_the_last_line", (int64_t)s->told.denied));
	s->told.denied_us = now_us;
	s->told.denied = 0;
}

void
sh_http_reply(struct sh_http_request *r, int status, const struct sh_pair *headers, size_t n, struct sh_str body)
{
	struct http_request *h = SH_CONTAINER(r, struct http_request, public);
	assert(!h->replied && status >= 200 && status <= 599);
	h->replied = true;
	if (!h->server) {
		sh_arena_free(r->arena);
		return;
	}
	sh_metric_add(SH_METRIC_http_requests, 1);
	if (status == 401 || status == 403 || status == 429)
		server_tell_denied(h->server, r, status);
	struct evbuffer *out = NULL;
	if (body.n > 0 && status != 204 && status != 304 && !sh_str_is(r->method, "HEAD")) {
		out = evbuffer_new();
		if (!out || evbuffer_add(out, body.s, body.n) < 0) {
			status = 503;
			body = SH_NONE;
		}
	}
	server_add_headers(h, status, headers, n, body);
	LIST_REMOVE(h, pending);
	h->server->npending--;
	evhttp_request_set_on_complete_cb(h->evreq, server_completed, h->con);
	evhttp_send_reply(h->evreq, status, NULL, out);
	sh_con_reply(h->con);
	if (out)
		evbuffer_free(out);
	sh_arena_free(r->arena);
}

struct sh_str
sh_http_header(const struct sh_http_request *r, const char *lower_case_name)
{
	for (uint32_t i = 0; i < r->nheaders; i++)
		if (sh_str_is(r->headers[i].name, lower_case_name))
			return r->headers[i].value;
	return SH_NONE;
}

/* ---- life ---- */

static struct sh_http_options
server_options(const struct sh_http_options *given)
{
	struct sh_http_options o = given ? *given : (struct sh_http_options){ 0 };
	o.header_bytes = o.header_bytes ? o.header_bytes : 16 << 10;
	o.body_bytes = o.body_bytes ? o.body_bytes : 8 << 20;
	o.held_bytes = o.held_bytes ? o.held_bytes : (size_t)512 << 20;
	o.arena_bytes = o.arena_bytes ? o.arena_bytes : 4 * o.body_bytes + (1 << 20);
	o.request_ms = o.request_ms ? o.request_ms : 10000;
	o.idle_ms = o.idle_ms ? o.idle_ms : 60000;
	o.connections = o.connections ? o.connections : 4096;
	o.requests_per_connection = o.requests_per_connection ? o.requests_per_connection : 10000;
	o.backlog_bytes = o.backlog_bytes ? o.backlog_bytes : 64 << 20;
	o.reader_bytes_s = o.reader_bytes_s ? o.reader_bytes_s : 8192;
	o.handshake_ms = o.handshake_ms ? o.handshake_ms : 10000;
	return o;
}

static bool
server_start(struct sh_http *s, int listen_fd)
{
	s->sweep = evtimer_new(s->base, server_sweep, s);
	s->evhttp = evhttp_new(s->base);
	if (!s->sweep || !s->evhttp)
		return false;

	/* The frame is the judge of limits, exactly; evhttp's stand a little above, where nothing gets. */
	evhttp_set_max_headers_size(s->evhttp, (ev_ssize_t)s->options.header_bytes + 1024);
	evhttp_set_max_body_size(s->evhttp, (ev_ssize_t)s->options.body_bytes + 1024);
	evhttp_set_timeout_tv(s->evhttp, &(struct timeval){ s->options.idle_ms / 1000, s->options.idle_ms % 1000 * 1000 });
	evhttp_set_allowed_methods(s->evhttp, SERVER_METHODS);
	evhttp_set_default_content_type(s->evhttp, NULL);
	evhttp_set_gencb(s->evhttp, server_request, s);
	return sh_accept_start(s, listen_fd);
}

struct sh_http *
sh_http_new(struct event_base *base, int listen_fd, const struct sh_http_options *options, sh_http_handler_f *handler, void *arg)
{
	struct sh_http *s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	SH_MAGIC_SET(s, sh_http);
	s->base = base;
	s->options = server_options(options);
	s->handler = handler;
	s->arg = arg;
	LIST_INIT(&s->pending);
	if (!server_start(s, listen_fd)) {
		sh_http_free(s);
		return NULL;
	}
	return s;
}

void
sh_http_free(struct sh_http *s)
{
	if (!s)
		return;
	/* evhttp takes its requests along; ours stay until whoever has them replies into the void. */
	struct http_request *h;
	while ((h = LIST_FIRST(&s->pending))) {
		LIST_REMOVE(h, pending);
		h->server = NULL;
		h->con = NULL;
		h->evreq = NULL;
	}
	if (s->evhttp)
		evhttp_free(s->evhttp);
	struct sh_con *c, *next;
	HASH_ITER(hh, s->cons, c, next)
		sh_con_free(c);
	sh_accept_free(s);
	if (s->sweep)
		event_free(s->sweep);
	SH_MAGIC_CLEAR(s);
	free(s);
}

void
sh_http_drain(struct sh_http *s, void (*done)(void *), void *arg)
{
	if (s->draining)
		return;
	s->draining = true;
	s->drain_us = sh_clock_elapsed_us() + SERVER_DRAIN_GRACE_MS * 1000;
	s->drained = done;
	s->drained_arg = arg;
	sh_accept_stop(s);
	server_after(s->sweep, s->cons ? SERVER_SWEEP_MS : 0);
}

size_t
sh_http_pending(const struct sh_http *s)
{
	return s->npending;
}

size_t
sh_http_open(const struct sh_http *s)
{
	return HASH_COUNT(s->cons);
}
