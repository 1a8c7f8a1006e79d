/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * fuzz/target.c: the bytes of a connection, through the frame and, for each whole request, its path through the API's own
 * table of routes. How the bytes are cut makes no difference; a whole request is one that another reader would end at the
 * same byte; what the router finds fits the row.
 */
#include "gateway/http/frame.h"
#include "gateway/http/router.h"
#include "tests/fuzz/fuzz.h"

#define FUZZ_HEAD 4096
#define FUZZ_BODY 4096

static const struct sh_router_row fuzz_rows[] = {
#define ROUTE(id_, verb_, path_, needs_, body_, answer_) { SH_##verb_, path_ },
#include "gateway/api/routes.def"
};

/* Any bytes at once, or cut into pieces of `step`. */
static enum sh_frame_step
fuzz_feed(struct sh_frame *f, const char *s, size_t n, size_t step, size_t *ret_used)
{
	*ret_used = 0;
	while (*ret_used < n && f->step == SH_FRAME_MORE) {
		size_t used = 0, piece = n - *ret_used < step ? n - *ret_used : step;
		/* A copy without slack, so that reading past the piece is seen. */
		char *exact = malloc(piece);

		memcpy(exact, s + *ret_used, piece);
		sh_frame_feed(f, exact, piece, &used);
		free(exact);
		fuzz_expect(used == piece || f->step != SH_FRAME_MORE, "bytes left over, though there is more to come");
		*ret_used += used;
	}
	return f->step;
}

/* The end of the request by the simplest means: head, then Content-Length or chunks, of a text that is known to be strict. */
static size_t
fuzz_end(struct sh_str s)
{
	const char *head = memmem(s.s, s.n, "\r\n\r\n", 4), *at, *end = s.s + s.n;
	size_t length = 0;

	fuzz_expect(head, "a whole request without an empty line");
	for (at = s.s; at < head; at = (const char *)memmem(at, (size_t)(end - at), "\r\n", 2) + 2) {
		if (strncasecmp(at, "content-length:", 15) == 0)
			length = strtoul(at + 15, NULL, 10);
		if (strncasecmp(at, "transfer-encoding:", 18) != 0)
			continue;
		for (at = head + 4; (length = strtoul(at, NULL, 16)) > 0; at += length + 2)
			at = (const char *)memmem(at, (size_t)(end - at), "\r\n", 2) + 2;
		return (size_t)((const char *)memmem(at, (size_t)(end - at), "\r\n\r\n", 4) + 4 - s.s);
	}
	return (size_t)(head + 4 - s.s) + length;
}

static void
fuzz_route(struct sh_arena *a, struct sh_str method, struct sh_str path)
{
	struct sh_router_match m = sh_router_find(fuzz_rows, sizeof(*fuzz_rows), SH_LENGTH(fuzz_rows), method, path, a);

	fuzz_expect(m.row >= -1 && m.row < (int)SH_LENGTH(fuzz_rows) && m.nparams <= SH_ROUTER_PARAMS, "a row out of range");
	fuzz_expect(m.row < 0 || m.allowed, "a row whose verb is not allowed");
	for (int i = 0; i < m.nparams && m.row >= 0; i++)
		fuzz_expect(
		    m.param[i].n > 0 && !memchr(m.param[i].s, '\0', m.param[i].n) && !memchr(m.param[i].s, '/', m.param[i].n),
		    "an empty parameter, or one with a NUL or a slash");
}

static void
fuzz_whole(struct sh_arena *a, const struct sh_frame *f, struct sh_str request)
{
	struct sh_str line, target;

	fuzz_expect(fuzz_end(request) == request.n, "another reader ends the request elsewhere");
	(void)fuzz_part(&request, ' ');
	target = fuzz_part(&request, ' ');
	line = fuzz_part(&request, '\r');
	fuzz_expect(line.n == 8 && target.n > 0 && target.s[0] == '/', "the request line");
	fuzz_route(a, f->method, fuzz_part(&target, '?'));
}

static bool
fuzz_is_target(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] <= ' ' || s[i] >= 0x7f || s[i] == '#')
			return false;
	return n > 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	SH_CLEANUP(sh_arena_freep) struct sh_arena *a = sh_arena_new(4 << 20);
	const char *s = (const char *)data;
	struct sh_frame whole, cut;
	size_t used, cut_used, step = n ? 1 + data[n - 1] % 7 : 1;
	enum sh_frame_step end = SH_FRAME_WHOLE;

	sh_frame_init(&whole, FUZZ_HEAD, FUZZ_BODY);
	sh_frame_init(&cut, FUZZ_HEAD, FUZZ_BODY);
	for (size_t at = 0; at < n && end == SH_FRAME_WHOLE; at += used) {
		sh_frame_begin(&whole);
		sh_frame_begin(&cut);
		end = fuzz_feed(&whole, s + at, n - at, n, &used);
		fuzz_expect(fuzz_feed(&cut, s + at, n - at, step, &cut_used) == end, "cut differently, another answer");
		fuzz_expect(end != SH_FRAME_WHOLE || cut_used == used, "cut differently, another end");
		fuzz_expect(
		    end != SH_FRAME_REFUSED || (whole.why && whole.problem == cut.problem), "refused without the same reason");
		if (end == SH_FRAME_WHOLE)
			fuzz_whole(a, &whole, (struct sh_str){ s + at, used });
	}
	/* The router alone, with any path that a frame lets through. */
	if (fuzz_is_target(s, n))
		fuzz_route(a, SH_STR("GET"), (struct sh_str){ s, n });
	sh_frame_clear(&whole);
	sh_frame_clear(&cut);
	return 0;
}
