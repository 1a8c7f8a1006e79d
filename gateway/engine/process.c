/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/process.c: one event of the inbox.
 *
 * Reads the event and what is known of its call; merges the two; writes the call, the dial's new state (T5, T8) and the
 * event's `processed` in one transaction that first makes sure that neither has moved. The decision about an ended dial
 * is planned in the same transaction: at once after the final event, else when waiting for that is over.
 *
 * Late and doubled news is believed by the guards of the statements, not by the order of arrival.
 */
#include "gateway/engine/work.h"

#include <stdlib.h>

#include "gateway/base/metric.h"
#include "gateway/base/text.h"
#include "gateway/crypto/seal.h"
#include "gateway/engine/event.h"

#define SH_MAGIC_sh_processing 0x70726f63u
#define PROCESS_ARENA_BYTES (2 << 20)
#define PROCESS_TRIES 8

struct sh_processing {
	uint32_t magic;
	struct sh_engine *eng;
	struct sh_arena *arena;
	struct sh_ref ref; /* id: the event */
	int64_t day;
	int tries;
	struct sh_id workspace, agent, call_row, dial;
	bool has_call, has_dial, dial_known;
	int call_version;
	int64_t received_ms;
	struct sh_str keys, body, call_index, call_detail, provider;
	struct sh_event event; /* merged with the call's */
	struct sh_event_ids ids; /* that travelled in its metadata */
	struct sh_str detail; /* sealed for call_row */
	int64_t decide_ms; /* 0: nothing to decide */
	/* of a call that is no dial of ours: what its ending means, and whom it suppresses */
	struct sh_disposition means;
	bool judged, suppress;
	uint8_t callee_index[16];
	struct sh_id suppression;
	struct sh_str callee;
};

static void process_read(struct sh_processing *);

static void
process_free(struct sh_processing *p)
{
	struct sh_engine *eng = p->eng;

	sh_arena_free(p->arena);
	SH_MAGIC_CLEAR(p);
	free(p);
	sh_process_ended(eng);
	sh_work_end(eng);
}

/* Tried again in a while; the fifth failure makes it dead, which people see. */
static void
process_failed(struct sh_processing *p, const char *why)
{
	struct sh_unit *u = sh_work_unit(p->eng);

	sh_log(SH_LOG_ERROR, "event.failed", why, SH_F_ID("event_id", &p->ref.id), SH_F_TEXT("driver", p->provider));
	sh_unit_add(u, SH_SQL_event_failed, SH_P_SMALL(p->ref.bucket), SH_P_ID(&p->ref.tenant), SH_P_DATE(p->day),
	    SH_P_ID(&p->ref.id), SH_P_TEXT(sh_str(why)), SH_P_TIME(sh_core_now(p->eng->core) + 10 * SH_SECOND_MS));
	sh_unit_run(u);
	process_free(p);
}

static void
process_written(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_processing *p = SH_OBJ(arg, sh_processing);

	(void)res;
	if (st == SH_OK && SH_FAILPOINT(process_committed))
		st = SH_EUNKNOWN;
	if (st == SH_ECONFLICT && ++p->tries < PROCESS_TRIES) {
		process_read(p);
		return;
	}
	if (st == SH_ESYSTEM || st == SH_ECONFLICT) {
		process_failed(p, err->text);
		return;
	}
	if (st == SH_OK) {
		sh_metric_add(SH_METRIC_event_processed, 1);
		if (p->decide_ms)
			sh_engine_due_at(p->eng, p->decide_ms);
	}
	process_free(p);
}

