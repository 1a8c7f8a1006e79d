/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* ingress/spool_file.c: see spool_file.h. */
#include "gateway/ingress/spool_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/base/text.h"

#define FILE_MAKING_S 60

/* ---- the folder ---- */

static enum sh_status
folder_fits(const char *path, const struct stat *st, uid_t uid, struct sh_error *e)
{
	if (!S_ISDIR(st->st_mode))
		return sh_fail(e, SH_EINVALID, "%s is no folder", path);
	if (st->st_uid != uid)
		return sh_fail(e, SH_EDENIED, "%s belongs to user %u; it must belong to user %u, whom the gateway runs as", path,
		    (unsigned)st->st_uid, (unsigned)uid);
	if (st->st_mode & 077)
		return sh_fail(e, SH_EDENIED, "%s has mode %04o; others must have no right to it: chmod 700", path,
		    (unsigned)st->st_mode & 07777);
	return SH_OK;
}

enum sh_status
sh_spool_folder_check(const char *path, uid_t uid, struct sh_error *e)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return sh_fail(e, errno == ENOENT ? SH_EABSENT : SH_EDENIED, "%s: %m", path);
	return folder_fits(path, &st, uid, e);
}

enum sh_status
sh_spool_folder_open(const char *path, int *ret, struct sh_error *e)
{
	enum sh_status status = SH_OK;
	struct stat st;
	int fd;

	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return sh_fail(e, SH_ESYSTEM, "cannot make the folder %s: %m", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		status = sh_fail(e, SH_ESYSTEM, "%s: %m", path);
	else
		status = folder_fits(path, &st, geteuid(), e);
	if (status == SH_OK)
		*ret = fd;
	else if (fd >= 0)
		close(fd);
	return status;
}

/* A stream of the folder of its own: a descriptor has one place for reading, and ours is shared with nobody. */
static DIR *
folder_list(int folder)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d && fd >= 0)
		close(fd);
	return d;
}

