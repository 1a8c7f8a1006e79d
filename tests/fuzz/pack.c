/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* A pack of laws that was taken holds together, its hours can be asked, and one that was refused leaves nothing behind. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/time.h"
#include "gateway/policy/pack.h"

static struct sh_zones *zones;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct sh_error e;

	(void)argc;
	(void)argv;
	if (sh_zones_load(NULL, &zones, &e) != SH_OK)
		abort();
	return 0;
}

static void
fuzz_expect(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "pack: %s\n", what);
	abort();
}

static void
fuzz_hours(const struct sh_quiet *q, bool american)
{
	struct sh_hours h = { q, sh_zones_find(zones, SH_STR("America/New_York")) };
	int64_t from = sh_time_days(2026, 10, 31) * SH_DAY_MS + 20 * SH_HOUR_MS, next;

	for (int d = 0; d < 7; d++) {
		int before = -1;

		fuzz_expect(q->days[d].nwindows <= SH_QUIET_WINDOWS_MAX, "too many windows");
		for (int i = 0; i < q->days[d].nwindows; i++) {
			struct sh_window w = q->days[d].windows[i];
			bool whole = w.open_min == 0 && w.close_min == 1440;

			fuzz_expect(w.open_min > before && w.open_min < w.close_min && w.close_min <= 1440, "windows overlap");
			fuzz_expect(!american || whole || (w.open_min >= 480 && w.close_min <= 1260), "wider than federal law");
			before = w.close_min;
		}
	}
	fuzz_expect(q->until_day == 0 || q->until_day > q->from_day, "ends before it begins");
	if (sh_quiet_next(&h, 1, from, &next, NULL))
		fuzz_expect(next >= from && sh_quiet_may_ring(&h, 1, next, NULL), "no time to ring");
	else
		fuzz_expect(!sh_quiet_may_ring(&h, 1, from, NULL), "now was a time to ring");
}

static void
fuzz_rule(const struct sh_packs *packs, const struct sh_pack_rule *r)
{
	fuzz_expect(*r->id && *r->source && r->checked_day >= 0 && strcmp(r->pack, "p") == 0 && *r->version, "a rule without its papers");
	fuzz_expect(strlen(r->where) == 2 || (strlen(r->where) <= SH_STATE_MAX && r->where[2] == '-'), "no place");
	fuzz_expect(sh_packs_find(packs, r->id) == r, "an id that stands twice");
	fuzz_expect(r->has_hours || r->ncaps > 0, "a rule that says nothing");
	fuzz_expect(r->ncaps <= SH_PACK_RULE_CAPS_MAX, "too many caps");
	for (int i = 0; i < r->ncaps; i++)
		fuzz_expect(r->caps[i].calls >= 1 && r->caps[i].within_s >= 60, "a cap that lets nothing through");
	fuzz_hours(&r->quiet, strncmp(r->where, "US", 2) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sh_packs *packs = sh_packs_new();
	const struct sh_pack_rule *r;
	struct sh_faults f;
	bool good;

	if (!packs)
		return 0;
	sh_faults_init(&f, "pack");
	good = sh_packs_add(packs, "p", (struct sh_str){ (const char *)data, n }, &f);
	fuzz_expect(good == (f.count == 0), "refused without a fault, or taken with one");
	fuzz_expect(good == (sh_packs_at(packs, 0) != NULL) && good == (sh_packs_rule_at(packs, 0) != NULL), "half a pack");
	for (size_t i = 0; (r = sh_packs_rule_at(packs, i)); i++)
		fuzz_rule(packs, r);
	sh_faults_clear(&f);
	sh_packs_free(packs);
	return 0;
}
