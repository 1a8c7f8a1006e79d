/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Golden files: one question to a driver and what it makes of it, in one text file.
 *
 *	# why this file exists
 *	run webhook                          what is asked: see golden_runs below
 *	body webhook.call_started.json       a file of samples/ (the request's or the answer's body)
 *	header x-retell-signature: v=…
 *	                                     an empty line, and then what comes out, byte for byte
 *	verify valid
 *	…
 *
 * Each question is put twice, and the answers must be equal: a driver is pure. SH_GOLDEN_WRITE=1 writes what came out
 * into the files instead, for the diff to be read. Every sample must be used by some file.
 */
#include <dirent.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "gateway/base/log.h"
#include "gateway/base/reader.h"
#include "gateway/base/text.h"
#include "gateway/base/time.h"
#include "gateway/base/writer.h"
#include "gateway/driver/call.h"

#define GOLDEN_ARENA (64 << 20)
#define GOLDEN_MAX 64
#define GOLDEN_DIR SH_SRCDIR "/tests/drivers/retell"

/* What a file asks, line by line: "word rest". */
struct golden {
	const char *file;
	struct sh_arena *arena;
	struct sh_pair lines[GOLDEN_MAX];
	size_t nlines;
	struct sh_str expected;
};

static const struct sh_driver_loaded *golden_driver;
static char golden_used[256][64];
static size_t golden_nused;

static struct sh_str
golden_get(const struct golden *g, const char *word)
{
	return sh_pair_get(g->lines, g->nlines, word);
}

static int64_t
golden_int(const struct golden *g, const char *word, int64_t otherwise)
{
	int64_t v;

	return sh_text_int(golden_get(g, word), &v) ? v : otherwise;
}

static struct sh_str
golden_read(struct sh_arena *a, const char *path)
{
	struct sh_buf b;
	struct sh_str s;
	char chunk[4096];
	size_t n;
	FILE *f = fopen(path, "r");

	if (!f)
		fail_msg("%s cannot be opened", path);
	sh_buf_init(&b, 8 << 20);
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		sh_buf_add(&b, chunk, n);
	fclose(f);
	s = sh_arena_str(a, sh_buf_str(&b));
	sh_buf_clear(&b);
	return s;
}

static struct sh_str
golden_sample(const struct golden *g, struct sh_str name)
{
	char path[PATH_MAX];

	if (!name.s)
		return SH_NONE;
	assert_true(golden_nused < SH_LENGTH(golden_used));
	snprintf(golden_used[golden_nused++], sizeof(golden_used[0]), "%.*s", (int)name.n, name.s);
	snprintf(path, sizeof(path), GOLDEN_DIR "/samples/retell/%.*s", (int)name.n, name.s);
	return golden_read(g->arena, path);
}

/* ---- what comes out, as text ---- */

static void
golden_line(struct sh_buf *b, const char *word, struct sh_str s)
{
	struct sh_out o;

	if (!s.s)
		return;
	sh_buf_printf(b, "  %s ", word);
	/* Quoted where a line's end or nothing at all would not be seen. */
	if (s.n == 0 || memchr(s.s, '\n', s.n)) {
		sh_writer_init(&o, b);
		sh_writer_str(&o, s);
	} else
		sh_buf_add_str(b, s);
	sh_buf_add_char(b, '\n');
}

static void
golden_time(struct sh_buf *b, const char *word, int64_t ms)
{
	char text[32];

	if (ms == 0)
		return;
	sh_time_format_rfc3339(ms, text);
	golden_line(b, word, sh_str(text));
}

static void
golden_meaning(struct sh_buf *b, const struct sh_disposition *d)
{
	sh_buf_printf(b, "  means %s, retry %s, %s, %s\n", sh_outcome_name(d->outcome), sh_retry_name(d->retry),
	    d->uncounted ? "uncounted" : "counted", sh_action_name(d->action));
}

