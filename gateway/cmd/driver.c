/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * `switchhook driver list|inspect`: which drivers are there, what can they do, and why is one refused. What a running gateway
 * says of its drivers (status, release) stands in rest.def; what those use who write one, in driver_kit.c.
 */
#include "gateway/cmd/driver.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/buf.h"
#include "gateway/base/text.h"
#include "gateway/driver/call.h"
#include "gateway/kit/check.h"
#include "gateway/server/config.h"

#define DRIVER_JSON (1 << 20)

struct driver_options {
	const char *dirs[17];
	int ndirs;
	bool json;
	struct sh_driver_kit kit;
};

static int
driver_usage(const char *text, const char *what)
{
	fprintf(stderr, "switchhook driver: %s%s\nsee: switchhook driver --help\n", text, what);
	return 2;
}

static const char *
driver_or(const char *z, const char *otherwise)
{
	return z && *z ? z : otherwise;
}

static int
driver_print_json(const struct sh_drivers *set, bool list)
{
	struct sh_buf b;
	int status = 0;

	sh_buf_init(&b, DRIVER_JSON);
	if (list)
		sh_buf_add_z(&b, "[");
	for (size_t i = 0; i < sh_drivers_count(set); i++) {
		if (i > 0)
			sh_buf_add_z(&b, ",\n");
		sh_driver_describe(sh_drivers_at(set, i), &b);
		if (sh_drivers_at(set, i)->refused)
			status = 1;
	}
	if (list)
		sh_buf_add_z(&b, "]");
	if (b.failed) {
		fprintf(stderr, "switchhook driver: more than %d bytes of JSON\n", DRIVER_JSON);
		status = 1;
	} else
		printf("%s\n", sh_buf_str(&b).s);
	sh_buf_clear(&b);
	return status;
}

static void
driver_print_capabilities(const struct sh_driver_loaded *d, const char *between)
{
	const char *before = "";

	for (unsigned c = 0; c < SH_CAN_COUNT; c++)
		if (sh_driver_can(d, (enum sh_capability)c)) {
			printf("%s%s", before, sh_capability_name((enum sh_capability)c));
			before = between;
		}
	printf("%s\n", *before ? "" : "nothing");
}

static int
driver_list(const struct driver_options *o)
{
	struct sh_drivers *set;
	struct sh_error e;
	int status = 0;

	if (sh_drivers_load(o->dirs, &set, &e) != SH_OK) {
		fprintf(stderr, "switchhook driver: %s\n", e.text);
		return 1;
	}
	if (o->json)
		status = driver_print_json(set, true);
	else if (sh_drivers_count(set) == 0)
		printf("no drivers in %s\n", o->dirs[0]);
	else
		printf("%-12s %-8s %-10s %-5s %s\n", "NAME", "STATE", "VERSION", "ABI", "CAN");
	for (size_t i = 0; !o->json && i < sh_drivers_count(set); i++) {
		const struct sh_driver_loaded *d = sh_drivers_at(set, i);

		if (d->refused) {
			printf("%-12s %-8s %s\n", driver_or(d->name, "-"), "refused", d->refused);
			status = 1;
			continue;
		}
		printf("%-12s %-8s %-10s %u.%-3u ", d->name, "ready", driver_or(d->table.version, "-"), d->table.abi_major,
		    d->table.abi_minor);
		driver_print_capabilities(d, ",");
	}
	sh_drivers_free(set);
	return status;
}

static void
driver_print_settings(const struct sh_driver_loaded *d)
{
	printf("\n%-22s %-8s %-7s %-10s %s\n", "SETTING", "OF", "KIND", "", "DEFAULT");
	for (uint32_t i = 0; i < d->nsettings; i++) {
		struct sh_setting s = sh_driver_setting(d, i);

		printf("%-22s %-8s %-7s %-10s %s\n", s.name, sh_scope_name(s.scope), sh_setting_kind_name(s.kind),
		    s.required  ? "required"
		    : s.rotates ? "rotates"
				: "",
		    driver_or(s.fallback, "-"));
		if (s.choices)
			printf("    one of %s\n", s.choices);
		if (s.help)
			printf("    %s\n", s.help);
	}
}

