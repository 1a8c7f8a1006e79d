/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/check.h: the definition of a correct driver: `switchhook driver check`.
 *
 * Each check of check.def runs in a process of its own, which loads the driver, reads the golden files, and then, where the table
 * says so, gives up the system calls (cage.h). Whatever the driver does to that process becomes a line of the report; after a death
 * inside the hostile check the next process goes on behind the question that killed. The process that reports never loads the driver.
 *
 * Everything is decided by `seed`: the same file gives the same report, figures apart.
 */
#ifndef SH_KIT_CHECK_H
#define SH_KIT_CHECK_H

#include "gateway/base/buf.h"
#include "gateway/base/error.h"

struct sh_check_options {
	const char *file; /* switchhook-NAME.so */
	const char *golden; /* folder of golden files; NULL: none */
	uint64_t seed;
	uint32_t rounds; /* mutations of each question */
	bool brief; /* no huge input, which takes most of the time */
	bool write; /* what comes out becomes what the golden files expect */
	unsigned only; /* 1 << enum sh_check: this one alone, beside "loads"; 0: all */
};

enum sh_check {
#define CHECK(id_, confined_, help_) SH_CHECK_##id_,
#include "gateway/kit/check.def"
	SH_CHECK_COUNT
};

enum sh_said { SH_SAID_FAULT, SH_SAID_NOTE, SH_SAID_MORE }; /* MORE belongs to the line before it */
enum sh_verdict_of { SH_PASSED, SH_FAILED, SH_SKIPPED };

/* Figures of one kind of call, over the questions that it was measured with. */
struct sh_figure {
	char function[32];
	uint32_t questions, payload; /* bytes of a typical one */
	int64_t nanoseconds, instructions, bytes; /* of the median question; instructions -1: they cannot be counted here */
};

/* By its id in check.def; -1: there is none. */
int sh_check_parse(const char *id);

struct sh_report;

/* Always a report, unless there is not even memory for one. */
enum sh_status sh_check(const struct sh_check_options *, struct sh_report **ret, struct sh_error *) SH_MUST_CHECK;
void sh_report_free(struct sh_report *);
bool sh_report_passed(const struct sh_report *);
void sh_report_text(const struct sh_report *, struct sh_buf *);
void sh_report_json(const struct sh_report *, struct sh_buf *);

#endif
