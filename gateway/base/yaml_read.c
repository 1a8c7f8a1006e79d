/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Faults, and the readers of scalars that add them. */
#include "gateway/base/yaml.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/text.h"

#define FAULTS_SHOWN_MAX 50
#define FAULTS_TEXT_MAX (64 * 1024)
#define YAML_SHOWN_MAX 40

/* ---- faults ---- */

void
sh_faults_init(struct sh_faults *f, const char *file)
{
	*f = (struct sh_faults){ .file = file };
	sh_buf_init(&f->text, FAULTS_TEXT_MAX);
}

void
sh_faults_clear(struct sh_faults *f)
{
	sh_buf_clear(&f->text);
	f->count = 0;
}

void
sh_faults_add(struct sh_faults *f, int line, int column, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (f->count++ >= FAULTS_SHOWN_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (line > 0)
		sh_buf_printf(&f->text, "%s:%d:%d: %s\n", f->file, line, column, text);
	else
		sh_buf_printf(&f->text, "%s: %s\n", f->file, text);
}

struct faults_line {
	const char *text;
	size_t n;
	long line, column;
	size_t nth;
};

static int
faults_order(const void *a, const void *b)
{
	const struct faults_line *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	return x->nth < y->nth ? -1 : x->nth > y->nth;
}

void
sh_faults_sort(struct sh_faults *f)
{
	struct faults_line lines[FAULTS_SHOWN_MAX] = { 0 };
	struct sh_str rest = sh_buf_str(&f->text);
	size_t n = 0, name = strlen(f->file) + 1;
	struct sh_buf sorted;

	while (rest.n > 0 && n < FAULTS_SHOWN_MAX) {
		const char *end = memchr(rest.s, '\n', rest.n);
		struct faults_line *l = &lines[n];

		*l = (struct faults_line){ rest.s, end ? (size_t)(end - rest.s) + 1 : rest.n, LONG_MAX, 0, n };
		if (l->n > name && sscanf(l->text + name, "%ld:%ld:", &l->line, &l->column) != 2)
			l->line = LONG_MAX;
		rest = (struct sh_str){ rest.s + l->n, rest.n - l->n };
		n++;
	}
	qsort(lines, n, sizeof(lines[0]), faults_order);
	sh_buf_init(&sorted, FAULTS_TEXT_MAX);
	for (size_t i = 0; i < n; i++)
		if (i > 0 && lines[i].n == lines[i - 1].n && memcmp(lines[i].text, lines[i - 1].text, lines[i].n) == 0)
			f->count--;
		else
			sh_buf_add(&sorted, lines[i].text, lines[i].n);
	sh_buf_clear(&f->text);
	f->text = sorted;
}

/* ---- what was found ---- */

/* Printable ASCII and whole characters of UTF-8 stay; the rest is a question mark. */
static void
yaml_show(struct sh_str s, char out[YAML_SHOWN_MAX + 8])
{
	size_t n = s.n;
	const char *cut = "";

	if (n > YAML_SHOWN_MAX) {
		n = YAML_SHOWN_MAX - 3;
		while (n > 0 && ((unsigned char)s.s[n] & 0xc0) == 0x80)
			n--;
		cut = "...";
	}
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s.s[i];

		/* U+0080 to U+009F begin with C2 and move cursors as well as C0 does */
		bool control = c < 0x20 || c == 0x7f || (c == 0xc2 && i + 1 < n && (unsigned char)s.s[i + 1] < 0xa0);
		out[i] = control ? '?' : (char)c;
		if (control && c == 0xc2)
			out[++i] = '?';
	}
	snprintf(out + n, 8, "%s", cut);
}

static bool
yaml_is_null(const struct sh_yaml *y)
{
	return y->plain && (y->value.n == 0 || sh_str_is(y->value, "~") || sh_text_equal_nocase(y->value, SH_STR("null")));
}

const char *
sh_yaml_found(const struct sh_yaml *y, char out[80])
{
	char shown[YAML_SHOWN_MAX + 8];

	if (y->type == SH_YAML_LIST)
		return "a list";
	if (y->type == SH_YAML_MAP)
		return "a mapping";
	if (yaml_is_null(y))
		return "nothing";
	yaml_show(y->value, shown);
	snprintf(out, 80, "\"%s\"", shown);
	return out;
}

void
sh_yaml_expected(const struct sh_yaml *y, struct sh_faults *f, const char *what)
{
	char found[80];

	sh_faults_add(f, y->line, y->column, "expected %s, found %s", what, sh_yaml_found(y, found));
}

/* ---- maps ---- */

const struct sh_yaml *
sh_yaml_get(const struct sh_yaml *map, const char *key)
{
	if (!map || map->type != SH_YAML_MAP)
		return NULL;
	for (const struct sh_yaml *y = map->first; y; y = y->next)
		if (sh_str_is(y->key, key))
			return y;
	return NULL;
}

