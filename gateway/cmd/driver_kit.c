/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * `switchhook driver check|new|record`: the kit of those who write a driver.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gateway/cmd/driver.h"
#include "gateway/base/clock.h"
#include "gateway/kit/check.h"
#include "gateway/kit/files.h"
#include "gateway/kit/record.h"
#include "gateway/kit/skeleton.h"

#define KIT_REPORT ((size_t)16 << 20)

int
sh_driver_kit_check(const char *file, const struct sh_driver_kit *kit)
{
	const struct sh_check_options o = { .file = file,
		.golden = kit->golden,
		.seed = kit->seed,
		.rounds = kit->rounds,
		.write = kit->write,
		.only = kit->only };
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

static bool
kit_read(const char *file, struct sh_buf *b)
{
	FILE *f = file ? fopen(file, "r") : stdin;
	char piece[16384];
	bool read;
	size_t n;

	if (!f) {
		fprintf(stderr, "switchhook driver: %s: %s\n", file, strerror(errno));
		return false;
	}
	while (!b->failed && (n = fread(piece, 1, sizeof(piece), f)) > 0)
		sh_buf_add(b, piece, n);
	read = !ferror(f);
	if (!read)
		fprintf(stderr, "switchhook driver: %s: %s\n", file ? file : "standard input", strerror(errno));
	if (file)
		fclose(f);
	if (b->failed)
		fprintf(stderr, "switchhook driver: the message has more than %zu MiB\n", SH_FILE_MAX >> 20);
	return read && !b->failed;
}

int
sh_driver_kit_record(const char *name, const char *file, const struct sh_driver_kit *kit)
{
	struct sh_record record = {
		.name = name, .golden = kit->golden ? kit->golden : "golden", .samples = kit->samples, .run = kit->run
	};
	struct sh_buf message, said;
	struct sh_error e;
	struct sh_clock clock;
	int status = 1;

	sh_buf_init(&message, SH_FILE_MAX);
	sh_buf_init(&said, (size_t)1 << 16);
	sh_clock_init(&clock);
	record.now_ms = sh_clock_wall_ms(&clock);
	record.keep = kit->keep;
	if (kit_read(file, &message)) {
		record.message = sh_buf_str(&message);
		if (sh_record(&record, &said, &e) != SH_OK)
			fprintf(stderr, "switchhook driver: %s\n", e.text);
		else {
			printf("%s/%s.golden and its sample are written. Replaced were:\n%s", record.golden, name,
			    said.n ? said.s : "nothing\n");
			printf("Read both before they go anywhere: names and texts are known by what they are called, which may be "
			       "otherwise here. What is nobody's stays with --keep MEMBER.\n"
			       "Signatures are replaced, too, so the delivery is not valid. What comes out: switchhook driver "
			       "check --write\n");
			status = 0;
		}
	}
	sh_buf_wipe(&message);
	sh_buf_clear(&said);
	return status;
}
