/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The server on a real socket, with clients that write raw bytes in the same loop. Paths choose what the handler
 * does: /late keeps the request, /echo sends the body back, /big sends a lot, all else is 204.
 */
#include "gateway/http/server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"

#define H "Host: a\r\n"
#define POST "POST /echo HTTP/1.1\r\n" H
#define GET "GET /ok HTTP/1.1\r\n" H "\r\n"
#define SMUGGLED "GET /smuggled HTTP/1.1\r\n" H "\r\n"
#define BIG_BYTES (4 << 20)
#define PATIENCE_MS 10000

struct world {
	struct event_base *base;
	struct event *tick;
	struct sh_http *http;
	int fd, port;
	struct sh_http_request *kept[8];
	int nkept, requests, smuggled;
	bool drained;
};

struct client {
	int fd;
	char in[16384];
	size_t n, total;	/* total: also what no longer fitted */
	bool eof;
};

static void
world_handle(struct sh_http_request *r, void *arg)
{
	struct world *w = arg;
	w->requests++;
	w->smuggled += sh_str_is(r->path, "/smuggled");
	if (sh_str_is(r->path, "/late")) {
		assert_in_range(w->nkept, 0, 7);
		w->kept[w->nkept++] = r;
	} else if (sh_str_is(r->path, "/echo")) {
		const struct sh_pair type = { SH_STR("Content-Type"), SH_STR("text/plain") };
		sh_http_reply(r, 200, &type, 1, r->body.n ? r->body : SH_STR("(nothing)"));
	} else if (sh_str_is(r->path, "/big")) {
		char *big = calloc(1, BIG_BYTES);
		sh_http_reply(r, 200, NULL, 0, (struct sh_str){ big, BIG_BYTES });
		free(big);
	} else {
		sh_http_reply(r, 204, NULL, 0, SH_NONE);
	}
}

static void
world_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

static void
world_start(struct world *w, const struct sh_http_options *options)
{
	struct sh_error e;
	struct sockaddr_in a;
	socklen_t n = sizeof(a);
	*w = (struct world){ .base = event_base_new() };
	assert_int_equal(sh_http_listen("127.0.0.1:0", &w->fd, &e), SH_OK);
	assert_int_equal(getsockname(w->fd, (struct sockaddr *)&a, &n), 0);
	w->port = ntohs(a.sin_port);
	w->http = sh_http_new(w->base, w->fd, options, world_handle, w);
	assert_non_null(w->http);
	w->tick = event_new(w->base, -1, EV_PERSIST, world_tick, NULL);
	event_add(w->tick, &(struct timeval){ .tv_usec = 5000 });
}

static void
world_end(struct world *w)
{
	sh_http_free(w->http);
	event_free(w->tick);
	event_base_free(w->base);
	close(w->fd);
}

static struct client *
client_new(struct world *w)
{
	struct client *c = calloc(1, sizeof(*c));
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)w->port), .sin_addr = { htonl(INADDR_LOOPBACK) } };
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(c->fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return c;
}

static void
client_free(struct client *c)
{
	close(c->fd);
	free(c);
}

/* A write to a server that has closed is no failure of the test. */
static void
client_say(struct client *c, struct sh_str s)
{
	while (s.n > 0) {
		ssize_t n = send(c->fd, s.s, s.n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n <= 0)
			return;
		s.s += n;
		s.n -= (size_t)n;
	}
}

static void
client_hear(struct client *c)
{
	char more[65536];
	ssize_t n;
	while ((n = recv(c->fd, more, sizeof(more), MSG_DONTWAIT)) > 0) {
		size_t room = sizeof(c->in) - 1 - c->n;
		size_t take = (size_t)n < room ? (size_t)n : room;
		memcpy(c->in + c->n, more, take);
		c->n += take;
		c->total += (size_t)n;
	}
	c->eof |= n == 0 || (n < 0 && errno == ECONNRESET);
}

