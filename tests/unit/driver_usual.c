/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * What the headers of driver-usual.h make of the host's functions.
 */
#include "tests/unit/driver_usual.h"

static void
strings(struct sh_ctx *cx, const struct sh_account *a)
{
	const struct sh_json *j = sh_json_parse(
	    cx, SH_STR("{\"a\":{\"b\":{\"c\":\"x\"},\"n\":7},\"t\":\"12.5\",\"l\":[1],\"nothing\":null,\"empty\":\"\"}"));
	const struct sh_pair fields[] = { { SH_STR("{a}"), SH_STR("{b}") }, { SH_STR("{b}"), SH_STR("") },
		{ SH_STR("{none}"), SH_NONE } };
	const struct sh_pair *query;
	struct sh_str url;
	int64_t v = 0;
	size_t n;

	(void)a;
	assert_true(sh_str_like(SH_STR("Retry-After"), "retry-AFTER"));
	assert_false(sh_str_like(SH_STR("retry"), "retry-after"));
	assert_false(sh_str_like(SH_STR("retry-after"), "retry"));
	assert_false(sh_str_like(SH_NONE, ""));
	assert_true(sh_str_alike(SH_STR("Never-again_now"), "never again-NOW"));
	assert_false(sh_str_alike(SH_STR("never again"), "neveragain") || sh_str_alike(SH_STR("never"), "never-") ||
		     sh_str_alike(SH_STR("never-"), "never"));
	assert_true(sh_str_has(SH_STR("Concurrency limit reached"), "LIMIT"));
	assert_true(sh_str_has(SH_STR("x"), "") && sh_str_has(SH_NONE, ""));
	assert_false(sh_str_has(SH_STR("limi"), "limit"));
	IS(sh_str_after(SH_STR("squad:1"), "squad:"), "1");
	IS(sh_str_after(SH_STR("squad:"), "squad:"), "");
	assert_null(sh_str_after(SH_STR("squa"), "squad:").s);
	IS(sh_str_or(SH_STR(""), SH_STR("b")), "b");
	IS(sh_str_from(SH_STR("abc"), 1), "bc");
	assert_null(sh_str_from(SH_STR("abc"), 3).s);
	assert_null(sh_str_from(SH_NONE, 0).s);
	IS(sh_str_part(SH_STR("abc"), 1, 1), "b");
	IS(sh_str_part(SH_STR("abc"), 3, 0), "");
	assert_null(sh_str_part(SH_STR("abc"), 2, 2).s);
	assert_null(sh_str_part(SH_STR("abc"), 4, SIZE_MAX).s);
	IS(sh_str_behind(cx, "squad:", SH_STR("1")), "squad:1");
	assert_null(sh_str_behind(cx, "squad:", SH_STR("")).s);
	IS(sh_str_fields(cx, SH_STR("{a}.{b}{c}{a}{"), fields, 2), "{b}.{c}{b}{");
	IS(sh_str_fields(cx, SH_STR("{b}"), fields, 2), "");
	assert_null(sh_str_fields(cx, SH_STR("{a}{none}"), fields, 3).s);
	IS(sh_str_fields(cx, SH_NONE, fields, 3), "");
	IS(sh_str_replace(cx, SH_STR("AI: AI, AIAI"), "AI", "Agent"), "Agent: Agent, AgentAgent");
	IS(sh_str_replace(cx, SH_STR("aaa"), "aa", ""), "a");
	IS(sh_str_replace(cx, SH_STR("A"), "AI", "Agent"), "A");
	assert_null(sh_str_replace(cx, SH_NONE, "AI", "Agent").s);
	assert_int_equal(sh_direction(SH_STR("outbound-api")), SH_DIRECTION_OUTBOUND);
	assert_int_equal(sh_direction(SH_STR("inbound")), SH_DIRECTION_INBOUND);
	assert_int_equal(sh_direction(SH_STR("out")), SH_DIRECTION_UNKNOWN);

	IS(sh_json_at_str(cx, j, "a.b.c"), "x");
	assert_true(sh_json_at(cx, j, "") == j);
	assert_null(sh_json_at(cx, j, "a.b.c.d"));
	assert_null(sh_json_at(cx, j, "a.x.c"));
	assert_null(sh_json_at(cx, NULL, "a"));
	IS(sh_json_at_str(cx, j, "x|a.x|a.b.c|t"), "x");
	IS(sh_json_at_str(cx, j, "nothing|empty|t"), "12.5");
	assert_true(sh_json_at(cx, j, "x|") == j && sh_json_at(cx, j, "|t") == j);
	assert_int_equal(sh_json_type(cx, sh_json_at(cx, j, "x|nothing")), SH_JSON_NULL);
	assert_null(sh_json_at(cx, j, "nothing|x"));
	assert_int_equal(sh_json_microcents(cx, sh_json_get(cx, j, "t"), 6), 12500000);
	assert_int_equal(sh_json_microcents(cx, sh_json_get(cx, j, "l"), 6), -1);
	assert_int_equal(sh_json_time(cx, sh_json_at(cx, j, "a.n")), 0);
	assert_int_equal(sh_json_time(cx, sh_json_parse(cx, SH_STR("1793000000000"))), USUAL_NOW);
	assert_int_equal(sh_json_time(cx, sh_json_parse(cx, SH_STR("9223372036854775807"))), 0);
	assert_int_equal(sh_json_time(cx, sh_json_get(cx, j, "t")), 0);
	assert_true(sh_time_parse(cx, SH_STR("Fri, 20 Nov 2026 23:20:18 +0100"), &v));
	IS(sh_time_format(cx, v), "2026-11-20T22:20:18.000Z");
	for (size_t i = 0; i < 6; i++) {
		static const char *const none[] = { "1.", ".5", "1.2.3", "1e", "12 ", "" };

		assert_false(sh_decimal_parse(cx, sh_str(none[i]), 2, &v));
	}

	IS(sh_json_pick(cx, sh_json_get(cx, j, "a"), "x|n|b"), "{\"n\":7,\"b\":{\"c\":\"x\"}}");
	IS(sh_json_pick(cx, j, "c=a.b.c|x=a.x.c|n=a.n|t"), "{\"c\":\"x\",\"n\":7,\"t\":\"12.5\"}");
	IS(sh_json_pick(cx, NULL, "x"), "{}");
	IS(sh_path_segment(cx, SH_STR("a/b")), "a%2Fb");
	assert_null(sh_path_segment(cx, SH_STR("..")).s);
	assert_null(sh_path_segment(cx, SH_STR(".")).s);
	assert_null(sh_path_segment(cx, SH_STR("")).s);
	IS(sh_path_segment(cx, SH_STR("...")), "...");
	query = sh_url_query(cx, SH_STR("https://a/b?c=d%20e&f=g#h=i"), &n);
	IS(sh_pair_get(query, n, "c"), "d e");
	assert_int_equal(n, 2);
	assert_null(sh_url_query(cx, SH_STR("https://a/b"), &n));
	IS(sh_url_get(cx, SH_STR("https://a/b?c=d%20e&f=g#f=i"), "f"), "g");
	assert_null(sh_url_get(cx, SH_STR("https://a/b?c=d"), "f").s);
	IS(sh_url_port(SH_STR("https://a:8443/b:1")), ":8443");
	IS(sh_url_port(SH_STR("https://[::1]:80?x")), ":80");
	IS(sh_url_port(SH_STR("https://[::1]/x:1")), "");
	IS(sh_url_port(SH_STR("http://a:1")), ":1");
	url = SH_STR("http://a/:9");
	assert_true(sh_url_port(url).s == url.s + 8 && sh_url_port(url).n == 0);
	assert_int_equal(sh_url_port(SH_STR("http:")).n, 0);
	assert_int_equal(sh_url_port(SH_NONE).n, 0);
}

