/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* The key-encryption key: which files are taken, and what a wrapped key opens for. */
#include "gateway/crypto/kek.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cmocka.h>

#define HEX "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define HEX_UPPER "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"
#define BASE64 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define SOME_NEWLINES "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"

static char folder[] = "/tmp/switchhook-kek-XXXXXX";
static char path[128];

static void
put(const char *name, const char *text, mode_t mode)
{
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static enum sh_status
try_path(const char *where)
{
	struct sh_kek *k = NULL;
	struct sh_error e;
	enum sh_status s = sh_kek_open(where, &k, &e);

	if (s == SH_OK) {
		sh_kek_close(k);
	} else {
		assert_null(k);
		assert_int_equal(e.status, s);
		assert_null(strstr(e.text, "01020304"));	/* no word of what is in it */
		assert_null(strstr(e.text, "AQID"));
	}
	return s;
}

static void
test_contents(void **state)
{
	static const struct { const char *text; enum sh_status want; } rows[] = {
		{ HEX, SH_OK },
		{ HEX "\n", SH_OK },
		{ HEX "\r\n", SH_OK },
		{ HEX_UPPER "\n", SH_OK },
		{ BASE64, SH_OK },
		{ BASE64 "\n", SH_OK },
		{ "", SH_EINVALID },
		{ "\n", SH_EINVALID },
		{ HEX "0", SH_EINVALID },
		{ HEX "00", SH_EINVALID },
		{ " " HEX, SH_EINVALID },
		{ HEX " ", SH_EINVALID },
		{ HEX "\n" HEX, SH_EINVALID },
		{ HEX SOME_NEWLINES SOME_NEWLINES "x", SH_EINVALID },
		{ "0001020304050607", SH_EINVALID },
		{ "0g0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", SH_EINVALID },
		{ "00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11:12:13:14:1", SH_EINVALID },
		{ "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", SH_EINVALID },
		{ "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=", SH_EINVALID },	/* stray bits */
		{ "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8A", SH_EINVALID },	/* 33 bytes */
		{ " AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", SH_EINVALID },
		{ ZEROS, SH_EINVALID },
		{ "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", SH_EINVALID },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		put("key", rows[i].text, 0600);
		if (try_path(path) != rows[i].want)
			fail_msg("row %zu: %s", i, rows[i].text);
	}
}

static void
test_modes(void **state)
{
	static const struct { mode_t mode; enum sh_status want; } rows[] = {
		{ 0600, SH_OK }, { 0400, SH_OK }, { 0700, SH_OK },
		{ 0640, SH_EDENIED }, { 0440, SH_EDENIED }, { 0604, SH_EDENIED }, { 0644, SH_EDENIED },
		{ 0620, SH_EDENIED }, { 0602, SH_EDENIED }, { 0610, SH_EDENIED }, { 0601, SH_EDENIED }, { 0666, SH_EDENIED },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		put("key", HEX, rows[i].mode);
		if (try_path(path) != rows[i].want)
			fail_msg("mode %04o", (unsigned)rows[i].mode);
	}
}

static void
test_no_file(void **state)
{
	(void)state;
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_int_equal(try_path(NULL), SH_EABSENT);
	assert_int_equal(try_path(""), SH_EABSENT);
	snprintf(path, sizeof(path), "%s/absent", folder);
	assert_int_equal(try_path(path), SH_EABSENT);
	assert_int_equal(try_path(folder), SH_EINVALID);
	assert_int_equal(try_path("/dev/null"), SH_EINVALID);
	/* A pipe that nobody writes to does not hold the start up. */
	snprintf(path, sizeof(path), "%s/pipe", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(try_path(path), SH_EINVALID);
}

static void
test_credential(void **state)
{
	struct sh_kek *k;
	struct sh_error e;

	(void)state;
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	assert_int_equal(try_path(NULL), SH_EABSENT);
	put("switchhook-key", HEX, 0400);
	assert_int_equal(sh_kek_open(NULL, &k, &e), SH_OK);
	assert_string_equal(sh_kek_info(k), "credential");
	sh_kek_close(k);
	/* A file that is named comes first. */
	assert_int_equal(sh_kek_open(path, &k, &e), SH_OK);
	assert_string_equal(sh_kek_info(k), "file");
	sh_kek_close(k);
	put("switchhook-key", HEX, 0440);
	assert_int_equal(try_path(NULL), SH_EDENIED);
	unsetenv("CREDENTIALS_DIRECTORY");
}

/* As systemd does where it may not give the file away: mode 0440, of which the group has nothing. */
static void
test_credential_access_list(void **state)
{
	static const uint8_t list[] = {
		2, 0, 0, 0,				/* version */
		0x01, 0, 4, 0, 0xff, 0xff, 0xff, 0xff,	/* owner: r */
		0x02, 0, 4, 0, 0xe7, 0x03, 0, 0,	/* user 999: r */
		0x04, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,	/* group */
		0x10, 0, 4, 0, 0xff, 0xff, 0xff, 0xff,	/* mask: r */
		0x20, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,	/* others */
	};
	struct stat st;

	(void)state;
	put("switchhook-key", HEX, 0400);
	if (setxattr(path, "system.posix_acl_access", list, sizeof(list), 0) != 0) {
		print_message("# this file system has no access lists\n"); /* cmocka's skip() is "not ok" in TAP */
		return;
	}
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0440);
	assert_int_equal(try_path(path), SH_EDENIED);
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	assert_int_equal(try_path(NULL), SH_OK);
	unsetenv("CREDENTIALS_DIRECTORY");
}

static void
test_new_file(void **state)
{
	struct sh_error e;
	struct stat st;
	mode_t mask = umask(0);

	(void)state;
	snprintf(path, sizeof(path), "%s/new", folder);
	assert_int_equal(sh_kek_file_new(path, &e), SH_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, 65);
	assert_int_equal(try_path(path), SH_OK);
	assert_int_equal(sh_kek_file_new(path, &e), SH_ECONFLICT);
	assert_int_equal(try_path(path), SH_OK);
	unlink(path);
	umask(0777);
	assert_int_equal(sh_kek_file_new(path, &e), SH_OK);
	umask(mask);
	assert_int_equal(try_path(path), SH_OK);
	snprintf(path, sizeof(path), "%s/no/folder", folder);
	assert_int_equal(sh_kek_file_new(path, &e), SH_ESYSTEM);
}

static void
test_wrapping(void **state)
{
	const struct sh_id one = { { 1 } }, two = { { 2 } };
	uint8_t wrapped[SH_KEK_WRAPPED_MAX], again[SH_KEK_WRAPPED_MAX];
	struct sh_tenant_key key, same;
	struct sh_kek *k, *other;
	struct sh_error e;
	size_t n;

	(void)state;
	put("key", HEX, 0600);
	assert_int_equal(sh_kek_open(path, &k, &e), SH_OK);
	assert_string_equal(sh_kek_info(k), "file");
	assert_int_equal(sh_kek_make(k, &one, wrapped, &n, &e), SH_OK);
	assert_in_range(n, 65 + 12 + 16, SH_KEK_WRAPPED_MAX);
	assert_int_equal(sh_kek_unwrap(k, &one, (struct sh_str){ (char *)wrapped, n }, &key, &e), SH_OK);
	assert_int_equal(key.generation, 1);
	assert_memory_not_equal(key.data, key.index, 32);
	assert_int_equal(sh_kek_unwrap(k, &two, (struct sh_str){ (char *)wrapped, n }, &same, &e), SH_EINVALID);
	for (size_t i = 0; i < n; i++) {
		wrapped[i] ^= 0x10;
		assert_int_not_equal(sh_kek_unwrap(k, &one, (struct sh_str){ (char *)wrapped, n }, &same, &e), SH_OK);
		wrapped[i] ^= 0x10;
		assert_int_equal(sh_kek_unwrap(k, &one, (struct sh_str){ (char *)wrapped, i }, &same, &e), SH_EINVALID);
	}
	assert_int_equal(sh_kek_unwrap(k, &one, (struct sh_str){ (char *)wrapped, n + 1 }, &same, &e), SH_EINVALID);
	assert_int_equal(sh_kek_unwrap(k, &one, SH_NONE, &same, &e), SH_EINVALID);
	assert_int_equal(sh_kek_make(k, &one, again, &n, &e), SH_OK);
	assert_memory_not_equal(wrapped, again, n);

	/* The same key in the other spelling opens it, another key says why not. */
	put("key", BASE64, 0600);
	assert_int_equal(sh_kek_open(path, &other, &e), SH_OK);
	assert_int_equal(sh_kek_unwrap(other, &one, (struct sh_str){ (char *)wrapped, n }, &same, &e), SH_OK);
	assert_memory_equal(&same, &key, sizeof(key));
	sh_kek_close(other);
	put("key", "f" HEX, 0600);
	assert_int_equal(truncate(path, 64), 0);
	assert_int_equal(sh_kek_open(path, &other, &e), SH_OK);
	assert_int_equal(sh_kek_unwrap(other, &one, (struct sh_str){ (char *)wrapped, n }, &same, &e), SH_EDENIED);
	sh_kek_close(other);
	sh_kek_close(k);
	sh_kek_close(NULL);
}

static int
folder_make(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int
folder_remove(void **state)
{
	DIR *d = opendir(folder);
	struct dirent *f;

	(void)state;
	while (d && (f = readdir(d)))
		unlinkat(dirfd(d), f->d_name, 0);
	closedir(d);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contents),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_credential),
		cmocka_unit_test(test_credential_access_list),
		cmocka_unit_test(test_new_file),
		cmocka_unit_test(test_wrapping),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
