/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Time, number and memory: each limit is reached on purpose, with limits small enough for a test.
 */
#include "http_world.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/log.h"

static const struct sh_http_options small = { .header_bytes = 1024, .body_bytes = 1024, .request_ms = 1000, .idle_ms = 10000 };

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

/* The time-out is for silence: a reply that is being taken may last longer. */
static void
a_client_that_reads_slowly(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, &(struct sh_http_options){ .idle_ms = 200 });
	struct client *c = client_new(&w);
	client_say(c, SH_STR("GET /big HTTP/1.1\r\n" H "\r\n"));
	static char some[1 << 20];
	int64_t began_ms = sh_clock_elapsed_ms(), next_ms = began_ms;
	while (c->total < BIG_BYTES && !c->eof && sh_clock_elapsed_ms() < began_ms + PATIENCE_MS) {
		world_turn(&w, NULL);
		if (sh_clock_elapsed_ms() < next_ms)
			continue;
		next_ms += 40;
		ssize_t n = client_take(c, some, sizeof(some));
		c->total += n > 0 ? (size_t)n : 0;
		c->eof = n == 0;
	}
	assert_true(sh_clock_elapsed_ms() - began_ms > 400);
	AWAIT(&w, c, c->total > BIG_BYTES);
	client_free(c);
	world_end(&w);
}

/* What is not read stays in the kernel and holds the client up; it does not become our memory. */
static void
a_client_that_floods_while_it_is_answered(void **state)
{
	(void)state;
	struct world w;
	static char much[1 << 16];
	world_start(&w, &small);
	struct client *c = client_new(&w);
	client_say(c, SH_STR("GET /big HTTP/1.1\r\n" H "\r\n"));
	AWAIT(&w, NOBODY, w.requests == 1);
	size_t said = 0;
	int stuck = 0;
	while (said < 64 << 20 && stuck < 20) {
		size_t n = client_say(c, (struct sh_str){ much, sizeof(much) });
		stuck = n > 0 ? 0 : stuck + 1;
		said += n;
		world_turn(&w, NULL);
	}
	assert_in_range(said, 1, 32 << 20);
	assert_int_equal(sh_http_open(w.http), 1);
	client_free(c);
	AWAIT(&w, NOBODY, sh_http_open(w.http) == 0);
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
say_body(struct world *w, struct client *c, size_t n)
{
	static const char bytes[8192];
	while (n > 0) {
		size_t said = client_say(c, (struct sh_str){ bytes, n < sizeof(bytes) ? n : sizeof(bytes) });
		n -= said;
		world_turn(w, c);
	}
	for (int i = 0; i < 30; i++)
		world_turn(w, c);
}

/* What strangers have not finished saying fills memory: the next large one is refused, a small one is not. */
static void
large_requests_share_a_bound(void **state)
{
	(void)state;
	static const char large[] = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 250000\r\n\r\n";
	struct world w;
	world_start(&w, &(struct sh_http_options){ .held_bytes = 300000, .idle_ms = 5000 });
	struct client *first = client_new(&w), *second = client_new(&w), *third = client_new(&w);
	client_say(first, sh_str(large));
	say_body(&w, first, 200000);
	client_say(second, sh_str(large));
	say_body(&w, second, 150000);
	AWAIT(&w, second, strstr(second->in, "503"));
	client_say(third, SH_STR("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"));
	AWAIT(&w, third, strstr(third->in, "204"));
	say_body(&w, first, 50000);
	AWAIT(&w, first, strstr(first->in, "204"));
	client_free(second);
	second = client_new(&w);
	client_say(second, sh_str(large));
	say_body(&w, second, 250000);
	AWAIT(&w, second, strstr(second->in, "204"));
	client_free(first);
	client_free(second);
	client_free(third);
	world_end(&w);
}

/* The listener must rest: evhttp alone tries again at once, for ever, and says so each time. */
static void
out_of_descriptors(void **state)
{
	(void)state;
	struct world w;
	struct rlimit before, none;
	world_start(&w, NULL);
	struct client *c = client_new(&w);
	client_say(c, SH_STR(GET));
	int next = dup(0);
	close(next);
	getrlimit(RLIMIT_NOFILE, &before);
	none = (struct rlimit){ .rlim_cur = (rlim_t)next, .rlim_max = before.rlim_max };
	setrlimit(RLIMIT_NOFILE, &none);
	int turns = 0;
	int64_t until_ms = sh_clock_elapsed_ms() + 250;
	for (; sh_clock_elapsed_ms() < until_ms; turns++)
		world_turn(&w, c);
	setrlimit(RLIMIT_NOFILE, &before);
	assert_int_equal(sh_http_open(w.http), 0);
	assert_in_range(turns, 1, 500);
	AWAIT(&w, c, strstr(c->in, "204"));
	client_free(c);
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

	w.http = sh_http_new(w.base, w.fd, &(struct sh_http_options){ .tls = w.tls }, world_handle, &w);
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
		cmocka_unit_test(slow_requests_are_cut),
		cmocka_unit_test(silent_connections_are_closed),
		cmocka_unit_test(a_client_that_does_not_read),
		cmocka_unit_test(a_client_that_reads_slowly),
		cmocka_unit_test(a_client_that_floods_while_it_is_answered),
		cmocka_unit_test(connections_and_requests_are_capped),
		cmocka_unit_test(large_requests_share_a_bound),
		cmocka_unit_test(out_of_descriptors),
		cmocka_unit_test(drain_with_idle_and_busy_connections),
		cmocka_unit_test(drain_of_nothing),
		cmocka_unit_test(addresses_to_listen_on),
		OVER_TLS(slow_requests_are_cut),
		OVER_TLS(silent_connections_are_closed),
		OVER_TLS(a_client_that_does_not_read),
		OVER_TLS(a_client_that_reads_slowly),
		OVER_TLS(a_client_that_floods_while_it_is_answered),
		OVER_TLS(connections_and_requests_are_capped),
		OVER_TLS(drain_with_idle_and_busy_connections),
	};
	sh_log_set_level(SH_LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
