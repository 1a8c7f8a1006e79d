/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/look.c: asking the provider what became of a dial. Reads, and never writes there.
 *
 *	look	an ambiguous dial: is it in the list of calls? Found: its event goes into the inbox, like a webhook. Absent is
 *		believed only of a list that is authoritative and was asked for after verdict_at; else the dial is parked.
 *	ask	a placed dial whose end was not heard: the call, by its id. At live_until it has ended, whatever is known.
 */
#include "gateway/engine/work.h"

#include <stdlib.h>

#include "gateway/base/metric.h"
#include "gateway/base/reader.h"
#include "gateway/base/text.h"
#include "gateway/crypto/seal.h"
#include "gateway/engine/event.h"

#define SH_MAGIC_sh_looking 0x6c6f6f6bu
#define LOOK_ARENA_BYTES (24 << 20)
#define LOOK_PAGES 20
#define LOOK_GRACE_MS (15 * SH_MINUTE_MS) /* looks that fail are repeated until so long after verdict_at */
#define LOOK_ASK_FIRST_MS (10 * SH_MINUTE_MS)
#define LOOK_ASK_MOST_MS (30 * SH_MINUTE_MS)

struct sh_looking {
	uint32_t magic;
	struct sh_engine *eng;
	struct sh_arena *arena;
	struct sh_ref ref; /* id: the dial */
	bool asking; /* one call by its id, not the list */
	const struct sh_driver_loaded *driver;
	struct sh_about about;
	struct sh_str keys, payload, settings, secrets, call_id, to;
	int64_t sent_ms, verdict_ms, live_until_ms, asked_ms;
	int looks, pages;
	int64_t undecided_ms; /* what a page of this walk said by sh_undecided */
	bool other_credentials; /* set after the dial was begun */
	struct sh_driver_call call;
	bool calling;
	struct sh_account *account;
	struct sh_query query;
	char dial_id[37]; /* the query's */
	struct sh_request request;
	struct sh_str cursor;
	struct sh_event *found;
	const char *proof; /* a constant: why it is parked */
	struct sh_id event; /* its inbox row */
};

static void look_send(struct sh_looking *);

int64_t
sh_look_time(int looks, int64_t sent_ms, int64_t verdict_ms, int64_t now_ms)
{
	static const int64_t after_ms[] = { 5000, 30000, 120000, 600000 };

	for (size_t i = looks < 0 ? 0 : (size_t)looks; i < SH_LENGTH(after_ms); i++)
		if (sent_ms + after_ms[i] > now_ms && sent_ms + after_ms[i] < verdict_ms)
			return sent_ms + after_ms[i];
	if (verdict_ms > now_ms && verdict_ms != INT64_MAX)
		return verdict_ms;
	return now_ms + 5 * SH_SECOND_MS;
}

static void
look_free(struct sh_looking *k)
{
	struct sh_engine *eng = k->eng;

	if (k->calling)
		sh_driver_call_clear(&k->call);
	sh_arena_free(k->arena);
	SH_MAGIC_CLEAR(k);
	free(k);
	sh_work_end(eng);
}

static const char *
look_kind(const struct sh_looking *k)
{
	return k->asking ? "ask" : "look";
}

/* ---- ways to end ---- */

static void
look_later(struct sh_looking *k, int64_t at_ms)
{
	struct sh_unit *u = sh_work_unit(k->eng);

	sh_unit_add(u, SH_SQL_due_push, SH_P_SMALL(k->ref.bucket), SH_P_ID(&k->ref.tenant), SH_P_TEXT(sh_str(look_kind(k))),
	    SH_P_ID(&k->ref.id), SH_P_TIME(at_ms));
	sh_unit_add(u, SH_SQL_look_count, SH_P_SMALL(k->ref.bucket), SH_P_ID(&k->ref.tenant), SH_P_ID(&k->ref.id));
	sh_unit_run(u);
	sh_engine_due_at(k->eng, at_ms);
	look_free(k);
}

/* Not the provider's silence but our own: no look is counted, and nothing is given up because of it. */
static void
look_wait(struct sh_looking *k)
{
	int64_t at_ms = sh_core_now(k->eng->core) + SH_DRIVER_WAIT_MS;
	struct sh_unit *u = sh_work_unit(k->eng);

	sh_unit_add(u, SH_SQL_due_push, SH_P_SMALL(k->ref.bucket), SH_P_ID(&k->ref.tenant), SH_P_TEXT(sh_str(look_kind(k))),
	    SH_P_ID(&k->ref.id), SH_P_TIME(at_ms));
	sh_unit_run(u);
	sh_engine_due_at(k->eng, at_ms);
	look_free(k);
}