static size_t
client_count(struct client *c, const char *what)
{
	size_t n = 0;
	for (const char *p = c->in; (p = strstr(p, what)); p += strlen(what))
		n++;
	return n;
}

static void
world_turn(struct world *w, struct client *c)
{
	event_base_loop(w->base, EVLOOP_ONCE);
	if (c)
		client_hear(c);
}

#define AWAIT(w, c, condition) \
	do { \
		int64_t until_ = sh_clock_elapsed_ms() + PATIENCE_MS; \
		while (!(condition) && sh_clock_elapsed_ms() < until_) \
			world_turn((w), (c)); \
		if (!(condition)) \
			fail_msg("%s did not come about; heard: %s", #condition, (c) ? ((struct client *)(c))->in : ""); \
	} while (0)

#define NOBODY ((struct client *)NULL)

static const struct refusal {
	const char *what;
	struct sh_str bytes;
	int status;
	const char *code;
} refusals[] = {
#define ROW(what_, status_, code_, bytes_) { what_, SH_STR(bytes_ SMUGGLED), status_, code_ }
	ROW("two lengths", 400, "bad_request", POST "Content-Length: 0\r\nContent-Length: 60\r\n\r\n"),
	ROW("length and coding", 400, "bad_request", POST "Content-Length: 60\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
	ROW("blank before the colon", 400, "bad_request", POST "Content-Length : 60\r\n\r\n"),
	ROW("xchunked", 400, "bad_request", POST "Transfer-Encoding: xchunked\r\n\r\n"),
	ROW("vertical tab", 400, "bad_request", POST "Transfer-Encoding: \vchunked\r\n\r\n"),
	ROW("HEAD with a body", 400, "bad_request", "HEAD / HTTP/1.1\r\n" H "Content-Length: 60\r\n\r\n"),
	ROW("signed length", 400, "bad_request", POST "Content-Length: +1\r\n\r\nx"),
	ROW("NUL in a length", 400, "bad_request", POST "Content-Length: 1\0" "0\r\n\r\nx"),
	ROW("folded header", 400, "bad_request", POST "Content-Length: 1\r\n 0\r\n\r\nx"),
	ROW("line feeds", 400, "bad_request", "GET / HTTP/1.1\nHost: a\n\n"),
	ROW("chunk size 0x5", 400, "bad_request", POST "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n"),
	ROW("chunk too long", 400, "bad_request", POST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n0\r\n\r\n"),
	ROW("no Host", 400, "bad_request", "GET / HTTP/1.1\r\n\r\n"),
	ROW("two Hosts", 400, "bad_request", "GET / HTTP/1.1\r\n" H H "\r\n"),
	ROW("absolute target", 400, "bad_request", "GET http://b/ HTTP/1.1\r\n" H "\r\n"),
	ROW("fragment", 400, "bad_request", "GET /#x HTTP/1.1\r\n" H "\r\n"),
	ROW("raw byte", 400, "bad_request", "GET /\xff HTTP/1.1\r\n" H "\r\n"),
	ROW("HTTP/2.0", 400, "bad_request", "PRI * HTTP/2.0\r\n\r\n"),
	ROW("rubbish", 400, "bad_request", "\x16\x03\x01\x02\r\n"),
	ROW("CONNECT", 405, "method_not_allowed", "CONNECT b:443 HTTP/1.1\r\n" H "\r\n"),
	ROW("OPTIONS", 405, "method_not_allowed", "OPTIONS / HTTP/1.1\r\n" H "\r\n"),
	ROW("BREW", 501, "not_implemented", "BREW / HTTP/1.1\r\n" H "\r\n"),
	ROW("expectation", 417, "expectation_failed", POST "Expect: tea\r\nContent-Length: 1\r\n\r\nx"),
	ROW("length too large", 413, "too_large", POST "Content-Length: 2000\r\n\r\n"),
	ROW("length too large, asking first", 413, "too_large", POST "Expect: 100-continue\r\nContent-Length: 2000\r\n\r\n"),
	ROW("chunk too large", 413, "too_large", POST "Transfer-Encoding: chunked\r\n\r\n7d0\r\n"),
#undef ROW
};

static const struct sh_http_options small = { .header_bytes = 1024, .body_bytes = 1024, .request_ms = 300, .idle_ms = 5000 };

static void
refusal_check(const struct refusal *r, struct client *c, size_t before)
{
	char status[64], code[64];
	snprintf(status, sizeof(status), "HTTP/1.1 %d ", r->status);
	snprintf(code, sizeof(code), "\"code\":\"%s\"", r->code);
	const char *answer = strstr(c->in, status);	/* a good request before it was answered by 204 */
	bool head = strncmp(r->bytes.s, "HEAD", 4) == 0;
	if (!answer || client_count(c, "HTTP/1.1 ") != before + 1 || !strstr(answer, "Connection: close\r\n") ||
	    !strstr(answer, "Content-Type: application/problem+json\r\n") || !strstr(answer, "X-Request-Id: ") ||
	    !strstr(answer, code) != head)
		fail_msg("%s: %s", r->what, c->in);
}

static void
refused_alone(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, &small);
	for (size_t i = 0; i < SH_LENGTH(refusals); i++) {
		struct client *c = client_new(&w);
		client_say(c, refusals[i].bytes);
		AWAIT(&w, c, strstr(c->in, "\r\n\r\n") && c->eof);
		refusal_check(&refusals[i], c, 0);
		client_free(c);
	}
	assert_int_equal(w.requests, 0);
	AWAIT(&w, NOBODY, sh_http_open(w.http) == 0);
	world_end(&w);
}

static void
refused_behind_another(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, &small);
	for (size_t i = 0; i < SH_LENGTH(refusals); i++) {
		struct client *c = client_new(&w);
		char both[4096];
		memcpy(both, GET, sizeof(GET) - 1);
		memcpy(both + sizeof(GET) - 1, refusals[i].bytes.s, refusals[i].bytes.n);
		client_say(c, (struct sh_str){ both, sizeof(GET) - 1 + refusals[i].bytes.n });
		AWAIT(&w, c, c->eof);
		assert_non_null(strstr(c->in, "HTTP/1.1 204 "));
		refusal_check(&refusals[i], c, 1);
		client_free(c);
	}
	assert_int_equal(w.smuggled, 0);
	assert_int_equal(w.requests, SH_LENGTH(refusals));
	world_end(&w);
}

static void
head_too_large(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, &small);
	char line[2048];
	memset(line, 'x', sizeof(line));
	struct client *c = client_new(&w);
	client_say(c, SH_STR("GET / HTTP/1.1\r\n" H "X: "));
	client_say(c, (struct sh_str){ line, sizeof(line) });
	AWAIT(&w, c, c->eof);
	assert_non_null(strstr(c->in, "HTTP/1.1 431 "));
	assert_non_null(strstr(c->in, "\"code\":\"headers_too_large\""));
	client_free(c);
	world_end(&w);
}

