/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/golden.c: a folder of golden files, and a file as lines of words.
 *
 * Each fault is one line that names file, line, what was found and what was expected: these files are written by hand.
 */
#include "gateway/kit/golden.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "gateway/base/text.h"
#include "gateway/kit/files.h"
#include "gateway/kit/private.h"

#define GOLDEN_SUFFIX ".golden"
#define GOLDEN_DEFAULTS "defaults"
#define GOLDEN_SET_BYTES ((size_t)16 << 20)

/* All that may begin a line. */
static const char *const golden_words[] = { "run", "at", "set", "old", "webhook_url", "samples", "covers", "method", "url",
	"header", "body", "text", "found", "refused", "variable", "status", "cursor", "id", "from", "from_id", "from_dial", "to",
	"agent", "channel", "dial", "callback", "attempt", "metadata", "from_ms", "until_ms", "sample", "except", "fact", NULL };

/* ---- lines ---- */

static bool
golden_is_word(struct sh_str word)
{
	for (size_t i = 0; golden_words[i]; i++)
		if (sh_str_is(word, golden_words[i]))
			return true;
	return false;
}

static enum sh_status
golden_line(struct sh_arena *a, struct golden_lines *l, unsigned number, struct sh_str line, struct sh_error *e)
{
	const char *blank = memchr(line.s, ' ', line.n), *near;
	struct sh_str word = { line.s, blank ? (size_t)(blank - line.s) : line.n };

	if (!golden_is_word(word)) {
		near = sh_text_nearest(word, golden_words);
		return sh_fail(e, SH_EINVALID, "%s:%u: \"%.*s\"%s%s%s", l->file, number, word.n > 40 ? 40 : (int)word.n, word.s,
		    near ? "; did you mean \"" : ", which is none of the words of a golden file", near ? near : "",
		    near ? "\"?" : "");
	}
	if (!blank)
		return sh_fail(e, SH_EINVALID, "%s:%u: \"%.*s\" without a value", l->file, number, (int)word.n, word.s);
	if (l->n == GOLDEN_LINES)
		return sh_fail(e, SH_ETOOBIG, "%s:%u: more than %d lines", l->file, number, GOLDEN_LINES);
	l->number[l->n] = number;
	l->at[l->n++] = (struct sh_pair){ word, sh_arena_str(a, (struct sh_str){ blank + 1, line.n - word.n - 1 }) };
	return SH_OK;
}

enum sh_status
golden_split(struct sh_arena *a, struct golden_lines *l, struct sh_str text, size_t *ret_end, struct sh_error *e)
{
	size_t at = 0;

	for (unsigned number = 1; at < text.n && text.s[at] != '\n'; number++) {
		const char *end = memchr(text.s + at, '\n', text.n - at);
		struct sh_str line = { text.s + at, end ? (size_t)(end - text.s) - at : text.n - at };

		at += line.n + (end != NULL);
		if (line.s[0] != '#' && golden_line(a, l, number, line, e) != SH_OK)
			return e->status;
	}
	*ret_end = at < text.n ? at + 1 : text.n;
	return SH_OK;
}

enum sh_status
golden_check_settings(const struct golden_lines *l, const struct sh_driver_loaded *driver, struct sh_error *e)
{
	struct sh_error why;

	for (size_t i = 0; i < l->n; i++) {
		struct sh_str s = l->at[i].value, name = s, value = SH_NONE;
		const char *equals = memchr(s.s, '=', s.n);

		if (!sh_str_is(l->at[i].name, "set"))
			continue;
		if (!equals)
			return sh_fail(e, SH_EINVALID, "%s:%u: expected name=value, found \"%.*s\"", l->file, l->number[i],
			    s.n > 80 ? 80 : (int)s.n, s.s);
		name.n = (size_t)(equals - s.s);
		value = (struct sh_str){ equals + 1, s.n - name.n - 1 };
		if (sh_driver_check_setting(driver, name, value, &why) != SH_OK)
			return sh_fail(e, SH_EINVALID, "%s:%u: %s", l->file, l->number[i], why.text);
	}
	return SH_OK;
}

struct sh_str
golden_find(const struct golden_lines *l, const char *word)
{
	return sh_pair_get(l->at, l->n, word);
}

/* ---- the folder ---- */

static int
golden_is_file(const struct dirent *d)
{
	size_t n = strlen(d->d_name), suffix = strlen(GOLDEN_SUFFIX);

	return n > suffix && strcmp(d->d_name + n - suffix, GOLDEN_SUFFIX) == 0;
}

