/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* tests/unit/server_config.c: what the file may say, and what is said of a file that is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/server/config.h"

static char folder[] = "/tmp/switchhook-config-XXXXXX", file[64];

static void
put(const char *text)
{
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int
setup(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(file, sizeof(file), "%s/c.yaml", folder);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(file);
	return rmdir(folder);
}

static struct sh_config *
load_good(const char *text)
{
	struct sh_faults f;
	struct sh_config *c;

	put(text);
	sh_faults_init(&f, file);
	c = sh_config_load(&f);
	if (!c)
		fail_msg("%d: %s", f.count, sh_buf_str(&f.text).s);
	sh_faults_clear(&f);
	return c;
}

#define A60 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A1020 A60 A60 A60 A60 A60 A60 A60 A60 A60 A60 A60 A60 A60 A60 A60 A60 A60

/* Each fault is "line:column: text", without the file's name; several are separated by newlines. */
static const struct {
	const char *text, *faults;
} faulty[] = {
	{ "limts: {}\n", "1:1: unknown key \"limts\"; did you mean \"limits\"?" },
	{ "limits:\n  bdoy: 1MiB\n", "2:3: unknown key \"bdoy\"; did you mean \"body\"?" },
	{ "log: debug\n", "1:6: log: found a value, expected a mapping with keys such as \"level\"" },
	{ "- a\n", "1:1: found a list, expected a mapping of options" },
	{ "workers: many\n", "1:10: workers: found \"many\", expected a whole number from 0 to 64" },
	{ "workers: 65\n", "1:10: workers: found \"65\", expected a whole number from 0 to 64" },
	{ "workers: \"2\"\n", "1:10: workers: found \"2\", expected a whole number from 0 to 64" },
	{ "workers: [2]\n", "1:10: workers: found a list, expected a whole number from 0 to 64" },
	{ "drain_timeout: 30\n", "1:16: drain_timeout: found \"30\", expected a time such as 250ms, 30s or 2h from 1s to 10m" },
	{ "drain_timeout: 11m\n", "1:16: drain_timeout: found \"11m\", expected a time such as 250ms, 30s or 2h from 1s to 10m" },
	{ "keys: {cache: 61s}\n", "1:15: keys.cache: found \"61s\", expected a time such as 250ms, 30s or 2h from 0s to 60s" },
	{ "limits: {body: 8MB}\n", "1:16: limits.body: found \"8MB\", expected a size such as 512KiB from 1KiB to 64MiB" },
	{ "limits:\n  body: -1MiB\n", "2:9: limits.body: found \"-1MiB\", expected a size such as 512KiB from 1KiB to 64MiB" },
	{ "log: {level: loud}\n", "1:14: log.level: found \"loud\", expected debug, info, warn or error" },
	{ "listen: 127.0.0.1:8080\n", "1:9: listen: found \"127.0.0.1:8080\", expected a list, such as [a, b]" },
	{ "listen: []\n", "1:9: listen: expected 1 to 16 addresses, listen_tls counted" },
	{ "listen_tls: [a:1]\n", "1:13: listen_tls: expected tls.certificate and tls.key beside it" },
	{ "listen_tls: [a:1]\ntls: {certificate: c}\n", "2:20: tls.certificate: tls.key is missing" },
	{ "listen_tls: [a:1]\ntls: {key: k}\n", "2:12: tls.key: tls.certificate is missing" },
	{ "listen: [127.0.0.1:80, 127.0.0.1:80]\n",
	    "1:9: listen: \"127.0.0.1:80\" is taken by \"127.0.0.1:80\" of listen already" },
	{ "listen: [127.0.0.1:80]\nlisten_tls: [0.0.0.0:080]\ntls: {certificate: c, key: k}\n",
	    "2:13: listen_tls: \"0.0.0.0:080\" is taken by \"127.0.0.1:80\" of listen already" },
	{ "listen: [\"[::1]:80\", \"[0::1]:80\", a:1, A:1]\n",
	    "1:9: listen: \"[0::1]:80\" is taken by \"[::1]:80\" of listen already\n"
	    "1:9: listen: \"A:1\" is taken by \"a:1\" of listen already" },
	{ "listen: [0.0.0.0:80, \"[::]:80\"]\n", "1:9: listen: \"[::]:80\" is taken by \"0.0.0.0:80\" of listen already" },
	{ "tls: {certificate: c, key: k}\n", "1:20: tls.certificate: expected listen_tls beside it, or nothing uses it" },
	{ "tls: {min_version: 1.1}\n", "1:20: tls.min_version: expected 1.2 or 1.3" },
	{ "listen:\n  - 127.0.0.1:8080\n  - \"::1:8080\"\n  - localhost\n",
	    "3:5: listen: found \"::1:8080\", expected an address with a port, such as 127.0.0.1:8080 or \"[::]:8080\"\n"
	    "4:5: listen: found \"localhost\", expected an address with a port, such as 127.0.0.1:8080 or \"[::]:8080\"" },
	{ "listen: [a:65536]\n",
	    "1:10: listen: found \"a:65536\", expected an address with a port, such as 127.0.0.1:8080 or \"[::]:8080\"" },
	/* What stands behind a NUL would be lost. */
	{ "listen: [\"a\\0:80\"]\n",
	    "1:10: listen: found \"a\", expected an address with a port, such as 127.0.0.1:8080 or \"[::]:8080\"" },
	{ "trusted_proxies: [\"::/0\\0x\"]\n",
	    "1:19: trusted_proxies: found \"::/0\", expected a network such as 10.0.0.0/8 or fd00::/8" },
	{ "log: {level: \"info\\0x\"}\n", "1:14: log.level: found \"info\", expected debug, info, warn or error" },
	/* The folder makes it too long. */
	{ "state_dir: " A1020 "\n",
	    "1:12: state_dir: found \"" A60 "\", expected a path of at most 1024 bytes, its folder counted" },
	{ "public_url: https://caf\xc3\xa9.example.com\n",
	    "1:13: public_url: found \"https://caf\xc3\xa9.example.com\", expected an http:// or https:// URL without a query or blanks, "
	    "such as https://calls.example.com" },
	{ "public_url: calls.example.com\n",
	    "1:13: public_url: found \"calls.example.com\", expected an http:// or https:// URL without a query or blanks, "
	    "such as https://calls.example.com" },
	{ "public_url: https://a.example/?x=1\n",
	    "1:13: public_url: found \"https://a.example/?x=1\", expected an http:// or https:// URL without a query or "
	    "blanks, such as https://calls.example.com" },
	{ "outbound: {allow: [10.0.0.0/8, 10.0.0.0/33]}\n",
	    "1:32: outbound.allow: found \"10.0.0.0/33\", expected a network such as 10.0.0.0/8 or fd00::/8" },
	{ "database: \"password='hunter2\"\n",
	    "1:11: database: found something else, expected a libpq connection string or a postgresql:// URI" },
	{ "workers: 1\nworkers: 2\n", NULL }, /* duplicate keys, anchors, tags: base/yaml.h words them */
	{ "user: &a x\n", NULL },
	{ "limits: {body: 1MiB}\nwebhooks:\n  body: 2MiB\n", "3:9: webhooks.body: expected at most limits.body" },
	{ "outbound:\n  wait: 10s\n  request_time: 5s\n", "2:9: outbound.wait: expected at most outbound.request_time" },
	{ "engine: {dial_lease: 40s}\n", "1:22: engine.dial_lease: expected more than outbound.send_window, outbound.request_time "
					 "and engine.clock_error together" },
	{ "wrokers: 1\nlog:\n  levle: info\nmetrics: perhaps\n", NULL },
};

static void
test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(faulty); i++) {
		struct sh_buf got;
		struct sh_faults f;
		char *line, *text;

		put(faulty[i].text);
		sh_faults_init(&f, file);
		assert_null(sh_config_load(&f));
		assert_true(f.count > 0);
		sh_buf_init(&got, 4096);
		text = f.text.s;
		while ((line = strsep(&text, "\n"))) {
			if (!*line)
				continue;
			assert_memory_equal(line, file, strlen(file));
			sh_buf_printf(&got, "%s%s", got.n ? "\n" : "", line + strlen(file) + 1);
		}
		if (faulty[i].faults)
			assert_string_equal(sh_buf_str(&got).s, faulty[i].faults);
		assert_null(strstr(sh_buf_str(&got).s, "hunter2"));
		sh_buf_clear(&got);
		sh_faults_clear(&f);
	}
}