static void
lists(struct sh_ctx *cx, const struct sh_account *a)
{
	static const struct sh_state states[] = { { "up", SH_KIND_CALL_ANSWERED, false, false },
		{ "down", SH_KIND_CALL_ENDED, true, false }, { NULL, SH_KIND_OTHER, false, true } };
	static const struct {
		const char *rows, *beyond;
		size_t count;
	} times[] = {
		{ "[]", NULL, 0 },
		{ "[{}]", NULL, 1 },
		{ "[{\"t\":1793000000000}]", "<2026-10-26T07:33:20.001Z", 1 },
		{ "[{\"t\":1793000000002},{\"t\":1793000000002},{\"t\":\"2026-10-26T07:33:20.001Z\"}]", "<2026-10-26T07:33:20.002Z",
		    3 },
		{ "[{\"t\":1793000000000},{\"t\":1793000000001}]", ">2026-10-26T07:33:20.001Z", 2 },
		{ "[{\"t\":1793000000001},{\"t\":1793000000000},{\"t\":1793000000002}]", NULL, 3 },
		{ "[{\"t\":1793000000001},{},{\"t\":1793000000000}]", NULL, 3 },
	};
	const struct sh_json *j =
	    sh_json_parse(cx, SH_STR("{\"l\":[{\"a\":1,\"b\":null},7,[8],{\"a\":2,\"c\":\"x\",\"b\":3}],\"e\":{},\"0\":\"zero\"}"));
	struct sh_event e = { .call_id = SH_STR("c") };
	struct sh_out *o;
	struct sh_str rest;

	(void)a;
	IS(sh_json_merge(cx, j, "x|l.0|l.1|l.2|l.3|e"), "{\"a\":1,\"b\":null,\"c\":\"x\"}");
	IS(sh_json_merge(cx, j, "l.-1|l.0"), "{\"a\":2,\"c\":\"x\",\"b\":3}");
	assert_null(sh_json_merge(cx, j, "e|l|x").s);
	IS(sh_json_at_str(cx, j, "l.3.c"), "x");
	IS(sh_json_at_str(cx, j, "l.-1.c"), "x");
	IS(sh_json_at_str(cx, j, "0"), "zero");
	IS(sh_json_raw(cx, sh_json_at(cx, j, "l.-3")), "7");
	IS(sh_json_raw(cx, sh_json_at(cx, j, "l.-4.a")), "1");
	assert_null(sh_json_at(cx, j, "l.4"));
	assert_null(sh_json_at(cx, j, "l.-5"));
	assert_null(sh_json_at(cx, j, "l.a"));
	assert_null(sh_json_at(cx, j, "l.-9223372036854775808"));

	j = sh_json_parse(cx, SH_STR("[{\"k\":\"a\",\"v\":[1]},{\"k\":2,\"v\":2},3,{\"k\":\"b\"}]"));
	o = sh_out_new(cx);
	sh_out_open(cx, o, '{');
	sh_out_object(cx, o, "rows");
	sh_out_rows(cx, o, j, "k", "v");
	sh_out_close(cx, o, '}');
	sh_out_close(cx, o, '}');
	IS(sh_out_text(cx, o), "{\"rows\":{\"a\":[1],\"b\":null}}");

	assert_true(sh_state(states, SH_STR("down"))->over);
	assert_int_equal(sh_state(states, SH_STR("up"))->kind, SH_KIND_CALL_ANSWERED);
	assert_true(sh_state(states, SH_STR("upper"))->final && sh_state(states, SH_NONE)->final);
	sh_event_state(&e, sh_state(states, SH_STR("down")));
	assert_true(e.kind == SH_KIND_CALL_ENDED && e.over && !e.final);
	sh_event_between(&e, SH_STR("own"), SH_STR("other"));
	assert_true(!e.from.s && !e.to.s);
	e.direction = SH_DIRECTION_INBOUND;
	sh_event_between(&e, SH_STR("own"), SH_STR("other"));
	assert_true(sh_str_is(e.from, "other") && sh_str_is(e.to, "own"));
	e.direction = SH_DIRECTION_OUTBOUND;
	sh_event_between(&e, SH_STR("own"), SH_STR("other"));
	assert_true(sh_str_is(e.from, "own") && sh_str_is(e.to, "other"));
	assert_false(sh_unheard(cx, &e));
	sh_fact(cx, &e, "status", SH_STR("ended"));
	assert_false(sh_unheard(cx, &e));
	sh_fact(cx, &e, "sip_code", SH_STR("404"));
	assert_true(sh_unheard(cx, &e));
	e.nfacts = 0;
	sh_fact(cx, &e, "reason", SH_STR("busy"));
	assert_true(sh_unheard(cx, &e));

	for (size_t i = 0; i < SH_LENGTH(times); i++) {
		j = sh_json_first(cx, sh_json_parse(cx, sh_str(times[i].rows)));
		rest = sh_list_beyond(cx, j, "t");
		assert_true(times[i].beyond ? sh_str_is(rest, times[i].beyond) : !rest.s);
		assert_int_equal(sh_list_count(cx, j), times[i].count);
	}

	/* Two pages of the first list, one of the second. */
	assert_int_equal(sh_walk_at(SH_NONE, "as", &rest), 0);
	assert_null(rest.s);
	sh_walk_next(cx, "as", 0, SH_STR("2"));
	IS(cx->cursor, "a2");
	assert_int_equal(sh_walk_at(cx->cursor, "as", &rest), 0);
	IS(rest, "2");
	sh_walk_next(cx, "as", 0, SH_NONE);
	IS(cx->cursor, "s");
	assert_int_equal(sh_walk_at(cx->cursor, "as", &rest), 1);
	assert_null(rest.s);
	assert_int_equal(sh_walk_at(cx->cursor, "as", NULL), 1);
	sh_walk_next(cx, "as", 1, SH_NONE);
	assert_null(cx->cursor.s);
	assert_int_equal(sh_walk_at(SH_STR("x1"), "as", &rest), 0);
	assert_null(rest.s);
}

