/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* The smallest useful driver of interface 1.0: webhooks with a shared secret. Never changed: every later gateway must load it. */
#include <switchhook/driver.h>

enum { WEBHOOK_SECRET };

static const struct sh_setting webhook_settings[] = {
	[WEBHOOK_SECRET] = { .name = "webhook_secret",
	    .kind = SH_SETTING_SECRET,
	    .rotates = true,
	    .required = true,
	    .help = "stands in each delivery's header; console, Webhooks" },
	{ 0 }
};

static enum sh_verdict
webhook_verify(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	struct sh_str given = sh_header(d->headers, d->nheaders, "x-secret");

	if (sh_header_count(d->headers, d->nheaders, "x-secret") != 1)
		return given.s ? SH_VERDICT_INVALID : SH_VERDICT_MISSING;
	return sh_equal(cx, given, sh_setting(a, WEBHOOK_SECRET)) || sh_equal(cx, given, sh_setting_old(a, WEBHOOK_SECRET))
		   ? SH_VERDICT_VALID
		   : SH_VERDICT_INVALID;
}

static enum sh_answer
webhook_normalize(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	const struct sh_json *doc = sh_json_parse(cx, d->body);
	struct sh_event e = { .kind = SH_KIND_CALL_STARTED, .cost_microcents = -1 };
	uint8_t digest[64];

	(void)a;
	if (!doc)
		return sh_failed(cx, "the body is not JSON");
	e.call_id = sh_json_get_str(cx, doc, "call");
	e.kind = e.call_id.n > 0 ? SH_KIND_CALL_STARTED : SH_KIND_OTHER;
	e.dedup = sh_hex(cx, (struct sh_str){ (char *)digest, sh_hash(cx, SH_SHA256, &d->body, 1, digest) });
	sh_event_add(cx, &e);
	return SH_ANSWER_OK;
}

SH_DRIVER(.name = "webhook", .title = "Webhooks alone", .version = "1.0", .settings = webhook_settings, .verify = webhook_verify,
    .normalize = webhook_normalize);
