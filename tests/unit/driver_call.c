/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* One call into a driver: what it may answer, what is cut, what it keeps, and how a list is walked. */
#include "driver_call.h"

static void
many_events(struct sh_ctx *cx)
{
	for (int i = 0; i < 64; i++) {
		struct sh_event e = { .dedup = sh_int_format(cx, i), .kind = SH_KIND_CALL_ENDED };

		sh_event_add(cx, &e);
	}
}

static void
whole_page(struct sh_ctx *cx)
{
	struct sh_event e = { .call_id = SH_STR("c") };

	for (int i = 0; i < 1000; i++)
		sh_event_add(cx, &e);
}

/* A delivery holds 64 events, each page of a list 1,000. */
static void
test_events(void **state)
{
	struct sh_driver_call c;
	uint32_t n = 0;

	(void)state;
	call_run(&c, SH_CAN_WEBHOOK, many_events);
	assert_false(c.failed);
	assert_int_equal(c.nevents, 64);
	for (struct sh_event_item *i = c.events; i; i = i->next)
		n++;
	assert_int_equal(n, 64);
	assert_true(sh_str_is(c.events->next->event.dedup, "1"));
	sh_driver_call_clear(&c);

	sh_driver_call_init(&c, &call_driver, 16 << 20, CALL_NOW);
	call_again(&c, SH_CAN_CALLS, wrong_events);
	assert_true(c.failed);
	assert_int_equal(c.nevents, 1000);
	sh_driver_call_clear(&c);

	sh_driver_call_init(&c, &call_driver, 16 << 20, CALL_NOW);
	for (int page = 0; page < 3; page++)
		call_again(&c, SH_CAN_CALLS, whole_page);
	assert_false(c.failed);
	sh_driver_call_clear(&c);
}

static void
odd_event(struct sh_ctx *cx)
{
	struct sh_str fact = call_fill(cx, 'f', 256), longer = call_fill(cx, 'f', 257);
	struct sh_pair facts[40];
	char *words = sh_alloc(cx, 1025);
	struct sh_event e = { .kind = SH_KIND_CALL_ENDED, .facts = facts, .nfacts = 40, .cost_microcents = -77, .started_ms = -5 };

	for (int i = 0; i < 40; i++)
		facts[i] = (struct sh_pair){ SH_STR("some"), fact };
	facts[1].value = longer;
	facts[2].value = SH_STR("\xff");
	facts[3].name = SH_NONE;
	e.dedup = call_fill(cx, 'd', 129);
	e.call_id = call_fill(cx, 'c', 129);
	e.agent_id = call_fill(cx, 'a', 128);
	e.from = SH_STR("+1415\0"
			"555");
	/* 1023 blanks and one character of two bytes: the cut falls inside it. */
	memset(words, ' ', 1023);
	memcpy(words + 1023, "\xc3\xa9", 2);
	e.callback_words = (struct sh_str){ words, 1025 };
	e.variables = SH_STR("[1]");
	e.metadata = SH_STR("{\"a\":}");
	e.recording_url = call_fill(cx, 'u', 2049);
	e.name = SH_STR("");
	sh_event_add(cx, &e);
}

static void
test_limits(void **state)
{
	struct sh_driver_call c;
	const struct sh_event *e;

	(void)state;
	sh_log_set_level(SH_LOG_ERROR);
	call_run(&c, SH_CAN_WEBHOOK, odd_event);
	assert_false(c.failed);
	e = &c.events->event;
	assert_int_equal(e->size, sizeof(*e));
	assert_int_equal(e->nfacts, 30); /* 32 looked at, two of them odd */
	assert_int_equal(e->facts[0].value.n, 256);
	assert_int_equal(e->facts[1].value.n, 256); /* cut */
	assert_int_equal(e->dedup.n, 64); /* hex of a SHA-256 */
	assert_null(e->call_id.s);
	assert_int_equal(e->agent_id.n, 128);
	assert_null(e->from.s);
	assert_int_equal(e->callback_words.n, 1023);
	assert_null(e->variables.s);
	assert_null(e->metadata.s);
	assert_null(e->recording_url.s);
	assert_non_null(e->name.s);
	assert_int_equal(e->name.n, 0);
	assert_int_equal(e->cost_microcents, -1);
	assert_int_equal(e->started_ms, 0);
	sh_driver_call_clear(&c);
}

static void
long_transcript(struct sh_ctx *cx)
{
	struct sh_event e = { .dedup = SH_STR("a"), .transcript = call_fill(cx, 't', (1 << 20) + 1) };

	sh_event_add(cx, &e);
}

static void
some_numbers(struct sh_ctx *cx)
{
	struct sh_number good = { .e164 = SH_STR("+14155550100"),
		.provider_id = SH_STR("+14155550100"),
		.voice = true,
		.label = SH_STR("Front desk"),
		.bindings = SH_STR("{\"a\":1}"),
		.dial = SH_STR("[]") };
	struct sh_number pseudo = { .e164 = SH_STR("1001"), .provider_id = SH_STR("1001"), .bindings = SH_STR("{") };

	sh_number_add(cx, &good);
	sh_number_add(cx, &pseudo);
}

