/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/id.h: ids and random bytes.
 */
#ifndef SH_BASE_ID_H
#define SH_BASE_ID_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct sh_id {
	uint8_t b[16];
};

/* NULL for an id of zeroes, which stands for "none". */
static inline const struct sh_id *
sh_id_or_null(const struct sh_id *id)
{
	static const struct sh_id none;

	return memcmp(id, &none, sizeof(none)) ? id : NULL;
}

/*
 * UUIDv7 (RFC 9562) for the instant: 48 bits of milliseconds, a counter that keeps ids of one process in order,
 * random rest. Order holds while the clock is set back by at most ten seconds; then ids follow the clock.
 */
struct sh_id sh_id_new(int64_t now_ms);

/* From the kernel's generator; never fails (the process ends if it does). */
void sh_id_random(void *out, size_t n);

#endif
