/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Opens shared objects and takes a copy of their tables.
 *
 * What is read first is what never moves: symbol, major, size. Only then min(theirs, ours) bytes are copied into a
 * zeroed table of ours, so that what an older driver lacks is NULL and what a newer one has besides is not seen. A
 * refused driver is closed again, after its message was composed (its strings live in the library); one that is
 * ready stays open for the life of the process.
 */
#define _GNU_SOURCE 1 /* dladdr1, memrchr */
#include "gateway/driver/load.h"

#include <dirent.h>
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/arena.h"
#include "gateway/driver/board.h"
#include "gateway/driver/table.h"

#define LOAD_PREFIX "switchhook-"
#define LOAD_SUFFIX ".so"
#define LOAD_FUNCTION "load" /* as the board knows it */

/* Of all names, paths and refusals: some kilobytes for a folder of drivers. */
#define LOAD_ARENA (1 << 20)

struct sh_drivers {
	struct sh_arena *arena;
	struct sh_driver_loaded *items;
	size_t n, room;
};

static struct sh_drivers *
load_new(void)
{
	struct sh_drivers *set = calloc(1, sizeof(*set));

	if (set && !(set->arena = sh_arena_new(LOAD_ARENA))) {
		free(set);
		return NULL;
	}
	return set;
}

void
sh_drivers_free(struct sh_drivers *set)
{
	if (!set)
		return;
	sh_arena_free(set->arena);
	free(set->items);
	free(set);
}

struct sh_str
sh_driver_file_name(struct sh_str path)
{
	const char *slash = memrchr(path.s, '/', path.n);
	struct sh_str file = slash ? (struct sh_str){ slash + 1, path.n - (size_t)(slash + 1 - path.s) } : path;
	size_t around = strlen(LOAD_PREFIX) + strlen(LOAD_SUFFIX);

	if (file.n <= around || memcmp(file.s, LOAD_PREFIX, strlen(LOAD_PREFIX)) != 0 ||
	    memcmp(file.s + file.n - strlen(LOAD_SUFFIX), LOAD_SUFFIX, strlen(LOAD_SUFFIX)) != 0)
		return SH_NONE;
	return (struct sh_str){ file.s + strlen(LOAD_PREFIX), file.n - around };
}

/*
 * The symbol's own length, as the linker wrote it, bounds what may be read: a table that claims to be longer than
 * its symbol, or a function of that name, must not be followed.
 */
static enum sh_status
load_symbol(void *handle, const struct sh_driver **ret, struct sh_error *e)
{
	const void *at = dlsym(handle, SH_DRIVER_SYMBOL);
	const ElfW(Sym) *sym = NULL;
	const struct sh_driver *t = at;
	Dl_info info;

	if (!at)
		return sh_fail(e, SH_EINVALID, "no symbol %s, expected the table that SH_DRIVER defines", SH_DRIVER_SYMBOL);
	if (!dladdr1(at, &info, (void **)&sym, RTLD_DL_SYMENT) || !sym || ELF64_ST_TYPE(sym->st_info) != STT_OBJECT ||
	    sym->st_size < offsetof(struct sh_driver, name))
		return sh_fail(e, SH_EINVALID, "%s is no table, expected the one that SH_DRIVER defines", SH_DRIVER_SYMBOL);
	if (t->abi_major != SH_DRIVER_ABI_MAJOR)
		return sh_fail(e, SH_EINVALID, "driver interface %u.%u, expected %u.x: compile it against this gateway's driver.h",
		    t->abi_major, t->abi_minor, SH_DRIVER_ABI_MAJOR);
	if (t->size < SH_DRIVER_FROZEN)
		return sh_fail(e, SH_EINVALID, "a table of %u bytes, expected at least %zu", t->size, SH_DRIVER_FROZEN);
	if (t->size > sym->st_size)
		return sh_fail(
		    e, SH_EINVALID, "a table that claims %u bytes, but its symbol has %zu", t->size, (size_t)sym->st_size);
	*ret = t;
	return SH_OK;
}

