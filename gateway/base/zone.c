/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/base/zone.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/arena.h"
#include "gateway/base/text.h"
#include "gateway/base/tzif.h"

#define ZONE_DIR "/usr/share/zoneinfo"
#define ZONE_FILE_MAX (256 * 1024)	/* the largest of 2026 has 4 KB */
#define ZONE_COUNT_MAX 4096
#define ZONE_NAME_MAX 63
#define ZONE_DEPTH_MAX 3		/* America/Argentina/Ushuaia */
#define ZONE_MEMORY_MAX (32 << 20)

struct sh_zone {
	const char *name;
	struct sh_tzif data;
};

struct sh_zones {
	struct sh_arena *arena;
	struct sh_zone *zones;		/* by name */
	size_t count;
	char version[32];
};

static const struct zone_alias {
	const char *alias, *name;
} zone_aliases[] = {
#include "gateway/base/zone_alias.inc"
	{ NULL, NULL }
};

/* ---- loading ---- */

struct zone_loader {
	struct sh_zones *t;
	char *file;			/* ZONE_FILE_MAX bytes, for one file after the other */
	struct sh_error *e;
};

/* "-00", other trees, and copies of somebody's choice. */
static bool
zone_is_foreign(const char *name)
{
	static const char *const foreign[] = { "right", "posix", "localtime", "posixrules", "Factory" };

	for (size_t i = 0; i < SH_LENGTH(foreign); i++)
		if (strcmp(name, foreign[i]) == 0)
			return true;
	return false;
}

/* What is no TZif file (a table, a list of leap seconds) is passed over; a broken one is an error. */
static enum sh_status
zone_add(struct zone_loader *l, const char *name, struct sh_str bytes)
{
	struct sh_zones *t = l->t;
	struct sh_zone *z = &t->zones[t->count];

	if (!sh_tzif_is(bytes))
		return SH_OK;
	if (t->count == ZONE_COUNT_MAX)
		return sh_fail(l->e, SH_ETOOBIG, "more than %d time zones", ZONE_COUNT_MAX);
	if (sh_tzif_read(t->arena, bytes, &z->data, l->e) != SH_OK)
		return sh_fail_in(l->e, "time zone %s", name);
	z->name = sh_arena_z(t->arena, sh_str(name));
	if (!z->name)
		return sh_fail(l->e, SH_ETOOBIG, "time zones of more than %d bytes", ZONE_MEMORY_MAX);
	t->count++;
	return SH_OK;
}

