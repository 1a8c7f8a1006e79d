/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* server/confine.c: a seccomp filter: what is not in the table kills. */
#include <config.h>

#include "gateway/server/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A condition on an argument, as its bits: (argument & mask) == value. mask 0: none. */
struct confine_row {
	int call;
	unsigned argument;
	uint64_t mask, value;
};

#define CONFINE_ANY(name_)                                                                                                         \
	{                                                                                                                          \
		SCMP_SYS(name_), 0, 0, 0                                                                                           \
	}
#define CONFINE_IF(name_, argument_, mask_, value_)                                                                                \
	{                                                                                                                          \
		SCMP_SYS(name_), argument_, mask_, value_                                                                          \
	}

static const struct confine_row confine_table[] = {
	/* its sockets; no address may be named */
	CONFINE_ANY(recvfrom),
	CONFINE_ANY(recvmsg),
	CONFINE_IF(sendto, 4, UINT64_MAX, 0),
	CONFINE_ANY(close),
#ifdef __NR_poll
	CONFINE_ANY(poll),
#endif
	CONFINE_ANY(ppoll),
	CONFINE_ANY(restart_syscall),
	/* the log */
	CONFINE_IF(write, 0, UINT32_MAX, STDERR_FILENO),
	CONFINE_ANY(getpid),
	CONFINE_ANY(clock_gettime),
	/* its memory, never a file's */
	CONFINE_ANY(brk),
	CONFINE_ANY(munmap),
	CONFINE_ANY(madvise),
	CONFINE_IF(mmap, 3, MAP_ANONYMOUS, MAP_ANONYMOUS),
	/* the rest of what OpenSSL and libc do */
	CONFINE_ANY(getrandom),
	CONFINE_ANY(futex),
	CONFINE_ANY(rt_sigreturn),
	CONFINE_ANY(exit_group),
#ifdef SH_SANITIZED
	/* A sanitizer reads files when it reports, and looks at the stack of whoever it reports. Still nothing is written, no socket made. */
	CONFINE_IF(openat, 2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY),
#ifdef __NR_open
	CONFINE_IF(open, 1, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY),
#endif
#ifdef __NR_readlink
	CONFINE_ANY(readlink),
#endif
	CONFINE_ANY(readlinkat),
	CONFINE_ANY(read),
	CONFINE_ANY(pread64),
	CONFINE_ANY(lseek),
	CONFINE_ANY(fstat),
	CONFINE_ANY(newfstatat),
	CONFINE_ANY(ioctl),
	CONFINE_IF(mmap, 2, PROT_EXEC | PROT_WRITE, 0),
	CONFINE_ANY(mremap),
	CONFINE_IF(mprotect, 2, PROT_EXEC, 0),
	CONFINE_ANY(prlimit64),
	CONFINE_ANY(getuid),
	CONFINE_ANY(gettid),
	CONFINE_ANY(sched_yield),
	CONFINE_ANY(sched_getaffinity),
	CONFINE_ANY(sigaltstack),
	CONFINE_ANY(rt_sigaction),
	CONFINE_ANY(rt_sigprocmask),
	CONFINE_ANY(tgkill),
#endif
};

static int
confine_add(scmp_filter_ctx filter, const struct confine_row *r)
{
	const struct scmp_arg_cmp one = { .arg = r->argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = r->mask, .datum_b = r->value };
	/* Anonymous is not enough: the memory must not be executable either. */
	const struct scmp_arg_cmp both[] = { one, { .arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC, .datum_b = 0 } };

	if (!r->mask)
		return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, r->call, 0, NULL);
	if (r->call == SCMP_SYS(mmap) && r->argument == 3)
		return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, r->call, 2, both);
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, r->call, 1, &one);
}

enum sh_status
sh_confine(struct sh_error *e)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int failed = filter ? 0 : -ENOMEM;

	for (size_t i = 0; !failed && i < SH_LENGTH(confine_table); i++)
		failed = confine_add(filter, &confine_table[i]);
	if (!failed)
		failed = seccomp_load(filter);
	if (filter)
		seccomp_release(filter);
	return failed ? sh_fail(e, SH_ESYSTEM, "system calls cannot be given up: %s", strerror(-failed)) : SH_OK;
}
