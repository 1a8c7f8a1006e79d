/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/explain.c: GET /v1/callbacks/{id}/explain: every decision about a callback's chain, as it was recorded and in plain words.
 */
#include "gateway/api/request.h"

#include "gateway/base/writer.h"
#include "gateway/policy/record.h"

#define EXPLAIN_MOST 200	/* the last ones: a chain's decisions are a few dozens */
#define EXPLAIN_BYTES (EXPLAIN_MOST * (2 * SH_RECORD_BYTES + 512))

static void
explain_id(struct sh_out *o, const char *key, const struct sh_rows *rows, int i, const char *column)
{
	struct sh_id id = sh_rows_id(rows, i, column);

	if (sh_rows_null(rows, i, column))
		sh_writer_key_raw(o, key, SH_NONE);
	else
		sh_writer_key_id(o, key, &id);
}

static void
explain_write(struct sh_api_request *r, const struct sh_rows *rows, struct sh_buf *text)
{
	struct sh_out o;

	sh_writer_init(&o, text);
	sh_writer_open(&o, '{');
	explain_id(&o, "chain_root_id", rows, 0, "chain_root_id");
	sh_writer_key(&o, SH_STR("data"));
	sh_writer_open(&o, '[');
	for (int i = 0; i < sh_rows_count(rows); i++) {
		struct sh_str record = sh_rows_str(rows, i, "record");

		if (sh_rows_null(rows, i, "decision_id"))
			continue;
		sh_writer_open(&o, '{');
		explain_id(&o, "id", rows, i, "decision_id");
		sh_writer_key_time(&o, "at", sh_rows_time(rows, i, "at"));
		sh_writer_key_str(&o, "kind", sh_rows_str(rows, i, "kind"));
		sh_writer_key_str(&o, "verdict", sh_rows_str(rows, i, "verdict"));
		explain_id(&o, "callback_id", rows, i, "callback_id");
		explain_id(&o, "dial_id", rows, i, "dial_id");
		sh_writer_key_str(&o, "text", sh_record_explain(r->rq->arena, record, r->core->zones));
		sh_writer_key_raw(&o, "record", record);
		sh_writer_close(&o, '}');
	}
	sh_writer_close(&o, ']');
	sh_writer_close(&o, '}');
}

static void
explain_read(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);
	const struct sh_rows *rows = st == SH_OK ? sh_rows(res, 0) : NULL;
	struct sh_buf text;

	if (!rows) {
		sh_api_store_failed(r, st, res, err);
		return;
	}
	if (sh_rows_count(rows) == 0) {
		sh_api_problem(r, SH_PROBLEM_not_found, "there is no such callback");
		return;
	}
	sh_buf_init(&text, EXPLAIN_BYTES);
	explain_write(r, rows, &text);
	if (text.failed)
		sh_api_problem(r, SH_PROBLEM_internal, "the answer did not fit");
	else
		sh_api_answer(r, 200, sh_buf_str(&text));
	sh_buf_clear(&text);
}

void
sh_api_callback_explain(struct sh_api_request *r)
{
	struct sh_id id;
	struct sh_unit *u;

	if (!sh_api_param_id(r, 0, &id)) {
		sh_api_problem(r, SH_PROBLEM_not_found, "there is no such callback");
		return;
	}
	u = sh_api_unit(r, explain_read);
	sh_unit_add_params(u, SH_SQL_callback_explain, (const struct sh_param[]){ SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant),
		SH_P_WORKSPACE(r), SH_P_ID(&id), SH_P_INT(EXPLAIN_MOST) }, 5);
	sh_unit_run(u);
}
