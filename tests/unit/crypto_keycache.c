/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* The cache of opened keys, on a clock that the test tells. */
#include "gateway/crypto/keycache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define KEEP_MS 1000

static struct sh_id
tenant(unsigned i)
{
	return (struct sh_id){ { (uint8_t)(i >> 8), (uint8_t)i } };
}

static struct sh_str
wrapped(unsigned i)
{
	static char text[2][32];
	static unsigned turn;
	char *at = text[turn++ & 1];

	return (struct sh_str){ at, (size_t)snprintf(at, 32, "wrapped %u", i) };
}

static void
put(struct sh_keycache *c, int64_t now_ms, unsigned i)
{
	struct sh_tenant_key key = { .generation = 1, .data = { (uint8_t)(i >> 8), (uint8_t)i } };
	struct sh_id t = tenant(i);

	sh_keycache_put(c, now_ms, &t, wrapped(i), &key);
}

static bool
has(struct sh_keycache *c, int64_t now_ms, unsigned i)
{
	struct sh_id t = tenant(i);
	const struct sh_tenant_key *key = sh_keycache_get(c, now_ms, &t, wrapped(i));

	if (key)
		assert_int_equal(key->data[0] << 8 | key->data[1], i);
	return key != NULL;
}

static int
make(void **state)
{
	struct sh_error e;

	*state = sh_keycache_new(KEEP_MS, &e);
	return *state ? 0 : -1;
}

static int
end(void **state)
{
	sh_keycache_free(*state);
	return 0;
}

static void
test_expiry(void **state)
{
	struct sh_keycache *c = *state;

	assert_int_equal(sh_keycache_sweep(c, 0), -1);
	put(c, 100, 1);
	put(c, 300, 2);
	assert_true(has(c, 100, 1));
	assert_int_equal(sh_keycache_sweep(c, 400), 700);
	/* Use does not prolong it. */
	assert_true(has(c, 1099, 1));
	assert_false(has(c, 1100, 1));
	assert_true(has(c, 1100, 2));
	assert_int_equal(sh_keycache_sweep(c, 1100), 200);
	assert_int_equal(sh_keycache_sweep(c, 1300), -1);
	assert_false(has(c, 1000, 2));
	/* Opened again: it begins anew, and expires in its new place. */
	put(c, 2000, 1);
	put(c, 2100, 2);
	put(c, 2500, 1);
	assert_int_equal(sh_keycache_sweep(c, 3000), 100);
	assert_true(has(c, 3499, 1));
	assert_int_equal(sh_keycache_sweep(c, 3100), 400);
	assert_false(has(c, 3100, 2));
}

static void
test_both_must_fit(void **state)
{
	struct sh_keycache *c = *state;
	struct sh_id other = tenant(2), right = tenant(1);

	put(c, 0, 1);
	assert_null(sh_keycache_get(c, 0, &other, wrapped(1)));
	assert_null(sh_keycache_get(c, 0, &right, wrapped(2)));
	assert_null(sh_keycache_get(c, 0, &right, SH_STR("wrapped")));
	assert_non_null(sh_keycache_get(c, 0, &right, wrapped(1)));
}

static void
test_least_recently_used_goes(void **state)
{
	struct sh_keycache *c = *state;

	for (unsigned i = 0; i < SH_KEYCACHE_MAX; i++)
		put(c, 0, i);
	for (unsigned i = 0; i < SH_KEYCACHE_MAX; i++)
		assert_true(has(c, 0, i));
	assert_true(has(c, 0, 0));
	put(c, 0, 5000);
	put(c, 0, 5001);
	assert_true(has(c, 0, 0));
	assert_false(has(c, 0, 1));
	assert_false(has(c, 0, 2));
	assert_true(has(c, 0, 3));
	assert_true(has(c, 0, 5000));
	assert_true(has(c, 0, 5001));
	assert_int_equal(sh_keycache_sweep(c, KEEP_MS), -1);
	for (unsigned i = 0; i < 3 * SH_KEYCACHE_MAX; i++)
		put(c, i, i);
	assert_false(has(c, 0, 2 * SH_KEYCACHE_MAX - 1));
	assert_true(has(c, 0, 2 * SH_KEYCACHE_MAX));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_expiry, make, end),
		cmocka_unit_test_setup_teardown(test_both_must_fit, make, end),
		cmocka_unit_test_setup_teardown(test_least_recently_used_goes, make, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
