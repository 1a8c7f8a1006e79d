/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/seen.h: the newest sign of life of a database that this host has seen, in a file of its state directory.
 *
 * A snapshot put back changes neither the timeline nor the system identifier. What a host remembers tells that it is older. All
 * workers of a host share the file; it only moves forward.
 */
#ifndef SH_ENGINE_SEEN_H
#define SH_ENGINE_SEEN_H

#include <stdint.h>

#define SH_SEEN_SYSTEM 20 /* digits of a system identifier, at most */

struct sh_seen;

struct sh_seen_life {
	int64_t ms; /* 0: none */
	char system[SH_SEEN_SYSTEM + 1]; /* of the cluster that gave it: another one is not older, but another */
};

/* folder NULL: nothing is remembered. NULL: no memory. */
struct sh_seen *sh_seen_new(const char *folder);
void sh_seen_free(struct sh_seen *);
/* The newest that is known now, by whichever worker. One pread. */
struct sh_seen_life sh_seen_newest(struct sh_seen *);
/* A newer one, or one of another cluster: durable soon, written by a thread of its own, since a slow disk must not hold up the loop. */
void sh_seen_note(struct sh_seen *, const struct sh_seen_life *);

#endif
