/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * cmd/policy_trial.h: a question for policy/spoken.h, put together from words.
 *
 *	struct sh_trial t;
 *	if (sh_trial_init(&t, &e) != SH_OK) ...
 *	struct sh_trial_asked asked = { .text = …, .now = …, .tz = … };
 *	if (sh_trial_in(&t, arena, &asked, &in, &e) == SH_OK)
 *		sh_spoken_read(arena, &in, &answer);
 */
#ifndef SH_CMD_POLICY_TRIAL_H
#define SH_CMD_POLICY_TRIAL_H

#include <stdio.h>

#include "gateway/base/buf.h"
#include "gateway/policy/prefix.h"
#include "gateway/policy/spoken.h"

#define SH_TRIAL_WORKSPACE "America/New_York" /* where nothing else is said, as in docs/spoken-times.md */

struct sh_trial {
	struct sh_zones *zones;
	struct sh_prefixes *prefixes;
};
enum sh_status sh_trial_init(struct sh_trial *, struct sh_error *) SH_MUST_CHECK;
void sh_trial_clear(struct sh_trial *);

/* All as it was written. Absent where nothing was said: of now that is a fault, unless now_ms is set. */
struct sh_trial_asked {
	struct sh_str text, transcript; /* one of them */
	struct sh_str now, tz, workspace_tz, number;
	int64_t now_ms;
	enum sh_spoken_wish wish;
	const struct sh_spoken_value *values; /* in any order; what is no variable of a policy is passed over */
	size_t nvalues;
};
enum sh_status sh_trial_in(const struct sh_trial *, struct sh_arena *, const struct sh_trial_asked *, struct sh_spoken_in *ret,
    struct sh_error *) SH_MUST_CHECK;

/* "callback", "callback_no_time", "refused", "none". */
const char *sh_trial_intent(const struct sh_spoken *);
/* "2026-06-16T20:50:00Z" */
void sh_trial_instant(int64_t ms, char out[32]);
/* "America/Denver", "UTC+02:00"; "" where there is none. */
void sh_trial_zone(const struct sh_spoken *, char out[80]);
/* The words that decided; absent: none did. */
struct sh_str sh_trial_words(const struct sh_spoken_in *, const struct sh_spoken *);

/* For people. */
void sh_trial_show(FILE *, const struct sh_spoken_in *, const struct sh_spoken *);

/* One JSON object, without a newline. id: JSON; absent: the whole answer instead of the short one. */
void sh_trial_json(struct sh_buf *, struct sh_str id, const struct sh_spoken_in *, const struct sh_spoken *);

/* Answers each line of from by one of to. Returns the exit status. */
int sh_trial_lines(const struct sh_trial *, int from, FILE *to);

#endif
