/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * `switchhook driver check|new`: the kit of those who write a driver.
 */
#include <stdio.h>

#include "gateway/cmd/driver.h"
#include "gateway/kit/check.h"
#include "gateway/kit/skeleton.h"

#define KIT_REPORT ((size_t)16 << 20)

int
sh_driver_kit_check(const char *file, const struct sh_driver_kit *kit)
{
	const struct sh_check_options o = {
		.file = file, .golden = kit->golden, .seed = kit->seed, .rounds = kit->rounds, .write = kit->write, .only = kit->only
	};
	struct sh_report *report;
	struct sh_error e;
	struct sh_buf b;
	int status;

	if (sh_check(&o, &report, &e) != SH_OK) {
		fprintf(stderr, "switchhook driver: %s\n", e.text);
		return 1;
	}
	sh_buf_init(&b, KIT_REPORT);
	if (kit->json)
		sh_report_json(report, &b);
	else
		sh_report_text(report, &b);
	fwrite(b.s, 1, b.n, stdout);
	if (kit->json)
		putchar('\n');
	status = sh_report_passed(report) ? 0 : 1;
	sh_buf_clear(&b);
	sh_report_free(report);
	return status;
}

int
sh_driver_kit_new(const char *name, const char *dir)
{
	struct sh_error e;

	dir = dir ? dir : name;
	if (sh_skeleton_new(name, dir, &e) != SH_OK) {
		fprintf(stderr, "switchhook driver: %s\n", e.text);
		return 1;
	}
	printf("%s is the beginning of a driver, which is correct as it stands. Next: cd %s && make check\n", dir, dir);
	return 0;
}
