/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * crypto/digest.c: OpenSSL's digests, with what it looks up by name looked up once.
 *
 * Asking OpenSSL 3 for an algorithm by its name costs as much as hashing a kilobyte. So each hash is fetched at its
 * first use and kept, and HMAC starts from a copy of a context that knows its hash already. A call's own context ends
 * with the call, and OpenSSL wipes it then: no key outlives the question.
 */
#include "gateway/crypto/digest.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "gateway/base/macro.h"

static struct digest_kind {
	const char *name;
	size_t n;
	EVP_MD *md;
	EVP_MAC_CTX *hmac;	/* a template: its key is one zero byte */
} digest_kinds[] = {
	[SH_SHA1] = { .name = "SHA1", .n = 20 },
	[SH_SHA256] = { .name = "SHA256", .n = 32 },
	[SH_SHA512] = { .name = "SHA512", .n = 64 },
};

static struct digest_kind *
digest_kind(enum sh_hash hash)
{
	struct digest_kind *k;

	assert((size_t)hash < SH_LENGTH(digest_kinds));
	k = &digest_kinds[hash];
	if (!k->md)
		k->md = EVP_MD_fetch(NULL, k->name, NULL);
	assert(k->md);
	return k;
}

static EVP_MAC_CTX *
digest_hmac_template(const char *hash)
{
	static EVP_MAC *mac;
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)(uintptr_t)hash, strlen(hash)),
		OSSL_PARAM_END
	};
	EVP_MAC_CTX *c;

	if (!mac)
		mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	c = mac ? EVP_MAC_CTX_new(mac) : NULL;
	/* A context without any key cannot be copied. */
	assert(c && EVP_MAC_init(c, (const unsigned char *)"", 1, params));
	return c;
}

size_t
sh_digest(enum sh_hash hash, const struct sh_str *parts, size_t n, uint8_t *out)
{
	const struct digest_kind *k = digest_kind(hash);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool ok = c && EVP_DigestInit_ex2(c, k->md, NULL);

	for (size_t i = 0; ok && i < n; i++)
		if (parts[i].n)
			ok = EVP_DigestUpdate(c, parts[i].s, parts[i].n);
	ok = ok && EVP_DigestFinal_ex(c, out, NULL);
	EVP_MD_CTX_free(c);
	/* Only a machine without memory comes here, and a digest that is not one must not be compared. */
	assert(ok);
	return k->n;
}

void
sh_digest_sha256(struct sh_str s, uint8_t out[32])
{
	sh_digest(SH_SHA256, &s, 1, out);
}

size_t
sh_digest_hmac(enum sh_hash hash, struct sh_str key, const struct sh_str *parts, size_t n, uint8_t *out)
{
	struct digest_kind *k = digest_kind(hash);
	EVP_MAC_CTX *c;
	size_t got = 0;
	bool ok;

	if (!k->hmac)
		k->hmac = digest_hmac_template(k->name);
	c = EVP_MAC_CTX_dup(k->hmac);
	/* NULL would mean "the key that is there". */
	ok = c && EVP_MAC_init(c, (const unsigned char *)(key.s ? key.s : ""), key.n, NULL);
	for (size_t i = 0; ok && i < n; i++)
		if (parts[i].n)
			ok = EVP_MAC_update(c, (const unsigned char *)parts[i].s, parts[i].n);
	ok = ok && EVP_MAC_final(c, out, &got, k->n) && got == k->n;
	EVP_MAC_CTX_free(c);
	assert(ok);
	return k->n;
}

bool
sh_digest_equal(struct sh_str a, struct sh_str b)
{
	return a.n == b.n && a.n > 0 && CRYPTO_memcmp(a.s, b.s, a.n) == 0;
}

bool
sh_digest_ed25519(const uint8_t key[32], const uint8_t signature[64], struct sh_str message)
{
	EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, 32);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool ok;

	ok = pkey && c && EVP_DigestVerifyInit(c, NULL, NULL, NULL, pkey) == 1 &&
		EVP_DigestVerify(c, signature, 64, (const unsigned char *)(message.s ? message.s : ""), message.n) == 1;
	EVP_MD_CTX_free(c);
	EVP_PKEY_free(pkey);
	/* A refusal leaves entries in the thread's queue, where the next TLS call would take them for its own. */
	if (!ok)
		ERR_clear_error();
	return ok;
}

void
sh_digest_wipe(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}
