/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * `switchhook driver` as a person meets it: exit status and what is printed, on the Retell driver and on none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "gateway/cmd/driver.h"

#define CMD_DIR SH_BUILDDIR "/drivers/retell/.libs"
#define CMD_FILE CMD_DIR "/switchhook-retell.so"

static char cmd_out[1 << 17], cmd_err[1 << 16];

static void
cmd_take(FILE *f, char *ret, size_t room)
{
	rewind(f);
	ret[fread(ret, 1, room - 1, f)] = '\0';
	fclose(f);
}

/* Runs it with both outputs in files and keeps what they say. */
static int
cmd_run(const char *a, const char *b, const char *c, const char *d)
{
	char *argv[] = { "driver", (char *)a, (char *)b, (char *)c, (char *)d, NULL };
	FILE *out = tmpfile(), *err = tmpfile();
	int argc = 0, was_out, was_err, status;

	assert_non_null(out);
	assert_non_null(err);
	while (argv[argc])
		argc++;
	fflush(stdout);
	fflush(stderr);
	was_out = dup(1);
	was_err = dup(2);
	dup2(fileno(out), 1);
	dup2(fileno(err), 2);
	status = sh_cmd_driver(argc, argv);
	fflush(stdout);
	fflush(stderr);
	dup2(was_out, 1);
	dup2(was_err, 2);
	close(was_out);
	close(was_err);
	cmd_take(out, cmd_out, sizeof(cmd_out));
	cmd_take(err, cmd_err, sizeof(cmd_err));
	return status;
}

#define CMD_CONFIG "driver_cmd.yaml" /* in the folder that the test runs in */

