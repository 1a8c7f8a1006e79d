/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Packs of law: what the reader refuses and where, which rules hold for whom, and the packs that are shipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/policy/decide_hours.h"
#include "zones.h"

/* ---- the reader ---- */

#define HEAD "name: p\nversion: 2026.11.1\ntitle: T\nrules:\n"
#define RULE "  - {id: a, where: US-FL, hours: \"08:00-20:00\", source: S, checked: 2026-11-21, verified: no"

static void
test_read(void **state)
{
	static const char text[] = "name: p\nversion: 2026.11.1\ntitle: A pack\nrules:\n"
		"  - id: us-xx-1\n    where: US-FL\n    hours: {mon: \"08:00-20:00\", tue: [\"08:00-12:00\", \"13:00-20:00\"], wed: closed,"
		" thu: \"09:00-10:00\", fri: \"09:00-10:00\", sat: \"09:00-10:00\"}\n    closed: [sun]\n    dates: [2026-12-31]\n"
		"    holidays: [us_federal, us_ut]\n    caps: [{calls: 3, within: 24h}, {calls: 1, within: 10m}]\n"
		"    effective_from: 2026-01-01\n    effective_until: 2027-01-01\n    applies: automated\n    requested: exempt\n"
		"    source: A statute\n    checked: 2026-11-21\n    verified: yes\n    notes: none\n"
		"  - {id: us-2, where: US, caps: [{calls: 7, within: 7d}], source: S, checked: 2026-11-21, verified: no}\n";
	struct sh_packs *packs = sh_packs_new();
	const struct sh_pack_rule *r;
	struct sh_faults f;

	(void)state;
	sh_faults_init(&f, "p.yaml");
	if (!sh_packs_add(packs, "p", sh_str(text), &f))
		fail_msg("%s", f.text.s);
	assert_string_equal(sh_packs_version(packs, "p"), "2026.11.1");
	assert_string_equal(sh_packs_title(packs, "p"), "A pack");
	assert_null(sh_packs_version(packs, "q"));
	assert_string_equal(sh_packs_at(packs, 0), "p");
	assert_null(sh_packs_at(packs, 1));
	r = sh_packs_find(packs, "us-xx-1");
	assert_ptr_equal(r, sh_packs_rule_at(packs, 0));
	assert_string_equal(r->where, "US-FL");
	assert_string_equal(r->pack, "p");
	assert_string_equal(r->version, "2026.11.1");
	assert_string_equal(r->source, "A statute");
	assert_string_equal(r->notes, "none");
	assert_int_equal(r->checked_day, sh_time_days(2026, 11, 21));
	assert_true(r->verified && r->exempts_requested && r->has_hours);
	assert_string_equal(sh_pack_applies_name(r->applies), "automated");
	assert_int_equal(r->quiet.days[0].windows[0].close_min, 1200);
	assert_int_equal(r->quiet.days[1].nwindows, 2);
	assert_int_equal(r->quiet.days[2].nwindows, 0);
	assert_int_equal(r->quiet.closed_days, 1 << 6);
	assert_int_equal(r->quiet.ndates, 1);
	assert_int_equal(r->quiet.holidays, 1u << SH_HOLIDAY_SET_US_FEDERAL | 1u << SH_HOLIDAY_SET_US_UT);
	assert_int_equal(r->quiet.from_day, sh_time_days(2026, 1, 1));
	assert_int_equal(r->quiet.until_day, sh_time_days(2027, 1, 1));
	assert_int_equal(r->quiet.ring_margin_ms, SH_QUIET_RING_MARGIN_MS);
	assert_int_equal(r->ncaps, 2);
	assert_int_equal(r->caps[0].calls, 3);
	assert_int_equal(r->caps[1].within_s, 600);
	/* What is not said is the stricter: a request does not lift it */
	r = sh_packs_rule_at(packs, 1);
	assert_false(r->has_hours || r->verified || r->exempts_requested);
	assert_int_equal(r->applies, SH_APPLIES_ALL);
	assert_string_equal(r->notes, "");
	assert_null(sh_packs_rule_at(packs, 2));
	sh_faults_clear(&f);
	sh_packs_free(packs);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *text, *fault;
	} cases[] = {
		{ "", "p.yaml: an empty pack" },
		{ "[]", "p.yaml:1:1: no name" },
		{ HEAD "  - {id: a}\n", "p.yaml:5:5: no where" },
		{ HEAD RULE "}\ncolour: red\n", "p.yaml:6:1: unknown key \"colour\"" },
		{ "name: p\n" HEAD RULE "}\n", "p.yaml:2:1: " },
		{ HEAD RULE ", hour: 3}\n", "unknown key \"hour\"; did you mean \"hours\"?" },
		{ "name: q\nversion: 2026.11.1\ntitle: T\nrules:\n" RULE "}\n", "p.yaml:1:7: the pack's name is that of its file, \"p\"" },
		{ "name: p\nversion: v1\ntitle: T\nrules:\n" RULE "}\n",
			"p.yaml:2:10: expected a version such as 2026.11.1, found \"v1\"" },
		{ "name: p\nversion: 2026..1\ntitle: T\nrules:\n" RULE "}\n", "expected a version" },
		{ "name: p\nversion: 1.2.3\ntitle: T\nrules: []\n", "p.yaml:4:8: expected a list of rules" },
		{ HEAD RULE "}\n" RULE "}\n", "p.yaml:6:10: there is another rule \"a\"" },
		{ HEAD "  - {id: A, where: US, caps: [{calls: 1, within: 1h}], source: S, checked: 2026-11-21, verified: no}\n",
			"p.yaml:5:10: expected an id of a-z" },
		{ HEAD "  - {id: a, where: Florida, caps: [{calls: 1, within: 1h}], source: S, checked: 2026-11-21, verified: no}\n",
			"expected a country or a state such as US, CA or US-FL, found \"Florida\"" },
		{ HEAD "  - {id: a, where: us-fl, caps: [{calls: 1, within: 1h}], source: S, checked: 2026-11-21, verified: no}\n",
			"expected a country or a state" },
		{ HEAD "  - {id: a, where: US, source: S, checked: 2026-11-21, verified: no}\n", "p.yaml:5:5: a rule says something" },
		{ HEAD "  - {id: a, where: US, hours: \"07:00-20:00\", source: S, checked: 2026-11-21, verified: no}\n",
			"p.yaml:5:31: wider than the federal hours" },
		{ HEAD "  - {id: a, where: US-TX, hours: open, source: S, checked: 2026-11-21, verified: yes}\n",
			"wider than the federal hours" },
		{ HEAD "  - {id: a, where: US, hours: \"9-20\", source: S, checked: 2026-11-21, verified: no}\n", "expected hours such as" },
		{ HEAD "  - {id: a, where: US, hours: {mon: \"09:00-20:00\"}, closed: [tue, wed, thu, fri, sat], source: S,"
		       " checked: 2026-11-21, verified: no}\n", "sun has no hours: give it some, or close it" },
		{ HEAD "  - {id: a, where: US, hours: {mon: \"09:00-20:00\"}, closed: [mon, tue, wed, thu, fri, sat, sun], source: S,"
		       " checked: 2026-11-21, verified: no}\n", "mon has hours and is closed" },
		{ HEAD RULE ", holidays: [us_federa]}\n", "expected us_federal, us_ri" },
		{ HEAD RULE ", dates: [2026-02-30]}\n", "expected a date such as 2026-12-25" },
		{ HEAD RULE ", caps: 3}\n", "expected a list of caps" },
		{ HEAD RULE ", caps: [3]}\n", "expected a cap such as" },
		{ HEAD RULE ", caps: [{calls: 3}]}\n", "calls and within go together" },
		{ HEAD RULE ", caps: [{calls: 0, within: 1h}]}\n", "0" },
		{ HEAD RULE ", caps: [{calls: 1, within: 31d}]}\n", "expected a span from 1m to 30d" },
		{ HEAD RULE ", caps: [{calls: 1, within: 1h}, {calls: 1, within: 2h}, {calls: 1, within: 3h}]}\n", "more than 2 caps" },
		{ HEAD RULE ", effective_from: 2026-01-01, effective_until: 2026-01-01}\n", "ends before it begins" },
		{ HEAD RULE ", applies: some}\n", "expected all, solicitation or automated, found \"some\"" },
		{ HEAD RULE ", requested: no}\n", "expected applies or exempt" },
		{ HEAD "  - {id: a, where: US, hours: \"08:00-20:00\", checked: 2026-11-21, verified: no}\n", "p.yaml:5:5: no source" },
		{ HEAD "  - {id: a, where: US, hours: \"08:00-20:00\", source: S, verified: no}\n", "p.yaml:5:5: no checked" },
		{ HEAD "  - {id: a, where: US, hours: \"08:00-20:00\", source: S, checked: 2026-11-21}\n", "p.yaml:5:5: no verified" },
		{ HEAD "  - text\n", "p.yaml:5:5: expected a rule" },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_packs *packs = sh_packs_new();
		struct sh_faults f;

		sh_faults_init(&f, "p.yaml");
		assert_false(sh_packs_add(packs, "p", sh_str(cases[i].text), &f));
		if (f.count == 0 || !strstr(f.text.s, cases[i].fault))
			fail_msg("wanted %s, got %s", cases[i].fault, f.count ? f.text.s : "nothing");
		assert_null(sh_packs_at(packs, 0));
		assert_null(sh_packs_rule_at(packs, 0));
		sh_faults_clear(&f);
		sh_packs_free(packs);
	}
}

