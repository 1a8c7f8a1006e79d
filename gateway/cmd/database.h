/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * cmd/database.h: for commands that go to the database themselves: what failed, which option is about it, what to look at.
 */
#ifndef SH_CMD_DATABASE_H
#define SH_CMD_DATABASE_H

#include <libpq-fe.h>

#include "gateway/base/error.h"
#include "gateway/server/config.h"

/*
 * Blocking, within seconds. name: the application's; settings: NULL, or options of the session. c NULL: conninfo stood on the
 * command line; else it is the configuration's. NULL: e says why, in a line, without a secret.
 */
PGconn *sh_database_open(const struct sh_config *c, const char *conninfo, const char *name, const char *settings, struct sh_error *e);

/* Why a statement failed; r may be NULL: the connection broke. Returns e->status. */
enum sh_status sh_database_refused(const PGresult *r, struct sh_error *e);

#endif
