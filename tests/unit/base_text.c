/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Text: one table a question. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/base/macro.h"
#include "gateway/base/text.h"

static void
text_e164(void **state)
{
	static const struct {
		const char *s;
		bool is;
	} t[] = { { "+14155550123", true }, { "+1234567", true }, { "+123456", false }, { "+123456789012345", true },
		{ "+1234567890123456", false }, { "+01234567", false }, { "14155550123", false }, { "+1415555012a", false },
		{ "+1415 5550123", false }, { "", false }, { "+", false } };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(t); i++)
		assert_int_equal(sh_text_is_e164(sh_str(t[i].s)), t[i].is);
	assert_false(sh_text_is_e164(SH_NONE));
}

static void
text_utf8(void **state)
{
	static const struct {
		const char *s;
		size_t n, valid;
	} t[] = { { "abc", 3, 3 }, { "a\0b", 3, 3 }, { "h\xc3\xa9llo w\xc3\xb6rld \xe2\x82\xac\xf0\x9f\x98\x80!", 23, 23 },
		{ "\xc0\x80", 2, 0 }, { "\xc1\xbf", 2, 0 }, { "\xc2", 1, 0 }, { "\xc2x", 2, 0 }, { "\xe0\x9f\xbf", 3, 0 },
		{ "\xe0\xa0\x80", 3, 3 }, { "\xed\x9f\xbf", 3, 3 }, { "\xed\xa0\x80", 3, 0 }, { "\xee\x80\x80", 3, 3 },
		{ "\xf0\x8f\xbf\xbf", 4, 0 }, { "\xf0\x90\x80\x80", 4, 4 }, { "\xf4\x8f\xbf\xbf", 4, 4 },
		{ "\xf4\x90\x80\x80", 4, 0 }, { "\xf5\x80\x80\x80", 4, 0 }, { "\xff", 1, 0 }, { "\x80", 1, 0 },
		{ "12345678\x80", 9, 8 }, { "\xe2\x82", 2, 0 }, { "\xe2\x82x", 3, 0 }, { "\xf0\x9f\x98", 3, 0 },
		{ "ab\xf0\x9f\x98z", 6, 2 } };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(t); i++) {
		struct sh_str s = { t[i].s, t[i].n };

		assert_int_equal(sh_text_utf8_valid(s), t[i].valid);
		assert_int_equal(sh_text_is_utf8(s), t[i].valid == t[i].n && !memchr(t[i].s, 0, t[i].n));
	}
	assert_int_equal(sh_text_cut(SH_STR("a\xe2\x82\xac"), 4).n, 4);
	for (size_t max = 1; max < 4; max++)
		assert_int_equal(sh_text_cut(SH_STR("a\xe2\x82\xac"), max).n, 1);
	assert_int_equal(sh_text_cut(SH_STR("\x80\x80\x80"), 2).n, 0);
	assert_null(sh_text_cut(SH_NONE, 0).s);
	assert_true(sh_text_is_utf8(SH_STR("")));
	assert_false(sh_text_is_utf8(SH_NONE));
}

static void
text_int(void **state)
{
	static const struct {
		const char *s;
		bool is;
		int64_t v;
	} t[] = { { "0", true, 0 }, { "-0", true, 0 }, { "42", true, 42 }, { "-7", true, -7 }, { "007", true, 7 },
		{ "9223372036854775807", true, INT64_MAX }, { "9223372036854775808", false, 0 },
		{ "-9223372036854775808", true, INT64_MIN }, { "-9223372036854775809", false, 0 },
		{ "18446744073709551616", false, 0 }, { "99999999999999999999999", false, 0 }, { "", false, 0 }, { "-", false, 0 },
		{ "+1", false, 0 }, { " 1", false, 0 }, { "1 ", false, 0 }, { "1.0", false, 0 }, { "1e3", false, 0 },
		{ "0x1", false, 0 } };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(t); i++) {
		int64_t v = 0;

		assert_int_equal(sh_text_int(sh_str(t[i].s), &v), t[i].is);
		assert_int_equal(v, t[i].v);
	}
	assert_false(sh_text_int(SH_NONE, NULL));
}

