/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * store/listen.h: LISTEN on a connection of its own. NOTIFY only makes things sooner; nothing depends on it.
 */
#ifndef SH_STORE_LISTEN_H
#define SH_STORE_LISTEN_H

#include "gateway/store/db.h"

struct sh_listen;

/* payload NULL: the connection was lost or came back, so anything may have been missed. */
typedef void sh_listen_f(void *arg, const char *payload);

/* NULL: the connection string cannot be read (logged). */
struct sh_listen *sh_listen_new(struct event_base *, const char *conninfo, const char *channel, sh_listen_f *, void *arg);
void sh_listen_free(struct sh_listen *);
bool sh_listen_ready(const struct sh_listen *);

#endif
