/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * cmd/driver.h: `switchhook driver list|inspect`.
 */
#ifndef SH_CMD_DRIVER_H
#define SH_CMD_DRIVER_H

/* argv[0] is "driver". Exit status: 0, 1 if a driver was refused or cannot be found, 2 for wrong usage. */
int sh_cmd_driver(int argc, char **argv);

#endif
