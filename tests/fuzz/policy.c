/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * fuzz/policy.c: any text as a policy, in YAML and in JSON. A text is refused with a fault or makes a policy whose
 * values keep to their ranges, and which is written as a text that reads as the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
fuzz_write(const struct sh_policy *p, struct sh_buf *b)
{
	struct sh_out o;

	sh_buf_init(b, 1 << 20);
	sh_writer_init(&o, b);
	sh_policy_write(&o, p);
}

static void
fuzz_written(const struct sh_policy *layer)
{
	struct sh_buf once, twice;
	struct sh_policy again;
	struct sh_faults f;

	fuzz_write(layer, &once);
	sh_faults_init(&f, "written");
	if (!sh_policy_read_json(sh_buf_str(&once), SH_ORIGIN_AGENT, NULL, &again, &f))
		fprintf(stderr, "%s\n%s", once.s, f.text.s);
	fuzz_expect(f.count == 0, "what is written does not read");
	fuzz_write(&again, &twice);
	fuzz_expect(strcmp(once.s, twice.s) == 0, "what is written reads as something else");
	sh_faults_clear(&f);
	sh_buf_clear(&once);
	sh_buf_clear(&twice);
}

static void
fuzz_ranges(const struct sh_policy *p)
{
	fuzz_expect(p->ncaps <= SH_POLICY_CAPS_MAX && p->npacks <= SH_POLICY_PACKS_MAX && p->nnames <= SH_POLICY_NAMES_MAX, "a list too long");
	for (int i = 0; i < p->ncaps; i++)
		fuzz_expect(p->caps[i].calls >= 1 && p->caps[i].within_s >= 60, "a cap that lets nothing through");
	for (int i = 0; i < p->nreasons; i++)
		fuzz_expect(p->reasons[i].provider[0] && p->reasons[i].reason[0] && p->reasons[i].outcome < SH_POLICY_OUTCOMES, "a reason without a word");
	for (int i = 0; i < SH_DAYPARTS; i++)
		fuzz_expect(p->spoken.dayparts[i].from <= p->spoken.dayparts[i].at && p->spoken.dayparts[i].at <= p->spoken.dayparts[i].until,
			"a daypart outside itself");
	fuzz_expect(p->spoken.horizon_days >= 1 && p->spoken.horizon_days <= 366, "a horizon out of range");
	fuzz_expect(p->retention != SH_RETENTION_MINIMAL || (p->evidence_days == 0 && p->payload_days == 0 && !p->keep_transcripts),
		"minimal retention keeps something");
}

static void
fuzz_policy(bool good, const struct sh_policy *layer, const struct sh_faults *f)
{
	struct sh_policy p;

	fuzz_expect(good == (f->count == 0), "refused without a fault, or taken with one");
	if (!good)
		return;
	fuzz_written(layer);
	sh_policy_effective(NULL, NULL, layer, &p);
	fuzz_written(&p);
	fuzz_ranges(&p);
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
