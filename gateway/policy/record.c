/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/policy/record.h"

#include <string.h>

#include "gateway/base/reader.h"
#include "gateway/base/writer.h"

static const char *const record_what[] = {
	[SH_DECISION_COMPLETE] = "complete", [SH_DECISION_STOP] = "stop", [SH_DECISION_RETRY] = "retry", [SH_DECISION_HOLD] = "hold",
	[SH_DECISION_NOTHING] = "nothing",
};
static const char *const record_admission[] = {
	[SH_ADMIT] = "ok", [SH_ADMIT_LATER] = "later", [SH_ADMIT_HOLD] = "held", [SH_ADMIT_EXPIRED] = "expired",
};
static const char *const record_asked[] = {
	[SH_ASKED_NONE] = "none", [SH_ASKED_NO] = "no", [SH_ASKED_YES] = "yes", [SH_ASKED_TIME] = "time", [SH_ASKED_REFUSED] = "refused",
};
static const char *const record_begun[] = {
	[SH_BEGUN_API] = "api", [SH_BEGUN_OUTBOUND] = "outbound", [SH_BEGUN_INBOUND] = "inbound", [SH_BEGUN_CHAT] = "chat",
};
static const char *const record_retry[] = { [SH_RETRY_POLICY] = "policy", [SH_RETRY_ONCE] = "once", [SH_RETRY_NEVER] = "never" };

/* -1: none of them. */
static int
record_index(const char *const *names, size_t n, struct sh_str word)
{
	for (size_t i = 0; i < n; i++)
		if (sh_str_is(word, names[i]))
			return (int)i;
	return -1;
}

const char *
sh_decision_what_name(enum sh_decision_what what)
{
	return record_what[what];
}

const char *
sh_admission_name(enum sh_admission what)
{
	return record_admission[what];
}

/* ---- writing ---- */

static void
record_policy(struct sh_out *o, const struct sh_policy *p, const struct sh_whereabouts *place)
{
	char print[17];

	sh_policy_fingerprint(p, print);
	sh_writer_key(o, SH_STR("policy"));
	sh_writer_open(o, '{');
	sh_writer_key_str(o, "name", sh_str(p->name));
	sh_writer_key_str(o, "fingerprint", sh_str(print));
	sh_writer_close(o, '}');
	sh_writer_key(o, SH_STR("packs"));
	sh_writer_open(o, '[');
	for (int i = 0; i < p->npacks; i++) {
		const char *version = place->packs ? sh_packs_version(place->packs, p->packs[i]) : NULL;

		sh_writer_open(o, '{');
		sh_writer_key_str(o, "name", sh_str(p->packs[i]));
		sh_writer_key_str(o, "version", version ? sh_str(version) : SH_NONE);
		sh_writer_close(o, '}');
	}
	sh_writer_close(o, ']');
	sh_writer_key_str(o, "zone_data", place->zones ? sh_str(sh_zones_version(place->zones)) : SH_NONE);
}

static void
record_place(struct sh_out *o, const struct sh_whereabouts *place)
{
	struct sh_callee_text t;

	sh_writer_key_str(o, "workspace_zone", sh_str(sh_zone_name(place->workspace)));
	sh_writer_key(o, SH_STR("callee"));
	if (!place->callee) {
		sh_writer_null(o);
		return;
	}
	sh_callee_write(place->callee, &t);
	sh_writer_open(o, '{');
	sh_writer_key_str(o, "zones", sh_str(t.zones));
	sh_writer_key_str(o, "states", sh_str(t.states));
	sh_writer_key_str(o, "country", sh_str(t.country));
	sh_writer_key_str(o, "source", sh_str(t.source));
	sh_writer_key_bool(o, "unknown", t.unknown);
	sh_writer_close(o, '}');
}

