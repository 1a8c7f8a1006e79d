/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* ingress/spool_sync.c: see spool_sync.h. */
#include "gateway/ingress/spool_sync.h"

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/failpoint.h"
#include "gateway/base/wipe.h"

struct sync_order {
	int folder;
	struct sh_spool_file *file;
	struct sh_str bytes;
};

struct sync_answer {
	bool written;
	int error;
};

#define SH_MAGIC_sh_spool_sync 0x73796e63u
struct sh_spool_sync {
	uint32_t magic;
	pthread_t thread;
	int ours, theirs;
	struct event *told;
	sh_spool_sync_f *done;
	void *arg;
};

static struct sync_answer
sync_do(const struct sync_order *o)
{
	struct sync_answer a = { false, o->file->fd < 0 ? sh_spool_file_make(o->folder, o->file) : 0 };

	if (!a.error)
		a.error = sh_spool_file_write(o->file, o->bytes);
	if (a.error)
		return a;
	a.written = true;
	if (SH_FAILPOINT(spool_written))
		a.error = EIO;
	else if (fdatasync(o->file->fd) != 0 || (!o->file->entered && fsync(o->folder) != 0))
		a.error = errno;
	if (SH_FAILPOINT(spool_syncing))
		a.error = EIO;
	return a;
}

static void *
sync_thread(void *arg)
{
	int socket = *(const int *)arg;
	struct sync_answer a;
	struct sync_order o;
	ssize_t n;

	sh_wipe_stack();
	while ((n = recv(socket, &o, sizeof(o), 0)) == (ssize_t)sizeof(o) || (n < 0 && errno == EINTR)) {
		if (n < 0)
			continue;
		a = sync_do(&o);
		if (send(socket, &a, sizeof(a), MSG_NOSIGNAL) != (ssize_t)sizeof(a))
			break;
	}
	return NULL;
}

static void
sync_told(evutil_socket_t fd, short what, void *arg)
{
	struct sh_spool_sync *s = SH_OBJ(arg, sh_spool_sync);
	struct sync_answer a;

	(void)what;
	if (recv(fd, &a, sizeof(a), MSG_DONTWAIT) == (ssize_t)sizeof(a))
		s->done(s->arg, a.written, a.error);
}

struct sh_spool_sync *
sh_spool_sync_new(struct event_base *base, sh_spool_sync_f *done, void *arg, struct sh_error *e)
{
	struct sh_spool_sync *s = calloc(1, sizeof(*s));
	sigset_t all, before;
	int pair[2], failed;

	if (!s || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
		sh_fail(e, SH_ESYSTEM, "no thread for the disk: %m");
		free(s);
		return NULL;
	}
	SH_MAGIC_SET(s, sh_spool_sync);
	s->ours = pair[0];
	s->theirs = pair[1];
	s->done = done;
	s->arg = arg;
	s->told = event_new(base, s->ours, EV_READ | EV_PERSIST, sync_told, s);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&s->thread, NULL, sync_thread, &s->theirs);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed || !s->told || event_add(s->told, NULL) != 0) {
		errno = failed;
		sh_fail(e, SH_ESYSTEM, "no thread for the disk: %m");
		if (!failed) {
			shutdown(s->ours, SHUT_RDWR);
			pthread_join(s->thread, NULL);
		}
		if (s->told)
			event_free(s->told);
		close(s->ours);
		close(s->theirs);
		free(s);
		return NULL;
	}
	return s;
}

void
sh_spool_sync_free(struct sh_spool_sync *s)
{
	if (!s)
		return;
	shutdown(s->ours, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	event_free(s->told);
	close(s->ours);
	close(s->theirs);
	SH_MAGIC_CLEAR(s);
	free(s);
}

void
sh_spool_sync_run(struct sh_spool_sync *s, int folder, struct sh_spool_file *file, struct sh_str bytes)
{
	const struct sync_order o = { folder, file, bytes };
	ssize_t n = send(s->ours, &o, sizeof(o), MSG_NOSIGNAL);

	/* The socket is empty and the thread ends only with us. */
	assert(n == (ssize_t)sizeof(o));
	(void)n;
}