static void
look_parked(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_looking *k = SH_OBJ(arg, sh_looking);
	struct sh_unit *u;

	if (st == SH_ESYSTEM)
		sh_log(SH_LOG_ERROR, "look.failed", err->text, SH_F_ID("dial_id", &k->ref.id));
	if (st == SH_OK && sh_rows_count(sh_rows(res, 0)) > 0) {
		u = sh_work_unit(k->eng);
		sh_work_activity(u, k->eng, &k->ref, &k->about, "dial.parked",
		    "parked: nothing proves whether the phone rang; a person decides");
		sh_unit_run(u);
		sh_metric_add(SH_METRIC_dial_parked, 1);
		sh_log(SH_LOG_ERROR, "dial.parked", "nothing proves whether this phone rang: a person must decide",
		    SH_F_ID("dial_id", &k->ref.id), SH_F_ID("callback_id", &k->about.callback), SH_F_STR("proof", k->proof));
	}
	look_free(k); /* if it did not, its due row brings it back */
}

/* T9 */
static void
look_park(struct sh_looking *k, const char *proof)
{
	struct sh_unit *u = sh_unit_new(k->eng->core->engine_db, look_parked, k);

	k->proof = proof;
	SH_UNIT_FAILPOINT(u, park_before_commit);
	sh_unit_add(u, SH_SQL_dial_parked, SH_P_SMALL(k->ref.bucket), SH_P_ID(&k->ref.tenant), SH_P_ID(&k->ref.id),
	    SH_P_TIME(sh_core_now(k->eng->core)), SH_P_TEXT(sh_str(proof)));
	sh_unit_run(u);
}

/* T8 without news: no call lasts longer than this. */
static void
look_give_up(struct sh_looking *k)
{
	int64_t now = sh_core_now(k->eng->core);
	struct sh_unit *u = sh_work_unit(k->eng);

	sh_unit_add(u, SH_SQL_dial_ended, SH_P_SMALL(k->ref.bucket), SH_P_ID(&k->ref.tenant), SH_P_ID(&k->ref.id),
	    SH_P_TEXT(SH_NONE), SH_P_TIME(k->live_until_ms), SH_P_TIME(now), SH_P_TIME(now), SH_P_ID(&k->about.workspace));
	SH_UNIT_FAILPOINT(u, watch_before_commit);
	sh_unit_run(u);
	sh_engine_due_at(k->eng, now);
	look_free(k);
}

/* It did not work: again with back-off, and in the end without an answer. */
static void
look_failed(struct sh_looking *k, const char *why, int64_t after_ms)
{
	int64_t now = sh_core_now(k->eng->core), wait = (5 * SH_SECOND_MS) << (k->looks < 5 ? k->looks : 5);

	sh_log(
	    SH_LOG_WARN, "look.failed", why, SH_F_ID("dial_id", &k->ref.id), SH_F_STR("driver", k->driver ? k->driver->name : ""));
	if (after_ms > wait)
		wait = after_ms < SH_HOUR_MS ? after_ms : SH_HOUR_MS;
	if (!k->asking && now > k->verdict_ms + LOOK_GRACE_MS)
		look_park(k, "the provider's list could not be read");
	else if (k->asking && now >= k->live_until_ms)
		look_give_up(k);
	else
		look_later(k, now + wait);
}

static void
look_absent(struct sh_looking *k)
{
	const struct sh_driver *t = &k->driver->table;
	const struct sh_clock *clock = &k->eng->core->clock;
	int64_t now = sh_core_now(k->eng->core);

	if (k->asking) {
		int64_t wait = LOOK_ASK_FIRST_MS << (k->looks < 2 ? k->looks : 2);

		if (now >= k->live_until_ms)
			look_give_up(k);
		else
			look_later(k, now + wait > k->live_until_ms ? k->live_until_ms
								    : now + (wait > LOOK_ASK_MOST_MS ? LOOK_ASK_MOST_MS : wait));
		return;
	}
	/* The list was asked for when nothing of this dial could be on its way any more, or it proves nothing. */
	if (k->asked_ms <= k->verdict_ms) {
		look_later(k, sh_look_time(k->looks + 1, k->sent_ms, k->verdict_ms, now));
	} else if (k->other_credentials) {
		/* Perhaps another account's list: it says nothing about this dial. */
		look_park(k, "the workspace's credentials were changed after the dial");
	} else if (clock->error_ms < 0 || clock->error_ms > k->eng->core->options->clock_error_ms) {
		look_later(k, now + 5 * SH_SECOND_MS);
	} else if (t->list_lag_s > 0 && t->list_has_dial_id && sh_driver_can(k->driver, SH_CAN_CALLS)) {
		if (SH_FAILPOINT(look_before_commit)) {
			look_free(k);
			return;
		}
		sh_dial_absent(k->eng, &k->ref);
		look_free(k);
	} else {
		look_park(k, "the provider's list is not authoritative");
	}
}