static void
ordinary_requests(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, &small);
	struct client *c = client_new(&w);
	client_say(c, SH_STR(POST "Content-Length: 5\r\n\r\nhello"));
	AWAIT(&w, c, strstr(c->in, "\r\n\r\nhello"));
	assert_non_null(strstr(c->in, "HTTP/1.1 200 "));
	assert_non_null(strstr(c->in, "Content-Length: 5\r\n"));
	assert_non_null(strstr(c->in, "Cache-Control: no-store\r\n"));
	assert_non_null(strstr(c->in, "X-Content-Type-Options: nosniff\r\n"));
	assert_non_null(strstr(c->in, "X-Request-Id: "));
	assert_non_null(strstr(c->in, "Date: "));
	assert_null(strstr(c->in, "Connection: close"));

	client_say(c, SH_STR(POST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n"));
	AWAIT(&w, c, strstr(c->in, "\r\n\r\nabcdef"));
	client_say(c, SH_STR(POST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
	AWAIT(&w, c, strstr(c->in, "HTTP/1.1 100 Continue\r\n\r\n"));
	client_say(c, SH_STR("ok"));
	AWAIT(&w, c, strstr(c->in, "\r\n\r\nok"));

	c->n = 0;
	memset(c->in, 0, sizeof(c->in));
	client_say(c, SH_STR("HEAD /echo HTTP/1.1\r\n" H "\r\n" GET));
	AWAIT(&w, c, strstr(c->in, "HTTP/1.1 204 "));
	assert_non_null(strstr(c->in, "Content-Length: 9\r\n"));
	assert_null(strstr(c->in, "(nothing)"));
	client_free(c);

	c = client_new(&w);
	client_say(c, SH_STR("GET /echo HTTP/1.0\r\n\r\n"));
	AWAIT(&w, c, c->eof);
	assert_non_null(strstr(c->in, "(nothing)"));
	client_free(c);
	world_end(&w);
}

static void
pipelined_in_order(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, &small);
	struct client *c = client_new(&w);
	client_say(c, SH_STR(POST "Content-Length: 1\r\n\r\n1" POST "Transfer-Encoding: chunked\r\n\r\n1\r\n2\r\n0\r\n\r\n"
				  POST "Content-Length: 1\r\nConnection: foo, close\r\n\r\n3" GET));
	AWAIT(&w, c, c->eof);
	assert_int_equal(client_count(c, "HTTP/1.1 200 "), 3);
	assert_int_equal(w.requests, 3);
	const char *one = strstr(c->in, "\r\n\r\n1"), *two = strstr(c->in, "\r\n\r\n2"), *three = strstr(c->in, "\r\n\r\n3");
	assert_true(one && two > one && three > two);
	client_free(c);
	world_end(&w);
}

/* However slowly it comes, and however lively the client is, the whole request has its deadline. */
static void
slow_requests_are_cut(void **state)
{
	(void)state;
	static const struct sh_str beginnings[] = { SH_STR("GET / HTTP/1.1\r\nX: "), SH_STR(POST "Content-Length: 1000\r\n\r\n") };
	struct world w;
	world_start(&w, &small);
	for (size_t i = 0; i < SH_LENGTH(beginnings); i++) {
		struct client *c = client_new(&w);
		int64_t began_ms = sh_clock_elapsed_ms(), next_ms = began_ms;
		client_say(c, beginnings[i]);
		while (!c->eof && sh_clock_elapsed_ms() < began_ms + PATIENCE_MS) {
			if (sh_clock_elapsed_ms() >= next_ms) {
				client_say(c, SH_STR("a"));
				next_ms += 10;
			}
			world_turn(&w, c);
		}
		assert_true(c->eof);
		assert_non_null(strstr(c->in, "HTTP/1.1 408 "));
		assert_true(sh_clock_elapsed_ms() - began_ms >= small.request_ms);
		client_free(c);
	}
	assert_int_equal(w.requests, 0);
	world_end(&w);
}

static void
silent_connections_are_closed(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, &(struct sh_http_options){ .idle_ms = 150 });
	struct client *fresh = client_new(&w), *used = client_new(&w);
	client_say(used, SH_STR(GET));
	AWAIT(&w, used, strstr(used->in, "204"));
	AWAIT(&w, used, used->eof);
	AWAIT(&w, fresh, fresh->eof);
	assert_int_equal(fresh->n, 0);
	client_free(fresh);
	client_free(used);
	world_end(&w);
}

static void
late_replies(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, &small);
	struct client *c = client_new(&w);
	client_say(c, SH_STR("GET /late HTTP/1.1\r\n" H "\r\n"));
	AWAIT(&w, c, w.nkept == 1);
	assert_int_equal(sh_http_pending(w.http), 1);
	/* One more byte while the handler has the request: it must wait, and not be seen by evhttp. */
	client_say(c, SH_STR("G"));
	int64_t until_ms = sh_clock_elapsed_ms() + 2 * small.request_ms;
	while (sh_clock_elapsed_ms() < until_ms)
		world_turn(&w, c);
	assert_int_equal(c->n, 0);
	sh_http_reply(w.kept[0], 200, NULL, 0, SH_STR("late"));
	assert_int_equal(sh_http_pending(w.http), 0);
	client_say(c, SH_STR("ET /ok HTTP/1.1\r\n" H "\r\n"));
	AWAIT(&w, c, strstr(c->in, "HTTP/1.1 204 "));
	assert_non_null(strstr(c->in, "\r\n\r\nlate"));
	client_free(c);
	world_end(&w);
}

