/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * ingress/question.c: a provider that waits for an answer. Who answers a call to this number? With what was this call dialled?
 *
 * The event is stored by then. The agent that is found gives its settings, a dial its variables; the driver says it in the
 * provider's words. Without the database nobody knows, and the provider is told to ask again.
 */
#include "gateway/ingress/arriving.h"

#include "gateway/base/log.h"
#include "gateway/base/reader.h"
#include "gateway/crypto/seal.h"

#define QUESTION_PAYLOAD_BYTES (512 << 10)

/* The account as it is for the agent that was found, and the dial's variables. */
static bool
question_open(struct sh_arriving *v, const struct sh_tenant_key *key)
{
	const struct sh_slug *g = v->slug;
	struct sh_place place = { .tenant = g->tenant, .table = "callbacks", .column = "payload", .row = v->chain };
	struct sh_arena *a = v->rq->arena;
	struct sh_str open;

	v->account = sh_account_open(a, g->driver, key, &g->tenant,
	    &(struct sh_stored){ g->workspace, g->workspace_settings, g->workspace_secrets }, &v->answering, v->now_ms);
	if (!v->account)
		return false;
	if (!v->payload.s)
		return true;
	if (!sh_seal_open(a, key, &place, v->payload, QUESTION_PAYLOAD_BYTES, &open))
		return false;
	v->replay.variables = sh_reader_get(sh_reader_parse(a, open, NULL), SH_STR("variables"));
	v->finding.variables = sh_account_variables(a, &v->replay, &v->finding.nvariables);
	return !sh_arena_failed(a);
}

static void
question_keyed(void *arg, enum sh_status st, const struct sh_tenant_key *key, const struct sh_error *err)
{
	struct sh_arriving *v = SH_OBJ(arg, sh_arriving);

	(void)err;
	if (st == SH_OK && question_open(v, key)) {
		sh_arrive_reply(v);
		return;
	}
	if (st == SH_OK)
		sh_log(SH_LOG_ERROR, "webhook.unopened", "what a question is answered with does not open",
		    SH_F_ID("workspace_id", &v->slug->workspace));
	sh_arrive_later(v);
}

static void
question_found(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_arriving *v = SH_OBJ(arg, sh_arriving);
	struct sh_arena *a = v->rq->arena;
	const struct sh_rows *r;

	if (st != SH_OK) {
		sh_arrive_unanswered(v, st, err);
		return;
	}
	r = sh_rows(res, 0);
	v->finding.refused = sh_rows_count(r) == 0;
	if (v->finding.refused) {
		sh_arrive_reply(v);
		return;
	}
	v->finding.agent_id = sh_arena_str(a, sh_rows_str(r, 0, "provider_agent_id"));
	v->answering = (struct sh_stored){ sh_rows_id(r, 0, "agent_id"), sh_arena_str(a, sh_rows_str(r, 0, "agent_settings")),
		sh_arena_str(a, sh_rows_str(r, 0, "agent_secrets")) };
	if (sh_id_or_null(&v->asking)) {
		v->chain = sh_rows_id(r, 0, "chain_root_id");
		v->payload = sh_arena_str(a, sh_rows_str(r, 0, "payload"));
		v->replay = (struct sh_replay){ .prefix = sh_arena_str(a, sh_rows_str(r, 0, "variable_prefix")),
			.reason = sh_arena_str(a, sh_rows_str(r, 0, "reason")),
			.attempt = (int)sh_rows_int(r, 0, "attempt"),
			.is_final = sh_rows_bool(r, 0, "is_final_attempt") };
	}
	sh_keys_open(v->in->core->keys, &v->slug->tenant, v->slug->keys, question_keyed, v);
}

void
sh_question_ask(struct sh_arriving *v)
{
	struct sh_unit *u = sh_unit_new(v->in->core->ingest, question_found, v);

	v->finding.question = true;
	if (sh_id_or_null(&v->asking))
		sh_unit_add(u, SH_SQL_dial_question, SH_P_SMALL(v->slug->bucket), SH_P_ID(&v->slug->tenant),
		    SH_P_ID(&v->slug->workspace), SH_P_ID(&v->asking));
	else
		sh_unit_add(u, SH_SQL_inbound_find, SH_P_SMALL(v->slug->bucket), SH_P_ID(&v->slug->tenant),
		    SH_P_ID(&v->slug->workspace),
		    SH_P_BYTES(((struct sh_str){ (const char *)v->called_index, sizeof(v->called_index) })));
	sh_unit_run(u);
}
