/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * ingress/spool_sync.h: writing and flushing without the loop waiting for it.
 *
 * The gateway has threads only to wait for the disk: it may take a second, or hang, and a worker that stands still so long
 * sends no dial in time. So a helper thread does nothing but make files, write and flush. It is told of an order through a socket pair
 * and tells back what became of it; it allocates nothing, logs nothing, takes no signal. There is one order under way at most, and
 * until it is told of what the order names is the thread's alone.
 */
#ifndef SH_INGRESS_SPOOL_SYNC_H
#define SH_INGRESS_SPOOL_SYNC_H

#include "gateway/ingress/spool_file.h"

struct event_base;
struct sh_spool_sync;

/* written: all of it is in the file. error: 0, or why it is not, or may not be there after a power failure. */
typedef void sh_spool_sync_f(void *arg, bool written, int error);

struct sh_spool_sync *sh_spool_sync_new(struct event_base *, sh_spool_sync_f *, void *arg, struct sh_error *) SH_MUST_CHECK;
/* Waits for an order that is under way; done is not called any more. */
void sh_spool_sync_free(struct sh_spool_sync *);
/* Makes the file if it is not made yet, adds the bytes and flushes both; the folder too, if the file has not entered it. */
void sh_spool_sync_run(struct sh_spool_sync *, int folder, struct sh_spool_file *, struct sh_str bytes);

#endif
