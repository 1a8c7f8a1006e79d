/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Words and fixed phrases of the table become one token each; fillers go. */
#include <string.h>

#include "gateway/policy/spoken_lex.h"

struct terms_row {
	const char *words;
	uint8_t first_length, words_n;
	uint8_t cls;
	int16_t value;
	uint16_t check; /* the hash's upper half */
};
#include "gateway/policy/spoken_words.inc"

/* "monday's", "hours'": the word without it. */
static size_t
terms_stem(struct sh_str w)
{
	if (w.n > 3 && (w.s[w.n - 1] == 's' || w.s[w.n - 1] == 'd') && w.s[w.n - 2] == '\'')
		return w.n - 2;
	if (w.n > 4 && (w.s[w.n - 1] == 'l' || w.s[w.n - 1] == 'e') && w.s[w.n - 3] == '\'')
		return w.n - 3;
	if (w.n > 3 && w.s[w.n - 1] == '\'')
		return w.n - 1;
	return 0;
}

static uint32_t
terms_hash_of(struct sh_str w)
{
	uint32_t h = 0;

	for (size_t i = 0; i < w.n; i++)
		h = sh_lex_hash(h, (unsigned char)w.s[i]);
	return h;
}

/* Does the table's word at w stand in t? last: it may have an ending there, as in "after work'd be best". *ret_n: its length. */
static bool
terms_same(const char *w, const struct sh_spoken_token *t, bool last, size_t *ret_n)
{
	size_t n = 0;

	if (t->cls == SH_SW_NUMBER) {
		n = *ret_n = strcspn(w, " ");
		return t->digits == n && t->number == (n == 2 ? (w[0] - '0') * 10 + (w[1] - '0') : w[0] - '0');
	}
	while (n < t->text.n && w[n] == t->text.s[n])
		n++;
	*ret_n = n;
	return t->cls == SH_SW_WORD && (w[n] == ' ' || w[n] == '\0') && (n == t->text.n || (last && terms_stem(t->text) == n));
}

/* Does the row stand at t? A hyphen between two words is a blank. *ret_n: tokens. */
static bool
terms_match(const struct terms_row *row, const struct sh_spoken_token *t, size_t first_n, uint32_t *ret_n)
{
	const char *w = row->words;
	size_t n = row->first_length;
	uint32_t k = 0;

	if (first_n != n || memcmp(t->text.s, w, n) != 0)
		return false;
	for (uint32_t word = 1; word < row->words_n; word++) {
		w += n + 1;
		k++;
		if (t[k].cls == SH_SW_DASH && t[k].glued && t[k + 1].glued)
			k++;
		if (!terms_same(w, &t[k], word + 1 == row->words_n, &n))
			return false;
	}
	*ret_n = k + 1;
	return true;
}

static const struct terms_row *
terms_find_in(uint32_t hash, const struct sh_spoken_token *t, size_t n, uint32_t *ret_n)
{
	const uint16_t *first = &terms_first[hash % TERMS_HASHES];

	for (const struct terms_row *row = &terms_rows[first[0]], *end = &terms_rows[first[1]]; row < end; row++)
		if (row->check == hash >> 16 && terms_match(row, t, n, ret_n))
			return row;
	return NULL;
}

/* Rows of two words and more are looked for by two words, or each "the" would go through all that begin with it. */
static const struct terms_row *
terms_find(const struct sh_spoken_token *t, size_t n, uint32_t hash, uint32_t *ret_n)
{
	const struct sh_spoken_token *next = t + 1;
	const struct terms_row *row = NULL;
	size_t stem;

	if (next->cls == SH_SW_DASH && next->glued && next[1].glued)
		next++;
	if (next->cls == SH_SW_WORD) {
		row = terms_find_in(hash * TERMS_PAIR + next->hash, t, n, ret_n);
		if (!row && (stem = terms_stem(next->text)) > 0)
			row = terms_find_in(hash * TERMS_PAIR + terms_hash_of((struct sh_str){ next->text.s, stem }), t, n, ret_n);
	}
	return row ? row : terms_find_in(hash, t, n, ret_n);
}

/* "Tuesday's out", "nine's bad": the 's is "is", and makes a phrase with what follows. before: the word that has it. */
static const struct terms_row *
terms_find_contracted(struct sh_spoken_token *before, uint8_t cls, uint32_t *ret_n)
{
	const struct sh_spoken_token was = *before;
	const struct terms_row *row = NULL;
	const struct sh_str is = SH_STR("is");

	if (before[1].cls != SH_SW_WORD || (cls != SH_SW_WEEKDAY && cls != SH_SW_WEEKDAYS && cls != SH_SW_TODAY &&
					       cls != SH_SW_DAY_OFFSET && cls != SH_SW_DAYPART && cls != SH_SW_TODAY_PART &&
					       cls != SH_SW_CARDINAL && cls != SH_SW_NOON && cls != SH_SW_WEEKEND))
		return NULL;
	before->cls = SH_SW_WORD;
	before->text = is;
	before->hash = terms_hash_of(is);
	row = terms_find_in(before->hash * TERMS_PAIR + before[1].hash, before, is.n, ret_n);
	*before = was;
	if (!row ||
	    (row->cls != SH_SW_REJECTION && row->cls != SH_SW_BUSY && row->cls != SH_SW_WORKS && row->cls != SH_SW_AVAILABLE))
		return NULL;
	--*ret_n;
	return row;
}

uint32_t
sh_spoken_terms(struct sh_spoken_token *all, uint32_t n_all)
{
	uint32_t out = 0, n;
	uint8_t contracted = SH_SW_END; /* what the last word is, if it ends in 's */

	for (uint32_t i = 0; i < n_all; i += n) {
		struct sh_spoken_token *t = &all[i];
		const struct terms_row *row;
		uint8_t before = contracted;
		size_t stem;

		n = 1;
		contracted = SH_SW_END;
		if (t->cls == SH_SW_WORD) {
			row = before != SH_SW_END ? terms_find_contracted(t - 1, before, &n) : NULL;
			if (!row)
				row = terms_find(t, t->text.n, t->hash, &n);
			if (!row && (stem = terms_stem(t->text)) > 0)
				row = terms_find(t, stem, terms_hash_of((struct sh_str){ t->text.s, stem }), &n);
			if (row && row->cls == SH_SW_FILLER)
				continue;
			if (row && n == 1 && t->text.n > 2 && t->text.s[t->text.n - 1] == 's')
				contracted = row->cls;
			if (row) {
				t->length = t[n - 1].at + t[n - 1].length - t->at;
				t->cls = row->cls;
				t->value = row->value;
			} else {
				n = 1;
			}
		} else if (t->cls == SH_SW_DASH && t->glued && t[1].glued && out > 0 && all[out - 1].cls != SH_SW_NUMBER &&
			   all[out - 1].cls != SH_SW_CLOCK && t[1].cls == SH_SW_WORD) {
			continue; /* twenty-five */
		}
		if (out != i)
			all[out] = *t;
		out++;
	}
	return out;
}
