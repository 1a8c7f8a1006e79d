/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * crypto/token.h: the secrets that we hand out.
 *
 *	shk_2fK3…	API key		owk_…	outbound key	wh_…	webhook slug	owh_…	slug of an outbound key
 *
 * prefix, two lower-case hex digits of the bucket (so that it is found without knowing the tenant), 40 random
 * base62 characters (238 bits), 6 base62 characters of CRC-32 over all before it, so that a typing error and a
 * secret scanner need no database. Stored as SHA-256 only.
 */
#ifndef SH_CRYPTO_TOKEN_H
#define SH_CRYPTO_TOKEN_H

#include <stdbool.h>

#include <switchhook/driver.h>

enum sh_token_kind { SH_TOKEN_API, SH_TOKEN_OUTBOUND, SH_TOKEN_WEBHOOK, SH_TOKEN_OUTBOUND_HOOK };

#define SH_TOKEN_MAX 56		/* with its NUL */
#define SH_TOKEN_SHOWN 12	/* the first characters, which lists may show */

struct sh_token {
	enum sh_token_kind kind;
	int bucket;		/* 0 to 63 */
	uint8_t hash[32];	/* SHA-256 of the whole text */
};

void sh_token_new(enum sh_token_kind, int bucket, char out[SH_TOKEN_MAX], struct sh_token *ret);
bool sh_token_parse(struct sh_str, struct sh_token *ret);	/* false: not one of ours, or mistyped */

#endif
