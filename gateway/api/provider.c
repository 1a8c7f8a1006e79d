/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* api/provider.c: see provider.h. */
#include "gateway/api/provider.h"

#include <stdio.h>
#include <stdlib.h>
#include <uthash.h>

#include "gateway/base/log.h"
#include "gateway/base/reader.h"
#include "gateway/base/writer.h"
#include "gateway/driver/board.h"
#include "gateway/engine/account.h"

#define SH_MAGIC_sh_provider 0x70726f76u
#define PROVIDER_ARENA_BYTES (64 << 20)
#define PROVIDER_ACCOUNT_BYTES (1 << 20)
#define PROVIDER_PAGES 500
#define PROVIDER_DROPPED_BYTES 4096
#define PROVIDER_REQUEST_MS 20000

static const struct {
	enum sh_capability can;
	const char *what;
} provider_asks[] = {
	[SH_PROVIDER_CHECK] = { SH_CAN_CHECK, "check an account" },
	[SH_PROVIDER_NUMBERS] = { SH_CAN_NUMBERS, "list phone numbers" },
	[SH_PROVIDER_AGENTS] = { SH_CAN_AGENTS, "list agents" },
};

static void provider_send(struct sh_provider *);

static void
provider_end(struct sh_api_request *r)
{
	struct sh_provider *p = SH_OBJ(r->own, sh_provider);

	if (p->calling)
		sh_driver_call_clear(&p->call);
	sh_arena_free(p->arena);
	SH_MAGIC_CLEAR(p);
	free(p);
}

/* ---- how it ends ---- */

static void
provider_noted(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);
	struct sh_provider *p = SH_OBJ(r->own, sh_provider);

	(void)res;
	if (st != SH_OK)
		sh_log(
		    SH_LOG_WARN, "provider.not_noted", "that a provider refused a key was not noted", SH_F_STR("why", err->text));
	sh_api_problem(r, SH_PROBLEM_provider_refused,
	    "%s refuses the key of this workspace: set the credentials anew (PUT …/credentials) and test them",
	    p->driver->table.title);
}

static void
provider_refused(struct sh_provider *p)
{
	struct sh_api_request *r = p->r;
	struct sh_id activity = sh_id_new(r->now_ms);
	struct sh_unit *u = sh_api_unit(r, provider_noted);

	sh_unit_add(u, SH_SQL_credentials_tested, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_ID(&p->workspace),
	    SH_P_BOOL(false), SH_P_TIME(r->now_ms), SH_P_ID(&activity));
	sh_unit_run(u);
}

static void
provider_failed(struct sh_provider *p, const char *why)
{
	sh_log(SH_LOG_WARN, "provider.failed", "a provider did not answer as it should", SH_F_STR("driver", p->driver->name),
	    SH_F_STR("function", p->calling ? p->call.function : ""), SH_F_STR("why", why), SH_F_ID("workspace_id", &p->workspace));
	sh_api_problem(p->r, SH_PROBLEM_provider_failed, "%s: %s", p->driver->table.title, why);
}

/* ---- numbers: several lists may name one ---- */

struct provider_seen {
	struct sh_number_item *item;
	UT_hash_handle hh;
};

static struct sh_str
provider_number_key(const struct sh_number *n)
{
	return n->e164.s ? n->e164 : n->provider_id;
}

static void
provider_unite(struct sh_provider *p)
{
	struct provider_seen *table = NULL, *s, *next;
	struct sh_number_item **at = &p->call.numbers, *item;

	while ((item = *at)) {
		struct sh_str key = provider_number_key(&item->number);

		HASH_FIND(hh, table, key.s, key.n, s);
		if (s) {
			s->item->number.voice |= item->number.voice;
			s->item->number.sms |= item->number.sms;
			*at = item->next;
			continue;
		}
		s = calloc(1, sizeof(*s));
		if (s) {
			s->item = item;
			HASH_ADD_KEYPTR(hh, table, key.s, key.n, s);
		}
		p->n++;
		at = &item->next;
	}
	HASH_ITER (hh, table, s, next) {
		HASH_DEL(table, s);
		free(s);
	}
	p->numbers = p->call.numbers;
}

static void
provider_found(struct sh_provider *p)
{
	provider_unite(p);
	p->agents = p->call.agents;
	if (p->call.ndropped)
		sh_log(SH_LOG_WARN, "provider.dropped", "rows of a provider's list cannot be stored, and were left out",
		    SH_F_STR("driver", p->driver->name), SH_F_INT("rows", p->call.nrows), SH_F_INT("dropped", p->call.ndropped),
		    SH_F_ID("workspace_id", &p->workspace));
	if (p->ask == SH_PROVIDER_AGENTS)
		for (const struct sh_agent_item *a = p->agents; a; a = a->next)
			p->n++;
	p->then(p);
}

