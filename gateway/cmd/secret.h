/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * cmd/secret.h: what must not stand on a command line, since everybody on the machine can read those.
 */
#ifndef SH_CMD_SECRET_H
#define SH_CMD_SECRET_H

#include "gateway/base/buf.h"
#include "gateway/base/error.h"

/*
 * All of the file, without the line's end, into *ret, which is initialised and for sh_buf_wipe. "-" is standard input; a terminal is
 * asked for `what` and does not show what is typed. SH_EINVALID: it cannot be read, is empty or past ret's ceiling.
 */
enum sh_status sh_secret_read(const char *file, const char *what, struct sh_buf *ret, struct sh_error *) SH_MUST_CHECK;

#endif
