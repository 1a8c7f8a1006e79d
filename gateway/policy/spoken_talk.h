/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/spoken_talk.h: the dialogue, section 5. A turn is cut into clauses; each says by its cue words what its times are
 * about (spoken_clause.c, spoken_kind.c). What is carried from turn to turn is a struct talk (spoken_talk.c).
 */
#ifndef SH_POLICY_SPOKEN_TALK_H
#define SH_POLICY_SPOKEN_TALK_H

#include "gateway/policy/spoken_grammar.h"

/* One bit for each class of words that says what a clause is about. */
#define SH_CUE(cls) (UINT64_C(1) << ((cls) - SH_SW_CALL))
#define SH_CUE_BIT(id) SH_CUE(SH_SW_##id)

struct sh_spoken_clause {
	uint32_t from, until;		/* tokens */
	uint64_t cues;			/* SH_CUE_BIT of the talk classes in it */
	bool call, weak_call, calling;	/* call and ring; reach, try, speak; "I'm calling about" */
	bool first_person, other_person, have, give, later, please;
	uint32_t words;			/* that no table knows */
	bool reported;			/* "you said you'd call at three" */
	bool writes, offers;		/* "I'll text you", "can I call you" */
	bool better;			/* "Friday would be better" */
	bool thing;			/* "the inventory": the or your, and a word that no table knows */
	bool any_time, now;
	bool unsure, when;		/* "it depends", "when you are free" */
	bool asks, past, every, adjective;
	bool negated;			/* don't, can't, not: somewhere in it */
	bool ends_turn;
	enum sh_spoken_class before;	/* what stood before it: COMMA, SO, BUT, … */
};

/* The clause that begins at token i, of a turn that ends at `end`. */
void sh_spoken_clause(const struct sh_spoken_tokens *, uint32_t i, uint32_t end, struct sh_spoken_clause *ret);

/* A part of a time: a number, a day, "then". */
bool sh_spoken_is_time_word(const struct sh_spoken_token *);

enum sh_spoken_refusal {
	SH_REFUSAL_NONE,
	SH_REFUSAL,			/* no more calls */
	SH_REFUSAL_CONSTRAINT		/* not then, not there */
};
/* *ret_after: the token behind the forbidding words, where what is forbidden begins. */
enum sh_spoken_refusal sh_spoken_refusal(const struct sh_spoken_place *, const struct sh_spoken_tokens *,
	const struct sh_spoken_clause *, uint32_t turn_from, uint32_t turn_until, uint32_t *ret_after);

enum sh_spoken_kind {
	SH_KIND_TIME,			/* about a callback, if one is talked about */
	SH_KIND_EVENT,			/* about something else: an anchor */
	SH_KIND_REJECT,
	SH_KIND_FORBID,			/* "don't call before nine" */
	SH_KIND_NOT_UNTIL,		/* "I'm busy until three" */
	SH_KIND_USER_CALLS,
	SH_KIND_SKIP
};
/* Does the user say what he is doing then? */
bool sh_spoken_is_doing(const struct sh_spoken_tokens *, const struct sh_spoken_clause *);
/* "I have my tablets to take tonight" */
bool sh_spoken_has_duty(const struct sh_spoken_tokens *, const struct sh_spoken_clause *);
enum sh_spoken_kind sh_spoken_kind(const struct sh_spoken_tokens *, const struct sh_spoken_clause *, bool user);

/* The whole dialogue. answer: the only turn is the answer to "when?". */
void sh_spoken_talk(struct sh_arena *, const struct sh_spoken_in *, const struct sh_spoken_tokens *, bool answer, struct sh_spoken *ret,
	struct sh_spoken_slots *ret_slots);

#endif
