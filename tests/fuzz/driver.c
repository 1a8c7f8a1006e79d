/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Fuzzes what strangers reach of the Retell driver: verify over any header and body, then normalize over any body.
 *
 * Input: a first line, which is the signature header, and the body after it. Held to: nothing but Retell's own
 * signature is valid; no rule of the host is broken; what comes out can be stored; a second run says the same.
 */
#include <stdlib.h>

#include "gateway/base/log.h"
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

static enum sh_answer
fuzz_once(const struct sh_delivery *d, const struct sh_account *account, struct sh_str *ret_dedup, struct sh_arena *a)
{
	struct sh_driver_call c;
	enum sh_answer answer;

	sh_driver_call_init(&c, &fuzz_driver, 64 << 20, FUZZ_NOW);
	/* No key of ours is in any input, so that no input can be signed. */
	assert(sh_driver_verify(&c, d, account) != SH_VERDICT_VALID);
	answer = sh_driver_normalize(&c, d, account);
	assert(!c.failed);
	assert((answer == SH_ANSWER_OK) == (c.nevents == 1));
	if (c.events) {
		fuzz_event(&c.events->event, a);
		*ret_dedup = sh_arena_str(a, c.events->event.dedup);
		(void)sh_driver_outcome(&c, c.events->event.facts, c.events->event.nfacts);
		assert(!c.failed);
	}
	sh_driver_call_clear(&c);
	return answer;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char settings[] = "{\"webhook_key\":\"key_that_no_input_knows\",\"accept_body_hmac\":\"true\"}";
	const char *text = (const char *)data, *end = n ? memchr(text, '\n', n) : NULL;
	struct sh_arena *a = sh_arena_new(16 << 20);
	struct sh_pair header = { SH_STR("x-retell-signature"), { text, end ? (size_t)(end - text) : 0 } };
	struct sh_delivery d = {
		.size = sizeof(d), .method = SH_STR("POST"), .headers = &header, .nheaders = 1, .arrived_ms = FUZZ_NOW
	};
	struct sh_str first = SH_NONE, second = SH_NONE;
	const struct sh_json *stored = sh_reader_parse(a, sh_str(settings), NULL);
	const struct sh_account *account;

	if (!fuzz_driver.name) {
		fuzz_driver.name = "retell";
		fuzz_driver.table = switchhook_driver;
		while (switchhook_driver.settings[fuzz_driver.nsettings].name)
			fuzz_driver.nsettings++;
		sh_log_set_level(SH_LOG_ERROR);
	}
	account = sh_driver_account(a, &fuzz_driver, &stored, 1, SH_STR("https://hooks.example/"), FUZZ_NOW);
	assert(account);
	d.body = end ? (struct sh_str){ end + 1, n - (size_t)(end + 1 - text) } : (struct sh_str){ text, n };
	assert(fuzz_once(&d, account, &first, a) == fuzz_once(&d, account, &second, a));
	assert(sh_str_eq(first, second));
	sh_arena_free(a);
	return 0;
}
