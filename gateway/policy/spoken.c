/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* The way through: refusal, structured variables, speech (section 2 of docs/spoken-times.md). */
#include "gateway/policy/spoken.h"

#include <string.h>

#include "gateway/base/text.h"
#include "gateway/policy/spoken_stamp.h"
#include "gateway/policy/spoken_talk.h"

#define DIFFERS_MS (15 * SH_MINUTE_MS)

/* ---- transcripts ---- */

static const struct {
	const char *word;
	bool user;
} spoken_speakers[] = {
	{ "user", true },
	{ "caller", true },
	{ "callee", true },
	{ "customer", true },
	{ "human", true },
	{ "client", true },
	{ "contact", true },
	{ "lead", true },
	{ "u", true },
	{ "agent", false },
	{ "assistant", false },
	{ "bot", false },
	{ "ai", false },
	{ "a", false },
	{ "system", false },
};

/* "User:", "Agent:" and what others write for them. 0: no speaker; else how many bytes, and *user. */
static size_t
spoken_speaker(struct sh_str line, bool *user)
{
	size_t start = 0, end, n;

	while (start < line.n && (line.s[start] == ' ' || line.s[start] == '\t' || line.s[start] == '*' || line.s[start] == '['))
		start++;
	for (end = start; end < line.n && (unsigned char)((line.s[end] | 0x20) - 'a') < 26; end++)
		;
	for (n = end; n < line.n && (line.s[n] == ' ' || line.s[n] == '*' || line.s[n] == ']'); n++)
		;
	if (n >= line.n || line.s[n] != ':' || end == start)
		return 0;
	for (n++; n < line.n && line.s[n] == ' '; n++)
		;
	for (size_t k = 0; k < SH_LENGTH(spoken_speakers); k++)
		if (sh_text_equal_nocase((struct sh_str){ line.s + start, end - start }, sh_str(spoken_speakers[k].word))) {
			*user = spoken_speakers[k].user;
			return n;
		}
	return 0;
}

const struct sh_spoken_turn *
sh_spoken_turns(struct sh_arena *a, struct sh_str transcript, size_t *ret_n)
{
	struct sh_spoken_turn *turns;
	size_t lines = 1, n = 0;

	*ret_n = 0;
	for (const char *s = transcript.s, *end = s + transcript.n; s < end && (s = memchr(s, '\n', (size_t)(end - s))); s++)
		lines++;
	turns = sh_arena_array(a, struct sh_spoken_turn, lines);
	if (!turns)
		return NULL;
	for (size_t i = 0; i < transcript.n;) {
		const char *end = memchr(transcript.s + i, '\n', transcript.n - i);
		size_t until = end ? (size_t)(end - transcript.s) : transcript.n, skip;
		bool user = true;

		skip = spoken_speaker((struct sh_str){ transcript.s + i, until - i }, &user);
		if (skip > 0 || n == 0)
			turns[n++] = (struct sh_spoken_turn){ .user = user, .text = { transcript.s + i + skip, until - i - skip } };
		else
			turns[n - 1].text.n = (size_t)(transcript.s + until - turns[n - 1].text.s);
		i = until + 1;
	}
	*ret_n = n;
	return turns;
}

/* ---- all of it ---- */

static void
spoken_wish(const struct sh_spoken_in *in, struct sh_spoken *s)
{
	if (in->wish == SH_SPOKEN_WISH_YES && s->status == SH_SPOKEN_NONE) {
		s->status = SH_SPOKEN_NO_TIME;
		s->reason = "vague";
	} else if (in->wish == SH_SPOKEN_WISH_NO && s->agreed != SH_AGREED_STRUCTURED &&
		   (s->status == SH_SPOKEN_NO_TIME || (s->status == SH_SPOKEN_TIME && s->confidence < 80))) {
		s->status = SH_SPOKEN_NONE;
	}
}

