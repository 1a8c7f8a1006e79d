/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/golden_read.c: from a golden file's lines to the question that they ask.
 *
 * The first fault fills *e and the reading goes on with what there is; nothing is asked then.
 */
#include <stdio.h>

#include "gateway/base/reader.h"
#include "gateway/base/text.h"
#include "gateway/base/writer.h"
#include "gateway/kit/files.h"
#include "gateway/kit/private.h"

#define READ_ARENA_BYTES ((size_t)256 << 20)
#define READ_AT INT64_C(1793000000000)

struct read_state {
	struct sh_golden_set *set;
	struct sh_golden *g;
	struct golden_lines own;
	struct sh_error *e;
};

static void
read_fail(const struct read_state *r, const char *what, struct sh_str value)
{
	if (r->e->status == SH_OK)
		sh_fail(r->e, SH_EINVALID, "%s: %s \"%.*s\"", r->own.file, what, value.n > 80 ? 80 : (int)value.n,
		    value.s ? value.s : "");
}

static struct sh_str
read_get(const struct read_state *r, const char *word)
{
	struct sh_str s = golden_find(&r->own, word);

	return s.s ? s : golden_find(&r->set->defaults, word);
}

static int64_t
read_int(const struct read_state *r, const char *word, int64_t otherwise)
{
	struct sh_str s = read_get(r, word);
	int64_t v = otherwise;

	if (s.s && !sh_text_int(s, &v))
		read_fail(r, "expected a whole number, found", s);
	return v;
}

static void
read_pair(const struct read_state *r, struct sh_str s, char between, struct sh_pair *ret)
{
	const char *at = memchr(s.s, between, s.n);
	size_t n = at ? (size_t)(at - s.s) : s.n, begin = at ? n + 1 : n;

	if (!at)
		read_fail(r, between == ':' ? "expected name: value, found" : "expected name=value, found", s);
	begin += between == ':' && begin < s.n && s.s[begin] == ' ';
	ret->name = sh_arena_str(r->g->arena, (struct sh_str){ s.s, n });
	ret->value = sh_arena_str(r->g->arena, (struct sh_str){ s.s + begin, s.n - begin });
}

/* The "name=value" or "name: value" lines of one word, the folder's first. */
static struct sh_pair *
read_pairs(const struct read_state *r, const char *word, char between, uint32_t *ret_n)
{
	const struct golden_lines *const both[] = { &r->set->defaults, &r->own };
	struct sh_pair *pairs = sh_arena_array(r->g->arena, struct sh_pair, 2 * GOLDEN_LINES);
	uint32_t n = 0;

	for (int which = 0; which < 2 && pairs; which++)
		for (size_t i = 0; i < both[which]->n; i++)
			if (sh_str_is(both[which]->at[i].name, word))
				read_pair(r, both[which]->at[i].value, between, &pairs[n++]);
	*ret_n = n;
	return pairs;
}

/* Names of headers come to a driver in lower case. */
static struct sh_pair *
read_headers(const struct read_state *r, uint32_t *ret_n)
{
	struct sh_pair *pairs = read_pairs(r, "header", ':', ret_n);

	for (uint32_t i = 0; pairs && i < *ret_n; i++)
		for (size_t k = 0; k < pairs[i].name.n; k++)
			if (pairs[i].name.s[k] >= 'A' && pairs[i].name.s[k] <= 'Z')
				read_fail(r, "expected a header's name in lower case, found", pairs[i].name);
	return pairs;
}

/* The settings as they would be stored; "old" is the value before a rotation. */
static struct sh_str
read_stored(const struct read_state *r)
{
	uint32_t nset, nold;
	const struct sh_pair *set = read_pairs(r, "set", '=', &nset), *old = read_pairs(r, "old", '=', &nold);
	struct sh_str before, stored;
	struct sh_buf b;
	struct sh_out o;

	sh_buf_init(&b, 1 << 20);
	sh_writer_init(&o, &b);
	sh_writer_open(&o, '{');
	for (uint32_t i = 0; i < nset; i++) {
		before = SH_NONE;
		for (uint32_t k = 0; k < nold; k++)
			before = sh_str_eq(old[k].name, set[i].name) ? old[k].value : before;
		sh_writer_key(&o, set[i].name);
		sh_writer_open(&o, '{');
		sh_writer_key_str(&o, "now", set[i].value);
		sh_writer_key_str(&o, "old", before);
		sh_writer_key_int(&o, "old_until_ms", 1);
		sh_writer_close(&o, '}');
	}
	sh_writer_close(&o, '}');
	stored = sh_arena_str(r->g->arena, sh_buf_str(&b));
	sh_buf_clear(&b);
	return stored;
}

