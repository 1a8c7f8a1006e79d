/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * cmd/policy_check.c: `switchhook policy check FILE…`: is it a policy? By the code that loads the gateway's own, and with the packs of
 * laws that lie beside it. The packs themselves are checked with it, or alone.
 */
#include "gateway/cmd/policy.h"

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/cmd/command.h"
#include "gateway/policy/pack.h"

#define CHECK_BYTES (256 * 1024 + 1)	/* one more than the reader of YAML takes, which says so */
#define CHECK_TREE_BYTES (16 << 20)
#define CHECK_PACKS "jurisdictions"
#define CHECK_PATH (PATH_MAX + 256)

struct check {
	const char *packs_option;	/* NULL: where they lie */
	struct sh_zones *zones;
	struct sh_packs *packs;		/* NULL: none were found */
	char folder[CHECK_PATH];	/* whose packs they are; "": not looked for yet */
	char *text, *pack_text;		/* CHECK_BYTES */
	int bad;
};

/* Faults name the file; "-" is standard input. */
static bool
check_text(char *into, struct sh_faults *f, struct sh_str *ret)
{
	bool input = strcmp(f->file, "-") == 0, good;
	FILE *file = input ? stdin : fopen(f->file, "re");
	size_t n = file ? fread(into, 1, CHECK_BYTES, file) : 0;

	good = file && !ferror(file);
	if (!good)
		sh_faults_add(f, 0, 0, "cannot be read: %s", strerror(errno));
	if (file && !input)
		fclose(file);
	*ret = (struct sh_str){ into, n };
	return good;
}

static int
check_is_yaml(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 5 && d->d_name[0] != '.' && strcmp(d->d_name + n - 5, ".yaml") == 0;
}

static int
check_tell(struct check *k, struct sh_faults *f)
{
	int n;

	sh_faults_sort(f);
	n = f->count;
	if (n)
		fputs(sh_buf_str(&f->text).s, stderr);
	sh_faults_clear(f);
	k->bad += n;
	return n;
}

/* "us-states" of "policies/jurisdictions/us-states.yaml" */
static void
check_name(const char *path, char out[NAME_MAX + 1])
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t n = strlen(name);

	snprintf(out, NAME_MAX + 1, "%.*s", (int)(n > 5 && strcmp(name + n - 5, ".yaml") == 0 ? n - 5 : n), name);
}

/* ---- packs ---- */

static void
check_pack(struct check *k, struct sh_packs *packs, const char *path)
{
	char name[NAME_MAX + 1];
	struct sh_faults f;
	struct sh_str s;

	check_name(path, name);
	sh_faults_init(&f, path);
	if (check_text(k->pack_text, &f, &s) && !sh_packs_add(packs, name, s, &f) && f.count == 0)
		sh_faults_add(&f, 0, 0, "not a pack of rules");
	check_tell(k, &f);
}

/* The packs of a folder, which is remembered: many files have the same one. */
static void
check_packs_read(struct check *k, const char *folder)
{
	struct dirent **files = NULL;
	int n;

	if (strcmp(folder, k->folder) == 0)
		return;
	snprintf(k->folder, sizeof(k->folder), "%s", folder);
	sh_packs_free(k->packs);
	n = scandir(folder, &files, check_is_yaml, alphasort);
	k->packs = n < 0 ? NULL : sh_packs_new();
	for (int i = 0; i < n; i++) {
		char path[CHECK_PATH + NAME_MAX];

		snprintf(path, sizeof(path), "%s/%s", folder, files[i]->d_name);
		if (k->packs)
			check_pack(k, k->packs, path);
		free(files[i]);
	}
	free(files);
}

/* Where they were named; else beside the file; else those that are installed with the gateway. */
static void
check_packs(struct check *k, const char *path)
{
	const char *slash = strrchr(path, '/');
	char beside[CHECK_PATH];

	snprintf(beside, sizeof(beside), "%.*s" CHECK_PACKS, slash ? (int)(slash - path) + 1 : 0, path);
	if (k->packs_option)
		check_packs_read(k, k->packs_option);
	else if (access(beside, X_OK) == 0)
		check_packs_read(k, beside);
	else
		check_packs_read(k, SH_POLICYDIR "/" CHECK_PACKS);
}

