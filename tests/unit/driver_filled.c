/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * What a driver fills in for us to read: a request, a reply, how a dial went, what an ending means.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/driver/board.h"
#include "gateway/driver/call.h"

#define FILLED_NOW INT64_C(1793000000000)

static struct sh_driver_loaded filled_driver = { .name = "acme", .path = "acme", .table = { .name = "acme" } };

static struct sh_request filled_wanted;
static struct sh_reply filled_answer;

static void
filled_request(struct sh_ctx *cx, const struct sh_account *a, struct sh_str cursor, struct sh_request *r)
{
	(void)cx, (void)a, (void)cursor;
	*r = filled_wanted;
}

static void
filled_reply(
    struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a, const struct sh_finding *f, struct sh_reply *r)
{
	(void)cx, (void)d, (void)a, (void)f;
	*r = filled_answer;
}

/* Nothing is said of status and type: what the host thinks of them. */
static void
filled_body(
    struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a, const struct sh_finding *f, struct sh_reply *r)
{
	(void)cx, (void)d, (void)a;
	if (f->question)
		r->body = SH_STR("{}");
}

static void
test_reply(void **state)
{
	const struct sh_finding notice = { .size = sizeof(notice) }, question = { .size = sizeof(question), .question = true };
	struct sh_driver_call c;
	struct sh_reply r;

	(void)state;
	filled_driver.table.reply = filled_body;
	sh_driver_call_init(&c, &filled_driver, 1 << 20, FILLED_NOW);
	r = sh_driver_reply(&c, NULL, NULL, &notice);
	assert_true(r.status == 204 && !r.type.s && !r.body.s);
	r = sh_driver_reply(&c, NULL, NULL, &question);
	assert_true(r.status == 200 && sh_str_is(r.type, "application/json") && sh_str_is(r.body, "{}"));
	sh_driver_call_clear(&c);
}

static struct sh_reply
filled_replied(struct sh_reply given)
{
	const struct sh_finding f = { .size = sizeof(f) };
	struct sh_driver_call c;
	struct sh_reply r;

	filled_answer = given;
	sh_driver_call_init(&c, &filled_driver, 1 << 20, FILLED_NOW);
	r = sh_driver_reply(&c, NULL, NULL, &f);
	r.type = r.type.s ? SH_STR("some") : SH_NONE;
	sh_driver_call_clear(&c);
	return r;
}

/* A worker that goes where the driver's answer leads; how many of the address' bytes it is told does not matter. */
static void
filled_nowhere(void (*f)(void), struct sh_driver_inside *inside)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		sh_board_watch(inside, NULL);
		signal(SIGSEGV, SIG_DFL);
		f();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSEGV);
	assert_true(inside->since_ms > 0);
	assert_string_equal(inside->driver, "acme");
}

#define FILLED_NOWHERE ((struct sh_str){ (const char *)8, 8 })

static enum sh_answer
nowhere_text(struct sh_ctx *cx, const struct sh_delivery *d, const struct sh_account *a)
{
	(void)d, (void)a;
	cx->text = FILLED_NOWHERE;
	return SH_ANSWER_OK;
}

static void
nowhere_normalize(void)
{
	struct sh_driver_call c;

	filled_driver.table.normalize = nowhere_text;
	sh_driver_call_init(&c, &filled_driver, 1 << 20, FILLED_NOW);
	assert_int_equal(sh_driver_normalize(&c, NULL, NULL), SH_ANSWER_OK);
}

static void
nowhere_request(void)
{
	struct sh_driver_call c;
	struct sh_request r;
	struct sh_error e;

	filled_wanted = (struct sh_request){ .method = SH_STR("GET"), .url = FILLED_NOWHERE };
	sh_driver_call_init(&c, &filled_driver, 1 << 20, FILLED_NOW);
	assert_int_equal(sh_driver_ask(&c, SH_CAN_CHECK, NULL, SH_NONE, &r, &e), SH_OK);
}

