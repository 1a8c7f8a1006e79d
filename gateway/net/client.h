/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * net/client.h: outbound HTTP on the event loop (libcurl multi), for dials, look-ups and forwards.
 *
 * No redirect, no proxy from the environment, no automatic retry, TLS verified, HTTP/1.1, answers bounded.
 * A request marked `once` (a dial) uses a connection of its own that is not kept, and is sent at most once:
 * libcurl repeats a POST by itself when a kept connection dies, and may hand a stale answer to the next request.
 * `may_send` runs immediately before the first byte, after connect and TLS; its refusal, or no call of it at all,
 * is the only proof that nothing was sent. Never an error code.
 *
 * The address guard refuses every address that is not globally reachable unicast (IPv4 inside IPv6 unwrapped), on
 * each connect, after name resolution, unless it lies in a network that the operator allowed.
 */
#ifndef SH_NET_CLIENT_H
#define SH_NET_CLIENT_H

#include "gateway/base/arena.h"
#include "gateway/base/error.h"

struct event_base;
struct sh_net;

struct sh_net_options {
	const char *const *allow;	/* CIDR networks exempt from the guard; ends with NULL; NULL: none */
	const char *user_agent;		/* NULL: "switchhook/VERSION" */
	int connections;		/* at once, in all; default 256 */
};

enum sh_net_sent { SH_NET_NOT_SENT, SH_NET_MAYBE_SENT };

struct sh_net_request {
	const struct sh_request *request;	/* copied */
	int connect_ms, total_ms;		/* defaults 3 s and 35 s */
	size_t answer_bytes;			/* default 16 MiB */
	bool once;
	bool (*may_send)(void *arg);		/* NULL: yes */
};

/*
 * Called exactly once, from the loop. response is NULL if no whole answer came; error then says why, in words
 * for people and without the URL's query. Everything given lives until the function returns.
 */
typedef void sh_net_done_f(void *arg, enum sh_net_sent, const struct sh_response *response, const struct sh_error *);

struct sh_net *sh_net_new(struct event_base *, const struct sh_net_options *, struct sh_error *);
void sh_net_free(struct sh_net *);	/* ends what is under way, as sh_net_end does */
/* Ends what is under way: done is called with SH_EAGAIN, before this returns. What is sent later ends the same way, unsent. */
void sh_net_end(struct sh_net *);
void sh_net_send(struct sh_net *, const struct sh_net_request *, sh_net_done_f *, void *arg);
size_t sh_net_pending(const struct sh_net *);

#endif