/* Across packs: names, ids, and how many rules a place may have. */
static void
test_together(void **state)
{
	struct sh_packs *packs = sh_packs_new();
	char text[4096] = "name: q\nversion: 1.0.0\ntitle: T\nrules:\n";
	struct sh_faults f;

	(void)state;
	sh_faults_init(&f, "q.yaml");
	assert_true(sh_packs_add(packs, "p", SH_STR(HEAD RULE "}\n"), &f));
	assert_false(sh_packs_add(packs, "p", SH_STR(HEAD RULE "}\n"), &f));
	assert_non_null(strstr(f.text.s, "there is another pack \"p\""));
	assert_false(sh_packs_add(packs, "q", SH_STR("name: q\nversion: 1.0.0\ntitle: T\nrules:\n" RULE "}\n"), &f));
	assert_non_null(strstr(f.text.s, "q.yaml:5:10: there is another rule \"a\", in the pack p"));
	for (int i = 0; i < SH_PACK_PLACE_RULES_MAX; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			"  - {id: b%d, where: US-FL, closed: [sun], source: S, checked: 2026-11-21, verified: no}\n", i);
	assert_false(sh_packs_add(packs, "q", sh_str(text), &f));
	assert_non_null(strstr(f.text.s, "more than 6 rules of US-FL, in all packs together"));
	assert_null(sh_packs_find(packs, "b0"));
	sh_faults_clear(&f);
	sh_packs_free(packs);
}

