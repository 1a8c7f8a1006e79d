/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The server on a real socket, plain or inside TLS, with clients that write raw bytes in the same loop. Paths choose what the handler
 * does: /client says who asked, /late keeps the request, /echo sends the body back, /big sends a lot, all else is 204.
 */
#ifndef SH_TESTS_UNIT_HTTP_WORLD_H
#define SH_TESTS_UNIT_HTTP_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <event2/event.h>

#include "gateway/base/buf.h"
#include "gateway/base/clock.h"
#include "gateway/http/server.h"

#define H "Host: a\r\n"
#define POST "POST /echo HTTP/1.1\r\n" H
#define GET "GET /ok HTTP/1.1\r\n" H "\r\n"
#define SMUGGLED "GET /smuggled HTTP/1.1\r\n" H "\r\n"
#define BIG_BYTES (16 << 20)	/* more than the kernel holds for a client that does not read */
#define PATIENCE_MS 60000

/* Makes every world and client from here on speak TLS, or plainly again. The files are made once and removed at the end. */
extern bool world_secure;
int world_be_secure(void **state);
int world_be_plain(void **state);

#define OVER_TLS(test) { #test " over TLS", test, world_be_secure, world_be_plain, NULL }

struct world {
	struct event_base *base;
	struct event *tick;
	struct sh_http *http;
	struct sh_tls *tls;
	int fd, port;
	struct sh_http_request *kept[8];
	int nkept, requests, smuggled;
	bool drained;
};

struct client {
	int fd;
	struct ssl_st *tls;	/* NULL: plain */
	bool clean;		/* the server said goodbye before it closed */
	struct sh_buf unsaid;	/* until the handshake is over */
	char in[16384];
	size_t n, total;	/* total: also what no longer fitted */
	bool eof;
};

void world_start(struct world *, const struct sh_http_options *);
void world_end(struct world *);
sh_http_handler_f world_handle;

/* One turn of the loop; then the client, if one is given, hears what there is. */
void world_turn(struct world *, struct client *);

/* With TLS some turns are given to the handshake; it goes on whenever the client hears. */
struct client *client_new(struct world *);
struct client *client_from(struct world *, uint32_t address);	/* 127.0.0.0/8, host order */
void client_free(struct client *);

/* Sends what the kernel takes without waiting, and says how much; a server that has closed is no failure of the test. */
size_t client_say(struct client *, struct sh_str);
void client_hear(struct client *);
ssize_t client_take(struct client *, char *to, size_t room);	/* as recv without waiting */
size_t client_count(const struct client *, const char *what);

#define AWAIT(w, c, condition) \
	do { \
		int64_t until_ = sh_clock_elapsed_ms() + PATIENCE_MS; \
		while (!(condition) && sh_clock_elapsed_ms() < until_) \
			world_turn((w), (c)); \
		if (!(condition)) \
			fail_msg("%s did not come about; heard: %s", #condition, (c) ? ((struct client *)(c))->in : ""); \
	} while (0)

#define NOBODY ((struct client *)NULL)

#endif
