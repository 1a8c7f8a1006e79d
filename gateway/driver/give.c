/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * What a driver hands over, copied into the call and held to the limits of driver.h.
 *
 * What comes out of here can be stored: UTF-8 without NUL, JSON where JSON is promised, enums that have a name, no
 * text longer than its column. What does not fit is dropped with a log line rather than refused, because an event
 * without its recording's URL is worth more than no event.
 */
#include "gateway/base/encode.h"
#include "gateway/base/log.h"
#include "gateway/base/reader.h"
#include "gateway/base/text.h"
#include "gateway/crypto/digest.h"
#include "gateway/driver/host.h"

#define GIVE_WORD 128
#define GIVE_WORDS 1024
#define GIVE_URL 2048
#define GIVE_JSON (64 << 10)
#define GIVE_TRANSCRIPT (1 << 20)
#define GIVE_HEADERS 64
#define GIVE_REASON 64
#define GIVE_TYPE 128
#define GIVE_FACTS 32
#define GIVE_FACT SH_MEANING_FACT

#define GIVE_NO_MORE "do_not_call"

#define GIVE_PAGE 10000 /* numbers or agents of one answer */
#define GIVE_CALLS 1000 /* events of one page of a list */
#define GIVE_EVENTS 64 /* events of one delivery */
#define GIVE_TIME_END_MS INT64_C(253402300800000) /* the year 10000: no text of RFC 3339 has it */

static void
give_note(const struct sh_driver_call *c, const char *field, const char *why)
{
	sh_log(SH_LOG_WARN, "driver.dropped", "something that a driver handed over does not fit",
	    SH_F_STR("driver", c->driver->name), SH_F_STR("function", c->function), SH_F_STR("field", field), SH_F_STR("why", why));
}

static struct sh_str
give_copy(struct sh_driver_call *c, struct sh_str s)
{
	struct sh_str copy = sh_arena_str(c->arena, s);

	if (sh_arena_failed(c->arena))
		sh_driver_call_fail(c, "it handed over more than one call may hold");
	return copy;
}

/* Why this text cannot be stored; NULL: it can. */
static const char *
give_unfit(struct sh_str s, size_t max)
{
	return s.n > max ? "too long" : !sh_text_is_utf8(s) ? "not UTF-8" : NULL;
}

static struct sh_str
give_text(struct sh_driver_call *c, const char *field, struct sh_str s, size_t max)
{
	const char *why;

	if (!s.s)
		return SH_NONE;
	why = give_unfit(s, max);
	if (!why)
		return give_copy(c, s);
	give_note(c, field, why);
	return SH_NONE;
}

/* What is long is cut where a character begins: its beginning is worth keeping, and a reason without an end is still one. */
static struct sh_str
give_cut(struct sh_driver_call *c, const char *field, struct sh_str s, size_t max)
{
	if (s.s && s.n > max)
		give_note(c, field, "cut");
	return give_text(c, field, sh_text_cut(s, max), max);
}

static struct sh_str
give_json(struct sh_driver_call *c, const char *field, struct sh_str s, bool object)
{
	struct sh_str copy = give_text(c, field, s, GIVE_JSON);
	const struct sh_json *j;

	if (!copy.s)
		return SH_NONE;
	j = sh_reader_parse(c->arena, copy, NULL);
	if (sh_arena_failed(c->arena))
		sh_driver_call_fail(c, "it handed over more than one call may hold");
	if (j && (!object || sh_reader_type(j) == SH_JSON_OBJECT))
		return copy;
	give_note(c, field, j ? "not a JSON object" : "not JSON");
	return SH_NONE;
}

/*
 * The providers' ids and our keys: without one the thing cannot be stored at all. One that does not fit is no fault of the driver's: the
 * answer is SH_NONE then, and the thing is left out.
 */
static struct sh_str
give_id(struct sh_driver_call *c, const char *field, struct sh_str s)
{
	struct sh_str id = give_text(c, field, s, GIVE_WORD);

	if (s.n == 0)
		sh_driver_call_fail(c, "it handed over something without the id that it needs");
	return id;
}

