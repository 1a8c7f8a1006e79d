/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * http/server.h: evhttp made safe. Nothing outside this folder names evhttp.
 *
 * One server a worker, on an inherited listening socket, one accept per turn of the loop. A registry of
 * connections gives deadlines (headers and body must have come within the time, however slowly), caps and drain. With
 * options.tls the same is spoken inside TLS.
 * What evhttp accepts and should not (differing lengths, odd transfer codings, HEAD with a body, methods, bare
 * targets …) is refused with 400 and the connection closed; docs/security.md lists what it cannot see.
 *
 * The rule: every request gets exactly one sh_http_reply, whatever happened, at any later time; nobody frees its
 * connection. The request and its arena live until then. A client that has gone is no error.
 */
#ifndef SH_HTTP_SERVER_H
#define SH_HTTP_SERVER_H

#include <stdatomic.h>

#include "gateway/base/arena.h"
#include "gateway/base/error.h"
#include "gateway/base/id.h"

struct event_base;
struct in6_addr;
struct sh_http;
struct sh_tls;

/* How many connections this process has, and how many all that accept from the same socket have together. */
struct sh_http_share {
	atomic_int *mine;		/* counted here; NULL: nobody shares */
	void (*all)(void *arg, int *ret_connections, int *ret_processes);
	void *arg;
};

struct sh_http_options {
	size_t header_bytes;		/* default 16 KiB */
	size_t body_bytes;		/* default 8 MiB */
	size_t held_bytes;		/* with so much of requests in memory, those above 64 KiB are refused; default 512 MiB */
	size_t arena_bytes;		/* ceiling of a request's arena; default 4 x body + 1 MiB */
	int request_ms;			/* first byte → last byte; default 10 s */
	int idle_ms;			/* between requests; default 60 s */
	int connections;		/* at most, in this worker; default 4,096 */
	int requests_per_connection;	/* then Connection: close; default 10,000 */
	int per_address;		/* connections from one client's address; 0: no bound */
	size_t backlog_bytes;		/* replies that wait for slow readers, together; default 64 MiB */
	int reader_bytes_s;		/* who takes a reply more slowly in the long run is cut; default 8 KiB/s */
	struct sh_tls *tls;		/* borrowed; NULL: plain */
	int handshake_ms;		/* accepted → agreed; default 10 s */
	struct sh_http_share share;
	bool (*trusted)(const void *arg, const struct in6_addr *);	/* a proxy whose X-Forwarded-For is believed; NULL: none */
	const void *trusted_arg;
};

struct sh_http_request {
	uint64_t number;
	struct sh_id id;		/* X-Request-Id */
	struct sh_arena *arena;
	struct sh_str method;		/* "GET" … */
	struct sh_str target;		/* raw, with query */
	struct sh_str path;		/* raw, without query */
	struct sh_str query;		/* raw, after '?'; absent: none */
	const struct sh_pair *headers;	/* names in lower case, in order, duplicates kept */
	uint32_t nheaders;
	struct sh_str body;
	struct sh_str peer;		/* address of the connection, without port */
	struct sh_str client;		/* the same, or whom trusted proxies name. For logs only: signatures are over public_url */
	int64_t began_us;		/* elapsed clock */
};

typedef void sh_http_handler_f(struct sh_http_request *, void *arg);

/* listen_fd is borrowed and must be listening and non-blocking. options NULL: defaults; a zero field: its default. */
struct sh_http *sh_http_new(struct event_base *, int listen_fd, const struct sh_http_options *, sh_http_handler_f *, void *arg);
void sh_http_free(struct sh_http *);

/*
 * Answers. headers may be NULL; X-Request-Id, Content-Length, Date, Cache-Control: no-store and
 * X-Content-Type-Options are added. body absent: none. Copies what it is given; ends the request.
 */
void sh_http_reply(struct sh_http_request *, int status, const struct sh_pair *headers, size_t n, struct sh_str body);

/* Stops accepting, asks kept connections to close; done is called once when none is left. */
void sh_http_drain(struct sh_http *, void (*done)(void *), void *arg);
size_t sh_http_pending(const struct sh_http *);		/* requests not answered yet */
size_t sh_http_open(const struct sh_http *);		/* connections */

/* Makes the master's listening socket: "127.0.0.1:8080", "[::]:8080". backlog 1024, TCP_NODELAY, CLOEXEC off, non-blocking. */
enum sh_status sh_http_listen(const char *address, int *ret_fd, struct sh_error *) SH_MUST_CHECK;

struct sh_str sh_http_header(const struct sh_http_request *, const char *lower_case_name);

#endif
