/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/spoken.h: when did the callee ask to be called back?
 *
 * Reads what was said in a call ("try me Thursday once I'm home"), and what the agent put into variables, and answers with
 * one instant, or says that no time was given, that the callee wants no more calls, or that no call was asked for. A wrong
 * time costs more than no time, and a call after a refusal costs most: in doubt there is no time.
 *
 *	struct sh_spoken_in in = { .place = …, .now_ms = now, .ended_ms = end, .limits = sh_spoken_defaults() };
 *	in.turns = sh_spoken_turns(arena, transcript, &in.nturns);
 *	sh_spoken_read(arena, &in, &s);
 *	switch (s.status) ...
 *
 * What each phrase means is written in docs/spoken-times.md. Words and places are tables (spoken_en.words,
 * spoken_zone_en.def): another language is another set of them.
 *
 * Pure: no clock, no I/O, no allocation but in the arena; linear in the text. Any bytes are survived. The answer's strings
 * are constants or borrow from the input.
 */
#ifndef SH_POLICY_SPOKEN_H
#define SH_POLICY_SPOKEN_H

#include "gateway/base/arena.h"
#include "gateway/base/zone.h"

#define SH_SPOKEN_TEXT_MAX (64 * 1024)	/* of a transcript the last so many bytes … */
#define SH_SPOKEN_TURNS_MAX 400		/* … and turns are read */
#define SH_SPOKEN_ZONES_MAX 8		/* candidates of a number */
#define SH_SPOKEN_RULES_MAX 16
#define SH_SPOKEN_COSTS_MAX 12

struct sh_spoken_turn {
	bool user;			/* else the agent */
	struct sh_str text;
	int64_t ended_ms;		/* 0: not timed */
};

/* A transcript of lines "Agent: …", "User: …"; a line without a speaker goes on with the one before it. */
const struct sh_spoken_turn *sh_spoken_turns(struct sh_arena *, struct sh_str transcript, size_t *ret_n);

enum sh_zone_source { SH_ZONE_FROM_SPEECH, SH_ZONE_FROM_VARIABLE, SH_ZONE_FROM_CONTACT, SH_ZONE_FROM_NUMBER,
	SH_ZONE_FROM_WORKSPACE };

/* Where the words are read. NULL, 0: not known; workspace must be there. In the order of docs/spoken-times.md section 7. */
struct sh_spoken_place {
	const struct sh_zones *zones;
	const struct sh_zone *earlier;			/* what was stated in an earlier call to the callee, … */
	enum sh_zone_source earlier_source;		/* … in speech or in a variable */
	const struct sh_zone *contact;			/* the contact's own field */
	const struct sh_zone *number[SH_SPOKEN_ZONES_MAX];	/* what the number's prefix says */
	uint32_t nnumber;
	const struct sh_zone *workspace;
	bool month_first;				/* 6/7 is 7 June: numbers of +1 */
};

/*
 * A variable that the agent set; the first that has a value counts. What it is follows from the end of its name: …_date a day,
 * …_time_of_day a clock for that day, …minutes minutes from the end of the call, …timezone or …time_zone the zone; any other
 * name a time.
 */
struct sh_spoken_value {
	struct sh_str name, value;
};
/* The names where a policy says none, in their order; NULL at the end. */
extern const char *const sh_spoken_value_names[];

enum sh_spoken_wish { SH_SPOKEN_WISH_UNSAID, SH_SPOKEN_WISH_NO, SH_SPOKEN_WISH_YES };

struct sh_spoken_span {			/* minutes of a local day */
	int16_t at, from, until;
};

/* The dayparts of docs/spoken-times.md section 4.4, in its order. */
enum sh_daypart {
	SH_DAYPART_EARLY_MORNING, SH_DAYPART_FIRST_THING, SH_DAYPART_MORNING, SH_DAYPART_MID_MORNING, SH_DAYPART_LATE_MORNING,
	SH_DAYPART_NOON, SH_DAYPART_LUNCH, SH_DAYPART_AFTER_LUNCH, SH_DAYPART_EARLY_AFTERNOON, SH_DAYPART_AFTERNOON,
	SH_DAYPART_MID_AFTERNOON, SH_DAYPART_AFTER_SCHOOL, SH_DAYPART_LATE_AFTERNOON, SH_DAYPART_END_OF_DAY,
	SH_DAYPART_AFTER_WORK, SH_DAYPART_EARLY_EVENING, SH_DAYPART_EVENING, SH_DAYPART_AFTER_DINNER, SH_DAYPART_NIGHT,
	SH_DAYPART_LATE_NIGHT,
	SH_DAYPARTS
};