/*
 * There is a call that may be the one, and the provider will say so later: until then it is neither found nor absent, however
 * long after the verdict that is. No call of this dial outlives live_until; false then.
 */
static bool
look_undecided(struct sh_looking *k, int64_t after_ms)
{
	int64_t now = sh_core_now(k->eng->core), usual = sh_look_time(k->looks + 1, k->sent_ms, k->verdict_ms, now);

	if (now >= k->live_until_ms)
		return false;
	look_later(k, usual < now + after_ms && usual < k->verdict_ms ? usual
		      : now + after_ms < k->live_until_ms             ? now + after_ms
								      : k->live_until_ms);
	return true;
}

/* ---- found ---- */

static void
look_stored(void *arg, enum sh_status st, const bool *fresh, size_t n)
{
	struct sh_looking *k = SH_OBJ(arg, sh_looking);

	(void)n;
	if (st != SH_OK) {
		look_failed(k, "what the provider knows could not be stored", 0);
		return;
	}
	if (fresh[0])
		sh_engine_event(k->eng, k->ref.bucket, &k->ref.tenant, k->asked_ms / SH_DAY_MS, &k->event);
	look_free(k); /* its due row goes with T5 or T8; until then it comes back */
}

/* The finding goes the way of a webhook: durable, counted once, processed under the same guards. */
static void
look_keyed_again(void *arg, enum sh_status st, const struct sh_tenant_key *key, const struct sh_error *err)
{
	struct sh_looking *k = SH_OBJ(arg, sh_looking);
	const struct sh_core_options *o = k->eng->core->options;
	struct sh_inbox_row row;
	char dial_id[37];
	int64_t now = sh_core_now(k->eng->core);

	if (st != SH_OK) {
		look_failed(k, err->text, 0);
		return;
	}
	sh_text_uuid_format(k->ref.id.b, dial_id);
	k->found->dial_id = sh_str(dial_id);
	k->found->dedup = sh_arena_printf(k->arena, "look:%.*s:%d:%d:%s", (int)k->found->call_id.n, k->found->call_id.s,
	    sh_event_rank(k->found), k->looks, dial_id);
	if (!sh_event_row(k->arena, k->found, key, k->ref.bucket, &k->ref.tenant, &k->about.workspace,
		sh_id_or_null(&k->about.agent), sh_str(k->driver->name), now, &row, NULL)) {
		look_failed(k, "the provider's answer is too large", 0);
		return;
	}
	if (k->asking ? SH_FAILPOINT(watch_before_commit) : SH_FAILPOINT(look_before_commit)) {
		look_free(k); /* its due row brings it back */
		return;
	}
	k->event = row.event;
	k->asked_ms = now;
	sh_inbox_add(k->eng->core->inbox, &row, 1, now + o->process_lease_s * SH_SECOND_MS, look_stored, k);
}

/* ---- pages ---- */

static struct sh_event *
look_match(struct sh_looking *k)
{
	struct sh_id dial;

	for (struct sh_event_item *i = k->call.events; i; i = i->next)
		if (k->asking ? sh_str_eq(i->event.call_id, k->call_id)
			      : sh_text_uuid(i->event.dial_id, dial.b) && memcmp(&dial, &k->ref.id, sizeof(dial)) == 0)
			return &i->event;
	return NULL;
}

