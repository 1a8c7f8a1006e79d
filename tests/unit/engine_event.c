/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* The common event on its way: written and read back, merged, ranked; and when a dial is looked at. */
#include "gateway/engine/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "gateway/base/time.h"
#include "gateway/crypto/seal.h"
#include "gateway/engine/work.h"

#define DIAL "01890a5d-ac96-774b-bcce-b302099a8057"

static const struct sh_pair facts[] = { { SH_STR("reason"), SH_STR("voicemail_reached") }, { SH_STR("status"), SH_STR("ended") } };

static struct sh_event
an_event(void)
{
	return (struct sh_event){ .size = sizeof(struct sh_event),
		.kind = SH_KIND_CALL_ENDED,
		.over = true,
		.direction = SH_DIRECTION_OUTBOUND,
		.call_id = SH_STR("call_1"),
		.agent_id = SH_STR("agent_1"),
		.from = SH_STR("+14155550100"),
		.to = SH_STR("+12135550142"),
		.started_ms = 1793000000000,
		.ended_ms = 1793000031000,
		.facts = facts,
		.nfacts = 2,
		.callback = SH_WISH_YES,
		.callback_time = SH_STR("2027-03-01T15:00:00-08:00"),
		.metadata = SH_STR("{\"sh_callback_id\":\"" DIAL "\",\"sh_attempt\":\"2\",\"sh_chain_id\":\"" DIAL "\"}"),
		.dial_id = SH_STR(DIAL),
		.cost_microcents = -1,
		.dedup = SH_STR("call_ended:call_1"),
		.name = SH_STR("call_ended") };
}

static struct sh_str
written(struct sh_arena *a, const struct sh_event *e)
{
	struct sh_buf b;
	struct sh_str s;

	sh_buf_init(&b, SH_EVENT_BYTES);
	sh_event_write(e, a, &b);
	assert_false(b.failed);
	s = sh_arena_str(a, sh_buf_str(&b));
	sh_buf_clear(&b);
	return s;
}

static void
what_is_written_reads_the_same(void **state)
{
	struct sh_arena *a = sh_arena_new(1 << 20);
	struct sh_event e = an_event(), back;
	struct sh_event_ids ids;

	(void)state;
	assert_true(sh_event_read(a, written(a, &e), &back, &ids));
	assert_int_equal(back.kind, SH_KIND_CALL_ENDED);
	assert_true(back.over && !back.final);
	assert_true(sh_str_eq(back.call_id, e.call_id) && sh_str_eq(back.to, e.to) && sh_str_eq(back.from, e.from));
	assert_true(sh_str_eq(back.callback_time, e.callback_time));
	assert_int_equal(back.ended_ms, e.ended_ms);
	assert_int_equal(back.cost_microcents, -1);
	assert_int_equal(back.nfacts, 2);
	assert_true(sh_str_is(sh_header(back.facts, back.nfacts, "reason"), "voicemail_reached"));
	assert_int_equal(ids.attempt, 2);
	assert_int_equal(ids.callback.b[0], 0x01);
	assert_memory_equal(ids.chain.b, ids.callback.b, sizeof(ids.chain.b));
	/* A first attempt is its chain's root: what its metadata says of one is the caller's. */
	e.metadata = SH_STR("{\"sh_callback_id\":\"" DIAL "\",\"sh_attempt\":\"1\",\"sh_chain_id\":\"" DIAL "\"}");
	ids = sh_event_ids_of(a, &e);
	assert_int_equal(ids.attempt, 1);
	assert_null(sh_id_or_null(&ids.chain));
	assert_null(back.metadata.s); /* only our ids of it are kept */
	sh_arena_free(a);
}

static void
what_is_no_event_is_refused(void **state)
{
	static const char *const bad[] = { "", "[]", "null", "{", "\"x\"", NULL };
	struct sh_arena *a = sh_arena_new(1 << 20);
	struct sh_event e;

	(void)state;
	for (int i = 0; bad[i]; i++)
		assert_false(sh_event_read(a, sh_str(bad[i]), &e, NULL));
	assert_false(sh_event_read(a, SH_NONE, &e, NULL));
	sh_arena_free(a);
}