static void
text_duration(void **state)
{
	static const struct {
		const char *s;
		int64_t v; /* -1: none */
		const char *again; /* its canonical spelling */
	} t[] = { { "30s", 30, "30s" }, { "10m", 600, "10m" }, { "4h", 14400, "4h" }, { "2d", 172800, "2d" },
		{ "1h30m", 5400, "1h30m" }, { "90m", 5400, "1h30m" }, { "0s", 0, "0s" }, { "0d", 0, "0s" },
		{ "3660d", 316224000, "3660d" }, { "3660d1s", -1, NULL }, { "3661d", -1, NULL }, { "1d2h3m4s", 93784, "1d2h3m4s" },
		{ "99999999999999999999s", -1, NULL }, { "", -1, NULL }, { "5", -1, NULL }, { "s", -1, NULL }, { "-5s", -1, NULL },
		{ "5 s", -1, NULL }, { "1m1h", -1, NULL }, { "1h1h", -1, NULL }, { "1.5h", -1, NULL }, { "5S", -1, NULL },
		{ "5ms", -1, NULL } };
	char out[32];

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(t); i++) {
		int64_t v = -1;

		assert_int_equal(sh_text_duration(sh_str(t[i].s), &v), t[i].v >= 0);
		assert_int_equal(v, t[i].v);
		if (v >= 0) {
			sh_text_duration_format(v, out);
			assert_string_equal(out, t[i].again);
		}
	}
	assert_false(sh_text_duration(SH_NONE, NULL));
	sh_text_duration_format(INT64_MAX, out);
	assert_string_equal(out, "106751991167300d15h30m7s");
}

static void
text_uuid(void **state)
{
	static const char *const bad[] = { "", "018f3c4e-1b2a-7c3d-8e4f-00112233445", "018f3c4e-1b2a-7c3d-8e4f-0011223344556",
		"018f3c4e01b2a-7c3d-8e4f-001122334455", "018f3c4e-1b2a-7c3d-8e4f-00112233445g",
		"{18f3c4e-1b2a-7c3d-8e4f-00112233445}", "018f3c4e1b2a7c3d8e4f001122334455" };
	uint8_t id[16];
	char out[37];

	(void)state;
	assert_true(sh_text_uuid(SH_STR("018F3C4E-1b2a-7c3d-8e4f-0011223344fF"), id));
	assert_int_equal(id[0], 0x01);
	assert_int_equal(id[15], 0xff);
	sh_text_uuid_format(id, out);
	assert_string_equal(out, "018f3c4e-1b2a-7c3d-8e4f-0011223344ff");
	for (size_t i = 0; i < SH_LENGTH(bad); i++)
		assert_false(sh_text_uuid(sh_str(bad[i]), id));
	assert_false(sh_text_uuid(SH_NONE, id));
}

static void
text_nearest(void **state)
{
	static const char *const names[] = { "quiet_hours", "quiet_days", "retry", "max_attempts", "end", NULL };
	static const struct {
		const char *word, *near;
	} t[] = { { "quiet_hour", "quiet_hours" }, { "qiuet_days", "quiet_days" }, { "rety", "retry" }, { "Retry", "retry" },
		{ "max_attempt", "max_attempts" }, { "ned", "end" }, { "colour", NULL }, { "x", NULL }, { "", NULL },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL } };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(t); i++) {
		const char *got = sh_text_nearest(sh_str(t[i].word), names);

		if (t[i].near)
			assert_string_equal(got ? got : "none", t[i].near);
		else
			assert_null(got);
	}
}

static void
text_rest(void **state)
{
	char out[64];

	(void)state;
	assert_true(sh_text_equal_nocase(SH_STR("Content-Type"), SH_STR("content-tYPE")));
	assert_false(sh_text_equal_nocase(SH_STR("a["), SH_STR("A{")));
	assert_false(sh_text_equal_nocase(SH_STR("a"), SH_STR("ab")));
	assert_false(sh_text_equal_nocase(SH_STR(""), SH_NONE));
	sh_text_mask(SH_STR("+14155550123"), out);
	assert_string_equal(out, "+1\u2022\u2022\u2022\u2022\u2022\u20220123");
	sh_text_mask(SH_STR("+123456789012345"), out);
	assert_string_equal(out, "+1\u2022\u2022\u2022\u2022\u2022\u2022\u2022\u2022\u2022\u20222345");
	sh_text_mask(SH_STR("sip:anna@example.com"), out);
	assert_string_equal(out, "\u2022\u2022\u2022");
	sh_text_mask(SH_NONE, out);
	assert_string_equal(out, "\u2022\u2022\u2022");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(text_e164), cmocka_unit_test(text_utf8), cmocka_unit_test(text_int),
		cmocka_unit_test(text_duration), cmocka_unit_test(text_uuid), cmocka_unit_test(text_nearest),
		cmocka_unit_test(text_rest) };

	return cmocka_run_group_tests_name("base_text", tests, NULL, NULL);
}
