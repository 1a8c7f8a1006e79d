/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Preloaded into a Postgres: a disk that is full, or slow, when a test says so. DISK_FAULT names a file:
 *
 *	full WORD	writing to a path that contains WORD fails with ENOSPC
 *	slow MS		flushing takes so much longer
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int
disk_fault(char *kind, char *word)
{
	const char *file = getenv("DISK_FAULT");
	char text[64] = "";
	int fd = file ? (int)syscall(SYS_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC) : -1;
	ssize_t n;

	if (fd < 0)
		return 0;
	n = syscall(SYS_read, fd, text, sizeof(text) - 1);
	syscall(SYS_close, fd);
	return n > 0 && sscanf(text, "%7s %31s", kind, word) == 2;
}

static int
disk_full(int fd)
{
	char kind[8], word[32], link[40], path[PATH_MAX];
	ssize_t n;

	if (!disk_fault(kind, word) || strcmp(kind, "full") != 0)
		return 0;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n < 0 ? 0 : n] = '\0';
	return strstr(path, word) != NULL;
}

static void
disk_slow(void)
{
	char kind[8], word[32];

	if (disk_fault(kind, word) && strcmp(kind, "slow") == 0)
		usleep((useconds_t)atoi(word) * 1000);
}

#define NEXT(name_) ((__typeof__(&name_))dlsym(RTLD_NEXT, #name_))
#define FULL(fd_)                                                                                                                  \
	do {                                                                                                                       \
		if (disk_full(fd_)) {                                                                                              \
			errno = ENOSPC;                                                                                            \
			return -1;                                                                                                 \
		}                                                                                                                  \
	} while (0)

ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	FULL(fd);
	return NEXT(pwrite)(fd, p, n, at);
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	FULL(fd);
	return NEXT(pwrite64)(fd, p, n, at);
}

ssize_t
pwritev(int fd, const struct iovec *v, int n, off_t at)
{
	FULL(fd);
	return NEXT(pwritev)(fd, v, n, at);
}

ssize_t
pwritev64(int fd, const struct iovec *v, int n, off64_t at)
{
	FULL(fd);
	return NEXT(pwritev64)(fd, v, n, at);
}

int
posix_fallocate(int fd, off_t at, off_t n)
{
	return disk_full(fd) ? ENOSPC : NEXT(posix_fallocate)(fd, at, n);
}

int
posix_fallocate64(int fd, off64_t at, off64_t n)
{
	return disk_full(fd) ? ENOSPC : NEXT(posix_fallocate64)(fd, at, n);
}

int
fsync(int fd)
{
	disk_slow();
	return NEXT(fsync)(fd);
}

int
fdatasync(int fd)
{
	disk_slow();
	return NEXT(fdatasync)(fd);
}
