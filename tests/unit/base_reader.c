/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Reader: what is refused and where, what is read, how much memory it takes; and some thousand texts, written by
 * hand and mutated from a fixed seed, against json-c by the fuzz target's own comparison.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/base/buf.h"
#include "gateway/base/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct sh_arena *reader_arena;

static const struct {
	const char *text;
	int at; /* of the first wrong byte; -1: good */
} reader_texts[] = {
	{ "", 0 },
	{ " ", 1 },
	{ "null", -1 },
	{ "true", -1 },
	{ "false", -1 },
	{ " \t\r\n1 \n", -1 },
	{ "nul", 3 },
	{ "Null", 0 },
	{ "nulL", 3 },
	{ "truex", 4 },
	{ "1 2", 2 },
	{ "//x", 0 },
	{ "\v1", 0 },
	{ "1\f", 1 },
	{ "\xef\xbb\xbf"
	  "1",
	    0 },
	{ "'a'", 0 },
	{ "0", -1 },
	{ "-0", -1 },
	{ "-0.0e-0", -1 },
	{ "1.5E+10", -1 },
	{ "123456789012345678901234567890", -1 },
	{ "1e400", -1 },
	{ "01", 1 },
	{ "-01", 2 },
	{ "00", 1 },
	{ "+1", 0 },
	{ ".5", 0 },
	{ "-.5", 1 },
	{ "1.", 2 },
	{ "1.e5", 2 },
	{ "1e", 2 },
	{ "1e+", 3 },
	{ "-", 1 },
	{ "--1", 1 },
	{ "0x1", 1 },
	{ "1a", 1 },
	{ "NaN", 0 },
	{ "Infinity", 0 },
	{ "-Infinity", 1 },
	{ "1.2.3", 3 },
	{ "1e5e5", 3 },
	{ "1-2", 1 },
	{ "[]", -1 },
	{ "[ ]", -1 },
	{ "{}", -1 },
	{ "{ }", -1 },
	{ "[1,2]", -1 },
	{ "[1,]", 3 },
	{ "[,1]", 1 },
	{ "[1 2]", 3 },
	{ "[1", 2 },
	{ "[", 1 },
	{ "[1,", 3 },
	{ "]", 0 },
	{ "[1]]", 3 },
	{ "[1}", 2 },
	{ "{\"a\":1]", 6 },
	{ "{", 1 },
	{ "{,}", 1 },
	{ "{\"a\"", 4 },
	{ "{\"a\"}", 4 },
	{ "{\"a\":}", 5 },
	{ "{\"a\":1,}", 7 },
	{ "{\"a\":1 \"b\":2}", 7 },
	{ "{a:1}", 1 },
	{ "{'a':1}", 1 },
	{ "{1:1}", 1 },
	{ "{\"a\" : [ { \"b\" : null } ] , \"\" : {} }", -1 },
	{ "{\"a\":1", 6 },
	{ "[{]}", 2 },
	{ "[\"a\"\"b\"]", 4 },
	{ "\"\"", -1 },
	{ "\"a", 2 },
	{ "\"", 1 },
	{ "\"\\", 2 },
	{ "\"\\\"", 3 },
	{ "\"\\\"\"", -1 },
	{ "\"a\tb\"", 2 },
	{ "\"\x1f\"", 1 },
	{ "\"\x7f\"", -1 },
	{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", -1 },
	{ "\"\\a\"", 2 },
	{ "\"\\'\"", 2 },
	{ "\"\\U0041\"", 2 },
	{ "\"\\u004\"", 6 },
	{ "\"\\u00g0\"", 5 },
	{ "\"\\u0041\"", -1 },
	{ "\"\\uD83D\"", -1 },
	{ "\"\\uDE00\"", -1 },
	{ "\"\\uD83D\\\"", 9 },
	{ "\"\\uD83D\\u\"", 9 },
	{ "\"\\uD83D\\u00", 11 },
	{ "\"12345678\xc3\xa9\"", -1 },
	{ "\"\xc0\x80\"", 1 },
	{ "\"1234567\xed\xa0\x80\"", 8 },
	{ "\"\xf4\x90\x80\x80\"", 1 },
	{ "\"\xc3\"", 1 },
	{ "\"\xe2\x82\"", 1 },
	{ "\"\xf0\x9f\x98\x80\"", -1 },
	{ "\"\xff\"", 1 },
	{ "\"\x80\"", 1 },
	{ "\xc3\xa9", 0 },
	{ "[1,\xa0]", 3 },
	{ "{\"\xff\":1}", 2 },
	{ "{\"a\nb\":1}", 3 },
};

static void
reader_accepts(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(reader_texts); i++) {
		size_t at = 999;
		const struct sh_json *j = sh_reader_parse(reader_arena, sh_str(reader_texts[i].text), &at);

		if ((j != NULL) != (reader_texts[i].at < 0) || (!j && at != (size_t)reader_texts[i].at))
			fail_msg("%s: %s at %zu", reader_texts[i].text, j ? "good" : "bad", at);
	}
	assert_null(sh_reader_parse(reader_arena, SH_NONE, NULL));
	assert_null(sh_reader_parse(reader_arena, (struct sh_str){ "1\0", 2 }, NULL));
	assert_null(sh_reader_parse(reader_arena, (struct sh_str){ "\"\0\"", 3 }, NULL));
	assert_false(sh_arena_failed(reader_arena));
}