static void
signatures(struct sh_ctx *cx, const struct sh_account *a)
{
	const struct sh_str parts[] = { SH_STR("a"), SH_STR("b") }, one[] = { SH_STR("ab") },
			    other[] = { SH_STR(""), SH_STR("ab") };
	const struct sh_pair headers[] = { { SH_STR("X-Sign"), SH_STR("1") }, { SH_STR("x-two"), SH_STR("2") },
		{ SH_STR("X-TWO"), SH_STR("3") } };
	const struct sh_delivery d = { .headers = headers, .nheaders = 3, .arrived_ms = USUAL_NOW };
	struct sh_str keys[] = { SH_STR("new"), SH_STR("older"), SH_STR("other"), SH_STR("") }, h;
	uint8_t mac[64];

	for (size_t i = 0; i < SH_LENGTH(keys); i++) {
		struct sh_str bytes = { (char *)mac, sh_hmac(cx, SH_SHA256, keys[i], one, 1, mac) };

		assert_true(sh_is_signed(cx, a, SECRET, SH_SHA256, parts, 2, sh_hex, sh_hex(cx, bytes)) == (i < 2));
		assert_true(sh_is_signed(cx, a, SECRET, SH_SHA256, parts, 2, sh_base64, sh_base64(cx, bytes)) == (i < 2));
		assert_true(sh_is_signed(cx, a, SECRET, SH_SHA256, parts, 2, NULL, bytes) == (i < 2));
		assert_false(sh_is_signed(cx, a, SECRET, SH_SHA1, parts, 2, NULL, bytes));
		assert_false(sh_is_signed(cx, a, WINDOW + 90, SH_SHA256, parts, 2, NULL, bytes));
		assert_true(sh_is_signed_by(cx, keys[i], SH_SHA256, one, 1, NULL, bytes) == (i < 3));
		assert_true(sh_is_token(cx, a, SECRET, "Bearer ", sh_join(cx, SH_STR("Bearer "), keys[i])) == (i < 2));
	}
	assert_int_equal(sh_header_one(&d, "x-sign", &h), SH_VERDICT_VALID);
	IS(h, "1");
	assert_int_equal(sh_header_one(&d, "x-two", &h), SH_VERDICT_INVALID);
	assert_null(h.s);
	assert_int_equal(sh_header_one(&d, "x-none", &h), SH_VERDICT_MISSING);
	assert_int_equal(sh_header_one(&d, NULL, &h), SH_VERDICT_MISSING);

	assert_true(sh_is_fresh(cx, &d, USUAL_NOW - 300000, SH_NONE) && sh_is_fresh(cx, &d, USUAL_NOW + 300000, SH_STR("301")));
	assert_false(sh_is_fresh(cx, &d, USUAL_NOW - 300001, SH_STR("0")) || sh_is_fresh(cx, &d, USUAL_NOW + 1001, SH_STR("1")));
	assert_false(sh_is_fresh(cx, &d, INT64_MIN, SH_NONE) || sh_is_fresh(cx, &d, INT64_MAX, SH_NONE));

	/* Parts are kept apart. */
	assert_int_equal(sh_dedup(cx, one, 1).n, 32);
	assert_false(sh_str_eq(sh_dedup(cx, parts, 2), sh_dedup(cx, one, 1)));
	assert_false(sh_str_eq(sh_dedup(cx, parts, 2), sh_dedup(cx, other, 2)));
}

