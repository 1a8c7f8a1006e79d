/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "net_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <event2/buffer.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/clock.h"

#define PATIENCE_MS 60000

static void
conn_close(struct conn *c, bool reset)
{
	if (reset)
		setsockopt(bufferevent_getfd(c->bev), SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 }, sizeof(struct linger));
	LIST_REMOVE(c, entry);
	bufferevent_free(c->bev);
	free(c);
}

void
conn_say(struct conn *c, const char *text)
{
	bufferevent_write(c->bev, text, strlen(text));
}

static void
conn_written_then_close(struct bufferevent *bev, void *arg)
{
	(void)bev;
	conn_close(arg, false);
}

static void
conn_say_and_close(struct conn *c, const char *text)
{
	bufferevent_setcb(c->bev, NULL, conn_written_then_close, NULL, c);
	conn_say(c, text);
}

#define CREATED "HTTP/1.1 201 Created\r\nContent-Length: 2\r\nX-Name: \t Value \r\n\r\nok"

static void
conn_say_much(struct conn *c, const char *head, size_t n)
{
	char *much = malloc(n + 1);
	memset(much, 'x', n);
	much[n] = '\0';
	conn_say(c, head);
	conn_say(c, much);
	free(much);
}

static void
conn_misbehave(struct conn *c)
{
	switch (c->world->manner) {
	case CLOSES_AFTER_REQUEST:
		conn_close(c, false);
		return;
	case RESETS_AFTER_REQUEST:
		conn_close(c, true);
		return;
	case DIES_WHEN_REUSED:
		if (c->requests == 1)
			conn_say(c, CREATED);
		else
			conn_close(c, false);
		return;
	case IS_NO_HTTP:
		conn_say_and_close(c, "SSH-2.0-OpenSSH_9.2\r\n");
		return;
	case IS_HTTP_09:
		conn_say_and_close(c, "<p>hello</p>\r\n");
		return;
	case CUTS_ITS_ANSWER:
		conn_say_and_close(c, "HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\nok");
		return;
	case CUTS_ITS_CHUNKS:
		conn_say_and_close(c, "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
		return;
	case ANNOUNCES_TOO_MUCH:
		conn_say(c, "HTTP/1.1 201 Created\r\nContent-Length: 5000\r\n\r\nok");
		return;
	case SENDS_TOO_MUCH:
		conn_say_much(c, "HTTP/1.1 201 Created\r\n\r\n", 5000);
		return;
	case SENDS_A_HUGE_HEAD:
		conn_say_much(c, "HTTP/1.1 201 Created\r\nX: ", 90000);
		conn_say(c, "\r\n\r\n");
		return;
	case REDIRECTS:
		conn_say(c, "HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
		return;
	case CONTINUES:
		conn_say(c, "HTTP/1.1 100 Continue\r\nX-Name: early\r\n\r\n" CREATED);
		return;
	case SAYS_SERVER_ERROR:
		conn_say(c, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 7\r\n\r\n");
		return;
	case ANSWERS:
	case SPEAKS_UNASKED:
		conn_say(c, CREATED);
		return;
	case IS_SILENT:
	case REFUSES:
	case CLOSES_ON_ACCEPT:
	case RESETS_ON_ACCEPT:
		return;
	}
}

/* Requests in this test have a body of two bytes or none. */
static void
conn_read(struct bufferevent *bev, void *arg)
{
	struct conn *c = arg;
	struct evbuffer *in = bufferevent_get_input(bev);
	struct evbuffer_ptr end = evbuffer_search(in, "\r\n\r\n", 4, NULL);
	if (end.pos < 0)
		return;
	size_t n = (size_t)end.pos + 4;
	if (evbuffer_search(in, "Content-Length: 2", 17, NULL).pos >= 0)
		n += 2;
	if (evbuffer_get_length(in) < n)
		return;
	char *text = malloc(n);
	evbuffer_remove(in, text, n);
	sh_buf_add(&c->world->seen, text, n);
	free(text);
	c->requests++;
	c->world->requests++;
	conn_misbehave(c);
}

static void
conn_event(struct bufferevent *bev, short what, void *arg)
{
	(void)bev, (void)what;
	conn_close(arg, false);
}

static void
world_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *a, int n, void *arg)
{
	struct world *w = arg;
	(void)l, (void)a, (void)n;
	w->connections++;
	if (w->manner == CLOSES_ON_ACCEPT || w->manner == RESETS_ON_ACCEPT) {
		if (w->manner == RESETS_ON_ACCEPT)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 }, sizeof(struct linger));
		close(fd);
		return;
	}
	struct conn *c = calloc(1, sizeof(*c));
	c->world = w;
	c->bev = bufferevent_socket_new(w->base, fd, BEV_OPT_CLOSE_ON_FREE);
	LIST_INSERT_HEAD(&w->conns, c, entry);
	bufferevent_setcb(c->bev, conn_read, NULL, conn_event, c);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
}

/* ---- the world ---- */

static void
world_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

void
world_start_allowing(struct world *w, enum manner manner, const char *const *allow)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof(a);
	struct sh_error e;
	*w = (struct world){ .base = event_base_new(), .manner = manner };
	LIST_INIT(&w->conns);
	sh_buf_init(&w->seen, 1 << 20);
	w->listener = evconnlistener_new_bind(w->base, world_accept, w, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 16,
	    (struct sockaddr *)&a, sizeof(a));
	assert_non_null(w->listener);
	assert_int_equal(getsockname(evconnlistener_get_fd(w->listener), (struct sockaddr *)&a, &n), 0);
	w->port = ntohs(a.sin_port);
	if (manner == REFUSES) {
		evconnlistener_free(w->listener);
		w->listener = NULL;
	}
	w->tick = event_new(w->base, -1, EV_PERSIST, world_tick, NULL);
	event_add(w->tick, &(struct timeval){ .tv_usec = 5000 });
	const struct sh_net_options o = { .allow = allow, .user_agent = "test/1" };
	w->net = sh_net_new(w->base, &o, &e);
	assert_non_null(w->net);
}

void
world_start(struct world *w, enum manner manner)
{
	static const char *const loopback[] = { "127.0.0.0/8", NULL };
	world_start_allowing(w, manner, loopback);
}

void
world_end(struct world *w)
{
	sh_net_free(w->net);
	while (!LIST_EMPTY(&w->conns))
		conn_close(LIST_FIRST(&w->conns), false);
	if (w->listener)
		evconnlistener_free(w->listener);
	event_free(w->tick);
	event_base_free(w->base);
	sh_buf_clear(&w->seen);
}

void
world_await(struct world *w, const int *counter, int value)
{
	int64_t until_ms = sh_clock_elapsed_ms() + PATIENCE_MS;
	while (*counter < value && sh_clock_elapsed_ms() < until_ms)
		event_base_loop(w->base, EVLOOP_ONCE);
	assert_int_equal(*counter, value);
}

void
world_settle(struct world *w)
{
	for (int i = 0; i < 10; i++)
		event_base_loop(w->base, EVLOOP_ONCE);
}