/* The first `of` are named under one key, the others under another. */
static void
record_rules(struct sh_out *o, const char *key, const struct sh_decision_rule *rules, uint32_t from, uint32_t until)
{
	sh_writer_key(o, sh_str(key));
	sh_writer_open(o, '[');
	for (uint32_t i = from; i < until; i++) {
		sh_writer_open(o, '{');
		sh_writer_key_str(o, "id", sh_str(rules[i].id));
		if (rules[i].pack) {
			sh_writer_key_str(o, "pack", sh_str(rules[i].pack));
			sh_writer_key_str(o, "version", sh_str(rules[i].version));
		}
		sh_writer_close(o, '}');
	}
	sh_writer_close(o, ']');
}

static void
record_begin(struct sh_out *o, struct sh_buf *b, const char *kind)
{
	sh_writer_init(o, b);
	sh_writer_open(o, '{');
	sh_writer_key_str(o, "kind", sh_str(kind));
}

static void
record_ended(struct sh_out *o, const struct sh_ended *e)
{
	sh_writer_key(o, SH_STR("ended"));
	sh_writer_open(o, '{');
	sh_writer_key_str(o, "outcome", sh_str(sh_policy_outcome_name(e->means.outcome)));
	sh_writer_key_str(o, "retry", sh_str(record_retry[e->means.retry]));
	sh_writer_key_bool(o, "uncounted", e->means.uncounted);
	sh_writer_key_bool(o, "number_invalid", e->means.action == SH_ACTION_NUMBER_INVALID);
	sh_writer_key_str(o, "provider", e->provider);
	sh_writer_key_str(o, "word", e->word);
	sh_writer_key_str(o, "begun", sh_str(record_begun[e->begun]));
	sh_writer_key_int(o, "attempt", e->attempt);
	sh_writer_key_int(o, "once_spent", e->once_spent);
	sh_writer_key_int(o, "repeats", e->repeats);
	sh_writer_key_str(o, "redial_reason", e->redial_reason ? sh_str(e->redial_reason) : SH_NONE);
	sh_writer_key_time(o, "at", e->ended_ms);
	sh_writer_key_time(o, "named", e->named_ms);
	sh_writer_key_str(o, "asked", sh_str(record_asked[e->asked]));
	if (e->asked_ms) {
		sh_writer_key_time(o, "asked_at", e->asked_ms);
		sh_writer_key_bool(o, "asked_named", e->asked_named);
		sh_writer_key_int(o, "confidence", e->asked_confidence);
	}
	sh_writer_close(o, '}');
}

void
sh_record_decided(struct sh_buf *b, const struct sh_policy *p, const struct sh_whereabouts *place, const struct sh_ended *e,
	int64_t now_ms, const struct sh_decision *d)
{
	struct sh_out o;

	record_begin(&o, b, "after_call");
	sh_writer_key_time(&o, "now", now_ms);
	record_policy(&o, p, place);
	record_place(&o, place);
	if (p->opening_spread_s > 0)
		sh_writer_key_int(&o, "lot", place->lot % (uint32_t)p->opening_spread_s);
	sh_writer_key_int(&o, "chance", place->chance);
	record_ended(&o, e);
	sh_writer_key_str(&o, "what", sh_str(record_what[d->what]));
	sh_writer_key_str(&o, "reason", sh_str(d->reason));
	sh_writer_key_str(&o, "taken_for", sh_str(sh_policy_outcome_name(d->means.outcome)));
	sh_writer_key_str(&o, "text", sh_str(d->text));
	sh_writer_key_bool(&o, "suppress", d->suppress);
	if (d->what == SH_DECISION_RETRY) {
		sh_writer_key_time(&o, "due", d->due_ms);
		sh_writer_key_time(&o, "moved_from", d->moved_from_ms);
		sh_writer_key_bool(&o, "named", d->named);
		sh_writer_key_bool(&o, "exempt", d->exempt);
		sh_writer_key_bool(&o, "flagged", d->flagged);
		sh_writer_key_int(&o, "next_attempt", d->next_attempt);
		sh_writer_key_int(&o, "max_attempts", p->max_attempts);
		sh_writer_key_bool(&o, "final", d->is_final_attempt);
	}
	record_rules(&o, "moved_by", d->rules, 0, d->nmoving);
	record_rules(&o, "asked_too", d->rules, d->nmoving, d->nrules);
	sh_writer_key_str(&o, "note", d->zone_note ? sh_str(d->zone_note) : SH_NONE);
	sh_writer_close(&o, '}');
}

