/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The REST commands: words to requests, answers to text, and the tables beside the API's own: a command's path is a route,
 * its body options are members that the route takes, its query options are parameters of the route's statement.
 */
#include "gateway/cmd/rest.h"
#include "gateway/cmd/rest_text.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/base/text.h"
#include "gateway/cmd/secret.h"
#include "gateway/store/sql.h"

static const struct sh_rest_verb *
verb(const char *noun, const char *name)
{
	for (size_t i = 0; i < SH_REST_COUNT; i++)
		if (strcmp(sh_rest_verbs[i].noun, noun) == 0 && strcmp(sh_rest_verbs[i].verb, name) == 0)
			return &sh_rest_verbs[i];
	fail_msg("no command %s %s", noun, name);
	return NULL;
}

/* ---- words → request ------------------------------------------------------------------------------- */

/* Splits at blanks; a blank inside a word is written "~". */
static int
words(char *line, char **argv, int room)
{
	int n = 0;

	for (char *p = line; *p && n < room;) {
		argv[n++] = p;
		p += strcspn(p, " ");
		if (*p)
			*p++ = '\0';
	}
	for (int i = 0; i < n; i++)
		for (char *p = argv[i]; *p; p++)
			if (*p == '~')
				*p = ' ';
	return n;
}

static const struct {
	const char *noun, *verb, *line;
	const char *path, *body; /* or, with path NULL, what the error says */
} readings[] = {
	{ "workspace", "list", "", "/v1/workspaces", NULL },
	{ "workspace", "list", "--limit 5 --cursor a/b=", "/v1/workspaces?limit=5&cursor=a%2Fb%3D", NULL },
	{ "workspace", "show", "a/../b?c", "/v1/workspaces/a%2F..%2Fb%3Fc", NULL },
	{ "workspace", "create", "--name Acme~Dental --provider=retell --timezone America/New_York --pace 30", "/v1/workspaces",
	    "{\"name\":\"Acme Dental\",\"provider\":\"retell\",\"timezone\":\"America/New_York\",\"dials_per_minute\":30}" },
	{ "workspace", "credentials", "W --set base_url=http://x?a=b", "/v1/workspaces/W/credentials",
	    "{\"base_url\":\"http://x?a=b\"}" },
	{ "workspace", "test", "W", "/v1/workspaces/W/credentials/test", "{}" },
	{ "number", "importable", "--workspace W", "/v1/numbers/importable?workspace=W", NULL },
	{ "number", "import", "--numbers a,b --workspace W --numbers c", "/v1/numbers/import",
	    "{\"numbers\":[\"a\",\"b\",\"c\"],\"workspace_id\":\"W\"}" },
	{ "number", "agent", "N --agent A --outbound true --inbound false", "/v1/numbers/N/agent",
	    "{\"agent_id\":\"A\",\"outbound\":true,\"inbound\":false}" },
	{ "agent", "disable", "A", "/v1/agents/A", "{\"enabled\":false}" },
	{ "agent", "enable", "A", "/v1/agents/A", "{\"enabled\":true}" },
	{ "outbound-key", "revoke", "N K", "/v1/numbers/N/outbound-keys/K", NULL },
	{ "call", "place", "--to +14155550123 --from +14155550100 --var name=Ana --var plan=a=b", "/v1/outbound/calls",
	    "{\"to_number\":\"+14155550123\",\"from_number\":\"+14155550100\",\"dynamic_variables\":{\"name\":\"Ana\",\"plan\":\"a="
	    "b\"}}" },
	{ "callback", "dial-now", "C --override-quiet-hours --reason she~asked", "/v1/callbacks/C/dial-now",
	    "{\"override_quiet_hours\":true,\"reason\":\"she asked\"}" },
	{ "callback", "list", "--due-from 2027-03-01T00:00:00Z --state scheduled",
	    "/v1/callbacks?due_from=2027-03-01T00%3A00%3A00Z&state=scheduled", NULL },
	{ "callback", "cancel", "-- --id", "/v1/callbacks/--id/cancel", "{}" },

	{ "workspace", "show", "", NULL, "expected WORKSPACE" },
	{ "workspace", "show", "a b", NULL, "unexpected argument \"b\"" },
	{ "workspace", "show", "a b c d e", NULL, "unexpected argument \"e\"" },
	{ "workspace", "create", "--name x --provider retell", NULL, "--timezone is needed" },
	{ "workspace", "create", "--nam x", NULL, "there is no option \"--nam\"; did you mean \"--name\"?" },
	{ "workspace", "show", "a --limit 5", NULL, "there is no option \"--limit\"" },
	{ "workspace", "list", "--idempotency-key k", NULL, "there is no option \"--idempotency-key\"" },
	{ "workspace", "list", "--url", NULL, "--url wants a value" },
	{ "callback", "dial-now", "C --override-quiet-hours=yes", NULL, "--override-quiet-hours takes no value" },
	{ "customer", "grant", "C --amount ten", NULL, "--amount wants a whole number, not \"ten\"" },
	{ "number", "agent", "N --agent A --inbound yes", NULL, "--inbound wants true or false, not \"yes\"" },
	{ "call", "place", "--var x --to a --from b", NULL, "--var wants NAME=VALUE" },
	{ "workspace", "credentials", "W --secret api_key=k", NULL, "--secret wants api_key=@FILE" },
	{ "workspace", "credentials", "W --secret api_key=@/nowhere", NULL, "api_key: cannot read /nowhere" },
	{ "workspace", "credentials", "W --set api_key=@/nowhere", NULL, "api_key: cannot read /nowhere" },
	{ "workspace", "credentials", "W --key-file - --set api_key=-", NULL, "standard input is for the key or for api_key" },
	{ "policy", "set-workspace", "W --file /dev/null", NULL, "file: /dev/null is empty" },
	{ "policy", "set-workspace", "W", NULL, "--file is needed" },
	{ "event", "list", "--state dead", "/v1/events?state=dead", NULL },
	{ "event", "replay", "E", "/v1/events/E/replay", "{}" },
	{ "workspace", "list", "--key shk_x", NULL, "there is no option \"--key\"" },
};

