/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* The machine's zone data, loaded once for all tests of a program, and how times and zones are written in their tables. */
#ifndef SH_TEST_ZONES_H
#define SH_TEST_ZONES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gateway/base/time.h"
#include "gateway/base/zone.h"

static struct sh_zones *zones;

static inline int
zones_setup(void **state)
{
	struct sh_error e;

	(void)state;
	if (sh_zones_load(NULL, &zones, &e) != SH_OK)
		fail_msg("%s", e.text);
	return 0;
}

static inline int
zones_teardown(void **state)
{
	(void)state;
	sh_zones_free(zones);
	return 0;
}

/* RFC 3339 */
static inline int64_t
at(const char *text)
{
	int64_t ms;

	if (!sh_time_parse_rfc3339(sh_str(text), &ms))
		fail_msg("not a time: %s", text);
	return ms;
}

/* NULL: none is named */
static inline const struct sh_zone *
zone(const char *name)
{
	const struct sh_zone *z = name ? sh_zones_find(zones, sh_str(name)) : NULL;

	if (name && !z)
		fail_msg("no zone %s", name);
	return z;
}

#endif
