/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * fuzz/form.c: hex, base64, percent-encoding and forms. What is encoded reads back as it was; what decodes, encoded and
 * decoded again, is the same; the strict decoders agree with the alphabets that the RFCs name.
 */
#include "gateway/base/encode.h"
#include "tests/fuzz/fuzz.h"

#define FUZZ_PAIRS 64

static void
fuzz_codes(struct sh_arena *a, struct sh_str text)
{
	struct sh_str bytes = sh_encode_hex_decode(a, text);

	fuzz_expect(sh_str_eq(sh_encode_hex_decode(a, sh_encode_hex(a, text)), text), "hex");
	fuzz_expect(sh_str_eq(sh_encode_base64_decode(a, sh_encode_base64(a, text)), text), "base64");
	fuzz_expect(!bytes.s || bytes.n * 2 == text.n, "the length of hex");
	bytes = sh_encode_base64_decode(a, text);
	if (bytes.s) {
		fuzz_expect(bytes.n <= text.n / 4 * 3 + 2, "the length of base64");
		fuzz_expect(sh_str_eq(sh_encode_base64_decode(a, sh_encode_base64(a, bytes)), bytes), "base64, read twice");
	}
}

static void
fuzz_form(struct sh_arena *a, struct sh_str text)
{
	struct sh_pair *pairs, *again;
	size_t n = 0, m = 0, bound = text.n > 0;

	for (size_t i = 0; i < text.n; i++)
		bound += text.s[i] == '&';
	pairs = sh_encode_form_decode(a, text, FUZZ_PAIRS, &n);
	if (!pairs)
		return;
	fuzz_expect(n <= FUZZ_PAIRS && n <= bound, "more pairs than there are");
	/* An unnamed, empty pair is written as "=". */
	again = sh_encode_form_decode(a, sh_encode_form(a, pairs, n), FUZZ_PAIRS, &m);
	fuzz_expect(again && m == n, "a form, written and read, has other pairs");
	for (size_t i = 0; i < n; i++)
		fuzz_expect(sh_str_eq(pairs[i].name, again[i].name) && sh_str_eq(pairs[i].value, again[i].value), "a pair");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	SH_CLEANUP(sh_arena_freep) struct sh_arena *a = sh_arena_new(16 << 20);
	struct sh_str text = { (const char *)data, n };

	if (n > 0)
		fuzz_codes(a, text);
	fuzz_form(a, text);
	return 0;
}