static void
test_readings(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(readings); i++) {
		struct sh_rest_request q;
		struct sh_error e;
		char line[256], *argv[16];
		int n;

		snprintf(line, sizeof(line), "%s", readings[i].line);
		n = words(line, argv, 16);
		if (sh_rest_read(&q, verb(readings[i].noun, readings[i].verb), n, argv, &e) == SH_OK) {
			if (!readings[i].path)
				fail_msg("%s %s %s was taken", readings[i].noun, readings[i].verb, readings[i].line);
			assert_string_equal(sh_buf_str(&q.path).s, readings[i].path);
			assert_int_equal(q.body != NULL, readings[i].body != NULL);
			if (q.body)
				assert_string_equal(
				    json_object_to_json_string_ext(q.body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
				    readings[i].body);
		} else {
			if (readings[i].path || !strstr(e.text, readings[i].body))
				fail_msg("%s %s %s: %s", readings[i].noun, readings[i].verb, readings[i].line, e.text);
		}
		sh_rest_clear(&q);
	}
}

static void
test_own_options(void **state)
{
	char *argv[] = { "C", "--json", "--url", "http://x", "--key-file=k", "--idempotency-key", "once" };
	struct sh_rest_request q;
	struct sh_error e;

	(void)state;
	assert_int_equal(sh_rest_read(&q, verb("callback", "cancel"), SH_LENGTH(argv), argv, &e), SH_OK);
	assert_true(q.json);
	assert_string_equal(q.url, "http://x");
	assert_string_equal(q.key_file, "k");
	assert_string_equal(q.idempotency_key, "once");
	sh_rest_clear(&q);
}

