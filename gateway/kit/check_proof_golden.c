/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/check_proof_golden.c: what golden files say of the provider, turned against the driver: its errors under other statuses, its lists
 * without our ids, its look-ups that show another call, its questions with variables that are no plain words.
 */
#include "gateway/base/reader.h"
#include "gateway/base/text.h"
#include "gateway/kit/trial.h"
#include "gateway/kit/xml.h"

#define GOLDEN_VARIABLES 64
#define GOLDEN_HOSTILE SH_STR("\"><&'")

/* ---- the list ---- */

/* What the table says of the list is a promise: whoever is not in it is called again. */
static void
golden_list(struct sh_trial *t)
{
	const struct sh_driver *table = &t->driver->table;
	bool asked = false, marked = false;

	if (!sh_driver_can(t->driver, SH_CAN_CALLS) || !t->golden_set)
		return;
	for (size_t i = 0; i < t->ngolden && table->list_has_dial_id; i++) {
		const struct sh_golden *g = &t->golden[i];
		struct sh_case_answer a;

		if (g->question.what != SH_CASE_ANSWER || g->question.can != SH_CAN_CALLS ||
		    !trial_put(t, &g->question, &a, "%s", g->name))
			continue;
		asked = true;
		for (const struct sh_event_item *e = a.call.events; e && !a.call.failed; e = e->next)
			marked |= e->event.dial_id.n > 0;
		sh_case_clear(&a);
	}
	if (asked && !marked)
		trial_fault(t, "list_has_dial_id is set, but no golden calls_parse shows `dial`: a call would be taken for absent");
	if (table->list_lag_s > 0)
		trial_note(t,
		    "list_lag_s: whoever is not in the list %u s after the dial is called again; do the documents say so?",
		    table->list_lag_s);
}

/* ---- errors of a dial ---- */

static const struct sh_golden *
golden_of_status(const struct sh_trial *t, int status, enum sh_placing placing)
{
	for (size_t i = 0; i < t->ngolden; i++) {
		const struct sh_golden *g = &t->golden[i];
		const char *says = placing == SH_DIAL_LATER ? "dial later\n" : "dial refused\n";

		if (g->question.what == SH_CASE_ANSWER && g->question.can == SH_CAN_DIAL && g->question.response.status == status &&
		    g->expected.n >= strlen(says) && memcmp(g->expected.s, says, strlen(says)) == 0)
			return g;
	}
	return NULL;
}

/* The provider's own words, from something that stands before it or that broke. */
static void
golden_refusal(struct sh_trial *t, const struct sh_golden *g, int status)
{
	struct sh_case q = g->question;
	struct sh_case_answer a;

	q.response.status = status;
	if (!trial_put(t, &q, &a, "%s with status %d", g->name, status))
		return;
	if (a.call.failed)
		trial_fault(t, "%s with status %d: dial_parse broke a rule: %s", g->name, status, a.call.why);
	else if (a.error.status == SH_OK && a.placed.placing == SH_DIAL_PLACED)
		trial_fault(t, "%s with status %d is a call that was placed", g->name, status);
	else if (a.error.status == SH_OK && a.placed.placing != SH_DIAL_UNKNOWN && !golden_of_status(t, status, a.placed.placing))
		trial_fault(t,
		    "%s with status %d is proof that no call exists: the row of a refusal names its status, and a golden file "
		    "shows it",
		    g->name, status);
	sh_case_clear(&a);
}

