/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * crypto/kek.c: chooses the way to hold the key, and makes tenants' keys. A way that opens must first wrap and open a
 * key of nobody: that finds a way that cannot work at start rather than at the first webhook, and has OpenSSL load all
 * it needs before the keyholder gives up its system calls.
 */
#include "gateway/crypto/kek.h"

#include <stdlib.h>

#include "gateway/crypto/digest.h"
#include "gateway/crypto/kek_impl.h"

static const struct sh_kek_impl *
kek_choose(const char *where)
{
	if (where)
		return &sh_kek_file;
	return getenv("CREDENTIALS_DIRECTORY") ? &sh_kek_credential : NULL;
}

static enum sh_status
kek_try(struct sh_kek *k, struct sh_error *e)
{
	const struct sh_id nobody = { 0 };
	struct sh_tenant_key key;
	uint8_t wrapped[SH_KEK_WRAPPED_MAX];
	size_t n;
	enum sh_status s = sh_kek_make(k, &nobody, wrapped, &n, e);

	if (s == SH_OK)
		s = sh_kek_unwrap(k, &nobody, (struct sh_str){ (const char *)wrapped, n }, &key, e);
	sh_digest_wipe(&key, sizeof(key));
	return s;
}

enum sh_status
sh_kek_open(const char *where, struct sh_kek **ret, struct sh_error *e)
{
	const struct sh_kek_impl *impl = kek_choose(where);
	struct sh_kek *k;
	enum sh_status s;

	if (!impl)
		return sh_fail(e, SH_EABSENT, "no key: configure a key file (`switchhook key new FILE` makes one), "
			"or let systemd give the credential " SH_KEK_CREDENTIAL);
	k = calloc(1, sizeof(*k));
	if (!k)
		return sh_fail(e, SH_ESYSTEM, "no memory");
	k->impl = impl;
	s = impl->open(k, where, e);
	if (s == SH_OK)
		s = kek_try(k, e);
	if (s != SH_OK) {
		sh_kek_close(k);
		return s;
	}
	*ret = k;
	return SH_OK;
}

void
sh_kek_close(struct sh_kek *k)
{
	if (!k)
		return;
	k->impl->close(k);
	free(k);
}

const char *
sh_kek_info(const struct sh_kek *k)
{
	return k->impl->name;
}

enum sh_status
sh_kek_make(struct sh_kek *k, const struct sh_id *tenant, uint8_t out[SH_KEK_WRAPPED_MAX], size_t *ret_n, struct sh_error *e)
{
	struct sh_tenant_key key = { .generation = 1 };
	enum sh_status s;

	sh_id_random(key.data, sizeof(key.data));
	sh_id_random(key.index, sizeof(key.index));
	s = k->impl->wrap(k, tenant, &key, out, ret_n, e);
	sh_digest_wipe(&key, sizeof(key));
	return s;
}

enum sh_status
sh_kek_unwrap(struct sh_kek *k, const struct sh_id *tenant, struct sh_str wrapped, struct sh_tenant_key *ret, struct sh_error *e)
{
	return k->impl->unwrap(k, tenant, wrapped, ret, e);
}
