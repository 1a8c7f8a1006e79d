/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* cmd/key.c: `switchhook key new FILE`. */
#include "gateway/cmd/command.h"

#include <stdio.h>

#include "gateway/crypto/kek.h"

int
sh_cmd_key(int argc, char **argv)
{
	struct sh_error e;

	if (argc < 2)
		return sh_command_usage("key", "expected a verb: new, or one that asks a running gateway");
	if (argc != 3)
		return sh_command_usage("key", "expected: new FILE");
	if (sh_kek_file_new(argv[2], &e) != SH_OK)
		return sh_command_failed("key", "%s", e.text);
	printf("%s: a new key. Keep a copy where the database's backups are not; without it they cannot be read.\n", argv[2]);
	return SH_EXIT_OK;
}
