/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* engine/event.c: see event.h. */
#include "gateway/engine/event.h"

#include "gateway/base/reader.h"
#include "gateway/base/text.h"
#include "gateway/base/writer.h"
#include "gateway/crypto/digest.h"
#include "gateway/crypto/seal.h"
#include "gateway/driver/call.h"

static struct sh_str
event_meta(struct sh_arena *a, struct sh_str metadata, const char *name)
{
	return sh_reader_str(a, sh_reader_get(sh_reader_parse(a, metadata, NULL), sh_str(name)));
}

/* Its end, from the beginning of a line if there is one near, else of a character. */
static struct sh_str
event_speech(struct sh_str said)
{
	const char *line;

	if (said.n <= SH_EVENT_SPEECH)
		return said;
	said = (struct sh_str){ said.s + said.n - SH_EVENT_SPEECH, SH_EVENT_SPEECH };
	line = memchr(said.s, '\n', SH_EVENT_SPEECH / 16);
	if (line)
		return (struct sh_str){ line + 1, said.n - (size_t)(line + 1 - said.s) };
	while (said.n > 0 && ((unsigned char)*said.s & 0xC0) == 0x80)
		said = (struct sh_str){ said.s + 1, said.n - 1 };
	return said;
}

/* What was said, and what was sent along: only of a call that is over. */
static void
event_write_said(const struct sh_event *e, struct sh_out *o)
{
	if (!e->over)
		return;
	if (e->transcript.n)
		sh_writer_key_str(o, "transcript", event_speech(e->transcript));
	if (e->variables.n)
		sh_writer_key_raw(o, "variables", e->variables);
	if (e->metadata.n && !e->dial_id.n)
		sh_writer_key_raw(o, "metadata", e->metadata);
}

void
sh_event_write(const struct sh_event *e, struct sh_arena *a, struct sh_buf *b)
{
	struct sh_out o;

	sh_writer_init(&o, b);
	sh_writer_open(&o, '{');
	sh_writer_key_str(&o, "kind", sh_str(sh_kind_name(e->kind)));
	sh_writer_key_bool(&o, "final", e->final);
	sh_writer_key_bool(&o, "over", e->over);
	sh_writer_key_int(&o, "direction", e->direction);
	sh_writer_key_int(&o, "channel", e->channel);
	sh_writer_key_str(&o, "call_id", e->call_id);
	sh_writer_key_str(&o, "agent_id", e->agent_id);
	sh_writer_key_str(&o, "from", e->from);
	sh_writer_key_str(&o, "to", e->to);
	sh_writer_key_int(&o, "started_ms", e->started_ms);
	sh_writer_key_int(&o, "ended_ms", e->ended_ms);
	sh_writer_key_int(&o, "callback", e->callback);
	sh_writer_key_str(&o, "callback_time", e->callback_time);
	sh_writer_key_str(&o, "callback_words", e->callback_words);
	sh_writer_key_str(&o, "dial_id", e->dial_id);
	sh_writer_key_str(&o, "recording_url", e->recording_url);
	sh_writer_key_int(&o, "cost_microcents", e->cost_microcents);
	sh_writer_key_str(&o, "name", e->name);
	sh_writer_key_str(&o, "meta_callback", event_meta(a, e->metadata, SH_META_CALLBACK));
	sh_writer_key_str(&o, "meta_attempt", event_meta(a, e->metadata, SH_META_ATTEMPT));
	sh_writer_key_str(&o, "meta_chain", event_meta(a, e->metadata, SH_EVENT_META_CHAIN));
	sh_writer_key(&o, SH_STR("facts"));
	sh_writer_open(&o, '{');
	for (uint32_t i = 0; i < e->nfacts; i++) {
		sh_writer_key(&o, e->facts[i].name);
		sh_writer_str(&o, e->facts[i].value);
	}
	sh_writer_close(&o, '}');
	event_write_said(e, &o);
	sh_writer_close(&o, '}');
}

