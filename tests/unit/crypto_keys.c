/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The worker's side of the keyholder, against a real one in a process of its own, and against false ones that the
 * test plays itself at the other end of the socket.
 */
#include "gateway/crypto/keys.h"

#include <event2/event.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/crypto/wire.h"

#define LIMIT_S 120	/* no wait takes longer; none takes nearly as long */

/* What one question came to. */
struct got {
	int times;
	enum sh_status status;
	struct sh_tenant_key key;
	uint8_t wrapped[SH_KEK_WRAPPED_MAX];
	size_t n;
	struct sh_error error;
	void (*then)(struct got *);
};

static struct event_base *base;
static struct sh_keys *keys;
static int other = -1;			/* the keyholder's end, where the test plays it */
static pid_t child = -1;
static atomic_int *messages;		/* that the forked keyholder was sent */
static int answered;
static bool asking;			/* inside a call that asks */
static const struct sh_id one = { { 1 } }, two = { { 2 } };

static void
note(struct got *g, enum sh_status s, const struct sh_error *e)
{
	assert_false(asking);
	assert_int_equal(e->status, s);
	g->times++;
	g->status = s;
	g->error = *e;
	answered++;
	if (g->then)
		g->then(g);
}

static void
on_open(void *arg, enum sh_status s, const struct sh_tenant_key *key, const struct sh_error *e)
{
	struct got *g = arg;

	assert_int_equal(key != NULL, s == SH_OK);
	if (key)
		g->key = *key;
	note(g, s, e);
}

static void
on_make(void *arg, enum sh_status s, struct sh_str wrapped, const struct sh_error *e)
{
	struct got *g = arg;

	assert_int_equal(wrapped.s != NULL, s == SH_OK);
	g->n = wrapped.n;
	if (wrapped.n)
		memcpy(g->wrapped, wrapped.s, wrapped.n);
	note(g, s, e);
}

static void
ask_open(struct got *g, const struct sh_id *tenant, const struct got *made)
{
	asking = true;
	sh_keys_open(keys, tenant, (struct sh_str){ (const char *)made->wrapped, made->n }, on_open, g);
	asking = false;
}

static void
ask_make(struct got *g, const struct sh_id *tenant)
{
	asking = true;
	sh_keys_make(keys, tenant, on_make, g);
	asking = false;
}

/* Turns the loop until so many were answered in all. */
static void
wait_for(int n)
{
	alarm(LIMIT_S);
	while (answered < n)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	alarm(0);
	assert_int_equal(answered, n);
}

static void
wait_for_death(void)
{
	alarm(LIMIT_S);
	while (sh_keys_alive(keys))
		event_base_loop(base, EVLOOP_ONCE);
	alarm(0);
}

static _Noreturn void
keyholder(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char path[64];
	struct sh_kek *kek;

	snprintf(path, sizeof(path), "/tmp/switchhook-keys-%d", (int)getpid());
	alarm(LIMIT_S);
	if (sh_kek_file_new(path, NULL) != SH_OK || sh_kek_open(path, &kek, NULL) != SH_OK)
		_exit(1);
	unlink(path);
	do {
		poll(&p, 1, -1);
		atomic_fetch_add(messages, 1);
	} while (sh_keys_serve(fd, kek));
	sh_kek_close(kek);
	_exit(0);
}

static void
begin(int cache_s, bool forked)
{
	int fds[2];

	answered = 0;
	base = event_base_new();
	assert_non_null(base);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	if (forked) {
		*messages = 0;
		child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			close(fds[0]);
			keyholder(fds[1]);
		}
		close(fds[1]);
	} else {
		other = fds[1];
	}
	keys = sh_keys_new(base, fds[0], cache_s);
	assert_true(sh_keys_alive(keys));
}

static int
end(void **state)
{
	(void)state;
	sh_keys_free(keys);
	keys = NULL;
	if (other >= 0)
		close(other);
	other = -1;
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	child = -1;
	event_base_free(base);
	base = NULL;
	return 0;
}

