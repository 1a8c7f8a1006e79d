/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * http/frame.h: where does a request end, and may evhttp see it? Pure.
 *
 * evhttp is lenient where two readers of one connection can come to differ: two lengths, codings that it does not
 * know, values cut at a NUL, folded headers, bare line feeds, signs in chunk sizes. So each byte that a connection
 * receives passes a frame before evhttp reads it. The frame knows RFC 9112 in its strictest form, decides no
 * more than framing and limits, and keeps nothing but an unfinished line.
 *
 *	sh_frame_begin(f);
 *	step = sh_frame_feed(f, bytes, n, &used);	// again, until it is not MORE
 *
 * WHOLE: the request ended after `used` bytes; what follows is the next one's, after another begin. REFUSED: answer
 * with f->problem and f->why, close, and read no further.
 */
#ifndef SH_HTTP_FRAME_H
#define SH_HTTP_FRAME_H

#include <stdbool.h>

#include "gateway/base/buf.h"
#include "gateway/http/problem.h"

enum sh_frame_step { SH_FRAME_MORE, SH_FRAME_WHOLE, SH_FRAME_REFUSED };

struct sh_frame {
	size_t header_bytes, body_bytes;	/* the limits */
	enum {
		SH_FRAME_REQUEST_LINE,
		SH_FRAME_HEADER,
		SH_FRAME_BODY,
		SH_FRAME_CHUNK_SIZE,
		SH_FRAME_CHUNK_DATA,
		SH_FRAME_CHUNK_END,
		SH_FRAME_LAST,			/* the empty line after the last chunk */
		SH_FRAME_OVER
	} state;
	enum sh_frame_step step;
	struct sh_buf line;			/* what came of an unfinished line */
	size_t head;				/* bytes of request line and headers so far */
	uint64_t left;				/* of the body, or of this chunk */
	uint64_t body;				/* announced so far */
	unsigned nheaders, hosts, lengths, codings;
	struct sh_str method;			/* a constant; absent until it is known */
	bool minor_1;				/* HTTP/1.1, not 1.0 */
	bool close;				/* the client asked for it */
	enum sh_problem problem;
	const char *why;			/* a constant sentence for people */
};

void sh_frame_init(struct sh_frame *, size_t header_bytes, size_t body_bytes);
void sh_frame_clear(struct sh_frame *);
void sh_frame_begin(struct sh_frame *);
enum sh_frame_step sh_frame_feed(struct sh_frame *, const char *bytes, size_t n, size_t *ret_used);
/* Of the next n bytes takes those that need not be seen, a body's; returns how many. 0: a line is due, feed it. */
size_t sh_frame_count(struct sh_frame *, size_t n);

#endif