bool
sh_event_speaks(const struct sh_event *e)
{
	return e->recording_url.n || e->callback_words.n || (e->over && (e->transcript.n || e->variables.n || e->metadata.n));
}

void
sh_event_hush(struct sh_event *e, bool keep_transcript, bool keep_recording)
{
	if (!keep_transcript)
		e->transcript = SH_NONE;
	if (!keep_recording)
		e->recording_url = SH_NONE;
	e->variables = e->metadata = e->callback_words = SH_NONE;
}

static int64_t
event_int(const struct sh_json *j, const char *name)
{
	int64_t v = 0;

	return sh_reader_int(sh_reader_get(j, sh_str(name)), &v) ? v : 0;
}

static struct sh_str
event_str(struct sh_arena *a, const struct sh_json *j, const char *name)
{
	return sh_reader_str(a, sh_reader_get(j, sh_str(name)));
}

struct sh_str
sh_event_hushed(struct sh_arena *a, const struct sh_event *e, const struct sh_tenant_key *key, const struct sh_id *tenant,
    const struct sh_id *call, bool keep_transcript, bool keep_recording)
{
	SH_CLEANUP(sh_buf_wipe) struct sh_buf text;
	struct sh_place place = { .tenant = *tenant, .table = "call", .column = "detail", .row = *call };
	struct sh_event hushed = *e;

	sh_event_hush(&hushed, keep_transcript, keep_recording);
	sh_buf_init(&text, SH_EVENT_BYTES);
	sh_event_write(&hushed, a, &text);
	return text.failed ? SH_NONE : sh_seal(a, key, &place, sh_buf_str(&text));
}

static struct sh_str
event_object(const struct sh_json *j, const char *name)
{
	const struct sh_json *o = sh_reader_get(j, sh_str(name));

	return sh_reader_type(o) == SH_JSON_OBJECT ? sh_reader_raw(o) : SH_NONE;
}

/* A fact has a name and a value; of two with one name the later stays. */
static void
event_read_facts(struct sh_arena *a, const struct sh_json *facts, struct sh_event *e)
{
	struct sh_pair *list = sh_arena_array(a, struct sh_pair, SH_EVENT_FACTS);

	for (const struct sh_json *f = sh_reader_first(facts); f && list; f = sh_reader_next(f)) {
		struct sh_pair fact = { sh_reader_key(a, f), sh_reader_str(a, f) };
		uint32_t k = 0;

		while (k < e->nfacts && !sh_str_eq(list[k].name, fact.name))
			k++;
		if (!fact.name.s || !fact.value.s || k == SH_EVENT_FACTS)
			continue;
		list[k] = fact;
		e->nfacts += k == e->nfacts;
	}
	e->facts = list;
}

/* Callback and attempt, or neither; the chain besides. A first attempt names none, whatever the caller's metadata says. */
static struct sh_event_ids
event_ids(struct sh_str callback, struct sh_str attempt, struct sh_str chain)
{
	struct sh_event_ids ids = { 0 };
	int64_t n;

	if (sh_text_uuid(callback, ids.callback.b) && sh_text_int(attempt, &n) && n > 0 && n < 1000)
		ids.attempt = (int)n;
	if (ids.attempt < 2 || !sh_text_uuid(chain, ids.chain.b))
		ids.chain = (struct sh_id){ 0 };
	return ids;
}

struct sh_event_ids
sh_event_ids_of(struct sh_arena *a, const struct sh_event *e)
{
	return event_ids(event_meta(a, e->metadata, SH_META_CALLBACK), event_meta(a, e->metadata, SH_META_ATTEMPT),
	    event_meta(a, e->metadata, SH_EVENT_META_CHAIN));
}