/* ---- the shipped packs ---- */

static char *
slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 18);

	if (!f || !text || fread(text, 1, (1 << 18) - 1, f) == 0)
		fail_msg("cannot read %s", path);
	fclose(f);
	return text;
}

static struct sh_packs *
shipped(void)
{
	const char *top = getenv("top_srcdir");
	struct sh_packs *packs = sh_packs_new();
	char folder[4096], path[8192], name[256];
	struct dirent *d;
	struct sh_faults f;
	DIR *dir;

	sh_faults_init(&f, "shipped");
	snprintf(folder, sizeof(folder), "%s/policies/jurisdictions", top ? top : ".");
	dir = opendir(folder);
	assert_non_null(dir);
	while ((d = readdir(dir))) {
		size_t n = strlen(d->d_name);
		char *text;

		if (n < 5 || strcmp(d->d_name + n - 5, ".yaml") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, d->d_name);
		snprintf(name, sizeof(name), "%.*s", (int)(n - 5), d->d_name);
		text = slurp(path);
		if (!sh_packs_add(packs, name, sh_str(text), &f))
			fail_msg("%s", f.text.s);
		free(text);
	}
	closedir(dir);
	sh_faults_clear(&f);
	return packs;
}

/* A callee: its zones, the number's country, its states. */
static struct sh_callee
callee(const char *zone_names, const char *country, const char *states)
{
	struct sh_callee c = { 0 };
	char list[256], *save, *word;

	snprintf(list, sizeof(list), "%s", zone_names);
	for (word = strtok_r(list, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		c.zones[c.n] = sh_zones_find(zones, sh_str(word));
		assert_non_null(c.zones[c.n++]);
	}
	snprintf(c.country, sizeof(c.country), "%s", country);
	snprintf(list, sizeof(list), "%s", states);
	for (word = strtok_r(list, " ", &save); word; word = strtok_r(NULL, " ", &save))
		snprintf(c.states[c.nstates++], sizeof(c.states[0]), "%s", word);
	return c;
}

static void
test_hold(void **state)
{
	static const sh_policy_word all[] = { "us-federal", "us-states", "ca" }, federal[] = { "us-federal", "gone" };
	static const struct {
		const char *country, *states;
		bool all;
		const char *ids;
	} cases[] = {
		{ "US", "US-FL", true, "us-47-cfr-64.1200 us-16-cfr-310.4 us-fl-501.616" },
		{ "US", "US-FL", false, "us-47-cfr-64.1200 us-16-cfr-310.4" },
		/* by area code and by contact: both */
		{ "US", "US-FL US-OK", true, "us-47-cfr-64.1200 us-16-cfr-310.4 us-fl-501.616 us-ok-775c.4 us-ok-755.1" },
		/* nothing known but +1 */
		{ "US", "", true, "us-47-cfr-64.1200 us-16-cfr-310.4" },
		/* a number from abroad, a contact who lives in Florida */
		{ "GB", "US-FL", true, "us-47-cfr-64.1200 us-16-cfr-310.4 us-fl-501.616" },
		{ "CA", "CA-ON", true, "ca-utr-3-23 ca-utr-4-adad" },
		{ "CA", "CA-ON US-WA", true, "us-47-cfr-64.1200 us-16-cfr-310.4 us-wa-19.158.040 ca-utr-3-23 ca-utr-4-adad" },
		{ "GB", "", true, "" },
		{ "", "", true, "" },
	};
	struct sh_packs *packs = shipped();

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_callee c = callee("America/New_York", cases[i].country, cases[i].states);
		const struct sh_pack_rule *rules[SH_PACK_RULES_MAX];
		size_t n = sh_packs_rules(packs, cases[i].all ? all : federal, cases[i].all ? 3 : 2, &c, rules), found = 0, wanted = 0;
		char list[256], *save;

		snprintf(list, sizeof(list), "%s", cases[i].ids);
		for (char *id = strtok_r(list, " ", &save); id; id = strtok_r(NULL, " ", &save), wanted++)
			for (size_t r = 0; r < n; r++)
				found += strcmp(rules[r]->id, id) == 0;
		if (found != wanted || n != wanted)
			fail_msg("%s %s: wanted %s, got %zu rules", cases[i].country, cases[i].states, cases[i].ids, n);
	}
	sh_packs_free(packs);
}

