/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * One of our own drivers, loaded for all tests of a program, with the facts about its provider in tests/drivers. The program says which
 * one before it includes this: OURS, its name; OURS_FILES, where its samples are, if that is not its folder.
 */
#ifndef SH_TEST_DRIVER_OURS_H
#define SH_TEST_DRIVER_OURS_H

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "gateway/base/encode.h"
#include "gateway/base/log.h"
#include "gateway/base/reader.h"
#include "gateway/crypto/digest.h"
#include "gateway/driver/call.h"

#define OURS_DIR SH_SRCDIR "/tests/drivers/" OURS
#ifndef OURS_FILES
#define OURS_FILES OURS_DIR
#endif

static const struct sh_driver_loaded *ours;
static struct sh_drivers *ours_set;
static json_object *ours_vectors;

static inline int
ours_setup(void **state)
{
	struct sh_error e;

	(void)state;
	sh_log_set_level(SH_LOG_ERROR);
	ours_vectors = json_object_from_file(OURS_DIR "/" OURS "-vectors.json");
	assert_non_null(ours_vectors);
	if (sh_drivers_load_file(SH_BUILDDIR "/drivers/" OURS "/.libs/switchhook-" OURS ".so", &ours_set, &e) != SH_OK)
		fail_msg("%s", e.text);
	ours = sh_drivers_at(ours_set, 0);
	if (ours->refused)
		fail_msg("%s", ours->refused);
	return 0;
}

static inline int
ours_teardown(void **state)
{
	(void)state;
	json_object_put(ours_vectors);
	sh_drivers_free(ours_set);
	return 0;
}

/* A member that is a text; NULL: there is none. */
static inline const char *
ours_get(json_object *o, const char *key)
{
	json_object *v = json_object_object_get(o, key);

	return v ? json_object_get_string(v) : NULL;
}

static inline struct sh_str
ours_file(struct sh_arena *a, const char *name)
{
	char path[PATH_MAX];
	size_t n;
	char *p;
	FILE *f;

	snprintf(path, sizeof(path), OURS_FILES "/%s", name);
	f = fopen(path, "r");
	assert_non_null(f);
	p = sh_arena_alloc(a, 1 << 20);
	n = fread(p, 1, 1 << 20, f);
	fclose(f);
	return (struct sh_str){ p, n };
}

static inline const struct sh_account *
ours_account(struct sh_arena *a, const char *settings)
{
	const struct sh_json *stored = sh_reader_parse(a, sh_str(settings), NULL);
	const struct sh_account *account = sh_driver_account(a, ours, &stored, 1, 0);

	assert_non_null(stored);
	assert_non_null(account);
	return account;
}

#endif
