/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/policy/decide.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/text.h"
#include "gateway/base/time.h"
#include "gateway/policy/decide_hours.h"

/* A decision under way. */
struct decide {
	const struct sh_policy *p;
	const struct sh_whereabouts *place;
	const struct sh_ended *e;
	int64_t now_ms;
	struct sh_decision *d;
};

static void SH_PRINTF(4, 5)
decide_end(struct decide *c, enum sh_decision_what what, const char *reason, const char *fmt, ...)
{
	va_list ap;

	c->d->what = what;
	c->d->reason = reason;
	va_start(ap, fmt);
	vsnprintf(c->d->text, sizeof(c->d->text), fmt, ap);
	va_end(ap);
}

/* ---- words ---- */

/* "1 h", "1 h 30 min", "2 d": the two largest units, as people say it. */
static void
decide_span(int64_t s, char out[32])
{
	static const struct {
		int64_t s;
		const char *unit;
	} units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0, parts = 0; i < SH_LENGTH(units) && parts < 2; i++) {
		int64_t count = s / units[i].s;

		s %= units[i].s;
		if (count == 0)
			continue;
		n += (size_t)snprintf(out + n, 32 - n, "%s%lld %s", parts > 0 ? " " : "", (long long)count, units[i].unit);
		parts++;
	}
}

/* "2026-03-03 09:00 America/Los_Angeles" */
static void
decide_wall(const struct sh_zone *z, int64_t ms, char out[96])
{
	struct sh_civil t = sh_time_to_civil(sh_zone_local(z, ms));

	snprintf(out, 96, "%04d-%02d-%02d %02d:%02d %s", t.year, t.month, t.day, t.hour, t.minute, sh_zone_name(z));
}

static const char *
decide_followup(enum sh_outcome o)
{
	switch (o) {
	case SH_OUTCOME_VOICEMAIL:
		return "voicemail_followup";
	case SH_OUTCOME_NO_ANSWER:
		return "no_answer_followup";
	case SH_OUTCOME_BUSY:
		return "busy_followup";
	default:
		return "retry";
	}
}

static void
decide_tell(struct decide *c, const struct sh_zone *zone, const char *reason)
{
	struct sh_decision *d = c->d;
	char span[32], wall[96];

	decide_wall(zone, d->due_ms, wall);
	if (d->named)
		decide_end(c, SH_DECISION_RETRY, reason, "next attempt at %s, as asked: %s", wall, reason);
	else if (d->moved && d->nmoving > 0 && d->rules[0].pack)
		decide_end(c, SH_DECISION_RETRY, reason, "next attempt at %s, by %s: %s", wall, d->rules[0].id, reason);
	else if (d->moved)
		decide_end(c, SH_DECISION_RETRY, reason, "next attempt at %s, after quiet hours: %s", wall, reason);
	else if (d->due_ms <= c->now_ms)
		decide_end(c, SH_DECISION_RETRY, reason, "next attempt now: %s", reason);
	else {
		decide_span((d->due_ms - c->e->ended_ms) / SH_SECOND_MS, span);
		decide_end(c, SH_DECISION_RETRY, reason, "next attempt in %s: %s", span, reason);
	}
}

/* ---- a next call ---- */

/* Part of an opening_spread that is this number's. */
static int64_t
decide_spread_ms(const struct sh_policy *p, uint32_t lot)
{
	return p->opening_spread_s > 0 ? (int64_t)(lot % (uint32_t)p->opening_spread_s) * SH_SECOND_MS : 0;
}

static const struct sh_zone *
decide_clock(const struct sh_decide_hours *h)
{
	return h->n > 0 ? h->hours[0].zone : NULL;
}

/* Moves due_ms out of quiet hours. False: there is no such instant, or no clock to go by, and a person must look. */
static bool
decide_move(struct decide *c, const struct sh_decide_hours *h)
{
	struct sh_decision *d = c->d;
	int64_t from = d->due_ms, next;

	if (!h->complete) {
		decide_end(c, SH_DECISION_HOLD, "no_zone", "held: the time zone %s is not known here", c->p->zone_name);
		return false;
	}
	if (!sh_quiet_next(h->hours, h->n, from, &next, NULL)) {
		decide_end(c, SH_DECISION_HOLD, "no_permitted_time", "held: quiet hours permit no call within %d days", SH_QUIET_DAYS_AHEAD);
		return false;
	}
	d->moved = next != from;
	d->moved_from_ms = d->moved ? from : 0;
	d->due_ms = d->moved ? sh_quiet_spread(h->hours, h->n, next, decide_spread_ms(c->p, c->place->lot)) : next;
	return true;
}