static void
golden_refusals(struct sh_trial *t)
{
	static const int statuses[] = { 429, 500, 502, 503, 504 };
	bool errors = false;

	for (size_t i = 0; i < t->ngolden; i++) {
		const struct sh_golden *g = &t->golden[i];

		if (g->question.what != SH_CASE_ANSWER || g->question.can != SH_CAN_DIAL || g->question.response.status < 400)
			continue;
		errors = true;
		for (size_t k = 0; k < SH_LENGTH(statuses); k++)
			if (statuses[k] != g->question.response.status)
				golden_refusal(t, g, statuses[k]);
			else if (statuses[k] >= 500 && golden_of_status(t, statuses[k], SH_DIAL_REFUSED) == g)
				trial_note(
				    t, "%s: status %d proves that no call exists; do the documents say so?", g->name, statuses[k]);
	}
	if (!errors && t->golden_set && sh_driver_can(t->driver, SH_CAN_DIAL))
		trial_note(t, "no golden dial_parse has an error of the provider's: nothing is known of what it makes of one");
}

/* ---- look-ups ---- */

/* The host passes over what is not the call that it asked for: such a call would never be over. */
static void
golden_look(struct sh_trial *t, const struct sh_golden *g)
{
	struct sh_str id = g->question.cursor_or_id;
	struct sh_case_answer a;

	if (!trial_put(t, &g->question, &a, "%s", g->name))
		return;
	for (const struct sh_event_item *e = a.call.events; e && !a.call.failed; e = e->next)
		if (!sh_str_eq(e->event.call_id, id))
			trial_fault(t, "%s asks for the call \"%.*s\", and call_parse shows \"%.*s\": the gateway passes over it",
			    g->name, (int)id.n, id.s ? id.s : "", (int)e->event.call_id.n, e->event.call_id.s);
	if (sh_driver_call_more(&a.call))
		trial_note(t, "%s: call_parse asks for a next page, but a look-up has one alone", g->name);
	sh_case_clear(&a);
}

/* ---- replies ---- */

static bool
golden_has(struct sh_str s, const char *part)
{
	return s.n >= strlen(part) && memmem(s.s, s.n, part, strlen(part)) != NULL;
}

/* What is wrong with the text as what it says it is; NULL: nothing, or it is of another type. */
static const char *
golden_ill(struct sh_arena *arena, const struct sh_reply *r)
{
	if (r->body.n == 0)
		return NULL;
	if (golden_has(r->type, "xml"))
		return sh_xml_fault(r->body);
	if (golden_has(r->type, "json") && !sh_reader_parse(arena, r->body, NULL))
		return "no JSON";
	return NULL;
}

/* What the callee or a colleague has typed must not become the provider's verbs. */
static void
golden_reply(struct sh_trial *t, const struct sh_golden *g)
{
	const struct sh_finding *f = &g->question.finding;
	struct sh_pair variables[GOLDEN_VARIABLES];
	struct sh_case q = g->question;
	struct sh_case_answer a;
	const char *why;

	if (f->nvariables == 0 || f->nvariables > GOLDEN_VARIABLES)
		return;
	for (uint32_t i = 0; i < f->nvariables; i++)
		variables[i] = (struct sh_pair){ f->variables[i].name, GOLDEN_HOSTILE };
	q.finding.variables = variables;
	for (int hostile = 0; hostile < 2; hostile++) {
		if (!trial_put(t, hostile ? &q : &g->question, &a, "%s%s", g->name, hostile ? " with variables like \"><&'" : ""))
			continue;
		why = !a.call.failed && a.answer == SH_ANSWER_OK ? golden_ill(t->arena, &a.reply) : NULL;
		if (why)
			trial_fault(t, "%s%s: the reply's body is %s, but its type is %.*s", g->name,
			    hostile ? " with \"><&' as each variable" : "", why, (int)a.reply.type.n, a.reply.type.s);
		sh_case_clear(&a);
		if (why)
			return;
	}
}

void
proof_golden(struct sh_trial *t)
{
	golden_list(t);
	golden_refusals(t);
	for (size_t i = 0; i < t->ngolden; i++) {
		const struct sh_golden *g = &t->golden[i];

		if (g->question.what == SH_CASE_ANSWER && g->question.can == SH_CAN_CALL)
			golden_look(t, g);
		else if (g->question.what == SH_CASE_WEBHOOK && t->driver->table.reply)
			golden_reply(t, g);
	}
}