static void
golden_event(struct sh_buf *b, const struct sh_event *e)
{
	struct sh_driver_call c;
	struct sh_disposition d;

	sh_buf_printf(b, "event %s%s%s\n", sh_kind_name(e->kind), e->over ? " over" : "", e->final ? " final" : "");
	golden_line(b, "name", e->name);
	golden_line(b, "dedup", e->dedup);
	golden_line(b, "channel", sh_str(sh_channel_name(e->channel)));
	golden_line(b, "direction", sh_str(sh_direction_name(e->direction)));
	golden_line(b, "call", e->call_id);
	golden_line(b, "agent", e->agent_id);
	golden_line(b, "from", e->from);
	golden_line(b, "to", e->to);
	golden_time(b, "started", e->started_ms);
	golden_time(b, "ended", e->ended_ms);
	for (uint32_t i = 0; i < e->nfacts; i++)
		sh_buf_printf(b, "  fact %.*s %.*s\n", (int)e->facts[i].name.n, e->facts[i].name.s, (int)e->facts[i].value.n,
		    e->facts[i].value.s);
	if (e->callback != SH_WISH_UNSAID)
		golden_line(b, "callback", e->callback == SH_WISH_YES ? SH_STR("yes") : SH_STR("no"));
	golden_line(b, "callback_time", e->callback_time);
	golden_line(b, "callback_words", e->callback_words);
	golden_line(b, "transcript", e->transcript);
	golden_line(b, "variables", e->variables);
	golden_line(b, "metadata", e->metadata);
	golden_line(b, "dial", e->dial_id);
	golden_line(b, "recording", e->recording_url);
	if (e->cost_microcents >= 0)
		sh_buf_printf(b, "  cost %lld microcents\n", (long long)e->cost_microcents);
	if (!e->over)
		return;
	sh_driver_call_init(&c, golden_driver, GOLDEN_ARENA, 0);
	d = sh_driver_outcome(&c, e->facts, e->nfacts);
	golden_meaning(b, &d);
	sh_driver_call_clear(&c);
}

static void
golden_answer(struct sh_buf *b, const struct sh_driver_call *c, enum sh_answer answer)
{
	static const char *const names[] = { "ok", "unauthorized", "limited", "absent", "failed" };

	if (c->failed) {
		sh_buf_printf(b, "broke a rule: %s\n", c->why);
		return;
	}
	sh_buf_printf(b, "answer %s\n", names[answer]);
	golden_line(b, "text", c->cx.text);
	if (c->cx.after_ms)
		sh_buf_printf(b, "  after %lld ms\n", (long long)c->cx.after_ms);
	if (sh_driver_call_more(c))
		golden_line(b, "next", c->cx.cursor);
	for (const struct sh_number_item *i = c->numbers; i; i = i->next) {
		sh_buf_printf(b, "number %.*s%s%s\n", (int)i->number.provider_id.n, i->number.provider_id.s,
		    i->number.voice ? " voice" : "", i->number.sms ? " sms" : "");
		golden_line(b, "e164", i->number.e164);
		golden_line(b, "label", i->number.label);
		golden_line(b, "bindings", i->number.bindings);
		golden_line(b, "dial", i->number.dial);
	}
	for (const struct sh_agent_item *i = c->agents; i; i = i->next) {
		sh_buf_printf(
		    b, "agent %.*s %s\n", (int)i->agent.provider_id.n, i->agent.provider_id.s, sh_channel_name(i->agent.channel));
		golden_line(b, "name", i->agent.name);
		golden_line(b, "version", i->agent.version);
	}
	for (const struct sh_event_item *i = c->events; i; i = i->next)
		golden_event(b, &i->event);
}

static void
golden_request(struct sh_buf *b, const struct sh_request *r)
{
	sh_buf_printf(b, "%.*s %.*s\n", (int)r->method.n, r->method.s, (int)r->url.n, r->url.s);
	for (uint32_t i = 0; i < r->nheaders; i++)
		sh_buf_printf(b, "  %.*s: %.*s\n", (int)r->headers[i].name.n, r->headers[i].name.s, (int)r->headers[i].value.n,
		    r->headers[i].value.s);
	if (r->body.s)
		sh_buf_printf(b, "%.*s\n", (int)r->body.n, r->body.s);
}

/* ---- what is asked ---- */

