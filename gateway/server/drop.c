/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* server/drop.c: from root to an ordinary user, once and for good. */
#include "gateway/server/process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folders above are made for everybody to pass through; the last one is the gateway's alone. */
static enum sh_status
drop_make_folder(const char *path, struct sh_error *e)
{
	char part[PATH_MAX];

	if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part))
		return sh_fail(e, SH_EINVALID, "state_dir is too long");
	for (char *slash = part + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(part, 0755) != 0 && errno != EEXIST)
			return sh_fail(e, SH_ESYSTEM, "cannot make the folder %s for state_dir: %m", part);
		*slash = '/';
	}
	if (mkdir(part, 0700) != 0 && errno != EEXIST)
		return sh_fail(
		    e, SH_ESYSTEM, "cannot make state_dir %s: %m; make it, or set state_dir to a folder that may be written", path);
	return SH_OK;
}

/* By descriptor, so that nobody can put another folder in its place meanwhile. */
static enum sh_status
drop_own_folder(const char *path, uid_t uid, gid_t gid, struct sh_error *e)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	enum sh_status status = SH_OK;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		status = sh_fail(e, SH_ESYSTEM, "state_dir %s: %m", path);
	else if (st.st_uid != uid && st.st_uid != 0)
		status =
		    sh_fail(e, SH_EDENIED, "state_dir %s belongs to user %u; it must belong to user %u, whom the gateway runs as",
			path, (unsigned)st.st_uid, (unsigned)uid);
	else if (geteuid() == 0 && (fchown(fd, uid, gid) != 0 || fchmod(fd, 0700) != 0))
		status = sh_fail(e, SH_ESYSTEM, "cannot give state_dir %s to user %u: %m", path, (unsigned)uid);
	if (fd >= 0)
		close(fd);
	return status;
}

static enum sh_status
drop_to(const struct passwd *pw, struct sh_error *e)
{
	uid_t uid = pw->pw_uid;
	gid_t gid = pw->pw_gid;

	if (setgroups(0, NULL) != 0 || setgid(gid) != 0 || setuid(uid) != 0)
		return sh_fail(e, SH_ESYSTEM, "cannot become user %s: %m; the gateway does not run as root", pw->pw_name);
	if (setuid(0) == 0 || geteuid() != uid || getuid() != uid || getegid() != gid)
		return sh_fail(e, SH_ESYSTEM, "root could be had back after becoming user %s", pw->pw_name);
	return SH_OK;
}

/* Whom root becomes; NULL in *ret for anybody else, who stays. */
static enum sh_status
drop_whom(const char *user, const struct passwd **ret, struct sh_error *e)
{
	*ret = NULL;
	if (geteuid() != 0)
		return SH_OK;
	*ret = getpwnam(user);
	if (!*ret)
		return sh_fail(e, SH_EABSENT,
		    "there is no user \"%s\", and the gateway does not run as root: make that user "
		    "(useradd --system %s) or name another one with the option user",
		    user, user);
	if ((*ret)->pw_uid == 0)
		return sh_fail(e, SH_EDENIED,
		    "user \"%s\" is root, and the gateway does not run as root: name another one with the option user", user);
	return SH_OK;
}

enum sh_status
sh_process_become(const char *user, struct sh_error *e)
{
	const struct passwd *pw;
	enum sh_status status = drop_whom(user, &pw, e);

	return status == SH_OK && pw ? drop_to(pw, e) : status;
}

enum sh_status
sh_process_drop(const char *user, const char *state_dir, struct sh_error *e)
{
	const struct passwd *pw;
	enum sh_status status = drop_whom(user, &pw, e);

	if (status == SH_OK)
		status = drop_make_folder(state_dir, e);
	if (status == SH_OK)
		status = drop_own_folder(state_dir, pw ? pw->pw_uid : geteuid(), pw ? pw->pw_gid : getegid(), e);
	if (status == SH_OK && pw)
		status = drop_to(pw, e);
	if (status == SH_OK && access(state_dir, W_OK | X_OK) != 0)
		status = sh_fail(e, SH_EDENIED, "state_dir %s cannot be written: %m", state_dir);
	return status;
}
