/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The loader against bad drivers: each is some lines of C, compiled here by the compiler that built the gateway.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/base/reader.h"
#include "gateway/driver/call.h"
#include "gateway/driver/table.h"

#define TABLE "const __attribute__((visibility(\"default\"))) struct sh_driver switchhook_driver = "
#define VERSIONS ".abi_major = SH_DRIVER_ABI_MAJOR, .abi_minor = SH_DRIVER_ABI_MINOR, .size = sizeof(struct sh_driver)"
#define FUNCTIONS                                                                                                                  \
	"static enum sh_verdict v(struct sh_ctx *c, const struct sh_delivery *d, const struct sh_account *a) { return 0; }\n"      \
	"static enum sh_answer n(struct sh_ctx *c, const struct sh_delivery *d, const struct sh_account *a) { return 0; }\n"       \
	"static void q(struct sh_ctx *c, const struct sh_account *a, struct sh_str s, struct sh_request *r) {}\n"                  \
	"static enum sh_answer p(struct sh_ctx *c, const struct sh_account *a, const struct sh_exchange *x) { return 0; }\n"       \
	"static void dq(struct sh_ctx *c, const struct sh_account *a, const struct sh_dial *d, struct sh_request *r) {}\n"         \
	"static void dp(struct sh_ctx *c, const struct sh_account *a, const struct sh_exchange *x, struct sh_placed *p) {}\n"      \
	"static void re(struct sh_ctx *c, const struct sh_delivery *d, const struct sh_account *a, const struct sh_finding *f, "   \
	"struct sh_reply *r) {}\n"                                                                                                 \
	"static void o(struct sh_ctx *c, const struct sh_pair *f, size_t n, struct sh_disposition *d) {}\n"                        \
	"static const char *const hosts[] = { \"api.example.com\", NULL };\n"
#define SETTINGS(rows) "static const struct sh_setting s[] = { " rows ", { 0 } };\nSH_DRIVER(.name = \"acme\", .settings = s);\n"
#define REASONS(rows)                                                                                                              \
	FUNCTIONS "static const struct sh_reason r[] = { " rows ", { 0 } };\n"                                                     \
		  "SH_DRIVER(.name = \"acme\", .reasons = r, .outcome = o);\n"

