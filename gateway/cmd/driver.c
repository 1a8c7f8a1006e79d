/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * `switchhook driver list|inspect`: which drivers are there, what can they do, and why is one refused. What a running gateway
 * says of its drivers (status, release) stands in rest.def; what those use who write one, in driver_kit.c.
 */
#include "gateway/cmd/driver.h"

#include <dirent.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/buf.h"
#include "gateway/base/text.h"
#include "gateway/driver/board.h"
#include "gateway/driver/call.h"
#include "gateway/kit/apart.h"
#include "gateway/kit/check.h"
#include "gateway/server/config.h"

#define DRIVER_JSON (1 << 20)
#define DRIVER_DEATHS 200 /* of all drivers in the folders */

struct driver_options {
	const char *dirs[17];
	int ndirs;
	bool json;
	struct sh_driver_kit kit;
};

struct driver_question {
	const struct driver_options *options;
	const char *file; /* to inspect; NULL: all in the folders */
};

static const char driver_checks[] = "expected one of the checks"
#define CHECK(id_, confined_, help_) " " #id_
#include "gateway/kit/check.def"
				    ", not ";

static int
driver_usage(const char *text, const char *what)
{
	fprintf(stderr, "switchhook driver: %s%s\nsee: switchhook driver --help\n", text, what);
	return 2;
}

static int
driver_elsewhere(const char *what)
{
	fprintf(stderr, "switchhook driver: %s; --dir DIR names another folder, --config FILE the gateway's configuration\n", what);
	return 1;
}

static const char *
driver_or(const char *z, const char *otherwise)
{
	return z && *z ? z : otherwise;
}

static int
driver_print_json(FILE *out, const struct sh_drivers *set, bool list)
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
		fprintf(out, "%s\n", sh_buf_str(&b).s);
	sh_buf_clear(&b);
	return status;
}

static void
driver_print_capabilities(FILE *out, const struct sh_driver_loaded *d, const char *between)
{
	const char *before = "";

	for (unsigned c = 0; c < SH_CAN_COUNT; c++)
		if (sh_driver_can(d, (enum sh_capability)c)) {
			fprintf(out, "%s%s", before, sh_capability_name((enum sh_capability)c));
			before = between;
		}
	fprintf(out, "%s\n", *before ? "" : "nothing");
}

/* In a process of its own: prints them all. */
static int
driver_list(FILE *out, void *arg)
{
	const struct driver_question *q = arg;
	struct sh_drivers *set;
	struct sh_error e;
	int status = 0;

	if (sh_drivers_load(q->options->dirs, &set, &e) != SH_OK)
		return driver_elsewhere(e.text);
	if (q->options->json)
		return driver_print_json(out, set, true);
	if (sh_drivers_count(set) == 0)
		fprintf(out, "no drivers in %s\n", q->options->dirs[0]);
	else
		fprintf(out, "%-12s %-8s %-10s %-5s %s\n", "NAME", "STATE", "VERSION", "ABI", "CAN");
	for (size_t i = 0; i < sh_drivers_count(set); i++) {
		const struct sh_driver_loaded *d = sh_drivers_at(set, i);

		if (d->refused) {
			fprintf(out, "%-12s %-8s %s\n", driver_or(d->name, "-"), "refused", d->refused);
			status = 1;
			continue;
		}
		fprintf(out, "%-12s %-8s %-10s %u.%-3u ", d->name, "ready", driver_or(d->table.version, "-"), d->table.abi_major,
		    d->table.abi_minor);
		driver_print_capabilities(out, d, ",");
	}
	return status;
}