bool
sh_event_read(struct sh_arena *a, struct sh_str json, struct sh_event *e, struct sh_event_ids *ids)
{
	const struct sh_json *j = json.s ? sh_reader_parse(a, json, NULL) : NULL;

	if (sh_reader_type(j) != SH_JSON_OBJECT)
		return false;

	*e = (struct sh_event){ .size = sizeof(*e) };
	e->kind = sh_kind_parse(event_str(a, j, "kind")) > 0 ? sh_kind_parse(event_str(a, j, "kind")) : SH_KIND_OTHER;
	e->final = sh_reader_true(sh_reader_get(j, SH_STR("final")));
	e->over = sh_reader_true(sh_reader_get(j, SH_STR("over")));
	e->direction = event_int(j, "direction");
	e->channel = event_int(j, "channel");
	e->call_id = event_str(a, j, "call_id");
	e->agent_id = event_str(a, j, "agent_id");
	e->from = event_str(a, j, "from");
	e->to = event_str(a, j, "to");
	e->started_ms = event_int(j, "started_ms");
	e->ended_ms = event_int(j, "ended_ms");
	e->callback = event_int(j, "callback");
	e->callback_time = event_str(a, j, "callback_time");
	e->callback_words = event_str(a, j, "callback_words");
	e->dial_id = event_str(a, j, "dial_id");
	e->recording_url = event_str(a, j, "recording_url");
	e->cost_microcents = event_int(j, "cost_microcents");
	e->name = event_str(a, j, "name");
	event_read_facts(a, sh_reader_get(j, SH_STR("facts")), e);
	if (e->over) {
		e->transcript = event_str(a, j, "transcript");
		e->variables = event_object(j, "variables");
		e->metadata = event_object(j, "metadata");
	}

	if (ids)
		*ids = event_ids(event_str(a, j, "meta_callback"), event_str(a, j, "meta_attempt"), event_str(a, j, "meta_chain"));
	return !sh_arena_failed(a);
}

int
sh_event_rank(const struct sh_event *e)
{
	if (e->final)
		return 4;
	if (e->over)
		return 3;
	switch (e->kind) {
	case SH_KIND_CALL_ANSWERED:
		return 2;
	case SH_KIND_CALL_STARTED:
	case SH_KIND_CHAT_STARTED:
		return 1;
	default:
		return 0;
	}
}

/* What the one did not say, the other may have said. */
static void
event_fill(struct sh_str *one, struct sh_str other)
{
	if (!one->s)
		*one = other;
}

static bool
event_has(const struct sh_pair *facts, uint32_t n, struct sh_str name)
{
	while (n > 0 && !sh_str_eq(facts[n - 1].name, name))
		n--;
	return n > 0;
}

/* The facts of both; of one name the first's. */
static void
event_facts(struct sh_arena *a, const struct sh_event *first, const struct sh_event *second, struct sh_event *ret)
{
	struct sh_pair *list = sh_arena_array(a, struct sh_pair, SH_EVENT_FACTS);
	uint32_t n = 0;

	for (uint32_t i = 0; list && i < first->nfacts && n < SH_EVENT_FACTS; i++)
		if (first->facts[i].value.s)
			list[n++] = first->facts[i];
	for (uint32_t i = 0; list && i < second->nfacts && n < SH_EVENT_FACTS; i++)
		if (!event_has(list, n, second->facts[i].name))
			list[n++] = second->facts[i];
	ret->facts = list;
	ret->nfacts = n;
}

