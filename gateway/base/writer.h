/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/writer.h: writes JSON into a buffer. Commas and escapes are its business; nesting errors are assertions.
 */
#ifndef SH_BASE_WRITER_H
#define SH_BASE_WRITER_H

#include "gateway/base/buf.h"
#include "gateway/base/id.h"

struct sh_out {
	struct sh_buf *buf;
	uint8_t depth;
	bool comma, key;	/* a comma is due; a key was written */
	char open[64];
};

void sh_writer_init(struct sh_out *, struct sh_buf *);
void sh_writer_open(struct sh_out *, char bracket);	/* '{' or '[' */
void sh_writer_close(struct sh_out *, char bracket);	/* '}' or ']' */
void sh_writer_key(struct sh_out *, struct sh_str);
void sh_writer_str(struct sh_out *, struct sh_str);	/* absent: null; bad UTF-8 becomes U+FFFD */
void sh_writer_int(struct sh_out *, int64_t);
void sh_writer_bool(struct sh_out *, bool);
void sh_writer_null(struct sh_out *);
void sh_writer_raw(struct sh_out *, struct sh_str json);	/* copied as it is; absent or empty: null */

/* A member in one line. */
void sh_writer_key_str(struct sh_out *, const char *key, struct sh_str);
void sh_writer_key_int(struct sh_out *, const char *key, int64_t);
void sh_writer_key_bool(struct sh_out *, const char *key, bool);
void sh_writer_key_id(struct sh_out *, const char *key, const struct sh_id *);
void sh_writer_key_time(struct sh_out *, const char *key, int64_t ms);	/* RFC 3339; 0: null */
void sh_writer_key_raw(struct sh_out *, const char *key, struct sh_str json);

#endif