/* Refusals stand as they are read, without the path before them; NULL: the driver is accepted. */
static const struct load_case {
	const char *what, *source, *refused;
} load_cases[] = {
	{ "no symbol", "int acme;\n", "no symbol switchhook_driver, expected the table that SH_DRIVER defines" },
	{ "a function of that name", "__attribute__((visibility(\"default\"))) void switchhook_driver(void) {}\n",
	    "switchhook_driver is no table, expected the one that SH_DRIVER defines" },
	{ "a number of that name", "__attribute__((visibility(\"default\"))) const int switchhook_driver = 1;\n",
	    "switchhook_driver is no table, expected the one that SH_DRIVER defines" },
	{ "a higher major", TABLE "{ .abi_major = 2, .abi_minor = 5, .size = sizeof(struct sh_driver), .name = \"acme\" };\n",
	    "driver interface 2.5, expected 1.x: compile it against this gateway's driver.h" },
	{ "major 0", TABLE "{ .abi_major = 0, .abi_minor = 9, .size = sizeof(struct sh_driver), .name = \"acme\" };\n",
	    "driver interface 0.9, expected 1.x: compile it against this gateway's driver.h" },
	{ "a shorter table", TABLE "{ .abi_major = 1, .size = 64, .name = \"acme\" };\n",
	    "a table of 64 bytes, expected at least @FROZEN" },
	{ "a table that claims more than it has", TABLE "{ .abi_major = 1, .size = 60000, .name = \"acme\" };\n",
	    "a table that claims 60000 bytes, but its symbol has @SYMBOL" },
	{ "a longer table",
	    "struct longer { struct sh_driver d; void *more[8]; };\n"
	    "const __attribute__((visibility(\"default\"))) struct longer switchhook_driver = { .d = { .abi_major = 1,\n"
	    "	.abi_minor = 3, .size = sizeof(struct longer), .name = \"acme\" }, .more = { (void *)1 } };\n",
	    NULL },
	{ "a newer minor", TABLE "{ .abi_major = 1, .abi_minor = 7, .size = sizeof(struct sh_driver), .name = \"acme\" };\n",
	    NULL },
	{ "no name", TABLE "{ " VERSIONS " };\n", "the table has no name, expected \"acme\"" },
	{ "an empty name", "SH_DRIVER(.name = \"\");\n", "the table has no name, expected \"acme\"" },
	{ "another name than the file's", "SH_DRIVER(.name = \"other\");\n", "named \"other\", expected \"acme\" as the file is" },
	{ "an undefined symbol",
	    "extern int nothing_of_that_name(void);\nint (*acme)(void) = nothing_of_that_name;\nSH_DRIVER(.name = \"acme\");\n",
	    "cannot be loaded: undefined symbol: nothing_of_that_name" },

	{ "check without its parse", FUNCTIONS "SH_DRIVER(.name = \"acme\", .hosts = hosts, .check_request = q);\n",
	    "capability credentials_test has check_request but no check_parse" },
	{ "numbers without the request", FUNCTIONS "SH_DRIVER(.name = \"acme\", .hosts = hosts, .numbers_parse = p);\n",
	    "capability number_import has numbers_parse but no numbers_request" },
	{ "agents without the request", FUNCTIONS "SH_DRIVER(.name = \"acme\", .hosts = hosts, .agents_parse = p);\n",
	    "capability agent_roster has agents_parse but no agents_request" },
	{ "verify without normalize", FUNCTIONS "SH_DRIVER(.name = \"acme\", .verify = v);\n",
	    "capability webhooks has verify but no normalize" },
	{ "a reply to nothing", FUNCTIONS "SH_DRIVER(.name = \"acme\", .reply = re);\n",
	    "capability webhook_answers wants verify, which is missing" },
	{ "a dial without its parse", FUNCTIONS "SH_DRIVER(.name = \"acme\", .hosts = hosts, .dial_request = dq);\n",
	    "capability outbound has dial_request but no dial_parse" },
	{ "a dial without reasons",
	    FUNCTIONS "SH_DRIVER(.name = \"acme\", .hosts = hosts, .dial_request = dq, .dial_parse = dp);\n",
	    "capability outbound wants reasons, which is missing" },
	{ "a list without its parse", FUNCTIONS "SH_DRIVER(.name = \"acme\", .hosts = hosts, .calls_parse = p);\n",
	    "capability call_list has calls_parse but no calls_request" },
	{ "a look-up without its parse", FUNCTIONS "SH_DRIVER(.name = \"acme\", .hosts = hosts, .call_request = q);\n",
	    "capability call_lookup has call_request but no call_parse" },
	{ "outcome without reasons", FUNCTIONS "SH_DRIVER(.name = \"acme\", .outcome = o);\n",
	    "outcome wants the table of reasons, which is missing" },
	{ "requests to nowhere", FUNCTIONS "SH_DRIVER(.name = \"acme\", .check_request = q, .check_parse = p);\n",
	    "it makes requests, but names neither hosts nor base_url_setting" },
	{ "requests to hosts", FUNCTIONS "SH_DRIVER(.name = \"acme\", .hosts = hosts, .check_request = q, .check_parse = p);\n",
	    NULL },
	{ "a base URL that is no setting", "SH_DRIVER(.name = \"acme\", .base_url_setting = \"base\");\n",
	    "base_url_setting \"base\" is not a setting of kind SH_SETTING_URL" },
	{ "a base URL that is a text",
	    "static const struct sh_setting s[] = { { .name = \"base\" }, { 0 } };\n"
	    "SH_DRIVER(.name = \"acme\", .settings = s, .base_url_setting = \"base\");\n",
	    "base_url_setting \"base\" is not a setting of kind SH_SETTING_URL" },

	{ "a setting without a name", SETTINGS("{ .name = \"one\" }, { .name = \"\" }"), "setting 1 has no name" },
	{ "a setting's odd name", SETTINGS("{ .name = \"Api-Key\" }"), "setting \"Api-Key\": expected a name of a-z, 0-9 and _" },
	{ "a setting twice", SETTINGS("{ .name = \"one\" }, { .name = \"one\" }"), "setting one occurs twice" },
	{ "a setting of no kind", SETTINGS("{ .name = \"one\", .kind = 9 }"), "setting one: kind 9, expected 0 to 7" },
	{ "a setting of no scope", SETTINGS("{ .name = \"one\", .scope = 3 }"), "setting one: scope 3, expected 0 to 2" },
	{ "a choice of nothing", SETTINGS("{ .name = \"one\", .kind = SH_SETTING_CHOICE }"),
	    "setting one: choices belong to SH_SETTING_CHOICE, and to it alone" },
	{ "choices of a text", SETTINGS("{ .name = \"one\", .choices = \"a|b\" }"),
	    "setting one: choices belong to SH_SETTING_CHOICE, and to it alone" },
	{ "a fallback that is no choice",
	    SETTINGS("{ .name = \"one\", .kind = SH_SETTING_CHOICE, .choices = \"a|b\", .fallback = \"c\" }"),
	    "fallback of: setting one: \"c\", expected one of a|b" },
	{ "a secret's fallback", SETTINGS("{ .name = \"one\", .kind = SH_SETTING_SECRET, .fallback = \"x\" }"),
	    "setting one: a secret has no fallback" },
	{ "a number of no range", SETTINGS("{ .name = \"one\", .kind = SH_SETTING_NUMBER }"),
	    "setting one: from 0 to 0, expected least below most" },
	{ "a number whose range is upside down", SETTINGS("{ .name = \"one\", .kind = SH_SETTING_NUMBER, .least = 9, .most = -9 }"),
	    "setting one: from 9 to -9, expected least below most" },
	{ "a number's fallback out of range",
	    SETTINGS("{ .name = \"one\", .kind = SH_SETTING_NUMBER, .least = 5, .most = 600, .fallback = \"601\" }"),
	    "fallback of: setting one: \"601\", expected a whole number from 5 to 600" },
	{ "a number's fallback that is none",
	    SETTINGS("{ .name = \"one\", .kind = SH_SETTING_NUMBER, .least = 5, .most = 600, .fallback = \"1 min\" }"),
	    "fallback of: setting one: \"1 min\", expected a whole number from 5 to 600" },
	{ "a text's range", SETTINGS("{ .name = \"one\", .most = 9 }"),
	    "setting one: least and most belong to SH_SETTING_NUMBER, and to it alone" },
	{ "a JSON fallback that is none", SETTINGS("{ .name = \"one\", .kind = SH_SETTING_JSON, .fallback = \"[1]\" }"),
	    "fallback of: setting one: expected a JSON object, {…}" },
	{ "good fallbacks",
	    SETTINGS("{ .name = \"one\", .kind = SH_SETTING_NUMBER, .least = -5, .most = 5, .fallback = \"-5\" },\n"
		     "	{ .name = \"two\", .kind = SH_SETTING_LINES, .fallback = \"a\\n\\tb\" },\n"
		     "	{ .name = \"three\", .kind = SH_SETTING_JSON, .fallback = \"{\\n}\" }"),
	    NULL },
	{ "settings of an odd size",
	    "static const struct sh_setting s[] = { { 0 } };\n" TABLE "{ " VERSIONS
	    ", .name = \"acme\", .settings = s, .setting_size = 4 };\n",
	    "rows of settings of 4 bytes, expected at least @SETTING" },
	{ "good settings", SETTINGS("{ .name = \"one\", .kind = SH_SETTING_CHOICE, .choices = \"a|b\", .fallback = \"b\" }"),
	    NULL },

	{ "a reason twice", REASONS("{ .reason = \"busy\" }, { .reason = \"busy\" }"), "reason busy occurs twice" },
	{ "a reason that means nothing", REASONS("{ .reason = \"busy\", .means = { .outcome = 77 } }"),
	    "reason busy: a disposition that driver.h does not know" },
	{ "a reason of two facts", REASONS("{ .reason = \"busy\" }, { .reason = \"busy\", .fact = \"status\" }"), NULL },
	{ "a reason that counts only sometimes", REASONS("{ .reason = \"busy\" }, { .reason = \"busy\", .only = \"a=b\" }"),
	    NULL },
	{ "a reason that counts never", REASONS("{ .reason = \"busy\", .only = \"status\" }"),
	    "reason busy: only \"status\", expected a fact, =, and its word" },
	{ "a reason that is not UTF-8", REASONS("{ .reason = \"\\xff\" }"), "reason 0: expected UTF-8 of at most 256 bytes" },
	{ "any reason that means something", REASONS("SH_REASON(\"*\", BUSY, POLICY, COUNTS, NONE, \"all\")"),
	    "reason *: what is not known means OTHER, and NEVER again" },
	{ "any reason", REASONS("SH_REASON(\"*\", OTHER, NEVER, COUNTS, NONE, \"all\")"), NULL },
	{ "a setting of the host's",
	    "static const struct sh_setting s[] = { { .name = \"do_not_call_field\" }, { 0 } };\n"
	    "SH_DRIVER(.name = \"acme\", .settings = s, .has_answers = true);\n",
	    "setting do_not_call_field is the host's, which has_answers asks for" },
	{ "answers without settings", "SH_DRIVER(.name = \"acme\", .has_answers = true);\n", NULL },
	{ "good reasons", REASONS("{ .reason = \"busy\" }"), NULL },
};

