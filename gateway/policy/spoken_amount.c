/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* An amount of time as a part of a time: "in an hour", "within the next two days", "give me five" (section 4.2). */
#include "gateway/policy/spoken_grammar.h"

/* "in", "within", "give me about", "over the next": what stands before an amount. */
static uint32_t
amount_lead(const struct sh_spoken_token *t, bool *in, bool *within, bool *about)
{
	uint32_t k = 0;

	switch (t[0].cls) {
	case SH_SW_WITHIN:
		*within = true;
		/* fall through */
	case SH_SW_IN:
	case SH_SW_AFTER:
	case SH_SW_GIVE:
	case SH_SW_OVER:
		*in = true;
		k = 1;
		if (t[k].cls == SH_SW_ME || t[k].cls == SH_SW_IT)
			k++;
		break;
	default:
		break;
	}
	if (t[k].cls == SH_SW_ABOUT)
		k++, *about = true;
	if (t[k].cls == SH_SW_THE && (t[k + 1].cls == SH_SW_NEXT || (*in && t[k + 1].cls == SH_SW_COMING)))
		k += 2, *within = true;
	return k;
}

/* Amounts that are said shorter than others: "in five", "within the hour". *k moves to the amount. */
static uint32_t
amount_short(const struct sh_spoken_token *t, uint32_t *k, bool within, struct sh_spoken_count *c)
{
	const struct sh_spoken_token *n = &t[*k];

	if (!within && (t[0].cls == SH_SW_IN || t[0].cls == SH_SW_GIVE) && n[0].cls == SH_SW_NUMBER && n[0].minute < 0 &&
	    n[0].number >= 2 && n[0].number <= 90 &&
	    (n[1].cls == SH_SW_END || n[1].cls == SH_SW_STOP || n[1].cls == SH_SW_COMMA || n[1].cls == SH_SW_PLEASE)) {
		*c = (struct sh_spoken_count){ .ms = n[0].number * SH_MINUTE_MS };
		return 1;
	}
	if (!within)
		return 0;
	if (n[0].cls == SH_SW_THE && n[1].cls == SH_SW_UNIT)
		n++;
	if (n[0].cls != SH_SW_UNIT || n[0].value > 2)
		return 0;
	*k = (uint32_t)(n - t);
	*c = (struct sh_spoken_count){ .ms = n[0].value == 2 ? SH_HOUR_MS : SH_MINUTE_MS };
	return 1;
}

static void
amount_calendar_step(const struct sh_spoken_count *c, bool within, struct sh_spoken_atom *a)
{
	if (within) {
		a->s.has = SH_SLOT_DURATION;
		a->s.bound = SH_BOUND_WITHIN;
		a->s.duration_ms = (int64_t)c->n * (c->unit == 4 ? 7 : c->unit == 5 ? 30 : 1) * SH_DAY_MS;
	} else {
		a->s.has = SH_SLOT_DAY;
		a->s.day = (struct sh_spoken_day){
			.kind = SH_DAY_STEP, .n = (int16_t)(c->n < 3000 ? c->n : 3000), .unit = c->unit, .weekday = -1
		};
	}
}

uint32_t
sh_spoken_amount(const struct sh_spoken_token *t, struct sh_spoken_atom *a)
{
	struct sh_spoken_count c;
	bool in = false, within = false;
	uint32_t k = amount_lead(t, &in, &within, &a->s.about), n = sh_spoken_count(&t[k], &c);

	if (n == 0)
		n = amount_short(t, &k, within, &c);
	if (n == 0 || (c.calendar && c.unit > 5))
		return 0;
	k += n;
	a->bare = !in && !within;
	a->s.about |= c.about;
	if (c.calendar) {
		amount_calendar_step(&c, within, a);
		return k;
	}
	if (t[k].cls == SH_SW_TIME)
		k++;
	if (t[k].cls == SH_SW_FROM_NOW || t[k].cls == SH_SW_LATER)
		k++, a->bare = false;
	a->s.has = SH_SLOT_DURATION;
	a->s.bound = within ? SH_BOUND_WITHIN : SH_BOUND_NONE;
	a->s.duration_ms = c.ms;
	return k;
}
