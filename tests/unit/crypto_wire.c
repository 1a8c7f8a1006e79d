/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Messages between worker and keyholder: what is written is read, and nothing else is. */
#include "gateway/crypto/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct sh_wire_question questions[SH_WIRE_COUNT];
static const struct sh_wire_question *list[SH_WIRE_COUNT];
static struct sh_wire_answer answers[SH_WIRE_COUNT];

/* As long as they can be: OPEN with the longest key, now and then a MAKE; now and then a refusal. */
static int
fill(void **state)
{
	(void)state;
	for (int i = 0; i < SH_WIRE_COUNT; i++) {
		bool make = i % 5 == 4;

		list[i] = &questions[i];
		questions[i] = (struct sh_wire_question){ .op = make ? SH_WIRE_MAKE : SH_WIRE_OPEN, .tenant = { { (uint8_t)i } },
			.n = make ? 0 : SH_KEK_WRAPPED_MAX };
		memset(questions[i].bytes, make ? 0 : i, SH_KEK_WRAPPED_MAX);
		answers[i] = (struct sh_wire_answer){ .status = i % 3 == 2 ? SH_EINVALID : SH_OK };
		if (answers[i].status == SH_OK)
			answers[i].n = make ? SH_KEK_WRAPPED_MAX : SH_WIRE_KEY;
		memset(answers[i].bytes, i, answers[i].n);
	}
	return 0;
}

/* A copy without a byte of room behind it, so that the address sanitizer sees a read too far. */
static uint8_t *
exact(const uint8_t *b, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);

	memcpy(copy, b, n);
	return copy;
}

static bool
ask_reads(const uint8_t *b, size_t n)
{
	struct sh_wire_question got[SH_WIRE_COUNT];
	uint8_t *copy = exact(b, n);
	uint32_t serial;
	size_t count;
	bool ok = sh_wire_ask_read(copy, n, &serial, got, &count);

	free(copy);
	return ok;
}

static bool
tell_reads(const uint8_t *b, size_t n, uint32_t serial, size_t count)
{
	struct sh_wire_answer got[SH_WIRE_COUNT];
	uint8_t *copy = exact(b, n);
	bool ok = sh_wire_tell_read(copy, n, serial, list, count, got);

	free(copy);
	return ok;
}

static void
test_round_trip(void **state)
{
	struct sh_wire_question q[SH_WIRE_COUNT];
	struct sh_wire_answer a[SH_WIRE_COUNT];
	uint8_t b[SH_WIRE_MAX];
	uint32_t serial;
	size_t n, count;

	(void)state;
	for (size_t want = 1; want <= SH_WIRE_COUNT; want++) {
		n = sh_wire_ask(b, 0xfedcba98, list, want);
		assert_true(n <= SH_WIRE_MAX);
		assert_true(sh_wire_ask_read(b, n, &serial, q, &count));
		assert_int_equal(serial, 0xfedcba98);
		assert_int_equal(count, want);
		n = sh_wire_tell(b, serial, answers, want);
		assert_true(n <= SH_WIRE_MAX);
		assert_true(sh_wire_tell_read(b, n, serial, list, want, a));
		for (size_t i = 0; i < want; i++) {
			assert_int_equal(q[i].op, questions[i].op);
			assert_int_equal(q[i].n, questions[i].n);
			assert_memory_equal(&q[i].tenant, &questions[i].tenant, 16);
			assert_memory_equal(q[i].bytes, questions[i].bytes, q[i].n);
			assert_int_equal(a[i].status, answers[i].status);
			assert_int_equal(a[i].n, answers[i].n);
			assert_memory_equal(a[i].bytes, answers[i].bytes, a[i].n);
		}
	}
}

static void
test_wrong_lengths(void **state)
{
	uint8_t b[SH_WIRE_MAX + 1] = { 0 };
	size_t n = sh_wire_ask(b, 1, list, 6);

	(void)state;
	for (size_t i = 0; i <= sizeof(b); i++)
		assert_int_equal(ask_reads(b, i), i == n);
	memset(b, 0, sizeof(b));
	n = sh_wire_tell(b, 1, answers, 6);
	for (size_t i = 0; i <= sizeof(b); i++)
		assert_int_equal(tell_reads(b, i, 1, 6), i == n);
}

