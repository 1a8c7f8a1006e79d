/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * server/conninfo.h: what a connection string may show of itself.
 */
#ifndef SH_SERVER_CONNINFO_H
#define SH_SERVER_CONNINFO_H

#include <stdbool.h>

#include "gateway/base/buf.h"

/* Does libpq understand it? Its own words are not passed on: they may quote a password. */
bool sh_conninfo_valid(const char *conninfo);

/* As keyword=value pairs with every secret replaced by "***". */
void sh_conninfo_masked(const char *conninfo, struct sh_buf *);

/* keyword='value' with what libpq needs escaped. */
void sh_conninfo_add(struct sh_buf *, const char *keyword, const char *value);

#endif
