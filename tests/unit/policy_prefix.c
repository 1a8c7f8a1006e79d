/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Where numbers lie: the rules, the corrections, an operator's overlay; and every prefix against the package's own data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/policy/prefix.h"
#include "zones.h"

static struct sh_prefixes *prefixes;

static int
setup(void **state)
{
	struct sh_faults f;

	zones_setup(state);
	sh_faults_init(&f, "overlay");
	prefixes = sh_prefixes_new(zones, (struct sh_str){ 0 }, &f);
	assert_non_null(prefixes);
	return 0;
}

static int
teardown(void **state)
{
	sh_prefixes_free(prefixes);
	return zones_teardown(state);
}

/* Built without the package there is nothing to look up; policy_prefix_none.c has what holds then. */
static bool
no_table(void)
{
	return !*sh_prefixes_source();
}

/* "America/New_York America/Chicago | US-FL | US", "unknown: …" */
static const char *
told(const struct sh_prefixes *p, const char *number)
{
	static char text[1024];
	struct sh_number_place at;
	size_t n = 0;

	sh_prefix_place(p, sh_str(number), &at);
	n += (size_t)snprintf(text, sizeof(text), "%s", at.unknown ? "unknown: " : "");
	for (uint32_t i = 0; i < at.nzones; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s ", sh_zone_name(at.zones[i]));
	n += (size_t)snprintf(text + n, sizeof(text) - n, "|");
	for (uint32_t i = 0; i < at.nstates; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, " %s", at.states[i]);
	snprintf(text + n, sizeof(text) - n, " | %s", at.country);
	return text;
}

struct row {
	const char *number, *told;
};

static void
check_rows(const struct sh_prefixes *p, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(told(p, rows[i].number), rows[i].told) != 0)
			fail_msg("%s: %s\n\texpected %s", rows[i].number, told(p, rows[i].number), rows[i].told);
}

static void
numbers_lie_where_their_prefix_says(void **state)
{
	static const struct row rows[] = {
		{ "+12125550100", "America/New_York | US-NY | US" },
		{ "+13125550100", "America/Chicago | US-IL | US" },
		{ "+14165550100", "America/Toronto | CA-ON | CA" },
		{ "+18085550100", "Pacific/Honolulu | US-HI | US" },
		{ "+12025550100", "America/New_York | US-DC | US" },
		{ "+19025550100", "America/Halifax | CA-NS CA-PE | CA" },
		{ "+442071838750", "Europe/London | | GB" },	/* Guernsey, Man and Jersey have its clock */
		{ "+4930123456", "Europe/Berlin | | DE" },
		{ "+61291234567", "Australia/Sydney | | AU" },
		{ "+77272581234", "Asia/Almaty | | KZ" },
		{ "+912212345678", "Asia/Kolkata | | IN" },	/* the package says Asia/Calcutta */
		{ "+97714123456", "Asia/Kathmandu | | NP" },
		{ "+2911123456", "Africa/Asmara | | ER" },
		{ "+18765550100", "America/Jamaica | | JM" },
		{ "+17875550100", "America/Puerto_Rico | US-PR | US" },
		{ "+18095550100", "America/Santo_Domingo | | DO" },
		{ "+3531234567", "Europe/Dublin | | IE" },
	};

	(void)state;
	if (no_table())
		return;
	check_rows(prefixes, rows, SH_LENGTH(rows));
}

static void
a_code_in_two_zones_has_both(void **state)
{
	static const struct row rows[] = {
		/* Exchanges that are listed lie where they are … */
		{ "+12082012345", "America/Denver | US-ID | US" },
		{ "+18502081234", "America/Chicago | US-FL | US" },
		/* … and those that are not may lie in any zone of the code. */
		{ "+18505550100", "America/New_York America/Chicago | US-FL | US" },
		{ "+12085550100", "America/Boise America/Los_Angeles | US-ID | US" },
		{ "+19075550100", "America/Anchorage America/Adak | US-AK | US" },
		{ "+12705550100", "America/New_York America/Chicago | US-KY | US" },
	};

	(void)state;
	if (no_table())
		return;
	check_rows(prefixes, rows, SH_LENGTH(rows));
}

