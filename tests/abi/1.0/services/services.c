/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Every service of the host of interface 1.0, asked once: its golden file says what each answers. Never changed: every later
 * gateway must load it and answer the same.
 */
#include <switchhook/driver.h>

enum { SERVICES_KEY, SERVICES_MODE, SERVICES_ON, SERVICES_SECONDS, SERVICES_LINES, SERVICES_MORE };

static const struct sh_setting services_settings[] = {
	[SERVICES_KEY] = { .name = "key", .fallback = "the fallback", .help = "any text" },
	[SERVICES_MODE] = { .name = "mode", .kind = SH_SETTING_CHOICE, .choices = "slow|fast", .fallback = "slow", .help = "one of two" },
	[SERVICES_ON] = { .name = "on", .kind = SH_SETTING_FLAG, .fallback = "true", .help = "yes or no" },
	[SERVICES_SECONDS] = { .name = "wait_s", .kind = SH_SETTING_NUMBER, .least = -9, .most = 9, .fallback = "7", .help = "how long" },
	[SERVICES_LINES] = { .name = "prompt", .kind = SH_SETTING_LINES, .fallback = "one\ntwo", .help = "several lines" },
	[SERVICES_MORE] = { .name = "more", .kind = SH_SETTING_JSON, .scope = SH_SCOPE_AGENT, .help = "an object" },
	{ 0 }
};

static struct sh_str
services_yes(bool yes)
{
	return yes ? SH_STR("yes") : SH_STR("no");
}