static void
requests(struct sh_ctx *cx, const struct sh_account *a)
{
	struct sh_request r = { 0 };

	(void)a;
	sh_request_form(cx, &r, SH_STR("POST"), SH_STR("https://a/"), sh_basic(cx, SH_STR("u"), SH_STR("p")), SH_STR("a=b"));
	sh_request_header(cx, &r, "x-more", SH_STR("1"));
	assert_int_equal(r.nheaders, 4);
	IS(r.headers[0].value, "Basic dTpw");
	IS(r.headers[2].value, "application/x-www-form-urlencoded");
	IS(r.headers[3].name, "x-more");
	r = (struct sh_request){ 0 };
	sh_request_json(cx, &r, SH_STR("GET"), SH_STR("https://a/"), sh_bearer(cx, SH_STR("k")), SH_NONE);
	assert_int_equal(r.nheaders, 2);
	IS(r.headers[0].value, "Bearer k");
}

static void
answers(struct sh_ctx *cx, const struct sh_account *a)
{
	static const struct {
		int status;
		const char *body;
		enum sh_answer list, json;
	} cases[] = {
		{ 200, "{\"data\":{\"rows\":[{\"id\":1}]}}", SH_ANSWER_OK, SH_ANSWER_FAILED },
		{ 200, "{\"rows\":[],\"id\":\"x\"}", SH_ANSWER_OK, SH_ANSWER_OK },
		{ 200, "[]", SH_ANSWER_OK, SH_ANSWER_FAILED },
		{ 200, "{\"rows\":{},\"id\":\"\"}", SH_ANSWER_FAILED, SH_ANSWER_FAILED },
		{ 200, "{\"id\":{}}", SH_ANSWER_FAILED, SH_ANSWER_OK },
		{ 200, "{\"id\":null}", SH_ANSWER_FAILED, SH_ANSWER_FAILED },
		{ 200, "<html>", SH_ANSWER_FAILED, SH_ANSWER_FAILED },
		{ 404, "[]", SH_ANSWER_ABSENT, SH_ANSWER_ABSENT },
	};
	static const struct sh_refusal rows[] = {
		{ 400, "limit", "no_slot", SH_LATER(30) },
		{ 400, "", "bad_request", SH_REFUSED(OTHER, NEVER, NUMBER_INVALID) },
		{ 0, "queue", "queue", SH_DIAL_UNKNOWN, { 0 }, 0 },
		{ 0 },
	};
	static const struct {
		int status;
		struct sh_str says;
		enum sh_placing placing;
		const char *reason;
		int64_t after_ms;
	} dials[] = {
		{ 201, SH_NONE, SH_DIAL_PLACED, "http_201", 0 },
		{ 400, SH_NONE, SH_DIAL_UNKNOWN, "http_400", 0 },
		{ 400, { "", 0 }, SH_DIAL_REFUSED, "bad_request", 0 },
		{ 400, { "Over LIMIT", 10 }, SH_DIAL_LATER, "no_slot", 30000 },
		{ 500, { "in the queue", 12 }, SH_DIAL_UNKNOWN, "queue", 0 },
		{ 500, { "other", 5 }, SH_DIAL_UNKNOWN, "http_500", 0 },
	};
	static const struct {
		const char *after;
		int64_t ms;
	} waits[] = { { "20", 20000 }, { "0", 0 }, { "-1", 0 }, { "-9223372036854775808", 0 }, { "soon", 0 }, { "86401", 86400000 },
		{ "3153600000", 86400000 }, { "9223372036854775807", 86400000 }, { "Fri, 31 Dec 9999 23:59:59 GMT", 86400000 },
		{ "Fri, 20 Nov 2020 23:20:18 GMT", 0 } };
	const struct sh_json *doc, *row;

	(void)a;
	for (size_t i = 0; i < SH_LENGTH(waits); i++) {
		struct sh_pair header = { SH_STR("retry-after"), sh_str(waits[i].after) };
		struct sh_response r = { .size = sizeof(r), .status = 429, .headers = &header, .nheaders = 1 };

		assert_int_equal(sh_answer_of(cx, &r), SH_ANSWER_LIMITED);
		assert_int_equal(cx->after_ms, waits[i].ms);
	}
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_response r = { .size = sizeof(r), .status = cases[i].status, .body = sh_str(cases[i].body) };
		struct sh_exchange x = { .size = sizeof(x), .response = &r };

		assert_int_equal(sh_answer_list(cx, &x, "data.rows|rows|", &doc, &row), cases[i].list);
		assert_true((row != NULL) == (i == 0));
		assert_int_equal(sh_answer_json(cx, &x, "id", &doc), cases[i].json);
	}
	for (size_t i = 0; i < SH_LENGTH(dials); i++) {
		struct sh_response r = { .size = sizeof(r), .status = dials[i].status };
		struct sh_exchange x = { .size = sizeof(x), .response = &r };
		struct sh_placed p = { .size = sizeof(p) };

		cx->after_ms = 0;
		sh_placed(cx, &x, &p, SH_STR("call_1"));
		sh_refused(cx, &x, rows, dials[i].says, &p);
		assert_int_equal(p.placing, dials[i].placing);
		IS(p.reason, dials[i].reason);
		assert_int_equal(cx->after_ms, dials[i].after_ms);
		if (p.placing == SH_DIAL_REFUSED)
			assert_true(p.disposition.uncounted && p.disposition.action == SH_ACTION_NUMBER_INVALID);
	}
}