static ssize_t
zone_read(int fd, char *buf, size_t room)
{
	size_t n = 0;

	while (n < room) {
		ssize_t got = read(fd, buf + n, room - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	return (ssize_t)n;
}

/* Reads what the descriptor stands for, a folder or a file, and closes it. prefix is its name, "" for the root. */
static enum sh_status
zone_walk(struct zone_loader *l, int fd, const char *prefix, int depth)
{
	enum sh_status status = SH_OK;
	struct dirent *entry;
	DIR *dir = fdopendir(fd);

	if (!dir) {
		ssize_t n = errno == ENOTDIR ? zone_read(fd, l->file, ZONE_FILE_MAX) : -1;

		close(fd);
		return n < 0 ? sh_fail(l->e, SH_ESYSTEM, "time zone %s cannot be read", prefix)
			     : zone_add(l, prefix, (struct sh_str){ l->file, (size_t)n });
	}
	while (status == SH_OK && (entry = readdir(dir))) {
		char name[ZONE_NAME_MAX + 1];
		int sub, n;

		if (!isalpha((unsigned char)entry->d_name[0]) || (!*prefix && zone_is_foreign(entry->d_name)))
			continue;
		n = snprintf(name, sizeof(name), "%s%s%s", prefix, *prefix ? "/" : "", entry->d_name);
		if (n < 0 || (size_t)n >= sizeof(name) || depth == ZONE_DEPTH_MAX)
			continue;
		/* A link that leads nowhere is no zone; a fifo must not hold us up. */
		sub = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (sub >= 0)
			status = zone_walk(l, sub, name, depth + 1);
	}
	closedir(dir);
	return status;
}

/* "# version 2026f" */
static void
zone_version(const char *dir, char out[32])
{
	char path[4096], line[64] = "";
	FILE *f;

	snprintf(out, 32, "unknown");
	snprintf(path, sizeof(path), "%s/tzdata.zi", dir);
	f = fopen(path, "re");
	if (!f)
		return;
	if (fgets(line, sizeof(line), f) && strncmp(line, "# version ", 10) == 0)
		snprintf(out, 32, "%.*s", (int)strcspn(line + 10, "\r\n "), line + 10);
	fclose(f);
}

static int
zone_compare(const void *a, const void *b)
{
	return strcmp(((const struct sh_zone *)a)->name, ((const struct sh_zone *)b)->name);
}

void
sh_zones_free(struct sh_zones *t)
{
	if (!t)
		return;
	sh_arena_free(t->arena);
	free(t->zones);
	free(t);
}

static void
zone_freep(struct sh_zones **t)
{
	sh_zones_free(*t);
}

enum sh_status
sh_zones_load(const char *dir, struct sh_zones **ret, struct sh_error *e)
{
	SH_CLEANUP(zone_freep) struct sh_zones *t = calloc(1, sizeof(*t));
	struct sh_error own;
	struct zone_loader l = { .t = t, .e = e ? e : &own };
	enum sh_status status;
	int fd;

	if (!dir)
		dir = ZONE_DIR;
	if (!t || !(t->arena = sh_arena_new(ZONE_MEMORY_MAX)) || !(t->zones = calloc(ZONE_COUNT_MAX + 1, sizeof(*t->zones))))
		return sh_fail(e, SH_ESYSTEM, "no memory for the time zones");
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		l.file = malloc(ZONE_FILE_MAX);
		if (!l.file) {
			close(fd);
			return sh_fail(e, SH_ESYSTEM, "no memory for the time zones");
		}
		status = zone_walk(&l, fd, "", 0);
		free(l.file);
		if (status != SH_OK)
			return status;
	}
	if (t->count == 0)
		return sh_fail(e, SH_EABSENT, "no time zone data in %s; on Debian: apt-get install tzdata", dir);
	qsort(t->zones, t->count, sizeof(*t->zones), zone_compare);
	zone_version(dir, t->version);
	*ret = SH_TAKE(t);
	return SH_OK;
}

const char *
sh_zones_version(const struct sh_zones *t)
{
	return t->version;
}

size_t
sh_zones_count(const struct sh_zones *t)
{
	return t->count;
}

/* ---- names ---- */

static const struct sh_zone *
zone_exact(const struct sh_zones *t, const char *name)
{
	struct sh_zone key = { .name = name };

	return bsearch(&key, t->zones, t->count, sizeof(*t->zones), zone_compare);
}

/* A link may lead to a link; four steps are more than any data has. */
static const struct sh_zone *
zone_by_alias(const struct sh_zones *t, const char *name)
{
	for (int step = 0; step < 4; step++) {
		const struct zone_alias *a = zone_aliases;
		const struct sh_zone *z;

		while (a->alias && strcmp(a->alias, name) != 0)
			a++;
		if (!a->alias)
			return NULL;
		z = zone_exact(t, a->name);
		if (z)
			return z;
		name = a->name;
	}
	return NULL;
}

const struct sh_zone *
sh_zones_find(const struct sh_zones *t, struct sh_str name)
{
	char z[ZONE_NAME_MAX + 1];
	const struct sh_zone *found;

	if (!name.s || name.n == 0 || name.n > ZONE_NAME_MAX || memchr(name.s, '\0', name.n))
		return NULL;
	memcpy(z, name.s, name.n);
	z[name.n] = '\0';
	found = zone_exact(t, z);
	if (!found)
		found = zone_by_alias(t, z);
	for (size_t i = 0; !found && i < t->count; i++)
		if (sh_text_equal_nocase(sh_str(t->zones[i].name), name))
			found = &t->zones[i];
	for (const struct zone_alias *a = zone_aliases; !found && a->alias; a++)
		if (sh_text_equal_nocase(sh_str(a->alias), name))
			found = zone_by_alias(t, a->alias);
	return found;
}

const char *
sh_zone_name(const struct sh_zone *z)
{
	return z->name;
}

/* ---- instants ---- */

static int64_t
zone_seconds(int64_t ms)
{
	return ms / SH_SECOND_MS - (ms % SH_SECOND_MS < 0);
}

/* How many of the recorded changes lie at or before the instant. */
static uint32_t
zone_passed(const struct sh_tzif *d, int64_t at_s)
{
	uint32_t low = 0, high = d->nchanges;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (d->changes[middle].at_s <= at_s)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int32_t
zone_offset_s(const struct sh_tzif *d, int64_t at_s)
{
	uint32_t n;

	if (d->ruled && at_s >= d->rule_from_s)
		return sh_tzrule_offset(&d->rule, at_s);
	n = zone_passed(d, at_s);
	return n > 0 ? d->changes[n - 1].offset_s : d->first_s;
}

static int64_t
zone_next_s(const struct sh_tzif *d, int64_t at_s)
{
	uint32_t n = zone_passed(d, at_s);

	if (n < d->nchanges)
		return d->changes[n].at_s;
	if (!d->ruled)
		return INT64_MAX;
	/* The moment at which the rule takes over counts only if the offset moves there, which sound data avoids. */
	if (at_s < d->rule_from_s) {
		if (zone_offset_s(d, d->rule_from_s) != zone_offset_s(d, d->rule_from_s - 1))
			return d->rule_from_s;
		at_s = d->rule_from_s;
	}
	return sh_tzrule_next(&d->rule, at_s);
}

int32_t
sh_zone_offset(const struct sh_zone *z, int64_t ms)
{
	return zone_offset_s(&z->data, zone_seconds(ms));
}

int64_t
sh_zone_local(const struct sh_zone *z, int64_t ms)
{
	return ms + sh_zone_offset(z, ms) * SH_SECOND_MS;
}

int64_t
sh_zone_next_change(const struct sh_zone *z, int64_t ms)
{
	int64_t next = zone_next_s(&z->data, zone_seconds(ms));

	return next > INT64_MAX / SH_SECOND_MS ? INT64_MAX : next * SH_SECOND_MS;
}

bool
sh_zone_agrees(const struct sh_zone *a, const struct sh_zone *b, int64_t from_ms, int64_t until_ms)
{
	/* Either's changes are looked at: between two of them no offset moves. */
	while (a != b && from_ms < until_ms) {
		int64_t next_a = sh_zone_next_change(a, from_ms), next_b = sh_zone_next_change(b, from_ms);

		if (sh_zone_offset(a, from_ms) != sh_zone_offset(b, from_ms))
			return false;
		from_ms = next_a < next_b ? next_a : next_b;
	}
	return true;
}

/*
 * No offset exceeds 26 hours, so the answers lie within that of local_ms. Walking the few spells of constant
 * offset in between is exact for any data, two changes within a day included.
 */
enum sh_local
sh_zone_instants(const struct sh_zone *z, int64_t local_ms, int64_t *ret_first, int64_t *ret_second)
{
	int64_t from = local_ms - SH_TZIF_OFFSET_MAX_S * SH_SECOND_MS, last = local_ms + SH_TZIF_OFFSET_MAX_S * SH_SECOND_MS;
	int64_t moved = local_ms, gap_end = local_ms;
	int found = 0;

	while (found < 2 && from <= last) {
		int64_t offset = sh_zone_offset(z, from) * SH_SECOND_MS, until = sh_zone_next_change(z, from);
		int64_t at = local_ms - offset;

		if (at >= from && at < until) {
			*(found == 0 ? ret_first : ret_second) = at;
			found++;
		} else if (at >= until && until <= last && local_ms < until + sh_zone_offset(z, until) * SH_SECOND_MS) {
			moved = at;
			gap_end = until;
		}
		from = until;
	}
	if (found == 2)
		return SH_LOCAL_TWICE;
	if (found == 1) {
		*ret_second = *ret_first;
		return SH_LOCAL_ONCE;
	}
	*ret_first = moved;
	*ret_second = gap_end;
	return SH_LOCAL_NEVER;
}
