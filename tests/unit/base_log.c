/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Log: each line is one JSON object and one write; values are cut and repaired; levels are kept. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/base/reader.h"

static char log_line[70000];

/* Logs with standard error being a socket of packets, so that one write is one packet. */
static struct sh_str
log_catch(enum sh_log_level level, const struct sh_field *fields)
{
	int pair[2], saved = dup(STDERR_FILENO);
	ssize_t n;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_int_equal(dup2(pair[1], STDERR_FILENO), STDERR_FILENO);
	errno = 77;
	sh_log_fields(level, "test.event", "a \"text\"", fields);
	assert_int_equal(errno, 77);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(pair[1]);
	n = recv(pair[0], log_line, sizeof(log_line), 0);
	if (n > 0)
		assert_int_equal(recv(pair[0], log_line + n, 1, 0), 0);
	close(pair[0]);
	return (struct sh_str){ log_line, n > 0 ? (size_t)n : 0 };
}

static void
log_a_line(void **state)
{
	SH_CLEANUP(sh_arena_freep) struct sh_arena *a = sh_arena_new(1 << 20);
	static const struct sh_id id = { { 0x01, 0x8f } };
	static const struct {
		const char *key, *raw;
	} t[] = { { "level", "\"warn\"" }, { "event", "\"test.event\"" }, { "text", "\"a \\\"text\\\"\"" },
		{ "process", "\"worker 3\"" }, { "s", "\"x\\ny\"" }, { "none", "null" }, { "bad", "\"\xef\xbf\xbd\"" },
		{ "i", "-5" }, { "b", "true" }, { "id", "\"018f0000-0000-0000-0000-000000000000\"" }, { "noid", "null" } };
	const struct sh_json *j;
	struct sh_str line;
	int64_t pid = 0;

	(void)state;
	sh_log_set_process("worker 3");
	line = log_catch(SH_LOG_WARN,
	    (const struct sh_field[]){ SH_F_STR("s", "x\ny"), SH_F_STR("none", NULL), SH_F_STR("bad", "\xff"), SH_F_INT("i", -5),
		SH_F_BOOL("b", 1), SH_F_ID("id", &id), SH_F_ID("noid", NULL), { .type = SH_FIELD_END } });
	assert_true(line.n > 0 && line.s[line.n - 1] == '\n');
	assert_int_equal((const char *)memchr(line.s, '\n', line.n) - line.s, line.n - 1);
	j = sh_reader_parse(a, line, NULL);
	assert_non_null(j);
	for (size_t i = 0; i < SH_LENGTH(t); i++)
		assert_true(sh_str_is(sh_reader_raw(sh_reader_get(j, sh_str(t[i].key))), t[i].raw));
	assert_true(sh_reader_int(sh_reader_get(j, SH_STR("pid")), &pid) && pid == getpid());
	assert_int_equal(sh_reader_str(a, sh_reader_get(j, SH_STR("at"))).n, 24);
}

static void
log_cuts(void **state)
{
	SH_CLEANUP(sh_arena_freep) struct sh_arena *a = sh_arena_new(1 << 20);
	char text[2000];

	(void)state;
	for (size_t lead = 0; lead < 3; lead++) {
		struct sh_str got;

		memset(text, '"', lead);
		for (size_t i = lead; i + 3 < sizeof(text); i += 3)
			memcpy(text + i, "\xe2\x82\xac", 4);
		got = log_catch(SH_LOG_ERROR, (const struct sh_field[]){ SH_F_STR("s", text), { .type = SH_FIELD_END } });
		got = sh_reader_str(a, sh_reader_get(sh_reader_parse(a, got, NULL), SH_STR("s")));
		assert_true(got.n > 508 && got.n <= 512);
		assert_memory_equal(got.s, text, got.n);
	}
}

static void
log_levels(void **state)
{
	static const struct sh_field none[] = { { .type = SH_FIELD_END } };
	enum sh_log_level level;

	(void)state;
	assert_int_equal(log_catch(SH_LOG_DEBUG, none).n, 0);
	assert_true(log_catch(SH_LOG_INFO, none).n > 0);
	assert_true(sh_log_level_parse("error", &level) && level == SH_LOG_ERROR);
	assert_true(sh_log_level_parse("debug", &level) && level == SH_LOG_DEBUG);
	assert_false(sh_log_level_parse("loud", &level));
	sh_log_set_level(SH_LOG_ERROR);
	assert_int_equal(log_catch(SH_LOG_WARN, none).n, 0);
	assert_true(log_catch(SH_LOG_ERROR, none).n > 0);
	sh_log_set_level(SH_LOG_INFO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(log_a_line), cmocka_unit_test(log_cuts),
		cmocka_unit_test(log_levels) };

	return cmocka_run_group_tests_name("base_log", tests, NULL, NULL);
}
