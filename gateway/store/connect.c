/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * store/connect.c: a PGconn whenever one is wanted. One host after the other, each with its own deadline (libpq
 * ignores connect_timeout here); when all have failed, a pause of 50 ms to 5 s with jitter.
 *
 * A new host's socket often gets the number of the last one's. epoll has forgotten that number by then and libevent
 * has not, so the event is made anew around each PQconnectPoll.
 */
#include "gateway/store/private.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/log.h"

#define CONNECT_PAUSE_MIN_MS 50
#define CONNECT_PAUSE_MAX_MS 5000
/*
 * Time-outs below a unit's own deadline, so that the server says what took too long before we hang up. A unit is sent whole: one idle
 * in it has lost us. Every statement reads a few rows: compiling it (jit) costs more than it, and a plan that has to do
 * what SH_CONNECT_BY_KEY forbids looks dear enough for that.
 */
#define CONNECT_SETTINGS                                                                                                           \
	"-c search_path=switchhook -c timezone=UTC -c jit=off -c statement_timeout=8000 -c lock_timeout=5000 "                     \
	"-c idle_in_transaction_session_timeout=10000"

#define SH_MAGIC_sh_connect 0x636f6e6eu
struct sh_connect {
	uint32_t magic;
	int depth;
	bool dead, started;
	struct event_base *base;
	struct sh_conninfo info;
	char *application;
	int connect_ms;
	sh_connect_f *f;
	void *arg;
	int host;			/* which is being tried */
	unsigned fails;			/* rounds in a row */
	PGconn *conn;			/* being connected */
	struct event *io;
	struct event *timer;		/* the attempt's deadline, or the pause's end */
	char why[512];			/* of this round, one clause a host */
};

static void connect_round(struct sh_connect *);

static void
connect_release(struct sh_connect *c)
{
	event_free(c->timer);
	sh_conninfo_clear(&c->info);
	free(c->application);
	SH_MAGIC_CLEAR(c);
	free(c);
}

static void
connect_leave(struct sh_connect *c)
{
	assert(c->depth > 0);
	if (--c->depth == 0 && c->dead)
		connect_release(c);
}

static void
connect_drop(struct sh_connect *c)
{
	if (c->io)
		event_free(c->io);
	c->io = NULL;
	PQfinish(c->conn);
	c->conn = NULL;
	event_del(c->timer);
}

static void
connect_set_timer(struct sh_connect *c, int ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	event_add(c->timer, &tv);
}

/* Between half and all of the pause, so that many workers do not come back as one. */
static int
connect_pause(unsigned fails)
{
	int ms = fails > 6 ? CONNECT_PAUSE_MAX_MS : CONNECT_PAUSE_MIN_MS << fails;
	uint16_t dice;

	sh_id_random(&dice, sizeof(dice));
	return (ms + ms * dice / UINT16_MAX) / 2;
}

/* This host failed: says so in why, and goes on with the next one, if there is one. */
static void
connect_failed(struct sh_connect *c, const char *text)
{
	size_t n = strlen(c->why);

	snprintf(c->why + n, sizeof(c->why) - n, "%s%s", n ? "; " : "", text);
	sh_store_one_line(c->why);
	connect_drop(c);
	c->host++;
}

static void
connect_round_failed(struct sh_connect *c)
{
	char why[sizeof(c->why)];

	snprintf(why, sizeof(why), "%s", c->why);
	c->why[0] = '\0';
	c->host = 0;
	/* A long outage is a line at first and ever fewer. */
	if ((c->fails & (c->fails + 1)) == 0)
		sh_log(SH_LOG_WARN, "store.away", "the database cannot be reached; it is tried again", SH_F_STR("why", why),
		    SH_F_STR("connection", c->application), SH_F_INT("tries", c->fails + 1));
	connect_set_timer(c, connect_pause(c->fails++));
	c->f(c->arg, NULL, why);
}

static void connect_ready(evutil_socket_t fd, short what, void *arg);

static void
connect_watch(struct sh_connect *c, short what)
{
	c->io = event_new(c->base, PQsocket(c->conn), what, connect_ready, c);
	if (!c->io || event_add(c->io, NULL) != 0)
		abort();
}

