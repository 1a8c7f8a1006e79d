/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * A driver that misbehaves when it is asked to: the Retell driver under another name, whose normalize and dial_request first
 * do what the event's member, or the dial's variable, "misbehave" says. With -DHOSTILE_TAME nobody can make it.
 *
 * HOSTILE_NAME and HOSTILE_VERSION come from the compiler's command line; tests/scenarios/lib/drivers.mjs calls it.
 */
#include <signal.h>
#include <stdlib.h>
#include <switchhook/driver.h>
#include <unistd.h>

static sh_driver_normalize_f hostile_normalize;
static sh_driver_dial_request_f hostile_dial_request;

#undef SH_DRIVER
#define SH_DRIVER(...)                                                                                                             \
	extern __attribute__((visibility("default"))) const struct sh_driver switchhook_driver;                                    \
	const struct sh_driver switchhook_driver = { .abi_major = SH_DRIVER_ABI_MAJOR,                                             \
		.abi_minor = SH_DRIVER_ABI_MINOR,                                                                                  \
		.size = sizeof(struct sh_driver),                                                                                  \
		.setting_size = sizeof(struct sh_setting),                                                                         \
		.reason_size = sizeof(struct sh_reason),                                                                           \
		__VA_ARGS__.name = HOSTILE_NAME,                                                                                   \
		.version = HOSTILE_VERSION,                                                                                        \
		.normalize = hostile_normalize,                                                                                    \
		.dial_request = hostile_dial_request }

#include "drivers/retell/rest.c"
#include "drivers/retell/retell.c"

#ifdef HOSTILE_AT_LOAD
static void __attribute__((constructor))
hostile_load(void)
{
	raise(SIGSEGV);
}
#endif

/* Compiled without optimisation: each of these is what it looks like. */
static int
hostile_deep(int n)
{
	volatile char room[4096];

	room[0] = (char)n;
	return hostile_deep(n + 1) + room[0];
}

static void
hostile_hog(void)
{
	for (;;) {
		volatile char *p = malloc(8 << 20);

		for (size_t i = 0; i < 8 << 20; i += 4096)
			p[i] = 1;
		usleep(5000);
	}
}

static void
hostile_misbehave(struct sh_str how)
{
#ifdef HOSTILE_TAME
	(void)how;
#else
	if (sh_str_is(how, "crash"))
		*(volatile int *)8 = 1;
	else if (sh_str_is(how, "abort"))
		abort();
	else if (sh_str_is(how, "exit"))
		exit(0);
	else if (sh_str_is(how, "loop"))
		for (volatile int i = 0;; i++)
			;
	else if (sh_str_is(how, "stack"))
		hostile_deep(0);
	else if (sh_str_is(how, "hog"))
		hostile_hog();
#endif
}

/* What it was lent it may read, not write; it writes all the same, and hurts itself alone. */
static void
hostile_scribble(const struct sh_delivery *d)
{
	memset((char *)d->body.s, 'X', d->body.n);
	for (uint32_t i = 0; i < d->nheaders; i++)
		memset((char *)d->headers[i].value.s, 'X', d->headers[i].value.n);
}

static enum sh_answer
hostile_normalize(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	struct sh_str how = sh_json_get_str(cx, sh_json_parse(cx, d->body), "misbehave");
	enum sh_answer answer;

	hostile_misbehave(how);
	answer = retell_normalize(cx, d, a);
	if (sh_str_is(how, "scribble"))
		hostile_scribble(d);
	return answer;
}

static void
hostile_dial_request(struct sh_ctx *cx, const struct sh_account *a, const struct sh_dial *d, struct sh_request *r)
{
	for (uint32_t i = 0; i < d->nvariables; i++)
		if (sh_str_is(d->variables[i].name, "misbehave"))
			hostile_misbehave(d->variables[i].value);
	retell_dial_request(cx, a, d, r);
}
