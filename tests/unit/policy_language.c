/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* The table of keys: each is read, laid over with its origin, and written so that it reads as the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "gateway/policy/policy_key.h"

static struct sh_faults faults;
static struct sh_buf text;

static int
setup(void **state)
{
	(void)state;
	sh_faults_init(&faults, "p.yaml");
	sh_buf_init(&text, 1 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	sh_faults_clear(&faults);
	sh_buf_clear(&text);
	return 0;
}

static struct sh_policy
layer(const char *yaml, enum sh_origin origin)
{
	struct sh_policy p;

	if (!sh_policy_read_yaml(sh_str(yaml), origin, NULL, &p, &faults))
		fail_msg("%s\n%s", yaml, faults.text.s);
	return p;
}

static const char *
written(const struct sh_policy *p)
{
	struct sh_out o;

	sh_buf_clear(&text);
	sh_buf_init(&text, 1 << 20);
	sh_writer_init(&o, &text);
	sh_policy_write(&o, p);
	return sh_buf_str(&text).s;
}

/* A text for each key, and what is written of it; NULL: the text itself. */
static const struct {
	const char *yaml, *json;
} keys[] = {
	{ "{}", NULL },
	{ "retry: {busy: {enabled: no, delays: [10m, 1h30m], jitter: 2m}}",
	  "{\"retry\":{\"busy\":{\"enabled\":false,\"delays\":[\"10m\",\"1h30m\"],\"jitter\":\"2m\"}}}" },
	{ "retry: {voicemail: {delay: 4h}, no_answer: {jitter: 0s}}",
	  "{\"retry\":{\"voicemail\":{\"delays\":[\"4h\"]},\"no_answer\":{\"jitter\":\"0s\"}}}" },
	{ "retry: {do_not_call: {enabled: false}}", "{\"retry\":{\"do_not_call\":{\"enabled\":false}}}" },
	{ "reasons: {retell: {dial_busy: no_answer, user hung up: busy}, \"*\": {machine: voicemail}}",
	  "{\"reasons\":{\"retell\":{\"dial_busy\":\"no_answer\",\"user hung up\":\"busy\"},\"*\":{\"machine\":\"voicemail\"}}}" },
	{ "max_attempts: 7", "{\"max_attempts\":7}" },
	{ "give_up_after: 36h", "{\"give_up_after\":\"1d12h\"}" },
	{ "quiet_hours: {timezone: callee}", "{\"quiet_hours\":{\"timezone\":\"callee\"}}" },
	{ "quiet_hours: {timezone: Europe/Berlin}", "{\"quiet_hours\":{\"timezone\":\"Europe/Berlin\"}}" },
	{ "quiet_hours: {weekdays: {mon: open, tue: closed, sat: [\"10:00-12:00\", \"13:00-24:00\"]}}",
	  "{\"quiet_hours\":{\"weekdays\":{\"mon\":\"00:00-24:00\",\"tue\":\"closed\",\"sat\":[\"10:00-12:00\",\"13:00-24:00\"]}}}" },
	/* Start and end stay what they are: they open no day that a weaker layer closes. */
	{ "quiet_hours: {start: \"20:00\", end: \"09:00\"}", "{\"quiet_hours\":{\"start\":\"20:00\",\"end\":\"09:00\"}}" },
	{ "quiet_hours: {start: \"12:00\", end: \"14:00\", weekdays: {fri: closed, sat: open}}\nquiet_days: [sun]",
	  "{\"quiet_hours\":{\"start\":\"12:00\",\"end\":\"14:00\",\"weekdays\":{\"fri\":\"closed\",\"sat\":\"00:00-24:00\"}},"
	  "\"quiet_days\":[\"sun\"]}" },
	{ "quiet_hours: {start: \"20:00\", end: \"09:00\", weekdays: {sun: \"09:00-20:00\"}}",
	  "{\"quiet_hours\":{\"start\":\"20:00\",\"end\":\"09:00\",\"weekdays\":{\"sun\":\"09:00-20:00\"}}}" },
	{ "quiet_hours: {start: \"18:00\", end: \"24:00\"}", "{\"quiet_hours\":{\"start\":\"18:00\",\"end\":\"24:00\"}}" },
	{ "quiet_hours: {start: \"00:00\", end: \"08:00\"}", "{\"quiet_hours\":{\"start\":\"24:00\",\"end\":\"08:00\"}}" },
	{ "quiet_hours: {ring_margin: 45s, opening_spread: 20m}",
	  "{\"quiet_hours\":{\"ring_margin\":\"45s\",\"opening_spread\":\"20m\"}}" },
	{ "quiet_days: [sun, sat]", "{\"quiet_days\":[\"sat\",\"sun\"]}" },
	{ "quiet_days: []", "{\"quiet_days\":[]}" },
	{ "quiet_dates: [2026-12-25, 2026-12-24]", "{\"quiet_dates\":[\"2026-12-25\",\"2026-12-24\"]}" },
	{ "holidays: [us_federal]", "{\"holidays\":[\"us_federal\"]}" },
	{ "caps: [{calls: 3, within: 24h}, {calls: 7, within: 7d}]",
	  "{\"caps\":[{\"calls\":3,\"within\":\"1d\"},{\"calls\":7,\"within\":\"7d\"}]}" },
	{ "caps: []", "{\"caps\":[]}" },
	{ "gap: 4h", "{\"gap\":\"4h\"}" },
	{ "jurisdictions: [us-federal, ca]", "{\"jurisdictions\":[\"us-federal\",\"ca\"]}" },
	{ "callbacks: {explicit: clamp, explicit_confidence: 90, default_delay: 90m, default_time: 09:30, min_confidence: 55}",
	  "{\"callbacks\":{\"explicit\":\"clamp\",\"explicit_confidence\":90,\"default_delay\":\"1h30m\",\"default_time\":\"09:30\","
	  "\"min_confidence\":55}}" },
	{ "callbacks: {horizon: 30d, lead: 5m, speech: off, beyond_ceiling: no, evidence_days: 30, variables: [when, wann.genau]}",
	  "{\"callbacks\":{\"horizon\":\"30d\",\"lead\":\"5m\",\"speech\":false,\"beyond_ceiling\":false,\"evidence_days\":30,"
	  "\"variables\":[\"when\",\"wann.genau\"]}}" },
	{ "callbacks: {dayparts: {evening: {at: \"18:30\", from: \"17:00\", until: \"21:00\"}}}",
	  "{\"callbacks\":{\"dayparts\":{\"evening\":{\"at\":\"18:30\",\"from\":\"17:00\",\"until\":\"21:00\"}}}}" },
	{ "chains: {outbound_calls: no, inbound_calls: no, chats: no, chat_number: phone, inbound: rewrite, stop_when_reached: no}",
	  "{\"chains\":{\"outbound_calls\":false,\"inbound_calls\":false,\"chats\":false,\"chat_number\":\"phone\",\"inbound\":\"rewrite\","
	  "\"stop_when_reached\":false}}" },
	{ "chains: {chat_number: \"\"}", "{\"chains\":{\"chat_number\":\"\"}}" },
	{ "do_not_call: {scope: workspace}", "{\"do_not_call\":{\"scope\":\"workspace\"}}" },
	{ "retention: {level: minimal}", "{\"retention\":{\"level\":\"minimal\"}}" },
	{ "retention: {payload_days: -1, transcripts: yes, recordings: yes}",
	  "{\"retention\":{\"payload_days\":-1,\"transcripts\":true,\"recordings\":true}}" },
};

static void
test_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(keys); i++) {
		struct sh_policy p = layer(keys[i].yaml, SH_ORIGIN_AGENT), again;
		char json[1024];

		snprintf(json, sizeof(json), "%s", written(&p));
		assert_string_equal(json, keys[i].json ? keys[i].json : keys[i].yaml);
		assert_int_equal(sh_policy_says(&p), strcmp(json, "{}") != 0);
		assert_true(sh_policy_read_json(sh_str(json), SH_ORIGIN_AGENT, NULL, &again, &faults));
		assert_string_equal(written(&again), json);
	}
}