/* 63 containers around a value are good, and 64 of which the innermost is empty. */
static void
reader_depth(void **state)
{
	(void)state;
	for (int depth = 62; depth <= 66; depth++) {
		for (int full = 0; full < 2; full++) {
			char text[200];
			size_t at = 0, n = (size_t)depth;
			bool good = depth + full <= 64;

			memset(text, '[', n);
			memset(text + n, '1', 1);
			memset(text + n + (size_t)full, ']', n);
			assert_int_equal(
			    sh_reader_parse(reader_arena, (struct sh_str){ text, 2 * n + (size_t)full }, &at) != NULL, good);
			if (!good)
				assert_int_equal(at, 64);
			LLVMFuzzerTestOneInput((const uint8_t *)text, 2 * n + (size_t)full);
		}
	}
}

static void
reader_strings(void **state)
{
	static const struct {
		const char *text, *value; /* NULL: reads as absent */
	} t[] = { { "\"\"", "" }, { "\"abc\"", "abc" }, { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
		{ "\"\\u0041\\u00e9\\u20AC\"", "A\xc3\xa9\xe2\x82\xac" }, { "\"x\\ud83d\\ude00y\"", "x\xf0\x9f\x98\x80y" },
		{ "\"\\uD83D\"", "\xef\xbf\xbd" }, { "\"\\uDE00x\"", "\xef\xbf\xbdx" }, { "\"\\uD83Dx\"", "\xef\xbf\xbdx" },
		{ "\"\\uD83D\\n\"", "\xef\xbf\xbd\n" },
		{ "\"\\uD83D\\u0041\"", "\xef\xbf\xbd"
					"A" },
		{ "\"\\uD83D\\uD83D\\uDE00\"", "\xef\xbf\xbd\xf0\x9f\x98\x80" },
		{ "\"\\uDE00\\uD83D\"", "\xef\xbf\xbd\xef\xbf\xbd" }, { "\"\\uDBFF\\uDFFF\"", "\xf4\x8f\xbf\xbf" },
		{ "\"\\uD836\\uDC00\"", "\xf0\x9d\xa0\x80" }, { "\"a\\u0000b\"", NULL }, { "1", NULL }, { "null", NULL },
		{ "[\"a\"]", NULL } };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(t); i++)
		assert_true(sh_str_eq(
		    sh_reader_str(reader_arena, sh_reader_parse(reader_arena, sh_str(t[i].text), NULL)), sh_str(t[i].value)));
}

static void
reader_integers(void **state)
{
	static const struct {
		const char *text;
		bool is;
		int64_t v;
	} t[] = { { "0", true, 0 }, { "-0", true, 0 }, { "-12", true, -12 }, { "9223372036854775807", true, INT64_MAX },
		{ "9223372036854775808", false, 0 }, { "-9223372036854775808", true, INT64_MIN },
		{ "-9223372036854775809", false, 0 }, { "1.0", false, 0 }, { "1e2", false, 0 }, { "\"1\"", false, 0 },
		{ "true", false, 0 } };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(t); i++) {
		int64_t v = 0;

		assert_int_equal(sh_reader_int(sh_reader_parse(reader_arena, sh_str(t[i].text), NULL), &v), t[i].is);
		assert_int_equal(v, t[i].v);
	}
}