static void
process_write_call(struct sh_processing *p, struct sh_unit *u, int64_t now)
{
	const struct sh_event *e = &p->event;

	sh_unit_add(u, SH_SQL_call_put, SH_P_SMALL(p->ref.bucket), SH_P_ID(&p->ref.tenant), SH_P_ID(&p->call_row),
	    SH_P_ID(&p->workspace), SH_P_BYTES(p->call_index), SH_P_TEXT(e->call_id), SH_P_ID(sh_id_or_null(&p->agent)),
	    SH_P_ID(p->has_dial ? &p->dial : NULL), SH_P_TEXT(e->direction ? sh_str(sh_direction_name(e->direction)) : SH_NONE),
	    SH_P_TEXT(sh_str(sh_channel_name(e->channel))), SH_P_SMALL(sh_event_rank(e)),
	    SH_P_TEXT(p->judged ? sh_str(sh_outcome_name(p->means.outcome)) : SH_NONE),
	    SH_P_TEXT(sh_header(e->facts, e->nfacts, "reason")), SH_P_TIME_OR_NULL(e->started_ms), SH_P_TIME_OR_NULL(e->ended_ms),
	    SH_P_BYTES(p->detail), SH_P_TIME(now), SH_P_BOOL(true));
}

/* T5, and T8 if the call is over; first a dial that was believed not placed is given its row again. */
static void
process_write_dial(struct sh_processing *p, struct sh_unit *u, int64_t now)
{
	const struct sh_event *e = &p->event;
	const struct sh_core_options *o = p->eng->core->options;
	struct sh_id entry = sh_id_new(now);
	int64_t ended_ms = e->ended_ms ? e->ended_ms : p->received_ms;

	sh_unit_add(u, SH_SQL_dial_lock, SH_P_SMALL(p->ref.bucket), SH_P_ID(&p->ref.tenant), SH_P_ID(&p->dial));
	if (!p->dial_known)
		sh_dial_adopt(
		    u, p->eng, &(struct sh_ref){ p->ref.bucket, p->ref.tenant, p->dial }, &p->ids, &p->workspace, p->provider);
	sh_unit_add(u, SH_SQL_dial_revive, SH_P_SMALL(p->ref.bucket), SH_P_ID(&p->ref.tenant), SH_P_ID(&p->dial), SH_P_TIME(now),
	    SH_P_ID(&entry), SH_P_ID(&p->workspace));
	if (!e->over) {
		sh_unit_add(u, SH_SQL_dial_placed, SH_P_SMALL(p->ref.bucket), SH_P_ID(&p->ref.tenant), SH_P_ID(&p->dial),
		    SH_P_TEXT(e->call_id), SH_P_TIME(now), SH_P_TIME(now + 10 * SH_MINUTE_MS), SH_P_ID(&p->workspace));
		return;
	}
	/* A provider's clock may be off: the end is never later than its news, nor a day before it. */
	if (ended_ms > p->received_ms || ended_ms < p->received_ms - SH_DAY_MS)
		ended_ms = p->received_ms;
	p->decide_ms = e->final ? now : p->received_ms + o->decide_wait_s * SH_SECOND_MS;
	sh_unit_add(u, SH_SQL_dial_ended, SH_P_SMALL(p->ref.bucket), SH_P_ID(&p->ref.tenant), SH_P_ID(&p->dial),
	    SH_P_TEXT(e->call_id), SH_P_TIME(ended_ms), SH_P_TIME(now), SH_P_TIME(p->decide_ms), SH_P_ID(&p->workspace));
}

/* Somebody asked not to be called again, in a call that is none of our dials. */
static void
process_write_suppression(struct sh_processing *p, struct sh_unit *u, int64_t now)
{
	struct sh_about about = { .workspace = p->workspace, .agent = p->agent };

	sh_unit_add(u, SH_SQL_suppress, SH_P_SMALL(p->ref.bucket), SH_P_ID(&p->ref.tenant), SH_P_ID(&p->suppression), SH_P_ID(NULL),
	    SH_P_BYTES(((struct sh_str){ (const char *)p->callee_index, 16 })), SH_P_BYTES(p->callee),
	    SH_P_TEXT(SH_STR("provider")), SH_P_TEXT(sh_header(p->event.facts, p->event.nfacts, "reason")), SH_P_TIME(now),
	    SH_P_TIME_OR_NULL(0));
	sh_work_activity(u, p->eng, &p->ref, &about, "callee.suppressed", "the other party of a call asked not to be called again");
}