static void
record_caps(struct sh_out *o, const struct sh_admitted *a)
{
	sh_writer_key(o, SH_STR("caps"));
	sh_writer_open(o, '[');
	for (uint32_t i = 0; i < a->ncaps; i++) {
		sh_writer_open(o, '{');
		sh_writer_key_int(o, "calls", a->caps[i].calls);
		sh_writer_key_int(o, "within_s", a->caps[i].within_s);
		sh_writer_close(o, '}');
	}
	sh_writer_close(o, ']');
	sh_writer_key_int(o, "gap_s", a->gap_s);
}

void
sh_record_admitted(struct sh_buf *b, const struct sh_policy *p, const struct sh_whereabouts *place, const struct sh_due_dial *dial,
	const struct sh_admitted *a, const char *verdict, int64_t next_ms)
{
	struct sh_out o;

	record_begin(&o, b, "admit");
	sh_writer_key_time(&o, "now", dial->now_ms);
	record_policy(&o, p, place);
	record_place(&o, place);
	sh_writer_key_time(&o, "named", dial->named_ms);
	sh_writer_key_time(&o, "due_since", dial->due_since_ms);
	record_caps(&o, a);
	sh_writer_key_str(&o, "verdict", sh_str(verdict ? verdict : record_admission[a->what]));
	sh_writer_key_time(&o, "next", next_ms);
	sh_writer_key_bool(&o, "exempt", a->exempt);
	if (a->what == SH_ADMIT_HOLD) {
		sh_writer_key_str(&o, "reason", sh_str(sh_lack_reason(a->lack.what)));
		sh_writer_key_str(&o, "lacks", a->lack.what != SH_LACK_NOTHING ? sh_str(a->lack.name) : SH_NONE);
	}
	record_rules(&o, "forbidden_by", a->rules, 0, a->nforbidding);
	record_rules(&o, "asked_too", a->rules, a->nforbidding, a->nrules);
	sh_writer_close(&o, '}');
}

void
sh_record_suppressed(struct sh_buf *b, const char *source, const char *scope)
{
	struct sh_out o;

	record_begin(&o, b, "suppress");
	sh_writer_key_str(&o, "source", sh_str(source));
	sh_writer_key_str(&o, "scope", sh_str(scope));
	sh_writer_close(&o, '}');
}

void
sh_record_closed(struct sh_buf *b, const char *why)
{
	struct sh_out o;

	record_begin(&o, b, "chain");
	sh_writer_key_str(&o, "reason", sh_str(why));
	sh_writer_close(&o, '}');
}

/* ---- reading ---- */

/* A record that is being read: the first member that is not as it was written spoils it. */
struct record_reader {
	struct sh_arena *a;
	const struct sh_json *j;
	bool bad;
};

static struct sh_str
record_str(struct record_reader *r, const char *key)
{
	return sh_reader_str(r->a, sh_reader_get(r->j, sh_str(key)));
}

static int64_t
record_int(struct record_reader *r, const char *key)
{
	int64_t n = 0;
	const struct sh_json *m = sh_reader_get(r->j, sh_str(key));

	if (m && (!sh_reader_int(m, &n) || n < 0 || n > INT32_MAX))
		r->bad = true;
	return n;
}

static int64_t
record_time(struct record_reader *r, const char *key)
{
	struct sh_str s = record_str(r, key);
	int64_t ms = 0;

	if (s.s && !sh_time_parse_rfc3339(s, &ms))
		r->bad = true;
	return ms;
}