static void
rows_with_bad_ones(struct sh_ctx *cx)
{
	struct sh_number numbers[] = { { .provider_id = SH_STR("a") }, { .label = SH_STR("no id") },
		{ .provider_id = call_fill(cx, 'i', 129) }, { .provider_id = SH_STR("\xff") }, { .provider_id = SH_STR("b") } };
	struct sh_number nothing = { .label = SH_STR("no id") };

	for (size_t i = 0; i < SH_LENGTH(numbers); i++)
		sh_number_add(cx, &numbers[i]);
	for (int i = 0; i < 100; i++)
		sh_number_add(cx, &nothing);
}

/* One row that cannot be stored is no reason to lose the others, and it is told. */
static void
test_dropped(void **state)
{
	static const struct {
		uint32_t row;
		const char *why;
	} first[] = { { 2, "missing" }, { 3, "too long" }, { 4, "not UTF-8" }, { 6, "missing" } };
	const struct sh_dropped_item *at;
	struct sh_driver_call c;
	int told = 0;

	(void)state;
	call_run(&c, SH_CAN_NUMBERS, rows_with_bad_ones);
	assert_false(c.failed);
	assert_int_equal(c.nnumbers, 2);
	assert_int_equal(c.nagents, 0);
	assert_true(sh_str_is(c.numbers->next->number.provider_id, "b"));
	assert_int_equal(c.ndropped, 103);
	at = c.dropped;
	for (size_t i = 0; i < SH_LENGTH(first); i++, at = at->next) {
		assert_int_equal(at->row, first[i].row);
		assert_string_equal(at->why, first[i].why);
	}
	for (at = c.dropped; at; at = at->next)
		told++;
	assert_int_equal(told, SH_DROPPED_TOLD);
	/* Rows are counted over all pages of a call. */
	call_again(&c, SH_CAN_NUMBERS, some_numbers);
	assert_int_equal(c.nrows, 107);
	sh_driver_call_clear(&c);
}

static void
test_handed(void **state)
{
	struct sh_driver_call c;

	(void)state;
	sh_driver_call_init(&c, &call_driver, 8 << 20, CALL_NOW);
	call_again(&c, SH_CAN_WEBHOOK, long_transcript);
	assert_false(c.failed);
	assert_int_equal(c.events->event.transcript.n, 1 << 20);
	sh_driver_call_clear(&c);

	call_run(&c, SH_CAN_NUMBERS, some_numbers);
	assert_int_equal(c.nnumbers, 2);
	assert_true(sh_str_is(c.numbers->number.e164, "+14155550100"));
	assert_true(sh_str_is(c.numbers->number.bindings, "{\"a\":1}"));
	assert_null(c.numbers->next->number.e164.s);
	assert_null(c.numbers->next->number.bindings.s);
	assert_true(sh_str_is(c.numbers->next->number.provider_id, "1001"));
	sh_driver_call_clear(&c);
}

static void
ask_next(struct sh_ctx *cx)
{
	sh_failed(cx, "\xff");
	sh_next(cx, SH_STR("page 2"));
	cx->after_ms = INT64_MAX;
}

static void
ask_far(struct sh_ctx *cx)
{
	sh_next(cx, call_fill(cx, 'c', 1025));
}

/* Two runs share an arena; what a run adds to its answer ends where the next begins. */
static void
test_answers(void **state)
{
	struct sh_driver_call c;
	int n = 0;

	(void)state;
	call_run(&c, SH_CAN_NUMBERS, ask_next);
	assert_true(sh_str_is(c.cx.text, "(a text that cannot be shown)"));
	assert_int_equal(c.cx.after_ms, 86400000);
	assert_true(sh_driver_call_more(&c));
	call_again(&c, SH_CAN_NUMBERS, some_numbers);
	assert_null(c.cx.text.s);
	assert_false(sh_driver_call_more(&c));
	/* A cursor that cannot be kept is the provider's doing, but half a walk must not pass for the whole. */
	call_does = ask_far;
	assert_int_equal(sh_driver_read(&c, SH_CAN_NUMBERS, NULL, NULL), SH_ANSWER_FAILED);
	assert_false(c.failed);
	assert_null(c.cx.cursor.s);
	assert_true(sh_str_is(c.cx.text, "the next page's cursor has more than 1024 bytes, or is not UTF-8"));
	call_again(&c, SH_CAN_NUMBERS, some_numbers);
	assert_int_equal(c.nnumbers, 2);
	/* After a failure no run begins. */
	call_again(&c, SH_CAN_AGENTS, wrong_channel);
	assert_true(c.failed);
	call_again(&c, SH_CAN_NUMBERS, some_numbers);
	for (struct sh_number_item *i = c.numbers; i; i = i->next)
		n++;
	assert_int_equal(n, 4);
	sh_driver_call_clear(&c);
}

