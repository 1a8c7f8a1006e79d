/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Answers tests/oracle/oracle.mjs. A question is a line of JSON:
 *
 *	{"ask": "hours", "pack": "name: q …", "zones": [["Europe/London"], ["Asia/Tokyo", "Asia/Kolkata"]], "margin": 60000,
 *	 "late": 0, "from": 29000000, "until": 29003120}
 *
 * Rule i of the pack holds in each of zones[i]; from and until are minutes since 1970, and each is asked late milliseconds
 * after it began. ask: the hours themselves; "decide", the call that follows one which nobody answered and which
 * ended an hour before, by a policy with the hours of rule 0, of a callee who may be in each of zones[0]; "admit", whether a
 * dial may begin then. The answer is a line of spells without a gap: "R minute" begins one in which a phone may start to ring,
 * "N minute next" one whose next instant, in milliseconds, is the same, "X minute" one without. ret_by is checked here.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/text.h"
#include "gateway/base/time.h"
#include "gateway/policy/decide.h"

#define HOURS_MAX 16
#define HOURS_DELAY_S 3600

enum question_kind { ASK_HOURS, ASK_DECIDE, ASK_ADMIT };

struct question {
	enum question_kind kind;
	struct sh_policy policy;
	struct sh_callee callee;
	struct sh_quiet rules[SH_PACK_PLACE_RULES_MAX];
	struct sh_hours hours[HOURS_MAX];
	size_t n;
	int64_t margin_ms, late_ms, from, until;
};

static void __attribute__((noreturn))
hours_end(const char *why)
{
	fprintf(stderr, "hours: %s\n", why);
	exit(2);
}

static int64_t
hours_int(const struct sh_yaml *tree, const char *key)
{
	const struct sh_yaml *y = sh_yaml_get(tree, key);
	int64_t v;

	if (!y || !sh_text_int(y->value, &v))
		hours_end("a question without a number");
	return v;
}

/* A policy with the hours of the first rule, of a callee who may be wherever it holds. */
static void
hours_policy(struct question *q, const struct sh_yaml *ask)
{
	if (!ask || !(sh_str_is(ask->value, "hours") || sh_str_is(ask->value, "decide") || sh_str_is(ask->value, "admit")))
		hours_end("nothing asked");
	q->kind = sh_str_is(ask->value, "decide") ? ASK_DECIDE : sh_str_is(ask->value, "admit") ? ASK_ADMIT : ASK_HOURS;
	sh_policy_default(&q->policy);
	q->policy.npacks = 0;
	q->policy.zone = SH_ZONE_OF_CALLEE;
	q->policy.quiet = q->rules[0];
	q->policy.retry[SH_OUTCOME_NO_ANSWER] = (struct sh_policy_retry){ .enabled = true, .ndelays = 1, .delays_s = { HOURS_DELAY_S } };
	q->callee.source = SH_ZONE_FROM_NUMBER;
	for (size_t i = 0; i < q->n && q->hours[i].quiet == &q->rules[0] && q->callee.n < SH_CALLEE_ZONES_MAX; i++)
		q->callee.zones[q->callee.n++] = q->hours[i].zone;
}

static void
hours_read(const struct sh_zones *zones, const struct sh_yaml *tree, struct sh_packs *packs, struct question *q)
{
	const struct sh_yaml *pack = sh_yaml_get(tree, "pack"), *places = sh_yaml_get(tree, "zones");
	struct sh_faults f;
	size_t i = 0;

	sh_faults_init(&f, "question");
	if (!pack || !places || !sh_packs_add(packs, "q", pack->value, &f))
		hours_end(f.count ? f.text.s : "not a question");
	*q = (struct question){ .margin_ms = hours_int(tree, "margin"), .late_ms = hours_int(tree, "late"),
		.from = hours_int(tree, "from"), .until = hours_int(tree, "until") };
	for (const struct sh_yaml *list = places->first; list; list = list->next, i++) {
		const struct sh_pack_rule *rule = sh_packs_rule_at(packs, i);

		if (!rule || i == SH_PACK_PLACE_RULES_MAX)
			hours_end("zones of a rule that is not there");
		q->rules[i] = rule->quiet;
		q->rules[i].ring_margin_ms = q->margin_ms;
		for (const struct sh_yaml *y = list->first; y && q->n < HOURS_MAX; y = y->next) {
			q->hours[q->n] = (struct sh_hours){ &q->rules[i], sh_zones_find(zones, y->value) };
			if (!q->hours[q->n++].zone)
				hours_end("no such zone");
		}
	}
	hours_policy(q, sh_yaml_get(tree, "ask"));
	sh_faults_clear(&f);
}