/* A secret comes from a file, without its last line's end, and nothing else of it is changed. */
static void
test_secret_file(void **state)
{
	char path[] = "/tmp/cmd_rest.XXXXXX", option[64], *argv[] = { "W", "--secret", option };
	int fd = mkstemp(path);
	struct sh_rest_request q;
	struct sh_error e;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "key_ a\"b\r\n", 10), 10);
	close(fd);
	snprintf(option, sizeof(option), "api_key=@%s", path);
	for (int i = 0; i < 2; i++) {
		argv[1] = i ? "--set" : "--secret";
		assert_int_equal(sh_rest_read(&q, verb("workspace", "credentials"), SH_LENGTH(argv), argv, &e), SH_OK);
		assert_string_equal(
		    json_object_to_json_string_ext(q.body, JSON_C_TO_STRING_PLAIN), "{\"api_key\":\"key_ a\\\"b\"}");
		assert_null(q.literal);
		sh_rest_clear(&q);
	}
	unlink(path);
}

/* A document is taken whole or not at all: half of it would replace a policy. */
static void
test_document_file(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		const char *body; /* NULL: refused */
	} cases[] = {
#define DOCUMENT(text_, body_) { text_, sizeof(text_) - 1, body_ }
		DOCUMENT(" {\"a\": 1} \n", "{\"a\":1}"),
		DOCUMENT("{}", "{}"),
		DOCUMENT("{\"a\": 1} {\"b\": 2}", NULL),
		DOCUMENT("{\"a\": 1}, \"b\": 2}", NULL),
		DOCUMENT("{\"a\": 1}\0{\"b\": 2}", NULL),
		DOCUMENT("{\"a\": 1,}", NULL),
		DOCUMENT("{\"a\": 'b'}", NULL),
		DOCUMENT("{\"a\": \"\xff\"}", NULL),
		DOCUMENT("max_attempts: 2\nquiet_days: [sat, sun]\nretry:\n  busy: {enabled: off, delay: 5m}\n",
		    "{\"retry\":{\"busy\":{\"enabled\":false,\"delays\":[\"5m\"]}},\"max_attempts\":2,\"quiet_days\":[\"sat\",\"sun\"]}"),
		DOCUMENT("max_attempts: 2\nmax_attempts: 3\n", NULL),
		DOCUMENT("", NULL),
		DOCUMENT("# nothing\n", NULL),
		DOCUMENT("[1]", NULL),
		DOCUMENT("null", NULL),
#undef DOCUMENT
	};
	char path[] = "/tmp/sh-document-XXXXXX", *argv[] = { "W", "--file", path };
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_rest_request q;
		struct sh_error e;
		bool good;

		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, cases[i].text, cases[i].n, 0), (ssize_t)cases[i].n);
		good = sh_rest_read(&q, verb("policy", "set-workspace"), SH_LENGTH(argv), argv, &e) == SH_OK;
		if (good != (cases[i].body != NULL))
			fail_msg("%s: %s", cases[i].text, good ? "taken" : e.text);
		if (strncmp(cases[i].text, "max_attempts: 2\nmax", 19) == 0)
			assert_non_null(strstr(e.text, ":2:1: duplicate key"));
		if (good)
			assert_string_equal(json_object_to_json_string_ext(q.body, JSON_C_TO_STRING_PLAIN), cases[i].body);
		sh_rest_clear(&q);
	}
	close(fd);
	unlink(path);
}

/* What stood on the command line is remembered: the gateway is asked about it before it is sent. */
static void
test_literal_settings(void **state)
{
	char *argv[] = { "W", "--set", "base_url=http://x", "--set", "api_key=k" };
	struct sh_rest_request q;
	struct sh_error e;

	(void)state;
	assert_int_equal(sh_rest_read(&q, verb("workspace", "credentials"), SH_LENGTH(argv), argv, &e), SH_OK);
	assert_string_equal(json_object_to_json_string_ext(q.literal, JSON_C_TO_STRING_PLAIN), "[\"base_url\",\"api_key\"]");
	sh_rest_clear(&q);
}

