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

struct sh_seen;

/* folder NULL: nothing is remembered. NULL: no memory. */
struct sh_seen *sh_seen_new(const char *folder);
void sh_seen_free(struct sh_seen *);
/* The newest that is known now, by whichever worker; 0: none. One pread. */
int64_t sh_seen_ms(struct sh_seen *);
/* A newer one: durable soon, written by a thread of its own, since a slow disk must not hold up the loop. */
void sh_seen_note(struct sh_seen *, int64_t alive_ms);

#endif
