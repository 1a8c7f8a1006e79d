/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* fuzz/tzif.c: any bytes as a file of zone data. What is taken has ascending changes and a rule that goes forward. */
#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/tzif.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
fuzz_expect(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "tzif: %s\n", what);
	abort();
}

static void
fuzz_rule(const struct sh_tzrule *r)
{
	int64_t at = 0;

	for (int i = 0; i < 50; i++) {
		int64_t next = sh_tzrule_next(r, at);

		if (next == INT64_MAX)
			break;
		fuzz_expect(next > at, "the rule goes backward");
		fuzz_expect(sh_tzrule_offset(r, next) != sh_tzrule_offset(r, next - 1), "a change that changes nothing");
		fuzz_expect(sh_tzrule_offset(r, at) == sh_tzrule_offset(r, next - 1), "a change between two changes");
		at = next;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sh_arena *a = sh_arena_new(4 << 20);
	struct sh_error e = { SH_OK, "" };
	struct sh_tzif z;

	if (a && sh_tzif_read(a, (struct sh_str){ (const char *)data, n }, &z, &e) == SH_OK) {
		for (uint32_t i = 0; i < z.nchanges; i++) {
			fuzz_expect(i == 0 || z.changes[i].at_s > z.changes[i - 1].at_s, "changes out of order");
			fuzz_expect(abs(z.changes[i].offset_s) <= SH_TZIF_OFFSET_MAX_S, "an offset out of range");
		}
		if (z.ruled)
			fuzz_rule(&z.rule);
	} else {
		fuzz_expect(e.text[0] != '\0', "refused without a word");
	}
	sh_arena_free(a);
	return 0;
}
