/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/check_proof.c: what the promise "no phone rings twice" asks of a driver, whatever its provider.
 *
 * A call is dialled again if a driver says that there is none. So an answer that the provider did not write, or not to its end, must
 * never read as a refusal or as an empty list; and the ids by which a call is found again must travel with it.
 */
#include <stdio.h>

#include "gateway/kit/trial.h"

/* Pages of whoever stands before the provider, and answers that broke off. */
static const struct {
	const char *what;
	struct sh_str body;
} proof_bodies[] = {
	{ "an empty body", SH_STR("") },
	{ "a page of HTML", SH_STR("<!doctype html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>") },
	{ "a body that breaks off", SH_STR("{\"data\": [{\"id\": \"1\", \"stat") },
	{ "null", SH_STR("null") },
	{ "a line of text", SH_STR("upstream connect error or disconnect/reset before headers\n") },
};

static const int proof_statuses[] = { 200, 201, 202, 204, 302, 400, 401, 402, 403, 404, 408, 409, 422, 425, 429, 499, 500, 502, 503,
	504, 520, 522, 530 };

/* Which statuses prove nothing at all, however well the body is written? */
static bool
proof_is_vague(int status)
{
	return status < 400 || status == 408 || status == 425 || status == 429 || status == 499 || status >= 500;
}

static void
proof_dial_answer(struct sh_trial *t, const struct sh_case *plain, int status, size_t body)
{
	struct sh_case q = *plain;
	struct sh_case_answer a;

	q.response.status = status;
	q.response.body = proof_bodies[body].body;
	q.response.nheaders = 0;
	if (!trial_put(t, &q, &a, "dial_parse of status %d with %s", status, proof_bodies[body].what))
		return;
	if (a.call.failed)
		trial_fault(t, "dial_parse of status %d with %s broke a rule: %s", status, proof_bodies[body].what, a.call.why);
	else if (a.placed.placing == SH_DIAL_PLACED)
		trial_fault(t, "dial_parse takes status %d with %s for a call that was placed", status, proof_bodies[body].what);
	else if (a.placed.placing != SH_DIAL_UNKNOWN && proof_is_vague(status))
		trial_fault(t, "dial_parse takes status %d with %s for proof that no call exists", status, proof_bodies[body].what);
	else if (a.placed.placing != SH_DIAL_UNKNOWN && body == 1)
		trial_note(t, "dial_parse takes status %d with a page of HTML for the provider's word that no call exists", status);
	sh_case_clear(&a);
}

/* Of a list that is empty by mistake it follows that a call does not exist. */
static void
proof_list_answer(struct sh_trial *t, const struct sh_case *plain, size_t body)
{
	struct sh_case q = *plain;
	struct sh_case_answer a;

	q.response.status = 200;
	q.response.body = proof_bodies[body].body;
	if (!trial_put(t, &q, &a, "%s of %s", plain_function(&q), proof_bodies[body].what))
		return;
	if (a.call.failed)
		trial_fault(t, "%s of %s broke a rule: %s", plain_function(&q), proof_bodies[body].what, a.call.why);
	else if (a.error.status == SH_OK && a.answer == SH_ANSWER_OK)
		trial_fault(t, "%s takes %s for an answer: with status 200 it must be \"failed\"", plain_function(&q),
		    proof_bodies[body].what);
	sh_case_clear(&a);
}

static void
proof_status(struct sh_trial *t, const struct sh_case *plain, int status, enum sh_answer expected)
{
	struct sh_case q = *plain;
	struct sh_case_answer a;

	q.response.status = status;
	q.response.body = SH_STR("");
	q.response.nheaders = 0;
	if (!trial_put(t, &q, &a, "%s of status %d", plain_function(&q), status))
		return;
	if (!a.call.failed && a.error.status == SH_OK && a.answer == SH_ANSWER_OK)
		trial_fault(t, "%s takes status %d for an answer", plain_function(&q), status);
	else if (!a.call.failed && a.error.status == SH_OK && a.answer != expected)
		trial_note(t, "%s of status %d is \"%s\", where most drivers say \"%s\"", plain_function(&q), status,
		    sh_answer_name(a.answer), sh_answer_name(expected));
	sh_case_clear(&a);
}

static void
proof_answers(struct sh_trial *t, const struct sh_case *q)
{
	for (size_t body = 0; body < SH_LENGTH(proof_bodies); body++) {
		for (size_t i = 0; q->can == SH_CAN_DIAL && i < SH_LENGTH(proof_statuses); i++)
			proof_dial_answer(t, q, proof_statuses[i], body);
		if (q->can != SH_CAN_DIAL)
			proof_list_answer(t, q, body);
	}
	if (q->can == SH_CAN_DIAL)
		return;
	proof_status(t, q, 401, SH_ANSWER_UNAUTHORIZED);
	proof_status(t, q, 429, SH_ANSWER_LIMITED);
	proof_status(t, q, 500, SH_ANSWER_FAILED);
}

/* ---- requests ---- */

static bool
proof_holds(struct sh_str s, struct sh_str part)
{
	return part.n > 0 && s.n >= part.n && memmem(s.s, s.n, part.s, part.n) != NULL;
}

static bool
proof_request_holds(const struct sh_request *r, struct sh_str part)
{
	bool found = proof_holds(r->url, part) || proof_holds(r->body, part);

	for (uint32_t i = 0; i < r->nheaders; i++)
		found |= proof_holds(r->headers[i].value, part);
	return found;
}