static void
process_write(struct sh_processing *p)
{
	int64_t now = sh_core_now(p->eng->core);
	struct sh_unit *u = sh_unit_new(p->eng->core->engine_db, process_written, p);

	p->decide_ms = 0;
	sh_unit_add(u, SH_SQL_event_lock, SH_P_SMALL(p->ref.bucket), SH_P_ID(&p->ref.tenant), SH_P_DATE(p->day),
	    SH_P_ID(&p->ref.id), SH_P_BYTES(p->call_index), SH_P_INT(p->call_version));
	/* The dial first: the call's row takes the callback's id from it. */
	if (p->has_dial && p->event.call_id.n)
		process_write_dial(p, u, now);
	if (p->call_index.s && p->event.call_id.n)
		process_write_call(p, u, now);
	if (p->suppress)
		process_write_suppression(p, u, now);
	sh_unit_add(
	    u, SH_SQL_event_done, SH_P_SMALL(p->ref.bucket), SH_P_ID(&p->ref.tenant), SH_P_DATE(p->day), SH_P_ID(&p->ref.id));
	SH_UNIT_FAILPOINT(u, process_before_commit);
	sh_unit_run(u);
}

/* Not a fault of the event's: its lease brings it back. */
static const char process_waits[] = "its driver is in quarantine, or not loaded";

/* An ended call that is no dial of ours is judged here; the decision about a dial has a transaction of its own. */
static const char *
process_judge(struct sh_processing *p, const struct sh_tenant_key *key)
{
	const struct sh_driver_loaded *driver = sh_drivers_find(p->eng->core->drivers, p->provider);
	const struct sh_event *e = &p->event;
	struct sh_str other = e->direction == SH_DIRECTION_INBOUND ? e->from : e->to;
	struct sh_place place = { .tenant = p->ref.tenant, .table = "suppression", .column = "callee" };
	struct sh_driver_call call;

	if (!e->over)
		return NULL;
	if (!driver || sh_board_closed(driver))
		return process_waits;
	if (!driver->table.outcome)
		return NULL;
	sh_driver_call_init(&call, driver, PROCESS_ARENA_BYTES, sh_core_now(p->eng->core));
	p->means = sh_driver_outcome(&call, e->facts, e->nfacts);
	sh_driver_call_clear(&call);
	p->judged = true;
	if (p->means.outcome != SH_OUTCOME_DO_NOT_CALL || !sh_text_is_e164(other))
		return NULL;
	p->suppress = true;
	p->suppression = sh_id_new(sh_core_now(p->eng->core));
	place.row = p->suppression;
	sh_seal_index(key, "callee", other, p->callee_index);
	p->callee = sh_seal(p->arena, key, &place, other);
	return NULL;
}

static const char *
process_merge(struct sh_processing *p, const struct sh_tenant_key *key)
{
	struct sh_place place = { .tenant = p->ref.tenant, .table = "inbox", .column = "body", .row = p->ref.id };
	SH_CLEANUP(sh_buf_wipe) struct sh_buf text;
	struct sh_event before;
	struct sh_str open;
	const char *why = NULL;

	sh_buf_init(&text, SH_EVENT_BYTES);
	if (!sh_seal_open(p->arena, key, &place, p->body, SH_EVENT_BYTES, &open) ||
	    !sh_event_read(p->arena, open, &p->event, &p->ids))
		return "the stored event does not open";
	place = (struct sh_place){ .tenant = p->ref.tenant, .table = "call", .column = "detail", .row = p->call_row };
	if (p->has_call && p->call_detail.s) {
		if (!sh_seal_open(p->arena, key, &place, p->call_detail, SH_EVENT_BYTES, &open) ||
		    !sh_event_read(p->arena, open, &before, NULL))
			return "the call's detail does not open";
		sh_event_merge(p->arena, &before, &p->event);
	}
	if (!p->has_dial)
		p->has_dial = sh_text_uuid(p->event.dial_id, p->dial.b);
	if (!p->has_dial)
		why = process_judge(p, key);
	if (why)
		return why;
	sh_event_write(&p->event, p->arena, &text);
	p->detail = sh_seal(p->arena, key, &place, sh_buf_str(&text));
	return text.failed || !p->detail.s ? "too large" : NULL;
}

