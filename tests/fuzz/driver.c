/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Fuzzes what strangers reach of a driver: verify over any header and body, then normalize and reply over any body, and what the
 * facts mean. Compiled once for each driver, with its sources and FUZZ_HEADERS: the headers that its verify reads.
 *
 * Input: a first line, which each of those headers holds, up to a tab, behind which the URL's query may stand; and the body after
 * it. Held to: nothing but the provider's own signature
 * is valid; no rule of the host is broken; what comes out can be stored; a second run says the same.
 */
#include <stdlib.h>

#include "gateway/base/log.h"
#include "gateway/base/macro.h"
#include "gateway/base/reader.h"
#include "gateway/base/text.h"
#include "gateway/driver/call.h"

extern const struct sh_driver switchhook_driver;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define FUZZ_NOW INT64_C(1793000000000)

static struct sh_driver_loaded fuzz_driver;

static void
fuzz_event(const struct sh_event *e, struct sh_arena *a)
{
	assert(e->dedup.n > 0 && e->dedup.n <= 128);
	assert(!e->call_id.s || e->call_id.n <= 128);
	assert(!e->transcript.s || sh_text_is_utf8(e->transcript));
	assert(!e->metadata.s || sh_reader_type(sh_reader_parse(a, e->metadata, NULL)) == SH_JSON_OBJECT);
	assert(!e->final || e->over);
	assert(!e->over || e->call_id.n > 0 || e->kind != SH_KIND_OTHER);
	for (uint32_t i = 0; i < e->nfacts; i++)
		assert(e->facts[i].name.n > 0 && e->facts[i].value.n <= 256);
}

/* The answer, and the events' keys one after the other. */
static enum sh_answer
fuzz_once(const struct sh_delivery *d, const struct sh_account *account, struct sh_str *ret_dedup, struct sh_arena *a)
{
	static const struct sh_pair variable = { SH_STR("name"), SH_STR("R\xc3\xb3isi\xc3\xb1 \"x\" <y> & z") };
	struct sh_finding f = { .size = sizeof(f), .agent_id = SH_STR("agent_1"), .variables = &variable, .nvariables = 1 };
	struct sh_driver_call c;
	struct sh_reply reply;
	enum sh_answer answer;

	sh_driver_call_init(&c, &fuzz_driver, 64 << 20, FUZZ_NOW);
	/* No key of ours is in any input, so that no input can be signed. */
	assert(sh_driver_verify(&c, d, account) != SH_VERDICT_VALID);
	answer = sh_driver_normalize(&c, d, account);
	assert(!c.failed);
	assert(answer == SH_ANSWER_OK || c.nevents == 0);
	for (struct sh_event_item *i = c.events; i; i = i->next) {
		fuzz_event(&i->event, a);
		*ret_dedup = sh_arena_printf(
		    a, "%.*s%.*s\n", (int)ret_dedup->n, ret_dedup->n ? ret_dedup->s : "", (int)i->event.dedup.n, i->event.dedup.s);
		(void)sh_driver_outcome(&c, i->event.facts, i->event.nfacts);
		f.question |= i->event.question;
	}
	reply = sh_driver_reply(&c, d, account, &f);
	assert(!c.failed && reply.status >= 200 && reply.status <= 599);
	assert(!reply.body.s || (reply.type.n > 0 && sh_text_is_utf8(reply.body)));
	sh_driver_call_clear(&c);
	return answer;
}

/* Every secret one that no input knows, and whatever can be allowed is. */
static struct sh_str
fuzz_settings(struct sh_arena *a)
{
	struct sh_str s = SH_STR("{");

	for (const struct sh_setting *i = switchhook_driver.settings; i->name; i++)
		if (i->kind == SH_SETTING_SECRET || i->kind == SH_SETTING_FLAG)
			s = sh_arena_printf(a, "%.*s%s\"%s\":\"%s\"", (int)s.n, s.s, s.n > 1 ? "," : "", i->name,
			    i->kind == SH_SETTING_FLAG ? "true" : "key_that_no_input_knows");
	return sh_arena_printf(a, "%.*s}", (int)s.n, s.s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const names[] = { FUZZ_HEADERS };
	const char *text = (const char *)data, *end = n ? memchr(text, '\n', n) : NULL;
	struct sh_arena *a = sh_arena_new(16 << 20);
	struct sh_pair headers[SH_LENGTH(names)];
	struct sh_delivery d = { .size = sizeof(d),
		.method = SH_STR("POST"),
		.url = SH_STR("https://hooks.example/api/webhooks/x/wh_1?a=b"),
		.headers = headers,
		.nheaders = SH_LENGTH(names),
		.arrived_ms = FUZZ_NOW };
	struct sh_str first = SH_NONE, second = SH_NONE, line = { text, end ? (size_t)(end - text) : 0 };
	const char *tab = line.n ? memchr(text, '\t', line.n) : NULL;
	const struct sh_json *stored;
	const struct sh_account *account;

	if (!fuzz_driver.name) {
		fuzz_driver.name = switchhook_driver.name;
		fuzz_driver.table = switchhook_driver;
		while (switchhook_driver.settings[fuzz_driver.nsettings].name)
			fuzz_driver.nsettings++;
		fuzz_driver.nanswers = switchhook_driver.has_answers ? SH_MEANING_SETTINGS : 0;
		fuzz_driver.nsettings += fuzz_driver.nanswers;
		while (switchhook_driver.reasons && switchhook_driver.reasons[fuzz_driver.nreasons].reason)
			fuzz_driver.nreasons++;
		sh_log_set_level(SH_LOG_ERROR);
	}
	for (size_t i = 0; i < SH_LENGTH(names); i++)
		headers[i] = (struct sh_pair){ sh_str(names[i]), { text, tab ? (size_t)(tab - text) : line.n } };
	/* A request line has no blanks; so much is looked at before a driver is asked. */
	if (tab && !memchr(tab + 1, ' ', (size_t)(end - tab) - 1))
		d.url = sh_arena_printf(a, "https://hooks.example/api/webhooks/x/wh_1?%.*s", (int)(end - tab - 1), tab + 1);
	stored = sh_reader_parse(a, fuzz_settings(a), NULL);
	account = sh_driver_account(a, &fuzz_driver, &stored, 1, FUZZ_NOW);
	assert(account);
	d.body = end ? (struct sh_str){ end + 1, n - (size_t)(end + 1 - text) } : (struct sh_str){ text, n };
	assert(fuzz_once(&d, account, &first, a) == fuzz_once(&d, account, &second, a));
	assert(sh_str_eq(first, second));
	sh_arena_free(a);
	return 0;
}
