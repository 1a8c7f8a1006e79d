/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/merge_list.c: one account's list of calls, since the last sign of life that survived.
 *
 * Page by page: each call that names a dial of ours gets its row if there is none; then the calls go into the inbox. A dial that
 * has to wait for another one of its callback stays out of the inbox, and the merge comes again.
 */
#include "gateway/engine/merge.h"

#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/reader.h"
#include "gateway/base/text.h"

#define LIST_ARENA_BYTES (24 << 20)
#define LIST_PAGES 5000
#define LIST_BATCH 64 /* the inbox's most */

struct sh_merge_page {
	struct sh_arena *arena; /* until the next page */
	struct sh_driver_call call;
	bool calling;
	struct sh_account *account;
	struct sh_request request;
	struct sh_str cursor;
	char cursor_text[SH_DRIVER_CURSOR];
	struct sh_driver_walk walk;
	struct sh_query query;
	int open; /* units under way */
	bool broken, filled;
	struct sh_inbox_row *rows;
	size_t nrows, stored;
};

struct list_dial {
	struct sh_merging *m;
	const struct sh_event *event;
};

static void list_send(struct sh_merging *);

static struct sh_merge_account *
list_account(struct sh_merging *m)
{
	return &m->accounts[m->at];
}

static void
list_page_clear(struct sh_merge_page *p)
{
	if (p->calling)
		sh_driver_call_clear(&p->call);
	p->calling = false;
	sh_arena_free(p->arena);
	p->arena = NULL;
}

void
sh_merge_list_free(struct sh_merging *m)
{
	if (!m->page)
		return;
	list_page_clear(m->page);
	free(m->page);
	m->page = NULL;
}

static void
list_failed(struct sh_merging *m, const char *why)
{
	char text[256];

	snprintf(text, sizeof(text), "%s", why);
	sh_merge_list_free(m);
	sh_merge_unlisted(m, text);
}

/* What ended workers is not called, here neither; one that stays in quarantine becomes a suspect in the end. */
static bool
list_closed(struct sh_merging *m)
{
	if (!sh_board_closed(list_account(m)->driver))
		return false;
	list_failed(m, "the driver is in quarantine");
	return true;
}

/* ---- into the inbox ---- */

static void list_store(struct sh_merging *);

static void
list_stored(void *arg, enum sh_status st, const bool *fresh, size_t n)
{
	struct sh_merging *m = SH_OBJ(arg, sh_merging);
	struct sh_merge_page *p = m->page;

	if (st != SH_OK) {
		sh_merge_broken(m);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct sh_inbox_row *row = &p->rows[p->stored + i];

		list_account(m)->stored += fresh[i];
		if (fresh[i])
			sh_engine_event(m->eng, row->bucket, &row->tenant, row->received_ms / SH_DAY_MS, &row->event);
	}
	p->stored += n;
	list_store(m);
}

static void
list_store(struct sh_merging *m)
{
	const struct sh_core *core = m->eng->core;
	struct sh_merge_page *p = m->page;
	size_t n = p->nrows - p->stored;

	if (n > 0) {
		sh_inbox_add(core->inbox, p->rows + p->stored, n < LIST_BATCH ? n : LIST_BATCH,
		    sh_core_now(core) + core->options->process_lease_s * SH_SECOND_MS, list_stored, m);
		return;
	}
	if (p->cursor.n == 0) {
		sh_merge_list_free(m);
		sh_merge_listed(m);
		return;
	}
	sh_merge_keep(m);
	list_send(m);
}

