/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * server/held.h: the files of policies, plans, packs of laws, numbers, drivers and TLS as they were when they were checked.
 *
 * A crew lives for weeks, and its workers may have to be replaced at any time. Were each to read the folders anew, an edit that
 * nobody has asked to be taken (no SIGHUP yet, or one that was refused) would run in some of them, or keep them from starting.
 * So the master holds copies, sealed memory files that its workers inherit, and a reload checks the very copies that will run.
 */
#ifndef SH_SERVER_HELD_H
#define SH_SERVER_HELD_H

#include <dirent.h>

#include "gateway/driver/load.h"

#define SH_HELD_FILES 256
#define SH_HELD_PACKS "jurisdictions" /* the folder of packs, beside the policies if it is there */

struct sh_held {
	bool whole; /* both kinds of folders could be listed; else the folders are read, which says what is wrong */
	struct sh_driver_file policies[SH_HELD_FILES], drivers[SH_HELD_FILES]; /* paths are owned */
	struct sh_driver_file packs[SH_HELD_FILES];
	size_t npolicies, ndrivers, npacks;
	struct sh_driver_file plans, numbers; /* path NULL: there is no such file */
	int64_t made_s; /* real time: what was valid then may run, however long */
	int certificate, key; /* -1: none, or to be read from its place, which says what is wrong */
};

/* For scandir: what lies in the folder of policies, or of packs, and is one. */
int sh_held_is_policy(const struct dirent *);
/* NULL: no memory. A file that cannot be copied is left to be read from its place. plans and numbers may be NULL. */
struct sh_held *sh_held_new(const char *policies, const char *plans, const char *numbers, const char *const *drivers);
/* Certificate and key, which whoever renews them exchanges one after the other. A key that everybody may read is not taken. */
void sh_held_tls(struct sh_held *, const char *certificate, const char *key);
/* In a process that has read it. */
void sh_held_forget_key(struct sh_held *);
void sh_held_free(struct sh_held *);
/* Adds the descriptors that a child must keep; returns how many there are then. */
size_t sh_held_keep(const struct sh_held *, int *keep, size_t n, size_t room);

#endif