static void
texts(struct sh_ctx *cx, const struct sh_account *a)
{
	const struct sh_pair variables[] = { { SH_STR("who"), SH_STR("A & \"B\"") }, { SH_STR("none"), SH_NONE },
		{ SH_STR("empty"), SH_STR("") }, { SH_STR("who"), SH_STR("another") } };
	struct sh_str rest;

	(void)a;
	IS(sh_str_cut(SH_STR("a, b, c"), ", ", &rest), "a");
	IS(rest, "b, c");
	IS(sh_str_cut(SH_STR("a "), " ", &rest), "a");
	IS(rest, "");
	IS(sh_str_cut(SH_STR("a,"), ", ", &rest), "a,");
	assert_null(rest.s);
	assert_null(sh_str_cut(SH_NONE, " ", &rest).s);
	assert_null(rest.s);

	IS(sh_hash_hex(cx, SH_SHA1, (const struct sh_str[]){ SH_STR("a"), SH_STR("bc") }, 2),
	    "a9993e364706816aba3e25717850c26c9cd0d89d");
	IS(sh_words(cx, SH_STR("a b"), SH_STR("c")), "a b c");
	IS(sh_words(cx, SH_NONE, SH_STR("c")), "c");
	IS(sh_words(cx, SH_STR("a"), SH_NONE), "a");
	IS(sh_words(cx, SH_NONE, SH_STR("")), "");

	IS(sh_xml(cx, SH_STR("<a b=\"c\">it's\t\x01\n\r&\xc3\xa4")), "&lt;a b=&quot;c&quot;&gt;it&apos;s\t\n&amp;\xc3\xa4");
	IS(sh_xml(cx, SH_STR("a\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd\xef\xbf")), "a\xef\xbf\xbd\xef\xbf");
	IS(sh_xml(cx, SH_NONE), "");
	IS(sh_fill(cx, SH_STR("{{who}}, {{who}}!"), variables, 4, sh_xml), "A &amp; &quot;B&quot;, A &amp; &quot;B&quot;!");
	IS(sh_fill(cx, SH_STR("?w={{who}}&n={{none}}{{nobody}}{{empty}}{{}}"), variables, 4, sh_url_escape),
	    "?w=A%20%26%20%22B%22&n=");
	IS(sh_fill(cx, SH_STR("a {{who b}} {{who"), variables, 4, sh_xml), "a  {{who");
	IS(sh_fill(cx, SH_STR("}}{{who"), variables, 4, sh_xml), "}}{{who");
	IS(sh_fill(cx, SH_STR("{{{who}}}"), variables, 4, sh_xml), "}");
	IS(sh_fill(cx, SH_NONE, variables, 4, sh_xml), "");
}