static void
the_client_has_gone(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, &small);
	for (int reset = 0; reset < 2; reset++) {
		struct client *c = client_new(&w);
		w.nkept = 0;
		client_say(c, SH_STR("GET /late HTTP/1.1\r\n" H "\r\nGET /late HTTP/1.1\r\n"));
		AWAIT(&w, c, w.nkept == 1);
		if (reset)
			setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 }, sizeof(struct linger));
		client_free(c);
		for (int i = 0; i < 10; i++)
			world_turn(&w, NULL);
		char *big = calloc(1, BIG_BYTES);
		sh_http_reply(w.kept[0], 200, NULL, 0, (struct sh_str){ big, BIG_BYTES });
		free(big);
		AWAIT(&w, NOBODY, sh_http_open(w.http) == 0);
	}
	world_end(&w);
}

static void
a_client_that_half_closed_is_answered(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, &small);
	for (int late = 0; late < 2; late++) {
		struct client *c = client_new(&w);
		w.nkept = 0;
		client_say(c, late ? SH_STR("GET /late HTTP/1.1\r\n" H "\r\n") : SH_STR(GET));
		shutdown(c->fd, SHUT_WR);
		if (late) {
			AWAIT(&w, c, w.nkept == 1);
			sh_http_reply(w.kept[0], 204, NULL, 0, SH_NONE);
		}
		AWAIT(&w, c, c->eof);
		assert_non_null(strstr(c->in, "HTTP/1.1 204 "));
		client_free(c);
	}
	world_end(&w);
}