/* Due then, or as soon after as it may ring. named: at the very time that the callee said, if the packs let it. */
static void
decide_at(struct decide *c, int64_t due_ms, bool named, const char *reason, const char *redial_reason)
{
	struct sh_decision *d = c->d;
	struct sh_decide_hours h, law;

	d->redial_reason = redial_reason;
	d->uncounted = c->e->means.uncounted;
	d->next_attempt = c->e->attempt + !d->uncounted;
	d->is_final_attempt = d->next_attempt >= c->p->max_attempts;
	d->due_ms = due_ms < c->now_ms ? c->now_ms : due_ms;
	sh_decide_hours(c->p, c->place, false, d->due_ms, &h);
	sh_decide_hours_rules(&h, d->due_ms, d->rules, &d->nrules, &d->nmoving);
	if (named) {
		sh_decide_hours(c->p, c->place, true, d->due_ms, &law);
		d->named = law.n == 0 || sh_quiet_may_ring(law.hours, law.n, d->due_ms, NULL);
		d->exempt = d->named && d->nmoving > 0;
	}
	if (d->named) {
		/* Nothing moved it. */
		d->nmoving = 0;
	} else if (!decide_move(c, &h)) {
		return;
	}
	decide_tell(c, decide_clock(&h) ? decide_clock(&h) : c->place->workspace, reason);
}

static bool
decide_used_up(struct decide *c)
{
	int next = c->e->attempt + !c->e->means.uncounted;

	if (next <= c->p->max_attempts)
		return false;
	decide_end(c, SH_DECISION_STOP, "max_attempts", "no further attempt: %s, %d of %d attempts used",
		sh_policy_outcome_name(c->e->means.outcome), c->e->attempt, c->p->max_attempts);
	return true;
}

/* ---- why there is one ---- */

/* Only what they really named, surely enough, is honoured, and only where evidence of it will be kept. */
static bool
decide_honoured(const struct decide *c)
{
	const struct sh_ended *e = c->e;
	const struct sh_policy *p = c->p;

	return p->explicit_time == SH_EXPLICIT_HONOUR && p->evidence_days != 0 && e->asked_named &&
	       e->asked_confidence >= p->explicit_confidence && e->asked_ms + SH_DECIDE_NAMED_GRACE_MS >= c->now_ms;
}

static void
decide_request(struct decide *c)
{
	const struct sh_ended *e = c->e;

	if (!c->p->beyond_ceiling && decide_used_up(c))
		return;
	c->d->flagged = e->asked == SH_ASKED_YES && e->asked_ms != 0;
	if (e->asked != SH_ASKED_TIME)
		decide_at(c, e->ended_ms + c->p->default_delay_s * SH_SECOND_MS, false, "callback_requested", "callback_requested");
	else if (e->asked_ms - c->now_ms > SH_DECIDE_NAMED_AHEAD_MAX_MS)
		decide_end(c, SH_DECISION_HOLD, "time_too_far", "held: the time that was asked for is more than a year ahead");
	else
		decide_at(c, e->asked_ms, decide_honoured(c), "callback_requested", "callback_requested");
}

static int64_t
decide_delay_s(const struct decide *c, const struct sh_policy_retry *group)
{
	int i = c->e->attempt < 1 ? 0 : c->e->attempt - 1;
	int64_t delay = group->delays_s[i < group->ndelays ? i : group->ndelays - 1];

	return delay + (group->jitter_s > 0 ? (int64_t)(c->place->chance % ((uint32_t)group->jitter_s + 1)) : 0);
}

/*
 * They named a time, and no phone rang: while it is still that time, it is still that call. *due_ms comes forward to a minute or a few
 * after the end where the group's delay would be too late for it.
 */
static bool
decide_still_named(const struct decide *c, int64_t *due_ms)
{
	const struct sh_ended *e = c->e;
	int64_t until_ms = e->named_ms + SH_DECIDE_NAMED_GRACE_MS;
	int64_t soon_ms = e->ended_ms + ((int64_t)SH_DECIDE_REPEAT_MIN_S * SH_SECOND_MS << e->repeats);

	if (!e->named_ms || c->p->explicit_time != SH_EXPLICIT_HONOUR || c->p->evidence_days == 0 || c->now_ms > until_ms)
		return false;
	if (*due_ms > until_ms && soon_ms <= until_ms)
		*due_ms = soon_ms;
	return *due_ms <= until_ms;
}

