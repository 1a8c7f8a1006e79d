/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * cmd/rest_send.c: one request, one answer (libcurl). No redirect is followed: the key would go along.
 */
#include <config.h>

#include "gateway/cmd/rest.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/text.h"
#include "gateway/crypto/digest.h"

#define SEND_URL "http://127.0.0.1:8080"
#define SEND_KEY_MOST 128
#define SEND_ANSWER_BYTES (64 << 20)
#define SEND_CONNECT_S 10L
#define SEND_WHOLE_S 90L

struct sending {
	CURL *curl;
	struct curl_slist *headers;
	char why[CURL_ERROR_SIZE];
	char url[16 << 10];
	char bearer[32 + SEND_KEY_MOST];
};

/* Into out, without the line's end. */
static enum sh_status
send_key_file(const char *name, char out[SEND_KEY_MOST], struct sh_error *e)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
	bool good = f && fgets(out, SEND_KEY_MOST, f);

	if (f && f != stdin)
		fclose(f);
	if (!good)
		return sh_fail(e, SH_EINVALID, "no key in %s", name);
	out[strcspn(out, "\r\n")] = '\0';
	return SH_OK;
}

static enum sh_status
send_bearer(struct sending *s, const struct sh_rest_request *q, struct sh_error *e)
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
	snprintf(s->bearer, sizeof(s->bearer), "Authorization: Bearer %s", key);
	sh_digest_wipe(key, sizeof(key));
	return SH_OK;
}

static enum sh_status
send_url(struct sending *s, const struct sh_rest_request *q, struct sh_error *e)
{
	const char *env = getenv("SWITCHHOOK_URL"), *base = q->url ? q->url : env && *env ? env : SEND_URL;
	size_t n = strlen(base);

	while (n && base[n - 1] == '/')
		n--;
	if (strncmp(base, "http://", 7) != 0 && strncmp(base, "https://", 8) != 0)
		return sh_fail(e, SH_EINVALID, "\"%.100s\" is no URL of a gateway; expected http:// or https://", base);
	if (snprintf(s->url, sizeof(s->url), "%.*s%s", (int)n, base, sh_buf_str(&q->path).s) >= (int)sizeof(s->url))
		return sh_fail(e, SH_EINVALID, "the URL is too long");
	return SH_OK;
}

static size_t
send_take(char *bytes, size_t size, size_t n, void *arg)
{
	struct sh_buf *b = arg;

	sh_buf_add(b, bytes, size * n);
	return b->failed ? 0 : size * n;
}

static bool
send_header(struct sending *s, const char *line)
{
	struct curl_slist *more = curl_slist_append(s->headers, line);

	if (more)
		s->headers = more;
	return more != NULL;
}

static enum sh_status
send_prepare(struct sending *s, const struct sh_rest_request *q, struct sh_rest_answer *a, struct sh_error *e)
{
	char once[300];

	for (const char *p = q->idempotency_key; p && *p; p++)
		if (*p < ' ' || *p > '~')
			return sh_fail(e, SH_EINVALID, "--idempotency-key takes visible ASCII characters");
	if (q->idempotency_key && snprintf(once, sizeof(once), "Idempotency-Key: %s", q->idempotency_key) >= (int)sizeof(once))
		return sh_fail(e, SH_EINVALID, "--idempotency-key is too long");
	if (!send_header(s, s->bearer) || !send_header(s, "Accept: application/json") || !send_header(s, "Expect:") ||
	    (q->body && !send_header(s, "Content-Type: application/json")) || (q->idempotency_key && !send_header(s, once)))
		return sh_fail(e, SH_ESYSTEM, "out of memory");
	curl_easy_setopt(s->curl, CURLOPT_URL, s->url);
	curl_easy_setopt(s->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(s->curl, CURLOPT_CUSTOMREQUEST, q->verb->method);
	if (q->body)
		curl_easy_setopt(s->curl, CURLOPT_COPYPOSTFIELDS,
		    json_object_to_json_string_ext(q->body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	curl_easy_setopt(s->curl, CURLOPT_HTTPHEADER, s->headers);
	curl_easy_setopt(s->curl, CURLOPT_USERAGENT, "switchhook/" PACKAGE_VERSION);
	curl_easy_setopt(s->curl, CURLOPT_CONNECTTIMEOUT, SEND_CONNECT_S);
	curl_easy_setopt(s->curl, CURLOPT_TIMEOUT, SEND_WHOLE_S);
	curl_easy_setopt(s->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(s->curl, CURLOPT_ERRORBUFFER, s->why);
	curl_easy_setopt(s->curl, CURLOPT_WRITEFUNCTION, send_take);
	curl_easy_setopt(s->curl, CURLOPT_WRITEDATA, &a->body);
	return SH_OK;
}

static enum sh_status
send_perform(struct sending *s, struct sh_rest_answer *a, struct sh_error *e)
{
	CURLcode code = curl_easy_perform(s->curl);
	long status = 0;

	if (code != CURLE_OK)
		return sh_fail(e, SH_EAGAIN, "no answer from the gateway: %s", *s->why ? s->why : curl_easy_strerror(code));
	curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
	a->status = (int)status;
	return SH_OK;
}

enum sh_status
sh_rest_send(const struct sh_rest_request *q, struct sh_rest_answer *a, struct sh_error *e)
{
	struct sending s = { .curl = curl_easy_init() };
	enum sh_status status = s.curl ? SH_OK : sh_fail(e, SH_ESYSTEM, "libcurl does not start");

	sh_buf_init(&a->body, SEND_ANSWER_BYTES);
	if (status == SH_OK)
		status = send_bearer(&s, q, e);
	if (status == SH_OK)
		status = send_url(&s, q, e);
	if (status == SH_OK)
		status = send_prepare(&s, q, a, e);
	if (status == SH_OK)
		status = send_perform(&s, a, e);
	curl_slist_free_all(s.headers);
	curl_easy_cleanup(s.curl);
	sh_digest_wipe(s.bearer, sizeof(s.bearer));
	return status;
}
