/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/transcript.c: GET /v1/calls/{id}/transcript: what was said in a call, where the policy keeps that (retention.transcripts). It
 * stands in the call's sealed detail, and goes with it. What waits there for the decision is shown to nobody.
 */
#include "gateway/api/gate.h"

#include "gateway/base/reader.h"
#include "gateway/base/writer.h"
#include "gateway/crypto/seal.h"

#define TRANSCRIPT_DETAIL_BYTES (1 << 20)
#define TRANSCRIPT_ANSWER_BYTES (2 << 20)
#define TRANSCRIPT_HIDDEN "•••"

struct transcript {
	struct sh_id call, callback;
	struct sh_str detail;	/* sealed */
};

static void
transcript_answer(struct sh_api_request *r, struct sh_str said)
{
	const struct transcript *t = r->own;
	SH_CLEANUP(sh_buf_wipe) struct sh_buf b;
	struct sh_out o;

	sh_buf_init(&b, TRANSCRIPT_ANSWER_BYTES);
	sh_writer_init(&o, &b);
	sh_writer_open(&o, '{');
	sh_writer_key_id(&o, "call_id", &t->call);
	if (sh_id_or_null(&t->callback))
		sh_writer_key_id(&o, "callback_id", &t->callback);
	sh_writer_key_str(&o, "transcript", sh_api_has_scope(r, SH_SCOPE_BIT_PII_READ) ? said : SH_STR(TRANSCRIPT_HIDDEN));
	sh_writer_close(&o, '}');
	if (b.failed)
		sh_api_problem(r, SH_PROBLEM_internal, "the answer did not fit");
	else
		sh_api_answer(r, 200, sh_buf_str(&b));
}

static void
transcript_keyed(struct sh_api_request *r, const struct sh_tenant_key *key)
{
	const struct transcript *t = r->own;
	struct sh_place place = { .tenant = r->tenant, .table = "call", .column = "detail", .row = t->call };
	struct sh_str open, said;

	if (!sh_seal_open(r->rq->arena, key, &place, t->detail, TRANSCRIPT_DETAIL_BYTES, &open)) {
		sh_api_problem(r, SH_PROBLEM_internal, "what is stored of this call does not open");
		return;
	}
	said = sh_reader_str(r->rq->arena, sh_reader_get(sh_reader_parse(r->rq->arena, open, NULL), SH_STR("transcript")));
	if (said.n)
		transcript_answer(r, said);
	else
		sh_api_problem(r, SH_PROBLEM_not_found, "no transcript of this call is kept: the policy's retention.transcripts says whether any is");
}

static void
transcript_read(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);
	const struct sh_rows *rows = st == SH_OK ? sh_rows(res, 0) : NULL;
	struct transcript *t = r->own;

	if (!rows) {
		sh_api_store_failed(r, st, res, err);
	} else if (sh_rows_count(rows) == 0) {
		sh_api_problem(r, SH_PROBLEM_not_found, "there is no such call");
	} else if (sh_rows_null(rows, 0, "detail")) {
		sh_api_problem(r, SH_PROBLEM_not_found, "nothing of this call is kept any more");
	} else if (!sh_rows_bool(rows, 0, "decided")) {
		sh_api_problem(r, SH_PROBLEM_not_found, "nobody has decided about this call yet, nor whether its transcript is kept");
	} else {
		t->callback = sh_rows_id(rows, 0, "callback_id");
		t->detail = sh_arena_str(r->rq->arena, sh_rows_str(rows, 0, "detail"));
		sh_api_key(r, transcript_keyed);
	}
}

void
sh_api_call_transcript(struct sh_api_request *r)
{
	struct transcript *t = sh_arena_make(r->rq->arena, struct transcript);
	struct sh_unit *u;

	if (!t || !sh_api_param_id(r, 0, &t->call)) {
		sh_api_problem(r, SH_PROBLEM_not_found, "there is no such call");
		return;
	}
	r->own = t;
	u = sh_api_unit(r, transcript_read);
	sh_unit_add(u, SH_SQL_call_detail, SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant), SH_P_WORKSPACE(r), SH_P_ID(&t->call));
	sh_unit_run(u);
}
