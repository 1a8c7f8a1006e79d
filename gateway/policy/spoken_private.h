/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/spoken_private.h: how spoken.c and its helpers share the work.
 *
 * The lexer turns all turns into one array of tokens (spoken_lex.c, words from spoken_en.words). The grammar reads atoms at
 * token positions: a day, a clock, a daypart, a duration, a zone (spoken_slots.c, spoken_zone.c); no atom looks further than a
 * few tokens, so the whole is linear. The dialogue (spoken_talk.c) puts atoms into slots, takes slots from turn to turn, and
 * knows refusals, offers, assent. One resolution at the end makes an instant of the slots (spoken_resolve.c). Nothing is an
 * instant before that.
 */
#ifndef SH_POLICY_SPOKEN_PRIVATE_H
#define SH_POLICY_SPOKEN_PRIVATE_H

#include "gateway/policy/holiday.h"
#include "gateway/policy/spoken.h"

#define SH_SPOKEN_START 90	/* the confidence of a full time that was said */

/* What a word or a fixed phrase is: CLASS value: words, in spoken_en.words. */
enum sh_spoken_class {
#define CLASS(id) SH_SW_##id,
#include "gateway/policy/spoken_class.def"
	SH_SW_CLASSES
};

/* A word, a fixed phrase of the table, a number or a mark. Fillers are gone. */
struct sh_spoken_token {
	struct sh_str text;		/* folded to lower case; of a phrase: its first word */
	uint32_t turn, at, length;	/* where it stands: bytes of that turn */
	uint32_t hash;			/* of a word */
	int32_t number;			/* NUMBER, ORDINAL, CLOCK: its value, the hour; DATE: the year, 0 if none */
	int16_t minute, second;		/* CLOCK (3:30, 15h30) and 3.30: else -1; DATE: the first and the second number */
	int16_t value;			/* of the table's row: weekday 0 to 6, month 1 to 12, … */
	uint8_t cls;			/* enum sh_spoken_class */
	uint8_t digits;			/* NUMBER: as written, 0 in words; "oh five" counts as 2 */
	bool said_with_zero;		/* 0900, oh nine */
	bool one;			/* the word "one": it needs evidence */
	bool glued;			/* no blank stood before it */
};

struct sh_spoken_tokens {
	const struct sh_spoken_token *t;	/* t[n] is an END, so one may look one ahead */
	uint32_t n;
};

/* Of turns, the last SH_SPOKEN_TURNS_MAX and SH_SPOKEN_TEXT_MAX bytes. Each turn ends in an END. false: arena. */
bool sh_spoken_lex(struct sh_arena *, const struct sh_spoken_turn *, size_t nturns, struct sh_spoken_tokens *ret);

/* ---- zones: spoken_zone.c ---- */

enum sh_spoken_zone_how {
	SH_ZONE_HOW_NONE,
	SH_ZONE_HOW_NAMED,		/* "Mountain", "EST", "London time", "UTC plus two" */
	SH_ZONE_HOW_PLACE,		/* "Denver" alone: a zone only if the sentence makes it one ("I'm in …") */
	SH_ZONE_HOW_MINE,		/* "my time", "here" */
	SH_ZONE_HOW_YOURS		/* "your time" */
};
struct sh_spoken_zone {
	enum sh_spoken_zone_how how;
	const struct sh_zone *zone;	/* NAMED, PLACE; UTC of a fixed offset */
	int32_t fixed_offset_s;
};

/* A zone or a place whose words begin at token i; *ret_length: how many tokens, "time" included. Looks ahead a few only. */
bool sh_spoken_zone_at(const struct sh_spoken_place *, const struct sh_spoken_tokens *, uint32_t i, uint32_t *ret_length,
	struct sh_spoken_zone *ret);
/* A whole string as a zone: an IANA name, an abbreviation, an offset, a place. */
bool sh_spoken_zone_text(const struct sh_spoken_place *, struct sh_str, struct sh_spoken_zone *ret);
/* The zone of the structured variables (callback_timezone, timezone); false: none that is valid. */
bool sh_spoken_zone_variable(const struct sh_spoken_in *, struct sh_spoken_zone *ret);

/* Where words are read, in the order of section 7. said, variable: NULL or how == NONE if there is none. */
struct sh_spoken_where {
	const struct sh_zone *zones[SH_SPOKEN_ZONES_MAX];	/* the chosen one first; several: the number's other candidates */
	uint32_t nzones;
	int32_t fixed_offset_s;
	enum sh_zone_source source;
	bool yours;			/* "your time": the workspace's */
};
void sh_spoken_where(const struct sh_spoken_in *, const struct sh_spoken_zone *said, const struct sh_spoken_zone *variable,
	struct sh_spoken_where *ret);

/* ---- slots ---- */

enum sh_spoken_meridiem { SH_HALF_UNSAID, SH_HALF_AM, SH_HALF_PM, SH_HALF_24 };
struct sh_spoken_clock {
	int8_t hour, minute, second;	/* as said: 1 to 12 with UNSAID, AM, PM; 0 to 24 with H24 */
	uint8_t half;			/* enum sh_spoken_meridiem */
	bool midnight;			/* the word */
};

