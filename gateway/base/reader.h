/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/reader.h: reads JSON without building objects. Webhook bodies and providers' answers go through here.
 *
 * One validating pass over the text makes a flat array of nodes in an arena: strict RFC 8259, one value, valid
 * UTF-8, depth at most 64, at most 1 node per 2 bytes. Nodes borrow from the text. Strings are unescaped only
 * when asked for. It accepts exactly what json-c accepts in strict mode with UTF-8 validation and whole input
 * (fuzzed against it), and every member reads the same; of two members with one name the *last* wins here as
 * there.
 *
 * Every function takes NULL for "absent".
 */
#ifndef SH_BASE_READER_H
#define SH_BASE_READER_H

#include "gateway/base/arena.h"

/* NULL if the text is not JSON; *ret_at (may be NULL) is then the offset of the first byte that is wrong. */
const struct sh_json *sh_reader_parse(struct sh_arena *, struct sh_str text, size_t *ret_at);

enum sh_json_type sh_reader_type(const struct sh_json *);
const struct sh_json *sh_reader_get(const struct sh_json *object, struct sh_str key);
const struct sh_json *sh_reader_first(const struct sh_json *container);
const struct sh_json *sh_reader_next(const struct sh_json *);
struct sh_str sh_reader_key(struct sh_arena *, const struct sh_json *member);
struct sh_str sh_reader_str(struct sh_arena *, const struct sh_json *);
struct sh_str sh_reader_raw(const struct sh_json *);
bool sh_reader_int(const struct sh_json *, int64_t *ret);
bool sh_reader_true(const struct sh_json *);

#endif