static void
reader_walks(void **state)
{
	static const char text[] = " { \"a\" : [ 1 , {} , \"x\" ] , \"b\\\"\" : { \"c\" : true } , \"a\" : false, \"n\\u0000\": 1, "
				   "\"\\u0063aller\" : null } ";
	static const struct {
		const char *key, *raw;
	} t[] = { { "a", "false" }, { "b\"", "{ \"c\" : true }" }, { "caller", "null" }, { "n", NULL }, { "b", NULL }, { "", NULL },
		{ "a\" : [", NULL }, { "a\" ", NULL }, { "c", NULL }, { "callers", NULL }, { "calle", NULL } };
	const struct sh_json *doc = sh_reader_parse(reader_arena, sh_str(text), NULL), *j;

	(void)state;
	assert_int_equal(sh_reader_type(doc), SH_JSON_OBJECT);
	for (size_t i = 0; i < SH_LENGTH(t); i++)
		assert_true(sh_str_eq(sh_reader_raw(sh_reader_get(doc, sh_str(t[i].key))), sh_str(t[i].raw)));
	assert_null(sh_reader_get(doc, (struct sh_str){ "n\0", 2 }));
	j = sh_reader_first(doc);
	assert_true(sh_str_is(sh_reader_key(reader_arena, j), "a"));
	assert_true(sh_str_is(sh_reader_raw(j), "[ 1 , {} , \"x\" ]"));
	assert_true(sh_str_is(sh_reader_raw(sh_reader_next(sh_reader_first(j))), "{}"));
	assert_null(sh_reader_first(sh_reader_next(sh_reader_first(j))));
	assert_null(sh_reader_next(sh_reader_next(sh_reader_next(sh_reader_first(j)))));
	assert_null(sh_reader_key(reader_arena, sh_reader_first(j)).s);
	j = sh_reader_next(j);
	assert_true(sh_str_is(sh_reader_key(reader_arena, j), "b\""));
	assert_true(sh_reader_true(sh_reader_get(j, SH_STR("c"))));
	j = sh_reader_next(sh_reader_next(j));
	assert_null(sh_reader_key(reader_arena, j).s);
	assert_true(sh_str_is(sh_reader_key(reader_arena, sh_reader_next(j)), "caller"));
	assert_null(sh_reader_next(sh_reader_next(j)));
}

static void
reader_absent(void **state)
{
	(void)state;
	assert_int_equal(sh_reader_type(NULL), SH_JSON_ABSENT);
	assert_null(sh_reader_get(NULL, SH_STR("a")));
	assert_null(sh_reader_first(NULL));
	assert_null(sh_reader_next(NULL));
	assert_null(sh_reader_key(reader_arena, NULL).s);
	assert_null(sh_reader_str(reader_arena, NULL).s);
	assert_null(sh_reader_raw(NULL).s);
	assert_false(sh_reader_int(NULL, NULL));
	assert_false(sh_reader_true(NULL));
}

static void
reader_scalars(void **state)
{
	static const struct {
		const char *text, *is; /* NULL: none */
	} t[] = { { "\"a\\nb\"", "a\nb" }, { "\"\"", "" }, { "-1.50e3", "-1.50e3" }, { "true", "true" }, { "false", "false" },
		{ "null", NULL }, { "{}", NULL }, { "[1]", NULL } };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(t); i++) {
		struct sh_str s = sh_reader_scalar(reader_arena, sh_reader_parse(reader_arena, sh_str(t[i].text), NULL));

		assert_true(t[i].is ? s.s && sh_str_is(s, t[i].is) : !s.s);
	}
	assert_null(sh_reader_scalar(reader_arena, NULL).s);
}
/* Many nodes: they move from the stack to the heap to the arena, whose ceiling holds from the start. */
static void
reader_memory(void **state)
{
	(void)state;
	for (size_t count = 1; count < 20000; count = count * 3 / 2 + 1) {
		SH_CLEANUP(sh_arena_freep)
		struct sh_arena *a = sh_arena_new(24 * (count + 1)),
				*small = sh_arena_new(24 * (count + 1) - 1);
		SH_CLEANUP(sh_buf_clear) struct sh_buf b = { .ceiling = 1 << 20 };
		const struct sh_json *j;
		int64_t sum = 0, v;

		for (size_t i = 0; i < count; i++)
			sh_buf_printf(&b, "%c%zu", i ? ',' : '[', i);
		sh_buf_add_char(&b, ']');
		j = sh_reader_parse(a, sh_buf_str(&b), NULL);
		assert_non_null(j);
		for (j = sh_reader_first(j); j; j = sh_reader_next(j)) {
			assert_true(sh_reader_int(j, &v));
			sum += v;
		}
		assert_int_equal(sum, count * (count - 1) / 2);
		assert_null(sh_reader_parse(small, sh_buf_str(&b), NULL));
		assert_true(sh_arena_failed(small));
	}
}