static void
pairs(struct sh_ctx *cx, const struct sh_account *a)
{
	const struct sh_pair form[] = { { SH_STR("b"), SH_STR("2") }, { SH_STR("a"), SH_STR("") }, { SH_STR("B"), SH_STR("3") },
		{ SH_STR("b"), SH_STR("10") }, { SH_STR("b"), SH_STR("2") }, { SH_STR("ab"), SH_STR("x") },
		{ SH_STR(""), SH_STR("") } };
	const struct sh_pair query[] = { { SH_STR("x"), SH_NONE }, { SH_STR("y"), SH_STR("+ &") }, { SH_STR("z"), SH_STR("") } };
	const struct sh_dial dial = { .dial_id = SH_STR("d"), .callback_id = SH_STR("c"), .attempt = 2 };
	struct sh_event e = { .kind = SH_KIND_OTHER };
	size_t n = 7;
	const struct sh_pair *sorted = sh_pairs_sorted(cx, form, &n);

	(void)a;
	assert_int_equal(n, 6);
	IS(sh_form_encode(cx, sorted, n), "=&B=3&a=&ab=x&b=10&b=2");
	n = 0;
	assert_non_null(sh_pairs_sorted(cx, NULL, &n));
	assert_int_equal(n, 0);

	IS(sh_url_with(cx, SH_STR("https://h/p"), query, 3), "https://h/p?y=%2B+%26&z=");
	IS(sh_url_with(cx, SH_STR("/p?a=b"), query, 3), "/p?a=b&y=%2B+%26&z=");
	IS(sh_url_with(cx, SH_STR("/p"), query, 1), "/p");
	IS(sh_url_marked(cx, SH_STR("https://h/p?a=b"), &dial), "https://h/p?a=b&sh_dial_id=d&sh_callback_id=c&sh_attempt=2");
	assert_true(sh_event_marks(cx, &e, SH_STR("https://h/p?sh_attempt=2&x=y&sh_dial_id=d%22#sh_callback_id=c")));
	IS(e.dial_id, "d\"");
	IS(e.metadata, "{\"sh_dial_id\":\"d\\\"\",\"sh_attempt\":\"2\"}");
	e = (struct sh_event){ .dial_id = SH_STR("kept") };
	assert_false(sh_event_marks(cx, &e, SH_STR("https://h/p?x=y")) || sh_event_marks(cx, &e, SH_STR("https://h/p")));
	IS(e.dial_id, "kept");
}

static void
test_inside(void **state)
{
	(void)state;
	usual_once(strings);
	usual_once(lists);
	usual_once(texts);
	usual_once(pairs);
	usual_once(signatures);
	usual_once(requests);
	usual_once(answers);
}

/* Without an id there is no path, without a path no URL, and without a URL no request. */
static void
ask_paths(struct sh_ctx *cx, const struct sh_account *a)
{
	const struct sh_str base = SH_STR("https://api.example.com");
	struct sh_request r = { .size = sizeof(r) };

	(void)a;
	IS(sh_path(cx, "/v1/calls/", SH_STR("a/b")), "/v1/calls/a%2Fb");
	assert_null(sh_path(cx, "/v1/calls/", SH_STR("..")).s);
	assert_null(sh_path(cx, "/v1/calls/", SH_NONE).s);
	assert_null(sh_url(cx, base, SH_NONE).s);
	sh_request_json(cx, &r, SH_STR("GET"), SH_NONE, SH_STR("key"), SH_NONE);
	assert_true(!r.method.s && !r.url.s && r.nheaders == 0);
	sh_request_json(cx, &r, SH_STR("GET"), sh_url(cx, base, SH_STR("/v1")), SH_STR("key"), SH_NONE);
	IS(r.url, "https://api.example.com/v1");
}

