/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * ingress/ingress.h: provider webhooks. Slug → account → driver verifies → driver normalizes → inbox → reply.
 *
 * A 2xx leaves only after the events are durable; what cannot be made durable gets 503 with Retry-After.
 */
#ifndef SH_INGRESS_INGRESS_H
#define SH_INGRESS_INGRESS_H

#include "gateway/engine/core.h"
#include "gateway/http/server.h"

struct sh_ingress;

struct sh_ingress *sh_ingress_new(struct sh_core *);
void sh_ingress_free(struct sh_ingress *);
/* Answers every request whose path begins with /api/webhooks/. */
void sh_ingress_handle(struct sh_ingress *, struct sh_http_request *);

/* Configuration changed somewhere (NOTIFY's payload, or NULL: anything may have): drop what is remembered of it. */
void sh_ingress_changed(struct sh_ingress *, const char *payload);

#endif
