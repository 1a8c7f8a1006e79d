/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/check_golden.c: is what comes out what was written down, twice; and was every function asked?
 */
#include <stdio.h>

#include "gateway/kit/trial.h"

#define GOLDEN_TEXT ((size_t)8 << 20)

/* The first line that differs, as it is and as it was expected. */
static void
golden_differs(struct sh_trial *t, const char *name, struct sh_str got, struct sh_str expected, const char *instead)
{
	size_t begin = 0, at = 0;
	unsigned line = 1;

	for (; at < got.n && at < expected.n && got.s[at] == expected.s[at]; at++)
		if (got.s[at] == '\n') {
			begin = at + 1;
			line++;
		}
	trial_fault(t, "%s: line %u of what comes out is not %s:", name, line, instead);
	trial_say(t, SH_SAID_MORE, "is        %.*s", (int)strcspn(begin < got.n ? got.s + begin : "(the end)", "\n"),
	    begin < got.n ? got.s + begin : "(the end)");
	trial_say(t, SH_SAID_MORE, "expected  %.*s", (int)strcspn(begin < expected.n ? expected.s + begin : "(the end)", "\n"),
	    begin < expected.n ? expected.s + begin : "(the end)");
}

static bool
golden_is_at(struct sh_str text, size_t at, const char *word)
{
	return text.n - at > strlen(word) && memcmp(text.s + at, word, strlen(word)) == 0;
}

/* What no golden file may expect, whatever it says. */
static void
golden_rules(struct sh_trial *t, const struct sh_golden *g, struct sh_str got)
{
	for (size_t at = 0; at < got.n;) {
		const char *end = memchr(got.s + at, '\n', got.n - at);

		if (golden_is_at(got, at, "broke a rule"))
			trial_fault(t, "%s: %.*s", g->name, (int)strcspn(got.s + at, "\n"), got.s + at);
		if (golden_is_at(got, at, "unlike "))
			trial_fault(t, "%s: the request is %.*s", g->name, (int)strcspn(got.s + at, "\n"), got.s + at);
		at = end ? (size_t)(end - got.s) + 1 : got.n;
	}
}

static void
golden_write(struct sh_trial *t, const struct sh_golden *g, struct sh_str got, unsigned *written)
{
	struct sh_error e;

	if (sh_golden_write(t->golden_set, g, got, &e) != SH_OK)
		trial_fault(t, "%s", e.text);
	else
		++*written;
}

/* One file: 0 or 1 of them written. */
static void
golden_file(struct sh_trial *t, const struct sh_golden *g, unsigned *written)
{
	struct sh_buf once, twice;
	struct sh_str got;

	sh_buf_init(&once, GOLDEN_TEXT);
	sh_buf_init(&twice, GOLDEN_TEXT);
	snprintf(t->page->doing, sizeof(t->page->doing), "%s", g->name);
	t->page->watch.serial++;
	t->page->questions[t->check]++;
	sh_golden_run(g, &once);
	sh_golden_run(g, &twice);
	/* Both end in a NUL, which the search for a line's end relies on. */
	sh_buf_add(&once, "", 1);
	sh_buf_add(&twice, "", 1);
	got = (struct sh_str){ once.s, once.n - 1 };
	if (!sh_str_eq(sh_buf_str(&once), sh_buf_str(&twice)))
		golden_differs(t, g->name, (struct sh_str){ twice.s, twice.n - 1 }, got, "what the same question gave before");
	golden_rules(t, g, got);
	if (t->options->write && !sh_str_eq(got, g->expected))
		golden_write(t, g, got, written);
	else if (!t->options->write && g->expected.n == 0)
		trial_fault(
		    t, "%s expects nothing: `switchhook driver check --write` writes what comes out, for you to judge", g->name);
	else if (!t->options->write && !sh_str_eq(got, g->expected))
		golden_differs(t, g->name, got, g->expected, "as expected");
	sh_buf_clear(&once);
	sh_buf_clear(&twice);
}

/* Which functions no golden file asks. */
static void
golden_coverage(struct sh_trial *t)
{
	struct sh_case plain[PLAIN_MOST];
	size_t n = plain_cases(t, plain);

	for (size_t i = 0; i < n; i++) {
		bool asked = plain[i].what == SH_CASE_OUTCOME; /* webhooks of calls that are over ask it */

		for (size_t k = 0; k < t->ngolden; k++)
			asked |= strcmp(plain_function(&t->golden[k].question), plain_function(&plain[i])) == 0;
		if (!asked)
			trial_fault(t, "no golden file asks %s", plain_function(&plain[i]));
	}
}

static void
golden_samples(struct sh_trial *t)
{
	for (size_t at = 0; at < t->unused.n;) {
		size_t n = strcspn(t->unused.s + at, "\n");

		trial_fault(t, "no golden file uses the sample %.*s", (int)n, t->unused.s + at);
		at += n + 1;
	}
}

void
check_golden(struct sh_trial *t)
{
	unsigned written = 0;

	if (!t->options->golden) {
		trial_skip(t, "no golden files were given: --golden DIR");
		return;
	}
	if (!t->golden_set)
		return;
	for (size_t i = 0; i < t->ngolden; i++)
		golden_file(t, &t->golden[i], &written);
	golden_coverage(t);
	golden_samples(t);
	if (t->options->write)
		trial_summary(t, "%zu files, %u of them written: read the difference", t->ngolden, written);
	else
		trial_summary(t, "%zu files, each the same twice; every function is asked", t->ngolden);
}