static void
test_all_faults_at_once(void **state)
{
	struct sh_faults f;
	struct sh_config *c;

	(void)state;
	put("wrokers: 1\nlog:\n  levle: info\nmetrics: perhaps\nworkers: 3\n");
	sh_faults_init(&f, file);
	c = sh_config_read(&f);
	assert_int_equal(f.count, 3);
	assert_non_null(c);
	assert_int_equal(c->v[SH_OPTION_metrics].i, 1);
	assert_int_equal(c->v[SH_OPTION_workers].i, 3);
	sh_config_free(c);
	sh_faults_clear(&f);
}

static void
test_no_file(void **state)
{
	struct sh_faults f;

	(void)state;
	sh_faults_init(&f, "/nonexistent/switchhook.yaml");
	assert_null(sh_config_load(&f));
	assert_string_equal(
	    sh_buf_str(&f.text).s, "/nonexistent/switchhook.yaml:1:1: cannot read the file: No such file or directory\n");
	sh_faults_clear(&f);
}

static void
test_defaults(void **state)
{
	struct sh_config *c = load_good("");
	const struct sh_config_value *v = c->v;

	(void)state;
	assert_int_equal(v[SH_OPTION_listen].n, 1);
	assert_string_equal(v[SH_OPTION_listen].list[0], "127.0.0.1:8080");
	assert_null(v[SH_OPTION_listen].list[1]);
	assert_string_equal(v[SH_OPTION_public_url].s, "http://127.0.0.1:8080");
	assert_null(v[SH_OPTION_database].s);
	assert_int_equal(v[SH_OPTION_limits_body].i, 8 << 20);
	assert_int_equal(v[SH_OPTION_engine_clock].i, 250);
	assert_int_equal(v[SH_OPTION_webhooks_grace].i, 86400000);
	assert_int_equal(v[SH_OPTION_outbound_allow].n, 0);
	assert_string_equal(v[SH_OPTION_drivers].list[0], SH_DRIVERDIR);
	assert_true(sh_config_workers(c) >= 1);
	assert_string_equal(sh_config_conninfo(c), "host='/var/lib/switchhook/socket' dbname='switchhook' user='switchhook'");
	sh_config_free(c);
}