/* Whatever a byte becomes: either the message is still one, or it is refused; the sanitizers watch. */
static void
test_any_byte(void **state)
{
	uint8_t b[SH_WIRE_MAX];
	size_t n = sh_wire_ask(b, 1, list, 6), good = 0;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		uint8_t was = b[i];

		for (int c = 0; c < 256; c += i < 32 ? 1 : 51) {
			b[i] = (uint8_t)c;
			good += ask_reads(b, n);
		}
		b[i] = was;
	}
	assert_true(good > 0);
	n = sh_wire_tell(b, 1, answers, 6);
	for (size_t i = 0; i < n; i++) {
		uint8_t was = b[i];

		for (int c = 0; c < 256; c += i < 32 ? 1 : 51) {
			b[i] = (uint8_t)c;
			if (i < 9 && c != was)
				assert_false(tell_reads(b, n, 1, 6));
			else
				tell_reads(b, n, 1, 6);
		}
		b[i] = was;
	}
}

static void
test_refused(void **state)
{
	static const struct { const char *what; struct sh_str bytes; } asks[] = {
		{ "no question", SH_STR("SHQ1\0\0\0\1\0") },
		{ "65 questions", SH_STR("SHQ1\0\0\0\1\x41") },
		{ "an answer", SH_STR("SHA1\0\0\0\1\1\0\0") },
		{ "operation 0", SH_STR("SHQ1\0\0\0\1\1\0tttttttttttttttt\0") },
		{ "operation 3", SH_STR("SHQ1\0\0\0\1\1\3tttttttttttttttt\0") },
		{ "nothing to open", SH_STR("SHQ1\0\0\0\1\1\1tttttttttttttttt\0") },
		{ "something to make of", SH_STR("SHQ1\0\0\0\1\1\2tttttttttttttttt\1x") },
	}, tells[] = {
		{ "no bytes", SH_STR("SHA1\0\0\0\1\1\0\0") },
		{ "bytes with a refusal", SH_STR("SHA1\0\0\0\1\1\1\1x") },
		{ "a status that is none", SH_STR("SHA1\0\0\0\1\1\x09\0") },
		{ "a short key", SH_STR("SHA1\0\0\0\1\1\0\3key") },
		{ "no answer", SH_STR("SHA1\0\0\0\1\0") },
		{ "two answers", SH_STR("SHA1\0\0\0\1\2\1\0\1\0") },
		{ "another serial", SH_STR("SHA1\0\0\0\2\1\1\0") },
		{ "a question", SH_STR("SHQ1\0\0\0\1\1\1\0") },
	};
	uint8_t long_key[9 + 18 + 161] = "SHQ1\0\0\0\1\1\1tttttttttttttttt\xa1";

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(asks); i++)
		if (ask_reads((const uint8_t *)asks[i].bytes.s, asks[i].bytes.n))
			fail_msg("%s", asks[i].what);
	for (size_t i = 0; i < SH_LENGTH(tells); i++)
		if (tell_reads((const uint8_t *)tells[i].bytes.s, tells[i].bytes.n, 1, 1))
			fail_msg("%s", tells[i].what);
	assert_true(tell_reads((const uint8_t *)"SHA1\0\0\0\1\1\1\0", 11, 1, 1));
	assert_false(ask_reads(long_key, sizeof(long_key)));
	assert_false(tell_reads((const uint8_t *)"SHA1\0\0\0\1\0", 9, 1, 0));
}

static void
test_key(void **state)
{
	struct sh_tenant_key key = { .generation = 200, .data = { 1, [31] = 2 }, .index = { 3, [31] = 4 } }, back;
	struct sh_wire_answer a = { .status = SH_OK };

	(void)state;
	sh_wire_key_put(&a, &key);
	assert_int_equal(a.n, SH_WIRE_KEY);
	sh_wire_key_get(&a, &back);
	assert_memory_equal(&back, &key, sizeof(key));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_wrong_lengths),
		cmocka_unit_test(test_any_byte),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_key),
	};

	return cmocka_run_group_tests(tests, fill, NULL);
}
