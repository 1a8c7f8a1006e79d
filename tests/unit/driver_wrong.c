/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* One call into a driver that misbehaves: each function below is a way to go wrong, and the run ends. */
#include "driver_call.h"

static void
wrong_loop(struct sh_ctx *cx)
{
	for (;;)
		memset(sh_alloc(cx, 1000), 'x', 1000);
}

static void
wrong_hex(struct sh_ctx *cx)
{
	struct sh_str s = { sh_alloc(cx, 400000), 400000 };

	sh_hex(cx, s);
}

static void
wrong_json_in(struct sh_ctx *cx)
{
	char *s = sh_alloc(cx, 600000);

	memset(s, '[', 1);
	for (size_t i = 1; i < 599999; i += 2)
		memcpy(s + i, i < 599997 ? "1," : "1]", 2);
	sh_json_parse(cx, (struct sh_str){ s, 599999 });
}

static void
wrong_outs(struct sh_ctx *cx)
{
	for (;;)
		sh_out_str(cx, sh_out_new(cx), SH_STR("never ended"));
}

/* Each is within its own limit, and grows in the very write after which nobody looks at it again. */
static void
wrong_outs_together(struct sh_ctx *cx)
{
	struct sh_str much = call_fill(cx, 'x', 100000);

	for (;;)
		sh_out_str(cx, sh_out_new(cx), much);
}

static void
wrong_long_out(struct sh_ctx *cx)
{
	struct sh_out *o = sh_out_new(cx);

	sh_out_open(cx, o, '[');
	for (int i = 0; i < 400000; i++)
		sh_out_int(cx, o, 1000);
	sh_out_close(cx, o, ']');
	sh_out_text(cx, o);
}

static void
wrong_two_values(struct sh_ctx *cx)
{
	struct sh_out *o = sh_out_new(cx);

	sh_out_int(cx, o, 1);
	sh_out_int(cx, o, 2);
}

static void
wrong_no_key(struct sh_ctx *cx)
{
	struct sh_out *o = sh_out_new(cx);

	sh_out_open(cx, o, '{');
	sh_out_int(cx, o, 1);
}

static void
wrong_key(struct sh_ctx *cx)
{
	struct sh_out *o = sh_out_new(cx);

	sh_out_open(cx, o, '[');
	sh_out_key(cx, o, "a");
}

static void
wrong_close(struct sh_ctx *cx)
{
	struct sh_out *o = sh_out_new(cx);

	sh_out_open(cx, o, '[');
	sh_out_close(cx, o, '}');
}

static void
wrong_depth(struct sh_ctx *cx)
{
	struct sh_out *o = sh_out_new(cx);

	for (;;)
		sh_out_open(cx, o, '[');
}

static void
wrong_end(struct sh_ctx *cx)
{
	struct sh_out *o = sh_out_new(cx);

	sh_out_open(cx, o, '[');
	sh_out_text(cx, o);
}

static void
wrong_after_end(struct sh_ctx *cx)
{
	struct sh_out *o = sh_out_new(cx);

	sh_out_int(cx, o, 1);
	sh_out_text(cx, o);
	sh_out_int(cx, o, 2);
}

static void
wrong_dedup(struct sh_ctx *cx)
{
	struct sh_event e = { .call_id = SH_STR("a") };

	sh_event_add(cx, &e);
}

static void
wrong_kind(struct sh_ctx *cx)
{
	struct sh_event e = { .dedup = SH_STR("a"), .kind = (enum sh_kind)99 };

	sh_event_add(cx, &e);
}

static void
wrong_size(struct sh_ctx *cx)
{
	struct sh_event e = { .size = 16, .dedup = SH_STR("a") };

	cx->host->event_add(cx, &e);
}

static void
wrong_agents(struct sh_ctx *cx)
{
	struct sh_agent a = { .provider_id = SH_STR("a") };

	for (int i = 0; i < 10001; i++)
		sh_agent_add(cx, &a);
}

static void
wrong_texts(struct sh_ctx *cx)
{
	struct sh_agent a = { .provider_id = call_fill(cx, 'i', 128), .name = call_fill(cx, 'n', 256) };

	for (;;)
		sh_agent_add(cx, &a);
}

static void
test_ends(void **state)
{
	static const struct {
		enum sh_capability can;
		call_f *f;
		const char *why;
	} cases[] = {
		{ SH_CAN_WEBHOOK, wrong_loop, "it needed more memory than one call may have" },
		{ SH_CAN_WEBHOOK, wrong_huge, "it needed more memory than one call may have" },
		{ SH_CAN_WEBHOOK, wrong_hex, "it needed more memory than one call may have" },
		{ SH_CAN_WEBHOOK, wrong_json_in, "it needed more memory than one call may have" },
		{ SH_CAN_WEBHOOK, wrong_outs, "it needed more memory than one call may have" },
		{ SH_CAN_WEBHOOK, wrong_outs_together, "it needed more memory than one call may have" },
		{ SH_CAN_WEBHOOK, wrong_long_out, "it wrote a JSON text of more than 1 MiB" },
		{ SH_CAN_WEBHOOK, wrong_two_values, "it wrote a JSON value where none can stand" },
		{ SH_CAN_WEBHOOK, wrong_no_key, "it wrote a JSON value where none can stand" },
		{ SH_CAN_WEBHOOK, wrong_key, "it wrote a JSON key where none can stand" },
		{ SH_CAN_WEBHOOK, wrong_close, "it closed a JSON text's bracket that was not open" },
		{ SH_CAN_WEBHOOK, wrong_depth, "it opened a JSON text's bracket that cannot be" },
		{ SH_CAN_WEBHOOK, wrong_end, "it ended a JSON text that was not complete" },
		{ SH_CAN_WEBHOOK, wrong_after_end, "it wrote to a JSON text that it had ended" },
		{ SH_CAN_WEBHOOK, wrong_events, "it handed over more than one answer may hold" },
		{ SH_CAN_WEBHOOK, wrong_dedup, "it handed over something without the id that it needs" },
		{ SH_CAN_WEBHOOK, wrong_kind, "it handed over an event of a kind that driver.h does not know" },
		{ SH_CAN_WEBHOOK, wrong_size, "it handed over a struct whose size is not that of driver.h" },
		{ SH_CAN_AGENTS, wrong_channel, "it handed over an agent of a channel that driver.h does not know" },
		{ SH_CAN_AGENTS, wrong_agents, "it handed over more than one answer may hold" },
		{ SH_CAN_AGENTS, wrong_texts, "it handed over more than one call may hold" },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		print_message("# %zu: %s\n", i, cases[i].why);
		call_refused(cases[i].can, cases[i].f, cases[i].why);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_ends) };

	return cmocka_run_group_tests_name("driver_wrong", tests, NULL, NULL);
}