/* Absent is what a whole list does not show; a list that breaks off, or is not there at all, shows nothing. */
static void
look_parsed(struct sh_looking *k, enum sh_answer answer)
{
	struct sh_str next = k->call.cx.cursor;
	bool more = answer == SH_ANSWER_OK && next.n > 0;
	/* Asked for this dial alone, the provider shows a call that does not say so: it may be the one. */
	bool strange = !k->asking && k->driver->table.list_has_dial_id && k->call.events;

	if (answer == SH_ANSWER_OK && k->call.cx.after_ms > k->undecided_ms)
		k->undecided_ms = k->call.cx.after_ms;
	k->found = look_match(k);
	if (k->found && (!k->asking || k->found->over)) {
		sh_keys_open(k->eng->core->keys, &k->ref.tenant, k->keys, look_keyed_again, k);
	} else if (more && !k->asking && !sh_str_eq(next, k->cursor) && ++k->pages < LOOK_PAGES) {
		k->cursor = next;
		look_send(k);
	} else if (!k->asking && answer == SH_ANSWER_OK && !more && k->undecided_ms && look_undecided(k, k->undecided_ms)) {
		return;
	} else if ((k->asking && answer == SH_ANSWER_ABSENT) || (answer == SH_ANSWER_OK && !more && !strange)) {
		look_absent(k);
	} else {
		look_failed(k,
		    k->call.cx.text.n ? sh_arena_z(k->arena, k->call.cx.text)
				      : "the provider's answer cannot be read, or breaks off",
		    k->call.cx.after_ms);
	}
}

static void
look_answered(void *arg, enum sh_net_sent sent, const struct sh_response *response, const struct sh_error *err)
{
	struct sh_looking *k = SH_OBJ(arg, sh_looking);
	struct sh_exchange x = { .size = sizeof(x),
		.request = &k->request,
		.response = response,
		.cursor = k->cursor,
		.query = k->asking ? NULL : &k->query };
	enum sh_answer answer;

	(void)sent;
	if (!response || SH_FAILPOINT(look_page)) {
		look_failed(k, response ? "dropped by a failpoint" : err->text, 0);
		return;
	}
	if (sh_board_closed(k->driver)) {
		look_wait(k);
		return;
	}
	k->call.cx.cursor = SH_NONE;
	answer = sh_driver_read(&k->call, k->asking ? SH_CAN_CALL : SH_CAN_CALLS, k->account, &x);
	look_parsed(k, answer);
}

static void
look_send(struct sh_looking *k)
{
	struct sh_error err = { 0 };
	enum sh_status st;

	sh_text_uuid_format(k->ref.id.b, k->dial_id);
	k->query = (struct sh_query){ .size = sizeof(k->query),
		.from_ms = k->sent_ms - SH_MINUTE_MS,
		.until_ms = k->verdict_ms,
		.dial_id = sh_str(k->dial_id),
		.to = k->to };
	st = k->asking ? sh_driver_ask(&k->call, SH_CAN_CALL, k->account, k->call_id, &k->request, &err)
		       : sh_driver_ask_calls(&k->call, k->account, &k->query, k->cursor, &k->request, &err);
	if (st != SH_OK) {
		look_failed(k, err.text, 0);
		return;
	}
	if (k->pages == 0)
		k->asked_ms = sh_core_now(k->eng->core);
	if (SH_FAILPOINT(look_asked)) {
		look_failed(k, "dropped by a failpoint", 0);
		return;
	}
	sh_net_send(k->eng->core->net, &(struct sh_net_request){ .request = &k->request, .total_ms = 20000 }, look_answered, k);
}

/* ---- reading the row ---- */

static void
look_keyed(void *arg, enum sh_status st, const struct sh_tenant_key *key, const struct sh_error *err)
{
	struct sh_looking *k = SH_OBJ(arg, sh_looking);
	struct sh_place place = { .tenant = k->ref.tenant, .table = "callbacks", .column = "payload", .row = k->about.chain };
	struct sh_str open = SH_NONE;

	if (st == SH_OK && sh_seal_open(k->arena, key, &place, k->payload, 1 << 20, &open))
		k->account = sh_account_open(k->arena, k->driver, key, &k->ref.tenant,
		    &(struct sh_stored){ k->about.workspace, k->settings, k->secrets }, NULL, sh_core_now(k->eng->core));
	if (!k->account) {
		look_failed(k, st == SH_OK ? "a sealed value does not open" : err->text, 0);
		return;
	}
	k->to = sh_reader_str(k->arena, sh_reader_get(sh_reader_parse(k->arena, open, NULL), SH_STR("to")));
	sh_driver_call_init(&k->call, k->driver, LOOK_ARENA_BYTES, sh_core_now(k->eng->core));
	k->calling = true;
	look_send(k);
}