static char load_dir[64];

static void
load_compile(const char *dir, const char *name, const char *source)
{
	const char *cc = getenv("CC") ? getenv("CC") : "cc";
	char command[PATH_MAX * 2];
	FILE *f;

	snprintf(command, sizeof(command),
	    "%s -w -shared -fPIC -fvisibility=hidden -I'%s/gateway/include' -o '%s/switchhook-%s.so' -x c -", cc, SH_SRCDIR, dir,
	    name);
	f = popen(command, "w");
	assert_non_null(f);
	fprintf(f, "#include <switchhook/driver.h>\n%s", source);
	assert_int_equal(pclose(f), 0);
}

static void
load_remove(const char *dir, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/switchhook-%s.so", dir, name);
	assert_int_equal(unlink(path), 0);
}

/* Puts sizes in place of the words that stand for them. */
static void
load_expect(const struct load_case *c, const char *dir, char *ret, size_t n)
{
	static const struct {
		const char *word;
		size_t size;
	} sizes[] = {
		{ "@FROZEN", SH_DRIVER_FROZEN },
		{ "@SYMBOL", sizeof(struct sh_driver) },
		{ "@SETTING", sizeof(struct sh_setting) },
	};

	snprintf(ret, n, "%s/switchhook-acme.so: %s", dir, c->refused);
	for (size_t i = 0; i < SH_LENGTH(sizes); i++) {
		char *at = strstr(ret, sizes[i].word);

		if (at)
			snprintf(at, n - (size_t)(at - ret), "%zu", sizes[i].size);
	}
}

