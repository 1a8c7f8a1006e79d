/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/base/tzif.h"

#include <string.h>

#define TZIF_HEADER 44
#define TZIF_TYPES_MAX 256
/* Some compilers of zone data begin with a change at the birth of the universe; milliseconds do not reach there. */
#define TZIF_TIME_MAX_S INT64_C(100000000000000)

/* What the header counts, in the order in which it does. */
enum { TZIF_UT, TZIF_STD, TZIF_LEAP, TZIF_TIMES, TZIF_TYPES, TZIF_CHARS, TZIF_COUNTS };

static uint32_t
tzif_u32(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}

static int64_t
tzif_i64(const char *p)
{
	return (int64_t)((uint64_t)tzif_u32(p) << 32 | tzif_u32(p + 4));
}

bool
sh_tzif_is(struct sh_str b)
{
	return b.n >= TZIF_HEADER && memcmp(b.s, "TZif", 4) == 0;
}

/* Reads a block's header at *at, moves *at behind it, and answers the length of the data that must follow. */
static bool
tzif_header(struct sh_str b, size_t *at, int time_size, uint32_t count[TZIF_COUNTS], uint64_t *ret_length)
{
	if (b.n - *at < TZIF_HEADER || memcmp(b.s + *at, "TZif", 4) != 0)
		return false;
	for (int i = 0; i < TZIF_COUNTS; i++)
		count[i] = tzif_u32(b.s + *at + 20 + 4 * i);
	*at += TZIF_HEADER;
	*ret_length = (uint64_t)count[TZIF_TIMES] * (uint64_t)(time_size + 1) + (uint64_t)count[TZIF_TYPES] * 6 +
		count[TZIF_CHARS] + (uint64_t)count[TZIF_LEAP] * (uint64_t)(time_size + 4) + count[TZIF_STD] + count[TZIF_UT];
	return *ret_length <= b.n - *at;
}

/* The footer is a line of its own; an empty one means that nothing is known after the last change. */
static enum sh_status
tzif_footer(struct sh_str b, struct sh_tzif *z, struct sh_error *e)
{
	const char *end;

	if (b.n == 0 || b.s[0] != '\n' || !(end = memchr(b.s + 1, '\n', b.n - 1)))
		return sh_fail(e, SH_EINVALID, "its footer is missing");
	b = (struct sh_str){ b.s + 1, (size_t)(end - b.s - 1) };
	z->ruled = b.n > 0;
	if (z->ruled && !sh_tzrule_parse(b, &z->rule))
		return sh_fail(e, SH_EINVALID, "its footer is no POSIX rule");
	return SH_OK;
}

/* times, then their types, then the types themselves: see RFC 9636, 3.2 */
static enum sh_status
tzif_changes(struct sh_arena *a, const char *p, const uint32_t count[TZIF_COUNTS], struct sh_tzif *z, struct sh_error *e)
{
	size_t times = count[TZIF_TIMES];
	uint32_t n = 0;
	const char *which = p + times * 8, *types = which + times;
	struct sh_tzif_change *changes = sh_arena_array(a, struct sh_tzif_change, times);
	int64_t before = INT64_MIN;

	if (!changes && times > 0)
		return sh_fail(e, SH_ETOOBIG, "no memory for its changes");
	for (uint32_t i = 0; i < count[TZIF_TYPES]; i++) {
		int32_t offset = (int32_t)tzif_u32(types + 6 * i);

		if (offset < -SH_TZIF_OFFSET_MAX_S || offset > SH_TZIF_OFFSET_MAX_S)
			return sh_fail(e, SH_EINVALID, "an offset of %d seconds", offset);
	}
	z->first_s = (int32_t)tzif_u32(types);
	for (size_t i = 0; i < times; i++) {
		int64_t at = tzif_i64(p + i * 8);
		unsigned type = (unsigned char)which[i];
		int32_t offset, now = n > 0 ? changes[n - 1].offset_s : z->first_s;

		if ((i > 0 && at <= before) || type >= count[TZIF_TYPES] || at > TZIF_TIME_MAX_S)
			return sh_fail(e, SH_EINVALID, "its changes are out of order or of no known type");
		before = at;
		offset = (int32_t)tzif_u32(types + 6 * type);
		if (at < -TZIF_TIME_MAX_S)
			z->first_s = offset;
		else if (offset != now)
			changes[n++] = (struct sh_tzif_change){ at, offset };
	}
	z->changes = changes;
	z->nchanges = n;
	z->rule_from_s = before;
	return SH_OK;
}

enum sh_status
sh_tzif_read(struct sh_arena *a, struct sh_str b, struct sh_tzif *ret, struct sh_error *e)
{
	uint32_t count[TZIF_COUNTS];
	uint64_t length;
	size_t at = 0;
	struct sh_tzif z = { 0 };

	if (!sh_tzif_is(b) || b.s[4] < '2')
		return sh_fail(e, SH_EINVALID, "not a TZif file of version 2 or later");
	/* The first block, of 32-bit times, is there for readers of the last century. */
	if (!tzif_header(b, &at, 4, count, &length))
		return sh_fail(e, SH_EINVALID, "its counts exceed its length");
	at += length;
	if (!tzif_header(b, &at, 8, count, &length))
		return sh_fail(e, SH_EINVALID, "its counts exceed its length");
	if (count[TZIF_TYPES] == 0 || count[TZIF_TYPES] > TZIF_TYPES_MAX)
		return sh_fail(e, SH_EINVALID, "%u local time types", count[TZIF_TYPES]);
	if (count[TZIF_LEAP] > 0)
		return sh_fail(e, SH_EINVALID, "it counts leap seconds");

	if (tzif_changes(a, b.s + at, count, &z, e) != SH_OK)
		return e ? e->status : SH_EINVALID;
	at += length;
	if (tzif_footer((struct sh_str){ b.s + at, b.n - at }, &z, e) != SH_OK)
		return SH_EINVALID;
	*ret = z;
	return SH_OK;
}
