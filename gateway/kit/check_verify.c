/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/check_verify.c: is a delivery valid for the right reasons? Each golden delivery that is valid is spoilt in every way that a
 * stranger could, and must not be valid any more; and its secret is rotated, and it must be.
 */
#include <stdio.h>

#include "gateway/kit/trial.h"

#define VERIFY_DAY_MS INT64_C(86400000)
#define VERIFY_HEADERS 64
#define VERIFY_NAMED 3

struct verify {
	struct sh_trial *t;
	const struct sh_golden *g;
	struct sh_case q; /* a copy to spoil */
	struct sh_value *values;
	struct sh_account account;
	struct sh_pair headers[VERIFY_HEADERS + 1];
	bool replayed;
	unsigned unspoilt; /* deliveries that were not valid from the beginning */
	struct sh_str names; /* of the first of them */
};

static enum sh_verdict
verify_ask(struct verify *v, const char *what)
{
	struct sh_case_answer a;
	enum sh_verdict verdict;

	if (!trial_put(v->t, &v->q, &a, "%s, %s", v->g->name, what))
		return SH_VERDICT_INVALID;
	verdict = a.verdict;
	if (a.call.failed)
		trial_fault(v->t, "%s, %s: %s broke a rule: %s", v->g->name, what, a.call.function, a.call.why);
	sh_case_clear(&a);
	return verdict;
}

/* A fresh copy of the question, whose account and headers may be written to. */
static void
verify_afresh(struct verify *v)
{
	const struct sh_case *from = &v->g->question;

	v->q = *from;
	v->account = *from->account;
	memcpy(v->values, from->account->values, from->account->nvalues * sizeof(*v->values));
	memcpy(v->headers, from->delivery.headers, from->delivery.nheaders * sizeof(*v->headers));
	v->account.values = v->values;
	v->q.account = &v->account;
	v->q.delivery.headers = v->headers;
}

static void
verify_must_not(struct verify *v, const char *what)
{
	if (verify_ask(v, what) == SH_VERDICT_VALID)
		trial_fault(v->t, "%s, %s, is valid", v->g->name, what);
}

/* A copy with one byte more, or one that is another. */
static struct sh_str
verify_changed(struct verify *v, struct sh_str s, size_t at)
{
	char *p = sh_arena_alloc(v->t->arena, s.n + 2);

	if (s.n)
		memcpy(p, s.s, s.n);
	if (at >= s.n) {
		p[s.n] = '1';
		return (struct sh_str){ p, s.n + 1 };
	}
	/* A digit, so that neither case nor the unused bits of a base64 text can make the two equal. */
	p[at] = p[at] == '1' ? '2' : '1';
	return (struct sh_str){ p, s.n };
}

static void
verify_body(struct verify *v)
{
	struct sh_str body = v->g->question.delivery.body;
	bool covered = false;

	for (int how = 0; how < 3; how++) {
		verify_afresh(v);
		v->q.delivery.body = how == 2 ? SH_STR("") : verify_changed(v, body, how == 0 ? body.n : body.n / 2);
		if (body.n == 0 && how == 2)
			continue;
		if (verify_ask(v, "body changed") != SH_VERDICT_VALID)
			covered = true;
		else if (!v->g->unsigned_body)
			trial_fault(v->t,
			    "%s with %s is valid; if the provider's scheme does not cover the body, say so: `covers nothing`",
			    v->g->name,
			    how == 0   ? "a byte more"
			    : how == 1 ? "another byte"
				       : "no body");
	}
	if (covered && v->g->unsigned_body)
		trial_fault(v->t, "%s says that the scheme `covers nothing`, but another body is not valid", v->g->name);
}

/* The headers that prove anything are those without which it is not valid. */
static void
verify_headers(struct verify *v)
{
	const struct sh_delivery *d = &v->g->question.delivery;
	char what[160];

	for (uint32_t i = 0; i < d->nheaders; i++) {
		struct sh_str name = d->headers[i].name, value = d->headers[i].value;

		verify_afresh(v);
		memmove(&v->headers[i], &v->headers[i + 1], (d->nheaders - i - 1) * sizeof(*v->headers));
		v->q.delivery.nheaders--;
		snprintf(what, sizeof(what), "without %.*s", (int)name.n, name.s);
		if (verify_ask(v, what) == SH_VERDICT_VALID)
			continue;
		verify_afresh(v);
		v->headers[i].value = SH_STR("");
		snprintf(what, sizeof(what), "with an empty %.*s", (int)name.n, name.s);
		verify_must_not(v, what);
		verify_afresh(v);
		v->headers[i].value = verify_changed(v, value, value.n / 2);
		snprintf(what, sizeof(what), "with another %.*s", (int)name.n, name.s);
		verify_must_not(v, what);
		verify_afresh(v);
		v->headers[d->nheaders] = v->headers[i];
		v->q.delivery.nheaders++;
		snprintf(what, sizeof(what), "with %.*s twice", (int)name.n, name.s);
		verify_must_not(v, what);
	}
	verify_afresh(v);
	v->q.delivery.nheaders = 0;
	verify_must_not(v, "without any header");
}