/* Whoever is named as the cause refuses; nobody is named without one. */
static void
hours_check_by(const struct question *q, int64_t at, bool may, size_t refuses, bool found, int64_t next, size_t opens)
{
	bool good = may == (refuses == q->n);

	if (!may)
		good = good && !sh_quiet_may_ring(&q->hours[refuses], 1, at, NULL);
	if (found)
		good = good && (opens == q->n) == (next == at) && (opens == q->n || !sh_quiet_may_ring(&q->hours[opens], 1, next - 1, NULL));
	if (!good)
		hours_end("a cause that is none");
}

/* Whether then, and if not, when: by the function that every call goes through. */
static bool
hours_decide(const struct question *q, int64_t at, bool *ret_found, int64_t *ret_next)
{
	const struct sh_whereabouts place = { .workspace = q->callee.zones[0], .callee = &q->callee };
	const struct sh_ended ended = { .means = { .outcome = SH_OUTCOME_NO_ANSWER }, .begun = SH_BEGUN_API, .attempt = 1,
		.ended_ms = at - HOURS_DELAY_S * SH_SECOND_MS };
	const struct sh_due_dial dial = { .now_ms = at };
	struct sh_admitted admitted;
	struct sh_decision d;

	if (q->kind == ASK_DECIDE) {
		sh_decide(&q->policy, &place, &ended, ended.ended_ms, &d);
		*ret_found = d.what == SH_DECISION_RETRY;
		*ret_next = d.due_ms;
		return d.what == SH_DECISION_RETRY && !d.moved;
	}
	sh_decide_admit(&q->policy, &place, &dial, &admitted);
	*ret_found = admitted.what != SH_ADMIT_HOLD;
	*ret_next = admitted.what == SH_ADMIT ? at : admitted.next_ms;
	return admitted.what == SH_ADMIT;
}

static bool
hours_ask(const struct question *q, int64_t at, bool *ret_found, int64_t *ret_next)
{
	size_t refuses, opens;
	bool may;

	if (q->kind != ASK_HOURS)
		return hours_decide(q, at, ret_found, ret_next);
	may = sh_quiet_may_ring(q->hours, q->n, at, &refuses);
	*ret_found = sh_quiet_next(q->hours, q->n, at, ret_next, &opens);
	hours_check_by(q, at, may, refuses, *ret_found, *ret_next, opens);
	return may;
}

static void
hours_answer(const struct question *q)
{
	char was = 0;
	int64_t was_next = 0;

	for (int64_t minute = q->from; minute < q->until; minute++) {
		int64_t at = minute * SH_MINUTE_MS + q->late_ms, next = 0;
		bool found, may = hours_ask(q, at, &found, &next);
		char is = may && found && next == at ? 'R' : found ? 'N' : 'X';

		if (may != (is == 'R'))
			hours_end("may ring now, and next is not now; or the other way round");
		if (is == was && (is != 'N' || next == was_next))
			continue;
		printf("%s%c %" PRId64, was ? " " : "", is, minute);
		if (is == 'N')
			printf(" %" PRId64, next);
		was = is;
		was_next = next;
	}
	putchar('\n');
	fflush(stdout);
}

int
main(void)
{
	struct sh_zones *zones;
	struct sh_error e;
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	if (sh_zones_load(NULL, &zones, &e) != SH_OK)
		hours_end(e.text);
	while ((n = getline(&line, &room, stdin)) > 0) {
		struct sh_arena *a = sh_arena_new(1 << 20);
		struct sh_packs *packs = sh_packs_new();
		const struct sh_yaml *tree;
		struct sh_faults f;
		struct question q;

		sh_faults_init(&f, "question");
		tree = a && packs ? sh_yaml_from_json(a, (struct sh_str){ line, (uint32_t)n }, &f) : NULL;
		if (!tree)
			hours_end("not JSON");
		hours_read(zones, tree, packs, &q);
		hours_answer(&q);
		sh_faults_clear(&f);
		sh_packs_free(packs);
		sh_arena_free(a);
	}
	free(line);
	sh_zones_free(zones);
	return 0;
}