/* Reads one secret in a child whose standard input and error are `line`; writes it to `out`, and ends. */
static pid_t
ask_child(int line, int out)
{
	pid_t child = fork();
	struct sh_error e;
	struct sh_buf b;
	bool good;

	if (child != 0)
		return child;
	setsid();
	dup2(line, STDIN_FILENO);
	dup2(line, STDERR_FILENO);
	sh_buf_init(&b, 64);
	good = sh_secret_read("-", "api_key", &b, &e) == SH_OK;
	good = good && write(out, b.s, b.n) == (ssize_t)b.n;
	sh_buf_wipe(&b);
	_exit(good ? 0 : 1);
}

/* Until `end` has come, or nothing more will. */
static void
hear(int fd, const char *end, char *text, size_t room)
{
	size_t n = 0;
	ssize_t got = 1;

	text[0] = '\0';
	while (!strstr(text, end) && n + 1 < room && (got = read(fd, text + n, room - 1 - n)) > 0) {
		n += (size_t)got;
		text[n] = '\0';
	}
}

/* A terminal is asked, and does not show what is typed. */
static void
test_secret_on_a_terminal(void **state)
{
	int line = posix_openpt(O_RDWR | O_NOCTTY), slave, back[2], status = -1;
	char heard[256], got[64] = "";
	pid_t child;

	(void)state;
	assert_true(line >= 0 && grantpt(line) == 0 && unlockpt(line) == 0);
	slave = open(ptsname(line), O_RDWR | O_NOCTTY);
	assert_true(slave >= 0);
	assert_int_equal(pipe(back), 0);
	child = ask_child(slave, back[1]);
	close(slave);
	close(back[1]);
	hear(line, "api_key: ", heard, sizeof(heard));
	assert_string_equal(heard, "api_key: ");
	assert_int_equal(write(line, "typed\n", 6), 6);
	hear(line, "\n", heard, sizeof(heard));
	assert_null(strstr(heard, "typed"));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	hear(back[0], "typed", got, sizeof(got));
	assert_string_equal(got, "typed");
	close(back[0]);
	close(line);
}

/* ---- answers → text ---------------------------------------------------------------------------------- */

