/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * cmd/rest_send.c: one request, one answer (libcurl). No redirect is followed: the key would go along.
 */
#include <config.h>

#include "gateway/cmd/rest.h"

#include <curl/curl.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/text.h"
#include "gateway/cmd/secret.h"
#include "gateway/crypto/digest.h"

#define SEND_URL "http://127.0.0.1:8080"
#define SEND_KEY_MOST 128
#define SEND_KEY_FILE (64 << 10)
#define SEND_URL_MOST 2048
#define SEND_ANSWER_BYTES (64 << 20)
#define SEND_CONNECT_S 10L
#define SEND_WHOLE_S 90L

struct sh_rest_gateway {
	CURL *curl;
	char why[CURL_ERROR_SIZE];
	char url[SEND_URL_MOST]; /* without a path */
	const char *ca_file; /* borrowed; NULL: the system's */
	char bearer[32 + SEND_KEY_MOST];
};

/* ---- whom, and with which key ---- */

static enum sh_status
send_key_file(const char *name, char out[SEND_KEY_MOST], struct sh_error *e)
{
	SH_CLEANUP(sh_buf_wipe) struct sh_buf b;

	sh_buf_init(&b, SEND_KEY_FILE);
	if (sh_secret_read(name, "the key", &b, e) != SH_OK)
		return e->status;
	b.s[strcspn(b.s, "\r\n")] = '\0';
	if (snprintf(out, SEND_KEY_MOST, "%s", b.s) >= SEND_KEY_MOST)
		return sh_fail(e, SH_EINVALID, "there is no key in %s", name);
	return SH_OK;
}

static enum sh_status
send_bearer(struct sh_rest_gateway *g, const struct sh_rest_request *q, struct sh_error *e)
{
	const char *env = getenv("SWITCHHOOK_KEY");
	char key[SEND_KEY_MOST] = "";

	if (q->key_file && send_key_file(q->key_file, key, e) != SH_OK)
		return e->status;
	if (!q->key_file && env && strlen(env) < sizeof(key))
		memcpy(key, env, strlen(env) + 1);
	if (!*key)
		return sh_fail(e, SH_EINVALID, "there is no key: set SWITCHHOOK_KEY, or name a file with --key-file");
	/* What is no key must not become a header of its own. */
	for (const char *p = key; *p; p++)
		if (*p <= ' ' || *p > '~')
			return sh_fail(e, SH_EINVALID, "the key holds characters that no key has");
	snprintf(g->bearer, sizeof(g->bearer), "Authorization: Bearer %s", key);
	sh_digest_wipe(key, sizeof(key));
	return SH_OK;
}

static enum sh_status
send_url(struct sh_rest_gateway *g, const struct sh_rest_request *q, struct sh_error *e)
{
	const char *env = getenv("SWITCHHOOK_URL"), *base = q->url ? q->url : env && *env ? env : SEND_URL;
	const char *host = strncmp(base, "http://", 7) == 0 ? base + 7 : strncmp(base, "https://", 8) == 0 ? base + 8 : NULL;
	size_t n = strlen(base);

	/* First of all, and whatever else is wrong with it: messages show the URL. */
	if (strchr(base, '@'))
		return sh_fail(
		    e, SH_EINVALID, "the URL of a gateway holds no user and no password; the key is all that it asks for");
	if (!host || !*host)
		return sh_fail(e, SH_EINVALID, "\"%.100s\" is no URL of a gateway; expected http:// or https://", base);
	while (base[n - 1] == '/')
		n--;
	if (snprintf(g->url, sizeof(g->url), "%.*s", (int)n, base) >= (int)sizeof(g->url))
		return sh_fail(e, SH_EINVALID, "the URL is too long");
	return SH_OK;
}

/* libcurl says neither that the file is not there nor which one it is. */
static enum sh_status
send_ca(struct sh_rest_gateway *g, const struct sh_rest_request *q, struct sh_error *e)
{
	const char *env = getenv("SWITCHHOOK_CA_FILE");
	FILE *f;

	g->ca_file = q->ca_file ? q->ca_file : env && *env ? env : NULL;
	f = g->ca_file ? fopen(g->ca_file, "re") : NULL;
	if (g->ca_file && !f)
		return sh_fail(
		    e, SH_EINVALID, "%s %s cannot be read: %m", q->ca_file ? "--ca-file" : "SWITCHHOOK_CA_FILE", g->ca_file);
	if (f)
		fclose(f);
	return SH_OK;
}

enum sh_status
sh_rest_open(const struct sh_rest_request *q, struct sh_rest_gateway **ret, struct sh_error *e)
{
	struct sh_rest_gateway *g = calloc(1, sizeof(*g));
	enum sh_status st;

	*ret = g;
	if (!g || !(g->curl = curl_easy_init()))
		return sh_fail(e, SH_ESYSTEM, "libcurl does not start");
	st = send_url(g, q, e);
	if (st == SH_OK)
		st = send_ca(g, q, e);
	return st == SH_OK ? send_bearer(g, q, e) : st;
}

void
sh_rest_close(struct sh_rest_gateway *g)
{
	if (!g)
		return;
	curl_easy_cleanup(g->curl);
	sh_digest_wipe(g, sizeof(*g));
	free(g);
}

/* ---- one request ---- */

static size_t
send_take(char *bytes, size_t size, size_t n, void *arg)
{
	struct sh_buf *b = arg;

	sh_buf_add(b, bytes, size * n);
	return b->failed ? 0 : size * n;
}

static bool
send_header(struct curl_slist **headers, const char *line)
{
	struct curl_slist *more = curl_slist_append(*headers, line);

	if (more)
		*headers = more;
	return more != NULL;
}