static bool
record_true(struct record_reader *r, const char *key)
{
	return sh_reader_true(sh_reader_get(r->j, sh_str(key)));
}

static int
record_choice(struct record_reader *r, const char *key, const char *const *names, size_t n)
{
	int i = record_index(names, n, record_str(r, key));

	r->bad |= i < 0;
	return i < 0 ? 0 : i;
}

static enum sh_outcome
record_outcome(struct record_reader *r)
{
	struct sh_str word = record_str(r, "outcome");

	for (int o = 0; o < SH_POLICY_OUTCOMES; o++)
		if (sh_str_is(word, sh_policy_outcome_name((enum sh_outcome)o)))
			return (enum sh_outcome)o;
	r->bad = true;
	return SH_OUTCOME_OTHER;
}

static void
record_read_ended(struct record_reader *r, struct sh_ended *e)
{
	struct sh_str redial = record_str(r, "redial_reason");

	e->means = (struct sh_disposition){
		.outcome = record_outcome(r),
		.retry = (enum sh_retry)record_choice(r, "retry", record_retry, SH_LENGTH(record_retry)),
		.uncounted = record_true(r, "uncounted"),
		.action = record_true(r, "number_invalid") ? SH_ACTION_NUMBER_INVALID : SH_ACTION_NONE,
	};
	e->provider = record_str(r, "provider");
	e->word = record_str(r, "word");
	e->begun = (enum sh_begun)record_choice(r, "begun", record_begun, SH_LENGTH(record_begun));
	e->attempt = (int)record_int(r, "attempt");
	e->once_spent = (int)record_int(r, "once_spent");
	e->repeats = (int)record_int(r, "repeats");
	e->redial_reason = redial.s ? sh_arena_z(r->a, redial) : NULL;
	e->ended_ms = record_time(r, "at");
	e->named_ms = record_time(r, "named");
	e->asked = (enum sh_asked)record_choice(r, "asked", record_asked, SH_LENGTH(record_asked));
	e->asked_ms = record_time(r, "asked_at");
	e->asked_named = record_true(r, "asked_named");
	e->asked_confidence = (int)record_int(r, "confidence");
}

static bool
record_read_callee(struct record_reader *r, const struct sh_zones *zones, struct sh_callee *ret)
{
	return sh_callee_read(zones, record_str(r, "zones"), record_str(r, "states"), record_str(r, "country"), record_str(r, "source"),
		record_true(r, "unknown"), ret);
}

bool
sh_record_replay(struct sh_arena *a, struct sh_str json, const struct sh_zones *zones, struct sh_replayed *ret)
{
	const struct sh_json *root = sh_reader_parse(a, json, NULL);
	struct record_reader r = { a, root, false }, in = { a, sh_reader_get(root, SH_STR("ended")), false };
	struct record_reader callee = { a, sh_reader_get(root, SH_STR("callee")), false };
	int64_t chance = 0;

	*ret = (struct sh_replayed){ 0 };
	if (!in.j || !sh_str_is(record_str(&r, "kind"), "after_call"))
		return false;
	record_read_ended(&in, &ret->ended);
	ret->has_callee = sh_reader_type(callee.j) == SH_JSON_OBJECT;
	if (ret->has_callee && !record_read_callee(&callee, zones, &ret->callee))
		return false;
	ret->workspace = sh_zones_find(zones, record_str(&r, "workspace_zone"));
	ret->now_ms = record_time(&r, "now");
	ret->lot = (uint32_t)record_int(&r, "lot");
	if (!sh_reader_int(sh_reader_get(root, SH_STR("chance")), &chance) || chance < 0 || chance > UINT32_MAX)
		return false;
	ret->chance = (uint32_t)chance;
	ret->what = record_str(&r, "what");
	ret->reason = record_str(&r, "reason");
	ret->due_ms = record_time(&r, "due");
	return ret->workspace && !r.bad && !in.bad && !sh_arena_failed(a);
}
