/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* A record in plain words. */
#include <stdio.h>
#include <string.h>

#include "gateway/base/reader.h"
#include "gateway/base/text.h"
#include "gateway/base/time.h"
#include "gateway/policy/record.h"

struct explain {
	struct sh_arena *a;
	const struct sh_json *j;
	const struct sh_zone *zone;	/* whose clock times are told by */
	struct sh_buf out;
};

static const struct sh_json *
explain_get(const struct explain *x, const char *key)
{
	return sh_reader_get(x->j, sh_str(key));
}

static struct sh_str
explain_str(const struct explain *x, const char *key)
{
	struct sh_str s = sh_reader_str(x->a, explain_get(x, key));

	return s.s ? s : SH_STR("");
}

static struct sh_str
explain_in(const struct explain *x, const char *object, const char *key)
{
	struct sh_str s = sh_reader_str(x->a, sh_reader_get(explain_get(x, object), sh_str(key)));

	return s.s ? s : SH_STR("");
}

static int64_t
explain_int(const struct sh_json *m)
{
	int64_t n = 0;

	return sh_reader_int(m, &n) ? n : 0;
}

/* "Wed 2026-06-17 09:00 in America/New_York"; "" if the member is no time. */
static const char *
explain_time(const struct explain *x, const char *key)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	int64_t ms, local;
	struct sh_civil t;

	if (!sh_time_parse_rfc3339(explain_str(x, key), &ms))
		return "";
	local = sh_zone_local(x->zone, ms);
	t = sh_time_to_civil(local);
	return sh_arena_printf(x->a, "%s %04d-%02d-%02d %02d:%02d in %s", days[sh_time_weekday(sh_time_days(t.year, t.month, t.day))],
		t.year, t.month, t.day, t.hour, t.minute, sh_zone_name(x->zone)).s;
}

/* "quiet_hours, us-fl-501.616 (us-states 2026.11.1)" */
static const char *
explain_rules(const struct explain *x, const char *key)
{
	const char *all = "";

	for (const struct sh_json *r = sh_reader_first(explain_get(x, key)); r; r = sh_reader_next(r)) {
		struct sh_str id = sh_reader_str(x->a, sh_reader_get(r, SH_STR("id")));
		struct sh_str pack = sh_reader_str(x->a, sh_reader_get(r, SH_STR("pack")));
		struct sh_str version = sh_reader_str(x->a, sh_reader_get(r, SH_STR("version")));

		all = sh_arena_printf(x->a, "%s%s%.*s%s%.*s%s%.*s%s", all, all[0] ? ", " : "", (int)id.n, id.s ? id.s : "", pack.s ? " (" : "",
			(int)pack.n, pack.s ? pack.s : "", pack.s ? " " : "", (int)version.n, version.s ? version.s : "", pack.s ? ")" : "").s;
		if (!all)
			return "";
	}
	return all;
}

#define EXPLAIN_STR(text) (int)(text).n, (text).s

static void
explain_policy(struct explain *x)
{
	bool planned = sh_str_is(explain_str(x, "what"), "retry");
	struct sh_str name = explain_in(x, "policy", "name"), print = explain_in(x, "policy", "fingerprint");

	sh_buf_printf(&x->out, " Decided by policy %.*s (%.*s)", EXPLAIN_STR(name.n ? name : SH_STR("default")), EXPLAIN_STR(print));
	for (const struct sh_json *p = sh_reader_first(explain_get(x, "packs")); p; p = sh_reader_next(p)) {
		struct sh_str pack = sh_reader_str(x->a, sh_reader_get(p, SH_STR("name")));
		struct sh_str version = sh_reader_str(x->a, sh_reader_get(p, SH_STR("version")));

		if (pack.s)
			sh_buf_printf(&x->out, ", %.*s %.*s", EXPLAIN_STR(pack), EXPLAIN_STR(version.s ? version : SH_STR("(missing)")));
	}
	sh_buf_printf(&x->out, ".");
	for (const struct sh_json *p = sh_reader_first(explain_get(x, "packs")); p && planned; p = sh_reader_next(p)) {
		struct sh_str pack = sh_reader_str(x->a, sh_reader_get(p, SH_STR("name")));

		if (pack.s && !sh_reader_str(x->a, sh_reader_get(p, SH_STR("version"))).s)
			sh_buf_printf(&x->out, " The pack %.*s was not there: unless it is by then, the call is held.", EXPLAIN_STR(pack));
	}
}

static void
explain_place(struct explain *x)
{
	struct sh_str zones = explain_in(x, "callee", "zones"), source = explain_in(x, "callee", "source");
	struct sh_str states = explain_in(x, "callee", "states");

	if (!zones.n)
		return;
	sh_buf_printf(&x->out, " The callee's clock is %.*s, known from the %.*s", EXPLAIN_STR(zones), EXPLAIN_STR(source));
	if (states.n)
		sh_buf_printf(&x->out, "; the law of %.*s counts", EXPLAIN_STR(states));
	sh_buf_printf(&x->out, ".");
}

