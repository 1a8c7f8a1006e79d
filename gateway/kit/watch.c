/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* kit/watch.c: looks often, and counts the processor's time, not the clock's. */
#include "gateway/kit/watch.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "gateway/kit/cage.h"

#define WATCH_LOOK_NS 10000000

/* The gateway's own driver.call_time; here it is time of the processor, so that a busy machine blames nobody. */
#define WATCH_CALL_NS INT64_C(2000000000)
#define WATCH_MEMORY ((rlim_t)2 << 30)
#define WATCH_SANITIZED 2 /* times as slow */

extern void __asan_init(void) __attribute__((weak));

bool
watch_sanitized(void)
{
	return __asan_init != NULL;
}

static int64_t
watch_call_ns(void)
{
	return watch_sanitized() ? WATCH_SANITIZED * WATCH_CALL_NS : WATCH_CALL_NS;
}

void
watch_begin(struct watch *w, size_t file_bytes)
{
	const struct rlimit none = { 0, 0 }, files = { file_bytes, file_bytes };
	const struct rlimit memory = { WATCH_MEMORY, WATCH_MEMORY };

	/* What ends this process shall end it. */
	for (int i = 1; i < 32; i++)
		signal(i, SIG_DFL);
	if (!watch_sanitized())
		setrlimit(RLIMIT_AS, &memory);
	setrlimit(RLIMIT_CORE, &none);
	signal(SIGXFSZ, SIG_IGN);
	if (file_bytes)
		setrlimit(RLIMIT_FSIZE, &files);
	sh_board_watch(&w->inside, NULL);
}

static int64_t
watch_cpu_ns(pid_t child)
{
	struct timespec ts;
	clockid_t clock;

	if (clock_getcpuclockid(child, &clock) != 0 || clock_gettime(clock, &ts) != 0)
		return 0;
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

bool
watch_wait(pid_t child, const struct watch *w, unsigned step_s, int *ret_status)
{
	const struct timespec look = { 0, WATCH_LOOK_NS };
	uint64_t serial = 0;
	int64_t since_ms = 0, cpu_ns = 0;
	unsigned looks = 0;

	while (waitpid(child, ret_status, WNOHANG) == 0) {
		int64_t now_ms = w->inside.since_ms;

		nanosleep(&look, NULL);
		if (w->serial != serial || now_ms != since_ms) {
			serial = w->serial;
			since_ms = now_ms;
			cpu_ns = watch_cpu_ns(child);
			looks = 0;
			continue;
		}
		looks++;
		if ((since_ms != 0 && watch_cpu_ns(child) - cpu_ns > watch_call_ns()) ||
		    looks > step_s * (1000000000u / WATCH_LOOK_NS)) {
			kill(child, SIGKILL);
			waitpid(child, ret_status, 0);
			return true;
		}
	}
	return false;
}

void
watch_how(const struct watch *w, int status, bool stuck, char how[WATCH_TEXT])
{
	char call[64];

	if (stuck)
		snprintf(how, WATCH_TEXT, "does not return (%lld s)", (long long)(watch_call_ns() / 1000000000));
	else if (WIFEXITED(status) && WEXITSTATUS(status) == SH_CAGE_STATUS && w->call >= 0) {
		sh_cage_name(w->call, call);
		snprintf(how, WATCH_TEXT, "makes the system call %s", call);
	} else if (WIFSIGNALED(status))
		snprintf(how, WATCH_TEXT, "ends the process: %s", strsignal(WTERMSIG(status)));
	else
		snprintf(how, WATCH_TEXT, "ends the process, with exit status %d", WEXITSTATUS(status));
}
