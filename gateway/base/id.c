/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/id.c: UUIDv7 with a fixed-length counter (RFC 9562 section 6.2, method 1). The counter is per process:
 * after a fork both sides go on from the same one, and the 62 random bits keep their ids apart.
 */
#include "gateway/base/id.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "gateway/base/macro.h"

#define ID_COUNTER_MAX 0xfff
/* Beyond this the clock was set back on purpose, and ids follow it. */
#define ID_BACK_MS 10000

static int64_t id_last_ms = -1;
static uint16_t id_counter;

/*
 * Nonces and ids are public and come by the dozen with each delivery, so the kernel is asked for many at once. What is longer, keys
 * and tokens above all, comes straight from it. A child begins with nothing.
 */
#define ID_PUBLIC_MAX 12
static uint8_t id_stock[1024];
static size_t id_left;

static void
id_forked(void)
{
	memset(id_stock, 0, sizeof(id_stock));
	id_left = 0;
}

__attribute__((constructor)) static void
id_watch_forks(void)
{
	if (pthread_atfork(NULL, NULL, id_forked) != 0)
		abort();
}

static void
id_kernel(void *out, size_t n)
{
	uint8_t *at = out;

	while (n > 0) {
		ssize_t got = getrandom(at, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			abort();
		at += got;
		n -= (size_t)got;
	}
}

void
sh_id_random(void *out, size_t n)
{
	uint8_t *from;

	if (n > ID_PUBLIC_MAX) {
		id_kernel(out, n);
		return;
	}
	if (id_left < n) {
		id_kernel(id_stock, sizeof(id_stock));
		id_left = sizeof(id_stock);
	}
	from = id_stock + id_left - n;
	memcpy(out, from, n);
	memset(from, 0, n);
	id_left -= n;
}

struct sh_id
sh_id_new(int64_t now_ms)
{
	struct sh_id id;

	assert(now_ms >= 0 && now_ms < INT64_C(1) << 48);
	sh_id_random(id.b + 6, sizeof(id.b) - 6);
	if (now_ms > id_last_ms || now_ms < id_last_ms - ID_BACK_MS) {
		/* Starting in the lower half leaves room for 2048 more in the same millisecond. */
		id_last_ms = now_ms;
		id_counter = (uint16_t)((id.b[6] << 8 | id.b[7]) & (ID_COUNTER_MAX >> 1));
	} else if (id_counter++ == ID_COUNTER_MAX) {
		id_last_ms++;
		id_counter = 0;
	}
	for (int i = 0; i < 6; i++)
		id.b[i] = (uint8_t)(id_last_ms >> (40 - 8 * i));
	id.b[6] = (uint8_t)(0x70 | id_counter >> 8);
	id.b[7] = (uint8_t)id_counter;
	id.b[8] = (uint8_t)(0x80 | (id.b[8] & 0x3f));
	return id;
}