static void
driver_print_reasons(const struct sh_driver_loaded *d)
{
	char word[400];

	printf("\n%-38s %-20s %-7s %-10s %-16s %s\n", "REASON", "OUTCOME", "RETRY", "ATTEMPT", "ACTION", "MEANING");
	for (uint32_t i = 0; i < d->nreasons; i++) {
		struct sh_reason r = sh_driver_reason(d, i);

		snprintf(word, sizeof(word), "%s%s%s%s%s", driver_or(r.fact, ""), r.fact ? " " : "", r.reason, r.only ? ", " : "",
		    driver_or(r.only, ""));
		printf("%-38s %-20s %-7s %-10s %-16s %s\n", word, sh_outcome_name(r.means.outcome),
		    sh_retry_name(r.means.retry), r.means.uncounted ? "uncounted" : "counted", sh_action_name(r.means.action),
		    driver_or(r.help, ""));
	}
}

static void
driver_print_one(const struct sh_driver_loaded *d)
{
	const struct sh_driver *t = &d->table;

	printf("name          %s\ntitle         %s\nversion       %s\ninterface     %u.%u\nfile          %s\n", d->name,
	    driver_or(t->title, d->name), driver_or(t->version, "-"), t->abi_major, t->abi_minor, d->path);
	printf("can           ");
	driver_print_capabilities(d, ", ");
	printf("speaks to    ");
	for (const char *const *h = t->hosts; h && *h; h++)
		printf(" %s", *h);
	printf("%s%s\n", t->base_url_setting ? " or the setting " : "", driver_or(t->base_url_setting, ""));
	if (t->agents_made_here)
		printf("agents        made here, out of the agent settings: switchhook agent create\n");
	if (sh_driver_can(d, SH_CAN_DIAL))
		printf("pace          %u dials a minute, %u at once (0: no limit known)\n", t->dials_per_minute, t->dials_at_once);
	if (sh_driver_can(d, SH_CAN_CALLS) && t->list_lag_s)
		printf(
		    "call list     complete after %u s, %s our dial id\n", t->list_lag_s, t->list_has_dial_id ? "with" : "without");
	else if (sh_driver_can(d, SH_CAN_CALLS))
		printf("call list     proves nothing, %s our dial id\n", t->list_has_dial_id ? "with" : "without");
	if (d->nsettings)
		driver_print_settings(d);
	if (d->nreasons)
		driver_print_reasons(d);
}

/* The first folder that has a file for the name; else the name in the first folder, for the loader to complain about. */
static struct sh_str
driver_path(struct sh_arena *a, const struct driver_options *o, const char *what)
{
	size_t n = strlen(what);

	if (strchr(what, '/') || (n > 3 && strcmp(what + n - 3, ".so") == 0))
		return sh_str(what);
	for (int i = 0; i < o->ndirs; i++) {
		struct sh_str path = sh_arena_printf(a, "%s/switchhook-%s.so", o->dirs[i], what);
		FILE *f = path.s ? fopen(path.s, "r") : NULL;

		if (f) {
			fclose(f);
			return path;
		}
	}
	return sh_arena_printf(a, "%s/switchhook-%s.so", o->dirs[0], what);
}

static int
driver_inspect(const struct driver_options *o, const char *what)
{
	struct sh_arena *a = sh_arena_new(1 << 16);
	struct sh_str path = driver_path(a, o, what);
	struct sh_drivers *set;
	struct sh_error e;
	int status = 0;

	if (!path.s || sh_drivers_load_file(path.s, &set, &e) != SH_OK) {
		fprintf(stderr, "switchhook driver: %s\n", path.s ? e.text : "no memory");
		sh_arena_free(a);
		return 1;
	}
	if (o->json)
		status = driver_print_json(set, false);
	else if (sh_drivers_at(set, 0)->refused) {
		fprintf(stderr, "refused: %s\n", sh_drivers_at(set, 0)->refused);
		status = 1;
	} else
		driver_print_one(sh_drivers_at(set, 0));
	sh_drivers_free(set);
	sh_arena_free(a);
	return status;
}

static int
driver_check(const struct driver_options *o, const char *what)
{
	struct sh_arena *a = sh_arena_new(1 << 16);
	struct sh_str path = driver_path(a, o, what);
	int status = path.s ? sh_driver_kit_check(path.s, &o->kit) : 1;

	sh_arena_free(a);
	return status;
}

