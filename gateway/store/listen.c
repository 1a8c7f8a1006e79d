/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * store/listen.c: one channel, on a connection without a pipeline: notifications do not come while one is open.
 *
 * A dead peer that never says so is noticed by TCP keep-alive alone. That is enough: nothing depends on a notification.
 */
#include "gateway/store/listen.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/log.h"
#include "gateway/store/private.h"

#define LISTEN_CONNECT_MS 3000
#define LISTEN_ANSWER_S 5

#define SH_MAGIC_sh_listen 0x6c73746eu
struct sh_listen {
	uint32_t magic;
	int depth;
	bool dead, ready;
	struct event_base *base;
	struct sh_connect *connect;
	PGconn *conn;
	struct event *in, *answer;
	char *channel;
	sh_listen_f *f;
	void *arg;
};

static void
listen_release(struct sh_listen *l)
{
	event_free(l->answer);
	free(l->channel);
	SH_MAGIC_CLEAR(l);
	free(l);
}

static void
listen_leave(struct sh_listen *l)
{
	if (--l->depth == 0 && l->dead)
		listen_release(l);
}

static void
listen_close(struct sh_listen *l)
{
	if (l->in)
		event_free(l->in);
	l->in = NULL;
	event_del(l->answer);
	PQfinish(l->conn);
	l->conn = NULL;
	l->ready = false;
}

static void
listen_lost(struct sh_listen *l, const char *why)
{
	bool was_ready = l->ready;
	char text[300];

	snprintf(text, sizeof(text), "%s", why);
	sh_store_one_line(text);
	sh_log(SH_LOG_WARN, "store.lost", "the connection that listens broke", SH_F_STR("why", text));
	listen_close(l);
	sh_connect_start(l->connect);
	if (was_ready)
		l->f(l->arg, NULL);
}

/* LISTEN was answered: from here on nothing is missed, before it anything may have been. */
static void
listen_began(struct sh_listen *l)
{
	event_del(l->answer);
	l->ready = true;
	sh_connect_settled(l->connect);
	l->f(l->arg, NULL);
}

/* What LISTEN was answered. False: the connection is of no use. */
static bool
listen_results(struct sh_listen *l)
{
	PGresult *r;

	/* PQisBusy is what parses; a notification that came is kept by libpq meanwhile. */
	while (l->conn && !PQisBusy(l->conn) && (r = PQgetResult(l->conn)) != NULL) {
		bool good = PQresultStatus(r) == PGRES_COMMAND_OK;

		PQclear(r);
		if (!good)
			return false;
		if (!l->ready)
			listen_began(l);
	}
	return true;
}

static void
listen_readable(evutil_socket_t fd, short what, void *arg)
{
	struct sh_listen *l = SH_OBJ(arg, sh_listen);
	PGnotify *n;
	bool good;

	(void)fd;
	(void)what;
	l->depth++;
	good = PQconsumeInput(l->conn) && listen_results(l);
	while (l->conn && (n = PQnotifies(l->conn)) != NULL) {
		l->f(l->arg, n->extra ? n->extra : "");
		PQfreemem(n);
	}
	if (l->conn && (!good || PQstatus(l->conn) == CONNECTION_BAD))
		listen_lost(l, PQerrorMessage(l->conn));
	listen_leave(l);
}

static void
listen_silent(evutil_socket_t fd, short what, void *arg)
{
	struct sh_listen *l = SH_OBJ(arg, sh_listen);

	(void)fd;
	(void)what;
	l->depth++;
	listen_lost(l, "no answer to LISTEN");
	listen_leave(l);
}

static void
listen_hush(void *arg, const PGresult *r)
{
	(void)arg;
	(void)r;
}

static void
listen_connected(void *arg, PGconn *conn, const char *why)
{
	struct sh_listen *l = SH_OBJ(arg, sh_listen);
	char *name, text[160];
	struct sh_buf sql;

	(void)why;
	if (!conn)
		return;
	l->depth++;
	l->conn = conn;
	PQsetNoticeReceiver(conn, listen_hush, NULL);
	l->in = event_new(l->base, PQsocket(conn), EV_READ | EV_PERSIST, listen_readable, l);
	if (!l->in || event_add(l->in, NULL) != 0)
		abort();
	event_add(l->answer, &(struct timeval){ LISTEN_ANSWER_S, 0 });
	name = PQescapeIdentifier(conn, l->channel, strlen(l->channel));
	sh_buf_init(&sql, sizeof(text));
	sh_buf_printf(&sql, "LISTEN %s", name ? name : "");
	PQfreemem(name);
	if (sql.failed || !PQsendQuery(conn, sql.s))
		listen_lost(l, PQerrorMessage(conn));
	sh_buf_clear(&sql);
	listen_leave(l);
}

struct sh_listen *
sh_listen_new(struct event_base *base, const char *conninfo, const char *channel, sh_listen_f *f, void *arg)
{
	struct sh_listen *l = sh_store_alloc(1, sizeof(*l));
	struct sh_connect_options to = { .conninfo = conninfo, .application = "switchhook listen", .connect_ms = LISTEN_CONNECT_MS };
	struct sh_error e;

	l->connect = sh_connect_new(base, &to, listen_connected, l, &e);
	if (!l->connect) {
		sh_log(SH_LOG_ERROR, "store.config", "no connection to the database is possible", SH_F_STR("why", e.text));
		free(l);
		return NULL;
	}
	SH_MAGIC_SET(l, sh_listen);
	l->base = base;
	l->channel = strdup(channel);
	l->f = f;
	l->arg = arg;
	l->answer = evtimer_new(base, listen_silent, l);
	if (!l->channel || !l->answer)
		abort();
	sh_connect_start(l->connect);
	return l;
}

void
sh_listen_free(struct sh_listen *l)
{
	if (!l || l->dead)
		return;
	assert(l->magic == SH_MAGIC_sh_listen);
	listen_close(l);
	sh_connect_free(l->connect);
	l->connect = NULL;
	l->dead = true;
	if (l->depth == 0)
		listen_release(l);
}

bool
sh_listen_ready(const struct sh_listen *l)
{
	return l->ready;
}