static void
test_make_and_open(void **state)
{
	struct got made = { 0 }, opened = { 0 }, again = { 0 }, wrong = { 0 };

	(void)state;
	begin(0, true);
	ask_make(&made, &one);
	wait_for(1);
	assert_int_equal(made.status, SH_OK);
	ask_open(&opened, &one, &made);
	wait_for(2);
	assert_int_equal(opened.status, SH_OK);
	assert_int_equal(opened.key.generation, 1);
	ask_open(&again, &one, &made);
	ask_open(&wrong, &two, &made);
	wait_for(4);
	assert_memory_equal(&again.key, &opened.key, sizeof(opened.key));
	assert_int_equal(wrong.status, SH_EINVALID);
	/* Strict: each time it was asked; the two of one turn together. */
	assert_int_equal(*messages, 3);
}

static void
test_batches(void **state)
{
	enum { N = 300 };
	static struct got made, all[N];

	(void)state;
	begin(0, true);
	memset(&made, 0, sizeof(made));
	memset(all, 0, sizeof(all));
	ask_make(&made, &one);
	wait_for(1);
	for (int i = 0; i < N; i++)
		ask_open(&all[i], &one, &made);
	wait_for(1 + N);
	for (int i = 0; i < N; i++) {
		assert_int_equal(all[i].times, 1);
		assert_int_equal(all[i].status, SH_OK);
	}
	assert_int_equal(*messages, 1 + (N + SH_WIRE_COUNT - 1) / SH_WIRE_COUNT);
	assert_true(sh_keys_alive(keys));
}

static struct got chain_made;

static void
chain(struct got *g)
{
	if (g->times < 5)
		ask_open(g, &one, &chain_made);
}

static void
test_ask_from_the_answer(void **state)
{
	struct got g = { .then = chain };

	for (int cache_s = 0; cache_s < 2; cache_s++) {
		begin(cache_s * 1000, true);
		chain_made = (struct got){ 0 };
		g.times = 0;
		ask_make(&chain_made, &one);
		wait_for(1);
		ask_open(&g, &one, &chain_made);
		wait_for(6);
		assert_int_equal(*messages, cache_s ? 2 : 6);
		end(state);
	}
	begin(0, false);
}

static void
test_cache(void **state)
{
	struct got made = { 0 }, first = { 0 }, second = { 0 }, wrong = { 0 }, third = { 0 };

	(void)state;
	begin(1000, true);
	ask_make(&made, &one);
	wait_for(1);
	ask_open(&first, &one, &made);
	wait_for(2);
	ask_open(&second, &one, &made);
	wait_for(3);
	assert_int_equal(*messages, 2);
	assert_int_equal(second.status, SH_OK);
	assert_memory_equal(&first.key, &second.key, sizeof(first.key));
	/* Known, but not to this tenant. */
	ask_open(&wrong, &two, &made);
	wait_for(4);
	assert_int_equal(*messages, 3);
	assert_int_equal(wrong.status, SH_EINVALID);
	/* The cache outlives the keyholder until the worker is replaced. */
	kill(child, SIGKILL);
	wait_for_death();
	ask_open(&third, &one, &made);
	wait_for(5);
	assert_int_equal(third.status, SH_OK);
}

/* The cache's own test has expiry on a told clock; here, that a second is a second and the sweep's timer fires. */
static void
test_cache_ends(void **state)
{
	struct got made = { 0 }, first = { 0 }, second = { 0 };

	(void)state;
	begin(1, true);
	ask_make(&made, &one);
	wait_for(1);
	ask_open(&first, &one, &made);
	wait_for(2);
	/* Only the sweep's timer can end this loop's turn; its socket stays quiet. */
	alarm(LIMIT_S);
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	alarm(0);
	ask_open(&second, &one, &made);
	wait_for(3);
	assert_int_equal(*messages, 3);
}

