/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * libcurl repeats a request by itself when a kept connection dies before it answers, and hands bytes that lay
 * on a kept connection to the next request. So a request that must go once gets a connection of its own, and the
 * hook that runs before each sending lets only the first one through. That hook is also the only witness of what
 * was sent: error codes stand on both sides (28, 42 and 1 were all seen before and after the first byte).
 */
#include "gateway/net/transfer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/failpoint.h"
#include "gateway/base/text.h"

#define TRANSFER_HEAD_BYTES (64 << 10)
#define TRANSFER_HEADERS 200
#define TRANSFER_REQUEST_BYTES (32 << 20)
#define TRANSFER_KEEP_S 30L	/* kept connections older than this are not used again: fewer are found dead */

/* ---- libcurl asks ---- */

static curl_socket_t
transfer_open(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct sh_transfer *t = SH_OBJ(arg, sh_transfer);
	(void)purpose;
	if (sh_guard_permits(&a->addr, t->net->allow, t->net->nallow))
		return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);

	char text[INET6_ADDRSTRLEN] = "an address of another family";
	const struct sockaddr *sa = &a->addr;
	if (sa->sa_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, text, sizeof(text));
	else if (sa->sa_family == AF_INET6)
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, text, sizeof(text));
	sh_fail(&t->why, SH_EDENIED, "%s is at %s, which is not a public address; the operator can allow its network", t->host, text);
	return CURL_SOCKET_BAD;
}

/*
 * Once our time is over no byte may reach the provider any more. Without a limit the kernel goes on retransmitting
 * for minutes, also after we closed, or died: hence the reset on close.
 */
static int
transfer_sockopt(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	struct sh_transfer *t = SH_OBJ(arg, sh_transfer);
	(void)purpose;
	t->fd = fd;
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	unsigned limit_ms = (unsigned)t->total_ms;
	if (t->once && (setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit_ms, sizeof(limit_ms)) < 0 ||
			   setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)) < 0))
		return CURL_SOCKOPT_ERROR;
	return CURL_SOCKOPT_OK;
}

static int
transfer_before_sending(void *arg, char *peer, char *local, int peer_port, int local_port)
{
	struct sh_transfer *t = SH_OBJ(arg, sh_transfer);
	(void)peer, (void)local, (void)peer_port, (void)local_port;
	if (t->sendings++ > 0 && !t->repeatable) {
		sh_fail(&t->why, SH_EUNKNOWN, "%s closed the connection without an answer", t->host);
		return CURL_PREREQFUNC_ABORT;
	}
	if (t->may_send && !t->may_send(t->arg)) {
		sh_fail(&t->why, SH_EDENIED, "called off just before it was sent");
		return CURL_PREREQFUNC_ABORT;
	}
	t->maybe_sent = true;
	if (t->once && SH_FAILPOINT(send_after_hook)) {
		sh_fail(&t->why, SH_EUNKNOWN, "dropped by a failpoint");
		return CURL_PREREQFUNC_ABORT;
	}
	t->why.status = SH_OK;	/* another address was refused, but this one is connected */
	return CURL_PREREQFUNC_OK;
}

#ifdef SH_FAILPOINTS
/*
 * libcurl tells of head and body after it has written them to the socket: a small body goes in the same write as the head,
 * so both failpoints then come when all has left.
 */
static int
transfer_watch(CURL *easy, curl_infotype what, char *bytes, size_t n, void *arg)
{
	struct sh_transfer *t = SH_OBJ(arg, sh_transfer);
	(void)easy, (void)bytes;
	t->body_left += what == CURLINFO_DATA_OUT ? n : 0;
	if ((what == CURLINFO_HEADER_OUT && SH_FAILPOINT(send_first_byte)) ||
	    (what == CURLINFO_DATA_OUT && t->body_left == t->body.n && SH_FAILPOINT(send_last_byte)))
		shutdown(t->fd, SHUT_RDWR);
	return 0;
}
#endif