static enum sh_status
load_check(struct sh_drivers *set, struct sh_driver_loaded *d, void *handle, struct sh_error *e)
{
	const struct sh_driver *theirs = NULL, *t = &d->table;
	const struct sh_driver_loaded *first;

	if (load_symbol(handle, &theirs, e) != SH_OK)
		return e->status;
	memcpy(&d->table, theirs, theirs->size < sizeof(d->table) ? theirs->size : sizeof(d->table));
	if (!t->name || !*t->name)
		return sh_fail(e, SH_EINVALID, "the table has no name, expected \"%s\"", d->name);
	if (strcmp(t->name, d->name) != 0)
		return sh_fail(e, SH_EINVALID, "named \"%.80s\", expected \"%s\" as the file is", t->name, d->name);
	if ((first = sh_drivers_find(set, sh_str(d->name))))
		return sh_fail(e, SH_ECONFLICT, "the name \"%s\" is taken by %s", d->name, first->path);
	return sh_table_check(d, e);
}

/* FNV-1a; 0: unreadable, and dlopen will say why. */
static uint64_t
load_fingerprint(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t h = UINT64_C(14695981039346656037);
	unsigned char piece[16384];
	ssize_t n = 0;

	while (fd >= 0 && (n = read(fd, piece, sizeof(piece))) > 0)
		for (ssize_t i = 0; i < n; i++)
			h = (h ^ piece[i]) * UINT64_C(1099511628211);
	if (fd >= 0)
		close(fd);
	return fd < 0 || n < 0 ? 0 : h;
}

bool
sh_driver_is_open(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];
	struct stat st;

	if (stat(path, &st) == 0 && (st.st_mode & S_IWOTH))
		return true;
	snprintf(folder, sizeof(folder), "%.*s", slash && slash > path ? (int)(slash - path) : 1, slash ? path : ".");
	/* Where the folder is sticky, as /tmp is, a file is its owner's alone. */
	return stat(folder, &st) == 0 && (st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX);
}

static enum sh_status
load_open(struct sh_drivers *set, struct sh_driver_loaded *d, const char *from, struct sh_error *e)
{
	struct sh_board_state board;
	struct stat st;
	void *handle;
	const char *why;
	size_t n = strlen(from);

	if (!sh_table_is_name(sh_str(d->name)))
		return sh_fail(e, SH_EINVALID,
		    "not a driver's file name, expected " LOAD_PREFIX "NAME" LOAD_SUFFIX " with NAME of a-z, 0-9 and _");
	/* To open a pipe would wait for whoever writes into it. */
	if (stat(from, &st) == 0 && !S_ISREG(st.st_mode))
		return sh_fail(e, SH_EINVALID, "cannot be loaded: not a regular file");
	d->file = load_fingerprint(from);
	/* Its constructors run inside dlopen, and have killed before. */
	board = sh_board_state(d->name, d->file);
	if (board.closed && board.why == SH_BOARD_DEATHS && strcmp(board.function, LOAD_FUNCTION) == 0)
		return sh_fail(e, SH_EDENIED, "in quarantine: loading it ended %lld processes", (long long)board.deaths);
	sh_board_enter(d->name, LOAD_FUNCTION, d->file);
	handle = dlopen(from, RTLD_NOW | RTLD_LOCAL);
	sh_board_leave();
	if (!handle) {
		why = dlerror();
		/* The dynamic linker begins with the path that it was given, and our line with the one that people know. */
		if (strncmp(why, from, n) == 0 && strncmp(why + n, ": ", 2) == 0)
			why += n + 2;
		return sh_fail(e, SH_EINVALID, "cannot be loaded: %s", why);
	}
	if (load_check(set, d, handle, e) == SH_OK)
		return SH_OK;
	dlclose(handle);
	return e->status;
}

