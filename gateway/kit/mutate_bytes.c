/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/mutate_bytes.c: a text, broken.
 */
#include <stdio.h>

#include "gateway/base/reader.h"
#include "gateway/kit/mutate.h"

#define MUTATE_LONG 5000
#define MUTATE_NODES 4096

static char mutate_long[MUTATE_LONG + 1];

/* What has broken readers before, as it may stand in a header, a setting, a form or an id. */
struct sh_str
mutate_odd(uint64_t *state)
{
	static const struct sh_str odd[] = { SH_STR(""), SH_STR("0"), SH_STR("-1"), SH_STR("9223372036854775808"),
		SH_STR("99999999999999999999999999"), SH_STR("1e999"), SH_STR("null"), SH_STR("true"), SH_STR(" "),
		SH_STR("\xff\xfe"), SH_STR("\xed\xa0\x80"), SH_STR("a\0b"), SH_STR("\n"), SH_STR("\"'<>&%s%n"),
		SH_STR("../../etc/passwd"), SH_STR("%00%ff%"), SH_STR("+"), SH_STR("+1415555010"), SH_STR("sip:alice@example.com"),
		SH_STR("anonymous"), SH_STR("v=1,d=2"), SH_STR("=,=,="), SH_STR("2026-02-30T25:61:61Z"),
		SH_STR("0001-01-01T00:00:00Z"), SH_STR("{}"), SH_STR("[[]]"), SH_STR("\xf0\x9f\x98\x80"), SH_STR("A=="),
		SH_STR("====") };
	size_t i = mutate_below(state, SH_LENGTH(odd) + 2);

	if (i < SH_LENGTH(odd))
		return odd[i];
	memset(mutate_long, 'A', MUTATE_LONG);
	return (struct sh_str){ mutate_long, i == SH_LENGTH(odd) ? MUTATE_LONG : 257 };
}

/* The text with n bytes at `at` replaced. */
static struct sh_str
mutate_splice(struct sh_arena *a, struct sh_str s, size_t at, size_t n, struct sh_str with)
{
	char *p = sh_arena_alloc(a, s.n - n + with.n + 1);

	if (!p)
		return s;
	if (at)
		memcpy(p, s.s, at);
	if (with.n)
		memcpy(p + at, with.s, with.n);
	if (s.n - at - n)
		memcpy(p + at + with.n, s.s + at + n, s.n - at - n);
	return (struct sh_str){ p, s.n - n + with.n };
}

/* ---- JSON: a value becomes another one ---- */

static size_t
mutate_nodes(const struct sh_json *j, const struct sh_json **nodes, size_t n)
{
	if (n < MUTATE_NODES)
		nodes[n++] = j;
	for (const struct sh_json *m = sh_reader_first(j); m && n < MUTATE_NODES; m = sh_reader_next(m))
		n = mutate_nodes(m, nodes, n);
	return n;
}

static struct sh_str
mutate_value(uint64_t *state)
{
	static const struct sh_str values[] = { SH_STR("null"), SH_STR("true"), SH_STR("false"), SH_STR("0"), SH_STR("-1"),
		SH_STR("1.5"), SH_STR("1e999"), SH_STR("-1e-999"), SH_STR("99999999999999999999"), SH_STR("9223372036854775807"),
		SH_STR("-9223372036854775808"), SH_STR("\"\""), SH_STR("\"x\""), SH_STR("\"\\u0000\""), SH_STR("\"\\ud800\""),
		SH_STR("\"\\n\\r\\t\\\"\""), SH_STR("[]"), SH_STR("{}"), SH_STR("[null]"), SH_STR("{\"\":null}"),
		SH_STR("{\"a\":{\"a\":{}}}"), SH_STR("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]"), SH_STR("\"sip:bob@example.com\""),
		SH_STR("\"2026-13-45T99:99:99Z\""), SH_STR("\"+\""), SH_STR("\"ended\""),
		SH_STR("\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"") };

	return values[mutate_below(state, SH_LENGTH(values))];
}

static bool
mutate_json(struct sh_arena *a, uint64_t *state, struct sh_str *s, const char **ret_what)
{
	const struct sh_json *doc = sh_reader_parse(a, *s, NULL);
	const struct sh_json **nodes = doc ? sh_arena_array(a, const struct sh_json *, MUTATE_NODES) : NULL;
	struct sh_str raw, with, other;
	size_t n;

	if (!nodes)
		return false;
	n = mutate_nodes(doc, nodes, 0);
	raw = sh_reader_raw(nodes[mutate_below(state, n)]);
	other = sh_reader_raw(nodes[mutate_below(state, n)]);
	/* Another value of the same text is of a likely type in an unlikely place. */
	with = mutate_below(state, 4) == 0 && other.n < 4096 ? other : mutate_value(state);
	*s = mutate_splice(a, *s, (size_t)(raw.s - s->s), raw.n, with);
	*ret_what = "a value replaced";
	return true;
}

/* ---- forms ---- */

static bool
mutate_form(struct sh_arena *a, uint64_t *state, struct sh_str *s, const char **ret_what)
{
	size_t signs = 0, pick, at = 0, end;

	for (size_t i = 0; i < s->n; i++)
		signs += s->s[i] == '=';
	if (signs == 0 || s->s[0] == '{')
		return false;
	pick = mutate_below(state, signs);
	for (;; at++)
		if (s->s[at] == '=' && pick-- == 0)
			break;
	for (end = ++at; end < s->n && s->s[end] != '&'; end++)
		;
	*s = mutate_splice(a, *s, at, end - at, mutate_odd(state));
	*ret_what = "a field replaced";
	return true;
}

/* ---- bytes ---- */

static struct sh_str
mutate_bytes(struct sh_arena *a, uint64_t *state, struct sh_str s, const char **ret_what)
{
	size_t at = mutate_below(state, s.n + 1), n = mutate_below(state, s.n - at + 1 < 64 ? s.n - at + 1 : 64);
	char byte = (char)mutate_next(state);

	switch (mutate_below(state, 6)) {
	case 0:
		*ret_what = "truncated";
		return (struct sh_str){ s.s, at };
	case 1:
		*ret_what = "a byte changed";
		return at < s.n ? mutate_splice(a, s, at, 1, (struct sh_str){ &byte, 1 }) : s;
	case 2:
		*ret_what = "bytes cut out";
		return mutate_splice(a, s, at, n, SH_STR(""));
	case 3:
		*ret_what = "bytes repeated";
		return mutate_splice(a, s, at, 0, (struct sh_str){ s.s + at, n });
	case 4:
		*ret_what = "an odd word put in";
		return mutate_splice(a, s, at, 0, mutate_odd(state));
	default:
		*ret_what = "something else";
		return mutate_odd(state);
	}
}

struct sh_str
mutate_text(struct sh_arena *a, uint64_t *state, struct sh_str s, const char **ret_what)
{
	size_t how = mutate_below(state, 3);

	if ((how == 0 && mutate_json(a, state, &s, ret_what)) || (how <= 1 && mutate_form(a, state, &s, ret_what)))
		return s;
	if (how == 1 && mutate_json(a, state, &s, ret_what))
		return s;
	return mutate_bytes(a, state, s.s ? s : SH_STR(""), ret_what);
}