/* Every key of the table is in the texts above: none is left untried. */
static void
test_every_key_is_tried(void **state)
{
	(void)state;
	for (size_t i = 0; i < sh_policy_nkeys; i++) {
		char name[64];
		bool tried = false;

		snprintf(name, sizeof(name), "\"%s\":", sh_policy_keys[i].key);
		for (size_t k = 0; k < SH_LENGTH(keys) && !tried; k++)
			tried = keys[k].json && strstr(keys[k].json, name);
		if (!tried)
			fail_msg("%s is not tried", name);
	}
}

/* Laid over the defaults, what a layer says is the layer's, all else the defaults'; a stronger layer wins over it, a weaker one not. */
static void
test_overlay(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(keys); i++) {
		struct sh_policy p = layer(keys[i].yaml, SH_ORIGIN_NAMED), whole, again, builtin;
		char first[65536];

		sh_policy_default(&builtin);
		sh_policy_effective(&p, NULL, NULL, &whole);
		for (size_t k = 0; k < sh_policy_nkeys; k++) {
			const struct sh_policy_key *key = &sh_policy_keys[k];
			enum sh_origin from = key->size ? *sh_policy_key_from(key, &p) : SH_ORIGIN_NONE;

			if (!key->size || (p.opened_days && strcmp(key->key, "quiet_days") == 0))
				continue;
			/* minimal retention says four keys at once */
			if (p.retention == SH_RETENTION_MINIMAL && from == SH_ORIGIN_NONE)
				continue;
			assert_int_equal(*sh_policy_key_from(key, &whole), from ? SH_ORIGIN_NAMED : SH_ORIGIN_DEFAULT);
			assert_memory_equal((char *)&whole + key->at, (char *)(from ? &p : &builtin) + key->at, key->size);
		}
		snprintf(first, sizeof(first), "%s", written(&whole));
		sh_policy_effective(&p, &p, &p, &again);
		assert_string_equal(written(&again), first);
	}
}