/* When a callee's phone may first ring under every pack there is. */
static void
test_next(void **state)
{
	static const sh_policy_word all[] = { "us-federal", "us-states", "us-debt", "ca" };
	static const struct {
		const char *where, *country, *states;
		bool requested;
		const char *from, *want;
	} cases[] = {
		{ "America/New_York", "US", "US-FL", false, "2026-07-06T20:00:00-04:00", "2026-07-07T08:00:00-04:00" },
		{ "America/New_York", "US", "US-NY", false, "2026-07-06T20:00:00-04:00", "2026-07-06T20:00:00-04:00" },
		{ "America/New_York", "US", "US-NY", false, "2026-07-06T21:00:00-04:00", "2026-07-07T08:00:00-04:00" },
		/* asked for: solicitation's hours are lifted, those of announcing devices are not */
		{ "America/New_York", "US", "US-FL", true, "2026-07-06T23:00:00-04:00", "2026-07-06T23:00:00-04:00" },
		{ "America/Chicago", "US", "US-OK", true, "2026-07-06T23:00:00-05:00", "2026-07-07T09:00:00-05:00" },
		{ "America/Chicago", "US", "US-OK", false, "2026-07-06T20:30:00-05:00", "2026-07-07T09:00:00-05:00" },
		/* Florida's two clocks: eight in both */
		{ "America/New_York America/Chicago", "US", "US-FL", false, "2026-07-06T06:00:00-04:00", "2026-07-06T09:00:00-04:00" },
		{ "America/New_York America/Chicago", "US", "US-FL", false, "2026-07-06T19:59:30-04:00", "2026-07-07T09:00:00-04:00" },
		/* a place unknown: eleven to nine in the east */
		{ "America/New_York America/Los_Angeles", "US", "", false, "2026-07-06T08:00:00-04:00", "2026-07-06T11:00:00-04:00" },
		/* Rhode Island over Victory Day's week-end */
		{ "America/New_York", "US", "US-RI", false, "2026-08-08T16:59:30-04:00", "2026-08-11T09:00:00-04:00" },
		{ "America/Denver", "US", "US-UT", false, "2026-07-23T21:00:00-06:00", "2026-07-25T08:00:00-06:00" },
		{ "America/Chicago", "US", "US-SD", false, "2026-07-10T21:00:00-05:00", "2026-07-13T09:00:00-05:00" },
		{ "America/Chicago", "US", "US-TX", false, "2026-07-11T21:00:00-05:00", "2026-07-12T12:00:00-05:00" },
		{ "America/Kentucky/Louisville", "US", "US-KY", false, "2026-07-11T08:00:00-04:00", "2026-07-11T10:00:00-04:00" },
		{ "America/Toronto", "CA", "CA-ON", false, "2026-07-11T17:00:00-04:00", "2026-07-12T12:00:00-04:00" },
		{ "America/Toronto", "CA", "CA-ON", true, "2026-07-11T23:00:00-04:00", "2026-07-11T23:00:00-04:00" },
	};
	struct sh_packs *packs = shipped();

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_callee c = callee(cases[i].where, cases[i].country, cases[i].states);
		struct sh_whereabouts place = { .workspace = c.zones[0], .packs = packs, .callee = &c };
		struct sh_policy open = { .quiet.days = { [0 ... 6] = { 1, { { 0, 1440 } } } }, .npacks = SH_LENGTH(all) };
		struct sh_decide_hours h;
		int64_t got = at(cases[i].from);

		memcpy(open.packs, all, sizeof(all));
		sh_decide_hours(&open, &place, cases[i].requested, got, &h);
		if (h.n > 0)
			assert_true(sh_quiet_next(h.hours, h.n, got, &got, NULL));
		if (got != at(cases[i].want))
			fail_msg("%s from %s: got %lld, wanted %s", cases[i].states, cases[i].from, (long long)got, cases[i].want);
	}
	sh_packs_free(packs);
}

