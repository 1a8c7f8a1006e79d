/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* server/held.c: folder → names in the order of their bytes → copies. */
#include "gateway/server/held.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HELD_BYTES (64 << 20) /* a larger file is left where it is */

int
sh_held_is_policy(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 5 && d->d_name[0] != '.' && strcmp(d->d_name + n - 5, ".yaml") == 0;
}

static int
held_is_driver(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 14 && strncmp(d->d_name, "switchhook-", 11) == 0 && strcmp(d->d_name + n - 3, ".so") == 0;
}

static int
held_order(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Sealed: what one worker has inherited it cannot change for the next. -1: not copied. */
static int
held_copy(const char *path, const char *name)
{
	int from = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), to = -1;
	char piece[65536];
	struct stat st;
	ssize_t n = 0;
	off_t at = 0;

	/* The master must not wait for whoever may write into a pipe; the check says what is wrong with it. */
	if (from >= 0 && fstat(from, &st) == 0 && S_ISREG(st.st_mode))
		to = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	while (to >= 0 && at <= HELD_BYTES && (n = read(from, piece, sizeof(piece))) > 0) {
		if (write(to, piece, (size_t)n) != n) {
			n = -1;
			break;
		}
		at += n;
	}
	explicit_bzero(piece, sizeof(piece));
	if (from >= 0)
		close(from);
	if (to >= 0 && (n != 0 || fcntl(to, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)) {
		close(to);
		to = -1;
	}
	return to;
}

static bool
held_folder(const char *folder, int (*is)(const struct dirent *), struct sh_driver_file *files, size_t *ret)
{
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, is, held_order);
	bool whole = n >= 0;

	for (int i = 0; i < n; i++) {
		char *path = NULL;

		if (*ret == SH_HELD_FILES || asprintf(&path, "%s/%s", folder, entries[i]->d_name) < 0)
			whole = false;
		else
			files[(*ret)++] = (struct sh_driver_file){ path, held_copy(path, entries[i]->d_name), sh_driver_is_open(path) };
		free(entries[i]);
	}
	free(entries);
	return whole;
}

/* path NULL: there is none. False: no memory to say so. */
static bool
held_file(const char *path, const char *name, struct sh_driver_file *ret)
{
	ret->fd = -1;
	if (path && (ret->path = strdup(path)))
		ret->fd = held_copy(path, name);
	return !path == !ret->path;
}

static bool
held_packs(struct sh_held *h, const char *policies)
{
	char folder[PATH_MAX];

	if (snprintf(folder, sizeof(folder), "%s/" SH_HELD_PACKS, policies) >= (int)sizeof(folder))
		return false;
	return access(folder, F_OK) != 0 || held_folder(folder, sh_held_is_policy, h->packs, &h->npacks);
}

struct sh_held *
sh_held_new(const char *policies, const char *plans, const char *numbers, const char *const *drivers)
{
	struct sh_held *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->made_s = (int64_t)time(NULL);
	h->certificate = h->key = -1;
	h->whole = held_folder(policies, sh_held_is_policy, h->policies, &h->npolicies);
	h->whole = held_packs(h, policies) && h->whole;
	h->whole = held_file(plans, "plans", &h->plans) && h->whole;
	h->whole = held_file(numbers, "numbers", &h->numbers) && h->whole;
	for (; *drivers; drivers++)
		h->whole = held_folder(*drivers, held_is_driver, h->drivers, &h->ndrivers) && h->whole;
	return h;
}

void
sh_held_tls(struct sh_held *h, const char *certificate, const char *key)
{
	struct stat st;

	if (stat(key, &st) != 0 || !S_ISREG(st.st_mode) || (st.st_mode & S_IRWXO))
		return;
	h->certificate = held_copy(certificate, "certificate");
	h->key = held_copy(key, "key");
}

void
sh_held_forget_key(struct sh_held *h)
{
	if (h->key >= 0)
		close(h->key);
	h->key = -1;
}

static void
held_clear(struct sh_driver_file *files, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (files[i].fd >= 0)
			close(files[i].fd);
		free((char *)files[i].path);
	}
}

void
sh_held_free(struct sh_held *h)
{
	if (!h)
		return;
	if (h->certificate >= 0)
		close(h->certificate);
	sh_held_forget_key(h);
	held_clear(h->policies, h->npolicies);
	held_clear(h->drivers, h->ndrivers);
	held_clear(&h->plans, 1);
	held_clear(&h->numbers, 1);
	held_clear(h->packs, h->npacks);
	free(h);
}

static size_t
held_keep(const struct sh_driver_file *files, size_t nfiles, int *keep, size_t n, size_t room)
{
	for (size_t i = 0; i < nfiles && n < room; i++)
		if (files[i].fd >= 0)
			keep[n++] = files[i].fd;
	return n;
}

size_t
sh_held_keep(const struct sh_held *h, int *keep, size_t n, size_t room)
{
	if (!h)
		return n;
	n = held_keep(h->policies, h->npolicies, keep, n, room);
	n = held_keep(h->packs, h->npacks, keep, n, room);
	n = held_keep(h->drivers, h->ndrivers, keep, n, room);
	n = held_keep(&h->plans, 1, keep, n, room);
	n = held_keep(&h->numbers, 1, keep, n, room);
	if (h->certificate >= 0 && n < room)
		keep[n++] = h->certificate;
	if (h->key >= 0 && n < room)
		keep[n++] = h->key;
	return n;
}