/* What Bland and others write in ways of their own. */
static void
ask_odd_ways(struct sh_ctx *cx, const struct sh_account *a)
{
	static const struct sh_turns turns = { "who", "said", "user", "tool" };
	const struct sh_json *j =
	    sh_json_parse(cx, SH_STR("[{\"who\":\"bot\",\"said\":\" \\nHi\"},{\"who\":\"user\",\"said\":\" \"},"
				     "{\"who\":\"tool\",\"said\":\"x\"},7,{\"said\":\"Ho\"}]"));
	const struct sh_json *heard = sh_json_parse(cx, SH_STR("[{\"who\":\"user\",\"said\":\"Yes\"}]"));
	struct sh_out *o = sh_out_new(cx);
	bool spoke;

	IS(sh_json_transcript(cx, j, &turns, &spoke), "Agent: Hi\nAgent: Ho\n");
	assert_false(spoke);
	IS(sh_json_transcript(cx, heard, &turns, &spoke), "User: Yes\n");
	assert_true(spoke);
	assert_null(sh_json_transcript(cx, NULL, &turns, &spoke).s);
	assert_false(spoke);

	IS(sh_str_plus(cx, SH_STR("14155550123")), "+14155550123");
	IS(sh_str_plus(cx, SH_STR("+14155550123")), "+14155550123");
	IS(sh_str_plus(cx, SH_STR("0049301234")), "0049301234");
	IS(sh_str_plus(cx, SH_STR("1234567")), "1234567");
	IS(sh_str_plus(cx, SH_STR("1234567890123456")), "1234567890123456");
	IS(sh_str_plus(cx, SH_STR("1415555o123")), "1415555o123");
	assert_null(sh_str_plus(cx, SH_NONE).s);

	assert_true(sh_span_parse(cx, SH_STR("35"), 1000) == 35000 && sh_span_parse(cx, SH_STR("1.5083333"), 60000) == 90500);
	assert_true(sh_span_parse(cx, SH_STR("1439.99999"), 60000) == 86399999 && sh_span_parse(cx, SH_STR("1440"), 60000) == -1);
	assert_true(sh_span_parse(cx, SH_STR("-1"), 1000) == -1 && sh_span_parse(cx, SH_STR("86400"), 1000) == -1);
	assert_true(sh_span_parse(cx, SH_STR("x"), 1000) == -1 && sh_span_parse(cx, SH_NONE, 1000) == -1);
	assert_true(sh_int_or(cx, SH_STR("-3"), 7) == -3 && sh_int_or(cx, SH_STR("3x"), 7) == 7 && sh_int_or(cx, SH_NONE, 7) == 7);
	assert_int_equal(sh_setting_int(cx, a, WINDOW, 1, 300, 7), 300);
	assert_int_equal(sh_setting_int(cx, a, WINDOW, 1, 299, 7), 7);
	assert_int_equal(sh_setting_int(cx, a, WINDOW, 301, 400, 7), 7);
	assert_int_equal(sh_setting_int(cx, a, SECRET, 1, 300, 7), 7);

	sh_out_open(cx, o, '{');
	sh_out_member_plain(cx, o, "a", SH_STR("3"));
	sh_out_member_plain(cx, o, "b", SH_STR("3.x"));
	sh_out_member_plain(cx, o, "c", SH_NONE);
	sh_out_member_int(cx, o, "d", -4);
	sh_out_close(cx, o, '}');
	IS(sh_out_text(cx, o), "{\"a\":3,\"b\":\"3.x\",\"d\":-4}");
}

