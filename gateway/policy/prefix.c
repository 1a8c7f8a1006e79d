/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/policy/prefix.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/text.h"
#include "gateway/policy/prefix_table.h"

#define PREFIX_NORTH_AMERICA '1'
/* Zones whose clocks agree in these years are one: nothing is scheduled before, and few rules are known beyond. */
#define CLOCKS_FROM_MS (INT64_C(20089) * SH_DAY_MS) /* 2025-01-01 */
#define CLOCKS_UNTIL_MS (INT64_C(25567) * SH_DAY_MS) /* 2040-01-01 */

/* A list of the table's text, resolved. */
struct prefix_zones {
	const struct sh_zone *z[SH_PREFIX_ZONES_MAX];
	uint32_t n;
};

struct sh_prefixes {
	struct sh_prefix_row *rows; /* the table's and the overlay's, by key */
	size_t nrows;
	struct prefix_zones *lists; /* rows[].zones - 1 */
	size_t nlists;
	const char **states; /* rows[].states - 1; the table's, then the overlay's */
	size_t nstates;
	struct sh_arena *arena; /* of the overlay's texts */
	struct prefix_zones outer; /* of +1: its outermost clocks */
};

/* ---- clocks ---- */

void
sh_clocks_add(const struct sh_zone **zones, uint32_t *n, uint32_t max, const struct sh_zone *z)
{
	for (uint32_t i = 0; i < *n; i++)
		if (sh_zone_agrees(zones[i], z, CLOCKS_FROM_MS, CLOCKS_UNTIL_MS))
			return;
	if (*n < max)
		zones[(*n)++] = z;
}

static void
prefix_add_zone(struct prefix_zones *list, const struct sh_zone *z)
{
	sh_clocks_add(list->z, &list->n, SH_PREFIX_ZONES_MAX, z);
}

/* The next word of a text; false at its end. */
static bool
prefix_word(const char **at, const char *end, struct sh_str *ret)
{
	const char *p = *at;

	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
		p++;
	ret->s = p;
	while (p < end && *p != ' ' && *p != '\t' && *p != '\r')
		p++;
	ret->n = (size_t)(p - ret->s);
	*at = p;
	return ret->n > 0;
}

/* A zone that today's data has no more is left out. */
static void
prefix_resolve(const struct sh_zones *zones, const char *text, struct prefix_zones *ret)
{
	const char *end = text + strlen(text);
	struct sh_str name;

	while (prefix_word(&text, end, &name)) {
		const struct sh_zone *z = sh_zones_find(zones, name);

		if (z)
			prefix_add_zone(ret, z);
	}
}

/* ---- rows ---- */

/* Of the first length of the digits; they are digits. */
static uint32_t
prefix_key(const char *digits, uint32_t length)
{
	uint32_t key = 0;

	for (uint32_t i = 0; i < SH_PREFIX_DIGITS_MAX; i++)
		key = key * 10 + (i < length ? (uint32_t)(digits[i] - '0') : 0);
	return key * 16 + length;
}

static int
prefix_compare(const void *a, const void *b)
{
	uint32_t x = ((const struct sh_prefix_row *)a)->key, y = ((const struct sh_prefix_row *)b)->key;

	return x < y ? -1 : x > y;
}

/* The first row among those before `end` whose key is not less. Shorter prefixes of one number stand further in front. */
static size_t
prefix_lower(const struct sh_prefixes *p, size_t end, uint32_t key)
{
	size_t first = 0;

	while (first < end) {
		size_t middle = first + (end - first) / 2;

		if (p->rows[middle].key < key)
			first = middle + 1;
		else
			end = middle;
	}
	return first;
}

/* ---- the overlay ---- */

enum prefix_says { PREFIX_ZONES, PREFIX_STATES, PREFIX_COUNTRY, PREFIX_SAYS };

struct prefix_reader {
	struct sh_prefixes *p;
	const struct sh_zones *zones;
	struct sh_faults *faults;
	const char *line; /* begins there */
	int number;
	size_t table_rows; /* of p->rows: those behind them are the overlay's */
	uint32_t *said[PREFIX_SAYS]; /* keys that the overlay has */
	size_t nsaid[PREFIX_SAYS];
};

