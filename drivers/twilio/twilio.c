/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Twilio Programmable Voice: calls between phone numbers and TwiML; callbacks as forms; REST at api.twilio.com.
 *
 * What is odd about Twilio, and shapes this file:
 * - A signature covers the URL and the decoded parameters, without a time: a delivery can be replayed for ever.
 * - A call carries nothing of ours. Our ids travel in the query of the callback URLs, and come back in every callback.
 * - There are no agents. The operator makes them: their own TwiML, its URL, or the <Connect> that we answer with.
 * - Why a call ended is told by three parameters together: status, who answered, the SIP code.
 * - The calls list shows no ids of ours and may lag, so that it proves nothing; see rest.c.
 */
#include "drivers/twilio/twilio.h"

#include <stdlib.h>

static sh_driver_verify_f twilio_verify;
static sh_driver_normalize_f twilio_normalize;
static sh_driver_reply_f twilio_reply;

/* ---- settings ---- */

static const struct sh_setting twilio_settings[] = {
#define SETTING(id_, name_, scope_, kind_, help_, ...)                                                                             \
	[TWILIO_##id_] = { .name = #name_, .scope = SH_SCOPE_##scope_, .kind = SH_SETTING_##kind_, .help = help_, __VA_ARGS__ },
#include "drivers/twilio/settings.def"
	{ 0 }
};

static const char *const twilio_hosts[] = { "api.twilio.com", NULL };

/* ---- verify ---- */

/* A GET has all in its query; a body is none of its parameters. */
static const struct sh_pair *
twilio_form(struct sh_ctx *cx, const struct sh_delivery *d, size_t *ret_n)
{
	*ret_n = 0;
	if (sh_str_is(d->method, "GET"))
		return sh_url_query(cx, d->url, ret_n);
	return d->body.n ? sh_form(cx, d->body, ret_n) : NULL;
}

static int
twilio_compare(struct sh_str a, struct sh_str b)
{
	int d = memcmp(a.s, b.s, a.n < b.n ? a.n : b.n);

	return d ? d : (a.n > b.n) - (a.n < b.n);
}

static int
twilio_order(const void *a, const void *b)
{
	const struct sh_pair *x = a, *y = b;
	int d = twilio_compare(x->name, y->name);

	return d ? d : twilio_compare(x->value, y->value);
}

/* The URL in three parts, of which the middle is its port with the colon; and the default port. */
static void
twilio_split(struct sh_str url, struct sh_str parts[3], struct sh_str *ret_default)
{
	bool tls = sh_str_after(url, "https://").s != NULL;
	const char *at = url.s + (tls ? 8 : url.n > 7 ? 7 : url.n), *end = url.s + url.n, *colon = NULL;

	for (; at < end && !strchr("/?#", *at); at++)
		colon = *at == ':' ? at : *at == ']' ? NULL : colon;
	colon = colon ? colon : at;
	parts[0] = (struct sh_str){ url.s, (size_t)(colon - url.s) };
	parts[1] = (struct sh_str){ colon, (size_t)(at - colon) };
	parts[2] = (struct sh_str){ at, (size_t)(end - at) };
	*ret_default = tls ? SH_STR(":443") : SH_STR(":80");
}

/* A body that is no form is signed by its digest, which stands in the URL. */
static bool
twilio_body_fits(struct sh_ctx *cx, const struct sh_delivery *d, struct sh_str digest)
{
	uint8_t out[64];
	size_t n = sh_hash(cx, SH_SHA256, &d->body, 1, out);

	return sh_equal(cx, sh_hex(cx, (struct sh_str){ (char *)out, n }), digest);
}

/* Voice signs https URLs without their port, other products with it; both are tried, with every key that may hold. */
static enum sh_verdict
twilio_verify(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	struct sh_str h, port[2] = { SH_STR("") }, *parts, digest;
	enum sh_verdict one = sh_header_one(d, "x-twilio-signature", &h);
	size_t nquery, n = 0, nparts = 3;
	const struct sh_pair *query = sh_url_query(cx, d->url, &nquery), *form = NULL;
	struct sh_pair *sorted;

	if (one != SH_VERDICT_VALID)
		return one;
	digest = sh_pair_get(query, nquery, "bodySHA256");
	if (digest.s && !twilio_body_fits(cx, d, digest))
		return SH_VERDICT_INVALID;
	if (!digest.s && !sh_str_is(d->method, "GET"))
		form = twilio_form(cx, d, &n);
	if (!form && !digest.s && d->body.n > 0)
		return SH_VERDICT_INVALID;
	sorted = sh_alloc(cx, n * sizeof(*sorted));
	parts = sh_alloc(cx, (3 + 2 * n) * sizeof(*parts));
	if (n > 0)
		qsort(memcpy(sorted, form, n * sizeof(*sorted)), n, sizeof(*sorted), twilio_order);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && twilio_order(&sorted[i], &sorted[i - 1]) == 0)
			continue;
		parts[nparts++] = sorted[i].name;
		parts[nparts++] = sorted[i].value;
	}
	twilio_split(d->url, parts, &port[1]);
	port[1] = parts[1].n ? parts[1] : port[1];
	for (size_t i = 0; i < 2; i++) {
		parts[1] = port[i];
		if (sh_is_signed(cx, a, TWILIO_SIGNING_KEY, SH_SHA1, parts, nparts, sh_base64, h) ||
		    sh_is_signed(cx, a, TWILIO_SIGNING_KEY_NEXT, SH_SHA1, parts, nparts, sh_base64, h))
			return SH_VERDICT_VALID;
	}
	return SH_VERDICT_INVALID;
}