static void
driver_print_settings(FILE *out, const struct sh_driver_loaded *d)
{
	fprintf(out, "\n%-22s %-8s %-7s %-10s %s\n", "SETTING", "OF", "KIND", "", "DEFAULT");
	for (uint32_t i = 0; i < d->nsettings; i++) {
		struct sh_setting s = sh_driver_setting(d, i);

		fprintf(out, "%-22s %-8s %-7s %-10s %s\n", s.name, sh_scope_name(s.scope), sh_setting_kind_name(s.kind),
		    s.required  ? "required"
		    : s.rotates ? "rotates"
				: "",
		    driver_or(s.fallback, "-"));
		if (s.choices)
			fprintf(out, "    one of %s\n", s.choices);
		if (s.kind == SH_SETTING_NUMBER)
			fprintf(out, "    a whole number from %lld to %lld\n", (long long)s.least, (long long)s.most);
		if (s.help)
			fprintf(out, "    %s\n", s.help);
	}
}

static void
driver_print_reasons(FILE *out, const struct sh_driver_loaded *d)
{
	char word[400];

	fprintf(out, "\n%-38s %-20s %-7s %-10s %-16s %s\n", "REASON", "OUTCOME", "RETRY", "ATTEMPT", "ACTION", "MEANING");
	for (uint32_t i = 0; i < d->nreasons; i++) {
		struct sh_reason r = sh_driver_reason(d, i);

		snprintf(word, sizeof(word), "%s%s%s%s%s", driver_or(r.fact, ""), r.fact ? " " : "", r.reason, r.only ? ", " : "",
		    driver_or(r.only, ""));
		fprintf(out, "%-38s %-20s %-7s %-10s %-16s %s\n", word, sh_outcome_name(r.means.outcome),
		    sh_retry_name(r.means.retry), r.means.uncounted ? "uncounted" : "counted", sh_action_name(r.means.action),
		    driver_or(r.help, ""));
	}
}

static void
driver_print_one(FILE *out, const struct sh_driver_loaded *d)
{
	const struct sh_driver *t = &d->table;

	fprintf(out, "name          %s\ntitle         %s\nversion       %s\ninterface     %u.%u\nfile          %s\n", d->name,
	    driver_or(t->title, d->name), driver_or(t->version, "-"), t->abi_major, t->abi_minor, d->path);
	fprintf(out, "can           ");
	driver_print_capabilities(out, d, ", ");
	fprintf(out, "speaks to    ");
	for (const char *const *h = t->hosts; h && *h; h++)
		fprintf(out, " %s", *h);
	fprintf(out, "%s%s\n", t->base_url_setting ? " or the setting " : "", driver_or(t->base_url_setting, ""));
	if (t->agents_made_here)
		fprintf(out, "agents        made here, out of the agent settings: switchhook agent create\n");
	if (sh_driver_can(d, SH_CAN_DIAL))
		fprintf(out, "pace          %u dials a minute, %u at once (0: no limit known)\n", t->dials_per_minute,
		    t->dials_at_once);
	if (sh_driver_can(d, SH_CAN_CALLS) && t->list_lag_s)
		fprintf(out, "call list     complete after %u s, %s our dial id\n", t->list_lag_s,
		    t->list_has_dial_id ? "with" : "without");
	else if (sh_driver_can(d, SH_CAN_CALLS))
		fprintf(out, "call list     proves nothing, %s our dial id\n", t->list_has_dial_id ? "with" : "without");
	if (d->nsettings)
		driver_print_settings(out, d);
	if (d->nreasons)
		driver_print_reasons(out, d);
}

