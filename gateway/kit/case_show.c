/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/case_show.c: what came out of a driver as lines of text, for golden files.
 *
 * One line a member, absent ones left out; what belongs to a thing is indented under it. The text is compared byte for byte,
 * so a change here changes every golden file there is, those of strangers too.
 */
#include "gateway/base/text.h"
#include "gateway/base/time.h"
#include "gateway/base/writer.h"
#include "gateway/kit/case.h"

static const char *const show_verdicts[] = { "valid", "invalid", "stale", "missing" };
static const char *const show_answers[] = { "ok", "unauthorized", "limited", "absent", "failed" };
static const char *const show_placings[] = { "unknown", "placed", "refused", "later" };

static const char *
case_verdict_name(enum sh_verdict v)
{
	assert((unsigned)v < SH_LENGTH(show_verdicts));
	return show_verdicts[v];
}

const char *
sh_answer_name(enum sh_answer a)
{
	assert((unsigned)a < SH_LENGTH(show_answers));
	return show_answers[a];
}

static void
show_line(struct sh_buf *b, const char *word, struct sh_str s)
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
show_time(struct sh_buf *b, const char *word, int64_t ms)
{
	char text[32];

	if (ms == 0)
		return;
	sh_time_format_rfc3339(ms, text);
	show_line(b, word, sh_str(text));
}

static void
show_meaning(struct sh_buf *b, const struct sh_disposition *d)
{
	sh_buf_printf(b, "  means %s, retry %s, %s, %s\n", sh_outcome_name(d->outcome), sh_retry_name(d->retry),
	    d->uncounted ? "uncounted" : "counted", sh_action_name(d->action));
}

/* What an ended call means is asked in a call of its own, from the facts as the gateway keeps them. */
static void
show_outcome(struct sh_buf *b, const struct sh_driver_loaded *driver, const struct sh_event *e)
{
	struct sh_driver_call c;
	struct sh_disposition d;

	sh_driver_call_init(&c, driver, SH_CASE_ARENA_BYTES, 0);
	d = sh_driver_outcome(&c, e->facts, e->nfacts);
	if (c.failed)
		sh_buf_printf(b, "  broke a rule in outcome: %s\n", c.why);
	else {
		if (!sh_pair_get(e->facts, e->nfacts, "reason").n)
			show_line(b, "reason", sh_driver_reason_word(&c, e->facts, e->nfacts));
		show_meaning(b, &d);
	}
	sh_driver_call_clear(&c);
}

static void
show_event(struct sh_buf *b, const struct sh_driver_loaded *driver, const struct sh_event *e)
{
	sh_buf_printf(b, "event %s%s%s%s\n", sh_kind_name(e->kind), e->over ? " over" : "", e->final ? " final" : "",
	    e->question && e->kind != SH_KIND_CALL_INBOUND ? " question" : ""); /* that kind is one always */
	show_line(b, "name", e->name);
	show_line(b, "dedup", e->dedup);
	show_line(b, "channel", sh_str(sh_channel_name(e->channel)));
	show_line(b, "direction", sh_str(sh_direction_name(e->direction)));
	show_line(b, "call", e->call_id);
	show_line(b, "agent", e->agent_id);
	show_line(b, "from", e->from);
	show_line(b, "to", e->to);
	show_time(b, "started", e->started_ms);
	show_time(b, "ended", e->ended_ms);
	for (uint32_t i = 0; i < e->nfacts; i++)
		sh_buf_printf(b, "  fact %.*s %.*s\n", (int)e->facts[i].name.n, e->facts[i].name.s, (int)e->facts[i].value.n,
		    e->facts[i].value.s);
	if (e->callback != SH_WISH_UNSAID)
		show_line(b, "callback", e->callback == SH_WISH_YES ? SH_STR("yes") : SH_STR("no"));
	show_line(b, "callback_time", e->callback_time);
	show_line(b, "callback_words", e->callback_words);
	show_line(b, "transcript", e->transcript);
	show_line(b, "variables", e->variables);
	show_line(b, "metadata", e->metadata);
	show_line(b, "dial", e->dial_id);
	show_line(b, "recording", e->recording_url);
	if (e->cost_microcents >= 0)
		sh_buf_printf(b, "  cost %lld microcents\n", (long long)e->cost_microcents);
	if (e->over)
		show_outcome(b, driver, e);
}

