/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/case.h: one question to a driver, as data; what the driver makes of it; and that as text.
 *
 *	struct sh_case_answer a;
 *	sh_case_put(&question, driver, &a);	// through the same door as the gateway: driver/call.h
 *	sh_case_show(&a, &text);		// the second half of a golden file
 *	sh_case_clear(&a);
 *
 * A question borrows all that it points to. It is plain data, so that the check may copy it, change the copy and ask again.
 */
#ifndef SH_KIT_CASE_H
#define SH_KIT_CASE_H

#include "gateway/driver/call.h"

/* Of all that one call may allocate: what the gateway gives its largest, a page of numbers. */
#define SH_CASE_ARENA_BYTES ((size_t)64 << 20)

enum sh_case_what {
	SH_CASE_WEBHOOK, /* verify, normalize, reply */
	SH_CASE_REQUEST, /* *_request */
	SH_CASE_ANSWER, /* *_request, then *_parse */
	SH_CASE_OUTCOME
};

struct sh_case {
	enum sh_case_what what;
	enum sh_capability can; /* of REQUEST and ANSWER */
	int64_t now_ms;
	const struct sh_account *account;
	struct sh_delivery delivery;
	struct sh_finding finding; /* `question` is filled in from what normalize says, as the gateway does */
	struct sh_str cursor_or_id;
	struct sh_query query;
	struct sh_number from;
	struct sh_dial dial; /* its `from` is the member above */
	struct sh_response response;
	const struct sh_pair *facts;
	uint32_t nfacts;
};

struct sh_case_answer {
	const struct sh_case *question;
	struct sh_driver_call call;
	struct sh_error error; /* a request that may not go out */
	struct sh_request request;
	enum sh_verdict verdict;
	enum sh_answer answer;
	struct sh_reply reply;
	struct sh_placed placed;
	struct sh_disposition means;
};

/* Can the driver be asked that at all? */
bool sh_case_fits(const struct sh_case *, const struct sh_driver_loaded *);
void sh_case_put(const struct sh_case *, const struct sh_driver_loaded *, struct sh_case_answer *);
void sh_case_clear(struct sh_case_answer *);

/* kit/case_show.c. Asks the driver what the endings mean that it told of. */
void sh_case_show(const struct sh_case_answer *, struct sh_buf *);
const char *sh_answer_name(enum sh_answer);

#endif
