/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * A driver whose functions are what a test gives it, so that it is inside of a run as drivers are.
 */
#ifndef SH_TEST_DRIVER_USUAL_H
#define SH_TEST_DRIVER_USUAL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gateway/base/log.h"
#include "gateway/base/reader.h"
#include "gateway/driver/call.h"

#define USUAL_NOW INT64_C(1793000000000)

enum { SECRET, WINDOW, USUAL_SETTINGS };

static const struct sh_setting usual_settings[] = {
	[SECRET] = { .name = "secret", .kind = SH_SETTING_SECRET, .rotates = true },
	[WINDOW] = { .name = "window_s", .fallback = "300" },
	{ 0 },
};
static const struct sh_reason usual_reasons[] = {
	SH_REASON("busy", BUSY, POLICY, COUNTS, NONE, "busy"),
	SH_REASON("*error-*500*", TECHNICAL_ERROR, ONCE, COUNTS, NONE, "a fault there"),
	SH_REASON("*", OTHER, NEVER, COUNTS, NONE, "any other word"),
	SH_REASON_ONLY("status=fail*", "sip_code", "486", BUSY, ONCE, COUNTS, NONE, "busy"),
	SH_REASON_OF("sip_code", "404", OTHER, NEVER, UNCOUNTED, NUMBER_INVALID, "no such number"),
	SH_REASON_OF("message", "*is not found*", TERMINAL, NEVER, COUNTS, NUMBER_INVALID, "no such number"),
	SH_REASON_OF("status", "ended", TERMINAL, NEVER, COUNTS, NONE, "it took place"),
	{ 0 },
};
static struct sh_driver_loaded usual_driver = {
	.name = "acme",
	.nsettings = USUAL_SETTINGS + SH_MEANING_SETTINGS,
	.nanswers = SH_MEANING_SETTINGS,
	.nreasons = SH_LENGTH(usual_reasons) - 1,
	.capabilities = 1u << SH_CAN_WEBHOOK | 1u << SH_CAN_CALL,
	.table = { .name = "acme",
	    .settings = usual_settings,
	    .setting_size = sizeof(struct sh_setting),
	    .reasons = usual_reasons,
	    .reason_size = sizeof(struct sh_reason),
	    .has_answers = true },
};

/* ---- helpers inside of a run ---- */

typedef void usual_f(struct sh_ctx *, const struct sh_account *);

static usual_f *usual_does;

static inline enum sh_answer
usual_normalize(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	(void)d;
	usual_does(cx, a);
	return SH_ANSWER_OK;
}

static inline enum sh_answer
usual_parse(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x)
{
	(void)x;
	usual_does(cx, a);
	return SH_ANSWER_OK;
}

/* Runs it as normalize, with these settings stored; the call is left for the caller to look at. */
static inline void
usual_run(struct sh_driver_call *c, struct sh_arena *a, const char *settings, usual_f *f)
{
	const struct sh_json *stored = sh_reader_parse(a, sh_str(settings), NULL);
	const struct sh_account *account = sh_driver_account(a, &usual_driver, &stored, 1, 0);

	assert_non_null(account);
	usual_driver.table.normalize = usual_normalize;
	usual_driver.table.call_parse = usual_parse;
	usual_does = f;
	sh_driver_call_init(c, &usual_driver, 1 << 20, USUAL_NOW);
	assert_int_equal(sh_driver_normalize(c, NULL, account), c->failed ? SH_ANSWER_FAILED : SH_ANSWER_OK);
	if (c->failed)
		fail_msg("%s", c->why);
}

static inline void
usual_once(usual_f *f)
{
	struct sh_arena *a = sh_arena_new(1 << 16);
	struct sh_driver_call c;

	usual_run(&c, a, "{\"secret\":{\"now\":\"new\",\"old\":\"older\",\"old_until_ms\":1}}", f);
	sh_driver_call_clear(&c);
	sh_arena_free(a);
}

#define IS(s, z) assert_true(sh_str_is((s), (z)))

#endif
