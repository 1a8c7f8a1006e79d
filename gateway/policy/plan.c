/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* policy/plan.c: the file of plans, and an effective policy under one of them. */
#include "gateway/policy/plan.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/policy/policy_key.h"

#define PLAN_TREE_MAX (16 << 20)
#define PLAN_FALLBACK "free"

/* config/plans.yaml says the same; a test compares them. */
static const char plan_builtin[] =
	"free: {policy: {max_attempts: 3}, ceilings: {max_attempts: 3}}\n"
	"starter: {policy: {max_attempts: 3}, ceilings: {max_attempts: 3}}\n"
	"pro: {policy: {max_attempts: 5}, ceilings: {max_attempts: 5}, agent_overrides: true}\n"
	"scale: {policy: {max_attempts: 10}, ceilings: {max_attempts: 10}, agent_overrides: true}\n";

struct sh_plans {
	size_t n;
	struct sh_plan list[];	/* by name */
};

/* ---- reading ---- */

static void
plan_ceilings(const struct sh_yaml *y, struct sh_plan *plan, struct sh_faults *f)
{
	static const char *const keys[] = { "max_attempts", NULL };
	const struct sh_yaml *attempts = sh_yaml_get(y, "max_attempts");
	int64_t n;

	sh_yaml_check_keys(y, keys, f);
	if (!sh_yaml_int(attempts, 1, SH_POLICY_ATTEMPTS_MAX, f, &n))
		return;
	plan->max_attempts = (int32_t)n;
	if (plan->policy.max_attempts_from != SH_ORIGIN_NONE && plan->policy.max_attempts > n)
		sh_faults_add(f, attempts->line, attempts->column, "the plan's own max_attempts is %d, above this ceiling",
			plan->policy.max_attempts);
}

static void
plan_read(const struct sh_yaml *y, const struct sh_zones *zones, struct sh_plan *plan, struct sh_faults *f)
{
	static const char *const keys[] = { "policy", "ceilings", "agent_overrides", NULL };
	const struct sh_yaml *policy = sh_yaml_get(y, "policy");
	struct sh_policy whole;

	memset(plan, 0, sizeof(*plan));
	if (!sh_policy_name_ok(y->key))
		sh_faults_add(f, y->key_line, y->key_column, "a plan's name has at most %d of a-z, 0-9, - and _", SH_POLICY_NAME_MAX);
	else
		memcpy(plan->name, y->key.s, y->key.n);
	sh_yaml_check_keys(y, keys, f);
	if (policy && sh_policy_read_tree(policy, SH_ORIGIN_PLAN, zones, &plan->policy, f)) {
		sh_policy_effective(&plan->policy, NULL, NULL, &whole);
		(void)sh_policy_check(&whole, f);
	}
	plan_ceilings(sh_yaml_get(y, "ceilings"), plan, f);
	(void)sh_yaml_bool(sh_yaml_get(y, "agent_overrides"), f, &plan->agent_overrides);
}

static int
plan_by_name(const void *a, const void *b)
{
	return strcmp(((const struct sh_plan *)a)->name, ((const struct sh_plan *)b)->name);
}

static struct sh_plans *
plan_list(const struct sh_yaml *tree, const struct sh_zones *zones, struct sh_faults *f)
{
	struct sh_plans *plans;
	size_t n = 0;

	for (const struct sh_yaml *y = tree->first; y; y = y->next)
		n++;
	if (n > SH_PLANS_MAX) {
		sh_faults_add(f, tree->line, tree->column, "more than %d plans", SH_PLANS_MAX);
		return NULL;
	}
	plans = calloc(1, sizeof(*plans) + n * sizeof(plans->list[0]));
	if (!plans) {
		sh_faults_add(f, 0, 0, "no memory to keep it");
		return NULL;
	}
	for (const struct sh_yaml *y = tree->first; y; y = y->next)
		plan_read(y, zones, &plans->list[plans->n++], f);
	qsort(plans->list, plans->n, sizeof(plans->list[0]), plan_by_name);
	return plans;
}

struct sh_plans *
sh_plans_read(struct sh_str text, const struct sh_zones *zones, struct sh_faults *f)
{
	SH_CLEANUP(sh_arena_freep) struct sh_arena *a = sh_arena_new(PLAN_TREE_MAX);
	struct sh_plans *plans = NULL;
	const struct sh_yaml *tree;
	int before = f->count;

	if (!a) {
		sh_faults_add(f, 0, 0, "no memory to read it");
		return NULL;
	}
	tree = sh_yaml_parse(a, text.s ? text : sh_str(plan_builtin), f);
	if (tree && tree->type != SH_YAML_MAP)
		sh_yaml_expected(tree, f, "a mapping of plans");
	else if (tree)
		plans = plan_list(tree, zones, f);
	if (f->count == before && !sh_yaml_get(tree, PLAN_FALLBACK))
		sh_faults_add(f, 1, 1, "there must be a plan \"%s\": tenants whose plan is not here have it", PLAN_FALLBACK);
	if (f->count == before)
		return plans;
	sh_plans_free(plans);
	return NULL;
}

void
sh_plans_free(struct sh_plans *plans)
{
	free(plans);
}

/* ---- use ---- */

const struct sh_plan *
sh_plans_find(const struct sh_plans *plans, struct sh_str name, bool *ret_known)
{
	const struct sh_plan *fallback = NULL, *found = NULL;

	for (size_t i = 0; plans && i < plans->n; i++) {
		if (sh_str_is(name, plans->list[i].name))
			found = &plans->list[i];
		if (strcmp(plans->list[i].name, PLAN_FALLBACK) == 0)
			fallback = &plans->list[i];
	}
	if (ret_known)
		*ret_known = found != NULL;
	return found ? found : fallback;
}

const struct sh_plan *
sh_plans_at(const struct sh_plans *plans, size_t i)
{
	return i < plans->n ? &plans->list[i] : NULL;
}

void
sh_plan_effective(const struct sh_plan *plan, const struct sh_policy *named, const struct sh_policy *workspace,
	const struct sh_policy *agent, struct sh_policy *ret)
{
	const struct sh_policy *layers[] = { plan ? &plan->policy : NULL, named, workspace,
		!plan || plan->agent_overrides ? agent : NULL };

	sh_policy_default(ret);
	for (size_t i = 0; i < SH_LENGTH(layers); i++)
		if (layers[i])
			sh_policy_overlay(ret, layers[i]);
	if (plan && plan->max_attempts && ret->max_attempts > plan->max_attempts) {
		ret->max_attempts = plan->max_attempts;
		ret->max_attempts_from = SH_ORIGIN_CEILING;
	}
	sh_policy_settle(ret);
}