static void
list_keyed_again(void *arg, enum sh_status st, const struct sh_tenant_key *key, const struct sh_error *err)
{
	struct sh_merging *m = SH_OBJ(arg, sh_merging);
	const struct sh_merge_account *a = list_account(m);
	struct sh_merge_page *p = m->page;
	int64_t now = sh_core_now(m->eng->core);
	size_t n = 0;

	if (st != SH_OK) {
		list_failed(m, err->text);
		return;
	}
	p->rows = sh_arena_array(p->arena, struct sh_inbox_row, p->call.nevents + 1);
	for (struct sh_event_item *i = p->call.events; i && p->rows; i = i->next) {
		struct sh_event *e = &i->event;

		/* It waits for another dial of its callback: list_adopted. */
		if (e->call_id.n == 0)
			continue;
		/* Once a merge and stage of the call: a merge that is begun anew stores nothing twice. */
		e->dedup = sh_arena_printf(
		    p->arena, "merge:%.*s:%d:%lld", (int)e->call_id.n, e->call_id.s, sh_event_rank(e), (long long)m->noticed_ms);
		if (!sh_event_row(p->arena, e, key, m->bucket, &a->tenant, &a->workspace, NULL, sh_str(a->driver->name), now,
			&p->rows[n], NULL)) {
			list_failed(m, "a call of the list is too large to keep");
			return;
		}
		n++;
	}
	if (!p->rows || sh_arena_failed(p->arena)) {
		list_failed(m, "too large");
		return;
	}
	p->nrows = n;
	p->stored = 0;
	list_store(m);
}

/* ---- rows for what was lost ---- */

static void
list_adopt_end(struct sh_merging *m)
{
	struct sh_merge_page *p = m->page;

	if (p->open > 0 || !p->filled)
		return;
	if (p->broken)
		sh_merge_broken(m);
	else
		sh_keys_open(m->eng->core->keys, &list_account(m)->tenant, list_account(m)->keys, list_keyed_again, m);
}

static void
list_adopted(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct list_dial *d = arg;
	struct sh_merging *m = d->m;

	m->page->open--;
	if (st == SH_ESYSTEM || st == SH_ECONFLICT)
		sh_log(SH_LOG_WARN, "merge.broken", err->text, SH_F_INT("bucket", m->bucket));
	if (st != SH_OK) {
		m->page->broken = true;
	} else {
		const struct sh_rows *known = sh_rows(res, 2);

		list_account(m)->adopted += sh_rows_count(sh_rows(res, 1)) > 0;
		if (sh_rows_bool(known, 0, "ours") && !sh_rows_bool(known, 0, "known")) {
			m->blocked++;
			((struct sh_event *)d->event)->call_id = SH_NONE;
		}
	}
	list_adopt_end(m);
}

/* A unit a dial: locks are held for one only, so that no order among them matters. */
static void
list_adopt(struct sh_merging *m)
{
	const struct sh_merge_account *a = list_account(m);
	struct sh_merge_page *p = m->page;

	p->open = 0;
	p->broken = p->filled = false;
	for (struct sh_event_item *i = p->call.events; i; i = i->next) {
		struct sh_ref dial = { .bucket = m->bucket, .tenant = a->tenant };
		struct sh_event_ids ids = sh_event_ids_of(p->arena, &i->event);
		struct list_dial *d;
		struct sh_unit *u;

		if (!ids.attempt || !sh_text_uuid(i->event.dial_id, dial.id.b))
			continue;
		d = sh_arena_make(p->arena, struct list_dial);
		if (!d)
			continue;
		*d = (struct list_dial){ m, &i->event };
		p->open++;
		u = sh_unit_new(m->eng->core->engine_db, list_adopted, d);
		sh_dial_adopt(u, m->eng, &dial, &ids, &a->workspace, a->provider);
		sh_unit_add(u, SH_SQL_merge_known, SH_P_SMALL(m->bucket), SH_P_ID(&a->tenant), SH_P_ID(&dial.id),
		    SH_P_ID(&ids.callback), SH_P_ID(&a->workspace), SH_P_INT(ids.attempt), SH_P_ID(sh_id_or_null(&ids.chain)));
		sh_unit_run(u);
	}
	p->filled = true;
	list_adopt_end(m);
}

/* ---- pages ---- */