enum sh_spoken_day_kind {
	SH_DAY_NONE,
	SH_DAY_OFFSET,			/* today + n */
	SH_DAY_STEP,			/* "in n days / weeks / months": n of unit, keeps the wall clock */
	SH_DAY_WEEKDAY,			/* weekday, mode; n extra weeks */
	SH_DAY_DATE,			/* mday with month or 0, year or 0, weekday or -1; month_step 1: this, 2: next month */
	SH_DAY_NUMERIC,			/* month, mday as written first and second; year or 0 */
	SH_DAY_NTH,			/* the n-th (-1: last) weekday of month or month_step */
	SH_DAY_HOLIDAY,			/* n; weekday with mode BEFORE, AFTER, else -1 */
	SH_DAY_LOOSE			/* loose, part; month */
};
enum sh_spoken_weekday_mode { SH_WEEKDAY_BARE, SH_WEEKDAY_THIS, SH_WEEKDAY_NEXT, SH_WEEKDAY_AFTER_NEXT, SH_WEEKDAY_BEFORE,
	SH_WEEKDAY_AFTER };
enum sh_spoken_loose { SH_LOOSE_LATER_TODAY, SH_LOOSE_WEEK, SH_LOOSE_LATER_WEEK, SH_LOOSE_WEEKEND, SH_LOOSE_MONTH,
	SH_LOOSE_NEXT_DAYS };
enum sh_spoken_part { SH_PART_NONE, SH_PART_EARLY, SH_PART_MIDDLE, SH_PART_END };
struct sh_spoken_day {
	uint8_t kind, mode, loose, part, month_step;
	int8_t weekday, month, unit;
	int16_t mday, n;
	int32_t year;
	int32_t plus_days;		/* "two days after DAY", "Friday week" */
	bool week_of;			/* "the week of DAY": its Monday */
};

enum sh_spoken_bound { SH_BOUND_NONE, SH_BOUND_AFTER, SH_BOUND_BEFORE, SH_BOUND_BETWEEN, SH_BOUND_WITHIN };

/* Bits of has. */
#define SH_SLOT_DAY 1u
#define SH_SLOT_CLOCK 2u
#define SH_SLOT_DAYPART 4u
#define SH_SLOT_DURATION 8u		/* elapsed time */
#define SH_SLOT_ZONE 16u
#define SH_SLOT_NOW 32u
#define SH_SLOT_SAME 64u		/* "same time" with nothing named before: the call's own */
#define SH_SLOT_DAY_BOUND 128u		/* bound is about the day: "after Thursday" */

struct sh_spoken_slots {
	uint32_t has;
	struct sh_spoken_day day;
	struct sh_spoken_clock clock, until;	/* until: the end of BETWEEN */
	uint8_t daypart;		/* enum sh_daypart */
	uint8_t bound;			/* enum sh_spoken_bound, of clock, daypart or duration */
	bool about;
	bool daypart_before;		/* the part of the day was named in another turn: it yields to common sense */
	bool day_inclusive;		/* of a bound on the day: "from Monday", "by Friday" */
	int64_t duration_ms;
	struct sh_spoken_zone zone;
	/* What was forbidden: it moves a time that the rules chose, not one that was named. */
	uint8_t bad;			/* enum sh_spoken_bound: BEFORE bad_from, AFTER it, BETWEEN the two */
	struct sh_spoken_clock bad_from, bad_until;
	uint8_t bad_weekdays;		/* bit d: not on weekday d */
};

/* ---- grammar and resolution ---- */

/* One string read as "when?" is answered, with the zones of in and in->values ignored. false: it holds no time. */
bool sh_spoken_phrase(struct sh_arena *, const struct sh_spoken_in *, struct sh_str, struct sh_spoken_slots *ret);

/*
 * Slots to an instant: status TIME or NO_TIME with reason, instant, zone, window, precision, rules, and a confidence that
 * begins at 90. from_ms: what durations count from.
 */
void sh_spoken_resolve(const struct sh_spoken_in *, const struct sh_spoken_slots *, const struct sh_spoken_where *,
	int64_t from_ms, struct sh_spoken *ret);
/* The last words on an instant: lead, horizon, min_confidence (section 9). For absolute ones too. */
void sh_spoken_limit(const struct sh_spoken_in *, struct sh_spoken *ret);
void sh_spoken_rule(struct sh_spoken *, const char *id);	/* once each, in order */
void sh_spoken_cost(struct sh_spoken *, int points, const char *why);	/* points: added to the confidence */

/*
 * The structured variables, section 6: true if one has a valid value that counts; then *ret is filled as by
 * sh_spoken_resolve, agreed is STRUCTURED.
 */
bool sh_spoken_value(struct sh_arena *, const struct sh_spoken_in *, struct sh_spoken *ret);

#endif
