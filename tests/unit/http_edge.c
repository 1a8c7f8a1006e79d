/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Who is at the other end, how many of them, how long they may take to agree on TLS or to read, and who of several processes takes them.
 */
#include "http_world.h"

#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/base/metric.h"
#include "gateway/http/address.h"

static bool
trust_ten_and_loopback(const void *arg, const struct in6_addr *a)
{
	(void)arg;
	return IN6_IS_ADDR_V4MAPPED(a) && (a->s6_addr[12] == 127 || a->s6_addr[12] == 10);
}

static void
addresses_are_read(void **state)
{
	(void)state;
	static const struct {
		const char *text, *is;
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "192.0.2.1:8080", "192.0.2.1" },
		{ "::ffff:192.0.2.1", "192.0.2.1" },
		{ "2001:DB8:0::1", "2001:db8::1" },
		{ "[2001:db8::1]", "2001:db8::1" },
		{ "[2001:db8::1]:443", "2001:db8::1" },
		{ "", NULL },
		{ "unknown", NULL },
		{ "_hidden", NULL },
		{ "192.0.2", NULL },
		{ "192.0.2.1, 192.0.2.2", NULL },
		{ "2001:db8::1%eth0", NULL },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL },
	};
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct in6_addr a;
		char text[INET6_ADDRSTRLEN] = "";
		bool good = sh_address_parse(sh_str(cases[i].text), &a);
		if (good)
			sh_address_format(&a, text);
		if (good != (cases[i].is != NULL) || (good && strcmp(text, cases[i].is) != 0))
			fail_msg("\"%s\" was read as \"%s\"", cases[i].text, text);
	}
}

/* The connection is from 127.0.0.1, which is trusted, as is 10.0.0.0/8. */
static void
proxies_are_believed_as_far_as_they_are_ours(void **state)
{
	(void)state;
	static const struct {
		const char *headers, *client;
	} cases[] = {
		{ "", "127.0.0.1" },
		{ "X-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7" },
		{ "X-Forwarded-For: 198.51.100.1, 192.0.2.7\r\n", "192.0.2.7" },
		{ "X-Forwarded-For: 198.51.100.1, 192.0.2.7 , 10.0.0.1,10.0.0.2\r\n", "192.0.2.7" },
		{ "X-Forwarded-For: 198.51.100.1\r\nx-forwarded-for: 192.0.2.7, 10.9.9.9\r\n", "192.0.2.7" },
		{ "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-For: 10.0.0.1\r\n", "192.0.2.7" },
		{ "X-Forwarded-For: 10.0.0.1\r\n", "10.0.0.1" },
		{ "X-Forwarded-For: 192.0.2.7, nonsense\r\n", "127.0.0.1" },
		{ "X-Forwarded-For: 192.0.2.7, nonsense, 10.0.0.3\r\n", "10.0.0.3" },
		{ "X-Forwarded-For: 192.0.2.7,\r\n", "127.0.0.1" },
		{ "X-Forwarded-For:\r\n", "127.0.0.1" },
		{ "X-Forwarded-For: "
		  "10.1.1.1,10.1.1.1,10.1.1.1,10.1.1.1,10.1.1.1,10.1.1.1,10.1.1.1,10.1.1.1,10.1.1.1,10.1.1.1,10.1.1.1,"
		  "10.1.1.1,10.1.1.1,10.1.1.1,10.1.1.1,10.1.1.2,10.1.1.3\r\n",
		    "10.1.1.1" },
		{ "X-Real-IP: 192.0.2.7\r\nForwarded: for=192.0.2.7\r\n", "127.0.0.1" },
	};
	for (int trusted = 0; trusted < 2; trusted++) {
		struct world w;
		world_start(&w, &(struct sh_http_options){ .trusted = trusted ? trust_ten_and_loopback : NULL });
		for (size_t i = 0; i < SH_LENGTH(cases); i++) {
			struct client *c = client_new(&w);
			char text[1024], expected[64];
			int n = snprintf(
			    text, sizeof(text), "GET /client HTTP/1.1\r\n" H "Connection: close\r\n%s\r\n", cases[i].headers);
			client_say(c, (struct sh_str){ text, (size_t)n });
			AWAIT(&w, c, c->eof);
			snprintf(expected, sizeof(expected), "\r\n\r\n%s", trusted ? cases[i].client : "127.0.0.1");
			const char *body = strstr(c->in, "\r\n\r\n");
			if (!body || strcmp(body, expected) != 0)
				fail_msg("%s%s", cases[i].headers, c->in);
			client_free(c);
		}
		world_end(&w);
	}
}

