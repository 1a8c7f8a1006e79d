/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/keycheck.h: does the key file belong to this database?
 *
 * With another one everything starts, and fails when the first tenant's data is opened. So one tenant's keys are opened on purpose.
 */
#ifndef SH_ENGINE_KEYCHECK_H
#define SH_ENGINE_KEYCHECK_H

#include "gateway/engine/core.h"

/*
 * SH_OK: they open, or there is no tenant yet; SH_EDENIED: they were wrapped with another key file; SH_EINVALID: these are damaged;
 * anything else: nobody answered.
 */
typedef void sh_keycheck_f(void *arg, enum sh_status);

/* db: in ingest's or engine's role. Calls once, later. */
void sh_keycheck(const struct sh_core *, struct sh_db *db, sh_keycheck_f *, void *arg);

#endif
