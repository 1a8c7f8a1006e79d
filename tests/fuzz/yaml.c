/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * fuzz/yaml.c: any text as YAML. A text is refused with a fault, or makes a tree that keeps to its bounds; that tree, written
 * with every text in quotes and read again, is the same tree. A JSON text that is taken makes the tree of the same text as
 * YAML, wherever YAML takes it.
 */
#include "gateway/base/buf.h"
#include "gateway/base/yaml.h"
#include "tests/fuzz/fuzz.h"

#define FUZZ_DEPTH 32
#define FUZZ_NODES 20000
#define FUZZ_KEY 1000 /* YAML bounds what stands before a colon; escaped it may be longer than it was */

static bool fuzz_long_key;

/* One sign of UTF-8, which what was taken is. */
static unsigned
fuzz_sign(struct sh_str s, size_t at, size_t *ret_n)
{
	unsigned char c = (unsigned char)s.s[at];
	size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	unsigned sign = n == 1 ? c : c & (0xffu >> (n + 1));

	fuzz_expect(at + n <= s.n, "a sign that breaks off");
	for (size_t i = 1; i < n; i++)
		sign = sign << 6 | ((unsigned char)s.s[at + i] & 0x3f);
	*ret_n = n;
	return sign;
}

/* Beyond ASCII all is escaped: YAML folds some signs in quotes and refuses others. */
static void
fuzz_quote(struct sh_buf *b, struct sh_str s)
{
	sh_buf_add_char(b, '"');
	for (size_t i = 0, n; i < s.n; i += n) {
		unsigned c = fuzz_sign(s, i, &n);

		if (c < 0x20 || c == '"' || c == '\\' || c >= 0x7f)
			sh_buf_printf(b, "\\U%08x", c);
		else
			sh_buf_add_char(b, (char)c);
	}
	sh_buf_add_char(b, '"');
}

static int
fuzz_write(struct sh_buf *b, const struct sh_yaml *y, int depth)
{
	int nodes = 1;

	fuzz_expect(depth <= FUZZ_DEPTH && y->line > 0 && y->column > 0, "too deep, or nowhere");
	if (y->type == SH_YAML_SCALAR) {
		fuzz_quote(b, y->value);
		return nodes;
	}
	sh_buf_add_char(b, y->type == SH_YAML_MAP ? '{' : '[');
	for (const struct sh_yaml *c = y->first; c; c = c->next) {
		if (y->type == SH_YAML_MAP) {
			fuzz_expect(c->key.s && c->key_line > 0 && c->key_column > 0, "an entry without a key");
			size_t before = b->n;

			fuzz_quote(b, c->key);
			fuzz_long_key |= b->n - before > FUZZ_KEY;
			sh_buf_add_z(b, ": ");
		}
		nodes += fuzz_write(b, c, depth + 1);
		sh_buf_add_z(b, c->next ? ",\n" : "");
	}
	sh_buf_add_char(b, y->type == SH_YAML_MAP ? '}' : ']');
	return nodes;
}

static void
fuzz_same(const struct sh_yaml *x, const struct sh_yaml *y)
{
	fuzz_expect(x->type == y->type && sh_str_eq(x->value, y->value), "a node, read again");
	for (x = x->first, y = y->first; x && y; x = x->next, y = y->next) {
		fuzz_expect(sh_str_eq(x->key, y->key), "a key, read again");
		fuzz_same(x, y);
	}
	fuzz_expect(!x && !y, "the number of children");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	SH_CLEANUP(sh_arena_freep) struct sh_arena *a = sh_arena_new(64 << 20);
	SH_CLEANUP(sh_buf_clear) struct sh_buf text;
	struct sh_str s = { (const char *)data, n };
	struct sh_faults f, g;
	const struct sh_yaml *y, *again;

	sh_buf_init(&text, 4 << 20);
	sh_faults_init(&f, "fuzz");
	sh_faults_init(&g, "again");
	y = sh_yaml_parse(a, s, &f);
	fuzz_expect(f.count == 0 || f.text.n > 0, "a fault without a word");
	fuzz_long_key = false;
	if (y && f.count == 0) {
		fuzz_expect(fuzz_write(&text, y, 1) <= FUZZ_NODES, "too many nodes");
		again = sh_yaml_parse(a, sh_buf_str(&text), &g);
		/* In quotes it may be longer than a text may be. */
		fuzz_expect(again || fuzz_long_key || text.n > 256 * 1024, "what was written cannot be read");
		if (again)
			fuzz_same(y, again);
	}
	sh_faults_clear(&f);
	again = sh_yaml_from_json(a, s, &f);
	fuzz_expect(again || f.count > 0, "refused without a fault");
	sh_faults_clear(&f);
	sh_faults_clear(&g);
	return 0;
}
