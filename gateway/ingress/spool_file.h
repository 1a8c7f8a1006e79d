/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * ingress/spool_file.h: the files of the spool, and their folder.
 *
 *	ID.spool	records; locked by the worker that writes or delivers it
 *	ID.new		being made; holds nothing yet
 *	ID.refused	delivered but for what was damaged or did not fit the database: kept for a person to look at
 *
 * ID is a UUIDv7, so names sort by time. The lock is flock(2) on the file itself: it ends with the process, however that ends, and
 * whoever gets it then is the one worker that delivers what is left.
 */
#ifndef SH_INGRESS_SPOOL_FILE_H
#define SH_INGRESS_SPOOL_FILE_H

#include <sys/queue.h>
#include <sys/types.h>

#include "gateway/base/error.h"
#include "gateway/base/id.h"
#include "gateway/ingress/spool_log.h"

#define SH_SPOOL_FILE_BYTES ((size_t)8 << 20) /* from here on the next file is begun */
#define SH_SPOOL_FILE_MOST (SH_SPOOL_FILE_BYTES + SH_SPOOL_CONTENT_MAX + (1 << 20))

struct sh_spool_file {
	TAILQ_ENTRY(sh_spool_file) link;
	struct sh_id id;
	char name[48];
	int fd; /* -1: not made yet */
	size_t size; /* to the end of the last record that was written whole */
	bool entered; /* the folder's entry is on the disk */
};
TAILQ_HEAD(sh_spool_files, sh_spool_file);

/* The folder must belong to this user and to nobody else. */
enum sh_status sh_spool_folder_check(const char *path, uid_t, struct sh_error *) SH_MUST_CHECK;
/* Makes it if it is not there. The descriptor. */
enum sh_status sh_spool_folder_open(const char *path, int *ret, struct sh_error *) SH_MUST_CHECK;
/* Bytes of all files in it, whosever they are. */
size_t sh_spool_folder_bytes(int folder);
/* Takes the files that nobody has, oldest first, to the end of the list; says once of each what is none of ours. */
void sh_spool_folder_adopt(int folder, struct sh_spool_files *, bool say);

/* One that is still to be made: an id, and nothing on the disk. */
struct sh_spool_file *sh_spool_file_new(int64_t now_ms);
/* Makes it, empty and locked. These two touch the disk and nothing else, so that a thread may call them; 0 or an errno. */
int sh_spool_file_make(int folder, struct sh_spool_file *);
/* Writes at the end, all or nothing; the size is for the caller to add up. */
int sh_spool_file_write(const struct sh_spool_file *, struct sh_str);
/* All its bytes, from malloc. */
enum sh_status sh_spool_file_load(const struct sh_spool_file *, uint8_t **ret, size_t *ret_n, struct sh_error *) SH_MUST_CHECK;
int64_t sh_spool_file_began_ms(const struct sh_spool_file *);

/* Closes and frees it: the next worker finds it. */
void sh_spool_file_leave(struct sh_spool_file *);
/* The same, after removing or renaming it. */
void sh_spool_file_remove(int folder, struct sh_spool_file *);
void sh_spool_file_refuse(int folder, struct sh_spool_file *);

#endif
