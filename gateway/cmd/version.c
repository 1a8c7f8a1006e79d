/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* cmd/version.c: `switchhook version`. */
#include <config.h>

#include "gateway/cmd/command.h"

#include <stdio.h>

#include <switchhook/driver.h>

int
sh_cmd_version(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return sh_command_usage("version", "expected no arguments");
	printf("switchhook %s\ndriver interface %u.%u\n", PACKAGE_VERSION, SH_DRIVER_ABI_MAJOR, SH_DRIVER_ABI_MINOR);
	return SH_EXIT_OK;
}