static void
spoken_finish(const struct sh_spoken_in *in, struct sh_spoken *s)
{
	const struct sh_spoken_limits *l = in->limits ? in->limits : sh_spoken_defaults();

	spoken_wish(in, s);
	if (s->status == SH_SPOKEN_TIME && s->confidence < l->min_confidence)
		s->status = SH_SPOKEN_NO_TIME;
	if (s->status == SH_SPOKEN_NONE || s->status == SH_SPOKEN_REFUSED) {
		s->instant_ms = s->not_before_ms = s->not_after_ms = 0;
		s->zone = NULL;
		s->named = false;
	}
}

/* An answer that was not spoken but written by a machine ("2026-06-18T15:00:00-07:00"): as a variable of that value. */
static bool
spoken_stamped(struct sh_arena *arena, const struct sh_spoken_in *in, struct sh_spoken *ret)
{
	struct sh_spoken_value value = { SH_STR("callback_time"), in->nturns == 1 ? in->turns[0].text : SH_NONE };
	struct sh_spoken_in one = *in;
	struct sh_stamp stamp;

	if (!in->answer || in->nvalues > 0 || in->nturns != 1)
		return false;
	/* Ten digits are a number to call, not seconds since 1970. */
	sh_spoken_stamp_read(value.value, &stamp);
	if (stamp.unix_time || (stamp.kind != SH_STAMP_INSTANT && stamp.kind != SH_STAMP_WALL))
		return false;
	one.nturns = 0;
	one.values = &value;
	one.nvalues = 1;
	if (!sh_spoken_value(arena, &one, ret))
		return false;
	ret->length = (uint32_t)in->turns[0].text.n;
	spoken_finish(in, ret);
	return true;
}

void
sh_spoken_read(struct sh_arena *arena, const struct sh_spoken_in *in, struct sh_spoken *ret)
{
	struct sh_spoken_tokens tokens;
	struct sh_spoken_slots slots;
	struct sh_spoken value;

	*ret = (struct sh_spoken){ 0 };
	if (spoken_stamped(arena, in, ret))
		return;
	if (in->nturns > 0) {
		if (!sh_spoken_lex(arena, in->turns, in->nturns, &tokens)) {
			ret->status = SH_SPOKEN_NO_TIME;
			ret->reason = "vague";
			return;
		}
		sh_spoken_talk(arena, in, &tokens, in->answer, ret, &slots);
	}
	if (ret->status != SH_SPOKEN_REFUSED && in->nvalues > 0) {
		value = (struct sh_spoken){ 0 };
		if (sh_spoken_value(arena, in, &value)) {
			int64_t apart = value.instant_ms - ret->instant_ms;

			value.agreed = SH_AGREED_STRUCTURED;
			if (ret->status == SH_SPOKEN_TIME && value.status == SH_SPOKEN_TIME &&
			    (apart > DIFFERS_MS || apart < -DIFFERS_MS)) {
				value.differs = true;
				value.spoken_ms = ret->instant_ms;
				if (value.confidence > 60)
					sh_spoken_cost(&value, 60 - value.confidence, "another time was said");
			}
			if (value.status == SH_SPOKEN_TIME || ret->status != SH_SPOKEN_TIME) {
				value.turn = ret->turn, value.at = ret->at, value.length = ret->length;
				*ret = value;
			}
		}
	}
	spoken_finish(in, ret);
}

bool
sh_spoken_phrase(struct sh_arena *arena, const struct sh_spoken_in *in, struct sh_str text, struct sh_spoken_slots *ret)
{
	const struct sh_spoken_turn turn = { .user = true, .text = text };
	struct sh_spoken_in one = *in;
	struct sh_spoken_tokens tokens;
	struct sh_spoken read = { 0 };

	one.turns = &turn;
	one.nturns = 1;
	one.values = NULL;
	one.nvalues = 0;
	if (!sh_spoken_lex(arena, &turn, 1, &tokens))
		return false;
	sh_spoken_talk(arena, &one, &tokens, true, &read, ret);
	return read.status != SH_SPOKEN_REFUSED && (ret->has & ~(uint32_t)SH_SLOT_ZONE) != 0;
}