/* Does it matter what this setting is? Then its old value is good while the rotation's grace lasts. */
static bool
verify_setting(struct verify *v, uint32_t i)
{
	struct sh_setting s = sh_driver_setting(v->t->driver, i);
	struct sh_str value = v->g->question.account->values[i].now, other;
	char what[160];

	if (!value.s || (s.kind != SH_SETTING_SECRET && s.kind != SH_SETTING_TEXT))
		return false;
	/* The file may show a rotation itself: then the delivery is signed with the value before it. */
	verify_afresh(v);
	v->values[i].old = SH_NONE;
	snprintf(what, sizeof(what), "without the %s before", s.name);
	if (v->g->question.account->values[i].old.s && verify_ask(v, what) != SH_VERDICT_VALID)
		value = v->g->question.account->values[i].old;
	other = verify_changed(v, value, value.n / 2);
	verify_afresh(v);
	v->values[i] = (struct sh_value){ .now = other };
	snprintf(what, sizeof(what), "with another %s", s.name);
	if (verify_ask(v, what) == SH_VERDICT_VALID)
		return false;
	if (s.rotates) {
		verify_afresh(v);
		v->values[i] = (struct sh_value){ .now = other, .old = value };
		snprintf(what, sizeof(what), "with %s rotated", s.name);
		if (verify_ask(v, what) != SH_VERDICT_VALID)
			trial_fault(v->t, "%s, signed with the %s before the rotation, is not valid", v->g->name, s.name);
		verify_afresh(v);
		v->values[i] = (struct sh_value){ .now = value, .old = other };
		if (verify_ask(v, what) != SH_VERDICT_VALID)
			trial_fault(v->t, "%s, signed with the %s after the rotation, is not valid", v->g->name, s.name);
	}
	for (int how = 0; how < 2; how++) {
		verify_afresh(v);
		v->values[i] = (struct sh_value){ .now = how ? SH_STR("") : SH_NONE };
		snprintf(what, sizeof(what), "with %s %s", s.name, how ? "empty" : "unset");
		verify_must_not(v, what);
	}
	return true;
}

static void
verify_settings(struct verify *v)
{
	uint32_t n = v->g->question.account->nvalues;
	bool matters = false;

	for (uint32_t i = 0; i < n; i++)
		matters |= verify_setting(v, i);
	if (!matters)
		trial_fault(v->t, "%s is valid whatever the settings are", v->g->name);
	verify_afresh(v);
	memset(v->values, 0, n * sizeof(*v->values));
	verify_must_not(v, "without any setting");
}

static void
verify_replay(struct verify *v)
{
	for (int day = -1; day <= 1; day += 2) {
		verify_afresh(v);
		v->q.now_ms += day * VERIFY_DAY_MS;
		v->q.delivery.arrived_ms += day * VERIFY_DAY_MS;
		v->replayed |= verify_ask(v, "a day off") == SH_VERDICT_VALID;
	}
}

/* ---- the URL ---- */

/* Which call the events tell of, and whose: what a stranger must not be able to say. */
static struct sh_str
verify_whose(struct verify *v, const char *what, enum sh_verdict *ret)
{
	struct sh_case_answer a;
	struct sh_str text;
	struct sh_buf b;

	*ret = SH_VERDICT_INVALID;
	if (!trial_put(v->t, &v->q, &a, "%s, %s", v->g->name, what))
		return SH_NONE;
	*ret = a.verdict;
	sh_buf_init(&b, (size_t)4 << 20);
	for (const struct sh_event_item *i = a.call.failed ? NULL : a.call.events; i; i = i->next) {
		const struct sh_str said[] = { i->event.dial_id, i->event.call_id, i->event.metadata };

		for (size_t k = 0; k < SH_LENGTH(said); k++) {
			sh_buf_add_str(&b, said[k]);
			sh_buf_add_char(&b, '\n');
		}
	}
	text = sh_arena_str(v->t->arena, sh_buf_str(&b));
	sh_buf_clear(&b);
	sh_case_clear(&a);
	return text;
}