/* The names that would have been good ones. */
static void
driver_add_names(const char *dir, struct sh_buf *b)
{
	struct dirent **entries;
	int n = scandir(dir, &entries, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		struct sh_str name = sh_driver_file_name(sh_str(entries[i]->d_name));

		if (name.s)
			sh_buf_printf(b, "%s%.*s", b->n ? ", " : "", (int)name.n, name.s);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

static int
driver_unknown(const struct driver_options *o, const char *what)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf names, text;

	sh_buf_init(&names, DRIVER_JSON);
	sh_buf_init(&text, DRIVER_JSON);
	for (int i = 0; i < o->ndirs; i++)
		driver_add_names(o->dirs[i], &names);
	if (!names.n) {
		sh_buf_printf(&text, "no such driver: %s; there is none in %s", what, o->dirs[0]);
		return driver_elsewhere(sh_buf_str(&text).s);
	}
	fprintf(stderr, "switchhook driver: no such driver: %s; there are %s\n", what, sh_buf_str(&names).s);
	return 1;
}

/* The first folder that has a file for the name: SH_NONE if none has. What has a slash, or ends as a driver's file, is a file. */
static struct sh_str
driver_path(struct sh_arena *a, const struct driver_options *o, const char *what)
{
	size_t n = strlen(what);

	if (strchr(what, '/') || (n > 3 && strcmp(what + n - 3, ".so") == 0))
		return sh_str(what);
	for (int i = 0; i < o->ndirs; i++) {
		struct sh_str path = sh_arena_printf(a, "%s/switchhook-%s.so", o->dirs[i], what);

		if (path.s && access(path.s, F_OK) == 0)
			return path;
	}
	return SH_NONE;
}

/* In a process of its own: prints one. */
static int
driver_inspect(FILE *out, void *arg)
{
	const struct driver_question *q = arg;
	struct sh_drivers *set;
	struct sh_error e;

	if (sh_drivers_load_file(q->file, &set, &e) != SH_OK) {
		fprintf(stderr, "switchhook driver: %s\n", e.text);
		return 1;
	}
	if (q->options->json)
		return driver_print_json(out, set, false);
	if (sh_drivers_at(set, 0)->refused) {
		fprintf(stderr, "refused: %s\n", sh_drivers_at(set, 0)->refused);
		return 1;
	}
	driver_print_one(out, sh_drivers_at(set, 0));
	return 0;
}

/* One that cannot even be looked at. */
static void
driver_print_dead(const struct driver_question *q, const struct sh_apart *apart)
{
	struct sh_driver_loaded dead = { .name = apart->inside.driver, .path = q->file };
	char why[SH_APART_TEXT + 32];
	struct sh_buf b;

	snprintf(why, sizeof(why), "to load it %s", apart->how);
	if (!q->file || !q->options->json) {
		fprintf(stderr, "switchhook driver: %s: %s\n", q->file ? q->file : *dead.name ? dead.name : "a driver", why);
		return;
	}
	dead.refused = why;
	sh_buf_init(&b, DRIVER_JSON);
	sh_driver_describe(&dead, &b);
	printf("%s\n", sh_buf_str(&b).s);
	sh_buf_clear(&b);
}

/*
 * What loading a file does it does to a process that is there for nothing else. A list goes on without a driver after as many deaths as
 * the gateway allows it, and says so in its row.
 */
static int
driver_show(int (*work)(FILE *, void *), struct driver_question *q)
{
	struct sh_apart apart;
	struct sh_error e;

	for (int64_t deaths = 0; deaths < DRIVER_DEATHS; deaths++) {
		if (sh_apart(work, q, &apart, &e) != SH_OK) {
			fprintf(stderr, "switchhook driver: %s\n", e.text);
			return 1;
		}
		if (apart.said.n)
			fwrite(apart.said.s, 1, apart.said.n, stdout);
		sh_buf_clear(&apart.said);
		if (!apart.died)
			return apart.status;
		if (q->file || !*apart.inside.driver || sh_board_died(&apart.inside, 0))
			driver_print_dead(q, &apart);
		if (q->file || !*apart.inside.driver)
			return 1;
	}
	return 1;
}

static int
driver_one(const struct driver_options *o, const char *what, bool check)
{
	struct sh_arena *a = sh_arena_new(1 << 16);
	struct sh_str path = driver_path(a, o, what);
	struct driver_question q = { o, path.s };
	int status;

	if (!path.s)
		status = driver_unknown(o, what);
	else
		status = check ? sh_driver_kit_check(path.s, &o->kit) : driver_show(driver_inspect, &q);

	sh_arena_free(a);
	return status;
}

static int
driver_run(const struct driver_options *o, int argc, char **argv)
{
	struct driver_question all = { o, NULL };
	bool check = argc > 0 && strcmp(argv[0], "check") == 0;

	if (argc == 0)
		return driver_usage("expected list, inspect, check, new, record, status or release", "");
	if (strcmp(argv[0], "new") == 0)
		return argc == 2 || argc == 3 ? sh_driver_kit_new(argv[1], argv[2]) : driver_usage("new takes NAME [DIR]", "");
	if (strcmp(argv[0], "record") == 0)
		return argc == 2 || argc == 3 ? sh_driver_kit_record(argv[1], argv[2], &o->kit)
					      : driver_usage("record takes NAME [FILE]", "");
	if (strcmp(argv[0], "list") == 0)
		return argc == 1 ? driver_show(driver_list, &all) : driver_usage("list takes no argument: ", argv[1]);
	if (strcmp(argv[0], "inspect") != 0 && !check)
		return driver_usage("expected list, inspect, check, new, record, status or release, not ", argv[0]);
	if (argc != 2)
		return driver_usage(argv[0], " takes one FILE.so or NAME");
	return driver_one(o, argv[1], check);
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

/* What getopt has found; not 0: the exit status. */
static int
driver_option(struct driver_options *o, const char **config, int opt, const char *last)
{
	int64_t number;

	switch (opt) {
	case 'c':
		*config = optarg;
		break;
	case 'd':
		if (o->ndirs == SH_LENGTH(o->dirs) - 1)
			return driver_usage("more than 16 folders", "");
		o->dirs[o->ndirs++] = optarg;
		break;
	case 'j':
		o->json = o->kit.json = true;
		break;
	case 'g':
		o->kit.golden = optarg;
		break;
	case 'w':
		o->kit.write = true;
		break;
	case 'S':
		o->kit.samples = optarg;
		break;
	case 'u':
		o->kit.run = optarg;
		break;
	case 'k':
		if (o->kit.nkeep == SH_LENGTH(o->kit.keep) - 1)
			return driver_usage("more than 16 members to keep", "");
		o->kit.keep[o->kit.nkeep++] = optarg;
		break;
	case 'o':
		number = sh_check_parse(optarg);
		if (number < 0)
			return driver_usage(driver_checks, optarg);
		o->kit.only |= 1u << number;
		break;
	case 'r':
	case 's':
		if (!sh_text_int(sh_str(optarg), &number) || number < 0 || number > 1000000)
			return driver_usage("expected a number up to 1000000, not ", optarg);
		if (opt == 'r')
			o->kit.rounds = (uint32_t)number;
		else
			o->kit.seed = (uint64_t)number;
		break;
	default:
		return driver_usage("no such option, or an option without its value: ", last);
	}
	return 0;
}

int
sh_cmd_driver(int argc, char **argv)
{
	static const struct option options[] = { { "config", required_argument, NULL, 'c' },
		{ "dir", required_argument, NULL, 'd' }, { "json", no_argument, NULL, 'j' },
		{ "golden", required_argument, NULL, 'g' }, { "write", no_argument, NULL, 'w' },
		{ "only", required_argument, NULL, 'o' }, { "samples", required_argument, NULL, 'S' },
		{ "run", required_argument, NULL, 'u' }, { "keep", required_argument, NULL, 'k' },
		{ "rounds", required_argument, NULL, 'r' }, { "seed", required_argument, NULL, 's' }, { 0 } };
	struct driver_options o = { .dirs = { SH_DRIVERDIR }, .kit = { .rounds = 200, .seed = 1 } };
	const char *config = NULL;
	int opt;

	optind = 0;
	opterr = 0;
	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		int status = driver_option(&o, &config, opt, argv[optind - 1]);

		if (status)
			return status;
	}
	if (config && o.ndirs)
		return driver_usage("either --config or --dir", "");
	if (config)
		return driver_run_config(&o, config, argc - optind, argv + optind);
	o.ndirs = o.ndirs ? o.ndirs : 1;
	return driver_run(&o, argc - optind, argv + optind);
}
