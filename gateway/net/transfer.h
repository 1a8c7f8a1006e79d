/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * net/transfer.h: one request under way in libcurl. Private to net/.
 */
#ifndef SH_NET_TRANSFER_H
#define SH_NET_TRANSFER_H

#include <curl/curl.h>
#include <sys/queue.h>

#include "gateway/base/buf.h"
#include "gateway/net/client.h"
#include "gateway/net/guard.h"

#define SH_MAGIC_sh_net 0x0e7c117eu
#define SH_MAGIC_sh_transfer 0x7a45fe12u

struct sh_net {
	uint32_t magic;
	struct event_base *base;
	CURLM *multi;
	struct event *timer, *later;
	struct sh_guard_net *allow;
	size_t nallow;
	char *user_agent;
	bool closing;
	size_t npending;
	LIST_HEAD(, sh_transfer) transfers;
};

struct sh_transfer {
	uint32_t magic;
	struct sh_net *net;
	CURL *easy;			/* NULL: it could not begin, and why says so */
	struct curl_slist *lines;	/* request headers; libcurl borrows them */
	struct sh_buf body;		/* of the request; libcurl borrows it */
	char host[256];			/* for messages */
	char curl_text[CURL_ERROR_SIZE];
	bool once, repeatable;
	int total_ms;
	bool (*may_send)(void *arg);
	sh_net_done_f *done;
	void *arg;

	int fd;				/* of the newest connection */
	size_t body_left;		/* bytes of the body that have left; failpoints ask */
	int sendings;			/* how often libcurl came to the point of sending */
	bool maybe_sent;
	struct sh_error why;		/* set as soon as we know better than libcurl */

	struct sh_arena *arena;		/* of the answer's headers */
	size_t head_bytes, answer_bytes;
	struct sh_pair *headers;
	uint32_t nheaders;
	int status;
	bool head_over;
	struct sh_buf answer;
	LIST_ENTRY(sh_transfer) entry;
};

/* Never NULL: without memory the process ends, as nothing could be told any more. */
struct sh_transfer *sh_transfer_new(struct sh_net *, const struct sh_net_request *, sh_net_done_f *, void *arg);
void sh_transfer_free(struct sh_transfer *);

/* libcurl is done with it: true and the response, or false and t->why. */
bool sh_transfer_finish(struct sh_transfer *, CURLcode, struct sh_response *ret);

#endif