/* An effective policy says everything, and reads as a layer that says the same. */
static void
test_whole(void **state)
{
	struct sh_policy whole, again, p;
	char json[65536];

	(void)state;
	sh_policy_default(&p);
	snprintf(json, sizeof(json), "%s", written(&p));
	assert_true(sh_policy_read_json(sh_str(json), SH_ORIGIN_AGENT, NULL, &again, &faults));
	sh_policy_effective(NULL, NULL, &again, &whole);
	assert_string_equal(written(&whole), json);
	assert_null(strstr(json, "null"));
}

/* A jitter may be said of delays that another layer says. */
static void
test_jitter(void **state)
{
	struct sh_policy p = layer("retry: {no_answer: {jitter: 5m}}", SH_ORIGIN_AGENT), whole;

	(void)state;
	sh_policy_effective(NULL, NULL, &p, &whole);
	assert_int_equal(whole.retry[SH_OUTCOME_NO_ANSWER].jitter_s, 300);
	assert_int_equal(whole.retry[SH_OUTCOME_NO_ANSWER].jitter_from, SH_ORIGIN_AGENT);
	assert_int_equal(whole.retry[SH_OUTCOME_NO_ANSWER].delays_s[0], 3600);
	assert_int_equal(whole.retry[SH_OUTCOME_NO_ANSWER].delays_from, SH_ORIGIN_DEFAULT);
	assert_string_equal(written(&p), "{\"retry\":{\"no_answer\":{\"jitter\":\"5m\"}}}");
}

