/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * http/problem.h: errors as application/problem+json (RFC 9457).
 *
 * {"type":"about:blank","title":"Unprocessable Content","status":422,"code":"not_e164","detail":"…",
 *  "errors":[{"pointer":"/to_number","detail":"…"}],"request_id":"…"}
 *
 * code is stable and stands in http/problem.def with its status and title; docs/api.md lists the same.
 */
#ifndef SH_HTTP_PROBLEM_H
#define SH_HTTP_PROBLEM_H

#include "gateway/http/server.h"

enum sh_problem {
#define PROBLEM(id_, status_, title_) SH_PROBLEM_##id_,
#include "gateway/http/problem.def"
	SH_PROBLEM_COUNT
};

struct sh_problem_field {
	struct sh_str pointer;	/* RFC 6901 into the body, or "?name" for a query parameter */
	struct sh_str detail;
};

int sh_problem_status(enum sh_problem);
const char *sh_problem_code(enum sh_problem);
const char *sh_problem_title(enum sh_problem);

/* Replies. retry_after_s > 0 adds Retry-After. detail is for people: no secrets, no numbers of third parties. */
void sh_problem(struct sh_http_request *, enum sh_problem, const char *detail, ...) SH_PRINTF(3, 4);
void sh_problem_later(struct sh_http_request *, enum sh_problem, int retry_after_s, const char *detail);

/* The document alone, in the request's arena, for answers that are kept (Idempotency-Key). */
struct sh_str sh_problem_text(struct sh_http_request *, enum sh_problem, const char *detail, const struct sh_problem_field *,
    size_t n);

#endif
