/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* server/process.c: fork, harden, say how it ended, tell systemd. */
#include <config.h>

#include "gateway/server/process.h"

#include <event2/event.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/base/wipe.h"

#define PROCESS_FILES 65536

/* Closes all but 0 to 2 and the kept, gap by gap. */
static void
process_close_others(const int *keep, size_t n)
{
	int from = 3;

	for (;;) {
		int next = -1;
		for (size_t i = 0; i < n; i++)
			if (keep[i] >= from && (next < 0 || keep[i] < next))
				next = keep[i];
		if (next < 0)
			break;
		if (next > from)
			close_range((unsigned)from, (unsigned)next - 1, 0);
		from = next + 1;
	}
	close_range((unsigned)from, ~0u, 0);
}

static void
process_begin(const char *process, int death_signal, pid_t parent, const int *keep, size_t n)
{
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	/* setuid clears this, so it comes after the drop; the parent may have died before it. */
	prctl(PR_SET_PDEATHSIG, death_signal);
	if (getppid() != parent)
		_exit(SH_EXIT_FAILED);
	process_close_others(keep, n);
	sh_log_set_process(process);
	prctl(PR_SET_NAME, process);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

pid_t
sh_process_fork(const char *process, int death_signal, const int *keep, size_t n)
{
	sigset_t all, before;
	pid_t parent = getpid(), pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0)
		process_begin(process, death_signal, parent, keep, n);
	else
		sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

void
sh_process_harden(void)
{
	struct rlimit files;

	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
#ifdef SH_SANITIZED /* the leak check needs ptrace, which becoming another user has switched off */
	prctl(PR_SET_DUMPABLE, 1);
#else
	prctl(PR_SET_DUMPABLE, 0);
#endif
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < PROCESS_FILES) {
		files.rlim_cur = files.rlim_max < PROCESS_FILES ? files.rlim_max : PROCESS_FILES;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

void
sh_process_limit_memory(int64_t bytes)
{
#ifdef SH_SANITIZED
	(void)bytes;
#else
	setrlimit(RLIMIT_DATA, &(struct rlimit){ (rlim_t)bytes, (rlim_t)bytes });
#endif
}

/* statm: total and resident size, in pages. */
int64_t
sh_process_memory(pid_t pid)
{
	long long total, resident = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (fscanf(f, "%lld %lld", &total, &resident) != 2)
		resident = 0;
	fclose(f);
	return resident * sysconf(_SC_PAGESIZE);
}

static void *
process_malloc(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return malloc(n);
}

static void *
process_realloc(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return sh_wipe_realloc(p, n);
}

static void
process_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	sh_wipe_free(p);
}

void
sh_process_forget(void)
{
	bool ours = CRYPTO_set_mem_functions(process_malloc, process_realloc, process_free);

	/* Else OpenSSL was used already, and keeps its own. */
	assert(ours);
	(void)ours;
	event_set_mem_functions(malloc, sh_wipe_realloc, sh_wipe_free);
}

void
sh_process_ending(int wait_status, char *out, size_t room)
{
	if (WIFSIGNALED(wait_status))
		snprintf(out, room, "signal %d (%s)", WTERMSIG(wait_status), strsignal(WTERMSIG(wait_status)));
	else
		snprintf(out, room, "status %d", WEXITSTATUS(wait_status));
}

/* sd_notify(3) without its library: one datagram. A name that begins with @ is abstract. */
void
sh_process_notify(const char *state)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = name ? strlen(name) : 0;
	int fd;

	if (n < 2 || n >= sizeof(to.sun_path) || (name[0] != '/' && name[0] != '@'))
		return;
	memcpy(to.sun_path, name, n);
	if (name[0] == '@')
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0)
		sh_log(SH_LOG_WARN, "notify.failed", "systemd could not be told", SH_F_STR("state", state));
	close(fd);
}