static const char *
cmd_config(const char *text)
{
	FILE *f = fopen(CMD_CONFIG, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	return CMD_CONFIG;
}

static void
test_list(void **state)
{
	json_object *j;

	(void)state;
	assert_int_equal(cmd_run("list", "--dir", CMD_DIR, NULL), 0);
	assert_non_null(strstr(
	    cmd_out, "NAME         STATE    VERSION    ABI   CAN\nretell       ready    1.0        1.0   credentials_test,"));
	assert_int_equal(cmd_run("--json", "list", "--dir=" CMD_DIR, NULL), 0);
	j = json_tokener_parse(cmd_out);
	assert_int_equal(json_object_array_length(j), 1);
	json_object_put(j);
	assert_int_equal(cmd_run("list", "--config", cmd_config("drivers: [" CMD_DIR "]\n"), NULL), 0);
	assert_non_null(strstr(cmd_out, "retell       ready"));
	assert_int_equal(cmd_run("list", "--config", cmd_config("drivers: [" CMD_DIR "]\nnonsense: 1\n"), NULL), 1);
	assert_non_null(strstr(cmd_err, ":2:1: "));
	unlink(CMD_CONFIG);
	assert_int_equal(cmd_run("list", "--dir", "/nowhere", NULL), 1);
	assert_string_equal(cmd_err, "switchhook driver: drivers' folder /nowhere: No such file or directory; --dir DIR names another folder, "
				     "--config FILE the gateway's configuration\n");
	assert_int_equal(cmd_run("list", "--dir", SH_SRCDIR "/gateway/driver", NULL), 0);
	assert_string_equal(cmd_out, "no drivers in " SH_SRCDIR "/gateway/driver\n");
}

static void
test_inspect(void **state)
{
	json_object *j;

	(void)state;
	assert_int_equal(cmd_run("inspect", CMD_FILE, NULL, NULL), 0);
	assert_non_null(strstr(cmd_out, "title         Retell AI\n"));
	assert_non_null(strstr(cmd_out, "call list     complete after 900 s, with our dial id\n"));
	assert_non_null(strstr(cmd_out, "\nwebhook_key            account  secret  required   -\n"));
	assert_non_null(strstr(cmd_out, "\ndial_no_answer                         no_answer            policy  counted    none "));
	assert_int_equal(cmd_run("--dir", CMD_DIR, "inspect", "retell"), 0);
	assert_non_null(strstr(cmd_out, "file          " CMD_FILE "\n"));
	assert_int_equal(cmd_run("inspect", CMD_FILE, "--json", NULL), 0);
	j = json_tokener_parse(cmd_out);
	assert_string_equal(json_object_get_string(json_object_object_get(j, "state")), "ready");
	json_object_put(j);

	assert_int_equal(cmd_run("inspect", SH_SRCDIR "/README.md", NULL, NULL), 1);
	assert_non_null(strstr(cmd_err, "refused: "));
	assert_string_equal(cmd_out, "");
	assert_int_equal(cmd_run("inspect", SH_SRCDIR "/README.md", "--json", NULL), 1);
	j = json_tokener_parse(cmd_out);
	assert_string_equal(json_object_get_string(json_object_object_get(j, "state")), "refused");
	json_object_put(j);
	assert_int_equal(cmd_run("--dir", CMD_DIR, "inspect", "nobody"), 1);
	assert_string_equal(cmd_err, "switchhook driver: no such driver: nobody; there are retell\n");
	assert_int_equal(cmd_run("--dir", "/nowhere", "check", "nobody"), 1);
	assert_string_equal(cmd_err, "switchhook driver: no such driver: nobody; there is none in /nowhere; --dir DIR names another "
				     "folder, --config FILE the gateway's configuration\n");
}

#define CMD_BAD(body) "__attribute__((constructor)) static void load(void) { " body " }\n"

/* Compiles a driver whose constructor does this. */
static void
cmd_compile(const char *dir, const char *name, const char *constructor)
{
	const char *cc = getenv("CC") ? getenv("CC") : "cc";
	char command[512];
	FILE *f;

	snprintf(command, sizeof(command), "%s -std=gnu11 -w -shared -fPIC -I'%s/gateway/include' -o '%s/switchhook-%s.so' -x c -",
	    cc, SH_SRCDIR, dir, name);
	f = popen(command, "w");
	assert_non_null(f);
	fprintf(f, "%s#include <switchhook/driver.h>\nSH_DRIVER(.name = \"%s\", .title = \"Trial\");\n", constructor, name);
	assert_int_equal(pclose(f), 0);
}

/* A stranger's file that must not be run in a process of ours: it is told, and what else lies there is shown. */
static void
test_stranger(void **state)
{
	static const struct {
		const char *name, *constructor, *said;
	} bad[] = { { "crash", CMD_BAD("*(volatile int *)8 = 1;"), "ends the process: Segmentation fault" },
		{ "aborts", CMD_BAD("extern void abort(void); abort();"), "ends the process: Aborted" },
		{ "leaves", CMD_BAD("extern void _exit(int); _exit(0);"), "ends the process, with exit status 0" },
		{ "talks", CMD_BAD("extern int socket(int, int, int); socket(2, 1, 0);"), "makes the system call socket" },
		{ "runs", CMD_BAD("extern int execl(const char *, const char *, ...); execl(\"/bin/true\", \"true\", (char *)0);"),
		    "makes the system call execve" },
		{ "loops", CMD_BAD("for (volatile int i = 0;; i++) ;"), "does not return" } };
	char dir[] = "/tmp/sh-cmd-XXXXXX", file[96], said[256], command[96];
	json_object *j;

	(void)state;
	assert_non_null(mkdtemp(dir));
	cmd_compile(dir, "prints", CMD_BAD("extern int puts(const char *); puts(\"{\");"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		cmd_compile(dir, bad[i].name, bad[i].constructor);
		snprintf(file, sizeof(file), "%s/switchhook-%s.so", dir, bad[i].name);
		assert_int_equal(cmd_run("inspect", file, NULL, NULL), 1);
		snprintf(said, sizeof(said), "switchhook driver: %s: to load it %s", file, bad[i].said);
		assert_non_null(strstr(cmd_err, said));
		assert_string_equal(cmd_out, "");
	}
	unlink(file); /* the loop, which takes its seconds thrice in a list */
	snprintf(file, sizeof(file), "%s/switchhook-crash.so", dir);
	assert_int_equal(cmd_run("inspect", file, "--json", NULL), 1);
	j = json_tokener_parse(cmd_out);
	assert_string_equal(json_object_get_string(json_object_object_get(j, "state")), "refused");
	assert_string_equal(
	    json_object_get_string(json_object_object_get(j, "refused")), "to load it ends the process: Segmentation fault");
	json_object_put(j);

	assert_int_equal(cmd_run("list", "--dir", dir, NULL), 1);
	assert_non_null(strstr(cmd_err, "switchhook driver: talks: to load it makes the system call socket\n"));
	assert_non_null(strstr(cmd_out, "\ncrash        refused  "));
	assert_non_null(strstr(cmd_out, "in quarantine: loading it ended 3 processes\n"));
	assert_non_null(strstr(cmd_out, "\nprints       ready    "));
	assert_int_equal(cmd_run("list", "--json", "--dir", dir), 1);
	j = json_tokener_parse(cmd_out);
	assert_int_equal(json_object_array_length(j), 6);
	json_object_put(j);
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	assert_int_equal(system(command), 0);
}

/* The kit's words; what they find and write is tried by the tests kit_…. */
static void
test_kit(void **state)
{
	char dir[] = "/tmp/sh-cmd-XXXXXX", made[64], command[96];
	json_object *j;

	(void)state;
	assert_int_equal(cmd_run("check", SH_SRCDIR "/README.md", "--json", NULL), 1);
	j = json_tokener_parse(cmd_out);
	assert_false(json_object_get_boolean(json_object_object_get(j, "passed")));
	json_object_put(j);
	assert_int_equal(cmd_run("check", "--only=words", CMD_FILE, NULL), 0);
	assert_non_null(strstr(cmd_out, "pass  words      \"Retell AI\" 1.0\n"));
	assert_non_null(strstr(cmd_out, "switchhook-retell.so: 2 passed, 0 failed, 7 skipped\n"));

	assert_non_null(mkdtemp(dir));
	snprintf(made, sizeof(made), "%s/acme", dir);
	assert_int_equal(cmd_run("new", "acme", made, NULL), 0);
	assert_int_equal(cmd_run("new", "acme", made, NULL), 1);
	assert_non_null(strstr(cmd_err, "File exists"));
	assert_int_equal(cmd_run("new", "Acme!", NULL, NULL), 1);
	assert_non_null(strstr(cmd_err, "\"Acme!\" is no name of a driver"));
	assert_int_equal(cmd_run("record", "x", "/nowhere", NULL), 1);
	assert_string_equal(cmd_err, "switchhook driver: /nowhere: No such file or directory\n");
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	assert_int_equal(system(command), 0);

	assert_int_equal(cmd_run("check", NULL, NULL, NULL), 2);
	assert_int_equal(cmd_run("check", CMD_FILE, "--only=nothing", NULL), 2);
	assert_string_equal(cmd_err, 
	    "switchhook driver: expected one of the checks loads symbols words golden verify proof hostile memory cost, not nothing\n"
	    "see: switchhook driver --help\n");
	assert_int_equal(cmd_run("check", CMD_FILE, "--rounds=many", NULL), 2);
	assert_int_equal(cmd_run("new", NULL, NULL, NULL), 2);
	assert_int_equal(cmd_run("record", NULL, NULL, NULL), 2);
}

static void
test_usage(void **state)
{
	(void)state;
	assert_int_equal(cmd_run(NULL, NULL, NULL, NULL), 2);
	assert_int_equal(cmd_run("remove", NULL, NULL, NULL), 2);
	assert_string_equal(cmd_err, "switchhook driver: expected list, inspect, check, new, record, status or release, not "
				     "remove\nsee: switchhook driver --help\n");
	assert_int_equal(cmd_run("inspect", NULL, NULL, NULL), 2);
	assert_int_equal(cmd_run("inspect", "a", "b", NULL), 2);
	assert_int_equal(cmd_run("list", "a", NULL, NULL), 2);
	assert_int_equal(cmd_run("list", "--nothing", NULL, NULL), 2);
	assert_string_equal(cmd_err,
	    "switchhook driver: no such option, or an option without its value: --nothing\nsee: switchhook driver --help\n");
	assert_int_equal(cmd_run("list", "--dir", NULL, NULL), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_list), cmocka_unit_test(test_inspect),
		cmocka_unit_test(test_stranger), cmocka_unit_test(test_kit), cmocka_unit_test(test_usage) };

	return cmocka_run_group_tests_name("driver_cmd", tests, NULL, NULL);
}