static bool
prefix_fault(struct prefix_reader *r, struct sh_str at, const char *expected)
{
	char found[41];
	size_t n = 0;

	for (; n < at.n && n < sizeof(found) - 1; n++)
		found[n] = at.s[n] >= ' ' && at.s[n] <= '~' ? at.s[n] : '?';
	found[n] = '\0';
	sh_faults_add(r->faults, r->number, (int)(at.s - r->line) + 1, "expected %s, found \"%s\"", expected, found);
	return false;
}

/* The row of a key, made if need be at the end of the rows; its place in order comes at the end. */
static struct sh_prefix_row *
prefix_row(struct prefix_reader *r, uint32_t key)
{
	struct sh_prefix_row want = { .key = key }, *row;

	row = bsearch(&want, r->p->rows, r->table_rows, sizeof(want), prefix_compare);
	for (size_t i = r->table_rows; !row && i < r->p->nrows; i++)
		if (r->p->rows[i].key == key)
			row = &r->p->rows[i];
	if (!row) {
		row = &r->p->rows[r->p->nrows++];
		*row = want;
	}
	return row;
}

static bool
prefix_read_zones(struct prefix_reader *r, struct sh_prefix_row *row, const char *at, const char *end)
{
	struct prefix_zones *list = &r->p->lists[r->p->nlists];
	struct sh_str word;

	while (prefix_word(&at, end, &word)) {
		const struct sh_zone *z = sh_zones_find(r->zones, word);

		if (!z)
			return prefix_fault(r, word, "a time zone such as America/Chicago");
		prefix_add_zone(list, z);
	}
	row->zones = (uint16_t)++r->p->nlists;
	return true;
}

static bool
prefix_read_states(struct prefix_reader *r, struct sh_prefix_row *row, const char *at, const char *end)
{
	struct sh_str word, all = { at, (size_t)(end - at) };
	uint32_t n = 0;

	while (prefix_word(&at, end, &word))
		if (!sh_state_is(word) || ++n > SH_PREFIX_STATES_MAX)
			return prefix_fault(r, word, "one to four states such as US-FL");
	if (n == 0)
		return prefix_fault(r, all, "one to four states such as US-FL");
	r->p->states[r->p->nstates] = sh_arena_z(r->p->arena, all);
	if (!r->p->states[r->p->nstates])
		return prefix_fault(r, all, "less text");
	row->states = (uint16_t)++r->p->nstates;
	return true;
}

static bool
prefix_read_country(struct prefix_reader *r, struct sh_prefix_row *row, const char *at, const char *end)
{
	struct sh_str word = { at, 0 }, more;

	if (!prefix_word(&at, end, &word) || word.n != 2 || word.s[0] < 'A' || word.s[0] > 'Z' || word.s[1] < 'A' ||
	    word.s[1] > 'Z' || prefix_word(&at, end, &more))
		return prefix_fault(r, word, "a country such as US");
	memcpy(row->country, word.s, 2);
	return true;
}

/* Each of the three is said once of a prefix. */
static bool
prefix_once(struct prefix_reader *r, enum prefix_says what, uint32_t key, struct sh_str word)
{
	for (size_t i = 0; i < r->nsaid[what]; i++)
		if (r->said[what][i] == key)
			return prefix_fault(r, word, "a prefix that no line before has");
	r->said[what][r->nsaid[what]++] = key;
	return true;
}