/* The account's settings: two keys that every file has, and its own lines "set name=value". */
static const struct sh_account *
golden_account(struct golden *g)
{
	const struct sh_json *stored;
	const struct sh_account *a;
	struct sh_buf b;
	struct sh_out o;

	sh_buf_init(&b, 1 << 16);
	sh_writer_init(&o, &b);
	sh_writer_open(&o, '{');
	sh_writer_key_str(&o, "webhook_key", SH_STR("key_6f1d2c3b4a5968778695a4b3c2d1"));
	sh_writer_key_str(&o, "api_key", SH_STR("key_for_requests"));
	for (size_t i = 0; i < g->nlines; i++) {
		struct sh_str s = g->lines[i].value;
		const char *eq = sh_str_is(g->lines[i].name, "set") ? memchr(s.s, '=', s.n) : NULL;

		if (!eq)
			continue;
		sh_writer_key(&o, (struct sh_str){ s.s, (size_t)(eq - s.s) });
		sh_writer_str(&o, (struct sh_str){ eq + 1, s.n - (size_t)(eq + 1 - s.s) });
	}
	sh_writer_close(&o, '}');
	stored = sh_reader_parse(g->arena, sh_arena_str(g->arena, sh_buf_str(&b)), NULL);
	sh_buf_clear(&b);
	a = sh_driver_account(g->arena, golden_driver, &stored, 1, SH_STR("https://hooks.example/api/webhooks/retell/wh_1"), 0);
	assert_non_null(a);
	return a;
}

/* "name: value" or "name=value" lines of one word, as pairs. */
static struct sh_pair *
golden_pairs(struct golden *g, const char *word, const char *between, uint32_t *ret_n)
{
	struct sh_pair *pairs = sh_arena_array(g->arena, struct sh_pair, GOLDEN_MAX);

	*ret_n = 0;
	for (size_t i = 0; i < g->nlines; i++) {
		struct sh_str s = g->lines[i].value;
		char *at = sh_str_is(g->lines[i].name, word) ? strstr(s.s, between) : NULL;

		if (!at)
			continue;
		pairs[(*ret_n)++] = (struct sh_pair){ { s.s, (size_t)(at - s.s) },
			{ at + strlen(between), s.n - (size_t)(at - s.s) - strlen(between) } };
	}
	return pairs;
}

static void
golden_webhook(struct golden *g, struct sh_driver_call *c, const struct sh_account *a, struct sh_buf *b)
{
	static const char *const verdicts[] = { "valid", "invalid", "stale", "missing" };
	struct sh_delivery d = { .size = sizeof(d), .method = SH_STR("POST"), .url = a->webhook_url, .arrived_ms = c->cx.now_ms };
	struct sh_finding f = { .size = sizeof(f), .agent_id = golden_get(g, "found"), .refused = golden_get(g, "refused").s };
	struct sh_reply r;
	enum sh_answer answer;

	d.body = golden_sample(g, golden_get(g, "body"));
	if (golden_get(g, "text").s)
		d.body = golden_get(g, "text");
	d.headers = golden_pairs(g, "header", ": ", &d.nheaders);
	sh_buf_printf(b, "verify %s\n", verdicts[sh_driver_verify(c, &d, a)]);
	answer = sh_driver_normalize(c, &d, a);
	golden_answer(b, c, answer);
	if (answer != SH_ANSWER_OK)
		return;
	f.variables = golden_pairs(g, "variable", "=", &f.nvariables);
	f.question = c->events && c->events->event.kind == SH_KIND_CALL_INBOUND;
	r = sh_driver_reply(c, &d, a, &f);
	sh_buf_printf(b, "reply %d\n", r.status);
	golden_line(b, "type", r.type);
	golden_line(b, "body", r.body);
}

/* Is our body what the sample shows, apart from the members of the line "except"? */
static void
golden_compare(struct golden *g, struct sh_str body)
{
	struct sh_str name = golden_get(g, "sample"), except = golden_get(g, "except");
	json_object *theirs, *ours;

	if (!name.s)
		return;
	theirs = json_tokener_parse(golden_sample(g, name).s);
	ours = json_tokener_parse(sh_arena_z(g->arena, body));
	for (size_t at = 0; at < except.n;) {
		size_t n = strcspn(except.s + at, " ");
		const char *key = sh_arena_z(g->arena, (struct sh_str){ except.s + at, n });

		json_object_object_del(theirs, key);
		json_object_object_del(ours, key);
		at += n + 1;
	}
	if (!json_object_equal(theirs, ours))
		fail_msg("%s: the request is not that of %.*s", g->file, (int)name.n, name.s);
	json_object_put(theirs);
	json_object_put(ours);
}

