/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * crypto/token.c: makes and reads tokens. A CRC-32 finds any change within 32 bits in a row, so every mistyped
 * character is caught for sure, and anything worse but once in four thousand million times.
 */
#include "gateway/crypto/token.h"

#include "gateway/base/id.h"
#include "gateway/base/macro.h"
#include "gateway/crypto/digest.h"

#define TOKEN_BUCKETS 64
#define TOKEN_RANDOM 40
#define TOKEN_CHECK 6

static const char token_digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
static const char token_hex[] = "0123456789abcdef";

static const char *const token_prefixes[] = {
	[SH_TOKEN_API] = "shk_",
	[SH_TOKEN_OUTBOUND] = "owk_",
	[SH_TOKEN_WEBHOOK] = "wh_",
	[SH_TOKEN_OUTBOUND_HOOK] = "owh_",
};

/* CRC-32 of ISO 3309, as zlib's, four bits at a time. */
static uint32_t
token_crc(const char *s, size_t n)
{
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < n; i++) {
		crc ^= (unsigned char)s[i];
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

static void
token_check(const char *s, size_t n, char out[TOKEN_CHECK])
{
	uint32_t crc = token_crc(s, n);

	for (int i = TOKEN_CHECK; i-- > 0; crc /= 62)
		out[i] = token_digits[crc % 62];
}

/* Bytes of 248 and more are thrown away: 62 goes into 248 evenly, into 256 it does not. */
static void
token_random(char *out, size_t n)
{
	uint8_t bytes[64];

	while (n > 0) {
		sh_id_random(bytes, sizeof(bytes));
		for (size_t i = 0; i < sizeof(bytes) && n > 0; i++) {
			if (bytes[i] >= 62 * 4)
				continue;
			*out++ = token_digits[bytes[i] % 62];
			n--;
		}
	}
	sh_digest_wipe(bytes, sizeof(bytes));
}

void
sh_token_new(enum sh_token_kind kind, int bucket, char out[SH_TOKEN_MAX], struct sh_token *ret)
{
	size_t n;

	assert((size_t)kind < SH_LENGTH(token_prefixes) && bucket >= 0 && bucket < TOKEN_BUCKETS);
	n = strlen(token_prefixes[kind]);
	memcpy(out, token_prefixes[kind], n);
	out[n++] = token_hex[bucket >> 4];
	out[n++] = token_hex[bucket & 15];
	token_random(out + n, TOKEN_RANDOM);
	n += TOKEN_RANDOM;
	token_check(out, n, out + n);
	n += TOKEN_CHECK;
	assert(n < SH_TOKEN_MAX);
	out[n] = '\0';
	*ret = (struct sh_token){ .kind = kind, .bucket = bucket };
	sh_digest_sha256((struct sh_str){ out, n }, ret->hash);
}

/* A row of the table, or -1. */
static int
token_kind(struct sh_str text)
{
	for (size_t i = 0; i < SH_LENGTH(token_prefixes); i++) {
		size_t n = strlen(token_prefixes[i]);

		if (text.n == n + 2 + TOKEN_RANDOM + TOKEN_CHECK && memcmp(text.s, token_prefixes[i], n) == 0)
			return (int)i;
	}
	return -1;
}

bool
sh_token_parse(struct sh_str text, struct sh_token *ret)
{
	int kind = token_kind(text);
	const char *high, *low;
	char check[TOKEN_CHECK];
	size_t at, body;

	if (kind < 0)
		return false;
	at = strlen(token_prefixes[kind]);
	body = text.n - TOKEN_CHECK;
	high = memchr(token_hex, text.s[at], TOKEN_BUCKETS >> 4);
	low = memchr(token_hex, text.s[at + 1], 16);
	token_check(text.s, body, check);
	if (!high || !low || memcmp(check, text.s + body, TOKEN_CHECK) != 0)
		return false;
	/* The sum does not prove that the rest is base62: anybody can compute one. */
	for (at += 2; at < body; at++)
		if (!memchr(token_digits, text.s[at], 62))
			return false;
	*ret = (struct sh_token){ .kind = kind, .bucket = (int)((high - token_hex) << 4 | (low - token_hex)) };
	sh_digest_sha256(text, ret->hash);
	return true;
}
