/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* engine/after.c: see after.h. */
#include "gateway/engine/after.h"

#include <stdio.h>

#include "gateway/base/time.h"
#include "gateway/base/writer.h"
#include "gateway/crypto/seal.h"
#include "gateway/engine/permit.h"
#include "gateway/policy/record.h"

#define AFTER_EVIDENCE_BYTES (16 << 10)
#define AFTER_BESIDE_BYTES 4096

bool
sh_after_must_wait(const struct sh_after *x)
{
	const struct sh_driver_loaded *driver = sh_drivers_find(x->eng->core->drivers, x->provider);

	return x->event.nfacts > 0 && (!driver || sh_board_closed(driver));
}

bool
sh_after_undecided(const struct sh_after *x)
{
	return x->policy.lacks != SH_LACK_NOTHING && x->decision.what == SH_DECISION_HOLD;
}

int64_t
sh_after_undecided_ms(const struct sh_after *x, int64_t now_ms)
{
	int64_t part = (now_ms - x->ended.ended_ms) / 32;

	return part < 2 * SH_MINUTE_MS ? 2 * SH_MINUTE_MS : part > SH_HOUR_MS ? SH_HOUR_MS : part;
}

/* The provider's facts → what they mean. Without any, nothing more is tried. */
void
sh_after_judge(struct sh_after *x)
{
	const struct sh_driver_loaded *driver = sh_drivers_find(x->eng->core->drivers, x->provider);
	const struct sh_event *e = &x->event;
	struct sh_driver_call call;

	x->ended.means = (struct sh_disposition){ .outcome = SH_OUTCOME_OTHER, .retry = SH_RETRY_NEVER };
	x->unknown = false;
	x->word = sh_arena_str(x->arena, sh_header(e->facts, e->nfacts, "reason"));
	if (driver && driver->nreasons && e->nfacts > 0) {
		sh_driver_call_init(&call, driver, SH_AFTER_BYTES, sh_core_now(x->eng->core));
		x->ended.means = sh_driver_outcome(&call, e->facts, e->nfacts);
		x->word = sh_arena_str(x->arena, sh_driver_reason_word(&call, e->facts, e->nfacts));
		x->unknown = call.unknown;
		sh_driver_call_clear(&call);
	}
	x->ended.provider = x->provider;
	x->ended.word = x->word;
	/* That counts attempts of ours. */
	if (x->ended.begun == SH_BEGUN_INBOUND || x->ended.begun == SH_BEGUN_CHAT)
		x->ended.means.uncounted = false;
}

void
sh_after_decide(struct sh_after *x, int64_t now_ms)
{
	const struct sh_core *core = x->eng->core;
	struct sh_wish_in in = { .core = core,
		.policy = &x->policy,
		.event = &x->event,
		.sent = x->sent,
		.workspace = x->workspace,
		.contact = x->contact,
		.earlier = x->earlier,
		.earlier_source = x->earlier_source,
		.state = x->state,
		.number = x->number,
		.now_ms = now_ms,
		.ended_ms = x->ended.ended_ms,
		.chat = x->chat };

	sh_wish_read(x->arena, &in, &x->ended, &x->wished);
	x->place = (struct sh_whereabouts){ .zones = core->zones,
		.workspace = x->workspace,
		.packs = core->packs,
		.prefixes = core->prefixes,
		.callee = &x->wished.callee,
		.lot = sh_permit_lot(x->index) };
	sh_id_random(&x->place.chance, sizeof(x->place.chance));
	sh_decide(&x->policy, &x->place, &x->ended, now_ms, &x->decision);
	if (x->decision.what == SH_DECISION_HOLD && x->decision.next_attempt == 0) {
		x->decision.next_attempt = x->ended.attempt + 1;
		x->decision.is_final_attempt = x->decision.next_attempt >= x->policy.max_attempts;
		x->decision.redial_reason = "callback_requested";
	}
	if (x->decision.what == SH_DECISION_HOLD && x->decision.due_ms == 0)
		x->decision.due_ms = x->ended.asked == SH_ASKED_TIME ? x->ended.asked_ms : now_ms;
}

void
sh_after_stop(struct sh_after *x, enum sh_decision_what what, const char *reason, const char *text)
{
	x->decision.what = what;
	x->decision.reason = reason;
	snprintf(x->decision.text, sizeof(x->decision.text), "%s", text);
}

