/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* kit/steps.c: counts instructions by stepping through them. */
#include "gateway/kit/steps.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEPS_MOST INT64_C(20000000) /* a minute; what takes longer is not worth to be known exactly */

enum { STEPS_BEFORE, STEPS_INSIDE, STEPS_AFTER };

static void
steps_child(volatile int *where, void (*f)(void *), void *arg)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
		_exit(1);
	f(arg);
	raise(SIGSTOP);
	*where = STEPS_INSIDE;
	f(arg);
	*where = STEPS_AFTER;
	_exit(0);
}

/* Where it stands; 0 where that cannot be asked. */
static long
steps_at(pid_t child)
{
#if defined(__x86_64__)
	errno = 0;
	return ptrace(PTRACE_PEEKUSER, child, (void *)offsetof(struct user_regs_struct, rip), NULL);
#else
	(void)child;
	return 0;
#endif
}

static int64_t
steps_walk(pid_t child, const volatile int *where)
{
	int64_t n = 0;
	long was = -1, is;
	int status;

	if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
		return -1;
	while (*where != STEPS_AFTER && n < STEPS_MOST) {
		if (ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) != 0 || waitpid(child, &status, 0) != child ||
		    !WIFSTOPPED(status) || WSTOPSIG(status) != SIGTRAP)
			return -1;
		is = steps_at(child);
		n += *where == STEPS_INSIDE && (is == 0 || is != was);
		was = is;
	}
	return n < STEPS_MOST ? n : -1;
}

int64_t
steps_count(void (*f)(void *), void *arg)
{
	volatile int *where = mmap(NULL, sizeof(*where), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int64_t n = -1;
	pid_t child;

	if (where == MAP_FAILED)
		return -1;
	*where = STEPS_BEFORE;
	child = fork();
	if (child == 0)
		steps_child(where, f, arg);
	if (child > 0) {
		n = steps_walk(child, where);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	munmap((void *)(uintptr_t)where, sizeof(*where));
	return n;
}
