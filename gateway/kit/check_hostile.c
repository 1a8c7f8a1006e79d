/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/check_hostile.c: every function under input that no provider sends.
 *
 * Each golden question, and a plain one to each function, as it is, empty, cut off at many places, huge, and then mutated `rounds` times.
 * Nothing may end the process, break a rule of the interface, or answer otherwise the second time.
 */
#include <stdio.h>

#include "gateway/kit/files.h"
#include "gateway/kit/mutate.h"
#include "gateway/kit/trial.h"

#define HOSTILE_ARENA ((size_t)256 << 20)
#define HOSTILE_TEXT ((size_t)80 << 20)
#define HOSTILE_CUTS 40
#define HOSTILE_FAULTS 24 /* more of them teach nothing */

struct hostile {
	struct sh_trial *t;
	struct sh_arena *arena; /* of one question */
	const char *name;
	unsigned faults;
	uint64_t turn;
};

static void SH_PRINTF(3, 4) hostile_fault(struct hostile *h, const char *what, const char *fmt, ...)
{
	char text[TRIAL_TEXT];
	va_list args;

	if (h->faults++ >= HOSTILE_FAULTS)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	trial_fault(h->t, "%s, %s: %s", h->name, what, text);
}

/* What must hold of an answer, whatever was asked. */
static void
hostile_judge(struct hostile *h, const struct sh_case_answer *a, const char *what, bool huge)
{
	const char *why = a->call.why ? a->call.why : "";

	/* An input of megabytes may be too much for one call: it ends as failed, and nothing else. */
	if (a->call.failed && !(huge && (strstr(why, "memory") || strstr(why, "more than one"))))
		hostile_fault(h, what, "%s broke a rule: %s", a->call.function, why);
	for (const struct sh_event_item *i = a->call.events; i && !a->call.failed; i = i->next)
		if (i->event.final && !i->event.over)
			hostile_fault(h, what, "an event is final, but not over");
}

static void
hostile_put(struct hostile *h, const struct sh_case *question, const char *what, bool huge)
{
	bool twice = h->turn++ % 8 == 0 && !huge;
	struct sh_case q = *question;
	struct sh_case_answer a;
	struct sh_str cursor = SH_NONE;
	struct sh_buf texts[2];

	guard_case(h->t->guard, h->arena, &q);
	for (int i = 0; i < 1 + twice; i++) {
		sh_buf_init(&texts[i], HOSTILE_TEXT);
		if (!trial_put(h->t, &q, &a, "%s, %s", h->name, what))
			continue;
		if (i == 0)
			hostile_judge(h, &a, what, huge);
		sh_case_show(&a, &texts[i]);
		if (i == 0 && a.call.cx.cursor.n > 0 && q.what == SH_CASE_ANSWER)
			cursor = sh_arena_str(h->arena, a.call.cx.cursor);
		sh_case_clear(&a);
	}
	/* What it wants to be asked next, made out of such input. */
	if (cursor.n > 0 && !huge) {
		q.cursor_or_id = cursor;
		if (trial_put(h->t, &q, &a, "%s, %s, the next page", h->name, what)) {
			hostile_judge(h, &a, what, huge);
			sh_case_clear(&a);
		}
	}
	if (twice && !sh_str_eq(sh_buf_str(&texts[0]), sh_buf_str(&texts[1])))
		hostile_fault(h, what, "the same question, another answer");
	for (int i = 0; i < 1 + twice; i++)
		sh_buf_clear(&texts[i]);
}

static struct sh_str *
hostile_body(struct sh_case *q)
{
	if (q->what == SH_CASE_WEBHOOK)
		return &q->delivery.body;
	return q->what == SH_CASE_ANSWER ? &q->response.body : NULL;
}

static void
hostile_cuts(struct hostile *h, const struct sh_case *question)
{
	struct sh_case q = *question;
	struct sh_str *body = hostile_body(&q), whole = body ? *body : SH_NONE;
	char what[64];

	for (size_t i = 0; body && whole.n && i < HOSTILE_CUTS; i++) {
		body->n = i < 4 && i < whole.n ? i : whole.n * i / HOSTILE_CUTS;
		snprintf(what, sizeof(what), "cut off after %zu bytes", body->n);
		hostile_put(h, &q, what, false);
	}
}

