/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * server/confine.h: the few system calls that the keyholder has left.
 *
 * Whoever takes the keyholder over has the key-encryption key. What he cannot do is carry it away otherwise than by the sockets
 * that are open: no file, no other socket, no program, no other process's memory, no memory that is executable. The first call
 * that is not in the table of confine.c ends the process with SIGSYS; the master says so and starts another one.
 *
 * Call it when everything was opened and loaded that will ever be needed. There is no way back, for children neither.
 */
#ifndef SH_SERVER_CONFINE_H
#define SH_SERVER_CONFINE_H

#include "gateway/base/error.h"

enum sh_status sh_confine(struct sh_error *) SH_MUST_CHECK;

#endif