/* check, numbers, agents, calls, call: the capability behind the words of "run". */
static enum sh_capability
golden_capability(const struct golden *g, struct sh_str what)
{
	static const struct {
		const char *name;
		enum sh_capability can;
	} names[] = {
		{ "check_", SH_CAN_CHECK },
		{ "numbers_", SH_CAN_NUMBERS },
		{ "agents_", SH_CAN_AGENTS },
		{ "calls_", SH_CAN_CALLS },
		{ "call_", SH_CAN_CALL },
		{ "dial_", SH_CAN_DIAL },
	};

	for (size_t i = 0; i < SH_LENGTH(names); i++)
		if (strncmp(what.s, names[i].name, strlen(names[i].name)) == 0)
			return names[i].can;
	fail_msg("%s: nothing to run is called %.*s", g->file, (int)what.n, what.s);
	return SH_CAN_CHECK;
}

static enum sh_status
golden_ask(struct golden *g, struct sh_driver_call *c, const struct sh_account *a, struct sh_request *r, struct sh_error *e)
{
	struct sh_number from = { .size = sizeof(from), .provider_id = golden_get(g, "from") };
	struct sh_dial dial = { .size = sizeof(dial),
		.from = &from,
		.to = golden_get(g, "to"),
		.agent_id = golden_get(g, "agent"),
		.dial_id = golden_get(g, "dial"),
		.callback_id = golden_get(g, "callback"),
		.attempt = (int)golden_int(g, "attempt", 1),
		.metadata = golden_get(g, "metadata") };
	struct sh_query query = { .size = sizeof(query),
		.from_ms = golden_int(g, "from_ms", 0),
		.until_ms = golden_int(g, "until_ms", 0),
		.dial_id = golden_get(g, "dial"),
		.from = golden_get(g, "from"),
		.to = golden_get(g, "to") };
	enum sh_capability can = golden_capability(g, golden_get(g, "run"));
	struct sh_str channel = golden_get(g, "channel");

	if (can == SH_CAN_CALLS)
		return sh_driver_ask_calls(c, a, &query, golden_get(g, "cursor"), r, e);
	if (can != SH_CAN_DIAL)
		return sh_driver_ask(c, can, a, golden_get(g, can == SH_CAN_CALL ? "id" : "cursor"), r, e);
	from.e164 = sh_text_is_e164(from.provider_id) ? from.provider_id : SH_NONE;
	dial.channel = channel.s ? (enum sh_channel)sh_channel_parse(channel) : SH_CHANNEL_VOICE;
	dial.variables = golden_pairs(g, "variable", "=", &dial.nvariables);
	return sh_driver_ask_dial(c, a, &dial, r, e);
}

static void
golden_placed(struct sh_buf *b, const struct sh_placed *p)
{
	static const char *const names[] = { "unknown", "placed", "refused", "later" };

	sh_buf_printf(b, "dial %s\n", names[p->placing]);
	golden_line(b, "call", p->call_id);
	golden_line(b, "reason", p->reason);
	if (p->placing == SH_DIAL_REFUSED)
		golden_meaning(b, &p->disposition);
}

/* An answer, to the request that the same file's lines make. */
static void
golden_parse(struct golden *g, struct sh_driver_call *c, const struct sh_account *a, struct sh_buf *b)
{
	struct sh_request request;
	struct sh_response response = { .size = sizeof(response), .status = (int)golden_int(g, "status", 200) };
	struct sh_exchange x = { .size = sizeof(x), .request = &request, .response = &response, .cursor = golden_get(g, "cursor") };
	enum sh_capability can = golden_capability(g, golden_get(g, "run"));
	struct sh_placed p;
	struct sh_error e;

	assert_int_equal(golden_ask(g, c, a, &request, &e), SH_OK);
	response.body = golden_sample(g, golden_get(g, "body"));
	if (golden_get(g, "text").s)
		response.body = golden_get(g, "text");
	response.headers = golden_pairs(g, "header", ": ", &response.nheaders);
	if (can == SH_CAN_DIAL) {
		p = sh_driver_read_dial(c, a, &x);
		golden_placed(b, &p);
	} else
		golden_answer(b, c, sh_driver_read(c, can, a, &x));
}

