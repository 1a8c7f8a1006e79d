/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* kit/files.c: whole files. */
#include "gateway/kit/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum sh_status
files_fail(struct sh_error *e, const char *path)
{
	return sh_fail(e,
	    errno == ENOENT   ? SH_EABSENT
	    : errno == EEXIST ? SH_ECONFLICT
			      : SH_ESYSTEM,
	    "%s: %s", path, strerror(errno));
}

static bool
files_read_all(int fd, char *p, size_t n)
{
	for (size_t at = 0; at < n;) {
		ssize_t got = read(fd, p + at, n - at);

		if (got == 0)
			errno = EIO;
		if (got <= 0)
			return false;
		at += (size_t)got;
	}
	return true;
}

enum sh_status
sh_file_read(struct sh_arena *a, const char *path, struct sh_str *ret, struct sh_error *e)
{
	/* To open a pipe would wait for whoever writes into it. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	char *p = NULL;

	if (fd < 0)
		return files_fail(e, path);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return sh_fail(e, SH_EINVALID, "%s: not a regular file", path);
	}
	if ((size_t)st.st_size > SH_FILE_MAX || !(p = sh_arena_alloc(a, (size_t)st.st_size + 1))) {
		close(fd);
		return sh_fail(e, SH_ETOOBIG, "%s: larger than %zu MiB", path, SH_FILE_MAX >> 20);
	}
	if (!files_read_all(fd, p, (size_t)st.st_size)) {
		files_fail(e, path);
		close(fd);
		return e->status;
	}
	close(fd);
	*ret = (struct sh_str){ p, (size_t)st.st_size };
	return SH_OK;
}

static enum sh_status
files_put(const char *path, struct sh_str text, int flags, struct sh_error *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);

	if (fd < 0)
		return files_fail(e, path);
	for (size_t at = 0; at < text.n;) {
		ssize_t put = write(fd, text.s + at, text.n - at);

		if (put < 0) {
			files_fail(e, path);
			close(fd);
			return e->status;
		}
		at += (size_t)put;
	}
	return close(fd) == 0 ? SH_OK : files_fail(e, path);
}

enum sh_status
sh_file_make(const char *path, struct sh_str text, struct sh_error *e)
{
	return files_put(path, text, O_EXCL, e);
}

enum sh_status
sh_file_write(const char *path, struct sh_str text, struct sh_error *e)
{
	char beside[PATH_MAX];

	if (snprintf(beside, sizeof(beside), "%s.new", path) >= (int)sizeof(beside))
		return sh_fail(e, SH_EINVALID, "%s: the path is too long", path);
	if (files_put(beside, text, O_TRUNC, e) != SH_OK)
		return e->status;
	return rename(beside, path) == 0 ? SH_OK : files_fail(e, path);
}