static void
test_refusals(void **state)
{
	char dir[sizeof(load_dir) + 24], expected[PATH_MAX * 2];
	const char *dirs[] = { dir, NULL };
	const struct sh_driver_loaded *d;
	struct sh_drivers *set;
	struct sh_error e;

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(load_cases); i++) {
		const struct load_case *c = &load_cases[i];

		/* A folder each: what was accepted stays loaded, and the linker knows it again by its path. */
		snprintf(dir, sizeof(dir), "%s/%zu", load_dir, i);
		assert_int_equal(mkdir(dir, 0700), 0);
		load_compile(dir, "acme", c->source);
		assert_int_equal(sh_drivers_load(dirs, &set, &e), SH_OK);
		assert_int_equal(sh_drivers_count(set), 1);
		d = sh_drivers_at(set, 0);
		assert_string_equal(d->name, "acme");
		if (c->refused) {
			load_expect(c, dir, expected, sizeof(expected));
			if (!d->refused || strcmp(d->refused, expected) != 0)
				fail_msg(
				    "%s: got \"%s\", expected \"%s\"", c->what, d->refused ? d->refused : "accepted", expected);
			assert_null(sh_drivers_find(set, SH_STR("acme")));
			assert_null(d->table.name);
		} else {
			if (d->refused)
				fail_msg("%s: %s", c->what, d->refused);
			assert_ptr_equal(sh_drivers_find(set, SH_STR("acme")), d);
		}
		sh_drivers_free(set);
		load_remove(dir, "acme");
		assert_int_equal(rmdir(dir), 0);
	}
}