static void
show_number(struct sh_buf *b, const struct sh_number *n)
{
	sh_buf_printf(
	    b, "number %.*s%s%s\n", (int)n->provider_id.n, n->provider_id.s, n->voice ? " voice" : "", n->sms ? " sms" : "");
	show_line(b, "e164", n->e164);
	show_line(b, "label", n->label);
	show_line(b, "bindings", n->bindings);
	show_line(b, "dial", n->dial);
}

static void
show_agent(struct sh_buf *b, const struct sh_agent *a)
{
	sh_buf_printf(b, "agent %.*s %s\n", (int)a->provider_id.n, a->provider_id.s, sh_channel_name(a->channel));
	show_line(b, "name", a->name);
	show_line(b, "version", a->version);
}

static void
show_answer(struct sh_buf *b, const struct sh_driver_call *c, enum sh_answer answer)
{
	if (c->failed) {
		sh_buf_printf(b, "broke a rule in %s: %s\n", c->function, c->why);
		return;
	}
	sh_buf_printf(b, "answer %s\n", sh_answer_name(answer));
	show_line(b, "text", c->cx.text);
	if (c->cx.after_ms)
		sh_buf_printf(b, "  after %lld ms\n", (long long)c->cx.after_ms);
	if (sh_driver_call_more(c))
		show_line(b, "next", c->cx.cursor);
	for (const struct sh_number_item *i = c->numbers; i; i = i->next)
		show_number(b, &i->number);
	for (const struct sh_agent_item *i = c->agents; i; i = i->next)
		show_agent(b, &i->agent);
	for (const struct sh_dropped_item *i = c->dropped; i; i = i->next)
		sh_buf_printf(b, "dropped row %u, its id: %s\n", i->row, i->why);
	for (const struct sh_event_item *i = c->events; i; i = i->next)
		show_event(b, c->driver, &i->event);
}

static void
show_webhook(struct sh_buf *b, const struct sh_case_answer *a)
{
	sh_buf_printf(b, "verify %s\n", case_verdict_name(a->verdict));
	show_answer(b, &a->call, a->answer);
	if (a->answer != SH_ANSWER_OK)
		return;
	sh_buf_printf(b, "reply %d\n", a->reply.status);
	show_line(b, "type", a->reply.type);
	show_line(b, "body", a->reply.body);
}

static void
show_request(struct sh_buf *b, const struct sh_request *r)
{
	sh_buf_printf(b, "%.*s %.*s\n", (int)r->method.n, r->method.s, (int)r->url.n, r->url.s);
	for (uint32_t i = 0; i < r->nheaders; i++)
		sh_buf_printf(b, "  %.*s: %.*s\n", (int)r->headers[i].name.n, r->headers[i].name.s, (int)r->headers[i].value.n,
		    r->headers[i].value.s);
	if (r->body.s)
		sh_buf_printf(b, "%.*s\n", (int)r->body.n, r->body.s);
}

static void
show_placed(struct sh_buf *b, const struct sh_case_answer *a)
{
	const struct sh_placed *p = &a->placed;

	if (a->call.failed) {
		sh_buf_printf(b, "broke a rule in %s: %s\n", a->call.function, a->call.why);
		return;
	}
	sh_buf_printf(b, "dial %s\n", show_placings[p->placing]);
	show_line(b, "call", p->call_id);
	show_line(b, "reason", p->reason);
	if (p->placing == SH_DIAL_LATER && a->call.cx.after_ms)
		sh_buf_printf(b, "  after %lld ms\n", (long long)a->call.cx.after_ms);
	if (p->placing == SH_DIAL_REFUSED)
		show_meaning(b, &p->disposition);
}

void
sh_case_show(const struct sh_case_answer *a, struct sh_buf *b)
{
	const struct sh_case *q = a->question;

	if (a->error.status != SH_OK)
		sh_buf_printf(b, "refused: %s\n", a->error.text);
	else if (q->what == SH_CASE_WEBHOOK)
		show_webhook(b, a);
	else if (q->what == SH_CASE_REQUEST)
		show_request(b, &a->request);
	else if (q->what == SH_CASE_OUTCOME) {
		sh_buf_add_z(b, a->call.failed ? "broke a rule\n" : "outcome\n");
		show_meaning(b, &a->means);
	} else if (q->can == SH_CAN_DIAL)
		show_placed(b, a);
	else
		show_answer(b, &a->call, a->answer);
}