/* A state's law by the state's clock as well, where the callee's is another. */
static void
test_elsewhere(void **state)
{
	static const struct {
		const char *number, *zone, *states, *from, *want;
	} cases[] = {
		{ "+13055550100", "America/Los_Angeles", "", "2026-07-06T16:58:00-07:00", "2026-07-06T16:58:00-07:00" },
		{ "+13055550100", "America/Los_Angeles", "", "2026-07-06T17:00:00-07:00", "2026-07-07T08:00:00-07:00" },
		/* The state has that clock itself; and another whose clock is the same at that time */
		{ "+13055550100", "America/Chicago", "", "2026-07-06T19:58:00-05:00", "2026-07-06T19:58:00-05:00" },
		{ "+13055550100", "America/Toronto", "", "2026-07-06T19:58:00-04:00", "2026-07-06T19:58:00-04:00" },
		/* A number from abroad, a contact who lives in Florida: awake in both */
		{ "+442079460000", "", "US-FL", "2026-07-06T08:00:00+01:00", "2026-07-06T14:00:00+01:00" },
		{ "+442079460000", "", "", "2026-07-06T08:00:00+01:00", "2026-07-06T08:00:00+01:00" },
	};
	struct sh_packs *packs = shipped();
	struct sh_prefixes *prefixes;
	struct sh_faults f;

	(void)state;
	sh_faults_init(&f, "numbers");
	prefixes = sh_prefixes_new(zones, (struct sh_str){ 0 }, &f);
	assert_non_null(prefixes);
	for (size_t i = 0; i < SH_LENGTH(cases) && *sh_prefixes_source(); i++) {
		struct sh_evidence e = { .number = sh_str(cases[i].number), .states = sh_str(cases[i].states),
			.contact = *cases[i].zone ? sh_zones_find(zones, sh_str(cases[i].zone)) : NULL,
			.workspace = sh_zones_find(zones, SH_STR("Etc/UTC")) };
		struct sh_policy p = { .quiet.days = { [0 ... 6] = { 1, { { 0, 1440 } } } }, .npacks = 2,
			.packs = { "us-federal", "us-states" } };
		struct sh_callee c;
		struct sh_whereabouts place = { .workspace = e.workspace, .packs = packs, .prefixes = prefixes, .callee = &c };
		struct sh_decide_hours h;
		int64_t got = at(cases[i].from);

		sh_callee_find(prefixes, &e, &c);
		sh_decide_hours(&p, &place, false, got, &h);
		assert_true(sh_quiet_next(h.hours, h.n, got, &got, NULL));
		if (got != at(cases[i].want))
			fail_msg("%s in %s from %s: got %lld", cases[i].number, cases[i].zone, cases[i].from, (long long)got);
	}
	sh_prefixes_free(prefixes);
	sh_packs_free(packs);
}

