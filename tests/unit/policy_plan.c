/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/policy/plan.h"

static struct sh_faults faults;
static struct sh_plans *plans;

static int
setup(void **state)
{
	(void)state;
	sh_faults_init(&faults, "plans.yaml");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	sh_faults_clear(&faults);
	sh_plans_free(plans);
	plans = NULL;
	return 0;
}

static const struct sh_plan *
find(const char *name)
{
	bool known;
	const struct sh_plan *plan = sh_plans_find(plans, sh_str(name), &known);

	assert_true(known);
	return plan;
}

static void
read_plans(const char *yaml)
{
	plans = sh_plans_read(yaml ? sh_str(yaml) : SH_NONE, NULL, &faults);
	if (!plans)
		fail_msg("%s", faults.text.s);
}

static struct sh_policy
layer(const char *json, enum sh_origin origin)
{
	struct sh_policy p;

	if (!sh_policy_read_json(sh_str(json), origin, NULL, &p, &faults))
		fail_msg("%s", faults.text.s);
	return p;
}

static void
test_builtin(void **state)
{
	static const struct {
		const char *name;
		int attempts;
		bool agents;
	} want[] = { { "free", 3, false }, { "pro", 5, true }, { "scale", 10, true }, { "starter", 3, false } };
	bool known = true;

	(void)state;
	read_plans(NULL);
	for (size_t i = 0; i < SH_LENGTH(want); i++) {
		const struct sh_plan *plan = sh_plans_at(plans, i);

		assert_string_equal(plan->name, want[i].name);
		assert_ptr_equal(plan, find(want[i].name));
		assert_int_equal(plan->policy.max_attempts, want[i].attempts);
		assert_int_equal(plan->max_attempts, want[i].attempts);
		assert_int_equal(plan->agent_overrides, want[i].agents);
	}
	assert_null(sh_plans_at(plans, SH_LENGTH(want)));
	assert_ptr_equal(sh_plans_find(plans, SH_STR("golden"), &known), find("free"));
	assert_false(known);
	assert_ptr_equal(sh_plans_find(plans, SH_NONE, NULL), find("free"));
	assert_null(sh_plans_find(NULL, SH_STR("free"), NULL));
}

/* config/plans.yaml is what is built in. */
static void
test_file(void **state)
{
	const char *top = getenv("top_srcdir");
	char path[4096], text[65536];
	struct sh_plans *builtin;
	size_t n;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/config/plans.yaml", top ? top : ".");
	f = fopen(path, "r");
	if (!f)
		fail_msg("cannot open %s", path);
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	read_plans(text);
	builtin = sh_plans_read(SH_NONE, NULL, &faults);
	assert_non_null(builtin);
	for (size_t i = 0; sh_plans_at(plans, i) || sh_plans_at(builtin, i); i++) {
		assert_non_null(sh_plans_at(plans, i));
		assert_non_null(sh_plans_at(builtin, i));
		assert_memory_equal(sh_plans_at(plans, i), sh_plans_at(builtin, i), sizeof(struct sh_plan));
	}
	sh_plans_free(builtin);
}

/* defaults ← plan ← named ← workspace ← agent, the ceilings last. */
static void
test_effective(void **state)
{
	struct sh_policy named = layer("{\"retry\":{\"busy\":{\"delay\":\"5m\"}}}", SH_ORIGIN_NAMED);
	struct sh_policy workspace = layer("{\"max_attempts\":7}", SH_ORIGIN_WORKSPACE);
	struct sh_policy agent = layer("{\"max_attempts\":2,\"retry\":{\"busy\":{\"delay\":\"6m\"}}}", SH_ORIGIN_AGENT), p;

	(void)state;
	read_plans(NULL);
	sh_plan_effective(find("pro"), &named, NULL, NULL, &p);
	assert_int_equal(p.max_attempts, 5);
	assert_int_equal(p.max_attempts_from, SH_ORIGIN_PLAN);
	assert_int_equal(p.retry[SH_OUTCOME_BUSY].delays_from, SH_ORIGIN_NAMED);
	assert_int_equal(p.retry[SH_OUTCOME_VOICEMAIL].delays_from, SH_ORIGIN_DEFAULT);
	sh_plan_effective(find("pro"), &named, &workspace, NULL, &p);
	assert_int_equal(p.max_attempts, 5);
	assert_int_equal(p.max_attempts_from, SH_ORIGIN_CEILING);
	assert_string_equal(sh_policy_origin_name(p.max_attempts_from), "ceiling");
	sh_plan_effective(find("scale"), &named, &workspace, NULL, &p);
	assert_int_equal(p.max_attempts, 7);
	assert_int_equal(p.max_attempts_from, SH_ORIGIN_WORKSPACE);
	sh_plan_effective(find("pro"), &named, &workspace, &agent, &p);
	assert_int_equal(p.max_attempts, 2);
	assert_int_equal(p.max_attempts_from, SH_ORIGIN_AGENT);
	/* What an agent says is left out where the plan does not let it. */
	sh_plan_effective(find("starter"), &named, &workspace, &agent, &p);
	assert_int_equal(p.max_attempts, 3);
	assert_int_equal(p.max_attempts_from, SH_ORIGIN_CEILING);
	assert_int_equal(p.retry[SH_OUTCOME_BUSY].delays_s[0], 300);
	/* No plans: nothing is bounded. */
	sh_plan_effective(NULL, &named, &workspace, &agent, &p);
	assert_int_equal(p.retry[SH_OUTCOME_BUSY].delays_s[0], 360);
}

