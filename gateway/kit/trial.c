/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/trial.c: a process for each check; what ends it becomes a line of the report.
 */
#include "gateway/kit/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/crypto/digest.h"
#include "gateway/kit/cage.h"

#define TRIAL_ARENA_BYTES ((size_t)1 << 30)
#define TRIAL_DEATHS 8 /* after so many the rest is left out; one that does not return counts for four */
#define TRIAL_WALL_S 900 /* a check that makes no progress outside of the driver is a fault of ours */
#define TRIAL_SAID ((size_t)1 << 20)

const char *const trial_names[SH_CHECK_COUNT] = {
#define CHECK(id_, confined_, help_) #id_,
#include "gateway/kit/check.def"
};
const char *const trial_help[SH_CHECK_COUNT] = {
#define CHECK(id_, confined_, help_) help_,
#include "gateway/kit/check.def"
};
static const bool trial_confined[SH_CHECK_COUNT] = {
#define CHECK(id_, confined_, help_) confined_,
#include "gateway/kit/check.def"
};
static void (*const trial_runs[SH_CHECK_COUNT])(struct sh_trial *) = {
#define CHECK(id_, confined_, help_) check_##id_,
#include "gateway/kit/check.def"
};

/* ---- lines ---- */

static void
trial_line(struct trial_page *p, enum sh_check check, enum sh_said said, const char *fmt, va_list args)
{
	struct trial_line *l;

	if (p->nlines >= TRIAL_LINES) {
		p->lost++;
		return;
	}
	l = &p->lines[p->nlines];
	*l = (struct trial_line){ .check = (uint8_t)check, .said = (uint8_t)said };
	vsnprintf(l->text, sizeof(l->text), fmt, args);
	p->nlines++;
}

static void SH_PRINTF(4, 5) trial_tell(struct trial_page *p, enum sh_check check, enum sh_said said, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	trial_line(p, check, said, fmt, args);
	va_end(args);
}

void
trial_say(struct sh_trial *t, enum sh_said said, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	trial_line(t->page, t->check, said, fmt, args);
	va_end(args);
}

static void
trial_tell_lines(struct trial_page *p, enum sh_check check, struct sh_str text, unsigned most)
{
	for (size_t at = 0; at < text.n && most > 0; most--) {
		const char *end = memchr(text.s + at, '\n', text.n - at);
		size_t n = end ? (size_t)(end - text.s) - at : text.n - at;

		trial_tell(p, check, SH_SAID_MORE, "%.*s", n > TRIAL_TEXT ? TRIAL_TEXT : (int)n, text.s + at);
		at += n + 1;
	}
}

void
trial_quote(struct sh_trial *t, struct sh_str text, unsigned most)
{
	trial_tell_lines(t->page, t->check, text, most);
}

void
trial_summary(struct sh_trial *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(t->page->summary[t->check], TRIAL_TEXT, fmt, args);
	va_end(args);
}

void
trial_skip(struct sh_trial *t, const char *why)
{
	t->page->skipped[t->check] = true;
	trial_summary(t, "%s", why);
}

bool
trial_put(struct sh_trial *t, const struct sh_case *q, struct sh_case_answer *a, const char *fmt, ...)
{
	va_list args;

	if (++t->page->watch.serial <= t->resume)
		return false;
	va_start(args, fmt);
	vsnprintf(t->page->doing, sizeof(t->page->doing), fmt, args);
	va_end(args);
	t->page->questions[t->check]++;
	sh_case_put(q, t->driver, a);
	return true;
}

/* ---- in the process ---- */

/* Libraries open what they need when they are used first; behind the filter that would be the driver's fault. */
static void
trial_warm(void)
{
	const struct sh_str part = SH_STR("x");
	uint8_t out[64], key[32] = { 0 }, signature[64] = { 0 };

	for (int h = SH_SHA1; h <= SH_SHA512; h++) {
		sh_digest((enum sh_hash)h, &part, 1, out);
		sh_digest_hmac((enum sh_hash)h, part, &part, 1, out);
	}
	(void)sh_digest_ed25519(key, signature, part);
}

static void
trial_read_golden(struct sh_trial *t)
{
	struct sh_error e;
	size_t n;

	if (!t->options->golden)
		return;
	if (sh_golden_open(t->options->golden, t->driver, &t->golden_set, &e) != SH_OK) {
		if (t->check == SH_CHECK_golden)
			trial_fault(t, "%s", e.text);
		return;
	}
	n = sh_golden_count(t->golden_set);
	t->golden = sh_arena_array(t->arena, struct sh_golden, n ? n : 1);
	for (size_t i = 0; t->golden && i < n; i++) {
		if (sh_golden_read(t->golden_set, i, &t->golden[t->ngolden], &e) == SH_OK)
			t->ngolden++;
		else if (t->check == SH_CHECK_golden)
			trial_fault(t, "%s", e.text);
	}
	sh_buf_init(&t->unused, TRIAL_SAID);
	sh_golden_unused(t->golden_set, &t->unused);
}

