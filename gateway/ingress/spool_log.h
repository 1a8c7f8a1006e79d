/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * ingress/spool_log.h: the bytes of a file of the spool. No file is touched here.
 *
 *	head	"SHSPOOL1", the file's id (16), check (8)
 *	record	"SHE1", length (4), check of the length (4), check of the content (16), content
 *
 * A record is the events of one delivery as their inbox rows, bodies sealed. Checks are the first bytes of SHA-256; those of a
 * record also cover the file's id and the record's place in it, so that a piece of another file, or of this one at another place,
 * is none. They are against faults, not against malice: who can write here can write to the embedded database, too.
 *
 * Nothing is appended to a file that another run began. So a file that was cut short, at whatever byte, ends in a piece of one
 * record that nobody was promised; anything else that does not read is damage, and is told from that.
 */
#ifndef SH_INGRESS_SPOOL_LOG_H
#define SH_INGRESS_SPOOL_LOG_H

#include "gateway/base/buf.h"
#include "gateway/store/inbox.h"

#define SH_SPOOL_HEAD 32
#define SH_SPOOL_FRAME 28
#define SH_SPOOL_ROWS 64 /* of one delivery */
#define SH_SPOOL_CONTENT_MAX ((size_t)20 << 20)

void sh_spool_log_head(const struct sh_id *file, struct sh_buf *);
/* Writes the rows as a record's content. */
void sh_spool_log_content(const struct sh_inbox_row *, size_t n, struct sh_buf *);
/* Writes the record that is to stand at this place of the file. */
void sh_spool_log_record(const struct sh_id *file, size_t at, struct sh_str content, struct sh_buf *);

enum sh_spool_found {
	SH_SPOOL_RECORD,
	SH_SPOOL_DAMAGED, /* some bytes were no record; behind them it may go on */
	SH_SPOOL_TORN, /* the rest is a piece of a record, or zeros: it was never finished */
	SH_SPOOL_END
};

struct sh_spool_reader {
	const uint8_t *b;
	size_t n, at;
	struct sh_id file;
};

/* SH_SPOOL_RECORD: the head was read. TORN: too short to have held a record. DAMAGED: this is no file of the spool. */
enum sh_spool_found sh_spool_log_open(struct sh_spool_reader *, const void *bytes, size_t n);
/* The next record's rows, whose strings stand in the reader's bytes. Each answer but END and TORN moves on. */
enum sh_spool_found sh_spool_log_next(struct sh_spool_reader *, struct sh_inbox_row ret[SH_SPOOL_ROWS], size_t *ret_n);

#endif
