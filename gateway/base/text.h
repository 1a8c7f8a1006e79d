/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/text.h: small pure questions about strings.
 */
#ifndef SH_BASE_TEXT_H
#define SH_BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include <switchhook/driver.h>

/* "+" and 7 to 15 digits, the first not 0 (ITU-T E.164; 7 is the shortest number in use with a country code). */
bool sh_text_is_e164(struct sh_str);

/* Well-formed UTF-8 (RFC 3629), no NUL. */
bool sh_text_is_utf8(struct sh_str);

/* How many bytes from the start are well-formed UTF-8 (NUL counts as such): s.n if all are. */
size_t sh_text_utf8_valid(struct sh_str);
/* Bytes of the well-formed character that the string begins with, 1 to 4; 0: it begins with none. */
size_t sh_text_utf8_length(struct sh_str);
/* So many bytes of it, or a few less, so that no character is cut in two. */
struct sh_str sh_text_cut(struct sh_str, size_t max);

/* Whole decimal number, optional '-', no blanks, fits 64 bits. */
bool sh_text_int(struct sh_str, int64_t *ret);

/* "30s", "10m", "4h", "2d", "1h30m": seconds. No sign, no blanks, at most 3660 days. */
bool sh_text_duration(struct sh_str, int64_t *ret_s);
/* The shortest such spelling of whole seconds: 5400 is "1h30m". */
void sh_text_duration_format(int64_t s, char out[32]);

/* Canonical text of a UUID (RFC 9562), 36 characters, any case; and back, lower case with a NUL. */
bool sh_text_uuid(struct sh_str, uint8_t ret[16]);
void sh_text_uuid_format(const uint8_t id[16], char out[37]);

/* ASCII only. */
bool sh_text_equal_nocase(struct sh_str, struct sh_str);

/* The nearest of the names (ends with NULL) by edit distance, for "did you mean"; NULL if none is near. */
const char *sh_text_nearest(struct sh_str word, const char *const *names);

/* "+14155550123" → "+1•••••••0123": what people without pii:read see. Anything else: "•••". */
void sh_text_mask(struct sh_str e164, char out[64]);

#endif
