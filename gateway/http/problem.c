/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * A problem is a row of problem.def and a sentence. The document is built beside the request's arena, so that a
 * request that has used up its memory can still be told so.
 */
#include "gateway/http/problem.h"

#include <stdio.h>

#include "gateway/base/writer.h"

#define PROBLEM_BYTES (256 << 10)

static const struct {
	const char *code, *title;
	int status;
} problems[] = {
#define PROBLEM(id_, status_, title_) { .code = #id_, .status = status_, .title = title_ },
#include "gateway/http/problem.def"
};

int
sh_problem_status(enum sh_problem p)
{
	assert(p < SH_PROBLEM_COUNT);
	return problems[p].status;
}

const char *
sh_problem_code(enum sh_problem p)
{
	assert(p < SH_PROBLEM_COUNT);
	return problems[p].code;
}

const char *
sh_problem_title(enum sh_problem p)
{
	assert(p < SH_PROBLEM_COUNT);
	return problems[p].title;
}

static void
problem_write(struct sh_buf *b, const struct sh_http_request *r, enum sh_problem p, struct sh_str detail,
    const struct sh_problem_field *fields, size_t n)
{
	struct sh_out o;
	sh_writer_init(&o, b);
	sh_writer_open(&o, '{');
	sh_writer_key_str(&o, "type", SH_STR("about:blank"));
	sh_writer_key_str(&o, "title", sh_str(sh_problem_title(p)));
	sh_writer_key_int(&o, "status", sh_problem_status(p));
	sh_writer_key_str(&o, "code", sh_str(sh_problem_code(p)));
	if (detail.n > 0)
		sh_writer_key_str(&o, "detail", detail);
	if (n > 0) {
		sh_writer_key(&o, SH_STR("errors"));
		sh_writer_open(&o, '[');
		for (size_t i = 0; i < n; i++) {
			sh_writer_open(&o, '{');
			sh_writer_key_str(&o, "pointer", fields[i].pointer);
			sh_writer_key_str(&o, "detail", fields[i].detail);
			sh_writer_close(&o, '}');
		}
		sh_writer_close(&o, ']');
	}
	sh_writer_key_id(&o, "request_id", &r->id);
	sh_writer_close(&o, '}');
}

static void
problem_reply(struct sh_http_request *r, enum sh_problem p, int retry_after_s, struct sh_str detail)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	sh_buf_init(&b, PROBLEM_BYTES);
	problem_write(&b, r, p, detail.n < 1024 ? detail : SH_NONE, NULL, 0);

	char seconds[16];
	struct sh_pair headers[2] = { { SH_STR("Content-Type"), SH_STR("application/problem+json") } };
	size_t nheaders = 1;
	if (retry_after_s > 0) {
		snprintf(seconds, sizeof(seconds), "%d", retry_after_s);
		headers[nheaders++] = (struct sh_pair){ SH_STR("Retry-After"), sh_str(seconds) };
	}
	sh_http_reply(r, sh_problem_status(p), headers, nheaders, sh_buf_str(&b));
}

void
sh_problem(struct sh_http_request *r, enum sh_problem p, const char *detail, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, detail);
	vsnprintf(text, sizeof(text), detail, ap);
	va_end(ap);
	problem_reply(r, p, 0, sh_str(text));
}

void
sh_problem_later(struct sh_http_request *r, enum sh_problem p, int retry_after_s, const char *detail)
{
	problem_reply(r, p, retry_after_s, sh_str(detail));
}

struct sh_str
sh_problem_text(struct sh_http_request *r, enum sh_problem p, const char *detail, const struct sh_problem_field *fields, size_t n)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	sh_buf_init(&b, PROBLEM_BYTES);
	problem_write(&b, r, p, sh_str(detail), fields, n);
	return b.failed ? SH_NONE : sh_arena_str(r->arena, sh_buf_str(&b));
}
