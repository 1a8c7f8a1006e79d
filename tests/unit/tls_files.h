/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Certificates and keys for tests, made on the spot: P-256, signed by themselves. */
#ifndef SH_TESTS_UNIT_TLS_FILES_H
#define SH_TESTS_UNIT_TLS_FILES_H

#include <openssl/ssl.h>
#include <stdint.h>

/* A new folder; tls_files_remove takes it away with what is in it. */
void tls_files_folder(char path[64]);
void tls_files_remove(const char *folder);

/* Writes FOLDER/NAME.crt and FOLDER/NAME.key, good from from_s to to_s seconds from now. Paths are put together by tls_files_path. */
void tls_files_make(const char *folder, const char *name, long from_s, long to_s);
const char *tls_files_path(const char *folder, const char *name); /* one of four buffers in turn */

#endif
