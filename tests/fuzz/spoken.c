/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * fuzz/spoken.c: any bytes as a call. Byte 0 chooses the zone and the kind, bytes 1 to 4 the second at which the call ends; up to the
 * first 0x1E is said, what follows are variables, "name=value" each up to the next 0x1E.
 *
 * An answer keeps its promises: a time lies between the lead and the horizon, its words lie inside its turn, the confidence
 * is 0 to 100; the same question gets the same answer; a refusal said at the end refuses.
 */
#include <string.h>

#include "fuzz.h"
#include "gateway/policy/spoken.h"

#define FUZZ_ARENA (64u << 20)
#define FUZZ_VALUES 8
#define FUZZ_NOW INT64_C(1767225600000) /* 2026 */
#define FUZZ_REFUSAL "\nUser: Please never call this number again."

static struct sh_zones *fuzz_zones;

static const char *const fuzz_places[] = { "America/New_York", "America/Los_Angeles", "Europe/London", "Europe/Berlin",
	"Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Chatham" };

static const struct sh_zone *
fuzz_zone(unsigned i)
{
	if (!fuzz_zones && sh_zones_load(NULL, &fuzz_zones, NULL) != SH_OK)
		abort();
	return sh_zones_find(fuzz_zones, sh_str(fuzz_places[i % SH_LENGTH(fuzz_places)]));
}

static void
fuzz_promises(const struct sh_spoken_in *in, const struct sh_spoken *s)
{
	const struct sh_spoken_limits *l = sh_spoken_defaults();

	fuzz_expect(s->status <= SH_SPOKEN_REFUSED, "no status");
	fuzz_expect(s->confidence >= 0 && s->confidence <= 100, "confidence out of range");
	fuzz_expect(s->nrules <= SH_SPOKEN_RULES_MAX, "too many rules");
	fuzz_expect(
	    s->precision <= SH_PRECISION_MONTH && s->agreed <= SH_AGREED_STRUCTURED && s->zone_source <= SH_ZONE_FROM_WORKSPACE,
	    "a word out of range");
	if (s->length > 0)
		fuzz_expect(
		    s->turn < in->nturns && s->at <= in->turns[s->turn].text.n && s->length <= in->turns[s->turn].text.n - s->at,
		    "words outside their turn");
	if (s->status != SH_SPOKEN_TIME)
		return;
	fuzz_expect(s->zone != NULL, "a time without a zone");
	fuzz_expect(s->instant_ms % SH_SECOND_MS == 0, "a time with a fraction");
	fuzz_expect(s->instant_ms >= in->now_ms + l->lead_s * SH_SECOND_MS, "before the lead");
	fuzz_expect(s->instant_ms <= in->now_ms + l->horizon_days * SH_DAY_MS, "beyond the horizon");
	fuzz_expect(s->confidence >= l->min_confidence, "too little confidence");
}

static void
fuzz_same(const struct sh_spoken *a, const struct sh_spoken *b)
{
	fuzz_expect(a->status == b->status && a->instant_ms == b->instant_ms && a->zone == b->zone &&
			a->confidence == b->confidence && a->turn == b->turn && a->at == b->at && a->length == b->length &&
			a->nrules == b->nrules,
	    "the same question, another answer");
}

static void
fuzz_read(struct sh_arena *a, const struct sh_spoken_in *in, struct sh_spoken *ret)
{
	memset(ret, 0x5A, sizeof(*ret));
	sh_spoken_read(a, in, ret);
	fuzz_expect(!sh_arena_failed(a), "more memory than 64 MiB");
	fuzz_promises(in, ret);
}

/* The same call, at whose end the callee refuses. */
static void
fuzz_refuse(struct sh_arena *a, struct sh_spoken_in in, struct sh_str said)
{
	size_t n = said.n + strlen(FUZZ_REFUSAL);
	char *text = sh_arena_alloc(a, n);
	struct sh_spoken s;

	fuzz_expect(text != NULL, "no memory");
	memcpy(text, said.s, said.n);
	memcpy(text + said.n, FUZZ_REFUSAL, n - said.n);
	in.turns = sh_spoken_turns(a, (struct sh_str){ text, n }, &in.nturns);
	in.answer = false;
	fuzz_read(a, &in, &s);
	fuzz_expect(s.status == SH_SPOKEN_REFUSED, "a refusal is not heard");
}

static size_t
fuzz_values(struct sh_str rest, struct sh_spoken_value *values)
{
	size_t n = 0;

	while (rest.n > 0 && n < FUZZ_VALUES) {
		struct sh_str value = fuzz_part(&rest, 0x1E);

		values[n].name = fuzz_part(&value, '=');
		values[n++].value = value;
	}
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sh_spoken_value values[FUZZ_VALUES];
	struct sh_str rest, said;
	struct sh_spoken_in in = { 0 };
	struct sh_spoken first, second;
	struct sh_arena *a;
	uint32_t seconds;

	if (n < 5)
		return 0;
	memcpy(&seconds, data + 1, 4);
	rest = (struct sh_str){ (const char *)data + 5, n - 5 };
	said = fuzz_part(&rest, 0x1E);
	a = sh_arena_new(FUZZ_ARENA);
	in.now_ms = FUZZ_NOW + seconds % (4u * 365 * 86400) * SH_SECOND_MS;
	in.place.workspace = fuzz_zone(data[0] >> 3);
	in.place.zones = fuzz_zones;
	in.place.contact = data[0] & 0x80 ? NULL : fuzz_zone(data[0]);
	in.place.month_first = data[0] & 1;
	in.nvalues = fuzz_values(rest, values);
	in.values = values;
	in.answer = data[0] & 0x40;
	if (in.answer) {
		struct sh_spoken_turn turn = { .user = true, .text = said };

		in.turns = &turn;
		in.nturns = 1;
		fuzz_read(a, &in, &first);
		fuzz_read(a, &in, &second);
	} else {
		in.turns = sh_spoken_turns(a, said, &in.nturns);
		fuzz_read(a, &in, &first);
		fuzz_read(a, &in, &second);
		fuzz_refuse(a, in, said);
	}
	fuzz_same(&first, &second);
	sh_arena_free(a);
	return 0;
}
