/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/record.c: reads a message as `curl -i`, a proxy or a log has it, and writes what a test needs of it.
 */
#include "gateway/kit/record.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/reader.h"
#include "gateway/base/text.h"
#include "gateway/driver/table.h"
#include "gateway/kit/files.h"
#include "gateway/kit/redact.h"

#define RECORD_ARENA ((size_t)256 << 20)
#define RECORD_HEADERS 100
#define RECORD_KEY ".record-key"

struct record {
	const struct sh_record *in;
	struct sh_arena *arena;
	struct sh_str first, body; /* first: request line or status line; absent for a body alone */
	struct sh_pair headers[RECORD_HEADERS];
	size_t nheaders;
	struct redact redact;
	struct sh_buf text;
	char samples[PATH_MAX]; /* their folder */
};

/* ---- the message ---- */

static struct sh_str
record_trim(struct sh_str s)
{
	while (s.n > 0 && (s.s[0] == ' ' || s.s[0] == '\t'))
		s = (struct sh_str){ s.s + 1, s.n - 1 };
	while (s.n > 0 && (s.s[s.n - 1] == ' ' || s.s[s.n - 1] == '\r'))
		s.n--;
	return s;
}

static struct sh_str
record_lower(struct sh_arena *a, struct sh_str s)
{
	char *p = sh_arena_z(a, s);

	for (size_t i = 0; p && i < s.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] + 'a' - 'A');
	return (struct sh_str){ p, s.n };
}

static bool
record_has(struct sh_str s, const char *part)
{
	return memmem(s.s, s.n, part, strlen(part)) != NULL;
}

static const char *
record_ending(struct sh_str body)
{
	if (body.n > 0 && (body.s[0] == '{' || body.s[0] == '['))
		return "json";
	return body.n > 0 && memchr(body.s, '=', body.n) && !memchr(body.s, ' ', body.n) && body.s[0] != '<' ? "form" : "txt";
}

/* "POST /… HTTP/1.1", "HTTP/2 200": the first line of a whole message. */
static bool
record_is_whole(struct sh_str line)
{
	return line.n < 8192 && (record_has(line, " HTTP/") || (line.n > 5 && memcmp(line.s, "HTTP/", 5) == 0));
}

/*
 * As long as the message says: what follows is the end of a line in the file. Where it does not say so, a form has none. The length
 * of what came packed (`curl --compressed`) says nothing of what it was.
 */
static void
record_body(struct record *r, struct sh_str body)
{
	struct sh_str length = sh_pair_get(r->headers, r->nheaders, "content-length");
	int64_t n;

	if (sh_pair_get(r->headers, r->nheaders, "content-encoding").s)
		length = SH_NONE;
	if (length.s && sh_text_int(length, &n) && n >= 0 && (uint64_t)n <= body.n)
		body.n = (size_t)n;
	else if (strcmp(record_ending(body), "form") == 0) {
		body.n -= body.s[body.n - 1] == '\n';
		body.n -= body.n > 0 && body.s[body.n - 1] == '\r';
	}
	r->body = body;
}

static enum sh_status
record_read(struct record *r, struct sh_error *e)
{
	struct sh_str m = r->in->message;
	size_t at = 0;

	for (bool first = true;; first = false) {
		const char *end = at < m.n ? memchr(m.s + at, '\n', m.n - at) : NULL, *colon;
		struct sh_str line = { m.s + at, end ? (size_t)(end - m.s) - at : m.n - at };

		if (first && !record_is_whole(line)) {
			record_body(r, m);
			return SH_OK;
		}
		if (!end)
			return sh_fail(e, SH_EINVALID, "the message ends within its headers");
		at = (size_t)(end - m.s) + 1;
		line = record_trim(line);
		colon = memchr(line.s, ':', line.n);
		if (first)
			r->first = line;
		else if (line.n == 0)
			break;
		else if (colon && r->nheaders < RECORD_HEADERS)
			r->headers[r->nheaders++] =
			    (struct sh_pair){ record_lower(r->arena, (struct sh_str){ line.s, (size_t)(colon - line.s) }),
				    record_trim((struct sh_str){ colon + 1, line.n - (size_t)(colon + 1 - line.s) }) };
	}
	record_body(r, (struct sh_str){ m.s + at, m.n - at });
	return SH_OK;
}

