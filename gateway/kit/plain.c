/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/plain.c: one simple question to each of the driver's functions, and the names of them.
 *
 * The account has a value for every setting, so that a driver which looks for one finds it.
 */
#include <stdio.h>

#include "gateway/base/reader.h"
#include "gateway/base/writer.h"
#include "gateway/kit/trial.h"

#define PLAIN_NOW INT64_C(1793000000000)
#define PLAIN_URL "https://hooks.example/api/webhooks/check/wh_1"

static const struct {
	enum sh_capability can;
	const char *request, *parse;
} plain_functions[] = { { SH_CAN_CHECK, "check_request", "check_parse" }, { SH_CAN_NUMBERS, "numbers_request", "numbers_parse" },
	{ SH_CAN_AGENTS, "agents_request", "agents_parse" }, { SH_CAN_DIAL, "dial_request", "dial_parse" },
	{ SH_CAN_CALLS, "calls_request", "calls_parse" }, { SH_CAN_CALL, "call_request", "call_parse" } };

const char *
plain_function(const struct sh_case *q)
{
	if (q->what == SH_CASE_WEBHOOK || q->what == SH_CASE_OUTCOME)
		return q->what == SH_CASE_WEBHOOK ? "webhook" : "outcome";
	for (size_t i = 0; i < SH_LENGTH(plain_functions); i++)
		if (plain_functions[i].can == q->can)
			return q->what == SH_CASE_REQUEST ? plain_functions[i].request : plain_functions[i].parse;
	return "";
}

static struct sh_str
plain_value(struct sh_arena *a, const struct sh_setting *s)
{
	if (s->fallback)
		return sh_str(s->fallback);
	switch (s->kind) {
	case SH_SETTING_URL:
		return SH_STR("https://provider.example");
	case SH_SETTING_FLAG:
		return SH_STR("true");
	case SH_SETTING_CHOICE:
		return (struct sh_str){ s->choices, strcspn(s->choices, "|") };
	case SH_SETTING_SECRET:
		return SH_STR("a-secret-that-nobody-knows");
	case SH_SETTING_NUMBER:
		return sh_arena_printf(a, "%lld", (long long)s->least);
	case SH_SETTING_JSON:
		return SH_STR("{}");
	default:
		return SH_STR("word");
	}
}

static const struct sh_account *
plain_account(struct sh_arena *a, const struct sh_driver_loaded *d)
{
	const struct sh_json *stored;
	struct sh_buf b;
	struct sh_out o;

	sh_buf_init(&b, 1 << 20);
	sh_writer_init(&o, &b);
	sh_writer_open(&o, '{');
	for (uint32_t i = 0; i < d->nsettings; i++) {
		struct sh_setting s = sh_driver_setting(d, i);

		sh_writer_key_str(&o, s.name, plain_value(a, &s));
	}
	sh_writer_close(&o, '}');
	stored = sh_reader_parse(a, sh_arena_str(a, sh_buf_str(&b)), NULL);
	sh_buf_clear(&b);
	return sh_driver_account(a, d, &stored, 1, 0);
}

static void
plain_fill(struct sh_case *q, const struct sh_account *account)
{
	static const struct sh_pair variables[] = { { SH_STR("name"), SH_STR("Zoë") } };
	static const struct sh_pair facts[] = { { SH_STR("reason"), SH_STR("a_reason_that_nobody_has") } };

	q->now_ms = PLAIN_NOW;
	q->account = account;
	q->delivery = (struct sh_delivery){ .size = sizeof(q->delivery),
		.method = SH_STR("POST"),
		.url = SH_STR(PLAIN_URL),
		.body = SH_STR("{}"),
		.arrived_ms = PLAIN_NOW };
	q->finding = (struct sh_finding){ .size = sizeof(q->finding), .variables = variables, .nvariables = 1 };
	q->cursor_or_id = q->what != SH_CASE_OUTCOME && q->can == SH_CAN_CALL ? SH_STR("call_1") : SH_NONE;
	q->query = (struct sh_query){ .size = sizeof(q->query), .from_ms = PLAIN_NOW - 3600000, .until_ms = PLAIN_NOW };
	q->from = (struct sh_number){
		.size = sizeof(q->from), .e164 = SH_STR("+14155550100"), .provider_id = SH_STR("+14155550100"), .voice = true
	};
	q->dial = (struct sh_dial){ .size = sizeof(q->dial),
		.to = SH_STR("+12135550142"),
		.agent_id = SH_STR("agent_1"),
		.dial_id = SH_STR("01938f5e-0000-7000-8000-000000000001"),
		.callback_id = SH_STR("01938f5e-0000-7000-8000-000000000002"),
		.attempt = 1,
		.variables = variables,
		.nvariables = 1,
		.webhook_url = SH_STR(PLAIN_URL) };
	q->response = (struct sh_response){ .size = sizeof(q->response), .status = 200, .body = SH_STR("{}") };
	q->facts = facts;
	q->nfacts = 1;
}

/* A driver may know by its settings' looks that nothing can be asked; golden files have settings that do. */
static bool
plain_golden(const struct sh_trial *t, struct sh_case *q)
{
	for (size_t i = 0; i < t->ngolden; i++) {
		const struct sh_golden *g = &t->golden[i];
		bool refused = g->expected.n > 8 && memcmp(g->expected.s, "refused:", 8) == 0;

		if (g->question.what == q->what && (q->what == SH_CASE_WEBHOOK || g->question.can == q->can) && !refused) {
			*q = g->question;
			return true;
		}
	}
	return false;
}

size_t
plain_cases(struct sh_trial *t, struct sh_case ret[PLAIN_MOST])
{
	const struct sh_account *account = plain_account(t->arena, t->driver);
	size_t n = 0;

	assert(account);
	for (int what = SH_CASE_WEBHOOK; what <= SH_CASE_OUTCOME; what++)
		for (size_t i = 0; i < SH_LENGTH(plain_functions); i++) {
			struct sh_case q = { .what = (enum sh_case_what)what, .can = plain_functions[i].can };

			/* Of what is no request and no answer there is one alone. */
			if ((what == SH_CASE_WEBHOOK || what == SH_CASE_OUTCOME) && i > 0)
				break;
			if (!sh_case_fits(&q, t->driver))
				continue;
			if (what == SH_CASE_OUTCOME || !plain_golden(t, &q))
				plain_fill(&q, account);
			ret[n++] = q;
		}
	return n;
}