/* The callee's phone never rang, or so the provider says: the same attempt again, and less and less eagerly. */
static void
decide_repeat(struct decide *c, const struct sh_policy_retry *group)
{
	const struct sh_ended *e = c->e;
	const char *outcome = sh_policy_outcome_name(e->means.outcome);
	int64_t due_ms, delay = decide_delay_s(c, group), most = delay > SH_DECIDE_REPEAT_MAX_S ? delay : SH_DECIDE_REPEAT_MAX_S;
	bool named;

	if (e->repeats >= SH_DECIDE_REPEATS_MAX) {
		decide_end(c, SH_DECISION_STOP, "gave_up", "no further attempt: %s, %d times in a row", outcome, e->repeats + 1);
		return;
	}
	if (delay < SH_DECIDE_REPEAT_MIN_S)
		delay = SH_DECIDE_REPEAT_MIN_S;
	for (int i = 0; i < e->repeats && delay < most; i++)
		delay *= 2;
	due_ms = e->ended_ms + (delay < most ? delay : most) * SH_SECOND_MS;
	named = decide_still_named(c, &due_ms);
	decide_at(c, due_ms, named, outcome, e->redial_reason ? e->redial_reason : decide_followup(e->means.outcome));
	c->d->kept = c->d->named;
}

static void
decide_policy(struct decide *c)
{
	const struct sh_disposition *m = &c->e->means;
	const struct sh_policy_retry *group = &c->p->retry[m->outcome];
	const char *outcome = sh_policy_outcome_name(m->outcome);

	if (m->retry == SH_RETRY_NEVER) {
		decide_end(c, SH_DECISION_STOP, "not_retried", "no further attempt: %s is not retried here", outcome);
	} else if (!group->enabled || group->ndelays == 0) {
		decide_end(c, SH_DECISION_STOP, "group_off", "no further attempt: the policy does not retry %s", outcome);
	} else if (m->retry == SH_RETRY_ONCE && c->e->once_spent > 0) {
		decide_end(c, SH_DECISION_STOP, "once_spent", "no further attempt: %s, retried once already", outcome);
	} else if (!decide_used_up(c)) {
		c->d->once = m->retry == SH_RETRY_ONCE;
		if (m->uncounted)
			decide_repeat(c, group);
		else
			decide_at(c, c->e->ended_ms + decide_delay_s(c, group) * SH_SECOND_MS, false, outcome, decide_followup(m->outcome));
	}
}

static void
decide_begun(struct decide *c)
{
	const struct sh_ended *e = c->e;

	if (e->begun == SH_BEGUN_INBOUND || e->begun == SH_BEGUN_CHAT)
		decide_end(c, SH_DECISION_NOTHING, "not_asked", "no call back: nobody asked for one");
	else
		decide_policy(c);
}

/* The policy may take a provider's reason for another outcome than its driver does, but nobody's wish for no more calls. */
static void
decide_reason(const struct sh_policy *p, const struct sh_ended *e, struct sh_disposition *means)
{
	const struct sh_policy_reason *found = NULL;

	if (means->outcome == SH_OUTCOME_DO_NOT_CALL)
		return;
	for (int i = 0; i < p->nreasons; i++) {
		const struct sh_policy_reason *r = &p->reasons[i];
		bool any = strcmp(r->provider, "*") == 0;

		if (!e->word.n || !sh_str_is(e->word, r->reason) || !(any || sh_str_is(e->provider, r->provider)))
			continue;
		/* The provider's own row stands above the one for all. */
		if (!found || !any)
			found = r;
	}
	if (!found)
		return;
	means->outcome = (enum sh_outcome)found->outcome;
	means->retry = SH_RETRY_POLICY;
	means->action = SH_ACTION_NONE;
}

/* Not even whether there is a next call. */
static void
decide_unknown(struct decide *c)
{
	const struct sh_lack lack = sh_lack_find(c->p, c->place);
	char text[192];

	sh_lack_text(&lack, text);
	decide_end(c, SH_DECISION_HOLD, sh_lack_reason(lack.what), "held: %.180s", text);
}

void
sh_decide(const struct sh_policy *p, const struct sh_whereabouts *place, const struct sh_ended *e, int64_t now_ms,
	struct sh_decision *ret)
{
	struct sh_ended own = *e;
	struct decide c = { .p = p, .place = place, .e = &own, .now_ms = now_ms, .d = ret };
	enum sh_outcome outcome;