struct sh_str
sh_provider_dropped(struct sh_provider *p)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	struct sh_out o;

	sh_buf_init(&b, PROVIDER_DROPPED_BYTES);
	sh_writer_init(&o, &b);
	sh_writer_open(&o, '{');
	sh_writer_key_int(&o, "count", p->call.ndropped);
	sh_writer_key(&o, SH_STR("rows"));
	sh_writer_open(&o, '[');
	for (const struct sh_dropped_item *i = p->call.dropped; i; i = i->next) {
		sh_writer_open(&o, '{');
		sh_writer_key_int(&o, "row", i->row);
		sh_writer_key_str(&o, "field", SH_STR("provider_id"));
		sh_writer_key_str(&o, "why", sh_str(i->why));
		sh_writer_close(&o, '}');
	}
	sh_writer_close(&o, ']');
	sh_writer_close(&o, '}');
	return b.failed ? SH_NONE : sh_arena_str(p->r->rq->arena, sh_buf_str(&b));
}

/* ---- pages ---- */

static void
provider_answered(void *arg, enum sh_net_sent sent, const struct sh_response *response, const struct sh_error *err)
{
	struct sh_provider *p = SH_OBJ(arg, sh_provider);
	struct sh_exchange x = { .size = sizeof(x), .request = &p->request, .response = response, .cursor = p->cursor };
	enum sh_answer answer;
	char why[300];

	(void)sent;
	if (!response) {
		provider_failed(p, err->text);
		return;
	}
	answer = sh_driver_read(&p->call, provider_asks[p->ask].can, p->account, &x);
	snprintf(why, sizeof(why), "%.*s", (int)p->call.cx.text.n, p->call.cx.text.n ? p->call.cx.text.s : "");
	if (p->call.failed)
		provider_failed(p, p->call.why);
	else if (answer == SH_ANSWER_UNAUTHORIZED)
		provider_refused(p);
	else if (answer == SH_ANSWER_LIMITED)
		sh_api_problem_later(p->r, SH_PROBLEM_too_many, p->call.cx.after_ms > 1000 ? (int)(p->call.cx.after_ms / 1000) : 5,
		    "the provider takes no more requests for now");
	else if (answer != SH_ANSWER_OK)
		provider_failed(p, why[0]                       ? why
				   : answer == SH_ANSWER_ABSENT ? "what was asked for is not there"
								: "its answer cannot be read");
	else if (p->ask == SH_PROVIDER_CHECK || !sh_driver_call_more(&p->call))
		provider_found(p);
	/* Half a list would look whole: of agents, those that it lacks would be taken for gone. */
	else if (!sh_driver_walk_on(&p->walk, p->call.cx.cursor))
		provider_failed(p, "the pages of its list go round, so that it has no end; nothing of it was taken");
	else if (p->walk.pages == PROVIDER_PAGES)
		provider_failed(p, "its list does not end within 500 pages; nothing of it was taken");
	else {
		p->cursor = sh_arena_str(p->arena, p->call.cx.cursor);
		provider_send(p);
	}
}

static void
provider_send(struct sh_provider *p)
{
	struct sh_error err = { 0 };

	if (sh_driver_ask(&p->call, provider_asks[p->ask].can, p->account, p->cursor, &p->request, &err) != SH_OK)
		provider_failed(p, err.text);
	else
		sh_net_send(p->r->core->net, &(struct sh_net_request){ .request = &p->request, .total_ms = PROVIDER_REQUEST_MS },
		    provider_answered, p);
}

/* ---- the account ---- */

static bool
provider_account_complete(struct sh_api_request *r, const struct sh_driver_loaded *d, const struct sh_account *account)
{
	struct sh_str lacking = sh_account_lacking(r->rq->arena, d, account);

	if (lacking.s)
		sh_api_problem(r, SH_PROBLEM_no_credentials,
		    "this workspace has no %.*s yet: PUT /v1/workspaces/{id}/credentials (switchhook workspace credentials)",
		    (int)lacking.n, lacking.s);
	return !lacking.s;
}

