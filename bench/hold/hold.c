/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * hold: keeps many connections open, idle or slow.
 *
 *	hold PORT CONNECTIONS [DRIP_MS]
 *
 * Without DRIP_MS each connection asks for /healthz once and then says nothing more. With it each sends the head of a
 * POST one byte every DRIP_MS, for ever; whoever is hung up on comes back at once. "open N" is printed when N connections
 * stand; it ends when its standard input does, with a JSON object: how many stand then, how often it was hung up on.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SLICE_MS 10

static const char idle_text[] = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
static const char slow_text[] =
    "POST /hooks/slow HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    "User-Agent: a-very-slow-client-that-means-no-harm-and-takes-its-time-with-every-single-byte-of-its-head\r\n";

static struct {
	int fd;
	size_t sent;
} * conns;
static int port, nconns, drip_ms, poller;
static unsigned long long hung_up;

static void
die(const char *what)
{
	fprintf(stderr, "hold: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void
open_one(int i)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	struct epoll_event ev = { .events = EPOLLIN | EPOLLRDHUP, .data.u32 = (uint32_t)i };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)))
		die("connect");
	fcntl(fd, F_SETFL, O_NONBLOCK);
	conns[i].fd = fd;
	conns[i].sent = 0;
	if (!drip_ms && send(fd, idle_text, sizeof(idle_text) - 1, MSG_NOSIGNAL) < 0)
		die("send");
	if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &ev))
		die("epoll_ctl");
}

static void
again(int i)
{
	close(conns[i].fd);
	hung_up++;
	open_one(i);
}

static void
hear(int i)
{
	char text[2048];
	ssize_t n = recv(conns[i].fd, text, sizeof(text), 0);

	/* An answer to what was never asked in full is a refusal; the server closes behind it. */
	if (n == 0 || (n < 0 && errno != EAGAIN))
		again(i);
}

static void
drip(int i)
{
	if (conns[i].sent < sizeof(slow_text) - 1 && send(conns[i].fd, slow_text + conns[i].sent, 1, MSG_NOSIGNAL) == 1)
		conns[i].sent++;
}

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
run(void)
{
	struct epoll_event evs[512], end = { .events = EPOLLIN, .data.u32 = UINT32_MAX };
	double last = now_ms();
	int next = 0;

	epoll_ctl(poller, EPOLL_CTL_ADD, STDIN_FILENO, &end);
	for (;;) {
		int n = epoll_wait(poller, evs, 512, drip_ms ? SLICE_MS : -1);

		for (int i = 0; i < n; i++) {
			if (evs[i].data.u32 == UINT32_MAX)
				return;
			hear((int)evs[i].data.u32);
		}
		/* Each slice of time has its share of the connections, so that the drops fall evenly. */
		if (drip_ms && now_ms() - last >= SLICE_MS) {
			int share = (int)((now_ms() - last) * nconns / drip_ms);

			last = now_ms();
			for (int i = 0; i < share && i < nconns; i++, next = (next + 1) % nconns)
				drip(next);
		}
	}
}

int
main(int argc, char **argv)
{
	struct rlimit files;

	if (argc < 3) {
		fprintf(stderr, "usage: hold PORT CONNECTIONS [DRIP_MS]\n");
		return 2;
	}
	port = (int)strtol(argv[1], NULL, 10);
	nconns = (int)strtol(argv[2], NULL, 10);
	drip_ms = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 0;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	conns = calloc((size_t)nconns, sizeof(*conns));
	poller = epoll_create1(0);
	if (!conns || poller < 0)
		die("memory");
	for (int i = 0; i < nconns; i++)
		open_one(i);
	printf("open %d\n", nconns);
	fflush(stdout);
	run();
	printf("{\"open\":%d,\"hung_up\":%llu}\n", nconns, hung_up);
	return 0;
}
