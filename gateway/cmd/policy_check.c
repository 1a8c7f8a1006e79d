/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* cmd/policy_check.c: `switchhook policy check FILE…`: is it a policy? By the code that loads the gateway's own. */
#include "gateway/cmd/policy.h"

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/cmd/command.h"
#include "gateway/policy/pack.h"

#define CHECK_BYTES (256 * 1024 + 1)	/* one more than the reader of YAML takes, which says so */

/* Into text, which has room. Faults name the file. */
static bool
check_text(struct sh_faults *f, char *text, struct sh_str *ret)
{
	FILE *file = fopen(f->file, "re");
	size_t n = file ? fread(text, 1, CHECK_BYTES, file) : 0;
	bool good = file && !ferror(file);

	if (!good)
		sh_faults_add(f, 0, 0, "cannot be read: %s", strerror(errno));
	if (file)
		fclose(file);
	*ret = (struct sh_str){ text, n };
	return good;
}

static int
check_is_yaml(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 5 && d->d_name[0] != '.' && strcmp(d->d_name + n - 5, ".yaml") == 0;
}

static int
check_tell(struct sh_faults *f)
{
	int n = f->count;

	if (n)
		fputs(sh_buf_str(&f->text).s, stderr);
	sh_faults_clear(f);
	return n;
}

/* The packs of a folder; *ret_bad counts their faults. NULL: there is no such folder. */
static struct sh_packs *
check_packs(const char *folder, char *text, int *ret_bad)
{
	struct sh_packs *packs = NULL;
	struct dirent **files = NULL;
	int n = scandir(folder, &files, check_is_yaml, alphasort);

	if (n >= 0)
		packs = sh_packs_new();
	for (int i = 0; i < n; i++) {
		char path[2 * PATH_MAX], *name = files[i]->d_name;
		struct sh_faults f;
		struct sh_str s;

		snprintf(path, sizeof(path), "%s/%s", folder, name);
		name[strlen(name) - 5] = '\0';
		sh_faults_init(&f, path);
		if (packs && check_text(&f, text, &s) && !sh_packs_add(packs, name, s, &f) && f.count == 0)
			sh_faults_add(&f, 0, 0, "not a pack");
		*ret_bad += check_tell(&f);
		free(files[i]);
	}
	free(files);
	return packs;
}

static int
check_file(const char *path, const char *folder, const struct sh_zones *zones, char *text)
{
	char beside[PATH_MAX];
	const char *slash = strrchr(path, '/');
	struct sh_policy layer, whole;
	struct sh_packs *packs;
	struct sh_faults f;
	struct sh_str s;
	int bad = 0;

	snprintf(beside, sizeof(beside), "%.*sjurisdictions", slash ? (int)(slash - path) + 1 : 0, path);
	packs = check_packs(folder ? folder : beside, text, &bad);
	sh_faults_init(&f, path);
	if (check_text(&f, text, &s) && sh_policy_read_yaml(s, SH_ORIGIN_NAMED, zones, &layer, &f)) {
		sh_policy_effective(&layer, NULL, NULL, &whole);
		if (sh_policy_check(&whole, &f))
			(void)sh_packs_check(packs, &layer, &f);
	}
	bad += check_tell(&f);
	sh_packs_free(packs);
	if (!bad)
		printf("%s: no faults\n", path);
	return bad;
}

int
sh_policy_check_files(int argc, char **argv)
{
	static const struct option options[] = { { "packs", required_argument, NULL, 'p' }, { 0 } };
	const char *folder = NULL;
	struct sh_zones *zones;
	struct sh_error e;
	int c, bad = 0;
	char *text;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c != 'p')
			return sh_command_usage("policy", "check: unknown option");
		folder = optarg;
	}
	if (optind == argc)
		return sh_command_usage("policy", "check: no file was named");
	if (folder && access(folder, R_OK | X_OK) != 0)
		return sh_command_failed("policy check", "%s: %s", folder, strerror(errno));
	if (sh_zones_load(NULL, &zones, &e) != SH_OK)
		return sh_command_failed("policy check", "%s", e.text);
	text = malloc(CHECK_BYTES);
	for (int i = optind; text && i < argc; i++)
		bad += check_file(argv[i], folder, zones, text);
	sh_zones_free(zones);
	if (!text)
		return sh_command_failed("policy check", "no memory");
	free(text);
	return bad ? SH_EXIT_FAILED : SH_EXIT_OK;
}