/* Adds the file to the set, ready or refused. Fails only where there is no memory. */
static enum sh_status
load_add(struct sh_drivers *set, struct sh_str path, int fd, bool open, struct sh_error *e)
{
	char through[32];
	struct sh_driver_loaded d = { 0 }, *items;
	struct sh_error why;
	struct sh_str name = sh_driver_file_name(path);

	if (set->n == set->room) {
		size_t room = set->room ? 2 * set->room : 8;

		if (!(items = reallocarray(set->items, room, sizeof(*items))))
			return sh_fail(e, SH_ESYSTEM, "no memory for drivers");
		set->items = items;
		set->room = room;
	}
	d.path = sh_arena_z(set->arena, path);
	d.name = sh_arena_z(set->arena, name.s ? name : SH_STR(""));
	d.kept = sh_arena_array(set->arena, int64_t, 1);
	snprintf(through, sizeof(through), "/proc/self/fd/%d", fd);
	if (open)
		sh_fail(&why, SH_EDENIED, "anybody may change it: take the right to write from others, for the file and its folder");
	if (d.path && d.name && (open || load_open(set, &d, fd >= 0 ? through : d.path, &why) != SH_OK)) {
		d.refused = sh_arena_printf(set->arena, "%s: %s", d.path, why.text).s;
		d.table = (struct sh_driver){ 0 };
		d.capabilities = d.nsettings = d.nreasons = 0;
	}
	if (sh_arena_failed(set->arena))
		return sh_fail(e, SH_ESYSTEM, "no memory for drivers");
	set->items[set->n++] = d;
	return SH_OK;
}

static int
load_is_driver(const struct dirent *entry)
{
	return sh_driver_file_name(sh_str(entry->d_name)).s != NULL;
}

/* By bytes: alphasort's order would depend on the locale. */
static int
load_order(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static enum sh_status
load_dir(struct sh_drivers *set, const char *dir, struct sh_error *e)
{
	struct dirent **entries;
	enum sh_status status = SH_OK;
	int n = scandir(dir, &entries, load_is_driver, load_order);

	if (n < 0)
		return sh_fail(e, errno == ENOENT ? SH_EABSENT : SH_ESYSTEM, "drivers' folder %s: %s", dir, strerror(errno));
	for (int i = 0; i < n; i++) {
		struct sh_str path = sh_arena_printf(set->arena, "%s/%s", dir, entries[i]->d_name);

		if (status == SH_OK)
			status = path.s ? load_add(set, path, -1, sh_driver_is_open(path.s), e) : sh_fail(e, SH_ESYSTEM, "no memory for drivers");
		free(entries[i]);
	}
	free(entries);
	return status;
}

enum sh_status
sh_drivers_load(const char *const *dirs, struct sh_drivers **ret, struct sh_error *e)
{
	struct sh_drivers *set = load_new();

	if (!set)
		return sh_fail(e, SH_ESYSTEM, "no memory for drivers");
	for (; *dirs; dirs++)
		if (load_dir(set, *dirs, e) != SH_OK) {
			sh_drivers_free(set);
			return e->status;
		}
	*ret = set;
	return SH_OK;
}

enum sh_status
sh_drivers_load_files(const struct sh_driver_file *files, size_t n, struct sh_drivers **ret, struct sh_error *e)
{
	struct sh_drivers *set = load_new();

	if (!set)
		return sh_fail(e, SH_ESYSTEM, "no memory for drivers");
	for (size_t i = 0; i < n; i++)
		if (load_add(set, sh_str(files[i].path), files[i].fd, files[i].open, e) != SH_OK) {
			sh_drivers_free(set);
			return e->status;
		}
	*ret = set;
	return SH_OK;
}

enum sh_status
sh_drivers_load_file(const char *path, struct sh_drivers **ret, struct sh_error *e)
{
	struct sh_drivers *set = load_new();
	struct sh_str at;

	if (!set)
		return sh_fail(e, SH_ESYSTEM, "no memory for drivers");
	/* Without a slash dlopen would look in the system's folders. */
	at = strchr(path, '/') ? sh_str(path) : sh_arena_printf(set->arena, "./%s", path);
	if (load_add(set, at, -1, false, e) != SH_OK) {
		sh_drivers_free(set);
		return e->status;
	}
	*ret = set;
	return SH_OK;
}

size_t
sh_drivers_count(const struct sh_drivers *set)
{
	return set->n;
}

const struct sh_driver_loaded *
sh_drivers_at(const struct sh_drivers *set, size_t i)
{
	assert(i < set->n);
	return &set->items[i];
}

const struct sh_driver_loaded *
sh_drivers_find(const struct sh_drivers *set, struct sh_str name)
{
	for (size_t i = 0; i < set->n; i++)
		if (!set->items[i].refused && sh_str_is(name, set->items[i].name))
			return &set->items[i];
	return NULL;
}