/* In force by the callee's date: Maryland's law of 2024 begins there at midnight, not before. */
static void
test_in_force(void **state)
{
	struct sh_packs *packs = shipped();
	const struct sh_pack_rule *rule = sh_packs_find(packs, "us-md-14-4502");
	struct sh_callee c = callee("America/New_York", "US", "US-MD");

	(void)state;
	assert_non_null(rule);
	assert_false(sh_pack_in_force(rule, &c, at("2023-12-31T23:59:59-05:00")));
	assert_true(sh_pack_in_force(rule, &c, at("2024-01-01T00:00:00-05:00")));
	assert_int_equal(rule->ncaps, 1);
	assert_int_equal(rule->caps[0].calls, 3);
	assert_int_equal(rule->caps[0].within_s, 86400);
	/* where one of two clocks has the day, it holds */
	c = callee("America/Los_Angeles America/New_York", "US", "US-MD");
	assert_true(sh_pack_in_force(rule, &c, at("2024-01-01T00:00:00-05:00")));
	sh_packs_free(packs);
}

/* The strict profile of docs/jurisdictions.md, Monday to Friday from ten to six, lies inside every row; the federal one is the widest. */
static void
test_inside(void **state)
{
	struct sh_packs *packs = shipped();
	const struct sh_pack_rule *rule;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; (rule = sh_packs_rule_at(packs, i)); i++, n++)
		for (int d = 0; rule->has_hours && d < 5; d++) {
			const struct sh_quiet_day *day = &rule->quiet.days[d];

			if (rule->quiet.closed_days & 1u << d || day->nwindows != 1 || day->windows[0].open_min > 600 ||
			    day->windows[0].close_min < 1080)
				fail_msg("%s is narrower than the strict profile", rule->id);
		}
	assert_in_range(n, 25, 100);
	sh_packs_free(packs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_in_force),
		cmocka_unit_test(test_inside),
	};

	return cmocka_run_group_tests(tests, zones_setup, zones_teardown);
}