static bool
prefix_read_line(struct prefix_reader *r, const char *end)
{
	const char *hash = memchr(r->line, '#', (size_t)(end - r->line)), *at = r->line, *rest;
	struct sh_str digits, word;
	uint32_t key;

	if (hash)
		end = hash;
	if (!prefix_word(&at, end, &digits))
		return true;
	for (size_t i = 0; i < digits.n; i++)
		if (digits.s[i] < '0' || digits.s[i] > '9' || digits.s[0] == '0')
			return prefix_fault(r, digits, "the first digits of numbers, without +");
	if (digits.n > SH_PREFIX_DIGITS_MAX)
		return prefix_fault(r, digits, "at most 8 digits");
	if (r->nsaid[PREFIX_ZONES] + r->nsaid[PREFIX_STATES] + r->nsaid[PREFIX_COUNTRY] == SH_PREFIX_OVERLAY_MAX)
		return prefix_fault(r, digits, "at most 512 rows");
	key = prefix_key(digits.s, (uint32_t)digits.n);
	rest = at;
	if (!prefix_word(&at, end, &word))
		return prefix_fault(r, digits, "zones, state, country or - behind the prefix");
	if (sh_str_is(word, "state"))
		return prefix_once(r, PREFIX_STATES, key, digits) && prefix_read_states(r, prefix_row(r, key), at, end);
	if (sh_str_is(word, "country"))
		return prefix_once(r, PREFIX_COUNTRY, key, digits) && prefix_read_country(r, prefix_row(r, key), at, end);
	if (!prefix_once(r, PREFIX_ZONES, key, digits))
		return false;
	if (!sh_str_is(word, "-"))
		return prefix_read_zones(r, prefix_row(r, key), rest, end);
	if (prefix_word(&at, end, &word))
		return prefix_fault(r, word, "nothing behind -");
	prefix_row(r, key)->zones = 0;
	return true;
}

/* Every line at fault is told. */
static bool
prefix_read(struct prefix_reader *r, struct sh_str text)
{
	const char *end = text.s + text.n;
	bool good = true;

	for (const char *p = text.s; p < end; r->number++) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));

		r->line = p;
		if (!prefix_read_line(r, eol ? eol : end))
			good = false;
		p = eol ? eol + 1 : end;
	}
	qsort(r->p->rows, r->p->nrows, sizeof(*r->p->rows), prefix_compare);
	return good;
}

static bool
prefix_overlay(struct sh_prefixes *p, const struct sh_zones *zones, struct sh_str text, struct sh_faults *f)
{
	uint32_t said[PREFIX_SAYS][SH_PREFIX_OVERLAY_MAX];
	struct prefix_reader r = { .p = p, .zones = zones, .faults = f, .number = 1, .table_rows = p->nrows };

	for (int i = 0; i < PREFIX_SAYS; i++)
		r.said[i] = said[i];
	return prefix_read(&r, text);
}

/* ---- the whole ---- */

static struct sh_prefixes *
prefix_alloc(void)
{
	const struct sh_prefix_table *t = &sh_prefix_table;
	struct sh_prefixes *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->rows = calloc(t->nrows + SH_PREFIX_OVERLAY_MAX, sizeof(*p->rows));
	p->lists = calloc(t->nlists + SH_PREFIX_OVERLAY_MAX, sizeof(*p->lists));
	p->states = calloc(t->nstates + SH_PREFIX_OVERLAY_MAX, sizeof(*p->states));
	p->arena = sh_arena_new(SH_PREFIX_OVERLAY_MAX * 256);
	if (p->rows && p->lists && p->states && p->arena)
		return p;
	sh_prefixes_free(p);
	return NULL;
}

struct sh_prefixes *
sh_prefixes_new(const struct sh_zones *zones, struct sh_str overlay, struct sh_faults *f)
{
	const struct sh_prefix_table *t = &sh_prefix_table;
	struct sh_prefixes *p = prefix_alloc();

	if (!p) {
		sh_faults_add(f, 0, 0, "no memory for the table of prefixes");
		return NULL;
	}
	p->nrows = t->nrows;
	p->nlists = t->nlists;
	p->nstates = t->nstates;
	if (t->nrows > 0)
		memcpy(p->rows, t->rows, t->nrows * sizeof(*t->rows));
	for (size_t i = 0; i < t->nstates; i++)
		p->states[i] = t->states[i];
	for (size_t i = 0; i < t->nlists; i++)
		prefix_resolve(zones, t->lists[i], &p->lists[i]);
	prefix_resolve(zones, "America/New_York America/Los_Angeles", &p->outer);
	if (overlay.n > 0 && !prefix_overlay(p, zones, overlay, f)) {
		sh_prefixes_free(p);
		return NULL;
	}
	return p;
}

void
sh_prefixes_free(struct sh_prefixes *p)
{
	if (!p)
		return;
	sh_arena_free(p->arena);
	free(p->states);
	free(p->lists);
	free(p->rows);
	free(p);
}

