/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * ingress/spool_sync.h: fdatasync without the loop waiting for it.
 *
 * The gateway has threads only to wait for the disk: a flush may take a second, and a worker that stands still so long
 * sends no dial in time. So a helper thread does nothing but wait for the disk. It is told two descriptors through a socket pair and tells an
 * errno back; it shares no memory with the loop, allocates nothing, takes no signal. There is one flush under way at most.
 */
#ifndef SH_INGRESS_SPOOL_SYNC_H
#define SH_INGRESS_SPOOL_SYNC_H

#include "gateway/base/error.h"

struct event_base;
struct sh_spool_sync;

/* error: 0, or why what was written may not be there after a power failure. */
typedef void sh_spool_sync_f(void *arg, int error);

struct sh_spool_sync *sh_spool_sync_new(struct event_base *, sh_spool_sync_f *, void *arg, struct sh_error *) SH_MUST_CHECK;
/* Waits for a flush that is under way; done is not called any more. */
void sh_spool_sync_free(struct sh_spool_sync *);
/* The file's data, and the folder's entry of it if folder is not -1. Both must stay open until done is called. */
void sh_spool_sync_run(struct sh_spool_sync *, int fd, int folder);

#endif
