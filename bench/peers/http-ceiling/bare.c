/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * bare: libevent's evhttp and nothing else, the floor under the gateway's CPU.
 *
 *	bare PORT [REQUESTS]
 *
 * Answers every request with 204 once its body is there, in one thread. With REQUESTS it ends after so many.
 */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static struct event_base *base;
static long left = -1;

static void
answer(struct evhttp_request *req, void *arg)
{
	(void)arg;
	evhttp_send_reply(req, 204, "No Content", NULL);
	if (left > 0 && --left == 0)
		event_base_loopexit(base, NULL);
}

static void
end(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	event_base_loopexit(arg, NULL);
}

int
main(int argc, char **argv)
{
	struct evhttp *http;

	if (argc < 2) {
		fprintf(stderr, "usage: bare PORT [REQUESTS]\n");
		return 2;
	}
	if (argc > 2)
		left = strtol(argv[2], NULL, 10);
	base = event_base_new();
	http = evhttp_new(base);
	evhttp_set_allowed_methods(http, EVHTTP_REQ_POST | EVHTTP_REQ_GET);
	evhttp_set_gencb(http, answer, NULL);
	if (evhttp_bind_socket(http, "127.0.0.1", (uint16_t)strtoul(argv[1], NULL, 10))) {
		perror("bare: bind");
		return 1;
	}
	event_add(evsignal_new(base, SIGTERM, end, base), NULL);
	event_base_dispatch(base);
	return 0;
}
