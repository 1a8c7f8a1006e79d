/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* cmd/check_config.c: `switchhook check-config`: what a start or a reload would say, all at once. */
#include "gateway/cmd/command.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/crypto/kek.h"
#include "gateway/ingress/spool_file.h"
#include "gateway/server/parts.h"
#include "gateway/server/process.h"
#include "gateway/server/standby.h"

struct check_wants {
	const char *file;
	bool effective, database;
};

static void
check_say(void *arg, const char *line)
{
	(void)arg;
	fprintf(stderr, "%s\n", line);
}

static int
check_fault(const struct sh_config *c, const char *option, const char *what, const char *value)
{
	fprintf(stderr, "%s: %s: %s%s%s\n", c->file, option, value, value[0] ? ": " : "", what);
	return 1;
}

static void
check_print(const struct sh_config *c)
{
	struct sh_buf b;

	sh_buf_init(&b, 256u << 10);
	sh_config_write(c, &b);
	fwrite(sh_buf_str(&b).s, 1, b.n, stdout);
	sh_buf_clear(&b);
}

/* The embedded Postgres can be asked only while the gateway runs, and has no standby anyway. */
static int
check_database(const struct sh_config *c)
{
	struct sh_error e;
	struct sh_buf b;
	int bad = 0;

	if (!c->v[SH_OPTION_database].s) {
		puts("database: embedded. No synchronous standby: if this machine is lost, what it acknowledged is lost with it.");
		return 0;
	}
	sh_buf_init(&b, 4096);
	if (sh_standby_describe(c->v[SH_OPTION_database].s, &b, &e) == SH_OK)
		puts(sh_buf_str(&b).s);
	else
		bad = fprintf(stderr, "%s: %s\n", c->file, e.text) > 0;
	sh_buf_clear(&b);
	return bad;
}

/* The spool's folder, or the one that it will be made in. */
static int
check_spool(const struct sh_config *c, uid_t who)
{
	char path[PATH_MAX], *slash;
	struct sh_error e;
	struct stat st;

	if (!c->v[SH_OPTION_ingest_spool].i)
		return 0;
	sh_config_spool_dir(c, path, sizeof(path));
	if (sh_spool_folder_check(path, who, &e) == SH_OK)
		return 0;
	if (e.status != SH_EABSENT)
		return check_fault(c, "ingest.spool_dir", e.text, "");
	slash = strrchr(path, '/');
	*slash = '\0';
	/* state_dir is made by the start itself. */
	if (strcmp(path, c->v[SH_OPTION_state_dir].s) == 0)
		return 0;
	if (stat(path, &st) != 0)
		return check_fault(c, "ingest.spool_dir", strerror(errno), path);
	if (st.st_uid != who)
		return check_fault(c, "ingest.spool_dir", "the gateway's user cannot make a folder in there; make it, mode 0700", path);
	return 0;
}

/* The key is read as the start reads it, and forgotten. */
static int
check_key(const struct sh_config *c)
{
	const char *key = c->v[SH_OPTION_key_file].s;
	struct sh_kek *kek = NULL;
	struct sh_error e;
	struct stat st;

	if (!key && !getenv("CREDENTIALS_DIRECTORY"))
		return check_fault(c, "key_file", "no key: make one with `switchhook key new FILE`", "");
	if (key && stat(key, &st) != 0)
		return check_fault(c, "key_file", strerror(errno), key);
	if (key && (st.st_mode & 077))
		return check_fault(c, "key_file", "others than its owner may read it: chmod 600", key);
	if (key && st.st_uid != geteuid())
		return check_fault(c, "key_file", "it must belong to the user that the gateway becomes: chown", key);
	if (sh_kek_open(key, &kek, &e) != SH_OK)
		return check_fault(c, "key_file", e.text, "");
	sh_kek_close(kek);
	return 0;
}

/* What only the start would find: its key, the embedded Postgres' programs. */
static int
check_machine(const struct sh_config *c)
{
	const char *bindir = c->v[SH_OPTION_database_bindir].s;
	char path[PATH_MAX];
	int bad = check_key(c);

	bad += check_spool(c, geteuid());
	if (c->v[SH_OPTION_database].s)
		return bad;
	snprintf(path, sizeof(path), "%s/initdb", bindir);
	if (access(path, X_OK) != 0)
		bad += check_fault(c, "database_bindir", "the embedded Postgres needs initdb and postgres there", bindir);
	return bad;
}

/* By whose clocks and laws phones ring: which data says so. */
static void
check_data(const struct sh_config *c, const struct sh_parts *p, FILE *to)
{
	if (p->zones)
		fprintf(to, "time zones: %s, %zu names\n", sh_zones_version(p->zones), sh_zones_count(p->zones));
	if (p->prefixes && *sh_prefixes_source())
		fprintf(to, "number prefixes: %zu, %s\n", sh_prefixes_count(p->prefixes), sh_prefixes_source());
	else if (p->prefixes)
		fprintf(stderr, "%s: warning: this gateway was built without python3-phonenumbers: no time zone is known by a number; "
			"contacts and workspaces must say theirs\n", c->file);
	for (size_t i = 0; p->packs && sh_packs_at(p->packs, i); i++)
		fprintf(to, "jurisdictions: %s, %s\n", sh_packs_at(p->packs, i), sh_packs_version(p->packs, sh_packs_at(p->packs, i)));
}

static int
check_all(const struct check_wants *want)
{
	SH_CLEANUP(sh_config_freep) struct sh_config *c = NULL;
	struct sh_parts parts;
	struct sh_faults f;
	int bad;

	sh_faults_init(&f, want->file);
	c = sh_config_read(&f);
	bad = f.count;
	fputs(sh_buf_str(&f.text).s, stderr);
	sh_faults_clear(&f);
	if (c) {
		struct sh_error e;

		/* Files are judged as the gateway will see them; without such a user, as root. */
		if (sh_process_become(c->v[SH_OPTION_user].s, &e) != SH_OK)
			bad += check_fault(c, "user", e.text, "");
		sh_parts_load(&parts, c, NULL, check_say, NULL);
		if (parts.warning[0])
			fprintf(stderr, "%s: warning: %s\n", c->file, parts.warning);
		bad += parts.faults + parts.refused + check_machine(c);
		check_data(c, &parts, want->effective ? stderr : stdout);
		sh_parts_clear(&parts);
		if (want->effective)
			check_print(c);
		if (want->database)
			bad += check_database(c);
	}
	if (bad)
		fprintf(stderr, "%s: %d fault%s\n", want->file, bad, bad == 1 ? "" : "s");
	else
		fprintf(want->effective ? stderr : stdout, "%s: no faults\n", want->file);
	return bad ? SH_EXIT_FAILED : SH_EXIT_OK;
}

int
sh_cmd_check_config(int argc, char **argv)
{
	static const struct option options[] = { { "config", required_argument, NULL, 'c' },
		{ "print-effective", no_argument, NULL, 'e' }, { "database", no_argument, NULL, 'd' }, { 0 } };
	struct check_wants want = { .file = SH_COMMAND_CONFIG };
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'c')
			want.file = optarg;
		else if (c == 'e')
			want.effective = true;
		else if (c == 'd')
			want.database = true;
		else
			return sh_command_usage("check-config", "unknown option");
	}
	if (optind < argc)
		return sh_command_usage("check-config", "unexpected argument \"%.60s\"", argv[optind]);
	return check_all(&want);
}
