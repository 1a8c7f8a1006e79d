/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* cmd/policy_trial_lines.c: questions as JSON, one a line; each gets its answer or its error, and none stops the rest. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/reader.h"
#include "gateway/base/writer.h"
#include "gateway/cmd/command.h"
#include "gateway/cmd/policy_trial.h"

#define LINES_MAX (4u << 20) /* bytes of a line */
#define LINES_ARENA (64u << 20)
#define LINES_READ (64u << 10)
#define LINES_VALUES_MAX 256

struct lines {
	const struct sh_trial *trial;
	FILE *to;
	struct sh_buf line; /* what came of the line so far */
	bool too_long;
	bool wrong; /* a line was */
};

/* ---- one question ---- */

/* Absent if it is not there or null. */
static bool
lines_str(struct sh_arena *a, const struct sh_json *object, const char *key, struct sh_str *ret, struct sh_error *e)
{
	const struct sh_json *v = sh_reader_get(object, sh_str(key));

	*ret = SH_NONE;
	if (!v || sh_reader_type(v) == SH_JSON_NULL)
		return true;
	if (sh_reader_type(v) == SH_JSON_STRING)
		*ret = sh_reader_str(a, v);
	if (ret->s)
		return true;
	sh_fail(
	    e, SH_EINVALID, sh_reader_type(v) == SH_JSON_STRING ? "%s: a NUL in it, or too long" : "%s: expected a string", key);
	return false;
}

static bool
lines_wish(const struct sh_json *object, struct sh_trial_asked *asked, struct sh_error *e)
{
	const struct sh_json *v = sh_reader_get(object, sh_str("wish"));

	if (!v || sh_reader_type(v) == SH_JSON_NULL)
		return true;
	if (sh_reader_type(v) != SH_JSON_BOOL) {
		sh_fail(e, SH_EINVALID, "wish: expected true, false or null");
		return false;
	}
	asked->wish = sh_reader_true(v) ? SH_SPOKEN_WISH_YES : SH_SPOKEN_WISH_NO;
	return true;
}

/* Numbers and booleans as they are written; what is neither these nor a string is no value. */
static bool
lines_values(struct sh_arena *a, const struct sh_json *object, struct sh_trial_asked *asked, struct sh_error *e)
{
	const struct sh_json *all = sh_reader_get(object, sh_str("variables")), *v;
	struct sh_spoken_value *values;

	if (!all || sh_reader_type(all) == SH_JSON_NULL)
		return true;
	values = sh_arena_array(a, struct sh_spoken_value, LINES_VALUES_MAX);
	if (sh_reader_type(all) != SH_JSON_OBJECT || !values) {
		sh_fail(e, SH_EINVALID, "variables: expected an object");
		return false;
	}
	for (v = sh_reader_first(all); v && asked->nvalues < LINES_VALUES_MAX; v = sh_reader_next(v)) {
		struct sh_spoken_value one = { .name = sh_reader_key(a, v) };

		if (sh_reader_type(v) == SH_JSON_STRING)
			one.value = sh_reader_str(a, v);
		else if (sh_reader_type(v) == SH_JSON_NUMBER || sh_reader_type(v) == SH_JSON_BOOL)
			one.value = sh_reader_raw(v);
		if (one.name.s && one.value.s)
			values[asked->nvalues++] = one;
	}
	asked->values = values;
	return true;
}

static bool
lines_answer(
    struct lines *l, struct sh_arena *a, const struct sh_json *object, struct sh_str id, struct sh_buf *out, struct sh_error *e)
{
	struct sh_trial_asked asked = { 0 };
	struct sh_spoken answer;
	struct sh_spoken_in in;

	if (!id.s) {
		sh_fail(e, SH_EINVALID, "id is missing");
		return false;
	}
	if (!lines_str(a, object, "text", &asked.text, e) || !lines_str(a, object, "transcript", &asked.transcript, e) ||
	    !lines_str(a, object, "now", &asked.now, e) || !lines_str(a, object, "tz", &asked.tz, e) ||
	    !lines_str(a, object, "workspace_tz", &asked.workspace_tz, e) || !lines_str(a, object, "number", &asked.number, e) ||
	    !lines_wish(object, &asked, e) || !lines_values(a, object, &asked, e))
		return false;
	if (!asked.tz.s) {
		sh_fail(e, SH_EINVALID, "tz is missing: expected a time zone such as America/Chicago");
		return false;
	}
	if (sh_trial_in(l->trial, a, &asked, &in, e) != SH_OK)
		return false;
	sh_spoken_read(a, &in, &answer);
	if (sh_arena_failed(a)) {
		sh_fail(e, SH_ETOOBIG, "too long to be read");
		return false;
	}
	sh_trial_json(out, id, &in, &answer);
	return true;
}

