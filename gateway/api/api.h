/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/api.h: REST v1. One table of routes (api/routes.def), one way in.
 */
#ifndef SH_API_API_H
#define SH_API_API_H

#include "gateway/engine/core.h"
#include "gateway/http/server.h"

struct sh_api;

struct sh_api *sh_api_new(struct sh_core *);
void sh_api_free(struct sh_api *);
/* Answers every request whose path begins with /v1/, /healthz, /readyz or /metrics. */
void sh_api_handle(struct sh_api *, struct sh_http_request *);

#endif
