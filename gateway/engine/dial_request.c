/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* engine/dial_request.c: see dial.h. */
#include "gateway/engine/dial.h"

#include "gateway/base/reader.h"
#include "gateway/base/text.h"
#include "gateway/base/writer.h"
#include "gateway/crypto/seal.h"
#include "gateway/engine/event.h"

#define DIAL_SEALED_BYTES (512 * 1024)

static bool
request_open(struct sh_dialling *d, const struct sh_tenant_key *key, const char *table, const char *column, const struct sh_id *row,
    struct sh_str sealed, struct sh_str *ret)
{
	struct sh_place place = { .tenant = d->ref.tenant, .table = table, .column = column, .row = *row };

	return sh_seal_open(d->arena, key, &place, sealed, DIAL_SEALED_BYTES, ret);
}

/* The number as number import gave it. */
static bool
request_number(struct sh_dialling *d, const struct sh_tenant_key *key, struct sh_number *n)
{
	struct sh_str detail;
	const struct sh_json *j;

	if (!request_open(d, key, "number", "detail", &d->about.number, d->number_detail, &detail) ||
	    !request_open(d, key, "number", "e164", &d->about.number, d->number_e164, &n->e164))
		return false;
	j = sh_reader_parse(d->arena, detail, NULL);
	n->size = sizeof(*n);
	n->provider_id = sh_reader_str(d->arena, sh_reader_get(j, SH_STR("provider_id")));
	n->label = sh_reader_str(d->arena, sh_reader_get(j, SH_STR("label")));
	n->bindings = sh_reader_raw(sh_reader_get(j, SH_STR("bindings")));
	n->dial = sh_reader_raw(sh_reader_get(j, SH_STR("dial")));
	n->voice = !d->sms;
	n->sms = d->sms;
	return n->provider_id.s != NULL;
}

/* Where the provider is to tell of this dial, if it is told that with each call. */
static bool
request_webhook(struct sh_dialling *d, const struct sh_tenant_key *key, struct sh_str *ret)
{
	struct sh_str token;

	*ret = SH_NONE;
	if (!d->slug_token.s)
		return true;
	if (!request_open(d, key, "slug", "token", &d->slug, d->slug_token, &token))
		return false;
	*ret = sh_account_webhook_url(d->arena, d->eng->core, sh_str(d->driver->name), token);
	return true;
}

/* The caller's, and of a later attempt the chain's root. The driver adds the ids of this one. */
static struct sh_str
request_metadata(struct sh_dialling *d, const struct sh_json *given)
{
	SH_CLEANUP(sh_buf_wipe) struct sh_buf text;
	struct sh_out o;

	sh_buf_init(&text, DIAL_SEALED_BYTES);
	if (d->attempt == 1)
		return sh_reader_raw(given);
	sh_writer_init(&o, &text);
	sh_writer_open(&o, '{');
	for (const struct sh_json *v = sh_reader_first(given); v; v = sh_reader_next(v)) {
		struct sh_str name = sh_reader_key(d->arena, v);

		if (sh_str_is(name, SH_EVENT_META_CHAIN))
			continue;
		sh_writer_key(&o, name);
		sh_writer_raw(&o, sh_reader_raw(v));
	}
	sh_writer_key_id(&o, SH_EVENT_META_CHAIN, &d->about.chain);
	sh_writer_close(&o, '}');
	return text.failed ? SH_NONE : sh_arena_str(d->arena, sh_buf_str(&text));
}

/* From and to, sealed for the row that this call will have, so that people see whom it went to before any webhook comes. */
static void
request_people(struct sh_dialling *d, const struct sh_tenant_key *key, struct sh_str from, struct sh_str to)
{
	SH_CLEANUP(sh_buf_wipe) struct sh_buf text;
	struct sh_event e = {
		.size = sizeof(e), .direction = SH_DIRECTION_OUTBOUND, .from = from, .to = to, .cost_microcents = -1
	};
	struct sh_place place = { .tenant = d->ref.tenant, .table = "call", .column = "detail", .row = d->call_row };

	sh_buf_init(&text, SH_EVENT_BYTES);
	sh_event_write(&e, d->arena, &text);
	d->people = sh_seal(d->arena, key, &place, sh_buf_str(&text));
}

static bool
request_ask(struct sh_dialling *d, const struct sh_dial *dial, const char **why)
{
	struct sh_error err = { 0 };

	sh_driver_call_init(&d->call, d->driver, SH_DIAL_ARENA_BYTES, sh_core_now(d->eng->core));
	d->calling = true;
	if (sh_driver_ask_dial(&d->call, d->account, dial, &d->request, &err) != SH_OK) {
		*why = sh_arena_z(d->arena, sh_str(err.text));
		d->unfit = !d->call.failed && !d->request.method.s && !d->request.url.s;
		return false;
	}
	return true;
}

bool
sh_dialling_request(struct sh_dialling *d, const struct sh_tenant_key *key, const char **why)
{
	struct sh_number number = { 0 };
	struct sh_dial dial = { .size = sizeof(dial) };
	char dial_id[37], callback_id[37];
	struct sh_str payload, lacking;
	const struct sh_json *j;

	*why = "a sealed value does not open";
	if (!request_open(d, key, "callbacks", "payload", &d->about.chain, d->payload, &payload) || !request_number(d, key, &number) ||
	    !request_webhook(d, key, &dial.webhook_url))
		return false;
	d->account = sh_account_open(d->arena, d->driver, key, &d->ref.tenant,
	    &(struct sh_stored){ d->about.workspace, d->workspace_settings, d->workspace_secrets },
	    &(struct sh_stored){ d->agent, d->agent_settings, d->agent_secrets }, sh_core_now(d->eng->core));
	if (!d->account)
		return false;
	/* Asked without its key, a provider refuses, and that pauses the workspace. */
	lacking = sh_account_lacking(d->arena, d->driver, d->account);
	if (lacking.s) {
		*why = sh_arena_z(d->arena, sh_arena_printf(d->arena, "the workspace has no %.*s", (int)lacking.n, lacking.s));
		return false;
	}

	j = sh_reader_parse(d->arena, payload, NULL);
	sh_text_uuid_format(d->dial.b, dial_id);
	sh_text_uuid_format(d->ref.id.b, callback_id);
	dial.channel = d->sms ? SH_CHANNEL_SMS : SH_CHANNEL_VOICE;
	dial.from = &number;
	dial.to = sh_reader_str(d->arena, sh_reader_get(j, SH_STR("to")));
	dial.agent_id = d->provider_agent_id;
	dial.dial_id = sh_str(dial_id);
	dial.callback_id = sh_str(callback_id);
	dial.attempt = d->attempt;
	dial.metadata = request_metadata(d, sh_reader_get(j, SH_STR("metadata")));
	dial.variables = sh_account_variables(d->arena,
	    &(struct sh_replay){ d->prefix, d->reason, d->attempt, d->is_final, sh_reader_get(j, SH_STR("variables")) },
	    &dial.nvariables);
	request_people(d, key, number.e164, dial.to);
	*why = "too large";
	return !sh_arena_failed(d->arena) && request_ask(d, &dial, why);
}
