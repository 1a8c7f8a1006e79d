/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/macro.h: the few macros that every file may use.
 *
 * None of them returns, allocates or logs. SH_CLEANUP is for synchronous scopes only: what waits for a callback
 * belongs to an arena or to an owner that is named in its struct's comment.
 */
#ifndef SH_BASE_MACRO_H
#define SH_BASE_MACRO_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define SH_LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define SH_MUST_CHECK __attribute__((warn_unused_result))
#define SH_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* Runs fn(&variable) when the variable's scope ends; SH_TAKE hands the value over and leaves NULL behind. */
#define SH_CLEANUP(fn) __attribute__((cleanup(fn)))
#define SH_TAKE(p) ({ __typeof__(p) taken_ = (p); (p) = NULL; taken_; })

#define SH_CONTAINER(p, type, member) ((type *)(void *)((char *)(p) - offsetof(type, member)))

/*
 * What passes through a void * proves itself on the other side. The struct's first field is `uint32_t magic`,
 * set by SH_MAGIC_SET(p, sh_dial) and zeroed by SH_MAGIC_CLEAR when the object dies; each type defines
 * SH_MAGIC_sh_dial as a number of its own.
 */
#define SH_MAGIC_SET(p, type) ((p)->magic = SH_MAGIC_##type)
#define SH_MAGIC_CLEAR(p) ((p)->magic = 0)
#define SH_OBJ(arg, type) ({ struct type *obj_ = (arg); assert(obj_ && obj_->magic == SH_MAGIC_##type); obj_; })

#endif
