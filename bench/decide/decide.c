/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * What a decision costs, in nanoseconds: quiet hours alone, with the packs of law, and the whole decision. One JSON object.
 *
 *	decide POLICIES ROUNDS		POLICIES: the folder that holds jurisdictions/
 *
 * Each figure is the median of ROUNDS passes over 200,000 instants of three years, in an order that no cache foresees.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/policy/decide_hours.h"

#define DECIDE_CALLS 200000
#define DECIDE_ROUNDS_MAX 99

struct bench {
	struct sh_policy policy, packed;
	struct sh_whereabouts place, known;
	struct sh_prefixes *prefixes;
	struct sh_packs *packs;
	struct sh_callee callee;
	struct sh_evidence evidence;
	struct sh_hours hours;
	struct sh_decide_hours law;
	bool night;			/* only instants of the callee's late evening */
};

static void __attribute__((noreturn))
decide_die(const char *why)
{
	fprintf(stderr, "decide: %s\n", why);
	exit(1);
}

static int64_t
decide_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* Minutes of three years from 2026 on, spread by a number that is prime to them. */
static int64_t
decide_instant(const struct bench *b, int i)
{
	int64_t minute = (int64_t)i * 611953 % (3 * 365 * 1440);

	if (b->night)
		minute = minute / 1440 * 1440 + 1440 + 3 * 60 + minute % 120;	/* 22:00 to midnight in the east, or an hour on */
	return sh_time_days(2026, 1, 1) * SH_DAY_MS + minute * SH_MINUTE_MS;
}

static int64_t
run_may_ring(struct bench *b, int64_t at)
{
	return sh_quiet_may_ring(&b->hours, 1, at, NULL);
}

static int64_t
run_next(struct bench *b, int64_t at)
{
	int64_t next;

	return sh_quiet_next(&b->hours, 1, at, &next, NULL) ? next : 0;
}

/* From the callee on: which rules hold, by which clocks, and when. */
static int64_t
run_packs(struct bench *b, int64_t at)
{
	int64_t next;

	sh_decide_hours(&b->packed, &b->known, false, at, &b->law);
	return sh_quiet_next(b->law.hours, b->law.n, at, &next, NULL) ? next : 0;
}

static int64_t
run_place(struct bench *b, int64_t at)
{
	struct sh_callee c;

	(void)at;
	sh_callee_find(b->prefixes, &b->evidence, &c);
	return c.n;
}

static int64_t
decide_whole(const struct sh_policy *p, const struct sh_whereabouts *place, int64_t at)
{
	const struct sh_ended ended = { .means = { .outcome = SH_OUTCOME_NO_ANSWER, .retry = SH_RETRY_POLICY }, .attempt = 1, .ended_ms = at };
	struct sh_decision d;

	sh_decide(p, place, &ended, at, &d);
	return d.due_ms;
}

static int64_t
run_decide(struct bench *b, int64_t at)
{
	return decide_whole(&b->policy, &b->place, at);
}

static int64_t
run_decide_packs(struct bench *b, int64_t at)
{
	return decide_whole(&b->packed, &b->known, at);
}

static int64_t
run_admit(struct bench *b, int64_t at)
{
	const struct sh_due_dial dial = { .now_ms = at };
	struct sh_admitted a;

	sh_decide_admit(&b->packed, &b->known, &dial, &a);
	return a.next_ms;
}

static int
decide_order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
decide_cost(struct bench *b, int64_t (*run)(struct bench *, int64_t), int rounds)
{
	double ns[DECIDE_ROUNDS_MAX];
	volatile int64_t keep = 0;

	for (int r = 0; r < rounds; r++) {
		int64_t from = decide_now_ns();

		for (int i = 0; i < DECIDE_CALLS; i++)
			keep += run(b, decide_instant(b, i));
		ns[r] = (double)(decide_now_ns() - from) / DECIDE_CALLS;
	}
	qsort(ns, (size_t)rounds, sizeof(ns[0]), decide_order);
	return ns[rounds / 2];
}

static void
decide_load(struct bench *b, const char *folder)
{
	static const char *const names[] = { "us-federal", "us-states", "us-debt", "ca" };
	static char text[1 << 18];
	struct sh_faults f;
	char path[4096];

	sh_faults_init(&f, "packs");
	b->packs = sh_packs_new();
	for (size_t i = 0; i < SH_LENGTH(names); i++) {
		FILE *file;
		size_t n;

		snprintf(path, sizeof(path), "%s/jurisdictions/%s.yaml", folder, names[i]);
		file = fopen(path, "r");
		n = file ? fread(text, 1, sizeof(text), file) : 0;
		if (n == 0 || !sh_packs_add(b->packs, names[i], (struct sh_str){ text, n }, &f))
			decide_die(path);
		fclose(file);
		snprintf(b->packed.packs[b->packed.npacks++], sizeof(b->packed.packs[0]), "%s", names[i]);
	}
	sh_faults_clear(&f);
}

int
main(int argc, char **argv)
{
	static struct bench b;
	int rounds = argc == 3 ? atoi(argv[2]) : 0;
	struct sh_zones *zones;
	struct sh_faults f;
	struct sh_error e;

	if (rounds < 1 || rounds > DECIDE_ROUNDS_MAX)
		decide_die("usage: decide POLICIES ROUNDS");
	if (sh_zones_load(NULL, &zones, &e) != SH_OK)
		decide_die(e.text);
	sh_faults_init(&f, "prefixes");
	b.prefixes = sh_prefixes_new(zones, (struct sh_str){ 0 }, &f);
	sh_policy_default(&b.policy);
	b.packed = b.policy;
	b.packed.npacks = 0;
	decide_load(&b, argv[1]);
	b.policy.npacks = 0;
	b.place = (struct sh_whereabouts){ .zones = zones, .workspace = sh_zones_find(zones, SH_STR("America/New_York")) };
	/* An area code of Florida with two clocks. */
	b.evidence = (struct sh_evidence){ .number = SH_STR("+18505550100"), .workspace = b.place.workspace };
	sh_callee_find(b.prefixes, &b.evidence, &b.callee);
	b.known = b.place;
	b.known.packs = b.packs;
	b.known.callee = &b.callee;
	b.hours = (struct sh_hours){ &b.policy.quiet, b.place.workspace };

	printf("{\"clocks\": %u, \"may_ring\": %.0f", b.callee.n, decide_cost(&b, run_may_ring, rounds));
	printf(", \"next\": %.0f", decide_cost(&b, run_next, rounds));
	b.night = true;
	printf(", \"next_night\": %.0f", decide_cost(&b, run_next, rounds));
	printf(", \"packs_night\": %.0f", decide_cost(&b, run_packs, rounds));
	printf(", \"hours\": %zu", b.law.n);
	b.night = false;
	printf(", \"packs\": %.0f", decide_cost(&b, run_packs, rounds));
	printf(", \"place\": %.0f", decide_cost(&b, run_place, rounds));
	printf(", \"decide\": %.0f", decide_cost(&b, run_decide, rounds));
	printf(", \"decide_packs\": %.0f", decide_cost(&b, run_decide_packs, rounds));
	printf(", \"admit\": %.0f}\n", decide_cost(&b, run_admit, rounds));
	sh_packs_free(b.packs);
	sh_prefixes_free(b.prefixes);
	sh_zones_free(zones);
	return 0;
}