/* ---- the key ---- */

static enum sh_status
record_key(struct record *r, struct sh_error *e)
{
	char path[PATH_MAX];
	struct sh_str key = SH_NONE;
	enum sh_status st;

	snprintf(path, sizeof(path), "%s/" RECORD_KEY, r->in->golden);
	st = sh_file_read(r->arena, path, &key, e);
	if (st == SH_EABSENT) {
		if (getrandom(r->redact.key, sizeof(r->redact.key), 0) != (ssize_t)sizeof(r->redact.key))
			return sh_fail(e, SH_ESYSTEM, "no random bytes: %s", strerror(errno));
		st = sh_file_make(path, (struct sh_str){ (const char *)r->redact.key, sizeof(r->redact.key) }, e);
		return st != SH_OK || chmod(path, 0600) == 0 ? st : sh_fail(e, SH_ESYSTEM, "%s: %s", path, strerror(errno));
	}
	if (st == SH_OK && key.n != sizeof(r->redact.key))
		return sh_fail(
		    e, SH_EINVALID, "%s: expected %zu bytes; remove it to have a new one made", path, sizeof(r->redact.key));
	if (st == SH_OK)
		memcpy(r->redact.key, key.s, key.n);
	return st;
}

/* ---- the files ---- */

/* What proves something or says how to read the body; never what carried it. */
static bool
record_header_matters(struct sh_str name, bool response)
{
	static const char *const requests[] = { "signature", "timestamp", "webhook", "secret", "token", "auth", "event", "attempt",
		"delivery", "idempotency", "retell", "vapi", "bland", "twilio", "telnyx", "svix" };
	static const char *const responses[] = { "retry-after", "limit", "link", "page", "cursor" };
	const char *const *words = response ? responses : requests;
	size_t n = response ? SH_LENGTH(responses) : SH_LENGTH(requests);

	if (sh_str_is(name, "content-type"))
		return true;
	for (size_t i = 0; i < n; i++)
		if (record_has(name, words[i]))
			return true;
	return false;
}

static void
record_headers(struct record *r, bool response)
{
	for (size_t i = 0; i < r->nheaders; i++) {
		struct sh_str name = r->headers[i].name, value;

		if (!record_header_matters(name, response))
			continue;
		value = redact_header(&r->redact, name, r->headers[i].value);
		sh_buf_printf(&r->text, "header %.*s: %.*s\n", (int)name.n, name.s, (int)value.n, value.s);
	}
}

/* "/api/webhooks/acme/wh_…" → "acme" */
static struct sh_str
record_provider(struct sh_str path)
{
	static const char before[] = "/webhooks/";
	const char *at = memmem(path.s, path.n, before, strlen(before)), *end;
	struct sh_str name;

	if (!at)
		return SH_STR("recorded");
	at += strlen(before);
	end = memchr(at, '/', (size_t)(path.s + path.n - at));
	name = (struct sh_str){ at, end ? (size_t)(end - at) : 0 };
	for (size_t i = 0; i < name.n; i++)
		if (!memchr("abcdefghijklmnopqrstuvwxyz0123456789_-", name.s[i], 38))
			name.n = 0;
	return name.n > 0 && name.n <= 32 ? name : SH_STR("recorded");
}

/*
 * Method, where it is not what every delivery has, and the URL, which many sign. Its path holds the slug, which is a secret, and
 * its host is somebody's: both become those of every golden file.
 */
