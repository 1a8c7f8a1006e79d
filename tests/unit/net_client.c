/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The client against a server that misbehaves in one way at a time. Each row says what the caller must learn and how
 * many requests the server must have seen: a dial that is seen twice rings twice.
 */
#include "net_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#define TOTAL_MS 2000

struct result {
	int calls;
	enum sh_net_sent sent;
	int status;
	char body[256], header[256];
	struct sh_error error;
	int asked;		/* how often may_send was */
	bool answer;		/* what it says */
};

/* ---- the caller ---- */

static void
copy(char *to, size_t room, struct sh_str s)
{
	snprintf(to, room, "%.*s", (int)(s.n < room ? s.n : room - 1), s.s ? s.s : "");
}

static void
result_done(void *arg, enum sh_net_sent sent, const struct sh_response *response, const struct sh_error *error)
{
	struct result *r = arg;
	r->calls++;
	r->sent = sent;
	assert_true(!response == !!error);
	if (error)
		r->error = *error;
	if (!response)
		return;
	r->status = response->status;
	copy(r->body, sizeof(r->body), response->body);
	for (uint32_t i = 0; i < response->nheaders; i++)
		if (sh_str_is(response->headers[i].name, "x-name"))
			copy(r->header, sizeof(r->header), response->headers[i].value);
}

static bool
result_may_send(void *arg)
{
	struct result *r = arg;
	r->asked++;
	return r->answer;
}

static void
send_to(struct world *w, struct result *r, const char *method, const char *url, bool once)
{
	static const struct sh_pair headers[] = {
		{ SH_STR("Authorization"), SH_STR("Bearer secret") },
		{ SH_STR("Content-Type"), SH_STR("application/json") },
		{ SH_STR("X-Empty"), SH_STR("") },
	};
	const struct sh_request request = { .size = sizeof(request), .nheaders = SH_LENGTH(headers), .headers = headers,
		.method = sh_str(method), .url = sh_str(url), .body = strcmp(method, "POST") == 0 ? SH_STR("{}") : SH_NONE };
	const struct sh_net_request q = { .request = &request, .connect_ms = 1500, .total_ms = TOTAL_MS, .answer_bytes = 1000, .once = once,
		.may_send = result_may_send };
	sh_net_send(w->net, &q, result_done, r);
}

static void
send_one(struct world *w, struct result *r, const char *method, bool once)
{
	char url[128];
	*r = (struct result){ .answer = true };
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/calls?key=secret", w->port);
	send_to(w, r, method, url, once);
	assert_int_equal(r->calls, 0);
	world_await(w, &r->calls, 1);
}

/* ---- tests ---- */

static const struct {
	enum manner manner;
	const char *what;
	enum sh_net_sent sent;
	int status;			/* of the answer; 0: none */
	enum sh_status error;
	int requests;			/* that the server must have seen */
} rows[] = {
	{ ANSWERS, "answers", SH_NET_MAYBE_SENT, 201, SH_OK, 1 },
	{ CONTINUES, "continues", SH_NET_MAYBE_SENT, 201, SH_OK, 1 },
	{ SAYS_SERVER_ERROR, "says server error", SH_NET_MAYBE_SENT, 503, SH_OK, 1 },
	{ REDIRECTS, "redirects", SH_NET_MAYBE_SENT, 307, SH_OK, 1 },
	{ REFUSES, "refuses", SH_NET_NOT_SENT, 0, SH_ESYSTEM, 0 },
	{ CLOSES_ON_ACCEPT, "closes on accept", SH_NET_MAYBE_SENT, 0, SH_EUNKNOWN, 0 },
	{ RESETS_ON_ACCEPT, "resets on accept", SH_NET_MAYBE_SENT, 0, SH_EUNKNOWN, 0 },
	{ CLOSES_AFTER_REQUEST, "closes after the request", SH_NET_MAYBE_SENT, 0, SH_EUNKNOWN, 1 },
	{ RESETS_AFTER_REQUEST, "resets after the request", SH_NET_MAYBE_SENT, 0, SH_EUNKNOWN, 1 },
	{ IS_SILENT, "is silent", SH_NET_MAYBE_SENT, 0, SH_EUNKNOWN, 1 },
	{ IS_NO_HTTP, "is no HTTP", SH_NET_MAYBE_SENT, 0, SH_EUNKNOWN, 1 },
	{ IS_HTTP_09, "is HTTP/0.9", SH_NET_MAYBE_SENT, 0, SH_EUNKNOWN, 1 },
	{ CUTS_ITS_ANSWER, "cuts its answer", SH_NET_MAYBE_SENT, 0, SH_EUNKNOWN, 1 },
	{ CUTS_ITS_CHUNKS, "cuts its chunks", SH_NET_MAYBE_SENT, 0, SH_EUNKNOWN, 1 },
	{ ANNOUNCES_TOO_MUCH, "announces too much", SH_NET_MAYBE_SENT, 0, SH_ETOOBIG, 1 },
	{ SENDS_TOO_MUCH, "sends too much", SH_NET_MAYBE_SENT, 0, SH_ETOOBIG, 1 },
	{ SENDS_A_HUGE_HEAD, "sends a huge head", SH_NET_MAYBE_SENT, 0, SH_ETOOBIG, 1 },
};

