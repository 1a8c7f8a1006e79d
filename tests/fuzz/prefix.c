/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * fuzz/prefix.c: any text as an operator's overlay of prefixes. It is refused with a fault, or numbers are looked up in it whose
 * answers keep to their bounds; any text as a number, and as what stands beside a callback, which is read back as it was written.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/policy/whereabouts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
fuzz_expect(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "prefix: %s\n", what);
	abort();
}

static void
fuzz_place(const struct sh_prefixes *p, struct sh_str number)
{
	struct sh_number_place at;

	sh_prefix_place(p, number, &at);
	fuzz_expect(at.nzones <= SH_PREFIX_ZONES_MAX && at.nstates <= SH_PREFIX_STATES_MAX, "too many");
	fuzz_expect(at.digits <= 8 && (at.nzones == 0) == (at.digits == 0), "zones of no digits");
	fuzz_expect(!at.unknown || at.nzones > 1, "unknown among one");
	fuzz_expect(memchr(at.country, '\0', sizeof(at.country)) != NULL, "the country has no end");
	for (uint32_t i = 0; i < at.nzones; i++)
		fuzz_expect(at.zones[i] != NULL, "a zone is none");
	for (uint32_t i = 0; i < at.nstates; i++)
		fuzz_expect(sh_state_is(sh_str(at.states[i])), "a state is none");
}

static void
fuzz_callee(const struct sh_prefixes *p, const struct sh_zones *zones, struct sh_str text)
{
	struct sh_evidence e = { .number = text, .states = text, .workspace = sh_zones_find(zones, SH_STR("UTC")) };
	struct sh_callee_text written, again;
	struct sh_callee c;

	sh_callee_find(p, &e, &c);
	fuzz_expect(c.n > 0, "nowhere");
	sh_callee_write(&c, &written);
	fuzz_expect(sh_callee_read(zones, sh_str(written.zones), sh_str(written.states), sh_str(written.country), sh_str(written.source),
	    written.unknown, &c), "what was written is not read");
	sh_callee_write(&c, &again);
	fuzz_expect(strcmp(written.zones, again.zones) == 0 && strcmp(written.states, again.states) == 0, "it reads otherwise");
	if (sh_callee_read(zones, text, text, text, SH_STR("number"), false, &c))
		sh_callee_write(&c, &again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct sh_prefixes *bare;
	static struct sh_zones *zones;
	struct sh_str text = { (const char *)data, n };
	struct sh_prefixes *p;
	struct sh_faults f;

	sh_faults_init(&f, "overlay");
	if (!zones) {
		fuzz_expect(sh_zones_load(NULL, &zones, NULL) == SH_OK, "no zone data");
		bare = sh_prefixes_new(zones, (struct sh_str){ 0 }, &f);
		fuzz_expect(bare != NULL, "no table");
	}
	fuzz_callee(bare, zones, text);
	p = sh_prefixes_new(zones, text, &f);
	fuzz_expect((p == NULL) == (f.count > 0), "refused without a fault, or taken with one");
	if (p) {
		char number[17] = "+";
		size_t digits = 0;

		/* Numbers that begin as the rows do. */
		for (size_t i = 0; i <= n; i++) {
			if (i < n && data[i] >= '0' && data[i] <= '9' && digits < 15) {
				number[++digits] = (char)data[i];
				continue;
			}
			if (digits > 0)
				fuzz_place(p, (struct sh_str){ number, digits + 1 });
			digits = 0;
		}
		fuzz_place(p, SH_STR("+12125550100"));
	}
	sh_prefixes_free(p);
	sh_faults_clear(&f);
	return 0;
}
