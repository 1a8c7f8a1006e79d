/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* A gateway that was built without the package's data: +1 is strict, the rest is unknown, an overlay still counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "gateway/policy/prefix.h"
#include "zones.h"

static void
nothing_is_known_but_the_rule_of_north_america(void **state)
{
	struct sh_number_place at;
	struct sh_prefixes *p;
	struct sh_faults f;

	(void)state;
	sh_faults_init(&f, "overlay");
	p = sh_prefixes_new(zones, (struct sh_str){ 0 }, &f);
	assert_non_null(p);
	assert_string_equal(sh_prefixes_source(), "");
	assert_int_equal(sh_prefixes_count(p), 0);
	sh_prefix_place(p, SH_STR("+12125550100"), &at);
	assert_true(at.unknown);
	assert_int_equal(at.nzones, 2);
	assert_string_equal(sh_zone_name(at.zones[0]), "America/New_York");
	assert_string_equal(sh_zone_name(at.zones[1]), "America/Los_Angeles");
	assert_string_equal(at.country, "US");
	sh_prefix_place(p, SH_STR("+4930123456"), &at);
	assert_int_equal(at.nzones, 0);
	assert_string_equal(at.country, "");
	sh_prefixes_free(p);
}

static void
an_overlay_counts(void **state)
{
	struct sh_number_place at;
	struct sh_prefixes *p;
	struct sh_faults f;

	(void)state;
	sh_faults_init(&f, "overlay");
	p = sh_prefixes_new(zones, SH_STR("49 Europe/Berlin\n49 country DE\n"), &f);
	assert_non_null(p);
	sh_prefix_place(p, SH_STR("+4930123456"), &at);
	assert_false(at.unknown);
	assert_int_equal(at.nzones, 1);
	assert_string_equal(sh_zone_name(at.zones[0]), "Europe/Berlin");
	assert_string_equal(at.country, "DE");
	sh_prefixes_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_known_but_the_rule_of_north_america),
		cmocka_unit_test(an_overlay_counts),
	};

	return cmocka_run_group_tests_name("policy/prefix_none", tests, zones_setup, zones_teardown);
}