	assert(place->workspace && e->attempt >= 0);
	decide_reason(p, e, &own.means);
	/* A driver of a later minor may know outcomes that this gateway does not. */
	if ((unsigned)own.means.outcome >= SH_POLICY_OUTCOMES)
		own.means.outcome = SH_OUTCOME_OTHER;
	outcome = own.means.outcome;
	*ret = (struct sh_decision){ .means = own.means };
	sh_decide_clock(p, place, &ret->zone_note);
	if (outcome == SH_OUTCOME_DO_NOT_CALL || e->asked == SH_ASKED_REFUSED) {
		ret->suppress = true;
		decide_end(&c, SH_DECISION_STOP, "do_not_call", "no further attempt: asked not to be called");
	} else if (p->lacks != SH_LACK_NOTHING) {
		decide_unknown(&c);
	} else if (own.means.action == SH_ACTION_NUMBER_INVALID) {
		decide_end(&c, SH_DECISION_STOP, "number_invalid", "no further attempt: the number is not valid");
	} else if (e->asked == SH_ASKED_YES || e->asked == SH_ASKED_TIME) {
		decide_request(&c);
	} else if (outcome == SH_OUTCOME_TERMINAL && e->begun != SH_BEGUN_INBOUND && e->begun != SH_BEGUN_CHAT) {
		decide_end(&c, SH_DECISION_COMPLETE, "reached", "reached: the chain is complete");
	} else {
		decide_begun(&c);
	}
}

/* ---- before a dial ---- */

static void
decide_caps(const struct sh_policy *p, const struct sh_decide_hours *h, struct sh_admitted *a)
{
	a->gap_s = p->gap_s;
	for (int i = 0; i < p->ncaps; i++)
		a->caps[a->ncaps++] = p->caps[i];
	for (uint32_t i = 0; i < h->ncaps && a->ncaps < SH_LENGTH(a->caps); i++)
		a->caps[a->ncaps++] = h->caps[i];
}

void
sh_decide_admit(const struct sh_policy *p, const struct sh_whereabouts *place, const struct sh_due_dial *dial, struct sh_admitted *ret)
{
	int64_t now = dial->now_ms, named = dial->named_ms;
	bool honoured = named > 0 && p->explicit_time == SH_EXPLICIT_HONOUR && p->evidence_days != 0;
	struct sh_decide_hours h, law;

	*ret = (struct sh_admitted){ .what = SH_ADMIT, .next_ms = now };
	sh_decide_hours(p, place, false, now, &h);
	sh_decide_hours_rules(&h, now, ret->rules, &ret->nrules, &ret->nforbidding);
	decide_caps(p, &h, ret);
	ret->lack = sh_lack_find(p, place);
	if (ret->lack.what != SH_LACK_NOTHING) {
		ret->what = SH_ADMIT_HOLD;
		return;
	}
	if (dial->due_since_ms > 0 && now - dial->due_since_ms > p->give_up_s * SH_SECOND_MS) {
		ret->what = SH_ADMIT_EXPIRED;
		return;
	}
	if (h.complete && ret->nforbidding == 0)
		return;
	sh_decide_hours(p, place, true, now, &law);
	if (honoured && now >= named && now <= named + SH_DECIDE_NAMED_GRACE_MS &&
	    (law.n == 0 || sh_quiet_may_ring(law.hours, law.n, now, NULL))) {
		ret->exempt = true;
		return;
	}
	ret->what = SH_ADMIT_LATER;
	if (!h.complete || !sh_quiet_next(h.hours, h.n, now, &ret->next_ms, NULL))
		ret->what = SH_ADMIT_HOLD;
	else
		ret->next_ms = sh_quiet_spread(h.hours, h.n, ret->next_ms, decide_spread_ms(p, place->lot));
	/* Somebody dials early: the named time itself is still to come. */
	if (honoured && named > now && (ret->what == SH_ADMIT_HOLD || named < ret->next_ms) &&
	    (law.n == 0 || sh_quiet_may_ring(law.hours, law.n, named, NULL))) {
		ret->what = SH_ADMIT_LATER;
		ret->next_ms = named;
	}
	if (ret->what == SH_ADMIT_HOLD && !h.complete)
		ret->lack = (struct sh_lack){ SH_LACK_ZONE, p->zone_name };
}