static void
one_address_takes_no_more_than_its_part(void **state)
{
	(void)state;
	struct world w;
	int64_t refused = sh_metric_sum(SH_METRIC_http_refused_address);
	world_start(&w, &(struct sh_http_options){ .per_address = 2 });
	struct client *one = client_new(&w), *two = client_new(&w), *three = client_new(&w);
	struct client *other = client_from(&w, INADDR_LOOPBACK + 1);
	AWAIT(&w, three, three->eof);
	assert_int_equal(three->n, 0);
	struct client *all[] = { one, two, other };
	for (size_t i = 0; i < SH_LENGTH(all); i++) {
		client_say(all[i], SH_STR(GET));
		AWAIT(&w, all[i], strstr(all[i]->in, "204"));
	}
	assert_int_equal(sh_metric_sum(SH_METRIC_http_refused_address), refused + 1);

	/* Who goes makes room, for his own. */
	client_free(one);
	AWAIT(&w, NOBODY, sh_http_open(w.http) == 2);
	one = client_new(&w);
	client_say(one, SH_STR(GET));
	AWAIT(&w, one, strstr(one->in, "204"));
	client_free(one);
	client_free(two);
	client_free(three);
	client_free(other);
	world_end(&w);

	world_start(&w, &(struct sh_http_options){ .per_address = 1, .trusted = trust_ten_and_loopback });
	one = client_new(&w);
	two = client_new(&w);
	client_say(one, SH_STR(GET));
	client_say(two, SH_STR(GET));
	AWAIT(&w, one, strstr(one->in, "204"));
	AWAIT(&w, two, strstr(two->in, "204"));
	client_free(one);
	client_free(two);
	world_end(&w);
}

static void
crowds_of_ipv6_are_networks(void **state)
{
	(void)state;
	struct sh_crowd *all = NULL;
	struct in6_addr a, b, c, v4;
	sh_address_parse(SH_STR("2001:db8:1:2::1"), &a);
	sh_address_parse(SH_STR("2001:db8:1:2:ffff::9"), &b);
	sh_address_parse(SH_STR("2001:db8:1:3::1"), &c);
	sh_address_parse(SH_STR("192.0.2.1"), &v4);
	struct sh_crowd *one = sh_crowd_join(&all, &a), *two = sh_crowd_join(&all, &c), *three = sh_crowd_join(&all, &v4);
	assert_ptr_equal(sh_crowd_join(&all, &b), one);
	assert_int_equal(one->n, 2);
	assert_int_equal(two->n, 1);
	assert_int_equal(HASH_COUNT(all), 3);
	sh_address_parse(SH_STR("192.0.2.2"), &v4);
	assert_ptr_not_equal(sh_crowd_join(&all, &v4), three);
	for (struct sh_crowd *next, *each = all; each; each = next) {
		next = each->hh.next;
		while (each->n > 1)
			sh_crowd_leave(&all, each);
		sh_crowd_leave(&all, each);
	}
	assert_null(all);
}

/* A client that does not speak TLS, on a port that does. */
static struct client *
raw_client(struct world *w)
{
	world_secure = false;
	struct client *c = client_new(w);
	world_secure = true;
	return c;
}

