/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/buf.c: grows by doubling. Memory that is left behind on the way is overwritten: realloc would leave copies
 * of a secret where sh_buf_wipe cannot reach them.
 */
#include "gateway/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/heap.h"

#define BUF_ROOM_MIN ((size_t)256)

void
sh_buf_init(struct sh_buf *b, size_t ceiling)
{
	/* One byte beyond the ceiling is the NUL's. */
	*b = (struct sh_buf){ .ceiling = ceiling < SIZE_MAX / 2 ? ceiling : SIZE_MAX / 2 };
}

void
sh_buf_clear(struct sh_buf *b)
{
	if (b->s)
		explicit_bzero(b->s, b->n);
	sh_heap_own_free(b->s);
	sh_buf_init(b, b->ceiling);
}

void
sh_buf_wipe(struct sh_buf *b)
{
	if (b->s)
		explicit_bzero(b->s, b->room);
	sh_buf_clear(b);
}

/* Makes room for n more bytes and a NUL; false, and failed from then on, if that is past the ceiling. */
static bool
buf_reserve(struct sh_buf *b, size_t n)
{
	size_t room = b->room ? b->room : BUF_ROOM_MIN;
	char *s;

	if (b->failed || n > b->ceiling - b->n) {
		b->failed = true;
		return false;
	}
	if (b->n + n < b->room)
		return true;
	while (room <= b->n + n)
		room *= 2;
	if (room > b->ceiling + 1)
		room = b->ceiling + 1;
	s = sh_heap_own(room);
	if (!s) {
		b->failed = true;
		return false;
	}
	if (b->s) {
		memcpy(s, b->s, b->n);
		explicit_bzero(b->s, b->n);
		sh_heap_own_free(b->s);
	}
	s[b->n] = '\0';
	b->s = s;
	b->room = room;
	return true;
}

void
sh_buf_add(struct sh_buf *b, const void *p, size_t n)
{
	if (!buf_reserve(b, n))
		return;
	if (n)
		memcpy(b->s + b->n, p, n);
	b->n += n;
	b->s[b->n] = '\0';
}

void
sh_buf_add_str(struct sh_buf *b, struct sh_str s)
{
	sh_buf_add(b, s.s, s.n);
}

void
sh_buf_add_z(struct sh_buf *b, const char *z)
{
	sh_buf_add(b, z, strlen(z));
}

void
sh_buf_add_char(struct sh_buf *b, char c)
{
	sh_buf_add(b, &c, 1);
}

void
sh_buf_printf(struct sh_buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n < 0)
		b->failed = true;
	else if (buf_reserve(b, (size_t)n)) {
		vsnprintf(b->s + b->n, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
	va_end(ap);
}
