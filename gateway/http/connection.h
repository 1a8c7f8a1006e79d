/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * http/connection.h: the registry of connections, which evhttp does not keep. Private to http/.
 *
 * Each connection holds a reference to its bufferevent, so it learns of the end when evhttp takes its callbacks
 * off, and keeps the descriptor open until then. A sweep every 50 ms finds the dead, the late and, while
 * draining, the idle. evhttp's connection is never freed from here: it is told that the client has gone.
 *
 *	accepted ─▶ (HANDSHAKE) ─▶ IDLE ─▶ READING ─▶ BUSY (the handler has it) ─▶ WRITING ─▶ IDLE …
 *	                                      └─▶ REFUSING ─▶ LINGERING ─▶ gone
 *
 * Refusing: evhttp's callbacks are put aside, the answer is written by us, and evhttp then sees an end of file.
 */
#ifndef SH_HTTP_CONNECTION_H
#define SH_HTTP_CONNECTION_H

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <sys/queue.h>
#include <uthash.h>

#include "gateway/base/metric.h"
#include "gateway/http/address.h"
#include "gateway/http/frame.h"
#include "gateway/http/server.h"
#include "gateway/http/tls.h"

#define SH_MAGIC_sh_con 0x5c0a11edu
#define SH_MAGIC_sh_http 0x4e77b00du

enum sh_con_state { SH_CON_HANDSHAKE, SH_CON_IDLE, SH_CON_READING, SH_CON_BUSY, SH_CON_WRITING, SH_CON_REFUSING, SH_CON_LINGERING };

struct sh_con {
	uint32_t magic;
	struct sh_http *server;
	struct bufferevent *bev;	/* our own reference */
	struct ssl_st *tls;		/* the bufferevent's; NULL: plain */
	struct evbuffer_cb_entry *came;
	enum sh_con_state state;
	bool cut;			/* shut down by us: evhttp is to find out */
	struct in6_addr peer;		/* IPv4 as ::ffff:a.b.c.d */
	struct sh_crowd *crowd;		/* who else comes from there; NULL: not counted */
	size_t held;			/* bytes of the request under way that are in memory */
	size_t reply_bytes;		/* while WRITING: what there was to write */
	int64_t since_us;		/* in this state; while READING: since the first byte */
	struct sh_frame frame;
	int requests;
	struct {			/* evhttp's, while we refuse */
		bufferevent_data_cb read, write;
		bufferevent_event_cb event;
		void *arg;
	} aside;
	UT_hash_handle hh;		/* by bev */
};

struct http_request;

struct sh_http {
	uint32_t magic;
	struct event_base *base;
	struct evhttp *evhttp;
	struct evhttp_bound_socket *bound;	/* NULL: no longer listening */
	struct event *accept_again, *look, *sweep;
	struct sh_con *fresh;			/* accepted in this turn, not looked at yet */
	struct sh_crowd *crowds;		/* uthash */
	struct { int64_t accept_us, denied_us; uint64_t denied; } told;	/* when a repeated log line was last written */
	struct sh_http_options options;
	sh_http_handler_f *handler;
	void *arg;
	struct sh_con *cons;			/* uthash */
	size_t held;				/* bytes of requests in memory, of all connections */
	LIST_HEAD(, http_request) pending;
	size_t npending;
	uint64_t next_number;
	bool draining;
	int64_t drain_us;			/* idle connections are closed from then on */
	void (*drained)(void *);
	void *drained_arg;
	LIST_ENTRY(sh_http) entry;		/* in the list of all servers of the process */
};

/* http/accept.c: takes connections from the listening socket, one a turn, with regard for the other processes. */
bool sh_accept_start(struct sh_http *, int listen_fd);
void sh_accept_room(struct sh_http *);	/* there is room again */
void sh_accept_stop(struct sh_http *);	/* the socket stays open for others */
void sh_accept_free(struct sh_http *);

/* Makes the bufferevent of the next connection: the one place where TLS comes in. */
struct bufferevent *sh_con_new(struct sh_http *);
struct sh_con *sh_con_find(const struct sh_http *, struct bufferevent *);
void sh_con_free(struct sh_con *);

/* evhttp was given the reply. */
void sh_con_reply(struct sh_con *);

/* evhttp has written the reply and will read the next request. */
void sh_con_next(struct sh_con *);

/* Looks after one connection; may free it. */
void sh_con_sweep(struct sh_con *, int64_t now_us);

/* Ends it without a word; evhttp hears that the client has gone. why is counted. */
void sh_con_cut(struct sh_con *, enum sh_metric why);
/* What the reply still has to write; 0 in any other state. */
size_t sh_con_backlog(const struct sh_con *);
/* evhttp lets go of it after this: the last chance for TLS to say goodbye. */
void sh_con_closing(struct sh_con *);

/* The counter of refusals for this problem. */
enum sh_metric sh_con_reason(enum sh_problem);

#endif