static const struct sh_account *
read_account(const struct read_state *r)
{
	const struct sh_json *stored = sh_reader_parse(r->g->arena, read_stored(r), NULL);

	return sh_driver_account(r->g->arena, r->set->driver, &stored, 1, 0);
}

static struct sh_str
read_webhook_url(const struct read_state *r)
{
	struct sh_str url = read_get(r, "webhook_url");

	return url.s ? url : sh_arena_printf(r->g->arena, "https://hooks.example/api/webhooks/%s/wh_1", r->set->driver->name);
}

static struct sh_str
read_sample(const struct read_state *r, struct sh_str name)
{
	struct golden_used *used = sh_arena_make(r->set->arena, struct golden_used);
	struct sh_str path, text = SH_STR("");
	struct sh_error why;

	if (!name.s)
		return text;
	if (used) {
		*used = (struct golden_used){ r->set->used, sh_arena_str(r->set->arena, name) };
		r->set->used = used;
	}
	path = sh_arena_printf(r->g->arena, "%s/%.*s", r->set->samples, (int)name.n, name.s);
	if (path.s && sh_file_read(r->g->arena, path.s, &text, &why) != SH_OK)
		read_fail(r, why.text, name);
	return text;
}

static struct sh_str
read_body(const struct read_state *r)
{
	struct sh_str text = read_get(r, "text");

	return text.s ? text : read_sample(r, read_get(r, "body"));
}

/* "numbers_parse" → an answer, of NUMBERS. */
static void
read_what(const struct read_state *r, struct sh_case *q)
{
	static const struct {
		const char *name;
		enum sh_capability can;
	} names[] = { { "check", SH_CAN_CHECK }, { "numbers", SH_CAN_NUMBERS }, { "agents", SH_CAN_AGENTS },
		{ "calls", SH_CAN_CALLS }, { "call", SH_CAN_CALL }, { "dial", SH_CAN_DIAL } };
	struct sh_str run = read_get(r, "run");
	char word[32];

	if (sh_str_is(run, "webhook") || sh_str_is(run, "outcome")) {
		q->what = sh_str_is(run, "webhook") ? SH_CASE_WEBHOOK : SH_CASE_OUTCOME;
		return;
	}
	for (size_t i = 0; i < SH_LENGTH(names); i++)
		for (int answer = 0; answer < 2; answer++) {
			snprintf(word, sizeof(word), "%s_%s", names[i].name, answer ? "parse" : "request");
			if (sh_str_is(run, word)) {
				q->what = answer ? SH_CASE_ANSWER : SH_CASE_REQUEST;
				q->can = names[i].can;
				return;
			}
		}
	read_fail(r, "expected a line run webhook, run outcome, or run with a function such as dial_request, not", run);
}

static void
read_delivery(const struct read_state *r, struct sh_case *q)
{
	struct sh_str method = read_get(r, "method"), url = read_get(r, "url");

	q->delivery = (struct sh_delivery){ .size = sizeof(q->delivery),
		.method = method.s ? method : SH_STR("POST"),
		.url = sh_str_or(url, read_webhook_url(r)),
		.body = read_body(r),
		.arrived_ms = q->now_ms };
	q->delivery.headers = read_headers(r, &q->delivery.nheaders);
	q->finding = (struct sh_finding){
		.size = sizeof(q->finding), .agent_id = read_get(r, "found"), .refused = read_get(r, "refused").s != NULL
	};
	q->finding.variables = read_pairs(r, "variable", '=', &q->finding.nvariables);
}

