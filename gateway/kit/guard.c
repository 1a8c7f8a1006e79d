/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/guard.c: slots of memory, each with a page behind it that ends who touches it. They are mapped twice: once for drivers to read,
 * once for us to write.
 */
#include "gateway/kit/guard.h"

#include <sys/mman.h>
#include <unistd.h>

#include "gateway/kit/files.h"

#define GUARD_PAGE ((size_t)65536) /* the largest of any machine */
#define GUARD_HEADERS 12

/* The next piece of the file: as it is seen by drivers, with what cannot be touched behind it, and as it is written to. */
static bool
guard_slot(struct guard_slot *s, char *seen, char *written, size_t *at, size_t room)
{
	*s = (struct guard_slot){ .seen = seen + *at, .written = written + *at, .room = room };
	*at += room + GUARD_PAGE;
	return mprotect(s->seen + room, GUARD_PAGE, PROT_NONE) == 0;
}

enum sh_status
guard_open(struct guard *g, struct sh_error *e)
{
	size_t body = SH_FILE_MAX + GUARD_PAGE, total = body + GUARD_PAGE + GUARD_SMALL * 2 * GUARD_PAGE, at = 0;
	int fd = memfd_create("input", MFD_CLOEXEC);
	char *seen = MAP_FAILED, *written = MAP_FAILED;
	bool ok;

	if (fd >= 0 && ftruncate(fd, (off_t)total) == 0) {
		seen = mmap(NULL, total, PROT_READ, MAP_SHARED, fd, 0);
		written = mmap(NULL, total, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	}
	if (fd >= 0)
		close(fd);
	ok = seen != MAP_FAILED && written != MAP_FAILED && guard_slot(&g->body, seen, written, &at, body);
	for (size_t i = 0; ok && i < GUARD_SMALL; i++)
		ok = guard_slot(&g->small[i], seen, written, &at, GUARD_PAGE);
	return ok ? SH_OK : sh_fail(e, SH_ESYSTEM, "no memory for guarded input");
}

static struct sh_str
guard_put(struct guard_slot *s, struct sh_str text)
{
	if (!text.s || text.n > s->room)
		return text;
	if (text.n)
		memcpy(s->written + s->room - text.n, text.s, text.n);
	return (struct sh_str){ s->seen + s->room - text.n, text.n };
}

static void
guard_small(struct guard *g, struct sh_str *text)
{
	if (g->used < GUARD_SMALL)
		*text = guard_put(&g->small[g->used++], *text);
}

static const struct sh_pair *
guard_pairs(struct guard *g, struct sh_arena *a, const struct sh_pair *pairs, uint32_t n)
{
	struct sh_pair *copy = sh_arena_array(a, struct sh_pair, n + 1);

	if (!copy || n == 0)
		return pairs;
	memcpy(copy, pairs, n * sizeof(*copy));
	for (uint32_t i = 0; i < n && i < GUARD_HEADERS; i++)
		guard_small(g, &copy[i].value);
	return copy;
}

void
guard_case(struct guard *g, struct sh_arena *a, struct sh_case *q)
{
	g->used = 0;
	switch (q->what) {
	case SH_CASE_WEBHOOK:
		q->delivery.body = guard_put(&g->body, q->delivery.body);
		guard_small(g, &q->delivery.url);
		q->delivery.headers = guard_pairs(g, a, q->delivery.headers, q->delivery.nheaders);
		break;
	case SH_CASE_OUTCOME:
		q->facts = guard_pairs(g, a, q->facts, q->nfacts);
		break;
	case SH_CASE_ANSWER:
		q->response.body = guard_put(&g->body, q->response.body);
		q->response.headers = guard_pairs(g, a, q->response.headers, q->response.nheaders);
		/* fall through */
	case SH_CASE_REQUEST:
		guard_small(g, &q->cursor_or_id);
		guard_small(g, &q->dial.to);
		guard_small(g, &q->dial.agent_id);
		guard_small(g, &q->dial.dial_id);
		guard_small(g, &q->query.dial_id);
		guard_small(g, &q->from.provider_id);
		break;
	}
}
