/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/cmd/policy_trial.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/text.h"
#include "gateway/policy/spoken_stamp.h"
#include "gateway/policy/whereabouts.h"

#define TRIAL_WISH "switchhook_callback"

enum sh_status
sh_trial_init(struct sh_trial *t, struct sh_error *e)
{
	struct sh_faults none;

	*t = (struct sh_trial){ 0 };
	if (sh_zones_load(NULL, &t->zones, e) != SH_OK)
		return e->status;
	sh_faults_init(&none, "prefixes");
	t->prefixes = sh_prefixes_new(t->zones, SH_NONE, &none);
	sh_faults_clear(&none);
	return t->prefixes ? SH_OK : sh_fail(e, SH_ESYSTEM, "no memory for the table of numbers");
}

void
sh_trial_clear(struct sh_trial *t)
{
	sh_prefixes_free(t->prefixes);
	sh_zones_free(t->zones);
	*t = (struct sh_trial){ 0 };
}

/* ---- where ---- */

static enum sh_status
trial_zone(const struct sh_trial *t, struct sh_str name, const char *what, const struct sh_zone **ret, struct sh_error *e)
{
	*ret = sh_zones_find(t->zones, name);
	if (!*ret)
		return sh_fail(e, SH_EINVALID, "%s: no time zone is called \"%.*s\"; expected a name such as America/Chicago", what,
		    (int)(name.n < 64 ? name.n : 64), name.s);
	return SH_OK;
}

