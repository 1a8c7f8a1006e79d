/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/skeleton.h: the beginning of a driver, which builds and is correct: `switchhook driver new`.
 *
 * The files are those of kit/skeleton/, in which @name@, @NAME@, @Title@ and @dash@ (for names of hosts) stand for the driver's.
 */
#ifndef SH_KIT_SKELETON_H
#define SH_KIT_SKELETON_H

#include "gateway/base/error.h"

/* Makes the folder and writes into it. A folder that is there already is refused. */
enum sh_status sh_skeleton_new(const char *name, const char *dir, struct sh_error *) SH_MUST_CHECK;

#endif