static void
every_manner(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * SH_LENGTH(rows); i++) {
		size_t row = i / 2;
		struct world w;
		struct result r;
		world_start(&w, rows[row].manner);
		send_one(&w, &r, "POST", i % 2);
		world_settle(&w);
		/* A reset on accept may be seen before or after the first byte: what the hook saw is the truth. */
		enum sh_net_sent sent = rows[row].manner == RESETS_ON_ACCEPT && r.asked == 0 ? SH_NET_NOT_SENT : rows[row].sent;
		enum sh_status error = sent == rows[row].sent ? rows[row].error : SH_ESYSTEM;
		if (r.sent != sent || r.status != rows[row].status || r.error.status != error || w.requests != rows[row].requests)
			fail_msg("%s: sent %d, status %d, error %d (%s), seen %d", rows[row].what, r.sent, r.status, r.error.status, r.error.text,
			    w.requests);
		assert_int_equal(r.asked > 0, r.sent == SH_NET_MAYBE_SENT);
		assert_null(strstr(r.error.text, "secret"));
		assert_int_equal(sh_net_pending(w.net), 0);
		world_end(&w);
	}
}

static void
the_request_as_it_arrives(void **state)
{
	(void)state;
	struct world w;
	struct result r;
	char head[512];
	world_start(&w, ANSWERS);
	send_one(&w, &r, "POST", true);
	snprintf(head, sizeof(head),
	    "POST /calls?key=secret HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: test/1\r\nAccept: */*\r\n"
	    "Authorization: Bearer secret\r\nContent-Type: application/json\r\nX-Empty:\r\nContent-Length: 2\r\n\r\n{}", w.port);
	assert_string_equal(w.seen.s, head);
	assert_string_equal(r.body, "ok");
	assert_string_equal(r.header, "Value");

	w.seen.n = 0;
	send_one(&w, &r, "DELETE", false);
	assert_int_equal(r.status, 201);
	assert_memory_equal(w.seen.s, "DELETE /calls", 13);
	world_end(&w);
}

static void
kept_connection_that_dies(void **state)
{
	(void)state;
	static const struct {
		const char *method;
		bool once;
		int status, requests, connections;
	} cases[] = {
		{ "POST", false, 0, 2, 1 },	/* libcurl would send it again: not with us */
		{ "POST", true, 201, 2, 2 },	/* a connection of its own never dies this way */
		{ "GET", false, 201, 3, 2 },	/* safe to repeat, and repeated */
	};
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct world w;
		struct result r;
		world_start(&w, DIES_WHEN_REUSED);
		send_one(&w, &r, "GET", false);
		assert_int_equal(r.status, 201);
		send_one(&w, &r, cases[i].method, cases[i].once);
		world_settle(&w);
		assert_int_equal(r.sent, SH_NET_MAYBE_SENT);
		assert_int_equal(r.status, cases[i].status);
		assert_int_equal(w.requests, cases[i].requests);
		assert_true(w.connections >= cases[i].connections);
		world_end(&w);
	}
}