static struct sh_str
golden_run(struct golden *g)
{
	struct sh_driver_call c;
	const struct sh_account *a = golden_account(g);
	struct sh_request r;
	struct sh_error e;
	struct sh_str what = golden_get(g, "run"), out;
	struct sh_buf b;

	sh_buf_init(&b, 8 << 20);
	sh_driver_call_init(&c, golden_driver, GOLDEN_ARENA, golden_int(g, "at", INT64_C(1793000000000)));
	if (sh_str_is(what, "webhook"))
		golden_webhook(g, &c, a, &b);
	else if (what.n > 6 && memcmp(what.s + what.n - 6, "_parse", 6) == 0)
		golden_parse(g, &c, a, &b);
	else if (golden_ask(g, &c, a, &r, &e) != SH_OK)
		sh_buf_printf(&b, "refused: %s\n", e.text);
	else {
		golden_request(&b, &r);
		golden_compare(g, r.body);
	}
	sh_driver_call_clear(&c);
	out = sh_arena_str(g->arena, sh_buf_str(&b));
	sh_buf_clear(&b);
	return out;
}

/* ---- the files ---- */

/* Splits the file at its first empty line; returns where the expected text begins. */
static size_t
golden_split(struct golden *g, struct sh_str text)
{
	size_t at = 0;

	while (at < text.n && text.s[at] != '\n') {
		struct sh_str line = { text.s + at, strcspn(text.s + at, "\n") };
		const char *blank = memchr(line.s, ' ', line.n);

		at += line.n + 1;
		if (line.s[0] == '#')
			continue;
		assert_non_null(blank);
		assert_true(g->nlines < GOLDEN_MAX);
		g->lines[g->nlines].name = (struct sh_str){ line.s, (size_t)(blank - line.s) };
		g->lines[g->nlines++].value =
		    sh_arena_str(g->arena, (struct sh_str){ blank + 1, line.n - (size_t)(blank + 1 - line.s) });
	}
	return at < text.n ? at + 1 : text.n;
}

static void
golden_file(const char *path, const char *name)
{
	struct golden g = { .file = name, .arena = sh_arena_new(GOLDEN_ARENA) };
	struct sh_str text = golden_read(g.arena, path), expected, got, again;
	size_t begin = golden_split(&g, text), differs = 0;
	FILE *f;

	expected = (struct sh_str){ text.s + begin, text.n - begin };
	got = golden_run(&g);
	again = golden_run(&g);
	if (!sh_str_eq(got, again))
		fail_msg("%s: the second answer is not the first:\n%s\n%s", name, got.s, again.s);
	if (getenv("SH_GOLDEN_WRITE")) {
		f = fopen(path, "w");
		assert_non_null(f);
		fprintf(f, "%.*s%.*s", (int)begin, text.s, (int)got.n, got.s);
		fclose(f);
	} else if (!sh_str_eq(got, expected)) {
		while (differs < got.n && differs < expected.n && got.s[differs] == expected.s[differs])
			differs++;
		fail_msg("%s: differs at byte %zu of what is expected; got\n%s\nexpected\n%s", name, differs, got.s, expected.s);
	}
	sh_arena_free(g.arena);
}

static int
golden_is_file(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 7 && strcmp(d->d_name + n - 7, ".golden") == 0;
}

static void
test_files(void **state)
{
	struct dirent **entries;
	char path[PATH_MAX];
	int n = scandir(GOLDEN_DIR "/golden", &entries, golden_is_file, alphasort);

	(void)state;
	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), GOLDEN_DIR "/golden/%s", entries[i]->d_name);
		golden_file(path, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

static bool
golden_is_used(const char *sample)
{
	for (size_t i = 0; i < golden_nused; i++)
		if (strcmp(golden_used[i], sample) == 0)
			return true;
	return false;
}

static void
test_every_sample(void **state)
{
	struct dirent *d;
	DIR *dir = opendir(GOLDEN_DIR "/samples/retell");
	int n = 0;

	(void)state;
	assert_non_null(dir);
	while ((d = readdir(dir)))
		if (d->d_name[0] != '.') {
			n++;
			if (!golden_is_used(d->d_name))
				fail_msg("no golden file uses %s", d->d_name);
		}
	closedir(dir);
	assert_int_equal(n, 68);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_files), cmocka_unit_test(test_every_sample) };
	struct sh_drivers *set;
	struct sh_error e;
	int failed;

	sh_log_set_level(SH_LOG_ERROR);
	if (sh_drivers_load_file(SH_BUILDDIR "/drivers/retell/.libs/switchhook-retell.so", &set, &e) != SH_OK)
		return 1;
	golden_driver = sh_drivers_at(set, 0);
	if (golden_driver->refused) {
		fprintf(stderr, "%s\n", golden_driver->refused);
		return 1;
	}
	failed = cmocka_run_group_tests_name("driver_golden", tests, NULL, NULL);
	sh_drivers_free(set);
	return failed;
}