static void
list_answered(void *arg, enum sh_net_sent sent, const struct sh_response *response, const struct sh_error *err)
{
	struct sh_merging *m = SH_OBJ(arg, sh_merging);
	struct sh_merge_page *p = m->page;
	struct sh_exchange x = {
		.size = sizeof(x), .request = &p->request, .response = response, .cursor = p->cursor, .query = &p->query
	};
	struct sh_str next;

	(void)sent;
	if (!response || SH_FAILPOINT(merge_page)) {
		list_failed(m, response ? "dropped by a failpoint" : err->text);
		return;
	}
	if (list_closed(m))
		return;
	p->call.cx.cursor = SH_NONE;
	if (sh_driver_read(&p->call, SH_CAN_CALLS, p->account, &x) != SH_ANSWER_OK) {
		list_failed(m, p->call.cx.text.n ? sh_arena_z(p->arena, p->call.cx.text) : "the provider's list cannot be read");
		return;
	}
	next = p->call.cx.cursor;
	if (next.n > 0 && (!sh_driver_walk_on(&p->walk, next) || p->walk.pages >= LIST_PAGES)) {
		list_failed(m, "the provider's list does not end");
		return;
	}
	/* The page's memory ends with it; where to go on does not. */
	memcpy(p->cursor_text, next.n ? next.s : "", next.n);
	p->cursor = (struct sh_str){ p->cursor_text, next.n };
	list_adopt(m);
}

static void
list_keyed(void *arg, enum sh_status st, const struct sh_tenant_key *key, const struct sh_error *err)
{
	struct sh_merging *m = SH_OBJ(arg, sh_merging);
	const struct sh_merge_account *a = list_account(m);
	struct sh_merge_page *p = m->page;
	struct sh_error e = { 0 };

	if (list_closed(m))
		return;
	if (st == SH_OK)
		p->account = sh_account_open(p->arena, a->driver, key, &a->tenant,
		    &(struct sh_stored){ a->workspace, a->settings, a->secrets }, NULL, sh_core_now(m->eng->core));
	if (st != SH_OK || !p->account) {
		list_failed(m, st == SH_OK ? "a sealed value does not open" : err->text);
		return;
	}
	sh_driver_call_init(&p->call, a->driver, LIST_ARENA_BYTES, sh_core_now(m->eng->core));
	p->calling = true;
	if (sh_driver_ask_calls(&p->call, p->account, &p->query, p->cursor, &p->request, &e) != SH_OK) {
		list_failed(m, e.text);
		return;
	}
	sh_net_send(m->eng->core->net, &(struct sh_net_request){ .request = &p->request, .total_ms = 20000 }, list_answered, m);
}

static void
list_send(struct sh_merging *m)
{
	const struct sh_merge_account *a = list_account(m);

	list_page_clear(m->page);
	m->page->arena = sh_arena_new(LIST_ARENA_BYTES);
	sh_keys_open(m->eng->core->keys, &a->tenant, a->keys, list_keyed, m);
}

void
sh_merge_list(struct sh_merging *m)
{
	const struct sh_merge_account *a = list_account(m);
	int64_t now = sh_core_now(m->eng->core), from = a->created_ms;
	struct sh_dial_times t = sh_dial_times(m->eng->core, &a->driver->table, 0);
	struct sh_merge_page *p = calloc(1, sizeof(*p));

	if (!p) {
		sh_merge_broken(m);
		return;
	}
	/* A dial that was begun just before the last sign of life may have been created W + A later; its row may be lost all the same. */
	if (m->lost_from_ms - t.verdict_ms > from)
		from = m->lost_from_ms - t.verdict_ms;
	p->query = (struct sh_query){ .size = sizeof(p->query), .from_ms = from - SH_MINUTE_MS, .until_ms = now + SH_MINUTE_MS };
	m->page = p;
	sh_merge_keep(m);
	list_send(m);
}