static void
a_body_that_is_refused_while_it_is_sent(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, &small);
	struct client *c = client_new(&w);
	static char much[1 << 16];
	client_say(c, SH_STR(POST "Content-Length: 10000000\r\n\r\n"));
	int64_t until_ms = sh_clock_elapsed_ms() + PATIENCE_MS;
	while (!c->eof && sh_clock_elapsed_ms() < until_ms) {
		client_say(c, (struct sh_str){ much, sizeof(much) });
		world_turn(&w, c);
	}
	assert_non_null(strstr(c->in, "HTTP/1.1 413 "));
	assert_non_null(strstr(c->in, "\"code\":\"too_large\""));
	client_free(c);
	AWAIT(&w, NOBODY, sh_http_open(w.http) == 0);
	world_end(&w);
}

static void
a_client_that_does_not_read(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, &(struct sh_http_options){ .idle_ms = 200 });
	struct client *c = client_new(&w);
	client_say(c, SH_STR("GET /big HTTP/1.1\r\n" H "\r\n"));
	AWAIT(&w, NOBODY, w.requests == 1);
	AWAIT(&w, NOBODY, sh_http_open(w.http) == 0);
	client_free(c);

	c = client_new(&w);
	client_say(c, SH_STR("GET /big HTTP/1.1\r\n" H "Connection: close\r\n\r\n"));
	AWAIT(&w, c, c->eof);
	assert_true(c->total > BIG_BYTES);
	client_free(c);
	world_end(&w);
}

