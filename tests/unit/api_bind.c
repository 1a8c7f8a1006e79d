/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Every statement that a route names is one whose words are known; and what query parameters become. */
#include "gateway/api/gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "gateway/base/text.h"

#define ID "01890000-0000-7000-8000-000000000001"

static const struct sh_core_options options = { .slug_grace_s = 86400 };
static struct sh_core core = { .options = &options };

static struct sh_api_request *
request(struct sh_arena *a, enum sh_api_route_id route, const struct sh_pair *query, size_t n)
{
	struct sh_api_request *r = sh_arena_make(a, struct sh_api_request);

	r->rq = sh_arena_make(a, struct sh_http_request);
	r->rq->arena = a;
	r->core = &core;
	r->route = &sh_api_routes[route];
	r->now_ms = 1800000000000;
	r->match.nparams = 2;
	r->match.param[0] = r->match.param[1] = SH_STR(ID);
	r->query = query;
	r->nquery = n;
	r->page_limit = 50;
	return r;
}

static void
every_route_binds(void **state)
{
	(void)state;
	for (int i = 0; i < SH_ROUTE_COUNT; i++) {
		struct sh_arena *a = sh_arena_new(1 << 20);
		struct sh_api_request *r = request(a, (enum sh_api_route_id)i, NULL, 0);
		struct sh_param p[SH_BIND_MOST];
		const char *word = NULL;

		if (!r->route->call && sh_bind(r, &sh_sql_statements[r->route->sql], p, &word) != SH_BIND_OK)
			fail_msg("route %s, statement %s: parameter %s", r->route->id, sh_sql_statements[r->route->sql].name, word);
		sh_arena_free(a);
	}
}

/* Questions whose words do not fit a URL: they keep nothing. */
static bool
is_question(const char *id)
{
	static const char *const questions[] = { "policy_validate", "policy_diff", "policy_simulate", "suppression_find" };

	for (size_t i = 0; i < SH_LENGTH(questions); i++)
		if (strcmp(id, questions[i]) == 0)
			return true;
	return false;
}

/* Whatever changes something needs a scope that lets it; what needs nothing is one of three. */
static void
nothing_is_open_by_mistake(void **state)
{
	(void)state;
	for (int i = 0; i < SH_ROUTE_COUNT; i++) {
		const struct sh_api_route *t = &sh_api_routes[i];
		const char *scope = t->needs >= 0 ? sh_scope_name_of((enum sh_scope)t->needs) : "";

		if (t->needs == SH_NEEDS_NOTHING)
			assert_true(t->row.verb == SH_GET && strncmp(t->row.path, "/v1/", 4) != 0);
		if (t->row.verb != SH_GET && !is_question(t->id))
			assert_true(strstr(scope, ":write") || strstr(scope, ":admin") || strcmp(scope, "outbound:call") == 0);
	}
}

static void
query_parameters_have_types(void **state)
{
	static const struct {
		const char *name, *value, *fault;
	} cases[] = {
		{ "workspace", ID, NULL }, { "enabled", "true", NULL }, { "enabled", "false", NULL }, { "limit", "5", NULL }, { "cursor", "x", NULL },
		{ "workspace", "x", "?workspace" }, { "workspace", "", "?workspace" }, { "enabled", "1", "?enabled" }, { "state", "a", "?state" },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_arena *a = sh_arena_new(1 << 20);
		struct sh_pair q = { sh_str(cases[i].name), sh_str(cases[i].value) };
		struct sh_problem_field fault = { SH_NONE, SH_NONE };
		bool good = sh_bind_query(request(a, SH_ROUTE_agent_list, &q, 1), &fault);

		assert_int_equal(good, cases[i].fault == NULL);
		if (!good)
			assert_string_equal(sh_arena_z(a, fault.pointer), cases[i].fault);
		sh_arena_free(a);
	}
}

static void
values_are_what_the_words_say(void **state)
{
	struct sh_arena *a = sh_arena_new(1 << 20);
	struct sh_pair q = { SH_STR("enabled"), SH_STR("true") };
	struct sh_api_request *r = request(a, SH_ROUTE_agent_list, &q, 1);
	const struct sh_sql_statement *s = &sh_sql_statements[SH_SQL_agent_list];
	struct sh_param p[SH_BIND_MOST];
	const char *word;

	(void)state;
	r->bucket = 63;
	assert_int_equal(sh_bind(r, s, p, &word), SH_BIND_OK);
	for (int i = 0; i < s->nparams; i++) {
		const char *w = s->params[i].word;

		if (strcmp(w, "bucket") == 0)
			assert_int_equal(p[i].i, 63);
		else if (strcmp(w, "page_limit") == 0)
			assert_int_equal(p[i].i, 50);
		else if (strcmp(w, "q_enabled") == 0)
			assert_true(!p[i].null && p[i].i);
		else if (strcmp(w, "tenant") != 0)
			assert_true(p[i].null);
	}
	r->match.param[0] = SH_STR("not an id");
	assert_int_equal(sh_bind(r, &sh_sql_statements[SH_SQL_agent_get], p, &word), SH_BIND_NOT_FOUND);
	sh_arena_free(a);
}

static void
scopes_are_bits(void **state)
{
	struct sh_str some[] = { SH_STR("calls:read"), SH_STR("of the future"), SH_STR("pii:read") }, all[] = { SH_STR("admin") };

	(void)state;
	assert_int_equal(sh_scope_bits(some, 3), UINT64_C(1) << SH_SCOPE_BIT_CALLS_READ | UINT64_C(1) << SH_SCOPE_BIT_PII_READ);
	assert_int_equal(sh_scope_bits(all, 1), (UINT64_C(1) << SH_SCOPE_BITS) - 1);
	assert_int_equal(sh_scope_bits(NULL, 0), 0);
	assert_int_equal(sh_scope_parse(SH_STR("calls:")), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_route_binds), cmocka_unit_test(nothing_is_open_by_mistake),
		cmocka_unit_test(query_parameters_have_types), cmocka_unit_test(values_are_what_the_words_say), cmocka_unit_test(scopes_are_bits) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