static void
hostile_empty(struct hostile *h, const struct sh_case *question)
{
	struct sh_case q = *question;
	struct sh_account none = *question->account;

	none.values = sh_arena_array(h->arena, struct sh_value, none.nvalues + 1);
	q.account = &none;
	hostile_put(h, &q, "without settings", false);
	q = *question;
	q.delivery.headers = q.response.headers = q.facts = NULL;
	q.delivery.nheaders = q.response.nheaders = q.nfacts = 0;
	q.dial = (struct sh_dial){ .size = sizeof(q.dial), .attempt = 1 };
	q.dial.to = q.dial.dial_id = q.dial.callback_id = q.from.provider_id = SH_STR("");
	q.cursor_or_id = SH_NONE;
	if (hostile_body(&q))
		*hostile_body(&q) = SH_STR("");
	hostile_put(h, &q, "empty", false);
}

/* 16 MiB of a pattern, which is the most that a body may have. */
static void
hostile_huge(struct hostile *h, const struct sh_case *question)
{
	static const struct {
		const char *what, *head, *unit, *tail;
	} patterns[] = { { "16 MiB of zero bytes", "", "\0", "" }, { "16 MiB of digits", "", "7", "" },
		{ "16 MiB of brackets", "", "[", "" }, { "16 MiB of objects in objects", "", "{\"a\":", "" },
		{ "16 MiB of a string", "{\"event\":\"", "abcdefgh", "\"}" },
		{ "16 MiB of a list", "{\"data\":[0", ",{\"id\":\"x\"}", "]}" }, { "16 MiB of a form", "a=b", "&a=b", "" } };
	struct sh_case q = *question;
	char *p;

	if (!hostile_body(&q) || !(p = sh_arena_alloc(h->arena, SH_FILE_MAX)))
		return;
	for (size_t i = 0; i < SH_LENGTH(patterns); i++) {
		size_t head = strlen(patterns[i].head), tail = strlen(patterns[i].tail), unit = strlen(patterns[i].unit), n;

		unit = unit ? unit : 1;
		memcpy(p, patterns[i].head, head);
		for (n = head; n + unit + tail <= SH_FILE_MAX; n += unit)
			memcpy(p + n, patterns[i].unit, unit);
		memcpy(p + n, patterns[i].tail, tail);
		*hostile_body(&q) = (struct sh_str){ p, n + tail };
		hostile_put(h, &q, patterns[i].what, true);
	}
}

static void
hostile_mutated(struct hostile *h, const struct sh_case *question, uint64_t *state)
{
	for (uint32_t round = 0; round < h->t->options->rounds; round++) {
		uint64_t seed = mutate_next(state), turn = seed;
		struct sh_case q = *question;
		char mutation[120], what[160];

		sh_arena_free(h->arena);
		h->arena = sh_arena_new(HOSTILE_ARENA);
		assert(h->arena);
		mutate_case(h->arena, &turn, &q, mutation);
		snprintf(what, sizeof(what), "mutation %u (%s)", round, mutation);
		hostile_put(h, &q, what, false);
	}
}

static void
hostile_question(struct hostile *h, const struct sh_case *q, const char *name, uint64_t *state)
{
	h->name = name;
	h->arena = sh_arena_new(HOSTILE_ARENA);
	assert(h->arena);
	hostile_put(h, q, "as it is", false);
	hostile_empty(h, q);
	hostile_cuts(h, q);
	hostile_mutated(h, q, state);
	sh_arena_free(h->arena);
}

void
check_hostile(struct sh_trial *t)
{
	struct hostile h = { .t = t };
	struct sh_case plain[PLAIN_MOST];
	size_t n = plain_cases(t, plain);
	uint64_t state = t->options->seed;

	for (size_t i = 0; i < n; i++) {
		hostile_question(&h, &plain[i], plain_function(&plain[i]), &state);
		if (t->options->brief)
			continue;
		h.arena = sh_arena_new(HOSTILE_ARENA);
		hostile_huge(&h, &plain[i]);
		sh_arena_free(h.arena);
	}
	for (size_t i = 0; i < t->ngolden; i++)
		hostile_question(&h, &t->golden[i].question, t->golden[i].name, &state);
	if (h.faults > HOSTILE_FAULTS)
		trial_note(t, "%u faults more of this kind", h.faults - HOSTILE_FAULTS);
	trial_summary(t, "%llu questions, none of which broke a rule", (unsigned long long)t->page->questions[t->check]);
}
