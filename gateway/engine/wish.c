/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* engine/wish.c: see wish.h. */
#include "gateway/engine/wish.h"

#include "gateway/base/reader.h"
#include "gateway/base/text.h"

#define WISH_VALUES (SH_POLICY_NAMES_MAX + 2)
#define WISH_VALUE_BYTES 1024
#define WISH_WORDS_BYTES 600 /* of the turn that decided, and of the next, as evidence */

/* ---- what was given as a value ---- */

static void
wish_add(struct sh_spoken_value *list, size_t *n, struct sh_str name, struct sh_str value)
{
	if (value.n > 0 && *n < WISH_VALUES)
		list[(*n)++] = (struct sh_spoken_value){ name, sh_text_cut(value, WISH_VALUE_BYTES) };
}

/* What the analysis says, then the variables in the order of the policy's names. */
static size_t
wish_values(struct sh_arena *a, const struct sh_wish_in *in, struct sh_spoken_value *list)
{
	const struct sh_json *given = in->event->variables.n ? sh_reader_parse(a, in->event->variables, NULL) : NULL;
	size_t n = 0;

	wish_add(list, &n, SH_STR("callback_time"), in->event->callback_time);
	wish_add(list, &n, SH_STR("callback_time"), in->event->callback_words);
	for (int i = 0; i < in->policy->nnames; i++) {
		struct sh_str name = sh_str(in->policy->names[i]), value = sh_reader_scalar(a, sh_reader_get(given, name));

		if (!sh_str_eq(value, sh_reader_scalar(a, sh_reader_get(in->sent, name))))
			wish_add(list, &n, name, value);
	}
	return n;
}

/* ---- messages ---- */

/* The words by which carriers end a conversation of messages, alone in one (CTIA, Messaging Principles, 5.1.3). */
static bool
wish_is_stop(struct sh_str said)
{
	static const char *const words[] = { "stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke",
		"optout", "opt out", "opt-out" };

	while (said.n > 0 && strchr(" \t\r\n\"'", said.s[0]))
		said = (struct sh_str){ said.s + 1, said.n - 1 };
	while (said.n > 0 && strchr(" \t\r\n\"'.!", said.s[said.n - 1]))
		said.n--;
	for (size_t i = 0; i < SH_LENGTH(words); i++)
		if (sh_text_equal_nocase(said, sh_str(words[i])))
			return true;
	return false;
}

static bool
wish_stops(const struct sh_spoken_turn *turns, size_t n, struct sh_str *ret)
{
	for (size_t i = 0; i < n; i++)
		if (turns[i].user && wish_is_stop(turns[i].text)) {
			*ret = turns[i].text;
			return true;
		}
	return false;
}

/* ---- speech ---- */

static void
wish_place(const struct sh_wish_in *in, struct sh_spoken_place *p)
{
	*p = (struct sh_spoken_place){ .zones = in->core->zones,
		.earlier = in->earlier,
		.earlier_source = in->earlier_source,
		.contact = in->contact,
		.workspace = in->workspace };
	sh_callee_words(in->core->prefixes, in->number, p);
}

/* Their own word of where they are, the last one. */
static void
wish_stated(const struct sh_zone *zone, enum sh_zone_source source, struct sh_evidence *ret)
{
	ret->stated = source == SH_ZONE_FROM_SPEECH ? zone : NULL;
	ret->variable = source == SH_ZONE_FROM_VARIABLE ? zone : NULL;
}

