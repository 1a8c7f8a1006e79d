/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/zone.h: IANA time zones, read once from the system's tzdata into one immutable table.
 *
 * RFC 9636 files, version 2 and later, with the POSIX rule that follows the last transition. Names are looked
 * up in the table and never become a path. An alias table, made at build time from the links of tzdata.zi, keeps
 * old names working where the system has dropped them.
 */
#ifndef SH_BASE_ZONE_H
#define SH_BASE_ZONE_H

#include "gateway/base/error.h"
#include "gateway/base/time.h"

struct sh_zones;	/* the table */
struct sh_zone;		/* one zone in it; lives as long as the table */

/* dir: NULL for /usr/share/zoneinfo. Fails with a text that names Debian's package if there is no data. */
enum sh_status sh_zones_load(const char *dir, struct sh_zones **ret, struct sh_error *) SH_MUST_CHECK;
void sh_zones_free(struct sh_zones *);
const char *sh_zones_version(const struct sh_zones *);	/* "2025b"; "unknown" */
size_t sh_zones_count(const struct sh_zones *);

/* Exact, then by alias, then without regard to case; NULL: no such zone. */
const struct sh_zone *sh_zones_find(const struct sh_zones *, struct sh_str name);
const char *sh_zone_name(const struct sh_zone *);

/* Seconds east of UTC at an instant. */
int32_t sh_zone_offset(const struct sh_zone *, int64_t ms);

/* The local wall clock at an instant, as ms since 1970 read as if it were UTC. */
int64_t sh_zone_local(const struct sh_zone *, int64_t ms);

enum sh_local { SH_LOCAL_ONCE, SH_LOCAL_TWICE, SH_LOCAL_NEVER };

/*
 * The instants at which the wall clock shows local_ms (same reading). ONCE: first == second. TWICE (an overlap):
 * first < second. NEVER (a gap): first is the asked time moved forward by the gap (RFC 5545 3.3.5), second the
 * first instant after the gap.
 */
enum sh_local sh_zone_instants(const struct sh_zone *, int64_t local_ms, int64_t *ret_first, int64_t *ret_second);

/* The next transition after the instant; INT64_MAX: none. */
int64_t sh_zone_next_change(const struct sh_zone *, int64_t ms);

/* Do two zones show the same wall clock at every instant of [from_ms, until_ms)? */
bool sh_zone_agrees(const struct sh_zone *, const struct sh_zone *, int64_t from_ms, int64_t until_ms);

#endif
