/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * fuzz/token.c: any text as a token. What is taken has the form that token.h names and its own hash; no change of one character
 * of it is taken. Its sum is made here, so that the fuzzer is not stopped by it.
 */
#include <ctype.h>

#include "gateway/crypto/digest.h"
#include "gateway/crypto/token.h"
#include "tests/fuzz/fuzz.h"

static const char fuzz_digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* CRC-32 bit by bit, in base 62. */
static void
fuzz_sum(char *s, size_t n)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < n; i++) {
		crc ^= (unsigned char)s[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	crc = ~crc;
	for (int i = 6; i-- > 0; crc /= 62)
		s[n + (size_t)i] = fuzz_digits[crc % 62];
}

static bool
fuzz_taken(struct sh_str text, struct sh_token *t)
{
	static const char *const prefixes[] = { "shk_", "owk_", "wh_", "owh_" };
	uint8_t hash[32];
	size_t at;

	if (!sh_token_parse(text, t))
		return false;
	fuzz_expect((size_t)t->kind < SH_LENGTH(prefixes), "an unknown kind");
	at = strlen(prefixes[t->kind]);
	fuzz_expect(text.n == at + 48 && memcmp(text.s, prefixes[t->kind], at) == 0, "another prefix");
	for (size_t i = at; i < text.n; i++)
		fuzz_expect(isalnum((unsigned char)text.s[i]), "a character that is no digit of base 62");
	fuzz_expect(t->bucket >= 0 && t->bucket < 64, "a bucket out of range");
	sh_digest_sha256(text, hash);
	fuzz_expect(memcmp(hash, t->hash, sizeof(hash)) == 0, "the hash");
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char text[SH_TOKEN_MAX + 1];
	struct sh_token t, other;
	size_t length = n < SH_TOKEN_MAX ? n : SH_TOKEN_MAX - 1;

	(void)fuzz_taken((struct sh_str){ (const char *)data, n }, &t);
	if (length < 7)
		return 0;
	memcpy(text, data, length);
	fuzz_sum(text, length - 6);
	if (!fuzz_taken((struct sh_str){ text, length }, &t))
		return 0;
	for (size_t i = 0; i < length; i++) {
		char right = text[i];

		text[i] = fuzz_digits[(i + n) % 62] == right ? '!' : fuzz_digits[(i + n) % 62];
		fuzz_expect(!sh_token_parse((struct sh_str){ text, length }, &other), "a mistyped token is taken");
		text[i] = right;
	}
	sh_token_new(t.kind, t.bucket, text, &t);
	fuzz_expect(fuzz_taken(sh_str(text), &other) && memcmp(&t, &other, sizeof(t)) == 0, "a new token");
	return 0;
}
