/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "http_world.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

void
world_handle(struct sh_http_request *r, void *arg)
{
	struct world *w = arg;
	w->requests++;
	w->smuggled += sh_str_is(r->path, "/smuggled");
	if (sh_str_is(r->path, "/late")) {
		assert_in_range(w->nkept, 0, 7);
		w->kept[w->nkept++] = r;
	} else if (sh_str_is(r->path, "/echo")) {
		const struct sh_pair type = { SH_STR("Content-Type"), SH_STR("text/plain") };
		sh_http_reply(r, 200, &type, 1, r->body.n ? r->body : SH_STR("(nothing)"));
	} else if (sh_str_is(r->path, "/big")) {
		char *big = calloc(1, BIG_BYTES);
		sh_http_reply(r, 200, NULL, 0, (struct sh_str){ big, BIG_BYTES });
		free(big);
	} else {
		sh_http_reply(r, 204, NULL, 0, SH_NONE);
	}
}

static void
world_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

void
world_start(struct world *w, const struct sh_http_options *options)
{
	struct sh_error e;
	struct sockaddr_in a;
	socklen_t n = sizeof(a);
	*w = (struct world){ .base = event_base_new() };
	assert_int_equal(sh_http_listen("127.0.0.1:0", &w->fd, &e), SH_OK);
	assert_int_equal(getsockname(w->fd, (struct sockaddr *)&a, &n), 0);
	w->port = ntohs(a.sin_port);
	w->http = sh_http_new(w->base, w->fd, options, world_handle, w);
	assert_non_null(w->http);
	w->tick = event_new(w->base, -1, EV_PERSIST, world_tick, NULL);
	event_add(w->tick, &(struct timeval){ .tv_usec = 5000 });
}

void
world_end(struct world *w)
{
	sh_http_free(w->http);
	event_free(w->tick);
	event_base_free(w->base);
	close(w->fd);
}

struct client *
client_new(struct world *w)
{
	struct client *c = calloc(1, sizeof(*c));
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)w->port), .sin_addr = { htonl(INADDR_LOOPBACK) } };
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(c->fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return c;
}

void
client_free(struct client *c)
{
	close(c->fd);
	free(c);
}

size_t
client_say(struct client *c, struct sh_str s)
{
	size_t said = 0;
	while (said < s.n) {
		ssize_t n = send(c->fd, s.s + said, s.n - said, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n <= 0)
			break;
		said += (size_t)n;
	}
	return said;
}

void
client_hear(struct client *c)
{
	char more[65536];
	ssize_t n;
	while ((n = recv(c->fd, more, sizeof(more), MSG_DONTWAIT)) > 0) {
		size_t room = sizeof(c->in) - 1 - c->n;
		size_t take = (size_t)n < room ? (size_t)n : room;
		memcpy(c->in + c->n, more, take);
		c->n += take;
		c->total += (size_t)n;
	}
	c->eof |= n == 0 || (n < 0 && errno == ECONNRESET);
}

size_t
client_count(const struct client *c, const char *what)
{
	size_t n = 0;
	for (const char *p = c->in; (p = strstr(p, what)); p += strlen(what))
		n++;
	return n;
}

void
world_turn(struct world *w, struct client *c)
{
	event_base_loop(w->base, EVLOOP_ONCE);
	if (c)
		client_hear(c);
}