/* ---- one line ---- */

static void
lines_write_error(struct sh_buf *out, struct sh_str id, const char *text)
{
	struct sh_out o;

	sh_writer_init(&o, out);
	sh_writer_open(&o, '{');
	sh_writer_key_raw(&o, "id", id);
	sh_writer_key_str(&o, "error", sh_str(text));
	sh_writer_close(&o, '}');
}

static bool
lines_parse(struct lines *l, struct sh_arena *a, struct sh_str text, struct sh_str *ret_id, struct sh_buf *out, struct sh_error *e)
{
	const struct sh_json *object, *id;
	size_t at = 0;

	if (l->too_long) {
		sh_fail(e, SH_ETOOBIG, "a line of more than %u bytes", LINES_MAX);
		return false;
	}
	object = sh_reader_parse(a, text, &at);
	if (!object) {
		sh_fail(e, SH_EINVALID, sh_arena_failed(a) ? "too long to be read" : "no JSON: byte %zu is wrong", at);
		return false;
	}
	if (sh_reader_type(object) != SH_JSON_OBJECT) {
		sh_fail(e, SH_EINVALID, "expected a JSON object");
		return false;
	}
	id = sh_reader_get(object, sh_str("id"));
	*ret_id = id ? sh_reader_raw(id) : SH_NONE;
	return lines_answer(l, a, object, *ret_id, out, e);
}

static void
lines_take(struct lines *l)
{
	struct sh_str text = sh_buf_str(&l->line), id = SH_NONE;
	struct sh_arena *a;
	struct sh_error e;
	struct sh_buf out;
	size_t blank = 0;

	while (blank < text.n && strchr(" \t\r", text.s[blank]) && text.s[blank])
		blank++;
	if (blank == text.n && !l->too_long)
		return;
	a = sh_arena_new(LINES_ARENA);
	sh_buf_init(&out, LINES_ARENA);
	if (!a || !lines_parse(l, a, text, &id, &out, &e)) {
		l->wrong = true;
		lines_write_error(&out, id, a ? e.text : "no memory");
	}
	sh_buf_add_char(&out, '\n');
	fwrite(sh_buf_str(&out).s, 1, out.n, l->to);
	sh_buf_clear(&out);
	sh_arena_free(a);
}

static void
lines_end(struct lines *l)
{
	lines_take(l);
	l->line.n = 0;
	l->too_long = false;
}

/* A line that is too long is dropped as it comes. */
static void
lines_add(struct lines *l, const char *s, size_t n)
{
	if (l->too_long || n > LINES_MAX - l->line.n) {
		l->too_long = true;
		l->line.n = 0;
		return;
	}
	sh_buf_add(&l->line, s, n);
}

static void
lines_feed(struct lines *l, const char *s, size_t n)
{
	while (n > 0) {
		const char *end = memchr(s, '\n', n);
		size_t step = end ? (size_t)(end - s) : n;

		lines_add(l, s, step);
		if (end)
			lines_end(l);
		step += end != NULL;
		s += step;
		n -= step;
	}
}

int
sh_trial_lines(const struct sh_trial *t, int from, FILE *to)
{
	struct lines l = { .trial = t, .to = to };
	static char chunk[LINES_READ];
	ssize_t n;

	sh_buf_init(&l.line, LINES_MAX + 1);
	for (;;) {
		n = read(from, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		lines_feed(&l, chunk, (size_t)n);
		if (fflush(to) != 0)
			break;
	}
	if (n < 0)
		sh_command_failed("policy", "standard input: %s", strerror(errno));
	lines_end(&l);
	sh_buf_clear(&l.line);
	if (fflush(to) != 0 || ferror(to))
		return sh_command_failed("policy", "standard output: %s", strerror(errno));
	return l.wrong || n < 0 ? SH_EXIT_FAILED : SH_EXIT_OK;
}
