/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/spoken_state.h: what is carried from turn to turn, and what one turn says.
 *
 * A turn is read clause by clause into a reading (spoken_reading.c); what it changes depends on who spoke (spoken_agent.c,
 * spoken_user.c). Section 5 of docs/spoken-times.md.
 */
#ifndef SH_POLICY_SPOKEN_STATE_H
#define SH_POLICY_SPOKEN_STATE_H

#include "gateway/policy/spoken_talk.h"

#define SH_TALK_OFFERS_MAX 4
#define SH_SLOTS_TIME (SH_SLOT_DAY | SH_SLOT_CLOCK | SH_SLOT_DAYPART | SH_SLOT_DURATION | SH_SLOT_NOW | SH_SLOT_SAME)

struct sh_talk_span {
	uint32_t first, last;		/* tokens; first > last: none */
};

/* What a turn says, while it is read. */
struct sh_talk_reading {
	struct sh_spoken_slots offers[SH_TALK_OFFERS_MAX];	/* "Thursday at nine or Friday at four" */
	uint32_t noffers;
	struct sh_spoken_slots lent;	/* of a question: "when on the ninth?" */
	struct sh_talk_span span;
	struct sh_spoken_atom previous;	/* the last atom of the clause */
	uint32_t corrections;
	uint64_t cues;			/* of all its clauses */
	bool call, weak_call, asks_when, asks_what_time, asks, about_event, yes, no, vague, wish, rejects, drops_clock, user_calls;
	uint32_t words;
	bool later;
	bool alternative;		/* after "or": slots that are there already are not replaced */
	int pick;			/* 1, 2 … of the offers; 0: none; -1: any, -2: the last */
	struct sh_spoken_slots rejected;
};

struct sh_talk_result {
	bool timed;
	int64_t instant_ms;
	const struct sh_zone *zone;
};

struct sh_talk {
	struct sh_arena *arena;
	const struct sh_spoken_in *in;
	const struct sh_spoken_tokens *g;
	struct sh_spoken *ret;
	bool answer;

	struct sh_spoken_slots now;	/* what is wanted, so far */
	struct sh_spoken_slots anchor;	/* "I teach until four": for "after that" */
	uint32_t anchor_turn;
	bool anchor_event;		/* not the past */
	bool anchor_when;		/* "when the match is over on Saturday": its day holds for the clock that follows */
	struct sh_spoken_zone place;	/* "I'm in Denver" */
	struct sh_spoken_slots offers[SH_TALK_OFFERS_MAX], lent;
	uint32_t noffers;
	struct sh_talk_span offer_span, span;
	bool asked_when, asked_what_time, asked, about_event, offered_call, context;
	bool said, assented, confirmed, agreed, differs, any;
	bool wish, vague, user_calls, refused, machine, uninterested;
	bool off_topic;			/* the agent's turn is about something else */
	bool asked_else;		/* "anything else?": a no is no answer to an offer */
	bool before_or_after, asked_now, picked_any, declined;
	struct sh_spoken_slots not_until;	/* "don't call me until Monday" */
	bool event_topic;		/* a visit or an appointment is arranged, not a call */
	bool unclear;			/* the reply to the offers was short, and no table knows it */
	bool besides;			/* after what was agreed the agent named the time of something else */
	struct sh_spoken_day rejected_day;	/* kind NONE: none; for "the day after" */
	bool fresh;			/* the offers are of the agent's last turn */
	bool asked_never;		/* "shall we stop calling you?": a yes is a refusal */
	struct sh_spoken_slots rest;	/* of an offer whose clock was rejected: its day */
	struct sh_spoken_clock last_clock;	/* the last that anybody named: for "same time" */
	bool has_clock;
	uint32_t corrections, turn;
	bool resolved;			/* the slots that were last asked about, and what they come to */
	struct sh_spoken_slots resolved_of;
	struct sh_talk_result result;
	uint8_t bad;
	struct sh_spoken_clock bad_from, bad_until;
	uint8_t bad_weekdays;
};

bool sh_talk_has_time(const struct sh_spoken_slots *);
/* What the slots would come to, were nothing more said. */
struct sh_talk_result sh_talk_resolved(struct sh_talk *, const struct sh_spoken_slots *);

/* One clause, from token `from` on, into the reading. */
void sh_talk_clause(struct sh_talk *, struct sh_talk_reading *, const struct sh_spoken_clause *, enum sh_spoken_kind, bool user,
	uint32_t from);
void sh_talk_note_cues(struct sh_talk *, struct sh_talk_reading *, const struct sh_spoken_clause *, bool user);
/* A new atom into the reading's last offer, or into a new one after "or"; and the words that decide. */
void sh_talk_take(struct sh_talk_reading *, const struct sh_spoken_atom *);
void sh_talk_widen(struct sh_talk_span *, uint32_t from, uint32_t n);
/* "Thursday or Friday at four": both at four. */
void sh_talk_complete_offers(struct sh_talk_reading *);
/* Does the user name his own place at token i? */
bool sh_talk_place(struct sh_talk *, uint32_t i, uint32_t from);

/* A turn is the tokens from `from` to before `until`. */
void sh_talk_agent(struct sh_talk *, uint32_t from, uint32_t until);
void sh_talk_user(struct sh_talk *, uint32_t from, uint32_t until);
/* Takes out of the slots what was rejected. */
void sh_talk_drop(struct sh_spoken_slots *, const struct sh_talk_reading *);
/* This is what is wanted now. */
void sh_talk_settle(struct sh_talk *, const struct sh_spoken_slots *, const struct sh_talk_span *, bool assented);

#endif
