/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * One call into a driver: its arena, its end by a jump, and the note of who is inside.
 */
#include "gateway/driver/call.h"

#include "gateway/base/clock.h"
#include "gateway/base/text.h"
#include "gateway/base/time.h"
#include "gateway/driver/host.h"

#define CALL_TEXT 256
#define CALL_CURSOR 1024

static struct sh_driver_inside *call_inside;

void
sh_driver_call_watch(struct sh_driver_inside *slot)
{
	call_inside = slot;
}

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
	assert(c->arena);
	c->numbers_end = &c->numbers;
	c->agents_end = &c->agents;
	c->events_end = &c->events;
}

void
sh_driver_call_clear(struct sh_driver_call *c)
{
	sh_host_outs_clear(c->outs);
	sh_arena_free(c->arena);
	memset(c, 0, sizeof(*c));
}

static void
call_note(char (*ret)[32], const char *text)
{
	size_t n = strnlen(text, sizeof(*ret) - 1);

	memcpy(*ret, text, n);
	(*ret)[n] = '\0';
}

/*
 * The names are written before the time, and the time is cleared first on leaving: the master, which may look at any
 * moment and after a crash, never sees a time beside a name that does not belong to it.
 */
void
sh_driver_call_enter(struct sh_driver_call *c, const char *function)
{
	if (c->failed)
		sh_driver_call_fail(c, c->why);
	c->function = function;
	c->cx.text = c->cx.cursor = SH_NONE;
	c->cx.after_ms = 0;
	if (!call_inside)
		return;
	call_note(&call_inside->driver, c->driver->name);
	call_note(&call_inside->function, function);
	__atomic_store_n(&call_inside->since_ms, sh_clock_elapsed_ms(), __ATOMIC_RELEASE);
}

void
sh_driver_call_leave(struct sh_driver_call *c)
{
	struct sh_ctx *cx = &c->cx;

	if (call_inside)
		__atomic_store_n(&call_inside->since_ms, 0, __ATOMIC_RELEASE);
	if (cx->text.s && (cx->text.n > CALL_TEXT || !sh_text_is_utf8(cx->text)))
		cx->text = SH_STR("(a text that cannot be shown)");
	if (cx->cursor.s && (cx->cursor.n > CALL_CURSOR || !sh_text_is_utf8(cx->cursor))) {
		cx->cursor = SH_NONE;
		c->failed = true;
		c->why = "it asked for a next page by a cursor of more than 1024 bytes, or one that is not UTF-8";
	}
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
sh_driver_call_more(const struct sh_driver_call *c, struct sh_str used)
{
	return !c->failed && c->cx.cursor.n > 0 && !sh_str_eq(c->cx.cursor, used);
}

bool
sh_driver_disposition_ok(const struct sh_disposition *d)
{
	return (unsigned)d->outcome <= SH_OUTCOME_DO_NOT_CALL && (unsigned)d->retry <= SH_RETRY_NEVER &&
		(unsigned)d->action <= SH_ACTION_PAUSE_WORKSPACE;
}

struct sh_disposition
sh_driver_call_outcome(struct sh_driver_call *c, const struct sh_pair *facts, size_t n)
{
	const struct sh_disposition safe = { .outcome = SH_OUTCOME_OTHER, .retry = SH_RETRY_NEVER };
	struct sh_disposition d = safe;

	if (!c->table->outcome)
		return safe;
	SH_DRIVER_RUN(c, "outcome", c->table->outcome(&c->cx, facts, n, &d));
	return c->failed || !sh_driver_disposition_ok(&d) ? safe : d;
}

struct sh_placed
sh_driver_call_placed(struct sh_driver_call *c, const struct sh_account *account, const struct sh_exchange *exchange)
{
	struct sh_placed p = { .size = sizeof(p) };
	bool ok;

	SH_DRIVER_RUN(c, "dial_parse", c->table->dial_parse(&c->cx, account, exchange, &p));
	ok = !c->failed && (unsigned)p.placing <= SH_DIAL_LATER && sh_driver_disposition_ok(&p.disposition);
	if (ok && p.placing == SH_DIAL_PLACED)
		ok = p.call_id.n > 0 && p.call_id.n <= 128 && sh_text_is_utf8(p.call_id);
	if (!ok)
		return (struct sh_placed){ .size = sizeof(p), .reason = SH_STR("driver") };
	if (p.reason.n > 64 || (p.reason.s && !sh_text_is_utf8(p.reason)))
		p.reason = SH_NONE;
	return p;
}
