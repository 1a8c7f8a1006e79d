/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * A small machine over lines and counted bytes. Lines that lie whole in what was fed are read in place; only an
 * unfinished one is copied, because evhttp takes the bytes away line by line.
 */
#include "gateway/http/frame.h"

#include "gateway/base/text.h"

#define FRAME_HEADERS 100	/* lines; a browser sends about 20 */
#define FRAME_CHUNK_LINE 32	/* no chunk extension is of use to us, and evhttp cannot read them */

/* RFC 9110 5.6.2 */
static const bool frame_token[256] = {
	['0' ... '9'] = true, ['a' ... 'z'] = true, ['A' ... 'Z'] = true,
	['!'] = true, ['#'] = true, ['$'] = true, ['%'] = true, ['&'] = true, ['\''] = true, ['*'] = true, ['+'] = true,
	['-'] = true, ['.'] = true, ['^'] = true, ['_'] = true, ['`'] = true, ['|'] = true, ['~'] = true,
};

static const struct {
	const char *name;
	bool allowed;
} frame_methods[] = {
	{ "GET", true }, { "HEAD", true }, { "POST", true }, { "PUT", true }, { "PATCH", true }, { "DELETE", true },
	{ "OPTIONS", false }, { "TRACE", false }, { "CONNECT", false },
};

static void
frame_refuse(struct sh_frame *f, enum sh_problem problem, const char *why)
{
	if (f->step == SH_FRAME_REFUSED)
		return;
	f->step = SH_FRAME_REFUSED;
	f->state = SH_FRAME_OVER;
	f->problem = problem;
	f->why = why;
}

static void
frame_bad(struct sh_frame *f, const char *why)
{
	frame_refuse(f, SH_PROBLEM_bad_request, why);
}

static void
frame_whole(struct sh_frame *f)
{
	f->state = SH_FRAME_OVER;
	f->step = SH_FRAME_WHOLE;
}

static bool
frame_is_token(struct sh_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!frame_token[(unsigned char)s.s[i]])
			return false;
	return s.n > 0;
}

