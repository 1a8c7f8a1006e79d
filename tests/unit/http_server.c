/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * What is answered, and what is refused: alone and behind another request on the same connection.
 */
#include "http_world.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/log.h"

static const struct sh_http_options small = { .header_bytes = 1024, .body_bytes = 1024, .request_ms = 1000, .idle_ms = 10000 };

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
		cmocka_unit_test(late_replies),
		cmocka_unit_test(the_client_has_gone),
		cmocka_unit_test(a_client_that_half_closed_is_answered),
		cmocka_unit_test(a_body_that_is_refused_while_it_is_sent),
		cmocka_unit_test(freed_with_requests_unanswered),
		OVER_TLS(ordinary_requests),
		OVER_TLS(requests_as_the_handler_sees_them),
		OVER_TLS(refused_alone),
		OVER_TLS(refused_behind_another),
		OVER_TLS(head_too_large),
		OVER_TLS(pipelined_in_order),
		OVER_TLS(late_replies),
		OVER_TLS(the_client_has_gone),
		OVER_TLS(a_body_that_is_refused_while_it_is_sent),
		OVER_TLS(freed_with_requests_unanswered),
	};
	sh_log_set_level(SH_LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