static void
read_request(const struct read_state *r, struct sh_case *q)
{
	struct sh_str channel = read_get(r, "channel"), from = read_get(r, "from"), id = read_get(r, "from_id");
	int which = channel.s ? sh_channel_parse(channel) : SH_CHANNEL_VOICE;

	if (which < 0)
		read_fail(r, "expected voice, chat or sms as a channel, not", channel);
	q->cursor_or_id = read_get(r, q->can == SH_CAN_CALL ? "id" : "cursor");
	q->from = (struct sh_number){ .size = sizeof(q->from),
		.e164 = sh_text_is_e164(from) ? from : SH_NONE,
		.provider_id = id.s ? id : from,
		.voice = true,
		.dial = read_get(r, "from_dial") };
	q->dial = (struct sh_dial){ .size = sizeof(q->dial),
		.channel = (enum sh_channel)(which < 0 ? SH_CHANNEL_VOICE : which),
		.to = read_get(r, "to"),
		.agent_id = read_get(r, "agent"),
		.dial_id = read_get(r, "dial"),
		.callback_id = read_get(r, "callback"),
		.attempt = (int)read_int(r, "attempt", 1),
		.metadata = read_get(r, "metadata"),
		.webhook_url = read_webhook_url(r) };
	q->dial.variables = read_pairs(r, "variable", '=', &q->dial.nvariables);
	q->query = (struct sh_query){ .size = sizeof(q->query),
		.from_ms = read_int(r, "from_ms", 0),
		.until_ms = read_int(r, "until_ms", 0),
		.dial_id = q->dial.dial_id,
		.from = from,
		.to = q->dial.to };
}

static void
read_response(const struct read_state *r, struct sh_case *q)
{
	q->response =
	    (struct sh_response){ .size = sizeof(q->response), .status = (int)read_int(r, "status", 200), .body = read_body(r) };
	q->response.headers = read_headers(r, &q->response.nheaders);
}

static void
read_question(const struct read_state *r)
{
	struct sh_golden *g = r->g;
	struct sh_case *q = &g->question;

	read_what(r, q);
	q->now_ms = read_int(r, "at", READ_AT);
	q->account = read_account(r);
	if (!q->account)
		return;
	q->facts = read_pairs(r, "fact", '=', &q->nfacts);
	if (q->what == SH_CASE_WEBHOOK)
		read_delivery(r, q);
	if (q->what == SH_CASE_REQUEST || q->what == SH_CASE_ANSWER)
		read_request(r, q);
	if (q->what == SH_CASE_ANSWER)
		read_response(r, q);
	g->unsigned_body = sh_str_is(read_get(r, "covers"), "nothing");
	g->sample_name = read_get(r, "sample");
	g->sample = read_sample(r, g->sample_name);
	g->except = read_get(r, "except");
	if (r->e->status == SH_OK && !sh_case_fits(q, r->set->driver))
		read_fail(r, "the driver has no function for", read_get(r, "run"));
}

enum sh_status
sh_golden_read(struct sh_golden_set *set, size_t i, struct sh_golden *ret, struct sh_error *e)
{
	struct read_state r = { .set = set, .g = ret, .e = e };
	struct sh_str text;
	size_t end;

	*ret = (struct sh_golden){ .name = sh_golden_name(set, i), .driver = set->driver, .arena = sh_arena_new(READ_ARENA_BYTES) };
	*e = (struct sh_error){ .status = SH_OK };
	if (!ret->arena)
		return sh_fail(e, SH_ESYSTEM, "no memory for golden files");
	r.own.file = sh_arena_printf(ret->arena, "%s/%s", set->dir, ret->name).s;
	if (sh_file_read(ret->arena, r.own.file, &text, e) == SH_OK && golden_split(ret->arena, &r.own, text, &end, e) == SH_OK &&
	    golden_check_settings(&r.own, set->driver, e) == SH_OK) {
		ret->head = (struct sh_str){ text.s, end };
		ret->expected = (struct sh_str){ text.s + end, text.n - end };
		read_question(&r);
	}
	if (sh_arena_failed(ret->arena) && e->status == SH_OK)
		sh_fail(e, SH_ETOOBIG, "%s: its samples are larger than any answer", ret->name);
	if (e->status != SH_OK)
		sh_golden_clear(ret);
	return e->status;
}
