/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/clock.c: two clock_gettime calls, and a trial's file. The file stays open; a look is one pread.
 */
#include "gateway/base/clock.h"

#include "gateway/base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/text.h"

/* Two centuries: more is a slip of the pen, and sums with it stay far from overflow. */
#define CLOCK_TOLD_MAX_MS (INT64_C(200) * 366 * 86400 * 1000)
#define CLOCK_TOLD_MIN_MS (-50 * 365 * SH_DAY_MS) /* ids hold no time before 1970 */

void
sh_clock_init(struct sh_clock *c)
{
	*c = (struct sh_clock){ .error_ms = -1, .trial_fd = -1 };
}

/* False if the file holds no offset just now: its writer may be between truncating and writing. */
static bool
clock_read(int fd, int64_t *ret_ms)
{
	char text[32];
	ssize_t n = pread(fd, text, sizeof(text), 0);
	int64_t ms;

	/* A full buffer may hold only the front of the number. */
	if (n <= 0 || (size_t)n == sizeof(text))
		return false;
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' '))
		n--;
	if (!sh_text_int((struct sh_str){ text, (size_t)n }, &ms) || ms > CLOCK_TOLD_MAX_MS || ms < CLOCK_TOLD_MIN_MS)
		return false;
	*ret_ms = ms;
	return true;
}

enum sh_status
sh_clock_follow(struct sh_clock *c, const char *file, struct sh_error *e)
{
	int64_t ms;
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return sh_fail(e, SH_ESYSTEM, "cannot open the trial clock %s: %s", file, strerror(errno));
	if (!clock_read(fd, &ms)) {
		close(fd);
		return sh_fail(e, SH_EINVALID, "the trial clock %s must hold an offset in whole milliseconds, such as 3600000", file);
	}
	if (c->trial_fd >= 0)
		close(c->trial_fd);
	c->trial_fd = fd;
	c->told_ms = ms;
	return SH_OK;
}

bool
sh_clock_look(struct sh_clock *c)
{
	int64_t ms;

	if (c->trial_fd < 0 || !clock_read(c->trial_fd, &ms) || ms == c->told_ms)
		return false;
	c->told_ms = ms;
	return true;
}

/* Microseconds; the two clocks used here are always there. */
static int64_t
clock_us(clockid_t which)
{
	struct timespec t;

	if (clock_gettime(which, &t) != 0)
		assert(!"clock_gettime");
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t
sh_clock_wall_ms(const struct sh_clock *c)
{
	int64_t told_ms = c->told_ms;

	/* In a trial what the file says counts at once, whoever looked at it last. */
	if (c->trial_fd >= 0 && !clock_read(c->trial_fd, &told_ms))
		told_ms = c->told_ms;
	if (c->error_ms < 0)
		return clock_us(CLOCK_REALTIME) / 1000 + told_ms;
	return clock_us(CLOCK_BOOTTIME) / 1000 + c->database_ms + told_ms;
}

int64_t
sh_clock_difference_ms(const struct sh_clock *c)
{
	if (c->error_ms < 0)
		return 0;
	return clock_us(CLOCK_BOOTTIME) / 1000 + c->database_ms - clock_us(CLOCK_REALTIME) / 1000;
}

int64_t
sh_clock_elapsed_ms(void)
{
	return clock_us(CLOCK_BOOTTIME) / 1000;
}

int64_t
sh_clock_elapsed_us(void)
{
	return clock_us(CLOCK_BOOTTIME);
}