static struct sh_str
frame_trim(struct sh_str s)
{
	while (s.n > 0 && (s.s[0] == ' ' || s.s[0] == '\t'))
		s.s++, s.n--;
	while (s.n > 0 && (s.s[s.n - 1] == ' ' || s.s[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* Only what begins with one '/': an absolute target makes evhttp take us for a proxy, "//" makes it see a host. */
static void
frame_target(struct sh_frame *f, struct sh_str target)
{
	if (target.n == 0 || target.s[0] != '/' || (target.n > 1 && target.s[1] == '/')) {
		frame_bad(f, "The request's target must begin with one slash.");
		return;
	}
	for (size_t i = 0; i < target.n; i++) {
		unsigned char c = (unsigned char)target.s[i];
		if (c <= 0x20 || c >= 0x7f || c == '#') {
			frame_bad(f, "The request's target holds a character that must be percent-encoded.");
			return;
		}
	}
}

static void
frame_request_line(struct sh_frame *f, struct sh_str line)
{
	const char *end = line.s + line.n;
	const char *one = memchr(line.s, ' ', line.n);
	const char *two = one ? memchr(one + 1, ' ', (size_t)(end - one - 1)) : NULL;
	if (!two) {
		frame_bad(f, "The request line is not a method, a target and a version with one space between each.");
		return;
	}
	struct sh_str method = { line.s, (size_t)(one - line.s) };
	struct sh_str version = { two + 1, (size_t)(end - two - 1) };
	f->minor_1 = sh_str_is(version, "HTTP/1.1");
	if (!frame_is_token(method) || (!f->minor_1 && !sh_str_is(version, "HTTP/1.0"))) {
		frame_bad(f, "The method is not a token, or the version is neither 1.1 nor 1.0.");
		return;
	}

	size_t m = 0;
	while (m < SH_LENGTH(frame_methods) && !sh_str_is(method, frame_methods[m].name))
		m++;
	if (m == SH_LENGTH(frame_methods)) {
		frame_refuse(f, SH_PROBLEM_not_implemented, "There is no such method.");
		return;
	}
	f->method = sh_str(frame_methods[m].name);
	if (!frame_methods[m].allowed) {
		frame_refuse(f, SH_PROBLEM_method_not_allowed, "This method is not used here.");
		return;
	}
	frame_target(f, (struct sh_str){ one + 1, (size_t)(two - one - 1) });
	f->state = f->step == SH_FRAME_MORE ? SH_FRAME_HEADER : SH_FRAME_OVER;
}

static void
frame_content_length(struct sh_frame *f, struct sh_str value)
{
	if (f->lengths++ > 0)
		frame_bad(f, "Content-Length stands there twice.");
	if (value.n == 0 || value.n > 15)
		frame_bad(f, "Content-Length is not a number of bytes.");
	for (size_t i = 0; i < value.n && i < 15; i++) {
		if (value.s[i] < '0' || value.s[i] > '9')
			frame_bad(f, "Content-Length is not a number of bytes.");
		f->left = f->left * 10 + (uint64_t)(value.s[i] - '0');
	}
}

static void
frame_transfer_encoding(struct sh_frame *f, struct sh_str value)
{
	if (f->codings++ > 0 || !sh_text_equal_nocase(value, SH_STR("chunked")))
		frame_bad(f, "The only transfer coding is \"chunked\", once.");
}

static void
frame_host(struct sh_frame *f, struct sh_str value)
{
	bool good = value.n > 0;
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.s[i];
		good &= frame_token[c] || c == ':' || c == '[' || c == ']';
	}
	if (!good || f->hosts++ > 0)
		frame_bad(f, "Host must name one host, once.");
}

static void
frame_expect(struct sh_frame *f, struct sh_str value)
{
	if (!sh_text_equal_nocase(value, SH_STR("100-continue")))
		frame_refuse(f, SH_PROBLEM_expectation_failed, "The only expectation that can be met is 100-continue.");
}

static void
frame_connection(struct sh_frame *f, struct sh_str value)
{
	while (value.n > 0) {
		const char *comma = memchr(value.s, ',', value.n);
		size_t n = comma ? (size_t)(comma - value.s) : value.n;
		f->close |= sh_text_equal_nocase(frame_trim((struct sh_str){ value.s, n }), SH_STR("close"));
		n += comma != NULL;
		value.s += n;
		value.n -= n;
	}
}

static const struct {
	const char *name;
	void (*read)(struct sh_frame *, struct sh_str value);
} frame_headers[] = {
	{ "content-length", frame_content_length },
	{ "transfer-encoding", frame_transfer_encoding },
	{ "host", frame_host },
	{ "expect", frame_expect },
	{ "connection", frame_connection },
};

static void
frame_header(struct sh_frame *f, struct sh_str line)
{
	const char *colon = memchr(line.s, ':', line.n);
	struct sh_str name = { line.s, colon ? (size_t)(colon - line.s) : 0 };
	if (!frame_is_token(name)) {
		frame_bad(f, "A header line is folded, or its name is not a token followed by a colon.");
		return;
	}
	for (const char *c = colon + 1; c < line.s + line.n; c++) {
		if (((unsigned char)*c < 0x20 && *c != '\t') || *c == 0x7f) {
			frame_bad(f, "A header's value holds a control character.");
			return;
		}
	}
	if (++f->nheaders > FRAME_HEADERS) {
		frame_refuse(f, SH_PROBLEM_headers_too_large, "There are too many headers.");
		return;
	}

	struct sh_str value = frame_trim((struct sh_str){ colon + 1, line.n - name.n - 1 });
	for (size_t i = 0; i < SH_LENGTH(frame_headers); i++)
		if (sh_text_equal_nocase(name, sh_str(frame_headers[i].name)))
			frame_headers[i].read(f, value);
}

static void
frame_head_end(struct sh_frame *f)
{
	if (f->minor_1 && f->hosts == 0)
		frame_bad(f, "Host is missing.");
	if (f->codings > 0 && (f->lengths > 0 || !f->minor_1))
		frame_bad(f, "Transfer-Encoding goes neither with Content-Length nor with HTTP/1.0.");
	if (sh_str_is(f->method, "HEAD") && (f->codings > 0 || f->left > 0))
		frame_bad(f, "HEAD has no body.");
	if (f->left > f->body_bytes)
		frame_refuse(f, SH_PROBLEM_too_large, "The body is larger than what is accepted here.");
	if (f->step != SH_FRAME_MORE)
		return;
	f->body = f->left;
	if (f->codings > 0)
		f->state = SH_FRAME_CHUNK_SIZE;
	else if (f->left > 0)
		f->state = SH_FRAME_BODY;
	else
		frame_whole(f);
}

static void
frame_chunk_size(struct sh_frame *f, struct sh_str line)
{
	uint64_t size = 0;
	bool good = line.n > 0 && line.n <= 15;
	for (size_t i = 0; good && i < line.n; i++) {
		char c = line.s[i], l = (char)(c | 0x20);
		good = (c >= '0' && c <= '9') || (l >= 'a' && l <= 'f');
		size = size * 16 + (uint64_t)(c <= '9' ? c - '0' : l - 'a' + 10);
	}
	if (!good) {
		frame_bad(f, "A chunk's size is not a plain hexadecimal number.");
		return;
	}
	f->body += size;
	if (f->body > f->body_bytes)
		frame_refuse(f, SH_PROBLEM_too_large, "The body is larger than what is accepted here.");
	else
		f->state = size > 0 ? SH_FRAME_CHUNK_DATA : SH_FRAME_LAST;
	f->left = size;
}

/* One line without its CR LF. */
static void
frame_line(struct sh_frame *f, struct sh_str line)
{
	switch (f->state) {
	case SH_FRAME_REQUEST_LINE:
		frame_request_line(f, line);
		return;
	case SH_FRAME_HEADER:
		if (line.n > 0)
			frame_header(f, line);
		else
			frame_head_end(f);
		return;
	case SH_FRAME_CHUNK_SIZE:
		frame_chunk_size(f, line);
		return;
	case SH_FRAME_CHUNK_END:
		f->state = SH_FRAME_CHUNK_SIZE;
		if (line.n > 0)
			frame_bad(f, "A chunk is longer than its size.");
		return;
	case SH_FRAME_LAST:
		if (line.n > 0)
			frame_bad(f, "Trailers are not taken.");
		else
			frame_whole(f);
		return;
	case SH_FRAME_BODY:
	case SH_FRAME_CHUNK_DATA:
	case SH_FRAME_OVER:
		break;
	}
	assert(!"bytes that are counted have no lines");
}

/* Takes bytes up to and with the next line feed; all of them if there is none. */
static size_t
frame_feed_line(struct sh_frame *f, const char *s, size_t n)
{
	const char *lf = memchr(s, '\n', n);
	size_t used = lf ? (size_t)(lf - s) + 1 : n;
	bool head = f->state == SH_FRAME_REQUEST_LINE || f->state == SH_FRAME_HEADER;
	if (head && (f->head += used) > f->header_bytes) {
		frame_refuse(f, SH_PROBLEM_headers_too_large, "The request line and headers are too long.");
		return used;
	}
	if (!head && f->line.n + used > FRAME_CHUNK_LINE) {
		frame_bad(f, "A chunk's size is not a plain hexadecimal number.");
		return used;
	}

	struct sh_str line = { s, used };
	if (!lf || f->line.n > 0) {
		sh_buf_add(&f->line, s, used);
		line = sh_buf_str(&f->line);
	}
	if (f->line.failed) {
		frame_refuse(f, SH_PROBLEM_headers_too_large, "The request line and headers are too long.");
		return used;
	}
	if (!lf)
		return used;

	f->line.n = 0;
	if (line.n < 2 || line.s[line.n - 2] != '\r')
		frame_bad(f, "A line does not end in CR LF.");
	else if (memchr(line.s, '\r', line.n - 2) || memchr(line.s, '\0', line.n - 2))
		frame_bad(f, "A line holds a control character.");
	else
		frame_line(f, (struct sh_str){ line.s, line.n - 2 });
	return used;
}

void
sh_frame_init(struct sh_frame *f, size_t header_bytes, size_t body_bytes)
{
	*f = (struct sh_frame){ .header_bytes = header_bytes, .body_bytes = body_bytes };
	sh_buf_init(&f->line, header_bytes + FRAME_CHUNK_LINE);
	sh_frame_begin(f);
}

void
sh_frame_clear(struct sh_frame *f)
{
	sh_buf_clear(&f->line);
}

void
sh_frame_begin(struct sh_frame *f)
{
	struct sh_frame next = { .header_bytes = f->header_bytes, .body_bytes = f->body_bytes };
	sh_buf_clear(&f->line);
	sh_buf_init(&next.line, f->header_bytes + FRAME_CHUNK_LINE);
	*f = next;
}

size_t
sh_frame_count(struct sh_frame *f, size_t n)
{
	if (f->state != SH_FRAME_BODY && f->state != SH_FRAME_CHUNK_DATA)
		return 0;
	size_t take = f->left < n ? (size_t)f->left : n;
	f->left -= take;
	if (f->left == 0 && f->state == SH_FRAME_BODY)
		frame_whole(f);
	else if (f->left == 0)
		f->state = SH_FRAME_CHUNK_END;
	return take;
}

enum sh_frame_step
sh_frame_feed(struct sh_frame *f, const char *s, size_t n, size_t *ret_used)
{
	size_t used = 0;
	while (used < n && f->state != SH_FRAME_OVER) {
		size_t counted = sh_frame_count(f, n - used);
		used += counted > 0 ? counted : frame_feed_line(f, s + used, n - used);
	}
	if (f->state == SH_FRAME_OVER)
		sh_buf_clear(&f->line);
	*ret_used = used;
	return f->step;
}
