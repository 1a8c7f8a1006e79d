/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * A number's bindings as people may see them: of each URL in them the scheme, the host, the port and the path.
 *
 * Providers show what was typed into them, as https://user:password@host/voice?token=…, and whoever may read numbers is shown the
 * bindings. What needs nothing taken off stays as it came, byte for byte.
 */
#define _GNU_SOURCE 1 /* memrchr */
#include "gateway/base/buf.h"
#include "gateway/base/reader.h"
#include "gateway/base/writer.h"
#include "gateway/driver/host.h"

struct bindings {
	struct sh_arena *arena;
	struct sh_buf out;
	const char *done; /* of the text, so far */
};

/* How long the scheme is, if "://" follows it; 0: this is no URL. */
static size_t
bindings_scheme(struct sh_str s)
{
	size_t n = 0;

	while (n < s.n && ((s.s[n] | 32) >= 'a' && (s.s[n] | 32) <= 'z'))
		n++;
	while (n > 0 && n < s.n &&
	       (((s.s[n] | 32) >= 'a' && (s.s[n] | 32) <= 'z') || (s.s[n] >= '0' && s.s[n] <= '9') || s.s[n] == '+' ||
		   s.s[n] == '-' || s.s[n] == '.'))
		n++;
	return n > 0 && s.n - n >= 3 && memcmp(s.s + n, "://", 3) == 0 ? n : 0;
}

/* What follows the host is no port: then a mark stood in a password, and this is the half of it before the mark. */
static bool
bindings_torn(struct sh_str host)
{
	const char *bracket = host.n ? memrchr(host.s, ']', host.n) : NULL, *end = host.s + host.n;
	const char *from = bracket ? bracket : host.s, *colon = host.n ? memchr(from, ':', (size_t)(end - from)) : NULL;

	for (const char *at = colon ? colon + 1 : end; at < end; at++)
		if (*at < '0' || *at > '9')
			return true;
	return false;
}

/* The same URL without user, password, query and fragment; as it is if it has none, or is no URL. */
static struct sh_str
bindings_bare(struct sh_arena *a, struct sh_str text)
{
	struct sh_str url = text, rest, host;
	const char *at;
	size_t scheme;

	while (url.n > 0 && (unsigned char)url.s[0] <= ' ') {
		url.s++;
		url.n--;
	}
	scheme = bindings_scheme(url);
	if (scheme == 0)
		return text;
	rest = (struct sh_str){ url.s + scheme + 3, 0 };
	while (rest.n < url.n - scheme - 3 && rest.s[rest.n] != '?' && rest.s[rest.n] != '#')
		rest.n++;
	host = (struct sh_str){ rest.s, 0 };
	while (host.n < rest.n && host.s[host.n] != '/')
		host.n++;
	at = host.n ? memrchr(host.s, '@', host.n) : NULL;
	if (!at && !bindings_torn(host) && scheme + 3 + rest.n == url.n)
		return text;
	if (at) {
		rest.n -= (size_t)(at + 1 - rest.s);
		host.n -= (size_t)(at + 1 - host.s);
		rest.s = host.s = at + 1;
	}
	if (bindings_torn(host))
		rest.n = 0;
	return sh_arena_printf(a, "%.*s://%.*s", (int)scheme, url.s, (int)rest.n, rest.s);
}

static void
bindings_walk(struct bindings *b, const struct sh_json *j)
{
	struct sh_str text = sh_reader_str(b->arena, j), bare, raw = sh_reader_raw(j);
	struct sh_out o;

	for (const struct sh_json *inner = sh_reader_first(j); inner; inner = sh_reader_next(inner))
		bindings_walk(b, inner);
	if (text.n == 0)
		return;
	bare = bindings_bare(b->arena, text);
	if (bare.s == text.s)
		return;
	sh_buf_add(&b->out, b->done, (size_t)(raw.s - b->done));
	sh_writer_init(&o, &b->out);
	sh_writer_str(&o, bare);
	b->done = raw.s + raw.n;
}

struct sh_str
sh_bindings_shown(struct sh_arena *a, struct sh_str json)
{
	const struct sh_json *j = json.s ? sh_reader_parse(a, json, NULL) : NULL;
	struct bindings b = { .arena = a, .done = json.s };
	struct sh_str shown = json;

	if (!j)
		return SH_NONE;
	/* An escape of six characters is the most that one may need, and it was two before. */
	sh_buf_init(&b.out, 4 * json.n + 64);
	bindings_walk(&b, j);
	if (b.done != json.s) {
		sh_buf_add(&b.out, b.done, (size_t)(json.s + json.n - b.done));
		shown = b.out.failed ? SH_NONE : sh_arena_str(a, sh_buf_str(&b.out));
	}
	sh_buf_wipe(&b.out);
	return shown;
}
