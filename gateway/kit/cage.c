/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* kit/cage.c: a seccomp filter: what is not in the table is told, and ends the process. */
#include "gateway/kit/cage.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

/* There if a sanitizer is, which may come with the driver. */
extern int __asan_report_present(void) __attribute__((weak));

/* Memory, the log to standard error, and what a sanitizer does beside. */
static const int cage_allowed[] = { SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex),
	SCMP_SYS(sched_yield), SCMP_SYS(clock_gettime), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(sigaltstack),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(tgkill), SCMP_SYS(exit_group), SCMP_SYS(restart_syscall) };

/* What a sanitizer tries on its way out only fails. */
static const int cage_vain[] = { SCMP_SYS(prctl), SCMP_SYS(clone), SCMP_SYS(rt_sigaction) };

static volatile long *cage_call;

/*
 * A sanitizer that reports looks for files to name lines by, and does without them: for it the call only fails. Anybody else has
 * given himself away.
 */
static void
cage_trapped(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	if (__asan_report_present && __asan_report_present()) {
#if defined(__x86_64__)
		((ucontext_t *)context)->uc_mcontext.gregs[REG_RAX] = -EPERM;
#elif defined(__aarch64__)
		((ucontext_t *)context)->uc_mcontext.regs[0] = (unsigned long)-EPERM;
#endif
		return;
	}
	(void)context;
	*cage_call = info->si_syscall;
	_exit(SH_CAGE_STATUS);
}

static int
cage_rules(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp plain[] = {
		{ .arg = 3, .op = SCMP_CMP_MASKED_EQ, .datum_a = MAP_ANONYMOUS, .datum_b = MAP_ANONYMOUS },
		{ .arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC, .datum_b = 0 }
	};
	const struct scmp_arg_cmp data = { .arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC, .datum_b = 0 };
	const struct scmp_arg_cmp log = { .arg = 0, .op = SCMP_CMP_MASKED_EQ, .datum_a = UINT32_MAX, .datum_b = STDERR_FILENO };
	int failed = 0;

	for (size_t i = 0; !failed && i < SH_LENGTH(cage_allowed); i++)
		failed = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, cage_allowed[i], 0, NULL);
	for (size_t i = 0; !failed && __asan_report_present && i < SH_LENGTH(cage_vain); i++)
		failed = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), cage_vain[i], 0, NULL);
	failed = failed ? failed : seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, plain);
	failed = failed ? failed : seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, &data);
	return failed ? failed : seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, &log);
}

/* What a constructor has no business with. */
static const int cage_refused[] = { SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(sendto),
	SCMP_SYS(sendmsg), SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(clone), SCMP_SYS(clone3),
	SCMP_SYS(kill), SCMP_SYS(tkill), SCMP_SYS(ptrace), SCMP_SYS(process_vm_writev), SCMP_SYS(unlink), SCMP_SYS(unlinkat),
	SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(rmdir),
	SCMP_SYS(symlink), SCMP_SYS(symlinkat), SCMP_SYS(link), SCMP_SYS(linkat), SCMP_SYS(truncate), SCMP_SYS(chmod),
	SCMP_SYS(fchmodat), SCMP_SYS(chown), SCMP_SYS(fchownat), SCMP_SYS(creat), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep) };

static int
cage_loading_rules(scmp_filter_ctx filter)
{
	static const struct {
		int call;
		unsigned flags; /* which argument has them */
	} opens[] = { { SCMP_SYS(open), 1 }, { SCMP_SYS(openat), 2 } };
	int failed = 0;

	for (size_t i = 0; !failed && i < SH_LENGTH(cage_refused); i++)
		/* A sanitizer's last look for leaks is a process of its own, which the other filter lets fail. */
		if (cage_refused[i] != SCMP_SYS(clone) || !__asan_report_present)
			failed = seccomp_rule_add_array(filter, SCMP_ACT_TRAP, cage_refused[i], 0, NULL);
	for (size_t i = 0; !failed && i < SH_LENGTH(opens); i++)
		for (int mode = O_WRONLY; !failed && mode <= O_RDWR; mode++) {
			const struct scmp_arg_cmp writes = {
				.arg = opens[i].flags, .op = SCMP_CMP_MASKED_EQ, .datum_a = O_ACCMODE, .datum_b = (scmp_datum_t)mode
			};

			failed = seccomp_rule_add_array(filter, SCMP_ACT_TRAP, opens[i].call, 1, &writes);
		}
	return failed;
}

static enum sh_status
cage_close(volatile long *call, uint32_t otherwise, int (*rules)(scmp_filter_ctx), struct sh_error *e)
{
	struct sigaction trapped = { .sa_sigaction = cage_trapped, .sa_flags = SA_SIGINFO | SA_NODEFER };
	scmp_filter_ctx filter = seccomp_init(otherwise);
	int failed = filter ? 0 : -ENOMEM;

	cage_call = call;
	*call = -1;
	if (!failed && sigaction(SIGSYS, &trapped, NULL) != 0)
		failed = -errno;
	if (!failed)
		failed = rules(filter);
	if (!failed)
		failed = seccomp_load(filter);
	if (filter)
		seccomp_release(filter);
	return failed ? sh_fail(e, SH_ESYSTEM, "system calls cannot be given up: %s", strerror(-failed)) : SH_OK;
}

enum sh_status
sh_cage_loading(volatile long *call, struct sh_error *e)
{
	return cage_close(call, SCMP_ACT_ALLOW, cage_loading_rules, e);
}

enum sh_status
sh_cage(volatile long *call, struct sh_error *e)
{
	return cage_close(call, SCMP_ACT_TRAP, cage_rules, e);
}

void
sh_cage_name(long call, char text[64])
{
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)call);

	if (name)
		snprintf(text, 64, "%s", name);
	else
		snprintf(text, 64, "number %ld", call);
	free(name);
}
