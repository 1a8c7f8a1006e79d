/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/trial.h: a check's process, and the page that it shares with the one that reports. Inside gateway/kit only.
 */
#ifndef SH_KIT_TRIAL_H
#define SH_KIT_TRIAL_H

#include "gateway/kit/check.h"
#include "gateway/kit/golden.h"
#include "gateway/kit/guard.h"
#include "gateway/kit/watch.h"

#define TRIAL_LINES 256
#define TRIAL_TEXT WATCH_TEXT
#define TRIAL_FIGURES 32
#define TRIAL_DESCRIBE ((size_t)1 << 20)

struct trial_line {
	uint8_t check, said;
	char text[TRIAL_TEXT];
};

/* All of it is written by a process that runs a stranger's code: whoever reads it trusts no number in it. */
struct trial_page {
	struct watch watch; /* its serial is that of the question that was put last */
	char doing[TRIAL_TEXT]; /* that question, for people */
	uint64_t questions[SH_CHECK_COUNT];
	char summary[SH_CHECK_COUNT][TRIAL_TEXT];
	bool skipped[SH_CHECK_COUNT];
	uint32_t nlines, lost;
	struct trial_line lines[TRIAL_LINES];
	uint32_t nfigures;
	struct sh_figure figures[TRIAL_FIGURES];
	uint32_t ndescribe;
	char describe[TRIAL_DESCRIBE];
};

struct sh_trial {
	const struct sh_check_options *options;
	enum sh_check check;
	struct trial_page *page;
	uint64_t resume; /* questions up to this one were put by a process that died */
	struct sh_drivers *set;
	const struct sh_driver_loaded *driver;
	struct sh_golden_set *golden_set;
	struct sh_golden *golden; /* those that could be read */
	size_t ngolden;
	struct guard *guard; /* of the hostile check */
	struct sh_buf unused; /* samples that none of them names */
	struct sh_arena *arena; /* for as long as the process */
};

/* A line of the report. */
void trial_say(struct sh_trial *, enum sh_said, const char *fmt, ...) SH_PRINTF(3, 4);
#define trial_fault(t, ...) trial_say((t), SH_SAID_FAULT, __VA_ARGS__)
#define trial_note(t, ...) trial_say((t), SH_SAID_NOTE, __VA_ARGS__)
/* A text of several lines, indented under the last one; at most `most` of them. */
void trial_quote(struct sh_trial *, struct sh_str, unsigned most);
/* What the line of a check that passed says. */
void trial_summary(struct sh_trial *, const char *fmt, ...) SH_PRINTF(2, 3);
void trial_skip(struct sh_trial *, const char *why);
/*
 * Puts a question, after noting what it is where it outlives the process. false: a process before this one died of it, or put it already;
 * there is no answer to clear then.
 */
bool trial_put(struct sh_trial *, const struct sh_case *, struct sh_case_answer *, const char *fmt, ...) SH_PRINTF(4, 5);

/* kit/trial.c: runs the check in a process, as often as it takes, and fills the page. */
void trial_run(const struct sh_check_options *, enum sh_check, struct trial_page *);

/* Where each lives: check_file.c, check_golden.c, check_verify.c, check_proof.c, check_hostile.c, check_cost.c. */
#define CHECK(id_, confined_, help_) void check_##id_(struct sh_trial *);
#include "gateway/kit/check.def"

/* kit/check_proof_golden.c: the part of check_proof that asks golden questions. */
void proof_golden(struct sh_trial *);

extern const char *const trial_names[SH_CHECK_COUNT], *const trial_help[SH_CHECK_COUNT];

/* kit/plain.c: one question to each of the driver's functions: the first golden file's that is not refused, else a simple one. */
#define PLAIN_MOST 32
size_t plain_cases(struct sh_trial *, struct sh_case ret[PLAIN_MOST]);
const char *plain_function(const struct sh_case *); /* "webhook", "dial_parse" … as golden files spell it */

#endif
