/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Each row is fed whole, byte by byte and in two halves: where the reads fall must not matter.
 */
#include "gateway/http/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define H "Host: a\r\n"
#define POST "POST / HTTP/1.1\r\n" H
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

struct row {
	const char *what;
	struct sh_str bytes;	/* up to the request's end; after WHOLE, rows with more say so in extra */
	int status;		/* 0: whole; -1: more is needed */
	size_t extra;		/* bytes after the end */
};

#define ROW(what_, bytes_, ...) { .what = (what_), .bytes = SH_STR(bytes_), __VA_ARGS__ }

static const struct row rows[] = {
	/* good */
	ROW("the least", "GET / HTTP/1.1\r\n" H "\r\n"),
	ROW("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n"),
	ROW("a query", "GET /a?b=%20c HTTP/1.1\r\n" H "\r\n"),
	ROW("no blank after the colon", "GET / HTTP/1.1\r\nHost:a\r\n\r\n"),
	ROW("a port, IPv6", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n"),
	ROW("a body", POST "Content-Length: 5\r\n\r\nhello"),
	ROW("bytes of a body are its own", POST "Content-Length: 5\r\n\r\n\0\r\n\n\r"),
	ROW("a body of nothing", POST "Content-Length: 0\r\n\r\n"),
	ROW("as large as may be", POST "Content-Length: 32\r\n\r\n01234567890123456789012345678901"),
	ROW("chunks", CHUNKED "5\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\n"),
	ROW("Chunked", POST "transfer-encoding: Chunked\r\n\r\n0\r\n\r\n"),
	ROW("expectation", POST "Expect: 100-Continue\r\nContent-Length: 2\r\n\r\nhi"),
	ROW("HEAD, length 0", "HEAD / HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n"),
	ROW("bytes above ASCII in a value", "GET / HTTP/1.1\r\n" H "X: \xc3\xb6\r\n\r\n"),
	ROW("an empty value", "GET / HTTP/1.1\r\n" H "X:\r\n\r\n"),
	ROW("DELETE with a body", "DELETE / HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\nx"),
	ROW("one behind the other", "GET / HTTP/1.1\r\n" H "\r\nGET /2", .extra = 6),
	ROW("one behind a body", POST "Content-Length: 1\r\n\r\nxGET /2", .extra = 6),
	ROW("one behind chunks", CHUNKED "0\r\n\r\nG", .extra = 1),
	/* unfinished */
	ROW("half a line", "GET / HT", .status = -1),
	ROW("half a body", POST "Content-Length: 5\r\n\r\nhell", .status = -1),
	ROW("no last line", CHUNKED "0\r\n", .status = -1),
	/* request line */
	ROW("blank line first", "\r\nGET / HTTP/1.1\r\n" H "\r\n", .status = 400),
	ROW("HTTP/0.9", "GET /\r\n", .status = 400),
	ROW("HTTP/1.9", "GET / HTTP/1.9\r\n" H "\r\n", .status = 400),
	ROW("HTTP/2.0", "PRI * HTTP/2.0\r\n\r\n", .status = 400),
	ROW("two blanks", "GET  / HTTP/1.1\r\n" H "\r\n", .status = 400),
	ROW("blank in the target", "GET /a b HTTP/1.1\r\n" H "\r\n", .status = 400),
	ROW("blank at the end", "GET / HTTP/1.1 \r\n" H "\r\n", .status = 400),
	ROW("no slash", "GET foo HTTP/1.1\r\n" H "\r\n", .status = 400),
	ROW("absolute target", "GET http://a/ HTTP/1.1\r\n" H "\r\n", .status = 400),
	ROW("target like an authority", "GET //a/ HTTP/1.1\r\n" H "\r\n", .status = 400),
	ROW("fragment", "GET /#a HTTP/1.1\r\n" H "\r\n", .status = 400),
	ROW("raw byte in the target", "GET /\xc3\xb6 HTTP/1.1\r\n" H "\r\n", .status = 400),
	ROW("NUL in the target", "GET /\0 HTTP/1.1\r\n" H "\r\n", .status = 400),
	ROW("tab in the target", "GET /\t HTTP/1.1\r\n" H "\r\n", .status = 400),
	ROW("no such method", "BREW / HTTP/1.1\r\n" H "\r\n", .status = 501),
	ROW("method in small letters", "get / HTTP/1.1\r\n" H "\r\n", .status = 501),
	ROW("OPTIONS", "OPTIONS / HTTP/1.1\r\n" H "\r\n", .status = 405),
	ROW("CONNECT", "CONNECT a:443 HTTP/1.1\r\n" H "\r\n", .status = 405),
	ROW("TRACE", "TRACE / HTTP/1.1\r\n" H "\r\n", .status = 405),
	/* lines */
	ROW("line feed alone after the request line", "GET / HTTP/1.1\n" H "\r\n", .status = 400),
	ROW("line feed alone after a header", "GET / HTTP/1.1\r\nHost: a\n\r\n", .status = 400),
	ROW("line feed alone at the end", "GET / HTTP/1.1\r\n" H "\n", .status = 400),
	ROW("carriage return in a value", "GET / HTTP/1.1\r\n" H "X: a\rb\r\n\r\n", .status = 400),
	ROW("two carriage returns", "GET / HTTP/1.1\r\n" H "X: a\r\r\n\r\n", .status = 400),
	ROW("NUL in a value", POST "Content-Length: 5\0 0\r\n\r\n", .status = 400),
	ROW("NUL in a name", "GET / HTTP/1.1\r\n" H "X\0: a\r\n\r\n", .status = 400),
	ROW("bell in a value", "GET / HTTP/1.1\r\n" H "X: \a\r\n\r\n", .status = 400),
	ROW("folded", "GET / HTTP/1.1\r\n" H "X: a\r\n b\r\n\r\n", .status = 400),
	ROW("folded with a tab", "GET / HTTP/1.1\r\n" H "\tb: c\r\n\r\n", .status = 400),
	ROW("no name", "GET / HTTP/1.1\r\n" H ": a\r\n\r\n", .status = 400),
	ROW("blank before the colon", POST "Content-Length : 5\r\n\r\n", .status = 400),
	ROW("no colon", "GET / HTTP/1.1\r\n" H "X\r\n\r\n", .status = 400),
	/* Host */
	ROW("no Host", "GET / HTTP/1.1\r\n\r\n", .status = 400),
	ROW("two Hosts", "GET / HTTP/1.1\r\n" H H "\r\n", .status = 400),
	ROW("two Hosts, 1.0", "GET / HTTP/1.0\r\n" H H "\r\n", .status = 400),
	ROW("empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", .status = 400),
	ROW("slash in Host", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .status = 400),
	/* lengths */
	ROW("two lengths that differ", POST "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", .status = 400),
	ROW("two lengths alike", POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", .status = 400),
	ROW("a list of lengths", POST "Content-Length: 1, 1\r\n\r\n", .status = 400),
	ROW("a sign", POST "Content-Length: +5\r\n\r\n", .status = 400),
	ROW("below nothing", POST "Content-Length: -1\r\n\r\n", .status = 400),
	ROW("hexadecimal", POST "Content-Length: 0x5\r\n\r\n", .status = 400),
	ROW("no length", POST "Content-Length:\r\n\r\n", .status = 400),
	ROW("past 64 bits", POST "Content-Length: 18446744073709551617\r\n\r\n", .status = 400),
	ROW("too large", POST "Content-Length: 33\r\n\r\n", .status = 413),
	ROW("HEAD with a length", "HEAD / HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\n", .status = 400),
	ROW("HEAD with chunks", "HEAD / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n", .status = 400),
	/* codings */
	ROW("both", POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", .status = 400),
	ROW("both, the other way", POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", .status = 400),
	ROW("xchunked", POST "Transfer-Encoding: xchunked\r\n\r\n", .status = 400),
	ROW("gzip", POST "Transfer-Encoding: gzip\r\n\r\n", .status = 400),
	ROW("gzip, chunked", POST "Transfer-Encoding: gzip, chunked\r\n\r\n", .status = 400),
	ROW("vertical tab", POST "Transfer-Encoding: \vchunked\r\n\r\n", .status = 400),
	ROW("twice", POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", .status = 400),
	ROW("chunks in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", .status = 400),
	ROW("chunk size 0x5", CHUNKED "0x5\r\nhello\r\n", .status = 400),
	ROW("chunk size +5", CHUNKED "+5\r\nhello\r\n", .status = 400),
	ROW("chunk extension", CHUNKED "5;a=b\r\nhello\r\n", .status = 400),
	ROW("blank after a chunk size", CHUNKED "5 \r\nhello\r\n", .status = 400),
	ROW("no chunk size", CHUNKED "\r\n", .status = 400),
	ROW("chunk size without end", CHUNKED "0000000000000000000000000000000000000000", .status = 400),
	ROW("chunk longer than it says", CHUNKED "5\r\nhello!\r\n", .status = 400),
	ROW("no line after a chunk", CHUNKED "5\r\nhello0\r\n\r\n", .status = 400),
	ROW("line feed alone after a chunk", CHUNKED "5\r\nhello\n0\r\n\r\n", .status = 400),
	ROW("trailers", CHUNKED "0\r\nX: a\r\n\r\n", .status = 400),
	ROW("one chunk too large", CHUNKED "21\r\n", .status = 413),
	ROW("chunks together too large", CHUNKED "20\r\n01234567890123456789012345678901\r\n1\r\n", .status = 413),
	ROW("an enormous chunk", CHUNKED "FFFFFFFFFFFFFFF\r\n", .status = 413),
	/* the rest */
	ROW("another expectation", POST "Expect: 200-ok\r\n\r\n", .status = 417),
	ROW("head too long",
	    "GET / HTTP/1.1\r\n" H "X: 0123456789012345678901234567890123456789012345678901234567890123456789\r\n"
	    "Y: 0123456789012345678901234567890123456789012345678901234567890123456789\r\n\r\n", .status = 431),
	ROW("one line too long",
	    "GET /0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678"
	    "90123456789012345678901234567890123456789", .status = 431),
};

/* Feeds in pieces of the given size; returns how much was taken. */
static size_t
feed(struct sh_frame *f, struct sh_str s, size_t piece)
{
	size_t taken = 0, used;
	sh_frame_begin(f);
	while (taken < s.n && f->step == SH_FRAME_MORE) {
		size_t n = s.n - taken < piece ? s.n - taken : piece;
		/* A copy of exactly these bytes, so that the sanitizer sees a read past them. */
		char *copy = malloc(n);
		memcpy(copy, s.s + taken, n);
		sh_frame_feed(f, copy, n, &used);
		free(copy);
		assert_true(used == n || f->step != SH_FRAME_MORE);
		taken += used;
	}
	return taken;
}

static void
check(const struct row *r, size_t piece)
{
	struct sh_frame f;
	sh_frame_init(&f, 128, 32);
	size_t taken = feed(&f, r->bytes, piece);
	int status = f.step == SH_FRAME_MORE ? -1 : f.step == SH_FRAME_WHOLE ? 0 : sh_problem_status(f.problem);
	if (status != r->status)
		fail_msg("%s, in pieces of %zu: %d instead of %d (%s)", r->what, piece, status, r->status, f.why ? f.why : "");
	if (status == 0 && taken != r->bytes.n - r->extra)
		fail_msg("%s, in pieces of %zu: ended after %zu", r->what, piece, taken);
	sh_frame_clear(&f);
}

static void
every_row_in_every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rows); i++)
		for (size_t piece = 1; piece <= rows[i].bytes.n; piece++)
			check(&rows[i], piece);
}

static void
connection_close_is_seen_in_a_list(void **state)
{
	(void)state;
	static const struct {
		struct sh_str bytes;
		bool close;
	} cases[] = {
		{ SH_STR("GET / HTTP/1.1\r\n" H "Connection: foo, Close\r\n\r\n"), true },
		{ SH_STR("GET / HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), true },
		{ SH_STR("GET / HTTP/1.1\r\n" H "Connection: foo\r\nconnection:close ,\r\n\r\n"), true },
		{ SH_STR("GET / HTTP/1.1\r\n" H "Connection: closed, not-close\r\n\r\n"), false },
		{ SH_STR("GET / HTTP/1.1\r\n" H "Connection: keep-alive\r\n\r\n"), false },
	};
	struct sh_frame f;
	sh_frame_init(&f, 128, 32);
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		feed(&f, cases[i].bytes, 7);
		assert_int_equal(f.step, SH_FRAME_WHOLE);
		assert_int_equal(f.close, cases[i].close);
	}
	sh_frame_clear(&f);
}

static void
too_many_headers(void **state)
{
	(void)state;
	struct sh_buf b;
	struct sh_frame f;
	sh_buf_init(&b, 4096);
	sh_buf_add_z(&b, "GET / HTTP/1.1\r\n" H);
	for (int i = 0; i < 100; i++)
		sh_buf_add_z(&b, "X: a\r\n");
	sh_buf_add_z(&b, "\r\n");
	sh_frame_init(&f, 4096, 0);
	feed(&f, sh_buf_str(&b), 100);
	assert_int_equal(f.step, SH_FRAME_REFUSED);
	assert_int_equal(f.problem, SH_PROBLEM_headers_too_large);
	sh_frame_clear(&f);
	sh_buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_in_every_cut),
		cmocka_unit_test(connection_close_is_seen_in_a_list),
		cmocka_unit_test(too_many_headers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
