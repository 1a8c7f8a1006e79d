/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * driver/table.h: is a driver's table well-formed? For the loader; knows nothing of files.
 */
#ifndef SH_DRIVER_TABLE_H
#define SH_DRIVER_TABLE_H

#include "gateway/driver/load.h"

/* What a table of minor 0 reaches to: the least that a loader accepts. */
#define SH_DRIVER_FROZEN (offsetof(struct sh_driver, outcome) + sizeof(((struct sh_driver *)0)->outcome))

/* More rows than that mean that the row which ends the table is missing. */
#define SH_DRIVER_SETTINGS_MAX 256
#define SH_DRIVER_REASONS_MAX 1024

/* [a-z][a-z0-9_]{0,31} */
bool sh_table_is_name(struct sh_str);

/* Counts rows and capabilities of d->table into *d; the first thing that is wrong fills *e. */
enum sh_status sh_table_check(struct sh_driver_loaded *d, struct sh_error *e) SH_MUST_CHECK;

/* Is the value of the right kind for that setting? The text never quotes a secret. */
enum sh_status sh_table_check_value(const struct sh_setting *, struct sh_str value, struct sh_error *e) SH_MUST_CHECK;

#endif