static void
handshakes_that_never_end(void **state)
{
	(void)state;
	/* What a client says first, as far as it is the same for all: a record of 200 bytes, a ClientHello in it. */
	static const struct sh_str hello = SH_STR("\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03");
	struct world w;
	int64_t failed = sh_metric_sum(SH_METRIC_tls_failed);
	world_start(&w, &(struct sh_http_options){ .handshake_ms = 1500, .idle_ms = 60000 });
	struct client *silent = raw_client(&w), *drip = raw_client(&w), *plain = raw_client(&w), *good = client_new(&w);
	int64_t began_ms = sh_clock_elapsed_ms(), next_ms = began_ms;
	size_t said = 0;
	client_say(plain, SH_STR(GET));
	while (!(silent->eof && drip->eof && plain->eof) && sh_clock_elapsed_ms() < began_ms + PATIENCE_MS) {
		if (sh_clock_elapsed_ms() >= next_ms) {
			client_say(drip, said < hello.n ? (struct sh_str){ hello.s + said, 1 } : SH_STR("\0"));
			said++;
			next_ms += 10;
		}
		world_turn(&w, silent);
		client_hear(drip);
		client_hear(plain);
	}
	assert_true(silent->eof && drip->eof && plain->eof);
	assert_in_range(said, 12, 10000); /* it was cut off while it spoke */
	assert_null(strstr(plain->in, "HTTP/"));
	assert_int_equal(w.requests, 0);

	client_say(good, SH_STR(GET));
	AWAIT(&w, good, strstr(good->in, "204"));
	AWAIT(&w, NOBODY, sh_http_open(w.http) == 1);
	assert_int_equal(sh_metric_sum(SH_METRIC_tls_failed), failed + 3);
	client_free(silent);
	client_free(drip);
	client_free(plain);
	client_free(good);
	world_end(&w);
}

/* Whoever asks for so much and reads none of it takes nothing away from those who read. */
static void
stalled_readers_have_a_bound_together(void **state)
{
	(void)state;
	struct world w;
	struct client *stalled[3];
	int64_t cut = sh_metric_sum(SH_METRIC_http_refused_backlog);
	world_start(&w, &(struct sh_http_options){ .idle_ms = 60000, .backlog_bytes = BIG_BYTES + BIG_BYTES / 2 });
	for (int i = 0; i < 3; i++) {
		stalled[i] = client_new(&w);
		client_say(stalled[i], SH_STR("GET /big HTTP/1.1\r\n" H "\r\n"));
		AWAIT(&w, NOBODY, w.requests == i + 1);
		AWAIT(&w, NOBODY, sh_metric_sum(SH_METRIC_http_refused_backlog) >= cut + i - (i > 0));
	}
	AWAIT(&w, NOBODY, sh_http_open(w.http) == 1);
	assert_int_equal(sh_metric_sum(SH_METRIC_http_refused_backlog), cut + 2);

	/* The one that is left is the last that came. */
	AWAIT(&w, stalled[2], stalled[2]->total > BIG_BYTES);
	struct client *good = client_new(&w);
	client_say(good, SH_STR(GET));
	AWAIT(&w, good, strstr(good->in, "204"));
	client_free(good);
	for (int i = 0; i < 3; i++)
		client_free(stalled[i]);
	world_end(&w);
}

/* Never silent for long, and never done. */
static void
a_reader_by_the_drop(void **state)
{
	(void)state;
	struct world w;
	char drop[1000];
	world_start(&w, &(struct sh_http_options){ .idle_ms = 300, .reader_bytes_s = 1 << 30 });
	struct client *c = client_new(&w);
	client_say(c, SH_STR("GET /big HTTP/1.1\r\n" H "\r\n"));
	AWAIT(&w, NOBODY, w.requests == 1);
	int64_t began_ms = sh_clock_elapsed_ms();
	while (sh_http_open(w.http) > 0 && sh_clock_elapsed_ms() < began_ms + PATIENCE_MS) {
		world_turn(&w, NULL);
		client_take(c, drop, sizeof(drop));
	}
	assert_int_equal(sh_http_open(w.http), 0);
	client_free(c);
	world_end(&w);
}