static const struct {
	const char *noun, *verb, *json, *text;
} shown[] = {
	{ "customer", "list",
	    "{\"data\":[{\"id\":\"c1\",\"name\":\"Zoë\",\"balance\":10},{\"id\":\"c22\",\"name\":null,\"balance\":-1}],\"next_"
	    "cursor\":null}",
	    "id   name  balance\nc1   Zoë   10\nc22        -1\n" },
	{ "customer", "list", "{\"data\":[],\"next_cursor\":null}", "id  name  balance\n" },
	{ "customer", "credits", "{\"balance\":7,\"data\":[{\"kind\":\"grant\",\"amount\":7}],\"next_cursor\":null}",
	    "created_at  kind   amount  dial_id  note\n            grant  7\n\nbalance  7\n" },
	{ "customer", "show", "{\"id\":\"c1\",\"balance\":10,\"note\":null,\"more\":{\"a\":[1,true]}}",
	    "id       c1\nbalance  10\nmore.a   1, true\n" },
	{ "call", "show", "{\"more\":{},\"events\":[{\"id\":\"e1\",\"final\":true},{\"id\":\"e2\"}],\"id\":\"c1\",\"tags\":[]}",
	    "id    c1\nmore  none\ntags  none\n\nevents\nid  final\ne1  true\ne2\n" },
	{ "policy", "explain", "{\"data\":[{\"key\":\"caps\",\"value\":[{\"calls\":3,\"within\":\"1d\"},{\"calls\":1,\"within\":\"5m\"}],\"from\":\"agent\"}]}",
	    "key   value                                 from   name\ncaps  calls 3 within 1d; calls 1 within 5m  agent\n" },
	{ "policy", "show", "{\"name\":\"p\",\"policy\":{\"gap\":\"4h\"},\"effective\":{\"gap\":{\"value\":\"4h\",\"from\":\"named\",\"name\":\"p\"},"
	    "\"chains\":{\"chat_number\":{\"value\":\"\",\"from\":\"default\"}}}}",
	    "name  p\n\nwhat holds with it, before a tenant's plan and what workspaces and agents say:\n\n"
	    "key                 value  from\ngap                 4h     named p\nchains.chat_number  \"\"     default\n\n"
	    "quiet_hours.weekdays are the hours in which phones may ring.\n" },
	{ "policy", "show-agent", "{\"overrides\":{},\"plan\":\"pro\",\"effective\":{\"quiet_days\":{\"value\":[\"sun\"],\"from\":\"ceiling\",\"name\":\"pro\"}}}",
	    "plan  pro\n\nsaid here:\n\nnothing\n\nwhat holds:\n\nkey         value  from\nquiet_days  sun    ceiling pro\n\n"
	    "quiet_hours.weekdays are the hours in which phones may ring.\n" },
	{ "policy", "diff", "{\"replayed\":9,\"changed\":3,\"truncated\":true,\"data\":[{\"at\":\"t\",\"outcome\":\"busy\",\"attempt\":1,"
	    "\"old\":{\"what\":\"retry\",\"reason\":\"busy\",\"due_at\":\"d\",\"text\":\"x\"},\"new\":{\"what\":\"stop\",\"reason\":\"busy\",\"due_at\":null}}]}",
	    "replayed  9\nchanged   3\n\nat  callback_id  outcome  attempt  old                        new\n"
	    "t                busy     1        another call, due d: busy  no further call: busy\n\n"
	    "2 more are not listed: --limit lists up to 1000.\n\n"
	    "There are more decisions than one answer looks at: ask again with another --since, or --workspace.\n" },
	{ "policy", "simulate", "{\"what\":\"retry\",\"due_at\":\"2026-06-17T13:00:00.000Z\",\"text\":\"It is so.\","
	    "\"spoken\":{\"status\":\"time\",\"instant\":\"2026-06-17T13:00:00.000Z\",\"confidence\":90,\"reason\":null,\"rules\":[\"R7\"]},"
	    "\"calls\":[{\"attempt\":2,\"due_at\":\"2026-06-17T13:00:00.000Z\",\"why\":\"as asked\"}],\"then\":\"enough\","
	    "\"record\":{\"callee\":{\"zones\":\"America/Chicago,America/New_York\"}}}",
	    "what        another call\ndue         Wed 2026-06-17 08:00 in America/Chicago (2026-06-17T13:00:00.000Z)\n\nIt is so.\n\n"
	    "heard       time, Wed 2026-06-17 08:00 in America/Chicago (2026-06-17T13:00:00.000Z), confidence 90 of 100\n"
	    "            R7   a window counts from its start\n\n"
	    "if each of them ends like this one, and nobody asks for anything:\n\n"
	    "attempt  due                                      why\n2        Wed 2026-06-17 08:00 in America/Chicago  as asked\n\n"
	    "and then    enough\n" },
	{ "callback", "explain", "{\"data\":[{\"at\":\"t\",\"kind\":\"admit\",\"verdict\":\"ok\",\"callback_id\":\"c1\",\"text\":\"It rang.\",\"record\":{}},"
	    "{\"at\":\"u\",\"kind\":\"chain\",\"verdict\":\"x\",\"callback_id\":null,\"text\":\"Over.\"}]}",
	    "t  admit: ok, callback c1\n    It rang.\n\nu  chain: x\n    Over.\n" },
	{ "call", "transcript", "{\"transcript\":\"Agent: Hi.\\nUser: \\u0007Ho.\"}", "Agent: Hi.\nUser:  Ho.\n" },
	{ "callback", "payload", "{\"data\":[]}", "Nothing is kept: the policy's retention.payload_days says for how long it would be.\n" },
	{ "callback", "payload", "{\"data\":[{\"id\":\"e1\",\"body\":\"{\\\"a\\\":1}\"},{\"id\":\"e2\",\"body\":\"<x>\\u001b\"}]}",
	    "id  e1\n{\n  \"a\": 1\n}\n\nid  e2\n<x> \n" },
	{ "customer", "show", "{\"name\":\"a\\u001b[31mb\\nc\"}", "name  a [31mb c\n" },
};

