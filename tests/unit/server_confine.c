/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * tests/unit/server_confine.c: what a confined process may still do, and what ends it: each in a child of its own.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/base/log.h"
#include "gateway/server/confine.h"

static int pair[2];

/* ---- what the keyholder does ---- */

static bool
may_exchange(void)
{
	char byte = 'x';
	struct pollfd p = { .fd = pair[1], .events = POLLIN };

	return send(pair[0], &byte, 1, MSG_NOSIGNAL) == 1 && poll(&p, 1, -1) == 1 && recv(pair[1], &byte, 1, 0) == 1;
}

static bool
may_log(void)
{
	sh_log(SH_LOG_ERROR, "confine.test", "a line from a confined process", SH_F_INT("n", 1));
	return true;
}

static bool
may_allocate(void)
{
	/* Small ones by brk, a large one by mmap, and back. */
	for (size_t n = 16; n < (size_t)64 << 20; n *= 4) {
		char *p = malloc(n);

		if (!p)
			return false;
		memset(p, 1, n);
		free(p);
	}
	return true;
}

static bool
may_draw(void)
{
	char b[32];

	return getrandom(b, sizeof(b), 0) == (ssize_t)sizeof(b);
}

static bool
may_close(void)
{
	return close(pair[0]) == 0;
}

/* ---- what nobody should ---- */

static void
no_file(void)
{
	(void)!open("/tmp/switchhook-confined", O_WRONLY | O_CREAT, 0600);
}

static void
no_reading(void)
{
	(void)!open("/etc/passwd", O_RDONLY);
}

static void
no_socket(void)
{
	(void)!socket(AF_INET, SOCK_STREAM, 0);
}

static void
no_address(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };

	(void)!sendto(pair[0], "x", 1, 0, (struct sockaddr *)&to, sizeof(to));
}

static void
no_message(void)
{
	struct msghdr m = { 0 };

	(void)!sendmsg(pair[0], &m, 0);
}

static void
no_connect(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };

	(void)!connect(pair[0], (struct sockaddr *)&to, sizeof(to));
}

static void
no_stdout(void)
{
	(void)!write(STDOUT_FILENO, "# no\n", 5);
}

static void
no_program(void)
{
	execl("/bin/true", "true", NULL);
}

static void
no_child(void)
{
	if (syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) == 0)
		_exit(0);
}

static void
no_kill(void)
{
	kill(getppid(), 0);
}

static void
no_ptrace(void)
{
	ptrace(PTRACE_ATTACH, getpid() - 1, 0, 0);
}

static void
no_peeking(void)
{
	char b;
	struct iovec here = { &b, 1 };

	(void)!process_vm_readv(getpid() - 1, &here, 1, &here, 1, 0);
}

static void
no_code(void)
{
	(void)!mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void
no_turning_into_code(void)
{
	mprotect((void *)((uintptr_t)&pair & ~(uintptr_t)4095), 4096, PROT_READ | PROT_EXEC);
}

static void
no_memfd(void)
{
	(void)!memfd_create("x", 0);
}

static void
no_dump(void)
{
	prctl(PR_SET_DUMPABLE, 1);
}

static void
no_limits(void)
{
	/* By its own name: libc takes prlimit64, which sanitizers use. */
#ifdef SYS_setrlimit
	syscall(SYS_setrlimit, RLIMIT_CORE, &(struct rlimit){ 1, 1 });
#else
	syscall(SYS_setpriority, 0, 0, 0);
#endif
}

static void
no_signals(void)
{
	(void)!syscall(SYS_rt_tgsigqueueinfo, getpid(), getpid(), 0, NULL);
}

/* -1: it ended by this signal; else its exit status. */
static int
confined(bool (*may)(void), void (*no)(void), int *signal_)
{
	struct sh_error e;
	int status;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	pid = fork();
	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
		if (sh_confine(&e) != SH_OK)
			_exit(100);
		if (may)
			_exit(may() ? 0 : 1);
		no();
		_exit(errno ? 2 : 3);
	}
	assert_true(pid > 0);
	close(pair[0]);
	close(pair[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	*signal_ = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
test_may(void **unused)
{
	static const struct {
		const char *what;
		bool (*may)(void);
	} cases[] = { { "exchange messages", may_exchange }, { "log", may_log }, { "allocate", may_allocate },
		{ "draw random bytes", may_draw }, { "close a socket", may_close } };
	int by;

	(void)unused;
	for (size_t i = 0; i < SH_LENGTH(cases); i++)
		if (confined(cases[i].may, NULL, &by) != 0)
			fail_msg("it cannot %s: signal %d", cases[i].what, by);
}

static void
test_may_not(void **unused)
{
	static const struct {
		const char *what;
		void (*no)(void);
		bool sanitizer; /* a sanitizer needs that */
	} cases[] = {
		{ "make a file", no_file, false },
		{ "read a file", no_reading, true },
		{ "make a socket", no_socket, false },
		{ "send to an address", no_address, false },
		{ "send a message with descriptors", no_message, false },
		{ "connect", no_connect, false },
		{ "write to standard output", no_stdout, false },
		{ "run a program", no_program, false },
		{ "fork", no_child, false },
		{ "signal another process", no_kill, false },
		{ "trace another process", no_ptrace, false },
		{ "read another process's memory", no_peeking, false },
		{ "map executable memory", no_code, false },
		{ "make memory executable", no_turning_into_code, false },
		{ "make an anonymous file", no_memfd, false },
		{ "make itself dumpable", no_dump, false },
		{ "change its limits", no_limits, false },
		{ "queue a signal", no_signals, false },
	};

	(void)unused;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		int by, status;

#ifdef SH_SANITIZED
		if (cases[i].sanitizer)
			continue;
#endif
		status = confined(NULL, cases[i].no, &by);
		if (by != SIGSYS)
			fail_msg("it could %s: status %d, signal %d", cases[i].what, status, by);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_may),
		cmocka_unit_test(test_may_not),
	};

	return cmocka_run_group_tests_name("server_confine", tests, NULL, NULL);
}
