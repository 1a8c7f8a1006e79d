/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/writer.c: JSON into a buffer. `open` is the stack of brackets, so that a wrong one is found where it is made.
 */
#include "gateway/base/writer.h"

#include "gateway/base/text.h"
#include "gateway/base/time.h"

void
sh_writer_init(struct sh_out *o, struct sh_buf *buf)
{
	*o = (struct sh_out){ .buf = buf };
}

/* What comes before a value: a comma in an array; in an object the key was just written. */
static void
writer_value(struct sh_out *o)
{
	bool object = o->depth > 0 && o->open[o->depth - 1] == '{';

	assert(object == o->key);
	assert(o->depth > 0 || !o->comma);	/* one value a text */
	if (o->comma && !object)
		sh_buf_add_char(o->buf, ',');
	o->key = false;
	o->comma = true;
}

void
sh_writer_open(struct sh_out *o, char bracket)
{
	assert(bracket == '{' || bracket == '[');
	assert(o->depth < sizeof(o->open));
	writer_value(o);
	o->open[o->depth++] = bracket;
	o->comma = false;
	sh_buf_add_char(o->buf, bracket);
}

void
sh_writer_close(struct sh_out *o, char bracket)
{
	assert(o->depth > 0 && !o->key);
	assert(bracket == (o->open[o->depth - 1] == '{' ? '}' : ']'));
	o->depth--;
	o->comma = true;
	sh_buf_add_char(o->buf, bracket);
}

static void
writer_escape(struct sh_buf *b, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";
	static const char names[32] = { ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't' };
	char out[6] = { '\\', 'u', '0', '0', digits[c >> 4], digits[c & 15] };

	if (c >= 0x20 || names[c]) {
		out[1] = c >= 0x20 ? (char)c : names[c];
		sh_buf_add(b, out, 2);
	} else
		sh_buf_add(b, out, 6);
}

/* Text that is known to be UTF-8: runs between escapes are copied whole. */
static void
writer_text(struct sh_buf *b, const char *s, size_t n)
{
	size_t run = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		sh_buf_add(b, s + run, i - run);
		writer_escape(b, c);
		run = i + 1;
	}
	sh_buf_add(b, s + run, n - run);
}

static void
writer_quote(struct sh_buf *b, struct sh_str s)
{
	sh_buf_add_char(b, '"');
	while (s.n > 0) {
		size_t good = sh_text_utf8_valid(s);

		writer_text(b, s.s, good);
		if (good == s.n)
			break;
		sh_buf_add_z(b, "\xef\xbf\xbd");
		s.s += good + 1;
		s.n -= good + 1;
	}
	sh_buf_add_char(b, '"');
}

void
sh_writer_key(struct sh_out *o, struct sh_str key)
{
	assert(o->depth > 0 && o->open[o->depth - 1] == '{' && !o->key);
	if (o->comma)
		sh_buf_add_char(o->buf, ',');
	writer_quote(o->buf, key);
	sh_buf_add_char(o->buf, ':');
	o->key = true;
}

void
sh_writer_str(struct sh_out *o, struct sh_str s)
{
	if (!s.s) {
		sh_writer_null(o);
		return;
	}
	writer_value(o);
	writer_quote(o->buf, s);
}

void
sh_writer_int(struct sh_out *o, int64_t v)
{
	char text[24], *at = text + sizeof(text);
	uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	do
		*--at = (char)('0' + rest % 10);
	while (rest /= 10);
	if (v < 0)
		*--at = '-';
	writer_value(o);
	sh_buf_add(o->buf, at, (size_t)(text + sizeof(text) - at));
}

void
sh_writer_bool(struct sh_out *o, bool v)
{
	writer_value(o);
	sh_buf_add_z(o->buf, v ? "true" : "false");
}

void
sh_writer_null(struct sh_out *o)
{
	writer_value(o);
	sh_buf_add_z(o->buf, "null");
}

void
sh_writer_raw(struct sh_out *o, struct sh_str json)
{
	writer_value(o);
	sh_buf_add_str(o->buf, json.n ? json : SH_STR("null"));
}

void
sh_writer_key_str(struct sh_out *o, const char *key, struct sh_str s)
{
	sh_writer_key(o, sh_str(key));
	sh_writer_str(o, s);
}

void
sh_writer_key_int(struct sh_out *o, const char *key, int64_t v)
{
	sh_writer_key(o, sh_str(key));
	sh_writer_int(o, v);
}

void
sh_writer_key_bool(struct sh_out *o, const char *key, bool v)
{
	sh_writer_key(o, sh_str(key));
	sh_writer_bool(o, v);
}

void
sh_writer_key_id(struct sh_out *o, const char *key, const struct sh_id *id)
{
	char text[37];

	if (id)
		sh_text_uuid_format(id->b, text);
	sh_writer_key_str(o, key, id ? sh_str(text) : SH_NONE);
}

void
sh_writer_key_time(struct sh_out *o, const char *key, int64_t ms)
{
	char text[32];

	if (ms)
		sh_time_format_rfc3339(ms, text);
	sh_writer_key_str(o, key, ms ? sh_str(text) : SH_NONE);
}

void
sh_writer_key_raw(struct sh_out *o, const char *key, struct sh_str json)
{
	sh_writer_key(o, sh_str(key));
	sh_writer_raw(o, json);
}