/* ---- normalize ---- */

/* What a call's status says, in a callback or in a list. */
static const struct twilio_status {
	const char *name;
	enum sh_kind kind;
	bool over;
} twilio_statuses[] = {
	{ "queued", SH_KIND_CALL_STARTED, false },
	{ "initiated", SH_KIND_CALL_STARTED, false },
	{ "ringing", SH_KIND_CALL_STARTED, false },
	{ "in-progress", SH_KIND_CALL_ANSWERED, false },
	{ "completed", SH_KIND_CALL_ENDED, true },
	{ "busy", SH_KIND_CALL_ENDED, true },
	{ "no-answer", SH_KIND_CALL_ENDED, true },
	{ "failed", SH_KIND_CALL_ENDED, true },
	{ "canceled", SH_KIND_CALL_ENDED, true },
	{ "cancelled", SH_KIND_CALL_ENDED, true },
	{ NULL, SH_KIND_OTHER, false },
};

/* Kind and end follow from the status; then the event is handed over. */
void
twilio_give(struct sh_ctx *cx, struct sh_event *e, struct sh_str status)
{
	const struct twilio_status *row = twilio_statuses;

	while (row->name && !sh_str_is(status, row->name))
		row++;
	if (e->call_id.n > 0 && row->name && e->kind != SH_KIND_CALL_INBOUND) {
		e->kind = row->kind;
		e->over = row->over;
	}
	/* Facts of one call are merged as they come, in any order: what was said on the way must not hide the end. */
	if (e->over)
		sh_fact(cx, e, "status", status);
	e->final = e->over && e->final;
	sh_event_add(cx, e);
}

/* Facts: our name, and Twilio's. */
static const struct sh_names twilio_facts[] = {
	{ "answered_by", "AnsweredBy" },
	{ "sip_code", "SipResponseCode" },
	{ "duration_s", "CallDuration" },
	{ "detection_ms", "MachineDetectionDuration" },
	{ "error_code", "ErrorCode" },
	{ "direction", "Direction" },
	{ "parent", "ParentCallSid" },
	{ "stir", "StirStatus" },
	{ "stir", "StirVerstat" },
	{ "recording", "RecordingSid" },
	{ "recording_status", "RecordingStatus" },
	{ "recording_s", "RecordingDuration" },
	{ NULL, NULL },
};