static void
explain_wish(struct explain *x)
{
	struct sh_str asked = explain_in(x, "ended", "asked");
	int64_t sure = explain_int(sh_reader_get(explain_get(x, "ended"), SH_STR("confidence")));

	if (sh_str_is(asked, "time"))
		sh_buf_printf(&x->out, " The callee asked to be called at a certain time (confidence %lld).", (long long)sure);
	else if (sh_str_is(asked, "yes") && sh_reader_true(explain_get(x, "flagged")))
		sh_buf_printf(&x->out, " The callee asked for a call; the time they may have meant was not sure enough (confidence %lld).",
			(long long)sure);
	else if (sh_str_is(asked, "yes"))
		sh_buf_printf(&x->out, " The callee asked for a call and named no time.");
	else if (sh_str_is(asked, "refused"))
		sh_buf_printf(&x->out, " The callee asked not to be called any more.");
}

static void
explain_next(struct explain *x)
{
	int64_t next = explain_int(explain_get(x, "next_attempt")), most = explain_int(explain_get(x, "max_attempts"));

	if (explain_time(x, "moved_from")[0])
		sh_buf_printf(&x->out, " It would have been due %s, which %s forbids; it moved to %s.", explain_time(x, "moved_from"),
			explain_rules(x, "moved_by"), explain_time(x, "due"));
	else
		sh_buf_printf(&x->out, " It is due %s.", explain_time(x, "due"));
	if (sh_reader_true(explain_get(x, "exempt")))
		sh_buf_printf(&x->out, " That lies in quiet hours, and is kept because the callee named it; the evidence is stored.");
	sh_buf_printf(&x->out, " It is attempt %lld of %lld%s.", (long long)next, (long long)most,
		sh_reader_true(explain_get(x, "final")) ? ", the last one" : "");
}

static void
explain_decided(struct explain *x)
{
	struct sh_str taken = explain_str(x, "taken_for"), word = explain_in(x, "ended", "word"), provider = explain_in(x, "ended", "provider");
	struct sh_str what = explain_str(x, "what"), text = explain_str(x, "text");

	sh_buf_printf(&x->out, "The call ended as %.*s", EXPLAIN_STR(taken));
	if (word.n)
		sh_buf_printf(&x->out, " (%.*s says %.*s)", EXPLAIN_STR(provider), EXPLAIN_STR(word));
	sh_buf_printf(&x->out, ".");
	explain_wish(x);
	sh_buf_printf(&x->out, " So: %.*s.", EXPLAIN_STR(text));
	if (sh_str_is(what, "retry"))
		explain_next(x);
	if (sh_reader_true(explain_get(x, "suppress")))
		sh_buf_printf(&x->out, " The number is on the do-not-call list from then on.");
}

/* What the claim of a dial may find, as it is told. */
static const struct {
	const char *verdict, *text;
} explain_verdicts[] = {
	{ "ok", "The dial was let go" },
	{ "later", "The dial had to wait" },
	{ "held", "The dial waits for a person: nothing is permitted within 14 days" },
	{ "expired", "The dial was given up: it had waited longer than the policy's give_up_after" },
	{ "capped", "The dial had to wait: the callee had as many calls as the caps allow, or the last one was too short a time ago" },
	{ "no_evidence", "The dial had to wait: there is no evidence any more that the callee named this time" },
	{ "suppressed", "The dial was not made: the number is on the do-not-call list" },
	{ "cancelled", "The dial was not made: it was cancelled" },
	{ "no_credits", "The dial was not made: the customer has no credits" },
	{ "agent_disabled", "The dial was not made: the agent is disabled" },
	{ "outbound_disabled", "The dial was not made: its number may not dial" },
	{ "number_gone", "The dial was not made: its number, workspace or tenant is gone" },
	{ "workspace_paused", "The dial had to wait: the workspace is paused" },
};

/* Of a dial that is held: what nobody can read, and what comes of it. */
static bool
explain_lack(struct explain *x)
{
	struct sh_str reason = explain_str(x, "reason");
	enum sh_lack_what what = SH_LACK_POLICY;
	struct sh_lack lack;
	char text[192];

	while (what <= SH_LACK_ZONE && !sh_str_is(reason, sh_lack_reason(what)))
		what++;
	if (what > SH_LACK_ZONE)
		return false;
	lack = (struct sh_lack){ what, sh_arena_printf(x->a, "%.*s", EXPLAIN_STR(explain_str(x, "lacks"))).s };
	if (!lack.name)
		lack.name = "";
	sh_lack_text(&lack, text);
	sh_buf_printf(&x->out, "The dial was held, %s: %s, and might forbid it. It is looked at again by itself when that can be read, or when the "
		"policy changes.", explain_time(x, "now"), text);
	return true;
}