static void
corrections_are_laid_over_the_package(void **state)
{
	static const struct row rows[] = {
		{ "+12275550100", "America/New_York | US-MD | US" },
		{ "+17305550100", "America/Chicago | US-IL | US" },
		{ "+19835550100", "America/Denver | US-CO | US" },
		{ "+13505550100", "America/Los_Angeles | US-CA | US" },
		{ "+19425550100", "America/Toronto | CA-ON | CA" },
		{ "+12575550100", "America/Vancouver | CA-BC | CA" },
		{ "+14285550100", "America/Halifax | CA-NB | CA" },
		{ "+18795550100", "America/St_Johns | CA-NL | CA" },
		{ "+14375550100", "America/Toronto | CA-ON | CA" },
		{ "+14805550100", "America/Phoenix | US-AZ | US" },
		{ "+15205550100", "America/Phoenix | US-AZ | US" },
		{ "+16025550100", "America/Phoenix | US-AZ | US" },
		{ "+19285550100", "America/Phoenix | US-AZ | US" },
		{ "+16895550100", "America/New_York | US-FL | US" },
		{ "+14485550100", "America/Chicago America/New_York | US-FL | US" },
		{ "+17185550100", "America/New_York | US-NY | US" },
		{ "+211977123456", "Africa/Juba | | SS" },
		{ "+50522123456", "America/Managua | | NI" },
		{ "+74012123456", "Europe/Kaliningrad | | RU" },
		{ "+529981234567", "America/Cancun | | MX" },
		{ "+56612123456", "America/Punta_Arenas | | CL" },
		{ "+61889123456", "Australia/Darwin | | AU" },
	};

	(void)state;
	if (no_table())
		return;
	check_rows(prefixes, rows, SH_LENGTH(rows));
}

static void
a_country_alone_does_not_say_where(void **state)
{
	static const struct row rows[] = {
		{ "+18005550100", "unknown: America/New_York America/Los_Angeles | | US" },
		{ "+18335550100", "unknown: America/New_York America/Los_Angeles | | US" },
		{ "+18445550100", "unknown: America/New_York America/Los_Angeles | | US" },
		{ "+18555550100", "unknown: America/New_York America/Los_Angeles | | US" },
		{ "+18665550100", "unknown: America/New_York America/Los_Angeles | | US" },
		{ "+18775550100", "unknown: America/New_York America/Los_Angeles | | US" },
		{ "+18885550100", "unknown: America/New_York America/Los_Angeles | | US" },
		{ "+19005550100", "unknown: America/New_York America/Los_Angeles | | US" },
		{ "+15005550100", "unknown: America/New_York America/Los_Angeles | | US" },
		{ "+15225550100", "unknown: America/New_York America/Los_Angeles | | US" },
		{ "+19995550100", "unknown: America/New_York America/Los_Angeles | | US" },
		/* Mobile, of the whole country; the likeliest zone is first. */
		{ "+61412345678", "unknown: Australia/Sydney Australia/Brisbane Australia/Adelaide Australia/Darwin Australia/Perth "
			"Australia/Eucla Australia/Lord_Howe Indian/Christmas Indian/Cocos | | AU" },
		{ "+34612345678", "unknown: Europe/Madrid Atlantic/Canary | | ES" },
		{ "+351912345678", "unknown: Europe/Lisbon Atlantic/Azores | | PT" },
	};

	(void)state;
	if (no_table())
		return;
	check_rows(prefixes, rows, SH_LENGTH(rows));
}

static void
what_is_no_number_has_no_place(void **state)
{
	static const char *const numbers[] = { "", "+", "12125550100", "+1212", "+0212555010", "+1212555010a",
		"sip:+12125550100", "+881612345678", "+99912345678" };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(numbers); i++)
		assert_string_equal(told(prefixes, numbers[i]), "| | ");
}

static void
months_come_first_in_north_america(void **state)
{
	struct sh_number_place at;

	(void)state;
	sh_prefix_place(prefixes, SH_STR("+12125550100"), &at);
	assert_true(at.month_first);
	sh_prefix_place(prefixes, SH_STR("+442071838750"), &at);
	assert_false(at.month_first);
}

/* ---- states ---- */

