/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * loadgen: sends signed webhooks over kept connections, one at a time on each, and says how that went.
 *
 *	loadgen -P PORT -u PATH -k KEY [-e EVENT] [-c CONNECTIONS] [-s BODY_BYTES] [-W WARM_S] [-t SECONDS] [-r RATE] [-n REQUESTS]
 *
 * Every request has a call id and a signature of its own (x-retell-signature, over body and time). With -n it ends after so
 * many answers, and does not warm up. Without -r the loop is closed: an answer sends the next request. With -r requests arrive at a fixed rate, and their time counts from when
 * they should have been sent. After the warm-up it prints "measuring", at the end one JSON object; who watches the CPU
 * of the other side reads it at these two moments. `stored` counts every 2xx, the warm-up's too.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "payload.h"

#define HEAD_ROOM 1024
#define TIMES_MAX 4000000
#define LOOK_MS 100

struct conn {
	int fd;
	char *out, in[4096];
	size_t nout, sent, nin;
	double began;
};

static struct {
	int port, conns, warm_s, seconds;
	size_t body;
	double rate;
	unsigned long long most;
	const char *path, *key, *event;
} given = {
	.port = 8080, .conns = 64, .warm_s = 1, .seconds = 3, .body = 2048, .path = "/webhook", .key = "", .event = "call_ended"
};

static struct payload payload;
static EVP_MAC_CTX *mac;
static uint64_t seed;
static int poller;
static struct conn **idle;
static int nidle;
static float *times;
static size_t ntimes;
static unsigned long long stored, good, bad;

static void
die(const char *what)
{
	fprintf(stderr, "loadgen: %s: %s\n", what, errno ? strerror(errno) : "failed");
	exit(1);
}

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double
cpu_s(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
}

/* ---- a request ---- */

static void
hex(char *out, const uint8_t *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
}

static void
new_id(char *out)
{
	uint64_t half[2];

	for (int i = 0; i < 2; i++) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		half[i] = seed;
	}
	hex(out, (const uint8_t *)half, sizeof(half));
}

static void
build(struct conn *c)
{
	struct timespec t;
	char stamp[32], digest[65] = "";
	uint8_t d[32];
	size_t nd;
	int n;

	new_id(payload.text + payload.id_at);
	clock_gettime(CLOCK_REALTIME, &t);
	n = snprintf(stamp, sizeof(stamp), "%lld", (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000);
	/* Without a key: the one that the context was given. */
	if (!EVP_MAC_init(mac, NULL, 0, NULL) || !EVP_MAC_update(mac, (const uint8_t *)payload.text, payload.n) ||
	    !EVP_MAC_update(mac, (const uint8_t *)stamp, (size_t)n) || !EVP_MAC_final(mac, d, &nd, sizeof(d)))
		die("HMAC");
	hex(digest, d, sizeof(d));
	n = snprintf(c->out, HEAD_ROOM,
	    "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nx-retell-signature: "
	    "v=%s,d=%s\r\nContent-Length: %zu\r\n\r\n",
	    given.path, stamp, digest, payload.n);
	if (n >= HEAD_ROOM)
		die("the path is too long");
	memcpy(c->out + n, payload.text, payload.n);
	c->nout = (size_t)n + payload.n;
	c->sent = c->nin = 0;
}

static void
watch(struct conn *c, int op, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = c };

	if (epoll_ctl(poller, op, c->fd, &ev))
		die("epoll_ctl");
}

static void
push(struct conn *c)
{
	ssize_t n = send(c->fd, c->out + c->sent, c->nout - c->sent, MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN)
		die("send");
	c->sent += n > 0 ? (size_t)n : 0;
}

static void
begin(struct conn *c, double at)
{
	build(c);
	c->began = at;
	push(c);
	if (c->sent < c->nout)
		watch(c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
}

/* ---- its answer ---- */

/* 0: not whole yet */
static int
answer(struct conn *c)
{
	char *end, *length;
	size_t body;

	c->in[c->nin] = '\0';
	end = strstr(c->in, "\r\n\r\n");
	if (!end)
		return 0;
	length = strcasestr(c->in, "\r\ncontent-length:");
	body = length && length < end ? strtoul(length + strlen("\r\ncontent-length:"), NULL, 10) : 0;
	if (c->nin < (size_t)(end + 4 - c->in) + body)
		return 0;
	return (int)strtol(c->in + strlen("HTTP/1.1 "), NULL, 10);
}

static void
pull(struct conn *c)
{
	ssize_t n = recv(c->fd, c->in + c->nin, sizeof(c->in) - 1 - c->nin, 0);
	int status;

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		die("the connection was closed");
	c->nin += (size_t)n;
	status = answer(c);
	if (!status)
		return;
	if (status / 100 == 2) {
		good++;
		stored++;
	} else if (!bad++) {
		fprintf(stderr, "%.300s\n", c->in);
	}
	if (ntimes < TIMES_MAX)
		times[ntimes++] = (float)(now_s() - c->began);
	idle[nidle++] = c;
}

static void
ready(struct conn *c, uint32_t events)
{
	if ((events & EPOLLOUT) && c->sent < c->nout) {
		push(c);
		if (c->sent == c->nout)
			watch(c, EPOLL_CTL_MOD, EPOLLIN);
	}
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		pull(c);
}

/* ---- the run ---- */

static void
connect_all(void)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)given.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	const int on = 1;

	for (int i = 0; i < given.conns; i++) {
		struct conn *c = calloc(1, sizeof(*c));

		if (!c || !(c->out = malloc(HEAD_ROOM + payload.n)))
			die("memory");
		c->fd = socket(AF_INET, SOCK_STREAM, 0);
		if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof(to)))
			die("connect");
		setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		fcntl(c->fd, F_SETFL, O_NONBLOCK);
		watch(c, EPOLL_CTL_ADD, EPOLLIN);
		idle[nidle++] = c;
	}
}