static int
golden_order(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* One folder of samples may serve several drivers, as it does here. */
static const char *
golden_samples(const struct sh_golden_set *set, const char *dir)
{
	struct sh_str said = golden_find(&set->defaults, "samples"), path;

	if (said.s)
		return sh_arena_printf(set->arena, "%s/%.*s", dir, (int)said.n, said.s).s;
	path = sh_arena_printf(set->arena, "%s/../samples/%s", dir, set->driver->name);
	return path.s && access(path.s, X_OK) == 0 ? path.s : sh_arena_printf(set->arena, "%s/../samples", dir).s;
}

static enum sh_status
golden_open(struct sh_golden_set *set, const char *dir, struct sh_error *e)
{
	struct sh_str path, text = SH_STR("");
	enum sh_status st;
	size_t end;

	set->dir = sh_arena_z(set->arena, sh_str(dir));
	set->nfiles = scandir(dir, &set->files, golden_is_file, golden_order);
	if (set->nfiles < 0)
		return sh_fail(e, errno == ENOENT ? SH_EABSENT : SH_ESYSTEM, "golden files' folder %s: %s", dir, strerror(errno));
	path = sh_arena_printf(set->arena, "%s/" GOLDEN_DEFAULTS, dir);
	st = sh_file_read(set->arena, path.s, &text, e);
	if (st != SH_OK && st != SH_EABSENT)
		return st;
	set->defaults.file = path.s;
	if (golden_split(set->arena, &set->defaults, text, &end, e) != SH_OK ||
	    golden_check_settings(&set->defaults, set->driver, e) != SH_OK)
		return e->status;
	set->samples = golden_samples(set, dir);
	return set->samples ? SH_OK : sh_fail(e, SH_ESYSTEM, "no memory for golden files");
}

enum sh_status
sh_golden_open(const char *dir, const struct sh_driver_loaded *driver, struct sh_golden_set **ret, struct sh_error *e)
{
	struct sh_golden_set *set = calloc(1, sizeof(*set));

	*ret = NULL;
	if (!set || !(set->arena = sh_arena_new(GOLDEN_SET_BYTES))) {
		free(set);
		return sh_fail(e, SH_ESYSTEM, "no memory for golden files");
	}
	set->driver = driver;
	if (golden_open(set, dir, e) != SH_OK) {
		sh_golden_close(set);
		return e->status;
	}
	*ret = set;
	return SH_OK;
}

void
sh_golden_close(struct sh_golden_set *set)
{
	if (!set)
		return;
	for (int i = 0; i < set->nfiles; i++)
		free(set->files[i]);
	free(set->files);
	sh_arena_free(set->arena);
	free(set);
}

size_t
sh_golden_count(const struct sh_golden_set *set)
{
	return (size_t)set->nfiles;
}

const char *
sh_golden_name(const struct sh_golden_set *set, size_t i)
{
	assert(i < (size_t)set->nfiles);
	return set->files[i]->d_name;
}

static bool
golden_is_used(const struct sh_golden_set *set, struct sh_str name)
{
	for (const struct golden_used *u = set->used; u; u = u->next)
		if (sh_str_eq(u->name, name))
			return true;
	return false;
}

size_t
sh_golden_unused(const struct sh_golden_set *set, struct sh_buf *b)
{
	struct dirent **files;
	size_t seen = 0;
	int n = scandir(set->samples, &files, NULL, golden_order);

	for (int i = 0; i < n; i++) {
		if (files[i]->d_name[0] != '.') {
			seen++;
			if (!golden_is_used(set, sh_str(files[i]->d_name)))
				sh_buf_printf(b, "%s\n", files[i]->d_name);
		}
		free(files[i]);
	}
	if (n >= 0)
		free(files);
	return seen;
}

/* ---- a file ---- */

void
sh_golden_clear(struct sh_golden *g)
{
	sh_arena_free(g->arena);
	g->arena = NULL;
}

/* Of what is neither JSON nor a form, such as XML, every byte counts but the last line's end. */
static struct sh_str
golden_alike(const struct sh_golden *g, struct sh_str ours)
{
	struct sh_str theirs = g->sample;

	while (theirs.n > 0 && theirs.s[theirs.n - 1] == '\n')
		theirs.n--;
	return sh_str_eq(ours, theirs) ? SH_STR("") : sh_alike(g->arena, ours, g->sample, g->except);
}

void
sh_golden_run(const struct sh_golden *g, struct sh_buf *b)
{
	struct sh_case_answer a;
	struct sh_str differs;

	sh_case_put(&g->question, g->driver, &a);
	sh_case_show(&a, b);
	if (g->sample_name.s && a.error.status == SH_OK) {
		differs = golden_alike(g, g->question.what == SH_CASE_WEBHOOK ? a.reply.body : a.request.body);
		if (differs.n)
			sh_buf_printf(b, "unlike %.*s: %.*s\n", (int)g->sample_name.n, g->sample_name.s, (int)differs.n, differs.s);
	}
	sh_case_clear(&a);
}

enum sh_status
sh_golden_write(const struct sh_golden_set *set, const struct sh_golden *g, struct sh_str text, struct sh_error *e)
{
	size_t n = g->head.n;
	struct sh_buf b;
	char path[PATH_MAX];
	enum sh_status st;

	snprintf(path, sizeof(path), "%s/%s", set->dir, g->name);
	sh_buf_init(&b, 2 * SH_FILE_MAX);
	sh_buf_add_str(&b, g->head);
	/* A file that is new may end with its last line, or in the middle of it. */
	if (n > 0 && g->head.s[n - 1] != '\n')
		sh_buf_add_char(&b, '\n');
	if (n < 2 || g->head.s[n - 1] != '\n' || g->head.s[n - 2] != '\n')
		sh_buf_add_char(&b, '\n');
	sh_buf_add_str(&b, text);
	st = sh_file_write(path, sh_buf_str(&b), e);
	sh_buf_clear(&b);
	return st;
}
