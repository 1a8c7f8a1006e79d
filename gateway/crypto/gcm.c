/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* crypto/gcm.c: one cipher, fetched once; a context a call, which OpenSSL wipes when it is freed. */
#include "gateway/crypto/gcm.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include "gateway/base/macro.h"
#include "gateway/crypto/digest.h"

static const EVP_CIPHER *
gcm_cipher(void)
{
	static EVP_CIPHER *cipher;

	if (!cipher)
		cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	assert(cipher);
	return cipher;
}

void
sh_gcm_seal(const uint8_t key[32], const uint8_t nonce[SH_GCM_NONCE], struct sh_str associated, struct sh_str text,
    uint8_t *out)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n = 0;
	bool ok;

	assert(text.n <= SH_GCM_MAX && associated.n <= SH_GCM_MAX);
	ok = c && EVP_EncryptInit_ex2(c, gcm_cipher(), key, nonce, NULL) &&
		EVP_EncryptUpdate(c, NULL, &n, (const unsigned char *)associated.s, (int)associated.n) &&
		(text.n == 0 || EVP_EncryptUpdate(c, out, &n, (const unsigned char *)text.s, (int)text.n)) &&
		EVP_EncryptFinal_ex(c, out + text.n, &n) &&
		EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, SH_GCM_TAG, out + text.n);
	EVP_CIPHER_CTX_free(c);
	/* Without memory there is nothing to store, and a text must not be stored open. */
	assert(ok);
}

bool
sh_gcm_open(const uint8_t key[32], const uint8_t nonce[SH_GCM_NONCE], struct sh_str associated, struct sh_str sealed,
    uint8_t *out)
{
	EVP_CIPHER_CTX *c;
	uint8_t tag[SH_GCM_TAG];
	size_t text = sealed.n - SH_GCM_TAG;
	int n = 0;
	bool ok;

	if (sealed.n < SH_GCM_TAG || text > SH_GCM_MAX)
		return false;
	c = EVP_CIPHER_CTX_new();
	memcpy(tag, sealed.s + text, SH_GCM_TAG);
	ok = c && EVP_DecryptInit_ex2(c, gcm_cipher(), key, nonce, NULL) &&
		EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, SH_GCM_TAG, tag) &&
		EVP_DecryptUpdate(c, NULL, &n, (const unsigned char *)associated.s, (int)associated.n) &&
		(text == 0 || EVP_DecryptUpdate(c, out, &n, (const unsigned char *)sealed.s, (int)text)) &&
		EVP_DecryptFinal_ex(c, out + text, &n) == 1;
	EVP_CIPHER_CTX_free(c);
	if (!ok) {
		sh_digest_wipe(out, text);
		ERR_clear_error();
	}
	return ok;
}
