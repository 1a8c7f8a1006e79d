/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "tls_files.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

void
tls_files_folder(char path[64])
{
	const char *tmp = getenv("TMPDIR");
	snprintf(path, 64, "%.40s/sh-tls-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(path));
}

void
tls_files_remove(const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *one;
	while (d && (one = readdir(d)))
		if (one->d_name[0] != '.')
			unlinkat(dirfd(d), one->d_name, 0);
	closedir(d);
	assert_int_equal(rmdir(folder), 0);
}

const char *
tls_files_path(const char *folder, const char *name)
{
	static char paths[4][160];
	static int turn;
	char *path = paths[turn++ % 4];
	snprintf(path, sizeof(paths[0]), "%.80s/%.60s", folder, name);
	return path;
}

static FILE *
tls_file(const char *folder, const char *name, const char *ending, int mode)
{
	char file[80];
	snprintf(file, sizeof(file), "%.60s.%s", name, ending);
	int fd = open(tls_files_path(folder, file), O_WRONLY | O_CREAT | O_TRUNC, mode);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
	assert_non_null(f);
	return f;
}

void
tls_files_make(const char *folder, const char *name, long from_s, long to_s)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), from_s);
	X509_gmtime_adj(X509_getm_notAfter(x), to_s);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509_set_pubkey(x, key);
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);

	FILE *f = tls_file(folder, name, "crt", 0644);
	assert_int_equal(PEM_write_X509(f, x), 1);
	fclose(f);
	f = tls_file(folder, name, "key", 0600);
	assert_int_equal(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL), 1);
	fclose(f);
	f = tls_file(folder, name, "locked", 0600);
	assert_int_equal(PEM_write_PrivateKey(f, key, EVP_aes_256_cbc(), (const unsigned char *)"secret", 6, NULL, NULL), 1);
	fclose(f);
	X509_free(x);
	EVP_PKEY_free(key);
}
