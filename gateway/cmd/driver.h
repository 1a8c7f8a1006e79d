/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * cmd/driver.h: `switchhook driver list|inspect`, and the kit for those who write one: check, new, record.
 */
#ifndef SH_CMD_DRIVER_H
#define SH_CMD_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

/* What the kit's words may be told; cmd/driver_kit.c. Each returns an exit status. */
struct sh_driver_kit {
	const char *golden; /* folder; NULL: none */
	uint64_t seed;
	uint32_t rounds;
	unsigned only;
	bool json, write;
	const char *samples, *run, *keep[17]; /* of record */
	unsigned nkeep;
};

int sh_driver_kit_check(const char *file, const struct sh_driver_kit *);
int sh_driver_kit_new(const char *name, const char *dir); /* dir NULL: a folder of that name */

int sh_driver_kit_record(const char *name, const char *file, const struct sh_driver_kit *); /* file NULL: standard input */

/* argv[0] is "driver". Exit status: 0, 1 if a driver was refused or cannot be found, 2 for wrong usage. */
int sh_cmd_driver(int argc, char **argv);

#endif