/* Reasons of all layers count; of the same one the stronger layer's. Four layers have room together. */
static void
test_reasons(void **state)
{
	struct sh_policy named = layer("reasons: {retell: {a: busy, b: voicemail}}", SH_ORIGIN_NAMED);
	struct sh_policy workspace = layer("reasons: {retell: {b: other}, vapi: {a: terminal}}", SH_ORIGIN_WORKSPACE), whole;
	char yaml[4096];

	(void)state;
	sh_policy_effective(&named, &workspace, NULL, &whole);
	assert_int_equal(whole.nreasons, 3);
	assert_non_null(strstr(written(&whole), "\"reasons\":{\"retell\":{\"a\":\"busy\",\"b\":\"other\"},\"vapi\":{\"a\":\"terminal\"}}"));
	assert_int_equal(whole.reasons[0].from, SH_ORIGIN_NAMED);
	assert_int_equal(whole.reasons[1].from, SH_ORIGIN_WORKSPACE);

	sh_policy_default(&whole);
	for (int l = 0; l < 4; l++) {
		struct sh_policy p;
		size_t n = (size_t)snprintf(yaml, sizeof(yaml), "reasons:\n  \"*\":\n");

		for (int i = 0; i < SH_POLICY_LAYER_REASONS_MAX; i++)
			n += (size_t)snprintf(yaml + n, sizeof(yaml) - n, "    r%d-%d: busy\n", l, i);
		p = layer(yaml, SH_ORIGIN_NAMED);
		sh_policy_overlay(&whole, &p);
		if (l == 0) {
			snprintf(yaml + n, sizeof(yaml) - n, "    more: busy\n");
			assert_false(sh_policy_read_yaml(sh_str(yaml), SH_ORIGIN_NAMED, NULL, &p, &faults));
			assert_string_equal(faults.text.s, "p.yaml:27:5: more than 24 reasons\n");
			sh_faults_clear(&faults);
			sh_faults_init(&faults, "p.yaml");
		}
	}
	assert_int_equal(whole.nreasons, SH_POLICY_REASONS_MAX);
}

/* Minimal keeps nothing: said together is a fault, said by different layers minimal wins. */
static void
test_minimal(void **state)
{
	static const struct {
		const char *yaml, *fault;
	} both[] = {
		{ "retention: {level: minimal}\ncallbacks: {evidence_days: 30}",
		  "p.yaml:1:20: minimal keeps nothing of a call: callbacks.evidence_days says otherwise\n" },
		{ "retention: {level: minimal, payload_days: 7}",
		  "p.yaml:1:20: minimal keeps nothing of a call: retention.payload_days says otherwise\n" },
		{ "retention: {level: minimal, transcripts: true}",
		  "p.yaml:1:20: minimal keeps nothing of a call: retention.transcripts says otherwise\n" },
		{ "retention: {level: minimal, recordings: true}",
		  "p.yaml:1:20: minimal keeps nothing of a call: retention.recordings says otherwise\n" },
	};
	struct sh_policy minimal = layer("retention: {level: minimal, payload_days: 0}\ncallbacks: {evidence_days: 0}", SH_ORIGIN_WORKSPACE);
	struct sh_policy keeps = layer("retention: {payload_days: 7, transcripts: yes, recordings: yes}\ncallbacks: {evidence_days: 30}",
		SH_ORIGIN_NAMED), agent = layer("callbacks: {evidence_days: 30}", SH_ORIGIN_AGENT), whole;

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(both); i++) {
		sh_faults_clear(&faults);
		sh_faults_init(&faults, "p.yaml");
		assert_false(sh_policy_read_yaml(sh_str(both[i].yaml), SH_ORIGIN_NAMED, NULL, &whole, &faults));
		assert_string_equal(faults.text.s, both[i].fault);
	}
	sh_faults_clear(&faults);
	sh_faults_init(&faults, "p.yaml");
	sh_policy_effective(&keeps, &minimal, NULL, &whole);
	assert_int_equal(whole.evidence_days, 0);
	assert_int_equal(whole.payload_days, 0);
	assert_false(whole.keep_transcripts);
	assert_false(whole.keep_recordings);
	assert_int_equal(whole.keep_recordings_from, SH_ORIGIN_WORKSPACE);
	assert_true(sh_policy_check(&whole, &faults));
	/* Who says minimal alone says the others, too. */
	minimal = layer("retention: {level: minimal}", SH_ORIGIN_NAMED);
	sh_policy_effective(&minimal, NULL, NULL, &whole);
	assert_int_equal(whole.evidence_days, 0);
	assert_int_equal(whole.evidence_days_from, SH_ORIGIN_NAMED);
	/* What a stronger layer would keep is refused where it is written, and not kept where it is found. */
	sh_policy_overlay(&whole, &agent);
	assert_false(sh_policy_check(&whole, &faults));
	assert_string_equal(faults.text.s, "p.yaml: retention level minimal keeps nothing of a call: callbacks.evidence_days says otherwise\n");
	sh_policy_effective(&minimal, NULL, &agent, &whole);
	assert_int_equal(whole.evidence_days, 0);
}

