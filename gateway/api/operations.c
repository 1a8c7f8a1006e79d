/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/operations.c: is the process alive, what does it count, which drivers does it have? Readiness is ready.c's.
 */
#include "gateway/base/metric.h"
#include "gateway/driver/board.h"
#include "gateway/policy/prefix.h"

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

/* Which data decides by whose clock phones ring: of this worker, as all in turn. */
static void
operations_data(const struct sh_core *core, struct sh_buf *b)
{
	sh_buf_printf(b,
	    "# HELP switchhook_zone_data_info time zones of the data in use, by its version\n"
	    "# TYPE switchhook_zone_data_info gauge\nswitchhook_zone_data_info{version=\"%s\"} %zu\n",
	    sh_zones_version(core->zones), sh_zones_count(core->zones));
	sh_buf_printf(b,
	    "# HELP switchhook_number_data_info number prefixes in use, by the data that they were made from\n"
	    "# TYPE switchhook_number_data_info gauge\nswitchhook_number_data_info{source=\"%s\"} %zu\n",
	    sh_prefixes_source(), sh_prefixes_count(core->prefixes));
}

void
sh_api_metrics(struct sh_api_request *r)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	struct sh_pair type = { SH_STR("Content-Type"), SH_STR("text/plain; version=0.0.4; charset=utf-8") };

	sh_buf_init(&b, OPERATIONS_BYTES);
	sh_metric_write(&b);
	sh_board_metrics(r->core->drivers, &b);
	operations_data(r->core, &b);
	if (b.failed)
		sh_api_problem(r, SH_PROBLEM_internal, "the metrics did not fit");
	else
		sh_api_answer_headers(r, 200, &type, 1, sh_buf_str(&b));
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