static void
tls_ends_with_a_goodbye(void **state)
{
	(void)state;
	static const struct {
		struct sh_str says;
		const char *hears;
	} cases[] = {
		{ SH_STR("GET /ok HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), "HTTP/1.1 204 " },
		{ SH_STR("GET /big HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), "HTTP/1.1 200 " },
		{ SH_STR("rubbish\r\n"), "HTTP/1.1 400 " },
	};
	struct world w;
	world_start(&w, NULL);
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct client *c = client_new(&w);
		client_say(c, cases[i].says);
		AWAIT(&w, c, c->eof);
		if (!c->clean || !strstr(c->in, cases[i].hears))
			fail_msg("%s: %s", cases[i].says.s, c->clean ? c->in : "no goodbye");
		client_free(c);
	}
	struct client *idle = client_new(&w);
	client_say(idle, SH_STR(GET));
	AWAIT(&w, idle, strstr(idle->in, "204"));
	sh_http_drain(w.http, NULL, NULL);
	AWAIT(&w, idle, idle->eof);
	assert_true(idle->clean);
	client_free(idle);
	world_end(&w);
}

/* ---- two processes at one socket, both in this one ---- */

struct pair {
	atomic_int connections[2];
	bool alone;
};

static void
pair_all(void *arg, int *ret_connections, int *ret_processes)
{
	struct pair *p = arg;
	*ret_processes = p->alone ? 1 : 2;
	*ret_connections = p->connections[0] + (p->alone ? 0 : p->connections[1]);
}

static void
who_has_more_than_his_share_holds_back(void **state)
{
	(void)state;
	for (int alone = 0; alone < 2; alone++) {
		struct world w;
		struct pair p = { .alone = alone };
		struct client *c[40];
		world_start(&w, &(struct sh_http_options){ .share = { &p.connections[0], pair_all, &p } });
		p.connections[0] = 1000; /* as if it had them */
		struct sh_http *other = NULL;
		if (!alone) {
			struct sh_http_options o = { .tls = w.tls, .share = { &p.connections[1], pair_all, &p } };
			other = sh_http_new(w.base, w.fd, &o, world_handle, &w);
			assert_non_null(other);
		}
		for (size_t i = 0; i < SH_LENGTH(c); i++)
			c[i] = client_new(&w);
		AWAIT(&w, NOBODY, sh_http_open(w.http) + (other ? sh_http_open(other) : 0) == SH_LENGTH(c));
		if (alone)
			assert_int_equal(p.connections[0], 1000 + SH_LENGTH(c));
		else
			assert_true(sh_http_open(other) > sh_http_open(w.http));
		for (size_t i = 0; i < SH_LENGTH(c); i++)
			client_free(c[i]);
		AWAIT(&w, NOBODY, sh_http_open(w.http) + (other ? sh_http_open(other) : 0) == 0);
		assert_int_equal(p.connections[0], 1000);
		assert_int_equal(p.connections[1], 0);
		sh_http_free(other);
		world_end(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read),
		cmocka_unit_test(proxies_are_believed_as_far_as_they_are_ours),
		cmocka_unit_test(one_address_takes_no_more_than_its_part),
		cmocka_unit_test(crowds_of_ipv6_are_networks),
		cmocka_unit_test(stalled_readers_have_a_bound_together),
		cmocka_unit_test(a_reader_by_the_drop),
		cmocka_unit_test(who_has_more_than_his_share_holds_back),
		OVER_TLS(one_address_takes_no_more_than_its_part),
		OVER_TLS(handshakes_that_never_end),
		OVER_TLS(stalled_readers_have_a_bound_together),
		OVER_TLS(a_reader_by_the_drop),
		OVER_TLS(tls_ends_with_a_goodbye),
	};
	sh_log_set_level(SH_LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
