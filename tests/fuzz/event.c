/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * fuzz/event.c: any text as a stored event. What is read, written and read again, is the same; merging with itself changes
 * nothing, merging with what came before loses nothing.
 *
 * Input: an event; after a NUL, one that came before it.
 */
#include "gateway/engine/event.h"
#include "tests/fuzz/fuzz.h"

static void
fuzz_same(const struct sh_event *x, const struct sh_event *y)
{
	fuzz_expect(x->kind == y->kind && x->final == y->final && x->over == y->over && x->direction == y->direction &&
			x->channel == y->channel && x->callback == y->callback,
	    "an enumeration");
	fuzz_expect(
	    x->started_ms == y->started_ms && x->ended_ms == y->ended_ms && x->cost_microcents == y->cost_microcents, "a number");
	fuzz_expect(sh_str_eq(x->call_id, y->call_id) && sh_str_eq(x->agent_id, y->agent_id) && sh_str_eq(x->from, y->from) &&
			sh_str_eq(x->to, y->to) && sh_str_eq(x->dial_id, y->dial_id) && sh_str_eq(x->name, y->name) &&
			sh_str_eq(x->callback_time, y->callback_time) && sh_str_eq(x->callback_words, y->callback_words) &&
			sh_str_eq(x->recording_url, y->recording_url) && sh_str_eq(x->variables, y->variables) &&
			(y->dial_id.n || sh_str_eq(x->metadata, y->metadata)) &&
			(x->transcript.n > SH_EVENT_SPEECH || sh_str_eq(x->transcript, y->transcript)),
	    "a text");
	fuzz_expect(x->nfacts == y->nfacts, "the number of facts");
	for (uint32_t i = 0; i < x->nfacts; i++)
		fuzz_expect(
		    sh_str_eq(x->facts[i].name, y->facts[i].name) && sh_str_eq(x->facts[i].value, y->facts[i].value), "a fact");
}

static bool
fuzz_written(struct sh_arena *a, const struct sh_event *e, struct sh_event *ret)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf text;
	struct sh_str kept;

	sh_buf_init(&text, SH_EVENT_BYTES);
	sh_event_write(e, a, &text);
	if (text.failed)
		return false;
	kept = sh_arena_str(a, sh_buf_str(&text));
	fuzz_expect(sh_event_read(a, kept, ret, NULL), "what was written cannot be read");
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	SH_CLEANUP(sh_arena_freep) struct sh_arena *a = sh_arena_new(32 << 20);
	struct sh_str rest = { (const char *)data, n }, text = fuzz_part(&rest, '\0');
	struct sh_event e, again, before, merged;
	struct sh_event_ids ids = { .attempt = 0 };

	if (!sh_event_read(a, text, &e, &ids))
		return 0;
	fuzz_expect(ids.attempt >= 0 && ids.attempt < 1000, "an attempt out of range");
	fuzz_expect(sh_event_rank(&e) >= 0 && sh_event_rank(&e) <= 4, "a rank out of range");
	if (fuzz_written(a, &e, &again))
		fuzz_same(&e, &again);
	if (!sh_event_read(a, rest, &before, NULL))
		return 0;
	merged = e;
	sh_event_merge(a, &before, &merged);
	fuzz_expect(sh_event_rank(&merged) >= sh_event_rank(&e) && (!before.over || merged.over) && (!before.final || merged.final),
	    "merging takes a call back");
	fuzz_expect(merged.nfacts <= SH_EVENT_FACTS, "too many facts");
	again = merged;
	sh_event_merge(a, &before, &again);
	fuzz_same(&merged, &again);
	return 0;
}