static void
trial_child(struct sh_trial *t, int said)
{
	struct sh_error e;
	bool writes = t->options->write && t->check == SH_CHECK_golden;
	struct guard guard;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	dup2(null, STDOUT_FILENO);
	dup2(said, STDERR_FILENO);
	/* Before the limit of files' sizes, which would hold for its memory, too. */
	t->guard = &guard;
	if (t->check == SH_CHECK_hostile && guard_open(&guard, &e) != SH_OK) {
		trial_fault(t, "%s", e.text);
		_exit(1);
	}
	watch_begin(&t->page->watch, t->options->write ? 0 : TRIAL_SAID);
	sh_log_set_level(SH_LOG_ERROR);
	t->arena = sh_arena_new(TRIAL_ARENA_BYTES);
	/* The cost is counted by a process of its own, and golden files are written; by then it has been loaded in a cage. */
	if (t->check != SH_CHECK_cost && !writes && sh_cage_loading(&t->page->watch.call, &e) != SH_OK) {
		trial_fault(t, "%s", e.text);
		_exit(1);
	}
	if (!t->arena || sh_drivers_load_file(t->options->file, &t->set, &e) != SH_OK) {
		trial_fault(t, "no memory to load it");
		_exit(1);
	}
	t->driver = sh_drivers_at(t->set, 0);
	if (!t->driver->refused)
		trial_read_golden(t);
	trial_warm();
	if (trial_confined[t->check] && !writes && sh_cage(&t->page->watch.call, &e) != SH_OK) {
		trial_fault(t, "%s", e.text);
		_exit(1);
	}
	trial_runs[t->check](t);
	t->page->watch.done = true;
	_exit(0);
}

/* ---- beside it ---- */

/* What the process said last: a sanitizer's report, or an assertion of ours that it broke. */
static void
trial_last_words(struct trial_page *p, enum sh_check check, int said)
{
	char text[4096];
	ssize_t n = pread(said, text, sizeof(text), 0);

	if (n > 0)
		trial_tell_lines(p, check, (struct sh_str){ text, (size_t)n }, 12);
}

static void
trial_died(struct trial_page *p, enum sh_check check, int status, bool stuck, int said)
{
	char how[TRIAL_TEXT], doing[TRIAL_TEXT], function[SH_BOARD_NAME];

	/* Not necessarily strings any more. */
	memcpy(doing, p->doing, sizeof(doing));
	memcpy(function, p->watch.inside.function, sizeof(function));
	doing[sizeof(doing) - 1] = function[sizeof(function) - 1] = '\0';
	watch_how(&p->watch, status, stuck, how);
	if (p->watch.inside.since_ms != 0 && *doing)
		trial_tell(p, check, SH_SAID_FAULT, "%s %s: %s", function, how, doing);
	else if (p->watch.inside.since_ms != 0)
		trial_tell(p, check, SH_SAID_FAULT, "to %s it %s", function, how);
	else
		trial_tell(p, check, SH_SAID_FAULT, "the check itself %s%s%s", how, *doing ? ", after: " : "", doing);
	trial_last_words(p, check, said);
}

/* One process; returns by how much it counts as a death: 0 if it came to its end. */
static unsigned
trial_once(const struct sh_check_options *o, enum sh_check check, struct trial_page *p, uint64_t resume)
{
	struct sh_trial t = { .options = o, .check = check, .page = p, .resume = resume };
	int said = memfd_create("said", MFD_CLOEXEC), status = 0;
	bool stuck;
	pid_t child;

	p->watch.done = false;
	p->watch.call = -1;
	p->watch.serial = 0;
	p->doing[0] = '\0';
	p->watch.inside = (struct sh_driver_inside){ 0 };
	fflush(NULL);
	child = said < 0 ? -1 : fork();
	if (child == 0)
		trial_child(&t, said);
	if (child < 0) {
		trial_tell(p, check, SH_SAID_FAULT, "no process for the check: %s", strerror(errno));
		if (said >= 0)
			close(said);
		return 0;
	}
	stuck = watch_wait(child, &p->watch, TRIAL_WALL_S, &status);
	if (!p->watch.done)
		trial_died(p, check, status, stuck, said);
	close(said);
	return p->watch.done ? 0 : stuck ? 4 : 1;
}

void
trial_run(const struct sh_check_options *o, enum sh_check check, struct trial_page *p)
{
	uint64_t resume = 0;
	unsigned deaths = 0, more;

	while ((more = trial_once(o, check, p, resume)) > 0) {
		if (check != SH_CHECK_hostile || p->watch.serial <= resume)
			return;
		if ((deaths += more) >= TRIAL_DEATHS) {
			trial_tell(p, check, SH_SAID_NOTE, "so many deaths that the rest was left out");
			return;
		}
		resume = p->watch.serial;
	}
}
