/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * outbound: requests to a provider by libcurl's multi interface on libevent, and by evhttp's client.
 *
 *	outbound curl|evhttp PORT CONNECTIONS SECONDS
 *
 * Kept connections, plain HTTP, a body as a dial has. Prints "measuring" as it begins, one JSON object at the end.
 */
#include <curl/curl.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define PATH "/v2/create-phone-call"
#define KEY "Bearer key_0123456789abcdef0123456789abcdef"

static const char body[] =
    "{\"from_number\":\"+12137771234\",\"to_number\":\"+12137771235\",\"override_agent_id\":\"agent_7f3c1de09b5a4c2d8e6f\","
    "\"metadata\":{\"lead_id\":\"ld_991\",\"attempt\":2},\"retell_llm_dynamic_variables\":{\"customer_name\":\"Jordan Avery\"}}";

static struct event_base *base;
static unsigned long long good, bad;
static int port;

static void
end(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	event_base_loopbreak(base);
}

/* ---- libcurl ---- */

static CURLM *multi;
static struct event *curl_timer;

static size_t
drop(char *text, size_t size, size_t n, void *arg)
{
	(void)text;
	(void)arg;
	return size * n;
}

static void
curl_ended(void)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(multi, &left)) != NULL) {
		CURL *easy = m->easy_handle;
		long status = 0;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
		if (m->data.result || status / 100 != 2)
			bad++;
		else
			good++;
		curl_multi_remove_handle(multi, easy);
		curl_multi_add_handle(multi, easy);
	}
}

static void
curl_socket_ready(evutil_socket_t fd, short what, void *arg)
{
	int running;

	(void)arg;
	curl_multi_socket_action(
	    multi, fd, (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0), &running);
	curl_ended();
}

static void
curl_timed(evutil_socket_t fd, short what, void *arg)
{
	int running;

	(void)fd;
	(void)what;
	(void)arg;
	curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
	curl_ended();
}

static int
curl_watch(CURL *easy, curl_socket_t fd, int what, void *arg, void *had)
{
	struct event *ev = had;

	(void)easy;
	(void)arg;
	if (ev)
		event_free(ev);
	ev = NULL;
	if (what != CURL_POLL_REMOVE) {
		ev = event_new(base, fd,
		    (short)((what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0) | EV_PERSIST),
		    curl_socket_ready, NULL);
		event_add(ev, NULL);
	}
	curl_multi_assign(multi, fd, ev);
	return 0;
}

static int
curl_wants(CURLM *m, long ms, void *arg)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	(void)m;
	(void)arg;
	if (ms < 0)
		evtimer_del(curl_timer);
	else
		evtimer_add(curl_timer, &tv);
	return 0;
}

static void
curl_begin(int connections)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
	char url[64];

	headers = curl_slist_append(headers, "Authorization: " KEY);
	headers = curl_slist_append(headers, "Expect:");
	snprintf(url, sizeof(url), "http://127.0.0.1:%d" PATH, port);
	curl_global_init(CURL_GLOBAL_ALL);
	multi = curl_multi_init();
	curl_timer = evtimer_new(base, curl_timed, NULL);
	curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, curl_watch);
	curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, curl_wants);
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)connections);
	for (int i = 0; i < connections; i++) {
		CURL *easy = curl_easy_init();

		curl_easy_setopt(easy, CURLOPT_URL, url);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
		curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
		curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
		curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 10000L);
		curl_multi_add_handle(multi, easy);
	}
}

/* ---- evhttp ---- */

static void evhttp_next(struct evhttp_connection *);

static void
evhttp_ended(struct evhttp_request *req, void *arg)
{
	if (req && evhttp_request_get_response_code(req) / 100 == 2)
		good++;
	else
		bad++;
	evhttp_next(arg);
}

static void
evhttp_next(struct evhttp_connection *conn)
{
	struct evhttp_request *req = evhttp_request_new(evhttp_ended, conn);
	struct evkeyvalq *headers = evhttp_request_get_output_headers(req);

	evhttp_add_header(headers, "Host", "127.0.0.1");
	evhttp_add_header(headers, "Content-Type", "application/json");
	evhttp_add_header(headers, "Authorization", KEY);
	evbuffer_add(evhttp_request_get_output_buffer(req), body, sizeof(body) - 1);
	evhttp_make_request(conn, req, EVHTTP_REQ_POST, PATH);
}

static void
evhttp_begin(int connections)
{
	for (int i = 0; i < connections; i++) {
		struct evhttp_connection *conn = evhttp_connection_base_new(base, NULL, "127.0.0.1", (uint16_t)port);

		evhttp_connection_set_timeout(conn, 10);
		evhttp_next(conn);
	}
}

int
main(int argc, char **argv)
{
	struct timeval span = { 0 };
	struct rusage u;
	double cpu;

	if (argc != 5) {
		fprintf(stderr, "usage: outbound curl|evhttp PORT CONNECTIONS SECONDS\n");
		return 2;
	}
	port = (int)strtol(argv[2], NULL, 10);
	span.tv_sec = strtol(argv[4], NULL, 10);
	base = event_base_new();
	printf("measuring\n");
	fflush(stdout);
	if (strcmp(argv[1], "curl") == 0)
		curl_begin((int)strtol(argv[3], NULL, 10));
	else
		evhttp_begin((int)strtol(argv[3], NULL, 10));
	evtimer_add(evtimer_new(base, end, NULL), &span);
	event_base_dispatch(base);
	getrusage(RUSAGE_SELF, &u);
	cpu = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
	printf("{\"ok\":%llu,\"bad\":%llu,\"rate\":%.0f,\"self_us\":%.2f}\n", good, bad, (double)good / (double)span.tv_sec,
	    good ? cpu / (double)good : 0);
	return 0;
}