static void
test_refused_here(void **state)
{
	struct got g[3] = { 0 };
	char large[SH_KEK_WRAPPED_MAX + 1] = { 0 };

	(void)state;
	begin(0, false);
	asking = true;
	sh_keys_open(keys, &one, SH_NONE, on_open, &g[0]);
	sh_keys_open(keys, &one, SH_STR(""), on_open, &g[1]);
	sh_keys_open(keys, &one, (struct sh_str){ large, sizeof(large) }, on_open, &g[2]);
	asking = false;
	wait_for(3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(g[i].status, SH_EINVALID);
	assert_true(sh_keys_alive(keys));
	assert_int_equal(recv(other, large, 1, MSG_DONTWAIT), -1);
}

/* What the test plays instead of an answer to one question; NULL: it closes. */
static void
expect_death(struct sh_str answer, bool closes)
{
	struct got asked[3] = { 0 }, waiting = { 0 }, later = { 0 };
	uint8_t bytes[SH_WIRE_MAX];
	struct got made = { .n = 98 };

	begin(0, false);
	for (int i = 0; i < 3; i++)
		ask_open(&asked[i], &one, &made);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_true(recv(other, bytes, sizeof(bytes), 0) > 0);
	ask_make(&waiting, &one);
	if (answer.s)
		assert_int_equal(send(other, answer.s, answer.n, 0), answer.n);
	if (closes) {
		close(other);
		other = -1;
	}
	wait_for(4);
	assert_false(sh_keys_alive(keys));
	for (int i = 0; i < 3; i++) {
		assert_int_equal(asked[i].times, 1);
		assert_int_equal(asked[i].status, SH_EAGAIN);
	}
	assert_int_equal(waiting.times, 1);
	assert_int_equal(waiting.status, SH_EAGAIN);
	ask_open(&later, &one, &made);
	wait_for(5);
	assert_int_equal(later.status, SH_EAGAIN);
	/* The other end learns of it. */
	if (other >= 0)
		assert_int_equal(recv(other, bytes, sizeof(bytes), 0), 0);
	end(NULL);
}

static void
test_false_keyholders(void **state)
{
	static char large[SH_WIRE_MAX + 100] = "SHA1\0\0\0\1\3";
	static const struct sh_str answers[] = {
		SH_STR("x"),
		SH_STR("SHA1\0\0\0\1\3"),
		SH_STR("SHA1\0\0\0\1\2\1\0\1\0"),			/* too few */
		SH_STR("SHA1\0\0\0\1\4\1\0\1\0\1\0\1\0"),		/* too many */
		SH_STR("SHA1\0\0\0\2\3\1\0\1\0\1\0"),			/* to another message */
		SH_STR("SHA1\0\0\0\1\3\1\0\1\0\1\0\0"),			/* a byte more */
		SH_STR("SHA1\0\0\0\1\3\1\0\1\0\0\5short"),		/* no key */
		SH_STR("SHA1\0\0\0\1\3\1\0\1\0\x63\0"),			/* no status */
		SH_STR("SHA1\0\0\0\1\3\1\0\1\0\0\xff"),			/* more than there is */
	};

	for (size_t i = 0; i < SH_LENGTH(answers); i++)
		expect_death(answers[i], false);
	expect_death((struct sh_str){ large, sizeof(large) }, false);
	expect_death(SH_NONE, true);
	(void)state;
	begin(0, false);
}

/* An answer to nothing is nonsense too. */
static void
test_unasked_answer(void **state)
{
	(void)state;
	begin(0, false);
	assert_int_equal(send(other, "SHA1\0\0\0\0\1\1\0", 11, 0), 11);
	wait_for_death();
}

/* A message that died with its keyholder goes again; that it was answered after all disturbs nobody, once for each time. */
static void
test_sent_again(void **state)
{
	static const char refusal[] = "SHA1\0\0\0\1\1\4", next[] = "SHA1\0\0\0\2\1\4";
	uint8_t first[SH_WIRE_MAX], again[SH_WIRE_MAX];
	const struct got made = { .n = 98 };
	struct got g = { 0 }, later = { 0 };
	ssize_t n;

	(void)state;
	begin(0, false);
	ask_open(&g, &one, &made);
	event_base_loop(base, EVLOOP_NONBLOCK);
	n = recv(other, first, sizeof(first), 0);
	assert_true(n > 0);
	alarm(LIMIT_S);
	while (recv(other, again, sizeof(again), MSG_DONTWAIT) < 0)
		event_base_loop(base, EVLOOP_ONCE);
	alarm(0);
	assert_memory_equal(first, again, (size_t)n);
	assert_int_equal(send(other, refusal, sizeof(refusal), 0), sizeof(refusal));
	wait_for(1);
	assert_int_equal(g.status, SH_EDENIED);
	/* The echo comes while the next message is under way. */
	ask_open(&later, &two, &made);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_true(recv(other, first, sizeof(first), 0) > 0);
	assert_int_equal(send(other, refusal, sizeof(refusal), 0), sizeof(refusal));
	assert_int_equal(send(other, next, sizeof(next), 0), sizeof(next));
	wait_for(2);
	assert_int_equal(later.status, SH_EDENIED);
	assert_true(sh_keys_alive(keys));
	/* A third answer to it is one too many. */
	assert_int_equal(send(other, refusal, sizeof(refusal), 0), sizeof(refusal));
	wait_for_death();
}

/* In one message refusals do not touch the others' answers. */
static void
test_mixed_answers(void **state)
{
	struct got g[3] = { 0 };
	uint8_t bytes[SH_WIRE_MAX], reply[9 + 2 + 67 + 2] = "SHA1\0\0\0\1\3\4\0\0\x41";
	const struct got made = { .n = 98 };

	(void)state;
	begin(0, false);
	for (int i = 0; i < 3; i++)
		ask_open(&g[i], &one, &made);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_true(recv(other, bytes, sizeof(bytes), 0) > 0);
	memset(reply + 13, 7, 65);
	reply[78] = SH_ESYSTEM;
	assert_int_equal(send(other, reply, sizeof(reply), 0), sizeof(reply));
	wait_for(3);
	assert_int_equal(g[0].status, SH_EDENIED);
	assert_non_null(strstr(g[0].error.text, "another key file"));
	assert_int_equal(g[1].status, SH_OK);
	assert_int_equal(g[1].key.generation, 7);
	assert_int_equal(g[1].key.index[31], 7);
	assert_int_equal(g[2].status, SH_ESYSTEM);
	assert_true(sh_keys_alive(keys));
}

static void
test_killed(void **state)
{
	struct got made = { 0 }, g[100] = { 0 };

	(void)state;
	begin(0, true);
	ask_make(&made, &one);
	wait_for(1);
	/* Stopped, so that the message is under way when it dies. */
	kill(child, SIGSTOP);
	for (int i = 0; i < 100; i++)
		ask_open(&g[i], &one, &made);
	event_base_loop(base, EVLOOP_NONBLOCK);
	kill(child, SIGKILL);
	wait_for(101);
	assert_false(sh_keys_alive(keys));
	for (int i = 0; i < 100; i++) {
		assert_int_equal(g[i].times, 1);
		assert_int_equal(g[i].status, SH_EAGAIN);
	}
}

/* Found dead while nothing is asked. */
static void
test_dies_idle(void **state)
{
	struct got g = { 0 };

	(void)state;
	begin(0, false);
	close(other);
	other = -1;
	wait_for_death();
	ask_make(&g, &one);
	assert_int_equal(g.times, 0);
	wait_for(1);
	assert_int_equal(g.status, SH_EAGAIN);
}

static void
insist(struct got *g)
{
	if (g->times < 10)
		ask_make(g, &one);
}

static int ticks;

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	ticks++;
}

