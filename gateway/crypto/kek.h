/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * crypto/kek.h: the key-encryption key. Only the keyholder process has one open.
 *
 * Four operations behind one table, so that a key file, a systemd credential and later a Vault look alike:
 * make a tenant's keys, open them, wrap them again, say what holds. A wrapped key is bound to its tenant:
 * AES-256-GCM over generation, data key and index key, with the tenant's id as associated data.
 *
 * The key file holds 32 random bytes as 64 hex digits or 44 base64 characters, and belongs to its reader alone
 * (mode 0600 or 0400). `switchhook key new FILE` makes one. $CREDENTIALS_DIRECTORY/switchhook-key is used where
 * systemd gives it and no file is configured.
 */
#ifndef SH_CRYPTO_KEK_H
#define SH_CRYPTO_KEK_H

#include "gateway/base/error.h"
#include "gateway/crypto/seal.h"

#define SH_KEK_WRAPPED_MAX 160

struct sh_kek;

/* A way to hold the key: one file of code each (kek_file.c), listed in kek.c. */
struct sh_kek_impl {
	const char *name;
	enum sh_status (*open)(struct sh_kek *, const char *where, struct sh_error *);
	enum sh_status (*wrap)(struct sh_kek *, const struct sh_id *tenant, const struct sh_tenant_key *, uint8_t *out, size_t *ret_n,
	    struct sh_error *);
	enum sh_status (*unwrap)(struct sh_kek *, const struct sh_id *tenant, struct sh_str wrapped, struct sh_tenant_key *ret,
	    struct sh_error *);
	void (*close)(struct sh_kek *);
};

/*
 * where: NULL or a path. The key stands in locked memory that a child after fork sees as zeros: open it in the process
 * that uses it. Has OpenSSL load all it needs, so that system calls may be given up afterwards.
 */
enum sh_status sh_kek_open(const char *where, struct sh_kek **ret, struct sh_error *) SH_MUST_CHECK;
void sh_kek_close(struct sh_kek *);
const char *sh_kek_info(const struct sh_kek *);		/* "file", "credential" */

enum sh_status sh_kek_make(struct sh_kek *, const struct sh_id *tenant, uint8_t out[SH_KEK_WRAPPED_MAX], size_t *ret_n,
    struct sh_error *) SH_MUST_CHECK;

/* SH_EDENIED: wrapped with another key-encryption key. SH_EINVALID: damaged, or not this tenant's. */
enum sh_status sh_kek_unwrap(struct sh_kek *, const struct sh_id *tenant, struct sh_str wrapped, struct sh_tenant_key *ret,
    struct sh_error *) SH_MUST_CHECK;

/* Writes a new key file, mode 0600; refuses to overwrite one. */
enum sh_status sh_kek_file_new(const char *path, struct sh_error *) SH_MUST_CHECK;

#endif