static void
answer_that_belongs_to_nobody(void **state)
{
	(void)state;
	struct world w;
	struct result r;
	world_start(&w, SPEAKS_UNASKED);
	send_one(&w, &r, "GET", false);
	conn_say(LIST_FIRST(&w.conns), "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
	world_settle(&w);
	send_one(&w, &r, "POST", true);
	assert_int_equal(r.status, 201);
	assert_int_equal(w.requests, 2);
	assert_int_equal(w.connections, 2);
	world_end(&w);
}

static void
called_off(void **state)
{
	(void)state;
	struct world w;
	char url[64];
	world_start(&w, ANSWERS);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", w.port);
	for (int once = 0; once < 2; once++) {
		struct result r = { .answer = false };
		send_to(&w, &r, "POST", url, once);
		world_await(&w, &r.calls, 1);
		world_settle(&w);
		assert_int_equal(r.asked, 1);
		assert_int_equal(r.sent, SH_NET_NOT_SENT);
		assert_int_equal(r.error.status, SH_EDENIED);
		assert_int_equal(w.requests, 0);
	}
	world_end(&w);
}

static void
tls_that_does_not_come_about(void **state)
{
	(void)state;
	static const enum manner manners[] = { ANSWERS, CLOSES_ON_ACCEPT, RESETS_ON_ACCEPT };
	for (size_t i = 0; i < SH_LENGTH(manners); i++) {
		struct world w;
		struct result r = { .answer = true };
		char url[64];
		world_start(&w, manners[i]);
		snprintf(url, sizeof(url), "https://127.0.0.1:%d/", w.port);
		send_to(&w, &r, "POST", url, true);
		world_await(&w, &r.calls, 1);
		assert_int_equal(r.sent, SH_NET_NOT_SENT);
		assert_int_equal(r.asked, 0);
		assert_int_equal(r.error.status, SH_ESYSTEM);
		world_end(&w);
	}
}

/* Finds the client's own socket among all descriptors, by its peer. */
static bool
look_at_the_socket(void *arg)
{
	struct result *r = arg;
	for (int fd = 3; fd < 256; fd++) {
		struct sockaddr_in a = { 0 };
		struct linger linger = { 0 };
		unsigned limit_ms = 0;
		socklen_t na = sizeof(a), nl = sizeof(linger), nu = sizeof(limit_ms);
		if (getpeername(fd, (struct sockaddr *)&a, &na) < 0 || ntohs(a.sin_port) != r->status)
			continue;
		getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &nl);
		getsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit_ms, &nu);
		r->asked += linger.l_onoff == 1 && linger.l_linger == 0 && limit_ms == TOTAL_MS;
	}
	return true;
}

static void
no_byte_of_a_dial_outlives_its_time(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, ANSWERS);
	struct result r = { .status = w.port };
	char url[64];
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", w.port);
	const struct sh_request request = { .size = sizeof(request), .method = SH_STR("POST"), .url = sh_str(url), .body = SH_STR("{}") };
	const struct sh_net_request q = { .request = &request, .total_ms = TOTAL_MS, .once = true, .may_send = look_at_the_socket };
	sh_net_send(w.net, &q, result_done, &r);
	world_await(&w, &r.calls, 1);
	assert_int_equal(r.asked, 1);
	assert_int_equal(r.status, 201);
	world_end(&w);
}

static void
guarded_addresses(void **state)
{
	(void)state;
	static const char *const hosts[] = { "127.0.0.1", "127.1", "0x7f.1", "0177.0.0.1", "2130706433", "0", "[::ffff:127.0.0.1]",
		"localhost", "localhost.", "[::1]", "127.0.0.1.", "0.0.0.0", "[::]", "[fe80::1%251]", "169.254.169.254" };
	for (int once = 0; once < 2; once++) {
		struct world w;
		static const char *const other[] = { "10.0.0.0/8", NULL };
		world_start_allowing(&w, ANSWERS, other);
		for (size_t i = 0; i < SH_LENGTH(hosts); i++) {
			char url[128];
			struct result r = { .answer = true };
			snprintf(url, sizeof(url), "http://%s:%d/", hosts[i], w.port);
			send_to(&w, &r, "POST", url, once);
			world_await(&w, &r.calls, 1);
			if (r.sent != SH_NET_NOT_SENT || r.asked != 0 || r.status != 0)
				fail_msg("%s: %s", hosts[i], r.error.text);
			/* A name that nobody knows is as good an end as a refusal. */
			if (r.error.status != SH_EDENIED && r.error.status != SH_ESYSTEM && r.error.status != SH_EINVALID)
				fail_msg("%s: %d %s", hosts[i], r.error.status, r.error.text);
		}
		assert_int_equal(w.connections, 0);
		world_end(&w);
	}
}

static void
environment_proxy_is_not_used(void **state)
{
	(void)state;
	struct world w;
	struct result r;
	setenv("http_proxy", "http://127.0.0.1:9/", 1);
	setenv("all_proxy", "http://127.0.0.1:9/", 1);
	world_start(&w, ANSWERS);
	send_one(&w, &r, "GET", true);
	assert_int_equal(r.status, 201);
	world_end(&w);
	unsetenv("http_proxy");
	unsetenv("all_proxy");
}

