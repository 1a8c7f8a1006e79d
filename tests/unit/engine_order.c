/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Providers promise no order: whatever the order in which the events of a call come, the same is known of it in the end. Of each
 * driver here, over its golden files.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/base/log.h"
#include "gateway/engine/event.h"
#include "gateway/kit/golden.h"

#define ORDER_MOST 8
#define ORDER_TEXT 4096

/* What one call lets its provider tell. */
static const struct order_life {
	const char *driver, *files[ORDER_MOST + 1];
	enum sh_outcome outcome;
} order_lives[] = {
	{ "retell", { "call_started.phone_outbound", "transcript_updated", "call_ended.user_hangup", "call_analyzed.phone" },
	    SH_OUTCOME_TERMINAL },
	{ "retell", { "call_ended.voicemail_reached", "call_analyzed.voicemail" }, SH_OUTCOME_VOICEMAIL },
	{ "vapi",
	    { "status-update.queued", "status-update.ringing", "status-update.in-progress", "speech-update", "transcript.final",
		"status-update.ended", "end-of-call-report.customer-ended" },
	    SH_OUTCOME_TERMINAL },
	{ "vapi", { "status-update.ringing", "status-update.in-progress", "status-update.ended", "end-of-call-report.voicemail" },
	    SH_OUTCOME_VOICEMAIL },
	{ "bland", { "event.queue", "event.call.connected", "event.latency", "event.citations", "postcall.completed-human" },
	    SH_OUTCOME_TERMINAL },
	{ "twilio",
	    { "status.initiated", "status.ringing", "voice.outbound-answered", "status.answered", "amd.async.human",
		"status.completed.human" },
	    SH_OUTCOME_TERMINAL },
	{ "twilio", { "amd.async.machine", "status.completed.machine_end_beep" }, SH_OUTCOME_VOICEMAIL },
};

struct order_told {
	const struct sh_driver_loaded *driver;
	struct sh_golden golden[ORDER_MOST];
	struct sh_case_answer answers[ORDER_MOST];
	const struct sh_event *events[ORDER_MOST];
	size_t n;
};

static void
order_read(struct sh_golden_set *set, const char *name, struct order_told *t)
{
	char file[128];
	struct sh_error e;

	snprintf(file, sizeof(file), "%s.golden", name);
	for (size_t i = 0; i < sh_golden_count(set); i++) {
		if (strcmp(sh_golden_name(set, i), file) != 0)
			continue;
		assert_int_equal(sh_golden_read(set, i, &t->golden[t->n], &e), SH_OK);
		sh_case_put(&t->golden[t->n].question, t->driver, &t->answers[t->n]);
		assert_int_equal(t->answers[t->n].call.nevents, 1);
		t->events[t->n] = &t->answers[t->n].call.events->event;
		t->n++;
		return;
	}
	fail_msg("no golden file is called %s", name);
}

static int
order_compare(const void *a, const void *b)
{
	const struct sh_pair *x = a, *y = b;

	return strncmp(x->name.s, y->name.s, x->name.n < y->name.n ? x->name.n : y->name.n) ?: (int)x->name.n - (int)y->name.n;
}

/* What is known when they came so. */
static void
order_known(const struct order_told *t, const size_t *order, char text[ORDER_TEXT], enum sh_outcome *ret)
{
	struct sh_arena *a = sh_arena_new(1 << 20);
	struct sh_event known = *t->events[order[0]];
	struct sh_pair facts[SH_EVENT_FACTS];
	struct sh_driver_call call;
	int at;

	for (size_t i = 1; i < t->n; i++) {
		struct sh_event now = *t->events[order[i]];

		sh_event_merge(a, &known, &now);
		known = now;
	}
	memcpy(facts, known.facts, known.nfacts * sizeof(*facts));
	qsort(facts, known.nfacts, sizeof(*facts), order_compare);
	at = snprintf(text, ORDER_TEXT, "%d %d %d %d %d %lld %.*s %.*s %.*s %.*s", sh_event_rank(&known), known.direction,
	    known.channel, known.callback, (int)known.cost_microcents, (long long)known.ended_ms, (int)known.from.n, known.from.s,
	    (int)known.to.n, known.to.s, (int)known.agent_id.n, known.agent_id.s, (int)known.dial_id.n, known.dial_id.s);
	for (uint32_t i = 0; i < known.nfacts; i++)
		at += snprintf(text + at, at < ORDER_TEXT ? (size_t)(ORDER_TEXT - at) : 0, "\n%.*s=%.*s", (int)facts[i].name.n,
		    facts[i].name.s, (int)facts[i].value.n, facts[i].value.s);
	assert_true(at < ORDER_TEXT);
	sh_driver_call_init(&call, t->driver, 1 << 20, 1793000000000);
	*ret = sh_driver_outcome(&call, known.facts, known.nfacts).outcome;
	sh_driver_call_clear(&call);
	sh_arena_free(a);
}

static bool
order_next(size_t *order, size_t n)
{
	size_t i = n - 1, k = n - 1, swap;

	while (i > 0 && order[i - 1] > order[i])
		i--;
	if (i == 0)
		return false;
	while (order[k] < order[i - 1])
		k--;
	swap = order[k];
	order[k] = order[i - 1];
	order[i - 1] = swap;
	for (k = n - 1; i < k; i++, k--) {
		swap = order[i];
		order[i] = order[k];
		order[k] = swap;
	}
	return true;
}

static void
test_life(void **state)
{
	const struct order_life *life = *state;
	char so[PATH_MAX], dir[PATH_MAX], expected[ORDER_TEXT], got[ORDER_TEXT];
	size_t order[ORDER_MOST] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	struct order_told t = { 0 };
	struct sh_golden_set *golden;
	struct sh_drivers *set;
	enum sh_outcome outcome;
	struct sh_error e;

	snprintf(so, sizeof(so), SH_BUILDDIR "/drivers/%s/.libs/switchhook-%s.so", life->driver, life->driver);
	snprintf(dir, sizeof(dir), SH_SRCDIR "/tests/drivers/%s/golden", life->driver);
	assert_int_equal(sh_drivers_load_file(so, &set, &e), SH_OK);
	t.driver = sh_drivers_at(set, 0);
	assert_int_equal(sh_golden_open(dir, t.driver, &golden, &e), SH_OK);
	for (const char *const *file = life->files; *file; file++)
		order_read(golden, *file, &t);
	order_known(&t, order, expected, &outcome);
	assert_int_equal(outcome, life->outcome);
	while (order_next(order, t.n)) {
		order_known(&t, order, got, &outcome);
		if (strcmp(got, expected) != 0 || outcome != life->outcome) {
			for (size_t i = 0; i < t.n; i++)
				print_error("%s\n", life->files[order[i]]);
			fail_msg("what is known is\n%s\nexpected\n%s", got, expected);
		}
	}
	for (size_t i = 0; i < t.n; i++) {
		sh_case_clear(&t.answers[i]);
		sh_golden_clear(&t.golden[i]);
	}
	sh_golden_close(golden);
	sh_drivers_free(set);
}

int
main(void)
{
	struct CMUnitTest tests[SH_LENGTH(order_lives)];

	sh_log_set_level(SH_LOG_ERROR);
	for (size_t i = 0; i < SH_LENGTH(order_lives); i++)
		tests[i] = (struct CMUnitTest){ order_lives[i].driver, test_life, NULL, NULL, (void *)&order_lives[i] };
	return _cmocka_run_group_tests("engine_order", tests, SH_LENGTH(order_lives), NULL, NULL);
}
