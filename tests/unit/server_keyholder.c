/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * tests/unit/server_keyholder.c: a keyholder in a process of its own, asked through sockets that are passed to it.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "gateway/base/log.h"
#include "gateway/crypto/keys.h"
#include "gateway/server/keyholder.h"
#include "gateway/server/process.h"

static char folder[] = "/tmp/switchhook-kh-XXXXXX", key_file[64];
static atomic_int *ready;

struct holder {
	pid_t pid;
	int control;
};

static struct holder
start(const char *file)
{
	int pair[2];
	struct holder h;

	atomic_store(ready, 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	h.pid = sh_process_fork("keyholder", SIGKILL, &pair[1], 1);
	if (h.pid == 0)
		_exit(sh_keyholder_run(file, pair[1], ready));
	assert_true(h.pid > 0);
	close(pair[1]);
	h.control = pair[0];
	return h;
}

static int
pass(const struct holder *h)
{
	int pair[2];
	struct sh_error e;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(sh_keyholder_pass(h->control, pair[1], &e), SH_OK);
	close(pair[1]);
	return pair[0];
}

static int
ended(const struct holder *h)
{
	int status;

	assert_int_equal(waitpid(h->pid, &status, 0), h->pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

struct answer {
	struct event_base *base;
	enum sh_status status;
	uint8_t wrapped[SH_KEK_WRAPPED_MAX];
	size_t n;
	struct sh_tenant_key key;
	int calls;
};

static void
made(void *arg, enum sh_status status, struct sh_str wrapped, const struct sh_error *e)
{
	struct answer *a = arg;

	(void)e;
	a->calls++;
	a->status = status;
	a->n = wrapped.n;
	if (status == SH_OK)
		memcpy(a->wrapped, wrapped.s, wrapped.n);
	event_base_loopbreak(a->base);
}

static void
opened(void *arg, enum sh_status status, const struct sh_tenant_key *key, const struct sh_error *e)
{
	struct answer *a = arg;

	(void)e;
	a->calls++;
	a->status = status;
	if (key)
		a->key = *key;
	event_base_loopbreak(a->base);
}

static struct answer
ask_make(struct event_base *base, struct sh_keys *keys, const struct sh_id *tenant)
{
	struct answer a = { .base = base };

	sh_keys_make(keys, tenant, made, &a);
	event_base_dispatch(base);
	assert_int_equal(a.calls, 1);
	return a;
}

static struct answer
ask_open(struct event_base *base, struct sh_keys *keys, const struct sh_id *tenant, const struct answer *from)
{
	struct answer a = { .base = base };

	sh_keys_open(keys, tenant, (struct sh_str){ (const char *)from->wrapped, from->n }, opened, &a);
	event_base_dispatch(base);
	assert_int_equal(a.calls, 1);
	return a;
}

static void
test_wrap_and_unwrap(void **unused)
{
	struct holder h = start(key_file);
	struct event_base *base = event_base_new();
	struct sh_keys *one = sh_keys_new(base, pass(&h), 0), *two = sh_keys_new(base, pass(&h), 0);
	struct sh_id tenant = { { 1 } }, stranger = { { 2 } };
	struct answer m, a, b, c;

	(void)unused;
	m = ask_make(base, one, &tenant);
	assert_int_equal(m.status, SH_OK);
	a = ask_open(base, one, &tenant, &m);
	b = ask_open(base, two, &tenant, &m);
	c = ask_open(base, two, &stranger, &m);
	assert_int_equal(a.status, SH_OK);
	assert_int_equal(b.status, SH_OK);
	assert_memory_equal(&a.key, &b.key, sizeof(a.key));
	assert_int_not_equal(c.status, SH_OK);

	/* A worker's end does not end the keyholder; the master's does, once the last worker has gone. */
	sh_keys_free(one);
	close(h.control);
	assert_int_equal(ask_open(base, two, &tenant, &m).status, SH_OK);
	assert_true(sh_keys_alive(two));
	sh_keys_free(two);
	assert_int_equal(ended(&h), SH_EXIT_OK);
	event_base_free(base);
}

static void
test_terminal_signals_do_not_end_it(void **unused)
{
	struct holder h = start(key_file);
	struct event_base *base = event_base_new();
	struct sh_keys *keys;
	struct sh_id tenant = { { 3 } };

	(void)unused;
	while (!atomic_load(ready))
		nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
	kill(h.pid, SIGTERM);
	kill(h.pid, SIGINT);
	kill(h.pid, SIGHUP);
	keys = sh_keys_new(base, pass(&h), 0);
	assert_int_equal(ask_make(base, keys, &tenant).status, SH_OK);
	sh_keys_free(keys);
	close(h.control);
	assert_int_equal(ended(&h), SH_EXIT_OK);
	event_base_free(base);
}

static void
test_killed(void **unused)
{
	struct holder h = start(key_file);
	struct event_base *base = event_base_new();
	struct sh_keys *keys = sh_keys_new(base, pass(&h), 0);
	struct sh_id tenant = { { 4 } };
	struct sh_error e;
	int status;

	(void)unused;
	kill(h.pid, SIGKILL);
	waitpid(h.pid, &status, 0);
	assert_int_equal(ask_make(base, keys, &tenant).status, SH_EAGAIN);
	assert_false(sh_keys_alive(keys));
	assert_int_equal(sh_keyholder_pass(h.control, 0, &e), SH_EAGAIN);
	sh_keys_free(keys);
	close(h.control);
	event_base_free(base);
}

static void
test_no_key(void **unused)
{
	struct holder h = start("/nonexistent/key");

	(void)unused;
	assert_int_equal(ended(&h), SH_EXIT_SETUP);
	assert_int_equal(atomic_load(ready), 0);
	close(h.control);
}

static int
setup(void **unused)
{
	struct sh_error e;

	(void)unused;
	ready = mmap(NULL, sizeof(*ready), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ready == MAP_FAILED || !mkdtemp(folder))
		return -1;
	snprintf(key_file, sizeof(key_file), "%s/key", folder);
	return sh_kek_file_new(key_file, &e) == SH_OK ? 0 : -1;
}

static int
teardown(void **unused)
{
	(void)unused;
	unlink(key_file);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrap_and_unwrap),
		cmocka_unit_test(test_terminal_signals_do_not_end_it),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_no_key),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("server_keyholder", tests, setup, teardown);
}