static struct sh_str
proof_text(struct sh_trial *t, const struct sh_case *q, const char *doing)
{
	struct sh_case_answer a;
	struct sh_buf b;
	struct sh_str text;

	if (!trial_put(t, q, &a, "%s", doing))
		return SH_STR("");
	sh_buf_init(&b, (size_t)4 << 20);
	if (a.error.status == SH_OK)
		sh_case_show(&a, &b);
	text = sh_arena_str(t->arena, sh_buf_str(&b));
	sh_buf_clear(&b);
	sh_case_clear(&a);
	return text;
}

/* A request that is the same with another id does not carry it, in whatever spelling. */
static void
proof_dial_ids(struct sh_trial *t, const struct sh_case *plain)
{
	struct sh_str was = proof_text(t, plain, "dial_request");
	struct sh_case q = *plain;
	const struct sh_pair other = { SH_STR("name"), SH_STR("somebody else") };

	if (was.n == 0) {
		trial_note(t, "a plain dial makes no request, so that nothing is known of its ids");
		return;
	}
	q.dial.dial_id = SH_STR("01938f5e-0000-7000-8000-0000000000ff");
	if (sh_str_eq(was, proof_text(t, &q, "dial_request with another dial id")))
		trial_fault(t, "dial_request does not carry the dial id: a lost call could never be found again");
	q = *plain;
	q.dial.callback_id = SH_STR("01938f5e-0000-7000-8000-0000000000ee");
	if (sh_str_eq(was, proof_text(t, &q, "dial_request with another callback id")))
		trial_fault(t, "dial_request does not carry the callback id");
	q = *plain;
	q.dial.attempt = plain->dial.attempt + 1;
	if (sh_str_eq(was, proof_text(t, &q, "dial_request with another attempt")))
		trial_fault(t, "dial_request does not carry the attempt");
	q = *plain;
	q.dial.to = SH_STR("+12135550199");
	if (sh_str_eq(was, proof_text(t, &q, "dial_request to another number")))
		trial_fault(t, "dial_request does not carry the number to call");
	q = *plain;
	q.dial.variables = &other;
	q.dial.nvariables = 1;
	if (!t->driver->table.reply && sh_str_eq(was, proof_text(t, &q, "dial_request with other variables")))
		trial_note(t, "dial_request does not carry the variables");
}

/* What a caller calls so must not pass for ours. */
static void
proof_dial_forged(struct sh_trial *t, const struct sh_case *plain)
{
	static const struct sh_pair variables[] = { { SH_STR(SH_META_DIAL), SH_STR("forged-by-a-variable") } };
	struct sh_case q = *plain;
	struct sh_case_answer a;

	q.dial.metadata =
	    SH_STR("{\"" SH_META_DIAL "\":\"forged-by-the-caller\",\"" SH_META_CALLBACK "\":\"forged-by-the-caller\",\"x\":1}");
	q.dial.variables = variables;
	q.dial.nvariables = 1;
	if (!trial_put(t, &q, &a, "dial_request with metadata that names our ids"))
		return;
	if (a.error.status == SH_OK && proof_request_holds(&a.request, SH_STR("forged-by-the-caller")))
		trial_fault(t, "dial_request lets the caller's metadata name our ids: sh_out_metadata leaves such members out");
	sh_case_clear(&a);
}

/* An id is one segment of a path. */
static void
proof_call_ids(struct sh_trial *t, const struct sh_case *plain)
{
	static const struct sh_str ids[] = { SH_STR(".."), SH_STR("."), SH_STR("../numbers"), SH_STR("a/b"), SH_STR("a?b=c"),
		SH_STR("a#b"), SH_STR("a b"), SH_STR("a%2fb"), SH_STR("a\r\nx: y") };

	for (size_t i = 0; i < SH_LENGTH(ids); i++) {
		struct sh_case q = *plain;
		struct sh_case_answer a;
		struct sh_str segment;

		q.cursor_or_id = ids[i];
		if (!trial_put(t, &q, &a, "call_request of the id number %zu", i))
			continue;
		segment = i < 2 ? sh_arena_printf(t->arena, "/%.*s", (int)ids[i].n, ids[i].s) : ids[i];
		if (a.error.status == SH_OK && proof_holds(a.request.url, segment))
			trial_fault(t, "call_request of the id \"%.*s\" leads elsewhere: %.*s", i == 8 ? 1 : (int)ids[i].n,
			    ids[i].s, (int)a.request.url.n, a.request.url.s);
		sh_case_clear(&a);
	}
}

static void
proof_outcome(struct sh_trial *t, const struct sh_case *plain)
{
	struct sh_case_answer a;

	if (!trial_put(t, plain, &a, "outcome of a reason that nobody knows"))
		return;
	if (a.call.failed || a.means.outcome != SH_OUTCOME_OTHER)
		trial_fault(t, "outcome of a reason that nobody knows is not \"other\": it might be dialled again for ever");
	sh_case_clear(&a);
}

void
check_proof(struct sh_trial *t)
{
	struct sh_case plain[PLAIN_MOST];
	size_t n = plain_cases(t, plain);

	for (size_t i = 0; i < n; i++) {
		const struct sh_case *q = &plain[i];

		if (q->what == SH_CASE_ANSWER)
			proof_answers(t, q);
		else if (q->what == SH_CASE_OUTCOME)
			proof_outcome(t, q);
		else if (q->what == SH_CASE_REQUEST && q->can == SH_CAN_DIAL) {
			proof_dial_ids(t, q);
			proof_dial_forged(t, q);
		} else if (q->what == SH_CASE_REQUEST && q->can == SH_CAN_CALL)
			proof_call_ids(t, q);
	}
	proof_golden(t);
	trial_summary(t, "%llu questions", (unsigned long long)t->page->questions[t->check]);
}
