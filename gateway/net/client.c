/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * A transfer is one request from sh_net_send to its done. What libcurl does to it stands in transfer.c; here are the
 * loop's glue (one event a socket, one timer) and the end: who is told what.
 */
#include "gateway/net/client.h"

#include <curl/curl.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/wipe.h"
#include "gateway/net/transfer.h"

#ifdef HAVE_CONFIG_H
#include "config.h"
#else
#define PACKAGE_VERSION "0"
#endif

/* ---- the end of a transfer ---- */

static void
client_end(struct sh_transfer *t, const struct sh_response *response)
{
	struct sh_net *net = t->net;
	LIST_REMOVE(t, entry);
	net->npending--;
	if (t->easy)
		curl_multi_remove_handle(net->multi, t->easy);
	t->done(t->arg, t->maybe_sent ? SH_NET_MAYBE_SENT : SH_NET_NOT_SENT, response, response ? NULL : &t->why);
	sh_transfer_free(t);
}

/* Runs after every call that lets libcurl work, and never inside one of its callbacks. */
static void
client_reap(struct sh_net *net)
{
	CURLMsg *m;
	int left;
	while ((m = curl_multi_info_read(net->multi, &left))) {
		struct sh_transfer *t;
		struct sh_response response;
		if (m->msg != CURLMSG_DONE)
			continue;
		CURLcode rc = m->data.result;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
		client_end(t, sh_transfer_finish(t, rc, &response) ? &response : NULL);
	}
}

/* Requests that could not even begin are told so from the loop, like all others. */
static void
client_fail_later(evutil_socket_t fd, short what, void *arg)
{
	struct sh_net *net = SH_OBJ(arg, sh_net);
	(void)fd, (void)what;
	struct sh_transfer *t;
	do {
		LIST_FOREACH(t, &net->transfers, entry)
			if (!t->easy)
				break;
		if (t)
			client_end(t, NULL);
	} while (t);
}

/* ---- the loop ---- */

static void
client_socket_ready(evutil_socket_t fd, short what, void *arg)
{
	struct sh_net *net = SH_OBJ(arg, sh_net);
	int running, mask = (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
	curl_multi_socket_action(net->multi, fd, mask, &running);
	client_reap(net);
}

static void
client_time_came(evutil_socket_t fd, short what, void *arg)
{
	struct sh_net *net = SH_OBJ(arg, sh_net);
	(void)fd, (void)what;
	int running;
	curl_multi_socket_action(net->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	client_reap(net);
}

static int
client_watch(CURL *easy, curl_socket_t fd, int what, void *arg, void *watch)
{
	struct sh_net *net = SH_OBJ(arg, sh_net);
	(void)easy;
	if (watch)
		event_free(watch);
	struct event *ev = NULL;
	if (what != CURL_POLL_REMOVE) {
		short mask = (short)(EV_PERSIST | (what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));
		ev = event_new(net->base, fd, mask, client_socket_ready, net);
		if (!ev)
			return -1;
		event_add(ev, NULL);
	}
	curl_multi_assign(net->multi, fd, ev);
	return 0;
}

static int
client_set_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct sh_net *net = SH_OBJ(arg, sh_net);
	(void)multi;
	struct timeval tv = { timeout_ms / 1000, timeout_ms % 1000 * 1000 };
	if (timeout_ms < 0)
		evtimer_del(net->timer);
	else
		evtimer_add(net->timer, &tv);
	return 0;
}

/* ---- life ---- */

static enum sh_status
client_allow(struct sh_net *net, const char *const *allow, struct sh_error *e)
{
	size_t n = 0;
	while (allow && allow[n])
		n++;
	net->allow = calloc(n + 1, sizeof(*net->allow));
	if (!net->allow)
		return sh_fail(e, SH_ESYSTEM, "no memory");
	for (; net->nallow < n; net->nallow++)
		if (sh_guard_parse(allow[net->nallow], &net->allow[net->nallow], e) != SH_OK)
			return e ? e->status : SH_EINVALID;
	return SH_OK;
}

static enum sh_status
client_start(struct sh_net *net, const struct sh_net_options *o, struct sh_error *e)
{
	long connections = o->connections ? o->connections : 256;
	const char *agent = o->user_agent ? o->user_agent : "switchhook/" PACKAGE_VERSION;
	net->user_agent = strdup(agent);
	net->timer = evtimer_new(net->base, client_time_came, net);
	net->later = evtimer_new(net->base, client_fail_later, net);
	net->multi = curl_multi_init();
	if (!net->user_agent || !net->timer || !net->later || !net->multi)
		return sh_fail(e, SH_ESYSTEM, "no memory");
	curl_multi_setopt(net->multi, CURLMOPT_SOCKETFUNCTION, client_watch);
	curl_multi_setopt(net->multi, CURLMOPT_SOCKETDATA, net);
	curl_multi_setopt(net->multi, CURLMOPT_TIMERFUNCTION, client_set_timer);
	curl_multi_setopt(net->multi, CURLMOPT_TIMERDATA, net);
	curl_multi_setopt(net->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
	curl_multi_setopt(net->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections);
	curl_multi_setopt(net->multi, CURLMOPT_MAXCONNECTS, connections);
	return client_allow(net, o->allow, e);
}

struct sh_net *
sh_net_new(struct event_base *base, const struct sh_net_options *options, struct sh_error *e)
{
	static const struct sh_net_options none;
	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, sh_wipe_free, sh_wipe_realloc, strdup, calloc) != CURLE_OK) {
		sh_fail(e, SH_ESYSTEM, "libcurl cannot be used on this machine");
		return NULL;
	}
	struct sh_net *net = calloc(1, sizeof(*net));
	if (!net) {
		sh_fail(e, SH_ESYSTEM, "no memory");
		curl_global_cleanup();
		return NULL;
	}
	SH_MAGIC_SET(net, sh_net);
	net->base = base;
	LIST_INIT(&net->transfers);
	if (client_start(net, options ? options : &none, e) != SH_OK) {
		sh_net_free(net);
		return NULL;
	}
	return net;
}

void
sh_net_end(struct sh_net *net)
{
	struct sh_transfer *t;

	net->closing = true;
	while ((t = LIST_FIRST(&net->transfers))) {
		sh_fail(&t->why, SH_EAGAIN, "the gateway is stopping");
		client_end(t, NULL);
	}
}

void
sh_net_free(struct sh_net *net)
{
	if (!net)
		return;
	sh_net_end(net);
	if (net->multi)
		curl_multi_cleanup(net->multi);
	if (net->timer)
		event_free(net->timer);
	if (net->later)
		event_free(net->later);
	free(net->user_agent);
	free(net->allow);
	SH_MAGIC_CLEAR(net);
	free(net);
	curl_global_cleanup();
}

void
sh_net_send(struct sh_net *net, const struct sh_net_request *request, sh_net_done_f *done, void *arg)
{
	struct sh_transfer *t = sh_transfer_new(net, request, done, arg);
	LIST_INSERT_HEAD(&net->transfers, t, entry);
	net->npending++;
	if (t->easy && !net->closing && curl_multi_add_handle(net->multi, t->easy) == CURLM_OK)
		return;
	if (t->easy) {
		curl_easy_cleanup(t->easy);
		t->easy = NULL;
		sh_fail(&t->why, SH_EAGAIN, "the gateway is stopping");
	}
	event_active(net->later, EV_TIMEOUT, 0);
}

size_t
sh_net_pending(const struct sh_net *net)
{
	return net->npending;
}
