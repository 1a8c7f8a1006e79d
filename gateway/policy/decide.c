/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/policy/decide.h"

#include <stdarg.h>
#include <stdio.h>

#include "gateway/base/time.h"

/* A decision under way. */
struct decide {
	const struct sh_policy *p;
	const struct sh_ended *e;
	const struct sh_zone *zone;	/* whose clock holds; NULL: named, but gone from the data */
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

/* ---- a next call ---- */

static void
decide_tell(struct decide *c, const char *reason)
{
	struct sh_decision *d = c->d;
	char span[32], wall[96];

	decide_wall(c->zone, d->due_ms, wall);
	if (d->named)
		decide_end(c, SH_DECISION_RETRY, reason, "next attempt at %s, as asked: %s", wall, reason);
	else if (d->moved)
		decide_end(c, SH_DECISION_RETRY, reason, "next attempt at %s, after quiet hours: %s", wall, reason);
	else if (d->due_ms <= c->now_ms)
		decide_end(c, SH_DECISION_RETRY, reason, "next attempt now: %s", reason);
	else {
		decide_span((d->due_ms - c->e->ended_ms) / SH_SECOND_MS, span);
		decide_end(c, SH_DECISION_RETRY, reason, "next attempt in %s: %s", span, reason);
	}
}

/* Due then, or as soon after as it may ring. exempt: quiet hours do not hold. */
static void
decide_at(struct decide *c, int64_t due_ms, bool exempt, const char *reason, const char *redial_reason)
{
	struct sh_decision *d = c->d;
	int64_t next;

	if (due_ms < c->now_ms)
		due_ms = c->now_ms;
	d->named = exempt;
	d->redial_reason = redial_reason;
	d->uncounted = c->e->means.uncounted;
	d->next_attempt = c->e->attempt + !d->uncounted;
	d->is_final_attempt = d->next_attempt >= c->p->max_attempts;
	d->due_ms = due_ms;
	if (!c->zone) {
		decide_end(c, SH_DECISION_HOLD, "no_zone", "held: the time zone %s is not known here", c->p->zone_name);
		return;
	}
	if (!exempt) {
		if (!sh_quiet_next(&(struct sh_hours){ &c->p->quiet, c->zone }, 1, due_ms, &next, NULL)) {
			decide_end(c, SH_DECISION_HOLD, "no_permitted_time", "held: quiet hours permit no call within %d days",
				SH_QUIET_DAYS_AHEAD);
			return;
		}
		d->moved = next != due_ms;
		d->moved_from_ms = due_ms;
		d->due_ms = next;
	}
	decide_tell(c, reason);
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

static void
decide_request(struct decide *c)
{
	const struct sh_ended *e = c->e;
	bool late = e->asked_ms + SH_DECIDE_NAMED_GRACE_MS < c->now_ms;

	if (decide_used_up(c))
		return;
	if (e->asked != SH_ASKED_TIME)
		decide_at(c, e->ended_ms + c->p->default_delay_s * SH_SECOND_MS, false, "callback_requested", "callback_requested");
	else if (e->asked_ms - c->now_ms > SH_DECIDE_NAMED_AHEAD_MAX_MS)
		decide_end(c, SH_DECISION_HOLD, "time_too_far", "held: the time that was asked for is more than a year ahead");
	else
		decide_at(c, e->asked_ms, c->p->explicit_time == SH_EXPLICIT_HONOUR && !late, "callback_requested",
			"callback_requested");
}

static int64_t
decide_delay_s(const struct sh_policy_retry *group, int attempt)
{
	int i = attempt < 1 ? 0 : attempt - 1;

	return group->delays_s[i < group->ndelays ? i : group->ndelays - 1];
}

/* The callee's phone never rang, or so the provider says: the same attempt again, and less and less eagerly. */
static void
decide_repeat(struct decide *c, const struct sh_policy_retry *group)
{
	const struct sh_ended *e = c->e;
	const char *outcome = sh_policy_outcome_name(e->means.outcome);
	int64_t delay = decide_delay_s(group, e->attempt), most = delay > SH_DECIDE_REPEAT_MAX_S ? delay : SH_DECIDE_REPEAT_MAX_S;

	if (e->repeats >= SH_DECIDE_REPEATS_MAX) {
		decide_end(c, SH_DECISION_STOP, "gave_up", "no further attempt: %s, %d times in a row", outcome, e->repeats + 1);
		return;
	}
	if (delay < SH_DECIDE_REPEAT_MIN_S)
		delay = SH_DECIDE_REPEAT_MIN_S;
	for (int i = 0; i < e->repeats && delay < most; i++)
		delay *= 2;
	decide_at(c, e->ended_ms + (delay < most ? delay : most) * SH_SECOND_MS, false, outcome,
		e->redial_reason ? e->redial_reason : decide_followup(e->means.outcome));
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
			decide_at(c, c->e->ended_ms + decide_delay_s(group, c->e->attempt) * SH_SECOND_MS, false, outcome,
				decide_followup(m->outcome));
	}
}

void
sh_decide(const struct sh_policy *p, const struct sh_whereabouts *place, const struct sh_ended *e, int64_t now_ms,
	struct sh_decision *ret)
{
	struct sh_ended own = *e;
	struct decide c = { .p = p, .e = &own, .now_ms = now_ms, .d = ret };
	enum sh_outcome outcome;

	assert(place->workspace && e->attempt >= 1);
	/* A driver of a later minor may know outcomes that this gateway does not. */
	if ((unsigned)own.means.outcome >= SH_POLICY_OUTCOMES)
		own.means.outcome = SH_OUTCOME_OTHER;
	outcome = own.means.outcome;
	*ret = (struct sh_decision){ 0 };
	c.zone = sh_policy_zone(p, place->zones, place->workspace, &ret->zone_note);
	if (outcome == SH_OUTCOME_DO_NOT_CALL) {
		ret->suppress = true;
		decide_end(&c, SH_DECISION_STOP, "do_not_call", "no further attempt: asked not to be called");
	} else if (own.means.action == SH_ACTION_NUMBER_INVALID) {
		decide_end(&c, SH_DECISION_STOP, "number_invalid", "no further attempt: the number is not valid");
	} else if (e->asked == SH_ASKED_YES || e->asked == SH_ASKED_TIME) {
		decide_request(&c);
	} else if (outcome == SH_OUTCOME_TERMINAL) {
		decide_end(&c, SH_DECISION_COMPLETE, "reached", "reached: the chain is complete");
	} else {
		decide_policy(&c);
	}
}

bool
sh_decide_admit(const struct sh_policy *p, const struct sh_whereabouts *place, int64_t now_ms, int64_t named_ms,
	int64_t *ret_next_ms)
{
	const struct sh_zone *zone = sh_policy_zone(p, place->zones, place->workspace, NULL);
	struct sh_hours hours = { &p->quiet, zone };
	bool named = named_ms > 0 && p->explicit_time == SH_EXPLICIT_HONOUR;

	if (named && now_ms >= named_ms && now_ms <= named_ms + SH_DECIDE_NAMED_GRACE_MS)
		return true;
	if (zone && sh_quiet_may_ring(&hours, 1, now_ms, NULL))
		return true;
	if (!zone || !sh_quiet_next(&hours, 1, now_ms, ret_next_ms, NULL))
		*ret_next_ms = INT64_MAX;
	/* Somebody dials early: the named time itself is still to come. */
	if (named && named_ms > now_ms && named_ms < *ret_next_ms)
		*ret_next_ms = named_ms;
	return false;
}