static void *
give_item(struct sh_driver_call *c, size_t size, uint32_t *count, uint32_t max)
{
	void *item;

	if (*count == max)
		sh_driver_call_fail(c, "it handed over more than one answer may hold");
	item = sh_arena_alloc(c->arena, size);
	if (!item)
		sh_driver_call_fail(c, "it handed over more than one call may hold");
	++*count;
	return item;
}

/*
 * The id of a row of a list. Without a good one the row cannot be stored, which is no reason to refuse the others: false, and who
 * asked for the list is told.
 */
static bool
give_row(struct sh_driver_call *c, struct sh_str *id)
{
	const char *why = id->n == 0 ? "missing" : give_unfit(*id, GIVE_WORD);
	struct sh_dropped_item *item;

	c->nrows++;
	if (!why) {
		*id = give_copy(c, *id);
		return true;
	}
	if (++c->ndropped > SH_DROPPED_TOLD)
		return false;
	give_note(c, "provider_id", why);
	item = sh_arena_make(c->arena, struct sh_dropped_item);
	if (!item)
		sh_driver_call_fail(c, "it handed over more than one call may hold");
	*item = (struct sh_dropped_item){ .row = c->nrows, .why = why };
	*c->dropped_end = item;
	c->dropped_end = &item->next;
	return false;
}

/* Is the function that runs asked for this? What comes out of another one nobody would look at, or would take for what was asked. */
static void
give_asked(struct sh_driver_call *c, const char *const *functions, const char *why)
{
	for (; *functions; functions++)
		if (strcmp(c->function, *functions) == 0)
			return;
	sh_driver_call_fail(c, why);
}

/* A struct of an older minor is shorter than ours, one of a newer minor longer: what both know is copied. */
static void
give_struct(struct sh_driver_call *c, void *ret, const void *given, uint32_t given_size, size_t least, size_t ours)
{
	if (given_size < least)
		sh_driver_call_fail(c, "it handed over a struct whose size is not that of driver.h");
	memset(ret, 0, ours);
	memcpy(ret, given, given_size < ours ? given_size : ours);
}

void
sh_give_number(struct sh_ctx *cx, const struct sh_number *given)
{
	static const char *const functions[] = { "numbers_parse", NULL };
	struct sh_driver_call *c = sh_host_call(cx);
	struct sh_number_item *item;
	struct sh_number n;

	give_asked(c, functions, "it handed over a number, which numbers_parse alone is asked for");
	give_struct(c, &n, given, given->size, offsetof(struct sh_number, dial) + sizeof(n.dial), sizeof(n));
	n.size = sizeof(n);
	if (!give_row(c, &n.provider_id))
		return;
	if (n.e164.s)
		n.e164 = sh_text_is_e164(n.e164) ? give_copy(c, n.e164) : SH_NONE;
	n.label = give_cut(c, "label", n.label, GIVE_FACT);
	n.bindings = sh_bindings_shown(c->arena, give_json(c, "bindings", n.bindings, false));
	if (sh_arena_failed(c->arena))
		sh_driver_call_fail(c, "it handed over more than one call may hold");
	n.dial = give_json(c, "dial", n.dial, false);
	item = give_item(c, sizeof(*item), &c->nnumbers, GIVE_PAGE);
	item->number = n;
	*c->numbers_end = item;
	c->numbers_end = &item->next;
}

void
sh_give_agent(struct sh_ctx *cx, const struct sh_agent *given)
{
	static const char *const functions[] = { "agents_parse", NULL };
	struct sh_driver_call *c = sh_host_call(cx);
	struct sh_agent_item *item;
	struct sh_agent a;

	give_asked(c, functions, "it handed over an agent, which agents_parse alone is asked for");
	give_struct(c, &a, given, given->size, offsetof(struct sh_agent, version) + sizeof(a.version), sizeof(a));
	a.size = sizeof(a);
	if ((unsigned)a.channel > SH_CHANNEL_SMS)
		sh_driver_call_fail(c, "it handed over an agent of a channel that driver.h does not know");
	if (!give_row(c, &a.provider_id))
		return;
	a.name = give_cut(c, "name", a.name, GIVE_FACT);
	a.version = give_text(c, "version", a.version, GIVE_WORD);
	item = give_item(c, sizeof(*item), &c->nagents, GIVE_PAGE);
	item->agent = a;
	*c->agents_end = item;
	c->agents_end = &item->next;
}

