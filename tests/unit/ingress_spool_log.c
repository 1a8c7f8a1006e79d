/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * tests/unit/ingress_spool_log.c: a file of the spool as bytes: written, cut at every byte, changed at every bit, mixed up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/ingress/spool_log.h"

#define RECORDS 4

static const struct sh_id file = { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 } };
static size_t ends[RECORDS + 1]; /* of the head, and of each record */

static struct sh_inbox_row
row(uint8_t n)
{
	static const char body[] = "sealed, so any bytes may stand here: \0\1\2\377";
	struct sh_inbox_row r = { .bucket = n % 64,
		.received_ms = 1800000000000 + n,
		.final = n % 2,
		.provider = SH_STR("retell"),
		.kind = SH_STR("call_ended"),
		.body = { body, sizeof(body) - n % 7 } };

	memset(r.tenant.b, n + 1, 16);
	memset(r.event.b, n + 2, 16);
	memset(r.workspace.b, n + 3, 16);
	memset(r.dedup, n + 4, 16);
	if (n % 2) {
		memset(r.agent.b, n + 5, 16);
		memset(r.call_index, n + 6, 16);
		memset(r.dial.b, n + 7, 16);
	}
	return r;
}

static void
add(struct sh_buf *b, const struct sh_inbox_row *rows, size_t n)
{
	struct sh_buf content;

	sh_buf_init(&content, SH_SPOOL_CONTENT_MAX);
	sh_spool_log_content(rows, n, &content);
	sh_spool_log_record(&file, b->n, sh_buf_str(&content), b);
	sh_buf_clear(&content);
}

/* A head and RECORDS records of 1, 2, 3 … rows. */
static struct sh_buf
whole(void)
{
	struct sh_inbox_row rows[RECORDS];
	struct sh_buf b;

	sh_buf_init(&b, 1 << 20);
	sh_spool_log_head(&file, &b);
	ends[0] = b.n;
	assert_int_equal(b.n, SH_SPOOL_HEAD);
	for (size_t i = 0; i < RECORDS; i++) {
		for (size_t k = 0; k <= i; k++)
			rows[k] = row((uint8_t)(10 * i + k));
		add(&b, rows, i + 1);
		ends[i + 1] = b.n;
	}
	assert_false(b.failed);
	return b;
}

static void
assert_row(const struct sh_inbox_row *a, const struct sh_inbox_row *b)
{
	assert_int_equal(a->bucket, b->bucket);
	assert_int_equal(a->received_ms, b->received_ms);
	assert_int_equal(a->final, b->final);
	assert_memory_equal(&a->tenant, &b->tenant, 16);
	assert_memory_equal(&a->event, &b->event, 16);
	assert_memory_equal(&a->workspace, &b->workspace, 16);
	assert_memory_equal(&a->agent, &b->agent, 16);
	assert_memory_equal(a->dedup, b->dedup, 16);
	assert_memory_equal(a->call_index, b->call_index, 16);
	assert_memory_equal(&a->dial, &b->dial, 16);
	assert_true(sh_str_eq(a->provider, b->provider));
	assert_true(sh_str_eq(a->kind, b->kind));
	assert_true(sh_str_eq(a->body, b->body));
}

struct story {
	unsigned seen; /* a bit for each record */
	int damaged;
	bool torn, refused; /* refused: the head is none */
};

/* Reads to the end. Whatever comes out must be one of the records, whole, and in order. */
static struct story
read_all(const void *bytes, size_t n)
{
	struct sh_inbox_row rows[SH_SPOOL_ROWS];
	struct sh_spool_reader r;
	struct story s = { 0 };
	size_t count, last = 0;

	switch (sh_spool_log_open(&r, bytes, n)) {
	case SH_SPOOL_TORN:
		s.torn = true;
		return s;
	case SH_SPOOL_DAMAGED:
		s.refused = true;
		return s;
	default:
		assert_memory_equal(&r.file, &file, sizeof(file));
	}
	for (;;) {
		size_t before = r.at;

		switch (sh_spool_log_next(&r, rows, &count)) {
		case SH_SPOOL_END:
			assert_int_equal(r.at, n);
			return s;
		case SH_SPOOL_TORN:
			s.torn = true;
			return s;
		case SH_SPOOL_DAMAGED:
			assert_true(r.at > before);
			s.damaged++;
			break;
		case SH_SPOOL_RECORD:
			assert_in_range(count, last + 1, RECORDS);
			assert_true(r.at > before);
			last = count;
			s.seen |= 1u << (count - 1);
			for (size_t k = 0; k < count; k++) {
				struct sh_inbox_row right = row((uint8_t)(10 * (count - 1) + k));

				assert_row(&rows[k], &right);
			}
		}
	}
}

