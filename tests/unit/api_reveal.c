/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* Sealed fields on their way out: opened or masked, and only at the place where they belong. */
#include "gateway/api/gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "gateway/base/encode.h"
#include "gateway/base/text.h"
#include "gateway/crypto/seal.h"

#define DETAIL "{\"provider_id\":\"+14155550123\",\"label\":\"Front desk\",\"other\":\"PN1\",\"bindings\":{\"a\":[1,2]},\"none\":null}"

static const struct sh_core_options options = { .public_url = "https://calls.example.com" };
static const struct sh_core core = { .options = &options };

static const struct {
	const char *kind, *text, *opened, *masked;
} cases[] = {
	{ "e164", "+14155550123", "\"+14155550123\"", "\"+1••••••0123\"" },
	{ "text", "Zoë", "\"Zoë\"", "\"•••\"" },
	{ "id", "PN1", "\"PN1\"", "\"PN1\"" },
	{ "id", "+14155550123", "\"+14155550123\"", "\"+1••••••0123\"" },
	{ "open", "a \"quoted\" text", "\"a \\\"quoted\\\" text\"", "\"a \\\"quoted\\\" text\"" },
	{ "id:provider_id", DETAIL, "\"+14155550123\"", "\"+1••••••0123\"" },
	{ "id:other", DETAIL, "\"PN1\"", "\"PN1\"" },
	{ "text:label", DETAIL, "\"Front desk\"", "\"•••\"" },
	{ "open:bindings", DETAIL, "{\"a\":[1,2]}", "{\"a\":[1,2]}" },
	{ "text:bindings", DETAIL, "{\"a\":[1,2]}", "\"•••\"" },
	{ "text:none", DETAIL, "null", "null" },
	{ "text:absent", DETAIL, "null", "null" },
	{ "webhook:retell", "wh_00abc", "\"https://calls.example.com/api/webhooks/retell/wh_00abc\"", "\"https://calls.example.com/api/webhooks/retell/wh_00abc\"" },
	{ "unheard", "x", "\"x\"", "\"•••\"" },
};

static struct sh_str
field(struct sh_arena *a, const struct sh_tenant_key *key, const struct sh_place *place, const char *kind, const char *text)
{
	struct sh_str bytes = sh_encode_base64(a, sh_seal(a, key, place, sh_str(text)));
	char id[37];

	sh_text_uuid_format(place->row.b, id);
	return sh_arena_printf(a, "{\"a\": [1, {\"x\": {\"$sealed\": [\"%s\", \"%s\", \"%s\", \"%s\", \"%.*s\"]}}], \"b\": -1.50}", kind, place->table, place->column,
	    id, (int)bytes.n, bytes.s);
}

static void
fields_are_opened_or_masked(void **state)
{
	struct sh_tenant_key key = { .generation = 1, .data = { 7 }, .index = { 8 } };
	struct sh_place place = { .tenant = { { 1 } }, .table = "number", .column = "detail", .row = { { 2 } } };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases) * 2; i++) {
		struct sh_arena *a = sh_arena_new(1 << 20);
		struct sh_reveal v = { .key = &key, .tenant = place.tenant, .people = i & 1, .core = &core };
		struct sh_str json = field(a, &key, &place, cases[i / 2].kind, cases[i / 2].text);
		struct sh_str out, wanted = sh_arena_printf(a, "{\"a\":[1,{\"x\":%s}],\"b\":-1.50}", i & 1 ? cases[i / 2].opened : cases[i / 2].masked);

		assert_true(sh_reveal_needed(json));
		out = sh_reveal(a, &v, json);
		assert_non_null(out.s);
		assert_string_equal(sh_arena_z(a, out), wanted.s);
		assert_int_equal(v.faults, 0);
		sh_arena_free(a);
	}
}

/* A value that was put into another row, or another tenant's, does not open: null, and it is counted. */
static void
what_does_not_belong_is_null(void **state)
{
	struct sh_tenant_key key = { .generation = 1, .data = { 7 }, .index = { 8 } };
	struct sh_place place = { .tenant = { { 1 } }, .table = "number", .column = "e164", .row = { { 2 } } };
	struct sh_arena *a = sh_arena_new(1 << 20);
	struct sh_reveal v = { .key = &key, .tenant = { { 9 } }, .people = true, .core = &core };

	(void)state;
	assert_string_equal(sh_arena_z(a, sh_reveal(a, &v, field(a, &key, &place, "e164", "+14155550123"))), "{\"a\":[1,{\"x\":null}],\"b\":-1.50}");
	assert_int_equal(v.faults, 1);
	assert_string_equal(sh_arena_z(a, sh_reveal(a, &v, SH_STR("{\"$sealed\":[]}"))), "null");
	assert_string_equal(sh_arena_z(a, sh_reveal(a, &v, SH_STR("{\"$sealed\":[\"e164\",1,2,3,4]}"))), "null");
	assert_int_equal(v.faults, 3);
	assert_string_equal(sh_arena_z(a, sh_reveal(a, &v, SH_STR("{\"$sealed\":7}"))), "{\"$sealed\":7}");
	assert_null(sh_reveal(a, &v, SH_STR("{")).s);
	sh_arena_free(a);
}

static void
what_needs_no_key_is_left_alone(void **state)
{
	(void)state;
	assert_false(sh_reveal_needed(SH_STR("")));
	assert_false(sh_reveal_needed(SH_STR("{\"a\":\"$sealed\\\"\"}")));
	assert_false(sh_reveal_needed(SH_STR("\"\"\"\"\"\"$sealed")));
	assert_true(sh_reveal_needed(SH_STR("x\"$sealed\"")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(fields_are_opened_or_masked), cmocka_unit_test(what_does_not_belong_is_null),
		cmocka_unit_test(what_needs_no_key_is_left_alone) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