/* What tells a callback apart from all others of the account; a repetition has the same. */
static struct sh_str
twilio_dedup(
    struct sh_ctx *cx, const struct sh_delivery *d, struct sh_str what, struct sh_str id, struct sh_str one, struct sh_str two)
{
	const struct sh_str parts[] = { d->url, d->body };

	if (id.n > 0 && what.n > 0)
		return sh_join(cx, what, SH_STR(":"), id, SH_STR(":"), one, two.n ? SH_STR(":") : SH_NONE, two);
	return sh_join(cx, SH_STR("other:"), sh_dedup(cx, parts, 2));
}

/* Our ids, which the query of each URL of ours carries; a leg that the call itself dialled is not our dial. */
static void
twilio_read_ids(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_pair *form, size_t n, struct sh_event *e)
{
	static const char *const ids[] = { SH_META_DIAL, SH_META_CALLBACK, SH_META_ATTEMPT };
	size_t nquery, found = 0;
	const struct sh_pair *query = sh_url_query(cx, d->url, &nquery);
	struct sh_pair meta[3];
	struct sh_out *o;

	for (size_t i = 0; i < 3; i++) {
		struct sh_str value = sh_pair_get(query, nquery, ids[i]);

		if (value.s)
			meta[found++] = (struct sh_pair){ sh_str(ids[i]), value };
	}
	if (found == 0 || sh_pair_get(form, n, "ParentCallSid").n > 0)
		return;
	e->dial_id = sh_pair_get(query, nquery, SH_META_DIAL);
	o = sh_out_new(cx);
	sh_out_pairs(cx, o, meta, (uint32_t)found);
	e->metadata = sh_out_text(cx, o);
	/* The end of a call whose detection was asked for, and has not been heard of, waits for it. */
	e->final = !sh_pair_get(query, nquery, TWILIO_AMD).s || sh_pair_get(form, n, "AnsweredBy").n > 0 ||
		   !sh_str_is(sh_pair_get(form, n, "CallStatus"), "completed");
}

/* Which callback this is, as its parameters say: there is no other sign. Its name, and what makes it one of a kind. */
static void
twilio_read_kind(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_pair *form, size_t n, struct sh_event *e)
{
	struct sh_str status = sh_pair_get(form, n, "CallStatus"), by = sh_pair_get(form, n, "AnsweredBy");
	struct sh_str sequence = sh_pair_get(form, n, "SequenceNumber"), recording = sh_pair_get(form, n, "RecordingStatus");
	struct sh_str error = sh_pair_get(form, n, "ErrorCode");

	if (sequence.s || sh_pair_get(form, n, "CallbackSource").s) {
		e->name = status;
		e->dedup = twilio_dedup(cx, d, SH_STR("status"), e->call_id, sequence, status);
	} else if (status.n > 0) {
		/* Twilio waits for TwiML: a call came in, or ours was answered; or that went wrong, and this is the fallback. */
		e->name = SH_STR("voice");
		e->question = true;
		e->kind = e->direction == SH_DIRECTION_INBOUND ? SH_KIND_CALL_INBOUND : SH_KIND_OTHER;
		e->dedup = twilio_dedup(cx, d, e->name, e->call_id, status, error);
	} else if (recording.n > 0) {
		e->name = SH_STR("recording");
		e->dedup = twilio_dedup(cx, d, e->name, e->call_id, sh_pair_get(form, n, "RecordingSid"), recording);
	} else if (by.n > 0) {
		e->name = SH_STR("amd");
		e->dedup = twilio_dedup(cx, d, e->name, e->call_id, by, SH_NONE);
	} else {
		e->name = SH_STR("other");
		e->dedup = twilio_dedup(cx, d, SH_NONE, SH_NONE, SH_NONE, SH_NONE);
	}
}