const char *
sh_prefixes_source(void)
{
	return sh_prefix_table.source;
}

size_t
sh_prefixes_count(const struct sh_prefixes *p)
{
	return p->nrows;
}

/* ---- looking up ---- */

static uint32_t
prefix_states(const char *text, char ret[][SH_STATE_MAX + 1])
{
	const char *end = text + strlen(text);
	struct sh_str word;
	uint32_t n = 0;

	while (n < SH_PREFIX_STATES_MAX && prefix_word(&text, end, &word)) {
		memcpy(ret[n], word.s, word.n);
		ret[n++][word.n] = '\0';
	}
	return n;
}

static void
prefix_take(const struct sh_prefixes *p, const struct sh_prefix_row *row, uint32_t digits, struct sh_number_place *ret)
{
	const struct prefix_zones *list = row->zones ? &p->lists[row->zones - 1] : NULL;

	if (ret->nzones == 0 && list && list->n > 0) {
		memcpy(ret->zones, list->z, list->n * sizeof(list->z[0]));
		ret->nzones = list->n;
		ret->digits = digits;
	}
	if (ret->nstates == 0 && row->states)
		ret->nstates = prefix_states(p->states[row->states - 1], ret->states);
	if (!ret->country[0] && row->country[0])
		memcpy(ret->country, row->country, 2);
}

void
sh_prefix_place(const struct sh_prefixes *p, struct sh_str e164, struct sh_number_place *ret)
{
	uint32_t code = 0, length;
	const char *digits;

	*ret = (struct sh_number_place){ 0 };
	if (!sh_text_is_e164(e164))
		return;
	digits = e164.s + 1;
	length = e164.n - 1 < SH_PREFIX_DIGITS_MAX ? (uint32_t)(e164.n - 1) : SH_PREFIX_DIGITS_MAX;
	for (size_t end = p->nrows; length > 0; length--) {
		uint32_t key = prefix_key(digits, length);
		size_t at = prefix_lower(p, end, key);
		const struct sh_prefix_row *row = &p->rows[at];
		bool found = at < end && row->key == key;

		end = at;
		if (!found)
			continue;
		/* The longest prefix of a country is its calling code: no such code is a part of another. */
		if (code == 0 && row->country[0] && length <= 3)
			code = length;
		prefix_take(p, row, length, ret);
	}
	ret->month_first = digits[0] == PREFIX_NORTH_AMERICA;
	if (digits[0] == PREFIX_NORTH_AMERICA && ret->digits <= 1) {
		memcpy(ret->zones, p->outer.z, sizeof(ret->zones));
		ret->nzones = p->outer.n;
		ret->digits = 1;
		if (!ret->country[0])
			memcpy(ret->country, "US", 2);
		ret->unknown = true;
	} else {
		ret->unknown = ret->digits <= code && ret->nzones > 1;
	}
}

/* All that is said of the numbers that begin as this row's do. */
static void
prefix_gather(const struct sh_prefixes *p, const struct sh_prefix_row *row, const struct sh_zone **zones, uint32_t *n)
{
	uint32_t span = 1, first = row->key / 16;

	for (uint32_t length = row->key % 16; length < SH_PREFIX_DIGITS_MAX; length++)
		span *= 10;
	for (; row < p->rows + p->nrows && row->key / 16 < first + span; row++)
		for (uint32_t i = 0; row->zones && i < p->lists[row->zones - 1].n; i++)
			sh_clocks_add(zones, n, SH_PREFIX_ZONES_MAX, p->lists[row->zones - 1].z[i]);
}

bool
sh_state_zones(const struct sh_prefixes *p, struct sh_str state, const struct sh_zone *ret[SH_PREFIX_ZONES_MAX], uint32_t *ret_n)
{
	*ret_n = 0;
	/* Codes that several states share do not tell their zones apart: their other codes do. */
	for (size_t i = 0; i < p->nrows; i++)
		if (p->rows[i].states && sh_str_is(state, p->states[p->rows[i].states - 1]))
			prefix_gather(p, &p->rows[i], ret, ret_n);
	return *ret_n > 0;
}
