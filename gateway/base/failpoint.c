/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* base/failpoint.c: see the header. Never in a build that is for use. */
#include "gateway/base/failpoint.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define FAILPOINT_PAGE (SH_FAILPOINT_COUNT * sizeof(struct sh_failpoint_cell))

static const char *const failpoint_names[] = {
#define FAILPOINT(id_, name_, what_) name_,
#include "gateway/base/failpoint.def"
};

static struct sh_failpoint_cell failpoint_own[SH_FAILPOINT_COUNT];
static struct sh_failpoint_cell *failpoint_cells = failpoint_own;

static bool
failpoint_map(const char *file)
{
	int fd = open(file, O_RDWR | O_CLOEXEC);
	void *page = MAP_FAILED;

	if (fd >= 0 && ftruncate(fd, (off_t)FAILPOINT_PAGE) == 0)
		page = mmap(NULL, FAILPOINT_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		fprintf(stderr, "SWITCHHOOK_FAILPOINT: %s: %m\n", file);
	else
		failpoint_cells = page;
	if (fd >= 0)
		close(fd);
	return page != MAP_FAILED;
}

static bool
failpoint_act(struct sh_failpoint_cell *c, const char *word)
{
	static const char *const words[] = { "kill", "stop", "delay=", "drop" };

	for (uint32_t i = 0; i < 4; i++) {
		size_t n = strlen(words[i]);

		if (i == 2 ? strncmp(word, words[i], n) != 0 : strcmp(word, words[i]) != 0)
			continue;
		c->act = i + 1;
		c->arg = i == 2 ? (uint32_t)strtoul(word + n, NULL, 10) : 0;
		return true;
	}
	return false;
}

/* name[:nth][:act] */
static bool
failpoint_arm(char *text)
{
	char *rest = NULL;
	const char *name = strtok_r(text, ":", &rest);
	struct sh_failpoint_cell *c = NULL;

	for (int i = 0; name && i < SH_FAILPOINT_COUNT; i++)
		if (strcmp(name, failpoint_names[i]) == 0)
			c = &failpoint_own[i];
	if (!c)
		return false;
	c->left = 1;
	c->act = SH_FAILPOINT_KILL;
	for (const char *word; (word = strtok_r(NULL, ":", &rest));) {
		long nth = strtol(word, NULL, 10);

		if (nth > 0)
			c->left = (int32_t)nth;
		else if (!failpoint_act(c, word))
			return false;
	}
	return true;
}

bool
sh_failpoint_open(void)
{
	const char *env = getenv("SWITCHHOOK_FAILPOINT");
	char text[512], *rest = NULL;

	if (!env || !*env)
		return true;
	if (*env == '@')
		return failpoint_map(env + 1);
	snprintf(text, sizeof(text), "%s", env);
	for (char *one = strtok_r(text, ",", &rest); one; one = strtok_r(NULL, ",", &rest))
		if (!failpoint_arm(one)) {
			fprintf(stderr, "SWITCHHOOK_FAILPOINT: \"%s\" cannot be read; it is name[:nth][:kill|stop|delay=ms|drop]\n",
			    env);
			return false;
		}
	return true;
}

bool
sh_failpoint_page(void)
{
	return failpoint_cells != failpoint_own;
}

bool
sh_failpoint_hit(enum sh_failpoint at)
{
	struct sh_failpoint_cell *c = &failpoint_cells[at];
	uint32_t ms;

	c->hits++;
	/* Two processes may come by at once: only the one that takes the last step fires. */
	for (int32_t left = c->left;;) {
		if (left <= 0)
			return false;
		if (!__atomic_compare_exchange_n((int32_t *)&c->left, &left, left - 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			continue;
		if (left > 1)
			return false;
		break;
	}
	c->pid = (uint32_t)getpid();
	c->fired++;
	switch ((uint32_t)c->act) {
	case SH_FAILPOINT_KILL:
		raise(SIGKILL);
		return false;
	case SH_FAILPOINT_STOP:
		raise(SIGSTOP);
		return false;
	case SH_FAILPOINT_DELAY:
		ms = c->arg;
		nanosleep(&(struct timespec){ ms / 1000, (long)(ms % 1000) * 1000000 }, NULL);
		return false;
	default:
		return true;
	}
}
