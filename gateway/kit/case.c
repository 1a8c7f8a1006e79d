/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* kit/case.c: puts a question to a driver, as the gateway would. */
#include "gateway/kit/case.h"

bool
sh_case_fits(const struct sh_case *q, const struct sh_driver_loaded *d)
{
	switch (q->what) {
	case SH_CASE_WEBHOOK:
		return sh_driver_can(d, SH_CAN_WEBHOOK);
	case SH_CASE_OUTCOME:
		return d->nreasons > 0;
	default:
		return sh_driver_can(d, q->can);
	}
}

static void
case_webhook(const struct sh_case *q, struct sh_case_answer *a)
{
	struct sh_finding f = q->finding;

	a->verdict = sh_driver_verify(&a->call, &q->delivery, q->account);
	a->answer = sh_driver_normalize(&a->call, &q->delivery, q->account);
	if (a->answer != SH_ANSWER_OK)
		return;
	for (const struct sh_event_item *i = a->call.events; i; i = i->next)
		f.question |= i->event.question;
	a->reply = sh_driver_reply(&a->call, &q->delivery, q->account, &f);
}

static enum sh_status
case_request(const struct sh_case *q, struct sh_case_answer *a)
{
	struct sh_dial dial = q->dial;

	dial.from = &q->from;
	if (q->can == SH_CAN_DIAL)
		return sh_driver_ask_dial(&a->call, q->account, &dial, &a->request, &a->error);
	if (q->can == SH_CAN_CALLS)
		return sh_driver_ask_calls(&a->call, q->account, &q->query, q->cursor_or_id, &a->request, &a->error);
	return sh_driver_ask(&a->call, q->can, q->account, q->cursor_or_id, &a->request, &a->error);
}

static void
case_answer(const struct sh_case *q, struct sh_case_answer *a)
{
	struct sh_exchange x = { .size = sizeof(x), .request = &a->request, .response = &q->response };

	x.cursor = q->can == SH_CAN_CALL ? SH_NONE : q->cursor_or_id;
	x.query = q->can == SH_CAN_CALLS ? &q->query : NULL;
	if (case_request(q, a) != SH_OK)
		return;
	if (q->can == SH_CAN_DIAL)
		a->placed = sh_driver_read_dial(&a->call, q->account, &x);
	else
		a->answer = sh_driver_read(&a->call, q->can, q->account, &x);
}

void
sh_case_put(const struct sh_case *q, const struct sh_driver_loaded *d, struct sh_case_answer *a)
{
	assert(sh_case_fits(q, d));
	*a = (struct sh_case_answer){ .question = q };
	sh_driver_call_init(&a->call, d, SH_CASE_ARENA_BYTES, q->now_ms);
	switch (q->what) {
	case SH_CASE_WEBHOOK:
		case_webhook(q, a);
		break;
	case SH_CASE_REQUEST:
		(void)case_request(q, a);
		break;
	case SH_CASE_ANSWER:
		case_answer(q, a);
		break;
	case SH_CASE_OUTCOME:
		a->means = sh_driver_outcome(&a->call, q->facts, q->nfacts);
		break;
	}
}

void
sh_case_clear(struct sh_case_answer *a)
{
	sh_driver_call_clear(&a->call);
}