/* ed25519: RFC 8032, test 2. */
static struct sh_str
services_ed25519(struct sh_ctx *cx)
{
	struct sh_str key = sh_hex_decode(cx, SH_STR("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
	struct sh_str signature = sh_hex_decode(cx,
	    SH_STR("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"));
	uint8_t wrong[64] = { 1 };

	return sh_join(cx, services_yes(sh_ed25519(cx, (const uint8_t *)key.s, (const uint8_t *)signature.s, SH_STR("r"))), SH_STR(" "),
	    services_yes(sh_ed25519(cx, (const uint8_t *)key.s, wrong, SH_STR("r"))));
}

static struct sh_str
services_digests(struct sh_ctx *cx)
{
	const struct sh_str parts[] = { SH_STR("a"), SH_NONE, SH_STR("bc") };
	uint8_t out[64];
	struct sh_str all = SH_STR("");

	for (int h = SH_SHA1; h <= SH_SHA512; h++) {
		struct sh_str digest = sh_hex(cx, (struct sh_str){ (char *)out, sh_hash(cx, (enum sh_hash)h, parts, 3, out) });
		struct sh_str mac = sh_hex(cx, (struct sh_str){ (char *)out, sh_hmac(cx, (enum sh_hash)h, SH_STR("key"), parts, 3, out) });

		digest.n = mac.n = 12;
		all = sh_join(cx, all, digest, SH_STR(" "), mac, SH_STR(" "));
	}
	return all;
}

static struct sh_str
services_form(struct sh_ctx *cx)
{
	size_t n = 0;
	const struct sh_pair *pairs = sh_form(cx, SH_STR("a=1+2&b=%2B&a=3"), &n);

	return sh_join(cx, sh_int_format(cx, (int64_t)n), SH_STR(" "), sh_pair_get(pairs, n, "b"), SH_STR(" "), sh_form_encode(cx, pairs, n));
}

static struct sh_str
services_numbers(struct sh_ctx *cx)
{
	int64_t i = 0, ms = 0, cents = 0;
	const struct sh_json *j = sh_json_parse(cx, SH_STR("{\"price\":12.0756,\"n\":-7}"));

	if (!sh_int_parse(cx, SH_STR("-42"), &i) || !sh_time_parse(cx, SH_STR("2026-10-26T08:33:20.5+01:00"), &ms) ||
	    !sh_json_decimal(cx, sh_json_get(cx, j, "price"), 2, &cents))
		return SH_STR("failed");
	if (sh_int_parse(cx, SH_STR("1 "), &i) || sh_time_parse(cx, SH_STR("2026-10-26"), &ms) || !sh_json_int(cx, sh_json_get(cx, j, "n"), &i))
		return SH_STR("failed");
	return sh_join(cx, sh_int_format(cx, i), SH_STR(" "), sh_time_format(cx, ms), SH_STR(" "), sh_int_format(cx, cents));
}

static struct sh_str
services_json(struct sh_ctx *cx)
{
	const struct sh_json *j = sh_json_parse(cx, SH_STR("{\"a\":[1,true,null,\"\\u00e9\"],\"w\":\"yes\",\"p\":1.5}"));
	struct sh_str all = SH_STR("");

	for (const struct sh_json *m = sh_json_first(cx, j); m; m = sh_json_next(cx, m))
		all = sh_join(cx, all, sh_json_key(cx, m), sh_int_format(cx, sh_json_type(cx, m)));
	for (const struct sh_json *m = sh_json_first(cx, sh_json_get(cx, j, "a")); m; m = sh_json_next(cx, m))
		all = sh_join(cx, all, SH_STR(" "), sh_json_raw(cx, m), sh_json_str(cx, m), sh_json_true(cx, m) ? SH_STR("!") : SH_NONE);
	return sh_join(cx, all, SH_STR(" "), sh_json_get_plain(cx, j, "p"), sh_int_format(cx, sh_json_get_wish(cx, j, "w")),
	    sh_json_get_raw(cx, j, "none"), sh_json_parse(cx, SH_STR("{,}")) ? SH_STR("bad") : SH_NONE);
}

static struct sh_str
services_out(struct sh_ctx *cx)
{
	const struct sh_pair pairs[] = { { SH_STR("x"), SH_STR("\"\n") }, { SH_STR("y"), SH_NONE } };
	struct sh_out *o = sh_out_new(cx);

	sh_out_open(cx, o, '{');
	sh_out_member(cx, o, "s", SH_STR("\xff"));
	sh_out_key(cx, o, "l");
	sh_out_open(cx, o, '[');
	sh_out_int(cx, o, -1);
	sh_out_bool(cx, o, true);
	sh_out_str(cx, o, SH_NONE);
	sh_out_raw(cx, o, SH_STR("{}"));
	sh_out_close(cx, o, ']');
	sh_out_name(cx, o, SH_STR("p"));
	sh_out_pairs(cx, o, pairs, 2);
	sh_out_close(cx, o, '}');
	return sh_out_text(cx, o);
}

static struct sh_str
services_kinds(struct sh_ctx *cx, const struct sh_account *a)
{
	return sh_join(cx, sh_setting(a, SERVICES_MODE), SH_STR(" "), services_yes(sh_setting_on(a, SERVICES_ON)), SH_STR(" "),
	    sh_int_format(cx, sh_setting_int(cx, a, SERVICES_SECONDS, -9, 9, 0)), SH_STR(" "), sh_json_quote(cx, sh_setting(a, SERVICES_LINES)), SH_STR(" "),
	    sh_json_get_str(cx, sh_json_parse(cx, sh_setting(a, SERVICES_MORE)), "voice"));
}

static struct sh_str
services_dates(struct sh_ctx *cx)
{
	int64_t mail = 0, http = 0, cents = 0;

	if (!sh_time_parse(cx, SH_STR("Fri, 20 Nov 2026 23:20:18 +0000"), &mail) || !sh_time_parse(cx, SH_STR("Fri, 20 Nov 2026 23:20:18 GMT"), &http) ||
	    !sh_decimal_parse(cx, SH_STR("1.25e1"), 2, &cents))
		return SH_STR("failed");
	return sh_join(cx, sh_int_format(cx, mail - http), SH_STR(" "), sh_int_format(cx, cents));
}

static const struct sh_reason services_reasons[] = {
	SH_REASON("no*", NO_ANSWER, POLICY, COUNTS, NONE, "nobody"),
	SH_REASON("*busy", BUSY, ONCE, UNCOUNTED, NONE, "the line was busy"),
	{ 0 },
};

static enum sh_verdict
services_verify(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	return sh_equal(cx, sh_header(d->headers, d->nheaders, "x-key"), sh_setting(a, SERVICES_KEY)) &&
		       sh_header_count(d->headers, d->nheaders, "x-key") == 1
		   ? SH_VERDICT_VALID
		   : SH_VERDICT_INVALID;
}

static enum sh_answer
services_normalize(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	struct sh_str decoded = sh_base64_decode(cx, SH_STR("8J+YgA=="));
	struct sh_pair facts[] = {
		{ SH_STR("ed25519"), services_ed25519(cx) },
		{ SH_STR("digests"), services_digests(cx) },
		{ SH_STR("hex"), sh_join(cx, sh_hex(cx, decoded), sh_hex_decode(cx, SH_STR("xyz"))) },
		{ SH_STR("base64"), sh_join(cx, sh_base64(cx, decoded), SH_STR(" "), decoded) },
		{ SH_STR("url"), sh_url_escape(cx, SH_STR("a b/é?")) },
		{ SH_STR("form"), services_form(cx) },
		{ SH_STR("numbers"), services_numbers(cx) },
		{ SH_STR("json"), services_json(cx) },
		{ SH_STR("quote"), sh_json_quote(cx, SH_STR("a\"b")) },
		{ SH_STR("equal"), services_yes(sh_equal(cx, SH_STR(""), SH_STR(""))) },
		{ SH_STR("paths"), sh_join(cx, sh_json_raw(cx, sh_json_at(cx, sh_json_parse(cx, SH_STR("{\"a\":{\"b\":[7]}}")), "a.b")), SH_STR(" "),
					   sh_json_at(cx, NULL, "a") ? SH_STR("bad") : SH_NONE) },
		{ SH_STR("dates"), services_dates(cx) },
		{ SH_STR("now"), sh_time_format(cx, cx->now_ms) },
		{ SH_STR("kinds"), services_kinds(cx, a) },
		{ SH_STR("host"), services_yes(SH_HOST_HAS(cx->host, event_add)) },
	};
	struct sh_event e = { .kind = SH_KIND_OTHER, .dedup = SH_STR("services"), .cost_microcents = -1 };
	const struct sh_pair word[] = { { SH_STR("reason"), SH_STR("line-busy") } };
	const struct sh_reason *row;
	char *zeroed = (char *)sh_alloc(cx, 64);

	(void)d;
	sh_log_text(cx, SH_LOG_DEBUG, "all services were asked");
	e.facts = facts;
	e.nfacts = sizeof(facts) / sizeof(facts[0]);
	row = sh_reason(cx, word, 1);
	e.recording_url = row && !sh_reason(cx, word, 0) ? sh_str(row->help) : SH_NONE;
	e.variables = services_out(cx);
	e.name = services_yes(zeroed[0] == 0 && zeroed[63] == 0);
	sh_event_add(cx, &e);
	return SH_ANSWER_OK;
}

SH_DRIVER(.name = "services", .title = "All services", .version = "1.0", .settings = services_settings, .reasons = services_reasons, .verify = services_verify,
    .normalize = services_normalize);