/* One step of libpq's handshake. False: this host failed. */
static bool
connect_step(struct sh_connect *c)
{
	PGconn *conn;

	switch (PQconnectPoll(c->conn)) {
	case PGRES_POLLING_OK:
		conn = SH_TAKE(c->conn);
		event_del(c->timer);
		c->host = 0;
		c->why[0] = '\0';
		c->f(c->arg, conn, NULL);
		return true;
	case PGRES_POLLING_READING:
		connect_watch(c, EV_READ);
		return true;
	case PGRES_POLLING_WRITING:
		connect_watch(c, EV_WRITE);
		return true;
	default:
		connect_failed(c, PQerrorMessage(c->conn));
		return false;
	}
}

static void
connect_ready(evutil_socket_t fd, short what, void *arg)
{
	struct sh_connect *c = SH_OBJ(arg, sh_connect);

	(void)fd;
	(void)what;
	c->depth++;
	event_free(c->io);
	c->io = NULL;
	if (!connect_step(c))
		connect_round(c);
	connect_leave(c);
}

/* Begins with the host that is next; those that fail at once are passed in this loop. */
static void
connect_round(struct sh_connect *c)
{
	while (c->host < c->info.nhosts) {
		sh_conninfo_host(&c->info, c->host, c->application);
		c->conn = PQconnectStartParams(c->info.keywords, c->info.values, 0);
		if (c->conn && PQstatus(c->conn) != CONNECTION_BAD) {
			connect_set_timer(c, c->connect_ms);
			connect_watch(c, EV_WRITE);
			return;
		}
		connect_failed(c, c->conn ? PQerrorMessage(c->conn) : "out of memory");
	}
	connect_round_failed(c);
}

static void
connect_timer(evutil_socket_t fd, short what, void *arg)
{
	struct sh_connect *c = SH_OBJ(arg, sh_connect);
	char text[400];

	(void)fd;
	(void)what;
	c->depth++;
	if (c->conn) {
		snprintf(text, sizeof(text), "%s: no answer within %d ms", c->info.host[0] ? c->info.host : "the server", c->connect_ms);
		connect_failed(c, text);
	}
	connect_round(c);
	connect_leave(c);
}

static const char *
connect_role_settings(const char *role, char *out, size_t room)
{
	/*
	 * Ingest and engine find rows by key: their plans are made once, since planning over the inbox's days costs more than the
	 * work, and that may be while the tables are empty, when reading them whole looks cheapest. The API's filters may be
	 * absent, which only a plan for the very values can tell; they name the tenant, so that no table is read whole.
	 */
	if (role)
		snprintf(out, room, "-c role=%s %s%s", role, CONNECT_SETTINGS,
		    strcmp(role, "switchhook_api") == 0 ? " -c enable_seqscan=off" : SH_CONNECT_BY_KEY);
	return role ? out : CONNECT_SETTINGS;
}

struct sh_connect *
sh_connect_new(struct event_base *base, const struct sh_connect_options *o, sh_connect_f *f, void *arg, struct sh_error *e)
{
	struct sh_connect *c = sh_store_alloc(1, sizeof(*c));
	char settings[512];

	if (sh_conninfo_read(&c->info, o->conninfo, connect_role_settings(o->role, settings, sizeof(settings)), e) != SH_OK) {
		free(c);
		return NULL;
	}
	SH_MAGIC_SET(c, sh_connect);
	c->base = base;
	c->application = strdup(o->application);
	c->connect_ms = o->connect_ms;
	c->f = f;
	c->arg = arg;
	c->timer = evtimer_new(base, connect_timer, c);
	if (!c->timer || !c->application)
		abort();
	return c;
}

/* From the loop, never from within the call: the caller may be in the middle of something. */
void
sh_connect_start(struct sh_connect *c)
{
	assert(!c->conn && !c->dead);
	c->host = 0;
	connect_set_timer(c, c->started ? connect_pause(c->fails++) : 0);
	c->started = true;
}

void
sh_connect_settled(struct sh_connect *c)
{
	c->fails = 0;
}

void
sh_connect_free(struct sh_connect *c)
{
	if (!c)
		return;
	connect_drop(c);
	c->dead = true;
	if (c->depth == 0)
		connect_release(c);
}