static void
test_values(void **state)
{
	struct sh_config *c = load_good(
	    "listen: [\"[::]:80\", 127.0.0.1:0]\npublic_url: https://a.example/hooks/\nstate_dir: var/it's\nkey_file: ./key\n"
	    "drivers: [/a, b, \"${driverdir}/more\"]\nworkers: 3\nkeys:\nlog: {level: warn}\nmetrics: no\n"
	    "limits:\n  request_time: 1500ms\n  body: 16MiB\n");
	const struct sh_config_value *v = c->v;
	char path[256];

	(void)state;
	assert_string_equal(v[SH_OPTION_listen].list[0], "[::]:80");
	assert_string_equal(v[SH_OPTION_public_url].s, "https://a.example/hooks");
	snprintf(path, sizeof(path), "%s/var/it's", folder);
	assert_string_equal(v[SH_OPTION_state_dir].s, path);
	snprintf(path, sizeof(path), "%s/key", folder);
	assert_string_equal(v[SH_OPTION_key_file].s, path);
	snprintf(path, sizeof(path), "%s/b", folder);
	assert_string_equal(v[SH_OPTION_drivers].list[1], path);
	assert_string_equal(v[SH_OPTION_drivers].list[2], SH_DRIVERDIR "/more");
	assert_int_equal(v[SH_OPTION_limits_request].i, 1500);
	assert_int_equal(v[SH_OPTION_metrics].i, 0);
	assert_int_equal(sh_config_workers(c), 3);
	snprintf(path, sizeof(path), "host='%s/var/it\\'s/socket' dbname='switchhook' user='switchhook'", folder);
	assert_string_equal(sh_config_conninfo(c), path);
	sh_config_free(c);
}

static struct sh_buf
effective(const char *text)
{
	struct sh_config *c = load_good(text);
	struct sh_buf b;

	sh_buf_init(&b, 256u << 10);
	sh_config_write(c, &b);
	assert_false(b.failed);
	sh_config_free(c);
	return b;
}

static void
test_no_secret_is_shown(void **state)
{
	static const char *const texts[] = { "database: postgresql://anna:hunter2@db1:5432/calls?sslmode=require\n",
		"database: \"host=db1 user=anna password=hunter2 sslpassword=hunter2\"\n",
		"database: postgresql://db1/calls?password=hunter2\n" };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(texts); i++) {
		struct sh_buf b = effective(texts[i]);
		assert_null(strstr(b.s, "hunter2"));
		assert_non_null(strstr(b.s, "password='***'"));
		assert_non_null(strstr(b.s, "host='db1'"));
		sh_buf_clear(&b);
	}
}

