/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * fuzz/reader.c: the JSON reader against json-c. Both accept or both refuse, and every member reads the same; the
 * differences that base/reader.h states are recognised here, by means that share nothing with the reader.
 *
 * The unit test base_reader links this file too, and feeds it a fixed corpus.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct sh_str fuzz_text;	/* shown when the two differ */

static void
fuzz_expect(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "reader and json-c differ: %s\n%.*s\n", what, (int)fuzz_text.n, fuzz_text.s);
	abort();
}

/* RFC 8259 section 6, by hand: -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)? */
static bool
fuzz_is_number(const char *at, const char *end)
{
	size_t whole, n;

	at += at < end && *at == '-';
	whole = strspn(at, "0123456789");
	if (whole == 0 || (whole > 1 && *at == '0'))
		return false;
	at += whole;
	if (at < end && *at == '.') {
		n = strspn(++at, "0123456789");
		if (n == 0)
			return false;
		at += n;
	}
	if (at < end && (*at == 'e' || *at == 'E')) {
		at++;
		at += at < end && (*at == '+' || *at == '-');
		n = strspn(at, "0123456789");
		if (n == 0)
			return false;
		at += n;
	}
	return at == end;
}

/* Overlong, of surrogates, or past U+10FFFF: the bytes that json-c lets through. */
static bool
fuzz_is_lax_utf8(const unsigned char *p)
{
	return p[0] == 0xc0 || p[0] == 0xc1 || (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f) || p[0] > 0xf4;
}

/* Is there something in this text, which json-c accepted, that RFC 8259 refuses? z ends in NUL. */
static bool
fuzz_is_lax(const char *z)
{
	bool string = false;

	while (*z) {
		size_t number = string ? 0 : strspn(z, "-+.0123456789eE");

		if (fuzz_is_lax_utf8((const unsigned char *)z))
			return true;
		if (number > 0 && (*z == '-' || (*z >= '0' && *z <= '9'))) {
			if (!fuzz_is_number(z, z + number))
				return true;
			z += number;
			continue;
		}
		if (string ? (unsigned char)*z < 0x20 : strchr("'NI", *z) != NULL)
			return true;
		if (*z == '"')
			string = !string;
		else if (string && *z == '\\' && z[1])
			z++;
		z++;
	}
	return false;
}

/* json-c 0.16 takes a code point made of a pair for a surrogate again if its low 16 bits look like one: U+1D800. */
static bool
fuzz_is_mistaken_pair(struct sh_str raw)
{
	char unit[13] = "";
	unsigned high, low;

	for (size_t i = 0; i + 1 < raw.n; i++) {
		if (raw.s[i] != '\\')
			continue;
		memcpy(unit, raw.s + i, raw.n - i < 12 ? raw.n - i : 12);
		if (raw.n - i >= 12 && sscanf(unit, "\\u%4x\\u%4x", &high, &low) == 2 && high >= 0xd800 && high < 0xdc00 &&
		    low >= 0xdc00 && low < 0xe000 && ((((high & 0x3ff) << 10) + (low & 0x3ff)) & 0xf800) == 0xd800)
			return true;
		i++;
	}
	return false;
}

