/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/merge.h: the object of one bucket's merge, shared by its two files. Not for others.
 *
 *	merge.c		the bucket: its turn, its accounts, what no list proves, the last transaction
 *	merge_list.c	one account: its list, page by page; rows for what was lost, and the inbox
 */
#ifndef SH_ENGINE_MERGE_H
#define SH_ENGINE_MERGE_H

#include "gateway/engine/event.h"
#include "gateway/engine/work.h"

#define SH_MAGIC_sh_merging 0x6d657267u
#define SH_MERGE_LEASE_MS (60 * SH_SECOND_MS)

struct sh_merge_account {
	struct sh_id tenant, workspace;
	const struct sh_driver_loaded *driver; /* NULL: not loaded */
	struct sh_str provider, settings, secrets, keys;
	int64_t created_ms;
	const char *suspect; /* why its list proves nothing; NULL: it does. A constant */
	int adopted, stored;
};

struct sh_merge_page;

struct sh_merging {
	uint32_t magic;
	struct sh_engine *eng;
	struct sh_arena *arena;
	int bucket;
	struct sh_id id; /* whose turn it is */
	int64_t noticed_ms, quiet_ms, lost_from_ms; /* lost_from 0: nothing survived that tells */
	struct sh_merge_account *accounts;
	size_t naccounts, at;
	int blocked; /* dials that wait for another one of their callback to be decided */
	int64_t listed_ms; /* when the last list was read to its end; 0: not yet */
	struct event *again; /* the next look at what is not processed yet */
	struct sh_merge_page *page; /* merge_list.c's */
};

/* Reads the list of accounts[at] into the database; ends with one of the three below. */
void sh_merge_list(struct sh_merging *);
void sh_merge_list_free(struct sh_merging *);

void sh_merge_listed(struct sh_merging *); /* all pages are in */
void sh_merge_unlisted(struct sh_merging *, const char *why); /* not now: the provider, or a key, or credentials */
void sh_merge_broken(struct sh_merging *); /* the database: all of it begins anew */
/* Another page is in: the turn is kept. */
void sh_merge_keep(struct sh_merging *);

#endif