/* What is printed is a configuration again, and it means the same. */
/* A small file in a deep folder, before each of whose values the folder stands. */
static void
test_too_large(void **state)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	char below[512], path[520];
	struct sh_faults f;
	FILE *out;

	(void)state;
	snprintf(below, sizeof(below), "%s/%0250d", folder, 0);
	snprintf(path, sizeof(path), "%s/c.yaml", below);
	assert_int_equal(mkdir(below, 0700), 0);
	out = fopen(path, "w");
	assert_non_null(out);
	fputs("drivers:\n", out);
	for (int i = 0; i < 19000; i++)
		fputs("- a\n", out);
	fclose(out);
	sh_faults_init(&f, path);
	assert_null(sh_config_load(&f));
	sh_buf_init(&b, 1024);
	sh_buf_printf(&b, "%s:1:1: the file is too large\n", path);
	assert_string_equal(sh_buf_str(&f.text).s, sh_buf_str(&b).s);
	sh_faults_clear(&f);
	unlink(path);
	rmdir(below);
}

static void
test_effective_is_a_config(void **state)
{
	struct sh_buf first = effective(
	    "workers: 7\nlimits: {headers: 3000}\noutbound: {wait: 1500ms, allow: [10.0.0.0/8, fd00::/8]}\nmetrics: false\n"
	    "user: \"\\x01\\t\\x7f \\N \\L \\P--- \\uFEFF\\uFFFE\\uFFFF\\x9fé\\\\\\\"\"\n");
	struct sh_buf second = effective(first.s);

	(void)state;
	assert_string_equal(first.s, second.s);
	assert_non_null(strstr(first.s, "\nworkers: 7\n"));
	assert_non_null(strstr(first.s, "\n  headers: 3000\n"));
	assert_non_null(strstr(first.s, "\n  wait: 1500ms\n"));
	sh_buf_clear(&first);
	sh_buf_clear(&second);
}

/* config/switchhook.yaml with every option switched on means what an empty file means. */
static void
test_sample_is_the_defaults(void **state)
{
	const char *root = getenv("top_srcdir");
	char path[512], line[512];
	struct sh_buf text, on, off;
	int options = 0;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/config/switchhook.yaml", root ? root : ".");
	f = fopen(path, "r");
	assert_non_null(f);
	sh_buf_init(&text, 256u << 10);
	while (fgets(line, sizeof(line), f)) {
		bool option =
		    line[0] == '#' && ((line[1] >= 'a' && line[1] <= 'z') || (line[1] == ' ' && line[2] == ' ' && line[3] != ' '));
		options += option;
		sh_buf_add_z(&text, option ? line + 1 : line);
	}
	fclose(f);
	assert_true(options >= SH_OPTION_COUNT);
	on = effective(text.s);
	off = effective("");
	assert_string_equal(on.s, off.s);
	sh_buf_clear(&text);
	sh_buf_clear(&on);
	sh_buf_clear(&off);
}

static void
test_addresses_that_get_along(void **state)
{
	struct sh_config *c =
	    load_good("listen: [127.0.0.1:80, 127.0.0.2:80, \"[::1]:80\", a:80, b:80, 0.0.0.0:81, \"[::]:0\", \"[::]:0\"]\n");

	(void)state;
	assert_int_equal(c->v[SH_OPTION_listen].n, 8);
	sh_config_free(c);
}

static void
test_what_counts_when(void **state)
{
	struct sh_config *a = load_good("listen: [a:1, b:2]\n"), *b = load_good("listen: [a:1, b:3]\n");

	(void)state;
	assert_true(sh_config_at_start(SH_OPTION_listen));
	assert_false(sh_config_at_start(SH_OPTION_workers));
	assert_false(sh_config_same(a, b, SH_OPTION_listen));
	assert_true(sh_config_same(a, b, SH_OPTION_drivers));
	assert_true(sh_config_same(a, b, SH_OPTION_database));
	sh_config_free(a);
	sh_config_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_all_faults_at_once),
		cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_no_secret_is_shown),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_effective_is_a_config),
		cmocka_unit_test(test_sample_is_the_defaults),
		cmocka_unit_test(test_addresses_that_get_along),
		cmocka_unit_test(test_what_counts_when),
	};

	return cmocka_run_group_tests_name("server_config", tests, setup, teardown);
}