/* Who asks again at once does not keep the loop from other events. */
static void
test_insisting_does_not_starve(void **state)
{
	const struct timeval now = { 0, 0 };
	struct got g = { .then = insist };

	(void)state;
	begin(0, false);
	close(other);
	other = -1;
	wait_for_death();
	ticks = 0;
	ask_make(&g, &one);
	event_base_once(base, -1, EV_TIMEOUT, on_tick, NULL, &now);
	alarm(LIMIT_S);
	while (!ticks)
		event_base_loop(base, EVLOOP_ONCE);
	alarm(0);
	assert_in_range(g.times, 0, 2);
	wait_for(10);
}

static void
test_free_answers(void **state)
{
	struct got asked = { 0 }, waiting = { 0 }, refused = { 0 };

	(void)state;
	begin(0, false);
	ask_make(&asked, &one);
	event_base_loop(base, EVLOOP_NONBLOCK);
	ask_make(&waiting, &two);
	asking = true;
	sh_keys_open(keys, &one, SH_NONE, on_open, &refused);
	asking = false;
	sh_keys_free(keys);
	keys = NULL;
	assert_int_equal(answered, 3);
	assert_int_equal(asked.status, SH_EAGAIN);
	assert_int_equal(waiting.status, SH_EAGAIN);
	assert_int_equal(refused.status, SH_EINVALID);
	/* Nothing stays behind in the loop. */
	assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK), 1);
}