/* One pair of the query, from `at` to `end`, in three ways; and before all others, where it is found first. */
static struct sh_str
verify_query(struct verify *v, struct sh_str url, size_t at, size_t end, int how)
{
	struct sh_arena *a = v->t->arena;
	size_t query = (size_t)((const char *)memchr(url.s, '?', url.n) - url.s) + 1;
	struct sh_str changed;
	const char *equals = memchr(url.s + at, '=', end - at);

	if (how == 0) /* dropped, with the & behind it or before it */
		return end < url.n ? sh_arena_printf(a, "%.*s%.*s", (int)at, url.s, (int)(url.n - end - 1), url.s + end + 1)
				   : sh_arena_printf(a, "%.*s", (int)at - 1, url.s);
	if (equals)
		at = (size_t)(equals - url.s) + 1;
	changed = verify_changed(v, (struct sh_str){ url.s + at, end - at }, (end - at) / 2);
	if (how == 1)
		return sh_arena_printf(
		    a, "%.*s%.*s%.*s", (int)at, url.s, (int)changed.n, changed.s, (int)(url.n - end), url.s + end);
	while (at > query && url.s[at - 1] != '&')
		at--;
	return sh_arena_printf(a, "%.*s%.*s%.*s&%.*s", (int)query, url.s, equals ? (int)(equals + 1 - url.s - (ptrdiff_t)at) : 0,
	    url.s + at, (int)changed.n, changed.s, (int)(url.n - query), url.s + query);
}

/* false: nobody need look further. */
static bool
verify_other_url(struct verify *v, struct sh_str whose, struct sh_str url)
{
	enum sh_verdict verdict;
	struct sh_str now;

	verify_afresh(v);
	v->q.delivery.url = url;
	now = verify_whose(v, "another query in its URL", &verdict);
	if (verdict != SH_VERDICT_VALID || sh_str_eq(now, whose))
		return true;
	trial_fault(v->t, "%s: the dial id, the call or the metadata came from the URL, which the signature does not cover: %.*s",
	    v->g->name, url.n > 200 ? 200 : (int)url.n, url.s);
	return false;
}

/* What the URL says is as good as the signature that covers it. */
static void
verify_url(struct verify *v)
{
	static const char *const marks = SH_META_DIAL "=01938f5e-0000-7000-8000-0000000000ff&" SH_META_CALLBACK
						      "=01938f5e-0000-7000-8000-0000000000ee&" SH_META_ATTEMPT "=7";
	struct sh_str url = v->g->question.delivery.url, whose;
	const char *query = memchr(url.s, '?', url.n);
	enum sh_verdict verdict;

	verify_afresh(v);
	whose = verify_whose(v, "as it is", &verdict);
	if (!verify_other_url(v, whose, sh_arena_printf(v->t->arena, "%.*s%c%s", (int)url.n, url.s, query ? '&' : '?', marks)))
		return;
	for (size_t at = query ? (size_t)(query - url.s) + 1 : url.n, end; at < url.n; at = end + 1) {
		const char *and = memchr(url.s + at, '&', url.n - at);

		end = and? (size_t)(and-url.s) : url.n;
		for (int how = 0; how < 3; how++)
			if (end > at && !verify_other_url(v, whose, verify_query(v, url, at, end, how)))
				return;
	}
}

static void
verify_unspoilt(struct verify *v)
{
	if (v->unspoilt++ < VERIFY_NAMED)
		v->names = sh_arena_printf(v->t->arena, "%.*s%s%.*s", (int)v->names.n, v->names.s ? v->names.s : "",
		    v->names.n ? ", " : "", (int)(strlen(v->g->name) - strlen(".golden")), v->g->name);
}

static unsigned
verify_golden(struct verify *v)
{
	const struct sh_case *q = &v->g->question;

	if (q->what != SH_CASE_WEBHOOK || q->delivery.nheaders >= VERIFY_HEADERS)
		return 0;
	v->values = sh_arena_array(v->t->arena, struct sh_value, q->account->nvalues + 1);
	verify_afresh(v);
	if (verify_ask(v, "as it is") != SH_VERDICT_VALID) {
		verify_unspoilt(v);
		return 0;
	}
	verify_body(v);
	verify_headers(v);
	verify_settings(v);
	verify_url(v);
	verify_replay(v);
	return 1;
}

void
check_verify(struct sh_trial *t)
{
	struct verify v = { .t = t };
	unsigned valid = 0;

	if (!sh_driver_can(t->driver, SH_CAN_WEBHOOK)) {
		trial_skip(t, "it takes no webhooks");
		return;
	}
	if (!t->golden_set) {
		trial_skip(t, "no golden delivery: --golden DIR");
		return;
	}
	for (size_t i = 0; i < t->ngolden; i++) {
		v.g = &t->golden[i];
		valid += verify_golden(&v);
	}
	if (valid == 0)
		trial_fault(t, "none of the golden deliveries is valid: one must be, with a signature of the provider's");
	if (v.unspoilt)
		trial_note(t, "%u of %u deliveries are not valid (%.*s%s) and were not spoilt: sign those that should be",
		    v.unspoilt, v.unspoilt + valid, (int)v.names.n, v.names.s, v.unspoilt > VERIFY_NAMED ? ", …" : "");
	if (v.replayed)
		trial_note(t, "a delivery a day off is valid: the scheme has no time in it, or nobody looks at it");
	trial_summary(
	    t, "%u deliveries spoilt in every way; %llu questions", valid, (unsigned long long)t->page->questions[t->check]);
}
