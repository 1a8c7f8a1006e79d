/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* ingress/spool_log.c: see spool_log.h. Numbers are big-endian. */
#include "gateway/ingress/spool_log.h"

#include <string.h>

#include "gateway/base/text.h"
#include "gateway/crypto/digest.h"

#define LOG_MAGIC "SHSPOOL1"
#define LOG_MARK "SHE1"
#define LOG_BUCKETS 64
#define LOG_NAME_MAX 64

/* ---- writing ---- */

static void
log_number(uint8_t *out, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
}

static void
log_add_number(struct sh_buf *b, uint64_t v, size_t n)
{
	uint8_t bytes[8];

	log_number(bytes, v, n);
	sh_buf_add(b, bytes, n);
}

static void
log_add_str(struct sh_buf *b, struct sh_str s, size_t n)
{
	log_add_number(b, s.n, n);
	sh_buf_add(b, s.s, s.n);
}

/* Over what it stands for, the file and the place, then the bytes themselves. */
static void
log_check(const char *use, const struct sh_id *file, uint64_t at, struct sh_str bytes, uint8_t *out, size_t n)
{
	uint8_t place[8], whole[32];
	const struct sh_str parts[] = { { use, strlen(use) + 1 }, { (const char *)file->b, sizeof(file->b) },
		{ (const char *)place, sizeof(place) }, bytes };

	log_number(place, at, sizeof(place));
	sh_digest(SH_SHA256, parts, SH_LENGTH(parts), whole);
	memcpy(out, whole, n);
}

void
sh_spool_log_head(const struct sh_id *file, struct sh_buf *b)
{
	uint8_t check[8];

	log_check("head", file, 0, SH_STR(LOG_MAGIC), check, sizeof(check));
	sh_buf_add(b, LOG_MAGIC, sizeof(LOG_MAGIC) - 1);
	sh_buf_add(b, file->b, sizeof(file->b));
	sh_buf_add(b, check, sizeof(check));
}

void
sh_spool_log_content(const struct sh_inbox_row *rows, size_t n, struct sh_buf *b)
{
	assert(n >= 1 && n <= SH_SPOOL_ROWS);
	log_add_number(b, n, 1);
	for (const struct sh_inbox_row *r = rows; r < rows + n; r++) {
		log_add_number(b, (uint64_t)r->bucket, 1);
		log_add_number(b, r->final, 1);
		log_add_number(b, (uint64_t)r->received_ms, 8);
		sh_buf_add(b, r->tenant.b, 16);
		sh_buf_add(b, r->event.b, 16);
		sh_buf_add(b, r->workspace.b, 16);
		sh_buf_add(b, r->agent.b, 16);
		sh_buf_add(b, r->dedup, 16);
		sh_buf_add(b, r->call_index, 16);
		sh_buf_add(b, r->dial.b, 16);
		log_add_str(b, r->provider, 1);
		log_add_str(b, r->kind, 1);
		log_add_str(b, r->body, 4);
	}
}

void
sh_spool_log_record(const struct sh_id *file, size_t at, struct sh_str content, struct sh_buf *b)
{
	uint8_t frame[SH_SPOOL_FRAME];

	memcpy(frame, LOG_MARK, 4);
	log_number(frame + 4, content.n, 4);
	log_check("length", file, at, (struct sh_str){ (const char *)frame + 4, 4 }, frame + 8, 4);
	log_check("content", file, at, content, frame + 12, 16);
	sh_buf_add(b, frame, sizeof(frame));
	sh_buf_add_str(b, content);
}

/* ---- reading ---- */

struct log_rest {
	const uint8_t *b;
	size_t n;
	bool bad; /* more was wanted than there is */
};

/* The next n bytes; past the end none, and the content is bad. */
static const uint8_t *
log_take(struct log_rest *r, size_t n)
{
	const uint8_t *at = r->b;

	if (r->bad || r->n < n) {
		r->bad = true;
		return NULL;
	}
	r->b += n;
	r->n -= n;
	return at;
}

static uint64_t
log_take_number(struct log_rest *r, size_t n)
{
	const uint8_t *b = log_take(r, n);
	uint64_t v = 0;

	for (size_t i = 0; b && i < n; i++)
		v = v << 8 | b[i];
	return v;
}

static void
log_take_bytes(struct log_rest *r, uint8_t out[16])
{
	const uint8_t *b = log_take(r, 16);

	if (b)
		memcpy(out, b, 16);
}

static struct sh_str
log_take_str(struct log_rest *r, size_t n)
{
	size_t length = log_take_number(r, n);
	const uint8_t *b = log_take(r, length);

	return (struct sh_str){ (const char *)b, b ? length : 0 };
}

static bool
log_is_name(struct sh_str s)
{
	return s.s && s.n > 0 && s.n <= LOG_NAME_MAX && sh_text_is_utf8(s);
}

