/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/seen.c: one number in one sector, written in place under a lock of the file: a crash leaves the old or the new one.
 *
 * The file: milliseconds since 1970 as 20 digits and a newline. Anything else counts as nothing.
 */
#include "gateway/engine/seen.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/base/text.h"
#include "gateway/base/wipe.h"

#define SEEN_BYTES 21

struct sh_seen {
	int fd; /* -1: nowhere */
	_Atomic int64_t to_write_ms;
	_Atomic int failed; /* errno of the last write; logged by the loop's thread */
	_Atomic int users; /* the owner, and the thread while it writes */
	atomic_bool writing;
};

static int64_t
seen_read(int fd)
{
	char text[SEEN_BYTES + 1];
	int64_t ms;

	if (pread(fd, text, sizeof(text), 0) != SEEN_BYTES || text[SEEN_BYTES - 1] != '\n' ||
	    !sh_text_int((struct sh_str){ text, SEEN_BYTES - 1 }, &ms))
		return 0;
	return ms;
}

/* 0, or what went wrong. */
static int
seen_write(int fd, int64_t ms)
{
	char text[SEEN_BYTES + 1];
	int failed = 0;

	/* Among the workers the newest wins. */
	if (flock(fd, LOCK_EX) != 0)
		return errno;
	if (ms > seen_read(fd)) {
		snprintf(text, sizeof(text), "%020lld\n", (long long)ms);
		errno = ENOSPC; /* of a write that was cut short */
		if (pwrite(fd, text, SEEN_BYTES, 0) != SEEN_BYTES || fdatasync(fd) != 0)
			failed = errno;
	}
	flock(fd, LOCK_UN);
	return failed;
}

static void
seen_leave(struct sh_seen *s)
{
	if (atomic_fetch_sub(&s->users, 1) > 1)
		return;
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

static void *
seen_thread(void *arg)
{
	struct sh_seen *s = arg;

	atomic_store(&s->failed, seen_write(s->fd, atomic_load(&s->to_write_ms)));
	sh_wipe_stack();
	atomic_store(&s->writing, false);
	seen_leave(s);
	return NULL;
}

struct sh_seen *
sh_seen_new(const char *folder)
{
	struct sh_seen *s = calloc(1, sizeof(*s));
	char path[PATH_MAX];

	if (!s)
		return NULL;
	s->users = 1;
	s->fd = -1;
	if (!folder)
		return s;
	snprintf(path, sizeof(path), "%s/alive_at", folder);
	/* A description of its own: the lock is the worker's, not shared with those that were forked beside it. */
	s->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->fd < 0)
		sh_log(SH_LOG_WARN, "fence.unseen", "an older database would not be noticed: no file for its last sign of life",
		    SH_F_STR("file", path), SH_F_STR("why", strerror(errno)));
	return s;
}

void
sh_seen_free(struct sh_seen *s)
{
	if (s)
		seen_leave(s);
}

int64_t
sh_seen_ms(struct sh_seen *s)
{
	return s->fd < 0 ? 0 : seen_read(s->fd);
}

void
sh_seen_note(struct sh_seen *s, int64_t alive_ms)
{
	pthread_attr_t attr;
	pthread_t thread;
	int failed;

	/* Still writing the last one: the next sign of life is a second away. */
	if (s->fd < 0 || atomic_exchange(&s->writing, true))
		return;
	failed = atomic_exchange(&s->failed, 0);
	if (failed)
		sh_log(SH_LOG_WARN, "fence.unseen", "the database's last sign of life could not be kept in state_dir",
		    SH_F_STR("why", strerror(failed)));
	atomic_store(&s->to_write_ms, alive_ms);
	atomic_fetch_add(&s->users, 1);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	if (pthread_create(&thread, &attr, seen_thread, s) != 0) {
		atomic_store(&s->writing, false);
		seen_leave(s);
	}
	pthread_attr_destroy(&attr);
}