/* The rest of a longer table is not seen, and what a shorter row lacks is zero. */
static void
test_sizes(void **state)
{
	const char *dirs[] = { load_dir, NULL };
	struct sh_drivers *set;
	struct sh_error e;
	struct sh_setting s;

	(void)state;
	load_compile(load_dir, "wide",
	    "struct wide { struct sh_setting s; const char *more; };\n"
	    "static const struct wide rows[] = { { { .name = \"one\", .help = \"first\" }, \"x\" }, { { .name = \"two\" }, \"y\" "
	    "}, { 0 } };\n"
	    "const __attribute__((visibility(\"default\"))) struct sh_driver switchhook_driver = { " VERSIONS
	    ", .name = \"wide\",\n"
	    "	.settings = &rows[0].s, .setting_size = sizeof(struct wide) };\n");
	assert_int_equal(sh_drivers_load(dirs, &set, &e), SH_OK);
	assert_null(sh_drivers_at(set, 0)->refused);
	assert_int_equal(sh_drivers_at(set, 0)->nsettings, 2);
	s = sh_driver_setting(sh_drivers_at(set, 0), 1);
	assert_string_equal(s.name, "two");
	assert_int_equal(sh_driver_setting_index(sh_drivers_at(set, 0), SH_STR("two")), 1);
	assert_int_equal(sh_driver_setting_index(sh_drivers_at(set, 0), SH_STR("three")), -1);
	sh_drivers_free(set);
	load_remove(load_dir, "wide");
}

static void
test_not_elf(void **state)
{
	char path[PATH_MAX], expected[PATH_MAX * 2];
	struct sh_drivers *set;
	struct sh_error e;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/switchhook-text.so", load_dir);
	f = fopen(path, "w");
	assert_non_null(f);
	for (int i = 0; i < 100; i++)
		fprintf(f, "this is no shared object\n");
	fclose(f);
	assert_int_equal(sh_drivers_load_file(path, &set, &e), SH_OK);
	snprintf(expected, sizeof(expected), "%s: cannot be loaded: invalid ELF header", path);
	assert_string_equal(sh_drivers_at(set, 0)->refused, expected);
	sh_drivers_free(set);
	assert_int_equal(unlink(path), 0);

	assert_int_equal(sh_drivers_load_file(path, &set, &e), SH_OK);
	snprintf(
	    expected, sizeof(expected), "%s: cannot be loaded: cannot open shared object file: No such file or directory", path);
	assert_string_equal(sh_drivers_at(set, 0)->refused, expected);
	sh_drivers_free(set);

	assert_int_equal(sh_drivers_load_file("acme.so", &set, &e), SH_OK);
	assert_string_equal(sh_drivers_at(set, 0)->refused,
	    "./acme.so: not a driver's file name, expected switchhook-NAME.so with NAME of a-z, 0-9 and _");
	sh_drivers_free(set);
}

static void
test_folders(void **state)
{
	char second[sizeof(load_dir) + 8], missing[sizeof(load_dir) + 8], expected[PATH_MAX];
	const char *dirs[] = { load_dir, second, NULL }, *none[] = { missing, NULL };
	struct sh_drivers *set = NULL;
	struct sh_error e;

	(void)state;
	snprintf(second, sizeof(second), "%s/more", load_dir);
	snprintf(missing, sizeof(missing), "%s/none", load_dir);
	assert_int_equal(access(missing, F_OK), -1);
	assert_int_equal(sh_drivers_load(none, &set, &e), SH_EABSENT);
	snprintf(expected, sizeof(expected), "drivers' folder %s: No such file or directory", missing);
	assert_string_equal(e.text, expected);
	assert_null(set);

	load_compile(load_dir, "zeta", "SH_DRIVER(.name = \"zeta\", .title = \"Zeta\", .version = \"3\");\n");
	load_compile(load_dir, "acme", "SH_DRIVER(.name = \"acme\");\n");
	load_compile(second, "acme", "SH_DRIVER(.name = \"acme\");\n");
	load_compile(second, "Bad", "SH_DRIVER(.name = \"Bad\");\n");
	assert_int_equal(sh_drivers_load(dirs, &set, &e), SH_OK);
	assert_int_equal(sh_drivers_count(set), 4);
	assert_string_equal(sh_drivers_at(set, 0)->name, "acme");
	assert_null(sh_drivers_at(set, 0)->refused);
	assert_string_equal(sh_drivers_at(set, 1)->name, "zeta");
	snprintf(expected, sizeof(expected),
	    "%s/switchhook-Bad.so: not a driver's file name, expected switchhook-NAME.so with NAME of a-z, 0-9 and _", second);
	assert_string_equal(sh_drivers_at(set, 2)->refused, expected);
	snprintf(expected, sizeof(expected), "%s/switchhook-acme.so: the name \"acme\" is taken by %s/switchhook-acme.so", second,
	    load_dir);
	assert_string_equal(sh_drivers_at(set, 3)->refused, expected);
	sh_drivers_free(set);
	load_remove(load_dir, "zeta");
	load_remove(load_dir, "acme");
	load_remove(second, "acme");
	load_remove(second, "Bad");
}