bool
sh_provider_complete(struct sh_api_request *r, struct sh_str provider, struct sh_str given)
{
	const struct sh_driver_loaded *d = sh_drivers_find(r->core->drivers, provider);
	const struct sh_json *stored = sh_reader_parse(r->rq->arena, given, NULL);
	struct sh_account *account = d && stored ? sh_driver_account(r->rq->arena, d, &stored, 1, r->now_ms) : NULL;

	if (account)
		return provider_account_complete(r, d, account);
	if (d)
		sh_api_problem(r, SH_PROBLEM_internal, "the settings of this workspace cannot be read");
	return !d;
}

static void
provider_keyed(struct sh_api_request *r, const struct sh_tenant_key *key)
{
	struct sh_provider *p = SH_OBJ(r->own, sh_provider);

	p->account = sh_account_open(p->arena, p->driver, key, &r->tenant,
	    &(struct sh_stored){ p->workspace, p->settings, p->secrets }, NULL, r->now_ms);
	if (!p->account) {
		sh_api_problem(r, SH_PROBLEM_internal, "the credentials of this workspace do not open");
		return;
	}
	if (!provider_account_complete(r, p->driver, p->account))
		return;
	sh_driver_call_init(&p->call, p->driver, PROVIDER_ARENA_BYTES, r->now_ms);
	p->calling = true;
	provider_send(p);
}

void
sh_provider_cannot(struct sh_api_request *r, const struct sh_driver_loaded *d, enum sh_capability can, const char *what)
{
	sh_api_problem(
	    r, SH_PROBLEM_unsupported, "the driver %s cannot %s: it lacks %s", d->name, what, sh_capability_name(can));
}

const struct sh_driver_loaded *
sh_provider_driver(struct sh_api_request *r, struct sh_str name)
{
	const struct sh_driver_loaded *d = sh_drivers_find(r->core->drivers, name);

	if (!d)
		sh_api_problem(r, SH_PROBLEM_unavailable, "the driver %.*s is not loaded; GET /v1/providers says why",
		    name.n > 64 ? 64 : (int)name.n, name.s ? name.s : "");
	return d;
}

static void
provider_read(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);
	struct sh_provider *p = SH_OBJ(r->own, sh_provider);
	const struct sh_rows *rows = st == SH_OK ? sh_rows(res, 0) : NULL;

	if (!rows) {
		sh_api_store_failed(r, st, res, err);
		return;
	}
	if (sh_rows_count(rows) == 0) {
		sh_api_problem(r, SH_PROBLEM_not_found, "there is no such workspace");
		return;
	}
	p->driver = sh_provider_driver(r, sh_rows_str(rows, 0, "provider"));
	if (!p->driver)
		return;
	if (sh_board_closed(p->driver)) {
		sh_api_problem(r, SH_PROBLEM_driver_quarantined,
		    "workers died inside the driver %s, and nothing is asked of it until it is released: GET /v1/drivers, POST "
		    "/v1/drivers/%s/release",
		    p->driver->name, p->driver->name);
		return;
	}
	if (p->ask == SH_PROVIDER_AGENTS && !sh_driver_can(p->driver, SH_CAN_AGENTS) && p->driver->table.agents_made_here) {
		sh_api_problem(r, SH_PROBLEM_unsupported,
		    "the driver %s cannot list agents: it lacks %s; its agents are made here: POST /v1/agents (switchhook agent "
		    "create)",
		    p->driver->name, sh_capability_name(SH_CAN_AGENTS));
		return;
	}
	if (!sh_driver_can(p->driver, provider_asks[p->ask].can)) {
		sh_provider_cannot(r, p->driver, provider_asks[p->ask].can, provider_asks[p->ask].what);
		return;
	}
	p->settings = sh_arena_str(p->arena, sh_rows_str(rows, 0, "settings"));
	p->secrets = sh_arena_str(p->arena, sh_rows_str(rows, 0, "secrets"));
	sh_api_key(r, provider_keyed);
}

void
sh_provider_ask(
    struct sh_api_request *r, const struct sh_id *workspace, enum sh_provider_ask ask, void (*then)(struct sh_provider *))
{
	struct sh_provider *p = calloc(1, sizeof(*p));
	struct sh_unit *u;

	if (!p) {
		sh_api_problem(r, SH_PROBLEM_internal, "there is no memory for this request");
		return;
	}
	SH_MAGIC_SET(p, sh_provider);
	p->r = r;
	p->ask = ask;
	p->workspace = *workspace;
	p->then = then;
	p->arena = sh_arena_new(PROVIDER_ACCOUNT_BYTES);
	r->own = p;
	r->at_end = provider_end;
	u = sh_api_unit(r, provider_read);
	sh_unit_add(u, SH_SQL_account_read, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_WORKSPACE(r), SH_P_ID(workspace));
	sh_unit_run(u);
}