static void
process_keyed(void *arg, enum sh_status st, const struct sh_tenant_key *key, const struct sh_error *err)
{
	struct sh_processing *p = SH_OBJ(arg, sh_processing);
	const char *why;

	(void)err;
	if (st != SH_OK) {
		process_free(p); /* its lease brings it back */
		return;
	}
	why = process_merge(p, key);
	if (why == process_waits)
		process_free(p);
	else if (why)
		process_failed(p, why);
	else
		process_write(p);
}

static void
process_take(struct sh_processing *p, const struct sh_rows *r)
{
	static const struct sh_id zero;

	/* Of an earlier try, whose arena has gone. */
	p->judged = p->suppress = false;
	p->callee = SH_NONE;
	p->workspace = sh_rows_id(r, 0, "workspace_id");
	p->agent = sh_rows_id(r, 0, "agent_id");
	p->provider = sh_arena_str(p->arena, sh_rows_str(r, 0, "provider"));
	p->received_ms = sh_rows_time(r, 0, "received_at");
	p->keys = sh_arena_str(p->arena, sh_rows_str(r, 0, "keys"));
	p->body = sh_arena_str(p->arena, sh_rows_str(r, 0, "body"));
	p->call_index = sh_arena_str(p->arena, sh_rows_str(r, 0, "call_index"));
	p->has_call = !sh_rows_null(r, 0, "call_id");
	p->call_row = p->has_call ? sh_rows_id(r, 0, "call_id") : sh_id_new(sh_core_now(p->eng->core));
	p->call_version = (int)sh_rows_int(r, 0, "call_version");
	p->call_detail = sh_arena_str(p->arena, sh_rows_str(r, 0, "call_detail"));
	p->dial_known = sh_rows_bool(r, 0, "dial_known");
	p->dial = sh_rows_id(r, 0, "dial_id");
	if (memcmp(&p->dial, &zero, sizeof(zero)) == 0)
		p->dial = sh_rows_id(r, 0, "call_dial_id");
	p->has_dial = memcmp(&p->dial, &zero, sizeof(zero)) != 0;
}

static void
process_was_read(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_processing *p = SH_OBJ(arg, sh_processing);
	const struct sh_rows *r = st == SH_OK ? sh_rows(res, 0) : NULL;

	if (st == SH_ESYSTEM)
		sh_log(SH_LOG_ERROR, "event.failed", err->text, SH_F_ID("event_id", &p->ref.id));
	/* Nothing: processed by another. */
	if (!r || sh_rows_count(r) == 0 || !sh_str_is(sh_rows_str(r, 0, "state"), "pending")) {
		process_free(p);
		return;
	}
	process_take(p, r);
	if (sh_arena_failed(p->arena))
		process_failed(p, "too large");
	else
		sh_keys_open(p->eng->core->keys, &p->ref.tenant, p->keys, process_keyed, p);
}

static void
process_read(struct sh_processing *p)
{
	struct sh_unit *u;

	sh_arena_free(p->arena);
	p->arena = sh_arena_new(PROCESS_ARENA_BYTES);
	u = sh_unit_new(p->eng->core->engine_db, process_was_read, p);
	sh_unit_add(
	    u, SH_SQL_event_read, SH_P_SMALL(p->ref.bucket), SH_P_ID(&p->ref.tenant), SH_P_DATE(p->day), SH_P_ID(&p->ref.id));
	sh_unit_run(u);
}

void
sh_process_begin(struct sh_engine *eng, const struct sh_ref *ref, int64_t day)
{
	struct sh_processing *p = calloc(1, sizeof(*p));

	if (!p) {
		sh_process_ended(eng);
		return;
	}
	SH_MAGIC_SET(p, sh_processing);
	p->eng = eng;
	p->ref = *ref;
	p->day = day;
	sh_work_begin(eng);
	process_read(p);
}
