/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/report.c: runs the checks one after the other, and says what they found.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "gateway/base/text.h"
#include "gateway/base/writer.h"
#include "gateway/kit/trial.h"

#define REPORT_NAME_COLUMN 10

struct sh_report {
	const char *file;
	struct trial_page *page; /* shared with processes that are over */
	enum sh_verdict_of verdicts[SH_CHECK_COUNT];
	unsigned count[3];
};

static const char *const report_verdicts[] = { "pass", "FAIL", "skip" };
static const char *const report_words[] = { "pass", "fail", "skip" };
static const char *const report_said[] = { "fault", "note", "more" };

/* No line outgrows the page, whatever a stranger's code has written into it. */
static uint32_t
report_lines(const struct sh_report *r)
{
	return r->page->nlines < TRIAL_LINES ? r->page->nlines : TRIAL_LINES;
}

static struct sh_str
report_str(const char *text, size_t room)
{
	struct sh_str s = { text, strnlen(text, room) };

	/* What was cut in the middle of a character, or holds bytes of any kind. */
	s.n = sh_text_utf8_valid(s);
	return s;
}

static enum sh_verdict_of
report_judge(const struct sh_report *r, enum sh_check check)
{
	for (uint32_t i = 0; i < report_lines(r); i++)
		if (r->page->lines[i].check == check && r->page->lines[i].said == SH_SAID_FAULT)
			return SH_FAILED;
	return r->page->skipped[check] ? SH_SKIPPED : SH_PASSED;
}

static void
report_skip(struct sh_report *r, enum sh_check check, const char *why)
{
	r->page->skipped[check] = true;
	snprintf(r->page->summary[check], TRIAL_TEXT, "%s", why);
}

int
sh_check_parse(const char *id)
{
	for (int i = 0; i < SH_CHECK_COUNT; i++)
		if (strcmp(trial_names[i], id) == 0)
			return i;
	return -1;
}

