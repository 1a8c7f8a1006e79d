/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* policy/spoken_reading.h: one clause while it is read into its turn's reading (spoken_reading.c), and what refers to something else (spoken_refer.c). */
#ifndef SH_POLICY_SPOKEN_READING_H
#define SH_POLICY_SPOKEN_READING_H

#include "gateway/policy/spoken_state.h"

struct sh_reading {
	struct sh_talk *k;
	struct sh_talk_reading *r;
	const struct sh_spoken_clause *c;
	enum sh_spoken_kind kind;
	bool user;
	bool not_next; /* "not" stood before it */
	struct sh_spoken_slots anchor; /* what the clause names, if it is about something else */
	bool anchored;
};

/* Choices, and references that are no atoms of their own. How many tokens; 0: none stands here. */
uint32_t sh_reading_choice(struct sh_reading *, uint32_t i);
/* "After that", "then". How many tokens. */
uint32_t sh_reading_reference(struct sh_reading *, uint32_t i);
/* "An hour later would be better": than what was offered. How many tokens more. */
uint32_t sh_reading_shift(struct sh_reading *, uint32_t i, struct sh_spoken_atom *);
/* "Half an hour after that": the anchor's clock, later by so much. How many tokens more; without an anchor it is no time. */
uint32_t sh_reading_after_anchor(struct sh_talk *, struct sh_talk_reading *, const struct sh_spoken_clause *, uint32_t i,
	struct sh_spoken_atom *);

#endif