static void
requests_that_cannot_begin(void **state)
{
	(void)state;
	static const struct {
		const char *method, *url;
		struct sh_pair header;
	} cases[] = {
		{ "GET", "ftp://127.0.0.1/", { SH_STR("A"), SH_STR("b") } },
		{ "GET", "file:///etc/passwd", { SH_STR("A"), SH_STR("b") } },
		{ "GET", "", { SH_STR("A"), SH_STR("b") } },
		{ "GET", "https://user:secret@127.0.0.1/", { SH_STR("A"), SH_STR("b") } },
		{ "", "http://127.0.0.1/", { SH_STR("A"), SH_STR("b") } },
		{ "GET /x HTTP/1.1\r\nA: b\r\n\r\nGET", "http://127.0.0.1/", { SH_STR("A"), SH_STR("b") } },
		{ "GET", "http://127.0.0.1/", { SH_STR("A"), SH_STR("b\r\nC: d") } },
		{ "GET", "http://127.0.0.1/", { SH_STR("A:"), SH_STR("b") } },
		{ "GET", "http://127.0.0.1/", { SH_STR(""), SH_STR("b") } },
		{ "GET", "http://127.0.0.1/", { SH_STR("content-LENGTH"), SH_STR("5") } },
		{ "GET", "http://127.0.0.1/", { SH_STR("Transfer-Encoding"), SH_STR("chunked") } },
	};
	struct world w;
	world_start(&w, ANSWERS);
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct result r = { .answer = true };
		const struct sh_request request = { .size = sizeof(request), .nheaders = 1, .headers = &cases[i].header,
			.method = sh_str(cases[i].method), .url = sh_str(cases[i].url) };
		const struct sh_net_request q = { .request = &request, .may_send = result_may_send };
		sh_net_send(w.net, &q, result_done, &r);
		assert_int_equal(r.calls, 0);
		world_await(&w, &r.calls, 1);
		if (r.sent != SH_NET_NOT_SENT || r.error.status != SH_EINVALID || r.asked != 0 || strstr(r.error.text, "secret"))
			fail_msg("%zu: %d %s", i, r.error.status, r.error.text);
	}
	assert_int_equal(w.connections, 0);
	world_end(&w);
}

static void
freed_while_under_way(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, IS_SILENT);
	char url[64];
	struct result r[3] = { { .answer = true }, { .answer = true }, { .answer = true } };
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", w.port);
	send_to(&w, &r[0], "POST", url, true);
	world_await(&w, &w.requests, 1);
	send_to(&w, &r[1], "POST", url, true);
	send_to(&w, &r[2], "POST", "ftp://a/", true);
	assert_int_equal(sh_net_pending(w.net), 3);
	sh_net_free(w.net);
	w.net = NULL;
	for (size_t i = 0; i < SH_LENGTH(r); i++) {
		assert_int_equal(r[i].calls, 1);
		assert_int_equal(r[i].error.status, SH_EAGAIN);
		assert_int_equal(r[i].sent, i == 0 ? SH_NET_MAYBE_SENT : SH_NET_NOT_SENT);
	}
	world_end(&w);
}

static void
bad_networks_are_told(void **state)
{
	(void)state;
	static const char *const allow[] = { "10.0.0.0/8", "10.0.0.1/8", NULL };
	struct sh_error e = { 0 };
	struct event_base *base = event_base_new();
	assert_null(sh_net_new(base, &(struct sh_net_options){ .allow = allow }, &e));
	assert_int_equal(e.status, SH_EINVALID);
	assert_non_null(strstr(e.text, "10.0.0.1/8"));
	event_base_free(base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_manner),
		cmocka_unit_test(the_request_as_it_arrives),
		cmocka_unit_test(kept_connection_that_dies),
		cmocka_unit_test(answer_that_belongs_to_nobody),
		cmocka_unit_test(called_off),
		cmocka_unit_test(tls_that_does_not_come_about),
		cmocka_unit_test(no_byte_of_a_dial_outlives_its_time),
		cmocka_unit_test(guarded_addresses),
		cmocka_unit_test(environment_proxy_is_not_used),
		cmocka_unit_test(requests_that_cannot_begin),
		cmocka_unit_test(freed_while_under_way),
		cmocka_unit_test(bad_networks_are_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
