/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Writer: commas, escapes, bad UTF-8; a nesting error ends the process. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/writer.h"

static void
writer_members(void **state)
{
	static const struct sh_id id = { { 0x01, 0x8f, 0x3c, 0x4e, 0x1b, 0x2a, 0x7c, 0x3d, 0x8e, 0x4f, 0, 0x11, 0x22, 0x33, 0x44,
	    0x55 } };
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	struct sh_out o;

	(void)state;
	sh_buf_init(&b, 4096);
	sh_writer_init(&o, &b);
	sh_writer_open(&o, '{');
	sh_writer_key_str(&o, "s", SH_STR("x"));
	sh_writer_key_str(&o, "none", SH_NONE);
	sh_writer_key_int(&o, "i", -42);
	sh_writer_key_bool(&o, "b", true);
	sh_writer_key_id(&o, "id", &id);
	sh_writer_key_id(&o, "noid", NULL);
	sh_writer_key_time(&o, "at", 1714608475945);
	sh_writer_key_time(&o, "never", 0);
	sh_writer_key_raw(&o, "raw", SH_STR("[1]"));
	sh_writer_key_raw(&o, "noraw", SH_STR(""));
	sh_writer_key(&o, SH_STR("a\"b"));
	sh_writer_open(&o, '[');
	sh_writer_open(&o, '[');
	sh_writer_close(&o, ']');
	sh_writer_int(&o, INT64_MIN);
	sh_writer_int(&o, INT64_MAX);
	sh_writer_int(&o, 0);
	sh_writer_null(&o);
	sh_writer_open(&o, '{');
	sh_writer_close(&o, '}');
	sh_writer_bool(&o, false);
	sh_writer_raw(&o, SH_NONE);
	sh_writer_close(&o, ']');
	sh_writer_close(&o, '}');
	assert_false(b.failed);
	assert_string_equal(b.s,
	    "{\"s\":\"x\",\"none\":null,\"i\":-42,\"b\":true,\"id\":\"018f3c4e-1b2a-7c3d-8e4f-001122334455\",\"noid\":null,"
	    "\"at\":\"2024-05-02T00:07:55.945Z\",\"never\":null,\"raw\":[1],\"noraw\":null,"
	    "\"a\\\"b\":[[],-9223372036854775808,9223372036854775807,0,null,{},false,null]}");
}

static void
writer_strings(void **state)
{
	static const struct {
		const char *s;
		size_t n;
		const char *json;
	} t[] = { { "", 0, "\"\"" }, { "a\"b\\c/d", 7, "\"a\\\"b\\\\c/d\"" }, { "\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\"" },
		{ "\0\x01\x1f\x7f", 4, "\"\\u0000\\u0001\\u001f\x7f\"" },
		{ "h\xc3\xa9\xf0\x9f\x98\x80", 7, "\"h\xc3\xa9\xf0\x9f\x98\x80\"" }, { "\xff", 1, "\"\xef\xbf\xbd\"" },
		{ "a\xc3", 2, "\"a\xef\xbf\xbd\"" }, { "\xed\xa0\x80\"", 4, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\\\"\"" } };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(t); i++) {
		SH_CLEANUP(sh_buf_clear) struct sh_buf b;
		struct sh_out o;

		sh_buf_init(&b, 4096);
		sh_writer_init(&o, &b);
		sh_writer_str(&o, (struct sh_str){ t[i].s, t[i].n });
		assert_string_equal(b.s, t[i].json);
	}
}

static void
writer_mistakes(void **state)
{
	(void)state;
	for (int mistake = 0; mistake < 7; mistake++) {
		pid_t pid = fork();
		struct sh_out o;
		struct sh_buf b;
		int status;

		assert_true(pid >= 0);
		if (pid == 0) {
			/* The assertion's line and a core are not wanted here. */
			setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
			signal(SIGABRT, SIG_DFL);
			close(STDERR_FILENO);
			sh_buf_init(&b, 1000);
			sh_writer_init(&o, &b);
			sh_writer_open(&o, mistake < 4 ? '{' : '[');
			if (mistake == 0)
				sh_writer_int(&o, 1);
			else if (mistake == 1 || mistake == 4)
				sh_writer_close(&o, mistake == 1 ? ']' : '}');
			else if (mistake == 2 || mistake == 3) {
				sh_writer_key(&o, SH_STR("k"));
				if (mistake == 2)
					sh_writer_close(&o, '}');
				sh_writer_key(&o, SH_STR("k"));
			} else if (mistake == 5) {
				sh_writer_close(&o, ']');
				sh_writer_null(&o);
			} else
				for (int i = 0; i < 64; i++)
					sh_writer_open(&o, '[');
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(writer_members), cmocka_unit_test(writer_strings),
		cmocka_unit_test(writer_mistakes) };

	return cmocka_run_group_tests_name("base_writer", tests, NULL, NULL);
}
