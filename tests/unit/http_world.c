/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "http_world.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "gateway/http/tls.h"
#include "tls_files.h"

bool world_secure;
static char world_folder[64];
static SSL_CTX *world_client;

int
world_be_secure(void **state)
{
	(void)state;
	tls_files_folder(world_folder);
	tls_files_make(world_folder, "world", -3600, 86400);
	world_client = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_mode(world_client, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	world_secure = true;
	return 0;
}

int
world_be_plain(void **state)
{
	(void)state;
	SSL_CTX_free(SH_TAKE(world_client));
	tls_files_remove(world_folder);
	world_secure = false;
	return 0;
}

static struct sh_tls *
world_tls(void)
{
	struct sh_error e;
	struct sh_tls *t = NULL;
	const struct sh_tls_options o = { .certificate = tls_files_path(world_folder, "world.crt"),
		.key = tls_files_path(world_folder, "world.key") };
	if (sh_tls_new(&o, time(NULL), &t, &e) != SH_OK)
		fail_msg("%s", e.text);
	return t;
}

void
world_handle(struct sh_http_request *r, void *arg)
{
	struct world *w = arg;
	w->requests++;
	w->smuggled += sh_str_is(r->path, "/smuggled");
	if (sh_str_is(r->path, "/late")) {
		assert_in_range(w->nkept, 0, 7);
		w->kept[w->nkept++] = r;
	} else if (sh_str_is(r->path, "/client")) {
		sh_http_reply(r, 200, NULL, 0, r->client);
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
	signal(SIGPIPE, SIG_IGN);	/* as in every process of the gateway */
	*w = (struct world){ .base = event_base_new() };
	assert_int_equal(sh_http_listen("127.0.0.1:0", &w->fd, &e), SH_OK);
	assert_int_equal(getsockname(w->fd, (struct sockaddr *)&a, &n), 0);
	w->port = ntohs(a.sin_port);
	struct sh_http_options o = options ? *options : (struct sh_http_options){ 0 };
	o.tls = w->tls = world_secure ? world_tls() : NULL;
	w->http = sh_http_new(w->base, w->fd, &o, world_handle, w);
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
	sh_tls_free(w->tls);
	close(w->fd);
}

static void
client_flush(struct client *c)
{
	while (c->unsaid.n > 0 && SSL_is_init_finished(c->tls)) {
		int n = SSL_write(c->tls, c->unsaid.s, (int)c->unsaid.n);
		if (n <= 0)
			break;
		memmove(c->unsaid.s, c->unsaid.s + n, c->unsaid.n - (size_t)n);
		c->unsaid.n -= (size_t)n;
	}
	ERR_clear_error();
}

struct client *
client_from(struct world *w, uint32_t address)
{
	struct client *c = calloc(1, sizeof(*c));
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_addr = { htonl(address) } };
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)w->port), .sin_addr = { htonl(INADDR_LOOPBACK) } };
	sh_buf_init(&c->unsaid, 1 << 20);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(c->fd, (struct sockaddr *)&from, sizeof(from)), 0);
	assert_int_equal(connect(c->fd, (struct sockaddr *)&a, sizeof(a)), 0);
	if (!world_secure)
		return c;
	assert_int_equal(fcntl(c->fd, F_SETFL, O_NONBLOCK), 0);
	c->tls = SSL_new(world_client);
	SSL_set_fd(c->tls, c->fd);
	for (int i = 0; i < 20 && SSL_connect(c->tls) != 1; i++)
		world_turn(w, NULL);
	ERR_clear_error();
	return c;
}

struct client *
client_new(struct world *w)
{
	return client_from(w, INADDR_LOOPBACK);
}

void
client_free(struct client *c)
{
	SSL_free(c->tls);
	sh_buf_clear(&c->unsaid);
	close(c->fd);
	free(c);
}

size_t
client_say(struct client *c, struct sh_str s)
{
	size_t said = 0;
	if (c->tls && (!SSL_is_init_finished(c->tls) || c->unsaid.n > 0)) {
		sh_buf_add(&c->unsaid, s.s, s.n);
		client_flush(c);
		return s.n;
	}
	while (said < s.n) {
		ssize_t n = c->tls ? SSL_write(c->tls, s.s + said, (int)(s.n - said))
				   : send(c->fd, s.s + said, s.n - said, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n <= 0)
			break;
		said += (size_t)n;
	}
	ERR_clear_error();
	return said;
}

ssize_t
client_take(struct client *c, char *to, size_t room)
{
	if (!c->tls)
		return recv(c->fd, to, room, MSG_DONTWAIT);
	size_t taken = 0;
	int n, why;
	do {
		n = SSL_read(c->tls, to + taken, (int)(room - taken));
		taken += n > 0 ? (size_t)n : 0;
	} while (n > 0 && taken < room);
	why = SSL_get_error(c->tls, n);
	client_flush(c);
	ERR_clear_error();
	if (taken > 0)
		return (ssize_t)taken;
	c->clean |= why == SSL_ERROR_ZERO_RETURN;
	errno = EAGAIN;
	return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? -1 : 0;
}

void
client_hear(struct client *c)
{
	char more[65536];
	ssize_t n;
	while ((n = client_take(c, more, sizeof(more))) > 0) {
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