/* From one moment to another; returns when the last second of it is over. */
static void
run(double until, double *next)
{
	struct epoll_event evs[256];

	for (;;) {
		double now = now_s();
		struct timespec wait = { 0, LOOK_MS * 1000000 };
		int n;

		if (now >= until || (given.most > 0 && good + bad >= given.most))
			return;
		while (nidle > 0 && (given.rate == 0 || *next <= now)) {
			begin(idle[--nidle], given.rate > 0 ? *next : now_s());
			if (given.rate > 0)
				*next += 1 / given.rate;
		}
		if (given.rate > 0 && nidle > 0 && *next - now < LOOK_MS * 1e-3)
			wait.tv_nsec = (long)((*next - now) * 1e9);
		n = epoll_pwait2(poller, evs, sizeof(evs) / sizeof(*evs), &wait, NULL);
		for (int i = 0; i < n; i++)
			ready(evs[i].data.ptr, evs[i].events);
	}
}

static int
by_size(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

static void
tell(double seconds, double cpu)
{
	double n = (double)(good + bad);

	qsort(times, ntimes, sizeof(*times), by_size);
	if (ntimes == 0)
		times[ntimes++] = 0;
	printf("{\"body\":%zu,\"seconds\":%.3f,\"ok\":%llu,\"bad\":%llu,\"stored\":%llu,\"rate\":%.0f,\"p50_ms\":%.3f,\"p99_ms\":%."
	       "3f,\"max_ms\":%.3f,"
	       "\"loadgen_us\":%.2f}\n",
	    payload.n, seconds, good, bad, stored, n / seconds, times[ntimes / 2] * 1e3, times[ntimes * 99 / 100] * 1e3,
	    times[ntimes - 1] * 1e3, n > 0 ? cpu * 1e6 / n : 0);
}

static bool
options(int argc, char **argv)
{
	int o;

	while ((o = getopt(argc, argv, "P:u:k:e:c:s:W:t:r:n:")) != -1)
		switch (o) {
		case 'P':
			given.port = (int)strtol(optarg, NULL, 10);
			break;
		case 'u':
			given.path = optarg;
			break;
		case 'k':
			given.key = optarg;
			break;
		case 'e':
			given.event = optarg;
			break;
		case 'c':
			given.conns = (int)strtol(optarg, NULL, 10);
			break;
		case 's':
			given.body = strtoul(optarg, NULL, 10);
			break;
		case 'W':
			given.warm_s = (int)strtol(optarg, NULL, 10);
			break;
		case 't':
			given.seconds = (int)strtol(optarg, NULL, 10);
			break;
		case 'r':
			given.rate = strtod(optarg, NULL);
			break;
		case 'n':
			given.most = strtoull(optarg, NULL, 10);
			break;
		default:
			return false;
		}
	return optind == argc && given.conns > 0;
}

static void
prepare(void)
{
	OSSL_PARAM digest[] = { OSSL_PARAM_construct_utf8_string("digest", (char[]){ "SHA256" }, 0), OSSL_PARAM_construct_end() };

	payload = payload_make(given.event, given.body);
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		die("getrandom");
	seed |= 1;
	mac = EVP_MAC_CTX_new(EVP_MAC_fetch(NULL, "HMAC", NULL));
	if (!mac || !EVP_MAC_init(mac, (const uint8_t *)given.key, strlen(given.key), digest))
		die("HMAC");
	poller = epoll_create1(0);
	idle = calloc((size_t)given.conns, sizeof(struct conn *));
	times = malloc(TIMES_MAX * sizeof(*times));
	if (poller < 0 || !idle || !times)
		die("memory");
}

int
main(int argc, char **argv)
{
	double began, next, cpu;

	if (!options(argc, argv)) {
		fprintf(stderr, "usage: loadgen -P PORT -u PATH -k KEY [-e EVENT] [-c CONNECTIONS] [-s BODY_BYTES] [-W WARM_S] [-t "
				"SECONDS] [-r RATE] [-n REQUESTS]\n");
		return 2;
	}
	prepare();
	connect_all();
	next = now_s();
	if (given.most == 0)
		run(next + given.warm_s, &next);
	else
		given.seconds = 600;
	good = bad = 0;
	ntimes = 0;
	printf("measuring\n");
	fflush(stdout);
	began = now_s();
	cpu = cpu_s();
	run(began + given.seconds, &next);
	tell(now_s() - began, cpu_s() - cpu);
	return 0;
}
