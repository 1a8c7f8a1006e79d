/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * A driver that misbehaves when it is asked to: the Retell driver under another name, whose verify, normalize and dial_request also
 * do what the event's member, or the dial's variable, "misbehave" says. With -DHOSTILE_TAME nobody can make it; with -DHOSTILE_MUTE it
 * places no calls, with -DHOSTILE_EARS it reads webhooks and does nothing else, with -DHOSTILE_DEAF it does all but that.
 *
 * HOSTILE_NAME and HOSTILE_VERSION come from the compiler's command line; tests/scenarios/lib/drivers.mjs calls it.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <switchhook/driver.h>
#include <sys/mman.h>
#include <unistd.h>

static sh_driver_verify_f hostile_verify;
static sh_driver_normalize_f hostile_normalize;
static sh_driver_dial_request_f hostile_dial_request;

/* What it can besides. */
#if defined(HOSTILE_MUTE)
#define HOSTILE_CAN .dial_request = NULL, .dial_parse = NULL
#elif defined(HOSTILE_EARS)
#define HOSTILE_CAN                                                                                                                \
	.check_request = NULL, .check_parse = NULL, .numbers_request = NULL, .numbers_parse = NULL, .agents_request = NULL,        \
	.agents_parse = NULL, .reply = NULL, .dial_request = NULL, .dial_parse = NULL, .calls_request = NULL, .calls_parse = NULL, \
	.call_request = NULL, .call_parse = NULL
#elif defined(HOSTILE_DEAF)
#define HOSTILE_CAN .verify = NULL, .normalize = NULL, .reply = NULL
#else
#define HOSTILE_CAN .dial_request = hostile_dial_request
#endif

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
		.verify = hostile_verify,                                                                                          \
		.normalize = hostile_normalize,                                                                                    \
		HOSTILE_CAN }

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

/* Memory that nobody gives back; it stays within reach, so that the leak sanitizer does not end the worker in its own way. */
static void
hostile_leak(size_t n)
{
	static void *all;
	void **p = malloc(n);

	for (size_t i = 0; p && i < n; i += 4096)
		((volatile char *)p)[i] = 1;
	if (p) {
		*p = all;
		all = p;
	}
}

/* A table with a bound, which is no leak: filled once, and its rows anew after that. */
static void
hostile_cache(void)
{
	static void *rows[64];
	static size_t next;
	void **row = &rows[next++ % 64];

	free(*row);
	*row = malloc(256 << 10);
	if (*row)
		memset(*row, 1, 256 << 10);
}

/* All memory that it can write and that other processes see. */
static void
hostile_overwrite(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long from, to;
	char line[512];

	while (maps && fgets(line, sizeof(line), maps))
		if (strstr(line, " rw-s ") && strstr(line, "/dev/zero") && sscanf(line, "%lx-%lx", &from, &to) == 2)
			memset((void *)from, 0xff, to - from);
	if (maps)
		fclose(maps);
}

static void
hostile_hog(void)
{
	for (;; usleep(5000))
		hostile_leak(8 << 20);
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
	else if (sh_str_is(how, "leak"))
		hostile_leak(8 << 20);
	else if (sh_str_is(how, "cache"))
		hostile_cache();
	else if (sh_str_is(how, "overwrite"))
		hostile_overwrite();
#endif
}

/* What it was lent it may read, not write; it writes all the same, and hurts itself alone. */
static void
hostile_scribble(const struct sh_delivery *d, const struct sh_account *a)
{
	memset((char *)d->body.s, 'X', d->body.n);
	for (uint32_t i = 0; i < d->nheaders; i++)
		memset((char *)d->headers[i].value.s, 'X', d->headers[i].value.n);
	for (uint32_t i = 0; i < a->nvalues; i++)
		memset((char *)a->values[i].now.s, 'X', a->values[i].now.n);
}

/* Sizes that are not so: of a struct; of a text that ends where the memory does. */
static void
hostile_sizes(struct sh_ctx *cx, bool texts)
{
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct sh_event e = { .size = texts ? sizeof(e) : 12, .dedup = SH_STR("sizes"), .transcript = { pages + 4092, 1 << 20 } };

	memset(pages, 'x', 8192);
	mprotect(pages + 4096, 4096, PROT_NONE);
	cx->host->event_add(cx, &e);
}

static struct sh_str
hostile_told(struct sh_ctx *cx, const struct sh_delivery *d)
{
#ifdef HOSTILE_TAME
	return SH_NONE;
#else
	return sh_json_get_str(cx, sh_json_parse(cx, d->body), "misbehave");
#endif
}

static enum sh_verdict
hostile_verify(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	enum sh_verdict verdict = retell_verify(cx, d, a);

	if (sh_str_is(hostile_told(cx, d), "scribble early"))
		hostile_scribble(d, a);
	return verdict;
}

static enum sh_answer
hostile_normalize(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	struct sh_str how = hostile_told(cx, d);
	enum sh_answer answer;

	hostile_misbehave(how);
	if (sh_str_is(how, "struct size") || sh_str_is(how, "text size"))
		hostile_sizes(cx, sh_str_is(how, "text size"));
	answer = retell_normalize(cx, d, a);
	if (sh_str_is(how, "scribble"))
		hostile_scribble(d, a);
	return answer;
}

static void
hostile_dial_request(struct sh_ctx *cx, const struct sh_account *a, const struct sh_dial *d, struct sh_request *r)
{
	struct sh_str how = SH_NONE;

	for (uint32_t i = 0; i < d->nvariables; i++)
		if (sh_str_is(d->variables[i].name, "misbehave"))
			how = d->variables[i].value;
	hostile_misbehave(how);
	retell_dial_request(cx, a, d, r);
	if (sh_str_is(how, "request size"))
		r->nheaders = 1u << 30;
}
