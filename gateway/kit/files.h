/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/files.h: whole files, read and written at once. Nothing here runs in the gateway's processes.
 */
#ifndef SH_KIT_FILES_H
#define SH_KIT_FILES_H

#include "gateway/base/arena.h"
#include "gateway/base/error.h"

/* A provider's answer may have 16 MiB; no sample needs more. */
#define SH_FILE_MAX ((size_t)16 << 20)

enum sh_status sh_file_read(struct sh_arena *, const char *path, struct sh_str *ret, struct sh_error *) SH_MUST_CHECK;
/* Written beside it and renamed, so that who is interrupted has the old file or the new one. */
enum sh_status sh_file_write(const char *path, struct sh_str text, struct sh_error *) SH_MUST_CHECK;
/* A new file; SH_ECONFLICT if there is one of that name. */
enum sh_status sh_file_make(const char *path, struct sh_str text, struct sh_error *) SH_MUST_CHECK;

#endif