/* A pack has rules, which no policy has. */
static bool
check_is_pack(struct sh_str text)
{
	struct sh_arena *a = sh_arena_new(CHECK_TREE_BYTES);
	struct sh_faults unread;
	bool is;

	sh_faults_init(&unread, "");
	is = a && sh_yaml_get(sh_yaml_parse(a, text, &unread), "rules");
	sh_faults_clear(&unread);
	sh_arena_free(a);
	return is;
}

/* ---- one file ---- */

static void
check_policy(struct check *k, struct sh_str s, struct sh_faults *f)
{
	struct sh_policy layer, whole;
	struct sh_packs *none;
	int before;

	check_packs(k, f->file);
	none = k->packs ? NULL : sh_packs_new();
	if (sh_policy_read_yaml(s, SH_ORIGIN_NAMED, k->zones, &layer, f)) {
		sh_policy_effective(&layer, NULL, NULL, &whole);
		(void)sh_policy_check(&whole, f);
	}
	before = f->count;
	sh_packs_check_text(k->packs ? k->packs : none, s, f);
	if (!k->packs && f->count > before)
		sh_faults_add(f, 0, 0, "there are no packs in %s: --packs says where they are", k->folder);
	sh_packs_free(none);
}

static void
check_file(struct check *k, const char *path)
{
	char name[NAME_MAX + 1];
	struct sh_packs *alone;
	struct sh_faults f;
	bool pack = false;
	struct sh_str s;

	check_name(path, name);
	sh_faults_init(&f, path);
	if (check_text(k->text, &f, &s)) {
		pack = check_is_pack(s);
		alone = pack ? sh_packs_new() : NULL;
		if (!pack)
			check_policy(k, s, &f);
		else if (!alone || (!sh_packs_add(alone, name, s, &f) && f.count == 0))
			sh_faults_add(&f, 0, 0, "not a pack of rules");
		sh_packs_free(alone);
	}
	if (check_tell(k, &f) == 0)
		printf("%s: no faults%s\n", path, pack ? "; it is a pack of rules" : "");
	if (strcmp(path, "-") != 0 && (strcmp(path + strlen(path) - strlen(name), name) == 0 || !sh_policy_name_ok(sh_str(name))))
		fprintf(stderr, "%s: note: no gateway reads a file of this name; expected a-z, 0-9, - and _, and then .yaml\n", path);
}

static void
check_folder(struct check *k, const char *folder)
{
	struct dirent **files = NULL;
	int n = scandir(folder, &files, check_is_yaml, alphasort);

	if (n <= 0)
		k->bad += fprintf(stderr, "%s: %s\n", folder, n < 0 ? strerror(errno) : "there is no policy in this folder") > 0;
	for (int i = 0; i < n; i++) {
		char path[CHECK_PATH];

		if (snprintf(path, sizeof(path), "%s/%s", folder, files[i]->d_name) < (int)sizeof(path))
			check_file(k, path);
		free(files[i]);
	}
	free(files);
}

static void
check_all(struct check *k, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		struct stat st;

		if (strlen(argv[i]) >= PATH_MAX)
			k->bad += fprintf(stderr, "%.40s…: %s\n", argv[i], strerror(ENAMETOOLONG)) > 0;
		else if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode))
			check_folder(k, argv[i]);
		else
			check_file(k, argv[i]);
	}
}

int
sh_policy_check_files(int argc, char **argv)
{
	static const struct option options[] = { { "packs", required_argument, NULL, 'p' }, { 0 } };
	struct check k = { 0 };
	struct sh_error e;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c != 'p')
			return sh_command_usage("policy", "check: unknown option");
		k.packs_option = optarg;
	}
	if (optind == argc)
		return sh_command_usage("policy", "check: no file was named");
	if (k.packs_option && access(k.packs_option, R_OK | X_OK) != 0)
		return sh_command_failed("policy check", "%s: %s", k.packs_option, strerror(errno));
	if (sh_zones_load(NULL, &k.zones, &e) != SH_OK)
		return sh_command_failed("policy check", "%s", e.text);
	k.text = malloc(2 * CHECK_BYTES);
	if (!k.text) {
		sh_zones_free(k.zones);
		return sh_command_failed("policy check", "no memory");
	}
	k.pack_text = k.text + CHECK_BYTES;
	check_all(&k, argc - optind, argv + optind);
	sh_packs_free(k.packs);
	sh_zones_free(k.zones);
	free(k.text);
	return k.bad ? SH_EXIT_FAILED : SH_EXIT_OK;
}