static uint32_t
reader_chance(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* One edit: a byte changed, taken out, put in, or a stretch of another text. */
static size_t
reader_mutate(uint32_t *seed, char *text, size_t n)
{
	static const char bytes[] = "\"\\{}[]:,0123456789-+.eEtfnulrasb/ \t\n\x01\x7f\x80\xa0\xc0\xc3\xe2\xed\xf0\xf4\xff'dD8NI";
	char c = bytes[reader_chance(seed) % (sizeof(bytes) - 1)];
	size_t at = n ? reader_chance(seed) % n : 0;
	struct sh_str other = sh_str(reader_texts[reader_chance(seed) % SH_LENGTH(reader_texts)].text);

	switch (reader_chance(seed) % 4) {
	case 0:
		if (n)
			text[at] = c;
		return n;
	case 1:
		memmove(text + at, text + at + (n > 0), n - at - (n > 0));
		return n - (n > 0);
	case 2:
		memmove(text + at + 1, text + at, n - at);
		text[at] = c;
		return n + 1;
	default:
		memmove(text + at + other.n, text + at, n - at);
		memcpy(text + at, other.s, other.n);
		return n + other.n;
	}
}

static void
reader_like_json_c(void **state)
{
	static const char *const more[] = {
		("{\"event\":\"call_ended\",\"call\":{\"id\":\"c1\",\"to\":\"+14155550100\",\"at\":1714608475945,\"cost\":0.125,"
		 "\"ok\":true,\"x\":null,"
		 "\"words\":[{\"w\":\"h\\u00e9\",\"t\":[0.1,0.25]},{\"w\":\"\\ud83d\\ude00\",\"t\":[]}]}}"),
		"[\"\\ud83d\\ude00\",\"\\ud83d\\ud83d\\ude00\",\"\\u0000\",{\"a\\u0000b\":1,\"a\":2}]",
		"{\"a\":1,\"\\u0061\":2,\"b\":{},\"c\":[],\"\":4,\"b\":[[]]}",
		"[0,-0,1e5,1E+5,1e-5,9223372036854775807,-9223372036854775808,9223372036854775808,1e400,-1.5]",
	};
	uint32_t seed = 20260302;

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(reader_texts) + SH_LENGTH(more); i++) {
		struct sh_str s = sh_str(i < SH_LENGTH(more) ? more[i] : reader_texts[i - SH_LENGTH(more)].text);

		LLVMFuzzerTestOneInput((const uint8_t *)s.s, s.n);
		for (int variant = 0; variant < (i < SH_LENGTH(more) ? 1000 : 30); variant++) {
			char text[1024];
			size_t n = s.n;

			memcpy(text, s.s, n);
			for (uint32_t edits = 1 + reader_chance(&seed) % 3; edits > 0; edits--)
				n = reader_mutate(&seed, text, n);
			LLVMFuzzerTestOneInput((const uint8_t *)text, n);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(reader_accepts), cmocka_unit_test(reader_depth),
		cmocka_unit_test(reader_strings), cmocka_unit_test(reader_integers), cmocka_unit_test(reader_walks),
		cmocka_unit_test(reader_absent), cmocka_unit_test(reader_scalars), cmocka_unit_test(reader_memory), cmocka_unit_test(reader_like_json_c) };
	int failed;

	reader_arena = sh_arena_new(16 << 20);
	failed = cmocka_run_group_tests_name("base_reader", tests, NULL, NULL);
	sh_arena_free(reader_arena);
	return failed;
}