static void
transfer_header(struct sh_transfer *t, struct sh_str line)
{
	const char *colon = memchr(line.s, ':', line.n);
	if (!colon || line.s[0] == ' ' || line.s[0] == '\t' || t->nheaders == TRANSFER_HEADERS)
		return;
	struct sh_str name = { line.s, (size_t)(colon - line.s) };
	struct sh_str value = { colon + 1, line.n - name.n - 1 };
	while (value.n > 0 && (value.s[0] == ' ' || value.s[0] == '\t'))
		value.s++, value.n--;
	while (value.n > 0 && strchr(" \t\r\n", value.s[value.n - 1]))
		value.n--;
	char *lower = sh_arena_z(t->arena, name);
	for (char *c = lower; c && *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c |= 0x20;
	t->headers[t->nheaders++] = (struct sh_pair){ { lower, name.n }, sh_arena_str(t->arena, value) };
}

/* One line a call. Several heads may come (100, then the answer's); lines after the last one are trailers. */
static size_t
transfer_head(char *s, size_t one, size_t n, void *arg)
{
	struct sh_transfer *t = SH_OBJ(arg, sh_transfer);
	n *= one;
	t->head_bytes += n;
	if (t->head_bytes > TRANSFER_HEAD_BYTES) {
		sh_fail(&t->why, SH_ETOOBIG, "%s sent more than %d KiB of headers", t->host, TRANSFER_HEAD_BYTES >> 10);
		return 0;
	}
	if (n >= 12 && memcmp(s, "HTTP/", 5) == 0 && (!t->head_over || t->status < 200)) {
		const char *blank = memchr(s, ' ', n - 4);
		int64_t status = 0;
		if (blank && sh_text_int((struct sh_str){ blank + 1, 3 }, &status))
			t->status = (int)status;
		t->nheaders = 0;
		t->head_over = false;
	} else if (!t->head_over && (s[0] == '\r' || s[0] == '\n')) {
		t->head_over = true;
	} else if (!t->head_over) {
		transfer_header(t, (struct sh_str){ s, n });
	}
	return n;
}

static size_t
transfer_body(char *s, size_t one, size_t n, void *arg)
{
	struct sh_transfer *t = SH_OBJ(arg, sh_transfer);
	n *= one;
	if (n > t->answer_bytes - t->answer.n) {
		sh_fail(&t->why, SH_ETOOBIG, "%s answered with more than %zu bytes", t->host, t->answer_bytes);
		return 0;
	}
	sh_buf_add(&t->answer, s, n);
	return t->answer.failed ? 0 : n;
}

/* ---- the request ---- */

static bool
transfer_host(struct sh_transfer *t, const char *url)
{
	CURLU *u = curl_url();
	char *host = NULL, *scheme = NULL;
	bool good = u && curl_url_set(u, CURLUPART_URL, url, CURLU_DISALLOW_USER) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK && curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
	    (strcmp(scheme, "https") == 0 || strcmp(scheme, "http") == 0);
	if (good)
		snprintf(t->host, sizeof(t->host), "%s", host);
	curl_free(host);
	curl_free(scheme);
	curl_url_cleanup(u);
	return good;
}

/* What frames the message is libcurl's business: a second opinion would be a way to smuggle. */
static bool
transfer_may_set(const struct sh_pair *h)
{
	static const char *const ours[] = { "content-length", "transfer-encoding", "connection", "expect", "host", "te", "upgrade" };
	for (size_t i = 0; i < SH_LENGTH(ours); i++)
		if (sh_text_equal_nocase(h->name, sh_str(ours[i])))
			return false;
	for (size_t i = 0; i < h->name.n; i++)
		if ((unsigned char)h->name.s[i] <= 0x20 || (unsigned char)h->name.s[i] >= 0x7f || h->name.s[i] == ':' || h->name.s[i] == ';')
			return false;
	for (size_t i = 0; i < h->value.n; i++)
		if (h->value.s[i] == '\r' || h->value.s[i] == '\n' || h->value.s[i] == '\0')
			return false;
	return h->name.n > 0;
}

static bool
transfer_add_line(struct sh_transfer *t, const char *line)
{
	struct curl_slist *more = curl_slist_append(t->lines, line);
	if (more)
		t->lines = more;
	return more != NULL;
}

static enum sh_status
transfer_add_headers(struct sh_transfer *t, const struct sh_request *r)
{
	bool typed = false, good = true;
	for (uint32_t i = 0; i < r->nheaders && good; i++) {
		const struct sh_pair *h = &r->headers[i];
		if (!transfer_may_set(h))
			return sh_fail(&t->why, SH_EINVALID, "a request to %s has a header that it may not have: %.*s", t->host,
			    (int)(h->name.n < 40 ? h->name.n : 40), h->name.s);
		typed |= sh_text_equal_nocase(h->name, SH_STR("content-type"));
		SH_CLEANUP(sh_buf_wipe) struct sh_buf b;
		sh_buf_init(&b, 64 << 10);
		sh_buf_add_str(&b, h->name);
		sh_buf_add_z(&b, h->value.n > 0 ? ": " : ";");	/* libcurl's way to write an empty value */
		sh_buf_add(&b, h->value.s, h->value.n);
		good = !b.failed && transfer_add_line(t, b.s);
	}
	/* A name without a value stops libcurl from adding the header itself. */
	good = good && transfer_add_line(t, "Expect:") && (typed || transfer_add_line(t, "Content-Type:"));
	return good ? SH_OK : sh_fail(&t->why, SH_ETOOBIG, "a request to %s has headers that are too long", t->host);
}

static void
transfer_set_method(struct sh_transfer *t, const char *method)
{
	if (strcmp(method, "HEAD") == 0) {
		curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
		return;
	}
	if (t->body.n > 0 || strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0) {
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body.n);
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, t->body.s ? t->body.s : "");
	}
	curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, method);
}

static void
transfer_set_hooks(struct sh_transfer *t)
{
	CURL *c = t->easy;
	curl_easy_setopt(c, CURLOPT_PRIVATE, t);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->curl_text);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, transfer_open);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, t);
	curl_easy_setopt(c, CURLOPT_SOCKOPTFUNCTION, transfer_sockopt);
	curl_easy_setopt(c, CURLOPT_SOCKOPTDATA, t);
	curl_easy_setopt(c, CURLOPT_PREREQFUNCTION, transfer_before_sending);
	curl_easy_setopt(c, CURLOPT_PREREQDATA, t);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, transfer_head);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, transfer_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