static void
a_state_has_the_zones_of_its_codes(void **state)
{
	const struct sh_zone *z[SH_PREFIX_ZONES_MAX];
	uint32_t n;

	(void)state;
	if (no_table())
		return;
	assert_true(sh_state_zones(prefixes, SH_STR("US-CA"), z, &n));
	assert_int_equal(n, 1);
	assert_string_equal(sh_zone_name(z[0]), "America/Los_Angeles");
	assert_true(sh_state_zones(prefixes, SH_STR("US-FL"), z, &n));
	assert_int_equal(n, 2);
	assert_true(sh_state_zones(prefixes, SH_STR("US-ID"), z, &n));	/* its code's own row says nothing */
	assert_int_equal(n, 2);
	assert_false(sh_state_zones(prefixes, SH_STR("US-ZZ"), z, &n));
	assert_false(sh_state_zones(prefixes, SH_STR(""), z, &n));
}

static void
states_are_written_as_iso_does(void **state)
{
	(void)state;
	assert_true(sh_state_is(SH_STR("US-FL")));
	assert_true(sh_state_is(SH_STR("GB-ENG")));
	assert_true(sh_state_is(SH_STR("FR-2A")));
	assert_false(sh_state_is(SH_STR("FL")));
	assert_false(sh_state_is(SH_STR("us-fl")));
	assert_false(sh_state_is(SH_STR("US-")));
	assert_false(sh_state_is(SH_STR("US FL")));
	assert_false(sh_state_is(SH_STR("US-FLOR")));
	assert_false(sh_state_is((struct sh_str){ 0 }));
}

/* ---- an operator's overlay ---- */

static struct sh_prefixes *
overlaid(const char *text, struct sh_faults *f)
{
	sh_faults_init(f, "overlay");
	return sh_prefixes_new(zones, sh_str(text), f);
}

static void
an_overlay_lies_over_the_table(void **state)
{
	static const char text[] = "# a new code\n"
				   "1999 America/Chicago\tAmerica/Denver  # both\n"
				   "\n"
				   "1999 state US-AL US-MS\r\n"
				   "1999 country US\n"
				   "1212 America/Denver\n"
				   "12129999 Asia/Tokyo\n"
				   "4930 -\n"
				   "49 Europe/Vienna Asia/Tokyo\n"
				   "88 Asia/Tokyo";
	static const struct row rows[] = {
		{ "+19995550100", "America/Chicago America/Denver | US-AL US-MS | US" },
		{ "+12129999000", "Asia/Tokyo | US-NY | US" },
		{ "+88161234567", "Asia/Tokyo | | " },
	};
	static const struct row with_table[] = {
		{ "+12125550100", "America/Denver | US-NY | US" },
		{ "+13125550100", "America/Chicago | US-IL | US" },
		{ "+4930123456", "unknown: Europe/Vienna Asia/Tokyo | | DE" },
	};
	struct sh_faults f;
	struct sh_prefixes *p = overlaid(text, &f);

	(void)state;
	assert_non_null(p);
	check_rows(p, rows, 1);
	check_rows(p, rows + 2, 1);
	if (*sh_prefixes_source()) {
		check_rows(p, rows + 1, 1);
		check_rows(p, with_table, SH_LENGTH(with_table));
	}
	sh_prefixes_free(p);
}

static void
each_fault_of_an_overlay_is_told(void **state)
{
	static const struct {
		const char *text, *fault;
	} rows[] = {
		{ "1999 America/Chicgo", "overlay:1:6: expected a time zone such as America/Chicago, found \"America/Chicgo\"" },
		{ "# x\n  01 America/Chicago", "overlay:2:3: expected the first digits of numbers, without +, found \"01\"" },
		{ "+1999 America/Chicago", "overlay:1:1: expected the first digits of numbers, without +, found \"+1999\"" },
		{ "199912345 America/Chicago", "overlay:1:1: expected at most 8 digits, found \"199912345\"" },
		{ "1999", "overlay:1:1: expected zones, state, country or - behind the prefix, found \"1999\"" },
		{ "1999 state", "overlay:1:11: expected one to four states such as US-FL, found \"\"" },
		{ "1999 state Florida", "overlay:1:12: expected one to four states such as US-FL, found \"Florida\"" },
		{ "1999 state US-AL US-AK US-AZ US-AR US-CA", "overlay:1:36: expected one to four states such as US-FL, found \"US-CA\"" },
		{ "1999 country usa", "overlay:1:14: expected a country such as US, found \"usa\"" },
		{ "1999 country US CA", "overlay:1:14: expected a country such as US, found \"US\"" },
		{ "1999 - America/Chicago", "overlay:1:8: expected nothing behind -, found \"America/Chicago\"" },
		{ "1999 America/Chicago\n1999 -", "overlay:2:1: expected a prefix that no line before has, found \"1999\"" },
		{ "1999 state US-AL\n1999 country US\n1999 state US-AL",
			"overlay:3:1: expected a prefix that no line before has, found \"1999\"" },
		{ "19\x01 UTC", "overlay:1:1: expected the first digits of numbers, without +, found \"19?\"" },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rows); i++) {
		struct sh_faults f;

		assert_null(overlaid(rows[i].text, &f));
		assert_int_equal(f.count, 1);
		if (!strstr(f.text.s, rows[i].fault))
			fail_msg("%s\n\t%s\n\texpected %s", rows[i].text, f.text.s, rows[i].fault);
		sh_faults_clear(&f);
	}
}