void
sh_event_merge(struct sh_arena *a, const struct sh_event *before, struct sh_event *now)
{
	bool late = sh_event_rank(before) > sh_event_rank(now);
	const struct sh_event *first = late ? before : now, *second = late ? now : before;
	struct sh_event both = *first;

	event_facts(a, first, second, &both);
	event_fill(&both.call_id, second->call_id);
	event_fill(&both.agent_id, second->agent_id);
	event_fill(&both.from, second->from);
	event_fill(&both.to, second->to);
	event_fill(&both.dial_id, second->dial_id);
	event_fill(&both.recording_url, second->recording_url);
	event_fill(&both.callback_time, second->callback_time);
	event_fill(&both.callback_words, second->callback_words);
	event_fill(&both.transcript, second->transcript);
	event_fill(&both.variables, second->variables);
	event_fill(&both.metadata, second->metadata);
	both.final |= second->final;
	both.over |= second->over;
	if (both.callback == SH_WISH_UNSAID)
		both.callback = second->callback;
	if (both.direction == SH_DIRECTION_UNKNOWN)
		both.direction = second->direction;
	if (!both.started_ms)
		both.started_ms = second->started_ms;
	if (!both.ended_ms)
		both.ended_ms = second->ended_ms;
	if (both.cost_microcents < 0 && second->cost_microcents >= 0)
		both.cost_microcents = second->cost_microcents;
	*now = both;
}

static void
event_hash(const struct sh_id *workspace, struct sh_str text, uint8_t out[16])
{
	const struct sh_str parts[] = { { (const char *)workspace->b, sizeof(workspace->b) }, text };
	uint8_t digest[32];

	sh_digest(SH_SHA256, parts, 2, digest);
	memcpy(out, digest, 16);
}

void
sh_event_call_index(const struct sh_id *workspace, struct sh_str call_id, uint8_t out[16])
{
	event_hash(workspace, call_id, out);
}

static void
event_first(struct sh_arena *a, const struct sh_event *e, const struct sh_tenant_key *key, const struct sh_inbox_row *r,
    struct sh_str text, struct sh_event_first *f)
{
	struct sh_place place = { .tenant = r->tenant, .table = "call", .column = "detail" };

	*f = (struct sh_event_first){ .call = sh_id_new(r->received_ms) };
	f->speaks = e->over && !e->final && e->transcript.n > 0;
	if (!e->call_id.n || sh_id_or_null(&r->dial) || f->speaks)
		return;
	f->event = (struct sh_event){ .size = sizeof(f->event),
		.kind = e->kind,
		.final = e->final,
		.over = e->over,
		.direction = e->direction,
		.channel = e->channel,
		.call_id = sh_arena_str(a, e->call_id),
		.started_ms = e->started_ms,
		.ended_ms = e->ended_ms };
	f->reason = (struct sh_pair){ SH_STR("reason"), sh_arena_str(a, sh_header(e->facts, e->nfacts, "reason")) };
	place.row = f->call;
	f->detail = sh_seal(a, key, &place, text);
}

bool
sh_event_row(struct sh_arena *a, const struct sh_event *e, const struct sh_tenant_key *key, int bucket, const struct sh_id *tenant,
    const struct sh_id *workspace, const struct sh_id *agent, struct sh_str provider, int64_t now_ms, struct sh_inbox_row *r,
    struct sh_event_first *first)
{
	SH_CLEANUP(sh_buf_wipe) struct sh_buf text;
	struct sh_place place = { .tenant = *tenant, .table = "inbox", .column = "body" };

	*r = (struct sh_inbox_row){ .bucket = bucket,
		.tenant = *tenant,
		.event = sh_id_new(now_ms),
		.received_ms = now_ms,
		.workspace = *workspace,
		.provider = sh_arena_str(a, provider),
		.kind = sh_str(sh_kind_name(e->kind)),
		.final = e->final };
	if (agent)
		r->agent = *agent;
	event_hash(workspace, e->dedup, r->dedup);
	if (e->call_id.n)
		sh_event_call_index(workspace, e->call_id, r->call_index);
	if (!sh_text_uuid(e->dial_id, r->dial.b))
		r->dial = (struct sh_id){ 0 };

	sh_buf_init(&text, SH_EVENT_BYTES);
	sh_event_write(e, a, &text);
	if (text.failed)
		return false;
	place.row = r->event;
	r->body = sh_seal(a, key, &place, sh_buf_str(&text));
	if (first)
		event_first(a, e, key, r, sh_buf_str(&text), first);
	return r->body.s != NULL;
}