size_t
sh_spool_folder_bytes(int folder)
{
	DIR *d = folder_list(folder);
	const struct dirent *one;
	struct stat st;
	size_t bytes = 0;

	while (d && (one = readdir(d)) != NULL)
		if (fstatat(folder, one->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
			bytes += (size_t)st.st_size;
	if (d)
		closedir(d);
	return bytes;
}

/* "ID.spool", or with another ending. */
static bool
file_named(const char *name, const char *ending, struct sh_id *ret)
{
	size_t n = strlen(name), m = strlen(ending);

	return n == 36 + m && strcmp(name + 36, ending) == 0 && sh_text_uuid((struct sh_str){ name, 36 }, ret->b);
}

static void
file_name(const struct sh_id *id, const char *ending, char out[48])
{
	char text[37];

	sh_text_uuid_format(id->b, text);
	snprintf(out, 48, "%s%s", text, ending);
}

/* Is what was opened and locked still what has this name? Its last owner may have removed it meanwhile. */
static bool
file_is_there(int folder, const char *name, int fd)
{
	struct stat here, there;

	return fstat(fd, &here) == 0 && fstatat(folder, name, &there, AT_SYMLINK_NOFOLLOW) == 0 && here.st_ino == there.st_ino &&
	       here.st_dev == there.st_dev;
}

/* A file of another's, or none at all, is left alone: it was not us who put it there. */
static bool
file_is_ours(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() && !(st.st_mode & 077) &&
	       st.st_size <= (off_t)SH_SPOOL_FILE_MOST;
}

static void
file_adopt(int folder, const char *name, const struct sh_id *id, bool made, struct sh_spool_files *to, bool say)
{
	int fd = openat(folder, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct sh_spool_file *f, *at;
	struct stat st;

	if (fd < 0 || !file_is_ours(fd)) {
		if (say && (fd >= 0 || errno != ENOENT))
			sh_log(SH_LOG_ERROR, "spool.stranger",
			    "a file in the spool's folder is not the gateway's own, or not readable, or too large; it is left "
			    "alone",
			    SH_F_STR("file", name));
		if (fd >= 0)
			close(fd);
		return;
	}
	/* One that is being made has no lock for a moment: it is left the time that this takes. */
	if (fstat(fd, &st) != 0 || (!made && st.st_mtime > time(NULL) - FILE_MAKING_S) || flock(fd, LOCK_EX | LOCK_NB) != 0 ||
	    !file_is_there(folder, name, fd) || fstat(fd, &st) != 0) {
		close(fd);
		return;
	}
	f = made ? calloc(1, sizeof(*f)) : NULL;
	if (!f) {
		/* Its maker died before it could hold anything. */
		if (!made)
			unlinkat(folder, name, 0);
		close(fd);
		return;
	}
	*f = (struct sh_spool_file){ .id = *id, .fd = fd, .size = (size_t)st.st_size, .entered = true };
	file_name(id, ".spool", f->name);
	TAILQ_FOREACH (at, to, link)
		if (memcmp(at->id.b, f->id.b, sizeof(f->id.b)) > 0)
			break;
	if (at)
		TAILQ_INSERT_BEFORE(at, f, link);
	else
		TAILQ_INSERT_TAIL(to, f, link);
}

void
sh_spool_folder_adopt(int folder, struct sh_spool_files *to, bool say)
{
	DIR *d = folder_list(folder);
	const struct dirent *one;
	struct sh_id id;

	while (d && (one = readdir(d)) != NULL) {
		bool made = file_named(one->d_name, ".spool", &id);

		if (made || file_named(one->d_name, ".new", &id))
			file_adopt(folder, one->d_name, &id, made, to, say);
	}
	if (d)
		closedir(d);
}

/* ---- one file ---- */

struct sh_spool_file *
sh_spool_file_new(int64_t now_ms)
{
	struct sh_spool_file *f = calloc(1, sizeof(*f));

	assert(f);
	f->id = sh_id_new(now_ms);
	f->fd = -1;
	file_name(&f->id, ".spool", f->name);
	return f;
}

/* It gets its name when it is locked, so that nobody takes it for left behind. */
int
sh_spool_file_make(int folder, struct sh_spool_file *f)
{
	char made[48];
	int fd, error;

	file_name(&f->id, ".new", made);
	fd = openat(folder, made, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return errno;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && renameat(folder, made, folder, f->name) == 0) {
		f->fd = fd;
		return 0;
	}
	error = errno;
	unlinkat(folder, made, 0);
	close(fd);
	return error;
}

int
sh_spool_file_write(const struct sh_spool_file *f, struct sh_str bytes)
{
	size_t done = 0;
	ssize_t n = 0;
	int error;

	while (done < bytes.n) {
		n = pwrite(f->fd, bytes.s + done, bytes.n - done, (off_t)(f->size + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	if (done == bytes.n)
		return 0;
	error = n < 0 ? errno : EIO;
	/* A piece that stays is read as torn, but then nothing may be written behind it: the caller begins another file. */
	if (done > 0 && ftruncate(f->fd, (off_t)f->size) != 0)
		error = errno;
	return error;
}

enum sh_status
sh_spool_file_load(const struct sh_spool_file *f, uint8_t **ret, size_t *ret_n, struct sh_error *e)
{
	uint8_t *b = malloc(f->size ? f->size : 1);
	size_t done = 0;
	ssize_t n = 0;

	if (!b)
		return sh_fail(e, SH_ESYSTEM, "no memory for a file of the spool");
	while (done < f->size) {
		n = pread(f->fd, b + done, f->size - done, (off_t)done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	if (n < 0) {
		free(b);
		return sh_fail(e, SH_ESYSTEM, "a file of the spool cannot be read: %m");
	}
	*ret = b;
	*ret_n = done;
	return SH_OK;
}

int64_t
sh_spool_file_began_ms(const struct sh_spool_file *f)
{
	int64_t ms = 0;

	for (int i = 0; i < 6; i++)
		ms = ms << 8 | f->id.b[i];
	return ms;
}

void
sh_spool_file_leave(struct sh_spool_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	free(f);
}

void
sh_spool_file_remove(int folder, struct sh_spool_file *f)
{
	if (f->fd >= 0 && unlinkat(folder, f->name, 0) != 0)
		sh_log(SH_LOG_ERROR, "spool.stays", "a file of the spool was delivered, but cannot be removed",
		    SH_F_STR("file", f->name));
	sh_spool_file_leave(f);
}

void
sh_spool_file_refuse(int folder, struct sh_spool_file *f)
{
	char refused[48];

	file_name(&f->id, ".refused", refused);
	if (renameat(folder, f->name, folder, refused) != 0)
		sh_log(SH_LOG_ERROR, "spool.stays", "a file of the spool cannot be set aside", SH_F_STR("file", f->name));
	sh_spool_file_leave(f);
}