static void
an_overlay_has_so_many_rows_at_most(void **state)
{
	static char text[(SH_PREFIX_OVERLAY_MAX + 1) * 16];
	struct sh_prefixes *p;
	struct sh_faults f;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < SH_PREFIX_OVERLAY_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%d UTC\n", 10000 + i);
	p = overlaid(text, &f);
	assert_non_null(p);
	/* A binary search over all of them for each of eight lengths: less than 100 comparisons. */
	assert_true(sh_prefixes_count(p) < 4096);
	sh_prefixes_free(p);
	snprintf(text + n, sizeof(text) - n, "9999 UTC\n");
	assert_null(overlaid(text, &f));
	assert_non_null(strstr(f.text.s, "expected at most 512 rows"));
	sh_faults_clear(&f);
}

/* ---- every prefix ---- */

/* Each zone of one list has the clock of one of the other. */
static bool
covered(const struct sh_zone *const *a, uint32_t na, const struct sh_zone *const *b, uint32_t nb)
{
	for (uint32_t i = 0; i < na; i++) {
		bool found = false;

		for (uint32_t k = 0; k < nb && !found; k++)
			found = sh_zone_agrees(a[i], b[k], INT64_C(1735689600000), INT64_C(2208988800000));
		if (!found)
			return false;
	}
	return true;
}

static void
the_table_is_the_longest_match(void **state)
{
	const char *python = getenv("PYTHON3"), *top = getenv("top_srcdir");
	char line[4096], command[8192];
	size_t lines = 0;
	FILE *oracle;

	(void)state;
	if (no_table())
		return;
	assert_non_null(python);
	assert_non_null(top);
	snprintf(command, sizeof(command), "'%s' -I -B '%s/tests/unit/policy_prefix_oracle.py' '%s/gateway/policy/prefix.overlay'",
		python, top, top);
	oracle = popen(command, "r");
	assert_non_null(oracle);
	for (; fgets(line, sizeof(line), oracle); lines++) {
		const struct sh_zone *expected[64];
		struct sh_number_place at;
		uint32_t n = 0;
		char *number = strtok(line, " \n"), *unknown = strtok(NULL, " \n"), *word;

		while ((word = strtok(NULL, " \n"))) {
			assert_true(n < SH_LENGTH(expected));
			expected[n] = sh_zones_find(zones, sh_str(word));
			if (!expected[n++])
				fail_msg("no zone %s", word);
		}
		sh_prefix_place(prefixes, sh_str(number), &at);
		if (at.unknown != (*unknown == 'u') || (n == 0) != (at.nzones == 0) || !covered(at.zones, at.nzones, expected, n) ||
		    !covered(expected, n, at.zones, at.nzones))
			fail_msg("%s: %s", number, told(prefixes, number));
	}
	assert_int_equal(pclose(oracle), 0);
	assert_true(lines > 8000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_lie_where_their_prefix_says),
		cmocka_unit_test(a_code_in_two_zones_has_both),
		cmocka_unit_test(corrections_are_laid_over_the_package),
		cmocka_unit_test(a_country_alone_does_not_say_where),
		cmocka_unit_test(what_is_no_number_has_no_place),
		cmocka_unit_test(months_come_first_in_north_america),
		cmocka_unit_test(a_state_has_the_zones_of_its_codes),
		cmocka_unit_test(states_are_written_as_iso_does),
		cmocka_unit_test(an_overlay_lies_over_the_table),
		cmocka_unit_test(each_fault_of_an_overlay_is_told),
		cmocka_unit_test(an_overlay_has_so_many_rows_at_most),
		cmocka_unit_test(the_table_is_the_longest_match),
	};

	return cmocka_run_group_tests_name("policy/prefix", tests, setup, teardown);
}