static int
yaml_by_key(const void *a, const void *b)
{
	const struct sh_yaml *x = *(const struct sh_yaml *const *)a, *y = *(const struct sh_yaml *const *)b;
	size_t n = x->key.n < y->key.n ? x->key.n : y->key.n;
	int order = memcmp(x->key.s, y->key.s, n);

	if (order == 0 && x->key.n != y->key.n)
		order = x->key.n < y->key.n ? -1 : 1;
	if (order == 0)
		order = x->key_line != y->key_line ? x->key_line - y->key_line : x->key_column - y->key_column;
	return order;
}

/* Sorted, so that a map of ten thousand keys costs no hundred million comparisons. */
void
sh_yaml_unique_keys(struct sh_arena *a, const struct sh_yaml *map, struct sh_faults *f)
{
	const struct sh_yaml **keys;
	char shown[80];
	size_t n = 0;

	for (const struct sh_yaml *y = map->first; y; y = y->next)
		n++;
	keys = sh_arena_array(a, const struct sh_yaml *, n + 1);
	if (!keys)
		return;		/* the arena stays failed, which both parsers look at last */
	n = 0;
	for (const struct sh_yaml *y = map->first; y; y = y->next)
		keys[n++] = y;
	qsort(keys, n, sizeof(*keys), yaml_by_key);
	for (size_t i = 1; i < n; i++) {
		struct sh_yaml name = { .type = SH_YAML_SCALAR, .value = keys[i]->key };

		if (sh_str_eq(keys[i - 1]->key, keys[i]->key))
			sh_faults_add(f, keys[i]->key_line, keys[i]->key_column, "duplicate key %s; first at %d:%d",
				sh_yaml_found(&name, shown), keys[i - 1]->key_line, keys[i - 1]->key_column);
	}
}

void
sh_yaml_check_keys(const struct sh_yaml *map, const char *const *names, struct sh_faults *f)
{
	if (!map)
		return;
	if (map->type != SH_YAML_MAP) {
		sh_yaml_expected(map, f, "a mapping");
		return;
	}
	for (const struct sh_yaml *y = map->first; y; y = y->next) {
		char shown[YAML_SHOWN_MAX + 8];
		const char *near = sh_text_nearest(y->key, names);

		if (near && sh_str_is(y->key, near))
			continue;
		yaml_show(y->key, shown);
		if (near)
			sh_faults_add(f, y->key_line, y->key_column, "unknown key \"%s\"; did you mean \"%s\"?", shown, near);
		else
			sh_faults_add(f, y->key_line, y->key_column, "unknown key \"%s\"", shown);
	}
}

/* ---- scalars ---- */

bool
sh_yaml_str(const struct sh_yaml *y, struct sh_faults *f, struct sh_str *ret)
{
	if (!y)
		return false;
	if (y->type != SH_YAML_SCALAR || yaml_is_null(y)) {
		sh_yaml_expected(y, f, "text");
		return false;
	}
	*ret = y->value;
	return true;
}

/* "012" is eight, ten or twelve, according to whom one asks: refused. */
static bool
yaml_is_decimal(struct sh_str s)
{
	if (s.n > 0 && s.s[0] == '-')
		s = (struct sh_str){ s.s + 1, s.n - 1 };
	return !(s.n > 1 && s.s[0] == '0');
}

bool
sh_yaml_int(const struct sh_yaml *y, int64_t min, int64_t max, struct sh_faults *f, int64_t *ret)
{
	char what[96];
	int64_t v;

	if (!y)
		return false;
	if (y->type == SH_YAML_SCALAR && y->plain && yaml_is_decimal(y->value) && sh_text_int(y->value, &v) &&
	    v >= min && v <= max) {
		*ret = v;
		return true;
	}
	snprintf(what, sizeof(what), "a whole number from %" PRId64 " to %" PRId64, min, max);
	sh_yaml_expected(y, f, what);
	return false;
}

bool
sh_yaml_bool(const struct sh_yaml *y, struct sh_faults *f, bool *ret)
{
	static const char *const words[] = { "false", "true", "no", "yes", "off", "on" };

	if (!y)
		return false;
	for (size_t i = 0; y->type == SH_YAML_SCALAR && y->plain && i < SH_LENGTH(words); i++)
		if (sh_text_equal_nocase(y->value, sh_str(words[i]))) {
			*ret = i % 2 == 1;
			return true;
		}
	sh_yaml_expected(y, f, "true or false");
	return false;
}

bool
sh_yaml_duration(const struct sh_yaml *y, struct sh_faults *f, int64_t *ret_s)
{
	if (!y)
		return false;
	if (y->type == SH_YAML_SCALAR && sh_text_duration(y->value, ret_s))
		return true;
	sh_yaml_expected(y, f, "a duration such as 30s, 10m, 4h or 1h30m");
	return false;
}

bool
sh_yaml_choice(const struct sh_yaml *y, const char *const *names, struct sh_faults *f, int *ret)
{
	char list[160] = "";
	size_t used = 0;

	if (!y)
		return false;
	for (int i = 0; names[i]; i++) {
		if (y->type == SH_YAML_SCALAR && sh_str_is(y->value, names[i])) {
			*ret = i;
			return true;
		}
		if (used < sizeof(list))
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
				i == 0 ? "" : names[i + 1] ? ", " : " or ", names[i]);
	}
	sh_yaml_expected(y, f, list);
	return false;
}