static bool
fuzz_json_c(const char *z, size_t n, struct json_object **ret)
{
	struct json_tokener *t = json_tokener_new_ex(64);
	bool good;

	json_tokener_set_flags(t, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	/* With its NUL, so that a number at the end is known to be over. */
	*ret = json_tokener_parse_ex(t, z, (int)n + 1);
	good = json_tokener_get_error(t) == json_tokener_success && json_tokener_get_parse_end(t) == n;
	json_tokener_free(t);
	if (good)
		return true;
	json_object_put(*ret);
	*ret = NULL;
	return false;
}

static void fuzz_compare(struct sh_arena *, const struct sh_json *, struct json_object *);

static void
fuzz_compare_number(const struct sh_json *j, struct json_object *o)
{
	struct sh_str raw = sh_reader_raw(j);
	char *z = strndup(raw.s, raw.n);
	int64_t v;

	if (sh_reader_int(j, &v)) {
		fuzz_expect(json_object_is_type(o, json_type_int) && json_object_get_int64(o) == v, "an integer");
	} else if (json_object_is_type(o, json_type_int)) {
		errno = 0;
		(void)strtoll(z, NULL, 10);
		fuzz_expect(errno == ERANGE, "an integer that fits");
	} else
		fuzz_expect(json_object_get_double(o) == strtod(z, NULL), "a fraction");
	free(z);
}

static void
fuzz_compare_object(struct sh_arena *a, const struct sh_json *j, struct json_object *o)
{
	const struct sh_json *m;
	int names = 0;

	if (fuzz_is_mistaken_pair(sh_reader_raw(j)))
		return;
	/* json-c has cut a name with NUL in it, and perhaps replaced another member by what is left. */
	for (m = sh_reader_first(j); m; m = sh_reader_next(m))
		if (!sh_reader_key(a, m).s)
			return;
	for (m = sh_reader_first(j); m; m = sh_reader_next(m)) {
		struct sh_str key = sh_reader_key(a, m);
		struct json_object *value;

		if (sh_reader_get(j, key) != m)
			continue;
		names++;
		fuzz_expect(json_object_object_get_ex(o, sh_arena_z(a, key), &value), "a name");
		fuzz_compare(a, m, value);
	}
	fuzz_expect(names == json_object_object_length(o), "the number of names");
}

static void
fuzz_compare(struct sh_arena *a, const struct sh_json *j, struct json_object *o)
{
	static const enum json_type types[] = {
		[SH_JSON_NULL] = json_type_null, [SH_JSON_BOOL] = json_type_boolean, [SH_JSON_NUMBER] = json_type_double,
		[SH_JSON_STRING] = json_type_string, [SH_JSON_ARRAY] = json_type_array, [SH_JSON_OBJECT] = json_type_object
	};
	enum json_type type = json_object_get_type(o);
	size_t i = 0;

	fuzz_expect((type == json_type_int ? json_type_double : type) == types[sh_reader_type(j)], "a type");
	if (type == json_type_boolean)
		fuzz_expect(sh_reader_true(j) == json_object_get_boolean(o), "true or false");
	else if (type == json_type_int || type == json_type_double)
		fuzz_compare_number(j, o);
	else if (type == json_type_string) {
		struct sh_str theirs = { json_object_get_string(o), (size_t)json_object_get_string_len(o) };
		struct sh_str ours = sh_reader_str(a, j);

		if (!fuzz_is_mistaken_pair(sh_reader_raw(j)))
			fuzz_expect(memchr(theirs.s, '\0', theirs.n) ? !ours.s : sh_str_eq(ours, theirs), "a string");
	} else if (type == json_type_array) {
		for (const struct sh_json *e = sh_reader_first(j); e; e = sh_reader_next(e))
			fuzz_compare(a, e, json_object_array_get_idx(o, i++));
		fuzz_expect(i == json_object_array_length(o), "the length of an array");
	} else if (type == json_type_object)
		fuzz_compare_object(a, j, o);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	SH_CLEANUP(sh_arena_freep) struct sh_arena *a = sh_arena_new((size_t)256 << 20);
	const struct sh_json *ours;
	struct json_object *theirs;
	char *exact = malloc(n ? n : 1), *z = malloc(n + 1);
	size_t at = 0;
	bool good;

	/* No NUL behind the reader's copy: reading past its end is then seen. */
	if (n)
		memcpy(exact, data, n);
	memcpy(z, exact, n);
	z[n] = '\0';
	fuzz_text = (struct sh_str){ z, n };
	ours = sh_reader_parse(a, (struct sh_str){ exact, n }, &at);
	good = fuzz_json_c(z, n, &theirs);
	if (ours && good)
		fuzz_compare(a, ours, theirs);
	else if (ours)
		fuzz_expect(false, "only the reader accepts");
	else {
		fuzz_expect(at <= n, "the offset of the error");
		fuzz_expect(!good || fuzz_is_lax(z), "only json-c accepts");
	}
	json_object_put(theirs);
	free(exact);
	free(z);
	return 0;
}
