/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * cmd/policy.h: `switchhook policy VERB` for verbs that need no gateway. To add one: a row in policy.c's table, a prototype here, a
 * file policy_VERB.c with its own options, its lines in commands.def.
 */
#ifndef SH_CMD_POLICY_H
#define SH_CMD_POLICY_H

#include <stdbool.h>

/* argv[0] is the verb. Exit status. */
typedef int sh_policy_verb_f(int argc, char **argv);

sh_policy_verb_f sh_policy_callback_time, sh_policy_check_files;

/* Is this a verb of ours? All others of this noun ask a running gateway. */
bool sh_policy_is_verb(const char *);

#endif
