/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The runs: each driver function behind a function that survives it.
 *
 * A run may end by a jump, after which what a local variable holds is undefined unless it is volatile or was not
 * touched. So each run stands in a small function of its own here, and nobody else needs to know.
 */
#include "gateway/driver/host.h"

/*
 * A run. What the statement assigns is unset if the run failed, and a variable that it changes must be volatile if it is read
 * after that. What the driver leaves behind is copied while its name is on the board: a pointer that leads nowhere ends this worker
 * in the driver's name, and nothing of the driver's own is read later.
 */
#define ASK_RUN(c, name, statement)                                                                                                \
	do {                                                                                                                       \
		if (sigsetjmp((c)->overflow, 0) == 0) {                                                                            \
			sh_driver_call_enter((c), (name));                                                                         \
			statement;                                                                                                 \
			sh_give_words((c));                                                                                        \
		}                                                                                                                  \
		sh_driver_call_leave((c));                                                                                         \
	} while (0)

/* The functions of each capability that asks with a cursor or an id alone, and the names by which the log knows them. */
static const struct ask_pair {
	size_t request, parse;
	const char *request_name, *parse_name;
} ask_pairs[SH_CAN_COUNT] = {
#define ASK_PAIR(name_)                                                                                                            \
	{                                                                                                                          \
		offsetof(struct sh_driver, name_##_request), offsetof(struct sh_driver, name_##_parse), #name_ "_request",         \
		    #name_ "_parse"                                                                                                \
	}
	[SH_CAN_CHECK] = ASK_PAIR(check),
	[SH_CAN_NUMBERS] = ASK_PAIR(numbers),
	[SH_CAN_AGENTS] = ASK_PAIR(agents),
	[SH_CAN_CALLS] = ASK_PAIR(calls),
	[SH_CAN_CALL] = ASK_PAIR(call),
};

static const struct ask_pair *
ask_pair(const struct sh_driver_call *c, enum sh_capability can)
{
	assert(sh_driver_can(c->driver, can) && ask_pairs[can].parse_name);
	return &ask_pairs[can];
}

/* What every request goes through on its way out. */
static enum sh_status
ask_end(struct sh_driver_call *c, const struct sh_account *a, const struct sh_request *r, struct sh_error *e)
{
	if (c->failed)
		return sh_fail(e, SH_EINVALID, "driver %s, %s: %s", c->driver->name, c->function, c->why);
	if (!r->method.s && !r->url.s && c->cx.text.n > 0)
		return sh_fail(e, SH_EINVALID, "driver %s: %.*s", c->driver->name, (int)c->cx.text.n, c->cx.text.s);
	return sh_driver_check_request(c->driver, a, r, e);
}

enum sh_status
sh_driver_ask(struct sh_driver_call *c, enum sh_capability can, const struct sh_account *a, struct sh_str cursor_or_id,
    struct sh_request *ret, struct sh_error *e)
{
	const struct ask_pair *pair = ask_pair(c, can);
	sh_driver_request_f *f;

	assert(can != SH_CAN_CALLS);
	memcpy(&f, (const char *)c->table + pair->request, sizeof(f));
	*ret = (struct sh_request){ .size = sizeof(*ret) };
	ASK_RUN(c, pair->request_name, f(&c->cx, a, cursor_or_id, ret); sh_give_request(c, ret));
	return ask_end(c, a, ret, e);
}

enum sh_status
sh_driver_ask_calls(struct sh_driver_call *c, const struct sh_account *a, const struct sh_query *q, struct sh_str cursor,
    struct sh_request *ret, struct sh_error *e)
{
	*ret = (struct sh_request){ .size = sizeof(*ret) };
	ASK_RUN(c, "calls_request", c->table->calls_request(&c->cx, a, q, cursor, ret); sh_give_request(c, ret));
	return ask_end(c, a, ret, e);
}

enum sh_status
sh_driver_ask_dial(
    struct sh_driver_call *c, const struct sh_account *a, const struct sh_dial *d, struct sh_request *ret, struct sh_error *e)
{
	*ret = (struct sh_request){ .size = sizeof(*ret) };
	ASK_RUN(c, "dial_request", c->table->dial_request(&c->cx, a, d, ret); sh_give_request(c, ret));
	return ask_end(c, a, ret, e);
}

/* A run that failed, or an answer that is none, fails; and says so to whoever shows the text. */
static enum sh_answer
ask_answer(struct sh_driver_call *c, enum sh_answer answer)
{
	if (answer != SH_ANSWER_OK) /* of what was not read there is no next page */
		c->cx.cursor = SH_NONE;
	if (!c->failed && !c->lost && !c->nameless && (unsigned)answer <= SH_ANSWER_FAILED)
		return answer;
	if (!c->failed && c->nameless)
		c->cx.text = SH_STR("a row of the list holds no call");
	else if (!c->failed && c->lost)
		c->cx.text = SH_STR("the next page's cursor has more than 1024 bytes, or is not UTF-8");
	else
		c->cx.text = sh_str(c->failed ? c->why : "the driver gave an answer that driver.h does not know");
	return SH_ANSWER_FAILED;
}

enum sh_answer
sh_driver_read(struct sh_driver_call *c, enum sh_capability can, const struct sh_account *a, const struct sh_exchange *x)
{
	const struct ask_pair *pair = ask_pair(c, can);
	volatile enum sh_answer answer = SH_ANSWER_FAILED;
	sh_driver_parse_f *f;

	memcpy(&f, (const char *)c->table + pair->parse, sizeof(f));
	c->account = a;
	/* So many are possible of a page. */
	c->nnumbers = c->nagents = c->nevents = 0;
	ASK_RUN(c, pair->parse_name, answer = f(&c->cx, a, x));
	return ask_answer(c, answer);
}

struct sh_placed
sh_driver_read_dial(struct sh_driver_call *c, const struct sh_account *a, const struct sh_exchange *x)
{
	struct sh_placed p = { .size = sizeof(p) };

	ASK_RUN(c, "dial_parse", c->table->dial_parse(&c->cx, a, x, &p); sh_give_placed(c, &p));
	return c->failed ? (struct sh_placed){ .size = sizeof(p), .reason = SH_STR("driver_failed") } : p;
}

enum sh_verdict
sh_driver_verify(struct sh_driver_call *c, const struct sh_delivery *d, const struct sh_account *a)
{
	volatile enum sh_verdict v = SH_VERDICT_INVALID;

	ASK_RUN(c, "verify", v = c->table->verify(&c->cx, d, a));
	return c->failed || (unsigned)v > SH_VERDICT_MISSING ? SH_VERDICT_INVALID : v;
}

enum sh_answer
sh_driver_normalize(struct sh_driver_call *c, const struct sh_delivery *d, const struct sh_account *a)
{
	volatile enum sh_answer answer = SH_ANSWER_FAILED;

	c->account = a;
	ASK_RUN(c, "normalize", answer = c->table->normalize(&c->cx, d, a));
	return ask_answer(c, answer);
}

struct sh_reply
sh_driver_reply(struct sh_driver_call *c, const struct sh_delivery *d, const struct sh_account *a, const struct sh_finding *f)
{
	const struct sh_reply plain = { .size = sizeof(plain), .status = f->question ? 404 : 204 };
	struct sh_reply r = { .size = sizeof(r), .status = f->question ? 200 : 204 };

	if (!c->table->reply)
		return plain;
	ASK_RUN(c, "reply", c->table->reply(&c->cx, d, a, f, &r); sh_give_reply(c, &r));
	return c->failed ? plain : r;
}

bool
sh_driver_disposition_ok(const struct sh_disposition *d)
{
	return (unsigned)d->outcome <= SH_OUTCOME_DO_NOT_CALL && (unsigned)d->retry <= SH_RETRY_NEVER &&
	       (unsigned)d->action <= SH_ACTION_PAUSE_WORKSPACE;
}

struct sh_disposition
sh_driver_outcome(struct sh_driver_call *c, const struct sh_pair *facts, size_t n)
{
	const struct sh_disposition safe = { .outcome = SH_OUTCOME_OTHER, .retry = SH_RETRY_NEVER };
	struct sh_disposition d = sh_meaning_outcome(c, facts, n);
	const enum sh_outcome told = d.outcome;

	if (c->table->outcome) {
		ASK_RUN(c, "outcome", c->table->outcome(&c->cx, facts, n, &d));
		if (c->failed || !sh_driver_disposition_ok(&d))
			d = safe;
		c->unknown = c->unknown && d.outcome == told; /* else another fact told more */
	}
	/* Whoever asked for it, and whatever else came of the call. */
	if (sh_str_is(sh_pair_get(facts, n, "do_not_call"), "true"))
		d = (struct sh_disposition){ .outcome = SH_OUTCOME_DO_NOT_CALL, .retry = SH_RETRY_NEVER };
	return d;
}
