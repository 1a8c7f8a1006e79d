/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* kit/apart.c: a page and a file in memory, shared with the process that works. */
#include "gateway/kit/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gateway/kit/cage.h"
#include "gateway/kit/watch.h"

#define APART_SAID ((size_t)4 << 20)
#define APART_STEP_S 60 /* that long without any progress: it waits for something that will not come */

struct apart_page {
	struct watch watch;
	int status;
};

static void
apart_child(struct apart_page *p, int said, int (*work)(FILE *, void *), void *arg)
{
	struct sh_error e;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	FILE *out = fdopen(said, "w");

	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	watch_begin(&p->watch, APART_SAID);
	if (!out || sh_cage_loading(&p->watch.call, &e) != SH_OK) {
		fprintf(stderr, "switchhook: %s\n", out ? e.text : "no memory");
		_exit(1);
	}
	p->status = work(out, arg);
	p->watch.done = fflush(out) == 0;
	_exit(0);
}

static void
apart_read(int said, struct sh_buf *b)
{
	char piece[16384];
	ssize_t n;

	for (off_t at = 0; (n = pread(said, piece, sizeof(piece), at)) > 0; at += n)
		sh_buf_add(b, piece, (size_t)n);
}

static void
apart_result(const struct apart_page *p, int status, bool stuck, int said, struct sh_apart *ret)
{
	ret->died = !p->watch.done;
	ret->status = p->status;
	if (!ret->died) {
		apart_read(said, &ret->said);
		return;
	}
	ret->inside = p->watch.inside;
	ret->inside.driver[SH_BOARD_NAME - 1] = ret->inside.function[SH_BOARD_NAME - 1] = '\0';
	watch_how(&p->watch, status, stuck, ret->how);
}

enum sh_status
sh_apart(int (*work)(FILE *, void *), void *arg, struct sh_apart *ret, struct sh_error *e)
{
	struct apart_page *p = mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int said = memfd_create("said", MFD_CLOEXEC), status = 0;
	pid_t child = -1;

	sh_buf_init(&ret->said, APART_SAID);
	if (p != MAP_FAILED && said >= 0) {
		p->watch.call = -1;
		fflush(NULL);
		child = fork();
	}
	if (child == 0)
		apart_child(p, said, work, arg);
	if (child > 0) {
		bool stuck = watch_wait(child, &p->watch, APART_STEP_S, &status);

		apart_result(p, status, stuck, said, ret);
	} else
		(void)sh_fail(e, SH_ESYSTEM, "no process to load drivers in: %s", strerror(errno));
	if (said >= 0)
		close(said);
	if (p != MAP_FAILED)
		munmap(p, sizeof(*p));
	return child > 0 ? SH_OK : e->status;
}
