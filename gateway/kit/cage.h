/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/cage.h: a process that can compute and take memory, and nothing else: no file, no socket, no process, no sleep.
 *
 * A driver is pure, so it never notices. The keyholder's filter (server/confine.h) is another one for another purpose: it kills, and lets
 * the keyholder talk. This one tells: `*call` becomes the number of the first system call that was not allowed, and the process
 * ends with SH_CAGE_STATUS.
 */
#ifndef SH_KIT_CAGE_H
#define SH_KIT_CAGE_H

#include "gateway/base/error.h"

#define SH_CAGE_STATUS 97

/* While a driver is loaded: files may be read, as the linker must; nothing may be written, sent, started or ended. */
enum sh_status sh_cage_loading(volatile long *call, struct sh_error *) SH_MUST_CHECK;
/* Then, when all is open and loaded; standard error stays. */
enum sh_status sh_cage(volatile long *call, struct sh_error *) SH_MUST_CHECK;
/* The name of a system call, in text; a number if it has none. */
void sh_cage_name(long call, char text[64]);

#endif
