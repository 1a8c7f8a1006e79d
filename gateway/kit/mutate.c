/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/mutate.c: which part of a question is broken. What the gateway promises stays as promised: it checks settings before it stores
 * them, delivers a channel that exists, an attempt of one or more, metadata that is a JSON object, and a cursor as the driver made it.
 */
#include "gateway/kit/mutate.h"

#include <stdio.h>

struct mutate {
	struct sh_arena *arena;
	uint64_t *state;
	const char *what;
};

static struct sh_pair *
mutate_pairs(struct mutate *m, const struct sh_pair *pairs, uint32_t *n, uint32_t most)
{
	struct sh_pair *copy = sh_arena_array(m->arena, struct sh_pair, *n + 1);
	size_t i = mutate_below(m->state, *n);

	if (!copy)
		return (struct sh_pair *)pairs;
	if (*n)
		memcpy(copy, pairs, *n * sizeof(*copy));
	switch (*n ? mutate_below(m->state, 5) : 4) {
	case 0:
		memmove(&copy[i], &copy[i + 1], (*n - i - 1) * sizeof(*copy));
		--*n;
		m->what = "one left out";
		break;
	case 1:
		copy[*n] = copy[i];
		*n += *n < most;
		m->what = "one twice";
		break;
	case 2:
		copy[i].value = mutate_odd(m->state);
		m->what = "an odd one";
		break;
	case 3:
		copy[i].value = mutate_text(m->arena, m->state, copy[i].value, &m->what);
		break;
	default:
		copy[*n] = (struct sh_pair){ SH_STR("x-odd"), mutate_odd(m->state) };
		*n += *n < most;
		m->what = "one more";
	}
	return copy;
}

/* Stored values end in a NUL beyond their length, which is the interface's promise. */
static void
mutate_setting(struct mutate *m, struct sh_case *q)
{
	struct sh_account *account = sh_arena_make(m->arena, struct sh_account);
	uint32_t n = q->account->nvalues;
	struct sh_value *values = sh_arena_array(m->arena, struct sh_value, n + 1);
	struct sh_str odd = mutate_odd(m->state);
	size_t i = mutate_below(m->state, n);

	if (!account || !values || n == 0)
		return;
	*account = *q->account;
	memcpy(values, q->account->values, n * sizeof(*values));
	if (memchr(odd.s, '\0', odd.n) || memchr(odd.s, '\n', odd.n) || odd.n > 4096)
		odd = SH_NONE;
	values[i].now = mutate_below(m->state, 3) ? sh_arena_str(m->arena, odd) : SH_NONE;
	account->values = values;
	q->account = account;
	m->what = "a setting";
}

static void
mutate_delivery(struct mutate *m, struct sh_case *q)
{
	static const struct sh_str methods[] = { SH_STR("GET"), SH_STR("PUT"), SH_STR("BREW"), SH_STR("") };
	struct sh_delivery *d = &q->delivery;

	switch (mutate_below(m->state, 12)) {
	case 0:
	case 1:
		d->headers = mutate_pairs(m, d->headers, &d->nheaders, 100);
		break;
	case 2:
		d->method = methods[mutate_below(m->state, SH_LENGTH(methods))];
		m->what = "another method";
		break;
	case 3:
		d->url = mutate_text(m->arena, m->state, d->url, &m->what);
		break;
	case 4:
		d->arrived_ms = (int64_t)(mutate_next(m->state) >> (mutate_next(m->state) % 40 + 2));
		m->what = "another time";
		break;
	case 5:
		q->finding.variables = mutate_pairs(m, q->finding.variables, &q->finding.nvariables, 100);
		q->finding.refused = mutate_below(m->state, 2) == 0;
		q->finding.agent_id = mutate_below(m->state, 2) ? SH_NONE : mutate_odd(m->state);
		m->what = "another finding";
		break;
	default:
		d->body = mutate_text(m->arena, m->state, d->body, &m->what);
	}
}

static void
mutate_answer(struct mutate *m, struct sh_case *q)
{
	static const int statuses[] = { 100, 199, 200, 201, 204, 206, 301, 304, 400, 401, 402, 403, 404, 409, 410, 422, 429, 500,
		503, 599 };

	switch (mutate_below(m->state, 8)) {
	case 0:
		q->response.headers = mutate_pairs(m, q->response.headers, &q->response.nheaders, 100);
		break;
	case 1:
		q->response.status = statuses[mutate_below(m->state, SH_LENGTH(statuses))];
		m->what = "another status";
		break;
	default:
		q->response.body = mutate_text(m->arena, m->state, q->response.body, &m->what);
	}
}

static void
mutate_request(struct mutate *m, struct sh_case *q)
{
	/* A cursor is given back as the driver gave it: only an id comes from elsewhere. */
	struct sh_str *words[] = { q->can == SH_CAN_CALL ? &q->cursor_or_id : &q->dial.agent_id, &q->from.provider_id,
		&q->from.dial, &q->dial.agent_id, &q->dial.dial_id, &q->query.dial_id, &q->dial.to, &q->query.from, &q->query.to };
	size_t i = mutate_below(m->state, SH_LENGTH(words) + 3);

	if (i < SH_LENGTH(words)) {
		*words[i] = mutate_below(m->state, 4) ? mutate_odd(m->state) : SH_NONE;
		/* What only our own code makes is never missing. */
		if (!words[i]->s && (words[i] == &q->dial.dial_id || words[i] == &q->dial.to || words[i] == &q->from.provider_id))
			*words[i] = SH_STR("");
		m->what = "an odd word";
	} else if (i == SH_LENGTH(words)) {
		q->dial.variables = mutate_pairs(m, q->dial.variables, &q->dial.nvariables, 100);
	} else if (i == SH_LENGTH(words) + 1) {
		q->dial.channel = (enum sh_channel)mutate_below(m->state, SH_CHANNEL_SMS + 1);
		m->what = "another channel";
	} else {
		q->dial.metadata = mutate_below(m->state, 2) ? SH_STR("{\"a\":[{\"b\":null}],\"\":\"\\u0000\"}") : SH_NONE;
		q->dial.attempt = 1 + (int)mutate_below(m->state, 1000000);
		m->what = "other metadata";
	}
}

static void
mutate_once(struct mutate *m, struct sh_case *q)
{
	if (mutate_below(m->state, 12) == 0 && q->what != SH_CASE_OUTCOME)
		mutate_setting(m, q);
	else if (q->what == SH_CASE_WEBHOOK)
		mutate_delivery(m, q);
	else if (q->what == SH_CASE_OUTCOME)
		q->facts = mutate_pairs(m, q->facts, &q->nfacts, 32);
	else if (q->what == SH_CASE_ANSWER && mutate_below(m->state, 5))
		mutate_answer(m, q);
	else
		mutate_request(m, q);
}

void
mutate_case(struct sh_arena *a, uint64_t *state, struct sh_case *q, char what[120])
{
	struct mutate m = { .arena = a, .state = state };
	size_t n = 1 + mutate_below(state, 3), at = 0;

	what[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		m.what = "nothing";
		mutate_once(&m, q);
		at += (size_t)snprintf(what + at, at < 120 ? 120 - at : 0, "%s%s", i ? ", " : "", m.what);
		at = at < 119 ? at : 119;
	}
}