/* no_more: what the provider's analysis said, which stands above all facts of the driver's. */
static void
give_facts(struct sh_driver_call *c, struct sh_event *e, bool no_more)
{
	const struct sh_pair *given = e->facts;
	uint32_t n = e->nfacts;
	struct sh_pair *kept;

	if (n > GIVE_FACTS) {
		give_note(c, "facts", "more than 32");
		n = GIVE_FACTS;
	}
	kept = sh_arena_array(c->arena, struct sh_pair, n + 1);
	if (!kept)
		sh_driver_call_fail(c, "it handed over more than one call may hold");
	e->facts = kept;
	e->nfacts = 0;
	for (uint32_t i = 0; i < n; i++) {
		struct sh_pair p = { .name = give_text(c, "fact's name", given[i].name, GIVE_WORD),
			.value = give_cut(c, "fact", given[i].value, GIVE_FACT) };

		if (p.name.n && p.value.s && !(no_more && sh_str_is(p.name, GIVE_NO_MORE)))
			kept[e->nfacts++] = p;
	}
	if (no_more && e->nfacts == GIVE_FACTS)
		e->nfacts--;
	if (no_more)
		kept[e->nfacts++] = (struct sh_pair){ SH_STR(GIVE_NO_MORE), SH_STR("true") };
}

/* Two deliveries of one event must give one key, however long the provider's ids are: hence a digest, not a cut. */
static struct sh_str
give_dedup(struct sh_driver_call *c, struct sh_str dedup)
{
	uint8_t digest[32];

	if (dedup.n > GIVE_WORD || (dedup.n > 0 && !sh_text_is_utf8(dedup))) {
		sh_digest_sha256(dedup, digest);
		dedup = sh_encode_hex(c->arena, (struct sh_str){ (const char *)digest, sizeof(digest) });
		if (sh_arena_failed(c->arena))
			sh_driver_call_fail(c, "it handed over more than one call may hold");
	}
	return give_id(c, "dedup", dedup);
}

static bool
give_event_ok(const struct sh_event *e)
{
	return (unsigned)e->kind <= SH_KIND_CHAT_ANALYZED && (unsigned)e->direction <= SH_DIRECTION_OUTBOUND &&
	       (unsigned)e->channel <= SH_CHANNEL_SMS && (unsigned)e->callback <= SH_WISH_YES;
}

void
sh_give_event(struct sh_ctx *cx, const struct sh_event *given)
{
	static const char *const functions[] = { "normalize", "calls_parse", "call_parse", NULL };
	struct sh_driver_call *c = sh_host_call(cx);
	struct sh_event_item *item;
	struct sh_event e;
	bool list = strcmp(c->function, "calls_parse") == 0, no_more;

	give_asked(c, functions, "it handed over an event, which only normalize, calls_parse and call_parse are asked for");
	give_struct(c, &e, given, given->size, offsetof(struct sh_event, answers) + sizeof(e.answers), sizeof(e));
	e.size = sizeof(e);
	if (!give_event_ok(&e))
		sh_driver_call_fail(c, "it handed over an event of a kind that driver.h does not know");
	e.question |= e.kind == SH_KIND_CALL_INBOUND;
	/* What a list or a look-up shows is no delivery, and known by its call. */
	if (e.dedup.n > 0 || strcmp(c->function, "normalize") == 0)
		e.dedup = give_dedup(c, e.dedup);
	e.call_id = give_text(c, "call_id", e.call_id, GIVE_WORD);
	/* The provider's doing; but it may be the very call that is looked for: ask_answer. */
	if (e.call_id.n == 0 && strcmp(c->function, "normalize") != 0) {
		c->nameless = true;
		return;
	}
	e.agent_id = give_text(c, "agent_id", e.agent_id, GIVE_WORD);
	e.from = give_text(c, "from", e.from, GIVE_WORD);
	e.to = give_text(c, "to", e.to, GIVE_WORD);
	/* A time that no calendar here has is none; the rest of the event is as good as ever. */
	e.started_ms = e.started_ms > 0 && e.started_ms < GIVE_TIME_END_MS ? e.started_ms : 0;
	e.ended_ms = e.ended_ms > 0 && e.ended_ms < GIVE_TIME_END_MS ? e.ended_ms : 0;
	no_more = sh_meaning_answers(c, &e);
	e.answers = SH_NONE;
	give_facts(c, &e, no_more);
	e.callback_time = give_text(c, "callback_time", e.callback_time, GIVE_WORD);
	e.callback_words = give_cut(c, "callback_words", e.callback_words, GIVE_WORDS);
	e.transcript = give_cut(c, "transcript", e.transcript, GIVE_TRANSCRIPT);
	e.variables = give_json(c, "variables", e.variables, true);
	e.metadata = give_json(c, "metadata", e.metadata, true);
	e.dial_id = give_text(c, "dial_id", e.dial_id, GIVE_WORD);
	e.recording_url = give_text(c, "recording_url", e.recording_url, GIVE_URL);
	e.cost_microcents = e.cost_microcents < -1 ? -1 : e.cost_microcents;
	e.name = give_text(c, "name", e.name, GIVE_WORD);
	item = give_item(c, sizeof(*item), &c->nevents, list ? GIVE_CALLS : GIVE_EVENTS);
	item->event = e;
	*c->events_end = item;
	c->events_end = &item->next;
}

