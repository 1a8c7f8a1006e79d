/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/seen.c: a time and a name in one sector, written in place under a lock of the file: a crash leaves the old or the new one.
 *
 * The file: milliseconds since 1970 as 20 digits, a blank, the system identifier right-aligned in 20, and a newline. Anything else
 * counts as nothing.
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

#define SEEN_BYTES (20 + 1 + SH_SEEN_SYSTEM + 1)

struct sh_seen {
	int fd; /* -1: nowhere */
	struct sh_seen_life to_write; /* whose `writing` it is */
	_Atomic int failed; /* errno of the last write; logged by the loop's thread */
	_Atomic int users; /* the owner, and the thread while it writes */
	atomic_bool writing;
};

static struct sh_seen_life
seen_read(int fd)
{
	struct sh_seen_life life = { 0 };
	char text[SEEN_BYTES + 1];
	const char *system = text + 21;

	if (pread(fd, text, sizeof(text), 0) != SEEN_BYTES || text[20] != ' ' || text[SEEN_BYTES - 1] != '\n' ||
	    !sh_text_int((struct sh_str){ text, 20 }, &life.ms))
		return (struct sh_seen_life){ 0 };
	text[SEEN_BYTES - 1] = '\0';
	snprintf(life.system, sizeof(life.system), "%s", system + strspn(system, " "));
	return life;
}

/* 0, or what went wrong. */
static int
seen_write(int fd, const struct sh_seen_life *life)
{
	char text[SEEN_BYTES + 1];
	struct sh_seen_life was;
	int failed = 0;

	/* Another worker writes, or was stopped while it did: the next sign of life is a second away. */
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK ? 0 : errno;
	was = seen_read(fd);
	/* Among the workers the newest wins. */
	if (life->ms > was.ms || strcmp(life->system, was.system) != 0) {
		snprintf(text, sizeof(text), "%020lld %*s\n", (long long)life->ms, SH_SEEN_SYSTEM, life->system);
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

	atomic_store(&s->failed, seen_write(s->fd, &s->to_write));
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

struct sh_seen_life
sh_seen_newest(struct sh_seen *s)
{
	return s->fd < 0 ? (struct sh_seen_life){ 0 } : seen_read(s->fd);
}

void
sh_seen_note(struct sh_seen *s, const struct sh_seen_life *life)
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
	s->to_write = *life;
	atomic_fetch_add(&s->users, 1);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	if (pthread_create(&thread, &attr, seen_thread, s) != 0) {
		atomic_store(&s->writing, false);
		seen_leave(s);
	}
	pthread_attr_destroy(&attr);
}