/* What a driver fills in is copied while it is inside: later it may be gone, and a pointer that leads nowhere is its own death. */
static void
test_filled(void **state)
{
	struct sh_driver_inside *inside = mmap(NULL, sizeof(*inside), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char local[] = "https://api.example.com/v1";
	const struct sh_pair one = { SH_STR("accept"), SH_STR("text/plain") };
	static const char *const hosts[] = { "api.example.com", NULL };
	struct sh_driver_call c;
	struct sh_request r;
	struct sh_error e;

	(void)state;
	assert_true(inside != MAP_FAILED);
	filled_driver.table.check_request = filled_request;
	filled_driver.table.reply = filled_reply;
	filled_driver.table.hosts = hosts;
	filled_driver.capabilities = 1u << SH_CAN_WEBHOOK | 1u << SH_CAN_CHECK;
	sh_driver_call_init(&c, &filled_driver, 1 << 20, FILLED_NOW);
	filled_wanted = (struct sh_request){ .method = SH_STR("GET"), .url = sh_str(local), .headers = &one, .nheaders = 1 };
	assert_int_equal(sh_driver_ask(&c, SH_CAN_CHECK, NULL, SH_NONE, &r, &e), SH_OK);
	memset(local, 'x', sizeof(local) - 1);
	assert_true(sh_str_is(r.url, "https://api.example.com/v1"));
	assert_true(sh_str_is(r.headers[0].value, "text/plain") && r.headers != &one);
	filled_wanted = (struct sh_request){ 0 };
	assert_int_equal(sh_driver_ask(&c, SH_CAN_CHECK, NULL, SH_NONE, &r, &e), SH_EINVALID);
	assert_string_equal(e.text, "driver acme makes no request for this");
	filled_wanted.method = SH_STR("GET");
	filled_wanted.headers = &one;
	filled_wanted.nheaders = 65;
	assert_int_equal(sh_driver_ask(&c, SH_CAN_CHECK, NULL, SH_NONE, &r, &e), SH_EINVALID);
	assert_string_equal(e.text, "driver acme, check_request: it made a request with more than 64 headers");
	sh_driver_call_clear(&c);

	assert_int_equal(filled_replied((struct sh_reply){ .status = 299, .type = SH_STR("text/xml") }).status, 299);
	assert_int_equal(filled_replied((struct sh_reply){ .status = 199 }).status, 204);
	assert_int_equal(filled_replied((struct sh_reply){ .status = 200, .type = SH_STR("a\r\nb: c") }).status, 204);
	assert_int_equal(filled_replied((struct sh_reply){ .status = 200, .body = { local, 2 << 20 } }).status, 204);

	filled_nowhere(nowhere_normalize, inside);
	assert_string_equal(inside->function, "normalize");
	filled_nowhere(nowhere_request, inside);
	assert_string_equal(inside->function, "check_request");
	munmap(inside, sizeof(*inside));
}

static struct sh_placed filled_placed;
static struct sh_disposition filled_meaning;

static void
answer_placed(struct sh_ctx *cx, const struct sh_account *a, const struct sh_exchange *x, struct sh_placed *p)
{
	(void)cx, (void)a, (void)x;
	*p = filled_placed;
}

static void
answer_outcome(struct sh_ctx *cx, const struct sh_pair *facts, size_t n, struct sh_disposition *d)
{
	(void)facts, (void)n;
	if (filled_meaning.retry == (enum sh_retry)50)
		sh_alloc(cx, SIZE_MAX - 8); /* which does not return */
	*d = filled_meaning;
}

/* What decides whether a phone rings again is believed only if it can be meant. */
static void
test_meant(void **state)
{
	static char too_long[129];
	static const struct {
		struct sh_placed given;
		enum sh_placing placing;
	} placed[] = {
		{ { .placing = SH_DIAL_PLACED, .call_id = { "call_1", 6 } }, SH_DIAL_PLACED },
		{ { .placing = SH_DIAL_PLACED }, SH_DIAL_UNKNOWN },
		{ { .placing = SH_DIAL_PLACED, .call_id = { "\xff", 1 } }, SH_DIAL_UNKNOWN },
		{ { .placing = SH_DIAL_PLACED, .call_id = { too_long, 129 } }, SH_DIAL_UNKNOWN },
		{ { .placing = (enum sh_placing)9 }, SH_DIAL_UNKNOWN },
		{ { .placing = SH_DIAL_REFUSED, .disposition = { .action = (enum sh_action)9 } }, SH_DIAL_UNKNOWN },
		{ { .placing = SH_DIAL_REFUSED, .disposition = { .outcome = SH_OUTCOME_BUSY } }, SH_DIAL_REFUSED },
		{ { .placing = SH_DIAL_LATER }, SH_DIAL_LATER },
	};
	static const struct {
		struct sh_disposition given;
		enum sh_outcome outcome;
		enum sh_retry retry;
	} meant[] = {
		{ { .outcome = SH_OUTCOME_BUSY, .retry = SH_RETRY_ONCE }, SH_OUTCOME_BUSY, SH_RETRY_ONCE },
		{ { .outcome = (enum sh_outcome)99 }, SH_OUTCOME_OTHER, SH_RETRY_NEVER },
		{ { .outcome = SH_OUTCOME_BUSY, .retry = (enum sh_retry)9 }, SH_OUTCOME_OTHER, SH_RETRY_NEVER },
		{ { .outcome = SH_OUTCOME_BUSY, .retry = (enum sh_retry)50 }, SH_OUTCOME_OTHER, SH_RETRY_NEVER },
	};
	struct sh_driver_call c;
	struct sh_disposition d;

	(void)state;
	memset(too_long, 'c', sizeof(too_long));
	filled_driver.table.dial_parse = answer_placed;
	filled_driver.table.outcome = answer_outcome;
	for (size_t i = 0; i < SH_LENGTH(placed); i++) {
		filled_placed = placed[i].given;
		sh_driver_call_init(&c, &filled_driver, 1 << 16, FILLED_NOW);
		assert_int_equal(sh_driver_read_dial(&c, NULL, NULL).placing, placed[i].placing);
		sh_driver_call_clear(&c);
	}
	for (size_t i = 0; i < SH_LENGTH(meant); i++) {
		filled_meaning = meant[i].given;
		sh_driver_call_init(&c, &filled_driver, 1 << 16, FILLED_NOW);
		d = sh_driver_outcome(&c, NULL, 0);
		assert_int_equal(d.outcome, meant[i].outcome);
		assert_int_equal(d.retry, meant[i].retry);
		sh_driver_call_clear(&c);
	}
}

/* A reason that nobody knows is one however long it is: no weaker fact speaks in its place. */
static void
test_long_reason(void **state)
{
	static const struct sh_reason reasons[] = {
		SH_REASON("busy*", BUSY, POLICY, COUNTS, NONE, "busy"),
		SH_REASON("*", OTHER, NEVER, COUNTS, NONE, "any other word"),
		SH_REASON_OF("status", "error", TECHNICAL_ERROR, ONCE, COUNTS, NONE, "it failed"),
		{ 0 },
	};
	char reason[300];
	const struct sh_pair facts[] = { { SH_STR("reason"), { reason, sizeof(reason) } }, { SH_STR("status"), SH_STR("error") } };
	struct sh_driver_call c;

	(void)state;
	filled_driver.table.outcome = NULL;
	filled_driver.table.reasons = reasons;
	filled_driver.table.reason_size = sizeof(reasons[0]);
	filled_driver.nreasons = SH_LENGTH(reasons) - 1;
	memset(reason, 'x', sizeof(reason));
	sh_driver_call_init(&c, &filled_driver, 1 << 16, FILLED_NOW);
	assert_int_equal(sh_driver_outcome(&c, facts, 2).outcome, SH_OUTCOME_OTHER);
	memcpy(reason, "busy", 4);
	assert_int_equal(sh_driver_outcome(&c, facts, 2).outcome, SH_OUTCOME_BUSY);
	assert_int_equal(sh_driver_outcome(&c, facts + 1, 1).outcome, SH_OUTCOME_TECHNICAL_ERROR);
	sh_driver_call_clear(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filled),
		cmocka_unit_test(test_reply),
		cmocka_unit_test(test_meant),
		cmocka_unit_test(test_long_reason),
	};

	return cmocka_run_group_tests_name("driver_filled", tests, NULL, NULL);
}
