/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * driver/board.h: which driver runs where, and which are in quarantine: pages that one gateway's processes share.
 *
 * A worker notes driver and function before it calls one (sh_board_enter), so that its death or its silence has a name. The
 * master counts the deaths in each driver's file; three within a minute, or twelve within an hour (a poisoned event
 * comes back at its lease, not at once), put that file in quarantine. Every worker sees that in the page before it calls the
 * driver, without being told: its webhooks answer 503, its callbacks wait, requests for it get a problem.
 *
 * A driver that frees less than it allocates fills its worker in the end. What each one's runs keep is counted (base/heap.h), and the
 * one that keeps most stands beside who is inside. A worker that has reached limits.memory drains; if that driver keeps at least
 * half of what the worker grew by, it is named. The second time within an hour puts it in quarantine, where a worker that lasted
 * longer than an hour does not count: to replace one now and then costs nobody a request, so a slow leak is no reason to stop a
 * provider; a quick one has every worker drain, and its successor beside it, again and again. A cache with a bound is
 * no leak: it stops growing long before it is half of a worker.
 *
 * What is in quarantine is a file, known by a hash of its bytes: a reload that finds another one under the name runs it. The
 * state lives as long as the master. sh_board_release lifts it by hand, in every worker of this gateway at once.
 *
 * One writer of a row, the master; a worker counts `released` up, and cannot write anything else of it (sh_board_protect): a driver
 * that writes where it should not ends in its own name. What the master decides by is in its own memory anyway. Before sh_board_share
 * (tests, CLI) the page is this process's own.
 */
#ifndef SH_DRIVER_BOARD_H
#define SH_DRIVER_BOARD_H

#include "gateway/base/buf.h"
#include "gateway/base/error.h"
#include "gateway/driver/load.h"

/* ---- who is inside ---- */

#define SH_BOARD_NAME 40 /* a driver's name has 32 characters at most, a function's fewer */

/* One a process, in memory that the master sees. */
struct sh_driver_inside {
	char driver[SH_BOARD_NAME], function[SH_BOARD_NAME];
	uint64_t file;
	int64_t since_ms; /* elapsed clock; 0: not inside */
};

/* Of the drivers of one process the one that keeps most of what it allocated. Beside it. */
struct sh_driver_keeper {
	char driver[SH_BOARD_NAME];
	uint64_t file;
	int64_t bytes; /* 0: none */
};

/* Where this process notes it. NULL (tests, CLI): nowhere. */
void sh_board_watch(struct sh_driver_inside *, struct sh_driver_keeper *);
void sh_board_enter(const char *driver, const char *function, uint64_t file);
void sh_board_leave(void);
/* After each run. */
void sh_board_keeps(const struct sh_driver_loaded *);

/* ---- the master ---- */

/* Called once, before it forks. */
enum sh_status sh_board_share(struct sh_error *) SH_MUST_CHECK;
/* In a process that calls drivers. */
void sh_board_protect(void);
/* A process died inside; true: that was one too many, and the driver is in quarantine from now on. */
bool sh_board_died(const struct sh_driver_inside *, int64_t now_ms);

/* A copy of what the process notes meanwhile, or none (bytes 0); nothing in it leads beyond it, whatever was written there. */
void sh_board_keeper(const struct sh_driver_keeper *, struct sh_driver_keeper *ret);
/* Is it this driver's doing that a process grew from so much to so much? */
bool sh_board_filled(const struct sh_driver_keeper *, int64_t began_bytes, int64_t bytes);
/* It was, and the process lasted so long; true: that was one too many, as above. */
bool sh_board_full(const struct sh_driver_keeper *, int64_t lasted_ms, int64_t now_ms);

/* ---- everybody ---- */

enum sh_board_why { SH_BOARD_DEATHS, SH_BOARD_MEMORY };

struct sh_board_state {
	bool closed; /* in quarantine */
	enum sh_board_why why;
	int64_t deaths, fills; /* since the master began, under this name: workers that died inside, workers that it filled */
	int64_t since_ms; /* elapsed clock: of the last quarantine; 0: never */
	char function[SH_BOARD_NAME]; /* inside which a worker died last */
};

/* Of this file under this name: deaths of an earlier file are counted, its quarantine is not. */
struct sh_board_state sh_board_state(const char *name, uint64_t file);
const char *sh_board_why_name(enum sh_board_why); /* "deaths", "memory" */
/* A word in time of a request: may this driver be called? */
bool sh_board_closed(const struct sh_driver_loaded *);
/* false: no driver of that name is in quarantine. */
bool sh_board_release(struct sh_str name);

/* A call of this driver's provider ended for a reason that the driver does not know. */
void sh_board_unknown_reason(struct sh_str driver);

/* The metrics that have a driver for a label, of each in the set, as sh_metric_write writes. */
void sh_board_metrics(const struct sh_drivers *, struct sh_buf *);

#endif
