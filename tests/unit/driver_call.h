/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* One call into a driver that does what a test's function does. */
#ifndef SH_TEST_DRIVER_CALL_H
#define SH_TEST_DRIVER_CALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gateway/base/log.h"
#include "gateway/driver/board.h"
#include "gateway/driver/call.h"

#define CALL_NOW INT64_C(1793000000000)

static struct sh_driver_loaded call_driver = { .name = "acme", .path = "acme", .table = { .name = "acme" } };

typedef void call_f(struct sh_ctx *);

/* What the driver's functions do in this test. */
static call_f *call_does;

static inline enum sh_answer
call_normalize(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	(void)d, (void)a;
	call_does(cx);
	return SH_ANSWER_OK;
}

static inline enum sh_answer
call_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	(void)a, (void)x;
	call_does(cx);
	return SH_ANSWER_OK;
}

/* One more run of the call: normalize for WEBHOOK, else the capability's parse. */
static inline void
call_again(struct sh_driver_call *c, enum sh_capability can, call_f *f)
{
	enum sh_answer answer;

	call_does = f;
	answer = can == SH_CAN_WEBHOOK ? sh_driver_normalize(c, NULL, NULL) : sh_driver_read(c, can, NULL, NULL);
	assert_int_equal(answer, c->failed ? SH_ANSWER_FAILED : SH_ANSWER_OK);
	if (c->failed)
		assert_true(sh_str_is(c->cx.text, c->why));
}

/* Runs it and leaves the call for the caller to look at. */
static inline void
call_run(struct sh_driver_call *c, enum sh_capability can, call_f *f)
{
	call_driver.table.normalize = call_normalize;
	call_driver.table.check_parse = call_driver.table.numbers_parse = call_driver.table.agents_parse = call_parse;
	call_driver.table.calls_parse = call_driver.table.call_parse = call_parse;
	call_driver.capabilities = 1u << SH_CAN_WEBHOOK | 1u << SH_CAN_CHECK | 1u << SH_CAN_NUMBERS | 1u << SH_CAN_AGENTS |
				   1u << SH_CAN_CALLS | 1u << SH_CAN_CALL;
	sh_driver_call_init(c, &call_driver, 1 << 20, CALL_NOW);
	call_again(c, can, f);
}

static inline void
call_refused(enum sh_capability can, call_f *f, const char *why)
{
	struct sh_driver_call c;

	call_run(&c, can, f);
	assert_true(c.failed);
	assert_string_equal(c.why, why);
	sh_driver_call_clear(&c);
}

static inline struct sh_str
call_fill(struct sh_ctx *cx, char ch, size_t n)
{
	char *s = sh_alloc(cx, n);

	memset(s, ch, n);
	return (struct sh_str){ s, n };
}

/* Ways to go wrong. */

static inline void
wrong_huge(struct sh_ctx *cx)
{
	sh_alloc(cx, SIZE_MAX - 8);
}

static inline void
wrong_events(struct sh_ctx *cx)
{
	struct sh_event e = { .dedup = SH_STR("a"), .call_id = SH_STR("c") };

	for (;;)
		sh_event_add(cx, &e);
}

static inline void
wrong_channel(struct sh_ctx *cx)
{
	struct sh_agent a = { .provider_id = SH_STR("a"), .channel = (enum sh_channel)7 };

	sh_agent_add(cx, &a);
}

#endif