static void
test_shown(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(shown); i++) {
		json_object *doc = json_tokener_parse(shown[i].json);
		struct sh_buf out;

		sh_buf_init(&out, 65536);
		sh_rest_format(verb(shown[i].noun, shown[i].verb), doc, &out);
		sh_buf_add(&out, "", 1);
		assert_string_equal(out.s, shown[i].text);
		sh_buf_clear(&out);
		json_object_put(doc);
	}
}

static void
test_wrapped(void **state)
{
	struct sh_buf out;

	(void)state;
	sh_buf_init(&out, 4096);
	sh_rest_text_width(44);
	sh_rest_text_wrapped("one two three four five six seven eight nine ten Zo\xc3\xab", 4, &out);
	sh_rest_text_width(0);
	sh_rest_text_wrapped("one two", 4, &out);
	assert_string_equal(sh_buf_str(&out).s, "    one two three four five six seven eight\n    nine ten Zo\xc3\xab\n    one two\n");
	sh_buf_clear(&out);
}

/* The members that a problem names, as whoever typed the command knows them. */
static void
test_problem_of_options(void **state)
{
	static const struct {
		const char *noun, *verb, *pointer, *why, *says;
	} cases[] = {
		{ "policy", "simulate", "/to_number", "bad", "  --to: bad\n" },
		{ "policy", "simulate", "/ended_at", "bad", "  --at: bad\n" },
		{ "policy", "simulate", "/variables/callback_time", "bad", "  --variable callback_time: bad\n" },
		{ "policy", "simulate", "/nothing", "bad", "  /nothing: bad\n" },
		{ "policy", "simulate", "", "policy:3:1: unknown key", "  ./p.yaml:3:1: unknown key\n" },
		{ "policy", "simulate", "", "new:3:1: unknown key", "  new:3:1: unknown key\n" },
		{ "policy", "diff", "/new", "bad", "  NEW: bad\n" },
		{ "policy", "rules", "?state", "bad", "  --state: bad\n" },
		{ "policy", "rules", "/state", "bad", "  /state: bad\n" },
		{ "callback", "reschedule", "/due_at", "bad", "  --at: bad\n" },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_rest_request q = { .verb = verb(cases[i].noun, cases[i].verb), .files = { { "policy", "./p.yaml" } } };
		json_object *doc = json_object_new_object(), *fields = json_object_new_array(), *field = json_object_new_object();
		struct sh_buf out;

		json_object_object_add(field, "pointer", json_object_new_string(cases[i].pointer));
		json_object_object_add(field, "detail", json_object_new_string(cases[i].why));
		json_object_array_add(fields, field);
		json_object_object_add(doc, "errors", fields);
		json_object_object_add(doc, "code", json_object_new_string("invalid"));
		json_object_object_add(doc, "detail", json_object_new_string("no"));
		sh_buf_init(&out, 4096);
		sh_rest_format_problem(&q, 422, doc, &out);
		assert_string_equal(strchr(sh_buf_str(&out).s, '\n') + 1, cases[i].says);
		sh_buf_clear(&out);
		json_object_put(doc);
	}
}

static void
test_problem(void **state)
{
	json_object *doc =
	    json_tokener_parse("{\"code\":\"invalid\",\"detail\":\"no\",\"errors\":[{\"pointer\":\"/to\",\"detail\":\"bad\"}]}");
	struct sh_buf out;

	(void)state;
	sh_buf_init(&out, 4096);
	sh_rest_format_problem(NULL, 422, doc, &out);
	assert_string_equal(sh_buf_str(&out).s, "invalid: no\n  /to: bad\n");
	sh_buf_clear(&out);
	sh_rest_format_problem(NULL, 502, NULL, &out);
	assert_non_null(strstr(sh_buf_str(&out).s, "502"));
	sh_buf_clear(&out);
	json_object_put(doc);
}

/* ---- the tables, beside the API's ---------------------------------------------------------------------- */

