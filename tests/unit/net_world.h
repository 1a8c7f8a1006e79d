/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* A client, and the server that it talks to, in one event loop: the server misbehaves in one way. */
#ifndef SH_TEST_NET_WORLD_H
#define SH_TEST_NET_WORLD_H

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <sys/queue.h>

#include "gateway/base/buf.h"
#include "gateway/net/client.h"

enum manner {
	ANSWERS,
	REFUSES,		/* nobody listens */
	CLOSES_ON_ACCEPT,
	RESETS_ON_ACCEPT,
	CLOSES_AFTER_REQUEST,
	RESETS_AFTER_REQUEST,
	IS_SILENT,
	IS_NO_HTTP,
	IS_HTTP_09,
	CUTS_ITS_ANSWER,
	CUTS_ITS_CHUNKS,
	ANNOUNCES_TOO_MUCH,
	SENDS_TOO_MUCH,
	SENDS_A_HUGE_HEAD,
	REDIRECTS,
	CONTINUES,		/* 100, then the answer */
	DIES_WHEN_REUSED,	/* answers the first request of a connection, reads the second and closes */
	SPEAKS_UNASKED,		/* answers, and later sends a 408 on the idle connection */
	SAYS_SERVER_ERROR,
};

struct world;

struct conn {
	struct world *world;
	struct bufferevent *bev;
	int requests;
	LIST_ENTRY(conn) entry;
};

struct world {
	struct event_base *base;
	struct evconnlistener *listener;
	struct event *tick;
	struct sh_net *net;
	int port;
	enum manner manner;
	int connections, requests;
	LIST_HEAD(, conn) conns;
	struct sh_buf seen;	/* all that came */
};

void world_start(struct world *, enum manner);	/* a client that may go to the loopback */
void world_start_allowing(struct world *, enum manner, const char *const *networks);
void world_end(struct world *);
void world_await(struct world *, const int *counter, int value);
void world_settle(struct world *);		/* lets whatever is still on its way arrive */

void conn_say(struct conn *, const char *text);

#endif
