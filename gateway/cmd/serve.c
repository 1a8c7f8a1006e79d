/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* cmd/serve.c: `switchhook serve`. */
#include "gateway/cmd/command.h"

#include <getopt.h>

#include "gateway/base/failpoint.h"
#include "gateway/server/master.h"

int
sh_cmd_serve(int argc, char **argv)
{
	static const struct option options[] = { { "config", required_argument, NULL, 'c' },
		{ "trial-clock", required_argument, NULL, 't' }, { 0 } };
	struct sh_master_options o = { .config_file = SH_COMMAND_CONFIG };
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'c')
			o.config_file = optarg;
		else if (c == 't')
			o.trial_clock = optarg;
		else
			return sh_command_usage("serve", "unknown option");
	}
	if (optind < argc)
		return sh_command_usage("serve", "unexpected argument \"%.60s\"", argv[optind]);
#ifdef SH_FAILPOINTS
	if (!sh_failpoint_open())
		return 2;
#endif
	return sh_master_run(&o);
}
