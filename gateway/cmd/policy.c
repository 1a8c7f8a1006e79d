/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* cmd/policy.c: finds the verb of `switchhook policy` and gets out of its way. */
#include "gateway/cmd/policy.h"

#include <stdio.h>
#include <string.h>

#include "gateway/cmd/command.h"

static const struct {
	const char *name;
	sh_policy_verb_f *run;
} policy_verbs[] = {
	{ "callback-time", sh_policy_callback_time },
	{ "check", sh_policy_check_files },
};

bool
sh_policy_is_verb(const char *name)
{
	for (size_t i = 0; i < SH_LENGTH(policy_verbs); i++)
		if (strcmp(policy_verbs[i].name, name) == 0)
			return true;
	return false;
}

int
sh_cmd_policy(int argc, char **argv)
{
	char names[256] = "";
	size_t n = 0;

	for (size_t i = 0; i < SH_LENGTH(policy_verbs); i++) {
		if (argc > 1 && strcmp(policy_verbs[i].name, argv[1]) == 0)
			return policy_verbs[i].run(argc - 1, argv + 1);
		n += (size_t)snprintf(names + n, sizeof(names) - n, "%s%s", i ? ", " : "", policy_verbs[i].name);
	}
	return sh_command_usage("policy", "expected a verb: %s, or one that asks a running gateway", names);
}