/* A plan of one's own: a whole policy, no ceiling. */
static void
test_own(void **state)
{
	struct sh_policy workspace = layer("{\"max_attempts\":100}", SH_ORIGIN_WORKSPACE), p;

	(void)state;
	read_plans("free: {}\nhouse: {policy: {retention: {level: minimal}, quiet_days: [sat, sun]}, agent_overrides: yes}\n");
	sh_plan_effective(find("house"), NULL, &workspace, NULL, &p);
	assert_int_equal(p.max_attempts, 100);
	assert_int_equal(p.retention, SH_RETENTION_MINIMAL);
	assert_int_equal(p.retention_from, SH_ORIGIN_PLAN);
	assert_int_equal(p.quiet.closed_days, 3 << 5);
	assert_true(find("house")->agent_overrides);
	assert_false(find("free")->agent_overrides);
}

static const struct {
	const char *text, *fault;
} refused[] = {
	{ "", "plans.yaml:1:1: there must be a plan \"free\": tenants whose plan is not here have it\n" },
	{ "pro: {}", "plans.yaml:1:1: there must be a plan \"free\": tenants whose plan is not here have it\n" },
	{ "[free]", "plans.yaml:1:1: expected a mapping of plans, found a list\n" },
	{ "free: 3", "plans.yaml:1:7: expected a mapping, found \"3\"\n" },
	{ "free: {}\nfree: {}", "plans.yaml:2:1: duplicate key \"free\"; first at 1:1\n" },
	{ "free: {}\nFree: {}", "plans.yaml:2:1: a plan's name has at most 63 of a-z, 0-9, - and _\n" },
	{ "free: {ceiling: {}}", "plans.yaml:1:8: unknown key \"ceiling\"; did you mean \"ceilings\"?\n" },
	{ "free: {ceilings: {max_atempts: 3}}", "plans.yaml:1:19: unknown key \"max_atempts\"; did you mean \"max_attempts\"?\n" },
	{ "free: {ceilings: {max_attempts: 101}}", "plans.yaml:1:33: expected a whole number from 1 to 100, found \"101\"\n" },
	{ "free:\n  policy: {max_attempts: 4}\n  ceilings: {max_attempts: 3}",
	  "plans.yaml:3:28: the plan's own max_attempts is 4, above this ceiling\n" },
	{ "free: {agent_overrides: maybe}", "plans.yaml:1:25: expected true or false, found \"maybe\"\n" },
	{ "free: {policy: {retry: {bussy: {}}}}", "plans.yaml:1:25: unknown key \"bussy\"; did you mean \"busy\"?\n" },
	{ "free: {policy: {quiet_days: [mon, tue, wed, thu, fri, sat, sun]}}",
	  "plans.yaml: no phone may ever ring: quiet_hours and quiet_days leave no day open\n" },
	{ "free: &a {}\npro: *a", NULL },
	{ "free: [", NULL },
};

static void
test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(refused); i++) {
		sh_faults_clear(&faults);
		sh_faults_init(&faults, "plans.yaml");
		assert_null(sh_plans_read(sh_str(refused[i].text), NULL, &faults));
		assert_true(faults.count > 0);
		if (refused[i].fault)
			assert_string_equal(faults.text.s, refused[i].fault);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_builtin, setup, teardown),
		cmocka_unit_test_setup_teardown(test_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_effective, setup, teardown),
		cmocka_unit_test_setup_teardown(test_own, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
