/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * server/standby.h: does an acknowledged commit outlive the loss of the database's machine?
 *
 * Only where a synchronous standby has it, too. Blocking: for `switchhook check-config --database`.
 */
#ifndef SH_SERVER_STANDBY_H
#define SH_SERVER_STANDBY_H

#include "gateway/base/buf.h"
#include "gateway/base/error.h"

/* A sentence for people into the buffer, whichever way it is. Fails if the database does not answer. */
enum sh_status sh_standby_describe(const char *conninfo, struct sh_buf *, struct sh_error *) SH_MUST_CHECK;

#endif
