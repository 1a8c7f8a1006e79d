/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/driver.c: the drivers of this gateway, which of them are in quarantine, and letting one out by hand.
 *
 * The state is this host's: a second gateway on the same database has a board of its own.
 */
#include "gateway/base/log.h"
#include "gateway/base/writer.h"
#include "gateway/driver/board.h"

#include "gateway/api/request.h"

#define DRIVER_BYTES (256 << 10)

static void
driver_row(struct sh_out *o, const struct sh_api_request *r, const struct sh_driver_loaded *d)
{
	struct sh_board_state s = sh_board_state(d->name, d->file);
	/* The board counts elapsed time; people read the database's. */
	int64_t since_ms = s.since_ms ? r->now_ms - (sh_clock_elapsed_ms() - s.since_ms) : 0;

	sh_writer_open(o, '{');
	sh_writer_key_str(o, "name", sh_str(d->name));
	sh_writer_key_str(o, "state", sh_str(d->refused ? "refused" : s.closed ? "quarantined" : "ready"));
	sh_writer_key_str(o, "version", sh_str(d->table.version));
	sh_writer_key_str(o, "refused", sh_str(d->refused));
	sh_writer_key_int(o, "deaths", s.deaths);
	sh_writer_key_int(o, "fills", s.fills);
	sh_writer_key_str(o, "function", s.deaths ? sh_str(s.function) : SH_NONE);
	sh_writer_key_str(o, "reason", s.closed ? sh_str(sh_board_why_name(s.why)) : SH_NONE);
	sh_writer_key_time(o, "since", s.closed ? since_ms : 0);
	sh_writer_close(o, '}');
}

void
sh_api_driver_list(struct sh_api_request *r)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	const struct sh_drivers *set = r->core->drivers;
	struct sh_out o;

	sh_buf_init(&b, DRIVER_BYTES);
	sh_writer_init(&o, &b);
	sh_writer_open(&o, '{');
	sh_writer_key(&o, SH_STR("data"));
	sh_writer_open(&o, '[');
	for (size_t i = 0; i < sh_drivers_count(set); i++)
		driver_row(&o, r, sh_drivers_at(set, i));
	sh_writer_close(&o, ']');
	sh_writer_key_str(&o, "next_cursor", SH_NONE);
	sh_writer_close(&o, '}');
	if (b.failed)
		sh_api_problem(r, SH_PROBLEM_internal, "the answer did not fit");
	else
		sh_api_answer(r, 200, sh_buf_str(&b));
}

void
sh_api_driver_release(struct sh_api_request *r)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	const struct sh_drivers *set = r->core->drivers;
	struct sh_str name = r->match.param[0];
	struct sh_out o;
	size_t i = 0;

	while (i < sh_drivers_count(set) && !sh_str_is(name, sh_drivers_at(set, i)->name))
		i++;
	sh_buf_init(&b, DRIVER_BYTES);
	if (i == sh_drivers_count(set)) {
		sh_api_problem(r, SH_PROBLEM_not_found, "there is no driver of that name");
		return;
	}
	if (sh_board_release(name))
		sh_log(SH_LOG_WARN, "driver.released", "a driver is called again, by request", SH_F_TEXT("driver", name),
		    SH_F_ID("key_id", &r->key_id));
	sh_writer_init(&o, &b);
	driver_row(&o, r, sh_drivers_at(set, i));
	sh_api_answer(r, 200, sh_buf_str(&b));
}