static void
record_request_line(struct record *r)
{
	const char *blank = memchr(r->first.s, ' ', r->first.n), *query, *end;
	struct sh_str method = { r->first.s, blank ? (size_t)(blank - r->first.s) : 0 }, target, name, form;

	if (!blank)
		return;
	if (!sh_str_is(method, "POST"))
		sh_buf_printf(&r->text, "method %.*s\n", (int)method.n, method.s);
	end = memchr(blank + 1, ' ', r->first.n - method.n - 1);
	target = (struct sh_str){ blank + 1, end ? (size_t)(end - blank - 1) : 0 };
	query = memchr(target.s, '?', target.n);
	name = record_provider((struct sh_str){ target.s, query ? (size_t)(query - target.s) : target.n });
	sh_buf_printf(&r->text, "url https://hooks.example/api/webhooks/%.*s/wh_1", (int)name.n, name.s);
	if (query) {
		form = redact_query(&r->redact, (struct sh_str){ query + 1, (size_t)(end - query - 1) });
		sh_buf_printf(&r->text, "?%.*s", (int)form.n, form.s);
	}
	sh_buf_add_char(&r->text, '\n');
}

static void
record_status_line(struct record *r)
{
	const char *blank = memchr(r->first.s, ' ', r->first.n);
	struct sh_str status = SH_STR("200");

	if (blank)
		status = record_trim((struct sh_str){ blank + 1, r->first.n - (size_t)(blank + 1 - r->first.s) });
	status.n = status.n > 3 ? 3 : status.n;
	sh_buf_printf(&r->text, "status %.*s\n", (int)status.n, status.s);
}

/* The golden file's questions; what is expected is written by `driver check --write`. */
static enum sh_status
record_compose(struct record *r, const char *run, const char *sample, struct sh_error *e)
{
	bool webhook = strcmp(run, "webhook") == 0;
	bool response = r->first.n > 5 && memcmp(r->first.s, "HTTP/", 5) == 0;

	if (webhook && response)
		return sh_fail(e, SH_EINVALID, "this is an answer: say which function reads it, such as --run numbers_parse");
	if (!webhook && r->first.s && !response)
		return sh_fail(e, SH_EINVALID, "this is a request, which no function named *_parse reads");
	sh_buf_printf(&r->text, "# Recorded, with other people's data.\nrun %s\n", run);
	if (webhook)
		sh_buf_printf(&r->text, "at %lld\n", (long long)r->in->now_ms);
	if (webhook && r->first.s)
		record_request_line(r);
	if (response)
		record_status_line(r);
	record_headers(r, response);
	sh_buf_printf(&r->text, "body %s\n\n", sample);
	return SH_OK;
}

/* Where nothing can be told by its name, nearly everything would stay. */
static enum sh_status
record_check(struct record *r, struct sh_error *e)
{
	char first = r->body.n > 0 ? r->body.s[0] : '\0';
	const char *run = r->in->run ? r->in->run : "webhook";

	if (strcmp(run, "webhook") != 0 && !(strlen(run) > 6 && strcmp(run + strlen(run) - 6, "_parse") == 0))
		return sh_fail(e, SH_EINVALID,
		    "--run %.40s: expected webhook, or a function that reads an answer, such as numbers_parse", run);
	if (r->body.n == 0 && !r->first.s)
		return sh_fail(e, SH_EINVALID, "the message is empty");
	if (!r->first.s && strcmp(record_ending(r->body), "txt") == 0)
		return sh_fail(e, SH_EINVALID, "that is no HTTP message, no JSON and no form");
	if ((first == '{' || first == '[') && !sh_reader_parse(r->arena, r->body, NULL))
		return sh_fail(e, SH_EINVALID, "the body begins as JSON and is none, so nobody can tell what in it is personal");
	return SH_OK;
}

