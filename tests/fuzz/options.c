/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * fuzz/options.c: any text as the file of options. Each value is refused with a fault that names its place, or is taken and, written
 * as `switchhook check-config` writes it and read again, is the same.
 */
#include <config.h>

#include "gateway/server/value.h"
#include "tests/fuzz/fuzz.h"

#define TYPE_TEXT .type = SH_VALUE_TEXT
#define TYPE_URL .type = SH_VALUE_URL
#define TYPE_CONNINFO .type = SH_VALUE_CONNINFO
#define TYPE_PATH .type = SH_VALUE_PATH
#define TYPE_PATHS .type = SH_VALUE_PATHS
#define TYPE_ADDRESSES .type = SH_VALUE_ADDRESSES
#define TYPE_NETS .type = SH_VALUE_NETS
#define TYPE_FLAG .type = SH_VALUE_FLAG
#define TYPE_LEVEL .type = SH_VALUE_LEVEL
#define TYPE_COUNT(min_, max_) .type = SH_VALUE_COUNT, .min = #min_, .max = #max_
#define TYPE_SIZE(min_, max_) .type = SH_VALUE_SIZE, .min = min_, .max = max_
#define TYPE_SPAN(min_, max_) .type = SH_VALUE_SPAN, .min = min_, .max = max_

static const struct sh_value_row fuzz_rows[SH_OPTION_COUNT] = {
#define OPTION(id_, path_, type_, when_, default_, help_) [SH_OPTION_##id_] = { .path = path_, TYPE_##type_, .preset = default_ },
#include "gateway/server/options.def"
};

static void
fuzz_same(const struct sh_config_value *x, const struct sh_config_value *y)
{
	fuzz_expect(x->i == y->i && x->n == y->n && !x->s == !y->s && (!x->s || strcmp(x->s, y->s) == 0), "a value, read again");
	for (size_t i = 0; i < x->n; i++)
		fuzz_expect(strcmp(x->list[i], y->list[i]) == 0, "a list's value, read again");
}

static void
fuzz_value(struct sh_arena *a, const struct sh_value_row *row, const struct sh_yaml *y)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf text;
	struct sh_config_value v = { .i = 0 }, again = { .i = 0 };
	struct sh_faults f;
	bool good;

	sh_buf_init(&text, 4 << 20);
	sh_faults_init(&f, "fuzz");
	good = sh_value_read(row, y, "/etc/switchhook", a, &f, &v);
	fuzz_expect(good == (f.count == 0) && (good || f.text.n > 0), "refused without a fault, or taken with one");
	if (good) {
		sh_value_write(row, &v, &text);
		y = sh_yaml_parse(a, sh_buf_str(&text), &f);
		/* In quotes it may be longer than a text may be. */
		fuzz_expect(y || text.n > 256 * 1024, "what was written cannot be read");
		if (y) {
			fuzz_expect(sh_value_read(row, y, "/elsewhere", a, &f, &again), "what was written is refused");
			fuzz_same(&v, &again);
		}
	}
	sh_faults_clear(&f);
}

/* Every option against every value that stands at the top of the file: types and values meet that do not belong together. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	SH_CLEANUP(sh_arena_freep) struct sh_arena *a = sh_arena_new(64 << 20);
	struct sh_faults f;
	const struct sh_yaml *top;

	sh_faults_init(&f, "fuzz");
	top = sh_yaml_parse(a, (struct sh_str){ (const char *)data, n }, &f);
	if (top && f.count == 0)
		for (int o = 0; o < SH_OPTION_COUNT; o++) {
			const struct sh_yaml *own = sh_yaml_get(top, fuzz_rows[o].path);

			fuzz_value(a, &fuzz_rows[o], own ? own : top->first ? top->first : top);
		}
	sh_faults_clear(&f);
	return 0;
}