/* What a policy may set; sh_spoken_defaults() has the values of section 9 and 4.4. */
struct sh_spoken_limits {
	int32_t lead_s;			/* 60 */
	int32_t horizon_days;		/* 90, 366 at most */
	int16_t default_time_min;	/* 10:00 */
	int16_t min_confidence;		/* 40 */
	struct sh_spoken_span dayparts[SH_DAYPARTS];
};
const struct sh_spoken_limits *sh_spoken_defaults(void);

struct sh_spoken_in {
	const struct sh_spoken_turn *turns;
	size_t nturns;
	bool answer;			/* the only turn is the whole answer to "when shall we call?" */
	int64_t now_ms, ended_ms;	/* ended_ms: of the call; 0: now */
	struct sh_spoken_place place;
	enum sh_spoken_wish wish;	/* the structured boolean */
	const struct sh_spoken_value *values;	/* structured times and zones, in the order in which they count */
	size_t nvalues;
	const struct sh_spoken_limits *limits;	/* NULL: the defaults */
};

enum sh_spoken_status { SH_SPOKEN_NONE, SH_SPOKEN_TIME, SH_SPOKEN_NO_TIME, SH_SPOKEN_REFUSED };
enum sh_spoken_precision { SH_PRECISION_SECOND, SH_PRECISION_MINUTE, SH_PRECISION_ABOUT, SH_PRECISION_DAYPART, SH_PRECISION_DAY,
	SH_PRECISION_WEEK, SH_PRECISION_MONTH };
enum sh_spoken_agreed { SH_AGREED_SAID, SH_AGREED_CONFIRMED, SH_AGREED_ASSENTED, SH_AGREED_STRUCTURED };

struct sh_spoken {
	enum sh_spoken_status status;
	int64_t instant_ms;		/* TIME; with NO_TIME what it would have been, 0: nothing */
	const struct sh_zone *zone;	/* the words were read in it; NULL with NONE and REFUSED */
	int32_t fixed_offset_s;		/* "UTC plus two": zone is UTC, and this is to be added */
	enum sh_zone_source zone_source;
	bool yours;			/* "noon your time": the zone is the workspace's, and says nothing of where the callee is */
	bool wall;			/* the instant was made of a wall clock in zone: should the zone's clock change, that stays */
	int64_t not_before_ms, not_after_ms;	/* the window that was named; 0: none */
	enum sh_spoken_precision precision;
	int confidence;			/* 0 to 100 */
	struct {
		const char *why;
		int points;
	} costs[SH_SPOKEN_COSTS_MAX];	/* how it came about, from 90 */
	uint32_t ncosts;
	bool named;			/* a clock with its half of the day, a 24-hour form, a duration or an absolute time:
					   what policies may honour in quiet hours */
	enum sh_spoken_agreed agreed;
	uint32_t turn, at, length;	/* the words that decided: turn number from 0, bytes */
	const char *rules[SH_SPOKEN_RULES_MAX];	/* "R3", "T8": those that fired, in order */
	uint32_t nrules;
	const char *reason;		/* in_past, beyond_horizon, impossible_date, contradiction, vague, foreign_language; NULL */
	bool differs;			/* a structured time won over speech by more than 15 minutes; speech said: */
	int64_t spoken_ms;
};

void sh_spoken_read(struct sh_arena *, const struct sh_spoken_in *, struct sh_spoken *ret);

/* "time", "no_time_given", "refused", "none"; "daypart"; "confirmed"; "number": as they are written and shown. */
const char *sh_spoken_status_name(enum sh_spoken_status);
const char *sh_spoken_precision_name(enum sh_spoken_precision);
const char *sh_spoken_agreed_name(enum sh_spoken_agreed);
const char *sh_zone_source_name(enum sh_zone_source);

#endif