static void
look_take(struct sh_looking *k, const struct sh_rows *r)
{
	k->about = (struct sh_about){ .workspace = sh_rows_id(r, 0, "workspace_id"),
		.callback = sh_rows_id(r, 0, "callback_id"),
		.agent = sh_rows_id(r, 0, "agent_id"),
		.number = sh_rows_id(r, 0, "number_id"),
		.chain = sh_rows_id(r, 0, "chain_root_id"),
		.dial = k->ref.id };
	k->driver = sh_drivers_find(k->eng->core->drivers, sh_rows_str(r, 0, "provider"));
	k->keys = sh_arena_str(k->arena, sh_rows_str(r, 0, "keys"));
	k->payload = sh_arena_str(k->arena, sh_rows_str(r, 0, "payload"));
	k->settings = sh_arena_str(k->arena, sh_rows_str(r, 0, "workspace_settings"));
	k->secrets = sh_arena_str(k->arena, sh_rows_str(r, 0, "workspace_secrets"));
	k->call_id = sh_arena_str(k->arena, sh_rows_str(r, 0, "provider_call_id"));
	k->sent_ms = sh_rows_null(r, 0, "sent_at") ? sh_rows_time(r, 0, "send_before") : sh_rows_time(r, 0, "sent_at");
	k->verdict_ms = sh_rows_time(r, 0, "verdict_at");
	k->live_until_ms = sh_rows_time(r, 0, "live_until");
	k->looks = (int)sh_rows_int(r, 0, "looks");
	k->other_credentials = sh_rows_bool(r, 0, "other_credentials");
}

static void
look_was_read(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_looking *k = SH_OBJ(arg, sh_looking);
	const struct sh_rows *r = st == SH_OK ? sh_rows(res, 0) : NULL;
	struct sh_unit *u;

	if (st == SH_ESYSTEM)
		sh_log(SH_LOG_ERROR, "look.failed", err->text, SH_F_ID("dial_id", &k->ref.id));
	if (!r) {
		look_free(k);
		return;
	}
	if (sh_rows_count(r) == 0 || !sh_str_is(sh_rows_str(r, 0, "state"), k->asking ? "placed" : "ambiguous")) {
		u = sh_work_unit(k->eng);
		sh_unit_add(u, SH_SQL_due_drop, SH_P_SMALL(k->ref.bucket), SH_P_ID(&k->ref.tenant), SH_P_TEXT(sh_str(look_kind(k))),
		    SH_P_ID(&k->ref.id));
		sh_unit_run(u);
		look_free(k);
		return;
	}
	look_take(k, r);
	if (sh_arena_failed(k->arena)) {
		look_free(k);
	} else if (k->driver && sh_board_closed(k->driver)) {
		look_wait(k);
	} else if (!k->driver || !sh_driver_can(k->driver, k->asking ? SH_CAN_CALL : SH_CAN_CALLS)) {
		/* Nobody to ask: an ambiguous dial waits for a webhook until the verdict, a placed one until no call lasts longer. */
		k->asked_ms = sh_core_now(k->eng->core);
		if (!k->driver)
			look_failed(k, "no loaded driver for this provider", 0);
		else
			look_absent(k);
	} else {
		sh_keys_open(k->eng->core->keys, &k->ref.tenant, k->keys, look_keyed, k);
	}
}

static void
look_begin(struct sh_engine *eng, const struct sh_ref *ref, bool asking)
{
	struct sh_looking *k = calloc(1, sizeof(*k));
	struct sh_unit *u;

	if (!k)
		return;
	SH_MAGIC_SET(k, sh_looking);
	k->eng = eng;
	k->ref = *ref;
	k->asking = asking;
	k->arena = sh_arena_new(LOOK_ARENA_BYTES);
	sh_work_begin(eng);
	u = sh_unit_new(eng->core->engine_db, look_was_read, k);
	sh_unit_add(u, SH_SQL_look_read, SH_P_SMALL(ref->bucket), SH_P_ID(&ref->tenant), SH_P_ID(&ref->id));
	sh_unit_run(u);
}

void
sh_look_begin(struct sh_engine *eng, const struct sh_ref *ref)
{
	look_begin(eng, ref, false);
}

void
sh_ask_begin(struct sh_engine *eng, const struct sh_ref *ref)
{
	look_begin(eng, ref, true);
}