/* ---- what a driver fills in ---- */

void
sh_give_words(struct sh_driver_call *c)
{
	struct sh_ctx *cx = &c->cx;

	if (cx->text.s)
		cx->text = cx->text.n <= GIVE_FACT && sh_text_is_utf8(cx->text) ? give_copy(c, cx->text)
										: SH_STR("(a text that cannot be shown)");
	/* The provider's doing. A walk that stopped here would pass for the whole, so the answer is none: ask_answer. */
	c->lost = cx->cursor.s && (cx->cursor.n > SH_DRIVER_CURSOR || !sh_text_is_utf8(cx->cursor));
	cx->cursor = c->lost || c->nameless ? SH_NONE : give_copy(c, cx->cursor);
}

/* Whether it may go out is asked later, of the copy: sh_driver_check_request. */
void
sh_give_request(struct sh_driver_call *c, struct sh_request *r)
{
	struct sh_pair *headers;

	if (r->nheaders > GIVE_HEADERS || (r->nheaders && !r->headers))
		sh_driver_call_fail(c, "it made a request with more than 64 headers");
	headers = sh_arena_array(c->arena, struct sh_pair, r->nheaders ? r->nheaders : 1);
	if (!headers)
		sh_driver_call_fail(c, "it handed over more than one call may hold");
	for (uint32_t i = 0; i < r->nheaders; i++)
		headers[i] = (struct sh_pair){ give_copy(c, r->headers[i].name), give_copy(c, r->headers[i].value) };
	*r = (struct sh_request){ .size = sizeof(*r),
		.nheaders = r->nheaders,
		.method = give_copy(c, r->method),
		.url = give_copy(c, r->url),
		.headers = headers,
		.body = give_copy(c, r->body) };
}

void
sh_give_placed(struct sh_driver_call *c, struct sh_placed *p)
{
	if ((unsigned)p->placing > SH_DIAL_LATER || !sh_driver_disposition_ok(&p->disposition) ||
	    (p->placing == SH_DIAL_PLACED && p->call_id.n == 0))
		sh_driver_call_fail(c, "it told of a dial what driver.h does not know");
	p->size = sizeof(*p);
	p->call_id = p->placing == SH_DIAL_PLACED ? give_text(c, "call_id", p->call_id, GIVE_WORD) : SH_NONE;
	/* An id that nothing can be found by again proves as much as none. */
	if (p->placing == SH_DIAL_PLACED && !p->call_id.s)
		p->placing = SH_DIAL_UNKNOWN;
	p->reason = give_text(c, "reason", p->reason, GIVE_REASON);
}

void
sh_give_reply(struct sh_driver_call *c, struct sh_reply *r)
{
	if (r->status < 200 || r->status > 599)
		sh_driver_call_fail(c, "it replied with a status that a webhook cannot have");
	r->size = sizeof(*r);
	r->type = r->body.n > 0 && !r->type.s ? SH_STR("application/json") : give_text(c, "type", r->type, GIVE_TYPE);
	for (size_t i = 0; i < r->type.n; i++)
		if (r->type.s[i] < ' ' || r->type.s[i] > '~')
			sh_driver_call_fail(c, "it replied with a media type that cannot be sent");
	r->body = give_copy(c, r->body);
}