static enum sh_answer
twilio_normalize(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	size_t n;
	const struct sh_pair *form = twilio_form(cx, d, &n);
	struct sh_str status = sh_pair_get(form, n, "CallStatus");
	int64_t at = sh_str_time(cx, sh_pair_get(form, n, "Timestamp")), lasted = 0;
	struct sh_event e = { .final = true, .cost_microcents = -1 };

	(void)a;
	if (!form && d->body.n > 0 && !sh_json_parse(cx, d->body))
		return sh_failed(cx, "the body is neither a form nor JSON");
	e.call_id = sh_pair_get(form, n, "CallSid");
	e.from = sh_pair_get(form, n, "From");
	if (sh_str_is(e.from, "+266696687")) /* on the keys of a phone; no number, though it looks like one */
		e.from = SH_STR("anonymous");
	e.to = sh_pair_get(form, n, "To");
	e.recording_url = sh_pair_get(form, n, "RecordingUrl");
	e.direction = sh_direction(sh_pair_get(form, n, "Direction"));
	twilio_read_ids(cx, d, form, n, &e);
	twilio_read_kind(cx, d, form, n, &e);
	sh_facts_form(cx, &e, form, n, twilio_facts);
	if (sh_str_is(status, "in-progress"))
		e.started_ms = at;
	if (at > 0 && sh_int_parse(cx, sh_pair_get(form, n, "CallDuration"), &lasted)) {
		e.ended_ms = at;
		e.started_ms = lasted > 0 && lasted < 1000000 ? at - lasted * 1000 : 0;
	}
	twilio_give(cx, &e, status);
	return SH_ANSWER_OK;
}

/* ---- reply: TwiML ---- */