/* A corrupt worker: the keyholder hangs up on it, and neither waits nor dies. */
static void
test_false_worker(void **state)
{
	static char large[SH_WIRE_MAX + 100];
	static const struct sh_str messages_[] = {
		SH_STR(""), SH_STR("x"), SH_STR("SHQ1\0\0\0\1\0"), SH_STR("SHQ1\0\0\0\1\1\1tttttttttttttttt\x20short"),
		{ large, sizeof(large) },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(messages_); i++) {
		int fds[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
		assert_true(sh_keys_serve(fds[0], NULL));	/* nothing came yet */
		assert_int_equal(send(fds[1], messages_[i].s, messages_[i].n, 0), messages_[i].n);
		assert_false(sh_keys_serve(fds[0], NULL));
		close(fds[1]);
		assert_false(sh_keys_serve(fds[0], NULL));
		close(fds[0]);
	}
	begin(0, false);
}

/* One that asks and never fetches fills its own socket, not the keyholder's time. */
static void
test_deaf_worker(void **state)
{
	char path[64];
	struct sh_kek *kek;
	struct sh_error e;
	int fds[2], n = 0;

	(void)state;
	snprintf(path, sizeof(path), "/tmp/switchhook-keys-%d", (int)getpid());
	assert_int_equal(sh_kek_file_new(path, &e), SH_OK);
	assert_int_equal(sh_kek_open(path, &kek, &e), SH_OK);
	unlink(path);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	alarm(LIMIT_S);
	do {
		assert_true(send(fds[1], "SHQ1\0\0\0\1\1\2tttttttttttttttt\0", 27, 0) == 27);
		n++;
	} while (sh_keys_serve(fds[0], kek));
	alarm(0);
	assert_true(n > 1);
	close(fds[0]);
	close(fds[1]);
	sh_kek_close(kek);
	begin(0, false);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, end)
	const struct CMUnitTest tests[] = {
		TEST(test_make_and_open),
		TEST(test_batches),
		TEST(test_ask_from_the_answer),
		TEST(test_cache),
		TEST(test_cache_ends),
		TEST(test_refused_here),
		TEST(test_false_keyholders),
		TEST(test_unasked_answer),
		TEST(test_sent_again),
		TEST(test_mixed_answers),
		TEST(test_killed),
		TEST(test_dies_idle),
		TEST(test_insisting_does_not_starve),
		TEST(test_free_answers),
		TEST(test_false_worker),
		TEST(test_deaf_worker),
	};

	messages = mmap(NULL, sizeof(*messages), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (messages == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
