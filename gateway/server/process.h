/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * server/process.h: making clean processes.
 *
 * The master has no event loop of libevent's and handles signals by signalfd, so a child inherits no handler that
 * could fire in its parent and no epoll that it could disturb.
 */
#ifndef SH_SERVER_PROCESS_H
#define SH_SERVER_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/base/error.h"

/* What a child says by its exit status. */
enum {
	SH_EXIT_OK = 0,
	SH_EXIT_FAILED = 1,
	SH_EXIT_USAGE = 2,
	SH_EXIT_SETUP = 3 /* it could not begin, and will not be able to next time either; the log says why */
};

/*
 * Forks. The child has default handlers (SIGINT, SIGHUP and SIGPIPE ignored: the terminal speaks to the master alone),
 * no descriptor but 0 to 2 and those in keep, and gets death_signal when its parent dies. `process` is its name in
 * log lines. Returns as fork does.
 */
pid_t sh_process_fork(const char *process, int death_signal, const int *keep, size_t n);

/* No core files, no ptrace or /proc/PID/mem by others of the same uid, no set-user-ID programs; enough descriptors. */
void sh_process_harden(void);

/*
 * What it may allocate, address space and all: beyond it malloc fails, which ends a driver that allocates without end before the
 * machine is full. Under sanitizers nothing is limited; they reserve terabytes.
 */
void sh_process_limit_memory(int64_t bytes);
/* What a process has taken, resident; 0: unknown. */
int64_t sh_process_memory(pid_t);

/* From now on libevent and OpenSSL overwrite what they give back. Before either is used. */
void sh_process_forget(void);

/* Ends in words: "signal 11 (Segmentation fault)", "status 1". */
void sh_process_ending(int wait_status, char *out, size_t room);

/*
 * Makes the state folder (mode 0700) and, as root, gives it to the user and becomes that user for good. As anybody
 * else the user's name is ignored. Refuses what cannot be: no such user, root, a folder of somebody else's.
 */
enum sh_status sh_process_drop(const char *user, const char *state_dir, struct sh_error *) SH_MUST_CHECK;
/* Only becomes the user, for who looks and makes nothing. */
enum sh_status sh_process_become(const char *user, struct sh_error *) SH_MUST_CHECK;

/* Tells systemd, if it asked by $NOTIFY_SOCKET: "READY=1", "STOPPING=1", "RELOADING=1\nMONOTONIC_USEC=…". */
void sh_process_notify(const char *state);

#endif
