/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * store/inbox.h: group commit of what providers tell us.
 *
 * Events that arrive while one transaction is under way go into the next: one INSERT … SELECT FROM unnest of at
 * most 256 rows, one sync. No timer, no added latency when idle. A delivery's events share one fate: done is called
 * once for all of them, when the commit is proved. A row with a bad value fails its whole transaction, so that
 * is sent again row by row.
 */
#ifndef SH_STORE_INBOX_H
#define SH_STORE_INBOX_H

#include "gateway/store/db.h"

struct sh_inbox;

struct sh_inbox_row {
	int bucket;
	struct sh_id tenant, event;
	int64_t received_ms;		/* its UTC day is the partition */
	struct sh_id workspace;
	struct sh_id agent;		/* zero: unknown */
	struct sh_str provider;
	struct sh_str kind;
	bool final;
	uint8_t dedup[16];
	uint8_t call_index[16];		/* hash of workspace and the provider's call id; zero: none */
	struct sh_id dial;		/* from the metadata; zero: none */
	struct sh_str body;		/* sealed common event */
	struct sh_str payload;		/* sealed, what the provider sent, where the policy keeps it; absent: it is not kept */
	int64_t payload_until_ms;	/* INT64_MAX: for good */
};

/* fresh[i]: row i was stored now; false: it was there before. Statuses as of a unit; SH_EINVALID: also for what a row holds. */
typedef void sh_inbox_f(void *arg, enum sh_status, const bool *fresh, size_t n);

struct sh_inbox *sh_inbox_new(struct sh_db *ingest);
void sh_inbox_free(struct sh_inbox *);
/* Copies rows. n is 1 to 64. lease_until_ms: until then no other worker processes them. */
void sh_inbox_add(struct sh_inbox *, const struct sh_inbox_row *, size_t n, int64_t lease_until_ms, sh_inbox_f *, void *arg);
/* From now on, when a transaction fails, what waits behind it is told SH_EAGAIN, too: whoever keeps both elsewhere keeps their order. */
void sh_inbox_keep_order(struct sh_inbox *);
size_t sh_inbox_pending(const struct sh_inbox *);

#endif
