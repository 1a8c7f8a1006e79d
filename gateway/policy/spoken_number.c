/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Number words become numbers, and numbers that count something else become JUNK (section 3). */
#include "gateway/policy/spoken_lex.h"

struct number {
	struct sh_spoken_token *t;
	uint32_t n;
};

static bool
number_single(const struct sh_spoken_token *t)
{
	return (t->cls == SH_SW_CARDINAL && t->value <= 9) || t->cls == SH_SW_OH || (t->cls == SH_SW_NUMBER && t->digits == 1);
}

/* Four or more digits that are spoken one by one are no time. */
static uint32_t
number_spoken_run(const struct number *l, uint32_t i)
{
	uint32_t n = 0, digits = 0;

	for (; i + n < l->n && l->t[i + n].turn == l->t[i].turn; n++) {
		if (number_single(&l->t[i + n]))
			digits++;
		else if (l->t[i + n].cls != SH_SW_DASH)
			break;
	}
	/* "nine one one", but "five oh five" */
	if (digits == 3 && n == 3 && l->t[i].cls == SH_SW_CARDINAL && l->t[i + 1].cls == SH_SW_CARDINAL &&
	    l->t[i + 2].cls == SH_SW_CARDINAL)
		return n;
	return digits >= 4 ? n : 0;
}

/* Number words from i on into *t. How many tokens they were. */
static uint32_t
number_of_words(const struct number *l, uint32_t i, struct sh_spoken_token *t)
{
	const struct sh_spoken_token *a = &l->t[i], *b = a + 1, *last = a;

	t->cls = SH_SW_NUMBER;
	t->number = a->value;
	if (a->cls == SH_SW_NTH) {
		t->cls = SH_SW_ORDINAL;
	} else if (a->cls == SH_SW_TENS) {
		if ((b->cls == SH_SW_CARDINAL || b->cls == SH_SW_NTH) && b->value >= 1 && b->value <= 9) {
			t->number += b->value;
			t->cls = b->cls == SH_SW_NTH ? SH_SW_ORDINAL : SH_SW_NUMBER;
			last = b;
		} else if (b->cls == SH_SW_SECOND) {
			t->number += 2;
			t->cls = SH_SW_ORDINAL;
			last = b;
		}
	} else if (a->cls == SH_SW_OH || a->value == 0) {
		t->digits = 2;
		t->said_with_zero = true;
		t->number = 0;
		bool exclaimed = a->cls == SH_SW_OH &&
				 (b->turn != a->turn || b->at > a->at + a->length + 2 ||
				     ((i == 0 || a[-1].cls == SH_SW_END || a[-1].cls == SH_SW_STOP) && b[1].cls != SH_SW_HUNDRED));

		if (exclaimed) {
			t->cls = SH_SW_WORD;
			t->digits = 0;
			t->said_with_zero = false;
		} else if ((b->cls == SH_SW_CARDINAL && b->value >= 1 && b->value <= 9) ||
			   (b->cls == SH_SW_NUMBER && b->digits == 1)) {
			t->number = b->cls == SH_SW_CARDINAL ? b->value : b->number;
			last = b;
		} else if (b->cls == SH_SW_OH || (b->cls == SH_SW_CARDINAL && b->value == 0)) {
			last = b;
		} else if (a->cls == SH_SW_OH) {
			t->cls = SH_SW_WORD;
		}
	} else {
		t->one = a->value == 1;
	}
	if (t->cls == SH_SW_NUMBER && last[1].cls == SH_SW_HUNDRED) {
		last++;
		t->number *= 100;
		t->digits = 4;
		if (last[1].cls == SH_SW_UNIT && last[1].value == 2)
			last++, t->said_with_zero = true;
		else if (!t->said_with_zero && t->number < 1300)
			t->cls = SH_SW_JUNK;
	}
	t->length = last->at + last->length - a->at;
	return (uint32_t)(last - a) + 1;
}

static bool
number_is_numeric(const struct sh_spoken_token *t)
{
	return t->cls == SH_SW_NUMBER || t->cls == SH_SW_CLOCK || t->cls == SH_SW_DECIMAL;
}

/* "221 Baker Street" */
static bool
number_is_address(const struct sh_spoken_token *t)
{
	uint32_t k = 0;

	while (k < 3 && t[k].cls == SH_SW_WORD)
		k++;
	return k > 0 && t[k].cls == SH_SW_COUNTED && t[k].value == 1;
}

/* A token that is no number and takes none from another. */
static bool
number_is_other(uint8_t cls)
{
	switch (cls) {
	case SH_SW_NUMBER:
	case SH_SW_CLOCK:
	case SH_SW_DECIMAL:
	case SH_SW_CARDINAL:
	case SH_SW_TENS:
	case SH_SW_NTH:
	case SH_SW_OH:
	case SH_SW_COUNTED:
		return false;
	default:
		return true;
	}
}

/* The number that begins at token i, words or digits. How many tokens it was. */
static uint32_t
number_read(const struct number *l, uint32_t i, struct sh_spoken_token *t)
{
	uint32_t n;

	if ((t->cls == SH_SW_CARDINAL || t->cls == SH_SW_OH || t->cls == SH_SW_NUMBER) && (n = number_spoken_run(l, i)) > 0) {
		t->cls = SH_SW_JUNK;
		t->length = l->t[i + n - 1].at + l->t[i + n - 1].length - t->at;
		return n;
	}
	if (t->cls == SH_SW_CARDINAL || t->cls == SH_SW_TENS || t->cls == SH_SW_NTH || t->cls == SH_SW_OH)
		return number_of_words(l, i, t);
	if (t->cls == SH_SW_NUMBER && l->t[i + 1].cls == SH_SW_HUNDRED)
		t->cls = SH_SW_JUNK;
	return 1;
}

uint32_t
sh_spoken_numbers(struct sh_spoken_token *t_, uint32_t n_)
{
	struct number all = { t_, n_ }, *l = &all;
	uint32_t out = 0, n;

	for (uint32_t i = 0; i < l->n; i += n) {
		struct sh_spoken_token t;

		n = 1;
		if (number_is_other(l->t[i].cls)) {
			if (out != i)
				l->t[out] = l->t[i];
			out++;
			continue;
		}
		t = l->t[i];
		n = number_read(l, i, &t);
		if (number_is_numeric(&t) && (l->t[i + n].cls == SH_SW_COUNTED || number_is_address(&l->t[i + n]) ||
						 (out > 0 && l->t[out - 1].cls == SH_SW_LABEL)))
			t.cls = SH_SW_JUNK;
		if (t.cls == SH_SW_COUNTED && out > 0 && l->t[out - 1].cls == SH_SW_NUMBER)
			l->t[out - 1].cls = SH_SW_JUNK;
		l->t[out++] = t;
	}
	return out;
}