static int
driver_run(const struct driver_options *o, int argc, char **argv)
{
	bool check = argc > 0 && strcmp(argv[0], "check") == 0;

	if (argc == 0)
		return driver_usage("expected list, inspect, check, new, record, status or release", "");
	if (strcmp(argv[0], "new") == 0)
		return argc == 2 || argc == 3 ? sh_driver_kit_new(argv[1], argv[2]) : driver_usage("new takes NAME [DIR]", "");
	if (strcmp(argv[0], "record") == 0)
		return argc == 2 || argc == 3 ? sh_driver_kit_record(argv[1], argv[2], &o->kit) : driver_usage("record takes NAME [FILE]", "");
	if (strcmp(argv[0], "list") == 0)
		return argc == 1 ? driver_list(o) : driver_usage("list takes no argument: ", argv[1]);
	if (strcmp(argv[0], "inspect") != 0 && !check)
		return driver_usage("expected list, inspect, check, new, record, status or release, not ", argv[0]);
	if (argc != 2)
		return driver_usage(argv[0], " takes one FILE.so or NAME");
	return check ? driver_check(o, argv[1]) : driver_inspect(o, argv[1]);
}

/* The folders that a configuration names, while it is there. */
static int
driver_run_config(struct driver_options *o, const char *file, int argc, char **argv)
{
	struct sh_config *c;
	struct sh_faults f;
	int status;

	sh_faults_init(&f, file);
	c = sh_config_load(&f);
	if (f.count)
		fputs(f.text.s, stderr);
	sh_faults_clear(&f);
	if (!c)
		return 1;
	for (const char *const *dir = c->v[SH_OPTION_drivers].list; *dir && o->ndirs < (int)SH_LENGTH(o->dirs) - 1; dir++)
		o->dirs[o->ndirs++] = *dir;
	status = driver_run(o, argc, argv);
	sh_config_free(c);
	return status;
}

int
sh_cmd_driver(int argc, char **argv)
{
	static const struct option options[] = { { "config", required_argument, NULL, 'c' },
		{ "dir", required_argument, NULL, 'd' }, { "json", no_argument, NULL, 'j' }, { "golden", required_argument, NULL, 'g' },
		{ "write", no_argument, NULL, 'w' }, { "only", required_argument, NULL, 'o' }, { "samples", required_argument, NULL, 'S' },
		{ "run", required_argument, NULL, 'u' }, { "keep", required_argument, NULL, 'k' }, { "rounds", required_argument, NULL, 'r' }, { "seed", required_argument, NULL, 's' },
		{ 0 } };
	struct driver_options o = { .dirs = { SH_DRIVERDIR }, .kit = { .rounds = 200, .seed = 1 } };
	int64_t number;
	const char *config = NULL;
	int opt;

	optind = 0;
	opterr = 0;
	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (opt) {
		case 'c':
			config = optarg;
			break;
		case 'd':
			if (o.ndirs == SH_LENGTH(o.dirs) - 1)
				return driver_usage("more than 16 folders", "");
			o.dirs[o.ndirs++] = optarg;
			break;
		case 'j':
			o.json = o.kit.json = true;
			break;
		case 'g':
			o.kit.golden = optarg;
			break;
		case 'w':
			o.kit.write = true;
			break;
		case 'S':
			o.kit.samples = optarg;
			break;
		case 'u':
			o.kit.run = optarg;
			break;
		case 'k':
			if (o.kit.nkeep == SH_LENGTH(o.kit.keep) - 1)
				return driver_usage("more than 16 members to keep", "");
			o.kit.keep[o.kit.nkeep++] = optarg;
			break;
		case 'o':
			number = sh_check_parse(optarg);
			if (number < 0)
				return driver_usage("no check is called ", optarg);
			o.kit.only |= 1u << number;
			break;
		case 'r':
		case 's':
			if (!sh_text_int(sh_str(optarg), &number) || number < 0 || number > 1000000)
				return driver_usage("expected a number up to 1000000, not ", optarg);
			if (opt == 'r')
				o.kit.rounds = (uint32_t)number;
			else
				o.kit.seed = (uint64_t)number;
			break;
		default:
			return driver_usage("no such option, or an option without its value: ", argv[optind - 1]);
		}
	if (config && o.ndirs)
		return driver_usage("either --config or --dir", "");
	if (config)
		return driver_run_config(&o, config, argc - optind, argv + optind);
	o.ndirs = o.ndirs ? o.ndirs : 1;
	return driver_run(&o, argc - optind, argv + optind);
}