enum sh_status
sh_check(const struct sh_check_options *o, struct sh_report **ret, struct sh_error *e)
{
	struct sh_report *r = calloc(1, sizeof(*r));
	void *page = mmap(NULL, sizeof(struct trial_page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	*ret = NULL;
	if (!r || page == MAP_FAILED) {
		free(r);
		return sh_fail(e, SH_ESYSTEM, "no memory for a report");
	}
	r->file = o->file;
	r->page = page;
	for (int check = 0; check < SH_CHECK_COUNT; check++) {
		if (check > 0 && r->verdicts[SH_CHECK_loads] == SH_FAILED)
			report_skip(r, (enum sh_check)check, "it does not load");
		else if (check > 0 && o->only && !(o->only >> check & 1))
			report_skip(r, (enum sh_check)check, "not asked for");
		else
			trial_run(o, (enum sh_check)check, r->page);
		r->verdicts[check] = report_judge(r, (enum sh_check)check);
		r->count[r->verdicts[check]]++;
	}
	*ret = r;
	return SH_OK;
}

void
sh_report_free(struct sh_report *r)
{
	if (!r)
		return;
	munmap(r->page, sizeof(*r->page));
	free(r);
}

bool
sh_report_passed(const struct sh_report *r)
{
	return r->count[SH_FAILED] == 0;
}

/* ---- as text ---- */

static void
report_check(const struct sh_report *r, enum sh_check check, struct sh_buf *b)
{
	struct sh_str summary = report_str(r->page->summary[check], TRIAL_TEXT);
	bool passed = r->verdicts[check] != SH_FAILED;

	sh_buf_printf(b, "%s  %-*s %.*s\n", report_verdicts[r->verdicts[check]], REPORT_NAME_COLUMN, trial_names[check],
	    passed && summary.n ? (int)summary.n : (int)strlen(trial_help[check]),
	    passed && summary.n ? summary.s : trial_help[check]);
	for (uint32_t i = 0; i < report_lines(r); i++) {
		const struct trial_line *l = &r->page->lines[i];
		struct sh_str text = report_str(l->text, TRIAL_TEXT);

		if (l->check == check)
			sh_buf_printf(b, "%s%.*s\n",
			    l->said == SH_SAID_FAULT  ? "      - "
			    : l->said == SH_SAID_NOTE ? "      note: "
						      : "          ",
			    (int)text.n, text.s);
	}
}

static void
report_figures(const struct sh_report *r, struct sh_buf *b)
{
	uint32_t n = r->page->nfigures < TRIAL_FIGURES ? r->page->nfigures : TRIAL_FIGURES;

	if (n > 0)
		sh_buf_printf(b, "\n%-20s %10s %10s %14s %12s %12s\n", "CALL", "QUESTIONS", "PAYLOAD", "INSTRUCTIONS",
		    "NANOSECONDS", "MEMORY");
	for (uint32_t i = 0; i < n; i++) {
		const struct sh_figure *f = &r->page->figures[i];
		struct sh_str name = report_str(f->function, sizeof(f->function));
		char instructions[32] = "-";

		if (f->instructions >= 0)
			snprintf(instructions, sizeof(instructions), "%lld", (long long)f->instructions);
		sh_buf_printf(b, "%.*s%*s %10u %10u %14s %12lld %12lld\n", (int)name.n, name.s, 20 - (int)name.n, "", f->questions,
		    f->payload, instructions, (long long)f->nanoseconds, (long long)f->bytes);
	}
}

void
sh_report_text(const struct sh_report *r, struct sh_buf *b)
{
	for (int check = 0; check < SH_CHECK_COUNT; check++)
		report_check(r, (enum sh_check)check, b);
	if (r->page->lost)
		sh_buf_printf(b, "      and %u lines more\n", r->page->lost);
	report_figures(r, b);
	sh_buf_printf(
	    b, "\n%s: %u passed, %u failed%s", r->file, r->count[SH_PASSED], r->count[SH_FAILED], r->count[SH_SKIPPED] ? "" : "\n");
	if (r->count[SH_SKIPPED])
		sh_buf_printf(b, ", %u skipped\n", r->count[SH_SKIPPED]);
}

/* ---- as JSON ---- */

static void
report_check_json(const struct sh_report *r, enum sh_check check, struct sh_out *o)
{
	uint64_t questions = r->page->questions[check];

	sh_writer_open(o, '{');
	sh_writer_key_str(o, "id", sh_str(trial_names[check]));
	sh_writer_key_str(o, "asks", sh_str(trial_help[check]));
	sh_writer_key_str(o, "verdict", sh_str(report_words[r->verdicts[check]]));
	sh_writer_key_str(o, "summary", report_str(r->page->summary[check], TRIAL_TEXT));
	sh_writer_key_int(o, "questions", questions > INT64_MAX ? -1 : (int64_t)questions);
	sh_writer_key(o, SH_STR("said"));
	sh_writer_open(o, '[');
	for (uint32_t i = 0; i < report_lines(r); i++) {
		const struct trial_line *l = &r->page->lines[i];

		if (l->check != check)
			continue;
		sh_writer_open(o, '{');
		sh_writer_key_str(o, "kind", sh_str(report_said[l->said > SH_SAID_MORE ? SH_SAID_MORE : l->said]));
		sh_writer_key_str(o, "text", report_str(l->text, TRIAL_TEXT));
		sh_writer_close(o, '}');
	}
	sh_writer_close(o, ']');
	sh_writer_close(o, '}');
}

static void
report_figure_json(const struct sh_figure *f, struct sh_out *o)
{
	sh_writer_open(o, '{');
	sh_writer_key_str(o, "call", report_str(f->function, sizeof(f->function)));
	sh_writer_key_int(o, "questions", f->questions);
	sh_writer_key_int(o, "payload_bytes", f->payload);
	if (f->instructions >= 0)
		sh_writer_key_int(o, "instructions", f->instructions);
	else
		sh_writer_key_str(o, "instructions", SH_NONE);
	sh_writer_key_int(o, "nanoseconds", f->nanoseconds);
	sh_writer_key_int(o, "memory_bytes", f->bytes);
	sh_writer_close(o, '}');
}

void
sh_report_json(const struct sh_report *r, struct sh_buf *b)
{
	uint32_t figures = r->page->nfigures < TRIAL_FIGURES ? r->page->nfigures : TRIAL_FIGURES;
	struct sh_out o;

	sh_writer_init(&o, b);
	sh_writer_open(&o, '{');
	sh_writer_key_str(&o, "file", sh_str(r->file));
	sh_writer_key_bool(&o, "passed", sh_report_passed(r));
	sh_writer_key(&o, SH_STR("driver"));
	sh_writer_raw(&o, report_str(r->page->describe, TRIAL_DESCRIBE));
	sh_writer_key(&o, SH_STR("checks"));
	sh_writer_open(&o, '[');
	for (int check = 0; check < SH_CHECK_COUNT; check++)
		report_check_json(r, (enum sh_check)check, &o);
	sh_writer_close(&o, ']');
	sh_writer_key(&o, SH_STR("figures"));
	sh_writer_open(&o, '[');
	for (uint32_t i = 0; i < figures; i++)
		report_figure_json(&r->page->figures[i], &o);
	sh_writer_close(&o, ']');
	sh_writer_close(&o, '}');
}
