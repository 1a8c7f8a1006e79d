/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* kit/private.h: what golden.c and golden_read.c share. */
#ifndef SH_KIT_PRIVATE_H
#define SH_KIT_PRIVATE_H

#include <dirent.h>

#include "gateway/kit/golden.h"

#define GOLDEN_LINES 128

/* A file's lines "word value" up to the first empty one. */
struct golden_lines {
	const char *file;
	struct sh_pair at[GOLDEN_LINES];
	unsigned number[GOLDEN_LINES]; /* of each in its file, from 1 */
	size_t n;
};

struct golden_used {
	struct golden_used *next;
	struct sh_str name;
};

struct sh_golden_set {
	struct sh_arena *arena;
	const struct sh_driver_loaded *driver;
	const char *dir, *samples;
	struct dirent **files;
	int nfiles;
	struct golden_lines defaults;
	struct golden_used *used;
};

/* *ret_end is where what follows the empty line begins. */
enum sh_status golden_split(
    struct sh_arena *, struct golden_lines *, struct sh_str text, size_t *ret_end, struct sh_error *) SH_MUST_CHECK;
/* Has the driver such settings, and can they be set so? The first line that says otherwise is named. */
enum sh_status golden_check_settings(const struct golden_lines *, const struct sh_driver_loaded *, struct sh_error *) SH_MUST_CHECK;
struct sh_str golden_find(const struct golden_lines *, const char *word);

#endif
