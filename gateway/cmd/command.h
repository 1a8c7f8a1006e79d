/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * cmd/command.h: what a subcommand is. cmd/commands.def lists them; each stands in a file of its own.
 *
 * To add one: a row in commands.def, a file with `int sh_cmd_NAME(int argc, char **argv)`, and the file's name in local.mk.
 */
#ifndef SH_CMD_COMMAND_H
#define SH_CMD_COMMAND_H

#include "gateway/base/macro.h"
#include "gateway/server/process.h" /* exit statuses: 0 done, 1 failed, 2 wrong usage */

/* argv[0] is the command's name. `--help` has been answered before it is called. Returns the exit status. */
typedef int sh_command_f(int argc, char **argv);

#define COMMAND(id_, name_, args_, help_, more_) sh_command_f sh_cmd_##id_;
#include "gateway/cmd/commands.def"

#define SH_COMMAND_CONFIG SH_CONFDIR "/switchhook.yaml"

/* "switchhook NAME: text" and where help is; returns SH_EXIT_USAGE. */
int sh_command_usage(const char *name, const char *fmt, ...) SH_PRINTF(2, 3);
/* "switchhook NAME: text"; returns SH_EXIT_FAILED. */
int sh_command_failed(const char *name, const char *fmt, ...) SH_PRINTF(2, 3);

#endif