const char *
sh_after_source(const struct sh_after *x)
{
	if (x->decision.means.outcome == SH_OUTCOME_DO_NOT_CALL)
		return "provider";
	return x->wished.by_message ? "sms" : "speech";
}

/* ---- evidence ---- */

static struct sh_str
after_evidence_text(struct sh_after *x, struct sh_buf *b)
{
	const struct sh_spoken *s = &x->wished.spoken;
	struct sh_out o;
	char then[32];

	sh_time_format_rfc3339(x->ended.asked_ms, then);
	sh_writer_init(&o, b);
	sh_writer_open(&o, '{');
	sh_writer_key_str(&o, "who", x->number);
	sh_writer_key_str(&o, "words", x->wished.words);
	sh_writer_key_str(&o, "provider", x->provider);
	sh_writer_key_str(&o, "call", x->call_id);
	sh_writer_key_time(&o, "said_in_call_that_ended", x->ended.ended_ms);
	sh_writer_key_str(&o, "time", sh_str(then));
	sh_writer_key_str(&o, "zone", s->zone ? sh_str(sh_zone_name(s->zone)) : SH_NONE);
	sh_writer_key_str(&o, "zone_source", sh_str(sh_zone_source_name(s->zone_source)));
	sh_writer_key_str(&o, "agreed", sh_str(sh_spoken_agreed_name(s->agreed)));
	sh_writer_key_int(&o, "confidence", s->confidence);
	sh_writer_close(&o, '}');
	return b->failed ? SH_NONE : sh_buf_str(b);
}

bool
sh_after_seal(struct sh_after *x, const struct sh_tenant_key *key, int64_t now_ms)
{
	SH_CLEANUP(sh_buf_wipe) struct sh_buf b;
	struct sh_place place = { .tenant = x->ref.tenant, .table = "evidence", .column = "detail" };

	sh_buf_init(&b, AFTER_EVIDENCE_BYTES);
	x->evidence_id = (struct sh_id){ 0 };
	if (x->decision.what != SH_DECISION_RETRY || !x->decision.named || x->decision.kept)
		return true;
	x->evidence_id = place.row = sh_id_new(now_ms);
	x->evidence = sh_seal(x->arena, key, &place, after_evidence_text(x, &b));
	return x->evidence.s != NULL;
}

void
sh_after_write_evidence(
    struct sh_after *x, struct sh_unit *u, const struct sh_id *chain, const struct sh_id *callback, int64_t now_ms)
{
	int64_t days = x->policy.evidence_days;

	if (!sh_id_or_null(&x->evidence_id))
		return;
	sh_unit_add(u, SH_SQL_evidence_add, SH_P_SMALL(x->ref.bucket), SH_P_ID(&x->ref.tenant), SH_P_ID(&x->evidence_id),
	    SH_P_ID(chain), SH_P_ID(callback), SH_P_BYTES(x->evidence), SH_P_TIME(now_ms), SH_P_TIME(now_ms + days * SH_DAY_MS));
}

/* ---- beside the next callback ---- */

struct sh_str
sh_after_beside(struct sh_after *x)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	const struct sh_spoken *s = &x->wished.spoken;
	bool asked = x->ended.asked == SH_ASKED_TIME || x->ended.asked == SH_ASKED_YES;
	struct sh_callee_text callee;
	struct sh_out o;

	sh_buf_init(&b, AFTER_BESIDE_BYTES);
	sh_callee_write(&x->wished.callee, &callee);
	sh_writer_init(&o, &b);
	sh_writer_open(&o, '{');
	sh_writer_key_str(&o, "zones", sh_str(callee.zones));
	sh_writer_key_str(&o, "states", sh_str(callee.states));
	sh_writer_key_str(&o, "country", sh_str(callee.country));
	sh_writer_key_bool(&o, "unknown", callee.unknown);
	sh_writer_key_str(&o, "source", sh_str(callee.source));
	if (x->decision.named && s->zone && !s->fixed_offset_s && s->wall) {
		sh_writer_key_int(&o, "wall_ms", sh_zone_local(s->zone, x->decision.due_ms));
		sh_writer_key_str(&o, "wall_zone", sh_str(sh_zone_name(s->zone)));
		sh_writer_key_str(&o, "zone_data", sh_str(sh_zones_version(x->eng->core->zones)));
	}
	if (asked)
		sh_writer_key_int(&o, "confidence", x->ended.asked_confidence);
	sh_writer_key_bool(&o, "flagged", x->decision.flagged);
	if (sh_id_or_null(&x->evidence_id))
		sh_writer_key_id(&o, "evidence_id", &x->evidence_id);
	sh_writer_close(&o, '}');
	return sh_arena_str(x->arena, sh_buf_str(&b));
}