static void
test_whole(void **unused)
{
	struct sh_buf b = whole();
	struct story s = read_all(b.s, b.n);

	(void)unused;
	assert_int_equal(s.seen, (1u << RECORDS) - 1);
	assert_false(s.torn || s.refused || s.damaged);
	sh_buf_clear(&b);
}

/* A copy of its own length, so that the sanitizer sees every byte too many. */
static void *
cut(const struct sh_buf *b, size_t n)
{
	void *copy = malloc(n ? n : 1);

	assert_non_null(copy);
	memcpy(copy, b->s, n);
	return copy;
}

static void
test_cut_at_every_byte(void **unused)
{
	struct sh_buf b = whole();

	(void)unused;
	for (size_t n = 0; n <= b.n; n++) {
		void *copy = cut(&b, n);
		struct story s = read_all(copy, n);
		unsigned right = 0;
		bool at_end = false;

		for (size_t i = 0; i < RECORDS; i++)
			right |= (unsigned)(ends[i + 1] <= n) << i;
		for (size_t i = 0; i <= RECORDS; i++)
			at_end |= ends[i] == n;
		assert_int_equal(s.seen, right);
		assert_int_equal(s.torn, !at_end);
		assert_false(s.refused || s.damaged);
		free(copy);
	}
	sh_buf_clear(&b);
}

/* As after a power failure: the file has its length, but the bytes from some place on did not come. */
static void
test_zeros_from_every_byte(void **unused)
{
	struct sh_buf b = whole();

	(void)unused;
	for (size_t n = 0; n < b.n; n++) {
		char *copy = cut(&b, b.n);
		unsigned right = 0;
		struct story s;

		memset(copy + n, 0, b.n - n);
		s = read_all(copy, b.n);
		/* What was lost may have been zeros anyway. */
		for (size_t i = 0; i < RECORDS; i++)
			right |= (unsigned)(memcmp(copy, b.s, ends[i + 1]) == 0) << i;
		assert_int_equal(s.seen, right);
		assert_true(s.torn || s.damaged || s.refused || memcmp(copy, b.s, b.n) == 0);
		free(copy);
	}
	sh_buf_clear(&b);
}

static void
test_every_bit(void **unused)
{
	struct sh_buf b = whole();

	(void)unused;
	for (size_t at = 0; at < b.n; at++)
		for (int bit = 0; bit < 8; bit++) {
			char *copy = cut(&b, b.n);
			size_t hit = 0;
			struct story s;

			copy[at] = (char)(copy[at] ^ 1 << bit);
			s = read_all(copy, b.n);
			while (hit <= RECORDS && at >= ends[hit])
				hit++;
			/* All others are there, and the change is told from a file that was cut short. */
			if (hit == 0)
				assert_true(s.refused && !s.seen);
			else
				assert_true(s.seen == (((1u << RECORDS) - 1) & ~(1u << (hit - 1))) && s.damaged == 1 && !s.torn);
			free(copy);
		}
	sh_buf_clear(&b);
}