/* Who may write to a driver's file or folder could put anything into it. */
static void
test_open_to_all(void **state)
{
	static const struct {
		mode_t file, folder;
		bool refused;
	} cases[] = { { 0644, 0755, false }, { 0664, 0775, false }, { 0646, 0755, true }, { 0644, 0757, true }, { 0644, 01777, false },
		{ 0646, 01777, true } };
	const char *dirs[] = { load_dir, NULL };
	char path[PATH_MAX], expected[PATH_MAX * 2];
	struct sh_drivers *set;
	struct sh_error e;

	(void)state;
	load_compile(load_dir, "acme", "SH_DRIVER(.name = \"acme\");\n");
	snprintf(path, sizeof(path), "%s/switchhook-acme.so", load_dir);
	snprintf(expected, sizeof(expected),
	    "%s: anybody may change it: take the right to write from others, for the file and its folder", path);
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_driver_file copied = { path, -1, cases[i].refused };

		assert_int_equal(chmod(path, cases[i].file), 0);
		assert_int_equal(chmod(load_dir, cases[i].folder), 0);
		assert_int_equal(sh_driver_is_open(path), cases[i].refused);
		for (int held = 0; held < 2; held++) {
			assert_int_equal(
			    held ? sh_drivers_load_files(&copied, 1, &set, &e) : sh_drivers_load(dirs, &set, &e), SH_OK);
			if (cases[i].refused)
				assert_string_equal(sh_drivers_at(set, 0)->refused, expected);
			else
				assert_null(sh_drivers_at(set, 0)->refused);
			sh_drivers_free(set);
		}
		/* Whoever names one file has seen where it lies. */
		assert_int_equal(sh_drivers_load_file(path, &set, &e), SH_OK);
		assert_null(sh_drivers_at(set, 0)->refused);
		sh_drivers_free(set);
	}
	assert_int_equal(chmod(load_dir, 0700), 0);
	load_remove(load_dir, "acme");
}