#ifdef SH_FAILPOINTS
	if (t->once) {
		curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, transfer_watch);
		curl_easy_setopt(c, CURLOPT_DEBUGDATA, t);
		curl_easy_setopt(c, CURLOPT_VERBOSE, 1L);
	}
#endif
}

static void
transfer_set_rules(struct sh_transfer *t, int connect_ms)
{
	CURL *c = t->easy;
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, t->lines);
	curl_easy_setopt(c, CURLOPT_USERAGENT, t->net->user_agent);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_PROXY, "");			/* also stops http_proxy of the environment */
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);		/* else a slow name server stops the whole loop */
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)t->total_ms);
	curl_easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)t->answer_bytes);
	curl_easy_setopt(c, CURLOPT_MAXAGE_CONN, TRANSFER_KEEP_S);
	if (t->once) {
		curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
		curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 1L);
	}
}

static enum sh_status
transfer_begin(struct sh_transfer *t, const struct sh_net_request *q)
{
	const struct sh_request *r = q->request;
	char *url = sh_arena_z(t->arena, r->url), *method = sh_arena_z(t->arena, r->method);
	t->headers = sh_arena_array(t->arena, struct sh_pair, TRANSFER_HEADERS);
	if (!url || !method || strlen(url) != r->url.n || !transfer_host(t, url))
		return sh_fail(&t->why, SH_EINVALID, "a request has no URL that begins with https://");
	if (method[strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] != '\0' || method[0] == '\0')
		return sh_fail(&t->why, SH_EINVALID, "a request to %s has no method", t->host);
	t->repeatable = !q->once && (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0);
	sh_buf_add_str(&t->body, r->body);
	if (t->body.failed)
		return sh_fail(&t->why, SH_ETOOBIG, "a request to %s is too large", t->host);
	if (transfer_add_headers(t, r) != SH_OK)
		return t->why.status;
	t->easy = curl_easy_init();
	if (!t->easy)
		return sh_fail(&t->why, SH_ESYSTEM, "no memory");
	transfer_set_hooks(t);
	transfer_set_rules(t, q->connect_ms ? q->connect_ms : 3000);
	transfer_set_method(t, method);
	curl_easy_setopt(t->easy, CURLOPT_URL, url);
	return SH_OK;
}

struct sh_transfer *
sh_transfer_new(struct sh_net *net, const struct sh_net_request *q, sh_net_done_f *done, void *arg)
{
	struct sh_transfer *t = calloc(1, sizeof(*t));
	assert(t);
	SH_MAGIC_SET(t, sh_transfer);
	t->net = net;
	t->once = q->once;
	t->total_ms = q->total_ms ? q->total_ms : 35000;
	t->answer_bytes = q->answer_bytes ? q->answer_bytes : 16 << 20;
	t->may_send = q->may_send;
	t->done = done;
	t->arg = arg;
	t->arena = sh_arena_new(TRANSFER_HEAD_BYTES * 4);
	assert(t->arena);
	sh_buf_init(&t->body, TRANSFER_REQUEST_BYTES);
	sh_buf_init(&t->answer, t->answer_bytes + 1);
	(void)transfer_begin(t, q);	/* its failure stands in why, and easy is NULL */
	return t;
}

void
sh_transfer_free(struct sh_transfer *t)
{
	if (t->easy)
		curl_easy_cleanup(t->easy);
	/* Headers carry keys; bodies carry numbers. */
	for (struct curl_slist *l = t->lines; l; l = l->next)
		explicit_bzero(l->data, strlen(l->data));
	curl_slist_free_all(t->lines);
	sh_buf_wipe(&t->body);
	sh_buf_wipe(&t->answer);
	sh_arena_free(t->arena);
	SH_MAGIC_CLEAR(t);
	free(t);
}

bool
sh_transfer_finish(struct sh_transfer *t, CURLcode rc, struct sh_response *ret)
{
	if (rc == CURLE_OK && t->status >= 200 && t->status <= 599 && !sh_arena_failed(t->arena)) {
		*ret = (struct sh_response){ .size = sizeof(*ret), .status = t->status, .nheaders = t->nheaders,
			.headers = t->headers, .body = sh_buf_str(&t->answer) };
		return true;
	}
	if (t->why.status != SH_OK && rc != CURLE_OK)
		return false;
	const char *text = t->curl_text[0] ? t->curl_text : curl_easy_strerror(rc);
	enum sh_status status = t->maybe_sent ? SH_EUNKNOWN : SH_ESYSTEM;
	if (rc == CURLE_FILESIZE_EXCEEDED)
		status = SH_ETOOBIG;
	if (rc == CURLE_OK)
		text = "the answer cannot be understood";
	sh_fail(&t->why, status, "%s: %s", t->host, text);
	return false;
}