static enum sh_status
send_headers(struct sh_rest_gateway *g, const struct sh_rest_request *q, struct curl_slist **headers, struct sh_error *e)
{
	char once[300];

	for (const char *p = q->idempotency_key; p && *p; p++)
		if (*p < ' ' || *p > '~')
			return sh_fail(e, SH_EINVALID, "--idempotency-key takes visible ASCII characters");
	if (q->idempotency_key && snprintf(once, sizeof(once), "Idempotency-Key: %s", q->idempotency_key) >= (int)sizeof(once))
		return sh_fail(e, SH_EINVALID, "--idempotency-key is too long");
	if (!send_header(headers, g->bearer) || !send_header(headers, "Accept: application/json") ||
	    !send_header(headers, "Expect:") || (q->body && !send_header(headers, "Content-Type: application/json")) ||
	    (q->csv.n && !send_header(headers, "Content-Type: text/csv")) ||
	    (q->idempotency_key && !send_header(headers, once)))
		return sh_fail(e, SH_ESYSTEM, "out of memory");
	return SH_OK;
}

static void
send_prepare(struct sh_rest_gateway *g, const struct sh_rest_request *q, const char *url, struct sh_rest_answer *a)
{
	curl_easy_reset(g->curl);
	curl_easy_setopt(g->curl, CURLOPT_URL, url);
	curl_easy_setopt(g->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(g->curl, CURLOPT_CUSTOMREQUEST, q->verb->method);
	if (q->body)
		curl_easy_setopt(g->curl, CURLOPT_COPYPOSTFIELDS,
		    json_object_to_json_string_ext(q->body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	if (q->csv.n) {
		curl_easy_setopt(g->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->csv.n);
		curl_easy_setopt(g->curl, CURLOPT_COPYPOSTFIELDS, q->csv.s);
	}
	if (g->ca_file) {
		curl_easy_setopt(g->curl, CURLOPT_CAINFO, g->ca_file);
		curl_easy_setopt(g->curl, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(g->curl, CURLOPT_USERAGENT, "switchhook/" PACKAGE_VERSION);
	curl_easy_setopt(g->curl, CURLOPT_CONNECTTIMEOUT, SEND_CONNECT_S);
	curl_easy_setopt(g->curl, CURLOPT_TIMEOUT, SEND_WHOLE_S);
	curl_easy_setopt(g->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(g->curl, CURLOPT_ERRORBUFFER, g->why);
	curl_easy_setopt(g->curl, CURLOPT_WRITEFUNCTION, send_take);
	curl_easy_setopt(g->curl, CURLOPT_WRITEDATA, &a->body);
}

/* Why no answer came, and what to look at. */
static enum sh_status
send_failed(struct sh_rest_gateway *g, const struct sh_rest_request *q, CURLcode code, struct sh_error *e)
{
	const char *why = *g->why ? g->why : curl_easy_strerror(code), *look = "is that a gateway?";
	long verified = 0;

	/* X509_V_ERR_UNSPECIFIED until the chain was judged, which libcurl does after the name. */
	curl_easy_getinfo(g->curl, CURLINFO_SSL_VERIFYRESULT, &verified);
	if (code == CURLE_SSL_CACERT_BADFILE && g->ca_file)
		return sh_fail(e, SH_EINVALID, "%s holds no certificate in PEM (--ca-file, SWITCHHOOK_CA_FILE)", g->ca_file);

	if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY)
		look = "is the gateway running there? --url or SWITCHHOOK_URL says where it is";
	else if (code == CURLE_SSL_CONNECT_ERROR)
		look = "does it listen with TLS there (listen_tls)?";
	else if (code == CURLE_GOT_NOTHING && strncmp(g->url, "http:", 5) == 0)
		look = "does it listen with TLS there? then the URL begins with https://";
	else if (code == CURLE_PEER_FAILED_VERIFICATION)
		look = verified > X509_V_ERR_UNSPECIFIED
			   ? "--ca-file or SWITCHHOOK_CA_FILE names the file of those who may have signed its certificate"
			   : "its certificate is for another name than the URL's";
	else if (code == CURLE_OPERATION_TIMEDOUT && strcmp(q->verb->method, "GET") == 0)
		look = "/readyz there says whether it can work";
	else if (strcmp(q->verb->method, "GET") != 0)
		look = "it may have been done all the same: look before you try again";
	return sh_fail(e, SH_EAGAIN, "no answer from %.200s: %s; %s", g->url, why, look);
}

static enum sh_status
send_perform(struct sh_rest_gateway *g, const struct sh_rest_request *q, struct sh_rest_answer *a, struct sh_error *e)
{
	CURLcode code = curl_easy_perform(g->curl);
	long status = 0;

	if (code != CURLE_OK)
		return send_failed(g, q, code, e);
	curl_easy_getinfo(g->curl, CURLINFO_RESPONSE_CODE, &status);
	a->status = (int)status;
	return SH_OK;
}

enum sh_status
sh_rest_send(struct sh_rest_gateway *g, const struct sh_rest_request *q, struct sh_rest_answer *a, struct sh_error *e)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf url;
	struct curl_slist *headers = NULL;
	enum sh_status status = send_headers(g, q, &headers, e);

	sh_buf_init(&a->body, SEND_ANSWER_BYTES);
	sh_buf_init(&url, 64 << 10);
	sh_buf_add_z(&url, g->url);
	sh_buf_add_str(&url, sh_buf_str(&q->path));
	if (status == SH_OK && (url.failed || !url.s))
		status = sh_fail(e, SH_EINVALID, "the URL is too long");
	if (status == SH_OK) {
		send_prepare(g, q, url.s, a);
		curl_easy_setopt(g->curl, CURLOPT_HTTPHEADER, headers);
		status = send_perform(g, q, a, e);
	}
	curl_slist_free_all(headers);
	return status;
}
