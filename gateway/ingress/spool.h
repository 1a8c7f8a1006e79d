/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * ingress/spool.h: what providers say while the database is away (the option ingest.spool).
 *
 * The events of a delivery that the database did not take are written to a file of this worker's, as the inbox rows that they
 * would have become: verified, normalized, sealed. When that is on the disk they are acknowledged. Once the database
 * is back they go into the inbox in the order in which they came, before anything that came later to this worker. What a
 * worker leaves behind, another one finds and delivers.
 *
 * What arrives during one flush goes into the next. A row keeps its id, its time and its deduplication key, so delivering it
 * twice stores it once: a file is delivered from its beginning until it was delivered whole, and only then removed.
 */
#ifndef SH_INGRESS_SPOOL_H
#define SH_INGRESS_SPOOL_H

#include "gateway/engine/core.h"

struct sh_spool;

/* Never NULL. With the option off nothing is kept, but what an earlier run left is delivered. */
struct sh_spool *sh_spool_new(struct sh_core *);
/* After the inbox. What waits for its flush is told SH_EAGAIN. */
void sh_spool_free(struct sh_spool *);

/* Must what comes now queue up behind what is kept here? */
bool sh_spool_leads(const struct sh_spool *);
/* May what the database answered so be kept here instead? */
bool sh_spool_takes(const struct sh_spool *, enum sh_status);

/* Copies the rows. done is called later: SH_OK: they are durable. Anything else: they are not (full, or the disk failed). */
typedef void sh_spool_f(void *arg, enum sh_status);
void sh_spool_add(struct sh_spool *, const struct sh_inbox_row *, size_t n, sh_spool_f *, void *arg);

#endif