/* The turn in which the words stand, and the answer to it. */
static struct sh_str
wish_words(struct sh_arena *a, const struct sh_spoken_in *in, const struct sh_spoken *s)
{
	const struct sh_spoken_turn *t, *next;
	struct sh_str one, two;

	if (s->agreed == SH_AGREED_STRUCTURED)
		return in->nvalues ? sh_arena_printf(a, "%.*s: %.*s", (int)in->values[0].name.n, in->values[0].name.s,
					 (int)sh_text_cut(in->values[0].value, WISH_WORDS_BYTES).n, in->values[0].value.s)
				   : SH_NONE;
	if (s->turn >= in->nturns)
		return SH_NONE;
	t = &in->turns[s->turn];
	one = sh_text_cut(t->text, WISH_WORDS_BYTES);
	if (s->turn + 1 >= in->nturns)
		return sh_arena_printf(a, "%s: %.*s", t->user ? "User" : "Agent", (int)one.n, one.s);
	next = t + 1;
	two = sh_text_cut(next->text, WISH_WORDS_BYTES);
	return sh_arena_printf(a, "%s: %.*s\n%s: %.*s", t->user ? "User" : "Agent", (int)one.n, one.s,
	    next->user ? "User" : "Agent", (int)two.n, two.s);
}

static void
wish_tell(const struct sh_wish_in *in, const struct sh_spoken *s, struct sh_ended *ended)
{
	ended->asked_confidence = s->confidence;
	ended->asked_named = s->named;
	ended->asked_ms = s->instant_ms;
	switch (s->status) {
	case SH_SPOKEN_TIME:
		ended->asked = SH_ASKED_TIME;
		break;
	case SH_SPOKEN_NO_TIME:
		ended->asked = SH_ASKED_YES;
		break;
	case SH_SPOKEN_REFUSED:
		ended->asked = SH_ASKED_REFUSED;
		break;
	case SH_SPOKEN_NONE:
		ended->asked = in->event->callback == SH_WISH_NO ? SH_ASKED_NO : SH_ASKED_NONE;
		break;
	}
}

void
sh_wish_read(struct sh_arena *a, const struct sh_wish_in *in, struct sh_ended *ended, struct sh_wished *ret)
{
	static const enum sh_spoken_wish wishes[] = {
		[SH_WISH_UNSAID] = SH_SPOKEN_WISH_UNSAID, [SH_WISH_NO] = SH_SPOKEN_WISH_NO, [SH_WISH_YES] = SH_SPOKEN_WISH_YES
	};
	struct sh_evidence evidence = {
		.contact = in->contact, .number = in->number, .states = in->state, .workspace = in->workspace
	};
	struct sh_spoken_value values[WISH_VALUES];
	struct sh_spoken_in spoken = { .now_ms = in->now_ms,
		.ended_ms = in->ended_ms,
		.wish = wishes[in->event->callback],
		.values = values,
		.limits = &in->policy->spoken };
	size_t nturns = 0;

	*ret = (struct sh_wished){ 0 };
	wish_stated(in->earlier, in->earlier_source, &evidence);
	sh_callee_find(in->core->prefixes, &evidence, &ret->callee);
	wish_place(in, &spoken.place);
	spoken.nvalues = wish_values(a, in, values);
	spoken.turns = in->event->transcript.n ? sh_spoken_turns(a, in->event->transcript, &nturns) : NULL;
	/* A message of this kind is an order, whatever the policy reads. */
	ret->by_message = in->chat && wish_stops(spoken.turns, nturns, &ret->words);
	if (ret->by_message) {
		ended->asked = SH_ASKED_REFUSED;
		return;
	}
	spoken.nturns = in->policy->read_speech ? nturns : 0;
	sh_spoken_read(a, &spoken, &ret->spoken);
	wish_tell(in, &ret->spoken, ended);
	if (ret->spoken.status != SH_SPOKEN_NONE)
		ret->words = wish_words(a, &spoken, &ret->spoken);
	if (!ret->spoken.zone || ret->spoken.fixed_offset_s || ret->spoken.yours)
		return;
	if (ret->spoken.zone_source != SH_ZONE_FROM_SPEECH && ret->spoken.zone_source != SH_ZONE_FROM_VARIABLE)
		return;
	wish_stated(ret->spoken.zone, ret->spoken.zone_source, &evidence);
	sh_callee_find(in->core->prefixes, &evidence, &ret->callee);
}