static void
connections_and_requests_are_capped(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, &(struct sh_http_options){ .connections = 2, .requests_per_connection = 2, .idle_ms = 5000 });
	struct client *c[4];
	for (size_t i = 0; i < SH_LENGTH(c); i++) {
		c[i] = client_new(&w);
		client_say(c[i], SH_STR(GET));
	}
	AWAIT(&w, c[0], strstr(c[0]->in, "204"));
	AWAIT(&w, c[1], strstr(c[1]->in, "204"));
	for (int i = 0; i < 30; i++)
		world_turn(&w, c[2]);
	assert_int_equal(sh_http_open(w.http), 2);
	assert_int_equal(c[2]->n, 0);

	/* The second request of a connection is its last here; that makes room for those who wait. */
	client_say(c[0], SH_STR(GET));
	AWAIT(&w, c[0], c[0]->eof);
	assert_int_equal(client_count(c[0], "Connection: close\r\n"), 1);
	client_free(c[1]);
	AWAIT(&w, c[2], strstr(c[2]->in, "204"));
	AWAIT(&w, c[3], strstr(c[3]->in, "204"));
	client_free(c[0]);
	client_free(c[2]);
	client_free(c[3]);
	world_end(&w);
}

static void
world_drained(void *arg)
{
	struct world *w = arg;
	assert_false(w->drained);
	w->drained = true;
	sh_http_free(w->http);
	w->http = NULL;
}

static void
drain_with_idle_and_busy_connections(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, NULL);
	struct client *idle = client_new(&w), *busy = client_new(&w), *lively = client_new(&w);
	client_say(idle, SH_STR(GET));
	AWAIT(&w, idle, strstr(idle->in, "204"));
	client_say(busy, SH_STR("GET /late HTTP/1.1\r\n" H "\r\n"));
	AWAIT(&w, busy, w.nkept == 1);
	client_say(lively, SH_STR(GET));
	AWAIT(&w, lively, strstr(lively->in, "204"));

	sh_http_drain(w.http, world_drained, &w);
	client_say(lively, SH_STR(GET));
	AWAIT(&w, lively, lively->eof);
	assert_int_equal(client_count(lively, "HTTP/1.1 204 "), 2);
	assert_int_equal(client_count(lively, "Connection: close\r\n"), 1);
	AWAIT(&w, idle, idle->eof);
	assert_false(w.drained);
	assert_int_equal(busy->n, 0);

	/* Who comes now waits in the queue for another process. */
	struct client *later = client_new(&w);
	client_say(later, SH_STR(GET));
	sh_http_reply(w.kept[0], 204, NULL, 0, SH_NONE);
	AWAIT(&w, busy, busy->eof && w.drained);
	assert_non_null(strstr(busy->in, "Connection: close\r\n"));
	client_hear(later);
	assert_false(later->eof);

	w.http = sh_http_new(w.base, w.fd, NULL, world_handle, &w);
	AWAIT(&w, later, strstr(later->in, "204"));
	client_free(idle);
	client_free(busy);
	client_free(lively);
	client_free(later);
	world_end(&w);
}

static void
drain_of_nothing(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, NULL);
	sh_http_drain(w.http, world_drained, &w);
	assert_false(w.drained);
	AWAIT(&w, NOBODY, w.drained);
	world_end(&w);
}

static void
freed_with_requests_unanswered(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, &small);
	struct client *c = client_new(&w), *half = client_new(&w), *bad = client_new(&w);
	client_say(c, SH_STR("POST /late HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello"));
	client_say(half, SH_STR("GET / HT"));
	client_say(bad, SH_STR("rubbish\r\n"));
	AWAIT(&w, c, w.nkept == 1);
	AWAIT(&w, bad, bad->n > 0);
	sh_http_free(w.http);
	w.http = NULL;
	assert_true(sh_str_is(w.kept[0]->body, "hello"));
	sh_http_reply(w.kept[0], 200, NULL, 0, SH_STR("nobody hears this"));
	client_free(c);
	client_free(half);
	client_free(bad);
	world_end(&w);
}