/* An object's members become those of an event, each in its own way, and facts in their order. */
static void
ask_members(struct sh_ctx *cx, const struct sh_account *a)
{
	static const struct sh_member rows[] = { SH_TEXT(call_id, "id|old_id"), SH_FACT("n", "n"), SH_RAW(metadata, "meta"),
		SH_TIME(started_ms, "at"), SH_TEXT(from, "n"), SH_FACT("no", "gone"), SH_FACT("n", "meta.x"), SH_DIRECTION("way"),
		SH_NUMBER(agent_id, "to"), SH_CENTS(cost_microcents, "n"), SH_DOLLARS(ended_ms, "n"), { 0 } };
	const struct sh_json *j = sh_json_parse(
	    cx, SH_STR("{\"old_id\":\"c\",\"n\":7,\"meta\":{\"x\":true},\"at\":\"2026-11-20T23:20:18Z\",\"to\":\"14155550123\","
		    "\"way\":\"inbound\"}"));
	const struct sh_json *rows_of = sh_json_parse(
	    cx, SH_STR("[{\"k\":\"a\",\"v\":{\"b\":1,\"a\":0}},{\"k\":\"b\",\"v\":2},{\"v\":3}]"));
	const struct sh_str parts[] = { SH_STR("7"), SH_NONE, SH_STR("\"14155550123\"") };
	struct sh_request r = { .size = sizeof(r) };
	struct sh_str answers;
	static const struct sh_member form_rows[] = { SH_TEXT(call_id, "Sid"), SH_TIME(started_ms, "At"), SH_FACT("no", "Gone"),
		SH_TEXT(from, "From"), SH_FACT("id", "Sid"), SH_DIRECTION("Way"), SH_NUMBER(agent_id, "To"),
		SH_DOLLARS(cost_microcents, "Price"), SH_CENTS(ended_ms, "Gone"), { 0 } };
	const struct sh_pair form[] = { { SH_STR("At"), SH_STR("Fri, 20 Nov 2026 23:20:18 +0000") }, { SH_STR("Sid"), SH_STR("C") },
		{ SH_STR("Way"), SH_STR("outbound-api") }, { SH_STR("To"), SH_STR("14155550123") }, { SH_STR("Price"), SH_STR("0.5") } };
	struct sh_event e = { .from = SH_STR("before"), .to = SH_STR("kept") };

	(void)a;
	sh_event_fill(cx, &e, j, rows);
	IS(e.call_id, "c");
	assert_int_equal(e.direction, SH_DIRECTION_INBOUND);
	IS(e.metadata, "{\"x\":true}");
	assert_true(e.started_ms == INT64_C(1795216818000) && !e.from.s);
	IS(e.to, "kept");
	IS(e.agent_id, "+14155550123");
	assert_true(e.cost_microcents == 7000000 && e.ended_ms == 700000000);
	answers = sh_json_answers(cx, rows_of, "k", "v", sh_json_get(cx, j, "meta"));
	IS(sh_json_get_raw(cx, sh_json_parse(cx, answers), "a"), "{\"b\":1,\"a\":0}");
	IS(sh_json_get_raw(cx, sh_json_parse(cx, answers), "b"), "2");
	IS(sh_json_get_raw(cx, sh_json_parse(cx, answers), "x"), "true");
	assert_true(sh_str_eq(sh_dedup_json(cx, j, "n|gone|to"), sh_dedup(cx, parts, 3)));
	sh_request_header(cx, &r, "a", SH_NONE);
	sh_request_header(cx, &r, "b", SH_STR("c"));
	assert_true(r.nheaders == 1 && sh_str_is(r.headers[0].name, "b"));
	assert_int_equal(e.nfacts, 2);
	IS(e.facts[0].value, "7");
	IS(e.facts[1].value, "true");

	/* Times that are UTC and do not say so; those that say where they are count as they say. */
	static const struct sh_member utc_rows[] = { SH_TIME_UTC(started_ms, "At"), { 0 } };
	static const char *const same[] = { "2026-11-20 23:20:18", "2026-11-20T23:20:18", "2026-11-20 23:20:18.000",
		"2026-11-20 23:20:18Z", "2026-11-20 18:20:18-05:00", "2026-11-21T01:20:18+02:00",
		"Fri, 20 Nov 2026 23:20:18 +0000" };
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		const struct sh_pair at = { SH_STR("At"), sh_str(same[i]) };

		e = (struct sh_event){ 0 };
		sh_event_fill_form(cx, &e, &at, 1, utc_rows);
		assert_true(e.started_ms == INT64_C(1795216818000));
	}
	sh_event_fill(cx, &e, sh_json_parse(cx, SH_STR("{\"At\":\"2026-11-20 23:20:19\"}")), utc_rows);
	assert_true(e.started_ms == INT64_C(1795216819000));
	assert_true(sh_str_time_utc(cx, SH_NONE) == 0 && sh_str_time_utc(cx, SH_STR("2026-11-20")) == 0);
	assert_true(sh_str_time_utc(cx, SH_STR("2026-11-20 23:20:xx")) == 0);
	assert_true(sh_str_time(cx, SH_STR("2026-11-20 23:20:18")) == 0);

	e = (struct sh_event){ .to = SH_STR("kept") };
	sh_event_fill_form(cx, &e, form, sizeof(form) / sizeof(form[0]), form_rows);
	assert_int_equal(e.direction, SH_DIRECTION_OUTBOUND);
	IS(e.call_id, "C");
	assert_true(e.started_ms == INT64_C(1795216818000) && !e.from.s);
	IS(e.agent_id, "+14155550123");
	assert_true(e.cost_microcents == 50000000 && e.ended_ms == -1);
	IS(e.to, "kept");
	assert_int_equal(e.nfacts, 1);
	IS(e.facts[0].value, "C");

	assert_true(sh_str_among(SH_STR("No_Answer"), "busy|no-answer"));
	assert_true(sh_str_among(SH_STR("busy"), "busy|no-answer"));
	assert_false(sh_str_among(SH_STR("bus"), "busy|no-answer"));
	assert_false(sh_str_among(SH_STR("busy|no-answer"), "busy|no-answer"));
	assert_false(sh_str_among(SH_STR(""), "busy"));
	assert_false(sh_str_among(SH_NONE, ""));
}

static void
test_members(void **state)
{
	(void)state;
	usual_once(ask_members);
}

static void
test_odd_ways(void **state)
{
	(void)state;
	usual_once(ask_odd_ways);
}

static void
test_paths(void **state)
{
	(void)state;
	usual_once(ask_paths);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inside),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_odd_ways),
		cmocka_unit_test(test_paths),
	};

	sh_log_set_level(SH_LOG_ERROR);
	return cmocka_run_group_tests_name("driver_usual", tests, NULL, NULL);
}
