/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * What a driver's facts and a provider's analysis mean: the same for every driver, and therefore here.
 */
#include "gateway/base/reader.h"
#include "gateway/base/text.h"
#include "gateway/base/time.h"
#include "gateway/driver/host.h"

/* ---- reasons -------------------------------------------------------------------------------------------- */

static char
meaning_fold(char ch, bool alike)
{
	if (!alike)
		return ch;
	return ch == '-' || ch == '_' ? ' ' : ch >= 'A' && ch <= 'Z' ? (char)(ch | 0x20) : ch;
}

/* Is the word what the pattern says, in which a * stands for anything? One pass, and back to the last * only. */
static bool
meaning_fits(const char *pattern, struct sh_str word, bool alike)
{
	const char *star = NULL;
	size_t at = 0, begin = 0;

	while (at < word.n) {
		if (*pattern == '*') {
			star = ++pattern;
			begin = at;
		} else if (*pattern && meaning_fold(*pattern, alike) == meaning_fold(word.s[at], alike)) {
			pattern++;
			at++;
		} else if (star) {
			pattern = star;
			at = ++begin;
		} else
			return false;
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

/* "status=failed": is that fact that word? */
static bool
meaning_holds(const char *only, const struct sh_pair *facts, size_t n, bool alike)
{
	struct sh_str name = { only, only ? strcspn(only, "=") : 0 };

	for (size_t i = 0; i < n && only; i++)
		if (sh_str_eq(facts[i].name, name))
			return only[name.n] && meaning_fits(only + name.n + 1, facts[i].value, alike);
	return !only;
}

static int
meaning_find(const struct sh_driver_call *c, const struct sh_pair *facts, size_t n)
{
	/* Most rows ask for it, and there are hundreds. */
	struct sh_str reason = sh_text_cut(sh_pair_get(facts, n, "reason"), SH_MEANING_FACT);

	for (uint32_t i = 0; i < c->driver->nreasons; i++) {
		struct sh_reason r = sh_driver_reason(c->driver, i);
		struct sh_str value = r.fact ? sh_text_cut(sh_pair_get(facts, n, r.fact), SH_MEANING_FACT) : reason;

		if (value.n > 0 && meaning_fits(r.reason, value, c->table->reasons_alike) &&
		    meaning_holds(r.only, facts, n, c->table->reasons_alike))
			return (int)i;
	}
	return -1;
}

/* The row as the driver compiled it. */
const struct sh_reason *
sh_meaning_reason(struct sh_ctx *cx, const struct sh_pair *facts, size_t n)
{
	const struct sh_driver_call *c = sh_host_call(cx);
	int i = meaning_find(c, facts, n);

	return i < 0 ? NULL : (const struct sh_reason *)((const char *)c->table->reasons + (size_t)i * c->table->reason_size);
}

struct sh_disposition
sh_meaning_outcome(struct sh_driver_call *c, const struct sh_pair *facts, size_t n)
{
	struct sh_disposition d = { .outcome = SH_OUTCOME_OTHER, .retry = SH_RETRY_NEVER };
	int i = meaning_find(c, facts, n);
	struct sh_reason r = i < 0 ? (struct sh_reason){ 0 } : sh_driver_reason(c->driver, (uint32_t)i);
	bool any = i >= 0 && strcmp(r.reason, "*") == 0;

	if (i >= 0)
		d = r.means;
	c->reason = any ? sh_pair_get(facts, n, r.fact ? r.fact : "reason") : sh_str(r.reason);
	for (; !any && c->reason.n && *c->reason.s == '*'; c->reason.n--)
		c->reason.s++;
	while (!any && c->reason.n && c->reason.s[c->reason.n - 1] == '*')
		c->reason.n--;
	/* A number says nothing without the name of what it numbers. */
	if (r.fact && c->reason.n && strspn(r.reason, "0123456789") == c->reason.n)
		c->reason = sh_arena_printf(c->arena, "%s_%s", r.fact, r.reason);
	c->unknown = n > 0 && (any || i < 0);
	return d;
}

struct sh_str
sh_driver_reason_word(const struct sh_driver_call *c, const struct sh_pair *facts, size_t n)
{
	struct sh_str told = sh_pair_get(facts, n, "reason");

	return sh_str_or(told, sh_str_or(c->reason, sh_pair_get(facts, n, "status")));
}

/* ---- what the provider's analysis found ----------------------------------------------------------------- */

enum { MEANING_CALLBACK, MEANING_TIME, MEANING_DO_NOT_CALL };

const struct sh_setting sh_meaning_settings[SH_MEANING_SETTINGS] = {
	[MEANING_CALLBACK] = { .name = "callback_field",
	    .fallback = "switchhook_callback",
	    .help = "the field of the provider's analysis (boolean) that says whether the callee asked to be called again" },
	[MEANING_TIME] = { .name = "callback_time_field",
	    .fallback = "switchhook_callback_time",
	    .help = "the field of the provider's analysis that says when: RFC 3339 with offset, Unix time, or as it was spoken" },
	[MEANING_DO_NOT_CALL] = { .name = "do_not_call_field",
	    .fallback = "switchhook_do_not_call",
	    .help = "the field of the provider's analysis (boolean) that says that the callee wants no more calls" },
};

static const struct sh_json *
meaning_answer(const struct sh_driver_call *c, const struct sh_json *answers, uint32_t which)
{
	struct sh_str field = sh_setting(c->account, c->driver->nsettings - SH_MEANING_SETTINGS + which);

	return field.n > 0 ? sh_reader_get(answers, field) : NULL;
}

/* Yes or no, as analyses write it. Anything else is unsaid. */
static enum sh_wish
meaning_wish(struct sh_driver_call *c, const struct sh_json *j)
{
	struct sh_str s = sh_reader_type(j) == SH_JSON_BOOL ? sh_reader_raw(j) : sh_reader_str(c->arena, j);

	if (sh_str_like(s, "true") || sh_str_like(s, "yes"))
		return SH_WISH_YES;
	return sh_str_like(s, "false") || sh_str_like(s, "no") ? SH_WISH_NO : SH_WISH_UNSAID;
}

/* When: words or a stamp; a number is Unix time (docs/spoken-times.md, V6), and is read where variables are. */
static struct sh_str
meaning_when(struct sh_driver_call *c, const struct sh_json *j)
{
	return sh_reader_type(j) == SH_JSON_NUMBER ? sh_arena_str(c->arena, sh_reader_raw(j)) : sh_reader_str(c->arena, j);
}

bool
sh_meaning_answers(struct sh_driver_call *c, struct sh_event *e)
{
	const struct sh_json *answers;
	enum sh_wish wish;
	struct sh_str when;
	int64_t ms;

	if (!c->driver->nanswers || !c->account || e->answers.n == 0)
		return false;
	answers = sh_reader_parse(c->arena, e->answers, NULL);
	wish = meaning_wish(c, meaning_answer(c, answers, MEANING_CALLBACK));
	when = meaning_when(c, meaning_answer(c, answers, MEANING_TIME));
	if (wish != SH_WISH_UNSAID)
		e->callback = wish;
	if (when.n > 0 && sh_time_parse_rfc3339(when, &ms)) {
		e->callback_time = when;
		/* Who names an instant wants the call, unless they said no. */
		e->callback = e->callback == SH_WISH_UNSAID ? SH_WISH_YES : e->callback;
	} else if (when.n > 0)
		e->callback_words = when;
	wish = meaning_wish(c, meaning_answer(c, answers, MEANING_DO_NOT_CALL));
	if (sh_arena_failed(c->arena))
		sh_driver_call_fail(c, "it handed over more than one call may hold");
	return wish == SH_WISH_YES;
}