/* How many pages a walk reads whose cursors go round in a circle of this length after a way to it. */
static int
walk_round(int way, int length)
{
	struct sh_driver_walk w = { 0 };
	char text[16];
	int at = 0, read = 0;

	do {
		snprintf(text, sizeof(text), "c%d", at);
		at = at + 1 < way + length ? at + 1 : way;
	} while (sh_driver_walk_on(&w, sh_str(text)) && ++read < 1000);
	return read;
}

static void
test_walk(void **state)
{
	struct sh_driver_walk w = { 0 };
	char text[SH_DRIVER_CURSOR];

	(void)state;
	for (int way = 0; way < 8; way++)
		for (int length = 1; length < 8; length++) {
			int read = walk_round(way, length);

			if (read < way + length || read > 3 * (way + length) + 1)
				fail_msg("a way of %d, a round of %d: %d pages", way, length, read);
		}
	/* The longest cursor is told from one that differs at its end. */
	memset(text, 'c', sizeof(text));
	assert_true(sh_driver_walk_on(&w, (struct sh_str){ text, sizeof(text) }));
	text[sizeof(text) - 1] = 'd';
	assert_true(sh_driver_walk_on(&w, (struct sh_str){ text, sizeof(text) }));
	assert_false(sh_driver_walk_on(&w, (struct sh_str){ text, sizeof(text) }));
	for (int i = 0; i < 5000; i++) {
		snprintf(text, sizeof(text), "%d", i);
		assert_true(sh_driver_walk_on(&w, sh_str(text)));
	}
}

static struct sh_driver_inside call_slot;

static void
look_inside(struct sh_ctx *cx)
{
	(void)cx;
	assert_string_equal(call_slot.driver, "acme");
	assert_string_equal(call_slot.function, "normalize");
	assert_true(call_slot.since_ms > 0);
}

static void
test_watch(void **state)
{
	struct sh_driver_call c;

	(void)state;
	sh_board_watch(&call_slot, NULL);
	call_run(&c, SH_CAN_WEBHOOK, look_inside);
	assert_int_equal(call_slot.since_ms, 0);
	sh_driver_call_clear(&c);
	call_run(&c, SH_CAN_WEBHOOK, wrong_huge);
	assert_int_equal(call_slot.since_ms, 0);
	assert_string_equal(call_slot.function, "normalize");
	sh_driver_call_clear(&c);
	sh_board_watch(NULL, NULL);
}

/* ---- what it keeps ---- */

static void *call_all;

/* Within reach, so that it is kept and not lost. */
static void
keep(struct sh_ctx *cx)
{
	void **p = malloc(1000);

	assert_non_null(p);
	*p = call_all;
	call_all = p;
	memset(sh_alloc(cx, 50000), 'x', 50000);
}

static void
give_back(struct sh_ctx *cx)
{
	(void)cx;
	for (void *older; call_all; call_all = older) {
		older = *(void **)call_all;
		free(call_all);
	}
}

/* All that the host does for it on the heap: pieces of the arena, a text that is ended and one that is not, hashes, the log. */
static void
keep_nothing(struct sh_ctx *cx)
{
	const struct sh_str text = SH_STR("text");
	struct sh_out *done = sh_out_new(cx), *open = sh_out_new(cx);
	uint8_t digest[64];

	sh_out_str(cx, done, call_fill(cx, 'x', 20000));
	sh_out_text(cx, done);
	sh_out_open(cx, open, '[');
	sh_out_str(cx, open, call_fill(cx, 'y', 20000));
	sh_log_text(cx, SH_LOG_DEBUG, "hello");
	sh_hmac(cx, SH_SHA256, SH_STR("key"), &text, 1, digest);
	free(malloc(3000));
}

static void
keep_and_fail(struct sh_ctx *cx)
{
	keep(cx);
	wrong_huge(cx);
}

static void
run_and_clear(call_f *f)
{
	struct sh_driver_call c;

	call_run(&c, SH_CAN_WEBHOOK, f);
	sh_driver_call_clear(&c);
}

static void
test_kept(void **state)
{
	int64_t kept = 0, first;
	void *p;

	(void)state;
	call_driver.kept = &kept;
	run_and_clear(keep_nothing); /* what is made once, such as OpenSSL's tables, is made here */
	first = kept;
	for (int i = 0; i < 100; i++)
		run_and_clear(keep_nothing);
	assert_int_equal(kept, first);
	kept = 0;
	for (int i = 1; i <= 10; i++) {
		run_and_clear(keep);
		assert_in_range(kept, i * 1000, i * 1064);
	}
	run_and_clear(keep_and_fail);
	assert_in_range(kept, 11000, 11 * 1064);
	p = malloc(100000); /* by others, after a run that was broken off, too */
	assert_in_range(kept, 11000, 11 * 1064);
	free(p);
	run_and_clear(give_back);
	assert_int_equal(kept, 0);
	call_driver.kept = NULL;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_dropped),
		cmocka_unit_test(test_handed),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_watch),
		cmocka_unit_test(test_kept),
	};

	return cmocka_run_group_tests_name("driver_call", tests, NULL, NULL);
}