/* ---- into the transaction ---- */

static void
after_decision(struct sh_after *x, struct sh_unit *u, const struct sh_about *about, const char *kind, const char *verdict,
    struct sh_str record, int64_t now_ms)
{
	struct sh_id id = sh_id_new(now_ms);

	sh_unit_add(u, SH_SQL_decision_add, SH_P_SMALL(x->ref.bucket), SH_P_ID(&x->ref.tenant), SH_P_ID(&id), SH_P_TIME(now_ms),
	    SH_P_TEXT(sh_str(kind)), SH_P_TEXT(sh_str(verdict)), SH_P_ID(sh_id_or_null(&about->callback)),
	    SH_P_ID(sh_id_or_null(&about->chain)), SH_P_ID(sh_id_or_null(&about->dial)), SH_P_ID(sh_id_or_null(&x->call)),
	    SH_P_ID(sh_id_or_null(&about->workspace)), SH_P_ID(sh_id_or_null(&about->agent)), SH_P_TEXT(sh_str(x->policy.name)),
	    SH_P_JSON(record));
}

void
sh_after_write_record(struct sh_after *x, struct sh_unit *u, const struct sh_about *about, int64_t now_ms)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;

	sh_buf_init(&b, SH_RECORD_BYTES);
	sh_record_decided(&b, &x->policy, &x->place, &x->ended, now_ms, &x->decision);
	after_decision(x, u, about, "after_call", sh_decision_what_name(x->decision.what), sh_buf_str(&b), now_ms);
}

void
sh_after_write_suppression(struct sh_after *x, struct sh_unit *u, const struct sh_about *about, int64_t now_ms)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	bool tenant = x->policy.suppress_scope == SH_SCOPE_TENANT;
	const char *source = sh_after_source(x);
	struct sh_id id = sh_id_new(now_ms);

	sh_buf_init(&b, SH_RECORD_BYTES);
	sh_record_suppressed(&b, source, tenant ? "tenant" : "workspace");
	sh_unit_add(u, SH_SQL_suppress, SH_P_SMALL(x->ref.bucket), SH_P_ID(&x->ref.tenant), SH_P_ID(&id),
	    SH_P_ID(tenant ? NULL : &about->workspace), SH_P_BYTES(x->index), SH_P_TEXT(sh_str(source)),
	    /* The provider's word is a reason only where it is the provider that says so. */
	    SH_P_TEXT(x->word.s && strcmp(source, "provider") == 0 ? x->word : SH_STR("asked")), SH_P_TIME(now_ms), SH_P_TIME_OR_NULL(0));
	if (sh_id_or_null(&x->call))
		sh_unit_add(
		    u, SH_SQL_call_refused, SH_P_SMALL(x->ref.bucket), SH_P_ID(&x->ref.tenant), SH_P_ID(&x->call), SH_P_TIME(now_ms));
	sh_work_activity(u, x->eng, &x->ref, about, "callee.suppressed", "the callee asked not to be called again");
	after_decision(x, u, about, "suppress", source, sh_buf_str(&b), now_ms);
}

void
sh_after_write_close(struct sh_after *x, struct sh_unit *u, const struct sh_about *about, const char *why, int64_t now_ms)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;

	sh_buf_init(&b, SH_RECORD_BYTES);
	if (!x->index.s || !x->number.s)
		return;
	sh_record_closed(&b, why);
	sh_unit_add(u, SH_SQL_chains_close, SH_P_SMALL(x->ref.bucket), SH_P_ID(&x->ref.tenant), SH_P_ID(&about->workspace),
	    SH_P_BYTES(x->index), SH_P_ID(sh_id_or_null(&about->chain)), SH_P_TEXT(sh_str(why)), SH_P_TIME(now_ms),
	    SH_P_ID(sh_id_or_null(&x->call)), SH_P_JSON(sh_buf_str(&b)));
}
