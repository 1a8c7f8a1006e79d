/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * One call into a driver: its arena, and its end by a jump.
 */
#include "gateway/driver/call.h"

#include "gateway/base/heap.h"
#include "gateway/base/time.h"
#include "gateway/driver/board.h"
#include "gateway/driver/host.h"

void
sh_driver_call_init(struct sh_driver_call *c, const struct sh_driver_loaded *d, size_t arena_bytes, int64_t now_ms)
{
	memset(c, 0, sizeof(*c));
	assert(d && !d->refused);
	c->cx.size = sizeof(c->cx);
	c->cx.host = &sh_host;
	c->cx.now_ms = now_ms;
	c->driver = d;
	c->table = &d->table;
	c->function = "";
	c->arena = sh_arena_new(arena_bytes);
	c->ceiling = arena_bytes;
	assert(c->arena);
	c->numbers_end = &c->numbers;
	c->agents_end = &c->agents;
	c->events_end = &c->events;
	c->dropped_end = &c->dropped;
}

void
sh_driver_call_clear(struct sh_driver_call *c)
{
	sh_host_outs_clear(c->outs);
	sh_arena_free(c->arena);
	memset(c, 0, sizeof(*c));
}

void
sh_driver_call_enter(struct sh_driver_call *c, const char *function)
{
	if (c->failed)
		sh_driver_call_fail(c, c->why);
	c->function = function;
	c->cx.text = c->cx.cursor = SH_NONE;
	c->cx.after_ms = 0;
	c->nameless = false;
	sh_board_enter(c->driver->name, function, c->driver->file);
	sh_heap_watch(c->driver->kept);
}

void
sh_driver_call_leave(struct sh_driver_call *c)
{
	struct sh_ctx *cx = &c->cx;

	sh_heap_watch(NULL);
	sh_board_keeps(c->driver);
	sh_board_leave();
	if (c->failed)
		cx->text = cx->cursor = SH_NONE;
	if (cx->after_ms < 0 || cx->after_ms > SH_DAY_MS)
		cx->after_ms = cx->after_ms < 0 ? 0 : SH_DAY_MS;
}

void
sh_driver_call_fail(struct sh_driver_call *c, const char *why)
{
	c->failed = true;
	c->why = why;
	siglongjmp(c->overflow, 1);
}

bool
sh_driver_call_more(const struct sh_driver_call *c)
{
	return !c->failed && c->cx.cursor.n > 0;
}

/* Brent's way to find a cycle. */
bool
sh_driver_walk_on(struct sh_driver_walk *w, struct sh_str cursor)
{
	assert(cursor.n > 0 && cursor.n <= sizeof(w->kept));
	if (w->pages > 0 && sh_str_eq(cursor, (struct sh_str){ w->kept, w->n }))
		return false;
	w->pages++;
	if ((w->pages & (w->pages - 1)) == 0) {
		memcpy(w->kept, cursor.s, cursor.n);
		w->n = cursor.n;
	}
	return true;
}
