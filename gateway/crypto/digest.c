/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * crypto/digest.c: OpenSSL's digests, with what it looks up by name looked up once.
 *
 * Asking OpenSSL 3 for an algorithm by its name costs as much as hashing a kilobyte, and a new context for HMAC is half a dozen
 * pieces of memory. So each hash has one context that is kept, and HMAC is built on it as RFC 2104 says: the key is in no context
 * of OpenSSL's, only in a pad on the stack that is wiped. What the kept context holds afterwards is the last digest, and no key.
 */
#include "gateway/crypto/digest.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "gateway/base/macro.h"

#define DIGEST_BLOCK_MAX 128

static struct digest_kind {
	const char *name;
	size_t n, block;
	EVP_MD *md;
	EVP_MD_CTX *ctx;
} digest_kinds[] = {
	[SH_SHA1] = { .name = "SHA1", .n = 20, .block = 64 },
	[SH_SHA256] = { .name = "SHA256", .n = 32, .block = 64 },
	[SH_SHA512] = { .name = "SHA512", .n = 64, .block = DIGEST_BLOCK_MAX },
};

static struct digest_kind *
digest_kind(enum sh_hash hash)
{
	struct digest_kind *k;

	assert((size_t)hash < SH_LENGTH(digest_kinds));
	k = &digest_kinds[hash];
	if (!k->md) {
		k->md = EVP_MD_fetch(NULL, k->name, NULL);
		k->ctx = EVP_MD_CTX_new();
	}
	assert(k->md && k->ctx);
	return k;
}

static void
digest_begin(const struct digest_kind *k)
{
	/* Only a machine without memory fails here or below, and a digest that is not one must not be compared. */
	bool ok = EVP_DigestInit_ex2(k->ctx, k->md, NULL);

	assert(ok);
}

static void
digest_add(const struct digest_kind *k, const struct sh_str *parts, size_t n)
{
	bool ok = true;

	for (size_t i = 0; ok && i < n; i++)
		if (parts[i].n)
			ok = EVP_DigestUpdate(k->ctx, parts[i].s, parts[i].n);
	assert(ok);
}

static void
digest_end(const struct digest_kind *k, uint8_t *out)
{
	bool ok = EVP_DigestFinal_ex(k->ctx, out, NULL);

	assert(ok);
}

size_t
sh_digest(enum sh_hash hash, const struct sh_str *parts, size_t n, uint8_t *out)
{
	const struct digest_kind *k = digest_kind(hash);

	digest_begin(k);
	digest_add(k, parts, n);
	digest_end(k, out);
	return k->n;
}

void
sh_digest_sha256(struct sh_str s, uint8_t out[32])
{
	sh_digest(SH_SHA256, &s, 1, out);
}

/* H(key ^ with …) begins: one block. */
static void
digest_pad(const struct digest_kind *k, uint8_t pad[DIGEST_BLOCK_MAX], uint8_t with)
{
	struct sh_str block = { (const char *)pad, k->block };

	for (size_t i = 0; i < k->block; i++)
		pad[i] ^= with;
	digest_begin(k);
	digest_add(k, &block, 1);
}

size_t
sh_digest_hmac(enum sh_hash hash, struct sh_str key, const struct sh_str *parts, size_t n, uint8_t *out)
{
	const struct digest_kind *k = digest_kind(hash);
	uint8_t pad[DIGEST_BLOCK_MAX] = { 0 }, inner[64];
	struct sh_str told = { (const char *)inner, k->n };

	if (key.n > k->block)
		sh_digest(hash, &key, 1, pad);
	else if (key.n)
		memcpy(pad, key.s, key.n);
	digest_pad(k, pad, 0x36);
	digest_add(k, parts, n);
	digest_end(k, inner);
	digest_pad(k, pad, 0x36 ^ 0x5c);
	digest_add(k, &told, 1);
	digest_end(k, out);
	digest_begin(k); /* the context still had the result, which is often a key */
	OPENSSL_cleanse(pad, sizeof(pad));
	OPENSSL_cleanse(inner, sizeof(inner));
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