struct route {
	const char *id, *verb, *path, *body, *answer;
};

static const struct route routes[] = {
#define ROUTE(id_, verb_, path_, needs_, body_, answer_) { #id_, #verb_, path_, #body_, #answer_ },
#include "gateway/api/routes.def"
};
static const struct {
	const char *route, *member;
	bool required;
} members[] = {
#define REQUIRED true
#define OPTIONAL false
#define FIELD(route_, member_, type_, presence_, null_, least_, most_) { #route_, member_, presence_ },
#include "gateway/api/bodies.def"
#undef REQUIRED
#undef OPTIONAL
};

/* The same path but for what stands in braces. */
static bool
same_path(const char *a, const char *b)
{
	while (*a && *b) {
		if (*a != *b)
			return false;
		if (*a == '{') {
			a += strcspn(a, "}");
			b += strcspn(b, "}");
		}
		a++;
		b++;
	}
	return *a == *b;
}

static const struct route *
route_of(const struct sh_rest_verb *v, const struct route *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].verb, v->method) == 0 && same_path(list[i].path, v->path))
			return &list[i];
	return NULL;
}

static const struct sh_sql_statement *
statement_of(const struct route *r)
{
	for (size_t i = 0; i < sh_sql_nstatements; i++) {
		size_t n = strlen(sh_sql_statements[i].name);

		if (strncmp(r->answer, "SQL(", 4) == 0 && strncmp(r->answer + 4, sh_sql_statements[i].name, n) == 0 &&
		    r->answer[4 + n] == ',')
			return &sh_sql_statements[i];
	}
	return NULL;
}

static bool
statement_asks(const struct sh_sql_statement *s, const char *word)
{
	for (int i = 0; i < s->nparams; i++)
		if (strcmp(s->params[i].word, word) == 0)
			return true;
	return false;
}

static bool
is_member(const struct route *r, const char *name)
{
	for (size_t i = 0; i < SH_LENGTH(members); i++)
		if (strcmp(members[i].route, r->id) == 0 && strcmp(members[i].member, name) == 0)
			return true;
	return false;
}

static bool
option_fits(const struct sh_rest_option *o, const struct route *r)
{
	const struct sh_sql_statement *s = statement_of(r);
	char word[64];

	snprintf(word, sizeof(word), "q_%s", o->field);
	if (o->place == SH_REST_QUERY)
		return !s || statement_asks(s, word);
	return strcmp(r->body, "FIELDS") != 0 || is_member(r, o->field);
}

/* What the route requires, the command must give. */
static bool
gives(const struct sh_rest_verb *v, const char *member)
{
	for (size_t i = 0; i < sh_rest_noptions; i++)
		if (&sh_rest_verbs[sh_rest_options[i].verb] == v && sh_rest_options[i].presence == SH_REST_NEEDED &&
		    strcmp(sh_rest_options[i].field, member) == 0)
			return true;
	return false;
}

static void
test_every_command_is_a_route(void **state)
{
	int faults = 0;

	(void)state;
	for (size_t i = 0; i < SH_REST_COUNT; i++) {
		const struct sh_rest_verb *v = &sh_rest_verbs[i];
		const struct route *r = route_of(v, routes, SH_LENGTH(routes));
		const struct sh_sql_statement *s = r ? statement_of(r) : NULL;

		if (!r || (s && *v->columns && !statement_asks(s, "page_limit"))) {
			print_error(
			    "%s %s: %s %s is no %s of routes.def\n", v->noun, v->verb, v->method, v->path, r ? "list" : "route");
			faults++;
		}
		for (size_t m = 0; r && m < SH_LENGTH(members); m++)
			if (members[m].required && strcmp(members[m].route, r->id) == 0 && !gives(v, members[m].member)) {
				print_error("%s %s: %s requires %s\n", v->noun, v->verb, r->id, members[m].member);
				faults++;
			}
	}
	for (size_t i = 0; i < sh_rest_noptions; i++) {
		const struct sh_rest_option *o = &sh_rest_options[i];
		const struct sh_rest_verb *v = &sh_rest_verbs[o->verb];
		const struct route *r = route_of(v, routes, SH_LENGTH(routes));

		if (r && !option_fits(o, r)) {
			print_error("%s %s --%s: %s takes no %s\n", v->noun, v->verb, o->name, r->id, o->field);
			faults++;
		}
	}
	assert_int_equal(faults, 0);
}

