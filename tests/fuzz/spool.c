/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * fuzz/spool.c: any bytes as a file of the spool, and as the content of a record whose checks are right. What is taken reads the same
 * after it was written again, and the reader always comes to an end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/ingress/spool_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
fuzz_expect(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "spool: %s\n", what);
	abort();
}

/* How many records it held. */
static int
fuzz_read(const void *bytes, size_t n, struct sh_buf *again)
{
	struct sh_inbox_row rows[SH_SPOOL_ROWS];
	struct sh_spool_reader r;
	enum sh_spool_found found = sh_spool_log_open(&r, bytes, n);
	size_t count, before;
	int records = 0;

	while (found != SH_SPOOL_END && found != SH_SPOOL_TORN && r.at > 0) {
		before = r.at;
		found = sh_spool_log_next(&r, rows, &count);
		fuzz_expect(r.at <= n, "it reads past the end");
		fuzz_expect(r.at > before || found == SH_SPOOL_END || found == SH_SPOOL_TORN, "it does not go on");
		if (found != SH_SPOOL_RECORD)
			continue;
		fuzz_expect(count >= 1 && count <= SH_SPOOL_ROWS, "a record has no rows, or too many");
		sh_spool_log_content(rows, count, again);
		records++;
	}
	return records;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct sh_id file = { { 7 } };
	const struct sh_str content = { (const char *)data, n };
	struct sh_buf whole, again;

	sh_buf_init(&whole, SH_SPOOL_CONTENT_MAX);
	sh_buf_init(&again, SH_SPOOL_CONTENT_MAX);
	fuzz_read(data, n, &again);
	sh_buf_clear(&again);

	sh_buf_init(&again, SH_SPOOL_CONTENT_MAX);
	sh_spool_log_head(&file, &whole);
	sh_spool_log_record(&file, whole.n, content, &whole);
	if (!whole.failed && fuzz_read(whole.s, whole.n, &again) == 1)
		fuzz_expect(again.n == n && memcmp(again.s, data, n) == 0, "a content that was taken is written otherwise");
	sh_buf_clear(&again);
	sh_buf_clear(&whole);
	return 0;
}