/* Records that stand where they were not written: twice, exchanged, of another file. */
static void
test_moved(void **unused)
{
	struct sh_buf b = whole(), other;
	const struct sh_id stranger = { { 9 } };
	struct story s;

	(void)unused;
	sh_buf_init(&other, 1 << 20);
	sh_buf_add(&other, b.s, b.n);
	sh_buf_add(&other, b.s + ends[0], ends[1] - ends[0]);
	s = read_all(other.s, other.n);
	assert_int_equal(s.seen, (1u << RECORDS) - 1);
	assert_int_equal(s.damaged, 1);
	sh_buf_clear(&other);

	sh_buf_init(&other, 1 << 20);
	sh_buf_add(&other, b.s, ends[0]);
	sh_buf_add(&other, b.s + ends[1], ends[2] - ends[1]);
	sh_buf_add(&other, b.s + ends[0], ends[1] - ends[0]);
	sh_buf_add(&other, b.s + ends[2], b.n - ends[2]);
	s = read_all(other.s, other.n);
	assert_int_equal(s.seen, (1u << RECORDS) - 1 - 3);
	assert_int_equal(s.damaged, 1);
	sh_buf_clear(&other);

	sh_buf_init(&other, 1 << 20);
	sh_spool_log_head(&stranger, &other);
	sh_buf_add(&other, b.s + ends[0], b.n - ends[0]);
	{
		struct sh_inbox_row rows[SH_SPOOL_ROWS];
		struct sh_spool_reader r;
		size_t n;

		assert_int_equal(sh_spool_log_open(&r, other.s, other.n), SH_SPOOL_RECORD);
		assert_int_equal(sh_spool_log_next(&r, rows, &n), SH_SPOOL_DAMAGED);
		assert_int_equal(sh_spool_log_next(&r, rows, &n), SH_SPOOL_END);
	}
	sh_buf_clear(&other);
	sh_buf_clear(&b);
}

/* Records whose checks are right and whose content is not what the gateway writes. */
static void
test_content(void **unused)
{
	struct sh_inbox_row good = row(1);
	struct sh_buf right;
	static const struct {
		const char *what;
		size_t at;
		char byte;
	} cases[] = {
		{ "no rows", 0, 0 },
		{ "65 rows", 0, 65 },
		{ "two rows, but one is there", 0, 2 },
		{ "bucket 64", 1, 64 },
		{ "final is neither", 2, 2 },
		{ "a provider without a name", 1 + 10 + 7 * 16, 0 },
		{ "a provider with a longer name than there is room", 1 + 10 + 7 * 16, (char)255 },
		{ "a provider that is no text", 1 + 10 + 7 * 16 + 1, (char)0xff },
		{ "a body longer than there is", 1 + 10 + 7 * 16 + 7 + 11, 1 },
	};

	(void)unused;
	sh_buf_init(&right, 1 << 16);
	sh_spool_log_content(&good, 1, &right);
	for (size_t i = 0; i <= SH_LENGTH(cases); i++) {
		struct sh_inbox_row rows[SH_SPOOL_ROWS];
		struct sh_spool_reader r;
		struct sh_buf b;
		size_t n;

		sh_buf_init(&b, 1 << 20);
		sh_spool_log_head(&file, &b);
		if (i < SH_LENGTH(cases))
			right.s[cases[i].at] = (char)(cases[i].byte);
		sh_spool_log_record(&file, b.n, sh_buf_str(&right), &b);
		add(&b, &good, 1);
		assert_int_equal(sh_spool_log_open(&r, b.s, b.n), SH_SPOOL_RECORD);
		if (sh_spool_log_next(&r, rows, &n) != (i < SH_LENGTH(cases) ? SH_SPOOL_DAMAGED : SH_SPOOL_RECORD))
			fail_msg("%s", i < SH_LENGTH(cases) ? cases[i].what : "a right one");
		assert_int_equal(sh_spool_log_next(&r, rows, &n), SH_SPOOL_RECORD);
		assert_int_equal(sh_spool_log_next(&r, rows, &n), SH_SPOOL_END);
		sh_buf_clear(&b);
		sh_buf_clear(&right);
		sh_buf_init(&right, 1 << 16);
		sh_spool_log_content(&good, 1, &right);
	}
	sh_buf_clear(&right);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_cut_at_every_byte),
		cmocka_unit_test(test_zeros_from_every_byte),
		cmocka_unit_test(test_every_bit),
		cmocka_unit_test(test_moved),
		cmocka_unit_test(test_content),
	};

	return cmocka_run_group_tests_name("ingress_spool_log", tests, NULL, NULL);
}
