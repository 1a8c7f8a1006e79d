/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * crypto/kek_impl.h: what kek.c and the ways to hold the key share, and nobody else includes.
 */
#ifndef SH_CRYPTO_KEK_IMPL_H
#define SH_CRYPTO_KEK_IMPL_H

#include "gateway/crypto/kek.h"

struct sh_kek {
	const struct sh_kek_impl *impl;
	void *state;		/* the way's own; set by its open, ended by its close */
};

/* kek_file.c. They differ in where they look, and in what they demand of the file. */
extern const struct sh_kek_impl sh_kek_file, sh_kek_credential;

#define SH_KEK_CREDENTIAL "switchhook-key"

#endif
