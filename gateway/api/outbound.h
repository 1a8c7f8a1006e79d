/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/outbound.h: the handlers of outbound.c, for routes.def.
 */
#ifndef SH_API_OUTBOUND_H
#define SH_API_OUTBOUND_H

#include "gateway/api/request.h"

/* POST /v1/outbound/calls: JSON, form, or a workflow's payload; reads the raw body itself. */
void sh_api_outbound_calls(struct sh_api_request *);

#endif