static enum sh_status
record_folder(const char *path, const char *option, struct sh_error *e)
{
	if (mkdir(path, 0777) == 0 || errno == EEXIST)
		return SH_OK;
	return sh_fail(e, SH_ESYSTEM, "there is no folder %s and none can be made (%s): say %s", path, strerror(errno), option);
}

/* Where both files go; a folder that is missing is made. */
static enum sh_status
record_folders(struct record *r, struct sh_error *e)
{
	if (record_folder(r->in->golden, "--golden", e) != SH_OK)
		return e->status;
	if (r->in->samples)
		snprintf(r->samples, sizeof(r->samples), "%s", r->in->samples);
	else
		snprintf(r->samples, sizeof(r->samples), "%s/../samples", r->in->golden);
	return record_folder(r->samples, "--samples", e);
}

static enum sh_status
record_write(struct record *r, struct sh_error *e)
{
	struct sh_str body = redact_body(&r->redact, r->body);
	const char *run = r->in->run ? r->in->run : "webhook";
	char sample[160], path[PATH_MAX + 160], golden[PATH_MAX];

	snprintf(sample, sizeof(sample), "%s.%s", r->in->name, record_ending(body));
	if (record_compose(r, run, sample, e) != SH_OK)
		return e->status;
	if (sh_arena_failed(r->arena) || r->text.failed)
		return sh_fail(e, SH_ETOOBIG, "the message is too large");
	snprintf(golden, sizeof(golden), "%s/%s.golden", r->in->golden, r->in->name);
	if (access(golden, F_OK) == 0)
		return sh_fail(e, SH_ECONFLICT, "%s: it is there already", golden);
	snprintf(path, sizeof(path), "%s/%s", r->samples, sample);
	if (sh_file_make(path, body, e) != SH_OK)
		return e->status;
	return sh_file_make(golden, sh_buf_str(&r->text), e);
}

/* Of which members; of what is no plain word nothing is shown, which may be anything. */
static void
record_members(const struct record *r, enum redact_kind kind, struct sh_buf *said)
{
	const char *between = ": ";

	for (const struct redact_member *m = r->redact.members; m; m = m->next) {
		if (m->kind != kind)
			continue;
		sh_buf_printf(said, "%s%.*s", between, (int)m->name.n, m->name.s);
		between = ", ";
	}
}

static bool
record_is_name(const char *name)
{
	return *name && *name != '.' && strlen(name) < 120 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == strlen(name);
}

enum sh_status
sh_record(const struct sh_record *in, struct sh_buf *said, struct sh_error *e)
{
	struct record r = { .in = in };
	enum sh_status st;

	if (!record_is_name(in->name))
		return sh_fail(
		    e, SH_EINVALID, "\"%.60s\" is no name for a golden file: letters, digits, dots and dashes", in->name);
	r.arena = sh_arena_new(RECORD_ARENA);
	if (!r.arena)
		return sh_fail(e, SH_ESYSTEM, "no memory");
	r.redact.arena = r.arena;
	r.redact.keep = in->keep;
	sh_buf_init(&r.text, (size_t)4 << 20);
	st = record_read(&r, e);
	if (st == SH_OK)
		st = record_check(&r, e);
	if (st == SH_OK)
		st = record_folders(&r, e);
	if (st == SH_OK)
		st = record_key(&r, e);
	if (st == SH_OK)
		st = record_write(&r, e);
	if (st == SH_OK && r.redact.unnamed)
		sh_buf_add_z(said, "(the body is neither JSON nor a form: only what looks like a number, a mail address or a URL)\n");
	for (int k = 0; st == SH_OK && k < REDACT_KINDS; k++)
		if (r.redact.count[k]) {
			sh_buf_printf(said, "%6u %s", r.redact.count[k], redact_kind_name((enum redact_kind)k));
			record_members(&r, (enum redact_kind)k, said);
			sh_buf_add_char(said, '\n');
		}
	sh_buf_clear(&r.text);
	sh_arena_free(r.arena);
	return st;
}