/* Text for an attribute or an element; what XML cannot hold at all is left out. */
static struct sh_str
twilio_xml(struct sh_ctx *cx, struct sh_str s)
{
	static const struct {
		char c;
		const char *as;
	} escapes[] = { { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" }, { '\'', "&apos;" } };
	char *out = sh_alloc(cx, 6 * s.n + 1), *at = out;

	for (size_t i = 0, k; i < s.n; i++) {
		for (k = 0; k < 5 && escapes[k].c != s.s[i]; k++)
			;
		if (k < 5)
			at = (char *)memcpy(at, escapes[k].as, strlen(escapes[k].as)) + strlen(escapes[k].as);
		else if ((unsigned char)s.s[i] >= ' ' || s.s[i] == '\t' || s.s[i] == '\n')
			*at++ = s.s[i];
	}
	return (struct sh_str){ out, (size_t)(at - out) };
}

/* {{name}} becomes that variable's value, as XML or a URL needs it; one that there is not, nothing. */
struct sh_str
twilio_fill(struct sh_ctx *cx, struct sh_str text, const struct sh_pair *variables, uint32_t n, bool xml)
{
	struct sh_str *parts = sh_alloc(cx, (2 * text.n / 4 + 3) * sizeof(*parts)), value;
	const char *at = text.s, *end = text.s + text.n, *open, *close;
	size_t nparts = 0;

	while (
	    at < end && (open = memmem(at, (size_t)(end - at), "{{", 2)) && (close = memmem(open, (size_t)(end - open), "}}", 2))) {
		parts[nparts++] = (struct sh_str){ at, (size_t)(open - at) };
		value = SH_NONE;
		for (uint32_t i = 0; i < n && !value.s; i++)
			if (sh_str_eq(variables[i].name, (struct sh_str){ open + 2, (size_t)(close - open) - 2 }))
				value = variables[i].value;
		if (value.n > 0)
			parts[nparts++] = xml ? twilio_xml(cx, value) : sh_url_escape(cx, value);
		at = close + 2;
	}
	parts[nparts++] = (struct sh_str){ at, (size_t)(end - at) };
	return sh_join_parts(cx, parts, nparts);
}

/* <Connect> to the agent's media server, which reads the parameters in the first message of the call. */
static struct sh_str
twilio_connect(struct sh_ctx *cx, const struct sh_account *a, const struct sh_finding *f, struct sh_str dial_id)
{
	struct sh_str verb = sh_setting(a, TWILIO_CONNECT), *parts = sh_alloc(cx, (5 * f->nvariables + 10) * sizeof(*parts));
	size_t n = 0;

	parts[n++] = sh_join(
	    cx, SH_STR("<Connect><"), verb, SH_STR(" url=\""), twilio_xml(cx, sh_setting(a, TWILIO_CONNECT_URL)), SH_STR("\">"));
	for (uint32_t i = 0; i <= f->nvariables; i++) {
		struct sh_pair v = i < f->nvariables ? f->variables[i] : (struct sh_pair){ SH_STR(SH_META_DIAL), dial_id };

		if (v.value.s)
			parts[n++] = sh_join(cx, SH_STR("<Parameter name=\""), twilio_xml(cx, v.name), SH_STR("\" value=\""),
			    twilio_xml(cx, v.value), SH_STR("\"/>"));
	}
	parts[n++] = sh_join(cx, SH_STR("</"), verb, SH_STR("></Connect>"));
	return sh_join_parts(cx, parts, n);
}

/* Of one of our own calls: whose URL it is. */
static struct sh_str
twilio_dial_id(struct sh_ctx *cx, const struct sh_delivery *d)
{
	size_t n;
	const struct sh_pair *query = sh_url_query(cx, d->url, &n);
	struct sh_str id = sh_pair_get(query, n, SH_META_DIAL);

	for (size_t i = 0; i < id.n; i++)
		if ((unsigned char)id.s[i] <= ' ' || (unsigned char)id.s[i] > '~')
			return SH_NONE;
	return id;
}

static void
twilio_reply(
    struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a, const struct sh_finding *f, struct sh_reply *r)
{
	struct sh_str url = sh_setting(a, TWILIO_TWIML_URL), twiml = sh_setting(a, TWILIO_TWIML), verbs = SH_NONE;

	r->status = f->question ? 200 : 204;
	if (!f->question)
		return;
	r->type = SH_STR("text/xml");
	if (f->refused) /* a call of ours has been answered by now, and cannot be rejected */
		verbs = twilio_dial_id(cx, d).n ? SH_STR("<Hangup/>") : SH_STR("<Reject/>");
	else if (sh_setting(a, TWILIO_CONNECT_URL).n > 0)
		verbs = twilio_connect(cx, a, f, twilio_dial_id(cx, d));
	else if (twiml.n > 0) {
		r->body = twilio_fill(cx, twiml, f->variables, f->nvariables, true);
		return;
	} else if (url.n > 0)
		verbs = sh_join(cx, SH_STR("<Redirect method=\"POST\">"),
		    twilio_xml(cx, twilio_fill(cx, url, f->variables, f->nvariables, false)), SH_STR("</Redirect>"));
	r->body = sh_join(cx, SH_STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response"), verbs.n ? SH_STR(">") : SH_STR("/>"),
	    verbs, verbs.n ? SH_STR("</Response>") : SH_NONE);
}

/* ---- the table ---- */

static const struct sh_reason twilio_reasons[] = {
#include "drivers/twilio/reasons.def"
	{ 0 }
};

SH_DRIVER(.name = "twilio", .title = "Twilio", .version = "1.0", .settings = twilio_settings, .reasons = twilio_reasons,
    .hosts = twilio_hosts, .base_url_setting = "base_url", .dials_per_minute = 60, /* a new account's one a second */
    /* What is beyond the account's rate waits at Twilio, for a day at most; a call rings 605 s and lasts 4 h (TimeLimit). */
    .agents_made_here = true, .list_has_dial_id = false, .list_lag_s = 0, .accept_s = 60, .queue_s = 86400, .call_s = 605 + 14400,
    .check_request = twilio_check_request, .check_parse = twilio_check_parse, .numbers_request = twilio_numbers_request,
    .numbers_parse = twilio_numbers_parse, .verify = twilio_verify, .normalize = twilio_normalize, .reply = twilio_reply,
    .dial_request = twilio_dial_request, .dial_parse = twilio_dial_parse, .calls_request = twilio_calls_request,
    .calls_parse = twilio_calls_parse, .call_request = twilio_call_request, .call_parse = twilio_call_parse, );
