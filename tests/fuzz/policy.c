/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * fuzz/policy.c: any text as a policy, in YAML and in JSON. A text is refused with a fault or makes a policy whose
 * values keep to their ranges.
 */
#include <stdio.h>
#include <stdlib.h>

#include "gateway/policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
fuzz_expect(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "policy: %s\n", what);
	abort();
}

static void
fuzz_quiet(const struct sh_quiet *q)
{
	for (int d = 0; d < 7; d++) {
		int before = -1;

		fuzz_expect(q->days[d].nwindows <= SH_QUIET_WINDOWS_MAX, "too many windows");
		for (int i = 0; i < q->days[d].nwindows; i++) {
			struct sh_window w = q->days[d].windows[i];

			fuzz_expect(w.open_min > before && w.open_min < w.close_min && w.close_min <= 1440, "windows overlap");
			before = w.close_min;
		}
	}
}

static void
fuzz_policy(bool good, const struct sh_policy *layer, const struct sh_faults *f)
{
	struct sh_policy p;

	fuzz_expect(good == (f->count == 0), "refused without a fault, or taken with one");
	if (!good)
		return;
	sh_policy_effective(NULL, NULL, layer, &p);
	fuzz_quiet(&p.quiet);
	for (int o = 0; o < SH_POLICY_OUTCOMES; o++) {
		fuzz_expect(p.retry[o].ndelays <= SH_POLICY_DELAYS_MAX, "too many delays");
		fuzz_expect(!p.retry[o].enabled || p.retry[o].ndelays > 0, "a group without a delay");
		for (int i = 0; i < p.retry[o].ndelays; i++)
			fuzz_expect(p.retry[o].delays_s[i] >= 1 && p.retry[o].delays_s[i] <= SH_POLICY_DELAY_MAX_S,
				"a delay out of range");
	}
	fuzz_expect(!p.retry[SH_OUTCOME_DO_NOT_CALL].enabled && !p.retry[SH_OUTCOME_TERMINAL].enabled, "what must not be retried");
	fuzz_expect(p.max_attempts >= 1 && p.max_attempts <= SH_POLICY_ATTEMPTS_MAX, "attempts out of range");
	fuzz_expect(p.zone != SH_ZONE_NAMED || p.zone_name[0], "a zone without a name");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sh_str text = { (const char *)data, n };
	struct sh_policy layer;
	struct sh_faults f;

	sh_faults_init(&f, "yaml");
	fuzz_policy(sh_policy_read_yaml(text, SH_ORIGIN_AGENT, NULL, &layer, &f), &layer, &f);
	sh_faults_clear(&f);
	sh_faults_init(&f, "json");
	fuzz_policy(sh_policy_read_json(text, SH_ORIGIN_AGENT, NULL, &layer, &f), &layer, &f);
	sh_faults_clear(&f);
	return 0;
}
