/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/operations.c: is the process alive, is it ready for work, what does it count?
 *
 * /readyz says 200 or 503 and why; with ?verbose each part by itself. It names no tenant and needs no key.
 */
#include "gateway/base/log.h"
#include "gateway/base/metric.h"
#include "gateway/base/writer.h"

#include "gateway/api/request.h"

#define OPERATIONS_BYTES (256 << 10)

static void
operations_answer(struct sh_api_request *r, int status, struct sh_buf *b)
{
	if (b->failed)
		sh_api_problem(r, SH_PROBLEM_internal, "the answer did not fit");
	else
		sh_api_answer(r, status, sh_buf_str(b));
}

void
sh_api_healthz(struct sh_api_request *r)
{
	sh_api_answer(r, 200, SH_STR("{\"status\":\"ok\"}"));
}

void
sh_api_metrics(struct sh_api_request *r)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	struct sh_pair type = { SH_STR("Content-Type"), SH_STR("text/plain; version=0.0.4; charset=utf-8") };

	sh_buf_init(&b, OPERATIONS_BYTES);
	sh_metric_write(&b);
	if (b.failed)
		sh_api_problem(r, SH_PROBLEM_internal, "the metrics did not fit");
	else
		sh_api_answer_headers(r, 200, &type, 1, sh_buf_str(&b));
}

/* ---- ready ---- */

static void
operations_drivers(struct sh_out *o, const struct sh_drivers *set)
{
	sh_writer_key(o, SH_STR("drivers"));
	sh_writer_open(o, '[');
	for (size_t i = 0; i < sh_drivers_count(set); i++) {
		const struct sh_driver_loaded *d = sh_drivers_at(set, i);

		sh_writer_open(o, '{');
		sh_writer_key_str(o, "name", sh_str(d->name));
		sh_writer_key_str(o, "state", d->refused ? SH_STR("refused") : SH_STR("ready"));
		if (d->refused)
			sh_writer_key_str(o, "refused", sh_str(d->refused));
		sh_writer_close(o, '}');
	}
	sh_writer_close(o, ']');
}

static void
operations_database(struct sh_out *o, const struct sh_core *core)
{
	sh_writer_key(o, SH_STR("database"));
	sh_writer_open(o, '{');
	sh_writer_key_bool(o, "ingest", sh_db_ready(core->ingest));
	sh_writer_key_bool(o, "engine", sh_db_ready(core->engine_db));
	sh_writer_key_bool(o, "api", sh_db_ready(core->api_db));
	sh_writer_close(o, '}');
}

/* The first thing that stands in the way; NULL: ready. recovering < 0: not known. */
static const char *
operations_fault(const struct sh_core *core, int64_t recovering)
{
	if (core->draining)
		return "this worker is ending";
	if (!sh_db_ready(core->ingest) || !sh_db_ready(core->engine_db) || !sh_db_ready(core->api_db))
		return "the database is away";
	if (!sh_keys_alive(core->keys))
		return "the keyholder is away";
	if (core->clock.error_ms < 0)
		return "the database's clock was not measured yet";
	if (recovering != 0)
		return recovering < 0 ? "the database did not answer"
				      : "the database is another one than the dials were written to: dialling waits";
	return NULL;
}

static void
operations_ready(struct sh_api_request *r, int64_t recovering)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	const struct sh_core *core = r->core;
	const char *fault = operations_fault(core, recovering);
	struct sh_out o;

	sh_buf_init(&b, OPERATIONS_BYTES);
	sh_writer_init(&o, &b);
	sh_writer_open(&o, '{');
	sh_writer_key_str(&o, "status", fault ? SH_STR("unavailable") : SH_STR("ready"));
	if (fault)
		sh_writer_key_str(&o, "why", sh_str(fault));
	if (core->clock.trial_fd >= 0)
		sh_writer_key_bool(&o, "trial_clock", true);
	if (sh_api_query(r, "verbose").s) {
		operations_database(&o, core);
		sh_writer_key_bool(&o, "keyholder", sh_keys_alive(core->keys));
		sh_writer_key_int(&o, "clock_error_ms", core->clock.error_ms);
		sh_writer_key_int(&o, "clock_told_ms", core->clock.told_ms);
		sh_writer_key_int(&o, "buckets_recovering", recovering);
		sh_writer_key_str(&o, "time_zones", sh_str(sh_zones_version(core->zones)));
		operations_drivers(&o, core->drivers);
	}
	sh_writer_close(&o, '}');
	operations_answer(r, fault ? 503 : 200, &b);
}

static void
operations_fence(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);

	if (st == SH_ESYSTEM)
		sh_log(SH_LOG_ERROR, "ready.failed", err->text);
	operations_ready(r, st == SH_OK ? sh_rows_int(sh_rows(res, 0), 0, "recovering") : -1);
}

void
sh_api_readyz(struct sh_api_request *r)
{
	struct sh_unit *u;

	if (!sh_db_ready(r->core->api_db)) {
		operations_ready(r, -1);
		return;
	}
	u = sh_unit_new(r->core->api_db, operations_fence, r);
	sh_unit_deadline(u, 2000);
	sh_unit_add_params(u, SH_SQL_fence_state, NULL, 0);
	sh_unit_run(u);
}

/* ---- providers ---- */

void
sh_api_provider_list(struct sh_api_request *r)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	const struct sh_drivers *set = r->core->drivers;

	sh_buf_init(&b, OPERATIONS_BYTES);
	sh_buf_add_z(&b, "{\"data\":[");
	for (size_t i = 0; i < sh_drivers_count(set); i++) {
		if (i)
			sh_buf_add_char(&b, ',');
		sh_driver_describe(sh_drivers_at(set, i), &b);
	}
	sh_buf_add_z(&b, "],\"next_cursor\":null}");
	operations_answer(r, 200, &b);
}
