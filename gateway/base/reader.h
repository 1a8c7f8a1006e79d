/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/reader.h: reads JSON without building objects. Webhook bodies and providers' answers go through here.
 *
 * One validating pass over the text makes a flat array of nodes in an arena: strict RFC 8259, one value, valid
 * UTF-8 (RFC 3629), no value inside more than 63 containers, at most 4 GiB. A valid text has at most one node per
 * two bytes, and a node takes 24. Nodes borrow from the text. Strings are unescaped only when asked for, and
 * copied only if they have escapes; they do not end in NUL.
 *
 * It was compared with json-c 0.16 (strict, UTF-8 validated, whole input, depth 64) and is fuzzed against it. All
 * that it accepts json-c accepts, and every member reads the same; of two members with one name the *last* wins
 * here as there. Half of a surrogate pair is accepted and reads as U+FFFD, as there: "\uD83Dx" is U+FFFD, x;
 * "\uD83D\uD83D\uDE00" is U+FFFD, U+1F600.
 *
 * Where json-c is laxer, RFC 8259 holds. Refused here and accepted there: control characters inside strings;
 * NaN, Infinity and -Infinity; numbers such as 00, -01, 1., -.5; member names in single quotes; overlong UTF-8,
 * UTF-8 of surrogates and past U+10FFFF. Read differently: a name with \u0000 in it is cut there by json-c and
 * matches nothing here; integers past 64 bits are clamped by json-c and are no sh_reader_int here; a pair for
 * U+xD800 to U+xDFFF of a higher plane, such as "\uD836\uDC00" (U+1D800), is taken by json-c for half a pair.
 *
 * Every function takes NULL for "absent".
 */
#ifndef SH_BASE_READER_H
#define SH_BASE_READER_H

#include "gateway/base/arena.h"

/*
 * NULL if the text is not JSON; *ret_at (may be NULL) is then the offset of the first byte that is wrong, the
 * text's length if it ends too early. NULL and a failed arena: it had no room for the nodes.
 */
const struct sh_json *sh_reader_parse(struct sh_arena *, struct sh_str text, size_t *ret_at);

enum sh_json_type sh_reader_type(const struct sh_json *);
const struct sh_json *sh_reader_get(const struct sh_json *object, struct sh_str key);	/* NULL: none, or no object */
const struct sh_json *sh_reader_first(const struct sh_json *container);			/* element or member */
const struct sh_json *sh_reader_next(const struct sh_json *);

/* Unescaped. Absent: not a member, not a string, \u0000 in it, or the arena is full. */
struct sh_str sh_reader_key(struct sh_arena *, const struct sh_json *member);
struct sh_str sh_reader_str(struct sh_arena *, const struct sh_json *);

struct sh_str sh_reader_raw(const struct sh_json *);		/* as it stands in the text */
/* A string unescaped, a number or a boolean as it stands; absent: anything else. */
struct sh_str sh_reader_scalar(struct sh_arena *, const struct sh_json *);
bool sh_reader_int(const struct sh_json *, int64_t *ret);	/* a number without fraction or exponent that fits */
bool sh_reader_true(const struct sh_json *);			/* the literal true */

#endif
