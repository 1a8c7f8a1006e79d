/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/encode.h: hex, base64, percent-encoding and forms. Decoders are strict and answer SH_NONE.
 */
#ifndef SH_BASE_ENCODE_H
#define SH_BASE_ENCODE_H

#include "gateway/base/arena.h"

struct sh_str sh_encode_hex(struct sh_arena *, struct sh_str bytes);		/* lower case */
struct sh_str sh_encode_hex_decode(struct sh_arena *, struct sh_str text);	/* either case */

/* RFC 4648 section 4 with padding. The decoder also takes the URL alphabet, and text without padding. */
struct sh_str sh_encode_base64(struct sh_arena *, struct sh_str bytes);
struct sh_str sh_encode_base64_decode(struct sh_arena *, struct sh_str text);

/* Percent-encodes all but RFC 3986 unreserved. The decoder refuses a % without two hex digits. */
struct sh_str sh_encode_url(struct sh_arena *, struct sh_str);

/* application/x-www-form-urlencoded: order and duplicates kept; '+' is a blank. NULL: malformed or over max_pairs. */
struct sh_pair *sh_encode_form_decode(struct sh_arena *, struct sh_str body, size_t max_pairs, size_t *ret_n);
/* Pairs whose value is absent are left out. */
struct sh_str sh_encode_form(struct sh_arena *, const struct sh_pair *, size_t n);

#endif