static void
later_facts_win_and_earlier_ones_stay(void **state)
{
	static const struct sh_pair late[] = { { SH_STR("in_voicemail"), SH_STR("true") }, { SH_STR("status"), SH_STR("error") } };
	struct sh_arena *a = sh_arena_new(1 << 20);
	struct sh_event before = an_event(), now = {
		.size = sizeof(now), .kind = SH_KIND_CALL_ANALYZED, .final = true, .facts = late, .nfacts = 2, .cost_microcents = 7
	};

	(void)state;
	sh_event_merge(a, &before, &now);
	assert_int_equal(now.nfacts, 3);
	assert_true(sh_str_is(sh_header(now.facts, now.nfacts, "status"), "error"));
	assert_true(sh_str_is(sh_header(now.facts, now.nfacts, "reason"), "voicemail_reached"));
	assert_true(sh_str_is(now.call_id, "call_1"));
	assert_true(now.over && now.final);
	assert_int_equal(now.callback, SH_WISH_YES);
	assert_int_equal(now.ended_ms, before.ended_ms);
	assert_int_equal(now.cost_microcents, 7);
	sh_arena_free(a);
}

static void
an_earlier_event_that_comes_late_only_fills_in(void **state)
{
	static const struct sh_pair early[] = { { SH_STR("status"), SH_STR("ongoing") }, { SH_STR("ring_ms"), SH_STR("900") } };
	struct sh_arena *a = sh_arena_new(1 << 20);
	struct sh_event ended = an_event(), now = { .size = sizeof(now),
		.kind = SH_KIND_CALL_STARTED,
		.from = SH_STR("+14155550199"),
		.recording_url = SH_STR("https://r.example"),
		.callback = SH_WISH_NO,
		.facts = early,
		.nfacts = 2,
		.cost_microcents = 0 };

	(void)state;
	sh_event_merge(a, &ended, &now);
	assert_int_equal(now.nfacts, 3);
	assert_true(sh_str_is(sh_header(now.facts, now.nfacts, "status"), "ended"));
	assert_true(sh_str_is(sh_header(now.facts, now.nfacts, "ring_ms"), "900"));
	assert_true(sh_str_eq(now.from, ended.from) && sh_str_is(now.recording_url, "https://r.example"));
	assert_int_equal(now.callback, SH_WISH_YES);
	assert_int_equal(now.cost_microcents, 0); /* which was unknown */
	assert_int_equal(sh_event_rank(&now), 3);
	/* One unknown does not take the place of another. */
	now.cost_microcents = -2;
	ended.cost_microcents = -1;
	sh_event_merge(a, &ended, &now);
	assert_int_equal(now.cost_microcents, -2);
	sh_arena_free(a);
}

static void
a_call_only_moves_forward(void **state)
{
	struct sh_event e = { .kind = SH_KIND_CALL_STARTED };

	(void)state;
	assert_int_equal(sh_event_rank(&e), 1);
	e.kind = SH_KIND_CALL_ANSWERED;
	assert_int_equal(sh_event_rank(&e), 2);
	e.over = true;
	assert_int_equal(sh_event_rank(&e), 3);
	e.final = true;
	assert_int_equal(sh_event_rank(&e), 4);
}

static void
a_row_is_sealed_for_its_place(void **state)
{
	struct sh_arena *a = sh_arena_new(1 << 20);
	struct sh_tenant_key key = { .generation = 1, .data = { 1 }, .index = { 2 } };
	struct sh_id tenant = { { 1 } }, workspace = { { 2 } }, other = { { 3 } };
	struct sh_event e = an_event(), back;
	struct sh_inbox_row row, row2;
	struct sh_place place = { .tenant = tenant, .table = "inbox", .column = "body" };
	struct sh_str open;

	(void)state;
	assert_true(sh_event_row(a, &e, &key, 7, &tenant, &workspace, NULL, SH_STR("retell"), 1793000032000, &row, NULL));
	assert_int_equal(row.bucket, 7);
	assert_null(memmem(row.body.s, row.body.n, "12135550142", 11));
	place.row = row.event;
	assert_true(sh_seal_open(a, &key, &place, row.body, SH_EVENT_BYTES, &open) && sh_event_read(a, open, &back, NULL));
	place.row = other;
	assert_false(sh_seal_open(a, &key, &place, row.body, SH_EVENT_BYTES, &open));
	/* The same event of another workspace is another event. */
	assert_true(sh_event_row(a, &e, &key, 7, &tenant, &other, NULL, SH_STR("retell"), 1793000032000, &row2, NULL));
	assert_memory_not_equal(row.dedup, row2.dedup, 16);
	assert_memory_not_equal(row.call_index, row2.call_index, 16);
	sh_arena_free(a);
}

