/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * A driver's tables as rows of ours, and as JSON for people: `switchhook driver inspect --json`, GET /v1/providers.
 */
#include "gateway/driver/load.h"

#include <stdio.h>

#include "gateway/base/writer.h"
#include "gateway/driver/board.h"
#include "gateway/driver/call.h"

/* The step between rows and the part of a row that is known here are the driver's; the rest of the row stays zero. */
static void
describe_row(const void *rows, uint32_t row_size, uint32_t i, void *ret, size_t size)
{
	memset(ret, 0, size);
	memcpy(ret, (const char *)rows + (size_t)i * row_size, row_size < size ? row_size : size);
}

struct sh_setting
sh_driver_setting(const struct sh_driver_loaded *d, uint32_t i)
{
	struct sh_setting s;

	if (i >= d->nsettings - d->nanswers && d->nanswers > 0)
		return sh_meaning_settings[i - (d->nsettings - d->nanswers)];
	describe_row(d->table.settings, d->table.setting_size, i, &s, sizeof(s));
	return s;
}

struct sh_reason
sh_driver_reason(const struct sh_driver_loaded *d, uint32_t i)
{
	struct sh_reason r;

	describe_row(d->table.reasons, d->table.reason_size, i, &r, sizeof(r));
	return r;
}

int
sh_driver_setting_index(const struct sh_driver_loaded *d, struct sh_str name)
{
	for (uint32_t i = 0; i < d->nsettings; i++)
		if (sh_str_is(name, sh_driver_setting(d, i).name))
			return (int)i;
	return -1;
}

static void
describe_setting(const struct sh_setting *s, struct sh_out *o)
{
	sh_writer_open(o, '{');
	sh_writer_key_str(o, "name", sh_str(s->name));
	sh_writer_key_str(o, "scope", sh_str(sh_scope_name(s->scope)));
	sh_writer_key_str(o, "kind", sh_str(sh_setting_kind_name(s->kind)));
	sh_writer_key_bool(o, "required", s->required);
	sh_writer_key_bool(o, "rotates", s->rotates);
	sh_writer_key_str(o, "default", sh_str(s->fallback));
	sh_writer_key(o, SH_STR("choices"));
	sh_writer_open(o, '[');
	for (const char *at = s->choices; at && *at;) {
		size_t n = strcspn(at, "|");

		sh_writer_str(o, (struct sh_str){ at, n });
		at += n + (at[n] == '|');
	}
	sh_writer_close(o, ']');
	if (s->kind == SH_SETTING_NUMBER) {
		sh_writer_key_int(o, "least", s->least);
		sh_writer_key_int(o, "most", s->most);
	} else {
		sh_writer_key_raw(o, "least", SH_STR("null"));
		sh_writer_key_raw(o, "most", SH_STR("null"));
	}
	sh_writer_key_str(o, "help", sh_str(s->help));
	sh_writer_close(o, '}');
}

static void
describe_reason(const struct sh_reason *r, struct sh_out *o)
{
	sh_writer_open(o, '{');
	sh_writer_key_str(o, "reason", sh_str(r->reason));
	sh_writer_key_str(o, "fact", sh_str(r->fact ? r->fact : "reason"));
	sh_writer_key_str(o, "only", sh_str(r->only));
	sh_writer_key_str(o, "outcome", sh_str(sh_outcome_name(r->means.outcome)));
	sh_writer_key_str(o, "retry", sh_str(sh_retry_name(r->means.retry)));
	sh_writer_key_bool(o, "counts", !r->means.uncounted);
	sh_writer_key_str(o, "action", sh_str(sh_action_name(r->means.action)));
	sh_writer_key_str(o, "help", sh_str(r->help));
	sh_writer_close(o, '}');
}

static void
describe_constants(const struct sh_driver *t, struct sh_out *o)
{
	sh_writer_key(o, SH_STR("hosts"));
	sh_writer_open(o, '[');
	for (const char *const *h = t->hosts; h && *h; h++)
		sh_writer_str(o, sh_str(*h));
	sh_writer_close(o, ']');
	sh_writer_key_str(o, "base_url_setting", sh_str(t->base_url_setting));
	sh_writer_key_int(o, "dials_per_minute", t->dials_per_minute);
	sh_writer_key_int(o, "dials_at_once", t->dials_at_once);
	sh_writer_key_bool(o, "agents_made_here", t->agents_made_here);
	sh_writer_key_bool(o, "has_answers", t->has_answers);
	sh_writer_key_bool(o, "list_has_dial_id", t->list_has_dial_id);
	sh_writer_key_int(o, "list_lag_s", t->list_lag_s);
	sh_writer_key_int(o, "accept_s", t->accept_s);
	sh_writer_key_int(o, "queue_s", t->queue_s);
	sh_writer_key_int(o, "call_s", t->call_s);
}

static void
describe_ready(const struct sh_driver_loaded *d, struct sh_out *o)
{
	const struct sh_driver *t = &d->table;
	char abi[32];

	snprintf(abi, sizeof(abi), "%u.%u", t->abi_major, t->abi_minor);
	sh_writer_key_str(o, "title", sh_str(t->title ? t->title : t->name));
	sh_writer_key_str(o, "version", sh_str(t->version));
	sh_writer_key_str(o, "abi", sh_str(abi));
	sh_writer_key(o, SH_STR("capabilities"));
	sh_writer_open(o, '[');
	for (unsigned c = 0; c < SH_CAN_COUNT; c++)
		if (sh_driver_can(d, c))
			sh_writer_str(o, sh_str(sh_capability_name(c)));
	sh_writer_close(o, ']');
	describe_constants(t, o);
	sh_writer_key(o, SH_STR("settings"));
	sh_writer_open(o, '[');
	for (uint32_t i = 0; i < d->nsettings; i++) {
		struct sh_setting s = sh_driver_setting(d, i);

		describe_setting(&s, o);
	}
	sh_writer_close(o, ']');
	sh_writer_key(o, SH_STR("reasons"));
	sh_writer_open(o, '[');
	for (uint32_t i = 0; i < d->nreasons; i++) {
		struct sh_reason r = sh_driver_reason(d, i);

		describe_reason(&r, o);
	}
	sh_writer_close(o, ']');
}

void
sh_driver_describe(const struct sh_driver_loaded *d, struct sh_buf *buf)
{
	struct sh_out o;

	sh_writer_init(&o, buf);
	sh_writer_open(&o, '{');
	sh_writer_key_str(&o, "name", sh_str(d->name));
	sh_writer_key_str(&o, "path", sh_str(d->path));
	sh_writer_key_str(&o, "state", sh_str(d->refused ? "refused" : sh_board_closed(d) ? "quarantined" : "ready"));
	sh_writer_key_str(&o, "refused", sh_str(d->refused));
	if (!d->refused)
		describe_ready(d, &o);
	sh_writer_close(&o, '}');
}