/* Options of whichever command leads to the route. */
static bool
reachable(const struct route *r, enum sh_rest_place place, const char *field)
{
	for (size_t i = 0; i < sh_rest_noptions; i++) {
		const struct sh_rest_option *o = &sh_rest_options[i];

		if (o->place == place && strcmp(o->field, field) == 0 && route_of(&sh_rest_verbs[o->verb], r, 1))
			return true;
	}
	return false;
}

static int
unreachable(const struct route *r)
{
	const struct sh_sql_statement *s = statement_of(r);
	bool commanded = false;
	int faults = 0;

	for (size_t i = 0; i < SH_REST_COUNT; i++)
		commanded |= route_of(&sh_rest_verbs[i], r, 1) != NULL;
	if (!commanded) {
		print_error("%s: no command asks for it\n", r->id);
		return 1;
	}
	for (int i = 0; s && i < s->nparams; i++)
		if (strncmp(s->params[i].word, "q_", 2) == 0 && !reachable(r, SH_REST_QUERY, s->params[i].word + 2)) {
			print_error("%s: no option for ?%s\n", r->id, s->params[i].word + 2);
			faults++;
		}
	for (size_t i = 0; i < SH_LENGTH(members); i++)
		if (strcmp(members[i].route, r->id) == 0 && strcmp(members[i].member, "settings") != 0 &&
		    !reachable(r, SH_REST_BODY, members[i].member)) {
			print_error("%s: no option for %s\n", r->id, members[i].member);
			faults++;
		}
	return faults;
}

/* What the API can do, the command line can: but for what a monitor asks, the settings of one agent, and what `policy check` does without a gateway. */
static void
test_every_route_has_a_command(void **state)
{
	const struct route stray = { "call_get", "GET", "/v1/calls/{id}/audio", "NONE", "SQL(call_get, 200)" };
	int faults = 0;

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(routes); i++)
		if (strncmp(routes[i].path, "/v1/", 4) == 0 && strcmp(routes[i].id, "policy_validate") != 0)
			faults += unreachable(&routes[i]);
	assert_int_equal(faults, 0);
	assert_int_equal(unreachable(&stray), 1);
}

/* The checks above can fail. */
static void
test_the_check_sees(void **state)
{
	const struct sh_rest_verb stray = { .noun = "x", .verb = "y", .method = "POST", .path = "/v1/callbacks/{A}/forget" };
	const struct route *r = route_of(verb("callback", "reschedule"), routes, SH_LENGTH(routes));
	const struct sh_rest_option other = { .field = "due", .place = SH_REST_BODY, .type = SH_REST_TEXT };
	const struct sh_rest_option query = { .field = "colour", .place = SH_REST_QUERY, .type = SH_REST_TEXT };

	(void)state;
	assert_null(route_of(&stray, routes, SH_LENGTH(routes)));
	assert_non_null(r);
	assert_false(option_fits(&other, r));
	assert_false(option_fits(&query, route_of(verb("callback", "list"), routes, SH_LENGTH(routes))));
	assert_false(gives(verb("callback", "reschedule"), "reason"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_readings),
		cmocka_unit_test(test_own_options),
		cmocka_unit_test(test_secret_file),
		cmocka_unit_test(test_document_file),
		cmocka_unit_test(test_literal_settings),
		cmocka_unit_test(test_secret_on_a_terminal),
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_wrapped),
		cmocka_unit_test(test_problem_of_options),
		cmocka_unit_test(test_problem),
		cmocka_unit_test(test_every_command_is_a_route),
		cmocka_unit_test(test_every_route_has_a_command),
		cmocka_unit_test(test_the_check_sees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
