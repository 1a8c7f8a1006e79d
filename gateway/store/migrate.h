/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * store/migrate.h: brings a database to this program's schema. Blocking: for `switchhook migrate` and the start.
 *
 * SH_EAGAIN: no connection, or another migration did not end; SH_EINVALID: the connection string, or too old a server;
 * SH_ECONFLICT: the database is newer; SH_ESYSTEM: it refused. The text says what to do.
 *
 * Migrations are embedded, numbered from 1, each in one transaction, all under one advisory lock. A schema newer
 * than this program is refused. Roles are made if they are missing. Partitions of the inbox are made for the days ahead.
 */
#ifndef SH_STORE_MIGRATE_H
#define SH_STORE_MIGRATE_H

#include "gateway/base/error.h"

/* say, if not NULL, is told each step in a sentence. wait_s: how long to wait for a database that is not there yet. */
enum sh_status sh_migrate(const char *conninfo, int wait_s, void (*say)(void *, const char *), void *arg, struct sh_error *) SH_MUST_CHECK;

/* Without changing anything: 0 if current, > 0 so many to do, < 0 the database is newer by so many. */
enum sh_status sh_migrate_pending(const char *conninfo, int *ret, struct sh_error *) SH_MUST_CHECK;

#endif
