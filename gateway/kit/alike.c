/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/alike.c: says a body the same as another one? Order of members and blanks do not count.
 */
#include "gateway/base/encode.h"
#include "gateway/base/reader.h"
#include "gateway/kit/golden.h"

#define ALIKE_FORM_MAX 1000

static bool
alike_is_listed(struct sh_str words, struct sh_str name)
{
	for (size_t at = 0; at < words.n;) {
		const char *blank = memchr(words.s + at, ' ', words.n - at);
		size_t n = blank ? (size_t)(blank - words.s) - at : words.n - at;

		if (sh_str_eq((struct sh_str){ words.s + at, n }, name))
			return true;
		at += n + 1;
	}
	return false;
}

/* ---- JSON ---- */

static struct sh_str alike_json(
    struct sh_arena *, const struct sh_json *ours, const struct sh_json *theirs, struct sh_str path, struct sh_str except);

static struct sh_str
alike_object(struct sh_arena *a, const struct sh_json *ours, const struct sh_json *theirs, struct sh_str path, struct sh_str except)
{
	const struct sh_json *objects[] = { theirs, ours };

	for (int i = 0; i < 2; i++)
		for (const struct sh_json *m = sh_reader_first(objects[i]); m; m = sh_reader_next(m)) {
			struct sh_str key = sh_reader_key(a, m), differs;

			if (alike_is_listed(except, key))
				continue;
			/* Of two members with one name the last counts, so by name on both sides. */
			differs = alike_json(a, sh_reader_get(ours, key), sh_reader_get(theirs, key),
			    sh_arena_printf(a, "%.*s.%.*s", (int)path.n, path.s, (int)key.n, key.s), SH_NONE);
			if (differs.n)
				return differs;
		}
	return SH_STR("");
}

static struct sh_str
alike_array(struct sh_arena *a, const struct sh_json *ours, const struct sh_json *theirs, struct sh_str path)
{
	const struct sh_json *o = sh_reader_first(ours), *t = sh_reader_first(theirs);

	for (size_t i = 0; o || t; i++) {
		struct sh_str differs = alike_json(a, o, t, sh_arena_printf(a, "%.*s[%zu]", (int)path.n, path.s, i), SH_NONE);

		if (differs.n)
			return differs;
		o = o ? sh_reader_next(o) : NULL;
		t = t ? sh_reader_next(t) : NULL;
	}
	return SH_STR("");
}

static struct sh_str
alike_json(struct sh_arena *a, const struct sh_json *ours, const struct sh_json *theirs, struct sh_str path, struct sh_str except)
{
	enum sh_json_type type = sh_reader_type(theirs);

	if (sh_reader_type(ours) != type)
		return path;
	switch (type) {
	case SH_JSON_OBJECT:
		return alike_object(a, ours, theirs, path, except);
	case SH_JSON_ARRAY:
		return alike_array(a, ours, theirs, path);
	case SH_JSON_STRING:
		return sh_str_eq(sh_reader_str(a, ours), sh_reader_str(a, theirs)) ? SH_STR("") : path;
	case SH_JSON_NUMBER:
	case SH_JSON_BOOL:
		return sh_str_eq(sh_reader_raw(ours), sh_reader_raw(theirs)) ? SH_STR("") : path;
	default:
		return SH_STR("");
	}
}

/* ---- forms: of one name the order counts, among names it does not ---- */

static struct sh_str
alike_value(const struct sh_pair *pairs, size_t n, struct sh_str name, size_t which)
{
	for (size_t i = 0; i < n; i++)
		if (sh_str_eq(pairs[i].name, name) && which-- == 0)
			return pairs[i].value;
	return SH_NONE;
}

static struct sh_str
alike_form(struct sh_arena *a, struct sh_str ours, struct sh_str theirs, struct sh_str except)
{
	size_t n[2];
	const struct sh_pair *pairs[] = { sh_encode_form_decode(a, ours, ALIKE_FORM_MAX, &n[0]),
		sh_encode_form_decode(a, theirs, ALIKE_FORM_MAX, &n[1]) };

	if (!pairs[0] || !pairs[1])
		return SH_STR(" that is neither JSON nor a form");
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < n[side]; i++) {
			struct sh_str name = pairs[side][i].name;
			size_t before = 0;

			for (size_t k = 0; k < i; k++)
				before += sh_str_eq(pairs[side][k].name, name);
			if (!alike_is_listed(except, name) &&
			    !sh_str_eq(alike_value(pairs[0], n[0], name, before), alike_value(pairs[1], n[1], name, before)))
				return sh_arena_printf(a, ".%.*s", (int)name.n, name.s);
		}
	return SH_STR("");
}

struct sh_str
sh_alike(struct sh_arena *a, struct sh_str ours, struct sh_str theirs, struct sh_str except)
{
	const struct sh_json *o = sh_reader_parse(a, ours, NULL), *t = sh_reader_parse(a, theirs, NULL);

	if (!t)
		return alike_form(a, ours, theirs, except);
	return alike_json(a, o, t, SH_STR("body"), except);
}