static bool
log_take_row(struct log_rest *c, struct sh_inbox_row *r)
{
	uint64_t final;

	*r = (struct sh_inbox_row){ 0 };
	r->bucket = (int)log_take_number(c, 1);
	final = log_take_number(c, 1);
	r->final = final == 1;
	r->received_ms = (int64_t)log_take_number(c, 8);
	log_take_bytes(c, r->tenant.b);
	log_take_bytes(c, r->event.b);
	log_take_bytes(c, r->workspace.b);
	log_take_bytes(c, r->agent.b);
	log_take_bytes(c, r->dedup);
	log_take_bytes(c, r->call_index);
	log_take_bytes(c, r->dial.b);
	r->provider = log_take_str(c, 1);
	r->kind = log_take_str(c, 1);
	r->body = log_take_str(c, 4);
	return !c->bad && r->bucket < LOG_BUCKETS && final <= 1 && log_is_name(r->provider) && log_is_name(r->kind) &&
	       r->body.n > 0;
}

/* Right to its last byte, or none. */
static bool
log_content(const uint8_t *b, size_t len, struct sh_inbox_row ret[SH_SPOOL_ROWS], size_t *ret_n)
{
	struct log_rest c = { b, len, false };
	size_t n = log_take_number(&c, 1);

	if (n < 1 || n > SH_SPOOL_ROWS)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!log_take_row(&c, &ret[i]))
			return false;
	*ret_n = n;
	return c.n == 0;
}

static bool
log_checks(
    const struct sh_spool_reader *r, const char *use, size_t at, const uint8_t *bytes, size_t len, const uint8_t *check, size_t n)
{
	uint8_t right[32];

	log_check(use, &r->file, at, (struct sh_str){ (const char *)bytes, len }, right, n);
	return memcmp(right, check, n) == 0;
}

enum log_place { LOG_WHOLE, LOG_SHORT, LOG_WRONG };

/* What stands at this place, and how long its content is. */
static enum log_place
log_look(const struct sh_spool_reader *r, size_t at, size_t *ret_len)
{
	const uint8_t *b = r->b + at;
	size_t left = r->n - at, len;

	if (memcmp(b, LOG_MARK, left < 4 ? left : 4) != 0)
		return LOG_WRONG;
	if (left < 12)
		return LOG_SHORT;
	len = (size_t)b[4] << 24 | (size_t)b[5] << 16 | (size_t)b[6] << 8 | b[7];
	if (!log_checks(r, "length", at, b + 4, 4, b + 8, 4) || len > SH_SPOOL_CONTENT_MAX)
		return LOG_WRONG;
	if (left < SH_SPOOL_FRAME || left - SH_SPOOL_FRAME < len)
		return LOG_SHORT;
	*ret_len = len;
	return log_checks(r, "content", at, b + SH_SPOOL_FRAME, len, b + 12, 16) ? LOG_WHOLE : LOG_WRONG;
}

static bool
log_is_zero(const uint8_t *b, size_t n)
{
	while (n > 0 && *b == 0) {
		b++;
		n--;
	}
	return n == 0;
}

/* To the next record behind a place that is none, or to the end. */
static void
log_skip(struct sh_spool_reader *r)
{
	const uint8_t *b = r->b + r->at;
	size_t len;

	do {
		b = memmem(b + 1, r->n - (size_t)(b + 1 - r->b), LOG_MARK, 4);
		if (!b) {
			r->at = r->n;
			return;
		}
		r->at = (size_t)(b - r->b);
	} while (log_look(r, r->at, &len) != LOG_WHOLE);
}

enum sh_spool_found
sh_spool_log_open(struct sh_spool_reader *r, const void *bytes, size_t n)
{
	static const char magic[] = LOG_MAGIC;

	*r = (struct sh_spool_reader){ .b = bytes, .n = n };
	if (n < SH_SPOOL_HEAD)
		return SH_SPOOL_TORN;
	memcpy(r->file.b, r->b + 8, sizeof(r->file.b));
	if (memcmp(r->b, magic, 8) != 0 || !log_checks(r, "head", 0, r->b, 8, r->b + 24, 8))
		return log_is_zero(r->b, n) ? SH_SPOOL_TORN : SH_SPOOL_DAMAGED;
	r->at = SH_SPOOL_HEAD;
	return SH_SPOOL_RECORD;
}

enum sh_spool_found
sh_spool_log_next(struct sh_spool_reader *r, struct sh_inbox_row ret[SH_SPOOL_ROWS], size_t *ret_n)
{
	size_t len = 0;

	if (r->at >= r->n)
		return SH_SPOOL_END;
	switch (log_look(r, r->at, &len)) {
	case LOG_SHORT:
		return SH_SPOOL_TORN;
	case LOG_WHOLE:
		if (log_content(r->b + r->at + SH_SPOOL_FRAME, len, ret, ret_n)) {
			r->at += SH_SPOOL_FRAME + len;
			return SH_SPOOL_RECORD;
		}
		r->at += SH_SPOOL_FRAME + len;
		return SH_SPOOL_DAMAGED;
	default:
		/* Where the machine died, a file may have grown without its bytes. */
		if (log_is_zero(r->b + r->at, r->n - r->at))
			return SH_SPOOL_TORN;
		log_skip(r);
		return SH_SPOOL_DAMAGED;
	}
}
