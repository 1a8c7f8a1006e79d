/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * http/router.h: finds the row of a route table. Pure.
 *
 * A path is written "/v1/numbers/{id}/customer". A segment in braces matches one segment, percent-decoded, not
 * empty. Literal segments win over braces. The answer says whether the path is known at all (404 or 405).
 */
#ifndef SH_HTTP_ROUTER_H
#define SH_HTTP_ROUTER_H

#include "gateway/base/arena.h"

enum sh_verb { SH_GET = 1, SH_POST = 2, SH_PUT = 4, SH_PATCH = 8, SH_DELETE = 16, SH_HEAD = 32 };

#define SH_ROUTER_PARAMS 4

struct sh_router_row {
	enum sh_verb verb;
	const char *path;
};

struct sh_router_match {
	int row;			/* -1: none */
	unsigned allowed;		/* verbs that this path knows, for 405 */
	int nparams;
	struct sh_str param[SH_ROUTER_PARAMS];	/* in order of the braces, decoded */
};

/* rows: n of them, each beginning `stride` bytes after the one before. HEAD finds GET's row. */
struct sh_router_match sh_router_find(const struct sh_router_row *rows, size_t stride, size_t n, struct sh_str method, struct sh_str path,
    struct sh_arena *);

#endif
