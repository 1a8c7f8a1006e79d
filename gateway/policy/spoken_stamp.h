/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/spoken_stamp.h: times as machines write them. Reads one string and says what it is, without a clock or a zone.
 */
#ifndef SH_POLICY_SPOKEN_STAMP_H
#define SH_POLICY_SPOKEN_STAMP_H

#include "gateway/base/time.h"

enum sh_stamp_kind {
	SH_STAMP_NOTHING, /* "", null, N/A, false, {{callback_time}}, 0: no value */
	SH_STAMP_WRONG, /* a stamp that cannot be: month 13, eleven digits */
	SH_STAMP_INSTANT, /* RFC 3339, RFC 9557, ISO basic, Unix time: ms since 1970 */
	SH_STAMP_WALL, /* the same without an offset: ms as if in UTC */
	SH_STAMP_DAY, /* a date alone */
	SH_STAMP_CLOCK, /* 15:00, 15:00:30: ms of the day */
	SH_STAMP_DURATION, /* PT45M, P1DT2H */
	SH_STAMP_WORDS /* anything else */
};

struct sh_stamp {
	enum sh_stamp_kind kind;
	int64_t ms; /* of DURATION its hours, minutes and seconds */
	bool seconds; /* they were written */
	bool unix_time;
	bool has_offset; /* INSTANT: written as numbers; "Z" says nothing of where */
	int32_t offset_s;
	struct sh_str zone; /* in brackets; absent */
	bool critical; /* [!…] */
	int32_t months, days; /* DURATION */
};

/* Blanks and quotes around it do not matter. */
void sh_spoken_stamp_read(struct sh_str, struct sh_stamp *ret);
struct sh_str sh_spoken_stamp_trim(struct sh_str);

#endif
