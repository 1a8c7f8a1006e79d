/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* engine/permit.c: see permit.h. */
#include "gateway/engine/permit.h"

#include <stdio.h>
#include <string.h>

void
sh_permit_policy(struct sh_permit *a, const struct sh_core *core, const struct sh_rows *r, int row)
{
	struct sh_account_words words = sh_account_words(r, row);

	*a = (struct sh_permit){ .place = { .zones = core->zones,
				     .workspace = sh_zones_find(core->zones, sh_rows_str(r, row, "timezone")),
				     .packs = core->packs,
				     .prefixes = core->prefixes } };
	if (!a->place.workspace)
		a->place.workspace = sh_zones_find(core->zones, SH_STR("UTC"));
	sh_account_policy(core, &words, &a->policy);
}

uint32_t
sh_permit_lot(struct sh_str callee_index)
{
	uint32_t lot = 0;

	if (callee_index.n >= sizeof(lot))
		memcpy(&lot, callee_index.s, sizeof(lot));
	return lot;
}

void
sh_permit_read(struct sh_permit *a, const struct sh_core *core, const struct sh_rows *r, int row, int64_t now_ms)
{
	int64_t asked_ms = sh_rows_time(r, row, "asked_at");
	/* Since then it waits: whatever has moved it, the time that was asked for stays that. */
	int64_t since_ms = sh_rows_null(r, row, "first_due_at") ? asked_ms : sh_rows_time(r, row, "first_due_at");

	sh_permit_policy(a, core, r, row);
	if (sh_callee_read(core->zones, sh_rows_str(r, row, "callee_zones"), sh_rows_str(r, row, "callee_states"),
		sh_rows_str(r, row, "callee_country"), sh_rows_str(r, row, "zone_source"), sh_rows_bool(r, row, "callee_unknown"),
		&a->callee)) {
		a->place.callee = &a->callee;
	} else if (!sh_rows_null(r, row, "callee_zones")) {
		/* None of the zones is in the data any more: nobody knows the place, and the states' laws hold by the states' clocks. */
		a->callee.source = SH_ZONE_FROM_WORKSPACE;
		a->callee.n = 1;
		a->callee.zones[0] = a->place.workspace;
		a->callee.unknown = true;
		a->place.callee = &a->callee;
	}
	a->place.lot = sh_permit_lot(sh_rows_str(r, row, "callee_index"));
	a->overridden = sh_rows_bool(r, row, "override");
	a->dialling = (struct sh_due_dial){
		.now_ms = now_ms, .named_ms = sh_rows_bool(r, row, "explicit") ? since_ms : 0, .due_since_ms = since_ms
	};
}

bool
sh_permit_by_law(const struct sh_permit *a)
{
	const struct sh_admitted *d = &a->admitted;

	for (uint32_t i = 0; i < d->nforbidding; i++)
		if (d->rules[i].pack)
			return true;
	return false;
}

void
sh_permit_judge(struct sh_permit *a)
{
	struct sh_due_dial plain = a->dialling;
	struct sh_admitted unexempt;

	sh_decide_admit(&a->policy, &a->place, &a->dialling, &a->admitted);
	if (!a->admitted.exempt)
		return;
	plain.named_ms = 0;
	sh_decide_admit(&a->policy, &a->place, &plain, &unexempt);
	if (a->overridden && sh_permit_by_law(a))
		a->admitted = unexempt;
	else
		a->unexempt_ms = unexempt.what == SH_ADMIT_LATER ? unexempt.next_ms : 0;
}

void
sh_permit_terms(const struct sh_permit *a, struct sh_dial_terms *ret)
{
	const struct sh_admitted *d = &a->admitted;
	struct sh_str record;
	struct sh_buf b;

	static_assert(SH_LENGTH(d->caps) <= SH_LENGTH(ret->calls), "all caps fit");
	*ret = (struct sh_dial_terms){ .ncaps = d->ncaps,
		.gap_s = d->gap_s,
		.exempt = d->exempt,
		.overridden = a->overridden,
		.unexempt_ms = a->unexempt_ms };
	for (uint32_t i = 0; i < d->ncaps; i++) {
		ret->within_s[i] = d->caps[i].within_s;
		ret->calls[i] = d->caps[i].calls;
	}
	memcpy(ret->policy, a->policy.name, sizeof(ret->policy));
	sh_buf_init(&b, sizeof(ret->record) - 1);
	sh_record_admitted(&b, &a->policy, &a->place, &a->dialling, d, NULL, d->what == SH_ADMIT_LATER ? d->next_ms : 0);
	record = b.failed ? SH_STR("{}") : sh_buf_str(&b);
	memcpy(ret->record, record.s, ret->nrecord = record.n);
	sh_buf_clear(&b);
}

const char *
sh_permit_held(const struct sh_permit *a, char out[SH_PERMIT_HELD])
{
	if (a->admitted.lack.what != SH_LACK_NOTHING)
		sh_lack_text(&a->admitted.lack, out);
	else
		snprintf(out, SH_PERMIT_HELD, "%s permits no call in sight", sh_permit_why(a));
	return out;
}

const char *
sh_permit_why(const struct sh_permit *a)
{
	const struct sh_admitted *d = &a->admitted;

	return d->nforbidding > 0 ? d->rules[0].id : "quiet_hours";
}
