/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/error.h: errors are values.
 *
 * A function that can fail returns an enum sh_status, which says what the caller can do, and fills a struct
 * sh_error with a text that says what a person can do. It either returns an error or logs it, never both. Text
 * quotes the offending value, shortened; never a secret, never personal data.
 *
 *	if (n == 0)
 *		return sh_fail(e, SH_EABSENT, "no workspace %s", id);
 */
#ifndef SH_BASE_ERROR_H
#define SH_BASE_ERROR_H

#include "gateway/base/macro.h"

enum sh_status {
	SH_OK,
	SH_EINVALID,	/* the input is wrong: refuse it */
	SH_EABSENT,	/* there is no such thing */
	SH_ECONFLICT,	/* somebody was first, or it is not in the state for that */
	SH_EDENIED,	/* not allowed */
	SH_ETOOBIG,	/* past a limit */
	SH_EAGAIN,	/* not now: try later */
	SH_EUNKNOWN,	/* the outcome is unknown: it may have happened */
	SH_ESYSTEM	/* the machine, the database or the network failed */
};

struct sh_error {
	enum sh_status status;
	char text[512];
};

/* Fills *e (which may be NULL) and returns status, so that the path that failed is one line. */
enum sh_status sh_fail(struct sh_error *e, enum sh_status status, const char *fmt, ...) SH_PRINTF(3, 4);

/* Puts "context: " before the text that is there; returns e->status. */
enum sh_status sh_fail_in(struct sh_error *e, const char *fmt, ...) SH_PRINTF(2, 3);

#endif