static void
requests_as_the_handler_sees_them(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, NULL);
	struct client *c = client_new(&w);
	client_say(c, SH_STR("PATCH /late?a=%20b HTTP/1.1\r\nHost: a\r\nX-Two: 1\r\nx-two:\t2 \r\nContent-Length: 3\r\n\r\na\0b"));
	AWAIT(&w, c, w.nkept == 1);
	const struct sh_http_request *r = w.kept[0];
	assert_true(sh_str_is(r->method, "PATCH"));
	assert_true(sh_str_is(r->target, "/late?a=%20b"));
	assert_true(sh_str_is(r->path, "/late"));
	assert_true(sh_str_is(r->query, "a=%20b"));
	assert_true(sh_str_is(r->peer, "127.0.0.1"));
	assert_int_equal(r->nheaders, 4);
	assert_true(sh_str_is(r->headers[1].name, "x-two"));
	assert_true(sh_str_is(r->headers[1].value, "1"));
	assert_true(sh_str_is(r->headers[2].value, "2"));
	assert_true(sh_str_is(sh_http_header(r, "x-two"), "1"));
	assert_null(sh_http_header(r, "x-three").s);
	assert_true(sh_str_eq(r->body, SH_STR("a\0b")));
	const struct sh_pair bad[] = { { SH_STR("X-Good"), SH_STR("yes") }, { SH_STR("X-Bad"), SH_STR("a\r\nInjected: b") } };
	sh_http_reply(w.kept[0], 404, bad, 2, SH_NONE);
	AWAIT(&w, c, strstr(c->in, "\r\n\r\n"));
	assert_non_null(strstr(c->in, "X-Good: yes\r\n"));
	assert_null(strstr(c->in, "Injected"));
	client_free(c);
	world_end(&w);
}

static void
addresses_to_listen_on(void **state)
{
	(void)state;
	static const struct {
		const char *address;
		enum sh_status status;
	} cases[] = {
		{ "127.0.0.1:0", SH_OK },
		{ ":0", SH_OK },
		{ "localhost:0", SH_OK },
		{ "127.0.0.1", SH_EINVALID },
		{ "127.0.0.1:", SH_EINVALID },
		{ "::1:80", SH_EINVALID },
		{ "[::1:80", SH_EINVALID },
		{ "127.0.0.1:http", SH_EINVALID },
		{ "192.0.2.1:0", SH_ESYSTEM },
	};
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_error e = { 0 };
		int fd = -1;
		enum sh_status status = sh_http_listen(cases[i].address, &fd, &e);
		if (status != cases[i].status)
			fail_msg("%s: %d, %s", cases[i].address, status, e.text);
		if (fd >= 0)
			close(fd);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ordinary_requests),
		cmocka_unit_test(requests_as_the_handler_sees_them),
		cmocka_unit_test(refused_alone),
		cmocka_unit_test(refused_behind_another),
		cmocka_unit_test(head_too_large),
		cmocka_unit_test(pipelined_in_order),
		cmocka_unit_test(slow_requests_are_cut),
		cmocka_unit_test(silent_connections_are_closed),
		cmocka_unit_test(late_replies),
		cmocka_unit_test(the_client_has_gone),
		cmocka_unit_test(a_client_that_half_closed_is_answered),
		cmocka_unit_test(a_body_that_is_refused_while_it_is_sent),
		cmocka_unit_test(a_client_that_does_not_read),
		cmocka_unit_test(connections_and_requests_are_capped),
		cmocka_unit_test(drain_with_idle_and_busy_connections),
		cmocka_unit_test(drain_of_nothing),
		cmocka_unit_test(freed_with_requests_unanswered),
		cmocka_unit_test(addresses_to_listen_on),
	};
	sh_log_set_level(SH_LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