static const struct {
	const char *text, *fault;
} refused[] = {
	{ "retry: {busy: {jitter: 25h}}", "p.yaml:1:24: expected a span from 0s to 1d, found \"25h\"\n" },
	{ "retry: {terminal: {jitter: 1m}}", "p.yaml:1:19: terminal is never retried: it can only say enabled: false\n" },
	{ "reasons: [busy]", "p.yaml:1:10: expected a mapping of providers to their reasons, found a list\n" },
	{ "reasons: {Retell: {a: busy}}", "p.yaml:1:11: a provider is \"*\" or has at most 63 of a-z, 0-9, - and _\n" },
	{ "reasons: {retell: busy}", "p.yaml:1:19: expected a mapping of reasons to groups, found \"busy\"\n" },
	{ "reasons: {retell: {a: engaged}}",
	  "p.yaml:1:23: expected other, terminal, voicemail, no_answer, busy, technical_error, conversation_silent or do_not_call, found \"engaged\"\n" },
	{ "reasons: {retell: {\"\": busy}}", "p.yaml:1:20: empty key\n" },
	{ "give_up_after: 59s", "p.yaml:1:16: expected a span from 1m to 30d, found \"59s\"\n" },
	{ "give_up_afte: 1h", "p.yaml:1:1: unknown key \"give_up_afte\"; did you mean \"give_up_after\"?\n" },
	{ "quiet_hours: {ring_margin: 61m}", "p.yaml:1:28: expected a span from 0s to 1h, found \"61m\"\n" },
	{ "quiet_hours: {opening_spread: 5h}", "p.yaml:1:31: expected a span from 0s to 4h, found \"5h\"\n" },
	{ "quiet_hours: {end: \"09:00\"}", "p.yaml:1:15: start and end of quiet hours go together\n" },
	{ "caps: {calls: 3}", "p.yaml:1:7: expected a list of caps such as [{calls: 3, within: 24h}], found a mapping\n" },
	{ "caps: [3]", "p.yaml:1:8: expected a mapping, found \"3\"\n" },
	{ "caps: [{calls: 3}]", "p.yaml:1:8: a cap has both: {calls: 3, within: 24h}\n" },
	{ "caps: [{calls: 0, within: 1h}]", "p.yaml:1:16: expected a whole number from 1 to 1000, found \"0\"\n" },
	{ "caps: [{calls: 1, within: 59s}]", "p.yaml:1:27: expected a span from 1m to 30d, found \"59s\"\n" },
	{ "caps: [{calls: 1, within: 1h, per: day}]", "p.yaml:1:31: unknown key \"per\"\n" },
	{ "caps: [&a {calls: 1, within: 1h}, *a]", "p.yaml:1:8: anchors (&) are not allowed\np.yaml:1:35: aliases (*) are not allowed\n" },
	{ "gap: -1h", "p.yaml:1:6: expected a duration such as 30s, 10m, 4h or 1h30m, found \"-1h\"\n" },
	{ "gap: 1h\ngap: 2h", "p.yaml:2:1: duplicate key \"gap\"; first at 1:1\n" },
	{ "jurisdictions: us-federal",
	  "p.yaml:1:16: expected a list, each the name of a pack such as us-federal, found \"us-federal\"\n" },
	{ "jurisdictions: [US]", "p.yaml:1:17: expected the name of a pack such as us-federal, found \"US\"\n" },
	{ "jurisdictions: [ca, ca]", "p.yaml:1:21: \"ca\" stands there twice\n" },
	{ "callbacks: {explicit_confidence: 101}", "p.yaml:1:34: expected a whole number from 0 to 100, found \"101\"\n" },
	{ "callbacks: {default_time: \"24:00\"}", "p.yaml:1:27: expected a time of day such as \"10:00\", found \"24:00\"\n" },
	{ "callbacks: {default_time: 10}", "p.yaml:1:27: expected a time of day such as \"10:00\", found \"10\"\n" },
	{ "callbacks: {horizon: 367d}", "p.yaml:1:22: expected whole days from 1d to 366d, found \"367d\"\n" },
	{ "callbacks: {horizon: 36h}", "p.yaml:1:22: expected whole days from 1d to 366d, found \"36h\"\n" },
	{ "callbacks: {lead: 25h}", "p.yaml:1:19: expected a span from 0s to 1d, found \"25h\"\n" },
	{ "callbacks: {evidence_days: -1}", "p.yaml:1:28: expected a whole number from 0 to 36500, found \"-1\"\n" },
	{ "callbacks: {variables: [\"a b\"]}", "p.yaml:1:25: expected the name of a variable, without blanks, found \"a b\"\n" },
	{ "callbacks: {variables: [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q]}", "p.yaml:1:57: more than 16\n" },
	{ "callbacks: {dayparts: {evenin: {}}}", "p.yaml:1:24: unknown key \"evenin\"; did you mean \"evening\"?\n" },
	{ "callbacks: {dayparts: {evening: {at: \"18:00\"}}}",
	  "p.yaml:1:33: a daypart has all three: {at: \"09:00\", from: \"08:00\", until: \"12:00\"}\n" },
	{ "callbacks: {dayparts: {evening: {at: \"16:00\", from: \"17:00\", until: \"21:00\"}}}",
	  "p.yaml:1:38: a daypart's time lies between its beginning and its end\n" },
	{ "callbacks: {speech: maybe}", "p.yaml:1:21: expected true or false, found \"maybe\"\n" },
	{ "chains: {inbound: end}", "p.yaml:1:19: expected close, rewrite or ignore, found \"end\"\n" },
	{ "chains: {chat_number: [a]}", "p.yaml:1:23: expected the name of a variable, without blanks, or \"\", found a list\n" },
	{ "do_not_call: {scope: all}", "p.yaml:1:22: expected tenant or workspace, found \"all\"\n" },
	{ "do_not_call: tenant", "p.yaml:1:14: expected a mapping, found \"tenant\"\n" },
	{ "retention: {transcript: true}", "p.yaml:1:13: unknown key \"transcript\"; did you mean \"transcripts\"?\n" },
};

