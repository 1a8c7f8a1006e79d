/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * server/keyholder.h: the only process that has the key-encryption key.
 *
 * It listens to nothing but its control socket, over which the master hands it one end of a socket pair for each
 * worker, and to those ends. It ends when the control socket has closed and the last worker has gone, so a
 * draining worker has its keys to the last.
 */
#ifndef SH_SERVER_KEYHOLDER_H
#define SH_SERVER_KEYHOLDER_H

#include <stdatomic.h>

#include "gateway/base/error.h"

/* The process: opens the key (file NULL: systemd's credential), gives up its system calls, sets *ready, serves. Returns what it must
 * _exit with: what else exit does may need calls that are gone. */
int sh_keyholder_run(const char *key_file, int control, atomic_int *ready);

/* The master's side: passes fd to the keyholder; the caller still closes its own copy. */
enum sh_status sh_keyholder_pass(int control, int fd, struct sh_error *) SH_MUST_CHECK;

#endif
