/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/spoken_grammar.h: what the grammar's files ask of each other. Each reader looks at a position and says how many
 * tokens it took, 0 for none; behind the last token stand ENDs enough to look ahead.
 */
#ifndef SH_POLICY_SPOKEN_GRAMMAR_H
#define SH_POLICY_SPOKEN_GRAMMAR_H

#include "gateway/policy/spoken_private.h"

struct sh_spoken_count {
	int64_t ms;			/* elapsed time */
	int32_t n;			/* or so many calendar days (3), weeks, months, years, working days */
	int8_t unit;
	bool calendar, about;
};
uint32_t sh_spoken_count(const struct sh_spoken_token *, struct sh_spoken_count *);
uint32_t sh_spoken_count_simple(const struct sh_spoken_token *, int unit, int32_t *ret_hundredths);

/* evidence: something before it says that a number is an hour. *bare: it is but a number. */
uint32_t sh_spoken_clock(const struct sh_spoken_token *, bool evidence, struct sh_spoken_clock *, bool *about, bool *bare);
uint32_t sh_spoken_day(const struct sh_spoken_token *, struct sh_spoken_day *);
/* "the fifteenth", "22 June", "Monday the 22nd", "6/22": day_at's part for dates. */
uint32_t sh_spoken_date(const struct sh_spoken_token *, struct sh_spoken_day *);
/* "June 9", "June the ninth" at t: what stands before the month is no day. */
bool sh_spoken_month_has_day(const struct sh_spoken_token *);

/* One piece of a time at token i: a day, a clock with its bound, a daypart, a duration, a zone. */
struct sh_spoken_atom {
	uint32_t from, n;
	bool bare;			/* a number or an amount that needs a question before it or a day beside it */
	bool inclusive;			/* "not before", "from": the day itself counts */
	struct sh_spoken_slots s;
};
bool sh_spoken_may_begin(uint8_t cls);
/* "in an hour", "within two days". */
uint32_t sh_spoken_amount(const struct sh_spoken_token *, struct sh_spoken_atom *);
/* previous: the atom that ends at i, or NULL. 0: none, and *ret may not be read. */
uint32_t sh_spoken_atom(const struct sh_spoken_place *, const struct sh_spoken_tokens *, uint32_t i,
	const struct sh_spoken_atom *previous, struct sh_spoken_atom *ret);

bool sh_spoken_is_middle(const struct sh_spoken_token *);
bool sh_spoken_is_day_word(const struct sh_spoken_token *);

/* Lays newer slots over older ones: T4. */
void sh_spoken_merge(struct sh_spoken_slots *older, const struct sh_spoken_slots *newer);

#endif