/* What people see is JSON, of a ready driver and of a refused one. */
static void
test_describe(void **state)
{
	struct sh_arena *a = sh_arena_new(1 << 20);
	const struct sh_json *j;
	struct sh_drivers *set;
	struct sh_error e;
	struct sh_buf buf;
	char path[PATH_MAX];

	(void)state;
	load_compile(load_dir, "shown",
	    FUNCTIONS "static const struct sh_setting s[] = { { .name = \"mode\", .kind = SH_SETTING_CHOICE, .choices = \"a|bc\", "
		      ".fallback = \"bc\" },\n"
		      "	{ .name = \"key\", .kind = SH_SETTING_SECRET, .required = true, .rotates = true, .help = \"a \\\"key\\\"\" },\n"
		      "	{ .name = \"ring_s\", .scope = SH_SCOPE_AGENT, .kind = SH_SETTING_NUMBER, .least = -1, .most = 600 },\n"
		      "	{ .name = \"prompt\", .kind = SH_SETTING_LINES }, { .name = \"more\", .kind = SH_SETTING_JSON }, { 0 } };\n"
		      "static const struct sh_reason r[] = { { \"gone\", { SH_OUTCOME_BUSY, SH_RETRY_ONCE, true, "
		      "SH_ACTION_PAUSE_AGENT }, \"away\" }, { 0 } };\n"
		      "SH_DRIVER(.name = \"shown\", .title = \"Shown\", .version = \"9\", .settings = s, .reasons = r, .outcome = "
		      "o, .hosts = hosts,\n"
		      "	.verify = v, .normalize = n, .call_request = q, .call_parse = p);\n");
	snprintf(path, sizeof(path), "%s/switchhook-shown.so", load_dir);
	assert_int_equal(sh_drivers_load_file(path, &set, &e), SH_OK);
	assert_null(sh_drivers_at(set, 0)->refused);
	sh_buf_init(&buf, 1 << 16);
	sh_driver_describe(sh_drivers_at(set, 0), &buf);
	j = sh_reader_parse(a, sh_buf_str(&buf), NULL);
	assert_non_null(j);
	assert_true(sh_str_is(sh_reader_str(a, sh_reader_get(j, SH_STR("abi"))), "1.0"));
	assert_true(sh_str_is(sh_reader_raw(sh_reader_get(j, SH_STR("capabilities"))), "[\"webhooks\",\"call_lookup\"]"));
	assert_true(sh_str_is(sh_reader_raw(sh_reader_get(j, SH_STR("settings"))),
	    "[{\"name\":\"mode\",\"scope\":\"account\",\"kind\":\"choice\",\"required\":false,\"rotates\":false,\"default\":\"bc\","
	    "\"choices\":[\"a\",\"bc\"],\"least\":null,\"most\":null,\"help\":null},"
	    "{\"name\":\"key\",\"scope\":\"account\",\"kind\":\"secret\",\"required\":true,\"rotates\":true,\"default\":null,"
	    "\"choices\":[],\"least\":null,\"most\":null,\"help\":\"a \\\"key\\\"\"},"
	    "{\"name\":\"ring_s\",\"scope\":\"agent\",\"kind\":\"number\",\"required\":false,\"rotates\":false,\"default\":null,"
	    "\"choices\":[],\"least\":-1,\"most\":600,\"help\":null},"
	    "{\"name\":\"prompt\",\"scope\":\"account\",\"kind\":\"lines\",\"required\":false,\"rotates\":false,\"default\":null,"
	    "\"choices\":[],\"least\":null,\"most\":null,\"help\":null},"
	    "{\"name\":\"more\",\"scope\":\"account\",\"kind\":\"json\",\"required\":false,\"rotates\":false,\"default\":null,"
	    "\"choices\":[],\"least\":null,\"most\":null,\"help\":null}]"));
	assert_true(sh_str_is(
	    sh_reader_raw(sh_reader_get(j, SH_STR("reasons"))), "[{\"reason\":\"gone\",\"fact\":\"reason\",\"only\":null,\"outcome\":\"busy\",\"retry\":\"once\","
								"\"counts\":false,\"action\":\"pause_agent\",\"help\":\"away\"}]"));
	sh_drivers_free(set);
	sh_buf_clear(&buf);

	load_remove(load_dir, "shown");
	snprintf(path, sizeof(path), "%s/switchhook-gone.so", load_dir);
	assert_int_equal(sh_drivers_load_file(path, &set, &e), SH_OK);
	sh_driver_describe(sh_drivers_at(set, 0), &buf);
	j = sh_reader_parse(a, sh_buf_str(&buf), NULL);
	assert_true(sh_str_is(sh_reader_str(a, sh_reader_get(j, SH_STR("state"))), "refused"));
	sh_drivers_free(set);
	sh_buf_clear(&buf);
	sh_arena_free(a);
}

static int
load_setup(void **state)
{
	char second[sizeof(load_dir) + 8];

	(void)state;
	snprintf(load_dir, sizeof(load_dir), "/tmp/switchhook-load-XXXXXX");
	if (!mkdtemp(load_dir))
		return -1;
	snprintf(second, sizeof(second), "%s/more", load_dir);
	return mkdir(second, 0700);
}

static int
load_teardown(void **state)
{
	char second[sizeof(load_dir) + 8];

	(void)state;
	snprintf(second, sizeof(second), "%s/more", load_dir);
	rmdir(second);
	return rmdir(load_dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_not_elf),
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_open_to_all),
		cmocka_unit_test(test_describe),
	};

	return cmocka_run_group_tests_name("driver_load", tests, load_setup, load_teardown);
}
