/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Ids: version, variant and instant stand in them; those of one process sort in the order they were made. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "gateway/base/id.h"
#include "gateway/base/macro.h"

static int64_t
id_ms(const struct sh_id *id)
{
	int64_t ms = 0;

	for (int i = 0; i < 6; i++)
		ms = ms << 8 | id->b[i];
	return ms;
}

static void
id_layout(void **state)
{
	static const int64_t instants[] = { 0, 1714608475945, 1714608475946, 1914608475946, (INT64_C(1) << 48) - 1, 5, 1000000 };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(instants); i++) {
		struct sh_id id = sh_id_new(instants[i]);

		assert_int_equal(id_ms(&id), instants[i]);
		assert_int_equal(id.b[6] >> 4, 7);
		assert_int_equal(id.b[8] >> 6, 2);
	}
}

/* More ids than the counter has room for, while the clock stands still, goes on, and steps back a little. */
static void
id_order(void **state)
{
	static const int steps[] = { 0, 0, 1, 0, -3, 2, -9000, 9001, 0 };
	int64_t now = 1714608475945;
	struct sh_id last = sh_id_new(now);

	(void)state;
	for (size_t s = 0; s < SH_LENGTH(steps); s++) {
		now += steps[s];
		for (int i = 0; i < 5000; i++) {
			struct sh_id id = sh_id_new(now);

			assert_true(memcmp(&last, &id, sizeof(id)) < 0);
			last = id;
		}
	}
	last = sh_id_new(now - 3600000);
	assert_int_equal(id_ms(&last), now - 3600000);
}

static void
id_randomness(void **state)
{
	uint8_t a[64] = { 0 }, b[64] = { 0 };

	(void)state;
	sh_id_random(a, sizeof(a));
	sh_id_random(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	memcpy(b, a, sizeof(a));
	sh_id_random(a, 0);
	assert_memory_equal(a, b, sizeof(a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(id_layout), cmocka_unit_test(id_order),
		cmocka_unit_test(id_randomness) };

	return cmocka_run_group_tests_name("base_id", tests, NULL, NULL);
}