/* Until it has been read: of the end of a call its last words, of anything before it none. */
static void
what_was_said_goes_once_it_was_read(void **state)
{
	struct sh_arena *a = sh_arena_new(4 << 20);
	struct sh_event e = an_event(), back, later = { .size = sizeof(later), .kind = SH_KIND_CALL_ANALYZED, .over = true, .final = true };
	char *said = sh_arena_array(a, char, 3 * SH_EVENT_SPEECH);

	(void)state;
	memset(said, 'x', 3 * SH_EVENT_SPEECH);
	said[2 * SH_EVENT_SPEECH + 9] = '\n';
	memcpy(said + 3 * SH_EVENT_SPEECH - 4, "\xc3\xbc \n", 4);
	e.variables = SH_STR("{\"callback_time\":\"noon\"}");
	e.transcript = (struct sh_str){ said, 3 * SH_EVENT_SPEECH };
	assert_true(sh_event_speaks(&e) && sh_event_read(a, written(a, &e), &back, NULL));
	assert_int_equal(back.transcript.n, SH_EVENT_SPEECH - 10); /* from a line's beginning */
	assert_true(sh_str_eq(back.variables, e.variables));
	assert_null(back.metadata.s); /* of a dial of ours: its ids only */

	/* It is there for a decision that comes with a later event. */
	sh_event_merge(a, &back, &later);
	assert_true(sh_str_eq(later.transcript, back.transcript) && sh_event_speaks(&later));
	sh_event_hush(&later, false, false);
	assert_false(sh_event_speaks(&later));

	e.recording_url = SH_STR("https://r.example");
	sh_event_hush(&e, true, true);
	assert_true(e.transcript.n > 0 && e.recording_url.n > 0 && !e.variables.s);
	e.over = e.final = false;
	assert_true(sh_event_read(a, written(a, &e), &back, NULL));
	assert_null(back.transcript.s);

	e = an_event();
	e.dial_id = SH_NONE;
	e.metadata = SH_STR("{\"lead\":\"77\"}");
	assert_true(sh_event_read(a, written(a, &e), &back, NULL) && sh_str_eq(back.metadata, e.metadata));
	sh_arena_free(a);
}

static void
a_fact_has_one_name_and_a_value(void **state)
{
	struct sh_arena *a = sh_arena_new(65536);
	struct sh_event e, same;

	(void)state;
	assert_true(sh_event_read(a,
	    SH_STR("{\"facts\":{\"x\":\"1\",\"none\":null,\"a\\u0000b\":\"2\",\"n\":3,\"y\":\"4\",\"x\":\"5\"}}"), &e, NULL));
	assert_int_equal(e.nfacts, 2);
	assert_true(sh_str_is(e.facts[0].name, "x") && sh_str_is(e.facts[0].value, "5"));
	assert_true(sh_str_is(e.facts[1].name, "y") && sh_str_is(e.facts[1].value, "4"));
	same = e;
	sh_event_merge(a, &e, &same);
	assert_int_equal(same.nfacts, 2);
	sh_arena_free(a);
}

static void
a_dial_is_looked_at_early_and_at_its_verdict(void **state)
{
	static const struct {
		int looks;
		int64_t sent, verdict, now, want;
	} rows[] = {
		{ 0, 1000000, 2000000, 1000000, 1005000 }, { 1, 1000000, 2000000, 1005100, 1030000 },
		{ 2, 1000000, 2000000, 1030100, 1120000 }, { 3, 1000000, 2000000, 1120100, 1600000 },
		{ 4, 1000000, 2000000, 1600100, 2000000 }, /* the one that can prove absence */
		{ 0, 1000000, 2000000, 1060000, 1120000 }, /* found late by the sweeper: the next that is to come */
		{ 0, 1000000, 1004000, 1000000, 1004000 }, /* a short verdict comes first */
		{ 9, 1000000, 2000000, 2000001, 2005001 }, /* past all of them: soon */
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rows); i++)
		assert_int_equal(sh_look_time(rows[i].looks, rows[i].sent, rows[i].verdict, rows[i].now), rows[i].want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_reads_the_same),
		cmocka_unit_test(what_is_no_event_is_refused),
		cmocka_unit_test(later_facts_win_and_earlier_ones_stay),
		cmocka_unit_test(what_was_said_goes_once_it_was_read),
		cmocka_unit_test(a_fact_has_one_name_and_a_value),
		cmocka_unit_test(an_earlier_event_that_comes_late_only_fills_in),
		cmocka_unit_test(a_call_only_moves_forward),
		cmocka_unit_test(a_row_is_sealed_for_its_place),
		cmocka_unit_test(a_dial_is_looked_at_early_and_at_its_verdict),
	};

	return cmocka_run_group_tests_name("engine/event", tests, NULL, NULL);
}
