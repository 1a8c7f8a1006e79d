/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Rows are few (about a hundred), so they are tried one after the other, segment by segment. Of several rows that
 * fit, the one whose first differing segment is literal wins.
 */
#include "gateway/http/router.h"

#include <assert.h>

static const struct {
	const char *name;
	enum sh_verb verb;
} router_verbs[] = {
	{ "GET", SH_GET }, { "POST", SH_POST }, { "PUT", SH_PUT }, { "PATCH", SH_PATCH }, { "DELETE", SH_DELETE }, { "HEAD", SH_HEAD },
};

/* Cuts the first segment off a path that begins with '/'. */
static struct sh_str
router_segment(struct sh_str *path)
{
	assert(path->n > 0 && path->s[0] == '/');
	const char *s = path->s + 1, *end = path->s + path->n;
	const char *slash = memchr(s, '/', (size_t)(end - s));
	struct sh_str segment = { s, (size_t)((slash ? slash : end) - s) };
	path->s = segment.s + segment.n;
	path->n = (size_t)(end - path->s);
	return segment;
}

static bool
router_is_brace(struct sh_str segment)
{
	return segment.n > 2 && segment.s[0] == '{' && segment.s[segment.n - 1] == '}';
}

/* One bit a segment, the first one highest: set where the row is literal. 0: the path does not fit the row. */
static uint64_t
router_fit(struct sh_str row, struct sh_str path)
{
	uint64_t literal = 0, bit = UINT64_C(1) << 63;
	for (; row.n > 0 && path.n > 0; bit >>= 1) {
		struct sh_str want = router_segment(&row), have = router_segment(&path);
		if (router_is_brace(want)) {
			if (have.n == 0)
				return 0;
		} else if (sh_str_eq(want, have)) {
			literal |= bit;
		} else {
			return 0;
		}
	}
	return row.n == 0 && path.n == 0 ? literal | 1 : 0;
}

static int
router_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Absent if the escapes are broken or hide a NUL or a slash, which no parameter of ours holds. */
static struct sh_str
router_decode(struct sh_str in, struct sh_arena *arena)
{
	if (!memchr(in.s, '%', in.n))
		return in;
	char *out = sh_arena_z(arena, in);
	size_t n = 0;
	for (size_t i = 0; out && i < in.n; i++) {
		char c = in.s[i];
		if (c == '%') {
			int high = i + 2 < in.n ? router_hex(in.s[i + 1]) : -1;
			int low = i + 2 < in.n ? router_hex(in.s[i + 2]) : -1;
			c = (char)(high * 16 + low);
			if (high < 0 || low < 0 || c == '\0' || c == '/')
				return SH_NONE;
			i += 2;
		}
		out[n++] = c;
	}
	if (out)
		out[n] = '\0';
	return (struct sh_str){ out, n };
}

static bool
router_params(struct sh_router_match *m, struct sh_str row, struct sh_str path, struct sh_arena *arena)
{
	while (row.n > 0) {
		struct sh_str want = router_segment(&row), have = router_segment(&path);
		if (!router_is_brace(want))
			continue;
		assert(m->nparams < SH_ROUTER_PARAMS);
		m->param[m->nparams] = router_decode(have, arena);
		if (!m->param[m->nparams++].s)
			return false;
	}
	return true;
}

struct sh_router_match
sh_router_find(const struct sh_router_row *rows, size_t stride, size_t n, struct sh_str method, struct sh_str path,
    struct sh_arena *arena)
{
	struct sh_router_match none = { .row = -1 }, m = none;
	unsigned verb = 0;
	for (size_t i = 0; i < SH_LENGTH(router_verbs); i++)
		if (sh_str_is(method, router_verbs[i].name))
			verb = router_verbs[i].verb;
	if (path.n == 0 || path.s[0] != '/')
		return none;

	/* The best path first; then, among the rows of exactly that path, the verb. */
	uint64_t best = 0;
	for (size_t i = 0; i < n; i++) {
		const struct sh_router_row *row = (const void *)((const char *)rows + i * stride);
		uint64_t fit = router_fit(sh_str(row->path), path);
		if (fit > best) {
			best = fit;
			m = none;
		}
		if (fit == 0 || fit < best)
			continue;
		m.allowed |= row->verb == SH_GET ? SH_GET | SH_HEAD : row->verb;
		if (row->verb == verb || (verb == SH_HEAD && row->verb == SH_GET && m.row < 0))
			m.row = (int)i;
	}
	if (m.row < 0)
		return m;
	const struct sh_router_row *row = (const void *)((const char *)rows + (size_t)m.row * stride);
	return router_params(&m, sh_str(row->path), path, arena) ? m : none;
}