static void
test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(refused); i++) {
		struct sh_policy p;

		sh_faults_clear(&faults);
		sh_faults_init(&faults, "p.yaml");
		assert_false(sh_policy_read_yaml(sh_str(refused[i].text), SH_ORIGIN_NAMED, NULL, &p, &faults));
		assert_string_equal(faults.text.s, refused[i].fault);
	}
}

/* Each value with whose word it is. */
static void
test_origins(void **state)
{
	struct sh_policy named = layer("max_attempts: 9\nquiet_days: [sat]", SH_ORIGIN_NAMED), whole;
	struct sh_policy agent = layer("quiet_hours: {weekdays: {tue: closed}}", SH_ORIGIN_AGENT);
	struct sh_out o;

	(void)state;
	snprintf(named.name, sizeof(named.name), "sales");
	sh_policy_effective(&named, NULL, &agent, &whole);
	whole.max_attempts_from = SH_ORIGIN_CEILING;
	sh_writer_init(&o, &text);
	sh_policy_write_origins(&o, &whole, "pro");
	assert_non_null(strstr(text.s, "\"max_attempts\":{\"value\":9,\"from\":\"ceiling\",\"name\":\"pro\"}"));
	assert_non_null(strstr(text.s, "\"quiet_days\":{\"value\":[\"sat\"],\"from\":\"named\",\"name\":\"sales\"}"));
	assert_non_null(strstr(text.s, "\"tue\":{\"value\":\"closed\",\"from\":\"agent\"}"));
	assert_non_null(strstr(text.s, "\"busy\":{\"enabled\":{\"value\":true,\"from\":\"default\"},\"delays\":{\"value\":[\"10m\"],\"from\":\"default\"}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_key_is_tried, setup, teardown),
		cmocka_unit_test_setup_teardown(test_overlay, setup, teardown),
		cmocka_unit_test_setup_teardown(test_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(test_jitter, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reasons, setup, teardown),
		cmocka_unit_test_setup_teardown(test_minimal, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_origins, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