/* "at most 3 calls in 24 h" */
static void
explain_caps(struct explain *x)
{
	int64_t gap = explain_int(explain_get(x, "gap_s"));
	char span[32];

	sh_buf_printf(&x->out, " What the policy and the packs count:");
	for (const struct sh_json *c = sh_reader_first(explain_get(x, "caps")); c; c = sh_reader_next(c)) {
		sh_text_duration_format(explain_int(sh_reader_get(c, SH_STR("within_s"))), span);
		sh_buf_printf(&x->out, " at most %lld calls in %s;", (long long)explain_int(sh_reader_get(c, SH_STR("calls"))), span);
	}
	if (gap > 0) {
		sh_text_duration_format(gap, span);
		sh_buf_printf(&x->out, " %s between two calls;", span);
	}
	sh_buf_printf(&x->out, " by any number, agent or provider.");
}

static void
explain_admitted(struct explain *x)
{
	struct sh_str verdict = explain_str(x, "verdict");
	const char *text = NULL;

	if (sh_str_is(verdict, "held") && explain_lack(x))
		return;
	for (size_t i = 0; i < SH_LENGTH(explain_verdicts); i++)
		if (sh_str_is(verdict, explain_verdicts[i].verdict))
			text = explain_verdicts[i].text;
	if (text)
		sh_buf_printf(&x->out, "%s, %s.", text, explain_time(x, "now"));
	else
		sh_buf_printf(&x->out, "The dial was not made: %.*s.", EXPLAIN_STR(verdict));
	if (sh_str_is(verdict, "capped"))
		explain_caps(x);
	else if (explain_rules(x, "forbidden_by")[0] && sh_reader_true(explain_get(x, "exempt")))
		sh_buf_printf(&x->out, " %s would have forbidden it; the callee named this time, and the evidence is stored.",
			explain_rules(x, "forbidden_by"));
	else if (explain_rules(x, "forbidden_by")[0])
		sh_buf_printf(&x->out, " Forbidden then by %s.", explain_rules(x, "forbidden_by"));
	else if (explain_rules(x, "asked_too")[0])
		sh_buf_printf(&x->out, " Permitted by %s.", explain_rules(x, "asked_too"));
	if (explain_time(x, "next")[0] && !sh_str_is(verdict, "ok"))
		sh_buf_printf(&x->out, " It is tried again %s.", explain_time(x, "next"));
}

/* Something else happened. */
static void
explain_closed(struct explain *x)
{
	static const struct {
		const char *reason, *text;
	} known[] = { { "called_in", "The callee called by themselves: what waited for them was called off." },
		{ "replaced", "The callee asked for another call: the one that waited was called off." },
		{ "reached_elsewhere", "Another call reached the callee: what waited for them was called off." } };
	struct sh_str reason = explain_str(x, "reason");

	for (size_t i = 0; i < SH_LENGTH(known); i++)
		if (sh_str_is(reason, known[i].reason)) {
			sh_buf_printf(&x->out, "%s", known[i].text);
			return;
		}
	sh_buf_printf(&x->out, "The chain was called off: %.*s.", EXPLAIN_STR(reason));
}

struct sh_str
sh_record_explain(struct sh_arena *a, struct sh_str json, const struct sh_zones *zones)
{
	struct explain x = { .a = a, .j = sh_reader_parse(a, json, NULL) };
	struct sh_str kind, text, first;

	sh_buf_init(&x.out, SH_RECORD_BYTES);
	kind = explain_str(&x, "kind");
	first = explain_in(&x, "callee", "zones");
	first.n = first.n && memchr(first.s, ',', first.n) ? (size_t)((const char *)memchr(first.s, ',', first.n) - first.s) : first.n;
	x.zone = sh_zones_find(zones, first.n ? first : explain_str(&x, "workspace_zone"));
	if (!x.zone)
		x.zone = sh_zones_find(zones, SH_STR("UTC"));
	if (sh_str_is(kind, "suppress")) {
		sh_buf_printf(&x.out, "The number was put on the do-not-call list of the %.*s; source: %.*s.", EXPLAIN_STR(explain_str(&x, "scope")),
			EXPLAIN_STR(explain_str(&x, "source")));
	} else if (sh_str_is(kind, "chain")) {
		explain_closed(&x);
	} else if (x.zone && sh_str_is(kind, "after_call")) {
		explain_decided(&x);
	} else if (x.zone && sh_str_is(kind, "admit")) {
		explain_admitted(&x);
	} else {
		sh_buf_printf(&x.out, "This record cannot be read.");
	}
	if (sh_str_is(kind, "after_call") || sh_str_is(kind, "admit")) {
		explain_place(&x);
		explain_policy(&x);
	}
	text = sh_arena_str(a, sh_buf_str(&x.out));
	sh_buf_clear(&x.out);
	return text;
}