/* Zones of the United States and Canada: without a number their people are taken to write the month first. */
static bool
trial_month_first(const struct sh_zone *z)
{
	static const char *const names[] = {
#define NORTH_AMERICA(name) name,
#include "gateway/cmd/policy_month_first.def"
	};
	const char *name = sh_zone_name(z);

	for (size_t i = 0; i < SH_LENGTH(names); i++) {
		size_t n = strlen(names[i]);

		if (names[i][n - 1] == '/' ? strncmp(name, names[i], n) == 0 : strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

static enum sh_status
trial_place(const struct sh_trial *t, const struct sh_trial_asked *asked, struct sh_spoken_place *ret, struct sh_error *e)
{
	struct sh_str workspace = asked->workspace_tz.s ? asked->workspace_tz : sh_str(SH_TRIAL_WORKSPACE);

	*ret = (struct sh_spoken_place){ .zones = t->zones };
	if (trial_zone(t, workspace, "workspace_tz", &ret->workspace, e) != SH_OK)
		return e->status;
	if (asked->tz.s && trial_zone(t, asked->tz, "tz", &ret->contact, e) != SH_OK)
		return e->status;
	if (!asked->number.s) {
		ret->month_first = trial_month_first(ret->contact ? ret->contact : ret->workspace);
		return SH_OK;
	}
	if (!sh_text_is_e164(asked->number))
		return sh_fail(e, SH_EINVALID, "number: expected a number as +14155550123");
	sh_callee_words(t->prefixes, asked->number, ret);
	return SH_OK;
}

/* ---- when ---- */

static enum sh_status
trial_now(const struct sh_trial_asked *asked, int64_t *ret_ms, struct sh_error *e)
{
	struct sh_stamp stamp;

	if (!asked->now.s && asked->now_ms) {
		*ret_ms = asked->now_ms;
		return SH_OK;
	}
	if (!asked->now.s)
		return sh_fail(e, SH_EINVALID, "now is missing: expected a time as 2026-06-16T10:05:00-04:00");
	sh_spoken_stamp_read(asked->now, &stamp);
	if (stamp.kind == SH_STAMP_WALL || stamp.kind == SH_STAMP_DAY)
		return sh_fail(e, SH_EINVALID, "now has no offset: expected a time as 2026-06-16T10:05:00-04:00");
	if (stamp.kind != SH_STAMP_INSTANT || stamp.unix_time)
		return sh_fail(e, SH_EINVALID, "now is no time: expected one as 2026-06-16T10:05:00-04:00");
	*ret_ms = stamp.ms;
	return SH_OK;
}

/* ---- what ---- */

static enum sh_status
trial_turns(struct sh_arena *a, const struct sh_trial_asked *asked, struct sh_spoken_in *in, struct sh_error *e)
{
	struct sh_spoken_turn *one;

	if (!asked->text.s == !asked->transcript.s)
		return sh_fail(
		    e, SH_EINVALID, asked->text.s ? "text and transcript: expected one of them" : "expected text or transcript");
	if (asked->transcript.s) {
		in->turns = sh_spoken_turns(a, asked->transcript, &in->nturns);
	} else {
		one = sh_arena_make(a, struct sh_spoken_turn);
		if (one)
			*one = (struct sh_spoken_turn){ .user = true, .text = asked->text };
		in->turns = one;
		in->nturns = 1;
		in->answer = true;
	}
	return sh_arena_failed(a) ? sh_fail(e, SH_ETOOBIG, "too long to be read") : SH_OK;
}

/* The variables that a policy names, in its order; and whether one of them says that a call is wished. */
static void
trial_values(struct sh_arena *a, const struct sh_trial_asked *asked, struct sh_spoken_in *in)
{
	struct sh_spoken_value *values = sh_arena_array(a, struct sh_spoken_value, asked->nvalues + 1);

	for (const char *const *name = sh_spoken_value_names; values && *name; name++)
		for (size_t i = 0; i < asked->nvalues; i++)
			if (sh_text_equal_nocase(asked->values[i].name, sh_str(*name))) {
				values[in->nvalues++] = asked->values[i];
				break;
			}
	in->values = values;
	in->wish = asked->wish;
	for (size_t i = 0; i < asked->nvalues && in->wish == SH_SPOKEN_WISH_UNSAID; i++)
		if (sh_text_equal_nocase(asked->values[i].name, sh_str(TRIAL_WISH))) {
			if (sh_text_equal_nocase(asked->values[i].value, sh_str("true")))
				in->wish = SH_SPOKEN_WISH_YES;
			else if (sh_text_equal_nocase(asked->values[i].value, sh_str("false")))
				in->wish = SH_SPOKEN_WISH_NO;
		}
}

enum sh_status
sh_trial_in(
    const struct sh_trial *t, struct sh_arena *a, const struct sh_trial_asked *asked, struct sh_spoken_in *ret, struct sh_error *e)
{
	*ret = (struct sh_spoken_in){ .limits = sh_spoken_defaults() };
	if (trial_turns(a, asked, ret, e) != SH_OK || trial_now(asked, &ret->now_ms, e) != SH_OK ||
	    trial_place(t, asked, &ret->place, e) != SH_OK)
		return e->status;
	ret->ended_ms = ret->now_ms;
	trial_values(a, asked, ret);
	return sh_arena_failed(a) ? sh_fail(e, SH_ETOOBIG, "too long to be read") : SH_OK;
}

/* ---- the answer ---- */

const char *
sh_trial_intent(const struct sh_spoken *s)
{
	static const char *const names[] = { [SH_SPOKEN_NONE] = "none",
		[SH_SPOKEN_TIME] = "callback",
		[SH_SPOKEN_NO_TIME] = "callback_no_time",
		[SH_SPOKEN_REFUSED] = "refused" };

	return names[s->status];
}

void
sh_trial_instant(int64_t ms, char out[32])
{
	sh_time_format_rfc3339(ms, out);
	memcpy(out + strlen("2026-06-16T20:50:00"), "Z", 2);
}

void
sh_trial_zone(const struct sh_spoken *s, char out[80])
{
	int minutes = abs((int)s->fixed_offset_s) / 60;

	*out = '\0';
	if (s->zone && s->fixed_offset_s)
		snprintf(out, 80, "UTC%c%02d:%02d", s->fixed_offset_s < 0 ? '-' : '+', minutes / 60 % 100, minutes % 60);
	else if (s->zone)
		snprintf(out, 80, "%s", sh_zone_name(s->zone));
}

struct sh_str
sh_trial_words(const struct sh_spoken_in *in, const struct sh_spoken *s)
{
	struct sh_str text;

	if (s->length == 0 || s->turn >= in->nturns)
		return SH_NONE;
	text = in->turns[s->turn].text;
	if (s->at >= text.n || s->length > text.n - s->at)
		return SH_NONE;
	return (struct sh_str){ text.s + s->at, s->length };
}
